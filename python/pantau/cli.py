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

_EXIT_CODES = """\
exit codes:
  0  done
  1  it could not be done; standard error says why
  2  the command itself is wrong
"""
# Enough to keep the model busy, few enough for answers to come while a pipe still writes.
_TEXTS_AT_A_TIME = 4096


def main(arguments: list[str] | None = None) -> int:
    """Run the command and return its exit code."""
    options = _parser().parse_args(arguments)
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
            "  pantau predict ./sentiment --json < reviews.txt > labels.jsonl\n\n" + _EXIT_CODES
        ),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    commands = parser.add_subparsers(metavar="COMMAND", required=True)

    convert = _command(
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

    predict = _command(
        commands,
        "predict",
        _predict,
        "label texts",
        "Labels texts: those given, or one a line from standard input. Prints one line for each,\n"
        "in order: label, confidence, text, and what is odd about the text, parted by tabs.",
    )
    predict.add_argument("bundle", metavar="BUNDLE", help="the bundle of a classifier")
    predict.add_argument("texts", metavar="TEXT", nargs="*", help="a text to label")
    predict.add_argument(
        "--device",
        choices=["cpu", "prefer_cuda", "require_cuda"],
        default="cpu",
        help="where the model runs; the default is cpu",
    )

    train = _command(
        commands,
        "train",
        _train,
        "learn a classifier from labelled texts",
        "Learns a classifier from a table of labelled texts, and makes a bundle of it. Settings\n"
        "are chosen by cross-validation; a tenth of the rows is kept aside to judge it by.",
    )
    train.add_argument("data", metavar="DATA", help="a CSV, TSV, JSON or JSON Lines file")
    train.add_argument("bundle", metavar="BUNDLE", help="the folder to make")
    _columns(train)
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

    evaluate = _command(
        commands,
        "evaluate",
        _evaluate,
        "say how good a classifier is",
        "Says how good a classifier is on a table of labelled texts.",
    )
    evaluate.add_argument("bundle", metavar="BUNDLE", help="the bundle of a classifier")
    evaluate.add_argument("data", metavar="DATA", help="a CSV, TSV, JSON or JSON Lines file")
    _columns(evaluate)
    evaluate.add_argument(
        "--mistakes", metavar="FILE", help="write the worst mistakes into this CSV file"
    )
    evaluate.add_argument(
        "--worst", type=int, default=20, help="how many mistakes are kept; the default is 20"
    )

    explain = _command(
        commands,
        "explain",
        _explain,
        "say why a text gets its label",
        "Says what the words of a text add to the score of its label.",
    )
    explain.add_argument("bundle", metavar="BUNDLE", help="the bundle of a classifier")
    explain.add_argument("text", metavar="TEXT", help="the text")
    explain.add_argument("--label", help="the label to explain; by default the most probable one")

    bundle = _command(
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

    _registry_commands(_group(commands, "registry", "look after registered models"))

    schema = _command(
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

    store = _group(commands, "store", "look after a store")
    verify = _command(
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

    validate = _command(
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

    _command(
        commands,
        "version",
        _version,
        "say which versions are in use",
        "Says the versions of Pantau and Python, and which ONNX Runtime is found.",
    )
    return parser


def _transfer_commands(commands: Any) -> None:
    recent = _command(
        commands,
        "recent",
        _recent,
        "say what the last predictions come to",
        "Says how many predictions there were, how sure they were and which labels they gave.",
    )
    _store(recent)
    recent.add_argument("--hours", type=float, default=24.0, help="how far back; 24")
    recent.add_argument("--model", help="those of this model only")

    export = _command(
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

    take = _command(
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
    forget = _command(
        commands,
        "forget",
        _forget,
        "delete all that is stored of a subject",
        "Deletes all that is stored of a subject, in all tables. The audit log keeps the fact.",
    )
    _store(forget)
    forget.add_argument("subject", metavar="SUBJECT", help="who it is, as consents named them")
    retain = _command(
        commands,
        "retain",
        _retain,
        "delete what is too old",
        "Deletes what is older than so many days, in all tables. The audit log keeps the fact.",
    )
    _store(retain)
    retain.add_argument("days", metavar="DAYS", type=float, help="how many days are kept")
    for command in [forget, retain]:
        command.add_argument("--actor", required=True, help="who does it, for the audit log")


def _registry_commands(commands: Any) -> None:
    listing = _command(
        commands,
        "list",
        _list_models,
        "list models, or the versions of one",
        "Lists the models of a registry, or the versions of one of them.",
    )
    _registry(listing)
    listing.add_argument("model", metavar="MODEL", nargs="?", help="the model")

    register = _command(
        commands,
        "register",
        _register,
        "register a bundle as the next version of a model",
        "Registers a bundle as the next version of a model, and prints its number.",
    )
    _registry(register, "model")
    register.add_argument("bundle", metavar="BUNDLE", help="the bundle")
    register.add_argument("--description", default="", help="what it is, for people")
    register.add_argument("--alias", help="an alias that it gets at once")
    _act(register)

    promote = _command(
        commands,
        "promote",
        _promote,
        "make a version the champion",
        "Makes a version the champion. The one before becomes `previous` and is archived.",
    )
    _registry(promote, "model")
    promote.add_argument("version", metavar="VERSION", type=int, help="the number of the version")
    _act(promote)

    rollback = _command(
        commands,
        "rollback",
        _rollback,
        "make the champion before the champion again",
        "Makes the champion before the champion again. A second rollback takes the first one back.",
    )
    _registry(rollback, "model")
    _act(rollback)

    history = _command(
        commands,
        "history",
        _history,
        "say which version was what, since when, and why",
        "Says of every move of an alias when it was, by whom, and why.",
    )
    _registry(history, "model")

    verify = _command(
        commands,
        "verify",
        _verify_model,
        "check a model's journal and files",
        "Checks a model's journal from its first entry, and every file of every version.",
    )
    _registry(verify, "model")


def _registry(command: argparse.ArgumentParser, *more: str) -> None:
    help = "a folder, s3://…, or the URL of an MLflow server"
    command.add_argument("registry", metavar="REGISTRY", help=help)
    for name in more:
        command.add_argument(name, metavar=name.upper(), help=f"the {name}")


def _act(command: argparse.ArgumentParser) -> None:
    command.add_argument("--actor", help="who does it; by default the user of this system")
    command.add_argument("--reason", help="why")


def _store(command: argparse.ArgumentParser) -> None:
    command.add_argument("store", metavar="STORE", help="a folder, a file, or postgresql://…")


def _columns(command: argparse.ArgumentParser) -> None:
    command.add_argument("--text", default="text", help="the column of the texts; text")
    command.add_argument("--label", default="label", help="the column of the labels; label")


def _group(commands: Any, name: str, summary: str) -> Any:
    group = commands.add_parser(name, help=summary, description=f"To {summary}.")
    return group.add_subparsers(metavar="COMMAND", required=True)


def _command(
    commands: Any, name: str, run: Any, summary: str, description: str
) -> argparse.ArgumentParser:
    command: argparse.ArgumentParser = commands.add_parser(
        name,
        help=summary,
        description=description,
        epilog=_EXIT_CODES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    command.add_argument("--json", action="store_true", help="print JSON, for programs")
    command.set_defaults(run=run)
    return command


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
        _print_json(evaluation.to_dict())
    else:
        print(str(evaluation).rstrip())


def _explain(options: argparse.Namespace) -> None:
    with pantau.Classifier.open(options.bundle) as classifier:
        explanation = classifier.explain(options.text, label=options.label)
    if options.json:
        _print_json(explanation.to_dict())
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
        _print_json({"path": bundle.path, "id": bundle.id, "manifest": manifest})
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
    with pantau.Classifier.open(options.bundle, device=options.device) as classifier:
        texts = iter(options.texts) if options.texts else _lines()
        # Who types wants to see the answer to each line.
        at_a_time = 1 if sys.stdin.isatty() else _TEXTS_AT_A_TIME
        while some := list(islice(texts, at_a_time)):
            predictions = classifier.predict(some, return_probabilities=options.json)
            _print_predictions(some, predictions, options.json)


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


def _list_models(options: argparse.Namespace) -> None:
    registry = _open_registry(options.registry)
    if options.model is None:
        models = registry.models()
        if options.json:
            _print_json(models)
        else:
            print(*models, sep="\n", end="\n" if models else "")
        return
    versions = registry.versions(options.model)
    if options.json:
        _print_json(versions)
        return
    for version in versions:
        aliases = ", ".join(version["aliases"])
        cells = [version["version"], version["stage"], aliases, version["description"]]
        print("\t".join(str(cell) for cell in cells).rstrip())


def _register(options: argparse.Namespace) -> None:
    version = pantau.Registry.open(options.registry).register(
        options.model,
        options.bundle,
        description=options.description,
        alias=options.alias,
        actor=options.actor,
        reason=options.reason,
    )
    _say_version(options, version)


def _promote(options: argparse.Namespace) -> None:
    registry = _open_registry(options.registry)
    registry.promote(options.model, options.version, actor=options.actor, reason=options.reason)
    _say_version(options, options.version)


def _rollback(options: argparse.Namespace) -> None:
    registry = _open_registry(options.registry)
    version = registry.rollback(options.model, actor=options.actor, reason=options.reason)
    _say_version(options, version)


def _say_version(options: argparse.Namespace, version: int) -> None:
    if options.json:
        _print_json({"model": options.model, "version": version})
    else:
        print(version)


def _history(options: argparse.Namespace) -> None:
    history = _open_registry(options.registry).history(options.model)
    if options.json:
        _print_json(history)
        return
    for move in history:
        versions = f"{move['from'] or 'none'} → {move['to'] or 'none'}"
        cells = [move["time"], move["actor"], move["what"], move["alias"], versions]
        print("\t".join([*cells, move.get("reason", "")]).rstrip())


def _verify_model(options: argparse.Namespace) -> None:
    check = _open_registry(options.registry).verify(options.model)
    if options.json:
        _print_json(check)
        return
    for name in ["entries", "versions", "files", "head"]:
        print(f"{name:<12}{check[name]}")


def _schema(options: argparse.Namespace) -> None:
    sql = pantau.schema(options.dialect)
    if options.json:
        _print_json({"dialect": options.dialect, "sql": sql})
    else:
        print(sql.rstrip())


def _verify_store(options: argparse.Namespace) -> None:
    check = _open_store(options.store).verify_audit()
    if options.json:
        _print_json(check)
    else:
        print(f"{'records':<12}{check['records']:,}")
        print(f"{'head':<12}{check['head'] or 'none'}")


def _is_missing(place: str) -> bool:
    """Whether a place is a path where nothing is, which opening would make."""
    return "://" not in place and place != "memory:" and not os.path.exists(place)


def _open_store(place: str) -> pantau.Store:
    if _is_missing(place):
        raise pantau.NotFoundError(f"the store {place} not found: check the path")
    return pantau.Store.open(place)


def _open_registry(place: str) -> pantau.Registry:
    if _is_missing(place):
        raise pantau.NotFoundError(f"the registry {place} not found: check the path")
    return pantau.Registry.open(place)


def _forget(options: argparse.Namespace) -> None:
    _print_deleted(options, _open_store(options.store).forget(options.subject, actor=options.actor))


def _retain(options: argparse.Namespace) -> None:
    _print_deleted(options, _open_store(options.store).retain(options.days, actor=options.actor))


def _print_deleted(options: argparse.Namespace, deleted: dict[str, int]) -> None:
    if options.json:
        _print_json(deleted)
        return
    for table, rows in deleted.items():
        print(f"{table:<16}{rows:,}")
    print(f"{'rows deleted':<16}{sum(deleted.values()):,}")


def _recent(options: argparse.Namespace) -> None:
    store = _open_store(options.store)
    found = store.summary(hours=options.hours, model=options.model)
    if options.json:
        _print_json(found)
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
        _print_json(written)
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
        _print_json(report)
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
        _print_json({**versions, **({"problem": problem} if problem else {})})
        return
    print(f"{'pantau':<12}{pantau.__version__}")
    print(f"{'python':<12}{python}")
    if found:
        print(f"{'onnxruntime':<12}{found['version']} ({found['origin']}: {found['path']})")
    else:
        print(f"{'onnxruntime':<12}none that can be used; {problem}")


def _print_json(value: object) -> None:
    print(json.dumps(value, indent=2))
