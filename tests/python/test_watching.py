"""Profiles and monitors, as Python users meet them."""

from __future__ import annotations

import json
import pickle
import random
import threading
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import numpy as np
import pantau
import pytest
from pantau import Monitor, Profile, Reference

WORDS = ["bagus", "sekali", "lemot", "cepat", "aplikasi", "rusak", "mahal", "murah", "tidak"]


def rows(count: int, seed: int, shift: float = 0.0, word: str = "") -> dict[str, Any]:
    chance = random.Random(seed)
    return {
        "price": [chance.gauss(100 + shift, 20) for _ in range(count)],
        "label": [chance.choice(["positive", "negative", None]) for _ in range(count)],
        "review": [
            " ".join(chance.choice(WORDS) for _ in range(chance.randrange(4, 9))) + word
            for _ in range(count)
        ],
        "embedding": np.random.default_rng(seed).normal(size=(count, 8)).astype("float32"),
    }


@pytest.fixture(scope="module")
def reference() -> Reference:
    return Reference.build(rows(2800, 1))


def test_columns_are_what_they_look_like(reference: Reference) -> None:
    assert reference.windows == 28
    assert reference.features == [
        "price",
        "label",
        "review (characters)",
        "review (word count)",
        "review (words)",
        "embedding",
    ]
    data = {"a": ["x y z w"] * 100, "b": ["x"] * 100}
    named = Reference.build(data, texts=["b"], categories="a")
    assert named.features == ["a", "b (characters)", "b (word count)", "b (words)"]
    with pytest.raises(pantau.InvalidInputError, match='there is no column "c"'):
        Reference.build(data, texts="c")


def test_tables_of_all_kinds_give_the_same_bytes(reference: Reference) -> None:
    data = rows(300, 5)
    profile = reference.profile()
    profile.update(data)
    expected = profile.to_bytes()
    pandas = pytest.importorskip("pandas")
    pyarrow = pytest.importorskip("pyarrow")
    polars = pytest.importorskip("polars")
    plain = {**data, "embedding": list(data["embedding"])}
    nested = {**data, "embedding": data["embedding"].tolist()}
    for table in (pandas.DataFrame(plain), pyarrow.table(nested), polars.DataFrame(nested), nested):
        profile = reference.profile()
        profile.update(table)
        assert profile.to_bytes() == expected, type(table)


def test_profiles_merge_to_the_same_bytes(reference: Reference) -> None:
    data = rows(200, 7)
    whole = reference.profile()
    whole.update(data)
    parts = [reference.profile() for _ in range(20)]
    for place, part in enumerate(parts):
        part.update({name: column[place::20] for name, column in data.items()})
    random.Random(3).shuffle(parts)
    merged = parts.pop()
    for part in parts:
        merged.merge(Profile.from_bytes(reference, part.to_bytes()))
    assert merged.to_bytes() == whole.to_bytes()
    assert merged.rows == 200
    summary = merged.summary()
    assert summary["features"][0]["count"] == 200
    assert summary["features"][1]["missing"] == data["label"].count(None)
    json.dumps(summary, allow_nan=False)


def test_references_are_kept(reference: Reference, tmp_path: Path) -> None:
    reference.save(tmp_path / "reference.profile")
    again = Reference.load(tmp_path / "reference.profile")
    assert again == reference
    assert hash(again) == hash(reference)
    assert Reference.from_bytes(reference.to_bytes()) == reference
    with pytest.raises(pantau.InvalidInputError, match="no bytes of a reference"):
        Reference.from_bytes(b"something else")
    with pytest.raises(pantau.NotFoundError):
        Reference.load(tmp_path / "none")


def test_all_faces_give_the_same_bytes(root: Path) -> None:
    golden = json.loads((root / "tests/data/profile.json").read_text())

    def columns(rows: dict[str, Any]) -> dict[str, Any]:
        vectors = np.array(rows["embedding"], dtype="float32").reshape(-1, 6)
        # The order of the columns is part of a layout.
        names = ("price", "label", "review")
        return {name: rows[name] for name in names} | {"embedding": vectors}

    reference = Reference.build(columns(golden["rows"]), texts="review", categories=["label"])
    assert reference.to_bytes().hex() == golden["reference"]
    profile = reference.profile()
    profile.update(columns(golden["later"]))
    assert profile.to_bytes().hex() == golden["profile"]
    assert profile.summary() == golden["summary"]


def test_windows_of_time() -> None:
    start = datetime(2026, 1, 1, tzinfo=timezone.utc)
    data = rows(600, 9)
    data["at"] = [start + timedelta(hours=row * 24 / 20) for row in range(600)]
    reference = Reference.build(data, window="1d", time="at")
    assert reference.windows == 30
    pandas = pytest.importorskip("pandas")
    assert (
        Reference.build(
            pandas.DataFrame({"price": data["price"], "at": data["at"]}), window="1d", time="at"
        ).windows
        == 30
    )
    with pytest.raises(pantau.InvalidInputError, match="windows: 5, allowed are 28"):
        Reference.build(data, window="6d", time="at")
    monitor = Monitor(reference, window="1d", min_rows=20)
    reports = [
        monitor.update(rows(25, day), at=start + timedelta(days=40 + day)) for day in range(4)
    ]
    assert [report is None for report in reports] == [True, False, False, False]
    assert reports[-1] is not None and reports[-1].windows == 3
    # The column of times, and others that the reference does not know, are not looked at.
    assert monitor.update({**rows(25, 9), "at": data["at"][:25]}, at=start + timedelta(days=44))
    with pytest.raises(pantau.InvalidInputError, match="earlier than the one before"):
        Reference.build({**data, "at": data["at"][::-1]}, window="20 rows", time="at")
    with pytest.raises(pantau.InvalidInputError, match="windows of time need the time"):
        monitor.update(rows(5, 1))


def test_a_change_is_told_in_words(reference: Reference) -> None:
    monitor = Monitor(reference)
    for day in range(5):
        monitor.update(rows(200, 100 + day))
        assert monitor.close_window().status == "ok"
    for day in range(4):
        monitor.update(rows(200, 200 + day, word=" vaksin"))
        report = monitor.close_window()
    assert report.status == "alarm"
    assert report.since_window == 6
    top = report.features[0]
    assert top["feature"].startswith("review")
    words = next(own for own in report.features if own["feature"] == "review (words)")
    assert "vaksin" in words["sentence"]
    assert "new" in words["sentence"]
    assert str(report).startswith("ALARM: changed since window 6: review")
    json.loads(report.to_json(), parse_constant=lambda name: pytest.fail(name))
    quiet = [own for own in report.features if own["feature"] == "price"]
    assert quiet[0]["status"] == "ok"

    monitor.acknowledge("Ani", "a new campaign")
    assert monitor.report().acknowledged
    assert monitor.records[0]["act"] == "acknowledge"
    with pytest.raises(pantau.InvalidInputError, match="windows: 4, allowed are 28"):
        monitor.rebaseline("Ani", "it stays")
    fresh = Reference.build(rows(2800, 11, word=" vaksin"))
    monitor.rebaseline("Ani", "it stays", fresh)
    monitor.update(rows(200, 300, word=" vaksin"))
    assert monitor.close_window().status == "ok"
    assert [record["by"] for record in monitor.records] == ["Ani", "Ani"]


def test_a_monitor_goes_on_from_its_state(reference: Reference) -> None:
    one = Monitor(reference, false_alarms="1 per 100 windows", window="150 rows")
    other = Monitor(reference, false_alarms="1 per 100 windows", window="150 rows")
    for day in range(6):
        data = rows(100, day, shift=day)
        one.update(data)
        other = Monitor.resume(reference, other.state)
        other.update(data)
    assert one.state == other.state
    assert one.report().to_json() == other.report().to_json()
    with pytest.raises(pantau.InvalidInputError, match="belongs to another reference"):
        Monitor.resume(Reference.build(rows(2800, 3)), one.state)


def test_what_is_odd_has_an_answer(reference: Reference) -> None:
    monitor = Monitor(reference)
    assert monitor.close_window().status == "ok"
    assert "judged from 30 on" in monitor.report().unjudged[0]
    data = rows(100, 3)
    del data["review"]
    data["price"] = [float("inf")] * 50 + [float("nan")] * 50
    data["label"] = ["never seen"] * 100
    for _ in range(3):
        monitor.update(data)
        report = monitor.close_window()
    assert report.status == "alarm"
    told = {own["feature"]: own["sentence"] for own in report.features}
    assert "never seen" in told["label"]
    assert any("review (words): its column was not there" in problem for problem in report.unjudged)
    json.loads(report.to_json(), parse_constant=lambda name: pytest.fail(name))
    one = monitor.update({"price": [1.0]})
    assert one is None
    for wrong, message in [
        ({"other": [1]}, "batch: it has none of the columns price"),
        ({"price": [1.0], "label": []}, "label: 0 rows, the batch has 1"),
        ({"price": ["x"]}, 'all of another kind than they were, as "price", which holds texts now'),
        (3, "data: expected a table or a dict of columns, got a int"),
    ]:
        with pytest.raises(pantau.InvalidInputError, match=message):
            monitor.update(wrong)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"false_alarms": "never"}, "expected words such as"),
        ({"min_effect": 2}, "min_effect: 2 is no share"),
        ({"window": "1 month"}, "expected a time from 1 second on"),
        ({"window": "28 windows"}, "how many windows there are is not known"),
        ({"min_rows": -1}, "min_rows: expected a whole number from 0 on, got -1"),
        ({"window": "10 rows"}, "window: 10 rows, but windows are judged from 30 on"),
    ],
)
def test_options_that_cannot_be(
    reference: Reference, options: dict[str, Any], message: str
) -> None:
    with pytest.raises(pantau.InvalidInputError, match=message):
        Monitor(reference, **options)


def test_threads_may_share_a_monitor(reference: Reference) -> None:
    monitor = Monitor(reference)
    data = rows(50, 1)
    threads = [
        threading.Thread(target=lambda: [monitor.update(data) for _ in range(20)]) for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert monitor.close_window().rows == 4000


def test_nothing_is_pickled_by_accident(reference: Reference) -> None:
    with pytest.raises(TypeError):
        pickle.dumps(Monitor(reference))


def test_tables_are_compared_as_scipy_does() -> None:
    scipy_stats = pytest.importorskip("scipy.stats")
    pd, pl = pytest.importorskip("pandas"), pytest.importorskip("polars")
    chance = np.random.default_rng(7)
    usual = pd.DataFrame(
        {
            "price": chance.normal(80, 20, 500),
            "label": chance.choice(["positive", "negative", "neutral"], 500),
            "seen": pd.date_range("2026-01-01", periods=500, freq="h"),
            "id": range(500),
            "review": [" ".join(chance.choice(list("abcdefgh"), 9)) for _ in range(500)],
        }
    )
    later = pd.DataFrame(
        {
            "price": chance.normal(90, 20, 300),
            "label": chance.choice(["positive", "negative", "new"], 300),
            "seen": pd.date_range("2026-02-01", periods=300, freq="h", tz="Asia/Jakarta"),
            "id": range(500, 800),
            "review": [" ".join(chance.choice(list("abcdefgh"), 9)) for _ in range(300)],
        }
    )
    later.loc[:59, "price"] = np.nan
    found = pantau.compare_tables(usual, later)
    own = {one["column"]: one for one in found.columns}
    expected = scipy_stats.ks_2samp(usual["price"], later["price"].dropna())
    assert own["price"]["statistic"] == pytest.approx(expected.statistic)
    assert own["price"]["p_value"] == pytest.approx(expected.pvalue)
    names = ["positive", "negative", "neutral", "new"]
    counts = [[list(side["label"]).count(name) for name in names] for side in (usual, later)]
    expected = scipy_stats.chi2_contingency(counts)
    assert own["label"]["p_value"] == pytest.approx(expected.pvalue)
    shares = [np.array(row) / sum(row) for row in counts]
    assert own["label"]["effect"] == pytest.approx(abs(shares[0] - shares[1]).sum() / 2)
    expected = scipy_stats.chi2_contingency([[0, 500], [60, 240]])
    assert own["price (missing)"]["p_value"] == pytest.approx(expected.pvalue)
    assert own["price (missing)"]["sentence"] == "missing 0 % → 20 %"
    told = pantau.stats.holm([one["p_value"] for one in found.columns])
    assert [one["p_value_adjusted"] for one in found.columns] == pytest.approx(list(told))
    drifted = {name for name, one in own.items() if one["verdict"] == "drift"}
    assert drifted == {"price", "price (missing)", "label"} and found.drift_detected
    assert found.not_compared == {"id": "it numbers its rows", "seen": "it holds times"}
    median = usual["price"].median()
    assert own["price"]["sentence"].startswith(f"median {median:.4g} → ")

    # Whatever holds the columns, and in whatever the times are.
    again = pantau.compare_tables(
        usual.to_dict("list"), pl.from_pandas(later.assign(seen=list(later["seen"])))
    )
    assert again.columns == found.columns and again.not_compared == found.not_compared
    assert pantau.compare_tables(usual, later, ["label"]).columns[0]["verdict"] == "drift"
    assert not pantau.compare_tables(usual, usual).drift_detected


def test_columns_of_all_kinds() -> None:
    pd, pl = pytest.importorskip("pandas"), pytest.importorskip("polars")
    stars = [1, 2, 3, 2, 1] * 10

    def tests(now: Any, was: Any = None, **options: Any) -> list[tuple[str, str]]:
        found = pantau.compare_tables(now if was is None else was, now, **options)
        assert found.drift_detected is (was is not None)
        return [(own["column"], own["test"]) for own in found.columns]

    codes = {"code": [40111, 40112] * 50}
    moved = {"code": [40111, 40113] * 50}
    assert tests(codes) == [("code", "ks")]
    assert tests(moved, codes, categories="code") == [("code", "chi2")]
    for flags in [[True, False] * 25, np.array([True, False] * 25), [True, None] * 25]:
        assert tests({"seen": flags})[0] == ("seen", "chi2")
    table = pd.DataFrame(
        {
            "took": pd.to_timedelta(stars, unit="s"),
            "known": pd.array([True, None] * 25, dtype="boolean"),
            "whole": pd.array([1, None] * 25, dtype="Int64"),
            "kind": pd.Categorical(["a", "b"] * 25),
            "mixed": ["a", 1] * 25,
        }
    )
    names = ["took", "known", "known (missing)", "whole", "whole (missing)", "kind", "mixed"]
    assert [own[0] for own in tests(table)] == names
    assert tests(pl.from_pandas(table.drop(columns=["mixed"])))[0] == ("took", "ks")
    odd = {"stars": stars, "lists": [[1], [1, 2]] * 25, "deep": [{"a": 1}] * 50}
    found = pantau.compare_tables(odd, odd)
    assert found.not_compared == dict.fromkeys(["lists", "deep"], "its cells are lists or objects")
    assert [own["column"] for own in found.columns] == ["stars"]
    gone = pantau.compare_tables({"stars": stars}, {"stars": [None] * 50})
    assert gone.drift_detected and gone.not_compared == {"stars": "all its cells are missing now"}
    with pytest.raises(pantau.InvalidInputError, match="code: it holds numbers; make texts"):
        Reference.build({"code": [1, 2] * 500}, categories=["code"])


def test_the_table_of_the_guide_is_what_is_printed(root: Path) -> None:
    guide = (root / "docs" / "watching.md").read_text(encoding="utf-8")
    part = guide.split("## Two tables, once")[1]
    names: dict[str, Any] = {"pantau": pantau, "print": lambda _: None}
    exec(part.split("```python\n")[1].split("```")[0], names)
    assert str(names["found"]) == part.split("```text\n")[1].split("\n```")[0]


def test_tables_that_cannot_be_compared() -> None:
    table = {"stars": [1, 2, 2], "word": ["a b c d", "e f g h", "a b c d"], "none": [None] * 3}
    found = pantau.compare_tables(table, table, categories=["word"])
    assert [one["column"] for one in found.columns] == ["stars", "word"]
    found = pantau.compare_tables({"code": ["1", "2"]}, {"code": ["2", "x"]}, categories=["code"])
    assert found.columns[0]["test"] == "chi2"
    found = pantau.compare_tables({"n": ["a", "b"]}, {"n": ["a", "c"]}, texts=["n"])
    assert [one["column"] for one in found.columns][:2] == ["n (characters)", "n (word count)"]
    for arguments, options, problem in [
        ((table, 3), {}, "data: expected a table or a dict of columns, got a int"),
        ((table, table, ["colour"]), {}, "columns: the reference has no"),
        ((table, table), {"alpha": 0}, "alpha: 0 is not between 0 and 1"),
        ((table, table), {"min_effect": -1}, "min_effect: -1 is not 0 to 1"),
        ((table, table), {"texts": ["colour"]}, "there is no column"),
        (({}, {}), {}, "columns: no column to compare"),
        (({"a": [{"b": 1}]}, {"a": [{"b": 1}]}), {}, "a: its cells are lists or objects"),
        ((table, table), {"texts": ["word"], "categories": ["word"]}, '"word" is among the texts'),
    ]:
        with pytest.raises(pantau.InvalidInputError, match=problem):
            pantau.compare_tables(*arguments, **options)


def test_the_calls_that_people_know() -> None:
    scipy_stats = pytest.importorskip("scipy.stats")
    chance = np.random.default_rng(4)
    usual = {
        "rating": chance.integers(1, 6, 500).astype(float),
        "text_length": chance.normal(80, 20, 500),
        "sentiment_label": chance.choice(["positive", "negative", "neutral"], 500),
    }
    later = {
        "rating": chance.integers(1, 6, 300).astype(float),
        "text_length": chance.normal(90, 20, 300),
        "sentiment_label": chance.choice(["positive", "negative", "new"], 300),
    }
    detector = pantau.DataDriftDetector(usual, significance_level=0.05)
    found = detector.detect_numerical_drift(later, "text_length")
    expected = scipy_stats.ks_2samp(usual["text_length"], later["text_length"])
    assert found["statistic"] == pytest.approx(expected.statistic)
    assert found["p_value"] == pytest.approx(expected.pvalue)
    assert found["drift_detected"]
    found = detector.detect_categorical_drift(later, "sentiment_label")
    names = ["positive", "negative", "neutral", "new"]
    table = [
        [list(side["sentiment_label"]).count(name) for name in names] for side in (usual, later)
    ]
    expected = scipy_stats.chi2_contingency(table)
    assert found["statistic"] == pytest.approx(expected.statistic)
    assert found["p_value"] == pytest.approx(expected.pvalue)
    shares = [np.array(row) / sum(row) for row in table]
    assert found["max_distribution_shift"] == pytest.approx(abs(shares[0] - shares[1]).max())
    everything = detector.detect_all_drifts(later, ["rating", "text_length"], ["sentiment_label"])
    assert everything["overall_drift_detected"]
    assert everything["summary"]["features_with_drift"] == 2
    told = [(one["feature"], one["drift_detected"]) for one in everything["features"]]
    assert told == [("rating", False), ("text_length", True), ("sentiment_label", True)]
    assert all(one["p_value"] <= one["p_value_adjusted"] for one in everything["features"])
    assert detector.detect_all_drifts(later) == everything
    with pytest.raises(pantau.NotFoundError, match='number "label"'):
        detector.detect_numerical_drift(later, "label")
    with pytest.raises(pantau.InvalidInputError, match="significance_level: 5 is not between"):
        pantau.DataDriftDetector(usual, 5)
    with pytest.raises(pantau.InvalidInputError, match="all numbers are missing"):
        detector.detect_numerical_drift({"rating": [float("nan")]}, "rating")


def test_windows_are_scored(reference: Reference) -> None:
    detector = pantau.WindowDriftDetector(reference, window_size=250)
    quiet = detector.update(rows(1000, 41)) + detector.update(rows(300, 42))
    assert len(quiet) == 5
    assert [score["level"] for score in quiet].count("LOW") >= 4
    assert all(0 <= score["drift_score"] <= 1 and score["rows"] == 250 for score in quiet)
    loud = detector.update(rows(250, 43, shift=30.0))
    assert (loud[0]["level"], loud[0]["feature"]) == ("HIGH", "price")
    assert loud[0]["drift_score"] > loud[0]["chance"]
    with pytest.raises(pantau.InvalidInputError, match="threshold: 2 is no share"):
        pantau.WindowDriftDetector(reference, threshold=2)
    with pytest.raises(pantau.InvalidInputError, match="window_size: 0"):
        pantau.WindowDriftDetector(reference, window_size=0)


def test_a_monitor_is_measured_on_its_own_reference(reference: Reference) -> None:
    found = Monitor(reference, min_effect=0.0).calibrate(splits=20)
    assert found["windows"] == 140
    assert found["interval"]["low"] <= found["per_budget"] <= found["interval"]["high"]
    assert "false alarms in 140 windows of your own reference" in found["sentence"]
    assert found["alarms"] <= 2
    with pytest.raises(pantau.InvalidInputError, match="splits: 0, allowed are 1 to 10000"):
        Monitor(reference).calibrate(splits=0)


@pytest.mark.parametrize(
    ("usual", "later"),
    [
        ([5.0] * 2800, [1000.0] * 200),
        ([row % 2 for row in range(2800)], [row % 2 * 100 for row in range(200)]),
        ([row % 5 for row in range(2800)], [2.5] * 40 + [row % 5 for row in range(160)]),
        ([row * 7919 % 1009 for row in range(2800)], [1010.0 + row for row in range(200)]),
        ([row % 2 for row in range(2800)], [float("nan")] * 100 + [0.0, 1.0] * 50),
    ],
)
def test_numbers_that_leave_what_is_known_are_seen(usual: list[float], later: list[float]) -> None:
    monitor = Monitor(Reference.build({"x": usual}))
    for _ in range(3):
        monitor.update({"x": later})
        report = monitor.close_window()
    assert report.status == "alarm", report


def test_a_change_that_is_over_is_forgotten_and_another_one_seen(reference: Reference) -> None:
    monitor = Monitor(reference)
    for day in range(40):
        monitor.update(rows(200, 500 + day, shift=40.0))
        report = monitor.close_window()
    monitor.acknowledge("Ani", "prices rose")
    for day in range(4):
        monitor.update(rows(200, 600 + day, shift=40.0, word=" vaksin"))
        report = monitor.close_window()
    assert not report.acknowledged
    assert {"price", "review (words)"} <= {
        own["feature"] for own in report.features if own["status"] == "alarm"
    }
    for day in range(16):
        monitor.update(rows(200, 700 + day))
        report = monitor.close_window()
    assert report.status != "alarm"
    assert {own["feature"]: own["status"] for own in report.features}["price"] == "ok"


def test_other_engines_read_how_many_values_there_are() -> None:
    golden = json.loads((Path(__file__).parents[1] / "data" / "theta.json").read_text())
    values = ["baik", "buruk", "ülasan 👍"] * 200
    profile = Reference.build({"value": values}).pooled()
    assert profile.distinct_sketch("value").hex() == golden["few"]
    assert profile.summary()["features"][0]["distinct"] == 3
    with pytest.raises(pantau.NotFoundError, match="there are value"):
        profile.distinct_sketch("other")
