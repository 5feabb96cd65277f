//! What a monitor has seen, and how it is kept.

use std::{collections::VecDeque, sync::Arc};

use serde::{Deserialize, Serialize};

use super::{findings::Status, options::MonitorOptions};
use crate::{
    Error, Result, Timestamp,
    profile::{Layout, Profile},
};

/// The first bytes of a state, and the version of its format.
const MAGIC: &[u8; 8] = b"pantauM\x01";

/// What somebody decided about a monitor.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Act {
    /// The change is known; it need not be told again.
    Acknowledge,
    /// What comes now is the new normal.
    Rebaseline,
}

/// Who decided what, when and why.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Record {
    /// What was decided.
    pub act: Act,
    /// By whom.
    pub by: String,
    /// Why.
    pub reason: String,
    /// When.
    pub at: Timestamp,
    /// After how many closed windows.
    pub window: u64,
}

/// A window that was closed.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Window {
    /// The first is 1.
    pub(super) number: u64,
    pub(super) times: Times,
    pub(super) profile: Profile,
}

/// When the first and the last row of a window came, if that was told.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
pub(super) struct Times {
    pub(super) from: Option<Timestamp>,
    pub(super) to: Option<Timestamp>,
}

impl Times {
    pub(super) fn see(&mut self, at: Timestamp) {
        self.from = Some(self.from.map_or(at, |from| from.min(at)));
        self.to = Some(self.to.map_or(at, |to| to.max(at)));
    }
}

/// The evidence of one distance.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub(super) struct Evidence {
    /// The sum of Shiryaev and Roberts.
    pub(super) sum: f64,
    /// The evidence of the run of windows that speak for a change, as a logarithm.
    run: f64,
    /// The window with which that run began.
    pub(super) since: u64,
    /// The p-value of the last window; none if it could not be told.
    pub(super) pvalue: Option<f64>,
    /// Whether it could be told of any window.
    pub(super) is_live: bool,
}

impl Evidence {
    pub(super) const NONE: Self =
        Self { sum: 0.0, run: 0.0, since: 0, pvalue: None, is_live: false };

    /// Takes what a window says.
    ///
    /// No window multiplies evidence by more than `cap`, and it is never more than `most`, so that
    /// a change that is over is soon forgotten, and another one seen beside it.
    pub(super) fn add(&mut self, pvalue: Option<f64>, cap: f64, most: f64, window: u64) {
        // What says nothing is no reason to believe in a change: as good as a p-value of 1.
        let own = crate::stats::evidence_of(pvalue.unwrap_or(1.0)).min(cap);
        // Two odd windows are enough only if one follows the other.
        self.sum = ((1.0 + self.sum) * own).min(cap * self.sum.max(1.0)).min(most);
        if self.run <= 0.0 {
            self.since = window;
            self.run = 0.0;
        }
        self.run = (self.run + own.ln()).min(most.ln());
        self.pvalue = pvalue;
        self.is_live |= pvalue.is_some();
    }
}

/// What a window came to.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Past {
    /// Its number; the first is 1.
    pub window: u64,
    /// When its first row came, if that was told.
    pub from: Option<Timestamp>,
    /// How many rows it had.
    pub rows: u64,
    /// The evidence for a change after it.
    pub evidence: f64,
    /// The status after it.
    pub status: Status,
}

/// All that a monitor has seen.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct State {
    /// The window that is not closed yet.
    pub(super) open: Profile,
    pub(super) times: Times,
    /// The last windows that were closed, the oldest first.
    pub(super) recent: VecDeque<Window>,
    pub(super) told: Told,
}

/// What of a state is not counts.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Told {
    pub(super) closed: u64,
    pub(super) evidence: Vec<Evidence>,
    pub(super) status: Status,
    /// What was to blame when a change was acknowledged.
    pub(super) acknowledged: Option<Vec<usize>>,
    pub(super) records: Vec<Record>,
    /// What the last windows came to, the oldest first.
    #[serde(default)]
    pub(super) history: VecDeque<Past>,
}

/// The parts of a state as they are written, but for the counts.
#[derive(Serialize, Deserialize)]
struct Written {
    options: MonitorOptions,
    told: Told,
    times: Times,
    recent: Vec<(u64, Times)>,
}

impl State {
    pub(super) fn new(layout: &Arc<Layout>, distances: usize) -> Self {
        let told = Told {
            closed: 0,
            evidence: vec![Evidence::NONE; distances],
            status: Status::Ok,
            acknowledged: None,
            records: Vec::new(),
            history: VecDeque::new(),
        };
        let recent = VecDeque::new();
        Self { open: Profile::new(layout), times: Times::default(), recent, told }
    }

    pub(super) fn to_bytes(&self, reference: [u8; 16], options: &MonitorOptions) -> Vec<u8> {
        let written = Written {
            options: *options,
            told: self.told.clone(),
            times: self.times,
            recent: self.recent.iter().map(|window| (window.number, window.times)).collect(),
        };
        let json = serde_json::to_vec(&written).expect("numbers, texts and lists are JSON");
        let mut bytes = [MAGIC.as_slice(), &reference].concat();
        let mut part = |part: &[u8]| {
            bytes.extend_from_slice(&(part.len() as u64).to_le_bytes());
            bytes.extend_from_slice(part);
        };
        part(&json);
        part(&self.open.to_bytes());
        for window in &self.recent {
            part(&window.profile.to_bytes());
        }
        bytes
    }

    /// The options and the state of these bytes.
    pub(super) fn from_bytes(
        bytes: &[u8],
        reference: [u8; 16],
        layout: &Arc<Layout>,
    ) -> Result<(MonitorOptions, Self)> {
        let broken = |problem: &str| Error::invalid("state", problem);
        let Some(bytes) = bytes.strip_prefix(MAGIC) else {
            return Err(broken("these are no bytes of a monitor's state of this version"));
        };
        let Some(mut rest) = bytes.strip_prefix(&reference) else {
            return Err(broken("it belongs to another reference"));
        };
        let mut part = || -> Result<&[u8]> {
            let (length, after) =
                rest.split_first_chunk::<8>().ok_or_else(|| broken("its bytes end too early"))?;
            let length = usize::try_from(u64::from_le_bytes(*length)).unwrap_or(usize::MAX);
            let (own, after) =
                after.split_at_checked(length).ok_or_else(|| broken("its bytes end too early"))?;
            rest = after;
            Ok(own)
        };
        let written: Written =
            serde_json::from_slice(part()?).map_err(|error| broken(&error.to_string()))?;
        written.options.check()?;
        let told = &written.told;
        let is_sum = |own: &Evidence| own.sum >= 0.0 && own.sum.is_finite() && own.run.is_finite();
        let is_told = told.history.iter().all(|own| own.evidence.is_finite());
        if !told.evidence.iter().all(is_sum) || !is_told {
            return Err(broken("its evidence is no sum"));
        }
        let numbers = written.recent.iter().map(|(number, _)| *number);
        if !numbers.clone().is_sorted() || numbers.max().is_some_and(|last| last > told.closed) {
            return Err(broken("its windows are not in order"));
        }
        let open = Profile::from_bytes(layout, part()?)?;
        let mut recent = VecDeque::new();
        for (number, times) in written.recent {
            let profile = Profile::from_bytes(layout, part()?)?;
            recent.push_back(Window { number, times, profile });
        }
        if !rest.is_empty() {
            return Err(broken("more follows its end"));
        }
        let state = Self { open, times: written.times, recent, told: written.told };
        Ok((written.options, state))
    }
}
