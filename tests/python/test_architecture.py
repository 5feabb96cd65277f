"""Holds what ARCHITECTURE.md promises about the Python face."""

from __future__ import annotations

import ast
import inspect
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pantau
import pytest
from pantau import _core, learn, stats, text

MODULES = {"pantau": pantau, "pantau.text": text, "pantau.stats": stats}
EXPORTED = {name for module in MODULES.values() for name in module.__all__}


def home(name: str) -> str:
    """The module that a name is imported from."""
    return next(home for home, module in MODULES.items() if name in module.__all__)


def native_names() -> list[str]:
    return [name for name in dir(_core) if not name.startswith("_")]


def native_classes() -> list[type]:
    values = [getattr(_core, name) for name in native_names()]
    return [value for value in values if isinstance(value, type)]


def stub_names(stub: Path) -> dict[str, ast.stmt]:
    named = (ast.ClassDef, ast.FunctionDef)
    body = ast.parse(stub.read_text(encoding="utf-8")).body
    return {node.name: node for node in body if isinstance(node, named)}


def test_every_native_name_is_exported() -> None:
    names = native_names()
    assert len(names) > 10
    assert not set(names) - EXPORTED
    for name in names:
        assert getattr(MODULES[home(name)], name) is getattr(_core, name)
    for module in MODULES.values():
        for name in module.__all__:
            assert hasattr(module, name)


def test_every_native_name_is_in_the_stubs(root: Path) -> None:
    stubs = stub_names(root / "python/pantau/_core.pyi")
    names = native_names()
    assert len(names) > 10
    assert not set(names) - set(stubs)
    members = 0
    for native in native_classes():
        node = stubs[native.__name__]
        assert isinstance(node, ast.ClassDef)
        stated = {item.name for item in node.body if isinstance(item, ast.FunctionDef)}
        public = {name for name in vars(native) if not name.startswith("_")}
        assert public <= stated, native
        members += len(public)
    assert members > 40


def test_every_function_of_text_is_in_the_stubs(root: Path) -> None:
    stubs = stub_names(root / "python/pantau/text.pyi")
    functions = [name for name in text.__all__ if inspect.isfunction(getattr(text, name))]
    assert len(functions) >= 6
    assert set(functions) <= set(stubs)


def test_classes_say_where_they_are() -> None:
    for native in native_classes():
        assert native.__module__ == home(native.__name__), native


@pytest.fixture
def instances(
    bundle: Callable[..., pantau.Bundle], tmp_path_factory: pytest.TempPathFactory
) -> list[object]:
    """A value of each class."""
    extractor = text.FeatureExtractor(text.FeatureConfig("en"))
    classifier = pantau.Classifier.open(bundle("bert-classifier"))
    encoder = pantau.Encoder.open(bundle("bert-encoder"))
    data = [("good", "positive"), ("bad", "negative")]
    store = pantau.Store.open("memory:")
    registry = pantau.Registry.open("memory:")
    for _ in range(2):
        registry.register("sentiment", bundle("bert-classifier"))
    runs = store.runs()
    reference = pantau.Reference.build({"stars": [row % 5 for row in range(280)]})
    monitor = pantau.Monitor(reference)
    workspace = pantau.open(tmp_path_factory.mktemp("workspaces") / "own")
    rows = [(f"{word} {row}", word) for row in range(20) for word in ("good", "bad")]
    training = workspace.train("sentiment", rows)
    return [
        workspace,
        training,
        workspace.predict("sentiment", "good"),
        workspace.check("sentiment"),
        reference,
        reference.profile(),
        monitor,
        monitor.report(),
        pantau.AccuracyEstimator([0.9], [True]),
        pantau.Audit(),
        pantau.DataDriftDetector({"stars": [1, 2]}),
        pantau.PerformanceDriftDetector({"accuracy": 0.9}),
        pantau.Report(monitor.report()),
        pantau.WindowDriftDetector(reference),
        pantau.compare_tables({"stars": [1, 2]}, {"stars": [2, 3]}),
        store,
        store.table("runs"),
        store.training_features(),
        runs,
        runs.start("tries"),
        pantau.validate({"review_text": ["good"], "sentiment_label": ["positive"]}),
        store.log("sentiment", 1),
        pantau.Consent(),
        registry,
        registry.compare("sentiment", [1, 2]),
        classifier.explain("good"),
        pantau.Ensemble([classifier, classifier]),
        pantau.Cascade(classifier, classifier, 0.5),
        pantau.evaluate(classifier, data),
        pantau.compare(classifier, classifier, data),
        pantau.assess(classifier, data),
        pantau.SparseMatrix((1, 1), data=[1.0], indices=[0], indptr=[0, 1]),
        bundle("bert-classifier"),
        classifier,
        classifier.predict("good"),
        classifier.predict(["good"]),
        encoder,
        encoder.embed_table(["good"]),
        pantau.Runtime.load(),
        stats.Detector("adwin"),
        stats.SortedSample([1.0]),
        text.Anonymizer(),
        text.Cleaner(),
        text.Dictionary(["makan"]),
        text.FeatureConfig("en"),
        extractor,
        extractor.extract("good"),
        extractor.extract(["good"]),
        extractor.stream(["good"]),
        text.Normalizer({"gak": "tidak"}),
        text.Stemmer("en"),
        text.StopWords("en"),
        text.clean(ArrowOnly()),
    ]


class ArrowOnly:
    """A column of a library that Pantau does not know."""

    def __arrow_c_array__(self, requested_schema: object = None) -> object:
        pyarrow = pytest.importorskip("pyarrow")
        return pyarrow.array(["Bagus!", None]).__arrow_c_array__(requested_schema)


def test_every_class_is_frozen_and_final(instances: list[object]) -> None:
    classes = {type(value) for value in instances}
    assert classes == {c for c in native_classes() if not issubclass(c, BaseException)}
    assert len(classes) > 10
    for value in instances:
        attributes = [name for name in dir(value) if not name.startswith("_")]
        for name in [*attributes, "anything_new"]:
            with pytest.raises(AttributeError):
                setattr(value, name, None)
            with pytest.raises(AttributeError):
                delattr(value, name)
        with pytest.raises(TypeError):
            type("Sub", (type(value),), {})


def test_every_class_and_method_is_documented() -> None:
    looked_at = 0
    for native in native_classes():
        assert inspect.getdoc(native), native
        for name, member in vars(native).items():
            if not name.startswith("_") and callable(getattr(native, name)):
                assert member.__doc__, f"{native.__name__}.{name}"
                looked_at += 1
    for module in [text, learn, stats]:
        for name in module.__all__:
            assert inspect.getdoc(getattr(module, name)), name
            looked_at += 1
    for estimator in [learn.TfidfVectorizer, learn.NaiveBayes, learn.LogisticRegression]:
        for name in dir(estimator):
            assert name.startswith("_") or inspect.getdoc(getattr(estimator, name)), name
    assert looked_at > 40


def test_every_value_describes_itself(instances: list[object]) -> None:
    described = 0
    for value in instances:
        if type(value).__repr__ is not object.__repr__:
            assert repr(value).startswith(type(value).__name__)
            described += 1
    assert described >= 16


def test_keys_do_not_show() -> None:
    key = b"a very secret key of some length"
    shown = repr(text.Anonymizer(key=key))
    assert shown.startswith("Anonymizer")
    assert "secret" not in shown
    assert ", ".join(str(byte) for byte in key[:4]) not in shown


def test_stubs_match_the_module(root: Path) -> None:
    # Among others, stubtest looks for every name of one side on the other.
    done = subprocess.run(
        [sys.executable, "-m", "mypy.stubtest", "pantau"],
        cwd=root,
        capture_output=True,
        text=True,
        timeout=600,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "no issues found in" in done.stdout
    assert "pantau._core" not in done.stdout


@pytest.mark.parametrize("path", ["python/pantau", "tests/python/typing_sample.py"])
def test_types_are_strict(root: Path, path: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "mypy", "--strict", "--cache-dir", ".mypy_cache", path],
        cwd=root,
        capture_output=True,
        text=True,
        timeout=600,
    )
    assert done.returncode == 0, done.stdout + done.stderr
