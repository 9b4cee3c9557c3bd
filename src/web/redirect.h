/* SPDX-License-Identifier: MIT */
/* Answers of a listener that only sends people to https. */
#pragma once

#include "web/web.h"

/** 308 to the same address behind https; the method stays. */
void sc_redirect(const struct sc_call *call);
