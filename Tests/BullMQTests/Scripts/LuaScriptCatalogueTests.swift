// Owns: the completeness of the embedded scripts.

import BullMQTesting
import Foundation
import LiveTesting
import LuaScripts
import RedisTransport
import Testing

@testable import BullMQ

@Suite("The script catalogue", .live, .timeLimit(.minutes(3)))
struct LuaScriptCatalogueTests {
    /// The names of the Lua files in a folder of the sources, without ending.
    private func files(in folder: String) throws -> Set<String> {
        let root = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../../LuaScripts/\(folder)")
        let names = try FileManager.default.contentsOfDirectory(atPath: root.path).filter { $0.hasSuffix(".lua") }
        return Set(names.map { String($0.dropLast(4)) })
    }

    @Test("lists every file of the folder")
    func complete() throws {
        #expect(try Set(LuaScriptCatalogue.names) == files(in: "commands"))
    }

    @Test("resolves every include, and knows all that exist", arguments: LuaScriptCatalogue.names)
    func includes(name: String) throws {
        let source = LuaScriptCatalogue.source(of: name)
        #expect(!source.contains("-- include: "))
        #expect(source.contains("KEYS"))
    }

    @Test("uses every include file")
    func used() throws {
        let root = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../../LuaScripts")
        var mentioned: Set<String> = []
        for folder in ["commands", "includes"] {
            for name in try files(in: folder) {
                let text = try String(contentsOf: root.appending(path: "\(folder)/\(name).lua"), encoding: .utf8)
                for match in text.matches(of: /-- include: (\w+)/) { mentioned.insert(String(match.1)) }
            }
        }
        // The prelude stands before a script, so no file mentions it.
        mentioned.insert(LuaScriptCatalogue.v5SafePrelude)
        #expect(try mentioned == files(in: "includes"))
    }

    @Test("holds scripts that Redis accepts, two variants of each", arguments: LuaScriptCatalogue.names)
    func loads(name: String) async throws {
        let redis = try await LiveQueue.make().redis
        var digests: Set<String> = []
        for isV5Safe in [false, true] {
            let source = LuaScriptCatalogue.source(of: name, isV5Safe: isV5Safe)
            let digest = try await redis.send(RedisCommand("SCRIPT", "LOAD", source))
            digests.insert(try #require(digest.string))
        }
        #expect(digests.count == 2)
    }

    @Test("has the script, with its number of keys, for every call of the library")
    func called() {
        let scripts: [Script] = [
            .addDelayedJob, .addJobs, .addJobsAtomically, .addLog, .addParentJob, .addPrioritizedJob, .addStandardJob,
            .changeDelay, .changePriority, .cleanJobsInSet, .describeDependencies, .describeJobs, .describeKeys, .drain,
            .explainJob, .extendLock, .extendLocks, .finishJobs, .getCounts, .getCountsPerPriority,
            .getDependencyCounts,
            .getJobs, .getMetrics, .getRanges, .getRateLimitTtl, .getStateV2, .isFinished, .isMaxed,
            .moveJobFromActiveToWait, .moveJobsToWait, .moveStalledJobsToWait, .moveToActive, .moveToDelayed,
            .moveToFinished, .moveToWaitingChildren, .obliterate, .paginate, .pause, .promote, .removeChildDependency,
            .removeDeduplicationKey, .removeJob, .removeOrphanedJobs, .removeUnprocessedChildren, .repairQueue,
            .reprocessJob, .retryJob, .updateData, .updateProgress,
        ]
        let names = Set(LuaScriptCatalogue.names)
        for script in scripts { #expect(names.contains("\(script.name)-\(script.keyCount)"), "\(script.name)") }
    }
}
