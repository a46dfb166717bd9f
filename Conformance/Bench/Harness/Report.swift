// Owns how results are shown and kept.

import Foundation

/// The results of a run, for people and for programs.
struct Report {
    let results: [Result]
    let rounds: Int
    let requirements: [Requirement]

    init(results: [Result], rounds: Int) {
        self.results = results
        self.rounds = rounds
        requirements = Requirement.judged(by: results)
    }

    /// One line for each scenario and subject.
    var table: String {
        let head = [
            "scenario", "subject", "jobs/s", "Redis µs/job", "Redis busy", "client µs/job", "client/Redis", "peak MB",
            "× Python", "× Node",
        ]
        let rows = results.map { result in
            let figures = result.median
            return [
                result.scenario, result.subject.rawValue, Self.text(figures.jobsPerSecond, 0),
                Self.text(figures.redisMicroseconds, 1), Self.text(figures.redisBusy * 100, 0) + " %",
                Self.text(figures.clientMicroseconds, 1), Self.text(figures.clientToRedis, 2),
                Self.text(figures.peakMegabytes, 1), ratio(result, to: .python), ratio(result, to: .node),
            ]
        }
        return "\nmedians of \(rounds) rounds\n" + Self.aligned([head] + rows)
    }

    /// One line for each requirement.
    var checkList: String {
        let rows = requirements.map { requirement in
            [
                requirement.isMet ? "met" : "MISSED", requirement.text, Self.text(requirement.measured, 2),
                (requirement.isLowerBound ? "≥ " : "≤ ") + Self.text(requirement.bound, 2),
            ]
        }
        return "\nmust reach\n" + Self.aligned(rows)
    }

    /// Writes everything as JSON into a folder, which is made if need be.
    ///
    /// - Returns: The file's path.
    func write(into folder: String) throws -> String {
        struct File: Encodable {
            let date: Date
            let system: String
            let processors: Int
            let rounds: Int
            let results: [Result]
            let requirements: [Requirement]
        }
        let date = Date.now
        let file = File(
            date: date, system: ProcessInfo.processInfo.operatingSystemVersionString,
            processors: ProcessInfo.processInfo.activeProcessorCount, rounds: rounds, results: results,
            requirements: requirements)
        let encoder = JSONEncoder()
        encoder.dateEncodingStrategy = .iso8601
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        let folder = URL(fileURLWithPath: folder, isDirectory: true)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let stamp = date.formatted(.iso8601.dateTimeSeparator(.standard).timeSeparator(.omitted))
        let url = folder.appendingPathComponent("bench-\(stamp).json")
        try encoder.encode(file).write(to: url)
        return url.path
    }

    private func ratio(_ result: Result, to subject: Subject) -> String {
        let other = results.first { $0.scenario == result.scenario && $0.subject == subject }
        return other.map { Self.text(result.median.jobsPerSecond / $0.median.jobsPerSecond, 2) } ?? "-"
    }

    private static func text(_ number: Double, _ digits: Int) -> String {
        number.formatted(.number.precision(.fractionLength(digits)).grouping(.never).locale(Locale(identifier: "en")))
    }

    /// The first two columns to the left, the others to the right.
    static func aligned(_ rows: [[String]]) -> String {
        var widths: [Int] = []
        for row in rows {
            for (column, cell) in row.enumerated() {
                if column == widths.count { widths.append(0) }
                widths[column] = max(widths[column], cell.count)
            }
        }
        return rows.map { row in
            zip(row.indices, row).map { column, cell in
                let padding = String(repeating: " ", count: widths[column] - cell.count)
                return column < 2 ? cell + padding : padding + cell
            }.joined(separator: "  ")
        }.joined(separator: "\n")
    }
}
