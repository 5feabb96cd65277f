//! The first program with a workspace: train, ask, tell what was wrong, train anew, roll back.
//!
//! `cargo run -p pantau --example workspace -- FOLDER`
#![expect(clippy::print_stdout, reason = "this program is for a terminal")]

use pantau::{
    model::LabelledTexts,
    registry::Act,
    store::{Consent, Feedback},
    workspace::{Ask, RetrainOptions, Workspace, WorkspaceOptions, WorkspaceTrain},
};

fn main() -> pantau::Result<()> {
    let folder = std::env::args().nth(1).unwrap_or_else(|| "workspace".to_owned());
    let words = ["bagus", "lemot"];
    let texts = (0..1_600).map(|row| format!("{} sekali, {}", words[row % 2], row / 2));
    let labels = (0..1_600).map(|row| ["positive", "negative"][row % 2].to_owned());
    let reviews = LabelledTexts::new(texts.collect(), labels.collect())?;

    let ws = Workspace::open(folder, &WorkspaceOptions::default())?;
    let nobody = &mut |_, _| Ok(());
    let trained = ws.train("sentiment", &reviews, &WorkspaceTrain::default(), nobody)?;
    println!("{}", trained.sentence);
    let consent = Some(Consent::given().with_subject("user-17"));
    let answer = ws.predict("sentiment", "bagus sekali", &Ask { consent, ..Ask::default() })?;
    println!("{}, by version {}", answer.label, answer.version);
    ws.feedback(Feedback::wrong(&answer.id, "negative"))?;
    println!("{}", ws.evaluate_triggers("sentiment", None)?.summary.sentence);
    let force = RetrainOptions { force: true, ..RetrainOptions::default() };
    ws.retrain("sentiment", &force, nobody)?;
    let act = Act::default();
    ws.challenge("sentiment", 1, 0.0, None, &act)?; // version 1 goes on answering, unseen
    let in_use = if ws.info("sentiment")?.version == 2 { "yes" } else { "no" };
    println!("version 2 of sentiment is in use: {in_use}");
    println!("{}", ws.rollout("sentiment")?.sentence);
    println!("rolled back to version {}", ws.rollback("sentiment", &act)?);
    ws.close()
}
