// The one-time start of ImageMagick in this process, under our own policy.

import CMagickWand
import FoundationEssentials
import Glibc

enum MagickRuntime {
    /// Starts the library at first use; every entrance to MagickWand passes here.
    static func start() throws { try started.get() }

    private static let started: Result<Void, MediaError> = {
        // The policy is read once, during genesis, from the folder that the environment names. A private folder of our
        // own, gone again afterwards, keeps the host's file system out of it.
        var template = Array("\(FileManager.default.temporaryDirectory.path)/media-policy-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else {
            return .failure(
                MediaError(.processingFailed, "No private folder can be made in the temporary directory (\(errno))"))
        }
        let folder = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
        let file = "\(folder)/policy.xml"
        defer {
            unlink(file)
            rmdir(folder)
        }
        // Read back at once and then gone: not through Foundation, which would wait for the disk.
        let stream = fopen(file, "w")
        let isWritten = stream.map { fputs(MagickPolicy.xml, $0) >= 0 && fflush($0) == 0 } ?? false
        let reason = errno
        if let stream { fclose(stream) }
        guard isWritten else {
            return .failure(
                MediaError(.processingFailed, "The security policy of ImageMagick cannot be written (\(reason))"))
        }
        let variable = "MAGICK_CONFIGURE_PATH"
        let previous = getenv(variable).map { String(cString: $0) }
        setenv(variable, folder, 1)
        PictureMemory.useLargePages()
        MagickWandGenesis()
        if let previous { setenv(variable, previous, 1) } else { unsetenv(variable) }

        // A limit that no other policy sets shows that ours is the one in force.
        guard MagickGetResourceLimit(ListLengthResource) == MagickSizeType(ImageLimits.standard.frames) else {
            return .failure(
                MediaError(
                    .processingFailed,
                    "ImageMagick was started by something else in this process, so its security policy cannot be set"))
        }
        return .success(())
    }()
}
