"""Models and the process they are in: the runtime, forks, signals, progress."""

from __future__ import annotations

import io
import json
import multiprocessing
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pantau
import pytest

BundleOf = Callable[..., pantau.Bundle]
MANY = [f"ulasan nomor {number} bagus" for number in range(5_000)]


def test_the_runtime_is_that_of_the_package() -> None:
    runtime = pantau.Runtime.load()
    assert runtime.origin in {"package", "process"}
    assert "onnxruntime" in runtime.path
    assert runtime.version[0] == "1"
    assert repr(runtime) == f'Runtime("{runtime.path}", version="{runtime.version}")'
    assert pantau.Runtime.load(runtime.path).path == runtime.path
    with pytest.raises(pantau.IncompatibleError, match="this process uses"):
        pantau.Runtime.load("/nowhere/libonnxruntime.so")


def test_predicting_imports_little(bundle: BundleOf, run_python: Callable[..., str]) -> None:
    printed = run_python(
        """
        import sys
        import pantau
        classifier = pantau.Classifier.open(sys.argv[1])
        classifier.predict("Bagus!")
        list(classifier.predict(["Bagus!"]))
        print(__import__("json").dumps(sorted(sys.modules)))
        """,
        bundle("bert-classifier").path,
    )
    heavy = {"onnxruntime", "numpy", "pandas", "pyarrow", "polars", "asyncio"}
    assert not heavy & set(json.loads(printed))


def complaint(**environment: str) -> str:
    """What an interpreter says that has nothing but Pantau."""
    script = (
        "import sys; sys.path[:] = [entry for entry in sys.path if 'site-packages' not in entry];"
        f"sys.path.append({str(Path(pantau.__file__).parents[1])!r});"
        "import pantau;"
        "\ntry: pantau.Runtime.load()"
        "\nexcept pantau.Error as error: print(type(error).__name__, error)"
    )
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-c", script],
        capture_output=True,
        text=True,
        timeout=60,
        env=environment,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_a_runtime_that_is_not_there() -> None:
    printed = complaint(PANTAU_ONNXRUNTIME="/nowhere/libonnxruntime.so")
    assert printed.startswith("NotFoundError ONNX Runtime at")
    assert "/nowhere/libonnxruntime.so" in printed
    assert "not found: PANTAU_ONNXRUNTIME names it" in printed


def test_no_runtime_at_all(tmp_path: Path) -> None:
    # Nothing on the way to a Python package, and no home of one.
    printed = complaint(PATH=str(tmp_path), HOME=str(tmp_path))
    if "NotFoundError" not in printed:
        pytest.skip("this system has an ONNX Runtime outside of Python")
    assert printed.startswith("NotFoundError ONNX Runtime not found: `pip install onnxruntime`")
    assert "PANTAU_ONNXRUNTIME" in printed
    assert "tried:\n" in printed
    assert "no copy is loaded in this process" in printed


def has_cuda() -> bool:
    return Path("/proc/driver/nvidia/version").exists()


@pytest.mark.skipif(has_cuda(), reason="there is a GPU")
def test_without_a_gpu(bundle: BundleOf) -> None:
    made = bundle("bert-classifier")
    with pytest.raises(pantau.Error, match=r"(?i)cuda") as caught:
        pantau.Classifier.open(made, device="require_cuda")
    assert isinstance(caught.value, pantau.NotFoundError)
    classifier = pantau.Classifier.open(made, device="prefer_cuda")
    info = classifier.info()
    assert info["provider"] == "cpu"
    assert "CUDA" in info["fallback"]
    assert classifier.predict("a") == pantau.Classifier.open(made).predict("a")


@pytest.mark.skipif(not has_cuda(), reason="there is no GPU")
def test_with_a_gpu(bundle: BundleOf) -> None:
    made = bundle("bert-classifier")
    classifier = pantau.Classifier.open(made, device="require_cuda")
    assert classifier.info()["provider"] == "cuda"
    expected = pantau.Classifier.open(made).predict(MANY[:100])
    found = classifier.predict(MANY[:100])
    assert found.label == expected.label


FORK = """
import asyncio
import os
import signal
import sys
import threading
import pantau

classifier = pantau.Classifier.open(sys.argv[1], threads=2)
texts = [f"ulasan nomor {number}" for number in range(200)]
before = classifier.predict(texts).label
asyncio.run(classifier.predict_async("a"))
stop = threading.Event()

def others():
    while not stop.is_set():
        classifier.predict(texts[:20])

threads = [threading.Thread(target=others) for _ in range(int(sys.argv[2]))]
for thread in threads:
    thread.start()
codes = []
for _ in range(3):
    child = os.fork()
    if child == 0:
        signal.alarm(60)
        try:
            same = classifier.predict(texts).label == before
            same = same and asyncio.run(classifier.predict_async(texts[0])).label == before[0]
            same = same and len(asyncio.run(classifier.predict_async(texts))) == 200
            classifier.close()
            os._exit(0 if same else 9)
        except BaseException as error:
            print(repr(error), file=sys.stderr, flush=True)
            os._exit(8)
    codes.append(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
stop.set()
for thread in threads:
    thread.join()
print(codes, classifier.predict(texts).label == before)
"""


# Newer Pythons warn of every fork in a process with threads.
@pytest.mark.parametrize("busy", [0, 2])
def test_a_forked_child_predicts(
    busy: int, bundle: BundleOf, run_python: Callable[..., str]
) -> None:
    script = "import warnings; warnings.simplefilter('ignore', DeprecationWarning)\n" + FORK
    printed = run_python(script, bundle("bert-classifier").path, busy, timeout=120)
    assert printed == "[0, 0, 0] True\n"


PARENTS: list[pantau.Classifier] = []


def label_in_child(text: str) -> str:
    return PARENTS[0].predict(text).label


@pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")
@pytest.mark.skipif(sys.platform == "win32", reason="there is no fork")
def test_a_pool_of_forked_workers(bundle: BundleOf) -> None:
    PARENTS[:] = [pantau.Classifier.open(bundle("bert-classifier"))]
    expected = PARENTS[0].predict(MANY[:20]).label
    with multiprocessing.get_context("fork").Pool(2) as pool:
        assert pool.map_async(label_in_child, MANY[:20]).get(timeout=60) == expected


def predict(classifier: pantau.Classifier, text: str) -> pantau.Prediction:
    return classifier.predict(text)


def test_a_pool_of_fresh_workers(bundle: BundleOf) -> None:
    classifier = pantau.Classifier.open(bundle("bert-classifier"), threads=1)
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        answer = pool.apply_async(predict, (classifier, MANY[0])).get(timeout=60)
    assert answer == classifier.predict(MANY[0])


def test_ctrl_c_stops_a_long_call(bundle: BundleOf) -> None:
    script = """
import sys, time
import pantau

classifier = pantau.Classifier.open(sys.argv[1], threads=1)
part = [f"ulasan nomor {number} bagus sekali" for number in range(20_000)]
classifier.predict(part[:100])
start = time.perf_counter()
classifier.predict(part)
part_seconds = time.perf_counter() - start
whole = [text + str(number) for number in range(20) for text in part]
try:
    start = time.perf_counter()
    print("ready", flush=True)
    classifier.predict(whole)
except KeyboardInterrupt:
    print("interrupted", (time.perf_counter() - start) / part_seconds)
    print(classifier.predict("still here").label in classifier.labels)
else:
    print("finished")
"""
    child = subprocess.Popen(
        [sys.executable, "-c", script, bundle("bert-classifier").path],
        stdout=subprocess.PIPE,
        text=True,
    )
    assert child.stdout is not None
    assert child.stdout.readline() == "ready\n"
    child.send_signal(signal.SIGINT)
    printed, _ = child.communicate(timeout=300)
    first, second = printed.splitlines()
    assert first.startswith("interrupted"), printed
    assert float(first.split()[1]) < 15
    assert second == "True"


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_a_terminal_shows_a_bar(bundle: BundleOf, monkeypatch: pytest.MonkeyPatch) -> None:
    classifier = pantau.Classifier.open(bundle("bert-classifier"))
    texts = [*MANY, *MANY]  # Equal texts run once, but the bar counts texts.
    encoder = pantau.Encoder.open(bundle("bert-encoder"))
    for ask in [classifier.predict, encoder.embed, encoder.embed_table]:
        terminal = Terminal()
        monkeypatch.setattr(sys, "stderr", terminal)
        assert len(ask(texts, progress=True)) == len(texts)
        lines = terminal.getvalue().split("\r")
        assert lines[-1].startswith("█" * 30 + " 100% 10,000/10,000 texts, ")
        assert lines[-1].endswith("/s\n")
    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    classifier.predict(texts[:100])
    classifier.predict("one", progress=True)
    assert terminal.getvalue() == ""


def test_python_runs_on_during_a_call(bundle: BundleOf, run_python: Callable[..., str]) -> None:
    printed = run_python(
        """
        import sys, threading, time
        import pantau
        classifier = pantau.Classifier.open(sys.argv[1], threads=1)
        texts = [f"ulasan nomor {number} bagus sekali" for number in range(30_000)]
        done = threading.Event()
        ticks = [0]

        def tick():
            while not done.is_set():
                ticks[0] += 1
                time.sleep(0.001)

        ticker = threading.Thread(target=tick)
        ticker.start()
        start = time.perf_counter()
        classifier.predict(texts, progress=True)
        seconds = time.perf_counter() - start
        done.set()
        ticker.join()
        # Were the GIL held, there would be no tick but those before and after.
        print(ticks[0] > seconds * 50)
        """,
        bundle("bert-classifier").path,
    )
    assert printed == "True\n"
