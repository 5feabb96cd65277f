// The first program with a model: the label of a review. Make the bundle with
// `pantau convert CHECKPOINT BUNDLE`, or with `pantau::convert`.
//
// c++ -std=c++17 models.cpp $(pkg-config --cflags --libs pantau) -o models && ./models BUNDLE

#include <iomanip>
#include <iostream>
#include <pantau.hpp>

int main(int count, char **arguments) try {
    if (count != 2) {
        std::cerr << "usage: " << arguments[0] << " BUNDLE\n";
        return 2;
    }
    const auto classifier = pantau::Classifier::open(arguments[1]);
    const auto prediction = classifier.predict("Aplikasi ini sangat bagus!");
    std::cout << prediction.label() << ' ' << std::fixed << std::setprecision(2)
              << prediction.confidence() << '\n';
    return 0;
} catch (const pantau::Error &error) {
    std::cerr << error.what() << '\n';
    return 1;
}
