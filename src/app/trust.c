/* SPDX-License-Identifier: MIT */
#define SC_LOG_TOPIC "app"
#include "app/trust.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "app/server.h"
#include "net/tls.h"
#include "net/tls_make.h"
#include "stillcast/log.h"

#define NAMES_MAX 24
#define SOON_S    (14 * 24 * 3600)

/* --- where it is kept --- */

static int make_dir(const char *path)
{
    return mkdir(path, 0700) == 0 || errno == EEXIST ? 0 : -errno;
}

/* ~/.local/state/stillcast with all that is above it. */
static int home_dir(char *out, size_t out_bytes)
{
    static const char *const levels[] = {"/.local", "/state", "/stillcast"};
    const char *home = getenv("HOME");
    size_t n = home && home[0] == '/' ? (size_t)snprintf(out, out_bytes, "%s", home) : out_bytes;
    for (size_t i = 0; i < sizeof levels / sizeof *levels && n < out_bytes; i++) {
        n += (size_t)snprintf(out + n, out_bytes - n, "%s", levels[i]);
        int rc = make_dir(out);
        if (rc < 0)
            return rc;
    }
    return n < out_bytes ? 0 : -ENOENT;
}

static int state_dir(char *out, size_t out_bytes)
{
    const char *own = getenv("STATE_DIRECTORY"), *all = getenv("XDG_STATE_HOME");
    if (own && own[0] == '/') { /* systemd's may name several */
        (void)snprintf(out, out_bytes, "%.*s", (int)strcspn(own, ":"), own);
        return 0;
    }
    if (!all || all[0] != '/')
        return home_dir(out, out_bytes);
    (void)snprintf(out, out_bytes, "%s/stillcast", all);
    return make_dir(out);
}

/* --- its names --- */

/* The host of "https://ADDR:PORT" or "[ADDR]:PORT"; empty for a unix socket. */
static void host_of(const char *address, char *out, size_t out_bytes)
{
    const char *scheme = strstr(address, "://");
    const char *host = scheme ? scheme + 3 : address;
    const char *colon = strrchr(host, ':');
    size_t len = colon && strncmp(host, "unix:", 5) != 0 ? (size_t)(colon - host) : 0;
    if (len > 2 && host[0] == '[') {
        host++;
        len -= 2;
    }
    (void)snprintf(out, out_bytes, "%.*s", (int)len, host);
}

struct names {
    char texts[NAMES_MAX][256];
    const char *list[NAMES_MAX + 1];
    size_t n;
};

static void add_name(struct names *names, const char *name)
{
    bool is_any = strcmp(name, "0.0.0.0") == 0 || strcmp(name, "::") == 0;
    if (!name[0] || is_any || strchr(name, '*') || names->n == NAMES_MAX)
        return;
    for (size_t i = 0; i < names->n; i++)
        if (strcmp(names->texts[i], name) == 0)
            return;
    (void)snprintf(names->texts[names->n], sizeof names->texts[0], "%s", name);
    names->list[names->n] = names->texts[names->n];
    names->n++;
}

static void collect_names(struct names *names, const struct sc_server_config *config)
{
    char name[256] = "", local[264];
    (void)gethostname(name, sizeof name - 1);
    (void)snprintf(local, sizeof local, "%s.local", name);
    for (sc_texts text = config->server_names; text && *text; text++)
        add_name(names, *text);
    add_name(names, name);
    if (name[0] && !strchr(name, '.'))
        add_name(names, local);
    add_name(names, "localhost");
    add_name(names, "127.0.0.1");
    add_name(names, "::1");
    for (sc_texts text = config->listen; text && *text; text++) {
        host_of(*text, name, sizeof name);
        add_name(names, name);
    }
}

/* --- made and told --- */

int sc_trust_make(struct sc_trust *trust, struct sc_server_config *config, struct sc_err *err)
{
    char dir[4096];
    struct names names = {.n = 0};
    if (config->tls_certs || config->tls_keys)
        return sc_err_set(err, -EKEYREJECTED,
                          "--tls-self-signed makes a certificate, and --tls-cert has one: leave "
                          "one of them out");
    int rc = state_dir(dir, sizeof dir);
    if (rc < 0)
        return sc_err_set(err, -EKEYREJECTED,
                          "there is no place to keep a certificate (%s): set HOME, "
                          "XDG_STATE_HOME or STATE_DIRECTORY",
                          strerror(-rc));
    if (asprintf(&trust->cert_path, "%s/self-signed.crt", dir) < 0)
        trust->cert_path = NULL;
    if (asprintf(&trust->key_path, "%s/self-signed.key", dir) < 0)
        trust->key_path = NULL;
    if (!trust->cert_path || !trust->key_path)
        return sc_err_set(err, -ENOMEM, "out of memory");
    collect_names(&names, config);
    rc = sc_tls_make(trust->cert_path, trust->key_path, names.list, err);
    if (rc < 0)
        return rc;
    trust->certs[0] = trust->cert_path;
    trust->keys[0] = trust->key_path;
    config->tls_certs = trust->certs;
    config->tls_keys = trust->keys;
    return 0;
}

void sc_trust_fini(struct sc_trust *trust)
{
    free(trust->cert_path);
    free(trust->key_path);
    *trust = (struct sc_trust){0};
}

static void write_day(time_t when, char out[static 16])
{
    struct tm tm;
    if (!gmtime_r(&when, &tm) || strftime(out, 16, "%Y-%m-%d", &tm) == 0)
        out[0] = '\0';
}

static void tell(const struct sc_tls_view *view)
{
    char begins[16], ends[16];
    time_t now = time(NULL);
    write_day(view->begins_s, begins);
    write_day(view->ends_s, ends);
    sc_log(SC_INFO, "certificate for %s until %s; its SHA-256 fingerprint is %s",
           view->names[0] ? view->names : "no name", ends, view->fingerprint);
    if (view->ends_s <= now)
        sc_log(SC_WARN, "the certificate for %s has expired on %s: browsers refuse it", view->names,
               ends);
    else if (view->begins_s > now)
        sc_log(SC_WARN, "the certificate for %s begins on %s only: browsers refuse it", view->names,
               begins);
    else if (view->ends_s < now + SOON_S)
        sc_log(SC_WARN, "the certificate for %s ends soon, on %s", view->names, ends);
}

void sc_trust_tell(const struct sc_server *server)
{
    struct sc_tls *tls = sc_server_tls(server);
    struct sc_tls_view view;
    for (size_t i = 0; tls && sc_tls_look(tls, i, &view) == 0; i++)
        tell(&view);
}
