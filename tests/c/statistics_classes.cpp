// The classes and functions of statistics do what those of C do.

#include "classes.hpp"
#include <cmath>

static bool near(double left, double right) { return std::fabs(left - right) < 1e-12; }

int main() {
    const std::vector<double> first{1, 2, 3}, second{2.5, 3.5, 4.5};
    const pantau_test ks = pantau::ks_2samp(first, second);
    CHECK(near(ks.statistic, 2.0 / 3.0) && near(ks.pvalue, 0.6));
    const pantau::SortedSample sorted(first);
    CHECK(near(sorted.ks_2samp(second).pvalue, 0.6));
    CHECK(near(sorted.ks_2samp(second, R"({"alternative": "less"})").statistic, 0.0));
    CHECK(pantau::mannwhitneyu(first, second).pvalue < 0.5);
    CHECK(pantau::cramervonmises_2samp(first, second).pvalue < 0.5);
    CHECK(pantau::anderson_ksamp({first, second}).pvalue < 0.5);
    CHECK(near(pantau::wasserstein_distance(first, second), 1.5));
    CHECK(pantau::energy_distance(first, second) > 0.5);
    CHECK(near(pantau::chi2_contingency({{10, 10, 20}, {20, 20, 20}}).statistic, 25.0 / 9.0));
    CHECK(near(pantau::chisquare({16, 18, 16, 14, 12, 12}).statistic, 2.0));
    CHECK(near(pantau::fisher_exact(8, 2, 1, 5).statistic, 20.0));
    CHECK(near(pantau::mcnemar(10, 10).pvalue, 1.0));
    CHECK(pantau::psi({1, 2}, {2, 4}).value < 1e-12);
    CHECK(pantau::kl_divergence({1, 2}, {2, 4}).value < 1e-12);
    CHECK(near(pantau::jensen_shannon({1, 0}, {0, 1}, 2.0).value, 1.0));
    CHECK(near(pantau::total_variation({50, 50}, {60, 40}).value, 0.1));
    CHECK(pantau::mmd(first, second, 1).pvalue <= 1.0);
    CHECK(near(pantau::mahalanobis_of_means({0, 1, 2}, {1, 2, 3}, 1, R"({"shrinkage": 0})").statistic,
               1.0));
    CHECK(pantau::wilson(93, 100).low > 0.86 && pantau::clopper_pearson(93, 100).low > 0.86);
    CHECK(pantau::confidence_sequence(93, 100).low < 0.83);
    CHECK(pantau::paired_difference(36, 12, 2, 0).low > 0.05);
    CHECK(pantau::holm({0.25, 0.125}) == (std::vector<double>{0.25, 0.25}));
    CHECK(pantau::benjamini_hochberg({0.5, 0.125}) == (std::vector<double>{0.5, 0.25}));
    const std::vector<double> days{0, 1, 2, 3}, line{1, 3, 5, 7};
    CHECK(near(pantau::linregress(days, line).slope, 2.0));
    CHECK(near(pantau::robust_trend(days, line).slope, 2.0));

    pantau::Detector detector("cusum", R"({"target": 0, "sd": 1})");
    CHECK(detector.update(4) == PANTAU_SIGNAL_QUIET);
    pantau::Detector resumed = pantau::Detector::resume(detector.state());
    CHECK(resumed.update(4) == PANTAU_SIGNAL_DRIFT);
    check_throws<pantau::InvalidInput>(PANTAU_STATUS_INVALID_INPUT, "value: ",
                                       [&] { detector.update(NAN); });
    check_throws<pantau::InvalidInput>(PANTAU_STATUS_INVALID_INPUT, "current: 1 bins",
                                       [&] { pantau::psi({1, 2}, {1}); });
    return 0;
}
