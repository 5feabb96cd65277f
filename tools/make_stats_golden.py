"""Writes tests/data/stats.jsonl: what SciPy, statsmodels, scikit-learn and river say.

Needs scipy, statsmodels, scikit-learn and river; run it from the root of the repository.
"""

import json
import math
import warnings
from pathlib import Path

import numpy as np
import river
import scipy
import scipy.optimize as so
import scipy.stats as st
import sklearn
import statsmodels
from river import drift
from sklearn.covariance import LedoitWolf
from statsmodels.stats.multitest import multipletests
from statsmodels.stats.proportion import proportion_confint

warnings.simplefilter("ignore")
RANDOM = np.random.default_rng(20)
LINES = []


def put(kind, **case):
    LINES.append(json.dumps({"kind": kind, **case}, allow_nan=False))


def plain(value):
    value = float(value)
    return value if math.isfinite(value) else None


def samples():
    """Pairs of samples of many sizes and shapes, with a name each."""
    normal = RANDOM.normal
    for n, m in [(1, 1), (1, 5), (2, 3), (5, 5), (7, 9), (20, 13), (60, 60), (200, 77)]:
        for shift in (0.0, 0.5, 3.0):
            yield f"normal {n} {m} {shift}", normal(size=n), normal(shift, size=m)
    yield "whole", RANDOM.poisson(2, 40), RANDOM.poisson(3, 55)
    yield "binary", RANDOM.integers(0, 2, 30), RANDOM.integers(0, 2, 30)
    yield "equal", np.arange(6), np.arange(6)
    yield "apart", np.arange(10), np.arange(10) + 100
    yield "heavy tails", RANDOM.standard_cauchy(80), RANDOM.standard_cauchy(90) * 2
    yield "huge", normal(size=30) * 1e12, normal(size=25) * 1e12 + 3e11
    yield "tiny", normal(size=30) * 1e-12, normal(size=25) * 1e-12
    yield "unequal", normal(size=500), normal(0.1, size=20)


def two_samples():
    for name, first, second in samples():
        first, second = first.astype(float), second.astype(float)
        case = {"name": name, "first": first.tolist(), "second": second.tolist()}
        for side in ("two-sided", "less", "greater"):
            test = st.ks_2samp(first, second, alternative=side, method="exact")
            case[f"ks {side}"] = [test.statistic, test.pvalue]
            test = st.mannwhitneyu(first, second, alternative=side, method="auto")
            case[f"mannwhitneyu {side}"] = [test.statistic, plain(test.pvalue)]
        test = st.ks_2samp(first, second)
        case["ks location"] = [test.statistic_location, int(test.statistic_sign)]
        if min(len(first), len(second)) > 1:
            test = st.cramervonmises_2samp(first, second)
            case["cramervonmises"] = [test.statistic, test.pvalue]
            test = st.cramervonmises_2samp(first, second, method="asymptotic")
            case["cramervonmises asymptotic"] = [test.statistic, test.pvalue]
        if len(first) + len(second) > 4:
            for variant in ("midrank", "right"):
                test = st.anderson_ksamp([first, second], variant=variant)
                case[f"anderson {variant}"] = [test.statistic, test.pvalue]
        case["wasserstein"] = st.wasserstein_distance(first, second)
        case["energy"] = st.energy_distance(first, second)
        weights = [RANDOM.uniform(size=len(sample)).tolist() for sample in (first, second)]
        case["weights"] = weights
        case["weighted wasserstein"] = st.wasserstein_distance(first, second, *weights)
        case["weighted energy"] = st.energy_distance(first, second, *weights)
        put("two_sample", **case)


def anderson():
    for k in (2, 3, 5):
        for shift in (0.0, 0.3, 0.6):
            samples = [RANDOM.normal(shift * i, size=12 + 9 * i) for i in range(k)]
            if shift == 0.3:
                samples = [np.round(sample * 2) for sample in samples]
            case = {"samples": [sample.tolist() for sample in samples]}
            for variant in ("midrank", "right"):
                test = st.anderson_ksamp(samples, variant=variant)
                case[variant] = test.statistic
            put("anderson", **case)
    # Many shuffles tell the p-value apart from any table.
    for shift in (0.0, 0.35, 0.7):
        samples = [RANDOM.normal(size=80), RANDOM.normal(shift, size=100)]
        method = st.PermutationMethod(n_resamples=19999, rng=np.random.default_rng(1))
        test = st.anderson_ksamp(samples, variant="midrank", method=method)
        case = {"samples": [sample.tolist() for sample in samples], "pvalue": test.pvalue}
        put("anderson_shuffled", **case)


def tables():
    for shape in [(2, 2), (2, 5), (3, 3), (4, 7), (1, 4)]:
        for size in (3, 40, 1e6):
            observed = RANDOM.poisson(size, shape).astype(float) + 1
            case = {"observed": observed.tolist()}
            for power in ("pearson", "log-likelihood"):
                for correction in (True, False):
                    test = st.chi2_contingency(observed, correction=correction, lambda_=power)
                    case[f"{power} {correction}"] = [test.statistic, test.pvalue]
            case["expected"] = test.expected_freq.tolist()
            put("contingency", **case)
    far = [[1000.0, 2000.0], [1500.0, 1400.0]]
    test = st.chi2_contingency(far)
    put("contingency", observed=far, expected=test.expected_freq.tolist(),
        **{"pearson True": [test.statistic, test.pvalue]})
    for observed, expected, ddof in [
        ([16.0, 18, 16, 14, 12, 12], None, 0),
        ([16.0, 18, 16, 14, 12, 12], [16.0, 16, 16, 16, 16, 8], 1),
        ([0.0, 100.0], [50.0, 50.0], 0),
        ([1e6, 1.001e6, 0.999e6], None, 0),
    ]:
        case = {"observed": observed, "expected": expected, "ddof": ddof}
        for power in ("pearson", "log-likelihood"):
            test = st.power_divergence(observed, expected, ddof=ddof, lambda_=power)
            case[power] = [test.statistic, test.pvalue]
        put("chisquare", **case)
    for table in [
        [[8, 2], [1, 5]], [[0, 5], [5, 0]], [[3, 3], [3, 3]], [[0, 0], [3, 4]], [[100, 2], [1000, 5]],
        [[12345, 23456], [13000, 23000]], [[1, 1], [1, 1]], [[0, 7], [3, 9]], [[190, 800], [200, 900]],
        [[2, 31], [136, 15532]], [[5, 95], [400000, 3600000]], [[40, 3], [2, 60]],
    ]:
        case = {"table": table}
        for side in ("two-sided", "less", "greater"):
            test = st.fisher_exact(table, alternative=side)
            case[side] = [plain(test.statistic), test.pvalue]
        put("fisher", **case)
    for reference, current in [
        ([10, 20, 30], [12, 18, 33]), ([5, 0, 5], [3, 1, 6]), ([1, 1], [1, 1]),
        ([1000, 2000, 500, 1], [90, 260, 40, 9]),
    ]:
        p, q = np.array(reference) / sum(reference), np.array(current) / sum(current)
        case = {"reference": reference, "current": current}
        if min(reference) > 0:
            case["kl"] = float(st.entropy(q, p))
            if min(current) > 0:
                case["psi"] = float(st.entropy(q, p) + st.entropy(p, q))
        case["js"] = float(scipy.spatial.distance.jensenshannon(p, q))
        case["js 2"] = float(scipy.spatial.distance.jensenshannon(p, q, 2))
        case["tv"] = float(abs(p - q).sum() / 2)
        put("divergence", **case)


def intervals():
    for successes, trials in [(0, 1), (1, 1), (1, 2), (0, 30), (7, 30), (93, 100), (9999, 10000),
                              (123456, 1000000), (5, 10**9)]:
        for level in (0.8, 0.95, 0.999):
            low, high = proportion_confint(successes, trials, 1 - level, method="beta")
            low, high = (0.0 if successes == 0 else low), (1.0 if successes == trials else high)
            put("clopper_pearson", successes=successes, trials=trials, level=level, low=float(low),
                high=float(high))
            if successes <= 10**6:
                put("confidence_sequence", successes=successes, trials=trials, level=level,
                    **sequence(successes, trials, level))


def sequence(s, n, level):
    """The ends by SciPy's root finder on the logarithms."""
    from scipy.optimize import brentq
    from scipy.special import betaln, xlog1py, xlogy

    f = n - s
    mixture = betaln(s + 0.5, f + 0.5) - betaln(0.5, 0.5)
    limit = math.log(1 / (1 - level))

    def excess(p):
        return mixture - xlogy(s, p) - xlog1py(f, -p) - limit

    middle = s / n
    low = 0.0 if s == 0 else brentq(excess, 1e-300, middle, xtol=1e-300, rtol=1e-15)
    high = 1.0 if f == 0 else brentq(excess, middle, 1 - 1e-16, xtol=1e-300, rtol=1e-15)
    return {"low": float(low), "high": float(high)}


def lines():
    for n in (3, 10, 50):
        for slope in (0.0, 0.2, 100.0):
            x = np.arange(n, dtype=float) + RANDOM.normal(size=n) * 0.1
            y = slope * x + RANDOM.normal(size=n) + 1e3
            line = st.linregress(x, y)
            half = st.t.isf(0.05, n - 2) * line.stderr
            put("trend", x=x.tolist(), y=y.tolist(), slope=line.slope, intercept=line.intercept,
                rvalue=line.rvalue, pvalue=line.pvalue, stderr=line.stderr,
                low=line.slope - half, high=line.slope + half, **slow(x, y, line))


def slow(x, y, line):
    """The robust error by QR of the powers, which orthogonalises them as any other way does."""
    n = len(x)
    count = int(np.clip(np.round(0.4 * n ** (2 / 3)), 1, n - 2))
    scaled = (x - x.mean()) / x.std()
    basis, _ = np.linalg.qr(np.vander(scaled, count + 2, increasing=True))
    residuals = y - line.intercept - line.slope * x
    squares = (basis[:, 2:].T @ residuals) ** 2
    error = math.sqrt(squares.mean() / ((x - x.mean()) ** 2).sum())
    return {"robust_stderr": error, "robust_pvalue": 2 * st.t.sf(abs(line.slope) / error, count)}


def many():
    for pvalues in ([0.01, 0.04, 0.03, 0.005], [0.5, 0.5, 0.5], [1.0, 0.0], [0.2], [],
                    RANDOM.uniform(size=40).tolist()):
        case = {"pvalues": pvalues, "holm": [], "bh": []}
        if pvalues:
            case["holm"] = multipletests(pvalues, method="holm")[1].tolist()
            case["bh"] = st.false_discovery_control(pvalues).tolist()
        put("multiplicity", **case)


def vectors():
    for n, m, d, shift in [(20, 30, 3, 0.0), (40, 25, 5, 0.8), (15, 12, 40, 0.5)]:
        mixing = RANDOM.normal(size=(d, d))
        x = RANDOM.normal(size=(n, d)) @ mixing
        y = RANDOM.normal(size=(m, d)) @ mixing + shift
        case = {"columns": d, "first": x.ravel().tolist(), "second": y.ravel().tolist()}
        sigma = 1.5 * math.sqrt(d)

        def kernel(one, other, sigma=sigma):
            return np.exp(-scipy.spatial.distance.cdist(one, other, "sqeuclidean") / 2 / sigma**2)

        kxx, kyy, kxy = kernel(x, x), kernel(y, y), kernel(x, y)
        np.fill_diagonal(kxx, 0)
        np.fill_diagonal(kyy, 0)
        case["sigma"] = sigma
        case["mmd"] = float(kxx.sum() / n / (n - 1) + kyy.sum() / m / (m - 1) - 2 * kxy.mean())
        squares = scipy.spatial.distance.pdist(np.vstack([x, y]), "sqeuclidean")
        case["median"] = float(np.sort(squares)[len(squares) // 2])
        pooled = np.vstack([x, y])
        fitted = LedoitWolf().fit(pooled)
        apart = x.mean(0) - y.mean(0)
        case["shrinkage"] = float(fitted.shrinkage_)
        case["shrunk"] = float(apart @ np.linalg.solve(fitted.covariance_, apart))
        left = n + m - 1 - d
        if left > 0:
            within = ((n - 1) * np.cov(x.T) + (m - 1) * np.cov(y.T)) / (n + m - 2)
            square = float(apart @ np.linalg.solve(within, apart))
            f = left / (d * (n + m - 2)) * n * m / (n + m) * square
            case["hotelling"] = [square, float(st.f.sf(f, d, left))]
        put("vectors", **case)


def mixes():
    """The most likely shares of labels, by SciPy's general optimizer."""
    random = np.random.default_rng(21)
    for n, usual, now in [
        (40, [0.5, 0.5], [0.9, 0.1]), (500, [0.5, 0.3, 0.2], [0.2, 0.3, 0.5]),
        (2000, [0.25] * 4, [0.7, 0.1, 0.1, 0.1]), (300, [0.6, 0.4], [0.6, 0.4]),
        (200, [0.4, 0.3, 0.3], [0.5, 0.5, 0.0]),
    ]:
        usual, k = np.array(usual), len(usual)
        labels = random.choice(k, n, p=now)
        x = random.normal(size=(n, k)) + 1.5 * np.eye(k)[labels]
        odds = usual * np.exp(1.5 * x)
        p = np.round(odds / odds.sum(1, keepdims=True), 6)
        p[:, -1] = 1 - p[:, :-1].sum(1)
        p = np.clip(p, 0, 1)
        ratios = p / usual

        def loss(shares, ratios=ratios):
            return -np.log(ratios @ shares).sum() / len(ratios)

        def slope(shares, ratios=ratios):
            return -(ratios / (ratios @ shares)[:, None]).mean(0)

        best = so.minimize(loss, usual, jac=slope, bounds=[(0, 1)] * k, method="trust-constr",
                           constraints=so.LinearConstraint(np.ones(k), 1, 1),
                           options={"gtol": 1e-13, "xtol": 1e-14, "barrier_tol": 1e-13,
                                    "maxiter": 5000})
        shares = best.x / best.x.sum()
        # Of the curvature in all shares, bordered by that they add up to 1.
        curvature = (ratios / (ratios @ shares)[:, None])
        bordered = np.block([[curvature.T @ curvature, np.ones((k, 1))],
                             [np.ones((1, k)), np.zeros((1, 1))]])
        spreads = np.sqrt(np.clip(np.diag(np.linalg.inv(bordered))[:k], 0, None))
        put("mix", probabilities=p.ravel().tolist(), usual=usual.tolist(),
            shares=shares.tolist(), spreads=spreads.tolist())


def streams():
    """Streams with changes, and where river's detectors see them."""
    numbers = np.round(np.concatenate([
        RANDOM.normal(0, 1, 700), RANDOM.normal(1.5, 1, 600), RANDOM.normal(1.5, 4, 400),
        RANDOM.normal(-1, 0.2, 500),
    ]), 6)
    constant = np.zeros(300)
    put("values", name="numbers", values=numbers.tolist())
    put("values", name="constant", values=constant.tolist())
    for name, stream in (("numbers", numbers), ("constant", constant)):
        for options in ({}, {"delta": 0.2, "clock": 1}, {"max_buckets": 3, "grace_period": 100}):
            put("stream", detector="adwin", name=name, options=options,
                **seen(drift.ADWIN(**options), stream))
        for options in ({}, {"threshold": 5.0, "delta": 0.1}, {"threshold": 20.0, "mode": "down"}):
            put("stream", detector="page_hinkley", name=name, options=options,
                **seen(drift.PageHinkley(**options), stream))
    wrong = np.concatenate([
        RANDOM.uniform(size=900) < 0.1, RANDOM.uniform(size=500) < 0.3,
        RANDOM.uniform(size=600) < 0.05, RANDOM.uniform(size=500) < 0.5,
    ]).astype(int)
    put("values", name="wrong", values=wrong.tolist())
    for options in ({}, {"warm_start": 100, "drift_threshold": 4.0}):
        put("stream", detector="ddm", name="wrong", options=options,
            **seen(drift.binary.DDM(**options), wrong))
    for options in ({}, {"alpha": 0.9, "beta": 0.7, "warm_start": 20}):
        put("stream", detector="eddm", name="wrong", options=options,
            **seen(drift.binary.EDDM(**options), wrong))


def seen(detector, stream):
    drifts, warnings_at = [], []
    for place, value in enumerate(stream):
        detector.update(value)
        if detector.drift_detected:
            drifts.append(place)
        elif getattr(detector, "warning_detected", False):
            warnings_at.append(place)
    return {"drifts": drifts, "warnings": warnings_at}


if __name__ == "__main__":
    put("versions", scipy=scipy.__version__, statsmodels=statsmodels.__version__,
        sklearn=sklearn.__version__, river=river.__version__, numpy=np.__version__)
    for write in (two_samples, anderson, tables, intervals, lines, many, vectors, streams, mixes):
        write()
    Path("tests/data/stats.jsonl").write_text("".join(line + "\n" for line in LINES))
