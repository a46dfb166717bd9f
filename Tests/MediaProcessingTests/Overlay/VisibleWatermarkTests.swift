// Watermarks drawn for a canvas: size, place, tiles, letters.

import Foundation
import Testing

@testable import MediaProcessing

@Suite struct VisibleWatermarkTests {
    let canvas = PixelSize(width: 800, height: 600)

    func mark(_ params: String) throws -> VisibleWatermark {
        try JSONDecoder().decode(VisibleWatermark.self, from: Data(params.utf8))
    }

    func failure(_ params: String) throws -> MediaError {
        do {
            _ = try mark(params).rendered(for: canvas)
        } catch let error as MediaError {
            return error
        }
        throw FixtureError(message: "did not fail")
    }

    @Test("a text stands in the south-east, two percent from the edges") func defaultPlace() throws {
        let placed = try #require(try mark(#"{"text":"© Ada"}"#).rendered(for: canvas).first)
        #expect(placed.x + placed.bitmap.size.width == 800 - 12)
        #expect(placed.y + placed.bitmap.size.height == 600 - 12)
    }

    @Test("capital letters are three percent of the short side high") func capitals() throws {
        let plain = #"{"text":"HHH","stroke":false,"shadow":false,"opacity":1,"margin":0}"#
        let bitmap = try #require(try mark(plain).rendered(for: canvas).first).bitmap
        let rows = (0..<bitmap.size.height).filter { y in
            (0..<bitmap.size.width).contains { bitmap.pixels[4 * (y * bitmap.size.width + $0) + 3] > 128 }
        }
        #expect((17...19).contains(rows.count), "\(rows.count)")
    }

    @Test(
        "compass words and offsets decide the place",
        arguments: [
            ("\"position\":\"northwest\"", 12, 12), ("\"position\":\"north\",\"margin\":\"5%\"", nil, 30),
            ("\"x\":\"10%\",\"y\":40", 80, 40), ("\"position\":\"west\",\"margin\":7", 7, nil),
        ] as [(String, Int?, Int?)])
    func places(place: String, x: Int?, y: Int?) throws {
        let placed = try #require(try mark("{\"text\":\"Ada\",\(place)}").rendered(for: canvas).first)
        if let x { #expect(placed.x == x) }
        if let y { #expect(placed.y == y) }
    }

    @Test("a mark that sticks out is cut off, one that is outside is refused") func outside() throws {
        let placed = try #require(try mark(#"{"text":"Ada Lovelace","x":780,"y":590}"#).rendered(for: canvas).first)
        #expect(placed.bitmap.size == PixelSize(width: 20, height: 10))
        #expect(try failure(#"{"text":"Ada","x":900}"#).code == .invalidParameter)
    }

    @Test("a long text shrinks until it fits") func longText() throws {
        let text = String(repeating: "Long ", count: 90)
        let placed = try #require(try mark("{\"text\":\"\(text)\"}").rendered(for: canvas).first)
        #expect(placed.x >= 12 && placed.bitmap.size.width <= 776, "\(placed.x) \(placed.bitmap.size)")
    }

    @Test("opacity is applied to every channel") func opacity() throws {
        let params = #"{"text":"Ada","stroke":false,"shadow":false,"color":"white","opacity":"#
        let full = try #require(try mark(params + "1}").rendered(for: canvas).first).bitmap.pixels
        let half = try #require(try mark(params + "0.5}").rendered(for: canvas).first).bitmap.pixels
        #expect(full.max() == 255 && half.max() == 128)
        #expect(zip(full, half).allSatisfy { (Int($0) + 1) / 2 == Int($1) })
    }

    @Test("pixels are premultiplied") func premultiplied() throws {
        for params in [#"{"text":"Ada","rotation":30,"color":"orange"}"#, #"{"text":"Ada 🎉","stroke":"red"}"#] {
            let pixels = try #require(try mark(params).rendered(for: canvas).first).bitmap.pixels
            #expect(
                stride(from: 0, to: pixels.count, by: 4).allSatisfy { place in
                    pixels[place..<place + 3].allSatisfy { $0 <= pixels[place + 3] }
                })
        }
    }

    @Test("tiles cover the whole canvas and stay inside it") func tiles() throws {
        let tiles = try mark(#"{"text":"Ada","tile":true}"#).rendered(for: canvas)
        #expect(tiles.count > 20)
        var quarters: Set<Int> = []
        for tile in tiles {
            #expect(tile.x >= 0 && tile.y >= 0)
            #expect(tile.x + tile.bitmap.size.width <= 800 && tile.y + tile.bitmap.size.height <= 600)
            quarters.insert((tile.x < 400 ? 0 : 1) + (tile.y < 300 ? 0 : 2))
        }
        #expect(quarters.count == 4)
        let crowded = try failure(#"{"text":"i","tile":true,"scale":0.005,"spacing":0}"#)
        #expect(crowded.parameter == "tile")
    }

    @Test("text is data: markup, escapes and file names are drawn as they are") func data() throws {
        let tricky = ["<b>A</b>", "%[fx:1]", "@/etc/passwd", #"a\\nb"#, "&amp;", "'; rm -rf"]
        for text in tricky {
            #expect(try !mark("{\"text\":\"\(text)\"}").rendered(for: canvas).isEmpty)
        }
        let plain = try #require(try mark(#"{"text":"A"}"#).rendered(for: canvas).first).bitmap.size
        let marked = try #require(try mark(#"{"text":"<b>A</b>"}"#).rendered(for: canvas).first).bitmap.size
        #expect(marked.width > 3 * plain.width)
    }

    @Test(
        "every script has letters", arguments: ["Ада", "艾达・ラブレス", "آدا", "אדה", "अदा", "에이다", "🎉❤️", "Ἄδα"])
    func scripts(text: String) throws {
        #expect(try mark("{\"text\":\"\(text)\"}").warnings().isEmpty)
    }

    @Test("a character without glyph and an unknown font are told") func missing() throws {
        let glyph = try mark("{\"text\":\"A\u{10FFFD}\"}").warnings()
        #expect(glyph.count == 1 && glyph[0].contains("1 characters"))
        let font = try mark(#"{"text":"A","font":"No Such Font"}"#).warnings()
        #expect(font.count == 1 && font[0].contains("No Such Font"))
        #expect(try mark(#"{"text":"A","font":"DejaVu Serif"}"#).warnings().isEmpty)
    }

    @Test("placeholders are filled, and only from parameters") func placeholders() throws {
        let filled = try mark(#"{"text":"for {username}, {date}","username":"ada{x}","date":"2026-11-25"}"#)
        #expect(filled.content == .text("for ada{x}, 2026-11-25"))
        #expect(try failure(#"{"text":"for {username}"}"#).parameter == "username")
    }

    @Test(
        "wrong parameters are named",
        arguments: [
            (#"{}"#, "text"), (#"{"text":"a","image_file_id":"b"}"#, "text"), (#"{"text":""}"#, "text"),
            (#"{"text":"a\u0000b"}"#, "text"), (#"{"text":"a","opacity":2}"#, "opacity"),
            (#"{"text":"a","position":"attention"}"#, "position"), (#"{"text":"a","margin":"x"}"#, "margin"),
            (#"{"text":"a","stroke":"purplish"}"#, "stroke"), (#"{"text":"a","font":"a;b"}"#, "font"),
            (#"{"text":"a","x":1,"position":"north"}"#, "position"), (#"{"text":"a","colour":"red"}"#, "colour"),
            (#"{"text":"a","blend":"dodge"}"#, "blend"), (#"{"text":"a","start":5,"end":5}"#, "end"),
            (#"{"image_file_id":"abc"}"#, "image_file_id"),
        ])
    func wrong(params: String, parameter: String) throws {
        let error = try failure(params)
        #expect(error.code == .invalidParameter && error.parameter == parameter, "\(error)")
    }

    @Test("a timed mark fades in and out and goes from corner to corner") func timing() throws {
        let timing = try mark(#"{"text":"a","start":2,"end":10,"fade":2,"move":"corners","interval":3}"#).timing
        #expect([0, 1.9, 2, 3, 4, 8, 9, 10, 11].map { timing.strength(at: $0) } == [0, 0, 0, 0.5, 1, 1, 0.5, 0, 0])
        let corners = [2.0, 5, 8, 11, 14].compactMap { timing.corner(at: $0) }
        #expect(corners.count == 5 && corners[0] == corners[4] && corners[0] != corners[1] && corners[1] != corners[2])
    }

    @Test("the same mark is drawn with the same pixels") func deterministic() throws {
        let watermark = try mark(#"{"text":"Ada 🎉 عدا","rotation":17}"#)
        #expect(try watermark.rendered(for: canvas) == watermark.rendered(for: canvas))
    }
}
