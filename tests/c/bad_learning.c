/* Whatever is passed to learning: a clear error, never a crash: bad_learning DATA SCRATCH */

#include "learning.h"
#include <math.h>

/* What stands in every result before a call that must fail. */
static char sentinel;
#define UNTOUCHED ((void *)&sentinel)

static struct reviews reviews;
static pantau_labelled_texts *data;
static pantau_classifier *classifier;
static const pantau_text_classifier *judged;
static pantau_ensemble *ensemble;
static pantau_cascade *cascade;
static pantau_tfidf_vectorizer *vectorizer;
static pantau_matrix *matrix;
static pantau_linear_model *model;
static pantau_naive_bayes *bayes;
static pantau_logistic_regression *regression;
static struct path target;

static const double numbers[] = {1, 0, 0, 1, 1, 1};
static const uint32_t labels[] = {0, 1, 1};

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

#define X PANTAU_LITERAL("x")
#define TARGET TEXT(target.text)

GIVES(texts_text, pantau_labelled_texts,
      pantau_labelled_texts_new(&text, &length, &text, &length, 1, &object))
GIVES(texts_label, pantau_labelled_texts,
      pantau_labelled_texts_new(reviews.texts, reviews.lengths, &text, &length, 1, &object))
GIVES(open_path, pantau_labelled_texts,
      pantau_labelled_texts_open(text, length, X, X, &object))
GIVES(open_text, pantau_labelled_texts,
      pantau_labelled_texts_open(X, text, length, X, &object))
GIVES(open_label, pantau_labelled_texts,
      pantau_labelled_texts_open(X, X, text, length, &object))
GIVES(train_bundle, pantau_bundle,
      pantau_train(data, NULL, text, length, NULL, 0, NULL, NULL, &object))
GIVES(train_options, pantau_bundle,
      pantau_train(data, NULL, TARGET, text, length, NULL, NULL, &object))
GIVES(import_pipeline, pantau_bundle,
      pantau_import_sklearn(text, length, TARGET, NULL, 0, false, &object))
GIVES(import_bundle, pantau_bundle,
      pantau_import_sklearn(X, text, length, NULL, 0, false, &object))
GIVES(import_name, pantau_bundle,
      pantau_import_sklearn(X, TARGET, text, length, false, &object))
GIVES(explain_text, pantau_explanation,
      pantau_classifier_explain(classifier, text, length, NULL, 0, 0, &object))
GIVES(explain_label, pantau_explanation,
      pantau_classifier_explain(classifier, X, text, length, 0, &object))
GIVES(ensemble_predict, pantau_prediction,
      pantau_ensemble_predict(ensemble, text, length, &object))
GIVES(ensemble_predict_batch, pantau_predictions,
      pantau_ensemble_predict_batch(ensemble, &text, &length, 1, true, 0, &object))
GIVES(cascade_predict, pantau_prediction, pantau_cascade_predict(cascade, text, length, &object))
GIVES(cascade_predict_batch, pantau_predictions,
      pantau_cascade_predict_batch(cascade, &text, &length, 1, true, 0, &object))
GIVES(evaluate_options, pantau_evaluation,
      pantau_evaluate(judged, data, text, length, NULL, NULL, &object))
GIVES(evaluation_json, pantau_evaluation, pantau_evaluation_from_json(text, length, &object))
GIVES(compare_options, pantau_comparison,
      pantau_compare(judged, judged, data, text, length, NULL, NULL, &object))
GIVES(assess_gates, pantau_gate_report,
      pantau_assess(judged, data, text, length, NAN, NULL, NULL, NULL, &object))
GIVES(select_strategy, pantau_selection,
      pantau_select(numbers, 2, 2, NULL, text, length, 1, 0, 0, &object))
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
        {"texts[0]", texts_text},
        {"labels[0]", texts_label},
        {"path", open_path},
        {"text_column", open_text},
        {"label_column", open_label},
        {"bundle", train_bundle},
        {"options", train_options},
        {"pipeline", import_pipeline},
        {"bundle", import_bundle},
        {"name", import_name},
        {"text", explain_text},
        {"label", explain_label},
        {"text", ensemble_predict},
        {"texts[0]", ensemble_predict_batch},
        {"text", cascade_predict},
        {"texts[0]", cascade_predict_batch},
        {"options", evaluate_options},
        {"json", evaluation_json},
        {"options", compare_options},
        {"gates", assess_gates},
        {"strategy", select_strategy},
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

/* JSON that is none, holds what nobody knows, or a value of the wrong kind. */
static void check_json(void) {
    static pantau_status (*const calls[])(const char *, size_t) = {
        train_options, evaluate_options, compare_options, assess_gates,
        bayes_new,     bayes_fit,        regression_new,  regression_fit, regression_resume};
    for (size_t index = 0; index < sizeof calls / sizeof *calls; ++index) {
        CHECK_INVALID(index == 3 ? "gates: " : "options: ", calls[index](PANTAU_LITERAL("{")));
        CHECK_INVALID("column", calls[index](PANTAU_LITERAL("true")));
        CHECK_INVALID("unknown field `sesuatu`",
                      calls[index](PANTAU_LITERAL("{\"sesuatu\": 1}")));
    }
    CHECK_INVALID("features: unknown field", fit_parts(PANTAU_LITERAL("[{\"ngrams\": 1}]")));
    CHECK_INVALID("vectorizer: it has no parts", fit_parts(PANTAU_LITERAL("[]")));
    CHECK_INVALID("ngram_range", fit_parts(PANTAU_LITERAL("[{\"ngram_range\": [0, 1]}]")));
    CHECK_INVALID("vectorizer", vectorizer_json(PANTAU_LITERAL("{}")));
    CHECK_FAILS(PANTAU_STATUS_INCOMPATIBLE, "newer",
                vectorizer_json(PANTAU_LITERAL("{\"format\": 999}")));
    CHECK_INVALID("evaluation", evaluation_json(PANTAU_LITERAL("{}")));
    CHECK_INVALID("", evaluation_json(NULL, 0));
    CHECK_INVALID("`svm`", train_options(PANTAU_LITERAL("{\"kind\": \"svm\"}")));
    CHECK_INVALID("folds: 1 is not", train_options(PANTAU_LITERAL("{\"folds\": 1}")));
    CHECK_INVALID("strengths", train_options(PANTAU_LITERAL("{\"strengths\": [0]}")));
    CHECK_INVALID("encoder", train_options(PANTAU_LITERAL("{\"kind\": \"encoder-head\"}")));
    CHECK_FAILS(PANTAU_STATUS_NOT_FOUND, "no/such",
                train_options(PANTAU_LITERAL(
                    "{\"kind\": \"encoder-head\", \"encoder\": \"no/such\"}")));
    CHECK_INVALID("level", evaluate_options(PANTAU_LITERAL("{\"level\": 1}")));
    CHECK_INVALID("slices", evaluate_options(PANTAU_LITERAL("{\"slices\": [\"a\"]}")));
    CHECK_INVALID("floor: 2", assess_gates(PANTAU_LITERAL("{\"floor\": 2}")));
    CHECK_INVALID("promote", assess_gates(PANTAU_LITERAL("{\"promote\": 0.1}")));
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
    pantau_bundle *bundle = UNTOUCHED;
    pantau_explanation *explanation = UNTOUCHED;
    pantau_prediction *prediction = UNTOUCHED;
    pantau_predictions *predictions = UNTOUCHED;
    pantau_evaluation *evaluation = UNTOUCHED;
    pantau_comparison *comparison = UNTOUCHED;
    pantau_gate_report *report = UNTOUCHED;
    pantau_ensemble *both = UNTOUCHED;
    pantau_cascade *chain = UNTOUCHED;
    pantau_matrix *rows = UNTOUCHED;
    pantau_scores *scores = UNTOUCHED;
    pantau_linear_model *linear = UNTOUCHED;
    pantau_naive_bayes *counts = UNTOUCHED;
    pantau_logistic_regression *weights = UNTOUCHED;
    pantau_selection *selection = UNTOUCHED;
    pantau_labelled_texts *rest = UNTOUCHED;
    size_t number = 77;
    const pantau_classifier *const one[] = {NULL};

    CHECK_INVALID("data: is NULL", pantau_labelled_texts_text(NULL, 0, &text));
    CHECK_INVALID("data: is NULL", pantau_labelled_texts_label(NULL, 0, &text));
    CHECK_INVALID("texts: is NULL", pantau_labelled_texts_new(NULL, reviews.lengths, reviews.labels,
                                                              reviews.label_lengths, 1, &rest));
    CHECK_INVALID("lengths: is NULL",
                  pantau_labelled_texts_new(reviews.texts, NULL, reviews.labels,
                                            reviews.label_lengths, 1, &rest));
    CHECK_INVALID("labels: is NULL", pantau_labelled_texts_new(reviews.texts, reviews.lengths, NULL,
                                                               reviews.label_lengths, 1, &rest));
    CHECK_INVALID("label_lengths: is NULL",
                  pantau_labelled_texts_new(reviews.texts, reviews.lengths, reviews.labels, NULL, 1,
                                            &rest));
    CHECK_INVALID("texts: its length",
                  pantau_labelled_texts_new(reviews.texts, reviews.lengths, reviews.labels,
                                            reviews.label_lengths, SIZE_MAX, &rest));
    CHECK_INVALID("data: is NULL",
                  pantau_train(NULL, NULL, TARGET, NULL, 0, NULL, NULL, &bundle));
    CHECK_INVALID("classifier: is NULL",
                  pantau_classifier_explain(NULL, X, NULL, 0, 0, &explanation));
    CHECK_INVALID("explanation: is NULL", pantau_explanation_to_json(NULL, &text));
    CHECK_INVALID("explanation: is NULL", pantau_explanation_to_text(NULL, &text));
    CHECK_INVALID("explanation: is NULL", pantau_explanation_to_html(NULL, &text));
    CHECK_INVALID("classifiers: is NULL", pantau_ensemble_new(NULL, NULL, 1, &both));
    CHECK_INVALID("classifiers[0]: is NULL", pantau_ensemble_new(one, NULL, 1, &both));
    CHECK_INVALID("classifiers: there are none", pantau_ensemble_new(NULL, NULL, 0, &both));
    CHECK_INVALID("ensemble: is NULL", pantau_ensemble_predict(NULL, X, &prediction));
    CHECK_INVALID("ensemble: is NULL",
                  pantau_ensemble_predict_batch(NULL, NULL, NULL, 0, true, 0, &predictions));
    CHECK_INVALID("ensemble: is NULL", pantau_ensemble_label_count(NULL, &number));
    CHECK_INVALID("ensemble: is NULL", pantau_ensemble_label(NULL, 0, &text));
    CHECK_INVALID("cheap: is NULL", pantau_cascade_new(NULL, classifier, 0.5, &chain));
    CHECK_INVALID("strong: is NULL", pantau_cascade_new(classifier, NULL, 0.5, &chain));
    CHECK_INVALID("cheap: is NULL",
                  pantau_cascade_fit(NULL, classifier, data, 0.9, NULL, NULL, &chain));
    CHECK_INVALID("strong: is NULL",
                  pantau_cascade_fit(classifier, NULL, data, 0.9, NULL, NULL, &chain));
    CHECK_INVALID("data: is NULL",
                  pantau_cascade_fit(classifier, classifier, NULL, 0.9, NULL, NULL, &chain));
    CHECK_INVALID("cascade: is NULL", pantau_cascade_predict(NULL, X, &prediction));
    CHECK_INVALID("cascade: is NULL",
                  pantau_cascade_predict_batch(NULL, NULL, NULL, 0, true, 0, &predictions));
    CHECK_INVALID("cascade: is NULL", pantau_cascade_label_count(NULL, &number));
    CHECK_INVALID("cascade: is NULL", pantau_cascade_label(NULL, 0, &text));
    CHECK_INVALID("cascade: is NULL", pantau_cascade_choice(NULL, &text));
    CHECK_INVALID("classifier: is NULL",
                  pantau_evaluate(NULL, data, NULL, 0, NULL, NULL, &evaluation));
    CHECK_INVALID("data: is NULL",
                  pantau_evaluate(judged, NULL, NULL, 0, NULL, NULL, &evaluation));
    CHECK_INVALID("evaluation: is NULL", pantau_evaluation_to_json(NULL, &text));
    CHECK_INVALID("evaluation: is NULL", pantau_evaluation_to_text(NULL, 80, &text));
    CHECK_INVALID("evaluation: is NULL", pantau_evaluation_to_html(NULL, &text));
    CHECK_INVALID("evaluation: is NULL", pantau_evaluation_mistakes_csv(NULL, &text));
    CHECK_INVALID("first: is NULL",
                  pantau_compare(NULL, judged, data, NULL, 0, NULL, NULL, &comparison));
    CHECK_INVALID("second: is NULL",
                  pantau_compare(judged, NULL, data, NULL, 0, NULL, NULL, &comparison));
    CHECK_INVALID("data: is NULL",
                  pantau_compare(judged, judged, NULL, NULL, 0, NULL, NULL, &comparison));
    CHECK_INVALID("comparison: is NULL", pantau_comparison_to_json(NULL, &text));
    CHECK_INVALID("comparison: is NULL", pantau_comparison_to_text(NULL, 80, &text));
    CHECK_INVALID("comparison: is NULL", pantau_comparison_to_html(NULL, &text));
    CHECK_INVALID("classifier: is NULL",
                  pantau_assess(NULL, data, NULL, 0, NAN, NULL, NULL, NULL, &report));
    CHECK_INVALID("data: is NULL",
                  pantau_assess(judged, NULL, NULL, 0, NAN, NULL, NULL, NULL, &report));
    CHECK_INVALID("report: is NULL", pantau_gate_report_to_json(NULL, &text));
    CHECK_INVALID("report: is NULL", pantau_gate_report_to_text(NULL, &text));
    CHECK_INVALID("probabilities: is NULL", pantau_select(NULL, 1, 2, NULL, PANTAU_LITERAL("margin"),
                                                          1, 0, 0, &selection));
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

    CHECK(text == UNTOUCHED && bundle == UNTOUCHED && explanation == UNTOUCHED);
    CHECK(prediction == UNTOUCHED && predictions == UNTOUCHED && evaluation == UNTOUCHED);
    CHECK(comparison == UNTOUCHED && report == UNTOUCHED && both == UNTOUCHED);
    CHECK(chain == UNTOUCHED && rows == UNTOUCHED && scores == UNTOUCHED && linear == UNTOUCHED);
    CHECK(counts == UNTOUCHED && weights == UNTOUCHED && selection == UNTOUCHED);
    CHECK(rest == UNTOUCHED && number == 77);
}

static void check_null_results(void) {
    const pantau_classifier *const one[] = {classifier};
    static const size_t starts[] = {0, 0};
    CHECK_INVALID("out: is NULL",
                  pantau_labelled_texts_new(reviews.texts, reviews.lengths, reviews.labels,
                                            reviews.label_lengths, 1, NULL));
    CHECK_INVALID("out: is NULL", pantau_labelled_texts_open(X, X, X, NULL));
    CHECK_INVALID("out: is NULL", pantau_labelled_texts_text(data, 0, NULL));
    CHECK_INVALID("out: is NULL", pantau_labelled_texts_label(data, 0, NULL));
    CHECK_INVALID("out: is NULL", pantau_train(data, NULL, TARGET, NULL, 0, NULL, NULL, NULL));
    CHECK_INVALID("out: is NULL", pantau_import_sklearn(X, X, X, false, NULL));
    CHECK_INVALID("out: is NULL", pantau_classifier_explain(classifier, X, NULL, 0, 0, NULL));
    CHECK_INVALID("out: is NULL", pantau_ensemble_new(one, NULL, 1, NULL));
    CHECK_INVALID("out: is NULL", pantau_ensemble_predict(ensemble, X, NULL));
    CHECK_INVALID("out: is NULL",
                  pantau_ensemble_predict_batch(ensemble, NULL, NULL, 0, true, 0, NULL));
    CHECK_INVALID("out: is NULL", pantau_ensemble_label_count(ensemble, NULL));
    CHECK_INVALID("out: is NULL", pantau_ensemble_label(ensemble, 0, NULL));
    CHECK_INVALID("out: is NULL", pantau_cascade_new(classifier, classifier, 0.5, NULL));
    CHECK_INVALID("out: is NULL",
                  pantau_cascade_fit(classifier, classifier, data, 0.5, NULL, NULL, NULL));
    CHECK_INVALID("out: is NULL", pantau_cascade_predict(cascade, X, NULL));
    CHECK_INVALID("out: is NULL",
                  pantau_cascade_predict_batch(cascade, NULL, NULL, 0, true, 0, NULL));
    CHECK_INVALID("out: is NULL", pantau_cascade_label_count(cascade, NULL));
    CHECK_INVALID("out: is NULL", pantau_cascade_label(cascade, 0, NULL));
    CHECK_INVALID("out: is NULL", pantau_cascade_choice(cascade, NULL));
    CHECK_INVALID("out: is NULL", pantau_evaluate(judged, data, NULL, 0, NULL, NULL, NULL));
    CHECK_INVALID("out: is NULL", pantau_evaluation_from_json(X, NULL));
    CHECK_INVALID("out: is NULL", pantau_compare(judged, judged, data, NULL, 0, NULL, NULL, NULL));
    CHECK_INVALID("out: is NULL",
                  pantau_assess(judged, data, NULL, 0, NAN, NULL, NULL, NULL, NULL));
    CHECK_INVALID("out: is NULL", pantau_select(numbers, 2, 2, NULL, X, 1, 0, 0, NULL));
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

    /* Functions that cannot fail answer a NULL and leave the last message alone. */
    CHECK(pantau_labelled_texts_count(NULL) == 0);
    CHECK(isnan(pantau_prediction_novelty(NULL)) && isnan(pantau_prediction_novelty_pvalue(NULL)));
    CHECK(pantau_predictions_novelty_pvalues(NULL) == NULL);
    CHECK(pantau_classifier_as_text_classifier(NULL) == NULL);
    CHECK(pantau_ensemble_as_text_classifier(NULL) == NULL);
    CHECK(pantau_cascade_as_text_classifier(NULL) == NULL && isnan(pantau_cascade_threshold(NULL)));
    CHECK(pantau_explanation_label(NULL) == NULL && pantau_explanation_method(NULL) == NULL);
    CHECK(isnan(pantau_explanation_score(NULL)) && isnan(pantau_explanation_baseline(NULL)));
    CHECK(isnan(pantau_explanation_gap(NULL)) && pantau_explanation_asked(NULL) == 0);
    CHECK(pantau_explanation_contribution_count(NULL) == 0);
    CHECK(pantau_explanation_contribution_term(NULL, 0) == NULL);
    CHECK(pantau_explanation_contribution_value(NULL, 0) == 0);
    CHECK(pantau_explanation_word_count(NULL) == 0 && pantau_explanation_word(NULL, 0) == NULL);
    CHECK(pantau_explanation_word_start(NULL, 0) == 0 && pantau_explanation_word_end(NULL, 0) == 0);
    CHECK(pantau_explanation_word_value(NULL, 0) == 0);
    CHECK(pantau_evaluation_rows(NULL) == 0 && isnan(pantau_evaluation_accuracy(NULL)));
    CHECK(isnan(pantau_evaluation_accuracy_low(NULL)));
    CHECK(isnan(pantau_evaluation_accuracy_high(NULL)));
    CHECK(isnan(pantau_evaluation_macro_f1(NULL)) && isnan(pantau_evaluation_macro_f1_low(NULL)));
    CHECK(isnan(pantau_evaluation_macro_f1_high(NULL)));
    CHECK(isnan(pantau_evaluation_mean_confidence(NULL)));
    CHECK(pantau_comparison_rows(NULL) == 0 && isnan(pantau_comparison_difference(NULL)));
    CHECK(isnan(pantau_comparison_difference_low(NULL)));
    CHECK(isnan(pantau_comparison_difference_high(NULL)) && isnan(pantau_comparison_pvalue(NULL)));
    CHECK(pantau_comparison_verdict(NULL) == NULL);
    CHECK(!pantau_gate_report_passed(NULL) && !pantau_gate_report_usable(NULL));
    CHECK(pantau_selection_count(NULL) == 0 && pantau_selection_rows(NULL) == NULL);
    CHECK(pantau_selection_scores(NULL) == NULL && pantau_selection_probabilities(NULL) == NULL);
    CHECK(pantau_selection_reason(NULL, 0) == NULL);
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
    pantau_labelled_texts_free(NULL);
    pantau_explanation_free(NULL);
    pantau_ensemble_free(NULL);
    pantau_cascade_free(NULL);
    pantau_evaluation_free(NULL);
    pantau_comparison_free(NULL);
    pantau_gate_report_free(NULL);
    pantau_selection_free(NULL);
    pantau_tfidf_vectorizer_free(NULL);
    pantau_matrix_free(NULL);
    pantau_scores_free(NULL);
    pantau_linear_model_free(NULL);
    pantau_naive_bayes_free(NULL);
    pantau_logistic_regression_free(NULL);
    CHECK(strcmp(pantau_last_error(), "out: is NULL") == 0);
}

/* Data that nobody can learn from. */
static void check_data(const char *scratch) {
    pantau_labelled_texts *other = UNTOUCHED;
    pantau_bundle *bundle = UNTOUCHED;
    pantau_text *text = UNTOUCHED;
    const char *const words[] = {"bagus", "buruk"}, *const same[] = {"x", "x"};
    const char *const blank[] = {"x", " "};
    static const size_t lengths[] = {5, 5}, ones[] = {1, 1};
    CHECK_INVALID("data: there are 0 rows",
                  pantau_labelled_texts_new(NULL, NULL, NULL, NULL, 0, &other));
    CHECK_INVALID("labels: the label of row 1 is empty",
                  pantau_labelled_texts_new(words, lengths, blank, ones, 2, &other));
    CHECK_INVALID("row: 96 is not below", pantau_labelled_texts_text(data, REVIEWS, &text));
    CHECK_INVALID("row: 96 is not below", pantau_labelled_texts_label(data, REVIEWS, &text));
    CHECK(other == UNTOUCHED && text == UNTOUCHED);
    CHECK_OK(pantau_labelled_texts_new(words, lengths, same, ones, 2, &other));
    CHECK_INVALID("labels: all 2 rows have \"x\"",
                  pantau_train(other, NULL, TARGET, NULL, 0, NULL, NULL, &bundle));
    pantau_labelled_texts_free(other);
    other = UNTOUCHED;

    struct path path = join(scratch, "bad.csv");
    FILE *file = fopen(path.text, "wb");
    CHECK(file != NULL && fputs("teks,label\na,b,c\n", file) >= 0 && fclose(file) == 0);
    CHECK_INVALID("label", pantau_labelled_texts_open(TEXT(path.text), PANTAU_LITERAL("teks"),
                                                      PANTAU_LITERAL("lable"), &other));
    CHECK_INVALID("line 2", pantau_labelled_texts_open(TEXT(path.text), PANTAU_LITERAL("teks"),
                                                       PANTAU_LITERAL("label"), &other));
    CHECK_FAILS(PANTAU_STATUS_NOT_FOUND, "no/such",
                pantau_labelled_texts_open(PANTAU_LITERAL("no/such.csv"), X, X, &other));
    CHECK(import_pipeline(PANTAU_LITERAL("no/such")) == PANTAU_STATUS_NOT_FOUND);
    CHECK_INVALID("pipeline", import_pipeline(TEXT(path.text)));
    /* What is no bundle is never replaced. */
    CHECK_INVALID("", pantau_train(data, NULL, TEXT(scratch),
                                   PANTAU_LITERAL("{\"overwrite\": true}"), NULL, NULL, &bundle));
    CHECK(other == UNTOUCHED && bundle == UNTOUCHED);
}

/* Values that are well formed but cannot be used. */
static void check_values(void) {
    pantau_explanation *explanation = UNTOUCHED;
    pantau_ensemble *both = UNTOUCHED;
    pantau_cascade *chain = UNTOUCHED;
    pantau_gate_report *report = UNTOUCHED;
    pantau_text *text = UNTOUCHED;
    const pantau_classifier *const pair[] = {classifier, classifier};
    const double none[] = {1, 0}, odd[] = {NAN, 1};
    CHECK_INVALID("label: \"ugly\" is not one of",
                  pantau_classifier_explain(classifier, X, PANTAU_LITERAL("ugly"), 0,
                                            &explanation));
    CHECK_INVALID("budget: 2 is below 3",
                  pantau_classifier_explain(classifier, X, NULL, 0, 2, &explanation));
    CHECK_INVALID("weights: 0 is not above 0", pantau_ensemble_new(pair, none, 2, &both));
    CHECK_INVALID("weights: NaN is not above 0", pantau_ensemble_new(pair, odd, 2, &both));
    CHECK_INVALID("threshold: NaN", pantau_cascade_new(classifier, classifier, NAN, &chain));
    CHECK_INVALID("1.5 is not from 0 to 1", pantau_cascade_fit(classifier, classifier, data, 1.5,
                                                               NULL, NULL, &chain));
    CHECK_INVALID("index: 2 is not below", pantau_ensemble_label(ensemble, 2, &text));
    CHECK_INVALID("index: 2 is not below", pantau_cascade_label(cascade, 2, &text));
    CHECK_INVALID("7", pantau_assess(judged, data, NULL, 0, 7, NULL, NULL, NULL, &report));
    CHECK_INVALID("column: ", pantau_tfidf_vectorizer_term(vectorizer, UINT32_MAX, &text));
    CHECK(explanation == UNTOUCHED && both == UNTOUCHED && chain == UNTOUCHED);
    CHECK(report == UNTOUCHED && text == UNTOUCHED);
    CHECK_INVALID("\"best\" is not one of margin", select_strategy(PANTAU_LITERAL("best")));
    CHECK_INVALID("features: diversity", select_strategy(PANTAU_LITERAL("diversity")));
    pantau_selection *selection = UNTOUCHED;
#define SELECT(probabilities, rows, classes, features, share)                                      \
    pantau_select(probabilities, rows, classes, features, PANTAU_LITERAL("diversity"), 1, share, 0, \
                  &selection)
    CHECK_INVALID("features: 3 rows for a pool of 2", SELECT(numbers, 2, 2, matrix, 0));
    CHECK_INVALID("random_share: NaN", SELECT(numbers, 2, 2, matrix, NAN));
    CHECK_INVALID("classes: 1", SELECT(numbers, 2, 1, matrix, 0));
    CHECK_INVALID("add up to 2", SELECT(numbers, 3, 2, matrix, 0));
    CHECK_INVALID("probabilities: its length", SELECT(numbers, SIZE_MAX, 2, matrix, 0));
    CHECK(selection == UNTOUCHED);
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
    CHECK(scores == UNTOUCHED && linear == UNTOUCHED);
    CHECK(counts == UNTOUCHED && weights == UNTOUCHED);
}

/* What was made of a classifier ends with it. */
static void check_closed(void) {
    pantau_prediction *prediction = UNTOUCHED;
    pantau_explanation *explanation = UNTOUCHED;
    pantau_evaluation *evaluation = UNTOUCHED;
    CHECK_OK(pantau_classifier_close(classifier));
    CHECK_INVALID("is closed", explain_text(X));
    CHECK_INVALID("is closed", ensemble_predict(X));
    CHECK_INVALID("is closed", cascade_predict(X));
    CHECK_INVALID("is closed", pantau_evaluate(judged, data, NULL, 0, NULL, NULL, &evaluation));
    CHECK(prediction == UNTOUCHED && explanation == UNTOUCHED && evaluation == UNTOUCHED);
}

int main(int count, char **arguments) {
    CHECK(count > 2);
    const char *scratch = arguments[2];
    make_reviews(&reviews);
    target = join(scratch, "target");
    data = labelled(&reviews, 0, REVIEWS);
    classifier = learn(data, scratch, "classifier", "{\"kind\": \"tfidf-nb\"}");
    judged = pantau_classifier_as_text_classifier(classifier);
    const pantau_classifier *const members[] = {classifier};
    CHECK_OK(pantau_ensemble_new(members, NULL, 1, &ensemble));
    CHECK_OK(pantau_cascade_new(classifier, classifier, 0.5, &cascade));
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
    check_data(scratch);
    check_values();
    check_matrices();
    check_closed();
    pantau_labelled_texts_free(data);
    pantau_classifier_free(classifier);
    pantau_ensemble_free(ensemble);
    pantau_cascade_free(cascade);
    pantau_tfidf_vectorizer_free(vectorizer);
    pantau_matrix_free(matrix);
    pantau_linear_model_free(model);
    pantau_naive_bayes_free(bayes);
    pantau_logistic_regression_free(regression);
    return EXIT_SUCCESS;
}
