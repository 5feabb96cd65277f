"""Models in ``async`` programs: no test needs more than ``asyncio.run``."""

from __future__ import annotations

import asyncio
import gc
import time
import weakref
from collections.abc import Callable

import numpy as np
import pantau
import pytest

TEXTS = [f"ulasan nomor {number}: bagus sekali" for number in range(100)]


@pytest.fixture(scope="module")
def classifier(bundle: Callable[..., pantau.Bundle]) -> pantau.Classifier:
    return pantau.Classifier.open(bundle("bert-classifier"))


@pytest.fixture(scope="module")
def encoder(bundle: Callable[..., pantau.Bundle]) -> pantau.Encoder:
    return pantau.Encoder.open(bundle("bert-encoder"))


def same(left: pantau.Prediction, right: pantau.Prediction) -> bool:
    """Texts that run together are added up in another order than alone."""
    return (left.label, left.flags) == (right.label, right.flags) and left.probabilities == (
        pytest.approx(right.probabilities, abs=1e-6)
    )


def test_one_text(classifier: pantau.Classifier, encoder: pantau.Encoder) -> None:
    async def ask() -> None:
        prediction = await classifier.predict_async("a\ud800 bagus")
        assert prediction == classifier.predict("a\ud800 bagus")
        bare = await classifier.predict_async("a", return_probabilities=False, deadline=60.0)
        assert bare == classifier.predict("a", return_probabilities=False)
        vector = await encoder.embed_async("bagus")
        assert (vector.shape, vector.dtype) == ((16,), np.float32)
        assert (vector == encoder.embed("bagus")).all()
        vector[0] = 0

    asyncio.run(ask())


def test_many_texts(classifier: pantau.Classifier, encoder: pantau.Encoder) -> None:
    async def ask() -> None:
        assert await classifier.predict_async(TEXTS) == classifier.predict(TEXTS)
        assert len(await classifier.predict_async(iter(TEXTS))) == 100
        assert (await encoder.embed_async(TEXTS) == encoder.embed(TEXTS)).all()

    asyncio.run(ask())


def test_many_tasks(classifier: pantau.Classifier) -> None:
    async def ask() -> list[pantau.Prediction]:
        tasks = [asyncio.create_task(classifier.predict_async(text)) for text in TEXTS * 5]
        return await asyncio.gather(*tasks)

    before = classifier.info()["counters"]["runs"]
    answers = asyncio.run(ask())
    runs = classifier.info()["counters"]["runs"] - before
    # What waits at the same time runs together.
    assert runs < len(answers) / 2
    alone = [classifier.predict(text) for text in TEXTS]
    assert all(same(*pair) for pair in zip(answers, alone * 5, strict=True))


def test_the_loop_goes_on_meanwhile(classifier: pantau.Classifier) -> None:
    async def ask() -> int:
        ticks = 0
        work = asyncio.create_task(classifier.predict_async([f"teks {n}" for n in range(50_000)]))
        while not work.done():
            await asyncio.sleep(0.005)
            ticks += 1
        return ticks

    assert asyncio.run(ask()) > 5


@pytest.mark.parametrize("texts", [["a"] * 3, "a"])
def test_errors_come_with_the_answer(
    texts: str | list[str], classifier: pantau.Classifier, encoder: pantau.Encoder
) -> None:
    async def ask() -> None:
        with pytest.raises(pantau.DeadlineError):
            await classifier.predict_async(texts, deadline=0)
        with pytest.raises(pantau.DeadlineError):
            await encoder.embed_async(texts, deadline=0)

    asyncio.run(ask())


def test_what_is_no_text(classifier: pantau.Classifier) -> None:
    with pytest.raises(pantau.InvalidInputError, match="got a missing one"):
        classifier.predict_async(None)  # type: ignore[call-overload]
    with pytest.raises(pantau.InvalidInputError, match="deadline: expected seconds"):
        classifier.predict_async("a", deadline=-1)

    async def ask() -> None:
        with pytest.raises(pantau.InvalidInputError, match="expected text at position 0, got int"):
            await classifier.predict_async([1])  # type: ignore[list-item]

    asyncio.run(ask())


def test_a_closed_model(bundle: Callable[..., pantau.Bundle]) -> None:
    classifier = pantau.Classifier.open(bundle("bert-classifier"), threads=1)
    classifier.close()

    async def ask() -> None:
        for texts in ["a", ["a"]]:
            with pytest.raises(pantau.InvalidInputError, match="model: is closed"):
                await classifier.predict_async(texts)

    asyncio.run(ask())


def test_cancelling_harms_nobody(classifier: pantau.Classifier) -> None:
    async def ask() -> None:
        tasks = [asyncio.create_task(classifier.predict_async(text)) for text in TEXTS]
        await asyncio.sleep(0)
        for task in tasks[::2]:
            task.cancel()
        answers = await asyncio.gather(*tasks, return_exceptions=True)
        assert all(isinstance(answer, asyncio.CancelledError) for answer in answers[::2])
        alone = [classifier.predict(text) for text in TEXTS[1::2]]
        for answer, expected in zip(answers[1::2], alone, strict=True):
            assert isinstance(answer, pantau.Prediction)
            assert same(answer, expected)

    asyncio.run(ask())
    assert wait_for_idle(classifier)


def test_cancelling_stops_a_long_call(classifier: pantau.Classifier) -> None:
    texts = [f"teks nomor {number}" for number in range(40_000)]
    start = time.perf_counter()

    async def ask() -> None:
        with pytest.raises(asyncio.TimeoutError):
            await asyncio.wait_for(classifier.predict_async(texts), 0.1)

    asyncio.run(ask())
    cancelled = time.perf_counter() - start
    start = time.perf_counter()
    classifier.predict(texts)
    assert cancelled < time.perf_counter() - start
    assert wait_for_idle(classifier)


def wait_for_idle(classifier: pantau.Classifier) -> bool:
    end = time.monotonic() + 20
    while time.monotonic() < end:
        if classifier.info()["counters"]["waiting"] == 0:
            return True
        time.sleep(0.01)
    return False


def test_a_loop_that_ends_early(classifier: pantau.Classifier) -> None:
    async def ask() -> None:
        for text in TEXTS:
            asyncio.ensure_future(classifier.predict_async(text))  # noqa: RUF006
        await asyncio.sleep(0)

    for _ in range(5):
        asyncio.run(ask())
    assert wait_for_idle(classifier)
    assert asyncio.run(classifier.predict_async("a")) == classifier.predict("a")


def test_answers_are_not_kept(classifier: pantau.Classifier) -> None:
    async def ask() -> weakref.ref[object]:
        loop = asyncio.get_running_loop()
        await classifier.predict_async("a")
        return weakref.ref(loop)

    loop = asyncio.run(ask())
    for _ in range(100):
        gc.collect()
        if loop() is None:
            break
        time.sleep(0.01)
    assert loop() is None


def test_loops_in_threads(classifier: pantau.Classifier) -> None:
    async def ask() -> list[pantau.Prediction]:
        return [await classifier.predict_async(text) for text in TEXTS[:20]]

    async def ask_in_threads() -> list[list[pantau.Prediction]]:
        return await asyncio.gather(*[asyncio.to_thread(asyncio.run, ask()) for _ in range(4)])

    alone = [classifier.predict(text) for text in TEXTS[:20]]
    for answers in asyncio.run(ask_in_threads()):
        assert all(same(*pair) for pair in zip(answers, alone, strict=True))
