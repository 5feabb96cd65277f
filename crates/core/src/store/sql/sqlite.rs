//! A store in one file, made by SQLite.

use std::{
    fmt, fs,
    path::{Path, PathBuf},
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use rusqlite::{
    Connection, ErrorCode, OpenFlags, ToSql, params_from_iter,
    types::{ToSqlOutput, ValueRef},
};

use super::{
    counts,
    dialect::{Names, listed},
    migration,
    session::{Parameter, Session, Visit},
    statement,
    write::{self, refused},
};
use crate::{
    Error, Result, Timestamp,
    store::{
        Bin, Change, Commit, Condition, Counts, Existing, Kind, Measure, Row, Select, Store, Table,
        Value, Window, WritableRow, check,
    },
};

/// How long a writer waits for those of other processes.
const PATIENCE: Duration = Duration::from_secs(20);
/// How many readers are kept for the next question.
const READERS: usize = 4;

/// A store in a file of SQLite: any number of threads and processes read, one writes at a time,
/// and nobody who reads waits for who writes.
pub struct Sqlite {
    path: PathBuf,
    location: String,
    names: Names,
    /// None where the file can only be read.
    writer: Option<Mutex<Writer>>,
    /// How it is read.
    access: Access,
    readers: Mutex<Vec<Connection>>,
    /// A connection does not survive a fork: the child opens its own.
    process: u32,
}

/// What a connection may do.
#[derive(Debug, Clone, Copy)]
enum Access {
    Write,
    /// Read what others write.
    Read,
    /// Read what nobody writes: SQLite then needs no files beside it by which readers and writers
    /// agree.
    ReadFixed,
}

#[derive(Debug)]
struct Writer {
    connection: Connection,
    /// Which file it writes.
    identity: Option<Identity>,
    commit: Commit,
}

impl fmt::Debug for Sqlite {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Sqlite").field("location", &self.location).finish_non_exhaustive()
    }
}

impl Sqlite {
    /// Opens a store, which is made if there is none. `path` is the file, or a folder that is or
    /// will be there for it.
    ///
    /// # Errors
    /// [`Error::Incompatible`] if the file is no database, is newer than this version, or has
    /// other people's tables; [`Error::Refused`] if it cannot be opened.
    pub fn open(path: impl AsRef<Path>) -> Result<Self> {
        let path = file_of(path.as_ref())?;
        let location = path.display().to_string();
        let names = Names::sqlite();
        let process = std::process::id();
        let writable = connect(&path, &location, Access::Write)
            .and_then(|connection| prepare(connection, &names, &location));
        let refused = match writable {
            Ok(connection) => {
                let (commit, identity) = (Commit::Durable, identity(&path));
                let writer = Some(Mutex::new(Writer { connection, identity, commit }));
                let (readers, access) = (Mutex::default(), Access::Read);
                return Ok(Self { path, location, names, writer, access, readers, process });
            }
            Err(refused @ Error::Refused { .. }) if path.exists() => refused,
            Err(error) => return Err(error),
        };
        // What cannot be written can perhaps still be read.
        let (connection, access) = readable(&path, &location, &names)?.ok_or(refused)?;
        let readers = Mutex::new(vec![connection]);
        Ok(Self { path, location, names, writer: None, access, readers, process })
    }

    /// The file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    fn check_process(&self) -> Result<()> {
        if self.process == std::process::id() {
            return Ok(());
        }
        let problem = "it was opened before the process forked, and the databases of a parent \
                       must not be used; open the store in the child";
        Err(Error::invalid(format!("the store {}", self.location), problem))
    }

    fn lock(&self) -> Result<MutexGuard<'_, Writer>> {
        self.check_process()?;
        let Some(writer) = &self.writer else {
            let problem = "it can only be read: the file, its folder or the disk allows no more";
            return Err(refuse(&self.location, problem.to_owned(), None));
        };
        // A transaction that a panic ended was rolled back when it was dropped.
        Ok(writer.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Asks by a connection of its own, in one moment of the data.
    fn read<T>(&self, ask: impl FnOnce(&mut dyn Session) -> Result<T>) -> Result<T> {
        self.check_process()?;
        let idle = self.readers.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let mut connection = match idle {
            Some(connection) => connection,
            None => connect(&self.path, &self.location, self.access)?,
        };
        let mut session = Connected { connection: &mut connection, location: &self.location };
        session.run("BEGIN")?;
        let answer = ask(&mut session);
        // Nothing was written, so this only ends the moment.
        session.run("COMMIT")?;
        let mut readers = self.readers.lock().unwrap_or_else(PoisonError::into_inner);
        if readers.len() < READERS {
            readers.push(connection);
        }
        answer
    }
}

impl Store for Sqlite {
    fn location(&self) -> &str {
        &self.location
    }

    fn apply(&self, changes: &[Change], commit: Commit) -> Result<Vec<usize>> {
        check::changes(changes)?;
        let mut writer = self.lock()?;
        let Writer { connection, identity: file, commit: before } = &mut *writer;
        // What is written into a file that has no name any more is lost with the last handle.
        if *file != identity(&self.path) {
            let problem = "the file was removed or replaced while it was open; open the store anew";
            return Err(refuse(&self.location, problem.to_owned(), None));
        }
        let mut session = Connected { connection, location: &self.location };
        if commit != *before {
            session.run(match commit {
                Commit::Durable => "PRAGMA synchronous = FULL",
                Commit::Fast => "PRAGMA synchronous = NORMAL",
            })?;
            *before = commit;
        }
        transact(&mut session, |session| write::apply(session, &self.names, changes))
    }

    fn select(&self, select: &Select, visit: &mut dyn FnMut(Row) -> Result<()>) -> Result<()> {
        check::select(select)?;
        let statement = statement::select(&self.names, select)?;
        let kinds: Vec<Kind> = select.table.columns().iter().map(|column| column.kind).collect();
        self.read(|session| {
            session.query(&statement.sql, &statement.parameters, &kinds, &mut |values| {
                visit(Row(values))
            })
        })
    }

    fn count(&self, table: Table, conditions: &[Condition]) -> Result<u64> {
        check::conditions(table, conditions)?;
        let statement = statement::count(&self.names, table, conditions)?;
        let mut count = 0;
        self.read(|session| {
            let kinds = [Kind::Integer];
            session.query(&statement.sql, &statement.parameters, &kinds, &mut |values| {
                if let Value::Integer(number) = values[0] {
                    count = u64::try_from(number).unwrap_or_default();
                }
                Ok(())
            })
        })?;
        Ok(count)
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

impl Drop for Sqlite {
    fn drop(&mut self) {
        if self.process != std::process::id() {
            // Closing would release locks of the parent, so the child leaves them open.
            if let Some(writer) = self.writer.take() {
                std::mem::forget(writer);
            }
            std::mem::forget(std::mem::take(&mut self.readers));
        }
    }
}

/// What tells a file from others, whatever it is called.
type Identity = (u64, u64);

/// Which file has this name; none where the system does not tell, or nothing has it.
#[cfg(unix)]
fn identity(path: &Path) -> Option<Identity> {
    use std::os::unix::fs::MetadataExt;

    fs::metadata(path).ok().map(|found| (found.dev(), found.ino()))
}

#[cfg(not(unix))]
fn identity(_path: &Path) -> Option<Identity> {
    None
}

/// The file for a path: in a folder it has a fixed name.
fn file_of(path: &Path) -> Result<PathBuf> {
    let is_file = path.is_file()
        || path.extension().is_some_and(|ending| {
            ["db", "sqlite", "sqlite3"].iter().any(|known| ending.eq_ignore_ascii_case(known))
        });
    let (folder, file) = if is_file {
        (path.parent().map(Path::to_owned), path.to_owned())
    } else {
        (Some(path.to_owned()), path.join("store.sqlite"))
    };
    if let Some(folder) = folder.filter(|folder| !folder.as_os_str().is_empty())
        && !folder.is_dir()
    {
        fs::create_dir_all(&folder).map_err(Error::storage("write", &folder))?;
    }
    Ok(file)
}

/// A connection to a store that cannot be written; none where it must be written first, since it
/// was made by an earlier version.
fn readable(path: &Path, location: &str, names: &Names) -> Result<Option<(Connection, Access)>> {
    let version = |access| {
        let mut connection = connect(path, location, access)?;
        let mut session = Connected { connection: &mut connection, location };
        migration::version(&mut session, names, location).map(|version| (connection, version))
    };
    let (found, access) = match version(Access::Read) {
        Ok(found) => (found, Access::Read),
        Err(error @ (Error::Incompatible { .. } | Error::InvalidInput { .. })) => {
            return Err(error);
        }
        Err(error) => {
            let mut log = path.as_os_str().to_owned();
            log.push("-wal");
            if fs::metadata(&log).is_ok_and(|log| log.len() > 0) {
                let log = Path::new(&log).display();
                let problem = format!(
                    "it can only be read, and its latest rows are still in {log}, which is \
                     read only where the folder can be written: copy both, and open the copy"
                );
                return Err(Error::Refused {
                    what: format!("the store {location}"),
                    problem,
                    source: Some(error.into()),
                });
            }
            (version(Access::ReadFixed)?, Access::ReadFixed)
        }
    };
    let (connection, version) = found;
    Ok((version == migration::current()).then_some((connection, access)))
}

fn connect(path: &Path, location: &str, access: Access) -> Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_NO_MUTEX | OpenFlags::SQLITE_OPEN_EXRESCODE;
    let reads = OpenFlags::SQLITE_OPEN_READ_ONLY;
    let opened = match access {
        Access::Write => {
            let writes = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE;
            Connection::open_with_flags(path, flags | writes)
        }
        Access::Read => Connection::open_with_flags(path, flags | reads),
        Access::ReadFixed => {
            let escaped = path.to_string_lossy().replace('%', "%25").replace('?', "%3f");
            let uri = format!("file:{}?immutable=1", escaped.replace('#', "%23"));
            Connection::open_with_flags(uri, flags | reads | OpenFlags::SQLITE_OPEN_URI)
        }
    };
    let connection = opened.map_err(|error| translate(location, error))?;
    let set = || -> rusqlite::Result<()> {
        connection.busy_timeout(PATIENCE)?;
        connection.set_prepared_statement_cache_capacity(128);
        // In KiB. There are several readers, and what they read again the system keeps, too. The
        // file is not mapped: a disk that fails would end the process.
        let pages = if matches!(access, Access::Write) { -32_768 } else { -4_096 };
        connection.pragma_update(None, "cache_size", pages)?;
        connection.pragma_update(None, "temp_store", "MEMORY")
    };
    set().map_err(|error| translate(location, error))?;
    Ok(connection)
}

/// Makes a connection the writer: the file is in WAL mode and has the tables of this version.
fn prepare(mut connection: Connection, names: &Names, location: &str) -> Result<Connection> {
    // Asked to write, SQLite reads where it may not.
    if connection.is_readonly("main").map_err(|error| translate(location, error))? {
        return Err(refuse(location, "the file or its disk can only be read".to_owned(), None));
    }
    let mut session = Connected { connection: &mut connection, location };
    // Looked at first, so that the file of somebody else is left as it is.
    let version = migration::version(&mut session, names, location)?;
    let mode: String = session
        .connection
        .query_row("PRAGMA journal_mode = WAL", [], |row| row.get(0))
        .map_err(|error| translate(location, error))?;
    if !mode.eq_ignore_ascii_case("wal") {
        let problem = format!("the file system allows no write-ahead log, and SQLite chose {mode}");
        return Err(refuse(location, problem, None));
    }
    session.run("PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = 4000")?;
    if version < migration::current() {
        transact(&mut session, |session| migration::migrate(session, names, location))?;
    }
    Ok(connection)
}

/// Does something in one transaction that writes, all or nothing.
fn transact<T>(
    session: &mut Connected<'_>,
    work: impl FnOnce(&mut dyn Session) -> Result<T>,
) -> Result<T> {
    session.run("BEGIN IMMEDIATE")?;
    let mut guard = Rollback { session, is_done: false };
    let done = work(guard.session)?;
    guard.session.run("COMMIT")?;
    guard.is_done = true;
    Ok(done)
}

/// Takes a transaction back that was not committed, whatever ended it.
struct Rollback<'a, 'b> {
    session: &'a mut Connected<'b>,
    is_done: bool,
}

impl Drop for Rollback<'_, '_> {
    fn drop(&mut self) {
        if !self.is_done {
            // Some errors have rolled back already; then there is nothing to take back.
            let _ = self.session.connection.execute_batch("ROLLBACK");
        }
    }
}

/// A connection in use.
struct Connected<'a> {
    connection: &'a mut Connection,
    location: &'a str,
}

impl Connected<'_> {
    fn error(&self, error: rusqlite::Error) -> Error {
        translate(self.location, error)
    }
}

impl Session for Connected<'_> {
    fn run(&mut self, sql: &str) -> Result<()> {
        self.connection.execute_batch(sql).map_err(|error| self.error(error))
    }

    fn execute(&mut self, sql: &str, parameters: &[Parameter<'_>]) -> Result<usize> {
        let run = || -> rusqlite::Result<usize> {
            let mut statement = self.connection.prepare_cached(sql)?;
            statement.execute(params_from_iter(parameters))
        };
        run().map_err(|error| self.error(error))
    }

    fn query(
        &mut self,
        sql: &str,
        parameters: &[Parameter<'_>],
        kinds: &[Kind],
        visit: Visit<'_>,
    ) -> Result<()> {
        let wrong = |error| translate(self.location, error);
        let mut statement = self.connection.prepare_cached(sql).map_err(wrong)?;
        let mut rows = statement.query(params_from_iter(parameters)).map_err(wrong)?;
        while let Some(row) = rows.next().map_err(wrong)? {
            let mut values = Vec::with_capacity(kinds.len());
            for (place, kind) in kinds.iter().enumerate() {
                let value = row.get_ref(place).map_err(wrong)?;
                let found = read(*kind, value).ok_or_else(|| {
                    let problem = format!("a column that should hold {kind:?} holds {value:?}");
                    Error::incompatible(format!("the store {}", self.location), problem)
                })?;
                values.push(found);
            }
            visit(values)?;
        }
        Ok(())
    }

    fn insert(
        &mut self,
        table: Table,
        rows: &[&WritableRow],
        existing: Existing,
        inserted: &mut dyn FnMut(usize),
    ) -> Result<()> {
        let columns = table.columns();
        let places: Vec<String> = (1..=columns.len()).map(|place| format!("?{place}")).collect();
        let (verb, end) = match existing {
            Existing::Keep => ("INSERT", " ON CONFLICT DO NOTHING"),
            Existing::Replace => ("INSERT OR REPLACE", ""),
            Existing::Refuse => ("INSERT", ""),
        };
        let (name, listed, places) = (table.name(), listed(columns), places.join(", "));
        let sql = format!("{verb} INTO {name} ({listed}) VALUES ({places}){end}");
        let wrong = |error| translate(self.location, error);
        let mut statement = self.connection.prepare_cached(&sql).map_err(wrong)?;
        for (place, row) in rows.iter().enumerate() {
            let values = row.values().iter().map(Bound);
            match statement.execute(params_from_iter(values)) {
                Ok(0) => {}
                Ok(_) => inserted(place),
                Err(rusqlite::Error::SqliteFailure(error, _))
                    if error.code == ErrorCode::ConstraintViolation
                        && existing == Existing::Refuse =>
                {
                    return Err(refused(table, row));
                }
                Err(error) => return Err(wrong(error)),
            }
        }
        Ok(())
    }
}

/// A value as SQLite takes it.
struct Bound<'a>(&'a Value);

impl ToSql for Bound<'_> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(bound(self.0))
    }
}

impl ToSql for Parameter<'_> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(match self {
            Self::One(_, value) => bound(value),
            Self::Whole(number) => ToSqlOutput::from(*number),
            Self::Name(name) => ToSqlOutput::from(*name),
            // One parameter for all: a JSON array, which SQLite takes apart.
            Self::Many(_, values) => {
                let all: Vec<serde_json::Value> = values.iter().map(json).collect();
                ToSqlOutput::from(serde_json::Value::from(all).to_string())
            }
        })
    }
}

/// A value as SQLite takes it, without a copy.
fn bound(value: &Value) -> ToSqlOutput<'_> {
    ToSqlOutput::Borrowed(match value {
        Value::Null => ValueRef::Null,
        Value::Integer(number) => ValueRef::Integer(*number),
        Value::Real(number) => ValueRef::Real(*number),
        Value::Truth(truth) => ValueRef::Integer(i64::from(*truth)),
        Value::Time(time) => ValueRef::Integer(time.micros()),
        Value::Text(text) => ValueRef::Text(text.as_bytes()),
        Value::Bytes(bytes) => ValueRef::Blob(bytes),
    })
}

fn json(value: &Value) -> serde_json::Value {
    match value {
        // Bytes are in no key, and nothing equals nothing.
        Value::Null | Value::Bytes(_) => serde_json::Value::Null,
        Value::Integer(number) => (*number).into(),
        Value::Real(number) => (*number).into(),
        Value::Truth(truth) => i64::from(*truth).into(),
        Value::Time(time) => time.micros().into(),
        Value::Text(text) => text.as_str().into(),
    }
}

/// A value as SQLite gives it, if it is of this kind.
fn read(kind: Kind, value: ValueRef<'_>) -> Option<Value> {
    Some(match (kind, value) {
        (_, ValueRef::Null) => Value::Null,
        (Kind::Integer, ValueRef::Integer(number)) => Value::Integer(number),
        (Kind::Real, ValueRef::Real(number)) => Value::Real(number),
        (Kind::Real, ValueRef::Integer(number)) => Value::Real(number as f64),
        (Kind::Truth, ValueRef::Integer(number)) => Value::Truth(number != 0),
        (Kind::Time, ValueRef::Integer(micros)) => Value::Time(Timestamp::from_micros(micros)),
        (Kind::Text | Kind::Json, ValueRef::Text(text)) => {
            Value::Text(String::from_utf8_lossy(text).into_owned())
        }
        (Kind::Bytes, ValueRef::Blob(bytes)) => Value::Bytes(bytes.to_vec()),
        _ => return None,
    })
}

fn refuse(location: &str, problem: String, source: Option<rusqlite::Error>) -> Error {
    let what = format!("the store {location}");
    Error::Refused { what, problem, source: source.map(Into::into) }
}

/// What SQLite said, and what may help.
fn translate(location: &str, error: rusqlite::Error) -> Error {
    let code = error.sqlite_error_code();
    let what = || format!("the store {location}");
    let problem = match code {
        Some(ErrorCode::NotADatabase) => {
            return Error::incompatible(what(), "the file is no database of SQLite");
        }
        Some(ErrorCode::DatabaseCorrupt) => {
            return Error::incompatible(
                what(),
                "the file is damaged; put a copy from before in its place",
            );
        }
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => {
            let seconds = PATIENCE.as_secs();
            let problem = format!("another process has been writing for more than {seconds} s");
            return Error::Busy { what: what(), problem };
        }
        Some(ErrorCode::DiskFull) => {
            "the disk is full; what was there is unharmed, and nothing was written"
        }
        Some(ErrorCode::ReadOnly | ErrorCode::PermissionDenied) => {
            "the file or its folder cannot be written; check its permissions and the disk"
        }
        Some(ErrorCode::CannotOpen) => "the file cannot be opened; check the path and permissions",
        Some(ErrorCode::SystemIoFailure) => "the disk did not read or write",
        Some(ErrorCode::TooBig) => "a value is larger than SQLite takes, which is 1 GB",
        _ => "SQLite refused",
    };
    refuse(location, problem.to_owned(), Some(error))
}
