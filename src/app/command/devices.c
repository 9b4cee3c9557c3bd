/* SPDX-License-Identifier: MIT */
#include "app/command/devices.h"

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
    const json_t *rates = json_object_get(size, "fps");
    const char *from = text_at(size, "any_from");
    (void)printf("      %s%s%lldx%lld", from, *from ? " to " : "", number_at(size, "width"),
                 number_at(size, "height"));
    for (size_t i = 0; i < json_array_size(rates); i++)
        (void)printf("%s%.4g", i ? ", " : " at ", json_real_value(json_array_get(rates, i)));
    (void)printf("%s\n", json_array_size(rates) ? " fps" : "");
}

static void print_format(const json_t *format)
{
    const json_t *sizes = json_object_get(format, "sizes");
    bool is_read = json_is_true(json_object_get(format, "is_read"));
    (void)printf("    %s%s\n", text_at(format, "format"),
                 is_read ? "" : " (not read here; ffmpeg does, by exec:)");
    for (size_t i = 0; i < json_array_size(sizes); i++)
        print_size(json_array_get(sizes, i));
}

static void print_controls(const json_t *controls)
{
    for (size_t i = 0; i < json_array_size(controls); i++) {
        const json_t *control = json_array_get(controls, i);
        (void)printf(
            "%s%s=%lld (%lld to %lld)", i ? ", " : "    controls: ", text_at(control, "name"),
            number_at(control, "value"), number_at(control, "min"), number_at(control, "max"));
    }
    (void)printf("%s", json_array_size(controls) ? "\n" : "");
}

static void print_users(const json_t *users)
{
    for (size_t i = 0; i < json_array_size(users); i++) {
        const json_t *user = json_array_get(users, i);
        (void)printf("%s%s (pid %lld)", i ? ", " : "    used by ", text_at(user, "program"),
                     number_at(user, "pid"));
    }
    (void)printf("%s", json_array_size(users) ? "\n" : "");
}

static void print_device(const json_t *device)
{
    const json_t *formats = json_object_get(device, "formats");
    const char *problem = text_at(device, "problem");
    if (*problem)
        (void)printf("%s\n", problem);
    else
        (void)printf("%s: %s (%s)\n", text_at(device, "path"), text_at(device, "card"),
                     text_at(device, "driver"));
    for (size_t i = 0; i < json_array_size(formats); i++)
        print_format(json_array_get(formats, i));
    print_controls(json_object_get(device, "controls"));
    print_users(json_object_get(device, "used_by"));
}

static void print_all(const json_t *all)
{
    for (size_t i = 0; i < json_array_size(all); i++)
        print_device(json_array_get(all, i));
    if (json_array_size(all) == 0)
        (void)printf("there is no camera: none is plugged in, or its driver is missing ('lsusb' "
                     "and 'dmesg' tell)\n");
}

static int show(const json_t *all, bool is_json)
{
    size_t n_fine = 0;
    for (size_t i = 0; i < json_array_size(all); i++)
        n_fine += json_is_null(json_object_get(json_array_get(all, i), "problem"));
    if (is_json)
        (void)json_dumpf(all, stdout, JSON_INDENT(1));
    else
        print_all(all);
    if (is_json)
        (void)printf("\n");
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
