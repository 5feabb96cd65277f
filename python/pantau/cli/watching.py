"""The commands that say how a model stands: monitor, report."""

from __future__ import annotations

import argparse
import html
from typing import Any

import pantau
from pantau._progress import Progress
from pantau.cli import places, rows
from pantau.cli.command import columns, command, optional, text_column

# A file is looked at as so many windows: one odd window alone never is an alarm.
_WINDOWS = 10
_PAGES = (".html", ".json", ".txt")


def add(commands: Any) -> None:
    """Add the commands that say how a model stands."""
    monitor = command(
        commands,
        "monitor",
        _monitor,
        "say how a model stands: drift, accuracy, reasons to train anew",
        "Says how a model of a workspace stands: whether what comes is like what it learnt from,\n"
        "how accurate it is, and whether it should be trained anew. It looks and changes nothing.\n"
        "\n"
        "With --input it says the same of the rows of a file: the model answers them, in the\n"
        "order in which they stand, and what comes of it is compared with the reference that was\n"
        "made when it was trained. Nothing is put on record.",
        examples="pantau monitor ./app sentiment --output report.html\n"
        "pantau monitor ./app sentiment --input june.csv --text review --output report.json\n"
        "pantau monitor ./sentiment --input june.csv --text review",
    )
    monitor.add_argument("place", metavar="WORKSPACE", help="the workspace; with --input or bundle")
    optional(monitor, "model", "MODEL", "of a workspace: the model")
    monitor.add_argument(
        "--input", metavar="FILE", help="the rows: .csv, .tsv, .json, .jsonl, .parquet or .txt"
    )
    text_column(monitor)
    monitor.add_argument(
        "--window",
        type=int,
        metavar="ROWS",
        help="of --input: how many rows are looked at together; by default a tenth of them, and "
        "at least 30",
    )
    monitor.add_argument(
        "--output", metavar="FILE", help="also write the report: .html, .json or .txt"
    )

    report = command(
        commands,
        "report",
        _report,
        "make the page that tells how a model stands, or how good a classifier is",
        "Makes a page of all that is known of a model of a workspace: what changed, how good it\n"
        "still is, what to do. Of a bundle and a table of labelled texts it makes the page of\n"
        "the evaluation. Without --output, the page is printed as text.",
        examples="pantau report ./app sentiment --output report.html\n"
        "pantau report ./sentiment test.csv --text review --label sentiment --output test.html",
    )
    report.add_argument("place", metavar="PLACE", help="a workspace, or a bundle")
    report.add_argument("what", metavar="MODEL|DATA", help="its model, or a table for the bundle")
    columns(report)
    report.add_argument("--output", metavar="FILE", help="the page: .html, .json or .txt")


def _monitor(options: argparse.Namespace) -> None:
    if options.output:
        rows.check_ending(options.output, _PAGES)
    if options.input is not None:
        _monitor_file(options)
        return
    if options.window is not None:
        options.refuse("--window is of the rows of --input; a workspace has windows of its own")
    if options.model is None:
        options.refuse("MODEL is missing: name the workspace's model, or rows by --input")
    with places.open_workspace(options.place) as workspace:
        check = workspace.check(options.model)
    if options.output:
        check.report().save(options.output)
    print(check.to_json() if options.json else str(check).rstrip())


def _monitor_file(options: argparse.Namespace) -> None:
    bundle, settings = _watched(options)
    reference = bundle.reference()
    if reference is None:
        raise pantau.InvalidInputError(
            f"{bundle.path}: has no reference: a training keeps one from 280 test rows on"
        )
    texts = rows.texts(rows.read(options.input), options.text, options.input)
    monitor = pantau.Monitor(reference, **settings)
    least = settings.get("min_rows", 30)
    size = options.window or max(least, len(texts) // _WINDOWS)
    if size < least:
        raise pantau.InvalidInputError(f"--window: {size} rows are too few: {least} are the least")
    if len(texts) < size:
        raise pantau.InvalidInputError(
            f"{options.input}: {len(texts)} rows are too few for a window of {size}"
        )
    bar = Progress(len(texts))
    with pantau.Classifier.open(bundle) as classifier:
        classifier.watch(monitor)
        # What is left at the end belongs to the last window.
        starts = range(0, len(texts) - size + 1, size)
        for start in starts:
            end = len(texts) if start == starts[-1] else start + size
            classifier.predict(texts[start:end], return_probabilities=False)
            report = monitor.close_window()
            bar.advance(end - start)
    bar.close()
    page = pantau.Report(report, accuracy=monitor.accuracy(), title=options.input)
    if options.output:
        page.save(options.output)
    if options.json:
        print(page.to_json())
        return
    print(str(page).rstrip())
    since = report.since_window
    where = "" if since is None else f"; what changed did so from row {(since - 1) * size + 1} on"
    print(f"\n{len(texts):,} rows in windows of {size:,}{where}")


def _watched(options: argparse.Namespace) -> tuple[pantau.Bundle, dict[str, Any]]:
    """The bundle that answers, and how its workspace wants it watched."""
    if not places.is_workspace(options.place):
        if options.model is not None:
            raise pantau.InvalidInputError(
                f"{options.place}: is no workspace, so there is no model {options.model} in it"
            )
        return pantau.Bundle.open(options.place), {}
    if options.model is None:
        options.refuse("MODEL is missing: name the workspace's model")
    with places.open_workspace(options.place) as workspace:
        path = workspace.registry.path(places.named_version(options.model, "champion"))
        stated = workspace.settings(options.model)
    names = ("false_alarms", "min_effect", "min_rows")
    return pantau.Bundle.open(path), {name: stated[name] for name in names}


def _report(options: argparse.Namespace) -> None:
    if options.output:
        rows.check_ending(options.output, _PAGES)
    if places.is_workspace(options.place):
        with places.open_workspace(options.place) as workspace:
            page = workspace.report(options.what, options.output)
        print_page(options, page.to_json(), str(page))
        return
    evaluation = pantau.evaluate(
        options.place,
        options.what,
        text=options.text,
        label=options.label,
        progress=not options.json,
    )
    if options.output:
        with rows.whole(options.output) as file:
            file.write(_page(evaluation, options))
    print_page(options, evaluation.to_json(), str(evaluation))


def print_page(options: argparse.Namespace, as_json: str, text: str) -> None:
    """Print a page, or say which file it was written into."""
    if options.json:
        print(as_json)
    elif options.output:
        print(f"the report is in {options.output}")
    else:
        print(text.rstrip())


def _page(evaluation: pantau.Evaluation, options: argparse.Namespace) -> str:
    ending = rows.check_ending(options.output, _PAGES)
    if ending == ".json":
        return evaluation.to_json() + "\n"
    if ending == ".txt":
        return str(evaluation).rstrip() + "\n"
    title = html.escape(f"{options.place} on {options.what}")
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width">\n'
        f"<title>{title}</title>\n"
        "<style>body { max-width: 60em; margin: 2em auto; padding: 0 1em }</style>\n"
        f"</head>\n<body>\n<h1>{title}</h1>\n{evaluation._repr_html_()}\n"
        f"{evaluation.confusion_svg()}\n</body>\n</html>\n"
    )
