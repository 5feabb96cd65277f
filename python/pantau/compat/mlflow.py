"""Runs and registered models, as MLflow's client has them."""

from __future__ import annotations

import os
import tempfile
import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from pantau import Classifier, ConflictError, InvalidInputError, Registry, Run, Runs
from pantau.compat.bundles import bundle_of
from pantau.compat.environment import read

_STAGES: dict[str, Literal["None", "Staging", "Production", "Archived"]] = {
    "none": "None",
    "staging": "Staging",
    "production": "Production",
    "archived": "Archived",
}
_ENDS: dict[str, Literal["finished", "failed", "killed"]] = {
    "FINISHED": "finished",
    "FAILED": "failed",
    "KILLED": "killed",
}


class ParamWarning(UserWarning):
    """A parameter of a run was logged again with another value."""


@dataclass(frozen=True)
class RunInfo:
    """Which run it is."""

    run_id: str
    run_name: str
    experiment_name: str
    status: str


@dataclass(frozen=True)
class RunData:
    """What was logged to a run: of each metric the last number."""

    metrics: dict[str, float]
    params: dict[str, str]
    tags: dict[str, str]


class TrackedRun:
    """A run as MLflow's client has it: ``run.info.run_id``, ``run.data.metrics["f1"]``. Both are
    read when they are asked for. As a context manager it ends with its block."""

    def __init__(self, runs: Runs, run_id: str, end: Callable[[str], None]) -> None:
        self._runs = runs
        self._id = run_id
        self._end = end

    @property
    def info(self) -> RunInfo:
        """Which run it is."""
        found = self._runs.run(self._id)
        return RunInfo(self._id, found["name"], found["experiment"], found["status"].upper())

    @property
    def data(self) -> RunData:
        """What was logged to it."""
        found = self._runs.run(self._id)
        metrics = {name: _number(last) for name, last in found["metrics"].items()}
        return RunData(metrics, dict(found["params"]), dict(found["tags"]))

    def __enter__(self) -> TrackedRun:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_error: object) -> None:
        self._end("FINISHED" if kind is None else "FAILED")


class MLflowManager:
    """Tracks runs and keeps models, over ``pantau.Runs`` and ``pantau.Registry``; ``mlflow`` itself
    is not needed.

    ``experiment_name`` is by default that of the variable EXPERIMENT_NAME, ``tracking_uri`` that of
    MLFLOW_TRACKING_URI:

    - a folder: runs are in it, models in ``models`` inside it;
    - ``sqlite:///mlflow.db``: runs are in that file, models in the folder ``mlflow-models`` beside
      it. The file is a store of Pantau's. A database that MLflow itself made is refused, and left
      as it is: start a server on it, and name its URL;
    - ``http://mlflow:5000``: both are on that MLflow server;
    - ``postgresql://...``: runs are there; ``registry_uri`` says where models are.

    >>> from pantau.compat import MLflowManager
    >>> manager = MLflowManager("sqlite:///mlflow.db", "sentiment-analysis")
    >>> run = manager.start_run("first try", tags={"model_type": "tfidf"})
    >>> manager.log_params({"learning_rate": 2e-5, "epochs": 3})
    >>> manager.log_metrics({"test_accuracy": 0.84}, step=1)
    >>> manager.log_model("sentiment", "model", registered_model_name="sentiment-analysis")
    1
    >>> manager.end_run()
    >>> manager.transition_model_stage("sentiment-analysis", 1, "Production")
    >>> best = manager.get_best_run("test_accuracy", maximize=True)
    >>> best.info.run_id == run.info.run_id, best.data.metrics["test_accuracy"]
    (True, 0.84)
    >>> manager.load_model_from_registry("sentiment-analysis", stage="Production").labels
    ['negative', 'neutral', 'positive']
    """

    def __init__(
        self,
        tracking_uri: str | os.PathLike[str] | None = None,
        experiment_name: str | None = None,
        *,
        registry_uri: str | os.PathLike[str] | None = None,
    ) -> None:
        self._runs = Runs.open(tracking_uri)
        self._uri = os.fspath(tracking_uri or os.environ.get("MLFLOW_TRACKING_URI", "").strip())
        self._experiment = (
            read("EXPERIMENT_NAME", str, "sentiment-analysis")
            if experiment_name is None
            else experiment_name
        )
        self._registry_uri = registry_uri
        self._registry: Registry | None = None
        self._active: Run | None = None

    @property
    def runs(self) -> Runs:
        """What runs are kept in."""
        return self._runs

    @property
    def registry(self) -> Registry:
        """What models are kept in."""
        if self._registry is None:
            place = self._registry_uri or _models_of(self._uri, self._runs.location)
            self._registry = Registry.open(place)
        return self._registry

    def start_run(
        self, run_name: str | None = None, tags: Mapping[str, object] | None = None
    ) -> TrackedRun:
        """Starts the run that all is logged to until ``end_run``."""
        if self._active is not None:
            raise ConflictError(
                f"run {self._active.id} is active already: end it by end_run before another starts"
            )
        self._active = self._runs.start(self._experiment, run_name)
        if tags:
            self._active.set_tags(tags)
        return self._tracked(self._active.id)

    def log_params(self, params: Mapping[str, object]) -> None:
        """Logs parameters.

        A parameter that was logged before keeps its first value, for results that were told with
        it. Another value is no error: it becomes the tag ``param.NAME``, and a ParamWarning names
        both.
        """
        run = self._run()
        try:
            run.log_params(params)
        except ConflictError:
            for name, value in params.items():
                self._log_param(run, name, value)

    def log_metrics(self, metrics: Mapping[str, float], step: int | None = None) -> None:
        """Logs metrics at a step; by default at step 0."""
        self._run().log_metrics(metrics, 0 if step is None else step)

    def log_artifact(
        self, local_path: str | os.PathLike[str], artifact_path: str | None = None
    ) -> None:
        """Logs a file, or the files of a folder."""
        self._run().log_artefact(local_path, artifact_path)

    def log_model(
        self, model: Any, path: str = "model", registered_model_name: str | None = None
    ) -> int | None:
        """Logs a model; with a name it is registered, and its version comes back.

        ``model`` is a Bundle, the path of one or of a checkpoint's folder, a SentimentModel, or a
        fitted pipeline of scikit-learn. A registered model's files are kept once, in the registry,
        and the run's tag ``model.PATH`` names the version; those of others are files of the run,
        below ``path``.
        """
        run = self._run()
        with tempfile.TemporaryDirectory(prefix="pantau-") as scratch:
            bundle = bundle_of(model, scratch)
            if registered_model_name is None:
                _log_files(run, Path(bundle.path), path)
                return None
            version = self.registry.register(registered_model_name, bundle, run_id=run.id)
        run.set_tag(f"model.{path}", f"models:/{registered_model_name}/{version}")
        return version

    def end_run(self, status: str = "FINISHED") -> None:
        """Ends the run: "FINISHED", "FAILED" or "KILLED". Without one it does nothing."""
        if status not in _ENDS:
            raise InvalidInputError(f"status: {status!r} is none of {', '.join(_ENDS)}")
        run, self._active = self._active, None
        if run is not None:
            run.finish(_ENDS[status])

    def load_model_from_registry(
        self, name: str, stage: str | None = None, version: int | str | None = None
    ) -> Classifier:
        """The classifier of a version or of a stage; by default the one in Production."""
        if stage is not None and version is not None:
            raise InvalidInputError(f"version: {version} and stage {stage} are given; one does")
        which = str(version) if version is not None else _stage(stage or "Production")
        return self.registry.load(f"models:/{name}/{which}")

    def transition_model_stage(
        self,
        model_name: str,
        version: int | str,
        stage: str,
        archive_existing_versions: bool = True,
    ) -> None:
        """Brings a version into a stage. Into Production it comes as the one in use, and the one
        before is archived by the same act."""
        self.registry.transition(
            model_name, int(version), _stage(stage), archive_existing=archive_existing_versions
        )

    def get_best_run(self, metric_name: str, maximize: bool = True) -> TrackedRun | None:
        """The run of the experiment whose last number of a metric is the largest, or without
        ``maximize`` the smallest; None if there is none."""
        found = self._runs.best(self._experiment, metric_name, maximize=maximize)
        return None if found is None else self._tracked(found["id"])

    def _run(self) -> Run:
        if self._active is None:
            self.start_run()
        assert self._active is not None
        return self._active

    def _tracked(self, run_id: str) -> TrackedRun:
        return TrackedRun(self._runs, run_id, self.end_run)

    def _log_param(self, run: Run, name: str, value: object) -> None:
        try:
            run.log_param(name, value)
        except ConflictError as conflict:
            run.set_tag(f"param.{name}", value)
            message = f"{conflict}; the new value is in the tag param.{name}"
            warnings.warn(message, ParamWarning, stacklevel=3)


def _models_of(uri: str, location: str) -> str | Path:
    """Where the models are that belong to the runs of a tracking URI, which are at a place."""
    if Path(uri).is_dir():
        return Path(uri) / "models"
    if uri.lower().startswith(("http://", "https://", "memory:")):
        # With its password, which a location does not show.
        return uri
    if "://" in location:
        raise InvalidInputError(
            "registry_uri: a database keeps no models; name a folder, s3://bucket/prefix or the "
            "URL of an MLflow server"
        )
    place = Path(location)
    return place.with_name(f"{place.stem}-models")


def _log_files(run: Run, bundle: Path, folder: str) -> None:
    for file in sorted(bundle.rglob("*")):
        if file.is_file():
            below = file.parent.relative_to(bundle).as_posix()
            run.log_artefact(file, folder if below == "." else f"{folder}/{below}")


def _stage(name: str) -> Literal["None", "Staging", "Production", "Archived"]:
    stage = _STAGES.get(name.lower())
    if stage is None:
        raise InvalidInputError(f"stage: {name!r} is none of {', '.join(_STAGES.values())}")
    return stage


def _number(last: Mapping[str, Any]) -> float:
    # What is no number in JSON is told as a text.
    return float(last["text"] if last["value"] is None else last["value"])
