// bullmq: inspects and administers BullMQ queues from a terminal or a script. Owns: the list of commands.

import ArgumentParser

@main
enum Program {
    static func main() async {
        StandardStream.prepare()
        await BullMQCommand.main()
    }
}

struct BullMQCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "bullmq",
        abstract: "Inspects and administers BullMQ queues.",
        discussion: """
            Redis is found through --redis-url or REDIS_URL (default redis://127.0.0.1:6379), queues through --prefix or \
            BULLMQ_PREFIX (default bull). With --json every command prints JSON instead of text.

            Commands that destroy or change many jobs ask first, unless --yes is given, and show with --dry-run what they \
            would do.

            Exit codes: 0 done; 1 the answer is no (no such job, something could not be changed, verify found something); \
            2 not confirmed; 64 wrong usage; 69 Redis could not be used; 70 an unexpected error.
            """,
        subcommands: [],
        groupedSubcommands: [
            CommandGroup(
                name: "Looking:",
                subcommands: [
                    QueuesCommand.self, StatsCommand.self, JobsCommand.self, JobCommand.self, EventsCommand.self,
                    WorkersCommand.self,
                ]),
            CommandGroup(
                name: "Jobs:",
                subcommands: [
                    AddCommand.self, RetryCommand.self, PromoteCommand.self, CancelCommand.self, RemoveCommand.self,
                ]),
            CommandGroup(
                name: "Queues:",
                subcommands: [
                    SchedulersCommand.self, PauseCommand.self, ResumeCommand.self, CleanCommand.self, DrainCommand.self,
                    ObliterateCommand.self, VerifyCommand.self, BenchCommand.self,
                ]),
        ])
}
