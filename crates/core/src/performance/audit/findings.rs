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
mod tests {
    use super::super::AuditOptions;
    use super::*;
    use crate::{profile::WindowLength, random::Random};

    const DAY: i64 = 86_400_000_000;

    fn day(day: i64) -> Timestamp {
        Timestamp::from_micros(day * DAY + DAY / 2)
    }

    /// Days of rows that are right with this probability, and labelled at once.
    fn run(audit: &mut Audit, random: &mut Random, days: std::ops::Range<i64>, right: f64) {
        for own in days {
            for row in 0..1_000 {
                let row = format!("{own} {row}");
                if audit.pick(&row, day(own), "1", None).is_some() {
                    audit.label(&row, random.unit() < right, day(own));
                }
            }
        }
    }

    fn seeded(seed: u64) -> Audit {
        Audit::new(AuditOptions { seed, ..AuditOptions::default() }).unwrap()
    }

    #[test]
    fn as_many_are_picked_as_were_asked_for() {
        let mut audit = seeded(1);
        run(&mut audit, &mut Random::new(1), 0..100, 0.9);
        let report = audit.report(day(101), None, None).unwrap();
        assert_eq!(report.rows, 100_000);
        // 3,000 with a standard deviation of 54.
        assert!((2_800..3_200).contains(&report.picked), "{}", report.picked);
        assert!(report.cohorts.iter().all(|own| (own.probability - 0.03).abs() < 1e-12));
        assert!((report.accuracy.unwrap() - 0.9).abs() < 0.02);
        assert!((report.weighted_accuracy.unwrap() - 0.9).abs() < 0.02);
    }

    #[test]
    fn a_fuller_day_is_picked_from_as_the_day_before_tells() {
        let mut audit =
            Audit::new(AuditOptions { expected_rows: 10, ..AuditOptions::default() }).unwrap();
        let picked = |audit: &mut Audit, own: i64, rows: usize| {
            (0..rows)
                .filter(|row| audit.pick(&format!("{own} {row}"), day(own), "", None).is_some())
                .count()
        };
        assert_eq!(picked(&mut audit, 0, 200), 200);
        let second = picked(&mut audit, 1, 200);
        assert!((10..60).contains(&second), "{second}");
        let again = audit.pick("0 0", day(5), "", None);
        assert_eq!(again, Some(1.0));
        assert_eq!(audit.report(day(6), None, None).unwrap().rows, 400);
    }

    /// A year of looking daily: the truth is missed at any time in fewer than 5 % of the years.
    #[test]
    fn the_interval_holds_however_often_it_is_looked_at() {
        let (mut missed, years) = (0, 200);
        for year in 0..years {
            let (mut random, mut audit) = (Random::new(year), seeded(year));
            let mut is_missed = false;
            for own in 0..120 {
                run(&mut audit, &mut random, own..own + 1, 0.93);
                let (slots, mut all) = (audit.cohorts.values(), Cohort::default());
                slots.for_each(|own| all.merge(own));
                is_missed |= !all.interval().contains(0.93);
            }
            missed += u64::from(is_missed);
        }
        assert!(missed <= years * 6 / 100, "{missed} of {years}");
    }

    /// 30 labels a day: a false alarm in less than one of three years, and drops of 5 points found
    /// in half a month.
    #[test]
    fn drops_are_told_and_quiet_years_are_quiet() {
        let (mut false_alarms, mut delays) = (0, Vec::new());
        for seed in 0..20 {
            let (mut random, mut audit) = (Random::new(seed), seeded(seed));
            for own in 0..365 {
                run(&mut audit, &mut random, own..own + 1, 0.9);
                if audit.report(day(own), Some(0.9), None).unwrap().status == Some(Status::Alarm) {
                    false_alarms += 1;
                    break;
                }
            }
            let mut audit = seeded(seed);
            run(&mut audit, &mut random, 0..50, 0.9);
            let told = (50..300).find(|own| {
                run(&mut audit, &mut random, *own..*own + 1, 0.85);
                audit.report(day(*own), Some(0.9), None).unwrap().status == Some(Status::Alarm)
            });
            delays.push(told.map_or(i64::MAX, |own| own - 49));
        }
        delays.sort_unstable();
        assert!(false_alarms <= 6, "{false_alarms} in 20 years");
        assert!(delays[10] <= 20, "{delays:?}");
    }

    #[test]
    fn late_labels_belong_to_the_day_of_the_answer() {
        let mut audit = Audit::new(AuditOptions { rate: 1e6, ..AuditOptions::default() }).unwrap();
        for own in 0..30 {
            audit.pick(&own.to_string(), day(own), "a", Some(0.8));
        }
        for own in 0..25 {
            assert!(audit.label(&own.to_string(), own % 5 > 0, day(own + 3)));
        }
        assert!(!audit.label("unknown", true, day(1)));
        let report = audit.report(day(28), None, None).unwrap();
        assert_eq!(report.lag_seconds, Some(3.0 * 86_400.0));
        let last = report.cohorts.iter().filter(|own| own.is_final).count();
        assert_eq!((report.cohorts.len(), last), (30, 25));
        assert_eq!(report.if_unlabelled, Some((0.8, 0.8)));
        assert_eq!(audit.unlabelled().collect::<Vec<_>>(), ["25", "26", "27", "28", "29"]);
        // What was said last counts.
        audit.label("0", true, day(30));
        assert_eq!(audit.report(day(28), None, None).unwrap().right, 21);
        // Three days after, the unlabelled ones are as good as lost.
        let report = audit.report(day(40), None, None).unwrap();
        assert_eq!(report.if_unlabelled, Some((0.7, 26.0 / 30.0)));
        assert!((report.mean_confidence.unwrap() - 0.8).abs() < 1e-12);
        assert_eq!(report.confidence_fits, Some(true));
    }

    #[test]
    fn versions_are_told_apart() {
        let mut audit = Audit::new(AuditOptions { rate: 1e6, ..AuditOptions::default() }).unwrap();
        for row in 0..200 {
            let version = if row % 2 == 0 { "1" } else { "2" };
            audit.pick(&row.to_string(), day(0), version, None);
            audit.label(&row.to_string(), row % 4 != 0, day(0));
        }
        let report = audit.report(day(2), None, None).unwrap();
        let told: Vec<_> =
            report.versions.iter().map(|own| (&*own.version, own.accuracy)).collect();
        assert_eq!(told, [("1", Some(0.5)), ("2", Some(1.0))]);
        assert_eq!(audit.report(day(2), None, Some("2")).unwrap().rows, 100);
        assert!(audit.report(day(2), None, Some("3")).is_err());
        assert!(audit.report(day(2), Some(1.5), None).is_err());
    }

    #[test]
    fn a_state_goes_on_where_it_was() {
        let mut audit = seeded(9);
        run(&mut audit, &mut Random::new(9), 0..5, 0.8);
        let mut again = Audit::resume(&audit.state()).unwrap();
        assert_eq!(again, audit);
        run(&mut audit, &mut Random::new(2), 5..7, 0.8);
        run(&mut again, &mut Random::new(2), 5..7, 0.8);
        assert_eq!(again.state(), audit.state());
        for broken in ["", "{}", "[]"] {
            assert!(Audit::resume(broken.as_bytes()).is_err());
        }
        let text = String::from_utf8(audit.state()).unwrap();
        let lie = text.replacen("\"labelled\":", "\"labelled\":1", 1);
        assert!(Audit::resume(lie.as_bytes()).unwrap_err().to_string().contains("contradict"));
    }

    /// Windows in which nothing is labelled, or hardly anything, say nothing.
    #[test]
    fn nothing_is_told_from_nothing() {
        let options = AuditOptions { rate: 1e6, ..AuditOptions::default() };
        let mut audit = Audit::new(options).unwrap();
        for own in 0..500 {
            let name = own.to_string();
            audit.pick(&name, day(own), "", None);
            if own % 2 == 0 {
                audit.label(&name, true, day(own));
            }
        }
        let report = audit.report(day(501), Some(0.9), None).unwrap();
        assert_eq!(report.status, Some(Status::Ok), "{}", report.evidence.unwrap());
    }

    #[test]
    fn one_short_window_does_not_pick_all_of_the_next() {
        let mut audit = seeded(1);
        audit.pick("the only one", day(0), "", None);
        let picked = (0..50_000)
            .filter(|row| audit.pick(&format!("1 {row}"), day(1), "", None).is_some())
            .count();
        assert!(picked < 2_000, "{picked}");
        // Days that were picked from unequally are told.
        let mut audit = seeded(2);
        for own in 0..60 {
            let rows = if own == 0 { 10 } else { 2_000 };
            for row in 0..rows {
                let name = format!("{own} {row}");
                if audit.pick(&name, day(own), "", None).is_some() {
                    audit.label(&name, own > 8 || row % 2 == 0, day(own));
                }
            }
        }
        let report = audit.report(day(61), None, None).unwrap();
        assert!(report.weighted_accuracy.unwrap() > report.accuracy.unwrap() - 0.05);
    }

    #[test]
    fn states_that_contradict_themselves_are_refused() {
        let mut audit = Audit::new(AuditOptions { rate: 1e6, ..AuditOptions::default() }).unwrap();
        audit.pick("a", day(0), "", None);
        audit.pick("b", day(0), "", None);
        let text = String::from_utf8(audit.state()).unwrap();
        assert!(Audit::resume(text.as_bytes()).is_ok());
        for (old, new) in [
            ("\"rows\":2,\"picked\":2", "\"rows\":18446744073709551615,\"picked\":2"),
            ("\"picked\":2", "\"picked\":1"),
            ("[\"b\",", "[\"a\","),
            ("\"probability\":1.0", "\"probability\":2.0"),
        ] {
            let lie = text.replacen(old, new, 1);
            assert_ne!(lie, text, "{old}");
            assert!(Audit::resume(lie.as_bytes()).is_err(), "{new}");
        }
    }

    #[test]
    fn what_cannot_be_is_named() {
        for (options, message) in [
            (AuditOptions { rate: 0.0, ..AuditOptions::default() }, "rate: 0"),
            (AuditOptions { rate: f64::NAN, ..AuditOptions::default() }, "rate: NaN"),
            (AuditOptions { expected_rows: 0, ..AuditOptions::default() }, "expected_rows: 0"),
            (AuditOptions { tolerance: 0.9, ..AuditOptions::default() }, "tolerance: 0.9"),
            (AuditOptions { window: WindowLength::Rows(5), ..AuditOptions::default() }, "5 rows"),
        ] {
            let error = Audit::new(options).unwrap_err().to_string();
            assert!(error.contains(message), "{error}");
        }
        let audit = seeded(0);
        let report = audit.report(day(0), None, None).unwrap();
        assert_eq!((report.accuracy, report.interval.low, report.interval.high), (None, 0.0, 1.0));
        assert!(AuditOptions::from_json(r#"{"rates": 3}"#).is_err());
    }
}
