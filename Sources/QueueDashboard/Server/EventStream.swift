// Owns: the live figures as server-sent events, and how many follow them.

import BullMQ
import HTTPTypes
import Hummingbird
import NIOCore
import ServiceLifecycle
import Synchronization

/// How many pages follow the live figures.
final class ViewerCount: Sendable {
    private let maximum: Int
    private let count = Mutex(0)

    init(maximum: Int) { self.maximum = maximum }

    var isFull: Bool { count.withLock { $0 >= maximum } }
    func enter() { count.withLock { $0 += 1 } }
    func leave() { count.withLock { $0 -= 1 } }
}

extension QueueDashboard {
    /// One sample after the other until the client leaves or the server is shut down. All clients share the samples.
    func eventStream() throws(DashboardError) -> Response {
        let (viewers, sampler, options) = (viewers, sampler, options)
        guard !viewers.isFull else { throw DashboardError(.serviceUnavailable, "Too many pages follow the queues") }
        let body = ResponseBody { writer in
            let messages = LiveMessages(sampler: sampler, interval: options.sampleInterval).cancelOnGracefulShutdown()
            viewers.enter()
            defer { viewers.leave() }
            // So that a page that lost the server does not come back in the same moment as all others.
            try await writer.write(ByteBuffer(string: "retry: \(Int.random(in: 1500...4000))\n\n"))
            for await message in messages { try await writer.write(ByteBuffer(string: message)) }
            try await writer.finish(nil)
        }
        var headers: HTTPFields = [
            .contentType: "text/event-stream; charset=utf-8", .cacheControl: "no-store",
            .xContentTypeOptions: "nosniff",
        ]
        // Proxies hold answers back unless told otherwise.
        if let name = HTTPField.Name("X-Accel-Buffering") { headers[name] = "no" }
        return Response(status: .ok, headers: headers, body: body)
    }
}

/// A message at once, and then one in each interval, until the task is cancelled.
private struct LiveMessages: AsyncSequence, Sendable {
    let sampler: DashboardSampler
    let interval: Duration

    struct AsyncIterator: AsyncIteratorProtocol {
        let messages: LiveMessages
        var isFirst = true

        mutating func next() async -> String? {
            if !isFirst {
                do { try await Task.sleep(for: messages.interval) } catch { return nil }
            }
            isFirst = false
            return await messages.message()
        }
    }

    func makeAsyncIterator() -> AsyncIterator { AsyncIterator(messages: self) }

    /// The newest sample, or why there is none: then the stream goes on, since Redis may come back.
    private func message() async -> String? {
        do {
            let snapshot = try await withDeadline(.seconds(5)) {
                try await sampler.snapshot(noOlderThan: interval / 2)
            }
            return "event: sample\ndata: \(snapshot.json.serialized())\n\n"
        } catch is CancellationError {
            return nil
        } catch {
            return "event: trouble\ndata: \(DashboardError(error).body.serialized())\n\n"
        }
    }
}
