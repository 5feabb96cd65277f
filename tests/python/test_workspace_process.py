"""Workspaces and the life of a process: how it ends, forks, and waits."""

from __future__ import annotations

import shutil
import subprocess
import sys
import time
from pathlib import Path

import pantau
import pytest
from test_workspace_rollout import two_versions


@pytest.fixture(scope="module")
def two(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return two_versions(tmp_path_factory.mktemp("made") / "reviews")


def test_a_lease_is_given_back_at_once(workspace: pantau.Workspace) -> None:
    """A wake-up that came before the wait was lost."""
    started = time.monotonic()
    for _ in range(3):
        with pytest.raises(pantau.NotFoundError):
            workspace.look_after("nobody")
    assert time.monotonic() - started < 5


def test_closing_does_not_wait(folder: Path) -> None:
    """A wake-up that came before the wait was lost."""
    started = time.monotonic()
    for _ in range(10):
        with pytest.raises(pantau.InvalidInputError):
            pantau.open(folder, webhook="secret")
    assert time.monotonic() - started < 2


EXIT = """
import sys, threading, time, pantau
called = threading.Event()
def hear(notice):
    called.set()
    for _ in range(50): time.sleep(0.01)
workspace = pantau.open(sys.argv[1])
workspace.notify(hear)
workspace.retrain("sentiment", force=True)
called.wait(30)
"""


def test_a_process_ends_while_a_function_is_called(folder: Path) -> None:
    codes = {
        subprocess.run([sys.executable, "-c", EXIT, str(folder)], timeout=60).returncode
        for _ in range(15)
    }
    assert codes == {0}


FORK = """
import os, sys, time, pantau
workspace = pantau.open(sys.argv[1])
workspace.predict("sentiment", "bagus")
{do}
time.sleep(0.3)
child = os.fork()
if child == 0:
    workspace.close()
    os._exit(0)
raise SystemExit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
"""


@pytest.mark.parametrize(
    "do",
    [
        "workspace.notify(print)",
        "workspace.start(60)",
        "workspace.challenge('sentiment', 2); workspace.predict('sentiment', 'bagus')",
    ],
)
def test_a_fork_may_close_what_its_parent_opened(do: str, two: Path, tmp_path: Path) -> None:
    folder = shutil.copytree(two, tmp_path / "app")
    command = [sys.executable, "-c", FORK.format(do=do), str(folder)]
    done = subprocess.run(command, timeout=60, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[:300]


def test_a_closed_workspace_starts_nothing(workspace: pantau.Workspace) -> None:
    workspace.close()
    with pytest.raises(pantau.InvalidInputError, match="closed"):
        workspace.start()
