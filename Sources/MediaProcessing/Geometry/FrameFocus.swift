// The places that a smart window was put to in the first frame of an animation: the other frames follow it.

struct FrameFocus {
    private struct Cut: Hashable {
        var inner: PixelSize
        var outer: PixelSize
    }

    private var places: [Cut: PixelRectangle] = [:]

    /// The best place for a window of size `inner` in the picture, decided when it is first asked for.
    mutating func place(
        of inner: PixelSize, in picture: borrowing Wand, by measure: SaliencyMap.Measure
    ) throws -> PixelRectangle {
        let cut = Cut(inner: inner, outer: picture.size)
        if let place = places[cut] { return place }
        let offset = try picture.saliency(measure).bestOffset(of: inner, in: picture.size)
        let place = PixelRectangle(x: offset.x, y: offset.y, width: inner.width, height: inner.height)
        places[cut] = place
        return place
    }
}
