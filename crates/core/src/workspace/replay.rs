//! What another version would have answered.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{Workspace, roles};
use crate::{
    Error, Result, Timestamp,
    model::{Classifier, PredictOptions},
    performance::Pairs,
    stats::{Interval, mcnemar, paired_difference},
    store::{Condition, Direction, PredictionRecord, Record, Select, Shared, Table, Value},
};

/// So many texts are answered at once.
const AT_ONCE: usize = 1_000;

/// So many changed answers are shown.
const SHOWN: usize = 20;

/// Which answers are gone through again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct ReplayOptions {
    /// Those since then.
    pub since: Option<Timestamp>,
    /// Those before then.
    pub until: Option<Timestamp>,
    /// At most so many, the latest.
    pub limit: usize,
}

impl Default for ReplayOptions {
    fn default() -> Self {
        Self { since: None, until: None, limit: 10_000 }
    }
}

impl ReplayOptions {
    /// Reads options from JSON; what is left out has its default.
    ///
    /// # Errors
    /// [`Error::InvalidInput`] for what is not such an object.
    pub fn from_json(json: &str) -> Result<Self> {
        crate::settings::from_json("options", json)
    }
}

/// An answer that would have been another.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Changed {
    /// Its id.
    pub id: String,
    /// The text, as it is kept.
    pub text: String,
    /// What was answered.
    pub before: String,
    /// What would have been.
    pub after: String,
    /// How sure the other version is.
    pub confidence: f64,
    /// The right label, if it is known.
    pub actual: Option<String>,
}

/// What another version would have answered.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Replay {
    /// In a sentence.
    pub sentence: String,
    /// The model.
    pub model: String,
    /// The version that was asked.
    pub version: u32,
    /// How many answers were gone through: those whose texts may be kept.
    pub rows: u64,
    /// How many there are in that time.
    pub all_rows: u64,
    /// The share that would have been the same; none without rows.
    pub agreement: Option<f64>,
    /// How often each label was answered, and how often it would have been.
    pub labels: BTreeMap<String, [u64; 2]>,
    /// How often each was right, of rows whose labels are known and that no version learns from.
    pub pairs: Pairs,
    /// The difference of the accuracies, this version less what was answered, and where it lies.
    pub gain: Option<f64>,
    /// Where that difference may well lie: 95 %.
    pub interval: Option<Interval>,
    /// How likely counts as different are if neither is better: McNemar's test.
    pub pvalue: Option<f64>,
    /// Some of the answers that would have been others, those it is surest of first.
    pub changed: Vec<Changed>,
}

impl Replay {
    /// This as JSON.
    pub fn to_json(&self) -> String {
        serde_json::to_string(self).expect("numbers and texts are JSON")
    }
}

impl Workspace {
    /// Asks another version what was asked in some time, and compares. Only texts whose writers agreed
    /// to have them kept can be asked again. What it says is counted and logged nowhere.
    ///
    /// # Errors
    /// [`Error::NotFound`] if there is no such version; others as for
    /// [`predict`](Self::predict), and what `watch` returns, which hears how many texts are done.
    pub fn replay(
        &self,
        model: &str,
        version: u32,
        options: &ReplayOptions,
        watch: &mut dyn FnMut(usize, usize) -> Result<()>,
    ) -> Result<Replay> {
        self.inner.check_open()?;
        if options.limit == 0 {
            return Err(Error::invalid("limit", "0, allowed are 1 and more"));
        }
        self.flush(Some(std::time::Duration::from_secs(30)))?;
        let registry = self.registry();
        registry.version(model, version)?;
        let bundle = registry.fetch(model, version)?;
        let classifier = Classifier::open(bundle, &self.inner.model_options)?;
        let (rows, all_rows) = self.logged(model, options)?;
        let mut replay = Replay {
            sentence: String::new(),
            model: model.to_owned(),
            version,
            rows: rows.len() as u64,
            all_rows,
            agreement: None,
            labels: BTreeMap::new(),
            pairs: Pairs::default(),
            gain: None,
            interval: None,
            pvalue: None,
            changed: Vec::new(),
        };
        let mut same = 0;
        for (done, some) in rows.chunks(AT_ONCE).enumerate() {
            watch(done * AT_ONCE, rows.len())?;
            let texts: Vec<&str> = some.iter().map(|row| row.text.as_str()).collect();
            let options = PredictOptions { return_probabilities: false, deadline: None };
            let answers = classifier.predict_batch(&texts, options)?;
            for (row, answer) in some.iter().zip(answers.iter()) {
                same += u64::from(answer.label == row.label);
                replay.see(row, answer.label, answer.confidence);
            }
        }
        watch(rows.len(), rows.len())?;
        replay.finish(same)?;
        Ok(replay)
    }

    /// The answers of some time whose texts are kept, the oldest first, and how many there are in all.
    fn logged(&self, model: &str, options: &ReplayOptions) -> Result<(Vec<Logged>, u64)> {
        let mut conditions = vec![
            Condition::Is("model", Value::Text(model.to_owned())),
            Condition::IsNotNull("predicted_label"),
        ];
        if let Some(since) = options.since {
            conditions.push(Condition::IsAtLeast("timestamp", Value::Time(since)));
        }
        if let Some(until) = options.until {
            conditions.push(Condition::IsBelow("timestamp", Value::Time(until)));
        }
        let all = self.store().count(Table::Predictions, &conditions)?;
        conditions.push(Condition::IsNotNull("input_text"));
        let mut select = Select::all(Table::Predictions)
            .ordered("timestamp", Direction::Descending)
            .limited(options.limit);
        for condition in conditions {
            select = select.with(condition);
        }
        let mut rows = Vec::new();
        self.store().select(&select, &mut |row| {
            let found = PredictionRecord::from_row(row)?;
            let text = found.shared.as_ref().and_then(Shared::text).map(str::to_owned);
            if let (Some(text), Some(label)) = (text, found.label) {
                rows.push(Logged { id: found.id, text, label, actual: found.actual_label });
            }
            Ok(())
        })?;
        rows.reverse();
        Ok((rows, all))
    }
}

/// An answer as it was given.
struct Logged {
    id: String,
    text: String,
    label: String,
    actual: Option<String>,
}

impl Replay {
    fn see(&mut self, row: &Logged, label: String, confidence: f64) {
        self.labels.entry(row.label.clone()).or_default()[0] += 1;
        self.labels.entry(label.clone()).or_default()[1] += 1;
        // A version may have learnt from the others, and would look better than it is.
        if let Some(actual) = row.actual.as_ref().filter(|_| roles::is_test(&row.text)) {
            self.pairs.see(*actual == row.label, *actual == label);
        }
        if label != row.label {
            self.changed.push(Changed {
                id: row.id.clone(),
                text: row.text.clone(),
                before: row.label.clone(),
                after: label,
                confidence,
                actual: row.actual.clone(),
            });
        }
    }

    fn finish(&mut self, same: u64) -> Result<()> {
        self.changed.sort_by(|one, other| other.confidence.total_cmp(&one.confidence));
        self.changed.truncate(SHOWN);
        if self.rows > 0 {
            self.agreement = Some(same as f64 / self.rows as f64);
        }
        let Pairs { both_right, only_champion, only_challenger, both_wrong } = self.pairs;
        let labelled = self.pairs.rows();
        if labelled > 0 {
            let gain = only_challenger as f64 - only_champion as f64;
            self.gain = Some(gain / labelled as f64);
            let of =
                paired_difference(both_right, only_challenger, only_champion, both_wrong, 0.95)?;
            self.interval = Some(of);
            self.pvalue = Some(mcnemar(only_champion, only_challenger).pvalue);
        }
        self.sentence = self.told();
        Ok(())
    }

    fn told(&self) -> String {
        let Some(agreement) = self.agreement else {
            return format!("none of {} answers has a text that may be asked again", self.all_rows);
        };
        let same = format!(
            "version {} would have answered the same to {:.1} % of {} texts",
            self.version,
            agreement * 100.0,
            self.rows
        );
        match (self.gain, self.interval) {
            (Some(gain), Some(interval)) => format!(
                "{same}; on {} labelled ones that no version learns from it is {:+.1} points more \
                 often right ({:+.1} to {:+.1})",
                self.pairs.rows(),
                gain * 100.0,
                interval.low * 100.0,
                interval.high * 100.0
            ),
            _ => format!("{same}; which is right more often is not known, as no label is"),
        }
    }
}
