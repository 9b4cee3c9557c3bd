/* SPDX-License-Identifier: MIT */
/* Marks what libstillcast exports; everything else is hidden. */
#pragma once

#define SC_API __attribute__((visibility("default")))
