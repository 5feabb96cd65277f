//! What the databases write differently.

use crate::store::{Column, Kind, Table};

/// A database's way of writing SQL.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dialect {
    /// SQLite, from 3.35.
    Sqlite,
    /// PostgreSQL, from 12.
    Postgres,
}

impl Dialect {
    /// The type of a column.
    pub(super) fn type_name(self, kind: Kind) -> &'static str {
        match (self, kind) {
            (Self::Sqlite, Kind::Integer | Kind::Truth | Kind::Time) => "INTEGER",
            (Self::Sqlite, Kind::Real) => "REAL",
            (Self::Sqlite, Kind::Text | Kind::Json) => "TEXT",
            (Self::Sqlite, Kind::Bytes) => "BLOB",
            (Self::Postgres, Kind::Integer) => "BIGINT",
            (Self::Postgres, Kind::Real) => "DOUBLE PRECISION",
            (Self::Postgres, Kind::Truth) => "BOOLEAN",
            (Self::Postgres, Kind::Time) => "TIMESTAMPTZ",
            // Compared byte by byte, as everywhere else, whatever the language of the database.
            (Self::Postgres, Kind::Text) => "TEXT COLLATE \"C\"",
            // Not JSONB, which would bring the members into another order.
            (Self::Postgres, Kind::Json) => "JSON",
            (Self::Postgres, Kind::Bytes) => "BYTEA",
        }
    }

    /// The place of the parameter with this number, the first being 1.
    pub(super) fn parameter(self, number: usize) -> String {
        match self {
            Self::Sqlite => format!("?{number}"),
            Self::Postgres => format!("${number}"),
        }
    }

    /// Where rows without a value come in an ascending order: first, which SQLite does by itself.
    pub(super) fn ascending(self) -> &'static str {
        match self {
            Self::Sqlite => "ASC",
            Self::Postgres => "ASC NULLS FIRST",
        }
    }

    pub(super) fn descending(self) -> &'static str {
        match self {
            Self::Sqlite => "DESC",
            Self::Postgres => "DESC NULLS LAST",
        }
    }
}

/// The name of a table of ours: in PostgreSQL with the schema it is in.
#[derive(Debug, Clone)]
pub(super) struct Names {
    pub(super) dialect: Dialect,
    schema: Option<String>,
}

impl Names {
    pub(super) fn sqlite() -> Self {
        Self { dialect: Dialect::Sqlite, schema: None }
    }

    /// Names in a schema, which must be an identifier.
    pub(super) fn postgres(schema: &str) -> Self {
        Self { dialect: Dialect::Postgres, schema: Some(schema.to_owned()) }
    }

    pub(super) fn schema_name(&self) -> Option<&str> {
        self.schema.as_deref()
    }

    pub(super) fn table(&self, table: Table) -> String {
        self.named(table.name())
    }

    pub(super) fn named(&self, name: &str) -> String {
        match &self.schema {
            Some(schema) => format!("\"{schema}\".{name}"),
            None => name.to_owned(),
        }
    }
}

/// The names of columns, parted by commas.
pub(super) fn listed(columns: &[Column]) -> String {
    columns.iter().map(|column| quoted(column.name)).collect::<Vec<_>>().join(", ")
}

/// A column's name; some, such as `type`, are words of SQL.
pub(super) fn quoted(column: &str) -> String {
    format!("\"{column}\"")
}
