// From ImageMagick's exceptions to MediaError. Owns: which severity means what, and that no message shows a path.

import CMagickWand

/// What the library said last about a wand.
struct MagickMessage {
    var severity: Int
    var text: String

    /// Takes the pending exception off the wand.
    init(of wand: OpaquePointer?) {
        var type = UndefinedException
        let raw = MagickGetException(wand, &type)
        self.init(severity: Int(type.rawValue), raw: raw)
        if let raw { MagickRelinquishMemory(raw) }
        MagickClearException(wand)
    }

    private init(severity: Int, raw: UnsafePointer<CChar>?) {
        self.severity = severity
        // "reason `file' @ error/jpeg.c/Function/123": only the reason is for users.
        let full = raw.map { String(cString: $0) } ?? ""
        text = String(full.prefix { $0 != "`" && $0 != "@" }).split(separator: " ").joined(separator: " ")
    }

    /// Takes all that was said about the current frame. It is kept on the image, apart from the wand, and would come up
    /// again as the reason of a later, unrelated failure.
    static func all(ofFrameIn wand: OpaquePointer) -> [MagickMessage] {
        guard let image = GetImageFromMagickWand(wand) else { return [] }
        defer { ClearMagickException(&image.pointee.exception) }
        guard let list = image.pointee.exception.exceptions.map(OpaquePointer.init) else { return [] }
        return (0..<GetNumberOfElementsInLinkedList(list)).compactMap { index in
            guard let entry = GetValueFromLinkedList(list, index) else { return nil }
            let exception = entry.assumingMemoryBound(to: ExceptionInfo.self).pointee
            return MagickMessage(severity: Int(exception.severity.rawValue), raw: exception.reason)
        }
    }

    /// Whether a warning is about the picture itself; the others are about metadata and of no interest to anybody.
    var concernsPixels: Bool { severity == Int(CorruptImageWarning.rawValue) }

    /// Severities 300 to 399 are warnings.
    var isWarning: Bool { (300..<400).contains(severity) }

    /// Warnings that mean that part of the picture is missing. ImageMagick fills the rest with grey and calls that
    /// success.
    var meansTruncation: Bool {
        guard isWarning else { return false }
        let lower = text.lowercased()
        return [
            "premature end", "unexpected end", "insufficient image data", "truncated", "not enough image data",
            "read error on strip", "unexpected end-of-file", "corrupt jpeg data: premature",
        ].contains { lower.contains($0) }
    }

    /// The error to throw when reading failed.
    func readError(_ format: ImageFormat) -> MediaError {
        let reason = text.isEmpty ? "" : " (\(text))"
        switch severity {
        case 400, 445, 700, 745:
            return MediaError(.tooLarge, "The picture needs more memory than is allowed\(reason)")
        case 499: return MediaError(.unsupportedFormat, "The picture is refused by the security policy\(reason)")
        case 420: return MediaError(.capabilityMissing, "The installed library cannot read \(format.rawValue)\(reason)")
        default:
            if text.contains("exceeds limit") {
                return MediaError(.tooLarge, "The picture is larger than is allowed\(reason)")
            }
            return MediaError(.corruptInput, "The \(format.rawValue) file cannot be decoded\(reason)")
        }
    }

    /// The error to throw when a step on decoded pixels failed.
    func stepError(_ step: String) -> MediaError {
        let reason = text.isEmpty ? "" : " (\(text))"
        switch severity {
        case 400, 445, 700, 745:
            return MediaError(.tooLarge, "The picture needs more memory than is allowed to \(step)\(reason)")
        default: return MediaError(.processingFailed, "The library failed to \(step)\(reason)")
        }
    }
}
