/* SPDX-License-Identifier: MIT */
#include <dirent.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "base/own.h"
#include "source/pull.h"

typedef int name_fn(int fd, struct sockaddr *address, socklen_t *address_bytes);

/* Of IPv4 as IPv6 writes it, so that both kinds of socket say the same. */
static bool name_of(int fd, name_fn *ask, struct sockaddr_in6 *out_name)
{
    struct sockaddr_storage raw = {0};
    socklen_t raw_bytes = sizeof raw;
    if (ask(fd, (struct sockaddr *)&raw, &raw_bytes) < 0)
        return false;
    const struct sockaddr_in *v4 = (const struct sockaddr_in *)&raw;
    const struct sockaddr_in6 *v6 = (const struct sockaddr_in6 *)&raw;
    *out_name = (struct sockaddr_in6){0};
    if (raw.ss_family == AF_INET) {
        out_name->sin6_port = v4->sin_port;
        out_name->sin6_addr.s6_addr[10] = out_name->sin6_addr.s6_addr[11] = 0xff;
        memcpy(&out_name->sin6_addr.s6_addr[12], &v4->sin_addr, sizeof v4->sin_addr);
    } else if (raw.ss_family == AF_INET6) {
        out_name->sin6_port = v6->sin6_port;
        out_name->sin6_addr = v6->sin6_addr;
    }
    return out_name->sin6_port != 0;
}

static bool is_same(const struct sockaddr_in6 *a, const struct sockaddr_in6 *b)
{
    return a->sin6_port == b->sin6_port &&
           memcmp(&a->sin6_addr, &b->sin6_addr, sizeof a->sin6_addr) == 0;
}

static bool is_other_end(int fd, const struct sockaddr_in6 *here, const struct sockaddr_in6 *there)
{
    struct sockaddr_in6 its_here, its_there;
    return name_of(fd, getpeername, &its_there) && is_same(&its_there, here) &&
           name_of(fd, getsockname, &its_here) && is_same(&its_here, there);
}

static void close_folder(DIR **folder)
{
    if (*folder)
        (void)closedir(*folder); /* read only */
}

bool sc_pull_is_self(const struct sc_client *client)
{
    struct sockaddr_in6 here, there;
    DIR *folder SC_AUTO(close_folder) = opendir("/proc/self/fd");
    if (!folder || !sc_client_ends(client, &here, &there))
        return false;
    for (const struct dirent *entry; (entry = readdir(folder));)
        if (entry->d_name[0] != '.' &&
            is_other_end((int)strtol(entry->d_name, NULL, 10), &here, &there))
            return true;
    return false;
}
