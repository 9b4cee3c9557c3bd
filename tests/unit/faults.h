/* SPDX-License-Identifier: MIT */
/* System calls and allocations of ours that fail when they are told to: linked into a test with
 * --wrap, so that all that our own code calls goes by here, and nothing that libraries call. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

/* Instead of an errno: the call does what it should, with half of the bytes. */
#define FAULTS_SHORT (-1)

struct faults_call {
    const char *name;
    const int *errors; /* ends with 0 */
};

/** Returns: all that can fail. */
const struct faults_call *faults_calls(size_t *out_n);

/**
 * The nth call from now on, n = 0, 1, ..., fails once, and the n_more behind it, on whatever thread
 * that is not exempt.
 *
 * i  in faults_calls
 */
void faults_arm(size_t i, int error, int nth, int n_more);

/** Returns whether any failed. */
bool faults_disarm(void);

/** What this thread calls from now on never fails, and is not counted; or does again. A thread
 * begins as one whose calls fail. */
void faults_exempt(bool is_exempt);

/** Returns: how many failed so far. */
unsigned long faults_n_calls(void);
unsigned long faults_n_allocations(void);

/** Returns: how many descriptors are open; -1 when that cannot be told. */
int faults_n_descriptors(void);
