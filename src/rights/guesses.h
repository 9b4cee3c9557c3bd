/* SPDX-License-Identifier: MIT */
/* Who has guessed wrong how often: so many wrong keys in a minute from one address, and the rest of
 * the minute's are answered without a look. A right key is right from everywhere, at any time: one
 * who guesses keeps nobody out who shares his address. The table has a fixed size; an IPv6 address
 * counts by its first 64 bits. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "net/address.h"

#define SC_GUESSES_MOST     10
#define SC_GUESSES_WINDOW_S 60

struct sc_guesses;

/** Returns: 0; -ENOMEM; a negative errno when there is no random number. */
int sc_guesses_create(struct sc_guesses **out_guesses);
void sc_guesses_destroy(struct sc_guesses **guesses);

/**
 * Counts a wrong guess.
 *
 * Returns: whether it is one too many.
 * Thread:  any.
 */
bool sc_guesses_note(struct sc_guesses *guesses, const struct sc_address *address, uint64_t now_ns);

/** Returns: how many of an address are counted now. Thread: any. */
unsigned sc_guesses_count(struct sc_guesses *guesses, const struct sc_address *address);

/** Takes one back that was counted: it was right. Thread: any. */
void sc_guesses_forgive(struct sc_guesses *guesses, const struct sc_address *address);
