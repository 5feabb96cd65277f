/* What the test programs for what a model remembers share: reading what functions give as JSON. */

#ifndef STATE_H
#define STATE_H

#include "json.h"

/* Reads the JSON that a function gave, and frees the text. */
static inline struct json *parse(pantau_text *text) {
    struct json *value = json_parse(pantau_text_data(text));
    pantau_text_free(text);
    return value;
}

/* The text that a function gave is the expected one; frees it. */
static inline void check_text(pantau_text *text, const char *expected) {
    CHECK(strcmp(pantau_text_data(text), expected) == 0);
    pantau_text_free(text);
}

static inline double number(const struct json *object, const char *key) {
    const struct json *field = json_find(object, key);
    CHECK(field != NULL && field->kind == JSON_NUMBER);
    return field->number;
}

static inline bool is_true(const struct json *object, const char *key) {
    const struct json *field = json_find(object, key);
    CHECK(field != NULL && field->kind == JSON_BOOLEAN);
    return field->number != 0;
}

static inline bool is_null(const struct json *object, const char *key) {
    const struct json *field = json_find(object, key);
    CHECK(field != NULL);
    return field->kind == JSON_NULL;
}

static inline size_t count(const struct json *list) {
    CHECK(list->kind == JSON_LIST);
    size_t items = 0;
    for (const struct json *item = list->first; item != NULL; item = item->next) {
        ++items;
    }
    return items;
}

static inline bool has_text(const struct json *object, const char *key, const char *expected) {
    return strcmp(json_text(object, key)->text, expected) == 0;
}

#endif
