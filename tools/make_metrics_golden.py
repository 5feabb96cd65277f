#!/usr/bin/env python3
"""Makes tests/data/metrics.jsonl: what scikit-learn, SciPy and statsmodels say.

Each line is a case of one kind: `evaluation`, `ranking`, `temperature`, `wilson` or `mcnemar`. The
tests of all faces read only the file; this script was run once, with

    pip install scikit-learn==1.9.1 scipy==1.17.1 statsmodels==0.15.0 numpy==2.4.6
    python tools/make_metrics_golden.py

`null` stands for what is undefined. A label that is not among the model's gets a column of zeros,
and means of precision, recall and F1 are over the model's labels that occur.
"""

import json
import warnings
from pathlib import Path

import numpy as np
import scipy
import sklearn
import statsmodels
from scipy.optimize import brentq
from scipy.special import logsumexp, softmax
from sklearn import metrics
from statsmodels.stats.contingency_tables import mcnemar
from statsmodels.stats.proportion import proportion_confint

OUT = Path(__file__).resolve().parent.parent / "tests/data/metrics.jsonl"
warnings.simplefilter("ignore")
random = np.random.default_rng(20)


def finite(number):
    number = float(number)
    return number if np.isfinite(number) else None


def reliability(confidence, right, bins):
    edges = np.arange(bins + 1) / bins
    place = np.searchsorted(edges[1:-1], confidence, side="left")
    ece = mce = 0.0
    for own in range(bins):
        rows = place == own
        if rows.any():
            gap = abs(confidence[rows].mean() - right[rows].mean())
            ece += rows.mean() * gap
            mce = max(mce, gap)
    return ece, mce


def evaluation(name, labels, actual, probabilities):
    probabilities = np.asarray(probabilities, dtype=float)
    unknown = sorted(set(actual) - set(labels))
    names = labels + unknown
    known, classes = len(labels), len(names)
    number = {label: at for at, label in enumerate(names)}
    truth = np.array([number[label] for label in actual])
    answer = probabilities.argmax(axis=1)
    padded = np.hstack([probabilities, np.zeros((len(truth), classes - known))])
    occurring = [at for at in range(known) if at in truth or at in answer]
    everything = list(range(classes))

    def averages(kind):
        scores = metrics.precision_recall_fscore_support(
            truth, answer, labels=occurring, average=kind, zero_division=0
        )
        precision, recall, f1, _ = (None if score is None else float(score) for score in scores)
        return {"precision": precision, "recall": recall, "f1": f1}

    precision, recall, f1, support = metrics.precision_recall_fscore_support(
        truth, answer, labels=everything, zero_division=0
    )
    roc, pr = [], []
    for at in everything:
        positive = truth == at
        if at < known and positive.any() and not positive.all():
            roc.append(float(metrics.roc_auc_score(positive, probabilities[:, at])))
            pr.append(float(metrics.average_precision_score(positive, probabilities[:, at])))
        else:
            roc.append(None)
            pr.append(None)

    def means(scores):
        defined = [at for at in everything if scores[at] is not None]
        if not defined:
            return None
        values, weights = [scores[at] for at in defined], [support[at] for at in defined]
        return {
            "macro_mean": float(np.mean(values)),
            "weighted_mean": float(np.average(values, weights=weights)),
        }

    if known > 2 and None not in roc:
        ovr = {"y_true": truth, "y_score": probabilities, "multi_class": "ovr"}
        for kind in ["macro", "weighted"]:
            theirs = metrics.roc_auc_score(average=kind, **ovr)
            assert abs(theirs - means(roc)[f"{kind}_mean"]) < 1e-14
    if classes > 1:
        log_loss = metrics.log_loss(truth, padded, labels=everything)
        whole = {"labels": everything, "scale_by_half": False}
        if classes > 2:
            brier = metrics.brier_score_loss(truth, padded, **whole)
        else:
            brier = 2 * metrics.brier_score_loss(
                truth, padded[:, 1], pos_label=1, labels=everything
            )
    else:
        log_loss, brier = -np.log(1 - np.finfo(float).eps), 0.0
    right = answer == truth
    confidence = probabilities.max(axis=1)
    ece, _ = reliability(confidence, right, 10 if len(truth) < 1000 else 15)
    low, high = proportion_confint(right.sum(), len(right), 0.05, method="wilson")
    return {
        "kind": "evaluation",
        "name": name,
        "labels": labels,
        "actual": list(actual),
        "probabilities": probabilities.ravel().tolist(),
        "expected": {
            "accuracy": float(metrics.accuracy_score(truth, answer)),
            "accuracy_low": float(low),
            "accuracy_high": float(high),
            "mean_confidence": float(confidence.mean()),
            "macro_average": averages("macro"),
            "weighted_average": averages("weighted"),
            "mcc": float(metrics.matthews_corrcoef(truth, answer)),
            "cohen_kappa": finite(metrics.cohen_kappa_score(truth, answer)),
            "roc_auc": means(roc),
            "pr_auc": means(pr),
            "log_loss": float(log_loss),
            "brier": float(brier),
            "ece": float(ece),
            "confusion": metrics.confusion_matrix(truth, answer, labels=everything).tolist(),
            "unknown_labels": {label: list(actual).count(label) for label in unknown},
            "classes": [
                {
                    "label": names[at],
                    "precision": float(precision[at]),
                    "recall": float(recall[at]),
                    "f1": float(f1[at]),
                    "support": int(support[at]),
                    "predicted": int((answer == at).sum()),
                    "roc_auc": roc[at],
                    "pr_auc": pr[at],
                }
                for at in everything
            ],
        },
    }


def sampled(rows, classes, sharpness, grid=None):
    """Probabilities, and labels that are drawn from what a less sure model would say."""
    scores = random.normal(size=(rows, classes)) * sharpness
    truth = [random.choice(classes, p=row) for row in softmax(scores * 0.6, axis=1)]
    probabilities = softmax(scores, axis=1)
    if grid:
        parts = np.floor(probabilities * grid)
        parts[np.arange(rows), parts.argmax(axis=1)] += grid - parts.sum(axis=1)
        probabilities = parts / grid
    return np.array(truth), probabilities


def evaluations():
    names = ["negatif", "netral", "positif", "sedih", "takut", "marah", "cinta"]
    for rows, classes, sharpness, grid in [
        (40, 2, 1.5, None),
        (60, 3, 2.0, None),
        (90, 7, 2.0, None),
        (200, 3, 1.0, 16),
        (1200, 2, 1.0, 64),
        (1000, 4, 2.0, 128),
    ]:
        truth, probabilities = sampled(rows, classes, sharpness, grid)
        labels = names[:classes]
        title = f"{rows} rows of {classes} classes" + (" with many ties" if grid else "")
        yield evaluation(title, labels, [labels[at] for at in truth], probabilities)
    truth, probabilities = sampled(50, 3, 2.0)
    actual = [names[at] for at in truth]
    actual[3] = actual[30] = "campuran"
    actual[7] = "lain 😶"
    yield evaluation("labels the model does not know", names[:3], actual, probabilities)
    yield evaluation(
        "names beyond ASCII", ["ꦧꦒꦸꦱ꧀", "जी", "ß"], ["ß", "ß", "जी", "ꦧꦒꦸꦱ꧀"], probabilities[:4]
    )
    yield evaluation("one row, right", ["a", "b"], ["a"], [[0.75, 0.25]])
    yield evaluation("one row, surely wrong", ["a", "b"], ["b"], [[1.0, 0.0]])
    yield evaluation(
        "all rows of one class",
        ["a", "b"],
        ["a"] * 4,
        [[0.75, 0.25], [0.5, 0.5], [0.25, 0.75], [1, 0]],
    )
    yield evaluation(
        "all rows taken for one class", ["a", "b"], ["a", "b", "a", "b"], [[0.75, 0.25]] * 4
    )
    yield evaluation(
        "a class that does not occur", ["a", "b", "c"], ["a", "b"], [[0.5, 0.25, 0.25]] * 2
    )
    yield evaluation("everything wrong", ["a", "b"], ["b", "a"], [[0.75, 0.25], [0.25, 0.75]])
    yield evaluation("a model with one label", ["a"], ["a"] * 3, [[1.0]] * 3)
    yield evaluation(
        "only labels the model does not know", ["a", "b"], ["c", "d"], [[0.75, 0.25], [0.25, 0.75]]
    )


def rankings():
    def case(name, scores, positive):
        scores, positive = np.asarray(scores, dtype=float), np.asarray(positive, dtype=bool)
        both = positive.any() and not positive.all()
        return {
            "kind": "ranking",
            "name": name,
            "scores": scores.tolist(),
            "positive": positive.tolist(),
            "roc_auc": float(metrics.roc_auc_score(positive, scores)) if both else None,
            "average_precision": float(metrics.average_precision_score(positive, scores))
            if positive.any()
            else None,
        }

    scores = random.normal(size=80)
    yield case("no ties", scores, scores + random.normal(size=80) > 0.5)
    scores = np.round(scores)
    yield case("many ties", scores, scores + random.normal(size=80) > 0.5)
    yield case("all the same", np.ones(9), np.arange(9) % 3 == 0)
    yield case("perfect", np.arange(6), np.arange(6) > 2)
    yield case("the wrong way round", np.arange(6), np.arange(6) < 3)
    yield case("one of each", [0.3, 0.3000000000000001], [True, False])
    yield case("huge and tiny", [1e308, -1e308, 1e-308, 0.0], [True, False, False, True])
    yield case("only positive", [0.1, 0.2], [True, True])
    yield case("only negative", [0.1, 0.2], [False, False])


def temperatures():
    for rows, classes, sharpness in [(60, 2, 3.0), (150, 3, 2.0), (100, 5, 0.3), (300, 3, 12.0)]:
        scores = np.round(random.normal(size=(rows, classes)) * sharpness, 4)
        true = 1.7 if sharpness > 1 else 0.4
        labels = np.array([random.choice(classes, p=row) for row in softmax(scores / true, axis=1)])
        picked = np.arange(rows), labels

        def slope(inverse, scores=scores, picked=picked):
            return (
                (softmax(inverse * scores, axis=1) * scores).sum(axis=1) - scores[picked]
            ).mean()

        inverse = brentq(slope, 0.01, 100, xtol=1e-16, rtol=1e-15)
        found = {"temperature": 1 / inverse}
        for when, factor in [("before", 1.0), ("after", inverse)]:
            probabilities = softmax(factor * scores, axis=1)
            right = probabilities.argmax(axis=1) == labels
            ece, mce = reliability(probabilities.max(axis=1), right, 10)
            target = np.eye(classes)[labels]
            found[when] = {
                "log_loss": float(
                    (logsumexp(factor * scores, axis=1) - factor * scores[picked]).mean()
                ),
                "brier": float(((probabilities - target) ** 2).sum(axis=1).mean()),
                "ece": float(ece),
                "mce": float(mce),
            }
        yield {
            "kind": "temperature",
            "name": f"{rows} rows of {classes} classes",
            "classes": classes,
            "scores": scores.ravel().tolist(),
            "labels": labels.tolist(),
            "expected": found,
        }


def intervals():
    for successes, trials in [
        (0, 1),
        (1, 1),
        (0, 10),
        (3, 10),
        (10, 10),
        (1, 1000),
        (777, 1000),
        (123456, 999999),
    ]:
        for level in [0.5, 0.9, 0.95, 0.999]:
            low, high = proportion_confint(successes, trials, 1 - level, method="wilson")
            yield {
                "kind": "wilson",
                "successes": successes,
                "trials": trials,
                "level": level,
                "low": float(low),
                "high": float(high),
            }


def pairs():
    few = [(0, 0), (1, 0), (3, 3), (2, 9), (40, 25), (0, 30), (420, 560), (500, 500), (1000, 0)]
    many = [(501, 500), (700, 700), (480, 560), (900, 1100), (12000, 12500), (3000, 1)]
    for b, c in few + many:
        exact = b + c <= 1000
        found = mcnemar([[0, b], [c, 0]], exact=exact, correction=True)
        yield {
            "kind": "mcnemar",
            "b": b,
            "c": c,
            "exact": exact,
            "statistic": float(found.statistic),
            "pvalue": float(found.pvalue),
        }


def main():
    made_with = {
        module.__name__: module.__version__ for module in [sklearn, scipy, statsmodels, np]
    }
    lines = [{"kind": "versions", **made_with}]
    for cases in [evaluations(), rankings(), temperatures(), intervals(), pairs()]:
        lines.extend(cases)
    with OUT.open("w", encoding="utf-8", newline="\n") as file:
        for line in lines:
            file.write(json.dumps(line, ensure_ascii=False, allow_nan=False) + "\n")
    print(f"{OUT.name}: {len(lines)} lines, {OUT.stat().st_size:,} bytes")


if __name__ == "__main__":
    main()
