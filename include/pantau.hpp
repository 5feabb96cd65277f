// Pantau for C++17: the functions of pantau.h as classes.
//
// Objects are moved, not copied, and free what they hold. Errors are exceptions below
// `pantau::Error`. Texts go in as `std::string_view` and come out as `std::string`, UTF-8 both.
// A `const` method may be called by many threads at once. An object that was moved from may only
// be assigned to or destroyed; any other use, as an argument too, throws `pantau::InvalidInput`.

#ifndef PANTAU_HPP
#define PANTAU_HPP

#include <cstddef>
#include <cstdint>
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

// Reading or writing a file failed.
class Storage : public Error {
    using Error::Error;
};

// A mistake inside Pantau, which should be reported. The library can still be used.
class Panic : public Error {
    using Error::Error;
};

namespace detail {

// Turns a status that is not OK into its exception.
inline void check(pantau_status status) {
    switch (status) {
    case PANTAU_STATUS_OK:
        return;
    case PANTAU_STATUS_INVALID_INPUT:
        throw InvalidInput(status, pantau_last_error());
    case PANTAU_STATUS_NOT_FOUND:
        throw NotFound(status, pantau_last_error());
    case PANTAU_STATUS_INCOMPATIBLE:
        throw Incompatible(status, pantau_last_error());
    case PANTAU_STATUS_STORAGE:
        throw Storage(status, pantau_last_error());
    case PANTAU_STATUS_PANIC:
        throw Panic(status, pantau_last_error());
    }
    // A library newer than this header may know more.
    throw Error(status, pantau_last_error());
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

private:
    using Object = detail::Owned<pantau_feature_extractor, pantau_feature_extractor_free>;

    FeatureExtractor(const FeatureConfig &config, const pantau_dictionary *dictionary)
        : object_(detail::give<Object>([&](pantau_feature_extractor **out) {
              return pantau_feature_extractor_new(config.object_.get(), dictionary, out);
          })) {}

    Object object_;
};

} // namespace pantau

#endif // PANTAU_HPP
