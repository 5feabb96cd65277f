// The first program that learns: from labelled reviews to a classifier that says why, and how good
// it is. The classifier is kept as the bundle that is named, which must not be there yet.
//
// c++ -std=c++17 learning.cpp $(pkg-config --cflags --libs pantau) -o learning && ./learning BUNDLE

#include <cstdio>
#include <iostream>
#include <pantau.hpp>

int main(int count, char **arguments) try {
    if (count != 2) {
        std::cerr << "usage: " << arguments[0] << " BUNDLE\n";
        return 2;
    }
    const pantau::LabelledTexts data(
        {"Bagus sekali, cepat", "Sangat memuaskan", "Enak dan murah", "Saya suka, bagus",
         "Kurirnya cepat dan ramah", "Bagus dan murah", "Lemot dan rusak", "Sangat mengecewakan",
         "Buruk, mahal", "Sering error, lemot", "Kurirnya lambat dan kasar", "Rusak dan mahal"},
        {"good", "good", "good", "good", "good", "good", "bad", "bad", "bad", "bad", "bad", "bad"});
    // What the classifier is judged by has not been learnt.
    const pantau::LabelledTexts test(
        {"Bagus, saya suka", "Cepat dan murah", "Lemot, sering rusak", "Mahal dan buruk"},
        {"good", "good", "bad", "bad"});
    const auto bundle = pantau::train(data, &test, arguments[1], R"({"kind": "tfidf-nb"})");
    const auto classifier = pantau::Classifier::open(bundle.path());

    const auto explanation = classifier.explain("Kurirnya cepat, tapi mahal");
    std::printf("%s, because:\n", explanation.label().c_str());
    for (const pantau::WordShare &word : explanation.words()) {
        std::printf("  %s %+.2f\n", word.word.c_str(), word.value);
    }

    const auto evaluation = pantau::evaluate(classifier, test);
    const auto [accuracy, low, high] = evaluation.accuracy();
    std::printf("right on %.2f of %zu reviews; of all, on %.2f to %.2f\n", accuracy,
                evaluation.rows(), low, high);
    return 0;
} catch (const pantau::Error &error) {
    std::cerr << error.what() << '\n';
    return 1;
}
