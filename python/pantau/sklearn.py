"""Pipelines that were fitted with scikit-learn, as files that Pantau reads.

    from pantau import Classifier, import_sklearn
    from pantau.sklearn import export

    export(pipeline, "model.json")
    classifier = Classifier.open(import_sklearn("model.json", "reviews"))

What can be exported is a ``Pipeline`` of a vectorizer and a classifier. The vectorizer is a
``TfidfVectorizer``, a ``CountVectorizer`` with or without a ``TfidfTransformer`` after it, or a
``FeatureUnion`` of these; the classifier is a ``MultinomialNB``, a ``ComplementNB`` or a
``LogisticRegression``. Anything else is refused with an error that names it.

The file holds numbers and texts only, so that nothing in it can be run. scikit-learn is needed
where a pipeline is exported, and not where the file is read.
"""

from __future__ import annotations

import json
from numbers import Integral

from pantau._core import InvalidInputError

__all__ = ["export", "to_dict"]

_FORMAT = 1


def export(pipeline, path):
    """Write a fitted pipeline to the file ``path``."""
    written = json.dumps(to_dict(pipeline), ensure_ascii=False, allow_nan=False)
    with open(path, "w", encoding="utf-8") as file:
        file.write(written + "\n")


def to_dict(pipeline):
    """What ``export`` writes."""
    import sklearn
    from sklearn.pipeline import Pipeline
    from sklearn.utils.validation import check_is_fitted

    if type(pipeline) is not Pipeline:
        raise _no_counterpart(pipeline, "a Pipeline is needed")
    steps = _steps(pipeline)
    if len(steps) < 2:
        raise _no_counterpart(pipeline, "it needs a vectorizer and a classifier")
    check_is_fitted(steps[-1])
    parts = _parts(steps[:-1])
    model, labels, coefficients, intercepts = _classifier(steps[-1])
    columns = sum(len(part["terms"]) for part in parts)
    if coefficients.shape[1] != columns:
        found = coefficients.shape[1]
        raise InvalidInputError(
            f"pipeline: {columns} terms, but {found} coefficients for each class"
        )
    return {
        "format": _FORMAT,
        "scikit_learn": sklearn.__version__,
        "vectorizer": {"format": _FORMAT, "parts": parts},
        "model": model,
        "labels": labels,
        "coefficients": coefficients.tolist(),
        "intercepts": intercepts.tolist(),
    }


def _no_counterpart(what, why="it has no counterpart in pantau"):
    return InvalidInputError(f"pipeline: cannot export {type(what).__name__}: {why}")


def _steps(pipeline):
    return [step for _, step in pipeline.steps if step is not None and step != "passthrough"]


def _parts(steps):
    """The parts of the vectorizer that ``steps`` are."""
    import numpy as np
    from sklearn.feature_extraction.text import CountVectorizer, TfidfTransformer, TfidfVectorizer
    from sklearn.pipeline import FeatureUnion, Pipeline

    first, others = steps[0], steps[1:]
    if type(first) is FeatureUnion and not others:
        if first.transformer_weights:
            raise _no_counterpart(first, "transformer_weights have no counterpart")
        transformers = [one for _, one in first.transformer_list if one not in ("drop", None)]
        return [part for one in transformers for part in _parts([one])]
    if type(first) is Pipeline and not others:
        return _parts(_steps(first))
    if type(first) is TfidfVectorizer and not others:
        if first.dtype != np.float64:
            raise _no_counterpart(first, f"its numbers are {np.dtype(first.dtype)}, not float64")
        return [_part(first, first)]
    if type(first) is CountVectorizer and not others:
        return [_part(first, None)]
    if type(first) is CountVectorizer and len(others) == 1 and type(others[0]) is TfidfTransformer:
        return [_part(first, others[0])]
    unknown = [one for one in steps if type(one) not in (TfidfVectorizer, CountVectorizer)]
    raise _no_counterpart(unknown[0] if unknown else steps[-1])


def _part(vectorizer, weights):
    """One part: what cuts texts, and what weighs counts (None: nothing)."""
    for setting in ("preprocessor", "tokenizer"):
        if getattr(vectorizer, setting) is not None:
            raise _no_counterpart(vectorizer, f"a custom {setting} has no counterpart")
    for setting in ("analyzer", "strip_accents"):
        if callable(getattr(vectorizer, setting)):
            raise _no_counterpart(vectorizer, f"a custom {setting} has no counterpart")
    if vectorizer.input != "content":
        raise _no_counterpart(vectorizer, f"input {vectorizer.input!r} has no counterpart")
    is_word = vectorizer.analyzer == "word"
    stop_words = vectorizer.get_stop_words() if is_word else None
    uses_idf = weights is not None and weights.use_idf
    terms = sorted(vectorizer.vocabulary_.items(), key=lambda item: item[1])
    options = {
        "analyzer": vectorizer.analyzer,
        "ngram_range": [int(bound) for bound in vectorizer.ngram_range],
        "token_pattern": vectorizer.token_pattern if is_word else None,
        "lowercase": bool(vectorizer.lowercase),
        "strip_accents": vectorizer.strip_accents or None,
        "stop_words": None if stop_words is None else sorted(stop_words),
        "min_df": _frequency(vectorizer.min_df),
        "max_df": _frequency(vectorizer.max_df),
        "max_features": None if vectorizer.max_features is None else int(vectorizer.max_features),
        "vocabulary": None,
        "binary": bool(vectorizer.binary),
        "use_idf": bool(uses_idf),
        "smooth_idf": bool(weights is None or weights.smooth_idf),
        "sublinear_tf": bool(weights is not None and weights.sublinear_tf),
        "norm": None if weights is None else weights.norm,
    }
    return {
        "options": options,
        "has_vocabulary": bool(vectorizer.fixed_vocabulary_),
        "terms": [term for term, _ in terms],
        "idf": _finite("idf", weights.idf_).tolist() if uses_idf else None,
    }


def _frequency(bound):
    if isinstance(bound, Integral):
        return int(bound)
    return float(bound)


def _classifier(model):
    """Its name, its labels, a row of coefficients for each class, and the intercepts."""
    import numpy as np
    from sklearn.linear_model import LogisticRegression
    from sklearn.naive_bayes import ComplementNB, MultinomialNB

    if type(model) is MultinomialNB:
        name, coefficients = "multinomial_nb", model.feature_log_prob_
        intercepts = model.class_log_prior_
    elif type(model) is ComplementNB:
        # The prior counts only where there is nothing to choose from.
        is_alone = len(model.classes_) == 1
        prior = model.class_log_prior_
        name, coefficients = "complement_nb", model.feature_log_prob_
        intercepts = prior if is_alone else np.zeros_like(prior)
    elif type(model) is LogisticRegression:
        # One classifier for each class gives other probabilities than one for all of them.
        kind = getattr(model, "multi_class", "auto")
        is_binary = len(model.classes_) == 2
        if (not is_binary and (model.solver == "liblinear" or kind == "ovr")) or (
            is_binary and kind == "multinomial"
        ):
            why = f"solver {model.solver!r} with {len(model.classes_)} classes has no counterpart"
            raise _no_counterpart(model, why)
        name, coefficients = "logistic_regression", model.coef_
        intercepts = np.broadcast_to(np.asarray(model.intercept_), (len(coefficients),))
    else:
        raise _no_counterpart(model)
    return (
        name,
        [_label(label) for label in model.classes_.tolist()],
        _finite("coefficients", coefficients),
        _finite("intercepts", intercepts),
    )


def _label(label):
    if isinstance(label, (str, bool, int)):
        return str(label)
    message = f"pipeline: cannot export the label {label!r}: labels are texts or whole numbers"
    raise InvalidInputError(message)


def _finite(what, numbers):
    import numpy as np

    numbers = np.asarray(numbers, dtype=np.float64)
    if not np.isfinite(numbers).all():
        raise InvalidInputError(f"pipeline: cannot export {what}: not all of them are finite")
    return numbers
