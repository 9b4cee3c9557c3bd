/* SPDX-License-Identifier: MIT */
#include "source/pull.h"

const struct sc_source_ops sc_source_https = {
    .name = "https",
    .usage = "https://[USER:PASSWORD@]HOST[:PORT]/...",
    .help = "the same by TLS, with the server's certificate checked, and the same options",
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
