"""The progress bar, and stopping a long call."""

from __future__ import annotations

import io
import signal
import subprocess
import sys
import types
from collections.abc import Callable

import pytest
from pantau import text
from pantau._progress import Progress

MANY = ["Bagus sekali!"] * 50_000


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


CALLS: list[Callable[[], object]] = [
    lambda: text.clean(MANY, progress=True),
    lambda: text.normalize(MANY, {"gak": "tidak"}, progress=True),
    lambda: text.remove_stopwords(MANY, progress=True),
    lambda: text.stem(MANY, progress=True),
    lambda: text.anonymize(MANY, progress=True),
    lambda: text.features(MANY, progress=True),
]


@pytest.mark.parametrize("call", CALLS)
def test_a_terminal_shows_a_bar(call: Callable[[], object], monkeypatch, capsys) -> None:
    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    call()
    lines = terminal.getvalue().split("\r")
    assert lines[0] == ""
    assert len(lines) >= 3
    assert lines[-1].startswith("█" * 30 + " 100% 50,000/50,000 texts, ")
    assert lines[-1].endswith("/s\n")
    assert "100%" not in lines[1]
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize("call", CALLS)
def test_elsewhere_nothing_is_shown(call: Callable[[], object], capsys) -> None:
    call()
    assert capsys.readouterr() == ("", "")


def test_nothing_is_shown_unless_asked_for(monkeypatch) -> None:
    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    text.clean(MANY)
    assert terminal.getvalue() == ""


def test_no_texts_are_done_at_once(monkeypatch) -> None:
    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    assert text.clean([], progress=True) == []
    assert "100% 0/0 texts" in terminal.getvalue()


def test_a_program_without_a_console(monkeypatch) -> None:
    monkeypatch.setattr(sys, "stderr", None)
    assert len(text.clean(MANY, progress=True)) == len(MANY)


class Handle:
    def __init__(self) -> None:
        self.shown: list[str] = []

    def update(self, data: dict[str, str], *, raw: bool) -> None:
        assert raw
        self.shown.append(data["text/plain"])


def notebook(monkeypatch, shell: object) -> Handle:
    handle = Handle()
    ipython = types.ModuleType("IPython")
    ipython.get_ipython = lambda: shell  # type: ignore[attr-defined]
    display = types.ModuleType("IPython.display")
    display.display = lambda data, *, raw, display_id: handle  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "IPython", ipython)
    monkeypatch.setitem(sys.modules, "IPython.display", display)
    return handle


def test_a_notebook_shows_a_bar(monkeypatch, capsys) -> None:
    handle = notebook(monkeypatch, types.SimpleNamespace(kernel=object()))
    text.clean(MANY, progress=True)
    assert len(handle.shown) >= 2
    assert " 100% 50,000/50,000 texts, " in handle.shown[-1]
    assert capsys.readouterr() == ("", "")


@pytest.mark.parametrize("shell", [None, types.SimpleNamespace()])
def test_ipython_without_a_kernel_is_a_terminal(shell: object, monkeypatch) -> None:
    handle = notebook(monkeypatch, shell)
    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    text.clean(MANY, progress=True)
    assert handle.shown == []
    assert "100%" in terminal.getvalue()


def test_the_line() -> None:
    bar = Progress(2000)
    bar.advance(500)
    line = bar.line()
    assert line.startswith("█" * 8 + "░" * 22 + "  25% 500/2,000 texts, ")


def test_ctrl_c_stops_a_long_call() -> None:
    script = """
import sys, time
from pantau import text

part = ["penggunaan aplikasi ini memudahkan"] * 200_000
start = time.perf_counter()
text.stem(part, threads=1)
part_seconds = time.perf_counter() - start
whole = part * 20
try:
    start = time.perf_counter()
    print("ready", flush=True)
    text.stem(whole, threads=1)
except KeyboardInterrupt:
    print("interrupted", (time.perf_counter() - start) / part_seconds)
else:
    print("finished")
"""
    child = subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True)
    assert child.stdout is not None
    assert child.stdout.readline() == "ready\n"
    child.send_signal(signal.SIGINT)
    printed, _ = child.communicate(timeout=300)
    assert printed.startswith("interrupted"), printed
    # The whole call takes 20 parts; the signal comes right at its start.
    assert float(printed.split()[1]) < 10
