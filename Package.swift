// swift-tools-version: 6.2
import PackageDescription

let settings: [SwiftSetting] = [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
]

let package = Package(
    name: "swift-bullmq",
    platforms: [.macOS(.v15)],
    products: [.library(name: "BullMQ", targets: ["BullMQ"])],
    targets: [
        .target(name: "BullMQ", swiftSettings: settings),
        .testTarget(name: "BullMQTests", dependencies: ["BullMQ"], swiftSettings: settings),
    ]
)
