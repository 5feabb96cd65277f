"""``python -m pantau`` is the command ``pantau``."""

import sys

from pantau.cli import main

if __name__ == "__main__":
    sys.exit(main())
