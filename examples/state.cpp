// The first program that remembers: a bundle is registered and promoted, what it answers is logged
// with its writer's consent, feedback finds it, and all of it is forgotten when the writer asks.
//
// c++ -std=c++17 state.cpp $(pkg-config --cflags --libs pantau) -o state && ./state BUNDLE FOLDER

#include <iostream>
#include <pantau.hpp>

int main(int count, char **arguments) try {
    if (count != 3) {
        std::cerr << "usage: " << arguments[0] << " BUNDLE FOLDER\n";
        return 2;
    }
    const std::string folder = arguments[2];
    const auto registry = pantau::Registry::open(folder + "/models");
    const auto act = R"({"actor": "ani", "reason": "the first one"})";
    const auto version = registry.register_bundle("reviews", arguments[1], {}, act);
    registry.promote("reviews", version, act);
    const auto classifier = registry.load("models:/reviews@champion");

    const auto store = pantau::Store::open(folder + "/store");
    const pantau::PredictionLog log(store, "reviews", std::to_string(version));
    const auto prediction =
        classifier.predict("Kurirnya cepat dan ramah! Hubungi budi@contoh.example");
    std::cout << "version " << version << " answers: " << prediction.label() << '\n';
    // The text is only kept because its writer agreed, and without the address.
    const auto id = log.record(prediction, R"({"consent": true, "subject": "budi", "input_text":
        "Kurirnya cepat dan ramah! Hubungi budi@contoh.example"})");
    log.feedback(id, R"({"correct": false, "label": "bad"})");
    log.close();

    std::cout << "forgotten: " << store.forget("budi", "ani") << '\n';
    return 0;
} catch (const pantau::Error &error) {
    std::cerr << error.what() << '\n';
    return 1;
}
