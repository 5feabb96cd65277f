/* A small JSON reader for the golden cases. It trusts that they are JSON, and stops where not. */

#ifndef JSON_H
#define JSON_H

#include "check.h"

enum json_kind { JSON_NULL, JSON_BOOLEAN, JSON_NUMBER, JSON_STRING, JSON_LIST, JSON_OBJECT };

struct json {
    enum json_kind kind;
    double number;      /* of a number; 1 or 0 of a boolean */
    char *text;         /* of a string, decoded; NUL may be inside */
    size_t length;      /* of a string */
    char *key;          /* inside an object */
    struct json *first; /* of a list or an object */
    struct json *next;  /* inside a list or an object */
};

static inline void json_free(struct json *value) {
    while (value != NULL) {
        struct json *next = value->next;
        json_free(value->first);
        free(value->text);
        free(value->key);
        free(value);
        value = next;
    }
}

static inline void json_skip(const char **at) { *at += strspn(*at, " \t\r\n"); }

static inline void json_expect(const char **at, char expected) {
    json_skip(at);
    CHECK(**at == expected);
    ++*at;
}

static inline unsigned long json_hex(const char **at) {
    char digits[5] = {0};
    for (int index = 0; index < 4; ++index) {
        CHECK((*at)[index] != '\0');
        digits[index] = (*at)[index];
    }
    char *end;
    unsigned long unit = strtoul(digits, &end, 16);
    CHECK(end == digits + 4);
    *at += 4;
    return unit;
}

/* Decodes what follows `\u`, both halves of a pair together, into UTF-8. */
static inline size_t json_unicode(const char **at, char *out) {
    unsigned long code = json_hex(at);
    if (code >= 0xD800 && code < 0xDC00) {
        CHECK((*at)[0] == '\\' && (*at)[1] == 'u');
        *at += 2;
        code = 0x10000 + ((code - 0xD800) << 10) + (json_hex(at) - 0xDC00);
    }
    int more = code < 0x80 ? 0 : code < 0x800 ? 1 : code < 0x10000 ? 2 : 3;
    static const unsigned char marks[] = {0, 0xC0, 0xE0, 0xF0};
    out[0] = (char)(marks[more] | (code >> (6 * more)));
    for (int index = 1; index <= more; ++index) {
        out[index] = (char)(0x80 | ((code >> (6 * (more - index))) & 0x3F));
    }
    return (size_t)more + 1;
}

static inline char *json_string(const char **at, size_t *length) {
    json_expect(at, '"');
    /* Decoding never makes a text longer. */
    char *out = malloc(strlen(*at) + 1);
    CHECK(out != NULL);
    size_t used = 0;
    while (**at != '"') {
        CHECK(**at != '\0');
        if (**at != '\\') {
            out[used++] = *(*at)++;
            continue;
        }
        char escape = (*at)[1];
        *at += 2;
        static const char names[] = "\"\\/bfnrt", values[] = "\"\\/\b\f\n\r\t";
        const char *name = escape == '\0' ? NULL : strchr(names, escape);
        if (name != NULL) {
            out[used++] = values[name - names];
        } else {
            CHECK(escape == 'u');
            used += json_unicode(at, out + used);
        }
    }
    ++*at;
    out[used] = '\0';
    *length = used;
    return out;
}

static inline struct json *json_value(const char **at) {
    struct json *value = calloc(1, sizeof *value);
    CHECK(value != NULL);
    json_skip(at);
    if (**at == '"') {
        value->kind = JSON_STRING;
        value->text = json_string(at, &value->length);
    } else if (**at == '[' || **at == '{') {
        char end = **at == '[' ? ']' : '}';
        value->kind = **at == '[' ? JSON_LIST : JSON_OBJECT;
        ++*at;
        json_skip(at);
        struct json **last = &value->first;
        while (**at != end) {
            if (last != &value->first) {
                json_expect(at, ',');
            }
            char *key = NULL;
            if (value->kind == JSON_OBJECT) {
                size_t length;
                json_skip(at);
                key = json_string(at, &length);
                json_expect(at, ':');
            }
            *last = json_value(at);
            (*last)->key = key;
            last = &(*last)->next;
            json_skip(at);
        }
        ++*at;
    } else if (strncmp(*at, "null", 4) == 0) {
        *at += 4;
    } else if (strncmp(*at, "true", 4) == 0 || strncmp(*at, "false", 5) == 0) {
        value->kind = JSON_BOOLEAN;
        value->number = **at == 't';
        *at += **at == 't' ? 4 : 5;
    } else {
        char *end;
        value->kind = JSON_NUMBER;
        value->number = strtod(*at, &end);
        CHECK(end != *at);
        *at = end;
    }
    return value;
}

/* Reads one value; the caller frees it. */
static inline struct json *json_parse(const char *text) {
    struct json *value = json_value(&text);
    json_skip(&text);
    CHECK(*text == '\0');
    return value;
}

/* The field of an object, or NULL. */
static inline const struct json *json_find(const struct json *object, const char *key) {
    CHECK(object->kind == JSON_OBJECT);
    for (const struct json *field = object->first; field != NULL; field = field->next) {
        if (strcmp(field->key, key) == 0) {
            return field;
        }
    }
    return NULL;
}

/* The field of an object, which must be a string. */
static inline const struct json *json_text(const struct json *object, const char *key) {
    const struct json *field = json_find(object, key);
    if (field == NULL || field->kind != JSON_STRING) {
        fprintf(stderr, "a case has no text `%s`\n", key);
        exit(EXIT_FAILURE);
    }
    return field;
}

/* The strings of a list, each followed by `separator`; the caller frees it. */
static inline char *json_join(const struct json *list, char separator) {
    CHECK(list->kind == JSON_LIST);
    size_t size = 1;
    for (const struct json *item = list->first; item != NULL; item = item->next) {
        CHECK(item->kind == JSON_STRING);
        size += item->length + 1;
    }
    char *joined = malloc(size);
    CHECK(joined != NULL);
    char *end = joined;
    for (const struct json *item = list->first; item != NULL; item = item->next) {
        memcpy(end, item->text, item->length);
        end += item->length;
        *end++ = separator;
    }
    *end = '\0';
    return joined;
}

#endif
