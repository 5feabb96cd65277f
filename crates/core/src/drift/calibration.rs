//! How often a monitor really cries wolf, measured on the user's own days.

use std::sync::Arc;

use serde::Serialize;

use super::{findings::Status, monitor::Monitor};
use crate::{
    Error, Result,
    random::Random,
    stats::{Interval, clopper_pearson},
};

/// The share of the windows that are held out each time.
const HELD_OUT: f64 = 0.25;

/// The most splits.
const MOST_SPLITS: usize = 10_000;

/// What a monitor says of windows that it was not measured on, but that come from the same days.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Calibration {
    /// How many windows were looked at, all splits together.
    pub windows: u64,
    /// How many of them ended in an alarm.
    pub alarms: u64,
    /// False alarms in as many windows as one is allowed in: at most 1 is what was promised.
    pub per_budget: f64,
    /// Where that may lie with 95 %, if windows had nothing to do with each other.
    pub interval: Interval,
    /// The same in words.
    pub sentence: String,
}

impl Calibration {
    /// This measurement as JSON.
    pub fn to_json(&self) -> String {
        serde_json::to_string(self).expect("numbers and texts are JSON")
    }
}

impl Monitor {
    /// Measures the rate of false alarms on splits of the reference: again and again, a quarter of
    /// its windows by chance is held out, a monitor is made of the rest, and the held-out windows
    /// come in an order by chance. Nothing drifts then, so each alarm is a false one.
    ///
    /// It cannot tell what comes of days that depend on those before, or of evidence that gathers
    /// over more windows than are held out: a level that wanders slowly alarms more often than this
    /// says.
    ///
    /// # Errors
    /// [`Error::InvalidInput`] if the splits are not 1 to 10,000.
    pub fn calibrate(&self, splits: usize, seed: u64) -> Result<Calibration> {
        if splits == 0 || splits > MOST_SPLITS {
            let problem = format!("{splits}, allowed are 1 to {MOST_SPLITS}");
            return Err(Error::invalid("splits", problem));
        }
        let reference = self.reference();
        let count = reference.windows().len();
        #[expect(clippy::cast_sign_loss, reason = "a share of a count is not negative")]
        let held_out = ((count as f64 * HELD_OUT) as usize).max(1);
        let mut random = Random::new(seed);
        let (mut windows, mut alarms) = (0, 0);
        for _ in 0..splits {
            let mut order: Vec<usize> = (0..count).collect();
            random.shuffle(&mut order);
            let (later, kept) = order.split_at(held_out);
            let fresh = Self::new(Arc::new(reference.subset(kept)), self.unbounded_options())?;
            let mut monitor = fresh.clone();
            for place in later {
                monitor.merge(&reference.as_new(*place), None)?;
                windows += 1;
                if monitor.close_window()?.status == Status::Alarm {
                    alarms += 1;
                    monitor = fresh.clone();
                }
            }
        }
        let budget = self.options().false_alarms.windows;
        let share = clopper_pearson(alarms, windows, 0.95)?;
        let interval =
            Interval { low: share.low * budget, high: share.high * budget, level: share.level };
        let per_budget = alarms as f64 / windows as f64 * budget;
        let sentence = format!(
            "{alarms} false alarms in {windows} windows of your own reference: {per_budget:.2} in \
             {budget} windows ({:.2} to {:.2}), 1 is allowed",
            interval.low, interval.high
        );
        Ok(Calibration { windows, alarms, per_budget, interval, sentence })
    }
}
