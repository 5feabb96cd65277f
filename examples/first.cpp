// The first program: c++ -std=c++17 first.cpp $(pkg-config --cflags --libs pantau) -o first

#include <iostream>
#include <pantau.hpp>

int main() try {
    const std::string_view review = "Aplikasi ini sangat bagus!";
    const std::string_view message = "Hubungi budi@contoh.example atau 0812-3456-7890";

    const pantau::Cleaner cleaner("id");
    std::cout << "cleaned     " << cleaner.clean(review) << '\n';

    const pantau::Stemmer stemmer("id");
    std::cout << "stemmed     " << stemmer.stem("Menggunakannya untuk pekerjaan") << '\n';

    const pantau::Anonymizer anonymizer;
    std::cout << "anonymised  " << anonymizer.anonymize(message).text() << '\n';

    const pantau::FeatureExtractor extractor(pantau::FeatureConfig("id"));
    const pantau::Features features = extractor.extract(review);
    std::cout << "features    " << features.number("word_count") << " words of "
              << features.number("avg_word_length") << " characters\n";
    return 0;
} catch (const pantau::Error &error) {
    std::cerr << error.what() << '\n';
    return 1;
}
