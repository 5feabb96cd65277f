"""The command ``pantau completion``: scripts by which a shell completes commands and options."""

from __future__ import annotations

import argparse
import shlex
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from pantau.cli.command import command, print_json
from pantau.cli.manual import summaries

# What an option takes that a shell can complete as a path.
_PATHS = {"FILE", "FOLDER", "BUNDLE", "PLACE"}


@dataclass(frozen=True)
class _Option:
    flags: list[str]
    help: str
    takes: str
    choices: list[str]


@dataclass(frozen=True)
class _Node:
    """A command, by the words that lead to it, and what may follow."""

    path: str
    commands: dict[str, str]
    options: list[_Option]
    choices: list[str]


def add(commands: Any, build: Callable[[], argparse.ArgumentParser]) -> None:
    """Add the command, which completes what ``build`` declares."""
    completion = command(
        commands,
        "completion",
        lambda options: _completion(options, build()),
        "print a script that completes commands in a shell",
        "Prints a script by which a shell completes commands, options and their values:\n\n"
        "  bash  add to ~/.bashrc:             source <(pantau completion bash)\n"
        "  zsh   add to ~/.zshrc, behind compinit:\n"
        "                                      source <(pantau completion zsh)\n"
        "  fish  write into the folder of completions:\n"
        "        pantau completion fish > ~/.config/fish/completions/pantau.fish",
        examples="source <(pantau completion bash)",
    )
    completion.add_argument("shell", choices=["bash", "zsh", "fish"], help="the shell")


def _completion(options: argparse.Namespace, parser: argparse.ArgumentParser) -> None:
    nodes = list(_nodes(parser, ""))
    script = {"bash": _bash, "zsh": _zsh, "fish": _fish}[options.shell](nodes)
    if options.json:
        print_json({"shell": options.shell, "script": script})
    else:
        print(script, end="")


def _nodes(parser: argparse.ArgumentParser, path: str) -> Iterator[_Node]:
    listed = summaries(parser)
    options, choices, below = [], [], {}
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            below = {name: action.choices[name] for name in listed}
        elif action.option_strings:
            options.append(_option(action))
        elif action.choices is not None:
            choices += [str(choice) for choice in action.choices]
    yield _Node(path, listed, options, choices)
    for name, own in below.items():
        yield from _nodes(own, f"{path} {name}".strip())


def _option(action: argparse.Action) -> _Option:
    takes = ""
    if action.nargs != 0:
        metavar = action.metavar if isinstance(action.metavar, str) else ""
        takes = "path" if metavar in _PATHS else "value"
    choices = [str(choice) for choice in action.choices or []]
    return _Option(list(action.option_strings), action.help or "", takes, choices)


def _flags(node: _Node) -> list[str]:
    return [flag for option in node.options for flag in option.flags]


def _behind(node: _Node, flag: str) -> str:
    return shlex.quote(f"{node.path} {flag}".strip())


def _bash(nodes: list[_Node]) -> str:
    walk, values, words = [], [], []
    for node in nodes:
        if node.commands:
            walk += [_behind(node, name) for name in node.commands]
        for option in (option for option in node.options if option.takes):
            keys = "|".join(_behind(node, flag) for flag in option.flags)
            if option.choices:
                values.append(
                    f"        {keys}) _pantau_offer {shlex.join(option.choices)}; return ;;"
                )
            elif option.takes == "path":
                values.append(f"        {keys}) return ;;")
            else:
                values.append(f"        {keys}) compopt +o default 2>/dev/null; return ;;")
        offered = shlex.join([*node.commands, *node.choices])
        words.append(
            f"        {shlex.quote(node.path)}) flags=({shlex.join(_flags(node))})"
            f" words=({offered}) ;;"
        )
    return _BASH.format(walk="|".join(walk), values="\n".join(values), words="\n".join(words))


_BASH = """\
# Completes `pantau` in bash: source <(pantau completion bash)
_pantau_offer() {{
    COMPREPLY=($(compgen -W "$*" -- "$word"))
}}

_pantau() {{
    local word="${{COMP_WORDS[COMP_CWORD]}}" before="${{COMP_WORDS[COMP_CWORD-1]}}"
    local at="" place flags words
    COMPREPLY=()
    # `--kind=tfidf-nb` comes as three words.
    if [[ "$word" == "=" ]]; then
        word=""
    elif [[ "$before" == "=" ]]; then
        before="${{COMP_WORDS[COMP_CWORD-2]}}"
    fi
    for ((place = 1; place < COMP_CWORD; place++)); do
        case "${{at:+$at }}${{COMP_WORDS[place]}}" in
            {walk}) at="${{at:+$at }}${{COMP_WORDS[place]}}" ;;
        esac
    done
    case "${{at:+$at }}$before" in
{values}
    esac
    case "$at" in
{words}
    esac
    if [[ "$word" == -* ]]; then
        _pantau_offer "${{flags[@]}}"
    elif ((${{#words[@]}})); then
        _pantau_offer "${{words[@]}}"
    fi
}}

complete -o bashdefault -o default -F _pantau pantau
"""


def _zsh(nodes: list[_Node]) -> str:
    walk, values, words = [], [], []
    for node in nodes:
        if node.commands:
            walk += [_behind(node, name) for name in node.commands]
        for option in (option for option in node.options if option.takes):
            keys = "|".join(_behind(node, flag) for flag in option.flags)
            if option.choices:
                offer = f"compadd -- {shlex.join(option.choices)}"
            else:
                offer = (
                    "_files"
                    if option.takes == "path"
                    else f"_message {shlex.quote(_plain(option.help))}"
                )
            values.append(f"        ({keys}) {offer}; return ;;")
        named = [*node.commands.items(), *((choice, "") for choice in node.choices)]
        words += [
            f"        ({shlex.quote(node.path)})",
            f"            flags=({' '.join(_zsh_entry(*own) for own in _described(node))})",
            f"            words_=({' '.join(_zsh_entry(*own) for own in named)}) ;;",
        ]
    return _ZSH.format(walk="|".join(walk), values="\n".join(values), words="\n".join(words))


_ZSH = """\
#compdef pantau
# Completes `pantau` in zsh: source <(pantau completion zsh)
_pantau() {{
    local at="" place
    local -a flags words_
    for ((place = 2; place < CURRENT; place++)); do
        case "${{at:+$at }}${{words[place]}}" in
            ({walk}) at="${{at:+$at }}${{words[place]}}" ;;
        esac
    done
    case "${{at:+$at }}${{words[CURRENT-1]}}" in
{values}
    esac
    case "$at" in
{words}
    esac
    if [[ "${{words[CURRENT]}}" == -* ]]; then
        _describe -o option flags
    elif (($#words_)); then
        _describe command words_
    else
        _files
    fi
}}

# As a file among the functions it is read when it is first asked.
if [[ "${{funcstack[1]}}" == _pantau ]]; then
    _pantau "$@"
else
    compdef _pantau pantau
fi
"""


def _zsh_entry(name: str, help: str) -> str:
    # The first colon ends the name.
    return shlex.quote(f"{name}:{_plain(help)}" if help else name)


def _fish(nodes: list[_Node]) -> str:
    lines = []
    walk = [_behind(node, name) for node in nodes for name in node.commands]
    for node in nodes:
        at = f"complete -c pantau -n \"__pantau_is '{node.path}'\""
        for name, help in node.commands.items():
            lines.append(f"{at} -f -a {name} -d {_fish_quote(help)}")
        if node.choices:
            lines.append(f"{at} -f -a {_fish_quote(' '.join(node.choices))}")
        for option in node.options:
            named = " ".join(
                f"-l {flag[2:]}" if flag.startswith("--") else f"-s {flag[1:]}"
                for flag in option.flags
            )
            taken = {"": "", "path": " -r -F", "value": " -x"}[option.takes]
            if option.choices:
                taken = f" -x -a {_fish_quote(' '.join(option.choices))}"
            lines.append(f"{at} {named}{taken} -d {_fish_quote(option.help)}")
    return _FISH.format(walk=" ".join(walk), lines="\n".join(lines))


_FISH = """\
# Completes `pantau` in fish: pantau completion fish > ~/.config/fish/completions/pantau.fish
function __pantau_is
    set -l at
    set -l given (commandline -opc)
    set -e given[1]
    for word in $given
        if contains -- (string trim -- "$at $word") {walk}
            set -a at $word
        end
    end
    test "$at" = "$argv[1]"
end

{lines}
"""


def _described(node: _Node) -> list[tuple[str, str]]:
    return [(flag, option.help) for option in node.options for flag in option.flags]


def _plain(help: str) -> str:
    return " ".join(help.split())


def _fish_quote(text: str) -> str:
    escaped = _plain(text).replace("\\", "\\\\").replace("'", "\\'")
    return f"'{escaped}'"
