/* SPDX-License-Identifier: MIT */
#include "source/files/disk.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "base/own.h"
#include "picture/probe.h"

static struct sc_disk_id id_of(const struct stat *st)
{
    return (struct sc_disk_id){st->st_dev, st->st_ino, st->st_size, st->st_mtim, st->st_ctim};
}

int sc_disk_look(const struct sc_disk_file *file, struct sc_disk_id *out_id)
{
    struct stat st;
    int flags = file->is_link_followed ? 0 : AT_SYMLINK_NOFOLLOW;
    if (fstatat(AT_FDCWD, file->path, &st, flags) < 0)
        return -errno;
    *out_id = id_of(&st);
    return 0;
}

static bool is_same_time(struct timespec a, struct timespec b)
{
    return a.tv_sec == b.tv_sec && a.tv_nsec == b.tv_nsec;
}

bool sc_disk_is_same(const struct sc_disk_id *a, const struct sc_disk_id *b)
{
    return a->dev == b->dev && a->ino == b->ino && a->size_bytes == b->size_bytes &&
           is_same_time(a->written, b->written) && is_same_time(a->changed, b->changed);
}

/* What went wrong with us stays as it is; what is wrong with the file makes it a bad picture. */
static int fault(int code)
{
    switch (code) {
    case EMFILE:
    case ENFILE:
    case ENOMEM:
        return -code;
    case ENOENT:
    case ENOTDIR:
        return -ENOENT;
    default:
        return -EBADMSG;
    }
}

static int fail(const struct sc_disk_file *file, int code, struct sc_err *err)
{
    return sc_err_set(err, fault(code), "'%s': %s", file->path, strerror(code));
}

static int open_file(const struct sc_disk_file *file, struct sc_err *err)
{
    int flags = O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY;
    int fd = open(file->path, file->is_link_followed ? flags : flags | O_NOFOLLOW);
    if (fd < 0 && errno == ELOOP && !file->is_link_followed)
        return sc_err_set(err, -EBADMSG, "'%s' is a link, which is not followed here", file->path);
    return fd < 0 ? fail(file, errno, err) : fd;
}

static int check_status(const struct sc_disk_file *file, int fd, size_t max_bytes,
                        struct sc_disk_id *out_id, struct sc_err *err)
{
    struct stat st;
    if (fstat(fd, &st) < 0)
        return fail(file, errno, err);
    if (!S_ISREG(st.st_mode))
        return sc_err_set(err, -EBADMSG, "'%s' is not a regular file", file->path);
    if (st.st_size == 0)
        return sc_err_set(err, -EBADMSG, "'%s' is empty", file->path);
    if ((uint64_t)st.st_size > max_bytes)
        return sc_err_set(err, -EMSGSIZE, "'%s' has %lld bytes, more than the limit of %zu",
                          file->path, (long long)st.st_size, max_bytes);
    *out_id = id_of(&st);
    return 0;
}

static int read_all(const struct sc_disk_file *file, int fd, struct sc_draft *draft,
                    struct sc_err *err)
{
    for (;;) {
        uint8_t *room;
        size_t room_bytes;
        if (sc_draft_room(draft, 0, &room, &room_bytes) < 0)
            return sc_err_set(err, -ENOMEM, "'%s': out of memory", file->path);
        if (room_bytes == 0)
            return 0;
        ssize_t n = read(fd, room, room_bytes);
        if (n < 0 && errno != EINTR)
            return fail(file, errno, err);
        if (n == 0)
            return 0;
        if (n > 0)
            sc_draft_commit(draft, (size_t)n);
    }
}

static int check_picture(const struct sc_disk_file *file, const struct sc_draft *draft,
                         struct sc_err *err)
{
    static const struct sc_picture_limits limits = SC_PICTURE_LIMITS_DEFAULT;
    struct sc_slice bytes = sc_draft_written(draft);
    struct sc_picture_info info;
    struct sc_err reason;
    int rc = sc_picture_probe(bytes.data, bytes.len_bytes, &limits, &info, &reason);
    if (rc < 0)
        return sc_err_set(err, rc, "'%s': %s", file->path, reason.text);
    if (info.kind == SC_KIND_SVG && !file->is_svg_allowed)
        return sc_err_set(err, -EBADMSG,
                          "'%s' is an SVG, which is active content: allow it with #svg=yes",
                          file->path);
    return 0;
}

int sc_disk_read(struct sc_pool *pool, const struct sc_disk_file *file, struct sc_draft **out_draft,
                 struct sc_disk_id *out_id, struct sc_err *err)
{
    struct sc_draft *draft SC_AUTO(sc_draft_destroy) = NULL;
    struct sc_disk_id before = {0}, after = {0};
    size_t max_bytes = sc_pool_frame_max_bytes(pool);
    int fd SC_AUTO(sc_own_close) = open_file(file, err);
    int rc = fd < 0 ? fd : check_status(file, fd, max_bytes, &before, err);
    if (rc < 0)
        return rc;
    rc = sc_draft_create(pool, (size_t)before.size_bytes, &draft);
    if (rc < 0)
        return sc_err_set(err, rc, "'%s': no memory for its %lld bytes", file->path,
                          (long long)before.size_bytes);
    rc = read_all(file, fd, draft, err);
    if (rc == 0)
        rc = check_status(file, fd, max_bytes, &after, err);
    if (rc < 0)
        return rc;
    if (!sc_disk_is_same(&before, &after) || sc_draft_len_bytes(draft) != (size_t)before.size_bytes)
        return sc_err_set(err, -EAGAIN, "'%s' changed while it was read", file->path);
    rc = check_picture(file, draft, err);
    if (rc < 0)
        return rc;
    if (out_id)
        *out_id = before;
    *out_draft = sc_steal(draft);
    return 0;
}
