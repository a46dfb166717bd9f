// How a picture meets a box (media.md §4).

/// How `resize_image` fits the picture into width × height when both are given.
public enum FitRule: String, Sendable, CaseIterable {
    /// Scale until the box is covered, then cut off what sticks out. The default.
    case cover
    /// Scale until everything is inside, then pad with the background to exactly the box.
    case contain
    /// Stretch to exactly the box.
    case fill
    /// Scale until everything is inside; no padding, so one side may be shorter.
    case inside
    /// Scale until the box is covered; nothing is cut off, so one side may be longer.
    case outside
}
