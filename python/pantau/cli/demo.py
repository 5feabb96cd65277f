"""The command that tells the whole story."""

from __future__ import annotations

import argparse
import sys
from typing import Any

from pantau.cli.command import command, print_json


def add(commands: Any) -> None:
    """Add the command that tells the whole story."""
    demo = command(
        commands,
        "demo",
        _demo,
        "see it all on made-up reviews: a model, a change, and the model after it",
        "Lives through a month of a model within seconds: it is trained, answers reviews and is\n"
        "watched; then the app is redesigned, an alarm says so, people label some of what is new,\n"
        "and it is trained anew. The reviews are synthetic; what is done with them is real. Each\n"
        "promise is measured; one that did not come true is named, and the exit code is 1.",
        examples="pantau demo\npantau demo ./story --days 40 --seed 7",
    )
    demo.add_argument(
        "folder",
        metavar="FOLDER",
        nargs="?",
        help="where the workspace is made and kept; by default it is removed afterwards",
    )
    demo.add_argument(
        "--output",
        metavar="FOLDER",
        help="where report.html goes; by default into build, if there is one, or the workspace",
    )
    demo.add_argument("--days", type=int, default=30, help="how many days, 14 to 365; 30")
    demo.add_argument("--seed", type=int, default=0, help="what decides all that chance decides")


def _demo(options: argparse.Namespace) -> None:
    # Reviews are made of many words, which no other command needs.
    from pantau import demo

    outcome = demo.run(
        options.folder,
        days=options.days,
        seed=options.seed,
        output=options.output,
        stream=None if options.json else sys.stdout,
    )
    if options.json:
        print_json(outcome.to_dict())
    if outcome.broken:
        raise SystemExit(1)
