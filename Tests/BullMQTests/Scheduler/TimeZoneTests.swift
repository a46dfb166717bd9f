// Owns: time zones: their files, their rules, and their names.

import FoundationEssentials
import Testing

@testable import BullMQ

@Suite("A time zone")
struct TimeZoneTests {
    private static let instants = [
        "1880-01-01", "1950-07-01", "2011-12-31", "2024-01-15", "2024-07-15", "2037-12-31", "2050-01-15", "2050-07-15",
        "2399-07-15",
    ]

    /// Offsets at those instants, as another implementation of the database gives them.
    private static let offsetCases: [(zone: String, seconds: [Int])] = [
        ("Europe/Berlin", [3208, 3600, 3600, 3600, 7200, 3600, 3600, 7200, 7200]),
        ("America/New_York", [-17762, -14400, -18000, -18000, -14400, -18000, -18000, -14400, -14400]),
        ("Australia/Lord_Howe", [38180, 36000, 39600, 39600, 37800, 39600, 39600, 37800, 37800]),
        ("Asia/Kathmandu", [20476, 19800, 20700, 20700, 20700, 20700, 20700, 20700, 20700]),
        ("Pacific/Apia", [45184, -39600, 50400, 46800, 46800, 46800, 46800, 46800, 46800]),
        ("Europe/Dublin", [-1521, 3600, 0, 0, 3600, 0, 0, 3600, 3600]),
        ("America/Sao_Paulo", [-11188, -10800, -7200, -10800, -10800, -10800, -10800, -10800, -10800]),
        ("UTC", [0, 0, 0, 0, 0, 0, 0, 0, 0]),
    ]

    @Test("has the offsets of the system's database, long ago and far ahead", arguments: offsetCases)
    func offsets(zone: String, seconds: [Int]) throws {
        let rules = try #require(TimeZoneDatabase.system.rules(named: zone))
        for (text, expected) in zip(Self.instants, seconds) {
            #expect(rules.offset(at: Int(try instant(text) / 1000)) == expected, "\(text)")
        }
    }

    @Test("knows the changes around an instant", arguments: ["Europe/Berlin", "Australia/Lord_Howe", "Europe/Dublin"])
    func changes(zone: String) throws {
        let rules = try #require(TimeZoneDatabase.system.rules(named: zone))
        var position = Int(try instant("1990-01-01") / 1000)
        let end = Int(try instant("2060-01-01") / 1000)
        var count = 0
        while let change = rules.change(after: position), change.instant < end {
            #expect(change.before != change.after)
            #expect(rules.offset(at: change.instant - 1) == change.before)
            #expect(rules.offset(at: change.instant) == change.after)
            #expect(rules.change(atOrBefore: change.instant) == change)
            #expect(rules.change(atOrBefore: change.instant - 1)?.instant ?? .min < change.instant)
            position = change.instant
            count += 1
        }
        #expect(count == 140)
    }

    private static let posixCases: [(text: String, instant: String, offset: Int)] = [
        ("EST5", "2024-07-01", -18_000),
        ("<+0330>-3:30", "2024-07-01", 12_600),
        ("CET-1CEST,M3.5.0,M10.5.0/3", "2024-03-31T00:59:59Z", 3600),
        ("CET-1CEST,M3.5.0,M10.5.0/3", "2024-03-31T01:00:00Z", 7200),
        ("CET-1CEST,M3.5.0,M10.5.0/3", "2024-10-27T00:59:59Z", 7200),
        ("CET-1CEST,M3.5.0,M10.5.0/3", "2024-10-27T01:00:00Z", 3600),
        ("EST5EDT4,M3.2.0/2,M11.1.0", "2024-07-01", -14_400),
        // The south, where summer spans the new year.
        ("<+1030>-10:30<+11>-11,M10.1.0,M4.1.0", "2024-01-01", 39_600),
        ("<+1030>-10:30<+11>-11,M10.1.0,M4.1.0", "2024-07-01", 37_800),
        // Ireland, where winter is the exception.
        ("IST-1GMT0,M10.5.0,M3.5.0/1", "2024-01-15", 0),
        // Days by number: J60 is 1 March in every year, 59 is 29 February in leap years.
        ("AAA0BBB,J60/0,J300", "2024-02-29T23:59:59Z", 0), ("AAA0BBB,J60/0,J300", "2024-03-01", 3600),
        ("AAA0BBB,J60/0,J300", "2023-03-01", 3600), ("AAA0BBB,59/0,300", "2024-02-29", 3600),
        // A change before midnight of its day (Greenland).
        ("<-02>2<-01>,M3.5.0/-1,M10.5.0/0", "2024-03-31T00:59:59Z", -7200),
        ("<-02>2<-01>,M3.5.0/-1,M10.5.0/0", "2024-03-31T01:00:00Z", -3600),
    ]

    @Test("can be a rule in POSIX' form", arguments: posixCases)
    func posix(text: String, at time: String, offset: Int) throws {
        let rules = TimeZoneRules(try #require(POSIXTimeZone(parsing: text)))
        #expect(rules.offset(at: Int(try instant(time) / 1000)) == offset)
    }

    @Test(
        "is not made of other text",
        arguments: [
            "", "CE-1", "CET", "CET-x", "CET-1CEST", "CET-1CEST,M3.5.0", "CET-1CEST,M13.5.0,M10.5.0", "<CET-1",
            "CET-1CEST,M3.5.0,M10.5.0/3x", "CET-1CEST,J0,J300", "CET-999", "CET-1:99",
        ])
    func notPOSIX(text: String) { #expect(POSIXTimeZone(parsing: text) == nil) }

    @Test("is found by its name, in any of the folders, and never outside of them")
    func names() throws {
        let system = TimeZoneDatabase(folders: ["/nonexistent", "/usr/share/zoneinfo"])
        let berlin = try #require(system.rules(named: "Europe/Berlin"))
        #expect(berlin == TimeZoneDatabase.system.rules(named: "Europe/Berlin"))
        for name in [
            "Mars/Olympus", "../zoneinfo/Europe/Berlin", "Europe/../Europe/Berlin", "/usr/share/zoneinfo/Europe/Berlin",
            "Europe//Berlin", "Europe", "tzdata.zi", "zone.tab", "UTC+", "UTC+1:60", "UTC+100", "UTC*1", "ÄÖÜ", ".",
        ] {
            #expect(system.rules(named: name) == nil, "\(name)")
        }
        let inside = TimeZoneDatabase(folders: ["/usr/share/zoneinfo/Europe"])
        #expect(inside.rules(named: "Berlin") == berlin)
        #expect(inside.rules(named: "../Asia/Tokyo") == nil)
    }

    @Test("can be a fixed offset")
    func fixed() {
        let none = TimeZoneDatabase(folders: [])
        for (name, offset) in [("UTC", 0), ("utc", 0), ("UTC+2", 7200), ("UTC-5", -18_000), ("utc+05:45", 20_700)] {
            #expect(none.rules(named: name) == TimeZoneRules(fixedOffset: offset), "\(name)")
        }
    }

    @Test("is the process's own if none is named")
    func local() throws {
        var database = TimeZoneDatabase.system
        let tokyo = try #require(database.rules(named: "Asia/Tokyo"))
        for name in ["Asia/Tokyo", ":Asia/Tokyo", "/usr/share/zoneinfo/Asia/Tokyo"] {
            database.localName = name
            #expect(database.rules(named: nil) == tokyo, "\(name)")
            #expect(database.rules(named: "") == tokyo, "\(name)")
        }
        database.localName = "JST-9"
        #expect(database.localRules().offset(at: 0) == 32_400)
        database.localName = "nonsense"
        #expect(database.localRules() == .utc)
        database.localName = nil
        database.localFile = "/usr/share/zoneinfo/Asia/Tokyo"
        #expect(database.localRules() == tokyo)
        database.localFile = "/nonexistent"
        #expect(database.localRules() == .utc)
    }

    /// A file of version 2 with one change, and an empty block for old readers.
    private static func file(
        magic: String = "TZif", version: Character = "2", type: UInt8 = 1, footer: String = "\nAAA-1\n"
    ) -> [UInt8] {
        func header(times: UInt8, types: UInt8, names: UInt8) -> [UInt8] {
            Array(magic.utf8) + [version.asciiValue ?? 0] + [UInt8](repeating: 0, count: 15)
                + [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, times, 0, 0, 0, types, 0, 0, 0, names]
        }
        let times: [UInt8] = [0, 0, 0, 0, 0, 0, 0, 100]
        let types: [UInt8] = [0, 0, 0, 0, 0, 0, 0, 0, 14, 16, 0, 0]
        return header(times: 0, types: 1, names: 1) + [0, 0, 0, 0, 0, 0] + [0]
            + header(times: 1, types: 2, names: 4) + times + [type] + types + Array("AAA\0".utf8) + Array(footer.utf8)
    }

    @Test("is read from a compiled file")
    func file() throws {
        let rules = try #require(TimeZoneRules(tzif: Self.file()))
        #expect(rules.offset(at: 99) == 0)
        #expect(rules.offset(at: 100) == 3600)
        #expect(rules.change(after: 0) == TimeZoneRules.Change(instant: 100, before: 0, after: 3600))
        #expect(rules.change(after: 100) == nil)
        // An empty last line: what held last holds for ever.
        #expect(TimeZoneRules(tzif: Self.file(footer: "\n\n"))?.offset(at: 1 << 40) == 3600)
        // Version 1 has a single block, here the empty one.
        #expect(TimeZoneRules(tzif: Self.file(version: "\0")) == .utc)
    }

    @Test("is not read from a file that is damaged")
    func damaged() throws {
        let whole = Self.file()
        for length in 0..<whole.count { #expect(TimeZoneRules(tzif: Array(whole.prefix(length))) == nil, "\(length)") }
        #expect(TimeZoneRules(tzif: Self.file(magic: "TZiF")) == nil)
        #expect(TimeZoneRules(tzif: Self.file(type: 2)) == nil)
        #expect(TimeZoneRules(tzif: Self.file(footer: "\nnonsense\n")) == nil)
    }

    @Test("that is unknown is named in the error, with a way out")
    func unknown() throws {
        let error = #expect(throws: BullMQError.self) {
            try CronExpression("* * * * *").next(after: Date(timeIntervalSince1970: 0), timeZone: "Mars/Olympus")
        }
        #expect(error?.message.hasPrefix("CronDate: unhandled timestamp: 0") == true)
        #expect(error?.message.contains("Mars/Olympus") == true)
        #expect(error?.message.contains("tzdata") == true)
    }
}
