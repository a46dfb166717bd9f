// Owns: the six fields of a cron pattern, what they are called and what they allow.

/// A field of a cron pattern, in the order in which patterns name them.
enum CronField: Int, Sendable, CaseIterable {
    case second, minute, hour, dayOfMonth, month, dayOfWeek

    /// The name that errors use.
    var name: String {
        switch self {
        case .second: "CronSecond"
        case .minute: "CronMinute"
        case .hour: "CronHour"
        case .dayOfMonth: "CronDayOfMonth"
        case .month: "CronMonth"
        case .dayOfWeek: "CronDayOfWeek"
        }
    }

    var range: ClosedRange<Int> {
        switch self {
        case .second, .minute: 0...59
        case .hour: 0...23
        case .dayOfMonth: 1...31
        case .month: 1...12
        case .dayOfWeek: 0...7
        }
    }

    /// Names for its values, the first for the smallest.
    var aliases: [String] {
        switch self {
        case .month: ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
        case .dayOfWeek: ["sun", "mon", "tue", "wed", "thu", "fri", "sat"]
        default: []
        }
    }

    /// Characters that it allows besides digits and `* ? , - /`.
    var marks: String {
        switch self {
        case .dayOfMonth: "L"
        case .dayOfWeek: "L#"
        default: ""
        }
    }

    /// The form in which a value is kept: Sunday is 0.
    func normalized(_ value: Int) -> Int { self == .dayOfWeek && value == 7 ? 0 : value }
}
