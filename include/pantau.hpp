// Pantau for C++17: the functions of pantau.h as classes.
//
// Objects are moved, not copied, and free what they hold. Errors are exceptions below
// `pantau::Error`. Texts go in as `std::string_view` and come out as `std::string`, UTF-8 both.
// A `const` method may be called by many threads at once. An object that was moved from may only
// be assigned to or destroyed; any other use, as an argument too, throws `pantau::InvalidInput`.

#ifndef PANTAU_HPP
#define PANTAU_HPP

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <functional>
#include <future>
#include <limits>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "pantau.h"

namespace pantau {

// Everything that can go wrong.
class Error : public std::runtime_error {
public:
    Error(pantau_status status, const std::string &message)
        : std::runtime_error(message), status_(status) {}

    // The number that tells the kinds of errors apart.
    pantau_status status() const noexcept { return status_; }

private:
    pantau_status status_;
};

// A value that was passed cannot be used.
class InvalidInput : public Error {
    using Error::Error;
};

// Something named does not exist.
class NotFound : public Error {
    using Error::Error;
};

// Made by another version, or for other data, than what is here.
class Incompatible : public Error {
    using Error::Error;
};

// Reading or writing a file, a database or a bucket failed.
class Storage : public Error {
    using Error::Error;
};

// A model could not answer.
class Inference : public Error {
    using Error::Error;
};

// More work waits already than may wait.
class Busy : public Error {
    using Error::Error;
};

// The answer was not there in time.
class Deadline : public Error {
    using Error::Error;
};

// The callback that was told of the progress ended the call.
class Stopped : public Error {
    using Error::Error;
};

// What is there already says otherwise, or was changed by somebody else meanwhile.
class Conflict : public Error {
    using Error::Error;
};

// A server cannot be reached; what was asked can be tried again.
class Unreachable : public Error {
    using Error::Error;
};

// A mistake inside Pantau, which should be reported. The library can still be used.
class Panic : public Error {
    using Error::Error;
};

// What a long call tells how far it is: `done` of `all` steps; a new part of the work has its own
// number of steps. It is called on the thread that made the call, which ends with `Stopped` if it
// returns false, and with what it throws.
using Progress = std::function<bool(std::size_t done, std::size_t all)>;

namespace detail {

// Throws the exception of a status, which is not OK.
[[noreturn]] inline void fail(pantau_status status, const char *message) {
    switch (status) {
    case PANTAU_STATUS_OK:
        break;
    case PANTAU_STATUS_INVALID_INPUT:
        throw InvalidInput(status, message);
    case PANTAU_STATUS_NOT_FOUND:
        throw NotFound(status, message);
    case PANTAU_STATUS_INCOMPATIBLE:
        throw Incompatible(status, message);
    case PANTAU_STATUS_STORAGE:
        throw Storage(status, message);
    case PANTAU_STATUS_INFERENCE:
        throw Inference(status, message);
    case PANTAU_STATUS_BUSY:
        throw Busy(status, message);
    case PANTAU_STATUS_DEADLINE:
        throw Deadline(status, message);
    case PANTAU_STATUS_STOPPED:
        throw Stopped(status, message);
    case PANTAU_STATUS_CONFLICT:
        throw Conflict(status, message);
    case PANTAU_STATUS_UNREACHABLE:
        throw Unreachable(status, message);
    case PANTAU_STATUS_PANIC:
        throw Panic(status, message);
    }
    // A library newer than this header may know more.
    throw Error(status, message);
}

// Turns a status that is not OK into its exception.
inline void check(pantau_status status) {
    if (status != PANTAU_STATUS_OK) {
        fail(status, pantau_last_error());
    }
}

template <typename T, void (*function)(T *)> struct Free {
    void operator()(T *object) const noexcept { function(object); }
};

// What a class holds, unless the object was moved from.
template <typename T> T *held(T *object, bool is_there) {
    if (!is_there) {
        throw InvalidInput(PANTAU_STATUS_INVALID_INPUT, "the object was moved from");
    }
    return object;
}

// An object of the C face with its owner.
template <typename T, void (*function)(T *)> class Owned {
public:
    using pointer = T *;

    explicit Owned(T *object) noexcept : object_(object) {}

    T *get() const { return held(object_.get(), object_ != nullptr); }

private:
    std::unique_ptr<T, Free<T, function>> object_;
};

// Runs a call that gives an object.
template <typename Object, typename Call> Object give(Call call) {
    typename Object::pointer out = nullptr;
    check(call(&out));
    return Object(out);
}

inline std::string copy(const pantau_text *text) {
    return std::string(pantau_text_data(text), pantau_text_length(text));
}

// Runs a call that gives a text.
template <typename Call> std::string give_text(Call call) {
    return copy(give<Owned<pantau_text, pantau_text_free>>(call).get());
}

// A text that is borrowed from a place in a row, if the row has that place.
inline std::string copy(const pantau_text *text, const char *what, std::size_t index) {
    if (text == nullptr) {
        throw InvalidInput(PANTAU_STATUS_INVALID_INPUT,
                           std::string(what) + ": there is no " + std::to_string(index));
    }
    return copy(text);
}

// Texts as the C face takes them.
struct Texts {
    template <typename Text> explicit Texts(const std::vector<Text> &texts) {
        static_assert(!std::is_pointer_v<Text>, "a pointer may be NULL, which no view can be");
        data.reserve(texts.size());
        lengths.reserve(texts.size());
        for (const std::string_view text : texts) {
            data.push_back(text.data());
            lengths.push_back(text.size());
        }
    }

    std::vector<const char *> data;
    std::vector<std::size_t> lengths;
};

inline std::uint64_t milliseconds(std::chrono::milliseconds time, const char *what) {
    if (time.count() < 0) {
        throw InvalidInput(PANTAU_STATUS_INVALID_INPUT,
                           std::string(what) + ": " + std::to_string(time.count()) +
                               " ms is less than none");
    }
    return static_cast<std::uint64_t>(time.count());
}

// Throws unless a list has as many entries as what it belongs to.
inline void check_length(const char *what, std::size_t length, std::size_t wanted,
                         const char *of) {
    if (length != wanted) {
        throw InvalidInput(PANTAU_STATUS_INVALID_INPUT,
                           std::string(what) + ": " + std::to_string(length) + " for " +
                               std::to_string(wanted) + ' ' + of);
    }
}

// The numbers of a list that may be left out.
inline const double *maybe(const char *what, const std::vector<double> &numbers,
                           std::size_t wanted, const char *of) {
    if (numbers.empty()) {
        return nullptr;
    }
    check_length(what, numbers.size(), wanted, of);
    return numbers.data();
}

// Lets a callback of the C face call a `Progress`, whose exceptions must not pass through C.
class Watch {
public:
    explicit Watch(const Progress &progress) : progress_(progress) {}

    pantau_progress callback() const { return progress_ ? call : nullptr; }

    // Throws what the callback threw, or what a status means.
    void check(pantau_status status) const {
        if (thrown_) {
            std::rethrow_exception(thrown_);
        }
        detail::check(status);
    }

private:
    static bool call(void *user_data, std::size_t done, std::size_t all) noexcept {
        auto *const watch = static_cast<Watch *>(user_data);
        try {
            return watch->progress_(done, all);
        } catch (...) {
            watch->thrown_ = std::current_exception();
            return false;
        }
    }

    const Progress &progress_;
    std::exception_ptr thrown_;
};

// Runs a call that gives an object and tells how far it is.
template <typename Object, typename Call> Object give(const Progress &progress, Call call) {
    typename Object::pointer out = nullptr;
    Watch watch(progress);
    watch.check(call(watch.callback(), static_cast<void *>(&watch), &out));
    return Object(out);
}

inline std::optional<std::string> maybe(const char *text) {
    return text == nullptr ? std::nullopt : std::optional<std::string>(text);
}

} // namespace detail

// The version of the library that runs; the macros of pantau.h give that of the headers.
inline std::string version() { return pantau_version(); }

// Cleans texts in separate, ordered steps.
class Cleaner {
public:
    // A cleaner with the default steps of a language, `id` or `en`.
    explicit Cleaner(std::string_view language)
        : object_(detail::give<Object>([&](pantau_cleaner **out) {
              return pantau_cleaner_new(language.data(), language.size(), out);
          })) {}

    // A cleaner with the steps in a JSON list.
    static Cleaner from_json(std::string_view steps) {
        return Cleaner(detail::give<Object>([&](pantau_cleaner **out) {
            return pantau_cleaner_from_json(steps.data(), steps.size(), out);
        }));
    }

    // The cleaned text.
    std::string clean(std::string_view text) const {
        return detail::give_text([&](pantau_text **out) {
            return pantau_cleaner_clean(object_.get(), text.data(), text.size(), out);
        });
    }

    // The steps as JSON.
    std::string to_json() const {
        return detail::give_text(
            [&](pantau_text **out) { return pantau_cleaner_to_json(object_.get(), out); });
    }

private:
    using Object = detail::Owned<pantau_cleaner, pantau_cleaner_free>;

    explicit Cleaner(Object object) : object_(std::move(object)) {}

    Object object_;
};

// Replaces colloquial words by standard ones, from a table of two columns.
class Normalizer {
public:
    // Reads a table from a UTF-8 file.
    static Normalizer open(std::string_view path) {
        return Normalizer(detail::give<Object>([&](pantau_normalizer **out) {
            return pantau_normalizer_open(path.data(), path.size(), out);
        }));
    }

    // Reads a table from text: an entry a line, its columns parted by a tab or a comma.
    static Normalizer from_table(std::string_view table) {
        return Normalizer(detail::give<Object>([&](pantau_normalizer **out) {
            return pantau_normalizer_from_table(table.data(), table.size(), out);
        }));
    }

    // The text with standard spellings.
    std::string normalize(std::string_view text) const {
        return detail::give_text([&](pantau_text **out) {
            return pantau_normalizer_normalize(object_.get(), text.data(), text.size(), out);
        });
    }

private:
    using Object = detail::Owned<pantau_normalizer, pantau_normalizer_free>;

    explicit Normalizer(Object object) : object_(std::move(object)) {}

    Object object_;
};

// Removes the words that say little.
class StopWords {
public:
    // The list of a language, `id` or `en`. It keeps negations.
    explicit StopWords(std::string_view language)
        : object_(detail::give<Object>([&](pantau_stop_words **out) {
              return pantau_stop_words_new(language.data(), language.size(), out);
          })) {}

    // The list and the behaviour of PySastrawi 1.2.1's stop-word remover.
    static StopWords sastrawi() {
        return StopWords(detail::give<Object>(pantau_stop_words_sastrawi));
    }

    // A list of your own, from a text with one word a line; empty lines and lines that start with
    // `#` are skipped.
    static StopWords from_words(std::string_view words) {
        return StopWords(detail::give<Object>([&](pantau_stop_words **out) {
            return pantau_stop_words_from_words(words.data(), words.size(), out);
        }));
    }

    // Reads a list from a UTF-8 file with one word a line.
    static StopWords open(std::string_view path) {
        return StopWords(detail::give<Object>([&](pantau_stop_words **out) {
            return pantau_stop_words_open(path.data(), path.size(), out);
        }));
    }

    // The text without its stop words.
    std::string remove(std::string_view text) const {
        return detail::give_text([&](pantau_text **out) {
            return pantau_stop_words_remove(object_.get(), text.data(), text.size(), out);
        });
    }

private:
    using Object = detail::Owned<pantau_stop_words, pantau_stop_words_free>;

    explicit StopWords(Object object) : object_(std::move(object)) {}

    Object object_;
};

// The root words that the Sastrawi stemmer looks up.
class Dictionary {
public:
    // Reads root words from a UTF-8 file with one word a line.
    static Dictionary open(std::string_view path) {
        return Dictionary(detail::give<Object>([&](pantau_dictionary **out) {
            return pantau_dictionary_open(path.data(), path.size(), out);
        }));
    }

    // Collects root words from a text with one word a line.
    static Dictionary from_words(std::string_view words) {
        return Dictionary(detail::give<Object>([&](pantau_dictionary **out) {
            return pantau_dictionary_from_words(words.data(), words.size(), out);
        }));
    }

    // How many different words there are.
    std::size_t length() const { return pantau_dictionary_length(object_.get()); }

    // The SHA-256 of the sorted words, in hexadecimal.
    std::string fingerprint() const {
        return detail::give_text(
            [&](pantau_text **out) { return pantau_dictionary_fingerprint(object_.get(), out); });
    }

    // The object of the C face, borrowed.
    const pantau_dictionary *get() const { return object_.get(); }

private:
    using Object = detail::Owned<pantau_dictionary, pantau_dictionary_free>;

    explicit Dictionary(Object object) : object_(std::move(object)) {}

    Object object_;
};

// Reduces words to their stems.
class Stemmer {
public:
    // The best stemmer for a language, `id` or `en`, without a dictionary.
    explicit Stemmer(std::string_view language) : Stemmer(language, nullptr) {}

    // The best stemmer for a language with a dictionary: Sastrawi's, for Indonesian only.
    Stemmer(std::string_view language, const Dictionary &dictionary)
        : Stemmer(language, dictionary.get()) {}

    // The stems of the words of a text, in lower case, joined by single spaces.
    std::string stem(std::string_view text) const {
        return detail::give_text([&](pantau_text **out) {
            return pantau_stemmer_stem(object_.get(), text.data(), text.size(), out);
        });
    }

    // The algorithm in use: `sastrawi`, `tala` or `english`.
    std::string algorithm() const {
        return detail::give_text(
            [&](pantau_text **out) { return pantau_stemmer_algorithm(object_.get(), out); });
    }

    // How to get better stems, if there is a way.
    std::optional<std::string> hint() const {
        return detail::maybe(pantau_stemmer_hint(object_.get()));
    }

private:
    using Object = detail::Owned<pantau_stemmer, pantau_stemmer_free>;

    Stemmer(std::string_view language, const pantau_dictionary *dictionary)
        : object_(detail::give<Object>([&](pantau_stemmer **out) {
              return pantau_stemmer_new(language.data(), language.size(), dictionary, out);
          })) {}

    Object object_;
};

// An anonymised text, and what was replaced in it.
class Anonymized {
public:
    // The text with its replacements.
    std::string text() const { return detail::copy(pantau_anonymized_text(object_.get())); }

    // How often an entity, such as `email`, was replaced.
    std::uint64_t count(std::string_view entity) const {
        std::uint64_t out = 0;
        detail::check(pantau_anonymized_count(object_.get(), entity.data(), entity.size(), &out));
        return out;
    }

    // How many replacements there were.
    std::uint64_t total() const { return pantau_anonymized_total(object_.get()); }

private:
    friend class Anonymizer;
    using Object = detail::Owned<pantau_anonymized, pantau_anonymized_free>;

    explicit Anonymized(Object object) : object_(std::move(object)) {}

    Object object_;
};

// Replaces personal data in texts.
class Anonymizer {
public:
    // An anonymizer that replaces all entities by their kind, such as `[EMAIL]`.
    Anonymizer() : object_(detail::give<Object>(pantau_anonymizer_new)) {}

    // Another anonymizer that replaces only the entities in a comma-separated list.
    Anonymizer with_entities(std::string_view entities) const {
        return Anonymizer(detail::give<Object>([&](pantau_anonymizer **out) {
            return pantau_anonymizer_with_entities(object_.get(), entities.data(), entities.size(),
                                                   out);
        }));
    }

    // Another anonymizer that replaces values by pseudonyms under a key of 16 bytes or more.
    Anonymizer with_key(std::string_view key) const {
        return Anonymizer(detail::give<Object>([&](pantau_anonymizer **out) {
            return pantau_anonymizer_with_key(
                object_.get(), reinterpret_cast<const std::uint8_t *>(key.data()), key.size(), out);
        }));
    }

    // The text with its personal data replaced, and the counts of what was.
    Anonymized anonymize(std::string_view text) const {
        return Anonymized(detail::give<Anonymized::Object>([&](pantau_anonymized **out) {
            return pantau_anonymizer_anonymize(object_.get(), text.data(), text.size(), out);
        }));
    }

    // The object of the C face, borrowed.
    const pantau_anonymizer *get() const { return object_.get(); }

private:
    using Object = detail::Owned<pantau_anonymizer, pantau_anonymizer_free>;

    explicit Anonymizer(Object object) : object_(std::move(object)) {}

    Object object_;
};

// Everything that decides which features an extractor gives.
class FeatureConfig {
public:
    // The default settings for a language, `id` or `en`, made now.
    explicit FeatureConfig(std::string_view language)
        : object_(detail::give<Object>([&](pantau_feature_config **out) {
              return pantau_feature_config_new(language.data(), language.size(), out);
          })) {}

    // Reads settings from JSON; what is not there gets its default.
    static FeatureConfig from_json(std::string_view json) {
        return FeatureConfig(detail::give<Object>([&](pantau_feature_config **out) {
            return pantau_feature_config_from_json(json.data(), json.size(), out);
        }));
    }

    // Reads settings from a JSON file.
    static FeatureConfig load(std::string_view path) {
        return FeatureConfig(detail::give<Object>([&](pantau_feature_config **out) {
            return pantau_feature_config_load(path.data(), path.size(), out);
        }));
    }

    // Writes the settings to a JSON file, whole or not at all.
    void save(std::string_view path) const {
        detail::check(pantau_feature_config_save(object_.get(), path.data(), path.size()));
    }

    // Other settings, the same but for the Sastrawi stemmer over a dictionary.
    FeatureConfig with_dictionary(const Dictionary &dictionary) const {
        return FeatureConfig(detail::give<Object>([&](pantau_feature_config **out) {
            return pantau_feature_config_with_dictionary(object_.get(), dictionary.get(), out);
        }));
    }

    // The settings as JSON.
    std::string to_json() const {
        return detail::give_text(
            [&](pantau_text **out) { return pantau_feature_config_to_json(object_.get(), out); });
    }

    // Equal hashes mean equal features.
    std::string schema_hash() const {
        return detail::give_text([&](pantau_text **out) {
            return pantau_feature_config_schema_hash(object_.get(), out);
        });
    }

private:
    friend class FeatureExtractor;
    using Object = detail::Owned<pantau_feature_config, pantau_feature_config_free>;

    explicit FeatureConfig(Object object) : object_(std::move(object)) {}

    Object object_;
};

// The features of one text.
class Features {
public:
    // A feature that is a text, such as `cleaned_text`.
    std::string text(std::string_view name) const {
        const pantau_text *out = nullptr;
        detail::check(pantau_features_text(object_.get(), name.data(), name.size(), &out));
        return detail::copy(out);
    }

    // A feature that is a number, such as `word_count`, or an answer, 1 or 0.
    double number(std::string_view name) const {
        double out = 0;
        detail::check(pantau_features_number(object_.get(), name.data(), name.size(), &out));
        return out;
    }

    // All features as a JSON object.
    std::string to_json() const {
        return detail::give_text(
            [&](pantau_text **out) { return pantau_features_to_json(object_.get(), out); });
    }

private:
    friend class FeatureExtractor;
    using Object = detail::Owned<pantau_features, pantau_features_free>;

    explicit Features(Object object) : object_(std::move(object)) {}

    Object object_;
};

// A stream of Arrow record batches, which releases what is left of it when it ends. It does not
// need the extractor that gave it.
class ArrowStream {
public:
    // Takes over a stream of the Arrow C stream interface.
    explicit ArrowStream(const ArrowArrayStream &stream) noexcept : stream_(stream) {}

    ArrowStream(ArrowStream &&other) noexcept : stream_(std::exchange(other.stream_, {})) {}

    ArrowStream &operator=(ArrowStream &&other) noexcept {
        ArrowStream taken(std::move(other));
        std::swap(stream_, taken.stream_);
        return *this;
    }

    ~ArrowStream() {
        if (stream_.release != nullptr) {
            stream_.release(&stream_);
        }
    }

    // The stream, borrowed: to read it, or for a function that moves it out and leaves NULL in its
    // `release`, as `arrow::ImportRecordBatchReader` does.
    ArrowArrayStream *get() { return detail::held(&stream_, stream_.release != nullptr); }

    // The stream for a new owner, who calls its `release`. This object is then moved from.
    [[nodiscard]] ArrowArrayStream take() { return std::exchange(*get(), {}); }

private:
    ArrowArrayStream stream_;
};

// Extracts features: the same settings give the same bytes in training and serving.
class FeatureExtractor {
public:
    // An extractor for settings that need no dictionary.
    explicit FeatureExtractor(const FeatureConfig &config) : FeatureExtractor(config, nullptr) {}

    // An extractor whose settings may stem with Sastrawi.
    FeatureExtractor(const FeatureConfig &config, const Dictionary &dictionary)
        : FeatureExtractor(config, dictionary.get()) {}

    // The settings, with the fingerprint of the dictionary in use.
    FeatureConfig config() const {
        return FeatureConfig(detail::give<FeatureConfig::Object>([&](pantau_feature_config **out) {
            return pantau_feature_extractor_config(object_.get(), out);
        }));
    }

    // How to get better stems, if there is a way.
    std::optional<std::string> hint() const {
        return detail::maybe(pantau_feature_extractor_hint(object_.get()));
    }

    // The features of a text of any length.
    Features extract(std::string_view text) const {
        return Features(detail::give<Features::Object>([&](pantau_features **out) {
            return pantau_feature_extractor_extract(object_.get(), text.data(), text.size(), out);
        }));
    }

    // Whether a text, once cleaned, is as long as the settings want it.
    pantau_length_check check_length(std::string_view text) const {
        pantau_length_check out = PANTAU_LENGTH_CHECK_OK;
        detail::check(pantau_feature_extractor_check_length(object_.get(), text.data(),
                                                            text.size(), &out));
        return out;
    }

    // The features of many texts as Arrow record batches, a row for each text in their order. The
    // texts are `std::string`s, `std::string_view`s, or `std::optional`s of either: a text that is
    // missing, `std::nullopt`, is a row of nulls in the columns. `threads` may work, 0 for as many
    // as this process may use.
    template <typename Text = std::optional<std::string_view>>
    ArrowStream extract_stream(const std::vector<Text> &texts, std::size_t threads = 0) const {
        static_assert(!std::is_pointer_v<Text>, "a pointer may be NULL, which no view can be");
        std::vector<const char *> data;
        std::vector<std::size_t> lengths;
        data.reserve(texts.size());
        lengths.reserve(texts.size());
        for (const std::optional<std::string_view> text : texts) {
            // The data of an empty view may be NULL, which would make it missing.
            const char *bytes = text && text->empty() ? "" : text ? text->data() : nullptr;
            data.push_back(bytes);
            lengths.push_back(text ? text->size() : 0);
        }
        ArrowArrayStream out{};
        detail::check(pantau_feature_extractor_extract_stream(
            object_.get(), data.data(), lengths.data(), texts.size(), threads, &out));
        return ArrowStream(out);
    }

    // The object of the C face, borrowed.
    const pantau_feature_extractor *get() const { return object_.get(); }

private:
    using Object = detail::Owned<pantau_feature_extractor, pantau_feature_extractor_free>;

    FeatureExtractor(const FeatureConfig &config, const pantau_dictionary *dictionary)
        : object_(detail::give<Object>([&](pantau_feature_extractor **out) {
              return pantau_feature_extractor_new(config.object_.get(), dictionary, out);
          })) {}

    Object object_;
};

// The ONNX Runtime of this process, which models run on. Opening or converting a model loads it by
// itself.
class Runtime {
public:
    // Loads it, from a path or, if that is empty, from where it is found.
    static Runtime load(std::string_view path = {}) {
        detail::check(pantau_runtime_load(path.data(), path.size()));
        return Runtime();
    }

    // The file it was loaded from.
    std::string path() const { return detail::give_text(pantau_runtime_path); }

    // Its version, such as `1.23.2`.
    std::string version() const { return detail::give_text(pantau_runtime_version); }

    // How it was found: `path`, `environment`, `process`, `package` or `system`.
    std::string origin() const { return detail::give_text(pantau_runtime_origin); }

private:
    Runtime() = default;
};

// A file for a bundle: its name inside it, such as `model.onnx`, and where its bytes are now.
struct BundleFile {
    std::string name;
    std::string path;
};

class ConvertOptions;
class LabelledTexts;
class Monitor;
class Reference;

// A model on disk: a folder with a manifest that lists its files and their hashes.
class Bundle {
public:
    // Opens a bundle: every file its manifest lists is compared with it.
    static Bundle open(std::string_view path) {
        return Bundle(detail::give<Object>([&](pantau_bundle **out) {
            return pantau_bundle_open(path.data(), path.size(), out);
        }));
    }

    // Makes a bundle of files that lie elsewhere. The manifest is JSON as `manifest` gives it; its
    // list of files is filled in.
    static Bundle create(std::string_view target, const std::vector<BundleFile> &files,
                         std::string_view manifest, bool overwrite = false) {
        using Files = detail::Owned<pantau_bundle_files, pantau_bundle_files_free>;
        const auto list = detail::give<Files>(pantau_bundle_files_new);
        for (const BundleFile &file : files) {
            detail::check(pantau_bundle_files_add(list.get(), file.name.data(), file.name.size(),
                                                  file.path.data(), file.path.size()));
        }
        return Bundle(detail::give<Object>([&](pantau_bundle **out) {
            return pantau_bundle_create(target.data(), target.size(), list.get(), manifest.data(),
                                        manifest.size(), overwrite, out);
        }));
    }

    // Checks everything again, on the files as they are now.
    void verify() const { detail::check(pantau_bundle_verify(object_.get())); }

    // The folder.
    std::string path() const {
        return detail::give_text(
            [&](pantau_text **out) { return pantau_bundle_path(object_.get(), out); });
    }

    // A hash over everything in it: equal bundles have equal ids.
    std::string id() const {
        return detail::give_text(
            [&](pantau_text **out) { return pantau_bundle_id(object_.get(), out); });
    }

    // What it says about itself as a JSON object: its `pantau.json`.
    std::string manifest() const {
        return detail::give_text(
            [&](pantau_text **out) { return pantau_bundle_manifest(object_.get(), out); });
    }

    // The object, for functions of pantau.h.
    const pantau_bundle *get() const { return object_.get(); }

private:
    friend Bundle convert(std::string_view, std::string_view, const ConvertOptions &);
    friend Bundle train(const LabelledTexts &, const LabelledTexts *, std::string_view,
                        std::string_view, const Progress &);
    friend Bundle import_sklearn(std::string_view, std::string_view, std::string_view, bool);
    friend class Run;
    using Object = detail::Owned<pantau_bundle, pantau_bundle_free>;

    explicit Bundle(Object object) : object_(std::move(object)) {}

    Object object_;
};

// How a checkpoint is converted. Each setter changes the options and returns them.
class ConvertOptions {
public:
    // 32-bit weights, the name of the checkpoint's folder, and nothing is overwritten.
    ConvertOptions() : object_(detail::give<Object>(pantau_convert_options_new)) {}

    // How weights are stored: `fp32`, `fp16` or `int8`.
    ConvertOptions &set_weights(std::string_view weights) {
        detail::check(
            pantau_convert_options_set_weights(object_.get(), weights.data(), weights.size()));
        return *this;
    }

    // The name of the model; the empty one is that of the checkpoint's folder.
    ConvertOptions &set_name(std::string_view name) {
        detail::check(pantau_convert_options_set_name(object_.get(), name.data(), name.size()));
        return *this;
    }

    // A text that `int8` is calibrated with; without any, samples in Indonesian and English are.
    ConvertOptions &add_calibration(std::string_view text) {
        detail::check(
            pantau_convert_options_add_calibration(object_.get(), text.data(), text.size()));
        return *this;
    }

    // Whether a bundle that is there already is replaced.
    ConvertOptions &set_overwrite(bool overwrite) {
        detail::check(pantau_convert_options_set_overwrite(object_.get(), overwrite));
        return *this;
    }

    // The object of the C face, borrowed.
    const pantau_convert_options *get() const { return object_.get(); }

private:
    using Object = detail::Owned<pantau_convert_options, pantau_convert_options_free>;

    Object object_;
};

// Makes a bundle of a checkpoint: a folder as `save_pretrained` of transformers or
// sentence-transformers makes it, or one with a graph that another program exported. The bundle
// appears whole or not at all.
inline Bundle convert(std::string_view checkpoint, std::string_view bundle,
                      const ConvertOptions &options) {
    return Bundle(detail::give<Bundle::Object>([&](pantau_bundle **out) {
        return pantau_convert(checkpoint.data(), checkpoint.size(), bundle.data(), bundle.size(),
                              options.get(), out);
    }));
}

// Makes a bundle of a checkpoint, with the default options.
inline Bundle convert(std::string_view checkpoint, std::string_view bundle) {
    return convert(checkpoint, bundle, ConvertOptions());
}

// How a model is opened. Each setter changes the options and returns them.
class ModelOptions {
public:
    ModelOptions() : object_(detail::give<Object>(pantau_model_options_new)) {}

    // Where the model runs: `cpu`, the default, `prefer_cuda` or `require_cuda`.
    ModelOptions &set_device(std::string_view device) {
        detail::check(
            pantau_model_options_set_device(object_.get(), device.data(), device.size()));
        return *this;
    }

    // How many threads it uses; 0, the default, is as many as this process may use.
    ModelOptions &set_threads(std::size_t threads) {
        detail::check(pantau_model_options_set_threads(object_.get(), threads));
        return *this;
    }

    // The most tokens of a text that are read at once; 0, the default, is what the model can.
    ModelOptions &set_max_tokens(std::size_t max_tokens) {
        detail::check(pantau_model_options_set_max_tokens(object_.get(), max_tokens));
        return *this;
    }

    // What happens to texts of more tokens: `truncate`, the default, reads their beginning;
    // `truncate_start` reads their end; `windows` reads all in windows, of which neighbours share
    // `overlap` tokens and a text has at most `max_windows`, and answers with the mean.
    ModelOptions &set_long_text(std::string_view long_text, std::size_t overlap = 32,
                                std::size_t max_windows = 64) {
        detail::check(pantau_model_options_set_long_text(object_.get(), long_text.data(),
                                                         long_text.size(), overlap,
                                                         max_windows));
        return *this;
    }

    // How long a text may wait for company while the model is busy; not at all by default.
    ModelOptions &set_max_wait(std::chrono::milliseconds max_wait) {
        detail::check(pantau_model_options_set_max_wait_ms(
            object_.get(), detail::milliseconds(max_wait, "max_wait")));
        return *this;
    }

    // How many calls may wait at the same time, 1024 by default; more are `Busy`.
    ModelOptions &set_queue(std::size_t queue) {
        detail::check(pantau_model_options_set_queue(object_.get(), queue));
        return *this;
    }

    // The object of the C face, borrowed.
    const pantau_model_options *get() const { return object_.get(); }

private:
    using Object = detail::Owned<pantau_model_options, pantau_model_options_free>;

    Object object_;
};

// What a classifier answers for one text.
class Prediction {
public:
    // The most probable label.
    std::string label() const { return detail::copy(pantau_prediction_label(object_.get())); }

    // Its probability.
    double confidence() const { return pantau_prediction_confidence(object_.get()); }

    // The probability of every label, in the classifier's order; none if they were not asked for.
    std::vector<double> probabilities() const {
        std::vector<double> all(pantau_prediction_probability_count(object_.get()));
        for (std::size_t index = 0; index < all.size(); ++index) {
            all[index] = pantau_prediction_probability(object_.get(), index);
        }
        return all;
    }

    // All labels that hold: of a multi-label model those with a probability of at least 0.5, of
    // others the one above.
    std::vector<std::string> all_labels() const {
        std::vector<std::string> all(pantau_prediction_all_labels_count(object_.get()));
        for (std::size_t index = 0; index < all.size(); ++index) {
            all[index] = detail::copy(pantau_prediction_all_labels(object_.get(), index));
        }
        return all;
    }

    // Whether the text has nothing but white space.
    bool is_empty() const { return pantau_prediction_is_empty(object_.get()); }

    // Whether something of the text was cut off.
    bool is_truncated() const { return pantau_prediction_is_truncated(object_.get()); }

    // Whether the text holds U+FFFD: somebody before could not decode it.
    bool is_replaced() const { return pantau_prediction_is_replaced(object_.get()); }

    // How unlike the text is to those the model has learnt from; NaN if it cannot tell.
    double novelty() const { return pantau_prediction_novelty(object_.get()); }

    // Which share of texts like those the model has learnt from are at least as unusual: the
    // smaller, the less the text is one of them; NaN if it cannot tell.
    double novelty_pvalue() const { return pantau_prediction_novelty_pvalue(object_.get()); }

    // The object of the C face, borrowed.
    const pantau_prediction *get() const { return object_.get(); }

private:
    friend class Classifier;
    friend class Ensemble;
    friend class Cascade;
    friend class Predictions;
    using Object = detail::Owned<pantau_prediction, pantau_prediction_free>;

    explicit Prediction(Object object) : object_(std::move(object)) {}

    Object object_;
};

// What a classifier answers for many texts, column by column, in the order of the texts. The
// columns are borrowed from it.
class Predictions {
public:
    // How many texts there are.
    std::size_t count() const { return pantau_predictions_count(object_.get()); }

    // The most probable label of a text.
    std::string label(std::size_t text) const {
        return detail::copy(pantau_predictions_label(object_.get(), text), "text", text);
    }

    // For each text, the index of its most probable label.
    const std::uint32_t *best() const { return pantau_predictions_best(object_.get()); }

    // For each text, the probability of its most probable label.
    const double *confidence() const { return pantau_predictions_confidence(object_.get()); }

    // For each text, the probabilities of all labels, `label_count` of them, then those of the next
    // text; NULL if they were not asked for.
    const double *probabilities() const { return pantau_predictions_probabilities(object_.get()); }

    // For each text, what is odd about it: `pantau_flag`s, joined by `|`.
    const std::uint32_t *flags() const { return pantau_predictions_flags(object_.get()); }

    // For each text, which share of texts like those the model has learnt from are at least as
    // unusual: the smaller, the less the text is one of them. NULL if it cannot tell.
    const double *novelty_pvalues() const {
        return pantau_predictions_novelty_pvalues(object_.get());
    }

    // How many labels the model chose from.
    std::size_t label_count() const { return pantau_predictions_label_count(object_.get()); }

    // The label with an index, which is that of its column among the probabilities.
    std::string label_name(std::size_t index) const {
        return detail::copy(pantau_predictions_label_name(object_.get(), index), "index", index);
    }

    // The prediction for one text.
    Prediction get(std::size_t text) const {
        return Prediction(detail::give<Prediction::Object>([&](pantau_prediction **out) {
            return pantau_predictions_get(object_.get(), text, out);
        }));
    }

    // The object of the C face, borrowed.
    const pantau_predictions *get() const { return object_.get(); }

private:
    friend class Classifier;
    friend class Ensemble;
    friend class Cascade;
    using Object = detail::Owned<pantau_predictions, pantau_predictions_free>;

    explicit Predictions(Object object) : object_(std::move(object)) {}

    Object object_;
};

// What a part of a text adds to the score of a label.
struct Contribution {
    // The term or the words.
    std::string term;
    // What it adds; below 0, it speaks for other labels.
    double value;
};

// What a word of a text adds to the score of a label.
struct WordShare {
    // Where the word begins in the text, in bytes, and where it ends.
    std::size_t start;
    std::size_t end;
    std::string word;
    // What it adds. What several words add together is divided among them.
    double value;
};

// Why a text got its label. The score is `baseline + the sum of the contributions + gap`.
class Explanation {
public:
    // The label that is explained.
    std::string label() const { return detail::copy(pantau_explanation_label(object_.get())); }

    // How it was found out: `exact`, the score is a sum; or `occlusion`, the model was asked again
    // for the text without each word.
    std::string method() const { return detail::copy(pantau_explanation_method(object_.get())); }

    // How far the label's logit is above the mean of the other labels'.
    double score() const { return pantau_explanation_score(object_.get()); }

    // The label's score for a text without words.
    double baseline() const { return pantau_explanation_baseline(object_.get()); }

    // What the contributions leave unexplained.
    double gap() const { return pantau_explanation_gap(object_.get()); }

    // How many texts the model was asked.
    std::size_t asked() const { return pantau_explanation_asked(object_.get()); }

    // What the parts of the text add, the most important first.
    std::vector<Contribution> contributions() const {
        std::vector<Contribution> all;
        const std::size_t count = pantau_explanation_contribution_count(object_.get());
        for (std::size_t at = 0; at < count; ++at) {
            all.push_back({detail::copy(pantau_explanation_contribution_term(object_.get(), at)),
                           pantau_explanation_contribution_value(object_.get(), at)});
        }
        return all;
    }

    // What each word of the text adds, in their order.
    std::vector<WordShare> words() const {
        std::vector<WordShare> all;
        const std::size_t count = pantau_explanation_word_count(object_.get());
        for (std::size_t at = 0; at < count; ++at) {
            all.push_back({pantau_explanation_word_start(object_.get(), at),
                           pantau_explanation_word_end(object_.get(), at),
                           detail::copy(pantau_explanation_word(object_.get(), at)),
                           pantau_explanation_word_value(object_.get(), at)});
        }
        return all;
    }

    // All of it as a JSON object.
    std::string to_json() const {
        return detail::give_text(
            [&](pantau_text **out) { return pantau_explanation_to_json(object_.get(), out); });
    }

    // What speaks for the label and against it, for a terminal.
    std::string to_text() const {
        return detail::give_text(
            [&](pantau_text **out) { return pantau_explanation_to_text(object_.get(), out); });
    }

    // The text with its words coloured by what they add, as a part of a page for a browser.
    std::string to_html() const {
        return detail::give_text(
            [&](pantau_text **out) { return pantau_explanation_to_html(object_.get(), out); });
    }

private:
    friend class Classifier;
    using Object = detail::Owned<pantau_explanation, pantau_explanation_free>;

    explicit Explanation(Object object) : object_(std::move(object)) {}

    Object object_;
};

// How a classifier is asked.
struct PredictOptions {
    // Whether the probabilities of all labels are computed; without them, answers are cheaper.
    bool return_probabilities = true;
    // In what time the answer must be there, or it is `Deadline`; 0 for no limit.
    std::chrono::milliseconds deadline{0};
};

// Gives texts a label. Threads may share it, and should: their texts run together.
class Classifier {
public:
    // Opens the bundle of a classifier. A bundle that is open already with the same options is
    // shared, not loaded again.
    static Classifier open(std::string_view bundle, const ModelOptions &options = ModelOptions()) {
        return Classifier(detail::give<Object>([&](pantau_classifier **out) {
            return pantau_classifier_open(bundle.data(), bundle.size(), options.get(), out);
        }));
    }

    // The prediction for one text, with the probabilities of all labels.
    Prediction predict(std::string_view text) const {
        return Prediction(detail::give<Prediction::Object>([&](pantau_prediction **out) {
            return pantau_classifier_predict(object_.get(), text.data(), text.size(), out);
        }));
    }

    // The predictions for many texts, `std::string`s or `std::string_view`s.
    template <typename Text = std::string_view>
    Predictions predict_batch(const std::vector<Text> &texts, PredictOptions options = {}) const {
        const detail::Texts list(texts);
        return Predictions(detail::give<Predictions::Object>([&](pantau_predictions **out) {
            return pantau_classifier_predict_batch(
                object_.get(), list.data.data(), list.lengths.data(), texts.size(),
                options.return_probabilities, detail::milliseconds(options.deadline, "deadline"),
                out);
        }));
    }

    // The prediction for one text, later. The text is queued before this returns. For an event
    // loop, `pantau_classifier_predict_then` with `get()` calls back.
    std::future<Prediction> predict_async(std::string_view text,
                                          std::chrono::milliseconds deadline = {}) const {
        auto promise = std::make_unique<std::promise<Prediction>>();
        auto future = promise->get_future();
        detail::check(pantau_classifier_predict_then(
            object_.get(), text.data(), text.size(), detail::milliseconds(deadline, "deadline"),
            keep_promise, promise.get()));
        // It belongs to the callback now, which may have been called already.
        static_cast<void>(promise.release());
        return future;
    }

    // Why a text gets its label, or another one. A model that does not weigh words is asked at most
    // `budget` times; 0 is the default, 256.
    Explanation explain(std::string_view text, std::string_view label = {},
                        std::size_t budget = 0) const {
        return Explanation(detail::give<Explanation::Object>([&](pantau_explanation **out) {
            return pantau_classifier_explain(object_.get(), text.data(), text.size(),
                                             label.data(), label.size(), budget, out);
        }));
    }

    // Lets a monitor count all that is answered from now on; `unwatch` ends it.
    inline void watch(const Monitor &monitor) const;

    // Nobody counts what is answered from now on.
    void unwatch() const { detail::check(pantau_classifier_watch(object_.get(), nullptr)); }

    // Answers texts in the order of time, and builds the reference that later ones are compared
    // with. `actual` are the right labels where they are known; `times` the microseconds since 1970
    // of each; `options` JSON as for `pantau_reference_build`.
    inline Reference reference(const std::vector<std::string> &texts,
                               const std::vector<std::optional<std::string>> &actual = {},
                               const std::vector<std::int64_t> &times = {},
                               std::string_view options = {}) const;

    // The labels it chooses from, in the order of the probabilities.
    std::vector<std::string> labels() const {
        std::size_t count = 0;
        detail::check(pantau_classifier_label_count(object_.get(), &count));
        std::vector<std::string> labels;
        for (std::size_t index = 0; index < count; ++index) {
            labels.push_back(detail::give_text([&](pantau_text **out) {
                return pantau_classifier_label(object_.get(), index, out);
            }));
        }
        return labels;
    }

    // What the model is, where it runs, and what it did so far, as a JSON object.
    std::string info() const {
        return detail::give_text(
            [&](pantau_text **out) { return pantau_classifier_info(object_.get(), out); });
    }

    // Measures how many tokens run together best on this machine.
    void warm_up() const { detail::check(pantau_classifier_warm_up(object_.get())); }

    // Replaces the model by the one in another bundle while threads use it.
    void swap(std::string_view bundle) const {
        detail::check(pantau_classifier_swap(object_.get(), bundle.data(), bundle.size()));
    }

    // Frees the model while threads may still hold the classifier: what they ask from then on is
    // `InvalidInput`.
    void close() const { detail::check(pantau_classifier_close(object_.get())); }

    // The object of the C face, borrowed.
    const pantau_classifier *get() const { return object_.get(); }

private:
    friend class Registry;
    using Object = detail::Owned<pantau_classifier, pantau_classifier_free>;

    explicit Classifier(Object object) : object_(std::move(object)) {}

    static void keep_promise(void *user_data, pantau_status status, pantau_prediction *prediction,
                             const char *message) noexcept {
        const std::unique_ptr<std::promise<Prediction>> promise(
            static_cast<std::promise<Prediction> *>(user_data));
        try {
            if (status != PANTAU_STATUS_OK) {
                detail::fail(status, message);
            }
            promise->set_value(Prediction(Prediction::Object(prediction)));
        } catch (...) {
            promise->set_exception(std::current_exception());
        }
    }

    Object object_;
};

// Rows of numbers, sparse or dense: what learners learn from. Its numbers are borrowed from it.
class Matrix {
public:
    // A dense matrix, row after row.
    static Matrix from_dense(const std::vector<double> &values, std::size_t rows,
                             std::size_t columns) {
        detail::check_length("values", values.size(), rows * columns, "places");
        return Matrix(detail::give<Object>([&](pantau_matrix **out) {
            return pantau_matrix_from_dense(values.data(), rows, columns, out);
        }));
    }

    // A sparse matrix, which is called CSR elsewhere: where the numbers of each row begin and those
    // of the last one end, and for each number its column and itself.
    static Matrix from_sparse(const std::vector<std::size_t> &starts,
                              const std::vector<std::uint32_t> &places,
                              const std::vector<double> &values, std::size_t columns) {
        detail::check_length("places", places.size(), values.size(), "values");
        // Its last entry says how many numbers are read.
        detail::check_length("starts", starts.empty() ? 0 : starts.back(), values.size(),
                             "values");
        const std::size_t rows = starts.empty() ? 0 : starts.size() - 1;
        return Matrix(detail::give<Object>([&](pantau_matrix **out) {
            return pantau_matrix_from_sparse(starts.data(), places.data(), values.data(), rows,
                                             columns, out);
        }));
    }

    // How many rows there are.
    std::size_t rows() const { return pantau_matrix_rows(object_.get()); }

    // How many columns there are.
    std::size_t columns() const { return pantau_matrix_columns(object_.get()); }

    // Whether only the numbers are kept that are not zero.
    bool is_sparse() const { return pantau_matrix_is_sparse(object_.get()); }

    // How many numbers are kept.
    std::size_t value_count() const { return pantau_matrix_value_count(object_.get()); }

    // The numbers that are kept, row after row.
    const double *values() const { return pantau_matrix_values(object_.get()); }

    // Of a sparse matrix, where the numbers of each row begin and those of the last one end.
    const std::size_t *starts() const { return pantau_matrix_starts(object_.get()); }

    // Of a sparse matrix, the column of each number.
    const std::uint32_t *places() const { return pantau_matrix_places(object_.get()); }

    // The object of the C face, borrowed.
    const pantau_matrix *get() const { return object_.get(); }

private:
    friend class Embeddings;
    friend class TfidfVectorizer;
    using Object = detail::Owned<pantau_matrix, pantau_matrix_free>;

    explicit Matrix(Object object) : object_(std::move(object)) {}

    Object object_;
};

// Vectors for texts, in their order. The columns are borrowed from it.
class Embeddings {
public:
    // How many texts there are.
    std::size_t count() const { return pantau_embeddings_count(object_.get()); }

    // How many numbers a vector has.
    std::size_t dimensions() const { return pantau_embeddings_dimensions(object_.get()); }

    // All vectors: the numbers of one text, then those of the next.
    const float *numbers() const { return pantau_embeddings_numbers(object_.get()); }

    // For each text, what is odd about it: `pantau_flag`s, joined by `|`.
    const std::uint32_t *flags() const { return pantau_embeddings_flags(object_.get()); }

    // The vectors as the rows of a dense matrix.
    Matrix to_matrix() const {
        return Matrix(detail::give<Matrix::Object>([&](pantau_matrix **out) {
            return pantau_embeddings_to_matrix(object_.get(), out);
        }));
    }

private:
    friend class Encoder;
    using Object = detail::Owned<pantau_embeddings, pantau_embeddings_free>;

    explicit Embeddings(Object object) : object_(std::move(object)) {}

    Object object_;
};

// Gives texts a vector: near ones for texts that mean the same. Threads may share it, and should:
// their texts run together.
class Encoder {
public:
    // Opens the bundle of an encoder. A bundle that is open already with the same options is
    // shared, not loaded again.
    static Encoder open(std::string_view bundle, const ModelOptions &options = ModelOptions()) {
        return Encoder(detail::give<Object>([&](pantau_encoder **out) {
            return pantau_encoder_open(bundle.data(), bundle.size(), options.get(), out);
        }));
    }

    // The vector of one text.
    std::vector<float> embed(std::string_view text) const {
        const Embeddings one(detail::give<Embeddings::Object>([&](pantau_embeddings **out) {
            return pantau_encoder_embed(object_.get(), text.data(), text.size(), out);
        }));
        return std::vector<float>(one.numbers(), one.numbers() + one.dimensions());
    }

    // The vectors of many texts, `std::string`s or `std::string_view`s. The answer must be there
    // within `deadline`, or it is `Deadline`; 0 for no limit.
    template <typename Text = std::string_view>
    Embeddings embed_batch(const std::vector<Text> &texts,
                           std::chrono::milliseconds deadline = {}) const {
        const detail::Texts list(texts);
        return Embeddings(detail::give<Embeddings::Object>([&](pantau_embeddings **out) {
            return pantau_encoder_embed_batch(object_.get(), list.data.data(), list.lengths.data(),
                                              texts.size(),
                                              detail::milliseconds(deadline, "deadline"), out);
        }));
    }

    // How many numbers a vector has.
    std::size_t dimensions() const {
        std::size_t out = 0;
        detail::check(pantau_encoder_dimensions(object_.get(), &out));
        return out;
    }

    // What the model is, where it runs, and what it did so far, as a JSON object.
    std::string info() const {
        return detail::give_text(
            [&](pantau_text **out) { return pantau_encoder_info(object_.get(), out); });
    }

    // Measures how many tokens run together best on this machine.
    void warm_up() const { detail::check(pantau_encoder_warm_up(object_.get())); }

    // Replaces the model by the one in another bundle while threads use it.
    void swap(std::string_view bundle) const {
        detail::check(pantau_encoder_swap(object_.get(), bundle.data(), bundle.size()));
    }

    // Frees the model while threads may still hold the encoder: what they ask from then on is
    // `InvalidInput`.
    void close() const { detail::check(pantau_encoder_close(object_.get())); }

private:
    using Object = detail::Owned<pantau_encoder, pantau_encoder_free>;

    explicit Encoder(Object object) : object_(std::move(object)) {}

    Object object_;
};

// Texts with the labels that people gave them: what classifiers learn from and are judged by.
class LabelledTexts {
public:
    // Copies texts and their labels, `std::string`s or `std::string_view`s.
    template <typename Text = std::string_view, typename Label = std::string_view>
    LabelledTexts(const std::vector<Text> &texts, const std::vector<Label> &labels)
        : LabelledTexts(detail::Texts(texts), detail::Texts(labels)) {}

    // Reads a file with a header: comma-, semicolon- or tab-separated, or objects where its name
    // ends in `.json` or `.jsonl`.
    static LabelledTexts open(std::string_view path, std::string_view text_column,
                              std::string_view label_column) {
        return LabelledTexts(detail::give<Object>([&](pantau_labelled_texts **out) {
            return pantau_labelled_texts_open(path.data(), path.size(), text_column.data(),
                                              text_column.size(), label_column.data(),
                                              label_column.size(), out);
        }));
    }

    // How many rows there are.
    std::size_t count() const { return pantau_labelled_texts_count(object_.get()); }

    // The text of a row.
    std::string text(std::size_t row) const {
        return detail::give_text([&](pantau_text **out) {
            return pantau_labelled_texts_text(object_.get(), row, out);
        });
    }

    // The label of a row.
    std::string label(std::size_t row) const {
        return detail::give_text([&](pantau_text **out) {
            return pantau_labelled_texts_label(object_.get(), row, out);
        });
    }

    // The object of the C face, borrowed.
    const pantau_labelled_texts *get() const { return object_.get(); }

private:
    friend class Store;
    using Object = detail::Owned<pantau_labelled_texts, pantau_labelled_texts_free>;

    LabelledTexts(const detail::Texts &texts, const detail::Texts &labels)
        : object_(detail::give<Object>([&](pantau_labelled_texts **out) {
              detail::check_length("labels", labels.data.size(), texts.data.size(), "texts");
              return pantau_labelled_texts_new(texts.data.data(), texts.lengths.data(),
                                               labels.data.data(), labels.lengths.data(),
                                               texts.data.size(), out);
          })) {}

    explicit LabelledTexts(Object object) : object_(std::move(object)) {}

    Object object_;
};

// Learns a classifier from labelled texts, writes it into the folder `bundle` and gives it. `test`
// says how good it is; with NULL, some of the rows are kept aside for that. `options` are JSON as
// for `pantau_train`, and so are all options below; empty ones are the default ones.
inline Bundle train(const LabelledTexts &data, const LabelledTexts *test, std::string_view bundle,
                    std::string_view options = {}, const Progress &progress = {}) {
    const auto call = [&](pantau_progress callback, void *user_data, pantau_bundle **out) {
        return pantau_train(data.get(), test == nullptr ? nullptr : test->get(), bundle.data(),
                            bundle.size(), options.data(), options.size(), callback, user_data,
                            out);
    };
    return Bundle(detail::give<Bundle::Object>(progress, call));
}

// Learns a classifier from labelled texts, and keeps some of them aside to say how good it is.
inline Bundle train(const LabelledTexts &data, std::string_view bundle,
                    std::string_view options = {}, const Progress &progress = {}) {
    return train(data, nullptr, bundle, options, progress);
}

// Makes a bundle of a pipeline that was fitted with scikit-learn and written as JSON by
// `pantau.sklearn.export` in Python. An empty `name` is that of the bundle's folder.
inline Bundle import_sklearn(std::string_view pipeline, std::string_view bundle,
                             std::string_view name = {}, bool overwrite = false) {
    return Bundle(detail::give<Bundle::Object>([&](pantau_bundle **out) {
        return pantau_import_sklearn(pipeline.data(), pipeline.size(), bundle.data(),
                                     bundle.size(), name.data(), name.size(), overwrite, out);
    }));
}

// The mean of what several classifiers say. Calibrate them first: one that is too sure of itself
// outvotes the others.
class Ensemble {
public:
    // The mean of classifiers that have the same labels, each as important as its weight; equally,
    // if there are none.
    explicit Ensemble(const std::vector<std::reference_wrapper<const Classifier>> &classifiers,
                      const std::vector<double> &weights = {})
        : object_(detail::give<Object>([&](pantau_ensemble **out) {
              std::vector<const pantau_classifier *> list;
              for (const Classifier &classifier : classifiers) {
                  list.push_back(classifier.get());
              }
              const double *numbers =
                  detail::maybe("weights", weights, list.size(), "classifiers");
              return pantau_ensemble_new(list.data(), numbers, list.size(), out);
          })) {}

    // The prediction for one text, with the probabilities of all labels.
    Prediction predict(std::string_view text) const {
        return Prediction(detail::give<Prediction::Object>([&](pantau_prediction **out) {
            return pantau_ensemble_predict(object_.get(), text.data(), text.size(), out);
        }));
    }

    // The predictions for many texts, `std::string`s or `std::string_view`s.
    template <typename Text = std::string_view>
    Predictions predict_batch(const std::vector<Text> &texts, PredictOptions options = {}) const {
        const detail::Texts list(texts);
        return Predictions(detail::give<Predictions::Object>([&](pantau_predictions **out) {
            return pantau_ensemble_predict_batch(
                object_.get(), list.data.data(), list.lengths.data(), texts.size(),
                options.return_probabilities, detail::milliseconds(options.deadline, "deadline"),
                out);
        }));
    }

    // The labels it chooses from, in the order of the probabilities.
    std::vector<std::string> labels() const {
        std::size_t count = 0;
        detail::check(pantau_ensemble_label_count(object_.get(), &count));
        std::vector<std::string> labels;
        for (std::size_t index = 0; index < count; ++index) {
            labels.push_back(detail::give_text([&](pantau_text **out) {
                return pantau_ensemble_label(object_.get(), index, out);
            }));
        }
        return labels;
    }

    // The object of the C face, borrowed.
    const pantau_ensemble *get() const { return object_.get(); }

private:
    using Object = detail::Owned<pantau_ensemble, pantau_ensemble_free>;

    Object object_;
};

// A cheap classifier that answers when it is sure, in front of a strong one that answers the rest.
class Cascade {
public:
    // The cheap one answers where its confidence is at least `threshold`.
    Cascade(const Classifier &cheap, const Classifier &strong, double threshold)
        : object_(detail::give<Object>([&](pantau_cascade **out) {
              return pantau_cascade_new(cheap.get(), strong.get(), threshold, out);
          })) {}

    // Chooses the threshold on labelled texts that neither has learnt from: the cheap one answers
    // as much as it may while both together are right as often as `accuracy`, 0 to 1, says.
    static Cascade fit(const Classifier &cheap, const Classifier &strong,
                       const LabelledTexts &data, double accuracy,
                       const Progress &progress = {}) {
        const auto call = [&](pantau_progress callback, void *user_data, pantau_cascade **out) {
            return pantau_cascade_fit(cheap.get(), strong.get(), data.get(), accuracy, callback,
                                      user_data, out);
        };
        return Cascade(detail::give<Object>(progress, call));
    }

    // The prediction for one text, with the probabilities of all labels.
    Prediction predict(std::string_view text) const {
        return Prediction(detail::give<Prediction::Object>([&](pantau_prediction **out) {
            return pantau_cascade_predict(object_.get(), text.data(), text.size(), out);
        }));
    }

    // The predictions for many texts, `std::string`s or `std::string_view`s.
    template <typename Text = std::string_view>
    Predictions predict_batch(const std::vector<Text> &texts, PredictOptions options = {}) const {
        const detail::Texts list(texts);
        return Predictions(detail::give<Predictions::Object>([&](pantau_predictions **out) {
            return pantau_cascade_predict_batch(
                object_.get(), list.data.data(), list.lengths.data(), texts.size(),
                options.return_probabilities, detail::milliseconds(options.deadline, "deadline"),
                out);
        }));
    }

    // The labels it chooses from, in the order of the probabilities.
    std::vector<std::string> labels() const {
        std::size_t count = 0;
        detail::check(pantau_cascade_label_count(object_.get(), &count));
        std::vector<std::string> labels;
        for (std::size_t index = 0; index < count; ++index) {
            labels.push_back(detail::give_text([&](pantau_text **out) {
                return pantau_cascade_label(object_.get(), index, out);
            }));
        }
        return labels;
    }

    // How sure the cheap one must be; above 1, it never is.
    double threshold() const { return pantau_cascade_threshold(object_.get()); }

    // How the threshold was chosen as a JSON object; `InvalidInput` if it was given.
    std::string choice() const {
        return detail::give_text(
            [&](pantau_text **out) { return pantau_cascade_choice(object_.get(), out); });
    }

    // The object of the C face, borrowed.
    const pantau_cascade *get() const { return object_.get(); }

private:
    using Object = detail::Owned<pantau_cascade, pantau_cascade_free>;

    explicit Cascade(Object object) : object_(std::move(object)) {}

    Object object_;
};

// A classifier, an ensemble or a cascade as what may be judged, borrowed as by a pointer: it ends
// with what it stands for.
class TextClassifier {
public:
    TextClassifier(const Classifier &classifier)
        : object_(pantau_classifier_as_text_classifier(classifier.get())) {}
    TextClassifier(const Ensemble &ensemble)
        : object_(pantau_ensemble_as_text_classifier(ensemble.get())) {}
    TextClassifier(const Cascade &cascade)
        : object_(pantau_cascade_as_text_classifier(cascade.get())) {}

    // The object of the C face, borrowed.
    const pantau_text_classifier *get() const { return object_; }

private:
    const pantau_text_classifier *object_;
};

// A number that was measured on a sample, and where it may really lie.
struct Estimate {
    double value;
    double low;
    double high;
};

// How good a classifier is on labelled texts, how sure that is, and where it goes wrong.
class Evaluation {
public:
    // Reads an evaluation from JSON as `to_json` and the `evaluation.json` of a bundle have it.
    static Evaluation from_json(std::string_view json) {
        return Evaluation(detail::give<Object>([&](pantau_evaluation **out) {
            return pantau_evaluation_from_json(json.data(), json.size(), out);
        }));
    }

    // How many rows were evaluated.
    std::size_t rows() const { return pantau_evaluation_rows(object_.get()); }

    // The share of rows that are right.
    Estimate accuracy() const {
        return {pantau_evaluation_accuracy(object_.get()),
                pantau_evaluation_accuracy_low(object_.get()),
                pantau_evaluation_accuracy_high(object_.get())};
    }

    // The mean F1 of the labels that occur.
    Estimate macro_f1() const {
        return {pantau_evaluation_macro_f1(object_.get()),
                pantau_evaluation_macro_f1_low(object_.get()),
                pantau_evaluation_macro_f1_high(object_.get())};
    }

    // The mean probability of the answers: as high as the accuracy if they mean what they say.
    double mean_confidence() const { return pantau_evaluation_mean_confidence(object_.get()); }

    // All of it as a JSON object.
    std::string to_json() const {
        return detail::give_text(
            [&](pantau_text **out) { return pantau_evaluation_to_json(object_.get(), out); });
    }

    // The evaluation for people, in lines of `width` columns.
    std::string to_text(std::size_t width = 80) const {
        return detail::give_text([&](pantau_text **out) {
            return pantau_evaluation_to_text(object_.get(), width, out);
        });
    }

    // The evaluation for a browser, as a part of a page.
    std::string to_html() const {
        return detail::give_text(
            [&](pantau_text **out) { return pantau_evaluation_to_html(object_.get(), out); });
    }

    // The mistakes that were kept as a table in CSV, the surest first.
    std::string mistakes_csv() const {
        return detail::give_text(
            [&](pantau_text **out) { return pantau_evaluation_mistakes_csv(object_.get(), out); });
    }

    // The confusion matrix as a picture, an SVG.
    std::string confusion_svg() const {
        return detail::give_text([&](pantau_text **out) {
            return pantau_evaluation_confusion_svg(object_.get(), out);
        });
    }

    // The object of the C face, borrowed.
    const pantau_evaluation *get() const { return object_.get(); }

private:
    friend Evaluation evaluate(const TextClassifier &, const LabelledTexts &, std::string_view,
                               const Progress &);
    using Object = detail::Owned<pantau_evaluation, pantau_evaluation_free>;

    explicit Evaluation(Object object) : object_(std::move(object)) {}

    Object object_;
};

// Evaluates a classifier on labelled texts. A label that it does not know counts as a mistake.
inline Evaluation evaluate(const TextClassifier &classifier, const LabelledTexts &data,
                           std::string_view options = {}, const Progress &progress = {}) {
    const auto call = [&](pantau_progress callback, void *user_data, pantau_evaluation **out) {
        return pantau_evaluate(classifier.get(), data.get(), options.data(), options.size(),
                               callback, user_data, out);
    };
    return Evaluation(detail::give<Evaluation::Object>(progress, call));
}

// Two classifiers, called A and B, on the same labelled texts.
class Comparison {
public:
    // How many rows both answered.
    std::size_t rows() const { return pantau_comparison_rows(object_.get()); }

    // The accuracy of B less that of A.
    Estimate difference() const {
        return {pantau_comparison_difference(object_.get()),
                pantau_comparison_difference_low(object_.get()),
                pantau_comparison_difference_high(object_.get())};
    }

    // How likely a difference as large is if neither is better (McNemar's test).
    double pvalue() const { return pantau_comparison_pvalue(object_.get()); }

    // What it comes to, in a sentence.
    std::string verdict() const { return detail::copy(pantau_comparison_verdict(object_.get())); }

    // All of it as a JSON object.
    std::string to_json() const {
        return detail::give_text(
            [&](pantau_text **out) { return pantau_comparison_to_json(object_.get(), out); });
    }

    // The comparison for people, in lines of `width` columns.
    std::string to_text(std::size_t width = 80) const {
        return detail::give_text([&](pantau_text **out) {
            return pantau_comparison_to_text(object_.get(), width, out);
        });
    }

    // The comparison for a browser, as a part of a page.
    std::string to_html() const {
        return detail::give_text(
            [&](pantau_text **out) { return pantau_comparison_to_html(object_.get(), out); });
    }

private:
    friend Comparison compare(const TextClassifier &, const TextClassifier &,
                              const LabelledTexts &, std::string_view, const Progress &);
    using Object = detail::Owned<pantau_comparison, pantau_comparison_free>;

    explicit Comparison(Object object) : object_(std::move(object)) {}

    Object object_;
};

// Compares two classifiers, A and B, on the same labelled texts.
inline Comparison compare(const TextClassifier &first, const TextClassifier &second,
                          const LabelledTexts &data, std::string_view options = {},
                          const Progress &progress = {}) {
    const auto call = [&](pantau_progress callback, void *user_data, pantau_comparison **out) {
        return pantau_compare(first.get(), second.get(), data.get(), options.data(),
                              options.size(), callback, user_data, out);
    };
    return Comparison(detail::give<Comparison::Object>(progress, call));
}

struct AssessOptions;

// What all gates found that a classifier has to pass.
class GateReport {
public:
    // Whether the classifier may be promoted: it passes every gate.
    bool passed() const { return pantau_gate_report_passed(object_.get()); }

    // Whether it may be used: it passes every gate that is an error otherwise.
    bool usable() const { return pantau_gate_report_usable(object_.get()); }

    // What each gate found as a JSON object.
    std::string to_json() const {
        return detail::give_text(
            [&](pantau_text **out) { return pantau_gate_report_to_json(object_.get(), out); });
    }

    // What each gate found for people, in lines of 80 columns.
    std::string to_text() const {
        return detail::give_text(
            [&](pantau_text **out) { return pantau_gate_report_to_text(object_.get(), out); });
    }

private:
    friend GateReport assess(const TextClassifier &, const LabelledTexts &, const AssessOptions &);
    using Object = detail::Owned<pantau_gate_report, pantau_gate_report_free>;

    explicit GateReport(Object object) : object_(std::move(object)) {}

    Object object_;
};

// How a classifier is assessed.
struct AssessOptions {
    // The bounds as JSON; empty ones are the default ones.
    std::string_view gates = {};
    // What it would replace.
    std::optional<TextClassifier> champion = std::nullopt;
    // Its accuracy on the texts it has learnt from; NaN is what its bundle says.
    double train_accuracy = std::numeric_limits<double>::quiet_NaN();
    // What is told how far it is.
    Progress progress = {};
};

// Tells whether a classifier may be used, as its answers to labelled texts show that it has not
// learnt from, and how it bears odd ones.
inline GateReport assess(const TextClassifier &classifier, const LabelledTexts &data,
                         const AssessOptions &options = {}) {
    const auto call = [&](pantau_progress callback, void *user_data, pantau_gate_report **out) {
        return pantau_assess(classifier.get(), data.get(), options.gates.data(),
                             options.gates.size(), options.train_accuracy,
                             options.champion ? options.champion->get() : nullptr, callback,
                             user_data, out);
    };
    return GateReport(detail::give<GateReport::Object>(options.progress, call));
}

// A text of a pool that should be labelled, and why.
struct Selected {
    // Its row in the pool.
    std::size_t row;
    // A strategy or `random`.
    std::string reason;
    // How uncertain the classifier is, as the strategy measures it.
    double score;
    // The chance with which each text of the pool was drawn, for those drawn at random.
    std::optional<double> probability;
};

// How texts are chosen.
struct SelectOptions {
    // `margin`, `entropy`, `least_confident`, `diversity` or `random`.
    std::string_view strategy = "margin";
    // Which share of the texts is drawn at random, whatever the strategy.
    double random_share = 0.1;
    // Another seed, other random texts.
    std::uint64_t seed = 0;
    // A row of numbers for each text, which `diversity` compares.
    const Matrix *features = nullptr;
};

// Chooses `count` texts of a pool that people should label next, by what a classifier said of them.
inline std::vector<Selected> select(const Predictions &pool, std::size_t count,
                                    SelectOptions options = {}) {
    using Object = detail::Owned<pantau_selection, pantau_selection_free>;
    const auto selection = detail::give<Object>([&](pantau_selection **out) {
        return pantau_select(pool.probabilities(), pool.count(), pool.label_count(),
                             options.features == nullptr ? nullptr : options.features->get(),
                             options.strategy.data(), options.strategy.size(), count,
                             options.random_share, options.seed, out);
    });
    std::vector<Selected> all;
    const pantau_selection *object = selection.get();
    for (std::size_t at = 0; at < pantau_selection_count(object); ++at) {
        const double chance = pantau_selection_probabilities(object)[at];
        all.push_back({pantau_selection_rows(object)[at],
                       detail::copy(pantau_selection_reason(object, at)),
                       pantau_selection_scores(object)[at],
                       chance != chance ? std::nullopt : std::optional<double>(chance)});
    }
    return all;
}

// Turns texts into rows of numbers, one column for each n-gram it learnt: the numbers of
// scikit-learn's class of that name.
class TfidfVectorizer {
public:
    // Learns the n-grams of texts, `std::string`s or `std::string_view`s. `parts` is a JSON list
    // with the settings of parts whose columns stand side by side; empty, it is one part with the
    // default ones. `threads` may work, 0 for as many as this process may use.
    template <typename Text = std::string_view>
    static TfidfVectorizer fit(const std::vector<Text> &texts, std::string_view parts = {},
                               std::size_t threads = 0) {
        const detail::Texts list(texts);
        return TfidfVectorizer(detail::give<Object>([&](pantau_tfidf_vectorizer **out) {
            return pantau_tfidf_vectorizer_fit(parts.data(), parts.size(), list.data.data(),
                                               list.lengths.data(), texts.size(), threads, out);
        }));
    }

    // Reads a vectorizer from JSON as `to_json` and the `vectorizer.json` of a bundle have it.
    static TfidfVectorizer from_json(std::string_view json) {
        return TfidfVectorizer(detail::give<Object>([&](pantau_tfidf_vectorizer **out) {
            return pantau_tfidf_vectorizer_from_json(json.data(), json.size(), out);
        }));
    }

    // The rows of texts, in their order, as a sparse matrix.
    template <typename Text = std::string_view>
    Matrix transform(const std::vector<Text> &texts, std::size_t threads = 0) const {
        const detail::Texts list(texts);
        return Matrix(detail::give<Matrix::Object>([&](pantau_matrix **out) {
            return pantau_tfidf_vectorizer_transform(object_.get(), list.data.data(),
                                                     list.lengths.data(), texts.size(), threads,
                                                     out);
        }));
    }

    // How many columns there are.
    std::size_t columns() const { return pantau_tfidf_vectorizer_columns(object_.get()); }

    // For each column, how much its n-gram weighs; borrowed from it.
    const double *idf() const { return pantau_tfidf_vectorizer_idf(object_.get()); }

    // The n-gram of a column.
    std::string term(std::uint32_t column) const {
        return detail::give_text([&](pantau_text **out) {
            return pantau_tfidf_vectorizer_term(object_.get(), column, out);
        });
    }

    // Everything there is to know as JSON.
    std::string to_json() const {
        return detail::give_text([&](pantau_text **out) {
            return pantau_tfidf_vectorizer_to_json(object_.get(), out);
        });
    }

private:
    using Object = detail::Owned<pantau_tfidf_vectorizer, pantau_tfidf_vectorizer_free>;

    explicit TfidfVectorizer(Object object) : object_(std::move(object)) {}

    Object object_;
};

// What a linear classifier says of rows of numbers, in their order. The columns are borrowed from
// it.
class Scores {
public:
    // How many rows there are.
    std::size_t rows() const { return pantau_scores_rows(object_.get()); }

    // How many classes there are.
    std::size_t classes() const { return pantau_scores_classes(object_.get()); }

    // For each row, the class with the highest score.
    const std::uint32_t *best() const { return pantau_scores_best(object_.get()); }

    // For each row, the scores of all classes, then those of the next row.
    const double *values() const { return pantau_scores_values(object_.get()); }

    // For each row, the probabilities of all classes, then those of the next row.
    const double *probabilities() const { return pantau_scores_probabilities(object_.get()); }

private:
    friend class LinearModel;
    friend class NaiveBayes;
    friend class LogisticRegression;
    using Object = detail::Owned<pantau_scores, pantau_scores_free>;

    explicit Scores(Object object) : object_(std::move(object)) {}

    Object object_;
};

// Scores that are sums of weighted numbers: what every linear classifier is when it is used.
class LinearModel {
public:
    // A model of its numbers: for each column the weights of all classes, and the intercepts.
    LinearModel(const std::vector<double> &weights, const std::vector<double> &intercepts,
                std::size_t columns)
        : object_(detail::give<Object>([&](pantau_linear_model **out) {
              detail::check_length("weights", weights.size(), columns * intercepts.size(),
                                   "places");
              return pantau_linear_model_new(weights.data(), intercepts.data(), columns,
                                             intercepts.size(), out);
          })) {}

    // The scores, the probabilities and the best class of each row.
    Scores predict(const Matrix &matrix, std::size_t threads = 0) const {
        return Scores(detail::give<Scores::Object>([&](pantau_scores **out) {
            return pantau_linear_model_predict(object_.get(), matrix.get(), threads, out);
        }));
    }

    // How many columns a row has.
    std::size_t columns() const { return pantau_linear_model_columns(object_.get()); }

    // How many classes there are.
    std::size_t classes() const { return pantau_linear_model_classes(object_.get()); }

    // For each column, the weights of all classes; borrowed from it.
    const double *weights() const { return pantau_linear_model_weights(object_.get()); }

    // What each class has from the start; borrowed from it.
    const double *intercepts() const { return pantau_linear_model_intercepts(object_.get()); }

    // The object of the C face, borrowed.
    const pantau_linear_model *get() const { return object_.get(); }

private:
    friend class NaiveBayes;
    friend class LogisticRegression;
    using Object = detail::Owned<pantau_linear_model, pantau_linear_model_free>;

    explicit LinearModel(Object object) : object_(std::move(object)) {}

    Object object_;
};

// A naive Bayes classifier of rows of numbers.
class NaiveBayes {
public:
    // One that has seen nothing yet; `partial_fit` goes on from there.
    NaiveBayes(std::size_t columns, std::size_t classes, std::string_view options = {})
        : object_(detail::give<Object>([&](pantau_naive_bayes **out) {
              return pantau_naive_bayes_new(columns, classes, options.data(), options.size(), out);
          })) {}

    // Learns from rows and the class of each, a number below `classes`. `sample_weights` is how
    // much each row counts; none is equally.
    static NaiveBayes fit(const Matrix &matrix, const std::vector<std::uint32_t> &labels,
                          std::size_t classes, std::string_view options = {},
                          const std::vector<double> &sample_weights = {}) {
        detail::check_length("labels", labels.size(), matrix.rows(), "rows");
        const double *weights =
            detail::maybe("sample_weights", sample_weights, labels.size(), "rows");
        return NaiveBayes(detail::give<Object>([&](pantau_naive_bayes **out) {
            return pantau_naive_bayes_fit(matrix.get(), labels.data(), weights, classes,
                                          options.data(), options.size(), out);
        }));
    }

    // Learns from more rows: in the end it is the same as from all at once.
    void partial_fit(const Matrix &matrix, const std::vector<std::uint32_t> &labels,
                     const std::vector<double> &sample_weights = {}) {
        detail::check_length("labels", labels.size(), matrix.rows(), "rows");
        detail::check(pantau_naive_bayes_partial_fit(
            object_.get(), matrix.get(), labels.data(),
            detail::maybe("sample_weights", sample_weights, labels.size(), "rows")));
    }

    // The scores, the probabilities and the best class of each row.
    Scores predict(const Matrix &matrix, std::size_t threads = 0) const {
        return Scores(detail::give<Scores::Object>([&](pantau_scores **out) {
            return pantau_naive_bayes_predict(object_.get(), matrix.get(), threads, out);
        }));
    }

    // How many columns a row has.
    std::size_t columns() const { return pantau_naive_bayes_columns(object_.get()); }

    // How many classes there are.
    std::size_t classes() const { return pantau_naive_bayes_classes(object_.get()); }

    // The classifier as weights and intercepts.
    LinearModel to_linear() const {
        return LinearModel(detail::give<LinearModel::Object>([&](pantau_linear_model **out) {
            return pantau_naive_bayes_to_linear(object_.get(), out);
        }));
    }

private:
    using Object = detail::Owned<pantau_naive_bayes, pantau_naive_bayes_free>;

    explicit NaiveBayes(Object object) : object_(std::move(object)) {}

    Object object_;
};

// What a logistic regression may be told besides rows and settings.
struct FitExtras {
    // How much each row counts; none is equally.
    std::vector<double> sample_weights = {};
    // An earlier model of the same shape to begin with.
    const LinearModel *start = nullptr;
    // What hears how many iterations are done.
    Progress progress = {};
};

// A logistic regression of rows of numbers.
class LogisticRegression {
public:
    // One that has learnt nothing yet; `partial_fit` goes on from there.
    LogisticRegression(std::size_t columns, std::size_t classes, std::string_view options = {})
        : object_(detail::give<Object>([&](pantau_logistic_regression **out) {
              return pantau_logistic_regression_new(columns, classes, options.data(),
                                                    options.size(), out);
          })) {}

    // Learns from rows and the class of each, a number below `classes`.
    static LogisticRegression fit(const Matrix &matrix, const std::vector<std::uint32_t> &labels,
                                  std::size_t classes, std::string_view options = {},
                                  const FitExtras &extras = {}) {
        detail::check_length("labels", labels.size(), matrix.rows(), "rows");
        const double *weights =
            detail::maybe("sample_weights", extras.sample_weights, labels.size(), "rows");
        const auto call = [&](pantau_progress callback, void *user_data,
                              pantau_logistic_regression **out) {
            return pantau_logistic_regression_fit(
                matrix.get(), labels.data(), weights, classes, options.data(), options.size(),
                extras.start == nullptr ? nullptr : extras.start->get(), callback, user_data, out);
        };
        return LogisticRegression(detail::give<Object>(extras.progress, call));
    }

    // One that was kept: its `to_linear` and its `precisions`.
    static LogisticRegression resume(const LinearModel &model,
                                     const std::vector<double> &precisions,
                                     std::string_view options = {}) {
        return LogisticRegression(detail::give<Object>([&](pantau_logistic_regression **out) {
            return pantau_logistic_regression_resume(model.get(), precisions.data(),
                                                     precisions.size(), options.data(),
                                                     options.size(), out);
        }));
    }

    // Learns from more rows, one after another. It comes near what all rows together would give.
    void partial_fit(const Matrix &matrix, const std::vector<std::uint32_t> &labels,
                     const std::vector<double> &sample_weights = {}) {
        detail::check_length("labels", labels.size(), matrix.rows(), "rows");
        detail::check(pantau_logistic_regression_partial_fit(
            object_.get(), matrix.get(), labels.data(),
            detail::maybe("sample_weights", sample_weights, labels.size(), "rows")));
    }

    // The scores, the probabilities and the best class of each row.
    Scores predict(const Matrix &matrix, std::size_t threads = 0) const {
        return Scores(detail::give<Scores::Object>([&](pantau_scores **out) {
            return pantau_logistic_regression_predict(object_.get(), matrix.get(), threads, out);
        }));
    }

    // How many columns a row has.
    std::size_t columns() const { return pantau_logistic_regression_columns(object_.get()); }

    // How many classes there are.
    std::size_t classes() const { return pantau_logistic_regression_classes(object_.get()); }

    // The classifier as weights and intercepts.
    LinearModel to_linear() const {
        return LinearModel(detail::give<LinearModel::Object>([&](pantau_linear_model **out) {
            return pantau_logistic_regression_to_linear(object_.get(), out);
        }));
    }

    // How sure each column's weights are, and at the end the intercepts.
    std::vector<double> precisions() const {
        const double *numbers = pantau_logistic_regression_precisions(object_.get());
        return std::vector<double>(numbers, numbers + columns() + 1);
    }

    // How many iterations the fit took.
    std::size_t iterations() const { return pantau_logistic_regression_iterations(object_.get()); }

    // Whether the fit reached its tolerance.
    bool converged() const { return pantau_logistic_regression_converged(object_.get()); }

private:
    using Object = detail::Owned<pantau_logistic_regression, pantau_logistic_regression_free>;

    explicit LogisticRegression(Object object) : object_(std::move(object)) {}

    Object object_;
};

// What a deployed model remembers: its predictions and what became of them, features, metrics,
// runs, and who did what. Records, windows and what is answered are JSON, as pantau.h says.
class Store {
public:
    // Opens a store by its name: `memory:`, a folder or a file of SQLite, which is made on first
    // use, or `postgresql://user:password@host/database`.
    static Store open(std::string_view location) {
        return Store(detail::give<Object>([&](pantau_store **out) {
            return pantau_store_open(location.data(), location.size(), out);
        }));
    }

    // The same, but a server is connected to when it is first asked for something.
    static Store open_later(std::string_view location) {
        return Store(detail::give<Object>([&](pantau_store **out) {
            return pantau_store_open_later(location.data(), location.size(), out);
        }));
    }

    // Where it is, for people: a path or a URL, without a password.
    std::string location() const { return text(pantau_store_location); }

    // The prediction with an id, or `null`.
    std::string prediction(std::string_view id) const {
        return text(pantau_store_prediction, id.data(), id.size());
    }

    // The predictions of a window as a list, the latest first.
    std::string history(std::string_view window = {}, std::size_t limit = 100) const {
        return text(pantau_store_history, window.data(), window.size(), limit);
    }

    // Writes what somebody says of a prediction; the id of that.
    std::string write_feedback(std::string_view prediction_id, std::string_view feedback) const {
        return text(pantau_store_write_feedback, prediction_id.data(), prediction_id.size(),
                    feedback.data(), feedback.size());
    }

    // Writes how good a version of a model was.
    void write_metrics(std::string_view model, std::string_view version,
                       std::string_view metrics) const {
        detail::check(pantau_store_write_metrics(object_.get(), model.data(), model.size(),
                                                 version.data(), version.size(), metrics.data(),
                                                 metrics.size()));
    }

    // How good a model was as a list, the earliest first.
    std::string metrics(std::string_view model, std::string_view since = {}) const {
        return text(pantau_store_metrics, model.data(), model.size(), since.data(), since.size());
    }

    // What the predictions of a window come to: how many, how sure, which labels.
    std::string summary(std::string_view window = {}) const {
        return text(pantau_store_summary, window.data(), window.size());
    }

    // How often each version of each model was used and was right, as a list.
    std::string usage(std::string_view window = {}) const {
        return text(pantau_store_usage, window.data(), window.size());
    }

    // What the predictions of a window come to, interval by interval, as a list.
    std::string over_time(std::chrono::seconds every, std::string_view window = {}) const {
        return text(pantau_store_over_time, window.data(), window.size(),
                    static_cast<double>(every.count()));
    }

    // How long the predictions of a window took.
    std::string latency(std::string_view window = {}) const {
        return text(pantau_store_latency, window.data(), window.size());
    }

    // How sure the predictions of a window were, in bins of 0.05.
    std::string confidence_histogram(std::string_view window = {}) const {
        return text(pantau_store_confidence_histogram, window.data(), window.size());
    }

    // How often the predictions of a window turned out right.
    std::string feedback_summary(std::string_view window = {}) const {
        return text(pantau_store_feedback_summary, window.data(), window.size());
    }

    // The trend of each metric that was written of a model over the last days, of all versions or
    // one.
    std::string analyze_trend(std::string_view model, double days = 30.0,
                              std::string_view version = {}, std::string_view until = {}) const {
        return text(pantau_store_analyze_trend, model.data(), model.size(), days, version.data(),
                    version.size(), until.data(), until.size());
    }

    // How often predictions of a window were said to be wrong, of all: a rate, no accuracy.
    std::string feedback_rate(std::string_view window = {}) const {
        return text(pantau_store_feedback_rate, window.data(), window.size());
    }

    // How many labels became known since a moment.
    std::string new_labelled(std::string_view since = {}) const {
        return text(pantau_store_new_labelled, since.data(), since.size());
    }

    // The predictions of a window whose right label became known, the latest first.
    std::string labelled_predictions(std::string_view window = {}, std::size_t limit = 100) const {
        return text(pantau_store_labelled_predictions, window.data(), window.size(), limit);
    }

    // Rows of a table as a list. `select` is JSON as for `pantau_store_table`.
    std::string rows(std::string_view table, std::string_view select = {}) const {
        return text(pantau_store_rows, table.data(), table.size(), select.data(), select.size());
    }

    // Rows of a table as a stream of Arrow record batches; its consumer calls `release`.
    void table(std::string_view table, ArrowArrayStream *out, std::string_view select = {}) const {
        detail::check(pantau_store_table(object_.get(), table.data(), table.size(), select.data(),
                                         select.size(), out));
    }

    // Writes rows of a table into a file, whole or not at all; how many rows and bytes.
    std::string export_table(std::string_view table, std::string_view path,
                             std::string_view select = {}, std::string_view options = {}) const {
        return detail::give_text([&](pantau_text **out) {
            return pantau_store_export(object_.get(), table.data(), table.size(), select.data(),
                                       select.size(), path.data(), path.size(), options.data(),
                                       options.size(), nullptr, nullptr, out);
        });
    }

    // Imports the reviews of a file whose writers agreed to have their texts kept; a report.
    // `options` are JSON as for `pantau_store_import_reviews`.
    std::string import_reviews(std::string_view path, bool consent, std::string_view options = {},
                               const Anonymizer *anonymizer = nullptr) const {
        return detail::give_text([&](pantau_text **out) {
            return pantau_store_import_reviews(
                object_.get(), path.data(), path.size(), consent,
                anonymizer == nullptr ? nullptr : anonymizer->get(), options.data(),
                options.size(), nullptr, nullptr, out);
        });
    }

    // All there is to learn from: labelled reviews, and predictions whose right label is known.
    LabelledTexts labelled_texts(std::string_view since = {}) const {
        return LabelledTexts(
            detail::give<LabelledTexts::Object>([&](pantau_labelled_texts **out) {
                return pantau_store_labelled_texts(object_.get(), since.data(), since.size(), out);
            }));
    }

    // Writes a text with its label; its id. `review` is JSON as for `pantau_store_write_review`.
    std::string write_review(std::string_view review, const Anonymizer *anonymizer = nullptr) const {
        return text(pantau_store_write_review, review.data(), review.size(),
                    anonymizer == nullptr ? nullptr : anonymizer->get());
    }

    // The review with an id, or `null`.
    std::string review(std::string_view id) const {
        return text(pantau_store_review, id.data(), id.size());
    }

    // Measures texts and stores their features; how many were not there already. `texts` are JSON
    // as for `pantau_store_write_features`.
    std::size_t write_features(std::string_view texts, const FeatureExtractor &extractor,
                               const Anonymizer *anonymizer = nullptr,
                               std::size_t threads = 0) const {
        std::size_t written = 0;
        detail::check(pantau_store_write_features(
            object_.get(), texts.data(), texts.size(), extractor.get(),
            anonymizer == nullptr ? nullptr : anonymizer->get(), threads, &written));
        return written;
    }

    // The newest features of a review, or `null`.
    std::string features(std::string_view review_id, std::string_view version = {}) const {
        return text(pantau_store_features, review_id.data(), review_id.size(), version.data(), version.size());
    }

    // Labelled reviews with their features as they were known when the label became known.
    std::string training_features(std::string_view view = {}) const {
        return text(pantau_store_training_features, view.data(), view.size());
    }

    // Writes a reason to train a model again; its id.
    std::string write_trigger(std::string_view model, std::string_view trigger) const {
        return text(pantau_store_write_trigger, model.data(), model.size(), trigger.data(), trigger.size());
    }

    // The reasons to train a model again as a list, the earliest first.
    std::string triggers(std::string_view model, std::string_view since = {}) const {
        return text(pantau_store_triggers, model.data(), model.size(), since.data(), since.size());
    }

    // Writes where a retraining stands; its id.
    std::string write_retraining(std::string_view model, std::string_view retraining) const {
        return text(pantau_store_write_retraining, model.data(), model.size(), retraining.data(), retraining.size());
    }

    // The retrainings of a model as a list, the earliest first.
    std::string retrainings(std::string_view model, std::string_view since = {}) const {
        return text(pantau_store_retrainings, model.data(), model.size(), since.data(), since.size());
    }

    // Deletes all that is stored of a subject; how many rows of each table it were.
    std::string forget(std::string_view subject, std::string_view actor) const {
        return text(pantau_store_forget, subject.data(), subject.size(), actor.data(),
                    actor.size());
    }

    // Deletes what is older than a moment; how many rows of each table it were.
    std::string retain_since(std::string_view since, std::string_view actor) const {
        return text(pantau_store_retain_since, since.data(), since.size(), actor.data(),
                    actor.size());
    }

    // Notes who did what in the audit log; the record.
    std::string audit(std::string_view actor, std::string_view action,
                      std::string_view detail = {}) const {
        return text(pantau_store_audit, actor.data(), actor.size(), action.data(), action.size(),
                    detail.data(), detail.size());
    }

    // The records of the audit log as a list, the earliest first; a `limit` of 0 is all.
    std::string audit_trail(std::string_view since = {}, std::size_t limit = 0) const {
        return text(pantau_store_audit_trail, since.data(), since.size(), limit);
    }

    // Checks the whole audit log, and throws `Incompatible` if a record of it was changed, removed
    // or put in between; how many records there are, and the hash of the last.
    std::string verify_audit() const { return text(pantau_store_verify_audit); }

    // The object of the C face, borrowed.
    const pantau_store *get() const { return object_.get(); }

private:
    friend class Workspace;
    using Object = detail::Owned<pantau_store, pantau_store_free>;

    explicit Store(Object object) : object_(std::move(object)) {}

    // What a function answers about this store.
    template <typename Function, typename... Arguments>
    std::string text(Function function, Arguments... arguments) const {
        return detail::give_text(
            [&](pantau_text **out) { return function(object_.get(), arguments..., out); });
    }

    Object object_;
};

// Logs the predictions of one version of a model without making anybody wait. It ends once all that
// was logged is in the store or in the outbox; `close` says if some could be brought to neither. A
// child process after `fork` must open a log of its own.
class PredictionLog {
public:
    // Opens a log that writes into a store. `options` are JSON as for `pantau_prediction_log_open`.
    PredictionLog(const Store &store, std::string_view model, std::string_view version,
                  std::string_view options = {})
        : object_(detail::give<Object>([&](pantau_prediction_log **out) {
              return pantau_prediction_log_open(store.get(), model.data(), model.size(),
                                                version.data(), version.size(), options.data(),
                                                options.size(), out);
          })) {}

    // Logs what a classifier has answered; its id. `record` is what else is known, JSON as for
    // `pantau_prediction_log_record`. A text in it is anonymised with the default settings, or as
    // `anonymizer` has them.
    std::string record(const Prediction &prediction, std::string_view record = {},
                       const Anonymizer *anonymizer = nullptr) const {
        return text(pantau_prediction_log_record, prediction.get(), record.data(), record.size(),
                    anonymizer == nullptr ? nullptr : anonymizer->get());
    }

    // Logs a prediction that was made elsewhere; its id. `record` tells its label, too.
    std::string record(std::string_view record, const Anonymizer *anonymizer = nullptr) const {
        return text(pantau_prediction_log_record, static_cast<const pantau_prediction *>(nullptr),
                    record.data(), record.size(),
                    anonymizer == nullptr ? nullptr : anonymizer->get());
    }

    // Logs many predictions; their ids as a JSON list. `records`, one for each or none at all, are
    // what else is known.
    template <typename Text = std::string_view>
    std::string record_many(const Predictions &predictions, const std::vector<Text> &records = {},
                            const Anonymizer *anonymizer = nullptr) const {
        const detail::Texts texts(records);
        if (!records.empty()) {
            detail::check_length("records", records.size(), predictions.count(), "predictions");
        }
        return text(pantau_prediction_log_record_many, predictions.get(),
                    records.empty() ? nullptr : texts.data.data(), texts.lengths.data(),
                    anonymizer == nullptr ? nullptr : anonymizer->get());
    }

    // Logs what somebody says of a prediction; the id of that.
    std::string feedback(std::string_view prediction_id, std::string_view feedback) const {
        return text(pantau_prediction_log_feedback, prediction_id.data(), prediction_id.size(),
                    feedback.data(), feedback.size());
    }

    // Waits until all that was logged so far is in the store or in the outbox; `Deadline` if
    // `timeout`, of which 0 is as long as it takes, was not enough.
    void flush(std::chrono::milliseconds timeout = {}) const {
        detail::check(pantau_prediction_log_flush(object_.get(),
                                                  detail::milliseconds(timeout, "timeout")));
    }

    // What the log has done so far.
    std::string counters() const { return text(pantau_prediction_log_counters); }

    // Deletes all that is stored of a subject, and what of it is still on its way; how many rows of
    // each table it were.
    std::string forget(std::string_view subject, std::string_view actor) const {
        return text(pantau_prediction_log_forget, subject.data(), subject.size(), actor.data(),
                    actor.size());
    }

    // Ends the log; logging throws from then on.
    void close() const { detail::check(pantau_prediction_log_close(object_.get())); }

private:
    using Object = detail::Owned<pantau_prediction_log, pantau_prediction_log_free>;

    // What a function answers about this log.
    template <typename Function, typename... Arguments>
    std::string text(Function function, Arguments... arguments) const {
        return detail::give_text(
            [&](pantau_text **out) { return function(object_.get(), arguments..., out); });
    }

    Object object_;
};

// Which models there are, in which versions, and which of them is in use. What is answered is JSON,
// and so are the acts, who does something and why, as pantau.h says; an empty act is the user of
// this system without a reason.
class Registry {
public:
    // Opens a registry by its name: `memory:`, a folder, `s3://bucket/prefix`, or the URL of an
    // MLflow server.
    static Registry open(std::string_view location) {
        return Registry(detail::give<Object>([&](pantau_registry **out) {
            return pantau_registry_open(location.data(), location.size(), out);
        }));
    }

    // Where it is, for people: a path or a URL, without a password.
    std::string location() const { return text(pantau_registry_location); }

    // Registers a bundle as the next version of a model; its number. (`register` is a word of C++.)
    std::uint32_t register_bundle(std::string_view model, std::string_view bundle,
                                  std::string_view told = {}, std::string_view act = {}) const {
        std::uint32_t version = 0;
        detail::check(pantau_registry_register(object_.get(), model.data(), model.size(),
                                               bundle.data(), bundle.size(), told.data(),
                                               told.size(), act.data(), act.size(), &version));
        return version;
    }

    // The names of the models as a list.
    std::string models() const { return text(pantau_registry_models); }

    // A model with its versions and aliases.
    std::string versions(std::string_view model) const {
        return text(pantau_registry_versions, model.data(), model.size());
    }

    // A version.
    std::string version(std::string_view model, std::uint32_t version) const {
        return text(pantau_registry_version, model.data(), model.size(), version);
    }

    // Makes a version the champion; the one before becomes `previous` and is archived.
    void promote(std::string_view model, std::uint32_t version, std::string_view act = {}) const {
        detail::check(pantau_registry_promote(object_.get(), model.data(), model.size(), version,
                                              act.data(), act.size()));
    }

    // Makes the champion before the champion again; its number.
    std::uint32_t rollback(std::string_view model, std::string_view act = {}) const {
        std::uint32_t version = 0;
        detail::check(pantau_registry_rollback(object_.get(), model.data(), model.size(),
                                               act.data(), act.size(), &version));
        return version;
    }

    // Brings a version into a stage: `None`, `Staging`, `Production` or `Archived`.
    void transition(std::string_view model, std::uint32_t version, std::string_view stage,
                    bool archive_existing, std::string_view act = {}) const {
        detail::check(pantau_registry_transition(object_.get(), model.data(), model.size(),
                                                 version, stage.data(), stage.size(),
                                                 archive_existing, act.data(), act.size()));
    }

    // Gives a version an alias, which another may have had.
    void set_alias(std::string_view model, std::string_view alias, std::uint32_t version,
                   std::string_view act = {}) const {
        detail::check(pantau_registry_set_alias(object_.get(), model.data(), model.size(),
                                                alias.data(), alias.size(), version, act.data(),
                                                act.size()));
    }

    // Takes an alias away.
    void remove_alias(std::string_view model, std::string_view alias,
                      std::string_view act = {}) const {
        detail::check(pantau_registry_remove_alias(object_.get(), model.data(), model.size(),
                                                   alias.data(), alias.size(), act.data(),
                                                   act.size()));
    }

    // Sets a tag of a version.
    void set_tag(std::string_view model, std::uint32_t version, std::string_view name,
                 std::string_view value, std::string_view act = {}) const {
        detail::check(pantau_registry_set_tag(object_.get(), model.data(), model.size(), version,
                                              name.data(), name.size(), value.data(),
                                              value.size(), act.data(), act.size()));
    }

    // Takes a tag of a version away.
    void remove_tag(std::string_view model, std::uint32_t version, std::string_view name,
                    std::string_view act = {}) const {
        detail::check(pantau_registry_remove_tag(object_.get(), model.data(), model.size(),
                                                 version, name.data(), name.size(), act.data(),
                                                 act.size()));
    }

    // Describes a version for people.
    void describe(std::string_view model, std::uint32_t version, std::string_view description,
                  std::string_view act = {}) const {
        detail::check(pantau_registry_describe(object_.get(), model.data(), model.size(), version,
                                               description.data(), description.size(), act.data(),
                                               act.size()));
    }

    // Notes what a version scored, JSON such as `{"accuracy": 0.91}`.
    void log_metrics(std::string_view model, std::uint32_t version, std::string_view metrics,
                     std::string_view act = {}) const {
        detail::check(pantau_registry_log_metrics(object_.get(), model.data(), model.size(),
                                                  version, metrics.data(), metrics.size(),
                                                  act.data(), act.size()));
    }

    // The model and the version that a reference, such as `models:/sentiment@champion`, names.
    std::string resolve(std::string_view reference) const {
        return text(pantau_registry_resolve, reference.data(), reference.size());
    }

    // The path of a folder with the bundle that a reference names, each file checked.
    std::string path(std::string_view reference) const {
        return text(pantau_registry_path, reference.data(), reference.size());
    }

    // The classifier that a reference names.
    Classifier load(std::string_view reference) const { return load(reference, nullptr); }

    // The classifier that a reference names, with options.
    Classifier load(std::string_view reference, const ModelOptions &options) const {
        return load(reference, options.get());
    }

    // The version that was the champion at a moment, if one was.
    std::optional<std::uint32_t> champion_at(std::string_view model, std::string_view time) const {
        std::uint32_t version = 0;
        detail::check(pantau_registry_champion_at(object_.get(), model.data(), model.size(),
                                                  time.data(), time.size(), &version));
        return version == 0 ? std::nullopt : std::optional<std::uint32_t>(version);
    }

    // Every move of an alias as a list, the first one first.
    std::string history(std::string_view model) const {
        return text(pantau_registry_history, model.data(), model.size());
    }

    // The entries of a model's journal as a list, the first one first.
    std::string journal(std::string_view model) const {
        return text(pantau_registry_journal, model.data(), model.size());
    }

    // In what some versions of a model differ, two or more.
    std::string compare(std::string_view model, const std::vector<std::uint32_t> &versions) const {
        return text(pantau_registry_compare, model.data(), model.size(), versions.data(),
                    versions.size());
    }

    // Checks a model's journal and files, and throws `Incompatible` if something was altered.
    std::string verify(std::string_view model) const {
        return text(pantau_registry_verify, model.data(), model.size());
    }

private:
    friend class Workspace;
    using Object = detail::Owned<pantau_registry, pantau_registry_free>;

    explicit Registry(Object object) : object_(std::move(object)) {}

    Classifier load(std::string_view reference, const pantau_model_options *options) const {
        return Classifier(detail::give<Classifier::Object>([&](pantau_classifier **out) {
            return pantau_registry_load(object_.get(), reference.data(), reference.size(), options,
                                        out);
        }));
    }

    // What a function answers about this registry.
    template <typename Function, typename... Arguments>
    std::string text(Function function, Arguments... arguments) const {
        return detail::give_text(
            [&](pantau_text **out) { return function(object_.get(), arguments..., out); });
    }

    Object object_;
};

// A run that things are logged to. It is running until `finish` says otherwise.
class Run {
public:
    // Its id.
    std::string id() const { return text(pantau_run_id); }

    // Its name.
    std::string name() const { return text(pantau_run_name); }

    // Starts a run that is part of this one, such as a trial of a search.
    Run start_part(std::string_view name = {}) const {
        return Run(detail::give<Object>([&](pantau_run **out) {
            return pantau_run_start_part(object_.get(), name.data(), name.size(), out);
        }));
    }

    // Logs a parameter. The same value again changes nothing, another one throws `Conflict`.
    void log_param(std::string_view name, std::string_view value) const {
        detail::check(pantau_run_log_param(object_.get(), name.data(), name.size(), value.data(),
                                           value.size()));
    }

    // Logs a metric at a step.
    void log_metric(std::string_view name, double value, std::int64_t step = 0) const {
        detail::check(
            pantau_run_log_metric(object_.get(), name.data(), name.size(), value, step));
    }

    // Sets a tag, which may be set again.
    void set_tag(std::string_view name, std::string_view value) const {
        detail::check(pantau_run_set_tag(object_.get(), name.data(), name.size(), value.data(),
                                         value.size()));
    }

    // Logs a file, or all files of a folder, below `folder` of the run.
    void log_artefact(std::string_view path, std::string_view folder = {}) const {
        detail::check(pantau_run_log_artefact(object_.get(), path.data(), path.size(),
                                              folder.data(), folder.size()));
    }

    // Logs a text as a file at `path` of the run.
    void log_text(std::string_view path, std::string_view text) const {
        detail::check(pantau_run_log_bytes(object_.get(), path.data(), path.size(),
                                           reinterpret_cast<const std::uint8_t *>(text.data()),
                                           text.size()));
    }

    // Logs how good a classifier is.
    void log_evaluation(const Evaluation &evaluation) const {
        detail::check(pantau_run_log_evaluation(object_.get(), evaluation.get()));
    }

    // Learns a classifier as `train` does, and logs it.
    Bundle train(const LabelledTexts &data, std::string_view bundle, std::string_view options = {},
                 const LabelledTexts *test = nullptr) const {
        return Bundle(detail::give<Bundle::Object>([&](pantau_bundle **out) {
            return pantau_run_train(object_.get(), data.get(),
                                    test == nullptr ? nullptr : test->get(), bundle.data(),
                                    bundle.size(), options.data(), options.size(), nullptr,
                                    nullptr, out);
        }));
    }

    // Ends it: `finished`, `failed` or `killed`.
    void finish(std::string_view status = "finished") const {
        detail::check(pantau_run_finish(object_.get(), status.data(), status.size()));
    }

private:
    friend class Runs;
    using Object = detail::Owned<pantau_run, pantau_run_free>;

    explicit Run(Object object) : object_(std::move(object)) {}

    // What a function answers about this run.
    template <typename Function> std::string text(Function function) const {
        return detail::give_text(
            [&](pantau_text **out) { return function(object_.get(), out); });
    }

    Object object_;
};

// What was tried, with which parameters, and what came of it: in a store or on an MLflow server.
class Runs {
public:
    // Opens runs by the name of a store, or by the URL of an MLflow server.
    static Runs open(std::string_view location) {
        return Runs(detail::give<Object>([&](pantau_runs **out) {
            return pantau_runs_open(location.data(), location.size(), out);
        }));
    }

    // The runs of a store.
    explicit Runs(const Store &store)
        : object_(detail::give<Object>(
              [&](pantau_runs **out) { return pantau_runs_over(store.get(), out); })) {}

    // Where they live, without a password.
    std::string location() const { return text(pantau_runs_location); }

    // Starts a run of an experiment, which is made by its first run.
    Run start(std::string_view experiment, std::string_view name = {}) const {
        return Run(detail::give<Run::Object>([&](pantau_run **out) {
            return pantau_runs_start(object_.get(), experiment.data(), experiment.size(),
                                     name.data(), name.size(), out);
        }));
    }

    // Goes on with a run, which is running again.
    Run resume(std::string_view id) const {
        return Run(detail::give<Run::Object>([&](pantau_run **out) {
            return pantau_runs_resume(object_.get(), id.data(), id.size(), out);
        }));
    }

    // All that is known about a run.
    std::string run(std::string_view id) const {
        return text(pantau_runs_run, id.data(), id.size());
    }

    // The names of all experiments as a list.
    std::string experiments() const { return text(pantau_runs_experiments); }

    // The runs of an experiment as a list, the latest first.
    std::string list(std::string_view experiment, std::size_t limit = SIZE_MAX) const {
        return text(pantau_runs_list, experiment.data(), experiment.size(), limit);
    }

    // The runs that are part of a run as a list, the latest first.
    std::string children(std::string_view id) const {
        return text(pantau_runs_children, id.data(), id.size());
    }

    // The run whose last number of a metric is the largest, or the smallest; `null` if there is
    // none.
    std::string best(std::string_view experiment, std::string_view metric,
                     bool maximize = true) const {
        return text(pantau_runs_best, experiment.data(), experiment.size(), metric.data(),
                    metric.size(), maximize);
    }

    // What is not the same in two runs or more.
    template <typename Text> std::string compare(const std::vector<Text> &ids) const {
        const detail::Texts texts(ids);
        return text(pantau_runs_compare, texts.data.data(), texts.lengths.data(), ids.size());
    }

    // The steps of a metric of a run as a list, in their order.
    std::string metric_history(std::string_view id, std::string_view metric) const {
        return text(pantau_runs_metric_history, id.data(), id.size(), metric.data(), metric.size());
    }

    // The files of a run as a list.
    std::string artefacts(std::string_view id) const {
        return text(pantau_runs_artefacts, id.data(), id.size());
    }

    // Writes a file of a run to `target`, whole or not at all.
    void save_artefact(std::string_view id, std::string_view path, std::string_view target) const {
        detail::check(pantau_runs_save_artefact(object_.get(), id.data(), id.size(), path.data(),
                                                path.size(), target.data(), target.size()));
    }

    // All runs of an experiment as one document, for notebooks and reports.
    std::string export_json(std::string_view experiment) const {
        return text(pantau_runs_export_json, experiment.data(), experiment.size());
    }

    // Removes a run with all that was logged to it.
    void remove(std::string_view id) const {
        detail::check(pantau_runs_delete(object_.get(), id.data(), id.size()));
    }

private:
    using Object = detail::Owned<pantau_runs, pantau_runs_free>;

    explicit Runs(Object object) : object_(std::move(object)) {}

    // What a function answers about these runs.
    template <typename Function, typename... Arguments>
    std::string text(Function function, Arguments... arguments) const {
        return detail::give_text(
            [&](pantau_text **out) { return function(object_.get(), arguments..., out); });
    }

    Object object_;
};

// Statistics. Options are JSON, as pantau.h says of the function of the same name.

namespace detail {

// What a function of two samples and options gives.
template <typename Function>
pantau_test two_samples(Function function, const std::vector<double> &first,
                        const std::vector<double> &second, std::string_view options) {
    pantau_test found;
    check(function(first.data(), first.size(), second.data(), second.size(), options.data(),
                   options.size(), &found));
    return found;
}

// What a function of two samples of vectors gives.
template <typename Function>
pantau_test two_sets(Function function, const std::vector<double> &first,
                     const std::vector<double> &second, std::size_t columns,
                     std::string_view options) {
    const auto rows = [&](const std::vector<double> &numbers) {
        const std::size_t rows = columns == 0 ? 0 : numbers.size() / columns;
        check_length("numbers", numbers.size(), rows * columns, "places");
        return rows;
    };
    pantau_test found;
    check(function(first.data(), rows(first), second.data(), rows(second), columns, options.data(),
                   options.size(), &found));
    return found;
}

// What a function of two tables of counts gives.
template <typename Function, typename... Arguments>
pantau_divergence two_tables(Function function, const std::vector<std::uint64_t> &reference,
                             const std::vector<std::uint64_t> &current, Arguments... arguments) {
    if (reference.size() != current.size()) {
        throw InvalidInput(PANTAU_STATUS_INVALID_INPUT,
                           "current: " + std::to_string(current.size()) +
                               " bins, the reference has " + std::to_string(reference.size()));
    }
    pantau_divergence found;
    check(function(reference.data(), current.data(), reference.size(), arguments..., &found));
    return found;
}

// What a function of points gives.
template <typename Function>
pantau_trend line(Function function, const std::vector<double> &x, const std::vector<double> &y,
                  double level) {
    check_length("y", y.size(), x.size(), "x");
    pantau_trend found;
    check(function(x.data(), y.data(), x.size(), level, &found));
    return found;
}

} // namespace detail

// Whether two samples come from the same continuous distribution.
inline pantau_test ks_2samp(const std::vector<double> &first, const std::vector<double> &second,
                            std::string_view options = {}) {
    return detail::two_samples(pantau_ks_2samp, first, second, options);
}

// Whether numbers of the first sample tend to be larger than those of the second.
inline pantau_test mannwhitneyu(const std::vector<double> &first, const std::vector<double> &second,
                                std::string_view options = {}) {
    return detail::two_samples(pantau_mannwhitneyu, first, second, options);
}

// Whether two samples come from the same distribution, by the area between them.
inline pantau_test cramervonmises_2samp(const std::vector<double> &first,
                                        const std::vector<double> &second,
                                        std::string_view options = {}) {
    return detail::two_samples(pantau_cramervonmises_2samp, first, second, options);
}

// Whether samples come from the same distribution, with weight on the tails.
inline pantau_test anderson_ksamp(const std::vector<std::vector<double>> &samples,
                                  std::string_view options = {}) {
    std::vector<double> numbers;
    std::vector<std::size_t> counts;
    for (const std::vector<double> &sample : samples) {
        numbers.insert(numbers.end(), sample.begin(), sample.end());
        counts.push_back(sample.size());
    }
    pantau_test found;
    detail::check(pantau_anderson_ksamp(numbers.data(), counts.data(), counts.size(),
                                        options.data(), options.size(), &found));
    return found;
}

// How far numbers must be moved on average to turn one sample into the other.
inline double wasserstein_distance(const std::vector<double> &first,
                                   const std::vector<double> &second) {
    double found;
    detail::check(pantau_wasserstein_distance(first.data(), nullptr, first.size(), second.data(),
                                              nullptr, second.size(), &found));
    return found;
}

// The energy distance of two samples.
inline double energy_distance(const std::vector<double> &first, const std::vector<double> &second) {
    double found;
    detail::check(pantau_energy_distance(first.data(), nullptr, first.size(), second.data(),
                                         nullptr, second.size(), &found));
    return found;
}

// Whether the rows of a table of counts have the same distribution over its columns.
inline pantau_test chi2_contingency(const std::vector<std::vector<double>> &observed,
                                    std::string_view options = {}) {
    std::vector<double> counts;
    const std::size_t columns = observed.empty() ? 0 : observed.front().size();
    for (const std::vector<double> &row : observed) {
        detail::check_length("row", row.size(), columns, "columns");
        counts.insert(counts.end(), row.begin(), row.end());
    }
    pantau_test found;
    detail::check(pantau_chi2_contingency(counts.data(), observed.size(), columns, options.data(),
                                          options.size(), &found));
    return found;
}

// Whether counts come from known expectations; none are all equal.
inline pantau_test chisquare(const std::vector<double> &observed,
                             const std::vector<double> &expected = {}, std::size_t ddof = 0,
                             std::string_view options = {}) {
    if (!expected.empty()) {
        detail::check_length("expected", expected.size(), observed.size(), "observed");
    }
    pantau_test found;
    detail::check(pantau_chisquare(observed.data(), expected.empty() ? nullptr : expected.data(),
                                   observed.size(), ddof, options.data(), options.size(), &found));
    return found;
}

// Whether the rows a, b and c, d of a table have the same odds, exactly.
inline pantau_test fisher_exact(std::uint64_t a, std::uint64_t b, std::uint64_t c, std::uint64_t d,
                                std::string_view options = {}) {
    pantau_test found;
    detail::check(pantau_fisher_exact(a, b, c, d, options.data(), options.size(), &found));
    return found;
}

// Whether two models that answered the same rows are equally often right.
inline pantau_test mcnemar(std::uint64_t b, std::uint64_t c) {
    pantau_test found;
    detail::check(pantau_mcnemar(b, c, &found));
    return found;
}

// The population stability index of two tables of counts.
inline pantau_divergence psi(const std::vector<std::uint64_t> &reference,
                             const std::vector<std::uint64_t> &current) {
    return detail::two_tables(pantau_psi, reference, current);
}

// The Kullback–Leibler divergence of `current` from `reference`, in nats.
inline pantau_divergence kl_divergence(const std::vector<std::uint64_t> &reference,
                                       const std::vector<std::uint64_t> &current) {
    return detail::two_tables(pantau_kl_divergence, reference, current);
}

// The Jensen–Shannon distance of two tables of counts, with logarithms to `base`.
inline pantau_divergence jensen_shannon(const std::vector<std::uint64_t> &reference,
                                        const std::vector<std::uint64_t> &current,
                                        double base = 2.718281828459045) {
    return detail::two_tables(pantau_jensen_shannon, reference, current, base);
}

// The share of rows that would have to change their bin.
inline pantau_divergence total_variation(const std::vector<std::uint64_t> &reference,
                                         const std::vector<std::uint64_t> &current) {
    return detail::two_tables(pantau_total_variation, reference, current);
}

// The maximum mean discrepancy of two samples of vectors, row after row.
inline pantau_test mmd(const std::vector<double> &first, const std::vector<double> &second,
                       std::size_t columns, std::string_view options = {}) {
    return detail::two_sets(pantau_mmd, first, second, columns, options);
}

// The squared Mahalanobis distance of the means of two samples of vectors, row after row.
inline pantau_test mahalanobis_of_means(const std::vector<double> &first,
                                        const std::vector<double> &second, std::size_t columns,
                                        std::string_view options = {}) {
    return detail::two_sets(pantau_mahalanobis_of_means, first, second, columns, options);
}

// Where a share may lie, by Wilson's score.
inline pantau_interval wilson(std::uint64_t successes, std::uint64_t trials, double level = 0.95) {
    pantau_interval found;
    detail::check(pantau_wilson(successes, trials, level, &found));
    return found;
}

// Where a share may lie, never less often than `level`.
inline pantau_interval clopper_pearson(std::uint64_t successes, std::uint64_t trials,
                                       double level = 0.95) {
    pantau_interval found;
    detail::check(pantau_clopper_pearson(successes, trials, level, &found));
    return found;
}

// Where a share may lie, right at all times together: it may be looked at after each trial.
inline pantau_interval confidence_sequence(std::uint64_t successes, std::uint64_t trials,
                                           double level = 0.95) {
    pantau_interval found;
    detail::check(pantau_confidence_sequence(successes, trials, level, &found));
    return found;
}

// Where the difference of two shares may lie that were measured on the same things.
inline pantau_interval paired_difference(std::uint64_t both, std::uint64_t first_only,
                                         std::uint64_t second_only, std::uint64_t neither,
                                         double level = 0.95) {
    pantau_interval found;
    detail::check(
        pantau_paired_difference(both, first_only, second_only, neither, level, &found));
    return found;
}

// How often each label is the right one, and where each share may lie.
struct LabelMix {
    std::vector<double> shares;
    std::vector<pantau_interval> intervals;
};

// How often each label is the right one among rows without labels, by the probabilities that a
// classifier gave them, row after row; `usual` are the shares that it was calibrated for.
inline LabelMix label_mix(const std::vector<double> &probabilities,
                          const std::vector<double> &usual, double level = 0.95) {
    LabelMix found{std::vector<double>(usual.size()), std::vector<pantau_interval>(usual.size())};
    const std::size_t rows = usual.empty() ? 0 : probabilities.size() / usual.size();
    detail::check_length("probabilities", probabilities.size(), rows * usual.size(), "numbers");
    detail::check(pantau_label_mix(probabilities.data(), rows, usual.data(), usual.size(), level,
                                   found.shares.data(), found.intervals.data()));
    return found;
}

// P-values adjusted so that any false alarm among them all is as rare as each says.
inline std::vector<double> holm(const std::vector<double> &pvalues) {
    std::vector<double> adjusted(pvalues.size());
    detail::check(pantau_holm(pvalues.data(), pvalues.size(), adjusted.data()));
    return adjusted;
}

// P-values adjusted so that of those at most q, no more than the share q are false alarms.
inline std::vector<double> benjamini_hochberg(const std::vector<double> &pvalues) {
    std::vector<double> adjusted(pvalues.size());
    detail::check(pantau_benjamini_hochberg(pvalues.data(), pvalues.size(), adjusted.data()));
    return adjusted;
}

// The line of least squares through points that have nothing to do with each other.
inline pantau_trend linregress(const std::vector<double> &x, const std::vector<double> &y,
                               double level = 0.95) {
    return detail::line(pantau_linregress, x, y, level);
}

// The line of least squares through figures in time order, each depending on those before.
inline pantau_trend robust_trend(const std::vector<double> &x, const std::vector<double> &y,
                                 double level = 0.95) {
    return detail::line(pantau_robust_trend, x, y, level);
}

// A sample that was sorted once, to be compared with others again and again.
class SortedSample {
public:
    explicit SortedSample(const std::vector<double> &sample)
        : object_(detail::give<Object>([&](pantau_sorted_sample **out) {
              return pantau_sorted_sample_new(sample.data(), sample.size(), out);
          })) {}

    // `pantau::ks_2samp` with this as the first sample.
    pantau_test ks_2samp(const std::vector<double> &second, std::string_view options = {}) const {
        pantau_test found;
        detail::check(pantau_sorted_sample_ks_2samp(object_.get(), second.data(), second.size(),
                                                    options.data(), options.size(), &found));
        return found;
    }

private:
    using Object = detail::Owned<pantau_sorted_sample, pantau_sorted_sample_free>;

    Object object_;
};

// Looks for changes, one number after the other; which there are and what their settings are says
// `pantau_detector_new`.
class Detector {
public:
    explicit Detector(std::string_view name, std::string_view settings = {})
        : object_(detail::give<Object>([&](pantau_detector **out) {
              return pantau_detector_new(name.data(), name.size(), settings.data(),
                                         settings.size(), out);
          })) {}

    // The detector whose `state` this is.
    static Detector resume(std::string_view state) {
        return Detector(detail::give<Object>([&](pantau_detector **out) {
            return pantau_detector_resume(state.data(), state.size(), out);
        }));
    }

    // Takes the next number.
    pantau_signal update(double value) {
        pantau_signal signal;
        detail::check(pantau_detector_update(object_.get(), value, &signal));
        return signal;
    }

    // Settings and all that was seen, as JSON.
    std::string state() const {
        return detail::give_text(
            [&](pantau_text **out) { return pantau_detector_state(object_.get(), out); });
    }

private:
    using Object = detail::Owned<pantau_detector, pantau_detector_free>;

    explicit Detector(Object object) : object_(std::move(object)) {}

    Object object_;
};

// Rows, column by column, as profiles count them.
class Batch {
public:
    explicit Batch(std::size_t rows)
        : rows_(rows), object_(detail::give<Object>([&](pantau_batch **out) {
              return pantau_batch_new(rows, out);
          })) {}

    // Adds a column of numbers, one a row; NaN is a missing one.
    void add_numbers(std::string_view name, const std::vector<double> &numbers) {
        detail::check_length("numbers", numbers.size(), rows_, "rows");
        detail::check(
            pantau_batch_add_numbers(object_.get(), name.data(), name.size(), numbers.data()));
    }

    // Adds a column of categories, one a row.
    void add_categories(std::string_view name,
                        const std::vector<std::optional<std::string>> &values) {
        add(pantau_batch_add_categories, name, values);
    }

    // Adds a column of texts that people wrote, one a row.
    void add_texts(std::string_view name, const std::vector<std::optional<std::string>> &texts) {
        add(pantau_batch_add_texts, name, texts);
    }

    // Adds a column of vectors, those of one row after those of another.
    void add_vectors(std::string_view name, const std::vector<float> &numbers,
                     std::size_t dimensions) {
        detail::check_length("numbers", numbers.size(), rows_ * dimensions, "places");
        detail::check(pantau_batch_add_vectors(object_.get(), name.data(), name.size(),
                                               numbers.data(), dimensions));
    }

    // The object, for functions of pantau.h.
    const pantau_batch *get() const { return object_.get(); }

private:
    using Object = detail::Owned<pantau_batch, pantau_batch_free>;

    template <typename Function>
    void add(Function function, std::string_view name,
             const std::vector<std::optional<std::string>> &values) {
        detail::check_length("values", values.size(), rows_, "rows");
        std::vector<const char *> texts;
        std::vector<std::size_t> lengths;
        for (const std::optional<std::string> &value : values) {
            texts.push_back(value ? value->data() : nullptr);
            lengths.push_back(value ? value->size() : 0);
        }
        detail::check(
            function(object_.get(), name.data(), name.size(), texts.data(), lengths.data()));
    }

    std::size_t rows_;
    Object object_;
};

namespace detail {

// What a function gives as bytes.
template <typename Function> std::vector<std::uint8_t> give_bytes(Function function) {
    const auto bytes = give<Owned<pantau_bytes, pantau_bytes_free>>(function);
    const std::uint8_t *data = pantau_bytes_data(bytes.get());
    return std::vector<std::uint8_t>(data, data + pantau_bytes_length(bytes.get()));
}

} // namespace detail

// What rows are compared with: the profiles of at least 28 windows, kept apart.
class Reference {
public:
    // Builds a reference from rows in the order of time. `times` are the microseconds since 1970 of
    // each row, needed for windows of time. `options` are JSON as for `pantau_reference_build`.
    static Reference build(const Batch &rows, std::string_view options = {},
                           const std::vector<std::int64_t> &times = {}) {
        return Reference(detail::give<Object>([&](pantau_reference **out) {
            return pantau_reference_build(rows.get(), times.empty() ? nullptr : times.data(),
                                          times.size(), options.data(), options.size(), out);
        }));
    }

    // Reads the reference in a file.
    static Reference load(std::string_view path) {
        return Reference(detail::give<Object>([&](pantau_reference **out) {
            return pantau_reference_load(path.data(), path.size(), out);
        }));
    }

    // The reference of these bytes.
    static Reference from_bytes(const std::vector<std::uint8_t> &bytes) {
        return Reference(detail::give<Object>([&](pantau_reference **out) {
            return pantau_reference_from_bytes(bytes.data(), bytes.size(), out);
        }));
    }

    // What a bundle keeps to compare later texts with, if it has any.
    static std::optional<Reference> of_bundle(const Bundle &bundle) {
        pantau_reference *found = nullptr;
        detail::check(pantau_reference_of_bundle(bundle.get(), &found));
        if (found == nullptr) {
            return std::nullopt;
        }
        return Reference(detail::give<Object>([&](pantau_reference **out) {
            *out = found;
            return PANTAU_STATUS_OK;
        }));
    }

    // Writes this reference into a file.
    void save(std::string_view path) const {
        detail::check(pantau_reference_save(object_.get(), path.data(), path.size()));
    }

    // The bytes of this reference.
    std::vector<std::uint8_t> to_bytes() const {
        return detail::give_bytes(
            [&](pantau_bytes **out) { return pantau_reference_to_bytes(object_.get(), out); });
    }

    // How many windows there are.
    std::size_t windows() const { return pantau_reference_windows(object_.get()); }

    // The object, for functions of pantau.h.
    const pantau_reference *get() const { return object_.get(); }

private:
    using Object = detail::Owned<pantau_reference, pantau_reference_free>;

    friend class Classifier;

    explicit Reference(Object object) : object_(std::move(object)) {}

    Object object_;
};

// What was counted of some rows: small, exact, and the same bytes however the rows were split.
class Profile {
public:
    // A profile of no rows, which counts as a reference does.
    explicit Profile(const Reference &reference)
        : object_(detail::give<Object>([&](pantau_profile **out) {
              return pantau_profile_new(reference.get(), out);
          })) {}

    // The profile of these bytes, which was counted by this reference.
    static Profile from_bytes(const Reference &reference, const std::vector<std::uint8_t> &bytes) {
        return Profile(detail::give<Object>([&](pantau_profile **out) {
            return pantau_profile_from_bytes(reference.get(), bytes.data(), bytes.size(), out);
        }));
    }

    // Counts rows.
    void update(const Batch &rows) {
        detail::check(pantau_profile_update(object_.get(), rows.get()));
    }

    // Adds what was counted of other rows by the same reference.
    void merge(const Profile &other) {
        detail::check(pantau_profile_merge(object_.get(), other.get()));
    }

    // How many rows were counted.
    std::uint64_t rows() const { return pantau_profile_rows(object_.get()); }

    // What was counted, as JSON.
    std::string summary() const {
        return detail::give_text(
            [&](pantau_text **out) { return pantau_profile_summary(object_.get(), out); });
    }

    // The different values of a category, or words of a text, as the bytes of a compact theta
    // sketch of Apache DataSketches.
    std::vector<std::uint8_t> distinct_sketch(std::string_view feature) const {
        return detail::give_bytes([&](pantau_bytes **out) {
            return pantau_profile_distinct_sketch(object_.get(), feature.data(), feature.size(),
                                                  out);
        });
    }

    // The bytes of this profile.
    std::vector<std::uint8_t> to_bytes() const {
        return detail::give_bytes(
            [&](pantau_bytes **out) { return pantau_profile_to_bytes(object_.get(), out); });
    }

    // The object, for functions of pantau.h.
    const pantau_profile *get() const { return object_.get(); }

private:
    using Object = detail::Owned<pantau_profile, pantau_profile_free>;

    friend class Monitor;

    explicit Profile(Object object) : object_(std::move(object)) {}

    Object object_;
};

// Picks rows by chance, so that their labels say how good a model is.
class Audit {
public:
    // An audit that has seen nothing. `options` are JSON as for `pantau_audit_new`.
    explicit Audit(std::string_view options = {})
        : object_(detail::give<Object>([&](pantau_audit **out) {
              return pantau_audit_new(options.data(), options.size(), out);
          })) {}

    // The audit with this state.
    static Audit resume(const std::vector<std::uint8_t> &state) {
        return Audit(detail::give<Object>([&](pantau_audit **out) {
            return pantau_audit_resume(state.data(), state.size(), out);
        }));
    }

    // Counts a row that was answered, at a time or now; the probability with which it was picked to
    // be labelled, if it was.
    std::optional<double> pick(std::string_view row, std::optional<double> confidence = {},
                               std::string_view version = {}, std::string_view at = {}) {
        double probability = 0;
        const double sure = confidence.value_or(std::numeric_limits<double>::quiet_NaN());
        detail::check(pantau_audit_pick(object_.get(), row.data(), row.size(), at.data(), at.size(),
                                        version.data(), version.size(), sure, &probability));
        return probability > 0 ? std::optional<double>(probability) : std::nullopt;
    }

    // Takes the label of a row; whether the row was picked.
    bool label(std::string_view row, bool correct, std::string_view at = {}) {
        bool picked = false;
        detail::check(pantau_audit_label(object_.get(), row.data(), row.size(), correct, at.data(),
                                         at.size(), &picked));
        return picked;
    }

    // The rows that were picked and have no label yet, as a JSON list.
    std::string unlabelled() const {
        return detail::give_text(
            [&](pantau_text **out) { return pantau_audit_unlabelled(object_.get(), out); });
    }

    // What the labels so far say, as JSON.
    std::string report(std::optional<double> baseline = {}, std::string_view version = {},
                       std::string_view at = {}) const {
        const double expected = baseline.value_or(std::numeric_limits<double>::quiet_NaN());
        return detail::give_text([&](pantau_text **out) {
            return pantau_audit_report(object_.get(), expected, version.data(), version.size(),
                                       at.data(), at.size(), out);
        });
    }

    // All that it knows, to go on from after a restart.
    std::vector<std::uint8_t> state() const {
        return detail::give_bytes(
            [&](pantau_bytes **out) { return pantau_audit_state(object_.get(), out); });
    }

    // The object, for functions of pantau.h.
    const pantau_audit *get() const { return object_.get(); }

private:
    using Object = detail::Owned<pantau_audit, pantau_audit_free>;

    explicit Audit(Object object) : object_(std::move(object)) {}

    Object object_;
};

// Estimates the accuracy of a classifier on rows that have no labels, from how sure it is.
class AccuracyEstimator {
public:
    // Learns from labelled rows: how sure each answer is, whether it is right, and which label it
    // gave, if estimates are wanted label by label.
    AccuracyEstimator(const std::vector<double> &confidences, const std::vector<bool> &correct,
                      const std::vector<std::string> &labels = {})
        : object_(detail::give<Object>([&](pantau_accuracy_estimator **out) {
              detail::check_length("correct", correct.size(), confidences.size(), "rows");
              const Labels own(labels, confidences.size());
              // A vector of bools has no array of them.
              const auto truths = std::make_unique<bool[]>(correct.size() + 1);
              std::copy(correct.begin(), correct.end(), truths.get());
              return pantau_accuracy_estimator_new(confidences.data(), truths.get(), own.texts,
                                                   own.lengths, confidences.size(), out);
          })) {}

    // What the rows of a reference say whose right labels were known.
    explicit AccuracyEstimator(const Reference &reference)
        : object_(detail::give<Object>([&](pantau_accuracy_estimator **out) {
              return pantau_accuracy_estimator_of_reference(reference.get(), out);
          })) {}

    // The estimated accuracy of answers, as JSON.
    std::string estimate(const std::vector<double> &confidences,
                         const std::vector<std::string> &labels = {}) const {
        const Labels own(labels, confidences.size());
        return detail::give_text([&](pantau_text **out) {
            return pantau_accuracy_estimator_estimate(object_.get(), confidences.data(), own.texts,
                                                      own.lengths, confidences.size(), out);
        });
    }

private:
    using Object = detail::Owned<pantau_accuracy_estimator, pantau_accuracy_estimator_free>;

    // Labels as C takes them; NULL if there are none.
    struct Labels {
        Labels(const std::vector<std::string> &labels, std::size_t rows) : list(labels) {
            if (!labels.empty()) {
                detail::check_length("labels", labels.size(), rows, "rows");
                texts = list.data.data();
                lengths = list.lengths.data();
            }
        }

        detail::Texts list;
        const char *const *texts = nullptr;
        const std::size_t *lengths = nullptr;
    };

    Object object_;
};

// Compares the metrics of a model, `{"accuracy": 0.9}`, with a baseline, and finds their trends.
class PerformanceDriftDetector {
public:
    // With these metrics as baseline, which were measured on so many rows; 0 if that is not known.
    explicit PerformanceDriftDetector(std::string_view baseline, std::uint64_t rows = 0)
        : object_(detail::give<Object>([&](pantau_performance_drift_detector **out) {
              return pantau_performance_drift_detector_new(baseline.data(), baseline.size(), rows,
                                                           out);
          })) {}

    // Which metrics are worse than the baseline by more than `threshold`, as JSON.
    std::string detect(std::string_view current, double threshold = 0.05,
                       std::uint64_t rows = 0) const {
        return detail::give_text([&](pantau_text **out) {
            return pantau_performance_drift_detector_detect(
                object_.get(), current.data(), current.size(), threshold, rows, out);
        });
    }

    // Keeps what a version scored at a time, or now.
    void record(std::string_view metrics, std::string_view version = {},
                std::string_view at = {}) {
        detail::check(pantau_performance_drift_detector_record(
            object_.get(), metrics.data(), metrics.size(), version.data(), version.size(),
            at.data(), at.size()));
    }

    // The trend of each metric over the last days, as JSON.
    std::string analyze_trend(double days = 30.0, std::string_view version = {},
                              std::string_view until = {}) const {
        return detail::give_text([&](pantau_text **out) {
            return pantau_performance_drift_detector_analyze_trend(
                object_.get(), days, version.data(), version.size(), until.data(), until.size(),
                out);
        });
    }

private:
    using Object =
        detail::Owned<pantau_performance_drift_detector, pantau_performance_drift_detector_free>;

    Object object_;
};

// How often people said of their own accord that an answer was wrong, as JSON: a rate, no accuracy.
inline std::string feedback_rate(std::uint64_t predictions, std::uint64_t right,
                                 std::uint64_t wrong) {
    return detail::give_text([&](pantau_text **out) {
        return pantau_feedback_rate(predictions, right, wrong, out);
    });
}

// The page of a report, which is JSON as for `pantau_report_html`.
inline std::string report_html(std::string_view report) {
    return detail::give_text([&](pantau_text **out) {
        return pantau_report_html(report.data(), report.size(), out);
    });
}

// The same as a terminal shows it.
inline std::string report_text(std::string_view report) {
    return detail::give_text([&](pantau_text **out) {
        return pantau_report_text(report.data(), report.size(), out);
    });
}

// Looks whether rows are like those of a reference, window after window. Reports are JSON, as
// `pantau_monitor` in pantau.h says.
class Monitor {
public:
    // A monitor that has seen nothing. `options` are JSON as for `pantau_monitor_new`.
    explicit Monitor(const Reference &reference, std::string_view options = {})
        : object_(detail::give<Object>([&](pantau_monitor **out) {
              return pantau_monitor_new(reference.get(), options.data(), options.size(), out);
          })) {}

    // The monitor with this state.
    static Monitor resume(const Reference &reference, const std::vector<std::uint8_t> &state) {
        return Monitor(detail::give<Object>([&](pantau_monitor **out) {
            return pantau_monitor_resume(reference.get(), state.data(), state.size(), out);
        }));
    }

    // Counts rows, which came at `at`, as RFC 3339 writes it. Where a window closed by that, this is
    // its report.
    std::optional<std::string> update(const Batch &rows, std::string_view at = {}) {
        pantau_text *report = nullptr;
        detail::check(
            pantau_monitor_update(object_.get(), rows.get(), at.data(), at.size(), &report));
        if (report == nullptr) {
            return std::nullopt;
        }
        return detail::give_text([&](pantau_text **out) {
            *out = report;
            return PANTAU_STATUS_OK;
        });
    }

    // Adds what was counted elsewhere to the open window.
    void merge(const Profile &profile, std::string_view at = {}) {
        detail::check(pantau_monitor_merge(object_.get(), profile.get(), at.data(), at.size()));
    }

    // Takes what the open window has counted so far, which is then empty: to be merged elsewhere.
    Profile take() {
        return Profile(detail::give<Profile::Object>(
            [&](pantau_profile **out) { return pantau_monitor_take(object_.get(), out); }));
    }

    // Closes the open window; its report.
    std::string close_window() {
        return detail::give_text(
            [&](pantau_text **out) { return pantau_monitor_close_window(object_.get(), out); });
    }

    // What the windows so far say.
    std::string report() const {
        return detail::give_text(
            [&](pantau_text **out) { return pantau_monitor_report(object_.get(), out); });
    }

    // The same as a terminal shows it.
    std::string report_text() const {
        return detail::give_text(
            [&](pantau_text **out) { return pantau_monitor_report_text(object_.get(), out); });
    }

    // What is known of the accuracy of what is watched, as JSON, from confidences and an audit.
    std::string accuracy(const Audit *audit = nullptr, std::optional<double> baseline = {},
                         std::string_view version = {}, std::string_view at = {}) const {
        const double expected = baseline.value_or(std::numeric_limits<double>::quiet_NaN());
        return detail::give_text([&](pantau_text **out) {
            return pantau_monitor_accuracy(object_.get(), audit == nullptr ? nullptr : audit->get(),
                                           expected, version.data(), version.size(), at.data(),
                                           at.size(), out);
        });
    }

    // How often this monitor cries wolf, measured on splits of its reference, as JSON.
    std::string calibrate(std::size_t splits = 100, std::uint64_t seed = 0) const {
        return detail::give_text([&](pantau_text **out) {
            return pantau_monitor_calibrate(object_.get(), splits, seed, out);
        });
    }

    // Puts down that a change is known.
    void acknowledge(std::string_view by, std::string_view reason) {
        detail::check(pantau_monitor_acknowledge(object_.get(), by.data(), by.size(),
                                                 reason.data(), reason.size()));
    }

    // Takes the last windows, 28 at least, as the new normal.
    void rebaseline(std::string_view by, std::string_view reason) {
        rebaseline_to(nullptr, by, reason);
    }

    // Takes another reference as the new normal.
    void rebaseline(std::string_view by, std::string_view reason, const Reference &reference) {
        rebaseline_to(reference.get(), by, reason);
    }

    // All that was seen, to go on from after a restart.
    std::vector<std::uint8_t> state() const {
        return detail::give_bytes(
            [&](pantau_bytes **out) { return pantau_monitor_state(object_.get(), out); });
    }

    // The object, for functions of pantau.h.
    const pantau_monitor *get() const { return object_.get(); }

private:
    using Object = detail::Owned<pantau_monitor, pantau_monitor_free>;

    explicit Monitor(Object object) : object_(std::move(object)) {}

    void rebaseline_to(const pantau_reference *reference, std::string_view by,
                       std::string_view reason) {
        detail::check(pantau_monitor_rebaseline(object_.get(), reference, by.data(), by.size(),
                                                reason.data(), reason.size()));
    }

    Object object_;
};

inline void Classifier::watch(const Monitor &monitor) const {
    detail::check(pantau_classifier_watch(object_.get(), monitor.get()));
}

inline Reference Classifier::reference(const std::vector<std::string> &texts,
                                       const std::vector<std::optional<std::string>> &actual,
                                       const std::vector<std::int64_t> &times,
                                       std::string_view options) const {
    const detail::Texts list(texts);
    std::vector<const char *> labels;
    std::vector<std::size_t> lengths;
    for (const std::optional<std::string> &label : actual) {
        labels.push_back(label ? label->data() : nullptr);
        lengths.push_back(label ? label->size() : 0);
    }
    if (!actual.empty()) {
        detail::check_length("actual", actual.size(), texts.size(), "texts");
    }
    if (!times.empty()) {
        detail::check_length("times", times.size(), texts.size(), "texts");
    }
    return Reference(detail::give<Reference::Object>([&](pantau_reference **out) {
        return pantau_classifier_reference(
            object_.get(), list.data.data(), list.lengths.data(), texts.size(),
            actual.empty() ? nullptr : labels.data(), actual.empty() ? nullptr : lengths.data(),
            times.empty() ? nullptr : times.data(), options.data(), options.size(), out);
    }));
}

// Tests each feature of new rows against reference rows. What is found is JSON.
class DataDriftDetector {
public:
    explicit DataDriftDetector(const Batch &reference, double significance_level = 0.05)
        : object_(detail::give<Object>([&](pantau_data_drift_detector **out) {
              return pantau_data_drift_detector_new(reference.get(), significance_level, out);
          })) {}

    // The test of a number.
    std::string numerical(const Batch &current, std::string_view feature) const {
        return detail::give_text([&](pantau_text **out) {
            return pantau_data_drift_detector_numerical(object_.get(), current.get(),
                                                        feature.data(), feature.size(), out);
        });
    }

    // The test of a category.
    std::string categorical(const Batch &current, std::string_view feature) const {
        return detail::give_text([&](pantau_text **out) {
            return pantau_data_drift_detector_categorical(object_.get(), current.get(),
                                                          feature.data(), feature.size(), out);
        });
    }

    // The tests of several features, by default all.
    std::string all(const Batch &current, std::string_view options = {}) const {
        return detail::give_text([&](pantau_text **out) {
            return pantau_data_drift_detector_all(object_.get(), current.get(), options.data(),
                                                  options.size(), out);
        });
    }

private:
    using Object = detail::Owned<pantau_data_drift_detector, pantau_data_drift_detector_free>;

    Object object_;
};

// Says of each column of two tables whether it is as it was, as JSON; for who looks once.
inline std::string compare_tables(const Batch &reference, const Batch &current,
                                  std::string_view options = {}) {
    return detail::give_text([&](pantau_text **out) {
        return pantau_compare_tables(reference.get(), current.get(), options.data(),
                                     options.size(), out);
    });
}

// Scores windows of a fixed number of rows, one after the other.
class WindowDriftDetector {
public:
    explicit WindowDriftDetector(const Reference &reference, std::size_t window_size = 1000,
                                 double threshold = 0.05)
        : object_(detail::give<Object>([&](pantau_window_drift_detector **out) {
              return pantau_window_drift_detector_new(reference.get(), window_size, threshold,
                                                      out);
          })) {}

    // Counts rows; the scores of the windows that they fill, as a JSON list.
    std::string update(const Batch &rows) {
        return detail::give_text([&](pantau_text **out) {
            return pantau_window_drift_detector_update(object_.get(), rows.get(), out);
        });
    }

private:
    using Object = detail::Owned<pantau_window_drift_detector, pantau_window_drift_detector_free>;

    Object object_;
};

// A folder with everything a deployed model needs, and the loop over it: predict, remember, watch,
// train anew. Threads may share it, and processes may have the same one open. What it answers is
// JSON, as the functions of `pantau.h` say; moments are empty for now.
class Workspace {
public:
    // Opens a workspace, which is made if there is none.
    static Workspace open(std::string_view folder, std::string_view options = {}) {
        return Workspace(detail::give<Object>([&](pantau_workspace **out) {
            return pantau_workspace_open(folder.data(), folder.size(), options.data(),
                                         options.size(), out);
        }));
    }

    // What it remembers.
    Store store() const {
        return Store(detail::give<Store::Object>(
            [&](pantau_store **out) { return pantau_workspace_store(object_.get(), out); }));
    }

    // Its models.
    Registry registry() const {
        return Registry(detail::give<Registry::Object>(
            [&](pantau_registry **out) { return pantau_workspace_registry(object_.get(), out); }));
    }

    // Trains a model on labelled texts and registers it; what came out.
    std::string train(std::string_view model, const LabelledTexts &data,
                      std::string_view options = {}, const Progress &progress = {}) const {
        return watched(progress, [&](pantau_progress callback, void *user_data,
                                     pantau_text **out) {
            return pantau_workspace_train(object_.get(), model.data(), model.size(), data.get(),
                                          options.data(), options.size(), callback, user_data,
                                          out);
        });
    }

    // The answer to a text, which is logged and counted.
    std::string predict(std::string_view model, std::string_view text,
                        std::string_view ask = {}) const {
        return give(pantau_workspace_predict, model, text.data(), text.size(), ask.data(),
                    ask.size());
    }

    // The answers to many texts as a list, in their order.
    template <typename Text>
    std::string predict_batch(std::string_view model, const std::vector<Text> &texts,
                              std::string_view ask = {}) const {
        const detail::Texts passed(texts);
        return give(pantau_workspace_predict_batch, model, passed.data.data(),
                    passed.lengths.data(), passed.data.size(), ask.data(), ask.size());
    }

    // Takes what somebody says of an answer; whether that is in the store already.
    bool feedback(std::string_view id, std::string_view feedback) const {
        bool found = false;
        detail::check(pantau_workspace_feedback(object_.get(), id.data(), id.size(),
                                                feedback.data(), feedback.size(), &found));
        return found;
    }

    // How a model stands.
    std::string check(std::string_view model, std::string_view now = {}) const {
        return give(pantau_workspace_check, model, now.data(), now.size());
    }

    // How a model stands, as a terminal shows it.
    std::string check_text(std::string_view model, std::string_view now = {}) const {
        return give(pantau_workspace_check_text, model, now.data(), now.size());
    }

    // Whether a model should be trained anew, and why or why not.
    std::string evaluate_triggers(std::string_view model, std::string_view now = {}) const {
        return give(pantau_workspace_evaluate_triggers, model, now.data(), now.size());
    }

    // Trains a model anew if there are reasons; the record.
    std::string retrain(std::string_view model, std::string_view options = {},
                        const Progress &progress = {}) const {
        return watched(progress, [&](pantau_progress callback, void *user_data,
                                     pantau_text **out) {
            return pantau_workspace_retrain(object_.get(), model.data(), model.size(),
                                            options.data(), options.size(), callback, user_data,
                                            out);
        });
    }

    // Makes a version the one in use.
    void promote(std::string_view model, std::uint32_t version, std::string_view act = {}) const {
        detail::check(pantau_workspace_promote(object_.get(), model.data(), model.size(), version,
                                               act.data(), act.size()));
    }

    // Brings back the version that was in use before; its number.
    std::uint32_t rollback(std::string_view model, std::string_view act = {}) const {
        std::uint32_t version = 0;
        detail::check(pantau_workspace_rollback(object_.get(), model.data(), model.size(),
                                                act.data(), act.size(), &version));
        return version;
    }

    // How a model is served, watched and trained anew.
    std::string settings(std::string_view model) const {
        return give(pantau_workspace_settings, model);
    }

    // Changes settings; all of them.
    std::string configure(std::string_view model, std::string_view changes,
                          std::string_view act = {}) const {
        return give(pantau_workspace_configure, model, changes.data(), changes.size(), act.data(),
                    act.size());
    }

    // Notes that somebody has seen what changed.
    void acknowledge(std::string_view model, std::string_view act) const {
        detail::check(pantau_workspace_acknowledge(object_.get(), model.data(), model.size(),
                                                   act.data(), act.size()));
    }

    // Takes the last windows as the new normal.
    void rebaseline(std::string_view model, std::string_view act) const {
        detail::check(pantau_workspace_rebaseline(object_.get(), model.data(), model.size(),
                                                  act.data(), act.size()));
    }

    // Predictions that were picked by chance for somebody to label, as a list.
    std::string to_label(std::string_view model, std::size_t limit,
                         std::string_view now = {}) const {
        return give(pantau_workspace_to_label, model, limit, now.data(), now.size());
    }

    // Puts a version beside the one in use: with a share it answers so many of the texts, with 0 it is
    // a shadow. What came before `since` is not compared.
    void challenge(std::string_view model, std::uint32_t version, double share = 0.0,
                   std::string_view since = {}, std::string_view act = {}) const {
        detail::check(pantau_workspace_challenge(object_.get(), model.data(), model.size(), version,
                                                 share, since.data(), since.size(), act.data(),
                                                 act.size()));
    }

    // Takes a version away from beside the one in use.
    void withdraw(std::string_view model, std::uint32_t version, std::string_view act = {}) const {
        detail::check(pantau_workspace_withdraw(object_.get(), model.data(), model.size(), version,
                                                act.data(), act.size()));
    }

    // How the versions beside the one in use compare with it.
    std::string rollout(std::string_view model) const {
        return give(pantau_workspace_rollout, model);
    }

    // What another version would have answered, as far as texts are kept.
    std::string replay(std::string_view model, std::uint32_t version, std::string_view options = {},
                       const Progress &progress = {}) const {
        return watched(progress, [&](pantau_progress callback, void *user_data,
                                     pantau_text **out) {
            return pantau_workspace_replay(object_.get(), model.data(), model.size(), version,
                                           options.data(), options.size(), callback, user_data,
                                           out);
        });
    }

    // Looks after a model once; the record of its training.
    std::string look_after(std::string_view model, const Progress &progress = {}) const {
        return watched(progress, [&](pantau_progress callback, void *user_data,
                                     pantau_text **out) {
            return pantau_workspace_look_after(object_.get(), model.data(), model.size(), callback,
                                               user_data, out);
        });
    }

    // Looks after models on a thread of this process, until `stop`.
    void start(std::string_view options = {}) const {
        detail::check(pantau_workspace_start(object_.get(), options.data(), options.size()));
    }

    // Ends what `start` began.
    void stop() const { detail::check(pantau_workspace_stop(object_.get())); }

    // How this process serves a model.
    std::string info(std::string_view model) const { return give(pantau_workspace_info, model); }

    // Follows at once what the registry and the settings say of a model; its version in use.
    std::uint32_t reload(std::string_view model) const {
        std::uint32_t version = 0;
        detail::check(
            pantau_workspace_reload(object_.get(), model.data(), model.size(), &version));
        return version;
    }

    // The names of the models that are in use, as a list.
    std::string models_in_use() const {
        return detail::give_text([&](pantau_text **out) {
            return pantau_workspace_models_in_use(object_.get(), out);
        });
    }

    // Calls a function for whatever happens from now on, in any process, on a thread of its own, until
    // this object is gone. If it answers false or throws, it is called again later.
    void notify(std::function<bool(std::string_view)> function) {
        auto kept = std::make_unique<std::function<bool(std::string_view)>>(std::move(function));
        const auto call = [](void *user_data, const char *notice, std::size_t length) -> bool {
            try {
                const auto &own = *static_cast<std::function<bool(std::string_view)> *>(user_data);
                return own({notice, length});
            } catch (...) {
                return false;
            }
        };
        detail::check(pantau_workspace_notify(object_.get(), call, kept.get()));
        functions_.push_back(std::move(kept));
    }

    // Posts whatever happens to a URL.
    void notify_webhook(std::string_view url) const {
        detail::check(pantau_workspace_notify_webhook(object_.get(), url.data(), url.size()));
    }

    // What all processes that have the folder open tell Prometheus.
    std::string metrics(std::string_view options = {}) const {
        return detail::give_text([&](pantau_text **out) {
            return pantau_workspace_metrics(object_.get(), options.data(), options.size(), out);
        });
    }

    // Counts a request that a service has answered.
    void count_request(std::string_view route, std::uint16_t status, double seconds) const {
        detail::check(pantau_workspace_count_request(object_.get(), route.data(), route.size(),
                                                     status, seconds));
    }

    // Waits until all predictions so far are in the store; without a limit if that is 0.
    void flush(std::chrono::milliseconds limit = {}) const {
        detail::check(pantau_workspace_flush(object_.get(), detail::milliseconds(limit, "limit")));
    }

    // What the log of predictions has done so far.
    std::string log_counters() const {
        return detail::give_text([&](pantau_text **out) {
            return pantau_workspace_log_counters(object_.get(), out);
        });
    }

    // Ends it: what was logged and counted is in the store when this returns.
    void close() const { detail::check(pantau_workspace_close(object_.get())); }

private:
    using Object = detail::Owned<pantau_workspace, pantau_workspace_free>;

    explicit Workspace(Object object) : object_(std::move(object)) {}

    // What a function answers about a model.
    template <typename Function, typename... Arguments>
    std::string give(Function function, std::string_view model, Arguments... arguments) const {
        return detail::give_text([&](pantau_text **out) {
            return function(object_.get(), model.data(), model.size(), arguments..., out);
        });
    }

    // What a long call answers.
    template <typename Call>
    std::string watched(const Progress &progress, const Call &call) const {
        using Text = detail::Owned<pantau_text, pantau_text_free>;
        return detail::copy(detail::give<Text>(progress, call).get());
    }

    // What is told of notices. Of both members this is the last to go.
    std::vector<std::unique_ptr<std::function<bool(std::string_view)>>> functions_;
    Object object_;
};

// A dashboard as Grafana imports it.
inline std::string dashboard() { return detail::give_text(pantau_dashboard); }

// Alerts as Prometheus reads them.
inline std::string alert_rules() { return detail::give_text(pantau_alert_rules); }

// Looks through the rows of a file, once, and says what is wrong with them. `options` are JSON as
// for `pantau_validate`.
inline std::string validate(std::string_view path, std::string_view options = {}) {
    return detail::give_text([&](pantau_text **out) {
        return pantau_validate(path.data(), path.size(), options.data(), options.size(), nullptr,
                               nullptr, out);
    });
}

// The SQL that makes the tables of a new store in a dialect, `sqlite` or `postgres`.
inline std::string schema(std::string_view dialect) {
    return detail::give_text([&](pantau_text **out) {
        return pantau_schema(dialect.data(), dialect.size(), out);
    });
}

} // namespace pantau

#endif // PANTAU_HPP
