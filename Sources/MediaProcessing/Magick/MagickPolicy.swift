// The security policy under which ImageMagick runs in this process (media.md §20): deny all, then allow seven raster
// formats.

import Glibc

enum MagickPolicy {
    /// Coders that may be loaded. `SVG`, `MVG`, `MSL`, `TEXT`, `LABEL`, `URL` and all the others stay closed.
    private static let coders = "{JPEG,PNG,WEBP,GIF,TIFF,HEIC,AVIF}"

    /// Threads that may work on one picture at a time.
    private static let threads = max(1, min(4, sysconf(Int32(_SC_NPROCESSORS_ONLN))))

    /// The text of `policy.xml`. There is no `time` limit on purpose: exceeding it ends the whole process.
    static let xml = """
        <?xml version="1.0" encoding="UTF-8"?>
        <policymap>
          <policy domain="delegate" rights="none" pattern="*"/>
          <policy domain="filter" rights="none" pattern="*"/>
          <policy domain="path" rights="none" pattern="@*"/>
          <policy domain="coder" rights="none" pattern="*"/>
          <policy domain="coder" rights="read|write" pattern="\(coders)"/>
          <policy domain="module" rights="none" pattern="*"/>
          <policy domain="module" rights="read|write" pattern="\(coders)"/>
          <policy domain="resource" name="thread" value="\(threads)"/>
          <policy domain="resource" name="memory" value="1536MiB"/>
          <policy domain="resource" name="map" value="1GiB"/>
          <policy domain="resource" name="disk" value="2GiB"/>
          <policy domain="resource" name="area" value="100MP"/>
          <policy domain="resource" name="width" value="\(ImageLimits.standard.side)"/>
          <policy domain="resource" name="height" value="\(ImageLimits.standard.side)"/>
          <policy domain="resource" name="list-length" value="\(ImageLimits.standard.frames)"/>
          <policy domain="resource" name="file" value="64"/>
        </policymap>

        """
}
