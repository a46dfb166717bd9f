// Owns the calls about job schedulers (protocol: scripts-add, sections 3.5 to 3.8).

import Witness

extension QueueCalls {
    /// The id of a scheduler's iteration at a time.
    public static func iteration(of scheduler: String, at time: Int) -> String { "repeat:\(scheduler):\(time)" }

    /// `addJobScheduler`: creates or redefines a scheduler and creates its next iteration.
    ///
    /// - Parameters:
    ///   - id: The scheduler.
    ///   - next: The next time of a pattern; empty for `every`.
    ///   - definition: The packed definition; `name` is `n` unless it says otherwise.
    ///   - template: The template's data, as JSON.
    ///   - templateOptions: The template's options, with short names.
    ///   - options: The iteration's options, with short names; with `repeat`.
    ///   - now: The time, in milliseconds.
    ///   - producer: The key of the producing job, or empty.
    public func addJobScheduler(
        _ id: String, next: Argument = "", definition: MessagePack, template: String = "{}",
        templateOptions: MessagePack = [:], options: MessagePack = ["repeat": ["count": 1]], now: Int = clock,
        producer: String = ""
    ) -> ScriptCall {
        let named: MessagePack = ["name": "n"]
        return ScriptCall(
            "addJobScheduler-11",
            keys: keys("repeat delayed wait paused meta prioritized marker id events pc active"),
            arguments: [
                next, .packed(named.merging(definition)), .text(id), .text(template), .packed(templateOptions),
                .packed(options),
                .number(now), prefixArgument, .text(producer),
            ])
    }

    /// `updateJobScheduler`: creates the iteration after `producer`, the id of the current one.
    public func updateJobScheduler(
        _ id: String, next: Argument = "", options: MessagePack = ["attempts": 0, "repeat": ["count": 2]],
        now: Int = clock, producer: String
    ) -> ScriptCall {
        ScriptCall(
            "updateJobScheduler-12",
            keys: keys("repeat delayed wait paused meta prioritized marker id events pc") + [
                key(producer), key("active"),
            ],
            arguments: [next, .text(id), "{}", .packed(options), .number(now), prefixArgument, .text(producer)])
    }

    /// `removeJobScheduler`: removes a scheduler and its delayed iteration.
    public func removeJobScheduler(_ id: String) -> ScriptCall {
        ScriptCall(
            "removeJobScheduler-3", keys: keys("repeat delayed events"), arguments: [.text(id), prefixArgument])
    }

    /// `getJobScheduler`: a scheduler's fields and next time.
    public func getJobScheduler(_ id: String) -> ScriptCall {
        ScriptCall("getJobScheduler-1", keys: keys("repeat"), arguments: [.text(id)])
    }
}
