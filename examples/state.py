"""The first program that remembers: a bundle is registered and promoted, what it answers is logged
with its writer's consent, feedback finds it, and all of it is forgotten when the writer asks.

python examples/state.py BUNDLE FOLDER, after examples/learning.py BUNDLE
"""

import sys
from pathlib import Path

import pantau

TEXT = "Kurirnya cepat dan ramah! Hubungi budi@contoh.example"

bundle = sys.argv[1] if len(sys.argv) > 1 else "reviews"
folder = Path(sys.argv[2] if len(sys.argv) > 2 else "state")

registry = pantau.Registry.open(folder / "models")
version = registry.register("reviews", bundle)
registry.promote("reviews", version, actor="ani", reason="the first one")

store = pantau.Store.open(folder / "store")
with registry.load("models:/reviews@champion") as classifier, store.log("reviews", version) as log:
    prediction = classifier.predict(TEXT)
    print(f"version {version} answers: {prediction.label}")
    # The text is only kept because its writer agreed, and without the address.
    id = log.record(prediction, text=TEXT, consent=pantau.Consent(subject="budi"))
    log.feedback(id, label="bad")

print(f"forgotten: {store.forget('budi', actor='ani')}")
