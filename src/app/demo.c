/* SPDX-License-Identifier: MIT */
#define SC_LOG_TOPIC "app.demo"
#include "app/demo.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "draw/slides.h"
#include "source/table.h"
#include "stillcast/log.h"

/* What is drawn by this program, and the source that each needs. */
static const struct {
    const char *needs;
    char *argument;
} drawn[] = {
    {"graph", (char[]){"load=graph:system#window=60s#size=480x270#dpr=2"}},
    {"text", (char[]){"clock=text:%T%n%e %B#size=960x540#format=jpeg"}},
    {"test", (char[]){"test=test:#size=960x540"}},
};

static void remove_directory(char *path)
{
    DIR *directory = opendir(path);
    if (directory) {
        const struct dirent *entry;
        while ((entry = readdir(directory)))
            (void)unlinkat(dirfd(directory), entry->d_name,
                           0); /* "." and ".." stay by themselves */
        (void)closedir(directory);
    }
    (void)rmdir(path);
    path[0] = '\0';
}

static int make_directory(struct sc_demo *demo, struct sc_err *err)
{
    const char *parent = getenv("TMPDIR");
    if (!parent || !*parent)
        parent = "/tmp";
    int bytes = snprintf(demo->directory, sizeof demo->directory, "%s/stillcast-XXXXXX", parent);
    if (bytes < (int)sizeof demo->directory && mkdtemp(demo->directory))
        return 0;
    int error = bytes < (int)sizeof demo->directory ? -errno : -ENAMETOOLONG;
    demo->directory[0] = '\0';
    return sc_err_set(err, error, "no temporary directory in '%.200s': %s", parent,
                      strerror(-error));
}

static void add_slides(struct sc_demo *demo)
{
    struct sc_err err;
    int status = make_directory(demo, &err);
    if (status == 0)
        status = sc_slides_write(demo->directory, &err);
    if (status < 0) {
        sc_log(SC_WARN, "no slides: %s", err.text);
        sc_demo_fini(demo);
        return;
    }
    (void)snprintf(demo->slides, sizeof demo->slides, "slides=files:%s#fps=0.5", demo->directory);
    demo->sources[demo->n_sources++] = demo->slides;
}

void sc_demo_init(struct sc_demo *demo)
{
    *demo = (struct sc_demo){0};
    for (size_t i = 0; i < sizeof drawn / sizeof *drawn; i++)
        if (sc_source_find(drawn[i].needs))
            demo->sources[demo->n_sources++] = drawn[i].argument;
    if (demo->n_sources < sizeof drawn / sizeof *drawn)
        sc_log(SC_WARN, "not all of the demo: this stillcast was built without drawing");
    add_slides(demo);
}

void sc_demo_fini(struct sc_demo *demo)
{
    if (demo->directory[0])
        remove_directory(demo->directory);
}
