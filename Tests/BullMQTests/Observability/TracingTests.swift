// Owns: the spans of producers and workers, and the context that joins them, against a real Redis.

import BullMQTesting
import InMemoryTracing
import LiveTesting
import MetricsTestKit
import Testing
import Tracing

@testable import BullMQ

@Suite("Traces", .live, .timeLimit(.minutes(3)))
struct TracingTests {
    @Test("lead from the caller through the added job and its run to what the handler does")
    func propagation() async throws {
        let observed = try await ObservedQueue.make()
        let (live, tracer) = (observed.live, observed.tracer)
        let job = try await tracer.withSpan("request") { _ in try await live.add("paint") }
        try await observed.withWorker(WorkerOptions(name: "blue")) {
            Handler { job in
                tracer.withSpan("mixing") { _ in .null }
            }
        } _: { _ async throws in
            _ = try await live.ending(of: job)
        }

        let request = try #require(tracer.finishedSpans.first { $0.operationName == "request" })
        let add = try #require(observed.spans("add").first)
        #expect(add.operationName == "add \(live.name).paint")
        #expect(add.kind == .producer)
        #expect(add.parentSpanID == request.spanID)
        #expect(add.text("bullmq.queue.name") == live.name)
        #expect(add.text("bullmq.job.name") == "paint")
        #expect(add.text("bullmq.job.id") == job.id)
        #expect(try await live.storedOptions(of: job.id)["tm"]?.stringValue == TraceCarrier.text(of: add))

        let process = try #require(observed.spans("process").first)
        #expect(process.operationName == "process \(live.name)")
        #expect(process.kind == .consumer)
        #expect(process.traceID == request.traceID)
        #expect(process.parentSpanID == add.spanID)
        #expect(process.links.map(\.context.inMemorySpanContext?.spanID) == [add.spanID])
        #expect(process.text("bullmq.worker.name") == "blue")
        #expect(process.text("bullmq.worker.id")?.isEmpty == false)
        #expect(process.text("bullmq.job.id") == job.id)
        #expect(process.text("bullmq.job.name") == "paint")
        #expect(process.number("bullmq.job.attempts.made") == 1)
        let stored = try await live.stored(job.id)
        #expect(process.number("bullmq.job.processed.timestamp") == stored.record.processedOn)
        #expect(process.number("bullmq.job.attempt_finished_timestamp") ?? 0 >= stored.record.finishedOn ?? .max)
        #expect(process.events.map(\.name) == ["job completed"])
        #expect(process.events.first?.attributes.get("bullmq.job.result") == .string("null"))
        #expect(process.errors.isEmpty)

        let mixing = try #require(tracer.finishedSpans.first { $0.operationName == "mixing" })
        #expect(mixing.parentSpanID == process.spanID)
        let complete = try #require(observed.spans("complete").first)
        #expect(complete.operationName == "complete \(live.name)")
        #expect(complete.kind == .internal)
        #expect(complete.parentSpanID == process.spanID)
    }

    @Test("do not follow a job that omits the context, even when it fails")
    func omission() async throws {
        let observed = try await ObservedQueue.make()
        var options = JobOptions()
        options.omitTelemetryContext = true
        let job = try await observed.live.add("work", options)
        #expect(try await observed.live.storedOptions(of: job.id) == ["attempts": 0, "omc": true])
        try await observed.withWorker {
            Handler { _ in throw Spill() }
        } _: { running async throws in
            _ = try await running.firstFailure()
        }
        let process = try #require(observed.spans("process").first)
        #expect(process.parentSpanID == nil)
        #expect(process.links.isEmpty)
        #expect(try await observed.live.field("tm", of: job.id) == nil)
    }

    @Test("take the place of a context given to a single addition, and leave that of a bulk alone")
    func givenContext() async throws {
        let observed = try await ObservedQueue.make()
        var given = JobOptions()
        given.telemetryMetadata = "given"
        let single = try await observed.queue.add(name: "work", options: given)
        let add = try #require(observed.spans("add").first)
        #expect(single.options.telemetryMetadata == TraceCarrier.text(of: add))

        for atomicity in [BulkAtomicity.allOrNothing, .pipelined] {
            observed.tracer.clearFinishedSpans()
            let jobs = try await observed.queue.addBulk(
                [BulkJob(name: "a", options: given), BulkJob(name: "b")], atomicity: atomicity)
            let bulk = try #require(observed.spans("addBulk").first)
            #expect(bulk.operationName == "addBulk \(observed.live.name)")
            #expect(bulk.kind == .producer)
            #expect(bulk.attributes.get("bullmq.job.bulk.names") == .stringArray(["a", "b"]))
            #expect(bulk.number("bullmq.job.bulk.count") == 2)
            #expect(jobs.map(\.options.telemetryMetadata) == ["given", TraceCarrier.text(of: bulk)])
            #expect(try await observed.live.storedOptions(of: jobs[0].id)["tm"]?.stringValue == "given")
        }
    }

    @Test("tell a last failure from a retry now and a retry later, and the job keeps the context of the failure")
    func failures() async throws {
        let observed = try await ObservedQueue.make()
        let job = try await observed.live.add("work", JobOptions(attempts: 2))
        let delayed = try await observed.live.add(
            "later", JobOptions(attempts: 2, backoff: .fixed(.milliseconds(10))))
        try await observed.withWorker(WorkerOptions(drainDelay: .milliseconds(20))) {
            Handler { _ in throw Spill() }
        } _: { _ async throws in
            #expect(try await observed.live.failure(of: job) == "a spill")
            #expect(try await observed.live.failure(of: delayed) == "a spill")
        }
        let operations = ["retry", "delay", "fail"].map { observed.spans($0) }
        #expect(operations.map(\.count) == [1, 1, 2])
        for span in operations.joined() { #expect(span.kind == .internal) }
        #expect(operations[0].first?.operationName == "retry \(observed.live.name)")
        #expect(operations[0].first?.text("bullmq.job.id") == job.id)
        #expect(operations[1].first?.text("bullmq.job.name") == "later")
        let processes = observed.spans("process")
        #expect(processes.count == 4)
        for process in processes {
            #expect(process.events.map(\.name) == ["job failed"])
            #expect(process.events.first?.attributes.get("bullmq.job.failed.reason") == .string("a spill"))
            #expect(process.errors.first?.error is Spill)
            #expect(process.status?.code == .error)
        }
        let last = try #require(operations[2].first { $0.text("bullmq.job.id") == job.id })
        #expect(try await observed.live.field("tm", of: job.id) == TraceCarrier.text(of: last))
    }

    @Test("cover what is done to a queue")
    func administration() async throws {
        let observed = try await ObservedQueue.make()
        let (queue, live) = (observed.queue, observed.live)
        let job = try await live.add()
        try await job.updateProgress(0.5)
        try await queue.pause()
        try await queue.resume()
        try await queue.remove(job.id)
        try await queue.drain(includingDelayed: true)
        try await queue.clean(olderThan: .seconds(1), limit: 5)
        try await queue.retryJobs(batch: 7)
        try await queue.promoteJobs(batch: 8)
        try await queue.rateLimit(for: .milliseconds(1500))
        try await queue.removeDeduplicationKey("once")
        try await queue.trimEvents(to: 3)
        try await queue.obliterate()

        let spans = observed.tracer.finishedSpans.dropFirst()
        let expected: [(String, [String: SpanAttribute])] = [
            ("updateJobProgress", ["bullmq.job.id": .string(job.id), "bullmq.job.progress": "0.5"]),
            ("pause", [:]), ("resume", [:]),
            ("remove", ["bullmq.job.id": .string(job.id), "bullmq.job.options": #"{"removeChildren":true}"#]),
            ("drain", ["bullmq.queue.drain.delay": .bool(true)]),
            (
                "clean",
                [
                    "bullmq.queue.grace": 1000, "bullmq.job.type": "completed", "bullmq.queue.clean.limit": 5,
                    "bullmq.queue.clean.count": 0,
                ]
            ),
            ("retryJobs", ["bullmq.queue.options": #"{"state":"failed","count":7}"#]),
            ("promoteJobs", ["bullmq.queue.options": #"{"count":8}"#]),
            ("rateLimit", ["bullmq.queue.rate.limit": 1500]),
            ("removeDeduplicationKey", ["bullmq.job.deduplication.key": "once"]),
            ("trimEvents", ["bullmq.queue.event.max.length": 3]),
            ("obliterate", [:]),
        ]
        #expect(spans.map(\.operationName) == expected.map { "\($0.0) \(live.name)" })
        for (span, (operation, attributes)) in zip(spans, expected) {
            var all = attributes
            all["bullmq.queue.name"] = .string(live.name)
            all["bullmq.queue.operation"] = .string(operation)
            #expect(span.attributes == SpanAttributes(all), "\(operation)")
            #expect(span.kind == (operation == "retryJobs" ? .producer : .internal), "\(operation)")
        }
    }

    @Test("join the nodes of a flow with whoever added it")
    func flows() async throws {
        let observed = try await ObservedQueue.make()
        let (live, tracer) = (observed.live, observed.tracer)
        let producer = try FlowProducer(
            redis: live.redis, options: FlowProducerOptions(observability: observed.observability))
        var given = JobOptions()
        given.telemetryMetadata = "given"
        let tree = FlowNode(
            name: "album", in: live.name,
            children: [
                FlowNode(name: "photo", in: live.name), FlowNode(name: "text", in: live.name, options: given),
            ])
        let flow = try await tracer.withSpan("request") { _ in try await producer.add(tree) }
        let request = try #require(tracer.finishedSpans.first { $0.operationName == "request" })
        let add = try #require(observed.spans("addFlow").first)
        #expect(add.operationName == "addFlow \(live.name)" && add.kind == .producer)
        #expect(add.parentSpanID == request.spanID)
        #expect(add.text("bullmq.flow.name") == "album")
        let nodes = observed.spans("addNode")
        #expect(nodes.map { $0.text("bullmq.job.name") } == ["album", "photo", "text"])
        #expect(nodes.allSatisfy { $0.parentSpanID == add.spanID && $0.kind == .producer })
        let jobs = [flow.job] + flow.children.map(\.job)
        #expect(nodes.map { $0.text("bullmq.job.id") } == jobs.map(\.id))
        for (job, metadata) in zip(jobs, [TraceCarrier.text(of: nodes[0]), TraceCarrier.text(of: nodes[1]), "given"]) {
            #expect(try await live.storedOptions(of: job.id)["tm"]?.stringValue == metadata)
        }

        tracer.clearFinishedSpans()
        try await producer.addBulk([tree, tree])
        let bulk = try #require(tracer.finishedSpans.first { $0.operationName == "addBulkFlows" })
        #expect(bulk.number("bullmq.job.bulk.count") == 2)
        #expect(bulk.text("bullmq.job.bulk.names") == "album,album")
        #expect(observed.spans("addNode").count == 6)
        #expect(observed.spans("addNode").allSatisfy { $0.parentSpanID == bulk.spanID })
    }

    @Test("go with each iteration of a job scheduler, unless its template names others")
    func schedulers() async throws {
        let observed = try await ObservedQueue.make()
        let live = observed.live
        let job = try #require(try await observed.queue.schedulers.upsert("s", .every(.hours(1)), name: "tick"))
        let add = try #require(observed.spans("add").first)
        #expect(add.operationName == "add \(live.name).tick" && add.kind == .producer)
        #expect(add.text("bullmq.job.scheduler.id") == "s" && add.text("bullmq.job.id") == job.id)
        #expect(job.options.telemetryMetadata == TraceCarrier.text(of: add))
        #expect(try await live.storedOptions(of: job.id)["tm"]?.stringValue == TraceCarrier.text(of: add))
        try await observed.withWorker {
            Handler { _ in .null }
        } _: { _ async throws in
            _ = try await live.ending(of: job)
        }
        #expect(observed.spans("process").first?.parentSpanID == add.spanID)
        let next = try #require(try await live.queue.jobs(in: [.delayed], range: 0..<1).first)
        #expect(try await live.storedOptions(of: next.id)["tm"]?.stringValue == TraceCarrier.text(of: add))

        var template = JobOptions()
        template.telemetryMetadata = "given"
        let other = try #require(
            try await observed.queue.schedulers.upsert("t", .every(.hours(1)), options: template))
        #expect(try await live.storedOptions(of: other.id)["tm"] == "given")
    }

    @Test("and counts cover jobs that are taken and ended by hand")
    func byHand() async throws {
        let observed = try await ObservedQueue.make()
        let live = observed.live
        let worker = try ManualWorker(
            live.name, redis: live.redis, options: WorkerOptions(observability: observed.observability))
        let good = try await live.add("good")
        try await worker.nextJob()?.complete(1)
        let add = try #require(observed.spans("add").first)
        let taking = try #require(observed.spans("getNextJob").first)
        #expect(taking.parentSpanID == add.spanID)
        #expect(taking.text("bullmq.job.id") == good.id && taking.text("bullmq.worker.id") == worker.id)
        #expect(taking.text("bullmq.worker.options") == #"{"block":false}"#)
        #expect(observed.spans("complete").first?.text("bullmq.job.id") == good.id)
        #expect(observed.total("bullmq.jobs.completed", job: "good", state: "completed") == 1)

        let bad = try await live.add("bad", JobOptions(attempts: 3, backoff: .fixed(.hours(1))))
        try await worker.nextJob(waitingAtMost: .seconds(5))?.fail(Spill())
        #expect(observed.spans("getNextJob").last?.text("bullmq.worker.options") == #"{"block":true}"#)
        let delay = try #require(observed.spans("delay").first)
        #expect(try await live.field("tm", of: bad.id) == TraceCarrier.text(of: delay))
        try await bad.promote()
        try await worker.nextJob()?.putBack()
        try await worker.nextJob()?.fail(JobOutcome.unrecoverable("no"))
        let fail = try #require(observed.spans("fail").first)
        #expect(try await live.field("tm", of: bad.id) == TraceCarrier.text(of: fail))
        for state in ["delayed", "waiting", "failed"] {
            #expect(observed.total("bullmq.jobs.\(state)", job: "bad", state: state) == 1, "\(state)")
        }
        await worker.close()
    }

    @Test("record the error of an operation, which is thrown all the same")
    func error() async throws {
        let observed = try await ObservedQueue.make()
        let job = try await observed.live.add()
        try await job.remove()
        await #expect(throws: BullMQError.self) { try await job.updateProgress(1) }
        let span = try #require(observed.spans("updateJobProgress").first)
        #expect((span.errors.first?.error as? BullMQError)?.code == .missingJob)
        #expect(span.status?.code == .error)
    }

    @Test("cover what a worker does beside its jobs")
    func worker() async throws {
        let observed = try await ObservedQueue.make()
        try await observed.live.add("lost")
        try await observed.live.takeAndVanish()
        let gate = Gate()
        let options = WorkerOptions(
            name: "red", stalledInterval: .milliseconds(30), drainDelay: .milliseconds(20),
            lockDuration: .milliseconds(200))
        try await observed.withWorker(options) {
            Handler { _ in
                try await gate.wait()
                return .null
            }
        } _: { running async throws in
            try await running.log.first("renewed locks") { event -> Bool? in
                if case .locksRenewed(let ids) = event, ids == ["1"] { true } else { nil }
            }
            await gate.open()
            await running.worker.pause()
            running.worker.resume()
            await running.worker.close(gracePeriod: .zero)
        }
        for operation in ["startStalledCheckTimer", "moveStalledJobsToWait", "extendLocks", "pause", "resume", "close"]
        {
            let span = try #require(observed.spans(operation).first, "\(operation)")
            #expect(span.operationName == "\(operation) \(observed.live.name)")
            #expect(span.kind == .internal)
            #expect(span.text("bullmq.worker.name") == "red")
            #expect(span.text("bullmq.worker.id")?.isEmpty == false)
        }
        let recovery = try #require(observed.spans("moveStalledJobsToWait").first { !$0.events.isEmpty })
        #expect(recovery.attributes.get("bullmq.worker.stalled.jobs") == .stringArray(["1"]))
        #expect(recovery.events.first?.name == "job stalled")
        #expect(recovery.events.first?.attributes.get("bullmq.job.id") == .string("1"))
        let renewal = try #require(observed.spans("extendLocks").first)
        #expect(renewal.attributes.get("bullmq.worker.jobs.to.extend.locks") == .stringArray(["1"]))
        let pause = try #require(observed.spans("pause").first)
        #expect(pause.attributes.get("bullmq.worker.do.not.wait.active") == .bool(false))
        #expect(observed.spans("close").first?.attributes.get("bullmq.worker.force.close") == .bool(true))
        #expect(observed.metrics.counterTotal(label: "bullmq.jobs.stalled") == 1)
    }

    @Test("go to the tracer in force when the queue is made, and nowhere if it is told so")
    func backends() async throws {
        let live = try await LiveQueue.make()
        let tracer = InMemoryTracer()
        let (following, silent) = try withTracer(tracer) {
            (
                try Queue(live.name, redis: live.redis),
                try Queue(live.name, redis: live.redis, options: QueueOptions(observability: .off))
            )
        }
        try await silent.add(name: "work")
        #expect(tracer.finishedSpans.isEmpty)
        try await following.add(name: "work")
        #expect(tracer.finishedSpans.map(\.operationName) == ["add \(live.name).work"])
        #expect(live.queue.store.telemetry == nil)
    }
}

extension TraceCarrier {
    /// What the in-memory tracer writes for a span.
    static func text(of span: FinishedInMemorySpan) -> String? {
        TraceCarrier(injecting: span.context, by: InMemoryTracer()).text
    }
}
