/* SPDX-License-Identifier: MIT */
#include "source/v4l2/holders.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/own.h"

#define PATH_BYTES 64
#define NAME_BYTES 32

static bool is_same(const struct stat *a, const struct stat *b)
{
    if (S_ISCHR(a->st_mode) && S_ISCHR(b->st_mode))
        return a->st_rdev == b->st_rdev;
    return a->st_dev == b->st_dev && a->st_ino == b->st_ino;
}

static void close_folder(DIR **folder)
{
    if (*folder)
        (void)closedir(*folder);
}

static bool holds(const char *pid, const struct stat *wanted)
{
    char path[PATH_BYTES];
    struct stat status;
    (void)snprintf(path, sizeof path, "/proc/%.16s/fd", pid);
    DIR *folder SC_AUTO(close_folder) = opendir(path);
    for (struct dirent *each; folder && (each = readdir(folder));)
        if (fstatat(dirfd(folder), each->d_name, &status, 0) == 0 && is_same(&status, wanted))
            return true;
    return false;
}

static void read_name(const char *pid, char *out_name)
{
    char path[PATH_BYTES];
    (void)snprintf(path, sizeof path, "/proc/%.16s/comm", pid);
    int fd SC_AUTO(sc_own_close) = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t n = fd < 0 ? 0 : read(fd, out_name, NAME_BYTES - 1);
    out_name[n > 0 ? n : 0] = '\0';
    out_name[strcspn(out_name, "\n")] = '\0';
}

json_t *sc_v4l2_holders(const char *path, pid_t not_pid)
{
    struct stat wanted;
    char name[NAME_BYTES];
    json_t *found = json_array();
    DIR *folder SC_AUTO(close_folder) = stat(path, &wanted) == 0 ? opendir("/proc") : NULL;
    for (struct dirent *each; folder && (each = readdir(folder));) {
        long pid = strtol(each->d_name, NULL, 10);
        if (pid <= 0 || pid == not_pid || !holds(each->d_name, &wanted))
            continue;
        read_name(each->d_name, name);
        (void)json_array_append_new(
            found, json_pack("{s:I,s:s}", "pid", (json_int_t)pid, "program", name));
    }
    return found;
}

void sc_v4l2_tell_holders(const char *path, pid_t not_pid, char *out_text, size_t text_bytes)
{
    json_t *found = sc_v4l2_holders(path, not_pid), *each;
    size_t i, n = 0;
    out_text[0] = '\0';
    json_array_foreach(found, i, each)
    {
        if (n < text_bytes)
            n += (size_t)snprintf(out_text + n, text_bytes - n, "%s%s (pid %lld)", i ? ", " : "",
                                  json_string_value(json_object_get(each, "program")),
                                  (long long)json_integer_value(json_object_get(each, "pid")));
    }
    json_decref(found);
}

int sc_v4l2_print_holders(const char *question)
{
    char text[SC_V4L2_HOLDERS_BYTES], *path;
    pid_t not_pid = (pid_t)strtol(question, &path, 10);
    sc_v4l2_tell_holders(path + strspn(path, " "), not_pid, text, sizeof text);
    return dprintf(STDOUT_FILENO, "%s", text) < 0;
}
