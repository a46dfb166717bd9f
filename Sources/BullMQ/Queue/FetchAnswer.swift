/// What a script that hands out jobs answers (protocol: scripts-move, section 1.2; worker, section 4).
enum FetchAnswer: Sendable {
    /// The job is ours, locked with our token.
    case job(JobRecord)
    /// Nothing to take: limited for `limitedFor` ms if that is positive; the next delayed job is due at `dueAt` if that is positive.
    case none(limitedFor: Int64, dueAt: Int64)
    /// The script did not try to fetch.
    case notAsked

    init(_ reply: RESPValue, from script: Script) throws {
        switch reply {
        case .null, .integer(0):
            self = .none(limitedFor: 0, dueAt: 0)
        case .array(let elements) where elements.count >= 4:
            if case .array(let fields) = elements[0], let id = elements[1].string {
                // A hash that vanished is still handed out with the fields that activation wrote.
                guard let record = StoredJob(id: id, fields: fields) else {
                    throw BullMQError.unexpected(reply, from: script.name)
                }
                self = .job(record)
            } else {
                self = .none(limitedFor: elements[2].integer ?? 0, dueAt: elements[3].integer ?? 0)
            }
        default:
            throw BullMQError.unexpected(reply, from: script.name)
        }
    }
}
