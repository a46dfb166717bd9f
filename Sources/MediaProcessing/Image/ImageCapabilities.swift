// What the installed library can read and write (media.md §3): asked once, since a distribution may leave encoders out.

import CMagickWand

/// The formats that the installed library can read and write.
public struct ImageCapabilities: Sendable, Equatable {
    /// Formats that can be read.
    public var readable: Set<ImageFormat>
    /// Formats that can be written.
    public var writable: Set<ImageFormat>

    /// What this machine can do; empty if the library cannot be started.
    public static let installed: ImageCapabilities = {
        guard (try? MagickRuntime.start()) != nil else { return ImageCapabilities(readable: [], writable: []) }
        var found = ImageCapabilities(readable: [], writable: [])
        for format in ImageFormat.allCases {
            guard let exception = AcquireExceptionInfo() else { continue }
            defer { DestroyExceptionInfo(exception) }
            guard let info = GetMagickInfo(format.coder, exception) else { continue }
            if info.pointee.decoder != nil { found.readable.insert(format) }
            if info.pointee.encoder != nil, ImageFormat.writable.contains(format) { found.writable.insert(format) }
        }
        return found
    }()

    func requireReading(_ format: ImageFormat) throws {
        try MagickRuntime.start()
        guard readable.contains(format) else {
            throw MediaError(.capabilityMissing, "The installed library cannot read \(format.rawValue)")
        }
    }

    func requireWriting(_ format: ImageFormat) throws {
        try MagickRuntime.start()
        guard writable.contains(format) else {
            let others = writable.map(\.rawValue).sorted().joined(separator: ", ")
            throw MediaError(
                .capabilityMissing, "The installed library cannot write \(format.rawValue); it can write \(others)")
        }
    }
}
