//! Real servers: each is a process of `tests/servers.py`, which ends when this one does.
#![allow(
    dead_code,
    clippy::print_stderr,
    reason = "each test file uses its part, and says what it skips"
)]

use std::{
    env,
    io::{BufRead, BufReader, Write},
    path::Path,
    process::{Child, ChildStdin, ChildStdout, Command, Stdio},
    sync::OnceLock,
};

use serde_json::Value;

/// A server of this test alone, which can be stopped and started.
#[derive(Debug)]
pub struct Server {
    facts: Value,
    process: Child,
    orders: Option<ChildStdin>,
    answers: BufReader<ChildStdout>,
}

impl Server {
    /// Starts a server: `postgres`, `s3` or `mlflow`. Without what it needs the reason is printed
    /// and there is none; where `PANTAU_TEST_SERVERS` is `required`, the test fails instead.
    pub fn start(name: &str) -> Option<Self> {
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/servers.py");
        let mut process = Command::new("python3")
            .arg(script)
            .arg(name)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("python3 runs the servers of the tests");
        let orders = process.stdin.take();
        let answers = BufReader::new(process.stdout.take().expect("it is piped"));
        let mut server = Self { facts: Value::Null, process, orders, answers };
        server.facts = server.answer();
        if let Some(missing) = server.facts.get("missing") {
            missing_server(name, missing.as_str().unwrap_or_default());
            return None;
        }
        Some(server)
    }

    /// What the server says of itself: `url`, and more by its kind.
    pub fn fact(&self, name: &str) -> &str {
        fact(&self.facts, name)
    }

    /// Stops it, as an operator would.
    pub fn stop(&mut self) {
        self.order("stop");
    }

    /// Ends it, as a power cut would.
    pub fn kill(&mut self) {
        self.order("kill");
    }

    /// Starts it again, on the same port with the same data.
    pub fn restart(&mut self) {
        self.order("start");
    }

    fn order(&mut self, order: &str) {
        let orders = self.orders.as_mut().expect("it is only taken at the end");
        writeln!(orders, "{order}").and_then(|()| orders.flush()).expect("the server listens");
        let answer = self.answer();
        assert_eq!(answer.get("done").and_then(Value::as_str), Some(order), "{answer}");
    }

    fn answer(&mut self) -> Value {
        let mut line = String::new();
        self.answers.read_line(&mut line).expect("the server answers");
        serde_json::from_str(&line).unwrap_or_else(|error| panic!("{line:?}: {error}"))
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // The end of its input ends it.
        self.orders = None;
        let _ = self.process.wait();
    }
}

fn fact<'a>(facts: &'a Value, name: &str) -> &'a str {
    facts.get(name).and_then(Value::as_str).unwrap_or_else(|| panic!("no {name} in {facts}"))
}

fn missing_server(name: &str, reason: &str) {
    assert!(
        env::var("PANTAU_TEST_SERVERS").as_deref() != Ok("required"),
        "{name} is missing: {reason}"
    );
    eprintln!("skipped: {reason}");
}

/// A server that all tests share: the one whose facts the environment has, or one for this
/// process.
pub fn shared(name: &'static str) -> Option<&'static Value> {
    static SERVERS: [OnceLock<Option<Value>>; 3] = [const { OnceLock::new() }; 3];
    let place = ["postgres", "s3", "mlflow"].iter().position(|known| *known == name);
    let cell = &SERVERS[place.unwrap_or_else(|| panic!("there is no server {name}"))];
    cell.get_or_init(|| {
        if let Ok(facts) = env::var(format!("PANTAU_TEST_{}", name.to_uppercase())) {
            return Some(serde_json::from_str(&facts).expect("the facts are JSON"));
        }
        let server = Server::start(name)?;
        let facts = server.facts.clone();
        // Nothing drops what is static; but the server's input ends with this process.
        std::mem::forget(server);
        Some(facts)
    })
    .as_ref()
}

/// The URL of a server that all tests share.
pub fn url(name: &'static str) -> Option<&'static str> {
    shared(name).map(|facts| fact(facts, "url"))
}
