// The FFmpeg libraries (5.1) as Swift sees them: what their headers say with macros that Swift does not import.
#ifndef SWIFT_BULLMQ_CFFMPEG_H
#define SWIFT_BULLMQ_CFFMPEG_H

#include <errno.h>
#include <libavcodec/avcodec.h>
#include <libavcodec/bsf.h>
#include <libavfilter/avfilter.h>
#include <libavfilter/buffersink.h>
#include <libavfilter/buffersrc.h>
#include <libavformat/avformat.h>
#include <libavutil/audio_fifo.h>
#include <libavutil/avutil.h>
#include <libavutil/channel_layout.h>
#include <libavutil/cpu.h>
#include <libavutil/log.h>
#include <libavutil/mem.h>
#include <libavutil/opt.h>
#include <libavutil/pixdesc.h>

static const int cffmpeg_error_eof = AVERROR_EOF;
static const int cffmpeg_error_again = AVERROR(EAGAIN);
static const int cffmpeg_error_invalid_argument = AVERROR(EINVAL);
static const int cffmpeg_error_invalid_data = AVERROR_INVALIDDATA;
static const int cffmpeg_error_out_of_memory = AVERROR(ENOMEM);
static const int cffmpeg_error_io = AVERROR(EIO);
static const int cffmpeg_error_exit = AVERROR_EXIT;
static const int cffmpeg_error_permission = AVERROR(EACCES);
static const int64_t cffmpeg_no_pts = AV_NOPTS_VALUE;

// An error code of the operating system as the libraries return it.
static inline int cffmpeg_error(int number) { return AVERROR(number); }

// Four letters as a container's codec tag.
static inline uint32_t cffmpeg_tag(char a, char b, char c, char d) { return MKTAG(a, b, c, d); }

// Side data of a stream, whose place changed between versions of the library.
static inline const uint8_t *cffmpeg_stream_side_data(const AVStream *stream, enum AVPacketSideDataType type, size_t *size) {
    return av_stream_get_side_data(stream, type, size);
}

// A plane and its stride by index: the arrays are tuples in Swift.
static inline uint8_t *cffmpeg_plane(const AVFrame *frame, int index) { return frame->data[index]; }
static inline int cffmpeg_stride(const AVFrame *frame, int index) { return frame->linesize[index]; }

// Component `index` of a pixel format.
static inline AVComponentDescriptor cffmpeg_component(const AVPixFmtDescriptor *format, int index) {
    return format->comp[index];
}

// Linux's own, which the headers show only to those who ask for all GNU extensions: begins to write a stretch of a file to
// the device, without waiting.
extern int sync_file_range(int descriptor, int64_t offset, int64_t count, unsigned int flags);
static const unsigned int cffmpeg_begin_write_back = 2;  // SYNC_FILE_RANGE_WRITE

#endif
