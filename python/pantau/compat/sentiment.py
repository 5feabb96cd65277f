"""A model that answers texts."""

from __future__ import annotations

import os
import shutil
import tempfile
import weakref
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import pantau
from pantau import Bundle, Classifier, InvalidInputError
from pantau.compat.bundles import bundle_at
from pantau.compat.environment import read


@dataclass
class ModelConfig:
    """Which model answers, and how.

    ``model_name`` is the path of a bundle, of a workspace or of a checkpoint's folder, as
    ``save_pretrained`` writes it. ``registered_model`` says which model of a workspace, if it has
    several. Texts longer than ``max_length`` tokens, or than the model reads, are cut; models of
    words read them whole. At most ``batch_size`` texts run at once: fewer need less memory.
    ``device`` is "cpu", "cuda", or None for CUDA where there is one.

    What is left out comes from the variables MODEL_NAME, MAX_LENGTH and BATCH_SIZE.
    """

    model_name: str | os.PathLike[str] = field(default_factory=lambda: read("MODEL_NAME", str, ""))
    max_length: int = field(default_factory=lambda: read("MAX_LENGTH", int, 512))
    batch_size: int = field(default_factory=lambda: read("BATCH_SIZE", int, 32))
    device: str | None = None
    registered_model: str | None = None

    def __post_init__(self) -> None:
        if not os.fspath(self.model_name):
            raise InvalidInputError("model_name: name one, or set the variable MODEL_NAME")
        for name in ("max_length", "batch_size"):
            value = getattr(self, name)
            if not isinstance(value, int) or value < 1:
                raise InvalidInputError(f"{name}: {value!r} is below the least, 1")


class Sentiment(dict[str, Any]):
    """What a model says of a text: a dict whose ``sentiment``, ``confidence`` and
    ``probabilities`` are attributes, too."""

    @property
    def sentiment(self) -> str:
        """The most probable label."""
        return str(self["sentiment"])

    @property
    def confidence(self) -> float:
        """How probable it is."""
        return float(self["confidence"])

    @property
    def probabilities(self) -> dict[str, float]:
        """How probable each label is."""
        found: dict[str, float] = self["probabilities"]
        return found


class SentimentModel:
    """Answers texts, over ``pantau.Classifier``.

    A bundle is opened as it is. Of a workspace it is the version in use now; what is asked is
    neither logged nor counted, as ``Workspace.predict`` does. A checkpoint is converted into a
    temporary folder, which takes a second or more each time: ``pantau.convert`` does it once.
    Nothing is downloaded.

    >>> from pantau.compat import ModelConfig, SentimentModel
    >>> model = SentimentModel(ModelConfig(model_name="sentiment", batch_size=16))
    >>> [answer] = model.predict("Aplikasi ini sangat bagus!")
    >>> answer["sentiment"] == answer.sentiment, sorted(answer.probabilities)
    (True, ['negative', 'neutral', 'positive'])
    >>> [0 < answer.confidence <= 1 for answer in model.predict(["", "Bagus " * 1000])]
    [True, True]
    """

    def __init__(self, config: ModelConfig | str | os.PathLike[str] | None = None) -> None:
        if config is None:
            config = ModelConfig()
        self.config = config if isinstance(config, ModelConfig) else ModelConfig(config)
        scratch = tempfile.mkdtemp(prefix="pantau-")
        self._end = weakref.finalize(self, shutil.rmtree, scratch, ignore_errors=True)
        bundle = _bundle(self.config, scratch)
        most = bundle.manifest.get("max_tokens")
        self._path = bundle.path
        self._classifier = Classifier.open(
            bundle,
            device=_device(self.config.device),
            # Models of words have no such limit.
            max_tokens=None if most is None else min(most, self.config.max_length),
        )

    @property
    def classifier(self) -> Classifier:
        """What it is made of."""
        return self._classifier

    def __fspath__(self) -> str:
        """The folder of its bundle, so that ``MLflowManager.log_model`` takes the model itself."""
        return self._path

    def predict(self, texts: str | Iterable[str]) -> list[Sentiment]:
        """What the model says of a text or of many, in a list: ``sentiment``, ``confidence`` and
        ``probabilities``."""
        asked = [texts] if isinstance(texts, str) else list(texts)
        size = self.config.batch_size
        answers: list[Sentiment] = []
        for start in range(0, len(asked), size):
            for found in self._classifier.predict(asked[start : start + size]):
                answers.append(
                    Sentiment(
                        sentiment=found.label,
                        confidence=found.confidence,
                        probabilities=found.probabilities,
                    )
                )
        return answers

    def close(self) -> None:
        """Frees the model."""
        self._classifier.close()
        self._end()


def _bundle(config: ModelConfig, scratch: str) -> Bundle:
    path = Path(config.model_name)
    if (path / "workspace.json").is_file():
        with pantau.open(path) as workspace:
            name = config.registered_model or _only_model(workspace)
            return Bundle.open(workspace.registry.path(f"models:/{name}@champion"))
    if config.registered_model is not None:
        raise InvalidInputError(f"registered_model: {path} is no workspace, and has no models")
    return bundle_at("model_name", config.model_name, scratch)


def _only_model(workspace: pantau.Workspace) -> str:
    names = workspace.registry.models()
    if len(names) != 1:
        raise InvalidInputError(
            f"registered_model: {workspace.folder} has {', '.join(names) or 'no models'}; name one"
        )
    return names[0]


def _device(name: str | None) -> Literal["cpu", "prefer_cuda", "require_cuda"]:
    if name is None or name == "auto":
        return "prefer_cuda"
    if name == "cpu":
        return "cpu"
    if name == "cuda" or name == "cuda:0":
        return "require_cuda"
    raise InvalidInputError(f"device: {name!r} is none of cpu, cuda and auto")
