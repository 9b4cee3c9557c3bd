/* SPDX-License-Identifier: MIT */
/* Wrong keys, links and passwords: counted by address, told in the log, and answered late, so that
 * one who guesses learns little in a minute. No thread waits: a timer of the loop answers. Only so
 * many answers wait at a time, a quarter of all connections; further ones are refused at once. */
#pragma once

#include "web/web.h"

struct sc_guess {
    struct sc_lane *lane;
    const struct sc_reply *reply;
    const struct sc_address *address;
    uint64_t since_ns; /* when it was asked; the answer's delay counts from here */
};

/**
 * Notes a guess.
 *
 * Returns: whether its address has guessed too often in the last minute; then it is answered, 429.
 */
bool sc_guess_is_too_many(const struct sc_guess *guess);

/**
 * Answers 401 after one to two --guess-delay, whichever chance says.
 *
 * sentence  static
 */
void sc_guess_refuse(const struct sc_guess *guess, const char *sentence);

/** Asks for a key: the header lines of a 401. */
#define SC_GUESS_LOGIN                                                                             \
    "WWW-Authenticate: Basic realm=\"stillcast\", charset=\"UTF-8\"\r\n"                           \
    "WWW-Authenticate: Bearer realm=\"stillcast\"\r\n"
