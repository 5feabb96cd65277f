# A str is an iterable of str too; the first overload that fits decides.
# mypy: disable-error-code="overload-overlap"

from collections.abc import Callable, Coroutine, Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from os import PathLike
from pathlib import Path
from typing import Any, Literal, Protocol, TypeAlias, TypedDict, TypeVar, final, overload

from numpy import bool_, float32, float64, int32, int64
from numpy.typing import ArrayLike, NDArray

from pantau.stats import KsResult

__all__ = [
    "AccuracyEstimator",
    "Anonymizer",
    "Answer",
    "Audit",
    "Bundle",
    "BusyError",
    "Cascade",
    "Check",
    "Classifier",
    "Cleaner",
    "Comparison",
    "ConflictError",
    "Consent",
    "DataDriftDetector",
    "DeadlineError",
    "Detector",
    "Dictionary",
    "DriftReport",
    "Embeddings",
    "Encoder",
    "Ensemble",
    "Error",
    "Evaluation",
    "Explanation",
    "FeatureConfig",
    "FeatureExtractor",
    "FeatureStream",
    "FeatureTable",
    "Features",
    "GateReport",
    "IncompatibleError",
    "InferenceError",
    "InvalidInputError",
    "Monitor",
    "Normalizer",
    "NotFoundError",
    "PerformanceDriftDetector",
    "Prediction",
    "PredictionLog",
    "Predictions",
    "Profile",
    "Reference",
    "Registry",
    "Report",
    "Run",
    "Runs",
    "Runtime",
    "SortedSample",
    "SparseMatrix",
    "Stemmer",
    "StopWords",
    "StorageError",
    "Store",
    "StoreTable",
    "TableDrift",
    "TextArray",
    "Training",
    "TrainingFeatures",
    "UnreachableError",
    "ValidationReport",
    "VersionComparison",
    "WindowDriftDetector",
    "Workspace",
    "_LogisticRegression",
    "_NaiveBayes",
    "_Vectorizer",
    "__version__",
    "_adjust",
    "_anderson_ksamp",
    "_bootstrap",
    "_chi2_contingency",
    "_chisquare",
    "_cramervonmises_2samp",
    "_distance",
    "_divergence",
    "_fisher_exact",
    "_interval",
    "_ks_2samp",
    "_label_mix",
    "_mahalanobis_of_means",
    "_mannwhitneyu",
    "_mcnemar",
    "_mmd",
    "_paired_difference",
    "_provoke_panic",
    "_restore",
    "_trend",
    "alert_rules",
    "assess",
    "compare",
    "compare_tables",
    "convert",
    "dashboard",
    "evaluate",
    "feedback_rate",
    "import_sklearn",
    "open",
    "schema",
    "select",
    "train",
    "validate",
]

__version__: str

class Error(Exception): ...
class InvalidInputError(Error, ValueError): ...
class NotFoundError(Error): ...
class IncompatibleError(Error): ...
class StorageError(Error): ...
class InferenceError(Error): ...
class BusyError(Error): ...
class DeadlineError(Error, TimeoutError): ...
class ConflictError(Error): ...
class UnreachableError(Error, ConnectionError): ...

_Path: TypeAlias = str | PathLike[str]
_Language: TypeAlias = Literal["id", "en"]
_Algorithm: TypeAlias = Literal["sastrawi", "tala", "english"]
_Entity: TypeAlias = Literal[
    "email", "url", "phone", "nik", "npwp", "card", "iban", "ip", "handle", "plate"
]
_DetectorName: TypeAlias = Literal[
    "adwin",
    "page_hinkley",
    "ddm",
    "eddm",
    "kswin",
    "cusum",
    "ewma",
    "sprt",
    "shiryaev_roberts",
]
_Signal: TypeAlias = Literal["quiet", "warning", "drift", "clear"]
_LengthCheck: TypeAlias = Literal["ok", "too_short", "too_long"]
# As JSON has them: a name, or a name with its setting.
_Step: TypeAlias = str | Mapping[str, str | int]
_Pairs: TypeAlias = Mapping[str, str] | Iterable[tuple[str, str]]

# A text among many; NaN is a float, and missing.
_Item: TypeAlias = str | float | None
_One = TypeVar("_One", str, None, str | None)

# Without a time zone it is UTC; a text is as RFC 3339 writes it.
_Time: TypeAlias = str | datetime | date
_Version: TypeAlias = str | int
# Columns by their names, or a table of any library.
_Columns: TypeAlias = Mapping[str, Any] | Any
# `Runs.list` hides the built-in one from what follows it.
_Dicts: TypeAlias = list[dict[str, Any]]
_Strings: TypeAlias = list[str]

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

_Flag: TypeAlias = Literal["empty", "truncated", "replaced"]
_AnswerFlag: TypeAlias = Literal[
    "empty", "truncated", "replaced", "too_short", "few_words", "too_long"
]
_Device: TypeAlias = Literal["cpu", "prefer_cuda", "require_cuda"]
_LongText: TypeAlias = Literal["truncate", "truncate_start", "windows"]
_Weights: TypeAlias = Literal["fp32", "fp16", "int8"]

_Kind: TypeAlias = Literal["tfidf-logistic", "tfidf-nb", "encoder-head"]
_Strategy: TypeAlias = Literal["margin", "entropy", "least_confident", "diversity", "random"]
# A path, a DataFrame, a dict of columns, dicts, or pairs of text and label.
_Labelled: TypeAlias = (
    _Path
    | _ArrowStream
    | Mapping[str, Iterable[Any]]
    | Iterable[Mapping[str, Any]]
    | Iterable[tuple[str, Any]]
)

class _HasProbabilities(Protocol):
    @property
    def classes_(self) -> Any: ...
    def predict_proba(self, texts: Any, /) -> Any: ...

_Own: TypeAlias = Classifier | Ensemble | Cascade | Bundle | _Path
_Judged: TypeAlias = _Own | _HasProbabilities

class _Chosen(TypedDict):
    row: int
    reason: str
    score: float
    probability: float | None

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
class AccuracyEstimator:
    def __new__(
        cls,
        confidences: ArrayLike,
        correct: ArrayLike,
        labels: Sequence[str] | None = None,
    ) -> AccuracyEstimator: ...
    @staticmethod
    def of_reference(reference: Reference) -> AccuracyEstimator: ...
    def estimate(
        self, confidences: ArrayLike, labels: Sequence[str] | None = None
    ) -> dict[str, Any]: ...

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
class Answer:
    @property
    def id(self) -> str: ...
    @property
    def model(self) -> str: ...
    @property
    def version(self) -> str: ...
    @property
    def label(self) -> str: ...
    @property
    def confidence(self) -> float: ...
    @property
    def probabilities(self) -> dict[str, float] | None: ...
    @property
    def flags(self) -> list[_AnswerFlag]: ...
    @property
    def novelty(self) -> float | None: ...
    @property
    def novelty_pvalue(self) -> float | None: ...
    @property
    def timestamp(self) -> str: ...
    @property
    def latency_ms(self) -> float: ...
    def to_dict(self) -> dict[str, Any]: ...

@final
class Audit:
    def __new__(
        cls,
        *,
        rate: float = 30.0,
        window: str = "1d",
        expected_rows: int = 1000,
        seed: int = 0,
        false_alarms: str = "1 per 365 windows",
        tolerance: float = 0.01,
    ) -> Audit: ...
    def pick(
        self,
        row: str,
        confidence: float | None = None,
        *,
        version: str = "",
        at: _Time | None = None,
    ) -> float | None: ...
    def label(self, row: str, correct: bool, *, at: _Time | None = None) -> bool: ...
    @property
    def unlabelled(self) -> list[str]: ...
    def report(
        self,
        *,
        baseline: float | None = None,
        version: str | None = None,
        now: _Time | None = None,
    ) -> dict[str, Any]: ...
    @property
    def state(self) -> bytes: ...
    @staticmethod
    def resume(state: bytes) -> Audit: ...

@final
class Bundle:
    @staticmethod
    def open(path: _Path) -> Bundle: ...
    @staticmethod
    def create(
        path: _Path,
        files: Mapping[str, _Path],
        manifest: Mapping[str, Any] | str,
        *,
        overwrite: bool = False,
    ) -> Bundle: ...
    def verify(self) -> None: ...
    @property
    def path(self) -> str: ...
    @property
    def id(self) -> str: ...
    def reference(self) -> Reference | None: ...
    @property
    def manifest(self) -> dict[str, Any]: ...
    def __fspath__(self) -> str: ...
    def __eq__(self, other: object, /) -> bool: ...

@final
class Cascade:
    def __new__(cls, cheap: Classifier, strong: Classifier, threshold: float) -> Cascade: ...
    @staticmethod
    def fit(
        cheap: Classifier,
        strong: Classifier,
        data: _Labelled,
        accuracy: float,
        *,
        text: str = "text",
        label: str = "label",
        progress: bool = False,
    ) -> Cascade: ...
    @property
    def choice(self) -> dict[str, Any] | None: ...
    @property
    def threshold(self) -> float: ...
    @property
    def labels(self) -> list[str]: ...
    @overload
    def predict(
        self,
        texts: str,
        *,
        return_probabilities: bool = True,
        deadline: float | None = None,
        progress: bool = False,
    ) -> Prediction: ...
    @overload
    def predict(
        self,
        texts: _Arrow | Iterable[_Item],
        *,
        return_probabilities: bool = True,
        deadline: float | None = None,
        progress: bool = False,
    ) -> Predictions: ...

@final
class Check:
    @property
    def model(self) -> str: ...
    @property
    def version(self) -> int: ...
    @property
    def drift(self) -> DriftReport | None: ...
    @property
    def unwatched(self) -> str | None: ...
    @property
    def accuracy(self) -> dict[str, Any] | None: ...
    @property
    def feedback(self) -> dict[str, Any] | None: ...
    @property
    def triggers(self) -> dict[str, Any]: ...
    def report(self) -> Report: ...
    def to_dict(self) -> dict[str, Any]: ...
    def to_json(self) -> str: ...
    def _repr_html_(self) -> str | None: ...

@final
class Classifier:
    @staticmethod
    def open(
        bundle: Bundle | _Path,
        *,
        device: _Device = "cpu",
        threads: int | None = None,
        max_tokens: int | None = None,
        long_text: _LongText = "truncate",
        overlap: int = 32,
        max_windows: int = 64,
        max_wait: float = 0.0,
        queue: int = 1024,
    ) -> Classifier: ...
    @overload
    def predict(
        self,
        texts: str,
        *,
        return_probabilities: bool = True,
        deadline: float | None = None,
        progress: bool = False,
    ) -> Prediction: ...
    @overload
    def predict(
        self,
        texts: _Arrow | Iterable[_Item],
        *,
        return_probabilities: bool = True,
        deadline: float | None = None,
        progress: bool = False,
    ) -> Predictions: ...
    @overload
    def predict_async(
        self,
        texts: str,
        *,
        return_probabilities: bool = True,
        deadline: float | None = None,
        progress: bool = False,
    ) -> Coroutine[Any, Any, Prediction]: ...
    @overload
    def predict_async(
        self,
        texts: _Arrow | Iterable[_Item],
        *,
        return_probabilities: bool = True,
        deadline: float | None = None,
        progress: bool = False,
    ) -> Coroutine[Any, Any, Predictions]: ...
    def explain(self, text: str, *, label: str | None = None, budget: int = 256) -> Explanation: ...
    @property
    def labels(self) -> list[str]: ...
    def warm_up(self) -> None: ...
    def swap(self, bundle: Bundle | _Path) -> None: ...
    def watch(self, monitor: Monitor | None) -> None: ...
    def reference(
        self,
        texts: Any,
        actual: Sequence[str | None] | None = None,
        *,
        times: Sequence[_Time] | None = None,
        window: str | None = None,
        shuffled: bool = False,
    ) -> Reference: ...
    def info(self) -> dict[str, Any]: ...
    def close(self) -> None: ...
    def __enter__(self) -> Classifier: ...
    def __exit__(self, *_error: object) -> None: ...

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
class Comparison:
    @property
    def rows(self) -> int: ...
    @property
    def difference(self) -> float: ...
    @property
    def difference_interval(self) -> tuple[float, float]: ...
    @property
    def pvalue(self) -> float: ...
    @property
    def verdict(self) -> str: ...
    def to_dict(self) -> dict[str, Any]: ...
    def to_json(self) -> str: ...
    def _repr_html_(self) -> str: ...

@final
class Consent:
    def __new__(cls, subject: str | None = None) -> Consent: ...
    @property
    def subject(self) -> str | None: ...
    def __eq__(self, other: object, /) -> bool: ...

@final
class DataDriftDetector:
    def __new__(
        cls, reference: _Columns, significance_level: float = 0.05
    ) -> DataDriftDetector: ...
    def detect_numerical_drift(self, current: _Columns, feature: str) -> dict[str, Any]: ...
    def detect_categorical_drift(self, current: _Columns, feature: str) -> dict[str, Any]: ...
    def detect_all_drifts(
        self,
        current: _Columns,
        numerical_features: Sequence[str] | None = None,
        categorical_features: Sequence[str] | None = None,
    ) -> dict[str, Any]: ...

@final
class Detector:
    def __new__(cls, name: _DetectorName, /, **settings: Any) -> Detector: ...
    @property
    def name(self) -> _DetectorName: ...
    @property
    def state(self) -> str: ...
    def update(self, value: float) -> _Signal: ...
    def update_many(self, values: ArrayLike) -> list[_Signal]: ...
    @staticmethod
    def resume(state: str) -> Detector: ...

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
class DriftReport:
    @property
    def status(self) -> Literal["ok", "watch", "changed_small", "alarm"]: ...
    @property
    def score(self) -> float: ...
    @property
    def sentence(self) -> str: ...
    @property
    def advice(self) -> str: ...
    @property
    def since_window(self) -> int | None: ...
    @property
    def since(self) -> str | None: ...
    @property
    def windows(self) -> int: ...
    @property
    def rows(self) -> int: ...
    @property
    def evidence(self) -> float: ...
    @property
    def false_alarm_windows(self) -> float: ...
    @property
    def acknowledged(self) -> bool: ...
    @property
    def unjudged(self) -> list[str]: ...
    @property
    def features(self) -> list[dict[str, Any]]: ...
    @property
    def records(self) -> list[dict[str, Any]]: ...
    def to_html(self) -> str: ...
    def _repr_html_(self) -> str: ...
    def to_dict(self) -> dict[str, Any]: ...
    def to_json(self) -> str: ...

@final
class Embeddings:
    @property
    def numbers(self) -> NDArray[float32]: ...
    @property
    def dimensions(self) -> int: ...
    @property
    def flags(self) -> list[list[_Flag]]: ...
    @property
    def truncated(self) -> NDArray[bool_]: ...
    def to_pandas(self) -> Any: ...
    def to_polars(self) -> Any: ...
    def to_arrow(self) -> Any: ...
    def __arrow_c_stream__(self, requested_schema: Any = None) -> Any: ...
    def __arrow_c_schema__(self) -> Any: ...
    def __len__(self) -> int: ...

@final
class Encoder:
    @staticmethod
    def open(
        bundle: Bundle | _Path,
        *,
        device: _Device = "cpu",
        threads: int | None = None,
        max_tokens: int | None = None,
        long_text: _LongText = "truncate",
        overlap: int = 32,
        max_windows: int = 64,
        max_wait: float = 0.0,
        queue: int = 1024,
    ) -> Encoder: ...
    def embed(
        self,
        texts: str | _Arrow | Iterable[_Item],
        *,
        deadline: float | None = None,
        progress: bool = False,
    ) -> NDArray[float32]: ...
    def embed_async(
        self,
        texts: str | _Arrow | Iterable[_Item],
        *,
        deadline: float | None = None,
        progress: bool = False,
    ) -> Coroutine[Any, Any, NDArray[float32]]: ...
    def embed_table(
        self,
        texts: _Arrow | Iterable[_Item],
        *,
        deadline: float | None = None,
        progress: bool = False,
    ) -> Embeddings: ...
    @property
    def dimensions(self) -> int: ...
    def warm_up(self) -> None: ...
    def swap(self, bundle: Bundle | _Path) -> None: ...
    def info(self) -> dict[str, Any]: ...
    def close(self) -> None: ...
    def __enter__(self) -> Encoder: ...
    def __exit__(self, *_error: object) -> None: ...

@final
class Ensemble:
    def __new__(
        cls, classifiers: Sequence[Classifier], weights: Sequence[float] | None = None
    ) -> Ensemble: ...
    @property
    def labels(self) -> list[str]: ...
    @overload
    def predict(
        self,
        texts: str,
        *,
        return_probabilities: bool = True,
        deadline: float | None = None,
        progress: bool = False,
    ) -> Prediction: ...
    @overload
    def predict(
        self,
        texts: _Arrow | Iterable[_Item],
        *,
        return_probabilities: bool = True,
        deadline: float | None = None,
        progress: bool = False,
    ) -> Predictions: ...

@final
class Evaluation:
    @property
    def rows(self) -> int: ...
    @property
    def labels(self) -> list[str]: ...
    @property
    def accuracy(self) -> float: ...
    @property
    def accuracy_interval(self) -> tuple[float, float]: ...
    @property
    def macro_f1(self) -> float: ...
    @property
    def macro_f1_interval(self) -> tuple[float, float]: ...
    @property
    def mcc(self) -> float: ...
    @property
    def cohen_kappa(self) -> float | None: ...
    @property
    def log_loss(self) -> float: ...
    @property
    def brier(self) -> float: ...
    @property
    def ece(self) -> float: ...
    @property
    def confusion(self) -> NDArray[int64]: ...
    @property
    def classes(self) -> list[dict[str, Any]]: ...
    @property
    def mistakes(self) -> list[dict[str, Any]]: ...
    @overload
    def confusion_svg(self, path: None = None) -> str: ...
    @overload
    def confusion_svg(self, path: _Path) -> None: ...
    @overload
    def mistakes_csv(self, path: None = None) -> str: ...
    @overload
    def mistakes_csv(self, path: _Path) -> None: ...
    def to_dict(self) -> dict[str, Any]: ...
    def to_json(self) -> str: ...
    def _repr_html_(self) -> str: ...

@final
class Explanation:
    @property
    def text(self) -> str: ...
    @property
    def label(self) -> str: ...
    @property
    def method(self) -> Literal["exact", "occlusion"]: ...
    @property
    def score(self) -> float: ...
    @property
    def baseline(self) -> float: ...
    @property
    def contributions(self) -> list[tuple[str, float]]: ...
    @property
    def words(self) -> list[tuple[str, float]]: ...
    @property
    def gap(self) -> float: ...
    @property
    def asked(self) -> int: ...
    def to_dict(self) -> dict[str, Any]: ...
    def to_json(self) -> str: ...
    def _repr_html_(self) -> str: ...
    def __eq__(self, other: object, /) -> bool: ...

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
class GateReport:
    @property
    def passed(self) -> bool: ...
    @property
    def usable(self) -> bool: ...
    @property
    def outcomes(self) -> list[dict[str, Any]]: ...
    def to_dict(self) -> dict[str, Any]: ...
    def to_json(self) -> str: ...
    def __bool__(self) -> bool: ...

@final
class Monitor:
    def __new__(
        cls,
        reference: Reference,
        *,
        false_alarms: str = "1 per 365 windows",
        min_effect: float = 0.03,
        window: str | None = None,
        min_rows: int = 30,
    ) -> Monitor: ...
    def update(self, data: _Columns, at: _Time | None = None) -> DriftReport | None: ...
    def merge(self, profile: Profile, at: _Time | None = None) -> None: ...
    def close_window(self) -> DriftReport: ...
    def report(self) -> DriftReport: ...
    def accuracy(
        self,
        audit: Audit | None = None,
        *,
        baseline: float | None = None,
        version: str | None = None,
        now: _Time | None = None,
    ) -> dict[str, Any]: ...
    def take(self) -> Profile: ...
    def acknowledge(self, by: str, reason: str) -> None: ...
    def calibrate(self, splits: int = 100, seed: int = 0) -> dict[str, Any]: ...
    def rebaseline(self, by: str, reason: str, reference: Reference | None = None) -> None: ...
    @property
    def records(self) -> list[dict[str, Any]]: ...
    @property
    def reference(self) -> Reference: ...
    @property
    def state(self) -> bytes: ...
    @staticmethod
    def resume(reference: Reference, state: bytes) -> Monitor: ...

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
class PerformanceDriftDetector:
    def __new__(
        cls, baseline_metrics: dict[str, float], *, rows: int | None = None
    ) -> PerformanceDriftDetector: ...
    def detect_performance_drift(
        self,
        current_metrics: dict[str, float],
        threshold: float = 0.05,
        *,
        rows: int | None = None,
    ) -> dict[str, Any]: ...
    def record(
        self, metrics: dict[str, float], *, version: str = "", at: _Time | None = None
    ) -> None: ...
    def analyze_trend(
        self, days: float = 30.0, *, version: str | None = None, until: _Time | None = None
    ) -> dict[str, Any]: ...

@final
class Prediction:
    @property
    def label(self) -> str: ...
    @property
    def confidence(self) -> float: ...
    @property
    def probabilities(self) -> dict[str, float] | None: ...
    @property
    def all_labels(self) -> list[str]: ...
    @property
    def flags(self) -> list[_Flag]: ...
    @property
    def truncated(self) -> bool: ...
    @property
    def novelty(self) -> float | None: ...
    @property
    def novelty_pvalue(self) -> float | None: ...
    def __eq__(self, other: object, /) -> bool: ...

@final
class PredictionLog:
    @property
    def model(self) -> str: ...
    @property
    def version(self) -> str: ...
    def record(
        self,
        prediction: Prediction | None = None,
        *,
        label: str | None = None,
        confidence: float | None = None,
        probabilities: dict[str, float] | None = None,
        error: BaseException | str | None = None,
        text: str | None = None,
        consent: Consent | None = None,
        anonymizer: Anonymizer | None = None,
        embedding: Sequence[float] | NDArray[Any] | None = None,
        review_id: str | None = None,
        processing_time_ms: float | None = None,
        id: str | None = None,
        timestamp: _Time | None = None,
    ) -> str: ...
    def record_many(
        self,
        predictions: Predictions | Iterable[Prediction],
        *,
        texts: Iterable[str | None] | None = None,
        consent: Consent | Iterable[Consent | None] | None = None,
        anonymizer: Anonymizer | None = None,
        embeddings: Iterable[Sequence[float]] | NDArray[Any] | None = None,
        review_ids: Iterable[str] | None = None,
        processing_time_ms: float | None = None,
        ids: Iterable[str] | None = None,
        timestamp: _Time | None = None,
    ) -> list[str]: ...
    def feedback(
        self,
        prediction_id: str,
        correct: bool | None = None,
        label: str | None = None,
        *,
        source: str = "user",
        subject: str | None = None,
        id: str | None = None,
        timestamp: _Time | None = None,
    ) -> str: ...
    def flush(self, timeout: float | None = None) -> None: ...
    def counters(self) -> dict[str, Any]: ...
    def forget(self, subject: str, *, actor: str) -> dict[str, int]: ...
    def close(self) -> None: ...
    def __enter__(self) -> PredictionLog: ...
    def __exit__(self, *_error: object) -> None: ...

@final
class Predictions:
    @property
    def label(self) -> list[str]: ...
    @property
    def confidence(self) -> NDArray[float64]: ...
    @property
    def probabilities(self) -> NDArray[float64] | None: ...
    @property
    def labels(self) -> list[str]: ...
    @property
    def flags(self) -> list[list[_Flag]]: ...
    @property
    def truncated(self) -> NDArray[bool_]: ...
    @property
    def novelty(self) -> NDArray[float64] | None: ...
    @property
    def novelty_pvalue(self) -> NDArray[float64] | None: ...
    def to_pandas(self) -> Any: ...
    def to_polars(self) -> Any: ...
    def to_arrow(self) -> Any: ...
    def __arrow_c_stream__(self, requested_schema: Any = None) -> Any: ...
    def __arrow_c_schema__(self) -> Any: ...
    @overload
    def __getitem__(self, place: int, /) -> Prediction: ...
    @overload
    def __getitem__(self, place: slice, /) -> list[Prediction]: ...
    def __iter__(self) -> Iterator[Prediction]: ...
    def __len__(self) -> int: ...
    def __eq__(self, other: object, /) -> bool: ...

@final
class Profile:
    def update(self, data: _Columns) -> None: ...
    def merge(self, other: Profile) -> None: ...
    @property
    def rows(self) -> int: ...
    def summary(self) -> dict[str, Any]: ...
    def distinct_sketch(self, feature: str) -> bytes: ...
    def to_bytes(self) -> bytes: ...
    @staticmethod
    def from_bytes(reference: Reference, data: bytes) -> Profile: ...

@final
class Reference:
    @staticmethod
    def build(
        data: _Columns,
        *,
        window: str | None = None,
        time: str | None = None,
        texts: str | Sequence[str] | None = None,
        categories: str | Sequence[str] | None = None,
        shuffled: bool = False,
        predictions: dict[str, str] | None = None,
    ) -> Reference: ...
    @staticmethod
    def from_windows(windows: Sequence[Profile]) -> Reference: ...
    @staticmethod
    def load(path: _Path) -> Reference: ...
    def save(self, path: _Path) -> None: ...
    @staticmethod
    def from_bytes(data: bytes) -> Reference: ...
    def to_bytes(self) -> bytes: ...
    @property
    def windows(self) -> int: ...
    @property
    def features(self) -> list[str]: ...
    def profile(self) -> Profile: ...
    def pooled(self) -> Profile: ...
    def __eq__(self, other: object, /) -> bool: ...
    def __hash__(self) -> int: ...

@final
class Registry:
    @staticmethod
    def open(location: _Path) -> Registry: ...
    @property
    def location(self) -> str: ...
    def register(
        self,
        model: str,
        bundle: Bundle | _Path,
        *,
        description: str = "",
        tags: dict[str, Any] | None = None,
        metrics: dict[str, float] | None = None,
        params: dict[str, Any] | None = None,
        run_id: str | None = None,
        alias: str | None = None,
        actor: str | None = None,
        reason: str | None = None,
        evidence: Any = None,
    ) -> int: ...
    def promote(
        self,
        model: str,
        version: int | str,
        *,
        actor: str | None = None,
        reason: str | None = None,
        evidence: Any = None,
    ) -> None: ...
    def rollback(
        self,
        model: str,
        *,
        actor: str | None = None,
        reason: str | None = None,
        evidence: Any = None,
    ) -> int: ...
    def transition(
        self,
        model: str,
        version: int | str,
        stage: Literal["None", "Staging", "Production", "Archived"],
        *,
        archive_existing: bool = True,
        actor: str | None = None,
        reason: str | None = None,
        evidence: Any = None,
    ) -> None: ...
    def set_alias(
        self,
        model: str,
        alias: str,
        version: int | str,
        *,
        actor: str | None = None,
        reason: str | None = None,
        evidence: Any = None,
    ) -> None: ...
    def remove_alias(
        self,
        model: str,
        alias: str,
        *,
        actor: str | None = None,
        reason: str | None = None,
        evidence: Any = None,
    ) -> None: ...
    def set_tag(
        self,
        model: str,
        version: int | str,
        name: str,
        value: str,
        *,
        actor: str | None = None,
        reason: str | None = None,
        evidence: Any = None,
    ) -> None: ...
    def remove_tag(
        self,
        model: str,
        version: int | str,
        name: str,
        *,
        actor: str | None = None,
        reason: str | None = None,
        evidence: Any = None,
    ) -> None: ...
    def describe(
        self,
        model: str,
        version: int | str,
        description: str,
        *,
        actor: str | None = None,
        reason: str | None = None,
        evidence: Any = None,
    ) -> None: ...
    def log_metrics(
        self,
        model: str,
        version: int | str,
        metrics: dict[str, float],
        *,
        actor: str | None = None,
        reason: str | None = None,
        evidence: Any = None,
    ) -> None: ...
    def models(self) -> list[str]: ...
    def model(self, model: str) -> dict[str, Any]: ...
    def versions(self, model: str) -> list[dict[str, Any]]: ...
    def version(self, model: str, version: int | str) -> dict[str, Any]: ...
    def latest(self, model: str) -> dict[str, Any]: ...
    def resolve(self, reference: str) -> tuple[str, int]: ...
    def path(self, reference: str) -> Path: ...
    def load(self, reference: str, **options: Any) -> Classifier: ...
    def champion_at(self, model: str, time: _Time) -> int | None: ...
    def history(self, model: str) -> list[dict[str, Any]]: ...
    def journal(self, model: str) -> list[dict[str, Any]]: ...
    def compare(self, model: str, versions: Sequence[int | str]) -> VersionComparison: ...
    def verify(self, model: str) -> dict[str, Any]: ...

@final
class Report:
    def __new__(
        cls,
        drift: DriftReport | dict[str, Any],
        *,
        accuracy: dict[str, Any] | None = None,
        trend: dict[str, Any] | None = None,
        feedback: dict[str, Any] | None = None,
        title: str | None = None,
    ) -> Report: ...
    @staticmethod
    def from_json(report: str | dict[str, Any]) -> Report: ...
    def to_dict(self) -> dict[str, Any]: ...
    def to_json(self) -> str: ...
    def to_html(self) -> str: ...
    def save(self, path: _Path) -> None: ...
    def _repr_html_(self) -> str: ...

@final
class Run:
    @property
    def id(self) -> str: ...
    @property
    def name(self) -> str: ...
    @property
    def experiment(self) -> str: ...
    def start_part(self, name: str | None = None) -> Run: ...
    def log_param(self, name: str, value: object) -> None: ...
    def log_params(self, params: Mapping[str, object]) -> None: ...
    def log_metric(self, name: str, value: float, step: int = 0) -> None: ...
    def log_metrics(self, metrics: Mapping[str, float], step: int = 0) -> None: ...
    def set_tag(self, name: str, value: object) -> None: ...
    def set_tags(self, tags: Mapping[str, object]) -> None: ...
    def log_artefact(self, path: _Path, folder: str | None = None) -> None: ...
    def log_text(self, path: str, text: str) -> None: ...
    def log_bytes(self, path: str, content: bytes) -> None: ...
    def log_figure(self, path: str, figure: Any) -> None: ...
    def log_evaluation(self, evaluation: Evaluation) -> None: ...
    def finish(self, status: Literal["finished", "failed", "killed"] = "finished") -> None: ...
    def __enter__(self) -> Run: ...
    def __exit__(self, kind: Any, _value: Any, _traceback: Any, /) -> None: ...

@final
class Runs:
    @staticmethod
    def open(location: _Path | None = None) -> Runs: ...
    @property
    def location(self) -> str: ...
    def start(self, experiment: str, name: str | None = None) -> Run: ...
    def resume(self, id: str) -> Run: ...
    def run(self, id: str) -> dict[str, Any]: ...
    def experiments(self) -> _Strings: ...
    def list(self, experiment: str, limit: int | None = None) -> _Dicts: ...
    def children(self, id: str) -> _Dicts: ...
    def best(
        self, experiment: str, metric: str, *, maximize: bool = True
    ) -> dict[str, Any] | None: ...
    def compare(self, ids: Sequence[str]) -> dict[str, Any]: ...
    def metric_history(self, id: str, metric: str) -> _Dicts: ...
    def artefacts(self, id: str) -> _Dicts: ...
    def read_artefact(self, id: str, path: str) -> bytes: ...
    def save_artefact(self, id: str, path: str, target: _Path) -> int: ...
    def export_json(self, experiment: str) -> str: ...
    def delete(self, id: str) -> None: ...

@final
class Runtime:
    @staticmethod
    def load(path: _Path | None = None) -> Runtime: ...
    @property
    def path(self) -> str: ...
    @property
    def version(self) -> str: ...
    @property
    def origin(self) -> Literal["path", "environment", "process", "package", "system"]: ...

@final
class SortedSample:
    def __new__(cls, sample: ArrayLike) -> SortedSample: ...
    @property
    def numbers(self) -> NDArray[float64]: ...
    def __len__(self) -> int: ...
    def ks_2samp(
        self,
        data2: ArrayLike,
        alternative: Literal["two-sided", "less", "greater"] = "two-sided",
        method: Literal["auto", "exact", "asymptotic", "asymp"] = "auto",
    ) -> KsResult: ...

@final
class SparseMatrix:
    def __new__(
        cls, shape: tuple[int, int], *, data: Any, indices: Any, indptr: Any
    ) -> SparseMatrix: ...
    @property
    def shape(self) -> tuple[int, int]: ...
    @property
    def nnz(self) -> int: ...
    @property
    def data(self) -> NDArray[float64]: ...
    @property
    def indices(self) -> NDArray[int32 | int64]: ...
    @property
    def indptr(self) -> NDArray[int32 | int64]: ...
    def to_scipy(self) -> Any: ...
    def to_numpy(self) -> NDArray[float64]: ...
    def __eq__(self, other: object, /) -> bool: ...

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
class Store:
    @staticmethod
    def open(location: _Path) -> Store: ...
    @staticmethod
    def open_later(location: _Path) -> Store: ...
    @property
    def location(self) -> str: ...
    def log(
        self,
        model: str,
        version: _Version,
        *,
        durability: Literal["each", "group", "none"] = "group",
        group_ms: int = 100,
        when_full: Literal["block", "drop", "spill"] = "block",
        capacity: int = 65536,
        outbox: _Path | None = None,
        outbox_limit: int = 1073741824,
        journal: _Path | None = None,
    ) -> PredictionLog: ...
    def write_feedback(
        self,
        prediction_id: str,
        correct: bool | None = None,
        label: str | None = None,
        *,
        source: str = "user",
        subject: str | None = None,
        id: str | None = None,
        timestamp: _Time | None = None,
    ) -> str: ...
    def prediction(self, id: str) -> dict[str, Any] | None: ...
    def history(
        self,
        limit: int = 100,
        *,
        hours: float | None = None,
        since: _Time | None = None,
        until: _Time | None = None,
        model: str | None = None,
        version: _Version | None = None,
    ) -> list[dict[str, Any]]: ...
    def write_review(
        self,
        text: str,
        label: str | None = None,
        *,
        consent: Consent,
        anonymizer: Anonymizer | None = None,
        id: str | None = None,
        rating: int | None = None,
        date: _Time | None = None,
        app_name: str | None = None,
        country_code: str | None = None,
        source: str | None = None,
        language: _Language | None = None,
    ) -> str: ...
    def review(self, id: str) -> dict[str, Any] | None: ...
    def write_metrics(
        self,
        model: str,
        version: _Version,
        *,
        accuracy: float | None = None,
        precision: float | None = None,
        recall: float | None = None,
        f1_score: float | None = None,
        loss: float | None = None,
        epoch: int | None = None,
        dataset_size: int | None = None,
        timestamp: _Time | None = None,
    ) -> None: ...
    def metrics(self, model: str, since: _Time | None = None) -> list[dict[str, Any]]: ...
    def write_trigger(
        self,
        model: str,
        kind: str,
        reason: str,
        *,
        priority: str = "medium",
        detail: Any = None,
    ) -> str: ...
    def triggers(self, model: str, since: _Time | None = None) -> list[dict[str, Any]]: ...
    def write_retraining(
        self,
        model: str,
        *,
        status: str = "running",
        id: str | None = None,
        reason: str | None = None,
        started_at: _Time | None = None,
        completed_at: _Time | None = None,
        trigger_evaluation: Any = None,
        training_result: Any = None,
        validation_result: Any = None,
    ) -> str: ...
    def retrainings(self, model: str, since: _Time | None = None) -> list[dict[str, Any]]: ...
    def recent(self, hours: float = 24.0) -> dict[str, Any]: ...
    def summary(
        self,
        *,
        hours: float | None = None,
        since: _Time | None = None,
        until: _Time | None = None,
        model: str | None = None,
        version: _Version | None = None,
    ) -> dict[str, Any]: ...
    def usage(
        self,
        *,
        hours: float | None = None,
        since: _Time | None = None,
        until: _Time | None = None,
        model: str | None = None,
        version: _Version | None = None,
    ) -> list[dict[str, Any]]: ...
    def over_time(
        self,
        every: timedelta | float,
        *,
        hours: float | None = None,
        since: _Time | None = None,
        until: _Time | None = None,
        model: str | None = None,
        version: _Version | None = None,
    ) -> list[dict[str, Any]]: ...
    def latency(
        self,
        *,
        hours: float | None = None,
        since: _Time | None = None,
        until: _Time | None = None,
        model: str | None = None,
        version: _Version | None = None,
    ) -> dict[str, Any]: ...
    def confidence_histogram(
        self,
        *,
        hours: float | None = None,
        since: _Time | None = None,
        until: _Time | None = None,
        model: str | None = None,
        version: _Version | None = None,
    ) -> dict[str, Any]: ...
    def feedback_summary(
        self,
        *,
        hours: float | None = None,
        since: _Time | None = None,
        until: _Time | None = None,
        model: str | None = None,
        version: _Version | None = None,
    ) -> dict[str, Any]: ...
    def analyze_trend(
        self,
        model: str,
        days: float = 30.0,
        *,
        version: str | None = None,
        until: _Time | None = None,
    ) -> dict[str, Any]: ...
    def feedback_rate(
        self,
        *,
        hours: float | None = None,
        since: _Time | None = None,
        until: _Time | None = None,
        model: str | None = None,
        version: _Version | None = None,
    ) -> dict[str, Any] | None: ...
    def new_labelled(self, since: _Time | None = None) -> dict[str, int]: ...
    def labelled_predictions(
        self,
        limit: int | None = 100,
        *,
        hours: float | None = None,
        since: _Time | None = None,
        until: _Time | None = None,
        model: str | None = None,
        version: _Version | None = None,
    ) -> list[dict[str, Any]]: ...
    def table(
        self,
        name: str,
        *,
        hours: float | None = None,
        since: _Time | None = None,
        until: _Time | None = None,
        model: str | None = None,
        version: _Version | None = None,
        subject: str | None = None,
        limit: int | None = None,
    ) -> StoreTable: ...
    def export(
        self,
        table: str,
        path: _Path,
        *,
        format: Literal["csv", "json", "parquet"] | None = None,
        for_spreadsheets: bool = False,
        progress: bool = False,
        hours: float | None = None,
        since: _Time | None = None,
        until: _Time | None = None,
        model: str | None = None,
        version: _Version | None = None,
        subject: str | None = None,
        limit: int | None = None,
    ) -> dict[str, int]: ...
    def import_reviews(
        self,
        path: _Path,
        *,
        consent: Consent,
        anonymizer: Anonymizer | None = None,
        columns: Mapping[str, str] | None = None,
        clean: _Language | None = None,
        labels: Sequence[str] | None = None,
        allow_unlabelled: bool = False,
        source: str = "import",
        format: Literal["csv", "json", "parquet"] | None = None,
        existing: Literal["keep", "replace", "refuse"] = "keep",
        rejected: _Path | None = None,
        first: int = 10,
        progress: bool = False,
    ) -> dict[str, Any]: ...
    def labelled_texts(self, since: _Time | None = None) -> dict[str, list[str]]: ...
    def write_features(
        self,
        review_ids: str | Iterable[str],
        texts: str | Iterable[str],
        extractor: FeatureExtractor,
        *,
        consent: Consent | Iterable[Consent],
        anonymizer: Anonymizer | None = None,
        observed_at: _Time | None = None,
        threads: int | None = None,
        progress: bool = False,
    ) -> int: ...
    def features(self, review_id: str, version: str | None = None) -> dict[str, Any] | None: ...
    def training_features(
        self,
        limit: int | None = 1000,
        *,
        since: _Time | None = None,
        version: str | None = None,
        as_of: _Time | None = None,
    ) -> TrainingFeatures: ...
    def runs(self) -> Runs: ...
    def forget(self, subject: str, *, actor: str) -> dict[str, int]: ...
    def retain(
        self, days: float | None = None, *, since: _Time | None = None, actor: str
    ) -> dict[str, int]: ...
    def audit(self, actor: str, action: str, detail: Any = None) -> dict[str, Any]: ...
    def audit_trail(
        self, since: _Time | None = None, limit: int | None = None
    ) -> list[dict[str, Any]]: ...
    def verify_audit(self) -> dict[str, Any]: ...

@final
class StoreTable:
    @property
    def columns(self) -> list[str]: ...
    def to_pandas(self) -> Any: ...
    def to_polars(self) -> Any: ...
    def to_arrow(self) -> Any: ...
    def to_dicts(self) -> list[dict[str, Any]]: ...
    def __arrow_c_stream__(self, requested_schema: Any = None) -> Any: ...
    def __arrow_c_schema__(self) -> Any: ...
    def __len__(self) -> int: ...

@final
class TableDrift:
    @property
    def drift_detected(self) -> bool: ...
    @property
    def columns(self) -> list[dict[str, Any]]: ...
    @property
    def not_compared(self) -> dict[str, str]: ...
    @property
    def notes(self) -> list[str]: ...
    def to_dict(self) -> dict[str, Any]: ...
    def to_json(self) -> str: ...

@final
class TextArray:
    def __len__(self) -> int: ...
    def __arrow_c_array__(self, requested_schema: Any = None) -> tuple[Any, Any]: ...

@final
class Training:
    @property
    def sentence(self) -> str: ...
    @property
    def version(self) -> int: ...
    @property
    def promoted(self) -> bool: ...
    @property
    def gates(self) -> GateReport | None: ...
    @property
    def metrics(self) -> dict[str, float]: ...
    @property
    def train_rows(self) -> int: ...
    @property
    def test_rows(self) -> int: ...
    @property
    def run_id(self) -> str: ...
    def to_dict(self) -> dict[str, Any]: ...
    def to_json(self) -> str: ...

@final
class TrainingFeatures:
    @property
    def feature_version(self) -> str | None: ...
    @property
    def schema_hash(self) -> str | None: ...
    @property
    def other_features(self) -> int: ...
    @property
    def columns(self) -> list[str]: ...
    def to_pandas(self) -> Any: ...
    def to_polars(self) -> Any: ...
    def to_arrow(self) -> Any: ...
    def to_dicts(self) -> list[dict[str, Any]]: ...
    def __arrow_c_stream__(self, requested_schema: Any = None) -> Any: ...
    def __arrow_c_schema__(self) -> Any: ...
    def __len__(self) -> int: ...

@final
class ValidationReport:
    @property
    def passed(self) -> bool: ...
    @property
    def rows(self) -> int: ...
    @property
    def labels(self) -> dict[str, int]: ...
    @property
    def balance(self) -> float | None: ...
    @property
    def checks(self) -> list[dict[str, Any]]: ...
    def to_dict(self) -> dict[str, Any]: ...
    def to_json(self) -> str: ...
    def __bool__(self) -> bool: ...

@final
class VersionComparison:
    def to_dict(self) -> dict[str, Any]: ...
    def to_json(self) -> str: ...

@final
class Workspace:
    @property
    def folder(self) -> Path: ...
    @property
    def store(self) -> Store: ...
    @property
    def registry(self) -> Registry: ...
    def train(
        self,
        model: str,
        data: _Labelled,
        *,
        text: str = "text",
        label: str = "label",
        keep: bool = True,
        replace: bool = False,
        actor: str | None = None,
        at: _Time | None = None,
        progress: bool = False,
        **training: Any,
    ) -> Training: ...
    @overload
    def predict(
        self,
        model: str,
        texts: str,
        *,
        consent: Consent | None = None,
        subject: str | None = None,
        review_id: str | None = None,
        at: _Time | None = None,
        return_probabilities: bool = True,
        deadline: float | None = None,
    ) -> Answer: ...
    @overload
    def predict(
        self,
        model: str,
        texts: _Arrow | Iterable[_Item],
        *,
        consent: Consent | None = None,
        subject: str | None = None,
        review_id: Sequence[str] | None = None,
        at: _Time | None = None,
        return_probabilities: bool = True,
        deadline: float | None = None,
    ) -> list[Answer]: ...
    def feedback(
        self,
        id: str,
        correct: bool | None = None,
        label: str | None = None,
        *,
        source: str = "user",
        at: _Time | None = None,
    ) -> bool: ...
    def check(self, model: str, now: _Time | None = None) -> Check: ...
    def evaluate_triggers(self, model: str, now: _Time | None = None) -> dict[str, Any]: ...
    def report(
        self, model: str, path: _Path | None = None, *, now: _Time | None = None
    ) -> Report: ...
    def retrain(
        self,
        model: str,
        *,
        force: bool = False,
        actor: str | None = None,
        at: _Time | None = None,
        progress: bool = False,
    ) -> dict[str, Any]: ...
    def promote(
        self,
        model: str,
        version: int | str,
        *,
        actor: str | None = None,
        reason: str | None = None,
        evidence: Any = None,
    ) -> None: ...
    def rollback(
        self,
        model: str,
        *,
        actor: str | None = None,
        reason: str | None = None,
        evidence: Any = None,
    ) -> int: ...
    def history(self, model: str) -> list[dict[str, Any]]: ...
    def settings(self, model: str) -> dict[str, Any]: ...
    def configure(
        self, model: str, *, actor: str | None = None, **changes: Any
    ) -> dict[str, Any]: ...
    def acknowledge(self, model: str, by: str, reason: str) -> None: ...
    def rebaseline(self, model: str, by: str, reason: str) -> None: ...
    def to_label(
        self, model: str, limit: int = 100, *, now: _Time | None = None
    ) -> list[dict[str, Any]]: ...
    def challenge(
        self,
        model: str,
        version: int | str,
        share: float = 0.0,
        *,
        since: _Time | None = None,
        actor: str | None = None,
        reason: str | None = None,
    ) -> None: ...
    def withdraw(
        self,
        model: str,
        version: int | str,
        *,
        actor: str | None = None,
        reason: str | None = None,
    ) -> None: ...
    def rollout(self, model: str) -> dict[str, Any]: ...
    def replay(
        self,
        model: str,
        version: int | str,
        *,
        since: _Time | None = None,
        until: _Time | None = None,
        limit: int = 10_000,
        progress: bool = False,
    ) -> dict[str, Any]: ...
    def look_after(self, model: str, *, progress: bool = False) -> dict[str, Any]: ...
    def start(self, every: float = 60.0, models: Sequence[str] | None = None) -> None: ...
    def stop(self) -> None: ...
    def info(self, model: str) -> dict[str, Any]: ...
    def reload(self, model: str) -> int: ...
    def models_in_use(self) -> list[str]: ...
    def notify(self, target: str | Callable[[dict[str, Any]], object]) -> None: ...
    def metrics(self, *, aliases: bool = False, fresh: bool = False) -> str: ...
    def count_request(self, route: str, status: int, seconds: float) -> None: ...
    def serve(self, **settings: Any) -> None: ...
    def flush(self, timeout: float | None = None) -> None: ...
    def log_counters(self) -> dict[str, Any]: ...
    def close(self) -> None: ...
    def __enter__(self) -> Workspace: ...
    def __exit__(self, *_error: object) -> None: ...

@final
class _LogisticRegression:
    def __new__(
        cls, columns: int, classes: int, settings: dict[str, Any]
    ) -> _LogisticRegression: ...
    @staticmethod
    def fit(
        examples: Any,
        labels: Any,
        classes: int,
        settings: dict[str, Any],
        sample_weight: Any,
        start: _LogisticRegression | None,
    ) -> _LogisticRegression: ...
    def partial_fit(
        self, examples: Any, labels: Any, sample_weight: Any
    ) -> _LogisticRegression: ...
    def scores(self, rows: Any, threads: int | None) -> NDArray[float64]: ...
    def probabilities(self, rows: Any, threads: int | None) -> NDArray[float64]: ...
    def log_probabilities(self, rows: Any, threads: int | None) -> NDArray[float64]: ...
    def best(self, rows: Any, threads: int | None) -> NDArray[int64]: ...
    def coefficients(self) -> tuple[NDArray[float64], NDArray[float64]]: ...
    @property
    def iterations(self) -> int: ...
    @property
    def converged(self) -> bool: ...
    @property
    def stalled(self) -> bool: ...
    @property
    def shape(self) -> tuple[int, int]: ...

@final
class _NaiveBayes:
    def __new__(cls, columns: int, classes: int, settings: dict[str, Any]) -> _NaiveBayes: ...
    @staticmethod
    def fit(
        examples: Any, labels: Any, classes: int, settings: dict[str, Any], sample_weight: Any
    ) -> _NaiveBayes: ...
    def partial_fit(self, examples: Any, labels: Any, sample_weight: Any) -> _NaiveBayes: ...
    def scores(self, rows: Any, threads: int | None) -> NDArray[float64]: ...
    def probabilities(self, rows: Any, threads: int | None) -> NDArray[float64]: ...
    def log_probabilities(self, rows: Any, threads: int | None) -> NDArray[float64]: ...
    def best(self, rows: Any, threads: int | None) -> NDArray[int64]: ...
    def class_count(self) -> NDArray[float64]: ...
    def feature_count(self) -> NDArray[float64]: ...
    def class_log_prior(self) -> NDArray[float64]: ...
    def feature_log_prob(self) -> NDArray[float64]: ...

@final
class _Vectorizer:
    @staticmethod
    def fit(parts: Any, texts: Any, threads: int | None) -> _Vectorizer: ...
    @staticmethod
    def fit_transform(
        parts: Any, texts: Any, threads: int | None
    ) -> tuple[_Vectorizer, SparseMatrix]: ...
    def transform(self, texts: Any, threads: int | None) -> SparseMatrix: ...
    def terms(self) -> list[list[str]]: ...
    def idf(self) -> NDArray[float64]: ...
    def __eq__(self, other: object, /) -> bool: ...

@final
class WindowDriftDetector:
    def __new__(
        cls, reference: Reference, window_size: int = 1000, threshold: float = 0.05
    ) -> WindowDriftDetector: ...
    def update(self, data: _Columns) -> list[dict[str, Any]]: ...

def assess(
    model: _Own,
    data: _Labelled,
    *,
    text: str = "text",
    label: str = "label",
    champion: _Own | None = None,
    train_accuracy: float | None = None,
    floor: float = 0.70,
    promote: float = 0.75,
    gap: float = 0.15,
    champion_margin: float = 0.05,
    level: float = 0.95,
    progress: bool = False,
) -> GateReport: ...
def compare(
    first: _Judged,
    second: _Judged,
    data: _Labelled,
    *,
    text: str = "text",
    label: str = "label",
    level: float = 0.95,
    resamples: int = 1000,
    seed: int = 0,
    progress: bool = False,
) -> Comparison: ...
def compare_tables(
    reference: _Columns,
    current: _Columns,
    columns: Sequence[str] | None = None,
    *,
    texts: Sequence[str] | None = None,
    categories: Sequence[str] | None = None,
    alpha: float = 0.05,
    min_effect: float = 0.03,
) -> TableDrift: ...
def convert(
    checkpoint: _Path,
    bundle: _Path,
    *,
    weights: _Weights = "fp32",
    name: str | None = None,
    overwrite: bool = False,
    calibration: _Arrow | Iterable[str] | None = None,
) -> Bundle: ...
def evaluate(
    model: _Judged,
    data: _Labelled,
    *,
    text: str = "text",
    label: str = "label",
    slices: Iterable[Any] | None = None,
    level: float = 0.95,
    resamples: int = 1000,
    seed: int = 0,
    worst: int = 20,
    progress: bool = False,
) -> Evaluation: ...
def feedback_rate(predictions: int, right: int, wrong: int) -> dict[str, Any]: ...
def import_sklearn(
    path: _Path, output: _Path, *, name: str | None = None, overwrite: bool = False
) -> Bundle: ...
def alert_rules() -> str: ...
def dashboard() -> str: ...
def open(
    folder: _Path,
    *,
    store: _Path | None = None,
    registry: _Path | None = None,
    webhook: str | None = None,
    device: _Device = "cpu",
    threads: int | None = None,
    max_tokens: int | None = None,
) -> Workspace: ...
def schema(dialect: Literal["postgres", "sqlite"]) -> str: ...
def select(
    predictions: Predictions | Any,
    count: int,
    *,
    strategy: _Strategy = "margin",
    features: Any | None = None,
    random_share: float = 0.1,
    seed: int = 0,
) -> list[_Chosen]: ...
def train(
    data: _Labelled,
    output: _Path,
    *,
    text: str = "text",
    label: str = "label",
    kind: _Kind = "tfidf-logistic",
    test: _Labelled | None = None,
    encoder: Encoder | Bundle | _Path | None = None,
    words: bool = False,
    features: Mapping[str, Any] | Sequence[Mapping[str, Any]] | None = None,
    strengths: Sequence[float] | None = None,
    trials: int | None = None,
    validation_share: float = 0.1,
    test_share: float = 0.1,
    folds: int = 3,
    seed: int = 0,
    threads: int | None = None,
    name: str | None = None,
    overwrite: bool = False,
    progress: bool = False,
    reference: bool = True,
    run: Run | None = None,
) -> Classifier: ...
def validate(
    data: _Labelled,
    *,
    text: str = "review_text",
    label: str | None = "sentiment_label",
    required: Sequence[str] = (),
    labels: Sequence[str] | None = ("positive", "negative", "neutral"),
    max_balance: float = 10.0,
    min_words: int = 1,
    min_chars: int = 3,
    max_chars: int = 5000,
    max_share: float = 0.05,
    first: int = 10,
    format: Literal["csv", "json", "parquet"] | None = None,
    progress: bool = False,
) -> ValidationReport: ...
def _provoke_panic() -> None: ...
def _restore(kind: str, payload: object) -> object: ...
def _adjust(name: str, pvalues: ArrayLike) -> list[float]: ...
def _anderson_ksamp(samples: Sequence[ArrayLike], midrank: bool) -> tuple[float, float]: ...
def _bootstrap(
    data: ArrayLike,
    statistic: Callable[[NDArray[Any]], float],
    resamples: int,
    level: float,
    seed: int,
) -> tuple[float, float, float]: ...
def _chi2_contingency(
    observed: ArrayLike, correction: bool, lambda_: str
) -> tuple[float, float, int, list[list[float]]]: ...
def _chisquare(
    observed: ArrayLike, expected: ArrayLike | None, ddof: int, lambda_: str
) -> tuple[float, float]: ...
def _cramervonmises_2samp(first: ArrayLike, second: ArrayLike, how: str) -> tuple[float, float]: ...
def _distance(
    is_energy: bool,
    first: ArrayLike,
    second: ArrayLike,
    first_weights: ArrayLike | None,
    second_weights: ArrayLike | None,
) -> float: ...
def _divergence(
    name: str, reference: ArrayLike, current: ArrayLike, base: float
) -> tuple[float, float, float]: ...
def _fisher_exact(table: ArrayLike, side: str) -> tuple[float, float]: ...
def _interval(
    name: str, successes: int, trials: int, level: float
) -> tuple[float, float, float]: ...
def _ks_2samp(
    first: ArrayLike, second: ArrayLike, side: str, how: str
) -> tuple[float, float, float, int]: ...
def _label_mix(
    probabilities: ArrayLike, usual: ArrayLike, level: float
) -> tuple[list[float], list[tuple[float, float, float]]]: ...
def _mahalanobis_of_means(
    first: ArrayLike,
    second: ArrayLike,
    shrinkage: float | None,
    permutations: int,
    seed: int,
) -> tuple[float, float | None, float]: ...
def _mannwhitneyu(
    first: ArrayLike, second: ArrayLike, use_continuity: bool, side: str, how: str
) -> tuple[float, float]: ...
def _mcnemar(b: int, c: int) -> tuple[float, float]: ...
def _mmd(
    first: ArrayLike,
    second: ArrayLike,
    sigma: float | None,
    features: int | None,
    permutations: int,
    seed: int,
) -> tuple[float, float | None, float]: ...
def _paired_difference(
    both: int, first_only: int, second_only: int, neither: int, level: float
) -> tuple[float, float, float]: ...
def _trend(
    is_robust: bool, x: ArrayLike, y: ArrayLike, level: float
) -> tuple[float, float, float, float, float, tuple[float, float, float], int]: ...
