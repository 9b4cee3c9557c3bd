/* SPDX-License-Identifier: MIT */
#include "client/client.h"

#include <errno.h>

#include "client/part.h"

/* Room for the next bytes; of a full body one byte that it must not have. */
static void *room_of(struct sc_buf *body, char *one_more, size_t *out_room_bytes)
{
    bool is_full = body->len_bytes == body->max_bytes;
    *out_room_bytes = is_full ? 1 : body->cap_bytes - body->len_bytes;
    return is_full ? one_more : body->data + body->len_bytes;
}

static int read_all(struct sc_client *client, int wake_fd, struct sc_buf *body, struct sc_err *err)
{
    for (;;) {
        char one_more;
        size_t n, room_bytes;
        bool is_full = body->len_bytes == body->max_bytes;
        int rc = is_full ? 0 : sc_buf_reserve(body, 1);
        if (rc < 0)
            return sc_err_set(err, rc, "out of memory");
        void *room = room_of(body, &one_more, &room_bytes);
        rc = sc_client_read(client, wake_fd, room, room_bytes, &n, err);
        if (rc == 0 && is_full)
            rc = sc_err_set(err, -EMSGSIZE, "'%s': it is larger than %zu bytes",
                            sc_client_target(client)->shown, body->max_bytes);
        if (rc < 0)
            return rc == -ENODATA ? 0 : rc;
        body->len_bytes += n;
    }
}

static int fetch(struct sc_client *client, int wake_fd, struct sc_buf *body, struct sc_err *err)
{
    int rc = 0;
    if (!client->is_fetching) {
        sc_buf_consume(body, body->len_bytes);
        rc = sc_client_start(client, NULL, err);
        client->is_fetching = rc == 0;
    }
    if (rc == 0)
        rc = sc_client_answer(client, wake_fd, err);
    if (rc < 0)
        return rc;
    return rc >= 200 && rc < 300 ? read_all(client, wake_fd, body, err)
                                 : sc_client_refuse(client, rc, err);
}

int sc_client_fetch(struct sc_client *client, int wake_fd, uint64_t until_ns, struct sc_buf *body,
                    struct sc_err *err)
{
    client->until_ns = until_ns;
    int rc = fetch(client, wake_fd, body, err);
    client->until_ns = UINT64_MAX;
    if (rc != -ECANCELED)
        client->is_fetching = false;
    return rc;
}
