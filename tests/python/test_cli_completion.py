"""The command ``pantau completion``: what a shell offers."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import pytest
from pantau.cli import build_parser, main, manual

# What comes behind the script: a word on each line, as bash would offer them.
_ASK = """
COMP_WORDS=("$@")
COMP_CWORD=$(($# - 1))
_pantau
printf '%s\\n' "${COMPREPLY[@]}"
"""


# A shell in a terminal of its own, which says what the line has become.
_ZSH_ASK = """
zmodload zsh/zpty
zpty shell zsh -f -i
zpty -w shell 'PROMPT=; fpath=({folder} $fpath)'
zpty -w shell 'autoload -Uz compinit; compinit -u -d {folder}/dump'
zpty -w shell 'said() {{ zle -I; print -r -- "<$BUFFER>"; exit }}; zle -N said; bindkey "^X" said'
zpty -w shell '{source}; pantau() {{ : }}; print -r -- REA""DY'
while zpty -r shell out; do [[ "$out" == READY* ]] && break; done
zpty -wn shell $'pantau {line}\t\x18'
while zpty -r shell out; do print -r -- "$out"; done
"""


@pytest.fixture(scope="module")
def scripts(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("completion")
    found = {}
    for shell in ["bash", "zsh", "fish"]:
        found[shell] = folder / f"pantau.{shell}"
        with pytest.MonkeyPatch.context() as patch, found[shell].open("w") as file:
            patch.setattr("sys.stdout", file)
            assert main(["completion", shell]) == 0
    return found


def shell(name: str) -> str:
    path = shutil.which(name)
    if path is None:
        pytest.skip(f"{name} is not installed")
    return path


def offered(script: Path, *words: str) -> list[str]:
    command = [shell("bash"), "--norc", "-c", f'. "$0"\n{_ASK}', str(script), "pantau", *words]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stderr) == (0, "")
    return [line for line in done.stdout.splitlines() if line]


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (["mon"], ["monitor"]),
        (["re"], ["retrain", "report", "registry", "replay"]),
        (["registry", "ro"], ["rollback"]),
        (["registry", "register", "--al"], ["--alias"]),
        (["train", "--k"], ["--kind"]),
        (["train", "data.csv", "--kind", "tfidf-n"], ["tfidf-nb"]),
        (["train", "--kind", ""], ["tfidf-logistic", "tfidf-nb", "encoder-head"]),
        (["train", "--kind", "=", "enc"], ["encoder-head"]),
        (["train", "--kind", "="], ["tfidf-logistic", "tfidf-nb", "encoder-head"]),
        (["completion", ""], ["bash", "zsh", "fish"]),
        (["schema", "--dialect", "s"], ["sqlite"]),
        (["predict", "--model-v"], ["--model-version"]),
        (["telemetry", ""], ["metrics", "dashboard", "alerts"]),
        (["challenge", "--s"], ["--share"]),
        # A file that is called like a command is none.
        (["convert", "registry", "list", "--we"], ["--weights"]),
        # Paths are left to the shell.
        (["train", "--input", ""], []),
        (["train", "dat"], []),
        (["nothing", "--js"], []),
    ],
)
def test_bash_offers_what_fits(
    words: list[str], expected: list[str], scripts: dict[str, Path]
) -> None:
    assert sorted(offered(scripts["bash"], *words)) == sorted(expected)


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("mon", ["monitor"]),
        ("re", ["registry", "replay", "report", "retrain"]),
        ("registry ro", ["rollback"]),
        ("train --k", ["--kind"]),
        ("train data.csv --kind tfidf-n", ["tfidf-nb"]),
        ("train --kind ", ["encoder-head", "tfidf-logistic", "tfidf-nb"]),
        ("completion ", ["bash", "fish", "zsh"]),
        ("convert registry list --we", ["--weights"]),
        ("nothing --js", []),
    ],
)
def test_fish_offers_what_fits(line: str, expected: list[str], scripts: dict[str, Path]) -> None:
    ask = f"source {scripts['fish']}; complete -C 'pantau {line}'"
    command = [shell("fish"), "--no-config", "-c", ask]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stderr) == (0, "")
    assert [own.split("\t")[0] for own in done.stdout.splitlines()] == expected


@pytest.mark.parametrize("installed", ["sourced", "among the functions"])
@pytest.mark.parametrize(
    ("line", "completed"),
    [
        ("mon", "monitor"),
        ("registry ro", "registry rollback"),
        ("train data.csv --kind tfidf-n", "train data.csv --kind tfidf-nb"),
        ("convert registry list --we", "convert registry list --weights"),
    ],
)
def test_zsh_completes_what_fits(
    installed: str, line: str, completed: str, scripts: dict[str, Path], tmp_path: Path
) -> None:
    """In a terminal: zsh completes nowhere else."""
    (tmp_path / "_pantau").write_bytes(scripts["zsh"].read_bytes())
    source = f"source {scripts['zsh']}" if installed == "sourced" else ":"
    ask = _ZSH_ASK.format(source=source, folder=tmp_path, line=line)
    command = [shell("zsh"), "-f", "-c", ask]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert f"<pantau {completed}>" in done.stdout.replace(" >", ">"), done.stdout + done.stderr


def test_bash_offers_every_command_and_option(scripts: dict[str, Path]) -> None:
    commands = manual.summaries(build_parser())
    assert sorted(offered(scripts["bash"], "")) == sorted(commands)
    assert len(commands) > 20
    options = offered(scripts["bash"], "drift", "-")
    for option in ["--help", "--json", "--columns", "--alpha", "--min-effect", "--fail-on-drift"]:
        assert option in options
    assert "--kind" not in options


def test_what_no_help_lists_is_not_offered(scripts: dict[str, Path]) -> None:
    assert sorted(offered(scripts["bash"], "store", "")) == ["forget", "recent", "retain", "verify"]


def test_bash_registers_the_function(scripts: dict[str, Path]) -> None:
    told = subprocess.run(
        [shell("bash"), "--norc", "-c", f'. "{scripts["bash"]}"; complete -p pantau'],
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert told.stdout.strip() == "complete -o bashdefault -o default -F _pantau pantau"


@pytest.mark.parametrize("name", ["bash", "zsh", "fish"])
def test_the_script_is_one_of_its_shell(name: str, scripts: dict[str, Path]) -> None:
    command = [shell(name), "--no-execute" if name == "fish" else "-n", str(scripts[name])]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


@pytest.mark.parametrize("name", ["bash", "zsh", "fish"])
def test_every_script_knows_all(
    name: str, scripts: dict[str, Path], capsys: pytest.CaptureFixture[str]
) -> None:
    script = scripts[name].read_text(encoding="utf-8")
    for command in manual.summaries(build_parser()):
        assert command in script
    for word in ["fail-on-drift", "tfidf-logistic tfidf-nb encoder-head", "registry rollback"]:
        assert word in script
    assert main(["completion", name, "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == {"shell": name, "script": script}
