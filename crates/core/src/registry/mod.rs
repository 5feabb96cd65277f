//! Which models there are, in which versions, and which of them is in use: since when, by whom, and
//! why.
//!
//! A [`Registry`] is one of several homes: [`Memory`], a [`Directory`] of plain files, a bucket of
//! S3, an MLflow server. All pass the same [`conformance`] suite. What programs call are the
//! methods of [`dyn Registry`](trait.Registry.html), which are the same for all homes.
//!
//! What happens to a model is written into its journal, entry after entry, each chained to the one
//! before; which version is the champion is what the entries come to. Two writers cannot both
//! write the next entry, so there is one champion at any time, and the journal has no gap.

mod action;
#[cfg(feature = "s3")]
mod bucket;
mod compare;
pub mod conformance;
mod directory;
mod entry;
mod files;
mod home;
mod journaled;
mod manage;
mod memory;
#[cfg(feature = "mlflow")]
mod mlflow;
mod name;
mod open;
mod reference;
mod shelf;
mod stage;
mod state;

pub use action::{Act, Action, AliasMove, NewVersion};
#[cfg(feature = "s3")]
pub use bucket::Bucket;
pub use compare::{Difference, VersionComparison};
pub use directory::Directory;
pub use entry::Entry;
pub use files::BundleFile;
pub use home::{Decide, Registry};
pub use manage::{History, RegistryCheck};
pub use memory::Memory;
#[cfg(feature = "mlflow")]
pub use mlflow::MlflowRegistry;
pub use open::open;
pub use stage::Stage;
pub use state::{ModelState, Version};

/// The alias of the version in use.
pub const CHAMPION: &str = "champion";
/// The alias of the version that may be used next.
pub const CHALLENGER: &str = "challenger";
/// The alias of the version that was in use before.
pub const PREVIOUS: &str = "previous";
