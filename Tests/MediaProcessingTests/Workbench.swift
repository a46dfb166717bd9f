// A private folder for one test, and short ways to run operations in it.

import Foundation
import Testing

@testable import MediaProcessing

final class Workbench: Sendable {
    let folder: URL

    init() throws {
        folder = FileManager.default.temporaryDirectory.appendingPathComponent("media-tests-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(at: folder) }

    func file(_ name: String, _ bytes: [UInt8]) throws -> URL {
        let file = folder.appendingPathComponent(name)
        try Data(bytes).write(to: file)
        return file
    }

    func operation<Operation: MediaOperation>(_ type: Operation.Type, _ params: String) throws -> Operation {
        try JSONDecoder().decode(Operation.self, from: Data(params.utf8))
    }

    @discardableResult
    func run<Operation: MediaOperation>(
        _ type: Operation.Type, _ params: String, on bytes: [UInt8], stem: String = "out",
        progress: @escaping @Sendable (Double) -> Void = { _ in }
    ) async throws -> MediaReport {
        let input = try file("input-\(UUID().uuidString)", bytes)
        return try await operation(type, params)
            .run(input: input, output: OutputDestination(folder: folder, stem: stem), progress: progress)
    }

    func resize(_ params: String, _ bytes: [UInt8]) async throws -> (report: MediaReport, picture: Bitmap) {
        let report = try await run(ResizeImage.self, params, on: bytes)
        return (report, try Bitmap(decoding: URL(fileURLWithPath: report.path)))
    }

    func convert(
        _ params: String, _ bytes: [UInt8]
    ) async throws -> (report: MediaReport, picture: Bitmap, bytes: [UInt8]) {
        let report = try await run(ConvertImage.self, params, on: bytes)
        let file = URL(fileURLWithPath: report.path)
        return (report, try Bitmap(decoding: file), try Array(Data(contentsOf: file)))
    }

    /// The error an action fails with.
    func failure(_ action: () async throws -> some Any) async throws -> MediaError {
        do {
            _ = try await action()
        } catch let error as MediaError {
            return error
        }
        throw FixtureError(message: "did not fail")
    }
}
