//! The speed of the text capability, one thread, from Rust.

use std::{hint::black_box, num::NonZero};

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use pantau::text::{
    Anonymizer, Cleaner, FeatureConfig, FeatureExtractor, Language, Stemmer, StopWords, Transform,
};
use pantau_benches::reviews;

fn transforms(criterion: &mut Criterion) {
    let reviews = reviews();
    let mut group = criterion.benchmark_group("transform");
    group.throughput(Throughput::Elements(reviews.len() as u64));
    let cleaner = Cleaner::new(Language::Indonesian);
    let plain: Vec<String> = reviews.iter().map(|review| cleaner.clean(review)).collect();
    let transforms: [(&str, &dyn Transform); 4] = [
        ("clean", &cleaner),
        ("stop_words", &StopWords::new(Language::Indonesian)),
        ("stem_tala", &Stemmer::tala()),
        ("anonymize", &Anonymizer::new()),
    ];
    for (name, transform) in transforms {
        let takes_plain = matches!(name, "stop_words" | "stem_tala");
        group.bench_function(name, |bencher| {
            let mut out = String::new();
            bencher.iter(|| {
                for (review, plain) in reviews.iter().zip(&plain) {
                    out.clear();
                    transform.transform_into(if takes_plain { plain } else { review }, &mut out);
                    black_box(&out);
                }
            });
        });
    }
    group.finish();
}

fn features(criterion: &mut Criterion) {
    let reviews: Vec<Option<&str>> = reviews().into_iter().map(Some).collect();
    let mut group = criterion.benchmark_group("features");
    group.throughput(Throughput::Elements(reviews.len() as u64));
    for (name, has_stemmer) in [("without_stemming", false), ("with_tala", true)] {
        let mut config = FeatureConfig::new(Language::Indonesian);
        if !has_stemmer {
            config.stemmer = None;
        }
        let extractor = FeatureExtractor::new(config, None).expect("the defaults are right");
        group.bench_function(name, |bencher| {
            bencher.iter(|| black_box(extractor.extract_table(&reviews, NonZero::new(1))));
        });
    }
    group.finish();
}

criterion_group! {
    name = benches;
    config = Criterion::default().sample_size(30);
    targets = transforms, features
}
criterion_main!(benches);
