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
    products: [
        .library(name: "BullMQTesting", targets: ["BullMQTesting"])
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.0")
    ],
    targets: [
        .target(
            name: "BullMQTesting",
            dependencies: [
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
            ],
            swiftSettings: settings
        ),
        .systemLibrary(name: "CHiredis"),
        .systemLibrary(name: "CJSONC"),
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
            name: "PeerTesting",
            dependencies: ["Peers"],
            path: "Conformance/PeerTesting",
            swiftSettings: settings
        ),
        .testTarget(
            name: "PeersTests",
            dependencies: ["Peers", "PeerTesting", "Witness", "BullMQTesting"],
            path: "Conformance/PeersTests",
            swiftSettings: settings
        ),
        .testTarget(
            name: "WitnessTests",
            dependencies: ["Witness", "BullMQTesting"],
            path: "Conformance/WitnessTests",
            swiftSettings: settings
        ),
        .testTarget(
            name: "BullMQTestingTests",
            dependencies: [
                "BullMQTesting",
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
            ],
            swiftSettings: settings
        ),
    ]
)
