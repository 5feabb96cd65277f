"""The registry: versions, who was in use when, files that are what they were."""

from __future__ import annotations

import json
import os
import subprocess
import uuid
from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pantau
import pytest
from pantau import cli

HOMES = ["memory", "folder", "s3", "mlflow"]


@pytest.fixture(params=HOMES)
def registry(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> pantau.Registry:
    """A registry of each home; the model of the tests is in none of them yet."""
    if request.param == "memory":
        return pantau.Registry.open("memory:")
    if request.param == "folder":
        return pantau.Registry.open(tmp_path / "models")
    facts = request.getfixturevalue("server")(request.param)
    if request.param == "mlflow":
        return pantau.Registry.open(facts["url"])
    for name, value in {
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_REGION": "us-east-1",
        "AWS_ENDPOINT_URL": facts["endpoint"],
    }.items():
        monkeypatch.setenv(name, value)
    return pantau.Registry.open(f"{facts['url']}/{uuid.uuid4().hex}")


@pytest.fixture
def model() -> str:
    """A name that no test before has used: servers live on."""
    return f"sentiment-{uuid.uuid4().hex[:8]}"


@pytest.fixture
def sentiment(bundle: Callable[..., pantau.Bundle]) -> pantau.Bundle:
    return bundle("bert-classifier")


def test_versions_count_up_and_one_of_them_is_in_use(
    registry: pantau.Registry, model: str, sentiment: pantau.Bundle
) -> None:
    told = {
        "description": "the first",
        "tags": {"data": "reviews", "year": 2026},
        "metrics": {"accuracy": 0.81},
        "params": {"C": 1.0, "kind": "tfidf"},
    }
    assert registry.register(model, sentiment, **told) == 1
    assert registry.register(model, sentiment.path, metrics={"accuracy": 0.84}) == 2
    assert model in registry.models()
    first = registry.version(model, 1)
    assert first["description"] == "the first"
    assert first["tags"] == {"data": "reviews", "year": "2026"}
    assert first["params"] == {"C": "1.0", "kind": "tfidf"}
    assert (first["metrics"], first["stage"]) == ({"accuracy": 0.81}, "None")
    assert registry.latest(model)["version"] == 2

    evidence = {"accuracy": 0.84, "rows": [1, 2]}
    registry.promote(model, 1, actor="sari")
    between = datetime.now(timezone.utc)
    registry.promote(model, 2, actor="sari", reason="better", evidence=evidence)
    stages = [(row["version"], row["stage"], row["aliases"]) for row in registry.versions(model)]
    assert stages == [(1, "Archived", ["previous"]), (2, "Production", ["champion"])]
    for reference in ["@champion", "/2", "/latest", "/Production"]:
        assert registry.resolve(f"models:/{model}{reference}") == (model, 2)
    assert registry.champion_at(model, between) == 1
    assert registry.champion_at(model, between - timedelta(days=1)) is None
    assert registry.rollback(model, actor="budi", reason="worse in use") == 1
    moves = [move for move in registry.history(model) if move["alias"] == "champion"]
    assert [(move["actor"], move["from"], move["to"]) for move in moves] == [
        ("sari", None, 1),
        ("sari", 1, 2),
        ("budi", 2, 1),
    ]
    assert (moves[1]["reason"], moves[1]["evidence"]) == ("better", evidence)
    check = registry.verify(model)
    assert check["versions"] == 2
    assert check["entries"] == len(registry.journal(model))
    assert check["head"] == registry.model(model)["head"]


def test_a_registered_model_answers_as_its_bundle_does(
    registry: pantau.Registry, model: str, sentiment: pantau.Bundle
) -> None:
    registry.register(model, sentiment)
    registry.promote(model, 1)
    texts = ["Bagus sekali!", "Lemot"]
    expected = pantau.Classifier.open(sentiment).predict(texts)
    with registry.load(f"models:/{model}@champion", threads=1) as classifier:
        assert classifier.predict(texts) == expected
    path = registry.path(f"models:/{model}/1")
    assert pantau.Bundle.open(path).id == sentiment.id


def test_what_is_told_of_a_version_can_change(
    registry: pantau.Registry, model: str, sentiment: pantau.Bundle
) -> None:
    registry.register(model, sentiment, alias="challenger")
    assert registry.version(model, 1)["stage"] == "Staging"
    registry.set_alias(model, "shadow", 1)
    registry.remove_alias(model, "challenger")
    registry.set_tag(model, 1, "owner", "sari")
    registry.set_tag(model, 1, "gone", "soon")
    registry.remove_tag(model, 1, "gone")
    registry.describe(model, 1, "small, and fast")
    registry.log_metrics(model, 1, {"f1": 0.8})
    found = registry.version(model, 1)
    assert found["aliases"] == ["shadow"]
    assert found["tags"] == {"owner": "sari"}
    assert (found["description"], found["metrics"]) == ("small, and fast", {"f1": 0.8})
    registry.transition(model, 1, "Production")
    assert registry.resolve(f"models:/{model}@champion") == (model, 1)
    registry.transition(model, 1, "Archived")
    assert registry.version(model, 1)["stage"] == "Archived"


def test_what_is_not_there_is_said(
    registry: pantau.Registry, model: str, sentiment: pantau.Bundle
) -> None:
    with pytest.raises(pantau.NotFoundError, match=model):
        registry.versions(model)
    registry.register(model, sentiment)
    with pytest.raises(pantau.NotFoundError, match="version 7"):
        registry.promote(model, 7)
    with pytest.raises(pantau.NotFoundError, match="champion"):
        registry.rollback(model)
    with pytest.raises(pantau.NotFoundError, match="shadow"):
        registry.resolve(f"models:/{model}@shadow")


def test_evidence_can_be_what_says_itself(
    sentiment: pantau.Bundle, classifier_data: list[tuple[str, str]]
) -> None:
    registry = pantau.Registry.open("memory:")
    registry.register("sentiment", sentiment)
    report = pantau.assess(sentiment, classifier_data)
    registry.promote("sentiment", 1, evidence=report)
    [move] = registry.history("sentiment")
    assert move["evidence"] == json.loads(report.to_json())


@pytest.fixture
def classifier_data() -> list[tuple[str, str]]:
    return [("Bagus", "positive"), ("Lemot", "negative")]


def test_two_versions_are_compared(sentiment: pantau.Bundle) -> None:
    registry = pantau.Registry.open("memory:")
    for strength in [1.0, 2.0]:
        registry.register("sentiment", sentiment, params={"C": strength, "kind": "tfidf"})
    comparison = registry.compare("sentiment", [1, 2])
    assert comparison.to_dict()["params"] == [{"name": "C", "values": ["1.0", "2.0"]}]
    assert json.loads(comparison.to_json()) == comparison.to_dict()
    assert "version 1" in str(comparison)
    with pytest.raises(pantau.InvalidInputError, match="versions: 1 cannot be compared"):
        registry.compare("sentiment", [1])


def test_an_altered_file_and_an_altered_journal_are_found(
    tmp_path: Path, sentiment: pantau.Bundle, capsys: pytest.CaptureFixture[str]
) -> None:
    home = str(tmp_path / "models")
    registry = pantau.Registry.open(home)
    registry.register("sentiment", sentiment)
    registry.promote("sentiment", 1)
    path = registry.path("models:/sentiment/1") / "pantau.json"
    told = path.read_bytes()
    path.chmod(0o644)
    path.write_bytes(told.replace(b"bert", b"tree", 1))
    with pytest.raises(pantau.IncompatibleError, match=r"pantau\.json"):
        registry.load("models:/sentiment@champion")
    assert cli.main(["registry", "verify", home, "sentiment"]) == 1
    assert "pantau.json" in capsys.readouterr().err
    path.write_bytes(told)
    assert cli.main(["registry", "verify", home, "sentiment"]) == 0
    entries = [
        path
        for path in Path(home).rglob("*")
        if path.is_file() and b'"what":"promote"' in path.read_bytes()
    ]
    assert entries
    for entry in entries:
        entry.chmod(0o644)
        entry.write_bytes(entry.read_bytes().replace(b'"actor":"', b'"actor":"not '))
    with pytest.raises(pantau.IncompatibleError, match="entry 2"):
        pantau.Registry.open(home).verify("sentiment")


def test_the_command_line_does_the_same(
    tmp_path: Path, sentiment: pantau.Bundle, capsys: pytest.CaptureFixture[str]
) -> None:
    home = str(tmp_path / "models")

    def run(*arguments: str) -> str:
        assert cli.main(["registry", arguments[0], home, *arguments[1:]]) == 0
        return capsys.readouterr().out

    # A path where nothing is, is a slip; to register makes it a registry.
    assert cli.main(["registry", "list", home]) == 1
    assert "not found" in capsys.readouterr().err and not Path(home).exists()
    assert run("register", "sentiment", sentiment.path, "--description", "first") == "1\n"
    assert run("register", "sentiment", sentiment.path, "--alias", "challenger") == "2\n"
    act = ["--actor", "sari", "--reason", "better"]
    assert run("promote", "sentiment", "1", *act) == "1\n"
    assert json.loads(run("promote", "sentiment", "2", *act, "--json")) == {
        "model": "sentiment",
        "version": 2,
    }
    assert run("rollback", "sentiment", *act) == "1\n"
    assert run("list") == "sentiment\n"
    listed = run("list", "sentiment").splitlines()
    assert listed == ["1\tProduction\tchampion\tfirst", "2\tArchived\tprevious"]
    history = run("history", "sentiment").splitlines()
    assert "\tsari\trollback\tchampion\t2 → 1\tbetter" in "\n".join(history)
    assert len(json.loads(run("history", "sentiment", "--json"))) == len(history)
    assert "entries     5" in run("verify", "sentiment")
    assert cli.main(["registry", "promote", home, "nothing", "1"]) == 1
    assert "model nothing not found" in capsys.readouterr().err


def test_bad_input_says_what_is_wrong(tmp_path: Path, sentiment: pantau.Bundle) -> None:
    registry = pantau.Registry.open(tmp_path / "models")
    with pytest.raises(pantau.InvalidInputError, match="gs:// is none of"):
        pantau.Registry.open("gs://bucket")
    with pytest.raises(pantau.InvalidInputError, match=r"\.\."):
        registry.register("../etc", sentiment)
    with pytest.raises(pantau.InvalidInputError, match="metric f1: expected a number, got 'high'"):
        registry.register("sentiment", sentiment, metrics={"f1": "high"})  # type: ignore[dict-item]
    with pytest.raises(pantau.InvalidInputError, match="metric f1: NaN is no finite number"):
        registry.register("sentiment", sentiment, metrics={"f1": float("nan")})
    with pytest.raises(pantau.NotFoundError, match="nowhere"):
        registry.register("sentiment", tmp_path / "nowhere")
    registry.register("sentiment", sentiment)
    with pytest.raises(pantau.InvalidInputError, match='"Live" is not one of: None, Staging'):
        registry.transition("sentiment", 1, "Live")  # type: ignore[arg-type]
    with pytest.raises(pantau.InvalidInputError, match="alias"):
        registry.set_alias("sentiment", "latest", 1)
    with pytest.raises(pantau.InvalidInputError, match="evidence: cannot be written as JSON"):
        registry.promote("sentiment", 1, evidence={1, 2})
    with pytest.raises(pantau.InvalidInputError, match="is none such as models:/sentiment"):
        registry.resolve("sentiment")
    assert registry.model("sentiment")["entries"] == 1


def test_servers_that_cannot_be_reached_are_said(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(pantau.UnreachableError, match=r"127\.0\.0\.1"):
        pantau.Registry.open("http://127.0.0.1:1").models()


def test_mlflow_itself_sees_what_was_registered(
    server: Callable[[str], dict[str, str]], root: Path, model: str, sentiment: pantau.Bundle
) -> None:
    url = server("mlflow")["url"]
    python = root / "build" / "servers" / "bin" / "python"
    if not python.exists():
        pytest.skip("mlflow is not installed: make build/servers.stamp")
    registry = pantau.Registry.open(url)
    registry.register(model, sentiment, description="the first", tags={"data": "reviews"})
    registry.promote(model, 1)
    script = """
import json, sys
from mlflow import MlflowClient
version = MlflowClient(sys.argv[1]).get_model_version_by_alias(sys.argv[2], "champion")
print(json.dumps([version.version, version.description, version.tags["data"]]))
"""
    done = subprocess.run(
        [python, "-c", script, url, model],
        capture_output=True,
        text=True,
        timeout=300,
        env={name: value for name, value in os.environ.items() if name != "PYTHONPATH"},
    )
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout.splitlines()[-1]) == ["1", "the first", "reviews"]
