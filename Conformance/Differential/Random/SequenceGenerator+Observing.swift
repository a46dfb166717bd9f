// Owns what a generator learns from a reply: where the jobs probably are now.

import Witness

extension SequenceGenerator {
    /// Takes note of the reply to a step.
    mutating func observe(_ step: Step, _ reply: WitnessReply) {
        guard case .call(let call) = step, let queue = queue(of: call) else { return }
        let command = call.script.prefix { $0 != "-" }
        if let id = reply.takenJob { queues[queue].put(id, in: .active) }
        switch command {
        case "addStandardJob": observeAddition(queue, call, reply, .wait)
        case "addDelayedJob": observeAddition(queue, call, reply, .delayed)
        case "addPrioritizedJob": observeAddition(queue, call, reply, .prioritized)
        case "addParentJob": observeAddition(queue, call, reply, .children)
        case "moveToFinished":
            guard isSuccess(reply) else { return }
            let isKept = packed(call, 7)?["keepJobs"]?["count"] != 0
            let place: QueueModel.Place = text(call, 4) == "completed" ? .completed : .failed
            move(queue, text(call, 0), to: isKept ? place : nil)
        case "moveToDelayed":
            if isSuccess(reply) { move(queue, text(call, 2), to: .delayed) }
        case "moveToWaitingChildren":
            if reply == .integer(0) { move(queue, text(call, 3), to: .children) }
        case "moveJobFromActiveToWait":
            if isSuccess(reply) { move(queue, text(call, 0), to: .wait) }
        case "retryJob":
            if reply == .integer(0) { move(queue, text(call, 3), to: .wait) }
        case "reprocessJob":
            if reply == .integer(1) { move(queue, text(call, 0), to: .wait) }
        case "promote":
            if reply == .integer(0) { move(queue, text(call, 1), to: .wait) }
        case "moveJobsToWait":
            let place = [QueueModel.Place.completed: "completed", .failed: "failed", .delayed: "delayed"]
                .first { $0.value == text(call, 2) }?.key
            for id in place.map({ queues[queue].ids(in: $0) }) ?? [] { queues[queue].put(id, in: .wait) }
        case "moveStalledJobsToWait":
            for id in (try? reply.strings) ?? [] { queues[queue].put(id.text, in: .wait) }
        case "cleanJobsInSet":
            for id in (try? reply.strings) ?? [] { queues[queue].put(id.text, in: nil) }
        case "removeJob":
            if reply == .integer(1) { move(queue, text(call, 0), to: nil) }
        case "drain": queues[queue].empty([.wait, .prioritized])
        case "obliterate":
            if reply == .integer(0) { queues[queue].forget() }
        case "changePriority": queues[queue].note(text(call, 2) ?? "", hasPriority: true)
        case "addJobScheduler":
            guard case .array(let parts) = reply, case .string(let id)? = parts.first else { return }
            let scheduler = text(call, 2) ?? ""
            queues[queue].goesByInterval[scheduler] = text(call, 0) == ""
            queues[queue].iterations[scheduler, default: []].append(id.text)
            queues[queue].put(id.text, in: parts.last == .integer(0) ? .wait : .delayed)
        case "updateJobScheduler":
            guard case .string(let id) = reply else { return }
            queues[queue].iterations[text(call, 1) ?? "", default: []].append(id.text)
            queues[queue].put(id.text, in: .delayed)
        default: break
        }
    }

    private mutating func observeAddition(
        _ queue: Int, _ call: ScriptCall, _ reply: WitnessReply, _ place: QueueModel.Place
    ) {
        guard case .string(let bytes) = reply else { return }
        let id = bytes.text
        let priority = packed(call, 2)?["priority"]
        if priority != nil, case .packed(.array(let input)) = call.arguments[0], case .string(let custom) = input[1] {
            queues[queue].note(custom.text, hasPriority: true)
        }
        queues[queue].note(id, hasPriority: priority != nil)
        guard queues[queue].place(of: id) == nil else { return }
        queues[queue].put(id, in: place)
        guard case .packed(.array(let input)) = call.arguments[0], input.count > 4, case .string(let key) = input[4]
        else { return }
        queues[queue].parents[id] = key.text
        for parentQueue in queues.indices where key.text.hasPrefix(queues[parentQueue].calls.prefix) {
            let parentId = String(key.text.dropFirst(queues[parentQueue].calls.prefix.count))
            queues[parentQueue].children[parentId, default: []].append(queues[queue].calls.prefix + id)
        }
    }

    private mutating func move(_ queue: Int, _ id: String?, to place: QueueModel.Place?) {
        if let id { queues[queue].put(id, in: place) }
    }

    private func queue(of call: ScriptCall) -> Int? {
        guard let key = call.keys.last?.text else { return nil }
        return queues.firstIndex { key.hasPrefix($0.calls.prefix) }
    }

    private func isSuccess(_ reply: WitnessReply) -> Bool {
        switch reply {
        case .integer(let code): code >= 0
        case .error: false
        default: true
        }
    }

    private func text(_ call: ScriptCall, _ index: Int) -> String? {
        guard index < call.arguments.count, case .plain(let bytes) = call.arguments[index] else { return nil }
        return bytes.text
    }

    private func packed(_ call: ScriptCall, _ index: Int) -> MessagePack? {
        guard index < call.arguments.count, case .packed(let value) = call.arguments[index] else { return nil }
        return value
    }
}
