// Owns starting the tools that read, write and attack pictures: argument arrays, bytes in, bytes out.

import Foundation

struct CommandLineTool {
    let path: String

    static let convert = CommandLineTool(
        path: ["/usr/bin/convert-im6.q16", "/usr/bin/convert"].first(
            where: FileManager.default.isExecutableFile(atPath:))
            ?? "/usr/local/bin/convert")
    static let ffmpeg = CommandLineTool(path: "/usr/bin/ffmpeg")

    struct Failure: Error, CustomStringConvertible {
        let description: String
    }

    /// Runs the tool with files for input and output: pipes of both could wait for each other.
    @discardableResult
    func run(_ arguments: [String], input: Data? = nil) throws -> Data {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let inputFile = folder.appendingPathComponent("input")
        let outputFile = folder.appendingPathComponent("output")
        let errorFile = folder.appendingPathComponent("errors")
        try (input ?? Data()).write(to: inputFile)
        for file in [outputFile, errorFile] { try Data().write(to: file) }
        let process = Process()
        process.executableURL = URL(fileURLWithPath: path)
        process.arguments = arguments
        process.standardInput = try FileHandle(forReadingFrom: inputFile)
        process.standardOutput = try FileHandle(forWritingTo: outputFile)
        process.standardError = try FileHandle(forWritingTo: errorFile)
        try process.run()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else {
            let message = String(decoding: try Data(contentsOf: errorFile), as: UTF8.self)
            throw Failure(description: "\(path) \(arguments.joined(separator: " ")): \(message)")
        }
        return try Data(contentsOf: outputFile)
    }
}
