"""The commands that learn a classifier and say how good one is."""

from __future__ import annotations

import argparse
import os
from contextlib import nullcontext
from typing import Any

import pantau
from pantau.cli import places, rows
from pantau.cli.command import columns, command, either, optional, print_json
from pantau.cli.models import as_dict, describe
from pantau.cli.settings import blamed, training_settings


def add(commands: Any) -> None:
    """Add the commands that learn and judge."""
    _train_command(commands)
    evaluate = command(
        commands,
        "evaluate",
        _evaluate,
        "say how good a classifier is",
        "Says how good a classifier is on a table of labelled texts.",
        examples="pantau evaluate ./sentiment new.csv --text review --label sentiment\n"
        "pantau evaluate ./sentiment new.csv --metrics metrics.json --mistakes mistakes.csv",
    )
    evaluate.add_argument(
        "bundle", metavar="BUNDLE", help="the bundle of a classifier, or a workspace"
    )
    evaluate.add_argument("data", metavar="DATA", help="a CSV, TSV, JSON or JSON Lines file")
    places.model_arguments(evaluate)
    columns(evaluate)
    evaluate.add_argument(
        "--metrics", metavar="FILE", help="also write all that was found into this JSON file"
    )
    evaluate.add_argument(
        "--mistakes", metavar="FILE", help="write the worst mistakes into this CSV file"
    )
    evaluate.add_argument(
        "--worst", type=int, default=20, help="how many mistakes are kept; the default is 20"
    )


def _train_command(commands: Any) -> None:
    train = command(
        commands,
        "train",
        _train,
        "learn a classifier from labelled texts",
        "Learns a classifier from a table of labelled texts, and makes a bundle of it, or the\n"
        "next version of a workspace's model. Settings are chosen by cross-validation; a tenth\n"
        "of the rows is kept aside to judge it by.",
        examples="pantau train reviews.csv ./sentiment --text review --label sentiment\n"
        "pantau train --input reviews.csv --output ./sentiment --experiment tries --trials 20\n"
        "pantau train reviews.csv ./app --model sentiment",
    )
    optional(train, "data", "DATA", "a CSV, TSV, JSON or JSON Lines file")
    optional(train, "bundle", "BUNDLE", "the folder to make, or a workspace")
    train.add_argument("--input", metavar="FILE", help="the same as DATA")
    train.add_argument("--output", metavar="FOLDER", help="the same as BUNDLE")
    train.add_argument(
        "--model", help="of a workspace: the model; the texts are kept there, anonymised"
    )
    columns(train)
    train.add_argument(
        "--kind",
        choices=["tfidf-logistic", "tfidf-nb", "encoder-head"],
        help="what is learnt; the default is tfidf-logistic",
    )
    train.add_argument("--encoder", metavar="BUNDLE", help="for a head: the bundle of its encoder")
    train.add_argument(
        "--words", action="store_true", help="for a head: look at words as well as at vectors"
    )
    train.add_argument(
        "--trials",
        "--max-trials",
        type=int,
        metavar="N",
        help="how many settings are tried; by default as many as the kind has",
    )
    train.add_argument(
        "--config",
        metavar="FILE",
        help="settings as `pantau.train` names them, in a .json, .yaml or .toml; options go first",
    )
    train.add_argument("--test", metavar="FILE", help="rows to say how good it is, of their own")
    train.add_argument("--seed", type=int, help="what decides all that chance decides; 0")
    train.add_argument("--threads", type=int, help="how many threads; the result is the same")
    train.add_argument("--name", help="the model's name in messages; by default the folder's")
    train.add_argument("--overwrite", action="store_true", help="replace a bundle that is there")
    train.add_argument(
        "--replace",
        action="store_true",
        help="of a workspace: the texts take the place of all that the model was trained with",
    )
    train.add_argument(
        "--experiment",
        help="track the training, and every setting it tries, as a run of this experiment; "
        "`pantau runs` lists them",
    )
    train.add_argument(
        "--runs",
        metavar="PLACE",
        help="where runs are kept: a store, or the URL of an MLflow server; by default what "
        "MLFLOW_TRACKING_URI says, or else the folder `runs` beside the bundle",
    )


def _train(options: argparse.Namespace) -> None:
    data, target = either(
        options,
        [options.data, options.bundle],
        [("DATA", "--input", options.input), ("BUNDLE", "--output", options.output)],
    )
    if options.runs is not None and options.experiment is None:
        options.refuse("--runs says where; name the run's experiment by --experiment")
    names = ("kind", "encoder", "words", "trials", "seed", "threads")
    named = {name: getattr(options, name) for name in names}
    # Nothing that was given is left out: 0 is a seed as any other.
    named = {name: own for name, own in named.items() if own is not None and own is not False}
    if options.config is not None:
        named = {**training_settings(options.config), **named}
    if options.model is not None:
        _train_in_workspace(options, data, target, named)
        return
    if options.replace:
        options.refuse("--replace is for workspaces; --overwrite makes a bundle anew")
    places.refuse_workspace(target)
    with blamed(options.config), _run(options, target) as run:
        classifier = pantau.train(
            data,
            target,
            text=options.text,
            label=options.label,
            test=options.test,
            name=options.name,
            overwrite=options.overwrite,
            progress=not options.json,
            run=run,
            **named,
        )
    classifier.close()
    bundle = pantau.Bundle.open(target)
    if options.json:
        print_json({**as_dict(bundle), **({"run_id": run.id} if run else {})})
        return
    describe(bundle)
    if run:
        print(f"{'run':<12}{run.id} of {run.experiment} in {_runs_place(options, target)}")


def _run(options: argparse.Namespace, target: str) -> Any:
    if options.experiment is None:
        return nullcontext()
    return pantau.Runs.open(_runs_place(options, target)).start(options.experiment)


def _runs_place(options: argparse.Namespace, target: str) -> str:
    beside = os.path.join(os.path.dirname(os.path.abspath(target)), "runs")
    return options.runs or os.environ.get("MLFLOW_TRACKING_URI") or beside


def _train_in_workspace(
    options: argparse.Namespace, data: str, folder: str, named: dict[str, Any]
) -> None:
    why = {
        "test": "a fifth of its texts tests, for ever",
        "name": "--model is the name",
        "overwrite": "each training is a version of its own",
        "experiment": "its runs are kept in its store, under the model's name",
    }
    for name, reason in why.items():
        if getattr(options, name):
            options.refuse(f"--{name} is not for workspaces: {reason}")
    # It is made if there is none, as `pantau.open` does.
    with blamed(options.config), pantau.open(folder) as workspace:
        training = workspace.train(
            options.model,
            data,
            text=options.text,
            label=options.label,
            replace=options.replace,
            progress=not options.json,
            **named,
        )
    if options.json:
        print_json(training.to_dict())
    else:
        print(training)


def _evaluate(options: argparse.Namespace) -> None:
    if options.metrics:
        rows.check_ending(options.metrics, (".json",))
    evaluation = pantau.evaluate(
        places.bundle_path(options),
        options.data,
        text=options.text,
        label=options.label,
        worst=options.worst,
        progress=not options.json,
    )
    if options.mistakes:
        evaluation.mistakes_csv(options.mistakes)
    if options.metrics:
        with rows.whole(options.metrics) as file:
            file.write(evaluation.to_json() + "\n")
    if options.json:
        print_json(evaluation.to_dict())
    else:
        print(str(evaluation).rstrip())
