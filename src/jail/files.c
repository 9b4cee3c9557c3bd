/* SPDX-License-Identifier: MIT */
/* Landlock (landlock(7)): what is not allowed here is forbidden, whoever we are. */
#include <errno.h>
#include <fcntl.h>
#include <linux/landlock.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#include "base/own.h"
#include "jail/parts.h"

#ifndef LANDLOCK_ACCESS_FS_TRUNCATE
#define LANDLOCK_ACCESS_FS_TRUNCATE (1ULL << 14) /* since ABI 3; Debian 12's headers lack it */
#endif

#define FS(right) LANDLOCK_ACCESS_FS_##right

#define READS_FILE  FS(READ_FILE)
#define READS       (READS_FILE | FS(READ_DIR))
#define WRITES_FILE (FS(WRITE_FILE) | FS(TRUNCATE))
#define WRITES                                                                                     \
    (WRITES_FILE | FS(REMOVE_DIR) | FS(REMOVE_FILE) | FS(MAKE_DIR) | FS(MAKE_REG) | FS(REFER))
#define NEVER                                                                                      \
    (FS(EXECUTE) | FS(MAKE_CHAR) | FS(MAKE_SOCK) | FS(MAKE_FIFO) | FS(MAKE_BLOCK) | FS(MAKE_SYM))

struct rules {
    int fd;
    uint64_t handled; /* rights that this kernel knows */
};

static const struct {
    const char *path; /* below $HOME when it is relative */
    uint64_t rights;
} of_the_system[] = {
    {"/usr", READS},
    {"/lib", READS},
    {"/lib64", READS},
    {"/etc", READS},
    {"/proc", READS},
    {"/sys", READS},
    {"/run", READS},
    {"/var/cache/fontconfig", READS},
    {"/dev", READS},
    {"/dev/null", READS_FILE | WRITES_FILE},
    {".fonts", READS},
    {".fontconfig", READS},
    {".config/fontconfig", READS},
    {".cache/fontconfig", READS},
    {".local/share/fonts", READS},
};

static uint64_t known_rights(long abi)
{
    uint64_t rights = READS | WRITES | NEVER;
    if (abi < 3)
        rights &= ~FS(TRUNCATE);
    if (abi < 2)
        rights &= ~FS(REFER);
    return rights;
}

static int open_rules(struct rules *rules, struct sc_err *err)
{
    long abi = syscall(SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_CREATE_RULESET_VERSION);
    if (abi < 1)
        return sc_err_set(err, -ENOSYS, "this kernel has no Landlock, so files are not confined");
    struct landlock_ruleset_attr wanted = {.handled_access_fs = known_rights(abi)};
    rules->handled = wanted.handled_access_fs;
    rules->fd = (int)syscall(SYS_landlock_create_ruleset, &wanted, sizeof wanted, 0);
    if (rules->fd < 0)
        return sc_err_set(err, -errno, "Landlock: %s", strerror(errno));
    return 0;
}

/* What is not there needs no rule. */
static int allow(const struct rules *rules, const char *path, uint64_t rights, struct sc_err *err)
{
    struct stat status;
    int fd SC_AUTO(sc_own_close) = open(path, O_PATH | O_CLOEXEC);
    if (fd < 0 || fstat(fd, &status) < 0)
        return 0;
    if (!S_ISDIR(status.st_mode))
        rights &= READS_FILE | WRITES_FILE;
    struct landlock_path_beneath_attr rule = {rights & rules->handled, fd};
    if (syscall(SYS_landlock_add_rule, rules->fd, LANDLOCK_RULE_PATH_BENEATH, &rule, 0) < 0)
        return sc_err_set(err, -errno, "Landlock, '%s': %s", path, strerror(errno));
    return 0;
}

static int allow_system(const struct rules *rules, struct sc_err *err)
{
    const char *home = getenv("HOME");
    char path[4096];
    int rc = 0;
    for (size_t i = 0; rc == 0 && i < sizeof of_the_system / sizeof of_the_system[0]; i++) {
        bool is_at_home = of_the_system[i].path[0] != '/';
        if (is_at_home && (!home || home[0] != '/'))
            continue;
        (void)snprintf(path, sizeof path, "%s%s%s", is_at_home ? home : "", is_at_home ? "/" : "",
                       of_the_system[i].path);
        rc = allow(rules, path, of_the_system[i].rights, err);
    }
    return rc;
}

/* Cameras are opened for writing, too, but nothing in /dev is made. */
static uint64_t rights_of(const struct sc_jail_path *path)
{
    if (path->is_written)
        return READS | WRITES;
    return strncmp(path->path, "/dev", 4) == 0 ? READS | FS(WRITE_FILE) : READS;
}

int sc_jail_confine_files(const struct sc_jail_paths *paths, struct sc_err *err)
{
    struct rules rules = {.fd = -1};
    int rc = open_rules(&rules, err);
    if (rc == 0)
        rc = allow_system(&rules, err);
    for (size_t i = 0; rc == 0 && i < paths->n; i++)
        rc = allow(&rules, paths->items[i].path, rights_of(&paths->items[i]), err);
    if (rc == 0 && syscall(SYS_landlock_restrict_self, rules.fd, 0) < 0)
        rc = sc_err_set(err, -errno, "Landlock: %s", strerror(errno));
    sc_own_close(&rules.fd);
    return rc;
}
