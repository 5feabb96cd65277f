/* One extractor serves many threads, and each thread has its own last message. */

/* Barriers are part of POSIX, not of C11. */
#define _POSIX_C_SOURCE 200809L

#include "check.h"
#include <pthread.h>

enum { THREADS = 4, TURNS = 500 };

static const pantau_feature_extractor *shared;
static pthread_barrier_t barrier;

static void *work(void *argument) {
    int number = *(int *)argument;
    char text[64], wrong[16];
    snprintf(text, sizeof text, "Pesan nomor %d sangat bagus!", number);
    snprintf(wrong, sizeof wrong, "x%d", number);
    for (int turn = 0; turn < TURNS; ++turn) {
        pantau_features *features;
        const pantau_text *original;
        CHECK_OK(pantau_feature_extractor_extract(shared, text, strlen(text), &features));
        CHECK_OK(pantau_features_text(features, PANTAU_LITERAL("original_text"), &original));
        CHECK(strcmp(pantau_text_data(original), text) == 0);
        pantau_features_free(features);
    }

    /* All threads fail, each in its own way; then each looks at its own message. */
    pantau_cleaner *cleaner = NULL;
    pthread_barrier_wait(&barrier);
    CHECK_INVALID(wrong, pantau_cleaner_new(wrong, strlen(wrong), &cleaner));
    pthread_barrier_wait(&barrier);
    CHECK(strstr(pantau_last_error(), wrong) != NULL);
    CHECK(cleaner == NULL);
    return NULL;
}

int main(void) {
    pantau_feature_config *config;
    pantau_feature_extractor *extractor;
    CHECK_OK(pantau_feature_config_new(PANTAU_LITERAL("id"), &config));
    CHECK_OK(pantau_feature_extractor_new(config, NULL, &extractor));
    pantau_feature_config_free(config);
    shared = extractor;

    pthread_t threads[THREADS];
    int numbers[THREADS];
    CHECK(pthread_barrier_init(&barrier, NULL, THREADS) == 0);
    for (int index = 0; index < THREADS; ++index) {
        numbers[index] = index;
        CHECK(pthread_create(&threads[index], NULL, work, &numbers[index]) == 0);
    }
    for (int index = 0; index < THREADS; ++index) {
        CHECK(pthread_join(threads[index], NULL) == 0);
    }
    CHECK(pthread_barrier_destroy(&barrier) == 0);
    CHECK(pantau_last_error()[0] == '\0');
    pantau_feature_extractor_free(extractor);
    return EXIT_SUCCESS;
}
