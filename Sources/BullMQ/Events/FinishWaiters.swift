import NIOCore

/// Lets any number of callers wait for jobs to finish, on one event stream that is read while somebody waits.
actor FinishWaiters {
    private typealias Continuation = CheckedContinuation<JSONText, any Error>

    private let store: QueueStore
    private let clientName: String
    private var waiters: [String: [Int: Continuation]] = [:]
    private var nextID = 0
    private var reading: Task<Void, Never>?
    private var reader: EventReader?

    init(store: QueueStore, clientName: String) {
        self.store = store
        self.clientName = clientName
    }

    /// The stream is watched before the job is looked at, so its end cannot slip through between (client, section 14).
    func ending(of id: String, name: String, within timeout: Duration?) async throws -> JSONText {
        nextID += 1
        let waiter = nextID
        let timer = timeout.map { timeout in
            store.connection.eventLoop.scheduleTask(in: .nanoseconds(timeout.nanoseconds)) {
                let error = BullMQError(
                    .timeout,
                    "Job wait \(name) timed out before finishing, no finish notification arrived after "
                        + "\(timeout.milliseconds)ms (id=\(id))")
                Task { await self.resume(id, waiter, .failure(error)) }
            }
        }
        defer { timer?.cancel() }
        return try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                if Task.isCancelled { return continuation.resume(throwing: CancellationError()) }
                waiters[id, default: [:]][waiter] = continuation
                Task { await self.lookUp(id, waiter) }
            }
        } onCancel: {
            Task { await self.resume(id, waiter, .failure(CancellationError())) }
        }
    }

    private func lookUp(_ id: String, _ waiter: Int) async {
        do {
            try await watch()
            switch try await store.ending(of: id) {
            case .pending: break
            case .completed(let result): resume(id, waiter, .success(JSONText(unchecked: result ?? "null")))
            case .failed(let reason): resume(id, waiter, .failure(BullMQError(.jobFailed, reason ?? "")))
            case .missing(let message):
                // A job that is removed as soon as it ends leaves its event.
                let recorded = try await store.recordedEnding(of: id)
                resume(id, waiter, recorded ?? .failure(BullMQError(.missingJob, message)))
            }
        } catch {
            resume(id, waiter, .failure(error))
        }
    }

    /// Returns when every event from now on will be seen.
    private func watch() async throws {
        let current = reader ?? EventReader(store: store, clientName: clientName, position: .now)
        reader = current
        try await current.begin()
        guard reader === current, reading == nil else { return }
        reading = Task { [weak self] in
            do {
                while let event = try await current.next() { await self?.handle(event) }
            } catch {
                await self?.readingFailed(error, current)
            }
        }
    }

    private func handle(_ event: QueueEvent) {
        switch event.kind {
        case .completed(let id, let result): resumeAll(id, .success(result))
        case .failed(let id, let reason): resumeAll(id, .failure(BullMQError(.jobFailed, reason)))
        default: break
        }
    }

    private func readingFailed(_ error: any Error, _ failed: EventReader) {
        guard reader === failed else { return }
        for id in Array(waiters.keys) { resumeAll(id, .failure(error)) }
    }

    private func resumeAll(_ id: String, _ result: Result<JSONText, any Error>) {
        for waiter in waiters[id, default: [:]].keys { resume(id, waiter, result) }
    }

    private func resume(_ id: String, _ waiter: Int, _ result: Result<JSONText, any Error>) {
        guard let continuation = waiters[id]?.removeValue(forKey: waiter) else { return }
        if waiters[id]?.isEmpty == true { waiters[id] = nil }
        continuation.resume(with: result)
        if waiters.isEmpty { stopReading() }
    }

    private func stopReading() {
        reading?.cancel()
        reading = nil
        reader = nil
    }
}

extension QueueStore {
    private static var pageSize: Int { 500 }

    /// The newest end of a job that the event stream tells of, nil if it tells of none.
    fileprivate func recordedEnding(of id: String) async throws -> Result<JSONText, any Error>? {
        var end = "+"
        while true {
            let reply = try await send("XREVRANGE", keys.events, end, "-", "COUNT", String(Self.pageSize))
            guard let entries = reply.array else { throw BullMQError.unexpected(reply, from: "XREVRANGE") }
            for entry in entries {
                guard let parts = entry.array, parts.count == 2, let entryID = parts[0].string,
                    let fields = parts[1].array
                else { throw BullMQError.unexpected(reply, from: "XREVRANGE") }
                end = "(" + entryID
                switch QueueEvent(id: entryID, fields: fields)?.kind {
                case .completed(id, let result)?: return .success(result)
                case .failed(id, let reason)?: return .failure(BullMQError(.jobFailed, reason))
                default: break
                }
            }
            if entries.count < Self.pageSize { return nil }
        }
    }
}
