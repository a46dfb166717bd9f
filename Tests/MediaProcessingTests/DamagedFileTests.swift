// Damaged files: never a crash, never a hang, always a result or a MediaError that says what was wrong. The damage
// follows from a seed, so that a failure can be repeated.

import Foundation
import Testing

@testable import MediaProcessing

@Suite struct DamagedFileTests {
    /// Ways to damage a file.
    enum Damage: CaseIterable {
        case flips, cut, zeros, repetition, insertion, swap, header

        func apply(to whole: [UInt8], using random: inout SystemRandom) -> [UInt8] {
            var bytes = whole
            let place = Int.random(in: 0..<bytes.count, using: &random)
            let length = Int.random(in: 1...max(1, min(64, bytes.count - place)), using: &random)
            let range = place..<min(bytes.count, place + length)
            switch self {
            case .flips:
                for _ in 0..<Int.random(in: 1...8, using: &random) {
                    let bit = UInt8(1) << UInt8.random(in: 0..<8, using: &random)
                    bytes[Int.random(in: 0..<bytes.count, using: &random)] ^= bit
                }
            case .cut: bytes.removeSubrange(place...)
            case .zeros: for index in range { bytes[index] = 0 }
            case .repetition: bytes.insert(contentsOf: whole[range], at: place)
            case .insertion: bytes.insert(contentsOf: (0..<length).map { _ in random.byte() }, at: place)
            case .swap:
                let other = Int.random(in: 0...(bytes.count - range.count), using: &random)
                for (offset, index) in range.enumerated() { bytes.swapAt(index, other + offset) }
            case .header:
                // Sizes, counts and offsets are near the beginning.
                for _ in 0..<4 { bytes[Int.random(in: 0..<min(96, bytes.count), using: &random)] = random.byte() }
            }
            return bytes
        }
    }

    @Test(
        "a damaged file gives a result or an error, in time",
        arguments: ["JPEG", "PNG", "WEBP", "GIF", "TIFF", "AVIF", "HEIC", "animated GIF", "animated WEBP"])
    func damaged(kind: String) async throws {
        let bench = try Workbench()
        let whole = try Self.healthy(kind)
        var random = SystemRandom(seed: kind.utf8.reduce(7) { $0 &* 31 &+ UInt64($1) })
        var refused = 0
        for round in 0..<8 {
            for (number, damage) in Damage.allCases.enumerated() {
                let bytes = damage.apply(to: whole, using: &random)
                let operations = AwkwardFileTests.operations
                let (type, params) = operations[(round + number) % operations.count]
                let start = ContinuousClock.now
                do {
                    _ = try await bench.run(type, params, on: bytes)
                } catch let error as MediaError {
                    refused += 1
                    #expect(!error.message.isEmpty && error.code != .cancelled)
                    #expect(!error.message.contains(bench.folder.path))
                }
                #expect(
                    ContinuousClock.now - start < .seconds(60), "\(kind), \(damage), round \(round): \(type.name)")
            }
        }
        #expect(refused > 5, "the damage was felt")
        let left = try FileManager.default.contentsOfDirectory(atPath: bench.folder.path)
        #expect(left.allSatisfy { !$0.hasSuffix(".part") })
    }

    private static func healthy(_ kind: String) throws -> [UInt8] {
        let picture = Bitmap.photograph(72, 56)
        switch kind {
        case "JPEG":
            return FileParts.jpeg(try picture.jpeg(), inserting: 0xE1, FileParts.exif(orientation: 6))
        case "animated GIF", "animated WEBP":
            let frames = [picture, .quadrants(72, 56), .flat(72, 56, .red)]
            return try Bitmap.animation(frames, format: String(kind.dropFirst(9)), delays: [5, 10, 15])
        default: return try picture.encoded(.init(format: kind, profiles: [("icc", SRGBProfile.bytes)]))
        }
    }

    @Test("every prefix of a file gives a result or an error", arguments: ["JPEG", "PNG", "WEBP", "GIF"])
    func prefixes(format: String) throws {
        let whole = try Bitmap.photograph(24, 18).encoded(.init(format: format))
        let kind = try #require(ImageFormat(signatureOf: whole))
        for count in 12..<whole.count {
            do {
                _ = try kind.stripped(Array(whole.prefix(count)), MetadataRemoval())
            } catch let error as MediaError {
                #expect(error.code == .corruptInput)
            }
        }
        #expect(try kind.stripped(whole, MetadataRemoval()).removedBytes >= 0)
    }

    @Test("a watermark picture may be damaged as well") func watermark() async throws {
        let bench = try Workbench()
        let whole = try Bitmap.photograph(40, 30).encoded()
        let input = try bench.file("input", try Bitmap.photograph(80, 60).jpeg())
        var random = SystemRandom(seed: 99)
        for damage in Damage.allCases + Damage.allCases {
            var operation = try bench.operation(WatermarkImage.self, #"{"image_file_id":"logo"}"#)
            let mark = try bench.file("mark", damage.apply(to: whole, using: &random))
            for attachment in operation.attachments { operation.attach(mark, for: attachment) }
            do {
                _ = try await operation.run(
                    input: input, output: OutputDestination(folder: bench.folder, stem: "out")
                ) { _ in }
            } catch let error as MediaError {
                #expect(error.message.contains("watermark"))
            }
        }
    }
}

extension SystemRandom {
    mutating func byte() -> UInt8 { UInt8.random(in: 0...255, using: &self) }
}
