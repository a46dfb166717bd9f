// Owns: reading cron patterns: the dialect of `protocol: client, section 16.7`, with its error messages.

/// The fields of one pattern, and how to read each.
struct CronParser {
    /// One text a field, names replaced by numbers.
    private let fields: [String]

    init(_ pattern: String) throws(BullMQError) {
        let words = (Self.macros[pattern] ?? pattern).split(whereSeparator: \.isWhitespace).map(String.init)
        guard words.count <= CronField.allCases.count else {
            throw Self.invalid("Invalid cron expression, too many fields")
        }
        let completion = ["0", "*", "*", "*", "*", "*"].prefix(CronField.allCases.count - words.count)
        var fields: [String] = []
        for (field, text) in zip(CronField.allCases, completion + words) {
            let text = try Self.resolvingAliases(in: text, of: field)
            try Self.checkCharacters(of: text, in: field)
            fields.append(text)
        }
        self.fields = fields
    }

    private static let macros = [
        "@yearly": "0 0 0 1 1 *", "@annually": "0 0 0 1 1 *", "@monthly": "0 0 0 1 * *", "@weekly": "0 0 0 * * 0",
        "@daily": "0 0 0 * * *", "@hourly": "0 0 * * * *", "@minutely": "0 * * * * *", "@secondly": "* * * * * *",
        "@weekdays": "0 0 0 * * 1-5", "@weekends": "0 0 0 * * 0,6",
    ]

    /// Whether a field says anything but `*` or `?`; `*/2` does.
    func isRestricted(_ field: CronField) -> Bool { !["*", "?"].contains(fields[field.rawValue]) }

    // MARK: Fields

    /// A field without marks of its own.
    func plain(_ field: CronField) throws(BullMQError) -> CronSet {
        try elements(of: field, fields[field.rawValue][...], isMark: { _ in false }).values
    }

    func daysOfMonth() throws(BullMQError) -> (CronSet, includesLast: Bool) {
        let (days, marks) = try elements(of: .dayOfMonth, fields[CronField.dayOfMonth.rawValue][...]) { $0 == "L" }
        return (days, !marks.isEmpty)
    }

    func weekdays() throws(BullMQError) -> (days: CronSet, lastDays: CronSet, occurrence: Int?) {
        let (text, occurrence) = try splittingOccurrence(fields[CronField.dayOfWeek.rawValue])
        let (days, marks) = try elements(of: .dayOfWeek, text) { $0.last == "L" }
        var lastDays = CronSet()
        for mark in marks {
            guard mark.count > 1 else {
                throw Self.invalid("\(CronField.dayOfWeek.name) Validation error, unexpected standalone L")
            }
            lastDays.insert(CronField.dayOfWeek.normalized(try Self.value(mark.dropLast(), of: .dayOfWeek)))
        }
        return (days, lastDays, occurrence)
    }

    /// `n#k`, which goes together with nothing else.
    private func splittingOccurrence(_ text: String) throws(BullMQError) -> (Substring, occurrence: Int?) {
        let parts = text.split(separator: "#", omittingEmptySubsequences: false)
        guard parts.count > 1 else { return (text[...], nil) }
        for mark in [",", "/", "-"] where text.contains(mark) {
            throw Self.invalid(
                "Constraint error, invalid dayOfWeek `#` and `\(mark)` special characters are incompatible")
        }
        guard parts.count == 2, let occurrence = Int(parts[1]), (1...5).contains(occurrence),
            parts[0].allSatisfy(\.isNumber)
        else {
            throw Self.invalid("Constraint error, invalid dayOfWeek occurrence number (#)")
        }
        return (parts[0], occurrence)
    }

    /// A list: the values of its plain elements, and its other elements as they are.
    private func elements(
        of field: CronField, _ text: Substring, isMark: (Substring) -> Bool
    ) throws(BullMQError) -> (values: CronSet, marks: [Substring]) {
        var values = CronSet()
        var marks: [Substring] = []
        for element in text.split(separator: ",", omittingEmptySubsequences: false) {
            guard !element.isEmpty else { throw Self.invalid("Invalid list value format") }
            if isMark(element) {
                guard !marks.contains(element) else { throw Self.duplicate(String(element), in: field) }
                marks.append(element)
                continue
            }
            let more = try Self.values(of: element, field)
            if let twice = (0..<64).first(where: { more.contains($0) && values.contains($0) }) {
                throw Self.duplicate(String(twice), in: field)
            }
            for value in 0..<64 where more.contains(value) { values.insert(value) }
        }
        return (values, marks)
    }

    // MARK: Elements

    /// A value, a range, either with a step.
    private static func values(of element: Substring, _ field: CronField) throws(BullMQError) -> CronSet {
        let parts = element.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count <= 2 else { throw invalid("Invalid repeat: \(element)") }
        var step = 1
        if parts.count == 2 {
            guard let given = Int(parts[1]), given > 0 else {
                throw invalid("Constraint error, cannot repeat at every \(parts[1]) time.")
            }
            step = given
        }
        var set = CronSet()
        let range = try range(of: parts[0], field, isOpen: parts.count == 2)
        for value in stride(from: range.lowerBound, through: range.upperBound, by: step) {
            set.insert(field.normalized(value))
        }
        return set
    }

    /// - Parameter isOpen: a single value stands for all from there on.
    private static func range(
        of text: Substring, _ field: CronField, isOpen: Bool
    ) throws(BullMQError) -> ClosedRange<Int> {
        if text == "*" || text == "?" { return field.range }
        let bounds = text.split(separator: "-", omittingEmptySubsequences: false)
        guard bounds.count > 1 else {
            let value = try value(text, of: field)
            return value...(isOpen ? field.range.upperBound : value)
        }
        guard bounds.count == 2, let low = Int(bounds[0]), let high = Int(bounds[1]), field.range.contains(low),
            field.range.contains(high)
        else {
            throw invalid("Constraint error, got range \(text) expected range \(described(field.range))")
        }
        guard low <= high else { throw invalid("Invalid range: \(text), min(\(low)) > max(\(high))") }
        return low...high
    }

    private static func value(_ text: Substring, of field: CronField) throws(BullMQError) -> Int {
        guard let value = Int(text), field.range.contains(value) else {
            throw invalid("Constraint error, got value \(text) expected range \(described(field.range))")
        }
        return value
    }

    // MARK: Characters

    /// Replaces names, three letters in any case, by their numbers.
    private static func resolvingAliases(in text: String, of field: CronField) throws(BullMQError) -> String {
        guard !field.aliases.isEmpty else { return text }
        var resolved = ""
        var rest = text[...]
        while let first = rest.first {
            let word = rest.prefix(3)
            guard word.count == 3, word.allSatisfy({ $0.isASCII && $0.isLetter }) else {
                resolved.append(first)
                rest = rest.dropFirst()
                continue
            }
            guard let index = field.aliases.firstIndex(of: word.lowercased()) else {
                throw invalid("Validation error, cannot resolve alias \"\(word.lowercased())\"")
            }
            resolved += String(field.range.lowerBound + index)
            rest = rest.dropFirst(3)
        }
        return resolved
    }

    private static func checkCharacters(of text: String, in field: CronField) throws(BullMQError) {
        guard !text.contains("H") else {
            throw invalid(
                """
                The field \(text) of a cron pattern draws a random time (H), which would differ at each reading; write the time \
                out
                """)
        }
        let isValid = text.allSatisfy { character in
            character.isASCII && character.isNumber || "*?,-/".contains(character) || field.marks.contains(character)
        }
        guard isValid else { throw invalid("Invalid characters, got value: \(text)") }
    }

    private static func described(_ range: ClosedRange<Int>) -> String { "\(range.lowerBound)-\(range.upperBound)" }

    private static func duplicate(_ value: String, in field: CronField) -> BullMQError {
        invalid("\(field.name) Validation error, duplicate values found: \(value)")
    }

    private static func invalid(_ message: String) -> BullMQError { BullMQError(.invalidArgument, message) }
}
