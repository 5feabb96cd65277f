"""The commands about a workspace."""

from __future__ import annotations

import csv
import json
import random
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pantau
import pytest
from pantau.cli import main

GOOD = ["bagus", "mantap", "cepat", "mudah", "lancar", "puas"]
BAD = ["jelek", "lambat", "gagal", "susah", "rusak", "kecewa"]
FILLER = ["aplikasi", "ini", "sekali", "dan", "untuk", "saya", "pakai", "setiap", "hari"]


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    rng = random.Random(4)
    path = tmp_path_factory.mktemp("data") / "reviews.csv"
    with open(path, "w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(["review", "sentiment"])
        for row in range(900):
            words = rng.choices(GOOD if row % 2 else BAD, k=2) + rng.choices(FILLER, k=8)
            writer.writerow([" ".join(words), "positive" if row % 2 else "negative"])
    return path


@pytest.fixture
def workspace(tmp_path: Path, data: Path, capsys: pytest.CaptureFixture[str]) -> str:
    folder = str(tmp_path / "app")
    assert main(["init", folder]) == 0
    columns = ["--text", "review", "--label", "sentiment"]
    assert main(["train", str(data), folder, "--model", "sentiment", *columns]) == 0
    assert "version 1 of sentiment is in use" in capsys.readouterr().out
    return folder


def run(capsys: pytest.CaptureFixture[str], *arguments: str, code: int = 0) -> Any:
    assert main([*arguments, "--json"]) == code
    return json.loads(capsys.readouterr().out)


def test_the_loop_by_commands(
    workspace: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["predict", workspace, "--model", "sentiment", "bagus sekali", "jelek"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split("\t")[0] for line in lines] == ["positive", "negative"]
    answer = run(capsys, "predict", workspace, "--model", "sentiment", "bagus")
    assert (answer["version"], answer["flags"]) == ("1", ["few_words"])

    page = tmp_path / "report.html"
    assert main(["monitor", workspace, "sentiment", "--output", str(page)]) == 1
    assert "nothing is watched" in capsys.readouterr().err
    assert main(["monitor", workspace, "sentiment"]) == 0
    assert "no reason to train anew" in capsys.readouterr().out
    assert run(capsys, "monitor", workspace, "sentiment")["version"] == 1

    report = run(capsys, "triggers", workspace, "sentiment")
    assert report["should_retrain"] is False
    assert main(["triggers", workspace, "sentiment"]) == 0
    assert "  - new_data     0 new labels" in capsys.readouterr().out

    assert main(["retrain", workspace, "sentiment"]) == 0
    assert capsys.readouterr().out.startswith("skipped: no reason to train anew")
    assert run(capsys, "retrain", workspace, "sentiment", "--force")["status"] == "completed"
    hard = '{"gates": {"floor": 1.0, "promote": 1.0}}'
    assert run(capsys, "settings", workspace, "sentiment", "--set", hard)["gates"]["floor"] == 1.0
    with pytest.raises(SystemExit, match="1"):
        main(["retrain", workspace, "sentiment", "--force"])
    assert capsys.readouterr().out.startswith("rejected: version 3 of sentiment is not in use")


def test_labels_are_asked_for_and_given(workspace: str, capsys: pytest.CaptureFixture[str]) -> None:
    run(capsys, "settings", workspace, "sentiment", "--set", '{"audit_rate": 1000}')
    with pantau.open(workspace) as own:
        own.predict("sentiment", ["bagus\tsekali"], consent=pantau.Consent())
    assert main(["label", workspace, "sentiment"]) == 0
    id, label, text = capsys.readouterr().out.rstrip("\n").split("\t")
    assert (label, text) == ("positive", "bagus sekali")
    assert main(["label", workspace, "sentiment", id, "positive"]) == 0
    assert run(capsys, "label", workspace, "sentiment") == []
    for arguments, problem in [
        ([id], "name both the id and its label"),
        (["nobody", "positive"], "answer nobody not found"),
        ([id, "positif"], '"positif" is none of sentiment has'),
    ]:
        assert main(["label", workspace, "sentiment", *arguments]) == 1
        assert problem in capsys.readouterr().err


def test_a_watch_looks_once_or_until_it_is_told(
    workspace: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["watch", workspace, "--once"]) == 0
    assert capsys.readouterr().out == "sentiment: skipped: no reason to train anew\n"
    command = [sys.executable, "-m", "pantau", "watch", workspace, "--every", "1"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as watch:
        assert watch.stdout is not None
        assert watch.stdout.readline() == "sentiment: skipped: no reason to train anew\n"
        time.sleep(0.1)
        watch.send_signal(signal.SIGTERM)
        assert watch.wait(30) == 0


def test_what_cannot_be_is_told(workspace: str, capsys: pytest.CaptureFixture[str]) -> None:
    for arguments, problem in [
        (["monitor", workspace + "x", "sentiment"], "or make one by `pantau init`"),
        (["monitor", workspace, "sentimen"], "model sentimen not found"),
        (["settings", workspace, "sentiment", "--set", "{"], "--set: is no JSON"),
        (["settings", workspace, "sentiment", "--set", "[1]"], "--set: expected an object"),
    ]:
        assert main(arguments) == 1, arguments
        assert problem in capsys.readouterr().err, arguments
