//! Summaries of streams: small, exact, the same bytes however the stream was split.
//!
//! A [`Layout`] says, once and for all, what is counted: the edges between the bins of a number,
//! the values of a category, the words that are known, the centres of vectors. It is learnt from
//! reference rows. A [`Profile`] holds the counts of some rows. Counts are whole numbers and are
//! only ever added, so profiles of the parts of a stream merge to that of the whole, in any order,
//! to the same bytes. A [`Reference`] is a layout and the profiles of many windows, kept apart: how
//! much those differ is the yardstick for what comes later.
//!
//! ```
//! use pantau::profile::{Batch, LayoutOptions, Profile, Reference};
//!
//! let stars: Vec<f64> = (0..2_800).map(|row| f64::from(row % 5 + 1)).collect();
//! let mut rows = Batch::new(stars.len());
//! rows.numbers("stars", &stars)?;
//! let reference = Reference::build(&rows, &Default::default())?;
//! assert_eq!(reference.windows().len(), 28);
//!
//! let mut profile = Profile::new(reference.layout());
//! profile.update(&rows)?;
//! assert_eq!(profile.to_bytes(), reference.pooled().to_bytes());
//! # Ok::<(), pantau::Error>(())
//! ```

mod batch;
mod bins;
mod counts;
pub(crate) mod hash;
mod layout;
#[expect(clippy::module_inception, reason = "it is what the module is about")]
mod profile;
mod reference;
mod summary;
mod window;
mod wire;

pub use batch::Batch;
pub(crate) use batch::{Column, Sort};
pub use bins::Bins;
pub use counts::{
    AnswerCounts, Answers, CategoryCounts, Counts, NumberCounts, VectorCounts, WordCounts,
};
pub use layout::{
    AnswerLayout, CategoryLayout, Feature, Kind, Layout, LayoutOptions, NumberLayout,
    PredictionColumns, VectorLayout,
};
pub use profile::{FeatureProfile, Profile};
pub(crate) use reference::FEWEST_WINDOWS;
pub use reference::{Reference, ReferenceOptions};
pub use window::WindowLength;
