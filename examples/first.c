/* The first program: cc first.c $(pkg-config --cflags --libs pantau) -o first */

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

int main(void) {
    const char *review = "Aplikasi ini sangat bagus!";
    const char *message = "Hubungi budi@contoh.example atau 0812-3456-7890";

    pantau_cleaner *cleaner;
    pantau_text *cleaned;
    check(pantau_cleaner_new(PANTAU_LITERAL("id"), &cleaner));
    check(pantau_cleaner_clean(cleaner, review, strlen(review), &cleaned));
    printf("cleaned     %s\n", pantau_text_data(cleaned));

    pantau_stemmer *stemmer;
    pantau_text *stemmed;
    check(pantau_stemmer_new(PANTAU_LITERAL("id"), NULL, &stemmer));
    check(pantau_stemmer_stem(stemmer, PANTAU_LITERAL("Menggunakannya untuk pekerjaan"), &stemmed));
    printf("stemmed     %s\n", pantau_text_data(stemmed));

    pantau_anonymizer *anonymizer;
    pantau_anonymized *anonymized;
    check(pantau_anonymizer_new(&anonymizer));
    check(pantau_anonymizer_anonymize(anonymizer, message, strlen(message), &anonymized));
    printf("anonymised  %s\n", pantau_text_data(pantau_anonymized_text(anonymized)));

    pantau_feature_config *config;
    pantau_feature_extractor *extractor;
    pantau_features *features;
    double words, letters;
    check(pantau_feature_config_new(PANTAU_LITERAL("id"), &config));
    check(pantau_feature_extractor_new(config, NULL, &extractor));
    check(pantau_feature_extractor_extract(extractor, review, strlen(review), &features));
    check(pantau_features_number(features, PANTAU_LITERAL("word_count"), &words));
    check(pantau_features_number(features, PANTAU_LITERAL("avg_word_length"), &letters));
    printf("features    %g words of %g characters\n", words, letters);

    pantau_features_free(features);
    pantau_feature_extractor_free(extractor);
    pantau_feature_config_free(config);
    pantau_anonymized_free(anonymized);
    pantau_anonymizer_free(anonymizer);
    pantau_text_free(stemmed);
    pantau_stemmer_free(stemmer);
    pantau_text_free(cleaned);
    pantau_cleaner_free(cleaner);
    return EXIT_SUCCESS;
}
