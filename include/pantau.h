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
    // Reading or writing a file, a database or a bucket failed.
    PANTAU_STATUS_STORAGE = 4,
    // A model could not answer.
    PANTAU_STATUS_INFERENCE = 5,
    // More work waits already than may wait.
    PANTAU_STATUS_BUSY = 6,
    // The answer was not there in time.
    PANTAU_STATUS_DEADLINE = 7,
    // The callback that was told of the progress ended the call.
    PANTAU_STATUS_STOPPED = 8,
    // What is there already says otherwise, or was changed by somebody else meanwhile.
    PANTAU_STATUS_CONFLICT = 9,
    // A server cannot be reached; what was asked can be tried again.
    PANTAU_STATUS_UNREACHABLE = 10,
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

// What a detector says after a number.
typedef enum {
    // Nothing to tell.
    PANTAU_SIGNAL_QUIET = 0,
    // Something may be changing.
    PANTAU_SIGNAL_WARNING = 1,
    // Something changed; the detector begins anew.
    PANTAU_SIGNAL_DRIFT = 2,
    // Of `"sprt"` alone: nothing changed, for sure enough.
    PANTAU_SIGNAL_CLEAR = 3,
} pantau_signal;

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

// Estimates the accuracy of a classifier on rows that have no labels, from how sure it is. It
// never changes, so threads may share it.
typedef struct pantau_accuracy_estimator pantau_accuracy_estimator;

// An anonymised text, and what was replaced in it. It never changes, so threads may share it.
typedef struct pantau_anonymized pantau_anonymized;

// Replaces personal data in texts. It never changes, so threads may share it.
typedef struct pantau_anonymizer pantau_anonymizer;

// Picks rows by chance, so that their labels say how good a model is. It is asked about each row
// that was answered; somebody labels the picked ones, however late. What people click on of their
// own accord is no such sample.
typedef struct pantau_audit pantau_audit;

// Rows, column by column, as profiles count them. What is added is copied.
typedef struct pantau_batch pantau_batch;

// A model on disk: a folder with a manifest that lists its files and their hashes. It never
// changes, so threads may share it.
typedef struct pantau_bundle pantau_bundle;

// The files a bundle is made of. Adding one changes it; otherwise threads may share it.
typedef struct pantau_bundle_files pantau_bundle_files;

// Some bytes: what is stored and read again elsewhere.
typedef struct pantau_bytes pantau_bytes;

// A cheap classifier that answers when it is sure, in front of a strong one that answers the rest.
// It never changes, so threads may share it.
typedef struct pantau_cascade pantau_cascade;

// Gives texts a label. Threads may share it, and should: their texts run together.
typedef struct pantau_classifier pantau_classifier;

// Cleans texts in separate, ordered steps. It never changes, so threads may share it.
typedef struct pantau_cleaner pantau_cleaner;

// Two classifiers, called A and B, on the same labelled texts. It never changes, so threads may
// share it.
typedef struct pantau_comparison pantau_comparison;

// How a checkpoint is converted. Setting an option changes it; otherwise threads may share it.
typedef struct pantau_convert_options pantau_convert_options;

// Tests each feature of new rows against reference rows: numbers by Kolmogorov and Smirnov,
// categories by chi-square. Where nothing drifts, each is found to drift in the share
// `significance_level` of all looks; `pantau_monitor` is made for looking again and again. It never
// changes, so threads may share it.
typedef struct pantau_data_drift_detector pantau_data_drift_detector;

// Looks for changes, one number after the other.
typedef struct pantau_detector pantau_detector;

// The root words that the Sastrawi stemmer looks up. It never changes, so threads may share it.
// Stemmers and extractors keep what they need of it: it may be freed before them.
typedef struct pantau_dictionary pantau_dictionary;

// Vectors for texts, in their order. They never change, so threads may share them; every column is
// borrowed from them.
typedef struct pantau_embeddings pantau_embeddings;

// Gives texts a vector: near ones for texts that mean the same. Threads may share it, and should:
// their texts run together.
typedef struct pantau_encoder pantau_encoder;

// The mean of what several classifiers say. Calibrate them first: one that is too sure of itself
// outvotes the others. It never changes, so threads may share it.
typedef struct pantau_ensemble pantau_ensemble;

// How good a classifier is on labelled texts, how sure that is, and where it goes wrong. It never
// changes, so threads may share it.
typedef struct pantau_evaluation pantau_evaluation;

// Why a text got its label: what each part of it adds to the label's score, which is
// `baseline + the sum of the contributions + gap`. It never changes, so threads may share it.
typedef struct pantau_explanation pantau_explanation;

// Everything that decides which features an extractor gives, so that training and serving can
// share it as one JSON file. It never changes, so threads may share it.
typedef struct pantau_feature_config pantau_feature_config;

// Extracts features: the same settings give the same bytes in training and serving. It never
// changes, so threads may share it.
typedef struct pantau_feature_extractor pantau_feature_extractor;

// The features of one text. They never change, so threads may share them.
typedef struct pantau_features pantau_features;

// What all gates found that a classifier has to pass. It never changes, so threads may share it.
typedef struct pantau_gate_report pantau_gate_report;

// Texts with the labels that people gave them: what classifiers learn from and are judged by. They
// never change, so threads may share them.
typedef struct pantau_labelled_texts pantau_labelled_texts;

// Scores that are sums of weighted numbers: what every linear classifier is when it is used. It
// never changes, so threads may share it.
typedef struct pantau_linear_model pantau_linear_model;

// A logistic regression of rows of numbers. `pantau_logistic_regression_partial_fit` changes it;
// otherwise threads may share it.
typedef struct pantau_logistic_regression pantau_logistic_regression;

// Rows of numbers, sparse or dense: what learners learn from. It never changes, so threads may
// share it; every column is borrowed from it.
//
// Of a sparse matrix, which is called CSR elsewhere, only the numbers are kept that are not zero:
// those of row `r` are the `pantau_matrix_values` from `pantau_matrix_starts()[r]` up to
// `pantau_matrix_starts()[r + 1]`, and their columns stand at the same places of
// `pantau_matrix_places`. Of a dense one, `pantau_matrix_values` has all numbers, row after row,
// and the other two are NULL.
typedef struct pantau_matrix pantau_matrix;

// How a model is opened. Setting an option changes it; otherwise threads may share it.
typedef struct pantau_model_options pantau_model_options;

// Looks whether rows are like those of a reference, window after window. What it says are reports
// in JSON: the `status`, `"ok"`, `"watch"`, `"changed_small"` or `"alarm"`; a `sentence` and an `advice`
// in words; `since` when, with which evidence, feature by feature. No number in them is NaN.
// Threads may share it.
typedef struct pantau_monitor pantau_monitor;

// A naive Bayes classifier of rows of numbers. `pantau_naive_bayes_partial_fit` changes it;
// otherwise threads may share it.
typedef struct pantau_naive_bayes pantau_naive_bayes;

// Replaces colloquial words by standard ones (gak → tidak), from a table of two columns. It
// never changes, so threads may share it.
typedef struct pantau_normalizer pantau_normalizer;

// Compares the metrics of a model with a baseline, and finds their trends. Metrics are JSON:
// `{"accuracy": 0.91, "f1": 0.9}`.
typedef struct pantau_performance_drift_detector pantau_performance_drift_detector;

// What a classifier answers for one text. It never changes, so threads may share it.
typedef struct pantau_prediction pantau_prediction;

// Logs the predictions of one version of a model without making anybody wait: they stand in a
// bounded queue until a thread of the log has written many of them at once. Threads may share it.
//
// A child process after `fork` must open a log of its own.
typedef struct pantau_prediction_log pantau_prediction_log;

// What a classifier answers for many texts, column by column, in the order of the texts. It never
// changes, so threads may share it; every column is borrowed from it.
typedef struct pantau_predictions pantau_predictions;

// What was counted of some rows: small, exact, and the same bytes however the rows were split.
typedef struct pantau_profile pantau_profile;

// What rows are compared with: the profiles of at least 28 windows, kept apart. It never changes,
// so threads may share it.
typedef struct pantau_reference pantau_reference;

// Which models there are, in which versions, and which of them is in use: since when, by whom, and
// why. Threads may share it, and so may processes what it is stored in.
//
// Who does something, and why, is an `act`, JSON; the empty text is the user of this system
// without a reason:
//
// ```json
// {"actor": "ani", "reason": "better on the test rows", "evidence": {"accuracy": 0.91}}
// ```
typedef struct pantau_registry pantau_registry;

// A run that things are logged to. It is running until `pantau_run_finish` says otherwise; one
// that is freed before stays so. Threads may share it.
typedef struct pantau_run pantau_run;

// Runs that were tracked: what was tried, with which parameters, and what came of it. They live in
// a store or on an MLflow server, and the same calls work on both. Threads may share them.
typedef struct pantau_runs pantau_runs;

// What a linear classifier says of rows of numbers, column by column, in the order of the rows. It
// never changes, so threads may share it; every column is borrowed from it.
typedef struct pantau_scores pantau_scores;

// The texts of a pool that people should label next, the most valuable first within each reason.
// It never changes, so threads may share it.
typedef struct pantau_selection pantau_selection;

// A sample that was sorted once, to be compared with others again and again. It never changes, so
// threads may share it.
typedef struct pantau_sorted_sample pantau_sorted_sample;

// Reduces words to their stems. It never changes, so threads may share it.
typedef struct pantau_stemmer pantau_stemmer;

// Removes the words that say little. It never changes, so threads may share it.
typedef struct pantau_stop_words pantau_stop_words;

// What a deployed model remembers: its predictions and what became of them, features, metrics,
// runs, and who did what. Threads may share it, and so may processes what it is stored in.
//
// What goes in beside texts and numbers, and what comes out, is JSON. A record is an object with
// the names of its table's columns; times are texts such as `2026-11-25T10:53:43Z`. A window says
// which predictions are looked at, and every part of it can be left out:
//
// ```json
// {"hours": 24, "model": "sentiment", "version": "3"}
// {"since": "2026-11-01", "until": "2026-11-25T12:00:00Z"}
// ```
typedef struct pantau_store pantau_store;

// A text that the library made: UTF-8, with a length, and a NUL after its last byte that the
// length does not count. A `pantau_text *` is yours and goes to `pantau_text_free`; a
// `const pantau_text *` is borrowed from the object that gave it. It never changes, so threads
// may share it.
typedef struct pantau_text pantau_text;

// A classifier, an ensemble or a cascade as what may be judged: `pantau_evaluate`,
// `pantau_compare` and `pantau_assess` take any of them. It is borrowed from what it stands for,
// with `pantau_classifier_as_text_classifier` and its like. Threads may share it.
typedef struct pantau_text_classifier pantau_text_classifier;

// Turns texts into rows of numbers, one column for each n-gram it learnt: the numbers of
// scikit-learn's class of that name. It never changes, so threads may share it.
typedef struct pantau_tfidf_vectorizer pantau_tfidf_vectorizer;

// Scores windows of a fixed number of rows, one after the other.
typedef struct pantau_window_drift_detector pantau_window_drift_detector;

// A folder with everything a deployed model needs, and the loop over it: predict, remember, watch,
// train anew. Threads may share it, and processes may have the same one open.
//
// Where a moment is asked for, as RFC 3339 writes it, the empty text is now; where an act, see
// `pantau_registry`.
typedef struct pantau_workspace pantau_workspace;

// What `pantau_classifier_predict_then` calls. With `PANTAU_STATUS_OK` the prediction is yours and
// goes to `pantau_prediction_free`; with any other status it is NULL. `message` says why it
// failed, is empty after a success, and ends with the call.
typedef void (*pantau_predict_callback)(void *user_data,
                                        pantau_status status,
                                        pantau_prediction *prediction,
                                        const char *message);

// What a long call tells how far it is: `done` of `all` steps. A new part of the work has its own
// number of steps. If it returns false, the call ends with `PANTAU_STATUS_STOPPED` and leaves
// nothing behind. It is called on the thread that made the call, and must not throw. NULL wherever
// nobody wants to know.
typedef bool (*pantau_progress)(void *user_data, size_t done, size_t all);

// What a test found: how far what was seen is from what was to be expected, and how likely it
// would be at least as far if there were no difference. A p-value that cannot be told is NaN.
typedef struct {
    // The distance.
    double statistic;
    // The probability.
    double pvalue;
} pantau_test;

// How far two tables of counts are apart; how far chance alone would set samples of these sizes,
// and how much that varies: a standard deviation. A value near the floor means nothing.
typedef struct {
    // The distance.
    double value;
    // What chance alone gives.
    double floor;
    // How much that varies.
    double floor_sd;
} pantau_divergence;

// Where a number may well lie.
typedef struct {
    // The lower end.
    double low;
    // The upper end.
    double high;
    // How often such intervals hold the truth.
    double level;
} pantau_interval;

// A straight line, and how sure its slope is.
typedef struct {
    // How much y changes as x grows by one.
    double slope;
    // y where x is 0.
    double intercept;
    // The correlation of both.
    double rvalue;
    // How likely a slope as far from 0 would be if there were none.
    double pvalue;
    // That of the slope.
    double standard_error;
    // Where the slope may well lie.
    pantau_interval interval;
    // The degrees of freedom of both.
    size_t dof;
} pantau_trend;

// What is told of whatever happens: `notice` is JSON with `number`, `event` (`alarm`, `triggered`,
// `completed`, `rejected`, `failed` or `decided`), `model`, `at`, `text` and `detail`, with a NUL at its
// end that is not counted. If it returns
// false, it is called again for the same notice, later and later. It is called on a thread of its own
// until the workspace is freed, and must not throw.
typedef bool (*pantau_notice)(void *user_data, const char *notice, size_t length);

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

// The bytes, borrowed. Of a NULL: NULL.
const uint8_t *pantau_bytes_data(const pantau_bytes *bytes);

// How many there are. Of a NULL: 0.
size_t pantau_bytes_length(const pantau_bytes *bytes);

// Frees bytes; NULL is fine.
void pantau_bytes_free(pantau_bytes *bytes);

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

// How unlike the text is to those the model has learnt from: of a model that reads words, the
// share of what stands in the text that it has never seen; of a head, how far the text is from
// the nearest label's middle. NaN if the model cannot tell. Of a NULL: NaN.
double pantau_prediction_novelty(const pantau_prediction *prediction);

// Which share of texts like those the model has learnt from are at least as unusual: the smaller,
// the less the text is one of them. NaN if the model cannot tell. Of a NULL: NaN.
double pantau_prediction_novelty_pvalue(const pantau_prediction *prediction);

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

// For each text, which share of texts like those the model has learnt from are at least as
// unusual: the smaller, the less the text is one of them. NULL if the model cannot tell. Of a
// NULL: NULL.
const double *pantau_predictions_novelty_pvalues(const pantau_predictions *predictions);

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

// The classifier as what may be judged, borrowed from it. Of a NULL: NULL.
const pantau_text_classifier *pantau_classifier_as_text_classifier(const pantau_classifier *classifier);

// Frees a classifier; NULL is fine.
void pantau_classifier_free(pantau_classifier *classifier);

// Copies a dense matrix: `rows` times `columns` finite numbers, row after row.
pantau_status pantau_matrix_from_dense(const double *values,
                                       size_t rows,
                                       size_t columns,
                                       pantau_matrix **out);

// Copies a sparse matrix of its parts: `rows + 1` starts, the first 0 and the last how many
// numbers there are, and so many places and values. The columns of a row must ascend.
pantau_status pantau_matrix_from_sparse(const size_t *starts,
                                        const uint32_t *places,
                                        const double *values,
                                        size_t rows,
                                        size_t columns,
                                        pantau_matrix **out);

// How many rows there are. Of a NULL: 0.
size_t pantau_matrix_rows(const pantau_matrix *matrix);

// How many columns there are. Of a NULL: 0.
size_t pantau_matrix_columns(const pantau_matrix *matrix);

// Whether only the numbers are kept that are not zero. Of a NULL: false.
bool pantau_matrix_is_sparse(const pantau_matrix *matrix);

// How many numbers are kept. Of a NULL: 0.
size_t pantau_matrix_value_count(const pantau_matrix *matrix);

// The numbers that are kept, row after row. Of a NULL: NULL.
const double *pantau_matrix_values(const pantau_matrix *matrix);

// Of a sparse matrix: where the numbers of each row begin, and where those of the last one end.
// NULL of a dense one, and of a NULL.
const size_t *pantau_matrix_starts(const pantau_matrix *matrix);

// Of a sparse matrix: the column of each number. NULL of a dense one, and of a NULL.
const uint32_t *pantau_matrix_places(const pantau_matrix *matrix);

// Frees a matrix; NULL is fine.
void pantau_matrix_free(pantau_matrix *matrix);

// How many texts there are. Of a NULL: 0.
size_t pantau_embeddings_count(const pantau_embeddings *embeddings);

// How many numbers a vector has. Of a NULL: 0.
size_t pantau_embeddings_dimensions(const pantau_embeddings *embeddings);

// All vectors: the numbers of one text, then those of the next. Of a NULL: NULL.
const float *pantau_embeddings_numbers(const pantau_embeddings *embeddings);

// For each text, what is odd about it: `pantau_flag`s, joined by `|`. Of a NULL: NULL.
const uint32_t *pantau_embeddings_flags(const pantau_embeddings *embeddings);

// Gives the vectors as the rows of a dense matrix, for `pantau_select` and for learners.
pantau_status pantau_embeddings_to_matrix(const pantau_embeddings *embeddings, pantau_matrix **out);

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

// Copies texts and their labels, `count` of each. All four lists hold as many entries.
pantau_status pantau_labelled_texts_new(const char *const *texts,
                                        const size_t *lengths,
                                        const char *const *labels,
                                        const size_t *label_lengths,
                                        size_t count,
                                        pantau_labelled_texts **out);

// Reads a file with a header: comma-, semicolon- or tab-separated, or objects where its name ends
// in `.json` or `.jsonl`. `text_column` and `label_column` name the columns.
pantau_status pantau_labelled_texts_open(const char *path,
                                         size_t path_length,
                                         const char *text_column,
                                         size_t text_column_length,
                                         const char *label_column,
                                         size_t label_column_length,
                                         pantau_labelled_texts **out);

// How many rows there are. Of a NULL: 0.
size_t pantau_labelled_texts_count(const pantau_labelled_texts *data);

// Gives the text of a row.
pantau_status pantau_labelled_texts_text(const pantau_labelled_texts *data,
                                         size_t row,
                                         pantau_text **out);

// Gives the label of a row.
pantau_status pantau_labelled_texts_label(const pantau_labelled_texts *data,
                                          size_t row,
                                          pantau_text **out);

// Frees labelled texts; NULL is fine.
void pantau_labelled_texts_free(pantau_labelled_texts *data);

// Learns a classifier from labelled texts, writes it into the folder `bundle`, which appears whole
// or not at all, and gives it. The same data and options give the same bytes on any number of
// threads.
//
// `test` is data of its own that says how good the classifier is; with NULL, some of the rows are
// kept aside for that. The bundle holds all settings that were tried (`trials.json`), the
// evaluation (`evaluation.json`, for `pantau_evaluation_from_json`), a picture of the calibration,
// and a page for people (`README.md`).
//
// `options` are JSON; the empty text is the default ones, and what is left out has its default:
//
// ```json
// {"kind": "tfidf-logistic", "name": null, "overwrite": false, "validation_share": 0.1,
//  "test_share": 0.1, "folds": 3, "seed": 0, "threads": null, "features": [], "strengths": [],
//  "trials": null, "encoder": null, "words": false}
// ```
//
// `kind` is `tfidf-logistic` (words), `tfidf-nb` (words, sooner) or `encoder-head` (meaning, on
// the vectors of `encoder`, the path of an encoder's bundle, and with `words` on words as well).
// `features`, as for `pantau_tfidf_vectorizer_fit`, and `strengths`, values of `C` or `alpha`, are
// what is tried; usual ones if there are none. `trials` says how many settings are tried.
pantau_status pantau_train(const pantau_labelled_texts *data,
                           const pantau_labelled_texts *test,
                           const char *bundle,
                           size_t bundle_length,
                           const char *options,
                           size_t options_length,
                           pantau_progress progress,
                           void *user_data,
                           pantau_bundle **out);

// Makes a bundle of a pipeline that was fitted with scikit-learn and written as JSON by
// `pantau.sklearn.export` in Python, and gives it. `pipeline` is the path of that file. No pickle
// is read. An empty `name` is that of the bundle's folder; with `overwrite`, a bundle that is
// there already is replaced.
pantau_status pantau_import_sklearn(const char *pipeline,
                                    size_t pipeline_length,
                                    const char *bundle,
                                    size_t bundle_length,
                                    const char *name,
                                    size_t name_length,
                                    bool overwrite,
                                    pantau_bundle **out);

// Explains why a text gets its label. An empty `label` is the most probable one.
//
// Of models that weigh words this is exact, and costs no more than a prediction. Others are asked
// again for the text without each word, at most `budget` times, 3 or more; 0 is the default, 256.
// With more words than that, neighbours are explained together.
pantau_status pantau_classifier_explain(const pantau_classifier *classifier,
                                        const char *text,
                                        size_t length,
                                        const char *label,
                                        size_t label_length,
                                        size_t budget,
                                        pantau_explanation **out);

// The label that is explained, borrowed from the explanation. Of a NULL: NULL.
const pantau_text *pantau_explanation_label(const pantau_explanation *explanation);

// How it was found out what a part adds, borrowed from the explanation: `exact`, the score is a
// sum of these; or `occlusion`, the model was asked again without it. Of a NULL: NULL.
const pantau_text *pantau_explanation_method(const pantau_explanation *explanation);

// The label's score for the text: how far its logit is above the mean of the other labels'. Of a
// NULL: NaN.
double pantau_explanation_score(const pantau_explanation *explanation);

// The label's score for a text without words. Of a NULL: NaN.
double pantau_explanation_baseline(const pantau_explanation *explanation);

// What the contributions leave unexplained; 0 but for rounding where the method is exact. Of a
// NULL: NaN.
double pantau_explanation_gap(const pantau_explanation *explanation);

// How many texts the model was asked. Of a NULL: 0.
size_t pantau_explanation_asked(const pantau_explanation *explanation);

// How many contributions there are, the most important first: of a model that weighs words its
// terms, of others words. Of a NULL: 0.
size_t pantau_explanation_contribution_count(const pantau_explanation *explanation);

// The term of a contribution, borrowed from the explanation; NULL if there are not as many.
const pantau_text *pantau_explanation_contribution_term(const pantau_explanation *explanation,
                                                        size_t index);

// What a contribution adds: below 0, it speaks for other labels; 0 if there are not as many.
double pantau_explanation_contribution_value(const pantau_explanation *explanation, size_t index);

// How many words the text has. Of a NULL: 0.
size_t pantau_explanation_word_count(const pantau_explanation *explanation);

// A word of the text, in their order, borrowed from the explanation; NULL if there are not as
// many.
const pantau_text *pantau_explanation_word(const pantau_explanation *explanation, size_t index);

// Where a word begins in the text, in bytes; 0 if there are not as many.
size_t pantau_explanation_word_start(const pantau_explanation *explanation, size_t index);

// Where a word ends in the text, in bytes; 0 if there are not as many.
size_t pantau_explanation_word_end(const pantau_explanation *explanation, size_t index);

// What a word adds, which what several words add together is divided for; 0 if there are not as
// many.
double pantau_explanation_word_value(const pantau_explanation *explanation, size_t index);

// Gives all of an explanation as a JSON object.
pantau_status pantau_explanation_to_json(const pantau_explanation *explanation, pantau_text **out);

// Gives what speaks for the label and against it, for a terminal.
pantau_status pantau_explanation_to_text(const pantau_explanation *explanation, pantau_text **out);

// Gives the text with its words coloured by what they add, as a part of a page for a browser.
pantau_status pantau_explanation_to_html(const pantau_explanation *explanation, pantau_text **out);

// Frees an explanation; NULL is fine.
void pantau_explanation_free(pantau_explanation *explanation);

// Gives the mean of `count` classifiers, which must have the same labels, in any order. `weights`
// holds how important each of them is, above 0; NULL is equally. They stay yours.
pantau_status pantau_ensemble_new(const pantau_classifier *const *classifiers,
                                  const double *weights,
                                  size_t count,
                                  pantau_ensemble **out);

// Gives the prediction for one text, with the probabilities of all labels.
pantau_status pantau_ensemble_predict(const pantau_ensemble *ensemble,
                                      const char *text,
                                      size_t length,
                                      pantau_prediction **out);

// Gives the predictions for many texts, in their order; the arguments are as for
// `pantau_classifier_predict_batch`.
pantau_status pantau_ensemble_predict_batch(const pantau_ensemble *ensemble,
                                            const char *const *texts,
                                            const size_t *lengths,
                                            size_t count,
                                            bool return_probabilities,
                                            uint64_t deadline_ms,
                                            pantau_predictions **out);

// Gives how many labels an ensemble chooses from.
pantau_status pantau_ensemble_label_count(const pantau_ensemble *ensemble, size_t *out);

// Gives the label with an index, which is that of its probability.
pantau_status pantau_ensemble_label(const pantau_ensemble *ensemble,
                                    size_t index,
                                    pantau_text **out);

// The ensemble as what may be judged, borrowed from it. Of a NULL: NULL.
const pantau_text_classifier *pantau_ensemble_as_text_classifier(const pantau_ensemble *ensemble);

// Frees an ensemble, not its classifiers; NULL is fine.
void pantau_ensemble_free(pantau_ensemble *ensemble);

// Gives a cascade in which the cheap classifier answers where its confidence is at least
// `threshold`. Both must have the same labels, in any order; they stay yours.
pantau_status pantau_cascade_new(const pantau_classifier *cheap,
                                 const pantau_classifier *strong,
                                 double threshold,
                                 pantau_cascade **out);

// Gives a cascade whose threshold is chosen on labelled texts that neither classifier has learnt
// from: the cheap one answers as much as it may while both together are right as often as
// `accuracy`, 0 to 1, says.
pantau_status pantau_cascade_fit(const pantau_classifier *cheap,
                                 const pantau_classifier *strong,
                                 const pantau_labelled_texts *data,
                                 double accuracy,
                                 pantau_progress progress,
                                 void *user_data,
                                 pantau_cascade **out);

// How sure the cheap classifier must be; above 1, it never is. Of a NULL: NaN.
double pantau_cascade_threshold(const pantau_cascade *cascade);

// Gives how the threshold was chosen as a JSON object: the accuracy and the share that the cheap
// classifier answers, of it and of others. `INVALID_INPUT` if it was given, not chosen.
pantau_status pantau_cascade_choice(const pantau_cascade *cascade, pantau_text **out);

// Gives the prediction for one text, with the probabilities of all labels.
pantau_status pantau_cascade_predict(const pantau_cascade *cascade,
                                     const char *text,
                                     size_t length,
                                     pantau_prediction **out);

// Gives the predictions for many texts, in their order; the arguments are as for
// `pantau_classifier_predict_batch`.
pantau_status pantau_cascade_predict_batch(const pantau_cascade *cascade,
                                           const char *const *texts,
                                           const size_t *lengths,
                                           size_t count,
                                           bool return_probabilities,
                                           uint64_t deadline_ms,
                                           pantau_predictions **out);

// Gives how many labels a cascade chooses from.
pantau_status pantau_cascade_label_count(const pantau_cascade *cascade, size_t *out);

// Gives the label with an index, which is that of its probability.
pantau_status pantau_cascade_label(const pantau_cascade *cascade, size_t index, pantau_text **out);

// The cascade as what may be judged, borrowed from it. Of a NULL: NULL.
const pantau_text_classifier *pantau_cascade_as_text_classifier(const pantau_cascade *cascade);

// Frees a cascade, not its classifiers; NULL is fine.
void pantau_cascade_free(pantau_cascade *cascade);

// Evaluates a classifier on labelled texts. A label that it does not know counts as a mistake.
//
// `options` are JSON; the empty text is the default ones, and what is left out has its default:
//
// ```json
// {"level": 0.95, "resamples": 1000, "seed": 0, "worst": 20, "slices": null, "threads": null}
// ```
//
// Intervals hold with the probability `level`; that of F1 is made with `resamples` samples.
// `worst` is how many mistakes are kept. `slices`, one name for each row, tells apart what is also
// judged by itself.
pantau_status pantau_evaluate(const pantau_text_classifier *classifier,
                              const pantau_labelled_texts *data,
                              const char *options,
                              size_t options_length,
                              pantau_progress progress,
                              void *user_data,
                              pantau_evaluation **out);

// Reads an evaluation from JSON as `pantau_evaluation_to_json` and the `evaluation.json` of a
// bundle have it.
pantau_status pantau_evaluation_from_json(const char *json, size_t length, pantau_evaluation **out);

// How many rows were evaluated. Of a NULL: 0.
size_t pantau_evaluation_rows(const pantau_evaluation *evaluation);

// The share of rows that are right. Of a NULL: NaN.
double pantau_evaluation_accuracy(const pantau_evaluation *evaluation);

// Where the interval of the accuracy begins. Of a NULL: NaN.
double pantau_evaluation_accuracy_low(const pantau_evaluation *evaluation);

// Where the interval of the accuracy ends. Of a NULL: NaN.
double pantau_evaluation_accuracy_high(const pantau_evaluation *evaluation);

// The mean F1 of the labels that occur. Of a NULL: NaN.
double pantau_evaluation_macro_f1(const pantau_evaluation *evaluation);

// Where the interval of the mean F1 begins. Of a NULL: NaN.
double pantau_evaluation_macro_f1_low(const pantau_evaluation *evaluation);

// Where the interval of the mean F1 ends. Of a NULL: NaN.
double pantau_evaluation_macro_f1_high(const pantau_evaluation *evaluation);

// The mean probability of the answers: as high as the accuracy if they mean what they say. Of a
// NULL: NaN.
double pantau_evaluation_mean_confidence(const pantau_evaluation *evaluation);

// Gives all of an evaluation as a JSON object.
pantau_status pantau_evaluation_to_json(const pantau_evaluation *evaluation, pantau_text **out);

// Gives an evaluation for people, in lines of `width` columns; a terminal mostly has 80.
pantau_status pantau_evaluation_to_text(const pantau_evaluation *evaluation,
                                        size_t width,
                                        pantau_text **out);

// Gives an evaluation for a browser, as a part of a page.
pantau_status pantau_evaluation_to_html(const pantau_evaluation *evaluation, pantau_text **out);

// Gives the mistakes that were kept as a table in CSV, the surest first.
pantau_status pantau_evaluation_mistakes_csv(const pantau_evaluation *evaluation,
                                             pantau_text **out);

// Gives the confusion matrix as a picture, an SVG: a row for each label that was right, a column
// for each that was predicted.
pantau_status pantau_evaluation_confusion_svg(const pantau_evaluation *evaluation,
                                              pantau_text **out);

// Frees an evaluation; NULL is fine.
void pantau_evaluation_free(pantau_evaluation *evaluation);

// Compares two classifiers, A and B, on the same labelled texts. `options` are as for
// `pantau_evaluate`.
pantau_status pantau_compare(const pantau_text_classifier *first,
                             const pantau_text_classifier *second,
                             const pantau_labelled_texts *data,
                             const char *options,
                             size_t options_length,
                             pantau_progress progress,
                             void *user_data,
                             pantau_comparison **out);

// How many rows both answered. Of a NULL: 0.
size_t pantau_comparison_rows(const pantau_comparison *comparison);

// The accuracy of B less that of A. Of a NULL: NaN.
double pantau_comparison_difference(const pantau_comparison *comparison);

// Where the interval of the difference begins. Of a NULL: NaN.
double pantau_comparison_difference_low(const pantau_comparison *comparison);

// Where the interval of the difference ends. Of a NULL: NaN.
double pantau_comparison_difference_high(const pantau_comparison *comparison);

// How likely a difference as large is if neither is better (McNemar's test). Of a NULL: NaN.
double pantau_comparison_pvalue(const pantau_comparison *comparison);

// What it comes to, in a sentence that is borrowed from the comparison. Of a NULL: NULL.
const pantau_text *pantau_comparison_verdict(const pantau_comparison *comparison);

// Gives all of a comparison as a JSON object.
pantau_status pantau_comparison_to_json(const pantau_comparison *comparison, pantau_text **out);

// Gives a comparison for people, in lines of `width` columns; a terminal mostly has 80.
pantau_status pantau_comparison_to_text(const pantau_comparison *comparison,
                                        size_t width,
                                        pantau_text **out);

// Gives a comparison for a browser, as a part of a page.
pantau_status pantau_comparison_to_html(const pantau_comparison *comparison, pantau_text **out);

// Frees a comparison; NULL is fine.
void pantau_comparison_free(pantau_comparison *comparison);

// Tells whether a classifier may be used, as its answers to labelled texts show that it has not
// learnt from, and how it bears odd ones.
//
// `gates` are JSON; the empty text is the default ones, and what is left out has its default:
//
// ```json
// {"floor": 0.7, "promote": 0.75, "gap": 0.15, "level": 0.95, "champion_margin": 0.05}
// ```
//
// `train_accuracy` is its accuracy on the texts it has learnt from; NaN is what its bundle says.
// `champion` is what it would replace, or NULL. Gates for which something is missing are left out.
pantau_status pantau_assess(const pantau_text_classifier *classifier,
                            const pantau_labelled_texts *data,
                            const char *gates,
                            size_t gates_length,
                            double train_accuracy,
                            const pantau_text_classifier *champion,
                            pantau_progress progress,
                            void *user_data,
                            pantau_gate_report **out);

// Whether the classifier may be promoted: it passes every gate. Of a NULL: false.
bool pantau_gate_report_passed(const pantau_gate_report *report);

// Whether the classifier may be used: it passes every gate that is an error otherwise. Of a NULL:
// false.
bool pantau_gate_report_usable(const pantau_gate_report *report);

// Gives what each gate found as a JSON object.
pantau_status pantau_gate_report_to_json(const pantau_gate_report *report, pantau_text **out);

// Gives what each gate found for people, in lines of 80 columns.
pantau_status pantau_gate_report_to_text(const pantau_gate_report *report, pantau_text **out);

// Frees a report; NULL is fine.
void pantau_gate_report_free(pantau_gate_report *report);

// Chooses `count` texts of a pool that people should label next.
//
// `probabilities` are what a classifier said of the pool, as `pantau_predictions_probabilities`
// has them: `rows` times `classes` numbers. A share of the texts, `random_share`, 0 to 1, is drawn
// at random first, whatever the strategy: what is measured on those is true of the whole pool. The
// rest is chosen by `strategy`: `margin`, the two best labels are close; `entropy`, the
// probability is spread; `least_confident`; `diversity`, unsure and unlike each other, which needs
// `features`, one row for each text; or `random`. `features` may be NULL for the others.
pantau_status pantau_select(const double *probabilities,
                            size_t rows,
                            size_t classes,
                            const pantau_matrix *features,
                            const char *strategy,
                            size_t strategy_length,
                            size_t count,
                            double random_share,
                            uint64_t seed,
                            pantau_selection **out);

// How many texts were chosen. Of a NULL: 0.
size_t pantau_selection_count(const pantau_selection *selection);

// For each chosen text, its row in the pool. Of a NULL: NULL.
const size_t *pantau_selection_rows(const pantau_selection *selection);

// For each chosen text, how uncertain the classifier is, as the strategy measures it. Of a NULL:
// NULL.
const double *pantau_selection_scores(const pantau_selection *selection);

// For each chosen text, the chance with which each text of the pool was drawn, if it was drawn at
// random; else NaN. Of a NULL: NULL.
const double *pantau_selection_probabilities(const pantau_selection *selection);

// What a text was chosen for, a strategy or `random`, borrowed from the selection; NULL if there
// are not as many.
const pantau_text *pantau_selection_reason(const pantau_selection *selection, size_t index);

// Frees a selection; NULL is fine.
void pantau_selection_free(pantau_selection *selection);

// Learns the n-grams of texts, and how rare they are. `texts` and `lengths` hold `count` entries
// each. `threads` is how many threads may work, 0 for as many as this process may use.
//
// `parts` is a JSON list with the settings of parts whose columns stand side by side; the empty
// text is one part with the default ones. They are those of scikit-learn, and what is left out has
// its default; a whole number is a count of texts, one with a decimal point a share of them:
//
// ```json
// [{"analyzer": "word", "ngram_range": [1, 1], "token_pattern": null, "lowercase": true,
//   "strip_accents": null, "stop_words": null, "min_df": 1, "max_df": 1.0,
//   "max_features": null, "vocabulary": null, "binary": false, "use_idf": true,
//   "smooth_idf": true, "sublinear_tf": false, "norm": "l2"}]
// ```
pantau_status pantau_tfidf_vectorizer_fit(const char *parts,
                                          size_t parts_length,
                                          const char *const *texts,
                                          const size_t *lengths,
                                          size_t count,
                                          size_t threads,
                                          pantau_tfidf_vectorizer **out);

// Reads a vectorizer from JSON as `pantau_tfidf_vectorizer_to_json` and the `vectorizer.json` of a
// bundle have it.
pantau_status pantau_tfidf_vectorizer_from_json(const char *json,
                                                size_t length,
                                                pantau_tfidf_vectorizer **out);

// Gives everything there is to know as JSON; equal vectorizers give equal bytes.
pantau_status pantau_tfidf_vectorizer_to_json(const pantau_tfidf_vectorizer *vectorizer,
                                              pantau_text **out);

// Gives the rows of texts, in their order, as a sparse matrix. `texts` and `lengths` hold `count`
// entries each; `threads` is as for `pantau_tfidf_vectorizer_fit`.
pantau_status pantau_tfidf_vectorizer_transform(const pantau_tfidf_vectorizer *vectorizer,
                                                const char *const *texts,
                                                const size_t *lengths,
                                                size_t count,
                                                size_t threads,
                                                pantau_matrix **out);

// How many columns there are. Of a NULL: 0.
size_t pantau_tfidf_vectorizer_columns(const pantau_tfidf_vectorizer *vectorizer);

// For each column, how much its n-gram weighs. It is borrowed from the vectorizer. Of a NULL:
// NULL.
const double *pantau_tfidf_vectorizer_idf(const pantau_tfidf_vectorizer *vectorizer);

// Gives the n-gram of a column.
pantau_status pantau_tfidf_vectorizer_term(const pantau_tfidf_vectorizer *vectorizer,
                                           uint32_t column,
                                           pantau_text **out);

// Frees a vectorizer; NULL is fine.
void pantau_tfidf_vectorizer_free(pantau_tfidf_vectorizer *vectorizer);

// How many rows there are. Of a NULL: 0.
size_t pantau_scores_rows(const pantau_scores *scores);

// How many classes there are. Of a NULL: 0.
size_t pantau_scores_classes(const pantau_scores *scores);

// For each row, the class with the highest score, the first of equal ones. Of a NULL: NULL.
const uint32_t *pantau_scores_best(const pantau_scores *scores);

// For each row, the scores of all classes, then those of the next row. Of a NULL: NULL.
const double *pantau_scores_values(const pantau_scores *scores);

// For each row, the probabilities of all classes, then those of the next row: the softmax of the
// scores. Of a NULL: NULL.
const double *pantau_scores_probabilities(const pantau_scores *scores);

// Frees scores; NULL is fine.
void pantau_scores_free(pantau_scores *scores);

// Gives a model of its numbers, which are copied: for each column the `classes` weights of all
// classes, and `classes` intercepts.
pantau_status pantau_linear_model_new(const double *weights,
                                      const double *intercepts,
                                      size_t columns,
                                      size_t classes,
                                      pantau_linear_model **out);

// Gives the scores, the probabilities and the best class of each row of a matrix. `threads` is how
// many threads may work, 0 for as many as this process may use.
pantau_status pantau_linear_model_predict(const pantau_linear_model *model,
                                          const pantau_matrix *matrix,
                                          size_t threads,
                                          pantau_scores **out);

// How many columns a row has. Of a NULL: 0.
size_t pantau_linear_model_columns(const pantau_linear_model *model);

// How many classes there are. Of a NULL: 0.
size_t pantau_linear_model_classes(const pantau_linear_model *model);

// For each column, the weights of all classes, borrowed from the model. Of a NULL: NULL.
//
// Of a logistic regression between two classes, the second has half of what scikit-learn's
// `coef_` says, and the first the same below 0.
const double *pantau_linear_model_weights(const pantau_linear_model *model);

// What each class has from the start, borrowed from the model. Of a NULL: NULL.
const double *pantau_linear_model_intercepts(const pantau_linear_model *model);

// Frees a model; NULL is fine.
void pantau_linear_model_free(pantau_linear_model *model);

// Gives a classifier that has seen nothing yet; `pantau_naive_bayes_partial_fit` goes on from
// there. `options` are as for `pantau_naive_bayes_fit`.
pantau_status pantau_naive_bayes_new(size_t columns,
                                     size_t classes,
                                     const char *options,
                                     size_t options_length,
                                     pantau_naive_bayes **out);

// Learns from the rows of a matrix, none of whose numbers is below 0. `labels` holds the class of
// each row, a number below `classes`; `sample_weights` how much each row counts, or is NULL.
//
// `options` are JSON; the empty text is the default ones, and what is left out has its default.
// `kind` is `multinomial` or `complement`:
//
// ```json
// {"kind": "multinomial", "alpha": 1.0, "fit_prior": true, "class_prior": null, "norm": false}
// ```
pantau_status pantau_naive_bayes_fit(const pantau_matrix *matrix,
                                     const uint32_t *labels,
                                     const double *sample_weights,
                                     size_t classes,
                                     const char *options,
                                     size_t options_length,
                                     pantau_naive_bayes **out);

// Learns from more rows: in the end it is the same as from all at once. If it fails, the
// classifier is as before.
pantau_status pantau_naive_bayes_partial_fit(pantau_naive_bayes *bayes,
                                             const pantau_matrix *matrix,
                                             const uint32_t *labels,
                                             const double *sample_weights);

// Gives the scores, the probabilities and the best class of each row of a matrix. `threads` is how
// many threads may work, 0 for as many as this process may use.
pantau_status pantau_naive_bayes_predict(const pantau_naive_bayes *bayes,
                                         const pantau_matrix *matrix,
                                         size_t threads,
                                         pantau_scores **out);

// Gives the classifier as weights and intercepts.
pantau_status pantau_naive_bayes_to_linear(const pantau_naive_bayes *bayes,
                                           pantau_linear_model **out);

// How many columns a row has. Of a NULL: 0.
size_t pantau_naive_bayes_columns(const pantau_naive_bayes *bayes);

// How many classes there are. Of a NULL: 0.
size_t pantau_naive_bayes_classes(const pantau_naive_bayes *bayes);

// Frees a classifier; NULL is fine.
void pantau_naive_bayes_free(pantau_naive_bayes *bayes);

// Gives a classifier that has learnt nothing yet; `pantau_logistic_regression_partial_fit` goes on
// from there. `options` are as for `pantau_logistic_regression_fit`.
pantau_status pantau_logistic_regression_new(size_t columns,
                                             size_t classes,
                                             const char *options,
                                             size_t options_length,
                                             pantau_logistic_regression **out);

// Learns from the rows of a matrix. `labels` holds the class of each row, a number below
// `classes`; `sample_weights` how much each row counts, or is NULL. `start` is an earlier model of
// the same shape to begin with, or NULL. `progress` hears how many iterations are done.
//
// `options` are JSON; the empty text is the default ones, and what is left out has its default.
// `penalty` is `l2`, `l1` or `none`; `class_weight` is `equal`, `balanced` or `{"given": [...]}`
// with a number for each class:
//
// ```json
// {"penalty": "l2", "c": 1.0, "class_weight": "equal", "fit_intercept": true,
//  "tolerance": 0.0001, "max_iterations": 1000, "seed": 0, "threads": null}
// ```
pantau_status pantau_logistic_regression_fit(const pantau_matrix *matrix,
                                             const uint32_t *labels,
                                             const double *sample_weights,
                                             size_t classes,
                                             const char *options,
                                             size_t options_length,
                                             const pantau_linear_model *start,
                                             pantau_progress progress,
                                             void *user_data,
                                             pantau_logistic_regression **out);

// Gives a classifier that was kept: its `pantau_logistic_regression_to_linear` and the `count`
// numbers of its `pantau_logistic_regression_precisions`. `options` are as for
// `pantau_logistic_regression_fit`.
pantau_status pantau_logistic_regression_resume(const pantau_linear_model *model,
                                                const double *precisions,
                                                size_t count,
                                                const char *options,
                                                size_t options_length,
                                                pantau_logistic_regression **out);

// Learns from more rows, one after another. It comes near what all rows together would give. If it
// fails, the classifier is as before.
pantau_status pantau_logistic_regression_partial_fit(pantau_logistic_regression *regression,
                                                     const pantau_matrix *matrix,
                                                     const uint32_t *labels,
                                                     const double *sample_weights);

// Gives the scores, the probabilities and the best class of each row of a matrix. `threads` is how
// many threads may work, 0 for as many as this process may use.
pantau_status pantau_logistic_regression_predict(const pantau_logistic_regression *regression,
                                                 const pantau_matrix *matrix,
                                                 size_t threads,
                                                 pantau_scores **out);

// Gives the classifier as weights and intercepts.
pantau_status pantau_logistic_regression_to_linear(const pantau_logistic_regression *regression,
                                                   pantau_linear_model **out);

// How many columns a row has. Of a NULL: 0.
size_t pantau_logistic_regression_columns(const pantau_logistic_regression *regression);

// How many classes there are. Of a NULL: 0.
size_t pantau_logistic_regression_classes(const pantau_logistic_regression *regression);

// How sure each column's weights are, and at the end the intercepts: one number more than there
// are columns, borrowed until the classifier learns more. Of a NULL: NULL.
const double *pantau_logistic_regression_precisions(const pantau_logistic_regression *regression);

// How many iterations the fit took. Of a NULL: 0.
size_t pantau_logistic_regression_iterations(const pantau_logistic_regression *regression);

// Whether the fit reached its tolerance. Of a NULL: false.
bool pantau_logistic_regression_converged(const pantau_logistic_regression *regression);

// Frees a classifier; NULL is fine.
void pantau_logistic_regression_free(pantau_logistic_regression *regression);

// Looks through the rows of a file (CSV, JSON, Parquet), once, and gives what is wrong with them
// as JSON: whether all `passed`, and of each check how many values failed, how many may, and the
// first that did. `options` are JSON; the empty text is the default ones:
//
// ```json
// {"text": "review_text", "label": "sentiment_label", "required": [],
//  "labels": ["positive", "negative", "neutral"], "max_balance": 10, "min_words": 1,
//  "min_chars": 3, "max_chars": 5000, "max_share": 0.05, "first": 10, "format": null}
// ```
//
// `progress` may be NULL.
pantau_status pantau_validate(const char *path,
                              size_t path_length,
                              const char *options,
                              size_t options_length,
                              pantau_progress progress,
                              void *user_data,
                              pantau_text **out);

// Gives what is wrong with labelled texts, as `pantau_validate` says it of a file.
pantau_status pantau_labelled_texts_validate(const pantau_labelled_texts *data,
                                             const char *options,
                                             size_t options_length,
                                             pantau_text **out);

// Whether the rows of a table of counts, row after row in `observed`, have the same distribution
// over its columns. Its degrees of freedom are (rows − 1) · (columns − 1). `options` are JSON:
// `{"correction": true, "power": "pearson"}`; with `"log-likelihood"` it is the G-test.
pantau_status pantau_chi2_contingency(const double *observed,
                                      size_t rows,
                                      size_t columns,
                                      const char *options,
                                      size_t options_length,
                                      pantau_test *out);

// Whether counts come from known expectations with the same sum; NULL for `expected` takes all
// as equal. `ddof` is how many numbers were estimated from the counts themselves. Of the `options`
// of `pantau_chi2_contingency` only `"power"` counts.
pantau_status pantau_chisquare(const double *observed,
                               const double *expected,
                               size_t count,
                               size_t ddof,
                               const char *options,
                               size_t options_length,
                               pantau_test *out);

// Whether the rows a, b and c, d of a table have the same odds, exactly (Fisher). The statistic
// is the odds ratio: infinite if only b c is 0, NaN if a row or column is all 0. Of the `options`
// of `pantau_ks_2samp` only `"alternative"` counts.
pantau_status pantau_fisher_exact(uint64_t a,
                                  uint64_t b,
                                  uint64_t c,
                                  uint64_t d,
                                  const char *options,
                                  size_t options_length,
                                  pantau_test *out);

// Whether two models that answered the same rows are equally often right: `b` is how often only
// the first was, `c` how often only the second (McNemar).
pantau_status pantau_mcnemar(uint64_t b, uint64_t c, pantau_test *out);

// The population stability index of two tables of `count` counts.
pantau_status pantau_psi(const uint64_t *reference,
                         const uint64_t *current,
                         size_t count,
                         pantau_divergence *out);

// The Kullback–Leibler divergence of `current` from `reference`, in nats.
pantau_status pantau_kl_divergence(const uint64_t *reference,
                                   const uint64_t *current,
                                   size_t count,
                                   pantau_divergence *out);

// The Jensen–Shannon distance of two tables of counts, with logarithms to `base`.
pantau_status pantau_jensen_shannon(const uint64_t *reference,
                                    const uint64_t *current,
                                    size_t count,
                                    double base,
                                    pantau_divergence *out);

// The total variation distance: the share of rows that would have to change their bin.
pantau_status pantau_total_variation(const uint64_t *reference,
                                     const uint64_t *current,
                                     size_t count,
                                     pantau_divergence *out);

// Makes a detector: `"adwin"`, `"page_hinkley"`, `"ddm"`, `"eddm"`, `"kswin"`, `"cusum"`,
// `"ewma"`, `"sprt"` or `"shiryaev_roberts"`. Its settings are JSON, such as `{"delta": 0.01}`; the
// empty text is the default ones. `"cusum"` and `"ewma"` need a `"target"` and a `"sd"`, `"sprt"` a
// `"usual"` and a `"raised"` error rate.
pantau_status pantau_detector_new(const char *name,
                                  size_t name_length,
                                  const char *settings,
                                  size_t settings_length,
                                  pantau_detector **out);

// Takes the next number: 1 for a wrong answer and 0 for a right one with `"ddm"`, `"eddm"` and
// `"sprt"`, a p-value with `"shiryaev_roberts"`.
pantau_status pantau_detector_update(pantau_detector *detector, double value, pantau_signal *out);

// Gives settings and all that was seen, as JSON: what `pantau_detector_resume` goes on from.
pantau_status pantau_detector_state(const pantau_detector *detector, pantau_text **out);

// Makes the detector whose state this is.
pantau_status pantau_detector_resume(const char *state, size_t state_length, pantau_detector **out);

// Frees a detector; NULL is fine.
void pantau_detector_free(pantau_detector *detector);

// Where a share may lie when `successes` of `trials` succeeded, by Wilson's score.
pantau_status pantau_wilson(uint64_t successes,
                            uint64_t trials,
                            double level,
                            pantau_interval *out);

// Where a share may lie, never less often than `level` (Clopper, Pearson).
pantau_status pantau_clopper_pearson(uint64_t successes,
                                     uint64_t trials,
                                     double level,
                                     pantau_interval *out);

// Where a share may lie, right at all times together: it may be looked at after each trial.
pantau_status pantau_confidence_sequence(uint64_t successes,
                                         uint64_t trials,
                                         double level,
                                         pantau_interval *out);

// Where the difference of two shares may lie that were measured on the same things, of which
// `both` succeeded with the first and the second, and so on (Newcombe).
pantau_status pantau_paired_difference(uint64_t both,
                                       uint64_t first_only,
                                       uint64_t second_only,
                                       uint64_t neither,
                                       double level,
                                       pantau_interval *out);

// Writes to `shares` how often each of `labels` labels is the right one among `rows` rows without
// labels, by the probabilities that a classifier gave them, row after row, and to `intervals` where
// each share may lie. `usual` are the shares of labels that it was calibrated for. It is right if only
// the mix changed, not what the texts of a label are like.
pantau_status pantau_label_mix(const double *probabilities,
                               size_t rows,
                               const double *usual,
                               size_t labels,
                               double level,
                               double *shares,
                               pantau_interval *intervals);

// Writes `count` p-values to `out`, adjusted so that any false alarm among them all is as rare as
// each says (Holm).
pantau_status pantau_holm(const double *pvalues, size_t count, double *out);

// Writes `count` p-values to `out`, adjusted so that of those at most q, no more than the share q
// are false alarms on average (Benjamini, Hochberg).
pantau_status pantau_benjamini_hochberg(const double *pvalues, size_t count, double *out);

// The line of least squares through `count` points that have nothing to do with each other.
pantau_status pantau_linregress(const double *x,
                                const double *y,
                                size_t count,
                                double level,
                                pantau_trend *out);

// The line of least squares through `count` figures in time order, each of which may depend on
// those before.
pantau_status pantau_robust_trend(const double *x,
                                  const double *y,
                                  size_t count,
                                  double level,
                                  pantau_trend *out);

// Whether two samples come from the same continuous distribution (Kolmogorov, Smirnov). `options`
// are JSON; the empty text is the default ones:
// `{"alternative": "two-sided", "method": "auto"}`. Others are `"less"` and `"greater"`, and
// `"exact"` and `"asymptotic"`.
pantau_status pantau_ks_2samp(const double *first,
                              size_t first_count,
                              const double *second,
                              size_t second_count,
                              const char *options,
                              size_t options_length,
                              pantau_test *out);

// Whether numbers of the first sample tend to be larger than those of the second (Mann, Whitney).
// `options` are as for `pantau_ks_2samp`, and `"continuity": true` corrects for whole ranks.
pantau_status pantau_mannwhitneyu(const double *first,
                                  size_t first_count,
                                  const double *second,
                                  size_t second_count,
                                  const char *options,
                                  size_t options_length,
                                  pantau_test *out);

// Whether two samples come from the same distribution, by the area between them (Cramér, von
// Mises). Of the `options` of `pantau_ks_2samp` only `"method"` counts.
pantau_status pantau_cramervonmises_2samp(const double *first,
                                          size_t first_count,
                                          const double *second,
                                          size_t second_count,
                                          const char *options,
                                          size_t options_length,
                                          pantau_test *out);

// Whether `count` samples come from the same distribution, with weight on the tails (Anderson,
// Darling). The numbers of all samples stand one after the other in `numbers`; `counts` says how
// many each has. `options` are JSON: `{"ranks": "midrank"}`, or `"right"`.
pantau_status pantau_anderson_ksamp(const double *numbers,
                                    const size_t *counts,
                                    size_t count,
                                    const char *options,
                                    size_t options_length,
                                    pantau_test *out);

// How far numbers must be moved on average to turn one sample into the other. Weights, one a
// number, may be NULL.
pantau_status pantau_wasserstein_distance(const double *first,
                                          const double *first_weights,
                                          size_t first_count,
                                          const double *second,
                                          const double *second_weights,
                                          size_t second_count,
                                          double *out);

// The energy distance of two samples. Weights, one a number, may be NULL.
pantau_status pantau_energy_distance(const double *first,
                                     const double *first_weights,
                                     size_t first_count,
                                     const double *second,
                                     const double *second_weights,
                                     size_t second_count,
                                     double *out);

// Sorts a copy of a sample.
pantau_status pantau_sorted_sample_new(const double *sample,
                                       size_t count,
                                       pantau_sorted_sample **out);

// `pantau_ks_2samp` with the sorted sample as the first one.
pantau_status pantau_sorted_sample_ks_2samp(const pantau_sorted_sample *sample,
                                            const double *second,
                                            size_t second_count,
                                            const char *options,
                                            size_t options_length,
                                            pantau_test *out);

// Frees a sorted sample; NULL is fine.
void pantau_sorted_sample_free(pantau_sorted_sample *sample);

// The maximum mean discrepancy of two samples of vectors, row after row, squared and without
// bias. `options` are JSON; the empty text is the default ones:
// `{"sigma": null, "features": null, "permutations": 100, "seed": 0}`. Without a `sigma`, 2 σ² is
// the median of the squared distances; with `features`, so many random cosines and sines stand
// for the kernel.
pantau_status pantau_mmd(const double *first,
                         size_t first_rows,
                         const double *second,
                         size_t second_rows,
                         size_t columns,
                         const char *options,
                         size_t options_length,
                         pantau_test *out);

// The squared Mahalanobis distance of the means of two samples of vectors, row after row.
// `options` are JSON; the empty text is the default ones:
// `{"shrinkage": null, "permutations": 100, "seed": 0}`. Without a `shrinkage` it is that of Ledoit
// and Wolf; with 0 the p-value is Hotelling's, else it comes from permutations.
pantau_status pantau_mahalanobis_of_means(const double *first,
                                          size_t first_rows,
                                          const double *second,
                                          size_t second_rows,
                                          size_t columns,
                                          const char *options,
                                          size_t options_length,
                                          pantau_test *out);

// Whether two samples come from the same continuous distribution (Kolmogorov, Smirnov). `options`
// are JSON; the empty text is the default ones:
// `{"alternative": "two-sided", "method": "auto"}`. Others are `"less"` and `"greater"`, and
// `"exact"` and `"asymptotic"`.
pantau_status pantau_ks_2samp(const double *first,
                              size_t first_count,
                              const double *second,
                              size_t second_count,
                              const char *options,
                              size_t options_length,
                              pantau_test *out);

// Whether numbers of the first sample tend to be larger than those of the second (Mann, Whitney).
// `options` are as for `pantau_ks_2samp`, and `"continuity": true` corrects for whole ranks.
pantau_status pantau_mannwhitneyu(const double *first,
                                  size_t first_count,
                                  const double *second,
                                  size_t second_count,
                                  const char *options,
                                  size_t options_length,
                                  pantau_test *out);

// Whether two samples come from the same distribution, by the area between them (Cramér, von
// Mises). Of the `options` of `pantau_ks_2samp` only `"method"` counts.
pantau_status pantau_cramervonmises_2samp(const double *first,
                                          size_t first_count,
                                          const double *second,
                                          size_t second_count,
                                          const char *options,
                                          size_t options_length,
                                          pantau_test *out);

// Whether `count` samples come from the same distribution, with weight on the tails (Anderson,
// Darling). The numbers of all samples stand one after the other in `numbers`; `counts` says how
// many each has. `options` are JSON: `{"ranks": "midrank"}`, or `"right"`.
pantau_status pantau_anderson_ksamp(const double *numbers,
                                    const size_t *counts,
                                    size_t count,
                                    const char *options,
                                    size_t options_length,
                                    pantau_test *out);

// How far numbers must be moved on average to turn one sample into the other. Weights, one a
// number, may be NULL.
pantau_status pantau_wasserstein_distance(const double *first,
                                          const double *first_weights,
                                          size_t first_count,
                                          const double *second,
                                          const double *second_weights,
                                          size_t second_count,
                                          double *out);

// The energy distance of two samples. Weights, one a number, may be NULL.
pantau_status pantau_energy_distance(const double *first,
                                     const double *first_weights,
                                     size_t first_count,
                                     const double *second,
                                     const double *second_weights,
                                     size_t second_count,
                                     double *out);

// Sorts a copy of a sample.
pantau_status pantau_sorted_sample_new(const double *sample,
                                       size_t count,
                                       pantau_sorted_sample **out);

// `pantau_ks_2samp` with the sorted sample as the first one.
pantau_status pantau_sorted_sample_ks_2samp(const pantau_sorted_sample *sample,
                                            const double *second,
                                            size_t second_count,
                                            const char *options,
                                            size_t options_length,
                                            pantau_test *out);

// Frees a sorted sample; NULL is fine.
void pantau_sorted_sample_free(pantau_sorted_sample *sample);

// Whether the rows of a table of counts, row after row in `observed`, have the same distribution
// over its columns. Its degrees of freedom are (rows − 1) · (columns − 1). `options` are JSON:
// `{"correction": true, "power": "pearson"}`; with `"log-likelihood"` it is the G-test.
pantau_status pantau_chi2_contingency(const double *observed,
                                      size_t rows,
                                      size_t columns,
                                      const char *options,
                                      size_t options_length,
                                      pantau_test *out);

// Whether counts come from known expectations with the same sum; NULL for `expected` takes all
// as equal. `ddof` is how many numbers were estimated from the counts themselves. Of the `options`
// of `pantau_chi2_contingency` only `"power"` counts.
pantau_status pantau_chisquare(const double *observed,
                               const double *expected,
                               size_t count,
                               size_t ddof,
                               const char *options,
                               size_t options_length,
                               pantau_test *out);

// Whether the rows a, b and c, d of a table have the same odds, exactly (Fisher). The statistic
// is the odds ratio: infinite if only b c is 0, NaN if a row or column is all 0. Of the `options`
// of `pantau_ks_2samp` only `"alternative"` counts.
pantau_status pantau_fisher_exact(uint64_t a,
                                  uint64_t b,
                                  uint64_t c,
                                  uint64_t d,
                                  const char *options,
                                  size_t options_length,
                                  pantau_test *out);

// Whether two models that answered the same rows are equally often right: `b` is how often only
// the first was, `c` how often only the second (McNemar).
pantau_status pantau_mcnemar(uint64_t b, uint64_t c, pantau_test *out);

// The population stability index of two tables of `count` counts.
pantau_status pantau_psi(const uint64_t *reference,
                         const uint64_t *current,
                         size_t count,
                         pantau_divergence *out);

// The Kullback–Leibler divergence of `current` from `reference`, in nats.
pantau_status pantau_kl_divergence(const uint64_t *reference,
                                   const uint64_t *current,
                                   size_t count,
                                   pantau_divergence *out);

// The Jensen–Shannon distance of two tables of counts, with logarithms to `base`.
pantau_status pantau_jensen_shannon(const uint64_t *reference,
                                    const uint64_t *current,
                                    size_t count,
                                    double base,
                                    pantau_divergence *out);

// The total variation distance: the share of rows that would have to change their bin.
pantau_status pantau_total_variation(const uint64_t *reference,
                                     const uint64_t *current,
                                     size_t count,
                                     pantau_divergence *out);

// The maximum mean discrepancy of two samples of vectors, row after row, squared and without
// bias. `options` are JSON; the empty text is the default ones:
// `{"sigma": null, "features": null, "permutations": 100, "seed": 0}`. Without a `sigma`, 2 σ² is
// the median of the squared distances; with `features`, so many random cosines and sines stand
// for the kernel.
pantau_status pantau_mmd(const double *first,
                         size_t first_rows,
                         const double *second,
                         size_t second_rows,
                         size_t columns,
                         const char *options,
                         size_t options_length,
                         pantau_test *out);

// The squared Mahalanobis distance of the means of two samples of vectors, row after row.
// `options` are JSON; the empty text is the default ones:
// `{"shrinkage": null, "permutations": 100, "seed": 0}`. Without a `shrinkage` it is that of Ledoit
// and Wolf; with 0 the p-value is Hotelling's, else it comes from permutations.
pantau_status pantau_mahalanobis_of_means(const double *first,
                                          size_t first_rows,
                                          const double *second,
                                          size_t second_rows,
                                          size_t columns,
                                          const char *options,
                                          size_t options_length,
                                          pantau_test *out);

// Where a share may lie when `successes` of `trials` succeeded, by Wilson's score.
pantau_status pantau_wilson(uint64_t successes,
                            uint64_t trials,
                            double level,
                            pantau_interval *out);

// Where a share may lie, never less often than `level` (Clopper, Pearson).
pantau_status pantau_clopper_pearson(uint64_t successes,
                                     uint64_t trials,
                                     double level,
                                     pantau_interval *out);

// Where a share may lie, right at all times together: it may be looked at after each trial.
pantau_status pantau_confidence_sequence(uint64_t successes,
                                         uint64_t trials,
                                         double level,
                                         pantau_interval *out);

// Where the difference of two shares may lie that were measured on the same things, of which
// `both` succeeded with the first and the second, and so on (Newcombe).
pantau_status pantau_paired_difference(uint64_t both,
                                       uint64_t first_only,
                                       uint64_t second_only,
                                       uint64_t neither,
                                       double level,
                                       pantau_interval *out);

// Writes to `shares` how often each of `labels` labels is the right one among `rows` rows without
// labels, by the probabilities that a classifier gave them, row after row, and to `intervals` where
// each share may lie. `usual` are the shares of labels that it was calibrated for. It is right if only
// the mix changed, not what the texts of a label are like.
pantau_status pantau_label_mix(const double *probabilities,
                               size_t rows,
                               const double *usual,
                               size_t labels,
                               double level,
                               double *shares,
                               pantau_interval *intervals);

// Writes `count` p-values to `out`, adjusted so that any false alarm among them all is as rare as
// each says (Holm).
pantau_status pantau_holm(const double *pvalues, size_t count, double *out);

// Writes `count` p-values to `out`, adjusted so that of those at most q, no more than the share q
// are false alarms on average (Benjamini, Hochberg).
pantau_status pantau_benjamini_hochberg(const double *pvalues, size_t count, double *out);

// The line of least squares through `count` points that have nothing to do with each other.
pantau_status pantau_linregress(const double *x,
                                const double *y,
                                size_t count,
                                double level,
                                pantau_trend *out);

// The line of least squares through `count` figures in time order, each of which may depend on
// those before.
pantau_status pantau_robust_trend(const double *x,
                                  const double *y,
                                  size_t count,
                                  double level,
                                  pantau_trend *out);

// Makes a detector: `"adwin"`, `"page_hinkley"`, `"ddm"`, `"eddm"`, `"kswin"`, `"cusum"`,
// `"ewma"`, `"sprt"` or `"shiryaev_roberts"`. Its settings are JSON, such as `{"delta": 0.01}`; the
// empty text is the default ones. `"cusum"` and `"ewma"` need a `"target"` and a `"sd"`, `"sprt"` a
// `"usual"` and a `"raised"` error rate.
pantau_status pantau_detector_new(const char *name,
                                  size_t name_length,
                                  const char *settings,
                                  size_t settings_length,
                                  pantau_detector **out);

// Takes the next number: 1 for a wrong answer and 0 for a right one with `"ddm"`, `"eddm"` and
// `"sprt"`, a p-value with `"shiryaev_roberts"`.
pantau_status pantau_detector_update(pantau_detector *detector, double value, pantau_signal *out);

// Gives settings and all that was seen, as JSON: what `pantau_detector_resume` goes on from.
pantau_status pantau_detector_state(const pantau_detector *detector, pantau_text **out);

// Makes the detector whose state this is.
pantau_status pantau_detector_resume(const char *state, size_t state_length, pantau_detector **out);

// Frees a detector; NULL is fine.
void pantau_detector_free(pantau_detector *detector);

// Makes a batch of so many rows, without columns yet.
pantau_status pantau_batch_new(size_t rows, pantau_batch **out);

// Adds a column of numbers, one a row; NaN is a missing one.
pantau_status pantau_batch_add_numbers(pantau_batch *batch,
                                       const char *name,
                                       size_t name_length,
                                       const double *numbers);

// Adds a column of categories, one a row: labels, languages, shops. A NULL is a missing one.
pantau_status pantau_batch_add_categories(pantau_batch *batch,
                                          const char *name,
                                          size_t name_length,
                                          const char *const *values,
                                          const size_t *lengths);

// Adds a column of texts that people wrote, one a row: their lengths and words are counted. A
// NULL is a missing one.
pantau_status pantau_batch_add_texts(pantau_batch *batch,
                                     const char *name,
                                     size_t name_length,
                                     const char *const *texts,
                                     const size_t *lengths);

// Adds a column of vectors of `dimensions` numbers, those of one row after those of another.
pantau_status pantau_batch_add_vectors(pantau_batch *batch,
                                       const char *name,
                                       size_t name_length,
                                       const float *numbers,
                                       size_t dimensions);

// Frees a batch; NULL is fine.
void pantau_batch_free(pantau_batch *batch);

// Builds a reference from rows in the order of time. `times` are the microseconds since 1970 of
// each row, needed for windows of time; NULL if there are none. `options` are JSON; the empty text
// is the default ones: `{"window": "28 windows", "shuffled": false, "layout": {"top": 50,
// "centres": 32}}`. A window may also be `"1d"`, `"12h"`, `"30min"` or `"500 rows"`.
pantau_status pantau_reference_build(const pantau_batch *rows,
                                     const int64_t *times,
                                     size_t times_count,
                                     const char *options,
                                     size_t options_length,
                                     pantau_reference **out);

// Reads the reference in a file.
pantau_status pantau_reference_load(const char *path, size_t path_length, pantau_reference **out);

// Writes a reference into a file.
pantau_status pantau_reference_save(const pantau_reference *reference,
                                    const char *path,
                                    size_t path_length);

// Gives what a bundle keeps to compare later texts with; a NULL if it has none, as of fewer than
// 280 test rows.
pantau_status pantau_reference_of_bundle(const pantau_bundle *bundle, pantau_reference **out);

// Gives the bytes of a reference.
pantau_status pantau_reference_to_bytes(const pantau_reference *reference, pantau_bytes **out);

// Makes the reference of these bytes.
pantau_status pantau_reference_from_bytes(const uint8_t *bytes,
                                          size_t length,
                                          pantau_reference **out);

// How many windows there are. Of a NULL: 0.
size_t pantau_reference_windows(const pantau_reference *reference);

// Frees a reference; NULL is fine.
void pantau_reference_free(pantau_reference *reference);

// Makes a profile of no rows, which counts as a reference does.
pantau_status pantau_profile_new(const pantau_reference *reference, pantau_profile **out);

// Counts rows. A column of the reference that is not there, or of another kind, is counted as
// absent.
pantau_status pantau_profile_update(pantau_profile *profile, const pantau_batch *rows);

// Adds what was counted of other rows by the same reference.
pantau_status pantau_profile_merge(pantau_profile *profile, const pantau_profile *other);

// How many rows were counted. Of a NULL: 0.
uint64_t pantau_profile_rows(const pantau_profile *profile);

// Gives what was counted as JSON.
pantau_status pantau_profile_summary(const pantau_profile *profile, pantau_text **out);

// Gives the different values of a category, or words of a text, as the bytes of a compact theta
// sketch of Apache DataSketches, which other engines read and merge.
pantau_status pantau_profile_distinct_sketch(const pantau_profile *profile,
                                             const char *feature,
                                             size_t feature_length,
                                             pantau_bytes **out);

// Gives the bytes of a profile.
pantau_status pantau_profile_to_bytes(const pantau_profile *profile, pantau_bytes **out);

// Makes the profile of these bytes, which was counted by this reference.
pantau_status pantau_profile_from_bytes(const pantau_reference *reference,
                                        const uint8_t *bytes,
                                        size_t length,
                                        pantau_profile **out);

// Frees a profile; NULL is fine.
void pantau_profile_free(pantau_profile *profile);

// Makes a monitor that has seen nothing. `options` are JSON; the empty text is the default ones:
// `{"false_alarms": "1 per 365 windows", "min_effect": 0.03, "window": null, "min_rows": 30}`. With a
// window such as `"1d"` or `"500 rows"`, windows close by themselves.
pantau_status pantau_monitor_new(const pantau_reference *reference,
                                 const char *options,
                                 size_t options_length,
                                 pantau_monitor **out);

// Counts rows, which came at `at` (as RFC 3339 writes it; empty if that does not matter), into the
// open window. Where a window closed by that, gives its report, else a NULL.
pantau_status pantau_monitor_update(const pantau_monitor *monitor,
                                    const pantau_batch *rows,
                                    const char *at,
                                    size_t at_length,
                                    pantau_text **out);

// Adds what was counted elsewhere to the open window.
pantau_status pantau_monitor_merge(const pantau_monitor *monitor,
                                   const pantau_profile *profile,
                                   const char *at,
                                   size_t at_length);

// Takes what the open window has counted so far, which is then empty: to be merged into a monitor of
// another process.
pantau_status pantau_monitor_take(const pantau_monitor *monitor,
                                  pantau_profile **out);

// Closes the open window and gives its report. A window of too few rows stays open, and the report
// says so.
pantau_status pantau_monitor_close_window(const pantau_monitor *monitor, pantau_text **out);

// Gives what the windows so far say, as JSON.
pantau_status pantau_monitor_report(const pantau_monitor *monitor, pantau_text **out);

// Gives the same as a terminal shows it.
pantau_status pantau_monitor_report_text(const pantau_monitor *monitor, pantau_text **out);

// Gives how often a monitor cries wolf, measured on `splits` splits of its reference in which nothing
// drifts, as JSON; its `sentence` says it in words.
pantau_status pantau_monitor_calibrate(const pantau_monitor *monitor,
                                       size_t splits,
                                       uint64_t seed,
                                       pantau_text **out);

// Puts down that a change is known, by whom and why. Its status stays, and reports say it was
// acknowledged.
pantau_status pantau_monitor_acknowledge(const pantau_monitor *monitor,
                                         const char *by,
                                         size_t by_length,
                                         const char *reason,
                                         size_t reason_length);

// Takes another reference as the new normal, or with a NULL the last windows, 28 at least; by whom
// and why is put down.
pantau_status pantau_monitor_rebaseline(const pantau_monitor *monitor,
                                        const pantau_reference *reference,
                                        const char *by,
                                        size_t by_length,
                                        const char *reason,
                                        size_t reason_length);

// Gives all that a monitor has seen, to go on from after a restart.
pantau_status pantau_monitor_state(const pantau_monitor *monitor, pantau_bytes **out);

// Makes the monitor with this state.
pantau_status pantau_monitor_resume(const pantau_reference *reference,
                                    const uint8_t *state,
                                    size_t length,
                                    pantau_monitor **out);

// Frees a monitor; NULL is fine.
void pantau_monitor_free(pantau_monitor *monitor);

// Lets a monitor count all that a classifier answers from now on, or with a NULL nobody: the columns
// `text`, `label`, `confidence`, `novelty`, `latency_ms` and `embedding`, as far as its reference knows
// them. The monitor may be freed before. What goes wrong while counting does not touch the answers;
// `pantau_classifier_info` tells it under `watched`. What an evaluation or an ensemble asks is not
// counted.
pantau_status pantau_classifier_watch(const pantau_classifier *classifier,
                                      const pantau_monitor *monitor);

// Answers texts, and builds the reference that later ones are compared with. The texts are in the
// order of time, or `times` are the microseconds since 1970 of each; NULL if there are none.
// `actual` are the right labels where they are known, for estimates of the accuracy: a NULL for one
// that is not, and NULL for none at all; the model must not have learnt from those. `options` are
// JSON as for `pantau_reference_build`.
pantau_status pantau_classifier_reference(const pantau_classifier *classifier,
                                          const char *const *texts,
                                          const size_t *lengths,
                                          size_t count,
                                          const char *const *actual,
                                          const size_t *actual_lengths,
                                          const int64_t *times,
                                          const char *options,
                                          size_t options_length,
                                          pantau_reference **out);

// Makes an audit that has seen nothing. `options` are JSON; the empty text is the default ones:
// `{"rate": 30, "window": "1d", "expected_rows": 1000, "seed": 0, "false_alarms": "1 per 365
// windows", "tolerance": 0.01}`. `rate` rows of a window are picked on average.
pantau_status pantau_audit_new(const char *options, size_t options_length, pantau_audit **out);

// Counts a row that `version` answered at `at` (as RFC 3339 writes it; empty is now), with this
// confidence, NaN if there is none. Gives the probability with which it was picked to be labelled,
// 0 if it was not. Its name decides, and what it says does not.
pantau_status pantau_audit_pick(pantau_audit *audit,
                                const char *row,
                                size_t row_length,
                                const char *at,
                                size_t at_length,
                                const char *version,
                                size_t version_length,
                                double confidence,
                                double *out);

// Takes the label of a row, which became known at `at` (empty is now): whether its answer was
// correct. Gives whether the row was picked; of others nothing is kept.
pantau_status pantau_audit_label(pantau_audit *audit,
                                 const char *row,
                                 size_t row_length,
                                 bool correct,
                                 const char *at,
                                 size_t at_length,
                                 bool *out);

// Gives the rows that were picked and have no label yet as a JSON list, the oldest first.
pantau_status pantau_audit_unlabelled(const pantau_audit *audit, pantau_text **out);

// Gives what the labels so far say as JSON, of one version or, where it is empty, of all. With a
// `baseline`, its `status` says whether the accuracy dropped below it; NaN is none. `at` is when it is
// asked; empty is now.
pantau_status pantau_audit_report(const pantau_audit *audit,
                                  double baseline,
                                  const char *version,
                                  size_t version_length,
                                  const char *at,
                                  size_t at_length,
                                  pantau_text **out);

// Gives all that an audit knows, to go on from after a restart.
pantau_status pantau_audit_state(const pantau_audit *audit, pantau_bytes **out);

// Makes the audit with this state.
pantau_status pantau_audit_resume(const uint8_t *state, size_t length, pantau_audit **out);

// Frees an audit; NULL is fine.
void pantau_audit_free(pantau_audit *audit);

// Learns from `count` labelled rows that the classifier was not trained on: how sure each answer
// is, whether it is correct, and which label it gave; `labels` and `lengths` may be NULL.
pantau_status pantau_accuracy_estimator_new(const double *confidences,
                                            const bool *correct,
                                            const char *const *labels,
                                            const size_t *lengths,
                                            size_t count,
                                            pantau_accuracy_estimator **out);

// Takes what the rows of a reference say whose right labels were known; it was built with
// `predictions` in its layout.
pantau_status pantau_accuracy_estimator_of_reference(const pantau_reference *reference,
                                                     pantau_accuracy_estimator **out);

// Gives the estimated accuracy of `count` answers as JSON: by the mean calibrated confidence
// (`cbpe`) and by a threshold (`atc`), with intervals, a `sentence`, and why it `refused` where
// confidences mean nothing. `labels` and `lengths` may be NULL.
pantau_status pantau_accuracy_estimator_estimate(const pantau_accuracy_estimator *estimator,
                                                 const double *confidences,
                                                 const char *const *labels,
                                                 const size_t *lengths,
                                                 size_t count,
                                                 pantau_text **out);

// Frees an estimator; NULL is fine.
void pantau_accuracy_estimator_free(pantau_accuracy_estimator *estimator);

// Gives what is known of the accuracy of what a monitor watches as JSON: the `estimate` of the last
// window, where the reference has predictions, and what an `audit` says, which may be NULL, of all
// versions, where `version` is empty, or one. The `baseline` of the audit is by default, NaN, the lower
// end of the accuracy on the labelled rows of the reference; `at` is when it is asked, empty is now.
pantau_status pantau_monitor_accuracy(const pantau_monitor *monitor,
                                      const pantau_audit *audit,
                                      double baseline,
                                      const char *version,
                                      size_t version_length,
                                      const char *at,
                                      size_t at_length,
                                      pantau_text **out);

// Makes a detector with these metrics as its baseline, which were measured on so many `rows`; 0 if
// that is not known.
pantau_status pantau_performance_drift_detector_new(const char *baseline,
                                                    size_t baseline_length,
                                                    uint64_t rows,
                                                    pantau_performance_drift_detector **out);

// Gives which metrics are worse than the baseline by more than `threshold`, a difference, as JSON:
// `drift_detected`, `degraded_metrics`. Where `rows` are known of both sides, a drop must also be more
// than chance gives; 0 if they are not.
pantau_status pantau_performance_drift_detector_detect(const pantau_performance_drift_detector *detector,
                                                       const char *current_metrics,
                                                       size_t current_metrics_length,
                                                       double threshold,
                                                       uint64_t rows,
                                                       pantau_text **out);

// Keeps what a version scored at a time (empty is now), for its trend.
pantau_status pantau_performance_drift_detector_record(pantau_performance_drift_detector *detector,
                                                       const char *metrics,
                                                       size_t metrics_length,
                                                       const char *version,
                                                       size_t version_length,
                                                       const char *at,
                                                       size_t at_length);

// Gives the trend of each metric over the last days up to `until` (empty is now) as JSON, of one
// version or, where it is empty, of all: `overall_trend`, and in `trends` the `slope` a day.
pantau_status pantau_performance_drift_detector_analyze_trend(const pantau_performance_drift_detector *detector,
                                                              double days,
                                                              const char *version,
                                                              size_t version_length,
                                                              const char *until,
                                                              size_t until_length,
                                                              pantau_text **out);

// Frees a detector; NULL is fine.
void pantau_performance_drift_detector_free(pantau_performance_drift_detector *detector);

// Gives how often people said of their own accord that an answer was wrong, as JSON: a rate, never
// an accuracy, for who clicks is not picked by chance.
pantau_status pantau_feedback_rate(uint64_t predictions,
                                   uint64_t right,
                                   uint64_t wrong,
                                   pantau_text **out);

// Gives the page of a report as HTML: one file that needs nothing from elsewhere. `report` is JSON:
// `{"title": ..., "drift": ..., "accuracy": ..., "trend": ..., "feedback": ...}`, of which all but `drift`
// may be left out; each is what `pantau_monitor_report`, `pantau_monitor_accuracy`,
// `pantau_performance_drift_detector_analyze_trend` and `pantau_feedback_rate` give.
pantau_status pantau_report_html(const char *report,
                                 size_t report_length,
                                 pantau_text **out);

// Gives the same as a terminal shows it.
pantau_status pantau_report_text(const char *report, size_t report_length, pantau_text **out);

// Keeps the numbers and categories of reference rows; 0.05 is the usual `significance_level`.
pantau_status pantau_data_drift_detector_new(const pantau_batch *reference,
                                             double significance_level,
                                             pantau_data_drift_detector **out);

// Gives the test of a number as JSON: `statistic`, `p_value`, `drift_detected`.
pantau_status pantau_data_drift_detector_numerical(const pantau_data_drift_detector *detector,
                                                   const pantau_batch *current,
                                                   const char *feature,
                                                   size_t feature_length,
                                                   pantau_text **out);

// Gives the test of a category as JSON: also its `max_distribution_shift`.
pantau_status pantau_data_drift_detector_categorical(const pantau_data_drift_detector *detector,
                                                     const pantau_batch *current,
                                                     const char *feature,
                                                     size_t feature_length,
                                                     pantau_text **out);

// Gives the tests of several features as JSON: `overall_drift_detected`, `summary`, `features`.
// `options` are JSON; the empty text tests all:
// `{"numerical_features": ["rating"], "categorical_features": ["label"]}`.
pantau_status pantau_data_drift_detector_all(const pantau_data_drift_detector *detector,
                                             const pantau_batch *current,
                                             const char *options,
                                             size_t options_length,
                                             pantau_text **out);

// Frees a detector; NULL is fine.
void pantau_data_drift_detector_free(pantau_data_drift_detector *detector);

// Makes a detector for windows of `window_size` rows, with a `threshold` for the share of rows that
// moved; the usual ones are 1,000 and 0.05.
pantau_status pantau_window_drift_detector_new(const pantau_reference *reference,
                                               size_t window_size,
                                               double threshold,
                                               pantau_window_drift_detector **out);

// Counts rows, and gives a JSON list of the scores of the windows that they fill: `drift_score`,
// what `chance` alone stays below in 95 of 100 windows, `drift_detected`, and the `level`, `"LOW"`,
// `"MEDIUM"` or `"HIGH"`.
pantau_status pantau_window_drift_detector_update(pantau_window_drift_detector *detector,
                                                  const pantau_batch *rows,
                                                  pantau_text **out);

// Frees a detector; NULL is fine.
void pantau_window_drift_detector_free(pantau_window_drift_detector *detector);

// Says of each column of two tables whether it is as it was, and gives it as JSON:
// `drift_detected`, `rows`, and in `columns` the `column`, `test`, `p_value_adjusted`, `effect`,
// `verdict` and a `sentence` of what changed; in `not_compared` what was left out, and why. `options`
// are JSON; the empty text takes the defaults:
// `{"columns": null, "alpha": 0.05, "min_effect": 0.03}`.
//
// For who looks once: where nothing drifts, a look finds something with the probability `alpha` at
// most, however many columns there are. For who looks again and again there is `pantau_monitor`.
pantau_status pantau_compare_tables(const pantau_batch *reference,
                                    const pantau_batch *current,
                                    const char *options,
                                    size_t options_length,
                                    pantau_text **out);

// Opens a store by its name: `memory:`, a folder or a file of SQLite, which is made on first use,
// or `postgresql://user:password@host/database`.
pantau_status pantau_store_open(const char *location, size_t location_length, pantau_store **out);

// Opens a store as `pantau_store_open` does, but a server is connected to when it is first asked
// for something: a service can start while its database is away, and its log keeps predictions in
// the outbox until it is back.
pantau_status pantau_store_open_later(const char *location,
                                      size_t location_length,
                                      pantau_store **out);

// Gives where a store is, for people: a path or a URL, without a password.
pantau_status pantau_store_location(const pantau_store *store, pantau_text **out);

// Gives the prediction with an id as JSON, or `null`.
pantau_status pantau_store_prediction(const pantau_store *store,
                                      const char *id,
                                      size_t id_length,
                                      pantau_text **out);

// Gives the predictions of a window as a JSON list, the latest first, at most `limit` of them.
pantau_status pantau_store_history(const pantau_store *store,
                                   const char *window,
                                   size_t window_length,
                                   size_t limit,
                                   pantau_text **out);

// Writes what somebody says of a prediction, and gives the id of that. `feedback` is JSON:
//
// ```json
// {"correct": false, "label": "negative", "source": "user", "subject": null, "timestamp": null,
//  "id": null}
// ```
//
// `correct` or `label` must be told. A prediction that is not there yet gets its feedback when it
// is written. Feedback whose id is there already changes nothing.
pantau_status pantau_store_write_feedback(const pantau_store *store,
                                          const char *prediction_id,
                                          size_t prediction_id_length,
                                          const char *feedback,
                                          size_t feedback_length,
                                          pantau_text **out);

// Writes how good a version of a model was. `metrics` are JSON, of which all can be left out:
//
// ```json
// {"accuracy": 0.91, "precision": 0.9, "recall": 0.89, "f1_score": 0.9, "loss": 0.31, "epoch": 3,
//  "dataset_size": 12000, "timestamp": null, "id": null}
// ```
pantau_status pantau_store_write_metrics(const pantau_store *store,
                                         const char *model,
                                         size_t model_length,
                                         const char *version,
                                         size_t version_length,
                                         const char *metrics,
                                         size_t metrics_length);

// Gives how good a model was as a JSON list, the earliest first. An empty `since` is from the
// beginning.
pantau_status pantau_store_metrics(const pantau_store *store,
                                   const char *model,
                                   size_t model_length,
                                   const char *since,
                                   size_t since_length,
                                   pantau_text **out);

// Frees a store; NULL is fine. What was opened on it goes on.
void pantau_store_free(pantau_store *store);

// Deletes all that is stored of a subject, in all tables, and gives how many rows of each as a
// JSON object. Records of it that are still on their way will not be written. The audit log keeps
// that `actor` did it and how many rows it were, and of the subject a hash.
pantau_status pantau_store_forget(const pantau_store *store,
                                  const char *subject,
                                  size_t subject_length,
                                  const char *actor,
                                  size_t actor_length,
                                  pantau_text **out);

// Deletes what is older than the moment `since`, in all tables whose rows grow old, and gives how
// many rows of each as a JSON object. The audit log keeps that `actor` did it.
pantau_status pantau_store_retain_since(const pantau_store *store,
                                        const char *since,
                                        size_t since_length,
                                        const char *actor,
                                        size_t actor_length,
                                        pantau_text **out);

// Notes who did what in the audit log, and gives the record as JSON. `detail` are facts as JSON,
// without what somebody wrote; the empty text is none.
pantau_status pantau_store_audit(const pantau_store *store,
                                 const char *actor,
                                 size_t actor_length,
                                 const char *action,
                                 size_t action_length,
                                 const char *detail,
                                 size_t detail_length,
                                 pantau_text **out);

// Gives the records of the audit log as a JSON list, the earliest first, at most `limit` of them,
// 0 for all. An empty `since` is from the beginning.
pantau_status pantau_store_audit_trail(const pantau_store *store,
                                       const char *since,
                                       size_t since_length,
                                       size_t limit,
                                       pantau_text **out);

// Walks the whole audit log and checks that no record was changed, removed or put in between:
// `INCOMPATIBLE` names the first that was. Gives `{"records": 17, "head": "…"}`; who keeps `head`,
// the hash of the last record, elsewhere will also notice a log that was written anew from its
// beginning.
pantau_status pantau_store_verify_audit(const pantau_store *store,
                                        pantau_text **out);

// Gives what the predictions of a window come to as JSON: how many, how sure, which labels.
pantau_status pantau_store_summary(const pantau_store *store,
                                   const char *window,
                                   size_t window_length,
                                   pantau_text **out);

// Gives how often each version of each model was used in a window and how often it was right, as
// a JSON list, ordered by model and version.
pantau_status pantau_store_usage(const pantau_store *store,
                                 const char *window,
                                 size_t window_length,
                                 pantau_text **out);

// Gives what the predictions of a window come to, interval by interval, as a JSON list. Intervals
// are `every_seconds` long, and hours are those of the clock.
pantau_status pantau_store_over_time(const pantau_store *store,
                                     const char *window,
                                     size_t window_length,
                                     double every_seconds,
                                     pantau_text **out);

// Gives how long the predictions of a window took as JSON: mean, quantiles and a histogram.
pantau_status pantau_store_latency(const pantau_store *store,
                                   const char *window,
                                   size_t window_length,
                                   pantau_text **out);

// Gives how sure the predictions of a window were, as JSON, in bins of 0.05.
pantau_status pantau_store_confidence_histogram(const pantau_store *store,
                                                const char *window,
                                                size_t window_length,
                                                pantau_text **out);

// Gives how often the predictions of a window turned out right, as JSON.
pantau_status pantau_store_feedback_summary(const pantau_store *store,
                                            const char *window,
                                            size_t window_length,
                                            pantau_text **out);

// Gives the trend of each metric that was written of a model over the last days up to `until`
// (empty is now) as JSON, of one version or, where it is empty, of all.
pantau_status pantau_store_analyze_trend(const pantau_store *store,
                                         const char *model,
                                         size_t model_length,
                                         double days,
                                         const char *version,
                                         size_t version_length,
                                         const char *until,
                                         size_t until_length,
                                         pantau_text **out);

// Gives how often predictions of a window were said to be wrong, of all that were made, as JSON: a
// rate of clicks, no accuracy; `null` without predictions.
pantau_status pantau_store_feedback_rate(const pantau_store *store,
                                         const char *window,
                                         size_t window_length,
                                         pantau_text **out);

// Gives how many labels became known at a moment or later, as JSON: what a new training would
// learn from that the last one could not. An empty `since` is from the beginning.
pantau_status pantau_store_new_labelled(const pantau_store *store,
                                        const char *since,
                                        size_t since_length,
                                        pantau_text **out);

// Gives the predictions of a window whose right label became known, however long after, as a JSON
// list, the latest first, at most `limit` of them.
pantau_status pantau_store_labelled_predictions(const pantau_store *store,
                                                const char *window,
                                                size_t window_length,
                                                size_t limit,
                                                pantau_text **out);

// Gives the rows of a table as a stream of Arrow record batches, all of one moment. `table` is
// its name, such as `predictions`. `select` says which rows, as JSON, of which all can be left
// out:
//
// ```json
// {"hours": 24, "model": "sentiment", "version": "3", "subject": "u17", "limit": 1000}
// {"since": "2026-11-01", "until": "2026-11-25T12:00:00Z"}
// ```
//
// Rows come in the order of their times; with a limit the latest first.
//
// The stream follows the Arrow C stream interface: its consumer calls `release`. What `out`
// holds before the call is overwritten, not released.
pantau_status pantau_store_table(const pantau_store *store,
                                 const char *table,
                                 size_t table_length,
                                 const char *select,
                                 size_t select_length,
                                 struct ArrowArrayStream *out);

// Gives the rows of a table as a JSON list. `select` is as for `pantau_store_table`.
pantau_status pantau_store_rows(const pantau_store *store,
                                const char *table,
                                size_t table_length,
                                const char *select,
                                size_t select_length,
                                pantau_text **out);

// Writes the rows of a table into a file, whole or not at all, and gives how many rows and bytes
// as JSON. The name of the file ends in `.csv`, `.jsonl` or `.parquet`. `select` is as for
// `pantau_store_table`. `options` are JSON; the empty text is the default ones:
//
// ```json
// {"format": null, "for_spreadsheets": false}
// ```
//
// `for_spreadsheets` puts an apostrophe in front of texts that a spreadsheet would take for a
// formula and run. `progress` may be NULL.
pantau_status pantau_store_export(const pantau_store *store,
                                  const char *table,
                                  size_t table_length,
                                  const char *select,
                                  size_t select_length,
                                  const char *path,
                                  size_t path_length,
                                  const char *options,
                                  size_t options_length,
                                  pantau_progress progress,
                                  void *user_data,
                                  pantau_text **out);

// Imports the reviews of a file (CSV, JSON, Parquet) whose writers agreed to have their texts
// kept, and gives a report as JSON: how many rows there were, were written, were there already,
// could not be imported, and why the first of these. All of these are kept aside in a file beside
// it, as they were. `options` are JSON; the empty text is the default ones:
//
// ```json
// {"columns": {"text": null, "label": null, "id": null, "rating": null, "date": null},
//  "clean": "id", "labels": ["positive", "negative", "neutral"], "allow_unlabelled": false,
//  "source": "import", "format": null, "existing": "keep", "rejected": null, "first": 10}
// ```
//
// `consent` must be true: say so only if it was given. Texts are kept as `anonymizer` leaves
// them; NULL is one with its defaults. `progress` may be NULL.
pantau_status pantau_store_import_reviews(const pantau_store *store,
                                          const char *path,
                                          size_t path_length,
                                          bool consent,
                                          const pantau_anonymizer *anonymizer,
                                          const char *options,
                                          size_t options_length,
                                          pantau_progress progress,
                                          void *user_data,
                                          pantau_text **out);

// Gives all there is to learn from: labelled reviews, and predictions whose text may be kept and
// whose right label became known. Equal texts are one, with the label that became known last.
// With `since`, only labels that became known then or later; empty, all.
pantau_status pantau_store_labelled_texts(const pantau_store *store,
                                          const char *since,
                                          size_t since_length,
                                          pantau_labelled_texts **out);

// Writes a text with its label, and gives its id. `review` is JSON, of which `review_text` and
// `consent` are needed:
//
// ```json
// {"review_text": "Bagus!", "consent": true, "sentiment_label": "positive", "rating": 5,
//  "subject": "u17", "date": "2026-11-25", "app_name": null, "country_code": "ID",
//  "source": null, "clean": "id", "id": null}
// ```
//
// The text is kept as `anonymizer` leaves it; NULL is one with its defaults. A review whose id is
// there already changes nothing.
pantau_status pantau_store_write_review(const pantau_store *store,
                                        const char *review,
                                        size_t review_length,
                                        const pantau_anonymizer *anonymizer,
                                        pantau_text **out);

// Gives the review with an id as JSON, or `null`.
pantau_status pantau_store_review(const pantau_store *store,
                                  const char *id,
                                  size_t id_length,
                                  pantau_text **out);

// Measures texts and stores their features, and gives how many were not there already. `texts`
// are a JSON list:
//
// ```json
// [{"review_id": "r17", "text": "Bagus!", "consent": true, "subject": "u17",
//   "observed_at": null}]
// ```
//
// `observed_at` is from when on the features can be known; without it, when the stored review was
// written. `threads` is how many threads may work, 0 for as many as this process may use.
pantau_status pantau_store_write_features(const pantau_store *store,
                                          const char *texts,
                                          size_t texts_length,
                                          const pantau_feature_extractor *extractor,
                                          const pantau_anonymizer *anonymizer,
                                          size_t threads,
                                          size_t *out);

// Gives the newest features of a review as JSON, or `null`: those of a version (the one their
// author gave, or the schema hash), or with an empty `version` of any.
pantau_status pantau_store_features(const pantau_store *store,
                                    const char *review_id,
                                    size_t review_id_length,
                                    const char *version,
                                    size_t version_length,
                                    pantau_text **out);

// Gives labelled reviews with their features as JSON, each as it was known when its label became
// known, so that nothing that was learnt later is beside it. `view` is JSON, of which all can be
// left out; a `limit` of null is none:
//
// ```json
// {"limit": 1000, "since": null, "version": null, "as_of": null}
// ```
pantau_status pantau_store_training_features(const pantau_store *store,
                                             const char *view,
                                             size_t view_length,
                                             pantau_text **out);

// Writes a reason to train a model again, and gives its id. `trigger` is JSON:
//
// ```json
// {"type": "drift", "reason": "PSI of text_length is 0.31", "priority": "high",
//  "detail": {"psi": 0.31}}
// ```
pantau_status pantau_store_write_trigger(const pantau_store *store,
                                         const char *model,
                                         size_t model_length,
                                         const char *trigger,
                                         size_t trigger_length,
                                         pantau_text **out);

// Gives the reasons to train a model again as a JSON list, the earliest first. An empty `since`
// is from the beginning.
pantau_status pantau_store_triggers(const pantau_store *store,
                                    const char *model,
                                    size_t model_length,
                                    const char *since,
                                    size_t since_length,
                                    pantau_text **out);

// Writes where a retraining stands, and gives its id; with the same `id` again, it takes the place
// of what was written before. `retraining` is JSON, of which all can be left out:
//
// ```json
// {"id": null, "status": "running", "reason": null, "started_at": null, "completed_at": null,
//  "trigger_evaluation": {}, "training_result": {}, "validation_result": {}}
// ```
pantau_status pantau_store_write_retraining(const pantau_store *store,
                                            const char *model,
                                            size_t model_length,
                                            const char *retraining,
                                            size_t retraining_length,
                                            pantau_text **out);

// Gives the retrainings of a model as a JSON list, the earliest first. An empty `since` is from
// the beginning.
pantau_status pantau_store_retrainings(const pantau_store *store,
                                       const char *model,
                                       size_t model_length,
                                       const char *since,
                                       size_t since_length,
                                       pantau_text **out);

// Opens a log that writes into a store. `options` are JSON; the empty text is the default ones,
// and what is left out has its default:
//
// ```json
// {"durability": "group", "group_ms": 100, "when_full": "block", "capacity": 65536,
//  "outbox": null, "outbox_limit": 1073741824, "journal": null}
// ```
//
// `durability` is `each` (a call returns when its record would survive a power cut), `group`
// (records are written together every `group_ms`) or `none` (when the disk has them is left to the
// system). `when_full` says what happens when `capacity` records wait: `block` makes the caller
// wait, `drop` drops and counts, `spill` puts them into the outbox. `outbox` is the path of a file
// in which records wait while the store cannot be reached.
// `journal` is the path of a file in which records stand until the store has them, so that they
// survive the end of the process; what a killed one left behind is opened as `outbox`.
pantau_status pantau_prediction_log_open(const pantau_store *store,
                                         const char *model,
                                         size_t model_length,
                                         const char *version,
                                         size_t version_length,
                                         const char *options,
                                         size_t options_length,
                                         pantau_prediction_log **out);

// Logs a prediction and gives its id. `record` is JSON, of which all can be left out:
//
// ```json
// {"processing_time_ms": 1.8, "review_id": "r17", "consent": true, "subject": "u17",
//  "input_text": "Bagus!", "embedding": null, "actual_label": null, "timestamp": null, "id": null}
// ```
//
// `subject`, `input_text` and `embedding` are only kept with `"consent": true`, and the text only
// as the anonymizer leaves it; NULL is one with the default settings.
//
// A `prediction` of NULL is one that was made elsewhere: then `record` also tells
// `predicted_label`, `confidence`, and if they are known `probabilities` (an object), `truncated`
// and `novelty`; or, instead of a label, `error`, the kind of the error a model failed with.
pantau_status pantau_prediction_log_record(const pantau_prediction_log *log,
                                           const pantau_prediction *prediction,
                                           const char *record,
                                           size_t record_length,
                                           const pantau_anonymizer *anonymizer,
                                           pantau_text **out);

// Logs many predictions and writes their ids into a JSON list. `records` are as many texts as for
// `pantau_prediction_log_record`, with the length of each, or NULL: nothing more is known of any.
// With the durability `each` it waits once for all of them. None is logged if one cannot be.
pantau_status pantau_prediction_log_record_many(const pantau_prediction_log *log,
                                                const pantau_predictions *predictions,
                                                const char *const *records,
                                                const size_t *record_lengths,
                                                const pantau_anonymizer *anonymizer,
                                                pantau_text **out);

// Logs what somebody says of a prediction, as `pantau_store_write_feedback` writes it, and gives
// the id of that. It comes after the predictions that were logged before.
pantau_status pantau_prediction_log_feedback(const pantau_prediction_log *log,
                                             const char *prediction_id,
                                             size_t prediction_id_length,
                                             const char *feedback,
                                             size_t feedback_length,
                                             pantau_text **out);

// Waits until all that was logged so far is in the store or in the outbox, at most
// `timeout_ms`, 0 for as long as it takes; `DEADLINE` if that was not enough.
pantau_status pantau_prediction_log_flush(const pantau_prediction_log *log, uint64_t timeout_ms);

// Gives what the log has done so far as a JSON object: `queued`, `waiting` (in the outbox),
// `written`, `repeated`, `dropped`, `spilled`, `failed`, `batches`, `mean_delivery_ms`,
// `max_delivery_ms` and `last_error`.
pantau_status pantau_prediction_log_counters(const pantau_prediction_log *log, pantau_text **out);

// Deletes all that is stored of a subject, as `pantau_store_forget` does, and what of it is still
// on its way.
pantau_status pantau_prediction_log_forget(const pantau_prediction_log *log,
                                           const char *subject,
                                           size_t subject_length,
                                           const char *actor,
                                           size_t actor_length,
                                           pantau_text **out);

// Ends a log once all is in the store or in the outbox; logging is an error from then on. It says
// if records could be brought to neither, which `pantau_prediction_log_free` cannot.
pantau_status pantau_prediction_log_close(const pantau_prediction_log *log);

// Ends a log as `pantau_prediction_log_close` does, and frees it; NULL is fine.
void pantau_prediction_log_free(pantau_prediction_log *log);

// Gives the SQL that makes the tables of a new store, for people who keep their database
// themselves. `dialect` is `sqlite` or `postgres`.
pantau_status pantau_schema(const char *dialect, size_t dialect_length, pantau_text **out);

// Opens a registry by its name: `memory:`, a folder, `s3://bucket/prefix`, or the URL of an MLflow
// server.
pantau_status pantau_registry_open(const char *location,
                                   size_t location_length,
                                   pantau_registry **out);

// Gives where a registry is, for people: a path or a URL, without a password.
pantau_status pantau_registry_location(const pantau_registry *registry, pantau_text **out);

// Registers a bundle as the next version of a model, and gives its number. `told` is JSON, of
// which all can be left out:
//
// ```json
// {"description": "", "tags": {"team": "ulasan"}, "metrics": {"accuracy": 0.91},
//  "params": {"kind": "tfidf-nb"}, "run_id": null, "alias": "challenger"}
// ```
pantau_status pantau_registry_register(const pantau_registry *registry,
                                       const char *model,
                                       size_t model_length,
                                       const char *bundle,
                                       size_t bundle_length,
                                       const char *told,
                                       size_t told_length,
                                       const char *act,
                                       size_t act_length,
                                       uint32_t *out);

// Gives the names of the models as a JSON list.
pantau_status pantau_registry_models(const pantau_registry *registry, pantau_text **out);

// Gives a model as a JSON object: `model`, `aliases`, `versions` (a list, the first one first, as
// `pantau_registry_version` gives each), `entries` and `head`, the hash of its journal's last
// entry.
pantau_status pantau_registry_versions(const pantau_registry *registry,
                                       const char *model,
                                       size_t model_length,
                                       pantau_text **out);

// Gives a version as a JSON object: `version`, `stage`, `aliases`, `description`, `tags`,
// `metrics`, `params`, `run_id`, `registered_at`, `registered_by`, `bundle` and `files`.
pantau_status pantau_registry_version(const pantau_registry *registry,
                                      const char *model,
                                      size_t model_length,
                                      uint32_t version,
                                      pantau_text **out);

// Makes a version the champion. The one before becomes `previous` and is archived, all in one
// step.
pantau_status pantau_registry_promote(const pantau_registry *registry,
                                      const char *model,
                                      size_t model_length,
                                      uint32_t version,
                                      const char *act,
                                      size_t act_length);

// Makes the champion before the champion again, and gives its number; the present one becomes
// `previous`, so a second rollback takes the first one back.
pantau_status pantau_registry_rollback(const pantau_registry *registry,
                                       const char *model,
                                       size_t model_length,
                                       const char *act,
                                       size_t act_length,
                                       uint32_t *out);

// Brings a version into a stage: `None`, `Staging` (the challenger), `Production` (the champion)
// or `Archived`. With `archive_existing`, the version that was in it is archived.
pantau_status pantau_registry_transition(const pantau_registry *registry,
                                         const char *model,
                                         size_t model_length,
                                         uint32_t version,
                                         const char *stage,
                                         size_t stage_length,
                                         bool archive_existing,
                                         const char *act,
                                         size_t act_length);

// Gives a version an alias, which another may have had.
pantau_status pantau_registry_set_alias(const pantau_registry *registry,
                                        const char *model,
                                        size_t model_length,
                                        const char *alias,
                                        size_t alias_length,
                                        uint32_t version,
                                        const char *act,
                                        size_t act_length);

// Takes an alias away.
pantau_status pantau_registry_remove_alias(const pantau_registry *registry,
                                           const char *model,
                                           size_t model_length,
                                           const char *alias,
                                           size_t alias_length,
                                           const char *act,
                                           size_t act_length);

// Sets a tag of a version.
pantau_status pantau_registry_set_tag(const pantau_registry *registry,
                                      const char *model,
                                      size_t model_length,
                                      uint32_t version,
                                      const char *name,
                                      size_t name_length,
                                      const char *value,
                                      size_t value_length,
                                      const char *act,
                                      size_t act_length);

// Takes a tag of a version away.
pantau_status pantau_registry_remove_tag(const pantau_registry *registry,
                                         const char *model,
                                         size_t model_length,
                                         uint32_t version,
                                         const char *name,
                                         size_t name_length,
                                         const char *act,
                                         size_t act_length);

// Describes a version for people.
pantau_status pantau_registry_describe(const pantau_registry *registry,
                                       const char *model,
                                       size_t model_length,
                                       uint32_t version,
                                       const char *description,
                                       size_t description_length,
                                       const char *act,
                                       size_t act_length);

// Notes what a version scored: `metrics` are JSON, `{"accuracy": 0.91}`.
pantau_status pantau_registry_log_metrics(const pantau_registry *registry,
                                          const char *model,
                                          size_t model_length,
                                          uint32_t version,
                                          const char *metrics,
                                          size_t metrics_length,
                                          const char *act,
                                          size_t act_length);

// Gives the version that a reference names as a JSON object, `{"model": "sentiment", "version":
// 3}`. References are such as `models:/sentiment@champion`, `models:/sentiment/3`,
// `models:/sentiment/latest` and `models:/sentiment/Production`.
pantau_status pantau_registry_resolve(const pantau_registry *registry,
                                      const char *reference,
                                      size_t reference_length,
                                      pantau_text **out);

// Gives the path of a folder of this machine with the bundle that a reference names; each file was
// checked by its SHA-256, and `INCOMPATIBLE` names one that was altered.
pantau_status pantau_registry_path(const pantau_registry *registry,
                                   const char *reference,
                                   size_t reference_length,
                                   pantau_text **out);

// Opens the classifier that a reference names. `options` may be NULL.
pantau_status pantau_registry_load(const pantau_registry *registry,
                                   const char *reference,
                                   size_t reference_length,
                                   const pantau_model_options *options,
                                   pantau_classifier **out);

// Gives the version that was the champion at a moment; 0 if none was.
pantau_status pantau_registry_champion_at(const pantau_registry *registry,
                                          const char *model,
                                          size_t model_length,
                                          const char *time,
                                          size_t time_length,
                                          uint32_t *out);

// Gives every move of an alias as a JSON list, the first one first: `time`, `actor`, `reason`,
// `evidence`, `what`, `alias`, `from` and `to`.
pantau_status pantau_registry_history(const pantau_registry *registry,
                                      const char *model,
                                      size_t model_length,
                                      pantau_text **out);

// Gives the entries of a model's journal as a JSON list, the first one first, each with its hash
// and that of the one before.
pantau_status pantau_registry_journal(const pantau_registry *registry,
                                      const char *model,
                                      size_t model_length,
                                      pantau_text **out);

// Gives in what some versions of a model differ, `count` of them, two or more, as a JSON object:
// `model`, `versions`, and the differences in `params`, `metrics`, `tags` and `files`.
pantau_status pantau_registry_compare(const pantau_registry *registry,
                                      const char *model,
                                      size_t model_length,
                                      const uint32_t *versions,
                                      size_t count,
                                      pantau_text **out);

// Checks a model's journal from its first entry, and every file of every version: `INCOMPATIBLE`
// names what was altered. Gives `{"entries": 7, "head": "…", "versions": 3, "files": 12}`; who
// keeps `head` elsewhere will also notice a journal that was made anew.
pantau_status pantau_registry_verify(const pantau_registry *registry,
                                     const char *model,
                                     size_t model_length,
                                     pantau_text **out);

// Frees a registry; NULL is fine.
void pantau_registry_free(pantau_registry *registry);

// Opens runs by the name of a store, or by the URL of an MLflow server, `http://host:5000`.
pantau_status pantau_runs_open(const char *location, size_t location_length, pantau_runs **out);

// Gives the runs of a store that is open.
pantau_status pantau_runs_over(const pantau_store *store, pantau_runs **out);

// Gives where runs live, without a password.
pantau_status pantau_runs_location(const pantau_runs *runs, pantau_text **out);

// Starts a run of an experiment, which is made by its first run. With an empty `name` the run gets
// one from the time.
pantau_status pantau_runs_start(const pantau_runs *runs,
                                const char *experiment,
                                size_t experiment_length,
                                const char *name,
                                size_t name_length,
                                pantau_run **out);

// Goes on with a run, which is running again.
pantau_status pantau_runs_resume(const pantau_runs *runs,
                                 const char *id,
                                 size_t id_length,
                                 pantau_run **out);

// Gives all that is known about a run as JSON: experiment, name, status, times, params, tags, and
// of each metric the last step.
pantau_status pantau_runs_run(const pantau_runs *runs,
                              const char *id,
                              size_t id_length,
                              pantau_text **out);

// Gives the names of all experiments as a JSON list.
pantau_status pantau_runs_experiments(const pantau_runs *runs, pantau_text **out);

// Gives the runs of an experiment as a JSON list, the latest first, at most `limit` of them.
pantau_status pantau_runs_list(const pantau_runs *runs,
                               const char *experiment,
                               size_t experiment_length,
                               size_t limit,
                               pantau_text **out);

// Gives the runs that are part of a run as a JSON list, the latest first.
pantau_status pantau_runs_children(const pantau_runs *runs,
                                   const char *id,
                                   size_t id_length,
                                   pantau_text **out);

// Gives the run of an experiment whose last number of a metric is the largest (or, without
// `maximize`, the smallest) as JSON, or `null`.
pantau_status pantau_runs_best(const pantau_runs *runs,
                               const char *experiment,
                               size_t experiment_length,
                               const char *metric,
                               size_t metric_length,
                               bool maximize,
                               pantau_text **out);

// Gives what is not the same in two runs or more as JSON. `ids` and `id_lengths` hold `count`
// entries each.
pantau_status pantau_runs_compare(const pantau_runs *runs,
                                  const char *const *ids,
                                  const size_t *id_lengths,
                                  size_t count,
                                  pantau_text **out);

// Gives the steps of a metric of a run as a JSON list, in their order.
pantau_status pantau_runs_metric_history(const pantau_runs *runs,
                                         const char *id,
                                         size_t id_length,
                                         const char *metric,
                                         size_t metric_length,
                                         pantau_text **out);

// Gives the files of a run as a JSON list: their paths, sizes and, where it is known, SHA-256.
pantau_status pantau_runs_artefacts(const pantau_runs *runs,
                                    const char *id,
                                    size_t id_length,
                                    pantau_text **out);

// Writes a file of a run to `target`, whole or not at all.
pantau_status pantau_runs_save_artefact(const pantau_runs *runs,
                                        const char *id,
                                        size_t id_length,
                                        const char *path,
                                        size_t path_length,
                                        const char *target,
                                        size_t target_length);

// Gives all runs of an experiment as one JSON document, for notebooks and reports.
pantau_status pantau_runs_export_json(const pantau_runs *runs,
                                      const char *experiment,
                                      size_t experiment_length,
                                      pantau_text **out);

// Removes a run with all that was logged to it.
pantau_status pantau_runs_delete(const pantau_runs *runs, const char *id, size_t id_length);

// Frees runs; NULL is fine. Runs that were started go on.
void pantau_runs_free(pantau_runs *runs);

// Gives the id of a run.
pantau_status pantau_run_id(const pantau_run *run, pantau_text **out);

// Gives the name of a run.
pantau_status pantau_run_name(const pantau_run *run, pantau_text **out);

// Starts a run that is part of this one, such as a trial of a search.
pantau_status pantau_run_start_part(const pantau_run *run,
                                    const char *name,
                                    size_t name_length,
                                    pantau_run **out);

// Logs a parameter. The same value again changes nothing; another one is a conflict that names
// both.
pantau_status pantau_run_log_param(const pantau_run *run,
                                   const char *name,
                                   size_t name_length,
                                   const char *value,
                                   size_t value_length);

// Logs a metric at a step.
pantau_status pantau_run_log_metric(const pantau_run *run,
                                    const char *name,
                                    size_t name_length,
                                    double value,
                                    int64_t step);

// Sets a tag, which may be set again.
pantau_status pantau_run_set_tag(const pantau_run *run,
                                 const char *name,
                                 size_t name_length,
                                 const char *value,
                                 size_t value_length);

// Logs a file, or all files of a folder, below `folder` of the run, or with an empty one at its
// top.
pantau_status pantau_run_log_artefact(const pantau_run *run,
                                      const char *path,
                                      size_t path_length,
                                      const char *folder,
                                      size_t folder_length);

// Logs bytes as a file at `path` of the run.
pantau_status pantau_run_log_bytes(const pantau_run *run,
                                   const char *path,
                                   size_t path_length,
                                   const uint8_t *bytes,
                                   size_t count);

// Ends a run: `status` is `finished`, `failed` or `killed`.
pantau_status pantau_run_finish(const pantau_run *run, const char *status, size_t status_length);

// Frees a run; NULL is fine.
void pantau_run_free(pantau_run *run);

// Learns a classifier as `pantau_train` does, and logs it: its settings and data as parameters,
// what it came to as metrics, each setting that was tried as a run that is part of this one, and
// the reports as files. Neither the model nor a text is logged.
pantau_status pantau_run_train(const pantau_run *run,
                               const pantau_labelled_texts *data,
                               const pantau_labelled_texts *test,
                               const char *bundle,
                               size_t bundle_length,
                               const char *options,
                               size_t options_length,
                               pantau_progress progress,
                               void *user_data,
                               pantau_bundle **out);

// Logs how good a classifier is: accuracy, averages and the scores of each label as metrics, the
// confusion matrix and the reports as files. The texts of its mistakes are left out.
pantau_status pantau_run_log_evaluation(const pantau_run *run, const pantau_evaluation *evaluation);

// Opens a workspace, which is made if there is none. `options` are JSON, of which all can be left
// out: other places than inside the folder, and how its models run (`device` is `cpu`, `prefer_cuda`
// or `require_cuda`).
//
// ```json
// {"store": "postgresql://user:password@host/database", "registry": "s3://bucket/prefix",
//  "webhook": "https://hooks.example/secret", "device": "cpu", "threads": null, "max_tokens": null}
// ```
pantau_status pantau_workspace_open(const char *folder,
                                    size_t folder_length,
                                    const char *options,
                                    size_t options_length,
                                    pantau_workspace **out);

// Gives the store of a workspace.
pantau_status pantau_workspace_store(const pantau_workspace *workspace, pantau_store **out);

// Gives the registry of a workspace.
pantau_status pantau_workspace_registry(const pantau_workspace *workspace, pantau_registry **out);

// Trains a model on labelled texts and registers it; gives what came out as JSON: `sentence`,
// `version`, `promoted`, `gates`, `metrics`, `train_rows`, `test_rows`, `seconds` and `run_id`. The
// first version of a model is in use from then on; a later one only if it passes the gates.
//
// By training you say that the writers agreed to have their texts kept; they are, anonymised, unless
// `keep` is false. With `replace` they take the place of all that the model was trained with before,
// which are removed: how wrong ones are got rid of. `options` are JSON, of which all can be left out;
// `training` is as for `pantau_train`:
//
// ```json
// {"training": {"kind": "tfidf-nb", "seed": 0}, "keep": true, "replace": false, "actor": "ani",
//  "at": null}
// ```
pantau_status pantau_workspace_train(const pantau_workspace *workspace,
                                     const char *model,
                                     size_t model_length,
                                     const pantau_labelled_texts *data,
                                     const char *options,
                                     size_t options_length,
                                     pantau_progress progress,
                                     void *user_data,
                                     pantau_text **out);

// Gives the answer to a text as JSON: `id` (by which feedback names it), `model`, `version`, `label`,
// `confidence`, `probabilities` (pairs), `flags` (names as of `pantau_flag`, and `few_words`,
// `too_short`, `too_long` of the settings), `novelty`, `novelty_pvalue`, `timestamp` and
// `latency_ms`. It is logged and counted; of the text itself nothing is kept unless `ask` says that
// its writer agreed. Where several versions answer, the same `subject` is always answered by the same.
// `ask` is JSON, of which all can be left out:
//
// ```json
// {"consent": true, "subject": "user-17", "review_ids": ["r1"], "at": null,
//  "return_probabilities": true, "deadline_ms": 200}
// ```
pantau_status pantau_workspace_predict(const pantau_workspace *workspace,
                                       const char *model,
                                       size_t model_length,
                                       const char *text,
                                       size_t length,
                                       const char *ask,
                                       size_t ask_length,
                                       pantau_text **out);

// Gives the answers to many texts as a JSON list, in their order.
pantau_status pantau_workspace_predict_batch(const pantau_workspace *workspace,
                                             const char *model,
                                             size_t model_length,
                                             const char *const *texts,
                                             const size_t *lengths,
                                             size_t count,
                                             const char *ask,
                                             size_t ask_length,
                                             pantau_text **out);

// Takes what somebody says of an answer, as `pantau_store_write_feedback` does; gives whether the
// answer is in the store already. If not, both come together later. The source `audit` is for the
// labels of what `pantau_workspace_to_label` lists.
pantau_status pantau_workspace_feedback(const pantau_workspace *workspace,
                                        const char *id,
                                        size_t id_length,
                                        const char *feedback,
                                        size_t feedback_length,
                                        bool *out);

// Gives how a model stands as JSON: `model`, `version`, `at`, `drift`, `accuracy`, `feedback`,
// `triggers` and `missed`.
pantau_status pantau_workspace_check(const pantau_workspace *workspace,
                                     const char *model,
                                     size_t model_length,
                                     const char *now,
                                     size_t now_length,
                                     pantau_text **out);

// Gives how a model stands as a terminal shows it.
pantau_status pantau_workspace_check_text(const pantau_workspace *workspace,
                                          const char *model,
                                          size_t model_length,
                                          const char *now,
                                          size_t now_length,
                                          pantau_text **out);

// Gives whether a model should be trained anew, as JSON: `should_retrain`, `triggers` (a list of
// `type`, `reason` and `priority`), `not_fired` and `held_back` (lists of `type` and `reason`),
// `summary` and `evaluated_at`. Evaluating never acts.
pantau_status pantau_workspace_evaluate_triggers(const pantau_workspace *workspace,
                                                 const char *model,
                                                 size_t model_length,
                                                 const char *now,
                                                 size_t now_length,
                                                 pantau_text **out);

// Trains a model anew if there are reasons, or if `force` says so, and gives the record as JSON:
// `id`, `started_at`, `trigger_evaluation`, `training_result`, `validation_result`, `status`
// (`completed`, `rejected`, `failed`, `stopped` or `skipped`), `reason` and `completed_at`. `options` are JSON,
// of which all can be left out:
//
// ```json
// {"force": false, "actor": "ani", "at": null}
// ```
pantau_status pantau_workspace_retrain(const pantau_workspace *workspace,
                                       const char *model,
                                       size_t model_length,
                                       const char *options,
                                       size_t options_length,
                                       pantau_progress progress,
                                       void *user_data,
                                       pantau_text **out);

// Makes a version the one in use, in all processes within a second.
pantau_status pantau_workspace_promote(const pantau_workspace *workspace,
                                       const char *model,
                                       size_t model_length,
                                       uint32_t version,
                                       const char *act,
                                       size_t act_length);

// Brings back the version that was in use before, and gives its number.
pantau_status pantau_workspace_rollback(const pantau_workspace *workspace,
                                        const char *model,
                                        size_t model_length,
                                        const char *act,
                                        size_t act_length,
                                        uint32_t *out);

// Gives how a model is served, watched and trained anew, as JSON.
pantau_status pantau_workspace_settings(const pantau_workspace *workspace,
                                        const char *model,
                                        size_t model_length,
                                        pantau_text **out);

// Changes settings, and gives all of them: the members of `changes`, a JSON object, take the place of
// those that are there, objects within are merged, and null brings a default back. All processes
// follow within a second. `docs/workspace.md` tells what each setting is; of `act` the `actor` is
// kept.
pantau_status pantau_workspace_configure(const pantau_workspace *workspace,
                                         const char *model,
                                         size_t model_length,
                                         const char *changes,
                                         size_t changes_length,
                                         const char *act,
                                         size_t act_length,
                                         pantau_text **out);

// Notes that somebody has seen what changed: it is no reason to train any more, until something else
// changes, too.
pantau_status pantau_workspace_acknowledge(const pantau_workspace *workspace,
                                           const char *model,
                                           size_t model_length,
                                           const char *act,
                                           size_t act_length);

// Takes the last windows as the new normal: 28 at least, and after a change only those since it
// began.
pantau_status pantau_workspace_rebaseline(const pantau_workspace *workspace,
                                          const char *model,
                                          size_t model_length,
                                          const char *act,
                                          size_t act_length);

// Gives predictions that were picked by chance for somebody to label, as a JSON list, the oldest
// first and at most `limit`. Tell their labels by `pantau_workspace_feedback` with the source
// `audit`: the accuracy is told from these alone.
pantau_status pantau_workspace_to_label(const pantau_workspace *workspace,
                                        const char *model,
                                        size_t model_length,
                                        size_t limit,
                                        const char *now,
                                        size_t now_length,
                                        pantau_text **out);

// Waits until all predictions so far are in the store, at most so many milliseconds; 0 is without
// a limit.
pantau_status pantau_workspace_flush(const pantau_workspace *workspace, uint64_t limit_ms);

// Gives what the log of predictions has done so far, as JSON.
pantau_status pantau_workspace_log_counters(const pantau_workspace *workspace, pantau_text **out);

// Ends a workspace: what was logged and counted is in the store when this returns. It must still be
// freed.
pantau_status pantau_workspace_close(const pantau_workspace *workspace);

// Frees a workspace, which ends it first; NULL is fine.
void pantau_workspace_free(pantau_workspace *workspace);

// Puts a version beside the one in use. With a `share` between 0 and 1 it answers so many of the texts,
// those of a subject always by the same version; with 0 it answers all texts and nobody sees it. What
// came before `since` is not compared.
pantau_status pantau_workspace_challenge(const pantau_workspace *workspace,
                                         const char *model,
                                         size_t model_length,
                                         uint32_t version,
                                         double share,
                                         const char *since,
                                         size_t since_length,
                                         const char *act,
                                         size_t act_length);

// Takes a version away from beside the one in use.
pantau_status pantau_workspace_withdraw(const pantau_workspace *workspace,
                                        const char *model,
                                        size_t model_length,
                                        uint32_t version,
                                        const char *act,
                                        size_t act_length);

// Gives how the versions beside the one in use compare with it, as JSON: `sentence`, `champion`,
// `challengers` (`version`, `share`, `since`, `answered`, `agreement`, `comparison`, `problem`) and
// `recommended`. It may be asked as often as one likes.
pantau_status pantau_workspace_rollout(const pantau_workspace *workspace,
                                       const char *model,
                                       size_t model_length,
                                       pantau_text **out);

// Asks a version what was asked in some time, as far as the texts are kept, and gives how its answers
// compare as JSON. `options` are JSON, of which all can be left out:
//
// ```json
// {"since": "2026-11-01", "until": null, "limit": 10000}
// ```
pantau_status pantau_workspace_replay(const pantau_workspace *workspace,
                                      const char *model,
                                      size_t model_length,
                                      uint32_t version,
                                      const char *options,
                                      size_t options_length,
                                      pantau_progress progress,
                                      void *user_data,
                                      pantau_text **out);

// Looks after a model once, and gives the record of its training as JSON: closes the windows that are
// over, acts on comparisons that are decided if the settings say so, and trains anew if there is a
// reason.
pantau_status pantau_workspace_look_after(const pantau_workspace *workspace,
                                          const char *model,
                                          size_t model_length,
                                          pantau_progress progress,
                                          void *user_data,
                                          pantau_text **out);

// Looks after models again and again on a thread of this process, until `pantau_workspace_stop`.
// `options` are JSON, of which all can be left out: how often in seconds, and after which models;
// none are all that are in use.
//
// ```json
// {"every": 60, "models": []}
// ```
pantau_status pantau_workspace_start(const pantau_workspace *workspace,
                                     const char *options,
                                     size_t options_length);

// Ends what `pantau_workspace_start` began. A training that runs is stopped; the version in use stays.
pantau_status pantau_workspace_stop(const pantau_workspace *workspace);

// Gives how this process serves a model, as JSON: `version`, `labels`, `watched`, `challengers`,
// `shadows`, `problems`, and `info` as of a classifier. Loads the model, if that was not done yet.
pantau_status pantau_workspace_info(const pantau_workspace *workspace,
                                    const char *model,
                                    size_t model_length,
                                    pantau_text **out);

// Follows at once what the registry and the settings say of a model, which otherwise takes half a
// second; gives the number of the version in use.
pantau_status pantau_workspace_reload(const pantau_workspace *workspace,
                                      const char *model,
                                      size_t model_length,
                                      uint32_t *out);

// Gives the names of the models that are in use, as a JSON list.
pantau_status pantau_workspace_models_in_use(const pantau_workspace *workspace, pantau_text **out);

// Calls a function for whatever happens from now on, in any process that has the workspace open.
// `user_data` is used on another thread, and must live until the workspace is freed.
pantau_status pantau_workspace_notify(const pantau_workspace *workspace,
                                      pantau_notice callback,
                                      void *user_data);

// Posts whatever happens to a URL as JSON, whose `text` Slack and others show.
pantau_status pantau_workspace_notify_webhook(const pantau_workspace *workspace,
                                              const char *url,
                                              size_t url_length);

// Gives what all processes that have the folder open tell Prometheus, as it reads it. `options` are
// JSON, of which all can be left out: whether older names are told, too, and whether models are looked
// at now, which is done every half minute otherwise.
//
// ```json
// {"aliases": false, "fresh": false}
// ```
pantau_status pantau_workspace_metrics(const pantau_workspace *workspace,
                                       const char *options,
                                       size_t options_length,
                                       pantau_text **out);

// Counts a request that a service has answered, for the metrics: the route as it is declared, not as it
// was asked for, the status of HTTP, and how many seconds it took.
pantau_status pantau_workspace_count_request(const pantau_workspace *workspace,
                                             const char *route,
                                             size_t route_length,
                                             uint16_t status,
                                             double seconds);

// Gives a dashboard as Grafana imports it, JSON.
pantau_status pantau_dashboard(pantau_text **out);

// Gives alerts as Prometheus reads them, YAML.
pantau_status pantau_alert_rules(pantau_text **out);

#ifdef __cplusplus
}  // extern "C"
#endif  // __cplusplus

#endif  /* PANTAU_H */
