// The classes of performance do what the functions of C do.

#include "classes.hpp"

static bool holds(const std::string &text, const char *part) {
    return text.find(part) != std::string::npos;
}

int main(int, char **arguments) {
    std::vector<double> confidences;
    std::vector<bool> right;
    std::vector<std::optional<std::string>> labels, actual;
    std::uint32_t state = 1;
    const auto next = [&] {
        state = state * 1664525U + 1013904223U;
        return static_cast<double>(state >> 8) / 16777216.0;
    };
    for (int row = 0; row < 2800; ++row) {
        confidences.push_back(0.5 + next() / 2);
        right.push_back(next() < confidences.back());
        labels.emplace_back("good");
        actual.emplace_back(right.back() ? "good" : "bad");
    }
    const pantau::AccuracyEstimator estimator(confidences, right);
    CHECK(holds(estimator.estimate(confidences), "\"refused\":null"));
    check_throws<pantau::InvalidInput>(PANTAU_STATUS_INVALID_INPUT, "correct: 0 for 2800 rows",
                                       [&] { pantau::AccuracyEstimator(confidences, {}); });

    pantau::Batch rows(2800);
    rows.add_numbers("confidence", confidences);
    rows.add_categories("label", labels);
    rows.add_categories("actual_label", actual);
    const auto reference =
        pantau::Reference::build(rows, R"({"layout": {"predictions": {}}})");
    CHECK(holds(pantau::AccuracyEstimator(reference).estimate({0.9}), "\"labelled_rows\":2800"));

    pantau::Audit audit(R"({"rate": 1000})");
    CHECK(audit.pick("a", 0.9, "1", "2026-11-25").value() > 0.99);
    CHECK(holds(audit.unlabelled(), "[\"a\"]") && audit.label("a", true) && !audit.label("b", true));
    audit = pantau::Audit::resume(audit.state());
    CHECK(holds(audit.report(0.9), "\"labelled\":1"));

    pantau::Monitor monitor(reference);
    monitor.update(rows);
    const std::string drift = monitor.close_window();
    const std::string accuracy = monitor.accuracy(&audit);
    CHECK(holds(accuracy, "audited: ") && holds(monitor.accuracy(), "\"audit\":null"));
    pantau::PerformanceDriftDetector detector(R"({"accuracy": 0.9})", 1000);
    CHECK(holds(detector.detect(R"({"accuracy": 0.8})", 0.05, 1000), "\"drift_detected\":true"));
    detector.record(R"({"accuracy": 0.8})");
    const std::string trend = detector.analyze_trend();
    CHECK(holds(trend, "\"overall_trend\":\"unknown\""));
    const std::string report = R"({"drift": )" + drift + R"(, "accuracy": )" + accuracy +
                               R"(, "trend": )" + trend + R"(, "feedback": )" +
                               pantau::feedback_rate(100, 1, 2) + "}";
    CHECK(holds(pantau::report_html(report), "How good it is"));
    CHECK(holds(pantau::report_text(report), "Clicks"));

    const auto mix = pantau::label_mix({1, 0, 1, 0, 0, 1, 1, 0}, {0.5, 0.5});
    CHECK(mix.shares[0] > 0.749 && mix.shares[0] < 0.751 && mix.intervals[0].high > 0.9);
    std::vector<std::string> texts, words;
    std::vector<std::optional<std::string>> known;
    for (int row = 0; row < 1000; ++row) {
        texts.push_back((row % 2 == 0 ? "bagus " : "rusak ") + std::to_string(row % 97));
        words.emplace_back(row % 2 == 0 ? "good" : "bad");
        known.emplace_back(words.back());
    }
    const std::string path = std::string(arguments[2]) + "/watched_classes";
    const auto bundle =
        pantau::train(pantau::LabelledTexts(texts, words), nullptr, path,
                      R"({"kind": "tfidf-nb", "test_share": 0.4})");
    pantau::Monitor watching(pantau::Reference::of_bundle(bundle).value());
    const auto classifier = pantau::Classifier::open(path);
    classifier.watch(watching);
    CHECK(classifier.predict_batch(texts).count() == 1000);
    pantau::Monitor central(pantau::Reference::of_bundle(bundle).value());
    central.merge(watching.take());
    CHECK(holds(central.close_window(), "\"rows\":1000"));
    CHECK(classifier.predict_batch(texts).count() == 1000);
    CHECK(holds(watching.close_window(), "\"rows\":1000"));
    classifier.unwatch();
    CHECK(classifier.reference(texts, known).windows() == 28);
    check_throws<pantau::InvalidInput>(PANTAU_STATUS_INVALID_INPUT, "times: 1 for 1000 texts",
                                       [&] { classifier.reference(texts, {}, {1}); });

    const auto store = pantau::Store::open("memory:");
    CHECK(holds(store.analyze_trend("m"), "\"trends\":{}") && store.feedback_rate() == "null");
    return 0;
}
