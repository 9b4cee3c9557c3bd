/* SPDX-License-Identifier: MIT */
#include "net/send.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "base/own.h"
#include "net/send_strategy.h"

#define SMALL_BYTES 32768 /* above this a ring is no cheaper, and dearer above 128 KB */
#define LARGE_BYTES 98304
#define MANY        64 /* below this a file costs more than it saves */
#define FEW         4  /* below this a ring has nothing to save */

struct sc_sender {
    const struct sc_sender_ops *ops;
    bool has_files; /* for what many want */
    _Alignas(max_align_t) char state[];
};

static void plain_send(void *state, struct sc_send *sends, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        sends[i].sent =
            send(sends[i].fd, sends[i].data, sends[i].len_bytes, MSG_NOSIGNAL | MSG_DONTWAIT);
        if (sends[i].sent < 0)
            sends[i].sent = -errno;
    }
}

const struct sc_sender_ops sc_sender_plain = {.name = "plain", .send = plain_send};

static int create(const struct sc_sender_ops *ops, struct sc_sender **out_sender)
{
    struct sc_sender *sender SC_AUTO(sc_own_free) = calloc(1, sizeof *sender + ops->state_size);
    if (!sender)
        return -ENOMEM;
    sender->ops = ops;
    int rc = ops->open ? ops->open(sender->state) : 0;
    if (rc == 0)
        *out_sender = sc_steal(sender);
    return rc;
}

int sc_sender_create(enum sc_sender_kind kind, struct sc_sender **out_sender, struct sc_err *err)
{
    int rc = -ENOSYS;
    if (kind != SC_SENDER_PLAIN && sc_sender_uring)
        rc = create(sc_sender_uring, out_sender);
    if (rc < 0 && kind != SC_SENDER_URING)
        rc = create(&sc_sender_plain, out_sender);
    if (rc == 0)
        (*out_sender)->has_files = kind == SC_SENDER_AUTO;
    if (rc < 0)
        return sc_err_set(err, rc,
                          "sending by io_uring is not to be had here (%s): use --sender plain",
                          sc_sender_uring ? strerror(-rc) : "this build was made without liburing");
    return 0;
}

void sc_sender_destroy(struct sc_sender **sender)
{
    struct sc_sender *old = sc_steal(*sender);
    if (old && old->ops->close)
        old->ops->close(old->state);
    free(old);
}

const char *sc_sender_name(const struct sc_sender *sender)
{
    return sender->ops->name;
}

static bool is_for_file(const struct sc_send *sends, size_t n)
{
    return n >= MANY && sends[0].len_bytes > SMALL_BYTES && sends[0].len_bytes <= LARGE_BYTES;
}

void sc_sender_send(struct sc_sender *sender, struct sc_send *sends, size_t n)
{
    if (sender->has_files && is_for_file(sends, n))
        sc_sender_file.send(NULL, sends, n);
    else if (n < FEW || sends[0].len_bytes > SMALL_BYTES)
        plain_send(NULL, sends, n);
    else
        sender->ops->send(sender->state, sends, n);
}
