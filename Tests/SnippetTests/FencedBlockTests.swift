// Holds the comparison of texts and code to its rule, so that it cannot pass for want of looking.

import Testing

@Suite struct FencedBlockTests {
    private static let text = """
        Words.

        ```swift
        let a = 1

        if a > 0 {
            print(a)
        }
        ```

        ```swift manifest
        // not compiled
        ```

        ```sh
        make run
        ```

            ```swift
            indented()
            ```
        """

    @Test func `only blocks fenced as Swift alone are taken`() {
        let blocks = FencedBlock.all(in: Self.text, file: "a.md")
        #expect(blocks.map(\.line) == [3, 19])
        #expect(blocks.map(\.code) == [["let a = 1", "", "if a > 0 {", "    print(a)", "}"], ["indented()"]])
    }

    @Test(arguments: [
        ("the same lines, deeper", ["func f() {", "    let a = 1", "    print(a)", "}"], true),
        ("other indentation within", ["let a = 1", "    print(a)"], false),
        ("a line between", ["let a = 1", "", "print(a)"], false),
        ("another order", ["print(a)", "let a = 1"], false),
        ("another word", ["let a = 2", "print(a)"], false),
        ("the first line alone", ["let a = 1"], false),
        ("nothing", [], false),
    ]) func `code stands in a source if its lines follow each other there`(
        _ name: String, _ source: [String], _ expected: Bool
    ) {
        #expect(["let a = 1", "print(a)"].stand(in: source) == expected, "\(name)")
    }

    @Test func `no code stands nowhere`() {
        #expect(![String]().stand(in: ["let a = 1"]))
    }
}
