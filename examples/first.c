/* The first program: what Pantau makes of one review.
 *
 * cc first.c $(pkg-config --cflags --libs pantau) -o first
 */

#include <pantau.h>
#include <stdio.h>
#include <stdlib.h>

static void check(pantau_status status) {
    if (status != PANTAU_STATUS_OK) {
        fprintf(stderr, "%s: %s\n", pantau_status_name(status), pantau_last_error());
        exit(EXIT_FAILURE);
    }
}

static void print(const char *what, pantau_text *text) {
    printf("%-15s %s\n", what, pantau_text_data(text));
    pantau_text_free(text);
}

static void print_features(void) {
    pantau_feature_config *config;
    pantau_feature_extractor *extractor;
    pantau_features *features;
    check(pantau_feature_config_new(PANTAU_LITERAL("id"), &config));
    check(pantau_feature_extractor_new(config, NULL, &extractor));
    check(pantau_feature_extractor_extract(extractor, PANTAU_LITERAL("Aplikasi ini sangat bagus!"),
                                           &features));

    const pantau_text *cleaned, *without_stop_words;
    double words, positive;
    check(pantau_features_text(features, PANTAU_LITERAL("cleaned_text"), &cleaned));
    check(pantau_features_text(features, PANTAU_LITERAL("text_no_stopwords"), &without_stop_words));
    check(pantau_features_number(features, PANTAU_LITERAL("word_count"), &words));
    check(pantau_features_number(features, PANTAU_LITERAL("sentiment_words_positive"), &positive));
    printf("cleaned:        %s\n", pantau_text_data(cleaned));
    printf("no stop words:  %s\n", pantau_text_data(without_stop_words));
    printf("words:          %g\n", words);
    printf("positive words: %g\n", positive);
    pantau_features_free(features);
    pantau_feature_extractor_free(extractor);
    pantau_feature_config_free(config);
}

int main(void) {
    print_features();

    pantau_text *text;
    pantau_cleaner *cleaner;
    check(pantau_cleaner_new(PANTAU_LITERAL("id"), &cleaner));
    check(pantau_cleaner_clean(
        cleaner, PANTAU_LITERAL("Bagusss <b>sekali</b> 😍 https://toko.example"), &text));
    print("clean:", text);
    pantau_cleaner_free(cleaner);

    pantau_normalizer *normalizer;
    check(pantau_normalizer_from_table(PANTAU_LITERAL("gak\ttidak\nbgt\tbanget\n"), &normalizer));
    check(pantau_normalizer_normalize(normalizer, PANTAU_LITERAL("gak bagus bgt"), &text));
    print("normalize:", text);
    pantau_normalizer_free(normalizer);

    pantau_stemmer *stemmer;
    check(pantau_stemmer_new(PANTAU_LITERAL("id"), NULL, &stemmer));
    check(pantau_stemmer_stem(stemmer, PANTAU_LITERAL("menggunakannya"), &text));
    print("stem:", text);
    pantau_stemmer_free(stemmer);

    pantau_anonymizer *anonymizer;
    pantau_anonymized *anonymized;
    check(pantau_anonymizer_new(&anonymizer));
    check(pantau_anonymizer_anonymize(
        anonymizer, PANTAU_LITERAL("Hubungi budi@contoh.example, 0812-3456-7890"), &anonymized));
    printf("anonymize:      %s\n", pantau_text_data(pantau_anonymized_text(anonymized)));
    pantau_anonymized_free(anonymized);
    pantau_anonymizer_free(anonymizer);
    return EXIT_SUCCESS;
}
