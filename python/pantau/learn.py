"""Learning, with scikit-learn's habits: TF-IDF, naive Bayes, logistic regression.

The classes have the names, settings and methods that scikit-learn's have, and work in its
``Pipeline``, ``cross_val_score`` and ``GridSearchCV``; scikit-learn itself is not needed. What
they compute, Rust does.

Rows of numbers may be a NumPy array, a DataFrame of numbers, lists, any sparse matrix of SciPy, or
a SparseMatrix. Labels may be texts, whole numbers or truths.

>>> from pantau import LogisticRegression, TfidfVectorizer
>>> texts = ["bagus sekali", "sangat bagus", "lemot", "lemot dan mahal"]
>>> vectorizer = TfidfVectorizer()
>>> rows = vectorizer.fit_transform(texts)
>>> classifier = LogisticRegression().fit(rows, ["good", "good", "bad", "bad"])
>>> classifier.predict(vectorizer.transform(["bagus"])).tolist()
['good']
"""

from __future__ import annotations

from pantau._core import (
    InvalidInputError,
    SparseMatrix,
    _LogisticRegression,
    _NaiveBayes,
    _Vectorizer,
)
from pantau._estimator import Estimator
from pantau._labels import encode, labels, place, resume, shown

__all__ = [
    "ConvergenceWarning",
    "LogisticRegression",
    "NaiveBayes",
    "SparseMatrix",
    "TfidfVectorizer",
]


class ConvergenceWarning(UserWarning):
    """Learning ended before its tolerance was reached."""


class TfidfVectorizer(Estimator):
    r"""Turns texts into rows of numbers: how often words occur, the rarer the more they count.

    The settings are those of scikit-learn's class of this name, and so are the numbers, to the
    last digits. ``stop_words`` is a list, or "id" or "en" for Pantau's own, which keep negations.
    ``parts`` puts several ways to cut texts side by side, each weighed by itself: a list of dicts
    with the settings in which each part differs from the others. ``threads`` limits the threads
    (None: all that the process may use).

    >>> from pantau import TfidfVectorizer
    >>> vectorizer = TfidfVectorizer(ngram_range=(1, 2))
    >>> rows = vectorizer.fit_transform(["tidak bagus", "bagus"])
    >>> vectorizer.get_feature_names_out().tolist()
    ['bagus', 'tidak', 'tidak bagus']
    >>> rows.shape
    (2, 3)
    >>> both = TfidfVectorizer(parts=[{}, {"analyzer": "char_wb", "ngram_range": (2, 3)}])
    >>> both.fit(["ok"]).get_feature_names_out().tolist()
    ['0__ok', '1__ o', '1__ ok', '1__k ', '1__ok', '1__ok ']
    """

    def __init__(
        self,
        *,
        analyzer="word",
        ngram_range=(1, 1),
        token_pattern=r"(?u)\b\w\w+\b",
        lowercase=True,
        strip_accents=None,
        stop_words=None,
        min_df=1,
        max_df=1.0,
        max_features=None,
        vocabulary=None,
        binary=False,
        use_idf=True,
        smooth_idf=True,
        sublinear_tf=False,
        norm="l2",
        parts=None,
        threads=None,
    ):
        self.analyzer = analyzer
        self.ngram_range = ngram_range
        self.token_pattern = token_pattern
        self.lowercase = lowercase
        self.strip_accents = strip_accents
        self.stop_words = stop_words
        self.min_df = min_df
        self.max_df = max_df
        self.max_features = max_features
        self.vocabulary = vocabulary
        self.binary = binary
        self.use_idf = use_idf
        self.smooth_idf = smooth_idf
        self.sublinear_tf = sublinear_tf
        self.norm = norm
        self.parts = parts
        self.threads = threads

    def fit(self, raw_documents, y=None):
        """Learn the terms of many texts, and how rare they are."""
        self._fitted = _Vectorizer.fit(self._parts(), raw_documents, self.threads)
        self._columns = None
        return self

    def fit_transform(self, raw_documents, y=None):
        """``fit``, and the rows of the texts, in less time than both take."""
        fitted = _Vectorizer.fit_transform(self._parts(), raw_documents, self.threads)
        self._fitted, rows = fitted
        self._columns = None
        return _sparse(rows)

    def transform(self, raw_documents):
        """The rows of texts: SciPy's ``csr_matrix``, or a SparseMatrix without SciPy."""
        return _sparse(self._learnt().transform(raw_documents, self.threads))

    @property
    def vocabulary_(self):
        """The terms and their columns."""
        fitted = self._learnt_attribute("vocabulary_")
        if self._columns is None:
            self._columns = {term: column for column, term in enumerate(_names(fitted))}
        return self._columns

    @property
    def idf_(self):
        """How much each term weighs."""
        return self._learnt_attribute("idf_").idf()

    def get_feature_names_out(self, input_features=None):
        """The term of each column; of several parts, with the number of the part before it."""
        import numpy

        return numpy.array(_names(self._learnt()), dtype=object)

    def _parts(self):
        settings = self.get_params()
        del settings["parts"], settings["threads"]
        if self.parts is None:
            return [settings]
        if not isinstance(self.parts, (list, tuple)) or not all(
            isinstance(part, dict) for part in self.parts
        ):
            raise InvalidInputError(f"parts: expected a list of dicts, got {shown(self.parts)}")
        return [{**settings, **part} for part in self.parts]

    def __sklearn_tags__(self):
        from sklearn.utils import InputTags, Tags, TargetTags, TransformerTags

        return Tags(
            estimator_type="transformer",
            target_tags=TargetTags(required=False),
            transformer_tags=TransformerTags(),
            input_tags=InputTags(two_d_array=False, string=True),
        )


class _Classifier(Estimator):
    """What both classifiers have in common."""

    def predict(self, X):
        """The most probable label of each row."""
        best = self._learnt().best(X, self.threads)
        return self.classes_[best]

    def predict_proba(self, X):
        """The probabilities of the labels, in the order of ``classes_``."""
        return self._learnt().probabilities(X, self.threads)

    def predict_log_proba(self, X):
        """The logarithms of the probabilities."""
        return self._learnt().log_probabilities(X, self.threads)

    def score(self, X, y, sample_weight=None):
        """The share of rows whose most probable label is that of ``y``."""
        import numpy

        right = self.predict(X) == labels(y)
        return float(numpy.average(right, weights=sample_weight))

    def _start_again(self, classes, columns):
        self.classes_ = classes
        self.n_features_in_ = columns

    def __sklearn_tags__(self):
        from sklearn.utils import ClassifierTags, InputTags, Tags, TargetTags

        return Tags(
            estimator_type="classifier",
            target_tags=TargetTags(required=True),
            classifier_tags=ClassifierTags(),
            input_tags=InputTags(sparse=True),
        )


class NaiveBayes(_Classifier):
    """Naive Bayes on counts or TF-IDF: scikit-learn's MultinomialNB, or with
    ``kind="complement"`` its ComplementNB, which is better where labels are unequally frequent.

    >>> from pantau import NaiveBayes
    >>> classifier = NaiveBayes(alpha=0.5).fit([[2, 0], [0, 3]], ["good", "bad"])
    >>> classifier.predict_proba([[1, 0]]).round(3).tolist()
    [[0.13, 0.87]]
    >>> classifier.partial_fit([[1, 1]], ["bad"]).class_count_.tolist()
    [2.0, 1.0]
    """

    def __init__(
        self,
        *,
        kind="multinomial",
        alpha=1.0,
        fit_prior=True,
        class_prior=None,
        norm=False,
        threads=None,
    ):
        self.kind = kind
        self.alpha = alpha
        self.fit_prior = fit_prior
        self.class_prior = class_prior
        self.norm = norm
        self.threads = threads

    def fit(self, X, y, sample_weight=None):
        """Learn from rows and their labels."""
        classes, encoded = encode(y)
        settings = self._rust_settings()
        self._fitted = _NaiveBayes.fit(X, encoded, len(classes), settings, sample_weight)
        self._start_again(classes, _width(X))
        return self

    def partial_fit(self, X, y, classes=None, sample_weight=None):
        """Learn from more rows: in the end it is the same as from all at once. The first call
        names all ``classes``."""
        classes, fitted = resume(self, classes)
        if fitted is None:
            fitted = _NaiveBayes(_width(X), len(classes), self._rust_settings())
        self._fitted = fitted.partial_fit(X, place(y, classes), sample_weight)
        self._start_again(classes, _width(X))
        return self

    def _rust_settings(self):
        settings = self.get_params()
        del settings["threads"]
        return settings

    @property
    def class_count_(self):
        """How many rows each label had."""
        return self._learnt_attribute("class_count_").class_count()

    @property
    def feature_count_(self):
        """For each label, the sum of each column."""
        return self._learnt_attribute("feature_count_").feature_count()

    @property
    def class_log_prior_(self):
        """For each label, the logarithm of its probability before a row is seen."""
        return self._learnt_attribute("class_log_prior_").class_log_prior()

    @property
    def feature_log_prob_(self):
        """For each label, the weight of each column."""
        return self._learnt_attribute("feature_log_prob_").feature_log_prob()

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.input_tags.positive_only = True
        # On numbers that are no counts it is no good classifier, as scikit-learn's is not.
        tags.classifier_tags.poor_score = True
        return tags


class LogisticRegression(_Classifier):
    """Logistic regression: what scikit-learn's class of this name finds, sooner.

    ``penalty`` is "l2", "l1" or None; ``C`` is what errors count against it. ``class_weight`` is
    "balanced", or a dict of labels and what each counts. Learning ends when no number of the
    gradient of the mean loss is above ``tol``. The same ``random_state`` (None: 0) gives the same
    bytes on any number of ``threads``. With ``warm_start`` learning begins where it last ended.

    >>> from pantau import LogisticRegression
    >>> classifier = LogisticRegression(C=10).fit([[0.0], [1.0], [2.0], [3.0]], [0, 0, 1, 1])
    >>> classifier.predict([[0.5], [2.5]]).tolist()
    [0, 1]
    >>> classifier.coef_.shape, classifier.intercept_.shape
    ((1, 1), (1,))
    """

    def __init__(
        self,
        *,
        penalty="l2",
        C=1.0,
        tol=1e-4,
        max_iter=1000,
        fit_intercept=True,
        class_weight=None,
        random_state=None,
        warm_start=False,
        threads=None,
    ):
        self.penalty = penalty
        self.C = C
        self.tol = tol
        self.max_iter = max_iter
        self.fit_intercept = fit_intercept
        self.class_weight = class_weight
        self.random_state = random_state
        self.warm_start = warm_start
        self.threads = threads

    def fit(self, X, y, sample_weight=None):
        """Learn from rows and their labels."""
        classes, encoded = encode(y)
        start = self._start(classes, _width(X)) if self.warm_start else None
        fitted = _LogisticRegression.fit(
            X, encoded, len(classes), self._with_classes(classes), sample_weight, start
        )
        self._fitted = fitted
        self._start_again(classes, _width(X))
        self.n_iter_ = _array([fitted.iterations])
        if not fitted.converged:
            import warnings

            advice = (
                "more would change nothing; raise tol, or bring the columns to one scale"
                if fitted.stalled
                else "raise max_iter or tol"
            )
            message = f"tol was not reached in {fitted.iterations} iterations; {advice}"
            warnings.warn(message, ConvergenceWarning, stacklevel=2)
        return self

    def partial_fit(self, X, y, classes=None, sample_weight=None):
        """Learn from more rows, one after another; those before are not needed again. The first
        call names all ``classes``, unless ``fit`` was called."""
        classes, fitted = resume(self, classes)
        if fitted is None:
            fitted = _LogisticRegression(_width(X), len(classes), self._with_classes(classes))
        self._fitted = fitted.partial_fit(X, place(y, classes), sample_weight)
        self._start_again(classes, _width(X))
        return self

    def decision_function(self, X):
        """The score of each label; of two labels, that of the second above the first."""
        scores = self._learnt().scores(X, self.threads)
        return scores[:, 1] - scores[:, 0] if len(self.classes_) == 2 else scores

    @property
    def coef_(self):
        """The weight of each column: a row for each label, and one for two labels."""
        return self._learnt_attribute("coef_").coefficients()[0]

    @property
    def intercept_(self):
        """Where the score of each label starts."""
        return self._learnt_attribute("intercept_").coefficients()[1]

    def _with_classes(self, classes):
        """The settings as Rust takes them, with a weight for each class."""
        settings = self.get_params()
        del settings["warm_start"]
        weights = self.class_weight
        if isinstance(weights, dict):
            unknown = set(weights) - set(classes.tolist())
            if unknown:
                message = f"class_weight: no label {shown(sorted(unknown, key=str)[0])} in y"
                raise InvalidInputError(message)
            settings["class_weight"] = [weights.get(label, 1.0) for label in classes.tolist()]
        return settings

    def _start(self, classes, columns):
        """What was learnt before, if it was about the same columns and labels."""
        fitted = getattr(self, "_fitted", None)
        if fitted is None or fitted.shape != (columns, len(classes)):
            return None
        return fitted if self.classes_.tolist() == classes.tolist() else None


def _names(fitted):
    parts = fitted.terms()
    if len(parts) == 1:
        return parts[0]
    return [f"{number}__{term}" for number, part in enumerate(parts) for term in part]


def _sparse(rows):
    """SciPy's matrix where SciPy is installed."""
    try:
        return rows.to_scipy()
    except ModuleNotFoundError:
        return rows


def _width(rows):
    """How many columns there are; what has none is refused by who reads it."""
    shape = getattr(rows, "shape", None)
    if shape is None:
        shape = _array(rows).shape
    return shape[1] if len(shape) == 2 else 0


def _array(values):
    import numpy

    try:
        return numpy.asarray(values)
    except ValueError as error:
        raise InvalidInputError(f"examples: expected rows of numbers ({error})") from None
