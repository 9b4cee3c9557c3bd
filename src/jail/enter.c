/* SPDX-License-Identifier: MIT */
#include "jail/jail.h"

#include <errno.h>
#include <string.h>
#include <sys/prctl.h>

#include "jail/parts.h"

/* Files first: afterwards seccomp would forbid it. */
int sc_jail_enter(const struct sc_jail_paths *paths, struct sc_err *err)
{
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
        return sc_err_set(err, -errno, "no-new-privs: %s", strerror(errno));
    (void)prctl(PR_SET_DUMPABLE, 0, 0, 0, 0); /* cannot fail with 0 */
    int files = sc_jail_confine_files(paths, err);
    int calls = sc_jail_confine_calls(files < 0 ? NULL : err);
    return files < 0 ? files : calls;
}
