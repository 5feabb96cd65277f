//! Where a server is, and how to get there.

use std::{
    str::FromStr,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
        mpsc,
    },
    thread,
    time::Duration,
};

use postgres::{Config, config::SslMode};

use super::{connection::Connection, error::translate, tls};
use crate::{Error, Result};

/// How long a connection may take to come about.
const PATIENCE: Duration = Duration::from_secs(5);
/// After which silence a server counts as gone.
const SILENCE: Duration = Duration::from_secs(20);

/// How many connections to a server that does not speak are waited for at once.
const WAITING: usize = 8;

/// How sure it must be that the server is who it should be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Check {
    /// Not at all: what is sent is hidden, but from whom is not known. As `libpq` does it.
    Nothing,
    /// Its certificate is from an authority that is trusted.
    Authority,
    /// And is for the name that it was called by.
    Name,
}

/// Where a server is.
pub(super) struct Address {
    config: Config,
    check: Check,
    root: Option<String>,
    pub(super) schema: String,
    /// How many connections are being made.
    waiting: Arc<AtomicUsize>,
    /// For people: without the password.
    pub(super) shown: String,
}

impl Address {
    /// Reads a URL as `libpq` has them. What the driver does not know is taken out of it first.
    pub(super) fn parse(url: &str) -> Result<Self> {
        // A password may hold the sign that begins the settings.
        let is_address = |(address, _): &(&str, &str)| address.contains('@') || !url.contains('@');
        let (base, query) = url
            .split_once('?')
            .filter(is_address)
            .or_else(|| split_after_host(url))
            .unwrap_or((url, ""));
        let mut kept = Vec::new();
        let (mut mode, mut root, mut schema) = ("prefer".to_owned(), None, "pantau".to_owned());
        for pair in query.split('&').filter(|pair| !pair.is_empty()) {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            match name {
                "sslmode" => value.clone_into(&mut mode),
                "sslrootcert" => root = Some(decode(value)),
                "schema" => schema = decode(value),
                // Poolers want to be told by some clients; there is nothing to do for it here.
                "pgbouncer" | "supa" => {}
                _ => kept.push(pair),
            }
        }
        let shown = hide_password(url);
        let (ssl, check) = match (mode.as_str(), &root) {
            ("disable", _) => (SslMode::Disable, Check::Nothing),
            ("allow" | "prefer", _) => (SslMode::Prefer, Check::Nothing),
            ("require", None) => (SslMode::Require, Check::Nothing),
            // As `libpq` does it: who names an authority wants it asked.
            ("require", Some(_)) | ("verify-ca", _) => (SslMode::Require, Check::Authority),
            ("verify-full", _) => (SslMode::Require, Check::Name),
            (other, _) => {
                let problem = format!(
                    "{other:?} is none of disable, prefer, require, verify-ca, verify-full"
                );
                return Err(Error::invalid("sslmode", problem));
            }
        };
        check_schema(&schema)?;
        let separator = if kept.is_empty() { "" } else { "?" };
        let address = format!("{base}{separator}{}", kept.join("&"));
        let mut config = Config::from_str(&address).map_err(|error| {
            // Its own message does not quote the URL, so no password is in it.
            let problem = format!(
                "{shown} is no URL such as postgresql://user:password@host:5432/database ({error})"
            );
            Error::invalid("store", problem)
        })?;
        if config.get_hosts().is_empty() {
            return Err(Error::invalid("store", format!("{shown} names no host")));
        }
        config.ssl_mode(ssl);
        if config.get_connect_timeout().is_none() {
            config.connect_timeout(PATIENCE);
        }
        if config.get_tcp_user_timeout().is_none() {
            config.tcp_user_timeout(SILENCE);
        }
        if !kept.iter().any(|pair| pair.starts_with("keepalives_idle=")) {
            config.keepalives_idle(SILENCE);
        }
        if config.get_keepalives_interval().is_none() {
            config.keepalives_interval(SILENCE / 4);
        }
        if config.get_keepalives_retries().is_none() {
            config.keepalives_retries(4);
        }
        if config.get_application_name().is_none() {
            config.application_name("pantau");
        }
        Ok(Self { config, check, root, schema, waiting: Arc::default(), shown })
    }

    /// Connects, or says in time that it cannot.
    pub(super) fn connect(&self) -> Result<Connection> {
        let tls = tls::connector(self.check, self.root.as_deref())?;
        // The driver's own limit ends with the TCP connection; a server that says nothing after
        // that would be waited for without end.
        let limit = self.config.get_connect_timeout().map_or(PATIENCE, |limit| *limit);
        let silent = || Error::Unreachable {
            what: self.shown.clone(),
            problem: format!(
                "no answer within {} s; check host, port and network, or raise `connect_timeout`",
                limit.as_secs()
            ),
            source: None,
        };
        // Each of them is a thread that waits until the server speaks or its line is found dead.
        if self.waiting.load(Ordering::Relaxed) >= WAITING {
            return Err(silent());
        }
        self.waiting.fetch_add(1, Ordering::Relaxed);
        let (config, waiting) = (self.config.clone(), Arc::clone(&self.waiting));
        let (sender, receiver) = mpsc::channel();
        let connecting = thread::Builder::new().name("pantau-connect".to_owned());
        let spawned = connecting.spawn(move || {
            let connected = config.connect(tls);
            waiting.fetch_sub(1, Ordering::Relaxed);
            // Nobody waits any longer where this cannot be delivered.
            let _ = sender.send(connected);
        });
        if let Err(source) = spawned {
            self.waiting.fetch_sub(1, Ordering::Relaxed);
            let (what, source) = (self.shown.clone(), Some(source.into()));
            let problem = "no thread could be started".to_owned();
            return Err(Error::Unreachable { what, problem, source });
        }
        match receiver.recv_timeout(limit + Duration::from_secs(1)) {
            Ok(Ok(client)) => Ok(Connection::new(client)),
            Ok(Err(error)) => Err(translate(&self.shown, error)),
            Err(_) => Err(silent()),
        }
    }
}

/// A schema's name is written into statements, so it must be a plain identifier.
fn check_schema(schema: &str) -> Result<()> {
    let is_plain = schema.starts_with(|letter: char| letter.is_ascii_lowercase() || letter == '_')
        && schema
            .bytes()
            .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_')
        && schema.len() <= 63;
    if is_plain {
        return Ok(());
    }
    let problem = format!(
        "{schema:?} is no name of at most 63 letters a to z, digits and _ that begins with a letter"
    );
    Err(Error::invalid("schema", problem))
}

/// A URL and its settings, which begin after the last `@`.
fn split_after_host(url: &str) -> Option<(&str, &str)> {
    let host = url.rfind('@')?;
    let settings = host + url[host..].find('?')?;
    Some((&url[..settings], &url[settings + 1..]))
}

/// A URL without its password and settings. Signs in a password that should have been escaped make
/// a URL wrong, but are not shown either: it ends at the last `@`.
fn hide_password(url: &str) -> String {
    let Some((scheme, rest)) = url.split_once("://") else { return "postgresql://?".to_owned() };
    let (user, place) = match rest.rsplit_once('@') {
        Some((user, place)) => {
            let name = user.split([':', '/', '?', '@']).next().unwrap_or_default();
            (format!("{name}@"), place)
        }
        None => (String::new(), rest),
    };
    format!("{scheme}://{user}{}", place.split('?').next().unwrap_or_default())
}

/// What `%41` and the like stand for.
fn decode(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut place = 0;
    while place < bytes.len() {
        let code = text.get(place + 1..place + 3).filter(|_| bytes[place] == b'%');
        if let Some(byte) = code.and_then(|code| u8::from_str_radix(code, 16).ok()) {
            out.push(byte);
            place += 3;
        } else {
            out.push(bytes[place]);
            place += 1;
        }
    }
    String::from_utf8_lossy(&out).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn passwords_are_not_shown() {
        for url in [
            "postgresql://user:rahasia@host:5432/db?sslmode=require&schema=toko",
            "postgres://user:ra@hasia@host:5432/db",
        ] {
            let address = Address::parse(url).unwrap();
            assert!(!address.shown.contains("hasia"), "{}", address.shown);
            assert!(address.shown.ends_with("://user@host:5432/db"), "{}", address.shown);
        }
        for url in [
            "postgresql://user:rahasia@host:x/db",
            "postgresql://user:rah@a?sia@host/db",
            "postgresql://user:rah/asia?a@asia@host/db?sslmode=maybe",
        ] {
            let Err(error) = Address::parse(url) else { panic!("{url} was read") };
            assert!(!error.full_message().contains("rah"), "{error}");
            assert!(!error.full_message().contains("sia"), "{error}");
        }
        // The driver takes what stands before the host.
        for url in ["postgresql://user:rah/asia@host/db", "postgresql://user:rah?asia@host/db"] {
            match Address::parse(url) {
                Ok(address) => {
                    assert_eq!(address.shown, "postgresql://user@host/db");
                    let password = address.config.get_password().unwrap();
                    assert!(password.starts_with(b"rah") && password.ends_with(b"asia"));
                }
                Err(error) => assert!(!error.full_message().contains("asia"), "{error}"),
            }
        }
    }

    #[test]
    fn settings_are_those_of_libpq() {
        let check = |query: &str| {
            let address = Address::parse(&format!("postgresql://u@h/d?{query}")).unwrap();
            (address.config.get_ssl_mode(), address.check)
        };
        assert_eq!(check(""), (SslMode::Prefer, Check::Nothing));
        assert_eq!(check("sslmode=require"), (SslMode::Require, Check::Nothing));
        assert_eq!(check("sslmode=require&sslrootcert=a"), (SslMode::Require, Check::Authority));
        assert_eq!(check("sslmode=verify-full"), (SslMode::Require, Check::Name));
        for (query, part) in [
            ("sslmode=maybe", "\"maybe\" is none of disable"),
            ("schema=a%20b", "\"a b\" is no name"),
            ("schema=A", "\"A\" is no name"),
            ("colour=red", "postgresql://u@h/d is no URL"),
        ] {
            let error = Address::parse(&format!("postgresql://u@h/d?{query}")).err().unwrap();
            assert!(error.to_string().contains(part), "{error}");
        }
    }
}
