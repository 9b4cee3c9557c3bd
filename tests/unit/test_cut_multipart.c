/* SPDX-License-Identifier: MIT */
#include "cut_kit.h"

#include <stdio.h>

#define N_FRAMES 4

static const char webp[] =
    "RIFF\x40\0\0\0WEBPVP8 \x34\0\0\0\x90\x01\0\x9d\x01\x2a\x04\0\x02\0\x02\xc0\x4c\x25\xa8\x02\x74"
    "\xba\0\x03\x98\0\xfe\xed\x4f\xf3\xbd\xbc\xfb\xf8\x5f\x5e\x7b\x4e\xf2\xff\xf2\xe3\x26\x5e\x50"
    "\xfd\x13\xe9\x6b\xb7\xdc\x5e\x80\0\0";
static const char gif[] = "GIF89a\x02\0\x02\0\x80\0\0\0\0\0\xff\xff\xff,\0\0\0\0\x02\0\x02\0\0\x02"
                          "\x03\x44\x02\x05\0;";

/* Appends text; {len}, {9len} and {hex} stand for n: as it is, padded to nine, in base 16. */
static void put_line(struct bytes *to, const char *text, size_t n)
{
    static const char *const formats[][2] = {{"{len}", ""}, {"{9len}", "         "}};
    while (*text) {
        const char *brace = strchr(text, '{');
        if (!brace) {
            put_text(to, text);
            return;
        }
        put(to, text, (size_t)(brace - text));
        text = brace;
        for (size_t i = 0; i < 2; i++) {
            if (strncmp(brace, formats[i][0], strlen(formats[i][0])) != 0)
                continue;
            char digits[32];
            int digits_bytes = snprintf(digits, sizeof digits, "%zu", n);
            size_t pad_bytes = strlen(formats[i][1]);
            if (pad_bytes > (size_t)digits_bytes)
                put(to, formats[i][1], pad_bytes - (size_t)digits_bytes);
            put_text(to, digits);
            text += strlen(formats[i][0]);
        }
        assert_true(text > brace);
    }
}

struct dialect {
    const char *name, *boundary;
    const char *first, *before, *behind, *last; /* first, N times (before, frame, behind), last */
    int length_error;                           /* of its Content-Length */
    bool has_garbage;                           /* as much again behind each frame */
};

#define MJPG      "--boundarydonotcross\r\n"
#define LONG_MARK "--123456789000000000000987654321\r\n"
#define VLC_MARK  "--7b3cc56e5f51db803f790dad720ed50a\r\n"
#define GO_MARK   "0f3f7ee0bd0a3c5d1b1a9d6d0f2c4e8a7b6c5d4e3f2a1b0c9d8e7f6a5b4c"
#define JPEG_TYPE "Content-Type: image/jpeg\r\n"
#define JPEG_HEAD JPEG_TYPE "Content-Length: {len}\r\n\r\n"
#define TIME_HEAD JPEG_TYPE "Content-Length: {len}\r\nX-Timestamp: 1.000002\r\n\r\n"
#define USTREAMER                                                                                  \
    "X-Timestamp: 1.000002\r\nX-UStreamer-Online: true\r\nX-UStreamer-Width: 640\r\n\r\n"

static const struct dialect dialects[] = {
    {"mjpg-streamer", "boundarydonotcross", MJPG, TIME_HEAD, "\r\n" MJPG, "", 0, false},
    {"uStreamer", "boundarydonotcross", MJPG, JPEG_TYPE "Content-Length: {len}\r\n" USTREAMER,
     "\r\n" MJPG, "", 0, false},
    {"uStreamer, advance_headers=1", "boundarydonotcross", MJPG JPEG_TYPE USTREAMER, "",
     "\r\n" MJPG JPEG_TYPE USTREAMER, "", 0, false},
    {"uStreamer, zero_data=1", "boundarydonotcross", MJPG,
     JPEG_TYPE "Content-Length: {len}\r\n\r\n",
     "\r\n" MJPG JPEG_TYPE "Content-Length: 0\r\n\r\n\r\n" MJPG, "", 0, false},
    {"camera-streamer", "123456789000000000000987654321", LONG_MARK, TIME_HEAD, "\r\n" LONG_MARK,
     "", 0, false},
    {"ESP32", "123456789000000000000987654321", "", "\r\n" LONG_MARK TIME_HEAD, "", "", 0, false},
    {"streamEye", "--FrameBoundary", "", "\r\n--FrameBoundary\r\n" JPEG_HEAD, "", "", 0, false},
    {"cam2ip", "--boundary", "", "----boundary\r\n" JPEG_TYPE "\r\n", "\r\n", "----boundary--\r\n",
     0, false},
    {"pymjpeg", "--boundarydonotcross", "", MJPG TIME_HEAD, "\r\n", "", 0, false},
    {"Home Assistant", "--frameboundary", "", "--frameboundary\r\n" JPEG_HEAD, "\r\n", "", 0,
     false},
    {"Axis", "myboundary", "--myboundary\r\n", JPEG_HEAD,
     "\r\n--myboundary\r\nContent-Type: text/plain\r\n\r\nhttp://camera\r\n\r\nmotion: 1\r\n"
     "--myboundary\r\n",
     "", 0, false},
    {"Axis, dashed, text with a length", "--myboundary", "--myboundary\r\n",
     JPEG_TYPE "x-axis-frame: 7\r\n\r\n",
     "\r\n--myboundary\r\nContent-Type: text/plain\r\nContent-Length: 5\r\n\r\nhello\r\n"
     "--myboundary\r\n",
     "", 0, false},
    {"Motion", "BoundaryString", "",
     "--BoundaryString\r\nContent-type: image/jpeg\r\nContent-Length: {9len}\r\n\r\n", "\r\n", "",
     0, false},
    {"ffmpeg", "ffmpeg", "--ffmpeg\r\n",
     "Content-type: image/jpeg\r\nContent-length: {len}\r\n\r\n", "\r\n--ffmpeg\r\n", "", 0, false},
    {"VLC", "7b3cc56e5f51db803f790dad720ed50a", "", "\r\n" VLC_MARK JPEG_HEAD, "", "", 0, false},
    {"WPILib", "boundarydonotcross", "",
     "\r\n" MJPG JPEG_TYPE "Content-Length: {len}\r\nX-Timestamp: 1.25\r\n\r\n", "\r\n\r\n\r\n", "",
     0, false},
    {"saljam", "MJPEGBOUNDARY", "",
     "\r\n--MJPEGBOUNDARY\r\n" JPEG_TYPE "Content-Length: {len}\r\nX-Timestamp: 0.000000\r\n\r\n",
     "", "", 0, true},
    {"cpp-mjpeg-streamer", "nadjiebmjpegstreamer", "", "--nadjiebmjpegstreamer\r\n" JPEG_HEAD, "",
     "", 0, false},
    {"Frigate", "frame", "", "--frame\r\n" JPEG_TYPE "\r\n", "\r\n\r\n", "", 0, false},
    {"Flask", "frame", "", "--frame\r\n" JPEG_TYPE "\r\n", "\r\n", "", 0, false},
    {"picamera2", "FRAME", "", "--FRAME\r\n" JPEG_HEAD, "\r\n", "", 0, false},
    {"vvidic", GO_MARK, "--" GO_MARK,
     "\r\nContent-Length: {len}\r\nContent-Type: image/jpeg\r\n\r\n", "\r\n--" GO_MARK, "--\r\n", 0,
     false},
    {"ZoneMinder", "ZoneMinderFrame", "",
     "--ZoneMinderFrame\r\nContent-Type: image/jpeg\r\nContent-Length: {len}\r\n"
     "X-Timestamp: 1.000002\r\n\r\n",
     "\r\n", "", 0, false},
    {"Foscam", "\"ipcamera\"", "",
     "--ipcamera\nContent-Type: image/jpeg\nContent-Length: {len}\n\n", "\n", "", 0, false},
    {"Foscam without its first boundary", "\"ipcamera\"", "",
     "Content-Type: image/jpeg\nContent-Length: {len}\n\n", "\n--ipcamera\n", "", 0, false},
    {"node-mjpeg-proxy, no first boundary, no length", "x", JPEG_TYPE "\r\n", "",
     "\r\n--x\r\n" JPEG_TYPE "\r\n", "", 0, false},
    {"neither head nor first boundary", "x", "", "", "\r\n--x\r\n\r\n", "", 0, false},
    {"no dashes anywhere", "foo", "foo\r\n", JPEG_HEAD, "\r\nfoo\r\n", "", 0, false},
    {"another boundary than the header says", "this", "--that\r\n", JPEG_HEAD, "\r\n--that\r\n", "",
     0, false},
    {"stillcast to browsers", "boundarydonotcross", MJPG JPEG_TYPE "\r\n", "",
     "\r\n" MJPG JPEG_TYPE "\r\n", "", 0, false},
    {"preamble", "b", "This is a multipart message.\r\n\r\n--b\r\n", JPEG_HEAD, "\r\n--b\r\n", "",
     0, false},
    {"boundary repeated", "b", "--b\r\n", "--b\r\n" JPEG_HEAD, "\r\n--b\r\n", "", 0, false},
    {"blanks behind the boundary", "b", "--b \t\r\n", JPEG_HEAD, "\r\n--b  \r\n", "", 0, false},
    {"blank line behind the head", "b", "--b\r\n", JPEG_HEAD "\r\n", "\r\n--b\r\n", "", 0, false},
    {"names in any case, values not trimmed", "b", "--b\r\n",
     "CONTENT-TYPE:image/JPEG \r\ncontent-LENGTH :\t {len} \r\n\r\n", "\r\n--b\r\n", "", 0, false},
    {"length 1 too small", "b", "--b\r\n", JPEG_HEAD, "\r\n--b\r\n", "", -1, false},
    {"length 1 too large", "b", "--b\r\n", JPEG_HEAD, "\r\n--b\r\n", "", 1, false},
    {"length 2 too small", "b", "--b\r\n", JPEG_HEAD, "\r\n--b\r\n", "", -2, false},
    {"length 2 too large", "b", "--b\r\n", JPEG_HEAD, "\r\n--b\r\n", "", 2, false},
    {"length 100 too small", "b", "--b\r\n", JPEG_HEAD, "\r\n--b\r\n", "", -100, false},
    {"length 100 too large", "b", "--b\r\n", JPEG_HEAD, "\r\n--b\r\n", "", 100, false},
    {"length of 2^63", "b", "--b\r\n", JPEG_TYPE "Content-Length: 9223372036854775808\r\n\r\n",
     "\r\n--b\r\n", "", 0, false},
    {"length of 2^64 + 1", "b", "--b\r\n", JPEG_TYPE "Content-Length: 18446744073709551617\r\n\r\n",
     "\r\n--b\r\n", "", 0, false},
    {"length negative", "b", "--b\r\n", JPEG_TYPE "Content-Length: -{len}\r\n\r\n", "\r\n--b\r\n",
     "", 0, false},
    {"length in two words", "b", "--b\r\n", JPEG_TYPE "Content-Length: 10 000\r\n\r\n",
     "\r\n--b\r\n", "", 0, false},
    {"length empty", "b", "--b\r\n", JPEG_TYPE "Content-Length:\r\n\r\n", "\r\n--b\r\n", "", 0,
     false},
};

#define N_DIALECTS (sizeof dialects / sizeof *dialects)

static struct bytes write_stream(const struct dialect *d, const struct bytes *frames)
{
    struct bytes stream = {0};
    put_text(&stream, d->first);
    for (int i = 0; i < N_FRAMES; i++) {
        put_line(&stream, d->before, frames[i].len_bytes + (size_t)(ptrdiff_t)d->length_error);
        put_bytes(&stream, frames[i]);
        if (d->has_garbage)
            put_scan(&stream, frames[i].len_bytes, 77);
        put_text(&stream, d->behind);
    }
    put_text(&stream, d->last);
    return stream;
}

static struct bytes make_frame(int kind, uint32_t seed)
{
    struct bytes made = {0};
    if (kind == 0)
        return make_jpeg(200 + seed * 111, seed);
    if (kind == 1)
        return make_png(200 + seed * 111, seed);
    if (kind == 2)
        put(&made, webp, 72);
    else
        put(&made, gif, sizeof gif - 1);
    return made;
}

/* kinds: one character a frame, an index of make_frame. */
static void check_dialect(const struct dialect *d, const char *kinds)
{
    struct bytes frames[N_FRAMES], pictures = {0};
    for (uint32_t i = 0; i < N_FRAMES; i++) {
        frames[i] = make_frame(kinds[i] - '0', i + 1);
        put_bytes(&pictures, frames[i]);
    }
    struct input in = {SC_CUT_MULTIPART, d->boundary, 0, write_stream(d, frames)};
    assert_cut(d->name, &in, "PPPP", pictures);
    const uint8_t *first = in.bytes.data + strspn((const char *)in.bytes.data, "\r\n");
    if (memcmp(first, "--", 2) == 0) {
        in.form = SC_CUT_AUTO;
        in.boundary = NULL;
        assert_cut(d->name, &in, "PPPP", pictures);
    }
    for (size_t i = 0; i < N_FRAMES; i++)
        free(frames[i].data);
    free(in.bytes.data);
    free(pictures.data);
}

static void every_dialect_gives_the_frames_that_went_in(void **state)
{
    (void)state;
    for (size_t i = 0; i < N_DIALECTS; i++)
        check_dialect(&dialects[i], "0000");
}

static void every_dialect_carries_png_too(void **state)
{
    (void)state;
    for (size_t i = 0; i < N_DIALECTS; i++)
        check_dialect(&dialects[i], "0110");
}

static void every_dialect_carries_webp_and_gif_between_others(void **state)
{
    (void)state;
    for (size_t i = 0; i < N_DIALECTS; i++)
        check_dialect(&dialects[i], "0231");
}

enum { JPEG = 'j', CUT_JPEG = 'c', CUT_APP = 'a' };

/* Writes what stands for itself; for {j} a JPEG, for {x} one that nobody is to see, for {c} and {a}
 * one that is cut off. */
static void put_script(struct bytes *to, struct bytes *pictures, const char *script)
{
    for (; *script; script++) {
        if (script[0] != '{' || !strchr("jxca", script[1])) {
            put(to, script, 1);
            continue;
        }
        struct bytes jpeg = make_jpeg(300, (uint32_t)to->len_bytes);
        if (script[1] == JPEG)
            put_bytes(pictures, jpeg);
        jpeg.len_bytes = script[1] == CUT_JPEG ? 200 : script[1] == CUT_APP ? 30 : jpeg.len_bytes;
        put_bytes(to, jpeg);
        free(jpeg.data);
        script += 2;
    }
}

static void broken_parts_cost_nobody_else(void **state)
{
    static const struct {
        const char *name, *events, *script;
    } rows[] = {
        {"nothing", "", ""},
        {"blank lines", "", "\r\n\r\n"},
        {"a boundary and no more", "", "--b\r\n"},
        {"a head and no more", "", "--b\r\nContent-Type: image/jpeg\r\n"},
        {"no boundary at all", "B", "I am no multipart body, but a long text\r\n"},
        {"cut off, no length", "BP", "--b\r\n\r\n{c}\r\n--b\r\n\r\n{j}\r\n--b\r\n"},
        {"cut off, its own length", "BP",
         "--b\r\nContent-Length: 200\r\n\r\n{c}\r\n--b\r\n\r\n{j}\r\n--b\r\n"},
        {"cut off, the length of the whole", "BP",
         "--b\r\nContent-Length: 400\r\n\r\n{c}\r\n--b\r\n\r\n{j}\r\n--b\r\n"},
        {"cut off inside a segment", "BP", "--b\r\n\r\n{a}\r\n--b\r\n\r\n{j}\r\n--b\r\n"},
        {"cut off at the end", "PB", "--b\r\n\r\n{j}\r\n--b\r\n\r\n{c}"},
        {"cut off and closed", "PB", "--b\r\n\r\n{j}\r\n--b\r\n\r\n{c}\r\n--b--\r\n"},
        {"two cut off", "BBP", "--b\r\n\r\n{c}\r\n--b\r\n\r\n{c}--b\r\n\r\n{j}"},
        {"no end of line at the end", "P", "--b\r\n\r\n{j}"},
        {"nothing counts behind the closing boundary", "P",
         "--b\r\n\r\n{j}\r\n--b--\r\n--b\r\n\r\n{x}"},
        {"a part that says image and has text", "BP",
         "--b\r\nContent-Type: image/jpeg\r\n\r\ntext\r\n--b\r\n\r\n{j}"},
        {"a part that says image and has text, with length", "BP",
         "--b\r\nContent-Type: image/jpeg\r\nContent-Length: 4\r\n\r\ntext\r\n--b\r\n\r\n{j}"},
        {"a part that says text and has text", "P",
         "--b\r\nContent-Type: text/plain\r\n\r\ntext --bee -b\r\n--b\r\n\r\n{j}"},
        {"a part that says text and has a JPEG", "P",
         "--b\r\nContent-Type: text/plain\r\n\r\n{j}\r\n--b\r\n"},
        {"JSON between", "PP",
         "--b\r\n\r\n{j}\r\n--b\r\nContent-Type: application/json\r\n\r\n{ }\r\n--b\r\n\r\n{j}"},
        {"empty parts", "P", "--b\r\n\r\n\r\n--b\r\n\r\n--b\r\n--b\r\n\r\n{j}"},
        {"garbage behind a picture", "PP", "--b\r\n\r\n{j}garbage\r\n--b\r\n\r\n{j}"},
        {"a line of too many dashes, which is no boundary to learn", "P",
         "----------------------------------------------------------------------x\r\n"
         "--b\r\n\r\n{j}"},
        {"a line of too many blanks, which is no boundary to learn", "P",
         "--x          \r\n--b\r\n\r\n{j}"},
        {"a longer boundary is another", "PP", "--b\r\n\r\n{j}\r\n--bb\r\n--b\r\n\r\n{j}"},
        {"a part of other bytes at the end, shorter than it says", "B",
         "--b\r\nContent-Length: 90\r\n\r\nRIFF....WEBP"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct input in = {.form = SC_CUT_MULTIPART, .boundary = "b"};
        struct bytes pictures = {0};
        put_script(&in.bytes, &pictures, rows[i].script);
        assert_cut(rows[i].name, &in, rows[i].events, pictures);
        free(in.bytes.data);
        free(pictures.data);
    }
}

static void truncated_webp_is_never_given(void **state)
{
    struct bytes jpeg = make_jpeg(100, 1);
    (void)state;
    for (int length = 0; length < 80; length += 39) {
        struct input in = {.form = SC_CUT_MULTIPART, .boundary = "b"};
        char head[80];
        (void)snprintf(head, sizeof head, "--b\r\nContent-Length: %d\r\n\r\n", length);
        put_text(&in.bytes, head);
        put(&in.bytes, webp, 39);
        put_text(&in.bytes, "\r\n--b\r\n\r\n");
        put_bytes(&in.bytes, jpeg);
        assert_cut("truncated WebP", &in, "BP", jpeg);
        free(in.bytes.data);
    }
    free(jpeg.data);
}

static void boundary_inside_a_webp_is_passed_by_its_length(void **state)
{
    struct bytes picture = {0};
    struct input in = {.form = SC_CUT_MULTIPART, .boundary = "b"};
    (void)state;
    put(&picture, webp, 72);
    put(&picture, "EXIF\x0a\0\0\0\r\n--b\r\n...", 18);
    picture.data[4] = 0x40 + 18;
    put_text(&in.bytes, "--b\r\nContent-Length: 90\r\n\r\n");
    put_bytes(&in.bytes, picture);
    put_text(&in.bytes, "\r\n--b--\r\n");
    assert_cut("boundary inside", &in, "P", picture);
    free(in.bytes.data);
    free(picture.data);
}

static void picture_at_the_limit_passes_and_one_above_is_skipped(void **state)
{
    (void)state;
    for (int kind = 0; kind < 3; kind++) {
        struct bytes picture = make_frame(kind, 3), small = make_frame(3, 0), all = {0};
        struct input in = {.form = SC_CUT_MULTIPART, .boundary = "b"};
        struct bytes *order[] = {&small, &picture, &small};
        for (int i = 0; i < 3; i++) {
            put_text(&in.bytes, "--b\r\n\r\n");
            put_bytes(&in.bytes, *order[i]);
            put_text(&in.bytes, "\r\n");
            put_bytes(&all, *order[i]);
        }
        put_text(&in.bytes, "--b\r\n");
        in.picture_max_bytes = picture.len_bytes;
        assert_cut("at the limit", &in, "PPP", all);
        all.len_bytes = 0;
        put_bytes(&all, small);
        put_bytes(&all, small);
        in.picture_max_bytes = picture.len_bytes - 1;
        assert_cut("above the limit", &in, "PMP", all);
        free(picture.data);
        free(small.data);
        free(all.data);
        free(in.bytes.data);
    }
}

/* Feeds text and picture: the picture must come with its last byte, whatever follows. */
static void check_fresh(const char *boundary, const char *text, struct bytes picture)
{
    struct sc_cut *cut;
    struct bytes stream = {0};
    const uint8_t *data;
    size_t len_bytes = 0;
    put_line(&stream, text, picture.len_bytes);
    put_bytes(&stream, picture);
    assert_int_equal(sc_cut_create(SC_CUT_MULTIPART, boundary, KIT_MAX_BYTES, &cut), 0);
    for (size_t i = 0; i < stream.len_bytes; i++) {
        assert_int_equal(sc_cut_next(cut, &data, &len_bytes), -EAGAIN);
        assert_int_equal(feed(cut, stream, i, 1), 1);
    }
    assert_int_equal(sc_cut_next(cut, &data, &len_bytes), 0);
    assert_int_equal(len_bytes, picture.len_bytes);
    sc_cut_destroy(&cut);
    free(stream.data);
}

static void picture_is_given_with_its_last_byte(void **state)
{
    (void)state;
    for (int kind = 0; kind < 4; kind++) {
        struct bytes picture = make_frame(kind, 2);
        check_fresh("b", "--b\r\nContent-Length: {len}\r\n\r\n", picture);
        if (kind < 2) {
            check_fresh("b", "--b\r\n\r\n", picture);
            check_fresh(NULL, "--b\r\nContent-Length: 10\r\n\r\n", picture);
            check_fresh("b", "--b\r\nContent-Length: 99999\r\n\r\n", picture);
        }
        free(picture.data);
    }
}

static void truncated_picture_is_told_of_when_its_length_has_passed(void **state)
{
    struct bytes stream = {0}, pictures = {0};
    struct output out = {0};
    struct sc_cut *cut;
    (void)state;
    put_script(&stream, &pictures, "--b\r\nContent-Length: 200\r\n\r\n{c}\r\n--b\r\n");
    assert_int_equal(sc_cut_create(SC_CUT_MULTIPART, "b", KIT_MAX_BYTES, &cut), 0);
    assert_int_equal(feed(cut, stream, 0, SIZE_MAX), stream.len_bytes);
    assert_int_equal(drain(cut, &out), -EAGAIN);
    assert_string_equal(out.events, "B");
    sc_cut_destroy(&cut);
    free(stream.data);
}

static void heads_are_bounded(void **state)
{
    (void)state;
    for (int over = 0; over < 2; over++) {
        struct bytes jpeg = make_jpeg(100, 1), both = {0};
        struct input in = {.form = SC_CUT_MULTIPART, .boundary = "b"};
        put_text(&in.bytes, "--b\r\nX: ");
        for (int i = 0; i < 8192 - 7 + over; i++)
            put(&in.bytes, "", 1);
        put_text(&in.bytes, "\r\n\r\n");
        put_bytes(&in.bytes, jpeg);
        put_text(&in.bytes, "\r\n--b\r\n\r\n");
        put_bytes(&in.bytes, jpeg);
        put_bytes(&both, jpeg);
        put_bytes(&both, jpeg);
        assert_cut("head", &in, over ? "BP" : "PP", over ? jpeg : both);
        free(in.bytes.data);
        free(jpeg.data);
        free(both.data);
    }
}

static void endless_text_takes_little_memory(void **state)
{
    static const struct {
        const char *name, *boundary, *start, *unit, *events;
    } rows[] = {
        {"preamble", "b", "x", "--bee\r\n-", "B"},
        {"preamble, boundary not known", NULL, "x", "- -- \r\n", "B"},
        {"line of the preamble", "b", "x", "--", "B"},
        {"line of the preamble, boundary not known", NULL, "--", "--a\1", "B"},
        {"header line", "b", "--b\r\nX: ", "--", "B"},
        {"header lines", "b", "--b\r\n", "X: y\r\n", "B"},
        {"blank lines in front", "b", "", "\r\n", ""},
        {"blank lines in a body", "b", "--b\r\n\r\n", "\r\n", ""},
        {"boundaries", "b", "--b\r\n", "--b\r\n", ""},
        {"heads", "b", "--b\r\n", "Content-Length: 7\r\n\r\n--b\r\n", ""},
        {"text part", "b", "--b\r\nContent-Type: text/plain\r\n\r\n", "-- text", ""},
        {"closed", "b", "--b--", "--b\r\n", ""},
        {"garbage part", "aaaaaaab", "--aaaaaaab\r\n\r\n", "--aaaaaaaa", "M"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct input in = {.form = SC_CUT_MULTIPART, .boundary = rows[i].boundary};
        struct bytes none = {0};
        put_text(&in.bytes, rows[i].start);
        while (in.bytes.len_bytes < 300000)
            put_text(&in.bytes, rows[i].unit);
        assert_cut(rows[i].name, &in, rows[i].events, none);
        free(in.bytes.data);
    }
}

/* Parts that promise a megabyte each and are no longer than a line. What follows each, the next
 * ones with it, reads as one GIF's blocks: 5 s of work, were it looked at for every part. */
static void lengths_that_lie_cost_no_more_than_others(void **state)
{
    static const char part[] = "\n--b\nContent-Length: 1000000\n\nGIF89a\2\0\2\0\0\0\0"
                               ",\0\0\0\0\2\0\2\0\0\2";
    static const uint8_t block_bytes = sizeof part - 1;
    struct input in = {SC_CUT_MULTIPART, "b", 1 << 20, {0}};
    (void)state;
    while (in.bytes.len_bytes < 3 << 20) {
        put(&in.bytes, part, sizeof part - 1);
        for (int i = 0; i < 100; i++)
            put(&in.bytes, "\1.", 2);
        put(&in.bytes, &block_bytes, 1);
    }
    assert_true(time_of(&in) <= 2);
    free(in.bytes.data);
}

static void boundary_of_a_header_is_checked(void **state)
{
    static const struct {
        const char *boundary;
        int rc;
    } rows[] = {
        {"b", 0},
        {"\"b\"", 0},
        {" --b ", 0},
        {"\"b", 0},
        {"\"b\"; charset=x", 0},
        {"\"\"; charset=x", -EINVAL},
        {"", -EINVAL},
        {"\"\"", -EINVAL},
        {"--", -EINVAL},
        {" ", -EINVAL},
        {"a\r\n", -EINVAL},
        {"a\tb", -EINVAL},
        {"a\x7f", -EINVAL},
        {"a b", 0},
    };
    char longest[202];
    struct sc_cut *cut = NULL;
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        assert_int_equal(sc_cut_create(SC_CUT_MULTIPART, rows[i].boundary, 1000, &cut), rows[i].rc);
        sc_cut_destroy(&cut);
    }
    memset(longest, 'b', sizeof longest);
    longest[201] = '\0';
    assert_int_equal(sc_cut_create(SC_CUT_MULTIPART, longest, 1000, &cut), -EINVAL);
    longest[200] = '\0';
    assert_int_equal(sc_cut_create(SC_CUT_MULTIPART, longest, 1000, &cut), 0);
    sc_cut_destroy(&cut);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_dialect_gives_the_frames_that_went_in),
        cmocka_unit_test(every_dialect_carries_png_too),
        cmocka_unit_test(every_dialect_carries_webp_and_gif_between_others),
        cmocka_unit_test(broken_parts_cost_nobody_else),
        cmocka_unit_test(truncated_webp_is_never_given),
        cmocka_unit_test(boundary_inside_a_webp_is_passed_by_its_length),
        cmocka_unit_test(picture_at_the_limit_passes_and_one_above_is_skipped),
        cmocka_unit_test(picture_is_given_with_its_last_byte),
        cmocka_unit_test(truncated_picture_is_told_of_when_its_length_has_passed),
        cmocka_unit_test(heads_are_bounded),
        cmocka_unit_test(endless_text_takes_little_memory),
        cmocka_unit_test(lengths_that_lie_cost_no_more_than_others),
        cmocka_unit_test(boundary_of_a_header_is_checked),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
