"""The prediction log: what is written when, by whom, and what happens when it cannot be."""

from __future__ import annotations

import itertools
import json
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pantau
import pytest

TEXTS = ["Bagus sekali!", "Lemot", "Hubungi budi@contoh.example", ""]


@pytest.fixture
def classifier(bundle: Callable[..., pantau.Bundle]) -> pantau.Classifier:
    return pantau.Classifier.open(bundle("bert-classifier"))


def test_predictions_are_logged_as_the_model_gave_them(classifier: pantau.Classifier) -> None:
    store = pantau.Store.open("memory:")
    consent = [pantau.Consent(subject="a"), None, pantau.Consent(), pantau.Consent()]
    predictions = classifier.predict(TEXTS)
    with store.log("sentiment", "1") as log:
        ids = log.record_many(
            predictions,
            texts=TEXTS,
            consent=consent,
            embeddings=np.eye(4, dtype=np.float32),
            review_ids=["r0", "r1", "r2", "r3"],
            processing_time_ms=2.0,
            timestamp="2026-11-25",
        )
        one = log.record(predictions[0])
    assert len(set(ids)) == 4
    rows = [store.prediction(id) for id in ids]
    for row, prediction in zip(rows, predictions, strict=True):
        assert row is not None
        assert row["predicted_label"] == prediction.label
        assert row["confidence"] == prediction.confidence
        assert row["probabilities"] == prediction.probabilities
        assert (row["timestamp"], row["processing_time_ms"]) == ("2026-11-25T00:00:00Z", 2.0)
    kept = [(row["input_text"], row["subject"], row["embedding"]) for row in rows if row]
    assert kept == [
        ("Bagus sekali!", "a", [1, 0, 0, 0]),
        (None, None, None),
        ("Hubungi [EMAIL]", None, [0, 0, 1, 0]),
        ("", None, [0, 0, 0, 1]),
    ]
    assert [row["review_id"] for row in rows if row] == ["r0", "r1", "r2", "r3"]
    again = store.prediction(one)
    assert again is not None
    assert again["predicted_label"] == predictions[0].label


def test_a_list_of_predictions_will_do(classifier: pantau.Classifier) -> None:
    store = pantau.Store.open("memory:")
    with store.log("sentiment", "1") as log:
        ids = log.record_many(list(classifier.predict(TEXTS)), ids=["a", "b", "c", "d"])
        assert ids == ["a", "b", "c", "d"]
        with pytest.raises(pantau.InvalidInputError, match="texts: there are 1, and 4 predictions"):
            log.record_many(classifier.predict(TEXTS), texts=["one"])
        with pytest.raises(pantau.InvalidInputError, match="text 1: expected a text, got 3"):
            log.record_many(classifier.predict(["a", "b"]), texts=["a", 3])  # type: ignore[list-item]
        with pytest.raises(pantau.InvalidInputError, match=r"consent: expected a pantau\.Consent"):
            log.record_many(classifier.predict(["a"]), consent=[True])  # type: ignore[list-item]
        with pytest.raises(pantau.InvalidInputError, match="confidence: is told"):
            log.record(classifier.predict("a"), confidence=0.5)
    assert len(store.history()) == 4


def test_failures_are_logged_by_their_kind_alone(classifier: pantau.Classifier) -> None:
    store = pantau.Store.open("memory:")
    classifier.close()
    with store.log("sentiment", "1") as log:
        try:
            classifier.predict("a secret")
        except pantau.Error as error:
            ids = [log.record(error=error)]
        ids += [log.record(error=RuntimeError("a secret")), log.record(error="out of memory")]
    rows = [store.prediction(id) for id in ids]
    kinds = [row["error"] for row in rows if row]
    assert kinds[1:] == ["Runtime", "out of memory"]
    assert "secret" not in json.dumps(rows)
    assert all(row and row["predicted_label"] is None for row in rows)


def test_writing_twice_is_writing_once(tmp_path: Path) -> None:
    store = pantau.Store.open(tmp_path / "reviews")
    for durability in ("each", "group", "none"):
        with store.log("sentiment", "1", durability=durability) as log:
            for _ in range(2):
                log.record(label="positive", id="a")
            log.flush(timeout=30)
            counters = log.counters()
        assert counters["queued"] == 0
        assert counters["written"] + counters["repeated"] == 2
    assert len(store.history()) == 1


def test_each_is_there_when_the_call_returns(tmp_path: Path) -> None:
    store = pantau.Store.open(tmp_path / "reviews")
    other = pantau.Store.open(tmp_path / "reviews")
    with store.log("sentiment", "1", durability="each") as log:
        for _ in range(5):
            assert other.prediction(log.record(label="positive")) is not None


def test_many_threads_log_at_once(tmp_path: Path) -> None:
    store = pantau.Store.open(tmp_path / "reviews")
    log = store.log("sentiment", "1", capacity=100)
    done: list[str] = []

    def work() -> None:
        done.extend(log.record(label="positive") for _ in range(500))

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    log.close()
    assert len(set(done)) == 4000
    assert {row["id"] for row in store.history(10_000)} == set(done)
    with pytest.raises(pantau.Error, match="closed"):
        log.record(label="positive")
    log.close()


def test_who_is_forgotten_is_not_written_any_more(tmp_path: Path) -> None:
    store = pantau.Store.open(tmp_path / "reviews")
    consent = pantau.Consent(subject="me")
    with store.log("sentiment", "1", group_ms=60_000) as log:
        for _ in range(100):
            log.record(label="positive", text="Bagus!", consent=consent)
        log.forget("me", actor="privacy")
        log.record(label="positive", id="of nobody")
    assert [row["id"] for row in store.history()] == ["of nobody"]
    assert store.verify_audit()["records"] == 1


def test_a_program_that_ends_without_closing_loses_nothing(
    tmp_path: Path, run_python: Callable[..., str]
) -> None:
    script = """
        import sys, pantau
        log = pantau.Store.open(sys.argv[1]).log("sentiment", "1", group_ms=60_000)
        for _ in range(1000):
            log.record(label="positive")
    """
    run_python(script, tmp_path / "reviews")
    assert len(pantau.Store.open(tmp_path / "reviews").history(2000)) == 1000


def test_a_child_of_a_fork_logs_for_itself(tmp_path: Path, run_python: Callable[..., str]) -> None:
    script = """
        import os, sys, warnings, pantau
        warnings.simplefilter("ignore")
        store = pantau.Store.open(sys.argv[1])
        log = store.log("sentiment", "1")
        log.record(label="positive", id="parent, before")
        child = os.fork()
        if child == 0:
            code = 1
            try:
                log.record(label="positive", id="child, by the parent's log")
            except pantau.InvalidInputError as error:
                assert "forked" in str(error), error
                with pantau.Store.open(sys.argv[1]).log("sentiment", "1") as own:
                    own.record(label="positive", id="child")
                code = 0
            finally:
                os._exit(code)
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
        log.record(label="positive", id="parent, after")
        log.close()
        print(sorted(row["id"] for row in store.history()))
    """
    found = run_python(script, tmp_path / "reviews")
    assert found.strip() == "['child', 'parent, after', 'parent, before']"


def test_what_cannot_be_delivered_waits_in_the_outbox(root: Path, tmp_path: Path) -> None:
    command = [sys.executable, str(root / "tests" / "servers.py"), "postgres"]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as server:
        assert server.stdin is not None
        assert server.stdout is not None

        def tell(word: str) -> None:
            assert server.stdin is not None
            assert server.stdout is not None
            server.stdin.write(f"{word}\n")
            server.stdin.flush()
            assert json.loads(server.stdout.readline()) == {"done": word}

        facts = json.loads(server.stdout.readline())
        if "missing" in facts:
            pytest.skip(facts["missing"])
        store = pantau.Store.open(facts["url"])
        outbox = tmp_path / "outbox"
        log = store.log("sentiment", "1", outbox=outbox, group_ms=10)
        ids = [log.record(label="positive") for _ in range(50)]
        log.flush(timeout=60)
        tell("stop")
        ids += [log.record(label="positive") for _ in range(50)]
        log.flush(timeout=60)
        assert log.counters()["waiting"] == 50
        # The program ends and begins anew, and the server is still away.
        log.close()
        tell("start")
        with store.log("sentiment", "1", outbox=outbox) as log:
            ids.append(log.record(label="positive"))
            log.flush(timeout=60)
        assert sorted(row["id"] for row in store.history(1000)) == sorted(ids)
        server.stdin.close()


def test_dropping_a_log_holds_nobody_up(tmp_path: Path) -> None:
    store = pantau.Store.open(tmp_path / "held.db")
    log = store.log("sentiment", 1)
    log.record(label="positive")
    log.flush()
    # Locks of files are between processes.
    code = (
        "import sqlite3, sys, time; other = sqlite3.connect(sys.argv[1], isolation_level=None);"
        "other.execute('BEGIN IMMEDIATE'); print('held', flush=True); time.sleep(1.5)"
    )
    command = [sys.executable, "-c", code, str(tmp_path / "held.db")]
    other = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert other.stdout is not None and other.stdout.readline() == "held\n"
    log.record(label="negative")
    ticks: list[float] = []
    running = threading.Event()

    def tick() -> None:
        running.set()
        for _ in range(20):
            ticks.append(time.monotonic())
            time.sleep(0.02)

    thread = threading.Thread(target=tick)
    thread.start()
    running.wait()
    start = time.monotonic()
    del log
    waited = time.monotonic() - start
    thread.join()
    assert waited > 0.5
    # The other thread went on meanwhile.
    assert max(after - before for before, after in itertools.pairwise(ticks)) < 0.7 * waited
    other.stdout.close()
    other.wait()
    assert store.summary()["count"] == 2


def test_who_says_nothing_of_confidence_does_not_lower_it() -> None:
    store = pantau.Store.open("memory:")
    with store.log("sentiment", 1) as log:
        log.record(label="positive", confidence=0.9)
        log.record(label="positive")
    summary = store.summary()
    assert (summary["count"], summary["mean_confidence"]) == (2, 0.9)
