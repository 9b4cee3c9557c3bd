/* SPDX-License-Identifier: MIT */
/* One pair of functions for each family of kinds; see sc_chart_painter in chart/part.h. */
#pragma once

#include "draw/chart/part.h"

/* chart/lines.c */
void sc_chart_lines_measure(struct sc_chart *chart, const struct sc_chart_data *data,
                            double *out_least, double *out_most);
int sc_chart_lines_prepare(struct sc_chart *chart, const struct sc_chart_data *data);
int sc_chart_lines_paint(struct sc_chart *chart, const struct sc_chart_data *data);

/* chart/bars.c: the means of round lengths of time, which stay where they are in time. */
void sc_chart_bars_measure(struct sc_chart *chart, const struct sc_chart_data *data,
                           double *out_least, double *out_most);
int sc_chart_bars_paint(struct sc_chart *chart, const struct sc_chart_data *data);

/* chart/histogram.c */
void sc_chart_histogram_measure(struct sc_chart *chart, const struct sc_chart_data *data,
                                double *out_least, double *out_most);
int sc_chart_histogram_paint(struct sc_chart *chart, const struct sc_chart_data *data);

/* chart/heat.c */
int sc_chart_heat_paint(struct sc_chart *chart, const struct sc_chart_data *data);

/* chart/gauge.c */
int sc_chart_gauge_paint(struct sc_chart *chart, const struct sc_chart_data *data);
