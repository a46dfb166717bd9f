// Owns the command line of the measurements.

import Foundation
import InvisibleWatermark

@main
enum WatermarkBenchTool {
    static func main() throws {
        var arguments = Array(CommandLine.arguments.dropFirst())
        func option(_ name: String) -> String? {
            guard let index = arguments.firstIndex(of: name), index + 1 < arguments.count else { return nil }
            defer { arguments.removeSubrange(index...index + 1) }
            return arguments[index + 1]
        }
        func flag(_ name: String) -> Bool {
            guard let index = arguments.firstIndex(of: name) else { return false }
            arguments.remove(at: index)
            return true
        }
        let count = option("--count").flatMap(Int.init) ?? 1000
        let every = option("--every").flatMap(Int.init) ?? 1
        let attack = option("--attack")
        let footage = option("--footage")
        let required = flag("--required")
        let verbose = flag("--verbose")
        guard let folder = arguments.first else {
            print(
                """
                usage: watermark-bench FOLDER [robustness|false-positives|speed|video]... [--required] [--attack TEXT]
                           [--every N] [--count N] [--footage FOLDER] [--verbose]
                """)
            exit(2)
        }
        let parts =
            arguments.count > 1 ? Set(arguments.dropFirst()) : ["robustness", "false-positives", "speed", "video"]
        let photographs = try Photograph.all(in: URL(fileURLWithPath: folder))
        let bench = WatermarkBench(
            photographs: photographs.enumerated().filter { $0.offset % every == 0 }.map(\.element),
            attacks: Attack.all.filter { attack.map($0.name.contains) ?? ($0.required || !required) },
            key: try WatermarkKey(secret: Array("a secret for measurements only".utf8)),
            verbose: verbose
        )
        if parts.contains("robustness") { try bench.robustness() }
        if parts.contains("video") {
            if let footage { try bench.footage(in: URL(fileURLWithPath: footage)) }
            try bench.video()
        }
        if parts.contains("false-positives") { try bench.falsePositives(count: count) }
        if parts.contains("speed") { try bench.speed() }
    }
}
