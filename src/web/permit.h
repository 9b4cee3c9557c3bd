/* SPDX-License-Identifier: MIT */
/* The one place that decides whether a request may reach its endpoint. */
#pragma once

#include "web/web.h"

/** Whether the caller has the right that the row needs, for the stream in call->star; else it is
 * answered. */
bool sc_permit(struct sc_call *call, const struct sc_endpoint *row);
