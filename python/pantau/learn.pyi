from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Literal, TypeAlias

from numpy import float64, int64, object_
from numpy.typing import NDArray
from typing_extensions import Self

from pantau._core import SparseMatrix
from pantau._estimator import Estimator

__all__ = [
    "ConvergenceWarning",
    "LogisticRegression",
    "NaiveBayes",
    "SparseMatrix",
    "TfidfVectorizer",
]

# A NumPy array, a DataFrame of numbers, lists, a sparse matrix of SciPy, or a SparseMatrix.
_Rows: TypeAlias = Any
# Texts, whole numbers or truths; a weight for each row.
_Labels: TypeAlias = Any
_Weights: TypeAlias = Any
_Texts: TypeAlias = Iterable[str] | Any

class ConvergenceWarning(UserWarning): ...

class TfidfVectorizer(Estimator):
    def __init__(
        self,
        *,
        analyzer: Literal["word", "char", "char_wb"] = "word",
        ngram_range: tuple[int, int] = (1, 1),
        token_pattern: str | None = r"(?u)\b\w\w+\b",
        lowercase: bool = True,
        strip_accents: Literal["ascii", "unicode"] | None = None,
        stop_words: Literal["id", "en"] | Iterable[str] | None = None,
        min_df: float = 1,
        max_df: float = 1.0,
        max_features: int | None = None,
        vocabulary: Mapping[str, int] | Iterable[str] | None = None,
        binary: bool = False,
        use_idf: bool = True,
        smooth_idf: bool = True,
        sublinear_tf: bool = False,
        norm: Literal["l1", "l2"] | None = "l2",
        parts: Sequence[dict[str, Any]] | None = None,
        threads: int | None = None,
    ) -> None: ...
    def fit(self, raw_documents: _Texts, y: Any = None) -> Self: ...
    # SciPy's csr_matrix, or a SparseMatrix without SciPy.
    def fit_transform(self, raw_documents: _Texts, y: Any = None) -> Any: ...
    def transform(self, raw_documents: _Texts) -> Any: ...
    @property
    def vocabulary_(self) -> dict[str, int]: ...
    @property
    def idf_(self) -> NDArray[float64]: ...
    def get_feature_names_out(self, input_features: Any = None) -> NDArray[object_]: ...
    def __sklearn_tags__(self) -> Any: ...

class _Classifier(Estimator):
    classes_: NDArray[Any]
    n_features_in_: int
    def predict(self, X: _Rows) -> NDArray[Any]: ...
    def predict_proba(self, X: _Rows) -> NDArray[float64]: ...
    def predict_log_proba(self, X: _Rows) -> NDArray[float64]: ...
    def score(self, X: _Rows, y: _Labels, sample_weight: _Weights = None) -> float: ...
    def __sklearn_tags__(self) -> Any: ...

class NaiveBayes(_Classifier):
    def __init__(
        self,
        *,
        kind: Literal["multinomial", "complement"] = "multinomial",
        alpha: float = 1.0,
        fit_prior: bool = True,
        class_prior: Sequence[float] | None = None,
        norm: bool = False,
        threads: int | None = None,
    ) -> None: ...
    def fit(self, X: _Rows, y: _Labels, sample_weight: _Weights = None) -> Self: ...
    def partial_fit(
        self,
        X: _Rows,
        y: _Labels,
        classes: _Labels = None,
        sample_weight: _Weights = None,
    ) -> Self: ...
    @property
    def class_count_(self) -> NDArray[float64]: ...
    @property
    def feature_count_(self) -> NDArray[float64]: ...
    @property
    def class_log_prior_(self) -> NDArray[float64]: ...
    @property
    def feature_log_prob_(self) -> NDArray[float64]: ...

class LogisticRegression(_Classifier):
    n_iter_: NDArray[int64]
    def __init__(
        self,
        *,
        penalty: Literal["l1", "l2"] | None = "l2",
        C: float = 1.0,
        tol: float = 1e-4,
        max_iter: int = 1000,
        fit_intercept: bool = True,
        class_weight: Literal["balanced"] | Mapping[Any, float] | None = None,
        random_state: int | None = None,
        warm_start: bool = False,
        threads: int | None = None,
    ) -> None: ...
    def fit(self, X: _Rows, y: _Labels, sample_weight: _Weights = None) -> Self: ...
    def partial_fit(
        self,
        X: _Rows,
        y: _Labels,
        classes: _Labels = None,
        sample_weight: _Weights = None,
    ) -> Self: ...
    def decision_function(self, X: _Rows) -> NDArray[float64]: ...
    @property
    def coef_(self) -> NDArray[float64]: ...
    @property
    def intercept_(self) -> NDArray[float64]: ...
