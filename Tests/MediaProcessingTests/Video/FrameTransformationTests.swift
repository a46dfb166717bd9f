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
                LumaTransformation { samples, size, time in
                    // The left half white from half a second on.
                    guard time >= 0.5 else { return }
                    for index in samples.indices where index % size.width < size.width / 2 { samples[index] = 300 }
                }
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
