/* SPDX-License-Identifier: MIT */
#include "app/command/key_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/own.h"
#include "base/secret_file.h"
#include "rights/keyring.h"

static const char preamble[] = "# Keys of stillcast: ID SECRET RIGHT=PATTERN...\n"
                               "# See 'stillcast key --help'. Reload: SIGHUP.\n";

static int check(const char *text, struct sc_err *err)
{
    struct sc_keys *keys SC_AUTO(sc_keys_unref) = NULL;
    char *copy = strdup(text);
    if (!copy)
        return sc_err_set(err, -ENOMEM, "out of memory");
    return sc_keys_parse(&copy, &keys, err);
}

static int write_all(int fd, const char *text)
{
    for (size_t left = strlen(text); left > 0;) {
        ssize_t n = write(fd, text, left);
        if (n < 0 && errno != EINTR)
            return -errno;
        if (n > 0) {
            text += n;
            left -= (size_t)n;
        }
    }
    return fsync(fd) < 0 ? -errno : 0;
}

/* Whoever may read the file now may do so afterwards. */
static void keep_owner(int fd, const char *path)
{
    struct stat st;
    if (stat(path, &st) == 0 && fchown(fd, st.st_uid, st.st_gid) == 0)
        (void)fchmod(fd, st.st_mode & 0777); /* else it stays 600 */
}

/* The file beside it is a lock as well: two changes at a time would lose one. */
static int replace(const char *path, const char *text, struct sc_err *err)
{
    char *beside SC_AUTO(sc_own_free) = NULL;
    if (asprintf(&beside, "%s.new", path) < 0) {
        beside = NULL;
        return sc_err_set(err, -ENOMEM, "out of memory");
    }
    int fd SC_AUTO(sc_own_close) =
        open(beside, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (fd < 0)
        return sc_err_set(err, -errno, "cannot write '%s': %s%s", beside, strerror(errno),
                          errno == EEXIST ? "; if no other change is under way, remove it" : "");
    keep_owner(fd, path);
    int rc = write_all(fd, text);
    if (rc == 0 && rename(beside, path) < 0)
        rc = -errno;
    if (rc == 0)
        return 0;
    (void)unlink(beside);
    return sc_err_set(err, rc, "cannot write '%s': %s", path, strerror(-rc));
}

int sc_key_file_add(const char *path, const char *line, struct sc_err *err)
{
    char *old SC_AUTO(sc_secret_free) = NULL, *text SC_AUTO(sc_secret_free) = NULL;
    int rc = access(path, F_OK) == 0 ? sc_secret_read(path, false, &old, err) : 0;
    if (rc < 0)
        return rc;
    const char *front = old ? old : preamble;
    bool has_end = front[strlen(front) - 1] == '\n';
    if (asprintf(&text, "%s%s%s\n", front, has_end ? "" : "\n", line) < 0) {
        text = NULL;
        return sc_err_set(err, -ENOMEM, "out of memory");
    }
    rc = check(text, err);
    return rc < 0 ? rc : replace(path, text, err);
}

/* Whether the line is that key's. */
static bool is_of(const char *line, const char *id)
{
    line += strspn(line, " \t");
    size_t len = strcspn(line, " \t\n");
    return len == strlen(id) && strncmp(line, id, len) == 0;
}

int sc_key_file_remove(const char *path, const char *id, struct sc_err *err)
{
    char *text SC_AUTO(sc_secret_free) = NULL;
    int rc = sc_secret_read(path, false, &text, err);
    if (rc < 0)
        return rc;
    for (char *line = text; *line;) {
        char *next = line + strcspn(line, "\n");
        next += *next == '\n';
        if (is_of(line, id)) {
            memmove(line, next, strlen(next) + 1);
            return replace(path, text, err); /* without any key left no server starts with it */
        }
        line = next;
    }
    return sc_err_set(err, -ENOENT, "there is no key '%.32s' in '%s'", id, path);
}
