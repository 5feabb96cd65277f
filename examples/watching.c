/* The first program that watches: what comes is compared with what came.
 *
 * cc -std=c11 watching.c $(pkg-config --cflags --libs pantau) -o watching && ./watching */

#include <pantau.h>
#include <stdio.h>
#include <stdlib.h>

enum { USUAL = 2800, LATER = 200 };

static void check(pantau_status status) {
    if (status != PANTAU_STATUS_OK) {
        fprintf(stderr, "%s: %s\n", pantau_status_name(status), pantau_last_error());
        exit(EXIT_FAILURE);
    }
}

/* Reviews by how long they are: numbers that look random and are the same in every language. */
static pantau_batch *reviews(size_t count, double more) {
    static uint32_t state = 1;
    double lengths[USUAL];
    for (size_t row = 0; row < count; ++row) {
        state = state * 1664525u + 1013904223u;
        lengths[row] = (double)(state >> 24) + more;
    }
    pantau_batch *batch;
    check(pantau_batch_new(count, &batch));
    check(pantau_batch_add_numbers(batch, PANTAU_LITERAL("length"), lengths));
    return batch;
}

int main(void) {
    /* 28 windows of 100 reviews: how much they differ from each other is the yardstick. */
    pantau_batch *rows = reviews(USUAL, 0.0);
    pantau_reference *reference;
    pantau_monitor *monitor;
    check(pantau_reference_build(rows, NULL, 0, NULL, 0, &reference));
    check(pantau_monitor_new(reference, NULL, 0, &monitor));
    pantau_batch_free(rows);
    for (int window = 1; window <= 8; ++window) {
        pantau_text *closed, *report;
        rows = reviews(LATER, window <= 5 ? 0.0 : 60.0);
        check(pantau_monitor_update(monitor, rows, NULL, 0, &closed));
        check(pantau_monitor_close_window(monitor, &closed));
        check(pantau_monitor_report_text(monitor, &report));
        if (window == 5 || window == 8) {
            printf("%s\n", pantau_text_data(report));
        }
        pantau_text_free(closed);
        pantau_text_free(report);
        pantau_batch_free(rows);
    }
    pantau_monitor_free(monitor);
    pantau_reference_free(reference);
    return EXIT_SUCCESS;
}
