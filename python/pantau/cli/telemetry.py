"""The commands about what is told to the tools that keep an eye on machines."""

from __future__ import annotations

import argparse
import math
import re
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import pantau
from pantau.cli.command import command, group, print_json
from pantau.cli.places import open_workspace, workspace_argument

_SAMPLE = re.compile(r"^(\w+)(?:\{(.*)\})? (\S+)$", re.MULTILINE)
_LABEL = re.compile(r'(\w+)="((?:[^"\\]|\\.)*)"')
_ESCAPED = {"\\n": "\n", '\\"': '"', "\\\\": "\\"}


def add(commands: Any) -> None:
    """Add the commands about metrics, the dashboard and the alerts."""
    telemetry = group(commands, "telemetry", "tell Prometheus and Grafana how models stand")
    metrics = command(
        telemetry,
        "metrics",
        _metrics,
        "print what Prometheus reads",
        "Prints what all processes that have a workspace open tell Prometheus, in its text\n"
        "format: what was answered, how sure and how fast, what failed, and how drift and\n"
        "accuracy of the models in use stand now. A service tells the same at /metrics. With\n"
        "--json, each sample has its name, its labels and its value.",
        examples="pantau telemetry metrics ./app\n"
        "pantau telemetry metrics ./app --aliases > /var/lib/node_exporter/pantau.prom",
    )
    workspace_argument(metrics)
    metrics.add_argument(
        "--aliases", action="store_true", help="also under the names that older systems gave them"
    )
    command(
        telemetry,
        "dashboard",
        _dashboard,
        "print a dashboard for Grafana",
        "Prints a dashboard as Grafana imports it, which is JSON. It shows what `metrics` tells,\n"
        "and nothing that is not measured.",
        examples="pantau telemetry dashboard > dashboard.json",
    )
    command(
        telemetry,
        "alerts",
        _alerts,
        "print alerts for Prometheus",
        "Prints a file of rules as Prometheus reads them, which is YAML. With --json, it is the\n"
        "text `rules` of an object.",
        examples="pantau telemetry alerts > alerts.yml",
    )


def _metrics(options: argparse.Namespace) -> None:
    with open_workspace(options.workspace) as workspace:
        with suppress(pantau.Error):
            for model in workspace.models_in_use():
                # Only of models that are loaded it is known how they stand. What cannot be found
                # out is left out of the page, which tells if the store is away.
                with suppress(pantau.Error):
                    workspace.info(model)
        page = workspace.metrics(aliases=options.aliases, fresh=True)
    if options.json:
        print_json(list(_samples(page)))
    else:
        print(page, end="")


def _samples(page: str) -> Iterator[dict[str, Any]]:
    for name, labels, value in _SAMPLE.findall(page):
        named = {label: _plain(text) for label, text in _LABEL.findall(labels)}
        yield {"name": name, "labels": named, "value": _number(value)}


def _plain(value: str) -> str:
    return re.sub(r"\\.", lambda found: _ESCAPED[found[0]], value)


def _number(text: str) -> float | str:
    if text.isdigit():
        return int(text)
    number = float(text)
    # JSON has no infinity; it stays as Prometheus writes it.
    return number if math.isfinite(number) else text


def _dashboard(options: argparse.Namespace) -> None:
    print(pantau.dashboard().rstrip("\n"))


def _alerts(options: argparse.Namespace) -> None:
    if options.json:
        print_json({"rules": pantau.alert_rules()})
    else:
        print(pantau.alert_rules(), end="")
