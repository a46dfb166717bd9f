// Holds the tables of the documentation to what they are tables of: the tests of the feature matrix, the commands of `bullmq`.

import Testing

@Suite struct FeatureMatrixTests {
    private static let article = "Sources/BullMQ/BullMQ.docc/FeatureMatrix.md"

    /// The rows of the matrix, as their cells.
    private static let rows: [[String]] = DocumentationTests.text(of: article).split(separator: "\n")
        .map { $0.split(separator: "|", omittingEmptySubsequences: false).map { $0.trimming(while: \.isWhitespace) } }
        .filter { $0.count == 7 && Int($0[1]) != nil }
        .map { Array($0[1...5]) }

    /// Every test of the package, as `Suite.function`.
    private static let tests: Set<String> = {
        let files = (DocumentationTests.files(in: "Tests") + DocumentationTests.files(in: "Conformance"))
            .filter { $0.hasSuffix("Tests.swift") }
        return files.reduce(into: []) { $0.formUnion(names(ofTestsIn: DocumentationTests.text(of: $1))) }
    }()

    @Test func `the matrix has every feature once, in order`() {
        #expect(Self.rows.map { $0[0] } == (1...123).map(String.init))
    }

    @Test func `each yes names tests, all of which exist`() {
        for row in Self.rows where row[2] == "yes" {
            let named = row[4].matches(of: /`(\w+\.\w+)`/).map { String($0.1) }
            #expect(!named.isEmpty, "row \(row[0]) names no test")
            for test in named where !Self.tests.contains(test) {
                Issue.record("row \(row[0]) names \(test), which does not exist")
            }
        }
    }

    @Test func `only what is about Node itself is missing`() {
        let others = Self.rows.filter { $0[2] != "yes" }.map { "\($0[0]) \($0[2])" }
        #expect(others == ["107 Node only", "123 Node only"])
    }

    @Test func `every command of the tool is described`() {
        let article = DocumentationTests.text(of: "Sources/BullMQ/BullMQ.docc/CommandLineTool.md")
        let sources = DocumentationTests.files(in: "Sources/BullMQCommand/Commands").map(DocumentationTests.text(of:))
        let commands = sources.flatMap { $0.matches(of: /\n        commandName: "([a-z]+)"/).map { String($0.1) } }
        #expect(commands.count >= 10)
        for command in commands {
            let isDescribed = article.contains("| `\(command)`") || article.contains("| `\(command) ")
            #expect(isDescribed, "\(command) is not described")
        }
    }

    @Test func `tests are found by suite and function`() {
        let source = """
            @Suite("A thing", .live) struct ThingTests {
                func helper() {}
                @Test("does") func plain() {}
                @Test("does more", arguments: [1, 2])
                func parameters(_ number: Int) {}
            }
            extension OtherTests {
                @Test func more() {}
            }
            """
        #expect(Self.names(ofTestsIn: source) == ["ThingTests.plain", "ThingTests.parameters", "OtherTests.more"])
    }

    private static func names(ofTestsIn source: String) -> Set<String> {
        var names: Set<String> = []
        var suite = ""
        var isTest = false
        for line in source.split(separator: "\n") {
            if let match = line.firstMatch(of: /\b(?:struct|extension) (\w+Tests)\b/) { suite = String(match.1) }
            if line.contains("@Test") { isTest = true }
            guard isTest, let match = line.firstMatch(of: /\bfunc (\w+)/) else { continue }
            names.insert("\(suite).\(match.1)")
            isTest = false
        }
        return names
    }
}

extension Substring {
    fileprivate func trimming(while isDropped: (Character) -> Bool) -> String {
        var rest = drop(while: isDropped)
        while let last = rest.last, isDropped(last) { rest.removeLast() }
        return String(rest)
    }
}
