//! What can go wrong, and the small contract the three faces share.

use std::path::PathBuf;

/// Everything that can go wrong in this crate.
///
/// Messages are lower case, name the value and the limit, and never repeat what
/// [`std::error::Error::source`] says.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A value the caller passed cannot be used.
    #[error("{what}: {problem}")]
    InvalidInput {
        /// What was passed: a parameter, a field, a place in a file.
        what: String,
        /// Why it cannot be used, with the value and the limit.
        problem: String,
    },
    /// Something named does not exist.
    #[error("{what} not found: {hint}")]
    NotFound {
        /// What was looked for.
        what: String,
        /// Where it was looked for, or how to get it.
        hint: String,
    },
    /// Made by another version, or for other data, than what is here.
    #[error("{what} does not fit: {problem}")]
    Incompatible {
        /// What was opened.
        what: String,
        /// Both sides of the difference.
        problem: String,
    },
    /// Reading or writing a file failed.
    #[error("cannot {action} {}", path.display())]
    Storage {
        /// `read` or `write`.
        action: &'static str,
        /// The file.
        path: PathBuf,
        /// What the operating system said.
        #[source]
        source: std::io::Error,
    },
    /// A model could not answer.
    #[error("model {model}: {problem}")]
    Inference {
        /// The model's name or path.
        model: String,
        /// What went wrong, with the input and the limit.
        problem: String,
        /// What the runtime said.
        #[source]
        source: Option<Box<dyn std::error::Error + Send + Sync>>,
    },
    /// More work waits already than may wait.
    #[error("{what} is busy: {problem}")]
    Busy {
        /// What was asked.
        what: String,
        /// How much waits, and the limit.
        problem: String,
    },
    /// What is there already says otherwise, or was changed by somebody else in the meantime.
    #[error("{what} conflicts: {problem}")]
    Conflict {
        /// What was to be written.
        what: String,
        /// Both values, or what was expected and found.
        problem: String,
    },
    /// A server cannot be reached, or does not answer. What was asked can be tried again.
    #[error("{what} cannot be reached: {problem}")]
    Unreachable {
        /// The server, without its password.
        what: String,
        /// What was tried, and what may help.
        problem: String,
        /// What the connection said.
        #[source]
        source: Option<Box<dyn std::error::Error + Send + Sync>>,
    },
    /// A database, a bucket or a server refused to read or write.
    #[error("{what}: {problem}")]
    Refused {
        /// Which home of data it was, without its password.
        what: String,
        /// What it was asked, why it refused, and what may help.
        problem: String,
        /// What it said itself.
        #[source]
        source: Option<Box<dyn std::error::Error + Send + Sync>>,
    },
    /// The answer was not there in time.
    #[error("{what}: no answer within {} ms", limit.as_millis())]
    Deadline {
        /// What was asked.
        what: String,
        /// How long the caller was ready to wait.
        limit: std::time::Duration,
    },
}

/// The kind of an [`Error`]: the contract that the Python exceptions and the C
/// status numbers are made from.
///
/// It is exhaustive on purpose until 1.0: a new kind must break both faces at
/// compile time, so that neither can forget it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ErrorKind {
    /// [`Error::InvalidInput`]
    InvalidInput,
    /// [`Error::NotFound`]
    NotFound,
    /// [`Error::Incompatible`]
    Incompatible,
    /// [`Error::Storage`] and [`Error::Refused`]
    Storage,
    /// [`Error::Inference`]
    Inference,
    /// [`Error::Busy`]
    Busy,
    /// [`Error::Deadline`]
    Deadline,
    /// [`Error::Conflict`]
    Conflict,
    /// [`Error::Unreachable`]
    Unreachable,
}

impl ErrorKind {
    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Self::InvalidInput => "invalid_input",
            Self::NotFound => "not_found",
            Self::Incompatible => "incompatible",
            Self::Storage => "storage",
            Self::Inference => "inference",
            Self::Busy => "busy",
            Self::Deadline => "deadline",
            Self::Conflict => "conflict",
            Self::Unreachable => "unreachable",
        }
    }
}

impl Error {
    /// The kind of this error.
    pub fn kind(&self) -> ErrorKind {
        match self {
            Self::InvalidInput { .. } => ErrorKind::InvalidInput,
            Self::NotFound { .. } => ErrorKind::NotFound,
            Self::Incompatible { .. } => ErrorKind::Incompatible,
            Self::Storage { .. } | Self::Refused { .. } => ErrorKind::Storage,
            Self::Inference { .. } => ErrorKind::Inference,
            Self::Busy { .. } => ErrorKind::Busy,
            Self::Deadline { .. } => ErrorKind::Deadline,
            Self::Conflict { .. } => ErrorKind::Conflict,
            Self::Unreachable { .. } => ErrorKind::Unreachable,
        }
    }

    /// The message with the messages of its sources, as the faces show it.
    pub fn full_message(&self) -> String {
        let mut message = self.to_string();
        let mut source = std::error::Error::source(self);
        while let Some(error) = source {
            message.push_str(": ");
            message.push_str(&error.to_string());
            source = error.source();
        }
        message
    }

    pub(crate) fn invalid(what: impl Into<String>, problem: impl Into<String>) -> Self {
        Self::InvalidInput { what: what.into(), problem: problem.into() }
    }

    #[cfg(feature = "onnx")]
    pub(crate) fn incompatible(what: impl Into<String>, problem: impl Into<String>) -> Self {
        Self::Incompatible { what: what.into(), problem: problem.into() }
    }

    #[cfg(feature = "onnx")]
    pub(crate) fn conflict(what: impl Into<String>, problem: impl Into<String>) -> Self {
        Self::Conflict { what: what.into(), problem: problem.into() }
    }

    #[cfg(feature = "onnx")]
    pub(crate) fn inference(model: impl Into<String>, problem: impl Into<String>) -> Self {
        Self::Inference { model: model.into(), problem: problem.into(), source: None }
    }

    /// To be used in `map_err` round what touches a file.
    #[cfg(feature = "onnx")]
    pub(crate) fn storage(
        action: &'static str,
        path: impl Into<PathBuf>,
    ) -> impl FnOnce(std::io::Error) -> Self {
        let path = path.into();
        move |source| Self::Storage { action, path, source }
    }
}

/// A result with this crate's [`Error`].
pub type Result<T, E = Error> = std::result::Result<T, E>;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn full_message_holds_the_sources() {
        let error = Error::Storage {
            action: "read",
            path: "no/such/file".into(),
            source: std::io::Error::other("disk on fire"),
        };
        assert_eq!(error.full_message(), "cannot read no/such/file: disk on fire");
        assert_eq!(error.kind(), ErrorKind::Storage);
    }
}
