"""The first program: what Pantau makes of one review.

python examples/first.py
"""

from pantau import text

review = "Aplikasi ini sangat bagus!"
features = text.FeatureExtractor(text.FeatureConfig("id", stemmer="tala")).extract(review)
print("cleaned:       ", features.cleaned_text)
print("no stop words: ", features.text_no_stopwords)
print("words:         ", features.word_count)
print("positive words:", features.sentiment_words_positive)

print("clean:         ", text.clean("Bagusss <b>sekali</b> 😍 https://toko.example"))
print("normalize:     ", text.normalize("gak bagus bgt", {"gak": "tidak", "bgt": "banget"}))
print("stem:          ", text.stem("menggunakannya", algorithm="tala"))
print("anonymize:     ", text.anonymize("Hubungi budi@contoh.example, 0812-3456-7890"))
