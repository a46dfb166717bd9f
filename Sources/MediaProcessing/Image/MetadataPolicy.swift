// What happens to EXIF, XMP, IPTC and comments (media.md §1.5).

/// What of the input's metadata the result carries.
public enum MetadataPolicy: String, Sendable, CaseIterable {
    /// Nothing. The default.
    case strip
    /// Everything but the colour profile (colours are converted to sRGB) and the embedded preview; orientation is
    /// reset, since the pixels are upright.
    case keep
    /// Only the names of artist and copyright holder, as EXIF.
    case copyright
}
