/* SPDX-License-Identifier: MIT */
#include "web/permit.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "rights/checker.h"
#include "rights/credential.h"
#include "rights/guesses.h"
#include "rights/keyring.h"
#include "rights/link.h"
#include "web/guess.h"
#include "web/held.h"

#define LINK_S      300 /* what pages get: good for connecting, not for keeping */
#define NO_SUCH_KEY "there is no such key"

/* --- what the caller may --- */

static bool key_may(const struct sc_key *key, enum sc_right right, const char *stream)
{
    return key && sc_key_may(key, right, stream);
}

bool sc_call_may(const struct sc_call *call, enum sc_right right, const char *stream)
{
    const struct sc_caller *caller = &call->caller;
    if (right == SC_RIGHT_UNNAMED)
        return false;
    if (!call->web->keyring || key_may(caller->anybody, right, stream))
        return true;
    if (caller->only)
        return right == SC_RIGHT_VIEW && stream && strcmp(stream, caller->only) == 0 &&
               key_may(caller->key, right, stream);
    return key_may(caller->key, right, stream);
}

/* A handler that shows only what the caller may see is for everybody who may see anything. */
static bool may_ask(const struct sc_call *call, const struct sc_endpoint *row)
{
    const struct sc_caller *caller = &call->caller;
    bool has_star = strchr(row->path, '*');
    if (has_star || !row->is_filtered || !call->web->keyring)
        return sc_call_may(call, row->right, has_star ? call->star : NULL);
    return (caller->key && !caller->only && sc_key_has(caller->key, row->right)) ||
           (caller->anybody && sc_key_has(caller->anybody, row->right));
}

/* --- who the caller is --- */

static struct sc_guess guess_of(const struct sc_call *call)
{
    return (struct sc_guess){call->lane, &call->reply, &call->client.address,
                             sc_loop_now_ns(call->lane->loop)};
}

/* Answers a wrong key or link, now or later. */
static bool refuse_guess(const struct sc_call *call, const char *sentence)
{
    struct sc_guess guess = guess_of(call);
    if (!sc_guess_is_too_many(&guess))
        sc_guess_refuse(&guess, sentence);
    return false;
}

/* Returns the check that answers the question; NULL after it has answered. */
static struct sc_check *check_password(const struct sc_call *call,
                                       const struct sc_question *question)
{
    struct sc_web *web = call->web;
    struct sc_check *check = NULL;
    unsigned rank = sc_guesses_count(web->guesses, &call->client.address);
    if (sc_checker_ask(web->checker, question, rank, &check) == 0)
        return check;
    sc_guesses_forgive(web->guesses, &call->client.address);
    sc_web_count(&web->stats.n_checks_full);
    sc_reply_error(&call->reply, 503, "Retry-After: 2\r\n",
                   "too many passwords are being checked: try again");
    return NULL;
}

/* A password that is not known yet is looked at elsewhere, and the request comes again. */
static bool identify_by_password(struct sc_call *call, const struct sc_credential *c)
{
    struct sc_question question;
    struct sc_guess guess = guess_of(call);
    if (sc_question_make(call->web->checker, call->caller.keys, c->user, c->secret, &question) < 0)
        return refuse_guess(call, NO_SUCH_KEY);
    struct sc_check *check = sc_checker_join(call->web->checker, &question);
    bool is_first = !check;
    if (is_first && sc_checker_knows(call->web->checker, &question)) { /* in this order: see join */
        call->caller.key = question.key;
        return true;
    }
    if (is_first && sc_guess_is_too_many(&guess))
        return false;
    if (is_first)
        check = check_password(call, &question);
    if (check)
        sc_held_keep(call, &check, is_first);
    return false;
}

static bool identify_by_key(struct sc_call *call, int read, const struct sc_credential *c)
{
    const struct sc_key *key = read == 0 ? sc_keys_match(call->caller.keys, c->secret) : NULL;
    if (read == 0 && !key && c->user[0])
        return identify_by_password(call, c);
    if (!key || (c->user[0] && strcmp(c->user, key->id) != 0))
        return refuse_guess(call, NO_SUCH_KEY);
    call->caller.key = key;
    return true;
}

static bool identify_by_link(struct sc_call *call, int read, const struct sc_link *link)
{
    const struct sc_key *key = read == 0 ? sc_keys_find(call->caller.keys, link->key_id) : NULL;
    int rc = read == 0 ? sc_link_check(link, key, call->star, time(NULL)) : -EACCES;
    if (rc == -ETIMEDOUT) {
        sc_reply_error(&call->reply, 403, NULL, "this link has expired, or is good for too long");
        return false;
    }
    if (rc < 0)
        return refuse_guess(call,
                            "this link is not signed by a key of this server for this stream");
    call->caller.key = key;
    call->caller.only = call->star;
    return true;
}

static bool identify(struct sc_call *call)
{
    struct sc_caller *caller = &call->caller;
    struct sc_credential credential;
    struct sc_link link;
    caller->keys = sc_keyring_keys(call->web->keyring);
    caller->anybody = sc_keys_find(caller->keys, SC_KEY_ANYBODY);
    int rc = sc_credential_read(call->request, &credential);
    if (rc != -ENOENT) {
        bool is_known = identify_by_key(call, rc, &credential);
        sc_credential_wipe(&credential);
        return is_known;
    }
    rc = sc_link_read(call->request->query, &link);
    return rc == -ENOENT || identify_by_link(call, rc, &link);
}

/* --- the decision --- */

static bool refuse(struct sc_call *call)
{
    if (call->caller.key)
        sc_reply_error(&call->reply, 403, NULL, "the key '%s' may not do this%s",
                       call->caller.key->id, call->caller.only ? " by a link" : "");
    else
        sc_reply_error(
            &call->reply, 401, SC_GUESS_LOGIN,
            "this needs a key: log in with a key's name and its token or password, or send "
            "'Authorization: Bearer TOKEN'");
    return false;
}

/* Public rows have not looked who asks. */
bool sc_call_has_key(const struct sc_call *call)
{
    struct sc_call asked = *call;
    bool is_known = !call->web->keyring || identify(&asked);
    bool has_key = is_known && (!call->web->keyring || asked.caller.key);
    if (is_known && !has_key)
        (void)refuse(&asked);
    sc_permit_end(&asked);
    return has_key;
}

bool sc_permit(struct sc_call *call, const struct sc_endpoint *row)
{
    if (row->right == SC_RIGHT_PUBLIC)
        return true;
    if (call->web->keyring && !identify(call))
        return false;
    return may_ask(call, row) || refuse(call);
}

void sc_permit_end(struct sc_call *call)
{
    sc_keys_unref(&call->caller.keys);
}

bool sc_call_link(const struct sc_call *call, const char *stream,
                  char out_query[static SC_LINK_BYTES])
{
    const struct sc_caller *caller = &call->caller;
    return caller->key && !caller->only && sc_key_may(caller->key, SC_RIGHT_VIEW, stream) &&
           sc_link_write(caller->key, stream, time(NULL) + LINK_S, out_query) == 0;
}
