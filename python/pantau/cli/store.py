"""The commands about a store."""

from __future__ import annotations

import argparse
import json
from typing import Any, Literal

import pantau
from pantau.cli import data
from pantau.cli.command import command, group, print_json
from pantau.cli.places import open_store, store_argument
from pantau.cli.table import aligned, facts


def add(commands: Any) -> None:
    """Add the commands about a store and its data."""
    schema = command(
        commands,
        "schema",
        _schema,
        "print the tables of a store, or the columns of features",
        "Prints the SQL that makes a new database. Stores make their tables by themselves; this\n"
        "is for those who want to read it, or to make them as somebody else. With --features,\n"
        "prints the columns that texts are measured by, and the hash that tells two ways to\n"
        "measure apart.",
        examples="pantau schema --dialect sqlite\n"
        "pantau schema --features\n"
        "pantau schema --features feature_config.json --json",
    )
    schema.add_argument(
        "--dialect", choices=["postgres", "sqlite"], help="whose SQL; the default is postgres"
    )
    schema.add_argument(
        "--features",
        metavar="FILE",
        nargs="?",
        const="",
        help="the schema of features: as this feature_config.json says, or the usual one",
    )
    schema.add_argument(
        "--language", choices=["id", "en"], help="of the usual features: the language; id"
    )

    store = group(commands, "store", "look after a store")
    verify = command(
        store,
        "verify",
        _verify_store,
        "check that the audit log was not changed",
        "Walks the audit log and checks that no record was changed, removed or put in between.\n"
        "Keep the hash of the last record, the head, elsewhere, to notice a log made anew.",
        examples="pantau store verify ./app",
    )
    store_argument(verify)

    _recent_command(store)
    data.add_old_names(store)
    _erase_commands(store)


def _recent_command(commands: Any) -> None:
    recent = command(
        commands,
        "recent",
        _recent,
        "say what the last predictions come to",
        "Says how many predictions there were, how sure they were and which labels they gave.",
        examples="pantau store recent ./app --hours 168 --model sentiment",
    )
    store_argument(recent)
    recent.add_argument("--hours", type=float, default=24.0, help="how far back; 24")
    recent.add_argument("--model", help="those of this model only")


def _erase_commands(commands: Any) -> None:
    forget = command(
        commands,
        "forget",
        _forget,
        "delete all that is stored of a subject",
        "Deletes all that is stored of a subject, in all tables. The audit log keeps the fact.",
        examples="pantau store forget ./app customer-17 --actor sari",
    )
    store_argument(forget)
    forget.add_argument("subject", metavar="SUBJECT", help="who it is, as consents named them")
    retain = command(
        commands,
        "retain",
        _retain,
        "delete what is too old",
        "Deletes what is older than so many days, in all tables. The audit log keeps the fact.",
        examples="pantau store retain ./app 365 --actor sari",
    )
    store_argument(retain)
    retain.add_argument("days", metavar="DAYS", type=float, help="how many days are kept")
    for deletion in [forget, retain]:
        deletion.add_argument("--actor", required=True, help="who does it, for the audit log")


def _verify_store(options: argparse.Namespace) -> None:
    check = open_store(options.store).verify_audit()
    if options.json:
        print_json(check)
    else:
        facts([("records", f"{check['records']:,}"), ("head", check["head"] or "none")])


def _forget(options: argparse.Namespace) -> None:
    _print_deleted(options, open_store(options.store).forget(options.subject, actor=options.actor))


def _retain(options: argparse.Namespace) -> None:
    _print_deleted(options, open_store(options.store).retain(options.days, actor=options.actor))


def _print_deleted(options: argparse.Namespace, deleted: dict[str, int]) -> None:
    if options.json:
        print_json(deleted)
        return
    facts(((table, f"{rows:,}") for table, rows in deleted.items()), width=16)
    facts([("rows deleted", f"{sum(deleted.values()):,}")], width=16)


def _recent(options: argparse.Namespace) -> None:
    store = open_store(options.store)
    found = store.summary(hours=options.hours, model=options.model)
    if options.json:
        print_json(found)
        return
    confidence, time = found["mean_confidence"], found["mean_ms"]
    facts(
        [
            ("count", f"{found['count']:,}"),
            ("failed", f"{found['failed']:,}"),
            ("confidence", "" if confidence is None else f"{confidence:.3f}"),
            ("time", "" if time is None else f"{time:.2f} ms"),
        ]
    )
    for label in found["labels"]:
        print(f"  {label['label']:<10}{label['count']:>10,}  {label['share']:6.1%}")


def _schema(options: argparse.Namespace) -> None:
    if options.features is not None:
        if options.dialect is not None:
            options.refuse("--dialect is of tables, and --features prints none")
        _features(options)
        return
    if options.language is not None:
        options.refuse("--language is of --features")
    dialect: Literal["postgres", "sqlite"] = options.dialect or "postgres"
    sql = pantau.schema(dialect)
    if options.json:
        print_json({"dialect": dialect, "sql": sql})
    else:
        print(sql.rstrip())


def _features(options: argparse.Namespace) -> None:
    if options.features and options.language is not None:
        options.refuse(f"--language: {options.features} says which")
    if options.features:
        config = pantau.text.FeatureConfig.load(options.features)
    else:
        config = pantau.text.FeatureConfig(options.language or "id")
    # One row shows of which type each column is.
    table = pantau.text.FeatureExtractor(config).extract(["Bagus!"])
    columns = [{"name": name, "type": type(table[name][0]).__name__} for name in table.columns]
    if options.json:
        known = {"version": config.version, "schema_hash": config.schema_hash}
        print_json({**known, "columns": columns, "config": json.loads(config.to_json())})
        return
    facts(
        [
            ("language", config.language),
            ("version", config.version),
            ("schema hash", config.schema_hash),
            ("stemmer", config.stemmer or "none"),
        ],
        width=26,
    )
    print()
    print(*aligned(["column", "type"], [[own["name"], own["type"]] for own in columns]), sep="\n")
