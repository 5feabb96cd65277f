// The class of a workspace does what the functions of C do.

#include <atomic>
#include <thread>

#include "classes.hpp"

static bool holds(const std::string &text, const char *part) {
    return text.find(part) != std::string::npos;
}

int main(int, char **arguments) {
    std::vector<std::string> texts, labels;
    for (int row = 0; row < 1800; ++row) {
        const char *word = row % 2 == 0 ? "bagus dan mudah" : "lemot dan rusak";
        texts.push_back(std::string(word) + " sekali aplikasi ini nomor " + std::to_string(row));
        labels.emplace_back(row % 2 == 0 ? "positive" : "negative");
    }
    const pantau::LabelledTexts data(texts, labels);
    const auto folder = std::string(arguments[2]) + "/workspace_classes";
    auto workspace = pantau::Workspace::open(folder);
    static_assert(is_move_only<pantau::Workspace>());
    check_throws<pantau::NotFound>(PANTAU_STATUS_NOT_FOUND, "model sentiment",
                                   [&] { workspace.predict("sentiment", "bagus"); });
    std::size_t steps = 0;
    const auto told = workspace.train("sentiment", data, R"({"at": "2026-01-01"})",
                                      [&](std::size_t, std::size_t) { return ++steps > 0; });
    CHECK(holds(told, "\"version\":1,\"promoted\":true") && steps > 0);
    const auto answer = workspace.predict("sentiment", "bagus", R"({"at": "2026-01-02"})");
    CHECK(holds(answer, "\"label\":\"positive\""));
    const auto start = answer.find("\"id\":\"") + 6;
    const auto id = answer.substr(start, answer.find('"', start) - start);
    CHECK(workspace.feedback(id, R"({"correct": true})"));
    CHECK(!workspace.feedback("nobody", R"({"correct": true})"));
    CHECK(holds(workspace.predict_batch("sentiment", std::vector<std::string>{"lemot", "bagus"}),
                "\"label\":\"negative\""));
    workspace.flush();
    CHECK(holds(workspace.log_counters(), "\"written\":3"));
    CHECK(holds(workspace.check("sentiment", "2026-01-03"), "\"status\":\"ok\""));
    CHECK(holds(workspace.check_text("sentiment", "2026-01-03"), "no reason to train anew"));
    CHECK(holds(workspace.evaluate_triggers("sentiment", "2026-03-01"), "\"type\":\"time\""));
    CHECK(workspace.to_label("sentiment", 5, "2026-01-03").front() == '[');
    CHECK(holds(workspace.retrain("sentiment", R"({"at": "2026-01-03"})"), "\"skipped\""));
    CHECK(holds(workspace.retrain("sentiment", R"({"force": true})"), "\"completed\""));
    std::atomic<int> heard{0};
    workspace.notify([&](std::string_view notice) {
        heard += notice.find("\"event\":\"completed\"") != std::string_view::npos;
        if (heard == 1) {
            throw std::runtime_error("told again then");
        }
        return true;
    });
    CHECK(holds(workspace.retrain("sentiment", R"({"force": true})"), "\"completed\""));
    for (int waited = 0; heard < 2 && waited < 600; ++waited) {
        std::this_thread::sleep_for(std::chrono::milliseconds(100));
    }
    CHECK(heard == 2);
    CHECK(workspace.rollback("sentiment") == 2);
    workspace.promote("sentiment", 1);
    workspace.challenge("sentiment", 2);
    CHECK(holds(workspace.rollout("sentiment"), "version 2 is a shadow"));
    CHECK(holds(workspace.info("sentiment"), "\"shadows\":[2]"));
    CHECK(holds(workspace.replay("sentiment", 2), "none of "));
    workspace.withdraw("sentiment", 2);
    CHECK(holds(workspace.look_after("sentiment"), "\"skipped\""));
    workspace.start(R"({"every": 60, "models": ["sentiment"]})");
    workspace.stop();
    CHECK(workspace.models_in_use() == R"(["sentiment"])");
    CHECK(workspace.reload("sentiment") == 1);
    workspace.count_request("/predict", 200, 0.001);
    CHECK(holds(workspace.metrics(), "pantau_http_requests_total"));
    check_throws<pantau::InvalidInput>(PANTAU_STATUS_INVALID_INPUT, "is no URL",
                                       [&] { workspace.notify_webhook("x"); });
    CHECK(holds(pantau::dashboard(), "\"title\": \"Pantau\""));
    CHECK(holds(pantau::alert_rules(), "alert: PantauDrift"));
    workspace.promote("sentiment", 2);
    CHECK(holds(workspace.configure("sentiment", R"({"window": "12h"})"), "\"window\":\"12h\""));
    CHECK(holds(workspace.settings("sentiment"), "\"window\":\"12h\""));
    check_throws<pantau::InvalidInput>(
        PANTAU_STATUS_INVALID_INPUT, "nothing changed",
        [&] { workspace.acknowledge("sentiment", R"({"actor": "ani"})"); });
    check_throws<pantau::InvalidInput>(
        PANTAU_STATUS_INVALID_INPUT, "windows",
        [&] { workspace.rebaseline("sentiment", R"({"actor": "ani"})"); });
    CHECK(holds(workspace.registry().models(), "sentiment"));
    CHECK(holds(workspace.store().summary(), "\"count\":"));
    const auto moved = std::move(workspace);
    check_moved([&] { workspace.settings("sentiment"); });
    moved.close();
    return 0;
}
