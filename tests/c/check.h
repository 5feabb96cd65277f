/* What the test programs share: a failed check says where and why, and ends the program. */

#ifndef CHECK_H
#define CHECK_H

#include <pantau.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Ends the program unless `condition` holds. */
#define CHECK(condition)                                                                           \
    do {                                                                                           \
        if (!(condition)) {                                                                        \
            fprintf(stderr, "%s:%d: not so: %s (last error: %s)\n", __FILE__, __LINE__,            \
                    #condition, pantau_last_error());                                              \
            exit(EXIT_FAILURE);                                                                    \
        }                                                                                          \
    } while (0)

/* Ends the program unless `call` succeeds and leaves an empty message. */
#define CHECK_OK(call)                                                                             \
    do {                                                                                           \
        CHECK((call) == PANTAU_STATUS_OK);                                                         \
        CHECK(pantau_last_error()[0] == '\0');                                                     \
    } while (0)

/* Ends the program unless `call` fails with `status` and a message that holds `part`. */
#define CHECK_FAILS(status, part, call)                                                            \
    do {                                                                                           \
        CHECK((call) == (status));                                                                 \
        CHECK(strstr(pantau_last_error(), (part)) != NULL);                                        \
    } while (0)

#define CHECK_INVALID(part, call) CHECK_FAILS(PANTAU_STATUS_INVALID_INPUT, part, call)

/* Reads a whole file; the caller frees it. */
static inline char *read_file(const char *folder, const char *name) {
    char path[4096];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *file = fopen(path, "rb");
    if (file == NULL) {
        fprintf(stderr, "cannot open %s\n", path);
        exit(EXIT_FAILURE);
    }
    CHECK(fseek(file, 0, SEEK_END) == 0);
    long size = ftell(file);
    CHECK(size >= 0);
    rewind(file);
    char *text = malloc((size_t)size + 1);
    CHECK(text != NULL);
    CHECK(fread(text, 1, (size_t)size, file) == (size_t)size);
    CHECK(fclose(file) == 0);
    text[size] = '\0';
    return text;
}

/* Cuts the line at `*rest` off, ends it with a NUL, and moves on; NULL at the end of the text. */
static inline char *next_line(char **rest) {
    char *line = *rest;
    if (*line == '\0') {
        return NULL;
    }
    char *end = strchr(line, '\n');
    if (end == NULL) {
        *rest = line + strlen(line);
    } else {
        *end = '\0';
        *rest = end + 1;
    }
    return line;
}

#endif
