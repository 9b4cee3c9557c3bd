/* SPDX-License-Identifier: MIT */
#include "parse.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

static size_t take(size_t want, size_t have)
{
    return want < have ? want : have;
}

static void lose(struct parse *parse, struct parse_seen *seen)
{
    parse->state = PARSE_LOST;
    seen->n_lost++;
}

/* A head is complete. That of the answer has no picture behind it, but a boundary. */
static void end_head(struct parse *parse, struct parse_seen *seen)
{
    const char *length = strcasestr(parse->head, "\nContent-Length:");
    bool is_answer = strstr(parse->head, "HTTP/1.") != NULL;
    parse->head_bytes = 0;
    if (is_answer && !strstr(parse->head, " 200 "))
        lose(parse, seen);
    if (is_answer)
        parse->is_chunked = strcasestr(parse->head, "\nTransfer-Encoding: chunked") != NULL;
    if (is_answer)
        parse->is_raw = strcasestr(parse->head, "\nContent-Type: application/octet-stream") != NULL;
    if (is_answer && !parse->is_raw)
        return;
    parse->left_bytes = length ? strtoul(length + 16, NULL, 10) : 0;
    parse->state = PARSE_START;
}

static size_t take_head(struct parse *parse, const char *data, size_t len_bytes,
                        struct parse_seen *seen)
{
    for (size_t i = 0; i < len_bytes; i++) {
        if (parse->head_bytes == sizeof parse->head - 1) {
            lose(parse, seen);
            return len_bytes;
        }
        parse->head[parse->head_bytes++] = data[i];
        if (data[i] != '\n' || parse->head_bytes < 4 ||
            memcmp(parse->head + parse->head_bytes - 4, "\r\n\r\n", 4) != 0)
            continue;
        parse->head[parse->head_bytes] = '\0';
        end_head(parse, seen);
        return i + 1;
    }
    return len_bytes;
}

static void note_stamp(struct parse *parse, struct parse_seen *seen)
{
    uint64_t number = parse->stamp.number;
    if (parse->last_number && number < parse->last_number)
        seen->n_disordered++;
    if (parse->last_number && number > parse->last_number + 1)
        seen->n_skipped += number - parse->last_number - 1;
    if (!parse->first_number)
        parse->first_number = number;
    parse->last_number = number;
    uint64_t now_us = bench_now_us();
    if (seen->n_stamped < seen->max_ages)
        seen->ages_ms[seen->n_stamped++] = ((double)now_us - (double)parse->stamp.time_us) / 1e3;
}

static void end_picture(struct parse *parse, struct parse_seen *seen)
{
    seen->n_pictures++;
    if (parse->last[0] != 0xff || parse->last[1] != 0xd9)
        seen->n_torn++;
    if (parse->last_end_bytes) {
        seen->part_bytes += parse->at_bytes - parse->last_end_bytes;
        seen->n_parts++;
    }
    parse->last_end_bytes = parse->at_bytes;
    if (parse->is_stamped)
        note_stamp(parse, seen);
    parse->head_bytes = 0;
    parse->state = parse->is_raw ? PARSE_START : PARSE_HEAD;
}

static size_t take_start(struct parse *parse, const char *data, size_t len_bytes,
                         struct parse_seen *seen)
{
    size_t n = take(BENCH_START_BYTES - parse->head_bytes, len_bytes);
    memcpy(parse->head + parse->head_bytes, data, n);
    parse->head_bytes += n;
    if (parse->head_bytes < BENCH_START_BYTES)
        return n;
    parse->is_stamped = bench_stamp_read(parse->head, &parse->stamp);
    if (parse->left_bytes == 0 && parse->is_stamped)
        parse->left_bytes = parse->stamp.len_bytes;
    if (parse->left_bytes <= BENCH_START_BYTES) {
        lose(parse, seen);
        return len_bytes;
    }
    parse->left_bytes -= BENCH_START_BYTES;
    parse->state = PARSE_REST;
    return n;
}

static size_t take_rest(struct parse *parse, const char *data, size_t len_bytes)
{
    size_t n = take(parse->left_bytes, len_bytes);
    parse->last[0] = n > 1 ? (unsigned char)data[n - 2] : parse->last[1];
    parse->last[1] = (unsigned char)data[n - 1];
    parse->left_bytes -= n;
    return n;
}

/* What stands between the bytes of two chunks: an empty line, and the next one's length. */
static size_t take_chunk_line(struct parse *parse, const char *data, size_t len_bytes)
{
    for (size_t i = 0; i < len_bytes; i++) {
        char digit[] = {data[i], '\0'};
        if (isxdigit((unsigned char)data[i]))
            parse->chunk_next_bytes = parse->chunk_next_bytes * 16 + strtoul(digit, NULL, 16);
        if (data[i] != '\n' || parse->chunk_next_bytes == 0)
            continue;
        parse->chunk_bytes = parse->chunk_next_bytes;
        parse->chunk_next_bytes = 0;
        return i + 1;
    }
    return len_bytes;
}

static size_t take_content(struct parse *parse, const char *data, size_t len_bytes,
                           struct parse_seen *seen)
{
    len_bytes = parse->is_chunked ? take(parse->chunk_bytes, len_bytes) : len_bytes;
    bool was_chunked = parse->is_chunked;
    size_t n = parse->state == PARSE_HEAD    ? take_head(parse, data, len_bytes, seen)
               : parse->state == PARSE_START ? take_start(parse, data, len_bytes, seen)
                                             : take_rest(parse, data, len_bytes);
    parse->chunk_bytes -= was_chunked ? n : 0;
    return n;
}

void parse_bytes(struct parse *parse, const char *data, size_t len_bytes, struct parse_seen *seen)
{
    while (len_bytes > 0 && parse->state != PARSE_LOST) {
        bool is_between = parse->is_chunked && parse->chunk_bytes == 0;
        size_t n = is_between ? take_chunk_line(parse, data, len_bytes)
                              : take_content(parse, data, len_bytes, seen);
        parse->at_bytes += n;
        data += n;
        len_bytes -= n;
        if (parse->state == PARSE_REST && parse->left_bytes == 0)
            end_picture(parse, seen);
    }
}

void parse_restart(struct parse *parse)
{
    parse->first_number = parse->last_number = 0;
    parse->last_end_bytes = 0;
}
