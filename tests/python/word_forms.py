"""Words and sentences to compare stemmers with, and PySastrawi's answers for them."""

from __future__ import annotations

import multiprocessing
import random
from concurrent.futures import ProcessPoolExecutor
from functools import cache

PREFIXES = [
    "", "di", "ke", "se", "ber", "be", "bel", "ter", "te", "me", "mem", "men", "meng", "menge",
    "meny", "pe", "pem", "pen", "peng", "penge", "peny", "per", "pel", "mempe", "memper", "diper",
    "ku", "kau", "keber", "berke", "menye", "keter", "sepen", "pember", "dipem", "seke",
]  # fmt: skip
SUFFIXES = [
    "", "i", "kan", "an", "is", "isme", "isasi", "lah", "kah", "tah", "pun", "ku", "mu", "nya",
    "kannya", "annya", "inya", "anlah", "kanlah", "nyalah", "kupun", "-ku", "-nya", "-lah",
    "ankah", "kanmu", "nyakah", "ikan",
]  # fmt: skip
INFIXES = ["er", "el", "em", "in"]
# A prefix in -m, -n, -ng or -ny swallows the first letter of the root.
NASALS = {"p": "m", "t": "n", "k": "ng", "s": "ny"}
NASAL_PREFIXES = ["me", "pe", "dipe", "kepe", "mempe", "seme"]
LETTERS = "aiueobcdfghjklmnprstwy-"
# What Python's ignore-case rules, its lower-casing and its white space treat specially.
ODD = ["İ", "ı", "ſ", "K", "é", "ß", "Σ", "ς", "😀", "\t", "\u00a0", "\0", "１", "٣", "_", ".", "'"]


def words(roots: list[str], *, per_root: int, seed: int) -> list[str]:
    """Distinct words: every root, its forms, reduplications, infixes and nonsense."""
    random_ = random.Random(seed)
    choose = random_.choice
    found = dict.fromkeys(roots)
    for root in roots:
        for _ in range(per_root):
            base, prefix = root, choose(PREFIXES)
            if random_.random() < 0.35 and base[0] in NASALS:
                base, prefix = NASALS[base[0]] + base[1:], choose(NASAL_PREFIXES)
            if random_.random() < 0.08:
                base = base[0] + choose(INFIXES) + base[1:]
            word = prefix + base + choose(SUFFIXES)
            found[word] = None
            if random_.random() < 0.1:
                second = [root, word, root + "an", root + "nya", "nya", "ku", choose(roots)]
                found[f"{word}-{choose(second)}"] = None
    for _ in range(len(roots) // 4):
        found["".join(choose(LETTERS) for _ in range(random_.randint(1, 9)))] = None
        stump = "".join(choose(LETTERS) for _ in range(random_.randint(0, 6)))
        found[choose(PREFIXES) + stump + choose(SUFFIXES)] = None
        pieces = [*ODD, "a", "i", "n", "-", "ku", "kan", "di", "ber", choose(roots)]
        found["".join(choose(pieces) for _ in range(random_.randint(1, 6)))] = None
    return [word for word in found if word and " " not in word]


def sentences(from_words: list[str], count: int, *, seed: int) -> list[str]:
    """Sentences of such words, with the signs and the gaps that people write."""
    random_ = random.Random(seed)
    made = []
    for _ in range(count):
        picked = random_.choices(from_words, k=random_.randint(0, 15))
        picked = [random_.choice([str, str.title, str.upper])(word) for word in picked]
        gaps = random_.choices([" ", " ", " ", ", ", "  ", "-", " - ", "! ", "\n"], k=len(picked))
        made.append("".join(word + gap for word, gap in zip(picked, gaps, strict=True)))
    return made


def sastrawi_stems(texts: list[str]) -> list[str]:
    """PySastrawi's stems without its cache, by two processes."""
    half = -(-len(texts) // 2)
    with ProcessPoolExecutor(2, mp_context=multiprocessing.get_context("spawn")) as pool:
        first, second = pool.map(_stem_all, [texts[:half], texts[half:]])
        return first + second


def _stem_all(texts: list[str]) -> list[str]:
    stemmer = _reference()
    return [stemmer.stem(text) for text in texts]


@cache
def _reference():
    from Sastrawi.Stemmer.StemmerFactory import StemmerFactory

    return StemmerFactory().create_stemmer().delegatedStemmer
