"""The whole story: what it promises is kept, and what it prints is true."""

from __future__ import annotations

import argparse
import csv
import doctest
import io
import json
import os
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import pantau
import pytest
from pantau import demo
from pantau.cli import demo as command
from pantau.demo.telling import Teller, sparkline

COLUMNS = "id,review_text,sentiment_label,rating,date,app_name,country_code,source"


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> tuple[demo.Outcome, str]:
    """A short story, and how it was told."""
    stream = io.StringIO()
    folder = tmp_path_factory.mktemp("told")
    outcome = demo.run(days=14, seed=3, output=folder / "pages", stream=stream)
    return outcome, stream.getvalue()


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_what_is_promised_is_kept(
    seed: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    outcome = demo.run(days=20, seed=seed)
    assert outcome.broken == []
    assert outcome.false_alarms == 0
    assert outcome.alarm_day is not None
    assert 10 == outcome.drift_day <= outcome.alarm_day < outcome.drift_day + 3
    before, during, after = (
        outcome.accuracy_before,
        outcome.accuracy_during,
        outcome.accuracy_after,
    )
    assert before is not None and during is not None and after is not None
    assert 0.85 <= before <= 0.93
    assert during < before - 0.2
    assert after >= before - 0.02
    assert (outcome.alarms_after, outcome.version, outcome.retraining) == (0, 2, "completed")
    assert any("words are new" in own for own in outcome.changed), outcome.changed
    assert sum(outcome.seconds[name] for name in ("training", "answers", "checks")) > 0
    # Nothing was to be kept.
    assert (outcome.workspace, outcome.report, os.listdir(tmp_path)) == (None, None, [])


def test_it_is_told_on_one_screen_and_a_half(told: tuple[demo.Outcome, str]) -> None:
    outcome, text = told
    lines = text.splitlines()
    assert "synthetic" in " ".join(lines[:2])
    assert len(lines) <= 90
    assert max(map(len, lines)) <= 100
    chapters = [line.split(".")[0] for line in lines if line[:1].isdigit()]
    assert chapters == [str(number) for number in range(1, 10)]
    days = [line for line in lines if "█" in line and "%" in line]
    assert any("ALARM" in line for line in days)
    assert " watch " in text
    assert f"{outcome.accuracy_before:.1%} of the answers are right" in text
    assert "version 2 instead of 1, by demo: train anew" in text
    assert "NOT AS PROMISED" not in text
    assert outcome.report is not None
    page = Path(outcome.report).read_text(encoding="utf-8")
    # The page is of the day before the new version was in use.
    assert "sentiment, version 1" in page
    assert "words are new" in page


def test_the_ten_lines_run_on_a_csv(
    told: tuple[demo.Outcome, str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    _, text = told
    lines = [line[4:] for line in text.splitlines() if line.startswith("    ")]
    program = lines[lines.index("import pantau") :]
    program = program[: program.index("ws.close()") + 1]
    assert len(program) == 10
    monkeypatch.chdir(tmp_path)
    demo.write_csv("reviews.csv", demo.reviews())
    exec("\n".join(program), {})
    printed = capsys.readouterr().out
    assert "version 1 of sentiment is in use" in printed
    assert "positive 0." in printed
    assert "no reason to train anew" in printed
    assert (tmp_path / "my-app" / "workspace.json").is_file()
    # The line that makes a CSV, too.
    call = text.splitlines()[-1].partition("? ")[2].removesuffix(" makes one.")
    Path("reviews.csv").unlink()
    exec(call, {})
    assert Path("reviews.csv").is_file()


def test_the_command_prints_figures_and_keeps_the_workspace(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "build").mkdir()
    arguments = ["demo", "app", "--days", "14", "--seed", "5", "--json"]
    run_command(arguments)
    figures = json.loads(capsys.readouterr().out)
    assert (figures["seed"], figures["days"], figures["drift_day"]) == (5, 14, 7)
    assert (figures["source"], figures["broken"]) == ("synthetic", [])
    assert figures["alarm_day"] - figures["drift_day"] + 1 == figures["windows_to_alarm"] <= 3
    assert figures["seconds"]["total"] < 60
    assert len(figures["accuracy_by_day"]) == 14
    assert figures["report"] == os.path.join("build", "report.html")
    assert os.listdir("build") == ["report.html"]
    with pantau.open("app") as workspace:
        assert workspace.store.summary()["count"] == figures["answers"]
        assert workspace.history("sentiment")[-1]["actor"] == "demo"
    with pytest.raises(pantau.InvalidInputError, match="app: is a workspace already"):
        run_command(arguments)


def test_a_broken_promise_is_told(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    kept = {"alarm_day": 17, "accuracy_before": 0.91, "accuracy_after": 0.891}
    assert demo.Outcome(0, 30, 15, **kept).broken == []
    for changes, problem in [
        ({"false_alarms": 2}, "days with an alarm and no change: 2"),
        ({"alarm_day": 18}, "the alarm took 4 windows, and 3 are the most"),
        ({"alarm_day": None}, "no alarm came after the change"),
        ({"accuracy_after": 0.889}, "2.1 points of accuracy were lost, and 2 are the most"),
        ({"accuracy_after": None, "retraining": "rejected"}, "came into use: rejected"),
    ]:
        outcome = demo.Outcome(0, 30, 15, **{**kept, **changes})
        [broken] = outcome.broken
        assert problem in broken
        monkeypatch.setattr(demo, "run", lambda *_, own=outcome, **__: own)
        with pytest.raises(SystemExit, match="1"):
            run_command(["demo", "--json"])
        assert json.loads(capsys.readouterr().out)["broken"] == [broken]


def test_the_example_runs_where_only_ascii_is_shown(root: Path, tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, str(root / "examples" / "demo.py")],
        cwd=tmp_path,
        env={**os.environ, "PYTHONIOENCODING": "ascii"},
        capture_output=True,
        timeout=240,
    )
    assert (done.returncode, done.stderr) == (0, b"")
    text = done.stdout.decode("ascii")
    assert "####" in text
    assert "as promised" in text
    assert os.listdir(tmp_path) == []


def test_a_teller_writes_what_a_stream_can_show() -> None:
    for encoding, shown in [("ascii", "> #. ??"), ("utf-8", "→ █░ é👍"), ("latin-1", "> #. é?")]:
        raw = io.BytesIO()
        stream = io.TextIOWrapper(raw, encoding=encoding)
        Teller(stream).line("→ █░ é👍")
        assert raw.getvalue().decode(encoding) == shown + os.linesep
    assert sparkline([0.0, 0.5, 1.0]) == "▁▅█"
    assert len(sparkline([0.9] * 365)) == 72


def test_reviews_follow_from_the_seed() -> None:
    rows = demo.reviews(days=10, per_day=50, seed=4, drift_day=6)
    assert rows == demo.reviews(days=10, per_day=50, seed=4, drift_day=6)
    assert [row for row in rows if row["day"] < 6] == demo.reviews(days=5, per_day=50, seed=4)
    assert rows != demo.reviews(days=10, per_day=50, seed=5, drift_day=6)
    assert {row["source"] for row in rows} == {"synthetic"}
    assert len({row["id"] for row in rows}) == len(rows)
    assert (rows[0]["date"], rows[-1]["date"]) == ("2026-01-05", "2026-01-14")
    assert rows == sorted(rows, key=lambda row: row["date"])


def test_reviews_are_varied_and_change() -> None:
    rows = demo.reviews(days=40, per_day=100, seed=1, drift_day=21)
    before = [row for row in rows if row["day"] < 21]
    after = [row for row in rows if row["day"] >= 21]
    assert len({row["text"] for row in before}) > 0.98 * len(before)
    labels = Counter(row["label"] for row in rows)
    assert set(labels) == {"positive", "negative", "neutral"}
    assert min(labels.values()) > 0.15 * len(rows)
    stars = {
        label: sum(row["rating"] for row in rows if row["label"] == label) / labels[label]
        for label in labels
    }
    assert {row["rating"] for row in rows} == {1, 2, 3, 4, 5}
    assert stars["negative"] < 2 < stars["neutral"] < 4 < stars["positive"]

    def share(word: str, own: list[dict[str, Any]], label: str) -> float:
        texts = [row["text"].lower() for row in own if row["label"] == label]
        return sum(word in text for text in texts) / len(texts)

    assert share("tampilan baru", before, "positive") == 0
    assert share("tampilan baru", after, "positive") > 0.05
    # A word of blame becomes one of praise.
    assert share("sadis", before, "negative") > 5 * share("sadis", before, "positive")
    assert share("sadis", after, "positive") > share("sadis", after, "negative")
    assert any(not row["text"].isascii() for row in rows)


def test_reviews_are_a_table_that_a_store_knows(tmp_path: Path) -> None:
    rows = demo.reviews(days=4, per_day=50, seed=2)
    path = tmp_path / "reviews.csv"
    demo.write_csv(path, rows)
    with open(path, newline="", encoding="utf-8") as file:
        table = list(csv.DictReader(file))
    assert ",".join(table[0]) == COLUMNS
    assert [row["review_text"] for row in table] == [row["text"] for row in rows]
    assert table[0]["source"] == "synthetic"
    assert pantau.validate(path).passed
    store = pantau.Store.open("memory:")
    report = store.import_reviews(path, consent=pantau.Consent())
    assert (report["written"], report["rejected"]) == (len(rows), 0)


def test_its_examples_do_what_they_say() -> None:
    # The function has the name of its module.
    for module, examples in [(demo, 2), (sys.modules["pantau.demo.reviews"], 3)]:
        assert doctest.testmod(module) == doctest.TestResults(0, examples)


def test_what_cannot_be_is_told(tmp_path: Path) -> None:
    for arguments, message in [
        ({"days": 0}, "days: 0, and 1 is the fewest"),
        ({"per_day": -1}, "per_day: -1, and 1 is the fewest"),
        ({"days": 4, "drift_day": 5}, "drift_day: 5, allowed are 1 to 4"),
        ({"start": "soon"}, "start: 'soon' is no date such as 2026-01-05"),
        ({"days": 10**6, "per_day": 100}, "10,000,000 reviews are the most"),
    ]:
        with pytest.raises(pantau.InvalidInputError, match=message):
            demo.reviews(**arguments)
    for arguments, message in [
        ({"days": 13}, "days: 13, allowed are 14 to 365"),
        ({"days": 366}, "days: 366, allowed are 14 to 365"),
        ({"per_day": 199}, "per_day: 199, and 200 are the fewest"),
        ({"training": 1999}, "training: 1999, and 2000 are the fewest"),
    ]:
        with pytest.raises(pantau.InvalidInputError, match=message):
            demo.run(tmp_path / "app", **arguments)
    assert not (tmp_path / "app").exists()


def run_command(arguments: list[str]) -> None:
    parser = argparse.ArgumentParser()
    command.add(parser.add_subparsers(required=True))
    options = parser.parse_args(arguments)
    options.run(options)
