/* SPDX-License-Identifier: MIT */
/* A build without liburing. */
#include "net/send_strategy.h"

#include <stddef.h>

const struct sc_sender_ops *const sc_sender_uring = NULL;
