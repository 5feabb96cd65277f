"""The command ``pantau``: parses, calls, prints."""

from __future__ import annotations

import argparse
import io
import json
import os
import platform
import sys
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any

import pantau
from pantau.cli import loop, registry, store
from pantau.cli.command import EXIT_CODES, columns, command, print_json

# Enough to keep the model busy, few enough for answers to come while a pipe still writes.
_TEXTS_AT_A_TIME = 4096


def main(arguments: list[str] | None = None) -> int:
    """Run the command and return its exit code."""
    options = _parse(arguments)
    if isinstance(sys.stdout, io.TextIOWrapper):
        # Arguments can hold what a terminal cannot show.
        sys.stdout.reconfigure(errors="replace")
    try:
        options.run(options)
        sys.stdout.flush()
    except BrokenPipeError:
        # Whoever read the answers, such as ``head``, has seen enough.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except KeyboardInterrupt:
        return 130
    except (pantau.Error, OSError, UnicodeError) as error:
        print(f"pantau: {error}", file=sys.stderr)
        return 1
    return 0


def _parse(arguments: list[str] | None) -> argparse.Namespace:
    parser = _parser()
    options, rest = parser.parse_known_args(arguments)
    # Texts that follow an option are not taken for what they are.
    if rest and hasattr(options, "texts") and not any(text.startswith("-") for text in rest):
        options.texts += rest
    elif rest:
        parser.error(f"unrecognized arguments: {' '.join(rest)}")
    return options


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="pantau",
        description="Runs text classifiers without a server: makes them, asks them, judges them.",
        epilog=(
            "examples:\n"
            "  pantau convert ./checkpoint ./sentiment --weights int8\n"
            "  pantau train reviews.csv ./sentiment --text review --label sentiment\n"
            "  pantau evaluate ./sentiment new-reviews.csv --text review --label sentiment\n"
            '  pantau predict ./sentiment "Aplikasi ini sangat bagus!"\n'
            "  pantau predict ./sentiment --json < reviews.txt > labels.jsonl\n\n"
            "  pantau init ./app\n"
            "  pantau train reviews.csv ./app --model sentiment\n"
            "  pantau monitor ./app sentiment\n"
            "  pantau watch ./app\n\n" + EXIT_CODES
        ),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    commands = parser.add_subparsers(metavar="COMMAND", required=True)

    convert = command(
        commands,
        "convert",
        _convert,
        "make a bundle of a checkpoint",
        "Makes a bundle, the folder that models are opened from, of a checkpoint: a folder as\n"
        "Hugging Face's or sentence-transformers' save_pretrained makes it, or one with a\n"
        "model.onnx that another program exported. Neither torch nor transformers is needed.",
    )
    convert.add_argument("checkpoint", metavar="CHECKPOINT", help="the folder to convert")
    convert.add_argument("bundle", metavar="BUNDLE", help="the folder to make")
    convert.add_argument(
        "--weights",
        choices=["fp32", "fp16", "int8"],
        default="fp32",
        help="how the weights are stored: fp32 (the default), fp16 for GPUs, int8 for CPUs",
    )
    convert.add_argument("--name", help="the model's name in messages; by default the folder's")
    convert.add_argument(
        "--calibration",
        metavar="FILE",
        help="for int8: some hundred texts like those the model will read, one a line, from which "
        "it learns how large its numbers get",
    )
    convert.add_argument("--overwrite", action="store_true", help="replace a bundle that is there")

    predict = command(
        commands,
        "predict",
        _predict,
        "label texts",
        "Labels texts: those given, or one a line from standard input. Prints one line for each,\n"
        "in order: label, confidence, text, and what is odd about the text, parted by tabs.",
    )
    predict.add_argument(
        "bundle", metavar="BUNDLE", help="the bundle of a classifier, or a workspace"
    )
    predict.add_argument("--model", help="of a workspace: the model")
    predict.add_argument("texts", metavar="TEXT", nargs="*", help="a text to label")
    predict.add_argument(
        "--device",
        choices=["cpu", "prefer_cuda", "require_cuda"],
        default="cpu",
        help="where the model runs; the default is cpu",
    )

    train = command(
        commands,
        "train",
        _train,
        "learn a classifier from labelled texts",
        "Learns a classifier from a table of labelled texts, and makes a bundle of it. Settings\n"
        "are chosen by cross-validation; a tenth of the rows is kept aside to judge it by.",
    )
    train.add_argument("data", metavar="DATA", help="a CSV, TSV, JSON or JSON Lines file")
    train.add_argument("bundle", metavar="BUNDLE", help="the folder to make, or a workspace")
    train.add_argument(
        "--model", help="of a workspace: the model; the texts are kept there, anonymised"
    )
    columns(train)
    train.add_argument(
        "--kind",
        choices=["tfidf-logistic", "tfidf-nb", "encoder-head"],
        default="tfidf-logistic",
        help="what is learnt; the default is tfidf-logistic",
    )
    train.add_argument("--encoder", metavar="ENCODER", help="for a head: the bundle of its encoder")
    train.add_argument(
        "--words", action="store_true", help="for a head: look at words as well as at vectors"
    )
    train.add_argument("--test", metavar="FILE", help="rows to say how good it is, of their own")
    train.add_argument("--seed", type=int, default=0, help="what decides all that chance decides")
    train.add_argument("--threads", type=int, help="how many threads; the result is the same")
    train.add_argument("--name", help="the model's name in messages; by default the folder's")
    train.add_argument("--overwrite", action="store_true", help="replace a bundle that is there")

    evaluate = command(
        commands,
        "evaluate",
        _evaluate,
        "say how good a classifier is",
        "Says how good a classifier is on a table of labelled texts.",
    )
    evaluate.add_argument("bundle", metavar="BUNDLE", help="the bundle of a classifier")
    evaluate.add_argument("data", metavar="DATA", help="a CSV, TSV, JSON or JSON Lines file")
    columns(evaluate)
    evaluate.add_argument(
        "--mistakes", metavar="FILE", help="write the worst mistakes into this CSV file"
    )
    evaluate.add_argument(
        "--worst", type=int, default=20, help="how many mistakes are kept; the default is 20"
    )

    explain = command(
        commands,
        "explain",
        _explain,
        "say why a text gets its label",
        "Says what the words of a text add to the score of its label.",
    )
    explain.add_argument("bundle", metavar="BUNDLE", help="the bundle of a classifier")
    explain.add_argument("text", metavar="TEXT", help="the text")
    explain.add_argument("--label", help="the label to explain; by default the most probable one")

    bundle = command(
        commands,
        "bundle",
        _bundle,
        "say what a bundle is",
        "Says what model is in a bundle. Every file is compared with the manifest first.",
    )
    bundle.add_argument("bundle", metavar="BUNDLE", help="the bundle")
    bundle.add_argument(
        "--verify",
        action="store_true",
        help="also open the model and let it pass the self-test that its maker left",
    )

    loop.add(commands)
    registry.add(commands)
    store.add(commands)

    command(
        commands,
        "version",
        _version,
        "say which versions are in use",
        "Says the versions of Pantau and Python, and which ONNX Runtime is found.",
    )
    return parser


def _convert(options: argparse.Namespace) -> None:
    calibration = None
    if options.calibration is not None:
        with open(options.calibration, encoding="utf-8") as lines:
            calibration = [line.rstrip("\r\n") for line in lines]
    bundle = pantau.convert(
        options.checkpoint,
        options.bundle,
        weights=options.weights,
        name=options.name,
        overwrite=options.overwrite,
        calibration=calibration,
    )
    _describe(bundle, options.json)


def _train(options: argparse.Namespace) -> None:
    if options.model is not None:
        _train_in_workspace(options)
        return
    _refuse_workspace(options.bundle)
    classifier = pantau.train(
        options.data,
        options.bundle,
        text=options.text,
        label=options.label,
        kind=options.kind,
        test=options.test,
        encoder=options.encoder,
        words=options.words,
        seed=options.seed,
        threads=options.threads,
        name=options.name,
        overwrite=options.overwrite,
        progress=True,
    )
    classifier.close()
    _describe(pantau.Bundle.open(options.bundle), options.json)


def _train_in_workspace(options: argparse.Namespace) -> None:
    named = {
        name: getattr(options, name)
        for name in ("kind", "encoder", "words", "seed", "threads")
        if getattr(options, name) not in (None, False)
    }
    with loop.open_workspace(options.bundle) as workspace:
        training = workspace.train(
            options.model,
            options.data,
            text=options.text,
            label=options.label,
            progress=not options.json,
            **named,
        )
    if options.json:
        print_json(training.to_dict())
    else:
        print(training)


def _refuse_workspace(folder: str) -> None:
    if loop.is_workspace(folder):
        raise pantau.InvalidInputError(f"{folder}: is a workspace; name the model by --model")


def _evaluate(options: argparse.Namespace) -> None:
    evaluation = pantau.evaluate(
        options.bundle,
        options.data,
        text=options.text,
        label=options.label,
        worst=options.worst,
        progress=True,
    )
    if options.mistakes:
        evaluation.mistakes_csv(options.mistakes)
    if options.json:
        print_json(evaluation.to_dict())
    else:
        print(str(evaluation).rstrip())


def _explain(options: argparse.Namespace) -> None:
    with pantau.Classifier.open(options.bundle) as classifier:
        explanation = classifier.explain(options.text, label=options.label)
    if options.json:
        print_json(explanation.to_dict())
    else:
        print(str(explanation).rstrip())


def _bundle(options: argparse.Namespace) -> None:
    bundle = pantau.Bundle.open(options.bundle)
    if options.verify:
        bundle.verify()
        is_classifier = bundle.manifest["task"]["kind"] == "classifier"
        (pantau.Classifier if is_classifier else pantau.Encoder).open(bundle).close()
    _describe(bundle, options.json, verified=options.verify)


def _describe(bundle: pantau.Bundle, as_json: bool, *, verified: bool = False) -> None:
    manifest = bundle.manifest
    if as_json:
        print_json({"path": bundle.path, "id": bundle.id, "manifest": manifest})
        return
    task = manifest["task"]
    size = sum(entry["bytes"] for entry in manifest["files"].values())
    lines = {
        "bundle": bundle.path,
        "name": manifest["name"],
        "task": task["kind"],
        "labels": ", ".join(task.get("labels", [])),
        "answers": "any number of labels" if task.get("activation") == "sigmoid" else "",
        "vectors": _vectors(task),
        "family": manifest["family"],
        "weights": manifest["weights"],
        "learnt from": _learned(manifest.get("learned")),
        "tested": _tested(manifest.get("learned")),
        "agreement": _agreement(manifest.get("quantization")),
        "max tokens": f"{manifest['max_tokens']:,}" if "max_tokens" in manifest else "",
        "size": f"{size / 1e6:,.1f} MB in {len(manifest['files'])} files",
        "made by": f"pantau {manifest['pantau']}",
        "id": bundle.id,
        "verified": "files, graph and self-test" if verified else "",
    }
    for name, value in lines.items():
        if value:
            print(f"{name:<12}{value}")


def _vectors(task: dict[str, Any]) -> str:
    if task["kind"] != "encoder":
        return ""
    length = ", of length 1" if task["normalize"] else ""
    return f"{task['dimensions']} numbers, {task['pooling']} pooling{length}"


def _learned(learned: dict[str, Any] | None) -> str:
    if not learned or "rows" not in learned:
        return ""
    settings = ", ".join(f"{name} {value}" for name, value in learned["settings"].items())
    return f"{learned['rows']:,} texts; {settings}"


def _tested(learned: dict[str, Any] | None) -> str:
    metrics = (learned or {}).get("metrics", {})
    if "test_accuracy" not in metrics:
        return ""
    return (
        f"accuracy {metrics['test_accuracy']:.3f} (at least {metrics['test_accuracy_low']:.3f}), "
        f"macro-F1 {metrics['test_macro_f1']:.3f} on {metrics['test_rows']:,.0f} texts"
    )


def _agreement(quantization: dict[str, Any] | None) -> str:
    if quantization is None:
        return ""
    alone = (
        "the same alone and in a batch"
        if quantization["batch_invariant"]
        else f"up to {quantization['batch_difference']:.2g} apart alone and in a batch"
    )
    agreement = quantization.get("agreement")
    if agreement is None:
        return f"quantised elsewhere; on {quantization['texts']} texts {alone}"
    return f"{agreement:.4f} with fp32 on {quantization['texts']} texts; {alone}"


def _predict(options: argparse.Namespace) -> None:
    if options.model is not None:
        _predict_in_workspace(options)
        return
    _refuse_workspace(options.bundle)
    with pantau.Classifier.open(options.bundle, device=options.device) as classifier:
        texts = iter(options.texts) if options.texts else _lines()
        # Who types wants to see the answer to each line.
        at_a_time = 1 if sys.stdin.isatty() else _TEXTS_AT_A_TIME
        while some := list(islice(texts, at_a_time)):
            predictions = classifier.predict(some, return_probabilities=options.json)
            _print_predictions(some, predictions, options.json)


def _predict_in_workspace(options: argparse.Namespace) -> None:
    with loop.open_workspace(options.bundle) as workspace:
        texts = iter(options.texts) if options.texts else _lines()
        at_a_time = 1 if sys.stdin.isatty() else _TEXTS_AT_A_TIME
        while some := list(islice(texts, at_a_time)):
            for text, answer in zip(some, workspace.predict(options.model, some), strict=True):
                if options.json:
                    print(json.dumps({"text": text, **answer.to_dict()}))
                else:
                    cells = [answer.label, f"{answer.confidence:.4f}", " ".join(text.split())]
                    print("\t".join([*cells, *([",".join(answer.flags)] if answer.flags else [])]))


def _lines() -> Iterator[str]:
    """The lines of standard input; what is no UTF-8 is replaced, and flagged by the model."""
    for line in sys.stdin.buffer:
        yield line.decode("utf-8", "replace").rstrip("\r\n")


def _print_predictions(
    texts: list[str], predictions: Iterable[pantau.Prediction], as_json: bool
) -> None:
    for text, prediction in zip(texts, predictions, strict=True):
        if as_json:
            answer = {
                "text": text,
                "label": prediction.label,
                "confidence": prediction.confidence,
                "probabilities": prediction.probabilities,
                "all_labels": prediction.all_labels,
                "flags": prediction.flags,
                "novelty": prediction.novelty,
                "novelty_pvalue": prediction.novelty_pvalue,
            }
            print(json.dumps(answer))
        else:
            cells = [prediction.label, f"{prediction.confidence:.4f}", " ".join(text.split())]
            print("\t".join([*cells, *([",".join(prediction.flags)] if prediction.flags else [])]))


def _version(options: argparse.Namespace) -> None:
    found: dict[str, str] | None = None
    problem = None
    try:
        runtime = pantau.Runtime.load()
        found = {"version": runtime.version, "path": runtime.path, "origin": runtime.origin}
    except pantau.Error as error:
        problem = str(error)
    python = platform.python_version()
    if options.json:
        versions = {"pantau": pantau.__version__, "python": python, "onnxruntime": found}
        print_json({**versions, **({"problem": problem} if problem else {})})
        return
    print(f"{'pantau':<12}{pantau.__version__}")
    print(f"{'python':<12}{python}")
    if found:
        print(f"{'onnxruntime':<12}{found['version']} ({found['origin']}: {found['path']})")
    else:
        print(f"{'onnxruntime':<12}none that can be used; {problem}")
