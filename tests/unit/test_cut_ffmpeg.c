/* SPDX-License-Identifier: MIT */
/* What ffmpeg really writes into a pipe, against the frames that it writes into files. */
#include "cut_kit.h"

#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define N_FRAMES 8
#define FRAMES   "-frames:v", "8", "-threads", "1", "-bitexact"

/* Returns: whether there is an ffmpeg; all its outputs are in the working directory then. */
static bool run_ffmpeg(void)
{
    char *args[] = {
        "ffmpeg", "-nostdin", "-v", "error", "-f", "lavfi", "-i", "testsrc=size=160x120:rate=10",
        /* as a program would read them ... */
        FRAMES, "-c:v", "mjpeg", "-f", "mpjpeg", "stream.mpjpeg", FRAMES, "-c:v", "mjpeg", "-f",
        "image2pipe", "stream.jpeg", FRAMES, "-c:v", "png", "-f", "image2pipe", "stream.png",
        /* ... and one by one */
        FRAMES, "-c:v", "mjpeg", "-f", "image2", "%d.jpeg", FRAMES, "-c:v", "png", "-f", "image2",
        "%d.png", NULL};
    pid_t pid;
    int status = -1;
    if (posix_spawnp(&pid, args[0], NULL, NULL, args, environ) != 0)
        return false;
    assert_int_equal(waitpid(pid, &status, 0), pid);
    if (WIFEXITED(status) && WEXITSTATUS(status) == 127)
        return false;
    assert_int_equal(status, 0);
    return true;
}

static void put_file(struct bytes *to, const char *path)
{
    uint8_t piece[4096];
    FILE *file = fopen(path, "rb");
    assert_non_null(file);
    for (size_t n; (n = fread(piece, 1, sizeof piece, file)) > 0;)
        put(to, piece, n);
    (void)fclose(file); /* read-only */
    assert_int_equal(unlink(path), 0);
}

static struct bytes put_frames(const char *suffix)
{
    struct bytes frames = {0};
    for (int i = 1; i <= N_FRAMES; i++) {
        char path[32];
        (void)snprintf(path, sizeof path, "%d.%s", i, suffix);
        put_file(&frames, path);
    }
    return frames;
}

static void check(const char *path, enum sc_cut_form form, const char *boundary,
                  struct bytes frames)
{
    struct input in = {.form = form, .boundary = boundary};
    put_file(&in.bytes, path);
    assert_cut(path, &in, "PPPPPPPP", frames);
    if (form != SC_CUT_AUTO) {
        in.form = SC_CUT_AUTO;
        assert_cut(path, &in, "PPPPPPPP", frames);
    }
    free(in.bytes.data);
}

static void streams_of_ffmpeg_give_the_frames_of_its_files(void **state)
{
    char folder[] = "/tmp/stillcast-ffmpeg-XXXXXX";
    (void)state;
    assert_non_null(mkdtemp(folder));
    assert_int_equal(chdir(folder), 0);
    if (!run_ffmpeg()) {
        print_message("no ffmpeg here\n");
        assert_int_equal(rmdir(folder), 0);
        skip();
    }
    struct bytes jpegs = put_frames("jpeg"), pngs = put_frames("png");
    check("stream.mpjpeg", SC_CUT_MULTIPART, "ffmpeg", jpegs);
    check("stream.jpeg", SC_CUT_PLAIN, NULL, jpegs);
    check("stream.png", SC_CUT_PLAIN, NULL, pngs);
    free(jpegs.data);
    free(pngs.data);
    assert_int_equal(rmdir(folder), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(streams_of_ffmpeg_give_the_frames_of_its_files),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
