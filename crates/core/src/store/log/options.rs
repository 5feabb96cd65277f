//! How a prediction log does its work.

use std::{path::PathBuf, time::Duration};

use serde::Deserialize;

use crate::{Error, Result};

/// When a record counts as written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Durability {
    /// Logging returns when the record would survive a power cut.
    Each,
    /// Logging returns at once; records are written together at least this often, and a power cut
    /// takes at most those that came since.
    Group(Duration),
    /// Logging returns at once, and when the disk has the records is left to the system. They
    /// survive the end of the process, not a power cut.
    None,
}

/// What happens to a record when as many wait as may wait.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum WhenFull {
    /// The caller waits until there is room.
    Block,
    /// It is dropped and counted.
    Drop,
    /// It goes to the outbox, a file, and is written later.
    Spill,
}

/// How a [`PredictionLog`](super::PredictionLog) does its work.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct LogOptions {
    /// When a record counts as written: by default in groups of 100 ms.
    pub durability: Durability,
    /// What happens when too many wait: by default the caller waits.
    pub when_full: WhenFull,
    /// How many records may wait, 65,536 by default.
    pub capacity: usize,
    /// The file in which records wait while the store cannot be reached. Without one, they wait in
    /// memory, and when there is no more room, `when_full` applies.
    pub outbox: Option<PathBuf>,
    /// How large the outbox may become in bytes, 1 GiB by default.
    pub outbox_limit: u64,
    /// The file in which records stand until the store has them, so that they survive the end of
    /// the process, however it ends. What is left behind is delivered by a log that has the file as
    /// its outbox. Without one, what waits in memory is lost with a process that is killed.
    pub journal: Option<PathBuf>,
}

impl Default for LogOptions {
    fn default() -> Self {
        Self {
            durability: Durability::Group(Duration::from_millis(100)),
            when_full: WhenFull::Block,
            capacity: 1 << 16,
            outbox: None,
            outbox_limit: 1 << 30,
            journal: None,
        }
    }
}

/// The options as JSON has them.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Stated {
    durability: String,
    group_ms: u64,
    when_full: WhenFull,
    capacity: usize,
    outbox: Option<PathBuf>,
    outbox_limit: u64,
    journal: Option<PathBuf>,
}

impl Default for Stated {
    fn default() -> Self {
        let LogOptions { when_full, capacity, outbox, outbox_limit, journal, .. } =
            LogOptions::default();
        let durability = "group".to_owned();
        Self { durability, group_ms: 100, when_full, capacity, outbox, outbox_limit, journal }
    }
}

impl LogOptions {
    /// Reads options from JSON; what is left out has its default.
    ///
    /// ```
    /// use pantau::store::{Durability, LogOptions};
    ///
    /// let options = LogOptions::from_json(r#"{"durability": "each"}"#)?;
    /// assert_eq!(options.durability, Durability::Each);
    /// # Ok::<(), pantau::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::InvalidInput`] names what is wrong.
    pub fn from_json(json: &str) -> Result<Self> {
        let stated: Stated = serde_json::from_str(json)
            .map_err(|error| Error::invalid("log options", error.to_string()))?;
        let durability = match stated.durability.as_str() {
            "each" => Durability::Each,
            "group" => Durability::Group(Duration::from_millis(stated.group_ms)),
            "none" => Durability::None,
            other => {
                let problem = format!("{other:?} is not one of: each, group, none");
                return Err(Error::invalid("durability", problem));
            }
        };
        let Stated { when_full, capacity, outbox, outbox_limit, journal, .. } = stated;
        let options = Self { durability, when_full, capacity, outbox, outbox_limit, journal };
        options.check()?;
        Ok(options)
    }

    /// Checks what must fit together.
    pub(super) fn check(&self) -> Result<()> {
        const MOST: usize = 1 << 24;

        if !(1..=MOST).contains(&self.capacity) {
            let problem = format!("{} is not 1 to {MOST}", self.capacity);
            return Err(Error::invalid("capacity", problem));
        }
        if let Durability::Group(span) = self.durability
            && !(1..=60_000).contains(&span.as_millis())
        {
            let problem = format!("{} is not 1 to 60000", span.as_millis());
            return Err(Error::invalid("group_ms", problem));
        }
        if self.journal.is_some() && self.journal == self.outbox {
            let problem = "it is the outbox, too; name another file";
            return Err(Error::invalid("journal", problem));
        }
        if self.when_full == WhenFull::Spill && self.outbox.is_none() {
            let problem = "`spill` needs `outbox`, the file that records are put into";
            return Err(Error::invalid("when_full", problem));
        }
        Ok(())
    }
}
