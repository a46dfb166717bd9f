// How resize_image acts on pixels: the steps of its plan, frame by frame.

extension ResizeImage: ImageTransformation {
    var requestedFormat: ImageFormat? { format }

    func resultSize(of upright: PixelSize) -> PixelSize { plan(for: upright).canvas }

    /// Twice the size needed is enough: the kernel then still sees two pixels for each it makes.
    func decodingScale(of upright: PixelSize) -> Double {
        let plan = plan(for: upright)
        let largest = max(
            Double(plan.scaled.width) / Double(plan.precut?.width ?? upright.width),
            Double(plan.scaled.height) / Double(plan.precut?.height ?? upright.height))
        return 2 * largest
    }

    func reshape(_ picture: borrowing Wand, upright: PixelSize, focus: inout FrameFocus) throws {
        let plan = plan(for: upright)
        if let precut = plan.precut {
            // Decoded smaller than it is, perhaps: the part to keep shrinks with it.
            let decoded = picture.size
            let part = PixelSize(
                width: max(1, precut.width * decoded.width / upright.width),
                height: max(1, precut.height * decoded.height / upright.height))
            try picture.crop(try cut(part, from: picture, &focus))
        }
        if plan.scaled != picture.size {
            try picture.resize(to: plan.scaled, kernel: kernel)
        }
        if plan.window != plan.scaled {
            try picture.crop(try cut(plan.window, from: picture, &focus))
        }
    }

    func finish(_ picture: borrowing Wand, upright: PixelSize, background: CSSColor) throws -> [String] {
        let plan = plan(for: upright)
        switch sharpening {
        case .automatic where plan.scale < 0.5: try picture.sharpen(sigma: 0.5, amount: 0.4)
        case .sigma(let sigma): try picture.sharpen(sigma: sigma, amount: 1)
        case .automatic, .off: break
        }
        if plan.canvas != plan.window, case .position(let position) = self.focus {
            let offset = position.offset(of: plan.window, in: plan.canvas)
            try picture.pad(to: plan.canvas, offset: offset, background: background)
        }
        return []
    }

    private func plan(for input: PixelSize) -> ResizePlan {
        ResizePlan(
            input: input,
            request: ResizeRequest(
                width: width.map(side), height: height.map(side), fit: fit, withoutEnlargement: withoutEnlargement,
                withoutReduction: withoutReduction))
    }

    private func cut(
        _ size: PixelSize, from picture: borrowing Wand, _ memory: inout FrameFocus
    ) throws -> PixelRectangle {
        switch focus {
        case .position(let position):
            let offset = position.offset(of: size, in: picture.size)
            return PixelRectangle(x: offset.x, y: offset.y, width: size.width, height: size.height)
        case .attention: return try memory.place(of: size, in: picture, by: .attention)
        case .entropy: return try memory.place(of: size, in: picture, by: .entropy)
        }
    }
}
