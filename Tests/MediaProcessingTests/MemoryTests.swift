// What the C libraries are given comes back: memory does not grow with the number of jobs.

import Foundation
import Testing

@testable import MediaProcessing

@Suite struct MemoryTests {
    /// Resident memory of this process in bytes.
    private static func resident() throws -> Int {
        let pages = try String(contentsOfFile: "/proc/self/statm", encoding: .utf8).split(separator: " ")
        return (Int(pages[1]) ?? 0) * sysconf(Int32(_SC_PAGESIZE))
    }

    @Test("a hundred more jobs need no more memory") func growth() async throws {
        let bench = try Workbench()
        let photograph = try Bitmap.photograph(160, 120).jpeg()
        let damaged = Array(photograph.prefix(photograph.count / 2))
        func run(_ type: (some MediaOperation).Type, _ params: String) async throws {
            try await bench.run(type, params, on: photograph)
        }
        func round() async throws {
            for (type, params) in AwkwardFileTests.operations {
                try await run(type, params)
                _ = try await bench.failure {
                    try await bench.run(ConvertImage.self, #"{"format":"png"}"#, on: damaged)
                }
            }
            for file in try FileManager.default.contentsOfDirectory(at: bench.folder, includingPropertiesForKeys: nil) {
                try FileManager.default.removeItem(at: file)
            }
        }
        for _ in 0..<5 { try await round() }
        let before = try Self.resident()
        for _ in 0..<12 { try await round() }
        let growth = try Self.resident() - before
        // One leaked picture of this size in each job would make 15 MB, its file bytes alone 1 MB.
        #expect(growth < 12_000_000, "\(growth) bytes")
    }
}
