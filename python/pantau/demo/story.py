"""The whole story: from reviews to a model, through a change, and to the model after it."""

from __future__ import annotations

import os
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path
from typing import TextIO

import pantau
from pantau.demo.month import Month
from pantau.demo.outcome import POINTS_LOST, WINDOWS_TO_ALARM, Outcome
from pantau.demo.reviews import APP, LABELS, SOURCE
from pantau.demo.telling import Teller, sparkline

_FEWEST_DAYS, _MOST_DAYS = 14, 365

YOUR_OWN = """\
import pantau
ws = pantau.open("my-app")
print(ws.train("sentiment", "reviews.csv", text="review_text", label="sentiment_label"))
text, writer = "Aplikasinya cepat dan mudah dipakai setiap hari", pantau.Consent("writer-1")
answer = ws.predict("sentiment", text, consent=writer)
print(answer.label, answer.confidence)
ws.feedback(answer.id, correct=True)
print(ws.check("sentiment"))
print(ws.retrain("sentiment")["reason"])
ws.close()
"""
MAKE_ONE = 'from pantau import demo; demo.write_csv("reviews.csv", demo.reviews())'


def run(
    folder: str | os.PathLike[str] | None = None,
    *,
    days: int = 30,
    per_day: int = 600,
    training: int = 5000,
    seed: int = 0,
    output: str | os.PathLike[str] | None = None,
    stream: TextIO | None = None,
) -> Outcome:
    """Live through the story, and tell it to ``stream``; without one, in silence.

    A model is trained, answers ``days`` days of reviews, about ``per_day`` a day, and is watched.
    In the middle the app is redesigned; an alarm says so, people label some of what is new, and the
    model is trained anew. What the story promises is measured, and ``broken`` of what is returned
    says what did not come true: with fewer reviews there is less to learn from, and some seeds end
    more than two points below where they began.

    ``folder`` keeps the workspace; by default it is removed afterwards. The page of the report goes
    into the folder ``output``, or into ``build`` if there is one here, or into ``folder``.
    """
    began = time.perf_counter()
    _check(folder, days, per_day, training)
    with ExitStack() as opened:
        if folder is None:
            place = Path(opened.enter_context(tempfile.TemporaryDirectory(prefix="pantau-demo-")))
        else:
            place = Path(folder)
        page = _page(folder, output)
        outcome = Outcome(seed, days, drift_day=days // 2)
        outcome.workspace = os.fspath(folder) if folder is not None else None
        outcome.report = os.fspath(page) if page else None
        workspace = opened.enter_context(pantau.open(place / "workspace" if not folder else place))
        teller = Teller(stream)
        month = Month(workspace, outcome, teller, per_day, page or place / "report.html")
        _tell(month, teller, training)
        outcome.seconds["total"] = round(time.perf_counter() - began, 2)
        _end(outcome, teller)
    return outcome


def _check(folder: str | os.PathLike[str] | None, days: int, per_day: int, training: int) -> None:
    if not _FEWEST_DAYS <= days <= _MOST_DAYS:
        raise pantau.InvalidInputError(f"days: {days}, allowed are {_FEWEST_DAYS} to {_MOST_DAYS}")
    for name, value, fewest in [("per_day", per_day, 200), ("training", training, 2000)]:
        if value < fewest:
            raise pantau.InvalidInputError(f"{name}: {value}, and {fewest} are the fewest")
    if folder is not None and os.path.isfile(os.path.join(folder, "workspace.json")):
        place = os.fspath(folder)
        raise pantau.InvalidInputError(f"{place}: is a workspace already; name a new folder")


def _page(
    folder: str | os.PathLike[str] | None, output: str | os.PathLike[str] | None
) -> Path | None:
    if output is not None:
        Path(output).mkdir(parents=True, exist_ok=True)
        return Path(output) / "report.html"
    if Path("build").is_dir():
        return Path("build") / "report.html"
    return Path(folder) / "report.html" if folder is not None else None


def _tell(month: Month, teller: Teller, training: int) -> None:
    outcome = month.outcome
    teller.line("Pantau keeps watch: a model, a change, and the model after it")
    how = f"made by chance (seed {outcome.seed}), of an app that does not exist"
    teller.line(f"All reviews are {SOURCE}: {how}.")

    rows = month.make_training(training)
    teller.chapter(f"The reviews: {len(rows):,} of {APP}, an invented app")
    for label in LABELS:
        own = [row for row in rows if row["label"] == label]
        shown = next(row["text"] for row in own if 30 < len(row["text"]) < 70)
        teller.line(f"   {label:<9}{len(own) / len(rows):5.0%}   {shown}")

    teller.chapter("A model learns from them")
    month.train(rows)

    teller.chapter(f"It answers {outcome.days} days of reviews, and is watched")
    month.live()

    teller.chapter("What is on record")
    month.recall()


def _end(outcome: Outcome, teller: Teller) -> None:
    teller.chapter("What came of it")
    shares = [
        ("before the change", outcome.accuracy_before),
        ("after it, old model", outcome.accuracy_during),
        ("after it, new model", outcome.accuracy_after),
    ]
    for name, share in shares:
        teller.fact(name, "nothing" if share is None else f"{share:6.1%} of the answers are right")
    teller.fact("day by day", sparkline(outcome.accuracy_by_day))
    took = ", ".join(f"{name} {own:.1f}" for name, own in outcome.seconds.items())
    teller.fact("seconds", took)
    for problem in outcome.broken:
        teller.fact("NOT AS PROMISED", problem)
    if not outcome.broken:
        points = f"{POINTS_LOST * 100:.0f} points"
        told = f"no alarm before, one within {WINDOWS_TO_ALARM} windows, back within {points}"
        teller.fact("as promised", told)
    teller.chapter("The same with a CSV of your own")
    teller.code(YOUR_OWN.splitlines())
    teller.line(f"   No CSV? {MAKE_ONE} makes one.")
