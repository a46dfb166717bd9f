// Owns: what a tier table says, and how it is read.

import Foundation
import Testing

@testable import SubscriptionTiers

@Suite("A tier table")
struct TierTableTests {
    @Test("that comes with the library is read, and knows every operation of the API in its larger tiers")
    func standard() {
        let table = TierTable.standard
        let operations = [
            "convert_image", "resize_image", "crop_image", "resize_video", "crop_video", "compress_video",
            "apply_watermark", "apply_steganographic_watermark", "create_teaser", "strip_metadata", "transcoding",
            "thumbnail", "caption_generation", "download", "upload", "analysis", "scrape_profile",
            "scrape_post_performance", "publish_post",
        ]
        #expect(table.defaultTier == "free")
        #expect(Set(table.tiers.keys) == ["free", "creator", "studio"])
        for tier in ["creator", "studio"] {
            #expect(table.tiers[tier]?.keys.sorted() == operations.sorted(), "\(tier)")
        }
        #expect(table.allowance(for: "thumbnail", in: "free") == .monthly(50))
        #expect(table.allowance(for: "thumbnail", in: "studio") == .unlimited)
        #expect(table.allowance(for: "transcoding", in: "free") == nil)
        #expect(table.allowance(for: "onboarding:extract", in: "studio") == nil)
        #expect(table.allowance(for: "thumbnail", in: "gold") == nil)
    }

    @Test("never gives less in a larger tier")
    func growing() throws {
        let table = TierTable.standard
        for (smaller, larger) in [("free", "creator"), ("creator", "studio")] {
            for (operation, allowance) in try #require(table.tiers[smaller]) {
                switch (allowance, table.allowance(for: operation, in: larger)) {
                case (.monthly(let few), .monthly(let many)): #expect(many >= few, "\(operation)")
                case (_, .unlimited): break
                default: Issue.record("\(operation) is smaller in \(larger)")
                }
            }
        }
    }

    @Test("gives a tier the operations of those that it includes, except what it says itself")
    func includes() throws {
        let table = try table(
            #"""
            "a": {"operations": {"x": 1, "y": 2, "z": 3}},
            "b": {"includes": "a", "operations": {"y": "unlimited", "w": 4}},
            "c": {"includes": "b", "operations": {"z": "absent", "y": 7}}
            """#)
        #expect(table.tiers["a"] == ["x": .monthly(1), "y": .monthly(2), "z": .monthly(3)])
        #expect(table.tiers["b"] == ["x": .monthly(1), "y": .unlimited, "z": .monthly(3), "w": .monthly(4)])
        #expect(table.tiers["c"] == ["x": .monthly(1), "y": .monthly(7), "w": .monthly(4)])
    }

    @Test(
        "is refused with the place and the way out",
        arguments: [
            (#"{"version": 1"#, "", "this is not JSON"),
            ("[]", "", "an object is expected"),
            (#"{"defaultTier": "a", "tiers": {}}"#, "", #""version" is missing"#),
            (#"{"version": 2, "defaultTier": "a", "tiers": {}}"#, "version", "version 2 is not known"),
            (#"{"version": 1, "tiers": {}}"#, "", #""defaultTier" is missing"#),
            (
                #"{"version": 1, "defaultTier": "a", "tiers": {}, "tier": {}}"#, "",
                #""tier" is not understood; known here are "defaultTier", "description", "tiers", "version""#
            ),
            (
                #"{"version": 1, "defaultTier": "b", "tiers": {"a": {"operations": {}}}}"#, "defaultTier",
                #""b" is not one of the tiers "a""#
            ),
            (#"{"version": 1, "defaultTier": 7, "tiers": {}}"#, "defaultTier", "a string is expected"),
            (#"{"version": 1, "defaultTier": "a", "tiers": {"a": {}}}"#, "tiers.a", #""operations" is missing"#),
            (
                #"{"version": 1, "defaultTier": "a", "tiers": {"a": {"operation": {}}}}"#, "tiers.a",
                #""operation" is not understood"#
            ),
        ])
    func refused(_ json: String, _ path: String, _ message: String) {
        let error = #expect(throws: TierTableError.self) { try TierTable(json: json.utf8) }
        #expect(error?.path == path)
        #expect(error?.message.contains(message) == true, "\(error?.message ?? "")")
    }

    @Test(
        "is refused with the tier and operation of a limit that is none",
        arguments: ["0", "-1", "1.5", "1e12", "true", "null", "[]", #""unlimted""#, #""10""#])
    func limits(_ limit: String) {
        let error = #expect(throws: TierTableError.self) {
            try table(#""pro": {"operations": {"x": 1, "thumbnail": \#(limit)}}"#, defaultTier: "pro")
        }
        #expect(error?.path == "tiers.pro.operations.thumbnail", "\(limit)")
        #expect(error?.description.hasPrefix("Tier table, tiers.pro.operations.thumbnail: ") == true)
    }

    @Test("is refused when a tier includes what does not exist, or itself")
    func wrongIncludes() {
        let missing = #expect(throws: TierTableError.self) {
            try table(#""a": {"includes": "free", "operations": {}}"#)
        }
        #expect(missing?.path == "tiers.a.includes")
        #expect(missing?.message == #"there is no tier "free"; there are "a""#)
        let circle = #expect(throws: TierTableError.self) {
            try table(
                #""a": {"includes": "b", "operations": {}}, "b": {"includes": "a", "operations": {}}"#)
        }
        #expect(circle?.path.hasSuffix(".includes") == true)
        #expect(circle?.message.hasPrefix("the tiers include one another") == true)
    }

    @Test("made in code is checked as well")
    func inCode() throws {
        #expect(throws: TierTableError.self) { try TierTable(defaultTier: "a", tiers: [:]) }
        #expect(throws: TierTableError.self) { try TierTable(defaultTier: "a", tiers: ["a": ["x": .monthly(0)]]) }
        #expect(throws: TierTableError.self) { try TierTable(defaultTier: "a", tiers: ["a": ["": .unlimited]]) }
        #expect(try TierTable(defaultTier: "a", tiers: ["a": [:]]).tiers == ["a": [:]])
    }

    @Test("can be written down to start one's own from")
    func text() throws {
        #expect(try TierTable(json: TierTable.standardJSON.utf8) == .standard)
    }

    @discardableResult
    private func table(_ tiers: String, defaultTier: String = "a") throws -> TierTable {
        try TierTable(json: #"{"version": 1, "defaultTier": "\#(defaultTier)", "tiers": {\#(tiers)}}"#.utf8)
    }
}
