"""Text: cleaning, normalising, stop words, stemming, features, anonymising.

Each function takes one text or many. Many may be a list, a tuple, any iterable,
a NumPy array, a pandas or polars Series, a pyarrow array, or anything else that
exports Arrow; results come back in the same form. None and NaN are missing
texts and stay missing. ``threads`` limits the threads of a call (None: all that
the process may use); ``progress=True`` shows a bar in a terminal or notebook.

The classes behind the functions keep their settings, which is faster when
called for many single texts.
"""

from __future__ import annotations

from functools import lru_cache

from pantau._core import (
    Anonymizer,
    Cleaner,
    Dictionary,
    FeatureConfig,
    FeatureExtractor,
    Features,
    FeatureStream,
    FeatureTable,
    InvalidInputError,
    Normalizer,
    Stemmer,
    StopWords,
    TextArray,
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


class DictionaryWarning(UserWarning):
    """Indonesian is stemmed without a root-word dictionary, so more crudely."""


def clean(texts, language="id", *, steps=None, threads=None, progress=False):
    """Clean texts in separate, ordered steps (see Cleaner for their names).

    >>> from pantau import text
    >>> text.clean(["Bagusss sekali!!! 😍", None, "<b>Lemot</b> &amp; mahal"])
    ['bagus sekali', None, 'lemot mahal']
    >>> text.clean("Cek https://toko.example 👍", steps=["urls", {"emoji": "name"}, "whitespace"])
    'Cek thumbs up'
    """
    cleaner = _cleaner(language) if steps is None else Cleaner(language, steps=steps)
    return cleaner.clean(texts, threads=threads, progress=progress)


def normalize(texts, table, *, threads=None, progress=False):
    """Replace colloquial words by standard ones from a two-column table.

    ``table`` is a dict, an iterable of pairs, the path of a file with two
    columns (tab or comma), or a Normalizer.

    >>> from pantau import text
    >>> text.normalize("gak bagus bgt", {"gak": "tidak", "bgt": "banget"})
    'tidak bagus banget'
    """
    if not isinstance(table, Normalizer):
        is_path = isinstance(table, str) or hasattr(table, "__fspath__")
        table = Normalizer.open(table) if is_path else Normalizer(table)
    return table.normalize(texts, threads=threads, progress=progress)


def remove_stopwords(texts, language="id", *, words=None, threads=None, progress=False):
    """Remove stop words; negations are kept unless a list of your own has them.

    ``words`` is a list of words, "sastrawi" for the list and the behaviour of
    PySastrawi's remover, or a StopWords.

    >>> from pantau import text
    >>> text.remove_stopwords("aplikasi ini tidak bagus")
    'aplikasi tidak bagus'
    >>> text.remove_stopwords("aplikasi ini tidak bagus", words="sastrawi")
    'aplikasi bagus'
    """
    if words is None:
        words = _stop_words(language)
    elif isinstance(words, str) and words == "sastrawi":
        words = StopWords.sastrawi()
    elif not isinstance(words, StopWords):
        words = StopWords(language, words=words)
    return words.remove(texts, threads=threads, progress=progress)


def stem(texts, language="id", *, algorithm=None, dictionary=None, threads=None, progress=False):
    """Reduce the words of texts to their stems.

    Indonesian is stemmed as by PySastrawi, with the dictionary given (a
    Dictionary, or the path of a word list) or that of the installed PySastrawi
    (the extra ``pantau[id]``). Without one, Tala's cruder algorithm is used,
    and a DictionaryWarning says so.

    >>> from pantau import text
    >>> text.stem(["running dogs", "easily"], "en")
    ['run dog', 'easili']
    >>> text.stem("menggunakannya", algorithm="tala")
    'guna'
    """
    if algorithm is None and dictionary is None:
        stemmer = _stemmer(language)
        if stemmer.hint:
            _warn(stemmer.hint)
    else:
        stemmer = Stemmer(language, algorithm=algorithm, dictionary=dictionary)
    return stemmer.stem(texts, threads=threads, progress=progress)


def anonymize(texts, *, entities=None, key=None, threads=None, progress=False):
    """Replace what identifies a person, by its kind or by a keyed pseudonym.

    ``entities`` picks from "email", "url", "phone", "nik", "npwp", "card",
    "iban", "ip", "handle" and "plate"; ``key`` (16 bytes or more) turns
    replacements into pseudonyms that are the same for the same person.

    >>> from pantau import text
    >>> text.anonymize("Email saya budi@contoh.example, WA 0812-3456-7890")
    'Email saya [EMAIL], WA [PHONE]'
    """
    anonymizer = Anonymizer(entities=entities, key=key)
    return anonymizer.anonymize(texts, threads=threads, progress=progress)


def features(texts, language="id", *, config=None, dictionary=None, threads=None, progress=False):
    """Extract the features of one text (Features) or of many (FeatureTable).

    >>> from pantau import text
    >>> one = text.features("Aplikasi ini sangat bagus!")
    >>> one.text_no_stopwords, one.avg_word_length, one.exclamation_marks
    ('aplikasi sangat bagus', 6.25, 1)
    >>> text.features(["Bagus!", "Lemot"]).to_pandas()[["cleaned_text", "word_count"]]
      cleaned_text  word_count
    0        bagus           1
    1        lemot           1
    """
    if config is None and dictionary is None:
        extractor = _extractor(language)
        if extractor.hint:
            _warn(extractor.hint)
    else:
        if config is None:
            config = FeatureConfig(language, dictionary=dictionary)
        extractor = FeatureExtractor(config, dictionary=dictionary)
        if language not in ("id", extractor.config.language):
            message = f"language: {language!r} is not that of config, {extractor.config.language!r}"
            raise InvalidInputError(message)
    return extractor.extract(texts, threads=threads, progress=progress)


# One object per language serves all calls; making one reads word lists.


@lru_cache
def _cleaner(language):
    return Cleaner(language)


@lru_cache
def _stop_words(language):
    return StopWords(language)


@lru_cache
def _stemmer(language):
    return Stemmer(language, algorithm=_algorithm(language))


@lru_cache
def _extractor(language):
    return FeatureExtractor(FeatureConfig(language, stemmer=_algorithm(language)))


def _algorithm(language):
    """The best algorithm, named, so that the caller below is the one who is warned."""
    if language == "id":
        return "tala" if Dictionary.installed() is None else "sastrawi"
    return Stemmer(language).algorithm


def _warn(hint):
    import warnings

    warnings.warn(hint, DictionaryWarning, stacklevel=3)
