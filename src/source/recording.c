/* SPDX-License-Identifier: MIT */
/* Recordings that hold JPEGs or PNGs, at their own pace. libavformat takes the containers apart;
 * nothing is decoded, and it may open nothing but the file and read nothing but these formats. */
#include <errno.h>
#include <fcntl.h>
#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>
#include <libavutil/log.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/own.h"
#include "source/runner/pace.h"
#include "source/source.h"
#include "source/spec.h"
#include "source/spec/name.h"

#define FORMATS     "avi,matroska,mjpeg,mov"
#define STREAMS_MAX "32"
#define PROBE_BYTES "1000000"
#define SPEED_MIN   0.01
#define SPEED_MAX   1000
#define FPS_MAX     1000
#define FPS         25                 /* of what does not tell its times */
#define GAP_NS      (60 * SC_NS_PER_S) /* a longer one is a jump of its clock */
#define ROUNDED_NS  (2 * SC_NS_PER_MS) /* by what formats round times */
#define LATE_NS     SC_NS_PER_S        /* later than that nothing is caught up on */

struct recording {
    const struct sc_source_spec *spec;
    double fps, speed;
    bool is_looped;

    /* While it is open. */
    AVFormatContext *file;
    AVPacket *packet;
    size_t target; /* which file of several */
    int stream;
    bool has_begun;   /* a picture of this file was there */
    bool is_read;     /* the packet holds a picture that is not shown yet */
    bool has_picture; /* one was there since it was opened */
    uint64_t due_ns;  /* when the picture is to be shown; 0: the file has just begun */
    uint64_t at_ns;   /* its time in the recording */
    struct sc_pace fps_pace;
};

static bool recording_claims(const char *target)
{
    static const char *const endings[] = {".avi", ".m4v", ".mjpeg", ".mjpg",
                                          ".mkv", ".mov", ".mp4"};
    struct stat status;
    const char *dot = strrchr(target, '.');
    for (size_t i = 0; dot && i < sizeof endings / sizeof *endings; i++)
        if (strcasecmp(dot, endings[i]) == 0)
            return stat(target, &status) < 0 || S_ISREG(status.st_mode);
    return false;
}

static void recording_suggest_name(const struct sc_source_spec *spec, char *out_name,
                                   size_t name_bytes)
{
    sc_name_of_path(spec->targets[0], out_name, name_bytes);
}

static int recording_setup(void *state, const struct sc_source_spec *spec, struct sc_err *err)
{
    struct recording *recording = state;
    *recording = (struct recording){.spec = spec, .speed = 1};
    av_log_set_level(AV_LOG_QUIET); /* it would write to standard error by itself */
    if (!*spec->targets[0])
        return sc_err_set(err, -EINVAL, "'recording:' needs the path of a file");
    int rc = sc_spec_get_number(spec, "fps", 0, FPS_MAX, &recording->fps, err);
    if (rc == 0)
        rc = sc_spec_get_number(spec, "speed", SPEED_MIN, SPEED_MAX, &recording->speed, err);
    return rc < 0 ? rc : sc_spec_get_bool(spec, "loop", &recording->is_looped, err);
}

/* --- opening --- */

static const char *path_of(const struct recording *recording)
{
    return recording->spec->targets[recording->target];
}

static int explain(const struct recording *recording, int code, struct sc_err *err)
{
    char why[AV_ERROR_MAX_STRING_SIZE] = "";
    (void)av_strerror(code, why, sizeof why);
    if (code == AVERROR_INVALIDDATA || code == AVERROR(EINVAL))
        return sc_err_set(err, -EINVAL,
                          "'%s' is no AVI, Matroska, MOV, MP4 or row of JPEGs; 'exec:ffmpeg -re -i "
                          "FILE -f mpjpeg -' plays what ffmpeg reads",
                          path_of(recording));
    return sc_err_set(err, code == AVERROR(ENOMEM) ? -ENOMEM : -EIO, "'%s': %s", path_of(recording),
                      why);
}

static bool is_shown(const AVStream *stream)
{
    enum AVCodecID codec = stream->codecpar->codec_id;
    return (codec == AV_CODEC_ID_MJPEG || codec == AV_CODEC_ID_PNG) &&
           !(stream->disposition & AV_DISPOSITION_ATTACHED_PIC);
}

static int choose_stream(struct recording *recording, struct sc_err *err)
{
    const AVStream *video = NULL;
    recording->stream = -1;
    for (unsigned i = 0; i < recording->file->nb_streams; i++) {
        AVStream *stream = recording->file->streams[i];
        bool is_chosen = recording->stream < 0 && is_shown(stream);
        if (is_chosen)
            recording->stream = (int)i;
        stream->discard = is_chosen ? AVDISCARD_DEFAULT : AVDISCARD_ALL;
        if (stream->codecpar->codec_type == AVMEDIA_TYPE_VIDEO && !video)
            video = stream;
    }
    if (recording->stream >= 0)
        return 0;
    return sc_err_set(err, -EINVAL,
                      "'%s' holds %s and no JPEGs; let ffmpeg convert it: 'exec:ffmpeg -re -i FILE "
                      "-f mpjpeg -'",
                      path_of(recording),
                      video ? avcodec_get_name(video->codecpar->codec_id) : "no video");
}

/* A row of JPEGs is known by its first one: libavformat is not sure of short rows. */
static int look(const struct recording *recording, bool *out_is_row, struct sc_err *err)
{
    uint8_t begin[2] = {0};
    struct stat status;
    int fd SC_AUTO(sc_own_close) = open(path_of(recording), O_RDONLY | O_NONBLOCK | O_CLOEXEC);
    if (fd < 0 || fstat(fd, &status) < 0)
        return sc_err_set(err, -errno, "'%s': %s", path_of(recording), strerror(errno));
    if (!S_ISREG(status.st_mode))
        return sc_err_set(err, -EINVAL, "'%s' is no file", path_of(recording));
    *out_is_row = read(fd, begin, 2) == 2 && begin[0] == 0xff && begin[1] == 0xd8;
    return 0;
}

static int open_file(struct recording *recording, struct sc_err *err)
{
    char url[PATH_MAX + 8], rate[32];
    AVDictionary *options = NULL;
    bool is_row = false;
    int rc = look(recording, &is_row, err);
    if (rc < 0)
        return rc;
    (void)snprintf(url, sizeof url, "file:%s", path_of(recording));
    rc = av_dict_set(&options, "protocol_whitelist", "file", 0);
    rc |= av_dict_set(&options, "format_whitelist", FORMATS, 0);
    rc |= av_dict_set(&options, "max_streams", STREAMS_MAX, 0);
    rc |= av_dict_set(&options, "probesize", PROBE_BYTES, 0);
    if (is_row && recording->fps > 0) {
        (void)snprintf(rate, sizeof rate, "%.3f", recording->fps);
        rc |= av_dict_set(&options, "framerate", rate, 0);
    }
    if (rc >= 0)
        rc = avformat_open_input(&recording->file, url,
                                 is_row ? av_find_input_format("mjpeg") : NULL, &options);
    av_dict_free(&options);
    recording->has_begun = false;
    sc_pace_init(&recording->fps_pace, is_row ? 0 : recording->fps);
    return rc < 0 ? explain(recording, rc, err) : choose_stream(recording, err);
}

static void recording_close(void *state)
{
    struct recording *recording = state;
    av_packet_free(&recording->packet);
    avformat_close_input(&recording->file);
}

static int recording_open(void *state, const struct sc_source_ctx *ctx, struct sc_err *err)
{
    struct recording *recording = state;
    (void)ctx;
    recording->target = 0;
    recording->is_read = recording->has_picture = false;
    recording->due_ns = 0;
    recording->packet = av_packet_alloc();
    int rc =
        recording->packet ? open_file(recording, err) : sc_err_set(err, -ENOMEM, "out of memory");
    if (rc < 0)
        recording_close(recording);
    return rc;
}

/* --- its clock --- */

static uint64_t step_ns(const struct recording *recording, uint64_t at_ns)
{
    if (!recording->has_begun)
        return SC_NS_PER_S / FPS;
    uint64_t gap_ns = at_ns - recording->at_ns; /* back in time: huge */
    return gap_ns > GAP_NS ? 0 : (uint64_t)((double)gap_ns / recording->speed);
}

/* Each picture is due so long after the one before it as the recording says. */
static void make_due(struct recording *recording)
{
    const AVRational ns = {1, (int)SC_NS_PER_S};
    const AVPacket *packet = recording->packet;
    AVRational base = recording->file->streams[recording->stream]->time_base;
    int64_t time = packet->pts != AV_NOPTS_VALUE ? packet->pts : packet->dts;
    uint64_t frame_ns =
        (uint64_t)((double)SC_NS_PER_S / (recording->fps > 0 ? recording->fps : FPS));
    uint64_t now = sc_clock_ns(), at_ns = recording->at_ns + frame_ns;
    if (time != AV_NOPTS_VALUE)
        at_ns = (uint64_t)av_rescale_q(time, base, ns);
    uint64_t due_ns = recording->due_ns ? recording->due_ns + step_ns(recording, at_ns) : now;
    recording->due_ns = due_ns + LATE_NS < now ? now : due_ns;
    recording->at_ns = at_ns;
    recording->has_begun = true;
}

/* --- reading --- */

static int go_on(struct recording *recording, struct sc_err *err)
{
    bool is_last = recording->target + 1 == recording->spec->n_targets;
    if (is_last && (!recording->is_looped || !recording->has_picture))
        return -ENODATA;
    recording->target = is_last ? 0 : recording->target + 1;
    avformat_close_input(&recording->file);
    return open_file(recording, err);
}

static int read_packet(struct recording *recording, struct sc_err *err)
{
    av_packet_unref(recording->packet);
    int rc = av_read_frame(recording->file, recording->packet);
    if (rc == AVERROR_EOF)
        return go_on(recording, err);
    if (rc < 0)
        return explain(recording, rc, err);
    if (recording->packet->stream_index != recording->stream || recording->packet->size <= 0)
        return 0;
    make_due(recording);
    recording->is_read = recording->has_picture = true;
    return 0;
}

/* #fps is at most so many: those in between are left out. */
static bool is_wanted(struct recording *recording)
{
    if (recording->due_ns + ROUNDED_NS < recording->fps_pace.due_ns)
        return false;
    sc_pace_step(&recording->fps_pace, recording->due_ns);
    return true;
}

static int give(struct recording *recording, struct sc_pool *pool, struct sc_draft **out_draft,
                struct sc_err *err)
{
    struct sc_draft *draft SC_AUTO(sc_draft_destroy) = NULL;
    size_t len_bytes = (size_t)recording->packet->size;
    recording->is_read = false;
    if (len_bytes > sc_pool_frame_max_bytes(pool))
        return sc_err_set(err, -EMSGSIZE, "'%s': a picture of %zu bytes is too large (--max-frame)",
                          path_of(recording), len_bytes);
    int rc = sc_draft_create(pool, len_bytes, &draft);
    if (rc == 0)
        rc = sc_draft_append(draft, recording->packet->data, len_bytes);
    if (rc < 0)
        return sc_err_set(err, rc, "'%s': %s", path_of(recording), strerror(-rc));
    *out_draft = sc_steal(draft);
    return 0;
}

static int recording_read(void *state, const struct sc_source_ctx *ctx, struct sc_draft **out_draft,
                          struct sc_err *err)
{
    struct recording *recording = state;
    for (;;) {
        int rc = sc_source_wait(ctx, -1, 0, recording->is_read ? recording->due_ns : 0);
        if (rc != -ETIMEDOUT)
            return rc;
        if (recording->is_read && is_wanted(recording))
            return give(recording, ctx->pool, out_draft, err);
        recording->is_read = false;
        rc = read_packet(recording, err);
        if (rc < 0)
            return rc;
    }
}

static const struct sc_source_option recording_options[] = {
    {"speed", "X", "so many times as fast as it was recorded (default 1)"},
    {"loop", "yes|no", "from the beginning again when it ends (default no)"},
    {NULL, NULL, NULL},
};

const struct sc_source_ops sc_source_recording = {
    .name = "recording",
    .usage = "recording:PATH",
    .help = "a recording that holds JPEGs or PNGs, at its own pace: AVI, Matroska, MOV, MP4, or "
            "JPEGs one behind the other (25 a second, or #fps); several are played in turn, and "
            "\"recording:\" may be left out in front of .avi, .mkv, .mov, .mp4, .mjpeg and .mjpg",
    .options = recording_options,
    .state_size = sizeof(struct recording),
    .is_self_paced = true,
    .claims = recording_claims,
    .suggest_name = recording_suggest_name,
    .setup = recording_setup,
    .open = recording_open,
    .read = recording_read,
    .close = recording_close,
};
