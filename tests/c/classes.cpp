// The C++ face says what the C face says: classes DATA SCRATCH

#include "classes.hpp"

static_assert(is_move_only<pantau::Cleaner>() && is_move_only<pantau::Normalizer>());
static_assert(is_move_only<pantau::StopWords>() && is_move_only<pantau::Dictionary>());
static_assert(is_move_only<pantau::Stemmer>() && is_move_only<pantau::Anonymizer>());
static_assert(is_move_only<pantau::Anonymized>() && is_move_only<pantau::FeatureConfig>());
static_assert(is_move_only<pantau::Features>() && is_move_only<pantau::FeatureExtractor>());
static_assert(is_move_only<pantau::ArrowStream>());

static void check_steps() {
    CHECK(pantau::version() == pantau_version());

    const pantau::Cleaner cleaner("id");
    CHECK(cleaner.clean("Aplikasi ini sangat bagus!") == "aplikasi ini sangat bagus");
    CHECK(cleaner.clean({}).empty());
    CHECK(pantau::Cleaner::from_json(cleaner.to_json()).to_json() == cleaner.to_json());
    CHECK(pantau::Cleaner::from_json("[]").clean(std::string_view("a\0b", 3)).size() == 3);

    const auto normalizer = pantau::Normalizer::from_table("gak\ttidak\n");
    CHECK(normalizer.normalize("Gak bagus") == "tidak bagus");
    CHECK(pantau::StopWords("id").remove("aplikasi ini tidak bagus") == "aplikasi tidak bagus");
    CHECK(pantau::StopWords::sastrawi().remove("aplikasi ini tidak bagus") == "aplikasi bagus");
    CHECK(pantau::StopWords::from_words("aplikasi\nini").remove("Aplikasi ini bagus") == "bagus");

    const auto dictionary = pantau::Dictionary::from_words("guna\nmudah\n");
    CHECK(dictionary.length() == 2 && dictionary.fingerprint().size() == 64);
    const pantau::Stemmer sastrawi("id", dictionary), tala("id"), english("en");
    CHECK(sastrawi.stem("Menggunakannya dimudahkan!") == "guna mudah");
    CHECK(sastrawi.algorithm() == "sastrawi" && !sastrawi.hint());
    CHECK(tala.algorithm() == "tala" && tala.hint());
    CHECK(english.stem("running dogs") == "run dog" && !english.hint());

    const std::string message = "Hubungi budi@contoh.example atau 0812-3456-7890";
    const pantau::Anonymizer anonymizer;
    const auto anonymized = anonymizer.anonymize(message);
    CHECK(anonymized.text() == "Hubungi [EMAIL] atau [PHONE]");
    CHECK(anonymized.count("email") == 1 && anonymized.count("card") == 0);
    CHECK(anonymized.total() == 2);
    const auto keyed = anonymizer.with_entities("email").with_key("0123456789abcdef");
    const auto pseudonym = keyed.anonymize(message).text();
    CHECK(pseudonym == keyed.anonymize(message).text());
    CHECK(pseudonym.find("[EMAIL:") != std::string::npos);
    CHECK(pseudonym.find("0812") != std::string::npos);
}

static void check_features(const std::string &scratch) {
    const auto dictionary = pantau::Dictionary::from_words("guna\nmudah\n");
    const pantau::FeatureConfig config("id");
    const auto with = config.with_dictionary(dictionary);
    CHECK(config.schema_hash() != with.schema_hash());
    const std::string path = scratch + "/classes_config.json";
    with.save(path);
    const auto loaded = pantau::FeatureConfig::load(path);
    CHECK(loaded.to_json() == with.to_json());
    CHECK(pantau::FeatureConfig::from_json("{\"language\": \"en\"}").schema_hash() ==
          pantau::FeatureConfig("en").schema_hash());

    const pantau::FeatureExtractor extractor(loaded, dictionary);
    CHECK(!extractor.hint() && pantau::FeatureExtractor(config).hint());
    CHECK(extractor.config().schema_hash() == with.schema_hash());
    const auto features = extractor.extract("Aplikasi ini sangat bagus!");
    CHECK(features.text("text_no_stopwords") == "aplikasi sangat bagus");
    CHECK(features.number("avg_word_length") == 6.25 && features.number("has_url") == 0);
    CHECK(features.to_json().find("\"original_length\":26") != std::string::npos);
    CHECK(extractor.check_length("!") == PANTAU_LENGTH_CHECK_TOO_SHORT);

    check_throws<pantau::NotFound>(PANTAU_STATUS_NOT_FOUND, "dictionary",
                                   [&] { pantau::FeatureExtractor{with}; });
    const auto wrong = pantau::Dictionary::from_words("makan");
    check_throws<pantau::Incompatible>(PANTAU_STATUS_INCOMPATIBLE, "fingerprint",
                                       [&] { pantau::FeatureExtractor(with, wrong); });
    check_throws<pantau::Storage>(PANTAU_STATUS_STORAGE, "cannot write",
                                  [&] { config.save("no/such/folder/file"); });
    check_throws<pantau::InvalidInput>(PANTAU_STATUS_INVALID_INPUT, "feature: \"words\"",
                                       [&] { features.number("words"); });
    check_throws<pantau::InvalidInput>(PANTAU_STATUS_INVALID_INPUT, "texts[1]",
                                       [&] { extractor.extract_stream({"a", "\xFF"}); });
}

// How many rows the next batch of a stream has, and which of its first column are null, as `x`.
static std::string next_batch(ArrowArrayStream *stream) {
    ArrowArray batch;
    CHECK(stream->get_next(stream, &batch) == 0);
    if (batch.release == nullptr) {
        return "end";
    }
    const ArrowArray &column = *batch.children[0];
    const auto *valid = static_cast<const std::uint8_t *>(column.buffers[0]);
    std::string rows;
    for (std::int64_t row = column.offset; row < column.offset + batch.length; ++row) {
        rows += valid == nullptr || (valid[row / 8] >> (row % 8) & 1) != 0 ? '.' : 'x';
    }
    // The batch itself has no nulls: they are in its columns.
    CHECK(batch.null_count == 0);
    batch.release(&batch);
    return rows;
}

static void check_streams() {
    std::optional<pantau::FeatureExtractor> extractor(pantau::FeatureConfig("id"));
    const std::vector<std::string> strings{"baik", ""};
    const std::vector<std::string_view> views{"baik", std::string_view(), "buruk"};
    const std::vector<std::optional<std::string>> maybe_strings{std::nullopt, "baik"};
    const std::vector<std::optional<std::string_view>> maybe_views{"", std::nullopt};
    CHECK(next_batch(extractor->extract_stream(strings).get()) == "..");
    CHECK(next_batch(extractor->extract_stream(views, 1).get()) == "...");
    CHECK(next_batch(extractor->extract_stream(maybe_strings, 2).get()) == "x.");
    CHECK(next_batch(extractor->extract_stream(maybe_views).get()) == ".x");
    CHECK(next_batch(extractor->extract_stream({"baik", "buruk"}).get()) == "..");
    CHECK(next_batch(extractor->extract_stream({}).get()) == "end");

    pantau::ArrowStream stream = extractor->extract_stream({"baik", std::nullopt, "buruk"});
    pantau::ArrowStream other = extractor->extract_stream(strings);
    extractor.reset();
    // What was held before an assignment is released, which the sanitizers watch.
    other = std::move(stream);
    check_moved([&] { stream.get(); });
    check_moved([&] { static_cast<void>(stream.take()); });
    CHECK(next_batch(other.get()) == ".x.");
    CHECK(next_batch(other.get()) == "end");
    ArrowArrayStream taken = other.take();
    check_moved([&] { other.get(); });
    CHECK(next_batch(&taken) == "end");
    // Another library may take the stream out of its place, as the Arrow interface says.
    stream = pantau::ArrowStream(taken);
    taken = *stream.get();
    stream.get()->release = nullptr;
    check_moved([&] { stream.get(); });
    taken.release(&taken);
}

static void check_moves() {
    pantau::Cleaner cleaner("id");
    const pantau::Cleaner moved = std::move(cleaner);
    CHECK(moved.clean("Ya!") == "ya");
    check_moved([&] { cleaner.clean("x"); });
    check_moved([&] { cleaner.to_json(); });
    cleaner = pantau::Cleaner("en");
    CHECK(cleaner.clean("Yes!") == "yes");

    auto normalizer = pantau::Normalizer::from_table("gak\ttidak\n");
    static_cast<void>(pantau::Normalizer(std::move(normalizer)));
    check_moved([&] { normalizer.normalize("x"); });

    pantau::StopWords stop_words("id");
    static_cast<void>(pantau::StopWords(std::move(stop_words)));
    check_moved([&] { stop_words.remove("x"); });

    pantau::FeatureConfig config("id");
    auto dictionary = pantau::Dictionary::from_words("guna");
    static_cast<void>(pantau::Dictionary(std::move(dictionary)));
    check_moved([&] { dictionary.length(); });
    check_moved([&] { dictionary.fingerprint(); });
    check_moved([&] { dictionary.get(); });
    check_moved([&] { pantau::Stemmer("id", dictionary); });
    check_moved([&] { config.with_dictionary(dictionary); });
    check_moved([&] { pantau::FeatureExtractor(config, dictionary); });

    pantau::Stemmer stemmer("id");
    static_cast<void>(pantau::Stemmer(std::move(stemmer)));
    check_moved([&] { stemmer.stem("x"); });
    check_moved([&] { stemmer.algorithm(); });
    check_moved([&] { stemmer.hint(); });

    pantau::Anonymizer anonymizer;
    auto anonymized = anonymizer.anonymize("x");
    static_cast<void>(pantau::Anonymized(std::move(anonymized)));
    check_moved([&] { anonymized.text(); });
    check_moved([&] { anonymized.count("email"); });
    check_moved([&] { anonymized.total(); });
    static_cast<void>(pantau::Anonymizer(std::move(anonymizer)));
    check_moved([&] { anonymizer.with_entities("email"); });
    check_moved([&] { anonymizer.with_key("0123456789abcdef"); });
    check_moved([&] { anonymizer.anonymize("x"); });

    pantau::FeatureExtractor extractor(config);
    static_cast<void>(pantau::FeatureConfig(std::move(config)));
    const auto guna = pantau::Dictionary::from_words("guna");
    check_moved([&] { config.save("no/such/folder/file"); });
    check_moved([&] { config.with_dictionary(guna); });
    check_moved([&] { config.to_json(); });
    check_moved([&] { config.schema_hash(); });
    check_moved([&] { pantau::FeatureExtractor{config}; });
    check_moved([&] { pantau::FeatureExtractor(config, guna); });

    auto features = extractor.extract("x");
    static_cast<void>(pantau::Features(std::move(features)));
    check_moved([&] { features.text("cleaned_text"); });
    check_moved([&] { features.number("word_count"); });
    check_moved([&] { features.to_json(); });
    static_cast<void>(pantau::FeatureExtractor(std::move(extractor)));
    check_moved([&] { extractor.config(); });
    check_moved([&] { extractor.hint(); });
    check_moved([&] { extractor.extract("x"); });
    check_moved([&] { extractor.check_length("x"); });
    check_moved([&] { extractor.extract_stream({"x"}); });
}

static void check_errors() {
    check_throws<pantau::InvalidInput>(PANTAU_STATUS_INVALID_INPUT, "\"xx\" is not one of",
                                       [] { pantau::Cleaner("xx"); });
    check_throws<pantau::InvalidInput>(PANTAU_STATUS_INVALID_INPUT, "text: is not UTF-8 at byte 1",
                                       [] { pantau::Cleaner("id").clean("a\xFF"); });
    check_throws<pantau::NotFound>(PANTAU_STATUS_NOT_FOUND, "no/such/words.txt",
                                   [] { pantau::Dictionary::open("no/such/words.txt"); });
    check_throws<pantau::NotFound>(PANTAU_STATUS_NOT_FOUND, "no/such/table",
                                   [] { pantau::Normalizer::open("no/such/table"); });
    check_throws<pantau::NotFound>(PANTAU_STATUS_NOT_FOUND, "no/such/list",
                                   [] { pantau::StopWords::open("no/such/list"); });
    check_throws<pantau::Panic>(PANTAU_STATUS_PANIC, "",
                                [] { pantau::detail::check(PANTAU_STATUS_PANIC); });
    try {
        pantau::Cleaner("xx");
        CHECK(!"nothing was thrown");
    } catch (const std::runtime_error &) {
    }
}

int main(int count, char **arguments) {
    CHECK(count > 2);
    check_steps();
    check_features(arguments[2]);
    check_streams();
    check_moves();
    check_errors();
    return EXIT_SUCCESS;
}
