mod acts;
mod telling;

use std::{
    collections::BTreeSet,
    sync::{Arc, Mutex},
};

use super::{
    distances::{self, Distance, Novel},
    findings::{DriftReport, Status},
    options::MonitorOptions,
    state::{Past, Record, State, Times, Window},
    yardstick::Yardstick,
};
use crate::{
    Error, Result, Timestamp,
    profile::{Batch, Profile, Reference, WindowLength},
};

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
