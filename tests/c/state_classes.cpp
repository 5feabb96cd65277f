// The classes for what a model remembers do what the functions do: state_classes DATA SCRATCH

#include "classes.hpp"

static_assert(is_move_only<pantau::Store>() && is_move_only<pantau::PredictionLog>());

static bool holds(const std::string &text, std::string_view part) {
    return text.find(part) != std::string::npos;
}

static pantau::Classifier learn(const std::string &bundle) {
    const pantau::LabelledTexts data(
        {"bagus sekali", "cepat dan bagus", "sangat bagus", "bagus, murah", "buruk sekali",
         "lambat dan buruk", "sangat buruk", "buruk, mahal"},
        {"good", "good", "good", "good", "bad", "bad", "bad", "bad"});
    const pantau::LabelledTexts test({"murah, bagus", "mahal, buruk"}, {"good", "bad"});
    pantau::train(data, &test, bundle, R"({"kind": "tfidf-nb", "folds": 2})");
    return pantau::Classifier::open(bundle);
}

static void check_log(const pantau::Store &store, const pantau::Classifier &classifier) {
    pantau::PredictionLog log(store, "sentiment", "3", R"({"durability": "each"})");
    const auto prediction = classifier.predict("bagus");
    const auto id = log.record(prediction);
    CHECK(holds(store.prediction(id), R"("predicted_label":"good")"));
    const std::string text =
        R"({"consent": true, "subject": "u17", "input_text": "bagus, budi@contoh.example"})";
    CHECK(holds(store.prediction(log.record(prediction, text)), "bagus, [EMAIL]"));
    const auto phones = pantau::Anonymizer().with_entities("phone");
    CHECK(holds(store.prediction(log.record(prediction, text, &phones)), "budi@contoh"));
    CHECK(log.record(R"({"id": "p1", "predicted_label": "bad"})") == "p1");
    CHECK(log.record(R"({"id": "p2", "predicted_label": "bad"})", &phones) == "p2");

    const std::vector<std::string> texts{"bagus", "buruk"};
    const auto predictions = classifier.predict_batch(texts);
    CHECK(holds(log.record_many(predictions), "\",\""));
    const std::vector<std::string> records{R"({"id": "m1"})", ""};
    CHECK(holds(log.record_many(predictions, records), R"(["m1",)"));
    check_throws<pantau::InvalidInput>(
        PANTAU_STATUS_INVALID_INPUT, "records: 1 for 2 predictions",
        [&] { log.record_many(predictions, std::vector<std::string>{"{}"}); });

    log.feedback("p1", R"({"label": "good"})");
    CHECK(store.write_feedback("p2", R"({"correct": true, "id": "f1"})") == "f1");
    log.flush();
    log.flush(std::chrono::seconds(60));
    check_throws<pantau::InvalidInput>(PANTAU_STATUS_INVALID_INPUT, "timeout: -1 ms",
                                       [&] { log.flush(std::chrono::milliseconds(-1)); });
    CHECK(holds(store.prediction("p1"), R"("actual_label":"good")"));
    CHECK(holds(store.prediction("p2"), R"("actual_label":"bad")"));
    CHECK(holds(log.counters(), R"("written":10)"));
    CHECK(log.forget("u17", "ani") == R"({"predictions":2})");
    log.close();
    check_throws<pantau::InvalidInput>(PANTAU_STATUS_INVALID_INPUT, "",
                                       [&] { log.record(prediction); });
    const auto moved = std::move(log);
    check_moved([&] { log.flush(); });
    moved.close();
}

static void check_store(pantau::Store &store) {
    CHECK(store.location() == "memory:");
    CHECK(store.prediction("nobody") == "null");
    CHECK(holds(store.history(), R"("id":"p1")"));
    CHECK(store.history(R"({"model": "other"})") == "[]");
    store.write_metrics("sentiment", "3", R"({"accuracy": 0.5})");
    CHECK(holds(store.metrics("sentiment"), R"("accuracy":0.5)"));
    CHECK(store.metrics("sentiment", "9000-01-01") == "[]");
    CHECK(store.forget("nobody", "ani") == "{}");
    CHECK(store.retain_since("2000-01-01", "ani") == "{}");
    CHECK(holds(store.audit("ani", "promote"), R"("detail":null)"));
    CHECK(holds(store.audit("ani", "promote", R"({"version": 3})"), R"("version":3)"));
    CHECK(holds(store.audit_trail(), R"("action":"forget")"));
    CHECK(store.audit_trail("9000-01-01") == "[]");
    CHECK(holds(store.verify_audit(), R"("records":5)"));
    check_throws<pantau::InvalidInput>(PANTAU_STATUS_INVALID_INPUT, "hours",
                                       [&] { store.history(R"({"hours": -1})"); });
    const auto moved = std::move(store);
    check_moved([&] { store.location(); });
    check_moved([&] { pantau::PredictionLog(store, "sentiment", "3"); });
    store = pantau::Store::open("memory:");
    CHECK(store.history() == "[]");
}

int main(int count, char **arguments) {
    CHECK(count > 2);
    const std::string scratch = arguments[2];
    const auto classifier = learn(scratch + "/classifier");
    auto store = pantau::Store::open("memory:");
    check_log(store, classifier);
    check_store(store);
    CHECK(holds(pantau::schema("postgres"), "predictions"));
    check_throws<pantau::Unreachable>(PANTAU_STATUS_UNREACHABLE, "127.0.0.1", [] {
        pantau::Store::open("postgresql://u@127.0.0.1:1/x");
    });
    return 0;
}
