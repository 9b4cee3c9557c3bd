/* SPDX-License-Identifier: MIT */
#include "http/response.h"

#include <inttypes.h>
#include <stdio.h>

#include "base/clock.h"
#include "http/date.h"
#include "http/status.h"

/* RFC 9110: no Content-Length in 1xx and 204; a 304 describes what it does not send. */
static bool has_length(const struct sc_response *r)
{
    return r->length_bytes != SC_RESPONSE_NO_LENGTH && r->status != 204 && r->status != 304;
}

int sc_response_write(struct sc_buf *out, const struct sc_response *r)
{
    char date[SC_DATE_BYTES];
    char length[48] = "";
    sc_date_write((int64_t)(sc_clock_unix_us() / 1000000), date);
    if (has_length(r))
        (void)snprintf(length, sizeof length, "Content-Length: %" PRIu64 "\r\n", r->length_bytes);
    return sc_buf_printf(out,
                         "HTTP/1.1 %d %s\r\n"
                         "Date: %s\r\n"
                         "Server: stillcast\r\n"
                         "X-Content-Type-Options: nosniff\r\n"
                         "Referrer-Policy: no-referrer\r\n"
                         "%s%s%s%s%s%s\r\n",
                         r->status, sc_status_reason(r->status), date,
                         r->media_type ? "Content-Type: " : "", r->media_type ? r->media_type : "",
                         r->media_type ? "\r\n" : "", length, r->headers ? r->headers : "",
                         r->is_closing ? "Connection: close\r\n" : "");
}
