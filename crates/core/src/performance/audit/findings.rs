use std::{collections::BTreeMap, fmt::Write};

use serde::{Deserialize, Serialize};

use super::sampler::{Audit, Cohort};
use crate::{
    Error, Result, Timestamp,
    drift::Status,
    stats::{Interval, confidence_sequence},
};

const LEVEL: f64 = 0.95;

/// By so much the accuracy may have dropped: evidence is gathered for each of these.
const DROPS: [f64; 3] = [0.02, 0.04, 0.08];

/// What so many windows say is told where the accuracy dropped.
const RECENT: usize = 7;

/// So many labels are a window's worth; false alarms are counted in those.
const FULL_WINDOW: f64 = 30.0;

/// A lag is told from at least so many labels.
const FEWEST_LAGS: usize = 20;

/// The share of labels after which a cohort is as good as complete.
const LAG_SHARE: f64 = 0.95;

/// How good a model is, as the labels of picked rows say.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AuditReport {
    /// In words.
    pub sentence: String,
    /// Whether the accuracy dropped below the baseline; none without one.
    pub status: Option<Status>,
    /// What the accuracy was expected to be.
    pub baseline: Option<f64>,
    /// The evidence that it dropped; at `false_alarm_windows` it is sure.
    pub evidence: Option<f64>,
    /// On average there is at most one false alarm in so many windows.
    pub false_alarm_windows: f64,
    /// How many rows were answered.
    pub rows: u64,
    /// How many were picked.
    pub picked: u64,
    /// How many of these are labelled.
    pub labelled: u64,
    /// How many of these are right.
    pub right: u64,
    /// The share of right ones; none without labels.
    pub accuracy: Option<f64>,
    /// Where the accuracy may well lie; it may be looked at after every label. It is that of an
    /// accuracy that does not change, of windows that are picked from alike.
    pub interval: Interval,
    /// The share of right ones in the last seven windows with labels; none without labels.
    pub recent_accuracy: Option<f64>,
    /// Where that may well lie.
    pub recent_interval: Interval,
    /// The accuracy where each row stands for as many as were not picked.
    pub weighted_accuracy: Option<f64>,
    /// The accuracy if all rows of final cohorts that nobody labelled were wrong, and if all were
    /// right.
    pub if_unlabelled: Option<(f64, f64)>,
    /// The mean confidence of the labelled rows.
    pub mean_confidence: Option<f64>,
    /// Whether that lies in the interval: whether confidences still mean what they say.
    pub confidence_fits: Option<bool>,
    /// How long, in seconds, 95 % of the labels take; none while too few are there.
    pub lag_seconds: Option<f64>,
    /// How many were picked, not labelled, and given up.
    pub given_up: u64,
    /// Version by version.
    pub versions: Vec<VersionReport>,
    /// Window by window, the oldest first.
    pub cohorts: Vec<CohortReport>,
}

/// How good a version is.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct VersionReport {
    /// The version.
    pub version: String,
    /// How many rows it answered.
    pub rows: u64,
    /// How many of them were picked.
    pub picked: u64,
    /// How many of these are labelled.
    pub labelled: u64,
    /// How many of these are right.
    pub right: u64,
    /// The share of right ones.
    pub accuracy: Option<f64>,
    /// Where the accuracy may well lie; it may be looked at after every label.
    pub interval: Interval,
}

/// The rows that were answered in one window, however late their labels came.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CohortReport {
    /// When the window begins.
    pub from: Timestamp,
    /// When it ends.
    pub to: Timestamp,
    /// How many rows were answered.
    pub rows: u64,
    /// The probability with which each was picked.
    pub probability: f64,
    /// How many were picked.
    pub picked: u64,
    /// How many of these are labelled so far.
    pub labelled: u64,
    /// How many of these are right.
    pub right: u64,
    /// The share of right ones, as known now.
    pub accuracy: Option<f64>,
    /// Where the accuracy may well lie; it may be looked at after every label.
    pub interval: Interval,
    /// Whether hardly any label is still to come.
    pub is_final: bool,
}

impl AuditReport {
    /// This report as JSON.
    pub fn to_json(&self) -> String {
        serde_json::to_string(self).expect("numbers, texts and lists are JSON")
    }
}

impl Audit {
    /// What the labels so far say, of all versions or one. With a `baseline`, also whether the
    /// accuracy dropped below it: evidence is gathered as a monitor does, so that looking every day
    /// does no harm.
    ///
    /// # Errors
    /// [`Error::InvalidInput`] for a baseline that is no share, [`Error::NotFound`] for a version
    /// that answered nothing.
    pub fn report(
        &self,
        now: Timestamp,
        baseline: Option<f64>,
        version: Option<&str>,
    ) -> Result<AuditReport> {
        if let Some(baseline) = baseline
            && !(baseline > 0.0 && baseline <= 1.0)
        {
            let problem = format!("{baseline} is no share above 0 to 1");
            return Err(Error::invalid("baseline", problem));
        }
        let mut slots: BTreeMap<i64, Cohort> = BTreeMap::new();
        let mut versions: BTreeMap<&str, Cohort> = BTreeMap::new();
        let is_wanted = |own: &str| version.is_none_or(|wanted| wanted == own);
        for ((slot, own), cohort) in self.cohorts.iter().filter(|((_, own), _)| is_wanted(own)) {
            slots.entry(*slot).or_default().merge(cohort);
            versions.entry(own).or_default().merge(cohort);
        }
        if let Some(version) = version
            && versions.is_empty()
        {
            let what = format!("version {version:?}");
            return Err(Error::NotFound { what, hint: "it answered no row".to_owned() });
        }
        let mut all = Cohort::default();
        for own in slots.values() {
            all.merge(own);
        }
        let lag = self.lag_micros();
        let cohorts: Vec<CohortReport> =
            slots.iter().map(|(slot, own)| self.cohort_report(*slot, own, now, lag)).collect();
        let interval = all.interval();
        let evidence = baseline.map(|baseline| self.evidence(&slots, baseline));
        let allowed = self.options().false_alarms.windows;
        let status = evidence.map(|evidence| {
            if evidence >= allowed {
                Status::Alarm
            } else if evidence >= allowed.sqrt() {
                Status::Watch
            } else {
                Status::Ok
            }
        });
        let mut recent = Cohort::default();
        for own in slots.values().rev().filter(|own| own.labelled > 0).take(RECENT) {
            recent.merge(own);
        }
        let mean_confidence = (all.sure > 0).then(|| all.confidence / all.sure as f64);
        let mut report = AuditReport {
            sentence: String::new(),
            status,
            baseline,
            evidence,
            false_alarm_windows: allowed,
            rows: all.rows,
            picked: all.picked,
            labelled: all.labelled,
            right: all.right,
            accuracy: all.accuracy(),
            interval,
            recent_accuracy: recent.accuracy(),
            recent_interval: recent.interval(),
            weighted_accuracy: weighted(&cohorts),
            if_unlabelled: if_unlabelled(&cohorts),
            mean_confidence,
            confidence_fits: mean_confidence.map(|mean| interval.contains(mean)),
            lag_seconds: lag.map(|lag| lag as f64 / 1e6),
            given_up: self.given_up,
            versions: versions
                .into_iter()
                .map(|(version, own)| VersionReport {
                    version: version.to_owned(),
                    rows: own.rows,
                    picked: own.picked,
                    labelled: own.labelled,
                    right: own.right,
                    accuracy: own.accuracy(),
                    interval: own.interval(),
                })
                .collect(),
            cohorts,
        };
        report.sentence = report.say();
        Ok(report)
    }

    fn cohort_report(
        &self,
        slot: i64,
        own: &Cohort,
        now: Timestamp,
        lag: Option<i64>,
    ) -> CohortReport {
        let (from, to) = self.times(slot);
        let is_over = now >= to;
        let is_late = lag.is_some_and(|lag| now.micros() >= to.micros().saturating_add(lag));
        CohortReport {
            from,
            to,
            rows: own.rows,
            probability: self.slots.get(&slot).map_or(0.0, |slot| slot.probability),
            picked: own.picked,
            labelled: own.labelled,
            right: own.right,
            accuracy: own.accuracy(),
            interval: own.interval(),
            is_final: is_over && (is_late || own.labelled == own.picked),
        }
    }

    /// How long most labels take.
    fn lag_micros(&self) -> Option<i64> {
        let mut lags: Vec<i64> = self
            .asked
            .values()
            .filter_map(|own| own.answer.map(|(_, at)| at.micros().saturating_sub(own.at.micros())))
            .map(|lag| lag.max(0))
            .collect();
        lags.sort_unstable();
        // While some rows have no label yet, only the quick ones are known: the slowest of them tells.
        if self.asked.values().any(|own| own.answer.is_none()) {
            return lags.last().copied().filter(|_| lags.len() >= FEWEST_LAGS);
        }
        #[expect(clippy::cast_sign_loss, reason = "a share of a count is not negative")]
        let place = (lags.len() as f64 * LAG_SHARE).ceil() as usize;
        (lags.len() >= FEWEST_LAGS).then(|| lags[place.clamp(1, lags.len()) - 1])
    }

    /// The evidence, by Shiryaev and Roberts, that the accuracy is by one of the drops below what
    /// is tolerated: how many times likelier each cohort's labels are then.
    fn evidence(&self, slots: &BTreeMap<i64, Cohort>, baseline: f64) -> f64 {
        // A baseline of 1 would make a single mistake the proof of a drop.
        let usual = (baseline - self.options().tolerance).clamp(0.01, 0.999);
        let of_drop = |drop: f64| {
            let less = (usual - drop).max(0.005);
            let (right, wrong) = ((less / usual).ln(), ((1.0 - less) / (1.0 - usual)).ln());
            // A window without labels says nothing, one with few of them little.
            slots.values().filter(|own| own.labelled > 0).fold(0.0, |sum: f64, own| {
                let weight = (own.labelled as f64 / FULL_WINDOW).min(1.0);
                let wrongs = (own.labelled - own.right) as f64;
                let evidence = (own.right as f64 * right + wrongs * wrong).exp();
                // Beyond all doubt, and still a number.
                ((weight + sum) * evidence).min(1e12)
            })
        };
        DROPS.into_iter().map(of_drop).sum::<f64>() / DROPS.len() as f64
    }
}

impl Cohort {
    fn merge(&mut self, other: &Self) {
        self.rows = self.rows.saturating_add(other.rows);
        self.picked = self.picked.saturating_add(other.picked);
        self.labelled = self.labelled.saturating_add(other.labelled);
        self.right = self.right.saturating_add(other.right);
        self.sure = self.sure.saturating_add(other.sure);
        self.confidence += other.confidence;
    }

    fn accuracy(&self) -> Option<f64> {
        (self.labelled > 0).then(|| self.right as f64 / self.labelled as f64)
    }

    fn interval(&self) -> Interval {
        confidence_sequence(self.right, self.labelled, LEVEL).unwrap_or(Interval {
            low: 0.0,
            high: 1.0,
            level: LEVEL,
        })
    }
}

/// The accuracy where each row counts as many times as its cohort has rows for one that was
/// labelled.
fn weighted(cohorts: &[CohortReport]) -> Option<f64> {
    let (mut right, mut rows) = (0.0, 0.0);
    for own in cohorts {
        if let Some(accuracy) = own.accuracy {
            right += accuracy * own.rows as f64;
            rows += own.rows as f64;
        }
    }
    (rows > 0.0).then(|| right / rows)
}

/// Between which shares the accuracy of final cohorts lies, whatever their missing labels are.
fn if_unlabelled(cohorts: &[CohortReport]) -> Option<(f64, f64)> {
    let (mut picked, mut labelled, mut right) = (0, 0, 0);
    for own in cohorts.iter().filter(|own| own.is_final) {
        picked += own.picked;
        labelled += own.labelled;
        right += own.right;
    }
    let share = |count: u64| count as f64 / picked as f64;
    (picked > 0).then(|| (share(right), share((right + picked).saturating_sub(labelled))))
}

impl AuditReport {
    fn say(&self) -> String {
        let percent = |share: f64| format!("{:.1}", share * 100.0);
        let Some(accuracy) = self.accuracy else {
            return format!(
                "{} of {} rows were picked, and none is labelled yet",
                self.picked, self.rows
            );
        };
        let mut told = format!(
            "{} % of the answers are right ({} to {}, at any time), from {} labels of {} rows picked \
             by chance",
            percent(accuracy),
            percent(self.interval.low),
            percent(self.interval.high),
            self.labelled,
            self.picked
        );
        if let Some(weighted) = self.weighted_accuracy.filter(|own| !self.interval.contains(*own)) {
            let weighted = percent(weighted);
            let _ = write!(
                told,
                "; windows were picked from unequally, and weighed by their rows it is {weighted} %"
            );
        }
        if let (Some(status), Some(baseline)) = (self.status, self.baseline) {
            let word = match status {
                Status::Alarm => "a drop below",
                Status::Watch => "what may be a drop below",
                Status::Ok | Status::ChangedSmall => "no drop below",
            };
            let baseline = percent(baseline);
            match self.recent_accuracy.filter(|_| status != Status::Ok) {
                Some(recent) => {
                    let (recent, own) = (percent(recent), self.recent_interval);
                    let _ = write!(
                        told,
                        "; in the last {RECENT} windows {recent} % ({} to {}): {word} {baseline} %",
                        percent(own.low),
                        percent(own.high)
                    );
                }
                None => _ = write!(told, "; {word} {baseline} %"),
            }
        }
        if self.confidence_fits == Some(false) {
            let mean = self.mean_confidence.unwrap_or_default();
            let mean = percent(mean);
            let _ = write!(told, "; its mean confidence is {mean} %, which no longer fits");
        }
        told
    }
}

#[cfg(test)]
mod tests;
