/* SPDX-License-Identifier: MIT */
#include "source/pull.h"

const struct sc_source_ops sc_source_http = {
    .name = "http",
    .usage = "http://[USER:PASSWORD@]HOST[:PORT]/...",
    .help = "pictures from another server: an MJPEG stream of any dialect, by one connection for "
            "all viewers, or the URL of one picture, which is asked for again and again (#fps, "
            "default 1 a second)",
    .options = sc_pull_options,
    .state_size = sizeof(struct sc_pull),
    .is_on_demand = true,
    .suggest_name = sc_pull_suggest_name,
    .setup = sc_pull_setup,
    .open = sc_pull_open,
    .read = sc_pull_read,
    .close = sc_pull_close,
    .teardown = sc_pull_teardown,
};
