/* What was tried, and what came of it: runs DATA SCRATCH */

#include "learning.h"

#include "state.h"

/* Logs one try, and gives its id. */
static pantau_text *try_rate(const pantau_runs *runs, const char *rate, double f1) {
    pantau_run *run;
    pantau_text *id;
    CHECK_OK(pantau_runs_start(runs, PANTAU_LITERAL("sentiment-analysis"), TEXT(rate), &run));
    CHECK_OK(pantau_run_log_param(run, PANTAU_LITERAL("learning_rate"), TEXT(rate)));
    for (int64_t step = 1; step <= 2; ++step) {
        CHECK_OK(pantau_run_log_metric(run, PANTAU_LITERAL("f1"), f1 * (double)step / 2, step));
    }
    CHECK_OK(pantau_run_set_tag(run, PANTAU_LITERAL("by"), PANTAU_LITERAL("ani")));
    CHECK_OK(pantau_run_log_bytes(run, PANTAU_LITERAL("notes/first.txt"),
                                  (const uint8_t *)"bagus", 5));
    CHECK_OK(pantau_run_finish(run, PANTAU_LITERAL("finished")));
    CHECK_OK(pantau_run_id(run, &id));
    pantau_run_free(run);
    return id;
}

static void check_tracking(const pantau_runs *runs, const char *scratch) {
    pantau_text *ids[] = {try_rate(runs, "1e-5", 0.75), try_rate(runs, "2e-5", 0.875)};
    const char *texts[] = {pantau_text_data(ids[0]), pantau_text_data(ids[1])};
    const size_t lengths[] = {pantau_text_length(ids[0]), pantau_text_length(ids[1])};
    pantau_text *text;
    CHECK_OK(pantau_runs_best(runs, PANTAU_LITERAL("sentiment-analysis"), PANTAU_LITERAL("f1"),
                              true, &text));
    struct json *answer = parse(text);
    CHECK(has_text(answer, "id", texts[1]) && has_text(answer, "status", "finished"));
    CHECK(has_text(json_find(answer, "params"), "learning_rate", "2e-5"));
    CHECK(number(json_find(json_find(answer, "metrics"), "f1"), "value") == 0.875);
    json_free(answer);
    CHECK_OK(pantau_runs_best(runs, PANTAU_LITERAL("nothing"), PANTAU_LITERAL("f1"), true, &text));
    check_text(text, "null");

    CHECK_OK(pantau_runs_list(runs, PANTAU_LITERAL("sentiment-analysis"), 10, &text));
    answer = parse(text);
    CHECK(count(answer) == 2);
    json_free(answer);
    CHECK_OK(pantau_runs_experiments(runs, &text));
    check_text(text, "[\"sentiment-analysis\"]");
    CHECK_OK(pantau_runs_compare(runs, texts, lengths, 2, &text));
    answer = parse(text);
    CHECK(json_find(answer, "params") != NULL);
    json_free(answer);
    CHECK_OK(pantau_runs_metric_history(runs, texts[0], lengths[0], PANTAU_LITERAL("f1"), &text));
    answer = parse(text);
    CHECK(count(answer) == 2 && number(answer->first, "step") == 1);
    json_free(answer);
    CHECK_OK(pantau_runs_artefacts(runs, texts[0], lengths[0], &text));
    answer = parse(text);
    CHECK(count(answer) == 1 && has_text(answer->first, "path", "notes/first.txt"));
    json_free(answer);
    char path[4096];
    snprintf(path, sizeof path, "%s/saved.txt", scratch);
    CHECK_OK(pantau_runs_save_artefact(runs, texts[0], lengths[0],
                                       PANTAU_LITERAL("notes/first.txt"), TEXT(path)));

    /* The same value again is nothing new, another one is refused and both are named. */
    pantau_run *run;
    CHECK_OK(pantau_runs_resume(runs, texts[0], lengths[0], &run));
    CHECK_OK(pantau_run_log_param(run, PANTAU_LITERAL("learning_rate"), PANTAU_LITERAL("1e-5")));
    CHECK(pantau_run_log_param(run, PANTAU_LITERAL("learning_rate"), PANTAU_LITERAL("3e-5")) ==
          PANTAU_STATUS_CONFLICT);
    CHECK(strstr(pantau_last_error(), "1e-5") != NULL && strstr(pantau_last_error(), "3e-5") != NULL);
    CHECK(pantau_run_finish(run, PANTAU_LITERAL("done")) == PANTAU_STATUS_INVALID_INPUT);
    CHECK_OK(pantau_run_log_artefact(run, TEXT(path), PANTAU_LITERAL("more")));
    CHECK_OK(pantau_run_finish(run, PANTAU_LITERAL("failed")));
    pantau_run_free(run);

    CHECK_OK(pantau_runs_export_json(runs, PANTAU_LITERAL("sentiment-analysis"), &text));
    json_free(parse(text));
    CHECK_OK(pantau_runs_delete(runs, texts[0], lengths[0]));
    CHECK(pantau_runs_run(runs, texts[0], lengths[0], &text) == PANTAU_STATUS_NOT_FOUND);
    pantau_text_free(ids[0]);
    pantau_text_free(ids[1]);
}

/* A training in a run: what was tried is part of it. */
static void check_training(const pantau_runs *runs, const char *scratch) {
    struct reviews reviews;
    make_reviews(&reviews);
    pantau_labelled_texts *data;
    pantau_run *run, *part;
    pantau_bundle *bundle;
    pantau_text *id, *text;
    char path[4096];
    snprintf(path, sizeof path, "%s/trained", scratch);
    CHECK_OK(pantau_labelled_texts_new(reviews.texts, reviews.lengths, reviews.labels,
                                       reviews.label_lengths, REVIEWS, &data));
    CHECK_OK(pantau_runs_start(runs, PANTAU_LITERAL("training"), NULL, 0, &run));
    CHECK_OK(pantau_run_train(run, data, NULL, TEXT(path),
                              PANTAU_LITERAL("{\"kind\": \"tfidf-nb\", \"folds\": 2}"), NULL, NULL,
                              &bundle));
    CHECK_OK(pantau_run_id(run, &id));
    CHECK_OK(pantau_runs_children(runs, pantau_text_data(id), pantau_text_length(id), &text));
    struct json *answer = parse(text);
    const size_t trials = count(answer);
    CHECK(trials > 1);
    json_free(answer);
    CHECK_OK(pantau_run_start_part(run, PANTAU_LITERAL("one more"), &part));
    CHECK_OK(pantau_run_name(part, &text));
    check_text(text, "one more");
    CHECK_OK(pantau_runs_children(runs, pantau_text_data(id), pantau_text_length(id), &text));
    answer = parse(text);
    CHECK(count(answer) == trials + 1);
    json_free(answer);

    pantau_classifier *classifier;
    const pantau_text_classifier *judged;
    pantau_evaluation *evaluation;
    CHECK_OK(pantau_classifier_open(TEXT(path), NULL, &classifier));
    judged = pantau_classifier_as_text_classifier(classifier);
    CHECK_OK(pantau_evaluate(judged, data, NULL, 0, NULL, NULL, &evaluation));
    CHECK_OK(pantau_run_log_evaluation(part, evaluation));
    pantau_evaluation_free(evaluation);
    pantau_classifier_free(classifier);
    pantau_run_free(part);
    pantau_run_free(run);
    pantau_text_free(id);
    pantau_bundle_free(bundle);
    pantau_labelled_texts_free(data);
}

int main(int argc, char **argv) {
    CHECK(argc >= 3);
    pantau_store *store;
    pantau_runs *runs, *own;
    pantau_text *text;
    CHECK_OK(pantau_store_open(PANTAU_LITERAL("memory:"), &store));
    CHECK_OK(pantau_runs_over(store, &runs));
    check_tracking(runs, argv[2]);
    check_training(runs, argv[2]);
    pantau_runs_free(runs);
    pantau_store_free(store);

    char path[4096];
    snprintf(path, sizeof path, "%s/runs", argv[2]);
    CHECK_OK(pantau_runs_open(TEXT(path), &own));
    CHECK_OK(pantau_runs_location(own, &text));
    CHECK(strstr(pantau_text_data(text), "store.sqlite") != NULL);
    pantau_text_free(text);
    pantau_runs_free(own);
    CHECK(pantau_runs_open(PANTAU_LITERAL("http://127.0.0.1:9"), &own) ==
          PANTAU_STATUS_UNREACHABLE);
    return 0;
}
