/* SPDX-License-Identifier: MIT */
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/own.h"
#include "source/pull.h"
#include "source/spec.h"

#define SC_LOG_TOPIC "source.pull"
#include "stillcast/log.h"

#define FILE_MAX_BYTES 16384
#define TIMEOUT_MIN_S  0.1
#define TIMEOUT_MAX_S  3600
#define REDIRECTS_MAX  10
#define FPS_MAX        1000
#define DEFAULT_FPS    1
#define CONNECT_MAX_NS (5 * SC_NS_PER_S)

const struct sc_source_option sc_pull_options[] = {
    {"user", "NAME", "log in by this name, by Basic or Digest, as the server asks"},
    {"password_file", "FILE",
     "its first line is the password, which no list of processes shows then"},
    {"header", "NAME: VALUE", "one more field of the request"},
    {"header_file", "FILE", "more fields, a line each, such as an Authorization that is secret"},
    {"ca", "FILE", "certificates (PEM) to trust instead of the system's"},
    {"insecure", "yes|no", "take any certificate, whoever shows it (default no)"},
    {"proxy", "URL",
     "go through this proxy, or \"none\"; the default is as http_proxy, https_proxy and no_proxy in "
     "the environment say"},
    {"redirects", "N", "follow so many redirects (default 0); the password goes to no other host"},
    {"timeout", "SECONDS", "the server is lost when nothing comes for so long (default 10)"},
    {NULL, NULL, NULL},
};

static int read_text(int fd, const char *path, char *text, struct sc_err *err)
{
    size_t len = 0;
    ssize_t n;
    while ((n = read(fd, text + len, FILE_MAX_BYTES - len)) > 0)
        len += (size_t)n;
    if (n < 0)
        return sc_err_set(err, -errno, "'%s': %s", path, strerror(errno));
    if (len == FILE_MAX_BYTES || memchr(text, '\0', len))
        return sc_err_set(err, -EINVAL, "'%s' is no text of less than %d bytes", path,
                          FILE_MAX_BYTES);
    text[len] = '\0';
    return 0;
}

/* Of a regular file that a person named, never waiting for a writer. */
static int load(const char *path, char **out_text, struct sc_err *err)
{
    struct stat status;
    char *text SC_AUTO(sc_own_free) = malloc(FILE_MAX_BYTES);
    int fd SC_AUTO(sc_own_close) = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    if (!text)
        return sc_err_set(err, -ENOMEM, "out of memory");
    if (fd < 0 || fstat(fd, &status) < 0)
        return sc_err_set(err, -errno, "'%s': %s", path, strerror(errno));
    if (!S_ISREG(status.st_mode))
        return sc_err_set(err, -EINVAL, "'%s' is no file", path);
    int rc = read_text(fd, path, text, err);
    if (rc == 0)
        *out_text = sc_steal(text);
    return rc;
}

static int take_login(struct sc_pull *pull, const struct sc_source_spec *spec, struct sc_err *err)
{
    const char *path = sc_spec_get(spec, "password_file");
    pull->config.user = sc_spec_get(spec, "user");
    int rc = path ? load(path, &pull->password, err) : 0;
    if (rc < 0 || (!path && !pull->config.user))
        return rc;
    if (pull->config.user && !*pull->config.user)
        return sc_err_set(err, -EINVAL, "'#user=' names nobody");
    if (!path)
        return 0;
    if (!pull->config.user && !pull->url.user)
        return sc_err_set(err, -EINVAL, "'#password_file=%s' needs '#user=NAME'", path);
    pull->password[strcspn(pull->password, "\r\n")] = '\0';
    pull->config.password = pull->password;
    return 0;
}

/* "Name: value", and nothing that would end it early. */
static bool is_field(const char *text)
{
    size_t n = 0;
    while (isalnum((unsigned char)text[n]) || (text[n] && strchr("!#$%&'*+.^_`|~-", text[n])))
        n++;
    const char *value = text + n + 1;
    return n > 0 && text[n] == ':' && value[strspn(value, " \t")] && !value[strcspn(value, "\r\n")];
}

static int add_field(struct sc_pull *pull, const char *text, const char *where, struct sc_err *err)
{
    size_t n = 0;
    while (pull->fields[n])
        n++;
    if (!is_field(text))
        return sc_err_set(err, -EINVAL, "%s: a field is written 'NAME: VALUE'", where);
    if (n == SC_PULL_FIELDS_MAX)
        return sc_err_set(err, -EINVAL, "%s: these are more than %d fields", where,
                          SC_PULL_FIELDS_MAX);
    pull->fields[n] = text;
    return 0;
}

static int take_fields(struct sc_pull *pull, const struct sc_source_spec *spec, struct sc_err *err)
{
    const char *one = sc_spec_get(spec, "header"), *path = sc_spec_get(spec, "header_file");
    int rc = one ? add_field(pull, one, "'#header='", err) : 0;
    if (rc == 0 && path)
        rc = load(path, &pull->fields_text, err);
    char *rest = pull->fields_text;
    for (char *line; rc == 0 && (line = strsep(&rest, "\r\n"));)
        rc = *line ? add_field(pull, line, path, err) : 0;
    pull->config.fields = pull->fields;
    return rc;
}

static int take_tls(struct sc_pull *pull, const struct sc_source_spec *spec, struct sc_err *err)
{
    struct sc_client_config *config = &pull->config;
    config->ca_path = sc_spec_get(spec, "ca");
    if (config->ca_path && access(config->ca_path, R_OK) < 0)
        return sc_err_set(err, -errno, "'#ca=%s': %s", config->ca_path, strerror(errno));
    int rc = sc_spec_get_bool(spec, "insecure", &config->is_insecure, err);
    if (rc == 0 && config->is_insecure)
        sc_log(SC_WARN, "stream=%s takes any certificate, whoever shows it (#insecure=yes)",
               spec->name ? spec->name : "");
    return rc;
}

static int take_limits(struct sc_pull *pull, const struct sc_source_spec *spec, struct sc_err *err)
{
    double timeout_s = 10, n_redirects = 0, fps = 0;
    int rc = sc_spec_get_number(spec, "timeout", TIMEOUT_MIN_S, TIMEOUT_MAX_S, &timeout_s, err);
    if (rc == 0)
        rc = sc_spec_get_number(spec, "redirects", 0, REDIRECTS_MAX, &n_redirects, err);
    if (rc == 0)
        rc = sc_spec_get_number(spec, "fps", 0, FPS_MAX, &fps, err);
    pull->config.silence_ns = (uint64_t)(timeout_s * (double)SC_NS_PER_S);
    pull->config.connect_ns =
        pull->config.silence_ns < CONNECT_MAX_NS ? pull->config.silence_ns : CONNECT_MAX_NS;
    pull->config.n_redirects = (unsigned)n_redirects;
    pull->is_paced = fps > 0;
    pull->interval_ns = (uint64_t)((double)SC_NS_PER_S / (fps > 0 ? fps : DEFAULT_FPS));
    return rc;
}

static int take_proxy(struct sc_pull *pull, const struct sc_source_spec *spec, struct sc_err *err)
{
    static const char *const schemes[] = {"http://", "https://", "socks5://", "socks5h://"};
    const char *proxy = sc_spec_get(spec, "proxy");
    if (!proxy || strcmp(proxy, "none") == 0) {
        pull->config.proxy = proxy ? "" : NULL;
        return 0;
    }
    pull->config.proxy = proxy;
    for (size_t i = 0; i < sizeof schemes / sizeof schemes[0]; i++)
        if (strncmp(proxy, schemes[i], strlen(schemes[i])) == 0)
            return 0;
    return sc_err_set(err, -EINVAL,
                      "'#proxy=' takes a URL that begins with http://, https://, socks5:// or "
                      "socks5h://, or 'none'");
}

static int take_all(struct sc_pull *pull, const struct sc_source_spec *spec, struct sc_err *err)
{
    if (asprintf(&pull->text, "%s:%s", spec->ops->name, spec->targets[0]) < 0) {
        pull->text = NULL;
        return sc_err_set(err, -ENOMEM, "out of memory");
    }
    pull->config.url = pull->text;
    int rc = sc_client_url_init(pull->text, &pull->url, err);
    if (rc == 0)
        rc = take_login(pull, spec, err);
    if (rc == 0)
        rc = take_fields(pull, spec, err);
    if (rc == 0)
        rc = take_limits(pull, spec, err);
    if (rc == 0)
        rc = take_proxy(pull, spec, err);
    return rc == 0 ? take_tls(pull, spec, err) : rc;
}

int sc_pull_setup(void *state, const struct sc_source_spec *spec, struct sc_err *err)
{
    int rc = take_all(state, spec, err);
    if (rc < 0)
        sc_pull_teardown(state);
    return rc;
}

void sc_pull_teardown(void *state)
{
    struct sc_pull *pull = state;
    sc_client_url_fini(&pull->url);
    sc_own_free(&pull->text);
    sc_own_free(&pull->password);
    sc_own_free(&pull->fields_text);
}

/* "//user@host:80/path": the host tells one server from another. */
void sc_pull_suggest_name(const struct sc_source_spec *spec, char *out_name, size_t name_bytes)
{
    char text[1024];
    struct sc_client_url url;
    (void)snprintf(text, sizeof text, "%s:%s", spec->ops->name, spec->targets[0]);
    int rc = sc_client_url_init(text, &url, NULL);
    (void)snprintf(out_name, name_bytes, "%s", rc == 0 ? url.host : spec->ops->name);
    sc_client_url_fini(&url);
}
