"""The command line as a whole: its manual, its tables, and the options that say the same."""

from __future__ import annotations

import argparse
import csv
import io
import json
import random
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pantau
import pytest
from pantau.cli import build_parser, main, manual, table

GOOD = ["bagus", "mantap", "cepat", "mudah", "lancar", "puas"]
BAD = ["jelek", "lambat", "gagal", "susah", "rusak", "kecewa"]
FILLER = ["aplikasi", "ini", "sekali", "dan", "untuk", "saya", "pakai", "setiap", "hari"]
COLUMNS = ["--text", "review", "--label", "sentiment"]


def write(path: Path, rows: int, *more: str, seed: int = 4) -> str:
    rng = random.Random(seed)
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(["id", "review", "sentiment"])
        for row in range(rows):
            words = rng.choices(GOOD if row % 2 else BAD, k=2) + rng.choices([*FILLER, *more], k=8)
            writer.writerow([row, " ".join(words), "positive" if row % 2 else "negative"])
    return str(path)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A table, later ones, a bundle with a reference, and a workspace, which tests only read."""
    folder = tmp_path_factory.mktemp("cli")
    data = write(folder / "reviews.csv", 3000)
    write(folder / "like.csv", 500, seed=5)
    write(folder / "unlike.csv", 500, "vaksin", "covid", "antre", seed=6)
    assert main(["train", data, str(folder / "bundle"), "--kind", "tfidf-nb", *COLUMNS]) == 0
    assert main(["init", str(folder / "app")]) == 0
    model = ["--model", "sentiment", "--kind", "tfidf-nb"]
    assert main(["train", data, str(folder / "app"), *model, *COLUMNS]) == 0
    return folder


@pytest.fixture(autouse=True)
def here(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(folder)
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)


def run(capsys: pytest.CaptureFixture[str], *arguments: str, code: int = 0) -> Any:
    assert main([*arguments, "--json"]) == code
    return json.loads(capsys.readouterr().out)


def refused(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    with pytest.raises(SystemExit) as ended:
        main(list(arguments))
    assert ended.value.code == 2
    printed = capsys.readouterr()
    assert printed.out == ""
    return printed.err.splitlines()[-1]


def parsers(
    parser: argparse.ArgumentParser, path: tuple[str, ...] = ()
) -> Iterator[tuple[tuple[str, ...], argparse.ArgumentParser]]:
    yield path, parser
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            for name in manual.summaries(parser):
                yield from parsers(action.choices[name], (*path, name))


def test_the_manual_names_every_command_once(capsys: pytest.CaptureFixture[str]) -> None:
    commands = manual.summaries(build_parser())
    themed = [name for names in manual.THEMES.values() for name in names]
    assert len(set(themed)) == len(themed)
    assert set(commands) <= set(themed)
    for name in ["train", "predict", "evaluate", "monitor", "drift", "retrain", "triggers"]:
        assert name in commands
    with pytest.raises(SystemExit):
        main(["--help"])
    shown = capsys.readouterr().out
    for name, summary in commands.items():
        assert f"\n  {name:<12}{summary}\n" in shown
    for part in ["make a model:\n", "keep watch:\n", "examples:\n", "exit codes:\n"]:
        assert part in shown


def test_every_help_is_a_short_manual(capsys: pytest.CaptureFixture[str]) -> None:
    seen = 0
    for path, parser in parsers(build_parser()):
        with pytest.raises(SystemExit) as ended:
            main([*path, "--help"])
        assert ended.value.code == 0
        shown = capsys.readouterr().out
        assert max(map(len, shown.splitlines())) <= 100, path
        if not manual.summaries(parser):
            assert "\nexamples:\n  " in shown, path
            assert "\nexit codes:\n" in shown, path
            seen += 1
    assert seen > 30


def test_examples_in_the_help_can_be_parsed(capsys: pytest.CaptureFixture[str]) -> None:
    import shlex

    seen = 0
    for path, parser in parsers(build_parser()):
        for line in (parser.format_help()).splitlines():
            words = shlex.split(line, comments=False) if line.startswith("  pantau ") else []
            if words:
                words = words[1 : words.index("<")] if "<" in words else words[1:]
                _, rest = build_parser().parse_known_args(words)
                assert not any(word.startswith("-") for word in rest), line
                assert tuple(words[: len(path)]) == path, line
                seen += 1
    assert seen > 40


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_people_get_tables_and_programs_get_tabs(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = [["a", 5, 0.25, None], ["bcd", 12, 100.0, "two\nlines"]]
    table.show(["name", "count", "share", "why"], rows)
    assert capsys.readouterr().out == "a\t5\t0.25\nbcd\t12\t100\ttwo lines\n"
    terminal = Terminal()
    monkeypatch.setattr(sys, "stdout", terminal)
    table.show(["name", "count", "share", "why"], rows)
    assert terminal.getvalue().splitlines() == [
        "name  count  share  why",
        "a         5   0.25",
        "bcd      12    100  two lines",
    ]
    assert table.aligned(["name"], []) == ["name"]


def test_training_by_options_is_training_by_arguments(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    target = str(tmp_path / "made")
    options = ["--kind", "tfidf-nb", *COLUMNS]
    places = ["--input", "reviews.csv", "--output", target]
    made = run(capsys, "train", *places, *options, "--name", "bundle")
    assert made["id"] == pantau.Bundle.open(folder / "bundle").id
    other = str(tmp_path / "other")
    assert run(capsys, "train", other, "--input", "like.csv", *options)["path"] == other
    # Arguments may stand behind options.
    assert main(["train", "reviews.csv", *options, "--overwrite", target]) == 0
    capsys.readouterr()

    assert "DATA is missing: name it, or give --input" in refused(capsys, "train")
    told = refused(capsys, "train", "reviews.csv")
    assert "BUNDLE is missing: name it, or give --output" in told
    told = refused(capsys, "train", "reviews.csv", target, "--input", "like.csv")
    assert f"{target} is one too many: --input says it already" in told
    told = refused(capsys, "train", "reviews.csv", target, "--output", "x")
    assert "--output says it already" in told


def test_a_training_is_tracked_by_its_experiment(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    options = ["--kind", "tfidf-nb", *COLUMNS]
    target = str(tmp_path / "made")
    made = run(capsys, "train", "reviews.csv", target, "--experiment", "first", *options)
    place = str(tmp_path / "runs")
    assert run(capsys, "runs", place) == ["first"]
    [listed] = run(capsys, "runs", place, "first")
    assert listed["id"] == made["run_id"]
    assert listed["metrics"]["test_accuracy"]["value"] > 0.9
    assert len(run(capsys, "runs", place, "first", "--parts", "--limit", "5")) == 5
    [best] = run(capsys, "runs", place, "first", "--best", "test_accuracy")
    assert best["id"] == made["run_id"]
    assert main(["runs", place, "first"]) == 0
    assert f"{made['run_id']}\t" in capsys.readouterr().out

    monkeypatch.setenv("MLFLOW_TRACKING_URI", str(tmp_path / "elsewhere"))
    assert main(["train", "like.csv", target, "--overwrite", "--experiment", "e", *options]) == 0
    assert f" of e in {tmp_path / 'elsewhere'}\n" in capsys.readouterr().out
    assert main(["runs", str(tmp_path / "elsewhere")]) == 0
    assert capsys.readouterr().out == "e\n"
    assert main(["runs", place, "second"]) == 1
    assert "experiment second not found: there is first" in capsys.readouterr().err
    assert main(["runs", str(tmp_path / "nowhere")]) == 1
    assert not (tmp_path / "nowhere").exists()
    assert "name the run's experiment" in refused(
        capsys, "train", "like.csv", target, "--runs", "x"
    )


@pytest.mark.parametrize(
    ("option", "why"),
    [
        (["--experiment", "e"], "under the model's name"),
        (["--test", "like.csv"], "a fifth of its texts tests"),
        (["--name", "n"], "--model is the name"),
        (["--overwrite"], "a version of its own"),
    ],
)
def test_what_a_workspace_does_not_know_is_refused(
    option: list[str], why: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert why in refused(capsys, "train", "like.csv", "app", "--model", "sentiment", *option)


def test_the_metrics_of_an_evaluation_are_kept(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "metrics.json"
    command = ["evaluate", "bundle", "like.csv", *COLUMNS]
    found = run(capsys, *command, "--metrics", str(path))
    assert json.loads(path.read_text(encoding="utf-8")) == found
    assert found["rows"] == 500
    assert main([*command, "--metrics", str(tmp_path / "metrics.txt")]) == 1
    assert "does not end in .json\n" in capsys.readouterr().err


def test_a_file_of_texts_is_labelled(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    expected = pantau.Classifier.open("bundle").predict(["bagus sekali", "", "jelek"])
    path = tmp_path / "texts.jsonl"
    path.write_text('{"id": 1, "text": "bagus sekali"}\n{"id": 2}\n\n{"text": "jelek", "id": 3}\n')
    assert main(["predict", "bundle", "--input", str(path)]) == 0
    lines = [line.split("\t") for line in capsys.readouterr().out.splitlines()]
    assert [line[0] for line in lines] == expected.label
    assert lines[1][2:] == ["", "empty"]
    assert main(["predict", "bundle", "--input", str(path), "--json"]) == 0
    answers = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [answer["confidence"] for answer in answers] == list(expected.confidence)

    lines_of_text = tmp_path / "texts.txt"
    lines_of_text.write_text("bagus sekali\r\n\njelek", encoding="utf-8")
    for source in [path, lines_of_text]:
        for ending in [".csv", ".tsv", ".json", ".jsonl"]:
            out = str(tmp_path / f"labels{ending}")
            told = run(capsys, "predict", "bundle", "--input", str(source), "--output", out)
            assert told == {"rows": 3, "file": out}
            again = run_read(out)
            assert again["predicted_label"] == expected.label
            assert [float(cell) for cell in again["confidence"]] == list(expected.confidence)
            assert again["flags"] == ["", "empty", ""]
            if source == path:
                assert [str(cell) for cell in again["id"]] == ["1", "2", "3"]
    assert not list(tmp_path.glob("*.part"))


def run_read(path: str) -> dict[str, list[Any]]:
    from pantau.cli import rows

    return rows.read(path)


def test_a_parquet_file_is_labelled(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    parquet = pytest.importorskip("pyarrow.parquet", reason="pyarrow is not installed")
    pyarrow = pytest.importorskip("pyarrow")
    path = str(tmp_path / "texts.parquet")
    parquet.write_table(pyarrow.table({"text": ["bagus", None]}), path)
    assert main(["predict", "bundle", "--input", path]) == 0
    assert capsys.readouterr().out.splitlines()[1].endswith("\tempty")


def test_any_version_of_a_workspace_can_be_asked(capsys: pytest.CaptureFixture[str]) -> None:
    ask = ["predict", "app", "--model", "sentiment"]
    with pantau.open("app") as workspace:
        before = workspace.store.summary()["count"]
    for version in ["latest", "champion", "1", "Production"]:
        answer = run(capsys, *ask, "--model-version", version, "bagus sekali")
        assert (answer["label"], answer["version"]) == ("positive", "1")
    with pantau.open("app") as workspace:
        assert workspace.store.summary()["count"] == before
    run(capsys, *ask, "bagus sekali")
    with pantau.open("app") as workspace:
        workspace.flush()
        assert workspace.store.summary()["count"] == before + 1
    assert main([*ask, "--model-version", "7", "bagus"]) == 1
    assert "version 7 of sentiment not found" in capsys.readouterr().err
    told = refused(capsys, "predict", "bundle", "--model-version", "1", "bagus")
    assert "--model-version is for workspaces" in told
    assert run(capsys, *ask, "--device", "cpu", "bagus")["label"] == "positive"


def test_what_a_prediction_cannot_read_is_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    taken = tmp_path / "taken.csv"
    taken.write_text("text,confidence\nbagus,1\n")
    for arguments, problem in [
        (["--input", "none.csv"], "file none.csv not found"),
        (["--input", "like.csv"], 'no column "text" among "id", "review", "sentiment"'),
        (["--input", str(taken), "--output", "x.csv"], 'has a column "confidence"'),
        (["--input", str(taken), "--output", "x.pdf"], "does not end in .csv, .tsv, .json or"),
        (["--input", str(taken), "--output", "none/x.csv"], "folder none not found"),
    ]:
        assert main(["predict", "bundle", *arguments]) == 1, arguments
        printed = capsys.readouterr()
        assert problem in printed.err and printed.out == "", arguments
    assert "leave out 'bagus'" in refused(capsys, "predict", "bundle", "bagus", "--input", "x.csv")
    assert "for the rows of --input" in refused(capsys, "predict", "bundle", "a", "--output", "x")


def test_rows_of_a_file_are_watched(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    page = tmp_path / "report.json"
    for place in [["bundle"], ["app", "sentiment"]]:
        watch = ["monitor", *place, "--text", "review", "--output", str(page)]
        found = run(capsys, *watch, "--input", "like.csv")
        assert found["drift"]["status"] == "ok"
        assert found["drift"]["windows"] == 10
        found = run(capsys, *watch, "--input", "unlike.csv")
        assert found["drift"]["status"] == "alarm"
        assert json.loads(page.read_text(encoding="utf-8")) == found
    assert main([*watch, "--input", "unlike.csv", "--window", "200"]) == 0
    shown = capsys.readouterr().out
    assert "vaksin" in shown
    assert "500 rows in windows of 200; what changed did so from row 1 on" in shown
    with pantau.open("app") as workspace:
        drift = workspace.check("sentiment").drift
        assert drift is not None and drift.windows == 0


def test_what_cannot_be_watched_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    small = write(tmp_path / "small.csv", 200)
    bundle = str(tmp_path / "small")
    assert main(["train", small, bundle, "--kind", "tfidf-nb", *COLUMNS]) == 0
    few = write(tmp_path / "few.csv", 20)
    for arguments, problem in [
        ([bundle, "--input", "like.csv"], "keeps one from 280 test rows on"),
        (["bundle", "--input", few], "20 rows are too few for a window of 30"),
        (["bundle", "--input", "like.csv", "--window", "3"], "3 rows are too few: 30 are the"),
        (["bundle", "model", "--input", "like.csv"], "there is no model model in it"),
        (["app", "sentiment", "--output", "page.pdf"], "does not end in .html, .json or .txt"),
    ]:
        assert main(["monitor", *arguments, "--text", "review"]) == 1, arguments
        assert problem in capsys.readouterr().err, arguments
    assert "MODEL is missing" in refused(capsys, "monitor", "app")
    assert "MODEL is missing" in refused(capsys, "monitor", "app", "--input", few)
    told = refused(capsys, "monitor", "app", "sentiment", "--window", "50")
    assert "--window is of the rows of --input" in told


def test_reports_are_made(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for arguments, words in [
        (["report", "app", "sentiment"], "no window was closed yet"),
        (["report", "bundle", "like.csv", *COLUMNS], "Macro F1 is"),
    ]:
        assert main(arguments) == 0
        shown = capsys.readouterr().out
        assert words in shown
        for ending in [".html", ".json", ".txt"]:
            page = tmp_path / f"page{ending}"
            assert main([*arguments, "--output", str(page)]) == 0
            assert capsys.readouterr().out == f"the report is in {page}\n"
            content = page.read_text(encoding="utf-8")
            if ending == ".html":
                assert content.lower().startswith("<!doctype html>")
                assert words.lower() in content.lower()
            elif ending == ".json":
                assert set(json.loads(content)) == set(run(capsys, *arguments))
            else:
                assert words in content
    assert main(["report", "app", "sentiment", "--output", "page.pdf"]) == 1
    assert main(["report", "app", "sentimen"]) == 1
    assert "model sentimen not found" in capsys.readouterr().err


def test_a_watch_and_a_label_print_json(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["watch", "app", "--once", "--json"]) == 0
    [line] = capsys.readouterr().out.splitlines()
    assert json.loads(line)["status"] == "skipped"
    with pantau.open("app") as workspace:
        id = workspace.predict("sentiment", "bagus sekali").id
        workspace.flush()
    told = run(capsys, "label", "app", "--limit", "3", "sentiment", id, "positive")
    assert told == {"id": id, "label": "positive"}
