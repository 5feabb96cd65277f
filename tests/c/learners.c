/* The numbers of scikit-learn, from the files that Rust reads as well: learners DATA SCRATCH */

#include "json.h"
#include "model.h"
#include <math.h>

enum { MOST_TEXTS = 64 };

struct texts {
    const char *texts[MOST_TEXTS];
    size_t lengths[MOST_TEXTS], count;
};

/* Adds the strings of a list. */
static void add_texts(struct texts *all, const struct json *list) {
    for (const struct json *item = list->first; item != NULL; item = item->next) {
        CHECK(all->count < MOST_TEXTS && item->kind == JSON_STRING);
        all->texts[all->count] = item->text;
        all->lengths[all->count++] = item->length;
    }
}

/* The bytes of a value between what stands before and behind it in a line, which stay in it. */
static const char *between(const char *line, const char *before, const char *behind,
                           size_t *length) {
    const char *start = strstr(line, before);
    CHECK(start != NULL);
    start += strlen(before);
    const char *end = strstr(start, behind);
    CHECK(end != NULL);
    *length = (size_t)(end - start);
    return start;
}

static bool near(double left, double right) { return fabs(left - right) <= 1e-9; }

/* Compares rows with a list of columns and numbers each; gives what follows the last of them. */
static const struct json *check_rows(const pantau_matrix *rows, const struct json *expected) {
    CHECK(pantau_matrix_is_sparse(rows));
    const size_t *starts = pantau_matrix_starts(rows);
    for (size_t row = 0; row < pantau_matrix_rows(rows); ++row, expected = expected->next) {
        CHECK(expected != NULL);
        const struct json *place = expected->first->first;
        const struct json *value = expected->first->next->first;
        for (size_t at = starts[row]; at < starts[row + 1]; ++at) {
            CHECK(place != NULL && pantau_matrix_places(rows)[at] == place->number);
            CHECK(near(pantau_matrix_values(rows)[at], value->number));
            place = place->next;
            value = value->next;
        }
        CHECK(place == NULL && value == NULL);
    }
    CHECK(starts[pantau_matrix_rows(rows)] == pantau_matrix_value_count(rows));
    return expected;
}

static void check_vectorizer(const char *line, const struct json *golden, const char *scratch) {
    (void)scratch;
    struct texts own = {.count = 0}, others = {.count = 0};
    add_texts(&own, json_find(golden, "texts"));
    add_texts(&others, json_find(golden, "others"));
    size_t length;
    const char *parts = between(line, "{\"parts\": ", ", \"texts\": ", &length);
    pantau_tfidf_vectorizer *fitted, *read;
    pantau_text *json, *text;
    CHECK_OK(pantau_tfidf_vectorizer_fit(parts, length, own.texts, own.lengths, own.count, 2,
                                         &fitted));
    CHECK_OK(pantau_tfidf_vectorizer_to_json(fitted, &json));
    CHECK_OK(pantau_tfidf_vectorizer_from_json(pantau_text_data(json), pantau_text_length(json),
                                               &read));
    pantau_tfidf_vectorizer *const both[] = {fitted, read};
    for (int way = 0; way < 2; ++way) {
        size_t columns = pantau_tfidf_vectorizer_columns(both[way]), column = 0;
        const struct json *idf = json_find(golden, "idf")->first;
        for (const struct json *term = json_find(golden, "terms")->first; term != NULL;
             term = term->next, idf = idf->next, ++column) {
            CHECK_OK(pantau_tfidf_vectorizer_term(both[way], (uint32_t)column, &text));
            CHECK(pantau_text_length(text) == term->length);
            CHECK(memcmp(pantau_text_data(text), term->text, term->length) == 0);
            pantau_text_free(text);
            CHECK(near(pantau_tfidf_vectorizer_idf(both[way])[column], idf->number));
        }
        CHECK(column == columns);
        pantau_matrix *rows;
        CHECK_OK(pantau_tfidf_vectorizer_transform(both[way], own.texts, own.lengths, own.count, 0,
                                                   &rows));
        CHECK(pantau_matrix_columns(rows) == columns);
        const struct json *rest = check_rows(rows, json_find(golden, "rows")->first);
        pantau_matrix_free(rows);
        CHECK_OK(pantau_tfidf_vectorizer_transform(both[way], others.texts, others.lengths,
                                                   others.count, 1, &rows));
        CHECK(check_rows(rows, rest) == NULL);
        pantau_matrix_free(rows);
        pantau_tfidf_vectorizer_free(both[way]);
    }
    pantau_text_free(json);
}

/* Each pipeline becomes a bundle, the same one again and again. */
static void check_pipeline(const char *line, const struct json *golden, const char *scratch) {
    struct texts texts = {.count = 0};
    add_texts(&texts, json_find(golden, "texts"));
    size_t length;
    const char *pipeline = between(line, "{\"pipeline\": ", ", \"texts\": ", &length);
    struct path path = join(scratch, "pipeline.json"), target = join(scratch, "imported");
    FILE *file = fopen(path.text, "wb");
    CHECK(file != NULL && fwrite(pipeline, 1, length, file) == length && fclose(file) == 0);
    pantau_bundle *bundle;
    pantau_classifier *classifier;
    pantau_predictions *predictions;
    CHECK_OK(pantau_import_sklearn(TEXT(path.text), TEXT(target.text), PANTAU_LITERAL("dari"), true,
                                   &bundle));
    pantau_text *manifest;
    CHECK_OK(pantau_bundle_manifest(bundle, &manifest));
    CHECK(strstr(pantau_text_data(manifest), "\"name\": \"dari\"") != NULL);
    pantau_text_free(manifest);
    pantau_bundle_free(bundle);
    CHECK_OK(pantau_classifier_open(TEXT(target.text), NULL, &classifier));
    CHECK_OK(pantau_classifier_predict_batch(classifier, texts.texts, texts.lengths, texts.count,
                                             true, 0, &predictions));
    const double *probability = pantau_predictions_probabilities(predictions);
    const struct json *row = json_find(golden, "probabilities")->first;
    size_t rows = 0;
    for (; row != NULL; row = row->next, ++rows) {
        for (const struct json *one = row->first; one != NULL; one = one->next) {
            CHECK(near(*probability++, one->number));
        }
    }
    CHECK(rows == texts.count && rows > 0);
    CHECK(pantau_predictions_novelty_pvalues(predictions) == NULL);
    pantau_prediction *prediction;
    CHECK_OK(pantau_predictions_get(predictions, 0, &prediction));
    CHECK(isnan(pantau_prediction_novelty(prediction)));
    CHECK(isnan(pantau_prediction_novelty_pvalue(prediction)));
    pantau_prediction_free(prediction);
    pantau_predictions_free(predictions);
    pantau_classifier_free(classifier);
}

static void run(const char *folder, const char *name, const char *scratch,
                void (*check)(const char *line, const struct json *golden, const char *scratch)) {
    char *text = read_file(folder, name), *rest = text, *line;
    int count = 0;
    while ((line = next_line(&rest)) != NULL) {
        struct json *golden = json_parse(line);
        check(line, golden, scratch);
        json_free(golden);
        ++count;
    }
    free(text);
    printf("%-20s %5d cases\n", name, count);
    CHECK(count > 3);
}

/* A case of `linear.jsonl`: rows of numbers, dense and without their zeros, and their classes. */
enum { ROWS = 40, MOST_NUMBERS = 512 };

struct rows {
    pantau_matrix *dense, *sparse;
    uint32_t labels[ROWS];
    double weights[ROWS];
    bool has_weights;
    size_t columns, classes;
};

static struct rows read_rows(const struct json *golden) {
    struct rows all = {.columns = 0};
    double numbers[MOST_NUMBERS], values[MOST_NUMBERS];
    uint32_t places[MOST_NUMBERS];
    size_t starts[ROWS + 1] = {0}, row = 0, count = 0, kept = 0;
    const struct json *list = json_find(golden, "rows")->first;
    for (; list != NULL; list = list->next, starts[++row] = kept) {
        CHECK(row < ROWS);
        uint32_t column = 0;
        for (const struct json *own = list->first; own != NULL; own = own->next, ++column) {
            CHECK(count < MOST_NUMBERS);
            numbers[count++] = own->number;
            if (own->number != 0) {
                places[kept] = column;
                values[kept++] = own->number;
            }
        }
        all.columns = column;
    }
    CHECK(row == ROWS && count == ROWS * all.columns);
    CHECK_OK(pantau_matrix_from_dense(numbers, ROWS, all.columns, &all.dense));
    CHECK_OK(pantau_matrix_from_sparse(starts, places, values, ROWS, all.columns, &all.sparse));
    CHECK(!pantau_matrix_is_sparse(all.dense) && pantau_matrix_is_sparse(all.sparse));
    CHECK(pantau_matrix_value_count(all.dense) == count);
    CHECK(pantau_matrix_value_count(all.sparse) == kept);
    CHECK(pantau_matrix_starts(all.dense) == NULL && pantau_matrix_places(all.dense) == NULL);
    CHECK(memcmp(pantau_matrix_values(all.dense), numbers, count * sizeof *numbers) == 0);
    CHECK(memcmp(pantau_matrix_values(all.sparse), values, kept * sizeof *values) == 0);
    CHECK(memcmp(pantau_matrix_places(all.sparse), places, kept * sizeof *places) == 0);
    CHECK(memcmp(pantau_matrix_starts(all.sparse), starts, sizeof starts) == 0);
    CHECK(pantau_matrix_rows(all.sparse) == ROWS);
    CHECK(pantau_matrix_columns(all.sparse) == all.columns);
    row = 0;
    for (list = json_find(golden, "labels")->first; list != NULL; list = list->next) {
        all.labels[row++] = (uint32_t)list->number;
    }
    const struct json *weights = json_find(golden, "weights");
    all.has_weights = weights->kind != JSON_NULL;
    row = 0;
    for (list = weights->first; list != NULL; list = list->next) {
        all.weights[row++] = list->number;
    }
    all.classes = (size_t)json_find(golden, "classes")->number;
    return all;
}

static void free_rows(struct rows *all) {
    pantau_matrix_free(all->dense);
    pantau_matrix_free(all->sparse);
}

static double distance(double left, double right) {
    CHECK(!isnan(left) && !isnan(right));
    return fabs(left - right);
}

/* What scikit-learn's LogisticRegression comes to, in its own form. */
static void check_logistic(const struct json *golden, const pantau_linear_model *model,
                           size_t classes, double most) {
    const double *weights = pantau_linear_model_weights(model);
    const double *intercepts = pantau_linear_model_intercepts(model);
    /* Two classes have one row of weights, of which each has half. */
    size_t class = classes == 2 ? 1 : 0;
    double parts = classes == 2 ? 2 : 1;
    const struct json *intercept = json_find(golden, "intercepts")->first;
    const struct json *row = json_find(golden, "coefficients")->first;
    for (; row != NULL; row = row->next, intercept = intercept->next, ++class) {
        CHECK(distance(intercepts[class] * parts, intercept->number) < most);
        size_t column = 0;
        for (const struct json *own = row->first; own != NULL; own = own->next, ++column) {
            CHECK(distance(weights[column * classes + class] * parts, own->number) < most);
        }
    }
    CHECK(class == classes && intercept == NULL);
}

/* What scikit-learn's naive Bayes comes to. */
static void check_bayes(const struct json *golden, const pantau_naive_bayes *bayes,
                        const pantau_matrix *matrix) {
    pantau_scores *scores;
    CHECK_OK(pantau_naive_bayes_predict(bayes, matrix, 0, &scores));
    size_t classes = pantau_scores_classes(scores);
    CHECK(pantau_scores_rows(scores) == ROWS && classes == pantau_naive_bayes_classes(bayes));
    const double *probability = pantau_scores_probabilities(scores);
    const double *score = pantau_scores_values(scores);
    const struct json *row = json_find(golden, "probabilities")->first;
    for (size_t at = 0; row != NULL; row = row->next, ++at) {
        uint32_t best = pantau_scores_best(scores)[at];
        for (const struct json *own = row->first; own != NULL; own = own->next) {
            CHECK(distance(*probability, own->number) < 1e-11);
            CHECK(*score <= pantau_scores_values(scores)[at * classes + best]);
            ++probability;
            ++score;
        }
    }
    pantau_scores_free(scores);
}

static bool go_on(void *user_data, size_t done, size_t all) {
    CHECK(done <= all);
    return ++*(size_t *)user_data > 0;
}

static bool stop(void *user_data, size_t done, size_t all) {
    (void)user_data, (void)done, (void)all;
    return false;
}

static void check_linear(const char *line, const struct json *golden, const char *scratch) {
    (void)line, (void)scratch;
    const char *kind = json_text(golden, "kind")->text;
    if (strcmp(kind, "source") == 0 || strcmp(kind, "scaler") == 0) {
        return;
    }
    struct rows all = read_rows(golden);
    const double *weights = all.has_weights ? all.weights : NULL;
    const pantau_matrix *const forms[] = {all.dense, all.sparse};
    char options[256];
    for (int form = 0; form < 2; ++form) {
        if (strcmp(kind, "logistic") == 0) {
            bool is_balanced = json_find(golden, "balanced")->number != 0;
            snprintf(options, sizeof options,
                     "{\"penalty\": \"%s\", \"c\": %.17g, \"class_weight\": \"%s\", "
                     "\"fit_intercept\": %s, \"tolerance\": 1e-10, \"max_iterations\": 100000}",
                     json_text(golden, "penalty")->text, json_find(golden, "c")->number,
                     is_balanced ? "balanced" : "equal",
                     json_find(golden, "fit_intercept")->number != 0 ? "true" : "false");
            pantau_logistic_regression *fitted;
            pantau_linear_model *model;
            CHECK_OK(pantau_logistic_regression_fit(forms[form], all.labels, weights, all.classes,
                                                    TEXT(options), NULL, NULL, NULL, &fitted));
            CHECK_OK(pantau_logistic_regression_to_linear(fitted, &model));
            check_logistic(golden, model, all.classes, 1e-6);
            pantau_linear_model_free(model);
            pantau_logistic_regression_free(fitted);
        } else {
            const struct json *prior = json_find(golden, "class_prior");
            char shares[128] = "null";
            size_t used = 0;
            for (const struct json *own = prior->first; own != NULL; own = own->next) {
                used += (size_t)snprintf(shares + used, sizeof shares - used, "%c%.17g%s",
                                         used == 0 ? '[' : ',', own->number,
                                         own->next == NULL ? "]" : "");
            }
            snprintf(options, sizeof options,
                     "{\"kind\": \"%s\", \"alpha\": %.17g, \"norm\": %s, \"fit_prior\": %s, "
                     "\"class_prior\": %s}",
                     kind, json_find(golden, "alpha")->number,
                     json_find(golden, "norm")->number != 0 ? "true" : "false",
                     json_find(golden, "fit_prior")->number != 0 ? "true" : "false", shares);
            pantau_naive_bayes *bayes;
            CHECK_OK(pantau_naive_bayes_fit(forms[form], all.labels, weights, all.classes,
                                            TEXT(options), &bayes));
            check_bayes(golden, bayes, forms[form]);
            pantau_naive_bayes_free(bayes);
        }
    }
    free_rows(&all);
}

/* Six rows of three columns and three classes. */
static const double rows[] = {1, 0, 2, 0, 1, 1, 3, 0, 0, 0, 2, 1, 1, 1, 0, 0, 0, 4};
static const uint32_t labels[] = {0, 1, 0, 1, 2, 2};

static bool same_scores(const pantau_scores *left, const pantau_scores *right) {
    size_t count = pantau_scores_rows(left) * pantau_scores_classes(left);
    CHECK(pantau_scores_rows(right) * pantau_scores_classes(right) == count);
    for (size_t at = 0; at < count; ++at) {
        if (!near(pantau_scores_values(left)[at], pantau_scores_values(right)[at])) {
            return false;
        }
    }
    return true;
}

/* In pieces it is the same, whatever was asked in between; weights count rows. */
static void check_bayes_in_pieces(const pantau_matrix *matrix) {
    static const double twice[] = {2, 2, 2, 2, 2, 2};
    pantau_naive_bayes *whole, *pieces;
    pantau_linear_model *model;
    pantau_scores *expected, *scores;
    CHECK_OK(pantau_naive_bayes_fit(matrix, labels, NULL, 3, NULL, 0, &whole));
    CHECK(pantau_naive_bayes_columns(whole) == 3 && pantau_naive_bayes_classes(whole) == 3);
    CHECK_OK(pantau_naive_bayes_predict(whole, matrix, 1, &expected));
    CHECK_OK(pantau_naive_bayes_new(3, 3, NULL, 0, &pieces));
    CHECK_INVALID("no example yet", pantau_naive_bayes_predict(pieces, matrix, 0, &scores));
    CHECK_OK(pantau_naive_bayes_partial_fit(pieces, matrix, labels, twice));
    CHECK_OK(pantau_naive_bayes_predict(pieces, matrix, 0, &scores));
    CHECK(!same_scores(scores, expected));
    pantau_scores_free(scores);
    CHECK_OK(pantau_naive_bayes_partial_fit(whole, matrix, labels, NULL));
    pantau_scores_free(expected);
    CHECK_OK(pantau_naive_bayes_predict(whole, matrix, 0, &expected));
    CHECK_OK(pantau_naive_bayes_to_linear(pieces, &model));
    CHECK_OK(pantau_linear_model_predict(model, matrix, 0, &scores));
    CHECK(same_scores(scores, expected));
    pantau_scores_free(scores);
    pantau_scores_free(expected);
    pantau_linear_model_free(model);
    pantau_naive_bayes_free(whole);
    pantau_naive_bayes_free(pieces);
}

/* What was kept goes on as if it had not been away. */
static void check_logistic_goes_on(const pantau_matrix *matrix) {
    pantau_logistic_regression *fitted, *other = NULL;
    pantau_linear_model *model, *same;
    pantau_scores *expected, *scores;
    size_t calls = 0;
    CHECK_OK(pantau_logistic_regression_fit(matrix, labels, NULL, 3, NULL, 0, NULL, go_on, &calls,
                                            &fitted));
    CHECK(calls > 0 && pantau_logistic_regression_iterations(fitted) >= calls);
    CHECK(pantau_logistic_regression_converged(fitted));
    CHECK(pantau_logistic_regression_columns(fitted) == 3);
    CHECK(pantau_logistic_regression_classes(fitted) == 3);
    CHECK_OK(pantau_logistic_regression_predict(fitted, matrix, 0, &expected));
    CHECK_OK(pantau_logistic_regression_to_linear(fitted, &model));
    CHECK(pantau_linear_model_columns(model) == 3 && pantau_linear_model_classes(model) == 3);
    CHECK_OK(pantau_linear_model_new(pantau_linear_model_weights(model),
                                     pantau_linear_model_intercepts(model), 3, 3, &same));
    CHECK_OK(pantau_linear_model_predict(same, matrix, 0, &scores));
    CHECK(same_scores(scores, expected));
    pantau_scores_free(scores);
    pantau_scores_free(expected);
    CHECK_OK(pantau_logistic_regression_fit(matrix, labels, NULL, 3, NULL, 0, same, NULL, NULL,
                                            &other));
    CHECK(pantau_logistic_regression_iterations(other) <=
          pantau_logistic_regression_iterations(fitted));
    pantau_logistic_regression_free(other);
    other = NULL;
    CHECK_FAILS(PANTAU_STATUS_STOPPED, "ended the call",
                pantau_logistic_regression_fit(matrix, labels, NULL, 3, NULL, 0, NULL, stop, NULL,
                                               &other));
    CHECK(other == NULL);

    const double *precisions = pantau_logistic_regression_precisions(fitted);
    CHECK_OK(pantau_logistic_regression_resume(model, precisions, 4, NULL, 0, &other));
    CHECK_OK(pantau_logistic_regression_partial_fit(fitted, matrix, labels, NULL));
    CHECK_OK(pantau_logistic_regression_partial_fit(other, matrix, labels, NULL));
    CHECK(memcmp(pantau_logistic_regression_precisions(fitted),
                 pantau_logistic_regression_precisions(other), 4 * sizeof(double)) == 0);
    CHECK_OK(pantau_logistic_regression_predict(fitted, matrix, 0, &expected));
    CHECK_OK(pantau_logistic_regression_predict(other, matrix, 0, &scores));
    CHECK(same_scores(scores, expected));
    pantau_scores_free(scores);
    pantau_scores_free(expected);
    pantau_linear_model_free(model);
    pantau_linear_model_free(same);
    pantau_logistic_regression_free(fitted);
    pantau_logistic_regression_free(other);

    CHECK_OK(pantau_logistic_regression_new(3, 3, NULL, 0, &fitted));
    CHECK_OK(pantau_logistic_regression_partial_fit(fitted, matrix, labels, NULL));
    CHECK_OK(pantau_logistic_regression_predict(fitted, matrix, 0, &scores));
    CHECK(pantau_scores_best(scores)[2] == 0 && pantau_scores_best(scores)[3] == 1);
    pantau_scores_free(scores);
    pantau_logistic_regression_free(fitted);
}

int main(int count, char **arguments) {
    CHECK(count > 2);
    run(arguments[1], "tfidf.jsonl", arguments[2], check_vectorizer);
    run(arguments[1], "sklearn.jsonl", arguments[2], check_pipeline);
    run(arguments[1], "linear.jsonl", arguments[2], check_linear);
    pantau_matrix *matrix;
    CHECK_OK(pantau_matrix_from_dense(rows, 6, 3, &matrix));
    check_bayes_in_pieces(matrix);
    check_logistic_goes_on(matrix);
    pantau_matrix_free(matrix);
    return EXIT_SUCCESS;
}
