/* SPDX-License-Identifier: MIT */
/* A build without OpenSSL. */
#include "limit_ways.h"

const struct limit_way *const limit_tls = NULL;
