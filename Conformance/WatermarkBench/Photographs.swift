// Owns the test pictures: a folder of photographs, read by ImageMagick, reduced where they are larger than a share of them is
// meant to be.

import Foundation

struct Photograph {
    let name: String
    let pixmap: Pixmap

    /// Whether a mark can be put in.
    var isLargeEnough: Bool {
        min(pixmap.width, pixmap.height) >= 256 && pixmap.width * pixmap.height >= 90_000
    }

    static func all(in folder: URL) throws -> [Photograph] {
        let files = try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)
            .filter { ["jpg", "jpeg", "png", "webp"].contains($0.pathExtension.lowercased()) }
            .sorted { $0.lastPathComponent < $1.lastPathComponent }
        return try files.map { file in
            let data = try CommandLineTool.convert.run([
                file.path + "[0]", "-auto-orient", "-background", "white", "-alpha", "remove", "-colorspace", "sRGB",
                "-depth", "8", "ppm:-",
            ])
            return Photograph(name: file.lastPathComponent, pixmap: try Pixmap(portable: data))
        }
    }
}
