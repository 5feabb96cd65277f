"""What the commands share: how they are declared, and how they refuse."""

from __future__ import annotations

import argparse
import json
import os
from typing import Any

EXIT_CODES = """\
exit codes:
  0  done
  1  it could not be done, and standard error says why; or a check found what it looks for
     (validate, retrain, drift --fail-on-drift, demo)
  2  the command itself is wrong
  130  it was interrupted
"""


def group(commands: Any, name: str, summary: str) -> Any:
    group = commands.add_parser(name, help=summary, description=f"To {summary}.")
    return group.add_subparsers(metavar="COMMAND", required=True)


def command(
    commands: Any,
    name: str,
    run: Any,
    summary: str | None,
    description: str,
    *,
    examples: str = "",
) -> argparse.ArgumentParser:
    """A command; one without a summary works, but no help lists it."""
    lines = "".join(f"  {line}\n" for line in examples.splitlines())
    command: argparse.ArgumentParser = commands.add_parser(
        name,
        **({} if summary is None else {"help": summary}),
        description=description,
        epilog=(f"examples:\n{lines}\n" if lines else "") + EXIT_CODES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    command.add_argument("--json", action="store_true", help="print JSON, for programs")
    command.set_defaults(run=run, refuse=command.error, optional=[])
    return command


def optional(command: argparse.ArgumentParser, name: str, metavar: str, help: str) -> None:
    """An argument that may be left out, and may stand behind options."""
    command.add_argument(name, metavar=metavar, nargs="?", help=help)
    command.set_defaults(optional=[*command.get_default("optional"), name])


def either(
    options: argparse.Namespace, given: list[str | None], wanted: list[tuple[str, str, str | None]]
) -> list[str]:
    """What an option or else an argument names; ``wanted`` are metavar, option and its value."""
    arguments = [value for value in given if value is not None]
    found = []
    for metavar, flag, value in wanted:
        if value is not None:
            found.append(value)
        elif arguments:
            found.append(arguments.pop(0))
        else:
            options.refuse(f"{metavar} is missing: name it, or give {flag}")
    if arguments:
        flags = " and ".join(flag for _, flag, value in wanted if value is not None)
        options.refuse(f"{arguments[0]} is one too many: {flags} says it already; use one of them")
    return found


def print_json(value: object) -> None:
    print(json.dumps(value, indent=2))


def count(text: str) -> int:
    """How many of something, or the number of a version: 1 or more."""
    number = int(text)
    if not 1 <= number < 2**32:
        raise argparse.ArgumentTypeError(f"{text} is not 1 to {2**32 - 1}")
    return number


def columns(command: argparse.ArgumentParser) -> None:
    text_column(command)
    command.add_argument("--label", default="label", help="the column of the labels; label")


def text_column(command: argparse.ArgumentParser) -> None:
    command.add_argument("--text", default="text", help="the column of the texts; text")


def is_missing(place: str) -> bool:
    """Whether a place is a path where nothing is, which opening would make."""
    return "://" not in place and place != "memory:" and not os.path.exists(place)
