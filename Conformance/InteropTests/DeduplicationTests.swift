import BullMQ
import Peers
import Stage
import Testing
import Witness

@Suite("A deduplicated job", .timeLimit(.minutes(1)))
struct DeduplicationTests {
    /// A mode as both sides take it. The times are long: where one matters, the test sets it back.
    struct Mode: Sendable, CustomTestStringConvertible {
        let name: String
        let swift: Deduplication
        let package: WitnessedJSON

        var testDescription: String { name }

        static let simple = Mode(name: "simple", swift: .simple(id: "d"), package: ["id": "d"])
        static let throttle = Mode(
            name: "throttle", swift: .throttle(id: "d", ttl: .seconds(3600)), package: ["id": "d", "ttl": 3_600_000])
        static let extend = Mode(
            name: "extend", swift: Deduplication(id: "d", ttl: .seconds(3600), extend: true),
            package: ["id": "d", "ttl": 3_600_000, "extend": true])
        static let replace = Mode(
            name: "replace", swift: Deduplication(id: "d", replace: true), package: ["id": "d", "replace": true])
        static let debounce = Mode(
            name: "debounce", swift: .debounce(id: "d", ttl: .seconds(3600)),
            package: ["id": "d", "ttl": 3_600_000, "extend": true, "replace": true])
        static let keepLast = Mode(
            name: "keepLastIfActive", swift: .keepLast(id: "d"), package: ["id": "d", "keepLastIfActive": true])
    }

    private func add(
        _ name: String, _ mode: Mode, data: JSONValue = [:], delayed: Bool = false, by side: Side, _ duet: Duet
    ) async throws -> String {
        var options: [Bytes: WitnessedJSON] = ["deduplication": mode.package]
        if delayed { options["delay"] = 3_600_000 }
        return try await duet.add(
            name, data, JobOptions(delay: delayed ? .seconds(3600) : nil, deduplication: mode.swift),
            as: .object(options), by: side)
    }

    /// Both sides know who owns the id `d`.
    private func checkOwner(_ id: String?, _ duet: Duet) async throws {
        #expect(try await duet.queue.jobID(deduplicatedBy: "d") == id)
        #expect(try await duet.call("getDeduplicationJobId", "d") == (id.map { .text($0) } ?? .null))
    }

    private func timeToLive(_ duet: Duet) async throws -> Int {
        try await duet.stage.witness().run("PTTL", duet.stage.base + "de:d").number
    }

    @Test(
        "of either side drops what the other adds, and its end frees the id or does not",
        arguments: PeerRuntime.allCases,
        [(Mode.simple, Side.swift), (.simple, .package), (.throttle, .swift), (.throttle, .package)])
    func dropped(runtime: PeerRuntime, _ part: (mode: Mode, first: Side)) async throws {
        let (mode, first) = part
        try await Duet.play(with: runtime) { duet in
            let owner = try await add("who", mode, data: ["n": 1], by: first, duet)
            let told = try await add("who", mode, data: ["n": 2], by: first.other, duet)
            #expect(told == owner)
            try await checkOwner(owner, duet)
            #expect(try await duet.queue.job(owner)?.deduplicationID == "d")
            #expect(try await duet.readByPackage(owner)?["deduplicationId"] == "d")
            #expect(try await duet.queue.counts().waiting == 1)

            // Each side is told of both ids.
            let kinds = try await duet.swiftSees { if case .deduplicated = $0 { true } else { false } }
            guard case .deduplicated(owner, "d", let dropped)? = kinds.last else {
                Issue.record("not the expected event: \(String(describing: kinds.last))")
                return
            }
            #expect(dropped != owner)
            try await duet.packageSees(
                "deduplicated", ["jobId": owner, "deduplicationId": "d", "deduplicatedJobId": dropped])

            try await duet.withWorker(of: first.other) { _ in try await duet.stage.followToEnd(of: [owner]) }
            let isFree = mode.name == "simple"
            try await checkOwner(isFree ? nil : owner, duet)
            let next = try await add("who", mode, data: ["n": 3], by: first, duet)
            #expect((next != owner) == isFree)
            #expect(try await duet.queue.counts().waiting == (isFree ? 1 : 0))
        }
    }

    @Test(
        "is dropped for as long as the first one said, unless the other side extends it",
        arguments: PeerRuntime.allCases,
        [(Mode.throttle, Side.swift), (.throttle, .package), (.extend, .swift), (.extend, .package)])
    func extended(runtime: PeerRuntime, _ part: (mode: Mode, first: Side)) async throws {
        try await Duet.play(with: runtime) { duet in
            let owner = try await add("who", part.mode, by: part.first, duet)
            #expect(try await timeToLive(duet) > 3_500_000)
            try await duet.stage.witness().run("PEXPIRE", duet.stage.base + "de:d", "1000000")
            #expect(try await add("who", part.mode, by: part.first.other, duet) == owner)
            #expect(try await (timeToLive(duet) > 3_500_000) == (part.mode.name == "extend"))
            try await checkOwner(owner, duet)
        }
    }

    @Test(
        "that is delayed is replaced by that of the other side", arguments: PeerRuntime.allCases,
        [(Mode.replace, Side.swift), (.replace, .package), (.debounce, .swift), (.debounce, .package)])
    func replaced(runtime: PeerRuntime, _ part: (mode: Mode, first: Side)) async throws {
        let (mode, first) = part
        try await Duet.play(with: runtime) { duet in
            let old = try await add("echo", mode, data: ["n": 1], delayed: true, by: first, duet)
            let new = try await add("echo", mode, data: ["n": 2], delayed: true, by: first.other, duet)
            #expect(new != old)
            try await checkOwner(new, duet)
            #expect(try await duet.queue.job(old) == nil)
            #expect(try await duet.readByPackage(old) == nil)

            let kinds = try await duet.swiftSees { if case .deduplicated = $0 { true } else { false } }
            #expect(kinds.contains(.removed(jobID: old, from: "delayed")))
            #expect(kinds.last == .deduplicated(jobID: new, deduplicationID: "d", dropped: old))
            try await duet.packageSees("removed", ["jobId": old, "prev": "delayed"])
            try await duet.packageSees("deduplicated", ["jobId": new, "deduplicatedJobId": old])

            // Once it waits it is kept, and the newer one is dropped.
            try await duet.queue.job(new)?.promote()
            #expect(try await add("echo", mode, data: ["n": 3], delayed: true, by: first, duet) == new)
            #expect(try await duet.queue.counts().pending == 1)
            try await duet.withWorker(of: first) { _ in try await duet.stage.followToEnd(of: [new]) }
            #expect(try await duet.queue.job(new)?.returnValue?.value() == ["n": 2])
        }
    }

    @Test(
        "that is active is followed by the newest one that came meanwhile", arguments: PeerRuntime.allCases,
        [
            (Side.swift, Side.swift), (Side.swift, Side.package), (Side.package, Side.swift),
            (Side.package, Side.package),
        ])
    func keptLast(runtime: PeerRuntime, _ part: (first: Side, worker: Side)) async throws {
        let (first, worker) = part
        try await Duet.play(with: runtime) { duet in
            let owner = try await add("hold", .keepLast, by: first, duet)
            let kinds = try await duet.withWorker(of: worker) { release in
                try await duet.stage.follow(until: ["active"], of: [owner])
                #expect(try await add("echo", .keepLast, data: ["n": 1], by: first, duet) == owner)
                #expect(try await add("echo", .keepLast, data: ["n": 2], by: first.other, duet) == owner)
                // What is kept is no job yet.
                #expect(try await duet.queue.counts().pending == 0)
                try release()
                var ends = 0
                return try await duet.swiftSees { kind in
                    if case .completed = kind { ends += 1 }
                    return ends == 2
                }
            }
            guard case .completed(let newest, let result)? = kinds.last else {
                Issue.record("not an end: \(String(describing: kinds.last))")
                return
            }
            #expect(newest != owner)
            #expect(try result.value() == ["n": 2])
            #expect(try await duet.queue.job(newest)?.deduplicationID == "d")
            try await duet.packageSees("completed", ["jobId": newest])
            try await checkOwner(nil, duet)
            #expect(try await duet.queue.counts().completed == 2)
            #expect(try await duet.queue.counts().pending == 0)
        }
    }

    @Test("of the package no longer counts once Swift has freed its id", arguments: PeerRuntime.allCases)
    func freed(runtime: PeerRuntime) async throws {
        try await Duet.play(with: runtime) { duet in
            let first = try await add("who", .simple, by: .package, duet)
            #expect(try await duet.queue.removeDeduplicationKey("d"))
            let second = try await add("who", .simple, by: .package, duet)
            #expect(second != first)
            // The end of the first one leaves the id with the second.
            try await duet.withWorker(of: .swift) { _ in try await duet.stage.followToEnd(of: [first, second]) }
            try await checkOwner(nil, duet)
            #expect(try await duet.queue.counts().completed == 2)
        }
    }
}
