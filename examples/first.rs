//! The first program: what Pantau makes of one review.
//!
//! `cargo run -p pantau --example first`
#![allow(clippy::print_stdout, reason = "showing is what it is for")]

use pantau::text::{
    Anonymizer, Cleaner, FeatureConfig, FeatureExtractor, Language, Normalizer, Stemmer,
};

fn main() -> pantau::Result<()> {
    let review = "Aplikasi ini sangat bagus!";
    let extractor = FeatureExtractor::new(FeatureConfig::new(Language::Indonesian), None)?;
    let features = extractor.extract(review);
    println!("cleaned:        {}", features.cleaned_text);
    println!("no stop words:  {}", features.text_no_stopwords);
    println!("words:          {}", features.word_count);
    println!("positive words: {}", features.sentiment_words_positive);

    let cleaner = Cleaner::new(Language::Indonesian);
    println!("clean:          {}", cleaner.clean("Bagusss <b>sekali</b> 😍 https://toko.example"));
    let normalizer = Normalizer::from_pairs([("gak", "tidak"), ("bgt", "banget")])?;
    println!("normalize:      {}", normalizer.normalize("gak bagus bgt"));
    println!("stem:           {}", Stemmer::tala().stem("menggunakannya"));
    let anonymized = Anonymizer::new().anonymize("Hubungi budi@contoh.example, 0812-3456-7890");
    println!("anonymize:      {}", anonymized.text);
    Ok(())
}
