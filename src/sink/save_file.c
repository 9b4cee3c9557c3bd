/* SPDX-License-Identifier: MIT */
#include "sink/save_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/own.h"

static int check(const char *path, struct sc_err *err)
{
    struct stat status;
    size_t n = strlen(path);
    if (n == 0 || path[n - 1] == '/')
        return sc_err_set(err, -EISDIR, "'%s' is a folder: name a file in it", path);
    if (stat(path, &status) < 0 || S_ISREG(status.st_mode))
        return 0;
    if (S_ISDIR(status.st_mode))
        return sc_err_set(err, -EISDIR, "'%s' is a folder: name a file in it", path);
    return sc_err_set(err, -EINVAL, "'%s' is there and is no file: it would be lost", path);
}

static int make_paths(struct sc_save_file *file, const char *path)
{
    file->path = realpath(path, NULL);
    if (!file->path)
        file->path = strdup(path);
    if (!file->path)
        return -ENOMEM;
    const char *slash = strrchr(file->path, '/');
    const char *name = slash ? slash + 1 : file->path;
    if (asprintf(&file->fresh_path, "%.*s.%s.new", (int)(name - file->path), file->path, name) >= 0)
        return 0;
    file->fresh_path = NULL;
    return -ENOMEM;
}

int sc_save_file_init(struct sc_save_file *file, const char *path, struct sc_err *err)
{
    *file = (struct sc_save_file){.mode = 0644, .uid = (uid_t)-1, .gid = (gid_t)-1};
    int rc = check(path, err);
    if (rc == 0 && make_paths(file, path) < 0)
        rc = sc_err_set(err, -ENOMEM, "out of memory");
    if (rc < 0)
        sc_save_file_fini(file);
    return rc;
}

void sc_save_file_fini(struct sc_save_file *file)
{
    sc_own_free(&file->path);
    sc_own_free(&file->fresh_path);
}

static int write_all(int fd, struct sc_slice picture)
{
    size_t done = 0;
    while (done < picture.len_bytes) {
        ssize_t n = write(fd, picture.data + done, picture.len_bytes - done);
        if (n < 0 && errno != EINTR)
            return -errno;
        done += n > 0 ? (size_t)n : 0;
    }
    return 0;
}

static int fill(const struct sc_save_file *file, struct sc_slice picture)
{
    int fd SC_AUTO(sc_own_close) =
        open(file->fresh_path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (fd < 0)
        return -errno;
    bool is_owned = file->uid != (uid_t)-1 || file->gid != (gid_t)-1;
    int rc = write_all(fd, picture);
    if (rc == 0 && is_owned && fchown(fd, file->uid, file->gid) < 0)
        rc = -errno;
    if (rc == 0 && fchmod(fd, file->mode) < 0)
        rc = -errno;
    return rc;
}

/* What an earlier run left behind, or somebody else put there, is not written to. */
int sc_save_file_write(const struct sc_save_file *file, struct sc_slice picture)
{
    (void)unlink(file->fresh_path);
    int rc = fill(file, picture);
    if (rc == 0 && rename(file->fresh_path, file->path) < 0)
        rc = -errno;
    if (rc < 0)
        (void)unlink(file->fresh_path);
    return rc;
}
