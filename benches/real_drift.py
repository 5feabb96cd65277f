"""Watch real texts that change at a known place, and the same texts shuffled, which do not.

    python benches/real_drift.py

It needs the developers' data (../shared/data), which is not part of the project; without it there
is nothing to do. Each stream is cut into windows of equally many texts. The first 28 are the
reference, the next ones are like it, and then comes the change. An alarm before the change, or in
the shuffled stream, is a false one.
"""

from __future__ import annotations

import csv
import random
import sys
from pathlib import Path

import pantau

DATA = Path(__file__).resolve().parent.parent.parent / "shared" / "data"
REFERENCE = 28

Row = dict[str, str]


def read(*names: str) -> list[Row]:
    rows: list[Row] = []
    for name in names:
        with (DATA / name).open(encoding="utf-8", newline="") as file:
            rows += csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE)
    return rows


def columns(rows: list[Row], names: tuple[str, ...]) -> dict[str, list[str]]:
    return {name: [row[name] for row in rows] for name in names}


def watch(
    rows: list[Row], names: tuple[str, ...], size: int, windows: int
) -> tuple[int | None, str]:
    """The first window with an alarm, counted from 0, and what the monitor says of it."""
    texts = ["text"]
    start = REFERENCE * size
    reference = pantau.Reference.build(columns(rows[:start], names), texts=texts)
    monitor = pantau.Monitor(reference, min_rows=1)
    for window in range(windows):
        begin = start + window * size
        monitor.update(columns(rows[begin : begin + size], names))
        report = monitor.close_window()
        if report.status == "alarm":
            return window, report.sentence
    return None, ""


def stream(
    name: str, before: list[Row], after: list[Row], size: int, names: tuple[str, ...] = ("text",)
) -> None:
    quiet = len(before) // size - REFERENCE
    before = before[: (REFERENCE + quiet) * size]
    after = after[: len(after) // size * size]
    windows = quiet + len(after) // size
    seen, sentence = watch(before + after, names, size, windows)
    mixed = before + after
    false = 0
    for seed in range(10):
        random.Random(seed).shuffle(mixed)
        false += watch(mixed, names, size, windows)[0] is not None
    if seen is None:
        told = "not seen"
    elif seen < quiet:
        told = f"false alarm in window {seen + 1} of {quiet}"
    else:
        told = f"window {seen - quiet + 1} after the change"
    cut = f"{quiet} + {len(after) // size} x {size}"
    print(f"| {name} | {cut} | {told} | {false} of 10 | {sentence} |")


def shuffled(rows: list[Row], seed: int = 7) -> list[Row]:
    random.Random(seed).shuffle(rows)
    return rows


def main() -> None:
    if not DATA.exists():
        sys.exit(f"left out: there is no {DATA}")
    print("| stream | windows | alarm | shuffled streams with an alarm | what it says |")
    print("|---|---|---|---|---|")
    tweets = [row for row in read("drift/airline_tweets/stream.tsv") if row["airline"] == "jetblue"]
    storm = "2015-02-22"
    before = [row for row in tweets if row["time"] < storm]
    after = [row for row in tweets if row["time"] >= storm]
    stream("JetBlue, winter storm", before, after, 30, ("text", "label"))
    passages = read("drift/sotu/passages.tsv")
    old = shuffled([row for row in passages if 1860 <= int(row["year"]) < 1900])
    new = shuffled([row for row in passages if int(row["year"]) >= 1960])
    stream("State of the Union, 1860-1899, then 1960-2021", old, new, 40)
    for language in ("javanese", "sundanese", "minangkabau", "english"):
        known = shuffled(read("nusax/indonesian/train.tsv", "nusax/indonesian/valid.tsv"))
        other = shuffled(read(f"nusax/{language}/train.tsv", f"nusax/{language}/valid.tsv"))
        stream(f"NusaX, Indonesian, then {language}", known, other, 15)
    amazon = shuffled(read("uci_sentences/amazon_cells.tsv"))
    yelp = shuffled(read("uci_sentences/yelp.tsv"))
    stream("reviews of phones, then of restaurants", amazon, yelp, 30)


if __name__ == "__main__":
    main()
