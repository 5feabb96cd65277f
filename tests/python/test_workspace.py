"""A workspace, as its users see it; the whole story is told in crates/core/tests/workspace.rs."""

from __future__ import annotations

import json
import random
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pandas as pd
import pantau
import pytest

GOOD = ["bagus", "mantap", "cepat", "mudah", "lancar", "puas"]
BAD = ["jelek", "lambat", "gagal", "susah", "rusak", "kecewa"]
FILLER = [
    "aplikasi",
    "ini",
    "sekali",
    "dan",
    "untuk",
    "saya",
    "pakai",
    "setiap",
    "hari",
    "versi",
    "baru",
    "banget",
]


def reviews(rows: int, seed: int = 0) -> dict[str, list[str]]:
    rng = random.Random(seed)
    texts, labels = [], []
    for _ in range(rows):
        is_good = rng.random() < 0.5
        words = rng.choices(GOOD if is_good else BAD, k=2) + rng.choices(FILLER, k=8)
        texts.append(" ".join(words))
        labels.append("positive" if is_good else "negative")
    return {"text": texts, "label": labels}


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[pantau.Workspace]:
    with pantau.open(tmp_path / "reviews") as workspace:
        workspace.train("sentiment", reviews(1800), at="2026-01-01")
        yield workspace


def test_a_stranger_is_served(workspace: pantau.Workspace) -> None:
    text = "Aplikasi ini sangat bagus dan mudah digunakan!"
    answer = workspace.predict("sentiment", text)
    assert (answer.label, answer.version, answer.flags) == ("positive", "1", [])
    assert answer.probabilities is not None
    assert answer.probabilities["positive"] == answer.confidence
    assert workspace.feedback(answer.id, correct=False, label="negative")
    stored = workspace.store.prediction(answer.id)
    assert stored is not None
    assert stored["actual_label"] == "negative"
    # Nobody agreed to have the text kept.
    assert "input_text" not in stored or stored["input_text"] is None
    kept = workspace.predict("sentiment", text, consent=pantau.Consent("u1"), review_id="r1")
    workspace.flush()
    stored = workspace.store.prediction(kept.id)
    assert stored is not None
    assert (stored["input_text"], stored["review_id"]) == (text, "r1")
    assert json.loads(json.dumps(answer.to_dict()))["id"] == answer.id


def test_many_texts_are_answered_in_order(workspace: pantau.Workspace) -> None:
    texts = pd.Series(["bagus sekali", "jelek sekali", "mantap"])
    answers = workspace.predict("sentiment", texts, review_id=["a", "b", "c"])
    assert [answer.label for answer in answers] == ["positive", "negative", "positive"]
    frame = pd.DataFrame([answer.to_dict() for answer in answers])
    assert list(frame["flags"]) == [["few_words"]] * 3
    bare = workspace.predict("sentiment", texts, return_probabilities=False)
    assert [answer.probabilities for answer in bare] == [None] * 3
    with pytest.raises(pantau.InvalidInputError, match="review_ids: 1 for 3 texts"):
        workspace.predict("sentiment", texts, review_id=["a"])
    with pytest.raises(pantau.InvalidInputError, match="the text is missing"):
        workspace.predict("sentiment", float("nan"))  # type: ignore[call-overload]


def test_it_tells_how_a_model_stands(workspace: pantau.Workspace, tmp_path: Path) -> None:
    for day in range(2, 6):
        texts = reviews(60, seed=day)["text"]
        workspace.predict("sentiment", texts, at=f"2026-01-{day:02}T12:00:00Z")
    check = workspace.check("sentiment", now="2026-01-06")
    assert check.drift is not None
    assert (check.drift.status, check.drift.windows, check.version) == ("ok", 4, 1)
    assert "no reason to train anew" in str(check)
    # What was looked at once is not counted again.
    again = workspace.check("sentiment", now="2026-01-06")
    assert again.drift is not None
    assert again.drift.windows == 4
    triggers = workspace.evaluate_triggers("sentiment", now="2026-02-10")
    assert triggers["should_retrain"] is True
    assert triggers["triggers"] == [
        {"type": "time", "reason": "trained 40 days ago, and 30 days is the limit",
         "priority": "low"}
    ]  # fmt: skip
    assert triggers["summary"]["total_triggers"] == 1
    assert {own["type"] for own in triggers["not_fired"]} == {
        "drift",
        "performance",
        "feedback",
        "new_data",
        "schedule",
    }
    page = tmp_path / "report.html"
    workspace.report("sentiment", page, now="2026-01-06")
    assert "sentiment, version 1" in page.read_text(encoding="utf-8")


def test_it_is_trained_anew(workspace: pantau.Workspace) -> None:
    skipped = workspace.retrain("sentiment", at="2026-01-10")
    assert (skipped["status"], skipped["reason"]) == ("skipped", "no reason to train anew")
    data = reviews(600, seed=3)
    answers = workspace.predict(
        "sentiment", data["text"], consent=pantau.Consent(), at="2026-01-11"
    )
    workspace.flush()
    for answer, label in zip(answers, data["label"], strict=True):
        workspace.feedback(answer.id, label=label, at="2026-01-12")
    record = workspace.retrain("sentiment", at="2026-01-13", actor="sari")
    assert record["status"] == "completed", record
    assert record["training_result"]["train_rows"] > 1500
    assert record["validation_result"]["passed"] is True
    assert [own["type"] for own in record["trigger_evaluation"]["triggers"]] == ["new_data"]
    assert workspace.predict("sentiment", "bagus").version == "2"
    assert [own["status"] for own in workspace.store.retrainings("sentiment")] == ["completed"]
    moved = workspace.history("sentiment")[-1]
    assert (moved["actor"], moved["what"]) == ("sari", "promote")
    assert workspace.rollback("sentiment", actor="sari", reason="to see") == 1
    assert workspace.predict("sentiment", "bagus").version == "1"
    workspace.promote("sentiment", 2)
    assert workspace.predict("sentiment", "bagus").version == "2"


def test_settings_are_merged_and_checked(workspace: pantau.Workspace) -> None:
    before = workspace.settings("sentiment")
    assert before["validation"]["min_words"] == 7
    workspace.configure(
        "sentiment", actor="sari", validation={"on_breach": "reject"}, triggers={"new_data": 50}
    )
    with pytest.raises(pantau.InvalidInputError, match="text: 1 words, and 7 are the fewest"):
        workspace.predict("sentiment", "bagus")
    with pytest.raises(pantau.InvalidInputError, match="text 1: 0 characters, and 3"):
        workspace.predict("sentiment", ["satu dua tiga empat lima enam tujuh", ""])
    after = workspace.configure("sentiment", validation=None)
    assert after["validation"] == before["validation"]
    assert after["triggers"]["new_data"] == 50
    for changes, message in [
        ({"windw": 1}, "unknown field `windw`"),
        ({"triggers": {"schedule": "at night"}}, "it needs five"),
        ({"window": "a while"}, "is no length of time"),
    ]:
        with pytest.raises(pantau.InvalidInputError, match=message):
            workspace.configure("sentiment", **changes)
    assert [own["action"] for own in workspace.store.audit_trail()] == ["configure"] * 2


def test_only_rows_picked_by_chance_are_audited(workspace: pantau.Workspace) -> None:
    workspace.configure("sentiment", audit_rate=200.0)
    data = reviews(900, seed=9)
    answers = workspace.predict("sentiment", data["text"], at="2026-01-03T10:00:00Z")
    picked = workspace.to_label("sentiment", 500, now="2026-01-03T20:00:00Z")
    assert 120 < len(picked) < 280
    known = {answer.id: label for answer, label in zip(answers, data["label"], strict=True)}
    for row in picked:
        label = known[row["id"]]
        workspace.feedback(row["id"], label=label, source="audit", at="2026-01-04T08:00:00Z")
    assert workspace.to_label("sentiment", now="2026-01-04T09:00:00Z") == []
    check = workspace.check("sentiment", now="2026-01-05")
    assert check.accuracy is not None
    assert check.accuracy["audit"]["labelled"] == len(picked)


def test_what_cannot_be_is_told(workspace: pantau.Workspace, tmp_path: Path) -> None:
    with pytest.raises(pantau.NotFoundError, match="model sentimen"):
        workspace.predict("sentimen", "bagus")
    answer = workspace.predict("sentiment", "bagus")
    with pytest.raises(pantau.InvalidInputError, match="is none of sentiment has"):
        workspace.feedback(answer.id, label="positif")
    assert workspace.feedback("nobody", correct=True) is False
    mine = tmp_path / "mine"
    mine.mkdir()
    (mine / "thesis.txt").write_text("x")
    with pytest.raises(pantau.InvalidInputError, match=r"holds thesis\.txt"):
        pantau.open(mine)


def test_the_store_may_be_a_server(tmp_path: Path, server: Callable[[str], dict[str, str]]) -> None:
    url = server("postgres")["url"] + f"?schema=loop_{random.randrange(10**9)}"
    with pantau.open(tmp_path / "app", store=url) as workspace:
        workspace.train("sentiment", reviews(1800), at="2026-01-01")
        for day in range(2, 5):
            texts = reviews(60, seed=day)["text"]
            workspace.predict("sentiment", texts, at=f"2026-01-{day:02}T12:00:00Z")
        check = workspace.check("sentiment", now="2026-01-06")
        assert check.drift is not None
        assert (check.drift.status, check.drift.windows) == ("ok", 3)
        assert workspace.retrain("sentiment", force=True)["status"] == "completed"
        assert workspace.configure("sentiment", window="12h")["window"] == "12h"
    with pytest.raises(pantau.InvalidInputError, match="its store is elsewhere"):
        pantau.open(tmp_path / "app")
    with pantau.open(tmp_path / "app", store=url) as workspace:
        assert workspace.predict("sentiment", "bagus").version == "2"


def test_threads_and_processes_share_it(workspace: pantau.Workspace) -> None:
    program = (
        "import pantau, sys\n"
        "with pantau.open(sys.argv[1]) as ws:\n"
        "    for row in range(200): ws.predict('sentiment', f'bagus {row}')\n"
    )
    children = [
        subprocess.Popen([sys.executable, "-c", program, str(workspace.folder)]) for _ in range(2)
    ]
    wrong: list[Any] = []

    def ask() -> None:
        for row in range(200):
            if workspace.predict("sentiment", f"jelek {row}").label != "negative":
                wrong.append(row)

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [child.wait(60) for child in children] == [0, 0]
    workspace.flush()
    assert wrong == []
    assert workspace.store.summary()["count"] == 1200


def test_rows_of_the_open_window_are_told(workspace: pantau.Workspace) -> None:
    workspace.predict("sentiment", ["bagus sekali aplikasi ini"] * 40)
    told = workspace.check("sentiment").to_json()
    assert "has 0 rows" not in told and '"evidence":-0' not in told
    # Looking keeps nothing of it.
    assert workspace.check("sentiment").to_json().count('"rows":40') == told.count('"rows":40')


def test_what_was_trained_with_is_nothing_new(workspace: pantau.Workspace, tmp_path: Path) -> None:
    rows = reviews(600, seed=9)
    workspace.train("sentiment", rows)
    table = tmp_path / "reviews.jsonl"
    pairs = zip(rows["text"], rows["label"], strict=True)
    lines = [json.dumps({"review_text": text, "sentiment_label": label}) for text, label in pairs]
    table.write_text("\n".join(lines), encoding="utf-8")
    told = workspace.store.import_reviews(table, consent=pantau.Consent())
    assert told["written"] > 100
    triggers = workspace.evaluate_triggers("sentiment")
    [new] = [own for own in triggers["not_fired"] if own["type"] == "new_data"]
    assert new["reason"].startswith("0 new labels")


def test_a_new_version_is_told_beside_the_one_before(workspace: pantau.Workspace) -> None:
    workspace.train("sentiment", reviews(600, seed=3))
    reason = workspace.retrain("sentiment", force=True)["reason"]
    assert "right, the version before" in reason or "is not in use" in reason


def test_wrong_texts_are_got_rid_of(workspace: pantau.Workspace) -> None:
    rows = reviews(1800)
    swapped = {"positive": "negative", "negative": "positive"}
    wrong = {"text": rows["text"], "label": [swapped[label] for label in rows["label"]]}
    workspace.train("sentiment", wrong)
    kept = len(workspace.store.labelled_texts()["text"])
    right = reviews(1200, seed=5)
    workspace.train("sentiment", right, replace=True, actor="sari")
    texts = workspace.store.labelled_texts()["text"]
    assert kept == len(set(rows["text"])) and len(texts) == len(set(right["text"]))
    [told] = [own for own in workspace.store.audit_trail() if own["action"] == "replace_reviews"]
    detail = json.loads(told["detail"]) if isinstance(told["detail"], str) else told["detail"]
    assert told["actor"] == "sari" and detail["source"] == "training/sentiment"
    assert detail["written"] == len(texts)
    assert detail["removed"] == len(set(rows["text"]) - set(right["text"]))
    record = workspace.retrain("sentiment", force=True)
    assert record["training_result"]["train_rows"] < 1200


def test_a_rejected_version_says_why(workspace: pantau.Workspace) -> None:
    workspace.configure("sentiment", gates={"floor": 1.0, "promote": 1.0})
    training = workspace.train("sentiment", reviews(1800, seed=2))
    assert not training.promoted
    registry = workspace.registry
    assert (
        "floor" in registry.version("sentiment", 2)["tags"]["rejected"]
        or (registry.version("sentiment", 2)["tags"]["rejected"])
    )
    assert registry.model("sentiment")["aliases"] == {"champion": 1}
    workspace.challenge("sentiment", 2, 0.1)
    assert registry.model("sentiment")["aliases"]["challenger"] == 2
    workspace.withdraw("sentiment", 2)
    assert "challenger" not in registry.model("sentiment")["aliases"]


def test_what_somebody_was_asked_is_no_click(workspace: pantau.Workspace) -> None:
    workspace.configure("sentiment", triggers={"min_feedback": 1})
    answers = workspace.predict("sentiment", reviews(40, seed=3)["text"])
    workspace.flush()
    for answer in answers[:30]:
        workspace.feedback(answer.id, correct=False, source="audit")
    workspace.feedback(answers[30].id, correct=True)
    workspace.feedback(answers[31].id, correct=False)
    triggers = {own["type"]: own["reason"] for own in _triggers(workspace)}
    assert triggers["feedback"].startswith("1 of 2 judged answers")
    told = workspace.check("sentiment").to_dict()["feedback"]
    assert (told["right"], told["wrong"]) == (1, 1)


def _triggers(workspace: pantau.Workspace) -> list[dict[str, Any]]:
    report = workspace.evaluate_triggers("sentiment")
    return [*report["triggers"], *report["not_fired"]]


def test_each_move_has_the_same_names(workspace: pantau.Workspace) -> None:
    workspace.train("sentiment", reviews(1800, seed=2))
    workspace.promote("sentiment", 2, reason="better")
    workspace.rollback("sentiment")
    rows = workspace.history("sentiment")
    assert len({tuple(sorted(row)) for row in rows}) == 1
    assert rows[-1]["reason"] == "" and rows[-1]["evidence"] is None


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"window": "12x"}, 'settings: window: time: "12x" is no length of time'),
        ({"triggers": {"new_data": -3}}, "settings: triggers.new_data: .*-3"),
        (
            {"triggers": {"min_interval": 0}},
            'settings: triggers.min_interval: expected a length of time such as "7d", got 0',
        ),
        ({"trigers": {}}, "settings: unknown field `trigers`"),
        ({"gates": {"flor": 1}}, "settings: gates: unknown field `flor`"),
    ],
)
def test_the_setting_that_cannot_be_is_named(
    changes: dict[str, Any], problem: str, workspace: pantau.Workspace
) -> None:
    with pytest.raises(pantau.InvalidInputError, match=problem):
        workspace.configure("sentiment", **changes)


def test_a_long_window_is_kept_in_parts(workspace: pantau.Workspace) -> None:
    text = "bagus sekali aplikasi ini saya pakai setiap hari"
    seen = 0

    def answer(rows: int, at: str) -> None:
        nonlocal seen
        workspace.predict("sentiment", [text] * rows, at=at, return_probabilities=False)
        seen += rows

    def rows(now: str) -> int:
        accuracy = json.loads(workspace.check("sentiment", now).to_json())["accuracy"]
        return accuracy["audit"]["rows"] if accuracy["audit"] else 0

    answer(15_000, "2026-01-02T08:00:00Z")
    assert rows("2026-01-02T08:30:00Z") == seen
    # Whoever is not many may come late.
    answer(10, "2026-01-02T08:01:00Z")
    assert rows("2026-01-02T08:31:00Z") == seen
    answer(15_000, "2026-01-02T09:00:00Z")
    for minute in (30, 31):
        assert rows(f"2026-01-02T09:{minute}:00Z") == seen
    answer(10, "2026-01-02T09:32:00Z")
    assert rows("2026-01-02T09:33:00Z") == seen
    answer(10, "2026-01-03T09:00:00Z")
    assert rows("2026-01-03T09:01:00Z") == seen
    # As many are to be labelled as were asked for, up to eight times.
    asked = workspace.to_label("sentiment", 10_000, now="2026-01-03T09:01:00Z")
    assert 60 <= len(asked) <= 300


def test_a_training_that_fails_keeps_nothing(workspace: pantau.Workspace) -> None:
    before = workspace.store.labelled_texts()
    swapped = {"positive": "negative", "negative": "positive"}
    rows = reviews(1800)
    wrong = {"text": rows["text"], "label": [swapped[label] for label in rows["label"]]}
    with pytest.raises(pantau.InvalidInputError, match="nope"):
        workspace.train("sentiment", wrong, kind="nope")
    with pytest.raises(pantau.InvalidInputError, match="positive"):
        workspace.train("sentiment", [("bagus sekali", "positive")] * 5, replace=True)
    with pytest.raises(pantau.InvalidInputError):
        workspace.train("other", [("bagus sekali", "positive")] * 5)
    assert workspace.store.labelled_texts() == before


def test_looking_ahead_changes_nothing(workspace: pantau.Workspace) -> None:
    texts = reviews(60, seed=8)["text"]
    workspace.predict("sentiment", texts)
    workspace.evaluate_triggers("sentiment", "2099-01-01")
    assert workspace.check("sentiment", "2099-01-01").drift.windows == 1
    workspace.predict("sentiment", texts)
    told = json.loads(workspace.check("sentiment").to_json())
    assert told["drift"]["windows"] == 0
    assert told["accuracy"]["audit"]["rows"] == 120


def test_what_is_known_without_a_reference_is_told(tmp_path: Path) -> None:
    with pantau.open(tmp_path / "small") as workspace:
        workspace.train("sentiment", reviews(300))
        answers = workspace.predict("sentiment", reviews(200, seed=4)["text"])
        workspace.flush()
        asked = {own["id"] for own in workspace.to_label("sentiment", 3)}
        for answer in answers:
            if answer.id in asked:
                workspace.feedback(answer.id, correct=True, source="audit")
        workspace.feedback(answers[0].id, correct=False)
        check = workspace.check("sentiment")
        assert check.drift is None
        assert "0 of 28 windows are over" in check.unwatched
        assert check.to_dict()["learning"] == {"windows": 0, "of": 28}
        with pytest.raises(pantau.InvalidInputError, match="report: nothing is watched yet"):
            check.report()
        told = str(check)
        assert (
            "nothing is watched" in told
            and "Accuracy: audited: 100.0 %" in told
            and "from 3 labels" in told
        )
        assert "1 were marked as wrong" in told
        page = workspace.metrics(fresh=True)
    assert 'pantau_accuracy_ratio{model="sentiment",version="1",source="audit"}' in page
    assert 'metric="train_accuracy"' not in page


def test_a_closed_workspace_says_so(tmp_path: Path) -> None:
    workspace = pantau.open(tmp_path / "reviews")
    workspace.train("sentiment", reviews(300))
    workspace.close()
    for ask in [
        lambda: workspace.predict("sentiment", "bagus"),
        lambda: workspace.check("sentiment"),
        lambda: workspace.configure("sentiment", window="12h"),
        lambda: workspace.feedback("x", correct=True),
        lambda: workspace.promote("sentiment", 1),
        lambda: workspace.rollback("sentiment"),
        lambda: workspace.challenge("sentiment", 1),
        lambda: workspace.train("sentiment", reviews(300)),
    ]:
        with pytest.raises(pantau.InvalidInputError, match="workspace: it is closed"):
            ask()


def test_models_run_where_it_is_said(workspace: pantau.Workspace, tmp_path: Path) -> None:
    with pytest.raises(pantau.InvalidInputError, match='"gpu" is not one of cpu'):
        pantau.open(tmp_path / "other", device="gpu")
    assert not (tmp_path / "other").exists()
    with pytest.raises(pantau.InvalidInputError, match="threads"):
        pantau.open(tmp_path / "other", threads=0)
    with pantau.open(workspace.folder, device="prefer_cuda", threads=1) as other:
        assert other.predict("sentiment", "bagus sekali").label == "positive"
        assert other.info("sentiment")["info"]["provider"] == "cpu"


def test_a_retraining_learns_as_the_version_in_use_did(workspace: pantau.Workspace) -> None:
    workspace.train("other", reviews(900, seed=1), kind="tfidf-nb", seed=3)
    workspace.retrain("other", force=True)
    workspace.promote("other", 2)
    workspace.retrain("other", force=True)

    def learned(version: int) -> dict[str, Any]:
        path = workspace.registry.path(f"models:/other/{version}")
        told: dict[str, Any] = pantau.Bundle.open(path).manifest["learned"]
        return told

    assert [learned(own)["kind"] for own in (1, 2, 3)] == ["tfidf-nb"] * 3
    assert learned(3)["seed"] == 3
    # What the settings say goes first.
    workspace.configure("other", training={"kind": "tfidf-logistic"})
    workspace.retrain("other", force=True)
    assert (learned(4)["kind"], learned(4)["seed"]) == ("tfidf-logistic", 3)


def test_what_nobody_does_does_not_happen(workspace: pantau.Workspace) -> None:
    workspace.train("sentiment", reviews(1800, seed=2))
    workspace.promote("sentiment", 2)
    before = workspace.settings("sentiment")
    texts = workspace.store.labelled_texts()
    for act in [
        lambda: workspace.configure("sentiment", actor="", window="12h"),
        lambda: workspace.challenge("sentiment", 1, 0.5, actor=""),
        lambda: workspace.train("sentiment", reviews(1800, seed=9), actor=""),
    ]:
        with pytest.raises(pantau.InvalidInputError, match="actor: is empty"):
            act()
    assert workspace.settings("sentiment") == before
    assert workspace.store.labelled_texts() == texts


def test_labels_of_texts_that_are_not_kept_are_told(workspace: pantau.Workspace) -> None:
    for consent, kept, others in [(None, 0, 5), (pantau.Consent(), 5, 5)]:
        answers = workspace.predict("sentiment", reviews(5, seed=kept)["text"], consent=consent)
        workspace.flush()
        for answer in answers:
            workspace.feedback(answer.id, correct=True)
        [told] = [own["reason"] for own in _triggers(workspace) if own["type"] == "new_data"]
        assert told.startswith(f"{kept} new labels") and f"of {others} more the texts" in told


def test_why_nothing_is_watched_is_told(tmp_path: Path) -> None:
    with pantau.open(tmp_path / "tiny") as workspace:
        training = workspace.train("tiny", reviews(60))
        assert "test texts, and 28 are the fewest" in training.sentence
        training = workspace.train("unkept", reviews(600), reference=False)
        assert "its training kept nothing to compare with" in training.sentence
        assert "kept nothing to compare with" in workspace.check("unkept").unwatched
