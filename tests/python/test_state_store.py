"""The store: the same answers from every home, deletion, the audit log, bad input."""

from __future__ import annotations

import sqlite3
import uuid
from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pantau
import pytest
from pantau import cli

HOMES = ["memory", "sqlite", "postgres"]
Server = Callable[[str], dict[str, str]]


@pytest.fixture(params=HOMES)
def store(request: pytest.FixtureRequest, tmp_path: Path) -> pantau.Store:
    """An empty store of each home."""
    if request.param == "memory":
        return pantau.Store.open("memory:")
    if request.param == "sqlite":
        return pantau.Store.open(tmp_path / "reviews")
    url = request.getfixturevalue("server")("postgres")["url"]
    return pantau.Store.open(f"{url}?schema=test_{uuid.uuid4().hex}")


def logged(store: pantau.Store, rows: list[dict[str, Any]], **about: Any) -> list[str]:
    with store.log("sentiment", "3") as log:
        return [log.record(**{**row, **about}) for row in rows]


def test_a_prediction_comes_back_as_it_was_logged(store: pantau.Store) -> None:
    consent = pantau.Consent(subject="user-17")
    with store.log("sentiment", 3) as log:
        id = log.record(
            label="positive",
            confidence=0.75,
            probabilities={"positive": 0.75, "negative": 0.25},
            text="Bagus! Hubungi budi@contoh.example",
            consent=consent,
            embedding=np.array([0.5, -2.0], dtype=np.float32),
            review_id="review-1",
            processing_time_ms=1.5,
            timestamp=datetime(2026, 11, 25, 12, 53, 43, tzinfo=timezone(timedelta(hours=2))),
        )
    found = store.prediction(id)
    assert found is not None
    assert found == {
        "id": id,
        "input_text": "Bagus! Hubungi [EMAIL]",
        "predicted_label": "positive",
        "confidence": 0.75,
        "probabilities": {"positive": 0.75, "negative": 0.25},
        "actual_label": None,
        "labelled_at": None,
        "model": "sentiment",
        "version": "3",
        "timestamp": "2026-11-25T10:53:43Z",
        "processing_time_ms": 1.5,
        "review_id": "review-1",
        "subject": "user-17",
        "consent": True,
        "truncated": False,
        "novelty": None,
        "error": None,
        "embedding": [0.5, -2.0],
    }
    assert list(found["probabilities"]) == ["positive", "negative"]
    assert store.prediction("nobody") is None


def test_without_consent_nothing_of_a_person_is_kept(store: pantau.Store) -> None:
    about = {"text": "Bagus!", "embedding": [1.0], "consent": None}
    [id] = logged(store, [{"label": "positive"}], **about)
    found = store.prediction(id)
    assert found is not None
    assert not found["consent"]
    assert found["input_text"] is found["subject"] is found["embedding"] is None


def test_history_is_of_a_window_and_begins_with_the_latest(store: pantau.Store) -> None:
    start = datetime(2026, 1, 1)
    ids = [
        logged(store, [{"label": "positive"}], timestamp=start + timedelta(hours=hour))[0]
        for hour in range(5)
    ]
    everything = [row["id"] for row in store.history()]
    assert everything == ids[::-1]
    assert [row["id"] for row in store.history(2)] == ids[:2:-1]
    window = store.history(since="2026-01-01T01:00:00Z", until=datetime(2026, 1, 1, 3))
    assert [row["id"] for row in window] == [ids[2], ids[1]]
    assert store.history(hours=1) == []
    assert store.history(model="other") == []
    assert len(store.history(version=3)) == 5


def test_feedback_gives_a_prediction_its_label(store: pantau.Store) -> None:
    ids = logged(store, [{"label": "positive"}] * 3)
    store.write_feedback(ids[0], correct=True)
    store.write_feedback(ids[1], correct=False, label="negative", source="clerk")
    store.write_feedback(ids[2], label="neutral")
    labels = [store.prediction(id) for id in ids]
    assert [row and row["actual_label"] for row in labels] == ["positive", "negative", "neutral"]
    with pytest.raises(pantau.InvalidInputError, match="cannot be wrong"):
        store.write_feedback(ids[0], correct=False, label="positive")
    # Feedback can come first, and the same one twice.
    early = store.write_feedback("later", label="negative", id="feedback-1")
    assert early == store.write_feedback("later", label="negative", id="feedback-1") == "feedback-1"
    logged(store, [{"label": "positive", "id": "later"}])
    found = store.prediction("later")
    assert found is not None
    assert found["actual_label"] == "negative"


def test_reviews_metrics_triggers_and_retrainings(store: pantau.Store) -> None:
    consent = pantau.Consent()
    id = store.write_review(
        "Bagusss <b>sekali</b>",
        "positive",
        consent=consent,
        rating=5,
        date="2026-11-25",
        app_name="toko",
        country_code="id",
        source="import",
        language="id",
    )
    review = store.review(id)
    assert review is not None
    assert review["review_text"] == "Bagusss <b>sekali</b>"
    assert review["cleaned_text"] == "bagus sekali"
    assert (review["rating"], review["date"]) == (5, "2026-11-25T00:00:00Z")
    assert store.review("nobody") is None

    store.write_metrics("sentiment", 3, accuracy=0.84, epoch=2, timestamp="2026-01-01")
    store.write_metrics("sentiment", "4", f1_score=np.float64(0.5))
    assert [row["accuracy"] for row in store.metrics("sentiment")] == [0.84, None]
    assert [row["version"] for row in store.metrics("sentiment", since="2026-01-02")] == ["4"]

    trigger = store.write_trigger("sentiment", "drift", "psi", detail={"psi": 0.31, "rows": 5})
    [row] = store.triggers("sentiment")
    assert (row["id"], row["detail"]) == (trigger, {"psi": 0.31, "rows": 5})

    retraining = store.write_retraining("sentiment", trigger_evaluation={"due": True})
    again = store.write_retraining("sentiment", id=retraining, status="finished", reason="better")
    assert again == retraining
    [row] = store.retrainings("sentiment")
    assert (row["status"], row["reason"]) == ("finished", "better")


def test_whoever_asks_is_forgotten(store: pantau.Store) -> None:
    mine, other = pantau.Consent(subject="me"), pantau.Consent(subject="other")
    with store.log("sentiment", "3") as log:
        log.record(label="positive", text="Bagus!", consent=mine, id="a")
        log.record(label="positive", text="Lemot", consent=other, id="b")
        log.feedback("a", correct=True)
    store.write_review("Bagus!", "positive", consent=mine)
    gone = store.forget("me", actor="privacy")
    assert gone == {"predictions": 1, "reviews": 1, "feedback": 1}
    assert store.prediction("a") is None
    assert store.prediction("b") is not None
    [record] = store.audit_trail()
    assert (record["actor"], record["action"], record["detail"]["rows"]) == (
        "privacy",
        "forget",
        gone,
    )
    assert "me" not in record["detail"].values()


def test_what_is_old_goes(store: pantau.Store) -> None:
    now = datetime.now(timezone.utc)
    for days in [0, 1, 400]:
        logged(store, [{"label": "positive"}], timestamp=now - timedelta(days=days))
    assert store.retain(days=365, actor="clerk") == {"predictions": 1}
    assert store.retain(since=now - timedelta(hours=1), actor="clerk") == {"predictions": 1}
    assert len(store.history()) == 1


def test_the_audit_log_is_a_chain(store: pantau.Store) -> None:
    first = store.audit("alice", "export", {"rows": 3})
    second = store.audit("bob", "promote")
    assert (first["number"], second["number"], second["previous"]) == (1, 2, first["hash"])
    assert store.verify_audit() == {"records": 2, "head": second["hash"]}
    assert store.audit_trail(limit=1) == [first]
    assert store.audit_trail(since=second["timestamp"])[-1] == second


def test_a_changed_audit_log_is_found(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "reviews.sqlite"
    store = pantau.Store.open(path)
    for number in range(3):
        store.audit("alice", "export", {"rows": number})
    assert cli.main(["store", "verify", str(path)]) == 0
    assert "records     3" in capsys.readouterr().out
    with sqlite3.connect(path) as database:
        database.execute("UPDATE audit SET actor = 'mallory' WHERE number = 2")
    database.close()
    with pytest.raises(pantau.IncompatibleError, match="record 2"):
        store.verify_audit()
    assert cli.main(["store", "verify", str(path)]) == 1
    assert "record 2" in capsys.readouterr().err


@pytest.mark.parametrize(
    "time",
    [
        "2026-11-25T10:53:43.5Z",
        "2026-11-25 10:53:43.5",
        datetime(2026, 11, 25, 10, 53, 43, 500_000),
        datetime(2026, 11, 25, 10, 53, 43, 500_000, tzinfo=timezone.utc),
        np.datetime64("2026-11-25T10:53:43.500"),
        pd.Timestamp("2026-11-25T12:53:43.5+02:00"),
    ],
)
def test_times_are_taken_as_python_has_them(time: Any) -> None:
    store = pantau.Store.open("memory:")
    [id] = logged(store, [{"label": "positive"}], timestamp=time)
    found = store.prediction(id)
    assert found is not None
    assert found["timestamp"] == "2026-11-25T10:53:43.5Z"


BAD: list[tuple[Callable[[pantau.Store, pantau.PredictionLog], object], str]] = [
    (lambda store, log: log.record(), "prediction: pass a Prediction, or label="),
    (lambda store, log: log.record(label="a", error="b"), "prediction: pass"),
    (
        lambda store, log: log.record("positive"),
        "prediction: expected a Prediction, got 'positive'",
    ),
    (lambda store, log: log.record(label=""), "predicted_label: is empty"),
    (lambda store, log: log.record(label="a", confidence=1.5), "confidence: 1.5 is not 0 to 1"),
    (lambda store, log: log.record(label="a", confidence=float("nan")), "confidence: NaN"),
    (lambda store, log: log.record(label="a", id=""), "id: is empty"),
    (lambda store, log: log.record(label="a", consent=True), "consent: expected a pantau.Consent"),
    (lambda store, log: log.record(label="a", timestamp=3), "time: expected a datetime or a text"),
    (lambda store, log: log.record(label="a", timestamp="now"), '"now" is no time such as'),
    (lambda store, log: log.record(error=3), "error: expected an exception or a word"),
    (lambda store, log: log.record(label="a", probabilities={"a": "b"}), "numbers as values"),
    (lambda store, log: log.record_many("ab"), "predictions: expected Predictions"),
    (lambda store, log: log.feedback("a"), "feedback: tells neither"),
    (lambda store, log: log.flush(-1.0), "timeout: "),
    (lambda store, log: store.history(hours=0), "hours: 0 is not above 0"),
    (lambda store, log: store.history(hours=1, since="2026-01-01"), "hours: the last hours"),
    (lambda store, log: store.history(version=1.5), "version: expected a text or a number"),
    (lambda store, log: store.write_metrics("m", "1", accuracy=2.0), "accuracy: 2 is not 0 to 1"),
    (lambda store, log: store.write_metrics("m", "1", loss=float("nan")), "cannot be written"),
    (lambda store, log: store.write_trigger("m", "a", "b", detail={1, 2}), "detail: cannot be"),
    (lambda store, log: store.forget("", actor="a"), "subject: is empty"),
    (lambda store, log: store.retain(actor="a"), "days: say how many"),
    (lambda store, log: store.retain(days=-1, actor="a"), "days: -1 is not 0 or more"),
    (lambda store, log: store.retain(since="9999-01-01", actor="a"), "has not come yet"),
    (lambda store, log: store.log("m", "1", durability="some"), 'durability: "some" is not one'),
    (lambda store, log: store.log("m", "1", when_full="spill"), "`spill` needs `outbox`"),
    (lambda store, log: store.log("m", "1", capacity=0), "capacity: 0 is not 1 to"),
    (lambda store, log: pantau.Consent(subject=""), "subject: is empty"),
    (lambda store, log: pantau.schema("oracle"), 'dialect: expected one of "postgres", "sqlite"'),
    (lambda store, log: pantau.Store.open(""), "store: its name is empty"),
    (lambda store, log: pantau.Store.open(3), "location: expected a path or a URL, got 3"),
    (lambda store, log: pantau.Store.open("mysql://x/y"), "mysql:// is none of"),
]


@pytest.mark.parametrize(("call", "message"), BAD, ids=[message for _, message in BAD])
def test_bad_input_says_what_is_wrong(
    call: Callable[[pantau.Store, pantau.PredictionLog], object], message: str
) -> None:
    store = pantau.Store.open("memory:")
    with store.log("sentiment", "3") as log:
        with pytest.raises(pantau.InvalidInputError) as error:
            call(store, log)
        assert message in str(error.value)
        assert log.counters()["queued"] == 0
    assert store.history() == []


def test_stores_that_cannot_be_opened_say_why(tmp_path: Path, server: Server) -> None:
    page = tmp_path / "page.sqlite"
    page.write_bytes(b"<html>" * 1000)
    with pytest.raises(pantau.Error, match=r"page\.sqlite"):
        pantau.Store.open(page)
    assert page.read_bytes() == b"<html>" * 1000
    with pytest.raises(pantau.UnreachableError, match=r"127\.0\.0\.1"):
        pantau.Store.open("postgresql://pantau:rahasia@127.0.0.1:1/postgres")
    url = server("postgres")["url"]
    with pytest.raises(pantau.StorageError, match="password") as error:
        pantau.Store.open(url.replace("rahasia", "salah-besar"))
    assert "salah-besar" not in str(error.value)


def test_the_schema_makes_the_tables_that_a_store_makes(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["schema", "--dialect", "sqlite"]) == 0
    sql = capsys.readouterr().out
    assert sql.rstrip() == pantau.schema("sqlite").rstrip()
    pantau.Store.open(tmp_path / "own.sqlite")
    names = "SELECT type, name FROM sqlite_master WHERE sql IS NOT NULL ORDER BY 1, 2"
    found = []
    for path in [tmp_path / "own.sqlite", tmp_path / "told.sqlite"]:
        database = sqlite3.connect(path)
        if path.name == "told.sqlite":
            database.executescript(sql)
        found.append(database.execute(names).fetchall())
        database.close()
    assert found[0] == found[1]
    assert len(found[0]) > 14
