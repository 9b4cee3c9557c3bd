/* SPDX-License-Identifier: MIT */
/* What the server does to its registry from time to time; the rest is stillcast/registry.h. */
#pragma once

#include "stillcast/registry.h"

/** Forgets pushed streams that nobody has published to, watched or asked for since then. Returns:
 * how many. */
size_t sc_registry_forget(struct sc_registry *registry, uint64_t since_ns);
