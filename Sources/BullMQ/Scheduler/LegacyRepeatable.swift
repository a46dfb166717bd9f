// Owns: repeatable jobs as releases before 6.0 name them, to the character, so that workers of several generations
// continue one series instead of two (protocol: versions, section 3).

/// The names of the next iteration of a repeatable job.
struct LegacyRepeatable: Sendable {
    /// Members of `repeat` under which its definition may stand, in order of preference, each with what precedes the
    /// time in the ids of its iterations.
    let candidates: [(member: String, idPrefix: String)]

    /// - Parameters:
    ///   - repeatOptions: the `repeat` options of the job, as stored.
    ///   - member: what the job itself names as its definition.
    init(jobName: String, data: JSONText, repeatOptions: JSONObject, member: String?) {
        func text(_ value: JSONValue?) -> String { value.map(Self.text) ?? "" }
        let pattern = repeatOptions["pattern"] ?? repeatOptions["cron"]
        let endDate = repeatOptions["endDate"]?.storedMilliseconds.map(String.init) ?? ""
        let rhythm = text(pattern).isEmpty ? text(repeatOptions["every"]) : text(pattern)
        let concatenated = [jobName, text(repeatOptions["jobId"]), endDate, text(repeatOptions["tz"]), rhythm]
            .joined(separator: ":")
        let given = text(repeatOptions["key"])

        var members: [String] = []
        for name in [given.isEmpty ? MD5.hex(concatenated) : given, concatenated, member ?? ""] {
            if !name.isEmpty, !members.contains(where: name.hasSameBytes) { members.append(name) }
        }
        let dataID = text((try? data.value())?["id"])
        candidates = members.map { member in
            let colons = member.utf8.count { $0 == UInt8(ascii: ":") }
            return (member, colons < 2 ? "repeat:\(member):" : "repeat:\(MD5.hex(jobName + dataID + MD5.hex(member))):")
        }
    }

    /// What JavaScript makes of a value between other texts. Nothing, `null` and what is empty count as absent.
    private static func text(_ value: JSONValue) -> String {
        switch value {
        case .null, .bool(false): ""
        case .string(let text): text
        case .integer(0): ""
        case .object: "[object Object]"
        case .array(let elements): elements.map(text).joined(separator: ",")
        default: value.serialized()
        }
    }

    /// What a member of the oldest form, `name:id:endDate:tz:pattern`, says about itself, under the names of the fields
    /// of a definition; nothing if it has another form.
    static func definition(ofMember member: String) -> [String: String] {
        let parts = member.split(separator: ":", maxSplits: 4, omittingEmptySubsequences: false).map(String.init)
        guard parts.count == 5 else { return [:] }
        let isInterval = !parts[4].isEmpty && parts[4].utf8.allSatisfy { (48...57).contains($0) }
        let fields = [
            "name": parts[0], "endDate": parts[2], "tz": parts[3], isInterval ? "every" : "pattern": parts[4],
        ]
        return fields.filter { !$0.value.isEmpty }
    }
}
