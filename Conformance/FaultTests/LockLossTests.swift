import BullMQ
import Stage
import Synchronization
import Testing
import Witness

@Suite("A job whose lock is lost", .timeLimit(.minutes(1)))
struct LockLossTests {
    /// How the lock gets lost.
    enum Loss: CaseIterable {
        /// It is gone, as after it expired.
        case gone
        /// Another worker holds it.
        case taken

        func happen(to lock: Bytes, _ witness: RedisWitness) async throws {
            switch self {
            case .gone: try await witness.run("DEL", lock)
            case .taken: try await witness.run("SET", lock, "another worker", "PX", "60000")
            }
        }
    }

    private static let options = WorkerOptions(skipsStalledCheck: true, lockDuration: .milliseconds(300))

    @Test("is cancelled for that reason, and nothing is written", arguments: Loss.allCases)
    func cancelled(loss: Loss) async throws {
        try await withStage { stage in
            let job = try await stage.queue.add(name: "work")
            let (reasons, told) = AsyncStream.makeStream(of: CancellationReason?.self)
            try await stage.withWorker(Self.options) {
                Handler { job in
                    do {
                        try await Task.sleep(for: .seconds(30))
                    } catch {
                        told.yield(job.cancellationReason)
                        throw error
                    }
                    return .null
                }
            } _: { worker in
                let events = worker.events()
                let before = try await lose(loss, job, stage)
                var iterator = reasons.makeAsyncIterator()
                #expect(await iterator.next() == .lockLost)
                await worker.close()
                for await event in events {
                    if case .locksLost(let ids) = event {
                        #expect(ids == [job.id])
                        break
                    }
                }
                #expect(try await picture(of: stage).differences(from: before, timeToLiveTolerance: 30_000) == [])
            }
        }
    }

    @Test("has its result refused when the handler goes on regardless", arguments: Loss.allCases)
    func refused(loss: Loss) async throws {
        try await withStage { stage in
            let job = try await stage.queue.add(name: "work")
            let (orders, order) = AsyncStream.makeStream(of: Void.self)
            var options = Self.options
            options.cancelsOnLockLoss = false
            try await stage.withWorker(options) {
                Handler { _ in
                    for await _ in orders { break }
                    return JSONText("too late")
                }
            } _: { worker in
                let events = worker.events()
                let before = try await lose(loss, job, stage)
                order.yield()
                let code: BullMQError.Code = loss == .gone ? .missingLock : .lockMismatch
                for await event in events {
                    if case .error(let error) = event {
                        #expect((error as? BullMQError)?.code == code)
                        break
                    }
                }
                await worker.close()
                #expect(try await picture(of: stage).differences(from: before, timeToLiveTolerance: 30_000) == [])
            }
        }
    }

    /// Waits until the job is being worked, takes its lock away, and pictures the queue.
    private func lose(_ loss: Loss, _ job: Job, _ stage: Stage) async throws -> KeySpace {
        try await stage.follow(until: ["active"], of: [job.id])
        try await loss.happen(to: stage.base + Bytes("\(job.id):lock"), stage.witness())
        return try await picture(of: stage)
    }

    private func picture(of stage: Stage) async throws -> KeySpace {
        var picture = try await stage.picture()
        // A worker that waits for work takes the marker away.
        picture.keys["marker"] = nil
        return picture
    }
}
