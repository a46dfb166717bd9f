import ArgumentParser

/// A duration as people write it: `250ms`, `5s`, `10m`, `2h`, `7d`; a bare number counts seconds.
struct DurationArgument: ExpressibleByArgument, Hashable {
    let duration: Duration

    init(_ duration: Duration) { self.duration = duration }

    init?(argument: String) {
        let number = argument.prefix { $0.isNumber || $0 == "." }
        guard let value = Double(number), value >= 0, value.isFinite else { return nil }
        let seconds: Double
        switch argument.dropFirst(number.count) {
        case "ms": seconds = value / 1000
        case "", "s": seconds = value
        case "m": seconds = value * 60
        case "h": seconds = value * 3600
        case "d": seconds = value * 86_400
        default: return nil
        }
        guard seconds < 1e11 else { return nil }
        duration = .milliseconds(Int64((seconds * 1000).rounded()))
    }

    var defaultValueDescription: String { duration.brief }
}
