//! The trait that every home has.

use std::fmt;

use super::{Bin, Change, Commit, Condition, Counts, Measure, Row, Select, Table, Window};
use crate::{Result, Timestamp};

/// Where records live.
///
/// # For those who write a home
///
/// - The changes of one call happen together or not at all, also when the process or the machine
///   ends in the middle. Other threads and processes see none of them or all.
/// - Calls can come from many threads at once, and other processes may use the same data.
/// - A row has a value of the column's [`Kind`](super::Kind) for each column of its table, or
///   [`Value::Null`](super::Value::Null) where the column allows it.
/// - An error leaves what was there as it was. A server that cannot be reached is
///   [`Error::Unreachable`](crate::Error::Unreachable) and no other: such calls are tried again.
/// - [`conformance`](super::conformance) checks all of this that can be checked.
pub trait Store: fmt::Debug + Send + Sync {
    /// Where it is, for people: a path or a URL, without a password.
    fn location(&self) -> &str;

    /// Makes the changes in their order, all or none. Says for each how many rows were inserted
    /// or replaced, updated, or deleted.
    ///
    /// # Errors
    /// [`Error::Conflict`](crate::Error::Conflict) if a row is there that
    /// [refuses](super::Existing::Refuse) another; others as the home has them.
    fn apply(&self, changes: &[Change], commit: Commit) -> Result<Vec<usize>>;

    /// Gives `visit` the rows that are asked for, one after the other, and ends with its first
    /// error. All rows are of one moment. `visit` must not call the store.
    ///
    /// # Errors
    /// As the home has them.
    fn select(&self, select: &Select, visit: &mut dyn FnMut(Row) -> Result<()>) -> Result<()>;

    /// How many rows there are of which all conditions hold.
    ///
    /// # Errors
    /// As the home has them.
    fn count(&self, table: Table, conditions: &[Condition]) -> Result<u64>;

    /// What the predictions of a window come to, for each model, version and label; ordered by
    /// these.
    ///
    /// # Errors
    /// As the home has them.
    fn counts(&self, window: &Window) -> Result<Vec<Counts>>;

    /// What the predictions of a window come to between each two neighbours of ascending moments, as
    /// [`counts`](Self::counts) says it. A home that is far away answers all at once.
    ///
    /// # Errors
    /// As the home has them.
    fn counts_between(&self, window: &Window, edges: &[Timestamp]) -> Result<Vec<Vec<Counts>>> {
        let between = |pair: &[Timestamp]| {
            self.counts(&Window { since: Some(pair[0]), until: Some(pair[1]), ..window.clone() })
        };
        edges.windows(2).map(between).collect()
    }

    /// How often the measure of a window's predictions lies in each of its bins; ordered, without
    /// the empty ones.
    ///
    /// # Errors
    /// As the home has them.
    fn histogram(&self, window: &Window, measure: Measure) -> Result<Vec<Bin>>;
}
