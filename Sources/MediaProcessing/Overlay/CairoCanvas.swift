// The owner of one Cairo drawing surface with its context. Owns: their life time, and the way between Cairo's pixels and
// ours.

import CPango
import Glibc

/// A transparent surface to draw on.
final class CairoCanvas {
    let size: PixelSize
    let context: OpaquePointer
    private let surface: OpaquePointer

    /// An empty surface.
    init(size: PixelSize) throws {
        guard let surface = cairo_image_surface_create(CAIRO_FORMAT_ARGB32, Int32(size.width), Int32(size.height)),
            cairo_surface_status(surface) == CAIRO_STATUS_SUCCESS, let context = cairo_create(surface)
        else { throw MediaError(.processingFailed, "There is no memory for a drawing of \(size) pixels") }
        self.size = size
        self.surface = surface
        self.context = context
    }

    /// A surface that shows `bitmap`.
    convenience init(_ bitmap: OverlayBitmap) throws {
        try self.init(size: bitmap.size)
        withPixels { target, stride in
            for y in 0..<size.height {
                for x in 0..<size.width {
                    let (from, to) = (4 * (y * size.width + x), y * stride + 4 * x)
                    (target[to], target[to + 1], target[to + 2], target[to + 3]) = (
                        bitmap.pixels[from + 2], bitmap.pixels[from + 1], bitmap.pixels[from], bitmap.pixels[from + 3]
                    )
                }
            }
        }
    }

    deinit {
        cairo_destroy(context)
        cairo_surface_destroy(surface)
    }

    /// What was drawn.
    func bitmap() throws -> OverlayBitmap {
        let status = cairo_status(context)
        guard status == CAIRO_STATUS_SUCCESS else {
            throw MediaError(.processingFailed, "Drawing failed: \(String(cString: cairo_status_to_string(status)))")
        }
        var pixels = [UInt8](repeating: 0, count: 4 * size.pixels)
        withPixels { source, stride in
            for y in 0..<size.height {
                for x in 0..<size.width {
                    let (from, to) = (y * stride + 4 * x, 4 * (y * size.width + x))
                    pixels[to] = source[from + 2]
                    pixels[to + 1] = source[from + 1]
                    pixels[to + 2] = source[from]
                    pixels[to + 3] = source[from + 3]
                }
            }
        }
        return OverlayBitmap(size: size, pixels: pixels)
    }

    /// Puts another surface with its middle on this one's, turned by degrees clockwise.
    func draw(_ other: CairoCanvas, rotatedBy degrees: Double) {
        cairo_save(context)
        cairo_translate(context, Double(size.width) / 2, Double(size.height) / 2)
        cairo_rotate(context, degrees * .pi / 180)
        cairo_set_source_surface(
            context, other.surface, -Double(other.size.width) / 2, -Double(other.size.height) / 2)
        cairo_paint(context)
        cairo_restore(context)
    }

    /// Blue, green, red and alpha in this order: Cairo's pixels are 32-bit numbers of a little-endian machine.
    private func withPixels(_ body: (UnsafeMutablePointer<UInt8>, Int) -> Void) {
        cairo_surface_flush(surface)
        guard let data = cairo_image_surface_get_data(surface) else { return }
        body(data, Int(cairo_image_surface_get_stride(surface)))
        cairo_surface_mark_dirty(surface)
    }
}

extension OverlayBitmap {
    /// The bitmap turned by degrees clockwise, in a box just large enough.
    func rotated(by degrees: Double) throws -> OverlayBitmap {
        guard degrees.truncatingRemainder(dividingBy: 360) != 0 else { return self }
        let angle = degrees * .pi / 180
        let (sine, cosine) = (abs(sin(angle)), abs(cos(angle)))
        let (width, height) = (Double(size.width), Double(size.height))
        let box = PixelSize(
            width: Int((width * cosine + height * sine - 1e-6).rounded(.up)),
            height: Int((width * sine + height * cosine - 1e-6).rounded(.up)))
        let canvas = try CairoCanvas(size: box)
        canvas.draw(try CairoCanvas(self), rotatedBy: degrees)
        return try canvas.bitmap()
    }
}
