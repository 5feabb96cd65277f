// The first program that watches: what comes is compared with what came.
//
// c++ -std=c++17 watching.cpp $(pkg-config --cflags --libs pantau) -o watching && ./watching

#include <iostream>
#include <pantau.hpp>

// Reviews by how long they are: numbers that look random and are the same in every language.
static pantau::Batch reviews(std::size_t count, double more) {
    static std::uint32_t state = 1;
    std::vector<double> lengths;
    for (std::size_t row = 0; row < count; ++row) {
        state = state * 1664525U + 1013904223U;
        lengths.push_back(static_cast<double>(state >> 24) + more);
    }
    pantau::Batch batch(count);
    batch.add_numbers("length", lengths);
    return batch;
}

int main() {
    // 28 windows of 100 reviews: how much they differ from each other is the yardstick.
    const auto reference = pantau::Reference::build(reviews(2800, 0.0));
    pantau::Monitor monitor(reference);
    for (int window = 1; window <= 8; ++window) {
        monitor.update(reviews(200, window <= 5 ? 0.0 : 60.0));
        monitor.close_window();
        if (window == 5) {
            std::cout << monitor.report_text() << '\n';
        }
    }

    // Rows that are picked by chance are labelled by somebody; here, every tenth answer is wrong.
    pantau::Audit audit(R"({"rate": 100})");
    for (int row = 0; row < 1000; ++row) {
        const std::string name = "review " + std::to_string(row);
        if (audit.pick(name)) {
            audit.label(name, row % 10 > 0);
        }
    }
    const std::string report = R"({"drift": )" + monitor.report() + R"(, "accuracy": )" +
                               monitor.accuracy(&audit) + "}";
    std::cout << pantau::report_text(report) << '\n'; // and report_html
    return 0;
}
