/* SPDX-License-Identifier: MIT */
/* The words behind the number of a status line. */
#pragma once

/** Returns: "Not Found" and so on, static; "Unknown" for a status that we never send. */
const char *sc_status_reason(int status);
