#!/usr/bin/env python3
"""Makes tests/data/linear.jsonl: what scikit-learn learns from tiny made-up examples.

Each line is one case: the examples row by row, their classes, the settings, and the numbers that
scikit-learn's own estimators come to at tight tolerance. The tests read only that file; this script
was run once, with

    pip install scikit-learn==1.9.1
    python tools/make_linear_golden.py
"""

import json
import warnings
from pathlib import Path

import numpy as np
import sklearn
from sklearn.linear_model import LogisticRegression
from sklearn.naive_bayes import ComplementNB, MultinomialNB
from sklearn.preprocessing import StandardScaler

OUT = Path(__file__).resolve().parent.parent / "tests/data/linear.jsonl"
ROWS, COLUMNS = 40, 6
warnings.filterwarnings("error")


def examples(classes: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Rows with zeros among them, whose classes overlap, so that every optimum is finite."""
    random = np.random.default_rng(seed)
    labels = np.arange(ROWS) % classes
    random.shuffle(labels)
    centers = random.uniform(0, 1, (classes, COLUMNS))
    rows = np.clip(centers[labels] + random.normal(0, 1, (ROWS, COLUMNS)), 0, None)
    return rows.round(3), labels


def logistic() -> list[dict]:
    cases = []
    for classes in (2, 3, 5, 9):
        rows, labels = examples(classes, classes)
        weights = np.random.default_rng(classes).uniform(0, 2, ROWS).round(2)
        weights[3] = 0.0
        settings = [
            dict(penalty="l2"),
            dict(penalty="l2", c=20.0),
            dict(penalty="l2", c=300.0, balanced=True),
            dict(penalty="l2", weighted=True),
            dict(penalty="l2", fit_intercept=False),
            dict(penalty="none"),
            dict(penalty="l1"),
            dict(penalty="l1", c=5.0, weighted=True),
        ]
        for setting in settings:
            penalty, c = setting["penalty"], setting.get("c", 1.0)
            if penalty == "none" and classes > 3:
                continue
            if penalty == "l1" and classes % 2 == 0 and classes > 2:
                continue
            solver = (
                dict(solver="saga", max_iter=1_000_000, random_state=0)
                if penalty == "l1"
                else dict(solver="newton-cg")
            )
            model = LogisticRegression(
                C=np.inf if penalty == "none" else c,
                l1_ratio=1.0 if penalty == "l1" else 0.0,
                class_weight="balanced" if setting.get("balanced") else None,
                fit_intercept=setting.get("fit_intercept", True),
                tol=1e-12 if penalty == "l1" else 1e-9,
                **solver,
            )
            model.fit(rows, labels, sample_weight=weights if setting.get("weighted") else None)
            intercepts = model.intercept_ - (model.intercept_.mean() if classes > 2 else 0)
            coefficients = model.coef_ - (
                model.coef_.mean(0) if classes > 2 and penalty == "none" else 0
            )
            cases.append(
                dict(kind="logistic", rows=rows.tolist(), labels=labels.tolist(), classes=classes)
                | dict(penalty=penalty, c=c, balanced=setting.get("balanced", False))
                | dict(fit_intercept=setting.get("fit_intercept", True))
                | dict(weights=weights.tolist() if setting.get("weighted") else None)
                | dict(coefficients=coefficients.tolist(), intercepts=intercepts.tolist())
            )
    return cases


def naive_bayes() -> list[dict]:
    cases = []
    for classes in (2, 4):
        rows, labels = examples(classes, 10 + classes)
        weights = np.random.default_rng(classes).uniform(0, 2, ROWS).round(2)
        prior = (np.arange(classes) + 1.0) / np.sum(np.arange(classes) + 1.0)
        for setting in (
            dict(kind="multinomial"),
            dict(kind="multinomial", alpha=0.01, weighted=True),
            dict(kind="multinomial", fit_prior=False),
            dict(kind="multinomial", class_prior=prior.tolist()),
            dict(kind="complement"),
            dict(kind="complement", norm=True, alpha=0.1, weighted=True),
        ):
            alpha, norm = setting.get("alpha", 1.0), setting.get("norm", False)
            fit_prior, class_prior = setting.get("fit_prior", True), setting.get("class_prior")
            priors = dict(fit_prior=fit_prior, class_prior=class_prior)
            if setting["kind"] == "complement":
                model = ComplementNB(alpha=alpha, norm=norm, **priors)
            else:
                model = MultinomialNB(alpha=alpha, **priors)
            model.fit(rows, labels, sample_weight=weights if setting.get("weighted") else None)
            cases.append(
                dict(
                    kind=setting["kind"],
                    rows=rows.tolist(),
                    labels=labels.tolist(),
                    classes=classes,
                )
                | dict(alpha=alpha, norm=norm, fit_prior=fit_prior, class_prior=class_prior)
                | dict(weights=weights.tolist() if setting.get("weighted") else None)
                | dict(class_log_prior=model.class_log_prior_.tolist())
                | dict(feature_log_prob=model.feature_log_prob_.T.tolist())
                | dict(probabilities=model.predict_proba(rows).tolist())
            )
    return cases


def scaler() -> list[dict]:
    random = np.random.default_rng(5)
    rows = np.column_stack(
        [random.normal(3, 2, 8), np.full(8, 0.1), random.normal(1e6, 1e-3, 8), np.zeros(8)]
    )
    model = StandardScaler().fit(rows)
    return [
        dict(
            kind="scaler",
            rows=rows.tolist(),
            means=model.mean_.tolist(),
            deviations=model.scale_.tolist(),
        )
        | dict(scaled=model.transform(rows).tolist())
    ]


cases = [dict(kind="source", name="scikit-learn", version=sklearn.__version__)]
cases += logistic() + naive_bayes() + scaler()
OUT.write_text("".join(json.dumps(case) + "\n" for case in cases), encoding="utf-8")
