"""Every example in the documentation does what it says."""

from __future__ import annotations

import doctest
import os
import re
from collections.abc import Callable
from pathlib import Path

import pantau
import pytest
from pantau import _core, learn, serve, stats, text

PARSER = doctest.DocTestParser()
FLAGS = doctest.ELLIPSIS


def documented() -> dict[str, str]:
    """Everything public that has a docstring."""
    found = {}
    for home in [pantau, text, learn, stats, serve, _core]:
        found[home.__name__] = home.__doc__
        for name in dir(home):
            value = getattr(home, name)
            if name.startswith("_") or not hasattr(value, "__doc__"):
                continue
            found[f"pantau.{name}"] = value.__doc__
            for member, method in vars(value).items() if isinstance(value, type) else ():
                if not member.startswith("_"):
                    found[f"pantau.{name}.{member}"] = method.__doc__
    return {name: doc for name, doc in found.items() if doc}


EXAMPLES = {
    name: PARSER.get_doctest(doc, {}, name, None, None)
    for name, doc in documented().items()
    if PARSER.get_examples(doc)
}


def test_there_are_examples() -> None:
    assert sum(len(example.examples) for example in EXAMPLES.values()) > 40
    native = [name for name in EXAMPLES if hasattr(_core, name.split(".")[-1])]
    assert len(native) >= 10
    functions = {f"pantau.{name}" for name in text.__all__ + stats.__all__ if name.islower()}
    assert functions <= set(EXAMPLES)


@pytest.fixture(scope="session")
def folder(
    root: Path, bundle: Callable[..., pantau.Bundle], tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """Where the examples run: with a checkpoint, and the bundles they open."""
    folder = tmp_path_factory.mktemp("examples")
    for name, source in {
        "checkpoint": root / "tests/data/checkpoints/bert-classifier",
        "sentiment": bundle("bert-classifier"),
        "encoder": bundle("bert-encoder"),
    }.items():
        (folder / name).symlink_to(source, target_is_directory=True)
    return folder


@pytest.mark.parametrize("name", EXAMPLES)
def test_docstrings(name: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(folder)
    report: list[str] = []
    runner = doctest.DocTestRunner(optionflags=FLAGS)
    runner.run(EXAMPLES[name], out=report.append, clear_globs=False)
    assert runner.summarize(verbose=False).failed == 0, "".join(report)


def python_blocks(document: str) -> list[str]:
    """Its Python blocks, but those marked ``<!-- not run -->``."""
    block = re.compile(r"(<!-- not run -->\s*)?^```python\n(.*?)^```", re.DOTALL | re.MULTILINE)
    return [match[2] for match in block.finditer(document) if not match[1]]


def test_python_blocks_are_found() -> None:
    fence = "`" * 3
    document = (
        f"{fence}python\na = 1\n{fence}\ntext\n{fence}rust\nno\n{fence}\n"
        f"<!-- not run -->\n{fence}python\nno\n{fence}\n\n{fence}python\nb = a\n{fence}\n"
    )
    assert python_blocks(document) == ["a = 1\n", "b = a\n"]


def test_readme(root: Path, tmp_path: Path, monkeypatch) -> None:
    blocks = python_blocks((root / "README.md").read_text(encoding="utf-8"))
    assert blocks
    monkeypatch.chdir(tmp_path)
    namespace: dict[str, object] = {"__name__": "__main__"}
    for number, block in enumerate(blocks, 1):
        exec(compile(block, f"README.md, Python block {number}", "exec"), namespace)
    assert os.getcwd() == str(tmp_path)


@pytest.mark.parametrize("name", ["workspace", "rollout", "operations"])
def test_pages_about_the_loop(
    name: str, root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    blocks = python_blocks((root / f"docs/{name}.md").read_text(encoding="utf-8"))
    assert blocks
    monkeypatch.chdir(tmp_path)
    namespace: dict[str, object] = {"__name__": "__main__"}
    for number, block in enumerate(blocks, 1):
        exec(compile(block, f"docs/{name}.md, Python block {number}", "exec"), namespace)


def test_typing_sample_runs(root: Path) -> None:
    source = (root / "tests/python/typing_sample.py").read_text(encoding="utf-8")
    namespace: dict[str, object] = {"__name__": "typing_sample"}
    exec(compile(source, "typing_sample.py", "exec"), namespace)
    assert isinstance(namespace["problem"], pantau.NotFoundError)
