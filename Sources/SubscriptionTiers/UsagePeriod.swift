// Owns: the period in which uses are counted, a calendar month in UTC (queue API, section 12).

public import struct Foundation.Date

/// A calendar month in UTC.
public struct UsagePeriod: Sendable, Hashable, CustomStringConvertible {
    /// The year.
    public let year: Int
    /// The month, 1 to 12.
    public let month: Int

    /// The month in which an instant lies.
    public init(containing date: Date) {
        // Howard Hinnant's civil_from_days, http://howardhinnant.github.io/date_algorithms.html: years begin in March.
        let days = Int((date.timeIntervalSince1970 / 86_400).rounded(.down)) + 719_468
        let era = (days >= 0 ? days : days - 146_096) / 146_097
        let dayOfEra = days - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let monthFromMarch = (5 * dayOfYear + 2) / 153
        month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
        year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
    }

    private init(year: Int, month: Int) {
        self.year = year
        self.month = month
    }

    /// The month after this one.
    public var next: UsagePeriod {
        month == 12 ? UsagePeriod(year: year + 1, month: 1) : UsagePeriod(year: year, month: month + 1)
    }

    /// The first instant.
    public var start: Date {
        // days_from_civil for the first day of the month.
        let marchYear = month <= 2 ? year - 1 : year
        let era = (marchYear >= 0 ? marchYear : marchYear - 399) / 400
        let yearOfEra = marchYear - era * 400
        let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5
        let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
        return Date(timeIntervalSince1970: Double(era * 146_097 + dayOfEra - 719_468) * 86_400)
    }

    /// The first instant after it.
    public var end: Date { next.start }

    /// Year and month: `2026-11`.
    public var description: String {
        let digits = String(year)
        let padded = String(repeating: "0", count: max(0, 4 - digits.count)) + digits
        return "\(padded)-\(month < 10 ? "0" : "")\(month)"
    }
}
