"""Measure what the README promises of state, with what people use instead beside it.

    make bench

Every ratio is of two things measured in turns in this one run, with the same rows. The peers are
Python's sqlite3 with a table of one's own, pandas over that table, and an MLflow server asked by
its REST interface; the server is left out, and said to be, where none runs beside this.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import sqlite3
import statistics
import tempfile
import time
import urllib.request
from collections.abc import Callable
from datetime import datetime, timezone
from pathlib import Path

import pandas as pd
import pantau

LABELS = ["negative", "neutral", "positive"]
WORDS = ["bagus", "lemot", "cepat", "rusak", "murah"]


def rows(count: int) -> list[tuple[str, float, float]]:
    chance = random.Random(3)
    return [
        (chance.choice(LABELS), round(chance.random(), 6), round(chance.random() * 9, 3))
        for _ in range(count)
    ]


def seconds(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def own_table(path: Path) -> sqlite3.Connection:
    database = sqlite3.connect(path)
    database.execute("PRAGMA journal_mode = WAL")
    database.execute(
        "CREATE TABLE IF NOT EXISTS predictions (id INTEGER PRIMARY KEY, label TEXT,"
        " confidence REAL, ms REAL, at REAL)"
    )
    return database


INSERT = "INSERT INTO predictions (label, confidence, ms, at) VALUES (?, ?, ?, ?)"


def logging(folder: Path, count: int) -> None:
    """Predictions a second, durable; and what a call costs."""
    made = rows(count)
    ours: list[float] = []
    each: list[float] = []
    calls: list[float] = []
    some = made[: max(1, count // 100)]
    for turn in range(3):
        store = pantau.Store.open(folder / f"log{turn}")

        def log(store: pantau.Store = store) -> None:
            with store.log("sentiment", 1) as log:
                for label, confidence, ms in made:
                    start = time.perf_counter()
                    log.record(label=label, confidence=confidence, processing_time_ms=ms)
                    calls.append(time.perf_counter() - start)

        ours.append(count / seconds(log))
        database = own_table(folder / f"own{turn}.db")

        def insert(database: sqlite3.Connection = database) -> None:
            for row in some:
                database.execute(INSERT, (*row, time.time()))
                database.commit()

        each.append(len(some) / seconds(insert))
        database.close()
    calls.sort()
    rate, peer = statistics.median(ours), statistics.median(each)
    print(f"log.record, durable in groups      {rate:>12,.0f} /s")
    print(f"  a call                           {calls[len(calls) // 2] * 1e6:>12.1f} µs (p50)")
    print(f"sqlite3, a commit for each         {peer:>12,.0f} /s   {rate / peer:.0f} x")


def asking(folder: Path, count: int) -> None:
    """A day's summary, against pandas over a table of one's own."""
    made = rows(count)
    end = time.time()
    store = pantau.Store.open(folder / "asked")
    with store.log("sentiment", 1, durability="none") as log:
        for number, (label, confidence, ms) in enumerate(made):
            at = datetime.fromtimestamp(end - (count - number) * 86_400 * 30 / count, timezone.utc)
            log.record(
                label=label,
                confidence=confidence,
                processing_time_ms=ms,
                timestamp=at,
            )
    database = own_table(folder / "asked.db")
    times = [end - (count - number) * 86_400 * 30 / count for number in range(count)]
    database.executemany(INSERT, [(*row, at) for row, at in zip(made, times, strict=True)])
    database.commit()

    def theirs() -> object:
        since = time.time() - 86_400 * 7
        frame = pd.read_sql(
            "SELECT label, confidence, ms FROM predictions WHERE at >= ?", database, params=[since]
        )
        return (
            len(frame),
            frame.confidence.mean(),
            frame.label.value_counts(),
            frame.ms.quantile([0.5, 0.95, 0.99]),
        )

    def own() -> object:
        return store.recent(24 * 7), store.latency(hours=24 * 7)

    pairs = [(seconds(own), seconds(theirs)) for _ in range(7)]
    ours, peer = (statistics.median(side) for side in zip(*pairs, strict=True))
    print(f"a week's summary of {count:>9,}      {ours * 1e3:>12.2f} ms")
    print(f"sqlite3 and pandas                 {peer * 1e3:>12.2f} ms  {peer / ours:.0f} x")


def aliases(folder: Path) -> None:
    """Which version is the champion, against an MLflow server."""
    texts = [(f"{WORDS[number % 5]} nomor {number}", LABELS[number % 2]) for number in range(60)]
    pantau.train(texts, folder / "bundle", kind="tfidf-nb")
    facts = os.environ.get("PANTAU_TEST_MLFLOW")
    homes = {"a folder": pantau.Registry.open(folder / "models")}
    if facts:
        homes["MLflow's server"] = pantau.Registry.open(json.loads(facts)["url"])
    found = {}
    for name, registry in homes.items():
        registry.register("bench", folder / "bundle", alias="champion")
        found[name] = statistics.median(
            seconds(lambda registry=registry: registry.resolve("models:/bench@champion"))
            for _ in range(50)
        )
        print(f"champion of {name:<22} {found[name] * 1e3:>12.3f} ms")
    if not facts:
        print("MLflow: left out, since no server runs beside this; see `make bench`")
        return
    url = json.loads(facts)["url"] + "/api/2.0/mlflow/registered-models/alias?name=bench"

    def ask() -> None:
        with urllib.request.urlopen(f"{url}&alias=champion") as answer:
            answer.read()

    peer = statistics.median(seconds(ask) for _ in range(50))
    print(
        f"MLflow's REST, asked by urllib     {peer * 1e3:>12.3f} ms  "
        f"{peer / found['a folder']:.0f} x"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=300_000, help="how many predictions")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        logging(Path(folder), options.rows)
        asking(Path(folder), options.rows)
        aliases(Path(folder))


if __name__ == "__main__":
    main()
