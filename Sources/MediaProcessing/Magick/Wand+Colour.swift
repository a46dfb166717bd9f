// Colour: everything becomes sRGB, through the ICC profile where there is one (media.md §1.4).

import CMagickWand

extension Wand {
    /// Converts the current frame to sRGB and drops its profile.
    ///
    /// - Returns: A warning if the conversion was less exact than it could be.
    func convertToSRGB(profileLimit: Int) throws -> String? {
        var note: String?
        if let profile = profile("icc") {
            if profile.count > profileLimit {
                note = "The colour profile is larger than \(profileLimit) bytes and was ignored"
            } else if !ICCProfile.describesSRGB(profile) {
                let target = SRGBProfile.bytes
                if MagickProfileImage(pointer, "icc", target, target.count) != MagickTrue {
                    MagickClearException(pointer)
                    _ = MagickMessage.all(ofFrameIn: pointer)
                    note = "The colour profile is damaged and was ignored"
                }
            }
            removeProfile("icc")
        } else if colorspace == CMYKColorspace {
            note = "CMYK without a colour profile: colours are approximate"
        }
        if colorspace != sRGBColorspace {
            try check(MagickTransformImageColorspace(pointer, sRGBColorspace), "convert to sRGB")
        }
        return note
    }

    /// How the current frame's channels are meant.
    var colorspace: ColorspaceType { MagickGetImageColorspace(pointer) }
}
