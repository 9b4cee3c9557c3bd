/* SPDX-License-Identifier: MIT */
/* Publishes pictures to a server elsewhere, ten a second, each of them so many times as they are
 * named. With stillcast installed (make install; ldconfig):
 *
 * cc publish.c -o publish $(pkg-config --cflags --libs stillcast)
 * ./publish http://localhost:8080/show one.jpg two.jpg */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "stillcast/publisher.h"

#define PICTURE_MAX_BYTES (16 << 20)
#define SECOND_NS         1000000000ULL

static int publish(struct sc_publisher *live, const char *path, char *room)
{
    FILE *file = fopen(path, "rb");
    if (!file) {
        perror(path);
        return -1;
    }
    size_t n = fread(room, 1, PICTURE_MAX_BYTES, file);
    (void)fclose(file); /* read only */
    return sc_publisher_send(live, room, n);
}

static void complain(const struct sc_err *err, void *self)
{
    (void)self;
    (void)fprintf(stderr, "publish: %s\n", err->text);
}

int main(int n_args, char **args)
{
    const struct sc_publisher_config config = {.url = args[1], .on_problem = complain};
    struct sc_publisher *live = NULL;
    struct sc_err err = {0};
    if (n_args < 3 || sc_publisher_create(&config, &live, &err) < 0) {
        (void)fprintf(stderr, "publish: %s\n", err.code ? err.text : "which URL, which pictures?");
        return 64;
    }
    char *room = malloc(PICTURE_MAX_BYTES);
    int rc = 0;
    for (char **path = args + 2; room && *path && rc == 0; path++) {
        rc = publish(live, *path, room);
        (void)usleep(100000);
    }
    if (rc == 0)
        rc = sc_publisher_flush(live, 5 * SECOND_NS);
    (void)printf("%u watch\n", sc_publisher_n_viewers(live));
    sc_publisher_destroy(&live);
    free(room);
    return rc == 0 ? 0 : 1;
}
