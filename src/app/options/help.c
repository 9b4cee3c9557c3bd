/* SPDX-License-Identifier: MIT */
#include "app/options/help.h"

#include <ctype.h>
#include <string.h>

#include "app/config.h"
#include "app/exit.h"
#include "app/options.h"
#include "app/options/page.h"
#include "app/version.h"
#include "source/runner.h"
#include "source/table.h"

#define TEXT_BYTES 1024

static const char usage[] = "stillcast [OPTION...] [[NAME=]SOURCE[#option=value...]...]";
static const char usage_demo[] = "stillcast [OPTION...] demo";
static const char usage_key[] =
    "stillcast key add|list|revoke --keys FILE [--password] [ID] [RIGHT...]";
static const char usage_sign[] =
    "stillcast sign --keys FILE --key ID --stream NAME [--for TIME] URL";
static const char usage_devices[] = "stillcast devices [--json] [PATH...]";
static const char summary[] = "still pictures in, live pictures out";

static const struct {
    const char *line, *meaning;
    const char *source; /* that this build must have; NULL: none */
} examples[] = {
    {"stillcast demo", "something to look at, at once", NULL},
    {"stillcast *.jpg", "a slideshow, one picture a second", NULL},
    {"plotter | stillcast -", "pictures from a pipe", NULL},
    {"stillcast plot=watch:out/plot.png", "again whenever the file is rewritten", NULL},
    {"stillcast cam=/dev/video0", "a webcam", "v4l2"},
    {"stillcast door=http://camera.local/video.mjpg", "another server's stream", "http"},
    {"stillcast plot='exec:python3 plot.py'", "a command, while somebody watches", NULL},
    {"stillcast load=graph:system clock=text:%T", "this machine as a graph, and a clock", "graph"},
    {"stillcast test:#size=1280x720#fps=30", "a moving test picture", "test"},
    {"stillcast", "wait for publishers, such as:", NULL},
    {"curl -T plot.png http://localhost:8080/plot.jpg", "publish a picture", NULL},
};

static void write_usage(struct sc_page *page)
{
    page->ops->section(page, "Synopsis");
    page->ops->text(page, usage);
    page->ops->text(page, usage_demo);
    page->ops->text(page, usage_key);
    page->ops->text(page, usage_sign);
    page->ops->text(page, usage_devices);
}

static void write_description(struct sc_page *page)
{
    page->ops->section(page, "Description");
    page->ops->text(page, "Shows pictures live: whatever makes still pictures (JPEG, PNG, WebP, "
                          "GIF, AVIF) hands them to stillcast, and any browser, VLC, ffmpeg, "
                          "OpenCV or Home Assistant shows them as a stream, MJPEG over HTTP.");
    page->ops->text(page, "With http://localhost:8080 in front: / shows all streams, /NAME one of "
                          "them, /NAME.mjpg is the live stream for <img> and players, /NAME.jpg "
                          "the newest picture; PUT /NAME.jpg publishes one.");
}

static void write_examples(struct sc_page *page)
{
    page->ops->section(page, "Examples");
    for (size_t i = 0; i < sizeof examples / sizeof examples[0]; i++)
        if (!examples[i].source || sc_source_find(examples[i].source))
            page->ops->example(page, examples[i].line, examples[i].meaning);
}

/* The tables of sources have fragments; here they become sentences. */
static const char *sentence(const char *text, char out_text[static TEXT_BYTES])
{
    size_t bytes = (size_t)snprintf(out_text, TEXT_BYTES - 1, "%s", text);
    out_text[0] = (char)toupper((unsigned char)out_text[0]);
    if (bytes > 0 && bytes < TEXT_BYTES - 1 && out_text[bytes - 1] != '.')
        (void)memcpy(out_text + bytes, ".", 2);
    return out_text;
}

static void write_source_options(struct sc_page *page, const struct sc_source_option *options)
{
    for (; options && options->name; options++) {
        char name[TEXT_BYTES], value[TEXT_BYTES], text[TEXT_BYTES];
        (void)snprintf(name, sizeof name, "#%s", options->name);
        (void)snprintf(value, sizeof value, "=%s", options->value);
        page->ops->item(page,
                        &(struct sc_page_item){name, value, sentence(options->help, text), 1});
    }
}

/* before  the options of the source before this one, which need no repeating. */
static void write_source(struct sc_page *page, const struct sc_source_ops *source,
                         const struct sc_source_option *before)
{
    char help[TEXT_BYTES], text[TEXT_BYTES + 64], pace[32] = "";
    if (source->default_fps > 0)
        (void)snprintf(pace, sizeof pace, "#fps=%g", source->default_fps);
    const char *runs = source->is_on_demand ? "#on_demand=yes" : "";
    (void)snprintf(text, sizeof text, "%s%s%s%s%s%s", sentence(source->help, help),
                   *pace || *runs ? " Default: " : "", pace, *pace && *runs ? ", " : "", runs,
                   *pace || *runs ? "." : "");
    page->ops->item(page, &(struct sc_page_item){source->usage, NULL, text, 0});
    if (source->options != before)
        write_source_options(page, source->options);
}

static void write_sources(struct sc_page *page)
{
    page->ops->section(page, "Sources");
    page->ops->text(page, "NAME is the stream's, made of the source when left out. Trailing "
                          "#option=value pieces set options; no quotes are needed for them.");
    const struct sc_source_option *before = NULL;
    for (const struct sc_source_ops *const *source = sc_source_table(); *source; source++) {
        write_source(page, *source, before);
        before = (*source)->options;
    }
    page->ops->item(page,
                    &(struct sc_page_item){"every source", NULL, "Options that all have:", 0});
    write_source_options(page, sc_runner_options);
}

static void write_option(struct sc_page *page, const struct sc_option *option,
                         const struct sc_config *defaults)
{
    char name[TEXT_BYTES], value[TEXT_BYTES], text[TEXT_BYTES], shown[SC_OPTION_SHOWN_BYTES];
    const char *join = option->kind == SC_OPTION_HELP ? "[=" : " ";
    const char *end = option->kind == SC_OPTION_HELP ? "]" : "";
    sc_option_show(option, defaults, shown);
    if (option->letter)
        (void)snprintf(name, sizeof name, "-%c, --%s", option->letter, option->name);
    else
        (void)snprintf(name, sizeof name, "--%s", option->name);
    (void)snprintf(value, sizeof value, "%s%s%s", join, option->value ? option->value : "", end);
    (void)snprintf(text, sizeof text, "%s%s%s%s", option->help, shown[0] ? " Default: " : "", shown,
                   shown[0] ? "." : "");
    page->ops->item(page, &(struct sc_page_item){name, option->value ? value : NULL, text, 0});
}

static void write_options(struct sc_page *page)
{
    struct sc_config defaults;
    const char *group = "";
    sc_config_init(&defaults);
    for (const struct sc_option *option = sc_option_table(); option->name; option++) {
        if (strcmp(option->group, group) != 0)
            page->ops->section(page, option->group);
        group = option->group;
        write_option(page, option, &defaults);
    }
    sc_config_fini(&defaults);
}

static void write_units(struct sc_page *page)
{
    page->ops->section(page, "Units");
    page->ops->text(page, "TIME is a number with ms, s, m or h behind it; a bare number means "
                          "seconds. BYTES is a number with K, M or G behind it (1K is 1024).");
}

static void write_running(struct sc_page *page)
{
    page->ops->section(page, "Running");
    page->ops->text(page,
                    "When all is set up, one line on standard output tells so: 'stillcast "
                    "ready:' and the URLs. All else goes to standard error, to systemd's journal "
                    "with its level. SIGINT and SIGTERM end the program in order, a second "
                    "one at once. SIGHUP has keys and certificates read again; where there "
                    "are none it is the end, too, but for a service. With "
                    "NOTIFY_SOCKET in the environment systemd is told of start and stop.");
}

static void write_exits(struct sc_page *page)
{
    page->ops->section(page, "Exit status");
    for (const struct sc_exit *row = sc_exit_table(); row->help; row++) {
        char code[16];
        (void)snprintf(code, sizeof code, "%d", row->code);
        page->ops->item(page, &(struct sc_page_item){code, NULL, row->help, 0});
    }
}

static void write_all(struct sc_page *page)
{
    write_usage(page);
    write_description(page);
    write_examples(page);
    write_sources(page);
    write_options(page);
    write_units(page);
    write_running(page);
    write_exits(page);
}

void sc_help_write(FILE *out)
{
    struct sc_page page = {.out = out, .ops = &sc_page_plain};
    (void)fprintf(out, "stillcast: %s\n", summary);
    write_all(&page);
}

void sc_help_write_man(FILE *out)
{
    struct sc_page page = {.out = out, .ops = &sc_page_roff};
    (void)fputs(".TH STILLCAST 1 \"\" \"stillcast " SC_VERSION "\" \"User Commands\"\n", out);
    page.ops->section(&page, "Name");
    (void)fprintf(out, "stillcast \\- %s\n", summary);
    write_all(&page);
}
