"""The first program that remembers: which version of a model is in use, what it answered, and
whether that was right. All of it is kept in the folder that is named.

python examples/state.py FOLDER
"""

import sys
from pathlib import Path

import pantau

GOOD = ["Bagus sekali", "Sangat bagus", "Cepat dan bagus", "Enak, murah", "Murah dan cepat"]
BAD = ["Lemot sekali", "Sangat lemot", "Rusak dan lemot", "Mahal, rusak", "Rusak dan mahal"]
REVIEWS = [(text, "good") for text in GOOD * 2] + [(text, "bad") for text in BAD * 2]

folder = Path(sys.argv[1] if len(sys.argv) > 1 else "state")
pantau.train(REVIEWS, folder / "bundle", kind="tfidf-nb")

registry = pantau.Registry.open(folder / "models")
version = registry.register("reviews", folder / "bundle", description="the first")
registry.promote("reviews", version, actor="sari", reason="there was none")

store = pantau.Store.open(folder / "store")
text = "Bagus, tapi mahal! Hubungi budi@contoh.example"
with registry.load("models:/reviews@champion") as classifier, store.log("reviews", version) as log:
    # A text is only kept if its writer agreed, and then without what identifies a person.
    consent = pantau.Consent(subject="customer-17")
    prediction = log.record(classifier.predict(text), text=text, consent=consent)
    log.feedback(prediction, label="bad")

logged = store.prediction(prediction)
print(f"version {logged['version']} read: {logged['input_text']}")
print(f"said {logged['predicted_label']}, and right is {logged['actual_label']}")
print(f"forgotten: {store.forget('customer-17', actor='sari')}")
print(f"in use: version {registry.resolve('models:/reviews@champion')[1]}")
