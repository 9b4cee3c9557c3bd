/* SPDX-License-Identifier: MIT */
/* Lines, steps, areas and points; see sc_chart_painter in chart_part.h. */
#pragma once

#include "draw/chart_part.h"

void sc_chart_lines_measure(struct sc_chart *chart, const struct sc_chart_data *data,
                            double *out_least, double *out_most);
int sc_chart_lines_paint(struct sc_chart *chart, const struct sc_chart_data *data);
