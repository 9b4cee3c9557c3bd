/* SPDX-License-Identifier: MIT */
/* Stands in for the fuzzing engine where there is none: runs the harness once on the empty input
 * and once on every file of the corpus folders given as arguments. */
#include <dirent.h>
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len_bytes);

static int run_file(const char *path)
{
    struct stat st;
    FILE *file = fopen(path, "rb");
    if (!file || fstat(fileno(file), &st) < 0)
        return -errno;
    /* Exactly as large as the input, so that a sanitizer sees the first byte read too far. */
    uint8_t *data = malloc((size_t)st.st_size + !st.st_size);
    size_t len_bytes = data ? fread(data, 1, (size_t)st.st_size, file) : 0;
    int r = data && len_bytes == (size_t)st.st_size ? 0 : -EIO;
    if (r == 0)
        (void)LLVMFuzzerTestOneInput(data, len_bytes);
    free(data);
    (void)fclose(file); /* read-only */
    return r;
}

static int run_folder(const char *folder)
{
    int n = 0, r = 0;
    struct dirent *entry;
    DIR *dir = opendir(folder);
    if (!dir)
        return -errno;
    while (r == 0 && (entry = readdir(dir))) {
        char path[4096];
        if (entry->d_name[0] == '.')
            continue;
        (void)snprintf(path, sizeof(path), "%s/%s", folder, entry->d_name);
        r = run_file(path);
        n++;
    }
    (void)closedir(dir); /* read-only */
    return r < 0 ? r : n;
}

int main(int argc, char **argv)
{
    static const uint8_t nothing[1];
    int n = 0;
    (void)LLVMFuzzerTestOneInput(nothing, 0);
    for (int i = 1; i < argc; i++) {
        int r = run_folder(argv[i]);
        if (r < 0) {
            fprintf(stderr, "corpus '%s': %s\n", argv[i], strerror(-r));
            return 1;
        }
        n += r;
    }
    printf("%d inputs\n", n);
    return n > 0 ? 0 : 1;
}
