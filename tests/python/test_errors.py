"""One error contract: everything below ``pantau.Error``, with a message that helps."""

from __future__ import annotations

import os
import pickle
from collections.abc import Callable
from pathlib import Path

import pantau
import pytest
from pantau import text


def test_hierarchy() -> None:
    kinds = [
        pantau.InvalidInputError,
        pantau.NotFoundError,
        pantau.IncompatibleError,
        pantau.StorageError,
        pantau.InferenceError,
        pantau.BusyError,
        pantau.DeadlineError,
        pantau.ConflictError,
        pantau.UnreachableError,
    ]
    for kind in kinds:
        assert issubclass(kind, pantau.Error)
        assert kind.__module__ == "pantau"
        assert kind.__doc__
        assert [other for other in kinds if issubclass(kind, other)] == [kind]
    assert issubclass(pantau.InvalidInputError, ValueError)
    assert issubclass(pantau.Error, Exception)
    assert not issubclass(pantau.Error, ValueError)


def test_errors_can_be_pickled() -> None:
    with pytest.raises(pantau.InvalidInputError) as caught:
        text.clean("a", "xx")
    again = pickle.loads(pickle.dumps(caught.value))
    assert type(again) is pantau.InvalidInputError
    assert str(again) == str(caught.value)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: text.clean("a", "xx"), 'language: "xx" is not one of: id, en'),
        (lambda: text.clean("a", threads=0), "threads: expected an int of at least 1, got 0"),
        (lambda: text.clean("a", threads=-1), "threads: expected an int of at least 1, got -1"),
        (lambda: text.clean("a", threads="two"), "threads: expected an int of at least 1, got"),
        (lambda: text.FeatureConfig(min_length=-1), "min_length: expected an int of at least 0"),
        (lambda: text.FeatureConfig(lexicon=["a"]), "lexicon: expected a pair of lists"),
        (lambda: text.FeatureConfig(stop_words=[1]), "stop_words: expected words in a list, got 1"),
        (lambda: text.StopWords(words="foo"), "words: expected words in a list, got 'foo'"),
        (lambda: text.Normalizer([("a",)]), "table: expected a dict or pairs of texts, got ('a',)"),
        (lambda: text.Normalizer(5), "table: expected a dict or pairs of texts, got 5"),
        (lambda: text.Stemmer(dictionary=5), "dictionary: expected a Dictionary or the path"),
        (lambda: text.FeatureExtractor(5), "config: expected a FeatureConfig or the path"),
        (lambda: text.Dictionary([1]), "words: expected words in a list, got 1 in it"),
        (lambda: text.clean("a", steps=object()), "steps: expected names of steps in a list"),
        (lambda: text.clean("a", steps=["nope"]), 'step "nope" is not one of: nfc, html'),
        (lambda: text.clean("a", steps=[{"emoji": "x"}]), 'step "emoji": "x" is not one of: drop'),
        (lambda: text.clean("a", steps=["case"] * 2), "step case: named twice"),
        (lambda: text.clean("a", steps="case"), "steps: expected a list of names"),
        (lambda: text.clean(1), "texts: expected text, got int"),
        (lambda: text.clean(b"a"), "texts: expected text, got bytes"),
        (lambda: text.clean({"a": "b"}), "texts: expected text, got dict"),
        (lambda: text.clean(object()), "texts: expected text, got object"),
        (lambda: text.clean(["a", 1]), "texts: expected text at position 1, got int"),
        (lambda: text.clean(("a", b"b")), "texts: expected text at position 1, got bytes"),
        (lambda: text.clean("a\ud800"), "text: is not valid Unicode"),
        (lambda: text.clean(["a", "b\udfff"]), "text 1: is not valid Unicode"),
        (lambda: text.features(["a", "b\udfff"]), "text 1: is not valid Unicode"),
        (lambda: text.anonymize("a", key=b"short"), "key: has 5 bytes, fewer than 16"),
        (
            lambda: text.anonymize("a", entities=["name"]),
            'entity: "name" is not one of: email, url',
        ),
        (lambda: text.Dictionary([]), "dictionary: holds no words"),
        (lambda: text.Dictionary("makan"), "words: expected words in a list, got 'makan'"),
        (lambda: text.Normalizer({"": "a"}), "normalizer entry 1: its first column is empty"),
        (lambda: text.Stemmer(algorithm="x"), 'stem algorithm: "x" is not one of: sastrawi'),
        (
            lambda: text.Stemmer("en", dictionary=text.Dictionary(["a"])),
            "dictionary: the english stemmer has no use for one",
        ),
        (lambda: text.FeatureConfig(max_length=0), "max_length: 0 words is below the least, 1"),
        (lambda: text.FeatureConfig(version=" "), "version: is empty"),
        (
            lambda: text.FeatureConfig(stemmer=None, dictionary=text.Dictionary(["a"])),
            "dictionary: these features are not stemmed",
        ),
        (lambda: text.FeatureConfig(stop_words="x"), 'stop_words: "x" is not one of: default'),
        (lambda: text.FeatureExtractor().stream("a"), "texts: one text was passed; pass many"),
        (
            lambda: text.FeatureExtractor().stream(["a"], rows=0),
            "rows: expected an int of at least 1, got 0",
        ),
        (lambda: text.FeatureExtractor().stream(None), "texts: expected text, got NoneType"),
        (lambda: text.FeatureExtractor().stream({"a": 1}), "texts: expected text, got dict"),
    ],
)
def test_invalid_input(call: Callable[[], object], message: str) -> None:
    with pytest.raises(pantau.InvalidInputError) as caught:
        call()
    assert message in str(caught.value)


def test_wrong_types_of_arguments() -> None:
    for call in [
        lambda: text.clean(),
        lambda: text.anonymize("a", key="a text"),
    ]:
        with pytest.raises(TypeError):
            call()


@pytest.mark.parametrize(
    "open_file",
    [text.Dictionary.open, text.Normalizer.open, text.StopWords.open, text.FeatureConfig.load],
)
def test_files(open_file: Callable[[Path], object], tmp_path: Path) -> None:
    with pytest.raises(pantau.NotFoundError, match=r"nothing-here.* not found: expected .+"):
        open_file(tmp_path / "nothing-here")
    with pytest.raises(pantau.StorageError, match=r"cannot read .*: .+"):
        open_file(tmp_path)
    broken = tmp_path / "broken"
    broken.write_bytes(b"makan\t\xff\xfe\n")
    with pytest.raises(pantau.InvalidInputError, match="UTF-8"):
        open_file(broken)


def test_broken_table_names_its_line(tmp_path: Path) -> None:
    table = tmp_path / "table.tsv"
    table.write_text("gak\ttidak\nbgt\n", encoding="utf-8")
    with pytest.raises(pantau.InvalidInputError, match=r"line 2.*one column instead of two"):
        text.normalize("a", table)


def test_file_that_cannot_be_written(tmp_path: Path) -> None:
    with pytest.raises(pantau.StorageError, match=r"cannot write .*: .+"):
        text.FeatureConfig("en").save(tmp_path / "no" / "folder.json")
    assert os.listdir(tmp_path) == []


def test_a_panic_stays_an_exception(run_python: Callable[..., str]) -> None:
    printed = run_python(
        """
        import threading
        import pantau
        from pantau import _core, text

        def provoke():
            try:
                _core._provoke_panic()
            except Exception:
                print("an ordinary exception")
            except BaseException as error:
                print(type(error).__module__, type(error).__name__, error)

        provoke()
        print(text.clean("Bagus!"), text.features(["Bagus!"])["word_count"])
        thread = threading.Thread(target=provoke)
        thread.start()
        thread.join()
        print(text.clean(["Bagus!"] * 3, threads=2))
        """
    )
    panic = "pyo3_runtime PanicException provoked by a test"
    assert printed.splitlines() == [panic, "bagus [1]", panic, "['bagus', 'bagus', 'bagus']"]
