// What strip_metadata takes away and what it leaves (media.md §15), and what became of one file.

/// What is done with a colour profile when metadata is removed.
public enum ProfilePolicy: String, Sendable, CaseIterable {
    /// It stays: colours depend on it. The default.
    case keep
    /// Colours are converted to sRGB and the profile goes; the picture is encoded anew if that changes anything.
    case convert
    /// It goes, and colours are shown as if they were sRGB.
    case drop
}

/// What is to be removed; shared by all formats.
struct MetadataRemoval: Sendable, Equatable {
    var profile: ProfilePolicy = .keep
    /// Whether the name of the artist survives.
    var keepsArtist = false
    /// Whether the copyright notice survives.
    var keepsCopyright = false
    /// Whether signed content credentials (C2PA) are removed as well.
    var removesCredentials = false
    /// Whether an orientation other than upright is kept as a tag of its own.
    var keepsOrientation = false

    /// The EXIF that is to be in the result whatever the file says.
    var addition: ExifBlock?

    /// The little EXIF that stays.
    func residue(of credit: PictureCredit, orientation: Int) -> ExifBlock? {
        addition
            ?? ExifBlock(
                artist: keepsArtist ? credit.artist : nil, copyright: keepsCopyright ? credit.copyright : nil,
                orientation: keepsOrientation && orientation != 1 ? orientation : nil)
    }
}

/// Who made a picture and whom it belongs to, wherever the file says so.
struct PictureCredit: Sendable, Equatable {
    var artist: String?
    var copyright: String?

    /// Fills what is not known yet.
    mutating func add(artist: String?, copyright: String?) {
        self.artist = self.artist ?? artist
        self.copyright = self.copyright ?? copyright
    }
}

/// The parts of a file that matter, and a record of those that do not.
struct StrippedFile: Sendable {
    /// The file that is left.
    var bytes: [UInt8] = []
    /// What was removed, by kind, in the order of the file.
    private(set) var removed: [String] = []
    /// How many bytes were removed.
    private(set) var removedBytes = 0
    /// Orientation that the removed EXIF stated.
    var orientation = 1
    /// Names that the removed parts stated.
    var credit = PictureCredit()
    /// Content credentials that were kept.
    var keptCredentials = false
    /// The colour profile, whether kept or not, where it is stored uncompressed.
    var profile: [UInt8] = []

    /// Notes that something was left out.
    mutating func remove(_ kind: String, bytes count: Int) {
        if !removed.contains(kind) { removed.append(kind) }
        removedBytes += count
    }

    /// Notes that an EXIF block was left out, and what was in it.
    mutating func removeExif(_ content: some Collection<UInt8>, bytes count: Int) {
        let block = ExifBlock(Array(content))
        remove("exif", bytes: count)
        if block.hasLocation { remove("gps", bytes: 0) }
        if block.hasThumbnail { remove("thumbnail", bytes: 0) }
        orientation = block.orientation ?? orientation
        credit.add(artist: block.artist, copyright: block.copyright)
    }

    /// Notes what follows the end of the picture.
    mutating func removeTrailer(bytes count: Int) {
        if count > 0 { remove("trailer", bytes: count) }
    }
}

extension ImageFormat {
    /// Whether metadata can be removed without touching the pixels.
    var canBeRewritten: Bool { [.jpeg, .png, .webp, .gif].contains(self) }

    /// A copy of the file without what is to be removed; the pixels are not decoded.
    ///
    /// - Throws: ``MediaError/Code/corruptInput`` if the file is not put together as the format demands.
    func stripped(_ bytes: [UInt8], _ removal: MetadataRemoval) throws -> StrippedFile {
        switch self {
        case .jpeg: try JPEGSegments(bytes, removal).stripped()
        case .png: try PNGChunks(bytes, removal).stripped()
        case .webp: try WebPChunks(bytes, removal).stripped()
        case .gif: try GIFBlocks(bytes, removal).stripped()
        case .tiff, .heic, .avif:
            throw MediaError(.capabilityMissing, "Metadata of \(rawValue) cannot be removed without decoding")
        }
    }

    /// The error for a file whose parts do not fit together.
    func damaged(_ what: String) -> MediaError {
        MediaError(.corruptInput, "The \(rawValue) file is damaged: \(what)")
    }
}

/// Reading numbers and names out of a file, never beyond its end.
struct ByteReader {
    let bytes: [UInt8]
    let format: ImageFormat

    /// A number of `count` bytes, most significant first.
    func big(_ offset: Int, _ count: Int) throws -> Int {
        try require(offset, count)
        return (0..<count).reduce(0) { $0 << 8 | Int(bytes[offset + $1]) }
    }

    /// A number of `count` bytes, least significant first.
    func little(_ offset: Int, _ count: Int) throws -> Int {
        try require(offset, count)
        return (0..<count).reduce(0) { $0 | Int(bytes[offset + $1]) << (8 * $1) }
    }

    /// Part of the file.
    func slice(_ offset: Int, _ count: Int) throws -> ArraySlice<UInt8> {
        try require(offset, count)
        return bytes[offset..<offset + count]
    }

    /// Four letters.
    func name(_ offset: Int) throws -> String {
        String(decoding: try slice(offset, 4), as: UTF8.self)
    }

    private func require(_ offset: Int, _ count: Int) throws {
        guard offset >= 0, count >= 0, offset <= bytes.count, count <= bytes.count - offset else {
            throw format.damaged("it ends early")
        }
    }
}

extension ImageFormat {
    /// A freshly written file of this format with a little EXIF; GIF has no place for it.
    func inserting(_ residue: ExifBlock, into bytes: [UInt8]) throws -> [UInt8] {
        var removal = MetadataRemoval()
        removal.addition = residue
        return try stripped(bytes, removal).bytes
    }
}
