// From decoded frames to the bytes of a file: the settings of each format (media.md §3).

import CMagickWand

struct ImageEncoder {
    let format: ImageFormat
    let encoding: ImageEncoding

    /// Encodes all frames of `picture`, which are whole pictures in their final colours.
    func encode(_ picture: borrowing Wand) throws -> [UInt8] {
        if format == .tiff {
            var bytes = try write(picture)
            TIFFPadding.clear(&bytes)
            return bytes
        }
        if format == .gif, picture.frameCount > 1 {
            let reduced = try picture.optimized()
            return try write(reduced)
        }
        guard format == .webp, picture.frameCount > 1 else { return try write(picture) }
        var timing = WebPTiming(delays: [])
        try picture.forEachFrame { _ in timing.delays.append(picture.delay) }
        try picture.forEachFrame { index in try picture.setDelay(milliseconds: timing.delayToSet(at: index)) }
        var bytes = try write(picture)
        timing.repair(&bytes)
        return bytes
    }

    private func write(_ picture: borrowing Wand) throws -> [UInt8] {
        // Costs a walk over all pixels, so only where the file could have more than 8 bits.
        if format.holds16Bits {
            let depth = encoding.bitDepth ?? 8
            try picture.forEachFrame { _ in
                try picture.check(MagickSetImageDepth(picture.pointer, depth), "set the bit depth")
            }
            try picture.check(MagickSetDepth(picture.pointer, depth), "set the bit depth")
        }
        switch format {
        case .jpeg: try configureJPEG(picture)
        case .webp: try configureWebP(picture)
        case .avif: try set(picture, quality: encoding.quality ?? 50)
        case .png: try configurePNG(picture)
        case .tiff:
            try picture.forEachFrame { _ in
                try picture.check(MagickSetImageCompression(picture.pointer, LZWCompression), "choose compression")
            }
            try picture.check(MagickSetCompression(picture.pointer, LZWCompression), "choose compression")
        case .gif, .heic: break
        }
        return try picture.encoded(as: format)
    }

    private func configureJPEG(_ picture: borrowing Wand) throws {
        try set(picture, quality: encoding.quality ?? 80)
        let interlace = encoding.progressive ?? true ? JPEGInterlace : NoInterlace
        try picture.check(MagickSetInterlaceScheme(picture.pointer, interlace), "choose progressive")
        try picture.check(MagickSetImageInterlaceScheme(picture.pointer, interlace), "choose progressive")
        let factors = (encoding.chromaSubsampling ?? .halved) == .halved ? "2x2,1x1,1x1" : "1x1,1x1,1x1"
        try set(picture, "jpeg:sampling-factor", factors)
        try set(picture, "jpeg:optimize-coding", "true")
    }

    private func configureWebP(_ picture: borrowing Wand) throws {
        try set(picture, quality: encoding.quality ?? 80)
        try set(picture, "webp:lossless", encoding.lossless == true ? "true" : "false")
        try set(picture, "webp:method", "\(encoding.effort ?? 4)")
        try set(picture, "webp:thread-level", "0")
    }

    private func configurePNG(_ picture: borrowing Wand) throws {
        try set(picture, "png:compression-level", "\(encoding.effort ?? 6)")
        if let depth = encoding.bitDepth { try set(picture, "png:bit-depth", "\(depth)") }
        // Neither the file's dates nor gamma chunks: the same input gives the same bytes, and sRGB is what no chunk
        // means.
        try set(picture, "png:exclude-chunks", "date,tIME,gAMA,cHRM,sRGB,bKGD,pHYs,vpAg")
    }

    private func set(_ picture: borrowing Wand, quality: Int) throws {
        try picture.check(MagickSetCompressionQuality(picture.pointer, quality), "set the quality")
        try picture.forEachFrame { _ in
            try picture.check(MagickSetImageCompressionQuality(picture.pointer, quality), "set the quality")
        }
    }

    private func set(_ picture: borrowing Wand, _ option: String, _ value: String) throws {
        try picture.check(MagickSetOption(picture.pointer, option, value), "set \(option)")
    }
}
