/// A job that was just taken for the first time and carries nothing but what its addition wrote.
final class FreshJob: JobRecord, @unchecked Sendable {
    /// Name, data, options and time stamp; the script sends such a job only if it has neither delay nor priority.
    static let fieldCount = 4

    private let takenAt: Int64
    private let takenBy: String?
    private let storedRecurringOptions: String?

    init?(id: String, fields: [RESPValue], takenAt: Int64, takenBy: String?) {
        guard fields.count == Self.fieldCount, let name = fields[0].string, let data = fields[1].string,
            let options = fields[2].string
        else { return nil }
        self.takenAt = takenAt
        self.takenBy = takenBy
        // Releases before 1.86 marked repeatable jobs in their options alone.
        storedRecurringOptions = options.contains(member: "\"repeat\":") ? options : nil
        super.init(
            id: id, name: name, data: data.isEmpty ? .emptyObject : JSONText(unchecked: data),
            options: JobOptions(stored: options), timestamp: fields[3].wholeMilliseconds ?? 0)
    }

    override var delay: Int64 { 0 }
    override var priority: Int64 { 0 }
    override var attemptsStarted: Int { 1 }
    override var processedOn: Int64? { takenAt }
    override var processedBy: String? { takenBy }
    override var recurringOptions: String? { storedRecurringOptions }
    override var isFresh: Bool { true }
}
