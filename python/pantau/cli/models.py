"""The commands about bundles: making one of a checkpoint, and saying what is in one."""

from __future__ import annotations

import argparse
from typing import Any

import pantau
from pantau.cli.command import command, print_json
from pantau.cli.places import bundle_path, model_arguments
from pantau.cli.table import facts


def add(commands: Any) -> None:
    """Add the commands about bundles."""
    convert = command(
        commands,
        "convert",
        _convert,
        "make a bundle of a checkpoint",
        "Makes a bundle, the folder that models are opened from, of a checkpoint: a folder as\n"
        "Hugging Face's or sentence-transformers' save_pretrained makes it, or one with a\n"
        "model.onnx that another program exported. Neither torch nor transformers is needed.",
        examples="pantau convert ./checkpoint ./sentiment\n"
        "pantau convert ./checkpoint ./sentiment --weights int8 --calibration texts.txt",
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

    bundle = command(
        commands,
        "bundle",
        _bundle,
        "say what a bundle is",
        "Says what model is in a bundle. Every file is compared with the manifest first.",
        examples="pantau bundle ./sentiment --verify",
    )
    bundle.add_argument("bundle", metavar="BUNDLE", help="the bundle, or a workspace")
    model_arguments(bundle)
    bundle.add_argument(
        "--verify",
        action="store_true",
        help="also open the model and let it pass the self-test that its maker left",
    )


def describe(bundle: pantau.Bundle, *, verified: bool = False) -> None:
    """Print what a bundle is, for people."""
    manifest = bundle.manifest
    task = manifest["task"]
    size = sum(entry["bytes"] for entry in manifest["files"].values())
    facts(
        [
            ("bundle", bundle.path),
            ("name", manifest["name"]),
            ("task", task["kind"]),
            ("labels", ", ".join(task.get("labels", []))),
            ("answers", "any number of labels" if task.get("activation") == "sigmoid" else ""),
            ("vectors", _vectors(task)),
            ("family", manifest["family"]),
            ("weights", manifest["weights"]),
            ("learnt from", _learned(manifest.get("learned"))),
            ("tested", _tested(manifest.get("learned"))),
            ("agreement", _agreement(manifest.get("quantization"))),
            ("max tokens", f"{manifest['max_tokens']:,}" if "max_tokens" in manifest else ""),
            ("size", f"{size / 1e6:,.1f} MB in {len(manifest['files'])} files"),
            ("made by", f"pantau {manifest['pantau']}"),
            ("id", bundle.id),
            ("verified", "files, graph and self-test" if verified else ""),
        ]
    )


def as_dict(bundle: pantau.Bundle) -> dict[str, Any]:
    """What a bundle is, for programs."""
    return {"path": bundle.path, "id": bundle.id, "manifest": bundle.manifest}


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
    if options.json:
        print_json(as_dict(bundle))
    else:
        describe(bundle)


def _bundle(options: argparse.Namespace) -> None:
    bundle = pantau.Bundle.open(bundle_path(options))
    if options.verify:
        bundle.verify()
        is_classifier = bundle.manifest["task"]["kind"] == "classifier"
        (pantau.Classifier if is_classifier else pantau.Encoder).open(bundle).close()
    if options.json:
        print_json(as_dict(bundle))
    else:
        describe(bundle, verified=options.verify)


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
