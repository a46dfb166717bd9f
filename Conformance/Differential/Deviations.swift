// Owns the list of what our scripts do differently on purpose. Each entry says why, and has at least one directed case
// of its own, which proves that the difference is there and is what it is meant to be.

import Witness

/// A deliberate difference from the reference.
public struct Deviation: Hashable, Sendable {
    /// A short name, for reports.
    public let name: String
    /// What differs.
    public let summary: String
    /// Why.
    public let reason: String

    /// Every deliberate difference.
    public static let all: [Deviation] = [
        resumeInOneCall, exactDrain, legacyMarkerWithoutJobs, parentFromKey, policyFromOptions, plainCounterIds,
        positiveLockDuration, dataOfOldSchedulers, healing,
    ]

    /// Resuming replies 0 at once.
    public static let resumeInOneCall = Deviation(
        name: "resumeInOneCall",
        summary: "Resuming merges the whole list `paused` of an older release in one call and replies 0.",
        reason: "The reference moves a part and asks for another call; clients that call once leave jobs behind.")

    /// `drain` keeps what it is to keep, in its order.
    public static let exactDrain = Deviation(
        name: "exactDrain",
        summary: "`drain` leaves exactly the current iterations of schedulers in the lists, in their order.",
        reason: "The reference trims by count from one end, which loses an iteration or leaves ids of removed jobs.")

    /// A fetch that meets an old marker and nothing else takes nothing.
    public static let legacyMarkerWithoutJobs = Deviation(
        name: "legacyMarkerWithoutJobs",
        summary: "A fetch after a finish that meets the old marker `0:0` while nothing is prioritized takes nothing.",
        reason: "The reference fails with a run-time error after it has moved the finished job.")

    /// A stored parent without id or queue is completed from the parent's key.
    public static let parentFromKey = Deviation(
        name: "parentFromKey",
        summary: "A stored `parent` that lacks its id or queue is completed from `parentKey`.",
        reason: "The reference fails with a run-time error, and the job can never finish.")

    /// A failed child of an old release finds its policy among its options.
    public static let policyFromOptions = Deviation(
        name: "policyFromOptions",
        summary: "A failed child whose stored `parent` names no policy follows `idof` among its options.",
        reason: "Releases 5.2.0 to 5.12.7 stored the policy there alone; with the reference the parent waits for ever.")

    /// Large counters stay plain digits.
    public static let plainCounterIds = Deviation(
        name: "plainCounterIds",
        summary: "Ids from a counter of 1e14 and more are plain digits.",
        reason: "The reference writes them with an exponent, so that different jobs get one id.")

    /// The next iteration of a scheduler without data has the data of the current one.
    public static let dataOfOldSchedulers = Deviation(
        name: "dataOfOldSchedulers",
        summary: "A scheduler stored without data and without a count takes over the data of its current iteration.",
        reason: "Old releases stored schedulers so; with the reference every further iteration has no data.")

    /// Jobs that nobody would ever take are brought back.
    public static let healing = Deviation(
        name: "healing",
        summary: "A check for stalled jobs appends a list `paused` to `wait` if the queue is not paused.",
        reason: "Nobody takes jobs from that list; only a client that breaks off its resuming leaves it so.")

    /// Extending locks takes positive durations only.
    public static let positiveLockDuration = Deviation(
        name: "positiveLockDuration",
        summary: "`extendLocks` refuses a duration that is not positive.",
        reason: "It would delete the locks; the reference fails too, but only when it comes to a lock it would extend.")
}

extension Deviation {
    /// The deviation that explains different replies to a step of a random sequence; `nil` when none does. The sequence ends
    /// there, as the sides have parted.
    static func excusing(
        _ step: Step, _ ours: WitnessReply, _ reference: WitnessReply, after steps: [Step]
    ) -> Deviation? {
        guard case .call(let call) = step, case .error = reference else { return nil }
        if case .error = ours { return nil }
        let fetches = call.script.hasPrefix("moveToFinished") || call.script.hasPrefix("moveToDelayed")
        let hasMarker = steps.contains { step in
            if case .command(let words) = step { words.last == "0:0" } else { false }
        }
        return fetches && hasMarker ? .legacyMarkerWithoutJobs : nil
    }
}
