/* SPDX-License-Identifier: MIT */
/* Checks passwords on one thread of its own, so that no loop waits for crypt(3). Few wait for it at
 * a time; the same question is asked once, however many ask. What was right is remembered with the
 * keys, one password each, as a keyed digest: it costs nothing any more, and when the keys are read
 * again it is forgotten with the old ones.
 *
 * Who is told that there is no such key has waited as long as for a wrong password.
 *
 * Life: create -> listen -> start -> (ask) -> stop -> destroy. */
#pragma once

#include "base/digest.h"
#include "base/list.h"
#include "net/loop.h"
#include "rights/keyring.h"

#define SC_CHECKS_MOST 32 /* that wait at a time */

struct sc_checker;

/* A user's name and password as a request said them. */
struct sc_question {
    struct sc_keys *keys;     /* borrowed */
    const struct sc_key *key; /* NULL: there is none of that name that has a password */
    struct sc_text password;  /* borrowed */
    uint8_t digest[SC_DIGEST_BYTES];
};

/* A question that waits, or its answer; counted. */
struct sc_check;

/* A loop that hears of answers. Its task runs on the loop after each: call sc_checker_heard first.
 */
struct sc_checker_ear {
    struct sc_loop *loop;
    struct sc_task task;
    struct sc_list link;
    atomic_bool is_told;
};

/** Returns: 0; -ENOMEM; -ENOSYS, or a negative errno when there is no random number. */
int sc_checker_create(struct sc_checker **out_checker);
void sc_checker_destroy(struct sc_checker **checker);

/** ear  borrowed until sc_checker_stop; loop and task.run are set. Thread: control, before start.
 */
void sc_checker_listen(struct sc_checker *checker, struct sc_checker_ear *ear);
void sc_checker_heard(struct sc_checker_ear *ear);

/** Returns: 0; a negative errno. Thread: control. */
int sc_checker_start(struct sc_checker *checker);

/** Waits for its thread; no ear is told anything afterwards. NULL is all right. Thread: control. */
void sc_checker_stop(struct sc_checker *checker);

/**
 * Makes the question whether that is the user's password.
 *
 * Returns: 0; -EACCES no key has a password, so there is nothing to ask; -ENOMEM.
 * Thread:  any.
 */
int sc_question_make(const struct sc_checker *checker, struct sc_keys *keys, const char *user,
                     struct sc_text password, struct sc_question *out_question);

/** Whether it is known to be right. Thread: any. */
bool sc_checker_knows(struct sc_checker *checker, const struct sc_question *question);

/** Returns: the same question that waits already, a new reference; NULL: none, and if it is right
 * it is known from now on. Thread: any. */
struct sc_check *sc_checker_join(struct sc_checker *checker, const struct sc_question *question);

/**
 * rank  those of a lower one are answered before: how often the asker has been wrong, so that who
 *       guesses waits for himself
 *
 * Returns: 0, perhaps with the same question of another thread; -EBUSY too many wait; -ENOMEM.
 * Thread:  any.
 */
int sc_checker_ask(struct sc_checker *checker, const struct sc_question *question, unsigned rank,
                   struct sc_check **out_check);

/** Returns: 0 it is right; -EACCES it is wrong; -EINPROGRESS; -ENOMEM it could not be told. */
int sc_check_verdict(const struct sc_check *check);
void sc_check_unref(struct sc_check **check);

/** How many questions crypt(3) has been asked. Thread: any. */
uint64_t sc_checker_count(const struct sc_checker *checker);
