"""The cases that Rust, Python and C read alike."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from pantau import text

DATA = Path(__file__).resolve().parents[1] / "data"


def cases(name: str) -> list[dict[str, Any]]:
    lines = (DATA / name).read_text(encoding="utf-8").split("\n")
    found = [json.loads(line) for line in lines if line]
    assert len(found) >= 5, name
    return found


def table(name: str) -> list[list[str]]:
    header, *lines = (DATA / name).read_text(encoding="utf-8").split("\n")
    assert header == "word\tstem"
    rows = [line.split("\t") for line in lines if line]
    assert len(rows) >= 50, name
    assert {len(row) for row in rows} == {2}
    return rows


def test_clean() -> None:
    for case in cases("clean.jsonl"):
        steps = json.loads(case["steps"]) if "steps" in case else None
        assert text.clean(case["text"], case["language"], steps=steps) == case["expected"], case


def test_stop_words() -> None:
    for case in cases("stop_words.jsonl"):
        if case["list"] == "sastrawi":
            removed = text.remove_stopwords(case["text"], words="sastrawi")
        else:
            removed = text.remove_stopwords(case["text"], case["list"])
        assert removed == case["expected"], case


def test_normalize(tmp_path: Path) -> None:
    path = tmp_path / "table"
    for case in cases("normalize.jsonl"):
        path.write_bytes(case["table"].encode("utf-8"))
        assert text.normalize(case["text"], path) == case["expected"], case


def test_features() -> None:
    for case in cases("features.jsonl"):
        roots = text.Dictionary(case["roots"]) if "roots" in case else None
        config = text.FeatureConfig.from_json(case["config"])
        features = text.features(case["text"], config=config, dictionary=roots)
        assert features.to_dict() == json.loads(case["expected"]), case
        assert list(features.to_dict()) == list(json.loads(case["expected"])), case


def test_stem_sastrawi() -> None:
    for case in cases("stem_sastrawi.jsonl"):
        roots = text.Dictionary(case["roots"])
        assert text.stem(case["text"], dictionary=roots) == case["expected"], case


def test_anonymize() -> None:
    for case in cases("anonymize.jsonl"):
        key = case["key"].encode() if "key" in case else None
        anonymizer = text.Anonymizer(entities=case.get("entities"), key=key)
        assert anonymizer.anonymize(case["text"]) == case["expected"], case
        assert anonymizer.count(case["text"]) == case["counts"], case


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("stem_english.tsv", {"language": "en"}),
        ("stem_tala.tsv", {"algorithm": "tala"}),
    ],
)
def test_stems(name: str, arguments: dict[str, Any]) -> None:
    for word, stem in table(name):
        assert text.stem(word, **arguments) == stem, word
