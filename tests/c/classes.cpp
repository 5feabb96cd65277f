// The C++ face says what the C face says: classes DATA SCRATCH

#include <iostream>
#include <pantau.hpp>
#include <type_traits>

#define CHECK(condition)                                                                           \
    do {                                                                                           \
        if (!(condition)) {                                                                        \
            std::cerr << __FILE__ << ':' << __LINE__ << ": not so: " #condition "\n";              \
            std::exit(EXIT_FAILURE);                                                               \
        }                                                                                          \
    } while (0)

// That `call` throws exactly an `Exception` with `status` and a message that holds `part`.
template <typename Exception, typename Call>
void check_throws(pantau_status status, std::string_view part, Call call) {
    try {
        call();
    } catch (const Exception &error) {
        CHECK(typeid(error) == typeid(Exception));
        CHECK(error.status() == status);
        CHECK(std::string_view(error.what()).find(part) != std::string_view::npos);
        return;
    }
    CHECK(!"nothing was thrown");
}

template <typename T> constexpr bool is_move_only() {
    return std::is_nothrow_move_constructible_v<T> && std::is_nothrow_move_assignable_v<T> &&
           !std::is_copy_constructible_v<T> && !std::is_copy_assignable_v<T>;
}

static_assert(is_move_only<pantau::Cleaner>() && is_move_only<pantau::Normalizer>());
static_assert(is_move_only<pantau::StopWords>() && is_move_only<pantau::Dictionary>());
static_assert(is_move_only<pantau::Stemmer>() && is_move_only<pantau::Anonymizer>());
static_assert(is_move_only<pantau::Anonymized>() && is_move_only<pantau::FeatureConfig>());
static_assert(is_move_only<pantau::Features>() && is_move_only<pantau::FeatureExtractor>());

static void check_steps() {
    CHECK(pantau::version() == pantau_version());

    pantau::Cleaner cleaner("id");
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

    // A moved-from object is empty, not dangerous.
    const pantau::Cleaner moved = std::move(cleaner);
    CHECK(moved.clean("Ya!") == "ya");
    check_throws<pantau::InvalidInput>(PANTAU_STATUS_INVALID_INPUT, "cleaner: is NULL",
                                       [&] { cleaner.clean("x"); });
    cleaner = pantau::Cleaner("en");
    CHECK(cleaner.clean("Yes!") == "yes");
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

    ArrowArrayStream stream = extractor.extract_stream({"baik", std::nullopt, std::string_view()});
    ArrowArray batch;
    CHECK(stream.get_next(&stream, &batch) == 0);
    CHECK(batch.length == 3 && batch.children[1]->null_count == 1);
    batch.release(&batch);
    stream.release(&stream);

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
    check_errors();
    return EXIT_SUCCESS;
}
