/* What many predictions come to, whole tables, and what is learnt from: questions DATA SCRATCH */

#include "learning.h"

#include "state.h"

/* Logs `right` predictions that turn out right and `wrong` that do not. */
static void fill(const pantau_store *store, size_t right, size_t wrong) {
    pantau_prediction_log *log;
    pantau_text *text;
    CHECK_OK(pantau_prediction_log_open(store, PANTAU_LITERAL("sentiment"), PANTAU_LITERAL("3"),
                                        PANTAU_LITERAL("{\"durability\": \"each\"}"), &log));
    for (size_t row = 0; row < right + wrong; ++row) {
        char record[256], id[16];
        snprintf(id, sizeof id, "p%zu", row);
        snprintf(record, sizeof record,
                 "{\"id\": \"%s\", \"predicted_label\": \"good\", \"confidence\": 0.75,"
                 " \"processing_time_ms\": 2, \"timestamp\": \"2026-11-25T12:00:%02zuZ\"}",
                 id, row);
        CHECK_OK(pantau_prediction_log_record(log, NULL, TEXT(record), NULL, &text));
        pantau_text_free(text);
        const char *said = row < right ? "{\"correct\": true}" : "{\"label\": \"bad\"}";
        CHECK_OK(pantau_prediction_log_feedback(log, TEXT(id), TEXT(said), &text));
        pantau_text_free(text);
    }
    CHECK_OK(pantau_prediction_log_close(log));
    pantau_prediction_log_free(log);
}

static void check_questions(const pantau_store *store) {
    static const char window[] = "{\"model\": \"sentiment\", \"version\": \"3\"}";
    pantau_text *text;
    CHECK_OK(pantau_store_summary(store, TEXT(window), &text));
    struct json *answer = parse(text);
    CHECK(number(answer, "count") == 10 && number(answer, "mean_confidence") == 0.75);
    CHECK(count(json_find(answer, "labels")) == 1);
    json_free(answer);
    CHECK_OK(pantau_store_summary(store, PANTAU_LITERAL("{\"until\": \"2026-11-25T12:00:04Z\"}"),
                                  &text));
    answer = parse(text);
    CHECK(number(answer, "count") == 4);
    json_free(answer);

    CHECK_OK(pantau_store_usage(store, NULL, 0, &text));
    answer = parse(text);
    CHECK(count(answer) == 1 && number(answer->first, "accuracy") == 0.8);
    CHECK(number(answer->first, "labelled") == 10 && number(answer->first, "correct") == 8);
    json_free(answer);

    CHECK_OK(pantau_store_over_time(
        store,
        PANTAU_LITERAL("{\"since\": \"2026-11-25T12:00:00Z\", \"until\": \"2026-11-25T12:00:10Z\"}"),
        5, &text));
    answer = parse(text);
    CHECK(count(answer) == 2 && number(answer->first, "predictions") == 5);
    json_free(answer);

    CHECK_OK(pantau_store_latency(store, NULL, 0, &text));
    answer = parse(text);
    CHECK(number(answer, "mean_ms") == 2 && number(answer, "count") == 10);
    CHECK(number(json_find(answer, "p50"), "low") <= 2);
    json_free(answer);

    CHECK_OK(pantau_store_confidence_histogram(store, NULL, 0, &text));
    answer = parse(text);
    CHECK(number(answer, "count") == 10);
    CHECK(number(json_find(answer, "bins")->first, "from") == 0.75);
    json_free(answer);

    CHECK_OK(pantau_store_feedback_summary(store, NULL, 0, &text));
    answer = parse(text);
    CHECK(number(answer, "wrong") == 2 && number(answer, "wrong_ratio") == 0.2);
    json_free(answer);

    CHECK_OK(pantau_store_new_labelled(store, NULL, 0, &text));
    answer = parse(text);
    CHECK(number(answer, "feedback") == 10 && number(answer, "reviews") == 0);
    json_free(answer);

    CHECK_OK(pantau_store_labelled_predictions(store, NULL, 0, 3, &text));
    answer = parse(text);
    CHECK(count(answer) == 3 && has_text(answer->first, "id", "p9"));
    CHECK(has_text(answer->first, "actual_label", "bad"));
    json_free(answer);
}

static void check_tables(const pantau_store *store, const char *scratch) {
    struct ArrowArrayStream stream;
    struct ArrowSchema schema;
    struct ArrowArray batch;
    CHECK_OK(pantau_store_table(store, PANTAU_LITERAL("predictions"),
                                PANTAU_LITERAL("{\"limit\": 4}"), &stream));
    CHECK(stream.get_schema(&stream, &schema) == 0);
    CHECK(strcmp(schema.children[0]->name, "id") == 0);
    schema.release(&schema);
    CHECK(stream.get_next(&stream, &batch) == 0 && batch.length == 4);
    batch.release(&batch);
    CHECK(stream.get_next(&stream, &batch) == 0 && batch.release == NULL);
    stream.release(&stream);

    pantau_text *text;
    CHECK_OK(pantau_store_rows(store, PANTAU_LITERAL("feedback"), PANTAU_LITERAL("{}"), &text));
    struct json *answer = parse(text);
    CHECK(count(answer) == 10 && json_find(answer->first, "prediction_id") != NULL);
    json_free(answer);

    char path[4096];
    snprintf(path, sizeof path, "%s/predictions.csv", scratch);
    CHECK_OK(pantau_store_export(store, PANTAU_LITERAL("predictions"), NULL, 0, TEXT(path), NULL, 0,
                                 NULL, NULL, &text));
    answer = parse(text);
    CHECK(number(answer, "rows") == 10 && number(answer, "bytes") > 100);
    json_free(answer);
    FILE *file = fopen(path, "rb");
    CHECK(file != NULL && fgetc(file) == 'i' && fgetc(file) == 'd');
    fclose(file);

    CHECK(pantau_store_rows(store, PANTAU_LITERAL("guesses"), NULL, 0, &text) ==
          PANTAU_STATUS_INVALID_INPUT);
    CHECK(strstr(pantau_last_error(), "\"guesses\" is none of reviews, predictions") != NULL);
    snprintf(path, sizeof path, "%s/predictions.xlsx", scratch);
    CHECK(pantau_store_export(store, PANTAU_LITERAL("predictions"), NULL, 0, TEXT(path), NULL, 0,
                              NULL, NULL, &text) == PANTAU_STATUS_INVALID_INPUT);
}

static bool refuse(void *user_data, size_t done, size_t all) {
    (void)user_data;
    (void)done;
    (void)all;
    return false;
}

static void check_learning(const pantau_store *store, const char *scratch) {
    char path[4096];
    snprintf(path, sizeof path, "%s/reviews.csv", scratch);
    FILE *file = fopen(path, "wb");
    CHECK(file != NULL);
    fputs("id,text,label,rating\n"
          "r1,\"Bagus, budi@contoh.example\",positive,5\n"
          "r2,Lambat sekali,negative,1\n"
          "r3,,positive,4\n"
          "r4,Biasa saja,neutral,9\n",
          file);
    fclose(file);

    pantau_text *text;
    CHECK_OK(pantau_validate(TEXT(path),
                             PANTAU_LITERAL("{\"text\": \"text\", \"label\": \"label\"}"), NULL,
                             NULL, &text));
    struct json *answer = parse(text);
    CHECK(!is_true(answer, "passed") && number(answer, "rows") == 4);
    json_free(answer);
    CHECK(pantau_validate(TEXT(path), PANTAU_LITERAL("{\"max_share\": 2}"), NULL, NULL, &text) ==
          PANTAU_STATUS_INVALID_INPUT);

    /* Consent is not taken for granted. */
    CHECK(pantau_store_import_reviews(store, TEXT(path), false, NULL, NULL, 0, NULL, NULL, &text) ==
          PANTAU_STATUS_INVALID_INPUT);
    CHECK(strstr(pantau_last_error(), "consent") != NULL);
    CHECK(pantau_store_import_reviews(store, TEXT(path), true, NULL, NULL, 0, refuse, NULL,
                                      &text) == PANTAU_STATUS_STOPPED);
    CHECK_OK(pantau_store_import_reviews(store, TEXT(path), true, NULL, PANTAU_LITERAL(""), NULL,
                                         NULL, &text));
    answer = parse(text);
    CHECK(number(answer, "rows") == 4 && number(answer, "written") == 2);
    CHECK(number(answer, "rejected") == 2 && count(json_find(answer, "first")) == 2);
    CHECK(number(json_find(answer, "first")->first, "line") == 4);
    json_free(answer);
    CHECK_OK(pantau_store_review(store, PANTAU_LITERAL("r1"), &text));
    answer = parse(text);
    CHECK(has_text(answer, "review_text", "Bagus, [EMAIL]"));
    json_free(answer);

    CHECK_OK(pantau_store_write_review(
        store,
        PANTAU_LITERAL("{\"review_text\": \"Cepat dan ramah\", \"consent\": true, \"id\": \"r9\","
                       " \"sentiment_label\": \"positive\", \"subject\": \"u1\"}"),
        NULL, &text));
    check_text(text, "r9");
    CHECK(pantau_store_write_review(store, PANTAU_LITERAL("{\"review_text\": \"Cepat\"}"), NULL,
                                    &text) == PANTAU_STATUS_INVALID_INPUT);

    pantau_labelled_texts *data;
    CHECK_OK(pantau_store_labelled_texts(store, NULL, 0, &data));
    CHECK(pantau_labelled_texts_count(data) == 3);
    CHECK_OK(pantau_labelled_texts_validate(data, NULL, 0, &text));
    answer = parse(text);
    CHECK(is_true(answer, "passed"));
    json_free(answer);
    pantau_labelled_texts_free(data);

    pantau_feature_config *config;
    pantau_feature_extractor *extractor;
    size_t written;
    CHECK_OK(pantau_feature_config_new(PANTAU_LITERAL("id"), &config));
    CHECK_OK(pantau_feature_extractor_new(config, NULL, &extractor));
    static const char texts[] =
        "[{\"review_id\": \"r9\", \"text\": \"Cepat dan ramah\", \"consent\": true}]";
    CHECK_OK(pantau_store_write_features(store, TEXT(texts), extractor, NULL, 1, &written));
    CHECK(written == 1);
    CHECK_OK(pantau_store_write_features(store, TEXT(texts), extractor, NULL, 1, &written));
    CHECK(written == 0);
    CHECK_OK(pantau_store_features(store, PANTAU_LITERAL("r9"), NULL, 0, &text));
    answer = parse(text);
    CHECK(number(answer, "word_count") == 3);
    json_free(answer);
    CHECK_OK(pantau_store_features(store, PANTAU_LITERAL("nobody"), NULL, 0, &text));
    check_text(text, "null");
    CHECK_OK(pantau_store_training_features(store, PANTAU_LITERAL("{\"limit\": 10}"), &text));
    answer = parse(text);
    CHECK(count(json_find(answer, "rows")) == 1);
    CHECK(has_text(json_find(answer, "rows")->first, "sentiment_label", "positive"));
    json_free(answer);
    pantau_feature_extractor_free(extractor);
    pantau_feature_config_free(config);

    CHECK_OK(pantau_store_write_trigger(
        store, PANTAU_LITERAL("sentiment"),
        PANTAU_LITERAL("{\"type\": \"drift\", \"reason\": \"PSI 0.3\", \"priority\": \"high\"}"),
        &text));
    pantau_text_free(text);
    CHECK_OK(pantau_store_triggers(store, PANTAU_LITERAL("sentiment"), NULL, 0, &text));
    answer = parse(text);
    CHECK(count(answer) == 1 && has_text(answer->first, "priority", "high"));
    json_free(answer);
    for (size_t time = 0; time < 2; ++time) {
        const char *stated = time == 0 ? "{\"id\": \"t1\"}" : "{\"id\": \"t1\", \"status\": \"done\"}";
        CHECK_OK(pantau_store_write_retraining(store, PANTAU_LITERAL("sentiment"), TEXT(stated),
                                               &text));
        check_text(text, "t1");
    }
    CHECK_OK(pantau_store_retrainings(store, PANTAU_LITERAL("sentiment"), NULL, 0, &text));
    answer = parse(text);
    CHECK(count(answer) == 1 && has_text(answer->first, "status", "done"));
    json_free(answer);
}

int main(int argc, char **argv) {
    CHECK(argc >= 3);
    pantau_store *store;
    char path[4096];
    snprintf(path, sizeof path, "%s/store", argv[2]);
    CHECK_OK(pantau_store_open(TEXT(path), &store));
    fill(store, 8, 2);
    check_questions(store);
    check_tables(store, argv[2]);
    check_learning(store, argv[2]);
    pantau_store_free(store);
    return 0;
}
