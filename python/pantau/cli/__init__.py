"""The command ``pantau``: parses, calls, prints."""

from __future__ import annotations

import argparse
import io
import os
import platform
import sys

import pantau
from pantau.cli import (
    answers,
    completion,
    data,
    demo,
    drift,
    learning,
    loop,
    models,
    registry,
    rollout,
    runs,
    serve,
    store,
    telemetry,
    watching,
)
from pantau.cli.command import EXIT_CODES, command, print_json
from pantau.cli.manual import Manual


def main(arguments: list[str] | None = None) -> int:
    """Run the command and return its exit code."""
    options = _parse(arguments)
    if isinstance(sys.stdout, io.TextIOWrapper):
        # Arguments can hold what a terminal cannot show.
        sys.stdout.reconfigure(errors="replace")
    try:
        options.run(options)
        sys.stdout.flush()
    except BrokenPipeError:
        # Whoever read the answers, such as ``head``, has seen enough.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except KeyboardInterrupt:
        return 130
    except (pantau.Error, OSError, UnicodeError) as error:
        print(f"pantau: {error}", file=sys.stderr)
        return 1
    return 0


def _parse(arguments: list[str] | None) -> argparse.Namespace:
    parser = build_parser()
    options, rest = parser.parse_known_args(arguments)
    if any(text.startswith("-") for text in rest):
        parser.error(f"unrecognized arguments: {' '.join(rest)}")
    # Arguments that may be left out and stand behind an option are not taken for what they are.
    for name in options.optional:
        if rest and getattr(options, name) is None:
            setattr(options, name, rest.pop(0))
    if rest and hasattr(options, "texts"):
        options.texts += rest
    elif rest:
        parser.error(f"unrecognized arguments: {' '.join(rest)}")
    return options


def build_parser() -> argparse.ArgumentParser:
    """All commands and their options."""
    parser = Manual(
        prog="pantau",
        description="Runs text classifiers without a server: makes them, asks them, keeps watch\n"
        "over them, and trains them anew.",
        epilog=EXIT_CODES,
    )
    commands = parser.add_subparsers(
        metavar="COMMAND", required=True, parser_class=argparse.ArgumentParser
    )
    parts = [learning, models, answers, loop, watching, drift, registry, rollout, runs, data]
    for part in [*parts, store, telemetry, serve, demo]:
        part.add(commands)
    completion.add(commands, build_parser)
    command(
        commands,
        "version",
        _version,
        "say which versions are in use",
        "Says the versions of Pantau and Python, and which ONNX Runtime is found.",
        examples="pantau version --json",
    )
    return parser


def _version(options: argparse.Namespace) -> None:
    found: dict[str, str] | None = None
    problem = None
    try:
        runtime = pantau.Runtime.load()
        found = {"version": runtime.version, "path": runtime.path, "origin": runtime.origin}
    except pantau.Error as error:
        problem = str(error)
    python = platform.python_version()
    if options.json:
        versions = {"pantau": pantau.__version__, "python": python, "onnxruntime": found}
        print_json({**versions, **({"problem": problem} if problem else {})})
        return
    print(f"{'pantau':<12}{pantau.__version__}")
    print(f"{'python':<12}{python}")
    if found:
        print(f"{'onnxruntime':<12}{found['version']} ({found['origin']}: {found['path']})")
    else:
        print(f"{'onnxruntime':<12}none that can be used; {problem}")
