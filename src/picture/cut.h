/* SPDX-License-Identifier: MIT */
/* Bytes in, whole pictures out. The bytes come as they come, in any chunking; a picture is cut by
 * its own structure (JPEG marker segments, PNG chunks) or by the multipart parts around it. Used by
 * every reader of a byte stream: pipe, publishing POST, commands, other servers.
 *
 * Life: room, commit, then next until -EAGAIN; again; at the end of input sc_cut_end, then next
 * until -ENODATA. */
#pragma once

#include <stddef.h>
#include <stdint.h>

enum sc_cut_form {
    SC_CUT_AUTO,      /* multipart when the first bytes are a boundary line, else plain */
    SC_CUT_PLAIN,     /* pictures one behind the other (JPEG and PNG) */
    SC_CUT_MULTIPART, /* multipart/x-mixed-replace in every known dialect */
};

struct sc_cut;

/**
 * Memory grows only as bytes come, shrinks after a picture that was larger than usual, and stays
 * below picture_max_bytes plus 64 KiB.
 *
 * boundary           of a multipart body as its header gave it, quotes and dashes and all. NULL:
 *                    learn it from the first boundary line. Copied.
 * picture_max_bytes  a larger picture is skipped, see sc_cut_next.
 *
 * Returns: 0; -ENOMEM; -EINVAL for a boundary that is empty (or of dashes alone), has control
 *          characters or is longer than 200 bytes.
 * Thread:  any, one at a time.
 */
int sc_cut_create(enum sc_cut_form form, const char *boundary, size_t picture_max_bytes,
                  struct sc_cut **out_cut);

void sc_cut_destroy(struct sc_cut **cut);

/** Returns: bytes that it takes now. */
size_t sc_cut_used_bytes(const struct sc_cut *cut);

/**
 * Where the next bytes go: at least 1 byte and as a rule 64 KiB or more of room. To be called when
 * sc_cut_next has said -EAGAIN. A slice from sc_cut_next is invalid from here on.
 *
 * Returns: 0; -ENOMEM.
 */
int sc_cut_room(struct sc_cut *cut, uint8_t **out_room, size_t *out_room_bytes);

/** Says that bytes were written to the room. */
void sc_cut_commit(struct sc_cut *cut, size_t bytes);

/** Says that no more bytes will come: a part without length or closing boundary ends here. */
void sc_cut_end(struct sc_cut *cut);

/**
 * Gives the next whole picture, borrowed until sc_cut_room or sc_cut_destroy. A JPEG or PNG comes
 * with its last byte, whatever lengths and boundaries say; another picture with the last byte of
 * its Content-Length, or when the boundary behind it has come.
 *
 * Skipped in silence: fill bytes, NULs and white space between pictures, parts that are no picture
 * by their own type (text), empty parts, and all between a picture and the next boundary.
 *
 * Work is linear in the bytes, whatever they are; what is given depends on the bytes alone.
 *
 * Returns: 0; -EAGAIN more bytes are needed; -ENODATA after sc_cut_end when nothing is left;
 *          -EBADMSG something broken was skipped: a cut-off or damaged picture, garbage between
 *          pictures (once), a part's head above 8 KiB, a multipart body without any boundary; call
 *          again; -EMSGSIZE a picture above the limit was skipped; call again.
 */
int sc_cut_next(struct sc_cut *cut, const uint8_t **out_picture, size_t *out_len_bytes);

/** Returns: what the part around the picture that was given last tells of its time (X-Timestamp),
 * in microseconds of the sender's clock, whatever that is; 0 when it tells nothing. */
uint64_t sc_cut_captured_us(const struct sc_cut *cut);
