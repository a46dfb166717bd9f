// Holds the documentation to the code: what README.md and the articles show is what the build compiles.

import Foundation
import Testing

@Suite struct DocumentationTests {
    static let package = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

    /// The README, the contributor's guide and every article.
    static let texts: [String] =
        ["README.md", "CONTRIBUTING.md"] + files(in: "Sources/BullMQ/BullMQ.docc").filter { $0.hasSuffix(".md") }

    static let blocks: [FencedBlock] = texts.flatMap { FencedBlock.all(in: text(of: $0), file: $0) }

    /// Articles that are tables, and show no Swift.
    private static let withoutCode = ["CONTRIBUTING.md", "BullMQ.md", "CommandLineTool.md", "FeatureMatrix.md"]

    static let sources: [[String]] =
        (files(in: "Tests/DocumentationSnippets") + files(in: "Samples/QuickStart")
        + ["Tests/SnippetTests/OwnWorkerTests.swift"])
        .filter { $0.hasSuffix(".swift") }
        .map { text(of: $0).components(separatedBy: "\n") }

    @Test(arguments: blocks) func `what is shown is compiled`(_ block: FencedBlock) {
        #expect(
            Self.sources.contains { block.code.stand(in: $0) },
            """
            The code at \(block.testDescription) stands in no file of Tests/DocumentationSnippets or Samples/QuickStart, \
            and not in Tests/SnippetTests/OwnWorkerTests.swift:
            \(block.code.joined(separator: "\n"))
            """)
    }

    @Test func `there is something to compare`() {
        #expect(Self.sources.count >= 8)
        #expect(Self.texts.count >= 9)
        for file in Self.texts where !Self.withoutCode.contains(where: { file == $0 || file.hasSuffix("/" + $0) }) {
            #expect(Self.blocks.contains { $0.file == file }, "\(file) shows no code")
        }
    }

    @Test func `links to files of the repository lead somewhere`() throws {
        for file in ["README.md", "CONTRIBUTING.md"] {
            for match in Self.text(of: file).matches(of: /\]\(([^)#:]+)(#[^)]*)?\)/) {
                let target = Self.package.appendingPathComponent(String(match.1)).path
                #expect(FileManager.default.fileExists(atPath: target), "\(file) links to \(match.1)")
            }
        }
    }

    static func text(of file: String) -> String {
        do {
            return try String(contentsOf: package.appendingPathComponent(file), encoding: .utf8)
        } catch {
            Issue.record(error, "\(file) cannot be read")
            return ""
        }
    }

    static func files(in folder: String) -> [String] {
        do {
            return try FileManager.default.subpathsOfDirectory(atPath: package.appendingPathComponent(folder).path)
                .sorted().map { "\(folder)/\($0)" }
        } catch {
            Issue.record(error, "\(folder) cannot be read")
            return []
        }
    }
}
