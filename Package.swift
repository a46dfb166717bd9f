// swift-tools-version: 6.2
import PackageDescription

let settings: [SwiftSetting] = {
    var settings: [SwiftSetting] = [
        .enableUpcomingFeature("ExistentialAny"),
        .enableUpcomingFeature("InternalImportsByDefault"),
        .enableUpcomingFeature("MemberImportVisibility"),
        .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
    ]
    if Context.environment["WARNINGS_AS_ERRORS"] == "1" {
        settings.append(.treatAllWarnings(as: .error))
    }
    return settings
}()

let nioCore = Target.Dependency.product(name: "NIOCore", package: "swift-nio")
let nioPosix = Target.Dependency.product(name: "NIOPosix", package: "swift-nio")
let nioFileSystem = Target.Dependency.product(name: "_NIOFileSystem", package: "swift-nio")
let nioHTTP1 = Target.Dependency.product(name: "NIOHTTP1", package: "swift-nio")
let nioSSL = Target.Dependency.product(name: "NIOSSL", package: "swift-nio-ssl")
let logging = Target.Dependency.product(name: "Logging", package: "swift-log")
let metrics = Target.Dependency.product(name: "Metrics", package: "swift-metrics")
let tracing = Target.Dependency.product(name: "Tracing", package: "swift-distributed-tracing")
let crypto = Target.Dependency.product(name: "Crypto", package: "swift-crypto")
let cryptoExtras = Target.Dependency.product(name: "CryptoExtras", package: "swift-crypto")
let asyncHTTPClient = Target.Dependency.product(name: "AsyncHTTPClient", package: "async-http-client")
let argumentParser = Target.Dependency.product(name: "ArgumentParser", package: "swift-argument-parser")
let serviceLifecycle = Target.Dependency.product(name: "ServiceLifecycle", package: "swift-service-lifecycle")
let hummingbird = Target.Dependency.product(name: "Hummingbird", package: "hummingbird")
let hummingbirdTesting = Target.Dependency.product(name: "HummingbirdTesting", package: "hummingbird")
let grdb = Target.Dependency.product(name: "GRDB", package: "GRDB.swift")
let jwtKit = Target.Dependency.product(name: "JWTKit", package: "jwt-kit")
let configuration = Target.Dependency.product(name: "Configuration", package: "swift-configuration")
let unixSignals = Target.Dependency.product(name: "UnixSignals", package: "swift-service-lifecycle")

// The library a user depends on: pure Swift, no C library beyond what NIO brings.
let library: [Target] = [
    .target(
        name: "RedisTransport",
        dependencies: [nioCore, nioPosix, nioSSL, logging, serviceLifecycle],
        swiftSettings: settings
    ),
    .target(
        name: "LuaScripts",
        path: "LuaScripts",
        resources: [.embedInCode("commands"), .embedInCode("includes")],
        swiftSettings: settings
    ),
    .target(
        name: "BullMQ",
        dependencies: ["RedisTransport", "LuaScripts", nioCore, logging, metrics, serviceLifecycle, tracing],
        swiftSettings: settings
    ),
    .target(name: "BullMQTesting", dependencies: [nioCore, nioPosix], swiftSettings: settings),
    .target(name: "LiveTesting", path: "Tests/LiveTesting", swiftSettings: settings),
    .testTarget(
        name: "RedisTransportTests",
        dependencies: ["RedisTransport", "BullMQTesting", "LiveTesting", nioCore, nioPosix, nioSSL],
        swiftSettings: settings
    ),
    .testTarget(
        name: "BullMQTests",
        dependencies: [
            "BullMQ", "RedisTransport", "LuaScripts", "BullMQTesting", "LiveTesting", nioCore, logging, metrics,
            serviceLifecycle, tracing,
            .product(name: "MetricsTestKit", package: "swift-metrics"),
            .product(name: "InMemoryTracing", package: "swift-distributed-tracing"),
        ],
        swiftSettings: settings
    ),
    .testTarget(
        name: "BullMQTestingTests",
        dependencies: ["BullMQTesting", nioCore, nioPosix],
        swiftSettings: settings
    ),
]

let commandLine: [Target] = [
    .executableTarget(
        name: "BullMQCommand",
        dependencies: ["BullMQ", argumentParser, logging],
        swiftSettings: settings
    ),
    .testTarget(
        name: "BullMQCommandTests",
        dependencies: ["BullMQ", "BullMQCommand", "BullMQTesting", "LiveTesting"],
        swiftSettings: settings
    ),
]

// Invisible watermarks: pure Swift.
let watermark: [Target] = [
    .target(name: "InvisibleWatermark", dependencies: [crypto], swiftSettings: settings),
    .testTarget(name: "InvisibleWatermarkTests", dependencies: ["InvisibleWatermark"], swiftSettings: settings),
    .executableTarget(
        name: "watermark-bench",
        dependencies: ["InvisibleWatermark"],
        path: "Conformance/WatermarkBench",
        exclude: ["README.md"],
        swiftSettings: settings
    ),
]

let media: [Target] = [
    .systemLibrary(
        name: "CMagickWand",
        pkgConfig: Context.packageDirectory + "/Sources/CMagickWand/magickwand-headers.pc",
        providers: [.apt(["libmagickwand-6.q16-dev"])]
    ),
    .systemLibrary(
        name: "CPango",
        pkgConfig: Context.packageDirectory + "/Sources/CPango/pangocairo-headers.pc",
        providers: [.apt(["libpango1.0-dev", "libcairo2-dev"])]
    ),
    .systemLibrary(
        name: "CFFmpeg",
        providers: [
            .apt(["libavcodec-dev", "libavfilter-dev", "libavformat-dev", "libswresample-dev", "libswscale-dev"])
        ]
    ),
    // The functions that CFFmpeg declares: they load their libraries when first called, since no job on a picture needs
    // them and they double the start of a program. Linking CFFmpeg's libraries directly would undo it.
    .target(name: "CFFmpegLoading"),
    .target(
        name: "MediaProcessing",
        dependencies: ["CFFmpeg", "CFFmpegLoading", "CMagickWand", "CPango", "InvisibleWatermark", crypto],
        swiftSettings: settings
    ),
    .testTarget(
        name: "MediaProcessingTests",
        dependencies: ["MediaProcessing", "CFFmpeg", "CMagickWand", crypto],
        swiftSettings: settings
    ),
    .executableTarget(
        name: "bench-media",
        dependencies: ["MediaProcessing"],
        path: "Conformance/MediaBench",
        exclude: ["README.md"],
        swiftSettings: settings
    ),
]

// A client of servers that speak the OpenAI dialect; knows no queue and no media.
let languageModel: [Target] = [
    .target(
        name: "LanguageModel",
        dependencies: [asyncHTTPClient, logging, nioCore, nioHTTP1],
        swiftSettings: settings
    ),
    .target(
        name: "LanguageModelTesting",
        dependencies: [nioCore, nioHTTP1, nioPosix],
        path: "Tests/LanguageModelTesting",
        swiftSettings: settings
    ),
    .testTarget(
        name: "LanguageModelTests",
        dependencies: ["LanguageModel", "LanguageModelTesting", nioHTTP1],
        swiftSettings: settings
    ),
]

// The sample worker: what knows no queue, the executable that joins it to the library, and a tool for the command line.
let samples: [Target] = [
    .systemLibrary(name: "CMalloc"),
    .target(
        name: "MediaJobs",
        dependencies: ["CMalloc", "LanguageModel", "MediaProcessing", crypto, asyncHTTPClient, nioCore, nioHTTP1],
        path: "Samples/MediaWorker/MediaJobs",
        swiftSettings: settings
    ),
    .target(
        name: "MediaRecords",
        dependencies: ["Directus", "MediaJobs", "MediaProcessing", crypto],
        path: "Samples/MediaWorker/Records",
        swiftSettings: settings
    ),
    .executableTarget(
        name: "media-worker",
        dependencies: [
            "BullMQ", "Directus", "LanguageModel", "MediaJobs", "MediaProcessing", "MediaRecords", logging,
            serviceLifecycle, argumentParser, unixSignals,
        ],
        path: "Samples/MediaWorker/Executable",
        swiftSettings: settings
    ),
    .executableTarget(
        name: "media-tool",
        dependencies: ["LanguageModel", "MediaJobs", "MediaProcessing", argumentParser, logging],
        path: "Samples/MediaWorker/Tool",
        swiftSettings: settings
    ),
    .testTarget(
        name: "MediaWorkerTests",
        dependencies: [
            "BullMQ", "BullMQTesting", "Directus", "DirectusStandIn", "LanguageModel", "LanguageModelTesting",
            "MediaJobs", "MediaProcessing", "MediaRecords", "media-tool", "media-worker", asyncHTTPClient, nioCore,
            nioHTTP1, nioPosix,
        ],
        swiftSettings: settings
    ),
]

// The reference HTTP server and what it stands on; each part can be used without the others.
let server: [Target] = [
    .target(
        name: "Directus",
        dependencies: [asyncHTTPClient, logging, nioCore, nioFileSystem, nioHTTP1, nioPosix, serviceLifecycle],
        swiftSettings: settings
    ),
    .target(
        name: "DirectusStandIn",
        dependencies: [
            asyncHTTPClient, crypto, cryptoExtras, grdb, hummingbird, jwtKit, logging, nioCore, nioFileSystem, nioHTTP1,
            nioPosix, serviceLifecycle,
        ],
        swiftSettings: settings
    ),
    .executableTarget(
        name: "directus-stand-in",
        dependencies: ["DirectusStandIn", argumentParser, logging, serviceLifecycle, unixSignals],
        swiftSettings: settings
    ),
    .testTarget(
        name: "DirectusTests",
        dependencies: ["Directus", "DirectusStandIn", asyncHTTPClient, logging, nioCore, nioHTTP1, nioPosix],
        swiftSettings: settings
    ),
    .testTarget(
        name: "DirectusStandInTests",
        dependencies: ["DirectusStandIn", asyncHTTPClient, crypto, logging, nioCore, nioHTTP1, serviceLifecycle],
        swiftSettings: settings
    ),
    .systemLibrary(name: "CDuckDB"),
    .target(
        name: "TaxonomyCache",
        dependencies: ["CDuckDB", grdb, logging, metrics, serviceLifecycle],
        swiftSettings: settings
    ),
    .testTarget(
        name: "TaxonomyCacheTests",
        dependencies: [
            "TaxonomyCache", grdb, logging, metrics, serviceLifecycle,
            .product(name: "MetricsTestKit", package: "swift-metrics"),
        ],
        swiftSettings: settings
    ),
    .target(
        name: "SubscriptionTiers",
        dependencies: ["RedisTransport", logging],
        resources: [.embedInCode("default-tiers.json")],
        swiftSettings: settings
    ),
    .testTarget(
        name: "SubscriptionTiersTests",
        dependencies: ["BullMQTesting", "LiveTesting", "RedisTransport", "SubscriptionTiers"],
        swiftSettings: settings
    ),
    .target(
        name: "QueueDashboard",
        dependencies: ["BullMQ", hummingbird, logging, nioCore, serviceLifecycle],
        resources: [.embedInCode("Assets")],
        swiftSettings: settings
    ),
    .testTarget(
        name: "QueueDashboardTests",
        dependencies: [
            "BrowserAutomation", "BullMQ", "BullMQTesting", "LiveTesting", "QueueDashboard", hummingbird,
            hummingbirdTesting, logging,
        ],
        swiftSettings: settings
    ),
    .target(
        name: "QueueAPI",
        dependencies: [
            "BullMQ", "Directus", "DirectusStandIn", "QueueDashboard", "SubscriptionTiers", "TaxonomyCache",
            configuration, crypto, hummingbird, jwtKit, logging, metrics, nioCore, serviceLifecycle,
        ],
        swiftSettings: settings
    ),
    .executableTarget(
        name: "queue-api",
        dependencies: ["QueueAPI", argumentParser, configuration, logging, serviceLifecycle, unixSignals],
        swiftSettings: settings
    ),
    .testTarget(
        name: "QueueAPITests",
        dependencies: [
            "BullMQ", "BullMQTesting", "Directus", "DirectusStandIn", "LiveTesting", "QueueAPI", "queue-api",
            asyncHTTPClient, configuration, hummingbird, hummingbirdTesting, jwtKit, logging, metrics, nioCore,
            nioHTTP1, nioPosix, serviceLifecycle,
        ],
        swiftSettings: settings
    ),
]

// A real browser, driven through pipes; knows no queue.
let browser: [Target] = [
    .target(
        name: "BrowserAutomation", dependencies: [logging, nioCore, nioPosix], swiftSettings: settings),
    .testTarget(
        name: "BrowserAutomationTests",
        dependencies: ["BrowserAutomation", nioCore, nioHTTP1, nioPosix],
        swiftSettings: settings
    ),
]

// What holds us to the protocol; hiredis and json-c are its independent witnesses.
let conformance: [Target] = [
    .systemLibrary(name: "CHiredis", providers: [.apt(["libhiredis-dev"])]),
    .systemLibrary(name: "CJSONC", providers: [.apt(["libjson-c-dev"])]),
    .target(
        name: "Witness",
        dependencies: ["CHiredis", "CJSONC"],
        path: "Conformance/Witness",
        swiftSettings: settings
    ),
    .target(
        name: "Peers",
        dependencies: ["BullMQTesting", "Witness"],
        path: "Conformance/Peers",
        exclude: ["README.md", "node", "python"],
        swiftSettings: settings
    ),
    .target(
        name: "Stage",
        dependencies: ["BullMQ", "BullMQTesting", "Peers", "Witness"],
        path: "Conformance/Stage",
        swiftSettings: settings
    ),
    .testTarget(
        name: "InteropTests",
        dependencies: ["BullMQ", "BullMQTesting", "Peers", "PeerTesting", "Stage", "Witness"],
        path: "Conformance/InteropTests",
        swiftSettings: settings
    ),
    .executableTarget(
        name: "FaultWorker",
        dependencies: ["BullMQ", "Stage", logging, serviceLifecycle, unixSignals],
        path: "Conformance/FaultWorker",
        swiftSettings: settings
    ),
    .testTarget(
        name: "FaultTests",
        dependencies: ["BullMQ", "BullMQTesting", "FaultWorker", "Stage", "Witness"],
        path: "Conformance/FaultTests",
        swiftSettings: settings
    ),
    .target(name: "PeerTesting", dependencies: ["Peers"], path: "Conformance/PeerTesting", swiftSettings: settings),
    .executableTarget(
        name: "bench-subject",
        dependencies: ["BullMQ"],
        path: "Conformance/Bench/Subject",
        swiftSettings: settings
    ),
    .executableTarget(
        name: "bench",
        dependencies: ["BullMQTesting", "Peers", "Witness"],
        path: "Conformance/Bench/Harness",
        swiftSettings: settings
    ),
    .target(
        name: "Differential",
        dependencies: ["BullMQTesting", "LuaScripts", "Peers", "Witness"],
        path: "Conformance/Differential",
        swiftSettings: settings
    ),
    .target(
        name: "ClientComparison",
        dependencies: ["BullMQ", "BullMQTesting", "Differential", "Peers", "Stage", "Witness"],
        path: "Conformance/ClientComparison",
        swiftSettings: settings
    ),
    .testTarget(
        name: "ClientComparisonTests",
        dependencies: ["ClientComparison", "PeerTesting", "Peers"],
        path: "Conformance/ClientComparisonTests",
        swiftSettings: settings
    ),
    .executableTarget(
        name: "differential-runner",
        dependencies: ["ClientComparison", "Differential", argumentParser],
        path: "Conformance/DifferentialTool",
        swiftSettings: settings
    ),
    .testTarget(
        name: "DifferentialTests",
        dependencies: ["Differential", "LuaScripts", "PeerTesting", "Peers", "Witness"],
        path: "Conformance/DifferentialTests",
        swiftSettings: settings
    ),
    .executableTarget(
        name: "script-costs",
        dependencies: ["BullMQTesting", "Differential", "Witness", argumentParser],
        path: "Conformance/ScriptCosts",
        exclude: ["README.md"],
        swiftSettings: settings
    ),
    .testTarget(
        name: "WitnessTests",
        dependencies: ["Witness", "BullMQTesting"],
        path: "Conformance/WitnessTests",
        swiftSettings: settings
    ),
    .testTarget(
        name: "PeersTests",
        dependencies: ["Peers", "PeerTesting", "Witness", "BullMQTesting"],
        path: "Conformance/PeersTests",
        swiftSettings: settings
    ),
]

// What the documentation shows: compiled by every build, and compared with README.md and the articles by a test.
let documentation: [Target] = [
    .executableTarget(
        name: "quick-start",
        dependencies: ["BullMQ", logging, serviceLifecycle, unixSignals],
        path: "Samples/QuickStart",
        swiftSettings: settings
    ),
    .target(
        name: "DocumentationSnippets",
        dependencies: ["BullMQ", logging, metrics, serviceLifecycle, tracing, unixSignals],
        path: "Tests/DocumentationSnippets",
        swiftSettings: settings
    ),
    .testTarget(
        name: "SnippetTests",
        dependencies: ["BullMQ", "BullMQTesting", "DocumentationSnippets", "quick-start"],
        swiftSettings: settings
    ),
]

let package = Package(
    name: "swift-bullmq",
    platforms: [.macOS(.v15)],
    products: [
        .library(name: "BullMQ", targets: ["BullMQ"]),
        .library(name: "RedisTransport", targets: ["RedisTransport"]),
        .library(name: "BullMQTesting", targets: ["BullMQTesting"]),
        .library(name: "InvisibleWatermark", targets: ["InvisibleWatermark"]),
        .library(name: "MediaProcessing", targets: ["MediaProcessing"]),
        .library(name: "LanguageModel", targets: ["LanguageModel"]),
        .library(name: "Directus", targets: ["Directus"]),
        .library(name: "DirectusStandIn", targets: ["DirectusStandIn"]),
        .library(name: "SubscriptionTiers", targets: ["SubscriptionTiers"]),
        .library(name: "TaxonomyCache", targets: ["TaxonomyCache"]),
        .library(name: "QueueDashboard", targets: ["QueueDashboard"]),
        .library(name: "QueueAPI", targets: ["QueueAPI"]),
        .library(name: "BrowserAutomation", targets: ["BrowserAutomation"]),
        .executable(name: "bullmq", targets: ["BullMQCommand"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-configuration", from: "1.4.0"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.0"),
        .package(url: "https://github.com/apple/swift-nio-ssl", from: "2.37.0"),
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.5.0"),
        .package(url: "https://github.com/apple/swift-crypto", from: "4.5.0"),
        .package(url: "https://github.com/apple/swift-distributed-tracing", from: "1.7.0"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.0"),
        .package(url: "https://github.com/apple/swift-metrics", from: "2.13.0"),
        .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
        .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1"),
        .package(url: "https://github.com/swift-server/async-http-client", from: "1.37.0"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
        .package(url: "https://github.com/swiftlang/swift-docc-plugin", from: "1.5.0"),
        .package(url: "https://github.com/vapor/jwt-kit", from: "5.7.1"),
    ],
    targets: library + commandLine + watermark + media + languageModel + samples + server + browser + conformance
        + documentation
)
