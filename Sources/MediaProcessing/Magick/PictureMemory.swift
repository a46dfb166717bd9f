// Where ImageMagick keeps its pixels.

import CMagickWand
import Glibc

enum PictureMemory {
    /// A page of the larger kind, and what is worth several of them.
    private static let page = 2 << 20
    private static let worthPages = 4 * page

    /// Makes the library keep large pictures in large pages: 12 megapixels have 24,000 small ones, and to touch each of
    /// them for the first time takes up to a sixth of the work on such a picture. To be called before the library starts.
    static func useLargePages() {
        SetMagickAlignedMemoryMethods(
            { size, alignment in
                let isLarge = size >= PictureMemory.worthPages
                var memory: UnsafeMutableRawPointer?
                guard posix_memalign(&memory, isLarge ? PictureMemory.page : alignment, size) == 0 else { return nil }
                // Only advice: a kernel without such pages ignores it.
                if isLarge { madvise(memory, size, MADV_HUGEPAGE) }
                return memory
            }, { free($0) })
    }
}
