"""The command ``pantau drift``."""

from __future__ import annotations

import argparse
import json
from typing import Any

import pantau
from pantau.cli import places, rows
from pantau.cli.command import command, print_json

_WRITTEN = (".json", ".csv", ".txt")
_NESTED = "its cells are lists or objects"


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
        "chi-square; of texts, which have more than three words on average, the lengths, and the\n"
        "words by the maximum mean discrepancy; where cells are missing, how many are. P-values\n"
        "are adjusted by Holm's method: where nothing drifts, a look finds something with the\n"
        "probability --alpha at most, however many columns there are. The effect is the share of\n"
        "rows, or of words, that would have to move. A column drifts if its p-value is below\n"
        "--alpha and its effect at least --min-effect. Who looks every day should use a\n"
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
    nested = [name for name in was if name in now and _is_nested(was[name] + now[name])]
    for name in options.columns or ():
        if name in nested:
            raise pantau.InvalidInputError(f"columns: {name}: {_NESTED}")
    given = {name: getattr(options, name) for name in ("alpha", "min_effect")}
    before, after = (
        {name: [*map(_cell, cells)] for name, cells in table.items() if name not in nested}
        for table in (was, now)
    )
    try:
        found = pantau.compare_tables(
            before,
            after,
            options.columns,
            **{name: value for name, value in given.items() if value is not None},
        )
    except pantau.InvalidInputError as error:
        raise pantau.InvalidInputError(
            f"{options.reference}, {options.current}: {error}"
        ) from error
    told = {"reference": options.reference, "current": options.current, **found.to_dict()}
    left_out = {} if options.columns else dict.fromkeys(nested, _NESTED)
    told["not_compared"] |= left_out
    text = "\n".join([str(found), *(f"not compared: {name}: {_NESTED}" for name in left_out)])
    if options.output:
        _write(options.output, told, text)
    if options.json:
        print_json(told)
    else:
        print(text)
    return found.drift_detected


def _is_nested(cells: list[Any]) -> bool:
    return any(isinstance(cell, (dict, list)) for cell in cells)


def _cell(cell: Any) -> str | None:
    """What is written in a cell, from which the library tells what it is."""
    return None if cell is None or cell != cell else str(cell)


def _write(path: str, told: dict[str, Any], text: str) -> None:
    if rows.check_ending(path, _WRITTEN) == ".csv":
        names = list(told["columns"][0])
        rows.write(path, {name: [row[name] for row in told["columns"]] for name in names})
        return
    if not path.lower().endswith(".txt"):
        text = json.dumps(told, indent=2)
    with rows.whole(path) as file:
        file.write(text + "\n")
