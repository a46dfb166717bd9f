// Times that filters compute. Owns: `$NOW(-30 minutes)` and functions such as `year(column)` (Directus, section 7).

import FoundationEssentials
import GRDB

enum RelativeTime {
    /// The instant of `$NOW` or `$NOW(<number> <unit>)`.
    static func resolve(_ text: String, now: Date) -> Date? {
        if text == "$NOW" { return now }
        guard text.hasPrefix("$NOW("), text.hasSuffix(")") else { return nil }
        let inside = text.dropFirst(5).dropLast()
        let sign = inside.first == "-" ? -1 : 1
        let rest = inside.drop { $0 == "-" || $0 == "+" || $0 == " " }
        let digits = rest.prefix { $0.isASCII && $0.isNumber }
        var unit = rest.dropFirst(digits.count).drop { $0 == " " }.lowercased()
        if unit.count > 1 && unit.hasSuffix("s") { unit.removeLast() }
        guard let amount = Int(digits), let component = components[unit] else { return nil }
        var calendar = Calendar(identifier: .gregorian)
        calendar.timeZone = .gmt
        return calendar.date(byAdding: component.0, value: sign * amount * component.1, to: now)
    }

    private static let components: [String: (Calendar.Component, Int)] = [
        "second": (.second, 1), "sec": (.second, 1), "s": (.second, 1), "minute": (.minute, 1), "min": (.minute, 1),
        "m": (.minute, 1), "hour": (.hour, 1), "h": (.hour, 1), "day": (.day, 1), "d": (.day, 1),
        "week": (.day, 7), "w": (.day, 7), "month": (.month, 1), "year": (.year, 1), "y": (.year, 1),
    ]
}

/// A function on a column with a date.
enum DateFunction: String {
    case year, month, week, day, weekday, hour, minute, second

    /// Takes `year(date_created)` apart.
    static func parse(_ text: String) -> (DateFunction, String)? {
        guard text.hasSuffix(")"), let open = text.firstIndex(of: "("),
            let function = DateFunction(rawValue: String(text[..<open]))
        else { return nil }
        return (function, String(text[text.index(after: open)...].dropLast()))
    }

    func sql(of column: SQL) -> SQL {
        let format =
            switch self {
            case .year: "%Y"
            case .month: "%m"
            case .week: "%W"
            case .day: "%d"
            case .weekday: "%w"
            case .hour: "%H"
            case .minute: "%M"
            case .second: "%S"
            }
        return SQL(sql: "CAST(strftime('\(format)', ") + column + SQL(sql: ") AS INTEGER)")
    }
}
