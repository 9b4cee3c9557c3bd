/* SPDX-License-Identifier: MIT */
#include "source/graph/drawing.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/own.h"

/* Room for what one series looks like. */
struct room {
    struct sc_series_view view;
    struct sc_series_column *columns;
    struct sc_series_point *points;
};

struct sc_drawing {
    struct sc_chart *chart;
    int64_t span_us, column_us;
    struct room *rooms;
    struct sc_chart_series *shown;
    size_t n_rooms;

    bool has_drawn;
    uint64_t version; /* of the series, when they were drawn */
    int64_t to_us;    /* the end of the window that was drawn */
};

int sc_drawing_create(const struct sc_chart_config *look, int64_t span_us,
                      struct sc_drawing **out_drawing, struct sc_err *err)
{
    struct sc_drawing *drawing SC_AUTO(sc_drawing_destroy) = calloc(1, sizeof *drawing);
    if (!drawing)
        return sc_err_set(err, -ENOMEM, "out of memory");
    int rc = sc_chart_create(look, &drawing->chart, err);
    if (rc < 0)
        return rc;
    struct sc_chart_window window = sc_chart_window_at(drawing->chart, 0, span_us);
    drawing->span_us = span_us;
    drawing->column_us =
        (window.to_us - window.from_us) / (int64_t)sc_chart_n_columns(drawing->chart);
    *out_drawing = sc_steal(drawing);
    return 0;
}

void sc_drawing_destroy(struct sc_drawing **drawing)
{
    struct sc_drawing *old = sc_steal(*drawing);
    if (!old)
        return;
    for (size_t i = 0; i < old->n_rooms; i++) {
        free(old->rooms[i].columns);
        free(old->rooms[i].points);
    }
    free(old->rooms);
    free(old->shown);
    sc_chart_destroy(&old->chart);
    free(old);
}

void sc_drawing_shape(const struct sc_drawing *drawing, struct sc_series_config *out_config)
{
    out_config->column_us = drawing->column_us;
    out_config->n_columns = sc_chart_n_columns(drawing->chart);
}

uint64_t sc_drawing_due_ns(const struct sc_drawing *drawing, const struct sc_series *series)
{
    int64_t left_us = drawing->to_us - (int64_t)sc_clock_unix_us();
    if (!drawing->has_drawn || sc_series_version(series) != drawing->version || left_us <= 0)
        return 0;
    if (left_us > drawing->column_us) /* the wall clock was set back */
        return 0;
    return sc_clock_ns() + (uint64_t)left_us * 1000;
}

void sc_drawing_forget(struct sc_drawing *drawing)
{
    drawing->has_drawn = false;
}

/* Rooms stay: there are never fewer series than there were. */
static int make_room(struct sc_drawing *drawing, size_t n)
{
    size_t n_columns = sc_chart_n_columns(drawing->chart);
    if (n <= drawing->n_rooms)
        return 0;
    struct sc_chart_series *shown = reallocarray(drawing->shown, n, sizeof *shown);
    if (!shown)
        return -ENOMEM;
    drawing->shown = shown;
    struct room *rooms = reallocarray(drawing->rooms, n, sizeof *rooms);
    if (!rooms)
        return -ENOMEM;
    drawing->rooms = rooms;
    for (; drawing->n_rooms < n; drawing->n_rooms++) {
        struct room *room = &rooms[drawing->n_rooms];
        *room = (struct room){
            .columns = calloc(n_columns, sizeof *room->columns),
            .points = calloc(n_columns, sizeof *room->points),
        };
        if (!room->columns || !room->points) {
            free(room->columns);
            free(room->points);
            return -ENOMEM;
        }
    }
    return 0;
}

/* Returns: how many series have something to show. */
static size_t look(struct sc_drawing *drawing, struct sc_series *series, size_t n, int64_t from_us)
{
    size_t n_shown = 0;
    for (size_t i = 0; i < n; i++) {
        struct room *room = &drawing->rooms[i];
        room->view.columns = room->columns;
        room->view.points = room->points;
        if (!sc_series_look(series, i, from_us, &room->view))
            continue;
        drawing->shown[n_shown++] = (struct sc_chart_series){
            .name = room->view.name,
            .columns = room->columns,
            .n_columns = sc_chart_n_columns(drawing->chart),
            .points = room->points,
            .n_points = room->view.n_points,
            .latest = room->view.latest,
        };
    }
    return n_shown;
}

int sc_drawing_draw(struct sc_drawing *drawing, struct sc_series *series, struct sc_pool *pool,
                    struct sc_draft **out_draft)
{
    uint64_t version = sc_series_version(series);
    struct sc_chart_window window =
        sc_chart_window_at(drawing->chart, (int64_t)sc_clock_unix_us(), drawing->span_us);
    size_t n = sc_series_count(series);
    if (n > SC_CHART_SERIES_MAX)
        n = SC_CHART_SERIES_MAX;
    int rc = make_room(drawing, n);
    if (rc < 0)
        return rc;
    n = look(drawing, series, n, window.from_us);
    drawing->has_drawn = true;
    drawing->version = version;
    drawing->to_us = window.to_us;
    return sc_chart_draw(drawing->chart, &window, drawing->shown, n, pool, out_draft);
}
