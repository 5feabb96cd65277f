from collections.abc import Callable, Sequence
from typing import Any, Literal, NamedTuple, TypeAlias

from numpy.typing import ArrayLike, NDArray

from pantau._core import Detector, SortedSample

_Alternative: TypeAlias = Literal["two-sided", "less", "greater"]
_Method: TypeAlias = Literal["auto", "exact", "asymptotic", "asymp"]
_Power: TypeAlias = Literal["pearson", "log-likelihood"]

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

class Significance(NamedTuple):
    statistic: float
    pvalue: float

class KsResult(NamedTuple):
    statistic: float
    pvalue: float
    statistic_location: float
    statistic_sign: int

class ContingencyResult(NamedTuple):
    statistic: float
    pvalue: float
    dof: int
    expected_freq: list[list[float]]

class Divergence(NamedTuple):
    value: float
    floor: float
    floor_sd: float

class KernelResult(NamedTuple):
    statistic: float
    pvalue: float | None
    sigma: float

class MahalanobisResult(NamedTuple):
    statistic: float
    pvalue: float | None
    shrinkage: float

class Interval(NamedTuple):
    low: float
    high: float
    level: float

class LabelMix(NamedTuple):
    shares: list[float]
    intervals: list[Interval]

class Trend(NamedTuple):
    slope: float
    intercept: float
    rvalue: float
    pvalue: float
    stderr: float
    interval: Interval
    dof: int

def ks_2samp(
    data1: ArrayLike,
    data2: ArrayLike,
    alternative: _Alternative = "two-sided",
    method: _Method = "auto",
) -> KsResult: ...
def anderson_ksamp(samples: Sequence[ArrayLike], midrank: bool = True) -> Significance: ...
def cramervonmises_2samp(x: ArrayLike, y: ArrayLike, method: _Method = "auto") -> Significance: ...
def mannwhitneyu(
    x: ArrayLike,
    y: ArrayLike,
    use_continuity: bool = True,
    alternative: _Alternative = "two-sided",
    method: _Method = "auto",
) -> Significance: ...
def wasserstein_distance(
    u_values: ArrayLike,
    v_values: ArrayLike,
    u_weights: ArrayLike | None = None,
    v_weights: ArrayLike | None = None,
) -> float: ...
def energy_distance(
    u_values: ArrayLike,
    v_values: ArrayLike,
    u_weights: ArrayLike | None = None,
    v_weights: ArrayLike | None = None,
) -> float: ...
def chi2_contingency(
    observed: ArrayLike, correction: bool = True, lambda_: _Power = "pearson"
) -> ContingencyResult: ...
def g_test(observed: ArrayLike, correction: bool = True) -> ContingencyResult: ...
def chisquare(
    f_obs: ArrayLike, f_exp: ArrayLike | None = None, ddof: int = 0, lambda_: _Power = "pearson"
) -> Significance: ...
def fisher_exact(table: ArrayLike, alternative: _Alternative = "two-sided") -> Significance: ...
def mcnemar(b: int, c: int) -> Significance: ...
def psi(reference: ArrayLike, current: ArrayLike) -> Divergence: ...
def kl_divergence(reference: ArrayLike, current: ArrayLike) -> Divergence: ...
def jensen_shannon(
    reference: ArrayLike, current: ArrayLike, base: float | None = None
) -> Divergence: ...
def total_variation(reference: ArrayLike, current: ArrayLike) -> Divergence: ...
def mmd(
    x: ArrayLike, y: ArrayLike, sigma: float | None = None, permutations: int = 100, seed: int = 0
) -> KernelResult: ...
def mmd_random_features(
    x: ArrayLike,
    y: ArrayLike,
    sigma: float | None = None,
    features: int = 256,
    permutations: int = 100,
    seed: int = 0,
) -> KernelResult: ...
def mahalanobis_of_means(
    x: ArrayLike,
    y: ArrayLike,
    shrinkage: float | None = None,
    permutations: int = 100,
    seed: int = 0,
) -> MahalanobisResult: ...
def wilson(successes: int, trials: int, level: float = 0.95) -> Interval: ...
def clopper_pearson(successes: int, trials: int, level: float = 0.95) -> Interval: ...
def confidence_sequence(successes: int, trials: int, level: float = 0.95) -> Interval: ...
def paired_difference(
    both: int, first_only: int, second_only: int, neither: int, level: float = 0.95
) -> Interval: ...
def bootstrap(
    data: ArrayLike,
    statistic: Callable[[NDArray[Any]], float],
    resamples: int = 1000,
    level: float = 0.95,
    seed: int = 0,
) -> Interval: ...
def label_mix(probabilities: ArrayLike, usual: ArrayLike, level: float = 0.95) -> LabelMix: ...
def holm(pvalues: ArrayLike) -> list[float]: ...
def benjamini_hochberg(pvalues: ArrayLike) -> list[float]: ...
def linregress(x: ArrayLike, y: ArrayLike, level: float = 0.95) -> Trend: ...
def robust_trend(x: ArrayLike, y: ArrayLike, level: float = 0.95) -> Trend: ...
