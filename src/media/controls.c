/* SPDX-License-Identifier: MIT */
#include "media/controls.h"

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/own.h"

#define NAMES_BYTES 400

struct sc_controls {
    atomic_uint n_refs;
    atomic_bool are_due;
    pthread_mutex_t lock; /* guards what follows; a leaf */
    struct sc_controls_view now;
};

int sc_controls_create(struct sc_controls **out_controls)
{
    struct sc_controls *controls = calloc(1, sizeof *controls);
    if (!controls)
        return -ENOMEM;
    atomic_init(&controls->n_refs, 1);
    (void)pthread_mutex_init(&controls->lock, NULL);
    *out_controls = controls;
    return 0;
}

struct sc_controls *sc_controls_ref(struct sc_controls *controls)
{
    atomic_fetch_add_explicit(&controls->n_refs, 1, memory_order_relaxed);
    return controls;
}

void sc_controls_unref(struct sc_controls **controls)
{
    struct sc_controls *old = sc_steal(*controls);
    if (!old || atomic_fetch_sub_explicit(&old->n_refs, 1, memory_order_acq_rel) > 1)
        return;
    (void)pthread_mutex_destroy(&old->lock);
    free(old);
}

/* --- whether it can be --- */

const struct sc_control *sc_control_find(const struct sc_control_list *list, const char *name)
{
    for (size_t i = 0; i < list->n; i++)
        if (strcmp(list->all[i].name, name) == 0)
            return &list->all[i];
    return NULL;
}

static int refuse_name(const struct sc_control_list *list, const char *name, struct sc_err *err)
{
    char names[NAMES_BYTES] = " none";
    size_t n = 0;
    for (size_t i = 0; i < list->n && n < sizeof names; i++)
        n +=
            (size_t)snprintf(names + n, sizeof names - n, "%s %s", i ? "," : "", list->all[i].name);
    return sc_err_set(err, -ENOENT, "the camera has no control '%.32s'; it has%s", name, names);
}

static int refuse_item(const struct sc_control_list *list, const struct sc_control *control,
                       int64_t value, struct sc_err *err)
{
    char items[NAMES_BYTES] = " nothing";
    size_t n = 0;
    for (size_t i = 0; i < control->n_items && n < sizeof items; i++) {
        const struct sc_control_item *item = &list->items[control->first_item + i];
        n += (size_t)snprintf(items + n, sizeof items - n, "%s %lld (%s)", i ? "," : "",
                              (long long)item->value, item->text);
    }
    return sc_err_set(err, -ERANGE, "'%s' takes%s, not %lld", control->name, items,
                      (long long)value);
}

static bool has_item(const struct sc_control_list *list, const struct sc_control *control,
                     int64_t value)
{
    for (size_t i = 0; i < control->n_items; i++)
        if (list->items[control->first_item + i].value == value)
            return true;
    return false;
}

static bool is_in_steps(const struct sc_control *control, int64_t value)
{
    if (value < control->least || value > control->most)
        return false;
    return control->step < 2 ||
           ((uint64_t)value - (uint64_t)control->least) % (uint64_t)control->step == 0;
}

int sc_control_check(const struct sc_control_list *list, const char *name, int64_t value,
                     struct sc_err *err)
{
    const struct sc_control *control = sc_control_find(list, name);
    if (!control)
        return refuse_name(list, name, err);
    if (control->is_read_only)
        return sc_err_set(err, -EPERM, "'%s' can only be read", name);
    if (control->type == SC_CONTROL_MENU)
        return has_item(list, control, value) ? 0 : refuse_item(list, control, value, err);
    if (is_in_steps(control, value))
        return 0;
    char steps[40] = "";
    if (control->step > 1)
        (void)snprintf(steps, sizeof steps, " in steps of %lld", (long long)control->step);
    return sc_err_set(err, -ERANGE, "'%s' takes %lld to %lld%s, not %lld", name,
                      (long long)control->least, (long long)control->most, steps, (long long)value);
}

/* --- wishes --- */

static struct sc_control_wish *find_wish(struct sc_control_wishes *wishes, const char *name)
{
    for (size_t i = 0; i < wishes->n; i++)
        if (strcmp(wishes->all[i].name, name) == 0)
            return &wishes->all[i];
    return NULL;
}

static int add(struct sc_control_wishes *wishes, const struct sc_control_wish *fresh,
               struct sc_err *err)
{
    struct sc_control_wish *wish = find_wish(wishes, fresh->name);
    if (!wish && wishes->n == SC_CONTROLS_MAX)
        return sc_err_set(err, -E2BIG, "these are more than %d controls", SC_CONTROLS_MAX);
    if (!wish)
        wish = &wishes->all[wishes->n++];
    *wish = *fresh;
    wish->is_due = true;
    wish->problem[0] = '\0';
    return 0;
}

int sc_controls_preset(struct sc_controls *controls, const char *name, int64_t value,
                       struct sc_err *err)
{
    struct sc_control_wish wish = {.value = value, .is_preset = true};
    if (strlen(name) >= sizeof wish.name)
        return sc_err_set(err, -EINVAL, "no control has a name as long as '%.64s'", name);
    memcpy(wish.name, name, strlen(name) + 1);
    (void)pthread_mutex_lock(&controls->lock);
    int rc = add(&controls->now.wishes, &wish, err);
    (void)pthread_mutex_unlock(&controls->lock);
    return rc;
}

/* Lock held. */
static int want_all(struct sc_controls *controls, const struct sc_control_wishes *wishes,
                    struct sc_err *err)
{
    struct sc_control_wishes fresh = controls->now.wishes;
    int rc = controls->now.list.n ? 0 : -ENODATA;
    for (size_t i = 0; rc == 0 && i < wishes->n; i++) {
        const struct sc_control_wish *wish = &wishes->all[i];
        struct sc_control_wish plain = {.value = wish->value};
        memcpy(plain.name, wish->name, sizeof plain.name);
        rc = sc_control_check(&controls->now.list, plain.name, plain.value, err);
        if (rc == 0)
            rc = add(&fresh, &plain, err);
    }
    if (rc == 0)
        controls->now.wishes = fresh;
    return rc;
}

int sc_controls_want(struct sc_controls *controls, const struct sc_control_wishes *wishes,
                     struct sc_err *err)
{
    (void)pthread_mutex_lock(&controls->lock);
    int rc = want_all(controls, wishes, err);
    if (rc == 0)
        atomic_store(&controls->are_due, true);
    (void)pthread_mutex_unlock(&controls->lock);
    return rc == -ENODATA ? sc_err_set(err, rc, "nothing is known of the camera yet") : rc;
}

bool sc_controls_are_due(const struct sc_controls *controls)
{
    return atomic_load_explicit(&controls->are_due, memory_order_relaxed);
}

void sc_controls_take(struct sc_controls *controls, struct sc_control_wishes *out_wishes)
{
    (void)pthread_mutex_lock(&controls->lock);
    *out_wishes = controls->now.wishes;
    for (size_t i = 0; i < controls->now.wishes.n; i++)
        controls->now.wishes.all[i].is_due = false;
    atomic_store(&controls->are_due, false);
    (void)pthread_mutex_unlock(&controls->lock);
}

void sc_controls_tell(struct sc_controls *controls, const struct sc_control_wishes *wishes)
{
    (void)pthread_mutex_lock(&controls->lock);
    for (size_t i = 0; i < wishes->n; i++) {
        const struct sc_control_wish *told = &wishes->all[i];
        struct sc_control_wish *wish = find_wish(&controls->now.wishes, told->name);
        if (wish && !wish->is_due)
            memcpy(wish->problem, told->problem, sizeof wish->problem);
    }
    (void)pthread_mutex_unlock(&controls->lock);
}

/* --- what there is --- */

void sc_controls_show(struct sc_controls *controls, const struct sc_control_list *list)
{
    (void)pthread_mutex_lock(&controls->lock);
    controls->now.is_open = list != NULL;
    if (list)
        controls->now.list = *list;
    (void)pthread_mutex_unlock(&controls->lock);
}

void sc_controls_look(struct sc_controls *controls, struct sc_controls_view *out_view)
{
    (void)pthread_mutex_lock(&controls->lock);
    *out_view = controls->now;
    (void)pthread_mutex_unlock(&controls->lock);
}
