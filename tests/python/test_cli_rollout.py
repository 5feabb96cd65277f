"""The commands about versions beside the one in use, and those about metrics."""

from __future__ import annotations

import json
import re
import shutil
import signal
from pathlib import Path
from typing import Any

import pantau
import pytest
from pantau.cli import main
from test_workspace_rollout import label_all, two_versions


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return two_versions(tmp_path_factory.mktemp("made") / "app")


@pytest.fixture
def app(made: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """The name of a workspace, in the folder where the commands run."""
    shutil.copytree(made, tmp_path / "app")
    monkeypatch.chdir(tmp_path)
    for name in ["PANTAU_WEBHOOK", "SLACK_WEBHOOK"]:
        monkeypatch.delenv(name, raising=False)
    return "app"


def run(capsys: pytest.CaptureFixture[str], *arguments: str, code: int = 0) -> Any:
    assert main([*arguments, "--json"]) == code
    return json.loads(capsys.readouterr().out)


def asked(app: str, rows: int = 100, **ask: Any) -> None:
    with pantau.open(app) as workspace:
        label_all(workspace, rows, seed=5, **ask)


def test_a_version_is_put_beside_the_one_in_use(
    app: str, capsys: pytest.CaptureFixture[str]
) -> None:
    beside = [app, "sentiment", "2"]
    told = run(capsys, "challenge", *beside, "--share", "0.25", "--actor", "sari")
    assert told == {"model": "sentiment", "version": 2, "share": 0.25}
    [own] = run(capsys, "rollout", app, "sentiment")["challengers"]
    assert (own["version"], own["share"]) == (2, 0.25)
    # An alias does for a number, and without a share it is a shadow.
    assert main(["challenge", app, "sentiment", "previous"]) == 0
    assert capsys.readouterr().out == (
        "version 2 is a shadow of sentiment: nobody sees what it answers\n"
    )
    assert run(capsys, "withdraw", *beside) == {"model": "sentiment", "version": 2}
    assert main(["rollout", app, "sentiment"]) == 0
    assert capsys.readouterr().out == "version 1 of sentiment is in use, with none beside it\n"
    with pantau.open(app) as workspace:
        trail = [(own["actor"], own["action"]) for own in workspace.store.audit_trail()]
    assert trail[0] == ("sari", "challenge")
    assert [deed for _, deed in trail] == ["challenge", "challenge", "withdraw"]


def test_the_comparison_is_a_table(app: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["challenge", app, "sentiment", "2"]) == 0
    asked(app)
    capsys.readouterr()
    assert main(["rollout", app, "sentiment"]) == 0
    head, row, _, sentence, advice = capsys.readouterr().out.splitlines()
    report = run(capsys, "rollout", app, "sentiment")
    pairs = report["challengers"][0]["comparison"]["pairs"]
    assert re.split("  +", head)[-4:] == ["both right", "only it", "only 1", "both wrong"]
    assert re.split("  +", row.strip()) == [
        "2",
        "100 unseen",
        f"{report['challengers'][0]['agreement']:.1%}",
        "100",
        str(pairs["both_right"]),
        str(pairs["only_challenger"]),
        str(pairs["only_champion"]),
        str(pairs["both_wrong"]),
    ]
    assert sentence == report["sentence"]
    assert advice == "version 2 should be in use: `pantau registry promote app sentiment 2`"
    assert main(advice.split("`")[1].split()[1:]) == 0
    capsys.readouterr()
    assert run(capsys, "rollout", app, "sentiment")["champion"] == 2


def test_a_watch_acts_on_what_is_decided(app: str, capsys: pytest.CaptureFixture[str]) -> None:
    settings = '{"rollout": {"on_decision": "act"}}'
    assert run(capsys, "settings", app, "sentiment", "--set", settings)["rollout"]["sources"]
    assert main(["challenge", app, "sentiment", "2"]) == 0
    asked(app)
    capsys.readouterr()
    before = signal.getsignal(signal.SIGINT)
    assert main(["watch", app, "--once"]) == 0
    assert signal.getsignal(signal.SIGINT) is before
    told = capsys.readouterr().out
    assert told.startswith("sentiment: skipped: version 2: the challenger is right more often")
    assert told.endswith("it is in use now; no reason to train anew\n")
    assert run(capsys, "rollout", app, "sentiment")["champion"] == 2


def test_what_was_asked_is_asked_again(app: str, capsys: pytest.CaptureFixture[str]) -> None:
    replay = ["replay", app, "sentiment", "2"]
    assert main(replay) == 0
    assert capsys.readouterr().out == "none of 0 answers has a text that may be asked again\n"
    asked(app, consent=pantau.Consent(), at="2026-05-01")
    asked(app, 10, consent=pantau.Consent(), at="2026-06-01")
    found = run(capsys, *replay)
    assert (found["rows"], found["version"]) == (110, 2)
    assert main(["replay", app, "sentiment", "previous"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == found["sentence"]
    assert re.split("  +", lines[2]) == ["label", "was", "would be"]
    for line, (label, counts) in zip(lines[3:5], found["labels"].items(), strict=True):
        assert line.split() == [label, *map(str, counts)]
    assert re.split("  +", lines[6]) == ["was", "would be", "sure", "right", "text"]
    assert len(lines) == 7 + len(found["changed"]) > 20
    for name, expected in [(["--since", "2026-05-15"], 10), (["--until", "2026-05-15"], 100)]:
        assert run(capsys, *replay, *name)["rows"] == expected
    assert run(capsys, *replay, "--limit", "7")["rows"] == 7


def test_long_texts_are_cut_off(app: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pantau.open(app) as workspace:
        text = "gacor " + "sekali " * 40
        workspace.predict("sentiment", text, consent=pantau.Consent())
    assert main(["replay", app, "sentiment", "2"]) == 0
    last = capsys.readouterr().out.splitlines()[-1]
    assert last.endswith("…")
    assert len(re.split("  +", last)[-1]) == 60


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        (["challenge", "app", "sentiment", "1"], "version: 1 is in use already"),
        (["challenge", "app", "sentiment", "7"], "version 7 of sentiment not found"),
        (["challenge", "app", "sentiment", "best"], "best"),
        (["challenge", "app", "sentiment", "2", "--share", "1"], "share: 1 of version 2, allowed"),
        (["challenge", "app", "sentiment", "2", "--share", "nan"], "share: NaN of version 2"),
        (["withdraw", "app", "sentiment", "9"], "challenger 9 of sentiment not found"),
        (["replay", "app", "sentiment", "2", "--since", "soon"], '"soon" is no time such as'),
        (["rollout", "app", "sentimen"], "model sentimen not found"),
        (["rollout", "ap", "sentiment"], "or make one by `pantau init`"),
        (["telemetry", "metrics", "ap"], "or make one by `pantau init`"),
    ],
)
def test_what_cannot_be_is_told(
    arguments: list[str], problem: str, app: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(arguments) == 1
    printed = capsys.readouterr()
    assert problem in printed.err and printed.out == ""
    assert len(printed.err.splitlines()) == 1


@pytest.mark.parametrize(
    "arguments",
    [
        ["challenge", "app", "sentiment", "0"],
        ["challenge", "app", "sentiment", "99999999999"],
        ["replay", "app", "sentiment", "2", "--limit", "0"],
        ["label", "app", "sentiment", "--limit", "-1"],
        ["registry", "promote", "app", "sentiment", "99999999999"],
        ["export", "app", "predictions", "x.csv", "--limit", "-3"],
        ["runs", "app", "sentiment", "--limit", "0"],
    ],
)
def test_numbers_that_cannot_be_are_refused(
    arguments: list[str], app: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    assert ended.value.code == 2
    assert "is not 1 to 4294967295" in capsys.readouterr().err


def test_metrics_are_printed_as_prometheus_reads_them(
    app: str, capsys: pytest.CaptureFixture[str]
) -> None:
    asked(app, 20)
    assert main(["telemetry", "metrics", app]) == 0
    page = capsys.readouterr().out
    assert page.startswith("# HELP pantau_predictions_total ")
    assert page.endswith("\n") and not page.endswith("\n\n")
    # Nobody else has it open, and still it is told how the model stands.
    assert 'pantau_retraining_due{model="sentiment"} 0' in page
    assert "\nsentiment_predictions_total" not in page
    assert main(["telemetry", "metrics", app, "--aliases"]) == 0
    assert '\nsentiment_predictions_total{sentiment="positive"} ' in capsys.readouterr().out


def test_metrics_are_json_for_programs(app: str, capsys: pytest.CaptureFixture[str]) -> None:
    odd = 'a "b" \\ c}'
    with pantau.open(app) as workspace:
        workspace.predict("sentiment", ["bagus", "mantap", "jelek"])
        workspace.count_request(f"/{odd}\n", 200, 0.25)
    samples = run(capsys, "telemetry", "metrics", app)
    told = {
        (own["name"], *sorted(own["labels"].items(), key=lambda label: label[0])): own["value"]
        for own in samples
    }
    assert len(told) == len(samples) > 50
    of = (("model", "sentiment"), ("version", "1"))
    assert told[("pantau_predictions_total", ("label", "negative"), *of)] == 1
    assert told[("pantau_prediction_duration_seconds_bucket", ("le", "+Inf"), *of)] == 3
    assert told[("pantau_http_request_duration_seconds_sum", ("route", f"/{odd}\n"))] == 0.25
    assert main(["telemetry", "metrics", app]) == 0
    page = capsys.readouterr().out
    assert len(samples) == sum(not line.startswith("#") for line in page.splitlines())


def test_what_cannot_be_found_out_is_left_out(app: str, capsys: pytest.CaptureFixture[str]) -> None:
    for bundle in Path(app).rglob("head.safetensors"):
        bundle.write_bytes(b"broken")
    assert main(["telemetry", "metrics", app]) == 0
    page = capsys.readouterr().out
    assert "\npantau_active_models 0\n" in page
    assert "\npantau_store_reachable 1\n" in page


def test_infinity_is_a_text(monkeypatch: pytest.MonkeyPatch) -> None:
    from pantau.cli import telemetry

    page = 'a{b="c"} +Inf\n# HELP d e\nd NaN\nf 0.5\ng 3\n'
    samples = json.loads(json.dumps(list(telemetry._samples(page)), allow_nan=False))
    assert [own["value"] for own in samples] == ["+Inf", "NaN", 0.5, 3]


def test_the_dashboard_and_the_alerts_are_printed(
    capsys: pytest.CaptureFixture[str], root: Path
) -> None:
    assert main(["telemetry", "dashboard"]) == 0
    printed = capsys.readouterr().out
    assert json.loads(printed) == run(capsys, "telemetry", "dashboard")
    assert printed.rstrip() == (root / "ops/grafana.json").read_text(encoding="utf-8").rstrip()
    assert main(["telemetry", "alerts"]) == 0
    printed = capsys.readouterr().out
    assert printed == (root / "ops/alerts.yml").read_text(encoding="utf-8")
    assert run(capsys, "telemetry", "alerts") == {"rules": printed}
