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
// Threads. An object passed as `const` may be used by many threads at once, without a lock. One
// passed without `const`, as to `_set_x`, is changed, and nobody else may use it meanwhile. `_free`
// must be the last thing that happens to it.
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

#include <stdbool.h>
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
    // A model could not answer.
    PANTAU_STATUS_INFERENCE = 5,
    // More work waits already than may wait.
    PANTAU_STATUS_BUSY = 6,
    // The answer was not there in time.
    PANTAU_STATUS_DEADLINE = 7,
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

// What is odd about a text, a bit each. It is answered all the same; whether the answer is used is
// for you to decide.
typedef enum {
    // It has nothing but white space.
    PANTAU_FLAG_EMPTY = 1,
    // It was longer than the model reads, and something was cut off.
    PANTAU_FLAG_TRUNCATED = 2,
    // It holds U+FFFD: somebody before could not decode it.
    PANTAU_FLAG_REPLACED = 4,
} pantau_flag;

// An anonymised text, and what was replaced in it. It never changes, so threads may share it.
typedef struct pantau_anonymized pantau_anonymized;

// Replaces personal data in texts. It never changes, so threads may share it.
typedef struct pantau_anonymizer pantau_anonymizer;

// A model on disk: a folder with a manifest that lists its files and their hashes. It never
// changes, so threads may share it.
typedef struct pantau_bundle pantau_bundle;

// The files a bundle is made of. Adding one changes it; otherwise threads may share it.
typedef struct pantau_bundle_files pantau_bundle_files;

// Gives texts a label. Threads may share it, and should: their texts run together.
typedef struct pantau_classifier pantau_classifier;

// Cleans texts in separate, ordered steps. It never changes, so threads may share it.
typedef struct pantau_cleaner pantau_cleaner;

// How a checkpoint is converted. Setting an option changes it; otherwise threads may share it.
typedef struct pantau_convert_options pantau_convert_options;

// The root words that the Sastrawi stemmer looks up. It never changes, so threads may share it.
// Stemmers and extractors keep what they need of it: it may be freed before them.
typedef struct pantau_dictionary pantau_dictionary;

// Vectors for texts, in their order. They never change, so threads may share them; every column is
// borrowed from them.
typedef struct pantau_embeddings pantau_embeddings;

// Gives texts a vector: near ones for texts that mean the same. Threads may share it, and should:
// their texts run together.
typedef struct pantau_encoder pantau_encoder;

// Everything that decides which features an extractor gives, so that training and serving can
// share it as one JSON file. It never changes, so threads may share it.
typedef struct pantau_feature_config pantau_feature_config;

// Extracts features: the same settings give the same bytes in training and serving. It never
// changes, so threads may share it.
typedef struct pantau_feature_extractor pantau_feature_extractor;

// The features of one text. They never change, so threads may share them.
typedef struct pantau_features pantau_features;

// How a model is opened. Setting an option changes it; otherwise threads may share it.
typedef struct pantau_model_options pantau_model_options;

// Replaces colloquial words by standard ones (gak → tidak), from a table of two columns. It
// never changes, so threads may share it.
typedef struct pantau_normalizer pantau_normalizer;

// What a classifier answers for one text. It never changes, so threads may share it.
typedef struct pantau_prediction pantau_prediction;

// What a classifier answers for many texts, column by column, in the order of the texts. It never
// changes, so threads may share it; every column is borrowed from it.
typedef struct pantau_predictions pantau_predictions;

// Reduces words to their stems. It never changes, so threads may share it.
typedef struct pantau_stemmer pantau_stemmer;

// Removes the words that say little. It never changes, so threads may share it.
typedef struct pantau_stop_words pantau_stop_words;

// A text that the library made: UTF-8, with a length, and a NUL after its last byte that the
// length does not count. A `pantau_text *` is yours and goes to `pantau_text_free`; a
// `const pantau_text *` is borrowed from the object that gave it. It never changes, so threads
// may share it.
typedef struct pantau_text pantau_text;

// What `pantau_classifier_predict_then` calls. With `PANTAU_STATUS_OK` the prediction is yours and
// goes to `pantau_prediction_free`; with any other status it is NULL. `message` says why it
// failed, is empty after a success, and ends with the call.
typedef void (*pantau_predict_callback)(void *user_data,
                                        pantau_status status,
                                        pantau_prediction *prediction,
                                        const char *message);

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

// Loads ONNX Runtime, which models run on, once for the process. An empty path has it found: by
// the environment variables `PANTAU_ONNXRUNTIME` and `ORT_DYLIB_PATH`, as a copy this process has
// loaded already, in the Python package `onnxruntime`, or in the system's folders. `NOT_FOUND`
// lists what was tried and how to install it; `INCOMPATIBLE` is a library that cannot be used, or
// another one than the one loaded already.
//
// Opening or converting a model does this by itself: only programs that bring their own ONNX
// Runtime, or want the error early, call it.
pantau_status pantau_runtime_load(const char *path, size_t path_length);

// Gives the file ONNX Runtime was loaded from; loads it if that has not happened.
pantau_status pantau_runtime_path(pantau_text **out);

// Gives the version of ONNX Runtime, such as `1.23.2`; loads it if that has not happened.
pantau_status pantau_runtime_version(pantau_text **out);

// Gives how ONNX Runtime was found: `path`, `environment`, `process`, `package` or `system`; loads
// it if that has not happened.
pantau_status pantau_runtime_origin(pantau_text **out);

// Opens a bundle: every file its manifest lists is compared with it. `NOT_FOUND` if there is none,
// `INCOMPATIBLE` if a newer Pantau made it, `INVALID_INPUT` if it is damaged.
pantau_status pantau_bundle_open(const char *path, size_t path_length, pantau_bundle **out);

// Checks everything again, on the files as they are now.
pantau_status pantau_bundle_verify(const pantau_bundle *bundle);

// Gives the folder of a bundle.
pantau_status pantau_bundle_path(const pantau_bundle *bundle, pantau_text **out);

// Gives the id of a bundle, a hash over everything in it: equal bundles have equal ids.
pantau_status pantau_bundle_id(const pantau_bundle *bundle, pantau_text **out);

// Gives what a bundle says about itself as a JSON object: its `pantau.json`.
pantau_status pantau_bundle_manifest(const pantau_bundle *bundle, pantau_text **out);

// Gives an empty list of files.
pantau_status pantau_bundle_files_new(pantau_bundle_files **out);

// Adds a file: its name inside the bundle, such as `model.onnx`, and where its bytes are now. It
// is read when the bundle is created.
pantau_status pantau_bundle_files_add(pantau_bundle_files *files,
                                      const char *name,
                                      size_t name_length,
                                      const char *path,
                                      size_t path_length);

// Frees a list of files; NULL is fine.
void pantau_bundle_files_free(pantau_bundle_files *files);

// Makes a bundle of files that lie elsewhere, such as a graph exported by another program, and
// gives it. `manifest` is JSON as `pantau_bundle_manifest` gives it; its list of files is filled
// in. The bundle appears at `target` whole or not at all. With `overwrite` a bundle that is
// already there is replaced; anything else never is.
pantau_status pantau_bundle_create(const char *target,
                                   size_t target_length,
                                   const pantau_bundle_files *files,
                                   const char *manifest,
                                   size_t manifest_length,
                                   bool overwrite,
                                   pantau_bundle **out);

// Frees a bundle, not what is on the disk; NULL is fine.
void pantau_bundle_free(pantau_bundle *bundle);

// Gives the default options: 32-bit weights, the name of the checkpoint's folder, and nothing is
// overwritten.
pantau_status pantau_convert_options_new(pantau_convert_options **out);

// Sets how weights are stored: `fp32`, the reference; `fp16`, for GPUs; or `int8`, for CPUs.
pantau_status pantau_convert_options_set_weights(pantau_convert_options *options,
                                                 const char *weights,
                                                 size_t weights_length);

// Sets the name of the model, which messages use; the empty one is that of the checkpoint's
// folder.
pantau_status pantau_convert_options_set_name(pantau_convert_options *options,
                                              const char *name,
                                              size_t name_length);

// Sets whether a bundle that is there already is replaced. Anything else never is.
pantau_status pantau_convert_options_set_overwrite(pantau_convert_options *options, bool overwrite);

// Adds a text to those that `int8` is calibrated with: texts such as the model will read. Without
// any, samples in Indonesian and English are taken.
pantau_status pantau_convert_options_add_calibration(pantau_convert_options *options,
                                                     const char *text,
                                                     size_t text_length);

// Frees options; NULL is fine.
void pantau_convert_options_free(pantau_convert_options *options);

// Makes a bundle of a checkpoint, and gives it: a folder as `save_pretrained` of transformers or
// sentence-transformers makes it, or one with a graph that another program exported as
// `model.onnx`. `bundle` is the folder to write; it appears whole or not at all. `options` may be
// NULL for the default ones.
//
// The new model answers a few texts, which every later opening repeats; `int8` is also compared
// with `fp32`, and the manifest holds what was measured.
pantau_status pantau_convert(const char *checkpoint,
                             size_t checkpoint_length,
                             const char *bundle,
                             size_t bundle_length,
                             const pantau_convert_options *options,
                             pantau_bundle **out);

// Gives the default options.
pantau_status pantau_model_options_new(pantau_model_options **out);

// Sets where the model runs: `cpu`, the default; `prefer_cuda`, on a CUDA device if there is one;
// or `require_cuda`, with which opening fails where there is none.
pantau_status pantau_model_options_set_device(pantau_model_options *options,
                                              const char *device,
                                              size_t device_length);

// Sets how many threads the model uses; 0, the default, is as many as this process may use.
pantau_status pantau_model_options_set_threads(pantau_model_options *options, size_t threads);

// Sets the most tokens of a text that are read at once; 0, the default, is what the model can.
pantau_status pantau_model_options_set_max_tokens(pantau_model_options *options, size_t max_tokens);

// Sets what happens to texts of more tokens: `truncate`, the default, reads their beginning;
// `truncate_start` reads their end; `windows` reads all in windows and answers with the mean.
// Neighbouring windows share `overlap` tokens, and a text has at most `max_windows`; both are
// only read for `windows`.
pantau_status pantau_model_options_set_long_text(pantau_model_options *options,
                                                 const char *long_text,
                                                 size_t long_text_length,
                                                 size_t overlap,
                                                 size_t max_windows);

// Sets how many milliseconds a text may wait for company while the model is busy; 0 is the
// default. An idle model never waits.
pantau_status pantau_model_options_set_max_wait_ms(pantau_model_options *options,
                                                   uint64_t max_wait_ms);

// Sets how many calls may wait at the same time, 1024 by default; more are `BUSY`.
pantau_status pantau_model_options_set_queue(pantau_model_options *options, size_t queue);

// Frees options; NULL is fine.
void pantau_model_options_free(pantau_model_options *options);

// The most probable label, borrowed from the prediction. Of a NULL: NULL.
const pantau_text *pantau_prediction_label(const pantau_prediction *prediction);

// The probability of the label, from 0 to 1. Of a NULL: 0.
double pantau_prediction_confidence(const pantau_prediction *prediction);

// How many probabilities there are: one for each label of the classifier, or 0 if they were not
// asked for. Of a NULL: 0.
size_t pantau_prediction_probability_count(const pantau_prediction *prediction);

// The probability of the classifier's label with that index, from 0 to 1; 0 if there is none.
double pantau_prediction_probability(const pantau_prediction *prediction, size_t index);

// How many labels hold: 1, but for a multi-label model, of which all those hold that have a
// probability of at least 0.5. Of a NULL: 0.
size_t pantau_prediction_all_labels_count(const pantau_prediction *prediction);

// One of the labels that hold, in the classifier's order, borrowed from the prediction; NULL if
// there are not as many.
const pantau_text *pantau_prediction_all_labels(const pantau_prediction *prediction, size_t index);

// Whether the text has nothing but white space. Of a NULL: false.
bool pantau_prediction_is_empty(const pantau_prediction *prediction);

// Whether the text was longer than the model reads, and something was cut off. Of a NULL: false.
bool pantau_prediction_is_truncated(const pantau_prediction *prediction);

// Whether the text holds U+FFFD: somebody before could not decode it. Of a NULL: false.
bool pantau_prediction_is_replaced(const pantau_prediction *prediction);

// Frees a prediction; NULL is fine.
void pantau_prediction_free(pantau_prediction *prediction);

// How many texts there are. Of a NULL: 0.
size_t pantau_predictions_count(const pantau_predictions *predictions);

// The most probable label of a text, borrowed from the predictions; NULL if there are not as many
// texts.
const pantau_text *pantau_predictions_label(const pantau_predictions *predictions, size_t text);

// For each text, the index of its most probable label. Of a NULL: NULL.
const uint32_t *pantau_predictions_best(const pantau_predictions *predictions);

// For each text, the probability of its most probable label. Of a NULL: NULL.
const double *pantau_predictions_confidence(const pantau_predictions *predictions);

// For each text, the probabilities of all labels: `pantau_predictions_label_count` of them, then
// those of the next text. NULL if they were not asked for. Of a NULL: NULL.
const double *pantau_predictions_probabilities(const pantau_predictions *predictions);

// For each text, what is odd about it: `pantau_flag`s, joined by `|`. Of a NULL: NULL.
const uint32_t *pantau_predictions_flags(const pantau_predictions *predictions);

// How many labels the model chose from. Of a NULL: 0.
size_t pantau_predictions_label_count(const pantau_predictions *predictions);

// The label with an index, which is that of its column among the probabilities. It is borrowed
// from the predictions; NULL if there are not as many labels.
const pantau_text *pantau_predictions_label_name(const pantau_predictions *predictions,
                                                 size_t index);

// Gives the prediction for one text.
pantau_status pantau_predictions_get(const pantau_predictions *predictions,
                                     size_t text,
                                     pantau_prediction **out);

// Frees predictions; NULL is fine.
void pantau_predictions_free(pantau_predictions *predictions);

// Opens the bundle of a classifier, tests it, and gives it. A bundle that is open already with the
// same options is shared, not loaded again. `options` may be NULL for the default ones.
//
// `NOT_FOUND` if there is no bundle, no ONNX Runtime, or no CUDA device where one is required;
// `INCOMPATIBLE` if it is no classifier, or fails its self-test.
pantau_status pantau_classifier_open(const char *bundle,
                                     size_t bundle_length,
                                     const pantau_model_options *options,
                                     pantau_classifier **out);

// Gives the prediction for one text, with the probabilities of all labels.
pantau_status pantau_classifier_predict(const pantau_classifier *classifier,
                                        const char *text,
                                        size_t length,
                                        pantau_prediction **out);

// Gives the predictions for many texts, in their order. `texts` and `lengths` hold `count` entries
// each. Without `return_probabilities` only the most probable label and its probability are
// computed, which is cheaper. `deadline_ms` is in how many milliseconds the answer must be there,
// else it is `DEADLINE`; 0 for no limit. `BUSY` if more calls wait already than may.
pantau_status pantau_classifier_predict_batch(const pantau_classifier *classifier,
                                              const char *const *texts,
                                              const size_t *lengths,
                                              size_t count,
                                              bool return_probabilities,
                                              uint64_t deadline_ms,
                                              pantau_predictions **out);

// Queues one text and returns at once; `callback` hears the prediction. It is called exactly once
// if this returns `PANTAU_STATUS_OK`, and never otherwise. `deadline_ms` is as for
// `pantau_classifier_predict_batch`.
//
// The call comes from a thread of the library, the same for all callbacks: the next one waits
// until it returns, so let it hand the prediction to your own thread or event loop. It may come
// before this function has returned. It must not throw. It may call any function of this library,
// `pantau_classifier_free` too; the classifier need not live until then. The library must stay
// loaded until the last callback has returned.
pantau_status pantau_classifier_predict_then(const pantau_classifier *classifier,
                                             const char *text,
                                             size_t length,
                                             uint64_t deadline_ms,
                                             pantau_predict_callback callback,
                                             void *user_data);

// Gives how many labels the classifier chooses from.
pantau_status pantau_classifier_label_count(const pantau_classifier *classifier, size_t *out);

// Gives the label with an index, which is that of its probability.
pantau_status pantau_classifier_label(const pantau_classifier *classifier,
                                      size_t index,
                                      pantau_text **out);

// Gives what the model is, where it runs, and what it did so far, as a JSON object.
pantau_status pantau_classifier_info(const pantau_classifier *classifier, pantau_text **out);

// Measures how many tokens run together best on this machine. Large calls do it by themselves; the
// result is kept in the user's cache folder.
pantau_status pantau_classifier_warm_up(const pantau_classifier *classifier);

// Replaces the model by the one in another bundle while threads use it: the new one is loaded,
// tested and warmed up first, and the old one answers what it has begun. If it fails, the old one
// stays.
pantau_status pantau_classifier_swap(const pantau_classifier *classifier,
                                     const char *bundle,
                                     size_t bundle_length);

// Frees the model while threads may still hold the classifier: what they ask from then on is
// `INVALID_INPUT`.
pantau_status pantau_classifier_close(const pantau_classifier *classifier);

// Frees a classifier; NULL is fine.
void pantau_classifier_free(pantau_classifier *classifier);

// How many texts there are. Of a NULL: 0.
size_t pantau_embeddings_count(const pantau_embeddings *embeddings);

// How many numbers a vector has. Of a NULL: 0.
size_t pantau_embeddings_dimensions(const pantau_embeddings *embeddings);

// All vectors: the numbers of one text, then those of the next. Of a NULL: NULL.
const float *pantau_embeddings_numbers(const pantau_embeddings *embeddings);

// For each text, what is odd about it: `pantau_flag`s, joined by `|`. Of a NULL: NULL.
const uint32_t *pantau_embeddings_flags(const pantau_embeddings *embeddings);

// Frees embeddings; NULL is fine.
void pantau_embeddings_free(pantau_embeddings *embeddings);

// Opens the bundle of an encoder, as `pantau_classifier_open` opens one of a classifier.
pantau_status pantau_encoder_open(const char *bundle,
                                  size_t bundle_length,
                                  const pantau_model_options *options,
                                  pantau_encoder **out);

// Gives the vector of one text.
pantau_status pantau_encoder_embed(const pantau_encoder *encoder,
                                   const char *text,
                                   size_t length,
                                   pantau_embeddings **out);

// Gives the vectors of many texts, in their order. `texts` and `lengths` hold `count` entries
// each; `deadline_ms` is as for `pantau_classifier_predict_batch`.
pantau_status pantau_encoder_embed_batch(const pantau_encoder *encoder,
                                         const char *const *texts,
                                         const size_t *lengths,
                                         size_t count,
                                         uint64_t deadline_ms,
                                         pantau_embeddings **out);

// Gives how many numbers a vector has.
pantau_status pantau_encoder_dimensions(const pantau_encoder *encoder, size_t *out);

// Gives what the model is, where it runs, and what it did so far, as a JSON object.
pantau_status pantau_encoder_info(const pantau_encoder *encoder, pantau_text **out);

// Measures how many tokens run together best on this machine, as `pantau_classifier_warm_up` does.
pantau_status pantau_encoder_warm_up(const pantau_encoder *encoder);

// Replaces the model by the one in another bundle while threads use it, as
// `pantau_classifier_swap` does.
pantau_status pantau_encoder_swap(const pantau_encoder *encoder,
                                  const char *bundle,
                                  size_t bundle_length);

// Frees the model while threads may still hold the encoder: what they ask from then on is
// `INVALID_INPUT`.
pantau_status pantau_encoder_close(const pantau_encoder *encoder);

// Frees an encoder; NULL is fine.
void pantau_encoder_free(pantau_encoder *encoder);

#ifdef __cplusplus
}  // extern "C"
#endif  // __cplusplus

#endif  /* PANTAU_H */
