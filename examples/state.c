/* The first program that remembers: a bundle is registered and promoted, what it answers is logged
 * with its writer's consent, feedback finds it, and all of it is forgotten when the writer asks.
 *
 * cc -std=c11 state.c $(pkg-config --cflags --libs pantau) -o state && ./state BUNDLE FOLDER */

#include <pantau.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void check(pantau_status status) {
    if (status != PANTAU_STATUS_OK) {
        fprintf(stderr, "%s: %s\n", pantau_status_name(status), pantau_last_error());
        exit(EXIT_FAILURE);
    }
}

int main(int count, char **arguments) {
    if (count != 3) {
        fprintf(stderr, "usage: %s BUNDLE FOLDER\n", arguments[0]);
        return 2;
    }
    const char *bundle = arguments[1];
    char path[4096], name[16];
    static const char act[] = "{\"actor\": \"ani\", \"reason\": \"the first one\"}";
    pantau_registry *registry;
    pantau_classifier *classifier;
    uint32_t version;
    snprintf(path, sizeof path, "%s/models", arguments[2]);
    check(pantau_registry_open(path, strlen(path), &registry));
    check(pantau_registry_register(registry, PANTAU_LITERAL("reviews"), bundle, strlen(bundle),
                                   NULL, 0, act, strlen(act), &version));
    check(pantau_registry_promote(registry, PANTAU_LITERAL("reviews"), version, act, strlen(act)));
    check(pantau_registry_load(registry, PANTAU_LITERAL("models:/reviews@champion"), NULL,
                               &classifier));

    pantau_store *store;
    pantau_prediction_log *log;
    pantau_prediction *prediction;
    pantau_text *id, *feedback, *forgotten;
    snprintf(path, sizeof path, "%s/store", arguments[2]);
    snprintf(name, sizeof name, "%u", (unsigned)version);
    check(pantau_store_open(path, strlen(path), &store));
    check(pantau_prediction_log_open(store, PANTAU_LITERAL("reviews"), name, strlen(name), NULL, 0,
                                     &log));
    check(pantau_classifier_predict(
        classifier, PANTAU_LITERAL("Kurirnya cepat dan ramah! Hubungi budi@contoh.example"),
        &prediction));
    printf("version %s answers: %s\n", name, pantau_text_data(pantau_prediction_label(prediction)));
    /* The text is only kept because its writer agreed, and without the address. */
    check(pantau_prediction_log_record(
        log, prediction,
        PANTAU_LITERAL("{\"consent\": true, \"subject\": \"budi\","
                       " \"input_text\": \"Kurirnya cepat dan ramah! Hubungi "
                       "budi@contoh.example\"}"),
        NULL, &id));
    check(pantau_prediction_log_feedback(
        log, pantau_text_data(id), pantau_text_length(id),
        PANTAU_LITERAL("{\"correct\": false, \"label\": \"bad\"}"), &feedback));
    check(pantau_prediction_log_close(log));

    check(pantau_store_forget(store, PANTAU_LITERAL("budi"), PANTAU_LITERAL("ani"), &forgotten));
    printf("forgotten: %s\n", pantau_text_data(forgotten));

    pantau_text_free(forgotten);
    pantau_text_free(feedback);
    pantau_text_free(id);
    pantau_prediction_free(prediction);
    pantau_prediction_log_free(log);
    pantau_store_free(store);
    pantau_classifier_free(classifier);
    pantau_registry_free(registry);
    return EXIT_SUCCESS;
}
