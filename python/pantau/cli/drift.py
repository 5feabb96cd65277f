"""The command ``pantau drift``."""

from __future__ import annotations

import argparse
import json
from typing import Any

import pantau
from pantau.cli import places, rows
from pantau.cli.command import command, print_json

_WRITTEN = (".json", ".csv", ".txt")


def add(commands: Any) -> None:
    """Add the command that compares."""
    drift = command(
        commands,
        "drift",
        _drift,
        "say whether one table, or what comes to a model, is like what was",
        "Says of each column of two tables whether it is the same, or, of a workspace, whether\n"
        "what comes to a model is like what it learnt from.\n\n"
        "Columns of numbers are compared by the test of Kolmogorov and Smirnov, other columns by\n"
        "chi-square, and exactly where values are rare; of texts, which have more than three\n"
        "words on average, the lengths, and the words by the maximum mean discrepancy; where\n"
        "cells are missing, how many are. P-values are adjusted by Holm's method: where nothing\n"
        "drifts, a look finds something with the probability --alpha at most, however many\n"
        "columns there are. The effect is the share of rows, or of words, that would have to\n"
        "move. A column drifts if its p-value is below --alpha and its effect at least\n"
        "--min-effect, or if it became another kind of column. Who looks every day should use a\n"
        "workspace: its alarms hold over time.",
        examples="pantau drift january.csv february.csv\n"
        "pantau drift january.csv february.csv --columns rating review --output drift.json\n"
        "pantau drift ./app sentiment --fail-on-drift",
    )
    drift.add_argument("reference", metavar="REFERENCE", help="the table that was, or a workspace")
    drift.add_argument("current", metavar="CURRENT", help="the table that is, or its model")
    drift.add_argument(
        "--columns", metavar="NAME", nargs="+", help="compare these; by default all that both have"
    )
    drift.add_argument("--alpha", type=float, help="how often nothing may be taken for drift; 0.05")
    drift.add_argument("--min-effect", type=float, help="what is no drift yet; 0.03")
    drift.add_argument(
        "--output", metavar="FILE", help="also write what was found: .json, .csv or .txt"
    )
    drift.add_argument(
        "--fail-on-drift", action="store_true", help="end with the exit code 1 if there is drift"
    )


def _drift(options: argparse.Namespace) -> None:
    if places.is_workspace(options.reference):
        has_drifted = _of_workspace(options)
    else:
        has_drifted = _of_tables(options)
    if has_drifted and options.fail_on_drift:
        raise SystemExit(1)


def _of_workspace(options: argparse.Namespace) -> bool:
    for name in ("columns", "alpha", "min_effect"):
        if getattr(options, name) is not None:
            flag = name.replace("_", "-")
            options.refuse(f"--{flag} is of tables; a workspace has settings of its own")
    if options.output:
        rows.check_ending(options.output, (".json", ".txt"))
    with places.open_workspace(options.reference) as workspace:
        check = workspace.check(options.current)
    report = check.drift
    if report is None:
        raise pantau.InvalidInputError(f"{options.current}: {check.unwatched}")
    if options.output:
        as_json = options.output.lower().endswith(".json")
        with rows.whole(options.output) as file:
            file.write((report.to_json() if as_json else str(report).rstrip()) + "\n")
    print(report.to_json() if options.json else str(report).rstrip())
    return report.status == "alarm"


def _of_tables(options: argparse.Namespace) -> bool:
    if options.output:
        rows.check_ending(options.output, _WRITTEN)
    was, now = rows.read(options.reference), rows.read(options.current)
    for name in options.columns or ():
        rows.column(was, name, options.reference)
        rows.column(now, name, options.current)
    given = {name: getattr(options, name) for name in ("alpha", "min_effect")}
    try:
        found = pantau.compare_tables(
            was,
            now,
            options.columns,
            **{name: value for name, value in given.items() if value is not None},
        )
    except pantau.InvalidInputError as error:
        files = f"{options.reference}, {options.current}"
        raise pantau.InvalidInputError(f"{files}: {error}") from error
    told = {"reference": options.reference, "current": options.current, **found.to_dict()}
    text = str(found)
    if options.output:
        _write(options.output, told, text)
    if options.json:
        print_json(told)
    else:
        print(text)
    return found.drift_detected


def _write(path: str, told: dict[str, Any], text: str) -> None:
    if rows.check_ending(path, _WRITTEN) == ".csv":
        names = list(told["columns"][0])
        rows.write(path, {name: [row[name] for row in told["columns"]] for name in names})
        return
    if not path.lower().endswith(".txt"):
        text = json.dumps(told, indent=2)
    with rows.whole(path) as file:
        file.write(text + "\n")
