// Profiles and properties of the current frame.

import CMagickWand

extension Wand {
    /// A profile by its name, e.g. `icc` or `exif`.
    func profile(_ name: String) -> [UInt8]? {
        var count = 0
        guard let bytes = MagickGetImageProfile(pointer, name, &count) else { return nil }
        defer { MagickRelinquishMemory(bytes) }
        return count > 0 ? Array(UnsafeBufferPointer(start: bytes, count: count)) : nil
    }

    /// All profiles of the current frame.
    var profiles: [String: [UInt8]] {
        var count = 0
        guard let names = MagickGetImageProfiles(pointer, "*", &count) else { return [:] }
        defer { MagickRelinquishMemory(names) }
        var found: [String: [UInt8]] = [:]
        for name in UnsafeBufferPointer(start: names, count: count) {
            guard let name else { continue }
            let text = String(cString: name)
            found[text.lowercased()] = profile(text)
            MagickRelinquishMemory(name)
        }
        return found
    }

    /// Bits a channel of the current frame.
    var depth: Int { MagickGetImageDepth(pointer) }

    func setProfile(_ name: String, _ bytes: [UInt8]) throws {
        try check(MagickSetImageProfile(pointer, name, bytes, bytes.count), "set the \(name) profile")
    }

    func removeProfile(_ name: String) {
        var count = 0
        if let bytes = MagickRemoveImageProfile(pointer, name, &count) { MagickRelinquishMemory(bytes) }
    }

    /// A property such as `exif:Artist`.
    func property(_ name: String) -> String? {
        guard let text = MagickGetImageProperty(pointer, name) else { return nil }
        defer { MagickRelinquishMemory(text) }
        let value = String(cString: text)
        return value.isEmpty ? nil : value
    }

    /// Leaves of the metadata what the policy says. The pixels must be upright already.
    func apply(_ policy: MetadataPolicy) throws {
        switch policy {
        case .strip:
            try check(MagickStripImage(pointer), "strip metadata")
        case .keep:
            if let exif = profile("exif") {
                var block = ExifBlock(exif)
                block.markUpright()
                try setProfile("exif", block.bytes)
                forgetLoadedExif()
            }
            try check(MagickSetImageOrientation(pointer, TopLeftOrientation), "reset the orientation")
        case .copyright:
            let found = profile("exif").map { ExifBlock($0) }
            let block = ExifBlock(
                artist: found?.artist ?? property("tiff:artist"),
                copyright: found?.copyright ?? property("tiff:copyright"))
            try check(MagickStripImage(pointer), "strip metadata")
            forgetLoadedExif()
            if let block {
                try setProfile("exif", block.bytes)
                // Stripping also tells the PNG writer to leave out EXIF.
                MagickDeleteImageArtifact(pointer, "png:exclude-chunk")
            }
        }
    }

    /// Removes the library's copy of EXIF as text, which the PNG writer would write beside the block itself.
    private func forgetLoadedExif() {
        var count = 0
        guard let names = MagickGetImageProperties(pointer, "exif:*", &count) else { return }
        defer { MagickRelinquishMemory(names) }
        for name in UnsafeBufferPointer(start: names, count: count) {
            guard let name else { continue }
            MagickDeleteImageProperty(pointer, name)
            MagickRelinquishMemory(name)
        }
    }

    /// Makes a frame the current one.
    func selectFrame(_ index: Int) throws {
        try check(MagickSetIteratorIndex(pointer, index), "go to frame \(index)")
    }

    /// Whether any pixel of the current frame is less than opaque.
    var isTranslucent: Bool {
        get throws {
            var (low, high) = (0.0, 0.0)
            try check(
                MagickGetImageChannelRange(pointer, AlphaChannel, &low, &high), "look for transparency")
            // In this library the alpha channel counts opacity upside down: 0 is opaque.
            return high > 0
        }
    }
}
