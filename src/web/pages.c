/* SPDX-License-Identifier: MIT */
#include "web/pages.h"

#include <string.h>

#include "web/pages/page_list.h"

const struct sc_page *sc_page_at(size_t i)
{
    return i < sizeof(pages) / sizeof(pages[0]) ? &pages[i] : NULL;
}

const struct sc_page *sc_page_find(const char *name, size_t len_bytes)
{
    for (size_t i = 0; i < sizeof(pages) / sizeof(pages[0]); i++) {
        const struct sc_page *page = &pages[i];
        if (strlen(page->path) == len_bytes && memcmp(page->path, name, len_bytes) == 0)
            return page;
    }
    return NULL;
}
