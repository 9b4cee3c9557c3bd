/* SPDX-License-Identifier: MIT */
/* Read by clang-tidy in front of every file: what it cannot see from one file alone. sc_err_set
 * returns its code, so "return sc_err_set(...)" is a failure. */
#pragma once

#include "stillcast/err.h"

#define sc_err_set(err, code, ...) ((void)(sc_err_set)((err), (code), __VA_ARGS__), (code))
