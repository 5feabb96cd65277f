"""The whole story in one program, on reviews that are made for it: ``pantau demo``.

>>> import pantau.demo
>>> len(pantau.demo.reviews(days=2, per_day=50, seed=1))
90
"""

from pantau.demo.outcome import Outcome
from pantau.demo.reviews import reviews, write_csv
from pantau.demo.story import run

__all__ = ["Outcome", "reviews", "run", "write_csv"]
