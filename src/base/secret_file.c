/* SPDX-License-Identifier: MIT */
#include "base/secret_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/own.h"

static int check(const char *path, const struct stat *st, struct sc_err *err)
{
    mode_t too_much = st->st_uid == 0 ? 037 : 077;
    if (!S_ISREG(st->st_mode))
        return sc_err_set(err, -EINVAL, "'%s' is no regular file", path);
    if (st->st_uid != 0 && st->st_uid != geteuid())
        return sc_err_set(err, -EPERM,
                          "'%s' belongs to another user, who could change it: chown it", path);
    if (st->st_mode & too_much)
        return sc_err_set(err, -EPERM, "'%s' can be read by others: chmod 600 '%s'", path, path);
    if (st->st_size == 0)
        return sc_err_set(err, -EINVAL, "'%s' is empty", path);
    if (st->st_size > SC_SECRET_FILE_MAX_BYTES)
        return sc_err_set(err, -EINVAL, "'%s' is larger than 1 MiB", path);
    return 0;
}

/* Returns: bytes; a negative errno. */
static ssize_t read_all(int fd, char *out, size_t bytes)
{
    size_t got = 0;
    while (got < bytes) {
        ssize_t n = read(fd, out + got, bytes - got);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return -errno;
        if (n == 0)
            break;
        got += (size_t)n;
    }
    return (ssize_t)got;
}

int sc_secret_read(const char *path, bool may_be_link, char **out_text, struct sc_err *err)
{
    struct stat st;
    int flags = O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY | (may_be_link ? 0 : O_NOFOLLOW);
    int fd SC_AUTO(sc_own_close) = open(path, flags);
    if (fd < 0 && errno == ELOOP && !may_be_link)
        return sc_err_set(err, -ELOOP, "'%s' is a symbolic link: name the file itself", path);
    if (fd < 0 || fstat(fd, &st) < 0)
        return sc_err_set(err, -errno, "cannot read '%s': %s", path, strerror(errno));
    int rc = check(path, &st, err);
    if (rc < 0)
        return rc;
    char *text SC_AUTO(sc_secret_free) = calloc(1, (size_t)st.st_size + 1);
    if (!text)
        return sc_err_set(err, -ENOMEM, "out of memory");
    ssize_t n = read_all(fd, text, (size_t)st.st_size);
    if (n < 0)
        return sc_err_set(err, (int)n, "cannot read '%s': %s", path, strerror((int)-n));
    if (strlen(text) != (size_t)st.st_size)
        return sc_err_set(err, -EINVAL, "'%s' is cut off or no text", path);
    *out_text = sc_steal(text);
    return 0;
}

void sc_secret_free(char **text)
{
    if (*text)
        explicit_bzero(*text, strlen(*text));
    free(*text);
    *text = NULL;
}
