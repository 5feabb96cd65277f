/* The first program that watches: what comes is compared with what came.
 *
 * cc -std=c11 watching.c $(pkg-config --cflags --libs pantau) -o watching && ./watching */

#include <math.h>
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

/* Rows that are picked by chance are labelled by somebody; here, every tenth answer is wrong. */
static pantau_audit *audited(void) {
    pantau_audit *audit;
    check(pantau_audit_new(PANTAU_LITERAL("{\"rate\": 100}"), &audit));
    for (int row = 0; row < 1000; ++row) {
        char name[32];
        const size_t length = (size_t)snprintf(name, sizeof name, "review %d", row);
        double probability;
        bool picked;
        check(pantau_audit_pick(audit, name, length, NULL, 0, NULL, 0, NAN, &probability));
        if (probability > 0) {
            check(pantau_audit_label(audit, name, length, row % 10 > 0, NULL, 0, &picked));
        }
    }
    return audit;
}

/* All that is known, as a terminal shows it; `pantau_report_html` makes a page of it. */
static void print_report(const pantau_monitor *monitor, const pantau_audit *audit) {
    pantau_text *drift, *accuracy, *text;
    check(pantau_monitor_report(monitor, &drift));
    check(pantau_monitor_accuracy(monitor, audit, NAN, NULL, 0, NULL, 0, &accuracy));
    const size_t room = pantau_text_length(drift) + pantau_text_length(accuracy) + 64;
    char *report = malloc(room);
    const int length = snprintf(report, room, "{\"drift\": %s, \"accuracy\": %s}",
                                pantau_text_data(drift), pantau_text_data(accuracy));
    check(pantau_report_text(report, (size_t)length, &text));
    printf("%s\n", pantau_text_data(text));
    free(report);
    pantau_text_free(drift);
    pantau_text_free(accuracy);
    pantau_text_free(text);
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
        if (window == 5) {
            printf("%s\n", pantau_text_data(report));
        }
        pantau_text_free(closed);
        pantau_text_free(report);
        pantau_batch_free(rows);
    }
    pantau_audit *audit = audited();
    print_report(monitor, audit);
    pantau_audit_free(audit);
    pantau_monitor_free(monitor);
    pantau_reference_free(reference);
    return EXIT_SUCCESS;
}
