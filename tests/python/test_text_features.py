"""Features, their settings, and what they refuse."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from pathlib import Path

import pantau
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pantau import text
from pantau.text import FeatureConfig, FeatureExtractor
from test_text_clean import PIECES

TEXTS = st.lists(st.sampled_from(PIECES) | st.text(max_size=8), max_size=12).map("".join)
ROOTS = text.Dictionary(["aplikasi", "bagus", "guna", "mudah"])


def test_the_case_of_the_issue() -> None:
    assert text.features("Aplikasi ini sangat bagus!").to_dict() == {
        "original_text": "Aplikasi ini sangat bagus!",
        "cleaned_text": "aplikasi ini sangat bagus",
        "text_no_stopwords": "aplikasi sangat bagus",
        "stemmed_text": "aplikasi sangat bagus",
        "original_length": 26,
        "cleaned_length": 25,
        "word_count": 4,
        "char_count": 25,
        "avg_word_length": 6.25,
        "mean_word_length": 5.5,
        "sentiment_words_positive": 1,
        "sentiment_words_negative": 0,
        "exclamation_marks": 1,
        "question_marks": 0,
        "uppercase_ratio": 1 / 22,
        "special_chars_count": 1,
        "number_count": 0,
        "has_url": False,
        "has_emoji": False,
    }


def test_attributes_rows_and_columns_agree() -> None:
    texts = ["Bagus!", None, "Lemot?? 100x https://a.example 😡", ""]
    table = text.features(texts)
    assert len(table) == len(texts)
    assert len(table.columns) == 19
    for name in table.columns:
        singles = [text.features(one) for one in texts]
        assert table[name] == [one if one is None else getattr(one, name) for one in singles]
        assert table[name] == [one if one is None else one.to_dict()[name] for one in singles]
    with pytest.raises(KeyError, match="no feature is named"):
        table["wordcount"]


@settings(max_examples=150)
@given(st.lists(st.none() | TEXTS, max_size=8), st.sampled_from(["id", "en"]))
def test_batches_equal_singles(texts: list[str | None], language: str) -> None:
    table = text.features(texts, language)
    for row, one in enumerate(texts):
        single = text.features(one, language)
        values = {name: table[name][row] for name in table.columns}
        assert values == (dict.fromkeys(table.columns) if single is None else single.to_dict())


def test_tables_out() -> None:
    pandas, polars = pytest.importorskip("pandas"), pytest.importorskip("polars")
    pyarrow = pytest.importorskip("pyarrow")
    table = text.features(["Bagus!", None, "Lemot"])
    frames = [table.to_pandas(), table.to_polars(), table.to_arrow()]
    for frame, kind in zip(
        frames, [pandas.DataFrame, polars.DataFrame, pyarrow.Table], strict=True
    ):
        assert isinstance(frame, kind)
        assert frame.shape == (3, 19)
    assert frames[0]["cleaned_text"].tolist()[::2] == ["bagus", "lemot"]
    assert frames[0].isna().sum().tolist() == [1] * 19
    assert frames[1]["word_count"].to_list() == [1, None, 1]
    assert frames[2].column("has_emoji").to_pylist() == [False, None, False]
    metadata = frames[2].schema.metadata
    assert metadata[b"pantau.schema_hash"] == FeatureConfig().schema_hash.encode()
    assert metadata[b"pantau.feature_version"] == b"1.0.0"
    # The table stays usable after it has been exported.
    assert table.to_arrow() == frames[2]


def test_pandas_without_pyarrow(run_python: Callable[..., str]) -> None:
    printed = run_python(
        """
        import sys
        sys.modules["pyarrow"] = None
        from pantau import text
        frame = text.features(["Bagus!", None, "Lemot"]).to_pandas()
        print(frame.shape, frame["word_count"].tolist()[::2])
        """
    )
    assert printed == "(3, 19) [1.0, 1.0]\n"


def test_settings_survive_a_file(tmp_path: Path) -> None:
    config = FeatureConfig(
        "id",
        version="2.1.0",
        min_length=5,
        max_length=64,
        steps=["case", {"repeats": 2}, "whitespace"],
        normalizer={"gak": "tidak"},
        stop_words=["ini"],
        dictionary=ROOTS,
        lexicon=(["bagus"], ["jelek"]),
    )
    path = tmp_path / "feature_config.json"
    config.save(path)
    again = FeatureConfig.load(path)
    assert again == config
    assert again.schema_hash == config.schema_hash
    assert FeatureConfig.from_json(config.to_json()) == config
    assert (again.language, again.version, again.created_at) == ("id", "2.1.0", config.created_at)
    assert (again.min_length, again.max_length, again.stemmer) == (5, 64, "sastrawi")
    assert again.steps == ["case", {"repeats": 2}, "whitespace"]
    texts = ["Gak bagusss penggunaannya ini", None, "JELEK"]
    for source in [path, str(path), again]:
        extractor = FeatureExtractor(source, dictionary=ROOTS)
        assert extractor.config == config
        assert extractor.extract(texts)["stemmed_text"][0] == "tidak baguss guna"
        ours = FeatureExtractor(config, dictionary=ROOTS)
        assert extractor.extract(texts).to_arrow().equals(ours.extract(texts).to_arrow())


def test_hash_follows_what_decides_features() -> None:
    base = FeatureConfig("id", stemmer=None)
    for same in [
        FeatureConfig("id", stemmer=None),
        FeatureConfig("id", stemmer=None, version="9"),
        FeatureConfig.from_json(base.to_json()),
    ]:
        assert same.schema_hash == base.schema_hash
    others = [
        FeatureConfig("en", stemmer=None),
        FeatureConfig("id", stemmer="tala"),
        FeatureConfig("id", dictionary=ROOTS),
        FeatureConfig("id", stemmer=None, stop_words=None),
        FeatureConfig("id", stemmer=None, stop_words="sastrawi"),
        FeatureConfig("id", stemmer=None, normalizer={"gak": "tidak"}),
        FeatureConfig("id", stemmer=None, steps=["case"]),
        FeatureConfig("id", stemmer=None, lexicon=([], [])),
    ]
    assert len({base.schema_hash, *(other.schema_hash for other in others)}) == len(others) + 1


def test_defaults() -> None:
    config = FeatureConfig()
    assert (config.language, config.version) == ("id", "1.0.0")
    assert (config.min_length, config.max_length) == (3, 128)
    assert config.steps == text.Cleaner("id").steps
    assert json.loads(config.to_json())["format"] == 1
    assert config.stemmer == ("sastrawi" if text.Dictionary.installed() else "tala")
    assert FeatureConfig("en").stemmer == "english"
    # What a file leaves out gets its default.
    short = FeatureConfig.from_json('{"max_length": 64, "version": "1.2.0"}')
    assert (short.max_length, short.version, short.min_length) == (64, "1.2.0", 3)
    assert short.steps == config.steps


def test_none_switches_off() -> None:
    config = FeatureConfig("id", stop_words=None, stemmer=None, normalizer=None)
    assert config.stemmer is None
    features = FeatureExtractor(config).extract("Aplikasi ini menggunakannya")
    assert features.text_no_stopwords == features.cleaned_text == "aplikasi ini menggunakannya"
    assert features.stemmed_text == features.text_no_stopwords
    stored = json.loads(config.to_json())
    assert (stored["stop_words"], stored["stemmer"], stored["normalizer"]) == (None, None, None)


def test_length_limits() -> None:
    extractor = FeatureExtractor(FeatureConfig("en", min_length=4, max_length=2))
    checks = extractor.check_length(["good", "bad", "one two three", None])
    assert checks == ["ok", "too_short", "too_long", None]
    assert extractor.check_length("bad!!") == "too_short"
    assert extractor.check_length(None) is None


def test_broken_changed_and_newer_files(tmp_path: Path) -> None:
    good = FeatureConfig("en").to_json()
    changed = good.replace('"repeats": 2', '"repeats": 1')
    assert changed != good
    half = good[: len(good) // 2]
    for content, error, message in [
        (changed, pantau.InvalidInputError, "changed after it was saved"),
        (half, pantau.InvalidInputError, "feature config: "),
        ("", pantau.InvalidInputError, "feature config: "),
        ("[]", pantau.InvalidInputError, "feature config: "),
        ('{"nope": 1}', pantau.InvalidInputError, "unknown field `nope`"),
        ('{"language": "fr"}', pantau.InvalidInputError, "fr"),
        ('{"max_length": "x"}', pantau.InvalidInputError, 'got "x"'),
        ('{"steps": ["x"]}', pantau.InvalidInputError, 'step "x" is not one of: nfc'),
        ('{"schema_version": 99}', pantau.IncompatibleError, "schema version 99"),
        ('{"format": 2, "new": 1}', pantau.IncompatibleError, "format 2 is newer than 1"),
    ]:
        path = tmp_path / "feature_config.json"
        path.write_text(content, encoding="utf-8")
        for load in [FeatureConfig.load, FeatureExtractor]:
            with pytest.raises(error) as caught:
                load(path)
            assert message in str(caught.value), content
            assert type(caught.value) is error


def test_another_dictionary_does_not_fit() -> None:
    config = FeatureConfig("id", dictionary=ROOTS)
    with pytest.raises(pantau.IncompatibleError) as caught:
        FeatureExtractor(config, dictionary=text.Dictionary(["lain"]))
    assert ROOTS.fingerprint in str(caught.value)


WITHOUT_SASTRAWI = """
    import importlib.util

    real = importlib.util.find_spec
    importlib.util.find_spec = lambda name, *rest: None if name == "Sastrawi" else real(name, *rest)

    import pantau
    from pantau import text

    assert text.Dictionary.installed() is None
"""


def test_missing_dictionary(run_python: Callable[..., str]) -> None:
    printed = run_python(
        WITHOUT_SASTRAWI
        + """
    roots = text.Dictionary(["bagus"])
    config = text.FeatureConfig("id", dictionary=roots)
    for call in [
        lambda: text.FeatureExtractor(config),
        lambda: text.Stemmer(algorithm="sastrawi"),
        lambda: text.stem("a", algorithm="sastrawi"),
        lambda: text.features("a", config=text.FeatureConfig("id", stemmer="sastrawi")),
        lambda: text.stem("a", dictionary="nothing-here.txt"),
    ]:
        try:
            call()
        except pantau.NotFoundError as error:
            print(error)
    print(text.FeatureExtractor(config, dictionary=roots).extract("bagusnya").stemmed_text)
    """
    )
    *errors, stem = printed.splitlines()
    assert len(errors) == 5
    assert all("dictionary" in error for error in errors)
    assert sum("pip install PySastrawi" in error for error in errors) >= 3
    assert "nothing-here.txt" in errors[-1]
    assert stem == "bagus"


def test_a_message_says_how_to_get_better_stems(run_python: Callable[..., str]) -> None:
    printed = run_python(
        WITHOUT_SASTRAWI
        + """
    import warnings

    for call in [
        lambda: text.stem("menggunakannya"),
        lambda: text.features("menggunakannya").stemmed_text,
        lambda: text.features(["menggunakannya"])["stemmed_text"][0],
    ]:
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            stem = call()
        assert [warning.category for warning in caught] == [text.DictionaryWarning]
        print(stem, caught[0].filename, caught[0].message)
    # Who asks for Tala's algorithm, another language, or gives words, is not told.
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        text.stem("menggunakannya", algorithm="tala")
        text.stem("running", "en")
        text.stem("menggunakannya", dictionary=text.Dictionary(["guna"]))
        text.features("good", "en")
    for make in [
        lambda: text.Stemmer("id"),
        lambda: text.FeatureExtractor(),
        lambda: text.FeatureExtractor(text.FeatureConfig("id")),
    ]:
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            made = make()
        assert [warning.category for warning in caught] == [text.DictionaryWarning]
        assert caught[0].filename == "<string>"
        assert "pip install PySastrawi" in made.hint
    """
    )
    lines = printed.splitlines()
    assert len(lines) == 3
    for line in lines:
        # The warning points to the caller's line.
        assert line.startswith("guna <string> stemming Indonesian without")
        assert "pip install PySastrawi" in line


def joined(parts: Iterable[text.FeatureTable], name: str) -> list[object]:
    """One feature of all parts of a stream."""
    return [value for part in parts for value in part[name]]


def test_stream() -> None:
    extractor = FeatureExtractor(FeatureConfig("en"))
    texts = [None if row % 7 == 0 else f"review number {row}!" for row in range(1000)]
    whole = extractor.extract(texts)
    for rows in [1, 7, 300, 1000, 5000]:
        parts = list(extractor.stream(iter(texts), rows=rows))
        assert [len(part) for part in parts[:-1]] == [rows] * (len(parts) - 1)
        assert joined(parts, "cleaned_text") == whole["cleaned_text"]
    assert list(extractor.stream([])) == []
    stream = extractor.stream(texts, rows=400)
    assert iter(stream) is stream
    assert [len(part) for part in stream] == [400, 400, 200]
    assert list(stream) == []


def test_stream_takes_columns() -> None:
    numpy, pandas = pytest.importorskip("numpy"), pytest.importorskip("pandas")
    polars, pyarrow = pytest.importorskip("polars"), pytest.importorskip("pyarrow")
    texts = ["good", None, "bad", "so so", "fine"]
    extractor = FeatureExtractor(FeatureConfig("en"))
    forms = [
        texts,
        tuple(texts),
        iter(texts),
        numpy.array(texts, dtype=object),
        pandas.Series(texts),
        pandas.Series(texts, dtype=object),
        pandas.Series(texts, dtype="category"),
        polars.Series("a", texts),
        polars.Series("a", texts, dtype=polars.Categorical),
        pyarrow.array(texts),
        pyarrow.array(["x", *texts])[1:],
        pyarrow.array(texts).dictionary_encode(),
        pyarrow.chunked_array([texts[:2], [], texts[2:]]),
    ]
    for form in forms:
        parts = list(extractor.stream(form, rows=2))
        assert all(0 < len(part) <= 2 for part in parts)
        assert joined(parts, "word_count") == [1, None, 1, 2, 1]
    for table in [pandas.DataFrame({"a": texts}), polars.DataFrame({"a": texts})]:
        with pytest.raises(pantau.InvalidInputError, match="a table was passed"):
            next(extractor.stream(table))


def test_stream_reports_errors_of_its_source() -> None:
    def broken():
        yield "good"
        raise RuntimeError("source broke")

    stream = FeatureExtractor(FeatureConfig("en")).stream(broken(), rows=1)
    assert len(next(stream)) == 1
    with pytest.raises(RuntimeError, match="source broke"):
        next(stream)
    with pytest.raises(pantau.InvalidInputError, match="got int"):
        next(FeatureExtractor(FeatureConfig("en")).stream([1]))


def test_stream_of_a_million_rows_in_bounded_memory(run_python: Callable[..., str]) -> None:
    rows, growth, positive = run_python(
        """
        from pantau import text

        extractor = text.FeatureExtractor(text.FeatureConfig("id", stemmer=None))
        texts = (f"Aplikasi nomor {row} ini sangat bagus dan cepat!" for row in range(1_000_000))
        for part in extractor.stream(iter(["pemanasan"])):
            pass
        before = peak_mb()
        rows = positive = 0
        for part in extractor.stream(texts):
            rows += len(part)
            positive += part["sentiment_words_positive"][0]
        print(rows, peak_mb() - before, positive)
        """
    ).split()
    assert int(rows) == 1_000_000
    # As one table these rows take some 300 MB.
    assert float(growth) < 200
    assert int(positive) == 2 * -(-1_000_000 // 8192)


def test_nothing_follows_an_error_in_a_stream() -> None:
    stream = text.FeatureExtractor().stream(["a", "b", 1, "c", "d"], rows=4)  # type: ignore[list-item]
    with pytest.raises(pantau.InvalidInputError, match="at position 2"):
        next(stream)
    assert list(stream) == []


def test_pandas_tables_keep_the_index() -> None:
    pandas = pytest.importorskip("pandas")
    series = pandas.Series(["Bagus!", None], index=[10, 20])
    table = text.features(series)
    assert table.to_pandas().index.tolist() == [10, 20]
    assert text.features(series.tolist()).to_pandas().index.tolist() == [0, 1]


def test_a_named_stemmer_is_pinned_at_once() -> None:
    config = text.FeatureConfig("id", stemmer="sastrawi")
    assert config.schema_hash == text.FeatureExtractor(config).config.schema_hash
    with pytest.raises(pantau.IncompatibleError):
        text.FeatureExtractor(config, dictionary=text.Dictionary(["guna"]))


def test_the_language_of_a_config_holds() -> None:
    config = text.FeatureConfig("id")
    with pytest.raises(pantau.InvalidInputError, match="language: 'en' is not that of config"):
        text.features("x", "en", config=config)
