/* SPDX-License-Identifier: MIT */
#include "app/saves.h"

#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/own.h"
#include "jail/jail.h"
#include "sink/saver.h"
#include "source/spec.h"

#define FPS_MAX    1000
#define MODE_MAX   0777
#define NAME_BYTES 256
#define OCTAL      8

static int take_mode(const struct sc_source_spec *spec, struct sc_save_file *file,
                     struct sc_err *err)
{
    const char *text = sc_spec_get(spec, "save_mode");
    char *end = NULL;
    if (!text)
        return 0;
    unsigned long mode = strtoul(text, &end, OCTAL);
    if (*text < '0' || *text > '7' || *end || mode > MODE_MAX)
        return sc_err_set(err, -EINVAL, "'#save_mode=%s': no mode such as 0644", text);
    file->mode = (mode_t)mode;
    return 0;
}

static int find_user(const char *name, uid_t *out_uid, struct sc_err *err)
{
    const struct passwd *user = *name ? getpwnam(name) : NULL;
    if (*name && !user)
        return sc_err_set(err, -ENOENT, "'#save_owner': there is no user '%s'", name);
    if (user)
        *out_uid = user->pw_uid;
    return 0;
}

static int find_group(const char *name, gid_t *out_gid, struct sc_err *err)
{
    const struct group *group = *name ? getgrnam(name) : NULL;
    if (*name && !group)
        return sc_err_set(err, -ENOENT, "'#save_owner': there is no group '%s'", name);
    if (group)
        *out_gid = group->gr_gid;
    return 0;
}

static int take_owner(const struct sc_source_spec *spec, struct sc_save_file *file,
                      struct sc_err *err)
{
    const char *text = sc_spec_get(spec, "save_owner");
    char user[NAME_BYTES];
    if (!text)
        return 0;
    if (geteuid() != 0)
        return sc_err_set(err, -EPERM, "'#save_owner=%s': only root gives files away", text);
    size_t n = strcspn(text, ":");
    (void)snprintf(user, sizeof user, "%.*s", (int)n, text);
    int rc = find_user(user, &file->uid, err);
    return rc < 0 ? rc : find_group(text[n] ? text + n + 1 : "", &file->gid, err);
}

static int check_lonely(const struct sc_source_spec *spec, struct sc_err *err)
{
    static const char *const others[] = {"save_fps", "save_mode", "save_owner"};
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++)
        if (sc_spec_get(spec, others[i]))
            return sc_err_set(err, -EINVAL, "stream '%s': '#%s' needs '#save=PATH'", spec->name,
                              others[i]);
    return 0;
}

int sc_saves_add_source(struct sc_saver *saver, const struct sc_source_spec *spec,
                        struct sc_err *err)
{
    struct sc_save_file file SC_AUTO(sc_save_file_fini) = {0};
    const char *path = sc_spec_get(spec, "save");
    double fps = 0;
    if (!path)
        return check_lonely(spec, err);
    int rc = sc_save_file_init(&file, path, err);
    if (rc == 0)
        rc = sc_spec_get_number(spec, "save_fps", 0, FPS_MAX, &fps, err);
    if (rc == 0)
        rc = take_mode(spec, &file, err);
    if (rc == 0)
        rc = take_owner(spec, &file, err);
    return rc < 0 ? rc : sc_saver_add(saver, spec->name, &file, fps, err);
}

int sc_saves_add(struct sc_saver *saver, const char *text, struct sc_err *err)
{
    struct sc_save_file file SC_AUTO(sc_save_file_fini) = {0};
    char name[NAME_BYTES];
    const char *equals = strchr(text, '=');
    if (!equals)
        return sc_err_set(err, -EINVAL, "'--save %s': write NAME=PATH", text);
    (void)snprintf(name, sizeof name, "%.*s", (int)(equals - text), text);
    int rc = sc_registry_check_name(name, err);
    if (rc == 0)
        rc = sc_save_file_init(&file, equals + 1, err);
    return rc < 0 ? rc : sc_saver_add(saver, name, &file, 0, err);
}

int sc_saves_keep_file(const char *text, struct sc_jail_paths *paths)
{
    const char *equals = strchr(text, '=');
    return equals ? sc_jail_paths_add(paths, equals + 1, true) : 0;
}
