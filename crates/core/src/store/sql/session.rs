//! A connection to a database, within a transaction or outside.

use crate::{
    Result,
    store::{Existing, Kind, Table, Value, WritableRow},
};

/// A value or many for the place of a parameter, and what kind they are of.
#[derive(Debug, Clone)]
#[cfg_attr(not(feature = "postgres"), expect(dead_code, reason = "SQLite asks for no kinds"))]
pub(super) enum Parameter<'a> {
    One(Kind, &'a Value),
    /// As one parameter, for `= ANY` and its like.
    Many(Kind, &'a [Value]),
    Whole(i64),
    Name(&'a str),
}

/// What rows of a query are given to.
pub(super) type Visit<'a> = &'a mut dyn FnMut(Vec<Value>) -> Result<()>;

/// A connection.
pub(super) trait Session {
    /// Runs statements without parameters.
    fn run(&mut self, sql: &str) -> Result<()>;

    /// Runs a statement, and says how many rows it touched.
    fn execute(&mut self, sql: &str, parameters: &[Parameter<'_>]) -> Result<usize>;

    /// Gives the rows of a query, whose columns are of these kinds.
    fn query(
        &mut self,
        sql: &str,
        parameters: &[Parameter<'_>],
        kinds: &[Kind],
        visit: Visit<'_>,
    ) -> Result<()>;

    /// Inserts rows, whose keys differ, and tells the places of those that were inserted or
    /// replaced another.
    fn insert(
        &mut self,
        table: Table,
        rows: &[&WritableRow],
        existing: Existing,
        inserted: &mut dyn FnMut(usize),
    ) -> Result<()>;
}
