/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "jail/jail.h"

static const struct passwd *find(const char *name)
{
    const struct passwd *user = getpwnam(name);
    char *end;
    if (user || !*name)
        return user;
    errno = 0;
    unsigned long number = strtoul(name, &end, 10);
    return *end || errno || number > (uid_t)-2 ? NULL : getpwuid((uid_t)number);
}

int sc_jail_become(const char *name, struct sc_err *err)
{
    const struct passwd *user = find(name);
    if (!user)
        return sc_err_set(err, -ENOENT, "--user %s: there is no such user", name);
    if (geteuid() == user->pw_uid)
        return 0;
    if (geteuid() != 0)
        return sc_err_set(err, -EPERM,
                          "--user %s: only root can become another user; start it as that user",
                          name);
    if (initgroups(user->pw_name, user->pw_gid) < 0 ||
        setresgid(user->pw_gid, user->pw_gid, user->pw_gid) < 0 ||
        setresuid(user->pw_uid, user->pw_uid, user->pw_uid) < 0)
        return sc_err_set(err, -errno, "--user %s: %s", name, strerror(errno));
    if (user->pw_uid != 0 && setresuid(0, 0, 0) == 0)
        return sc_err_set(err, -EPERM, "--user %s: root could be had back", name);
    return setenv("HOME", user->pw_dir, 1) < 0 ? sc_err_set(err, -ENOMEM, "out of memory") : 0;
}
