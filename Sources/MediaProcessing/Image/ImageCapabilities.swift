// What the installed library can read and write (media.md §3): asked once, since a distribution may leave encoders out.

import CMagickWand

/// The formats that the installed library can read and write.
public struct ImageCapabilities: Sendable, Equatable {
    /// Formats that can be read.
    public var readable: Set<ImageFormat>
    /// Formats that can be written.
    public var writable: Set<ImageFormat>

    /// What this machine can do; empty if the library cannot be started. Asking loads every coder, which takes a while.
    public static let installed: ImageCapabilities = {
        guard (try? MagickRuntime.start()) != nil else { return ImageCapabilities(readable: [], writable: []) }
        var found = ImageCapabilities(readable: [], writable: [])
        for format in ImageFormat.allCases {
            let coder = Coder(of: format)
            if coder.decodes { found.readable.insert(format) }
            if coder.encodes { found.writable.insert(format) }
        }
        return found
    }()

    /// What the library can do with one format; asking loads the coder of that format only.
    private struct Coder {
        var decodes = false
        var encodes = false

        init(of format: ImageFormat) {
            guard let exception = AcquireExceptionInfo() else { return }
            defer { DestroyExceptionInfo(exception) }
            guard let info = GetMagickInfo(format.coder, exception) else { return }
            decodes = info.pointee.decoder != nil
            encodes = info.pointee.encoder != nil && ImageFormat.writable.contains(format)
        }
    }

    /// Refuses a format that the installed library cannot read.
    static func requireReading(_ format: ImageFormat) throws {
        try MagickRuntime.start()
        guard Coder(of: format).decodes else {
            throw MediaError(.capabilityMissing, "The installed library cannot read \(format.rawValue)")
        }
    }

    /// Refuses a format that the installed library cannot write.
    static func requireWriting(_ format: ImageFormat) throws {
        try MagickRuntime.start()
        guard Coder(of: format).encodes else {
            let others = installed.writable.map(\.rawValue).sorted().joined(separator: ", ")
            throw MediaError(
                .capabilityMissing, "The installed library cannot write \(format.rawValue); it can write \(others)")
        }
    }
}
