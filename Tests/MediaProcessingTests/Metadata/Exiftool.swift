// exiftool, the independent witness of what a file tells about people.

import Foundation

enum Exiftool {
    /// Writes tags into a file.
    static func write(_ file: URL, _ tags: [String]) async throws {
        _ = try run(["-overwrite_original", "-q", "-m"] + tags + [file.path])
    }

    /// Tags that are not about the pixels themselves.
    static func tags(_ file: URL) async throws -> [String: String] {
        let groups = [
            "-EXIF:all", "-XMP:all", "-IPTC:all", "-Photoshop:all", "-MakerNotes:all", "-Comment", "-Trailer:all",
        ]
        let output = try run(["-json", "-n", "-m"] + groups + [file.path])
        guard let list = try JSONSerialization.jsonObject(with: output) as? [[String: Any]], var found = list.first
        else {
            return [:]
        }
        // What every EXIF must hold by its rules, and where the file is.
        for name in ["SourceFile", "ResolutionUnit", "XResolution", "YResolution", "YCbCrPositioning"] {
            found[name] = nil
        }
        return found.mapValues { "\($0)" }
    }

    private static func run(_ arguments: [String]) throws -> Data {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/exiftool")
        process.arguments = arguments
        let output = Pipe()
        process.standardOutput = output
        process.standardError = FileHandle.nullDevice
        try process.run()
        let data = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return data
    }
}
