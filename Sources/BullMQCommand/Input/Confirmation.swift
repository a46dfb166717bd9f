import ArgumentParser
import BullMQ
import Foundation

/// For commands that cannot be undone.
struct Confirmation: ParsableArguments {
    @Flag(name: .shortAndLong, help: "Do it without asking.")
    var yes = false
    @Flag(name: .long, help: "Only say what would be done.")
    var dryRun = false

    /// Asks whether to go on. In a dry run, what would be done is the answer of the command, and nothing is allowed.
    ///
    /// - Parameter deed: as it follows "This will".
    /// - Throws: `ExitStatus.declined` if the user declines, or cannot be asked; `StreamError`.
    func allows(_ deed: String, _ output: Output) throws -> Bool {
        if dryRun {
            try output.answer(["dryRun": .string(deed)], "This would \(deed).")
            return false
        }
        if yes { return true }
        guard Terminal.isInteractive else {
            output.complain("This would \(deed). Nobody can be asked here: give --yes to do it.")
            throw ExitStatus.declined
        }
        output.prompt("This will \(deed). Go on? [y/N] ")
        guard let answer = readLine()?.lowercased(), answer == "y" || answer == "yes" else {
            output.note("Nothing was done.")
            throw ExitStatus.declined
        }
        return true
    }
}
