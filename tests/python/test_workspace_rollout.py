"""Versions beside the one in use, as Python has them; under load and in full they are tested by
crates/core/tests/rollout.rs."""

from __future__ import annotations

import random
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pantau
import pytest

GOOD = ["bagus", "mantap", "gacor", "joss"]
BAD = ["jelek", "lambat", "zonk", "ambyar"]
FILLER = ["aplikasi", "ini", "sekali", "saya", "pakai", "setiap"]


def reviews(rows: int, words: int = 4, seed: int = 0) -> dict[str, list[str]]:
    """Reviews by the first so many words of each kind."""
    rng = random.Random(seed)
    texts, labels = [], []
    for row in range(rows):
        is_good = rng.random() < 0.5
        word = rng.choice((GOOD if is_good else BAD)[:words])
        texts.append(" ".join([word, *rng.choices(FILLER, k=7), str(row)]))
        labels.append("positive" if is_good else "negative")
    return {"text": texts, "label": labels}


def two_versions(folder: Path) -> Path:
    """Version 1 is in use and knows half of the words, version 2 knows all of them."""
    with pantau.open(folder) as workspace:
        for words in [2, 4]:
            workspace.train("sentiment", reviews(600, words, seed=words), kind="tfidf-nb")
        workspace.promote("sentiment", 1)
    return folder


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return two_versions(tmp_path_factory.mktemp("made") / "reviews")


@pytest.fixture
def workspace(tmp_path: Path, made: Path) -> Iterator[pantau.Workspace]:
    with pantau.open(shutil.copytree(made, tmp_path / "reviews")) as workspace:
        yield workspace


def label_all(
    workspace: pantau.Workspace, rows: int, seed: int, source: str = "audit", **ask: Any
) -> None:
    """Ask about reviews, and tell their labels."""
    data = reviews(rows, seed=seed)
    answers = workspace.predict("sentiment", data["text"], **ask)
    workspace.flush()
    for answer, label in zip(answers, data["label"], strict=True):
        workspace.feedback(answer.id, label=label, source=source)


def test_people_stay_with_their_version(workspace: pantau.Workspace) -> None:
    workspace.challenge("sentiment", 2, 0.3, actor="sari")

    def versions(**ask: Any) -> list[str]:
        people = range(300)
        named = [{name: make(row) for name, make in ask.items()} for row in people]
        return [workspace.predict("sentiment", "bagus sekali", **own).version for own in named]

    before = versions(subject=lambda row: f"user-{row}")
    assert 60 < before.count("2") < 120
    assert versions(subject=lambda row: f"user-{row}") == before
    # Whoever is named by a consent is the same person.
    assert versions(consent=lambda row: pantau.Consent(f"user-{row}")) == before
    assert versions(review_id=lambda row: f"user-{row}") == before
    workspace.challenge("sentiment", 2, 0.6, actor="sari")
    after = versions(subject=lambda row: f"user-{row}")
    assert {now for was, now in zip(before, after, strict=True) if was == "2"} == {"2"}
    assert after.count("2") > before.count("2") + 50
    workspace.withdraw("sentiment", 2, actor="sari")
    assert set(versions(subject=lambda row: f"user-{row}")) == {"1"}
    trail = [(own["actor"], own["action"]) for own in workspace.store.audit_trail()]
    assert trail == [("sari", "challenge")] * 2 + [("sari", "withdraw")]


def test_reviews_of_a_batch_go_their_own_ways(workspace: pantau.Workspace) -> None:
    workspace.challenge("sentiment", 2, 0.5)
    texts = ["gacor sekali"] * 60
    ids = [f"r{row}" for row in range(60)]
    answers = workspace.predict("sentiment", texts, review_id=ids)
    assert {answer.version for answer in answers} == {"1", "2"}
    # Only version 2 knows the word, so it shows whose answer stands where.
    known = {}
    for version in ["1", "2"]:
        with workspace.registry.load(f"models:/sentiment/{version}") as own:
            known[version] = own.predict("gacor sekali").confidence
    assert known["2"] - known["1"] > 0.1
    assert [answer.confidence for answer in answers] == [known[own.version] for own in answers]
    alone = [
        workspace.predict("sentiment", text, review_id=id).version
        for text, id in zip(texts, ids, strict=True)
    ]
    assert [answer.version for answer in answers] == alone
    together = workspace.predict("sentiment", texts, review_id=ids, subject="user-1")
    assert len({answer.version for answer in together}) == 1


def test_a_shadow_answers_and_nobody_sees_it(workspace: pantau.Workspace) -> None:
    workspace.challenge("sentiment", 2)
    label_all(workspace, 100, seed=5, consent=pantau.Consent("user-1"))
    report = workspace.rollout("sentiment")
    [own] = report["challengers"]
    assert (report["champion"], own["version"], own["share"], own["problem"]) == (1, 2, 0, None)
    assert own["answered"] == 100
    assert 0.5 < own["agreement"] < 0.9
    pairs = own["comparison"]["pairs"]
    assert sum(pairs.values()) == 100
    assert pairs["only_challenger"] > 15 > pairs["only_champion"]
    assert own["comparison"]["preference"] == "challenger"
    assert report["recommended"] == 2
    assert "version 2 is a shadow that agrees in" in report["sentence"]
    # It may be asked as often as one likes.
    assert workspace.rollout("sentiment") == report
    assert workspace.store.summary(model="sentiment")["count"] == 100
    # Whoever wants to be forgotten is forgotten by the shadow, too.
    forgotten = workspace.store.forget("user-1", actor="sari")
    assert forgotten["predictions"] == forgotten["shadows"] == 100
    [own] = workspace.rollout("sentiment")["challengers"]
    assert own["comparison"]["gain"] is None


def test_a_winner_is_recommended_once(workspace: pantau.Workspace) -> None:
    heard: list[dict[str, Any]] = []
    workspace.notify(heard.append)
    workspace.challenge("sentiment", 2)
    label_all(workspace, 100, seed=5)
    for _ in range(2):
        assert workspace.look_after("sentiment")["status"] == "skipped"
    assert workspace.predict("sentiment", "bagus").version == "1"
    workspace.close()
    assert [notice["event"] for notice in heard] == ["decided"]
    assert heard[0]["text"].startswith("version 2: the challenger is right more often")
    assert heard[0]["detail"] == {"version": 2, "promoted": False}


def test_a_winner_is_promoted_if_the_settings_say_so(workspace: pantau.Workspace) -> None:
    settings = workspace.configure(
        "sentiment", rollout={"on_decision": "act", "comparison": {"min_gain": 0.02}}
    )
    assert settings["rollout"]["comparison"] == {"alpha": 0.05, "min_gain": 0.02, "max_rows": 5000}
    workspace.challenge("sentiment", 2, 0.5)
    for row in range(10):
        label_all(workspace, 40, seed=row)
    workspace.look_after("sentiment")
    assert workspace.predict("sentiment", "bagus").version == "2"
    report = workspace.rollout("sentiment")
    assert (report["champion"], report["challengers"]) == (2, [])
    assert "with none beside it" in report["sentence"]
    moved = [own for own in workspace.history("sentiment") if own["alias"] == "champion"][-1]
    assert (moved["actor"], moved["to"]) == ("pantau", 2)
    assert moved["evidence"]["preference"] == "challenger"


def test_a_worse_version_is_withdrawn(workspace: pantau.Workspace) -> None:
    workspace.promote("sentiment", 2)
    workspace.configure("sentiment", rollout={"on_decision": "act"})
    workspace.challenge("sentiment", 1)
    label_all(workspace, 150, seed=7)
    workspace.look_after("sentiment")
    assert workspace.info("sentiment")["version"] == 2
    assert workspace.rollout("sentiment")["challengers"] == []


def test_clicks_do_not_decide(workspace: pantau.Workspace) -> None:
    workspace.challenge("sentiment", 2)
    label_all(workspace, 60, seed=5, source="user")
    compared = workspace.rollout("sentiment")["challengers"][0]["comparison"]
    assert compared["gain"] is None
    assert "no row is labelled yet" in compared["sentence"]
    workspace.configure("sentiment", rollout={"sources": ["audit", "user"]})
    compared = workspace.rollout("sentiment")["challengers"][0]["comparison"]
    assert sum(compared["pairs"].values()) == 60


def test_what_came_before_is_not_compared(workspace: pantau.Workspace) -> None:
    workspace.challenge("sentiment", 2, since="2026-05-01")
    for day, rows in [("2026-04-30", 20), ("2026-05-02", 30)]:
        data = reviews(rows, seed=rows)
        for answer, label in zip(
            workspace.predict("sentiment", data["text"], at=day), data["label"], strict=True
        ):
            workspace.feedback(answer.id, label=label, source="audit", at=day)
    [own] = workspace.rollout("sentiment")["challengers"]
    assert own["since"] == "2026-05-01T00:00:00Z"
    assert sum(own["comparison"]["pairs"].values()) == 30


def test_a_challenger_that_is_broken_hurts_nobody(workspace: pantau.Workspace) -> None:
    bundle = Path(workspace.registry.path("models:/sentiment/2"))
    (bundle / "head.safetensors").write_bytes(b"broken")
    workspace.challenge("sentiment", 2, 0.5)
    answers = [
        workspace.predict("sentiment", "bagus", subject=f"user-{row}").version for row in range(20)
    ]
    assert set(answers) == {"1"}
    report = workspace.rollout("sentiment")
    assert "head.safetensors" in report["challengers"][0]["problem"]
    assert "version 2 cannot answer" in report["sentence"]
    info = workspace.info("sentiment")
    assert (info["challengers"], [own[0] for own in info["problems"]]) == ([], [2])


def test_what_was_asked_is_asked_again(workspace: pantau.Workspace) -> None:
    empty = workspace.replay("sentiment", 2)
    assert (empty["rows"], empty["agreement"], empty["gain"]) == (0, None, None)
    for day in range(1, 5):
        label_all(workspace, 50, seed=day, consent=pantau.Consent(), at=f"2026-05-{day:02}T12:00Z")
    # Whoever did not agree is not asked again.
    workspace.predict("sentiment", "gacor sekali", at="2026-05-02")
    workspace.flush()
    before = workspace.log_counters()["written"]
    found = workspace.replay("sentiment", 2)
    assert (found["rows"], found["all_rows"], found["version"]) == (200, 201, 2)
    assert sum(counts[0] for counts in found["labels"].values()) == 200
    assert found["sentence"].startswith("version 2 would have answered the same to")
    # A fifth is never learnt from, and only these judge.
    assert 15 < sum(found["pairs"].values()) < 80
    assert found["gain"] > 0.1
    assert found["interval"]["low"] < found["gain"] < found["interval"]["high"]
    confidences = [own["confidence"] for own in found["changed"]]
    assert confidences == sorted(confidences, reverse=True)
    assert len(confidences) == 20
    assert all(own["after"] == own["actual"] != own["before"] for own in found["changed"][:10])
    assert workspace.log_counters()["written"] == before
    # The time is half open, and of too many the latest are taken.
    some = workspace.replay("sentiment", 2, since="2026-05-02", until="2026-05-04")
    assert (some["rows"], some["all_rows"]) == (100, 101)
    last = workspace.replay("sentiment", 2, limit=10)
    assert (last["rows"], last["all_rows"]) == (10, 201)
    assert workspace.replay("sentiment", 1)["agreement"] == 1.0


@pytest.mark.parametrize(
    ("version", "share", "problem"),
    [
        (1, 0.1, "version: 1 is in use already"),
        (2, 1.0, "share: 1 of version 2, allowed are 0 and more, less than 1"),
        (2, -0.1, "share: -0.1 of version 2"),
        (2, float("nan"), "share: NaN of version 2"),
        (7, 0.1, "version 7 of sentiment not found: there are versions 1 to 2"),
    ],
)
def test_what_cannot_challenge_is_told(
    version: int, share: float, problem: str, workspace: pantau.Workspace
) -> None:
    with pytest.raises(pantau.Error, match=problem):
        workspace.challenge("sentiment", version, share)
    assert workspace.rollout("sentiment")["challengers"] == []


def test_what_cannot_be_is_told(workspace: pantau.Workspace) -> None:
    with pytest.raises(pantau.NotFoundError, match="challenger 2 of sentiment not found"):
        workspace.withdraw("sentiment", 2)
    with pytest.raises(pantau.NotFoundError, match="version 7 of sentiment not found"):
        workspace.replay("sentiment", 7)
    with pytest.raises(pantau.NotFoundError, match="model sentimen not found"):
        workspace.rollout("sentimen")
    for rollout, problem in [
        ({"challengers": {"2": {"share": 0.5}, "3": {"share": 0.5}}}, "leaves nothing"),
        ({"challengers": {"2": {"shares": 0.5}}}, "unknown field `shares`"),
        ({"on_decision": "guess"}, "unknown variant `guess`"),
        ({"sources": []}, "no label would ever count"),
        ({"comparison": {"alpha": 0.9}}, "alpha: 0.9, allowed are more than 0 and at most 0.5"),
        ({"comparison": {"max_rows": 0}}, "max_rows: 0, allowed are 1 and more"),
    ]:
        with pytest.raises(pantau.InvalidInputError, match=problem):
            workspace.configure("sentiment", rollout=rollout)
    assert workspace.settings("sentiment")["rollout"]["challengers"] == {}


def test_a_version_may_be_named_as_answers_do(workspace: pantau.Workspace) -> None:
    named = workspace.predict("sentiment", "bagus").version
    assert named == "1"
    workspace.promote("sentiment", 2)
    workspace.promote("sentiment", named)
    assert workspace.info("sentiment")["version"] == 1
    workspace.challenge("sentiment", "2", 0.5)
    workspace.withdraw("sentiment", "2")
    assert workspace.registry.version("sentiment", "2")["version"] == 2
    assert workspace.registry.compare("sentiment", ["1", 2]).to_dict()
    for wrong in ["two", "", "-1", "1.0", -1, 1.5, True, None, 1 << 40]:
        with pytest.raises(pantau.InvalidInputError, match="version: expected"):
            workspace.promote("sentiment", wrong)  # type: ignore[arg-type]


def test_a_person_alone_can_be_named(workspace: pantau.Workspace) -> None:
    workspace.challenge("sentiment", 2, 0.5)
    with pytest.raises(TypeError):
        workspace.predict("sentiment", "bagus", subject=17)  # type: ignore[call-overload]
    # It decides who answers, and is kept nowhere.
    id = workspace.predict("sentiment", "bagus", subject="user-secret").id
    workspace.flush()
    stored = workspace.store.prediction(id)
    assert stored is not None
    assert "user-secret" not in repr(stored)


def test_why_somebody_challenges_is_kept(workspace: pantau.Workspace) -> None:
    workspace.challenge("sentiment", 2, reason="because of June")
    assert "because of June" in repr(workspace.store.audit_trail())


def test_since_counts_for_one_that_is_there(workspace: pantau.Workspace) -> None:
    workspace.challenge("sentiment", 2, 0.1)
    workspace.challenge("sentiment", 2, 0.2, since="2026-01-01")
    [own] = workspace.rollout("sentiment")["challengers"]
    assert own["since"].startswith("2026-01-01")


def test_a_shadow_begins_anew(workspace: pantau.Workspace) -> None:
    workspace.challenge("sentiment", 2)
    workspace.predict("sentiment", ["bagus", "zonk"])
    workspace.withdraw("sentiment", 2)
    workspace.challenge("sentiment", 2)
    assert workspace.rollout("sentiment")["challengers"][0]["answered"] == 0


def test_shadows_are_no_traffic(workspace: pantau.Workspace) -> None:
    workspace.challenge("sentiment", 2)
    workspace.predict("sentiment", ["bagus", "zonk"])
    workspace.flush()
    assert workspace.store.summary()["count"] == 2


def test_no_texts_are_no_replay(workspace: pantau.Workspace) -> None:
    with pytest.raises(pantau.InvalidInputError, match="limit"):
        workspace.replay("sentiment", 1, limit=0)


def test_who_was_put_out_of_use_answers_nothing(workspace: pantau.Workspace) -> None:
    workspace.challenge("sentiment", 2, 0.5)
    workspace.promote("sentiment", 2)
    workspace.rollback("sentiment")
    assert workspace.rollout("sentiment")["challengers"] == []
    workspace.promote("sentiment", 2)
    workspace.challenge("sentiment", 1, 0.3)
    workspace.rollback("sentiment")
    workspace.promote("sentiment", 2)
    assert workspace.rollout("sentiment")["challengers"] == []
    assert {own.version for own in workspace.predict("sentiment", ["bagus", "zonk", "a b"])} == {
        "2"
    }
