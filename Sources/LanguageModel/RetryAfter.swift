// The header Retry-After: seconds, or a date.

package import FoundationEssentials

/// A server's wish to be asked again later.
package struct RetryAfter: Equatable {
    /// How long to wait; at most a day.
    package let pause: Duration

    /// Reads the header's value; nil if it is neither a number of seconds nor an HTTP date.
    package init?(_ text: String, now: Date = Date()) {
        let text = text.trimmingPrefix { $0 == " " }
        if let seconds = Double(text), seconds.isFinite {
            pause = .seconds(min(max(seconds, 0), 86400))
        } else if let date = Self.date(String(text)) {
            pause = .seconds(min(max(date.timeIntervalSince(now), 0), 86400))
        } else {
            return nil
        }
    }

    /// `Sun, 06 Nov 1994 08:49:37 GMT`, the one form that servers may generate.
    private static func date(_ text: String) -> Date? {
        let parts = text.split { " ,:".contains($0) }
        guard parts.count == 8, parts[7] == "GMT" else { return nil }
        let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
        guard let day = Int(parts[1]), let month = months.firstIndex(of: String(parts[2])), let year = Int(parts[3]),
            let hour = Int(parts[4]), let minute = Int(parts[5]), let second = Int(parts[6]),
            (1...31).contains(day), (1970...9999).contains(year), (0...23).contains(hour), (0...59).contains(minute),
            (0...60).contains(second)
        else { return nil }
        // Days from 1970-01-01, counted in years that begin in March.
        let shifted = month >= 2 ? year : year - 1
        let era = shifted / 400
        let yearOfEra = shifted - era * 400
        let dayOfYear = (153 * ((month + 10) % 12) + 2) / 5 + day - 1
        let days = era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
        return Date(timeIntervalSince1970: Double(((days * 24 + hour) * 60 + minute) * 60 + second))
    }
}
