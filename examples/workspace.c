/* The first program with a workspace: train, ask, tell what was wrong, train anew, roll back.
 *
 * cc -std=c11 workspace.c $(pkg-config --cflags --libs pantau) -o workspace && ./workspace FOLDER */

#include <inttypes.h>
#include <pantau.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ROWS = 1600 };

#define MODEL PANTAU_LITERAL("sentiment")

static void check(pantau_status status) {
    if (status != PANTAU_STATUS_OK) {
        fprintf(stderr, "%s: %s\n", pantau_status_name(status), pantau_last_error());
        exit(EXIT_FAILURE);
    }
}

/* A member of an answer that is a text without escapes. What is larger wants a parser of JSON. */
static const char *member(const pantau_text *json, const char *name) {
    static char value[512];
    char key[64];
    snprintf(key, sizeof key, "\"%s\":\"", name);
    const char *start = strstr(pantau_text_data(json), key);
    snprintf(value, sizeof value, "%s", start == NULL ? "" : start + strlen(key));
    value[strcspn(value, "\"")] = '\0';
    return value;
}

int main(int count, char **arguments) {
    static char bodies[ROWS][32];
    const char *texts[ROWS], *labels[ROWS];
    size_t lengths[ROWS], label_lengths[ROWS];
    for (size_t row = 0; row < ROWS; ++row) {
        const char *word = row % 2 == 0 ? "bagus" : "lemot";
        snprintf(bodies[row], sizeof bodies[row], "%s sekali, %zu", word, row / 2);
        texts[row] = bodies[row];
        lengths[row] = strlen(bodies[row]);
        labels[row] = row % 2 == 0 ? "positive" : "negative";
        label_lengths[row] = strlen(labels[row]);
    }
    const char *folder = count > 1 ? arguments[1] : "workspace";
    pantau_labelled_texts *reviews;
    pantau_workspace *workspace;
    pantau_text *told;
    check(pantau_labelled_texts_new(texts, lengths, labels, label_lengths, ROWS, &reviews));
    check(pantau_workspace_open(folder, strlen(folder), NULL, 0, &workspace));
    check(pantau_workspace_train(workspace, MODEL, reviews, NULL, 0, NULL, NULL, &told));
    printf("%s\n", member(told, "sentence"));
    pantau_text_free(told);

    check(pantau_workspace_predict(workspace, MODEL, PANTAU_LITERAL("bagus sekali"),
                                   PANTAU_LITERAL("{\"consent\": true, \"subject\": \"user-17\"}"),
                                   &told));
    char id[64];
    snprintf(id, sizeof id, "%s", member(told, "id"));
    printf("%s, by version ", member(told, "label"));
    printf("%s\n", member(told, "version"));
    pantau_text_free(told);
    bool found;
    check(pantau_workspace_feedback(workspace, id, strlen(id),
                                    PANTAU_LITERAL("{\"correct\": false, \"label\": \"negative\"}"),
                                    &found));
    check(pantau_workspace_evaluate_triggers(workspace, MODEL, NULL, 0, &told));
    printf("%s\n", member(told, "sentence"));
    pantau_text_free(told);

    check(pantau_workspace_retrain(workspace, MODEL, PANTAU_LITERAL("{\"force\": true}"), NULL,
                                   NULL, &told));
    pantau_text_free(told);
    /* Version 1 goes on answering, unseen. */
    check(pantau_workspace_challenge(workspace, MODEL, 1, 0.0, NULL, 0, NULL, 0));
    check(pantau_workspace_info(workspace, MODEL, &told));
    printf("version 2 of sentiment is in use: %s\n",
           strstr(pantau_text_data(told), "\"version\":2") != NULL ? "yes" : "no");
    pantau_text_free(told);
    check(pantau_workspace_rollout(workspace, MODEL, &told));
    printf("%s\n", member(told, "sentence"));
    pantau_text_free(told);
    uint32_t version;
    check(pantau_workspace_rollback(workspace, MODEL, NULL, 0, &version));
    printf("rolled back to version %" PRIu32 "\n", version);

    pantau_workspace_free(workspace);
    pantau_labelled_texts_free(reviews);
    return EXIT_SUCCESS;
}
