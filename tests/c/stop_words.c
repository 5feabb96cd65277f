/* A list of your own, from a text or from a file with the same bytes: stop_words DATA SCRATCH */

#include "check.h"

/* Whether `stop_words` makes `expected` of `text`. */
static void check_remove(const pantau_stop_words *stop_words, const char *text,
                         const char *expected) {
    pantau_text *result;
    CHECK_OK(pantau_stop_words_remove(stop_words, text, strlen(text), &result));
    if (strcmp(pantau_text_data(result), expected) != 0) {
        fprintf(stderr, "%s:\n  got      %s\n  expected %s\n", text, pantau_text_data(result),
                expected);
        exit(EXIT_FAILURE);
    }
    pantau_text_free(result);
}

/* What the list in `main` does, wherever it was read from. */
static void check_words(const pantau_stop_words *stop_words) {
    check_remove(stop_words, "Aplikasi ini, itu: bagus", "Aplikasi bagus");
    check_remove(stop_words, "yang lama sudah bagus", "yang lama bagus");
    check_remove(stop_words, "INI Sudah", "");
}

int main(int count, char **arguments) {
    CHECK(count > 2);
    const char words[] = "# mine\nini\r\n\n  Itu \nini\n#yang\nsudah";
    char copy[sizeof words];
    memcpy(copy, words, sizeof words);
    pantau_stop_words *stop_words;
    CHECK_OK(pantau_stop_words_from_words(copy, sizeof words - 1, &stop_words));
    memset(copy, 'x', sizeof copy);
    check_words(stop_words);
    pantau_stop_words_free(stop_words);

    char path[4096];
    snprintf(path, sizeof path, "%s/stop_words.txt", arguments[2]);
    FILE *file = fopen(path, "wb");
    CHECK(file != NULL);
    CHECK(fwrite(words, 1, sizeof words - 1, file) == sizeof words - 1);
    CHECK(fclose(file) == 0);
    CHECK_OK(pantau_stop_words_open(path, strlen(path), &stop_words));
    check_words(stop_words);
    pantau_stop_words_free(stop_words);

    /* No words are a list that removes nothing. */
    CHECK_OK(pantau_stop_words_from_words(NULL, 0, &stop_words));
    check_remove(stop_words, "ini bagus", "ini bagus");
    pantau_stop_words_free(stop_words);
    return EXIT_SUCCESS;
}
