/* What the test programs for learning share: made-up reviews, and a classifier that learnt from
 * them. */

#ifndef LEARNING_H
#define LEARNING_H

#include "model.h"

enum { REVIEWS = 96, REVIEW_LENGTH = 96 };

/* Reviews and their labels, as functions take them. */
struct reviews {
    char bytes[REVIEWS][REVIEW_LENGTH];
    const char *texts[REVIEWS], *labels[REVIEWS];
    size_t lengths[REVIEWS], label_lengths[REVIEWS];
};

/* Every subject with every opinion: no two are equal, and their words tell the labels. */
static inline void make_reviews(struct reviews *reviews) {
    static const char *const subjects[] = {"Aplikasi ini",  "Kurirnya",      "Makanan di sini",
                                           "Hotel itu",     "Ponsel saya",   "Pelayanan toko",
                                           "Harga barang",  "Kualitas kain"};
    static const char *const opinions[][6] = {
        {"buruk sekali", "mengecewakan", "lambat dan rusak", "jelek", "parah, saya kecewa",
         "tidak sesuai"},
        {"bagus sekali", "memuaskan", "cepat dan ramah", "indah", "hebat, saya suka", "luar biasa"},
    };
    static const char *const labels[] = {"bad", "good"};
    size_t row = 0;
    for (size_t subject = 0; subject < 8; ++subject) {
        for (size_t opinion = 0; opinion < 6; ++opinion) {
            for (size_t label = 0; label < 2; ++label, ++row) {
                snprintf(reviews->bytes[row], REVIEW_LENGTH, "%s %s", subjects[subject],
                         opinions[label][opinion]);
                reviews->texts[row] = reviews->bytes[row];
                reviews->lengths[row] = strlen(reviews->bytes[row]);
                reviews->labels[row] = labels[label];
                reviews->label_lengths[row] = strlen(labels[label]);
            }
        }
    }
    CHECK(row == REVIEWS);
}

/* The rows from `from` up to `to`. */
static inline pantau_labelled_texts *labelled(const struct reviews *reviews, size_t from,
                                              size_t to) {
    pantau_labelled_texts *data;
    CHECK_OK(pantau_labelled_texts_new(reviews->texts + from, reviews->lengths + from,
                                       reviews->labels + from, reviews->label_lengths + from,
                                       to - from, &data));
    return data;
}

/* A classifier that learnt from the data, in a bundle below `scratch`. */
static inline pantau_classifier *learn(const pantau_labelled_texts *data, const char *scratch,
                                       const char *name, const char *options) {
    struct path path = join(scratch, name);
    pantau_bundle *bundle;
    pantau_classifier *classifier;
    CHECK_OK(pantau_train(data, NULL, TEXT(path.text), TEXT(options), NULL, NULL, &bundle));
    pantau_bundle_free(bundle);
    CHECK_OK(pantau_classifier_open(TEXT(path.text), NULL, &classifier));
    return classifier;
}

#endif
