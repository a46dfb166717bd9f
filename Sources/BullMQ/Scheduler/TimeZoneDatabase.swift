// Owns: finding time zones on this system. Files are read anew each time: they are small, and tzdata may be updated
// while a worker runs.

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// Where time zones come from: folders of compiled files, and the variables that choose among them.
struct TimeZoneDatabase: Sendable {
    /// Searched in order.
    var folders: [String]
    /// The variable `TZ`.
    var localName: String?
    /// What the local zone is without that variable.
    var localFile = "/etc/localtime"

    /// The system's, with the variables of this process (`TZDIR`, `TZ`).
    static var system: TimeZoneDatabase {
        let standard = ["/usr/share/zoneinfo", "/usr/lib/zoneinfo", "/usr/share/lib/zoneinfo", "/etc/zoneinfo"]
        return TimeZoneDatabase(
            folders: variable("TZDIR").map { [$0] + standard } ?? standard, localName: variable("TZ"))
    }

    private static func variable(_ name: String) -> String? {
        guard let value = getenv(name) else { return nil }
        return String(cString: value)
    }

    /// A zone by its name, `UTC` or `UTC±h[:mm]`; the local zone for nil and the empty name.
    ///
    /// - Returns: nil if there is no such zone.
    func rules(named name: String?) -> TimeZoneRules? {
        guard let name, !name.isEmpty else { return localRules() }
        return Self.fixedRules(name) ?? namedRules(name)
    }

    /// The zone of this process: that of `TZ`, else of the system, else UTC.
    func localRules() -> TimeZoneRules {
        guard var name = localName else {
            return Self.content(of: localFile).flatMap(TimeZoneRules.init(tzif:)) ?? .utc
        }
        if name.hasPrefix(":") { name.removeFirst() }
        if name.hasPrefix("/") { return Self.content(of: name).flatMap(TimeZoneRules.init(tzif:)) ?? .utc }
        return namedRules(name) ?? POSIXTimeZone(parsing: name).map(TimeZoneRules.init) ?? .utc
    }

    private func namedRules(_ name: String) -> TimeZoneRules? {
        guard Self.isSafe(name) else { return nil }
        for folder in folders {
            if let bytes = Self.content(of: folder + "/" + name) { return TimeZoneRules(tzif: bytes) }
        }
        return nil
    }

    /// Whether a name stays inside of its folder: names come with jobs, from anybody who can write to the queue.
    private static func isSafe(_ name: String) -> Bool {
        let isPlain = name.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "+"), UInt8(ascii: "-"),
                UInt8(ascii: "/"):
                true
            default: false
            }
        }
        return isPlain && name.utf8.count <= 128
            && name.split(separator: "/", omittingEmptySubsequences: false).allSatisfy { !$0.isEmpty }
    }

    /// `UTC` in any case, alone or with whole hours and minutes.
    private static func fixedRules(_ name: String) -> TimeZoneRules? {
        guard name.utf8.count >= 3, name.prefix(3).uppercased() == "UTC" else { return nil }
        let rest = name.dropFirst(3)
        guard let sign = rest.first else { return .utc }
        let parts = rest.dropFirst().split(separator: ":", omittingEmptySubsequences: false)
        guard sign == "+" || sign == "-", parts.count <= 2, parts.allSatisfy({ (1...2).contains($0.utf8.count) }),
            parts.allSatisfy({ $0.utf8.allSatisfy { (48...57).contains($0) } }),
            let hours = parts.first.flatMap({ Int($0) }), let minutes = parts.count == 2 ? Int(parts[1]) : 0,
            minutes < 60
        else { return nil }
        return TimeZoneRules(fixedOffset: (sign == "-" ? -1 : 1) * (hours * 3600 + minutes * 60))
    }

    /// The content of a file of reasonable size.
    private static func content(of path: String) -> [UInt8]? {
        let largest = 1 << 20
        guard let file = fopen(path, "rb") else { return nil }
        defer { fclose(file) }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 16 << 10)
        while bytes.count <= largest {
            let count = fread(&buffer, 1, buffer.count, file)
            guard count > 0 else { return ferror(file) == 0 ? bytes : nil }
            bytes.append(contentsOf: buffer[..<count])
        }
        return nil
    }
}
