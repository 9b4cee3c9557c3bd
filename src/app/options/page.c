/* SPDX-License-Identifier: MIT */
#include "app/options/page.h"

#include <string.h>

#define WIDTH_COLUMNS 80
#define TEXT_COLUMN   26

/* Writes text from a column that the cursor stands in, wrapped between blanks. */
static void plain_wrap(FILE *out, const char *text, int indent)
{
    int column = indent;
    while (*text) {
        int word = (int)strcspn(text, " ");
        if (column > indent && column + 1 + word > WIDTH_COLUMNS) {
            (void)fprintf(out, "\n%*s", indent, "");
            column = indent;
        }
        if (column > indent)
            column += fprintf(out, " ");
        column += fprintf(out, "%.*s", word, text);
        text += word;
        text += strspn(text, " ");
    }
    (void)fputc('\n', out);
}

static void plain_section(struct sc_page *page, const char *title)
{
    (void)fprintf(page->out, "\n%s\n", title);
}

static void plain_text(struct sc_page *page, const char *text)
{
    (void)fputs("  ", page->out);
    plain_wrap(page->out, text, 2);
}

static void plain_item(struct sc_page *page, const struct sc_page_item *item)
{
    int margin = 2 + 2 * item->depth;
    int column =
        fprintf(page->out, "%*s%s%s", margin, "", item->name, item->value ? item->value : "");
    if (column + 2 > TEXT_COLUMN) {
        (void)fputc('\n', page->out);
        column = 0;
    }
    (void)fprintf(page->out, "%*s", TEXT_COLUMN - column, "");
    plain_wrap(page->out, item->text, TEXT_COLUMN);
}

static void plain_example(struct sc_page *page, const char *line, const char *meaning)
{
    int column = fprintf(page->out, "  %s", line);
    int gap = column + 2 > 2 * TEXT_COLUMN ? 2 : 2 * TEXT_COLUMN - column;
    (void)fprintf(page->out, "%*s%s\n", gap, "", meaning);
}

/* What roff would read as its own: backslashes, hyphens, quotes of other meaning, and a line's
 * first dot. */
static void roff_escape(FILE *out, const char *text)
{
    static const struct {
        char c;
        const char *roff;
    } escapes[] = {{'\\', "\\e"},  {'-', "\\-"},   {'\'', "\\(aq"},
                   {'~', "\\(ti"}, {'^', "\\(ha"}, {'`', "\\(ga"}};
    if (*text == '.')
        (void)fputs("\\&", out);
    for (; *text; text++) {
        const char *roff = NULL;
        for (size_t i = 0; i < sizeof escapes / sizeof escapes[0]; i++)
            if (escapes[i].c == *text)
                roff = escapes[i].roff;
        if (roff)
            (void)fputs(roff, out);
        else
            (void)fputc(*text, out);
    }
}

/* A new sentence begins a new line, as roff wants it. */
static void roff_sentences(FILE *out, const char *text)
{
    const char *end;
    while ((end = strstr(text, ". "))) {
        char sentence[1024];
        (void)snprintf(sentence, sizeof sentence, "%.*s", (int)(end + 1 - text), text);
        roff_escape(out, sentence);
        (void)fputc('\n', out);
        text = end + 2;
    }
    roff_escape(out, text);
    (void)fputc('\n', out);
}

static void roff_section(struct sc_page *page, const char *title)
{
    (void)fputs(".SH \"", page->out);
    roff_escape(page->out, title);
    (void)fputs("\"\n", page->out);
    page->is_fresh = true;
}

static void roff_text(struct sc_page *page, const char *text)
{
    if (!page->is_fresh)
        (void)fputs(".PP\n", page->out);
    roff_sentences(page->out, text);
    page->is_fresh = false;
}

static void roff_item(struct sc_page *page, const struct sc_page_item *item)
{
    if (item->depth > 0)
        (void)fputs(".RS\n", page->out);
    (void)fputs(".TP\n\\fB", page->out);
    roff_escape(page->out, item->name);
    (void)fputs("\\fR", page->out);
    if (item->value) {
        (void)fprintf(page->out, "%c\\fI", item->value[0]);
        roff_escape(page->out, item->value + 1);
        (void)fputs("\\fR", page->out);
    }
    (void)fputc('\n', page->out);
    roff_sentences(page->out, item->text);
    if (item->depth > 0)
        (void)fputs(".RE\n", page->out);
    page->is_fresh = false;
}

static void roff_example(struct sc_page *page, const char *line, const char *meaning)
{
    (void)fputs(".TP\n\\fB", page->out);
    roff_escape(page->out, line);
    (void)fputs("\\fR\n", page->out);
    roff_sentences(page->out, meaning);
    page->is_fresh = false;
}

const struct sc_page_ops sc_page_plain = {
    .section = plain_section,
    .text = plain_text,
    .item = plain_item,
    .example = plain_example,
};

const struct sc_page_ops sc_page_roff = {
    .section = roff_section,
    .text = roff_text,
    .item = roff_item,
    .example = roff_example,
};
