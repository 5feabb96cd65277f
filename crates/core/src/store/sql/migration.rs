//! Bringing a database to what this version of Pantau needs.

use std::fmt::Write;

use super::{
    counts,
    dialect::{Dialect, Names, quoted},
    session::{Parameter, Session},
    statement::Statement,
};
use crate::{
    Error, Result, Timestamp,
    store::{Kind, Table, Value},
};

/// Where it is noted what was done to a database.
const HISTORY: &str = "pantau_schema";

/// A step from one version of the tables to the next.
type Migration = fn(&Names) -> String;

/// All steps, the first one first: the version of a database is how many of them it has taken. A
/// step never changes once it was released; whoever changes the tables writes down what `first`
/// makes today, and adds a step.
const MIGRATIONS: &[Migration] = &[first, second, third];

/// The version that this code reads and writes.
pub(super) fn current() -> i64 {
    i64::try_from(MIGRATIONS.len()).unwrap_or(i64::MAX)
}

/// The tables of predictions and all around them.
fn first(names: &Names) -> String {
    let is_later =
        |table: &Table| matches!(table, Table::States | Table::Profiles | Table::Shadows);
    let tables = Table::ALL.into_iter().filter(|table| !is_later(table));
    let mut sql: String = tables.map(|table| table_sql(names, table)).collect();
    sql.push_str(&counts::tables(names));
    sql
}

/// What workspaces keep.
fn second(names: &Names) -> String {
    [Table::States, Table::Profiles].map(|table| table_sql(names, table)).concat()
}

/// What shadows say.
fn third(names: &Names) -> String {
    table_sql(names, Table::Shadows)
}

fn table_sql(names: &Names, table: Table) -> String {
    let mut lines = Vec::new();
    for column in table.columns() {
        let needed = if column.nullable { "" } else { " NOT NULL" };
        let kind = names.dialect.type_name(column.kind);
        lines.push(format!("  {} {kind}{needed}", quoted(column.name)));
    }
    let quote = |columns: &[&str]| columns.iter().map(|name| quoted(name)).collect::<Vec<_>>();
    lines.push(format!("  PRIMARY KEY ({})", quote(table.key()).join(", ")));
    let mut sql = format!("CREATE TABLE {} (\n{}\n);\n", names.table(table), lines.join(",\n"));
    for columns in table.searched() {
        let index = format!("{}_by_{}", table.name(), columns.join("_"));
        // Rows without a value are never looked for by it, so they need no place in the index.
        let is_optional =
            |name: &&str| table.column(name).is_some_and(|place| table.columns()[place].nullable);
        let filter = match columns {
            [first, ..] if columns.iter().all(is_optional) => {
                format!(" WHERE {} IS NOT NULL", quoted(first))
            }
            // What is looked for is what has not met its prediction yet: almost nothing.
            ["matched"] => match names.dialect {
                Dialect::Sqlite => " WHERE \"matched\" = 0".to_owned(),
                Dialect::Postgres => " WHERE NOT \"matched\"".to_owned(),
            },
            _ => String::new(),
        };
        let (table, columns) = (names.table(table), quote(columns).join(", "));
        let _ = writeln!(sql, "CREATE INDEX {index} ON {table} ({columns}){filter};");
    }
    sql
}

/// The SQL that makes the tables of a new database.
///
/// ```
/// use pantau::store::{Dialect, schema_sql};
///
/// assert!(schema_sql(Dialect::Postgres).contains("CREATE TABLE \"pantau\".predictions ("));
/// ```
pub fn schema_sql(dialect: Dialect) -> String {
    let names = match dialect {
        Dialect::Sqlite => Names::sqlite(),
        Dialect::Postgres => Names::postgres("pantau"),
    };
    let mut sql = String::new();
    if dialect == Dialect::Postgres {
        sql.push_str("CREATE SCHEMA IF NOT EXISTS \"pantau\";\n");
    }
    sql.push_str(&history_sql(&names));
    for migration in MIGRATIONS {
        sql.push_str(&migration(&names));
    }
    let now = match dialect {
        Dialect::Sqlite => "CAST(strftime('%s', 'now') AS INTEGER) * 1000000",
        Dialect::Postgres => "now()",
    };
    for version in 1..=current() {
        let _ = writeln!(sql, "INSERT INTO {} VALUES ({version}, {now});", names.named(HISTORY));
    }
    sql
}

fn history_sql(names: &Names) -> String {
    format!(
        "CREATE TABLE {} (\n  version {} PRIMARY KEY,\n  applied_at {} NOT NULL\n);\n",
        names.named(HISTORY),
        names.dialect.type_name(Kind::Integer),
        names.dialect.type_name(Kind::Time),
    )
}

/// The tables that a database has, of those whose names are ours.
fn existing(session: &mut dyn Session, names: &Names) -> Result<Vec<String>> {
    let sql = match names.dialect {
        Dialect::Sqlite => "SELECT name FROM sqlite_master WHERE type IN ('table', 'view')",
        Dialect::Postgres => {
            "SELECT CAST(table_name AS TEXT) FROM information_schema.tables WHERE table_schema = "
        }
    };
    let mut statement = Statement::new(names, sql.to_owned());
    if let Some(schema) = names.schema_name() {
        statement.parameter(Parameter::Name(schema));
    }
    let ours: Vec<&str> = Table::ALL.iter().map(|table| table.name()).collect();
    let mut found = Vec::new();
    session.query(&statement.sql, &statement.parameters, &[Kind::Text], &mut |values| {
        if let Some(name) = values[0].as_text()
            && (name == HISTORY || ours.contains(&name))
        {
            found.push(name.to_owned());
        }
        Ok(())
    })?;
    Ok(found)
}

/// The version of a database; 0 for a new one.
///
/// # Errors
/// [`Error::Incompatible`] if it is newer than this code, or has tables of these names that
/// somebody else made.
pub(super) fn version(session: &mut dyn Session, names: &Names, location: &str) -> Result<i64> {
    let existing = existing(session, names)?;
    let what = || format!("the store {location}");
    if !existing.iter().any(|name| name == HISTORY) {
        return match existing.first() {
            None => Ok(0),
            Some(name) => {
                let problem = format!(
                    "it has a table {name} that is not Pantau's; choose another file, or another \
                     schema by `?schema=`"
                );
                Err(Error::incompatible(what(), problem))
            }
        };
    }
    let sql = format!("SELECT max(version) FROM {}", names.named(HISTORY));
    let mut version = 0;
    session.query(&sql, &[], &[Kind::Integer], &mut |values| {
        if let Value::Integer(number) = values[0] {
            version = number;
        }
        Ok(())
    })?;
    if version > current() {
        let problem = format!(
            "its tables have version {version}, and this Pantau knows those up to {}; update \
             Pantau to use it",
            current()
        );
        return Err(Error::incompatible(what(), problem));
    }
    Ok(version)
}

/// Takes the steps that a database has not taken. The caller has begun a transaction that no other
/// process shares.
pub(super) fn migrate(session: &mut dyn Session, names: &Names, location: &str) -> Result<()> {
    // Somebody else may have taken them since the caller looked.
    let from = version(session, names, location)?;
    if from == 0 {
        session.run(&history_sql(names))?;
    }
    for (number, migration) in (1..).zip(MIGRATIONS) {
        if number > from {
            session.run(&migration(names))?;
            let sql = format!("INSERT INTO {} VALUES (", names.named(HISTORY));
            let now = Value::Time(Timestamp::now());
            let mut statement = Statement::new(names, sql);
            statement.parameter(Parameter::Whole(number));
            statement.push(", ");
            statement.parameter(Parameter::One(Kind::Time, &now));
            statement.push(")");
            session.execute(&statement.sql, &statement.parameters)?;
        }
    }
    Ok(())
}
