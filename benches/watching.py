"""Measure what the README promises of watching, with what people use instead beside it.

    make bench

Every ratio is of two things measured in turns in this one run, on the same rows. The peers are
SciPy, and evidently and whylogs in an environment of their own, since they need an older pandas;
without it they are left out, and said to be. Memory is the most that a process of its own took,
less what its imports and rows take.
"""

from __future__ import annotations

import argparse
import statistics
import subprocess
import sys
import time
import warnings
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pantau
from pantau import stats

warnings.simplefilter("ignore")


def seconds(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def ratio(ours: Callable[[], object], theirs: Callable[[], object], rounds: int) -> str:
    """Both in turns; the median of each, and how many times longer theirs takes."""
    pairs = [(seconds(ours), seconds(theirs)) for _ in range(rounds)]
    own = statistics.median(pair[0] for pair in pairs)
    other = statistics.median(pair[1] for pair in pairs)
    return f"{own * 1e3:9.2f} ms  {other * 1e3:9.1f} ms  {other / own:6.1f} x"


def kolmogorov(rows: int) -> None:
    import scipy.stats

    chance = np.random.default_rng(0)
    first, second = chance.normal(size=rows), chance.normal(0.001, 1, size=rows)
    reference = stats.SortedSample(first)
    found, expected = stats.ks_2samp(first, second), scipy.stats.ks_2samp(first, second)
    assert abs(found.statistic - expected.statistic) < 1e-12
    print(f"KS, 2 x {rows:,}, SciPy beside it")
    theirs = lambda: scipy.stats.ks_2samp(first, second)  # noqa: E731
    print("  both unsorted     ", ratio(lambda: stats.ks_2samp(first, second), theirs, 5))
    print("  reference sorted  ", ratio(lambda: reference.ks_2samp(second), theirs, 5))


def discrepancy(rows: int) -> None:
    chance = np.random.default_rng(0)
    first, second = chance.normal(size=(rows, 384)), chance.normal(size=(rows, 384))
    taken = statistics.median(seconds(lambda: stats.mmd(first, second)) for _ in range(3))
    print(f"MMD, {rows:,} x 384 and 100 permutations: {taken:.2f} s")


# What both make of the same rows, each in a process of its own.
TABLE = """
import numpy as np, pandas as pd

def table(rows, columns, seed):
    chance = np.random.default_rng(seed)
    numbers = {f"number {place}": chance.normal(size=rows) for place in range(columns - 2)}
    labels = np.array(["positive", "negative", "neutral"])
    for place in range(2):
        numbers[f"label {place}"] = labels[chance.integers(0, 3, rows)]
    return pd.DataFrame(numbers)
"""

RUN = """
import resource, time, warnings
warnings.simplefilter("ignore")
{imports}
{table}
{before}
held = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
start = time.process_time()
{work}
print(time.process_time() - start, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - held)
"""


def beside(
    what: str, before: str, ours: tuple[str, str], theirs: tuple[str, str, str], peers: Path
) -> None:
    """CPU time and memory of ours, and of theirs with the interpreter that has them."""

    def run(python: Path, imports: str, work: str) -> tuple[float, float]:
        code = RUN.format(imports=imports, table=TABLE, before=before, work=work)
        done = subprocess.run([python, "-c", code], capture_output=True, text=True, check=True)
        taken, memory = done.stdout.split()[-2:]
        return float(taken), float(memory) / 1024

    print(what)
    own = run(Path(sys.executable), *ours)
    print(f"  ours       {own[0]:7.3f} s of CPU  {own[1]:6.0f} MB")
    name, imports, work = theirs
    if not peers.exists():
        print(f"  {name} is left out: there is no {peers}")
        return
    other = run(peers, imports, work)
    times = f"{other[0] / own[0]:.0f} x"
    print(f"  {name:10} {other[0]:7.3f} s of CPU  {other[1]:6.0f} MB   {times}")


def profiles(rows: int, peers: Path) -> None:
    beside(
        f"profile of {rows:,} rows x 10 columns, whylogs beside it",
        f"data, few = table({rows}, 10, 1), table(28_000, 10, 2)",
        (
            "import pantau",
            "profile = pantau.Reference.build(few).profile()\nprofile.update(data)",
        ),
        ("whylogs", "import whylogs", "view = whylogs.log(pandas=data).view()"),
        peers,
    )


def reports(rows: int, peers: Path) -> None:
    beside(
        f"drift report, {rows:,} rows x 20 columns against as many, evidently beside it",
        f"before, now = table({rows}, 20, 1), table({rows}, 20, 2)",
        (
            "import pantau",
            "monitor = pantau.Monitor(pantau.Reference.build(before))\n"
            "monitor.update(now)\nreport = monitor.close_window().to_json()",
        ),
        (
            "evidently",
            "from evidently import Report\nfrom evidently.presets import DataDriftPreset",
            "report = Report([DataDriftPreset()]).run(now, before)\n"
            "page = report.get_html_str(as_iframe=False)",
        ),
        peers,
    )


def serving() -> None:
    chance = np.random.default_rng(3)
    rows = 2_000
    data = {f"feature {place}": chance.normal(size=28 * 50) for place in range(15)}
    data["embedding"] = chance.normal(size=(28 * 50, 384)).astype("float32")
    reference = pantau.Reference.build(data)
    later = {name: column[:1].repeat(rows, axis=0) for name, column in data.items()}
    profile = reference.profile()
    taken = statistics.median(seconds(lambda: profile.update(later)) for _ in range(5))
    size = len(profile.to_bytes())
    print(f"profile update, 15 numbers + 384-d embedding: {taken / rows * 1e6:.2f} us a row")
    print(f"  one profile: {size:,} bytes")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000, help="how many rows are large")
    parser.add_argument(
        "--peers", type=Path, default=Path("build/peers/bin/python"), help="what has the peers"
    )
    told = parser.parse_args()
    rows, peers = told.rows, told.peers
    kolmogorov(rows)
    discrepancy(2_000)
    serving()
    profiles(rows, peers)
    reports(rows // 10, peers)


if __name__ == "__main__":
    main()
