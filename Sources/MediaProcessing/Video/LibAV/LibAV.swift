// The FFmpeg libraries as a whole: what is set once for the process, and what their error codes mean.

import CFFmpeg
import Glibc

enum LibAV {
    /// Largest single allocation the libraries may make (media.md §20).
    private static let largestAllocation = 1 << 30

    /// Done once before the first use: no messages on standard error, no gigantic allocations.
    private static let started: Void = {
        av_log_set_level(AV_LOG_QUIET)
        av_max_alloc(largestAllocation)
        setenv("SVT_LOG", "0", 0)
    }()

    static func start() { _ = started }

    /// Throws what a negative code means; otherwise returns it.
    @discardableResult
    static func check(_ code: Int32, _ step: @autoclosure () -> String) throws -> Int32 {
        guard code < 0 else { return code }
        throw failure(code, step())
    }

    /// The error for a code, in a sentence "Could not `step`".
    static func failure(_ code: Int32, _ step: String) -> MediaError {
        switch code {
        case cffmpeg_error_out_of_memory:
            MediaError(.processingFailed, "Could not \(step): out of memory. A smaller size or faster preset may do")
        case cffmpeg_error_invalid_data:
            MediaError(.corruptInput, "Could not \(step): the data are damaged")
        case cffmpeg_error_exit:
            MediaError(.cancelled, "The operation was cancelled")
        default:
            MediaError(.processingFailed, "Could not \(step): \(text(code))")
        }
    }

    /// What the library calls an error code.
    static func text(_ code: Int32) -> String {
        withUnsafeTemporaryAllocation(of: CChar.self, capacity: 128) { buffer in
            guard let start = buffer.baseAddress, av_strerror(code, start, buffer.count) == 0 else {
                return "error \(code)"
            }
            return String(cString: start)
        }
    }

    /// The result of an allocation, which the libraries report with nil.
    static func allocated<Pointee>(_ pointer: UnsafeMutablePointer<Pointee>?) throws -> UnsafeMutablePointer<Pointee> {
        guard let pointer else { throw MediaError(.processingFailed, "Out of memory") }
        return pointer
    }

    /// Whether the library has a filter of this name.
    static func hasFilter(_ name: String) -> Bool { avfilter_get_by_name(name) != nil }
}

/// Options as the libraries take them: names and values, never parsed as one text.
struct LibAVOptions {
    var pairs: [(name: String, value: String)]

    init(_ pairs: [(name: String, value: String)] = []) { self.pairs = pairs }

    /// Lends the options as a dictionary, from which the library takes those it knows.
    func withDictionary<Result>(_ body: (inout OpaquePointer?) throws -> Result) rethrows -> Result {
        var dictionary: OpaquePointer?
        for (name, value) in pairs { av_dict_set(&dictionary, name, value, 0) }
        defer { av_dict_free(&dictionary) }
        return try body(&dictionary)
    }
}

extension AVRational {
    /// The value; 0 for an undefined one.
    var value: Double { den == 0 ? 0 : Double(num) / Double(den) }
    /// Whether both parts are positive.
    var isPositive: Bool { num > 0 && den > 0 }
    var inverse: AVRational { AVRational(num: den, den: num) }

    static func == (left: AVRational, right: AVRational) -> Bool {
        Int64(left.num) * Int64(right.den) == Int64(right.num) * Int64(left.den)
    }
}

/// A moment or a length of time in units of `timeBase`, in seconds.
func seconds(_ count: Int64, _ timeBase: AVRational) -> Double { Double(count) * timeBase.value }
