// The arithmetic of cropping, without pictures.

import Foundation
import Testing

@testable import MediaProcessing

@Suite struct CropRequestTests {
    let size = PixelSize(width: 400, height: 300)

    func request(_ params: String) throws -> CropRequest {
        try JSONDecoder().decode(CropImage.self, from: Data(params.utf8)).request
    }

    func failure(_ params: String) throws -> MediaError {
        do {
            _ = try request(params).place(in: size)
        } catch let error as MediaError {
            return error
        }
        throw FixtureError(message: "did not fail")
    }

    @Test(
        "rectangles in pixels, percent and ratios",
        arguments: [
            (#"{"x":10,"y":20,"width":30,"height":40}"#, [10, 20, 30, 40]),
            (#"{"left":10,"top":20,"width":30,"height":40}"#, [10, 20, 30, 40]),
            (#"{"x":10,"width":30,"height":40}"#, [10, 0, 30, 40]),
            (#"{"x":25,"y":50,"width":50,"height":25,"unit":"percent"}"#, [100, 150, 200, 75]),
            (#"{"x":0.25,"y":0.5,"width":0.5,"height":0.25,"unit":"ratio"}"#, [100, 150, 200, 75]),
            (#"{"x":0.0001,"y":0,"width":0.001,"height":0.001,"unit":"ratio"}"#, [0, 0, 1, 1]),
            (#"{"x":0,"y":0,"width":400,"height":300}"#, [0, 0, 400, 300]),
            (#"{"x":-10,"y":290,"width":30,"height":40,"strict":false}"#, [0, 290, 20, 10]),
            (#"{"aspect":"1:1"}"#, [50, 0, 300, 300]), (#"{"aspect":"4:5","gravity":"west"}"#, [0, 0, 240, 300]),
            (#"{"aspect":"16/9","gravity":"south"}"#, [0, 75, 400, 225]),
            (#"{"width":100,"height":50,"gravity":"northeast"}"#, [300, 0, 100, 50]),
            (#"{"width":100,"height":50,"gravity":"0%,100%"}"#, [0, 250, 100, 50]),
            (#"{"width":100,"height":100,"focal_point_x":390,"focal_point_y":150}"#, [300, 100, 100, 100]),
            (#"{"aspect":"1:1","focal_point_x":10,"focal_point_y":10}"#, [0, 0, 300, 300]),
            (#"{"width":1000,"height":50,"strict":false}"#, [0, 125, 400, 50]),
            (#"{"width":50,"height":50,"unit":"percent"}"#, [100, 75, 200, 150]),
        ])
    func places(params: String, expected: [Int]) throws {
        guard case .at(let place) = try request(params).place(in: size) else {
            throw FixtureError(message: "no fixed place")
        }
        #expect([place.x, place.y, place.width, place.height] == expected)
    }

    @Test("smart windows have a size and no place yet", arguments: ["smart", "attention", "entropy"])
    func smart(word: String) throws {
        let place = try request("{\"aspect\":\"1:2\",\"gravity\":\"\(word)\"}").place(in: size)
        #expect(place == .somewhere(PixelSize(width: 150, height: 300)))
    }

    @Test(
        "what is not inside, or says two things at once, is refused and named",
        arguments: [
            (#"{"x":390,"y":0,"width":20,"height":20}"#, "x"),
            (#"{"x":400,"y":0,"width":20,"height":20,"strict":false}"#, "x"),
            (#"{"x":-1,"y":0,"width":20,"height":20}"#, "x"), (#"{"width":401,"height":20}"#, "width"),
            (#"{}"#, "width"), (#"{"width":5}"#, "height"), (#"{"aspect":"1:1","x":4}"#, "x"),
            (#"{"aspect":"wide"}"#, "aspect"), (#"{"aspect":"0:1"}"#, "aspect"),
            (#"{"x":1,"left":1,"width":5,"height":5}"#, "left"),
            (#"{"x":1,"width":5,"height":5,"gravity":"north"}"#, "gravity"),
            (#"{"width":5,"height":5,"gravity":"up"}"#, "gravity"),
            (#"{"width":5,"height":5,"focal_point_x":3}"#, "focal_point_y"),
            (#"{"width":5,"height":5,"focal_point_x":3,"focal_point_y":4,"gravity":"north"}"#, "gravity"),
            (#"{"width":5,"height":5,"focal_point_x":400,"focal_point_y":4}"#, "focal_point_x"),
            (#"{"x":1.5,"width":5,"height":5}"#, "x"), (#"{"width":0,"height":5}"#, "width"),
            (#"{"width":5,"height":5,"unit":"inch"}"#, "unit"), (#"{"width":5,"height":5,"zoom":2}"#, "zoom"),
        ])
    func refused(params: String, parameter: String) throws {
        let error = try failure(params)
        #expect(error.code == .invalidParameter && error.parameter == parameter, "\(error)")
    }
}
