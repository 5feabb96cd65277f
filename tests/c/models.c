/* From a checkpoint to answers, which are those of transformers: models DATA SCRATCH */

/* Threads are part of POSIX, not of C11. */
#define _POSIX_C_SOURCE 200809L

#include "json.h"
#include "model.h"
#include <math.h>
#include <pthread.h>

enum { MOST_CASES = 64, MOST_LABELS = 16 };

/* The texts of a golden file. */
struct cases {
    struct json *golden;
    const struct json *cases[MOST_CASES];
    const char *texts[MOST_CASES];
    size_t lengths[MOST_CASES];
    size_t count;
};

static struct cases read_cases(const char *data, const char *checkpoint) {
    struct cases all = {0};
    struct path checkpoints = join(data, "checkpoints");
    struct path folder = join(checkpoints.text, checkpoint);
    char *text = read_file(folder.text, "golden.json");
    all.golden = json_parse(text);
    free(text);
    const struct json *list = json_find(all.golden, "cases");
    CHECK(list != NULL);
    for (const struct json *one = list->first; one != NULL; one = one->next) {
        CHECK(all.count < MOST_CASES);
        const struct json *own = json_text(one, "text");
        all.cases[all.count] = one;
        all.texts[all.count] = own->text;
        all.lengths[all.count] = own->length;
        ++all.count;
    }
    CHECK(all.count > 5);
    return all;
}

static bool near(double left, double right) { return fabs(left - right) <= 1e-4; }

/* The probabilities that follow from the logits of a case. */
static size_t expected(const struct json *one, bool is_multi_label, double *probabilities) {
    const struct json *logits = json_find(one, "logits");
    CHECK(logits != NULL);
    size_t count = 0;
    double sum = 0;
    for (const struct json *logit = logits->first; logit != NULL; logit = logit->next) {
        CHECK(count < MOST_LABELS);
        double power = exp(logit->number);
        probabilities[count++] = is_multi_label ? power / (1 + power) : power;
        sum += power;
    }
    for (size_t index = 0; index < count && !is_multi_label; ++index) {
        probabilities[index] /= sum;
    }
    return count;
}

/* That a prediction is the one transformers makes of a case. */
static void check_prediction(const pantau_classifier *classifier,
                             const pantau_prediction *prediction, const struct json *one,
                             bool is_multi_label) {
    double probabilities[MOST_LABELS];
    size_t count = expected(one, is_multi_label, probabilities), best = 0, holding = 0;
    CHECK(pantau_prediction_probability_count(prediction) == count);
    for (size_t index = 0; index < count; ++index) {
        double probability = pantau_prediction_probability(prediction, index);
        CHECK(near(probability, probabilities[index]));
        best = probabilities[index] > probabilities[best] ? index : best;
        if (is_multi_label && probability >= 0.5) {
            pantau_text *label;
            CHECK_OK(pantau_classifier_label(classifier, index, &label));
            CHECK(strcmp(pantau_text_data(pantau_prediction_all_labels(prediction, holding++)),
                         pantau_text_data(label)) == 0);
            pantau_text_free(label);
        }
    }
    pantau_text *label;
    CHECK_OK(pantau_classifier_label(classifier, best, &label));
    const pantau_text *found = pantau_prediction_label(prediction);
    CHECK(strcmp(pantau_text_data(found), pantau_text_data(label)) == 0);
    pantau_text_free(label);
    CHECK(near(pantau_prediction_confidence(prediction), probabilities[best]));
    CHECK(pantau_prediction_probability(prediction, count) == 0);
    CHECK(pantau_prediction_all_labels_count(prediction) == (is_multi_label ? holding : 1));
    CHECK(pantau_prediction_all_labels(prediction, count) == NULL);
    const char *text = json_text(one, "text")->text;
    CHECK(pantau_prediction_is_empty(prediction) == (text[strspn(text, " ")] == '\0'));
    CHECK(pantau_prediction_is_truncated(prediction) == (json_find(one, "truncated")->number != 0));
    CHECK(!pantau_prediction_is_replaced(prediction));
}

/* That the columns of a batch say the same as predictions one by one. */
static void check_batch(const pantau_classifier *classifier, const struct cases *all,
                        bool is_multi_label) {
    pantau_predictions *full, *cheap;
    CHECK_OK(pantau_classifier_predict_batch(classifier, all->texts, all->lengths, all->count, true,
                                             60000, &full));
    CHECK_OK(pantau_classifier_predict_batch(classifier, all->texts, all->lengths, all->count,
                                             false, 0, &cheap));
    CHECK(pantau_predictions_count(full) == all->count);
    CHECK(pantau_predictions_probabilities(cheap) == NULL);
    size_t labels = pantau_predictions_label_count(full);
    for (size_t index = 0; index < all->count; ++index) {
        pantau_prediction *one, *alone;
        CHECK_OK(pantau_predictions_get(full, index, &one));
        check_prediction(classifier, one, all->cases[index], is_multi_label);
        CHECK_OK(pantau_classifier_predict(classifier, all->texts[index], all->lengths[index],
                                           &alone));
        check_prediction(classifier, alone, all->cases[index], is_multi_label);
        uint32_t best = pantau_predictions_best(full)[index];
        const double *row = pantau_predictions_probabilities(full) + index * labels;
        CHECK(row[best] == pantau_predictions_confidence(full)[index]);
        CHECK(near(row[best], pantau_prediction_confidence(alone)));
        CHECK(near(row[best], pantau_predictions_confidence(cheap)[index]));
        CHECK(pantau_predictions_best(cheap)[index] == best);
        CHECK(pantau_predictions_label(full, index) == pantau_predictions_label_name(full, best));
        uint32_t flags = pantau_predictions_flags(cheap)[index];
        CHECK(((flags & PANTAU_FLAG_EMPTY) != 0) == pantau_prediction_is_empty(one));
        CHECK(((flags & PANTAU_FLAG_TRUNCATED) != 0) == pantau_prediction_is_truncated(one));
        pantau_prediction_free(one);
        pantau_prediction_free(alone);
    }
    pantau_predictions_free(full);
    pantau_predictions_free(cheap);
}

/* What callbacks brought. */
static struct {
    pthread_mutex_t lock;
    pthread_cond_t changed;
    size_t answered;
    pantau_prediction *predictions[MOST_CASES];
} heard = {.lock = PTHREAD_MUTEX_INITIALIZER, .changed = PTHREAD_COND_INITIALIZER};

static void hear(size_t place, pantau_prediction *prediction) {
    CHECK(pthread_mutex_lock(&heard.lock) == 0);
    CHECK(heard.predictions[place] == NULL);
    heard.predictions[place] = prediction;
    ++heard.answered;
    CHECK(pthread_cond_signal(&heard.changed) == 0);
    CHECK(pthread_mutex_unlock(&heard.lock) == 0);
}

static void wait_for(size_t answers) {
    CHECK(pthread_mutex_lock(&heard.lock) == 0);
    while (heard.answered < answers) {
        CHECK(pthread_cond_wait(&heard.changed, &heard.lock) == 0);
    }
    CHECK(heard.answered == answers);
    heard.answered = 0;
    CHECK(pthread_mutex_unlock(&heard.lock) == 0);
}

/* `user_data` points to the place among the cases. */
static void on_prediction(void *user_data, pantau_status status, pantau_prediction *prediction,
                          const char *message) {
    CHECK(status == PANTAU_STATUS_OK && prediction != NULL && message[0] == '\0');
    hear(*(const size_t *)user_data, prediction);
}

/* Frees the classifier from inside the callback. */
static void on_last(void *user_data, pantau_status status, pantau_prediction *prediction,
                    const char *message) {
    CHECK(status == PANTAU_STATUS_OK && message[0] == '\0');
    pantau_prediction_free(prediction);
    pantau_classifier_free(user_data);
    hear(0, NULL);
}

static size_t refused;

/* Keeps nothing: only that it was called counts. */
static void on_any(void *user_data, pantau_status status, pantau_prediction *prediction,
                   const char *message) {
    CHECK(user_data == &refused);
    CHECK((status == PANTAU_STATUS_OK) == (prediction != NULL));
    CHECK((status == PANTAU_STATUS_OK) == (message[0] == '\0'));
    pantau_prediction_free(prediction);
    hear(0, NULL);
}

static void check_callbacks(const char *bundle, const struct cases *all) {
    pantau_classifier *classifier, *other;
    pantau_model_options *options;
    size_t places[MOST_CASES];
    CHECK_OK(pantau_classifier_open(TEXT(bundle), NULL, &classifier));
    for (size_t index = 0; index < all->count; ++index) {
        places[index] = index;
        CHECK_OK(pantau_classifier_predict_then(classifier, all->texts[index], all->lengths[index],
                                                60000, on_prediction, &places[index]));
    }
    wait_for(all->count);
    for (size_t index = 0; index < all->count; ++index) {
        check_prediction(classifier, heard.predictions[index], all->cases[index], false);
        pantau_prediction_free(heard.predictions[index]);
        heard.predictions[index] = NULL;
    }

    /* With room for one call in the queue some are refused, and only the others are answered. */
    CHECK_OK(pantau_model_options_new(&options));
    CHECK_OK(pantau_model_options_set_queue(options, 1));
    CHECK_OK(pantau_classifier_open(TEXT(bundle), options, &other));
    pantau_model_options_free(options);
    size_t accepted = 0;
    for (int turn = 0; turn < 1000; ++turn) {
        pantau_status status = pantau_classifier_predict_then(
            other, PANTAU_LITERAL("Aplikasi ini sangat bagus!"), 0, on_any, &refused);
        CHECK(status == PANTAU_STATUS_OK || status == PANTAU_STATUS_BUSY);
        *(status == PANTAU_STATUS_OK ? &accepted : &refused) += 1;
    }
    wait_for(accepted);
    CHECK(accepted > 0 && accepted + refused == 1000);
    pantau_classifier_free(other);

    /* A text that waits is answered although its classifier is closed or freed meanwhile. */
    CHECK_OK(pantau_classifier_predict_then(classifier, PANTAU_LITERAL("bagus"), 0, on_any,
                                            &refused));
    CHECK_OK(pantau_classifier_close(classifier));
    wait_for(1);
    CHECK_INVALID("is closed", pantau_classifier_predict_then(classifier, PANTAU_LITERAL("bagus"),
                                                              0, on_any, &refused));
    pantau_classifier_free(classifier);
    CHECK_OK(pantau_classifier_open(TEXT(bundle), NULL, &classifier));
    CHECK_OK(pantau_classifier_predict_then(classifier, PANTAU_LITERAL("bagus"), 0, on_last,
                                            classifier));
    wait_for(1);
}

static void check_classifier(const char *data, const char *scratch, const char *checkpoint,
                             bool is_multi_label) {
    struct path bundle = make_bundle(data, checkpoint, scratch);
    struct cases all = read_cases(data, checkpoint);
    pantau_classifier *classifier;
    pantau_text *info;
    size_t labels;
    CHECK_OK(pantau_classifier_open(TEXT(bundle.text), NULL, &classifier));
    CHECK_OK(pantau_classifier_label_count(classifier, &labels));
    CHECK(labels == (is_multi_label ? 4 : 3));
    CHECK_OK(pantau_classifier_warm_up(classifier));
    check_batch(classifier, &all, is_multi_label);
    CHECK_OK(pantau_classifier_info(classifier, &info));
    struct json *parsed = json_parse(pantau_text_data(info));
    CHECK(strcmp(json_text(parsed, "provider")->text, "cpu") == 0);
    CHECK(json_find(json_find(parsed, "counters"), "runs")->number > 0);
    json_free(parsed);
    pantau_text_free(info);

    /* Half a letter that somebody replaced is told, and no text is one batch of none. */
    pantau_prediction *prediction;
    pantau_predictions *none;
    CHECK_OK(pantau_classifier_predict(classifier, PANTAU_LITERAL("rusak \xEF\xBF\xBD"),
                                       &prediction));
    CHECK(pantau_prediction_is_replaced(prediction) && !pantau_prediction_is_empty(prediction));
    pantau_prediction_free(prediction);
    CHECK_OK(pantau_classifier_predict_batch(classifier, NULL, NULL, 0, true, 0, &none));
    CHECK(pantau_predictions_count(none) == 0 && pantau_predictions_label(none, 0) == NULL);
    pantau_predictions_free(none);
    pantau_classifier_free(classifier);
    if (!is_multi_label) {
        check_callbacks(bundle.text, &all);
    }
    json_free(all.golden);
}

static void check_encoder(const char *data, const char *scratch, const char *checkpoint) {
    struct path bundle = make_bundle(data, checkpoint, scratch);
    struct cases all = read_cases(data, checkpoint);
    pantau_encoder *encoder;
    pantau_embeddings *embeddings;
    pantau_text *info;
    size_t dimensions;
    CHECK_OK(pantau_encoder_open(TEXT(bundle.text), NULL, &encoder));
    CHECK_OK(pantau_encoder_dimensions(encoder, &dimensions));
    CHECK_OK(pantau_encoder_warm_up(encoder));
    CHECK_OK(pantau_encoder_embed_batch(encoder, all.texts, all.lengths, all.count, 60000,
                                        &embeddings));
    CHECK(pantau_embeddings_count(embeddings) == all.count);
    CHECK(pantau_embeddings_dimensions(embeddings) == dimensions);
    for (size_t index = 0; index < all.count; ++index) {
        pantau_embeddings *alone;
        CHECK_OK(pantau_encoder_embed(encoder, all.texts[index], all.lengths[index], &alone));
        CHECK(pantau_embeddings_count(alone) == 1);
        const float *vector = pantau_embeddings_numbers(embeddings) + index * dimensions;
        const struct json *number = json_find(all.cases[index], "embedding")->first;
        for (size_t place = 0; place < dimensions; ++place, number = number->next) {
            CHECK(near(vector[place], number->number));
            CHECK(near(pantau_embeddings_numbers(alone)[place], number->number));
        }
        CHECK(number == NULL);
        uint32_t flags = pantau_embeddings_flags(embeddings)[index];
        CHECK(((flags & PANTAU_FLAG_TRUNCATED) != 0) ==
              (json_find(all.cases[index], "truncated")->number != 0));
        CHECK(pantau_embeddings_flags(alone)[0] == pantau_embeddings_flags(embeddings)[index]);
        pantau_embeddings_free(alone);
    }
    pantau_matrix *matrix;
    CHECK_OK(pantau_embeddings_to_matrix(embeddings, &matrix));
    CHECK(pantau_matrix_rows(matrix) == all.count && !pantau_matrix_is_sparse(matrix));
    CHECK(pantau_matrix_columns(matrix) == dimensions);
    for (size_t place = 0; place < all.count * dimensions; ++place) {
        CHECK(pantau_matrix_values(matrix)[place] == pantau_embeddings_numbers(embeddings)[place]);
    }
    pantau_matrix_free(matrix);
    CHECK_OK(pantau_encoder_info(encoder, &info));
    CHECK(strstr(pantau_text_data(info), "\"encoder\"") != NULL);
    CHECK_OK(pantau_encoder_swap(encoder, TEXT(bundle.text)));
    CHECK_OK(pantau_encoder_close(encoder));
    pantau_text_free(info);
    pantau_embeddings_free(embeddings);
    pantau_encoder_free(encoder);
    json_free(all.golden);
}

/* A model that does not weigh words is asked again without each of them. */
static void check_explanation(const char *bundle) {
    pantau_classifier *classifier;
    pantau_explanation *explanation;
    pantau_prediction *prediction;
    CHECK_OK(pantau_classifier_open(TEXT(bundle), NULL, &classifier));
    CHECK_OK(pantau_classifier_explain(classifier, PANTAU_LITERAL("bagus sekali, tapi lambat"),
                                       NULL, 0, 0, &explanation));
    CHECK(strcmp(pantau_text_data(pantau_explanation_method(explanation)), "occlusion") == 0);
    CHECK(pantau_explanation_word_count(explanation) == 4);
    CHECK(pantau_explanation_asked(explanation) >= 5);
    double sum = pantau_explanation_baseline(explanation) + pantau_explanation_gap(explanation);
    for (size_t word = 0; word < 4; ++word) {
        sum += pantau_explanation_word_value(explanation, word);
    }
    CHECK(near(sum, pantau_explanation_score(explanation)));
    CHECK_OK(pantau_classifier_predict(classifier, PANTAU_LITERAL("bagus sekali, tapi lambat"),
                                       &prediction));
    CHECK(strcmp(pantau_text_data(pantau_explanation_label(explanation)),
                 pantau_text_data(pantau_prediction_label(prediction))) == 0);
    /* It has not been learnt here, so it does not know what is new to it. */
    CHECK(isnan(pantau_prediction_novelty(prediction)));
    pantau_prediction_free(prediction);
    pantau_explanation_free(explanation);
    pantau_classifier_free(classifier);
}

/* Texts that are longer than the model reads. */
static void check_long_texts(const char *bundle) {
    static const struct {
        const char *name;
        bool is_truncated;
    } ways[] = {{"truncate", true}, {"truncate_start", true}, {"windows", false}};
    double seen[3];
    for (size_t way = 0; way < 3; ++way) {
        pantau_model_options *options;
        pantau_classifier *classifier;
        pantau_prediction *prediction;
        CHECK_OK(pantau_model_options_new(&options));
        CHECK_OK(pantau_model_options_set_device(options, PANTAU_LITERAL("cpu")));
        CHECK_OK(pantau_model_options_set_threads(options, 1));
        CHECK_OK(pantau_model_options_set_max_tokens(options, 8));
        CHECK_OK(pantau_model_options_set_long_text(options, TEXT(ways[way].name), 2, 100));
        CHECK_OK(pantau_model_options_set_max_wait_ms(options, 1));
        CHECK_OK(pantau_classifier_open(TEXT(bundle), options, &classifier));
        CHECK_OK(pantau_classifier_predict(
            classifier, PANTAU_LITERAL("bagus sekali dan cepat, tetapi pengiriman lambat"),
            &prediction));
        CHECK(pantau_prediction_is_truncated(prediction) == ways[way].is_truncated);
        seen[way] = pantau_prediction_probability(prediction, 0);
        pantau_prediction_free(prediction);
        pantau_classifier_free(classifier);
        pantau_model_options_free(options);
    }
    CHECK(seen[0] != seen[1] && seen[1] != seen[2] && seen[2] != seen[0]);
}

static void check_bundles(const char *data, const char *path, const char *scratch) {
    static const char *const names[] = {"model.onnx", "model.weights", "tokenizer.json"};
    pantau_bundle *bundle, *copy, *small;
    pantau_bundle_files *files;
    pantau_text *manifest, *id, *same, *folder;
    struct path target = join(scratch, "copied");
    CHECK_OK(pantau_bundle_open(TEXT(path), &bundle));
    CHECK_OK(pantau_bundle_verify(bundle));
    CHECK_OK(pantau_bundle_manifest(bundle, &manifest));
    CHECK_OK(pantau_bundle_path(bundle, &folder));
    CHECK(strcmp(pantau_text_data(folder), path) == 0);
    CHECK_OK(pantau_bundle_files_new(&files));
    for (size_t index = 0; index < 3; ++index) {
        struct path file = join(path, names[index]);
        CHECK_OK(pantau_bundle_files_add(files, TEXT(names[index]), TEXT(file.text)));
    }
    CHECK_OK(pantau_bundle_create(TEXT(target.text), files, pantau_text_data(manifest),
                                  pantau_text_length(manifest), false, &copy));
    CHECK_OK(pantau_bundle_id(bundle, &id));
    CHECK_OK(pantau_bundle_id(copy, &same));
    CHECK(pantau_text_length(id) == 64);
    CHECK(strcmp(pantau_text_data(id), pantau_text_data(same)) == 0);
    pantau_bundle_free(copy);
    copy = NULL;
    CHECK_INVALID("copied", pantau_bundle_create(TEXT(target.text), files,
                                                 pantau_text_data(manifest),
                                                 pantau_text_length(manifest), false, &copy));
    CHECK(copy == NULL);
    CHECK_OK(pantau_bundle_create(TEXT(target.text), files, pantau_text_data(manifest),
                                  pantau_text_length(manifest), true, &copy));

    /* A file that changes is noticed. */
    struct path damaged = join(target.text, "tokenizer.json");
    FILE *file = fopen(damaged.text, "ab");
    CHECK(file != NULL && fputs(" ", file) >= 0 && fclose(file) == 0);
    CHECK_INVALID("tokenizer.json has", pantau_bundle_verify(copy));

    /* And 8-bit weights, over what is there. */
    pantau_convert_options *options;
    struct path checkpoints = join(data, "checkpoints");
    struct path checkpoint = join(checkpoints.text, "bert-classifier");
    CHECK_OK(pantau_convert_options_new(&options));
    CHECK_OK(pantau_convert_options_set_weights(options, PANTAU_LITERAL("int8")));
    CHECK_OK(pantau_convert_options_set_name(options, PANTAU_LITERAL("kecil")));
    CHECK_OK(pantau_convert_options_add_calibration(options, PANTAU_LITERAL("bagus sekali")));
    CHECK_OK(pantau_convert_options_set_overwrite(options, true));
    CHECK_OK(pantau_convert(TEXT(checkpoint.text), TEXT(target.text), options, &small));
    pantau_text_free(manifest);
    CHECK_OK(pantau_bundle_manifest(small, &manifest));
    CHECK(strstr(pantau_text_data(manifest), "\"name\": \"kecil\"") != NULL);
    CHECK(strstr(pantau_text_data(manifest), "\"weights\": \"int8\"") != NULL);
    CHECK(strstr(pantau_text_data(manifest), "\"quantization\"") != NULL);

    pantau_convert_options_free(options);
    pantau_text_free(manifest);
    pantau_text_free(folder);
    pantau_text_free(id);
    pantau_text_free(same);
    pantau_bundle_files_free(files);
    pantau_bundle_free(bundle);
    pantau_bundle_free(copy);
    pantau_bundle_free(small);
}

static void check_runtime(void) {
    pantau_text *path, *version, *origin;
    CHECK_OK(pantau_runtime_path(&path));
    CHECK_OK(pantau_runtime_version(&version));
    CHECK_OK(pantau_runtime_origin(&origin));
    CHECK(strstr(pantau_text_data(path), "onnxruntime") != NULL);
    CHECK(strchr(pantau_text_data(version), '.') != NULL);
    CHECK(pantau_text_length(origin) > 0);
    CHECK_OK(pantau_runtime_load(pantau_text_data(path), pantau_text_length(path)));
    CHECK_FAILS(PANTAU_STATUS_INCOMPATIBLE, "already",
                pantau_runtime_load(PANTAU_LITERAL("no/such/libonnxruntime.so")));
    printf("ONNX Runtime %s, found by %s\n", pantau_text_data(version), pantau_text_data(origin));
    pantau_text_free(path);
    pantau_text_free(version);
    pantau_text_free(origin);
}

int main(int count, char **arguments) {
    CHECK(count > 2);
    const char *data = arguments[1], *scratch = arguments[2];
    need_runtime();
    check_runtime();
    check_classifier(data, scratch, "bert-classifier", false);
    check_classifier(data, scratch, "xlm-roberta-multi-label", true);
    check_encoder(data, scratch, "sentence-cls");
    check_encoder(data, scratch, "distilbert-encoder");
    struct path bundle = join(scratch, "bert-classifier");
    check_explanation(bundle.text);
    check_long_texts(bundle.text);
    check_bundles(data, bundle.text, scratch);
    return EXIT_SUCCESS;
}
