/* SPDX-License-Identifier: MIT */
#include "app/exit.h"

#include <errno.h>
#include <stddef.h>
#include <sysexits.h>

static const struct sc_exit the_exits[] = {
    {EX_OK, "Ended as told, by a signal or by a source with #at_end=exit."},
    {EX_USAGE, "The command line is wrong."},
    {EX_NOINPUT, "A source's file is not there or may not be read."},
    {EX_UNAVAILABLE, "An address cannot be listened on: another program has it, or it is none of "
                     "this machine's. Or 'stillcast devices' found no camera that can be used."},
    {EX_NOUSER, "--user: there is no such user."},
    {EX_OSERR, "The system gave no memory, descriptor or thread."},
    {EX_NOPERM, "--user: only root can become another user."},
    {EX_CONFIG,
     "Refused because it would be unsafe, such as letting everybody publish, or a certificate, a "
     "key or the file of keys is not as it must be."},
    {0, NULL},
};

static const struct {
    enum sc_phase phase;
    int error, code;
} rows[] = {
    {SC_PHASE_LISTEN, -EINVAL, EX_USAGE},
    {SC_PHASE_LISTEN, -EPERM, EX_CONFIG},
    {SC_PHASE_LISTEN, -EKEYREJECTED, EX_CONFIG},
    {SC_PHASE_LISTEN, -EADDRINUSE, EX_UNAVAILABLE},
    {SC_PHASE_LISTEN, -EADDRNOTAVAIL, EX_UNAVAILABLE},
    {SC_PHASE_LISTEN, -EACCES, EX_UNAVAILABLE},
    {SC_PHASE_LISTEN, -EAFNOSUPPORT, EX_UNAVAILABLE},
    {SC_PHASE_LISTEN, -ENOENT, EX_UNAVAILABLE},
    {SC_PHASE_LISTEN, -ENOTDIR, EX_UNAVAILABLE},
    {SC_PHASE_LISTEN, -EROFS, EX_UNAVAILABLE},
    {SC_PHASE_USER, -ENOENT, EX_NOUSER},
    {SC_PHASE_USER, -EPERM, EX_NOPERM},
    {SC_PHASE_RUN, -ENOSYS, EX_CONFIG},
    {SC_PHASE_RUN, -EOPNOTSUPP, EX_CONFIG},
    {SC_PHASE_SOURCES, -EINVAL, EX_USAGE},
    {SC_PHASE_SOURCES, -EEXIST, EX_USAGE},
    {SC_PHASE_SOURCES, -ENOSPC, EX_USAGE},
    {SC_PHASE_SOURCES, -ENOENT, EX_NOINPUT},
    {SC_PHASE_SOURCES, -EACCES, EX_NOINPUT},
    {SC_PHASE_SOURCES, -EPERM, EX_NOINPUT},
    {SC_PHASE_SOURCES, -ENOTDIR, EX_NOINPUT},
    {SC_PHASE_SOURCES, -EISDIR, EX_NOINPUT},
    {SC_PHASE_SOURCES, -ELOOP, EX_NOINPUT},
    {SC_PHASE_SOURCES, -EKEYREJECTED, EX_CONFIG},
    {SC_PHASE_SOURCES, -EADDRINUSE, EX_UNAVAILABLE},
    {SC_PHASE_SOURCES, -EADDRNOTAVAIL, EX_UNAVAILABLE},
    {SC_PHASE_COMMAND_LINE, -EINVAL, EX_USAGE},
};

int sc_exit_code(enum sc_phase phase, int error)
{
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        if (rows[i].phase == phase && rows[i].error == error)
            return rows[i].code;
    return EX_OSERR;
}

const struct sc_exit *sc_exit_table(void)
{
    return the_exits;
}
