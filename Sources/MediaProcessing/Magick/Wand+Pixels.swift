// What can be done to the pixels of the current frame.

import CMagickWand

extension Wand {
    /// Size of the current frame.
    var size: PixelSize {
        PixelSize(width: Int(MagickGetImageWidth(pointer)), height: Int(MagickGetImageHeight(pointer)))
    }

    /// Size of the canvas that the current frame belongs to; equal to `size` for still pictures.
    var canvas: PixelSize {
        var (width, height, x, y) = (0, 0, 0, 0)
        guard MagickGetImagePage(pointer, &width, &height, &x, &y) == MagickTrue, width > 0, height > 0 else {
            return size
        }
        return PixelSize(width: width, height: height)
    }

    var hasAlpha: Bool { MagickGetImageAlphaChannel(pointer) == MagickTrue }

    /// The EXIF orientation, 1 to 8; 0 if there is none.
    var orientation: Int { Int(MagickGetImageOrientation(pointer).rawValue) }

    /// Turns the pixels upright from an EXIF orientation, 1 to 8, which is then 1.
    func orient(from orientation: Int) throws {
        let stored = OrientationType(UInt32(orientation))
        try check(MagickSetImageOrientation(pointer, stored), "set the orientation")
        try check(MagickAutoOrientImage(pointer), "turn the picture upright")
        try resetCanvas()
    }

    /// Forgets where the frame stood on a larger canvas.
    func resetCanvas() throws {
        try check(MagickResetImagePage(pointer, "0x0+0+0"), "reset the canvas")
    }

    func resize(to size: PixelSize, kernel: ResizeKernel) throws {
        // The library itself does what needs no arithmetic, and pictures with a fifth channel.
        if kernel == .nearest || colorspace == CMYKColorspace {
            try check(
                MagickResizeImage(pointer, size.width, size.height, kernel.filter, 1), "scale to \(size)")
        } else {
            try scale(to: size, kernel: kernel)
        }
        try resetCanvas()
    }

    private func scale(to size: PixelSize, kernel: ResizeKernel) throws {
        guard let source = GetImageFromMagickWand(pointer) else {
            throw MediaError(.processingFailed, "There is no picture to scale to \(size)")
        }
        var failure: MediaError {
            (MagickMessage.all(ofFrameIn: pointer).last ?? MagickMessage(of: pointer)).stepError("scale to \(size)")
        }
        guard let target = CloneImage(source, size.width, size.height, MagickTrue, &source.pointee.exception) else {
            throw failure
        }
        defer { DestroyImage(target) }
        guard SetImageStorageClass(target, DirectClass) == MagickTrue,
            PixelScaler(from: source, to: target, kernel: kernel).run()
        else {
            InheritException(&source.pointee.exception, &target.pointee.exception)
            throw failure
        }
        let scaled = try Wand(owning: NewMagickWandFromImage(target))
        try check(MagickSetImage(pointer, scaled.pointer), "scale to \(size)")
    }

    /// Cuts out a rectangle, which must lie inside: the library would silently return less otherwise.
    func crop(_ rectangle: PixelRectangle) throws {
        precondition(
            rectangle.x >= 0 && rectangle.y >= 0 && rectangle.width > 0 && rectangle.height > 0
                && rectangle.x + rectangle.width <= size.width && rectangle.y + rectangle.height <= size.height,
            "the rectangle was computed from this size")
        try check(
            MagickCropImage(pointer, rectangle.width, rectangle.height, rectangle.x, rectangle.y),
            "cut out \(rectangle.size)")
        try resetCanvas()
    }

    /// Puts the frame at `offset` on a larger canvas of one colour.
    func pad(to size: PixelSize, offset: (x: Int, y: Int), background: CSSColor) throws {
        if background.alpha < 255, !hasAlpha {
            try check(MagickSetImageAlphaChannel(pointer, OpaqueAlphaChannel), "add transparency")
        }
        try setBackground(background)
        // The new pixels are transparent or coloured, the frame's own stay as they are.
        try check(MagickSetImageCompose(pointer, CopyCompositeOp), "choose how to pad")
        try check(MagickExtentImage(pointer, size.width, size.height, -offset.x, -offset.y), "pad to \(size)")
        try resetCanvas()
    }

    /// Lays the frame over one opaque colour.
    func flatten(on background: CSSColor) throws {
        try setBackground(background.opaque)
        try check(MagickSetImageAlphaChannel(pointer, RemoveAlphaChannel), "remove transparency")
        try check(MagickSetImageAlphaChannel(pointer, DeactivateAlphaChannel), "remove transparency")
    }

    /// Unsharp mask.
    func sharpen(sigma: Double, amount: Double) throws {
        try check(MagickUnsharpMaskImage(pointer, 0, sigma, amount, 0.008), "sharpen")
    }

    /// The interesting places of the current frame.
    func saliency(_ measure: SaliencyMap.Measure) throws -> SaliencyMap {
        let scale = min(1, Double(SaliencyMap.thumbnailSide) / Double(max(size.width, size.height)))
        let small = PixelSize(
            width: max(1, Int(Double(size.width) * scale)), height: max(1, Int(Double(size.height) * scale)))
        let copy = try Wand(owning: MagickGetImage(pointer))
        try copy.resize(to: small, kernel: .linear)
        return SaliencyMap(rgb: try copy.pixels("RGB"), size: small, measure: measure)
    }

    private func setBackground(_ color: CSSColor) throws {
        guard let pixel = NewPixelWand() else { throw MediaError(.processingFailed, "ImageMagick is out of memory") }
        defer { DestroyPixelWand(pixel) }
        PixelSetRed(pixel, Double(color.red) / 255)
        PixelSetGreen(pixel, Double(color.green) / 255)
        PixelSetBlue(pixel, Double(color.blue) / 255)
        PixelSetAlpha(pixel, Double(color.alpha) / 255)
        try check(MagickSetImageBackgroundColor(pointer, pixel), "set the background")
    }

    /// All frames of an animation as whole pictures of the canvas size, in a new wand.
    func coalesced() throws -> Wand {
        try Wand(owning: MagickCoalesceImages(pointer))
    }

    /// The frames of an animation reduced to what changes, in a new wand.
    func optimized() throws -> Wand {
        try Wand(owning: MagickOptimizeImageLayers(pointer))
    }

    /// How long the current frame is shown, in milliseconds.
    var delay: Int {
        let ticks = max(1, Int(MagickGetImageTicksPerSecond(pointer)))
        return Int(MagickGetImageDelay(pointer)) * 1000 / ticks
    }

    /// Sets how long the current frame is shown; whole hundredths of a second.
    func setDelay(milliseconds: Int) throws {
        try check(MagickSetImageTicksPerSecond(pointer, 100), "set the frame's duration")
        try check(MagickSetImageDelay(pointer, milliseconds / 10), "set the frame's duration")
    }
}

extension ResizeKernel {
    /// ImageMagick's filter of the same meaning.
    fileprivate var filter: FilterTypes {
        switch self {
        case .lanczos3: LanczosFilter
        case .mitchell: MitchellFilter
        case .cubic: CatromFilter
        case .linear: TriangleFilter
        case .nearest: PointFilter
        }
    }
}
