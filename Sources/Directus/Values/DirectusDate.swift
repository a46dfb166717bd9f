// Instants as Directus writes them (Directus, section 5).

import FoundationEssentials

enum DirectusDate {
    /// `2026-01-02T03:04:05.678Z`.
    static func text(_ date: Date) -> String {
        date.formatted(Date.ISO8601FormatStyle(includingFractionalSeconds: true))
    }

    /// Reads `timestamp` (zone, milliseconds or none), `dateTime` (no zone) and `date` (no time).
    static func parse(_ text: String) -> Date? {
        var text = text
        if text.utf8.count == 10 { text += "T00:00:00" }
        if let space = text.firstIndex(of: " ") { text.replaceSubrange(space...space, with: "T") }
        guard let time = text.firstIndex(of: "T") else { return nil }
        let clock = text[time...]
        if !clock.contains(where: { "Zz+-".contains($0) }) { text += "Z" }
        let style = Date.ISO8601FormatStyle(includingFractionalSeconds: clock.contains("."))
        return try? style.parse(text)
    }
}
