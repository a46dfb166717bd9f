// Owns what the browser says about its targets: pages that opened or went, and sessions that ended.

import Foundation
import Logging
import NIOCore
import Synchronization

/// The listener of the browser's own events.
final class TargetRegistry: Sendable {
    struct Target: Decodable, Sendable {
        let targetId: String
        let type: String
        let url: String
        let openerId: String?
        let browserContextId: String?
    }

    private struct Info: Decodable { let targetInfo: Target }
    private struct Gone: Decodable { let targetId: String }
    private struct Detached: Decodable { let sessionId: String }

    private struct State {
        var targets: [String: Target] = [:]
        var detachWatchers: [String: @Sendable () -> Void] = [:]
        var lastWaiter = 0
        var waiters: [Int: @Sendable (Target) -> Bool] = [:]
    }

    private let state = Mutex(State())
    private let logger: Logger

    init(logger: Logger) { self.logger = logger }

    /// All pages there are.
    var pages: [Target] { state.withLock { $0.targets.values.filter { $0.type == "page" } } }

    /// How many sessions and wishes are watched.
    var load: Int { state.withLock { $0.detachWatchers.count + $0.waiters.count } }

    /// Calls back when a session ends.
    func onDetach(of session: String, _ watcher: @escaping @Sendable () -> Void) {
        state.withLock { $0.detachWatchers[session] = watcher }
    }

    /// Registers a wish for a target that is still to come; `nil` when nobody wishes any more.
    func next(
        _ isWanted: @escaping @Sendable (Target) -> Bool
    ) -> (answer: PendingAnswer<Target>, cancel: @Sendable () -> Void) {
        let answer = PendingAnswer<Target>()
        let id = state.withLock { state in
            state.lastWaiter += 1
            state.waiters[state.lastWaiter] = { target in
                guard isWanted(target) else { return false }
                answer.resolve(.success(target))
                return true
            }
            return state.lastWaiter
        }
        return (answer, { self.state.withLock { _ = $0.waiters.removeValue(forKey: id) } })
    }

    func apply(_ event: ProtocolMessage) {
        do {
            switch event.method {
            case "Target.targetCreated":
                let target = try event.parameters(as: Info.self).targetInfo
                state.withLock { state in
                    state.targets[target.targetId] = target
                    for (id, isDone) in state.waiters where isDone(target) { state.waiters.removeValue(forKey: id) }
                }
            case "Target.targetInfoChanged":
                let target = try event.parameters(as: Info.self).targetInfo
                state.withLock { $0.targets[target.targetId] = target }
            case "Target.targetDestroyed":
                let id = try event.parameters(as: Gone.self).targetId
                state.withLock { _ = $0.targets.removeValue(forKey: id) }
            case "Target.detachedFromTarget":
                let session = try event.parameters(as: Detached.self).sessionId
                let watcher = state.withLock { $0.detachWatchers.removeValue(forKey: session) }
                watcher?()
            default: break
            }
        } catch {
            logger.debug("An event is not understood", metadata: ["event": "\(event.method)", "error": "\(error)"])
        }
    }
}
