//! Logging what came out of learning and judging.

use std::{collections::BTreeSet, fs};

use super::{Run, Status};
use crate::{
    Error, Result,
    learn::evaluation::Evaluation,
    model::{TrainOptions, Trained},
};

/// The files of a bundle that tell about the training; the model itself is not among them.
const REPORTS: [&str; 4] = ["README.md", "trials.json", "calibration.json", "calibration.svg"];

/// # Learning and judging
impl Run {
    /// Logs a training: its settings and data as parameters, what it came to as metrics, each
    /// setting that was tried as a run that is part of this one, and the reports as files.
    ///
    /// The model is not logged: it belongs in a registry. Texts are not logged, either: whose they
    /// are, and whether they may be kept, is not known here.
    ///
    /// # Errors
    /// As for [`log_params`](Self::log_params) and [`log_artefact`](Self::log_artefact).
    pub fn log_training(&self, trained: &Trained, options: &TrainOptions) -> Result<()> {
        let manifest = trained.bundle.manifest();
        let mut params: Vec<(String, String)> = vec![
            ("model".to_owned(), manifest.name.clone()),
            ("kind".to_owned(), options.kind.name().to_owned()),
            ("seed".to_owned(), options.seed.to_string()),
            ("folds".to_owned(), options.folds.to_string()),
            ("validation_share".to_owned(), options.validation_share.to_string()),
            ("test_share".to_owned(), options.test_share.to_string()),
            ("train_rows".to_owned(), trained.rows.train.to_string()),
            ("validation_rows".to_owned(), trained.rows.validation.to_string()),
            ("test_rows".to_owned(), trained.rows.test.to_string()),
        ];
        if let Some(learned) = &manifest.learned {
            params.extend(learned.settings.clone());
            params.extend(learned.data.clone().map(|hash| ("data_blake3".to_owned(), hash)));
        }
        self.log_params(params)?;
        self.set_tag("pantau.bundle", trained.bundle.id())?;
        if let Some(learned) = &manifest.learned {
            self.log_metrics(learned.metrics.iter().map(|(name, value)| (name, *value)), 0)?;
        }
        for trial in &trained.trials {
            let part = self.start_part(Some(&format!("trial {}", trial.number)))?;
            part.log_params(&trial.settings)?;
            // By names of their own, so that the best run is none of its own trials.
            let metrics = [("cv_macro_f1", trial.macro_f1), ("cv_accuracy", trial.accuracy)];
            part.log_metrics(metrics, 0)?;
            for (fold, macro_f1) in (0..).zip(&trial.folds) {
                part.log_metric("cv_fold_macro_f1", *macro_f1, fold)?;
            }
            part.set_tag("chosen", trial.chosen)?;
            part.finish(Status::Finished)?;
        }
        for name in REPORTS {
            if manifest.files.contains_key(name) {
                let path = trained.bundle.file(name)?;
                let bytes = fs::read(&path).map_err(Error::storage("read", path))?;
                self.log_bytes(name, &bytes)?;
            }
        }
        if let Some(test) = &trained.test {
            self.log_judged(test, "test_")?;
        }
        Ok(())
    }

    /// Logs a training by a command of the user's own.
    ///
    /// # Errors
    /// As for [`log_params`](Self::log_params).
    pub(crate) fn log_trained(&self, trained: &Trained, command: &[String]) -> Result<()> {
        let rows = trained.rows;
        self.log_params([
            ("model".to_owned(), trained.bundle.manifest().name.clone()),
            ("command".to_owned(), command.join(" ")),
            ("train_rows".to_owned(), rows.train.to_string()),
            ("validation_rows".to_owned(), rows.validation.to_string()),
            ("test_rows".to_owned(), rows.test.to_string()),
        ])?;
        self.set_tag("pantau.bundle", trained.bundle.id())?;
        match &trained.test {
            Some(test) => self.log_judged(test, "test_"),
            None => Ok(()),
        }
    }

    /// Logs how good a classifier is: accuracy, averages and the scores of each label as metrics,
    /// the confusion matrix and the reports as files. The texts of its mistakes are left out.
    ///
    /// # Errors
    /// As for [`log_metrics`](Self::log_metrics) and [`log_artefact`](Self::log_artefact).
    pub fn log_evaluation(&self, evaluation: &Evaluation) -> Result<()> {
        self.log_judged(evaluation, "")
    }

    fn log_judged(&self, evaluation: &Evaluation, prefix: &str) -> Result<()> {
        let average = &evaluation.macro_average;
        let mut metrics: Vec<(String, f64)> = [
            ("rows", evaluation.rows as f64),
            ("accuracy", evaluation.accuracy.value),
            ("accuracy_low", evaluation.accuracy.interval.low),
            ("macro_f1", evaluation.macro_f1.value),
            ("macro_precision", average.precision),
            ("macro_recall", average.recall),
            ("weighted_f1", evaluation.weighted_average.f1),
            ("mcc", evaluation.mcc),
            ("mean_confidence", evaluation.mean_confidence),
            ("log_loss", evaluation.log_loss),
            ("brier", evaluation.brier),
            ("ece", evaluation.ece),
        ]
        .into_iter()
        .map(|(name, value)| (format!("{prefix}{name}"), value))
        .collect();
        let mut names = BTreeSet::new();
        for class in &evaluation.classes {
            let name = metric_name(&class.label, &mut names);
            for (what, value) in
                [("precision", class.precision), ("recall", class.recall), ("f1", class.f1)]
            {
                metrics.push((format!("{prefix}{what}/{name}"), value));
            }
        }
        self.log_metrics(metrics, 0)?;
        let mut kept = evaluation.clone();
        kept.mistakes.iter_mut().for_each(|mistake| mistake.text = None);
        let files = [
            ("confusion_matrix.csv", kept.confusion_csv()),
            ("confusion_matrix.svg", kept.confusion_svg()),
            ("evaluation.json", kept.to_json()),
            ("evaluation.html", kept.to_html()),
        ];
        for (name, text) in files {
            self.log_text(&format!("{prefix}{name}"), &text)?;
        }
        Ok(())
    }
}

/// A label as part of a metric's name, which takes fewer letters; two labels never become one.
fn metric_name(label: &str, taken: &mut BTreeSet<String>) -> String {
    let plain = |letter: char| letter.is_alphanumeric() || matches!(letter, '_' | '-' | ' ');
    let name: String =
        label.chars().take(100).map(|letter| if plain(letter) { letter } else { '_' }).collect();
    let name = if name.is_empty() { "_".to_owned() } else { name };
    let mut own = name.clone();
    let mut number = 2;
    while !taken.insert(own.clone()) {
        own = format!("{name}-{number}");
        number += 1;
    }
    own
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_become_different_names() {
        let mut taken = BTreeSet::new();
        assert_eq!(metric_name("positif", &mut taken), "positif");
        assert_eq!(metric_name("a/b", &mut taken), "a_b");
        assert_eq!(metric_name("a_b", &mut taken), "a_b-2");
        assert_eq!(metric_name("", &mut taken), "_");
    }
}
