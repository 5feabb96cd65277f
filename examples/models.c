/* The first program with a model: the label of a review. Make the bundle with
 * `pantau convert CHECKPOINT BUNDLE`, or with `pantau_convert`.
 *
 * cc models.c $(pkg-config --cflags --libs pantau) -o models && ./models BUNDLE
 */

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
    if (count != 2) {
        fprintf(stderr, "usage: %s BUNDLE\n", arguments[0]);
        return 2;
    }
    pantau_classifier *classifier;
    pantau_prediction *prediction;
    check(pantau_classifier_open(arguments[1], strlen(arguments[1]), NULL, &classifier));
    check(pantau_classifier_predict(classifier, PANTAU_LITERAL("Aplikasi ini sangat bagus!"),
                                    &prediction));
    printf("%s %.2f\n", pantau_text_data(pantau_prediction_label(prediction)),
           pantau_prediction_confidence(prediction));
    pantau_prediction_free(prediction);
    pantau_classifier_free(classifier);
    return EXIT_SUCCESS;
}
