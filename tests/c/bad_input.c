/* Whatever is passed: a clear error or a right answer, never a crash: bad_input DATA SCRATCH LENGTH */

#include "check.h"

/* What stands in every result before a call that must fail. */
static char sentinel;
#define UNTOUCHED ((void *)&sentinel)

/* Objects to call with, made once. */
static pantau_cleaner *cleaner;
static pantau_normalizer *normalizer;
static pantau_stop_words *stop_words;
static pantau_dictionary *dictionary;
static pantau_stemmer *stemmer;
static pantau_anonymizer *anonymizer;
static pantau_anonymized *anonymized;
static pantau_feature_config *config;
static pantau_feature_extractor *extractor;
static pantau_features *features;

static void make_objects(void) {
    CHECK_OK(pantau_cleaner_new(PANTAU_LITERAL("id"), &cleaner));
    CHECK_OK(pantau_normalizer_from_table(PANTAU_LITERAL("gak\ttidak\n"), &normalizer));
    CHECK_OK(pantau_stop_words_new(PANTAU_LITERAL("id"), &stop_words));
    CHECK_OK(pantau_dictionary_from_words(PANTAU_LITERAL("guna\nmudah\n"), &dictionary));
    CHECK_OK(pantau_stemmer_new(PANTAU_LITERAL("id"), dictionary, &stemmer));
    CHECK_OK(pantau_anonymizer_new(&anonymizer));
    CHECK_OK(pantau_anonymizer_anonymize(anonymizer, PANTAU_LITERAL("a@contoh.example"),
                                         &anonymized));
    CHECK_OK(pantau_feature_config_new(PANTAU_LITERAL("id"), &config));
    CHECK_OK(pantau_feature_extractor_new(config, NULL, &extractor));
    CHECK_OK(pantau_feature_extractor_extract(extractor, PANTAU_LITERAL("Bagus!"), &features));
}

static void free_objects(void) {
    pantau_cleaner_free(cleaner);
    pantau_normalizer_free(normalizer);
    pantau_stop_words_free(stop_words);
    pantau_dictionary_free(dictionary);
    pantau_stemmer_free(stemmer);
    pantau_anonymizer_free(anonymizer);
    pantau_anonymized_free(anonymized);
    pantau_feature_config_free(config);
    pantau_feature_extractor_free(extractor);
    pantau_features_free(features);
}

/* Every function that takes a text, behind one signature. The result is freed if there is one. */
struct text_call {
    const char *argument;
    pantau_status (*call)(const char *text, size_t length, void **out);
};

#define TEXT_CALL(name, type, ...)                                                                 \
    static pantau_status name(const char *text, size_t length, void **out) {                       \
        type *object = UNTOUCHED;                                                                  \
        pantau_status status = __VA_ARGS__;                                                        \
        *out = object;                                                                             \
        if (status == PANTAU_STATUS_OK) {                                                          \
            type##_free(object);                                                                   \
        }                                                                                          \
        return status;                                                                             \
    }

TEXT_CALL(cleaner_new, pantau_cleaner, pantau_cleaner_new(text, length, &object))
TEXT_CALL(cleaner_from_json, pantau_cleaner, pantau_cleaner_from_json(text, length, &object))
TEXT_CALL(clean, pantau_text, pantau_cleaner_clean(cleaner, text, length, &object))
TEXT_CALL(normalizer_open, pantau_normalizer, pantau_normalizer_open(text, length, &object))
TEXT_CALL(from_table, pantau_normalizer, pantau_normalizer_from_table(text, length, &object))
TEXT_CALL(normalize, pantau_text, pantau_normalizer_normalize(normalizer, text, length, &object))
TEXT_CALL(stop_words_new, pantau_stop_words, pantau_stop_words_new(text, length, &object))
TEXT_CALL(own_stop_words, pantau_stop_words, pantau_stop_words_from_words(text, length, &object))
TEXT_CALL(stop_words_open, pantau_stop_words, pantau_stop_words_open(text, length, &object))
TEXT_CALL(remove_words, pantau_text, pantau_stop_words_remove(stop_words, text, length, &object))
TEXT_CALL(dictionary_open, pantau_dictionary, pantau_dictionary_open(text, length, &object))
TEXT_CALL(from_words, pantau_dictionary, pantau_dictionary_from_words(text, length, &object))
TEXT_CALL(stemmer_new, pantau_stemmer, pantau_stemmer_new(text, length, NULL, &object))
TEXT_CALL(stem, pantau_text, pantau_stemmer_stem(stemmer, text, length, &object))
TEXT_CALL(with_entities, pantau_anonymizer,
          pantau_anonymizer_with_entities(anonymizer, text, length, &object))
TEXT_CALL(anonymize, pantau_anonymized,
          pantau_anonymizer_anonymize(anonymizer, text, length, &object))
TEXT_CALL(config_new, pantau_feature_config, pantau_feature_config_new(text, length, &object))
TEXT_CALL(config_from_json, pantau_feature_config,
          pantau_feature_config_from_json(text, length, &object))
TEXT_CALL(config_load, pantau_feature_config, pantau_feature_config_load(text, length, &object))
TEXT_CALL(extract, pantau_features,
          pantau_feature_extractor_extract(extractor, text, length, &object))

static pantau_status config_save(const char *text, size_t length, void **out) {
    *out = UNTOUCHED;
    return pantau_feature_config_save(config, text, length);
}

static pantau_status check_length(const char *text, size_t length, void **out) {
    pantau_length_check answer;
    *out = UNTOUCHED;
    return pantau_feature_extractor_check_length(extractor, text, length, &answer);
}

static pantau_status count(const char *text, size_t length, void **out) {
    uint64_t number = 77;
    pantau_status status = pantau_anonymized_count(anonymized, text, length, &number);
    CHECK(status == PANTAU_STATUS_OK || number == 77);
    *out = UNTOUCHED;
    return status;
}

static pantau_status features_number(const char *text, size_t length, void **out) {
    double number = 77;
    pantau_status status = pantau_features_number(features, text, length, &number);
    CHECK(status == PANTAU_STATUS_OK || number == 77);
    *out = UNTOUCHED;
    return status;
}

static pantau_status features_text(const char *text, size_t length, void **out) {
    const pantau_text *borrowed = UNTOUCHED;
    pantau_status status = pantau_features_text(features, text, length, &borrowed);
    CHECK(status == PANTAU_STATUS_OK || borrowed == UNTOUCHED);
    *out = UNTOUCHED;
    return status;
}

static const struct text_call text_calls[] = {
    {"language", cleaner_new},
    {"steps", cleaner_from_json},
    {"text", clean},
    {"path", normalizer_open},
    {"table", from_table},
    {"text", normalize},
    {"language", stop_words_new},
    {"words", own_stop_words},
    {"path", stop_words_open},
    {"text", remove_words},
    {"path", dictionary_open},
    {"words", from_words},
    {"language", stemmer_new},
    {"text", stem},
    {"entities", with_entities},
    {"text", anonymize},
    {"language", config_new},
    {"json", config_from_json},
    {"path", config_load},
    {"path", config_save},
    {"text", extract},
    {"text", check_length},
    {"entity", count},
    {"name", features_number},
    {"name", features_text},
};

enum { TEXT_CALLS = sizeof text_calls / sizeof *text_calls };

/* NULL with a length, impossible lengths and bytes that are not UTF-8, for every text argument. */
static void check_texts(void) {
    static const struct {
        const char *bytes;
        size_t length;
        int at;
    } broken[] = {
        {"\xFF", 1, 0},
        {"abc\x80", 4, 3},
        {"ab\xC3", 3, 2},             /* a letter cut in half */
        {"a\xC0\xAF", 3, 1},          /* an overlong form */
        {"\xED\xA0\x80", 3, 0},       /* half of a surrogate pair */
        {"\xF4\x90\x80\x80", 4, 0},   /* above U+10FFFF */
        {"\xC3\xA9\0\xFE", 4, 3},     /* after a NUL */
    };
    for (int index = 0; index < TEXT_CALLS; ++index) {
        const struct text_call *call = &text_calls[index];
        char expected[64];
        void *out;
        snprintf(expected, sizeof expected, "%s: is NULL", call->argument);
        CHECK_INVALID(expected, call->call(NULL, 3, &out));
        CHECK(out == UNTOUCHED);
        snprintf(expected, sizeof expected, "%s: its length", call->argument);
        CHECK_INVALID(expected, call->call("x", SIZE_MAX, &out));
        CHECK(out == UNTOUCHED);
        for (size_t one = 0; one < sizeof broken / sizeof *broken; ++one) {
            snprintf(expected, sizeof expected, "%s: is not UTF-8 at byte %d", call->argument,
                     broken[one].at);
            CHECK_INVALID(expected, call->call(broken[one].bytes, broken[one].length, &out));
            CHECK(out == UNTOUCHED);
        }
    }
}

/* NULL for objects and results. */
static void check_nulls(void) {
    pantau_text *text = UNTOUCHED;
    const pantau_text *borrowed = UNTOUCHED;
    pantau_anonymizer *other_anonymizer = UNTOUCHED;
    pantau_anonymized *other_anonymized = UNTOUCHED;
    pantau_feature_config *other_config = UNTOUCHED;
    pantau_feature_extractor *other_extractor = UNTOUCHED;
    pantau_features *other_features = UNTOUCHED;
    pantau_length_check answer = PANTAU_LENGTH_CHECK_TOO_LONG;
    double number = 77;
    uint64_t count_out = 77;
#define X PANTAU_LITERAL("x")

    CHECK_INVALID("cleaner: is NULL", pantau_cleaner_clean(NULL, X, &text));
    CHECK_INVALID("cleaner: is NULL", pantau_cleaner_to_json(NULL, &text));
    CHECK_INVALID("normalizer: is NULL", pantau_normalizer_normalize(NULL, X, &text));
    CHECK_INVALID("stop_words: is NULL", pantau_stop_words_remove(NULL, X, &text));
    CHECK_INVALID("dictionary: is NULL", pantau_dictionary_fingerprint(NULL, &text));
    CHECK_INVALID("stemmer: is NULL", pantau_stemmer_stem(NULL, X, &text));
    CHECK_INVALID("stemmer: is NULL", pantau_stemmer_algorithm(NULL, &text));
    CHECK_INVALID("anonymizer: is NULL",
                  pantau_anonymizer_with_entities(NULL, X, &other_anonymizer));
    CHECK_INVALID("anonymizer: is NULL", pantau_anonymizer_with_key(NULL, (const uint8_t *)"x", 1,
                                                                    &other_anonymizer));
    CHECK_INVALID("key: is NULL", pantau_anonymizer_with_key(anonymizer, NULL, 16,
                                                             &other_anonymizer));
    CHECK_INVALID("anonymizer: is NULL", pantau_anonymizer_anonymize(NULL, X, &other_anonymized));
    CHECK_INVALID("anonymized: is NULL", pantau_anonymized_count(NULL, X, &count_out));
    CHECK_INVALID("config: is NULL", pantau_feature_config_save(NULL, X));
    CHECK_INVALID("config: is NULL", pantau_feature_config_to_json(NULL, &text));
    CHECK_INVALID("config: is NULL", pantau_feature_config_schema_hash(NULL, &text));
    CHECK_INVALID("config: is NULL",
                  pantau_feature_config_with_dictionary(NULL, dictionary, &other_config));
    CHECK_INVALID("dictionary: is NULL",
                  pantau_feature_config_with_dictionary(config, NULL, &other_config));
    CHECK_INVALID("config: is NULL", pantau_feature_extractor_new(NULL, NULL, &other_extractor));
    CHECK_INVALID("extractor: is NULL", pantau_feature_extractor_config(NULL, &other_config));
    CHECK_INVALID("extractor: is NULL", pantau_feature_extractor_extract(NULL, X, &other_features));
    CHECK_INVALID("extractor: is NULL", pantau_feature_extractor_check_length(NULL, X, &answer));
    CHECK_INVALID("features: is NULL", pantau_features_number(NULL, X, &number));
    CHECK_INVALID("features: is NULL", pantau_features_text(NULL, X, &borrowed));
    CHECK_INVALID("features: is NULL", pantau_features_to_json(NULL, &text));

    CHECK(text == UNTOUCHED && borrowed == UNTOUCHED && other_anonymizer == UNTOUCHED);
    CHECK(other_anonymized == UNTOUCHED && other_config == UNTOUCHED);
    CHECK(other_extractor == UNTOUCHED && other_features == UNTOUCHED);
    CHECK(answer == PANTAU_LENGTH_CHECK_TOO_LONG && number == 77 && count_out == 77);

    CHECK_INVALID("out: is NULL", pantau_cleaner_new(PANTAU_LITERAL("id"), NULL));
    CHECK_INVALID("out: is NULL", pantau_cleaner_from_json(PANTAU_LITERAL("[]"), NULL));
    CHECK_INVALID("out: is NULL", pantau_cleaner_clean(cleaner, X, NULL));
    CHECK_INVALID("out: is NULL", pantau_cleaner_to_json(cleaner, NULL));
    CHECK_INVALID("out: is NULL", pantau_normalizer_open(X, NULL));
    CHECK_INVALID("out: is NULL", pantau_normalizer_from_table(X, NULL));
    CHECK_INVALID("out: is NULL", pantau_normalizer_normalize(normalizer, X, NULL));
    CHECK_INVALID("out: is NULL", pantau_stop_words_new(PANTAU_LITERAL("id"), NULL));
    CHECK_INVALID("out: is NULL", pantau_stop_words_sastrawi(NULL));
    CHECK_INVALID("out: is NULL", pantau_stop_words_from_words(X, NULL));
    CHECK_INVALID("out: is NULL", pantau_stop_words_open(X, NULL));
    CHECK_INVALID("out: is NULL", pantau_stop_words_remove(stop_words, X, NULL));
    CHECK_INVALID("out: is NULL", pantau_dictionary_open(X, NULL));
    CHECK_INVALID("out: is NULL", pantau_dictionary_from_words(X, NULL));
    CHECK_INVALID("out: is NULL", pantau_dictionary_fingerprint(dictionary, NULL));
    CHECK_INVALID("out: is NULL", pantau_stemmer_new(PANTAU_LITERAL("id"), NULL, NULL));
    CHECK_INVALID("out: is NULL", pantau_stemmer_stem(stemmer, X, NULL));
    CHECK_INVALID("out: is NULL", pantau_stemmer_algorithm(stemmer, NULL));
    CHECK_INVALID("out: is NULL", pantau_anonymizer_new(NULL));
    CHECK_INVALID("out: is NULL", pantau_anonymizer_with_entities(anonymizer, X, NULL));
    CHECK_INVALID("out: is NULL", pantau_anonymizer_with_key(
                                      anonymizer, (const uint8_t *)"0123456789abcdef", 16, NULL));
    CHECK_INVALID("out: is NULL", pantau_anonymizer_anonymize(anonymizer, X, NULL));
    CHECK_INVALID("out: is NULL",
                  pantau_anonymized_count(anonymized, PANTAU_LITERAL("email"), NULL));
    CHECK_INVALID("out: is NULL", pantau_feature_config_new(PANTAU_LITERAL("id"), NULL));
    CHECK_INVALID("out: is NULL", pantau_feature_config_from_json(PANTAU_LITERAL("{}"), NULL));
    CHECK_INVALID("out: is NULL", pantau_feature_config_load(X, NULL));
    CHECK_INVALID("out: is NULL", pantau_feature_config_to_json(config, NULL));
    CHECK_INVALID("out: is NULL", pantau_feature_config_schema_hash(config, NULL));
    CHECK_INVALID("out: is NULL", pantau_feature_config_with_dictionary(config, dictionary, NULL));
    CHECK_INVALID("out: is NULL", pantau_feature_extractor_new(config, NULL, NULL));
    CHECK_INVALID("out: is NULL", pantau_feature_extractor_config(extractor, NULL));
    CHECK_INVALID("out: is NULL", pantau_feature_extractor_extract(extractor, X, NULL));
    CHECK_INVALID("out: is NULL", pantau_feature_extractor_check_length(extractor, X, NULL));
    CHECK_INVALID("out: is NULL",
                  pantau_features_number(features, PANTAU_LITERAL("word_count"), NULL));
    CHECK_INVALID("out: is NULL",
                  pantau_features_text(features, PANTAU_LITERAL("cleaned_text"), NULL));
    CHECK_INVALID("out: is NULL", pantau_features_to_json(features, NULL));

    /* Functions that cannot fail answer a NULL and leave the last message alone. */
    CHECK(pantau_text_length(NULL) == 0 && pantau_text_data(NULL)[0] == '\0');
    CHECK(pantau_dictionary_length(NULL) == 0);
    CHECK(pantau_stemmer_hint(NULL) == NULL && pantau_feature_extractor_hint(NULL) == NULL);
    CHECK(pantau_anonymized_text(NULL) == NULL && pantau_anonymized_total(NULL) == 0);
    pantau_text_free(NULL);
    pantau_cleaner_free(NULL);
    pantau_normalizer_free(NULL);
    pantau_stop_words_free(NULL);
    pantau_dictionary_free(NULL);
    pantau_stemmer_free(NULL);
    pantau_anonymizer_free(NULL);
    pantau_anonymized_free(NULL);
    pantau_feature_config_free(NULL);
    pantau_feature_extractor_free(NULL);
    pantau_features_free(NULL);
    CHECK(strcmp(pantau_last_error(), "out: is NULL") == 0);
}

/* Values that are well formed but cannot be used. */
static void check_values(void) {
    void *out;
    static const struct text_call languages[] = {
        {"xx", cleaner_new},
        {"xx", stop_words_new},
        {"xx", stemmer_new},
        {"xx", config_new},
    };
    for (size_t index = 0; index < sizeof languages / sizeof *languages; ++index) {
        CHECK_INVALID("\"xx\" is not one of: id, en", languages[index].call("xx", 2, &out));
        CHECK(out == UNTOUCHED);
        CHECK_INVALID("language", languages[index].call(NULL, 0, &out));
        CHECK(out == UNTOUCHED);
    }
#define INVALID(part, call, text)                                                                  \
    do {                                                                                           \
        CHECK_INVALID(part, call(PANTAU_LITERAL(text), &out));                                     \
        CHECK(out == UNTOUCHED);                                                                   \
    } while (0)
    INVALID("steps", cleaner_from_json, "{");
    INVALID("shout", cleaner_from_json, "[\"shout\"]");
    INVALID("0 is below the least", cleaner_from_json, "[{\"repeats\": 0}]");
    INVALID("line 2", from_table, "gak\ttidak\nbgt\n");
    INVALID("holds no words", from_words, " \n\n");
    INVALID("ktp", with_entities, "email,ktp");
    INVALID("\"words\" is not one of: original_text", features_number, "words");
    INVALID("\"words\" is not one of: original_text", features_text, "words");
    INVALID("ktp", count, "ktp");
    INVALID("feature config", config_from_json, "");
    INVALID("feature config", config_from_json, "{\"max_length\": ");
    INVALID("maxlength", config_from_json, "{\"maxlength\": 3}");
    INVALID("below the least", config_from_json, "{\"max_length\": 0}");
    INVALID("schema_hash", config_from_json, "{\"max_length\": 9, \"schema_hash\": \"00\"}");

    pantau_stemmer *english = UNTOUCHED;
    CHECK_INVALID("dictionary: the english stemmer",
                  pantau_stemmer_new(PANTAU_LITERAL("en"), dictionary, &english));
    CHECK(english == UNTOUCHED);

    pantau_anonymizer *keyed = UNTOUCHED;
    CHECK_INVALID("key: has 5 bytes", pantau_anonymizer_with_key(
                                          anonymizer, (const uint8_t *)"kunci", 5, &keyed));
    CHECK_INVALID("key: has 0 bytes", pantau_anonymizer_with_key(anonymizer, NULL, 0, &keyed));
    CHECK(keyed == UNTOUCHED);

    CHECK_FAILS(PANTAU_STATUS_INCOMPATIBLE, "newer",
                config_from_json(PANTAU_LITERAL("{\"format\": 999, \"shape\": []}"), &out));
    CHECK(out == UNTOUCHED);
}

/* Files that are not there, or not what they should be. */
static void check_files(const char *scratch) {
    void *out;
    static const struct text_call files[] = {
        {"normalizer table", normalizer_open},
        {"stop words", stop_words_open},
        {"dictionary", dictionary_open},
        {"feature config", config_load},
    };
    char path[4096];
    for (size_t index = 0; index < sizeof files / sizeof *files; ++index) {
        CHECK_FAILS(PANTAU_STATUS_NOT_FOUND, files[index].argument,
                    files[index].call(PANTAU_LITERAL("no/such/file"), &out));
        CHECK(out == UNTOUCHED && strstr(pantau_last_error(), "no/such/file") != NULL);
        CHECK_FAILS(PANTAU_STATUS_STORAGE, "cannot read",
                    files[index].call(scratch, strlen(scratch), &out));
        CHECK(files[index].call(PANTAU_LITERAL("a\0b"), &out) != PANTAU_STATUS_OK);
        CHECK(files[index].call(NULL, 0, &out) != PANTAU_STATUS_OK);
        CHECK(out == UNTOUCHED);
    }
    CHECK_FAILS(PANTAU_STATUS_NOT_FOUND, "pip install PySastrawi",
                dictionary_open(PANTAU_LITERAL("no/such/words.txt"), &out));
    CHECK_FAILS(PANTAU_STATUS_STORAGE, "cannot write",
                pantau_feature_config_save(config, PANTAU_LITERAL("no/such/folder/file")));
    CHECK_INVALID("names no file", pantau_feature_config_save(config, PANTAU_LITERAL("..")));

    snprintf(path, sizeof path, "%s/words.txt", scratch);
    FILE *file = fopen(path, "wb");
    CHECK(file != NULL);
    CHECK(fputs("guna\nmu\xFF" "dah\n", file) >= 0 && fclose(file) == 0);
    CHECK_INVALID("line 2 is not UTF-8", dictionary_open(path, strlen(path), &out));
    CHECK(out == UNTOUCHED);

    /* And one that is right: settings survive a file. */
    pantau_feature_config *loaded;
    pantau_text *hash, *same;
    snprintf(path, sizeof path, "%s/feature_config.json", scratch);
    CHECK_OK(pantau_feature_config_save(config, path, strlen(path)));
    CHECK_OK(pantau_feature_config_load(path, strlen(path), &loaded));
    CHECK_OK(pantau_feature_config_schema_hash(config, &hash));
    CHECK_OK(pantau_feature_config_schema_hash(loaded, &same));
    CHECK(pantau_text_length(hash) == 64);
    CHECK(strcmp(pantau_text_data(hash), pantau_text_data(same)) == 0);
    pantau_text_free(hash);
    pantau_text_free(same);
    pantau_feature_config_free(loaded);
}

/* Settings that stem with Sastrawi want their own dictionary. */
static void check_dictionaries(void) {
    pantau_feature_config *with, *in_use;
    pantau_feature_extractor *other = UNTOUCHED;
    pantau_dictionary *wrong;
    pantau_text *json, *fingerprint;
    CHECK_OK(pantau_feature_config_with_dictionary(config, dictionary, &with));
    CHECK_FAILS(PANTAU_STATUS_NOT_FOUND, "dictionary",
                pantau_feature_extractor_new(with, NULL, &other));
    CHECK_OK(pantau_dictionary_from_words(PANTAU_LITERAL("makan\n"), &wrong));
    CHECK_FAILS(PANTAU_STATUS_INCOMPATIBLE, "fingerprint",
                pantau_feature_extractor_new(with, wrong, &other));
    CHECK(other == UNTOUCHED);
    CHECK_OK(pantau_feature_extractor_new(with, dictionary, &other));
    CHECK(pantau_feature_extractor_hint(other) == NULL);
    CHECK(strstr(pantau_feature_extractor_hint(extractor), "dictionary") != NULL);
    CHECK_OK(pantau_feature_extractor_config(other, &in_use));
    CHECK_OK(pantau_feature_config_to_json(in_use, &json));
    CHECK_OK(pantau_dictionary_fingerprint(dictionary, &fingerprint));
    CHECK(strstr(pantau_text_data(json), pantau_text_data(fingerprint)) != NULL);
    pantau_text_free(json);
    pantau_text_free(fingerprint);
    pantau_feature_config_free(in_use);
    pantau_feature_extractor_free(other);
    pantau_dictionary_free(wrong);
    pantau_feature_config_free(with);
}

/* Empty texts and ones of `size` bytes. */
static void check_lengths(size_t size) {
    static const struct text_call calls[] = {
        {"clean", clean}, {"normalize", normalize}, {"remove", remove_words},
        {"stem", stem},   {"anonymize", anonymize}, {"extract", extract},
        {"check", check_length},
    };
    static const char *const patterns[] = {"Aplikasi ini sangat bagus! ", "a", "<", "ke\xCC\x81"};
    char *text = malloc(size + 64);
    CHECK(text != NULL);
    void *out;
    for (size_t call = 0; call < sizeof calls / sizeof *calls; ++call) {
        CHECK_OK(calls[call].call(NULL, 0, &out));
        CHECK_OK(calls[call].call("ignored", 0, &out));
    }
    for (size_t pattern = 0; pattern < sizeof patterns / sizeof *patterns; ++pattern) {
        size_t length = 0, step = strlen(patterns[pattern]);
        for (; length < size; length += step) {
            memcpy(text + length, patterns[pattern], step);
        }
        for (size_t call = 0; call < sizeof calls / sizeof *calls; ++call) {
            CHECK_OK(calls[call].call(text, length, &out));
        }
    }
    free(text);

    pantau_length_check answer;
    CHECK_OK(pantau_feature_extractor_check_length(extractor, PANTAU_LITERAL("!"), &answer));
    CHECK(answer == PANTAU_LENGTH_CHECK_TOO_SHORT);
    CHECK_OK(pantau_feature_extractor_check_length(extractor, PANTAU_LITERAL("bagus"), &answer));
    CHECK(answer == PANTAU_LENGTH_CHECK_OK);
    char words[2 * 129 + 1];
    for (int word = 0; word < 129; ++word) {
        memcpy(words + 2 * word, "a ", 2);
    }
    CHECK_OK(pantau_feature_extractor_check_length(extractor, words, sizeof words - 1, &answer));
    CHECK(answer == PANTAU_LENGTH_CHECK_TOO_LONG);
}

int main(int argument_count, char **arguments) {
    CHECK(argument_count == 4);
    make_objects();
    check_texts();
    check_nulls();
    check_values();
    check_files(arguments[2]);
    check_dictionaries();
    check_lengths(strtoul(arguments[3], NULL, 10));
    free_objects();
    return EXIT_SUCCESS;
}
