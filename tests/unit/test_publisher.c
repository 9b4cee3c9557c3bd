/* SPDX-License-Identifier: MIT */
#include "stillcast/publisher.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/clock.h"
#include "base/own.h"
#include "stillcast/embed.h"

#define PATIENCE_NS (20 * SC_NS_PER_S)

/* A GIF of one pixel. */
static const uint8_t gif[] = "GIF89a\1\0\1\0\0\0\0,\0\0\0\0\1\0\1\0\0\2\2D\1\0;";
#define GIF_BYTES (sizeof gif - 1)

struct heard {
    int n, code;
    char text[SC_ERR_TEXT_BYTES];
};

static void hear(const struct sc_err *err, void *self)
{
    struct heard *heard = self;
    heard->n++;
    heard->code = err->code;
    memcpy(heard->text, err->text, sizeof heard->text);
}

static struct sc_embed *serve(const char *more)
{
    struct sc_embed *embed = NULL;
    struct sc_err err = {0};
    const char *words[] = {"--listen", "127.0.0.1:0", more};
    if (sc_embed_create(more ? 3 : 2, words, &embed, &err) < 0)
        fail_msg("%s", err.text);
    return embed;
}

static struct sc_publisher *publish_to(struct sc_embed *embed, const char *url, struct heard *heard)
{
    struct sc_publisher *publisher = NULL;
    struct sc_err err = {0};
    const struct sc_publisher_config config = {
        .url = url,
        .server = url ? NULL : sc_embed_server(embed),
        .name = "plot",
        .on_problem = hear,
        .self = heard,
    };
    if (sc_publisher_create(&config, &publisher, &err) < 0)
        fail_msg("%s", err.text);
    return publisher;
}

static uint64_t seq_of(struct sc_embed *embed)
{
    SC_AUTO(sc_stream_unref)
    struct sc_stream *stream = sc_registry_get(sc_server_registry(sc_embed_server(embed)), "plot");
    return stream ? sc_stream_seq(stream) : 0;
}

/* The same to a server of this process, and to one elsewhere. */
static void a_picture_arrives(bool is_elsewhere)
{
    SC_AUTO(sc_embed_destroy) struct sc_embed *embed = serve(NULL);
    struct heard heard = {0};
    char url[100];
    (void)snprintf(url, sizeof url, "%splot", sc_server_url(sc_embed_server(embed), 0));
    SC_AUTO(sc_publisher_destroy)
    struct sc_publisher *live = publish_to(embed, is_elsewhere ? url : NULL, &heard);
    assert_true(sc_publisher_is_wanted(live)); /* nobody can watch before there is a picture */
    assert_int_equal(sc_publisher_send(live, gif, GIF_BYTES), 0);
    assert_int_equal(sc_publisher_flush(live, PATIENCE_NS), 0);
    assert_int_equal(seq_of(embed), 1);
    assert_false(sc_publisher_is_wanted(live));
    assert_int_equal(sc_publisher_n_viewers(live), 0);
    (void)sc_publisher_send(live, "words", 5);
    assert_int_equal(sc_publisher_flush(live, PATIENCE_NS), 0);
    assert_int_equal(heard.n, 1);
    assert_int_equal(heard.code, -EBADMSG);
    assert_non_null(strstr(heard.text, "no picture"));
    (void)sc_publisher_send(live, "words", 5);
    assert_int_equal(sc_publisher_flush(live, PATIENCE_NS), 0);
    assert_int_equal(heard.n, 1); /* the same again is not news */
    assert_int_equal(sc_publisher_send(live, gif, GIF_BYTES), 0);
    assert_int_equal(sc_publisher_flush(live, PATIENCE_NS), 0);
    assert_int_equal(seq_of(embed), 2);
}

static void a_picture_arrives_in_this_process(void **state)
{
    (void)state;
    a_picture_arrives(false);
}

static void a_picture_arrives_elsewhere(void **state)
{
    (void)state;
    a_picture_arrives(true);
}

static void viewers_are_told_of(void **state)
{
    SC_AUTO(sc_embed_destroy) struct sc_embed *embed = serve(NULL);
    struct heard heard = {0};
    (void)state;
    SC_AUTO(sc_publisher_destroy) struct sc_publisher *live = publish_to(embed, NULL, &heard);
    assert_int_equal(sc_publisher_send(live, gif, GIF_BYTES), 0);
    SC_AUTO(sc_stream_unref)
    struct sc_stream *stream = sc_registry_get(sc_server_registry(sc_embed_server(embed)), "plot");
    sc_stream_join(stream, true);
    assert_int_equal(sc_publisher_n_viewers(live), 1);
    assert_true(sc_publisher_is_wanted(live));
    sc_stream_leave(stream, true);
    assert_false(sc_publisher_is_wanted(live));
}

static void a_server_that_refuses_is_heard(void **state)
{
    SC_AUTO(sc_embed_destroy) struct sc_embed *embed = serve("--read-only");
    struct heard heard = {0};
    char url[100];
    (void)state;
    (void)snprintf(url, sizeof url, "%splot", sc_server_url(sc_embed_server(embed), 0));
    SC_AUTO(sc_publisher_destroy) struct sc_publisher *live = publish_to(embed, url, &heard);
    (void)sc_publisher_send(live, gif, GIF_BYTES);
    assert_int_equal(sc_publisher_flush(live, PATIENCE_NS), 0);
    assert_int_equal(heard.code, -EACCES);
    assert_non_null(strstr(heard.text, "--read-only"));
}

static void nobody_there_holds_nobody_up(void **state)
{
    struct heard heard = {0};
    (void)state;
    SC_AUTO(sc_publisher_destroy)
    struct sc_publisher *live = publish_to(NULL, "http://127.0.0.1:1/plot", &heard);
    for (int i = 0; i < 1000; i++)
        assert_int_equal(sc_publisher_send(live, gif, GIF_BYTES), 0);
    assert_int_equal(sc_publisher_flush(live, SC_NS_PER_MS), -ETIMEDOUT);
}

static void what_is_no_address_is_refused(void **state)
{
    static const struct {
        struct sc_publisher_config config;
        int code;
    } wrong[] = {
        {{.url = "localhost/plot"}, -EINVAL},
        {{.url = "http://localhost"}, -EINVAL},
        {{.url = "http://localhost/"}, -EINVAL},
        {{.url = "http://a@localhost/plot"}, -EINVAL},
        {{.url = "http://:80/plot"}, -EINVAL},
        {{.url = "http://[::1/plot"}, -EINVAL},
        {{.url = "http://localhost:x/plot"}, -EINVAL},
        {{.url = "http://localhost/.plot"}, -EINVAL},
        {{.url = "http://localhost/api"}, -EINVAL},
        {{.url = "https://localhost/plot"}, -EPROTONOSUPPORT},
        {{.url = "http://localhost/plot", .key = "a\r\nb"}, -EINVAL},
        {{.name = "plot"}, -EINVAL},
        {{0}, -EINVAL},
    };
    (void)state;
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        struct sc_publisher *publisher = NULL;
        struct sc_err err = {0};
        assert_int_equal(sc_publisher_create(&wrong[i].config, &publisher, &err), wrong[i].code);
        assert_null(publisher);
        assert_true(err.text[0]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_picture_arrives_in_this_process),
        cmocka_unit_test(a_picture_arrives_elsewhere),
        cmocka_unit_test(viewers_are_told_of),
        cmocka_unit_test(a_server_that_refuses_is_heard),
        cmocka_unit_test(nobody_there_holds_nobody_up),
        cmocka_unit_test(what_is_no_address_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
