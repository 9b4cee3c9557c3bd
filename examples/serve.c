/* SPDX-License-Identifier: MIT */
/* A program with the server inside, which shows its own pictures: here files, one a second. With
 * stillcast installed (make install; ldconfig):
 *
 * cc serve.c -o serve $(pkg-config --cflags --libs stillcast)
 * ./serve 127.0.0.1:8080 one.jpg two.jpg */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "stillcast/server.h"

static int read_file(const char *path, struct sc_draft *draft, struct sc_err *err)
{
    char bytes[65536];
    size_t n;
    int rc = 0;
    FILE *file = fopen(path, "rb");
    if (!file)
        return sc_err_set(err, -errno, "'%s' cannot be opened: %s", path, strerror(errno));
    while (rc == 0 && (n = fread(bytes, 1, sizeof bytes, file)) > 0)
        rc = sc_draft_append(draft, bytes, n);
    (void)fclose(file); /* read only */
    return rc < 0 ? sc_err_set(err, rc, "'%s' cannot be held: %s", path, strerror(-rc)) : 0;
}

/* A draft is filled, sealed to a frame, and published: from then on viewers share it. */
static int show(struct sc_server *server, struct sc_stream *stream, const char *path,
                struct sc_err *err)
{
    struct sc_draft *draft = NULL;
    const struct sc_frame *frame = NULL;
    int rc = sc_draft_create(sc_server_pool(server), 0, &draft);
    if (rc == 0)
        rc = read_file(path, draft, err);
    if (rc == 0)
        rc = sc_draft_seal(&draft, &(struct sc_seal){0}, &frame, err);
    if (rc == 0)
        rc = sc_stream_publish(stream, &frame, NULL);
    sc_draft_destroy(&draft);
    return rc;
}

static int serve(struct sc_server *server, char **paths, struct sc_err *err)
{
    struct sc_stream *stream = NULL;
    int rc = sc_registry_add(sc_server_registry(server), "show", SC_STREAM_SOURCED, &stream, err);
    if (rc == 0)
        rc = sc_server_start(server);
    if (rc == 0) {
        (void)printf("%sshow\n", sc_server_url(server, 0));
        (void)fflush(stdout);
    }
    for (char **path = paths; rc == 0; path = path[1] ? path + 1 : paths) {
        rc = show(server, stream, *path, err);
        if (rc == 0)
            (void)sleep(1);
    }
    sc_stream_unref(&stream);
    return rc;
}

int main(int n_args, char **args)
{
    struct sc_server_config config;
    struct sc_server *server = NULL;
    struct sc_err err = {0};
    if (n_args < 3) {
        (void)fprintf(stderr, "usage: serve ADDR:PORT PICTURE...\n");
        return 64;
    }
    sc_server_config_init(&config);
    config.listen = (const char *const[]){args[1], NULL};
    if (sc_server_create(&config, &server, &err) == 0)
        (void)serve(server, args + 2, &err);
    (void)fprintf(stderr, "serve: %s\n", err.code ? err.text : "the system gives no more");
    sc_server_destroy(&server);
    return 1;
}
