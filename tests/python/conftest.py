"""What all tests share."""

from __future__ import annotations

import functools
import json
import os
import shutil
import signal
import subprocess
import sys
import textwrap
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import hypothesis
import pantau
import pytest
from operating import trained

ROOT = Path(__file__).resolve().parents[2]

# The same examples in every run: what fails here fails at the next desk too.
hypothesis.settings.register_profile(
    "pantau",
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[hypothesis.HealthCheck.too_slow],
)
hypothesis.settings.load_profile("pantau")


# Who runs the tests in the background may have told them to ignore Ctrl-C, which some of them
# send to themselves and to the programs they start.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--slow", action="store_true", help="run the tests marked slow as well")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave slow tests out unless they are asked for, by ``--slow`` or ``-m``."""
    if config.getoption("--slow") or config.getoption("-m"):
        return
    slow = [item for item in items if item.get_closest_marker("slow")]
    if slow:
        config.hook.pytest_deselected(items=slow)
        items[:] = [item for item in items if item not in slow]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace with a model that is quickly trained anew, closed."""
    return trained(tmp_path_factory.mktemp("made") / "reviews")


@pytest.fixture
def folder(tmp_path: Path, made: Path) -> Path:
    """One of its own for each test."""
    return shutil.copytree(made, tmp_path / "reviews")


@pytest.fixture
def workspace(folder: Path) -> Iterator[pantau.Workspace]:
    with pantau.open(folder) as workspace:
        yield workspace


@pytest.fixture(scope="session")
def root() -> Path:
    """The repository's root."""
    return ROOT


@pytest.fixture(scope="session")
def golden() -> Callable[[str], list[dict[str, Any]]]:
    """The cases of a file that Rust reads as well."""

    def read(name: str) -> list[dict[str, Any]]:
        lines = (ROOT / "tests" / "data" / name).read_text(encoding="utf-8").split("\n")
        return [json.loads(line) for line in lines if line]

    return read


@pytest.fixture(scope="session")
def developer_data() -> Path:
    """Texts of other people, which lie beside the repository and not in it."""
    folder = ROOT.parent / "shared" / "data"
    if not folder.is_dir():
        pytest.skip("developer data not present: ../shared/data")
    return folder


@pytest.fixture(scope="session")
def corpus(developer_data: Path) -> Callable[[str], tuple[list[str], list[str]]]:
    """Texts and labels of other people, by the name of their folder."""

    @functools.cache
    def read(name: str) -> tuple[list[str], list[str]]:
        rows: list[dict[str, str]] = []
        for file in sorted((developer_data / name).glob("*.tsv")):
            header, *lines = file.read_text(encoding="utf-8").splitlines()
            names = header.split("\t")
            rows += [dict(zip(names, line.split("\t"), strict=True)) for line in lines]
        assert len(rows) > 500, name
        return [row["text"] for row in rows], [row["label"] for row in rows]

    return read


@pytest.fixture(scope="session", autouse=True)
def own_cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """What tests measure is no business of the user's cache."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PANTAU_CACHE_DIR", os.fspath(tmp_path_factory.mktemp("cache")))
        yield


@pytest.fixture(scope="session")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., pantau.Bundle]:
    """Bundles of the tiny checkpoints, by their name; each is converted once."""
    folder = tmp_path_factory.mktemp("bundles")

    @functools.cache
    def convert(name: str, weights: str = "fp32") -> pantau.Bundle:
        checkpoint = ROOT / "tests" / "data" / "checkpoints" / name
        return pantau.convert(checkpoint, folder / f"{name}-{weights}", weights=weights)

    return convert


# What a script needs to say how much memory it took at most.
_PEAK = """
def peak_mb():
    with open("/proc/self/status") as status:
        return next(int(line.split()[1]) for line in status if line.startswith("VmHWM")) / 1024
"""


@pytest.fixture
def run_python() -> Callable[..., str]:
    """Runs a script in an interpreter of its own and returns what it printed."""

    def run(script: str, *arguments: object, timeout: float = 300) -> str:
        command = [sys.executable, "-W", "error", "-c", _PEAK + textwrap.dedent(script)]
        done = subprocess.run(
            [*command, *map(str, arguments)],
            capture_output=True,
            text=True,
            timeout=timeout,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    return run


@pytest.fixture(scope="session")
def server() -> Iterator[Callable[[str], dict[str, str]]]:
    """What tests need to know of a real server: "postgres", "s3" or "mlflow".

    The test commands start them; a test that runs alone starts its own.
    """
    started: list[subprocess.Popen[str]] = []

    @functools.cache
    def start(name: str) -> dict[str, str]:
        given = os.environ.get(f"PANTAU_TEST_{name.upper()}")
        if given:
            facts: dict[str, str] = json.loads(given)
            return facts
        command = [sys.executable, str(ROOT / "tests" / "servers.py"), name]
        process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        started.append(process)
        assert process.stdout is not None
        facts = json.loads(process.stdout.readline() or '{"missing": "it did not start"}')
        if "missing" in facts and os.environ.get("PANTAU_TEST_SERVERS") == "required":
            pytest.fail(f"{name}: {facts['missing']}")
        return facts

    def facts_of(name: str) -> dict[str, str]:
        facts = start(name)
        if "missing" in facts:
            pytest.skip(f"{name}: {facts['missing']}")
        return facts

    yield facts_of
    for process in started:
        process.communicate(timeout=60)
