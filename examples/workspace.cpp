// The first program with a workspace: train, ask, tell what was wrong, train anew, roll back.
//
// c++ -std=c++17 workspace.cpp $(pkg-config --cflags --libs pantau) -o workspace && ./workspace FOLDER

#include <iostream>
#include <pantau.hpp>

// A member of an answer that is a text without escapes. What is larger wants a parser of JSON.
static std::string member(const std::string &json, const std::string &name) {
    const auto start = json.find('"' + name + "\":\"") + name.size() + 4;
    return json.substr(start, json.find('"', start) - start);
}

int main(int count, char **arguments) try {
    std::vector<std::string> texts, labels;
    for (int row = 0; row < 1600; ++row) {
        const std::string word = row % 2 == 0 ? "bagus" : "lemot";
        texts.push_back(word + " sekali, " + std::to_string(row / 2));
        labels.emplace_back(row % 2 == 0 ? "positive" : "negative");
    }
    const auto ws = pantau::Workspace::open(count > 1 ? arguments[1] : "workspace");
    const pantau::LabelledTexts reviews(texts, labels);
    std::cout << member(ws.train("sentiment", reviews), "sentence") << '\n';
    const auto answer = ws.predict("sentiment", "bagus sekali",
                                   R"({"consent": true, "subject": "user-17"})");
    std::cout << member(answer, "label") << ", by version " << member(answer, "version") << '\n';
    ws.feedback(member(answer, "id"), R"({"correct": false, "label": "negative"})");
    std::cout << member(ws.evaluate_triggers("sentiment"), "sentence") << '\n';
    ws.retrain("sentiment", R"({"force": true})");
    ws.challenge("sentiment", 1); // version 1 goes on answering, unseen
    const auto in_use = ws.info("sentiment").find("\"version\":2") != std::string::npos;
    std::cout << "version 2 of sentiment is in use: " << (in_use ? "yes" : "no") << '\n';
    std::cout << member(ws.rollout("sentiment"), "sentence") << '\n';
    std::cout << "rolled back to version " << ws.rollback("sentiment") << '\n';
    return 0;
} catch (const pantau::Error &error) {
    std::cerr << error.what() << '\n';
    return 1;
}
