"""Two tables, compared column by column."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from datetime import datetime
from itertools import pairwise
from typing import Any

import pantau
from pantau import stats
from pantau.cli import rows

# More words than these are rare, and more texts say little more.
_WORDS = 500
_TEXTS = 5000
# Up to here every pair of texts is looked at; beyond, random features stand for them.
_PAIRS_UP_TO = 2000


@dataclass
class _Pairs:
    """The columns that can be compared, by how, and why others cannot."""

    numbers: dict[str, tuple[list[Any], list[Any]]] = field(default_factory=dict)
    categories: dict[str, tuple[list[Any], list[Any]]] = field(default_factory=dict)
    texts: dict[str, tuple[list[str], list[str]]] = field(default_factory=dict)
    skipped: dict[str, str] = field(default_factory=dict)


def compare(
    reference: str, current: str, names: list[str] | None, alpha: float, min_effect: float
) -> dict[str, Any]:
    """What the columns of two files have become."""
    was, now = rows.read(reference), rows.read(current)
    pairs = _Pairs()
    if names is None:
        pairs.skipped |= {name: f"only {reference} has it" for name in was if name not in now}
        pairs.skipped |= {name: f"only {current} has it" for name in now if name not in was}
    for name in [name for name in was if name in now] if names is None else names:
        before, after = rows.column(was, name, reference), rows.column(now, name, current)
        _sort(pairs, name, _cells(before), _cells(after), is_named=names is not None)
    if names is not None and pairs.skipped:
        name, why = next(iter(pairs.skipped.items()))
        raise pantau.InvalidInputError(f"--columns: {name}: {why}")
    if not pairs.numbers and not pairs.categories:
        why = "; ".join(f"{name}: {reason}" for name, reason in pairs.skipped.items())
        raise pantau.InvalidInputError(f"{reference}, {current}: no column to compare: {why}")
    tested = _test_all(pairs, alpha)
    _judge(tested, alpha, min_effect)
    return {
        "reference": reference,
        "current": current,
        "rows": {"reference": _rows(was), "current": _rows(now)},
        "alpha": alpha,
        "min_effect": min_effect,
        "adjustment": "holm",
        "error_rate": "family-wise",
        "drift_detected": any(row["verdict"] == "drift" for row in tested),
        "columns": tested,
        "not_compared": pairs.skipped,
        "notes": [
            f"{name} (words): of {_TEXTS:,} texts of each table at most"
            for name, both in pairs.texts.items()
            if max(map(len, both)) > _TEXTS
        ],
    }


def _sort(pairs: _Pairs, name: str, was: list[Any], now: list[Any], *, is_named: bool) -> None:
    """Put a column where it is compared, or say why it cannot be."""
    kinds = _kind(was), _kind(now)
    if kinds == ("number", "number"):
        both = _numbers(was), _numbers(now)
        if not is_named and _is_counter(*both):
            pairs.skipped[name] = "it numbers its rows"
        else:
            pairs.numbers[name] = both
    elif kinds == ("category", "category"):
        pairs.categories[name] = [*map(_category, was)], [*map(_category, now)]
    elif "text" in kinds and set(kinds) <= {"text", "category"}:
        before, after = _present(was), _present(now)
        pairs.texts[name] = before, after
        pairs.numbers[f"{name} (characters)"] = [*map(len, before)], [*map(len, after)]
        pairs.numbers[f"{name} (word count)"] = [*map(_words, before)], [*map(_words, after)]
    else:
        pairs.skipped[name] = _why(*kinds)


def _test_all(pairs: _Pairs, alpha: float) -> list[dict[str, Any]]:
    tested = _test(pairs.numbers, pairs.categories, alpha)
    # As many that the smallest p-value there can be is small enough after it was adjusted.
    permutations = max(499, math.ceil(4 * (len(tested) + len(pairs.texts)) / alpha))
    words = [_test_words(name, *both, permutations) for name, both in pairs.texts.items()]
    return [*tested, *filter(None, words)]


def _test(
    numbers: dict[str, tuple[list[Any], list[Any]]],
    categories: dict[str, tuple[list[Any], list[Any]]],
    alpha: float,
) -> list[dict[str, Any]]:
    was = {name: both[0] for name, both in [*numbers.items(), *categories.items()]}
    now = {name: both[1] for name, both in [*numbers.items(), *categories.items()]}
    detector = pantau.DataDriftDetector(was, alpha)
    found = detector.detect_all_drifts(now, [*numbers], [*categories])
    return [
        {
            "column": row["feature"],
            "test": row["test"],
            "statistic": row["statistic"],
            "p_value": row["p_value"],
            "effect": row["max_distribution_shift"],
        }
        for row in found["features"]
    ]


def _test_words(
    name: str, was: list[str], now: list[str], permutations: int
) -> dict[str, Any] | None:
    """Whether texts are made of the same words; None where there are too few."""
    first, second = _some(was), _some(now)
    if min(len(first), len(second)) < 2:
        return None
    counter = pantau.TfidfVectorizer(max_features=_WORDS, use_idf=False, norm=None)
    try:
        matrix = counter.fit_transform(first + second)
    except pantau.InvalidInputError:
        return None
    # A matrix of SciPy's where that is installed.
    counts = matrix.to_numpy() if hasattr(matrix, "to_numpy") else matrix.toarray()
    lengths = ((counts * counts).sum(axis=1, keepdims=True) + 1e-12) ** 0.5
    vectors, here = counts / lengths, len(first)
    test = stats.mmd if len(counts) <= _PAIRS_UP_TO else stats.mmd_random_features
    found = test(vectors[:here], vectors[here:], permutations=permutations)
    words = [part.sum(axis=0).astype(int) for part in (counts[:here], counts[here:])]
    # Where one table has no word at all, every word would have to move.
    is_empty = min(part.sum() for part in words) == 0
    effect = 1.0 if is_empty else stats.total_variation(*words).value
    return {
        "column": f"{name} (words)",
        "test": "mmd",
        "statistic": found.statistic,
        "p_value": found.pvalue,
        "effect": effect,
    }


def _judge(tested: list[dict[str, Any]], alpha: float, min_effect: float) -> None:
    adjusted = stats.holm([row["p_value"] for row in tested])
    for row, pvalue in zip(tested, adjusted, strict=True):
        row["p_value_adjusted"] = pvalue
        is_sure = pvalue < alpha
        is_large = row["effect"] >= min_effect
        row["verdict"] = "no drift" if not is_sure else "drift" if is_large else "small change"


def _some(texts: list[str]) -> list[str]:
    if len(texts) <= _TEXTS:
        return texts
    return [texts[place * len(texts) // _TEXTS] for place in range(_TEXTS)]


def _cells(column: list[Any]) -> list[Any]:
    """Cells as they are meant: what is empty is missing."""
    cells = [None if isinstance(cell, str) and not cell.strip() else cell for cell in column]
    return [None if isinstance(cell, float) and math.isnan(cell) else cell for cell in cells]


def _kind(cells: list[Any]) -> str:
    known = [cell for cell in cells if cell is not None]
    if not known:
        return "empty"
    if any(isinstance(cell, (dict, list)) for cell in known):
        return "nested"
    if all(_number(cell) is not None for cell in known):
        return "number"
    if all(_is_time(cell) for cell in known):
        return "time"
    words = sum(len(str(cell).split()) for cell in known)
    return "text" if words > 3 * len(known) else "category"


def _number(cell: Any) -> float | None:
    if isinstance(cell, bool) or not isinstance(cell, (int, float, str)):
        return None
    try:
        number = float(cell)
    except (ValueError, OverflowError):
        return None
    return number if math.isfinite(number) else None


def _numbers(cells: list[Any]) -> list[float]:
    return [math.nan if cell is None else float(cell) for cell in cells]


def _category(cell: Any) -> str | None:
    return None if cell is None else str(cell)


def _present(cells: list[Any]) -> list[str]:
    return [str(cell) for cell in cells if cell is not None]


def _words(text: str) -> int:
    return len(text.split())


def _rows(table: rows.Table) -> int:
    return len(next(iter(table.values())))


def _is_time(cell: Any) -> bool:
    if isinstance(cell, datetime):
        return True
    try:
        datetime.fromisoformat(str(cell).replace("Z", "+00:00"))
    except ValueError:
        return False
    return True


def _is_counter(was: list[float], now: list[float]) -> bool:
    """Whether whole numbers only grow from row to row, as ids do."""
    return all(
        len(cells) > 2
        and all(cell.is_integer() for cell in map(float, cells) if not math.isnan(cell))
        and all(first < second for first, second in pairwise(cells))
        for cells in (was, now)
    )


def _why(first: str, second: str) -> str:
    if "empty" in (first, second):
        return "all its cells are missing"
    if first == second == "time":
        return "it holds times"
    if first == second == "nested":
        return "its cells are lists or objects"
    plural = {
        "number": "numbers",
        "time": "times",
        "category": "words",
        "text": "texts",
        "nested": "lists or objects",
    }
    return f"it held {plural[first]}, and holds {plural[second]}"
