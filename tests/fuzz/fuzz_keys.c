/* SPDX-License-Identifier: MIT */
/* The file of keys: what was taken reads back equal when it is written from what was understood,
 * and no key can do what its line does not say. */
#include "rights/keyring.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"

#define INPUT_MAX 4096

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len_bytes);

static int parse(const char *text, struct sc_keys **out_keys)
{
    char *copy = strdup(text);
    if (!copy)
        return -ENOMEM;
    int rc = sc_keys_parse(&copy, out_keys, NULL);
#ifdef PLANT_BUG /* who may publish may watch as well */
    if (rc == 0 && (*out_keys)->all[0].patterns[SC_RIGHT_PUBLISH])
        (*out_keys)->all[0].patterns[SC_RIGHT_VIEW] = "*";
#endif
    return rc;
}

static void write_key(struct sc_buf *out, const struct sc_key *key)
{
    static const char *const names[] = {"", "", "view=", "publish=", "control=", "metrics"};
    const char *secret = key->is_anybody ? "-" : key->hash ? key->hash : "sha256:";
    (void)sc_buf_printf(out, "%s %s", key->id, secret);
    for (size_t i = 0; i < SC_DIGEST_BYTES && !key->is_anybody && !key->hash; i++)
        (void)sc_buf_printf(out, "%02x", key->digest[i]);
    for (int right = SC_RIGHT_VIEW; right <= SC_RIGHT_METRICS; right++)
        if (key->patterns[right])
            (void)sc_buf_printf(out, " %s%s", names[right],
                                right == SC_RIGHT_METRICS ? "" : key->patterns[right]);
    (void)sc_buf_printf(out, "\n");
}

static bool has_word(const char *text, const char *word)
{
    return strstr(text, word) != NULL;
}

static void check(const char *text, const struct sc_keys *keys)
{
    struct sc_keys *again = NULL;
    struct sc_buf out;
    sc_buf_init(&out, 4 * INPUT_MAX);
    for (size_t i = 0; i < keys->n; i++) {
        write_key(&out, &keys->all[i]);
        assert(sc_keys_find(keys, keys->all[i].id) == &keys->all[i]);
        assert(!keys->all[i].hash || !sc_keys_match(keys, sc_text_of(keys->all[i].hash)));
        assert(!sc_key_may(&keys->all[i], SC_RIGHT_VIEW, "a") || has_word(text, "view="));
        assert(!sc_key_may(&keys->all[i], SC_RIGHT_PUBLISH, "a") || has_word(text, "publish="));
        assert(!sc_key_may(&keys->all[i], SC_RIGHT_CONTROL, "a") || has_word(text, "control="));
        assert(!sc_key_may(&keys->all[i], SC_RIGHT_METRICS, NULL) || has_word(text, "metrics"));
    }
    assert(sc_buf_append(&out, "", 1) == 0);
    assert(parse(out.data, &again) == 0 && again->n == keys->n);
    for (size_t i = 0; i < keys->n; i++)
        assert(memcmp(keys->all[i].digest, again->all[i].digest, SC_DIGEST_BYTES) == 0);
    sc_keys_unref(&again);
    sc_buf_fini(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len_bytes)
{
    char text[INPUT_MAX + 1];
    struct sc_keys *keys = NULL;
    size_t n = len_bytes < INPUT_MAX ? len_bytes : INPUT_MAX;
    memcpy(text, data, n);
    text[n] = '\0';
    if (parse(text, &keys) == 0)
        check(text, keys);
    sc_keys_unref(&keys);
    return 0;
}
