// Owns the scenarios of deduplication.

import Witness

extension ClientScenario {
    /// A moment long past, so that what is computed from it is equal to the millisecond.
    private static let past = 1_600_000_000_123

    static let deduplicating = [
        ClientScenario("deduplicate: drop while the first is there") { play in
            try await play.add("first", [:], .deduplication("d"))
            try await play.add("second", [:], .deduplication("d"))
            try await play.add("other", [:], .deduplication("e"))
        },
        ClientScenario("deduplicate: drop for a time") { play in
            try await play.add("first", [:], .deduplication("d", ttl: 3_600_000))
            try await play.add("second", [:], .deduplication("d", ttl: 7_200_000))
        },
        ClientScenario("deduplicate: drop for a time that starts anew") { play in
            try await play.add("first", [:], .deduplication("d", ttl: 3_600_000, extend: true))
            try await play.add("second", [:], .deduplication("d", ttl: 7_200_000, extend: true))
        },
        ClientScenario("deduplicate: replace what is delayed") { play in
            for index in 0..<3 {
                try await play.add(
                    "newer", ["n": .number(index)], .deduplication("d", replace: true), .delay(60_000), .timestamp(past)
                )
            }
            try await play.ask(.promote, of: "3")
            try await play.add("newest", [:], .deduplication("d", replace: true), .delay(60_000), .timestamp(past))
        },
        ClientScenario("deduplicate: replace for a time that starts anew") { play in
            for index in 0..<3 {
                try await play.add(
                    "newer", ["n": .number(index)], .deduplication("d", ttl: 3_600_000, extend: true, replace: true),
                    .delay(3_600_000), .timestamp(past))
            }
        },
        ClientScenario("deduplicate: keep the last, before and after work") { play in
            let owner = try await play.add("echo", ["n": 1], .deduplication("d", keepLastIfActive: true))
            try await play.add("echo", ["n": 2], .deduplication("d", keepLastIfActive: true))
            try await play.work(until: owner)
            try await play.add("echo", ["n": 3], .deduplication("d", keepLastIfActive: true))
        },
        ClientScenario("deduplicate: keep the last that came while the first was active") { play in
            try await play.whileActive(.deduplication("d", keepLastIfActive: true), until: ["3"]) {
                for index in 2...3 {
                    try await play.add(
                        "echo", ["n": .number(index)], .deduplication("d", keepLastIfActive: true), .attempts(2))
                }
            }
        },
        ClientScenario("deduplicate: nothing replaces a job that is active") { play in
            try await play.whileActive(.deduplication("d", replace: true)) {
                try await play.add("echo", [:], .deduplication("d", replace: true), .delay(60_000), .timestamp(past))
            }
        },
        ClientScenario("deduplicate: in bulk, with priorities, and beside an id of one's own") { play in
            try await play.addBulk([
                JobPart(name: "first", settings: [.deduplication("d"), .priority(2)]),
                JobPart(name: "second", settings: [.deduplication("d"), .priority(1)]),
                JobPart(name: "named", settings: [.deduplication("e"), .id("own")]),
                JobPart(name: "again", settings: [.deduplication("e"), .id("another")]),
            ])
        },
        ClientScenario("deduplicate: the end of the owner frees the id, a removal too") { play in
            let first = try await play.add("echo", [:], .deduplication("d"))
            try await play.work(until: first)
            let second = try await play.add("echo", [:], .deduplication("d"))
            try await play.ask(.remove(second, children: true))
            try await play.add("echo", [:], .deduplication("d"))
        },
    ]
}
