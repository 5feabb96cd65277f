//! Conditions and questions as SQL.

use std::fmt::Write;

use super::{
    dialect::{Dialect, Names, listed, quoted},
    session::Parameter,
};
use crate::{
    Error, Result,
    store::{Condition, Direction, Kind, Select, Table},
};

/// A statement and what stands in the places of its parameters.
#[derive(Debug)]
pub(super) struct Statement<'a> {
    dialect: Dialect,
    pub(super) sql: String,
    pub(super) parameters: Vec<Parameter<'a>>,
}

impl<'a> Statement<'a> {
    pub(super) fn new(names: &Names, sql: String) -> Self {
        Self { dialect: names.dialect, sql, parameters: Vec::new() }
    }

    /// Appends a place for a parameter.
    pub(super) fn parameter(&mut self, parameter: Parameter<'a>) {
        self.parameters.push(parameter);
        self.sql.push_str(&self.dialect.parameter(self.parameters.len()));
    }

    pub(super) fn push(&mut self, sql: &str) {
        self.sql.push_str(sql);
    }

    /// Appends `WHERE` and the conditions, if there are any.
    pub(super) fn conditions(&mut self, table: Table, conditions: &'a [Condition]) -> Result<()> {
        for (number, condition) in conditions.iter().enumerate() {
            self.push(if number == 0 { " WHERE " } else { " AND " });
            self.condition(kind(table, condition.column())?, condition);
        }
        Ok(())
    }

    fn condition(&mut self, kind: Kind, condition: &'a Condition) {
        let column = quoted(condition.column());
        match condition {
            Condition::Is(_, value) => self.comparison(&column, " = ", kind, value),
            Condition::IsAtLeast(_, value) => self.comparison(&column, " >= ", kind, value),
            Condition::IsBelow(_, value) => self.comparison(&column, " < ", kind, value),
            Condition::IsNull(_) => self.push(&format!("{column} IS NULL")),
            Condition::IsNotNull(_) => self.push(&format!("{column} IS NOT NULL")),
            Condition::IsNullOrBelow(_, value) => {
                self.push(&format!("({column} IS NULL OR "));
                self.comparison(&column, " < ", kind, value);
                self.push(")");
            }
            Condition::IsOneOf(_, values) => match self.dialect {
                Dialect::Postgres => {
                    self.push(&format!("{column} = ANY("));
                    self.parameter(Parameter::Many(kind, values));
                    self.push(")");
                }
                Dialect::Sqlite => {
                    self.push(&format!("{column} IN (SELECT value FROM json_each("));
                    self.parameter(Parameter::Many(kind, values));
                    self.push("))");
                }
            },
        }
    }

    fn comparison(
        &mut self,
        column: &str,
        operator: &str,
        kind: Kind,
        value: &'a crate::store::Value,
    ) {
        self.push(column);
        self.push(operator);
        self.parameter(Parameter::One(kind, value));
    }
}

/// The kind of a column.
pub(super) fn kind(table: Table, column: &str) -> Result<Kind> {
    table.column(column).map(|place| table.columns()[place].kind).ok_or_else(|| {
        Error::invalid("column", format!("table {} has no column {column:?}", table.name()))
    })
}

/// A question as SQL.
pub(super) fn select<'a>(names: &Names, select: &'a Select) -> Result<Statement<'a>> {
    let table = select.table;
    let sql = format!("SELECT {} FROM {}", listed(table.columns()), names.table(table));
    let mut statement = Statement::new(names, sql);
    statement.conditions(table, &select.conditions)?;
    let ties = table.key().iter().map(|column| (*column, Direction::Ascending));
    for (number, (column, direction)) in select.order.iter().copied().chain(ties).enumerate() {
        kind(table, column)?;
        statement.push(if number == 0 { " ORDER BY " } else { ", " });
        // Without words about nothing, an index serves the order of what always has a value.
        let place = table.column(column).unwrap_or_default();
        let direction = match (direction, table.columns()[place].nullable) {
            (Direction::Ascending, true) => names.dialect.ascending(),
            (Direction::Ascending, false) => "ASC",
            (Direction::Descending, true) => names.dialect.descending(),
            (Direction::Descending, false) => "DESC",
        };
        let _ = write!(statement.sql, "{} {direction}", quoted(column));
    }
    if let Some(limit) = select.limit {
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        statement.push(" LIMIT ");
        statement.parameter(Parameter::Whole(limit));
    }
    Ok(statement)
}

/// How many rows there are, as SQL.
pub(super) fn count<'a>(
    names: &Names,
    table: Table,
    conditions: &'a [Condition],
) -> Result<Statement<'a>> {
    let mut statement =
        Statement::new(names, format!("SELECT count(*) FROM {}", names.table(table)));
    statement.conditions(table, conditions)?;
    Ok(statement)
}
