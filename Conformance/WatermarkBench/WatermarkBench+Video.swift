// Owns the measurement on video: camera footage, and clips that pan over photographs (or stand still); marked frame by frame,
// encoded by x264.

import Foundation
import InvisibleWatermark

extension WatermarkBench {
    /// Frames of a clip, made when they are needed: all clips together would not fit into memory.
    private struct Clip {
        let name: String
        let number: Int
        let frames: () throws -> [Pixmap]
    }

    private struct Encoding {
        let name: String
        let arguments: [String]

        static let all = [
            Encoding(name: "H.264 CRF 23", arguments: ["-crf", "23"]),
            Encoding(name: "H.264 CRF 28", arguments: ["-crf", "28"]),
            Encoding(
                name: "H.264 CRF 28, resized to 50 %",
                arguments: ["-vf", "scale=2*trunc(iw/4):-2:flags=bicubic", "-crf", "28"]),
            Encoding(name: "H.264 CRF 35", arguments: ["-crf", "35"]),
            Encoding(
                name: "H.264 CRF 28, resized to 33 %",
                arguments: ["-vf", "scale=2*trunc(iw/6):-2:flags=bicubic", "-crf", "28"]),
        ]
    }

    private static let frames = 40
    private static let keyframeInterval = 20

    /// How often the payload is read from clips made of the photographs that are large enough: every other one pans by three
    /// pixels a frame, the others stand still.
    func video() throws {
        let clips = photographs.enumerated().filter {
            $0.element.pixmap.width >= 1600 && $0.element.pixmap.height >= 900
        }.map { index, photograph in
            Clip(name: photograph.name, number: index) {
                let source = photograph.pixmap
                return (0..<Self.frames).map { frame in
                    source.cropped(
                        x: index % 2 == 0 ? 3 * frame : 0, y: (source.height - 720) / 2, width: 1280, height: 720)
                }
            }
        }
        print("\n\(clips.count) clips of 1280x720 made of photographs, \(Self.frames) frames each:\n")
        if !clips.isEmpty { try survey(clips) }
    }

    /// How often the payload is read from a folder of footage: each file is cut into pieces, and each piece marked with a payload
    /// of its own.
    func footage(in folder: URL) throws {
        let files = try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)
            .sorted { $0.lastPathComponent < $1.lastPathComponent }
        for file in files {
            // Halved chroma needs even sides.
            let even = ["-vf", "crop=2*trunc(iw/2):2*trunc(ih/2)"]
            let pixmaps = try Self.pixmaps(of: file, arguments: even + ["-frames:v", "\(6 * Self.frames)"])
            let pieces = pixmaps.count / Self.frames
            let clips = (0..<pieces).map { piece in
                Clip(name: "\(file.lastPathComponent), piece \(piece)", number: 1000 + piece) {
                    Array(pixmaps[piece * Self.frames..<(piece + 1) * Self.frames])
                }
            }
            guard let frame = pixmaps.first else { continue }
            print("\n\(file.lastPathComponent), \(frame.width)x\(frame.height), \(pieces) pieces:\n")
            try survey(clips)
        }
    }

    private func survey(_ clips: [Clip]) throws {
        var found = [Int](repeating: 0, count: Encoding.all.count)
        var first = found
        var wrong = 0
        for clip in clips {
            try Self.inTemporaryFolder { folder in
                let marked = folder.appendingPathComponent("clip.mkv")
                try mark(clip, to: marked, in: folder)
                for (number, encoding) in Encoding.all.enumerated() {
                    let encoded = folder.appendingPathComponent("encoded.mp4")
                    try CommandLineTool.ffmpeg.run(
                        ["-v", "error", "-y", "-i", marked.path, "-c:v", "libx264", "-preset", "medium", "-g"]
                            + ["\(Self.keyframeInterval)"] + encoding.arguments + ["-pix_fmt", "yuv420p", encoded.path])
                    var detector = VideoWatermarkDetector(key: key)
                    for (order, keyframe) in try Self.pixmaps(of: encoded, onlyKeyframes: true).enumerated() {
                        let detection = detector.add(keyframe: try keyframe.luma())
                        if order == 0, detection?.payload == Self.payload(clip.number) { first[number] += 1 }
                    }
                    if detector.detection?.payload == Self.payload(clip.number) {
                        found[number] += 1
                    } else {
                        if detector.detection != nil { wrong += 1 }
                        if verbose { print("lost:", clip.name, "after", encoding.name) }
                        fflush(nil)
                    }
                }
            }
        }
        print("| encoding | from the first keyframe | from all keyframes |\n|---|---|---|")
        for (number, encoding) in Encoding.all.enumerated() {
            print("| \(encoding.name) | \(first[number])/\(clips.count) | \(found[number])/\(clips.count) |")
        }
        print("\nWrong payloads: \(wrong).")
    }

    /// Marks a clip as a shot after the other, a keyframe's length each, and encodes it losslessly.
    private func mark(_ clip: Clip, to file: URL, in folder: URL) throws {
        let embedder = WatermarkEmbedder(key: key, medium: .video)
        let frames = try clip.frames()
        var prepared: PreparedWatermark?
        var stream = Data()
        for (number, frame) in frames.enumerated() {
            var luma = try frame.luma()
            if number % Self.keyframeInterval == 0 { prepared = nil }
            let watermark = try prepared ?? embedder.prepare(payload: Self.payload(clip.number), for: luma)
            prepared = watermark
            try embedder.apply(watermark, to: &luma)
            stream += Data(try frame.withLuma(luma).bytes)
        }
        let raw = folder.appendingPathComponent("frames.rgb")
        try stream.write(to: raw)
        try CommandLineTool.ffmpeg.run([
            "-v", "error", "-y", "-f", "rawvideo", "-pix_fmt", "rgb24", "-s", "\(frames[0].width)x\(frames[0].height)",
            "-r", "25", "-i", raw.path, "-c:v", "ffv1", file.path,
        ])
    }

    /// The frames of a video.
    static func pixmaps(of video: URL, onlyKeyframes: Bool = false, arguments: [String] = []) throws -> [Pixmap] {
        try inTemporaryFolder { folder in
            try CommandLineTool.ffmpeg.run(
                ["-v", "error", "-y"] + (onlyKeyframes ? ["-skip_frame", "nokey"] : []) + ["-i", video.path]
                    + arguments + ["-vsync", "0", folder.appendingPathComponent("%05d.ppm").path])
            return try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)
                .sorted { $0.lastPathComponent < $1.lastPathComponent }
                .map { try Pixmap(portable: try Data(contentsOf: $0)) }
        }
    }

    private static func inTemporaryFolder<Result>(_ body: (URL) throws -> Result) throws -> Result {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let result = Swift.Result { try body(folder) }
        try FileManager.default.removeItem(at: folder)
        return try result.get()
    }
}
