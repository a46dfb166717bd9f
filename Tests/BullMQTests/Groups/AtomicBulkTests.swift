// Owns: bulk additions that are made as a whole or not at all.

import BullMQTesting
import FoundationEssentials
import LiveTesting
import Testing

@testable import BullMQ

@Suite("An atomic bulk", .live, .timeLimit(.minutes(3)))
struct AtomicBulkTests {
    private static let past = Date(timeIntervalSince1970: 1_700_000_000)

    @Test("leaves what single calls leave, for jobs of all kinds")
    func equality() async throws {
        let single = try await LiveQueue.make()
        let bulk = try await LiveQueue.make()
        var ids: [[String]] = []
        for (live, isBulk) in [(single, false), (bulk, true)] {
            for id in ["known", "parent"] {
                try await live.add(id, JobOptions(jobID: id, timestamp: Self.past))
            }
            let parent = ParentReference(id: "parent", queue: live.queue.qualifiedName)
            let fresh = ParentReference(id: "fresh parent", queue: live.queue.qualifiedName)
            let options: [JobOptions] = [
                JobOptions(), JobOptions(priority: 7), JobOptions(delay: .hours(2)), JobOptions(delay: .hours(2)),
                JobOptions(lifo: true), JobOptions(jobID: "known"), JobOptions(jobID: "fresh parent"),
                JobOptions(parent: parent), JobOptions(parent: fresh, onFailure: .failParent),
                JobOptions(jobID: "child", delay: .hours(1), parent: fresh), JobOptions(jobID: "child", parent: fresh),
                JobOptions(deduplication: .simple(id: "s")), JobOptions(deduplication: .simple(id: "s")),
                JobOptions(delay: .hours(1), deduplication: .debounce(id: "r", ttl: .hours(1))),
                JobOptions(delay: .hours(1), deduplication: .debounce(id: "r", ttl: .hours(1))),
                JobOptions(attempts: 4, backoff: .fixed(.seconds(1))),
            ]
            let jobs = options.enumerated().map { number, options in
                var options = options
                options.timestamp = Self.past
                return BulkJob(name: "\(number)", data: JSONText(.integer(Int64(number))), options: options)
            }
            if isBulk {
                ids.append(try await live.queue.addBulk(jobs).map(\.id))
            } else {
                var added: [String] = []
                for job in jobs {
                    added.append(try await live.queue.addBulk([job], atomicity: .pipelined)[0].id)
                }
                ids.append(added)
            }
        }
        #expect(ids[0] == ids[1])
        let (left, right) = (try await bulk.everything(), try await single.everything())
        #expect(left.count == right.count)
        // The queues have different names, which parents and children mention.
        func unnamed(_ content: [String: [String]], _ live: LiveQueue) -> [String: [String]] {
            content.mapValues { $0.map { $0.split(separator: live.name).joined(separator: "QUEUE") } }
        }
        let (leftUnnamed, rightUnnamed) = (unnamed(left, bulk), unnamed(right, single))
        for (key, content) in rightUnnamed { #expect(leftUnnamed[key] == content, "\(key)") }
    }

    @Test("adds nothing at all when one job cannot be added, and names it")
    func refusal() async throws {
        let live = try await LiveQueue.make()
        let parent = try await live.add("parent")
        let other = try await live.add("other")
        try await live.add("child", JobOptions(jobID: "owned", parent: live.queue.reference(to: parent)))
        let before = try await live.everything()
        let lost = ParentReference(id: "99", queue: live.queue.qualifiedName)
        let refused: [(JobOptions, BullMQError.Code)] = [
            (JobOptions(parent: lost), .missingParent),
            (JobOptions(jobID: "owned", parent: live.queue.reference(to: other)), .parentCannotBeReplaced),
        ]
        for (options, code) in refused {
            let error = await #expect(throws: BullMQError.self) {
                try await live.queue.addBulk([
                    BulkJob(name: "a"), BulkJob(name: "b", options: JobOptions(jobID: "b", delay: .hours(1))),
                    BulkJob(name: "c", options: options), BulkJob(name: "d"),
                ])
            }
            #expect(error?.code == code)
            #expect(error?.message.contains("job 3 of 4") == true)
            #expect(try await live.everything() == before)
        }
    }

    @Test("of two jobs is not mistaken for a refusal")
    func two() async throws {
        let live = try await LiveQueue.make()
        let options = JobOptions(delay: .hours(1))
        let jobs = try await live.queue.addBulk([
            BulkJob(name: "a", options: options), BulkJob(name: "b", options: options),
        ])
        #expect(jobs.map(\.id) == ["1", "2"])
    }

    @Test("refuses a second parent for a job of the same bulk")
    func twoParents() async throws {
        let live = try await LiveQueue.make()
        let parents = try await live.queue.addBulk([BulkJob(name: "one"), BulkJob(name: "two")])
        let before = try await live.everything()
        let error = await #expect(throws: BullMQError.self) {
            try await live.queue.addBulk(
                parents.map { parent in
                    BulkJob(
                        name: "child", options: JobOptions(jobID: "child", parent: live.queue.reference(to: parent)))
                })
        }
        #expect(error?.code == .parentCannotBeReplaced)
        #expect(try await live.everything() == before)
    }

    @Test(
        "of several thousand jobs appears at one moment",
        arguments: [JobOptions(), JobOptions(deduplication: .simple(id: "d"))])
    func large(first: JobOptions) async throws {
        let live = try await LiveQueue.make()
        let jobs = [BulkJob(name: "0", options: first)] + (1..<2500).map { BulkJob(name: "\($0)") }
        async let addition = live.queue.addBulk(jobs)
        var counts: Set<Int> = []
        repeat { counts.insert(try await live.queue.counts().waiting) } while !counts.contains(2500)
        #expect(try await addition.map(\.id) == (1...2500).map { "\($0)" })
        #expect(counts.isSubset(of: [0, 2500]))
        #expect(try await live.queue.jobs(in: [.waiting], range: 0..<2500).map(\.name) == (0..<2500).map { "\($0)" })
    }
}
