/* SPDX-License-Identifier: MIT */
/* The classes that ages of frames are counted in; see struct sc_stream_ages. */
#pragma once

#include "stillcast/stream.h"

#include <stddef.h>

/** Returns: the class of an age: an index into sc_stream_ages.n. */
size_t sc_ages_class(uint64_t age_us);
