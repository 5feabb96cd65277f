/* Profiles and monitors: the golden bytes that Rust and Python give, and bad input: watching DATA */

#include "json.h"
#include <math.h>

/* A column of strings, NULL where one is missing. */
struct strings {
    const char *texts[64];
    size_t lengths[64];
};

static pantau_batch *batch_of(const struct json *golden) {
    const struct json *label = json_find(golden, "label")->first;
    const struct json *review = json_find(golden, "review")->first;
    double prices[64];
    float vectors[64 * 6];
    struct strings labels, reviews;
    size_t rows = 0, numbers = 0;
    for (const struct json *price = json_find(golden, "price")->first; price != NULL;
         price = price->next, label = label->next, review = review->next) {
        CHECK(rows < 64);
        prices[rows] = price->kind == JSON_NULL ? NAN : price->number;
        labels.texts[rows] = label->kind == JSON_NULL ? NULL : label->text;
        labels.lengths[rows] = label->kind == JSON_NULL ? 0 : label->length;
        reviews.texts[rows] = review->kind == JSON_NULL ? NULL : review->text;
        reviews.lengths[rows++] = review->kind == JSON_NULL ? 0 : review->length;
    }
    for (const struct json *number = json_find(golden, "embedding")->first; number != NULL;
         number = number->next) {
        CHECK(numbers < 64 * 6);
        vectors[numbers++] = (float)number->number;
    }
    pantau_batch *batch;
    CHECK_OK(pantau_batch_new(rows, &batch));
    CHECK_OK(pantau_batch_add_numbers(batch, PANTAU_LITERAL("price"), prices));
    CHECK_OK(pantau_batch_add_categories(batch, PANTAU_LITERAL("label"), labels.texts,
                                         labels.lengths));
    CHECK_OK(pantau_batch_add_texts(batch, PANTAU_LITERAL("review"), reviews.texts,
                                    reviews.lengths));
    CHECK_OK(pantau_batch_add_vectors(batch, PANTAU_LITERAL("embedding"), vectors, 6));
    CHECK_INVALID("price: there is a column of that name already",
                  pantau_batch_add_numbers(batch, PANTAU_LITERAL("price"), prices));
    CHECK_INVALID("numbers: is NULL", pantau_batch_add_numbers(batch, PANTAU_LITERAL("x"), NULL));
    CHECK_INVALID("x: ", pantau_batch_add_vectors(batch, PANTAU_LITERAL("x"), vectors, 0));
    CHECK_INVALID("memory", pantau_batch_add_vectors(batch, PANTAU_LITERAL("x"), vectors, SIZE_MAX));
    CHECK_INVALID("values: is NULL",
                  pantau_batch_add_categories(batch, PANTAU_LITERAL("x"), NULL, NULL));
    return batch;
}

static void same_bytes(const struct json *golden, const char *key, pantau_bytes *bytes) {
    const struct json *expected = json_text(golden, key);
    CHECK(expected->length == 2 * pantau_bytes_length(bytes));
    for (size_t at = 0; at < pantau_bytes_length(bytes); ++at) {
        char pair[3];
        snprintf(pair, sizeof pair, "%02x", pantau_bytes_data(bytes)[at]);
        CHECK(memcmp(pair, expected->text + 2 * at, 2) == 0);
    }
    pantau_bytes_free(bytes);
}

static bool says(pantau_text *report, const char *what) {
    CHECK(report != NULL);
    bool found = strstr(pantau_text_data(report), what) != NULL;
    if (!found) {
        fprintf(stderr, "%s\n  does not say %s\n", pantau_text_data(report), what);
    }
    pantau_text_free(report);
    return found;
}

static void check_profiles(const struct json *golden, pantau_reference *reference) {
    pantau_batch *later = batch_of(json_find(golden, "later"));
    pantau_profile *profile, *again;
    pantau_bytes *bytes;
    pantau_text *summary;
    CHECK_OK(pantau_profile_new(reference, &profile));
    CHECK_OK(pantau_profile_update(profile, later));
    CHECK_OK(pantau_profile_to_bytes(profile, &bytes));
    CHECK_OK(pantau_profile_from_bytes(reference, pantau_bytes_data(bytes),
                                       pantau_bytes_length(bytes), &again));
    same_bytes(golden, "profile", bytes);
    CHECK_OK(pantau_profile_summary(profile, &summary));
    CHECK(says(summary, "\"feature\":\"review (words)\""));
    CHECK_OK(pantau_profile_merge(profile, again));
    CHECK_OK(pantau_profile_merge(profile, profile));
    CHECK(pantau_profile_rows(profile) == 80 && pantau_profile_rows(NULL) == 0);
    CHECK_INVALID("profile: its bytes end too early",
                  pantau_profile_from_bytes(reference, (const uint8_t *)"pantau", 6, &again));
    pantau_batch *other;
    const double one[] = {1.0};
    CHECK_OK(pantau_batch_new(1, &other));
    CHECK_OK(pantau_batch_add_numbers(other, PANTAU_LITERAL("other"), one));
    CHECK_INVALID("batch: it has none of the columns", pantau_profile_update(profile, other));
    CHECK_INVALID("rows: is NULL", pantau_profile_update(profile, NULL));
    pantau_batch_free(other);
    pantau_batch_free(later);
    pantau_profile_free(profile);
    pantau_profile_free(again);
}

static void check_known_calls(pantau_reference *reference, pantau_batch *batch,
                              pantau_batch *late) {
    pantau_data_drift_detector *detector;
    pantau_window_drift_detector *windows;
    pantau_text *found;
    CHECK_OK(pantau_data_drift_detector_new(batch, 0.05, &detector));
    CHECK_OK(pantau_data_drift_detector_numerical(detector, late, PANTAU_LITERAL("length"), &found));
    CHECK(says(found, "\"drift_detected\":true"));
    CHECK_OK(pantau_data_drift_detector_all(detector, late, NULL, 0, &found));
    CHECK(says(found, "\"overall_drift_detected\":true"));
    static const char none[] = "{\"numerical_features\": [], \"categorical_features\": []}";
    CHECK_OK(pantau_data_drift_detector_all(detector, late, none, strlen(none), &found));
    CHECK(says(found, "\"total_features\":0"));
    CHECK_FAILS(PANTAU_STATUS_NOT_FOUND, "category \"length\"",
                pantau_data_drift_detector_categorical(detector, late, PANTAU_LITERAL("length"),
                                                       &found));
    CHECK_INVALID("significance_level: 2", pantau_data_drift_detector_new(batch, 2.0, &detector));
    CHECK_OK(pantau_window_drift_detector_new(reference, 100, 0.05, &windows));
    CHECK_OK(pantau_window_drift_detector_update(windows, late, &found));
    CHECK(says(found, "\"level\":\"HIGH\""));
    CHECK_INVALID("window_size: 0", pantau_window_drift_detector_new(reference, 0, 0.05, &windows));
    CHECK_INVALID("rows: is NULL", pantau_window_drift_detector_update(windows, NULL, &found));
    CHECK_OK(pantau_compare_tables(batch, late, NULL, 0, &found));
    CHECK(says(found, "\"drift_detected\":true"));
    static const char strict[] = "{\"columns\": [\"length\"], \"min_effect\": 1}";
    CHECK_OK(pantau_compare_tables(batch, late, strict, strlen(strict), &found));
    CHECK(says(found, "\"verdict\":\"small change\""));
    static const char unknown[] = "{\"columns\": [\"colour\"]}";
    CHECK_INVALID("columns: the reference has no \"colour\"",
                  pantau_compare_tables(batch, late, unknown, strlen(unknown), &found));
    CHECK_INVALID("current: is NULL", pantau_compare_tables(batch, NULL, NULL, 0, &found));
    pantau_data_drift_detector_free(detector);
    pantau_window_drift_detector_free(windows);
}

static void check_monitor(const char *scratch) {
    /* 56 days of 50 reviews, then some that are longer. */
    double lengths[2800], longer[200];
    int64_t times[2800];
    uint32_t state = 1;
    for (size_t row = 0; row < 2800; ++row) {
        state = state * 1664525u + 1013904223u;
        lengths[row] = (double)(state >> 22);
        times[row] = (int64_t)(row / 50) * 86400000000;
    }
    for (size_t row = 0; row < 200; ++row) {
        longer[row] = lengths[row] + 300.0;
    }
    pantau_batch *batch, *late;
    CHECK_OK(pantau_batch_new(2800, &batch));
    CHECK_OK(pantau_batch_add_numbers(batch, PANTAU_LITERAL("length"), lengths));
    CHECK_OK(pantau_batch_new(200, &late));
    CHECK_OK(pantau_batch_add_numbers(late, PANTAU_LITERAL("length"), longer));
    pantau_reference *reference, *again;
    CHECK_OK(pantau_reference_build(batch, times, 2800, PANTAU_LITERAL("{\"window\": \"1d\"}"),
                                    &reference));
    CHECK(pantau_reference_windows(reference) == 56 && pantau_reference_windows(NULL) == 0);
    char path[1024];
    snprintf(path, sizeof path, "%s/reference.profile", scratch);
    CHECK_OK(pantau_reference_save(reference, path, strlen(path)));
    CHECK_OK(pantau_reference_load(path, strlen(path), &again));
    CHECK_INVALID("times: 2 times for 2800 rows",
                  pantau_reference_build(batch, times, 2, NULL, 0, &reference));
    CHECK_INVALID("options: ", pantau_reference_build(batch, NULL, 0, PANTAU_LITERAL("{\"x\": 1}"),
                                                      &reference));
    pantau_monitor *monitor, *resumed;
    pantau_text *report;
    pantau_bytes *bytes;
    CHECK_OK(pantau_monitor_new(again, PANTAU_LITERAL("{\"window\": \"200 rows\"}"), &monitor));
    CHECK_OK(pantau_monitor_close_window(monitor, &report));
    CHECK(says(report, "judged from 30 on"));
    for (int day = 0; day < 3; ++day) {
        CHECK_OK(pantau_monitor_update(monitor, late, PANTAU_LITERAL("2026-11-25T00:00:00Z"),
                                       &report));
        CHECK(says(report, "\"windows\":"));
        CHECK_OK(pantau_monitor_state(monitor, &bytes));
        CHECK_OK(pantau_monitor_resume(reference, pantau_bytes_data(bytes),
                                       pantau_bytes_length(bytes), &resumed));
        pantau_bytes_free(bytes);
        pantau_monitor_free(monitor);
        monitor = resumed;
    }
    CHECK_OK(pantau_monitor_report(monitor, &report));
    CHECK(says(report, "\"status\":\"alarm\""));
    CHECK_OK(pantau_monitor_report_text(monitor, &report));
    CHECK(says(report, "ALARM: changed since 2026-11-25: length: "));
    CHECK_OK(pantau_monitor_acknowledge(monitor, PANTAU_LITERAL("Ani"), PANTAU_LITERAL("known")));
    CHECK_OK(pantau_monitor_report(monitor, &report));
    CHECK(says(report, "\"acknowledged\":true"));
    CHECK_INVALID("windows: 3, allowed are 28",
                  pantau_monitor_rebaseline(monitor, NULL, PANTAU_LITERAL("Ani"), NULL, 0));
    CHECK_INVALID("by: nobody is named",
                  pantau_monitor_rebaseline(monitor, reference, NULL, 0, NULL, 0));
    CHECK_OK(pantau_monitor_rebaseline(monitor, reference, PANTAU_LITERAL("Ani"), NULL, 0));
    CHECK_OK(pantau_monitor_report(monitor, &report));
    CHECK(says(report, "\"status\":\"ok\""));
    CHECK_OK(pantau_monitor_calibrate(monitor, 3, 1, &report));
    CHECK(says(report, "false alarms in 42 windows of your own reference"));
    CHECK_INVALID("splits: 0", pantau_monitor_calibrate(monitor, 0, 1, &report));
    check_known_calls(reference, batch, late);
    pantau_profile *profile;
    CHECK_OK(pantau_profile_new(reference, &profile));
    CHECK_OK(pantau_profile_update(profile, late));
    CHECK_OK(pantau_monitor_merge(monitor, profile, NULL, 0));
    CHECK_INVALID("is no time such as", pantau_monitor_merge(monitor, profile, PANTAU_LITERAL("x")));
    CHECK_INVALID("state: ", pantau_monitor_resume(reference, (const uint8_t *)"x", 1, &resumed));
    CHECK_INVALID("options: unknown field `n`",
                  pantau_monitor_new(reference, PANTAU_LITERAL("{\"n\": 1}"), &resumed));
    CHECK_INVALID("monitor: is NULL", pantau_monitor_close_window(NULL, &report));
    pantau_profile_free(profile);
    pantau_monitor_free(monitor);
    pantau_reference_free(reference);
    pantau_reference_free(again);
    pantau_batch_free(batch);
    pantau_batch_free(late);
}

int main(int count, char **arguments) {
    CHECK(count > 2);
    char *text = read_file(arguments[1], "profile.json");
    struct json *golden = json_parse(text);
    pantau_batch *rows = batch_of(json_find(golden, "rows"));
    pantau_reference *reference, *again;
    pantau_bytes *bytes;
    CHECK_OK(pantau_reference_build(rows, NULL, 0, NULL, 0, &reference));
    CHECK_OK(pantau_reference_to_bytes(reference, &bytes));
    CHECK_OK(pantau_reference_from_bytes(pantau_bytes_data(bytes), pantau_bytes_length(bytes),
                                         &again));
    same_bytes(golden, "reference", bytes);
    check_profiles(golden, again);
    check_monitor(arguments[2]);
    pantau_reference_free(reference);
    pantau_reference_free(again);
    pantau_batch_free(rows);
    json_free(golden);
    free(text);
    return EXIT_SUCCESS;
}
