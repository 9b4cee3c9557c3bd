/* SPDX-License-Identifier: MIT */
#include "source/table.h"

#include <string.h>

#define SOURCE(name) extern const struct sc_source_ops sc_source_##name;
#include "source/source_list.h"
#undef SOURCE

static const struct sc_source_ops *const sources[] = {
#define SOURCE(name) &sc_source_##name,
#include "source/source_list.h"
#undef SOURCE
    NULL,
};

const struct sc_source_ops *const *sc_source_table(void)
{
    return sources;
}

const struct sc_source_ops *sc_source_find(const char *name)
{
    for (size_t i = 0; sources[i]; i++)
        if (strcmp(sources[i]->name, name) == 0)
            return sources[i];
    return NULL;
}
