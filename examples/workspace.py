"""The first program with a workspace: train, ask, tell what was wrong, train anew, roll back.

python workspace.py FOLDER
"""

import sys

import pantau

reviews = {
    "text": [f"{word} sekali, {row}" for row in range(800) for word in ("bagus", "lemot")],
    "label": ["positive", "negative"] * 800,
}
with pantau.open(sys.argv[1]) as ws:
    print(ws.train("sentiment", reviews))
    answer = ws.predict("sentiment", "bagus sekali", consent=pantau.Consent("user-17"))
    print(f"{answer.label}, by version {answer.version}")
    ws.feedback(answer.id, correct=False, label="negative")
    print(ws.evaluate_triggers("sentiment")["summary"]["sentence"])
    ws.retrain("sentiment", force=True)
    ws.challenge("sentiment", 1)  # version 1 goes on answering, unseen
    in_use = ws.info("sentiment")["version"] == 2
    print(f"version 2 of sentiment is in use: {'yes' if in_use else 'no'}")
    print(ws.rollout("sentiment")["sentence"])
    print(f"rolled back to version {ws.rollback('sentiment')}")
