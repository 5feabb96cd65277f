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


def test_a_workspace_is_judged_by_its_models(
    workspace: str, data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    columns = ["--text", "review", "--label", "sentiment"]
    found = run(capsys, "evaluate", workspace, str(data), *columns)
    assert found["accuracy"]["value"] > 0.95 and found["rows"] == 900
    told = run(capsys, "explain", workspace, "bagus sekali aplikasi ini", "--model-version", "1")
    assert told["label"] == "positive"
    assert run(capsys, "bundle", workspace, "--model", "sentiment")["path"]
    assert main(["evaluate", workspace, str(data), *columns, "--model", "other"]) == 1
    assert "other" in capsys.readouterr().err
    assert main(["evaluate", str(data.parent), str(data), "--model", "sentiment"]) == 1
    assert "is no workspace" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("how.yaml", "kind: tfidf-nb\ntrials: 3 # how many\nseed: 7\n"),
        ("how.json", '{"kind": "tfidf-nb", "trials": 3, "seed": 7}'),
        ("how.toml", 'kind = "tfidf-nb"\ntrials = 3\nseed = 7\n'),
    ],
)
def test_settings_may_stand_in_a_file(
    name: str, text: str, data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / name
    file.write_text(text, encoding="utf-8")
    columns = ["--text", "review", "--label", "sentiment"]
    bundle = str(tmp_path / "bundle")
    arguments = [str(data), bundle, *columns, "--config", str(file), "--seed", "8"]
    runs = ["--experiment", "tries", "--runs", str(tmp_path / "runs")]
    assert main(["train", *arguments, *runs]) == 0
    capsys.readouterr()
    assert len(run(capsys, "runs", str(tmp_path / "runs"), "tries", "--parts")) == 1 + 3
    learned = pantau.Bundle.open(bundle).manifest["learned"]
    assert (learned["kind"], learned["seed"]) == ("tfidf-nb", 8)


@pytest.mark.parametrize(
    ("name", "text", "problem"),
    [
        ("how.yaml", "kind: [", "cannot be read"),
        ("how.json", "{", "cannot be read"),
        ("how.toml", "kind", "cannot be read"),
        ("how.yaml", "- kind\n", "expected names and their values"),
        ("how.yaml", "1: kind\n", "expected names and their values"),
        ("how.ini", "kind=1", "expected a file that ends in"),
        ("how.json", '{"kid": 1}', "unknown setting kid; there are encoder, "),
    ],
)
def test_a_file_that_holds_no_settings_is_told(
    name: str,
    text: str,
    problem: str,
    data: Path,
    tmp_path: Path,
    capfd: pytest.CaptureFixture[str],
) -> None:
    file = tmp_path / name
    file.write_text(text, encoding="utf-8")
    bundle = tmp_path / "bundle"
    columns = ["--text", "review", "--label", "sentiment"]
    assert main(["train", str(data), str(bundle), *columns, "--config", str(file)]) == 1
    assert problem in capfd.readouterr().err
    assert not bundle.exists()


def test_a_workspace_follows_a_file(
    workspace: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "settings.yaml"
    file.write_text("window: 12h\ntriggers:\n  new_data: 40\n", encoding="utf-8")
    told = run(capsys, "settings", workspace, "sentiment", "--config", str(file))
    assert (told["window"], told["triggers"]["new_data"]) == ("12h", 40)
    with pytest.raises(SystemExit):
        main(["settings", workspace, "sentiment", "--config", str(file), "--set", "{}"])


def test_wrong_texts_are_replaced(
    workspace: str, data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    columns = ["--text", "review", "--label", "sentiment"]
    run(capsys, "train", str(data), workspace, "--model", "sentiment", *columns, "--replace")
    with pantau.open(workspace) as opened:
        kinds = [own["action"] for own in opened.store.audit_trail()]
    assert "replace_reviews" in kinds
    with pytest.raises(SystemExit):
        main(["train", str(data), str(tmp_path / "bundle"), *columns, "--replace"])


def test_an_import_that_takes_nothing_fails(
    workspace: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    table = tmp_path / "new.csv"
    table.write_text("review,sentiment\nbagus,good\njelek,bad\n", encoding="utf-8")
    columns = ["--text", "review", "--label", "sentiment", "--model", "sentiment"]
    with pytest.raises(SystemExit) as ended:
        main(["import", str(table), workspace, "--consent", *columns, "--json"])
    report = json.loads(capsys.readouterr().out)
    assert ended.value.code == 1
    assert (report["rows"], report["rejected"], report["written"]) == (2, 2, 0)
    table.write_text("review,sentiment\nbagus,positive\njelek,bad\n", encoding="utf-8")
    assert run(capsys, "import", str(table), workspace, "--consent", *columns)["written"] == 1


def test_nothing_that_is_given_is_left_out(
    data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "how.json"
    file.write_text('{"seed": 7, "kind": "tfidf-nb"}', encoding="utf-8")
    columns = ["--text", "review", "--label", "sentiment", "--config", str(file)]
    bundle = str(tmp_path / "bundle")
    assert main(["train", str(data), bundle, *columns, "--seed", "0"]) == 0
    assert pantau.Bundle.open(bundle).manifest["learned"]["seed"] == 0
    capsys.readouterr()
    assert main(["train", str(data), bundle + "2", *columns, "--trials", "0"]) == 1
    assert "trials: 0" in capsys.readouterr().err
    file.write_text('{"kind": 5}', encoding="utf-8")
    assert main(["train", str(data), bundle + "2", *columns]) == 1
    assert str(file) in capsys.readouterr().err


def test_one_broken_model_keeps_nobody_from_the_others(
    workspace: str, data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    columns = ["--text", "review", "--label", "sentiment"]
    assert main(["train", str(data), workspace, "--model", "another", *columns]) == 0
    capsys.readouterr()
    with pantau.open(workspace) as opened:
        path = Path(opened.registry.path("models:/another@champion"))
    for file in path.glob("*.safetensors"):
        # Equal files of several models are one.
        file.unlink()
        file.write_bytes(b"nothing")
    with pytest.raises(SystemExit) as ended:
        main(["watch", workspace, "--once", "--json"])
    records = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert ended.value.code == 1
    assert [(own["model"], own["status"]) for own in records] == [
        ("another", "broken"),
        ("sentiment", "skipped"),
    ]


def test_a_name_that_is_no_setting_is_told(
    workspace: str, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("actor", "model", "windw"):
        assert main(["settings", workspace, "sentiment", "--set", json.dumps({name: "x"})]) == 1
        assert f"unknown field `{name}`" in capsys.readouterr().err
    assert main(["settings", workspace, "sentimen", "--set", '{"window": "12h"}']) == 0
    assert "there is no model sentimen yet" in capsys.readouterr().err


def test_a_rollback_ends_what_was_beside(
    workspace: str, data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    columns = ["--text", "review", "--label", "sentiment"]
    assert main(["train", str(data), workspace, "--model", "sentiment", *columns]) == 0
    assert main(["registry", "promote", workspace, "sentiment", "1"]) == 0
    assert main(["challenge", workspace, "sentiment", "2", "--share", "0.5"]) == 0
    assert main(["registry", "promote", workspace, "sentiment", "2"]) == 0
    assert main(["registry", "rollback", workspace, "sentiment"]) == 0
    capsys.readouterr()
    assert run(capsys, "rollout", workspace, "sentiment")["challengers"] == []


def test_a_key_that_nobody_was_shown_is_none(
    workspace: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    pytest.importorskip("fastapi", reason="pantau[serve] is not installed")
    elsewhere = str(tmp_path / "elsewhere")
    with pantau.open(elsewhere, store=tmp_path / "store"):
        pass
    # Its store is not named, so nobody can note it.
    assert main(["keys", "add", elsewhere, "web"]) == 1
    assert main(["keys", "list", elsewhere]) == 0
    assert capsys.readouterr().out == ""
    assert main(["keys", "add", workspace, "web"]) == 0
    assert len(capsys.readouterr().out.strip()) > 20
    assert main(["keys", "list", workspace]) == 0
    assert capsys.readouterr().out.startswith("web\tpredict\t")
