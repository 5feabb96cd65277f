"""The commands that ask a model: what a text is, and why."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import islice
from typing import Any

import pantau
from pantau._progress import Progress
from pantau.cli import places, rows
from pantau.cli.command import command, print_json, text_column

_Answers = list[dict[str, Any]]

# Enough to keep the model busy, few enough for answers to come while a pipe still writes.
_TEXTS_AT_A_TIME = 4096


def add(commands: Any) -> None:
    """Add the commands that ask a model."""
    predict = command(
        commands,
        "predict",
        _predict,
        "label texts",
        "Labels texts: those given, those of a file, or one a line from standard input. Prints\n"
        "one line for each, in order: label, confidence, text, and what is odd about the text,\n"
        "parted by tabs; with --json a line of JSON for each. A workspace keeps on record what\n"
        "its version in use answers.",
        examples='pantau predict ./sentiment "Aplikasi ini sangat bagus!"\n'
        "pantau predict ./sentiment --json < reviews.txt > labels.jsonl\n"
        "pantau predict ./sentiment --input new.csv --text review --output labels.csv\n"
        "pantau predict ./app --model sentiment --model-version latest --input new.csv",
    )
    predict.add_argument(
        "bundle", metavar="BUNDLE", help="the bundle of a classifier, or a workspace"
    )
    predict.add_argument("texts", metavar="TEXT", nargs="*", help="a text to label")
    predict.add_argument("--model", help="of a workspace: the model")
    predict.add_argument(
        "--model-version",
        metavar="VERSION",
        help="of a workspace: ask this version, a number, an alias such as champion, or latest; "
        "its answers are not put on record",
    )
    predict.add_argument(
        "--input",
        metavar="FILE",
        help="label the texts of this file: .csv, .tsv, .json, .jsonl, .parquet, or .txt with one "
        "a line",
    )
    text_column(predict)
    predict.add_argument(
        "--output",
        metavar="FILE",
        help="write the rows of --input and the answers into this file: .csv, .tsv, .json or "
        ".jsonl",
    )
    predict.add_argument(
        "--consent",
        action="store_true",
        help="of a workspace: the writers agreed to have the texts kept, anonymised",
    )
    predict.add_argument("--subject", help="who wrote them, to be found and forgotten by it")
    predict.add_argument(
        "--device",
        choices=["cpu", "prefer_cuda", "require_cuda"],
        help="where the model runs; the default is cpu",
    )

    explain = command(
        commands,
        "explain",
        _explain,
        "say why a text gets its label",
        "Says what the words of a text add to the score of its label.",
        examples='pantau explain ./sentiment "Bagus tapi sering error"',
    )
    explain.add_argument(
        "bundle", metavar="BUNDLE", help="the bundle of a classifier, or a workspace"
    )
    explain.add_argument("text", metavar="TEXT", help="the text")
    places.model_arguments(explain)
    explain.add_argument("--label", help="the label to explain; by default the most probable one")


def _predict(options: argparse.Namespace) -> None:
    if options.input is not None and options.texts:
        options.refuse(f"--input names the texts already; leave out {options.texts[0]!r}")
    if options.output is not None and options.input is None:
        options.refuse("--output is for the rows of --input")
    with _asked(options) as ask:
        if options.input is not None:
            _predict_file(options, ask)
            return
        texts = iter(options.texts) if options.texts else _lines()
        # Who types wants to see the answer to each line.
        at_a_time = 1 if sys.stdin.isatty() else _TEXTS_AT_A_TIME
        while some := list(islice(texts, at_a_time)):
            _print_answers(ask(some), options.json)


@contextmanager
def _asked(options: argparse.Namespace) -> Iterator[Callable[[list[str]], _Answers]]:
    """What answers texts, as the options say."""
    if options.model is None and places.is_workspace(options.bundle):
        with places.open_workspace(options.bundle) as workspace:
            options.model = places.only_model(workspace)
    if options.model is None:
        if options.model_version is not None:
            options.refuse("--model-version is for workspaces: a bundle is one version")
        if options.consent or options.subject:
            options.refuse("--consent and --subject are for workspaces: a bundle keeps nothing")
        with pantau.Classifier.open(options.bundle, device=options.device or "cpu") as classifier:
            yield lambda texts: _answers(classifier, texts, options)
        return
    with places.open_workspace(options.bundle, device=options.device or "cpu") as workspace:
        if options.model_version is None:
            consent = pantau.Consent(options.subject) if options.consent else None
            asked = {"consent": consent, "subject": options.subject}
            yield lambda texts: [
                {"text": text, **answer.to_dict()}
                for text, answer in zip(
                    texts, workspace.predict(options.model, texts, **asked), strict=True
                )
            ]
            return
        registry = workspace.registry
        version = places.named_version(options.model, options.model_version)
        with registry.load(version, device=options.device or "cpu") as classifier:
            number = str(registry.resolve(version)[1])
            yield lambda texts: [
                {**answer, "model": options.model, "version": number}
                for answer in _answers(classifier, texts, options)
            ]


def _answers(
    classifier: pantau.Classifier, texts: list[str], options: argparse.Namespace
) -> _Answers:
    predictions = classifier.predict(texts, return_probabilities=options.json)
    return [
        {
            "text": text,
            "label": prediction.label,
            "confidence": prediction.confidence,
            "probabilities": prediction.probabilities,
            "all_labels": prediction.all_labels,
            "flags": prediction.flags,
            "novelty": prediction.novelty,
            "novelty_pvalue": prediction.novelty_pvalue,
        }
        for text, prediction in zip(texts, predictions, strict=True)
    ]


def _predict_file(options: argparse.Namespace, ask: Callable[[list[str]], _Answers]) -> None:
    if options.output is not None:
        rows.check_ending(options.output)
    table = rows.read(options.input)
    texts = rows.texts(table, options.text, options.input)
    made: dict[str, list[Any]] = {
        name: [] for name in ("predicted_label", "confidence", "flags", "novelty_pvalue")
    }
    if options.output is not None and (taken := [name for name in made if name in table]):
        raise pantau.InvalidInputError(
            f'{options.input}: has a column "{taken[0]}", which the answers need; rename it'
        )
    bar = Progress(len(texts)) if options.output is not None else None
    for start in range(0, len(texts), _TEXTS_AT_A_TIME):
        answers = ask(texts[start : start + _TEXTS_AT_A_TIME])
        if bar is None:
            _print_answers(answers, options.json)
            continue
        bar.advance(len(answers))
        for answer in answers:
            made["predicted_label"].append(answer["label"])
            made["confidence"].append(answer["confidence"])
            made["flags"].append(",".join(answer["flags"]))
            made["novelty_pvalue"].append(answer["novelty_pvalue"])
    if bar is None:
        return
    bar.close()
    rows.write(options.output, {**table, **made})
    if options.json:
        print_json({"rows": len(texts), "file": options.output})
    else:
        print(f"{len(texts):,} rows in {options.output}")


def _lines() -> Iterator[str]:
    """The lines of standard input; what is no UTF-8 is replaced, and flagged by the model."""
    for line in sys.stdin.buffer:
        yield line.decode("utf-8", "replace").rstrip("\r\n")


def _print_answers(answers: _Answers, as_json: bool) -> None:
    for answer in answers:
        if as_json:
            print(json.dumps(answer))
        else:
            text = " ".join(answer["text"].split())
            cells = [answer["label"], f"{answer['confidence']:.4f}", text]
            print("\t".join([*cells, *([",".join(answer["flags"])] if answer["flags"] else [])]))


def _explain(options: argparse.Namespace) -> None:
    with pantau.Classifier.open(places.bundle_path(options)) as classifier:
        explanation = classifier.explain(options.text, label=options.label)
    if options.json:
        print_json(explanation.to_dict())
    else:
        print(str(explanation).rstrip())
