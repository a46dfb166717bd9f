// Owns which script of the reference stands against which of ours. They match by name and number of keys, except those
// that we keep under the name they had before the peer package's release.

import Witness

/// Where a call of ours goes on the side of the reference.
enum Counterpart {
    /// The keys that were dropped since: `paused` became useless when pausing ceased to move jobs.
    private static let renamed: [String: (name: String, key: String)] = [
        "moveToDelayed-12": ("moveToDelayed-11", "paused")
    ]

    /// The script of the reference that does what `script` does; `nil` when the names are the same.
    static func name(of script: String) -> String? { renamed[script]?.name }

    /// The same call in the words of the reference.
    static func call(of call: ScriptCall) -> ScriptCall {
        guard let renamed = renamed[call.script] else { return call }
        var translated = call
        translated.script = renamed.name
        translated.keys.removeAll { $0.text.hasSuffix(":" + renamed.key) }
        return translated
    }
}
