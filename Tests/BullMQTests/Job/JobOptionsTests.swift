// Owns: which job options are refused, with which words, and in which form the others are stored.

import BullMQTesting
import FoundationEssentials
import LiveTesting
import Testing

@testable import BullMQ

@Suite("Job options", .live, .timeLimit(.minutes(3)))
struct JobOptionsTests {
    private static let parent = ParentReference(id: "1", queue: "bull:orders")

    @Test(
        "are refused with BullMQ's words before Redis is touched",
        arguments: [
            (JobOptions(jobID: "0"), "JobId cannot be '0' or start with '0:'"),
            (JobOptions(jobID: "0:1"), "JobId cannot be '0' or start with '0:'"),
            (JobOptions(sizeLimit: 6), "The size of job paint exceeds the limit 6 bytes"),
            (JobOptions(jobID: "12", sizeLimit: 6), "The size of job paint exceeds the limit 6 bytes"),
            (JobOptions(jobID: "12"), "Custom Id cannot be integers"),
            (JobOptions(jobID: "-3"), "Custom Id cannot be integers"),
            (JobOptions(jobID: "9007199254740992"), "Custom Id cannot be integers"),
            (JobOptions(jobID: "a:b"), "Custom Id cannot contain :"),
            (JobOptions(jobID: "a:b:c:d"), "Custom Id cannot contain :"),
            (JobOptions(jobID: "meta"), "Custom Id cannot be \"meta\": the queue itself uses that key"),
            (JobOptions(priority: 2_097_152), "Priority should be between 0 and 2097151"),
            (JobOptions(priority: -1), "Priority should be between 0 and 2097151"),
            (JobOptions(deduplication: .simple(id: "")), "Deduplication id must be provided"),
            (
                JobOptions(parent: parent, deduplication: .simple(id: "x")),
                "Deduplication and parent options cannot be used together"
            ),
            (JobOptions(backoff: .fixed(.seconds(1), jitter: 1.01)), "Jitter should be between 0 and 1"),
            (JobOptions(backoff: .fixed(.seconds(1), jitter: -0.1)), "Jitter should be between 0 and 1"),
            (JobOptions(delay: .milliseconds(-1)), "The option delay is -0.001 seconds, but must be 0 or more"),
            (JobOptions(attempts: -1), "The option attempts is -1, but must be 0 or more"),
            (JobOptions(keepLogs: -1), "The option keepLogs is -1, but must be 0 or more"),
            (JobOptions(stackTraceLimit: -1), "The option stackTraceLimit is -1, but must be 0 or more"),
            (
                JobOptions(backoff: .fixed(.seconds(-1))),
                "The option backoff.delay is -1.0 seconds, but must be 0 or more"
            ),
            (
                JobOptions(parent: ParentReference(id: "", queue: "bull:a")),
                "The option parent.id is \"\", but must be the id of a job"
            ),
            (
                JobOptions(parent: ParentReference(id: "1", queue: "orders")),
                "The option parent.queue is \"orders\", but must be the qualified name of a queue, such as bull:orders"
            ),
        ])
    func refused(options: JobOptions, message: String) async throws {
        // Nobody listens there, so whatever is not refused beforehand fails differently.
        var configuration = RedisConfiguration(endpoint: .tcp(host: "127.0.0.1", port: 1))
        configuration.offlineTimeout = .milliseconds(1)
        let queue = try Queue("paint", redis: Redis(configuration: configuration))
        let error = await #expect(throws: BullMQError.self) {
            try await queue.add(name: "paint", data: JSONText(validating: #"{"a":"ä"}"#), options: options)
        }
        #expect(error?.code == .invalidArgument)
        #expect(error?.message == message)
    }

    @Test(
        "accept every other custom id",
        arguments: ["a", "007", "1.5", "1e3", "+5", "-", "repeat:x:12", "ü", "a b", "12a"])
    func acceptedIDs(id: String) throws {
        try JobOptions(jobID: id).validate(name: "n", dataByteCount: 2, isSingleAdd: true)
    }

    @Test(
        "are stored with BullMQ's names and forms",
        arguments: [
            (JobOptions(), #"{"attempts":0}"#),
            (JobOptions(jobID: "mine"), #"{"attempts":0,"jobId":"mine"}"#),
            (JobOptions(delay: .seconds(90)), #"{"attempts":0,"delay":90000}"#),
            (JobOptions(priority: 5), #"{"attempts":0,"priority":5}"#),
            (JobOptions(attempts: 3, lifo: true), #"{"attempts":3,"lifo":true}"#),
            (JobOptions(backoff: .fixed(.seconds(1))), #"{"attempts":0,"backoff":{"type":"fixed","delay":1000}}"#),
            (
                JobOptions(backoff: .exponential(.milliseconds(250), jitter: 0.5)),
                #"{"attempts":0,"backoff":{"type":"exponential","delay":250,"jitter":0.5}}"#
            ),
            (
                JobOptions(removeOnComplete: .remove, removeOnFail: .keepAll),
                #"{"attempts":0,"removeOnComplete":true,"removeOnFail":false}"#
            ),
            (
                JobOptions(
                    removeOnComplete: .keep(count: 9), removeOnFail: .keep(count: 5, age: .hours(1), limit: 7)),
                #"{"attempts":0,"removeOnComplete":9,"removeOnFail":{"count":5,"age":3600,"limit":7}}"#
            ),
            (
                JobOptions(keepLogs: 3, stackTraceLimit: 2, sizeLimit: 100),
                #"{"attempts":0,"kl":3,"stackTraceLimit":2,"sizeLimit":100}"#
            ),
            (
                JobOptions(timestamp: Date(timeIntervalSince1970: 1_700_000_000.123)),
                #"{"attempts":0,"timestamp":1700000000123}"#
            ),
            (
                JobOptions(
                    deduplication: Deduplication(
                        id: "d", ttl: .seconds(5), extend: true, replace: true, keepLastIfActive: true)),
                #"{"attempts":0,"de":{"id":"d","ttl":5000,"extend":true,"replace":true,"keepLastIfActive":true}}"#
            ),
            (JobOptions(deduplication: .simple(id: "d")), #"{"attempts":0,"de":{"id":"d"}}"#),
        ])
    func stored(options: JobOptions, json: String) async throws {
        let live = try await LiveQueue.make()
        let job = try await live.add("work", options)
        #expect(try await live.storedOptions(of: job.id).isEquivalent(to: JSONValue(parsing: json)))
        // What is read back means the same.
        #expect(try await live.stored(job.id).options == options)
    }

    @Test("of telemetry and of children are stored under their short names", arguments: ChildFailurePolicy.allCases)
    func children(policy: ChildFailurePolicy) async throws {
        let live = try await LiveQueue.make()
        let parent = try await live.add("parent")
        var options = JobOptions(parent: live.queue.reference(to: parent), onFailure: policy)
        options.telemetryMetadata = "trace"
        options.omitTelemetryContext = true
        let child = try await live.add("child", options)
        let json = """
            {"attempts":0,"parent":{"id":"1","queue":"bull:\(live.name)"},"\(policy.rawValue)":true,"tm":"trace","omc":true}
            """
        #expect(try await live.storedOptions(of: child.id).isEquivalent(to: JSONValue(parsing: json)))
        let reference = try JSONValue(parsing: try #require(try await live.field("parent", of: child.id)))
        let expected = #"{"id":"1","queueKey":"bull:\#(live.name)","\#(policy.rawValue)":true}"#
        #expect(try reference.isEquivalent(to: JSONValue(parsing: expected)))
        #expect(try await live.stored(child.id).parentKey == live.key("1"))
    }

    @Test("not given come from the type, then from the queue, and the id from neither")
    func defaults() async throws {
        let live = try await LiveQueue.make(
            defaults: JobOptions(jobID: "never", attempts: 7, keepLogs: 4, sizeLimit: 1000))
        let type = JobType<[Int], NoResult>("sum", defaults: JobOptions(jobID: "never", attempts: 5, lifo: true))
        let job = try await live.queue.add(type, [1, 2], options: JobOptions(lifo: false))
        #expect(job.job.id == "1")
        #expect(job.options.attempts == 5)
        #expect(job.options.lifo == false)
        #expect(job.options.keepLogs == 4)
        #expect(try await live.stored("1").options.sizeLimit == 1000)
        let bulk = try await live.queue.addBulk([BulkJob(type, [3]), BulkJob(name: "raw")])
        #expect(bulk.map(\.options.attempts) == [5, 7])
    }

    @Test(
        "written by other clients are understood",
        arguments: [
            (
                #"{"attempts":3,"backoff":1000,"delay":0}"#,
                JobOptions(delay: .zero, attempts: 3, backoff: .fixed(.seconds(1)))
            ),
            (
                #"{"removeOnComplete":{"age":60.0},"priority":2.0}"#,
                JobOptions(priority: 2, removeOnComplete: .keep(age: .seconds(60)))
            ),
            (#"{"attempts":null,"unknown":[1],"removeOnFail":"?","backoff":{}}"#, JobOptions()),
            (#"[]"#, JobOptions()), ("no JSON", JobOptions()), (#"{"attempts":0}"#, JobOptions()),
        ] as [(String, JobOptions)])
    func foreign(json: String, options: JobOptions) {
        #expect(JobOptions(stored: json) == options)
    }
}

extension JSONValue {
    /// Equality that does not care about the order of members.
    func isEquivalent(to other: JSONValue) -> Bool {
        switch (self, other) {
        case (.object(let left), .object(let right)):
            left.count == right.count
                && left.allSatisfy { name, value in right[name].map { value.isEquivalent(to: $0) } ?? false }
        case (.array(let left), .array(let right)):
            left.count == right.count && zip(left, right).allSatisfy { $0.isEquivalent(to: $1) }
        default: self == other || (doubleValue != nil && doubleValue == other.doubleValue)
        }
    }
}
