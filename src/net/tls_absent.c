/* SPDX-License-Identifier: MIT */
/* A build without OpenSSL. */
#include <errno.h>

#include "net/tls.h"
#include "net/tls_make.h"

int sc_tls_create(const struct sc_tls_files *files, struct sc_tls **out_tls, struct sc_err *err)
{
    return sc_err_set(err, -ENOSYS, "this build has no TLS: it was made without OpenSSL");
}

void sc_tls_destroy(struct sc_tls **tls)
{
}

int sc_tls_reload(struct sc_tls *tls, struct sc_err *err)
{
    return sc_err_set(err, -ENOSYS, "this build has no TLS: it was made without OpenSSL");
}

int sc_tls_look(struct sc_tls *tls, size_t i, struct sc_tls_view *out_view)
{
    return -ENOENT;
}

const struct sc_tls_stats *sc_tls_stats(const struct sc_tls *tls)
{
    return NULL;
}

int sc_conn_init_tls(struct sc_conn *conn, struct sc_tls *tls, int fd)
{
    return -ENOSYS;
}

int sc_tls_make(const char *cert_path, const char *key_path, const char *const *names,
                struct sc_err *err)
{
    return sc_err_set(err, -ENOSYS, "this build has no TLS: it was made without OpenSSL");
}
