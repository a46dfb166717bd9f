// Owns one running browser: its start, its pages and contexts, its orderly end.

import Foundation
public import Logging
import NIOCore
import Synchronization

/// A Chromium process driven over the DevTools protocol.
///
/// ```swift
/// try await Chromium.withBrowser { browser in
///     try await browser.withPage { page in
///         try await page.navigate(to: "https://example.org/")
///         try await page.click("a")
///         print(try await page.text("h1"))
///     }
/// }
/// ```
/// The browser ends with ``close()``, and also when this process ends in whatever way: it lives on a pipe.
public final class Chromium: Sendable {
    /// What it was started with.
    public let configuration: ChromiumConfiguration
    /// The process id of the browser, which leads a process group of its own.
    public let processID: Int32
    /// The product and version, such as `Chrome/156.0.8078.108`.
    public let version: String
    /// The user agent pages send unless they are told another one.
    public let userAgent: String

    let connection: ProtocolConnection
    let logger: Logger
    let targets: TargetRegistry
    let downloads: DownloadRegistry
    private let process: BrowserProcess

    private init(
        configuration: ChromiumConfiguration, process: BrowserProcess, connection: ProtocolConnection,
        version: Version, logger: Logger
    ) {
        self.configuration = configuration
        self.process = process
        self.connection = connection
        self.logger = logger
        let targets = TargetRegistry(logger: logger)
        self.targets = targets
        let downloads = DownloadRegistry(logger: logger)
        self.downloads = downloads
        connection.listen(to: nil) { event in
            targets.apply(event)
            downloads.apply(event)
        }
        processID = process.pid
        self.version = version.product
        userAgent = version.userAgent
    }

    deinit {
        // Without its pipe the browser ends by itself; the reaper waits for it and removes its profile.
        connection.finish(BrowserError(.browserClosed, "the browser was let go"))
    }

    struct Version: Decodable, Sendable {
        let product: String
        let userAgent: String
    }

    /// Starts a browser. Whoever starts one closes it; ``withBrowser(_:logger:_:)`` does both.
    ///
    /// Throws ``BrowserError`` with `executableNotFound` or `launchFailed`; its message holds the browser's last words.
    public static func launch(
        _ configuration: ChromiumConfiguration = ChromiumConfiguration(), logger: Logger = .silent
    ) async throws(BrowserError) -> Chromium {
        var environment = ProcessInfo.processInfo.environment
        environment.merge(configuration.environment) { _, new in new }
        let program = try ChromiumExecutable.find(configuration.executable, environment: environment)
        let profile: ProfileFolder =
            switch configuration.profile {
            case .temporary: try .temporary()
            case .folder(let path): try .kept(path)
            }
        let spawned: SpawnedBrowser
        do {
            let isRoot = geteuid() == 0
            if isRoot, configuration.sandbox == .automatic {
                logger.warning("This process is root: the browser runs without its sandbox")
            }
            let arguments = configuration.programArguments(profile: profile.path, isRoot: isRoot)
            spawned = try SpawnedBrowser.spawn(program, arguments, environment: environment)
        } catch {
            do { try profile.discard() } catch {
                logger.warning("A browser's profile could not be removed", metadata: ["path": "\(profile.path)"])
            }
            throw error
        }
        let process = BrowserProcess(pid: spawned.pid, profile: profile, logger: logger)
        let tail: ComplaintTail
        let connection: ProtocolConnection
        do {
            tail = try await ComplaintTail.follow(spawned.complaints)
            connection = try await ProtocolConnection.open(
                reading: spawned.messages, writing: spawned.commands, logger: logger)
        } catch {
            process.signal(SIGKILL)
            throw BrowserError(.launchFailed, "the pipes to \(program) could not be used: \(error)")
        }
        process.onEnd { end in connection.finish(BrowserError(.browserClosed, "the browser is gone: \(end)")) }
        do {
            let version = try await connection.send("Browser.getVersion", within: configuration.launchTimeout)
                .result(as: Version.self)
            let browser = Chromium(
                configuration: configuration, process: process, connection: connection, version: version,
                logger: logger)
            try await browser.command("Target.setDiscoverTargets", ["discover": true])
            logger.debug("A browser runs", metadata: ["pid": "\(spawned.pid)", "version": "\(version.product)"])
            return browser
        } catch {
            process.signal(SIGKILL)
            connection.finish(error)
            await process.waitUntilEnd(within: .seconds(2), on: connection.eventLoop)
            guard error.code != .cancelled else { throw error }
            throw BrowserError(.launchFailed, "\(program) gave no answer (\(error.message)). It said:\n\(tail.text)")
        }
    }

    /// Starts a browser, works with it, and closes it, whatever happens.
    @discardableResult
    public static func withBrowser<Value>(
        _ configuration: ChromiumConfiguration = ChromiumConfiguration(), logger: Logger = .silent,
        _ work: (Chromium) async throws -> Value
    ) async throws -> Value {
        let browser = try await launch(configuration, logger: logger)
        do {
            let value = try await work(browser)
            await browser.close()
            return value
        } catch {
            await browser.close()
            throw error
        }
    }

    /// Whether it still answers.
    public var isRunning: Bool { connection.isOpen }

    /// Asks for a sign of life.
    ///
    /// Throws `timeout` when a browser hangs; ``kill()`` is what helps then.
    public func ping(within limit: Duration = .seconds(5)) async throws(BrowserError) {
        try await connection.send("Browser.getVersion", within: limit)
    }

    /// Ends the browser in order, so that cookies reach the disk: five seconds for it to comply, then it is killed.
    /// Returns when the process is reaped and a temporary profile removed; a cancelled task waits for that too.
    public func close() async {
        await Task {
            // No answer is as good as one: what counts is that the process ends.
            _ = try? await connection.send("Browser.close", within: .seconds(5))
            await process.waitUntilEnd(within: .seconds(5), on: connection.eventLoop)
            process.signal(SIGKILL)
            await process.waitUntilEnd(within: .seconds(5), on: connection.eventLoop)
            connection.finish(BrowserError(.browserClosed, "the browser was closed"))
        }.value
    }

    /// Ends the browser and all its helpers at once, and waits until they are gone.
    public func kill() async {
        await Task {
            process.signal(SIGKILL)
            await process.waitUntilEnd(within: .seconds(5), on: connection.eventLoop)
            connection.finish(BrowserError(.browserClosed, "the browser was killed"))
        }.value
    }

    /// Sends a command of the protocol to the browser itself, for what this library has no call for.
    @discardableResult
    public func send(_ method: String, _ parameters: JSONValue = [:]) async throws(BrowserError) -> JSONValue {
        try await connection.send(method, parameters, within: configuration.commandTimeout).result(as: JSONValue.self)
    }
}

extension BrowserProcess {
    /// Waits for the end, but not for ever.
    func waitUntilEnd(within limit: Duration, on eventLoop: any EventLoop) async {
        let answer = PendingAnswer<BrowserEnd>()
        onEnd { end in answer.resolve(.success(end)) }
        _ = try? await answer.value(within: limit, on: eventLoop, what: "the end of the browser")
    }
}

extension Logger {
    /// A logger that says nothing: the default where a library is given none.
    public static var silent: Logger { Logger(label: "BrowserAutomation") { _ in SwiftLogNoOpLogHandler() } }
}
