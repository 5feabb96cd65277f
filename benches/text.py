"""Measures the promises of the text capability, with the peers beside them in one run.

    make bench

Absolute figures depend on the machine; the ratios, taken in turn with the peer
on the same texts, do so much less. Everything runs on one thread. Where the
developer data is present (../shared/data), its reviews are used, else those in
benches/reviews.txt.
"""

from __future__ import annotations

import pathlib
import random
import statistics
import subprocess
import sys
import time

from pantau import text

HERE = pathlib.Path(__file__).parent
DATA = HERE.parent.parent / "shared" / "data" / "smsa" / "train.tsv"


def reviews(count):
    """Reviews of twenty words, repeated as often as needed."""
    if DATA.exists():
        lines = DATA.read_text(encoding="utf-8").splitlines()[1:]
        words = [line.split("\t")[0].split() for line in lines]
        texts = [" ".join(line[:20]) for line in words if len(line) >= 20]
    else:
        texts = (HERE / "reviews.txt").read_text(encoding="utf-8").splitlines()
    return (texts * (count // len(texts) + 1))[:count]


def per_second(work, items, rounds):
    """The median speed over some rounds."""
    speeds = []
    for _ in range(rounds):
        started = time.perf_counter()
        work(items)
        speeds.append(len(items) / (time.perf_counter() - started))
    return statistics.median(speeds)


def report(what, ours, unit, peer=None, peer_name="", target=""):
    line = f"{what:<46}{ours:>14,.0f} {unit}"
    if peer is not None:
        line += f"   {peer_name}: {peer:,.0f} {unit}, ratio {ours / peer:,.1f}"
    print(f"{line}   (must reach {target})" if target else line, flush=True)


def stemming():
    from Sastrawi.Stemmer.StemmerFactory import StemmerFactory

    texts = [text.clean(review) for review in reviews(3_000)]
    words = sorted({word for review in texts for word in review.split()})
    stemmer = text.Stemmer("id")
    cached = StemmerFactory().create_stemmer()
    uncached = cached.delegatedStemmer

    # Every word once, in texts of twenty, so that neither can remember any.
    random.Random(1).shuffle(words)
    lines = [" ".join(words[at : at + 20]) for at in range(0, len(words) - 19, 20)]
    ours = 20 * per_second(lambda lines: stemmer.stem(lines, threads=1), lines, 15)
    peer = 20 * per_second(lambda lines: [uncached.stem(x) for x in lines], lines[::16], 3)
    report("stemming, every word once", ours, "words/s", peer, "PySastrawi uncached", "300 x")

    count = sum(len(review.split()) for review in texts)
    ours = count / len(texts) * per_second(lambda t: stemmer.stem(t, threads=1), texts, 5)
    cached.stem(" ".join(words))
    peer = count / len(texts) * per_second(lambda t: [cached.stem(r) for r in t], texts, 5)
    report("stemming, running text", ours, "words/s", peer, "PySastrawi warm cache", "3 x")

    ours = per_second(lambda words: stemmer.stem(words, threads=1), words * 10, 5)
    peer = per_second(lambda words: [cached.stem(word) for word in words], words, 5)
    report("stemming, word by word", ours, "words/s", peer, "PySastrawi warm cache", "3 x")


class PandasFeatures:
    """The features as a notebook has them: pandas, regular expressions, Sastrawi."""

    def __init__(self):
        from Sastrawi.Stemmer.StemmerFactory import StemmerFactory
        from Sastrawi.StopWordRemover.StopWordRemoverFactory import StopWordRemoverFactory

        self.stemmer = StemmerFactory().create_stemmer()
        self.remover = StopWordRemoverFactory().create_stop_word_remover()

    def extract(self, texts):
        import pandas

        frame = pandas.DataFrame({"original_text": texts})
        original = frame["original_text"]
        cleaned = original.str.lower().str.replace(r"https?://\S+|www\.\S+", " ", regex=True)
        cleaned = cleaned.str.replace(r"\S+@\S+|@\w+", " ", regex=True)
        cleaned = cleaned.str.replace(r"[^\w\s]", " ", regex=True)
        frame["cleaned_text"] = cleaned.str.replace(r"\s+", " ", regex=True).str.strip()
        frame["text_no_stopwords"] = frame["cleaned_text"].map(self.remover.remove)
        frame["stemmed_text"] = frame["text_no_stopwords"].map(self.stemmer.stem)
        frame["original_length"] = original.str.len()
        frame["word_count"] = frame["cleaned_text"].str.split().str.len()
        frame["char_count"] = frame["cleaned_text"].str.len()
        frame["avg_word_length"] = frame["char_count"] / frame["word_count"]
        frame["exclamation_marks"] = original.str.count("!")
        frame["question_marks"] = original.str.count(r"\?")
        frame["uppercase_ratio"] = original.str.count("[A-Z]") / frame["original_length"]
        frame["special_chars_count"] = original.str.count(r"[^\w\s]")
        frame["number_count"] = original.str.count(r"\d+")
        frame["has_url"] = original.str.contains(r"https?://|www\.")
        return frame


def features():
    texts = reviews(60_000)
    peer = PandasFeatures()
    few = texts[:3_000]
    peer.extract(few)
    speed = per_second(peer.extract, few, 3)
    for what, stemmer, target in (
        ("features of reviews, without stemming", None, "150,000"),
        ("features of reviews, with Sastrawi stems", "auto", "80,000"),
    ):
        extractor = text.FeatureExtractor(text.FeatureConfig("id", stemmer=stemmer))
        ours = per_second(lambda t, e=extractor: e.extract(t, threads=1), texts, 7)
        report(what, ours, "texts/s", speed, "pandas with Sastrawi, warm", target)


def anonymizing():
    texts = [" ".join(review.split()[:12]) for review in reviews(60_000)]
    for at in range(0, len(texts), 20):
        texts[at] += " hubungi budi@contoh.example atau 0812-3456-7890"
    anonymizer = text.Anonymizer()
    ours = per_second(lambda t: anonymizer.anonymize(t, threads=1), texts, 7)
    peer = presidio(texts[:400])
    name = "presidio, patterns only"
    report("anonymising short texts", ours, "texts/s", peer, name, "300,000")


def presidio(texts):
    """Presidio with its pattern recognisers and no language model."""
    import logging

    import spacy
    from presidio_analyzer import AnalyzerEngine, RecognizerRegistry
    from presidio_analyzer.nlp_engine import SpacyNlpEngine
    from presidio_anonymizer import AnonymizerEngine

    class Blank(SpacyNlpEngine):
        def __init__(self):
            super().__init__()
            self.nlp = {"en": spacy.blank("en")}

        def load(self):
            pass

        def is_loaded(self):
            return True

    # It tries to fetch a list of domains, says so at length, and takes its own.
    logging.disable(logging.CRITICAL)
    registry = RecognizerRegistry()
    registry.load_predefined_recognizers(languages=["en"])
    registry.recognizers = [r for r in registry.recognizers if "Spacy" not in type(r).__name__]
    analyzer = AnalyzerEngine(registry=registry, nlp_engine=Blank(), supported_languages=["en"])
    engine = AnonymizerEngine()

    def work(texts):
        for one in texts:
            engine.anonymize(one, analyzer.analyze(one, language="en"))

    work(texts[:20])
    return per_second(work, texts, 1)


def importing():
    def seconds(code):
        started = time.perf_counter()
        subprocess.run([sys.executable, "-c", code], check=True)
        return time.perf_counter() - started

    differences = []
    for _ in range(21):
        bare = seconds("pass")
        differences.append((seconds("import pantau") - bare) * 1_000)
    ours = statistics.median(differences)
    print(f"{'import pantau, above the bare interpreter':<46}{ours:>14.1f} ms   (at most 30)")


def main():
    wanted = sys.argv[1:]
    for bench in (stemming, features, anonymizing, importing):
        if not wanted or bench.__name__ in wanted:
            bench()


if __name__ == "__main__":
    main()
