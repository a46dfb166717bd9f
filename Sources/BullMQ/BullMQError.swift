import NIOCore

/// What a queue operation failed with.
///
/// Failures of the connection are `RedisError` instead, and cancelled tasks throw `CancellationError`.
public struct BullMQError: Error, Sendable, CustomStringConvertible {
    /// The kind of failure; more may be added. Where BullMQ has a number for it, `number` carries that.
    public struct Code: Sendable, Hashable, CustomStringConvertible {
        /// The name of the code.
        public let description: String
        /// BullMQ's numeric code, if it has one.
        public let number: Int?

        private init(_ description: String, _ number: Int? = nil) {
            self.description = description
            self.number = number
        }

        /// An option, name, id or payload was refused before Redis was touched.
        public static let invalidArgument = Code("invalidArgument")
        /// The job does not exist (any more).
        public static let missingJob = Code("missingJob", -1)
        /// The job has no lock: it was recovered by another worker, or is not being processed.
        public static let missingLock = Code("missingLock", -2)
        /// The job is not in the state that the operation needs.
        public static let wrongState = Code("wrongState", -3)
        /// The job has children that are not finished.
        public static let pendingChildren = Code("pendingChildren", -4)
        /// The parent named by a job does not exist.
        public static let missingParent = Code("missingParent", -5)
        /// The job is locked by somebody else.
        public static let lockMismatch = Code("lockMismatch", -6)
        /// The job already belongs to another parent.
        public static let parentCannotBeReplaced = Code("parentCannotBeReplaced", -7)
        /// The job is the current iteration of a job scheduler.
        public static let belongsToScheduler = Code("belongsToScheduler", -8)
        /// A child of the job failed.
        public static let failedChildren = Code("failedChildren", -9)
        /// The next iteration of a job scheduler has an id that a job already has.
        public static let iterationExists = Code("iterationExists", -10)
        /// Jobs stand in this time slot of a job scheduler and in the 32 that follow.
        public static let slotsTaken = Code("slotsTaken", -11)
        /// A worker could not create the next iteration of a recurring job; the current one is processed all the same.
        public static let schedulingFailed = Code("schedulingFailed")
        /// The job is being processed, so it cannot be removed.
        public static let locked = Code("locked")
        /// The queue must be paused for this.
        public static let notPaused = Code("notPaused")
        /// The queue still has active jobs.
        public static let activeJobs = Code("activeJobs")
        /// A job's stored data cannot be decoded as asked.
        public static let invalidData = Code("invalidData")
        /// The awaited job failed; the message is its failure reason.
        public static let jobFailed = Code("jobFailed")
        /// The awaited job did not finish in time.
        public static let timeout = Code("timeout")
        /// The worker or event reader is already running, or was closed.
        public static let lifecycle = Code("lifecycle")
        /// The server is too old for this, or its provider does not allow it.
        public static let unsupportedByServer = Code("unsupportedByServer")
        /// A script answered something that its contract does not know.
        public static let unexpectedReply = Code("unexpectedReply")
    }

    /// The kind of failure.
    public let code: Code
    /// What was wrong, where, and what can be done.
    public let message: String
    /// The failure below this one, if any.
    public let underlying: (any Error)?

    /// Creates an error.
    public init(_ code: Code, _ message: String, underlying: (any Error)? = nil) {
        self.code = code
        self.message = message
        self.underlying = underlying
    }

    /// The message, followed by that of the underlying failure.
    public var description: String {
        if let underlying { "\(message) (\(underlying))" } else { message }
    }
}

extension BullMQError {
    /// Whether the job is not (any more) where an operation of its worker expects it.
    var meansGone: Bool {
        code == .missingJob || code == .missingLock || code == .lockMismatch || code == .wrongState
    }

    /// The error that BullMQ raises for a negative script reply (protocol: client, section 18).
    static func script(
        _ number: Int64, command: String, job: String, parent: String? = nil, state: String? = nil
    ) -> BullMQError {
        switch number {
        case -1: BullMQError(.missingJob, "Missing key for job \(job). \(command)")
        case -2: BullMQError(.missingLock, "Missing lock for job \(job). \(command)")
        case -3: BullMQError(.wrongState, "Job \(job) is not in the \(state ?? "expected") state. \(command)")
        case -4: BullMQError(.pendingChildren, "Job \(job) has pending dependencies. \(command)")
        case -5: BullMQError(.missingParent, "Missing key for parent job \(parent ?? ""). \(command)")
        case -6:
            BullMQError(.lockMismatch, "Lock mismatch for job \(job). Cmd \(command) from \(state ?? "active")")
        case -7: BullMQError(.parentCannotBeReplaced, "The parent job \(parent ?? "") cannot be replaced. \(command)")
        case -8:
            BullMQError(
                .belongsToScheduler, "Job \(job) belongs to a job scheduler and cannot be removed directly. \(command)")
        case -9:
            BullMQError(
                .failedChildren, "Cannot complete job \(job) because it has at least one failed child. \(command)")
        case -10:
            BullMQError(
                .iterationExists, "Cannot create job scheduler iteration - job ID already exists. \(command)")
        case -11:
            BullMQError(
                .slotsTaken,
                "Cannot create job scheduler iteration - current and next time slots already have jobs. \(command)")
        default: BullMQError(.unexpectedReply, "Unknown code \(number) error for \(job). \(command)")
        }
    }

    static func unexpected(_ reply: RESPValue, from command: String) -> BullMQError {
        BullMQError(.unexpectedReply, "Script \(command) answered \(reply.shape), which its contract does not know")
    }
}

extension RESPValue {
    /// The form of a reply without its content, for error messages that must not repeat user data.
    var shape: String {
        switch self {
        case .null: "null"
        case .integer(let value): "the integer \(value)"
        case .array(let elements): "an array of \(elements.count)"
        case .error(let error): "the error \(error.message)"
        case .bulkString(let bytes), .simpleString(let bytes): "a string of \(bytes.readableBytes) bytes"
        default: "a reply of another type"
        }
    }
}
