/* SPDX-License-Identifier: MIT */
#include "app/command/prompt.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#define ETX 3 /* Ctrl-C, where it makes no signal */

static int get_byte(char *out)
{
    ssize_t n;
    do
        n = read(STDIN_FILENO, out, 1);
    while (n < 0 && errno == EINTR);
    return n < 0 ? -errno : (int)n;
}

/* A line without its end; what does not fit is read and makes it too long. */
static int read_line(char out[static SC_PROMPT_BYTES])
{
    size_t n = 0;
    char byte;
    int rc;
    while ((rc = get_byte(&byte)) > 0 && byte != '\n') {
        out[n] = byte;
        n += n + 1 < SC_PROMPT_BYTES;
    }
    n -= n > 0 && out[n - 1] == '\r';
    out[n] = '\0';
    return rc;
}

/* Neither shown nor interrupted: the terminal is never left without its echo. */
static int ask(const char *question, char out[static SC_PROMPT_BYTES])
{
    struct termios seen, unseen;
    if (tcgetattr(STDIN_FILENO, &seen) < 0)
        return -errno;
    unseen = seen;
    unseen.c_lflag &= ~(tcflag_t)(ECHO | ISIG);
    if (tcsetattr(STDIN_FILENO, TCSAFLUSH, &unseen) < 0)
        return -errno;
    (void)fputs(question, stderr);
    int rc = read_line(out);
    (void)fputs("\n", stderr);
    (void)tcsetattr(STDIN_FILENO, TCSAFLUSH, &seen);
    return rc;
}

static int ask_twice(char out[static SC_PROMPT_BYTES], struct sc_err *err)
{
    char again[SC_PROMPT_BYTES] = "";
    int rc = ask("Password: ", out);
    if (rc >= 0)
        rc = strchr(out, ETX) ? -ECANCELED : ask("Once more: ", again);
    bool is_same = rc >= 0 && strcmp(out, again) == 0;
    explicit_bzero(again, sizeof again);
    if (rc >= 0 && !is_same)
        return sc_err_set(err, -EINVAL, "these are two passwords; nothing was changed");
    return rc;
}

static int check(const char *password, struct sc_err *err)
{
    size_t n = strlen(password);
    for (const char *at = password; *at; at++)
        if ((unsigned char)*at < ' ' || *at == 0x7f)
            return sc_err_set(err, -EINVAL, "a password has no control characters");
    if (n >= SC_PASSWORD_LEAST_BYTES && n <= SC_PASSWORD_MOST_BYTES)
        return 0;
    return sc_err_set(err, -EINVAL, "a password has %d to %d bytes", SC_PASSWORD_LEAST_BYTES,
                      SC_PASSWORD_MOST_BYTES);
}

int sc_prompt_password(char out[static SC_PROMPT_BYTES], struct sc_err *err)
{
    struct sc_err why = {0};
    out[0] = '\0';
    int rc = isatty(STDIN_FILENO) ? ask_twice(out, &why) : read_line(out);
    if (why.code)
        return sc_err_set(err, why.code, "%s", why.text);
    return rc < 0 ? sc_err_set(err, rc, "cannot read a password: %s", strerror(-rc))
                  : check(out, err);
}
