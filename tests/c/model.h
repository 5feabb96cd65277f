/* What the test programs for models share. */

#ifndef MODEL_H
#define MODEL_H

#include "check.h"

/* The exit status of a program that could not test: there is no ONNX Runtime. */
enum { SKIPPED = 77 };

/* A path or a text with its length, as functions take it. */
#define TEXT(text) (text), strlen(text)

struct path {
    char text[2048];
};

static inline struct path join(const char *folder, const char *name) {
    struct path path;
    int length = snprintf(path.text, sizeof path.text, "%s/%s", folder, name);
    CHECK(length > 0 && (size_t)length < sizeof path.text);
    return path;
}

/* Ends the program where models cannot run, saying what to install. */
static inline void need_runtime(void) {
    pantau_status status = pantau_runtime_load(NULL, 0);
    if (status == PANTAU_STATUS_NOT_FOUND) {
        fprintf(stderr, "%s\n", pantau_last_error());
        exit(SKIPPED);
    }
    CHECK(status == PANTAU_STATUS_OK);
}

/* Makes a bundle of a checkpoint in `data`, below `scratch`. */
static inline struct path make_bundle(const char *data, const char *checkpoint,
                                      const char *scratch) {
    struct path checkpoints = join(data, "checkpoints");
    struct path from = join(checkpoints.text, checkpoint), to = join(scratch, checkpoint);
    pantau_bundle *bundle;
    CHECK_OK(pantau_convert(TEXT(from.text), TEXT(to.text), NULL, &bundle));
    pantau_bundle_free(bundle);
    return to;
}

#endif
