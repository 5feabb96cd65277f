"""When a model is trained anew, and doing it."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal, TypeAlias

import pantau
from pantau import InvalidInputError, Workspace
from pantau.compat.places import FOLDER, MODEL, DbConfig, location

_Place: TypeAlias = Workspace | Mapping[str, Any] | str | os.PathLike[str]


class _OfWorkspace:
    """What is done with a model of a workspace, which is open only meanwhile."""

    def __init__(
        self,
        workspace: _Place = FOLDER,
        model_name: str = MODEL,
        db_config: DbConfig | None = None,
    ) -> None:
        if isinstance(workspace, Mapping) or (isinstance(workspace, str) and "://" in workspace):
            # Older scripts have a database, and nothing else.
            if db_config is not None:
                raise InvalidInputError("db_config: it is named twice")
            workspace, db_config = FOLDER, workspace
        if isinstance(workspace, Workspace) and db_config is not None:
            raise InvalidInputError("db_config: an open workspace has its store already")
        self._workspace = workspace
        self._model = model_name
        self._store = None if db_config is None else location(db_config)

    @contextmanager
    def _open(self) -> Iterator[Workspace]:
        if isinstance(self._workspace, Workspace):
            yield self._workspace
        else:
            with pantau.open(self._workspace, store=self._store) as workspace:
                yield workspace

    def _configure(self, name: str, changes: dict[str, Any]) -> None:
        with self._open() as workspace:
            now = workspace.settings(self._model)[name]
            if any(now[key] != value for key, value in changes.items()):
                stated: dict[str, Any] = {name: changes}
                workspace.configure(self._model, **stated)


class RetrainingTrigger(_OfWorkspace):
    """Says whether a model should be trained anew, over ``Workspace.evaluate_triggers``.

    ``workspace`` is a folder, made if there is none, or a Workspace; with a ``db_config`` its store
    is on that server. A ``db_config`` in its place, a dict or a URL, is meant with the folder
    "workspace" here. The limits are those of the workspace, for all who use it: what is given here
    is written into its settings, and what is not stays (at first: 30 days since the last training,
    7 between two, 500 new labels, an accuracy 0.03 lower, 0.12 of the feedback wrong, and drift).
    False switches one off; ``min_days=0`` lets trainings follow at once.

    >>> import pantau
    >>> from pantau.compat import RetrainingTrigger
    >>> words = {"bagus": "positive", "lemot": "negative"}
    >>> data = [(f"{word} {row}", words[word]) for row in range(60) for word in words]
    >>> with pantau.open("triggers") as ws:
    ...     _ = ws.train("sentiment", data)
    >>> trigger = RetrainingTrigger("triggers", new_data_threshold=600)
    >>> found = trigger.evaluate_triggers()
    >>> found["should_retrain"], found["triggers"], found["summary"]["total_triggers"]
    (False, [], 0)
    """

    def __init__(
        self,
        workspace: _Place = FOLDER,
        model_name: str = MODEL,
        *,
        db_config: DbConfig | None = None,
        max_days: float | Literal[False] | None = None,
        min_days: float | None = None,
        new_data_threshold: int | Literal[False] | None = None,
        accuracy_drop: float | Literal[False] | None = None,
        feedback_error_rate: float | Literal[False] | None = None,
        drift: bool | None = None,
    ) -> None:
        super().__init__(workspace, model_name, db_config)
        limits = {
            "max_age": _span(max_days),
            "min_interval": _span(min_days),
            "new_data": new_data_threshold,
            "accuracy_drop": accuracy_drop,
            "wrong_feedback": feedback_error_rate,
            "drift": drift,
        }
        given = {name: limit for name, limit in limits.items() if limit is not None}
        if given:
            self._configure("triggers", given)

    def evaluate_triggers(self) -> dict[str, Any]:
        """``should_retrain``, ``triggers`` with type, reason and priority, and ``summary`` with
        ``total_triggers``; looking does nothing."""
        with self._open() as workspace:
            return workspace.evaluate_triggers(self._model)


class RetrainingPipeline(_OfWorkspace):
    """Trains a model anew if there are reasons, over ``Workspace.retrain``: it trains, holds the
    new version against the gates, and takes it into use if it passes.

    ``min_accuracy`` is written into the workspace's settings (0.75 at first). The workspace keeps
    the records under ``retrainings``; ``log_dir``, such as "logs/retraining", gets each of them,
    too.

    >>> from pantau.compat import RetrainingPipeline
    >>> import pantau
    >>> words = {"bagus": "positive", "lemot": "negative"}
    >>> data = [(f"{word} {row}", words[word]) for row in range(60) for word in words]
    >>> with pantau.open("pipeline") as ws:
    ...     _ = ws.train("sentiment", data)
    >>> record = RetrainingPipeline("pipeline").run()
    >>> record["status"], record["reason"]
    ('skipped', 'no reason to train anew')
    """

    def __init__(
        self,
        workspace: _Place = FOLDER,
        model_name: str = MODEL,
        *,
        db_config: DbConfig | None = None,
        min_accuracy: float | None = None,
        log_dir: str | os.PathLike[str] | None = None,
    ) -> None:
        super().__init__(workspace, model_name, db_config)
        self._log_dir = None if log_dir is None else Path(log_dir)
        if min_accuracy is not None:
            self._configure("gates", {"promote": min_accuracy})

    def run(self, force: bool = False) -> dict[str, Any]:
        """The record: ``started_at``, ``trigger_evaluation``, ``training_result``,
        ``validation_result``, ``status``, ``reason`` and ``completed_at``.

        ``status`` is "completed", "rejected", "failed" or "skipped". Where nothing was trained, the
        result's ``status`` says so, and where nothing was judged, ``passed`` is None. ``force``
        trains without a reason.
        """
        with self._open() as workspace:
            record = workspace.retrain(self._model, force=force)
        if record.get("training_result") is None:
            record["training_result"] = {"status": record["status"]}
        if record.get("validation_result") is None:
            record["validation_result"] = {"passed": None}
        if self._log_dir is not None:
            self._log_dir.mkdir(parents=True, exist_ok=True)
            written = json.dumps(record, ensure_ascii=False, indent=2)
            (self._log_dir / f"{record['id']}.json").write_text(written + "\n", encoding="utf-8")
        return record


def _span(days: float | None) -> str | Literal[False] | None:
    """Days as the settings have them; False stays what it is, and 0 is a length."""
    if days is None or days is False:
        return days
    return f"{days:g}d"
