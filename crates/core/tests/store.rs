//! Every home of the store does the same, and says clearly what it cannot do.
#![cfg(all(feature = "sqlite", feature = "postgres"))]
#![expect(
    clippy::unwrap_used,
    clippy::print_stderr,
    reason = "what is made for a test is as sure as the test"
)]

mod servers;

use std::{
    fs,
    net::TcpListener,
    path::Path,
    process::Command,
    sync::{
        Arc, Barrier,
        atomic::{AtomicUsize, Ordering},
    },
};

use pantau::{
    ErrorKind,
    store::{
        Commit, Dialect, Memory, Postgres, PredictionRecord, Sqlite, Store, Table, Window,
        conformance, open, schema_sql,
    },
};
use servers::Server;

fn records(count: usize) -> Vec<PredictionRecord> {
    (0..count).map(|_| PredictionRecord::new("sentiment", "1", "positive", 0.75)).collect()
}

/// A schema that no other test uses.
fn schema(url: &str) -> String {
    static NUMBER: AtomicUsize = AtomicUsize::new(0);
    let number = NUMBER.fetch_add(1, Ordering::Relaxed);
    format!("{url}?schema=test_{}_{number}", std::process::id())
}

#[test]
fn memory_conforms() {
    conformance::check(&|| Arc::new(Memory::new()));
}

#[test]
fn sqlite_conforms() {
    let folder = tempfile::tempdir().unwrap();
    let number = AtomicUsize::new(0);
    conformance::check(&|| {
        let name = format!("{}.sqlite", number.fetch_add(1, Ordering::Relaxed));
        Arc::new(Sqlite::open(folder.path().join(name)).unwrap())
    });
}

#[test]
fn postgres_conforms() {
    let Some(url) = servers::url("postgres") else { return };
    conformance::check(&|| Arc::new(Postgres::open(&schema(url)).unwrap()));
}

#[test]
fn names_lead_to_homes() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("deep/reviews");
    let name = path.to_str().unwrap();
    let store = open(name).unwrap();
    assert_eq!(store.location(), path.join("store.sqlite").to_str().unwrap());
    store.write_predictions(&records(3), Commit::Durable).unwrap();
    for name in
        [name.to_owned(), format!("sqlite:///{name}"), format!("sqlite:{name}/store.sqlite")]
    {
        assert_eq!(open(&name).unwrap().counts(&Window::default()).unwrap()[0].predictions, 3);
    }
    assert_eq!(open("memory:").unwrap().location(), "memory:");
    for (name, part) in [
        ("", "its name is empty"),
        ("mysql://host/db", "mysql:// is none of memory:, sqlite:// and postgresql://"),
        ("sqlite:", "name a file or a folder"),
        ("postgresql://", "names no host"),
        ("postgresql://host:port/db", "is no URL such as"),
    ] {
        let error = open(name).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidInput, "{error}");
        assert!(error.to_string().contains(part), "{error}");
    }
}

/// A second and a third opening find what the first has made; of many at once, too.
#[test]
fn many_can_open_a_new_store_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let mut names = vec![folder.path().to_str().unwrap().to_owned()];
    names.extend(servers::url("postgres").map(schema));
    for name in names {
        let barrier = Barrier::new(4);
        std::thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| {
                    barrier.wait();
                    let store = open(&name).unwrap();
                    store.write_predictions(&records(5), Commit::Durable).unwrap();
                });
            }
        });
        assert_eq!(open(&name).unwrap().counts(&Window::default()).unwrap()[0].predictions, 20);
    }
}

#[test]
fn an_older_database_gets_what_it_lacks() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.sqlite");
    Sqlite::open(&path).unwrap();
    let connection = rusqlite::Connection::open(&path).unwrap();
    connection
        .execute_batch(
            "DROP TABLE states; DROP TABLE profiles; DROP TABLE shadows; \
             DELETE FROM pantau_schema WHERE version > 1;",
        )
        .unwrap();
    drop(connection);
    let store = &Sqlite::open(&path).unwrap() as &dyn Store;
    assert_eq!(store.count(Table::States, &[]).unwrap(), 0);
    assert_eq!(store.profiles("sentiment").unwrap(), []);
}

#[test]
fn a_newer_or_foreign_database_is_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.sqlite");
    Sqlite::open(&path).unwrap();
    let connection = rusqlite::Connection::open(&path).unwrap();
    connection.execute("INSERT INTO pantau_schema VALUES (99, 0)", []).unwrap();
    drop(connection);
    let before = fs::read(&path).unwrap();
    let error = Sqlite::open(&path).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Incompatible);
    let message = error.to_string();
    assert!(message.contains("version 99") && message.contains("up to 3; update"), "{message}");
    assert_eq!(fs::read(&path).unwrap(), before);

    let path = folder.path().join("mlflow.db");
    let connection = rusqlite::Connection::open(&path).unwrap();
    connection.execute("CREATE TABLE runs (run_uuid TEXT)", []).unwrap();
    drop(connection);
    let before = fs::read(&path).unwrap();
    let error = Sqlite::open(&path).unwrap_err().to_string();
    assert!(error.contains("has a table runs that is not Pantau's"), "{error}");
    assert_eq!(fs::read(&path).unwrap(), before);

    let Some(url) = servers::url("postgres") else { return };
    let url = schema(url);
    Postgres::open(&url).unwrap();
    psql(&url, "INSERT INTO pantau_schema VALUES (99, now())");
    let error = Postgres::open(&url).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Incompatible, "{error}");
    assert!(!error.full_message().contains("rahasia"), "{error}");
}

/// Runs a statement in the schema that a URL names.
fn psql(url: &str, sql: &str) -> String {
    let (base, schema) = url.split_once("?schema=").unwrap();
    let output = Command::new("psql")
        .args([base, "-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-c"])
        .arg(format!("SET search_path TO {schema}"))
        .args(["-c", sql])
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

/// The SQL that is printed makes the tables that opening makes, and they are opened.
#[test]
fn the_printed_schema_is_the_one_that_is_used() {
    let folder = tempfile::tempdir().unwrap();
    let (printed, made) = (folder.path().join("a.db"), folder.path().join("b.db"));
    let tables = |path: &Path| {
        let connection = rusqlite::Connection::open(path).unwrap();
        let sql = "SELECT sql FROM sqlite_master WHERE sql IS NOT NULL ORDER BY name";
        let mut statement = connection.prepare(sql).unwrap();
        let rows = statement.query_map([], |row| row.get::<_, String>(0)).unwrap();
        rows.map(Result::unwrap).collect::<Vec<_>>()
    };
    let sql = schema_sql(Dialect::Sqlite);
    rusqlite::Connection::open(&printed).unwrap().execute_batch(&sql).unwrap();
    Sqlite::open(&made).unwrap();
    assert!(tables(&made).len() > 30);
    assert_eq!(tables(&printed), tables(&made));
    Sqlite::open(&printed).unwrap().write_predictions_one();

    let Some(mut server) = Server::start("postgres") else { return };
    let url = format!("{}?schema=pantau", server.fact("url"));
    psql(&url, &schema_sql(Dialect::Postgres));
    let query = "SELECT table_name, column_name, data_type, is_nullable FROM \
                 information_schema.columns WHERE table_schema = current_schema() ORDER BY 1, 2";
    let printed = psql(&url, query);
    Postgres::open(&url).unwrap().write_predictions_one();
    psql(&url, "DROP SCHEMA pantau CASCADE");
    Postgres::open(&url).unwrap();
    assert!(printed.lines().count() > 100);
    assert_eq!(psql(&url, query), printed);
    server.stop();
}

trait WriteOne {
    fn write_predictions_one(&self);
}

impl<S: Store> WriteOne for S {
    fn write_predictions_one(&self) {
        let store: &dyn Store = self;
        assert_eq!(store.write_predictions(&records(1), Commit::Durable).unwrap(), 1);
    }
}

#[test]
fn what_is_no_database_is_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("notes.db");
    let notes = "not a database, but long enough that one could be expected. ".repeat(100);
    fs::write(&path, &notes).unwrap();
    let error = Sqlite::open(&path).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Incompatible, "{}", error.full_message());
    assert!(error.to_string().contains("no database of SQLite"), "{error}");
    assert_eq!(fs::read_to_string(&path).unwrap(), notes);
    // Cut off in the middle.
    let path = folder.path().join("cut.db");
    let store = Sqlite::open(&path).unwrap();
    let store: &dyn Store = &store;
    store.write_predictions(&records(20_000), Commit::Durable).unwrap();
    let copy = folder.path().join("copy.db");
    rusqlite::Connection::open(&path)
        .unwrap()
        .execute_batch(&format!("VACUUM INTO '{}'", copy.display()))
        .unwrap();
    let bytes = fs::read(&copy).unwrap();
    fs::write(&copy, &bytes[..bytes.len() / 2]).unwrap();
    let opened = Sqlite::open(&copy).and_then(|store| {
        let store: &dyn Store = &store;
        store.write_predictions(&records(1), Commit::Durable)?;
        store.history(&Window::default(), 100_000)
    });
    let error = opened.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Incompatible, "{}", error.full_message());
    assert!(error.to_string().contains("damaged"), "{error}");
}

/// A small disk, for as long as it is held; none where this user may not mount one.
struct Disk(tempfile::TempDir);

impl Disk {
    fn new(options: &str) -> Option<Self> {
        let folder = tempfile::tempdir().unwrap();
        let mounted = Command::new("mount")
            .args(["-t", "tmpfs", "-o", options, "tmpfs"])
            .arg(folder.path())
            .output();
        if mounted.is_ok_and(|output| output.status.success()) {
            return Some(Self(folder));
        }
        assert!(
            std::env::var("PANTAU_TEST_SERVERS").as_deref() != Ok("required"),
            "no small disk can be mounted here"
        );
        eprintln!("skipped: no small disk can be mounted here");
        None
    }

    fn make_read_only(&self) {
        let status = Command::new("mount").args(["-o", "remount,ro"]).arg(self.0.path()).status();
        assert!(status.unwrap().success());
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("-l").arg(self.0.path()).status();
    }
}

#[test]
fn a_full_disk_loses_nothing() {
    let Some(disk) = Disk::new("size=3m") else { return };
    let store = Sqlite::open(disk.0.path()).unwrap();
    let store: &dyn Store = &store;
    let mut written = 0;
    let error = loop {
        match store.write_predictions(&records(500), Commit::Durable) {
            Ok(new) => written += new,
            Err(error) => break error,
        }
    };
    assert_eq!(error.kind(), ErrorKind::Storage, "{}", error.full_message());
    assert!(error.to_string().contains("the disk is full"), "{}", error.full_message());
    assert!(written > 0);
    let counted = store.counts(&Window::default()).unwrap()[0].predictions;
    assert_eq!(
        (counted, store.history(&Window::default(), 1_000_000).unwrap().len()),
        (written as u64, written)
    );
}

#[test]
fn a_disk_that_only_reads_can_be_read() {
    let Some(disk) = Disk::new("size=20m") else { return };
    {
        let store = Sqlite::open(disk.0.path()).unwrap();
        let store: &dyn Store = &store;
        store.write_predictions(&records(7), Commit::Durable).unwrap();
    }
    disk.make_read_only();
    let store = Sqlite::open(disk.0.path()).unwrap();
    let store: &dyn Store = &store;
    assert_eq!(store.counts(&Window::default()).unwrap()[0].predictions, 7);
    let error = store.write_predictions(&records(1), Commit::Durable).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Storage);
    assert!(error.to_string().contains("can only be read"), "{}", error.full_message());
    let error = Sqlite::open(disk.0.path().join("new.db")).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Storage, "{}", error.full_message());
}

/// A service may call from within an asynchronous function, though it blocks a thread.
#[test]
fn a_server_can_be_used_within_a_runtime() {
    let Some(url) = servers::url("postgres") else { return };
    let url = format!("{url}?schema=runtime_{}", std::process::id());
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let store = open(&url).unwrap();
        store.write_predictions(&records(700), Commit::Durable).unwrap();
        assert_eq!(store.counts(&Window::default()).unwrap()[0].predictions, 700);
        assert_eq!(store.history(&Window::default(), 1000).unwrap().len(), 700);
    });
}

/// Rows that a killed process left in the log beside the file are never passed over in silence.
#[test]
fn rows_that_cannot_be_reached_are_told() {
    let Some(disk) = Disk::new("size=20m") else { return };
    let folder = tempfile::tempdir().unwrap();
    let store = Sqlite::open(folder.path()).unwrap();
    let dynamic: &dyn Store = &store;
    dynamic.write_predictions(&records(7), Commit::Durable).unwrap();
    // As a kill leaves it: the log is not yet part of the file, and nobody has it open.
    for name in ["store.sqlite", "store.sqlite-wal"] {
        fs::copy(folder.path().join(name), disk.0.path().join(name)).unwrap();
    }
    disk.make_read_only();
    let error = Sqlite::open(disk.0.path()).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Storage, "{}", error.full_message());
    assert!(error.to_string().contains("latest rows are still in"), "{}", error.full_message());
    // Where the folder can be written, they are there.
    let copy = tempfile::tempdir().unwrap();
    for name in ["store.sqlite", "store.sqlite-wal"] {
        fs::copy(disk.0.path().join(name), copy.path().join(name)).unwrap();
    }
    let store = Sqlite::open(copy.path()).unwrap();
    let store: &dyn Store = &store;
    assert_eq!(store.counts(&Window::default()).unwrap()[0].predictions, 7);
}

#[test]
fn servers_that_do_not_let_in_are_named() {
    // Nobody listens.
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let error = open(&format!("postgresql://u:rahasia@127.0.0.1:{port}/d")).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unreachable, "{}", error.full_message());
    assert!(error.to_string().contains("check host and port"), "{error}");
    // Somebody listens, and says nothing.
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = silent.local_addr().unwrap().port();
    let url = format!("postgresql://u:rahasia@127.0.0.1:{port}/d?connect_timeout=1");
    let error = open(&url).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unreachable, "{}", error.full_message());
    assert!(error.to_string().contains("no answer within 1 s"), "{error}");

    let Some(url) = servers::url("postgres") else { return };
    for (wrong, part) in [
        (url.replace(":rahasia@", ":salah@"), "user or the password was refused"),
        (url.replace("pantau:", "nobody:"), "user or the password was refused"),
        (url.replace("/postgres", "/nowhere"), "no such database"),
    ] {
        let error = open(&wrong).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Storage, "{}", error.full_message());
        assert!(error.to_string().contains(part), "{}", error.full_message());
        let shown = format!("{} {error:?}", error.full_message());
        assert!(!shown.contains("salah") && !shown.contains("rahasia"), "{shown}");
    }
}

/// The modes of `libpq`: what is checked of the server's certificate.
#[test]
fn tls_is_as_strict_as_asked() {
    let Some(facts) = servers::shared("postgres") else { return };
    let (url, authority) = (facts["url"].as_str().unwrap(), facts["authority"].as_str().unwrap());
    let is_encrypted = |url: &str, query: &str| {
        let url = format!("{}&{query}", schema(url));
        let store = Postgres::open(&url);
        store.map(|store| store.write_predictions_one())
    };
    is_encrypted(url, "sslmode=disable").unwrap();
    is_encrypted(url, "sslmode=require").unwrap();
    is_encrypted(url, &format!("sslmode=verify-ca&sslrootcert={authority}")).unwrap();
    // The certificate is for `localhost`, and from nobody that browsers know.
    let named = url.replace("127.0.0.1", "localhost");
    is_encrypted(&named, &format!("sslmode=verify-full&sslrootcert={authority}")).unwrap();
    for (url, query) in [
        (url, format!("sslmode=verify-full&sslrootcert={authority}")),
        (url, "sslmode=verify-ca&sslrootcert=system".to_owned()),
        (&named, "sslmode=verify-full".to_owned()),
    ] {
        let error = is_encrypted(url, &query).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Storage, "{query}: {}", error.full_message());
        assert!(error.to_string().contains("TLS"), "{}", error.full_message());
    }
    let error = is_encrypted(url, "sslmode=verify-ca&sslrootcert=no/such/file").unwrap_err();
    assert!(error.to_string().contains("no/such/file"), "{error}");
}

/// A pool forgets connections that a restart of the server has cut.
#[test]
fn a_server_that_was_away_is_used_again() {
    let Some(mut server) = Server::start("postgres") else { return };
    let store = open(server.fact("url")).unwrap();
    store.write_predictions(&records(2), Commit::Durable).unwrap();
    server.stop();
    let error = store.write_predictions(&records(2), Commit::Durable).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unreachable, "{}", error.full_message());
    server.restart();
    store.write_predictions(&records(2), Commit::Durable).unwrap();
    assert_eq!(store.counts(&Window::default()).unwrap()[0].predictions, 4);
}
