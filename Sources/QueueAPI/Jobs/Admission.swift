// Owns: what stands between a correct request and the queue: room in the queue, and the caller's subscription.

import BullMQ
import HTTPTypes
import Logging
import SubscriptionTiers

/// Decides whether a job may be added.
struct Admission: Sendable {
    let subscriptions: any SubscriptionChecking
    let reasonStyle: TierReasonStyle
    /// Most jobs that may wait in one queue; nil for any number.
    let maximumWaiting: Int?
    let depths: QueueReadings
    let queues: JobQueues
    let logger: Logger

    /// A permission that was counted, and can be given back if the job could not be added.
    struct Pass: Sendable {
        fileprivate let reservation: Reservation
    }

    /// Counts one use of the operation.
    ///
    /// - Throws: 503 when the queue is full or nobody can tell what the caller's tier is; 403 as in section 12.
    func admit(_ operation: Operation, _ caller: Caller) async throws -> Pass {
        try await requireRoom(in: queues.queue(operation.queue).name)
        let subscriber = Subscriber(id: caller.userID, isAdmin: caller.isAdmin)
        let decision: SubscriptionDecision
        do throws(SubscriptionError) {
            decision = try await subscriptions.reserve(operation.name, for: subscriber)
        } catch {
            throw unavailable(error)
        }
        switch decision {
        case .allowed(let reservation): return Pass(reservation: reservation)
        case .refused(let refusal): throw APIError.tier(refusal, reasonStyle)
        }
    }

    /// Whether the caller's tier has the operation; nothing is counted (queue API, section 14, decision 13).
    func readmit(_ operation: Operation, _ caller: Caller) async throws(APIError) {
        let subscriber = Subscriber(id: caller.userID, isAdmin: caller.isAdmin)
        let decision: SubscriptionDecision
        do throws(SubscriptionError) {
            decision = try await subscriptions.isAvailable(operation.name, for: subscriber)
        } catch {
            throw unavailable(error)
        }
        if case .refused(let refusal) = decision { throw .tier(refusal, reasonStyle) }
    }

    /// The job was not added.
    func giveBack(_ pass: Pass) async {
        do throws(SubscriptionError) {
            try await subscriptions.refund(pass.reservation)
        } catch {
            logger.warning(
                "A use that did not happen could not be given back", metadata: ["queue-api.error": "\(error)"])
        }
    }

    private func unavailable(_ error: SubscriptionError) -> APIError {
        logger.warning("Subscriptions cannot be checked", metadata: ["queue-api.error": "\(error)"])
        return .server(.serviceUnavailable, "Subscription service unavailable")
    }

    private func requireRoom(in queue: String) async throws {
        guard let maximumWaiting else { return }
        let readings: QueueReadings.Readings
        do {
            readings = try await depths.current()
        } catch {
            throw APIError.queueFailure(error)
        }
        let waiting = readings.first { $0.name == queue }?.reading.waiting ?? 0
        guard waiting < maximumWaiting else { throw APIError.queueFull }
    }
}

extension APIError {
    /// A refusal by tier, with the exact members of the contract.
    static func tier(_ refusal: SubscriptionRefusal, _ style: TierReasonStyle) -> APIError {
        var object: JSONObject = [
            "error": .string(SubscriptionRefusal.error), "reason": .string(refusal.reason(style)),
            "message": .string(refusal.message),
        ]
        object["code"] = refusal.code.map(JSONValue.string)
        return APIError(status: .forbidden, body: JSONValue.object(object).serialized())
    }
}
