/* SPDX-License-Identifier: MIT */
#include "app/devices_command.h"

#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <string.h>
#include <sysexits.h>

#include "source/v4l2/devices.h"

static const char usage[] =
    "stillcast devices [--json] [PATH...]\n"
    "\n"
    "The cameras of this machine, or those named: formats, sizes, pictures a second, controls,\n"
    "and which programs use them. A camera is shown by 'stillcast PATH', with #format=, #size=,\n"
    "#fps= and #control.NAME= behind it. The exit status is 0 when one can be used.\n";

static const char *text_at(const json_t *o, const char *key)
{
    const char *text = json_string_value(json_object_get(o, key));
    return text ? text : "";
}

static long long number_at(const json_t *o, const char *key)
{
    return (long long)json_integer_value(json_object_get(o, key));
}

static void print_size(const json_t *size)
{
    const json_t *rates = json_object_get(size, "fps"), *rate;
    const char *from = text_at(size, "any_from");
    size_t i;
    (void)printf("      %s%s%lldx%lld", from, *from ? " to " : "", number_at(size, "width"),
                 number_at(size, "height"));
    json_array_foreach(rates, i, rate)(void)
        printf("%s%.4g", i ? ", " : " at ", json_real_value(rate));
    (void)printf("%s\n", json_array_size(rates) ? " fps" : "");
}

static void print_formats(const json_t *formats)
{
    const json_t *format, *size;
    size_t i, j;
    json_array_foreach(formats, i, format)
    {
        bool is_read = json_is_true(json_object_get(format, "is_read"));
        (void)printf("    %s%s\n", text_at(format, "format"),
                     is_read ? "" : " (not read here; ffmpeg does, by exec:)");
        json_array_foreach(json_object_get(format, "sizes"), j, size) print_size(size);
    }
}

static void print_lists(const json_t *device)
{
    const json_t *each;
    size_t i;
    json_array_foreach(json_object_get(device, "controls"), i, each)(void)
        printf("%s%s=%lld (%lld to %lld)", i ? ", " : "    controls: ", text_at(each, "name"),
               number_at(each, "value"), number_at(each, "min"), number_at(each, "max"));
    (void)printf("%s", i ? "\n" : "");
    json_array_foreach(json_object_get(device, "used_by"), i, each)(void)
        printf("%s%s (pid %lld)", i ? ", " : "    used by ", text_at(each, "program"),
               number_at(each, "pid"));
    (void)printf("%s", i ? "\n" : "");
}

/* Returns: how many can be used. */
static size_t print_all(const json_t *all)
{
    const json_t *device;
    size_t i, n_fine = 0;
    json_array_foreach(all, i, device)
    {
        const char *problem = text_at(device, "problem");
        if (*problem)
            (void)printf("%s\n", problem);
        else
            (void)printf("%s: %s (%s)\n", text_at(device, "path"), text_at(device, "card"),
                         text_at(device, "driver"));
        n_fine += !*problem;
        print_formats(json_object_get(device, "formats"));
        print_lists(device);
    }
    return n_fine;
}

static int show(const json_t *all, bool is_json)
{
    size_t n_fine = 0, i;
    const json_t *device;
    if (is_json) {
        json_array_foreach(all, i, device) n_fine +=
            json_is_null(json_object_get(device, "problem"));
        (void)json_dumpf(all, stdout, JSON_INDENT(1));
        (void)printf("\n");
    } else if (json_array_size(all) == 0) {
        (void)printf("there is no camera: none is plugged in, or its driver is missing ('lsusb' "
                     "and 'dmesg' tell)\n");
    } else {
        n_fine = print_all(all);
    }
    return n_fine ? 0 : EX_UNAVAILABLE;
}

bool sc_devices_command_is(int argc, char **argv)
{
    return argc > 1 && strcmp(argv[1], "devices") == 0;
}

int sc_devices_command_run(int argc, char **argv)
{
    struct sc_err err = {0};
    json_t *all = NULL;
    const char *first = argc > 2 ? argv[2] : "";
    bool is_json = strcmp(first, "--json") == 0;
    if (strcmp(first, "--help") == 0 || strcmp(first, "-h") == 0) {
        (void)fputs(usage, stdout);
        return 0;
    }
    if (*first == '-' && !is_json) {
        (void)fprintf(stderr,
                      "stillcast: '%.64s' is no option of 'stillcast devices'; it has "
                      "--json\n",
                      first);
        return EX_USAGE;
    }
    int skip = is_json ? 3 : 2;
    if (sc_v4l2_list_devices(argv + skip, (size_t)(argc - skip), &all, &err) < 0) {
        (void)fprintf(stderr, "stillcast: %s\n", err.text);
        return EX_UNAVAILABLE;
    }
    int code = show(all, is_json);
    json_decref(all);
    return code;
}
