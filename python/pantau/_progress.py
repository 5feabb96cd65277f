"""A progress bar for long calls, in a terminal or a notebook."""

from __future__ import annotations

import importlib
import shutil
import sys
import time
from typing import Any

# Redrawing more often than the eye follows only slows the work down.
_SECONDS_BETWEEN_DRAWS = 0.1
_WIDTH = 30


class Progress:
    """Shows how much of ``total`` is done, where someone can see it."""

    def __init__(self, total: int, unit: str = "texts") -> None:
        self._total = total
        self._unit = unit
        self._done = 0
        self._started = time.monotonic()
        self._drawn = 0.0
        self._display = _notebook_display()
        self._visible = self._display is not None or _is_terminal(sys.stderr)

    def advance(self, count: int) -> None:
        self._done += count
        now = time.monotonic()
        if self._visible and now - self._drawn >= _SECONDS_BETWEEN_DRAWS:
            self._drawn = now
            self._draw()

    def close(self) -> None:
        if self._visible:
            self._draw()
            if self._display is None:
                sys.stderr.write("\n")

    def line(self) -> str:
        """The bar as one line of text."""
        share = self._done / self._total if self._total else 1.0
        seconds = max(time.monotonic() - self._started, 1e-9)
        figures = (
            f" {share:4.0%} {self._done:,}/{self._total:,} {self._unit}, "
            f"{self._done / seconds:,.{0 if self._unit == 'texts' else 1}f}/s"
        )
        # A line that wraps could not be drawn over; a notebook has no such edge.
        space = _WIDTH if self._display else shutil.get_terminal_size().columns - len(figures) - 1
        width = max(0, min(_WIDTH, space))
        filled = round(share * width)
        return f"{'█' * filled}{'░' * (width - filled)}{figures}"

    def _draw(self) -> None:
        if self._display is None:
            sys.stderr.write(f"\r{self.line()}")
            sys.stderr.flush()
        else:
            self._display.update({"text/plain": self.line()}, raw=True)


def _is_terminal(stream: Any) -> bool:
    # A program without a console has no stderr.
    return stream is not None and stream.isatty()


def _notebook_display() -> Any:
    """A display handle if this runs in a notebook; IPython is not imported for it."""
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython is not None else None
    if shell is None or not hasattr(shell, "kernel"):
        return None
    display = importlib.import_module("IPython.display").display
    return display({"text/plain": ""}, raw=True, display_id=True)
