/// What Redis knows of one job at one moment, and what is wrong with it.
struct JobFacts: Sendable, Hashable {
    var id: String
    var isHash = true
    var hasTimestamp = true
    var hasData = true
    var isFinished = false
    var priority: Int64 = 0
    var hasRun = false
    /// Scores by set, in the order of ``sets``.
    var scores: [Double?] = Array(repeating: nil, count: JobFacts.sets.count)
    var isLocked = false
    var isSuspected = false
    /// How often the job is in each of ``lists``; nil if nobody looked.
    var occurrences: [Int]?
    var parentSees = ParentView.none
    var pendingChildren = 0

    /// How the parent of a job sees it.
    enum ParentView: String {
        case none, known, missing, unknown
    }

    static let sets = ["completed", "failed", "delayed", "prioritized", "waiting-children"]
    static let lists = ["wait", "paused", "active"]

    /// Whether this is a job at all: the definition of a scheduler has neither field.
    var isJob: Bool { isHash && hasTimestamp && hasData }

    /// The names of the sets that the job is in.
    var setsHoldingIt: [String] { zip(Self.sets, scores).compactMap { $1 == nil ? nil : $0 } }

    /// Where the job is, as far as was looked.
    var places: [String] {
        zip(Self.lists, occurrences ?? []).flatMap { Array(repeating: $0, count: $1) } + setsHoldingIt
    }

    /// What is wrong, when all places were looked at.
    func findings(now: Int64) -> [QueueFinding] {
        guard occurrences != nil else { return [] }
        let places = places
        let location = places.joined(separator: ", ")
        guard isHash else {
            if places.isEmpty { return [] }
            return [QueueFinding(id.hasPrefix("0:") ? .legacyMarker : .missingJob, id, detail: location)]
        }
        var findings: [QueueFinding] = []
        if places.isEmpty {
            if isJob, !isFinished { findings.append(QueueFinding(.lostJob, id)) }
            if hasTimestamp, isFinished { findings.append(QueueFinding(.leakedJob, id)) }
        } else if places.count > 1 {
            findings.append(QueueFinding(.duplicatedJob, id, detail: location))
        }
        if places == ["active"], !isLocked, !isSuspected { findings.append(QueueFinding(.unattendedJob, id)) }
        if let score = scores[2], score < 0 || score > Double(now + 100 * 365 * 86_400_000) * 4096 {
            findings.append(QueueFinding(.insaneDelay, id))
        }
        if let score = scores[3], (score / 4_294_967_296).rounded(.down) != Double(priority) {
            findings.append(QueueFinding(.wrongPriority, id))
        }
        if scores[4] != nil, pendingChildren == 0 { findings.append(QueueFinding(.stuckParent, id)) }
        if parentSees == .unknown, !hasRun, !isFinished, isJob { findings.append(QueueFinding(.unknownChild, id)) }
        return findings
    }

    /// Whether a look at all places is called for.
    ///
    /// - Parameter isListed: the job was seen in a list.
    func isSuspicious(isListed: Bool, now: Int64) -> Bool {
        guard isHash else { return isListed || !setsHoldingIt.isEmpty }
        // The place it was seen in is assumed to be its only one; anything else wrong shows in the findings.
        var assumed = self
        assumed.occurrences = [isListed ? 1 : 0, 0, 0]
        return !assumed.findings(now: now).isEmpty
    }
}

extension JobFacts {
    /// Reads the answer of the script describeJobs.
    init(id: String, _ reply: RESPValue) throws {
        guard let facts = reply.array, facts.count == 21 else {
            throw BullMQError.unexpected(reply, from: "describeJobs")
        }
        self.id = id
        isHash = facts[0].string == "hash"
        hasTimestamp = facts[1].string != nil
        isFinished = facts[2].string != nil
        priority = facts[3].integer ?? 0
        hasRun = facts[7].string != nil
        hasData = facts[8].integer == 1
        scores = facts[9..<14].map { $0.string.flatMap(Double.init) }
        isLocked = facts[14].integer == 1
        isSuspected = facts[15].integer == 1
        let counts = facts[16..<19].map { Int($0.integer ?? 0) }
        occurrences = counts.contains(-1) ? nil : counts
        parentSees = facts[19].string.flatMap(ParentView.init) ?? .none
        pendingChildren = Int(facts[20].integer ?? 0)
    }
}
