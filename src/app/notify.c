/* SPDX-License-Identifier: MIT */
#include "app/notify.h"

#include <errno.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "base/own.h"

/* NULL: there is none. */
static const char *manager(void)
{
    const char *path = getenv("NOTIFY_SOCKET");
    return path && *path ? path : NULL;
}

bool sc_notify_is_wanted(void)
{
    return manager() != NULL;
}

int sc_notify(const char *state)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    const char *path = manager();
    if (!path)
        return 0;
    size_t path_bytes = strlen(path);
    if (path_bytes >= sizeof address.sun_path)
        return -ENAMETOOLONG;
    (void)memcpy(address.sun_path, path, path_bytes);
    if (path[0] == '@') /* systemd writes an abstract address so */
        address.sun_path[0] = '\0';
    SC_AUTO(sc_own_close) int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return -errno;
    socklen_t address_bytes = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + path_bytes);
    if (sendto(fd, state, strlen(state), MSG_NOSIGNAL, (struct sockaddr *)&address, address_bytes) <
        0)
        return -errno;
    return 0;
}
