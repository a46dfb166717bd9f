// Owns: the months.

import Foundation
import Testing

@testable import SubscriptionTiers

@Suite("A usage period")
struct UsagePeriodTests {
    private func date(_ text: String) throws -> Date {
        try Date(text, strategy: .iso8601)
    }

    @Test(
        "is the month in UTC",
        arguments: [
            ("2026-11-25T14:42:58Z", "2026-11", "2026-12-01T00:00:00Z"),
            ("2026-11-30T23:59:59Z", "2026-11", "2026-12-01T00:00:00Z"),
            ("2026-12-01T00:00:00Z", "2026-12", "2027-01-01T00:00:00Z"),
            ("2028-02-29T12:00:00Z", "2028-02", "2028-03-01T00:00:00Z"),
            ("2100-02-28T23:59:59Z", "2100-02", "2100-03-01T00:00:00Z"),
            ("2000-01-01T00:00:00Z", "2000-01", "2000-02-01T00:00:00Z"),
            ("1969-12-31T23:59:59Z", "1969-12", "1970-01-01T00:00:00Z"),
        ])
    func month(_ instant: String, _ name: String, _ end: String) throws {
        let period = UsagePeriod(containing: try date(instant))
        #expect(period.description == name)
        #expect(period.end == (try date(end)))
    }

    @Test("holds every instant from its start to its end")
    func bounds() {
        for day in stride(from: -800.0, to: 40_000, by: 1) {
            let instant = Date(timeIntervalSince1970: day * 86_400 + 12_345)
            let period = UsagePeriod(containing: instant)
            #expect(period.start <= instant && instant < period.end)
            #expect(UsagePeriod(containing: period.start) == period)
            #expect(UsagePeriod(containing: period.end) == period.next)
        }
    }
}
