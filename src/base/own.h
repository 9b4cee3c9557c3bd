/* SPDX-License-Identifier: MIT */
/* Ownership in two words: SC_AUTO(destroy) on a local runs destroy(&local) at the end of its scope;
 * sc_steal(local) moves the value out and leaves NULL, so that nothing is destroyed. */
#pragma once

#include <stdlib.h>
#include <unistd.h>

#define SC_AUTO(destroy) __attribute__((cleanup(destroy), unused))

#define sc_steal(pointer)                                                                          \
    __extension__({                                                                                \
        __typeof__(pointer) *sc_from = &(pointer);                                                 \
        __typeof__(pointer) sc_moved = *sc_from;                                                   \
        *sc_from = NULL;                                                                           \
        sc_moved;                                                                                  \
    })

/** For SC_AUTO on anything that malloc gave. */
static inline void sc_own_free(void *address)
{
    void **p = address;
    free(*p);
    *p = NULL;
}

/** For SC_AUTO on a descriptor; negative means none. */
static inline void sc_own_close(int *fd)
{
    if (*fd >= 0)
        (void)close(*fd); /* nothing to do about a failure here */
    *fd = -1;
}
