/* SPDX-License-Identifier: MIT */
/* What can be set on the camera behind a stream: brightness, exposure, focus. The camera's source
 * shows what there is and does what is wanted, between two pictures; whoever wants something leaves
 * it here and waits for nothing. What was wanted is kept, and set again when the camera was closed
 * or unplugged meanwhile. It lives as long as anybody holds it, also after its source has gone. */
#pragma once

#include "stillcast/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SC_CONTROLS_MAX          64
#define SC_CONTROL_ITEMS_MAX     256 /* of all menus */
#define SC_CONTROL_NAME_BYTES    33
#define SC_CONTROL_PROBLEM_BYTES 64

enum sc_control_type { SC_CONTROL_INTEGER, SC_CONTROL_BOOLEAN, SC_CONTROL_MENU };

struct sc_control {
    char name[SC_CONTROL_NAME_BYTES]; /* "exposure_time_absolute" */
    enum sc_control_type type;
    uint32_t id; /* the driver's */
    int64_t least, most, step, fallback, value;
    bool is_read_only;
    bool is_inactive;           /* another one, such as an automatic, decides */
    size_t first_item, n_items; /* of a menu, in the list's items */
};

struct sc_control_item {
    int64_t value;
    char text[SC_CONTROL_NAME_BYTES];
};

/* What a camera has. Zero it to begin. */
struct sc_control_list {
    size_t n, n_items;
    struct sc_control all[SC_CONTROLS_MAX];
    struct sc_control_item items[SC_CONTROL_ITEMS_MAX];
};

struct sc_control_wish {
    char name[SC_CONTROL_NAME_BYTES];
    int64_t value;
    bool is_preset;                         /* it was on the command line */
    bool is_due;                            /* not set yet */
    char problem[SC_CONTROL_PROBLEM_BYTES]; /* why it could not be set; else "" */
};

struct sc_control_wishes {
    size_t n;
    struct sc_control_wish all[SC_CONTROLS_MAX];
};

struct sc_controls;

/** With one reference. Returns: 0; -ENOMEM. */
int sc_controls_create(struct sc_controls **out_controls);
struct sc_controls *sc_controls_ref(struct sc_controls *controls);
void sc_controls_unref(struct sc_controls **controls);

/** Returns: NULL when the list has none of that name. */
const struct sc_control *sc_control_find(const struct sc_control_list *list, const char *name);

/** Returns: 0; -ENOENT, -ERANGE, -EPERM it can only be read; with a sentence that tells what there
 * is. */
int sc_control_check(const struct sc_control_list *list, const char *name, int64_t value,
                     struct sc_err *err);

/**
 * Wants a value before anything is known of the camera.
 *
 * Returns: 0; -E2BIG above SC_CONTROLS_MAX, -EINVAL the name is too long, with a sentence.
 */
int sc_controls_preset(struct sc_controls *controls, const char *name, int64_t value,
                       struct sc_err *err);

/**
 * Wants all of these, or none when one cannot be. Only name and value are looked at.
 *
 * Returns: 0; -ENODATA nothing is known of the camera yet; -E2BIG; as sc_control_check.
 * Thread:  any.
 */
int sc_controls_want(struct sc_controls *controls, const struct sc_control_wishes *wishes,
                     struct sc_err *err);

/** Whether something is to be set; takes no lock. Thread: any. */
bool sc_controls_are_due(const struct sc_controls *controls);

/** Copies all that is wanted, oldest first; nothing is due any more. Thread: source. */
void sc_controls_take(struct sc_controls *controls, struct sc_control_wishes *out_wishes);

/** Tells what became of wishes that were taken. Thread: source. */
void sc_controls_tell(struct sc_controls *controls, const struct sc_control_wishes *wishes);

/** list  copied; NULL: the camera is closed, and what was known of it stays. Thread: source. */
void sc_controls_show(struct sc_controls *controls, const struct sc_control_list *list);

struct sc_controls_view {
    bool is_open;
    struct sc_control_list list; /* empty: nothing is known yet */
    struct sc_control_wishes wishes;
};

/** Thread: any. */
void sc_controls_look(struct sc_controls *controls, struct sc_controls_view *out_view);
