import Foundation
import Testing

@testable import MediaProcessing

@Suite struct FrameTransformationTests {
    let bench: Workbench

    init() throws { bench = try Workbench() }

    @Test func brightnessCanBeChangedFrameByFrame() async throws {
        let input = bench.folder.appendingPathComponent("grey.mp4")
        try Tool.ffmpeg("-f lavfi -i color=gray:s=162x90:r=25:d=1 -c:v libx264 -pix_fmt yuv420p", output: input)
        let folder = bench.folder
        let report = try await VideoPipeline.run(
            input: input, output: OutputDestination(folder: folder, stem: "out"), progress: { _ in }
        ) { pipeline in
            let stream = try pipeline.video()
            var recipe = VideoRecipe(geometry: VideoGeometry(keeping: stream.displaySize))
            recipe.transformations = [
                WhiteLeftHalf()
            ]
            var plan = TranscodingPlan(container: .mp4)
            plan.video = .encode(stream, recipe)
            return try pipeline.produce(plan)
        }
        let file = URL(fileURLWithPath: report.path)
        let (early, late) = (try Tool.quarters(file, at: 0.2), try Tool.quarters(file, at: 0.8))
        #expect(isNear(early[0], [128, 128, 128], within: 6) && isNear(early[1], [128, 128, 128], within: 6))
        #expect(isNear(late[0], [255, 255, 255], within: 6) && isNear(late[1], [128, 128, 128], within: 6))
    }
}

/// The left half white from half a second on.
private final class WhiteLeftHalf: FrameTransformation {
    func apply(to picture: VideoPicture, time: Double) {
        guard time >= 0.5 else { return }
        for y in 0..<picture.luma.height {
            let row = picture.luma.row(y)
            for x in 0..<row.count / 2 { row[x] = 235 }
        }
    }
}
