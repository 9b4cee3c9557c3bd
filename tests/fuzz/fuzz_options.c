/* SPDX-License-Identifier: MIT */
/* Command lines, an argument a line: what is set is within its bounds and reads back equal as it is
 * shown; sources are the arguments that they were; what is refused says why. */
#include "app/config.h"
#include "app/options.h"
#include "base/clock.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define TEXT_MAX_BYTES 2048
#define ARGS_MAX       32

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len_bytes);

static int parse(struct sc_config *config, int argc, char **argv, struct sc_err *err)
{
    int rc = sc_config_parse(config, argc, argv, err);
#ifdef PLANT_BUG /* seven loops are too many */
    if (rc == 0 && config->server.n_threads == 7)
        config->server.n_threads = 1000000;
#endif
    return rc;
}

/* Returns: what it set; 0 for what is no number. */
static uint64_t number_in(const struct sc_option *option, const struct sc_config *config)
{
    const void *field = (const char *)config + option->offset;
    switch (option->kind) {
    case SC_OPTION_COUNT:
    case SC_OPTION_CHOICE:
        return *(const unsigned *)field;
    case SC_OPTION_SIZE:
        return *(const size_t *)field;
    case SC_OPTION_TIME:
        return *(const uint64_t *)field;
    default:
        return 0;
    }
}

/* Times are shown in whole milliseconds. */
static uint64_t shown_step(const struct sc_option *option)
{
    return option->kind == SC_OPTION_TIME ? SC_NS_PER_MS : 1;
}

static void check_option(const struct sc_option *option, const struct sc_config *config)
{
    char shown[SC_OPTION_SHOWN_BYTES];
    struct sc_config again;
    uint64_t number = number_in(option, config);
    sc_config_init(&again);
    bool is_set = number != number_in(option, &again);
    sc_option_show(option, config, shown);
    if (is_set && option->kind != SC_OPTION_CHOICE)
        assert(number >= option->least && number <= option->most);
    if (is_set && number >= shown_step(option)) {
        assert(shown[0] && sc_option_set(option, shown, &again, NULL) == 0);
        uint64_t shown_number = number_in(option, &again);
        assert(shown_number <= number && number - shown_number < shown_step(option));
    }
    sc_config_fini(&again);
}

static void check_sources(const struct sc_config *config, int argc, char **argv)
{
    int at = 1;
    for (size_t i = 0; i < config->n_sources; i++) {
        while (at < argc && argv[at] != config->sources[i])
            at++;
        assert(at < argc);
        at++;
    }
}

/* Each in memory of its own, so that a sanitizer sees a byte too many. */
static int split(const char *text, char **argv)
{
    int argc = 0;
    argv[argc++] = strdup("stillcast");
    for (const char *at = text; at && argc <= ARGS_MAX; at = strchr(at, '\n')) {
        at += *at == '\n' && argc > 1;
        size_t n = strcspn(at, "\n");
        char *word = malloc(n + 1);
        assert(word);
        memcpy(word, at, n);
        word[n] = '\0';
        argv[argc++] = word;
    }
    return argc;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len_bytes)
{
    char text[TEXT_MAX_BYTES + 1], *argv[ARGS_MAX + 2] = {NULL};
    struct sc_config config;
    struct sc_err err = {0};
    if (len_bytes > TEXT_MAX_BYTES)
        return 0;
    memcpy(text, data, len_bytes);
    text[len_bytes] = '\0';
    int argc = split(text, argv);
    sc_config_init(&config);
    int rc = parse(&config, argc, argv, &err);
    if (rc < 0) {
        assert(rc == -EINVAL && err.code == rc && err.text[0]);
    } else {
        check_sources(&config, argc, argv);
        for (const struct sc_option *option = sc_option_table(); option->name; option++)
            check_option(option, &config);
    }
    sc_config_fini(&config);
    for (int i = 0; i < argc; i++)
        free(argv[i]);
    return 0;
}
