/* Whatever is passed to models: a clear error, never a crash: bad_models DATA SCRATCH */

#include "model.h"

/* What stands in every result before a call that must fail. */
static char sentinel;
#define UNTOUCHED ((void *)&sentinel)

static pantau_bundle *bundle;
static pantau_bundle_files *files;
static pantau_convert_options *convert_options;
static pantau_model_options *options;
static pantau_classifier *classifier;
static pantau_encoder *encoder;
static struct path classifier_path, encoder_path;

static void ignore(void *user_data, pantau_status status, pantau_prediction *prediction,
                   const char *message) {
    (void)user_data, (void)status, (void)message;
    pantau_prediction_free(prediction);
}

static void never(void *user_data, pantau_status status, pantau_prediction *prediction,
                  const char *message) {
    ignore(user_data, status, prediction, message);
    CHECK(!"a call that failed has no answer");
}

/* Every function that takes a text, behind one signature. */
struct text_call {
    const char *argument;
    pantau_status (*call)(const char *text, size_t length);
};

/* A call that gives an object, which must not happen in this program. */
#define GIVES(name, type, ...)                                                                     \
    static pantau_status name(const char *text, size_t length) {                                   \
        type *object = UNTOUCHED;                                                                  \
        pantau_status status = __VA_ARGS__;                                                        \
        CHECK(status != PANTAU_STATUS_OK && object == UNTOUCHED);                                  \
        return status;                                                                             \
    }

#define GIVES_NOTHING(name, ...)                                                                   \
    static pantau_status name(const char *text, size_t length) { return __VA_ARGS__; }

#define X PANTAU_LITERAL("x")

GIVES_NOTHING(runtime_load, pantau_runtime_load(text, length))
GIVES(bundle_open, pantau_bundle, pantau_bundle_open(text, length, &object))
GIVES_NOTHING(files_name, pantau_bundle_files_add(files, text, length, X))
GIVES_NOTHING(files_path, pantau_bundle_files_add(files, X, text, length))
GIVES(create_target, pantau_bundle, pantau_bundle_create(text, length, files, X, false, &object))
GIVES(create_manifest, pantau_bundle, pantau_bundle_create(X, files, text, length, false, &object))
GIVES_NOTHING(set_weights, pantau_convert_options_set_weights(convert_options, text, length))
GIVES_NOTHING(add_calibration,
              pantau_convert_options_add_calibration(convert_options, text, length))
GIVES_NOTHING(set_name, pantau_convert_options_set_name(convert_options, text, length))
GIVES(convert_checkpoint, pantau_bundle, pantau_convert(text, length, X, NULL, &object))
GIVES(convert_bundle, pantau_bundle, pantau_convert(X, text, length, NULL, &object))
GIVES_NOTHING(set_device, pantau_model_options_set_device(options, text, length))
GIVES_NOTHING(set_long_text, pantau_model_options_set_long_text(options, text, length, 0, 1))
GIVES(classifier_open, pantau_classifier, pantau_classifier_open(text, length, NULL, &object))
GIVES(predict, pantau_prediction, pantau_classifier_predict(classifier, text, length, &object))
GIVES(predict_batch, pantau_predictions,
      pantau_classifier_predict_batch(classifier, &text, &length, 1, true, 0, &object))
GIVES_NOTHING(predict_then,
              pantau_classifier_predict_then(classifier, text, length, 0, never, NULL))
GIVES_NOTHING(classifier_swap, pantau_classifier_swap(classifier, text, length))
GIVES(encoder_open, pantau_encoder, pantau_encoder_open(text, length, NULL, &object))
GIVES(embed, pantau_embeddings, pantau_encoder_embed(encoder, text, length, &object))
GIVES(embed_batch, pantau_embeddings,
      pantau_encoder_embed_batch(encoder, &text, &length, 1, 0, &object))
GIVES_NOTHING(encoder_swap, pantau_encoder_swap(encoder, text, length))

static void check_texts(void) {
    static const struct text_call calls[] = {
        {"path", runtime_load},
        {"path", bundle_open},
        {"name", files_name},
        {"path", files_path},
        {"target", create_target},
        {"manifest", create_manifest},
        {"weights", set_weights},
        {"name", set_name},
        {"text", add_calibration},
        {"checkpoint", convert_checkpoint},
        {"bundle", convert_bundle},
        {"device", set_device},
        {"long_text", set_long_text},
        {"bundle", classifier_open},
        {"text", predict},
        {"texts[0]", predict_batch},
        {"text", predict_then},
        {"bundle", classifier_swap},
        {"bundle", encoder_open},
        {"text", embed},
        {"texts[0]", embed_batch},
        {"bundle", encoder_swap},
    };
    for (size_t index = 0; index < sizeof calls / sizeof *calls; ++index) {
        char expected[64];
        snprintf(expected, sizeof expected, "%s: is NULL", calls[index].argument);
        CHECK_INVALID(expected, calls[index].call(NULL, 3));
        snprintf(expected, sizeof expected, "%s: its length", calls[index].argument);
        CHECK_INVALID(expected, calls[index].call("x", SIZE_MAX));
        snprintf(expected, sizeof expected, "%s: is not UTF-8 at byte 2", calls[index].argument);
        CHECK_INVALID(expected, calls[index].call("ab\xFF", 3));
    }
}

static void check_null_objects(void) {
    pantau_text *text = UNTOUCHED;
    pantau_prediction *prediction = UNTOUCHED;
    pantau_predictions *predictions = UNTOUCHED;
    pantau_embeddings *embeddings = UNTOUCHED;
    pantau_bundle *other = UNTOUCHED;
    size_t number = 77;
    const char *const texts[] = {"x"};
    const size_t lengths[] = {1};

    CHECK_INVALID("bundle: is NULL", pantau_bundle_verify(NULL));
    CHECK_INVALID("bundle: is NULL", pantau_bundle_path(NULL, &text));
    CHECK_INVALID("bundle: is NULL", pantau_bundle_id(NULL, &text));
    CHECK_INVALID("bundle: is NULL", pantau_bundle_manifest(NULL, &text));
    CHECK_INVALID("files: is NULL", pantau_bundle_files_add(NULL, X, X));
    CHECK_INVALID("files: is NULL", pantau_bundle_create(X, NULL, X, false, &other));
    CHECK_INVALID("options: is NULL", pantau_convert_options_set_weights(NULL, X));
    CHECK_INVALID("options: is NULL", pantau_convert_options_set_name(NULL, X));
    CHECK_INVALID("options: is NULL", pantau_convert_options_add_calibration(NULL, X));
    CHECK_INVALID("options: is NULL", pantau_convert_options_set_overwrite(NULL, true));
    CHECK_INVALID("options: is NULL", pantau_model_options_set_device(NULL, X));
    CHECK_INVALID("options: is NULL", pantau_model_options_set_threads(NULL, 1));
    CHECK_INVALID("options: is NULL", pantau_model_options_set_max_tokens(NULL, 1));
    CHECK_INVALID("options: is NULL", pantau_model_options_set_long_text(NULL, X, 0, 1));
    CHECK_INVALID("options: is NULL", pantau_model_options_set_max_wait_ms(NULL, 1));
    CHECK_INVALID("options: is NULL", pantau_model_options_set_queue(NULL, 1));
    CHECK_INVALID("classifier: is NULL", pantau_classifier_predict(NULL, X, &prediction));
    CHECK_INVALID("classifier: is NULL", pantau_classifier_predict_batch(NULL, texts, lengths, 1,
                                                                         true, 0, &predictions));
    CHECK_INVALID("classifier: is NULL", pantau_classifier_predict_then(NULL, X, 0, never, NULL));
    CHECK_INVALID("classifier: is NULL", pantau_classifier_label_count(NULL, &number));
    CHECK_INVALID("classifier: is NULL", pantau_classifier_label(NULL, 0, &text));
    CHECK_INVALID("classifier: is NULL", pantau_classifier_info(NULL, &text));
    CHECK_INVALID("classifier: is NULL", pantau_classifier_warm_up(NULL));
    CHECK_INVALID("classifier: is NULL", pantau_classifier_swap(NULL, X));
    CHECK_INVALID("classifier: is NULL", pantau_classifier_close(NULL));
    CHECK_INVALID("predictions: is NULL", pantau_predictions_get(NULL, 0, &prediction));
    CHECK_INVALID("encoder: is NULL", pantau_encoder_embed(NULL, X, &embeddings));
    CHECK_INVALID("encoder: is NULL",
                  pantau_encoder_embed_batch(NULL, texts, lengths, 1, 0, &embeddings));
    CHECK_INVALID("encoder: is NULL", pantau_encoder_dimensions(NULL, &number));
    CHECK_INVALID("encoder: is NULL", pantau_encoder_info(NULL, &text));
    CHECK_INVALID("encoder: is NULL", pantau_encoder_warm_up(NULL));
    CHECK_INVALID("encoder: is NULL", pantau_encoder_swap(NULL, X));
    CHECK_INVALID("encoder: is NULL", pantau_encoder_close(NULL));
    CHECK_INVALID("callback: is NULL",
                  pantau_classifier_predict_then(classifier, X, 0, NULL, NULL));
    CHECK_INVALID("texts: is NULL", pantau_classifier_predict_batch(classifier, NULL, lengths, 1,
                                                                    true, 0, &predictions));
    CHECK_INVALID("lengths: is NULL", pantau_classifier_predict_batch(classifier, texts, NULL, 1,
                                                                      true, 0, &predictions));
    CHECK_INVALID("texts: its length",
                  pantau_classifier_predict_batch(classifier, texts, lengths, SIZE_MAX / 8, true, 0,
                                                  &predictions));
    CHECK_INVALID("texts: is NULL",
                  pantau_encoder_embed_batch(encoder, NULL, lengths, 1, 0, &embeddings));

    CHECK(text == UNTOUCHED && prediction == UNTOUCHED && predictions == UNTOUCHED);
    CHECK(embeddings == UNTOUCHED && other == UNTOUCHED && number == 77);
}

static void check_null_results(void) {
    const char *const texts[] = {"x"};
    const size_t lengths[] = {1};
    CHECK_INVALID("out: is NULL", pantau_runtime_path(NULL));
    CHECK_INVALID("out: is NULL", pantau_runtime_version(NULL));
    CHECK_INVALID("out: is NULL", pantau_runtime_origin(NULL));
    CHECK_INVALID("out: is NULL", pantau_bundle_open(X, NULL));
    CHECK_INVALID("out: is NULL", pantau_bundle_path(bundle, NULL));
    CHECK_INVALID("out: is NULL", pantau_bundle_id(bundle, NULL));
    CHECK_INVALID("out: is NULL", pantau_bundle_manifest(bundle, NULL));
    CHECK_INVALID("out: is NULL", pantau_bundle_files_new(NULL));
    CHECK_INVALID("out: is NULL", pantau_bundle_create(X, files, X, false, NULL));
    CHECK_INVALID("out: is NULL", pantau_convert_options_new(NULL));
    CHECK_INVALID("out: is NULL", pantau_convert(X, X, NULL, NULL));
    CHECK_INVALID("out: is NULL", pantau_model_options_new(NULL));
    CHECK_INVALID("out: is NULL", pantau_classifier_open(X, NULL, NULL));
    CHECK_INVALID("out: is NULL", pantau_classifier_predict(classifier, X, NULL));
    CHECK_INVALID("out: is NULL", pantau_classifier_predict_batch(classifier, texts, lengths, 1,
                                                                  true, 0, NULL));
    CHECK_INVALID("out: is NULL", pantau_classifier_label_count(classifier, NULL));
    CHECK_INVALID("out: is NULL", pantau_classifier_label(classifier, 0, NULL));
    CHECK_INVALID("out: is NULL", pantau_classifier_info(classifier, NULL));
    CHECK_INVALID("out: is NULL", pantau_encoder_open(X, NULL, NULL));
    CHECK_INVALID("out: is NULL", pantau_encoder_embed(encoder, X, NULL));
    CHECK_INVALID("out: is NULL", pantau_encoder_embed_batch(encoder, texts, lengths, 1, 0, NULL));
    CHECK_INVALID("out: is NULL", pantau_encoder_dimensions(encoder, NULL));
    CHECK_INVALID("out: is NULL", pantau_encoder_info(encoder, NULL));

    /* Functions that cannot fail answer a NULL and leave the last message alone. */
    CHECK(pantau_prediction_label(NULL) == NULL && pantau_prediction_all_labels(NULL, 0) == NULL);
    CHECK(pantau_prediction_confidence(NULL) == 0 && pantau_prediction_probability(NULL, 0) == 0);
    CHECK(pantau_prediction_probability_count(NULL) == 0);
    CHECK(pantau_prediction_all_labels_count(NULL) == 0);
    CHECK(!pantau_prediction_is_empty(NULL) && !pantau_prediction_is_truncated(NULL));
    CHECK(!pantau_prediction_is_replaced(NULL));
    CHECK(pantau_predictions_count(NULL) == 0 && pantau_predictions_label_count(NULL) == 0);
    CHECK(pantau_predictions_label(NULL, 0) == NULL && pantau_predictions_best(NULL) == NULL);
    CHECK(pantau_predictions_label_name(NULL, 0) == NULL);
    CHECK(pantau_predictions_confidence(NULL) == NULL);
    CHECK(pantau_predictions_probabilities(NULL) == NULL);
    CHECK(pantau_predictions_flags(NULL) == NULL && pantau_embeddings_flags(NULL) == NULL);
    CHECK(pantau_embeddings_count(NULL) == 0 && pantau_embeddings_dimensions(NULL) == 0);
    CHECK(pantau_embeddings_numbers(NULL) == NULL);
    pantau_bundle_free(NULL);
    pantau_bundle_files_free(NULL);
    pantau_convert_options_free(NULL);
    pantau_model_options_free(NULL);
    pantau_prediction_free(NULL);
    pantau_predictions_free(NULL);
    pantau_classifier_free(NULL);
    pantau_embeddings_free(NULL);
    pantau_encoder_free(NULL);
    CHECK(strcmp(pantau_last_error(), "out: is NULL") == 0);
}

/* Values that are well formed but cannot be used. */
static void check_values(const char *scratch) {
    pantau_text *label = UNTOUCHED;
    pantau_prediction *prediction = UNTOUCHED;
    pantau_predictions *predictions;
    pantau_bundle *other = UNTOUCHED;
    const char *const texts[] = {"x", "\xFF"};
    const size_t lengths[] = {1, 1};
    CHECK_INVALID("\"gpu\" is not one of cpu", set_device(PANTAU_LITERAL("gpu")));
    CHECK_INVALID("device", set_device(NULL, 0));
    CHECK_INVALID("\"int4\" is not one of fp32", set_weights(PANTAU_LITERAL("int4")));
    CHECK_INVALID("\"middle\" is not one of truncate", set_long_text(PANTAU_LITERAL("middle")));
    CHECK_INVALID("index: 3 is not below", pantau_classifier_label(classifier, 3, &label));
    CHECK_INVALID("texts[1]: is not UTF-8", pantau_classifier_predict_batch(
                                                classifier, texts, lengths, 2, true, 0,
                                                &predictions));
    CHECK_OK(pantau_classifier_predict_batch(classifier, texts, lengths, 1, true, 0, &predictions));
    CHECK_INVALID("text: 1 is not below", pantau_predictions_get(predictions, 1, &prediction));
    CHECK(pantau_predictions_label(predictions, 1) == NULL);
    CHECK(pantau_predictions_label_name(predictions, 3) == NULL);
    pantau_predictions_free(predictions);
    CHECK(create_manifest(PANTAU_LITERAL("{\"format\": 999}")) == PANTAU_STATUS_INCOMPATIBLE);
    CHECK_INVALID("manifest", create_manifest(PANTAU_LITERAL("{")));

    CHECK_FAILS(PANTAU_STATUS_NOT_FOUND, "no/such", bundle_open(PANTAU_LITERAL("no/such")));
    CHECK_FAILS(PANTAU_STATUS_NOT_FOUND, "no/such", classifier_open(PANTAU_LITERAL("no/such")));
    CHECK_FAILS(PANTAU_STATUS_NOT_FOUND, "no/such", encoder_open(PANTAU_LITERAL("no/such")));
    CHECK_FAILS(PANTAU_STATUS_NOT_FOUND, "no/such", classifier_swap(PANTAU_LITERAL("no/such")));
    CHECK(classifier_open(NULL, 0) != PANTAU_STATUS_OK);
    CHECK(bundle_open(PANTAU_LITERAL("a\0b")) != PANTAU_STATUS_OK);
    CHECK_FAILS(PANTAU_STATUS_INCOMPATIBLE, "encoder", classifier_open(TEXT(encoder_path.text)));
    CHECK_FAILS(PANTAU_STATUS_INCOMPATIBLE, "classifier", encoder_open(TEXT(classifier_path.text)));
    CHECK_FAILS(PANTAU_STATUS_INCOMPATIBLE, "kind", classifier_swap(TEXT(encoder_path.text)));
    CHECK_FAILS(PANTAU_STATUS_INCOMPATIBLE, "kind", encoder_swap(TEXT(classifier_path.text)));
    struct path target = join(scratch, "target");
    CHECK_FAILS(PANTAU_STATUS_NOT_FOUND, "no/such",
                pantau_convert(PANTAU_LITERAL("no/such"), TEXT(target.text), NULL, &other));
    CHECK_INVALID("", pantau_convert(TEXT(classifier_path.text), TEXT(scratch), NULL, &other));
    CHECK(other == UNTOUCHED && prediction == UNTOUCHED && label == UNTOUCHED);
}

/* Options that only a model can refuse. */
static void check_options(void) {
    pantau_classifier *other = UNTOUCHED;
#define OPEN pantau_classifier_open(TEXT(classifier_path.text), options, &other)
    CHECK_OK(pantau_model_options_set_queue(options, 0));
    CHECK_INVALID("queue: 0", OPEN);
    CHECK_OK(pantau_model_options_set_queue(options, SIZE_MAX));
    CHECK_OK(pantau_model_options_set_threads(options, SIZE_MAX));
    CHECK_INVALID("threads: ", OPEN);
    CHECK_OK(pantau_model_options_set_threads(options, 1));
    CHECK_OK(pantau_model_options_set_max_tokens(options, SIZE_MAX));
    CHECK_INVALID("max_tokens: ", OPEN);
    CHECK_OK(pantau_model_options_set_max_tokens(options, 2));
    CHECK_INVALID("max_tokens: 2 leaves no room", OPEN);
    CHECK_OK(pantau_model_options_set_max_tokens(options, 8));
    CHECK_OK(pantau_model_options_set_long_text(options, PANTAU_LITERAL("windows"), 6, 3));
    CHECK_INVALID("overlap: 6", OPEN);
    CHECK_OK(pantau_model_options_set_long_text(options, PANTAU_LITERAL("windows"), 0, 0));
    CHECK_INVALID("max_windows: 0", OPEN);
    CHECK(other == UNTOUCHED);

    /* The largest numbers that can be meant. */
    CHECK_OK(pantau_model_options_set_long_text(options, PANTAU_LITERAL("windows"), 5, SIZE_MAX));
    CHECK_OK(pantau_model_options_set_max_wait_ms(options, 5));
    CHECK_OK(OPEN);
    pantau_predictions *predictions;
    const char *const texts[] = {"bagus", NULL};
    const size_t lengths[] = {5, 0};
    CHECK_OK(pantau_classifier_predict_batch(other, texts, lengths, 2, true, UINT64_MAX,
                                             &predictions));
    CHECK(pantau_predictions_flags(predictions)[0] == 0);
    CHECK(pantau_predictions_flags(predictions)[1] == PANTAU_FLAG_EMPTY);
    pantau_predictions_free(predictions);
    pantau_classifier_free(other);

    /* Where there is a CUDA device this opens, too. */
    CHECK_OK(pantau_model_options_set_device(options, PANTAU_LITERAL("require_cuda")));
    pantau_status status = OPEN;
    if (status == PANTAU_STATUS_OK) {
        pantau_classifier_free(other);
    } else {
        CHECK(status == PANTAU_STATUS_NOT_FOUND && strstr(pantau_last_error(), "CUDA") != NULL);
    }
    CHECK_OK(pantau_model_options_set_device(options, PANTAU_LITERAL("prefer_cuda")));
    CHECK_OK(OPEN);
    pantau_text *info;
    CHECK_OK(pantau_classifier_info(other, &info));
    CHECK((strstr(pantau_text_data(info), "\"fallback\": null") != NULL) ==
          (status == PANTAU_STATUS_OK));
    pantau_text_free(info);
    pantau_classifier_free(other);
}

/* More than can be answered in a millisecond. */
static void check_deadline(void) {
    enum { COUNT = 20000, LENGTH = 128 };
    char *bytes = malloc((size_t)COUNT * LENGTH);
    const char **texts = malloc(COUNT * sizeof *texts);
    size_t *lengths = malloc(COUNT * sizeof *lengths);
    CHECK(bytes != NULL && texts != NULL && lengths != NULL);
    for (size_t index = 0; index < COUNT; ++index) {
        char *text = bytes + index * LENGTH;
        snprintf(text, LENGTH, "%zu pelayanan buruk dan saya kecewa sekali, barang rusak", index);
        texts[index] = text;
        lengths[index] = strlen(text);
    }
    pantau_predictions *predictions = UNTOUCHED;
    pantau_embeddings *embeddings = UNTOUCHED;
    CHECK_FAILS(PANTAU_STATUS_DEADLINE, "1 ms",
                pantau_classifier_predict_batch(classifier, texts, lengths, COUNT, true, 1,
                                                &predictions));
    CHECK_FAILS(PANTAU_STATUS_DEADLINE, "1 ms",
                pantau_encoder_embed_batch(encoder, texts, lengths, COUNT, 1, &embeddings));
    CHECK(predictions == UNTOUCHED && embeddings == UNTOUCHED);
    free(bytes);
    free(texts);
    free(lengths);
}

static void check_closed(void) {
    pantau_text *text = UNTOUCHED;
    size_t number = 77;
    CHECK_OK(pantau_classifier_close(classifier));
    CHECK_OK(pantau_classifier_close(classifier));
    CHECK_INVALID("is closed", predict(X));
    CHECK_INVALID("is closed", predict_batch(X));
    CHECK_INVALID("is closed", predict_then(X));
    CHECK_INVALID("is closed", pantau_classifier_label_count(classifier, &number));
    CHECK_INVALID("is closed", pantau_classifier_label(classifier, 0, &text));
    CHECK_INVALID("is closed", pantau_classifier_info(classifier, &text));
    CHECK_INVALID("is closed", pantau_classifier_warm_up(classifier));
    CHECK_INVALID("is closed", classifier_swap(TEXT(classifier_path.text)));
    CHECK_OK(pantau_encoder_close(encoder));
    CHECK_INVALID("is closed", embed(X));
    CHECK_INVALID("is closed", embed_batch(X));
    CHECK_INVALID("is closed", pantau_encoder_dimensions(encoder, &number));
    CHECK_INVALID("is closed", pantau_encoder_info(encoder, &text));
    CHECK_INVALID("is closed", pantau_encoder_warm_up(encoder));
    CHECK_INVALID("is closed", encoder_swap(TEXT(encoder_path.text)));
    CHECK(text == UNTOUCHED && number == 77);
}

int main(int count, char **arguments) {
    CHECK(count > 2);
    need_runtime();
    classifier_path = make_bundle(arguments[1], "bert-classifier", arguments[2]);
    encoder_path = make_bundle(arguments[1], "bert-encoder", arguments[2]);
    CHECK_OK(pantau_bundle_open(TEXT(classifier_path.text), &bundle));
    CHECK_OK(pantau_bundle_files_new(&files));
    CHECK_OK(pantau_convert_options_new(&convert_options));
    CHECK_OK(pantau_model_options_new(&options));
    CHECK_OK(pantau_classifier_open(TEXT(classifier_path.text), NULL, &classifier));
    CHECK_OK(pantau_encoder_open(TEXT(encoder_path.text), NULL, &encoder));
    check_texts();
    check_null_objects();
    check_null_results();
    check_values(arguments[2]);
    check_options();
    check_deadline();
    check_closed();
    pantau_bundle_free(bundle);
    pantau_bundle_files_free(files);
    pantau_convert_options_free(convert_options);
    pantau_model_options_free(options);
    pantau_classifier_free(classifier);
    pantau_encoder_free(encoder);
    return EXIT_SUCCESS;
}
