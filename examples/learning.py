"""The first program that learns: from labelled reviews to a classifier that says why, and how
good it is. The classifier is kept as the bundle that is named, which must not be there yet.

python examples/learning.py BUNDLE
"""

import sys

import pantau

REVIEWS = [
    ("Bagus sekali, cepat", "good"),
    ("Sangat memuaskan", "good"),
    ("Enak dan murah", "good"),
    ("Saya suka, bagus", "good"),
    ("Kurirnya cepat dan ramah", "good"),
    ("Bagus dan murah", "good"),
    ("Lemot dan rusak", "bad"),
    ("Sangat mengecewakan", "bad"),
    ("Buruk, mahal", "bad"),
    ("Sering error, lemot", "bad"),
    ("Kurirnya lambat dan kasar", "bad"),
    ("Rusak dan mahal", "bad"),
]
# What the classifier is judged by has not been learnt.
OTHERS = [
    ("Bagus, saya suka", "good"),
    ("Cepat dan murah", "good"),
    ("Lemot, sering rusak", "bad"),
    ("Mahal dan buruk", "bad"),
]

bundle = sys.argv[1] if len(sys.argv) > 1 else "reviews"
classifier = pantau.train(REVIEWS, bundle, kind="tfidf-nb", test=OTHERS)

explanation = classifier.explain("Kurirnya cepat, tapi mahal")
print(f"{explanation.label}, because:")
for word, value in explanation.words:
    print(f"  {word} {value:+.2f}")

evaluation = pantau.evaluate(classifier, OTHERS)
low, high = evaluation.accuracy_interval
print(
    f"right on {evaluation.accuracy:.2f} of {evaluation.rows} reviews; "
    f"of all, on {low:.2f} to {high:.2f}"
)
