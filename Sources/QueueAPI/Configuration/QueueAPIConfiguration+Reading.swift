// Owns: from settings to a configuration. The rule it keeps: a value that cannot be understood stops the start; all of them are
// told at once.

public import Configuration
import Logging
import RedisTransport

extension QueueAPIConfiguration {
    /// Reads every setting; an empty value counts as not given.
    ///
    /// - Parameter reader: for example of `EnvironmentVariablesProvider()`.
    /// - Throws: ``ConfigurationError`` with every problem.
    public init(_ reader: ConfigReader) throws(ConfigurationError) {
        self.init()
        var settings = SettingsReader(reader: reader)
        settings.text(.redisURL, &redisURL)
        settings.text(.prefix, &prefix)
        settings.text(.host, &host)
        settings.number(.port, &port, 0...65_535)
        settings.text(.basePath, &basePath)
        settings.text(.mediaQueue, &mediaQueue)
        settings.text(.scrapeQueue, &scrapeQueue)
        settings.text(.onboardingQueue, &onboardingQueue)
        settings.text(.directusURL, &directusURL)
        settings.text(.directusToken, &directusToken)
        settings.text(.directusSecret, &directusSecret)
        settings.text(.directusData, &directusData)
        settings.number(.directusPort, &directusPort, 0...65_535)
        settings.text(.adminEmail, &directusAdminEmail)
        settings.text(.adminPassword, &directusAdminPassword)
        settings.choice(.recordCheck, &recordCheck)
        settings.flag(.idempotent, &isIdempotent)
        settings.text(.invalidateSecret, &invalidateSecret)
        settings.list(.trustedPeers, &trustedPeers, "a network such as 172.17.0.0/16") { AddressRange($0) }
        settings.flag(.statsTokenRequired, &statsRequireToken)
        settings.flag(.metricsTokenRequired, &metricsRequireToken)
        settings.choice(.tiers, &tiers)
        settings.text(.tierTable, &tierTable)
        settings.choice(.tierReasonStyle, &tierReasonStyle)
        settings.flag(.tierFailOpen, &tiersFailOpen)
        settings.limit(.rateLimit, &rateLimit)
        settings.limit(.maximumWaiting, &maximumWaiting)
        settings.list(.corsOrigins, &corsOrigins, "an origin such as https://app.example.org") {
            $0 == "*" || $0.hasSuffix("/") || !$0.contains("://") ? nil : $0
        }
        settings.choice(.taxonomyEngine, &taxonomyEngine)
        settings.text(.duckDBLibrary, &duckDBLibrary)
        settings.text(.taxonomyFile, &taxonomyFile)
        settings.choice(.dashboard, &dashboard)
        settings.flag(.accessLog, &logsAccess)
        settings.number(.maximumConnections, &maximumConnections, 1...1_000_000)
        settings.choice(.logLevel, &logLevel)
        settings.problems += problems
        guard settings.problems.isEmpty else { throw ConfigurationError(problems: settings.problems) }
        basePath = Self.trimmed(basePath)
    }

    private static func trimmed(_ path: String) -> String {
        var path = path
        while path.hasSuffix("/") { path.removeLast() }
        return path
    }

    /// What is wrong with the values as a whole.
    var problems: [String] {
        var problems: [String] = []
        do {
            _ = try RedisConfiguration(url: redisURL)
        } catch {
            problems.append("REDIS_URL cannot be used: \(error.message)")
        }
        if !basePath.hasPrefix("/") || !basePath.utf8.allSatisfy({ Self.isPathByte($0) }) {
            problems.append("QUEUE_API_BASE_PATH is \"\(basePath)\", but must begin with / and be a plain path")
        }
        let names = [mediaQueue, scrapeQueue, onboardingQueue]
        for name in names where name.contains(":") {
            problems.append("A queue is called \"\(name)\": no colon, please")
        }
        if Set(names).count < names.count { problems.append("Two of the queues have the same name") }
        if taxonomyEngine == .duckdb, duckDBLibrary == nil {
            problems.append("TAXONOMY_ENGINE is duckdb: DUCKDB_LIBRARY must say where its shared library is")
        }
        if recordCheck == .strict, directusURL != nil, directusToken == nil {
            problems.append("QUEUE_API_RECORD_CHECK is strict: DIRECTUS_TOKEN is needed to look at records")
        }
        if tiers == .directus, directusURL != nil, directusToken == nil {
            problems.append("QUEUE_API_TIERS is directus: DIRECTUS_TOKEN is needed to look at subscriptions")
        }
        return problems
    }

    private static func isPathByte(_ byte: UInt8) -> Bool {
        (byte | 0x20) &- UInt8(ascii: "a") < 26 || byte &- UInt8(ascii: "0") < 10 || "-_./~".utf8.contains(byte)
    }

    /// The configuration in words, without secrets.
    public var summary: [(name: String, value: String)] {
        let redis = (try? RedisConfiguration(url: redisURL)).map { "\($0.endpoint)" } ?? "invalid"
        func secret(_ value: String?) -> String { value == nil ? "not set" : "set" }
        return [
            (Setting.redisURL.name, redis), (Setting.prefix.name, prefix),
            (Setting.host.name, host), (Setting.port.name, "\(port)"), (Setting.basePath.name, basePath),
            ("queues", "\(mediaQueue), \(scrapeQueue), \(onboardingQueue)"),
            (Setting.directusURL.name, directusURL ?? "embedded stand-in"),
            (Setting.directusToken.name, secret(directusToken)), (Setting.directusSecret.name, secret(directusSecret)),
            (Setting.recordCheck.name, recordCheck?.rawValue ?? "by token"),
            (Setting.idempotent.name, "\(isIdempotent)"),
            (Setting.invalidateSecret.name, secret(invalidateSecret)),
            (Setting.tiers.name, tiers.rawValue), (Setting.rateLimit.name, rateLimit.map(String.init) ?? "off"),
            (Setting.maximumWaiting.name, maximumWaiting.map(String.init) ?? "off"),
            (Setting.taxonomyEngine.name, taxonomyEngine.rawValue), (Setting.dashboard.name, dashboard.rawValue),
        ]
    }
}

/// Reads settings and collects what is wrong with them.
private struct SettingsReader {
    let reader: ConfigReader
    var problems: [String] = []

    /// `QUEUE_API_PORT` is the key `queue.api.port`.
    private func value(_ setting: Setting) -> String? {
        let key = ConfigKey(setting.name.lowercased().split(separator: "_").map(String.init))
        return reader.string(forKey: key, isSecret: setting.isSecret).flatMap { $0.isEmpty ? nil : $0 }
    }

    private mutating func refuse(_ setting: Setting, _ value: String, _ wanted: String) {
        let shown = setting.isSecret ? "set" : "\"\(value)\""
        problems.append("\(setting.name) is \(shown), but must be \(wanted)")
    }

    func text(_ setting: Setting, _ target: inout String) {
        if let value = value(setting) { target = value }
    }

    func text(_ setting: Setting, _ target: inout String?) {
        if let value = value(setting) { target = value }
    }

    mutating func number(_ setting: Setting, _ target: inout Int, _ range: ClosedRange<Int>) {
        guard let value = value(setting) else { return }
        guard let number = Int(value), range.contains(number) else {
            return refuse(setting, value, "a number from \(range.lowerBound) to \(range.upperBound)")
        }
        target = number
    }

    mutating func limit(_ setting: Setting, _ target: inout Int?) {
        var number = 0
        self.number(setting, &number, 0...1_000_000_000)
        target = number == 0 ? nil : number
    }

    mutating func flag(_ setting: Setting, _ target: inout Bool) {
        guard let value = value(setting) else { return }
        switch value.lowercased() {
        case "true", "1", "yes", "on": target = true
        case "false", "0", "no", "off": target = false
        default: refuse(setting, value, "true or false")
        }
    }

    mutating func choice<Choice: RawRepresentable<String> & CaseIterable>(_ setting: Setting, _ target: inout Choice) {
        var choice: Choice?
        self.choice(setting, &choice)
        if let choice { target = choice }
    }

    mutating func choice<Choice: RawRepresentable<String> & CaseIterable>(
        _ setting: Setting, _ target: inout Choice?
    ) {
        guard let value = value(setting) else { return }
        guard let choice = Choice(rawValue: value) else {
            return refuse(setting, value, "one of " + Choice.allCases.map(\.rawValue).joined(separator: ", "))
        }
        target = choice
    }

    mutating func list<Element>(
        _ setting: Setting, _ target: inout [Element], _ wanted: String, _ parse: (String) -> Element?
    ) {
        guard let value = value(setting) else { return }
        for part in value.split(separator: ",") {
            let text = String(part.trimmingPrefix { $0 == " " }.prefix { $0 != " " })
            guard let element = parse(text) else {
                refuse(setting, text, wanted)
                continue
            }
            target.append(element)
        }
    }
}
