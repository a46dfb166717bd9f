// The worker's settings: options first, then environment, then defaults; checked before anything is started.

import ArgumentParser
import Directus
import Foundation
import LanguageModel
import Logging
import MediaJobs
import MediaProcessing

struct MediaWorkerSettings {
    let redisURL: String
    let queue: String
    let prefix: String
    let root: URL?
    let output: URL
    let temporary: URL
    let concurrency: Int
    /// Jobs at a time of all workers of the queue together; nil leaves the queue's limit as it is.
    let globalConcurrency: Int?
    let trustedHosts: Set<String>
    let timeout: Duration
    /// Most bytes of memory.
    let memory: Int
    let languageModel: LanguageModelConfiguration?
    let watermarkKeys: WatermarkKeyring?
    let virusScanner: VirusScanner?
    /// Where records, inputs and results are; nil for work without records and results in a folder.
    let directus: DirectusConfiguration?
    /// Time between checks of records that may have missed the end of their jobs.
    let reconciliation: Duration
    let grace: Duration
    let logLevel: Logger.Level

    init(command: MediaWorkerCommand, environment: [String: String]) throws {
        /// A variable that is set to nothing counts as not set.
        func variable(_ name: String) -> String? { environment[name].flatMap { $0.isEmpty ? nil : $0 } }
        func number(_ option: Int?, _ name: String, default standard: Int, in range: ClosedRange<Int>) throws -> Int {
            var value = option ?? standard
            if option == nil, let text = variable(name) {
                guard let number = Int(text) else {
                    throw ValidationError("\(name) must be a number, but is \"\(text)\"")
                }
                value = number
            }
            guard range.contains(value) else {
                throw ValidationError(
                    "\(name) must be from \(range.lowerBound) to \(range.upperBound), but is \(value)")
            }
            return value
        }
        redisURL = command.redisURL ?? variable("REDIS_URL") ?? "redis://127.0.0.1:6379"
        queue = command.queue ?? variable("MEDIA_QUEUE") ?? "media-jobs"
        prefix = command.prefix ?? variable("MEDIA_PREFIX") ?? variable("BULLMQ_PREFIX") ?? "bull"
        root = (command.root ?? variable("MEDIA_ROOT")).map { URL(fileURLWithPath: $0, isDirectory: true) }
        output = URL(
            fileURLWithPath: command.output ?? variable("MEDIA_OUTPUT") ?? "media-output", isDirectory: true)
        temporary =
            (command.temporary ?? variable("MEDIA_TEMP")).map { URL(fileURLWithPath: $0, isDirectory: true) }
            ?? Workspace.standardBase("media-worker")
        concurrency = try number(command.concurrency, "MEDIA_CONCURRENCY", default: 1, in: 1...64)
        let global = try number(command.globalConcurrency, "MEDIA_GLOBAL_CONCURRENCY", default: 0, in: 0...10_000)
        globalConcurrency = global == 0 ? nil : global
        timeout = .seconds(try number(command.timeout, "MEDIA_TIMEOUT", default: 3600, in: 1...86400))
        memory = try number(command.memory, "MEDIA_MEMORY", default: 6000, in: 64...1_000_000) * 1_000_000
        do {
            languageModel = try LanguageModelConfiguration(environment: environment)
            watermarkKeys = try WatermarkKeyring(environment: environment)
        } catch let error as LanguageModelError {
            throw ValidationError(error.message)
        } catch let error as MediaError {
            throw ValidationError(error.message)
        }
        grace = .seconds(try number(command.grace, "MEDIA_GRACE", default: 30, in: 0...3600))
        do {
            trustedHosts = try FetchRules.trustedHosts(command.trustedHosts ?? variable("MEDIA_TRUSTED_HOSTS") ?? "")
        } catch let error as MediaJobError {
            throw ValidationError("MEDIA_TRUSTED_HOSTS \(error.message)")
        }
        do {
            virusScanner = try VirusScanner(
                environment: command.scanCommand.map { ["MEDIA_SCAN_COMMAND": $0] } ?? environment)
        } catch let error as MediaJobError {
            throw ValidationError(error.message)
        }
        reconciliation = .seconds(try number(command.reconcile, "MEDIA_RECONCILE", default: 60, in: 1...3600))
        if let url = command.directusURL ?? variable("DIRECTUS_URL") {
            guard let token = variable("DIRECTUS_TOKEN") else {
                throw ValidationError(
                    "DIRECTUS_TOKEN, the worker's static token, is required where DIRECTUS_URL is set")
            }
            do {
                directus = try DirectusConfiguration(url: url, token: token)
            } catch {
                throw ValidationError("DIRECTUS_URL, DIRECTUS_TOKEN: \(error.message)")
            }
        } else {
            directus = nil
        }
        let level = command.logLevel ?? variable("LOG_LEVEL") ?? "info"
        guard let logLevel = Logger.Level(rawValue: level.lowercased()) else {
            throw ValidationError("LOG_LEVEL must be one of trace, debug, info, notice, warning, error, critical")
        }
        self.logLevel = logLevel
    }
}
