//! The first program that remembers: a bundle is registered and promoted, what it answers is logged
//! with its writer's consent, feedback finds it, and all of it is forgotten when the writer asks.
//!
//! `cargo run -p pantau --example state BUNDLE FOLDER`, after `--example learning BUNDLE`
#![allow(clippy::print_stdout, reason = "showing is what it is for")]

use std::path::Path;

use pantau::{
    Result,
    model::{Classifier, ModelOptions},
    registry::{self, Act, NewVersion},
    store::{self, Consent, Feedback, LogOptions, PredictionLog, PredictionRecord},
    text::Anonymizer,
};

const TEXT: &str = "Kurirnya cepat dan ramah! Hubungi budi@contoh.example";

fn main() -> Result<()> {
    let mut arguments = std::env::args().skip(1);
    let bundle = arguments.next().unwrap_or_else(|| "reviews".to_owned());
    let folder = arguments.next().unwrap_or_else(|| "state".to_owned());

    let registry = registry::open(&format!("{folder}/models"))?;
    let act = Act::by("ani").because("the first one");
    let version = registry.register("reviews", Path::new(&bundle), &NewVersion::default(), &act)?;
    registry.promote("reviews", version, &act)?;
    let champion = registry.path("models:/reviews@champion")?;
    let classifier = Classifier::open(champion, &ModelOptions::default())?;

    let store = store::open(&format!("{folder}/store"))?;
    let log = PredictionLog::open(store.clone(), LogOptions::default())?;
    let prediction = classifier.predict(TEXT)?;
    println!("version {version} answers: {}", prediction.label);
    // The text is only kept because its writer agreed, and without the address.
    let shared = Consent::given().with_subject("budi").share();
    let record = PredictionRecord::of("reviews", &version.to_string(), &prediction)
        .with_shared(shared.with_text(&Anonymizer::new(), TEXT));
    let id = log.log(record)?;
    log.feedback(Feedback::wrong(&id, "bad"))?;
    log.close()?;

    println!("forgotten: {}", store.forget("budi", "ani")?.to_json());
    Ok(())
}
