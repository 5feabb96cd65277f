//! Which home a name leads to.

use std::sync::Arc;

use super::{Directory, Memory, Registry};
use crate::{Error, Result, store::check_path};

/// Opens a registry by its name:
///
/// | name | home |
/// |---|---|
/// | `memory:` | the memory of this process |
/// | `models` | a folder of plain files |
/// | `s3://bucket/prefix` | a bucket of S3 or of what speaks like it; see [`Bucket`](super::Bucket) |
/// | `http://host:5000`, `https://…` | an MLflow server |
///
/// ```
/// let registry = pantau::registry::open("memory:")?;
/// assert!(registry.models()?.is_empty());
/// # Ok::<(), pantau::Error>(())
/// ```
///
/// # Errors
/// [`Error::InvalidInput`] if the name leads to no home; others as the home has them.
pub fn open(name: &str) -> Result<Arc<dyn Registry>> {
    match name.split_once("://") {
        _ if name.trim().is_empty() => {
            Err(Error::invalid("registry", "its name is empty; name a folder, for example"))
        }
        _ if name == "memory:" => Ok(Arc::new(Memory::new())),
        Some(("s3", _)) => bucket(name),
        Some(("http" | "https", _)) => mlflow(name),
        Some(("file", path)) => Ok(Arc::new(Directory::open(path)?)),
        Some((scheme, _)) => {
            let problem = format!(
                "{scheme}:// is none of memory:, s3://, http:// and https://; a path needs none"
            );
            Err(Error::invalid("registry", problem))
        }
        None => {
            check_path("registry", name, "memory:, s3://, http:// and https://")?;
            Ok(Arc::new(Directory::open(name)?))
        }
    }
}

#[cfg(feature = "s3")]
fn bucket(url: &str) -> Result<Arc<dyn Registry>> {
    Ok(Arc::new(super::Bucket::open(url)?))
}

#[cfg(not(feature = "s3"))]
fn bucket(_url: &str) -> Result<Arc<dyn Registry>> {
    Err(Error::invalid("registry", "this program was built without the feature `s3`"))
}

#[cfg(feature = "mlflow")]
fn mlflow(url: &str) -> Result<Arc<dyn Registry>> {
    Ok(Arc::new(super::MlflowRegistry::open(url)?))
}

#[cfg(not(feature = "mlflow"))]
fn mlflow(_url: &str) -> Result<Arc<dyn Registry>> {
    Err(Error::invalid("registry", "this program was built without the feature `mlflow`"))
}
