import Logging
import NIOCore
import Synchronization

/// The main loop: performs what ``FetchLoop`` decides.
extension Worker {
    /// Runs everything until the worker was told to close and its last job has ended.
    func work() async throws {
        defer { finishClosing() }
        let minimumBlock = try await inspectServer()
        state.withLock { $0.loop.minimumBlock = minimumBlock }
        try await hearCancellations()
        try await withThrowingTaskGroup(of: Void.self) { group in
            // Never where handlers run: inline ones may hold up their thread for longer than a lock lasts.
            group.addTask(executorPreference: store.redis.executor) { await self.locks.run() }
            group.addTask { await self.stalledChecker.run() }
            if let cancellations { group.addTask { await cancellations.run() } }
            defer {
                stalledChecker.stop()
                locks.stop()
                // A call of theirs that waits for a connection would keep the worker from ending.
                group.cancelAll()
            }
            do {
                try await self.fetchJobs()
            } catch {
                // Nothing can be stored any more, so handlers would work in vain.
                self.beginClosing(gracePeriod: .zero)
                while self.state.withLock({ $0.loop.slots > 0 && !$0.isAbandoned }) { await self.wakeup.sleep() }
                throw error
            }
        }
    }

    private func finishClosing() {
        let waiters = state.withLock { state in
            state.phase = .over
            defer { state.closeWaiters = [] }
            return state.closeWaiters + state.takeQuietWaiters()
        }
        Task { [blocking, separate, broadcast] in
            await blocking.close(immediately: true)
            if let separate { await separate.close() }
            broadcast.send(.closed)
            broadcast.finish()
            for waiter in waiters { waiter.resume() }
        }
    }

    /// Begins to listen before the first job is taken, so that no request for it is missed.
    private func hearCancellations() async throws {
        guard let cancellations else { return }
        do {
            try await interruptible { try await cancellations.begin() }
        } catch let error as RedisError where error.code == .closed {
            throw error
        } catch {
            report(error)
        }
    }

    /// The shortest wait in milliseconds that the server supports. Refused credentials and the like end the worker here, at its
    /// start, where somebody looks.
    private func inspectServer() async throws -> Int64 {
        while true {
            do {
                let reply = try await interruptible { try await self.slotStore.send("INFO") }
                let server = ServerInfo(reply.string ?? "")
                try server.requireSupport()
                server.warnings.forEach { options.logger.warning("\($0)") }
                return server.minimumBlockMilliseconds
            } catch let error as RedisError where error.code == .handshakeRefused || error.code == .closed {
                throw error
            } catch let error as BullMQError {
                throw error
            } catch let error as RedisError where error.code == .errorReply {
                // An ACL may forbid INFO; the longer of the two shortest waits suits every server.
                options.logger.debug(
                    "server not inspected", metadata: ["bullmq.queue": "\(queueName)", "bullmq.error": "\(error)"])
                return 2
            } catch {
                if state.withLock({ $0.loop.isClosing }) { return 2 }
                report(error)
                await wakeup.sleep(atMost: options.retryDelay)
            }
        }
    }

    /// Returns when the worker was told to close and its last slot has ended. The slots are tasks of their own, since they must
    /// not inherit this one's executor; the loop counts them.
    private func fetchJobs() async throws {
        let runner = makeRunner()
        while true {
            let action = state.withLock { state in
                let now = Milliseconds.now
                let action = state.isAbandoned ? .stop : state.loop.next(now: now)
                state.progress.turned(
                    to: action, isPaused: state.loop.isPaused, isClosing: state.loop.isClosing, now: now)
                state.isFetching = if case .fetch = action { true } else { false }
                return action
            }
            switch action {
            case .stop:
                return
            case .idle:
                for waiter in state.withLock({ $0.takeQuietWaiters() }) { waiter.resume() }
                await wakeup.sleep()
            case .sleep(let milliseconds):
                let start = Milliseconds.now
                await wakeup.sleep(atMost: .milliseconds(milliseconds))
                if Milliseconds.now - start >= milliseconds { state.withLock { $0.loop.slept() } }
            case .block(let milliseconds):
                await waitForMarker(milliseconds)
            case .fetch(let number):
                let token = "\(id):\(number)"
                guard let record = try await fetch(token) else { continue }
                start(runner, record, token)
                try await takeMore(runner)
            }
        }
    }

    /// One fetch. Errors are reported and followed by a pause, so that a server in trouble is not flooded.
    private func fetch(_ token: String) async throws -> JobRecord? {
        do {
            let meter = store.telemetry?.meter
            let start = meter.map { _ in ContinuousClock.now }
            let answer = try await interruptible {
                try await self.slotStore.moveToActive(token: token, terms: self.terms)
            }
            if let start { meter?.fetched(in: ContinuousClock.now - start) }
            let isNewlyDrained = state.withLock { state in
                let now = Milliseconds.now
                state.progress.progressed(now: now)
                return state.loop.fetched(answer.summary, now: now)
            }
            if isNewlyDrained { broadcast.send(.drained) }
            if case .job(let record) = answer { return record }
            return nil
        } catch {
            return try await recovered([token], after: error).first?.record
        }
    }

    /// Deals with a fetch that failed; returns the jobs that it may have brought all the same.
    func recovered(
        _ tokens: [String], after error: any Error
    ) async throws -> [(record: JobRecord, token: String)] {
        if error is CancellationError { return [] }
        let failure = error as? RedisError
        if failure?.code == .closed { throw error }
        report(error)
        await wakeup.sleep(atMost: failure?.isConnectionError == true ? options.retryDelay : .milliseconds(100))
        guard failure?.mayHaveExecuted == true else { return [] }
        var jobs: [(record: JobRecord, token: String)] = []
        for token in tokens {
            if let record = await reclaim(token) { jobs.append((record, token)) }
        }
        return jobs
    }

    /// Runs an operation that closing gives up on if there is no connection. With one it is left to end: a fetch that is under
    /// way may bring a job.
    func interruptible<Result: Sendable>(
        _ operation: @escaping @Sendable () async throws -> Result
    ) async throws -> Result {
        let task = Task(executorPreference: loopExecutor) { try await operation() }
        state.withLock { $0.interrupt = { task.cancel() } }
        interruptIfClosing()
        defer { state.withLock { $0.interrupt = nil } }
        return try await task.value
    }

    func interruptIfClosing() {
        let isConnected = slotStore.connection.isConnected
        state.withLock { $0.isAbandoned || ($0.loop.isClosing && !isConnected) ? $0.interrupt : nil }?()
    }

    /// Ends the wait for work, wherever it stands: not yet sent, or at the server, where it would swallow a marker.
    func endWait() {
        state.withLock { $0.endWait }?()
        blocking.drop()
    }

    /// A wait on the marker that ``endWait()`` gives up on.
    private func wait(_ command: RedisCommand, deadline: Duration) async throws -> RESPValue {
        let task = Task(executorPreference: loopExecutor) { [blocking] in
            try await blocking.sendBlocking(command, deadline: deadline)
        }
        let isWanted = state.withLock { state in
            state.endWait = { task.cancel() }
            return !state.loop.isClosing && !state.loop.isPaused
        }
        defer { state.withLock { $0.endWait = nil } }
        if !isWanted { endWait() }
        return try await task.value
    }

    /// Waits until there may be work, on a connection of its own. A peer that stays silent for a second longer than asked is
    /// taken for dead: the connection is dropped, and work looked for the ordinary way.
    private func waitForMarker(_ milliseconds: Int64) async {
        let timeout = Double(milliseconds) / 1000
        let command = RedisCommand("BZPOPMIN", store.keys.marker, timeout.formattedSeconds)
        do {
            let reply = try await wait(command, deadline: .milliseconds(milliseconds + 1000))
            if case .error(let error) = reply {
                throw RedisError(.errorReply, "BZPOPMIN failed: \(error.message)", underlying: error)
            }
            let score = reply.array.flatMap { $0.count == 3 ? $0[2].wholeMilliseconds : nil }
            state.withLock { state in
                let now = Milliseconds.now
                state.progress.progressed(now: now)
                state.loop.woke(score: score, now: now)
            }
        } catch {
            let isQuiet = state.withLock { state in
                state.loop.woke(score: nil, now: Milliseconds.now)
                return state.loop.isClosing || state.loop.isPaused
            }
            if isQuiet { return }
            if (error as? RedisError)?.code != .timeout { report(error) }
            await wakeup.sleep(atMost: .milliseconds(100))
        }
    }

    // MARK: Slots

    func start(_ runner: JobRunner, _ record: JobRecord, _ token: String) {
        tasks.start(on: inlineExecutor) { await self.runSlot(runner, first: record, token: token) }
    }

    /// Processes a job, then the one that its finishing script handed out, and so on.
    private func runSlot(_ runner: JobRunner, first: JobRecord, token: String) async {
        var next: JobRecord? = first
        while let record = next {
            let (answer, limitedFor) = await runner.run(record, token: token)
            next = nil
            let now = Milliseconds.now
            let (isNewlyDrained, mustWake) = state.withLock { state in
                state.progress.progressed(now: now)
                let isNewlyDrained = state.loop.slotAnswered(answer.summary, now: now)
                if limitedFor > 0 { state.loop.limit(for: limitedFor, now: now) }
                return (isNewlyDrained, answer.summary != .job)
            }
            if case .job(let record) = answer {
                // A task that was cancelled with its job is of no use to another.
                if Task.isCancelled {
                    start(runner, record, token)
                } else {
                    next = record
                }
            }
            if isNewlyDrained { broadcast.send(.drained) }
            if mustWake { wakeup.signal() }
        }
    }

    private func makeRunner() -> JobRunner {
        JobRunner(
            store: slotStore, options: options, terms: terms, finishing: finishing, handlers: handlers,
            events: broadcast,
            locks: locks,
            mayContinue: { self.state.withLock { $0.loop.mayContinueSlot } },
            isGraceOver: { self.state.withLock { $0.isGraceOver } }, tasks: tasks)
    }

    /// After a reply was lost, the job it would have brought may be ours: active, and locked with our token. It would otherwise
    /// lie idle until it counts as stalled.
    private func reclaim(_ token: String) async -> JobRecord? {
        while true {
            do {
                guard let record = try await interruptible({ try await self.slotStore.jobLocked(with: token) }) else {
                    return nil
                }
                _ = state.withLock { $0.loop.fetched(.job, now: Milliseconds.now) }
                return record
            } catch {
                report(error)
                let failure = error as? RedisError
                guard failure?.isConnectionError == true, failure?.code != .closed,
                    !state.withLock({ $0.loop.isClosing })
                else { return nil }
                await wakeup.sleep(atMost: options.retryDelay)
            }
        }
    }

    private func report(_ error: any Error) {
        // Of an outage the connection itself tells, once.
        let isOutage = (error as? RedisError)?.isConnectionError == true
        options.logger.log(
            level: isOutage ? .debug : .warning, "cannot take jobs",
            metadata: ["bullmq.queue": "\(queueName)", "bullmq.error": "\(error)"])
        broadcast.send(.error(error))
    }
}

extension FetchAnswer {
    var summary: FetchLoop.Answer {
        switch self {
        case .job: .job
        case .none(let limitedFor, let dueAt): .none(limitedFor: limitedFor, dueAt: dueAt)
        case .notAsked: .notAsked
        }
    }
}

extension Double {
    /// Decimal seconds without exponent, as Redis reads a time-out.
    var formattedSeconds: String {
        let milliseconds = Int64((self * 1000).rounded(.up))
        let fraction = String(milliseconds % 1000)
        let padded = String(repeating: "0", count: 3 - fraction.count) + fraction
        return "\(milliseconds / 1000).\(padded)"
    }
}
