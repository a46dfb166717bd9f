// Owns the command line of the benchmark.

import BullMQTesting
import Foundation

/// Measures the library and the official packages on one private Redis.
@main
struct BenchTool {
    static let usage = """
        bench [--rounds N] [--jobs N] [--only SCENARIO,…] [--subjects swift,python,node] [--output FOLDER] [--strict]
        bench idle [--minutes N] [--concurrency N]
        bench scale [--waiting N] [--rounds N]

        Measures adding and processing of jobs, every subject in turn on the same private Redis, and prints the medians.

          --rounds N       how often each scenario is measured; 3 by default
          --jobs N         jobs of each scenario; 20000 by default
          --only LIST      only these scenarios: \(Scenario.all(jobs: 0).map(\.name).joined(separator: ","))
          --subjects LIST  only these subjects; by default all that are installed
          --output FOLDER  where the results are written as JSON; bench-results by default
          --strict         end with status 1 when a requirement is missed

        bench idle watches a worker without jobs: its memory, and the commands it sends.

          --minutes N      how long; 10 by default
          --concurrency N  of the worker; 1 by default

        bench scale compares a queue of a thousand waiting jobs with a long one: adding, processing, paging.

          --waiting N      jobs of the long queue; 1000000 by default
        """

    static func main() async {
        do {
            let options = try BenchOptions(Array(CommandLine.arguments.dropFirst()))
            let isMet: Bool
            switch options.mode {
            case .help:
                print(usage)
                return
            case .idle: isMet = try await IdleBench(options).run()
            case .scale: isMet = try await ScaleBench(options).run()
            case .throughput: isMet = try await ThroughputBench(options).run()
            }
            if options.isStrict, !isMet { exit(1) }
        } catch {
            FileHandle.standardError.write(Data("bench: \(error)\n".utf8))
            exit(2)
        }
    }
}
