"""The commands that bring data in and out, and look through it."""

from __future__ import annotations

import argparse
from typing import Any

import pantau
from pantau.cli.command import command, count, print_json
from pantau.cli.places import (
    is_workspace,
    named_version,
    open_store,
    open_workspace,
    store_argument,
)
from pantau.cli.table import facts

_IMPORT = (
    "Imports the labelled reviews of a CSV, JSON Lines or Parquet file into a workspace, where\n"
    "the next retraining learns from them, or into a store. Rows that cannot be imported are\n"
    "kept aside with the reason."
)
_EXPORT = "Writes rows of a table into a file that ends in .csv, .jsonl or .parquet."


def add(commands: Any) -> None:
    """Add the commands about data."""
    take = command(
        commands,
        "import",
        _import,
        "bring labelled reviews into a workspace or a store",
        _IMPORT,
        examples="pantau import june.csv ./app --consent --text review --label sentiment\n"
        "pantau import june.csv ./app --consent --model sentiment",
    )
    take.add_argument("file", metavar="FILE", help="the file")
    store_argument(take, "place")
    _import_options(take)

    export = command(
        commands,
        "export",
        _export,
        "write a table of a workspace or a store into a file",
        _EXPORT,
        examples="pantau export ./app predictions predictions.csv --hours 24\n"
        "pantau export ./app reviews reviews.parquet",
    )
    store_argument(export, "place")
    _export_options(export)
    _validate_command(commands)


def add_old_names(commands: Any) -> None:
    """Add ``store import`` and ``store export``, which came first: they do the same."""
    take = command(commands, "import", _import, None, _IMPORT)
    store_argument(take, "place")
    take.add_argument("file", metavar="FILE", help="the file")
    _import_options(take)
    export = command(commands, "export", _export, None, _EXPORT)
    store_argument(export, "place")
    _export_options(export)


def _import_options(take: argparse.ArgumentParser) -> None:
    take.add_argument(
        "--consent",
        action="store_true",
        required=True,
        help="say that the writers agreed to have their texts kept, anonymised",
    )
    take.add_argument("--text", help="the column of the texts, if it has no usual name")
    take.add_argument("--label", help="the column of the labels, if it has no usual name")
    take.add_argument("--labels", nargs="*", help="the labels there may be; by default any")
    take.add_argument(
        "--model",
        help="of a workspace: refuse labels that this model does not know, and say whether there "
        "is a reason to train it anew; all models of the workspace learn from the reviews",
    )
    take.add_argument("--clean", choices=["id", "en"], help="also keep the texts clean")
    take.add_argument(
        "--existing",
        choices=["keep", "replace", "refuse"],
        default="keep",
        help="what becomes of rows whose id is there; the default is keep",
    )


def _export_options(export: argparse.ArgumentParser) -> None:
    export.add_argument("table", metavar="TABLE", help="a table, such as predictions or reviews")
    export.add_argument("file", metavar="FILE", help="the file")
    export.add_argument("--hours", type=float, help="only those of the last hours")
    export.add_argument("--since", metavar="TIME", help="only those from this time on")
    export.add_argument("--until", metavar="TIME", help="only those before this time")
    export.add_argument("--model", help="only those of this model")
    export.add_argument("--model-version", metavar="VERSION", help="only those of this version")
    export.add_argument("--limit", type=count, help="only so many, the latest")
    export.add_argument(
        "--for-spreadsheets",
        action="store_true",
        help="put an apostrophe in front of texts that a spreadsheet would run",
    )


def _validate_command(commands: Any) -> None:
    validate = command(
        commands,
        "validate",
        _validate,
        "say what is wrong with labelled data",
        "Looks through labelled data, once, and says what is wrong with it. The exit code is 1 if\n"
        "a check failed.",
        examples="pantau validate reviews.csv --text review --label sentiment --labels good bad",
    )
    validate.add_argument("data", metavar="DATA", help="a CSV, JSON Lines or Parquet file")
    validate.add_argument("--text", default="review_text", help="the column of the texts")
    validate.add_argument("--label", default="sentiment_label", help="the column of the labels")
    validate.add_argument(
        "--labels",
        nargs="*",
        default=["positive", "negative", "neutral"],
        help="the labels there may be; none: any",
    )
    validate.add_argument("--max-share", type=float, default=0.05, help="how many rows may fail")


def _import(options: argparse.Namespace) -> None:
    if options.model is not None and options.labels:
        options.refuse("--labels: those of the --model are the ones there may be")
    labels = options.labels or None
    if options.model is not None:
        labels = _labels(options)
    named = {"text": options.text, "label": options.label}
    report = open_store(options.place, may_make=True).import_reviews(
        options.file,
        consent=pantau.Consent(),
        columns={role: name for role, name in named.items() if name},
        labels=labels,
        clean=options.clean,
        existing=options.existing,
        progress=not options.json,
    )
    triggers = None
    if options.model is not None:
        with open_workspace(options.place) as workspace:
            triggers = workspace.evaluate_triggers(options.model)
    if options.json:
        print_json({**report, **({"triggers": triggers} if triggers else {})})
        _refuse_all(report)
        return
    facts((what, f"{report[what]:,}") for what in ["rows", "written", "duplicates", "rejected"])
    for rejection in report["first"]:
        print(f"  line {rejection['line']}: {rejection['reason']}")
    facts([("kept in", report["rejected_file"])])
    if triggers:
        facts([(options.model, triggers["summary"]["sentence"])])
    _refuse_all(report)


def _refuse_all(report: dict[str, Any]) -> None:
    """A script must not go on as if there was anything new."""
    if report["rejected"] == report["rows"] > 0:
        raise SystemExit(1)


def _labels(options: argparse.Namespace) -> list[str]:
    if not is_workspace(options.place):
        options.refuse(f"--model is of a workspace, and {options.place} is none")
    with open_workspace(options.place) as workspace:
        bundle = workspace.registry.path(named_version(options.model, "champion"))
    labels: list[str] = pantau.Bundle.open(bundle).manifest["task"]["labels"]
    return labels


def _export(options: argparse.Namespace) -> None:
    written = open_store(options.place).export(
        options.table,
        options.file,
        for_spreadsheets=options.for_spreadsheets,
        hours=options.hours,
        since=options.since,
        until=options.until,
        model=options.model,
        version=options.model_version,
        limit=options.limit,
        progress=not options.json,
    )
    if options.json:
        print_json(written)
    else:
        print(f"{written['rows']:,} rows, {written['bytes']:,} bytes in {options.file}")


def _validate(options: argparse.Namespace) -> None:
    report = pantau.validate(
        options.data,
        text=options.text,
        label=options.label or None,
        labels=options.labels or None,
        max_share=options.max_share,
        progress=not options.json,
    )
    print(report.to_json() if options.json else report)
    if not report:
        raise SystemExit(1)
