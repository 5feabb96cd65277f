//! Carries a request to a server, and the answer back.

use std::{
    error, fmt,
    io::{self, Read},
    path::Path,
    process,
    sync::{Mutex, PoisonError},
    time::Duration,
};

use ureq::{
    Agent, Body, SendBody,
    http::{Method, Request, Response},
    tls::{PemItem, RootCerts, TlsConfig, parse_pem},
};

use crate::{Error, Result};

/// The headers of a request or an answer.
pub(crate) type Headers = ureq::http::HeaderMap;

/// How long a server may take.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Patience {
    /// To be connected, names and TLS included.
    pub(crate) connect: Duration,
    /// To begin an answer after all was sent.
    pub(crate) answer: Duration,
    /// Between one part of a body and the next, either way. The whole of a body has no limit: a
    /// large one on a slow line takes what it takes.
    pub(crate) pause: Duration,
}

impl Default for Patience {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(5),
            answer: Duration::from_secs(60),
            pause: Duration::from_secs(30),
        }
    }
}

/// The body of a request.
pub(crate) enum Sent<'a> {
    /// None.
    Nothing,
    /// These bytes.
    Bytes(&'a [u8]),
    /// So many bytes of what this reads: a file that need not be in memory.
    Stream(&'a mut dyn Read, u64),
}

/// Why a request brought no answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Why {
    /// There was no connection: the server has not seen the request.
    Connect,
    /// It took too long.
    Timeout,
    /// The connection broke: the server may have seen the request.
    Interrupted,
    /// It cannot work however often it is tried: a certificate, what is no HTTP, no URL.
    Never,
}

/// That a request brought no answer.
#[derive(Debug)]
pub(crate) struct Undelivered {
    /// Why.
    pub(crate) why: Why,
    source: Box<dyn error::Error + Send + Sync>,
}

impl fmt::Display for Undelivered {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.source.fmt(out)
    }
}

impl error::Error for Undelivered {}

impl From<ureq::Error> for Undelivered {
    fn from(error: ureq::Error) -> Self {
        use ureq::Error as Cause;
        let why = match &error {
            Cause::Timeout(ureq::Timeout::Connect | ureq::Timeout::Resolve)
            | Cause::HostNotFound
            | Cause::ConnectionFailed => Why::Connect,
            Cause::Timeout(_) => Why::Timeout,
            Cause::Io(error) => match error.kind() {
                io::ErrorKind::ConnectionRefused
                | io::ErrorKind::HostUnreachable
                | io::ErrorKind::NetworkUnreachable
                | io::ErrorKind::AddrNotAvailable => Why::Connect,
                io::ErrorKind::TimedOut | io::ErrorKind::WouldBlock => Why::Timeout,
                // What the other side says does not fit TLS, or its certificate is not trusted.
                io::ErrorKind::InvalidData => Why::Never,
                _ => Why::Interrupted,
            },
            _ => Why::Never,
        };
        Self { why, source: Box::new(error) }
    }
}

impl Undelivered {
    /// As an error of this crate, about the server at `url`.
    pub(crate) fn into_error(self, url: &str) -> Error {
        let problem = match self.why {
            Why::Connect => "no connection: is it running, and the address right?",
            Why::Timeout => "it did not answer in time: try again, or see what keeps it busy",
            Why::Interrupted => "the connection broke: try again",
            Why::Never => {
                let problem = "it cannot be talked to: check the address, http against https, \
                               and its certificate";
                return Error::Refused {
                    what: url.to_owned(),
                    problem: problem.to_owned(),
                    source: Some(self.source),
                };
            }
        };
        Error::Unreachable {
            what: url.to_owned(),
            problem: problem.to_owned(),
            source: Some(self.source),
        }
    }
}

/// Carries requests; connections are kept for the next ones. Redirections are answers like
/// others: following one would turn what is sent into what is asked for.
pub(crate) struct Courier {
    patience: Patience,
    roots: Option<RootCerts>,
    /// The agent, and the process that made it: after a fork, both would talk on one connection.
    agent: Mutex<Option<(u32, Agent)>>,
}

impl fmt::Debug for Courier {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Courier").field("patience", &self.patience).finish_non_exhaustive()
    }
}

impl Courier {
    /// Trusts the certificates that browsers trust, or with `authority` those of a file in PEM
    /// format and no others.
    ///
    /// # Errors
    /// [`Error::NotFound`], [`Error::Storage`] or [`Error::InvalidInput`] if that file cannot be
    /// used.
    pub(crate) fn new(patience: Patience, authority: Option<&Path>) -> Result<Self> {
        let roots = authority.map(certificates).transpose()?;
        Ok(Self { patience, roots, agent: Mutex::new(None) })
    }

    fn agent(&self) -> Agent {
        let mut agent = self.agent.lock().unwrap_or_else(PoisonError::into_inner);
        let process = process::id();
        match agent.as_ref() {
            Some((owner, agent)) if *owner == process => agent.clone(),
            _ => {
                let new = self.new_agent();
                // The one of another process is left alone: to drop it would end connections
                // that are not this one's.
                std::mem::forget(agent.replace((process, new.clone())));
                new
            }
        }
    }

    fn new_agent(&self) -> Agent {
        let roots = self.roots.clone().unwrap_or(RootCerts::WebPki);
        Agent::config_builder()
            .http_status_as_error(false)
            .max_redirects(0)
            .max_redirects_will_error(false)
            .user_agent(concat!("pantau/", env!("CARGO_PKG_VERSION")))
            .tls_config(TlsConfig::builder().root_certs(roots).build())
            .timeout_resolve(Some(self.patience.connect))
            .timeout_connect(Some(self.patience.connect))
            .timeout_recv_response(Some(self.patience.answer))
            .timeout_per_read(Some(self.patience.answer.max(self.patience.pause)))
            .timeout_per_write(Some(self.patience.pause))
            // Servers close what was idle for five seconds, some of them earlier.
            .max_idle_age(Duration::from_secs(3))
            .build()
            .new_agent()
    }

    /// Carries one request. Whatever status the answer has, it is an answer; its body is still to
    /// be read.
    ///
    /// # Errors
    /// [`Undelivered`] if there is no answer.
    pub(crate) fn carry(
        &self,
        method: &str,
        url: &str,
        headers: &Headers,
        body: Sent<'_>,
    ) -> Result<Response<Body>, Undelivered> {
        let agent = self.agent();
        let never = |error: ureq::http::Error| Undelivered::from(ureq::Error::from(error));
        let method = Method::from_bytes(method.as_bytes()).map_err(|error| never(error.into()))?;
        let mut builder = Request::builder().method(method).uri(url);
        if let Some(all) = builder.headers_mut() {
            all.extend(headers.iter().map(|(name, value)| (name.clone(), value.clone())));
        }
        let request = builder.body(()).map_err(never)?;
        let (mut parts, ()) = request.into_parts();
        let mut announce = |length: u64| {
            parts.headers.insert(ureq::http::header::CONTENT_LENGTH, length.into());
        };
        // A body is sent with any method: MLflow wants one with DELETE.
        Ok(match body {
            Sent::Nothing => agent.run(Request::from_parts(parts, ()))?,
            Sent::Bytes(bytes) => {
                announce(bytes.len() as u64);
                agent.run(Request::from_parts(parts, bytes))?
            }
            Sent::Stream(reader, length) => {
                announce(length);
                agent.run(Request::from_parts(parts, SendBody::from_reader(reader)))?
            }
        })
    }
}

/// The certificates of a file.
fn certificates(path: &Path) -> Result<RootCerts> {
    let text = crate::file::read_text("certificates", path, "certificates in PEM format")?;
    let mut certificates = Vec::new();
    for item in parse_pem(text.as_bytes()) {
        if let Ok(PemItem::Certificate(certificate)) = item {
            certificates.push(certificate);
        }
    }
    if certificates.is_empty() {
        let what = format!("certificates {}", path.display());
        return Err(Error::invalid(what, "holds no certificate in PEM format"));
    }
    Ok(RootCerts::new_with_certs(&certificates))
}
