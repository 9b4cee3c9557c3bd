/* SPDX-License-Identifier: MIT */
#include "app/command/key.h"

#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <sysexits.h>
#include <time.h>

#include "app/command/key_file.h"
#include "app/command/prompt.h"
#include "app/options/value.h"
#include "base/clock.h"
#include "base/own.h"
#include "base/secret_file.h"
#include "rights/keyring.h"
#include "rights/link.h"
#include "stillcast/registry.h"

#define LINE_BYTES 4096
#define FOR_NS     (8 * 3600 * SC_NS_PER_S)

static const char usage[] =
    "stillcast key add --keys FILE ID RIGHT...    makes a key and prints its token, once\n"
    "stillcast key add --password --keys FILE ID RIGHT...\n"
    "                                             one with a password, which it asks for\n"
    "stillcast key list --keys FILE               the keys and what they may\n"
    "stillcast key revoke --keys FILE ID          takes a key out\n"
    "stillcast sign --keys FILE --key ID --stream NAME [--for TIME] URL\n"
    "                                             a link to one stream that needs no key\n"
    "\n"
    "RIGHT is view=PATTERN, publish=PATTERN, control=PATTERN or metrics. PATTERN is a\n"
    "stream's name, '*' in it stands for anything; several are separated by commas.\n"
    "The ID 'anybody' has no token: it is for all who come without a key.\n"
    "TIME is 24h at the most, 8h without --for. URL is the server's, or a picture's on it:\n"
    "\n"
    "  stillcast key add --keys keys wall view=lobby\n"
    "  stillcast sign --keys keys --key wall --stream lobby https://cam.example/lobby.mjpg\n"
    "\n"
    "A server that runs takes over a change when it gets SIGHUP.\n";

struct words {
    const char *keys, *key, *stream;
    uint64_t for_ns;
    bool has_password;
    char **rest; /* ends with NULL */
};

static int complain(const struct sc_err *err)
{
    (void)fprintf(stderr, "stillcast: %s\n", err->text);
    if (err->code == -EINVAL)
        return EX_USAGE;
    return err->code == -ENOMEM ? EX_OSERR : EX_CONFIG;
}

static int need(struct sc_err *err, const char *what)
{
    return sc_err_set(err, -EINVAL, "%s is missing; see 'stillcast key --help'", what);
}

static int read_words(int argc, char **argv, struct words *out, struct sc_err *err)
{
    static const struct option options[] = {
        {"keys", required_argument, NULL, 'k'},   {"key", required_argument, NULL, 'i'},
        {"stream", required_argument, NULL, 's'}, {"for", required_argument, NULL, 'f'},
        {"password", no_argument, NULL, 'p'},     {NULL, 0, NULL, 0},
    };
    *out = (struct words){.for_ns = FOR_NS};
    opterr = 0;
    for (int c; (c = getopt_long(argc, argv, "", options, NULL)) != -1;) {
        if (c == 'k')
            out->keys = optarg;
        else if (c == 'i')
            out->key = optarg;
        else if (c == 's')
            out->stream = optarg;
        else if (c == 'p')
            out->has_password = true;
        else if (c != 'f')
            return sc_err_set(err, -EINVAL, "'%.64s' is no option here, or has no value",
                              argv[optind - 1]);
        else if (sc_value_parse(optarg, sc_value_time, &out->for_ns) < 0 ||
                 out->for_ns < SC_NS_PER_S || out->for_ns > SC_LINK_MOST_S * SC_NS_PER_S)
            return sc_err_set(err, -EINVAL, "--for takes a time from 1s to 24h, not '%.32s'",
                              optarg);
    }
    out->rest = argv + optind;
    return out->keys ? 0 : need(err, "--keys FILE");
}

static int read_keys(const char *path, struct sc_keys **out_keys, struct sc_err *err)
{
    char *text SC_AUTO(sc_secret_free) = NULL;
    int rc = sc_secret_read(path, false, &text, err);
    return rc < 0 ? rc : sc_keys_parse(&text, out_keys, err);
}

/* --- key --- */

static int make_token(char out[static SC_KEY_TOKEN_BYTES], uint8_t digest[static SC_DIGEST_BYTES])
{
    uint8_t secret[SC_DIGEST_BYTES];
    if (getrandom(secret, sizeof secret, 0) != (ssize_t)sizeof secret)
        return -errno;
    memcpy(out, "sc_", 3);
    sc_digest_text(secret, out + 3);
    explicit_bzero(secret, sizeof secret);
    return sc_digest(out, strlen(out), digest);
}

static size_t append(char *line, size_t n, const char *before, const char *text)
{
    return n < LINE_BYTES ? n + (size_t)snprintf(line + n, LINE_BYTES - n, "%s%s", before, text)
                          : n;
}

/* secret  as the file has it */
static int add_line(const struct words *words, const char *secret, struct sc_err *err)
{
    char line[LINE_BYTES];
    size_t n = append(line, append(line, 0, "", words->rest[0]), " ", secret);
    for (char **right = words->rest + 1; *right; right++)
        n = append(line, n, " ", *right);
    if (strpbrk(words->rest[0], " \t\n") || n >= sizeof line)
        return sc_err_set(err, -EINVAL, "the ID has blanks, or there are too many rights");
    return strchr(line, '\n') ? sc_err_set(err, -EINVAL, "a right has more than one line")
                              : sc_key_file_add(words->keys, line, err);
}

static int add_token(const struct words *words, struct sc_err *err)
{
    char token[SC_KEY_TOKEN_BYTES], secret[sizeof "sha256:" + 2 * SC_DIGEST_BYTES] = "sha256:";
    uint8_t digest[SC_DIGEST_BYTES];
    int rc = make_token(token, digest);
    if (rc < 0)
        return sc_err_set(err, rc, "cannot make a token: %s",
                          rc == -ENOSYS ? "this build was made without OpenSSL" : strerror(-rc));
    for (size_t i = 0; i < SC_DIGEST_BYTES; i++)
        (void)snprintf(secret + strlen(secret), 3, "%02x", digest[i]);
    rc = add_line(words, secret, err);
    if (rc == 0)
        (void)printf("%s\n", token);
    explicit_bzero(token, sizeof token);
    return rc;
}

static int add_password(const struct words *words, struct sc_err *err)
{
    char password[SC_PROMPT_BYTES], hash[SC_PASSWORD_HASH_BYTES];
    int rc = sc_prompt_password(password, err);
    if (rc < 0)
        return rc;
    rc = sc_password_hash(password, hash);
    explicit_bzero(password, sizeof password);
    if (rc < 0)
        return sc_err_set(err, rc, "cannot hash a password: %s",
                          rc == -ENOSYS ? "this build was made without libcrypt" : strerror(-rc));
    return add_line(words, hash, err);
}

static int add_key(const struct words *words, struct sc_err *err)
{
    const char *id = words->rest[0];
    if (!id || !words->rest[1])
        return need(err, "the key's ID or a right, such as view=*,");
    if (strcmp(id, SC_KEY_ANYBODY) != 0)
        return words->has_password ? add_password(words, err) : add_token(words, err);
    return words->has_password
               ? sc_err_set(err, -EINVAL, "'" SC_KEY_ANYBODY "' is who comes without a password")
               : add_line(words, "-", err);
}

static int list_keys(const struct words *words, struct sc_err *err)
{
    static const char *const names[] = {"", "", "view=", "publish=", "control=", "metrics"};
    struct sc_keys *keys SC_AUTO(sc_keys_unref) = NULL;
    int rc = read_keys(words->keys, &keys, err);
    for (size_t i = 0; rc == 0 && i < keys->n; i++) {
        const struct sc_key *key = &keys->all[i];
        (void)printf("%s", key->id);
        for (int right = SC_RIGHT_VIEW; right <= SC_RIGHT_METRICS; right++)
            if (key->patterns[right])
                (void)printf(" %s%s", names[right],
                             right == SC_RIGHT_METRICS ? "" : key->patterns[right]);
        (void)printf("\n");
    }
    return rc;
}

static int revoke_key(const struct words *words, struct sc_err *err)
{
    return words->rest[0] ? sc_key_file_remove(words->keys, words->rest[0], err)
                          : need(err, "the key's ID");
}

/* --- sign --- */

static void print_link(const char *url, const char *stream, const char *query)
{
    const char *host = strstr(url, "://") + 3;
    const char *path = strchr(host, '/');
    bool is_gallery = !path || path[strlen(path) - 1] == '/';
    if (is_gallery)
        (void)printf("%s%s%s.mjpg?%s\n", url, path ? "" : "/", stream, query);
    else
        (void)printf("%s%c%s\n", url, strchr(url, '?') ? '&' : '?', query);
}

static int sign(const struct words *words, struct sc_err *err)
{
    struct sc_keys *keys SC_AUTO(sc_keys_unref) = NULL;
    char query[SC_LINK_BYTES];
    const char *url = words->rest[0];
    if (!words->key || !words->stream || !url)
        return need(err, "--key ID, --stream NAME or URL");
    if (!strstr(url, "://"))
        return sc_err_set(err, -EINVAL, "'%.100s' is no URL such as https://cam.example", url);
    int rc = sc_registry_check_name(words->stream, err);
    rc = rc < 0 ? rc : read_keys(words->keys, &keys, err);
    const struct sc_key *key = rc == 0 ? sc_keys_find(keys, words->key) : NULL;
    if (rc == 0 && (!key || key->is_anybody || !sc_key_may(key, SC_RIGHT_VIEW, words->stream)))
        return sc_err_set(err, -EPERM, "there is no key '%.32s' that may see '%s'", words->key,
                          words->stream);
    if (rc < 0)
        return rc;
    rc = sc_link_write(key, words->stream, time(NULL) + (time_t)(words->for_ns / SC_NS_PER_S),
                       query);
    if (rc < 0)
        return sc_err_set(err, rc, "cannot sign: this build was made without OpenSSL");
    print_link(url, words->stream, query);
    return 0;
}

/* --- the commands --- */

static const struct {
    const char *name, *verb; /* verb NULL: none */
    int (*run)(const struct words *words, struct sc_err *err);
} commands[] = {
    {"key", "add", add_key},
    {"key", "list", list_keys},
    {"key", "revoke", revoke_key},
    {"sign", NULL, sign},
};

bool sc_key_command_is(int argc, char **argv)
{
    return argc > 1 && (strcmp(argv[1], "key") == 0 || strcmp(argv[1], "sign") == 0);
}

int sc_key_command_run(int argc, char **argv)
{
    struct sc_err err = {0};
    struct words words;
    const char *verb = argc > 2 ? argv[2] : "";
    if (strcmp(verb, "--help") == 0 || strcmp(verb, "-h") == 0) {
        (void)fputs(usage, stdout);
        return 0;
    }
    for (size_t i = 0; i < sizeof commands / sizeof *commands; i++) {
        int n = commands[i].verb ? 2 : 1;
        if (strcmp(argv[1], commands[i].name) != 0 ||
            (commands[i].verb && strcmp(verb, commands[i].verb) != 0))
            continue;
        int rc = read_words(argc - n, argv + n, &words, &err);
        rc = rc < 0 ? rc : commands[i].run(&words, &err);
        return rc < 0 ? complain(&err) : 0;
    }
    (void)need(&err, "add, list or revoke");
    return complain(&err);
}
