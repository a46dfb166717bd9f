// The one error of this module. Owns: its codes, and which of them can never succeed on a second try.

/// Why a media operation did not produce a result.
///
/// `message` is meant for the person who asked for the operation: it says what was wrong, where, and what would be
/// accepted. It never contains file system paths.
public struct MediaError: Error, Sendable, Equatable {
    /// The kind of failure. New kinds may be added; compare with the static members.
    public struct Code: Sendable, Hashable, RawRepresentable, CustomStringConvertible {
        /// The code as it appears in logs and job results, in snake case.
        public let rawValue: String
        /// Makes a code from its snake-case text.
        public init(rawValue: String) { self.rawValue = rawValue }
        /// The snake-case text.
        public var description: String { rawValue }

        /// A parameter is unknown, of the wrong type or out of range.
        public static let invalidParameter = Code(rawValue: "invalid_parameter")
        /// The input is no picture of an accepted kind (by its first bytes; the file name is not asked).
        public static let unsupportedFormat = Code(rawValue: "unsupported_format")
        /// The input starts like an accepted format but does not decode, or ends early.
        public static let corruptInput = Code(rawValue: "corrupt_input")
        /// The input or the requested result exceeds a limit of ``ImageLimits``.
        public static let tooLarge = Code(rawValue: "too_large")
        /// The installed libraries cannot do what was asked, e.g. encode AVIF.
        public static let capabilityMissing = Code(rawValue: "capability_missing")
        /// The picture cannot hold what was to be hidden in it.
        public static let insufficientCapacity = Code(rawValue: "insufficient_capacity")
        /// The task was cancelled. Nothing was written.
        public static let cancelled = Code(rawValue: "cancelled")
        /// The input cannot be opened or read.
        public static let unreadableInput = Code(rawValue: "unreadable_input")
        /// The result cannot be written: no space, no permission, no folder.
        public static let unwritableOutput = Code(rawValue: "unwritable_output")
        /// The library failed in a way that says nothing about the input, e.g. out of memory.
        public static let processingFailed = Code(rawValue: "processing_failed")
    }

    /// What kind of failure this is.
    public var code: Code
    /// What was wrong and what to do about it, in one or two sentences.
    public var message: String
    /// The name of the parameter at fault, for ``Code/invalidParameter`` where one is known.
    public var parameter: String?

    /// Makes an error.
    public init(_ code: Code, _ message: String, parameter: String? = nil) {
        self.code = code
        self.message = message
        self.parameter = parameter
    }

    /// Whether the same input with the same parameters will fail again, so that a retry is a waste.
    ///
    /// True for everything that is wrong with the request or the picture, and for missing capabilities; false for
    /// failures of the surroundings (files, memory) and for cancellation.
    public var isPermanent: Bool {
        switch code {
        case .invalidParameter, .unsupportedFormat, .corruptInput, .tooLarge, .capabilityMissing, .insufficientCapacity:
            true
        default: false
        }
    }
}

extension MediaError: CustomStringConvertible {
    /// `code: message`.
    public var description: String { "\(code): \(message)" }
}
