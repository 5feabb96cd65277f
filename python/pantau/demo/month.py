"""Days of traffic: what is asked, what people say of it, and what is done when it changes."""

from __future__ import annotations

import random
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pantau
from pantau._progress import Progress
from pantau.demo.outcome import Outcome
from pantau.demo.reviews import START, reviews
from pantau.demo.telling import Teller

MODEL = "sentiment"
# For so many evenings, from that of the alarm on, people label some of the texts they may see.
_EVENINGS, _LABELLED = 3, 0.75
# How many writers agree that their text is kept.
_CONSENT = 0.7
# How many of those who got a wrong or a right answer say so.
_CLICKS = {False: 0.10, True: 0.01}
_TRAINING_DAYS = 60
# Of the days on which nothing happens, about so many are shown.
_MOST_QUIET_DAYS = 16
# What is asked of the old version and the new one; the last is not about the redesign.
_ASKED = (
    "Mantap, baru dibuka langsung nutup",
    "Gila mulusnya animasinya, menu bawahnya ngeri praktisnya",
    "Mode gelapnya burik, kolom pencariannya kayak labirin",
    "Transfernya cepat sekali, adminnya ramah dan sabar",
)

Row = dict[str, Any]


class Month:
    """A model in a workspace, from its training to the last day."""

    def __init__(
        self,
        workspace: pantau.Workspace,
        outcome: Outcome,
        teller: Teller,
        per_day: int,
        page: Path,
    ) -> None:
        self.outcome = outcome
        self._workspace = workspace
        self._teller = teller
        self._page = page
        self._per_day = per_day
        self._first = date.fromisoformat(START)
        # What people do follows from the seed, too.
        self._chance = random.Random(f"{outcome.seed} people")
        # How many answers were right, and how many there were.
        self._tallies = {"before": [0, 0], "during": [0, 0], "after": [0, 0]}
        # The answers of the day whose texts may be kept, by their ids.
        self._kept: set[str] = set()
        self._agreed = 0
        self._is_reported = False

    def make_training(self, texts: int) -> list[Row]:
        """The labelled reviews of the weeks before."""
        with self._timed("reviews"):
            start = self._first - timedelta(days=_TRAINING_DAYS)
            per_day = round(texts / _TRAINING_DAYS)
            return reviews(_TRAINING_DAYS, per_day, self.outcome.seed, start=start)

    def train(self, rows: list[Row]) -> None:
        """Train the first version."""
        with self._timed("training"):
            told = self._workspace.train(
                MODEL, rows, at=self._at(1), actor="demo", progress=self._teller.is_heard
            )
            # Who clicks mostly has something to complain of: a share of clicks is no accuracy.
            self._workspace.configure(MODEL, actor="demo", triggers={"wrong_feedback": 0.4})
        self.outcome.training_texts = len(rows)
        self.outcome.version = told.version
        self._teller.fact("training", told.sentence)
        self._teller.fact("learnt from", f"{told.train_rows:,} texts; the others are kept to test")
        self._teller.fact("gates", _gates(told.gates.outcomes if told.gates else []))

    def live(self) -> None:
        """Live through all days, one after the other."""
        outcome = self.outcome
        with self._timed("reviews"):
            rows = reviews(
                outcome.days, self._per_day, outcome.seed, outcome.drift_day, start=self._first
            )
        days: list[list[Row]] = [[] for _ in range(outcome.days)]
        for row in rows:
            days[row["day"] - 1].append(row)
        bar = None if self._teller.is_heard else Progress(outcome.days, "days")
        self._teller.days()
        for day, own in enumerate(days, 1):
            self._live_through(day, own)
            if bar:
                bar.advance(1)
        if bar:
            bar.close()
        for phase, (right, answers) in self._tallies.items():
            if answers:
                setattr(outcome, f"accuracy_{phase}", round(right / answers, 4))
        if not self._is_reported:
            self._report(outcome.days)

    def recall(self) -> None:
        """What the workspace knows of all that."""
        teller = self._teller
        for entry in self._workspace.history(MODEL):
            if entry["alias"] == "champion":
                before = "" if entry["from"] is None else f" instead of {entry['from']}"
                reason = entry["reason"].partition(": ")[0]
                told = f"version {entry['to']}{before}, by {entry['actor']}: {reason}"
                teller.fact(entry["what"], told)
        counts = self._workspace.log_counters()
        lost = counts["dropped"] + counts["failed"]
        told = f"{counts['written']:,} stored, {lost:,} lost; {self._agreed:,} with their text, "
        teller.fact("predictions", told + "whose writers agreed")
        teller.fact("report", self.outcome.report or "not kept; name a folder to keep it")

    def _live_through(self, day: int, rows: list[Row]) -> None:
        outcome = self.outcome
        if day == outcome.drift_day:
            self._teller.mark("a redesign is out: new topics, new words, and irony")
        phase = self._phase(day)
        answers = self._serve(day, rows)
        known = {answer.id: row["label"] for answer, row in zip(answers, rows, strict=True)}
        right = sum(answer.label == known[answer.id] for answer in answers)
        self._tallies[phase][0] += right
        self._tallies[phase][1] += len(rows)
        outcome.accuracy_by_day.append(round(right / len(rows), 4))
        with self._timed("feedback"):
            self._click(day, answers, known)
            self._audit(day, known)
        with self._timed("checks"):
            check = self._workspace.check(MODEL, now=self._at(day + 1))
        self._look(day, phase, len(rows), check)
        if outcome.alarm_day is not None and outcome.retraining is None:
            self._label(day, answers, known)
            if day == min(outcome.alarm_day + _EVENINGS - 1, outcome.days):
                self._retrain(day)

    def _phase(self, day: int) -> str:
        if day < self.outcome.drift_day:
            return "before"
        return "after" if self.outcome.retraining == "completed" else "during"

    def _serve(self, day: int, rows: list[Row]) -> list[pantau.Answer]:
        """Answer each review when it comes, between six in the morning and ten at night."""
        answers = []
        self._kept.clear()
        with self._timed("answers"):
            for place, row in enumerate(rows):
                may_keep = self._chance.random() < _CONSENT
                answer = self._workspace.predict(
                    MODEL,
                    row["text"],
                    consent=pantau.Consent(f"writer-{row['id']}") if may_keep else None,
                    review_id=row["id"],
                    at=self._at(day, hours=6 + 16 * place / len(rows)),
                )
                answers.append(answer)
                if may_keep:
                    self._kept.add(answer.id)
            self._workspace.flush()
        self._agreed += len(self._kept)
        self.outcome.answers += len(answers)
        return answers

    def _click(self, day: int, answers: list[pantau.Answer], known: dict[str, str]) -> None:
        at = self._at(day, hours=22.2)
        for answer in answers:
            is_right = answer.label == known[answer.id]
            if self._chance.random() < _CLICKS[is_right]:
                self._workspace.feedback(answer.id, correct=is_right, at=at)

    def _audit(self, day: int, known: dict[str, str]) -> None:
        """Somebody labels the rows that were picked by chance."""
        at = self._at(day, hours=22.5)
        for row in self._workspace.to_label(MODEL, 1000, now=at):
            if label := known.get(row["id"]):
                self._workspace.feedback(row["id"], label=label, source="audit", at=at)

    def _look(self, day: int, phase: str, texts: int, check: pantau.Check) -> None:
        outcome, drift = self.outcome, check.drift
        assert drift is not None, "2,000 texts are enough to compare with"
        is_alarm = drift.status == "alarm"
        if phase == "before":
            outcome.false_alarms += is_alarm
        elif phase == "after":
            outcome.alarms_after += is_alarm
        stride = -(-outcome.days // _MOST_QUIET_DAYS)
        if drift.status != "ok" or day % stride == 1 or day in (outcome.drift_day, outcome.days):
            on = f"{self._first + timedelta(days=day - 1):%a %d %b}"
            right = outcome.accuracy_by_day[-1]
            self._teller.day(day, on, texts, right, drift.status, drift.evidence)
        if phase == "during" and is_alarm and outcome.alarm_day is None:
            self._hear_alarm(day, drift)

    def _hear_alarm(self, day: int, drift: pantau.DriftReport) -> None:
        told = [own for own in drift.features if own["status"] == "alarm"]
        self.outcome.alarm_day = day
        self.outcome.changed = [f"{own['feature']}: {own['sentence']}" for own in told]
        self._teller.chapter(f"An alarm, in window {self.outcome.windows_to_alarm} of the change")
        for own in told:
            self._teller.fact(own["feature"], own["sentence"])
        self._teller.fact("since", f"{drift.since}; {drift.advice}")
        self._teller.mark(f"on {_EVENINGS} evenings people label some of the new texts")

    def _label(self, day: int, answers: list[pantau.Answer], known: dict[str, str]) -> None:
        """People label some of the texts that may be kept. Which, chance decides: if they took the
        hard ones, the others would no longer be like what comes, and the new version is watched by
        the others."""
        at = self._at(day, hours=23)
        with self._timed("feedback"):
            for answer in answers:
                if answer.id in self._kept and self._chance.random() < _LABELLED:
                    self._workspace.feedback(
                        answer.id, label=known[answer.id], source="labelling", at=at
                    )
                    self.outcome.labelled += 1

    def _retrain(self, day: int) -> None:
        self._report(day)
        teller, outcome = self._teller, self.outcome
        teller.chapter(f"Trained anew, after people labelled {outcome.labelled:,} texts")
        old = outcome.version
        with self._timed("retraining"):
            record = self._workspace.retrain(
                MODEL, at=self._at(day + 1, hours=1), actor="demo", progress=teller.is_heard
            )
        outcome.retraining, outcome.retraining_day = record["status"], day
        for own in record["trigger_evaluation"]["triggers"]:
            teller.fact(own["type"], own["reason"])
        gates = record.get("validation_result")
        teller.fact("gates", _gates(gates["outcomes"] if gates else []))
        teller.fact(record["status"], record["reason"])
        if record["status"] == "completed":
            outcome.version = record["training_result"]["version"]
            self._ask_both(old, outcome.version)
            teller.chapter(f"Version {outcome.version} answers")
            teller.days()

    def _ask_both(self, *versions: int) -> None:
        asked = []
        for version in versions:
            with self._workspace.registry.load(f"models:/{MODEL}/{version}") as classifier:
                asked.append(list(classifier.predict(_ASKED)))
        for text, old, new in zip(_ASKED, *asked, strict=True):
            was, now = (f"{own.label} {own.confidence:.0%}" for own in (old, new))
            self._teller.line(f"   {text:<58} {was:<14} → {now}")

    def _report(self, day: int) -> None:
        with self._timed("report"):
            self._workspace.report(MODEL, self._page, now=self._at(day + 1))
        self._is_reported = True

    def _at(self, day: int, hours: float = 0.0) -> datetime:
        start = datetime.combine(self._first, datetime.min.time(), timezone.utc)
        return start + timedelta(days=day - 1, hours=hours)

    @contextmanager
    def _timed(self, step: str) -> Iterator[None]:
        began = time.perf_counter()
        yield
        taken = time.perf_counter() - began
        self.outcome.seconds[step] = round(self.outcome.seconds.get(step, 0.0) + taken, 2)


def _gates(outcomes: list[dict[str, Any]]) -> str:
    names = [own["gate"] for own in outcomes if own["passed"]]
    others = [own["gate"] for own in outcomes if not own["passed"]]
    told = f"passed: {', '.join(names) or 'none'}"
    return f"{told}; not passed: {', '.join(others)}" if others else told
