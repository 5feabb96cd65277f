# A str is an iterable of str too; the first overload that fits decides.
# mypy: disable-error-code="overload-overlap"

from collections.abc import Iterable, Sequence
from typing import Any, Literal, overload

from pantau._core import (
    Anonymizer,
    Cleaner,
    Dictionary,
    FeatureConfig,
    FeatureExtractor,
    Features,
    FeatureStream,
    FeatureTable,
    Normalizer,
    Stemmer,
    StopWords,
    TextArray,
    _Algorithm,
    _Arrow,
    _Entity,
    _Item,
    _Language,
    _One,
    _Pairs,
    _Path,
    _Series,
    _Step,
)

__all__ = [
    "Anonymizer",
    "Cleaner",
    "Dictionary",
    "DictionaryWarning",
    "FeatureConfig",
    "FeatureExtractor",
    "FeatureStream",
    "FeatureTable",
    "Features",
    "Normalizer",
    "Stemmer",
    "StopWords",
    "TextArray",
    "anonymize",
    "clean",
    "features",
    "normalize",
    "remove_stopwords",
    "stem",
]

class DictionaryWarning(UserWarning): ...

@overload
def clean(
    texts: _One,
    language: _Language = "id",
    *,
    steps: Sequence[_Step] | None = None,
    threads: int | None = None,
    progress: bool = False,
) -> _One: ...
@overload
def clean(
    texts: tuple[_Item, ...],
    language: _Language = "id",
    *,
    steps: Sequence[_Step] | None = None,
    threads: int | None = None,
    progress: bool = False,
) -> tuple[str | None, ...]: ...
@overload
def clean(
    texts: _Series,
    language: _Language = "id",
    *,
    steps: Sequence[_Step] | None = None,
    threads: int | None = None,
    progress: bool = False,
) -> _Series: ...
@overload
def clean(
    texts: _Arrow,
    language: _Language = "id",
    *,
    steps: Sequence[_Step] | None = None,
    threads: int | None = None,
    progress: bool = False,
) -> Any: ...
@overload
def clean(
    texts: Iterable[_Item],
    language: _Language = "id",
    *,
    steps: Sequence[_Step] | None = None,
    threads: int | None = None,
    progress: bool = False,
) -> list[str | None]: ...
@overload
def normalize(
    texts: _One,
    table: Normalizer | _Pairs | _Path,
    *,
    threads: int | None = None,
    progress: bool = False,
) -> _One: ...
@overload
def normalize(
    texts: tuple[_Item, ...],
    table: Normalizer | _Pairs | _Path,
    *,
    threads: int | None = None,
    progress: bool = False,
) -> tuple[str | None, ...]: ...
@overload
def normalize(
    texts: _Series,
    table: Normalizer | _Pairs | _Path,
    *,
    threads: int | None = None,
    progress: bool = False,
) -> _Series: ...
@overload
def normalize(
    texts: _Arrow,
    table: Normalizer | _Pairs | _Path,
    *,
    threads: int | None = None,
    progress: bool = False,
) -> Any: ...
@overload
def normalize(
    texts: Iterable[_Item],
    table: Normalizer | _Pairs | _Path,
    *,
    threads: int | None = None,
    progress: bool = False,
) -> list[str | None]: ...
@overload
def remove_stopwords(
    texts: _One,
    language: _Language = "id",
    *,
    words: StopWords | Sequence[str] | Literal["sastrawi"] | None = None,
    threads: int | None = None,
    progress: bool = False,
) -> _One: ...
@overload
def remove_stopwords(
    texts: tuple[_Item, ...],
    language: _Language = "id",
    *,
    words: StopWords | Sequence[str] | Literal["sastrawi"] | None = None,
    threads: int | None = None,
    progress: bool = False,
) -> tuple[str | None, ...]: ...
@overload
def remove_stopwords(
    texts: _Series,
    language: _Language = "id",
    *,
    words: StopWords | Sequence[str] | Literal["sastrawi"] | None = None,
    threads: int | None = None,
    progress: bool = False,
) -> _Series: ...
@overload
def remove_stopwords(
    texts: _Arrow,
    language: _Language = "id",
    *,
    words: StopWords | Sequence[str] | Literal["sastrawi"] | None = None,
    threads: int | None = None,
    progress: bool = False,
) -> Any: ...
@overload
def remove_stopwords(
    texts: Iterable[_Item],
    language: _Language = "id",
    *,
    words: StopWords | Sequence[str] | Literal["sastrawi"] | None = None,
    threads: int | None = None,
    progress: bool = False,
) -> list[str | None]: ...
@overload
def stem(
    texts: _One,
    language: _Language = "id",
    *,
    algorithm: _Algorithm | None = None,
    dictionary: Dictionary | _Path | None = None,
    threads: int | None = None,
    progress: bool = False,
) -> _One: ...
@overload
def stem(
    texts: tuple[_Item, ...],
    language: _Language = "id",
    *,
    algorithm: _Algorithm | None = None,
    dictionary: Dictionary | _Path | None = None,
    threads: int | None = None,
    progress: bool = False,
) -> tuple[str | None, ...]: ...
@overload
def stem(
    texts: _Series,
    language: _Language = "id",
    *,
    algorithm: _Algorithm | None = None,
    dictionary: Dictionary | _Path | None = None,
    threads: int | None = None,
    progress: bool = False,
) -> _Series: ...
@overload
def stem(
    texts: _Arrow,
    language: _Language = "id",
    *,
    algorithm: _Algorithm | None = None,
    dictionary: Dictionary | _Path | None = None,
    threads: int | None = None,
    progress: bool = False,
) -> Any: ...
@overload
def stem(
    texts: Iterable[_Item],
    language: _Language = "id",
    *,
    algorithm: _Algorithm | None = None,
    dictionary: Dictionary | _Path | None = None,
    threads: int | None = None,
    progress: bool = False,
) -> list[str | None]: ...
@overload
def anonymize(
    texts: _One,
    *,
    entities: Sequence[_Entity] | None = None,
    key: bytes | None = None,
    threads: int | None = None,
    progress: bool = False,
) -> _One: ...
@overload
def anonymize(
    texts: tuple[_Item, ...],
    *,
    entities: Sequence[_Entity] | None = None,
    key: bytes | None = None,
    threads: int | None = None,
    progress: bool = False,
) -> tuple[str | None, ...]: ...
@overload
def anonymize(
    texts: _Series,
    *,
    entities: Sequence[_Entity] | None = None,
    key: bytes | None = None,
    threads: int | None = None,
    progress: bool = False,
) -> _Series: ...
@overload
def anonymize(
    texts: _Arrow,
    *,
    entities: Sequence[_Entity] | None = None,
    key: bytes | None = None,
    threads: int | None = None,
    progress: bool = False,
) -> Any: ...
@overload
def anonymize(
    texts: Iterable[_Item],
    *,
    entities: Sequence[_Entity] | None = None,
    key: bytes | None = None,
    threads: int | None = None,
    progress: bool = False,
) -> list[str | None]: ...
@overload
def features(
    texts: str,
    language: _Language = "id",
    *,
    config: FeatureConfig | _Path | None = None,
    dictionary: Dictionary | _Path | None = None,
    threads: int | None = None,
    progress: bool = False,
) -> Features: ...
@overload
def features(
    texts: None,
    language: _Language = "id",
    *,
    config: FeatureConfig | _Path | None = None,
    dictionary: Dictionary | _Path | None = None,
    threads: int | None = None,
    progress: bool = False,
) -> None: ...
@overload
def features(
    texts: _Arrow | Iterable[_Item],
    language: _Language = "id",
    *,
    config: FeatureConfig | _Path | None = None,
    dictionary: Dictionary | _Path | None = None,
    threads: int | None = None,
    progress: bool = False,
) -> FeatureTable: ...
