"""The commands ``pantau train``, ``evaluate`` and ``explain``."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pantau
import pytest
from pantau.cli import main

_GOOD = ["bagus sekali", "sangat memuaskan", "cepat dan murah", "enak, saya suka"]
_BAD = ["buruk sekali", "sangat mengecewakan", "lambat dan mahal", "rusak, saya kesal"]
_SUBJECTS = ["aplikasi", "kurir", "hotel", "film", "harga", "musik", "kamar", "admin"]


@pytest.fixture(scope="module")
def table(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("data") / "reviews.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(["id", "review", "sentiment"])
        for number, subject in enumerate(_SUBJECTS):
            rows.writerows([number, f"{subject} {opinion}", "good"] for opinion in _GOOD)
            rows.writerows([number, f"{subject} {opinion}", "bad"] for opinion in _BAD)
    return path


@pytest.fixture(scope="module")
def trained(table: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    target = tmp_path_factory.mktemp("bundles") / "reviews"
    columns = ["--text", "review", "--label", "sentiment"]
    assert main(["train", str(table), str(target), "--kind", "tfidf-nb", *columns]) == 0
    return target


def test_training(table: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    columns = ["--text", "review", "--label", "sentiment"]
    target = tmp_path / "made"
    command = ["train", str(table), str(target), *columns, "--name", "ulasan", "--seed", "3"]
    assert main(command) == 0
    shown = capsys.readouterr().out
    assert "name        ulasan\n" in shown
    assert "labels      bad, good\n" in shown
    assert "tested      accuracy " in shown
    assert main(command) == 1
    assert "overwriting it was not allowed" in capsys.readouterr().err
    other = tmp_path / "other.csv"
    other.write_text("review,sentiment\nmakan siang enak,good\nmakan siang buruk,bad\n")
    again = [*command, "--overwrite", "--json", "--threads", "1", "--test", str(other)]
    assert main(again) == 0
    learned = json.loads(capsys.readouterr().out)["manifest"]["learned"]
    assert learned["kind"] == "tfidf-logistic"
    assert learned["metrics"]["test_rows"] == 2

    assert main(["train", str(table), str(tmp_path / "no")]) == 1
    error = capsys.readouterr().err
    assert 'no column "text" among "id", "review", "sentiment"' in error
    assert not (tmp_path / "no").exists()


def test_evaluating(
    table: Path, trained: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    columns = ["--text", "review", "--label", "sentiment"]
    assert main(["evaluate", str(trained), str(table), *columns]) == 0
    shown = capsys.readouterr().out
    assert "of 64 rows" in shown
    assert "precision" in shown
    mistakes = tmp_path / "mistakes.csv"
    options = ["--json", "--mistakes", str(mistakes), "--worst", "1"]
    assert main(["evaluate", str(trained), str(table), *columns, *options]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["rows"] == 64
    with mistakes.open(encoding="utf-8", newline="") as file:
        assert len(list(csv.reader(file))) == 1 + len(found["mistakes"])
    assert main(["evaluate", str(trained), str(tmp_path / "none.csv")]) == 1


def test_explaining(trained: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["explain", str(trained), "hotel bagus sekali"]) == 0
    shown = capsys.readouterr().out
    assert shown.startswith("good (+")
    assert "bagus" in shown
    options = ["hotel bagus", "--label", "bad", "--json"]
    assert main(["explain", str(trained), *options]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["label"] == "bad"
    total = found["baseline"] + sum(part["value"] for part in found["contributions"])
    assert abs(found["score"] - total) < 1e-9
    assert main(["explain", str(trained), "x", "--label", "best"]) == 1
    assert '"best" is not one of bad, good' in capsys.readouterr().err


def test_what_is_learnt_is_described(trained: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["bundle", str(trained), "--verify"]) == 0
    shown = capsys.readouterr().out
    rows = pantau.Bundle.open(trained).manifest["learned"]["rows"]
    assert f"learnt from {rows} texts; " in shown
    assert "max tokens" not in shown
