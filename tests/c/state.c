/* What a deployed model remembers: state DATA SCRATCH */

#include "learning.h"

#include "state.h"

static struct json *prediction(const pantau_store *store, const char *id) {
    pantau_text *text;
    CHECK_OK(pantau_store_prediction(store, TEXT(id), &text));
    return parse(text);
}

static void check_log(const pantau_store *store, const pantau_classifier *classifier) {
    static const char options[] = "{\"durability\": \"each\"}";
    pantau_prediction_log *log;
    pantau_prediction *answer;
    pantau_text *id, *text;
    CHECK_OK(pantau_prediction_log_open(store, PANTAU_LITERAL("sentiment"), PANTAU_LITERAL("3"),
                                        TEXT(options), &log));
    CHECK_OK(pantau_classifier_predict(classifier, PANTAU_LITERAL("Hotel itu bagus"), &answer));

    /* With consent the text is kept, anonymised; without, neither it nor the subject. */
    CHECK_OK(pantau_prediction_log_record(
        log, answer,
        PANTAU_LITERAL("{\"consent\": true, \"subject\": \"u17\", \"processing_time_ms\": 1.5,"
                       " \"input_text\": \"Hotel itu bagus, budi@contoh.example\"}"),
        NULL, &id));
    struct json *record = prediction(store, pantau_text_data(id));
    CHECK(has_text(record, "model", "sentiment") && has_text(record, "version", "3"));
    CHECK(has_text(record, "predicted_label", "good"));
    CHECK(number(record, "confidence") == pantau_prediction_confidence(answer));
    CHECK(number(record, "novelty") == pantau_prediction_novelty(answer));
    CHECK(has_text(record, "input_text", "Hotel itu bagus, [EMAIL]"));
    CHECK(has_text(record, "subject", "u17") && number(record, "processing_time_ms") == 1.5);
    CHECK(is_null(record, "actual_label") && is_true(record, "consent"));
    json_free(record);

    CHECK_OK(pantau_prediction_log_record(
        log, NULL,
        PANTAU_LITERAL("{\"id\": \"p2\", \"predicted_label\": \"bad\", \"confidence\": 0.75,"
                       " \"probabilities\": {\"good\": 0.25, \"bad\": 0.75}, \"subject\": \"u17\","
                       " \"input_text\": \"Lambat\", \"timestamp\": \"2026-11-01T12:00:00Z\"}"),
        NULL, &text));
    check_text(text, "p2");
    record = prediction(store, "p2");
    CHECK(is_null(record, "input_text") && is_null(record, "subject"));
    CHECK(!is_true(record, "consent") && has_text(record, "timestamp", "2026-11-01T12:00:00Z"));
    CHECK(number(json_find(record, "probabilities"), "bad") == 0.75);
    json_free(record);

    /* A model that failed, and an anonymizer of one's own. */
    pantau_anonymizer *all, *phones;
    CHECK_OK(pantau_anonymizer_new(&all));
    CHECK_OK(pantau_anonymizer_with_entities(all, PANTAU_LITERAL("phone"), &phones));
    CHECK_OK(pantau_prediction_log_record(
        log, NULL,
        PANTAU_LITERAL("{\"id\": \"p3\", \"error\": \"Deadline\", \"consent\": true,"
                       " \"input_text\": \"budi@contoh.example\"}"),
        phones, &text));
    check_text(text, "p3");
    record = prediction(store, "p3");
    CHECK(has_text(record, "input_text", "budi@contoh.example"));
    CHECK(is_null(record, "predicted_label") && has_text(record, "error", "Deadline"));
    json_free(record);
    pantau_anonymizer_free(all);
    pantau_anonymizer_free(phones);

    /* The same id changes nothing, and feedback gives the right label. */
    CHECK_OK(pantau_prediction_log_record(
        log, NULL, PANTAU_LITERAL("{\"id\": \"p2\", \"predicted_label\": \"good\"}"), NULL, &text));
    check_text(text, "p2");
    CHECK_OK(pantau_prediction_log_feedback(log, PANTAU_LITERAL("p2"),
                                            PANTAU_LITERAL("{\"correct\": true}"), &text));
    pantau_text_free(text);
    CHECK_OK(pantau_store_write_feedback(
        store, TEXT(pantau_text_data(id)),
        PANTAU_LITERAL("{\"label\": \"bad\", \"source\": \"shop\", \"id\": \"f1\"}"), &text));
    check_text(text, "f1");
    record = prediction(store, "p2");
    CHECK(has_text(record, "predicted_label", "bad") && has_text(record, "actual_label", "bad"));
    json_free(record);
    record = prediction(store, pantau_text_data(id));
    CHECK(has_text(record, "actual_label", "bad"));
    json_free(record);

    CHECK_OK(pantau_prediction_log_flush(log, 0));
    CHECK_OK(pantau_prediction_log_counters(log, &text));
    struct json *counters = parse(text);
    CHECK(number(counters, "written") == 4 && number(counters, "repeated") == 1);
    CHECK(number(counters, "dropped") == 0 && number(counters, "queued") == 0);
    json_free(counters);
    CHECK_OK(pantau_prediction_log_close(log));
    CHECK_OK(pantau_prediction_log_close(log));
    pantau_prediction_log_free(log);
    pantau_prediction_free(answer);
    pantau_text_free(id);
}

/* Many predictions at once, by a log that outlives the store's handle. */
static void check_many(const char *location, const pantau_classifier *classifier) {
    static const char *const texts[] = {"Hotel itu bagus", "Kurirnya lambat"};
    static const size_t lengths[] = {15, 15};
    static const char *const records[] = {"{\"id\": \"m1\", \"review_id\": \"r1\"}", NULL};
    static const size_t record_lengths[] = {31, 0};
    pantau_store *store;
    pantau_prediction_log *log;
    pantau_predictions *answers;
    pantau_text *text;
    CHECK_OK(pantau_store_open(TEXT(location), &store));
    CHECK_OK(pantau_prediction_log_open(store, PANTAU_LITERAL("other"), PANTAU_LITERAL("1"), NULL,
                                        0, &log));
    pantau_store_free(store);
    CHECK_OK(pantau_classifier_predict_batch(classifier, texts, lengths, 2, true, 0, &answers));
    CHECK(strlen(records[0]) == record_lengths[0]);
    CHECK_OK(pantau_prediction_log_record_many(log, answers, records, record_lengths, NULL,
                                               &text));
    struct json *ids = parse(text);
    CHECK(count(ids) == 2 && strcmp(ids->first->text, "m1") == 0);
    json_free(ids);
    CHECK_OK(pantau_prediction_log_record_many(log, answers, NULL, NULL, NULL, &text));
    pantau_text_free(text);
    pantau_predictions_free(answers);
    /* What is still on its way arrives before the log is gone. */
    pantau_prediction_log_free(log);

    CHECK_OK(pantau_store_open(TEXT(location), &store));
    CHECK_OK(pantau_store_history(store, PANTAU_LITERAL("{\"hours\": 1, \"model\": \"other\"}"), 10,
                                  &text));
    struct json *history = parse(text);
    CHECK(count(history) == 4);
    json_free(history);
    struct json *record = prediction(store, "m1");
    CHECK(has_text(record, "predicted_label", "good") && has_text(record, "review_id", "r1"));
    CHECK(json_find(record, "probabilities")->kind == JSON_OBJECT);
    json_free(record);
    pantau_store_free(store);
}

static void check_store(const pantau_store *store) {
    pantau_text *text;
    CHECK_OK(pantau_store_prediction(store, PANTAU_LITERAL("nobody"), &text));
    check_text(text, "null");
    CHECK_OK(pantau_store_history(store, NULL, 0, 2, &text));
    struct json *history = parse(text);
    CHECK(count(history) == 2);
    json_free(history);
    CHECK_OK(pantau_store_history(
        store, PANTAU_LITERAL("{\"since\": \"2026-11-01\", \"until\": \"2026-11-02\"}"), 10,
        &text));
    history = parse(text);
    CHECK(count(history) == 1 && has_text(history->first, "id", "p2"));
    json_free(history);

    CHECK_OK(pantau_store_write_metrics(store, PANTAU_LITERAL("sentiment"), PANTAU_LITERAL("3"),
                                        PANTAU_LITERAL("{\"accuracy\": 0.5, \"epoch\": 2}")));
    CHECK_OK(pantau_store_metrics(store, PANTAU_LITERAL("sentiment"), NULL, 0, &text));
    struct json *metrics = parse(text);
    CHECK(count(metrics) == 1 && number(metrics->first, "accuracy") == 0.5);
    CHECK(number(metrics->first, "epoch") == 2 && is_null(metrics->first, "loss"));
    json_free(metrics);
    CHECK_OK(pantau_store_metrics(store, PANTAU_LITERAL("sentiment"),
                                  PANTAU_LITERAL("9000-01-01"), &text));
    check_text(text, "[]");
}

static void check_deletion(const pantau_store *store) {
    pantau_text *text;
    CHECK_OK(pantau_store_forget(store, PANTAU_LITERAL("u17"), PANTAU_LITERAL("ani"), &text));
    struct json *deleted = parse(text);
    CHECK(number(deleted, "predictions") == 1 && number(deleted, "feedback") == 1);
    json_free(deleted);
    CHECK_OK(pantau_store_retain_since(store, PANTAU_LITERAL("2026-11-02"), PANTAU_LITERAL("ani"),
                                       &text));
    deleted = parse(text);
    CHECK(number(deleted, "predictions") == 1);
    json_free(deleted);
    CHECK_OK(pantau_store_audit(store, PANTAU_LITERAL("ani"), PANTAU_LITERAL("promote"),
                                PANTAU_LITERAL("{\"version\": 3}"), &text));
    struct json *record = parse(text);
    CHECK(number(record, "number") == 3 && has_text(record, "action", "promote"));
    CHECK(number(json_find(record, "detail"), "version") == 3);

    CHECK_OK(pantau_store_audit_trail(store, NULL, 0, 0, &text));
    struct json *trail = parse(text);
    CHECK(count(trail) == 3 && has_text(trail->first, "action", "forget"));
    CHECK(has_text(trail->first, "actor", "ani"));
    json_free(trail);
    CHECK_OK(pantau_store_audit_trail(store, NULL, 0, 1, &text));
    trail = parse(text);
    CHECK(count(trail) == 1);
    json_free(trail);
    CHECK_OK(pantau_store_verify_audit(store, &text));
    struct json *check = parse(text);
    CHECK(number(check, "records") == 3);
    CHECK(has_text(check, "head", json_text(record, "hash")->text));
    json_free(check);
    json_free(record);
}

/* The version that a reference names. */
static double resolved(const pantau_registry *registry, const char *reference) {
    pantau_text *text;
    CHECK_OK(pantau_registry_resolve(registry, TEXT(reference), &text));
    struct json *found = parse(text);
    CHECK(has_text(found, "model", "sentiment"));
    double version = number(found, "version");
    json_free(found);
    return version;
}

#define MODEL PANTAU_LITERAL("sentiment")
#define ACT PANTAU_LITERAL("{\"actor\": \"ani\", \"reason\": \"better\"}")

static void check_registry(const pantau_registry *registry, const char *bundle) {
    pantau_text *text;
    uint32_t version = 0;
    CHECK_OK(pantau_registry_register(registry, MODEL, TEXT(bundle), NULL, 0, NULL, 0, &version));
    CHECK(version == 1);
    CHECK_OK(pantau_registry_register(
        registry, MODEL, TEXT(bundle),
        PANTAU_LITERAL("{\"description\": \"second\", \"tags\": {\"team\": \"ulasan\"},"
                       " \"params\": {\"folds\": \"2\"}, \"alias\": \"challenger\"}"),
        ACT, &version));
    CHECK(version == 2 && resolved(registry, "models:/sentiment@challenger") == 2);
    CHECK_OK(pantau_registry_models(registry, &text));
    check_text(text, "[\"sentiment\"]");

    CHECK_OK(pantau_registry_promote(registry, MODEL, 1, ACT));
    CHECK_OK(pantau_registry_promote(registry, MODEL, 2, ACT));
    CHECK(resolved(registry, "models:/sentiment@champion") == 2);
    CHECK(resolved(registry, "models:/sentiment@previous") == 1);
    CHECK_OK(pantau_registry_rollback(registry, MODEL, ACT, &version));
    CHECK(version == 1 && resolved(registry, "models:/sentiment/Production") == 1);
    CHECK_OK(pantau_registry_transition(registry, MODEL, 2, PANTAU_LITERAL("Production"), true,
                                        ACT));
    CHECK(resolved(registry, "models:/sentiment/Archived") == 1);
    CHECK_OK(pantau_registry_set_alias(registry, MODEL, PANTAU_LITERAL("stable"), 1, ACT));
    CHECK(resolved(registry, "models:/sentiment@stable") == 1);
    CHECK_OK(pantau_registry_remove_alias(registry, MODEL, PANTAU_LITERAL("stable"), ACT));
    CHECK_FAILS(PANTAU_STATUS_NOT_FOUND, "stable",
                pantau_registry_resolve(registry, PANTAU_LITERAL("models:/sentiment@stable"),
                                        &text));

    CHECK_OK(pantau_registry_set_tag(registry, MODEL, 1, PANTAU_LITERAL("team"),
                                     PANTAU_LITERAL("toko"), ACT));
    CHECK_OK(pantau_registry_remove_tag(registry, MODEL, 2, PANTAU_LITERAL("team"), ACT));
    CHECK_OK(pantau_registry_describe(registry, MODEL, 1, PANTAU_LITERAL("first"), ACT));
    CHECK_OK(pantau_registry_log_metrics(registry, MODEL, 1,
                                         PANTAU_LITERAL("{\"accuracy\": 0.5}"), ACT));
    CHECK_OK(pantau_registry_version(registry, MODEL, 1, &text));
    struct json *found = parse(text);
    CHECK(has_text(found, "stage", "Archived") && has_text(found, "description", "first"));
    CHECK(has_text(json_find(found, "tags"), "team", "toko"));
    CHECK(number(json_find(found, "metrics"), "accuracy") == 0.5);
    json_free(found);
    CHECK_OK(pantau_registry_version(registry, MODEL, 2, &text));
    found = parse(text);
    CHECK(has_text(found, "stage", "Production") && has_text(found, "registered_by", "ani"));
    CHECK(count(json_find(found, "aliases")) == 1);
    CHECK(json_find(json_find(found, "tags"), "team") == NULL);
    json_free(found);
    CHECK_OK(pantau_registry_versions(registry, MODEL, &text));
    found = parse(text);
    CHECK(count(json_find(found, "versions")) == 2);
    CHECK(number(json_find(found, "aliases"), "champion") == 2);
    json_free(found);

    /* What was learnt is answered with what is in use. */
    pantau_classifier *classifier;
    pantau_prediction *prediction;
    CHECK_OK(pantau_registry_load(registry, PANTAU_LITERAL("models:/sentiment@champion"), NULL,
                                  &classifier));
    CHECK_OK(pantau_classifier_predict(classifier, PANTAU_LITERAL("Hotel itu bagus"),
                                       &prediction));
    CHECK(strcmp(pantau_text_data(pantau_prediction_label(prediction)), "good") == 0);
    pantau_prediction_free(prediction);
    pantau_classifier_free(classifier);
    CHECK_OK(pantau_registry_path(registry, PANTAU_LITERAL("models:/sentiment/1"), &text));
    pantau_bundle *opened;
    CHECK_OK(pantau_bundle_open(TEXT(pantau_text_data(text)), &opened));
    pantau_bundle_free(opened);
    pantau_text_free(text);

    CHECK_OK(pantau_registry_champion_at(registry, MODEL, PANTAU_LITERAL("9000-01-01"), &version));
    CHECK(version == 2);
    CHECK_OK(pantau_registry_champion_at(registry, MODEL, PANTAU_LITERAL("2000-01-01"), &version));
    CHECK(version == 0);
    CHECK_OK(pantau_registry_history(registry, MODEL, &text));
    struct json *history = parse(text);
    CHECK(count(history) > 5 && has_text(history->first, "alias", "challenger"));
    CHECK(has_text(history->first, "actor", "ani") && has_text(history->first, "reason", "better"));
    json_free(history);
    CHECK_OK(pantau_registry_journal(registry, MODEL, &text));
    struct json *journal = parse(text);
    size_t entries = count(journal);
    CHECK(entries == 12 && has_text(journal->first, "previous", ""));
    const char *head = json_text(journal->first, "hash")->text;
    CHECK(has_text(journal->first->next, "previous", head));
    json_free(journal);
    static const uint32_t versions[] = {1, 2};
    CHECK_OK(pantau_registry_compare(registry, MODEL, versions, 2, &text));
    found = parse(text);
    CHECK(count(json_find(found, "params")) == 1 && count(json_find(found, "metrics")) == 1);
    json_free(found);
    CHECK_OK(pantau_registry_verify(registry, MODEL, &text));
    found = parse(text);
    CHECK(number(found, "entries") == (double)entries && number(found, "versions") == 2);
    json_free(found);
}

static void check_schema(void) {
    static const char *const dialects[] = {"sqlite", "postgres"};
    for (size_t index = 0; index < 2; ++index) {
        pantau_text *text;
        CHECK_OK(pantau_schema(TEXT(dialects[index]), &text));
        CHECK(strstr(pantau_text_data(text), "predictions") != NULL);
        pantau_text_free(text);
    }
}

int main(int arguments_count, char **arguments) {
    CHECK(arguments_count > 2);
    const char *scratch = arguments[2];
    struct reviews reviews;
    make_reviews(&reviews);
    pantau_labelled_texts *data = labelled(&reviews, 0, REVIEWS);
    pantau_classifier *classifier = learn(data, scratch, "classifier", "{\"kind\": \"tfidf-nb\"}");

    struct path folder = join(scratch, "store");
    const char *const locations[] = {"memory:", folder.text};
    for (size_t index = 0; index < 2; ++index) {
        pantau_store *store;
        pantau_text *text;
        CHECK_OK(pantau_store_open(TEXT(locations[index]), &store));
        CHECK_OK(pantau_store_location(store, &text));
        CHECK(strncmp(pantau_text_data(text), locations[index], strlen(locations[index])) == 0);
        pantau_text_free(text);
        check_log(store, classifier);
        check_store(store);
        check_deletion(store);
        pantau_store_free(store);
    }
    check_many(folder.text, classifier);
    check_schema();
    struct path models = join(scratch, "models"), bundle = join(scratch, "classifier");
    const char *const registries[] = {"memory:", models.text};
    for (size_t index = 0; index < 2; ++index) {
        pantau_registry *registry;
        pantau_text *text;
        CHECK_OK(pantau_registry_open(TEXT(registries[index]), &registry));
        CHECK_OK(pantau_registry_location(registry, &text));
        CHECK(strstr(pantau_text_data(text), registries[index]) != NULL);
        pantau_text_free(text);
        check_registry(registry, bundle.text);
        pantau_registry_free(registry);
    }

    pantau_classifier_free(classifier);
    pantau_labelled_texts_free(data);
    return EXIT_SUCCESS;
}
