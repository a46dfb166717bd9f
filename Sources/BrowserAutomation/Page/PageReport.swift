// Owns what is kept of a page when something went wrong with it: enough to see why, without what may be secret.

public import Foundation

/// The state of a page at one moment, for people.
public struct PageReport: Sendable, CustomStringConvertible {
    /// The address without its query and fragment, where tokens travel.
    public let url: String
    /// The title; `nil` when the page did not answer.
    public let title: String?
    /// The last twenty console messages and exceptions.
    public let messages: [ConsoleMessage]
    /// The last twenty failed requests, their addresses without query and fragment.
    public let failedRequests: [RequestFailure]
    /// The last twenty dialog boxes.
    public let dialogs: [Dialog]
    /// What is seen, as JPEG; `nil` when no picture could be taken.
    public let screenshot: Data?
    /// Why parts are missing.
    public let problems: [String]

    /// All but the picture, line by line.
    public var description: String {
        var lines = ["page: \(url)", "title: \(title ?? "-")"]
        lines += messages.map(\.description)
        lines += failedRequests.map { "request: \($0)" }
        lines += dialogs.map { "dialog: \($0.type) \($0.message)" }
        lines += problems.map { "report: \($0)" }
        return lines.joined(separator: "\n")
    }
}

extension Page {
    /// Tells what there is to tell about the page now. Never throws: what cannot be had is named in the report.
    public func report() async -> PageReport {
        let state = monitor.state
        var problems: [String] = []
        var title: String?
        var screenshot: Data?
        do throws(BrowserError) {
            title = try await self.title()
            screenshot = try await self.screenshot(format: .jpeg(quality: 50))
        } catch {
            problems.append(error.description)
        }
        return PageReport(
            url: Self.withoutQuery(url), title: title, messages: state.messages.suffix(20),
            failedRequests: state.failures.suffix(20).map { failure in
                RequestFailure(
                    url: Self.withoutQuery(failure.url), method: failure.method, status: failure.status,
                    reason: failure.reason)
            }, dialogs: state.dialogs.suffix(20), screenshot: screenshot, problems: problems)
    }

    static func withoutQuery(_ url: String) -> String {
        String(url.prefix { $0 != "?" && $0 != "#" })
    }
}
