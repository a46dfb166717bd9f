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
    targets: [
        .systemLibrary(
            name: "CMagickWand",
            pkgConfig: Context.packageDirectory + "/Sources/CMagickWand/magickwand-headers.pc",
            providers: [.apt(["libmagickwand-6.q16-dev"])]
        ),
        .target(name: "MediaProcessing", dependencies: ["CMagickWand"], swiftSettings: settings),
        .testTarget(
            name: "MediaProcessingTests", dependencies: ["MediaProcessing", "CMagickWand"], swiftSettings: settings),
    ],
    swiftLanguageModes: [.v6]
)
