// Pantau runs text classifiers inside your program, watches them, and helps them learn.
//
// This file is generated: edit crates/c-api and run `make header`.
//
// The rules, which hold for every function:
//
// Results. A function that can fail returns a `pantau_status`. What it gives leaves through its
// last argument, which is left untouched when it fails. No function both reads and writes through
// an argument.
//
// Errors. After a call that returned a status, `pantau_last_error` tells this thread why it failed.
// Status numbers stay the same in all versions. No panic and no exception leaves the library.
//
// Objects. Their types are opaque. What `_new`, `_open`, `_load`, `_from_x`, `_with_x` or any
// other function gives through a `pantau_x **` is yours, and goes to `pantau_x_free` once. What
// comes as `const pantau_x *` is borrowed from the object that gave it, and ends with it. NULL is
// fine to free. An object does not need the objects it was made from: free them in any order.
//
// Threads. An object passed as `const` may be used by many threads at once, without a lock. Only
// `_free` must be the last thing that happens to it.
//
// Text in. Texts are UTF-8 with a length in bytes and need no NUL at their end; paths are texts
// too. A NULL with length 0 is the empty text. They are only read during the call.
// `PANTAU_LITERAL("id")` passes a string literal as both arguments.
//
// NULL for an object or a result, NULL for a text with a length, and text that is not UTF-8 are
// `PANTAU_STATUS_INVALID_INPUT`; the message names the argument (and the first bad byte, counted
// from 0). Where NULL means something, the function says so.


#ifndef PANTAU_H
#define PANTAU_H

#include <stddef.h>
#include <stdint.h>

// The version of this header; `pantau_version` tells that of the library.
#define PANTAU_VERSION_MAJOR 0
#define PANTAU_VERSION_MINOR 1
#define PANTAU_VERSION_PATCH 0

// Passes a string literal as a text and its length.
#define PANTAU_LITERAL(literal) ("" literal), (sizeof("" literal) - 1)

// The Arrow C stream interface, as https://arrow.apache.org/docs/format/CStreamInterface.html
// defines it. The guards are those of the definition: other headers may bring it as well.
#ifndef ARROW_C_DATA_INTERFACE
#define ARROW_C_DATA_INTERFACE

#define ARROW_FLAG_DICTIONARY_ORDERED 1
#define ARROW_FLAG_NULLABLE 2
#define ARROW_FLAG_MAP_KEYS_SORTED 4

struct ArrowSchema {
    const char *format;
    const char *name;
    const char *metadata;
    int64_t flags;
    int64_t n_children;
    struct ArrowSchema **children;
    struct ArrowSchema *dictionary;
    void (*release)(struct ArrowSchema *);
    void *private_data;
};

struct ArrowArray {
    int64_t length;
    int64_t null_count;
    int64_t offset;
    int64_t n_buffers;
    int64_t n_children;
    const void **buffers;
    struct ArrowArray **children;
    struct ArrowArray *dictionary;
    void (*release)(struct ArrowArray *);
    void *private_data;
};

#endif

#ifndef ARROW_C_STREAM_INTERFACE
#define ARROW_C_STREAM_INTERFACE

struct ArrowArrayStream {
    int (*get_schema)(struct ArrowArrayStream *, struct ArrowSchema *out);
    int (*get_next)(struct ArrowArrayStream *, struct ArrowArray *out);
    const char *(*get_last_error)(struct ArrowArrayStream *);
    void (*release)(struct ArrowArrayStream *);
    void *private_data;
};

#endif


// What became of a call. The numbers stay the same in all versions.
typedef enum {
    // The call did what it says.
    PANTAU_STATUS_OK = 0,
    // A value that was passed cannot be used: a NULL, a text that is not UTF-8, a broken
    // configuration.
    PANTAU_STATUS_INVALID_INPUT = 1,
    // Something named does not exist.
    PANTAU_STATUS_NOT_FOUND = 2,
    // Made by another version, or for other data, than what is here.
    PANTAU_STATUS_INCOMPATIBLE = 3,
    // Reading or writing a file failed.
    PANTAU_STATUS_STORAGE = 4,
    // A mistake inside Pantau, which should be reported. The library can still be used.
    PANTAU_STATUS_PANIC = 100,
} pantau_status;

// Whether a text is as long as the settings want it.
typedef enum {
    // It is.
    PANTAU_LENGTH_CHECK_OK = 0,
    // The cleaned text has fewer than `min_length` characters.
    PANTAU_LENGTH_CHECK_TOO_SHORT = 1,
    // The cleaned text has more than `max_length` words.
    PANTAU_LENGTH_CHECK_TOO_LONG = 2,
} pantau_length_check;

// An anonymised text, and what was replaced in it. It never changes, so threads may share it.
typedef struct pantau_anonymized pantau_anonymized;

// Replaces personal data in texts. It never changes, so threads may share it.
typedef struct pantau_anonymizer pantau_anonymizer;

// Cleans texts in separate, ordered steps. It never changes, so threads may share it.
typedef struct pantau_cleaner pantau_cleaner;

// The root words that the Sastrawi stemmer looks up. It never changes, so threads may share it.
// Stemmers and extractors keep what they need of it: it may be freed before them.
typedef struct pantau_dictionary pantau_dictionary;

// Everything that decides which features an extractor gives, so that training and serving can
// share it as one JSON file. It never changes, so threads may share it.
typedef struct pantau_feature_config pantau_feature_config;

// Extracts features: the same settings give the same bytes in training and serving. It never
// changes, so threads may share it.
typedef struct pantau_feature_extractor pantau_feature_extractor;

// The features of one text. They never change, so threads may share them.
typedef struct pantau_features pantau_features;

// Replaces colloquial words by standard ones (gak → tidak), from a table of two columns. It
// never changes, so threads may share it.
typedef struct pantau_normalizer pantau_normalizer;

// Reduces words to their stems. It never changes, so threads may share it.
typedef struct pantau_stemmer pantau_stemmer;

// Removes the words that say little. It never changes, so threads may share it.
typedef struct pantau_stop_words pantau_stop_words;

// A text that the library made: UTF-8, with a length, and a NUL after its last byte that the
// length does not count. A `pantau_text *` is yours and goes to `pantau_text_free`; a
// `const pantau_text *` is borrowed from the object that gave it. It never changes, so threads
// may share it.
typedef struct pantau_text pantau_text;

#ifdef __cplusplus
extern "C" {
#endif // __cplusplus

// The version of the library that runs, such as `0.1.0`; the macros above give that of
// this header. Never NULL; it stays valid for good.
const char *pantau_version(void);

// The message of this thread's last call that returned a status: why it failed, or the empty
// string after a success. Never NULL.
//
// It is UTF-8 and ends with a NUL. It is borrowed until the next call of this thread.
const char *pantau_last_error(void);

// The name of a status without its prefix, such as `NOT_FOUND`; `UNKNOWN` for any other number.
// Never NULL; it stays valid for good.
const char *pantau_status_name(int32_t status);

// The bytes of a text, never NULL: `pantau_text_length` of them, then a NUL. They are borrowed
// from the text. Of a NULL: the empty string.
const char *pantau_text_data(const pantau_text *text);

// How many bytes a text has. Of a NULL: 0.
size_t pantau_text_length(const pantau_text *text);

// Frees a text; NULL is fine.
void pantau_text_free(pantau_text *text);

// Gives a cleaner with the default steps of a language, `id` or `en`.
pantau_status pantau_cleaner_new(const char *language,
                                 size_t language_length,
                                 pantau_cleaner **out);

// Gives a cleaner with the steps in a JSON list, such as
// `["html", {"emoji": "drop"}, {"repeats": 1}, "case"]`.
pantau_status pantau_cleaner_from_json(const char *steps,
                                       size_t steps_length,
                                       pantau_cleaner **out);

// Gives the cleaned text. Cleaning it again changes nothing.
pantau_status pantau_cleaner_clean(const pantau_cleaner *cleaner,
                                   const char *text,
                                   size_t length,
                                   pantau_text **out);

// Gives the steps as JSON, as `pantau_cleaner_from_json` reads them.
pantau_status pantau_cleaner_to_json(const pantau_cleaner *cleaner, pantau_text **out);

// Frees a cleaner; NULL is fine.
void pantau_cleaner_free(pantau_cleaner *cleaner);

// Reads a table from a UTF-8 file, as `pantau_normalizer_from_table` does.
pantau_status pantau_normalizer_open(const char *path, size_t path_length, pantau_normalizer **out);

// Reads a table from text: an entry a line, its two columns parted by a tab, or by a comma if
// the first line has no tab. Empty lines and lines that start with `#` are skipped.
pantau_status pantau_normalizer_from_table(const char *table,
                                           size_t table_length,
                                           pantau_normalizer **out);

// Gives the text with standard spellings, its words joined by single spaces.
pantau_status pantau_normalizer_normalize(const pantau_normalizer *normalizer,
                                          const char *text,
                                          size_t length,
                                          pantau_text **out);

// Frees a normalizer; NULL is fine.
void pantau_normalizer_free(pantau_normalizer *normalizer);

// Gives the list of a language, `id` or `en`. It keeps negations such as tidak and not.
pantau_status pantau_stop_words_new(const char *language,
                                    size_t language_length,
                                    pantau_stop_words **out);

// Gives the list and the behaviour of PySastrawi 1.2.1's stop-word remover. It removes negations.
pantau_status pantau_stop_words_sastrawi(pantau_stop_words **out);

// Gives a list of your own, from a text with one word a line; empty lines and lines that start
// with `#` are skipped.
pantau_status pantau_stop_words_from_words(const char *words,
                                           size_t words_length,
                                           pantau_stop_words **out);

// Reads a list from a UTF-8 file, as `pantau_stop_words_from_words` does.
pantau_status pantau_stop_words_open(const char *path, size_t path_length, pantau_stop_words **out);

// Gives the text without its stop words.
pantau_status pantau_stop_words_remove(const pantau_stop_words *stop_words,
                                       const char *text,
                                       size_t length,
                                       pantau_text **out);

// Frees a list of stop words; NULL is fine.
void pantau_stop_words_free(pantau_stop_words *stop_words);

// Reads root words from a UTF-8 file with one word a line. Pantau ships none; PySastrawi brings
// one as `Sastrawi/Stemmer/data/kata-dasar.txt`.
pantau_status pantau_dictionary_open(const char *path, size_t path_length, pantau_dictionary **out);

// Collects root words from a text with one word a line.
pantau_status pantau_dictionary_from_words(const char *words,
                                           size_t words_length,
                                           pantau_dictionary **out);

// How many different words a dictionary has. Of a NULL: 0.
size_t pantau_dictionary_length(const pantau_dictionary *dictionary);

// Gives the SHA-256 of the sorted words, in hexadecimal: equal for equal words in any order.
pantau_status pantau_dictionary_fingerprint(const pantau_dictionary *dictionary, pantau_text **out);

// Frees a dictionary; NULL is fine.
void pantau_dictionary_free(pantau_dictionary *dictionary);

// Gives the best stemmer for a language, `id` or `en`, with what is at hand: for Indonesian
// Sastrawi's with a dictionary, else Tala's (`pantau_stemmer_hint` then says so). The dictionary
// may be NULL, and must be for English, which has no use for one.
pantau_status pantau_stemmer_new(const char *language,
                                 size_t language_length,
                                 const pantau_dictionary *dictionary,
                                 pantau_stemmer **out);

// Gives the stems of the words of a text, in lower case, joined by single spaces.
pantau_status pantau_stemmer_stem(const pantau_stemmer *stemmer,
                                  const char *text,
                                  size_t length,
                                  pantau_text **out);

// Gives the name of the algorithm in use: `sastrawi`, `tala` or `english`.
pantau_status pantau_stemmer_algorithm(const pantau_stemmer *stemmer, pantau_text **out);

// How to get better stems; NULL if there is no better way, or the stemmer is NULL. It stays
// valid for good.
const char *pantau_stemmer_hint(const pantau_stemmer *stemmer);

// Frees a stemmer; NULL is fine.
void pantau_stemmer_free(pantau_stemmer *stemmer);

// Gives an anonymizer that replaces all entities by their kind, such as `[EMAIL]`.
pantau_status pantau_anonymizer_new(pantau_anonymizer **out);

// Gives another anonymizer that replaces only the entities named in a comma-separated list, of
// `email,url,phone,nik,npwp,card,iban,ip,handle,plate`; an empty list replaces none. The first
// anonymizer stays as it is.
pantau_status pantau_anonymizer_with_entities(const pantau_anonymizer *anonymizer,
                                              const char *entities,
                                              size_t entities_length,
                                              pantau_anonymizer **out);

// Gives another anonymizer that replaces values by pseudonyms such as `[EMAIL:1f2e3d4c5b6a7988]`:
// the same for the same value under the same key, and telling nobody without the key which. The
// key is bytes of any kind, 16 or more. The first anonymizer stays as it is.
pantau_status pantau_anonymizer_with_key(const pantau_anonymizer *anonymizer,
                                         const uint8_t *key,
                                         size_t key_length,
                                         pantau_anonymizer **out);

// Gives a text with its personal data replaced, and the counts of what was.
pantau_status pantau_anonymizer_anonymize(const pantau_anonymizer *anonymizer,
                                          const char *text,
                                          size_t length,
                                          pantau_anonymized **out);

// Frees an anonymizer; NULL is fine.
void pantau_anonymizer_free(pantau_anonymizer *anonymizer);

// The text with its replacements, borrowed from the result. Of a NULL: NULL.
const pantau_text *pantau_anonymized_text(const pantau_anonymized *anonymized);

// Gives how often an entity, such as `email`, was replaced.
pantau_status pantau_anonymized_count(const pantau_anonymized *anonymized,
                                      const char *entity,
                                      size_t entity_length,
                                      uint64_t *out);

// How many replacements there were. Of a NULL: 0.
uint64_t pantau_anonymized_total(const pantau_anonymized *anonymized);

// Frees an anonymised text; NULL is fine.
void pantau_anonymized_free(pantau_anonymized *anonymized);

// Gives the default settings for a language, `id` or `en`, made now.
pantau_status pantau_feature_config_new(const char *language,
                                        size_t language_length,
                                        pantau_feature_config **out);

// Reads settings from JSON. What is not there gets its default for the language. Settings that a
// newer version wrote are INCOMPATIBLE.
pantau_status pantau_feature_config_from_json(const char *json,
                                              size_t json_length,
                                              pantau_feature_config **out);

// Reads settings from a JSON file.
pantau_status pantau_feature_config_load(const char *path,
                                         size_t path_length,
                                         pantau_feature_config **out);

// Writes the settings to a JSON file, whole or not at all.
pantau_status pantau_feature_config_save(const pantau_feature_config *config,
                                         const char *path,
                                         size_t path_length);

// Gives the settings as JSON.
pantau_status pantau_feature_config_to_json(const pantau_feature_config *config, pantau_text **out);

// Gives the hash over the feature definitions and all settings that decide a feature's value:
// equal hashes mean equal features.
pantau_status pantau_feature_config_schema_hash(const pantau_feature_config *config,
                                                pantau_text **out);

// Gives other settings, the same but for the Sastrawi stemmer over a dictionary. The first ones
// stay as they are.
pantau_status pantau_feature_config_with_dictionary(const pantau_feature_config *config,
                                                    const pantau_dictionary *dictionary,
                                                    pantau_feature_config **out);

// Frees settings; NULL is fine.
void pantau_feature_config_free(pantau_feature_config *config);

// Gives an extractor. The dictionary may be NULL; settings that stem with Sastrawi need one
// (`NOT_FOUND`), with the words they were made with (`INCOMPATIBLE`). Both arguments may be freed
// before the extractor.
pantau_status pantau_feature_extractor_new(const pantau_feature_config *config,
                                           const pantau_dictionary *dictionary,
                                           pantau_feature_extractor **out);

// Gives the settings, with the fingerprint of the dictionary in use.
pantau_status pantau_feature_extractor_config(const pantau_feature_extractor *extractor,
                                              pantau_feature_config **out);

// How to get better stems; NULL if there is no better way, or the extractor is NULL. It stays
// valid for good.
const char *pantau_feature_extractor_hint(const pantau_feature_extractor *extractor);

// Gives the features of a text of any length.
pantau_status pantau_feature_extractor_extract(const pantau_feature_extractor *extractor,
                                               const char *text,
                                               size_t length,
                                               pantau_features **out);

// Gives whether a text, once cleaned, is as long as the settings want it.
pantau_status pantau_feature_extractor_check_length(const pantau_feature_extractor *extractor,
                                                    const char *text,
                                                    size_t length,
                                                    pantau_length_check *out);

// Gives the features of many texts as a stream of Arrow record batches, a row for each text in
// their order. `texts` and `lengths` hold `count` entries each; a NULL among the texts is a
// missing text, which is a row of nulls in the columns; its length is not read. `threads` is how
// many threads may work, 0 for as many as this process may use.
//
// The stream follows the Arrow C stream interface: its consumer calls `release`. What `out`
// holds before the call is overwritten, not released. The texts may be freed after the call.
pantau_status pantau_feature_extractor_extract_stream(const pantau_feature_extractor *extractor,
                                                      const char *const *texts,
                                                      const size_t *lengths,
                                                      size_t count,
                                                      size_t threads,
                                                      struct ArrowArrayStream *out);

// Frees an extractor; NULL is fine.
void pantau_feature_extractor_free(pantau_feature_extractor *extractor);

// Gives a feature that is a text, such as `cleaned_text`, borrowed from the features.
pantau_status pantau_features_text(const pantau_features *features,
                                   const char *name,
                                   size_t name_length,
                                   const pantau_text **out);

// Gives a feature that is a number, such as `word_count`, or an answer, such as `has_url`, which
// is 1 or 0.
pantau_status pantau_features_number(const pantau_features *features,
                                     const char *name,
                                     size_t name_length,
                                     double *out);

// Gives all features as a JSON object.
pantau_status pantau_features_to_json(const pantau_features *features, pantau_text **out);

// Frees features; NULL is fine.
void pantau_features_free(pantau_features *features);

#ifdef __cplusplus
}  // extern "C"
#endif  // __cplusplus

#endif  /* PANTAU_H */
