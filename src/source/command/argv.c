/* SPDX-License-Identifier: MIT */
#include "source/command/argv.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/hex.h"
#include "base/own.h"

#define BLANKS       " \t\n\r"
#define PATH_DEFAULT "/usr/local/bin:/usr/bin:/bin"

static int octal(const char *at)
{
    int value = 0;
    for (int i = 0; i < 3; i++) {
        if (at[i] < '0' || at[i] > '7')
            return -1;
        value = value * 8 + (at[i] - '0');
    }
    return value <= 0xff ? value : -1;
}

static int hex(const char *at)
{
    int high = sc_hex_value(at[0]);
    int low = high < 0 ? -1 : sc_hex_value(at[1]);
    return low < 0 ? -1 : high * 16 + low;
}

/* Takes what stands behind a backslash. */
static const char *unescape(const char *at, char **out)
{
    static const char letters[] = "abfnrtvs\\\"'", values[] = "\a\b\f\n\r\t\v \\\"'";
    const char *letter = strchr(letters, *at);
    int value = *at == 'x' ? hex(at + 1) : octal(at);
    if (letter)
        *(*out)++ = values[letter - letters];
    else if (value > 0)
        *(*out)++ = (char)value;
    else
        *(*out)++ = '\\';
    return at + (letter ? 1 : value > 0 ? 3 : 0);
}

/* Returns: what follows the word; NULL with a sentence. */
static const char *take_word(const char *at, char **out, struct sc_err *err)
{
    char quote = '\0';
    for (; *at && (quote || !strchr(BLANKS, *at));) {
        char c = *at++;
        if (c == '\\' && !*at) {
            (void)sc_err_set(err, -EINVAL, "a command must not end with a backslash");
            return NULL;
        }
        if (c == '\\')
            at = unescape(at, out);
        else if (!quote && (c == '"' || c == '\''))
            quote = c;
        else if (c == quote)
            quote = '\0';
        else
            *(*out)++ = c;
    }
    if (quote) {
        (void)sc_err_set(err, -EINVAL, "a quote (%c) is not closed; \\%c is one that holds nothing",
                         quote, quote);
        return NULL;
    }
    *(*out)++ = '\0';
    return at;
}

static int fill(const char *text, char **argv, struct sc_err *err)
{
    char *room SC_AUTO(sc_own_free) = malloc(strlen(text) + 1);
    size_t n = 0;
    if (!room)
        return sc_err_set(err, -ENOMEM, "out of memory");
    for (text += strspn(text, BLANKS); *text; text += strspn(text, BLANKS)) {
        char *out = room;
        if (n == SC_ARGV_MAX)
            return sc_err_set(err, -EINVAL, "a command of more than %d words", SC_ARGV_MAX);
        text = take_word(text, &out, err);
        if (!text)
            return -EINVAL;
        argv[n] = strdup(room);
        if (!argv[n++])
            return sc_err_set(err, -ENOMEM, "out of memory");
    }
    return n > 0 && *argv[0] ? 0 : sc_err_set(err, -EINVAL, "there is no command");
}

int sc_argv_split(const char *text, char ***out_argv, struct sc_err *err)
{
    char **argv SC_AUTO(sc_argv_free) = calloc(SC_ARGV_MAX + 1, sizeof *argv);
    if (!argv)
        return sc_err_set(err, -ENOMEM, "out of memory");
    int rc = fill(text, argv, err);
    if (rc == 0)
        *out_argv = sc_steal(argv);
    return rc;
}

void sc_argv_free(char ***argv)
{
    char **old = sc_steal(*argv);
    for (size_t i = 0; old && old[i]; i++)
        free(old[i]);
    free(old);
}

static bool is_program(const char *path, int *out_problem)
{
    struct stat status;
    if (stat(path, &status) < 0 || S_ISDIR(status.st_mode))
        return false;
    if (access(path, X_OK) == 0)
        return true;
    *out_problem = -EACCES;
    return false;
}

static int complain(const char *program, int problem, struct sc_err *err)
{
    if (problem == -EACCES)
        return sc_err_set(err, problem, "'%s' cannot be run: 'chmod +x' makes it a program",
                          program);
    if (strchr(program, '/'))
        return sc_err_set(err, problem, "there is no program '%s': install it, or correct its path",
                          program);
    return sc_err_set(err, problem,
                      "there is no program '%s' in $PATH: install it, or write the whole path",
                      program);
}

int sc_argv_find(const char *program, char **out_path, struct sc_err *err)
{
    const char *folders = getenv("PATH");
    int problem = -ENOENT;
    bool is_path = strchr(program, '/');
    for (const char *at = folders && *folders ? folders : PATH_DEFAULT; at;) {
        char *path SC_AUTO(sc_own_free) = NULL;
        const char *end = strchrnul(at, ':');
        int n = is_path ? asprintf(&path, "%s", program)
                        : asprintf(&path, "%.*s/%s", (int)(end - at), end > at ? at : ".", program);
        if (n < 0)
            return sc_err_set(err, -ENOMEM, "out of memory");
        if (is_program(path, &problem)) {
            *out_path = sc_steal(path);
            return 0;
        }
        at = *end && !is_path ? end + 1 : NULL;
    }
    return complain(program, problem, err);
}

const char *sc_argv_short(const char *program)
{
    const char *slash = strrchr(program, '/');
    return slash ? slash + 1 : program;
}
