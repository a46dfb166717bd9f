// Owns what a Swift worker does with a scripted job: the same as the peers' workers (Peers/README.md).

public import BullMQ

/// The behaviours of the peers' workers, by job name.
public enum ScriptedHandlers {
    /// A handler for each name, and `echo` for all others.
    public static let all: [Handler] = [
        Handler { job in job.data },
        Handler(named: "value") { job in JSONText(try job.data.value()["value"] ?? .null) },
        Handler(named: "who") { job in who(job) },
        Handler(named: "fail") { job in
            let data = try job.data.value()
            guard job.attemptsMade < data["times"]?.intValue ?? 0 else { return who(job) }
            throw ScriptedFailure(data["message"]?.stringValue ?? "swift attempt \(job.attemptsMade + 1)")
        },
        Handler(named: "unrecoverable") { job in
            throw JobOutcome.unrecoverable(try job.data.value()["message"]?.stringValue ?? "swift gives up")
        },
        Handler(named: "progress") { job in
            let data = try job.data.value()
            for progress in data["progress"]?.arrayValue ?? [] { try await job.updateProgress(progress) }
            for row in data["logs"]?.arrayValue ?? [] { try await job.log(row.stringValue ?? "") }
            return JSONText("done")
        },
        Handler(named: "slow") { job in
            let milliseconds = try job.data.value()["ms"]?.intValue ?? 0
            try await Task.sleep(for: .milliseconds(milliseconds))
            return JSONText(.integer(Int64(milliseconds)))
        },
        Handler(named: "hang") { _ in
            try await Task.sleep(for: .seconds(3600))
            return .null
        },
        Handler(named: "update") { job in
            try await job.updateData(JSONText(try job.data.value()["next"] ?? .null))
            return JSONText("updated")
        },
        Handler(named: "postpone") { job in
            if job.attemptsStarted > 1 { return who(job) }
            throw JobOutcome.delay(for: .milliseconds(try job.data.value()["ms"]?.intValue ?? 0))
        },
        Handler(named: "gather") { job in
            JSONText(.object(JSONObject(try await job.childrenValues().map { ($0.key, try $0.value.value()) })))
        },
    ]

    /// The behaviour `hold`: a job waits until the gate is open.
    public static func hold(behind gate: Gate) -> Handler {
        Handler(named: "hold") { job in
            await gate.pass()
            return who(job)
        }
    }

    private static func who(_ job: Job) -> JSONText {
        JSONText(["by": "swift", "attempt": .integer(Int64(job.attemptsMade + 1))])
    }
}

/// What a scripted job fails with.
public struct ScriptedFailure: Error, CustomStringConvertible {
    /// The failure reason.
    public let description: String

    /// A failure for this reason.
    public init(_ description: String) { self.description = description }
}
