"""The command ``pantau drift``."""

from __future__ import annotations

import argparse
import json
from typing import Any

import pantau
from pantau.cli import places, rows
from pantau.cli.command import command, print_json
from pantau.cli.comparing import compare
from pantau.cli.table import aligned

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
        "chi-square; of texts, which have more than three words on average, the lengths, and the\n"
        "words by the maximum mean discrepancy. P-values are adjusted by Holm's method: where\n"
        "nothing drifts, a look finds something with the probability --alpha at most, however\n"
        "many columns there are. The effect is the share of rows, or of words, that would have\n"
        "to move. A column drifts if its p-value is below --alpha and its effect at least\n"
        "--min-effect. Who looks every day should use a workspace: its alarms hold over time.",
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
        report = workspace.check(options.current).drift
    if report is None:
        raise pantau.InvalidInputError(
            f"{options.current}: nothing is watched: its version in use has no reference"
        )
    if options.output:
        as_json = options.output.lower().endswith(".json")
        with rows.whole(options.output) as file:
            file.write((report.to_json() if as_json else str(report).rstrip()) + "\n")
    print(report.to_json() if options.json else str(report).rstrip())
    return report.status == "alarm"


def _of_tables(options: argparse.Namespace) -> bool:
    alpha = 0.05 if options.alpha is None else options.alpha
    min_effect = 0.03 if options.min_effect is None else options.min_effect
    if not 0 < alpha < 1:
        raise pantau.InvalidInputError(f"--alpha: {alpha} is not between 0 and 1")
    if not 0 <= min_effect <= 1:
        raise pantau.InvalidInputError(f"--min-effect: {min_effect} is not 0 to 1")
    if options.output:
        rows.check_ending(options.output, _WRITTEN)
    found = compare(options.reference, options.current, options.columns, alpha, min_effect)
    if options.output:
        _write(options.output, found)
    if options.json:
        print_json(found)
    else:
        print(*_lines(found), sep="\n")
    return bool(found["drift_detected"])


def _write(path: str, found: dict[str, Any]) -> None:
    if rows.check_ending(path, _WRITTEN) == ".csv":
        names = list(found["columns"][0])
        rows.write(path, {name: [row[name] for row in found["columns"]] for name in names})
        return
    if path.lower().endswith(".txt"):
        text = "\n".join(_lines(found)) + "\n"
    else:
        text = json.dumps(found, indent=2) + "\n"
    with rows.whole(path) as file:
        file.write(text)


def _lines(found: dict[str, Any]) -> list[str]:
    headings = ["column", "test", "statistic", "p (Holm)", "effect", "verdict"]
    names = ["column", "test", "statistic", "p_value_adjusted", "effect", "verdict"]
    table = aligned(headings, [[row[name] for name in names] for row in found["columns"]])
    drifted = sum(row["verdict"] == "drift" for row in found["columns"])
    count = len(found["columns"])
    return [
        *table,
        "",
        f"{drifted or 'none'} of {count} drifted: {found['rows']['reference']:,} rows in "
        f"{found['reference']}, {found['rows']['current']:,} in {found['current']}",
        f"where nothing drifts, at most {found['alpha']:.3g} of all looks find something (Holm); "
        f"effects below {found['min_effect']:g} are small",
        *(f"not compared: {name}: {why}" for name, why in found["not_compared"].items()),
        *(f"note: {note}" for note in found["notes"]),
    ]
