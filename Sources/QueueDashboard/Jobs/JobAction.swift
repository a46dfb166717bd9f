// Owns: what can be done to a job, and to which.

import BullMQ
import FoundationEssentials
import HTTPTypes

/// Something that is done to jobs one by one.
enum JobAction: Sendable {
    case retry(resetAttempts: Bool)
    case promote
    case remove
    case cancel
    case priority(Int)
    case delay(Duration)

    init(_ command: Command) throws(DashboardError) {
        switch try command.required("action") {
        case "retry": self = .retry(resetAttempts: command.flag("resetAttempts"))
        case "promote": self = .promote
        case "remove": self = .remove
        case "cancel": self = .cancel
        case "priority":
            guard let priority = try command.integer("priority", in: 0...JobOptions.maximumPriority) else {
                throw DashboardError(.badRequest, "Missing field: priority")
            }
            self = .priority(priority)
        case "delay":
            guard let milliseconds = try command.integer("delay", in: 0...(366 * 86_400_000)) else {
                throw DashboardError(.badRequest, "Missing field: delay")
            }
            self = .delay(.milliseconds(milliseconds))
        case let name: throw DashboardError(.badRequest, "There is no action \(name) for jobs")
        }
    }

    /// Whether it can succeed for a job in this state.
    func applies(to state: JobState) -> Bool {
        switch self {
        case .retry: state == .failed || state == .completed
        case .promote, .delay: state == .delayed
        case .remove: state != .active
        case .cancel: state == .active
        case .priority: state == .waiting || state == .prioritized || state == .delayed
        }
    }

    /// Whether the job leaves the state in which it was.
    var movesJob: Bool {
        switch self {
        case .retry, .promote, .remove: true
        case .cancel, .priority, .delay: false
        }
    }

    func perform(on job: Job, in state: JobState, of queue: Queue) async throws {
        guard applies(to: state) else {
            throw BullMQError(.wrongState, "The job is \(state.rawValue)")
        }
        switch self {
        case .retry(let reset):
            try await job.retry(from: state, resetAttemptsMade: reset, resetAttemptsStarted: reset)
        case .promote: try await job.promote()
        case .remove: try await job.remove()
        case .priority(let priority): try await job.changePriority(to: priority)
        case .delay(let delay): try await job.changeDelay(to: delay)
        case .cancel:
            let answer = try await queue.cancel(job.id, reason: "cancelled in the dashboard", within: .seconds(2))
            if answer == .unanswered {
                throw BullMQError(.timeout, "Its worker did not answer; perhaps it does not accept cancellations")
            }
        }
    }
}
