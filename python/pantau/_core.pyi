# A str is an iterable of str too; the first overload that fits decides.
# mypy: disable-error-code="overload-overlap"

from collections.abc import Iterable, Iterator, Mapping, Sequence
from os import PathLike
from typing import Any, Literal, Protocol, TypeAlias, TypedDict, TypeVar, final, overload

__all__ = [
    "Anonymizer",
    "Cleaner",
    "Dictionary",
    "Error",
    "FeatureConfig",
    "FeatureExtractor",
    "FeatureStream",
    "FeatureTable",
    "Features",
    "IncompatibleError",
    "InvalidInputError",
    "Normalizer",
    "NotFoundError",
    "Stemmer",
    "StopWords",
    "StorageError",
    "TextArray",
    "__version__",
    "_provoke_panic",
    "_restore",
]

__version__: str

class Error(Exception): ...
class InvalidInputError(Error, ValueError): ...
class NotFoundError(Error): ...
class IncompatibleError(Error): ...
class StorageError(Error): ...

_Path: TypeAlias = str | PathLike[str]
_Language: TypeAlias = Literal["id", "en"]
_Algorithm: TypeAlias = Literal["sastrawi", "tala", "english"]
_Entity: TypeAlias = Literal[
    "email", "url", "phone", "nik", "npwp", "card", "iban", "ip", "handle", "plate"
]
_LengthCheck: TypeAlias = Literal["ok", "too_short", "too_long"]
# As JSON has them: a name, or a name with its setting.
_Step: TypeAlias = str | Mapping[str, str | int]
_Pairs: TypeAlias = Mapping[str, str] | Iterable[tuple[str, str]]

# A text among many; NaN is a float, and missing.
_Item: TypeAlias = str | float | None
_One = TypeVar("_One", str, None, str | None)

class _HasDtype(Protocol):
    @property
    def dtype(self) -> Any: ...
    def __len__(self) -> int: ...

# A NumPy array, a pandas or polars Series: results come back as the same.
_Series = TypeVar("_Series", bound=_HasDtype)

class _ArrowArray(Protocol):
    def __arrow_c_array__(self, requested_schema: Any = None) -> Any: ...

class _ArrowStream(Protocol):
    def __arrow_c_stream__(self, requested_schema: Any = None) -> Any: ...

# A pyarrow array gives one back, a column of another library a TextArray.
_Arrow: TypeAlias = _ArrowArray | _ArrowStream

class _FeatureDict(TypedDict):
    original_text: str
    cleaned_text: str
    text_no_stopwords: str
    stemmed_text: str
    original_length: int
    cleaned_length: int
    word_count: int
    char_count: int
    avg_word_length: float
    mean_word_length: float
    sentiment_words_positive: int
    sentiment_words_negative: int
    exclamation_marks: int
    question_marks: int
    uppercase_ratio: float
    special_chars_count: int
    number_count: int
    has_url: bool
    has_emoji: bool

@final
class Anonymizer:
    def __new__(
        cls, *, entities: Sequence[_Entity] | None = None, key: bytes | None = None
    ) -> Anonymizer: ...
    @overload
    def anonymize(
        self, texts: _One, *, threads: int | None = None, progress: bool = False
    ) -> _One: ...
    @overload
    def anonymize(
        self, texts: tuple[_Item, ...], *, threads: int | None = None, progress: bool = False
    ) -> tuple[str | None, ...]: ...
    @overload
    def anonymize(
        self, texts: _Series, *, threads: int | None = None, progress: bool = False
    ) -> _Series: ...
    @overload
    def anonymize(
        self, texts: _Arrow, *, threads: int | None = None, progress: bool = False
    ) -> Any: ...
    @overload
    def anonymize(
        self, texts: Iterable[_Item], *, threads: int | None = None, progress: bool = False
    ) -> list[str | None]: ...
    def count(self, texts: str | float | _Arrow | Iterable[_Item] | None) -> dict[_Entity, int]: ...

@final
class Cleaner:
    def __new__(
        cls, language: _Language = "id", *, steps: Sequence[_Step] | None = None
    ) -> Cleaner: ...
    @property
    def steps(self) -> list[str | dict[str, str | int]]: ...
    @overload
    def clean(self, texts: _One, *, threads: int | None = None, progress: bool = False) -> _One: ...
    @overload
    def clean(
        self, texts: tuple[_Item, ...], *, threads: int | None = None, progress: bool = False
    ) -> tuple[str | None, ...]: ...
    @overload
    def clean(
        self, texts: _Series, *, threads: int | None = None, progress: bool = False
    ) -> _Series: ...
    @overload
    def clean(
        self, texts: _Arrow, *, threads: int | None = None, progress: bool = False
    ) -> Any: ...
    @overload
    def clean(
        self, texts: Iterable[_Item], *, threads: int | None = None, progress: bool = False
    ) -> list[str | None]: ...

@final
class Dictionary:
    def __new__(cls, words: Iterable[str]) -> Dictionary: ...
    @staticmethod
    def open(path: _Path) -> Dictionary: ...
    @staticmethod
    def installed() -> Dictionary | None: ...
    @property
    def fingerprint(self) -> str: ...
    def __contains__(self, word: str, /) -> bool: ...
    def __len__(self) -> int: ...

@final
class FeatureConfig:
    def __new__(
        cls,
        language: _Language = "id",
        *,
        version: str = "1.0.0",
        min_length: int = 3,
        max_length: int = 128,
        steps: Sequence[_Step] | None = None,
        normalizer: Normalizer | _Pairs | None = None,
        stop_words: Literal["default", "sastrawi"] | StopWords | Sequence[str] | None = "default",
        stemmer: Literal["auto"] | _Algorithm | None = "auto",
        dictionary: Dictionary | _Path | None = None,
        lexicon: tuple[Sequence[str], Sequence[str]] | None = None,
    ) -> FeatureConfig: ...
    @staticmethod
    def from_json(json: str) -> FeatureConfig: ...
    @staticmethod
    def load(path: _Path) -> FeatureConfig: ...
    def save(self, path: _Path) -> None: ...
    def to_json(self) -> str: ...
    @property
    def schema_hash(self) -> str: ...
    @property
    def version(self) -> str: ...
    @property
    def created_at(self) -> str: ...
    @property
    def language(self) -> _Language: ...
    @property
    def min_length(self) -> int: ...
    @property
    def max_length(self) -> int: ...
    @property
    def steps(self) -> list[str | dict[str, str | int]]: ...
    @property
    def stemmer(self) -> _Algorithm | None: ...
    def __eq__(self, other: object, /) -> bool: ...

@final
class FeatureExtractor:
    def __new__(
        cls,
        config: FeatureConfig | _Path | None = None,
        *,
        dictionary: Dictionary | _Path | None = None,
    ) -> FeatureExtractor: ...
    @property
    def config(self) -> FeatureConfig: ...
    @property
    def hint(self) -> str | None: ...
    @overload
    def extract(
        self, texts: str, *, threads: int | None = None, progress: bool = False
    ) -> Features: ...
    @overload
    def extract(
        self, texts: None, *, threads: int | None = None, progress: bool = False
    ) -> None: ...
    @overload
    def extract(
        self, texts: _Arrow | Iterable[_Item], *, threads: int | None = None, progress: bool = False
    ) -> FeatureTable: ...
    def stream(
        self, texts: _Arrow | Iterable[_Item], *, rows: int = 8192, threads: int | None = None
    ) -> FeatureStream: ...
    @overload
    def check_length(self, texts: str) -> _LengthCheck: ...
    @overload
    def check_length(self, texts: None) -> None: ...
    @overload
    def check_length(self, texts: _Arrow | Iterable[_Item]) -> list[_LengthCheck | None]: ...

@final
class FeatureStream:
    def __iter__(self) -> Iterator[FeatureTable]: ...
    def __next__(self) -> FeatureTable: ...

@final
class FeatureTable:
    @property
    def columns(self) -> list[str]: ...
    def to_pandas(self) -> Any: ...
    def to_polars(self) -> Any: ...
    def to_arrow(self) -> Any: ...
    def __arrow_c_stream__(self, requested_schema: Any = None) -> Any: ...
    def __getitem__(self, name: str, /) -> list[Any]: ...
    def __len__(self) -> int: ...

@final
class Features:
    @property
    def original_text(self) -> str: ...
    @property
    def cleaned_text(self) -> str: ...
    @property
    def text_no_stopwords(self) -> str: ...
    @property
    def stemmed_text(self) -> str: ...
    @property
    def original_length(self) -> int: ...
    @property
    def cleaned_length(self) -> int: ...
    @property
    def word_count(self) -> int: ...
    @property
    def char_count(self) -> int: ...
    @property
    def avg_word_length(self) -> float: ...
    @property
    def mean_word_length(self) -> float: ...
    @property
    def sentiment_words_positive(self) -> int: ...
    @property
    def sentiment_words_negative(self) -> int: ...
    @property
    def exclamation_marks(self) -> int: ...
    @property
    def question_marks(self) -> int: ...
    @property
    def uppercase_ratio(self) -> float: ...
    @property
    def special_chars_count(self) -> int: ...
    @property
    def number_count(self) -> int: ...
    @property
    def has_url(self) -> bool: ...
    @property
    def has_emoji(self) -> bool: ...
    def to_dict(self) -> _FeatureDict: ...
    def __eq__(self, other: object, /) -> bool: ...

@final
class Normalizer:
    def __new__(cls, table: _Pairs) -> Normalizer: ...
    @staticmethod
    def open(path: _Path) -> Normalizer: ...
    @overload
    def normalize(
        self, texts: _One, *, threads: int | None = None, progress: bool = False
    ) -> _One: ...
    @overload
    def normalize(
        self, texts: tuple[_Item, ...], *, threads: int | None = None, progress: bool = False
    ) -> tuple[str | None, ...]: ...
    @overload
    def normalize(
        self, texts: _Series, *, threads: int | None = None, progress: bool = False
    ) -> _Series: ...
    @overload
    def normalize(
        self, texts: _Arrow, *, threads: int | None = None, progress: bool = False
    ) -> Any: ...
    @overload
    def normalize(
        self, texts: Iterable[_Item], *, threads: int | None = None, progress: bool = False
    ) -> list[str | None]: ...
    def __len__(self) -> int: ...

@final
class Stemmer:
    def __new__(
        cls,
        language: _Language = "id",
        *,
        algorithm: _Algorithm | None = None,
        dictionary: Dictionary | _Path | None = None,
    ) -> Stemmer: ...
    @property
    def algorithm(self) -> _Algorithm: ...
    @property
    def hint(self) -> str | None: ...
    @overload
    def stem(self, texts: _One, *, threads: int | None = None, progress: bool = False) -> _One: ...
    @overload
    def stem(
        self, texts: tuple[_Item, ...], *, threads: int | None = None, progress: bool = False
    ) -> tuple[str | None, ...]: ...
    @overload
    def stem(
        self, texts: _Series, *, threads: int | None = None, progress: bool = False
    ) -> _Series: ...
    @overload
    def stem(self, texts: _Arrow, *, threads: int | None = None, progress: bool = False) -> Any: ...
    @overload
    def stem(
        self, texts: Iterable[_Item], *, threads: int | None = None, progress: bool = False
    ) -> list[str | None]: ...

@final
class StopWords:
    def __new__(
        cls, language: _Language = "id", *, words: Sequence[str] | None = None
    ) -> StopWords: ...
    @staticmethod
    def sastrawi() -> StopWords: ...
    @staticmethod
    def open(path: _Path) -> StopWords: ...
    @property
    def words(self) -> list[str]: ...
    @property
    def matching(self) -> Literal["words", "sastrawi"]: ...
    @overload
    def remove(
        self, texts: _One, *, threads: int | None = None, progress: bool = False
    ) -> _One: ...
    @overload
    def remove(
        self, texts: tuple[_Item, ...], *, threads: int | None = None, progress: bool = False
    ) -> tuple[str | None, ...]: ...
    @overload
    def remove(
        self, texts: _Series, *, threads: int | None = None, progress: bool = False
    ) -> _Series: ...
    @overload
    def remove(
        self, texts: _Arrow, *, threads: int | None = None, progress: bool = False
    ) -> Any: ...
    @overload
    def remove(
        self, texts: Iterable[_Item], *, threads: int | None = None, progress: bool = False
    ) -> list[str | None]: ...
    def __contains__(self, word: str, /) -> bool: ...
    def __len__(self) -> int: ...

@final
class TextArray:
    def __len__(self) -> int: ...
    def __arrow_c_array__(self, requested_schema: Any = None) -> tuple[Any, Any]: ...

def _provoke_panic() -> None: ...
def _restore(kind: str, payload: object) -> object: ...
