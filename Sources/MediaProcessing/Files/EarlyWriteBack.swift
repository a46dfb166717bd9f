// Large files go to the device while they are still being written, so that the flush at the end has little left to do.

import CFFmpeg

/// Asks the system to begin writing what lies behind the place that is written at.
struct EarlyWriteBack {
    private var begun: Int64 = 0

    /// Large enough for the device to be asked seldom, small enough for it not to stand idle.
    private static let step: Int64 = 8 << 20

    /// Tells that bytes up to a position were written to a file, and will not be written again.
    mutating func advance(to position: Int64, in descriptor: Int32) {
        // Somebody went back, to write an index or a length.
        begun = min(begun, position)
        guard position - begun >= Self.step else { return }
        // A hint: whether it helps or not, the flush at the end writes the rest and tells of every failure.
        _ = sync_file_range(descriptor, begun, position - begun, cffmpeg_begin_write_back)
        begun = position
    }
}
