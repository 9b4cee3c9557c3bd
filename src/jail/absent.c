/* SPDX-License-Identifier: MIT */
/* A build without the sandbox. */
#include <errno.h>

#include "jail/parts.h"

int sc_jail_confine_files(const struct sc_jail_paths *paths, struct sc_err *err)
{
    (void)paths;
    return sc_err_set(err, -EOPNOTSUPP, "this stillcast was built without its sandbox");
}

int sc_jail_confine_calls(struct sc_err *err)
{
    return sc_err_set(err, -EOPNOTSUPP, "this stillcast was built without its sandbox");
}
