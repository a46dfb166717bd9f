// Owns what the browser says about downloads: each begins with its page's frame, and ends complete or not.

import Foundation
import Logging
import Synchronization

/// The downloads of a browser, as far as somebody waits for them.
final class DownloadRegistry: Sendable {
    struct Beginning: Decodable, Sendable {
        let frameId: String
        let guid: String
        let url: String
        let suggestedFilename: String
    }

    private struct Progress: Decodable {
        let guid: String
        let state: String
        let receivedBytes: Double
    }

    private struct State {
        /// Who waits for the next download of a frame.
        var wishes: [String: PendingAnswer<Beginning>] = [:]
        /// Downloads that somebody wished for, and what comes of them: their bytes.
        var running: [String: PendingAnswer<Int>] = [:]
    }

    private let state = Mutex(State())
    private let logger: Logger

    init(logger: Logger) { self.logger = logger }

    /// Registers the wish for the next download of a frame.
    func next(of frame: String) -> PendingAnswer<Beginning> {
        let answer = PendingAnswer<Beginning>()
        state.withLock { $0.wishes[frame] = answer }
        return answer
    }

    /// Nobody wishes any more.
    func forget(_ frame: String) { state.withLock { _ = $0.wishes.removeValue(forKey: frame) } }

    /// What comes of a download that was wished for; asked once.
    func end(of guid: String) -> PendingAnswer<Int>? { state.withLock { $0.running[guid] } }

    func forget(download guid: String) { state.withLock { _ = $0.running.removeValue(forKey: guid) } }

    func apply(_ event: ProtocolMessage) {
        do {
            switch event.method {
            case "Browser.downloadWillBegin":
                let beginning = try event.parameters(as: Beginning.self)
                let wish = state.withLock { state in
                    let wish = state.wishes.removeValue(forKey: beginning.frameId)
                    if wish != nil { state.running[beginning.guid] = PendingAnswer() }
                    return wish
                }
                wish?.resolve(.success(beginning))
            case "Browser.downloadProgress":
                let progress = try event.parameters(as: Progress.self)
                guard progress.state != "inProgress" else { return }
                let end = state.withLock { $0.running[progress.guid] }
                end?.resolve(
                    progress.state == "completed"
                        ? .success(Int(progress.receivedBytes))
                        : .failure(BrowserError(.fileFailed, "the download was cancelled or could not be written")))
            default: break
            }
        } catch {
            logger.debug("An event is not understood", metadata: ["event": "\(event.method)", "error": "\(error)"])
        }
    }
}
