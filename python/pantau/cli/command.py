"""What the commands share: how they are declared, and how they print."""

from __future__ import annotations

import argparse
import json
import os
from typing import Any

EXIT_CODES = """\
exit codes:
  0  done
  1  it could not be done; standard error says why
  2  the command itself is wrong
"""


def group(commands: Any, name: str, summary: str) -> Any:
    group = commands.add_parser(name, help=summary, description=f"To {summary}.")
    return group.add_subparsers(metavar="COMMAND", required=True)


def command(
    commands: Any, name: str, run: Any, summary: str, description: str
) -> argparse.ArgumentParser:
    command: argparse.ArgumentParser = commands.add_parser(
        name,
        help=summary,
        description=description,
        epilog=EXIT_CODES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    command.add_argument("--json", action="store_true", help="print JSON, for programs")
    command.set_defaults(run=run)
    return command


def print_json(value: object) -> None:
    print(json.dumps(value, indent=2))


def columns(command: argparse.ArgumentParser) -> None:
    command.add_argument("--text", default="text", help="the column of the texts; text")
    command.add_argument("--label", default="label", help="the column of the labels; label")


def is_missing(place: str) -> bool:
    """Whether a place is a path where nothing is, which opening would make."""
    return "://" not in place and place != "memory:" and not os.path.exists(place)
