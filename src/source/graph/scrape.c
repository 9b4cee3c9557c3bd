/* SPDX-License-Identifier: MIT */
/* Numbers that have to be asked for: a page of Prometheus' metrics, or JSON, got again and again. A
 * server that is away leaves a gap, and the stream's note tells why. */
#include <errno.h>
#include <string.h>
#include <sys/timerfd.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/own.h"
#include "client/client.h"
#include "source/graph/feed.h"
#include "source/graph/look.h"

#define EVERY_US      5000000
#define EVERY_LEAST   100000
#define EVERY_MOST    3600000000LL
#define BODY_MAX      (8 << 20)
#define PATIENCE_NS   (10 * SC_NS_PER_S)
#define SLICE_NS      (20 * SC_NS_PER_MS) /* so long a picture may wait for an answer */
#define REDIRECTS_MAX 5

struct scrape {
    struct sc_feed feed;
    const char *url;
    int64_t every_us;

    struct sc_client *client;
    struct sc_buf body;
    int slice_fd;
    uint64_t asked_ns; /* when the question under way was asked; 0: none is */
    struct sc_err told;
};

static struct scrape *scrape_of(struct sc_feed *feed)
{
    return (struct scrape *)(void *)feed;
}

static bool scrape_claims(const char *target)
{
    return strncmp(target, "http://", 7) == 0 || strncmp(target, "https://", 8) == 0;
}

static int make_client(struct scrape *scrape, struct sc_err *err)
{
    const struct sc_client_config config = {.url = scrape->url, .n_redirects = REDIRECTS_MAX};
    return sc_client_create(&config, &scrape->client, err);
}

static int scrape_setup(struct sc_feed *feed, const char *target, const struct sc_source_spec *spec,
                        struct sc_err *err)
{
    struct scrape *scrape = scrape_of(feed);
    scrape->url = target;
    scrape->every_us = EVERY_US;
    int rc = make_client(scrape, err); /* tells what is wrong with the URL */
    sc_client_destroy(&scrape->client);
    if (rc < 0)
        return rc;
    return sc_graph_look_time(spec, "every", EVERY_LEAST, EVERY_MOST, &scrape->every_us, err);
}

static void scrape_close(struct sc_feed *feed)
{
    struct scrape *scrape = scrape_of(feed);
    sc_client_destroy(&scrape->client);
    sc_buf_fini(&scrape->body);
    sc_own_close(&scrape->slice_fd);
}

static int scrape_open(struct sc_feed *feed, struct sc_err *err)
{
    struct scrape *scrape = scrape_of(feed);
    sc_buf_init(&scrape->body, BODY_MAX);
    scrape->asked_ns = 0;
    feed->fd = -1;
    feed->due_ns = 0;
    scrape->slice_fd = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
    int rc = scrape->slice_fd < 0 ? sc_err_set(err, -errno, "a timer: %s", strerror(errno))
                                  : make_client(scrape, err);
    if (rc < 0)
        scrape_close(feed);
    return rc;
}

/* Each problem is told once, and that it is over with an empty sentence. */
static int tell(struct scrape *scrape, const struct sc_err *problem, struct sc_err *err)
{
    if (strcmp(problem->text, scrape->told.text) == 0)
        return 0;
    scrape->told = *problem;
    return sc_err_set(err, -EAGAIN, "%s", problem->text);
}

static int take_body(struct scrape *scrape, struct sc_err *problem)
{
    int rc = sc_numbers_feed(scrape->feed.text, scrape->body.data, scrape->body.len_bytes);
    sc_numbers_end(scrape->feed.text);
    return rc < 0 ? sc_err_set(problem, rc, "out of memory") : 0;
}

static int scrape_take(struct sc_feed *feed, struct sc_err *err)
{
    struct scrape *scrape = scrape_of(feed);
    const struct itimerspec slice = {.it_value = {.tv_nsec = SLICE_NS}};
    struct sc_err problem = {0};
    if (scrape->asked_ns == 0)
        scrape->asked_ns = sc_clock_ns();
    (void)timerfd_settime(scrape->slice_fd, 0, &slice, NULL);
    int rc = sc_client_fetch(scrape->client, scrape->slice_fd, scrape->asked_ns + PATIENCE_NS,
                             &scrape->body, &problem);
    if (rc == -ECANCELED)
        return 0; /* no answer yet: it goes on when we are called again, which is at once */
    feed->due_ns = scrape->asked_ns + (uint64_t)scrape->every_us * 1000;
    scrape->asked_ns = 0;
    if (rc == 0)
        rc = take_body(scrape, &problem);
    return tell(scrape, &problem, err);
}

const struct sc_feed_ops sc_feed_scrape = {
    .claims = scrape_claims,
    .state_size = sizeof(struct scrape),
    .rates = SC_NUMBERS_TOTALS,
    .setup = scrape_setup,
    .open = scrape_open,
    .take = scrape_take,
    .close = scrape_close,
};
