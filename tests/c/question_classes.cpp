// The classes for questions and runs do what the functions do: question_classes DATA SCRATCH

#include "classes.hpp"

static_assert(is_move_only<pantau::Runs>() && is_move_only<pantau::Run>());

static bool holds(const std::string &text, std::string_view part) {
    return text.find(part) != std::string::npos;
}

static void check_questions(const pantau::Store &store) {
    pantau::PredictionLog log(store, "sentiment", "3", R"({"durability": "each"})");
    log.record(R"({"id": "p1", "predicted_label": "good", "confidence": 0.75,
                   "processing_time_ms": 2})");
    log.feedback("p1", R"({"label": "bad"})");
    log.close();
    CHECK(holds(store.summary(), R"("count":1)"));
    CHECK(holds(store.summary(R"({"hours": 1, "model": "other"})"), R"("count":0)"));
    CHECK(holds(store.usage(), R"("correct":0)"));
    CHECK(holds(store.over_time(std::chrono::hours(1)), R"("predictions":1)"));
    CHECK(holds(store.latency(), R"("mean_ms":2.0)"));
    CHECK(holds(store.confidence_histogram(), R"("from":0.75)"));
    CHECK(holds(store.feedback_summary(), R"("wrong":1)"));
    CHECK(holds(store.new_labelled(), R"("feedback":1)"));
    CHECK(holds(store.labelled_predictions(), R"("id":"p1")"));
    CHECK(holds(store.rows("predictions", R"({"limit": 1})"), R"("id":"p1")"));
    check_throws<pantau::InvalidInput>(PANTAU_STATUS_INVALID_INPUT, "hours: 0 is not above 0",
                                       [&] { store.summary(R"({"hours": 0})"); });
    ArrowArrayStream stream;
    ArrowArray batch;
    store.table("predictions", &stream);
    CHECK(stream.get_next(&stream, &batch) == 0 && batch.length == 1);
    batch.release(&batch);
    stream.release(&stream);
}

static void check_learning(const pantau::Store &store, const std::string &scratch) {
    CHECK(store.write_review(R"({"id": "r1", "review_text": "Cepat, 0812-3456-7890",
                                 "consent": true, "sentiment_label": "positive"})") == "r1");
    CHECK(holds(store.review("r1"), R"("sentiment_label":"positive")"));
    CHECK(!holds(store.review("r1"), "0812"));
    CHECK(store.labelled_texts().count() == 1);
    const pantau::FeatureExtractor extractor{pantau::FeatureConfig("id")};
    const std::string texts = R"([{"review_id": "r1", "text": "Cepat", "consent": true}])";
    CHECK(store.write_features(texts, extractor) == 1);
    CHECK(holds(store.features("r1"), R"("word_count":1)"));
    CHECK(holds(store.training_features(), R"("review_id":"r1")"));
    const auto path = scratch + "/reviews.jsonl";
    CHECK(holds(store.export_table("reviews", path), R"("rows":1)"));
    CHECK(holds(store.import_reviews(path, true), R"("duplicates":1)"));
    CHECK(holds(pantau::validate(path, R"({"labels": null})"), R"("passed":)"));
    check_throws<pantau::InvalidInput>(PANTAU_STATUS_INVALID_INPUT, "consent",
                                       [&] { store.import_reviews(path, false); });
    store.write_trigger("m", R"({"type": "drift", "reason": "PSI"})");
    CHECK(holds(store.triggers("m"), R"("type":"drift")"));
    CHECK(store.write_retraining("m", R"({"id": "t1"})") == "t1");
    CHECK(holds(store.retrainings("m"), R"("status":"running")"));
}

static void check_runs(const pantau::Store &store, const std::string &scratch) {
    const pantau::Runs runs(store);
    const auto run = runs.start("tries", "first");
    CHECK(run.name() == "first");
    run.log_param("rate", "1e-5");
    check_throws<pantau::Conflict>(PANTAU_STATUS_CONFLICT, "2e-5",
                                   [&] { run.log_param("rate", "2e-5"); });
    run.log_metric("f1", 0.5, 1);
    run.set_tag("by", "ani");
    run.log_text("notes.txt", "bagus");
    const auto part = run.start_part("part");
    run.finish();
    CHECK(holds(runs.run(run.id()), R"("status":"finished")"));
    CHECK(holds(runs.best("tries", "f1"), R"("value":0.5)"));
    CHECK(holds(runs.children(run.id()), R"("name":"part")"));
    CHECK(holds(runs.list("tries", 1), "part") && holds(runs.experiments(), "tries"));
    CHECK(holds(runs.compare(std::vector<std::string>{run.id(), part.id()}), "rate"));
    CHECK(holds(runs.metric_history(run.id(), "f1"), R"("step":1)"));
    CHECK(holds(runs.artefacts(run.id()), "notes.txt"));
    runs.save_artefact(run.id(), "notes.txt", scratch + "/notes.txt");
    run.log_artefact(scratch + "/notes.txt", "again");
    CHECK(holds(runs.export_json("tries"), "1e-5"));
    runs.resume(part.id()).finish("failed");
    const pantau::LabelledTexts data(
        {"bagus sekali", "cepat dan bagus", "sangat bagus", "bagus, murah", "buruk sekali",
         "lambat dan buruk", "sangat buruk", "buruk, mahal"},
        {"good", "good", "good", "good", "bad", "bad", "bad", "bad"});
    const pantau::LabelledTexts test({"murah, bagus", "mahal, buruk"}, {"good", "bad"});
    run.train(data, scratch + "/bundle", R"({"kind": "tfidf-nb", "folds": 2})", &test);
    const auto classifier = pantau::Classifier::open(scratch + "/bundle");
    const auto evaluation = pantau::evaluate(classifier, data);
    CHECK(holds(evaluation.confusion_svg(), "<rect"));
    run.log_evaluation(evaluation);
    runs.remove(part.id());
    check_throws<pantau::NotFound>(PANTAU_STATUS_NOT_FOUND, "", [&] { runs.run(part.id()); });
    CHECK(holds(pantau::Runs::open(scratch + "/own").location(), "store.sqlite"));
}

int main(int argc, char **argv) {
    CHECK(argc >= 3);
    const std::string scratch = argv[2];
    const auto store = pantau::Store::open_later("memory:");
    // A server that is away is no reason not to start.
    const auto away = pantau::Store::open_later("postgresql://u:rahasia@127.0.0.1:9/d");
    CHECK(away.location() == "postgresql://u@127.0.0.1:9/d");
    check_throws<pantau::Unreachable>(PANTAU_STATUS_UNREACHABLE, "127.0.0.1:9",
                                      [&] { away.summary(); });
    check_questions(store);
    check_learning(store, scratch);
    check_runs(store, scratch);
    return 0;
}
