// Owns the measurement on video: clips that pan over photographs (and stand still), marked frame by frame, encoded by x264.

import Foundation
import InvisibleWatermark

extension WatermarkBench {
    private static let frames = 40

    /// How often the payload is read from the keyframes of an encoded clip.
    func video() throws {
        let encodings: [(name: String, arguments: [String])] = [
            ("H.264 CRF 23", ["-crf", "23"]),
            ("H.264 CRF 28", ["-crf", "28"]),
            ("H.264 CRF 28, resized to 50 %", ["-vf", "scale=iw/2:ih/2:flags=bicubic", "-crf", "28"]),
            ("H.264 CRF 35", ["-crf", "35"]),
            ("H.264 CRF 28, resized to 33 %", ["-vf", "scale=iw/3:-2:flags=bicubic", "-crf", "28"]),
        ]
        var found = [Int](repeating: 0, count: encodings.count)
        var first = found
        let sources = photographs.enumerated().filter {
            $0.element.pixmap.width >= 1600 && $0.element.pixmap.height >= 900
        }
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        for (index, photograph) in sources {
            let clip = folder.appendingPathComponent("clip.mkv")
            try marked(photograph, index: index, to: clip, in: folder)
            for (number, encoding) in encodings.enumerated() {
                let encoded = folder.appendingPathComponent("encoded.mp4")
                try CommandLineTool.ffmpeg.run(
                    ["-v", "error", "-y", "-i", clip.path, "-c:v", "libx264", "-preset", "medium", "-g", "20"]
                        + encoding.arguments + ["-pix_fmt", "yuv420p", encoded.path])
                let keyframes = try Self.keyframes(of: encoded, in: folder)
                var detector = VideoWatermarkDetector(key: key)
                for (order, keyframe) in keyframes.enumerated() {
                    let detection = detector.add(keyframe: keyframe)
                    if order == 0, detection?.payload == Self.payload(index) { first[number] += 1 }
                }
                if detector.detection?.payload == Self.payload(index) {
                    found[number] += 1
                } else if verbose {
                    print(photograph.name, "lost after", encoding.name)
                    fflush(nil)
                }
            }
        }
        print("\n\(sources.count) clips of 1280x720, \(Self.frames) frames, a keyframe every 20.\n")
        print("| encoding | from the first keyframe | from all keyframes |\n|---|---|---|")
        for (number, encoding) in encodings.enumerated() {
            print("| \(encoding.name) | \(first[number])/\(sources.count) | \(found[number])/\(sources.count) |")
        }
    }

    /// A clip that pans by three pixels a frame (every other photograph stands still), losslessly encoded.
    private func marked(_ photograph: Photograph, index: Int, to clip: URL, in folder: URL) throws {
        let embedder = WatermarkEmbedder(key: key, medium: .video)
        let source = photograph.pixmap
        var prepared: PreparedWatermark?
        var stream = Data()
        for frame in 0..<Self.frames {
            let x = index % 2 == 0 ? 3 * frame : 0
            let picture = source.cropped(x: x, y: (source.height - 720) / 2, width: 1280, height: 720)
            var luma = try picture.luma()
            let watermark = try prepared ?? embedder.prepare(payload: Self.payload(index), for: luma)
            prepared = frame % 20 == 19 ? nil : watermark
            try embedder.apply(watermark, to: &luma)
            stream += Data(try picture.withLuma(luma).bytes)
        }
        let raw = folder.appendingPathComponent("frames.rgb")
        try stream.write(to: raw)
        try CommandLineTool.ffmpeg.run([
            "-v", "error", "-y", "-f", "rawvideo", "-pix_fmt", "rgb24", "-s", "1280x720", "-r", "25", "-i", raw.path,
            "-c:v", "ffv1", clip.path,
        ])
    }

    private static func keyframes(of video: URL, in folder: URL) throws -> [LumaPlane] {
        let prefix = "key"
        for file in try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)
        where file.lastPathComponent.hasPrefix(prefix) {
            try FileManager.default.removeItem(at: file)
        }
        try CommandLineTool.ffmpeg.run([
            "-v", "error", "-y", "-skip_frame", "nokey", "-i", video.path, "-vsync", "0",
            folder.appendingPathComponent("\(prefix)%03d.ppm").path,
        ])
        return try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)
            .filter { $0.lastPathComponent.hasPrefix(prefix) }
            .sorted { $0.lastPathComponent < $1.lastPathComponent }
            .map { try Pixmap(portable: try Data(contentsOf: $0)).luma() }
    }
}
