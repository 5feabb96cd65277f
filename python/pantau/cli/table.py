"""Tables for people, and the same rows parted by tabs for the programs they are piped into."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence

_Cell = str | int | float | None


def show(headings: Sequence[str], rows: Iterable[Sequence[_Cell]]) -> None:
    """Print rows: on a terminal as a table, elsewhere one a line, parted by tabs."""
    if sys.stdout.isatty():
        print(*aligned(headings, rows), sep="\n")
        return
    for row in rows:
        print("\t".join(_text(cell) for cell in row).rstrip())


def aligned(headings: Sequence[str], rows: Iterable[Sequence[_Cell]]) -> list[str]:
    """The lines of a table; columns of numbers stand to the right."""
    kept = [list(row) for row in rows]
    columns = [[_text(row[place]) for row in kept] for place in range(len(headings))]
    is_right = [
        bool(kept) and all(isinstance(row[place], (int, float)) for row in kept)
        for place in range(len(headings))
    ]
    widths = [max(map(len, [head, *cells])) for head, cells in zip(headings, columns, strict=True)]
    lines = []
    for cells in [list(headings), *map(list, zip(*columns, strict=True))]:
        parts = zip(cells, widths, is_right, strict=True)
        lines.append("  ".join(f"{c:>{w}}" if right else f"{c:<{w}}" for c, w, right in parts))
    return [line.rstrip() for line in lines]


def facts(named: Iterable[tuple[str, object]], width: int = 12) -> None:
    """Print names and what they are, one a line; what is empty is left out."""
    for name, value in named:
        if value not in ("", None):
            print(f"{name:<{width}}{value}")


def _text(cell: _Cell) -> str:
    if isinstance(cell, float):
        return f"{cell:.4g}"
    return "" if cell is None else " ".join(str(cell).split())
