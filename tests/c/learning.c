/* From labelled texts to a classifier that is judged: learning DATA SCRATCH */

#include "learning.h"

#include "json.h"
#include <math.h>

static struct reviews reviews;

/* The text that a function gave is the expected one; frees it. */
static void check_text(pantau_text *text, const char *expected) {
    CHECK(strcmp(pantau_text_data(text), expected) == 0);
    pantau_text_free(text);
}

/* The text that a function gave holds a part; frees it. */
static void check_holds(pantau_text *text, const char *part) {
    CHECK(strstr(pantau_text_data(text), part) != NULL);
    pantau_text_free(text);
}

static void check_data(const char *scratch) {
    struct path path = join(scratch, "reviews.csv");
    FILE *file = fopen(path.text, "wb");
    CHECK(file != NULL);
    CHECK(fputs("ulasan;nilai\n\"bagus; sekali\";good\nburuk;bad\n", file) >= 0);
    CHECK(fclose(file) == 0);
    pantau_labelled_texts *data, *same;
    pantau_text *text;
    CHECK_OK(pantau_labelled_texts_open(TEXT(path.text), PANTAU_LITERAL("ulasan"),
                                        PANTAU_LITERAL("nilai"), &data));
    CHECK(pantau_labelled_texts_count(data) == 2);
    CHECK_OK(pantau_labelled_texts_text(data, 0, &text));
    check_text(text, "bagus; sekali");
    CHECK_OK(pantau_labelled_texts_label(data, 1, &text));
    check_text(text, "bad");
    pantau_labelled_texts_free(data);

    same = labelled(&reviews, 0, REVIEWS);
    CHECK(pantau_labelled_texts_count(same) == REVIEWS);
    CHECK_OK(pantau_labelled_texts_text(same, REVIEWS - 1, &text));
    check_text(text, "Kualitas kain luar biasa");
    pantau_labelled_texts_free(same);
}

/* What a progress callback heard, and after how many calls it says that it is enough. */
struct heard {
    size_t calls, done, all, most;
};

static bool hear(void *user_data, size_t done, size_t all) {
    struct heard *heard = user_data;
    CHECK(done <= all);
    heard->done = done;
    heard->all = all;
    return ++heard->calls < heard->most;
}

static void check_training(const pantau_labelled_texts *data, const char *scratch) {
    static const char options[] = "{\"kind\": \"tfidf-nb\", \"folds\": 2, \"name\": \"ulasan\"}";
    struct path first_path = join(scratch, "first"), second_path = join(scratch, "second");
    pantau_bundle *first, *second = NULL;
    pantau_text *text, *same;
    struct heard heard = {.most = SIZE_MAX};
    CHECK_OK(pantau_train(data, NULL, TEXT(first_path.text), TEXT(options), hear, &heard, &first));
    CHECK(heard.calls > 0 && heard.done <= heard.all);
    CHECK_OK(pantau_bundle_manifest(first, &text));
    CHECK(strstr(pantau_text_data(text), "\"tfidf-nb\"") != NULL);
    check_holds(text, "\"name\": \"ulasan\"");

    /* Whoever stops it finds nothing left behind. */
    struct heard enough = {.most = 1};
    CHECK_FAILS(PANTAU_STATUS_STOPPED, "ended the call",
                pantau_train(data, NULL, TEXT(second_path.text), TEXT(options), hear, &enough,
                             &second));
    CHECK(second == NULL && enough.calls >= 1);
    CHECK_FAILS(PANTAU_STATUS_NOT_FOUND, "second", pantau_bundle_open(TEXT(second_path.text),
                                                                      &second));

    /* The same data and options give the same bytes, on one thread as on several. */
    static const char one_thread[] =
        "{\"kind\": \"tfidf-nb\", \"folds\": 2, \"name\": \"ulasan\", \"threads\": 1}";
    CHECK_OK(pantau_train(data, NULL, TEXT(second_path.text), TEXT(one_thread), NULL, NULL,
                          &second));
    CHECK_OK(pantau_bundle_id(first, &text));
    CHECK_OK(pantau_bundle_id(second, &same));
    CHECK(strcmp(pantau_text_data(text), pantau_text_data(same)) == 0);
    pantau_text_free(text);
    pantau_text_free(same);
    pantau_bundle_free(first);
    pantau_bundle_free(second);

    /* With test data of its own and other features, and the evaluation in the bundle. */
    static const char features[] = "{\"features\": [{\"analyzer\": \"char_wb\", \"ngram_range\": "
                                   "[2, 3]}], \"strengths\": [1, 10], \"overwrite\": true}";
    pantau_labelled_texts *test = labelled(&reviews, 0, 10);
    CHECK_OK(pantau_train(data, test, TEXT(second_path.text), TEXT(features), NULL, NULL,
                          &second));
    char *json = read_file(second_path.text, "evaluation.json");
    pantau_evaluation *evaluation;
    CHECK_OK(pantau_evaluation_from_json(TEXT(json), &evaluation));
    CHECK(pantau_evaluation_rows(evaluation) == 10);
    free(json);
    pantau_evaluation_free(evaluation);
    pantau_labelled_texts_free(test);
    pantau_bundle_free(second);
}

static void check_predictions(const pantau_classifier *classifier) {
    static const char *const texts[] = {"Hotel itu bagus sekali", "xyzzy qwrtp"};
    static const size_t lengths[] = {22, 11};
    pantau_prediction *prediction;
    pantau_predictions *predictions;
    CHECK_OK(pantau_classifier_predict(classifier, texts[0], lengths[0], &prediction));
    CHECK(strcmp(pantau_text_data(pantau_prediction_label(prediction)), "good") == 0);
    double known = pantau_prediction_novelty(prediction);
    double pvalue = pantau_prediction_novelty_pvalue(prediction);
    CHECK(known >= 0 && known < 1 && pvalue > 0 && pvalue <= 1);
    pantau_prediction_free(prediction);
    CHECK_OK(pantau_classifier_predict_batch(classifier, texts, lengths, 2, true, 0,
                                             &predictions));
    const double *pvalues = pantau_predictions_novelty_pvalues(predictions);
    CHECK(pvalues != NULL && pvalues[0] == pvalue && pvalues[1] < pvalue);
    CHECK_OK(pantau_predictions_get(predictions, 1, &prediction));
    CHECK(pantau_prediction_novelty(prediction) > known);
    CHECK(pantau_prediction_novelty_pvalue(prediction) == pvalues[1]);
    pantau_prediction_free(prediction);
    pantau_predictions_free(predictions);
}

static void check_explanation(const pantau_classifier *classifier) {
    static const char text[] = "Kurirnya ramah, tapi <b>jelek</b> dan jelek";
    pantau_explanation *explanation, *other;
    CHECK_OK(pantau_classifier_explain(classifier, TEXT(text), PANTAU_LITERAL("good"), 0,
                                       &explanation));
    CHECK(strcmp(pantau_text_data(pantau_explanation_label(explanation)), "good") == 0);
    CHECK(strcmp(pantau_text_data(pantau_explanation_method(explanation)), "exact") == 0);
    CHECK(pantau_explanation_asked(explanation) == 1);

    /* What is added adds up. */
    double sum = pantau_explanation_baseline(explanation), by_words = sum;
    size_t terms = pantau_explanation_contribution_count(explanation);
    size_t words = pantau_explanation_word_count(explanation);
    CHECK(terms > 2 && words == 6);
    for (size_t index = 0; index < terms; ++index) {
        CHECK(pantau_text_length(pantau_explanation_contribution_term(explanation, index)) > 0);
        double value = pantau_explanation_contribution_value(explanation, index);
        CHECK(index == 0 ||
              fabs(value) <= fabs(pantau_explanation_contribution_value(explanation, index - 1)));
        sum += value;
    }
    for (size_t index = 0; index < words; ++index) {
        const pantau_text *word = pantau_explanation_word(explanation, index);
        size_t start = pantau_explanation_word_start(explanation, index);
        size_t end = pantau_explanation_word_end(explanation, index);
        CHECK(end - start == pantau_text_length(word));
        CHECK(memcmp(text + start, pantau_text_data(word), end - start) == 0);
        by_words += pantau_explanation_word_value(explanation, index);
    }
    double gap = pantau_explanation_gap(explanation);
    double score = pantau_explanation_score(explanation);
    CHECK(fabs(gap) < 1e-9 && fabs(sum + gap - score) < 1e-9 && fabs(by_words - score) < 1e-9);
    CHECK(pantau_explanation_word_value(explanation, 5) < 0);
    CHECK(pantau_explanation_contribution_term(explanation, terms) == NULL);
    CHECK(pantau_explanation_word(explanation, words) == NULL);
    CHECK(pantau_explanation_contribution_value(explanation, terms) == 0);
    CHECK(pantau_explanation_word_value(explanation, words) == 0);
    CHECK(pantau_explanation_word_start(explanation, words) == 0);
    CHECK(pantau_explanation_word_end(explanation, words) == 0);

    pantau_text *shown;
    CHECK_OK(pantau_explanation_to_json(explanation, &shown));
    struct json *json = json_parse(pantau_text_data(shown));
    CHECK(json_find(json, "score")->number == score);
    json_free(json);
    pantau_text_free(shown);
    CHECK_OK(pantau_explanation_to_text(explanation, &shown));
    check_holds(shown, "(without words)");
    CHECK_OK(pantau_explanation_to_html(explanation, &shown));
    CHECK(strstr(pantau_text_data(shown), "<b>jelek") == NULL);
    check_holds(shown, "&lt;b&gt;jelek");

    /* Of two labels, one speaks against the other; the empty one is the most probable. */
    CHECK_OK(pantau_classifier_explain(classifier, TEXT(text), NULL, 0, 7, &other));
    if (strcmp(pantau_text_data(pantau_explanation_label(other)), "bad") == 0) {
        CHECK(fabs(pantau_explanation_score(other) + score) < 1e-9);
    } else {
        CHECK(pantau_explanation_score(other) == score && score >= 0);
    }
    pantau_explanation_free(other);
    pantau_explanation_free(explanation);
}

static void check_evaluation(const pantau_text_classifier *classifier,
                             const pantau_labelled_texts *data) {
    pantau_evaluation *evaluation, *read;
    pantau_text *text, *same;
    struct heard heard = {.most = SIZE_MAX};
    CHECK_OK(pantau_evaluate(classifier, data, PANTAU_LITERAL("{\"level\": 0.9, \"seed\": 7}"),
                             hear, &heard, &evaluation));
    CHECK(heard.calls > 0 && heard.done == heard.all);
    CHECK(pantau_evaluation_rows(evaluation) == REVIEWS);
    double accuracy = pantau_evaluation_accuracy(evaluation);
    CHECK(accuracy > 0.9 && accuracy <= 1);
    CHECK(pantau_evaluation_accuracy_low(evaluation) < accuracy);
    CHECK(pantau_evaluation_accuracy_high(evaluation) >= accuracy);
    double f1 = pantau_evaluation_macro_f1(evaluation);
    CHECK(f1 > 0.9 && f1 <= 1);
    CHECK(pantau_evaluation_macro_f1_low(evaluation) <= f1);
    CHECK(pantau_evaluation_macro_f1_high(evaluation) >= f1);
    CHECK(pantau_evaluation_mean_confidence(evaluation) > 0.5);
    CHECK_OK(pantau_evaluation_to_text(evaluation, 60, &text));
    check_holds(text, "90 % confidence");
    CHECK_OK(pantau_evaluation_to_html(evaluation, &text));
    check_holds(text, "<");
    CHECK_OK(pantau_evaluation_mistakes_csv(evaluation, &text));
    check_holds(text, "row,");
    CHECK_OK(pantau_evaluation_to_json(evaluation, &text));
    CHECK_OK(pantau_evaluation_from_json(pantau_text_data(text), pantau_text_length(text), &read));
    CHECK_OK(pantau_evaluation_to_json(read, &same));
    check_text(same, pantau_text_data(text));
    pantau_text_free(text);
    pantau_evaluation_free(read);
    pantau_evaluation_free(evaluation);

    struct heard enough = {.most = 1};
    evaluation = NULL;
    CHECK_FAILS(PANTAU_STATUS_STOPPED, "ended the call",
                pantau_evaluate(classifier, data, NULL, 0, hear, &enough, &evaluation));
    CHECK(evaluation == NULL && enough.calls == 1);
}

static void check_comparison(const pantau_text_classifier *first,
                             const pantau_text_classifier *second,
                             const pantau_labelled_texts *data) {
    pantau_comparison *comparison;
    pantau_text *text;
    struct heard heard = {.most = SIZE_MAX};
    CHECK_OK(pantau_compare(first, second, data, NULL, 0, hear, &heard, &comparison));
    CHECK(heard.calls > 1 && heard.done <= heard.all);
    CHECK(pantau_comparison_rows(comparison) == REVIEWS);
    double difference = pantau_comparison_difference(comparison);
    CHECK(difference > -0.2 && difference < 0.2);
    CHECK(pantau_comparison_difference_low(comparison) <= difference);
    CHECK(pantau_comparison_difference_high(comparison) >= difference);
    CHECK(pantau_comparison_pvalue(comparison) > 0 && pantau_comparison_pvalue(comparison) <= 1);
    const char *verdict = pantau_text_data(pantau_comparison_verdict(comparison));
    CHECK(verdict[0] != '\0');
    CHECK_OK(pantau_comparison_to_json(comparison, &text));
    check_holds(text, verdict);
    CHECK_OK(pantau_comparison_to_text(comparison, 80, &text));
    CHECK(pantau_text_length(text) > 0);
    pantau_text_free(text);
    CHECK_OK(pantau_comparison_to_html(comparison, &text));
    check_holds(text, "<");
    pantau_comparison_free(comparison);
}

static void check_gates(const pantau_text_classifier *classifier,
                        const pantau_text_classifier *champion,
                        const pantau_labelled_texts *data) {
    pantau_gate_report *report;
    pantau_text *text;
    struct heard heard = {.most = SIZE_MAX};
    CHECK_OK(pantau_assess(classifier, data, NULL, 0, NAN, champion, hear, &heard, &report));
    CHECK(heard.done == heard.all);
    CHECK(pantau_gate_report_usable(report));
    CHECK_OK(pantau_gate_report_to_json(report, &text));
    CHECK(strstr(pantau_text_data(text), "\"champion\"") != NULL);
    check_holds(text, "\"gap\"");
    CHECK_OK(pantau_gate_report_to_text(report, &text));
    check_holds(text, "gates");
    pantau_gate_report_free(report);

    /* One that is far better on what it has learnt from, and bounds that nobody reaches. */
    CHECK_OK(pantau_assess(classifier, data,
                           PANTAU_LITERAL("{\"floor\": 1.0, \"promote\": 1.0, \"gap\": 0.0}"), 1.0,
                           NULL, NULL, NULL, &report));
    CHECK(!pantau_gate_report_passed(report) && !pantau_gate_report_usable(report));
    pantau_gate_report_free(report);
}

static void check_together(const pantau_classifier *bayes, const pantau_classifier *logistic,
                           const pantau_labelled_texts *data) {
    const pantau_classifier *const members[] = {bayes, logistic};
    static const double weights[] = {1, 3};
    static const char text[] = "pelayanan cepat dan ramah";
    pantau_ensemble *ensemble, *equal;
    pantau_cascade *cascade, *fitted;
    pantau_prediction *both, *one, *other;
    CHECK_OK(pantau_ensemble_new(members, weights, 2, &ensemble));
    CHECK_OK(pantau_ensemble_new(members, NULL, 2, &equal));
    CHECK_OK(pantau_classifier_predict(bayes, TEXT(text), &one));
    CHECK_OK(pantau_classifier_predict(logistic, TEXT(text), &other));
    CHECK_OK(pantau_ensemble_predict(ensemble, TEXT(text), &both));
    size_t labels;
    CHECK_OK(pantau_ensemble_label_count(ensemble, &labels));
    CHECK(labels == 2);
    for (size_t index = 0; index < labels; ++index) {
        double mean = 0.25 * pantau_prediction_probability(one, index) +
                      0.75 * pantau_prediction_probability(other, index);
        CHECK(fabs(pantau_prediction_probability(both, index) - mean) < 1e-12);
    }
    pantau_prediction_free(both);
    pantau_text *label;
    CHECK_OK(pantau_ensemble_label(ensemble, 1, &label));
    check_text(label, "good");
    pantau_predictions *batch;
    CHECK_OK(pantau_ensemble_predict_batch(equal, reviews.texts, reviews.lengths, REVIEWS, false, 0,
                                           &batch));
    CHECK(pantau_predictions_count(batch) == REVIEWS);
    CHECK(pantau_predictions_probabilities(batch) == NULL);
    pantau_predictions_free(batch);

    /* A threshold of 0 asks the cheap one always, a large one never. */
    for (int way = 0; way < 2; ++way) {
        CHECK_OK(pantau_cascade_new(bayes, logistic, way == 0 ? 0 : 2, &cascade));
        CHECK_OK(pantau_cascade_predict(cascade, TEXT(text), &both));
        CHECK(fabs(pantau_prediction_confidence(both) -
                   pantau_prediction_confidence(way == 0 ? one : other)) < 1e-12);
        pantau_prediction_free(both);
        CHECK(pantau_cascade_threshold(cascade) == (way == 0 ? 0 : 2));
        pantau_text *choice = NULL;
        CHECK_INVALID("was given", pantau_cascade_choice(cascade, &choice));
        CHECK(choice == NULL);
        pantau_cascade_free(cascade);
    }
    struct heard heard = {.most = SIZE_MAX};
    CHECK_OK(pantau_cascade_fit(bayes, logistic, data, 0.9, hear, &heard, &fitted));
    CHECK(heard.calls > 1);
    pantau_text *choice;
    CHECK_OK(pantau_cascade_choice(fitted, &choice));
    struct json *json = json_parse(pantau_text_data(choice));
    CHECK(json_find(json, "threshold")->number == pantau_cascade_threshold(fitted));
    CHECK(json_find(json, "reached")->number == 1);
    json_free(json);
    pantau_text_free(choice);
    CHECK_OK(pantau_cascade_label_count(fitted, &labels));
    CHECK_OK(pantau_cascade_label(fitted, 0, &label));
    check_text(label, "bad");
    CHECK_OK(pantau_cascade_predict_batch(fitted, reviews.texts, reviews.lengths, REVIEWS, true, 0,
                                          &batch));
    CHECK(labels == 2 && pantau_predictions_label_count(batch) == 2);
    pantau_predictions_free(batch);

    /* All of them are judged in the same way, and live without their members. */
    pantau_evaluation *evaluation;
    CHECK_OK(pantau_evaluate(pantau_ensemble_as_text_classifier(equal), data, NULL, 0, NULL, NULL,
                             &evaluation));
    CHECK(pantau_evaluation_accuracy(evaluation) > 0.9);
    pantau_evaluation_free(evaluation);
    check_comparison(pantau_cascade_as_text_classifier(fitted),
                     pantau_ensemble_as_text_classifier(ensemble), data);
    pantau_prediction_free(one);
    pantau_prediction_free(other);
    pantau_cascade_free(fitted);
    pantau_ensemble_free(ensemble);
    pantau_ensemble_free(equal);
}

static void check_selection(const pantau_classifier *classifier) {
    pantau_predictions *pool;
    pantau_tfidf_vectorizer *vectorizer;
    pantau_matrix *features;
    pantau_selection *selection;
    CHECK_OK(pantau_classifier_predict_batch(classifier, reviews.texts, reviews.lengths, REVIEWS,
                                             true, 0, &pool));
    CHECK_OK(pantau_tfidf_vectorizer_fit(NULL, 0, reviews.texts, reviews.lengths, REVIEWS, 0,
                                         &vectorizer));
    CHECK_OK(pantau_tfidf_vectorizer_transform(vectorizer, reviews.texts, reviews.lengths, REVIEWS,
                                               0, &features));
    static const char *const strategies[] = {"margin", "entropy", "least_confident", "diversity",
                                             "random"};
    for (size_t way = 0; way < 5; ++way) {
        CHECK_OK(pantau_select(pantau_predictions_probabilities(pool), REVIEWS, 2,
                               way == 3 ? features : NULL, TEXT(strategies[way]), 10, 0.2, 3,
                               &selection));
        CHECK(pantau_selection_count(selection) == 10);
        bool seen[REVIEWS] = {false};
        for (size_t index = 0; index < 10; ++index) {
            size_t row = pantau_selection_rows(selection)[index];
            CHECK(row < REVIEWS && !seen[row]);
            seen[row] = true;
            double chance = pantau_selection_probabilities(selection)[index];
            bool is_random = index < 2 || way == 4;
            CHECK(is_random ? chance > 0 && chance <= 1 : isnan(chance));
            const char *reason = pantau_text_data(pantau_selection_reason(selection, index));
            CHECK(strcmp(reason, is_random ? "random" : strategies[way]) == 0);
            double score = pantau_selection_scores(selection)[index];
            CHECK(score >= 0 && score <= 2);
        }
        CHECK(pantau_selection_reason(selection, 10) == NULL);
        pantau_selection_free(selection);
    }
    pantau_matrix_free(features);
    pantau_tfidf_vectorizer_free(vectorizer);
    pantau_predictions_free(pool);
}

int main(int count, char **arguments) {
    CHECK(count > 2);
    const char *scratch = arguments[2];
    make_reviews(&reviews);
    check_data(scratch);
    pantau_labelled_texts *data = labelled(&reviews, 0, REVIEWS);
    check_training(data, scratch);
    pantau_classifier *bayes =
        learn(data, scratch, "bayes", "{\"kind\": \"tfidf-nb\", \"validation_share\": 0.3}");
    pantau_classifier *logistic = learn(data, scratch, "logistic", "");
    check_predictions(bayes);
    check_explanation(bayes);
    check_explanation(logistic);
    const pantau_text_classifier *first = pantau_classifier_as_text_classifier(bayes);
    const pantau_text_classifier *second = pantau_classifier_as_text_classifier(logistic);
    check_evaluation(first, data);
    check_comparison(first, second, data);
    check_gates(first, second, data);
    check_together(bayes, logistic, data);
    check_selection(logistic);
    pantau_labelled_texts_free(data);
    pantau_classifier_free(bayes);
    pantau_classifier_free(logistic);
    return EXIT_SUCCESS;
}
