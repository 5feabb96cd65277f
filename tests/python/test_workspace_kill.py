"""Whatever is killed, the workspace opens, the version in use answers, and what was acknowledged is
there."""

from __future__ import annotations

import os
import random
import subprocess
import sys
import time
from pathlib import Path

import pantau
import pytest

SERVE = """
import pantau, sys
workspace = pantau.open(sys.argv[1])
row = 0
while True:
    row += 1
    answers = workspace.predict("sentiment", [f"bagus {row}", f"jelek {row}"])
    print(*(answer.id for answer in answers), flush=True)
"""

RETRAIN = """
import pantau, sys
workspace = pantau.open(sys.argv[1])
print("ready", flush=True)
while True:
    print(workspace.retrain("sentiment", force=True)["status"], flush=True)
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("killed") / "app"
    rng = random.Random(2)
    words = {"positive": ["bagus", "cepat", "mudah"], "negative": ["jelek", "lambat", "susah"]}
    rows = [
        (f"{rng.choice(words[label])} {rng.choice(words[label])} sekali {rng.randrange(50)}", label)
        for _ in range(150)
        for label in words
    ]
    with pantau.open(folder) as workspace:
        workspace.train("sentiment", rows, kind="tfidf-nb")
    return folder


def killed(program: str, folder: Path, after: float) -> list[str]:
    """The whole lines of a program that is killed after some time."""
    command = [sys.executable, "-c", program, str(folder)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout is not None
        lines = [child.stdout.readline()]
        time.sleep(after)
        child.kill()
        lines += child.stdout.readlines()
    return [line.rstrip("\n") for line in lines if line.endswith("\n")]


def leave_alone_for_long(folder: Path) -> None:
    """Files that are just written may be those of a process that begins."""
    for path in (folder / "outbox").iterdir():
        long_ago = time.time() - 60
        os.utime(path, (long_ago, long_ago))


def serve_and_kill(folder: Path, rng: random.Random) -> None:
    ids = [id for line in killed(SERVE, folder, rng.uniform(0, 0.4)) for id in line.split()]
    assert ids
    leave_alone_for_long(folder)
    with pantau.open(folder) as workspace:
        assert workspace.predict("sentiment", "bagus cepat").label == "positive"
        missing = set(ids)
        until = time.monotonic() + 30
        while missing and time.monotonic() < until:
            missing = {id for id in missing if workspace.store.prediction(id) is None}
            time.sleep(0.05)
        assert missing == set()


def retrain_and_kill(folder: Path, rng: random.Random) -> None:
    killed(RETRAIN, folder, rng.uniform(0, 0.4))
    with pantau.open(folder) as workspace:
        assert workspace.predict("sentiment", "bagus cepat").label == "positive"
        workspace.registry.verify("sentiment")
        record = workspace.retrain("sentiment", force=True)
        assert record["status"] in ("completed", "rejected"), record
        before = workspace.store.retrainings("sentiment")
        assert all(own["status"] != "running" for own in before)
        ended = [own["reason"] for own in before if own["status"] == "failed"]
        assert all("its process ended while it was" in reason for reason in ended)
        assert [own for own in (folder / "work").rglob("*") if own.is_file()] == []


def test_killed_servers_lose_nothing(folder: Path) -> None:
    rng = random.Random(1)
    for _ in range(4):
        serve_and_kill(folder, rng)
    with pantau.open(folder):
        pass
    assert list((folder / "outbox").iterdir()) == []


def test_killed_trainings_leave_the_version_in_use(folder: Path) -> None:
    rng = random.Random(2)
    for _ in range(4):
        retrain_and_kill(folder, rng)


@pytest.mark.slow
def test_a_hundred_kills(folder: Path) -> None:
    rng = random.Random(3)
    for _ in range(100):
        serve_and_kill(folder, rng)
        retrain_and_kill(folder, rng)
