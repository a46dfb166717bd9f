// A picture file as an overlay, scaled to the size it is used in; and an overlay as something ImageMagick can lay over.

import CMagickWand
import FoundationEssentials

extension OverlayBitmap {
    /// Reads the first frame of a picture: upright, in sRGB, `width` pixels wide but no higher than `height`.
    init(reading file: URL, width: Int, height: Int) throws {
        let limits = ImageLimits.standard
        let source = try ImageSource(reading: file, limits: limits)
        let upright = source.upright
        let scale = min(Double(width) / Double(upright.width), Double(height) / Double(upright.height))
        let size = PixelSize(
            width: max(1, Int((Double(upright.width) * scale).rounded())),
            height: max(1, Int((Double(upright.height) * scale).rounded())))
        let picture = try Wand()
        try picture.read(source.bytes, as: source.format, firstFrameOnly: true)
        let whole =
            source.format.holdsAnimation ? try picture.coalesced() : try Wand(owning: CloneMagickWand(picture.pointer))
        try whole.selectFrame(0)
        if source.orientation != 1 { try whole.orient(from: source.orientation) }
        _ = try whole.convertToSRGB(profileLimit: limits.profileBytes)
        if whole.size != size { try whole.resize(to: size, kernel: .lanczos3) }
        var pixels = try whole.pixels("RGBA")
        for place in stride(from: 0, to: pixels.count, by: 4) {
            let alpha = Int(pixels[place + 3])
            for channel in place..<place + 3 { pixels[channel] = UInt8((Int(pixels[channel]) * alpha + 127) / 255) }
        }
        self.init(size: size, pixels: pixels)
    }
}

extension VisibleWatermark.BlendMode {
    /// ImageMagick's operator of the same meaning.
    var compositeOperator: CompositeOperator {
        switch self {
        case .over: OverCompositeOp
        case .multiply: MultiplyCompositeOp
        case .screen: ScreenCompositeOp
        case .softLight: SoftLightCompositeOp
        }
    }
}

extension Wand {
    /// Lays a bitmap over the current frame.
    func overlay(_ placed: PlacedOverlay, blend: VisibleWatermark.BlendMode) throws {
        let size = placed.bitmap.size
        let upper = try Wand()
        let straight = placed.bitmap.straightPixels()
        try upper.check(
            MagickConstituteImage(upper.pointer, size.width, size.height, "RGBA", CharPixel, straight),
            "make the overlay")
        try check(
            MagickCompositeImage(pointer, upper.pointer, blend.compositeOperator, placed.x, placed.y),
            "lay over the watermark")
    }

    /// The current frame's pixels, 8 bits a channel; `channels` is `RGB` or `RGBA`.
    func pixels(_ channels: String, in area: PixelRectangle? = nil) throws -> [UInt8] {
        let area = area ?? PixelRectangle(x: 0, y: 0, width: size.width, height: size.height)
        var pixels = [UInt8](repeating: 0, count: channels.utf8.count * area.size.pixels)
        try check(
            MagickExportImagePixels(pointer, area.x, area.y, area.width, area.height, channels, CharPixel, &pixels),
            "read pixels")
        return pixels
    }
}

extension OverlayBitmap {
    /// The pixels with colours no longer multiplied by alpha.
    func straightPixels() -> [UInt8] {
        var result = pixels
        for place in stride(from: 0, to: result.count, by: 4) {
            let alpha = Int(result[place + 3])
            guard alpha > 0, alpha < 255 else { continue }
            for channel in place..<place + 3 {
                result[channel] = UInt8(min(255, (Int(result[channel]) * 255 + alpha / 2) / alpha))
            }
        }
        return result
    }
}
