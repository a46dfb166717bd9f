// Strict parameters (media.md §1.2): what is refused, and that the message names key, value and what is allowed.

import Foundation
import Testing

@testable import MediaProcessing

@Suite struct ParameterTests {
    func error<Operation: MediaOperation>(_ type: Operation.Type, _ params: String) throws -> MediaError {
        do {
            _ = try JSONDecoder().decode(Operation.self, from: Data(params.utf8))
        } catch let error as MediaError {
            return error
        }
        throw FixtureError(message: "accepted: \(params)")
    }

    @Test(
        "a wrong parameter of resize_image is named with its value and what is allowed",
        arguments: [
            (#"{}"#, "width", "width, height or both"),
            (#"{"width":0}"#, "width", "an integer from 1 to 16383, but is 0"),
            (#"{"width":16384}"#, "width", "an integer from 1 to 16383, but is 16384"),
            (#"{"width":"100"}"#, "width", #"an integer from 1 to 16383, but is "100""#),
            (#"{"width":10.5}"#, "width", "but is 10.5"),
            (#"{"width":true}"#, "width", "but is true"),
            (#"{"width":[1]}"#, "width", "but is a list"),
            (#"{"width":{"a":1}}"#, "width", "but is an object"),
            (#"{"width":10,"hight":20}"#, "hight", #"unknown parameter "hight". Known are:"#),
            (#"{"width":10,"fit":"crop"}"#, "fit", #"one of: cover, contain, fill, inside, outside, but is "crop""#),
            (#"{"width":10,"fit":"cover","mode":"fill"}"#, "mode", "absent when"),
            (#"{"width":10,"mode":"thumb"}"#, "mode", "one of: fill, fit, limit, pad, scale, lfill"),
            (#"{"width":10,"mode":"limit","withoutEnlargement":false}"#, "mode", "withoutEnlargement"),
            (#"{"width":10,"dpr":5}"#, "dpr", "a number from 1.0 to 4.0, but is 5"),
            (#"{"width":9000,"dpr":2}"#, "width", "at most 16383 after multiplication"),
            (#"{"width":10,"kernel":"bicubic"}"#, "kernel", "lanczos3, mitchell, cubic, linear, nearest"),
            (#"{"width":10,"position":"middle"}"#, "position", "northeast"),
            (#"{"width":10,"position":"attention"}"#, "position", "a fixed place unless"),
            (#"{"width":10,"height":10,"fit":"fill","position":"entropy"}"#, "position", "a fixed place unless"),
            (#"{"width":10,"sharpen":0}"#, "sharpen", "true, false or a number from 0.1 to 10"),
            (#"{"width":10,"sharpen":"yes"}"#, "sharpen", "true, false or a number"),
            (#"{"width":10,"withoutEnlargement":1}"#, "withoutEnlargement", "true or false, but is 1"),
            (#"{"width":10,"format":"svg"}"#, "format", #"png, webp, avif, gif, tiff, but is "svg""#),
            (#"{"width":10,"format":"heic"}"#, "format", "but is"),
            (#"{"width":10,"background":"redd"}"#, "background", "a CSS colour"),
            (#"{"width":10,"background":"url(http://x)"}"#, "background", "a CSS colour"),
            (#"{"width":10,"metadata":"all"}"#, "metadata", "strip, keep, copyright"),
            (#"{"width":10,"filename":"../../etc/passwd"}"#, "filename", "without slash"),
            (#"{"width":10,"filename":".hidden"}"#, "filename", "not starting with a dot"),
            (#"{"width":10,"folder":"a/../b"}"#, "folder", "a relative folder"),
            (#"{"width":10,"folder":"/etc"}"#, "folder", "a relative folder"),
            (#"{"width":10,"folder":"a//b"}"#, "folder", "a relative folder"),
        ])
    func resize(params: String, parameter: String, allowed: String) throws {
        let error = try error(ResizeImage.self, params)
        #expect(error.code == .invalidParameter && error.isPermanent)
        #expect(error.parameter == parameter && error.message.contains(allowed), "\(error)")
        #expect(error.message.hasPrefix("resize_image: "))
    }

    @Test(
        "a wrong parameter of convert_image is named with its value and what is allowed",
        arguments: [
            (#"{}"#, "format", "one of: jpeg (or jpg), png"),
            (#"{"format":null}"#, "format", "is required"),
            (#"{"format":"png","width":100}"#, "width", "unknown parameter"),
            (#"{"format":"jpeg","quality":0}"#, "quality", "an integer from 1 to 100, but is 0"),
            (#"{"format":"jpeg","quality":101}"#, "quality", "but is 101"),
            (#"{"format":"jpeg","lossless":true}"#, "lossless", "use png or webp"),
            (#"{"format":"jpeg","chromaSubsampling":"4:1:1"}"#, "chromaSubsampling", "4:2:0, 4:4:4"),
            (#"{"format":"jpeg","bitdepth":16}"#, "bitdepth", "png and tiff"),
            (#"{"format":"png","bitdepth":10}"#, "bitdepth", "8 or 16, but is 10"),
            (#"{"format":"webp","effort":7}"#, "effort", "from 0 to 6 for webp, but is 7"),
            (#"{"format":"webp","effort":10}"#, "effort", "from 0 to 9, but is 10"),
        ])
    func convert(params: String, parameter: String, allowed: String) throws {
        let error = try error(ConvertImage.self, params)
        #expect(error.code == .invalidParameter && error.parameter == parameter, "\(error)")
        #expect(error.message.contains(allowed), "\(error)")
    }

    @Test("what the installed library cannot do is called that") func capability() throws {
        #expect(try error(ConvertImage.self, #"{"format":"avif","lossless":true}"#).code == .capabilityMissing)
    }

    @Test("params that are no object are refused") func noObject() throws {
        #expect(try error(ResizeImage.self, "[1]").message.contains("params must be an object"))
    }

    @Test("null means absent, and a whole number may be written with a fraction of zero") func lenient() throws {
        let resize = try JSONDecoder()
            .decode(ResizeImage.self, from: Data(#"{"width":100.0,"height":null,"quality":null,"dpr":1.5}"#.utf8))
        #expect(
            resize.width == 100 && resize.height == nil && resize.encoding.quality == nil && resize.pixelRatio == 1.5)
    }

    @Test("defaults are the documented ones") func defaults() throws {
        let resize = try JSONDecoder().decode(ResizeImage.self, from: Data(#"{"width":100}"#.utf8))
        #expect(resize.fit == .cover && resize.focus == .position(.center) && resize.withoutEnlargement)
        #expect(!resize.withoutReduction && resize.pixelRatio == 1 && resize.kernel == .lanczos3)
        #expect(resize.sharpening == .automatic && resize.format == nil && resize.encoding == ImageEncoding())
    }

    @Test("a file name loses an extension that the format will give it") func fileName() throws {
        for (name, stem) in [("a.jpg", "a"), ("a.b", "a.b"), ("v1.2.png", "v1.2"), ("Größe 1", "Größe 1")] {
            let params = #"{"format":"png","filename":"\#(name)","folder":"2026/spring"}"#
            let operation = try JSONDecoder().decode(ConvertImage.self, from: Data(params.utf8))
            #expect(operation.placement.stem == stem && operation.placement.folder == "2026/spring")
        }
    }

    @Test("CSS colours are understood in every spelling") func colors() {
        let red = CSSColor(red: 255, green: 0, blue: 0)
        for text in ["red", "Red", "#f00", "#FF0000", "#ff0000ff", "rgb(255, 0, 0)", "rgba(255,0,0,1)"] {
            #expect(CSSColor(text) == red, "\(text)")
        }
        #expect(CSSColor("transparent") == .transparent && CSSColor("rebeccapurple")?.blue == 0x99)
        #expect(CSSColor("#0008")?.alpha == 0x88 && CSSColor("rgba(0,0,0,0.5)")?.alpha == 128)
        for text in ["", "#12", "#ggg", "rgb(256,0,0)", "rgb(1,2)", "rgba(1,2,3,2)", "redd", "rgb(1,2,3", "#１２３"] {
            #expect(CSSColor(text) == nil, "\(text)")
        }
    }
}
