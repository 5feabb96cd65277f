"""How the story is told: chapters, figures in columns, a bar for each day."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Sequence
from typing import TextIO

_WIDTH = 96
_BAR = 40
_MOST_COLUMNS = 72
_LEVELS = "▁▂▃▄▅▆▇█"
# For terminals and files that know no more than ASCII.
_PLAIN = str.maketrans("█░─→…▁▂▃▄▅▆▇", "#.->._.:-=+*")


class Teller:
    """Writes the story to a stream; without one, it keeps it to itself."""

    def __init__(self, stream: TextIO | None) -> None:
        self._stream = stream
        self._chapters = 0
        self._encoding = getattr(stream, "encoding", None) or "utf-8"
        try:
            _LEVELS.encode(self._encoding)
            self._is_plain = False
        except UnicodeEncodeError:
            self._is_plain = True

    @property
    def is_heard(self) -> bool:
        return self._stream is not None

    def line(self, text: str = "") -> None:
        """A line as it is."""
        if self._stream is None:
            return
        if self._is_plain:
            text = text.translate(_PLAIN)
        shown = text.encode(self._encoding, "replace").decode(self._encoding)
        # Who reads it through a pipe wants to see each day when it is over, too.
        print(shown.rstrip(), file=self._stream, flush=True)

    def chapter(self, title: str) -> None:
        self._chapters += 1
        self.line()
        self.line(f"{self._chapters}. {title}")

    def fact(self, name: str, text: str) -> None:
        """A name, and what there is to say of it, wrapped beside it."""
        first = f"   {name:<19} "
        lines = textwrap.wrap(
            text,
            _WIDTH,
            initial_indent=first,
            subsequent_indent=" " * len(first),
            break_on_hyphens=False,
        )
        for line in lines:
            self.line(line)

    def mark(self, text: str) -> None:
        """A rule with words in it, between two days."""
        self.line(f"   ── {text} {'─' * (_WIDTH - len(text) - 7)}")

    def days(self) -> None:
        """The head of the table of days."""
        self.line(f"   day               texts  {'right':<{_BAR + 7}}  drift   evidence")

    def day(
        self, day: int, date: str, texts: int, right: float, status: str, evidence: float
    ) -> None:
        """A day: how many texts came, how many were right, and how it was judged."""
        filled = round(right * _BAR)
        bar = "█" * filled + "░" * (_BAR - filled)
        shown = "ALARM" if status == "alarm" else status.replace("changed_small", "small")
        judged = f"{shown:<6}  {evidence:8,.1f}"
        self.line(f"   {day:>3}  {date:<10}  {texts:>6,}  {bar} {right:6.1%}  {judged}")

    def code(self, lines: Iterable[str]) -> None:
        for line in lines:
            self.line(f"    {line}")


def sparkline(shares: Sequence[float]) -> str:
    """Shares as a row of bars from 0 to 1, one for each; of many, one for some of them."""
    columns = min(len(shares), _MOST_COLUMNS)
    bars = []
    for column in range(columns):
        start, end = (len(shares) * at // columns for at in (column, column + 1))
        mean = sum(shares[start:end]) / (end - start)
        bars.append(_LEVELS[min(int(mean * len(_LEVELS)), len(_LEVELS) - 1)])
    return "".join(bars)
