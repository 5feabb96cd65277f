"""The whole story, on reviews that it makes itself: a model, a change, and the model after it.

make demo
"""

from __future__ import annotations

import sys

from pantau import demo

if __name__ == "__main__":
    sys.exit(1 if demo.run(stream=sys.stdout).broken else 0)
