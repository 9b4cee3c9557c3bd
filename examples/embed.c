/* SPDX-License-Identifier: MIT */
/* A server in a program, and a picture that the program draws: a red dot that goes from left to
 * right for as long as the program runs. cc embed.c $(pkg-config --cflags --libs stillcast) */
#include <stdio.h>
#include <unistd.h>

#include "stillcast/embed.h"

int main(int n_args, char **args)
{
    struct sc_embed *show = NULL;
    struct sc_err err = {0};
    char svg[200];
    int n = sc_embed_create((size_t)(n_args - 1), (const char *const *)args + 1, &show, &err);
    if (n == 0) {
        (void)printf("%sdot\n", sc_server_url(sc_embed_server(show), 0));
        (void)fflush(stdout);
    }
    for (int x = 0; n >= 0; x = (x + 4) % 400) {
        int len = snprintf(svg, sizeof svg,
                           "<svg xmlns='http://www.w3.org/2000/svg' width='400' height='100'>"
                           "<circle cx='%d' cy='50' r='20' fill='red'/></svg>",
                           x);
        n = sc_embed_publish(show, "dot", svg, (size_t)len, &err);
        (void)usleep(100000);
    }
    (void)fprintf(stderr, "embed: %s\n", err.text);
    sc_embed_destroy(&show);
    return 1;
}
