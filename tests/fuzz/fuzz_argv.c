/* SPDX-License-Identifier: MIT */
/* Commands: words written anew, every byte escaped, are split into the same words again; where
 * there are neither quotes nor backslashes, the words are those between the blanks; what is refused
 * says why. */
#include "source/command/argv.h"

#include <assert.h>
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TEXT_MAX_BYTES 4096

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len_bytes);

static int split(const char *text, char ***out_argv, struct sc_err *err)
{
    int rc = sc_argv_split(text, out_argv, err);
#ifdef PLANT_BUG /* a word behind one that holds a blank is lost */
    for (char **word = rc == 0 ? *out_argv : NULL; word && *word; word++)
        if (strchr(*word, ' ') && word[1] && !word[2]) {
            free(word[1]);
            word[1] = NULL;
        }
#endif
    return rc;
}

/* An empty word as quotes that hold nothing. */
static char *write_again(char **argv)
{
    char *text = NULL;
    size_t len_bytes = 0;
    FILE *out = open_memstream(&text, &len_bytes);
    assert(out);
    for (char **word = argv; *word; word++) {
        fprintf(out, "%s%s", word == argv ? "" : " ", **word ? "" : "''");
        for (const char *at = *word; *at; at++)
            fprintf(out, "\\%03o", (unsigned char)*at);
    }
    fclose(out);
    return text;
}

static void check_again(char **argv)
{
    char **again = NULL, *text = write_again(argv);
    assert(split(text, &again, NULL) == 0);
    size_t n = 0;
    for (; argv[n]; n++)
        assert(again[n] && strcmp(argv[n], again[n]) == 0);
    assert(!again[n] && n <= SC_ARGV_MAX);
    sc_argv_free(&again);
    free(text);
}

static void check_plain(const char *text, char **argv)
{
    static const char blanks[] = " \t\n\r";
    for (text += strspn(text, blanks); *text; text += strspn(text, blanks)) {
        size_t n = strcspn(text, blanks);
        assert(*argv && strlen(*argv) == n && memcmp(*argv, text, n) == 0);
        argv++;
        text += n;
    }
    assert(!*argv);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len_bytes)
{
    struct sc_err err = {0};
    char **argv = NULL;
    if (len_bytes > TEXT_MAX_BYTES)
        return 0;
    char *text = malloc(len_bytes + 1); /* so that a sanitizer sees a byte too many */
    assert(text);
    memcpy(text, data, len_bytes);
    text[len_bytes] = '\0';
    int rc = split(text, &argv, &err);
    if (rc == 0) {
        assert(*argv && **argv);
        check_again(argv);
        if (!strpbrk(text, "\\\"'"))
            check_plain(text, argv);
    } else {
        assert(rc == -EINVAL && err.code == rc && err.text[0] && !argv);
    }
    sc_argv_free(&argv);
    free(text);
    return 0;
}
