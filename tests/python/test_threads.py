"""The GIL is released, objects are shared, results do not depend on threads."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from pantau import text

REVIEWS = [
    None
    if row % 11 == 0
    else f"Aplikasinya menggunakan {row} MB!! 😀 https://a{row}.example gak bgt"
    for row in range(20_000)
]
LONG = "Penggunaan aplikasi ini sangat memudahkan!! 👍 " * 200_000


class Counter:
    """A Python thread that counts as fast as the GIL lets it."""

    def __enter__(self) -> Counter:
        self.value = 0
        self._stop = False
        self._thread = threading.Thread(target=self._count)
        self._thread.start()
        return self

    def _count(self) -> None:
        while not self._stop:
            self.value += 1

    def __exit__(self, *error: object) -> None:
        self._stop = True
        self._thread.join()

    def per_second(self, work: Callable[[], object]) -> float:
        counted, start = self.value, time.perf_counter()
        work()
        return (self.value - counted) / (time.perf_counter() - start)


EXTRACTOR = text.FeatureExtractor()


@pytest.mark.parametrize(
    "work",
    [
        lambda: text.clean(LONG),
        lambda: text.stem(LONG),
        lambda: text.anonymize(LONG),
        lambda: text.remove_stopwords(LONG),
        lambda: text.normalize(LONG, {"gak": "tidak"}),
        lambda: text.Anonymizer().count(LONG),
        lambda: EXTRACTOR.extract(LONG),
        lambda: EXTRACTOR.check_length(LONG),
        lambda: text.clean([LONG], threads=1),
        lambda: EXTRACTOR.extract([LONG], threads=1),
    ],
    ids=[
        "clean", "stem", "anonymize", "remove_stopwords", "normalize", "count", "extract",
        "check_length", "clean list", "extract list",
    ],
)  # fmt: skip
def test_python_runs_on_during_a_call(work: Callable[[], object]) -> None:
    with Counter() as counter:
        alone = counter.per_second(lambda: time.sleep(0.2))
        # Were the GIL held, the counter would stand still for the whole call,
        # each time; on a busy machine it may have to wait for a core.
        assert any(counter.per_second(work) > alone / 10 for _ in range(5))


@pytest.mark.parametrize("threads", [1, 2, 7, None])
def test_results_do_not_depend_on_threads(threads: int | None) -> None:
    cleaner = text.Cleaner()
    assert cleaner.clean(REVIEWS, threads=threads) == [cleaner.clean(one) for one in REVIEWS]
    table = EXTRACTOR.extract(REVIEWS, threads=threads).to_arrow()
    assert table.equals(EXTRACTOR.extract(REVIEWS, threads=1).to_arrow())
    parts = EXTRACTOR.stream(REVIEWS, rows=3000, threads=threads)
    streamed = [stem for part in parts for stem in part["stemmed_text"]]
    assert streamed == table["stemmed_text"].to_pylist()


def test_threads_share_one_extractor() -> None:
    barrier = threading.Barrier(8)

    def work(_: int) -> object:
        barrier.wait()
        singles = [EXTRACTOR.extract(one) for one in REVIEWS[:500]]
        return singles, EXTRACTOR.extract(REVIEWS[:2000]).to_arrow()

    with ThreadPoolExecutor(8) as pool:
        results = list(pool.map(work, range(8)))
    assert len(results) == 8
    for singles, table in results[1:]:
        assert singles == results[0][0]
        assert table.equals(results[0][1])


def test_a_stream_has_one_reader_at_a_time() -> None:
    stream = EXTRACTOR.stream(iter(REVIEWS), rows=500)
    tables: list[text.FeatureTable] = []
    refused = []

    def read() -> None:
        while True:
            try:
                tables.append(next(stream))
            except StopIteration:
                return
            except ValueError as error:
                refused.append(str(error))

    readers = [threading.Thread(target=read) for _ in range(4)]
    for reader in readers:
        reader.start()
    for reader in readers:
        reader.join()
    # Whoever read, every text was read once.
    assert sum(map(len, tables)) == len(REVIEWS)
    assert set(refused) <= {"feature stream: another thread is reading it"}


def test_a_generator_that_reads_its_own_stream() -> None:
    def texts():
        yield "a"
        next(stream)

    stream = EXTRACTOR.stream(texts(), rows=2)
    with pytest.raises(ValueError, match="another thread is reading it"):
        next(stream)


def test_everything_works_after_a_fork(run_python: Callable[..., str]) -> None:
    printed = run_python(
        """
        import os
        import sys
        from pantau import text

        texts = ["Aplikasi ini menggunakan 10 MB!", None] * 5000
        extractor = text.FeatureExtractor()

        def everything():
            return [
                text.clean(texts, threads=2),
                text.normalize(texts, {"ini": "itu"}, threads=2),
                text.remove_stopwords(texts, threads=2),
                text.stem(texts, threads=2),
                text.anonymize(texts, threads=2),
                text.features(texts, threads=2)["stemmed_text"],
                extractor.extract(texts, threads=2)["word_count"],
                [len(part) for part in extractor.stream(texts, rows=3000)],
                extractor.check_length(texts),
            ]

        before = everything()
        child = os.fork()
        if child == 0:
            os._exit(0 if everything() == before else 9)
        _, status = os.waitpid(child, 0)
        print(os.waitstatus_to_exitcode(status), everything() == before)
        """
    )
    assert printed == "0 True\n"


@pytest.mark.parametrize(
    "call",
    [
        "text.clean(texts, threads=3)",
        "text.FeatureExtractor().extract(texts, threads=3)",
        "next(text.FeatureExtractor().stream(texts, threads=3))",
    ],
)
def test_threads_are_really_used(call: str, run_python: Callable[..., str]) -> None:
    most = run_python(f"""
        import threading, time
        from pantau import text

        def count():
            with open("/proc/self/status") as status:
                line = next(line for line in status if line.startswith("Threads:"))
            return int(line.split()[1])

        texts = ["Aplikasi ini sangat bagus dan mudah digunakan! " * 40] * 8_192
        text.clean("warm"), text.features("warm")
        seen, done = [0], threading.Event()

        def watch():
            while not done.is_set():
                seen[0] = max(seen[0], count())
                time.sleep(0.0005)

        watcher = threading.Thread(target=watch)
        watcher.start()
        before = count()
        {call}
        done.set()
        watcher.join()
        print(seen[0] - before)
    """)
    assert int(most) == 3
