// Owns where the two sets of scripts come from. The reference's are read from the installed official package at run time,
// handed to Redis, and kept nowhere.

import BullMQTesting
import Foundation
import LuaScripts
import Peers

/// A set of scripts: texts by name, such as `moveToActive-11`.
package struct ScriptTexts: Sendable {
    /// The texts by name.
    package let texts: [String: String]

    /// The scripts of this project, with their includes resolved.
    package static func ours() -> ScriptTexts {
        let names = LuaScriptCatalogue.names
        return ScriptTexts(
            texts: Dictionary(uniqueKeysWithValues: names.map { ($0, LuaScriptCatalogue.source(of: $0)) }))
    }

    /// The scripts that the official Python package brings.
    ///
    /// - Throws: ``DifferentialError`` when the package is not installed or brings none.
    package static func reference() async throws -> ScriptTexts {
        let program = "import importlib.util; print(importlib.util.find_spec('bullmq').submodule_search_locations[0])"
        let python = PeerRuntime.python.interpreter
        let run = try await ChildProcess.run(python, ["-c", program])
        guard run.end.isSuccess, let package = run.output.last else {
            throw DifferentialError("\(python) does not find the package bullmq (run `make deps`)")
        }
        let folder = URL(fileURLWithPath: package).appendingPathComponent("commands")
        let files = try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)
            .filter { $0.pathExtension == "lua" }
        guard !files.isEmpty else { throw DifferentialError("\(folder.path) holds no scripts") }
        return ScriptTexts(
            texts: try Dictionary(
                uniqueKeysWithValues: files.map {
                    ($0.deletingPathExtension().lastPathComponent, try String(contentsOf: $0, encoding: .utf8))
                }))
    }
}

/// The comparison cannot be made, for a reason that is no difference.
public struct DifferentialError: Error, CustomStringConvertible {
    /// What is missing.
    public let description: String

    init(_ description: String) { self.description = description }
}
