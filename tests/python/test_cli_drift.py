"""The command ``pantau drift``."""

from __future__ import annotations

import csv
import json
import random
from pathlib import Path
from typing import Any

import pantau
import pytest
from pantau.cli import main

WORDS = ["bagus", "jelek", "aplikasi", "ini", "sekali", "dan", "untuk", "saya", "pakai", "hari"]


def write(path: Path, rows: int, seed: int, *, day: int = 1, **changed: Any) -> str:
    """Rows of reviews; ``changed`` says what is not as usual."""
    rng = random.Random(seed)
    words = [*WORDS, *changed.get("words", [])]
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(["id", "date", "review", "stars", "country"])
        for row in range(rows):
            stars = rng.choice(changed.get("stars", [1, 2, 3, 4, 5]))
            country = rng.choices(["ID", "MY"], changed.get("countries", [1, 1]))[0]
            text = " ".join(rng.choices(words, k=rng.randint(5, 15)))
            writer.writerow([day * 1000 + row, f"2026-06-{day:02}", text, stars, country])
    return str(path)


@pytest.fixture
def usual(tmp_path: Path) -> str:
    return write(tmp_path / "usual.csv", 900, 1)


def look(capsys: pytest.CaptureFixture[str], *arguments: str) -> dict[str, Any]:
    assert main(["drift", *arguments, "--json"]) == 0
    found: dict[str, Any] = json.loads(capsys.readouterr().out)
    return found


def verdicts(found: dict[str, Any]) -> dict[str, str]:
    return {row["column"]: row["verdict"] for row in found["columns"]}


def test_nothing_is_found_where_nothing_is(
    usual: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    found = look(capsys, usual, write(tmp_path / "next.csv", 600, 2, day=2))
    assert found["drift_detected"] is False
    assert found["rows"] == {"reference": 900, "current": 600}
    assert (found["adjustment"], found["error_rate"]) == ("holm", "family-wise")
    assert found["not_compared"] == {"id": "it numbers its rows", "date": "it holds times"}
    tests = {row["column"]: row["test"] for row in found["columns"]}
    assert tests == {
        "review (characters)": "ks",
        "review (word count)": "ks",
        "review (words)": "mmd",
        "stars": "ks",
        "country": "chi2",
    }


@pytest.mark.parametrize(
    ("changed", "drifted"),
    [
        ({"words": ["vaksin", "covid"]}, {"review (words)"}),
        ({"stars": [3, 4, 5]}, {"stars"}),
        ({"countries": [4, 1]}, {"country"}),
    ],
)
def test_what_changed_is_named(
    changed: dict[str, Any],
    drifted: set[str],
    usual: str,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    later = write(tmp_path / "later.csv", 600, 3, day=2, **changed)
    found = look(capsys, usual, later)
    surely = {name for name, verdict in verdicts(found).items() if verdict == "drift"}
    assert surely - {"review (characters)"} == drifted
    assert main(["drift", usual, later]) == 0
    lines = capsys.readouterr().out.splitlines()
    headings = ["column", "test", "statistic", "p", "(Holm)", "effect", "verdict", "change"]
    assert lines[0].split() == headings
    assert sum("%  drift  " in line for line in lines) == len(surely)
    assert f"{len(surely)} of 5 drifted: 600 rows, and before 900" in lines


def test_numbers_are_those_of_the_library(
    usual: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    later = write(tmp_path / "later.csv", 600, 3, stars=[2, 3, 4, 5])
    found = look(capsys, usual, later, "--columns", "stars", "country")

    def column(path: str, name: str) -> list[str]:
        with open(path, encoding="utf-8", newline="") as file:
            return [row[name] for row in csv.DictReader(file)]

    stars = pantau.stats.ks_2samp(
        *([float(cell) for cell in column(path, "stars")] for path in (usual, later))
    )
    by_name = {row["column"]: row for row in found["columns"]}
    assert by_name["stars"]["statistic"] == pytest.approx(stars.statistic)
    assert by_name["stars"]["p_value"] == pytest.approx(stars.pvalue)
    counts = [
        [column(path, "country").count(name) for name in ("ID", "MY")] for path in (usual, later)
    ]
    country = pantau.stats.chi2_contingency(counts)
    assert by_name["country"]["p_value"] == pytest.approx(country.pvalue)
    names = list(by_name)
    adjusted = pantau.stats.holm([by_name[name]["p_value"] for name in names])
    told = [by_name[name]["p_value_adjusted"] for name in names]
    assert told == pytest.approx(adjusted, rel=1e-9, abs=0.0)


def test_small_changes_and_levels(
    usual: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    later = write(tmp_path / "later.csv", 600, 3, stars=[2, 3, 4, 5])
    look_at = [usual, later, "--columns", "stars"]
    [row] = look(capsys, *look_at)["columns"]
    assert (row["verdict"], 0.1 < row["effect"] < 0.3) == ("drift", True)
    assert verdicts(look(capsys, *look_at, "--min-effect", "0.5")) == {"stars": "small change"}
    assert verdicts(look(capsys, *look_at, "--alpha", "1e-30")) == {"stars": "no drift"}
    for option, value in [("alpha", "1"), ("alpha", "0"), ("min-effect", "1.5")]:
        assert main(["drift", *look_at, f"--{option}", value]) == 1
        assert f"{option.replace('-', '_')}: {value} is not " in capsys.readouterr().err


def test_the_exit_code_tells_only_if_asked(
    usual: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    later = write(tmp_path / "later.csv", 600, 3, stars=[4, 5])
    assert main(["drift", usual, later]) == 0
    with pytest.raises(SystemExit, match="1"):
        main(["drift", usual, later, "--fail-on-drift"])
    assert main(["drift", usual, usual, "--fail-on-drift"]) == 0


def test_what_was_found_is_written(
    usual: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    later = write(tmp_path / "later.csv", 600, 3, stars=[4, 5])
    for ending in [".json", ".csv", ".txt"]:
        out = tmp_path / f"drift{ending}"
        found = look(capsys, usual, later, "--output", str(out))
        content = out.read_text(encoding="utf-8")
        if ending == ".json":
            assert json.loads(content) == found
        elif ending == ".csv":
            rows = list(csv.DictReader(content.splitlines()))
            assert {row["column"]: row["verdict"] for row in rows} == verdicts(found)
        else:
            assert "stars" in content and "drifted: 600 rows, and before 900" in content
    assert main(["drift", usual, later, "--output", str(tmp_path / "drift.pdf")]) == 1
    assert "does not end in .json, .csv or .txt" in capsys.readouterr().err


def test_files_of_all_kinds(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    columns = {
        "stars": [row % 5 for row in range(200)],
        "seen": [row % 2 == 0 for row in range(200)],
    }
    records = [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]
    (tmp_path / "a.json").write_text(json.dumps(records))
    (tmp_path / "b.json").write_text(json.dumps(columns))
    (tmp_path / "c.jsonl").write_text("".join(json.dumps(record) + "\n" for record in records))
    (tmp_path / "d.tsv").write_text(
        "stars\tseen\n" + "".join(f"{own['stars']}\t{own['seen']}\n" for own in records)
    )
    paths = [str(tmp_path / name) for name in ["a.json", "b.json", "c.jsonl", "d.tsv"]]
    for path in paths:
        found = look(capsys, paths[0], path)
        assert [row["p_value"] for row in found["columns"]] == [1.0, 1.0], path
        assert not found["not_compared"]


def test_columns_that_cannot_be_compared_are_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    first = {"n": [1, 2, 1], "kind": ["a", "b", "a"], "gone": [1, 2, 3], "none": ["x", "y", "z"]}
    second = {"n": [2, 1, 1], "kind": [1, 2, 3], "new": [1, 2, 3], "none": [None, "", None]}
    paths = [tmp_path / "first.json", tmp_path / "second.json"]
    for path, table in zip(paths, [first, second], strict=True):
        path.write_text(json.dumps({**table, "deep": [{"a": 1}] * 3}))
    first_path, second_path = map(str, paths)
    found = look(capsys, first_path, second_path)
    assert found["not_compared"] == {
        "gone": "only the reference has it",
        "new": "only the current table has it",
        "none": "all its cells are missing now",
        "deep": "its cells are lists or objects",
    }
    assert list(verdicts(found)) == ["n", "kind (numbers)", "none (missing)"]
    assert main(["drift", first_path, second_path, "--columns", "deep"]) == 1
    assert "columns: deep: its cells are lists or objects" in capsys.readouterr().err
    assert main(["drift", first_path, second_path, "--columns", "gone"]) == 1
    assert 'no column "gone" among "n", "kind", "new"' in capsys.readouterr().err


@pytest.mark.parametrize(
    ("name", "content", "problem"),
    [
        ("no.csv", None, "not found: check the path"),
        ("empty.csv", "", "has no rows"),
        ("head.csv", "stars,country\n", "has no rows"),
        ("ragged.csv", "a,b\n1,2\n1\n", "line 3 has 1 cells, the first line 2"),
        ("twice.csv", "a,a\n1,2\n", "two columns have the same name"),
        ("quotes.csv", 'a\n"x"y\n', "is no CSV"),
        ("broken.json", "{", "is no JSON"),
        ("uneven.json", '{"a": [1], "b": [1, 2]}', "its columns are no lists of one length"),
        ("text.json", '"a"', "row 1 is no object"),
        ("broken.jsonl", '{"a": 1}\n{\n', "line 2 is no JSON"),
        ("lists.jsonl", '{"a": 1}\n[1]\n', "row 2 is no object"),
        ("table.xlsx", "a", "its name does not end in .csv, .tsv"),
        ("others.csv", "x\n1\n", "no column to compare"),
    ],
)
def test_bad_files_are_told(
    name: str,
    content: str | None,
    problem: str,
    usual: str,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    path = tmp_path / name
    if content is not None:
        path.write_text(content, encoding="utf-8")
    assert main(["drift", usual, str(path)]) == 1
    printed = capsys.readouterr()
    assert problem in printed.err and str(path) in printed.err
    assert printed.out == ""


def test_what_is_no_utf_8_is_told(
    usual: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "latin.csv"
    path.write_bytes(b"stars\n\xe9\n")
    assert main(["drift", usual, str(path)]) == 1
    assert f"{path}: is not UTF-8" in capsys.readouterr().err


def test_the_drift_of_a_workspace(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rng = random.Random(1)
    rows = [
        (" ".join([rng.choice([*WORDS[2:]]) for _ in range(9)] + [word]), word)
        for _ in range(800)
        for word in ("bagus", "jelek")
    ]
    folder = str(tmp_path / "app")
    with pantau.open(folder) as workspace:
        workspace.train("sentiment", rows, kind="tfidf-nb")
        workspace.train("small", rows[:200], kind="tfidf-nb")
    assert main(["drift", folder, "sentiment", "--fail-on-drift"]) == 0
    assert "no window was closed yet" in capsys.readouterr().out
    assert main(["drift", folder, "small"]) == 1
    assert "small: nothing is watched" in capsys.readouterr().err
    with pantau.open(folder) as workspace:
        for day in range(1, 6):
            texts = [" ".join(rng.choices([*WORDS, "vaksin", "covid"], k=9)) for _ in range(200)]
            workspace.predict("sentiment", texts, at=f"2026-06-{day:02}T12:00:00Z")
    out = tmp_path / "drift.json"
    with pytest.raises(SystemExit, match="1"):
        main(["drift", folder, "sentiment", "--fail-on-drift", "--json", "--output", str(out)])
    found = json.loads(capsys.readouterr().out)
    assert found["status"] == "alarm"
    assert json.loads(out.read_text(encoding="utf-8"))["status"] == "alarm"
    with pytest.raises(SystemExit) as ended:
        main(["drift", folder, "sentiment", "--columns", "text"])
    assert ended.value.code == 2
    assert "--columns is of tables" in capsys.readouterr().err
