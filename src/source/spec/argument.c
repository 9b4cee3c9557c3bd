/* SPDX-License-Identifier: MIT */
#include "source/spec/argument.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/buf.h"
#include "base/nearest.h"
#include "base/own.h"
#include "base/url.h"
#include "source/runner.h"
#include "source/spec.h"
#include "source/table.h"
#include "stillcast/registry.h"

#define LIST_TEXT_BYTES 300
#define LETTERS         "abcdefghijklmnopqrstuvwxyz_"

static int out_of_memory(struct sc_err *err)
{
    return sc_err_set(err, -ENOMEM, "out of memory");
}

static bool is_there(const char *path)
{
    struct stat st;
    return stat(path, &st) == 0;
}

static bool is_regular(const char *path)
{
    struct stat st;
    return stat(path, &st) == 0 && S_ISREG(st.st_mode);
}

static int add_target(struct sc_source_spec *spec, const char *target, struct sc_err *err)
{
    char **grown = reallocarray(spec->targets, spec->n_targets + 1, sizeof *grown);
    if (!grown)
        return out_of_memory(err);
    spec->targets = grown;
    grown[spec->n_targets] = strdup(target);
    return grown[spec->n_targets++] ? 0 : out_of_memory(err);
}

static int add_setting(struct sc_source_spec *spec, const char *text,
                       struct sc_source_setting setting, struct sc_err *err)
{
    if (sc_spec_get(spec, setting.name))
        return sc_err_set(err, -EINVAL, "'%s': #%s is given twice", text, setting.name);
    struct sc_source_setting *grown =
        reallocarray(spec->settings, spec->n_settings + 1, sizeof *grown);
    if (!grown)
        return out_of_memory(err);
    spec->settings = grown;
    struct sc_source_setting *copy = &grown[spec->n_settings++];
    *copy = (struct sc_source_setting){strdup(setting.name), strdup(setting.value)};
    return copy->name && copy->value ? 0 : out_of_memory(err);
}

/* Returns: the '#' of the last "#word=value" or "#word.name=value", NULL when the text ends with
 * none. */
static char *last_option(char *text)
{
    char *hash = strrchr(text, '#');
    size_t n = hash ? strspn(hash + 1, LETTERS) : 0;
    if (n > 0 && hash[1 + n] == '.')
        n += 1 + strspn(hash + 2 + n, LETTERS "0123456789");
    return n > 0 && hash[1 + n] == '=' ? hash : NULL;
}

static int cut_options(struct sc_argument *argument, char *rest, struct sc_err *err)
{
    char *option;
    int rc = 0;
    while (rc == 0 && !is_there(rest) && (option = last_option(rest))) {
        char *value = strchr(option, '=');
        *option = *value = '\0';
        struct sc_source_setting setting = {option + 1, value + 1};
        rc = add_setting(&argument->spec, argument->text, setting, err);
    }
    return rc;
}

/* Returns: the ':' behind a word, NULL when the text begins with none. */
static char *scheme_end(char *text)
{
    size_t n = strspn(text, "abcdefghijklmnopqrstuvwxyz0123456789+");
    return n > 0 && text[n] == ':' ? text + n : NULL;
}

/* A path may have a '=', too: with a '/' before it, it is a path unless it is a valid name. */
static int cut_name(struct sc_argument *argument, char **rest, struct sc_err *err)
{
    char *equals = strchr(*rest, '=');
    if (!equals || is_there(*rest) || scheme_end(*rest))
        return 0;
    struct sc_err reason;
    *equals = '\0';
    int rc = sc_registry_check_name(*rest, &reason);
    if (rc < 0 && !strchr(*rest, '/'))
        return sc_err_set(err, rc, "%s", reason.text);
    if (rc < 0) {
        *equals = '=';
        return 0;
    }
    argument->spec.name = strdup(*rest);
    *rest = equals + 1;
    return argument->spec.name ? 0 : out_of_memory(err);
}

/* What others have and we leave to somebody else. */
static const struct {
    const char *word, *advice;
} elsewhere[] = {
    {"rtsp", "ffmpeg reads RTSP: 'exec:ffmpeg -i rtsp://... -f mpjpeg -'"},
    {"rtsps", "ffmpeg reads RTSP: 'exec:ffmpeg -i rtsps://... -f mpjpeg -'"},
    {"rtmp", "ffmpeg reads RTMP: 'exec:ffmpeg -i rtmp://... -f mpjpeg -'"},
    {"srt", "ffmpeg reads SRT: 'exec:ffmpeg -i srt://... -f mpjpeg -'"},
    {"udp", "ffmpeg reads UDP: 'exec:ffmpeg -i udp://... -f mpjpeg -'"},
    {"http", "this build has no libcurl (meson option 'pull')"},
    {"https", "this build has no libcurl (meson option 'pull')"},
    {NULL, NULL},
};

static const char *advice_for(const char *word)
{
    for (size_t i = 0; elsewhere[i].word; i++)
        if (strcmp(elsewhere[i].word, word) == 0)
            return elsewhere[i].advice;
    return NULL;
}

static int refuse_scheme(const char *text, const char *word, struct sc_err *err)
{
    struct sc_nearest nearest = {0};
    struct sc_buf list;
    const char *advice = advice_for(word);
    if (advice)
        return sc_err_set(err, -EINVAL, "'%s': there is no source '%s:'; %s", text, word, advice);
    sc_buf_init(&list, LIST_TEXT_BYTES);
    const struct sc_source_ops *const *table = sc_source_table();
    for (size_t i = 0; table[i]; i++) {
        sc_nearest_offer(&nearest, word, table[i]->name);
        (void)sc_buf_printf(&list, " %s:", table[i]->name); /* too long: cut */
    }
    int rc =
        sc_err_set(err, -EINVAL, "'%s': there is no source '%s:'%s%s%s; there are%s", text, word,
                   nearest.word ? " (did you mean '" : "", nearest.word ? nearest.word : "",
                   nearest.word ? ":'?)" : "", list.len_bytes ? list.data : " none");
    sc_buf_fini(&list);
    return rc;
}

static int refuse_target(const char *text, char *target, struct sc_err *err)
{
    if (!*target)
        return sc_err_set(err, -EINVAL, "'%s' names no source: write 'NAME=SOURCE'", text);
    if (sc_source_find(target))
        return sc_err_set(err, -EINVAL, "there is no file '%s'; the source is written '%s:'",
                          target, target);
    if (is_there(target))
        return sc_err_set(err, -EINVAL, "'%s' is no picture, folder or pipe: no source takes it",
                          target);
    char *colon = scheme_end(target);
    if (!colon)
        return sc_err_set(err, -ENOENT, "'%s': no such file or folder", target);
    *colon = '\0';
    return refuse_scheme(text, target, err);
}

static const struct sc_source_ops *claimant(const char *target)
{
    const struct sc_source_ops *const *table = sc_source_table();
    for (size_t i = 0; table[i]; i++)
        if (table[i]->claims && table[i]->claims(target))
            return table[i];
    return NULL;
}

static int find_source(struct sc_argument *argument, char **rest, struct sc_err *err)
{
    char *colon = is_there(*rest) ? NULL : scheme_end(*rest);
    if (colon) {
        *colon = '\0';
        argument->spec.ops = sc_source_find(*rest);
        *colon = ':';
        if (argument->spec.ops)
            *rest = colon + 1;
    }
    if (argument->spec.ops)
        return 0;
    argument->spec.ops = claimant(*rest);
    argument->is_bare_file = !argument->spec.name && is_regular(*rest);
    return argument->spec.ops ? 0 : refuse_target(argument->text, *rest, err);
}

/* An option "word.NAME" stands for any name. */
static bool is_option(const char *option, const char *typed)
{
    size_t n = strcspn(option, ".");
    return option[n] ? strncmp(option, typed, n + 1) == 0 && typed[n + 1]
                     : strcmp(option, typed) == 0;
}

static bool offer_options(const struct sc_source_option *options, const char *typed,
                          struct sc_nearest *nearest, struct sc_buf *list)
{
    bool is_known = false;
    for (; options && options->name; options++) {
        is_known |= is_option(options->name, typed);
        sc_nearest_offer(nearest, typed, options->name);
        (void)sc_buf_printf(list, " %s", options->name); /* too long: cut */
    }
    return is_known;
}

static int check_option(const struct sc_argument *argument, const char *typed, struct sc_err *err)
{
    const struct sc_source_ops *ops = argument->spec.ops;
    struct sc_nearest nearest = {0};
    struct sc_buf list;
    sc_buf_init(&list, LIST_TEXT_BYTES);
    bool is_known = offer_options(ops->options, typed, &nearest, &list);
    is_known |= offer_options(sc_runner_options, typed, &nearest, &list);
    int rc = 0;
    if (!is_known)
        rc = sc_err_set(err, -EINVAL, "'%s': '%s:' has no option '%s'%s%s%s; it has%s",
                        argument->text, ops->name, typed, nearest.word ? " (did you mean '" : "",
                        nearest.word ? nearest.word : "", nearest.word ? "'?)" : "", list.data);
    sc_buf_fini(&list);
    return rc;
}

/* A field of a request may be a secret as a whole. */
static void show(const char *text, char *out_text)
{
    sc_url_redact(text, out_text, SC_ARGUMENT_TEXT_BYTES);
    char *field = strstr(out_text, "#header=");
    if (field)
        field[strlen("#header=")] = '\0';
}

int sc_argument_init(const char *text, struct sc_argument *out_argument, struct sc_err *err)
{
    *out_argument = (struct sc_argument){0};
    show(text, out_argument->text);
    char *copy SC_AUTO(sc_own_free) = strdup(text);
    if (!copy)
        return out_of_memory(err);
    char *rest = copy;
    int rc = cut_options(out_argument, rest, err);
    if (rc == 0)
        rc = cut_name(out_argument, &rest, err);
    if (rc == 0)
        rc = find_source(out_argument, &rest, err);
    for (size_t i = 0; rc == 0 && i < out_argument->spec.n_settings; i++)
        rc = check_option(out_argument, out_argument->spec.settings[i].name, err);
    return rc < 0 ? rc : add_target(&out_argument->spec, rest, err);
}

int sc_argument_join(struct sc_source_spec *show, struct sc_argument *neighbour, struct sc_err *err)
{
    const struct sc_source_spec *from = &neighbour->spec;
    int rc = 0;
    for (size_t i = 0; rc == 0 && i < from->n_settings; i++)
        rc = add_setting(show, neighbour->text, from->settings[i], err);
    for (size_t i = 0; rc == 0 && i < from->n_targets; i++)
        rc = add_target(show, from->targets[i], err);
    return rc;
}

void sc_argument_fini_spec(struct sc_source_spec *spec)
{
    for (size_t i = 0; i < spec->n_targets; i++)
        free(spec->targets[i]);
    for (size_t i = 0; i < spec->n_settings; i++) {
        free(spec->settings[i].name);
        free(spec->settings[i].value);
    }
    free(spec->targets);
    free(spec->settings);
    free(spec->name);
    *spec = (struct sc_source_spec){0};
}

void sc_argument_fini(struct sc_argument *argument)
{
    sc_argument_fini_spec(&argument->spec);
}
