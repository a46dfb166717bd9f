// Progress, cancellation and concurrent use.

import Foundation
import Synchronization
import Testing

@testable import MediaProcessing

@Suite struct WorkTests {
    let bench = try? Workbench()

    @Test("progress rises from above 0 to 1") func progress() async throws {
        let bench = try #require(bench)
        let seen = Mutex<[Double]>([])
        try await bench.run(ResizeImage.self, #"{"width":30}"#, on: try AnimationTests.animation()) { fraction in
            seen.withLock { $0.append(fraction) }
        }
        let fractions = seen.withLock { $0 }
        #expect(fractions == fractions.sorted() && fractions.last == 1 && fractions.count >= 8)
    }

    @Test("a cancelled operation stops in the middle and writes nothing") func cancellation() async throws {
        let bench = try #require(bench)
        let input = try bench.file("large.png", try Bitmap.photograph(2400, 1800).encoded())
        let operation = try bench.operation(
            ResizeImage.self, #"{"width":9000,"withoutEnlargement":false,"format":"png"}"#)
        let (started, signal) = AsyncStream.makeStream(of: Void.self)
        let task = Task {
            try await operation.run(input: input, output: OutputDestination(folder: bench.folder, stem: "out")) { _ in
                signal.yield()
            }
        }
        for await _ in started { break }
        let cancelled = ContinuousClock.now
        task.cancel()
        let error = try await bench.failure { try await task.value }
        #expect(error.code == .cancelled && !error.isPermanent)
        // Scaling to 9000 × 6750 pixels takes far longer than this.
        #expect(ContinuousClock.now - cancelled < .seconds(3))
        #expect(try FileManager.default.contentsOfDirectory(atPath: bench.folder.path) == ["large.png"])
    }

    @Test("operations run side by side") func concurrency() async throws {
        let bench = try #require(bench)
        let input = try Bitmap.quadrants(300, 200).jpeg()
        try await withThrowingTaskGroup(of: Int.self) { group in
            for index in 1...24 {
                group.addTask {
                    try await bench.run(ResizeImage.self, #"{"width":\#(10 * index)}"#, on: input, stem: "out\(index)")
                        .width
                }
            }
            let widths = try await group.reduce(into: []) { $0.append($1) }
            #expect(widths.sorted() == (1...24).map { 10 * $0 })
        }
    }

    @Test("a result replaces an older one at once") func replaces() async throws {
        let bench = try #require(bench)
        let input = try Bitmap.quadrants(300, 200).jpeg()
        let first = try await bench.run(ResizeImage.self, #"{"width":100}"#, on: input)
        let second = try await bench.run(ResizeImage.self, #"{"width":50}"#, on: input)
        #expect(first.path == second.path)
        #expect(try Bitmap(decoding: URL(fileURLWithPath: second.path)).width == 50)
        let names = try FileManager.default.contentsOfDirectory(atPath: bench.folder.path)
        #expect(names.filter { !$0.hasPrefix("input-") } == ["out.jpg"])
    }

    @Test("a report reads back from its record") func report() throws {
        let report = MediaReport(
            path: "/a/b.jpg", bytes: 5, width: 1, height: 2, format: "jpeg", duration: .milliseconds(12),
            warnings: ["w"])
        let data = try JSONEncoder().encode(report)
        #expect(try JSONDecoder().decode(MediaReport.self, from: data) == report)
        let object = try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
        #expect(object["ms"] as? Int == 12 && object["bytes"] as? Int == 5)
    }
}
