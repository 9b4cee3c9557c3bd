/* SPDX-License-Identifier: MIT */
/* What went wrong with a request, and the way out. */
#include "client/part.h"

#include <errno.h>
#include <string.h>

#include "base/clock.h"
#include "http/status.h"

static int say(const struct sc_client *client, int code, const char *what, struct sc_err *err)
{
    return sc_err_set(err, code, "'%s': %s", sc_client_target(client)->shown, what);
}

static int why_no_connection(const struct sc_client *client, struct sc_err *err)
{
    long code = 0;
    (void)curl_easy_getinfo(client->easy, CURLINFO_OS_ERRNO, &code);
    if (code == ECONNREFUSED)
        return say(client, -ECONNREFUSED,
                   "the connection is refused: no server runs there, or at another port", err);
    return sc_err_set(err, -EHOSTUNREACH, "'%s': it cannot be reached: %s",
                      sc_client_target(client)->shown, code ? strerror((int)code) : client->detail);
}

static int why_too_late(const struct sc_client *client, struct sc_err *err)
{
    if (client->is_over)
        return sc_err_set(err, -ETIMEDOUT, "'%s': no connection within %.3g s",
                          sc_client_target(client)->shown,
                          (double)client->config.connect_ns / (double)SC_NS_PER_S);
    if (client->is_headed)
        return sc_err_set(err, -ETIMEDOUT, "'%s': it sent nothing for %.3g s",
                          sc_client_target(client)->shown,
                          (double)client->config.silence_ns / (double)SC_NS_PER_S);
    return say(client, -ETIMEDOUT, "no answer in time", err);
}

int sc_client_why(struct sc_client *client, struct sc_err *err)
{
    const struct sc_client_url *target = sc_client_target(client);
    if (client->fault)
        return say(client, -EPROTO, client->fault, err);
    if (!client->is_over)
        return why_too_late(client, err);
    switch (client->code) {
    case CURLE_COULDNT_RESOLVE_HOST:
        return sc_err_set(err, -EHOSTUNREACH, "'%s': there is no host '%s'", target->shown,
                          target->host);
    case CURLE_COULDNT_RESOLVE_PROXY:
        return say(client, -EHOSTUNREACH, "there is no such host as its proxy's", err);
    case CURLE_COULDNT_CONNECT:
        return why_no_connection(client, err);
    case CURLE_OPERATION_TIMEDOUT:
        return why_too_late(client, err);
    case CURLE_PEER_FAILED_VERIFICATION:
        return sc_err_set(err, -EPERM, "'%s': its certificate is refused: %s", target->shown,
                          client->detail);
    case CURLE_SSL_CONNECT_ERROR:
        return sc_err_set(err, -EPROTO, "'%s': no TLS (%s): perhaps it is http://", target->shown,
                          client->detail);
    case CURLE_UNSUPPORTED_PROTOCOL:
    case CURLE_WEIRD_SERVER_REPLY:
        return say(client, -EPROTO, "what answers there does not speak HTTP", err);
    case CURLE_OK:
        return say(client, -ECONNRESET, "it closed the connection before its answer was complete",
                   err);
    case CURLE_GOT_NOTHING:
        return say(client, -ECONNRESET, "it closed the connection without an answer", err);
    case CURLE_PARTIAL_FILE:
    case CURLE_RECV_ERROR:
    case CURLE_SEND_ERROR:
        return say(client, -ECONNRESET, "the connection broke", err);
    case CURLE_OUT_OF_MEMORY:
        return say(client, -ENOMEM, "out of memory", err);
    default:
        return sc_err_set(err, -EPROTO, "'%s': %s", target->shown,
                          *client->detail ? client->detail : curl_easy_strerror(client->code));
    }
}

static int refuse_redirect(struct sc_client *client, struct sc_err *err)
{
    struct sc_client_url url = {0};
    const char *to = sc_client_field(client, "Location");
    bool is_known = to && sc_client_url_follow(sc_client_target(client), to, &url, NULL) == 0;
    int rc = sc_err_set(err, -EREMCHG, "'%s': it sends us on to %s%s%s",
                        sc_client_target(client)->shown, is_known ? "'" : "another place",
                        is_known ? url.shown : "", is_known ? "': use that URL" : "");
    sc_client_url_fini(&url);
    return rc;
}

static int refuse_login(struct sc_client *client, struct sc_err *err)
{
    if (!client->config.user && !client->url.user)
        return say(client, -EACCES, "it wants user and password, as in http://USER:PASSWORD@HOST/",
                   err);
    return say(client, -EACCES,
               sc_client_is_trusting(client) ? "it refuses this user or password"
                                             : "it wants a password, and ours is not for this host",
               err);
}

int sc_client_refuse(struct sc_client *client, int status, struct sc_err *err)
{
    if (status == 401)
        return refuse_login(client, err);
    if (status == 407)
        return say(client, -EACCES,
                   "its proxy wants user and password, as in "
                   "http://USER:PASSWORD@HOST:PORT",
                   err);
    if (status >= 300 && status < 400)
        return refuse_redirect(client, err);
    return sc_err_set(err, status == 404 ? -ENOENT : -EPROTO, "'%s': it answers %d %s%s",
                      sc_client_target(client)->shown, status, sc_status_reason(status),
                      status == 404 ? ": check the path" : "");
}
