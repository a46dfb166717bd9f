// Compares the library with the command-line tool on the same files at the same settings.

import Foundation

@main
struct BenchMedia {
    static func main() async {
        do {
            let arguments = Array(CommandLine.arguments.dropFirst())
            if arguments.first == "job" {
                try await JobCommand(Array(arguments.dropFirst())).run()
            } else if arguments.first == "images" {
                try ImageBench(quick: arguments.contains("--quick")).run()
            } else {
                try Comparison(quick: arguments.contains("--quick")).run()
            }
        } catch {
            FileHandle.standardError.write(Data("\(error)\n".utf8))
            exit(1)
        }
    }
}
