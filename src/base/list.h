/* SPDX-License-Identifier: MIT */
/* Doubly linked list through a member of the object. A list head and an unlinked link point at
 * themselves. Not thread-safe. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

struct sc_list {
    struct sc_list *next, *prev;
};

static inline void sc_list_init(struct sc_list *list)
{
    list->next = list->prev = list;
}

static inline bool sc_list_is_empty(const struct sc_list *list)
{
    return list->next == list;
}

/** Puts link at the end of list. */
static inline void sc_list_append(struct sc_list *list, struct sc_list *link)
{
    link->prev = list->prev;
    link->next = list;
    list->prev->next = link;
    list->prev = link;
}

/** Takes link out of its list; harmless when it is in none. */
static inline void sc_list_remove(struct sc_list *link)
{
    link->prev->next = link->next;
    link->next->prev = link->prev;
    sc_list_init(link);
}

#define sc_container_of(pointer, type, member)                                                     \
    ((type *)(void *)((char *)(pointer)-offsetof(type, member)))
