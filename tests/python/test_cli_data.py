"""The commands that bring data in and out, and those about versions and schemas."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import pantau
import pytest
from pantau.cli import main

FILLER = ["aplikasi", "ini", "untuk", "saya", "pakai", "setiap", "hari"]


def labelled(count: int, first: int = 0) -> list[tuple[str, str]]:
    rows = range(first, first + count)
    return [
        (f"{word} sekali {FILLER[row % 7]} nomor {row}", label)
        for row in rows
        for word, label in [("bagus", "positive"), ("jelek", "negative")]
    ]


def table(path: Path, rows: list[tuple[str, str]]) -> str:
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(["isi", "nada"])
        writer.writerows(rows)
    return str(path)


@pytest.fixture
def workspace(tmp_path: Path) -> str:
    folder = str(tmp_path / "app")
    with pantau.open(folder) as own:
        own.train("sentiment", labelled(200), kind="tfidf-nb")
    return folder


def run(capsys: pytest.CaptureFixture[str], *arguments: str, code: int = 0) -> Any:
    assert main([*arguments, "--json"]) == code
    return json.loads(capsys.readouterr().out)


def test_a_retraining_learns_from_what_was_imported(
    workspace: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    new = [*labelled(300, 1000), ("biasa saja", "neutral")]
    path = table(tmp_path / "new.csv", new)
    columns = ["--text", "isi", "--label", "nada", "--consent"]
    # Nothing happens without a word on consent, or for a model that is not there.
    with pytest.raises(SystemExit, match="2"):
        main(["import", path, workspace, "--text", "isi", "--label", "nada"])
    assert main(["import", path, workspace, *columns, "--model", "sentimen"]) == 1
    assert "model sentimen not found" in capsys.readouterr().err

    report = run(capsys, "import", path, workspace, *columns, "--model", "sentiment")
    assert (report["written"], report["rejected"]) == (600, 1)
    assert "neutral" in report["first"][0]["reason"]
    assert report["triggers"]["summary"]["sentence"].startswith("600 new labels")
    due = run(capsys, "triggers", workspace, "sentiment")
    assert [reason["type"] for reason in due["triggers"]] == ["new_data"]
    assert main(["import", path, workspace, *columns, "--model", "sentiment"]) == 0
    shown = capsys.readouterr().out
    assert "duplicates  600\n" in shown and "sentiment   600 new labels" in shown

    record = run(capsys, "retrain", workspace, "sentiment", "--force")
    assert record["status"] == "completed"
    with pantau.open(workspace) as own:
        version = own.registry.path("models:/sentiment@champion")
        learnt = pantau.Bundle.open(version).manifest["learned"]["rows"]
    assert 700 < learnt < 1000


def test_labels_are_the_models_or_named(
    workspace: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = table(tmp_path / "new.csv", [("bagus sekali ini", "good")])
    columns = ["--text", "isi", "--label", "nada", "--consent"]
    with pytest.raises(SystemExit, match="1"):
        main(["import", path, workspace, *columns, "--labels", "bad", "--json"])
    report = json.loads(capsys.readouterr().out)
    assert (report["written"], report["rejected"]) == (0, 1)
    assert run(capsys, "import", path, workspace, *columns)["written"] == 1
    for arguments, problem in [
        ([workspace, "--model", "sentiment", "--labels", "good"], "the ones there may be"),
        ([str(tmp_path / "store"), "--model", "sentiment"], "--model is of a workspace"),
    ]:
        with pytest.raises(SystemExit, match="2"):
            main(["import", path, *arguments, *columns])
        assert problem in capsys.readouterr().err
    assert not (tmp_path / "store").exists()
    assert main(["import", str(tmp_path / "none.csv"), workspace, *columns]) == 1
    assert "none.csv not found" in capsys.readouterr().err
    old_name = ["store", "import", workspace, path, *columns, "--existing", "refuse"]
    assert main(old_name) == 1
    assert capsys.readouterr().err


@pytest.mark.parametrize("ending", ["csv", "jsonl", "parquet"])
def test_tables_go_out_and_come_in_again(
    ending: str, workspace: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = str(tmp_path / f"reviews.{ending}")
    written = run(capsys, "export", workspace, "reviews", out)
    assert written == {"rows": 400, "bytes": Path(out).stat().st_size}
    columns = ["--text", "review_text", "--label", "sentiment_label", "--consent"]
    report = run(capsys, "import", out, str(tmp_path / "store"), *columns)
    assert report["written"] == 400
    again = str(tmp_path / f"again.{ending}")
    assert main(["store", "export", str(tmp_path / "store"), "reviews", again]) == 0
    assert "400 rows, " in capsys.readouterr().out


def test_what_goes_out_can_be_chosen(
    workspace: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pantau.open(workspace) as own:
        own.predict("sentiment", ["bagus", "jelek"], at="2026-06-01T12:00:00Z")
        own.predict("sentiment", ["bagus"], at="2026-06-03T12:00:00Z")
        own.flush()
    out = str(tmp_path / "predictions.csv")
    for options, rows in [
        ([], 3),
        (["--since", "2026-06-02"], 1),
        (["--until", "2026-06-02"], 2),
        (["--model", "sentiment", "--model-version", "1"], 3),
        (["--model", "other"], 0),
        (["--limit", "1"], 1),
    ]:
        written = run(capsys, "export", workspace, "predictions", out, *options)
        assert written["rows"] == rows, options
    for arguments, problem in [
        ([workspace, "answers", out], '"answers" is none of reviews, predictions'),
        ([workspace, "reviews", out + ".pdf"], "does not end in .csv, .jsonl or .parquet"),
        ([workspace + "x", "reviews", out], "not found: check the path"),
    ]:
        assert main(["export", *arguments]) == 1
        assert problem in capsys.readouterr().err
    assert run(capsys, "store", "recent", workspace, "--hours", "1e6")["count"] == 3
    forget = ["store", "retain", workspace, "1", "--actor", "ani"]
    assert run(capsys, *forget)["predictions"] == 3
    assert run(capsys, "store", "verify", workspace)["records"] == 1


def test_versions_of_a_workspace(workspace: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pantau.open(workspace) as own:
        own.train("sentiment", labelled(250), kind="tfidf-nb")
    registry = ["registry", "show", workspace, "sentiment"]
    first, second = run(capsys, *registry, "1"), run(capsys, *registry, "latest")
    assert (first["version"], second["version"]) == (1, 2)
    champion = run(capsys, *registry)
    assert champion == run(capsys, *registry, "champion") == run(capsys, *registry, "Production")
    assert champion["aliases"][0] == "champion"
    assert main([*registry, "1"]) == 0
    shown = capsys.readouterr().out
    assert "version           1\n" in shown and "  macro_f1        1\n" in shown
    assert main([*registry, "nobody"]) == 1
    assert 'alias "nobody" of sentiment not found' in capsys.readouterr().err

    compare = ["registry", "compare", workspace, "sentiment"]
    found = run(capsys, *compare, "1", "latest")
    assert found["versions"] == [1, 2]
    assert main([*compare, "1", "2"]) == 0
    shown = capsys.readouterr().out
    assert "version 1" in shown and "files: " in shown
    with pytest.raises(SystemExit, match="2"):
        main([*compare, "1"])
    assert "name two or more" in capsys.readouterr().err
    listed = run(capsys, "registry", "list", workspace, "sentiment")
    assert [own["version"] for own in listed] == [1, 2]
    assert main(["registry", "promote", workspace, "sentiment", "1"]) == 0
    assert capsys.readouterr().out == "1\n"
    with pantau.open(workspace) as own:
        assert own.predict("sentiment", "bagus").version == "1"


def test_the_schema_of_features(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    config = pantau.text.FeatureConfig("en", stemmer=None)
    path = tmp_path / "feature_config.json"
    config.save(path)
    found = run(capsys, "schema", "--features", str(path))
    assert found["schema_hash"] == config.schema_hash
    types = {own["name"]: own["type"] for own in found["columns"]}
    assert list(types) == pantau.text.FeatureExtractor(config).extract(["a"]).columns
    assert (types["cleaned_text"], types["word_count"], types["has_url"]) == ("str", "int", "bool")
    assert pantau.text.FeatureConfig.from_json(json.dumps(found["config"])) == config
    assert run(capsys, "schema", "--features", "--language", "en")["config"]["language"] == "en"
    assert main(["schema", "--features", str(path)]) == 0
    shown = capsys.readouterr().out
    assert config.schema_hash in shown and "\nmean_word_length          float\n" in shown
    assert run(capsys, "schema")["dialect"] == "postgres"
    for wrong in [["--language", "en"], ["--features", "--dialect", "sqlite"]]:
        with pytest.raises(SystemExit, match="2"):
            main(["schema", *wrong])
    assert main(["schema", "--features", str(tmp_path / "none.json")]) == 1
