/* SPDX-License-Identifier: MIT */
/* Declares the rows of all endpoints, from the list that meson makes of meson.build. */
#pragma once

#include "web/web.h"

#define ENDPOINT(name) extern const struct sc_endpoint sc_endpoint_##name[];
#include "web/endpoint_list.h"
#undef ENDPOINT
