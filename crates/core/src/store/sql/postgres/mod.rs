//! A store in a PostgreSQL server.

mod address;
mod connection;
mod error;
mod tls;
mod value;

use std::{
    fmt,
    sync::{Mutex, PoisonError},
};

use rustc_hash::FxHashMap;

use address::Address;
use connection::{Connection, next_rows};
use error::{is_lost, translate};
use value::Column;

use super::{
    counts,
    dialect::{Names, listed, quoted},
    migration,
    session::{Parameter, Session, Visit},
    statement, write,
};
use crate::{
    Error, Result, Timestamp,
    runtime::outside,
    store::{
        Bin, Change, Commit, Condition, Counts, Existing, Kind, Measure, Row, Select, Store, Table,
        Value, Window, WritableRow, check,
    },
};

/// How many connections are kept for the next call.
const KEPT: usize = 4;
/// How often a transaction is tried that the server ended in favour of another.
const TRIES: usize = 8;
/// The most rows in one statement, and about the most bytes: the server takes 1 GiB at once, and
/// both sides hold it in memory.
const ROWS: usize = 4096;
const BYTES: usize = 16 << 20;

/// A store in a schema of a PostgreSQL server's database.
///
/// No statement is kept prepared in the server, so that poolers between (such as Supabase's, in
/// transaction mode, too) can give each transaction another connection.
pub struct Postgres {
    address: Address,
    names: Names,
    idle: Mutex<Vec<Connection>>,
    /// Whether the tables were found as this version needs them.
    is_ready: Mutex<bool>,
    /// A connection does not survive a fork: the child opens its own.
    process: u32,
}

impl fmt::Debug for Postgres {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Postgres").field("location", &self.location()).finish_non_exhaustive()
    }
}

impl Postgres {
    /// Connects to a server, and makes the tables if they are not there.
    ///
    /// The URL is that of `libpq`: `postgresql://user:password@host:5432/database`, with
    /// `?sslmode=` `disable`, `prefer` (the default), `require`, `verify-ca` or `verify-full`,
    /// `sslrootcert=` a file or `system`, `connect_timeout=` seconds (5), and with `schema=` the
    /// schema of the tables (`pantau`).
    ///
    /// # Errors
    /// [`Error::InvalidInput`] if the URL is none; [`Error::Unreachable`] if the server does not
    /// answer; [`Error::Refused`] if it wants another user, password or database;
    /// [`Error::Incompatible`] if the tables are newer than this version.
    pub fn open(url: &str) -> Result<Self> {
        let store = Self::open_later(url)?;
        store.prepare()?;
        Ok(store)
    }

    /// The same, but connects when it is first asked for something: a service can start, and log
    /// into an outbox, while its server is away.
    ///
    /// # Errors
    /// [`Error::InvalidInput`] if the URL is none; all else comes with the calls.
    pub fn open_later(url: &str) -> Result<Self> {
        let address = Address::parse(url)?;
        let names = Names::postgres(&address.schema);
        let process = std::process::id();
        let (idle, is_ready) = (Mutex::default(), Mutex::default());
        Ok(Self { address, names, idle, is_ready, process })
    }

    /// Makes the tables if they are not there, once.
    fn prepare(&self) -> Result<()> {
        let mut is_ready = self.is_ready.lock().unwrap_or_else(PoisonError::into_inner);
        if *is_ready {
            return Ok(());
        }
        self.transact_now("BEGIN", |session| {
            let location = self.location();
            let version = if self.has_schema(session)? {
                migration::version(session, &self.names, location)?
            } else {
                0
            };
            if version < migration::current() {
                // One process at a time; the others find the work done.
                session.run("SELECT pg_advisory_xact_lock(7306092118904175)")?;
                let schema = &self.address.schema;
                session.run(&format!("CREATE SCHEMA IF NOT EXISTS \"{schema}\""))?;
                migration::migrate(session, &self.names, location)?;
            }
            Ok(())
        })?;
        *is_ready = true;
        Ok(())
    }

    fn has_schema(&self, session: &mut dyn Session) -> Result<bool> {
        let sql = "SELECT count(*) FROM information_schema.schemata WHERE schema_name = $1";
        let mut found = false;
        let parameters = [Parameter::Name(&self.address.schema)];
        session.query(sql, &parameters, &[Kind::Integer], &mut |values| {
            found = values[0] == Value::Integer(1);
            Ok(())
        })?;
        Ok(found)
    }

    fn connection(&self) -> Result<Connection> {
        if self.process != std::process::id() {
            let problem = "it was opened before the process forked, and the connections of a \
                           parent must not be used; open the store in the child";
            return Err(Error::invalid(format!("the store {}", self.location()), problem));
        }
        loop {
            let idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
            match idle {
                Some(connection) if connection.is_closed() => {}
                Some(connection) => return Ok(connection),
                None => return self.address.connect(),
            }
        }
    }

    /// Does something in one transaction, all or nothing; again where the server says that trying
    /// again may help, or that the connection had been lost before anything was done.
    fn transact<T>(
        &self,
        begin: &str,
        work: impl FnMut(&mut dyn Session) -> Result<T>,
    ) -> Result<T> {
        self.prepare()?;
        self.transact_now(begin, work)
    }

    fn transact_now<T>(
        &self,
        begin: &str,
        mut work: impl FnMut(&mut dyn Session) -> Result<T>,
    ) -> Result<T> {
        let mut tries = 0;
        loop {
            tries += 1;
            let connection = self.connection()?;
            let mut session =
                Connected { connection, location: self.location(), names: &self.names };
            if let Err(error) = session.connection.run(begin) {
                // A connection that lay idle while the server was started anew.
                if is_lost(&error) && tries < TRIES {
                    continue;
                }
                return Err(translate(self.location(), error));
            }
            let done = work(&mut session).and_then(|done| {
                session.run("COMMIT")?;
                Ok(done)
            });
            match done {
                Ok(done) => {
                    self.keep(session.connection);
                    return Ok(done);
                }
                Err(error) => {
                    let again = error::is_retried(&error) && tries < TRIES;
                    if session.connection.run("ROLLBACK").is_ok() {
                        self.keep(session.connection);
                    }
                    if !again {
                        return Err(error);
                    }
                }
            }
        }
    }

    fn keep(&self, connection: Connection) {
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        if idle.len() < KEPT {
            idle.push(connection);
        }
    }

    /// Asks in one moment of the data.
    fn read<T>(&self, ask: impl FnMut(&mut dyn Session) -> Result<T>) -> Result<T> {
        self.transact("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY", ask)
    }
}

impl Store for Postgres {
    fn location(&self) -> &str {
        &self.address.shown
    }

    fn apply(&self, changes: &[Change], commit: Commit) -> Result<Vec<usize>> {
        check::changes(changes)?;
        let begin = match commit {
            Commit::Durable => "BEGIN",
            Commit::Fast => "BEGIN; SET LOCAL synchronous_commit TO off",
        };
        self.transact(begin, |session| write::apply(session, &self.names, changes))
    }

    fn select(&self, select: &Select, visit: &mut dyn FnMut(Row) -> Result<()>) -> Result<()> {
        check::select(select)?;
        let statement = statement::select(&self.names, select)?;
        let kinds: Vec<Kind> = select.table.columns().iter().map(|column| column.kind).collect();
        let mut is_visited = false;
        self.read(|session| {
            let asked =
                session.query(&statement.sql, &statement.parameters, &kinds, &mut |values| {
                    is_visited = true;
                    visit(Row(values))
                });
            // Whoever has taken rows must not get them once more.
            asked.map_err(|error| match error {
                Error::Refused { what, source: Some(source), .. } if is_visited => {
                    let problem = "the server ended the question midway; ask again".to_owned();
                    Error::Refused {
                        what,
                        problem,
                        source: Some(std::io::Error::other(source).into()),
                    }
                }
                other => other,
            })
        })
    }

    fn count(&self, table: Table, conditions: &[Condition]) -> Result<u64> {
        check::conditions(table, conditions)?;
        let statement = statement::count(&self.names, table, conditions)?;
        self.read(|session| {
            let mut count = 0;
            let kinds = [Kind::Integer];
            session.query(&statement.sql, &statement.parameters, &kinds, &mut |values| {
                if let Value::Integer(number) = values[0] {
                    count = u64::try_from(number).unwrap_or_default();
                }
                Ok(())
            })?;
            Ok(count)
        })
    }

    fn counts(&self, window: &Window) -> Result<Vec<Counts>> {
        self.read(|session| counts::counts(session, &self.names, window))
    }

    fn counts_between(&self, window: &Window, edges: &[Timestamp]) -> Result<Vec<Vec<Counts>>> {
        self.read(|session| counts::counts_between(session, &self.names, window, edges))
    }

    fn histogram(&self, window: &Window, measure: Measure) -> Result<Vec<Bin>> {
        self.read(|session| counts::histogram(session, &self.names, window, measure))
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        if self.process != std::process::id() {
            // Closing would say goodbye to the server in the parent's name.
            std::mem::forget(std::mem::take(&mut self.idle));
        }
    }
}

/// A connection in use.
struct Connected<'a> {
    connection: Connection,
    location: &'a str,
    names: &'a Names,
}

impl Connected<'_> {
    fn error(&self, error: postgres::Error) -> Error {
        translate(self.location, error)
    }
}

impl Session for Connected<'_> {
    fn run(&mut self, sql: &str) -> Result<()> {
        self.connection.run(sql).map_err(|error| self.error(error))
    }

    fn execute(&mut self, sql: &str, parameters: &[Parameter<'_>]) -> Result<usize> {
        let typed = value::typed(parameters);
        let done =
            self.connection.with(|client| client.execute_typed(sql, &value::borrowed(&typed)));
        done.map(|rows| usize::try_from(rows).unwrap_or(usize::MAX))
            .map_err(|error| self.error(error))
    }

    fn query(
        &mut self,
        sql: &str,
        parameters: &[Parameter<'_>],
        kinds: &[Kind],
        visit: Visit<'_>,
    ) -> Result<()> {
        let location = self.location;
        let wrong = |error| translate(location, error);
        let typed = value::typed(parameters);
        let client = self.connection.client();
        let asked = outside(|| client.query_typed_raw(sql, typed.iter().map(value::pair)));
        let mut answer = asked.map_err(wrong)?;
        loop {
            let rows = next_rows(&mut answer).map_err(wrong)?;
            for row in &rows {
                let mut values = Vec::with_capacity(kinds.len());
                for (place, kind) in kinds.iter().enumerate() {
                    values.push(value::read(row, place, *kind).map_err(wrong)?);
                }
                visit(values)?;
            }
            if rows.len() < connection::ROWS {
                return Ok(());
            }
        }
    }

    fn insert(
        &mut self,
        table: Table,
        rows: &[&WritableRow],
        existing: Existing,
        inserted: &mut dyn FnMut(usize),
    ) -> Result<()> {
        let mut done = 0;
        while done < rows.len() {
            let mut bytes = 0;
            let some = rows[done..].iter().take(ROWS).take_while(|row| {
                let is_room = bytes < BYTES;
                bytes += row.values().iter().map(Value::bytes).sum::<usize>();
                is_room
            });
            let end = done + some.count();
            let mut placed = |place| inserted(done + place);
            self.insert_some(table, &rows[done..end], existing, &mut placed)?;
            done = end;
        }
        Ok(())
    }
}

impl Connected<'_> {
    /// Inserts rows by one statement, each column as an array.
    fn insert_some(
        &mut self,
        table: Table,
        rows: &[&WritableRow],
        existing: Existing,
        inserted: &mut dyn FnMut(usize),
    ) -> Result<()> {
        let columns = table.columns();
        let arrays: Vec<Column<'_>> = columns
            .iter()
            .enumerate()
            .map(|(place, column)| Column::new(column.kind, rows, place))
            .collect();
        let parameters: Vec<_> = arrays.iter().map(Column::pair).collect();
        let places: Vec<String> = (1..=columns.len()).map(|place| format!("${place}")).collect();
        let key: Vec<String> = table.key().iter().map(|name| quoted(name)).collect();
        let (key, listed) = (key.join(", "), listed(columns));
        let end = match existing {
            Existing::Keep => format!(" ON CONFLICT ({key}) DO NOTHING"),
            Existing::Refuse => String::new(),
            Existing::Replace => {
                let others = columns.iter().filter(|column| !table.key().contains(&column.name));
                let set: Vec<String> = others
                    .map(|column| format!("{0} = excluded.{0}", quoted(column.name)))
                    .collect();
                format!(" ON CONFLICT ({key}) DO UPDATE SET {}", set.join(", "))
            }
        };
        // Who writes the same rows in another order would wait for us while we wait for them.
        let sql = format!(
            "INSERT INTO {} ({listed}) SELECT * FROM unnest({}) AS new({listed}) ORDER BY {key}{end}",
            self.names.table(table),
            places.join(", "),
        );
        if table != Table::Predictions || existing != Existing::Keep {
            let done = self.connection.with(|client| client.execute_typed(&sql, &parameters));
            let count = done.map_err(|error| self.error(error))?;
            // All were written, or of a table where only their number matters so many.
            (0..usize::try_from(count).unwrap_or_default()).for_each(inserted);
            return Ok(());
        }
        let sql = format!("{sql} RETURNING \"id\"");
        let done = self.connection.with(|client| client.query_typed(&sql, &parameters));
        let written = done.map_err(|error| self.error(error))?;
        if written.len() == rows.len() {
            (0..rows.len()).for_each(inserted);
            return Ok(());
        }
        let ids = rows.iter().enumerate();
        let places: FxHashMap<&str, usize> = ids
            .filter_map(|(place, row)| row.values()[0].as_text().map(|id| (id, place)))
            .collect();
        for row in &written {
            let id: &str = row.try_get(0).map_err(|error| self.error(error))?;
            if let Some(place) = places.get(id) {
                inserted(*place);
            }
        }
        Ok(())
    }
}
