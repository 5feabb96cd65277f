"""The commands about a store, and about data for it."""

from __future__ import annotations

import argparse
from typing import Any

import pantau
from pantau.cli.command import command, group, is_missing, print_json


def add(commands: Any) -> None:
    """Add the commands about a store and its data."""
    schema = command(
        commands,
        "schema",
        _schema,
        "print the SQL of a store's tables",
        "Prints the SQL that makes a new database. Stores make their tables by themselves; this\n"
        "is for those who want to read it, or to make them as somebody else.",
    )
    schema.add_argument(
        "--dialect",
        choices=["postgres", "sqlite"],
        default="postgres",
        help="whose SQL; the default is postgres",
    )

    store = group(commands, "store", "look after a store")
    verify = command(
        store,
        "verify",
        _verify_store,
        "check that the audit log was not changed",
        "Walks the audit log and checks that no record was changed, removed or put in between.\n"
        "Keep the hash of the last record, the head, elsewhere, to notice a log made anew.",
    )
    _store(verify)

    _transfer_commands(store)
    _erase_commands(store)

    validate = command(
        commands,
        "validate",
        _validate,
        "say what is wrong with labelled data",
        "Looks through labelled data, once, and says what is wrong with it. The exit code is 1 if\n"
        "a check failed.",
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


def _transfer_commands(commands: Any) -> None:
    recent = command(
        commands,
        "recent",
        _recent,
        "say what the last predictions come to",
        "Says how many predictions there were, how sure they were and which labels they gave.",
    )
    _store(recent)
    recent.add_argument("--hours", type=float, default=24.0, help="how far back; 24")
    recent.add_argument("--model", help="those of this model only")

    export = command(
        commands,
        "export",
        _export,
        "write a table into a file",
        "Writes rows of a table into a file that ends in .csv, .jsonl or .parquet.",
    )
    _store(export)
    export.add_argument("table", metavar="TABLE", help="a table, such as predictions")
    export.add_argument("file", metavar="FILE", help="the file")
    export.add_argument("--hours", type=float, help="only those of the last hours")
    export.add_argument("--limit", type=int, help="only so many, the latest")
    export.add_argument(
        "--for-spreadsheets",
        action="store_true",
        help="put an apostrophe in front of texts that a spreadsheet would run",
    )

    take = command(
        commands,
        "import",
        _import,
        "import labelled reviews",
        "Imports the reviews of a CSV, JSON Lines or Parquet file. Rows that cannot be imported\n"
        "are kept aside with the reason.",
    )
    _store(take)
    take.add_argument("file", metavar="FILE", help="the file")
    take.add_argument(
        "--consent",
        action="store_true",
        required=True,
        help="say that the writers agreed to have their texts kept, anonymised",
    )
    take.add_argument("--text", help="the column of the texts, if it has no usual name")
    take.add_argument("--label", help="the column of the labels, if it has no usual name")
    take.add_argument("--labels", nargs="*", help="the labels there may be")
    take.add_argument("--clean", choices=["id", "en"], help="also keep the texts clean")


def _erase_commands(commands: Any) -> None:
    forget = command(
        commands,
        "forget",
        _forget,
        "delete all that is stored of a subject",
        "Deletes all that is stored of a subject, in all tables. The audit log keeps the fact.",
    )
    _store(forget)
    forget.add_argument("subject", metavar="SUBJECT", help="who it is, as consents named them")
    retain = command(
        commands,
        "retain",
        _retain,
        "delete what is too old",
        "Deletes what is older than so many days, in all tables. The audit log keeps the fact.",
    )
    _store(retain)
    retain.add_argument("days", metavar="DAYS", type=float, help="how many days are kept")
    for deletion in [forget, retain]:
        deletion.add_argument("--actor", required=True, help="who does it, for the audit log")


def _store(command: argparse.ArgumentParser) -> None:
    command.add_argument("store", metavar="STORE", help="a folder, a file, or postgresql://…")


def _verify_store(options: argparse.Namespace) -> None:
    check = _open_store(options.store).verify_audit()
    if options.json:
        print_json(check)
    else:
        print(f"{'records':<12}{check['records']:,}")
        print(f"{'head':<12}{check['head'] or 'none'}")


def _open_store(place: str) -> pantau.Store:
    if is_missing(place):
        raise pantau.NotFoundError(f"the store {place} not found: check the path")
    return pantau.Store.open(place)


def _forget(options: argparse.Namespace) -> None:
    _print_deleted(options, _open_store(options.store).forget(options.subject, actor=options.actor))


def _retain(options: argparse.Namespace) -> None:
    _print_deleted(options, _open_store(options.store).retain(options.days, actor=options.actor))


def _print_deleted(options: argparse.Namespace, deleted: dict[str, int]) -> None:
    if options.json:
        print_json(deleted)
        return
    for table, rows in deleted.items():
        print(f"{table:<16}{rows:,}")
    print(f"{'rows deleted':<16}{sum(deleted.values()):,}")


def _recent(options: argparse.Namespace) -> None:
    store = _open_store(options.store)
    found = store.summary(hours=options.hours, model=options.model)
    if options.json:
        print_json(found)
        return
    print(f"{'count':<12}{found['count']:,}")
    print(f"{'failed':<12}{found['failed']:,}")
    if found["mean_confidence"] is not None:
        print(f"{'confidence':<12}{found['mean_confidence']:.3f}")
    if found["mean_ms"] is not None:
        print(f"{'time':<12}{found['mean_ms']:.2f} ms")
    for label in found["labels"]:
        print(f"  {label['label']:<10}{label['count']:>10,}  {label['share']:6.1%}")


def _export(options: argparse.Namespace) -> None:
    written = _open_store(options.store).export(
        options.table,
        options.file,
        for_spreadsheets=options.for_spreadsheets,
        hours=options.hours,
        limit=options.limit,
        progress=True,
    )
    if options.json:
        print_json(written)
    else:
        print(f"{written['rows']:,} rows, {written['bytes']:,} bytes in {options.file}")


def _import(options: argparse.Namespace) -> None:
    named = {"text": options.text, "label": options.label}
    report = pantau.Store.open(options.store).import_reviews(
        options.file,
        consent=pantau.Consent(),
        columns={role: name for role, name in named.items() if name},
        labels=options.labels or None,
        clean=options.clean,
        progress=True,
    )
    if options.json:
        print_json(report)
        return
    for what in ["rows", "written", "duplicates", "rejected"]:
        print(f"{what:<12}{report[what]:,}")
    for rejection in report["first"]:
        print(f"  line {rejection['line']}: {rejection['reason']}")
    if report["rejected_file"]:
        print(f"{'kept in':<12}{report['rejected_file']}")


def _validate(options: argparse.Namespace) -> None:
    report = pantau.validate(
        options.data,
        text=options.text,
        label=options.label or None,
        labels=options.labels or None,
        max_share=options.max_share,
        progress=True,
    )
    print(report.to_json() if options.json else report)
    if not report:
        raise SystemExit(1)


def _schema(options: argparse.Namespace) -> None:
    sql = pantau.schema(options.dialect)
    if options.json:
        print_json({"dialect": options.dialect, "sql": sql})
    else:
        print(sql.rstrip())
