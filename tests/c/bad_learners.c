/* Bad input for vectorizers and learners is an error, never a crash: bad_learners DATA SCRATCH */

#include "bad.h"

static struct reviews reviews;
static pantau_tfidf_vectorizer *vectorizer;
static pantau_matrix *matrix;
static pantau_linear_model *model;
static pantau_naive_bayes *bayes;
static pantau_logistic_regression *regression;

static const double numbers[] = {1, 0, 0, 1, 1, 1};
static const uint32_t labels[] = {0, 1, 1};

GIVES(fit_parts, pantau_tfidf_vectorizer,
      pantau_tfidf_vectorizer_fit(text, length, reviews.texts, reviews.lengths, 2, 0, &object))
GIVES(fit_texts, pantau_tfidf_vectorizer,
      pantau_tfidf_vectorizer_fit(NULL, 0, &text, &length, 1, 0, &object))
GIVES(vectorizer_json, pantau_tfidf_vectorizer,
      pantau_tfidf_vectorizer_from_json(text, length, &object))
GIVES(transform_texts, pantau_matrix,
      pantau_tfidf_vectorizer_transform(vectorizer, &text, &length, 1, 0, &object))
GIVES(bayes_new, pantau_naive_bayes, pantau_naive_bayes_new(2, 2, text, length, &object))
GIVES(bayes_fit, pantau_naive_bayes,
      pantau_naive_bayes_fit(matrix, labels, NULL, 2, text, length, &object))
GIVES(regression_new, pantau_logistic_regression,
      pantau_logistic_regression_new(2, 2, text, length, &object))
GIVES(regression_fit, pantau_logistic_regression,
      pantau_logistic_regression_fit(matrix, labels, NULL, 2, text, length, NULL, NULL, NULL,
                                     &object))
GIVES(regression_resume, pantau_logistic_regression,
      pantau_logistic_regression_resume(model, numbers, 3, text, length, &object))

static void check_texts(void) {
    static const struct text_call calls[] = {
        {"parts", fit_parts},
        {"texts[0]", fit_texts},
        {"json", vectorizer_json},
        {"texts[0]", transform_texts},
        {"options", bayes_new},
        {"options", bayes_fit},
        {"options", regression_new},
        {"options", regression_fit},
        {"options", regression_resume},
    };
    check_text_calls(calls, sizeof calls / sizeof *calls);
}

static void check_json(void) {
    check_settings("options: ", bayes_new);
    check_settings("options: ", bayes_fit);
    check_settings("options: ", regression_new);
    check_settings("options: ", regression_fit);
    check_settings("options: ", regression_resume);
    CHECK_INVALID("features: unknown field", fit_parts(PANTAU_LITERAL("[{\"ngrams\": 1}]")));
    CHECK_INVALID("vectorizer: it has no parts", fit_parts(PANTAU_LITERAL("[]")));
    CHECK_INVALID("ngram_range", fit_parts(PANTAU_LITERAL("[{\"ngram_range\": [0, 1]}]")));
    CHECK_INVALID("vectorizer", vectorizer_json(PANTAU_LITERAL("{}")));
    CHECK_FAILS(PANTAU_STATUS_INCOMPATIBLE, "newer",
                vectorizer_json(PANTAU_LITERAL("{\"format\": 999}")));
    CHECK_INVALID("alpha: 0", bayes_fit(PANTAU_LITERAL("{\"alpha\": 0}")));
    CHECK_INVALID("class prior: 1 for 2",
                  bayes_fit(PANTAU_LITERAL("{\"class_prior\": [1]}")));
    CHECK_INVALID("c: -1", regression_fit(PANTAU_LITERAL("{\"c\": -1}")));
    CHECK_INVALID("l3", regression_fit(PANTAU_LITERAL("{\"penalty\": \"l3\"}")));
    CHECK_INVALID("class weights: 1 for 2",
                  regression_fit(PANTAU_LITERAL("{\"class_weight\": {\"given\": [1]}}")));
}

static void check_null_objects(void) {
    pantau_text *text = UNTOUCHED;
    pantau_matrix *rows = UNTOUCHED;
    pantau_scores *scores = UNTOUCHED;
    pantau_linear_model *linear = UNTOUCHED;
    pantau_naive_bayes *counts = UNTOUCHED;
    pantau_logistic_regression *weights = UNTOUCHED;
    CHECK_INVALID("vectorizer: is NULL",
                  pantau_tfidf_vectorizer_transform(NULL, NULL, NULL, 0, 0, &rows));
    CHECK_INVALID("vectorizer: is NULL", pantau_tfidf_vectorizer_to_json(NULL, &text));
    CHECK_INVALID("vectorizer: is NULL", pantau_tfidf_vectorizer_term(NULL, 0, &text));
    CHECK_INVALID("values: is NULL", pantau_matrix_from_dense(NULL, 1, 1, &rows));
    CHECK_INVALID("starts: is NULL", pantau_matrix_from_sparse(NULL, NULL, NULL, 0, 1, &rows));
    CHECK_INVALID("embeddings: is NULL", pantau_embeddings_to_matrix(NULL, &rows));
    CHECK_INVALID("weights: is NULL", pantau_linear_model_new(NULL, numbers, 1, 2, &linear));
    CHECK_INVALID("intercepts: is NULL", pantau_linear_model_new(numbers, NULL, 1, 2, &linear));
    CHECK_INVALID("model: is NULL", pantau_linear_model_predict(NULL, matrix, 0, &scores));
    CHECK_INVALID("matrix: is NULL", pantau_linear_model_predict(model, NULL, 0, &scores));
    CHECK_INVALID("matrix: is NULL",
                  pantau_naive_bayes_fit(NULL, labels, NULL, 2, NULL, 0, &counts));
    CHECK_INVALID("labels: is NULL",
                  pantau_naive_bayes_fit(matrix, NULL, NULL, 2, NULL, 0, &counts));
    CHECK_INVALID("bayes: is NULL", pantau_naive_bayes_partial_fit(NULL, matrix, labels, NULL));
    CHECK_INVALID("matrix: is NULL", pantau_naive_bayes_partial_fit(bayes, NULL, labels, NULL));
    CHECK_INVALID("labels: is NULL", pantau_naive_bayes_partial_fit(bayes, matrix, NULL, NULL));
    CHECK_INVALID("bayes: is NULL", pantau_naive_bayes_predict(NULL, matrix, 0, &scores));
    CHECK_INVALID("matrix: is NULL", pantau_naive_bayes_predict(bayes, NULL, 0, &scores));
    CHECK_INVALID("bayes: is NULL", pantau_naive_bayes_to_linear(NULL, &linear));
    CHECK_INVALID("matrix: is NULL",
                  pantau_logistic_regression_fit(NULL, labels, NULL, 2, NULL, 0, NULL, NULL, NULL,
                                                 &weights));
    CHECK_INVALID("labels: is NULL",
                  pantau_logistic_regression_fit(matrix, NULL, NULL, 2, NULL, 0, NULL, NULL, NULL,
                                                 &weights));
    CHECK_INVALID("model: is NULL",
                  pantau_logistic_regression_resume(NULL, numbers, 3, NULL, 0, &weights));
    CHECK_INVALID("precisions: is NULL",
                  pantau_logistic_regression_resume(model, NULL, 3, NULL, 0, &weights));
    CHECK_INVALID("regression: is NULL",
                  pantau_logistic_regression_partial_fit(NULL, matrix, labels, NULL));
    CHECK_INVALID("matrix: is NULL",
                  pantau_logistic_regression_partial_fit(regression, NULL, labels, NULL));
    CHECK_INVALID("labels: is NULL",
                  pantau_logistic_regression_partial_fit(regression, matrix, NULL, NULL));
    CHECK_INVALID("regression: is NULL",
                  pantau_logistic_regression_predict(NULL, matrix, 0, &scores));
    CHECK_INVALID("matrix: is NULL",
                  pantau_logistic_regression_predict(regression, NULL, 0, &scores));
    CHECK_INVALID("regression: is NULL", pantau_logistic_regression_to_linear(NULL, &linear));
    CHECK(text == UNTOUCHED && rows == UNTOUCHED && scores == UNTOUCHED && linear == UNTOUCHED);
    CHECK(counts == UNTOUCHED && weights == UNTOUCHED);
}

static void check_null_results(void) {
    static const size_t starts[] = {0, 0};
    CHECK_INVALID("out: is NULL",
                  pantau_tfidf_vectorizer_fit(NULL, 0, reviews.texts, reviews.lengths, 1, 0, NULL));
    CHECK_INVALID("out: is NULL", pantau_tfidf_vectorizer_from_json(X, NULL));
    CHECK_INVALID("out: is NULL", pantau_tfidf_vectorizer_to_json(vectorizer, NULL));
    CHECK_INVALID("out: is NULL", pantau_tfidf_vectorizer_term(vectorizer, 0, NULL));
    CHECK_INVALID("out: is NULL",
                  pantau_tfidf_vectorizer_transform(vectorizer, NULL, NULL, 0, 0, NULL));
    CHECK_INVALID("out: is NULL", pantau_matrix_from_dense(numbers, 1, 1, NULL));
    CHECK_INVALID("out: is NULL", pantau_matrix_from_sparse(starts, NULL, NULL, 1, 1, NULL));
    CHECK_INVALID("out: is NULL", pantau_linear_model_new(numbers, numbers, 1, 2, NULL));
    CHECK_INVALID("out: is NULL", pantau_linear_model_predict(model, matrix, 0, NULL));
    CHECK_INVALID("out: is NULL", pantau_naive_bayes_new(2, 2, NULL, 0, NULL));
    CHECK_INVALID("out: is NULL",
                  pantau_naive_bayes_fit(matrix, labels, NULL, 2, NULL, 0, NULL));
    CHECK_INVALID("out: is NULL", pantau_naive_bayes_predict(bayes, matrix, 0, NULL));
    CHECK_INVALID("out: is NULL", pantau_naive_bayes_to_linear(bayes, NULL));
    CHECK_INVALID("out: is NULL", pantau_logistic_regression_new(2, 2, NULL, 0, NULL));
    CHECK_INVALID("out: is NULL",
                  pantau_logistic_regression_fit(matrix, labels, NULL, 2, NULL, 0, NULL, NULL, NULL,
                                                 NULL));
    CHECK_INVALID("out: is NULL",
                  pantau_logistic_regression_resume(model, numbers, 3, NULL, 0, NULL));
    CHECK_INVALID("out: is NULL", pantau_logistic_regression_predict(regression, matrix, 0, NULL));
    CHECK_INVALID("out: is NULL", pantau_logistic_regression_to_linear(regression, NULL));
    CHECK(pantau_tfidf_vectorizer_columns(NULL) == 0 && pantau_tfidf_vectorizer_idf(NULL) == NULL);
    CHECK(pantau_matrix_rows(NULL) == 0 && pantau_matrix_columns(NULL) == 0);
    CHECK(!pantau_matrix_is_sparse(NULL) && pantau_matrix_value_count(NULL) == 0);
    CHECK(pantau_matrix_values(NULL) == NULL && pantau_matrix_starts(NULL) == NULL);
    CHECK(pantau_matrix_places(NULL) == NULL);
    CHECK(pantau_scores_rows(NULL) == 0 && pantau_scores_classes(NULL) == 0);
    CHECK(pantau_scores_best(NULL) == NULL && pantau_scores_values(NULL) == NULL);
    CHECK(pantau_scores_probabilities(NULL) == NULL);
    CHECK(pantau_linear_model_columns(NULL) == 0 && pantau_linear_model_classes(NULL) == 0);
    CHECK(pantau_linear_model_weights(NULL) == NULL);
    CHECK(pantau_linear_model_intercepts(NULL) == NULL);
    CHECK(pantau_naive_bayes_columns(NULL) == 0 && pantau_naive_bayes_classes(NULL) == 0);
    CHECK(pantau_logistic_regression_columns(NULL) == 0);
    CHECK(pantau_logistic_regression_classes(NULL) == 0);
    CHECK(pantau_logistic_regression_precisions(NULL) == NULL);
    CHECK(pantau_logistic_regression_iterations(NULL) == 0);
    CHECK(!pantau_logistic_regression_converged(NULL));
    pantau_tfidf_vectorizer_free(NULL);
    pantau_matrix_free(NULL);
    pantau_scores_free(NULL);
    pantau_linear_model_free(NULL);
    pantau_naive_bayes_free(NULL);
    pantau_logistic_regression_free(NULL);
    CHECK(strcmp(pantau_last_error(), "out: is NULL") == 0);
}

static void check_matrices(void) {
    pantau_matrix *rows = UNTOUCHED, *wide;
    pantau_scores *scores = UNTOUCHED;
    pantau_linear_model *linear = UNTOUCHED;
    pantau_naive_bayes *counts = UNTOUCHED;
    pantau_logistic_regression *weights = UNTOUCHED;
    const double odd[] = {1, NAN, -1, INFINITY, 1, 1};
    const uint32_t large[] = {0, 1, 2};
    static const size_t falling[] = {0, 2, 1}, late[] = {1, 2}, all[] = {0, 2};
    static const uint32_t same[] = {1, 1}, beyond[] = {0, 7};
    CHECK_INVALID("matrix: row 0 holds NaN", pantau_matrix_from_dense(odd, 3, 2, &rows));
    CHECK_INVALID("values: its length", pantau_matrix_from_dense(numbers, SIZE_MAX, 2, &rows));
    CHECK_INVALID("starts: its length",
                  pantau_matrix_from_sparse(all, same, numbers, SIZE_MAX, 2, &rows));
    CHECK_INVALID("matrix: ", pantau_matrix_from_sparse(falling, beyond, numbers, 2, 9, &rows));
    CHECK_INVALID("matrix: ", pantau_matrix_from_sparse(late, beyond, numbers, 1, 9, &rows));
    CHECK_INVALID("do not ascend", pantau_matrix_from_sparse(all, same, numbers, 1, 9, &rows));
    CHECK_INVALID("has column 7", pantau_matrix_from_sparse(all, beyond, numbers, 1, 7, &rows));
    CHECK_INVALID("places: is NULL", pantau_matrix_from_sparse(all, NULL, numbers, 1, 7, &rows));
    CHECK_INVALID("values: is NULL", pantau_matrix_from_sparse(all, beyond, NULL, 1, 7, &rows));
    CHECK(rows == UNTOUCHED);

    CHECK_OK(pantau_matrix_from_dense(numbers, 2, 3, &wide));
    CHECK_INVALID("examples: 3 columns", pantau_linear_model_predict(model, wide, 0, &scores));
    CHECK_INVALID("3 columns", pantau_naive_bayes_predict(bayes, wide, 0, &scores));
    CHECK_INVALID("3 columns", pantau_logistic_regression_predict(regression, wide, 0, &scores));
    CHECK_INVALID("3 columns", pantau_naive_bayes_partial_fit(bayes, wide, labels, NULL));
    CHECK_INVALID("3 columns",
                  pantau_logistic_regression_partial_fit(regression, wide, labels, NULL));
    pantau_matrix_free(wide);
    CHECK_INVALID("linear model: the weight", pantau_linear_model_new(odd, numbers, 1, 2, &linear));
    CHECK_INVALID("1 classes", pantau_linear_model_new(numbers, numbers, 1, 1, &linear));
    CHECK_INVALID("weights: its length",
                  pantau_linear_model_new(numbers, numbers, SIZE_MAX, 2, &linear));
    CHECK_INVALID("row 2 has class 2",
                  pantau_naive_bayes_fit(matrix, large, NULL, 2, NULL, 0, &counts));
    CHECK_INVALID("class 2 has no example",
                  pantau_naive_bayes_fit(matrix, labels, NULL, 3, NULL, 0, &counts));
    CHECK_INVALID("classes: 1", pantau_naive_bayes_fit(matrix, labels, NULL, 1, NULL, 0, &counts));
    CHECK_INVALID("sample weights",
                  pantau_naive_bayes_fit(matrix, labels, odd, 2, NULL, 0, &counts));
    CHECK_INVALID("too many", pantau_naive_bayes_new(SIZE_MAX, 2, NULL, 0, &counts));
    CHECK_INVALID("row 2 has class 2",
                  pantau_logistic_regression_fit(matrix, large, NULL, 2, NULL, 0, NULL, NULL, NULL,
                                                 &weights));
    CHECK_INVALID("class 2 has no example",
                  pantau_logistic_regression_fit(matrix, labels, NULL, 3, NULL, 0, NULL, NULL, NULL,
                                                 &weights));
    CHECK_INVALID("start: 2 columns and 2 classes",
                  pantau_logistic_regression_fit(matrix, labels, NULL, 3, NULL, 0, model, NULL,
                                                 NULL, &weights));
    CHECK_INVALID("sample weights",
                  pantau_logistic_regression_fit(matrix, labels, odd, 2, NULL, 0, NULL, NULL, NULL,
                                                 &weights));
    CHECK_INVALID("precisions: 2 for 3",
                  pantau_logistic_regression_resume(model, numbers, 2, NULL, 0, &weights));
    CHECK_INVALID("precisions: number 1 is 0",
                  pantau_logistic_regression_resume(model, numbers, 3, NULL, 0, &weights));
    CHECK_INVALID("too many", pantau_logistic_regression_new(SIZE_MAX, 2, NULL, 0, &weights));
    pantau_text *text = UNTOUCHED;
    CHECK_INVALID("column: ", pantau_tfidf_vectorizer_term(vectorizer, UINT32_MAX, &text));
    CHECK(text == UNTOUCHED && scores == UNTOUCHED && linear == UNTOUCHED);
    CHECK(counts == UNTOUCHED && weights == UNTOUCHED);
}

int main(int count, char **arguments) {
    (void)arguments;
    CHECK(count > 2);
    make_reviews(&reviews);
    CHECK_OK(pantau_tfidf_vectorizer_fit(NULL, 0, reviews.texts, reviews.lengths, REVIEWS, 0,
                                         &vectorizer));
    CHECK_OK(pantau_matrix_from_dense(numbers, 3, 2, &matrix));
    CHECK_OK(pantau_naive_bayes_fit(matrix, labels, NULL, 2, NULL, 0, &bayes));
    CHECK_OK(pantau_naive_bayes_to_linear(bayes, &model));
    CHECK_OK(pantau_logistic_regression_fit(matrix, labels, NULL, 2, NULL, 0, NULL, NULL, NULL,
                                            &regression));
    check_texts();
    check_json();
    check_null_objects();
    check_null_results();
    check_matrices();
    pantau_tfidf_vectorizer_free(vectorizer);
    pantau_matrix_free(matrix);
    pantau_linear_model_free(model);
    pantau_naive_bayes_free(bayes);
    pantau_logistic_regression_free(regression);
    return EXIT_SUCCESS;
}
