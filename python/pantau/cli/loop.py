"""The commands about a workspace: making one, training anew, keeping watch."""

from __future__ import annotations

import argparse
import json
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pantau
from pantau.cli.command import command, count, optional, print_json
from pantau.cli.places import open_workspace, workspace_argument
from pantau.cli.settings import read_settings
from pantau.cli.table import show


def add(commands: Any) -> None:
    """Add the commands about a workspace."""
    init = command(
        commands,
        "init",
        _init,
        "make a workspace",
        "Makes a workspace, the folder in which a model is trained, served, watched and trained\n"
        "anew. `pantau train DATA WORKSPACE --model NAME` puts a first model into it.",
        examples="pantau init ./app",
    )
    workspace_argument(init)

    triggers = command(
        commands,
        "triggers",
        _triggers,
        "say whether a model should be trained anew",
        "Says whether a model should be trained anew, and of each reason that there is not, why\n"
        "not. It looks and does nothing.",
        examples="pantau triggers ./app sentiment",
    )
    workspace_argument(triggers, "model")

    retrain = command(
        commands,
        "retrain",
        _retrain,
        "train a model anew, if there is a reason",
        "Trains a model anew if there is a reason. The new version is in use if it passes the\n"
        "gates. That there was no reason is no failure; that a version was rejected or its\n"
        "training failed is one.",
        examples="pantau retrain ./app sentiment\n"
        "pantau retrain ./app sentiment --force --actor sari",
    )
    workspace_argument(retrain, "model")
    retrain.add_argument("--force", action="store_true", help="train even without a reason")
    retrain.add_argument("--actor", help="who does it; by default the user of this system")

    label = command(
        commands,
        "label",
        _label,
        "list the answers that somebody should label, or label one",
        "Lists the answers that were picked by chance for somebody to label: id, label, text,\n"
        "parted by tabs; the text is there if its writer agreed. With an id and a label, labels\n"
        "that answer.",
        examples="pantau label ./app sentiment --limit 10\n"
        "pantau label ./app sentiment 01a2269c-c3a8-76ba-9ed4-4d7a148d25fc negative",
    )
    workspace_argument(label, "model")
    optional(label, "id", "ID", "the id of an answer")
    optional(label, "label", "LABEL", "its right label")
    label.add_argument("--limit", type=count, default=100, help="at most so many; 100")

    said = command(
        commands,
        "feedback",
        _feedback,
        "say whether an answer was right",
        "Says of an answer, by its id (pantau predict --json tells it), whether it was right, or\n"
        "its right label.",
        examples="pantau feedback ./app 01a226b8-... --wrong --label negative",
    )
    workspace_argument(said)
    said.add_argument("id", metavar="ID", help="the id of the answer")
    either = said.add_mutually_exclusive_group()
    either.add_argument("--right", dest="correct", action="store_true", default=None)
    either.add_argument("--wrong", dest="correct", action="store_false", default=None)
    said.add_argument("--label", help="its right label")
    said.add_argument("--source", default="user", help="who says so; user")

    settings = command(
        commands,
        "settings",
        _settings,
        "show or change how a model is served, watched and trained anew",
        "Shows how a model is served, watched and trained anew, as JSON. With --set or --config,\n"
        "changes it: all processes follow within a second.",
        examples="pantau settings ./app sentiment\n"
        'pantau settings ./app sentiment --set \'{"triggers": {"schedule": "0 2 * * *"}}\'',
    )
    workspace_argument(settings, "model")
    changes = settings.add_mutually_exclusive_group()
    changes.add_argument(
        "--set", metavar="JSON", help='what changes, such as \'{"triggers": {"new_data": 1000}}\''
    )
    changes.add_argument("--config", metavar="FILE", help="the same as a JSON, YAML or TOML file")
    settings.add_argument("--actor", help="who does it; by default the user of this system")

    watch = command(
        commands,
        "watch",
        _watch,
        "keep watch: train models anew whenever there is a reason",
        "Looks at models again and again, and trains them anew when there is a reason. Where the\n"
        "settings say so, it promotes a challenger that has won, and withdraws one that has not.\n"
        "With --once it looks once, for cron; without, it runs until it is told to stop, as\n"
        "systemd does. It ends after what it has begun. With --json, each look is a line of JSON.\n"
        "The webhook that PANTAU_WEBHOOK names is told what happens.",
        examples="pantau watch ./app\npantau watch ./app sentiment --once",
    )
    workspace_argument(watch)
    watch.add_argument(
        "models", metavar="MODEL", nargs="*", help="which models; by default all that are in use"
    )
    watch.add_argument(
        "--every", type=_seconds, default=60.0, metavar="SECONDS", help="how often it looks; 60"
    )
    watch.add_argument("--once", action="store_true", help="look once")


def _seconds(text: str) -> float:
    seconds = float(text)
    if not 1 <= seconds <= 86_400:
        raise argparse.ArgumentTypeError(f"{text} is not 1 to 86400 seconds")
    return seconds


def _init(options: argparse.Namespace) -> None:
    with pantau.open(options.workspace) as workspace:
        folder = str(workspace.folder)
    if options.json:
        print_json({"folder": folder})
    else:
        print(f"{folder} is a workspace")


def _triggers(options: argparse.Namespace) -> None:
    with open_workspace(options.workspace) as workspace:
        report = workspace.evaluate_triggers(options.model)
    if options.json:
        print_json(report)
        return
    print(report["summary"]["sentence"])
    for mark, name in [("+", "triggers"), ("!", "held_back"), ("-", "not_fired")]:
        for own in report[name]:
            print(f"  {mark} {own['type']:<13}{own['reason']}")


def _retrain(options: argparse.Namespace) -> None:
    with open_workspace(options.workspace) as workspace:
        record = workspace.retrain(
            options.model, force=options.force, actor=options.actor, progress=not options.json
        )
    if options.json:
        print_json(record)
    else:
        print(f"{record['status']}: {record['reason']}")
    if record["status"] in ("rejected", "failed"):
        raise SystemExit(1)


def _label(options: argparse.Namespace) -> None:
    if (options.id is None) != (options.label is None):
        raise pantau.InvalidInputError("label: name both the id and its label, or neither")
    with open_workspace(options.workspace) as workspace:
        if options.id is not None:
            if not workspace.feedback(options.id, label=options.label, source="audit"):
                raise pantau.NotFoundError(f"answer {options.id} not found: check its id")
            if options.json:
                print_json({"id": options.id, "label": options.label})
            return
        rows = workspace.to_label(options.model, options.limit)
    if options.json:
        print_json(rows)
        return
    show(
        ["id", "label", "text"],
        [[row["id"], row["predicted_label"], row.get("input_text")] for row in rows],
    )


def _feedback(options: argparse.Namespace) -> None:
    with open_workspace(options.workspace) as workspace:
        if workspace.store.prediction(options.id) is None:
            raise pantau.NotFoundError(f"answer {options.id} not found: check its id")
        workspace.feedback(options.id, options.correct, options.label, source=options.source)
    if options.json:
        print_json({"id": options.id, "correct": options.correct, "label": options.label})


def _settings(options: argparse.Namespace) -> None:
    with open_workspace(options.workspace) as workspace:
        if options.set is None and options.config is None:
            print_json(workspace.settings(options.model))
            return
        changes = read_settings(options.config) if options.set is None else _stated(options.set)
        for name in ("model", "actor"):
            if name in changes:
                raise pantau.InvalidInputError(f"settings: unknown field `{name}`")
        settled = workspace.configure(options.model, actor=options.actor, **changes)
        if options.model not in workspace.registry.models():
            # That may come, or be a slip.
            print(f"pantau: there is no model {options.model} yet", file=sys.stderr)
        print_json(settled)


def _stated(text: str) -> dict[str, Any]:
    try:
        changes = json.loads(text)
    except ValueError as error:
        raise pantau.InvalidInputError(f"--set: is no JSON ({error})") from error
    if not isinstance(changes, dict):
        raise pantau.InvalidInputError(f"--set: expected an object, got {text}")
    return changes


def _watch(options: argparse.Namespace) -> None:
    ended = threading.Event()
    with _signals(ended), open_workspace(options.workspace) as workspace:
        while True:
            models = options.models or workspace.models_in_use()
            is_whole = True
            for model in models:
                if ended.is_set():
                    return
                is_whole = _look(workspace, model, options) and is_whole
            if options.once and not is_whole:
                raise SystemExit(1)
            if options.once or ended.wait(options.every):
                return


@contextmanager
def _signals(ended: threading.Event) -> Iterator[None]:
    """Let the signals that end a process end what it does between two looks instead."""
    before = {
        number: signal.signal(number, lambda *_: ended.set())
        for number in (signal.SIGTERM, signal.SIGINT)
    }
    try:
        yield
    finally:
        # Whoever called `main` in a program of their own wants theirs again.
        for number, handler in before.items():
            signal.signal(number, handler)


def _look(workspace: pantau.Workspace, model: str, options: argparse.Namespace) -> bool:
    """Look after a model; whether that could be done."""
    try:
        record: dict[str, Any] = workspace.look_after(model)
    except pantau.BusyError as busy:
        # Another process is at it, which is as well.
        record = {"model": model, "status": "busy", "reason": str(busy)}
    except pantau.UnreachableError as away:
        if options.once:
            raise
        record = {"model": model, "status": "away", "reason": str(away)}
    except pantau.Error as error:
        # One model that is broken keeps nobody from looking after the others.
        record = {"model": model, "status": "broken", "reason": str(error)}
    line = json.dumps(record) if options.json else None
    print(line or f"{model}: {record['status']}: {record['reason']}", flush=True)
    return bool(record["status"] != "broken")
