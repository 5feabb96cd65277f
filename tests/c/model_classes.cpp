// The C++ face of models, and many threads on one of them: model_classes DATA SCRATCH

#include "classes.hpp"

#include <atomic>
#include <chrono>
#include <cmath>
#include <thread>

static_assert(is_move_only<pantau::Bundle>() && is_move_only<pantau::ConvertOptions>());
static_assert(is_move_only<pantau::ModelOptions>() && is_move_only<pantau::Classifier>());
static_assert(is_move_only<pantau::Prediction>() && is_move_only<pantau::Predictions>());
static_assert(is_move_only<pantau::Encoder>() && is_move_only<pantau::Embeddings>());

using std::chrono::milliseconds;

// The exit status of a program that could not test: there is no ONNX Runtime.
static constexpr int skipped = 77;

static bool near(double left, double right) { return std::abs(left - right) <= 1e-4; }

static void check_bundles(const std::string &checkpoint, const std::string &scratch) {
    const auto bundle = pantau::Bundle::open(scratch + "/classifier");
    bundle.verify();
    CHECK(bundle.path() == scratch + "/classifier" && bundle.id().size() == 64);
    std::vector<pantau::BundleFile> files;
    for (const std::string name : {"model.onnx", "model.weights", "tokenizer.json"}) {
        files.push_back({name, bundle.path() + "/" + name});
    }
    const auto copy = pantau::Bundle::create(scratch + "/copy", files, bundle.manifest());
    CHECK(copy.id() == bundle.id() && copy.manifest() == bundle.manifest());
    pantau::ConvertOptions options;
    options.set_weights("int8").set_name("kecil").set_overwrite(true);
    const auto small = pantau::convert(checkpoint, scratch + "/copy", options);
    CHECK(small.manifest().find("\"name\": \"kecil\"") != std::string::npos);
    check_throws<pantau::Incompatible>(PANTAU_STATUS_INCOMPATIBLE, "", [&] { copy.verify(); });
    check_throws<pantau::InvalidInput>(PANTAU_STATUS_INVALID_INPUT, "int4",
                                       [&] { options.set_weights("int4"); });
}

static void check_classifier(const std::string &path) {
    pantau::ModelOptions options;
    options.set_device("cpu").set_threads(1).set_queue(64).set_max_wait(milliseconds(1));
    const auto classifier = pantau::Classifier::open(path, options);
    const std::vector<std::string> labels = classifier.labels();
    CHECK((labels == std::vector<std::string>{"negative", "neutral", "positive"}));
    classifier.warm_up();
    CHECK(classifier.info().find("\"provider\": \"cpu\"") != std::string::npos);

    const std::vector<std::string> texts{"Aplikasi ini sangat bagus!", "", "rusak \uFFFD"};
    const auto predictions = classifier.predict_batch(texts);
    CHECK(predictions.count() == 3 && predictions.label_count() == 3);
    const std::vector<std::uint32_t> flags{0, PANTAU_FLAG_EMPTY, PANTAU_FLAG_REPLACED};
    for (std::size_t text = 0; text < texts.size(); ++text) {
        const auto alone = classifier.predict(texts[text]);
        const auto one = predictions.get(text);
        const auto later = classifier.predict_async(texts[text], milliseconds(60000)).get();
        CHECK(alone.label() == predictions.label(text) && later.label() == alone.label());
        CHECK(near(alone.confidence(), predictions.confidence()[text]));
        CHECK(near(later.confidence(), alone.confidence()));
        CHECK(one.probabilities().size() == 3 && alone.probabilities().size() == 3);
        CHECK(one.probabilities()[1] == predictions.probabilities()[text * 3 + 1]);
        CHECK(one.all_labels() == std::vector<std::string>{one.label()});
        CHECK(predictions.label_name(predictions.best()[text]) == one.label());
        CHECK(predictions.flags()[text] == flags[text]);
        CHECK(one.is_empty() == (text == 1) && one.is_replaced() == (text == 2));
        CHECK(!one.is_truncated());
    }
    const auto cheap = classifier.predict_batch({"bagus", "buruk"}, {false, milliseconds(60000)});
    CHECK(cheap.probabilities() == nullptr && cheap.get(0).probabilities().empty());
    CHECK(classifier.predict_batch({}).count() == 0);

    const std::string invalid = "a\xFF";
    const auto status = PANTAU_STATUS_INVALID_INPUT;
    check_throws<pantau::InvalidInput>(status, "text: there is no 2", [&] { cheap.label(2); });
    check_throws<pantau::InvalidInput>(status, "index: there is no 3",
                                       [&] { cheap.label_name(3); });
    check_throws<pantau::InvalidInput>(status, "text: 2", [&] { cheap.get(2); });
    check_throws<pantau::InvalidInput>(status, "at byte 1", [&] { classifier.predict(invalid); });
    check_throws<pantau::InvalidInput>(status, "at byte 1",
                                       [&] { classifier.predict_async(invalid); });
    check_throws<pantau::InvalidInput>(status, "texts[1]",
                                       [&] { classifier.predict_batch({"a", invalid}); });
    check_throws<pantau::InvalidInput>(status, "deadline: -1 ms", [&] {
        classifier.predict_batch({"a"}, {true, milliseconds(-1)});
    });
    check_throws<pantau::InvalidInput>(status, "\"gpu\"", [&] { options.set_device("gpu"); });
    classifier.close();
    check_throws<pantau::InvalidInput>(status, "is closed", [&] { classifier.predict("a"); });
    check_throws<pantau::InvalidInput>(status, "is closed", [&] { classifier.labels(); });
    check_throws<pantau::NotFound>(PANTAU_STATUS_NOT_FOUND, "no/such",
                                   [] { pantau::Classifier::open("no/such"); });

    std::vector<std::string> many;
    for (int number = 0; number < 20000; ++number) {
        many.push_back(std::to_string(number) + " pelayanan buruk dan barang rusak sekali");
    }
    const auto other = pantau::Classifier::open(path);
    check_throws<pantau::Deadline>(PANTAU_STATUS_DEADLINE, "1 ms", [&] {
        other.predict_batch(many, {true, milliseconds(1)});
    });
}

static void check_encoder(const std::string &path) {
    const auto encoder = pantau::Encoder::open(path);
    const std::vector<std::string_view> texts{"Aplikasi ini sangat bagus!", " "};
    const auto embeddings = encoder.embed_batch(texts, milliseconds(60000));
    CHECK(embeddings.count() == 2 && embeddings.dimensions() == encoder.dimensions());
    CHECK(embeddings.flags()[0] == 0 && embeddings.flags()[1] == PANTAU_FLAG_EMPTY);
    const std::vector<float> alone = encoder.embed(texts[1]);
    CHECK(alone.size() == encoder.dimensions());
    for (std::size_t place = 0; place < alone.size(); ++place) {
        CHECK(near(alone[place], embeddings.numbers()[alone.size() + place]));
    }
    const auto matrix = embeddings.to_matrix();
    CHECK(matrix.rows() == 2 && matrix.columns() == encoder.dimensions());
    CHECK(matrix.values()[1] == embeddings.numbers()[1]);
    CHECK(encoder.info().find("\"encoder\"") != std::string::npos);
    encoder.warm_up();
    encoder.swap(path);
    encoder.close();
    check_throws<pantau::InvalidInput>(PANTAU_STATUS_INVALID_INPUT, "is closed",
                                       [&] { encoder.embed("a"); });
}

// Eight threads ask one classifier while its model is replaced again and again.
static void check_threads(const std::string &path, const std::string &other) {
    const auto classifier = pantau::Classifier::open(path);
    const std::vector<std::string> texts{"Aplikasi ini sangat bagus!", "I love this phone",
                                         "Pelayanan buruk, saya kecewa sekali", "lambat"};
    std::vector<std::string> labels;
    for (const std::string &text : texts) {
        labels.push_back(classifier.predict(text).label());
    }
    std::atomic<bool> swapped{false};
    std::atomic<std::size_t> answers{0};
    std::vector<std::thread> threads;
    for (std::size_t number = 0; number < 8; ++number) {
        threads.emplace_back([&, number] {
            for (std::size_t turn = 0; turn < 50 || !swapped; ++turn) {
                const std::size_t at = (number + turn) % texts.size();
                const bool is_batch = turn % 3 == 0;
                const std::string label =
                    turn % 3 == 1 ? classifier.predict_async(texts[at]).get().label()
                    : is_batch    ? classifier.predict_batch(texts).label(at)
                                  : classifier.predict(texts[at]).label();
                CHECK(label == labels[at]);
                ++answers;
            }
        });
    }
    // Both bundles hold the same model under two names.
    for (int turn = 0; turn < 6; ++turn) {
        classifier.swap(turn % 2 == 0 ? other : path);
    }
    swapped = true;
    for (std::thread &thread : threads) {
        thread.join();
    }
    CHECK(answers >= 400);

    // Closing while they ask: each is answered or told.
    threads.clear();
    std::atomic<int> told{0};
    for (std::size_t number = 0; number < 8; ++number) {
        threads.emplace_back([&] {
            try {
                for (;;) {
                    classifier.predict("bagus");
                }
            } catch (const pantau::InvalidInput &error) {
                CHECK(std::string_view(error.what()).find("is closed") != std::string_view::npos);
                ++told;
            }
        });
    }
    std::this_thread::sleep_for(milliseconds(20));
    classifier.close();
    for (std::thread &thread : threads) {
        thread.join();
    }
    CHECK(told == 8);
}

static void check_moves(const std::string &classifier_path, const std::string &encoder_path) {
    auto bundle = pantau::Bundle::open(classifier_path);
    static_cast<void>(pantau::Bundle(std::move(bundle)));
    check_moved([&] { bundle.verify(); });
    check_moved([&] { bundle.path(); });
    check_moved([&] { bundle.id(); });
    check_moved([&] { bundle.manifest(); });

    pantau::ConvertOptions convert;
    static_cast<void>(pantau::ConvertOptions(std::move(convert)));
    check_moved([&] { convert.set_weights("int8"); });
    check_moved([&] { convert.set_name("x"); });
    check_moved([&] { convert.set_overwrite(true); });
    check_moved([&] { pantau::convert("no/such", "no/such", convert); });

    pantau::ModelOptions options;
    static_cast<void>(pantau::ModelOptions(std::move(options)));
    check_moved([&] { options.set_device("cpu"); });
    check_moved([&] { options.set_threads(1); });
    check_moved([&] { options.set_max_tokens(1); });
    check_moved([&] { options.set_long_text("truncate"); });
    check_moved([&] { options.set_max_wait({}); });
    check_moved([&] { options.set_queue(1); });
    check_moved([&] { pantau::Classifier::open(classifier_path, options); });
    check_moved([&] { pantau::Encoder::open(encoder_path, options); });

    auto classifier = pantau::Classifier::open(classifier_path);
    auto prediction = classifier.predict("x");
    auto predictions = classifier.predict_batch({"x"});
    static_cast<void>(pantau::Prediction(std::move(prediction)));
    check_moved([&] { prediction.label(); });
    check_moved([&] { prediction.confidence(); });
    check_moved([&] { prediction.probabilities(); });
    check_moved([&] { prediction.all_labels(); });
    check_moved([&] { prediction.is_empty(); });
    check_moved([&] { prediction.is_truncated(); });
    check_moved([&] { prediction.is_replaced(); });
    check_moved([&] { prediction.novelty(); });
    check_moved([&] { prediction.novelty_pvalue(); });
    static_cast<void>(pantau::Predictions(std::move(predictions)));
    check_moved([&] { predictions.count(); });
    check_moved([&] { predictions.label(0); });
    check_moved([&] { predictions.best(); });
    check_moved([&] { predictions.confidence(); });
    check_moved([&] { predictions.probabilities(); });
    check_moved([&] { predictions.flags(); });
    check_moved([&] { predictions.novelty_pvalues(); });
    check_moved([&] { predictions.label_count(); });
    check_moved([&] { predictions.label_name(0); });
    check_moved([&] { predictions.get(0); });
    static_cast<void>(pantau::Classifier(std::move(classifier)));
    check_moved([&] { classifier.predict("x"); });
    check_moved([&] { classifier.predict_batch({"x"}); });
    check_moved([&] { classifier.predict_async("x"); });
    check_moved([&] { classifier.explain("x"); });
    check_moved([&] { classifier.labels(); });
    check_moved([&] { classifier.info(); });
    check_moved([&] { classifier.warm_up(); });
    check_moved([&] { classifier.swap(classifier_path); });
    check_moved([&] { classifier.close(); });
    check_moved([&] { classifier.get(); });

    auto encoder = pantau::Encoder::open(encoder_path);
    auto embeddings = encoder.embed_batch({"x"});
    static_cast<void>(pantau::Embeddings(std::move(embeddings)));
    check_moved([&] { embeddings.count(); });
    check_moved([&] { embeddings.dimensions(); });
    check_moved([&] { embeddings.numbers(); });
    check_moved([&] { embeddings.flags(); });
    check_moved([&] { embeddings.to_matrix(); });
    static_cast<void>(pantau::Encoder(std::move(encoder)));
    check_moved([&] { encoder.embed("x"); });
    check_moved([&] { encoder.embed_batch({"x"}); });
    check_moved([&] { encoder.dimensions(); });
    check_moved([&] { encoder.info(); });
    check_moved([&] { encoder.warm_up(); });
    check_moved([&] { encoder.swap(encoder_path); });
    check_moved([&] { encoder.close(); });
}

int main(int count, char **arguments) {
    CHECK(count > 2);
    const std::string checkpoints = std::string(arguments[1]) + "/checkpoints";
    const std::string scratch = arguments[2];
    try {
        const auto runtime = pantau::Runtime::load();
        CHECK(pantau::Runtime::load(runtime.path()).version() == runtime.version());
        CHECK(!runtime.origin().empty());
    } catch (const pantau::NotFound &error) {
        std::cerr << error.what() << '\n';
        return skipped;
    }
    const std::string classifier = scratch + "/classifier", encoder = scratch + "/encoder";
    pantau::convert(checkpoints + "/bert-classifier", classifier);
    pantau::convert(checkpoints + "/sentence-cls", encoder);
    pantau::convert(checkpoints + "/bert-classifier", scratch + "/other",
                    std::move(pantau::ConvertOptions().set_name("other")));
    check_bundles(checkpoints + "/bert-classifier", scratch);
    check_classifier(classifier);
    check_encoder(encoder);
    check_threads(classifier, scratch + "/other");
    check_moves(classifier, encoder);
    check_throws<pantau::Busy>(PANTAU_STATUS_BUSY, "",
                               [] { pantau::detail::check(PANTAU_STATUS_BUSY); });
    check_throws<pantau::Inference>(PANTAU_STATUS_INFERENCE, "",
                                    [] { pantau::detail::check(PANTAU_STATUS_INFERENCE); });
    return EXIT_SUCCESS;
}
