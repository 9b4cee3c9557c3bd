/* SPDX-License-Identifier: MIT */
#include "source/v4l2/devices.h"

#include <errno.h>

int sc_v4l2_list_devices(char *const *paths, size_t n, json_t **out_all, struct sc_err *err)
{
    (void)paths;
    (void)n;
    (void)out_all;
    return sc_err_set(err, -EOPNOTSUPP, "this build has no cameras (meson option 'v4l2')");
}
