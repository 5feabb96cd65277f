/* The first program that learns: from labelled reviews to a classifier that says why, and how good
 * it is. The classifier is kept as the bundle that is named, which must not be there yet.
 *
 * cc learning.c $(pkg-config --cflags --libs pantau) -o learning && ./learning BUNDLE
 */

#include <pantau.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const reviews[][2] = {
    {"Bagus sekali, cepat", "good"},
    {"Sangat memuaskan", "good"},
    {"Enak dan murah", "good"},
    {"Saya suka, bagus", "good"},
    {"Kurirnya cepat dan ramah", "good"},
    {"Bagus dan murah", "good"},
    {"Lemot dan rusak", "bad"},
    {"Sangat mengecewakan", "bad"},
    {"Buruk, mahal", "bad"},
    {"Sering error, lemot", "bad"},
    {"Kurirnya lambat dan kasar", "bad"},
    {"Rusak dan mahal", "bad"},
};

/* What the classifier is judged by has not been learnt. */
static const char *const others[][2] = {
    {"Bagus, saya suka", "good"},
    {"Cepat dan murah", "good"},
    {"Lemot, sering rusak", "bad"},
    {"Mahal dan buruk", "bad"},
};

static void check(pantau_status status) {
    if (status != PANTAU_STATUS_OK) {
        fprintf(stderr, "%s: %s\n", pantau_status_name(status), pantau_last_error());
        exit(EXIT_FAILURE);
    }
}

static pantau_labelled_texts *labelled(const char *const rows[][2], size_t count) {
    const char *texts[16], *labels[16];
    size_t lengths[16], label_lengths[16];
    for (size_t row = 0; row < count; ++row) {
        texts[row] = rows[row][0];
        lengths[row] = strlen(texts[row]);
        labels[row] = rows[row][1];
        label_lengths[row] = strlen(labels[row]);
    }
    pantau_labelled_texts *data;
    check(pantau_labelled_texts_new(texts, lengths, labels, label_lengths, count, &data));
    return data;
}

int main(int count, char **arguments) {
    if (count != 2) {
        fprintf(stderr, "usage: %s BUNDLE\n", arguments[0]);
        return 2;
    }
    pantau_labelled_texts *data = labelled(reviews, sizeof reviews / sizeof *reviews);
    pantau_labelled_texts *test = labelled(others, sizeof others / sizeof *others);
    pantau_bundle *bundle;
    pantau_classifier *classifier;
    check(pantau_train(data, test, arguments[1], strlen(arguments[1]),
                       PANTAU_LITERAL("{\"kind\": \"tfidf-nb\"}"), NULL, NULL, &bundle));
    check(pantau_classifier_open(arguments[1], strlen(arguments[1]), NULL, &classifier));

    pantau_explanation *explanation;
    check(pantau_classifier_explain(classifier, PANTAU_LITERAL("Kurirnya cepat, tapi mahal"), NULL,
                                    0, 0, &explanation));
    printf("%s, because:\n", pantau_text_data(pantau_explanation_label(explanation)));
    for (size_t word = 0; word < pantau_explanation_word_count(explanation); ++word) {
        printf("  %s %+.2f\n", pantau_text_data(pantau_explanation_word(explanation, word)),
               pantau_explanation_word_value(explanation, word));
    }

    pantau_evaluation *evaluation;
    check(pantau_evaluate(pantau_classifier_as_text_classifier(classifier), test, NULL, 0, NULL,
                          NULL, &evaluation));
    printf("right on %.2f of %zu reviews; of all, on %.2f to %.2f\n",
           pantau_evaluation_accuracy(evaluation), pantau_evaluation_rows(evaluation),
           pantau_evaluation_accuracy_low(evaluation), pantau_evaluation_accuracy_high(evaluation));

    pantau_evaluation_free(evaluation);
    pantau_explanation_free(explanation);
    pantau_classifier_free(classifier);
    pantau_bundle_free(bundle);
    pantau_labelled_texts_free(test);
    pantau_labelled_texts_free(data);
    return EXIT_SUCCESS;
}
