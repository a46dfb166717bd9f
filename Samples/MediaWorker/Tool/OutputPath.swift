// Where the result goes, as the command line says it: a file whose extension may choose the format, or a folder.

import ArgumentParser
import Foundation
import MediaJobs
import MediaProcessing

struct OutputPath {
    let destination: OutputDestination
    /// The extension of the file that was named; nil for a folder.
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
            pathExtension = url.pathExtension.isEmpty ? nil : url.pathExtension
        }
    }

    /// The operation; where it can choose among formats and the parameters do not, the extension does.
    ///
    /// - Throws: `MediaError`, also for an extension that contradicts another parameter.
    func operation<Operation: MediaOperation>(
        _ type: Operation.Type, _ parameters: [String: MediaValue]
    ) throws -> Operation {
        for name in ["filename", "folder"] where parameters[name] != nil {
            throw ValidationError("\"\(name)\" is for jobs; here the output says where the result goes")
        }
        guard let pathExtension, parameters["format"] == nil else { return try type.init(parameters: parameters) }
        var chosen = parameters
        let format = pathExtension.lowercased()
        chosen["format"] = .text(["tif": "tiff", "jpe": "jpeg"][format] ?? format)
        do {
            return try type.init(parameters: chosen)
        } catch let error as MediaError {
            // An operation without a choice of formats, or of which one kind has none.
            let isUnknown = error.message.contains("unknown parameter")
            switch Result(catching: { try type.init(parameters: parameters) }) {
            case .success(let plain) where isUnknown || error.parameter == "format": return plain
            case .failure(let other) where isUnknown: throw other
            default: throw error
            }
        }
    }

    /// The report, with a word on it if the file that was made has another extension than the one that was named.
    func noting(_ report: MediaReport) -> MediaReport {
        let made = URL(fileURLWithPath: report.path)
        guard let pathExtension, made.pathExtension != pathExtension else { return report }
        var report = report
        report.warnings.append("The result is \(report.format): it is in \(made.lastPathComponent)")
        return report
    }
}
