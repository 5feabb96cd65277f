"""The whole story in one program, on reviews that are made for it.

>>> import pantau.demo
>>> [row["rating"] for row in pantau.demo.reviews(days=1, per_day=3, seed=1)]
"""

from pantau.demo.outcome import Outcome
from pantau.demo.reviews import reviews, write_csv
from pantau.demo.story import run

__all__ = ["Outcome", "reviews", "run", "write_csv"]
