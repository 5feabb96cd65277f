"""A progress bar for long calls, in a terminal or a notebook."""

from __future__ import annotations

import sys
import time

# Redrawing more often than the eye follows only slows the work down.
_SECONDS_BETWEEN_DRAWS = 0.1
_WIDTH = 30


class Progress:
    """Shows how much of ``total`` is done, where someone can see it."""

    def __init__(self, total):
        self._total = total
        self._done = 0
        self._started = time.monotonic()
        self._drawn = 0.0
        self._display = _notebook_display()
        self._visible = self._display is not None or sys.stderr.isatty()

    def advance(self, count):
        self._done += count
        now = time.monotonic()
        if self._visible and now - self._drawn >= _SECONDS_BETWEEN_DRAWS:
            self._drawn = now
            self._draw()

    def close(self):
        if self._visible:
            self._draw()
            if self._display is None:
                sys.stderr.write("\n")

    def line(self):
        """The bar as one line of text."""
        share = self._done / self._total if self._total else 1.0
        filled = round(share * _WIDTH)
        seconds = max(time.monotonic() - self._started, 1e-9)
        return (
            f"{'█' * filled}{'░' * (_WIDTH - filled)} {share:4.0%} "
            f"{self._done:,}/{self._total:,} texts, {self._done / seconds:,.0f}/s"
        )

    def _draw(self):
        if self._display is None:
            sys.stderr.write(f"\r{self.line()}")
            sys.stderr.flush()
        else:
            self._display.update({"text/plain": self.line()}, raw=True)


def _notebook_display():
    """A display handle if this runs in a notebook; IPython is not imported for it."""
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython is not None else None
    if shell is None or not hasattr(shell, "kernel"):
        return None
    from IPython.display import display

    return display({"text/plain": ""}, raw=True, display_id=True)
