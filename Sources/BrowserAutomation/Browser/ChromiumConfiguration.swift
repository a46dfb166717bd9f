// Owns what may be chosen about a browser before it starts.

/// How to start a Chromium.
public struct ChromiumConfiguration: Sendable {
    /// Where the browser keeps cookies, storage and caches.
    public enum Profile: Sendable, Hashable {
        /// A new folder, readable by this user alone, removed when the browser ends.
        case temporary
        /// A folder that stays. One browser at a time may use it.
        case folder(String)
    }

    /// Whether renderers run in Chromium's sandbox.
    public enum Sandbox: Sendable, Hashable {
        /// On, unless this process runs as root, where Chromium refuses to start with it.
        case automatic
        /// Always on.
        case on
        /// Always off: only for pages that are trusted.
        case off
    }

    /// The program file; `nil` (default) takes the one named by the variable `CHROMIUM`, else the first on the `PATH`.
    public var executable: String?
    /// Whether it runs without windows. Default `true`.
    public var isHeadless = true
    /// The profile. Default ``Profile/temporary``.
    public var profile = Profile.temporary
    /// The sandbox. Default ``Sandbox/automatic``.
    public var sandbox = Sandbox.automatic
    /// The size of a new page in CSS pixels. Default 1280 × 900.
    public var viewport = Viewport(width: 1280, height: 900)
    /// The language pages see. Default `en-US`.
    public var language = "en-US"
    /// Further arguments of the program, such as `--proxy-server=...`.
    public var arguments: [String] = []
    /// Changes to this process's environment for the browser.
    public var environment: [String: String] = [:]
    /// How many megabytes the scripts of one page may take. Default 512.
    public var scriptMemoryLimit = 512
    /// How long the browser may take to answer for the first time. Default 30 seconds.
    public var launchTimeout = Duration.seconds(30)
    /// How long waiting for an element or a condition may take where a call names no time. Default 10 seconds.
    public var timeout = Duration.seconds(10)
    /// How long a navigation may take where a call names no time. Default 30 seconds.
    public var navigationTimeout = Duration.seconds(30)
    /// How long the browser may take to answer a single command. Default 30 seconds.
    public var commandTimeout = Duration.seconds(30)

    /// The defaults.
    public init() {}

    /// The program's arguments.
    func programArguments(profile: String, isRoot: Bool) -> [String] {
        var list = [
            "--remote-debugging-pipe", "--user-data-dir=\(profile)", "--no-first-run", "--no-default-browser-check",
            "--disable-background-networking", "--disable-component-update", "--disable-sync", "--disable-breakpad",
            "--disable-crash-reporter", "--disable-extensions", "--disable-default-apps",
            "--disable-domain-reliability",
            "--disable-client-side-phishing-detection", "--disable-dev-shm-usage", "--disable-popup-blocking",
            "--disable-prompt-on-repost", "--disable-search-engine-choice-screen", "--metrics-recording-only",
            "--no-service-autorun", "--password-store=basic", "--use-mock-keychain", "--mute-audio",
            // A page in the back must run its timers and draw as one in front does.
            "--disable-background-timer-throttling", "--disable-backgrounding-occluded-windows",
            "--disable-renderer-backgrounding",
            // Pages restored from the back/forward cache announce no life cycle.
            "--disable-features=BackForwardCache,Translate,MediaRouter,OptimizationHints,AcceptCHFrame",
            "--force-color-profile=srgb", "--js-flags=--max-old-space-size=\(scriptMemoryLimit)",
            "--lang=\(language)", "--accept-lang=\(language)",
            "--window-size=\(viewport.width),\(viewport.height)",
        ]
        if isHeadless { list += ["--headless=new", "--hide-scrollbars", "--disable-gpu"] }
        if sandbox == .off || (sandbox == .automatic && isRoot) { list.append("--no-sandbox") }
        return list + arguments + ["about:blank"]
    }
}
