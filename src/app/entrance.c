/* SPDX-License-Identifier: MIT */
#define SC_LOG_TOPIC "app"
#include "app/entrance.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "app/config.h"
#include "base/clock.h"
#include "base/own.h"
#include "rights/keyring.h"
#include "stillcast/log.h"

/* The kernel gives up without a word to the peer: a peer that is there is cut by us before. */
#define KERNEL_GRACE_NS (SC_NS_PER_S / 4)
#define NOTSENT_BYTES   16384

/* Fails closed: what other machines can reach needs keys, and keys that may change something need
 * TLS. */
static int check_reach(const struct sc_entrance_plan *plan, const struct sc_listen *listen,
                       bool is_tls, const char *address, struct sc_err *err)
{
    const struct sc_server_config *config = plan->config;
    if (sc_listen_is_local(listen) || config->is_insecure || (plan->keyring && is_tls))
        return 0;
    if (!plan->keyring && config->is_read_only)
        return 0;
    if (!plan->keyring)
        return sc_err_set(err, -EPERM,
                          "%s can be reached by other machines, and anybody there could publish: "
                          "say who may by --keys FILE ('stillcast key add' makes it), or add "
                          "--read-only (only watching over HTTP), or --insecure if that is wanted, "
                          "or listen on 127.0.0.1",
                          address);
    if (!config->is_read_only && sc_keyring_can_change(plan->keyring))
        return sc_err_set(err, -EPERM,
                          "%s can be reached by other machines, and keys would be readable on the "
                          "way: give --tls-cert and --tls-key (or --tls-self-signed), or listen on "
                          "127.0.0.1 behind a proxy that speaks TLS, or add --insecure if that is "
                          "wanted",
                          address);
    sc_log(SC_WARN, "%s has no TLS: keys and pictures are readable on the way", address);
    return 0;
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

/* door  what connections get, but for TLS, which the address decides */
static int add(struct sc_entrances *entrances, const struct sc_entrance_plan *plan,
               const char *address, const struct sc_door *door, struct sc_err *err)
{
    struct sc_listen *listen SC_AUTO(sc_listen_close) = NULL;
    if (entrances->n == SC_ENTRANCES_MAX)
        return sc_err_set(err, -EINVAL, "there can be %d --listen at the most", SC_ENTRANCES_MAX);
    int is_tls = split_scheme(&address, door->redirect_port ? NULL : plan->tls, err);
    if (is_tls < 0)
        return is_tls;
    const struct sc_listen_config wanted = {
        .n_sockets = plan->n_workers,
        .is_tls = is_tls > 0,
        .user_timeout_ms =
            (unsigned)((plan->config->stall_timeout_ns + KERNEL_GRACE_NS) / SC_NS_PER_MS),
        .notsent_bytes = NOTSENT_BYTES,
    };
    int rc = sc_listen_open(address, &wanted, &listen, err);
    if (rc == 0 && !door->redirect_port)
        rc = check_reach(plan, listen, is_tls > 0, address, err);
    if (rc < 0)
        return rc;
    struct sc_entrance *entrance = &entrances->all[entrances->n++];
    entrance->listen = sc_steal(listen);
    entrance->door = *door;
    entrance->door.tls = is_tls ? plan->tls : NULL;
    return 0;
}

static int add_all(struct sc_entrances *entrances, const struct sc_entrance_plan *plan,
                   sc_texts address, const struct sc_door *door, struct sc_err *err)
{
    int rc = 0;
    for (; rc == 0 && address && *address; address++)
        rc = add(entrances, plan, *address, door, err);
    return rc;
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

static int add_redirects(struct sc_entrances *entrances, const struct sc_entrance_plan *plan,
                         struct sc_err *err)
{
    sc_texts address = plan->config->redirect_listen;
    const struct sc_door door = {.redirect_port = find_https_port(entrances)};
    if (address && *address && !door.redirect_port)
        return sc_err_set(err, -EINVAL,
                          "--redirect-listen %s has nowhere to send people: no --listen speaks TLS",
                          *address);
    return add_all(entrances, plan, address, &door, err);
}

int sc_entrances_open(struct sc_entrances *entrances, const struct sc_entrance_plan *plan,
                      struct sc_err *err)
{
    const struct sc_server_config *config = plan->config;
    const struct sc_door open = {.tls = NULL}, proxied = {.proxies = plan->proxies};
    bool has_any = (config->listen && *config->listen) || config->proxy_listen;
    int rc = has_any ? add_all(entrances, plan, config->listen, &open, err)
                     : add(entrances, plan, SC_CONFIG_LISTEN, &open, err);
    if (rc == 0 && !has_any) /* where this machine has IPv6 */
        (void)add(entrances, plan, SC_CONFIG_LISTEN_IPV6, &open, NULL);
    if (rc == 0)
        rc = add_redirects(entrances, plan, err);
    return rc < 0 ? rc : add_all(entrances, plan, config->proxy_listen, &proxied, err);
}

void sc_entrances_close(struct sc_entrances *entrances)
{
    for (size_t i = 0; i < entrances->n; i++)
        sc_listen_close(&entrances->all[i].listen);
    entrances->n = 0;
}
