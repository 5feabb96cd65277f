// The classes of watching do what the functions of C do.

#include "classes.hpp"

static bool holds(const std::string &text, const char *part) {
    return text.find(part) != std::string::npos;
}

int main() {
    std::vector<double> lengths;
    std::uint32_t state = 1;
    for (int row = 0; row < 2800; ++row) {
        state = state * 1664525U + 1013904223U;
        lengths.push_back(static_cast<double>(state >> 22));
    }
    const std::vector<std::optional<std::string>> labels(2800, "good");
    pantau::Batch rows(2800);
    rows.add_numbers("length", lengths);
    rows.add_categories("label", labels);
    check_throws<pantau::InvalidInput>(PANTAU_STATUS_INVALID_INPUT, "length: ",
                                       [&] { rows.add_numbers("length", lengths); });
    const auto reference = pantau::Reference::build(rows);
    CHECK(reference.windows() == 28);
    CHECK(pantau::Reference::from_bytes(reference.to_bytes()).to_bytes() == reference.to_bytes());

    pantau::Batch late(200);
    std::vector<double> longer(lengths.begin(), lengths.begin() + 200);
    for (double &length : longer) {
        length += 300;
    }
    late.add_numbers("length", longer);
    late.add_texts("review", std::vector<std::optional<std::string>>(200, std::nullopt));
    late.add_vectors("embedding", std::vector<float>(400, 1.0F), 2);
    pantau::Profile profile(reference);
    profile.update(late);
    profile.merge(pantau::Profile::from_bytes(reference, profile.to_bytes()));
    check_throws<pantau::InvalidInput>(PANTAU_STATUS_INVALID_INPUT, "only of categories",
                                       [&] { profile.distinct_sketch("length"); });
    CHECK(profile.distinct_sketch("label").size() >= 8);
    CHECK(profile.rows() == 400 && holds(profile.summary(), "\"length\""));

    pantau::Monitor monitor(reference, R"({"min_rows": 10})");
    for (int day = 0; day < 3; ++day) {
        CHECK(!monitor.update(late, "2026-11-25T00:00:00Z").has_value());
        CHECK(holds(monitor.close_window(), "\"status\""));
    }
    monitor = pantau::Monitor::resume(reference, monitor.state());
    CHECK(holds(monitor.report_text(), "ALARM"));
    monitor.acknowledge("Ani", "known");
    CHECK(holds(monitor.report(), R"("acknowledged":true)"));
    monitor.rebaseline("Ani", "new", reference);
    monitor.merge(profile);
    check_throws<pantau::InvalidInput>(PANTAU_STATUS_INVALID_INPUT, "windows: 0",
                                       [&] { monitor.rebaseline("Ani", "new"); });
    CHECK(holds(monitor.calibrate(2), "false alarms in 14 windows"));
    const pantau::DataDriftDetector detector(rows);
    CHECK(holds(detector.numerical(late, "length"), "\"drift_detected\":true"));
    CHECK(holds(detector.all(late, R"({"categorical_features": []})"), "\"total_features\":1"));
    CHECK(holds(detector.categorical(rows, "label"), "\"p_value\":1.0"));
    CHECK(holds(pantau::compare_tables(rows, late), "\"drift_detected\":true"));
    CHECK(holds(pantau::compare_tables(rows, rows, R"({"alpha": 0.01})"), "\"alpha\":0.01"));
    CHECK(holds(pantau::WindowDriftDetector(reference, 200).update(late), "HIGH"));
    return 0;
}
