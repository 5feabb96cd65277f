//! Runs: what was tried, with which parameters, and what came of it.
//!
//! [`Runs::open`] leads to a [store](crate::store) or to an MLflow server; the same calls work on
//! both, names that one would refuse are refused by both, and what is read back is the same.
//!
//! ```
//! use pantau::runs::{Runs, Status};
//!
//! let runs = Runs::open("memory:")?;
//! for (rate, f1) in [("1e-5", 0.81), ("2e-5", 0.84)] {
//!     let run = runs.start("sentiment-analysis", None)?;
//!     run.log_param("learning_rate", rate)?;
//!     run.log_metric("test_f1", f1, 0)?;
//!     run.finish(Status::Finished)?;
//! }
//! let best = runs.best("sentiment-analysis", "test_f1", true)?.expect("there are two");
//! assert_eq!(best.params["learning_rate"], "2e-5");
//! # Ok::<(), pantau::Error>(())
//! ```

mod artefact;
mod comparison;
mod export;
#[cfg(feature = "mlflow")]
mod mlflow;
mod names;
mod open;
mod record;
mod run;
mod stored;
mod tracker;
mod training;

pub use comparison::{Difference, RunComparison};
pub use open::Runs;
pub use record::{Artefact, MetricPoint, RunRecord, Status};
pub use run::Run;
