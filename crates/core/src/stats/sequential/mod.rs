//! Detectors of change: one number after the other, and each time whether something changed.

mod adwin;
mod charts;
mod error_rate;
mod evidence;
mod kswin;
mod page_hinkley;

pub use adwin::{Adwin, AdwinOptions};
pub use charts::{Cusum, CusumOptions, Ewma, EwmaOptions};
pub use error_rate::{Ddm, DdmOptions, Eddm, EddmOptions};
pub(crate) use evidence::evidence as evidence_of;
pub use evidence::{ShiryaevRoberts, ShiryaevRobertsOptions, Sprt, SprtOptions};
pub use kswin::{Kswin, KswinOptions};
pub use page_hinkley::{Direction, PageHinkley, PageHinkleyOptions};

use serde::{Deserialize, Serialize};

use crate::{Error, Result};

/// What a detector says after a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Signal {
    /// Nothing to tell.
    Quiet,
    /// Something may be changing.
    Warning,
    /// Something changed. The detector begins anew with the next number.
    Drift,
    /// Of [`Sprt`] alone: nothing changed, for sure enough. The test begins anew.
    Clear,
}

impl Signal {
    /// The name of this signal.
    pub fn name(self) -> &'static str {
        match self {
            Self::Quiet => "quiet",
            Self::Warning => "warning",
            Self::Drift => "drift",
            Self::Clear => "clear",
        }
    }

    pub(crate) fn drift_if(is_drift: bool) -> Self {
        if is_drift { Self::Drift } else { Self::Quiet }
    }
}

/// Whether a model's answer was right.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Outcome {
    /// It was right.
    Correct,
    /// It was wrong.
    Wrong,
}

/// Any of the detectors, with what it has seen: made from a name and settings, saved and resumed as
/// JSON.
///
/// ```
/// use pantau::stats::{Detector, Signal};
///
/// let mut detector = Detector::from_json("page_hinkley", r#"{"threshold": 5.0}"#)?;
/// let signals: Vec<Signal> =
///     (0..200).map(|day| detector.update(if day < 100 { 0.0 } else { 1.0 })).collect::<Result<_, _>>()?;
/// assert_eq!(signals.iter().position(|signal| *signal == Signal::Drift), Some(105));
///
/// let mut resumed = Detector::resume(&detector.state())?;
/// assert_eq!(resumed.update(0.5)?, detector.update(0.5)?);
/// # Ok::<(), pantau::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Detector {
    /// Two windows whose means differ.
    Adwin(Adwin),
    /// Numbers that leave their mean.
    PageHinkley(PageHinkley),
    /// An error rate that rises.
    Ddm(Ddm),
    /// Errors that come closer together.
    Eddm(Eddm),
    /// A window whose newest part has another distribution.
    Kswin(Kswin),
    /// The sum of deviations from a target.
    Cusum(Cusum),
    /// The weighted mean of what was last seen.
    Ewma(Ewma),
    /// Which of two error rates it is.
    Sprt(Sprt),
    /// Evidence from p-values.
    ShiryaevRoberts(ShiryaevRoberts),
}

/// The names of all detectors.
const NAMES: [&str; 9] =
    ["adwin", "page_hinkley", "ddm", "eddm", "kswin", "cusum", "ewma", "sprt", "shiryaev_roberts"];

impl Detector {
    /// The detector of this name, with settings as JSON: an object with the names of the fields of
    /// its options. What is left out has its default.
    ///
    /// # Errors
    /// [`Error::InvalidInput`] for an unknown name, unknown settings, or values that cannot be.
    pub fn from_json(name: &str, settings: &str) -> Result<Self> {
        fn read<T: serde::de::DeserializeOwned>(settings: &str) -> Result<T> {
            crate::settings::from_json("settings", settings)
        }
        Ok(match name {
            "adwin" => Self::Adwin(Adwin::new(read(settings)?)?),
            "page_hinkley" => Self::PageHinkley(PageHinkley::new(read(settings)?)?),
            "ddm" => Self::Ddm(Ddm::new(read(settings)?)?),
            "eddm" => Self::Eddm(Eddm::new(read(settings)?)?),
            "kswin" => Self::Kswin(Kswin::new(read(settings)?)?),
            "cusum" => Self::Cusum(Cusum::new(read(settings)?)?),
            "ewma" => Self::Ewma(Ewma::new(read(settings)?)?),
            "sprt" => Self::Sprt(Sprt::new(read(settings)?)?),
            "shiryaev_roberts" => Self::ShiryaevRoberts(ShiryaevRoberts::new(read(settings)?)?),
            _ => {
                let problem = format!("{name:?} is unknown, known are {}", NAMES.join(", "));
                return Err(Error::invalid("detector", problem));
            }
        })
    }

    /// The name of this detector.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Adwin(_) => NAMES[0],
            Self::PageHinkley(_) => NAMES[1],
            Self::Ddm(_) => NAMES[2],
            Self::Eddm(_) => NAMES[3],
            Self::Kswin(_) => NAMES[4],
            Self::Cusum(_) => NAMES[5],
            Self::Ewma(_) => NAMES[6],
            Self::Sprt(_) => NAMES[7],
            Self::ShiryaevRoberts(_) => NAMES[8],
        }
    }

    /// Takes the next number. Those that take outcomes (`ddm`, `eddm`, `sprt`) take 1 for a wrong
    /// answer and 0 for a right one, `shiryaev_roberts` takes p-values, the others any number.
    ///
    /// # Errors
    /// [`Error::InvalidInput`] for what is not finite, or no outcome or p-value where one is
    /// needed; the detector stays as it was.
    pub fn update(&mut self, value: f64) -> Result<Signal> {
        let outcome = || match value {
            0.0 => Ok(Outcome::Correct),
            1.0 => Ok(Outcome::Wrong),
            _ => {
                Err(Error::invalid("value", format!("{value} is no outcome: 1 is wrong, 0 right")))
            }
        };
        match self {
            Self::Adwin(detector) => detector.update(value),
            Self::PageHinkley(detector) => detector.update(value),
            Self::Kswin(detector) => detector.update(value),
            Self::Cusum(detector) => detector.update(value),
            Self::Ewma(detector) => detector.update(value),
            Self::ShiryaevRoberts(detector) => detector.update(value),
            Self::Ddm(detector) => Ok(detector.update(outcome()?)),
            Self::Eddm(detector) => Ok(detector.update(outcome()?)),
            Self::Sprt(detector) => Ok(detector.update(outcome()?)),
        }
    }

    /// Settings and all that was seen, as JSON.
    pub fn state(&self) -> String {
        serde_json::to_string(self).expect("numbers and lists are JSON")
    }

    /// The detector whose [`Self::state`] this is.
    ///
    /// # Errors
    /// [`Error::InvalidInput`] for what is no state.
    pub fn resume(state: &str) -> Result<Self> {
        let broken = |problem: String| Error::invalid("state", problem);
        let detector: Self =
            serde_json::from_str(state).map_err(|error| broken(error.to_string()))?;
        // Settings that could not have been made, or parts that do not fit together, are no state.
        let settings = match &detector {
            Self::Adwin(own) => own.check(),
            Self::PageHinkley(own) => PageHinkley::new(own.options()).map(|_| ()),
            Self::Ddm(own) => Ddm::new(own.options()).map(|_| ()),
            Self::Eddm(own) => Eddm::new(own.options()).map(|_| ()),
            Self::Kswin(own) => own.check(),
            Self::Cusum(own) => Cusum::new(own.options()).map(|_| ()),
            Self::Ewma(own) => Ewma::new(own.options()).map(|_| ()),
            Self::Sprt(own) => Sprt::new(own.options()).map(|_| ()),
            Self::ShiryaevRoberts(own) => ShiryaevRoberts::new(own.options()).map(|_| ()),
        };
        settings.map_err(|error| broken(error.to_string()))?;
        Ok(detector)
    }
}

/// Refuses what is no number that can be added up.
fn check_value(value: f64) -> Result<()> {
    // The square of a larger one would be infinite, and so would all that follows be.
    const LARGEST: f64 = 1e150;
    if value.abs() <= LARGEST {
        return Ok(());
    }
    let problem = format!("{value} is not finite, or beyond {LARGEST:e}");
    Err(Error::invalid("value", problem))
}

/// Refuses a setting that is not within its limits.
fn check_setting(name: &str, value: f64, allowed: &str, is_allowed: bool) -> Result<()> {
    if is_allowed && value.is_finite() {
        return Ok(());
    }
    Err(Error::invalid(name, format!("{value}, allowed are {allowed}")))
}

/// A mean that is kept number by number.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
struct Mean {
    count: u64,
    mean: f64,
}

impl Mean {
    fn add(&mut self, value: f64) {
        self.count += 1;
        self.mean += (value - self.mean) / self.count as f64;
    }
}
