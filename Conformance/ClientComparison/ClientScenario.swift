// Owns what a scenario is, and the list of all.

/// Something that a client does, told once and performed by each.
public struct ClientScenario: Sendable {
    /// What is done, for reports.
    public let name: String
    /// Whether the performances must not cross a minute, since what they leave counts in minutes.
    let needsOneMinute: Bool
    let perform: @Sendable (Play) async throws -> Void

    init(
        _ name: String, needsOneMinute: Bool = false, _ perform: @escaping @Sendable (Play) async throws -> Void
    ) {
        self.name = name
        self.needsOneMinute = needsOneMinute
        self.perform = perform
    }

    /// Every scenario.
    public static let all = adding + deduplicating + flows + scheduling + administering + changing + working
}
