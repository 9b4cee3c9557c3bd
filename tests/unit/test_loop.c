/* SPDX-License-Identifier: MIT */
#include "net/loop.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/list.h"

struct step {
    struct sc_task task;
    char name;
    struct step *then; /* deferred, or hurried, when this one runs */
    bool is_hurry;
};

static struct sc_loop *loop;
static char ran[16];
static size_t n_ran;

static void run_step(struct sc_task *task)
{
    struct step *step = sc_container_of(task, struct step, task);
    ran[n_ran++] = step->name;
    if (step->then && step->is_hurry)
        sc_loop_hurry(loop, &step->then->task);
    else if (step->then)
        sc_loop_defer(loop, &step->then->task);
}

static struct step step_of(char name)
{
    return (struct step){.task.run = run_step, .name = name};
}

static int set_up(void **state)
{
    memset(ran, 0, sizeof ran);
    n_ran = 0;
    return sc_loop_create(&loop);
}

static int tear_down(void **state)
{
    sc_loop_destroy(&loop);
    return 0;
}

/* Posts first, which defers the others, and ends the loop's turn. */
static void run_turn(struct step *first)
{
    sc_loop_post(loop, &first->task);
    sc_loop_stop(loop);
    sc_loop_run(loop);
}

static void what_is_deferred_runs_in_order_at_the_end_of_the_turn(void **state)
{
    struct step a = step_of('a'), b = step_of('b'), c = step_of('c'), d = step_of('d');
    sc_loop_defer(loop, &b.task);
    sc_loop_defer(loop, &c.task);
    a.then = &d;
    run_turn(&a);
    assert_string_equal(ran, "abcd");
}

static void what_is_in_a_hurry_runs_before_what_is_deferred(void **state)
{
    struct step a = step_of('a'), b = step_of('b'), c = step_of('c'), d = step_of('d');
    sc_loop_defer(loop, &b.task);
    sc_loop_defer(loop, &c.task);
    a.then = &d;
    a.is_hurry = true;
    run_turn(&a);
    assert_string_equal(ran, "adbc");
}

static void what_is_deferred_behind_the_only_one_in_a_hurry_is_not_lost(void **state)
{
    struct step a = step_of('a'), b = step_of('b'), c = step_of('c'), d = step_of('d');
    sc_loop_hurry(loop, &b.task);
    sc_loop_defer(loop, &c.task);
    b.then = &d; /* while the others run: then in the next round, in the same turn */
    run_turn(&a);
    assert_string_equal(ran, "abcd");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
        TEST(what_is_deferred_runs_in_order_at_the_end_of_the_turn),
        TEST(what_is_in_a_hurry_runs_before_what_is_deferred),
        TEST(what_is_deferred_behind_the_only_one_in_a_hurry_is_not_lost),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
