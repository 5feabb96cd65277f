"""Measure what the README promises of learning, with scikit-learn beside it.

    make bench

Every ratio is of two things measured in turns in this one run, on the same data. Where the
developer data is present (../shared/data), its texts are used, else texts made of the words in
benches/reviews.txt.
"""

from __future__ import annotations

import argparse
import gc
import os
import random
import statistics
import tempfile
import time
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pantau
import scipy.sparse
import scipy.special
import sklearn.linear_model
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.naive_bayes import MultinomialNB
from sklearn.pipeline import make_pipeline

HERE = Path(__file__).parent
DATA = HERE.parent.parent / "shared" / "data"


def labelled(name: str) -> list[tuple[str, str]]:
    """The texts and labels of a table of the developer data; none if it is not there."""
    path = DATA / name
    if not path.exists():
        return []
    header, *lines = path.read_text(encoding="utf-8").splitlines()
    names = header.split("\t")
    label = names.index("label" if "label" in names else "sentiment")
    rows = (line.split("\t") for line in lines)
    return [(row[names.index("text")], row[label]) for row in rows]


def made(count: int, words_each: int, seed: int = 1) -> list[str]:
    """Texts of the words of real reviews, and of rarer ones, as all texts have them."""
    words = (HERE / "reviews.txt").read_text(encoding="utf-8").split()
    chance = random.Random(seed)
    words += [f"{word}{number}" for number in range(40) for word in words]
    weights = [1 / (place + 5) for place in range(len(words))]
    lengths = [max(3, round(chance.lognormvariate(0, 0.6) * words_each)) for _ in range(count)]
    return [" ".join(chance.choices(words, weights, k=length)) for length in lengths]


def texts_of_people(count: int) -> list[str]:
    names = ("goemotions/train.tsv", "smsa/train.tsv", "goemotions/valid.tsv", "smsa/valid.tsv")
    texts = [text for name in names for text, _ in labelled(name)][:count]
    return texts if len(texts) == count else made(count, 15)


def reviews() -> list[tuple[str, str]]:
    """Reviews with labels to train a classifier with."""
    found = labelled("smsa/train.tsv")
    if found:
        return found
    texts = made(10_000, 25)
    return [(text, "good" if "bagus" in text else "bad") for text in texts]


def seconds(work: Callable[[], object]) -> float:
    gc.collect()
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def in_turns(works: dict[str, Callable[[], object]], rounds: int) -> dict[str, list[float]]:
    """The seconds of each, measured in turns, so that all see the same disturbances."""
    times: dict[str, list[float]] = {name: [] for name in works}
    for number in range(rounds):
        order = list(works)
        random.Random(number).shuffle(order)
        for name in order:
            times[name].append(seconds(works[name]))
    return times


def ratio(times: dict[str, list[float]], peer: str, ours: str = "pantau") -> float:
    """How many times as fast ours is: the median over the rounds."""
    return statistics.median(p / o for p, o in zip(times[peer], times[ours], strict=True))


def say(what: str, measured: str, promised: str = "") -> None:
    print(f"{what:<66} {measured:>16}   {promised}", flush=True)


def vectorizing(rounds: int) -> None:
    texts = texts_of_people(50_000)
    settings: dict[str, Any] = {"ngram_range": (1, 2)}
    times = in_turns(
        {
            "pantau": lambda: pantau.TfidfVectorizer(**settings).fit_transform(texts),
            "scikit-learn": lambda: TfidfVectorizer(**settings).fit_transform(texts),
        },
        rounds,
    )
    what = "TF-IDF, fit_transform of 50,000 texts, words and pairs"
    say(what, f"{statistics.median(times['pantau']):.2f} s")
    say("  as fast as scikit-learn, times", f"{ratio(times, 'scikit-learn'):.1f}", ">= 5")


def sparse_examples(rows: int, columns: int, classes: int) -> tuple[Any, np.ndarray]:
    """Rows like those of TF-IDF: words as frequent as Zipf says, each class with its own."""
    chance = np.random.default_rng(0)
    labels = chance.integers(0, classes, rows)
    frequency = 1 / (np.arange(columns) + 10)
    starts, places = [0], []
    for label in range(classes):
        own = frequency * chance.lognormal(0, 1, columns)
        count = int((labels == label).sum())
        lengths = np.clip(chance.lognormal(3.3, 0.6, count), 3, 300).astype(int)
        drawn = chance.choice(columns, int(lengths.sum()), p=own / own.sum())
        places.append(drawn)
        starts += (starts[-1] + np.cumsum(lengths)).tolist()
    order = np.argsort(labels, kind="stable")
    places = np.concatenate(places)
    counts = scipy.sparse.csr_matrix((np.ones(len(places)), places, starts), (rows, columns))
    counts.sum_duplicates()
    documents = np.bincount(counts.indices, minlength=columns)
    counts.data *= (np.log((1 + rows) / (1 + documents)) + 1)[counts.indices]
    lengths = np.sqrt(np.add.reduceat(counts.data**2, counts.indptr[:-1]))
    counts.data /= np.repeat(lengths, np.diff(counts.indptr))
    labels = labels[order]
    # Some labels are wrong, as people's are.
    wrong = chance.random(rows) < 0.05
    labels[wrong] = chance.integers(0, classes, int(wrong.sum()))
    shuffled = chance.permutation(rows)
    return counts[shuffled], labels[shuffled]


def objective(fitted: Any, rows: Any, labels: np.ndarray, strength: float) -> float:
    """What both minimise: the penalty, and the losses times C, by row."""
    scores = rows @ fitted.coef_.T + fitted.intercept_
    losses = scipy.special.logsumexp(scores, axis=1) - scores[np.arange(len(labels)), labels]
    return float(losses.sum() * strength + (fitted.coef_**2).sum() / 2) / len(labels)


def regression(rounds: int, solvers: list[str]) -> None:
    rows, labels = sparse_examples(50_000, 68_000, 8)
    strength, tolerance = 1.0, 1e-4
    fitted: dict[str, Any] = {}

    def ours() -> None:
        model = pantau.LogisticRegression(C=strength, tol=tolerance)
        fitted["pantau"] = model.fit(rows, labels)

    def theirs(solver: str) -> None:
        model = sklearn.linear_model.LogisticRegression(
            C=strength, tol=tolerance, solver=solver, max_iter=1_000
        )
        fitted[solver] = model.fit(rows, labels)

    works: dict[str, Callable[[], object]] = {"pantau": ours}
    works |= {solver: lambda solver=solver: theirs(solver) for solver in solvers}
    times = in_turns(works, rounds)
    what = f"logistic regression, 50,000 x 68,000, {rows.nnz:,} numbers, 8 classes"
    say(what, f"{statistics.median(times['pantau']):.2f} s")
    for solver in solvers:
        better = objective(fitted[solver], rows, labels, strength)
        better -= objective(fitted["pantau"], rows, labels, strength)
        say(f"  as fast as {solver}, times", f"{ratio(times, solver):.1f}", ">= 4")
        say("    its objective above ours", f"{better:+.1e}", ">= 0, within 1e-7")


def bayes(rounds: int) -> None:
    rows, labels = sparse_examples(50_000, 68_000, 8)
    times = in_turns(
        {
            "pantau": lambda: pantau.NaiveBayes().fit(rows, labels).predict(rows),
            "scikit-learn": lambda: MultinomialNB().fit(rows, labels).predict(rows),
        },
        rounds,
    )
    what = "naive Bayes, fit and predict, the same rows"
    say(what, f"{statistics.median(times['pantau']):.2f} s")
    say("  as fast as scikit-learn, times", f"{ratio(times, 'scikit-learn'):.1f}")


def head(rounds: int) -> None:
    chance = np.random.default_rng(0)
    labels = chance.integers(0, 3, 10_000)
    vectors = chance.normal(size=(3, 384))[labels] * 0.15 + chance.normal(size=(10_000, 384))
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    peer = sklearn.linear_model.LogisticRegression(C=10, max_iter=1_000)
    times = in_turns(
        {
            "pantau": lambda: pantau.LogisticRegression(C=10).fit(vectors, labels),
            "scikit-learn": lambda: peer.fit(vectors, labels),
        },
        rounds,
    )
    what = "a head on 10,000 vectors of 384, 3 classes"
    say(what, f"{statistics.median(times['pantau']):.2f} s", "<= 2 s")
    say("  as fast as scikit-learn (lbfgs), times", f"{ratio(times, 'scikit-learn'):.1f}")


def predicting(rounds: int) -> None:
    data = reviews()
    settings: dict[str, Any] = {"ngram_range": (1, 2), "min_df": 2, "sublinear_tf": True}
    peer = make_pipeline(
        TfidfVectorizer(**settings), sklearn.linear_model.LogisticRegression(C=10, max_iter=1_000)
    ).fit([text for text, _ in data], [label for _, label in data])
    with tempfile.TemporaryDirectory() as folder:
        bundle = Path(folder) / "reviews"
        taken = seconds(
            lambda: pantau.train(data, bundle, features=settings, strengths=[10.0], seed=0)
        )
        say(f"train on {len(data):,} reviews, one setting, and write the bundle", f"{taken:.1f} s")
        with pantau.Classifier.open(bundle, threads=1) as classifier:
            texts = [" ".join(text.split()[:20]) for text, _ in data[:2_000]]
            single(classifier, peer, texts)
            short = [" ".join(text.split()[:8]) for text, _ in data]
            # Every text is another, for equal ones run once.
            many = [f"{text} {place}" for place, text in enumerate(short * 20)][:100_000]
            batches = in_turns(
                {
                    "pantau": lambda: classifier.predict(many),
                    "scikit-learn": lambda: peer.predict_proba(many),
                },
                rounds,
            )
            speed = len(many) / statistics.median(batches["pantau"])
            say("100,000 texts of 9 words, one thread", f"{speed:,.0f} /s", ">= 200,000 /s")
            say("  as fast as scikit-learn, times", f"{ratio(batches, 'scikit-learn'):.1f}")


def single(classifier: pantau.Classifier, peer: Any, texts: list[str]) -> None:
    """One text at a time, ours and the peer's in turns."""
    ours, theirs = [], []
    for text in texts:
        classifier.predict(text)
        start = time.perf_counter()
        classifier.predict(text)
        middle = time.perf_counter()
        peer.predict_proba([text])
        theirs.append(time.perf_counter() - middle)
        ours.append(middle - start)
    p50 = statistics.median(ours) * 1e6
    say("one text of 20 words from Python, p50", f"{p50:.1f} us", "<= 30 us")
    p99 = sorted(ours)[len(ours) * 99 // 100] * 1e6
    say("one text of 20 words from Python, p99", f"{p99:.1f} us")
    times = statistics.median(t / o for t, o in zip(theirs, ours, strict=True))
    say("  as fast as scikit-learn's predict_proba, times", f"{times:.0f}", ">= 20")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--only", nargs="*", help="parts to run")
    parser.add_argument(
        "--solvers", nargs="*", default=["lbfgs", "newton-cg", "saga"], help="of scikit-learn"
    )
    arguments = parser.parse_args()
    warnings.simplefilter("ignore")
    print(f"{len(os.sched_getaffinity(0))} cores, scikit-learn {sklearn.__version__}")
    # What scikit-learn's solvers take minutes for is measured once.
    parts: dict[str, Callable[[], None]] = {
        "vectorizing": lambda: vectorizing(arguments.rounds),
        "regression": lambda: regression(1, arguments.solvers),
        "bayes": lambda: bayes(arguments.rounds),
        "head": lambda: head(arguments.rounds),
        "predicting": lambda: predicting(arguments.rounds),
    }
    for name, part in parts.items():
        if not arguments.only or name in arguments.only:
            part()


if __name__ == "__main__":
    main()
