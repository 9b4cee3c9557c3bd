/* SPDX-License-Identifier: MIT */
#include "stillcast/server_config.h"

#include "base/clock.h"

void sc_server_config_init(struct sc_server_config *config)
{
    *config = (struct sc_server_config){
        .frame_max_bytes = 16 * 1024 * 1024,
        .store_max_bytes = 256 * 1024 * 1024,
        .max_streams = 64,
        .header_timeout_ns = 10 * SC_NS_PER_S,
        .idle_timeout_ns = 15 * SC_NS_PER_S,
        .publish_timeout_ns = 30 * SC_NS_PER_S,
        .stall_timeout_ns = 30 * SC_NS_PER_S,
        .guess_delay_ns = SC_NS_PER_S,
        .resend_ns = 5 * SC_NS_PER_S,
        .keep_ns = 3600 * SC_NS_PER_S,
        .drain_ns = 10 * SC_NS_PER_S,
    };
}
