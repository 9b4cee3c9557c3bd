/* SPDX-License-Identifier: MIT */
#include "client/url.h"

#include <curl/curl.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/own.h"
#include "base/url.h"

#define SHOWN_BYTES 256

static void fini_handle(CURLU **handle)
{
    curl_url_cleanup(*handle);
}

static int refuse(const char *text, const char *why, struct sc_err *err)
{
    char shown[SHOWN_BYTES];
    sc_url_redact(text, shown, sizeof shown);
    return sc_err_set(err, -EINVAL, "'%s': %s", shown, why);
}

/* A part that is not there stays NULL. */
static CURLUcode take(CURLU *handle, CURLUPart part, unsigned flags, char **out_text)
{
    char *text = NULL;
    CURLUcode code = curl_url_get(handle, part, &text, flags);
    if (code == CURLUE_NO_USER || code == CURLUE_NO_PASSWORD || code == CURLUE_NO_QUERY)
        return CURLUE_OK;
    if (code != CURLUE_OK)
        return code;
    *out_text = strdup(text);
    curl_free(text);
    return *out_text ? CURLUE_OK : CURLUE_OUT_OF_MEMORY;
}

static CURLUcode take_secrets(CURLU *handle, struct sc_client_url *url)
{
    CURLUcode code = take(handle, CURLUPART_USER, CURLU_URLDECODE, &url->user);
    if (code == CURLUE_OK)
        code = take(handle, CURLUPART_PASSWORD, CURLU_URLDECODE, &url->password);
    (void)curl_url_set(handle, CURLUPART_USER, NULL, 0);
    (void)curl_url_set(handle, CURLUPART_PASSWORD, NULL, 0);
    (void)curl_url_set(handle, CURLUPART_FRAGMENT, NULL, 0);
    return code;
}

static CURLUcode take_shown(CURLU *handle, struct sc_client_url *url)
{
    char *query SC_AUTO(sc_own_free) = NULL;
    CURLUcode code = take(handle, CURLUPART_QUERY, 0, &query);
    if (code == CURLUE_OK && query)
        code = curl_url_set(handle, CURLUPART_QUERY, "...", 0);
    return code == CURLUE_OK ? take(handle, CURLUPART_URL, 0, &url->shown) : code;
}

static CURLUcode take_origin(CURLU *handle, struct sc_client_url *url)
{
    char *scheme SC_AUTO(sc_own_free) = NULL, *port SC_AUTO(sc_own_free) = NULL;
    CURLUcode code = take(handle, CURLUPART_SCHEME, 0, &scheme);
    if (code == CURLUE_OK)
        code = take(handle, CURLUPART_HOST, 0, &url->host);
    if (code == CURLUE_OK)
        code = take(handle, CURLUPART_PORT, CURLU_DEFAULT_PORT, &port);
    if (code != CURLUE_OK || !scheme || !url->host || !port)
        return code == CURLUE_OK ? CURLUE_NO_HOST : code;
    url->is_tls = strcmp(scheme, "https") == 0;
    if (asprintf(&url->origin, "%s://%s:%s", scheme, url->host, port) < 0) {
        url->origin = NULL;
        return CURLUE_OUT_OF_MEMORY;
    }
    return CURLUE_OK;
}

int sc_client_url_init(const char *text, struct sc_client_url *out_url, struct sc_err *err)
{
    CURLU *handle SC_AUTO(fini_handle) = curl_url();
    *out_url = (struct sc_client_url){0};
    if (strncasecmp(text, "http://", 7) != 0 && strncasecmp(text, "https://", 8) != 0)
        return refuse(text, "only http:// and https:// can be asked", err);
    CURLUcode code =
        handle ? curl_url_set(handle, CURLUPART_URL, text, CURLU_URLENCODE) : CURLUE_OUT_OF_MEMORY;
    if (code == CURLUE_OK)
        code = take_secrets(handle, out_url);
    if (code == CURLUE_OK)
        code = take(handle, CURLUPART_URL, 0, &out_url->plain);
    if (code == CURLUE_OK)
        code = take_origin(handle, out_url);
    if (code == CURLUE_OK)
        code = take_shown(handle, out_url);
    if (code == CURLUE_OUT_OF_MEMORY)
        return sc_err_set(err, -ENOMEM, "out of memory");
    return code == CURLUE_OK ? 0 : refuse(text, curl_url_strerror(code), err);
}

int sc_client_url_follow(const struct sc_client_url *from, const char *location,
                         struct sc_client_url *out_url, struct sc_err *err)
{
    CURLU *handle SC_AUTO(fini_handle) = curl_url();
    char *whole SC_AUTO(sc_own_free) = NULL;
    *out_url = (struct sc_client_url){0};
    CURLUcode code =
        handle ? curl_url_set(handle, CURLUPART_URL, from->plain, 0) : CURLUE_OUT_OF_MEMORY;
    if (code == CURLUE_OK)
        code = curl_url_set(handle, CURLUPART_URL, location, CURLU_URLENCODE);
    if (code == CURLUE_OK)
        code = take(handle, CURLUPART_URL, 0, &whole);
    if (code == CURLUE_OUT_OF_MEMORY)
        return sc_err_set(err, -ENOMEM, "out of memory");
    return code == CURLUE_OK && whole ? sc_client_url_init(whole, out_url, err)
                                      : refuse(location, curl_url_strerror(code), err);
}

void sc_client_url_fini(struct sc_client_url *url)
{
    free(url->plain);
    free(url->shown);
    free(url->origin);
    free(url->host);
    free(url->user);
    free(url->password);
    *url = (struct sc_client_url){0};
}
