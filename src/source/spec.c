/* SPDX-License-Identifier: MIT */
#include "source/spec.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "base/own.h"
#include "base/url.h"
#include "source/spec/argument.h"
#include "source/spec/name.h"
#include "stillcast/registry.h"

#define TARGET_BYTES 256

struct list {
    struct sc_source_spec *specs;
    size_t n;
    bool is_slideshow_open; /* the last one is of bare file names: more may join */
};

void sc_spec_free(struct sc_source_spec **specs, size_t n)
{
    struct sc_source_spec *old = sc_steal(*specs);
    for (size_t i = 0; old && i < n; i++)
        sc_argument_fini_spec(&old[i]);
    free(old);
}

static void fini_list(struct list *list)
{
    sc_spec_free(&list->specs, list->n);
}

static int add(struct list *list, const char *text, struct sc_err *err)
{
    struct sc_argument argument SC_AUTO(sc_argument_fini);
    int rc = sc_argument_init(text, &argument, err);
    if (rc < 0)
        return rc;
    struct sc_source_spec *last = list->n ? &list->specs[list->n - 1] : NULL;
    if (list->is_slideshow_open && argument.is_bare_file && last->ops == argument.spec.ops)
        return sc_argument_join(last, &argument, err);
    if (list->n == SC_SPEC_MAX)
        return sc_err_set(err, -EINVAL, "'%s': these are more than %d sources", text, SC_SPEC_MAX);
    list->specs[list->n++] = argument.spec;
    argument.spec = (struct sc_source_spec){0};
    list->is_slideshow_open = argument.is_bare_file;
    return 0;
}

static int give_name(struct sc_source_spec *spec, struct sc_err *err)
{
    char raw[PATH_MAX] = "", name[SC_STREAM_NAME_BYTES];
    if (spec->name)
        return 0;
    spec->ops->suggest_name(spec, raw, sizeof raw);
    sc_name_make(raw, spec->ops->name, name, sizeof name);
    spec->name = strdup(name);
    return spec->name ? 0 : sc_err_set(err, -ENOMEM, "out of memory");
}

static bool is_stdin(const struct sc_source_spec *spec)
{
    bool (*claims)(const char *target) = spec->ops->claims;
    return strcmp(spec->targets[0], "-") == 0 && claims && claims("-");
}

static int check_pair(const struct sc_source_spec *a, const struct sc_source_spec *b,
                      struct sc_err *err)
{
    char target[TARGET_BYTES];
    sc_url_redact(b->targets[0], target, sizeof target);
    if (strcmp(a->name, b->name) == 0)
        return sc_err_set(err, -EINVAL,
                          "two streams are named '%s': give one another name, as in "
                          "'other=%s:%s'",
                          b->name, b->ops->name, target);
    if (is_stdin(a) && is_stdin(b))
        return sc_err_set(err, -EINVAL, "standard input cannot feed both '%s' and '%s'", a->name,
                          b->name);
    return 0;
}

static int check_against_others(const struct list *list, size_t at, struct sc_err *err)
{
    int rc = 0;
    for (size_t i = 0; rc == 0 && i < at; i++)
        rc = check_pair(&list->specs[i], &list->specs[at], err);
    return rc;
}

int sc_spec_parse(char *const *args, size_t n_args, struct sc_source_spec **out_specs,
                  size_t *out_n, struct sc_err *err)
{
    struct list list SC_AUTO(fini_list) = {.specs = calloc(SC_SPEC_MAX, sizeof *list.specs)};
    int rc = 0;
    if (!list.specs)
        return sc_err_set(err, -ENOMEM, "out of memory");
    for (size_t i = 0; rc == 0 && i < n_args; i++)
        rc = add(&list, args[i], err);
    for (size_t i = 0; rc == 0 && i < list.n; i++)
        rc = give_name(&list.specs[i], err);
    for (size_t i = 0; rc == 0 && i < list.n; i++)
        rc = check_against_others(&list, i, err);
    if (rc < 0)
        return rc;
    *out_n = list.n;
    *out_specs = sc_steal(list.specs);
    return 0;
}
