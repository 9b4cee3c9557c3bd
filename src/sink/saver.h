/* SPDX-License-Identifier: MIT */
/* Keeps the newest pictures of streams in files, for programs and pages that read files. One thread
 * for all; it waits for what is published as network loops do, and takes the newest: a slow disk
 * means fewer pictures, never a queue. A stream that is kept is wanted, so that its source runs.
 * What cannot be written is told once, counted, and tried again every second. */
#pragma once

#include "sink/save_file.h"
#include "stillcast/registry.h"

struct sc_saver;

/** registry  borrowed until destroy. Returns: 0; -ENOMEM; a negative errno. Thread: control. */
int sc_saver_create(struct sc_registry *registry, struct sc_saver **out_saver);

/**
 * stream  its name; it may come later, and come again.
 * file    taken.
 * fps     no more pictures a second; 0: all.
 *
 * Returns: 0; -EEXIST another stream goes to that file, with a sentence; -ENOMEM.
 * Thread:  control, before start.
 */
int sc_saver_add(struct sc_saver *saver, const char *stream, struct sc_save_file *file, double fps,
                 struct sc_err *err);

/** Returns: 0, also when there is nothing to save; -EAGAIN the system gives no thread. */
int sc_saver_start(struct sc_saver *saver);

/** Writes what is newer than the files, stops, frees. Thread: control. */
void sc_saver_destroy(struct sc_saver **saver);
