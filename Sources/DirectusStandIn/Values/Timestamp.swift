// Instants as texts. Owns: the three spellings of Directus, all of which sort as texts (Directus, section 5).

import FoundationEssentials

enum Timestamp {
    /// `2026-01-02T03:04:05.000Z`, for `timestamp` columns.
    static func instant(_ date: Date) -> String {
        date.formatted(Date.ISO8601FormatStyle(includingFractionalSeconds: true))
    }

    /// `2026-01-02T03:04:05`, for `dateTime` columns, which have no zone.
    static func local(_ date: Date) -> String {
        String(date.formatted(Date.ISO8601FormatStyle()).dropLast())
    }

    /// `2026-01-02`.
    static func day(_ date: Date) -> String {
        String(date.formatted(Date.ISO8601FormatStyle()).prefix(10))
    }

    /// `Fri, 02 Jan 2026 03:04:05 GMT`, for headers.
    static func http(_ date: Date) -> String {
        var calendar = Calendar(identifier: .gregorian)
        calendar.timeZone = .gmt
        let weekday = calendar.component(.weekday, from: date) - 1
        let month = calendar.component(.month, from: date) - 1
        let iso = instant(date)
        let time = iso.dropFirst(11).prefix(8)
        return "\(weekdays[weekday]), \(iso.dropFirst(8).prefix(2)) \(months[month]) \(iso.prefix(4)) \(time) GMT"
    }

    private static let weekdays = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"]
    private static let months = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ]

    /// The instant that a text names: with or without fraction, zone and time; UTC if it names no zone.
    static func parse(_ text: String) -> Date? {
        var text = text.replacing(" ", with: "T")
        if text.count == 10 { text += "T00:00:00" }
        guard text.count >= 19 else { return nil }
        let tail = text.dropFirst(19)
        if !tail.contains(where: { $0 == "Z" || $0 == "+" || $0 == "-" }) { text += "Z" }
        if let date = try? Date(text, strategy: Date.ISO8601FormatStyle(includingFractionalSeconds: true)) {
            return date
        }
        return try? Date(text, strategy: Date.ISO8601FormatStyle())
    }
}
