"""Asking a workspace from a shell, and saying what was wrong."""

from __future__ import annotations

import json
from pathlib import Path

import pantau
import pytest
from operating import reviews
from pantau.cli import main


@pytest.fixture
def app(tmp_path: Path) -> str:
    table = tmp_path / "reviews.csv"
    rows = reviews(400)
    lines = [f"{text},{label}" for text, label in zip(rows["text"], rows["label"], strict=True)]
    table.write_text("\n".join(["text,label", *lines]), encoding="utf-8")
    folder = str(tmp_path / "app")
    # The workspace is made by its first training.
    assert main(["train", str(table), folder, "--model", "sentiment", "--json"]) == 0
    return folder


def test_the_only_model_needs_no_name(app: str, capsys: pytest.CaptureFixture[str]) -> None:
    capsys.readouterr()
    asked = ["predict", app, "bagus, hubungi a@b.example", "--json"]
    assert main([*asked, "--consent", "--subject", "user-1"]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert main(["feedback", app, answer["id"], "--wrong", "--label", "negative"]) == 0
    with pantau.open(app) as workspace:
        kept = workspace.store.prediction(answer["id"])
    assert kept["input_text"] == "bagus, hubungi [EMAIL]"
    assert kept["actual_label"] == "negative"
    assert main(["feedback", app, "nobody", "--right"]) == 1
    assert "answer nobody not found" in capsys.readouterr().err


def test_several_models_need_one(app: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pantau.open(app) as workspace:
        workspace.train("other", reviews(400))
    assert main(["predict", app, "bagus"]) == 1
    assert "has other, sentiment in use; name one by --model" in capsys.readouterr().err


def test_a_bundle_keeps_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    pantau.train(reviews(60), tmp_path / "bundle").close()
    with pytest.raises(SystemExit):
        main(["predict", str(tmp_path / "bundle"), "bagus", "--consent"])
    assert "are for workspaces" in capsys.readouterr().err


def test_the_only_model_needs_no_name_for_its_versions(
    app: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["predict", app, "--model-version", "1", "bagus", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["version"] == "1"
    assert main(["predict", app, "--device", "prefer_cuda", "bagus"]) == 0
