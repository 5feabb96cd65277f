//! The REST interface of an MLflow server, as far as it is needed: `import mlflow` never is.

mod tracking;

use std::{
    fmt,
    fs::File,
    io::{self, Read as _},
    path::Path,
};

use serde_json::Value as Json;
use ureq::{
    SendBody,
    http::{Request, StatusCode},
};

pub(crate) use tracking::millis;

use crate::{Error, Result, http};

/// A server.
pub(crate) struct Server {
    /// Where it is, without a slash at its end or a password.
    location: String,
    authorization: Option<String>,
}

impl fmt::Debug for Server {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Server").field("location", &self.location).finish_non_exhaustive()
    }
}

impl Server {
    /// A server by its URL, in which user and password may stand; otherwise they are taken from
    /// `MLFLOW_TRACKING_USERNAME` and `MLFLOW_TRACKING_PASSWORD`, or a token from
    /// `MLFLOW_TRACKING_TOKEN`. Asks it how it is.
    pub(crate) fn open(url: &str) -> Result<Self> {
        let (scheme, rest) = url.split_once("://").unwrap_or(("", url));
        // An @ can stand in a password as well as in a path.
        let (authority, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
        let (user, host) =
            authority.rsplit_once('@').map_or((None, authority), |(user, host)| (Some(user), host));
        if path.contains('@') {
            let problem = "it has an @ after a /: write a / in a password as %2F";
            return Err(Error::invalid("MLflow server", problem));
        }
        let scheme = scheme.to_ascii_lowercase();
        let location = format!("{scheme}://{host}{}", path.trim_end_matches('/'));
        let is_good = matches!(scheme.as_str(), "http" | "https")
            && !host.is_empty()
            && !location.contains(['?', '#'])
            && location.parse::<ureq::http::Uri>().is_ok();
        if !is_good {
            let shown = &location;
            let problem =
                format!("{shown:?} is no URL of an MLflow server, such as http://host:5000");
            return Err(Error::invalid("MLflow server", problem));
        }
        let named = |variable: &str| std::env::var(variable).ok().filter(|value| !value.is_empty());
        let basic = user.map(unescape).or_else(|| {
            let user = named("MLFLOW_TRACKING_USERNAME")?;
            Some(format!("{user}:{}", named("MLFLOW_TRACKING_PASSWORD").unwrap_or_default()))
        });
        let authorization = match basic {
            Some(basic) => Some(format!("Basic {}", base64(basic.as_bytes()))),
            None => named("MLFLOW_TRACKING_TOKEN").map(|token| format!("Bearer {token}")),
        };
        let server = Self { location, authorization };
        // Any call that costs nothing tells whether this is such a server.
        server.get("experiments/search?max_results=1")?;
        Ok(server)
    }

    pub(crate) fn location(&self) -> &str {
        &self.location
    }

    pub(crate) fn get(&self, path: &str) -> Result<Json> {
        self.call("GET", path, None)
    }

    pub(crate) fn post(&self, path: &str, body: &Json) -> Result<Json> {
        self.call("POST", path, Some(body))
    }

    /// Makes a call, with JSON in and out.
    pub(crate) fn call(&self, method: &str, path: &str, body: Option<&Json>) -> Result<Json> {
        let address = format!("{}/api/2.0/mlflow/{path}", self.location);
        let body = body.map(Json::to_string);
        let request = self.request(method, &address);
        let sent = match &body {
            Some(body) => request
                .header("Content-Type", "application/json")
                // Without it the body would come in pieces, which the server does not read.
                .header("Content-Length", body.len().to_string())
                .body(SendBody::from_reader(&mut body.as_bytes()))
                .map(http::send),
            None => request.body(SendBody::none()).map(http::send),
        };
        let response = self.sent(sent)?;
        let status = response.status();
        let bytes = http::bytes(response).map_err(|error| self.unreachable(error))?;
        if status.is_success() {
            return serde_json::from_slice(&bytes).map_err(|_| Error::Incompatible {
                what: self.location.clone(),
                problem: "its answer is no JSON; is this the address of an MLflow server?"
                    .to_owned(),
            });
        }
        Err(self.refusal(status, &bytes))
    }

    /// Uploads a file into the server's artefacts.
    pub(crate) fn upload(&self, path: &str, file: &Path) -> Result<()> {
        let mut opened = File::open(file).map_err(Error::storage("read", file))?;
        let length = opened.metadata().map_err(Error::storage("read", file))?.len();
        self.upload_from(path, &mut opened, length)
    }

    pub(crate) fn upload_from(
        &self,
        path: &str,
        from: &mut dyn io::Read,
        length: u64,
    ) -> Result<()> {
        let address = self.artefact(path);
        let request = self
            .request("PUT", &address)
            .header("Content-Type", "application/octet-stream")
            .header("Content-Length", length.to_string())
            .body(SendBody::from_reader(from));
        let response = self.sent(request.map(http::send))?;
        let status = response.status();
        if status.is_success() {
            return Ok(());
        }
        let bytes = http::bytes(response).map_err(|error| self.unreachable(error))?;
        Err(self.refusal(status, &bytes))
    }

    /// Downloads one of the server's artefacts.
    pub(crate) fn download(&self, path: &str, to: &mut dyn io::Write) -> Result<()> {
        let request = self.request("GET", &self.artefact(path)).body(SendBody::none());
        let response = self.sent(request.map(http::send))?;
        let status = response.status();
        if !status.is_success() {
            let bytes = http::bytes(response).map_err(|error| self.unreachable(error))?;
            return Err(self.refusal(status, &bytes));
        }
        let mut from = http::reader(response);
        let mut buffer = vec![0; 1 << 16];
        loop {
            let read = from.read(&mut buffer).map_err(|source| Error::Unreachable {
                what: self.location.clone(),
                problem: format!("the artefact {path} ended before its end"),
                source: Some(source.into()),
            })?;
            if read == 0 {
                return Ok(());
            }
            // A full disk is no fault of the server.
            to.write_all(&buffer[..read]).map_err(Error::storage("write", path))?;
        }
    }

    /// The files below a folder of the server's artefacts: paths and sizes.
    pub(crate) fn list(&self, folder: &str) -> Result<Vec<(String, u64)>> {
        let address =
            format!("{}/api/2.0/mlflow-artifacts/artifacts?path={}", self.location, escape(folder));
        let request = self.request("GET", &address).body(SendBody::none());
        let response = self.sent(request.map(http::send))?;
        let status = response.status();
        let bytes = http::bytes(response).map_err(|error| self.unreachable(error))?;
        if !status.is_success() {
            return Err(self.refusal(status, &bytes));
        }
        let listed: Json = serde_json::from_slice(&bytes).unwrap_or_default();
        let mut files = Vec::new();
        for file in listed["files"].as_array().into_iter().flatten() {
            let path = file["path"].as_str().unwrap_or_default();
            // A server must not lead us out of our folder.
            if path.is_empty() || path.split('/').any(|part| matches!(part, "" | "." | "..")) {
                continue;
            }
            if file["is_dir"].as_bool() == Some(true) {
                let below = self.list(&format!("{folder}/{path}"))?;
                files
                    .extend(below.into_iter().map(|(name, size)| (format!("{path}/{name}"), size)));
            } else {
                files.push((path.to_owned(), size(&file["file_size"])));
            }
        }
        Ok(files)
    }

    fn artefact(&self, path: &str) -> String {
        let parts: Vec<String> = path.split('/').map(escape).collect();
        format!("{}/api/2.0/mlflow-artifacts/artifacts/{}", self.location, parts.join("/"))
    }

    fn request(&self, method: &str, address: &str) -> ureq::http::request::Builder {
        let mut request = Request::builder().method(method).uri(address);
        if let Some(authorization) = &self.authorization {
            request = request.header("Authorization", authorization);
        }
        request
    }

    fn sent<T>(
        &self,
        sent: std::result::Result<std::result::Result<T, ureq::Error>, ureq::http::Error>,
    ) -> Result<T> {
        match sent {
            Ok(sent) => sent.map_err(|error| self.unreachable(error)),
            Err(error) => Err(Error::invalid("MLflow server", error.to_string())),
        }
    }

    fn unreachable(&self, error: ureq::Error) -> Error {
        Error::Unreachable {
            what: format!("the MLflow server {}", self.location),
            problem: "check host and port, and that the server runs".to_owned(),
            source: Some(Box::new(error)),
        }
    }

    /// What a status that is no success means.
    fn refusal(&self, status: StatusCode, body: &[u8]) -> Error {
        let what = format!("the MLflow server {}", self.location);
        let answer: Json = serde_json::from_slice(body).unwrap_or_default();
        let code = answer["error_code"].as_str().unwrap_or_default();
        let said: String =
            answer["message"].as_str().unwrap_or_default().chars().take(400).collect();
        match (status.as_u16(), code) {
            (401 | 403, _) => Error::Refused {
                what,
                problem: "it refused user, password or token; set MLFLOW_TRACKING_USERNAME and \
                          MLFLOW_TRACKING_PASSWORD, or MLFLOW_TRACKING_TOKEN"
                    .to_owned(),
                source: None,
            },
            (_, "RESOURCE_ALREADY_EXISTS") => Error::Conflict { what, problem: said },
            (_, "RESOURCE_DOES_NOT_EXIST") => Error::NotFound { what: said, hint: what },
            (_, "INVALID_PARAMETER_VALUE") if said.contains("Changing param values") => {
                Error::Conflict { what, problem: said }
            }
            (_, "INVALID_PARAMETER_VALUE") if said.contains("not found") => {
                Error::NotFound { what: said, hint: what }
            }
            (502..=504, _) => Error::Unreachable {
                what,
                problem: format!("something in front of it answered {status}"),
                source: None,
            },
            (300..=399, _) => Error::Refused {
                what,
                problem: format!(
                    "it answered {status} and sends elsewhere; use the address that leads there"
                ),
                source: None,
            },
            (404, "") => Error::NotFound {
                what: "the REST interface of MLflow".to_owned(),
                hint: format!("{} answers, but not as an MLflow server does", self.location),
            },
            _ => {
                let problem = if said.is_empty() {
                    format!("it answered {status}")
                } else {
                    format!("it answered {status}: {said}")
                };
                Error::Refused { what, problem, source: None }
            }
        }
    }
}

/// Sizes come as numbers from some versions, as texts from others.
fn size(value: &Json) -> u64 {
    value.as_u64().or_else(|| value.as_str()?.parse().ok()).unwrap_or_default()
}

/// A text as it can stand in an address.
pub(crate) fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b'~') {
            out.push(char::from(byte));
        } else {
            out.push('%');
            out.push_str(&crate::chain::hex(&[byte]).to_uppercase());
        }
    }
    out
}

/// User and password as they were before somebody wrote them into a URL; what resolves to no text
/// stays as it is.
fn unescape(text: &str) -> String {
    let mut parts = text.split('%');
    let mut out = parts.next().unwrap_or_default().as_bytes().to_vec();
    for part in parts {
        let digits = part.get(..2).filter(|two| two.bytes().all(|two| two.is_ascii_hexdigit()));
        if let Some(byte) = digits.and_then(|digits| u8::from_str_radix(digits, 16).ok()) {
            out.push(byte);
            out.extend_from_slice(&part.as_bytes()[2..]);
        } else {
            out.push(b'%');
            out.extend_from_slice(part.as_bytes());
        }
    }
    String::from_utf8(out).unwrap_or_else(|_| text.to_owned())
}

fn base64(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut out = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for piece in bytes.chunks(3) {
        let byte = |place: usize| u32::from(piece.get(place).copied().unwrap_or_default());
        let word = byte(0) << 16 | byte(1) << 8 | byte(2);
        for digit in 0..4 {
            if digit <= piece.len() {
                out.push(char::from(DIGITS[(word >> (18 - 6 * digit) & 63) as usize]));
            } else {
                out.push('=');
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    /// From RFC 4648.
    #[test]
    fn base64_is_that_of_the_standard() {
        for (plain, expected) in
            [("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foobar", "Zm9vYmFy")]
        {
            assert_eq!(base64(plain.as_bytes()), expected);
        }
        assert_eq!(escape("a b/é"), "a%20b%2F%C3%A9");
        assert_eq!(unescape("budi:s%40ndi%C3%A9%zz%4"), "budi:s@ndié%zz%4");
    }

    #[test]
    fn what_is_no_server_is_told() {
        for url in [
            "ftp://host",
            "http://",
            "host:5000",
            "http://user:rahasia@",
            "http://user:rah@sia@ho st",
            "http://user:rahasia@host?a=1",
            "http://user:ra/hasia@host:5000",
        ] {
            let error = Server::open(url).unwrap_err();
            assert_eq!(error.kind(), crate::ErrorKind::InvalidInput, "{error}");
            assert!(!error.to_string().contains("sia"), "{error}");
        }
    }
}
