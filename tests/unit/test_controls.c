/* SPDX-License-Identifier: MIT */
/* What may be wanted of a camera, and what becomes of it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include <errno.h>

#include "base/own.h"
#include "media/controls.h"

static const struct sc_control_list camera = {
    .n = 4,
    .n_items = 2,
    .all = {{.name = "gain", .least = -3, .most = 9, .step = 3},
            {.name = "auto", .type = SC_CONTROL_BOOLEAN, .most = 1, .step = 1},
            {.name = "mode", .type = SC_CONTROL_MENU, .most = 5, .step = 1, .n_items = 2},
            {.name = "lamp", .most = 9, .step = 1, .is_read_only = true}},
    .items = {{1, "night"}, {5, "day"}},
};

static void a_value_must_be_one_that_the_control_has(void **state)
{
    static const struct {
        const char *name;
        int64_t value;
        int rc;
    } cases[] = {
        {"gain", -3, 0},       {"gain", 9, 0},       {"gain", -4, -ERANGE},
        {"gain", 10, -ERANGE}, {"gain", 1, -ERANGE}, {"gain", INT64_MIN, -ERANGE},
        {"auto", 1, 0},        {"auto", 2, -ERANGE}, {"mode", 1, 0},
        {"mode", 5, 0},        {"mode", 3, -ERANGE}, {"lamp", 1, -EPERM},
        {"", 1, -ENOENT},      {"gai", 0, -ENOENT},  {"gains", 0, -ENOENT},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct sc_err err = {0};
        int rc = sc_control_check(&camera, cases[i].name, cases[i].value, &err);
        if (rc != cases[i].rc || (rc < 0) != (err.text[0] != '\0'))
            fail_msg("%s=%lld: %d %s", cases[i].name, (long long)cases[i].value, rc, err.text);
    }
}

static int want(struct sc_controls *controls, const char *name, int64_t value)
{
    struct sc_control_wishes wishes = {.n = 1, .all = {{.value = value}}};
    (void)snprintf(wishes.all[0].name, sizeof wishes.all[0].name, "%s", name);
    return sc_controls_want(controls, &wishes, NULL);
}

static void wishes_are_due_once_and_kept(void **state)
{
    struct sc_controls *controls SC_AUTO(sc_controls_unref) = NULL;
    struct sc_control_wishes taken;
    assert_int_equal(sc_controls_create(&controls), 0);
    assert_int_equal(want(controls, "gain", 3), -ENODATA);
    sc_controls_show(controls, &camera);
    assert_false(sc_controls_are_due(controls));
    assert_int_equal(want(controls, "gain", 3), 0);
    assert_int_equal(want(controls, "auto", 1), 0);
    assert_int_equal(want(controls, "gain", 6), 0);
    assert_true(sc_controls_are_due(controls));
    sc_controls_take(controls, &taken);
    assert_false(sc_controls_are_due(controls));
    assert_int_equal(taken.n, 2);
    assert_string_equal(taken.all[0].name, "gain");
    assert_int_equal(taken.all[0].value, 6);
    assert_true(taken.all[0].is_due && taken.all[1].is_due);
    sc_controls_take(controls, &taken);
    assert_int_equal(taken.n, 2);
    assert_false(taken.all[0].is_due || taken.all[1].is_due);
}

static void a_problem_is_forgotten_by_the_next_wish(void **state)
{
    struct sc_controls *controls SC_AUTO(sc_controls_unref) = NULL;
    struct sc_control_wishes taken;
    struct sc_controls_view view;
    assert_int_equal(sc_controls_create(&controls), 0);
    sc_controls_show(controls, &camera);
    assert_int_equal(want(controls, "gain", 3), 0);
    sc_controls_take(controls, &taken);
    (void)snprintf(taken.all[0].problem, sizeof taken.all[0].problem, "no");
    sc_controls_tell(controls, &taken);
    sc_controls_look(controls, &view);
    assert_string_equal(view.wishes.all[0].problem, "no");
    assert_int_equal(want(controls, "gain", 6), 0);
    sc_controls_tell(controls, &taken); /* of the wish before */
    sc_controls_look(controls, &view);
    assert_string_equal(view.wishes.all[0].problem, "");
}

static void all_or_none_are_wanted(void **state)
{
    struct sc_controls *controls SC_AUTO(sc_controls_unref) = NULL;
    struct sc_controls_view view;
    struct sc_control_wishes both = {
        .n = 2, .all = {{.name = "gain", .value = 3}, {.name = "auto", .value = 2}}};
    assert_int_equal(sc_controls_create(&controls), 0);
    sc_controls_show(controls, &camera);
    assert_int_equal(sc_controls_want(controls, &both, NULL), -ERANGE);
    sc_controls_look(controls, &view);
    assert_int_equal(view.wishes.n, 0);
    assert_false(sc_controls_are_due(controls));
}

static void what_was_known_stays_when_it_is_closed(void **state)
{
    struct sc_controls *controls SC_AUTO(sc_controls_unref) = NULL;
    struct sc_controls_view view;
    assert_int_equal(sc_controls_create(&controls), 0);
    sc_controls_show(controls, &camera);
    sc_controls_show(controls, NULL);
    sc_controls_look(controls, &view);
    assert_false(view.is_open);
    assert_int_equal(view.list.n, camera.n);
    assert_int_equal(want(controls, "gain", 3), 0);
}

static void presets_have_a_limit(void **state)
{
    struct sc_controls *controls SC_AUTO(sc_controls_unref) = NULL;
    char name[SC_CONTROL_NAME_BYTES + 1];
    assert_int_equal(sc_controls_create(&controls), 0);
    for (int i = 0; i <= SC_CONTROLS_MAX; i++) {
        (void)snprintf(name, sizeof name, "c%d", i);
        assert_int_equal(sc_controls_preset(controls, name, i, NULL),
                         i < SC_CONTROLS_MAX ? 0 : -E2BIG);
    }
    memset(name, 'a', sizeof name);
    name[SC_CONTROL_NAME_BYTES] = '\0';
    assert_int_equal(sc_controls_preset(controls, name, 1, NULL), -EINVAL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_value_must_be_one_that_the_control_has),
        cmocka_unit_test(wishes_are_due_once_and_kept),
        cmocka_unit_test(a_problem_is_forgotten_by_the_next_wish),
        cmocka_unit_test(all_or_none_are_wanted),
        cmocka_unit_test(what_was_known_stays_when_it_is_closed),
        cmocka_unit_test(presets_have_a_limit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
