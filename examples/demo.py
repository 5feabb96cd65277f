"""The main job, as far as it goes: what Pantau makes of real-looking reviews.

make demo
"""

from __future__ import annotations

import time
import warnings

from pantau import text

REVIEWS = [
    "Aplikasi ini sangat bagus dan mudah digunakan!",
    "Bagusss bgt 😍😍 pengirimannya cepat, recommended seller 👍",
    "gak bisa login, LAMBAT parah!!! Lapor ke cs@toko.example atau 0812-3456-7890",
    "Barang tidak sesuai gambar &amp; rusak. Bukti: https://foto.example/123 @tokojaya",
    "Harganya Rp1.250.000, kualitasnya lumayan... menurutku biasa aja sih",
]
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


def title(words):
    print(f"\n{words}\n{'─' * len(words)}")


if __name__ == "__main__":
    main()
