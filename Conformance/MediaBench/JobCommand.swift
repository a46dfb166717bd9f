// One operation in this process: what the bench starts as the counterpart of one run of the command-line tool.

import Foundation
import MediaProcessing

/// `bench-media job OPERATION PARAMS INPUT FOLDER STEM`.
struct JobCommand {
    let operation: any MediaOperation
    let input: URL
    let output: OutputDestination

    init(_ arguments: [String]) throws {
        guard arguments.count == 5 else {
            throw ChildFailure(description: "job OPERATION PARAMS INPUT FOLDER STEM")
        }
        guard let type = MediaOperationCatalogue.all.last(where: { $0.name == arguments[0] }) else {
            throw ChildFailure(description: "there is no operation \(arguments[0])")
        }
        operation = try Self.decode(type, arguments[1])
        input = URL(fileURLWithPath: arguments[2])
        output = OutputDestination(folder: URL(fileURLWithPath: arguments[3]), stem: arguments[4])
    }

    private static func decode<Operation: MediaOperation>(
        _ type: Operation.Type, _ params: String
    ) throws -> any MediaOperation {
        try JSONDecoder().decode(type, from: Data(params.utf8))
    }

    func run() async throws {
        let report = try await operation.run(input: input, output: output) { _ in }
        print(String(decoding: try JSONEncoder().encode(report), as: UTF8.self))
    }
}
