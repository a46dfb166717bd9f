// The list of all operations. A new operation is added here and nowhere else.

/// The operations of this module.
public enum MediaOperationCatalogue {
    /// Every operation, in the order of its documentation.
    public static let all: [any MediaOperation.Type] = [
        ConvertImage.self,
        ResizeImage.self,
        CropImage.self,
        ResizeVideo.self,
        CropVideo.self,
        CompressVideo.self,
        Transcode.self,
        EitherKind<PictureThumbnail, VideoThumbnail>.self,
        CreateTeaser.self,
        EitherKind<WatermarkImage, WatermarkVideo>.self,
        HideWatermark.self,
        DetectWatermark.self,
        EitherKind<StripImageMetadata, StripVideoMetadata>.self,
        EitherKind<AnalyseImage, AnalyseVideo>.self,
    ]
}
