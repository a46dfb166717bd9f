// quick-start: the program of the README's walk-through, whole.

import BullMQ
import Foundation

@main
struct QuickStart {
    static func main() async throws {
        let redis = try Redis(url: ProcessInfo.processInfo.environment["REDIS_URL"] ?? "redis://127.0.0.1:6379")
        switch CommandLine.arguments.dropFirst().first {
        case "work": try await work(redis)
        case "watch": try await watch(redis)
        case "add": try await add(redis, file: CommandLine.arguments.last ?? "")
        default: print("usage: quick-start work | watch | add FILE")
        }
    }
}
