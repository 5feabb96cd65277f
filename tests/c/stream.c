/* Many texts leave as a stream of Arrow record batches. */

#include "check.h"

static const struct ArrowArray *column(const struct ArrowSchema *schema,
                                       const struct ArrowArray *batch, const char *name,
                                       const char *format) {
    for (int64_t index = 0; index < schema->n_children; ++index) {
        if (strcmp(schema->children[index]->name, name) == 0) {
            CHECK(strcmp(schema->children[index]->format, format) == 0);
            return batch->children[index];
        }
    }
    fprintf(stderr, "no column %s\n", name);
    exit(EXIT_FAILURE);
}

static int is_null(const struct ArrowArray *array, int64_t row) {
    const uint8_t *valid = array->buffers[0];
    row += array->offset;
    return valid != NULL && !(valid[row / 8] >> (row % 8) & 1);
}

static void check_text(const struct ArrowArray *array, int64_t row, const char *expected) {
    const int64_t *offsets = (const int64_t *)array->buffers[1] + array->offset;
    const char *data = array->buffers[2];
    size_t length = (size_t)(offsets[row + 1] - offsets[row]);
    CHECK(!is_null(array, row));
    CHECK(length == strlen(expected));
    CHECK(length == 0 || memcmp(data + offsets[row], expected, length) == 0);
}

/* Reads all batches of a stream, which it releases; how many rows there were. */
static int64_t drain(struct ArrowArrayStream *stream) {
    int64_t rows = 0;
    for (;;) {
        struct ArrowArray batch;
        CHECK(stream->get_next(stream, &batch) == 0);
        if (batch.release == NULL) {
            break;
        }
        rows += batch.length;
        batch.release(&batch);
    }
    stream->release(stream);
    CHECK(stream->release == NULL);
    return rows;
}

int main(void) {
    pantau_feature_config *config;
    pantau_feature_extractor *extractor;
    CHECK_OK(pantau_feature_config_new(PANTAU_LITERAL("id"), &config));
    CHECK_OK(pantau_feature_extractor_new(config, NULL, &extractor));
    pantau_feature_config_free(config);

    /* A text, a missing one, an empty one, and one that ends before its NUL. */
    const char *texts[] = {"Aplikasi ini sangat bagus!", NULL, "", "Lihat https://contoh.example"};
    const size_t lengths[] = {26, 77, 0, 5};
    struct ArrowArrayStream stream;
    CHECK_OK(pantau_feature_extractor_extract_stream(extractor, texts, lengths, 4, 0, &stream));

    struct ArrowSchema schema;
    struct ArrowArray batch;
    CHECK(stream.get_schema(&stream, &schema) == 0);
    CHECK(schema.n_children == 19 && strcmp(schema.format, "+s") == 0);
    CHECK(stream.get_next(&stream, &batch) == 0);
    CHECK(batch.length == 4 && batch.n_children == 19);
    const struct ArrowArray *cleaned = column(&schema, &batch, "cleaned_text", "U");
    check_text(cleaned, 0, "aplikasi ini sangat bagus");
    CHECK(is_null(cleaned, 1));
    check_text(cleaned, 2, "");
    check_text(cleaned, 3, "lihat");
    const struct ArrowArray *words = column(&schema, &batch, "word_count", "l");
    const int64_t *counts = (const int64_t *)words->buffers[1] + words->offset;
    CHECK(counts[0] == 4 && is_null(words, 1) && counts[2] == 0 && counts[3] == 1);
    const struct ArrowArray *average = column(&schema, &batch, "avg_word_length", "g");
    CHECK(((const double *)average->buffers[1])[average->offset] == 6.25);
    /* A batch outlives its stream. */
    CHECK(drain(&stream) == 0);
    check_text(cleaned, 0, "aplikasi ini sangat bagus");
    batch.release(&batch);
    schema.release(&schema);

    /* More texts than a batch holds, on several threads. */
    enum { MANY = 20000 };
    const char **many = malloc(MANY * sizeof *many);
    size_t *sizes = malloc(MANY * sizeof *sizes);
    CHECK(many != NULL && sizes != NULL);
    for (int index = 0; index < MANY; ++index) {
        many[index] = texts[index % 4];
        sizes[index] = lengths[index % 4];
    }
    for (size_t threads = 0; threads < 4; ++threads) {
        CHECK_OK(pantau_feature_extractor_extract_stream(extractor, many, sizes, MANY, threads,
                                                         &stream));
        CHECK(drain(&stream) == MANY);
    }
    free(many);
    free(sizes);

    /* No texts are a stream without rows; a consumer may also stop before the end. */
    CHECK_OK(pantau_feature_extractor_extract_stream(extractor, NULL, NULL, 0, 1, &stream));
    CHECK(drain(&stream) == 0);
    CHECK_OK(pantau_feature_extractor_extract_stream(extractor, texts, lengths, 4, 1, &stream));
    stream.release(&stream);

    /* A failure leaves the place of the stream as it was. */
    struct ArrowArrayStream before;
    memset(&stream, 0x5A, sizeof stream);
    before = stream;
    const char *broken[] = {"baik", "bur\xFFuk"};
    const size_t broken_lengths[] = {4, 6};
    CHECK_INVALID("texts[1]: is not UTF-8 at byte 3",
                  pantau_feature_extractor_extract_stream(extractor, broken, broken_lengths, 2, 0,
                                                          &stream));
    CHECK_INVALID("texts: is NULL", pantau_feature_extractor_extract_stream(
                                        extractor, NULL, broken_lengths, 2, 0, &stream));
    CHECK_INVALID("lengths: is NULL", pantau_feature_extractor_extract_stream(
                                          extractor, broken, NULL, 2, 0, &stream));
    CHECK_INVALID("texts: its length", pantau_feature_extractor_extract_stream(
                                           extractor, broken, broken_lengths, SIZE_MAX, 0, &stream));
    CHECK_INVALID("extractor: is NULL", pantau_feature_extractor_extract_stream(
                                            NULL, broken, broken_lengths, 2, 0, &stream));
    CHECK(memcmp(&stream, &before, sizeof stream) == 0);
    CHECK_INVALID("out: is NULL", pantau_feature_extractor_extract_stream(
                                      extractor, texts, lengths, 4, 0, NULL));
    pantau_feature_extractor_free(extractor);
    return EXIT_SUCCESS;
}
