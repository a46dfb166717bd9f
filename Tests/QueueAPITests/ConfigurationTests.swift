import BullMQ
import Configuration
import Logging
import NIOCore
import NIOHTTP1
import Testing

@testable import QueueAPI

struct ConfigurationTests {
    private static func read(_ environment: [String: String]) throws(ConfigurationError) -> QueueAPIConfiguration {
        try QueueAPIConfiguration(
            ConfigReader(provider: EnvironmentVariablesProvider(environmentVariables: environment)))
    }

    @Test func `Every setting is read from the environment`() throws {
        let configuration = try Self.read([
            "REDIS_URL": "redis://h:1", "BULLMQ_PREFIX": "p", "QUEUE_API_HOST": "0.0.0.0", "QUEUE_API_PORT": "4000",
            "QUEUE_API_BASE_PATH": "/q/", "MEDIA_QUEUE": "m", "SCRAPE_QUEUE": "s", "ONBOARDING_QUEUE": "o",
            "DIRECTUS_URL": "http://d", "DIRECTUS_TOKEN": "t", "DIRECTUS_SECRET": "x", "DIRECTUS_DATA": "/d",
            "QUEUE_API_RECORD_CHECK": "compat", "QUEUE_API_IDEMPOTENT": "true", "QUEUE_API_INVALIDATE_SECRET": "i",
            "QUEUE_API_TRUSTED_PEERS": "172.17.0.0/16, fd00::/8", "QUEUE_API_STATS_TOKEN_REQUIRED": "1",
            "QUEUE_API_TIERS": "directus", "QUEUE_API_TIER_REASON_STYLE": "a", "QUEUE_API_TIER_FAIL_OPEN": "yes",
            "QUEUE_API_RATE_LIMIT": "60", "QUEUE_API_MAX_WAITING": "0",
            "QUEUE_API_CORS_ORIGINS": "https://a.example.org", "TAXONOMY_ENGINE": "duckdb",
            "DUCKDB_LIBRARY": "/lib/duckdb.so", "QUEUE_API_DASHBOARD": "read-only", "LOG_LEVEL": "debug",
        ])
        #expect(configuration.prefix == "p")
        #expect(configuration.port == 4000)
        #expect(configuration.basePath == "/q")
        #expect(configuration.queueNames == [.media: "m", .scrape: "s", .onboarding: "o"])
        #expect(configuration.recordCheck == .compat)
        #expect(configuration.isIdempotent && configuration.statsRequireToken && configuration.tiersFailOpen)
        #expect(configuration.trustedPeers.map(\.description) == ["172.17.0.0/16", "fd00::/8"])
        #expect(configuration.tiers == .directus)
        #expect(configuration.rateLimit == 60)
        #expect(configuration.maximumWaiting == nil)
        #expect(configuration.dashboard == .readOnly)
        #expect(configuration.logLevel == .debug)
    }

    @Test func `All problems are told at once, without secrets`() throws {
        let error = try #require(throws: ConfigurationError.self) {
            try Self.read([
                "REDIS_URL": "http://me:hunter2@h", "QUEUE_API_PORT": "70000", "QUEUE_API_RECORD_CHECK": "maybe",
                "QUEUE_API_IDEMPOTENT": "perhaps", "QUEUE_API_TRUSTED_PEERS": "here", "MEDIA_QUEUE": "a:b",
                "QUEUE_API_BASE_PATH": "api", "TAXONOMY_ENGINE": "duckdb",
            ])
        }
        #expect(error.problems.count == 8, "\(error)")
        #expect(error.description.contains("QUEUE_API_PORT is \"70000\", but must be a number from 0 to 65535"))
        #expect(!error.description.contains("hunter2"))
    }

    @Test func `What is shown at the start has no secrets`() throws {
        let configuration = try Self.read([
            "REDIS_URL": "redis://u:hunter2@h:1", "DIRECTUS_URL": "http://d", "DIRECTUS_TOKEN": "hunter2",
            "DIRECTUS_SECRET": "hunter2", "QUEUE_API_INVALIDATE_SECRET": "hunter2",
        ])
        let text = configuration.summary.map { "\($0.name)=\($0.value)" }.joined(separator: "\n")
        #expect(!text.contains("hunter2"))
        #expect(text.contains("REDIS_URL=h:1"))
    }

    @Test func `Empty values count as not given`() throws {
        #expect(try Self.read(["QUEUE_API_PORT": "", "DIRECTUS_URL": ""]).directusURL == nil)
    }

    @Test func `Networks contain what their prefix says`() throws {
        let address = { (text: String) in try SocketAddress(ipAddress: text, port: 0) }
        let range = try #require(AddressRange("10.1.0.0/20"))
        #expect(range.contains(try address("10.1.15.255")))
        #expect(!range.contains(try address("10.1.16.0")))
        #expect(range.contains(try address("::ffff:10.1.2.3")))
        #expect(!range.contains(try address("fd00::1")))
        for text in ["", "10.1.0.0/33", "10.1", "a/8", "10.0.0.0/8/8", "::/129"] { #expect(AddressRange(text) == nil) }
    }

    @Test func `Named uuids are those of RFC 4122`() {
        #expect(
            UUIDText.named("www.example.com", in: "6ba7b810-9dad-11d1-80b4-00c04fd430c8")
                == "2ed6657d-e927-568b-95e1-2665a8aea6a2")
        #expect(UUIDText.normalized("F47AC10B-58CC-4372-A567-0E02B2C3D479") == Tokens.jobID)
        for text in ["", "f47ac10b58cc4372a5670e02b2c3d479", "f47ac10b-58cc-4372-a567-0e02b2c3d47g"] {
            #expect(UUIDText.normalized(text) == nil)
        }
        let random = UUIDText.random()
        #expect(UUIDText.normalized(random) == random)
        #expect(random != UUIDText.random())
    }
}
