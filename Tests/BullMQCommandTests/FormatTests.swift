import ArgumentParser
import BullMQ
import Testing

@testable import BullMQCommand

@Suite("Text for the terminal")
struct FormatTests {
    @Test(
        "durations are short",
        arguments: [
            (Duration.milliseconds(0), "0ms"), (.milliseconds(999), "999ms"), (.milliseconds(3249), "3.2s"),
            (.seconds(125), "2m 5s"), (.seconds(7500), "2h 5m"), (.seconds(100_000), "1d 3h"), (.seconds(-5), "-5s"),
            (.seconds(5), "5s"), (.seconds(300), "5m"), (.seconds(7201), "2h"), (.seconds(172_800), "2d"),
        ])
    func durations(duration: Duration, text: String) {
        #expect(duration.brief == text)
    }

    @Test(
        "durations are read with their unit",
        arguments: [
            ("250ms", Duration.milliseconds(250)), ("5", .seconds(5)), ("1.5s", .milliseconds(1500)),
            ("10m", .seconds(600)),
            ("2h", .seconds(7200)), ("7d", .seconds(604_800)),
        ])
    func argument(text: String, duration: Duration) {
        #expect(DurationArgument(argument: text)?.duration == duration)
    }

    @Test("what is no duration is refused", arguments: ["", "s", "-1s", "5x", "1e99d", "five"])
    func noDuration(text: String) {
        #expect(DurationArgument(argument: text) == nil)
    }

    @Test("a table lines up its columns and fits the terminal")
    func table() {
        var table = Table(("NAME", .left), ("COUNT", .right), ("DATA", .left))
        table.append("a", "1", "{}")
        table.append("longer", "1000", "{\"some\":\"data\"}")
        #expect(
            table.text(width: nil) == """
                NAME    COUNT  DATA
                a           1  {}
                longer   1000  {"some":"data"}
                """)
        let cut = table.text(width: 20).split(separator: "\n")
        #expect(cut.allSatisfy { $0.count <= 20 })
        #expect(cut.last == "longer   1000  {\"so…")
    }

    @Test("a table that is wider than the terminal becomes lines with titles")
    func records() {
        var table = Table(("QUEUE", .left), ("FAILED", .right), ("STATUS", .left))
        table.append("thumbnails", "7", "")
        table.append("mails", "0", "paused by somebody")
        #expect(table.text(width: 26).hasPrefix("QUEUE       FAILED  STATUS\n"))
        #expect(
            table.text(width: 25) == """
                QUEUE   thumbnails
                FAILED  7

                QUEUE   mails
                FAILED  0
                STATUS  paused by somebo…
                """)
    }

    @Test("one is singular", arguments: [(0, "0 jobs"), (1, "1 job"), (2, "2 jobs")])
    func plural(count: Int, text: String) {
        #expect(count.of("job") == text)
    }

    @Test("text from jobs cannot steer the terminal")
    func control() {
        #expect(Table.printable("a\u{1B}[2Jb\nc\u{202E}d") == "a [2Jb c d")
    }

    @Test("a progress bar tells the share, or just the count")
    func bar() {
        #expect(ProgressBar.line("adding", 50, of: 200).contains("25 %  50 of 200"))
        #expect(ProgressBar.line("adding", 50, of: nil) == "adding 50")
    }

    @Test("states go by BullMQ's names")
    func states() {
        #expect(StateArgument(argument: "wait")?.state == .waiting)
        #expect(StateArgument(argument: "waiting-children")?.state == .waitingChildren)
        #expect(StateArgument(argument: "paused") == nil)
    }
}
