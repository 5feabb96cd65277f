"""Importing is cheap, and brings in nothing that was not asked for."""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import time
from collections.abc import Callable

HEAVY = {
    "numpy",
    "pandas",
    "polars",
    "pyarrow",
    "IPython",
    "Sastrawi",
    "typing",
    "typing_extensions",
    "inspect",
    "dataclasses",
    "re",
    "json",
    "asyncio",
    "importlib.metadata",
}


def test_import_pulls_in_nothing_heavy(run_python: Callable[..., str]) -> None:
    loaded = json.loads(
        run_python(
            """
            import sys
            before = set(sys.modules)
            import pantau
            loaded = sorted(set(sys.modules) - before)
            print(__import__("json").dumps(loaded))
            """
        )
    )
    assert {"pantau", "pantau.text", "pantau._core"} <= set(loaded)
    assert not HEAVY & set(loaded)


def test_work_pulls_in_nothing_heavy(run_python: Callable[..., str]) -> None:
    loaded = json.loads(
        run_python(
            """
            import sys
            import pantau
            assert pantau.text.clean(["Bagus!"]) == ["bagus"]
            assert pantau.text.features(["Bagus!"])["word_count"] == [1]
            loaded = sorted(sys.modules)
            print(__import__("json").dumps(loaded))
            """
        )
    )
    assert "pantau._core" in loaded
    assert not {"numpy", "pandas", "polars", "pyarrow", "IPython", "Sastrawi"} & set(loaded)


def test_start_up_time(capsys) -> None:
    def seconds(script: str) -> float:
        start = time.perf_counter()
        subprocess.run([sys.executable, "-c", script], check=True, timeout=60)
        return time.perf_counter() - start

    seconds("import pantau")
    pairs = [(seconds("pass"), seconds("import pantau")) for _ in range(11)]
    bare = statistics.median(first for first, _ in pairs)
    more = statistics.median(second - first for first, second in pairs)
    with capsys.disabled():
        print(
            f"\nimport pantau: {more * 1e3:.1f} ms above a bare interpreter's {bare * 1e3:.1f} ms"
        )
    # An interpreter takes 10 ms and more to start; pandas takes twenty times that.
    assert more < 2 * bare
