"""Who is told what happens in a workspace: webhooks and functions."""

from __future__ import annotations

import json
import socket
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pantau
import pytest
from operating import until, value


@pytest.fixture(autouse=True)
def nobody_else_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ["PANTAU_WEBHOOK", "SLACK_WEBHOOK"]:
        monkeypatch.delenv(name, raising=False)


def notices(workspace: pantau.Workspace, event: str, outcome: str) -> float:
    name = f'pantau_notices_total{{event="{event}",outcome="{outcome}"}}'
    return value(workspace.metrics(), name) or 0.0


@dataclass
class Service:
    """A service that is posted to: what it got, and what it answers; the last of it for ever."""

    url: str = ""
    statuses: list[int] = field(default_factory=lambda: [200])
    got: list[dict[str, Any]] = field(default_factory=list)
    kinds: list[str | None] = field(default_factory=list)

    def events(self) -> list[str]:
        return [notice["event"] for notice in self.got]


@pytest.fixture
def service() -> Iterator[Service]:
    service = Service()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = self.body()
            service.kinds.append(self.headers["content-type"])
            several = len(service.statuses) > 1
            status = service.statuses.pop(0) if several else service.statuses[0]
            service.got.append(json.loads(body))
            self.send_response(status)
            self.send_header("content-length", "0")
            self.end_headers()

        def body(self) -> bytes:
            """The body, whether its length is told before or piece by piece."""
            if "content-length" in self.headers:
                return self.rfile.read(int(self.headers["content-length"]))
            body = b""
            while size := int(self.rfile.readline(), 16):
                body += self.rfile.read(size)
                self.rfile.readline()
            self.rfile.readline()
            return body

        def log_message(self, format: str, *args: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        # Kept connections would otherwise be waited for.
        server.block_on_close = False
        service.url = f"http://127.0.0.1:{server.server_port}/hook?key=secret"
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield service
        server.shutdown()
        thread.join()


def test_a_webhook_is_told_in_json(folder: Path, service: Service) -> None:
    with pantau.open(folder, webhook=service.url) as workspace:
        record = workspace.retrain("sentiment", force=True)
        assert record["status"] == "completed"
    # What was to be told is told by the end.
    assert service.events() == ["triggered", "completed"]
    assert service.kinds == ["application/json"] * 2
    first, last = service.got
    assert set(last) == {"number", "event", "model", "at", "text", "detail"}
    assert last["number"] > first["number"]
    assert (last["model"], last["text"]) == ("sentiment", record["reason"])
    assert "version 2 of sentiment is in use" in last["text"]
    assert last["detail"]["retraining"] == first["detail"]["retraining"] == record["id"]
    assert last["detail"]["training"]["version"] == 2


def test_it_may_be_named_by_the_environment(
    folder: Path, service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SLACK_WEBHOOK", "http://127.0.0.1:9/nobody")
    monkeypatch.setenv("PANTAU_WEBHOOK", service.url)
    with pantau.open(folder) as workspace:
        workspace.retrain("sentiment", force=True)
    assert service.events() == ["triggered", "completed"]


def test_each_notice_is_told_once(folder: Path, service: Service) -> None:
    with (
        pantau.open(folder, webhook=service.url) as one,
        pantau.open(folder, webhook=service.url) as other,
    ):
        one.notify(service.url)
        # Each looks at all that was written since it was opened.
        for row, workspace in enumerate([one, other, one, other], 1):
            assert workspace.retrain("sentiment", force=True)["status"] == "completed"
            until(lambda row=row: len(service.got) == 2 * row)  # type: ignore[misc]
        # The last one is told by its workspace a moment before it is counted there.
        until(lambda: sum(notices(own, "completed", "delivered") for own in (one, other)) == 8)
    numbers = [notice["number"] for notice in service.got]
    assert numbers == sorted(set(numbers))
    # Who comes later is not told what was before.
    with pantau.open(folder, webhook=service.url.replace("secret", "other")) as late:
        late.retrain("sentiment", force=True)
    assert len(service.got) == 10


def test_what_a_server_cannot_take_now_is_told_again(folder: Path, service: Service) -> None:
    service.statuses = [500, 200]
    with pantau.open(folder, webhook=service.url) as workspace:
        workspace.retrain("sentiment", force=True)
        until(lambda: len(service.got) == 3)
        until(lambda: notices(workspace, "completed", "delivered") == 1)
        assert notices(workspace, "triggered", "delivered") == 1
        assert notices(workspace, "triggered", "given_up") == 0
    assert service.events() == ["triggered", "triggered", "completed"]
    assert service.got[0] == service.got[1]


def test_what_a_server_does_not_want_is_given_up(folder: Path, service: Service) -> None:
    service.statuses = [400, 200]
    with pantau.open(folder, webhook=service.url) as workspace:
        workspace.retrain("sentiment", force=True)
        until(lambda: notices(workspace, "completed", "delivered") == 1)
        assert notices(workspace, "triggered", "given_up") == 1
        assert notices(workspace, "triggered", "delivered") == 0
    # The next one is told all the same.
    assert service.events() == ["triggered", "completed"]


def test_a_server_that_is_not_there_keeps_nobody(folder: Path) -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{closed.getsockname()[1]}/hook"
    started = time.monotonic()
    with pantau.open(folder, webhook=url) as workspace:
        assert workspace.retrain("sentiment", force=True)["status"] == "completed"
    assert time.monotonic() - started < 10.0


def test_a_server_that_does_not_answer_keeps_nobody_for_long(folder: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}/hook"
        workspace = pantau.open(folder, webhook=url)
        assert workspace.retrain("sentiment", force=True)["status"] == "completed"
        started = time.monotonic()
        workspace.close()
        assert time.monotonic() - started < 15.0


def test_functions_are_told_what_happens_in_any_workspace(
    workspace: pantau.Workspace, folder: Path
) -> None:
    heard: list[dict[str, Any]] = []
    threads: set[int] = set()

    def hear(notice: dict[str, Any]) -> None:
        threads.add(threading.get_ident())
        heard.append(notice)

    workspace.notify(hear)
    workspace.configure("sentiment", gates={"floor": 1.0, "promote": 1.0})
    assert workspace.retrain("sentiment", force=True)["status"] == "rejected"
    until(lambda: len(heard) == 2)
    assert [notice["event"] for notice in heard] == ["triggered", "rejected"]
    assert heard[1]["text"].startswith("version 2 of sentiment is not in use")
    assert threading.get_ident() not in threads
    with pantau.open(folder) as other:
        other.retrain("sentiment", force=True)
        # It looks now and then for what others wrote, and whenever something happens here.
        workspace.retrain("sentiment", force=True)
    until(lambda: len(heard) == 6)
    versions = [own["detail"]["training"]["version"] for own in heard if own["event"] == "rejected"]
    assert versions == [2, 3, 4]


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_a_function_that_raises_is_called_again(workspace: pantau.Workspace) -> None:
    heard: list[dict[str, Any]] = []

    def hear(notice: dict[str, Any]) -> None:
        heard.append(notice)
        if len(heard) == 1:
            raise RuntimeError("not yet")

    workspace.notify(hear)
    workspace.retrain("sentiment", force=True)
    until(lambda: notices(workspace, "completed", "delivered") == 1)
    assert [notice["event"] for notice in heard] == ["triggered", "triggered", "completed"]
    assert heard[0] == heard[1]


def test_a_function_may_use_the_workspace(workspace: pantau.Workspace) -> None:
    heard: list[Any] = []

    def hear(notice: dict[str, Any]) -> None:
        heard.append(workspace.predict("sentiment", "bagus").label)
        if notice["event"] == "completed":
            workspace.close()
            heard.append("closed")

    workspace.notify(hear)
    workspace.retrain("sentiment", force=True)
    until(lambda: "closed" in heard)
    assert heard == ["positive", "positive", "closed"]
    with pytest.raises(pantau.InvalidInputError, match="it is closed"):
        workspace.notify(hear)


NO_URL = "webhook: is no URL that begins with https:// or http://"


@pytest.mark.parametrize(
    ("target", "problem"),
    [
        (17, "target: expected a URL or a function, got int"),
        (None, "target: expected a URL or a function, got NoneType"),
        (Path("hook"), "target: expected a URL or a function, got PosixPath"),
        ("", NO_URL),
        ("secret", NO_URL),
        ("ftp://example.org/secret", NO_URL),
        ("http://", NO_URL),
        ("https:///secret", NO_URL),
        ("http://exam ple.org/secret", NO_URL),
    ],
)
def test_nobody_else_can_be_told(target: Any, problem: str, workspace: pantau.Workspace) -> None:
    # Whoever knows a URL can post, so it is not told.
    with pytest.raises(pantau.InvalidInputError, match=f"^{problem}$"):
        workspace.notify(target)


def test_a_workspace_does_not_open_with_what_is_no_url(folder: Path) -> None:
    with pytest.raises(pantau.InvalidInputError, match=f"^{NO_URL}$"):
        pantau.open(folder, webhook="secret")


CALLED = """
import sys, threading, time
import pantau

def hear(notice):
    called.set()
    end = time.monotonic() + 0.5
    while time.monotonic() < end:
        time.sleep(0.01)
    if sys.is_finalizing():
        print("too late")
    ended.append(notice["event"])

called, ended = threading.Event(), []
workspace = pantau.open(sys.argv[1])
workspace.notify(hear)
workspace.retrain("sentiment", force=True)
assert called.wait(30)
{then}
"""


@pytest.mark.parametrize(
    ("then", "ended"),
    [
        ("workspace.close(); print(*ended)", "triggered completed\n"),
        ("del workspace; print(*ended)", "triggered completed\n"),
        ("holder = [workspace]; holder.append(holder); del workspace, holder\n"
         "import gc; gc.collect(); print(*ended)", "triggered completed\n"),
    ],
    ids=["close", "del", "cycle"],
)  # fmt: skip
def test_a_workspace_ends_while_a_function_is_called(
    then: str, ended: str, folder: Path, run_python: Callable[..., str]
) -> None:
    assert run_python(CALLED.format(then=then), folder, timeout=60) == ended


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


def test_a_function_that_raises_leaves_a_trace(workspace: pantau.Workspace) -> None:
    seen: list[Any] = []
    hook, sys.unraisablehook = sys.unraisablehook, seen.append
    try:

        def hear(notice: object) -> None:
            raise RuntimeError("a slip")

        workspace.notify(hear)
        workspace.retrain("sentiment", force=True)
        until(lambda: seen)
    finally:
        sys.unraisablehook = hook
    assert "a slip" in str(seen[0].exc_value)
