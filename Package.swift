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
let nioSSL = Target.Dependency.product(name: "NIOSSL", package: "swift-nio-ssl")
let logging = Target.Dependency.product(name: "Logging", package: "swift-log")
let serviceLifecycle = Target.Dependency.product(name: "ServiceLifecycle", package: "swift-service-lifecycle")

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
        dependencies: ["RedisTransport", "LuaScripts", nioCore, logging, serviceLifecycle],
        swiftSettings: settings
    ),
    .target(name: "BullMQTesting", dependencies: [nioCore, nioPosix], swiftSettings: settings),
    .testTarget(
        name: "RedisTransportTests",
        dependencies: ["RedisTransport", "BullMQTesting", nioCore, nioPosix, nioSSL],
        swiftSettings: settings
    ),
    .testTarget(
        name: "BullMQTests",
        dependencies: ["BullMQ", "RedisTransport", "LuaScripts", "BullMQTesting", nioCore, logging, serviceLifecycle],
        swiftSettings: settings
    ),
    .testTarget(
        name: "BullMQTestingTests",
        dependencies: ["BullMQTesting", nioCore, nioPosix],
        swiftSettings: settings
    ),
]

let media: [Target] = [
    .systemLibrary(
        name: "CMagickWand",
        pkgConfig: Context.packageDirectory + "/Sources/CMagickWand/magickwand-headers.pc",
        providers: [.apt(["libmagickwand-6.q16-dev"])]
    ),
    .target(name: "MediaProcessing", dependencies: ["CMagickWand"], swiftSettings: settings),
    .testTarget(
        name: "MediaProcessingTests",
        dependencies: ["MediaProcessing", "CMagickWand"],
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
    .target(name: "PeerTesting", dependencies: ["Peers"], path: "Conformance/PeerTesting", swiftSettings: settings),
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

let package = Package(
    name: "swift-bullmq",
    platforms: [.macOS(.v15)],
    products: [
        .library(name: "BullMQ", targets: ["BullMQ"]),
        .library(name: "RedisTransport", targets: ["RedisTransport"]),
        .library(name: "BullMQTesting", targets: ["BullMQTesting"]),
        .library(name: "MediaProcessing", targets: ["MediaProcessing"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.0"),
        .package(url: "https://github.com/apple/swift-nio-ssl", from: "2.37.0"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.0"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
    ],
    targets: library + media + conformance
)
