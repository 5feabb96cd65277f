/* A folder with everything a deployed model needs: workspace DATA SCRATCH */

#define _POSIX_C_SOURCE 200809L

#include <time.h>

#include "json.h"

static void nap(void) {
    const struct timespec tenth = {0, 100 * 1000 * 1000};
    nanosleep(&tenth, NULL);
}

enum { TEXTS = 1800 };

static char bodies[TEXTS][64];
static const char *texts[TEXTS], *labels[TEXTS];
static size_t lengths[TEXTS], label_lengths[TEXTS];

/* Whether a text holds a part; frees it. */
static bool says(pantau_text *text, const char *part) {
    bool found = strstr(pantau_text_data(text), part) != NULL;
    if (!found) {
        fprintf(stderr, "%s is not in %s\n", part, pantau_text_data(text));
    }
    pantau_text_free(text);
    return found;
}

/* The id of an answer; frees it. */
static void id_of(pantau_text *answer, char *id, size_t size) {
    struct json *value = json_parse(pantau_text_data(answer));
    snprintf(id, size, "%s", json_text(value, "id")->text);
    json_free(value);
    pantau_text_free(answer);
}

static pantau_labelled_texts *make_data(void) {
    const char *words[] = {"bagus dan mudah", "lemot dan rusak"};
    const char *names[] = {"positive", "negative"};
    for (size_t row = 0; row < TEXTS; ++row) {
        snprintf(bodies[row], sizeof bodies[row], "%s sekali aplikasi ini nomor %zu",
                 words[row % 2], row * 7919 % TEXTS);
        texts[row] = bodies[row];
        lengths[row] = strlen(bodies[row]);
        labels[row] = names[row % 2];
        label_lengths[row] = strlen(labels[row]);
    }
    pantau_labelled_texts *data;
    CHECK_OK(pantau_labelled_texts_new(texts, lengths, labels, label_lengths, TEXTS, &data));
    return data;
}

static bool count_steps(void *steps, size_t done, size_t all) {
    *(size_t *)steps += done <= all;
    return true;
}

static bool stop(void *nothing, size_t done, size_t all) {
    (void)nothing, (void)done, (void)all;
    return false;
}

#define MODEL PANTAU_LITERAL("sentiment")

/* Counts the notices of trainings; refuses the first one, which comes again. */
struct heard {
    _Atomic int tries, triggered, completed;
};

static bool hear(void *user_data, const char *notice, size_t length) {
    struct heard *heard = user_data;
    struct json *value = json_parse(notice);
    CHECK(strlen(notice) >= length);
    const char *event = json_text(value, "event")->text;
    bool is_first = heard->tries++ == 0;
    if (!is_first) {
        heard->triggered += strcmp(event, "triggered") == 0;
        heard->completed += strcmp(event, "completed") == 0;
    }
    json_free(value);
    return !is_first;
}

/* Version 1 is in use, version 2 beside it. */
static void check_rollout(pantau_workspace *workspace) {
    pantau_text *text;
    CHECK_OK(pantau_workspace_challenge(workspace, MODEL, 2, 0.5, NULL, 0,
                                        PANTAU_LITERAL("{\"actor\": \"ani\"}")));
    CHECK_OK(pantau_workspace_rollout(workspace, MODEL, &text));
    CHECK(says(text, "\"version\":2,\"share\":0.5"));
    CHECK_INVALID("share: 1.5", pantau_workspace_challenge(workspace, MODEL, 2, 1.5, NULL, 0,
                                                           NULL, 0));
    CHECK_INVALID("1 is in use already",
                  pantau_workspace_challenge(workspace, MODEL, 1, 0.1, NULL, 0, NULL, 0));
    CHECK_OK(pantau_workspace_info(workspace, MODEL, &text));
    CHECK(says(text, "\"version\":1,\"labels\":[\"negative\",\"positive\"]"));
    CHECK_OK(pantau_workspace_replay(workspace, MODEL, 2, PANTAU_LITERAL("{\"limit\": 10}"), NULL,
                                     NULL, &text));
    CHECK(says(text, "\"rows\":1,\"all_rows\":101"));
    CHECK(pantau_workspace_replay(workspace, MODEL, 2, NULL, 0, stop, NULL, &text) ==
          PANTAU_STATUS_STOPPED);
    CHECK_OK(pantau_workspace_withdraw(workspace, MODEL, 2, NULL, 0));
    CHECK(pantau_workspace_withdraw(workspace, MODEL, 2, NULL, 0) == PANTAU_STATUS_NOT_FOUND);
}

static void check_operations(pantau_workspace *workspace) {
    pantau_text *text;
    uint32_t version = 0;
    CHECK_OK(pantau_workspace_look_after(workspace, MODEL, NULL, NULL, &text));
    CHECK(says(text, "\"status\":\"skipped\""));
    CHECK_OK(pantau_workspace_start(workspace, PANTAU_LITERAL("{\"every\": 60}")));
    CHECK_INVALID("already", pantau_workspace_start(workspace, NULL, 0));
    CHECK_OK(pantau_workspace_stop(workspace));
    CHECK_INVALID("every: 10ms",
                  pantau_workspace_start(workspace, PANTAU_LITERAL("{\"every\": 0.01}")));
    CHECK_OK(pantau_workspace_models_in_use(workspace, &text));
    CHECK(says(text, "[\"sentiment\"]"));
    CHECK_OK(pantau_workspace_reload(workspace, MODEL, &version));
    CHECK(version == 1);
    CHECK_OK(pantau_workspace_count_request(workspace, PANTAU_LITERAL("/predict"), 200, 0.002));
    CHECK_INVALID("-1 is no length of time",
                  pantau_workspace_count_request(workspace, PANTAU_LITERAL("/predict"), 200, -1));
    CHECK_OK(pantau_workspace_metrics(workspace, PANTAU_LITERAL("{\"aliases\": true}"), &text));
    CHECK(strstr(pantau_text_data(text), "\nsentiment_predictions_total{sentiment=") != NULL);
    CHECK(says(text, "pantau_http_requests_total{route=\"/predict\",status=\"200\"} 1"));
    CHECK_INVALID("is no URL", pantau_workspace_notify_webhook(workspace, PANTAU_LITERAL("x")));
    CHECK_INVALID("callback is NULL", pantau_workspace_notify(workspace, NULL, NULL));
    CHECK_OK(pantau_dashboard(&text));
    CHECK(says(text, "pantau_predictions_total"));
    CHECK_OK(pantau_alert_rules(&text));
    CHECK(says(text, "alert: PantauDrift"));
}

static void check_loop(const char *folder) {
    pantau_workspace *workspace;
    pantau_text *text;
    pantau_labelled_texts *data = make_data();
    size_t steps = 0;
    CHECK_OK(pantau_workspace_open(folder, strlen(folder), NULL, 0, &workspace));
    CHECK(pantau_workspace_predict(workspace, MODEL, PANTAU_LITERAL("bagus"), NULL, 0, &text) ==
          PANTAU_STATUS_NOT_FOUND);
    CHECK(pantau_workspace_train(workspace, MODEL, data, NULL, 0, stop, NULL, &text) ==
          PANTAU_STATUS_STOPPED);
    CHECK_OK(pantau_workspace_train(
        workspace, MODEL, data,
        PANTAU_LITERAL("{\"training\": {\"kind\": \"tfidf-nb\"}, \"at\": \"2026-01-01\"}"),
        count_steps, &steps, &text));
    CHECK(says(text, "\"version\":1,\"promoted\":true") && steps > 0);

    CHECK_OK(pantau_workspace_predict(workspace, MODEL,
                                      PANTAU_LITERAL("bagus sekali, hubungi a@b.example"),
                                      PANTAU_LITERAL("{\"consent\": true}"), &text));
    char id[64];
    id_of(text, id, sizeof id);
    bool found = false;
    CHECK_OK(pantau_workspace_feedback(workspace, id, strlen(id),
                                       PANTAU_LITERAL("{\"label\": \"negative\"}"), &found));
    CHECK(found);
    CHECK_INVALID("\"positif\" is none of sentiment has: negative, positive",
                  pantau_workspace_feedback(workspace, id, strlen(id),
                                            PANTAU_LITERAL("{\"label\": \"positif\"}"), &found));
    CHECK_INVALID("nothing changed that could be acknowledged",
                  pantau_workspace_acknowledge(workspace, MODEL,
                                               PANTAU_LITERAL("{\"actor\": \"ani\"}")));
    CHECK_INVALID("windows", pantau_workspace_rebaseline(
                                 workspace, MODEL, PANTAU_LITERAL("{\"actor\": \"ani\"}")));
    CHECK_OK(pantau_workspace_predict_batch(workspace, MODEL, texts, lengths, 100,
                                            PANTAU_LITERAL("{\"at\": \"2026-01-02\"}"), &text));
    CHECK(says(text, "\"label\":\"negative\""));
    CHECK_INVALID("review_ids: 1 for 2 texts",
                  pantau_workspace_predict_batch(workspace, MODEL, texts, lengths, 2,
                                                 PANTAU_LITERAL("{\"review_ids\": [\"a\"]}"),
                                                 &text));
    CHECK_OK(pantau_workspace_flush(workspace, 0));
    CHECK_OK(pantau_workspace_log_counters(workspace, &text));
    CHECK(says(text, "\"written\":101"));

    CHECK_OK(pantau_workspace_check(workspace, MODEL, PANTAU_LITERAL("2026-01-03"), &text));
    CHECK(says(text, "\"windows\":1,\"rows\":100"));
    CHECK_OK(pantau_workspace_check_text(workspace, MODEL, PANTAU_LITERAL("2026-01-03"), &text));
    CHECK(says(text, "no reason to train anew"));
    CHECK_OK(pantau_workspace_evaluate_triggers(workspace, MODEL, PANTAU_LITERAL("2026-03-01"),
                                                &text));
    CHECK(says(text, "\"should_retrain\":true,\"triggers\":[{\"type\":\"time\""));
    CHECK_INVALID("\"soon\" is no time",
                  pantau_workspace_check(workspace, MODEL, PANTAU_LITERAL("soon"), &text));
    CHECK_OK(pantau_workspace_to_label(workspace, MODEL, 5, PANTAU_LITERAL("2026-01-03"), &text));
    pantau_text_free(text);

    CHECK_OK(pantau_workspace_retrain(workspace, MODEL, PANTAU_LITERAL("{\"at\": \"2026-01-03\"}"),
                                      NULL, NULL, &text));
    CHECK(says(text, "\"status\":\"skipped\""));
    struct heard heard = {0};
    CHECK_OK(pantau_workspace_notify(workspace, hear, &heard));
    CHECK(pantau_workspace_retrain(workspace, MODEL, PANTAU_LITERAL("{\"force\": true}"), stop,
                                   NULL, &text) == PANTAU_STATUS_STOPPED);
    CHECK_OK(pantau_workspace_retrain(workspace, MODEL,
                                      PANTAU_LITERAL("{\"force\": true, \"actor\": \"ani\"}"),
                                      count_steps, &steps, &text));
    CHECK(says(text, "\"status\":\"completed\""));
    uint32_t version = 0;
    CHECK_OK(pantau_workspace_rollback(workspace, MODEL, NULL, 0, &version));
    CHECK(version == 1);
    check_rollout(workspace);
    check_operations(workspace);
    CHECK_OK(pantau_workspace_promote(workspace, MODEL, 2, NULL, 0));
    CHECK_OK(pantau_workspace_predict(workspace, MODEL, PANTAU_LITERAL("bagus"), NULL, 0, &text));
    CHECK(says(text, "\"version\":\"2\""));

    CHECK_OK(pantau_workspace_configure(
        workspace, MODEL, PANTAU_LITERAL("{\"validation\": {\"on_breach\": \"reject\"}}"), NULL, 0,
        &text));
    CHECK(says(text, "\"on_breach\":\"reject\""));
    CHECK_INVALID("text: 1 words, and 7 are the fewest",
                  pantau_workspace_predict(workspace, MODEL, PANTAU_LITERAL("bagus"), NULL, 0,
                                           &text));
    CHECK_OK(pantau_workspace_settings(workspace, MODEL, &text));
    CHECK(says(text, "\"min_words\":7"));

    pantau_store *store;
    pantau_registry *registry;
    CHECK_OK(pantau_workspace_store(workspace, &store));
    CHECK_OK(pantau_workspace_registry(workspace, &registry));
    CHECK_OK(pantau_registry_models(registry, &text));
    CHECK(says(text, "[\"sentiment\"]"));
    pantau_registry_free(registry);
    pantau_store_free(store);
    /* Two trainings began, and one of them was stopped. */
    for (int waited = 0; heard.completed < 1 && waited < 600; ++waited) {
        nap();
    }
    CHECK(heard.triggered == 2 && heard.completed == 1);
    CHECK_OK(pantau_workspace_close(workspace));
    pantau_workspace_free(workspace);
    pantau_workspace_free(NULL);
    pantau_labelled_texts_free(data);
}

int main(int count, char **arguments) {
    CHECK(count > 2);
    char folder[4096];
    snprintf(folder, sizeof folder, "%s/workspace", arguments[2]);
    check_loop(folder);
    pantau_workspace *workspace;
    CHECK_INVALID("its name is empty", pantau_workspace_open(NULL, 0, NULL, 0, &workspace));
    CHECK_INVALID("unknown field `stor`",
                  pantau_workspace_open(folder, strlen(folder),
                                        PANTAU_LITERAL("{\"stor\": \"x\"}"), &workspace));
    return 0;
}
