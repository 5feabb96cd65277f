"""Reviews that nobody wrote: Indonesian sentences made by chance, of an app that is not there."""

from __future__ import annotations

import csv
import os
import random
from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from typing import Any

import pantau
from pantau.demo.words import (
    EMOJIS,
    ENDINGS,
    NEGATIVE,
    NEUTRAL,
    OPENINGS,
    POSITIVE,
    REDESIGN,
    SPELLINGS,
    USUAL,
    Era,
    Topic,
)

APP = "Dompet Contoh"
SOURCE = "synthetic"
START = "2026-01-05"
LABELS = (NEGATIVE, NEUTRAL, POSITIVE)

_COLUMNS = (
    "id",
    "review_text",
    "sentiment_label",
    "rating",
    "date",
    "app_name",
    "country_code",
    "source",
)
# How many of the labels are slips of whoever gave them.
_SLIPS = 0.05
# How many reviews are about the redesign, once it is out.
_ABOUT_REDESIGN = 0.6
_MOST_ROWS = 10_000_000
# People write more at the weekend.
_WEEKDAYS = (0.95, 0.9, 0.95, 0.95, 1.0, 1.15, 1.1)
_STARS = {
    NEGATIVE: ((1, 2, 3), (70, 24, 6)),
    NEUTRAL: ((2, 3, 4), (20, 60, 20)),
    POSITIVE: ((3, 4, 5), (5, 25, 70)),
}


def reviews(
    days: int = 30,
    per_day: int = 60,
    seed: int = 0,
    drift_day: int | None = None,
    *,
    start: str | date = START,
) -> list[dict[str, Any]]:
    """Made-up reviews, the oldest first, as dicts: ``id``, ``text``, ``label``, ``rating``,
    ``date``, ``day`` (from 1) and ``source``, which is ``"synthetic"``.

    From ``drift_day`` on, three of five are about a redesign of the app: other things are talked
    about, in words that were not there before; some words of blame become praise, and praise is
    often meant as irony. About ``per_day`` are written a day, more at weekends; one label of twenty
    is a slip. The same arguments give the same reviews, and more days the same first ones.

    >>> import pantau.demo
    >>> rows = pantau.demo.reviews(days=3, per_day=10, seed=1)
    >>> rows[0]["source"], rows[0]["date"]
    ('synthetic', '2026-01-05')
    """
    first = _checked(days, per_day, drift_day, start)
    rows: list[dict[str, Any]] = []
    for day in range(1, days + 1):
        on = first + timedelta(days=day - 1)
        # Each day has a chance of its own, so that it is the same in a longer run.
        chance = random.Random(f"{seed} {on}")
        is_new = drift_day is not None and day >= drift_day
        count = max(1, round(per_day * _WEEKDAYS[on.weekday()] * chance.uniform(0.9, 1.1)))
        for row in range(count):
            rows.append(_row(chance, is_new, day, on, f"{SOURCE}-{seed}-{on:%Y%m%d}-{row:05}"))
    return rows


def write_csv(path: str | os.PathLike[str], rows: Iterable[dict[str, Any]]) -> None:
    """Write reviews as a table, with the columns that a store knows and ``source`` after them."""
    with open(path, "w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(_COLUMNS)
        for row in rows:
            own = [row[name] for name in ("id", "text", "label", "rating", "date")]
            writer.writerow([*own, APP, "ID", row["source"]])


def _checked(days: int, per_day: int, drift_day: int | None, start: str | date) -> date:
    for name, value in [("days", days), ("per_day", per_day)]:
        if value < 1:
            raise pantau.InvalidInputError(f"{name}: {value}, and 1 is the fewest")
    if days * per_day > _MOST_ROWS:
        raise pantau.InvalidInputError(
            f"days: {days} of {per_day} reviews, and {_MOST_ROWS:,} reviews are the most"
        )
    if drift_day is not None and not 1 <= drift_day <= days:
        raise pantau.InvalidInputError(f"drift_day: {drift_day}, allowed are 1 to {days}")
    try:
        return start if isinstance(start, date) else date.fromisoformat(start)
    except ValueError as error:
        raise pantau.InvalidInputError(f"start: {start!r} is no date such as {START}") from error


def _row(chance: random.Random, is_new: bool, day: int, on: date, id: str) -> dict[str, Any]:
    meant = chance.choices(LABELS, (38, 22, 40))[0]
    era = REDESIGN if is_new and chance.random() < _ABOUT_REDESIGN else USUAL
    text = _spoken(chance, _sentence(chance, era, meant), meant)
    label = meant
    if chance.random() < _SLIPS:
        label = chance.choice([own for own in LABELS if own != meant])
    values, weights = _STARS[meant]
    return {
        "id": id,
        "text": text,
        "label": label,
        "rating": chance.choices(values, weights)[0],
        "date": on.isoformat(),
        "day": day,
        "source": SOURCE,
    }


def _sentence(chance: random.Random, era: Era, meant: str) -> str:
    parts = [] if chance.random() < 0.5 else [chance.choice(OPENINGS)]
    parts += _neither(chance, era) if meant == NEUTRAL else _opinion(chance, era, meant)
    if chance.random() < 0.4:
        # Thanks are said by everybody.
        of = meant if chance.random() < 0.7 else chance.choice(LABELS)
        parts.append(chance.choice(ENDINGS[of]))
    return ", ".join(parts)


def _opinion(chance: random.Random, era: Era, meant: str) -> Iterator[str]:
    if meant == NEGATIVE and chance.random() < era.ironic:
        yield chance.choice(era.irony)
        if chance.random() < 0.5:
            return
    topics = chance.sample(era.topics, chance.choices((1, 2, 3), (35, 45, 20))[0])
    yield from (_about(chance, era, topic, meant) for topic in topics)
    if chance.random() < era.doubtful:
        other = NEGATIVE if meant == POSITIVE else POSITIVE
        said = _about(chance, era, chance.choice(era.topics), other)
        yield f"{chance.choice(('tapi', 'cuma', 'walaupun'))} {said}"


def _neither(chance: random.Random, era: Era) -> Iterator[str]:
    kind = chance.random()
    one, other = chance.sample(era.topics, 2)
    if kind < 0.3:
        yield chance.choice(era.questions)
        if chance.random() < 0.5:
            yield _about(chance, era, one, NEUTRAL)
    elif kind < 0.5:
        both = [_about(chance, era, one, POSITIVE), _about(chance, era, other, NEGATIVE)]
        chance.shuffle(both)
        yield f"{both[0]} {chance.choice(('tapi', 'cuma', 'sayangnya', 'walaupun'))} {both[1]}"
    else:
        yield _about(chance, era, one, NEUTRAL)
        if chance.random() < 0.55:
            yield _about(chance, era, other, NEUTRAL)


def _about(chance: random.Random, era: Era, topic: Topic, meant: str) -> str:
    """Something that is said of one thing."""
    said = chance.choice(_of(topic, meant) if chance.random() < 0.65 else _of(era, meant))
    if chance.random() < 0.12:
        return said
    thing = chance.choice(topic.things)
    return f"{said} {thing}" if chance.random() < 0.12 else f"{thing} {said}"


def _of(place: Topic | Era, meant: str) -> tuple[str, ...]:
    if meant == POSITIVE:
        return place.praise
    return place.complaint if meant == NEGATIVE else place.neither


def _spoken(chance: random.Random, sentence: str, meant: str) -> str:
    """A sentence as people type it."""
    words = []
    for word in sentence.split():
        bare = word.rstrip(",")
        if bare in SPELLINGS and chance.random() < 0.55:
            word = word.replace(bare, chance.choice(SPELLINGS[bare]))
        elif len(bare) > 5 and chance.random() < 0.02:
            # A letter that was not hit.
            gap = chance.randrange(1, len(bare) - 1)
            word = word[:gap] + word[gap + 1 :]
        words.append(word)
    text = " ".join(words)
    if chance.random() < 0.35:
        text = text.replace(",", "")
    style = chance.random()
    if style < 0.5:
        text = text[0].upper() + text[1:]
    elif style < 0.55:
        text = text.upper()
    text += chance.choices(("", ".", "!", "!!", "..."), (40, 25, 15, 10, 10))[0]
    if chance.random() < 0.35:
        of = meant if chance.random() < 0.75 else chance.choice(LABELS)
        text += " " + chance.choice(EMOJIS[of]) * chance.choices((1, 2, 3), (6, 3, 1))[0]
    return text
