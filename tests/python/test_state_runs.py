"""Runs: the same in a store and on an MLflow server, whose own client agrees."""

from __future__ import annotations

import json
import math
import subprocess
import sys
import uuid
from pathlib import Path
from typing import Any

import pantau
import pytest

HOMES = ["memory", "sqlite", "postgres", "mlflow"]
GOOD = ["Bagus sekali", "Sangat bagus", "Cepat dan bagus", "Enak, murah", "Murah dan cepat"]
BAD = ["Lemot sekali", "Sangat lemot", "Rusak dan lemot", "Mahal, rusak", "Rusak dan mahal"]
REVIEWS = [(text, "good") for text in GOOD * 2] + [(text, "bad") for text in BAD * 2]
TEST = [("Murah, bagus", "good"), ("Mahal dan lemot", "bad")]


@pytest.fixture(params=HOMES)
def runs(request: pytest.FixtureRequest, tmp_path: Path) -> pantau.Runs:
    """The runs of each home."""
    if request.param == "memory":
        return pantau.Runs.open("memory:")
    if request.param == "sqlite":
        return pantau.Runs.open(tmp_path / "store")
    url = request.getfixturevalue("server")(request.param)["url"]
    if request.param == "postgres":
        url = f"{url}?schema=test_{uuid.uuid4().hex}"
    return pantau.Runs.open(url)


@pytest.fixture
def experiment() -> str:
    return f"sentiment {uuid.uuid4().hex}"


def test_what_is_logged_comes_back(runs: pantau.Runs, experiment: str, tmp_path: Path) -> None:
    folder = tmp_path / "plots"
    folder.mkdir()
    (folder / "one.txt").write_text("satu")
    with runs.start(experiment, "first") as run:
        run.log_params({"learning_rate": 2e-5, "epochs": 3, "note": "naïve 😀"})
        for step in range(1, 4):
            run.log_metric("f1", 0.25 * step, step)
        run.log_metrics({"loss": math.inf, "accuracy": 0.5})
        run.set_tags({"team": "toko"})
        run.set_tag("team", "kasir")
        run.log_artefact(folder, "all")
        run.log_text("notes.md", "# Catatan")
        run.log_bytes("raw.bin", b"\0\1")
    found = runs.run(run.id)
    assert (found["name"], found["experiment"], found["status"]) == (
        "first",
        experiment,
        "finished",
    )
    assert found["params"] == {"learning_rate": "2e-05", "epochs": "3", "note": "naïve 😀"}
    assert found["tags"]["team"] == "kasir"
    assert (found["metrics"]["f1"]["value"], found["metrics"]["f1"]["step"]) == (0.75, 3)
    assert found["metrics"]["loss"]["value"] is None and found["metrics"]["loss"]["text"] == "inf"
    history = runs.metric_history(run.id, "f1")
    assert [(point["step"], point["value"]) for point in history] == [
        (1, 0.25),
        (2, 0.5),
        (3, 0.75),
    ]
    files = {file["path"]: file["size"] for file in runs.artefacts(run.id)}
    assert files["notes.md"] == 9 and files["raw.bin"] == 2
    assert any(path.startswith("all/") and path.endswith("one.txt") for path in files)
    assert runs.read_artefact(run.id, "raw.bin") == b"\0\1"
    assert runs.save_artefact(run.id, "notes.md", tmp_path / "notes.md") == 9
    assert experiment in runs.experiments()
    assert json.loads(runs.export_json(experiment))


def test_the_best_run_is_found_and_compared(runs: pantau.Runs, experiment: str) -> None:
    ids = {}
    for rate, f1 in [("1e-5", 0.75), ("2e-5", 0.875), ("3e-5", 0.5)]:
        with runs.start(experiment, rate) as run:
            run.log_param("learning_rate", rate)
            run.log_metric("f1", f1)
        ids[rate] = run.id
    best, worst = runs.best(experiment, "f1"), runs.best(experiment, "f1", maximize=False)
    assert best is not None and best["id"] == ids["2e-5"]
    assert worst is not None and worst["id"] == ids["3e-5"]
    assert runs.best(experiment, "loss") is None and runs.best("nothing here", "f1") is None
    assert [run["name"] for run in runs.list(experiment, 2)] == ["3e-5", "2e-5"]
    compared = json.dumps(runs.compare([ids["1e-5"], ids["2e-5"]]))
    assert "learning_rate" in compared and "0.875" in compared
    with pytest.raises(pantau.InvalidInputError, match="two are the fewest"):
        runs.compare([ids["1e-5"]])
    runs.delete(ids["1e-5"])
    with pytest.raises(pantau.NotFoundError):
        runs.run(ids["1e-5"])


def test_a_param_is_never_changed(runs: pantau.Runs, experiment: str) -> None:
    run = runs.start(experiment)
    run.log_param("epochs", 3)
    run.log_param("epochs", 3)
    with pytest.raises(pantau.ConflictError, match=r"(?s)3.*4"):
        run.log_param("epochs", 4)
    with pytest.raises(pantau.ConflictError):
        run.log_params({"new": 1, "epochs": 4})
    assert runs.run(run.id)["params"] == {"epochs": "3"}
    run.finish("killed")
    assert runs.run(run.id)["status"] == "killed"
    again = runs.resume(run.id)
    assert (again.id, again.experiment) == (run.id, experiment)
    assert runs.run(run.id)["status"] == "running"


def test_a_block_says_how_a_run_ended(experiment: str) -> None:
    runs = pantau.Store.open("memory:").runs()
    ended: list[tuple[type[BaseException], str]] = [
        (ValueError, "failed"),
        (KeyboardInterrupt, "killed"),
    ]
    for error, status in ended:
        with pytest.raises(error), runs.start(experiment) as run:
            raise error
        assert runs.run(run.id)["status"] == status
    with runs.start(experiment) as run, run.start_part("trial") as part:
        part.log_metric("f1", 0.5)
    assert [child["name"] for child in runs.children(run.id)] == ["trial"]


def test_a_training_and_its_judgement_are_logged(
    runs: pantau.Runs, experiment: str, tmp_path: Path
) -> None:
    with runs.start(experiment, "training") as run:
        classifier = pantau.train(
            REVIEWS, tmp_path / "bundle", kind="tfidf-nb", folds=2, test=TEST, run=run
        )
        run.log_evaluation(pantau.evaluate(classifier, REVIEWS))
    found = runs.run(run.id)
    assert found["params"]["kind"] == "tfidf-nb" and found["params"]["folds"] == "2"
    assert found["metrics"]["accuracy"]["value"] == 1
    paths = {file["path"] for file in runs.artefacts(run.id)}
    assert {"trials.json", "confusion_matrix.csv", "confusion_matrix.svg"} <= paths
    trials = runs.children(run.id)
    assert len(trials) > 1 and all(trial["params"] for trial in trials)
    # No text of the data is among it.
    assert not any(
        text.encode() in runs.read_artefact(run.id, path) for path in paths for text in GOOD
    )


def test_a_figure_is_a_file() -> None:
    class Figure:
        def savefig(self, file: Any, *, format: str) -> None:
            file.write(f"a picture as {format}".encode())

    runs = pantau.Runs.open("memory:")
    with runs.start("plots") as run:
        run.log_figure("plots/confusion.png", Figure())
        with pytest.raises(pantau.InvalidInputError, match="figure of matplotlib"):
            run.log_figure("a.png", "no figure")
        with pytest.raises(pantau.InvalidInputError, match="does not end as"):
            run.log_figure("confusion", Figure())
    assert runs.read_artefact(run.id, "plots/confusion.png") == b"a picture as png"


def test_bad_input_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    runs = pantau.Runs.open("memory:")
    run = runs.start("e")
    for call, part in [
        (lambda: runs.start(""), "experiment"),
        (lambda: run.log_metrics({"f1": "good"}), "metric: expected a number"),
        (lambda: run.log_params({1: "x"}), "params"),
        (lambda: run.finish("done"), "status"),
        (lambda: run.log_text("../out", "x"), ".."),
    ]:
        with pytest.raises(pantau.InvalidInputError) as caught:
            call()  # type: ignore[no-untyped-call]
        assert part in str(caught.value)
    with pytest.raises(pantau.NotFoundError):
        runs.run("nobody")
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)
    with pytest.raises(pantau.InvalidInputError, match="MLFLOW_TRACKING_URI"):
        pantau.Runs.open()
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "memory:")
    assert pantau.Runs.open().location == "memory:"
    with pytest.raises(pantau.UnreachableError):
        pantau.Runs.open("http://127.0.0.1:9")


def test_mlflow_itself_is_never_imported(tmp_path: Path) -> None:
    code = (
        "import sys, pantau; runs = pantau.Runs.open('memory:'); runs.start('e').finish();"
        "assert 'mlflow' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True, cwd=tmp_path)
