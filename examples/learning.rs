//! The first program that learns: from labelled reviews to a classifier that says why, and how good
//! it is. The classifier is kept as the bundle that is named, which must not be there yet.
//!
//! `cargo run -p pantau --example learning BUNDLE`
#![allow(clippy::print_stdout, reason = "showing is what it is for")]

use pantau::{
    learn::evaluation::EvaluationOptions,
    model::{
        Classifier, ExplainOptions, LabelledTexts, LearnedKind, ModelOptions, TrainOptions,
        evaluate, train,
    },
};

const REVIEWS: [(&str, &str); 12] = [
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
];

/// What the classifier is judged by has not been learnt.
const OTHERS: [(&str, &str); 4] = [
    ("Bagus, saya suka", "good"),
    ("Cepat dan murah", "good"),
    ("Lemot, sering rusak", "bad"),
    ("Mahal dan buruk", "bad"),
];

fn labelled(rows: &[(&str, &str)]) -> pantau::Result<LabelledTexts> {
    let (texts, labels) =
        rows.iter().map(|(text, label)| ((*text).to_owned(), (*label).to_owned())).unzip();
    LabelledTexts::new(texts, labels)
}

fn main() -> pantau::Result<()> {
    let bundle = std::env::args().nth(1).unwrap_or_else(|| "reviews".to_owned());
    let (data, test) = (labelled(&REVIEWS)?, labelled(&OTHERS)?);
    let options = TrainOptions::new(LearnedKind::TfidfNb);
    train(&data, Some(&test), &bundle, &options, &mut |_, _| Ok(()))?;
    let classifier = Classifier::open(&bundle, &ModelOptions::default())?;

    let explanation =
        classifier.explain("Kurirnya cepat, tapi mahal", &ExplainOptions::default())?;
    println!("{}, because:", explanation.label);
    for word in &explanation.words {
        println!("  {} {:+.2}", word.word, word.value);
    }

    let options = EvaluationOptions::default();
    let evaluation = evaluate(&classifier, &test, &options, &mut |_, _| Ok(()))?;
    let accuracy = evaluation.accuracy;
    println!(
        "right on {:.2} of {} reviews; of all, on {:.2} to {:.2}",
        accuracy.value, evaluation.rows, accuracy.interval.low, accuracy.interval.high
    );
    Ok(())
}
