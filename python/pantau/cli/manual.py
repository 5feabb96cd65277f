"""The help of the command itself: its commands by what one wants to do."""

from __future__ import annotations

import argparse

THEMES = {
    "make a model": ["train", "convert", "evaluate", "explain", "bundle", "runs"],
    "ask it": ["predict", "serve", "keys"],
    "keep watch": ["feedback", "monitor", "drift", "report", "label", "telemetry"],
    "train it anew": ["init", "triggers", "retrain", "watch", "settings"],
    "versions": ["registry", "replay", "challenge", "rollout", "withdraw"],
    "data": ["import", "export", "validate", "store", "schema"],
    "the rest": ["demo", "completion", "version"],
}

_EXAMPLES = """\
examples:
  a model in a folder:
    pantau train reviews.csv ./sentiment --text review --label sentiment
    pantau evaluate ./sentiment new-reviews.csv --text review --label sentiment
    pantau predict ./sentiment "Aplikasi ini sangat bagus!"
    pantau predict ./sentiment --json < reviews.txt > labels.jsonl

  a model that is watched, and trained anew when there is a reason:
    pantau init ./app
    pantau train reviews.csv ./app --model sentiment
    pantau predict ./app --model sentiment "Aplikasi ini sangat bagus!"
    pantau monitor ./app sentiment
    pantau watch ./app
"""


class Manual(argparse.ArgumentParser):
    """A parser whose help is a page of a manual."""

    def format_help(self) -> str:
        commands = summaries(self)
        lines = []
        for theme, names in THEMES.items():
            here = [name for name in names if name in commands]
            if here:
                lines += [f"{theme}:", *(f"  {name:<12}{commands[name]}" for name in here), ""]
        return (
            f"{self.format_usage()}\n{self.description}\n\n"
            + "\n".join(lines)
            + "\n`pantau COMMAND --help` is the manual of a command; every command prints JSON with"
            f"\n--json.\n\n{_EXAMPLES}\n{self.epilog}"
        )


def summaries(parser: argparse.ArgumentParser) -> dict[str, str]:
    """The commands that a help lists, each with its line."""
    return {
        choice.dest: choice.help or ""
        for action in parser._actions
        if isinstance(action, argparse._SubParsersAction)
        for choice in action._choices_actions
    }
