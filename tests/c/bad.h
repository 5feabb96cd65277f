/* What the test programs for bad input to learning share. */

#ifndef BAD_H
#define BAD_H

#include "learning.h"
#include <math.h>

/* What stands in every result before a call that must fail. */
static char sentinel;
#define UNTOUCHED ((void *)&sentinel)

/* Every function that takes a text, behind one signature. */
struct text_call {
    const char *argument;
    pantau_status (*call)(const char *text, size_t length);
};

/* A call that gives an object, which must not happen in these programs. */
#define GIVES(name, type, ...)                                                                     \
    static pantau_status name(const char *text, size_t length) {                                   \
        type *object = UNTOUCHED;                                                                  \
        pantau_status status = __VA_ARGS__;                                                        \
        CHECK(status != PANTAU_STATUS_OK && object == UNTOUCHED);                                  \
        return status;                                                                             \
    }

#define X PANTAU_LITERAL("x")

/* Texts that are none. */
static inline void check_text_calls(const struct text_call *calls, size_t count) {
    for (size_t index = 0; index < count; ++index) {
        char expected[64];
        snprintf(expected, sizeof expected, "%s: is NULL", calls[index].argument);
        CHECK_INVALID(expected, calls[index].call(NULL, 3));
        snprintf(expected, sizeof expected, "%s: its length", calls[index].argument);
        CHECK_INVALID(expected, calls[index].call("x", SIZE_MAX));
        snprintf(expected, sizeof expected, "%s: is not UTF-8 at byte 2", calls[index].argument);
        CHECK_INVALID(expected, calls[index].call("ab\xFF", 3));
    }
}

/* Settings that are no JSON, hold what nobody knows, or are of the wrong kind. */
static inline void check_settings(const char *what, pantau_status (*call)(const char *, size_t)) {
    CHECK_INVALID(what, call(PANTAU_LITERAL("{")));
    CHECK_INVALID(what, call(PANTAU_LITERAL("true")));
    CHECK_INVALID("unknown field `sesuatu`", call(PANTAU_LITERAL("{\"sesuatu\": 1}")));
}

#endif
