"""Older scripts: their models, runs and retrainings, by the names they use."""

from __future__ import annotations

import json
import math
import sqlite3
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pantau
import pytest
from pantau.compat import (
    MLflowManager,
    ModelConfig,
    ParamWarning,
    RetrainingPipeline,
    RetrainingTrigger,
    SentimentModel,
)

WORDS = {"bagus": "positive", "lemot": "negative"}
REVIEWS = [(f"{word} sekali {row}", WORDS[word]) for row in range(60) for word in WORDS]


@pytest.fixture
def app(tmp_path: Path) -> Path:
    """The folder of a workspace with a model."""
    with pantau.open(tmp_path / "app") as workspace:
        workspace.train("sentiment", REVIEWS)
    return tmp_path / "app"


@pytest.fixture
def sentiment(bundle: Callable[..., pantau.Bundle]) -> pantau.Bundle:
    return bundle("bert-classifier")


def say_labels(folder: Path, count: int) -> None:
    """Lets people say what is right of so many answers."""
    with pantau.open(folder) as workspace:
        texts = [f"bagus dan baru {row}" for row in range(count)]
        answers = workspace.predict("sentiment", texts, consent=pantau.Consent())
        workspace.flush()
        for answer in answers:
            workspace.feedback(answer.id, label="positive")


def test_triggers_are_evaluated(app: Path) -> None:
    trigger = RetrainingTrigger(app, new_data_threshold=20, min_days=0)
    before = trigger.evaluate_triggers()
    assert (before["should_retrain"], before["triggers"]) == (False, [])
    assert before["summary"]["total_triggers"] == 0
    say_labels(app, 20)
    after = trigger.evaluate_triggers()
    assert after["should_retrain"] is True
    [fired] = after["triggers"]
    assert set(fired) == {"type", "reason", "priority"}
    assert (fired["type"], fired["priority"]) == ("new_data", "medium")
    assert after["summary"]["total_triggers"] == 1
    # Looking has done nothing.
    assert trigger.evaluate_triggers()["triggers"] == after["triggers"]


def test_limits_are_those_of_the_workspace(app: Path) -> None:
    RetrainingTrigger(app, max_days=45, accuracy_drop=0.05, feedback_error_rate=0.2, drift=False)
    RetrainingTrigger(app, min_days=0.5, new_data_threshold=False)
    with pantau.open(app) as workspace:
        triggers = workspace.settings("sentiment")["triggers"]
        noted = workspace.store.audit_trail()
        # What is given is there already, and nothing new is noted.
        trigger = RetrainingTrigger(workspace, max_days=45, drift=False)
        assert workspace.store.audit_trail() == noted
        assert trigger.evaluate_triggers()["should_retrain"] is False
        with pytest.raises(pantau.InvalidInputError, match="an open workspace has its store"):
            RetrainingTrigger(workspace, db_config={"dbname": "reviews"})
    assert (triggers["max_age"], triggers["min_interval"]) == ("45d", "12h")
    assert (triggers["accuracy_drop"], triggers["wrong_feedback"]) == (0.05, 0.2)
    assert triggers["drift"] is triggers["new_data"] is False
    with pytest.raises(pantau.InvalidInputError, match="accuracy_drop: 3 is not from 0 to 1"):
        RetrainingTrigger(app, accuracy_drop=3)
    with pytest.raises(pantau.NotFoundError, match="model other not found"):
        RetrainingTrigger(app, "other").evaluate_triggers()


def test_limits_are_first_what_they_were(app: Path) -> None:
    with pantau.open(app) as workspace:
        triggers = workspace.settings("sentiment")["triggers"]
        gates = workspace.settings("sentiment")["gates"]
    assert (triggers["max_age"], triggers["min_interval"]) == ("30d", "7d")
    assert (triggers["new_data"], triggers["accuracy_drop"]) == (500, 0.03)
    assert (triggers["wrong_feedback"], triggers["drift"]) == (0.12, True)
    assert gates["promote"] == 0.75


def test_a_pipeline_leaves_a_record(app: Path, tmp_path: Path) -> None:
    logs = tmp_path / "logs" / "retraining"
    pipeline = RetrainingPipeline(app, log_dir=logs)
    fields = {
        "started_at",
        "trigger_evaluation",
        "training_result",
        "validation_result",
        "status",
        "reason",
        "completed_at",
    }
    skipped = pipeline.run()
    assert fields <= set(skipped)
    assert (skipped["status"], skipped["reason"]) == ("skipped", "no reason to train anew")
    assert skipped["training_result"]["status"] == "skipped"
    assert skipped["validation_result"]["passed"] is None
    done = pipeline.run(force=True)
    assert fields <= set(done)
    assert (done["status"], done["training_result"]["status"]) == ("completed", "completed")
    assert done["validation_result"]["passed"] is True
    files = {json.loads(file.read_text(encoding="utf-8"))["id"] for file in logs.iterdir()}
    assert files == {skipped["id"], done["id"]}
    with pantau.open(app) as workspace:
        assert workspace.registry.resolve("models:/sentiment@champion") == ("sentiment", 2)


def test_a_pipeline_asks_for_an_accuracy(app: Path) -> None:
    record = RetrainingPipeline(app, min_accuracy=0.99).run(force=True)
    # With some twenty test texts nobody can be so sure.
    gate = next(own for own in record["validation_result"]["outcomes"] if own["gate"] == "promote")
    assert gate["bound"] == 0.99
    with pantau.open(app) as workspace:
        assert workspace.settings("sentiment")["gates"]["promote"] == 0.99


def test_a_workspace_may_have_its_store_on_a_server(
    server: Callable[[str], dict[str, str]], tmp_path: Path
) -> None:
    url = f"{server('postgres')['url']}?schema=test_{uuid.uuid4().hex}"
    with pantau.open(tmp_path / "app", store=url) as workspace:
        workspace.train("sentiment", REVIEWS)
    trigger = RetrainingTrigger(tmp_path / "app", db_config=url, new_data_threshold=20)
    assert trigger.evaluate_triggers()["should_retrain"] is False
    assert pantau.Store.open(url).audit_trail()


@pytest.fixture(params=["folder", "sqlite", "mlflow"])
def tracking(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A tracking URI of each kind."""
    if request.param == "mlflow":
        return str(request.getfixturevalue("server")("mlflow")["url"])
    return str(tmp_path / "state") if request.param == "folder" else f"sqlite:///{tmp_path}/m.db"


def test_a_run_is_what_mlflow_makes_of_it(tracking: str) -> None:
    manager = MLflowManager(tracking, f"sentiment {uuid.uuid4().hex}")
    run = manager.start_run("first", tags={"model_type": "indobert", "rows": 3})
    manager.log_params({"learning_rate": 2e-5, "epochs": 3})
    for epoch in range(3):
        manager.log_metrics({"train_loss": 1.0 - 0.25 * epoch}, step=epoch)
    manager.log_metrics({"test_accuracy": 0.84, "perplexity": math.inf})
    assert run.info.status == "RUNNING"
    manager.end_run()
    assert (run.info.run_name, run.info.status) == ("first", "FINISHED")
    assert run.data.params == {"learning_rate": "2e-05", "epochs": "3"}
    assert run.data.metrics["train_loss"] == 0.5
    assert run.data.metrics["perplexity"] == math.inf
    assert run.data.tags["model_type"] == "indobert" and run.data.tags["rows"] == "3"
    assert manager.runs.run(run.info.run_id)["metrics"]["train_loss"]["step"] == 2


def test_the_best_run_is_found(tracking: str) -> None:
    manager = MLflowManager(tracking, f"sentiment {uuid.uuid4().hex}")
    assert manager.get_best_run("test_accuracy") is None
    for rate, accuracy in [("1e-5", 0.75), ("2e-5", 0.875), ("5e-5", 0.5)]:
        with manager.start_run(rate):
            manager.log_params({"learning_rate": rate})
            manager.log_metrics({"test_accuracy": accuracy})
    best = manager.get_best_run("test_accuracy", maximize=True)
    worst = manager.get_best_run("test_accuracy", maximize=False)
    assert best is not None and worst is not None
    assert best.data.params["learning_rate"] == best.info.run_name == "2e-5"
    assert worst.data.metrics["test_accuracy"] == 0.5
    assert best.info.experiment_name == worst.info.experiment_name


def test_a_changed_param_does_not_hit_the_user(tracking: str) -> None:
    manager = MLflowManager(tracking, f"sentiment {uuid.uuid4().hex}")
    with manager.start_run() as run:
        manager.log_params({"epochs": 3})
        manager.log_params({"epochs": 3})
        with pytest.warns(ParamWarning, match=r"(?s)3.*4.*in the tag param\.epochs") as caught:
            manager.log_params({"epochs": 4, "batch_size": 16})
        assert caught[0].filename == __file__
    assert run.data.params == {"epochs": "3", "batch_size": "16"}
    assert run.data.tags["param.epochs"] == "4"
    assert run.info.status == "FINISHED"


def test_runs_come_one_after_the_other(tmp_path: Path) -> None:
    manager = MLflowManager(tmp_path / "state")
    first = manager.start_run("first")
    with pytest.raises(pantau.ConflictError, match=f"run {first.info.run_id} is active already"):
        manager.start_run("second")
    manager.end_run("KILLED")
    assert first.info.status == "KILLED"
    manager.end_run()
    assert first.info.status == "KILLED"
    with pytest.raises(ZeroDivisionError), manager.start_run("third") as third:
        _ = 1 / 0
    assert third.info.status == "FAILED"
    # What is logged without a run begins one, as with MLflow.
    manager.log_metrics({"f1": 0.5})
    with pytest.raises(pantau.InvalidInputError, match="status: 'DONE' is none of FINISHED"):
        manager.end_run("DONE")
    (tmp_path / "plot.svg").write_text("<svg/>")
    manager.log_artifact(tmp_path / "plot.svg", "plots")
    manager.end_run()
    best = manager.get_best_run("f1")
    assert best is not None
    paths = [file["path"] for file in manager.runs.artefacts(best.info.run_id)]
    assert (best.info.status, paths) == ("FINISHED", ["plots/plot.svg"])


def test_models_go_through_their_stages(tracking: str, sentiment: pantau.Bundle) -> None:
    name = f"indobert-{uuid.uuid4().hex[:8]}"
    manager = MLflowManager(tracking, f"sentiment {uuid.uuid4().hex}")
    with manager.start_run() as run:
        assert manager.log_model(sentiment, "model", registered_model_name=name) == 1
        assert manager.log_model(sentiment.path, "model", registered_model_name=name) == 2
    assert run.data.tags["model.model"] == f"models:/{name}/2"
    assert manager.registry.version(name, 1)["stage"] == "None"
    manager.transition_model_stage(name, 1, "Production")
    manager.transition_model_stage(name, "2", "production", archive_existing_versions=True)
    assert [own["stage"] for own in manager.registry.versions(name)] == ["Archived", "Production"]
    classifier = manager.load_model_from_registry(name)
    assert classifier.labels == ["negative", "neutral", "positive"]
    assert manager.load_model_from_registry(name, version=1).predict("Bagus").label
    assert manager.load_model_from_registry(name, version="latest").predict("Bagus").label
    with pytest.raises(pantau.NotFoundError, match="Staging"):
        manager.load_model_from_registry(name, stage="Staging")
    with pytest.raises(pantau.InvalidInputError, match="version: 1 and stage Production"):
        manager.load_model_from_registry(name, stage="Production", version=1)
    with pytest.raises(pantau.InvalidInputError, match="stage: 'Live' is none of None, Staging"):
        manager.transition_model_stage(name, 1, "Live")


def test_models_of_many_kinds_are_logged(
    tmp_path: Path, root: Path, sentiment: pantau.Bundle
) -> None:
    manager = MLflowManager(f"sqlite:///{tmp_path}/mlflow.db")
    with manager.start_run() as run:
        assert manager.log_model(sentiment, "kept/model") is None
        checkpoint = root / "tests/data/checkpoints/distilbert-classifier"
        assert manager.log_model(checkpoint, registered_model_name="distilbert") == 1
        model = SentimentModel(sentiment.path)
        assert manager.log_model(model, registered_model_name="opened") == 1
        model.close()
        for wrong, message in [
            ("model.pkl", r"model: model\.pkl is a pickle, which can run any code"),
            (object(), "model: object is none of a Bundle"),
            (pantau.Classifier.open(sentiment), "model: Classifier is none of a Bundle"),
        ]:
            with pytest.raises(pantau.InvalidInputError, match=message):
                manager.log_model(wrong)
    paths = {file["path"] for file in manager.runs.artefacts(run.info.run_id)}
    assert {"kept/model/pantau.json", "kept/model/model.onnx"} <= paths
    assert sorted(manager.registry.models()) == ["distilbert", "opened"]
    assert (tmp_path / "mlflow-models").is_dir()


def test_a_pipeline_of_scikit_learn_is_logged(tmp_path: Path) -> None:
    pytest.importorskip("sklearn")
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.naive_bayes import MultinomialNB
    from sklearn.pipeline import make_pipeline

    texts, labels = zip(*REVIEWS, strict=True)
    pipeline = make_pipeline(TfidfVectorizer(), MultinomialNB()).fit(texts, labels)
    manager = MLflowManager(tmp_path / "state")
    manager.log_model(pipeline, registered_model_name="naive-bayes")
    loaded = manager.load_model_from_registry("naive-bayes", version=1)
    assert loaded.predict("bagus").label == "positive"
    manager.end_run()


def test_where_a_tracking_uri_leads(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, sentiment: pantau.Bundle
) -> None:
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)
    with pytest.raises(pantau.InvalidInputError, match="MLFLOW_TRACKING_URI: is not set"):
        MLflowManager()
    monkeypatch.setenv("MLFLOW_TRACKING_URI", f"sqlite:///{tmp_path}/mlflow.db")
    assert MLflowManager().registry.location == str(tmp_path / "mlflow-models")
    folder = MLflowManager(tmp_path / "state")
    assert folder.registry.location == str(tmp_path / "state" / "models")
    elsewhere = MLflowManager(tmp_path / "state", registry_uri=tmp_path / "other")
    assert elsewhere.registry.register("sentiment", sentiment) == 1
    assert folder.registry.models() == []
    with pytest.raises(pantau.InvalidInputError, match="folder of MLflow's own files"):
        MLflowManager(f"file://{tmp_path}/mlruns")


def test_a_database_of_mlflow_is_left_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "mlflow.db"
    with sqlite3.connect(path) as database:
        database.execute("CREATE TABLE runs (run_uuid TEXT)")
    database.close()
    before = path.read_bytes()
    with pytest.raises(pantau.IncompatibleError, match="has a table runs that is not Pantau's"):
        MLflowManager(f"sqlite:///{path}")
    assert path.read_bytes() == before


def test_a_database_keeps_no_models(server: Callable[[str], dict[str, str]]) -> None:
    url = f"{server('postgres')['url']}?schema=test_{uuid.uuid4().hex}"
    manager = MLflowManager(url)
    with manager.start_run("first"):
        manager.log_metrics({"f1": 0.5})
    assert manager.get_best_run("f1") is not None
    with pytest.raises(pantau.InvalidInputError, match="registry_uri: a database keeps no models"):
        _ = manager.registry


def test_texts_are_answered(sentiment: pantau.Bundle) -> None:
    model = SentimentModel(ModelConfig(model_name=sentiment.path, batch_size=2, device="cpu"))
    [one] = model.predict("Aplikasi ini sangat bagus!")
    assert set(one) == {"sentiment", "confidence", "probabilities"}
    assert set(one.probabilities) == {"positive", "negative", "neutral"}
    assert one.probabilities[one.sentiment] == one.confidence == one["confidence"]
    assert json.loads(json.dumps(one)) == one
    texts = pd.Series(["", "Bagus " * 1000, "Lemot", "Cepat", "Murah"], index=range(5, 10))
    answers = model.predict(texts)
    assert len(answers) == 5
    assert all(0 < answer.confidence <= 1 for answer in answers)
    # The same alone and in a batch of two.
    expected = model.classifier.predict("Murah")
    assert answers[4].confidence == pytest.approx(expected.confidence, abs=1e-5)
    assert model.predict([]) == []
    frame = pd.DataFrame(answers, index=texts.index)[["sentiment", "confidence"]]
    assert frame.loc[9, "sentiment"] == expected.label
    model.close()
    with pytest.raises(pantau.Error):
        model.predict("Bagus")


def test_a_batch_is_as_large_as_it_is_said(sentiment: pantau.Bundle) -> None:
    texts = [f"bagus {row}" for row in range(12)]
    runs = {}
    for size in (2, 12):
        model = SentimentModel(ModelConfig(sentiment.path, batch_size=size))
        before = model.classifier.info()["counters"]["runs"]
        model.predict(texts)
        runs[size] = model.classifier.info()["counters"]["runs"] - before
        model.close()
    assert runs[2] >= 6 > runs[12]


def test_long_texts_are_cut_where_it_is_said(sentiment: pantau.Bundle) -> None:
    # The model reads forty tokens, which is less than the older default.
    assert SentimentModel(sentiment.path).classifier.info()["max_tokens"] == 40
    short = SentimentModel(ModelConfig(sentiment.path, max_length=8))
    assert short.classifier.info()["max_tokens"] == 8
    long = "bagus sekali dan cepat " * 20
    cut = short.predict([long, long + "lemot"])
    assert cut[0] == cut[1]


def test_a_model_is_found_in_many_places(app: Path, root: Path, tmp_path: Path) -> None:
    [answer] = SentimentModel(app).predict("bagus sekali")
    assert answer.sentiment == "positive"
    checkpoint = root / "tests/data/checkpoints/bert-classifier"
    before = sorted(checkpoint.iterdir())
    model = SentimentModel(checkpoint)
    assert len(model.predict(["Bagus", "Lemot"])) == 2
    converted = Path(model.__fspath__())
    assert converted.is_dir()
    model.close()
    assert not converted.exists()
    assert sorted(checkpoint.iterdir()) == before
    with pantau.open(app) as workspace:
        workspace.train("other", [(text, label.upper()) for text, label in REVIEWS])
    with pytest.raises(pantau.InvalidInputError, match=r"has other, sentiment; name one"):
        SentimentModel(app)
    other = SentimentModel(ModelConfig(app, registered_model="other"))
    assert other.predict("bagus sekali")[0].sentiment == "POSITIVE"
    with pytest.raises(pantau.InvalidInputError, match="is no workspace, and has no models"):
        SentimentModel(ModelConfig(checkpoint, registered_model="other"))


def test_what_a_script_leaves_out_comes_from_variables(
    sentiment: pantau.Bundle, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(pantau.InvalidInputError, match="set the variable MODEL_NAME"):
        ModelConfig()
    monkeypatch.setenv("MODEL_NAME", sentiment.path)
    monkeypatch.setenv("MAX_LENGTH", "64")
    monkeypatch.setenv("BATCH_SIZE", "4")
    config = SentimentModel().config
    assert config == ModelConfig(sentiment.path, max_length=64, batch_size=4)
    # What is said comes first, and what is empty is not set.
    assert ModelConfig("other", batch_size=8).batch_size == 8
    monkeypatch.setenv("MAX_LENGTH", " ")
    assert ModelConfig().max_length == 512
    monkeypatch.setenv("BATCH_SIZE", "many")
    with pytest.raises(pantau.InvalidInputError, match="BATCH_SIZE: 'many' is no whole number"):
        ModelConfig()
    monkeypatch.setenv("EXPERIMENT_NAME", "reviews")
    manager = MLflowManager(tmp_path / "state")
    assert manager.start_run().info.experiment_name == "reviews"
    assert MLflowManager(tmp_path / "other", "own").start_run().info.experiment_name == "own"


@pytest.mark.parametrize(
    ("config", "error", "message"),
    [
        ({"model_name": "indolem/indobert-base-uncased"}, "NotFoundError", "nothing is downloaded"),
        ({"model_name": "model.pkl"}, "InvalidInputError", "is a pickle"),
        ({"model_name": "x", "batch_size": 0}, "InvalidInputError", "batch_size: 0 is below"),
        ({"model_name": "x", "max_length": -1}, "InvalidInputError", "max_length: -1 is below"),
    ],
)
def test_what_is_no_model_is_refused(config: dict[str, Any], error: str, message: str) -> None:
    with pytest.raises(getattr(pantau, error), match=message):
        SentimentModel(ModelConfig(**config))


def test_devices_are_those_of_before(sentiment: pantau.Bundle) -> None:
    model = SentimentModel(ModelConfig(sentiment.path, device=None))
    assert model.classifier.info()["provider"] in ("cpu", "cuda")
    with pytest.raises(pantau.InvalidInputError, match="device: 'tpu' is none of cpu, cuda"):
        SentimentModel(ModelConfig(sentiment.path, device="tpu"))
