// Where the result goes, as the command line says it: a file whose extension may choose the format, or a folder.

import ArgumentParser
import Foundation
import MediaJobs
import MediaProcessing

struct OutputPath {
    let destination: OutputDestination
    /// The extension of the file that was named, in lower case; nil for a folder.
    private let pathExtension: String?

    init(_ path: String, operation: String, input: String) throws {
        let url = URL(fileURLWithPath: path)
        var isFolder: ObjCBool = false
        let exists = FileManager.default.fileExists(atPath: url.path, isDirectory: &isFolder)
        if path.hasSuffix("/") || (exists && isFolder.boolValue) {
            guard exists, isFolder.boolValue else {
                throw MediaError(.unwritableOutput, "The folder \(path) does not exist")
            }
            let name = URL(fileURLWithPath: input).deletingPathExtension().lastPathComponent
            destination = OutputDestination(folder: url, stem: "\(name.isEmpty ? "media" : name)-\(operation)")
            pathExtension = nil
        } else {
            let folder = url.deletingLastPathComponent()
            guard FileManager.default.fileExists(atPath: folder.path) else {
                throw MediaError(.unwritableOutput, "The folder \(folder.path) does not exist")
            }
            destination = OutputDestination(folder: folder, stem: url.deletingPathExtension().lastPathComponent)
            pathExtension = url.pathExtension.isEmpty ? nil : url.pathExtension.lowercased()
        }
    }

    /// The operation; where it can choose among formats and the parameters do not, the extension does.
    func operation<Operation: MediaOperation>(
        _ type: Operation.Type, _ parameters: [String: MediaValue]
    ) throws -> Operation {
        if let pathExtension, parameters["format"] == nil {
            var chosen = parameters
            chosen["format"] = .text(pathExtension)
            if let operation = try? type.init(parameters: chosen) { return operation }
        }
        return try type.init(parameters: parameters)
    }
}
