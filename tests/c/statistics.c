/* Statistics: the golden cases that Rust and Python read, and bad input: statistics DATA */

#include "json.h"
#include <math.h>

struct numbers {
    double *values;
    size_t count;
};

static struct numbers numbers_of(const struct json *golden, const char *key) {
    const struct json *list = json_find(golden, key);
    CHECK(list != NULL && list->kind == JSON_LIST);
    struct numbers numbers = {NULL, 0};
    for (const struct json *item = list->first; item != NULL; item = item->next) {
        ++numbers.count;
    }
    numbers.values = calloc(numbers.count + 1, sizeof(double));
    CHECK(numbers.values != NULL);
    size_t place = 0;
    for (const struct json *item = list->first; item != NULL; item = item->next) {
        numbers.values[place++] = item->number;
    }
    return numbers;
}

static double number_of(const struct json *golden, const char *key) {
    const struct json *value = json_find(golden, key);
    CHECK(value != NULL && value->kind == JSON_NUMBER);
    return value->number;
}

static void near(double found, double expected) {
    if (!(fabs(found - expected) <= 1e-9 * fmax(1.0, fabs(expected)))) {
        fprintf(stderr, "%.17g is not %.17g\n", found, expected);
        exit(EXIT_FAILURE);
    }
}

/* Compares a test with the pair of statistic and p-value of a case. */
static void same_test(const struct json *golden, const char *key, pantau_test found) {
    const struct json *pair = json_find(golden, key);
    CHECK(pair != NULL && pair->kind == JSON_LIST);
    near(found.statistic, pair->first->number);
    if (pair->first->next->kind == JSON_NUMBER) {
        near(found.pvalue, pair->first->next->number);
    }
}

static void two_samples(const struct json *golden) {
    struct numbers first = numbers_of(golden, "first"), second = numbers_of(golden, "second");
    pantau_test test;
    pantau_sorted_sample *sorted;
    CHECK_OK(pantau_sorted_sample_new(first.values, first.count, &sorted));
    static const char *const sides[] = {"two-sided", "less", "greater"};
    for (size_t side = 0; side < 3; ++side) {
        char options[64], key[64];
        snprintf(options, sizeof options, "{\"alternative\": \"%s\"}", sides[side]);
        snprintf(key, sizeof key, "ks %s", sides[side]);
        CHECK_OK(pantau_ks_2samp(first.values, first.count, second.values, second.count, options,
                                 strlen(options), &test));
        same_test(golden, key, test);
        CHECK_OK(pantau_sorted_sample_ks_2samp(sorted, second.values, second.count, options,
                                               strlen(options), &test));
        same_test(golden, key, test);
        CHECK_OK(pantau_mannwhitneyu(first.values, first.count, second.values, second.count,
                                     options, strlen(options), &test));
        snprintf(key, sizeof key, "mannwhitneyu %s", sides[side]);
        same_test(golden, key, test);
    }
    pantau_sorted_sample_free(sorted);
    if (json_find(golden, "cramervonmises") != NULL) {
        CHECK_OK(pantau_cramervonmises_2samp(first.values, first.count, second.values,
                                             second.count, NULL, 0, &test));
        near(test.statistic, json_find(golden, "cramervonmises")->first->number);
    }
    if (json_find(golden, "anderson right") != NULL) {
        double *both = malloc((first.count + second.count) * sizeof(double));
        CHECK(both != NULL);
        memcpy(both, first.values, first.count * sizeof(double));
        memcpy(both + first.count, second.values, second.count * sizeof(double));
        const size_t counts[] = {first.count, second.count};
        CHECK_OK(pantau_anderson_ksamp(both, counts, 2, PANTAU_LITERAL("{\"ranks\": \"right\"}"),
                                       &test));
        near(test.statistic, json_find(golden, "anderson right")->first->number);
        free(both);
    }
    double distance;
    CHECK_OK(pantau_wasserstein_distance(first.values, NULL, first.count, second.values, NULL,
                                         second.count, &distance));
    near(distance, number_of(golden, "wasserstein"));
    CHECK_OK(pantau_energy_distance(first.values, NULL, first.count, second.values, NULL,
                                    second.count, &distance));
    near(distance, number_of(golden, "energy"));
    free(first.values);
    free(second.values);
}

static void contingency(const struct json *golden) {
    const struct json *table = json_find(golden, "observed");
    double observed[64];
    size_t rows = 0, columns = 0, count = 0;
    for (const struct json *row = table->first; row != NULL; row = row->next, ++rows) {
        columns = 0;
        for (const struct json *item = row->first; item != NULL; item = item->next, ++columns) {
            CHECK(count < 64);
            observed[count++] = item->number;
        }
    }
    pantau_test test;
    CHECK_OK(pantau_chi2_contingency(observed, rows, columns, NULL, 0, &test));
    same_test(golden, "pearson True", test);
}

static void chisquare(const struct json *golden) {
    struct numbers observed = numbers_of(golden, "observed"), expected = {NULL, 0};
    if (json_find(golden, "expected")->kind == JSON_LIST) {
        expected = numbers_of(golden, "expected");
    }
    pantau_test test;
    CHECK_OK(pantau_chisquare(observed.values, expected.values, observed.count,
                              (size_t)number_of(golden, "ddof"), NULL, 0, &test));
    same_test(golden, "pearson", test);
    free(observed.values);
    free(expected.values);
}

static void fisher(const struct json *golden) {
    const struct json *rows = json_find(golden, "table")->first;
    pantau_test test;
    CHECK_OK(pantau_fisher_exact((uint64_t)rows->first->number, (uint64_t)rows->first->next->number,
                                 (uint64_t)rows->next->first->number,
                                 (uint64_t)rows->next->first->next->number, NULL, 0, &test));
    near(test.pvalue, json_find(golden, "two-sided")->first->next->number);
}

static void divergence(const struct json *golden) {
    struct numbers reference = numbers_of(golden, "reference");
    struct numbers current = numbers_of(golden, "current");
    uint64_t before[16], now[16];
    CHECK(reference.count <= 16);
    for (size_t place = 0; place < reference.count; ++place) {
        before[place] = (uint64_t)reference.values[place];
        now[place] = (uint64_t)current.values[place];
    }
    pantau_divergence found;
    CHECK_OK(pantau_jensen_shannon(before, now, reference.count, 2.0, &found));
    near(found.value, number_of(golden, "js 2"));
    CHECK_OK(pantau_total_variation(before, now, reference.count, &found));
    near(found.value, number_of(golden, "tv"));
    CHECK(found.floor >= 0.0 && found.floor_sd >= 0.0);
    if (json_find(golden, "psi") != NULL) {
        CHECK_OK(pantau_psi(before, now, reference.count, &found));
        near(found.value, number_of(golden, "psi"));
        CHECK_OK(pantau_kl_divergence(before, now, reference.count, &found));
        near(found.value, number_of(golden, "kl"));
    }
    free(reference.values);
    free(current.values);
}

typedef pantau_status (*interval_call)(uint64_t, uint64_t, double, pantau_interval *);

static void interval(const struct json *golden, interval_call call) {
    pantau_interval found;
    CHECK_OK(call((uint64_t)number_of(golden, "successes"), (uint64_t)number_of(golden, "trials"),
                  number_of(golden, "level"), &found));
    near(found.low, number_of(golden, "low"));
    near(found.high, number_of(golden, "high"));
}

static void clopper_pearson(const struct json *golden) { interval(golden, pantau_clopper_pearson); }

static void sequence(const struct json *golden) { interval(golden, pantau_confidence_sequence); }

static void trend(const struct json *golden) {
    struct numbers x = numbers_of(golden, "x"), y = numbers_of(golden, "y");
    pantau_trend found;
    CHECK_OK(pantau_linregress(x.values, y.values, x.count, 0.9, &found));
    near(found.slope, number_of(golden, "slope"));
    near(found.interval.high, number_of(golden, "high"));
    CHECK_OK(pantau_robust_trend(x.values, y.values, x.count, 0.9, &found));
    near(found.standard_error, number_of(golden, "robust_stderr"));
    free(x.values);
    free(y.values);
}

static void multiplicity(const struct json *golden) {
    struct numbers pvalues = numbers_of(golden, "pvalues");
    struct numbers holm = numbers_of(golden, "holm"), bh = numbers_of(golden, "bh");
    double *adjusted = calloc(pvalues.count + 1, sizeof(double));
    CHECK(adjusted != NULL);
    CHECK_OK(pantau_holm(pvalues.values, pvalues.count, adjusted));
    for (size_t place = 0; place < pvalues.count; ++place) {
        near(adjusted[place], holm.values[place]);
    }
    CHECK_OK(pantau_benjamini_hochberg(pvalues.values, pvalues.count, adjusted));
    for (size_t place = 0; place < pvalues.count; ++place) {
        near(adjusted[place], bh.values[place]);
    }
    free(adjusted);
    free(pvalues.values);
    free(holm.values);
    free(bh.values);
}

static void vectors(const struct json *golden) {
    struct numbers first = numbers_of(golden, "first"), second = numbers_of(golden, "second");
    size_t columns = (size_t)number_of(golden, "columns");
    size_t rows = first.count / columns, others = second.count / columns;
    char options[96];
    snprintf(options, sizeof options, "{\"sigma\": %.17g, \"permutations\": 0}",
             number_of(golden, "sigma"));
    pantau_test test;
    CHECK_OK(pantau_mmd(first.values, rows, second.values, others, columns, options,
                        strlen(options), &test));
    near(test.statistic, number_of(golden, "mmd"));
    CHECK(isnan(test.pvalue));
    CHECK_OK(pantau_mahalanobis_of_means(first.values, rows, second.values, others, columns, NULL,
                                         0, &test));
    near(test.statistic, number_of(golden, "shrunk"));
    CHECK(test.pvalue > 0.0 && test.pvalue <= 1.0);
    free(first.values);
    free(second.values);
}

static void detectors(void) {
    pantau_detector *detector, *resumed;
    CHECK_OK(pantau_detector_new(PANTAU_LITERAL("page_hinkley"),
                                 PANTAU_LITERAL("{\"threshold\": 5.0}"), &detector));
    pantau_signal signal = PANTAU_SIGNAL_QUIET;
    for (int day = 0; day < 106; ++day) {
        CHECK(signal == PANTAU_SIGNAL_QUIET);
        CHECK_OK(pantau_detector_update(detector, day < 100 ? 0.0 : 1.0, &signal));
        if (day == 50) {
            pantau_text *state;
            CHECK_OK(pantau_detector_state(detector, &state));
            CHECK_OK(pantau_detector_resume(pantau_text_data(state), pantau_text_length(state),
                                            &resumed));
            pantau_text_free(state);
            pantau_detector_free(detector);
            detector = resumed;
        }
    }
    CHECK(signal == PANTAU_SIGNAL_DRIFT);
    CHECK_INVALID("value: NaN is not finite", pantau_detector_update(detector, NAN, &signal));
    CHECK_INVALID("out: is NULL", pantau_detector_update(detector, 1.0, NULL));
    CHECK_INVALID("detector: is NULL", pantau_detector_update(NULL, 1.0, &signal));
    pantau_detector_free(detector);
    pantau_detector_free(NULL);
    detector = NULL;
    CHECK_INVALID("detector: \"adwine\" is unknown",
                  pantau_detector_new(PANTAU_LITERAL("adwine"), NULL, 0, &detector));
    CHECK_INVALID("settings: missing field `target`",
                  pantau_detector_new(PANTAU_LITERAL("ewma"), NULL, 0, &detector));
    CHECK_INVALID("state: ", pantau_detector_resume(PANTAU_LITERAL("{}"), &detector));
    CHECK(detector == NULL);
}

static void bad_input(void) {
    const double one[] = {1.0, NAN};
    pantau_test test = {7.0, 7.0};
    CHECK_INVALID("first: is NULL", pantau_ks_2samp(NULL, 1, one, 1, NULL, 0, &test));
    CHECK_INVALID("first: 0 numbers", pantau_ks_2samp(NULL, 0, one, 1, NULL, 0, &test));
    CHECK_INVALID("second: NaN at place 1", pantau_ks_2samp(one, 1, one, 2, NULL, 0, &test));
    CHECK_INVALID("out: is NULL", pantau_ks_2samp(one, 1, one, 1, NULL, 0, NULL));
    CHECK_INVALID("options: unknown field `side`",
                  pantau_ks_2samp(one, 1, one, 1, PANTAU_LITERAL("{\"side\": 1}"), &test));
    CHECK_INVALID("observed: is NULL", pantau_chi2_contingency(NULL, 2, 2, NULL, 0, &test));
    CHECK_INVALID("memory", pantau_chi2_contingency(one, SIZE_MAX, 2, NULL, 0, &test));
    CHECK_INVALID("memory", pantau_mmd(one, SIZE_MAX, one, 1, 2, NULL, 0, &test));
    CHECK_INVALID("vectors: ", pantau_mmd(one, 1, one, 1, 0, NULL, 0, &test));
    const size_t counts[] = {SIZE_MAX, SIZE_MAX};
    CHECK_INVALID("memory", pantau_anderson_ksamp(one, counts, 2, NULL, 0, &test));
    CHECK(test.statistic == 7.0 && test.pvalue == 7.0);
    pantau_interval interval;
    CHECK_INVALID("successes: 3 of 2 trials", pantau_wilson(3, 2, 0.95, &interval));
    CHECK_INVALID("level: 2 is not between", pantau_wilson(1, 2, 2.0, &interval));
    CHECK_OK(pantau_paired_difference(36, 12, 2, 0, 0.95, &interval));
    near(interval.low, 0.05692958400323869);
    double adjusted = 7.0;
    CHECK_INVALID("pvalues: 2 is not between", pantau_holm((double[]){2.0}, 1, &adjusted));
    CHECK_INVALID("out: is NULL", pantau_holm((double[]){0.5}, 1, NULL));
    CHECK(adjusted == 7.0);
    CHECK_OK(pantau_mcnemar(10, 10, &test));
    near(test.pvalue, 1.0);
}

static const struct {
    const char *kind;
    void (*check)(const struct json *golden);
} CHECKS[] = {
    {"two_sample", two_samples},   {"contingency", contingency},
    {"chisquare", chisquare},      {"fisher", fisher},
    {"divergence", divergence},    {"clopper_pearson", clopper_pearson},
    {"trend", trend},              {"confidence_sequence", sequence},
    {"multiplicity", multiplicity}, {"vectors", vectors},
};

int main(int count, char **arguments) {
    CHECK(count > 1);
    char *text = read_file(arguments[1], "stats.jsonl"), *rest = text;
    size_t looked_at = 0;
    for (char *line = next_line(&rest); line != NULL; line = next_line(&rest)) {
        struct json *golden = json_parse(line);
        const char *kind = json_text(golden, "kind")->text;
        for (size_t place = 0; place < sizeof CHECKS / sizeof *CHECKS; ++place) {
            if (strcmp(kind, CHECKS[place].kind) == 0) {
                CHECKS[place].check(golden);
                ++looked_at;
            }
        }
        json_free(golden);
    }
    free(text);
    CHECK(looked_at > 100);
    detectors();
    bad_input();
    return EXIT_SUCCESS;
}
