"""The command about tracked trainings."""

from __future__ import annotations

import argparse
from typing import Any

import pantau
from pantau.cli.command import command, count, is_missing, print_json
from pantau.cli.places import is_workspace, open_workspace
from pantau.cli.table import show

# A line holds no more; --json has all.
_METRICS = 4


def add(commands: Any) -> None:
    """Add the command about runs."""
    runs = command(
        commands,
        "runs",
        _runs,
        "list what was tried, with which settings, and what came of it",
        "Lists the experiments of a place, or the runs of one of them, the latest first, or the\n"
        "best by a metric.",
        examples="pantau runs ./runs\n"
        "pantau runs ./runs first-tries\n"
        "pantau runs ./app sentiment --best macro_f1",
    )
    runs.add_argument(
        "place", metavar="PLACE", help="a workspace, a store, or the URL of an MLflow server"
    )
    runs.add_argument("experiment", metavar="EXPERIMENT", nargs="?", help="the experiment")
    runs.add_argument("--best", metavar="METRIC", help="only the best run by this metric")
    runs.add_argument("--smallest", action="store_true", help="the smallest is the best")
    runs.add_argument("--parts", action="store_true", help="list the trials of a search as well")
    runs.add_argument("--limit", type=count, default=20, help="at most so many; 20")


def _runs(options: argparse.Namespace) -> None:
    if options.experiment is None and options.best is not None:
        options.refuse("--best is of an experiment; name it")
    if options.smallest and options.best is None:
        options.refuse("--smallest says which is --best; name its metric")
    if is_workspace(options.place):
        with open_workspace(options.place) as workspace:
            _list(options, workspace.store.runs())
    elif is_missing(options.place):
        raise pantau.NotFoundError(f"the runs {options.place} not found: check the path")
    else:
        _list(options, pantau.Runs.open(options.place))


def _list(options: argparse.Namespace, runs: pantau.Runs) -> None:
    if options.experiment is None:
        experiments = runs.experiments()
        if options.json:
            print_json(experiments)
        else:
            show(["experiment"], [[name] for name in experiments])
        return
    if options.experiment not in runs.experiments():
        has = ", ".join(runs.experiments()) or "none"
        raise pantau.NotFoundError(f"experiment {options.experiment} not found: there is {has}")
    if options.best is None:
        listed = runs.list(options.experiment)
        found = [run for run in listed if options.parts or run["parent"] is None][: options.limit]
    else:
        best = runs.best(options.experiment, options.best, maximize=not options.smallest)
        found = [] if best is None else [best]
    if options.json:
        print_json(found)
        return
    show(
        ["run", "name", "status", "started", "metrics"],
        [_cells(run, options.best) for run in found],
    )


def _cells(run: dict[str, Any], first: str | None) -> list[str]:
    known = sorted(run["metrics"].items(), key=lambda metric: metric[0] != first)
    metrics = [f"{name} {metric['value']:.4g}" for name, metric in known]
    told = ", ".join(metrics[:_METRICS])
    if len(metrics) > _METRICS:
        told += f" and {len(metrics) - _METRICS} more"
    return [run["id"], run["name"], run["status"], run["started_at"][:19], told]
