"""Texts in every form that Python has for them, and results in the same form."""

from __future__ import annotations

import ctypes
import math
import pickle
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pantau
import polars as pl
import pyarrow as pa
import pytest
from pantau import text

BEFORE = ["Bagus!", None, "é É", "", "Lemot 👎"]
AFTER = ["bagus", None, "é é", "", "lemot"]


def plain(values: Any) -> list[str | None]:
    """Any form as a list, missing texts as None."""
    if isinstance(values, text.TextArray):
        values = pa.array(values)
    for to_list in ["to_pylist", "to_list", "tolist"]:
        if hasattr(values, to_list):
            values = getattr(values, to_list)()
            break
    return [value if isinstance(value, str) else None for value in values]


class ArrowArray:
    """A column of a library that Pantau does not know, as one array."""

    def __init__(self, values: list[str | None]) -> None:
        self._values = pa.array(values, pa.string())

    def __arrow_c_array__(self, requested_schema: object = None) -> object:
        return self._values.__arrow_c_array__(requested_schema)


class ArrowStream:
    """The same as a stream of arrays."""

    def __init__(self, values: list[str | None]) -> None:
        half = len(values) // 2
        self._values = pa.chunked_array([values[:half], values[half:]], pa.string())

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        return self._values.__arrow_c_stream__(requested_schema)


def offset(values: list[str | None]) -> pa.Array:
    return pa.array(["before", None, *values, "after"], pa.string())[2 : 2 + len(values)]


def as_null(values: list[str | None], missing: Any) -> list[Any]:
    return [missing if value is None else value for value in values]


FORMS: dict[str, tuple[Callable[[list[str | None]], Any], Any]] = {
    "list": (list, list),
    "list with NaN": (lambda v: as_null(v, math.nan), list),
    "list with NA": (lambda v: as_null(v, pd.NA), list),
    "list with NaT": (lambda v: as_null(v, pd.NaT), list),
    "list with NumPy's": (lambda v: as_null([x and np.str_(x) for x in v], np.nan), list),
    "tuple": (tuple, tuple),
    "generator": (lambda v: (x for x in v), list),
    "iterator": (iter, list),
    "set-like": (lambda v: dict(enumerate(v)).values(), list),
    "numpy object": (lambda v: np.array(v, dtype=object), np.ndarray),
    "numpy strided": (lambda v: np.array([v, v], dtype=object).T[:, 0], np.ndarray),
    "numpy StringDType": (
        lambda v: np.array(as_null(v, np.nan), dtype=np.dtypes.StringDType(na_object=np.nan)),
        np.ndarray,
    ),
    "pandas str": (lambda v: pd.Series(v, dtype="str"), pd.Series),
    "pandas object": (lambda v: pd.Series(v, dtype=object), pd.Series),
    "pandas NaN": (lambda v: pd.Series(as_null(v, np.nan), dtype=object), pd.Series),
    "pandas string": (lambda v: pd.Series(v, dtype="string"), pd.Series),
    "pandas arrow": (lambda v: pd.Series(v, dtype=pd.ArrowDtype(pa.string())), pd.Series),
    "pandas category": (lambda v: pd.Series(v, dtype="category"), pd.Series),
    "pandas index": (lambda v: pd.Index(v, dtype=object), list),
    "pandas array": (lambda v: pd.array(v, dtype="string"), None),
    "polars": (lambda v: pl.Series("n", v, dtype=pl.String), pl.Series),
    "polars sliced": (lambda v: pl.Series("n", ["x", *v], dtype=pl.String)[1:], pl.Series),
    "polars chunked": (
        lambda v: pl.concat(
            [pl.Series("n", [x], dtype=pl.String) for x in [*v, "x"]], rechunk=False
        )[: len(v)],
        pl.Series,
    ),
    "polars category": (lambda v: pl.Series("n", v, dtype=pl.Categorical), pl.Series),
    "polars enum": (
        lambda v: pl.Series("n", v, dtype=pl.Enum([x for x in BEFORE if x is not None])),
        pl.Series,
    ),
    "polars null": (lambda v: pl.Series("n", v or None, dtype=None if v else pl.Null), pl.Series),
    "pyarrow": (lambda v: pa.array(v, pa.string()), pa.Array),
    "pyarrow large": (lambda v: pa.array(v, pa.large_string()), pa.Array),
    "pyarrow view": (lambda v: pa.array(v, pa.string_view()), pa.Array),
    "pyarrow offset": (offset, pa.Array),
    "pyarrow dictionary": (
        lambda v: pa.array(v, pa.string()).dictionary_encode(),
        pa.Array,
    ),
    "pyarrow dictionary offset": (lambda v: offset(v).dictionary_encode(), pa.Array),
    "pyarrow dictionary sliced": (
        lambda v: pa.array(["x", *v], pa.string()).dictionary_encode()[1:],
        pa.Array,
    ),
    "pyarrow chunked": (lambda v: pa.chunked_array([v[:2], v[2:]], pa.string()), pa.ChunkedArray),
    "pyarrow chunked large": (
        lambda v: pa.chunked_array([v[:2], [], v[2:]], pa.large_string()),
        pa.ChunkedArray,
    ),
    "pyarrow no chunks": (
        lambda v: pa.chunked_array([v] if v else [], pa.string()),
        pa.ChunkedArray,
    ),
    "arrow array": (ArrowArray, text.TextArray),
    "arrow stream": (ArrowStream, text.TextArray),
}
CALLS: dict[str, Callable[[Any], Any]] = {
    "clean": text.clean,
    "normalize": lambda v: text.normalize(text.clean(v), {"gak": "tidak"}),
    "remove_stopwords": lambda v: text.remove_stopwords(text.clean(v), words=["yang"]),
    "anonymize": lambda v: text.anonymize(text.clean(v)),
}


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("call", CALLS)
def test_results_come_back_in_the_same_form(form: str, call: str) -> None:
    make, kind = FORMS[form]
    after = CALLS[call](make(BEFORE))
    assert plain(after) == AFTER
    if kind is not None:
        assert isinstance(after, kind)


@pytest.mark.parametrize("form", FORMS)
def test_empty_and_all_missing(form: str) -> None:
    make, kind = FORMS[form]
    for values in [[], [None], [None, None]]:
        after = text.clean(make(values))
        assert plain(after) == values
        if kind is not None:
            assert isinstance(after, kind)
        assert len(text.features(make(values))) == len(values)


@pytest.mark.parametrize("form", FORMS)
def test_features_take_every_form(form: str) -> None:
    make, _ = FORMS[form]
    table = text.features(make(BEFORE))
    assert table["cleaned_text"] == AFTER
    assert table["original_text"] == BEFORE
    check = text.FeatureExtractor().check_length(make(BEFORE))
    assert check == ["ok", None, "ok", "too_short", "ok"]
    assert text.Anonymizer().count(make(BEFORE)) == {}


def test_one_text_or_a_missing_one() -> None:
    assert text.clean("Bagus!") == "bagus"
    assert text.clean(np.str_("Bagus!")) == "bagus"
    for missing in [None, math.nan, np.nan, np.float64("nan"), pd.NA, pd.NaT]:
        assert text.clean(missing) is None
        assert text.features(missing) is None
        assert text.FeatureExtractor().check_length(missing) is None
    assert text.clean("nan") == "nan"
    assert text.clean(["nan", "None", math.nan]) == ["nan", "none", None]


def test_fixed_width_numpy_texts() -> None:
    after = text.clean(np.array(["Bagus!", "", "Lemot"]))
    assert isinstance(after, np.ndarray)
    assert after.dtype == object
    assert after.tolist() == ["bagus", "", "lemot"]
    assert text.clean(np.array([], dtype="U5")).shape == (0,)


def test_pandas_keeps_index_name_and_type() -> None:
    for dtype in ["str", object, "string", pd.ArrowDtype(pa.string())]:
        before = pd.Series(BEFORE, index=[9, 7, 5, 3, 1], name="ulasan", dtype=dtype)
        after = text.clean(before)
        expected = pd.Series(AFTER, index=before.index, name="ulasan", dtype=dtype)
        pd.testing.assert_series_equal(after, expected)
    index = pd.MultiIndex.from_product([["a"], range(5)], names=["x", "y"])
    after = text.clean(pd.Series(BEFORE, index=index, dtype="category"))
    assert after.index.equals(index)
    assert after.index.names == ["x", "y"]
    assert plain(after) == AFTER


def test_polars_keeps_the_name() -> None:
    for dtype in [pl.String, pl.Categorical]:
        after = text.clean(pl.Series("ulasan", BEFORE, dtype=dtype))
        assert after.name == "ulasan"
        assert after.dtype == pl.String
    frame = pl.DataFrame({"ulasan": BEFORE})
    assert frame.with_columns(text.clean(frame["ulasan"]))["ulasan"].to_list() == AFTER


def test_pyarrow_keeps_the_type_of_texts() -> None:
    for data_type in [pa.string(), pa.large_string()]:
        assert text.clean(pa.array(BEFORE, data_type)).type == data_type
        assert text.clean(pa.chunked_array([BEFORE], data_type)).type == data_type


def test_text_array_is_a_column_of_its_own() -> None:
    after = text.clean(ArrowArray(BEFORE))
    assert len(after) == 5
    assert pl.Series(after).to_list() == AFTER
    assert pa.array(after).to_pylist() == AFTER
    assert plain(text.clean(after)) == AFTER


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        (np.array(["a", "b"])[:, None], "the array has 2 dimensions instead of 1"),
        (np.array("a"), "the array has 0 dimensions instead of 1"),
        (np.array([1, 2]), "expected text at position 0, got int"),
        (np.array([b"a"]), "expected text at position 0, got bytes"),
        (np.array(["a", 2], dtype=object), "expected text at position 1, got int"),
        (pd.Series([1, 2]), "expected text at position 0, got int"),
        (pd.Series(["a", 2], dtype=object), "expected text at position 1, got int"),
        (pd.DataFrame({"a": ["x"]}), "a table was passed; pass one of its columns"),
        (pl.Series([1, 2]), "the column holds Int64, not text"),
        (pl.DataFrame({"a": ["x"]}), "a table was passed; pass one of its columns"),
        (pl.LazyFrame({"a": ["x"]}), "a table was passed; pass one of its columns"),
        (pa.array([1, 2]), "the column holds Int64, not text"),
        (pa.array([b"a"]), "the column holds Binary, not text"),
        (pa.array([["a"]]), "not text"),
        (pa.table({"a": ["x"]}), "a table was passed; pass one of its columns"),
        (pa.record_batch({"a": ["x"]}), "a table was passed; pass one of its columns"),
        (pa.array([1, 2]).dictionary_encode(), "the column holds Int64, not text"),
        ([["a"]], "expected text at position 0, got list"),
        (["a", ("b",)], "expected text at position 1, got tuple"),
        (1.5, "expected text, got float"),
        (bytearray(b"a"), "got int"),
    ],
)
def test_what_is_no_text(wrong: Any, message: str) -> None:
    for call in [text.clean, text.features, text.anonymize, text.Anonymizer().count]:
        with pytest.raises(pantau.InvalidInputError, match="texts: ") as caught:
            call(wrong)
        assert message in str(caught.value)


def test_a_source_that_breaks() -> None:
    def broken():
        yield "good"
        raise RuntimeError("source broke")

    with pytest.raises(RuntimeError, match="source broke"):
        text.clean(broken())

    class BrokenArrow:
        def __arrow_c_stream__(self, requested_schema: object = None) -> object:
            raise RuntimeError("export broke")

    with pytest.raises(RuntimeError, match="export broke"):
        text.clean(BrokenArrow())

    with pytest.raises(pantau.InvalidInputError, match=r"arrow stream: column broke"):
        text.clean(BrokenColumn())


class BrokenColumn:
    """An Arrow stream of texts, by hand, whose first array cannot be had."""

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        pointer, number = ctypes.c_void_p, ctypes.c_int
        get = ctypes.CFUNCTYPE(number, pointer, pointer)

        def get_schema(stream: int, out: int) -> int:
            pa.string()._export_to_c(out)
            return 0

        self.calls = [
            get(get_schema),
            get(lambda stream, out: 5),
            ctypes.CFUNCTYPE(pointer, pointer)(lambda stream: ctypes.addressof(self.message)),
            ctypes.CFUNCTYPE(None, pointer)(lambda stream: None),
        ]
        self.message = ctypes.create_string_buffer(b"column broke")
        addresses = [ctypes.cast(call, pointer).value for call in self.calls]
        self.stream = (pointer * 5)(*addresses, 0)
        new = ctypes.pythonapi.PyCapsule_New
        new.restype, new.argtypes = ctypes.py_object, [pointer, ctypes.c_char_p, pointer]
        self.name = b"arrow_array_stream"
        return new(ctypes.addressof(self.stream), self.name, None)


def test_foreign_capsules_are_refused() -> None:
    class Swapped:
        def __arrow_c_array__(self, requested_schema: object = None) -> object:
            return pa.array(["a"]).__arrow_c_array__()[::-1]

    class Nothing:
        def __arrow_c_stream__(self, requested_schema: object = None) -> object:
            return None

    for wrong in [Swapped(), Nothing()]:
        with pytest.raises((ValueError, TypeError)):
            text.clean(wrong)


def test_a_text_of_100_mb(run_python: Callable[..., str]) -> None:
    printed = run_python(
        """
        from pantau import text

        count = 4_000_000
        piece = "Bagus!! budi@a.example, "
        before = piece * count
        size = len(before) / 2**20
        start = peak_mb()
        assert size > 90
        cleaned = text.clean(before)
        assert len(cleaned) == len("bagus ") * count - 1
        assert cleaned == ("bagus " * count)[:-1]
        del cleaned
        hidden = text.anonymize(before)
        assert hidden == "Bagus!! [EMAIL], " * count
        del hidden
        features = text.features(before)
        assert features.original_length == len(before)
        assert features.exclamation_marks == 2 * count
        assert features.word_count == features.sentiment_words_positive == count
        assert features.stemmed_text == ("bagus " * count)[:-1]
        print((peak_mb() - start) / size)
        """
    )
    # Features hold the text itself and three more; work needs a few buffers.
    assert float(printed) < 10


def test_arrow_comes_in_without_a_copy(run_python: Callable[..., str]) -> None:
    printed = run_python(
        """
        import pyarrow
        from pantau import text

        one = "tidak ada data pribadi di sini. " * 32_000
        columns = [
            pyarrow.array([one] * 200, pyarrow.large_string()),
            pyarrow.chunked_array([[one] * 100] * 2, pyarrow.large_string()),
        ]
        counter = text.Anonymizer()
        before = peak_mb()
        for column in columns:
            assert column.nbytes / 2**20 > 180
            assert counter.count(column) == {}
        print(peak_mb() - before)
        """
    )
    assert float(printed) < 40


BROKEN = [b"caf\xe9 enak", b"ok", b"\xf0\x9f bagus \xe2"] * 50


@pytest.mark.parametrize("data_type", [pa.string(), pa.large_string()])
def test_arrow_columns_that_are_not_utf8(data_type: Any) -> None:
    binary = pa.large_binary() if data_type == pa.large_string() else pa.binary()
    column = pa.array(BROKEN, binary).view(data_type)
    for call in [text.clean, text.features, text.anonymize, text.FeatureExtractor().stream]:
        with pytest.raises(pantau.InvalidInputError, match=r"(?i)utf-?8"):
            list(call(column))
    dictionary = pa.DictionaryArray.from_arrays(pa.array([0, 1]), column[:2])
    with pytest.raises(pantau.InvalidInputError, match=r"(?i)utf-?8"):
        text.clean(dictionary)


def test_arrow_dictionaries_with_keys_out_of_bounds() -> None:
    keys = pa.array([0, 5])
    column = pa.DictionaryArray.from_arrays(keys, pa.array(["A", "B"]), safe=False)
    with pytest.raises(pantau.InvalidInputError):
        text.clean(column)


def test_arrow_capsules_are_used_once() -> None:
    class Once:
        capsules = pa.array(["Ya!"]).__arrow_c_array__()

        def __arrow_c_array__(self, requested_schema: object = None) -> Any:
            return self.capsules

    once = Once()
    assert pa.array(text.clean(once)).to_pylist() == ["ya"]
    with pytest.raises(pantau.InvalidInputError, match="is released"):
        text.clean(once)


@pytest.mark.parametrize("answer", [None, (1, 2), 5])
def test_exporters_that_give_no_capsules(answer: object) -> None:
    class Exporter:
        def __arrow_c_array__(self, requested_schema: object = None) -> Any:
            return answer

    with pytest.raises(pantau.InvalidInputError, match="gave no pair of capsules"):
        text.clean(Exporter())


def test_a_stream_that_is_refused_is_not_read() -> None:
    read = []

    def batches() -> Any:
        for number in range(20):
            read.append(number)
            yield pa.record_batch({"a": [str(number)]})

    schema = pa.schema({"a": pa.string()})
    reader = pa.RecordBatchReader.from_batches(schema, batches())
    with pytest.raises(pantau.InvalidInputError, match="a table was passed"):
        text.clean(reader)
    assert read == []


def test_numpy_scalars_that_are_nan() -> None:
    assert text.clean(["Ya!", np.float32("nan"), np.float64("nan")]) == ["ya", None, None]


def test_pickles() -> None:
    dictionary = text.Dictionary(["guna", "bagus"])
    config = text.FeatureConfig("id", dictionary=dictionary, normalizer={"gak": "tidak"})
    extractor = text.FeatureExtractor(config, dictionary=dictionary)
    sample = "Gak bagus, digunakannya!"
    again = pickle.loads(pickle.dumps(extractor))
    assert again.extract(sample) == extractor.extract(sample)
    assert pickle.loads(pickle.dumps(config)) == config
    for one, call in [
        (text.Cleaner(steps=["case"]), "clean"),
        (text.Normalizer({"gak": "tidak"}), "normalize"),
        (text.StopWords.sastrawi(), "remove"),
        (text.StopWords(words=["bagus"]), "remove"),
        (text.Stemmer(dictionary=dictionary), "stem"),
        (text.Stemmer("en"), "stem"),
    ]:
        restored = pickle.loads(pickle.dumps(one))
        assert getattr(restored, call)(sample) == getattr(one, call)(sample)
    assert pickle.loads(pickle.dumps(dictionary)).fingerprint == dictionary.fingerprint
    with pytest.raises(TypeError):
        pickle.dumps(text.Anonymizer(key=b"0123456789abcdef"))
