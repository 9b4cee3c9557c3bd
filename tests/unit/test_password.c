/* SPDX-License-Identifier: MIT */
/* Passwords, and the thread that checks them. A build without libcrypt says so. */
#include "rights/checker.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "rights/password.h"

#define RIGHT "correct horse"

static char hash[SC_PASSWORD_HASH_BYTES]; /* of RIGHT */

static bool is_built(void)
{
    return sc_password_is_hash("x") != -ENOSYS;
}

static int make_hash(void **state)
{
    return is_built() ? sc_password_hash(RIGHT, hash) : 0;
}

static void a_build_without_libcrypt_says_so(void **state)
{
    struct sc_key key;
    struct sc_err err = {0};
    char line[] = "ann $y$j9T$abc$def view=*", other[SC_PASSWORD_HASH_BYTES];
    if (is_built())
        return;
    assert_int_equal(sc_password_hash(RIGHT, other), -ENOSYS);
    assert_int_equal(sc_password_check(RIGHT, "x"), -ENOSYS);
    assert_int_equal(sc_key_parse(line, &key, &err), -EINVAL);
    assert_non_null(strstr(err.text, "without libcrypt"));
}

static void a_hash_is_of_one_password_and_never_the_same(void **state)
{
    char other[SC_PASSWORD_HASH_BYTES];
    if (!is_built())
        return;
    assert_int_equal(sc_password_hash(RIGHT, other), 0);
    assert_string_not_equal(hash, other);
    assert_int_equal(sc_password_check(RIGHT, hash), 0);
    assert_int_equal(sc_password_check(RIGHT, other), 0);
    assert_int_equal(sc_password_check("correct horsf", hash), -EACCES);
    assert_int_equal(sc_password_check("", hash), -EACCES);
}

static void a_line_with_a_hash_is_understood_or_refused(void **state)
{
    char line[4096];
    const struct {
        const char *front, *back;
        int rc;
    } cases[] = {
        {"", "", 0},        {"", "x", -EINVAL},       {"", ":", -EINVAL},   {"$6$", "", -EINVAL},
        {"*", "", -EINVAL}, {"sha256:", "", -EINVAL}, {"$y$", "", -EINVAL},
    };
    if (!is_built())
        return;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct sc_key key;
        struct sc_err err = {0};
        (void)snprintf(line, sizeof line, "ann %s%s%s view=*", cases[i].front, hash, cases[i].back);
        int rc = sc_key_parse(line, &key, &err);
        if (rc != cases[i].rc)
            fail_msg("%s...%s: %d (%s)", cases[i].front, cases[i].back, rc, err.text);
        if (strstr(err.text, hash + 10))
            fail_msg("%s: the sentence has the secret", err.text);
    }
}

/* --- the checker --- */

struct rig {
    struct sc_keys *keys;
    struct sc_checker *checker;
    struct sc_loop *loop;
    struct sc_checker_ear ear;
    int n_heard, n_expected;
};

static void on_heard(struct sc_task *task)
{
    struct rig *rig = sc_container_of(task, struct rig, ear.task);
    sc_checker_heard(&rig->ear);
    if (++rig->n_heard >= rig->n_expected)
        sc_loop_stop(rig->loop);
}

static struct sc_keys *make_keys(const char *secret)
{
    struct sc_keys *keys = NULL;
    char *text;
    int n = asprintf(&text,
                     "ann %s view=*\ntok sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15"
                     "d6c15b0f00a08 view=*\n",
                     secret);
    assert_true(n > 0);
    assert_int_equal(sc_keys_parse(&text, &keys, NULL), 0);
    return keys;
}

static void set_up(struct rig *rig)
{
    *rig = (struct rig){.n_expected = 1};
    rig->keys = make_keys(hash);
    assert_int_equal(sc_loop_create(&rig->loop), 0);
    assert_int_equal(sc_checker_create(&rig->checker), 0);
    rig->ear.loop = rig->loop;
    rig->ear.task.run = on_heard;
    sc_checker_listen(rig->checker, &rig->ear);
}

static void tear_down(struct rig *rig)
{
    sc_checker_destroy(&rig->checker);
    sc_loop_destroy(&rig->loop);
    sc_keys_unref(&rig->keys);
}

static struct sc_question question_of(struct rig *rig, struct sc_keys *keys, const char *user,
                                      const char *password)
{
    struct sc_question question;
    assert_int_equal(sc_question_make(rig->checker, keys, user, sc_text_of(password), &question),
                     0);
    return question;
}

static int verdict_of(struct rig *rig, const char *user, const char *password)
{
    struct sc_question question = question_of(rig, rig->keys, user, password);
    struct sc_check *check = NULL;
    assert_int_equal(sc_checker_ask(rig->checker, &question, 0, &check), 0);
    while (sc_check_verdict(check) == -EINPROGRESS)
        sc_loop_run(rig->loop);
    int verdict = sc_check_verdict(check);
    sc_check_unref(&check);
    return verdict;
}

static void what_is_right_is_known_until_the_keys_are_others(void **state)
{
    struct rig rig;
    if (!is_built())
        return;
    set_up(&rig);
    assert_int_equal(sc_checker_start(rig.checker), 0);
    struct sc_question right = question_of(&rig, rig.keys, "ann", RIGHT);
    struct sc_question wrong = question_of(&rig, rig.keys, "ann", "wrong horse");
    struct sc_question nobody = question_of(&rig, rig.keys, "bob", RIGHT);
    assert_false(sc_checker_knows(rig.checker, &right));
    assert_int_equal(verdict_of(&rig, "ann", RIGHT), 0);
    assert_int_equal(verdict_of(&rig, "ann", "wrong horse"), -EACCES);
    assert_int_equal(verdict_of(&rig, "bob", RIGHT), -EACCES);
    assert_int_equal(verdict_of(&rig, "tok", RIGHT), -EACCES);
    assert_int_equal(sc_checker_count(rig.checker), 4);
    assert_true(sc_checker_knows(rig.checker, &right));
    assert_false(sc_checker_knows(rig.checker, &wrong));
    assert_false(sc_checker_knows(rig.checker, &nobody));
    struct sc_keys *again = make_keys(hash);
    struct sc_question later = question_of(&rig, again, "ann", RIGHT);
    assert_false(sc_checker_knows(rig.checker, &later));
    sc_keys_unref(&again);
    tear_down(&rig);
}

static void neither_password_nor_hash_is_a_token(void **state)
{
    if (!is_built())
        return;
    struct sc_keys *keys = make_keys(hash);
    assert_null(sc_keys_match(keys, sc_text_of(RIGHT)));
    assert_null(sc_keys_match(keys, sc_text_of(hash)));
    assert_string_equal(sc_keys_match(keys, sc_text_of("test"))->id, "tok");
    sc_keys_unref(&keys);
}

static void only_so_many_wait_and_one_question_once(void **state)
{
    struct rig rig;
    struct sc_check *checks[SC_CHECKS_MOST + 1] = {NULL};
    char password[32];
    if (!is_built())
        return;
    set_up(&rig);
    for (int i = 0; i < SC_CHECKS_MOST; i++) {
        (void)snprintf(password, sizeof password, "password %d", i);
        struct sc_question question = question_of(&rig, rig.keys, "ann", password);
        assert_null(sc_checker_join(rig.checker, &question));
        assert_int_equal(sc_checker_ask(rig.checker, &question, 0, &checks[i]), 0);
    }
    struct sc_question more = question_of(&rig, rig.keys, "ann", "one more");
    assert_int_equal(sc_checker_ask(rig.checker, &more, 0, &checks[SC_CHECKS_MOST]), -EBUSY);
    struct sc_question known = question_of(&rig, rig.keys, "ann", "password 7");
    struct sc_question other = question_of(&rig, rig.keys, "tok", "password 7");
    struct sc_check *joined = sc_checker_join(rig.checker, &known);
    assert_ptr_equal(joined, checks[7]);
    sc_check_unref(&joined);
    assert_int_equal(sc_checker_ask(rig.checker, &known, 0, &joined), 0); /* a race of two loops */
    assert_ptr_equal(joined, checks[7]);
    assert_null(sc_checker_join(rig.checker, &other));
    sc_check_unref(&joined);
    for (int i = 0; i < SC_CHECKS_MOST; i++)
        sc_check_unref(&checks[i]);
    tear_down(&rig); /* what still waits goes with it */
}

static void who_was_wrong_less_often_is_answered_before(void **state)
{
    static const unsigned ranks[] = {1, 2, 3, 1, 0, 2};
    static const int order[] = {4, 0, 3, 1, 5, 2};
    enum { N = sizeof ranks / sizeof *ranks };
    struct sc_check *checks[N];
    struct rig rig;
    char password[32];
    if (!is_built())
        return;
    set_up(&rig);
    for (int i = 0; i < N; i++) {
        (void)snprintf(password, sizeof password, "password %d", i);
        struct sc_question question = question_of(&rig, rig.keys, "ann", password);
        assert_int_equal(sc_checker_ask(rig.checker, &question, ranks[i], &checks[i]), 0);
    }
    assert_int_equal(sc_checker_start(rig.checker), 0);
    for (int i = 0; i < N; i++) { /* when one is decided, all before it are */
        while (sc_check_verdict(checks[order[i]]) == -EINPROGRESS)
            sc_loop_run(rig.loop);
        for (int before = 0; before < i; before++)
            assert_int_equal(sc_check_verdict(checks[order[before]]), -EACCES);
    }
    for (int i = 0; i < N; i++)
        sc_check_unref(&checks[i]);
    tear_down(&rig);
}

static void without_any_password_there_is_nothing_to_ask(void **state)
{
    struct rig rig;
    struct sc_question question;
    if (!is_built())
        return;
    set_up(&rig);
    sc_keys_unref(&rig.keys);
    rig.keys = make_keys("sha256:0000000000000000000000000000000000000000000000000000000000000000");
    assert_int_equal(sc_question_make(rig.checker, rig.keys, "ann", sc_text_of(RIGHT), &question),
                     -EACCES);
    tear_down(&rig);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_build_without_libcrypt_says_so),
        cmocka_unit_test(a_hash_is_of_one_password_and_never_the_same),
        cmocka_unit_test(a_line_with_a_hash_is_understood_or_refused),
        cmocka_unit_test(what_is_right_is_known_until_the_keys_are_others),
        cmocka_unit_test(neither_password_nor_hash_is_a_token),
        cmocka_unit_test(only_so_many_wait_and_one_question_once),
        cmocka_unit_test(who_was_wrong_less_often_is_answered_before),
        cmocka_unit_test(without_any_password_there_is_nothing_to_ask),
    };
    return cmocka_run_group_tests(tests, make_hash, NULL);
}
