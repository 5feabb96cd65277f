"""Statistics: the golden cases that Rust reads, too, and what only Python has."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import pantau
import pytest
from pantau import stats


@pytest.fixture(scope="module")
def cases(root: Path) -> dict[str, list[dict[str, Any]]]:
    found: dict[str, list[dict[str, Any]]] = {}
    for line in (root / "tests/data/stats.jsonl").read_text().splitlines():
        case = json.loads(line)
        found.setdefault(case["kind"], []).append(case)
    assert len(found) > 10
    return found


def close(expected: float) -> Any:
    return pytest.approx(expected, rel=1e-9, abs=1e-12)


def test_samples(cases: dict[str, list[dict[str, Any]]]) -> None:
    sides = ("two-sided", "less", "greater")
    for case in cases["two_sample"]:
        first, second = np.array(case["first"]), case["second"]
        for side in sides:
            found = stats.ks_2samp(first, second, side)
            assert found[:2] == close(case[f"ks {side}"])
            assert stats.SortedSample(first).ks_2samp(second, side) == found
            statistic, pvalue = stats.mannwhitneyu(first, second, alternative=side)
            expected, chance = case[f"mannwhitneyu {side}"]
            assert (statistic, pvalue) == close((expected, 1.0 if chance is None else chance))
        if "cramervonmises" in case:
            found = stats.cramervonmises_2samp(first, second)
            assert found.statistic == close(case["cramervonmises"][0])
        if "anderson right" in case:
            found = stats.anderson_ksamp([first, second], midrank=False)
            assert found.statistic == close(case["anderson right"][0])
        assert stats.wasserstein_distance(first, second) == close(case["wasserstein"])
        weighted = stats.energy_distance(first, second, *case["weights"])
        assert weighted == close(case["weighted energy"])


def test_counts(cases: dict[str, list[dict[str, Any]]]) -> None:
    for case in cases["contingency"]:
        found = stats.chi2_contingency(case["observed"])
        assert found[:2] == close(case["pearson True"])
        assert np.array(found.expected_freq) == close(np.array(case["expected"]))
        if "log-likelihood False" in case:
            found = stats.g_test(np.array(case["observed"]), correction=False)
            assert found[:2] == pytest.approx(case["log-likelihood False"], rel=1e-6, abs=1e-8)
    for case in cases["chisquare"]:
        found = stats.chisquare(case["observed"], case["expected"], case["ddof"])
        assert found == close(case["pearson"])
    for case in cases["fisher"]:
        statistic, pvalue = case["two-sided"]
        found = stats.fisher_exact(case["table"])
        assert found.pvalue == pytest.approx(pvalue, rel=1e-9)
        if statistic is None:
            assert not math.isfinite(found.statistic)
        else:
            assert found.statistic == close(statistic)
    for case in cases["divergence"]:
        pair = case["reference"], np.array(case["current"])
        assert stats.jensen_shannon(*pair).value == close(case["js"])
        assert stats.jensen_shannon(*pair, base=2).value == close(case["js 2"])
        assert stats.total_variation(*pair).value == close(case["tv"])
        for name, distance in (("kl", stats.kl_divergence), ("psi", stats.psi)):
            if name in case:
                assert distance(*pair).value == close(case[name])


def test_intervals_and_lines(cases: dict[str, list[dict[str, Any]]]) -> None:
    for name in ("clopper_pearson", "confidence_sequence"):
        for case in cases[name]:
            found = getattr(stats, name)(case["successes"], case["trials"], case["level"])
            assert found == pytest.approx((case["low"], case["high"], case["level"]), rel=1e-8)
    for case in cases["trend"]:
        line = stats.linregress(case["x"], case["y"], level=0.9)
        assert line.stderr == pytest.approx(case["stderr"], rel=1e-9)
        assert line.interval.low == pytest.approx(case["low"], rel=1e-7)
        assert stats.robust_trend(case["x"], case["y"]).stderr == pytest.approx(
            case["robust_stderr"], rel=1e-6
        )
    for case in cases["multiplicity"]:
        assert stats.holm(case["pvalues"]) == close(case["holm"])
        assert stats.benjamini_hochberg(case["pvalues"]) == close(case["bh"])


def test_vectors(cases: dict[str, list[dict[str, Any]]]) -> None:
    for case in cases["vectors"]:
        first, second = (
            np.array(case[key]).reshape(-1, case["columns"]) for key in ("first", "second")
        )
        found = stats.mmd(first, second, sigma=case["sigma"], permutations=50, seed=3)
        assert found.statistic == close(case["mmd"])
        assert found == stats.mmd(first.tolist(), second, case["sigma"], 50, 3)
        assert stats.mahalanobis_of_means(first, second).statistic == close(case["shrunk"])


def test_detectors(cases: dict[str, list[dict[str, Any]]]) -> None:
    values = {case["name"]: case["values"] for case in cases["values"]}
    for case in cases["stream"]:
        detector = stats.Detector(case["detector"], **case["options"])
        stream = values[case["name"]]
        signals = detector.update_many(stream[:500])
        detector = stats.Detector.resume(detector.state)
        signals += [detector.update(value) for value in stream[500:]]
        assert [place for place, signal in enumerate(signals) if signal == "drift"] == case[
            "drifts"
        ]


@pytest.mark.parametrize("kind", [list, tuple, np.array, lambda v: np.array(v, dtype="float32")])
def test_columns_of_all_kinds(kind: Any) -> None:
    values = kind([1.0, 2.5, 3.0])
    assert stats.wasserstein_distance(values, [2.0, 3.5, 4.0]) == 1.0


def test_columns_of_tables() -> None:
    pandas = pytest.importorskip("pandas")
    table = pandas.DataFrame({"a": [1.0, 2.0, 3.0], "b": [4, 5, 6]})
    assert stats.wasserstein_distance(table["a"], table["b"]) == close(3.0)
    steps = np.arange(10.0)[::2]
    assert stats.wasserstein_distance(steps, steps + 1) == 1.0
    # One column of a matrix, whose numbers do not lie in a row.
    matrix = np.arange(12.0).reshape(4, 3)
    assert stats.wasserstein_distance(matrix[:, 0], matrix[:, 2]) == close(2.0)


def test_large_samples_are_scipys(root: Path) -> None:
    scipy_stats = pytest.importorskip("scipy.stats")
    chance = np.random.default_rng(5)
    first, second = chance.normal(size=60_000), chance.normal(0.02, 1, size=40_000)
    expected, found = scipy_stats.ks_2samp(first, second), stats.ks_2samp(first, second)
    assert found.statistic == close(expected.statistic)
    assert found.statistic_location == expected.statistic_location
    assert found.pvalue == pytest.approx(expected.pvalue, rel=0.02)
    assert stats.SortedSample(first).ks_2samp(second) == found


def test_bootstrap_passes_errors_on() -> None:
    table = np.arange(20.0).reshape(10, 2)
    interval = stats.bootstrap(table, lambda rows: rows[:, 1].mean(), resamples=200)
    assert interval.low < 10 < interval.high
    with pytest.raises(ZeroDivisionError):
        stats.bootstrap([1.0], lambda rows: 1 / 0)
    with pytest.raises(pantau.InvalidInputError, match="statistic: it is NaN"):
        stats.bootstrap([1.0], lambda rows: math.nan)


@pytest.mark.parametrize(
    ("work", "message"),
    [
        (lambda: stats.ks_2samp([], [1.0]), "first: 0 numbers, allowed are 1 to 4294967295"),
        (lambda: stats.ks_2samp([1.0, math.nan], [1.0]), "first: NaN at place 1; leave it out"),
        (lambda: stats.ks_2samp(["a"], [1.0]), "data1: expected numbers"),
        (lambda: stats.ks_2samp([[1.0]], [1.0]), "data1: expected one column of numbers"),
        (lambda: stats.ks_2samp([1.0], [1.0], "both"), 'alternative: expected one of "two-sided"'),
        (lambda: stats.wilson(-1, 2), "successes: expected an int of at least 0, got -1"),
        (lambda: stats.wilson(3, 2), "successes: 3 of 2 trials"),
        (lambda: stats.mmd([1.0], [2.0]), "x: expected rows of numbers, got 1 dimension"),
        (lambda: stats.fisher_exact([[1, 2, 3], [4, 5, 6]]), "table: expected two rows of two"),
        (lambda: stats.Detector("adwine"), 'detector: "adwine" is unknown'),
        (lambda: stats.Detector("adwin", delta=3.0), "delta: 3, allowed are more than 0"),
        (lambda: stats.Detector("ddm").update(0.5), "value: 0.5 is no outcome"),
        (lambda: stats.psi([1, -1], [1, 1]), "reference: -1 is below 0"),
    ],
)
def test_what_cannot_be_is_told(work: Any, message: str) -> None:
    with pytest.raises(pantau.InvalidInputError) as caught:
        work()
    assert str(caught.value).startswith(message)
