/* SPDX-License-Identifier: MIT */
#include "rights/checker.h"

#include <errno.h>
#include <pthread.h>
#include <string.h>
#include <sys/random.h>

#include "base/own.h"
#include "rights/credential.h"
#include "rights/password.h"

struct sc_check {
    _Atomic unsigned n_refs;
    _Atomic int verdict;
    struct sc_list link; /* of checker.waiting */
    unsigned rank;
    struct sc_keys *keys;
    const struct sc_key *key; /* NULL: whatever it is, it is wrong */
    const char *hash;         /* of a key */
    uint8_t digest[SC_DIGEST_BYTES];
    char password[SC_CREDENTIAL_BYTES];
};

struct sc_checker {
    uint8_t secret[SC_DIGEST_BYTES]; /* so that what is remembered is nothing elsewhere */
    struct sc_list ears;             /* fixed before start */
    pthread_t thread;
    bool is_running;
    _Atomic uint64_t n_checked;
    pthread_cond_t news;
    pthread_mutex_t lock;   /* guards what follows, and keys' proofs */
    struct sc_list waiting; /* by rank, then by time */
    unsigned n_waiting;
    bool is_stopping;
};

int sc_checker_create(struct sc_checker **out_checker)
{
    struct sc_checker *checker SC_AUTO(sc_own_free) = calloc(1, sizeof *checker);
    if (!checker)
        return -ENOMEM;
    if (getrandom(checker->secret, sizeof checker->secret, 0) != (ssize_t)sizeof checker->secret)
        return -errno;
    sc_list_init(&checker->ears);
    sc_list_init(&checker->waiting);
    (void)pthread_mutex_init(&checker->lock, NULL);
    (void)pthread_cond_init(&checker->news, NULL);
    *out_checker = sc_steal(checker);
    return 0;
}

void sc_checker_destroy(struct sc_checker **checker)
{
    struct sc_checker *old = sc_steal(*checker);
    if (!old)
        return;
    sc_checker_stop(old);
    while (!sc_list_is_empty(&old->waiting)) {
        struct sc_check *check = sc_container_of(old->waiting.next, struct sc_check, link);
        sc_list_remove(&check->link);
        sc_check_unref(&check);
    }
    (void)pthread_cond_destroy(&old->news);
    (void)pthread_mutex_destroy(&old->lock);
    explicit_bzero(old, sizeof *old);
    free(old);
}

/* --- questions --- */

static const struct sc_key *any_with_password(const struct sc_keys *keys)
{
    for (size_t i = 0; i < keys->n; i++)
        if (keys->all[i].hash)
            return &keys->all[i];
    return NULL;
}

int sc_question_make(const struct sc_checker *checker, struct sc_keys *keys, const char *user,
                     struct sc_text password, struct sc_question *out_question)
{
    char text[2 * SC_CREDENTIAL_BYTES];
    size_t user_bytes = strlen(user) + 1;
    const struct sc_key *key = sc_keys_find(keys, user);
    if (!any_with_password(keys) || user_bytes + password.len_bytes > sizeof text ||
        password.len_bytes >= SC_CREDENTIAL_BYTES)
        return -EACCES;
    *out_question = (struct sc_question){keys, key && key->hash ? key : NULL, password, {0}};
    memcpy(text, user, user_bytes);
    memcpy(text + user_bytes, password.data, password.len_bytes);
    int rc = sc_digest_keyed(checker->secret, text, user_bytes + password.len_bytes,
                             out_question->digest);
    explicit_bzero(text, sizeof text);
    return rc;
}

static uint8_t *proof_of(struct sc_keys *keys, const struct sc_key *key)
{
    return keys->proofs[key - keys->all];
}

/* A key of which nothing is known has zeros, which no digest is. */
bool sc_checker_knows(struct sc_checker *checker, const struct sc_question *question)
{
    if (!question->key)
        return false;
    (void)pthread_mutex_lock(&checker->lock);
    bool is_known =
        sc_digest_equal(proof_of(question->keys, question->key), question->digest, SC_DIGEST_BYTES);
    (void)pthread_mutex_unlock(&checker->lock);
    return is_known;
}

/* Returns: a new reference. The lock is held. */
static struct sc_check *find(struct sc_checker *checker, const struct sc_question *question)
{
    for (struct sc_list *l = checker->waiting.next; l != &checker->waiting; l = l->next) {
        struct sc_check *check = sc_container_of(l, struct sc_check, link);
        if (check->keys == question->keys &&
            sc_digest_equal(check->digest, question->digest, SC_DIGEST_BYTES)) {
            atomic_fetch_add(&check->n_refs, 1);
            return check;
        }
    }
    return NULL;
}

struct sc_check *sc_checker_join(struct sc_checker *checker, const struct sc_question *question)
{
    (void)pthread_mutex_lock(&checker->lock);
    struct sc_check *found = find(checker, question);
    (void)pthread_mutex_unlock(&checker->lock);
    return found;
}

static struct sc_check *make_check(const struct sc_question *question)
{
    struct sc_check *check = calloc(1, sizeof *check);
    if (!check)
        return NULL;
    atomic_store(&check->n_refs, 2); /* the asker's and the list's */
    atomic_store(&check->verdict, -EINPROGRESS);
    sc_list_init(&check->link);
    check->keys = sc_keys_ref(question->keys);
    check->key = question->key;
    check->hash = question->key ? question->key->hash : any_with_password(question->keys)->hash;
    memcpy(check->digest, question->digest, sizeof check->digest);
    memcpy(check->password, question->password.data, question->password.len_bytes);
    return check;
}

static void insert(struct sc_list *waiting, struct sc_check *check)
{
    struct sc_list *at = waiting->prev;
    while (at != waiting && sc_container_of(at, struct sc_check, link)->rank > check->rank)
        at = at->prev;
    sc_list_append(at->next, &check->link); /* before the next one */
}

/* Returns: the same question, which another loop has asked meanwhile, or check; NULL: no room. The
 * lock is held. */
static struct sc_check *join_or_insert(struct sc_checker *checker,
                                       const struct sc_question *question, struct sc_check *check)
{
    struct sc_check *same = find(checker, question);
    if (same || checker->n_waiting == SC_CHECKS_MOST)
        return same;
    insert(&checker->waiting, check);
    checker->n_waiting++;
    return check;
}

int sc_checker_ask(struct sc_checker *checker, const struct sc_question *question, unsigned rank,
                   struct sc_check **out_check)
{
    struct sc_check *check = make_check(question);
    if (!check)
        return -ENOMEM;
    check->rank = rank;
    (void)pthread_mutex_lock(&checker->lock);
    struct sc_check *asked = join_or_insert(checker, question, check);
    (void)pthread_mutex_unlock(&checker->lock);
    if (asked != check) {
        atomic_store(&check->n_refs, 1);
        sc_check_unref(&check);
    }
    if (!asked)
        return -EBUSY;
    (void)pthread_cond_signal(&checker->news);
    *out_check = asked;
    return 0;
}

int sc_check_verdict(const struct sc_check *check)
{
    return atomic_load(&check->verdict);
}

void sc_check_unref(struct sc_check **check)
{
    struct sc_check *old = sc_steal(*check);
    if (!old || atomic_fetch_sub(&old->n_refs, 1) > 1)
        return;
    sc_keys_unref(&old->keys);
    explicit_bzero(old, sizeof *old);
    free(old);
}

/* --- the thread --- */

void sc_checker_listen(struct sc_checker *checker, struct sc_checker_ear *ear)
{
    sc_list_append(&checker->ears, &ear->link);
}

void sc_checker_heard(struct sc_checker_ear *ear)
{
    atomic_store(&ear->is_told, false);
}

static void tell(struct sc_checker *checker)
{
    for (struct sc_list *l = checker->ears.next; l != &checker->ears; l = l->next) {
        struct sc_checker_ear *ear = sc_container_of(l, struct sc_checker_ear, link);
        if (!atomic_exchange(&ear->is_told, true))
            sc_loop_post(ear->loop, &ear->task);
    }
}

/* Returns: the first question, which stays in the list; NULL: it is time to stop. */
static struct sc_check *wait_for_one(struct sc_checker *checker)
{
    (void)pthread_mutex_lock(&checker->lock);
    while (!checker->is_stopping && sc_list_is_empty(&checker->waiting))
        (void)pthread_cond_wait(&checker->news, &checker->lock);
    struct sc_check *check = sc_container_of(checker->waiting.next, struct sc_check, link);
    bool is_stopping = checker->is_stopping;
    (void)pthread_mutex_unlock(&checker->lock);
    return is_stopping ? NULL : check;
}

static void settle(struct sc_checker *checker, struct sc_check *check, int verdict)
{
    if (verdict == 0 && !check->key)
        verdict = -EACCES;
    (void)pthread_mutex_lock(&checker->lock);
    sc_list_remove(&check->link);
    checker->n_waiting--;
    if (verdict == 0)
        memcpy(proof_of(check->keys, check->key), check->digest, SC_DIGEST_BYTES);
    (void)pthread_mutex_unlock(&checker->lock);
    atomic_store(&check->verdict, verdict);
    tell(checker);
    sc_check_unref(&check);
}

static void *run(void *self)
{
    struct sc_checker *checker = self;
    (void)pthread_setname_np(pthread_self(), "passwords");
    for (struct sc_check *check; (check = wait_for_one(checker));) {
        atomic_fetch_add_explicit(&checker->n_checked, 1, memory_order_relaxed);
        settle(checker, check, sc_password_check(check->password, check->hash));
    }
    return NULL;
}

int sc_checker_start(struct sc_checker *checker)
{
    int rc = -pthread_create(&checker->thread, NULL, run, checker);
    checker->is_running = rc == 0;
    return rc;
}

void sc_checker_stop(struct sc_checker *checker)
{
    if (!checker || !checker->is_running)
        return;
    (void)pthread_mutex_lock(&checker->lock);
    checker->is_stopping = true;
    (void)pthread_mutex_unlock(&checker->lock);
    (void)pthread_cond_signal(&checker->news);
    (void)pthread_join(checker->thread, NULL);
    checker->is_running = false;
}

uint64_t sc_checker_count(const struct sc_checker *checker)
{
    return atomic_load_explicit(&checker->n_checked, memory_order_relaxed);
}
