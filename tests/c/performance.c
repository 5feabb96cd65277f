/* How good a model still is, with labels and without, and the page that says so: performance DATA SCRATCH */

#include "json.h"
#include <math.h>

enum { ROWS = 2000 };

/* Whether a text holds a part; frees it. */
static bool says(pantau_text *text, const char *part) {
    bool found = strstr(pantau_text_data(text), part) != NULL;
    if (!found) {
        fprintf(stderr, "%s is not in %s\n", part, pantau_text_data(text));
    }
    pantau_text_free(text);
    return found;
}

/* A number from 0 up to 1 that looks random. */
static double next(uint32_t *state) {
    *state = *state * 1664525U + 1013904223U;
    return (double)(*state >> 8) / 16777216.0;
}

static void check_estimates(void) {
    static double confidences[ROWS];
    static bool right[ROWS];
    static const char *labels[ROWS];
    static size_t lengths[ROWS];
    uint32_t state = 1;
    for (size_t row = 0; row < ROWS; ++row) {
        confidences[row] = 0.5 + next(&state) / 2;
        right[row] = next(&state) < confidences[row];
        labels[row] = row % 2 == 0 ? "good" : "bad";
        lengths[row] = row % 2 == 0 ? 4 : 3;
    }
    pantau_accuracy_estimator *estimator, *none;
    pantau_text *text;
    CHECK_OK(pantau_accuracy_estimator_new(confidences, right, labels, lengths, ROWS, &estimator));
    CHECK_OK(pantau_accuracy_estimator_estimate(estimator, confidences, labels, lengths, ROWS,
                                                &text));
    CHECK(says(text, "\"refused\":null,\"cbpe\":{\"value\":0.7"));
    CHECK_OK(pantau_accuracy_estimator_estimate(estimator, confidences, NULL, NULL, 0, &text));
    CHECK(says(text, "there are no rows with a confidence"));
    double wrong = 1.5;
    CHECK_INVALID("confidences: row 0 is 1.5",
                  pantau_accuracy_estimator_estimate(estimator, &wrong, NULL, NULL, 1, &text));
    CHECK_INVALID("correct: is NULL",
                  pantau_accuracy_estimator_new(confidences, NULL, NULL, NULL, ROWS, &none));
    CHECK_INVALID("confidences: there are no rows",
                  pantau_accuracy_estimator_new(NULL, NULL, NULL, NULL, 0, &none));
    pantau_accuracy_estimator_free(estimator);
    pantau_accuracy_estimator_free(NULL);
}

static void check_audit(void) {
    pantau_audit *audit, *resumed;
    pantau_text *text;
    pantau_bytes *bytes;
    double probability;
    bool picked;
    size_t count = 0;
    CHECK_OK(pantau_audit_new(PANTAU_LITERAL("{\"rate\": 100, \"seed\": 7}"), &audit));
    for (int row = 0; row < 1000; ++row) {
        char name[32];
        snprintf(name, sizeof name, "row %d", row);
        CHECK_OK(pantau_audit_pick(audit, name, strlen(name),
                                   PANTAU_LITERAL("2026-11-25T10:00:00Z"), PANTAU_LITERAL("3"), 0.9,
                                   &probability));
        if (probability > 0) {
            CHECK(fabs(probability - 0.1) < 1e-12);
            CHECK_OK(pantau_audit_label(audit, name, strlen(name), row % 10 > 0,
                                        PANTAU_LITERAL("2026-11-26T10:00:00Z"), &picked));
            CHECK(picked);
            ++count;
        }
    }
    CHECK(count > 60 && count < 140);
    CHECK_OK(pantau_audit_label(audit, PANTAU_LITERAL("nobody"), true, NULL, 0, &picked));
    CHECK(!picked);
    CHECK_OK(pantau_audit_unlabelled(audit, &text));
    CHECK(says(text, "[]"));
    CHECK_OK(pantau_audit_state(audit, &bytes));
    CHECK_OK(pantau_audit_resume(pantau_bytes_data(bytes), pantau_bytes_length(bytes), &resumed));
    pantau_bytes_free(bytes);
    CHECK_OK(pantau_audit_report(resumed, 0.9, NULL, 0, PANTAU_LITERAL("2026-12-01"), &text));
    CHECK(says(text, "\"status\":\"ok\""));
    CHECK_OK(pantau_audit_report(resumed, NAN, PANTAU_LITERAL("3"), NULL, 0, &text));
    CHECK(says(text, "\"status\":null"));
    CHECK_FAILS(PANTAU_STATUS_NOT_FOUND, "version \"4\"",
                 pantau_audit_report(resumed, NAN, PANTAU_LITERAL("4"), NULL, 0, &text));
    CHECK_INVALID("baseline: 2", pantau_audit_report(resumed, 2, NULL, 0, NULL, 0, &text));
    CHECK_INVALID("rate: 0", pantau_audit_new(PANTAU_LITERAL("{\"rate\": 0}"), &resumed));
    CHECK_INVALID("state: ", pantau_audit_resume((const uint8_t *)"x", 1, &resumed));
    CHECK_INVALID("is no time", pantau_audit_pick(audit, PANTAU_LITERAL("a"), PANTAU_LITERAL("x"),
                                                  NULL, 0, NAN, &probability));
    pantau_audit_free(audit);
    pantau_audit_free(resumed);
    pantau_audit_free(NULL);
}

static void check_metrics(void) {
    pantau_performance_drift_detector *detector, *none;
    pantau_text *text;
    CHECK_OK(pantau_performance_drift_detector_new(
        PANTAU_LITERAL("{\"accuracy\": 0.9, \"f1\": 0.88}"), 0, &detector));
    CHECK_OK(pantau_performance_drift_detector_detect(
        detector, PANTAU_LITERAL("{\"accuracy\": 0.84}"), 0.05, 0, &text));
    CHECK(says(text, "\"degraded_metrics\":[{\"metric\":\"accuracy\",\"baseline\":0.9"));
    for (int day = 1; day <= 20; ++day) {
        char metrics[64], at[32];
        snprintf(metrics, sizeof metrics, "{\"accuracy\": %.3f}",
                 0.9 - 0.004 * day + 0.001 * (day % 3));
        snprintf(at, sizeof at, "2026-11-%02dT00:00:00Z", day);
        CHECK_OK(pantau_performance_drift_detector_record(detector, metrics, strlen(metrics),
                                                          PANTAU_LITERAL("1"), at, strlen(at)));
    }
    CHECK_OK(pantau_performance_drift_detector_analyze_trend(
        detector, 30, NULL, 0, PANTAU_LITERAL("2026-11-21"), &text));
    CHECK(says(text, "\"overall_trend\":\"declining\""));
    CHECK_OK(pantau_performance_drift_detector_analyze_trend(
        detector, 30, PANTAU_LITERAL("2"), PANTAU_LITERAL("2026-11-21"), &text));
    CHECK(says(text, "\"overall_trend\":\"unknown\""));
    CHECK_INVALID("days: 0", pantau_performance_drift_detector_analyze_trend(
                                 detector, 0, NULL, 0, NULL, 0, &text));
    CHECK_INVALID("current_metrics: \"loss\"",
                  pantau_performance_drift_detector_detect(
                      detector, PANTAU_LITERAL("{\"loss\": 1}"), 0.05, 0, &text));
    CHECK_INVALID("baseline: ", pantau_performance_drift_detector_new(PANTAU_LITERAL("[]"), 0, &none));
    pantau_performance_drift_detector_free(detector);
    pantau_performance_drift_detector_free(NULL);
    CHECK_OK(pantau_feedback_rate(1000, 5, 10, &text));
    CHECK(says(text, "\"wrong_per_thousand\":10.0"));
    CHECK_INVALID("needs at least one answer", pantau_feedback_rate(0, 0, 1, &text));
}

/* A reference with predictions, its estimates, and the page. */
static void check_page(void) {
    static double confidences[2800];
    static const char *labels[2800], *actual[2800];
    static size_t lengths[2800], actual_lengths[2800];
    uint32_t state = 9;
    for (size_t row = 0; row < 2800; ++row) {
        confidences[row] = 0.6 + 0.4 * next(&state);
        labels[row] = "good";
        actual[row] = next(&state) < confidences[row] ? "good" : "baad";
        lengths[row] = actual_lengths[row] = 4;
    }
    pantau_batch *batch;
    CHECK_OK(pantau_batch_new(2800, &batch));
    CHECK_OK(pantau_batch_add_numbers(batch, PANTAU_LITERAL("confidence"), confidences));
    CHECK_OK(pantau_batch_add_categories(batch, PANTAU_LITERAL("label"), labels, lengths));
    CHECK_OK(pantau_batch_add_categories(batch, PANTAU_LITERAL("actual_label"), actual,
                                         actual_lengths));
    pantau_reference *reference;
    CHECK_OK(pantau_reference_build(batch, NULL, 0,
                                    PANTAU_LITERAL("{\"layout\": {\"predictions\": {}}}"),
                                    &reference));
    pantau_accuracy_estimator *estimator;
    CHECK_OK(pantau_accuracy_estimator_of_reference(reference, &estimator));
    pantau_accuracy_estimator_free(estimator);
    pantau_monitor *monitor;
    pantau_text *accuracy, *drift, *text;
    CHECK_OK(pantau_monitor_new(reference, NULL, 0, &monitor));
    CHECK_OK(pantau_monitor_update(monitor, batch, NULL, 0, &text));
    CHECK_OK(pantau_monitor_close_window(monitor, &drift));
    CHECK_OK(pantau_monitor_accuracy(monitor, NULL, NAN, NULL, 0, NULL, 0, &accuracy));
    CHECK(strstr(pantau_text_data(accuracy), "\"labelled_rows\":2800") != NULL);
    size_t length = pantau_text_length(drift) + pantau_text_length(accuracy) + 100;
    char *report = malloc(length);
    int written = snprintf(report, length, "{\"title\": \"Reviews\", \"drift\": %s, \"accuracy\": %s}",
                           pantau_text_data(drift), pantau_text_data(accuracy));
    CHECK_OK(pantau_report_html(report, (size_t)written, &text));
    CHECK(says(text, "<title>Reviews: OK</title>"));
    CHECK_OK(pantau_report_text(report, (size_t)written, &text));
    CHECK(says(text, "without labels: about 8"));
    CHECK_INVALID("report: missing field `drift`", pantau_report_html(PANTAU_LITERAL("{}"), &text));
    CHECK_INVALID("report: is NULL", pantau_report_html(NULL, 5, &text));
    free(report);
    pantau_text_free(accuracy);
    pantau_text_free(drift);
    pantau_monitor_free(monitor);
    pantau_reference_free(reference);
    pantau_batch_free(batch);
}

/* The most likely shares of labels, against those of SciPy's optimizer. */
static void check_mixes(const char *data) {
    char *text = read_file(data, "stats.jsonl"), *rest = text;
    size_t count = 0;
    while (*rest != '\0') {
        char *end = strchr(rest, '\n');
        *end = '\0';
        const char *at = rest;
        rest = end + 1;
        struct json *line = json_value(&at);
        if (strcmp(json_text(line, "kind")->text, "mix") != 0) {
            json_free(line);
            continue;
        }
        double usual[8], shares[8];
        pantau_interval intervals[8];
        size_t labels = 0, numbers = 0;
        for (const struct json *own = json_find(line, "usual")->first; own != NULL; own = own->next) {
            usual[labels++] = own->number;
        }
        double *rows = malloc(sizeof(double) * 10000);
        for (const struct json *own = json_find(line, "probabilities")->first; own != NULL;
             own = own->next) {
            rows[numbers++] = own->number;
        }
        CHECK_OK(pantau_label_mix(rows, numbers / labels, usual, labels, 0.95, shares, intervals));
        size_t label = 0;
        for (const struct json *own = json_find(line, "shares")->first; own != NULL; own = own->next) {
            CHECK(fabs(shares[label] - own->number) < 2e-6);
            CHECK(intervals[label].low <= shares[label]);
            ++label;
        }
        CHECK_INVALID("usual: label 0 has 0",
                      pantau_label_mix(rows, 1, (const double[]){0, 1}, 2, 0.95, shares, intervals));
        free(rows);
        json_free(line);
        ++count;
    }
    CHECK(count >= 5);
    free(text);
}

/* A model that is trained, opened and watched. */
static void check_watch(const char *scratch) {
    enum { TEXTS = 1000 };
    static char space[TEXTS][64];
    static const char *texts[TEXTS], *labels[TEXTS];
    static size_t lengths[TEXTS], label_lengths[TEXTS];
    for (int row = 0; row < TEXTS; ++row) {
        snprintf(space[row], sizeof space[row], "%s layanan %d", row % 2 == 0 ? "bagus" : "rusak",
                 row % 97);
        texts[row] = space[row];
        lengths[row] = strlen(space[row]);
        labels[row] = row % 2 == 0 ? "good" : "bad";
        label_lengths[row] = row % 2 == 0 ? 4 : 3;
    }
    char path[1024];
    snprintf(path, sizeof path, "%s/watched", scratch);
    pantau_labelled_texts *data;
    pantau_bundle *bundle;
    pantau_classifier *classifier;
    pantau_reference *reference, *own;
    pantau_monitor *monitor;
    pantau_predictions *predictions;
    pantau_text *text;
    CHECK_OK(pantau_labelled_texts_new(texts, lengths, labels, label_lengths, TEXTS, &data));
    CHECK_OK(pantau_train(data, NULL, path, strlen(path),
                          PANTAU_LITERAL("{\"kind\": \"tfidf-nb\", \"test_share\": 0.4}"), NULL,
                          NULL, &bundle));
    CHECK_OK(pantau_reference_of_bundle(bundle, &reference));
    CHECK(pantau_reference_windows(reference) == 28);
    CHECK_OK(pantau_monitor_new(reference, NULL, 0, &monitor));
    CHECK_OK(pantau_classifier_open(path, strlen(path), NULL, &classifier));
    CHECK_OK(pantau_classifier_watch(classifier, monitor));
    CHECK_OK(pantau_classifier_predict_batch(classifier, texts, lengths, 100, false, 0,
                                             &predictions));
    pantau_predictions_free(predictions);
    CHECK_OK(pantau_classifier_info(classifier, &text));
    CHECK(says(text, "\"rows\": 100,"));
    CHECK_OK(pantau_monitor_close_window(monitor, &text));
    CHECK(says(text, "\"rows\":100,"));
    CHECK_OK(pantau_classifier_watch(classifier, NULL));
    CHECK_OK(pantau_classifier_reference(classifier, texts, lengths, TEXTS, labels, label_lengths,
                                         NULL, NULL, 0, &own));
    CHECK(pantau_reference_windows(own) == 28);
    pantau_reference_free(own);
    CHECK_INVALID("lengths: is NULL",
                  pantau_classifier_reference(classifier, texts, lengths, TEXTS, labels, NULL, NULL,
                                              NULL, 0, &own));
    CHECK_INVALID("window", pantau_classifier_reference(classifier, texts, lengths, TEXTS, NULL, NULL,
                                                        NULL, PANTAU_LITERAL("{\"window\": \"1d\"}"),
                                                        &own));
    /* It counts on although nobody else holds the monitor. */
    CHECK_OK(pantau_classifier_watch(classifier, monitor));
    pantau_monitor_free(monitor);
    CHECK_OK(pantau_classifier_predict_batch(classifier, texts, lengths, 10, false, 0,
                                             &predictions));
    pantau_predictions_free(predictions);
    pantau_classifier_free(classifier);
    pantau_reference_free(reference);
    pantau_bundle_free(bundle);
    pantau_labelled_texts_free(data);
}

int main(int count, char **arguments) {
    CHECK(count > 2);
    check_estimates();
    check_audit();
    check_metrics();
    check_page();
    check_mixes(arguments[1]);
    check_watch(arguments[2]);
    return 0;
}
