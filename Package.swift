// swift-tools-version: 6.2
import PackageDescription

let settings: [SwiftSetting] = [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
]

let package = Package(
    name: "swift-bullmq",
    products: [
        .library(name: "MediaProcessing", targets: ["MediaProcessing"])
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.0"),
        .package(url: "https://github.com/swift-server/async-http-client", from: "1.37.0"),
    ],
    targets: [
        .systemLibrary(
            name: "CMagickWand",
            pkgConfig: Context.packageDirectory + "/Sources/CMagickWand/magickwand-headers.pc",
            providers: [.apt(["libmagickwand-6.q16-dev"])]
        ),
        .target(name: "MediaProcessing", dependencies: ["CMagickWand"], swiftSettings: settings),
        .testTarget(
            name: "MediaProcessingTests", dependencies: ["MediaProcessing", "CMagickWand"], swiftSettings: settings),
        .target(
            name: "MediaJobs",
            dependencies: [
                "MediaProcessing",
                .product(name: "AsyncHTTPClient", package: "async-http-client"),
                .product(name: "NIOCore", package: "swift-nio"),
            ],
            path: "Samples/MediaWorker/MediaJobs",
            swiftSettings: settings
        ),
        .testTarget(
            name: "MediaJobsTests",
            dependencies: [
                "MediaJobs", "MediaProcessing",
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
            ],
            swiftSettings: settings
        ),
    ],
    swiftLanguageModes: [.v6]
)
