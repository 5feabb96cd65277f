"""What went wrong once: ends of processes, forks, and what was counted twice or not at all."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pantau
import pytest
from operating import trained, value
from test_workspace_rollout import reviews


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return trained(tmp_path_factory.mktemp("made") / "reviews")


@pytest.fixture
def folder(tmp_path: Path, made: Path) -> Path:
    return shutil.copytree(made, tmp_path / "reviews")


@pytest.fixture
def workspace(folder: Path) -> Iterator[pantau.Workspace]:
    with pantau.open(folder) as workspace:
        yield workspace


@pytest.fixture(scope="module")
def two(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Version 1 is in use and knows half of the words, version 2 knows all of them."""
    folder = tmp_path_factory.mktemp("made") / "reviews"
    with pantau.open(folder) as workspace:
        for words in [2, 4]:
            workspace.train("sentiment", reviews(600, words, seed=words), kind="tfidf-nb")
        workspace.promote("sentiment", 1)
    return folder


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


def test_a_webhook_says_how_long_its_body_is(folder: Path) -> None:
    """Simple servers read no body without a content-length."""
    from http.server import BaseHTTPRequestHandler, HTTPServer

    lengths: list[str | None] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            lengths.append(self.headers["content-length"])
            self.send_response(200)
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.handle_request)
        thread.start()
        with pantau.open(folder, webhook=f"http://127.0.0.1:{server.server_port}/") as workspace:
            workspace.retrain("sentiment", force=True)
            thread.join(10)
    assert lengths and lengths[0] is not None


def test_cpu_seconds_are_counted_once(folder: Path) -> None:
    for _ in range(10):
        with pantau.open(folder) as workspace:
            page = workspace.metrics()
    seconds = value(page, "pantau_process_cpu_seconds_total")
    assert seconds is not None and seconds < 2 * sum(os.times()[:2])


def test_a_second_open_workspace_is_no_second_process(folder: Path) -> None:
    with pantau.open(folder) as one, pantau.open(folder) as other:
        other.metrics()
        assert value(one.metrics(), "pantau_processes") == 1
        memory = value(one.metrics(), "pantau_process_resident_memory_bytes")
    assert memory is not None
    own = int(Path("/proc/self/statm").read_text().split()[1]) * 4096
    assert memory < 1.5 * own


def test_stopped_trainings_are_counted(workspace: pantau.Workspace) -> None:
    workspace.predict("sentiment", "bagus")
    name = 'pantau_retrainings{model="sentiment",status="stopped"}'
    assert value(workspace.metrics(fresh=True), name) == 0


def test_why_somebody_challenges_is_kept(two: Path, tmp_path: Path) -> None:
    with pantau.open(shutil.copytree(two, tmp_path / "app")) as workspace:
        workspace.challenge("sentiment", 2, reason="because of June")
        assert "because of June" in repr(workspace.store.audit_trail())


def test_since_counts_for_one_that_is_there(two: Path, tmp_path: Path) -> None:
    with pantau.open(shutil.copytree(two, tmp_path / "app")) as workspace:
        workspace.challenge("sentiment", 2, 0.1)
        workspace.challenge("sentiment", 2, 0.2, since="2026-01-01")
        [own] = workspace.rollout("sentiment")["challengers"]
        assert own["since"].startswith("2026-01-01")


def test_a_shadow_begins_anew(two: Path, tmp_path: Path) -> None:
    with pantau.open(shutil.copytree(two, tmp_path / "app")) as workspace:
        workspace.challenge("sentiment", 2)
        workspace.predict("sentiment", ["bagus", "zonk"])
        workspace.withdraw("sentiment", 2)
        workspace.challenge("sentiment", 2)
        assert workspace.rollout("sentiment")["challengers"][0]["answered"] == 0


def test_shadows_are_no_traffic(two: Path, tmp_path: Path) -> None:
    with pantau.open(shutil.copytree(two, tmp_path / "app")) as workspace:
        workspace.challenge("sentiment", 2)
        workspace.predict("sentiment", ["bagus", "zonk"])
        workspace.flush()
        assert workspace.store.summary()["count"] == 2


def test_a_closed_workspace_starts_nothing(workspace: pantau.Workspace) -> None:
    workspace.close()
    with pytest.raises(pantau.InvalidInputError, match="closed"):
        workspace.start()


def test_no_texts_are_no_replay(workspace: pantau.Workspace) -> None:
    with pytest.raises(pantau.InvalidInputError, match="limit"):
        workspace.replay("sentiment", 1, limit=0)


def test_models_in_use_are_told_of_before_anybody_asks(workspace: pantau.Workspace) -> None:
    assert "pantau_retraining_due" in workspace.metrics(fresh=True)


def test_a_function_that_raises_leaves_a_trace(workspace, capfd) -> None:
    seen = []
    hook, sys.unraisablehook = sys.unraisablehook, seen.append
    try:

        def hear(notice: object) -> None:
            raise RuntimeError("a slip")

        workspace.notify(hear)
        workspace.retrain("sentiment", force=True)
        time.sleep(0.5)
    finally:
        sys.unraisablehook = hook
    assert seen or "a slip" in capfd.readouterr().err


def test_rows_of_the_open_window_are_told(workspace: pantau.Workspace) -> None:
    workspace.predict("sentiment", ["bagus sekali aplikasi ini"] * 40)
    told = workspace.check("sentiment").to_json()
    assert "has 0 rows" not in told and '"evidence":-0' not in told
    # Looking keeps nothing of it.
    assert workspace.check("sentiment").to_json().count('"rows":40') == told.count('"rows":40')


def test_what_was_trained_with_is_nothing_new(workspace: pantau.Workspace, tmp_path: Path) -> None:
    rows = reviews(600, 4, seed=9)
    workspace.train("sentiment", rows)
    table = tmp_path / "reviews.jsonl"
    pairs = zip(rows["text"], rows["label"], strict=True)
    lines = [json.dumps({"review_text": text, "sentiment_label": label}) for text, label in pairs]
    table.write_text("\n".join(lines), encoding="utf-8")
    told = workspace.store.import_reviews(table, consent=pantau.Consent())
    assert told["written"] > 100
    triggers = workspace.evaluate_triggers("sentiment")
    [new] = [own for own in triggers["not_fired"] if own["type"] == "new_data"]
    assert new["reason"].startswith("0 new labels")


def test_a_new_version_is_told_beside_the_one_before(workspace: pantau.Workspace) -> None:
    workspace.train("sentiment", reviews(600, 4, seed=3))
    reason = workspace.retrain("sentiment", force=True)["reason"]
    assert "right, the version before" in reason or "is not in use" in reason
