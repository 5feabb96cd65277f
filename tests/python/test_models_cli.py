"""The command ``pantau``."""

from __future__ import annotations

import io
import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pantau
import pytest
from pantau.cli import main

BundleOf = Callable[..., pantau.Bundle]


@pytest.fixture
def path(bundle: BundleOf) -> str:
    return bundle("bert-classifier").path


@pytest.fixture
def stdin(monkeypatch: pytest.MonkeyPatch) -> Callable[[bytes], None]:
    def give(content: bytes) -> None:
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(content)))

    return give


def test_converting(root: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    checkpoint = str(root / "tests/data/checkpoints/bert-classifier")
    target = str(tmp_path / "made")
    assert main(["convert", checkpoint, target, "--name", "ulasan"]) == 0
    shown = capsys.readouterr().out
    assert "name        ulasan\n" in shown
    assert "labels      negative, neutral, positive\n" in shown
    assert main(["convert", checkpoint, target]) == 1
    assert capsys.readouterr().err.startswith("pantau: ")
    texts = tmp_path / "texts.txt"
    texts.write_text("Bagus!\nLemot\n", encoding="utf-8")
    command = ["convert", checkpoint, target, "--overwrite", "--json", "--weights", "int8"]
    assert main([*command, "--calibration", str(texts)]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["manifest"]["weights"] == "int8"
    assert found["id"] == pantau.Bundle.open(target).id
    assert main([*command, "--calibration", str(tmp_path / "none")]) == 1


def test_predicting(
    path: str, stdin: Callable[[bytes], None], capsys: pytest.CaptureFixture[str]
) -> None:
    expected = pantau.Classifier.open(path).predict(["Bagus\n sekali!", ""])
    assert main(["predict", path, "Bagus\n sekali!", ""]) == 0
    first, second = capsys.readouterr().out.splitlines()
    confidence = f"{expected.confidence[0]:.4f}"
    assert first.split("\t") == [expected.label[0], confidence, "Bagus sekali!"]
    assert second.split("\t")[2:] == ["", "empty"]

    stdin("Bagus\n sekali!\r\nrusak \udcff".encode("utf-8", "surrogateescape"))
    assert main(["predict", path, "--json"]) == 0
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [line["text"] for line in lines] == ["Bagus", " sekali!", "rusak \ufffd"]
    assert [line["flags"] for line in lines] == [[], [], ["replaced"]]
    assert list(lines[0]["probabilities"]) == ["negative", "neutral", "positive"]

    stdin(b"")
    assert main(["predict", path]) == 0
    assert capsys.readouterr().out == ""


def test_looking_at_a_bundle(
    path: str, bundle: BundleOf, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["bundle", path, "--verify"]) == 0
    shown = capsys.readouterr().out
    assert "task        classifier\n" in shown
    assert "verified    files, graph and self-test\n" in shown
    assert main(["bundle", bundle("sentence-cls").path]) == 0
    shown = capsys.readouterr().out
    assert "vectors     16 numbers, cls pooling, of length 1\n" in shown
    assert "verified" not in shown
    assert main(["bundle", bundle("bert-classifier", "int8").path]) == 0
    assert "agreement   " in capsys.readouterr().out
    assert main(["bundle", path, "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["manifest"] == pantau.Bundle.open(path).manifest


def test_versions(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["version"]) == 0
    shown = capsys.readouterr().out
    assert f"pantau      {pantau.__version__}\n" in shown
    assert "onnxruntime " in shown
    assert main(["version", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["onnxruntime"]["version"] == pantau.Runtime.load().version


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["predict", "nowhere", "a"], "pantau: bundle "),
        (["bundle", "nowhere"], "pantau: bundle "),
        (["convert", "nowhere", "target"], "pantau: "),
    ],
)
def test_errors(
    arguments: list[str],
    message: str,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(arguments) == 1
    printed = capsys.readouterr()
    assert printed.out == ""
    assert printed.err.startswith(message)
    assert printed.err.count("\n") == 1


@pytest.mark.parametrize("wrong", [[], ["guess"], ["predict"], ["convert", "a"]])
def test_wrong_use(wrong: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        main(wrong)
    assert caught.value.code == 2
    assert "usage: pantau" in capsys.readouterr().err


@pytest.mark.parametrize("command", [[], ["convert"], ["predict"], ["bundle"], ["version"]])
def test_help(command: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        main([*command, "--help"])
    assert caught.value.code == 0
    printed = capsys.readouterr().out
    assert "exit codes:" in printed
    assert max(map(len, printed.splitlines())) <= 100


def run(*arguments: str, **keywords: object) -> subprocess.CompletedProcess[bytes]:
    command = [sys.executable, "-W", "error", "-m", "pantau", *arguments]
    return subprocess.run(command, capture_output=True, timeout=60, **keywords)  # type: ignore[call-overload, no-any-return]


def test_as_a_program(path: str) -> None:
    done = run("predict", path, input=b"Bagus!\n" * 3)
    assert (done.returncode, done.stderr) == (0, b"")
    assert len(done.stdout.splitlines()) == 3
    # What the terminal cannot show is shown as something else, not as an error.
    done = run("predict", path, b"rusak \xff \xf0\x9f\x98\x8d", env={"PYTHONIOENCODING": "ascii"})  # type: ignore[arg-type]
    assert (done.returncode, done.stderr) == (0, b"")
    assert b"replaced" in done.stdout


def test_a_reader_that_has_seen_enough(path: str) -> None:
    command = f"yes bagus | head -50000 | {sys.executable} -W error -m pantau predict {path}"
    done = subprocess.run(
        f"({command}; echo $? >&2) | head -1", shell=True, capture_output=True, timeout=120
    )
    assert len(done.stdout.splitlines()) == 1
    assert done.stderr == b"0\n"
