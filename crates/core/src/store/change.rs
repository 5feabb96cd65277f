//! What is asked of a home to change.

use serde::Deserialize;

use super::{Condition, Table, Value, WritableRow};

/// What becomes of a row whose key is there already.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Existing {
    /// The one that is there stays as it is, and the new one is left out.
    Keep,
    /// The new one takes its place.
    Replace,
    /// It is a [`Conflict`](crate::Error::Conflict), and nothing is changed.
    Refuse,
}

/// One change. Changes are only made in this crate, by the methods of [`dyn Store`](super::Store); homes read
/// them.
#[derive(Debug, Clone, PartialEq)]
pub enum Change {
    /// Puts rows into a table.
    #[non_exhaustive]
    Insert {
        /// The table.
        table: Table,
        /// Its new rows.
        rows: Vec<WritableRow>,
        /// What becomes of those whose key is there.
        existing: Existing,
    },
    /// Sets columns of the rows of which all conditions hold.
    #[non_exhaustive]
    Update {
        /// The table.
        table: Table,
        /// The columns and their new values.
        set: Vec<(&'static str, Value)>,
        /// What must hold of a row.
        conditions: Vec<Condition>,
    },
    /// Removes the rows of which all conditions hold.
    #[non_exhaustive]
    Delete {
        /// The table.
        table: Table,
        /// What must hold of a row.
        conditions: Vec<Condition>,
    },
}

impl Change {
    pub(crate) fn insert(table: Table, rows: Vec<WritableRow>, existing: Existing) -> Self {
        Self::Insert { table, rows, existing }
    }

    pub(crate) fn update(
        table: Table,
        set: Vec<(&'static str, Value)>,
        conditions: Vec<Condition>,
    ) -> Self {
        Self::Update { table, set, conditions }
    }

    pub(crate) fn delete(table: Table, conditions: Vec<Condition>) -> Self {
        Self::Delete { table, conditions }
    }
}

/// How sure a change is once the call returns.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Commit {
    /// It survives a power cut.
    #[default]
    Durable,
    /// It survives the end of this process, a power cut perhaps not.
    Fast,
}
