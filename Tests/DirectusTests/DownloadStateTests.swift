import NIOHTTP1
import Testing

@testable import Directus

@Suite("Resuming a download")
struct DownloadStateTests {
    private func begun(total: Int = 100, received: Int) -> Download {
        var state = Download()
        let isTaken = state.accept(status: 200, headers: ["Content-Length": "\(total)", "ETag": "a"], askedFor: 0)
        #expect(isTaken)
        state.received = received
        return state
    }

    @Test("it goes on where it broke, but never asks for one byte, which Directus refuses")
    func resumption() {
        #expect(begun(received: 40).resumption == 40)
        #expect(begun(received: 99).resumption == 98)
        #expect(begun(total: 1, received: 0).resumption == 0)
        #expect(Download().resumption == 0)
    }

    @Test("a part of the same file is taken")
    func part() {
        var state = begun(received: 99)
        let isTaken = state.accept(
            status: 206, headers: ["Content-Range": "bytes 98-99/100", "ETag": "a"], askedFor: 98)
        #expect(isTaken)
        #expect(state.received == 98)
    }

    @Test(
        "a part of another file, or another part, is not",
        arguments: [
            ["Content-Range": "bytes 40-99/100", "ETag": "b"], ["Content-Range": "bytes 40-98/99", "ETag": "a"],
            ["Content-Range": "bytes 41-99/100", "ETag": "a"], ["ETag": "a"],
            ["Content-Range": "lines 40-99/100", "ETag": "a"],
        ])
    func otherFile(headers: [String: String]) {
        var state = begun(received: 40)
        let isTaken = state.accept(status: 206, headers: HTTPHeaders(headers.map { ($0.key, $0.value) }), askedFor: 40)
        #expect(!isTaken)
    }

    @Test("the whole file instead of a part is taken from its start")
    func whole() {
        var state = begun(received: 40)
        let isTaken = state.accept(status: 200, headers: ["Content-Length": "90"], askedFor: 40)
        #expect(isTaken)
        #expect(state.received == 0)
        #expect(state.total == 90)
    }

    @Test("too few bytes are a broken connection, another length than the row's is a mismatch")
    func lengths() throws {
        let short = #expect(throws: FailedAttempt.self) { try begun(received: 99).finish(expected: 100) }
        #expect(short?.error.code == .unreachable)
        let other = #expect(throws: FailedAttempt.self) { try begun(received: 100).finish(expected: 101) }
        #expect(other?.error.code == .sizeMismatch)
        try begun(received: 100).finish(expected: 100)
        try begun(received: 100).finish(expected: nil)
    }
}
