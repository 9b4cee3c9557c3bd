/* SPDX-License-Identifier: MIT */
#include "source/spec/name.h"

#include <stdio.h>
#include <string.h>

#include "stillcast/registry.h"

static const char allowed[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-";

static size_t without_slashes(const char *path, size_t n)
{
    while (n > 0 && path[n - 1] == '/')
        n--;
    return n;
}

static size_t level_start(const char *path, size_t end)
{
    while (end > 0 && path[end - 1] != '/')
        end--;
    return end;
}

void sc_name_of_path(const char *path, char *out_name, size_t name_bytes)
{
    size_t end = without_slashes(path, strlen(path));
    size_t start = level_start(path, end);
    const char *dot = memrchr(path + start, '.', end - start);
    if (dot && dot > path + start)
        end = (size_t)(dot - path);
    (void)snprintf(out_name, name_bytes, "%.*s", (int)(end - start), path + start);
}

void sc_name_of_parent(const char *path, char *out_name, size_t name_bytes)
{
    size_t end = level_start(path, without_slashes(path, strlen(path)));
    end = without_slashes(path, end);
    size_t start = level_start(path, end);
    (void)snprintf(out_name, name_bytes, "%.*s", (int)(end - start), path + start);
}

void sc_name_make(const char *raw, const char *fallback, char *out_name, size_t name_bytes)
{
    char name[SC_STREAM_NAME_BYTES];
    size_t n = 0;
    for (const char *c = raw; *c && n < sizeof name - 1; c++) {
        bool is_good = strchr(allowed, *c) && !(n == 0 && strchr(".-", *c));
        if (is_good)
            name[n++] = *c;
        else if (n > 0 && name[n - 1] != '-')
            name[n++] = '-';
    }
    while (n > 0 && name[n - 1] == '-')
        n--;
    name[n] = '\0';
    bool is_valid = sc_registry_check_name(name, NULL) == 0;
    (void)snprintf(out_name, name_bytes, "%s", is_valid ? name : fallback);
}
