/* SPDX-License-Identifier: MIT */
/* What the exported headers need to be C and C++ alike. SC_API marks what libstillcast exports;
 * everything else is hidden. SC_ATOMIC is an atomic type, the same bytes in both languages. */
#pragma once

#ifdef __cplusplus
#include <atomic>
#define SC_API          extern "C" __attribute__((visibility("default")))
#define SC_ATOMIC(type) std::atomic<type>
#else
#include <stdatomic.h>
#define SC_API          extern __attribute__((visibility("default")))
#define SC_ATOMIC(type) _Atomic(type)
#endif
