//! Training by a command.

use std::{
    fs,
    io::{BufWriter, Write},
    path::{Path, PathBuf},
};

use super::{Inner, train::Lesson};
use crate::{
    Error, Result,
    lifecycle::{Order, Trainer},
    model::{Adoption, LabelledTexts, Trained, adopt},
    random::Random,
};

/// One of so many texts the command does not get: these tell how sure the model may be.
const VALIDATION: usize = 10;
const MOST_VALIDATION: usize = 1_000;

/// What is to be learnt.
pub(super) struct Told<'a> {
    pub(super) model: &'a str,
    pub(super) data: &'a LabelledTexts,
    pub(super) test: Option<&'a LabelledTexts>,
    pub(super) lesson: &'a Lesson,
    pub(super) seed: u64,
}

impl Inner {
    /// The file into which the command of a retraining prints.
    pub(super) fn log_of(&self, id: &str) -> Result<PathBuf> {
        Ok(self.home.inside("retrainings")?.join(format!("{id}.log")))
    }

    /// Lets a command learn, and makes a bundle of what it leaves.
    pub(super) fn learn_by(
        &self,
        trainer: &Trainer,
        told: &Told<'_>,
        folder: &Path,
        watch: &mut dyn FnMut(usize, usize) -> Result<()>,
    ) -> Result<Trained> {
        let (learnt, validation) = apart(told.data, told.seed)?;
        let (data, output) = (folder.join("data.jsonl"), folder.join("output"));
        write_lines(&data, &learnt)?;
        let champion = match self.champion_version(told.model)? {
            Some(version) => Some(self.home.registry.fetch(told.model, version)?),
            None => None,
        };
        let order = Order { data: &data, output: &output, champion, log: &told.lesson.log };
        trainer.run(&order, watch)?;
        let adoption = Adoption {
            found: &output,
            target: &folder.join("bundle"),
            name: told.model,
            weights: trainer.weights,
            learnt: &learnt,
            validation: validation.as_ref(),
            test: told.test,
            traffic: &told.lesson.traffic,
            seed: told.seed,
        };
        adopt(&adoption, watch)
    }
}

/// Rows to learn from, and rows that are kept from the command.
fn apart(data: &LabelledTexts, seed: u64) -> Result<(LabelledTexts, Option<LabelledTexts>)> {
    let mut rows: Vec<usize> = (0..data.texts().len()).collect();
    Random::new(seed).shuffle(&mut rows);
    let kept = (rows.len() / VALIDATION).min(MOST_VALIDATION);
    let (kept, learnt) = rows.split_at(kept);
    let of = |rows: &[usize]| {
        let texts = rows.iter().map(|row| data.texts()[*row].clone()).collect();
        let labels = rows.iter().map(|row| data.labels()[*row].clone()).collect();
        LabelledTexts::new(texts, labels)
    };
    Ok((of(learnt)?, if kept.is_empty() { None } else { Some(of(kept)?) }))
}

fn write_lines(path: &Path, data: &LabelledTexts) -> Result<()> {
    let storage = || Error::storage("write", path);
    let mut file = BufWriter::new(fs::File::create(path).map_err(storage())?);
    for (text, label) in data.texts().iter().zip(data.labels()) {
        let line = serde_json::json!({ "text": text, "label": label });
        writeln!(file, "{line}").map_err(storage())?;
    }
    file.flush().map_err(storage())
}
