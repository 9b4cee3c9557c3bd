/* SPDX-License-Identifier: MIT */
#include "client/part.h"

#include <errno.h>
#include <string.h>

#include "base/clock.h"

/* Only these can fail for want of memory; a wrong option would be our own mistake. */
static int set_text(CURL *easy, CURLoption option, const char *text)
{
    return curl_easy_setopt(easy, option, text) == CURLE_OK ? 0 : -ENOMEM;
}

static int set_tls(struct sc_client *client)
{
    const struct sc_client_config *config = &client->config;
    CURL *easy = client->easy;
    (void)curl_easy_setopt(easy, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
    (void)curl_easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, config->is_insecure ? 0L : 1L);
    (void)curl_easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, config->is_insecure ? 0L : 2L);
    int rc = config->ca_path ? set_text(easy, CURLOPT_CAINFO, config->ca_path) : 0;
    return rc == 0 && config->proxy ? set_text(easy, CURLOPT_PROXY, config->proxy) : rc;
}

/* No thread is waited for at the end, should a name be looked up still (QUICK_EXIT). */
int sc_client_set_options(struct sc_client *client)
{
    CURL *easy = client->easy;
    (void)curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
    (void)curl_easy_setopt(easy, CURLOPT_QUICK_EXIT, 1L);
    (void)curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, client->detail);
    (void)curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
    (void)curl_easy_setopt(easy, CURLOPT_HTTPAUTH, (long)(CURLAUTH_BASIC | CURLAUTH_DIGEST));
    (void)curl_easy_setopt(easy, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
    (void)curl_easy_setopt(easy, CURLOPT_BUFFERSIZE, (long)SC_CLIENT_CHUNK_BYTES);
    (void)curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS,
                           (long)(client->config.connect_ns / SC_NS_PER_MS));
    (void)curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, sc_client_on_head);
    (void)curl_easy_setopt(easy, CURLOPT_HEADERDATA, client);
    (void)curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, sc_client_on_body);
    (void)curl_easy_setopt(easy, CURLOPT_WRITEDATA, client);
    int rc = set_text(easy, CURLOPT_PROTOCOLS_STR, "http,https");
    if (rc == 0)
        rc = set_text(easy, CURLOPT_USERAGENT, "stillcast");
    return rc == 0 ? set_tls(client) : rc;
}

static int add_fields(struct sc_client *client, const char *const *fields)
{
    for (; fields && *fields; fields++) {
        struct curl_slist *longer = curl_slist_append(client->fields, *fields);
        if (!longer)
            return -ENOMEM;
        client->fields = longer;
    }
    return 0;
}

const struct sc_client_url *sc_client_target(const struct sc_client *client)
{
    return client->redirected.plain ? &client->redirected : &client->url;
}

bool sc_client_is_trusting(const struct sc_client *client)
{
    return strcmp(sc_client_target(client)->origin, client->url.origin) == 0;
}

int sc_client_set_target(struct sc_client *client, const char *const *fields)
{
    const struct sc_client_url *target = sc_client_target(client);
    const struct sc_client_config *config = &client->config;
    bool is_trusted = sc_client_is_trusting(client);
    const char *user = config->user ? config->user : client->url.user;
    const char *password = config->password ? config->password : client->url.password;
    curl_slist_free_all(client->fields);
    client->fields = NULL;
    int rc = add_fields(client, is_trusted ? config->fields : NULL);
    if (rc == 0)
        rc = add_fields(client, fields);
    if (rc == 0)
        rc = set_text(client->easy, CURLOPT_USERNAME, is_trusted ? user : NULL);
    if (rc == 0)
        rc = set_text(client->easy, CURLOPT_PASSWORD, is_trusted ? password : NULL);
    if (rc == 0)
        rc = set_text(client->easy, CURLOPT_URL, target->plain);
    (void)curl_easy_setopt(client->easy, CURLOPT_HTTPHEADER, client->fields);
    return rc;
}
