/* Bad input for what a model remembers is an error, never a crash: bad_state DATA SCRATCH */

#include "bad.h"

static pantau_store *store;
static pantau_prediction_log *model_log;
static pantau_predictions *answers;

#define RECORD PANTAU_LITERAL("{\"predicted_label\": \"good\"}")

GIVES(open_location, pantau_store, pantau_store_open(text, length, &object))
GIVES(prediction_id, pantau_text, pantau_store_prediction(store, text, length, &object))
GIVES(history_window, pantau_text, pantau_store_history(store, text, length, 1, &object))
GIVES(feedback_id, pantau_text,
      pantau_store_write_feedback(store, text, length, X, &object))
GIVES(feedback, pantau_text, pantau_store_write_feedback(store, X, text, length, &object))
GIVES(metrics_model, pantau_text, pantau_store_metrics(store, text, length, NULL, 0, &object))
GIVES(metrics_since, pantau_text, pantau_store_metrics(store, X, text, length, &object))
GIVES(forget_subject, pantau_text, pantau_store_forget(store, text, length, X, &object))
GIVES(forget_actor, pantau_text, pantau_store_forget(store, X, text, length, &object))
GIVES(retain_since, pantau_text, pantau_store_retain_since(store, text, length, X, &object))
GIVES(retain_actor, pantau_text,
      pantau_store_retain_since(store, PANTAU_LITERAL("2020-01-01"), text, length, &object))
GIVES(audit_actor, pantau_text, pantau_store_audit(store, text, length, X, NULL, 0, &object))
GIVES(audit_action, pantau_text, pantau_store_audit(store, X, text, length, NULL, 0, &object))
GIVES(audit_detail, pantau_text, pantau_store_audit(store, X, X, text, length, &object))
GIVES(trail_since, pantau_text, pantau_store_audit_trail(store, text, length, 0, &object))
GIVES(log_model, pantau_prediction_log,
      pantau_prediction_log_open(store, text, length, X, NULL, 0, &object))
GIVES(log_version, pantau_prediction_log,
      pantau_prediction_log_open(store, X, text, length, NULL, 0, &object))
GIVES(log_options, pantau_prediction_log,
      pantau_prediction_log_open(store, X, X, text, length, &object))
GIVES(log_record, pantau_text,
      pantau_prediction_log_record(model_log, NULL, text, length, NULL, &object))
GIVES(log_records, pantau_text,
      pantau_prediction_log_record_many(model_log, answers, &text, &length, NULL, &object))
GIVES(log_feedback_id, pantau_text,
      pantau_prediction_log_feedback(model_log, text, length, X, &object))
GIVES(log_feedback, pantau_text,
      pantau_prediction_log_feedback(model_log, X, text, length, &object))
GIVES(log_forget_subject, pantau_text,
      pantau_prediction_log_forget(model_log, text, length, X, &object))
GIVES(log_forget_actor, pantau_text,
      pantau_prediction_log_forget(model_log, X, text, length, &object))
GIVES(dialect, pantau_text, pantau_schema(text, length, &object))

static pantau_status write_model(const char *text, size_t length) {
    return pantau_store_write_metrics(store, text, length, X, NULL, 0);
}

static pantau_status write_version(const char *text, size_t length) {
    return pantau_store_write_metrics(store, X, text, length, NULL, 0);
}

static pantau_status write_metrics(const char *text, size_t length) {
    return pantau_store_write_metrics(store, X, X, text, length);
}

static void check_texts(void) {
    static const struct text_call calls[] = {
        {"location", open_location},
        {"id", prediction_id},
        {"window", history_window},
        {"prediction_id", feedback_id},
        {"feedback", feedback},
        {"model", metrics_model},
        {"since", metrics_since},
        {"subject", forget_subject},
        {"actor", forget_actor},
        {"since", retain_since},
        {"actor", retain_actor},
        {"actor", audit_actor},
        {"action", audit_action},
        {"detail", audit_detail},
        {"since", trail_since},
        {"model", log_model},
        {"version", log_version},
        {"options", log_options},
        {"record", log_record},
        {"records[0]", log_records},
        {"prediction_id", log_feedback_id},
        {"feedback", log_feedback},
        {"subject", log_forget_subject},
        {"actor", log_forget_actor},
        {"dialect", dialect},
        {"model", write_model},
        {"version", write_version},
        {"metrics", write_metrics},
    };
    check_text_calls(calls, sizeof calls / sizeof *calls);
}

static void check_json(void) {
    check_settings("window", history_window);
    check_settings("feedback", feedback);
    check_settings("feedback", log_feedback);
    check_settings("metrics", write_metrics);
    check_settings("log options", log_options);
    check_settings("prediction", log_record);
    check_settings("prediction", log_records);
    CHECK_INVALID("detail", audit_detail(PANTAU_LITERAL("{")));
}

static void check_null_objects(void) {
    pantau_text *text = UNTOUCHED;
    pantau_prediction_log *log = UNTOUCHED;
    CHECK_INVALID("store: is NULL", pantau_store_location(NULL, &text));
    CHECK_INVALID("store: is NULL", pantau_store_prediction(NULL, X, &text));
    CHECK_INVALID("store: is NULL", pantau_store_history(NULL, NULL, 0, 1, &text));
    CHECK_INVALID("store: is NULL",
                  pantau_store_write_feedback(NULL, X, PANTAU_LITERAL("{}"), &text));
    CHECK_INVALID("store: is NULL", pantau_store_write_metrics(NULL, X, X, NULL, 0));
    CHECK_INVALID("store: is NULL", pantau_store_metrics(NULL, X, NULL, 0, &text));
    CHECK_INVALID("store: is NULL", pantau_store_forget(NULL, X, X, &text));
    CHECK_INVALID("store: is NULL",
                  pantau_store_retain_since(NULL, PANTAU_LITERAL("2020-01-01"), X, &text));
    CHECK_INVALID("store: is NULL", pantau_store_audit(NULL, X, X, NULL, 0, &text));
    CHECK_INVALID("store: is NULL", pantau_store_audit_trail(NULL, NULL, 0, 0, &text));
    CHECK_INVALID("store: is NULL", pantau_store_verify_audit(NULL, &text));
    CHECK_INVALID("store: is NULL", pantau_prediction_log_open(NULL, X, X, NULL, 0, &log));
    CHECK_INVALID("log: is NULL", pantau_prediction_log_record(NULL, NULL, RECORD, NULL, &text));
    CHECK_INVALID("log: is NULL",
                  pantau_prediction_log_record_many(NULL, answers, NULL, NULL, NULL, &text));
    CHECK_INVALID("predictions: is NULL",
                  pantau_prediction_log_record_many(model_log, NULL, NULL, NULL, NULL, &text));
    CHECK_INVALID("log: is NULL",
                  pantau_prediction_log_feedback(NULL, X, PANTAU_LITERAL("{}"), &text));
    CHECK_INVALID("log: is NULL", pantau_prediction_log_flush(NULL, 0));
    CHECK_INVALID("log: is NULL", pantau_prediction_log_counters(NULL, &text));
    CHECK_INVALID("log: is NULL", pantau_prediction_log_forget(NULL, X, X, &text));
    CHECK_INVALID("log: is NULL", pantau_prediction_log_close(NULL));
    CHECK(text == UNTOUCHED && log == UNTOUCHED);
    pantau_store_free(NULL);
    pantau_prediction_log_free(NULL);
    CHECK(strcmp(pantau_last_error(), "log: is NULL") == 0);
}

static void check_null_results(void) {
    CHECK_INVALID("out: is NULL", pantau_store_open(PANTAU_LITERAL("memory:"), NULL));
    CHECK_INVALID("out: is NULL", pantau_store_location(store, NULL));
    CHECK_INVALID("out: is NULL", pantau_store_prediction(store, X, NULL));
    CHECK_INVALID("out: is NULL", pantau_store_history(store, NULL, 0, 1, NULL));
    CHECK_INVALID("out: is NULL",
                  pantau_store_write_feedback(store, X, PANTAU_LITERAL("{\"correct\": true}"),
                                              NULL));
    CHECK_INVALID("out: is NULL", pantau_store_metrics(store, X, NULL, 0, NULL));
    CHECK_INVALID("out: is NULL", pantau_store_forget(store, X, X, NULL));
    CHECK_INVALID("out: is NULL",
                  pantau_store_retain_since(store, PANTAU_LITERAL("2020-01-01"), X, NULL));
    CHECK_INVALID("out: is NULL", pantau_store_audit(store, X, X, NULL, 0, NULL));
    CHECK_INVALID("out: is NULL", pantau_store_audit_trail(store, NULL, 0, 0, NULL));
    CHECK_INVALID("out: is NULL", pantau_store_verify_audit(store, NULL));
    CHECK_INVALID("out: is NULL", pantau_prediction_log_open(store, X, X, NULL, 0, NULL));
    CHECK_INVALID("out: is NULL", pantau_prediction_log_record(model_log, NULL, RECORD, NULL, NULL));
    CHECK_INVALID("out: is NULL",
                  pantau_prediction_log_record_many(model_log, answers, NULL, NULL, NULL, NULL));
    CHECK_INVALID("out: is NULL",
                  pantau_prediction_log_feedback(model_log, X, PANTAU_LITERAL("{\"correct\": true}"),
                                                 NULL));
    CHECK_INVALID("out: is NULL", pantau_prediction_log_counters(model_log, NULL));
    CHECK_INVALID("out: is NULL", pantau_prediction_log_forget(model_log, X, X, NULL));
    CHECK_INVALID("out: is NULL", pantau_schema(PANTAU_LITERAL("sqlite"), NULL));

    /* None of these did what it could not tell of. */
    pantau_text *text;
    CHECK_OK(pantau_prediction_log_flush(model_log, 0));
    CHECK_OK(pantau_store_history(store, NULL, 0, 10, &text));
    CHECK(strcmp(pantau_text_data(text), "[]") == 0);
    pantau_text_free(text);
    CHECK_OK(pantau_store_audit_trail(store, NULL, 0, 0, &text));
    CHECK(strcmp(pantau_text_data(text), "[]") == 0);
    pantau_text_free(text);
}

/* Values that are well formed but cannot be used. */
static void check_values(const char *scratch) {
    pantau_text *text = UNTOUCHED;
    CHECK_INVALID("store", open_location(PANTAU_LITERAL("ftp://host/store")));
    CHECK_INVALID("store", open_location(PANTAU_LITERAL("")));
    struct path file = join(scratch, "no.sqlite");
    FILE *stream = fopen(file.text, "wb");
    CHECK(stream != NULL);
    for (size_t line = 0; line < 100; ++line) {
        CHECK(fputs("this is no database, but a file of words\n", stream) >= 0);
    }
    CHECK(fclose(stream) == 0);
    CHECK(open_location(TEXT(file.text)) != PANTAU_STATUS_PANIC);
    CHECK_FAILS(PANTAU_STATUS_UNREACHABLE, "127.0.0.1",
                open_location(PANTAU_LITERAL("postgresql://u:geheim@127.0.0.1:1/x")));
    CHECK(strstr(pantau_last_error(), "geheim") == NULL);

    CHECK_INVALID("hours", history_window(PANTAU_LITERAL("{\"hours\": -1}")));
    CHECK_INVALID("no time such as", trail_since(PANTAU_LITERAL("yesterday")));
    CHECK_INVALID("no time such as", retain_since(NULL, 0));
    CHECK_INVALID("has not come yet", retain_since(PANTAU_LITERAL("9000-01-01")));
    CHECK_INVALID("subject: is empty", forget_subject(NULL, 0));
    CHECK_INVALID("actor: is empty", audit_actor(NULL, 0));
    CHECK_INVALID("feedback: tells neither", feedback(PANTAU_LITERAL("{}")));
    CHECK_INVALID("accuracy", write_metrics(PANTAU_LITERAL("{\"accuracy\": 1.5}")));
    CHECK_INVALID("\"mysql\"", dialect(PANTAU_LITERAL("mysql")));
    CHECK_INVALID("capacity: 0", log_options(PANTAU_LITERAL("{\"capacity\": 0}")));
    CHECK_INVALID("needs `outbox`", log_options(PANTAU_LITERAL("{\"when_full\": \"spill\"}")));
    CHECK_INVALID("\"always\" is not one of",
                  log_options(PANTAU_LITERAL("{\"durability\": \"always\"}")));
    CHECK_INVALID("predicted_label: is missing", log_record(NULL, 0));
    CHECK_INVALID("confidence: 2", log_record(PANTAU_LITERAL(
                                       "{\"predicted_label\": \"good\", \"confidence\": 2}")));
    CHECK_INVALID("confidence: is told",
                  log_records(PANTAU_LITERAL("{\"confidence\": 0.5}")));
    /* A prediction that is wrong cannot have given the right label. */
    CHECK_OK(pantau_prediction_log_record(
        model_log, NULL, PANTAU_LITERAL("{\"predicted_label\": \"good\", \"id\": \"p1\"}"), NULL,
        &text));
    pantau_text_free(text);
    CHECK_OK(pantau_prediction_log_flush(model_log, 0));
    text = UNTOUCHED;
    CHECK_INVALID("that cannot be wrong",
                  pantau_store_write_feedback(
                      store, PANTAU_LITERAL("p1"),
                      PANTAU_LITERAL("{\"correct\": false, \"label\": \"good\"}"), &text));
    CHECK(text == UNTOUCHED);
}

static void check_closed(void) {
    CHECK_OK(pantau_prediction_log_close(model_log));
    CHECK_INVALID("", log_record(RECORD));
}

int main(int count, char **arguments) {
    CHECK(count > 2);
    const char *scratch = arguments[2];
    static struct reviews reviews;
    make_reviews(&reviews);
    pantau_labelled_texts *data = labelled(&reviews, 0, REVIEWS);
    pantau_classifier *classifier = learn(data, scratch, "classifier", "{\"kind\": \"tfidf-nb\"}");
    CHECK_OK(pantau_classifier_predict_batch(classifier, reviews.texts, reviews.lengths, 1, false,
                                             0, &answers));
    CHECK_OK(pantau_store_open(PANTAU_LITERAL("memory:"), &store));
    CHECK_OK(pantau_prediction_log_open(store, X, X, NULL, 0, &model_log));
    check_texts();
    check_json();
    check_null_objects();
    check_null_results();
    check_values(scratch);
    check_closed();
    pantau_predictions_free(answers);
    pantau_prediction_log_free(model_log);
    pantau_store_free(store);
    pantau_classifier_free(classifier);
    pantau_labelled_texts_free(data);
    return EXIT_SUCCESS;
}
