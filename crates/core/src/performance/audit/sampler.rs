use std::collections::{BTreeMap, HashMap, VecDeque};

use serde::{Deserialize, Serialize};

use super::options::AuditOptions;
use crate::{Error, Result, Timestamp, profile::hash};

/// So many rows that were picked are kept by name; then the oldest are given up.
const MOST_ASKED: usize = 100_000;

/// The next window is expected to be as long as the longest of so many before.
const RECENT: usize = 7;

/// So many windows of all versions are kept.
const MOST_COHORTS: usize = 20_000;

/// Counts are less than this, so that their sums are counts.
const LARGEST: u64 = 1 << 48;

/// So many times the rate are picked from one window, and so many at least, before half of them are
/// given up.
const TIMES_THE_RATE: f64 = 8.0;
const FEWEST_PICKED: f64 = 64.0;

/// So many windows are kept.
const MOST_WINDOWS: usize = 3_650;

/// The first letters of a state, and the version of its format.
const FORMAT: &str = "pantau audit 1";

/// Picks rows by chance, so that their labels say how good a model is.
///
/// It sits where predictions are made and is asked about each. Whether a row is picked depends on
/// its name and the seed alone, never on what it says, with the same probability for all rows of a
/// window; that probability is kept. Somebody labels the picked ones, however late. What people
/// click on of their own accord is no such sample: who is wrong is clicked on more often.
///
/// ```
/// use pantau::{Timestamp, performance::{Audit, AuditOptions}};
///
/// let mut audit = Audit::new(AuditOptions::default())?;
/// for row in 0..1_000 {
///     let (name, now) = (format!("row {row}"), Timestamp::from_micros(0));
///     if audit.pick(&name, now, "3", Some(0.9)).is_some() {
///         audit.label(&name, row % 10 > 0, now);
///     }
/// }
/// let report = audit.report(Timestamp::now(), None, None)?;
/// assert!(report.picked > 10 && report.interval.contains(0.9));
/// # Ok::<(), pantau::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Audit {
    options: AuditOptions,
    length: i64,
    pub(super) slots: BTreeMap<i64, Slot>,
    pub(super) cohorts: BTreeMap<(i64, String), Cohort>,
    pub(super) asked: HashMap<String, Asked>,
    order: VecDeque<String>,
    /// How many were picked, not labelled, and given up.
    pub(super) given_up: u64,
}

/// A window of time.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub(super) struct Slot {
    pub(super) rows: u64,
    /// With which each of its rows is picked.
    pub(super) probability: f64,
}

/// The rows of one version in a window.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
pub(super) struct Cohort {
    pub(super) rows: u64,
    pub(super) picked: u64,
    pub(super) labelled: u64,
    pub(super) right: u64,
    /// How many of the labelled have a confidence, and their sum.
    pub(super) sure: u64,
    pub(super) confidence: f64,
}

/// A row that was picked.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Asked {
    slot: i64,
    version: String,
    pub(super) at: Timestamp,
    confidence: Option<f64>,
    /// Whether its answer was right, and when that was told first.
    pub(super) answer: Option<(bool, Timestamp)>,
}

impl Cohort {
    /// Forgets that a row was picked, and its label.
    fn leave_out(&mut self, asked: &Asked) {
        self.picked -= 1;
        let Some((was_right, _)) = asked.answer else { return };
        self.labelled -= 1;
        self.right -= u64::from(was_right);
        if let Some(confidence) = asked.confidence {
            self.sure -= 1;
            self.confidence = (self.confidence - confidence).clamp(0.0, self.sure as f64);
        }
    }
}

/// What the rows of a cohort that are kept by name come to.
#[derive(Default)]
struct Told {
    open: u64,
    labelled: u64,
    right: u64,
}

/// An audit as it is written.
#[derive(Serialize, Deserialize)]
struct Written {
    format: String,
    options: AuditOptions,
    slots: Vec<(i64, Slot)>,
    cohorts: Vec<(i64, String, Cohort)>,
    asked: Vec<(String, Asked)>,
    given_up: u64,
}

impl Audit {
    /// An audit that has seen nothing.
    ///
    /// # Errors
    /// [`Error::InvalidInput`] for options that cannot be.
    pub fn new(options: AuditOptions) -> Result<Self> {
        let length = options.check()?;
        Ok(Self {
            options,
            length,
            slots: BTreeMap::new(),
            cohorts: BTreeMap::new(),
            asked: HashMap::default(),
            order: VecDeque::new(),
            given_up: 0,
        })
    }

    /// The options of this audit.
    pub fn options(&self) -> &AuditOptions {
        &self.options
    }

    /// Counts a row that a version of the model has answered, and says whether it is picked to be
    /// labelled: with which probability it was. A row that was picked before is not counted again; of
    /// those that are not picked nothing is kept, so each is to be asked for once.
    ///
    /// If a window comes to many more rows than expected, half of the rows that were picked from it
    /// are given up, by their names alone, whenever there are more than eight times the rate: what is
    /// left was picked with half the probability.
    pub fn pick(
        &mut self,
        row: &str,
        at: Timestamp,
        version: &str,
        confidence: Option<f64>,
    ) -> Option<f64> {
        let slot = at.micros().div_euclid(self.length);
        if let Some(asked) = self.asked.get(row) {
            return self.slots.get(&asked.slot).map(|slot| slot.probability);
        }
        let probability = self.slot(slot)?;
        let is_picked = self.chance(row) < probability;
        let cohort = self.cohort(slot, version);
        cohort.rows = cohort.rows.saturating_add(1);
        if !is_picked {
            return None;
        }
        cohort.picked += 1;
        let confidence = confidence.filter(|one| (0.0..=1.0).contains(one));
        let version = version.to_owned();
        let asked = Asked { slot, version, at, confidence, answer: None };
        self.asked.insert(row.to_owned(), asked);
        self.order.push_back(row.to_owned());
        if self.order.len() > MOST_ASKED
            && let Some(oldest) = self.order.pop_front()
            && self.asked.remove(&oldest).is_some_and(|asked| asked.answer.is_none())
        {
            self.given_up += 1;
        }
        self.thin(slot);
        self.asked.contains_key(row).then(|| self.slots[&slot].probability)
    }

    /// Where between 0 and 1 a row lies, by its name: it is picked if that is below the probability of
    /// its window.
    fn chance(&self, row: &str) -> f64 {
        let chance = hash::of_pair(hash::of_text(row), self.options.seed) >> 11;
        (chance as f64) * 2.0_f64.powi(-53)
    }

    /// Halves the probability of a window from which too many rows are picked.
    fn thin(&mut self, key: i64) {
        let most = (self.options.rate * TIMES_THE_RATE).max(FEWEST_PICKED);
        let most = most.min(MOST_ASKED as f64 / 2.0);
        let of_window = (key, String::new())..(key.saturating_add(1), String::new());
        let picked: u64 = self.cohorts.range(of_window).map(|(_, own)| own.picked).sum();
        let Some(slot) = self.slots.get_mut(&key).filter(|_| picked as f64 > most) else { return };
        slot.probability /= 2.0;
        let probability = slot.probability;
        let mut order = std::mem::take(&mut self.order);
        order.retain(|row| {
            let is_here = self.asked.get(row).is_some_and(|own| own.slot == key);
            if !is_here || self.chance(row) < probability {
                return true;
            }
            if let Some(asked) = self.asked.remove(row)
                && let Some(cohort) = self.cohorts.get_mut(&(key, asked.version.clone()))
            {
                cohort.leave_out(&asked);
            }
            false
        });
        self.order = order;
    }

    /// The probability of a window, which stays what it was for its first row; none if the window is
    /// too old to be kept.
    fn slot(&mut self, key: i64) -> Option<f64> {
        // One short window, such as a holiday or the first, does not tell how long they are.
        let before = self.slots.range(..key).rev().take(RECENT).map(|(_, slot)| slot.rows);
        let known = before.clone().count();
        let first = if known < RECENT { self.options.expected_rows } else { 1 };
        let expected = before.max().unwrap_or(0).max(first) as f64;
        let probability = (self.options.rate / expected).min(1.0);
        let slot = self.slots.entry(key).or_insert(Slot { rows: 0, probability });
        slot.rows = slot.rows.saturating_add(1);
        let probability = slot.probability;
        while self.slots.len() > MOST_WINDOWS {
            if let Some((oldest, _)) = self.slots.pop_first() {
                self.cohorts.retain(|(slot, _), _| *slot != oldest);
            }
        }
        self.slots.contains_key(&key).then_some(probability)
    }

    fn cohort(&mut self, slot: i64, version: &str) -> &mut Cohort {
        while self.cohorts.len() >= MOST_COHORTS
            && !self.cohorts.contains_key(&(slot, version.to_owned()))
        {
            self.cohorts.pop_first();
        }
        self.cohorts.entry((slot, version.to_owned())).or_default()
    }

    /// Takes the label of a row: whether the answer to it was right. Says whether the row was
    /// picked; of all others nothing is kept. What was said last counts.
    pub fn label(&mut self, row: &str, is_right: bool, at: Timestamp) -> bool {
        let Some(asked) = self.asked.get_mut(row) else { return false };
        let before = asked.answer;
        // A label that is corrected was there all the same.
        asked.answer = Some((is_right, before.map_or(at, |(_, first)| first)));
        let (key, confidence) = ((asked.slot, asked.version.clone()), asked.confidence);
        // Of windows that are no longer kept nothing is told.
        let Some(cohort) = self.cohorts.get_mut(&key) else { return true };
        if let Some((was_right, _)) = before {
            cohort.right -= u64::from(was_right);
        } else {
            cohort.labelled += 1;
            if let Some(confidence) = confidence {
                cohort.sure += 1;
                cohort.confidence += confidence;
            }
        }
        cohort.right += u64::from(is_right);
        true
    }

    /// The rows that were picked and have no label yet, the oldest first.
    pub fn unlabelled(&self) -> impl Iterator<Item = &str> {
        let is_open = |row: &&String| self.asked.get(*row).is_some_and(|own| own.answer.is_none());
        self.order.iter().filter(is_open).map(String::as_str)
    }

    /// When a window begins, and when it ends.
    pub(super) fn times(&self, slot: i64) -> (Timestamp, Timestamp) {
        let at = |slot: i64| Timestamp::from_micros(slot.saturating_mul(self.length));
        (at(slot), at(slot.saturating_add(1)))
    }

    /// All that this audit knows, to go on from after a restart.
    pub fn state(&self) -> Vec<u8> {
        let asked = self
            .order
            .iter()
            .filter_map(|row| self.asked.get(row).map(|asked| (row.clone(), asked.clone())));
        let cohorts = self.cohorts.iter();
        let written = Written {
            format: FORMAT.to_owned(),
            options: self.options,
            slots: self.slots.iter().map(|(key, slot)| (*key, *slot)).collect(),
            cohorts: cohorts.map(|((slot, name), own)| (*slot, name.clone(), *own)).collect(),
            asked: asked.collect(),
            given_up: self.given_up,
        };
        serde_json::to_vec(&written).expect("numbers, texts and lists are JSON")
    }

    /// The audit with this state.
    ///
    /// # Errors
    /// [`Error::InvalidInput`] for what is no state of an audit.
    pub fn resume(state: &[u8]) -> Result<Self> {
        let broken = |problem: String| Error::invalid("state", problem);
        let written: Written = serde_json::from_slice(state)
            .map_err(|error| broken(format!("it is no state of an audit ({error})")))?;
        if written.format != FORMAT {
            let problem = format!("it is {:?}, and this version reads {FORMAT:?}", written.format);
            return Err(broken(problem));
        }
        let mut audit = Self::new(written.options)?;
        let is_share = |slot: &Slot| slot.probability > 0.0 && slot.probability <= 1.0;
        if !written.slots.iter().all(|(_, slot)| is_share(slot)) {
            return Err(broken("a probability is not 0 to 1".to_owned()));
        }
        let counts_fit = |own: &Cohort| {
            own.right <= own.labelled
                && own.labelled <= own.picked
                && own.picked <= own.rows
                && own.sure <= own.labelled
                && own.rows < LARGEST
                && (0.0..=own.sure as f64).contains(&own.confidence)
        };
        let is_too_long = written.slots.len() > MOST_WINDOWS
            || written.cohorts.len() > MOST_COHORTS
            || written.asked.len() > MOST_ASKED
            || written.slots.iter().any(|(_, slot)| slot.rows >= LARGEST);
        if is_too_long {
            return Err(broken("it holds more than is ever kept".to_owned()));
        }
        if !written.cohorts.iter().all(|(_, _, own)| counts_fit(own)) {
            return Err(broken("its counts contradict each other".to_owned()));
        }
        audit.slots = written.slots.into_iter().collect();
        audit.cohorts =
            written.cohorts.into_iter().map(|(slot, name, own)| ((slot, name), own)).collect();
        let mut told: BTreeMap<(i64, &str), Told> = BTreeMap::new();
        for (_, asked) in &written.asked {
            let own = told.entry((asked.slot, &asked.version)).or_default();
            match asked.answer {
                Some((is_right, _)) => {
                    own.labelled += 1;
                    own.right += u64::from(is_right);
                }
                None => own.open += 1,
            }
        }
        // Labels that are taken back must be there, and room for those that are to come.
        for ((slot, version), told) in told {
            let fits = |own: &Cohort| {
                own.labelled >= told.labelled
                    && own.right >= told.right
                    && own.picked - own.labelled >= told.open
            };
            let cohort = audit.cohorts.get(&(slot, version.to_owned()));
            if cohort.is_some_and(|own| !fits(own)) {
                return Err(broken("its counts contradict its labels".to_owned()));
            }
        }
        audit.order = written.asked.iter().map(|(row, _)| row.clone()).collect();
        audit.asked = written.asked.into_iter().collect();
        if audit.asked.len() < audit.order.len() {
            return Err(broken("a row is there twice".to_owned()));
        }
        audit.given_up = written.given_up;
        Ok(audit)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DAY: i64 = 86_400_000_000;

    fn time(day: i64, row: u64) -> Timestamp {
        Timestamp::from_micros(day * DAY + row.cast_signed())
    }

    #[test]
    fn a_window_of_many_rows_is_picked_from_as_if_that_had_been_known() {
        let mut audit = Audit::new(AuditOptions::default()).unwrap();
        let (mut last, mut dropped) = (1.0, 0);
        for row in 0..200_000_u64 {
            let name = format!("row {row}");
            let version = ["1", "2"][usize::from(row % 4 == 0)];
            let Some(probability) = audit.pick(&name, time(0, row), version, Some(0.8)) else {
                continue;
            };
            assert!(probability <= last);
            last = probability;
            audit.label(&name, row % 5 > 0, time(1, row));
        }
        let slot = audit.slots[&0];
        assert!((slot.probability - last).abs() < f64::EPSILON && slot.rows == 200_000);
        // 3 in 100, and then as often halved as it takes.
        let halved = (0.03 / last).log2();
        assert!((halved - halved.round()).abs() < 1e-9 && (4.0..=8.0).contains(&halved), "{last}");
        // What is left are those that would have been picked from the first row on.
        let mut told: HashMap<&str, (u64, u64, u64)> = HashMap::new();
        for row in 0..200_000_u64 {
            let name = format!("row {row}");
            let is_picked = audit.chance(&name) < last;
            assert_eq!(audit.asked.contains_key(&name), is_picked, "{name}");
            dropped += u64::from(!is_picked && audit.label(&name, true, time(1, row)));
            let own = told.entry(["1", "2"][usize::from(row % 4 == 0)]).or_default();
            own.0 += 1;
            own.1 += u64::from(is_picked);
            own.2 += u64::from(is_picked && row % 5 > 0);
        }
        assert_eq!(dropped, 0);
        for (version, (rows, picked, right)) in told {
            let own = audit.cohorts[&(0, version.to_owned())];
            assert_eq!((own.rows, own.picked, own.labelled), (rows, picked, picked));
            assert_eq!((own.right, own.sure), (right, picked));
            assert!((own.confidence - 0.8 * picked as f64).abs() < 1e-6);
        }
        assert!(audit.order.len() <= 240 && audit.order.len() == audit.asked.len());
        assert_eq!(Audit::resume(&audit.state()).unwrap(), audit);
    }

    #[test]
    fn a_day_that_is_eight_times_as_long_is_left_as_it_is() {
        let mut audit = Audit::new(AuditOptions::default()).unwrap();
        for row in 0..7_000_u64 {
            audit.pick(&format!("row {row}"), time(0, row), "1", None);
        }
        assert!((audit.slots[&0].probability - 0.03).abs() < f64::EPSILON);
        // A rate that picks everybody goes on to do so.
        let options = AuditOptions { rate: 1e6, ..AuditOptions::default() };
        let mut all = Audit::new(options).unwrap();
        for row in 0..20_000_u64 {
            assert_eq!(all.pick(&format!("row {row}"), time(0, row), "1", None), Some(1.0));
        }
    }
}
