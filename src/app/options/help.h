/* SPDX-License-Identifier: MIT */
/* What --help and the man page say, made from the tables of options and sources. */
#pragma once

#include <stdio.h>

void sc_help_write(FILE *out);
void sc_help_write_man(FILE *out);
