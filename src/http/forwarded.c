/* SPDX-License-Identifier: MIT */
#include "http/forwarded.h"

#include <errno.h>
#include <string.h>

#define HOPS_MAX 16

bool sc_trusted_has(const struct sc_trusted *trusted, const struct sc_address *address)
{
    for (size_t i = 0; i < trusted->n; i++)
        if (sc_network_has(&trusted->networks[i], address))
            return true;
    return false;
}

/* "192.0.2.1", "192.0.2.1:4711", "2001:db8::1", "[2001:db8::1]:4711" */
static int read_address(struct sc_text text, struct sc_address *out_address)
{
    char copy[SC_ADDRESS_TEXT_BYTES + 8];
    char *host = copy;
    if (text.len_bytes >= sizeof copy)
        return -EINVAL;
    memcpy(copy, text.data, text.len_bytes);
    copy[text.len_bytes] = '\0';
    char *colon = strchr(copy, ':');
    if (copy[0] == '[') {
        host++;
        copy[strcspn(copy, "]")] = '\0';
    } else if (colon && !strchr(colon + 1, ':')) {
        *colon = '\0';
    }
    return sc_address_parse(host, out_address);
}

/* Takes the last element off a comma-separated list. */
static struct sc_text take_last(struct sc_text *list)
{
    const char *comma = list->len_bytes ? memrchr(list->data, ',', list->len_bytes) : NULL;
    size_t front = comma ? (size_t)(comma - list->data) : 0;
    const char *begin = comma ? comma + 1 : list->data;
    struct sc_text last = {begin, (size_t)(list->data + list->len_bytes - begin)};
    list->len_bytes = front;
    return sc_text_trim(last);
}

/* Goes towards the client as long as each hop is one that we trust. */
static bool follow(struct sc_text list, const struct sc_trusted *trusted, struct sc_client *client,
                   unsigned *n_hops)
{
    struct sc_address hop;
    while (list.len_bytes > 0) {
        if (++*n_hops > HOPS_MAX || !sc_trusted_has(trusted, &client->address) ||
            read_address(take_last(&list), &hop) < 0)
            return false;
        client->address = hop;
    }
    return true;
}

void sc_forwarded_read(const struct sc_request *request, const struct sc_trusted *trusted,
                       struct sc_client *client)
{
    unsigned n_hops = 0;
    bool goes_on = sc_trusted_has(trusted, &client->address), has_scheme = false;
    if (!goes_on)
        return;
    for (size_t i = request->n_fields; i-- > 0;) {
        const struct sc_field *field = &request->fields[i];
        struct sc_text value = field->value;
        if (sc_text_is(field->name, "x-forwarded-for"))
            goes_on = goes_on && follow(value, trusted, client, &n_hops);
        if (sc_text_is(field->name, "x-forwarded-proto") && !has_scheme) {
            client->is_https = sc_text_is(take_last(&value), "https");
            has_scheme = true;
        }
    }
}
