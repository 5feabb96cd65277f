//! What a monitor says of what it has seen.

use std::collections::BTreeMap;

use super::{
    super::{
        distances::{self, Measure},
        findings::{DriftReport, FeatureReport, MeasureReport, Shares, Status},
        sentence::{self, Change},
        state::{Act, Times},
    },
    Monitor,
};
use crate::profile::Profile;

/// What has less than this share of all evidence is not to blame.
const LEAST_BLAME: f64 = 0.05;

impl Monitor {
    /// What the windows so far say.
    pub fn report(&self) -> DriftReport {
        let windows = self.options.false_alarms.windows;
        let evidence = &self.state.told.evidence;
        let all: f64 = evidence.iter().filter(|own| own.is_live).map(|own| own.sum).sum();
        // What never could be told, such as missing values where there are none, does not thin out
        // the evidence of the rest.
        let live = evidence.iter().filter(|own| own.is_live).count();
        let mean = all / live.max(1) as f64;
        let is_watched = mean >= windows.sqrt();
        let mut features = self.features(all, is_watched);
        features.sort_by(|one, other| other.blame.total_cmp(&one.blame));
        let is_to_blame = |feature: &&FeatureReport| feature.status != Status::Ok;
        let most = features.iter().filter(is_to_blame).map(|own| own.effect).fold(0.0, f64::max);
        let status = match (mean >= windows, is_watched) {
            (true, _) if most >= self.options.min_effect => Status::Alarm,
            (true, _) => Status::ChangedSmall,
            (false, true) => Status::Watch,
            (false, false) => Status::Ok,
        };
        for feature in &mut features {
            if feature.status != Status::Ok {
                let is_small = feature.effect < self.options.min_effect;
                feature.status = match status {
                    Status::Alarm if is_small => Status::ChangedSmall,
                    status => status,
                };
            }
        }
        let since = features.iter().filter(is_to_blame).find_map(|feature| feature.since_window);
        let last = self.state.recent.back();
        let times = last.map(|window| window.times).unwrap_or_default();
        let mut report = DriftReport {
            status,
            sentence: String::new(),
            advice: String::new(),
            since_window: since,
            since: since.and_then(|since| self.times(since).from),
            windows: self.state.told.closed,
            rows: last.map_or(0, |window| window.profile.rows()),
            from: times.from,
            to: times.to,
            // Before the first window there is none, which must not be told as -0.
            evidence: mean + 0.0,
            false_alarm_windows: windows,
            min_effect: self.options.min_effect,
            acknowledged: self.is_acknowledged(&features),
            unjudged: self.unjudged(),
            features,
            records: self.state.told.records.clone(),
            history: self.state.told.history.iter().copied().collect(),
        };
        (report.sentence, report.advice) = headline(&report);
        report
    }

    fn times(&self, window: u64) -> Times {
        let found = self.state.recent.iter().find(|own| own.number == window);
        found.map(|own| own.times).unwrap_or_default()
    }

    /// Each feature, whose status so far only says whether it is to blame.
    fn features(&self, all: f64, is_watched: bool) -> Vec<FeatureReport> {
        let layout = self.reference.layout();
        let of_feature = |feature: usize| {
            self.distances
                .iter()
                .zip(&self.state.told.evidence)
                .filter(move |(distance, _)| distance.feature == feature)
        };
        // What came since a window, which many features ask for.
        let mut known: BTreeMap<u64, Option<Profile>> = BTreeMap::new();
        let report = |(place, feature): (usize, &crate::profile::Feature)| {
            let own: f64 = of_feature(place).map(|(_, evidence)| evidence.sum).sum();
            let top = of_feature(place).max_by(|one, other| one.1.sum.total_cmp(&other.1.sum));
            // The answers of a classifier are not watched, but for what it says of them.
            let (distance, evidence) = top?;
            let blame = if all > 0.0 { own / all } else { 0.0 };
            let is_to_blame = is_watched && blame >= LEAST_BLAME;
            let since = if is_to_blame { evidence.since } else { self.state.told.closed };
            let now = known.entry(since).or_insert_with(|| self.since(since));
            let change = match now {
                Some(now) => sentence::change(
                    &feature.kind,
                    distance.measure,
                    self.pool.feature(place),
                    now.feature(place),
                    self.novel(place, now),
                ),
                None => Change {
                    effect: 0.0,
                    noise_floor: 0.0,
                    sentence: "nothing was seen yet".to_owned(),
                    shares: Shares::default(),
                },
            };
            Some(FeatureReport {
                feature: feature.name.clone(),
                status: if is_to_blame { Status::Watch } else { Status::Ok },
                sentence: change.sentence,
                since_window: is_to_blame.then_some(evidence.since),
                blame,
                effect: change.effect,
                noise_floor: change.noise_floor,
                measures: of_feature(place)
                    .map(|(distance, evidence)| MeasureReport {
                        measure: distance.measure,
                        pvalue: evidence.pvalue,
                        evidence: evidence.sum,
                    })
                    .collect(),
                shares: change.shares,
                trend: self.trend(place, distance.measure),
            })
        };
        layout.features().iter().enumerate().filter_map(report).collect()
    }

    /// What share moved in each of the last windows, of what changed most.
    fn trend(&self, place: usize, measure: Measure) -> Vec<f64> {
        let then = self.pool.feature(place);
        let windows = self.state.recent.iter();
        windows
            .map(|own| distances::moved_share(measure, own.profile.feature(place), then))
            .collect()
    }

    /// All that came since a window, as far as it is still known.
    fn since(&self, window: u64) -> Option<Profile> {
        let mut later = self.state.recent.iter().filter(|own| own.number >= window);
        let mut sum = later.next()?.profile.clone();
        for own in later {
            sum.merge(&own.profile).expect("all windows have one layout");
        }
        Some(sum)
    }

    fn unjudged(&self) -> Vec<String> {
        let mut problems = Vec::new();
        let open = self.state.open.rows();
        if open < self.options.min_rows && (open > 0 || self.state.told.closed == 0) {
            problems.push(format!(
                "the open window has {open} rows, and is judged from {} on",
                self.options.min_rows
            ));
        }
        if let Some(last) = self.state.recent.back() {
            for (feature, own) in last.profile.features() {
                if own.absent > 0 {
                    problems.push(format!(
                        "{}: its column was not there, or of another kind, in {} of {} rows",
                        feature.name,
                        own.absent,
                        last.profile.rows()
                    ));
                } else if own.counts.count() == 0 {
                    problems.push(format!("{}: all of its values are missing", feature.name));
                }
            }
        }
        if self.reference.is_shuffled() {
            problems.push(
                "how much days differ by themselves: the reference was shuffled, so changes below \
                 `min_effect` are taken for that"
                    .to_owned(),
            );
        }
        problems
    }

    fn is_acknowledged(&self, features: &[FeatureReport]) -> bool {
        let layout = self.reference.layout();
        let known = |feature: &FeatureReport| {
            let place = layout.features().iter().position(|own| own.name == feature.feature);
            let acknowledged = self.state.told.acknowledged.as_ref();
            acknowledged.is_some_and(|known| place.is_some_and(|place| known.contains(&place)))
        };
        let mut blamed = features.iter().filter(|feature| feature.status != Status::Ok).peekable();
        blamed.peek().is_some() && blamed.all(known)
    }
}

/// The verdict and what to do, in words.
fn headline(report: &DriftReport) -> (String, String) {
    let top = report.features.iter().find(|feature| feature.status != Status::Ok);
    let what = top.map_or_else(String::new, |top| format!("{}: {}", top.feature, top.sentence));
    let others = report.features.iter().filter(|own| own.status != Status::Ok).count();
    let more = match others {
        0 | 1 => String::new(),
        2 => " (and one more feature)".to_owned(),
        _ => format!(" (and {} more features)", others - 1),
    };
    let since = match (report.since, report.since_window) {
        (Some(since), _) => format!(" since {}", since.minute()),
        (None, Some(window)) => format!(" since window {window}"),
        (None, None) => String::new(),
    };
    match report.status {
        Status::Ok if report.windows == 0 => ("no window was closed yet".to_owned(), String::new()),
        Status::Ok => {
            // What came before a new normal was taken belongs to the old one.
            let taken = report.records.iter().rev().find(|record| record.act == Act::Rebaseline);
            let count = report.windows.saturating_sub(taken.map_or(0, |record| record.window));
            let windows = if count == 1 { "window" } else { "windows" };
            let since = if taken.is_some() { " since a new normal was taken" } else { "" };
            (format!("nothing changed in {count} {windows}{since}"), String::new())
        }
        Status::Watch => (
            format!("something may be changing{since}: {what}{more}"),
            "wait for the next windows".to_owned(),
        ),
        Status::ChangedSmall => (
            format!("a small change{since}: {what}{more}"),
            format!(
                "nothing need be done: less than {} of the rows moved",
                sentence::percent(report.min_effect)
            ),
        ),
        Status::Alarm => (
            format!("changed{since}: {what}{more}"),
            "find out why; then acknowledge it, retrain, or re-baseline if this is the new normal"
                .to_owned(),
        ),
    }
}
