// The C++ face of learning: learning_classes DATA SCRATCH

#include "classes.hpp"

#include <cmath>
#include <fstream>
#include <sstream>

static_assert(is_move_only<pantau::LabelledTexts>() && is_move_only<pantau::Explanation>());
static_assert(is_move_only<pantau::Ensemble>() && is_move_only<pantau::Cascade>());
static_assert(is_move_only<pantau::Evaluation>() && is_move_only<pantau::Comparison>());
static_assert(is_move_only<pantau::GateReport>() && is_move_only<pantau::Matrix>());
static_assert(is_move_only<pantau::TfidfVectorizer>() && is_move_only<pantau::Scores>());
static_assert(is_move_only<pantau::LinearModel>() && is_move_only<pantau::NaiveBayes>());
static_assert(is_move_only<pantau::LogisticRegression>());

static constexpr auto invalid = PANTAU_STATUS_INVALID_INPUT;

// Made-up reviews, whose words tell the labels.
struct Reviews {
    std::vector<std::string> texts, labels;
};

static Reviews reviews() {
    Reviews all;
    for (const std::string subject : {"Aplikasi ini", "Kurirnya", "Makanan di sini", "Hotel itu",
                                      "Ponsel saya", "Pelayanan toko"}) {
        for (const std::string opinion :
             {"bagus sekali", "memuaskan", "cepat dan ramah", "indah"}) {
            all.texts.push_back(subject + ' ' + opinion);
            all.labels.push_back("good");
        }
        for (const std::string opinion : {"buruk sekali", "mengecewakan", "lambat", "jelek"}) {
            all.texts.push_back(subject + ' ' + opinion);
            all.labels.push_back("bad");
        }
    }
    return all;
}

static bool holds(std::string_view text, std::string_view part) {
    return text.find(part) != std::string_view::npos;
}

static pantau::Classifier learn(const pantau::LabelledTexts &data, const std::string &path,
                                std::string_view options) {
    return pantau::Classifier::open(pantau::train(data, path, options).path());
}

static void check_data(const pantau::LabelledTexts &data, const std::string &scratch) {
    CHECK(data.count() == 48 && data.text(0) == "Aplikasi ini bagus sekali");
    CHECK(data.label(4) == "bad");
    std::ofstream(scratch + "/reviews.jsonl") << R"({"teks": "bagus", "nilai": 1})";
    const auto read = pantau::LabelledTexts::open(scratch + "/reviews.jsonl", "teks", "nilai");
    CHECK(read.count() == 1 && read.label(0) == "1");
    check_throws<pantau::InvalidInput>(invalid, "row: 1 is not", [&] { read.text(1); });
    check_throws<pantau::InvalidInput>(invalid, "labels: 1 for 2 texts",
                                       [] { pantau::LabelledTexts({"a", "b"}, {"x"}); });
    check_throws<pantau::InvalidInput>(invalid, "0 rows", [] { pantau::LabelledTexts({}, {}); });
    check_throws<pantau::NotFound>(PANTAU_STATUS_NOT_FOUND, "no/such",
                                   [] { pantau::LabelledTexts::open("no/such", "a", "b"); });
}

// A callback hears how far it is, may end the call, and its exceptions come back.
static void check_progress(const pantau::LabelledTexts &data, const std::string &scratch) {
    const std::string path = scratch + "/progress", options = R"({"kind": "tfidf-nb"})";
    check_throws<pantau::Stopped>(PANTAU_STATUS_STOPPED, "ended the call", [&] {
        pantau::train(data, path, options, [](std::size_t, std::size_t) { return false; });
    });
    try {
        pantau::train(data, path, options, [](std::size_t, std::size_t) -> bool { throw 7; });
        CHECK(!"nothing was thrown");
    } catch (int thrown) {
        CHECK(thrown == 7);
    }
    std::size_t calls = 0;
    const pantau::LabelledTexts others({"Semua indah dan cepat", "Toko ini lambat dan jelek"},
                                       {"good", "bad"});
    const auto bundle =
        pantau::train(data, &others, path, options, [&](std::size_t done, std::size_t all) {
            CHECK(done <= all);
            ++calls;
            return true;
        });
    CHECK(calls > 0 && holds(bundle.manifest(), "tfidf-nb"));
    std::stringstream json;
    json << std::ifstream(path + "/evaluation.json").rdbuf();
    CHECK(pantau::Evaluation::from_json(json.str()).rows() == others.count());
    // What was learnt cannot tell how good it is.
    check_throws<pantau::InvalidInput>(invalid, "the same texts as 48 rows", [&] {
        pantau::train(data, &data, scratch + "/same", options);
    });
    check_throws<pantau::InvalidInput>(invalid, "unknown field",
                                       [&] { pantau::train(data, path, R"({"x": 1})"); });
}

static void check_explanation(const pantau::Classifier &classifier) {
    const std::string text = "Kurirnya cepat, aplikasi ini lambat";
    const auto explanation = classifier.explain(text, "good");
    CHECK(explanation.label() == "good" && explanation.method() == "exact");
    CHECK(explanation.asked() == 1);
    double sum = explanation.baseline() + explanation.gap(), by_words = explanation.baseline();
    for (const pantau::Contribution &part : explanation.contributions()) {
        CHECK(!part.term.empty());
        sum += part.value;
    }
    const std::vector<pantau::WordShare> words = explanation.words();
    for (const pantau::WordShare &word : words) {
        CHECK(text.substr(word.start, word.end - word.start) == word.word);
        by_words += word.value;
    }
    CHECK(words.size() == 5 && words[1].value > 0 && words[4].value < 0);
    CHECK(std::abs(sum - explanation.score()) < 1e-9);
    CHECK(std::abs(by_words - explanation.score()) < 1e-9);
    CHECK(holds(explanation.to_json(), "\"baseline\""));
    CHECK(holds(explanation.to_text(), "(without words)"));
    CHECK(holds(explanation.to_html(), "<span"));
    CHECK(classifier.explain("bagus").label() == "good");
    check_throws<pantau::InvalidInput>(invalid, "label: \"ugly\"",
                                       [&] { classifier.explain("bagus", "ugly"); });
    check_throws<pantau::InvalidInput>(invalid, "budget: 1",
                                       [&] { classifier.explain("bagus", "good", 1); });
    const auto prediction = classifier.predict("Hotel itu indah");
    CHECK(prediction.novelty() == 0 && prediction.novelty_pvalue() == 1);
    const auto predictions = classifier.predict_batch({"Hotel itu indah"});
    CHECK(predictions.novelty_pvalues()[0] == 1);
}

static void check_judging(const pantau::Classifier &bayes, const pantau::Classifier &logistic,
                          const pantau::LabelledTexts &data) {
    const pantau::Ensemble both({bayes, logistic}, {1, 2});
    const pantau::Ensemble equal({bayes, logistic});
    CHECK((both.labels() == std::vector<std::string>{"bad", "good"}));
    CHECK(both.predict("bagus").label() == "good");
    CHECK(equal.predict_batch({"bagus", "buruk"}).label(1) == "bad");
    check_throws<pantau::InvalidInput>(invalid, "weights: 1 for 2 classifiers", [&] {
        pantau::Ensemble({bayes, logistic}, {1});
    });
    check_throws<pantau::InvalidInput>(invalid, "there are none", [] { pantau::Ensemble({}); });
    const pantau::Cascade always(bayes, logistic, 0);
    CHECK(always.threshold() == 0 && always.labels() == both.labels());
    CHECK(always.predict("bagus").confidence() == bayes.predict("bagus").confidence());
    check_throws<pantau::InvalidInput>(invalid, "was given", [&] { always.choice(); });
    std::size_t calls = 0;
    const auto hear = [&](std::size_t done, std::size_t all) {
        ++calls;
        return done <= all;
    };
    const auto cascade = pantau::Cascade::fit(bayes, logistic, data, 0.9, hear);
    CHECK(calls > 0 && holds(cascade.choice(), "\"threshold\""));
    CHECK(cascade.predict_batch({"bagus"}, {false, {}}).count() == 1);
    check_throws<pantau::Stopped>(PANTAU_STATUS_STOPPED, "", [&] {
        pantau::Cascade::fit(bayes, logistic, data, 0.9, [](auto, auto) { return false; });
    });

    const auto evaluation = pantau::evaluate(bayes, data, R"({"level": 0.9})", hear);
    const auto [value, low, high] = evaluation.accuracy();
    CHECK(evaluation.rows() == 48 && value > 0.9 && low < value && high >= value);
    CHECK(evaluation.macro_f1().value > 0.9 && evaluation.macro_f1().low <= 1);
    CHECK(evaluation.mean_confidence() > 0.5 && holds(evaluation.to_text(), "Right on"));
    CHECK(holds(evaluation.to_html(), "<") && holds(evaluation.mistakes_csv(), "row,"));
    CHECK(pantau::Evaluation::from_json(evaluation.to_json()).to_json() == evaluation.to_json());
    CHECK(pantau::evaluate(both, data).accuracy().value > 0.9);
    CHECK(pantau::evaluate(cascade, data).accuracy().value >= 0.9);
    check_throws<pantau::Stopped>(PANTAU_STATUS_STOPPED, "", [&] {
        pantau::evaluate(bayes, data, {}, [](auto, auto) { return false; });
    });

    const auto comparison = pantau::compare(bayes, cascade, data);
    CHECK(comparison.rows() == 48 && comparison.pvalue() <= 1);
    CHECK(std::abs(comparison.difference().value) < 0.2);
    CHECK(comparison.difference().low <= comparison.difference().high);
    CHECK(holds(comparison.to_json(), comparison.verdict()));
    CHECK(!comparison.to_text().empty() && holds(comparison.to_html(), "<"));

    const auto report = pantau::assess(bayes, data);
    CHECK(report.usable() && holds(report.to_json(), "\"gap\""));
    CHECK(!holds(report.to_json(), "\"champion\"") && holds(report.to_text(), "gates"));
    pantau::AssessOptions options;
    options.gates = R"({"floor": 1.0, "promote": 1.0})";
    options.champion = both;
    options.train_accuracy = 1;
    options.progress = hear;
    const auto strict = pantau::assess(logistic, data, options);
    CHECK(!strict.passed() && !strict.usable() && holds(strict.to_json(), "\"champion\""));
}

static void check_selection(const pantau::Classifier &classifier,
                            const std::vector<std::string> &texts) {
    const auto pool = classifier.predict_batch(texts);
    const auto chosen = pantau::select(pool, 5);
    CHECK(chosen.size() == 5 && chosen[0].reason == "random" && chosen[0].probability);
    CHECK(chosen[4].reason == "margin" && !chosen[4].probability && chosen[4].row < 48);
    const auto vectorizer = pantau::TfidfVectorizer::fit(texts);
    const auto features = vectorizer.transform(texts);
    pantau::SelectOptions options;
    options.strategy = "diversity";
    options.random_share = 0;
    options.features = &features;
    CHECK(pantau::select(pool, 5, options)[0].score == 2);
    options.features = nullptr;
    check_throws<pantau::InvalidInput>(invalid, "features: diversity",
                                       [&] { pantau::select(pool, 5, options); });
    const auto cheap = classifier.predict_batch(texts, {false, {}});
    check_throws<pantau::InvalidInput>(invalid, "probabilities: is NULL",
                                       [&] { pantau::select(cheap, 5); });
}

static void check_learners() {
    const std::vector<std::string> texts{"bagus sekali", "buruk sekali", "bagus"};
    const auto vectorizer = pantau::TfidfVectorizer::fit(texts, R"([{"norm": null}])", 1);
    CHECK(vectorizer.columns() == 3 && vectorizer.term(0) == "bagus");
    CHECK(std::abs(vectorizer.idf()[1] - (std::log(2.0) + 1)) < 1e-12);
    const auto rows = vectorizer.transform(texts);
    const auto same = pantau::TfidfVectorizer::from_json(vectorizer.to_json()).transform(texts);
    CHECK(rows.is_sparse() && rows.rows() == 3 && rows.columns() == 3 && rows.value_count() == 5);
    CHECK(rows.starts()[3] == 5 && rows.places()[0] == 0 && rows.values()[4] == same.values()[4]);
    const auto sparse = pantau::Matrix::from_sparse({0, 1, 2}, {0, 1}, {1, 1}, 2);
    const auto dense = pantau::Matrix::from_dense({1, 0, 0, 1}, 2, 2);
    CHECK(!dense.is_sparse() && dense.starts() == nullptr && dense.places() == nullptr);
    check_throws<pantau::InvalidInput>(invalid, "values: 3 for 4", [] {
        pantau::Matrix::from_dense({1, 0, 0}, 2, 2);
    });
    check_throws<pantau::InvalidInput>(invalid, "places: 1 for 2 values", [] {
        pantau::Matrix::from_sparse({0, 2}, {0}, {1, 1}, 2);
    });
    check_throws<pantau::InvalidInput>(invalid, "starts: 7 for 2 values", [] {
        pantau::Matrix::from_sparse({0, 7}, {0, 1}, {1, 1}, 2);
    });
    check_throws<pantau::InvalidInput>(invalid, "starts: is NULL", [] {
        pantau::Matrix::from_sparse({}, {}, {}, 2);
    });

    auto bayes = pantau::NaiveBayes::fit(sparse, {0, 1}, 2, R"({"alpha": 0.5})");
    const auto scores = bayes.predict(dense);
    CHECK(scores.rows() == 2 && scores.classes() == 2 && scores.best()[1] == 1);
    CHECK(std::abs(scores.probabilities()[0] - 0.75) < 1e-12);
    CHECK(std::abs(scores.values()[0] - std::log(0.75 * 0.5)) < 1e-12);
    pantau::NaiveBayes pieces(2, 2);
    pieces.partial_fit(dense, {0, 1}, {2, 2});
    bayes.partial_fit(sparse, {0, 1});
    CHECK(bayes.columns() == 2 && bayes.classes() == 2);
    const auto linear = bayes.to_linear();
    const pantau::LinearModel copy({linear.weights(), linear.weights() + 4},
                                   {linear.intercepts(), linear.intercepts() + 2}, 2);
    CHECK(copy.predict(dense).values()[3] == bayes.predict(dense).values()[3]);
    CHECK(copy.columns() == 2 && copy.classes() == 2);
    check_throws<pantau::InvalidInput>(invalid, "weights: 3 for 4", [] {
        pantau::LinearModel({1, 2, 3}, {0, 0}, 2);
    });
    check_throws<pantau::InvalidInput>(invalid, "labels: 1 for 2 rows",
                                       [&] { bayes.partial_fit(sparse, {0}); });
    check_throws<pantau::InvalidInput>(invalid, "sample_weights: 1 for 2 rows",
                                       [&] { bayes.partial_fit(sparse, {0, 1}, {1}); });

    pantau::FitExtras extras;
    std::size_t calls = 0;
    extras.sample_weights = {1, 2};
    extras.start = &linear;
    extras.progress = [&](std::size_t, std::size_t) { return ++calls > 0; };
    auto regression = pantau::LogisticRegression::fit(dense, {0, 1}, 2, R"({"c": 2})", extras);
    CHECK(calls > 0 && regression.iterations() > 0 && regression.converged());
    CHECK(regression.columns() == 2 && regression.classes() == 2);
    auto resumed = pantau::LogisticRegression::resume(regression.to_linear(),
                                                      regression.precisions(), R"({"c": 2})");
    resumed.partial_fit(sparse, {0, 1});
    regression.partial_fit(sparse, {0, 1}, {1, 1});
    CHECK(resumed.precisions() == regression.precisions());
    CHECK(resumed.predict(dense).best()[0] == 0);
    CHECK(pantau::LogisticRegression(2, 2).predict(dense).probabilities()[0] == 0.5);
    extras.progress = [](std::size_t, std::size_t) { return false; };
    check_throws<pantau::Stopped>(PANTAU_STATUS_STOPPED, "", [&] {
        pantau::LogisticRegression::fit(dense, {0, 1}, 2, {}, extras);
    });
}

static void check_import(const std::string &data, const std::string &scratch) {
    std::ifstream file(data + "/sklearn.jsonl");
    std::string line;
    CHECK(std::getline(file, line));
    const std::size_t start = line.find('{', 1), end = line.find(", \"texts\": ");
    std::ofstream(scratch + "/pipeline.json") << line.substr(start, end - start);
    const auto bundle = pantau::import_sklearn(scratch + "/pipeline.json", scratch + "/imported");
    CHECK(holds(bundle.manifest(), "\"name\": \"imported\""));
    CHECK(std::isnan(pantau::Classifier::open(bundle.path()).predict("bagus").novelty()));
    check_throws<pantau::NotFound>(PANTAU_STATUS_NOT_FOUND, "no/such", [&] {
        pantau::import_sklearn("no/such", scratch + "/imported", "x", true);
    });
}

static void check_moves(const pantau::Classifier &classifier, const Reviews &all) {
    pantau::LabelledTexts data(all.texts, all.labels);
    auto explanation = classifier.explain("bagus");
    pantau::Ensemble ensemble({classifier});
    pantau::Cascade cascade(classifier, classifier, 0.5);
    auto evaluation = pantau::evaluate(classifier, data);
    auto comparison = pantau::compare(classifier, classifier, data);
    auto report = pantau::assess(classifier, data);
    static_cast<void>(pantau::LabelledTexts(std::move(data)));
    check_moved([&] { data.count(); });
    check_moved([&] { data.text(0); });
    check_moved([&] { data.label(0); });
    check_moved([&] { pantau::train(data, "no/such"); });
    check_moved([&] { pantau::evaluate(classifier, data); });
    static_cast<void>(pantau::Explanation(std::move(explanation)));
    check_moved([&] { explanation.label(); });
    check_moved([&] { explanation.method(); });
    check_moved([&] { explanation.score(); });
    check_moved([&] { explanation.baseline(); });
    check_moved([&] { explanation.gap(); });
    check_moved([&] { explanation.asked(); });
    check_moved([&] { explanation.contributions(); });
    check_moved([&] { explanation.words(); });
    check_moved([&] { explanation.to_json(); });
    check_moved([&] { explanation.to_text(); });
    check_moved([&] { explanation.to_html(); });
    static_cast<void>(pantau::Ensemble(std::move(ensemble)));
    check_moved([&] { ensemble.predict("x"); });
    check_moved([&] { ensemble.predict_batch({"x"}); });
    check_moved([&] { ensemble.labels(); });
    check_moved([&] { pantau::TextClassifier{ensemble}; });
    static_cast<void>(pantau::Cascade(std::move(cascade)));
    check_moved([&] { cascade.predict("x"); });
    check_moved([&] { cascade.predict_batch({"x"}); });
    check_moved([&] { cascade.labels(); });
    check_moved([&] { cascade.threshold(); });
    check_moved([&] { cascade.choice(); });
    check_moved([&] { pantau::TextClassifier{cascade}; });
    static_cast<void>(pantau::Evaluation(std::move(evaluation)));
    check_moved([&] { evaluation.rows(); });
    check_moved([&] { evaluation.accuracy(); });
    check_moved([&] { evaluation.macro_f1(); });
    check_moved([&] { evaluation.mean_confidence(); });
    check_moved([&] { evaluation.to_json(); });
    check_moved([&] { evaluation.to_text(); });
    check_moved([&] { evaluation.to_html(); });
    check_moved([&] { evaluation.mistakes_csv(); });
    static_cast<void>(pantau::Comparison(std::move(comparison)));
    check_moved([&] { comparison.rows(); });
    check_moved([&] { comparison.difference(); });
    check_moved([&] { comparison.pvalue(); });
    check_moved([&] { comparison.verdict(); });
    check_moved([&] { comparison.to_json(); });
    check_moved([&] { comparison.to_text(); });
    check_moved([&] { comparison.to_html(); });
    static_cast<void>(pantau::GateReport(std::move(report)));
    check_moved([&] { report.passed(); });
    check_moved([&] { report.usable(); });
    check_moved([&] { report.to_json(); });
    check_moved([&] { report.to_text(); });
}

static void check_moved_learners(const std::vector<std::string> &texts) {
    auto vectorizer = pantau::TfidfVectorizer::fit(texts);
    auto matrix = pantau::Matrix::from_dense({1, 0, 0, 1}, 2, 2);
    auto bayes = pantau::NaiveBayes::fit(matrix, {0, 1}, 2);
    auto regression = pantau::LogisticRegression::fit(matrix, {0, 1}, 2);
    auto model = bayes.to_linear();
    auto scores = bayes.predict(matrix);
    static_cast<void>(pantau::TfidfVectorizer(std::move(vectorizer)));
    check_moved([&] { vectorizer.transform(texts); });
    check_moved([&] { vectorizer.columns(); });
    check_moved([&] { vectorizer.idf(); });
    check_moved([&] { vectorizer.term(0); });
    check_moved([&] { vectorizer.to_json(); });
    static_cast<void>(pantau::NaiveBayes(std::move(bayes)));
    check_moved([&] { bayes.partial_fit(matrix, {0, 1}); });
    check_moved([&] { bayes.predict(matrix); });
    check_moved([&] { bayes.columns(); });
    check_moved([&] { bayes.classes(); });
    check_moved([&] { bayes.to_linear(); });
    static_cast<void>(pantau::LogisticRegression(std::move(regression)));
    check_moved([&] { regression.partial_fit(matrix, {0, 1}); });
    check_moved([&] { regression.predict(matrix); });
    check_moved([&] { regression.columns(); });
    check_moved([&] { regression.classes(); });
    check_moved([&] { regression.to_linear(); });
    check_moved([&] { regression.precisions(); });
    check_moved([&] { regression.iterations(); });
    check_moved([&] { regression.converged(); });
    static_cast<void>(pantau::Scores(std::move(scores)));
    check_moved([&] { scores.rows(); });
    check_moved([&] { scores.classes(); });
    check_moved([&] { scores.best(); });
    check_moved([&] { scores.values(); });
    check_moved([&] { scores.probabilities(); });
    static_cast<void>(pantau::Matrix(std::move(matrix)));
    check_moved([&] { matrix.rows(); });
    check_moved([&] { matrix.columns(); });
    check_moved([&] { matrix.is_sparse(); });
    check_moved([&] { matrix.value_count(); });
    check_moved([&] { matrix.values(); });
    check_moved([&] { matrix.starts(); });
    check_moved([&] { matrix.places(); });
    check_moved([&] { model.predict(matrix); });
    static_cast<void>(pantau::LinearModel(std::move(model)));
    check_moved([&] { model.columns(); });
    check_moved([&] { model.classes(); });
    check_moved([&] { model.weights(); });
    check_moved([&] { model.intercepts(); });
    check_moved([&] { pantau::LogisticRegression::resume(model, {1, 1, 1}); });
}

int main(int count, char **arguments) {
    CHECK(count > 2);
    const std::string scratch = arguments[2];
    const Reviews all = reviews();
    const pantau::LabelledTexts data(all.texts, all.labels);
    check_data(data, scratch);
    check_progress(data, scratch);
    const auto bayes = learn(data, scratch + "/bayes", R"({"kind": "tfidf-nb"})");
    const auto logistic = learn(data, scratch + "/logistic", "");
    check_explanation(bayes);
    check_explanation(logistic);
    check_judging(bayes, logistic, data);
    check_selection(logistic, all.texts);
    check_learners();
    check_import(arguments[1], scratch);
    check_moves(bayes, all);
    check_moved_learners(all.texts);
    return EXIT_SUCCESS;
}
