"""Cleaning, normalising and stop words."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pantau import text

ISSUE = "Aplikasi ini sangat bagus!"

# Pieces that the steps look for, whole and broken, so that they meet in new ways.
PIECES = [
    "&amp;", "&", "&lt;b&gt;", "&#60;", "&#x41;", "&amp;amp;", ";", "<b>", "</", "<", ">", "<!--",
    "-->", "<script>", "https://", "www.", "toko.example", "a.id/", "budi@", "@", "@budi", "#",
    "#bagus", "#️⃣", "😀", "👍🏽", "👨‍👩‍👧", "🇮🇩", "\u200d", "\ufe0f", "\u20e3", "©", "bagusss",
    "aaa", "é", "e\u0301", "\u0301", "İ", "ſ", "K", "ß", "Σ", "1", "٣", "½", "-", "'", "’", "!",
    "...", "_", " ", "\t", "\n", "\0", "\u00a0", "\u2028", "\u200b", "\u00ad", "ﬁ", "ａ", "가",
    "각",
]  # fmt: skip
TEXTS = st.lists(st.sampled_from(PIECES) | st.text(max_size=8), max_size=12).map("".join)
STEPS = st.lists(
    st.sampled_from(
        [
            "nfc",
            "html",
            "urls",
            "emails",
            "mentions",
            "digits",
            "case",
            "whitespace",
            {"hashtags": "drop"},
            {"hashtags": "word"},
            {"emoji": "drop"},
            {"emoji": "name"},
            {"repeats": 1},
            {"repeats": 2},
            {"repeats": 3},
            {"punctuation": "all"},
            {"punctuation": "outside_words"},
        ]
    ),
    unique_by=lambda step: step if isinstance(step, str) else next(iter(step)),
)


def test_the_case_of_the_issue() -> None:
    cleaned = text.clean(ISSUE)
    assert cleaned == "aplikasi ini sangat bagus"
    assert text.stem(text.remove_stopwords(cleaned)) == "aplikasi sangat bagus"


@pytest.mark.parametrize(
    ("steps", "before", "after"),
    [
        (["nfc"], "e\u0301", "é"),
        (["html", "whitespace"], "<p>Bagus &amp; murah</p>", "Bagus & murah"),
        (["urls", "whitespace"], "lihat https://toko.example/a?b=1 ya", "lihat ya"),
        (["emails", "whitespace"], "tulis budi@toko.example ya", "tulis ya"),
        (["mentions", "whitespace"], "halo @budi ya", "halo ya"),
        ([{"hashtags": "drop"}, "whitespace"], "bagus #promo ya", "bagus ya"),
        ([{"hashtags": "word"}, "whitespace"], "bagus #promo ya", "bagus promo ya"),
        ([{"emoji": "drop"}, "whitespace"], "bagus 👍 ya", "bagus ya"),
        ([{"emoji": "name"}, "whitespace"], "bagus 👍 ya", "bagus thumbs up ya"),
        ([{"repeats": 1}], "bagusss", "bagus"),
        ([{"repeats": 2}], "bagusss", "baguss"),
        (["digits", "whitespace"], "bagus 100 ya", "bagus ya"),
        ([{"punctuation": "all"}, "whitespace"], "anak-anak, ya!", "anak anak ya"),
        ([{"punctuation": "outside_words"}, "whitespace"], "anak-anak, ya!", "anak-anak ya"),
        (["case"], "BAGUS Sekali", "bagus sekali"),
        (["whitespace"], "  bagus\t\n ya ", "bagus ya"),
        ([], ISSUE, ISSUE),
    ],
)
def test_each_step(steps: list, before: str, after: str) -> None:
    assert text.clean(before, steps=steps) == after
    assert text.Cleaner(steps=steps).steps == steps
    # Without its step, the text keeps what the step is for.
    if steps and before != " ".join(before.split()):
        assert text.clean(before, steps=[]) == before


def test_order_matters() -> None:
    assert text.clean("&lt;b&gt;", steps=["html", {"punctuation": "all"}, "whitespace"]) == ""
    assert text.clean("&lt;b&gt;", steps=[{"punctuation": "all"}, "whitespace"]) == "lt b gt"


@settings(max_examples=600)
@given(TEXTS, STEPS)
def test_cleaning_twice_changes_nothing(before: str, steps: list) -> None:
    cleaner = text.Cleaner(steps=steps)
    once = cleaner.clean(before)
    once.encode("utf-8")
    assert cleaner.clean(once) == once
    assert cleaner.clean([before, None]) == [once, None]


@settings(max_examples=300)
@given(TEXTS, st.sampled_from(["id", "en"]))
def test_default_cleaning(before: str, language: str) -> None:
    once = text.clean(before, language)
    assert text.clean(once, language) == once
    assert once == " ".join(once.split())


@settings(max_examples=200)
@given(TEXTS, st.sampled_from(["id", "en"]))
def test_stop_words_are_only_removed(before: str, language: str) -> None:
    kept = text.remove_stopwords(before, language)
    kept.encode("utf-8")
    assert len(kept) <= len(before)
    assert text.remove_stopwords(kept, language) == kept


def test_normalize_takes_tables_in_every_form(tmp_path: Path) -> None:
    pairs = {"gak": "tidak", "bgt": "banget"}
    table = tmp_path / "table.tsv"
    table.write_text("informal\tformal\ngak\ttidak\nbgt\tbanget\n", encoding="utf-8")
    comma = tmp_path / "table.csv"
    comma.write_text("gak,tidak\nbgt,banget\n", encoding="utf-8")
    tables = [
        pairs,
        list(pairs.items()),
        iter(pairs.items()),
        table,
        str(table),
        comma,
        text.Normalizer(pairs),
        text.Normalizer.open(table),
    ]
    for form in tables:
        assert text.normalize("Gak bagus bgt!", form) == "tidak bagus banget!"
    assert len(text.Normalizer(pairs)) == 2


def test_normalize_with_the_developer_table(developer_data: Path) -> None:
    normalizer = text.Normalizer.open(developer_data / "lexicon" / "colloquial_id_indocollex.tsv")
    assert len(normalizer) > 1000
    assert normalizer.normalize("gak") == "tidak"


def test_default_lists_keep_negations() -> None:
    for language, words in {
        "id": ["tidak", "bukan", "jangan", "kurang", "belum", "gak", "nggak", "tak", "tanpa"],
        "en": ["not", "no", "never", "nor", "don't", "isn't", "cannot", "without"],
    }.items():
        stop_words = text.StopWords(language)
        assert len(stop_words) > 100
        assert [word for word in words if word in stop_words] == []
    assert text.remove_stopwords("aplikasi ini tidak bagus") == "aplikasi tidak bagus"
    assert text.remove_stopwords("this is not good", "en") == "not good"


def test_stop_words_of_ones_own(tmp_path: Path) -> None:
    assert text.remove_stopwords("Ini aplikasi", words=["aplikasi"]) == "Ini"
    assert text.remove_stopwords("Ini aplikasi", words=text.StopWords(words=["ini"])) == "aplikasi"
    path = tmp_path / "words.txt"
    path.write_text("ini\nitu\n", encoding="utf-8")
    stop_words = text.StopWords.open(path)
    assert stop_words.words == ["ini", "itu"]
    assert stop_words.matching == "words"
    assert "ini" in stop_words
    assert "aplikasi" not in stop_words
    assert text.StopWords.sastrawi().matching == "sastrawi"
    assert "tidak" in text.StopWords.sastrawi()
