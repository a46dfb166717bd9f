// Progress, cancellation and concurrent use.

import Dispatch
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

    @Test("a cancelled operation stops at its next step and writes nothing") func cancellation() async throws {
        let bench = try #require(bench)
        let input = try bench.file("large.png", try Bitmap.photograph(240, 180).encoded())
        let operation = try bench.operation(ResizeImage.self, #"{"width":90,"format":"png"}"#)
        let isCancelled = DispatchSemaphore(value: 0)
        let seen = Mutex<[Double]>([])
        let task = Task {
            try await operation.run(input: input, output: OutputDestination(folder: bench.folder, stem: "out")) {
                fraction in
                // Held until the cancellation is there: then nothing may follow.
                isCancelled.wait()
                seen.withLock { $0.append(fraction) }
            }
        }
        task.cancel()
        isCancelled.signal()
        let error = try await bench.failure { try await task.value }
        #expect(error.code == .cancelled && !error.isPermanent)
        #expect(seen.withLock { $0.count } <= 1)
        #expect(try FileManager.default.contentsOfDirectory(atPath: bench.folder.path) == ["large.png"])
    }

    @Test("cancellation stops the library in the middle of a step") func cancellationInside() async throws {
        let bytes = try Bitmap.quadrants(64, 48).encoded()
        let isReading = DispatchSemaphore(value: 0)
        let isCancelled = DispatchSemaphore(value: 0)
        let task = Task {
            try await Work.run(progress: { _ in }) { work in
                let picture = try Wand()
                try picture.read(bytes, as: .png, firstFrameOnly: true, work: work)
                isReading.signal()
                isCancelled.wait()
                let size = PixelSize(width: 900, height: 700)
                #expect(throws: MediaError.self) { try picture.resize(to: size, kernel: .lanczos3) }
                #expect(picture.size == PixelSize(width: 64, height: 48))
            }
        }
        await withCheckedContinuation { continuation in
            DispatchQueue.global().async {
                isReading.wait()
                continuation.resume()
            }
        }
        task.cancel()
        isCancelled.signal()
        try await task.value
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
