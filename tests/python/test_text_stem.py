"""Stemming, against the stemmers that it promises to equal."""

from __future__ import annotations

import importlib.util
import random
import warnings
from pathlib import Path

import pytest
from pantau import text
from word_forms import sastrawi_stems, sentences, words


@pytest.fixture(scope="module")
def roots() -> list[str]:
    """The root words of the installed PySastrawi."""
    specification = importlib.util.find_spec("Sastrawi")
    assert specification is not None, "pip install pantau[test]"
    assert specification.submodule_search_locations is not None
    folder = Path(specification.submodule_search_locations[0])
    lines = (folder / "Stemmer/data/kata-dasar.txt").read_text(encoding="utf-8").split("\n")
    return [line for line in lines if line.strip()]


def differences(texts: list[str]) -> list[tuple[str, str, str]]:
    expected = sastrawi_stems(texts)
    assert len(expected) == len(texts)
    stems = text.stem(texts, algorithm="sastrawi")
    return [row for row in zip(texts, expected, stems, strict=True) if row[1] != row[2]]


def test_the_installed_dictionary(roots: list[str]) -> None:
    dictionary = text.Dictionary.installed()
    assert dictionary is not None
    assert len(dictionary) == len(set(roots))
    assert all(root in dictionary for root in roots)
    assert dictionary.fingerprint == text.Dictionary(reversed(roots)).fingerprint
    assert dictionary.fingerprint != text.Dictionary(roots[1:]).fingerprint
    assert text.Stemmer().algorithm == "sastrawi"
    assert text.Stemmer().hint is None


def test_quirks_of_sastrawi() -> None:
    for word, stem in {
        "menyinari": "sari",
        "menangis": "menang",
        "berikan": "ikan",
        "berbalas-balasan": "balas",
        "anak-anak": "anak",
        "café": "caf",
        "Menggunakannya!": "guna",
        "": "",
    }.items():
        assert text.stem(word) == stem


def test_words_equal_sastrawi(roots: list[str]) -> None:
    sample = random.Random(5).sample(words(roots, per_root=4, seed=3), 8000)
    assert len(set(sample)) == 8000
    assert differences(sample) == []


def test_sentences_equal_sastrawi(roots: list[str]) -> None:
    made = sentences(words(roots, per_root=1, seed=4), 500, seed=6)
    assert sum(map(len, made)) > 20_000
    assert differences(made) == []


@pytest.mark.slow
def test_all_words_equal_sastrawi(roots: list[str]) -> None:
    everything = words(roots, per_root=6, seed=1)
    assert len(set(everything)) == len(everything) > 100_000
    assert differences(everything) == []


def reviews(folder: Path, count: int) -> list[str]:
    """The first texts of each of the developer's tables of Indonesian texts."""
    found = []
    for table in ["smsa", "emot", "nusax/indonesian", "nusax/javanese", "nusax/sundanese"]:
        lines = (folder / table / "train.tsv").read_text(encoding="utf-8").split("\n")[1:]
        found += [line.rsplit("\t", 1)[0] for line in lines[:count] if line]
    assert len(found) > count
    return found


def test_reviews_equal_sastrawi(developer_data: Path) -> None:
    assert differences(reviews(developer_data, 60)) == []


@pytest.mark.slow
def test_all_reviews_equal_sastrawi(developer_data: Path) -> None:
    assert differences(reviews(developer_data, 3000)) == []


@pytest.fixture(scope="module")
def remover():
    with warnings.catch_warnings():
        # Its regular expressions are not raw strings, which Python warns about.
        warnings.simplefilter("ignore")
        factory = pytest.importorskip("Sastrawi.StopWordRemover.StopWordRemoverFactory")
    return factory.StopWordRemoverFactory().create_stop_word_remover()


def test_stop_words_equal_sastrawi(remover, roots: list[str]) -> None:
    ours = text.StopWords.sastrawi()
    theirs = remover.dictionary.words
    assert len(ours) == len(set(theirs)) == 809
    assert all(word in ours for word in theirs)
    made = sentences([*theirs, *roots[::50], "Yang", "yang.", "(di)"], 3000, seed=2)
    made += ["", " ", "  yang  ", "yang\tdan", "di", "Di di DI", "tidak bagus", "a  b ", "yang\n"]
    expected = [remover.remove(one) for one in made]
    assert sum(map(len, expected)) < sum(map(len, made))
    assert text.remove_stopwords(made, words="sastrawi") == expected


def test_stop_words_of_reviews_equal_sastrawi(remover, developer_data: Path) -> None:
    texts = reviews(developer_data, 500)
    assert text.remove_stopwords(texts, words="sastrawi") == [remover.remove(one) for one in texts]


def test_tala_equals_snowball(roots: list[str]) -> None:
    stemmer = pytest.importorskip("snowballstemmer").stemmer("indonesian")
    made = words(roots, per_root=1, seed=8)
    plain = [word for word in made if word.isascii() and word.isalpha() and word.islower()]
    sample = random.Random(7).sample(plain, 5000)
    expected = stemmer.stemWords(sample)
    assert sum(one != two for one, two in zip(sample, expected, strict=True)) > 1000
    assert text.stem(sample, algorithm="tala") == expected


ENGLISH_ROOTS = [
    "general", "commun", "arsen", "care", "hope", "happy", "nation", "relate", "apply", "study",
    "try", "play", "stop", "hop", "control", "troubl", "conflat", "size", "digit", "oper",
    "valuat", "condition", "sensible", "decisive", "form", "electric", "good", "agree", "feed",
    "bled", "sing", "ski", "sky", "die", "lie", "tie", "idle", "gentle", "ugly", "early", "only",
    "single", "news", "how", "atlas", "cosmos", "bias", "andes", "inning", "outing", "canning",
    "herring", "earring", "proceed", "exceed", "succeed", "be", "bee", "fly", "cry", "gas",
    "kiwi", "this", "boss", "abil", "fluent", "vile", "rate", "analog", "yes", "youth", "syzygy",
    "boy", "say", "enjoy", "use", "past", "inter",
]  # fmt: skip
ENGLISH_SUFFIXES = [
    "", "s", "es", "ies", "ied", "ed", "eed", "eedly", "edly", "ing", "ingly", "y", "ly", "li",
    "bli", "ogi", "ogist", "al", "ational", "tional", "alize", "icate", "iciti", "ical", "ful",
    "ness", "ement", "ment", "ent", "ance", "ence", "er", "able", "ible", "ant", "ism", "ate",
    "iti", "ous", "ive", "ize", "ion", "sion", "tion", "ization", "ation", "ator", "alism",
    "aliti", "alli", "fulness", "ousli", "ousness", "iveness", "iviti", "biliti", "enci", "anci",
    "abli", "entli", "izer", "ll", "e", "le", "'s", "'", "s'",
]  # fmt: skip


def test_english_equals_snowball() -> None:
    stemmer = pytest.importorskip("snowballstemmer").stemmer("english")
    stems = [f"{prefix}{root}" for prefix in ["", "un", "re"] for root in ENGLISH_ROOTS]
    forms = {f"{one}{suffix}" for one in stems for suffix in ENGLISH_SUFFIXES}
    forms |= {f"{one}{one[-1]}{suffix}" for one in stems for suffix in ["ed", "ing", "er"]}
    # An apostrophe at an edge is punctuation to Pantau, which stems texts.
    sample = sorted(form for form in forms if form.strip("'") == form)
    assert len(sample) > 5000
    expected = stemmer.stemWords(sample)
    assert sum(one != two for one, two in zip(sample, expected, strict=True)) > 3000
    assert text.stem(sample, "en") == expected
