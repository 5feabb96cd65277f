"""Anonymising."""

from __future__ import annotations

import re

from hypothesis import given, settings
from hypothesis import strategies as st
from pantau import text

KEY = b"a key of sixteen bytes and more"
PIECES = [
    "budi@contoh.example", "@budi", "@", "https://contoh.example/a", "www.", ".com",
    "0812-3456-7890", "+62 812 3456 7890", "021", "62", "0", "-", " ", ".", "/", ":",
    "3174012301900001", "4111111111111111", "4111 1111 1111 1111", "GB82WEST12345698765432",
    "192.168.1.10", "::1", "fe80::", "B 1234 XYZ", "01.234.567.8-901.000", "[EMAIL]", "[PHONE]",
    "[", "]", "_", "EMAIL", "a", "1", "😀", "é", "\n",
]  # fmt: skip
TEXTS = st.lists(st.sampled_from(PIECES) | st.text(max_size=6), max_size=10).map("".join)


def test_replacement_by_type() -> None:
    before = "Email budi@contoh.example, WA 0812-3456-7890, lihat https://contoh.example"
    assert text.anonymize(before) == "Email [EMAIL], WA [PHONE], lihat [URL]"
    assert text.Anonymizer().count(before) == {"email": 1, "phone": 1, "url": 1}
    assert text.anonymize(before, entities=["phone"]).count("[") == 1
    assert text.Anonymizer(entities=["phone"]).count([before, None, before]) == {"phone": 2}
    assert text.Anonymizer().count(None) == {}


def test_pseudonyms_follow_the_person_and_the_key() -> None:
    first, second, other = (
        text.anonymize(message, key=KEY)
        for message in ["budi@contoh.example", "Halo BUDI@contoh.example", "ani@contoh.example"]
    )
    assert re.fullmatch(r"\[EMAIL[_:-][0-9a-z]+\]", first, re.IGNORECASE)
    assert second == f"Halo {first}"
    assert other != first
    assert text.anonymize("budi@contoh.example", key=KEY[::-1]) != first
    assert text.Anonymizer(key=KEY).count("budi@contoh.example") == {"email": 1}


def test_numbers_that_fail_their_checksum_stay() -> None:
    assert text.anonymize("kartu 4111111111111111") == "kartu [CARD]"
    assert text.anonymize("kartu 4111111111111112") == "kartu 4111111111111112"
    assert text.anonymize("GB82WEST12345698765432") == "[IBAN]"
    assert text.anonymize("GB82WEST12345698765433") == "GB82WEST12345698765433"


@settings(max_examples=500)
@given(TEXTS, st.sampled_from([None, KEY]))
def test_anonymising_twice_changes_nothing(before: str, key: bytes | None) -> None:
    anonymizer = text.Anonymizer(key=key)
    once = anonymizer.anonymize(before)
    once.encode("utf-8")
    assert anonymizer.anonymize(once) == once
    assert bool(anonymizer.count(before)) == (once != before)
    assert anonymizer.count(once) == {}
