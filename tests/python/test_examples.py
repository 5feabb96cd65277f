"""The first programs, as a developer runs them."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

# What the first programs that learn print, in every language.
_FIRST_LEARNT = """\
good, because:
  Kurirnya +0.09
  cepat, +0.36
  tapi +0.00
  mahal -0.33
right on 1.00 of 4 reviews; of all, on 0.51 to 1.00
"""

# What the first programs that remember print.
_FIRST_REMEMBERED = """\
version 1 answers: good
forgotten: {'feedback': 1, 'predictions': 1}
"""

# What the first programs that watch print, in every language.
_FIRST_WATCHED = """\
OK: nothing changed in 5 windows
ALARM: changed since window 6: length: 26 % fewer rows below 216
  length: 26 % fewer rows below 216
find out why; then acknowledge it, retrain, or re-baseline if this is the new normal
  8 windows, the last of 200 rows; evidence 1460.0 of 365 (1 false alarm in 365 windows allowed)

Accuracy
  audited: 88.1 % of the answers are right (75.3 to 95.8, at any time), from 109 labels of 109 rows
  picked by chance
"""

# What the first programs with a workspace print, in every language.
_FIRST_LOOP = """\
version 1 of sentiment is in use: 100.0 % right on 297 test texts
positive, by version 1
no reason to train anew
version 2 of sentiment is in use: yes
version 1 is a shadow; no row is labelled yet that both have answered
rolled back to version 1
"""


def test_the_first_program_with_a_workspace_prints_what_it_should(
    root: Path, tmp_path: Path
) -> None:
    command = [sys.executable, str(root / "examples" / "workspace.py"), str(tmp_path / "app")]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120)
    assert (done.returncode, done.stdout) == (0, _FIRST_LOOP), done.stderr


def test_the_first_program_that_watches_prints_what_it_should(root: Path) -> None:
    command = [sys.executable, str(root / "examples" / "watching.py")]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120)
    assert (done.returncode, done.stdout) == (0, _FIRST_WATCHED), done.stderr


def test_the_first_program_that_remembers_prints_what_it_should(root: Path, tmp_path: Path) -> None:
    bundle = str(tmp_path / "reviews")
    learn = [sys.executable, str(root / "examples" / "learning.py"), bundle]
    subprocess.run(learn, check=True, capture_output=True, timeout=120)
    command = [sys.executable, str(root / "examples" / "state.py"), bundle, str(tmp_path / "state")]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120)
    assert (done.returncode, done.stdout) == (0, _FIRST_REMEMBERED), done.stderr


def test_the_first_program_that_learns_prints_what_it_should(root: Path, tmp_path: Path) -> None:
    command = [sys.executable, str(root / "examples" / "learning.py"), str(tmp_path / "reviews")]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120)
    assert (done.returncode, done.stdout) == (0, _FIRST_LEARNT), done.stderr
