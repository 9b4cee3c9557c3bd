/* SPDX-License-Identifier: MIT */
#include "rights/guesses.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "base/clock.h"
#include "base/own.h"

#define ROWS      2048
#define WAYS      4 /* places that an address may have */
#define WINDOW_NS (SC_GUESSES_WINDOW_S * SC_NS_PER_S)

struct place {
    uint64_t who, began_ns; /* began_ns 0: free */
    unsigned n;
};

struct sc_guesses {
    uint64_t salt;        /* so that nobody can choose addresses that push another out */
    pthread_mutex_t lock; /* guards rows */
    struct place rows[ROWS][WAYS];
};

int sc_guesses_create(struct sc_guesses **out_guesses)
{
    struct sc_guesses *guesses SC_AUTO(sc_own_free) = calloc(1, sizeof *guesses);
    if (!guesses)
        return -ENOMEM;
    if (getrandom(&guesses->salt, sizeof guesses->salt, 0) != (ssize_t)sizeof guesses->salt)
        return -errno;
    (void)pthread_mutex_init(&guesses->lock, NULL);
    *out_guesses = sc_steal(guesses);
    return 0;
}

void sc_guesses_destroy(struct sc_guesses **guesses)
{
    struct sc_guesses *old = sc_steal(*guesses);
    if (old)
        (void)pthread_mutex_destroy(&old->lock);
    free(old);
}

static uint64_t identify(const struct sc_address *address)
{
    uint64_t who;
    memcpy(&who, address->bytes, sizeof who);
    return who ^ (uint64_t)address->family << 56;
}

/* The finalizer of splitmix64. */
static uint64_t mix(uint64_t x)
{
    x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9U;
    x = (x ^ (x >> 27)) * 0x94d049bb133111ebU;
    return x ^ (x >> 31);
}

/* The address's place, or the one that has been silent for longest. */
static struct place *find(struct sc_guesses *guesses, uint64_t who)
{
    struct place *row = guesses->rows[mix(mix(who + guesses->salt) ^ guesses->salt) % ROWS];
    struct place *oldest = row;
    for (size_t i = 0; i < WAYS; i++) {
        if (row[i].began_ns && row[i].who == who)
            return &row[i];
        if (row[i].began_ns < oldest->began_ns)
            oldest = &row[i];
    }
    *oldest = (struct place){.who = who};
    return oldest;
}

unsigned sc_guesses_count(struct sc_guesses *guesses, const struct sc_address *address)
{
    (void)pthread_mutex_lock(&guesses->lock);
    unsigned n = find(guesses, identify(address))->n;
    (void)pthread_mutex_unlock(&guesses->lock);
    return n;
}

void sc_guesses_forgive(struct sc_guesses *guesses, const struct sc_address *address)
{
    (void)pthread_mutex_lock(&guesses->lock);
    struct place *place = find(guesses, identify(address));
    place->n -= place->n > 0;
    (void)pthread_mutex_unlock(&guesses->lock);
}

bool sc_guesses_note(struct sc_guesses *guesses, const struct sc_address *address, uint64_t now_ns)
{
    (void)pthread_mutex_lock(&guesses->lock);
    struct place *place = find(guesses, identify(address));
    if (place->began_ns == 0 || now_ns - place->began_ns >= WINDOW_NS) {
        place->began_ns = now_ns ? now_ns : 1;
        place->n = 0;
    }
    bool is_too_many = place->n >= SC_GUESSES_MOST;
    if (!is_too_many)
        place->n++;
    (void)pthread_mutex_unlock(&guesses->lock);
    return is_too_many;
}
