"""What those have who run a workspace: a schedule, metrics, trainings by a command."""

from __future__ import annotations

import json
import os
import re
import signal
import sys
import threading
import time
from pathlib import Path
from typing import Any

import pantau
import pytest
from operating import reviews, until, value

METRICS = [
    'pantau_predictions_total{model="sentiment",version="1",label="positive"}',
    'pantau_prediction_duration_seconds_count{model="sentiment",version="1"}',
    'pantau_prediction_confidence_ratio_count{model="sentiment",version="1"}',
    'pantau_log_records_total{outcome="written"}',
]


def test_metrics_tell_what_happens(workspace: pantau.Workspace) -> None:
    answers = workspace.predict("sentiment", [f"bagus sekali {row}" for row in range(40)])
    workspace.predict("sentiment", "")
    with pytest.raises(pantau.InvalidInputError):
        workspace.predict("sentiment", ["bagus"], review_id=["a", "b"])
    workspace.count_request("/predict", 200, 0.002)
    workspace.count_request("/predict", 200, 0.3)
    workspace.flush()
    workspace.feedback(answers[0].id, correct=True)
    workspace.feedback(answers[1].id, correct=False, label="negative")
    page = workspace.metrics(fresh=True)
    for name in METRICS:
        assert value(page, name) in (40.0, 41.0), name
    for name, expected in [
        ('pantau_flagged_predictions_total{model="sentiment",flag="empty"}', 1.0),
        ('pantau_prediction_errors_total{model="sentiment",kind="invalid_input"}', 1.0),
        ('pantau_http_requests_total{route="/predict",status="200"}', 2.0),
        ('pantau_http_request_duration_seconds_bucket{route="/predict",le="0.1"}', 1.0),
        ('pantau_wrong_feedback_ratio{model="sentiment",version="1"}', 0.5),
        ('pantau_drift_status{model="sentiment",status="ok"}', 1.0),
        ('pantau_retraining_due{model="sentiment"}', 0.0),
        ('pantau_rollout_share_ratio{model="sentiment",version="1",role="champion"}', 1.0),
        ("pantau_store_reachable", 1.0),
    ]:
        assert value(page, name) == expected, name
    # What was found out about a model is told again for half a minute, unless it is to be fresh.
    workspace.feedback(answers[2].id, correct=True)
    wrong = 'pantau_wrong_feedback_ratio{model="sentiment",version="1"}'
    assert value(workspace.metrics(), wrong) == 0.5
    assert value(workspace.metrics(fresh=True), wrong) == pytest.approx(1 / 3)


def test_older_names_say_the_same(workspace: pantau.Workspace) -> None:
    workspace.predict("sentiment", ["bagus sekali", "jelek sekali", "bagus"])
    workspace.count_request("/predict", 200, 0.002)
    plain, older = workspace.metrics(), workspace.metrics(aliases=True)
    names = [re.findall(r"^# TYPE (\S+)", page, re.MULTILINE) for page in (plain, older)]
    assert all(name.startswith("pantau_") for name in names[0])
    assert names[1][: len(names[0])] == names[0]
    assert {"sentiment_predictions_total", "api_requests_total"} <= set(names[1])
    for name, expected in [
        ('sentiment_predictions_total{sentiment="positive"}', 2.0),
        ('sentiment_predictions_total{sentiment="negative"}', 1.0),
        ("predictions_total", 3.0),
        ("prediction_latency_seconds_count", 3.0),
        ("api_requests_total", 1.0),
        ("active_models", 1.0),
    ]:
        assert value(older, name) == expected, name
        assert value(plain, name) is None


def test_whoever_is_asked_tells_the_sum(workspace: pantau.Workspace, folder: Path) -> None:
    with pantau.open(folder) as other:
        for row in range(1, 6):
            workspace.predict("sentiment", "bagus sekali")
            other.predict("sentiment", "bagus sekali")
            told = [value(own.metrics(), METRICS[0]) for own in (other, workspace, other)]
            # The first brings only its own up to date.
            assert told[1:] == [2.0 * row] * 2
            assert told[0] is not None and told[0] >= 2.0 * row - 1
        # It is open twice, in one process.
        assert value(workspace.metrics(), "pantau_processes") == 1.0
    # What was counted stays when those who counted are gone.
    assert value(workspace.metrics(), METRICS[0]) == 10.0
    assert value(workspace.metrics(), "pantau_processes") == 1.0


def test_requests_that_cannot_be_are_refused(workspace: pantau.Workspace) -> None:
    for seconds in [-1.0, float("nan"), float("inf")]:
        with pytest.raises(pantau.InvalidInputError, match="is no number of seconds"):
            workspace.count_request("/predict", 200, seconds)
    assert "pantau_http_requests_total{" not in workspace.metrics()


def test_the_dashboard_and_the_alerts_know_what_is_measured(root: Path) -> None:
    board = json.loads(pantau.dashboard())
    assert board == json.loads((root / "ops/grafana.json").read_text(encoding="utf-8"))
    assert any("pantau_drift_evidence" in json.dumps(panel) for panel in board["panels"])
    rules = pantau.alert_rules()
    assert rules == (root / "ops/alerts.yml").read_text(encoding="utf-8")
    assert "- alert: PantauDrift\n" in rules


def test_a_schedule_trains_by_itself(workspace: pantau.Workspace) -> None:
    workspace.configure("sentiment", triggers={"new_data": 40, "min_interval": "0s"})
    data = reviews(60, seed=3)
    answers = workspace.predict("sentiment", data["text"], consent=pantau.Consent())
    workspace.flush()
    for answer, label in zip(answers, data["label"], strict=True):
        workspace.feedback(answer.id, label=label)
    workspace.start(every=1)
    with pytest.raises(pantau.InvalidInputError, match="it looks after its models already"):
        workspace.start()
    until(lambda: [own["status"] for own in workspace.store.retrainings("sentiment")] != [])
    until(lambda: workspace.info("sentiment")["version"] == 2)
    workspace.stop()
    workspace.stop()
    workspace.start(models=["sentiment"])
    workspace.stop()
    [record] = workspace.store.retrainings("sentiment")
    assert record["status"] == "completed"
    assert [own["type"] for own in record["trigger_evaluation"]["triggers"]] == ["new_data"]


def test_a_schedule_ends_what_it_began(workspace: pantau.Workspace) -> None:
    sleeping = [sys.executable, "-c", "import time; time.sleep(60)"]
    workspace.configure(
        "sentiment", trainer={"command": sleeping}, triggers={"schedule": "* * * * *"}
    )
    workspace.configure("sentiment", triggers={"min_interval": "0s", "max_age": "1s"})
    time.sleep(1.0)
    workspace.start(every=1)
    until(lambda: [own["reason"] for own in workspace.store.retrainings("sentiment")] != [])
    until(lambda: workspace.store.retrainings("sentiment")[0]["reason"] == "training")
    started = time.monotonic()
    workspace.close()
    assert time.monotonic() - started < 20.0
    [record] = workspace.store.retrainings("sentiment")
    assert (record["status"], "the schedule" in record["reason"]) == ("stopped", True)


@pytest.mark.parametrize("every", [0.0, 0.5, -1.0, 86_401.0, float("nan"), float("inf")])
def test_a_schedule_that_cannot_be_is_refused(every: float, workspace: pantau.Workspace) -> None:
    with pytest.raises(pantau.InvalidInputError, match="every: "):
        workspace.start(every)
    workspace.start(86_400.0)


def test_another_version_is_followed_at_once(workspace: pantau.Workspace, folder: Path) -> None:
    with pantau.open(folder) as other:
        assert other.models_in_use() == ["sentiment"]
        assert other.predict("sentiment", "bagus").version == "1"
        workspace.train("sentiment", reviews(1600, seed=1), kind="tfidf-nb")
        assert other.reload("sentiment") == 2
        assert other.predict("sentiment", "bagus").version == "2"
    info = workspace.info("sentiment")
    assert (info["model"], info["version"], info["watched"]) == ("sentiment", 2, True)
    assert info["labels"] == ["negative", "positive"]
    assert info["info"]["manifest"]["family"] == "tfidf-nb"
    assert (info["challengers"], info["shadows"], info["problems"]) == ([], [], [])
    for ask in [workspace.info, workspace.reload]:
        with pytest.raises(pantau.NotFoundError, match="model sentimen not found"):
            ask("sentimen")


# Copies the bundle of the version in use, and says what it was given.
COPIES = """
import json, os, shutil, sys
data, output, champion = sys.argv[1:]
assert (data, output) == (os.environ["PANTAU_DATA"], os.environ["PANTAU_OUTPUT"])
with open(data, encoding="utf-8") as lines:
    rows = [json.loads(line) for line in lines]
print(len(rows), sorted({row["label"] for row in rows}))
shutil.copytree(champion, output)
"""


def test_a_command_trains(workspace: pantau.Workspace) -> None:
    command = [sys.executable, "-c", COPIES, "{data}", "{output}", "{champion}"]
    settings = workspace.configure("sentiment", trainer={"command": command})
    assert settings["trainer"] == {"command": command, "time_limit": "6h", "weights": "int8"}
    record = workspace.retrain("sentiment", force=True)
    assert record["status"] == "completed", record
    assert record["training_result"]["version"] == 2
    assert record["training_result"]["metrics"]["accuracy"] > 0.9
    assert workspace.predict("sentiment", "bagus sekali").version == "2"
    log = workspace.folder / "retrainings" / f"{record['id']}.log"
    told = re.fullmatch(r"(\d+) (.*)\n", log.read_text(encoding="utf-8"))
    assert told is not None
    # A fifth tests, and a tenth of the others says how sure the model may be.
    assert 1000 < int(told[1]) < 1200
    assert told[2] == "['negative', 'positive']"
    # Without it the library trains again.
    assert workspace.configure("sentiment", trainer=None)["trainer"] is None
    record = workspace.retrain("sentiment", force=True)
    assert record["training_result"]["version"] == 3


@pytest.mark.parametrize(
    ("script", "reason"),
    [
        ("print('no memory'); raise SystemExit(3)", "exit code 3; it printed: no memory"),
        ("pass", "left no folder at"),
        ("import os, sys; os.mkdir(sys.argv[1])", "output"),
    ],
)  # fmt: skip
def test_a_command_that_fails_is_told(
    script: str, reason: str, workspace: pantau.Workspace
) -> None:
    command = [sys.executable, "-c", script, "{output}"]
    workspace.configure("sentiment", trainer={"command": command})
    heard: list[dict[str, Any]] = []
    workspace.notify(heard.append)
    record = workspace.retrain("sentiment", force=True)
    assert record["status"] == "failed"
    assert reason in record["reason"]
    assert workspace.predict("sentiment", "bagus sekali").version == "1"
    until(lambda: len(heard) == 2)
    assert (heard[1]["event"], heard[1]["text"]) == ("failed", record["reason"])


@pytest.mark.parametrize(
    ("trainer", "problem"),
    [
        ({"command": []}, "the command of the trainer: is empty; name a program"),
        ({"command": [""]}, "names no program"),
        ({"command": ["train"], "time_limit": "0s"}, "may take 0s, allowed are 1s and more"),
        ({"command": ["train"], "weights": "fp64"}, "not one of fp32, fp16, int8"),
        ({"command": "train"}, 'trainer.command: expected a list, got "train"'),
        ({"program": "train"}, "unknown field `program`"),
    ],
)
def test_a_command_that_cannot_be_is_refused(
    trainer: dict[str, Any], problem: str, workspace: pantau.Workspace
) -> None:
    with pytest.raises(pantau.InvalidInputError, match=problem):
        workspace.configure("sentiment", trainer=trainer)
    assert workspace.settings("sentiment")["trainer"] is None


def test_a_training_that_was_interrupted_is_no_failure(workspace: pantau.Workspace) -> None:
    script = "import time; print('begun', flush=True); time.sleep(60)"
    workspace.configure("sentiment", trainer={"command": [sys.executable, "-c", script]})
    heard: list[dict[str, Any]] = []
    workspace.notify(heard.append)

    def interrupt() -> None:
        logs = workspace.folder / "retrainings"
        until(lambda: any(log.read_text() for log in logs.glob("*.log")))
        signal.raise_signal(signal.SIGINT)

    thread = threading.Thread(target=interrupt)
    thread.start()
    started = time.monotonic()
    with pytest.raises(KeyboardInterrupt):
        workspace.retrain("sentiment", force=True)
    thread.join()
    assert time.monotonic() - started < 30.0
    [record] = workspace.store.retrainings("sentiment")
    assert record["status"] == "stopped"
    assert workspace.predict("sentiment", "bagus sekali").version == "1"
    # Who did it knows, and it does not count as a training.
    assert workspace.evaluate_triggers("sentiment")["held_back"][0]["type"] == "min_interval"
    workspace.close()
    assert [notice["event"] for notice in heard] == ["triggered"]


def test_stopped_trainings_are_counted(workspace: pantau.Workspace) -> None:
    workspace.predict("sentiment", "bagus")
    name = 'pantau_retrainings{model="sentiment",status="stopped"}'
    assert value(workspace.metrics(fresh=True), name) == 0


def test_models_in_use_are_told_of_before_anybody_asks(workspace: pantau.Workspace) -> None:
    assert "pantau_retraining_due" in workspace.metrics(fresh=True)


def test_cpu_seconds_are_counted_once(folder: Path) -> None:
    for _ in range(10):
        with pantau.open(folder) as workspace:
            page = workspace.metrics()
    seconds = value(page, "pantau_process_cpu_seconds_total")
    assert seconds is not None and seconds < 2 * sum(os.times()[:2])


def test_a_second_open_workspace_is_no_second_process(folder: Path) -> None:
    with pantau.open(folder) as one, pantau.open(folder) as other:
        other.metrics()
        assert value(one.metrics(), "pantau_processes") == 1
        memory = value(one.metrics(), "pantau_process_resident_memory_bytes")
    assert memory is not None
    own = int(Path("/proc/self/statm").read_text().split()[1]) * 4096
    assert memory < 1.5 * own


def test_a_model_that_cannot_answer_is_told_by_its_name(folder: Path) -> None:
    with pantau.open(folder) as workspace:
        path = Path(workspace.registry.path("models:/sentiment@champion"))
    for file in path.glob("*.safetensors"):
        file.write_bytes(b"nothing")
    with pantau.open(folder) as workspace:
        for model in ["sentiment", "nobody"]:
            with pytest.raises(pantau.Error):
                workspace.predict(model, "bagus")
        page = workspace.metrics()
        errors = "pantau_prediction_errors_total"
        assert value(page, f'{errors}{{model="sentiment",kind="incompatible"}}') == 1
        assert value(page, f'{errors}{{model="unknown",kind="not_found"}}') == 1
        # Looking after it cannot be done either, and is told once.
        told: list[Any] = []
        workspace.notify(told.append)
        for _ in range(3):
            with pytest.raises(pantau.IncompatibleError):
                workspace.look_after("sentiment")
        until(lambda: told)
        kinds = [own["action"] for own in workspace.store.audit_trail()]
        assert sum("failed" in kind for kind in kinds) == 1
    assert [own["event"] for own in told] == ["failed"]
    assert told[0]["text"].startswith("sentiment cannot be looked after: ")
