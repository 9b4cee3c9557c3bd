/* SPDX-License-Identifier: MIT */
#include "app/entrance.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "app/config.h"
#include "base/clock.h"
#include "base/own.h"

#define NOTSENT_BYTES 16384

static int check_reach(const struct sc_server_config *config, const struct sc_listen *listen,
                       const char *address, struct sc_err *err)
{
    if (sc_listen_is_local(listen) || config->is_insecure || config->is_read_only)
        return 0;
    return sc_err_set(err, -EPERM,
                      "%s can be reached by other machines, and anybody there could publish: add "
                      "--read-only (only watching over HTTP), or --insecure if that is wanted, or "
                      "listen on 127.0.0.1",
                      address);
}

/* Takes a scheme off the address. Returns whether TLS is meant; -EINVAL. */
static int split_scheme(const char **address, struct sc_tls *tls, struct sc_err *err)
{
    static const char plain[] = "http://", secure[] = "https://";
    if (strncmp(*address, plain, sizeof plain - 1) == 0) {
        *address += sizeof plain - 1;
        return 0;
    }
    if (strncmp(*address, secure, sizeof secure - 1) == 0) {
        *address += sizeof secure - 1;
        return tls ? 1
                   : sc_err_set(err, -EINVAL,
                                "cannot listen on https://%s without a certificate: give "
                                "--tls-cert and --tls-key, or --tls-self-signed for a first try",
                                *address);
    }
    return tls && strncmp(*address, "unix:", 5) != 0;
}

/* door  what connections get, but for TLS, which the address decides. */
static int add(struct sc_entrances *entrances, const char *address, const struct sc_door *door,
               const struct sc_server_config *config, size_t n_workers, struct sc_err *err)
{
    struct sc_listen *listen SC_AUTO(sc_listen_close) = NULL;
    if (entrances->n == SC_ENTRANCES_MAX)
        return sc_err_set(err, -EINVAL, "there can be %d --listen at the most", SC_ENTRANCES_MAX);
    int is_tls = split_scheme(&address, door->tls, err);
    if (is_tls < 0)
        return is_tls;
    const struct sc_listen_config wanted = {
        .n_sockets = n_workers,
        .is_tls = is_tls > 0,
        .user_timeout_ms = (unsigned)(config->stall_timeout_ns / SC_NS_PER_MS),
        .notsent_bytes = NOTSENT_BYTES,
    };
    int rc = sc_listen_open(address, &wanted, &listen, err);
    if (rc == 0 && !door->redirect_port)
        rc = check_reach(config, listen, address, err);
    if (rc < 0)
        return rc;
    struct sc_entrance *entrance = &entrances->all[entrances->n++];
    entrance->listen = sc_steal(listen);
    entrance->door = *door;
    entrance->door.tls = is_tls ? door->tls : NULL;
    return 0;
}

/* Returns: the port of the first listener that speaks TLS; 0: there is none. */
static uint16_t find_https_port(const struct sc_entrances *entrances)
{
    for (size_t i = 0; i < entrances->n; i++)
        if (entrances->all[i].door.tls)
            return (uint16_t)strtoul(strrchr(sc_listen_url(entrances->all[i].listen), ':') + 1,
                                     NULL, 10);
    return 0;
}

static int add_redirects(struct sc_entrances *entrances, const struct sc_server_config *config,
                         size_t n_workers, struct sc_err *err)
{
    const struct sc_door door = {.redirect_port = find_https_port(entrances)};
    int rc = 0;
    for (sc_texts address = config->redirect_listen; rc == 0 && address && *address; address++)
        rc = door.redirect_port
                 ? add(entrances, *address, &door, config, n_workers, err)
                 : sc_err_set(err, -EINVAL,
                              "--redirect-listen %s has nowhere to send people: no --listen "
                              "speaks TLS",
                              *address);
    return rc;
}

int sc_entrances_open(struct sc_entrances *entrances, const struct sc_server_config *config,
                      struct sc_tls *tls, size_t n_workers, struct sc_err *err)
{
    const struct sc_door door = {.tls = tls};
    sc_texts address = config->listen;
    bool is_default = !address || !*address;
    int rc = is_default ? add(entrances, SC_CONFIG_LISTEN, &door, config, n_workers, err) : 0;
    if (rc == 0 && is_default) /* where this machine has IPv6 */
        (void)add(entrances, SC_CONFIG_LISTEN_IPV6, &door, config, n_workers, NULL);
    for (; rc == 0 && !is_default && *address; address++)
        rc = add(entrances, *address, &door, config, n_workers, err);
    return rc < 0 ? rc : add_redirects(entrances, config, n_workers, err);
}

void sc_entrances_close(struct sc_entrances *entrances)
{
    for (size_t i = 0; i < entrances->n; i++)
        sc_listen_close(&entrances->all[i].listen);
    entrances->n = 0;
}
