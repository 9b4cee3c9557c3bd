/* SPDX-License-Identifier: MIT */
/* Publishing to a server of this process. */
#pragma once

#include <stddef.h>

struct sc_err;
struct sc_server;

/** As sc_embed_publish. */
int sc_inside_publish(struct sc_server *server, const char *name, const void *data,
                      size_t len_bytes, struct sc_err *err);

/** As sc_embed_n_viewers. */
int sc_inside_n_viewers(struct sc_server *server, const char *name);
