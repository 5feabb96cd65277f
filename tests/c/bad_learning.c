/* Bad input for training and judging is an error, never a crash: bad_learning DATA SCRATCH */

#include "bad.h"

static struct reviews reviews;
static pantau_labelled_texts *data;
static pantau_classifier *classifier;
static const pantau_text_classifier *judged;
static pantau_ensemble *ensemble;
static pantau_cascade *cascade;
static pantau_matrix *matrix;
static struct path target;

static const double numbers[] = {1, 0, 0, 1, 1, 1};

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
    };
    check_text_calls(calls, sizeof calls / sizeof *calls);
}

static void check_json(void) {
    check_settings("options: ", train_options);
    check_settings("options: ", evaluate_options);
    check_settings("options: ", compare_options);
    check_settings("gates: ", assess_gates);
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
    CHECK_INVALID("probabilities: is NULL",
                  pantau_select(NULL, 1, 2, NULL, PANTAU_LITERAL("margin"), 1, 0, 0, &selection));

    CHECK(text == UNTOUCHED && bundle == UNTOUCHED && explanation == UNTOUCHED);
    CHECK(prediction == UNTOUCHED && predictions == UNTOUCHED && evaluation == UNTOUCHED);
    CHECK(comparison == UNTOUCHED && report == UNTOUCHED && both == UNTOUCHED);
    CHECK(chain == UNTOUCHED && selection == UNTOUCHED && rest == UNTOUCHED && number == 77);
}

static void check_null_results(void) {
    const pantau_classifier *const one[] = {classifier};
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
    pantau_labelled_texts_free(NULL);
    pantau_explanation_free(NULL);
    pantau_ensemble_free(NULL);
    pantau_cascade_free(NULL);
    pantau_evaluation_free(NULL);
    pantau_comparison_free(NULL);
    pantau_gate_report_free(NULL);
    pantau_selection_free(NULL);
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
    CHECK(explanation == UNTOUCHED && both == UNTOUCHED && chain == UNTOUCHED);
    CHECK(report == UNTOUCHED && text == UNTOUCHED);
    CHECK_INVALID("\"best\" is not one of margin", select_strategy(PANTAU_LITERAL("best")));
    CHECK_INVALID("features: diversity", select_strategy(PANTAU_LITERAL("diversity")));
    pantau_selection *selection = UNTOUCHED;
#define SELECT(probabilities, rows, classes, features, share)                                      \
    pantau_select(probabilities, rows, classes, features, PANTAU_LITERAL("diversity"), 1, share,   \
                  0, &selection)
    CHECK_INVALID("features: 3 rows for a pool of 2", SELECT(numbers, 2, 2, matrix, 0));
    CHECK_INVALID("random_share: NaN", SELECT(numbers, 2, 2, matrix, NAN));
    CHECK_INVALID("classes: 1", SELECT(numbers, 2, 1, matrix, 0));
    CHECK_INVALID("add up to 2", SELECT(numbers, 3, 2, matrix, 0));
    CHECK_INVALID("probabilities: its length", SELECT(numbers, SIZE_MAX, 2, matrix, 0));
    CHECK(selection == UNTOUCHED);
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
    CHECK_OK(pantau_matrix_from_dense(numbers, 3, 2, &matrix));
    check_texts();
    check_json();
    check_null_objects();
    check_null_results();
    check_data(scratch);
    check_values();
    check_closed();
    pantau_labelled_texts_free(data);
    pantau_classifier_free(classifier);
    pantau_ensemble_free(ensemble);
    pantau_cascade_free(cascade);
    pantau_matrix_free(matrix);
    return EXIT_SUCCESS;
}
