"""The commands about versions beside the one in use: rollout, challenge, withdraw, replay."""

from __future__ import annotations

import argparse
from typing import Any

import pantau
from pantau.cli.command import command, count, print_json
from pantau.cli.places import open_workspace, workspace_argument
from pantau.cli.registry import number_of
from pantau.cli.table import aligned

# More of a text does not fit beside its labels.
_LONGEST_TEXT = 60


def add(commands: Any) -> None:
    """Add the commands about versions beside the one in use."""
    challenge = command(
        commands,
        "challenge",
        _challenge,
        "put a version beside the one in use",
        "Puts a version beside the one in use. With --share it answers so many of the texts:\n"
        "those of a person, or else of a review, always by the same version; a larger share is\n"
        "given by the same command. Without, it is a shadow: it answers all texts, and only\n"
        "`pantau rollout` sees it. All processes follow within a second.",
        examples="pantau challenge ./app sentiment 2\n"
        "pantau challenge ./app sentiment challenger --share 0.1 --actor sari",
    )
    workspace_argument(challenge, "model")
    _version_argument(challenge)
    challenge.add_argument(
        "--share",
        type=float,
        default=0.0,
        help="the share of the texts that it answers, less than 1; by default 0, a shadow",
    )
    _actor(challenge)

    rollout = command(
        commands,
        "rollout",
        _rollout,
        "say how the versions beside the one in use compare with it",
        "Says of each version beside the one in use how often it was right, and how often the one\n"
        "in use was, on answers whose labels are known: of those that were picked by chance for\n"
        "`pantau label`, unless the settings let other sources count. It may be asked as often as\n"
        "one likes: how often it finds a difference where there is none holds for all looks\n"
        "together.",
        examples="pantau rollout ./app sentiment\npantau rollout ./app sentiment --json",
    )
    workspace_argument(rollout, "model")

    withdraw = command(
        commands,
        "withdraw",
        _withdraw,
        "take a version away from beside the one in use",
        "Takes a version away from beside the one in use, which answers all texts again within a\n"
        "second.",
        examples="pantau withdraw ./app sentiment 2",
    )
    workspace_argument(withdraw, "model")
    _version_argument(withdraw)
    _actor(withdraw)

    replay = command(
        commands,
        "replay",
        _replay,
        "ask a version what was asked before, and compare",
        "Asks a version the texts that were asked before, as far as their writers agreed to have\n"
        "them kept, and says what would have been answered otherwise. Nothing is put on record.",
        examples="pantau replay ./app sentiment 2\n"
        "pantau replay ./app sentiment latest --since 2026-11-01 --limit 1000 --json",
    )
    workspace_argument(replay, "model")
    _version_argument(replay)
    replay.add_argument("--since", metavar="TIME", help="only what was asked from this time on")
    replay.add_argument("--until", metavar="TIME", help="only what was asked before this time")
    replay.add_argument(
        "--limit", type=count, default=10_000, help="at most so many texts, the latest; 10000"
    )


def _version_argument(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "version",
        metavar="VERSION",
        type=_version,
        help="the version: a number, an alias, a stage, or latest",
    )


def _actor(command: argparse.ArgumentParser) -> None:
    command.add_argument("--actor", help="who does it; by default the user of this system")


def _version(text: str) -> int | str:
    return count(text) if text.isdigit() else text


def _number(workspace: pantau.Workspace, options: argparse.Namespace) -> int:
    # A number is taken as it is: a version that is gone can be withdrawn, too.
    if isinstance(options.version, int):
        return options.version
    return number_of(workspace.registry, options.model, options.version)


def _challenge(options: argparse.Namespace) -> None:
    with open_workspace(options.workspace) as workspace:
        number = _number(workspace, options)
        workspace.challenge(options.model, number, options.share, actor=options.actor)
    if options.json:
        print_json({"model": options.model, "version": number, "share": options.share})
    elif options.share:
        print(f"version {number} answers {options.share:.3g} of the texts of {options.model}")
    else:
        print(f"version {number} is a shadow of {options.model}: nobody sees what it answers")


def _withdraw(options: argparse.Namespace) -> None:
    with open_workspace(options.workspace) as workspace:
        number = _number(workspace, options)
        workspace.withdraw(options.model, number, actor=options.actor)
    if options.json:
        print_json({"model": options.model, "version": number})
    else:
        print(f"version {number} of {options.model} answers nothing any more")


def _rollout(options: argparse.Namespace) -> None:
    with open_workspace(options.workspace) as workspace:
        report = workspace.rollout(options.model)
    if options.json:
        print_json(report)
        return
    if report["challengers"]:
        print(*_compared(report), "", sep="\n")
    print(report["sentence"])
    if (best := report["recommended"]) is not None:
        print(
            f"version {best} should be in use: "
            f"`pantau registry promote {options.workspace} {options.model} {best}`"
        )


def _compared(report: dict[str, Any]) -> list[str]:
    own = f"only {report['champion']}"
    headings = ["version", "texts", "same", "labelled", "both right", "only it", own, "both wrong"]
    rows = []
    for challenger in report["challengers"]:
        pairs, same = challenger["comparison"]["pairs"], challenger["agreement"]
        numbers = [
            pairs[name] for name in ("both_right", "only_challenger", "only_champion", "both_wrong")
        ]
        rows.append(
            [
                challenger["version"],
                _role(challenger),
                "" if same is None else f"{same:.1%}",
                sum(numbers),
                *numbers,
            ]
        )
    return aligned(headings, rows)


def _role(challenger: dict[str, Any]) -> str:
    if challenger["share"]:
        return f"{challenger['share']:.1%}"
    return f"{challenger['answered']:,} unseen"


def _replay(options: argparse.Namespace) -> None:
    with open_workspace(options.workspace) as workspace:
        found = workspace.replay(
            options.model,
            _number(workspace, options),
            since=options.since,
            until=options.until,
            limit=options.limit,
            progress=not options.json,
        )
    if options.json:
        print_json(found)
        return
    print(found["sentence"])
    if found["labels"]:
        rows = [[label, *counts] for label, counts in found["labels"].items()]
        print("", *aligned(["label", "was", "would be"], rows), sep="\n")
    if found["changed"]:
        print("", *_changed(found["changed"]), sep="\n")


def _changed(rows: list[dict[str, Any]]) -> list[str]:
    headings = ["was", "would be", "sure", "right", "text"]
    return aligned(
        headings,
        [
            [
                row["before"],
                row["after"],
                f"{row['confidence']:.3f}",
                row["actual"],
                _beginning(row["text"]),
            ]
            for row in rows
        ],
    )


def _beginning(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= _LONGEST_TEXT else f"{text[: _LONGEST_TEXT - 1]}…"
