// Owns the calls that add a job (protocol: scripts-add, sections 1 and 3.1 to 3.4).

import Witness

extension QueueCalls {
    /// `addStandardJob`: a job without delay and priority.
    ///
    /// - Parameters:
    ///   - id: The custom id; empty to have one made.
    ///   - name: The job's name.
    ///   - time: The job's timestamp; a whole number or not.
    ///   - parent: The parent, if it is a child.
    ///   - scheduler: The scheduler, if it is an iteration.
    ///   - data: The data, as JSON.
    ///   - options: Options with short names; `attempts` is 0 unless they say otherwise, and the key of `de.id` is derived.
    ///   - isShort: Leaves absent values at the end of the packed array out instead of writing them as nil.
    public func addStandardJob(
        id: String = "", name: String = "n", at time: MessagePack = .integer(clock), parent: ParentReference? = nil,
        scheduler: String? = nil, data: String = "{}", options: MessagePack = [:], isShort: Bool = false
    ) -> ScriptCall {
        ScriptCall(
            "addStandardJob-9", keys: keys("wait paused meta id completed delayed active events marker"),
            arguments: addition(id, name, time, parent, scheduler, data, options, isShort))
    }

    /// `addDelayedJob`: a job that waits for its time, `options["delay"]` after `time`. Parameters as in
    /// ``addStandardJob(id:name:at:parent:scheduler:data:options:isShort:)``.
    public func addDelayedJob(
        id: String = "", name: String = "n", at time: MessagePack = .integer(clock), parent: ParentReference? = nil,
        scheduler: String? = nil, data: String = "{}", options: MessagePack = [:], isShort: Bool = false
    ) -> ScriptCall {
        ScriptCall(
            "addDelayedJob-6", keys: keys("marker meta id delayed completed events"),
            arguments: addition(id, name, time, parent, scheduler, data, options, isShort))
    }

    /// `addPrioritizedJob`: a job with `options["priority"]`. Parameters as in
    /// ``addStandardJob(id:name:at:parent:scheduler:data:options:isShort:)``.
    public func addPrioritizedJob(
        id: String = "", name: String = "n", at time: MessagePack = .integer(clock), parent: ParentReference? = nil,
        scheduler: String? = nil, data: String = "{}", options: MessagePack = [:], isShort: Bool = false
    ) -> ScriptCall {
        ScriptCall(
            "addPrioritizedJob-9", keys: keys("marker meta id prioritized delayed completed active events pc"),
            arguments: addition(id, name, time, parent, scheduler, data, options, isShort))
    }

    /// `addParentJob`: a job that waits for its children. Parameters as in
    /// ``addStandardJob(id:name:at:parent:scheduler:data:options:isShort:)``.
    public func addParentJob(
        id: String = "", name: String = "n", at time: MessagePack = .integer(clock), parent: ParentReference? = nil,
        scheduler: String? = nil, data: String = "{}", options: MessagePack = [:], isShort: Bool = false
    ) -> ScriptCall {
        ScriptCall(
            "addParentJob-6", keys: keys("meta id delayed waiting-children completed events"),
            arguments: addition(id, name, time, parent, scheduler, data, options, isShort))
    }

    private func addition(
        _ id: String, _ name: String, _ time: MessagePack, _ parent: ParentReference?, _ scheduler: String?,
        _ data: String, _ options: MessagePack, _ isShort: Bool
    ) -> [Argument] {
        var owner = MessagePack.null
        if case .string(let dedupId)? = options["de"]?["id"] { owner = .string(key("de:") + dedupId) }
        var packed: [MessagePack] = [
            .text(prefix), .text(id), .text(name), time,
            parent.map { .text($0.key) } ?? nil, parent.map { .text($0.key + ":dependencies") } ?? nil,
            parent?.packed ?? nil, scheduler.map { .text($0) } ?? nil, owner,
        ]
        if isShort {
            while packed.last == .null { packed.removeLast() }
        }
        let counted: MessagePack = ["attempts": 0]
        return [.packed(.array(packed)), .text(data), .packed(counted.merging(options))]
    }
}
