use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Arc, Mutex},
};

use super::{
    distances::{self, Distance, Measure, Novel},
    findings::{DriftReport, FeatureReport, MeasureReport, Shares, Status},
    options::MonitorOptions,
    sentence::{self, Change},
    state::{Act, Past, Record, State, Times, Window},
    yardstick::Yardstick,
};
use crate::{
    Error, Result, Timestamp,
    profile::{Batch, Profile, Reference, WindowLength},
};

/// What has less than this share of all evidence is not to blame.
const LEAST_BLAME: f64 = 0.05;

/// What so many windows came to is kept.
const MOST_HISTORY: usize = 365;

/// A monitor that several hands hold.
pub type SharedMonitor = Arc<Mutex<Monitor>>;

/// Looks whether rows are like those of a reference, window after window.
///
/// A window's distance from the reference is measured in as many ways as a feature can change, and
/// scored against how far the reference's own windows are from each other. The p-values become
/// evidence that is added up over time by Shiryaev and Roberts' rule and averaged over all
/// distances. When it reaches as many windows as one false alarm is allowed in, the change is sure;
/// when also enough rows moved, it is an alarm.
///
/// ```
/// use pantau::{drift::{Monitor, Status}, profile::{Batch, Reference}};
///
/// let usual: Vec<f64> = (0..2_800).map(|row| f64::from(row * 7919 % 1009)).collect();
/// let mut rows = Batch::new(usual.len());
/// rows.numbers("length", &usual)?;
/// let reference = Reference::build(&rows, &Default::default())?;
///
/// let mut monitor = Monitor::new(reference, Default::default())?;
/// let longer: Vec<f64> = usual[..500].iter().map(|length| length + 400.0).collect();
/// let mut rows = Batch::new(longer.len());
/// rows.numbers("length", &longer)?;
/// for _ in 0..3 {
///     monitor.update(&rows, None)?;
///     monitor.close_window()?;
/// }
/// assert_eq!(monitor.report().status, Status::Alarm);
/// # Ok::<(), pantau::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct Monitor {
    reference: Arc<Reference>,
    options: MonitorOptions,
    pool: Profile,
    distances: Vec<Distance>,
    yardsticks: Vec<Yardstick>,
    state: State,
}

impl Monitor {
    /// A monitor that has seen nothing.
    ///
    /// # Errors
    /// [`Error::InvalidInput`] for options that cannot be.
    pub fn new(reference: impl Into<Arc<Reference>>, options: MonitorOptions) -> Result<Self> {
        options.check()?;
        let reference = reference.into();
        let pool = reference.pooled();
        let distances = distances::all(reference.layout(), &pool);
        let others = reference.others();
        let measure = |distance: &Distance| {
            Yardstick::measure(distance, &reference, &others, options.min_effect)
        };
        let yardsticks = distances.iter().map(measure).collect();
        let state = State::new(reference.layout(), distances.len());
        Ok(Self { reference, options, pool, distances, yardsticks, state })
    }

    /// What rows are compared with.
    pub fn reference(&self) -> &Arc<Reference> {
        &self.reference
    }

    /// The options of this monitor.
    pub fn options(&self) -> &MonitorOptions {
        &self.options
    }

    /// The same options for windows that are closed one by one, whatever their size.
    pub(super) fn unbounded_options(&self) -> MonitorOptions {
        MonitorOptions { window: None, min_rows: 0, ..self.options }
    }

    /// What somebody decided so far.
    pub fn records(&self) -> &[Record] {
        &self.state.told.records
    }

    /// What the last windows came to, the oldest first: 365 at most.
    pub fn history(&self) -> impl Iterator<Item = &Past> {
        self.state.told.history.iter()
    }

    /// The last windows that were closed, the oldest first: as many as the reference has.
    pub fn recent(&self) -> impl Iterator<Item = (u64, Option<Timestamp>, &Profile)> {
        self.state.recent.iter().map(|own| (own.number, own.times.from, &own.profile))
    }

    /// The window that is not closed yet.
    pub fn open(&self) -> &Profile {
        &self.state.open
    }

    /// Counts rows, which came at `at`, into the open window. Where windows close by themselves,
    /// and one did, this is what the last of them says.
    ///
    /// # Errors
    /// [`Error::InvalidInput`] if none of the columns can be counted, or windows close by time and
    /// none was told.
    pub fn update(
        &mut self,
        rows: &Batch<'_>,
        at: Option<Timestamp>,
    ) -> Result<Option<DriftReport>> {
        match self.options.window {
            None | Some(WindowLength::Count(_)) => {
                self.count(rows, at)?;
                Ok(None)
            }
            Some(WindowLength::Rows(length)) => self.update_by_rows(rows, at, length as u64),
            Some(WindowLength::Time(length)) => {
                let Some(at) = at else {
                    return Err(Error::invalid("at", "windows of time need the time of the rows"));
                };
                let length = i64::try_from(length.as_micros()).unwrap_or(i64::MAX);
                let slot = |time: Timestamp| time.micros().div_euclid(length);
                // A late row belongs to the window that is open.
                let is_over = self.state.times.to.is_some_and(|to| slot(to) < slot(at));
                // Rows that cannot be counted must not cost a report.
                self.reference.layout().check(rows)?;
                let report = if is_over { self.close_if_judged()? } else { None };
                self.count(rows, Some(at))?;
                Ok(report)
            }
        }
    }

    fn update_by_rows(
        &mut self,
        rows: &Batch<'_>,
        at: Option<Timestamp>,
        length: u64,
    ) -> Result<Option<DriftReport>> {
        let mut start = 0;
        let mut report = None;
        while start < rows.rows() {
            let room = length.saturating_sub(self.state.open.rows()).max(1);
            let end =
                rows.rows().min(start.saturating_add(usize::try_from(room).unwrap_or(usize::MAX)));
            self.count(&rows.part(start, end), at)?;
            start = end;
            if self.state.open.rows() >= length {
                report = self.close_if_judged()?;
            }
        }
        Ok(report)
    }

    /// The report of the open window, if it has enough rows to be closed.
    fn close_if_judged(&mut self) -> Result<Option<DriftReport>> {
        let before = self.state.told.closed;
        let report = self.close_window()?;
        Ok((self.state.told.closed > before).then_some(report))
    }

    fn count(&mut self, rows: &Batch<'_>, at: Option<Timestamp>) -> Result<()> {
        self.state.open.update(rows)?;
        if let Some(at) = at {
            self.state.times.see(at);
        }
        Ok(())
    }

    /// Adds what was counted elsewhere, by the same layout, to the open window.
    ///
    /// # Errors
    /// [`Error::InvalidInput`] if the layout is another one.
    pub fn merge(&mut self, profile: &Profile, at: Option<Timestamp>) -> Result<()> {
        self.state.open.merge(profile)?;
        if let Some(at) = at {
            self.state.times.see(at);
        }
        Ok(())
    }

    /// Takes what the open window has counted so far, which is then empty: to be merged into a monitor
    /// elsewhere, such as in the process that others work for.
    pub fn take(&mut self) -> Profile {
        self.state.times = Times::default();
        std::mem::replace(&mut self.state.open, Profile::new(self.reference.layout()))
    }

    /// Closes the open window and says what it is. A window with too few rows stays open, and the
    /// report says so.
    ///
    /// # Errors
    /// None at present.
    pub fn close_window(&mut self) -> Result<DriftReport> {
        if self.state.open.rows() < self.options.min_rows {
            return Ok(self.report());
        }
        let number = self.state.told.closed + 1;
        let pvalue = |(distance, yardstick): (&Distance, &Yardstick)| {
            let novel = self.novel(distance.feature, &self.state.open);
            let apart = distance.between(&self.state.open, &self.pool, novel)?;
            Some(yardstick.pvalue(&apart))
        };
        let pvalues: Vec<Option<f64>> =
            self.distances.iter().zip(&self.yardsticks).map(pvalue).collect();
        let evidence = &mut self.state.told.evidence;
        let live = evidence.iter().zip(&pvalues).zip(&self.distances);
        let live: Vec<usize> = live
            .filter(|((own, pvalue), _)| own.is_live || pvalue.is_some())
            .map(|(_, distance)| distance.feature)
            .collect();
        let features: BTreeSet<usize> = live.iter().copied().collect();
        let budget = self.options.false_alarms.windows;
        // Twice what makes a single distance sure.
        let most = 2.0 * budget * live.len().max(1) as f64;
        // One odd window alone is never enough, even if it is odd in all ways that a feature has.
        let cap = (budget * features.len() as f64).sqrt().min(budget / 2.0);
        for (own, pvalue) in evidence.iter_mut().zip(pvalues) {
            own.add(pvalue, cap, most, number);
        }
        let empty = Profile::new(self.reference.layout());
        let profile = std::mem::replace(&mut self.state.open, empty);
        let times = std::mem::take(&mut self.state.times);
        self.state.told.closed = number;
        self.state.recent.push_back(Window { number, times, profile });
        while self.state.recent.len() > self.reference.windows().len() {
            self.state.recent.pop_front();
        }
        let report = self.report();
        self.state.told.history.push_back(Past {
            window: number,
            from: report.from,
            rows: report.rows,
            evidence: report.evidence,
            status: report.status,
        });
        while self.state.told.history.len() > MOST_HISTORY {
            self.state.told.history.pop_front();
        }
        self.state.told.status = report.status;
        if report.status == Status::Ok {
            self.state.told.acknowledged = None;
        }
        Ok(report)
    }

    /// How many values of a window are new to the reference, and how many of it are to itself.
    fn novel(&self, feature: usize, window: &Profile) -> Novel {
        let pool = (0..self.reference.windows().len())
            .map(|window| self.reference.novel(window, feature))
            .sum();
        Novel { window: window.feature(feature).counts.unseen(), pool }
    }

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

    /// Puts down that the change is known. The status stays what it is, and the reports say that
    /// it was acknowledged, until it ends or something else changes, too.
    ///
    /// # Errors
    /// [`Error::InvalidInput`] if nothing changed, or nobody is named.
    pub fn acknowledge(&mut self, by: &str, reason: &str, at: Timestamp) -> Result<()> {
        let report = self.report();
        if report.status == Status::Ok {
            return Err(Error::invalid("status", "nothing changed that could be acknowledged"));
        }
        let record = self.record(Act::Acknowledge, by, reason, at)?;
        let layout = self.reference.layout();
        let is_to_blame = |feature: &&FeatureReport| feature.status != Status::Ok;
        let places = report.features.iter().filter(is_to_blame).filter_map(|feature| {
            layout.features().iter().position(|own| own.name == feature.feature)
        });
        self.state.told.acknowledged = Some(places.collect());
        self.state.told.records.push(record);
        Ok(())
    }

    /// Takes the last windows as the new normal: as many as the reference has, 28 at least, and after
    /// a change only those since it began.
    ///
    /// # Errors
    /// [`Error::InvalidInput`] if there are fewer, or nobody is named.
    pub fn rebaseline(&mut self, by: &str, reason: &str, at: Timestamp) -> Result<()> {
        // What came before a change is the old normal.
        let since = self.report().since_window.unwrap_or(0);
        let later = self.state.recent.iter().filter(|window| window.number >= since);
        let filled = later.filter(|window| window.profile.rows() > 0);
        let mut windows: Vec<Profile> = filled.map(|window| window.profile.clone()).collect();
        // Right labels that were known before say what confidences mean, now as then.
        let is_known = windows.iter().any(Profile::knows_answers);
        if let Some(first) = windows.first_mut().filter(|_| !is_known) {
            first.keep_known(&self.pool);
        }
        let reference = Reference::from_windows(windows)?;
        self.rebaseline_to(reference, by, reason, at)
    }

    /// Takes another reference as the new normal.
    ///
    /// # Errors
    /// [`Error::InvalidInput`] if nobody is named.
    pub fn rebaseline_to(
        &mut self,
        reference: impl Into<Arc<Reference>>,
        by: &str,
        reason: &str,
        at: Timestamp,
    ) -> Result<()> {
        let record = self.record(Act::Rebaseline, by, reason, at)?;
        let mut next = Self::new(reference, self.options)?;
        // What was counted by the same layout goes on.
        if next.reference.layout().hash() == self.reference.layout().hash() {
            next.state.open = self.state.open.clone();
            next.state.times = self.state.times;
        }
        next.state.told.closed = self.state.told.closed;
        next.state.told.records.clone_from(&self.state.told.records);
        next.state.told.history.clone_from(&self.state.told.history);
        next.state.told.records.push(record);
        *self = next;
        Ok(())
    }

    fn record(&self, act: Act, by: &str, reason: &str, at: Timestamp) -> Result<Record> {
        if by.trim().is_empty() {
            return Err(Error::invalid("by", "nobody is named"));
        }
        let window = self.state.told.closed;
        Ok(Record { act, by: by.to_owned(), reason: reason.to_owned(), at, window })
    }

    /// This monitor with other options, and with what it has seen.
    pub(crate) fn with_options(self, options: MonitorOptions) -> Result<Self> {
        if options == self.options {
            return Ok(self);
        }
        let next = Self::new(self.reference.clone(), options)?;
        Ok(Self { state: self.state, ..next })
    }

    /// All that this monitor has seen, to go on from after a restart.
    pub fn state(&self) -> Vec<u8> {
        self.state.to_bytes(self.reference.hash(), &self.options)
    }

    /// The monitor with this state.
    ///
    /// # Errors
    /// [`Error::InvalidInput`] for what is no state, or belongs to another reference.
    pub fn resume(reference: impl Into<Arc<Reference>>, state: &[u8]) -> Result<Self> {
        let reference = reference.into();
        let (options, state) = State::from_bytes(state, reference.hash(), reference.layout())?;
        let mut monitor = Self::new(reference, options)?;
        if state.told.evidence.len() != monitor.distances.len() {
            return Err(Error::invalid("state", "it has other distances than this version"));
        }
        monitor.state = state;
        Ok(monitor)
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
