// The first program: what Pantau makes of one review.
//
// c++ -std=c++17 first.cpp $(pkg-config --cflags --libs pantau) -o first

#include <iostream>
#include <pantau.hpp>

int main() try {
    const pantau::FeatureExtractor extractor(pantau::FeatureConfig("id"));
    const auto features = extractor.extract("Aplikasi ini sangat bagus!");
    std::cout << "cleaned:        " << features.text("cleaned_text") << '\n'
              << "no stop words:  " << features.text("text_no_stopwords") << '\n'
              << "words:          " << features.number("word_count") << '\n'
              << "positive words: " << features.number("sentiment_words_positive") << '\n';

    const pantau::Cleaner cleaner("id");
    std::cout << "clean:          " << cleaner.clean("Bagusss <b>sekali</b> 😍 https://toko.example")
              << '\n';
    const auto normalizer = pantau::Normalizer::from_table("gak\ttidak\nbgt\tbanget\n");
    std::cout << "normalize:      " << normalizer.normalize("gak bagus bgt") << '\n';
    std::cout << "stem:           " << pantau::Stemmer("id").stem("menggunakannya") << '\n';
    const auto anonymized =
        pantau::Anonymizer().anonymize("Hubungi budi@contoh.example, 0812-3456-7890");
    std::cout << "anonymize:      " << anonymized.text() << '\n';
    return 0;
} catch (const pantau::Error &error) {
    std::cerr << error.what() << '\n';
    return 1;
}
