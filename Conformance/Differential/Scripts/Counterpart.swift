// Owns which script of the reference stands against which of ours. They match by name and number of keys, except the two
// that we also keep under the name and with the keys they had before the peer package's release.

import Witness

/// Where a call of ours goes on the side of the reference.
package enum Counterpart {
    /// The name of the reference's script that does what `script` does.
    package static func name(of script: String) -> String {
        switch script {
        case "moveToDelayed-12": "moveToDelayed-11"
        case "reprocessJob-8": "reprocessJob-9"
        default: script
        }
    }

    /// The same call in the words of the reference. A job with priority is reprocessed differently by `reprocessJob-8`, which
    /// is its contract, so that script is comparable for other jobs only.
    package static func call(of call: ScriptCall) -> ScriptCall {
        var translated = call
        translated.script = name(of: call.script)
        switch (call.script, call.keys.count) {
        case ("moveToDelayed-12", 12): translated.keys.remove(at: 10)
        case ("reprocessJob-8", 8):
            translated.keys.remove(at: 5)
            let prefix = Bytes(call.keys[3].storage.dropLast("wait".utf8.count))
            translated.keys += [prefix + "prioritized", prefix + "pc"]
        default: break
        }
        return translated
    }
}
