// Owns how a page comes to a document, and how far it must be before a call returns.

/// How far a document must be.
public enum LoadState: Sendable, Hashable {
    /// The document has begun to arrive.
    case committed
    /// Its text is parsed and its deferred scripts have run.
    case contentLoaded
    /// Its images, styles and frames are there too.
    case loaded
    /// And for half a second no request was under way. Pages that poll never get there.
    case networkIdle

    var milestone: PageState.Milestone {
        switch self {
        case .committed: .commit
        case .contentLoaded: .domContentLoaded
        case .loaded: .load
        case .networkIdle: .networkIdle
        }
    }
}

/// Where a navigation led.
public struct Navigation: Sendable, Hashable {
    /// The address after all redirects.
    public let url: String
    /// The HTTP status of the document; `nil` where there is none: `about:`, `data:`, a change of `#fragment`.
    public let status: Int?
    /// Whether the document stayed and only its address changed.
    public let isSameDocument: Bool
}

extension Page {
    /// The present address.
    public var url: String { monitor.state.document?.url ?? "about:blank" }

    /// The present title.
    public func title() async throws(BrowserError) -> String { try await evaluate("document.title") }

    /// Opens an address and waits until its document is as far as wanted, following redirects by script.
    ///
    /// An answer with an HTTP error is a document too: look at ``Navigation/status``. Throws `navigationFailed` when
    /// there is none (name not found, connection refused, a download or an empty answer instead of a page), and
    /// `timeout`.
    @discardableResult
    public func navigate(
        to url: String, until state: LoadState = .loaded, timeout: Duration? = nil
    ) async throws(BrowserError) -> Navigation {
        struct Started: Decodable {
            let loaderId: String?
            let errorText: String?
            let isDownload: Bool?
        }
        let limit = timeout ?? browser.configuration.navigationTimeout
        let deadline = ContinuousClock.now + limit
        // A crashed page gets a new renderer with its next document.
        monitor.change { $0.revive() }
        let before = monitor.state
        let started = try await command("Page.navigate", ["url": .string(url)], within: limit, as: Started.self)
        if let reason = started.errorText {
            let why = started.isDownload == true ? "it is a download" : reason
            throw BrowserError(.navigationFailed, "\(url) could not be opened: \(why)")
        }
        guard let loader = started.loaderId else {
            // Only the address changes.
            return try await arrive(at: .committed, since: before, within: deadline - .now)
        }
        return try await arrive(at: state, since: before, within: deadline - .now, what: "loading \(url)") { now in
            now.documents.contains { $0.loader == loader }
        }
    }

    /// Loads the present document again; revives a crashed page.
    @discardableResult
    public func reload(
        until state: LoadState = .loaded, ignoringCache: Bool = false, timeout: Duration? = nil
    ) async throws(BrowserError) -> Navigation {
        monitor.change { $0.revive() }
        return try await expectNavigation(until: state, timeout: timeout) { () async throws(BrowserError) in
            try await command("Page.reload", ["ignoreCache": .bool(ignoringCache)])
        }
    }

    /// Goes back by one entry of the history; `nil` when there is none.
    @discardableResult
    public func goBack(until state: LoadState = .loaded) async throws(BrowserError) -> Navigation? {
        try await goThroughHistory(by: -1, until: state)
    }

    /// Goes forward by one entry of the history; `nil` when there is none.
    @discardableResult
    public func goForward(until state: LoadState = .loaded) async throws(BrowserError) -> Navigation? {
        try await goThroughHistory(by: 1, until: state)
    }

    private func goThroughHistory(by step: Int, until state: LoadState) async throws(BrowserError) -> Navigation? {
        struct History: Decodable {
            struct Entry: Decodable { let id: Int }
            let currentIndex: Int
            let entries: [Entry]
        }
        let history = try await command("Page.getNavigationHistory", as: History.self)
        let index = history.currentIndex + step
        guard history.entries.indices.contains(index) else { return nil }
        let entry = history.entries[index].id
        return try await expectNavigation(until: state) { () async throws(BrowserError) in
            try await command("Page.navigateToHistoryEntry", ["entryId": .integer(entry)])
        }
    }

    /// Does something that leads to another document or address, and waits until it is there.
    ///
    /// ```swift
    /// try await page.expectNavigation { try await page.click("a.next") }
    /// ```
    @discardableResult
    public func expectNavigation<Failure: Error>(
        until state: LoadState = .loaded, timeout: Duration? = nil, _ action: () async throws(Failure) -> Void
    ) async throws -> Navigation {
        let deadline = ContinuousClock.now + (timeout ?? browser.configuration.navigationTimeout)
        let before = monitor.state
        try await action()
        return try await arrive(at: state, since: before, within: deadline - .now)
    }

    /// The same, for actions of this library.
    func expectNavigation(
        until state: LoadState, timeout: Duration? = nil, _ action: () async throws(BrowserError) -> Void
    ) async throws(BrowserError) -> Navigation {
        let deadline = ContinuousClock.now + (timeout ?? browser.configuration.navigationTimeout)
        let before = monitor.state
        try await action()
        return try await arrive(at: state, since: before, within: deadline - .now)
    }

    private func arrive(
        at state: LoadState, since before: PageState, within limit: Duration
    ) async throws(BrowserError) -> Navigation {
        let (documents, changes) = (before.documentCount, before.sameDocumentCount)
        return try await arrive(at: state, since: before, within: limit, what: "a navigation") { now in
            now.documentCount > documents || now.sameDocumentCount > changes
        }
    }

    /// Waits until the present document is as far as wanted, once the navigation in question has begun to show.
    private func arrive(
        at wanted: LoadState, since before: PageState, within limit: Duration, what: String,
        _ hasBegun: @escaping @Sendable (PageState) -> Bool
    ) async throws(BrowserError) -> Navigation {
        let documents = before.documentCount
        return try await monitor.wait(within: limit, for: what) { state in
            guard hasBegun(state), let document = state.document else { return nil }
            guard document.reached.contains(wanted.milestone) else { return nil }
            let isSame = state.documentCount == documents
            return Navigation(
                url: document.url, status: isSame ? nil : state.responses[document.loader]?.status,
                isSameDocument: isSame)
        }
    }

    /// Waits until the present document is as far as wanted.
    public func waitForLoad(_ wanted: LoadState = .loaded, timeout: Duration? = nil) async throws(BrowserError) {
        let limit = timeout ?? browser.configuration.navigationTimeout
        let _: Bool = try await monitor.wait(within: limit, for: "the document's state \(wanted)") { state in
            state.document?.reached.contains(wanted.milestone) == true ? true : nil
        }
    }

    /// Waits until the address is as wanted, by navigation or by script.
    @discardableResult
    public func waitForURL(
        timeout: Duration? = nil, _ isWanted: @escaping @Sendable (String) -> Bool
    ) async throws(BrowserError) -> String {
        try await monitor.wait(within: timeout ?? self.timeout, for: "the address waited for") { state in
            state.document.flatMap { isWanted($0.url) ? $0.url : nil }
        }
    }
}
