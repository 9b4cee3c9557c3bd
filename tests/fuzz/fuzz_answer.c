/* SPDX-License-Identifier: MIT */
/* Answers to a publisher: one that is whole lies within the bytes, is found at its last byte and no
 * sooner, and is the same whatever follows it. */
#include "embed/answer.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "stillcast/err.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len_bytes);

static int parse(const char *data, size_t len_bytes, struct sc_answer *answer, size_t *skip)
{
    int rc = sc_answer_parse(data, len_bytes, answer, skip);
#ifdef PLANT_BUG /* the body of an answer of nine bytes is said to be longer */
    if (rc == 0 && answer->body_bytes == 9)
        answer->body_bytes++;
#endif
    return rc;
}

/* Of exactly so many bytes, so that a sanitizer sees one too many. */
static int parse_copy(const uint8_t *data, size_t len_bytes, struct sc_answer *answer, size_t *skip)
{
    char *copy = malloc(len_bytes + !len_bytes);
    assert(copy);
    if (len_bytes > 0)
        memcpy(copy, data, len_bytes);
    int rc = parse(copy, len_bytes, answer, skip);
    free(copy);
    return rc;
}

static void check_whole(const uint8_t *data, const struct sc_answer *answer, size_t skip)
{
    struct sc_answer again;
    struct sc_err err = {0};
    size_t skip_again, whole = skip + answer->head_bytes + answer->body_bytes;
    const char *body = (const char *)data + skip + answer->head_bytes;
    assert(answer->status >= 200 && answer->status < 600);
    assert(parse_copy(data, whole, &again, &skip_again) == 0);
    assert(skip_again == skip && again.status == answer->status &&
           again.head_bytes == answer->head_bytes && again.body_bytes == answer->body_bytes &&
           again.is_last == answer->is_last);
    assert(parse_copy(data, whole - 1, &again, &skip_again) == -EAGAIN);
    int n = sc_answer_n_viewers(body, answer->body_bytes);
    assert(n >= 0 || n == -EPROTO);
    assert(sc_answer_refusal(answer->status, body, answer->body_bytes, &err) < 0 && err.text[0]);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len_bytes)
{
    struct sc_answer answer;
    size_t skip;
    int rc = parse_copy(data, len_bytes, &answer, &skip);
    assert(rc == 0 || rc == -EAGAIN || rc == -EMSGSIZE || rc == -EPROTO);
    if (rc < 0)
        return 0;
    assert(skip + answer.head_bytes + answer.body_bytes <= len_bytes);
    check_whole(data, &answer, skip);
    return 0;
}
