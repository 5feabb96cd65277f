"""Statistics: tests, distances, intervals, trends, and detectors of change.

Functions have the names and the order of arguments of ``scipy.stats`` where that has them, and
return tuples with names. Numbers may be a list, a NumPy array, a Series, or whatever NumPy makes an
array of; arrays of 64-bit floats are read where they lie. What is no number is refused with its
place, never left out in silence.

>>> from pantau import stats
>>> stats.ks_2samp([1.0, 2.0], [3.0, 4.0]).statistic
1.0
>>> statistic, pvalue = stats.mannwhitneyu([1.0, 2.0], [3.0, 4.0])
"""

from __future__ import annotations

import collections
import math

from pantau import _core
from pantau._core import Detector, SortedSample

__all__ = [
    "ContingencyResult",
    "Detector",
    "Divergence",
    "Interval",
    "KernelResult",
    "KsResult",
    "MahalanobisResult",
    "Significance",
    "SortedSample",
    "Trend",
    "anderson_ksamp",
    "benjamini_hochberg",
    "bootstrap",
    "chi2_contingency",
    "chisquare",
    "clopper_pearson",
    "confidence_sequence",
    "cramervonmises_2samp",
    "energy_distance",
    "fisher_exact",
    "g_test",
    "holm",
    "jensen_shannon",
    "kl_divergence",
    "ks_2samp",
    "label_mix",
    "linregress",
    "mahalanobis_of_means",
    "mannwhitneyu",
    "mcnemar",
    "mmd",
    "mmd_random_features",
    "paired_difference",
    "psi",
    "robust_trend",
    "total_variation",
    "wasserstein_distance",
    "wilson",
]


class Significance(collections.namedtuple("Significance", "statistic pvalue")):
    """What a test found."""

    __slots__ = ()


class KsResult(
    collections.namedtuple("KsResult", "statistic pvalue statistic_location statistic_sign")
):
    """What the test of Kolmogorov and Smirnov found: also where it is, and who is ahead."""

    __slots__ = ()


class ContingencyResult(
    collections.namedtuple("ContingencyResult", "statistic pvalue dof expected_freq")
):
    """What the test of a table found: also its degrees of freedom and the expected counts."""

    __slots__ = ()


class Divergence(collections.namedtuple("Divergence", "value floor floor_sd")):
    """How far two tables of counts are apart, and how far chance alone would set them.

    ``floor`` is the distance to be expected from samples of these sizes if nothing differs,
    ``floor_sd`` its standard deviation: a ``value`` near it means nothing.
    """

    __slots__ = ()


class KernelResult(collections.namedtuple("KernelResult", "statistic pvalue sigma")):
    """What a test of maximum mean discrepancy found; ``pvalue`` is None without permutations."""

    __slots__ = ()


class MahalanobisResult(collections.namedtuple("MahalanobisResult", "statistic pvalue shrinkage")):
    """How far two means are apart; ``pvalue`` is None where none can be told."""

    __slots__ = ()


class Interval(collections.namedtuple("Interval", "low high level")):
    """Where a number may well lie."""

    __slots__ = ()


class LabelMix(collections.namedtuple("LabelMix", "shares intervals")):
    """How often each label is the right one, and where each share may lie."""

    __slots__ = ()


class Trend(collections.namedtuple("Trend", "slope intercept rvalue pvalue stderr interval dof")):
    """A straight line, and how sure its slope is."""

    __slots__ = ()


def ks_2samp(data1, data2, alternative="two-sided", method="auto"):
    """Whether two samples come from the same continuous distribution (Kolmogorov, Smirnov).

    The p-value is exact up to 10,000 numbers in each sample, beyond that within 10 % also where it
    is 1e-10. Large samples are not sorted. ``SortedSample`` keeps a reference for many tests.

    >>> from pantau import stats
    >>> stats.ks_2samp([1.0, 2.0, 3.0], [2.5, 3.5, 4.5]).statistic_location
    2.0
    """
    return KsResult(*_core._ks_2samp(data1, data2, alternative, method))


def anderson_ksamp(samples, midrank=True):
    """Whether samples come from the same distribution, with weight on the tails.

    The statistic is SciPy's, the p-value that of the limit distribution from 1 to 1e-10 and less.

    >>> from pantau import stats
    >>> round(stats.anderson_ksamp([[1, 2, 3, 4, 5], [4, 5, 6, 7, 8]]).pvalue, 4)
    0.0176
    """
    return Significance(*_core._anderson_ksamp(samples, midrank))


def cramervonmises_2samp(x, y, method="auto"):
    """Whether two samples come from the same distribution, by the area between them.

    >>> from pantau import stats
    >>> round(stats.cramervonmises_2samp([1.0, 2.0, 3.0], [2.5, 3.5, 4.5]).pvalue, 4)
    0.2
    """
    return Significance(*_core._cramervonmises_2samp(x, y, method))


def mannwhitneyu(x, y, use_continuity=True, alternative="two-sided", method="auto"):
    """Whether numbers of one sample tend to be larger than those of another.

    >>> from pantau import stats
    >>> stats.mannwhitneyu([1.0, 2.0, 3.0], [4.0, 5.0, 6.0]).pvalue
    0.1
    """
    return Significance(*_core._mannwhitneyu(x, y, use_continuity, alternative, method))


def wasserstein_distance(u_values, v_values, u_weights=None, v_weights=None):
    """How far numbers must be moved on average to turn one sample into the other.

    >>> from pantau import stats
    >>> stats.wasserstein_distance([0.0, 1.0], [5.0, 6.0])
    5.0
    """
    return _core._distance(False, u_values, v_values, u_weights, v_weights)


def energy_distance(u_values, v_values, u_weights=None, v_weights=None):
    """The energy distance of two samples.

    >>> from pantau import stats
    >>> stats.energy_distance([0.0], [2.0])
    2.0
    """
    return _core._distance(True, u_values, v_values, u_weights, v_weights)


def chi2_contingency(observed, correction=True, lambda_="pearson"):
    """Whether the rows of a table of counts have the same distribution over its columns.

    >>> from pantau import stats
    >>> stats.chi2_contingency([[10, 10, 20], [20, 20, 20]]).dof
    2
    """
    return ContingencyResult(*_core._chi2_contingency(observed, correction, lambda_))


def g_test(observed, correction=True):
    """``chi2_contingency`` with the G statistic.

    >>> from pantau import stats
    >>> round(stats.g_test([[10, 10, 20], [20, 20, 20]]).statistic, 4)
    2.7689
    """
    return chi2_contingency(observed, correction, "log-likelihood")


def chisquare(f_obs, f_exp=None, ddof=0, lambda_="pearson"):
    """Whether counts come from known shares, by default equal ones.

    Expectations must be known: two samples belong into ``chi2_contingency``.

    >>> from pantau import stats
    >>> stats.chisquare([16, 18, 16, 14, 12, 12]).statistic
    2.0
    """
    return Significance(*_core._chisquare(f_obs, f_exp, ddof, lambda_))


def fisher_exact(table, alternative="two-sided"):
    """Whether two rows of two counts have the same odds, exactly.

    >>> from pantau import stats
    >>> stats.fisher_exact([[8, 2], [1, 5]]).statistic
    20.0
    """
    return Significance(*_core._fisher_exact(table, alternative))


def mcnemar(b, c):
    """Whether two models that answered the same rows are equally often right.

    ``b`` is how often only the first was right, ``c`` how often only the second.

    >>> from pantau import stats
    >>> stats.mcnemar(10, 10).pvalue
    1.0
    """
    return Significance(*_core._mcnemar(b, c))


def psi(reference, current):
    """The population stability index of two tables of counts.

    >>> from pantau import stats
    >>> found = stats.psi([100, 200, 300], [30, 20, 10])
    >>> found.value > found.floor + 3 * found.floor_sd
    True
    """
    return Divergence(*_core._divergence("psi", reference, current, math.e))


def kl_divergence(reference, current):
    """The Kullback-Leibler divergence of ``current`` from ``reference``, in nats.

    >>> from pantau import stats
    >>> stats.kl_divergence([1, 2], [10, 20]).value
    0.0
    """
    return Divergence(*_core._divergence("kl", reference, current, math.e))


def jensen_shannon(reference, current, base=None):
    """The Jensen-Shannon distance of two tables of counts; logarithms are to e, or to ``base``.

    >>> from pantau import stats
    >>> stats.jensen_shannon([1, 0], [0, 1], base=2).value
    1.0
    """
    return Divergence(
        *_core._divergence("js", reference, current, math.e if base is None else base)
    )


def total_variation(reference, current):
    """The share of rows that would have to change their bin.

    >>> from pantau import stats
    >>> round(stats.total_variation([50, 50], [60, 40]).value, 12)
    0.1
    """
    return Divergence(*_core._divergence("tv", reference, current, math.e))


def mmd(x, y, sigma=None, permutations=100, seed=0):
    """The maximum mean discrepancy of two samples of vectors, squared and without bias.

    The kernel is exp(-|x - y|^2 / 2 sigma^2); by default 2 sigma^2 is the median of the squared
    distances. The p-value is the share of shuffled samples that are at least as far apart.

    >>> import numpy as np
    >>> from pantau import stats
    >>> chance = np.random.default_rng(0)
    >>> x, y = chance.normal(size=(50, 4)), chance.normal(size=(60, 4)) + 1
    >>> round(stats.mmd(x, y).pvalue, 4)
    0.0099
    """
    return KernelResult(*_core._mmd(x, y, sigma, None, permutations, seed))


def mmd_random_features(x, y, sigma=None, features=256, permutations=100, seed=0):
    """``mmd`` by ``features`` random cosines and sines, for many rows.

    >>> from pantau import stats
    >>> stats.mmd_random_features([[0.0], [1.0]], [[0.5], [2.0]], permutations=0).pvalue is None
    True
    """
    return KernelResult(*_core._mmd(x, y, sigma, features, permutations, seed))


def mahalanobis_of_means(x, y, shrinkage=None, permutations=100, seed=0):
    """The squared Mahalanobis distance of the means of two samples of vectors.

    The covariance is shrunk as Ledoit and Wolf say, or by ``shrinkage``; with 0 the p-value is
    Hotelling's, else it comes from permutations.

    >>> from pantau import stats
    >>> x, y = [[0.0], [1.0], [2.0]], [[1.0], [2.0], [3.0]]
    >>> round(stats.mahalanobis_of_means(x, y, shrinkage=0).statistic, 12)
    1.0
    """
    return MahalanobisResult(*_core._mahalanobis_of_means(x, y, shrinkage, permutations, seed))


def wilson(successes, trials, level=0.95):
    """Where a share may lie, by Wilson's score.

    >>> from pantau import stats
    >>> round(stats.wilson(93, 100).low, 4)
    0.8625
    """
    return Interval(*_core._interval("wilson", successes, trials, level))


def clopper_pearson(successes, trials, level=0.95):
    """Where a share may lie, never less often than ``level``.

    >>> from pantau import stats
    >>> round(stats.clopper_pearson(93, 100).low, 4)
    0.8611
    """
    return Interval(*_core._interval("clopper_pearson", successes, trials, level))


def confidence_sequence(successes, trials, level=0.95):
    """Where a share may lie, right at all times together: it may be looked at after each trial.

    >>> from pantau import stats
    >>> round(stats.confidence_sequence(93, 100).low, 4)
    0.8142
    """
    return Interval(*_core._interval("confidence_sequence", successes, trials, level))


def paired_difference(both, first_only, second_only, neither, level=0.95):
    """Where the difference of two shares may lie that were measured on the same things.

    >>> from pantau import stats
    >>> round(stats.paired_difference(36, 12, 2, 0).low, 4)
    0.0569
    """
    return Interval(*_core._paired_difference(both, first_only, second_only, neither, level))


def bootstrap(data, statistic, resamples=1000, level=0.95, seed=0):
    """Where a statistic may lie: the percentiles of its values for samples of the rows of ``data``.

    >>> import numpy as np
    >>> from pantau import stats
    >>> interval = stats.bootstrap([1.0, 2.0, 2.0, 3.0, 5.0, 8.0], np.mean)
    >>> interval.low < 3.5 < interval.high
    True
    """
    return Interval(*_core._bootstrap(data, statistic, resamples, level, seed))


def holm(pvalues):
    """P-values adjusted so that any false alarm among them all is as rare as each says.

    >>> from pantau import stats
    >>> stats.holm([0.25, 0.125])
    [0.25, 0.25]
    """
    return _core._adjust("holm", pvalues)


def benjamini_hochberg(pvalues):
    """P-values adjusted so that of those at most q, no more than q are false alarms on average.

    >>> from pantau import stats
    >>> stats.benjamini_hochberg([0.5, 0.125])
    [0.5, 0.25]
    """
    return _core._adjust("benjamini_hochberg", pvalues)


def label_mix(probabilities, usual, level=0.95):
    """How often each label is the right one among rows without labels, by a classifier's answers.

    ``probabilities`` has a row for each text, ``usual`` the shares of labels that they were
    calibrated for. It is right if only the mix changed, not what the texts of a label are like.

    >>> from pantau import stats
    >>> rows = [[0.9, 0.1]] * 60 + [[0.2, 0.8]] * 40
    >>> [round(share, 2) for share in stats.label_mix(rows, [0.5, 0.5]).shares]
    [0.75, 0.25]
    """
    shares, intervals = _core._label_mix(probabilities, usual, level)
    return LabelMix(shares, [Interval(*ends) for ends in intervals])


def linregress(x, y, level=0.95):
    """The line of least squares through points that have nothing to do with each other.

    >>> from pantau import stats
    >>> round(stats.linregress([0, 1, 2, 3], [1.0, 3.1, 4.9, 7.0]).slope, 2)
    1.98
    """
    return _trend(*_core._trend(False, x, y, level))


def robust_trend(x, y, level=0.95):
    """The line of least squares through figures in time order, each depending on those before.

    >>> from pantau import stats
    >>> days, accuracy = range(8), [0.9, 0.91, 0.88, 0.89, 0.85, 0.84, 0.8, 0.81]
    >>> stats.robust_trend(days, accuracy).pvalue < 0.05
    True
    """
    return _trend(*_core._trend(True, x, y, level))


def _trend(slope, intercept, rvalue, pvalue, stderr, interval, dof):
    return Trend(slope, intercept, rvalue, pvalue, stderr, Interval(*interval), dof)
