/* SPDX-License-Identifier: MIT */
/* Preloaded into a server under test: nobody ever answers what the address of "slow…" is. */
#include <dlfcn.h>
#include <netdb.h>
#include <poll.h>
#include <string.h>

typedef int look_up_fn(const char *host, const char *port, const struct addrinfo *hints,
                       struct addrinfo **out_list);

__attribute__((visibility("default"))) int getaddrinfo(const char *host, const char *port,
                                                       const struct addrinfo *hints,
                                                       struct addrinfo **out_list)
{
    look_up_fn *real = NULL;
    *(void **)&real = dlsym(RTLD_NEXT, "getaddrinfo");
    while (host && strncmp(host, "slow", 4) == 0)
        (void)poll(NULL, 0, -1);
    return real(host, port, hints, out_list);
}
