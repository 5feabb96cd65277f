/* The golden cases that Rust, Python and C read: golden FOLDER */

#include "json.h"

/* Compares a result with the `expected` text of a case, and frees it. */
static void compare(const struct json *golden, pantau_text *result) {
    const struct json *expected = json_text(golden, "expected");
    size_t length = pantau_text_length(result);
    if (length != expected->length ||
        memcmp(pantau_text_data(result), expected->text, length) != 0) {
        fprintf(stderr, "%s:\n  got      %s\n  expected %s\n", json_text(golden, "name")->text,
                pantau_text_data(result), expected->text);
        exit(EXIT_FAILURE);
    }
    CHECK(pantau_text_data(result)[length] == '\0');
    pantau_text_free(result);
}

static void clean(const struct json *golden) {
    const struct json *text = json_text(golden, "text"), *steps = json_find(golden, "steps");
    pantau_cleaner *cleaner;
    if (steps != NULL && steps->kind != JSON_NULL) {
        CHECK_OK(pantau_cleaner_from_json(steps->text, steps->length, &cleaner));
    } else {
        const struct json *language = json_text(golden, "language");
        CHECK_OK(pantau_cleaner_new(language->text, language->length, &cleaner));
    }
    pantau_text *result;
    CHECK_OK(pantau_cleaner_clean(cleaner, text->text, text->length, &result));
    compare(golden, result);
    pantau_cleaner_free(cleaner);
}

static void normalize(const struct json *golden) {
    const struct json *text = json_text(golden, "text"), *table = json_text(golden, "table");
    pantau_normalizer *normalizer;
    pantau_text *result;
    CHECK_OK(pantau_normalizer_from_table(table->text, table->length, &normalizer));
    CHECK_OK(pantau_normalizer_normalize(normalizer, text->text, text->length, &result));
    compare(golden, result);
    pantau_normalizer_free(normalizer);
}

static void remove_stop_words(const struct json *golden) {
    const struct json *text = json_text(golden, "text"), *list = json_text(golden, "list");
    pantau_stop_words *stop_words;
    pantau_text *result;
    if (strcmp(list->text, "sastrawi") == 0) {
        CHECK_OK(pantau_stop_words_sastrawi(&stop_words));
    } else {
        CHECK_OK(pantau_stop_words_new(list->text, list->length, &stop_words));
    }
    CHECK_OK(pantau_stop_words_remove(stop_words, text->text, text->length, &result));
    compare(golden, result);
    pantau_stop_words_free(stop_words);
}

/* The dictionary of a case's `roots`, or NULL. */
static pantau_dictionary *dictionary_of(const struct json *golden) {
    const struct json *roots = json_find(golden, "roots");
    if (roots == NULL || roots->kind == JSON_NULL) {
        return NULL;
    }
    char *words = json_join(roots, '\n');
    pantau_dictionary *dictionary;
    CHECK_OK(pantau_dictionary_from_words(words, strlen(words), &dictionary));
    CHECK(pantau_dictionary_length(dictionary) > 0);
    free(words);
    return dictionary;
}

static void stem(const struct json *golden) {
    const struct json *text = json_text(golden, "text");
    pantau_dictionary *dictionary = dictionary_of(golden);
    CHECK(dictionary != NULL);
    pantau_stemmer *stemmer;
    pantau_text *result;
    CHECK_OK(pantau_stemmer_new(PANTAU_LITERAL("id"), dictionary, &stemmer));
    pantau_dictionary_free(dictionary);
    CHECK(pantau_stemmer_hint(stemmer) == NULL);
    CHECK_OK(pantau_stemmer_stem(stemmer, text->text, text->length, &result));
    compare(golden, result);
    pantau_stemmer_free(stemmer);
}

static void anonymize(const struct json *golden) {
    const struct json *text = json_text(golden, "text");
    const struct json *entities = json_find(golden, "entities"), *key = json_find(golden, "key");
    pantau_anonymizer *anonymizer, *other;
    CHECK_OK(pantau_anonymizer_new(&anonymizer));
    if (entities != NULL && entities->kind != JSON_NULL) {
        char *names = json_join(entities, ',');
        CHECK_OK(pantau_anonymizer_with_entities(anonymizer, names, strlen(names), &other));
        pantau_anonymizer_free(anonymizer);
        anonymizer = other;
        free(names);
    }
    if (key != NULL && key->kind != JSON_NULL) {
        CHECK_OK(pantau_anonymizer_with_key(anonymizer, (const uint8_t *)key->text, key->length,
                                            &other));
        pantau_anonymizer_free(anonymizer);
        anonymizer = other;
    }
    pantau_anonymized *anonymized;
    CHECK_OK(pantau_anonymizer_anonymize(anonymizer, text->text, text->length, &anonymized));
    const pantau_text *result = pantau_anonymized_text(anonymized);
    const struct json *expected = json_text(golden, "expected");
    if (strcmp(pantau_text_data(result), expected->text) != 0) {
        fprintf(stderr, "%s: got %s\n", json_text(golden, "name")->text, pantau_text_data(result));
        exit(EXIT_FAILURE);
    }
    const struct json *counts = json_find(golden, "counts");
    if (counts != NULL) {
        uint64_t total = 0, count;
        for (const struct json *entity = counts->first; entity != NULL; entity = entity->next) {
            CHECK_OK(pantau_anonymized_count(anonymized, entity->key, strlen(entity->key), &count));
            CHECK((double)count == entity->number);
            total += count;
        }
        CHECK(pantau_anonymized_total(anonymized) == total);
    }
    pantau_anonymized_free(anonymized);
    pantau_anonymizer_free(anonymizer);
}

/* Compares a feature that is a text with its value in a case. */
static void compare_text(const struct json *golden, const pantau_features *features,
                         const struct json *expected) {
    const pantau_text *text = NULL;
    double number;
    size_t length = strlen(expected->key);
    if (pantau_features_text(features, expected->key, length, &text) != PANTAU_STATUS_OK ||
        pantau_text_length(text) != expected->length ||
        memcmp(pantau_text_data(text), expected->text, expected->length) != 0) {
        fprintf(stderr, "%s: %s:\n  got      \"%s\" %s\n  expected \"%s\"\n",
                json_text(golden, "name")->text, expected->key, pantau_text_data(text),
                pantau_last_error(), expected->text);
        exit(EXIT_FAILURE);
    }
    CHECK_INVALID("is not a number",
                  pantau_features_number(features, expected->key, length, &number));
}

/* Compares a feature that is a number or an answer with its value in a case. */
static void compare_number(const struct json *golden, const pantau_features *features,
                           const struct json *expected) {
    const pantau_text *text;
    double number = 0;
    size_t length = strlen(expected->key);
    if (pantau_features_number(features, expected->key, length, &number) != PANTAU_STATUS_OK ||
        number != expected->number) {
        fprintf(stderr, "%s: %s:\n  got      %.17g %s\n  expected %.17g\n",
                json_text(golden, "name")->text, expected->key, number, pantau_last_error(),
                expected->number);
        exit(EXIT_FAILURE);
    }
    CHECK_INVALID("is not a text", pantau_features_text(features, expected->key, length, &text));
}

static void extract(const struct json *golden) {
    const struct json *text = json_text(golden, "text"), *settings = json_text(golden, "config");
    pantau_dictionary *dictionary = dictionary_of(golden);
    pantau_feature_config *config;
    pantau_feature_extractor *extractor;
    pantau_features *features;
    pantau_text *result;
    CHECK_OK(pantau_feature_config_from_json(settings->text, settings->length, &config));
    CHECK_OK(pantau_feature_extractor_new(config, dictionary, &extractor));
    pantau_dictionary_free(dictionary);
    pantau_feature_config_free(config);
    CHECK_OK(pantau_feature_extractor_extract(extractor, text->text, text->length, &features));
    pantau_feature_extractor_free(extractor);

    /* Each feature alone has the value that it has in the object. */
    struct json *values = json_parse(json_text(golden, "expected")->text);
    size_t count = 0;
    for (const struct json *value = values->first; value != NULL; value = value->next, ++count) {
        (value->kind == JSON_STRING ? compare_text : compare_number)(golden, features, value);
    }
    CHECK(count == 19);
    json_free(values);

    CHECK_OK(pantau_features_to_json(features, &result));
    compare(golden, result);
    pantau_features_free(features);
}

/* Runs every case of a file with one JSON object a line. */
static void run(const char *folder, const char *name, void (*check)(const struct json *)) {
    char *text = read_file(folder, name), *rest = text, *line;
    int count = 0;
    while ((line = next_line(&rest)) != NULL) {
        if (*line != '\0') {
            struct json *golden = json_parse(line);
            check(golden);
            json_free(golden);
            ++count;
        }
    }
    free(text);
    printf("%-20s %5d cases\n", name, count);
    CHECK(count > 0);
}

/* Runs every row of a table of words and their stems, after its header. */
static void run_stems(const char *folder, const char *name, const char *language) {
    char *text = read_file(folder, name), *rest = text, *line;
    int count = 0;
    pantau_stemmer *stemmer;
    CHECK_OK(pantau_stemmer_new(language, strlen(language), NULL, &stemmer));
    CHECK(next_line(&rest) != NULL);
    while ((line = next_line(&rest)) != NULL) {
        char *expected = strchr(line, '\t');
        CHECK(expected != NULL);
        pantau_text *result;
        CHECK_OK(pantau_stemmer_stem(stemmer, line, (size_t)(expected - line), &result));
        if (strcmp(pantau_text_data(result), expected + 1) != 0) {
            fprintf(stderr, "%s: got %s\n", line, pantau_text_data(result));
            exit(EXIT_FAILURE);
        }
        pantau_text_free(result);
        ++count;
    }
    pantau_stemmer_free(stemmer);
    free(text);
    printf("%-20s %5d cases\n", name, count);
    CHECK(count > 0);
}

int main(int count, char **arguments) {
    CHECK(count > 2);
    const char *folder = arguments[1];
    run(folder, "clean.jsonl", clean);
    run(folder, "normalize.jsonl", normalize);
    run(folder, "stop_words.jsonl", remove_stop_words);
    run(folder, "stem_sastrawi.jsonl", stem);
    run_stems(folder, "stem_tala.tsv", "id");
    run_stems(folder, "stem_english.tsv", "en");
    run(folder, "anonymize.jsonl", anonymize);
    run(folder, "features.jsonl", extract);
    return EXIT_SUCCESS;
}
