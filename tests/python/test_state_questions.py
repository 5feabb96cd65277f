"""What many predictions come to, whole tables, features, files in and out, validation."""

from __future__ import annotations

import csv
import json
import random
import uuid
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pantau
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from pantau import cli
from pantau.text import FeatureExtractor

START = datetime(2026, 11, 25, tzinfo=timezone.utc)


@pytest.fixture(params=["memory", "sqlite", "postgres"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> pantau.Store:
    """An empty store of each home."""
    if request.param == "memory":
        return pantau.Store.open("memory:")
    if request.param == "sqlite":
        return pantau.Store.open(tmp_path / "reviews")
    url = request.getfixturevalue("server")("postgres")["url"]
    return pantau.Store.open(f"{url}?schema=test_{uuid.uuid4().hex}")


def fill(store: pantau.Store, count: int = 600) -> pd.DataFrame:
    """Predictions of two days, and a table of what they are."""
    chance = random.Random(7)
    rows = []
    for version in ["1", "2"]:
        with store.log("sentiment", version, durability="none") as log:
            for _ in range(count // 2):
                row: dict[str, Any] = {
                    "label": chance.choice(["positive", "negative", "neutral"]),
                    "confidence": round(chance.random(), 6),
                    "processing_time_ms": round(chance.lognormvariate(1, 1), 3),
                    "timestamp": START + timedelta(seconds=chance.randrange(172_800)),
                }
                id = log.record(**row)
                actual = chance.choice(["positive", "negative", None, None])
                if actual:
                    log.feedback(id, label=actual)
                rows.append({**row, "id": id, "version": version, "actual": actual})
    return pd.DataFrame(rows)


def test_questions_are_answered_as_pandas_would(store: pantau.Store) -> None:
    rows = fill(store)
    for since, until in [
        (None, None),
        (START + timedelta(hours=3, seconds=17), START + timedelta(hours=30, minutes=7)),
        (START + timedelta(minutes=1), START + timedelta(minutes=2)),
    ]:
        part = rows
        if since:
            part = rows[(rows.timestamp >= since) & (rows.timestamp < until)]
        summary = store.summary(since=since, until=until)
        assert summary["count"] == len(part)
        counts = part.label.value_counts()
        assert {row["label"]: row["count"] for row in summary["labels"]} == counts.to_dict()
        if len(part):
            assert summary["mean_confidence"] == pytest.approx(part.confidence.mean(), abs=1e-9)
            assert summary["mean_ms"] == pytest.approx(part.processing_time_ms.mean(), abs=1e-6)
        known = part[part.actual.notna()]
        feedback = store.feedback_summary(since=since, until=until)
        assert feedback["right"] == (known.label == known.actual).sum()
        assert feedback["wrong"] == (known.label != known.actual).sum()
        for usage in store.usage(since=since, until=until):
            own = part[part.version == usage["version"]]
            assert usage["predictions"] == len(own)
            labelled = own[own.actual.notna()]
            assert usage["labelled"] == len(labelled)
            if len(labelled):
                right = (labelled.label == labelled.actual).mean()
                assert usage["accuracy"] == pytest.approx(right, abs=1e-12)
        bins = store.confidence_histogram(since=since, until=until)["bins"]
        expected, _ = np.histogram(part.confidence, bins=np.arange(21) / 20)
        found = {round(bin["from"] * 20): bin["count"] for bin in bins}
        assert [found.get(place, 0) for place in range(20)] == expected.tolist()
        latency = store.latency(since=since, until=until)
        assert latency["count"] == len(part)
        for name, share in [("p50", 0.5), ("p95", 0.95), ("p99", 0.99)]:
            if len(part):
                exact = np.quantile(part.processing_time_ms, share, method="inverted_cdf")
                assert latency[name]["low"] <= exact * (1 + 1e-9)
                assert latency[name]["high"] >= exact * (1 - 1e-9)
    hours = store.over_time(timedelta(hours=6), since=START, until=START + timedelta(days=2))
    assert len(hours) == 8
    expected = rows.groupby((rows.timestamp - START) // timedelta(hours=6)).size()
    assert [hour["predictions"] for hour in hours] == expected.tolist()
    assert store.over_time(21_600, since=START, until=START + timedelta(days=2)) == hours
    assert store.new_labelled()["feedback"] == rows.actual.notna().sum()
    assert store.new_labelled(datetime.now(timezone.utc) + timedelta(hours=1))["total"] == 0
    latest = store.labelled_predictions(5, version=2)
    known = rows[rows.actual.notna() & (rows.version == "2")]
    assert [row["id"] for row in latest] == known.sort_values(
        ["timestamp", "id"], ascending=[False, True]
    ).id.head(5).tolist()
    assert store.recent(hours=1)["count"] == 0
    # What was forgotten or has grown old is not counted any more.
    store.retain(since=START + timedelta(days=1), actor="ani")
    assert store.summary()["count"] == (rows.timestamp >= START + timedelta(days=1)).sum()


def test_tables_are_read_by_all_who_speak_arrow(store: pantau.Store) -> None:
    rows = fill(store, 60)
    table = store.table("predictions", version=1)
    assert len(table) == 30 and table.columns[:3] == ["id", "input_text", "predicted_label"]
    assert repr(table) == 'StoreTable("predictions")'
    frame = table.to_pandas()
    own = rows[rows.version == "1"].sort_values(["timestamp", "id"])
    assert frame.id.tolist() == own.id.tolist()
    assert frame.confidence.tolist() == own.confidence.tolist()
    assert frame.timestamp.dt.tz is not None
    assert table.to_polars()["predicted_label"].to_list() == own.label.tolist()
    assert pl.DataFrame(table).shape == frame.shape
    assert pa.table(table).num_rows == 30
    assert [row["id"] for row in table.to_dicts()] == own.id.tolist()
    latest = store.table("predictions", limit=3).to_dicts()
    assert [row["timestamp"] for row in latest] == sorted(
        (row["timestamp"] for row in latest), reverse=True
    )
    # It is read when it is asked for, each time anew.
    before = len(table)
    with store.log("sentiment", 1) as log:
        log.record(label="positive")
    assert len(table) == before + 1 == table.to_arrow().num_rows
    assert len(store.table("audit")) == 0 and store.table("audit").to_dicts() == []
    assert list(store.table("runs").to_pandas().columns) == store.table("runs").columns


def test_files_go_out_and_come_in_again(store: pantau.Store, tmp_path: Path) -> None:
    consent = pantau.Consent()
    texts = ["Bagus!", 'Kata "biasa", saja', "Baris\nbaru", "=1+1", "naïve 😀"]
    for number, text in enumerate(texts):
        store.write_review(text, "positive", consent=consent, id=f"r{number}", rating=5)
    written = {}
    for ending in ["csv", "jsonl", "parquet"]:
        path = tmp_path / f"reviews.{ending}"
        written[ending] = store.export("reviews", path, progress=False)
        assert written[ending] == {"rows": 5, "bytes": path.stat().st_size}
        copy = pantau.Store.open("memory:")
        report = copy.import_reviews(path, consent=consent)
        assert (report["rows"], report["written"], report["rejected"]) == (5, 5, 0)
        assert [row["review_text"] for row in copy.table("reviews").to_dicts()] == texts
        again = copy.import_reviews(path, consent=consent)
        assert (again["written"], again["duplicates"]) == (0, 5)
    with open(tmp_path / "reviews.csv", encoding="utf-8", newline="") as file:
        assert [row["review_text"] for row in csv.DictReader(file)] == texts
    lines = (tmp_path / "reviews.jsonl").read_text(encoding="utf-8").splitlines()
    assert [json.loads(line)["review_text"] for line in lines] == texts
    assert pq.read_table(tmp_path / "reviews.parquet")["review_text"].to_pylist() == texts
    safe = tmp_path / "safe.csv"
    store.export("reviews", safe, for_spreadsheets=True)
    assert "'=1+1" in safe.read_text(encoding="utf-8")
    labelled = store.labelled_texts()
    assert sorted(labelled["text"]) == sorted(texts) and set(labelled["label"]) == {"positive"}


def test_rows_that_cannot_be_imported_are_kept_aside(tmp_path: Path) -> None:
    path = tmp_path / "reviews.csv"
    path.write_text(
        "isi,nilai,bintang\nBagus,positive,5\n,positive,4\nLambat,rusak,1\nBiasa,neutral,11\n",
        encoding="utf-8",
    )
    store = pantau.Store.open(tmp_path / "store")
    report = store.import_reviews(
        path,
        consent=pantau.Consent(),
        columns={"text": "isi", "label": "nilai", "rating": "bintang"},
        labels=["positive", "negative", "neutral"],
        clean="id",
        first=2,
    )
    assert (report["rows"], report["written"], report["rejected"]) == (4, 1, 3)
    assert [(row["line"], row["reason"]) for row in report["first"]] == [
        (3, "its text is missing"),
        (4, 'its label is "rusak", not one of positive, negative, neutral'),
    ]
    kept = Path(report["rejected_file"]).read_text(encoding="utf-8")
    assert "Lambat,rusak,1" in kept and "Biasa,neutral,11" in kept
    [review] = store.table("reviews").to_dicts()
    assert (review["review_text"], review["cleaned_text"]) == ("Bagus", "bagus")
    path.write_bytes("isi,nilai\nBagus é,positive\n".encode("latin-1"))
    with pytest.raises(pantau.InvalidInputError, match="UTF-8"):
        store.import_reviews(path, consent=pantau.Consent())
    with pytest.raises(pantau.InvalidInputError, match="unknown field `teks`"):
        store.import_reviews(path, consent=pantau.Consent(), columns={"teks": "isi"})
    with pytest.raises(TypeError):
        store.import_reviews(path)  # type: ignore[call-arg]


def test_who_was_forgotten_does_not_come_back_by_a_file(tmp_path: Path) -> None:
    path = tmp_path / "reviews.csv"
    path.write_text("id,text,label,subject\nr1,Bagus,positive,u9\nr2,Lemot,negative,u8\n")
    store, consent = pantau.Store.open("memory:"), pantau.Consent()
    assert store.labelled_texts() == {"text": [], "label": []}
    assert store.import_reviews(path, consent=consent)["written"] == 2
    assert store.forget("u9", actor="ani") == {"reviews": 1}
    again = store.import_reviews(path, consent=consent)
    assert (again["written"], again["forgotten"], again["duplicates"]) == (0, 1, 1)
    # A new consent is told by its date.
    path.write_text("id,text,label,subject,date\nr3,Cepat,positive,u9,2099-01-01\n")
    assert store.import_reviews(path, consent=consent)["written"] == 1


def test_features_never_carry_what_was_learnt_after_the_label(store: pantau.Store) -> None:
    consent = pantau.Consent()
    extractor = FeatureExtractor()
    texts = {f"r{number}": f"Barang nomor {number} bagus sekali" for number in range(5)}
    for id, text in texts.items():
        store.write_review(text, "positive", consent=consent, id=id, date="2026-11-01")
    written = store.write_features(list(texts), list(texts.values()), extractor, consent=consent)
    assert written == 5
    late = datetime.now(timezone.utc) + timedelta(hours=1)
    assert store.write_features("r0", "Lain", extractor, consent=consent, observed_at=late) == 1
    found = store.features("r0")
    assert found is not None and found["word_count"] == 1
    view = store.training_features()
    assert len(view) == 5 and set(view.to_pandas().word_count) == {5}
    assert view.feature_version and view.schema_hash and view.other_features == 0
    assert view.to_polars().columns == view.columns
    assert view.to_dicts()[0]["sentiment_label"] == "positive"
    assert store.features("nobody") is None
    assert len(store.training_features(limit=2)) == 2
    assert len(store.training_features(since=late)) == 0
    with pytest.raises(pantau.NotFoundError):
        store.training_features(version="no such version")
    with pytest.raises(pantau.InvalidInputError, match="2 given, and 1 texts"):
        store.write_features(["a", "b"], ["x"], extractor, consent=consent)
    with pytest.raises(pantau.InvalidInputError, match="consent"):
        store.write_features("a", "x", extractor, consent=None)  # type: ignore[arg-type]


def test_data_is_looked_through_in_every_form(tmp_path: Path) -> None:
    frame = pd.DataFrame(
        {
            "review_text": ["Bagus sekali", None, "Lemot sekali", "Bagus sekali", "Biasa saja"],
            "sentiment_label": ["positive", "positive", "negative", "negative", "slow"],
        }
    )
    path = tmp_path / "data.csv"
    frame.to_csv(path, index=False)
    table = pa.Table.from_pandas(frame, preserve_index=False)
    rows = frame.to_dict("records")
    failed = {}
    for name, data in [
        ("frame", frame),
        ("table", table),
        ("polars", pl.DataFrame(table)),
        ("dict", frame.to_dict("list")),
        ("rows", rows),
        ("pairs", [(row["review_text"], row["sentiment_label"]) for row in rows]),
        ("file", path),
    ]:
        report = pantau.validate(data)
        assert not report and report.rows == 5, name
        failed[name] = [check["name"] for check in report.checks if not check["passed"]]
        assert failed[name] == ["nulls", "labels", "conflicting_labels"], name
        assert report.labels == {"negative": 2, "positive": 2, "slow": 1}
        assert report.balance == 2
    assert '"slow" is none of' in str(report) and repr(report) == "ValidationReport(failed, 5 rows)"
    assert json.loads(report.to_json())["passed"] is False
    good = frame.dropna().drop_duplicates("review_text").head(2)
    assert pantau.validate(good)
    assert pantau.validate(frame[["review_text"]].dropna(), label=None, max_share=1.0)
    none = pantau.validate(pd.DataFrame({"a": [1, 2, 3]}))
    assert none.rows == 3 and 'no column "review_text" among "a"' in str(none)
    missing = pantau.validate(good, required=["app_name"])
    assert [check["name"] for check in missing.checks if not check["passed"]] == [
        "required_columns"
    ]
    with pytest.raises(pantau.InvalidInputError, match=r"max_balance: 0\.5 is not above 1"):
        pantau.validate(good, max_balance=0.5)


def test_bad_questions_are_named(store: pantau.Store, tmp_path: Path) -> None:
    for ask, part in [
        (lambda: store.recent(hours=0), "hours: 0 is not above 0"),
        (lambda: store.summary(hours=-1), "hours: -1 is not above 0"),
        (lambda: store.summary(hours=1, since=START), "hours: the last hours have no"),
        (lambda: store.over_time(0, since=START), "every: 0 ns is less"),
        (lambda: store.over_time(-1), "every: -1 s is no length of time"),
        (lambda: store.over_time("hour"), "every: expected a timedelta"),
        (lambda: store.table("guesses"), '"guesses" is none of reviews, predictions'),
        (lambda: store.table("audit", model="m"), "model: table audit has no such column"),
        (lambda: store.export("reviews", tmp_path / "x.xlsx"), "the format must be told"),
    ]:
        with pytest.raises(pantau.InvalidInputError) as caught:
            ask()  # type: ignore[no-untyped-call]
        assert part in str(caught.value)
    with pytest.raises(TypeError, match="unexpected keyword argument 'hour'"):
        store.summary(hour=1)  # type: ignore[call-arg]
    with pytest.raises(pantau.NotFoundError):
        store.import_reviews(tmp_path / "nothing.csv", consent=pantau.Consent())


def test_the_command_line_does_the_same(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder, data = str(tmp_path / "store"), tmp_path / "reviews.csv"
    data.write_text("text,label\nBagus sekali,positive\nLemot sekali,negative\n,positive\n")
    assert cli.main(["store", "import", folder, str(data), "--consent"]) == 0
    said = capsys.readouterr().out
    assert "written     2" in said and "line 4: its text is missing" in said
    out = tmp_path / "out.jsonl"
    assert cli.main(["store", "export", folder, "reviews", str(out)]) == 0
    assert "2 rows" in capsys.readouterr().out and len(out.read_text().splitlines()) == 2
    with pantau.Store.open(folder).log("sentiment", 1) as log:
        log.record(label="positive", confidence=0.5)
    # A path where nothing is, is a slip and no new store.
    assert cli.main(["store", "recent", str(tmp_path / "stor")]) == 1
    assert "not found" in capsys.readouterr().err and not (tmp_path / "stor").exists()
    assert cli.main(["store", "recent", folder, "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["count"] == 1
    assert cli.main(["store", "recent", folder]) == 0
    assert "positive" in capsys.readouterr().out
    consent = pantau.Consent(subject="budi")
    pantau.Store.open(folder).write_review("Bagus", "positive", consent=consent)
    assert cli.main(["store", "forget", folder, "budi", "--actor", "ani", "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == {"reviews": 1}
    assert cli.main(["store", "retain", folder, "30", "--actor", "ani"]) == 0
    assert "rows deleted    0" in capsys.readouterr().out
    again = ["store", "import", folder, str(data), "--consent", "--labels"]
    assert cli.main(again) == 0
    assert "duplicates  2" in capsys.readouterr().out
    with pytest.raises(SystemExit) as ended:
        cli.main(["validate", str(data), "--text", "text", "--label", "label"])
    assert ended.value.code == 1
    assert "FAILED  nulls" in capsys.readouterr().out
    with pytest.raises(SystemExit) as ended:
        cli.main(["store", "import", folder, str(data)])
    assert ended.value.code == 2
