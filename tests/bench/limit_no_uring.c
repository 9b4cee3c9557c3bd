/* SPDX-License-Identifier: MIT */
/* A build without liburing. */
#include "limit_ways.h"

const struct limit_way *const limit_uring = NULL;
