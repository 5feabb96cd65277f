//! A server that speaks JSON.

use std::{
    fmt,
    io::{self, Read, Write},
    path::Path,
};

use serde_json::Value;
use ureq::{
    Body,
    http::{
        HeaderValue, Response,
        header::{AUTHORIZATION, CONTENT_TYPE},
    },
};

use super::{Address, Courier, Headers, Patience, Sent, encoded};
use crate::{Error, Result};

/// The longest answer that is read into memory; files are not.
const LONGEST_ANSWER: u64 = 64 << 20;
/// The longest message of a server that is passed on.
const LONGEST_MESSAGE: usize = 400;

/// How a client proves who it is. Nothing shows what it holds.
#[derive(Clone)]
pub(crate) enum Credentials {
    /// Not at all.
    None,
    /// By name and password.
    Basic {
        /// The name.
        user: String,
        /// The password.
        password: String,
    },
    /// By a token.
    Bearer(String),
}

impl fmt::Debug for Credentials {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(match self {
            Self::None => "None",
            Self::Basic { .. } => "Basic",
            Self::Bearer(_) => "Bearer",
        })
    }
}

/// A server, at an address.
#[derive(Debug)]
pub(crate) struct Server {
    courier: Courier,
    url: String,
    headers: Headers,
    /// How to get in, for who was refused.
    advice: &'static str,
}

/// That a server said no.
#[derive(Debug)]
pub(crate) struct Rejection {
    /// Where it is.
    pub(crate) server: String,
    advice: &'static str,
    /// The status of HTTP.
    pub(crate) status: u16,
    /// `error_code`, if the answer is JSON that has one.
    pub(crate) code: Option<String>,
    /// `message`, or the beginning of what was answered.
    pub(crate) message: String,
}

/// That a request came to nothing.
#[derive(Debug)]
pub(crate) enum Trouble {
    /// The server said no.
    Rejected(Rejection),
    /// Anything else.
    Failed(Error),
}

impl From<Error> for Trouble {
    fn from(error: Error) -> Self {
        Self::Failed(error)
    }
}

impl From<Trouble> for Error {
    fn from(trouble: Trouble) -> Self {
        match trouble {
            Trouble::Rejected(rejection) => rejection.into(),
            Trouble::Failed(error) => error,
        }
    }
}

impl From<Rejection> for Error {
    fn from(rejection: Rejection) -> Self {
        let Rejection { server, advice, status, message, .. } = rejection;
        match status {
            401 | 403 => {
                let problem = format!("refuses with status {status}: {advice}: {message}");
                Self::Refused { what: server, problem, source: None }
            }
            404 => Self::NotFound { what: message, hint: format!("asked {server}") },
            409 => Self::conflict(server, message),
            _ => {
                let problem = format!("answers with status {status}: {message}");
                Self::Refused { what: server, problem, source: None }
            }
        }
    }
}

impl Server {
    /// A server at an address; `advice` says how to get in. Nothing is asked yet.
    ///
    /// # Errors
    /// [`Error::InvalidInput`] if a name or a password cannot be sent; others as [`Courier::new`].
    pub(crate) fn new(
        address: &Address,
        credentials: &Credentials,
        advice: &'static str,
        patience: Patience,
        authority: Option<&Path>,
    ) -> Result<Self> {
        let mut headers = Headers::new();
        let authorization = match credentials {
            Credentials::None => None,
            Credentials::Basic { user, password } => {
                Some(format!("Basic {}", base64(format!("{user}:{password}").as_bytes())))
            }
            Credentials::Bearer(token) => Some(format!("Bearer {token}")),
        };
        if let Some(authorization) = authorization {
            let mut value = HeaderValue::from_str(&authorization).map_err(|_| {
                Error::invalid("token", "holds a line break or the like: check where it comes from")
            })?;
            value.set_sensitive(true);
            headers.insert(AUTHORIZATION, value);
        }
        let courier = Courier::new(patience, authority)?;
        Ok(Self { courier, url: address.url.clone(), headers, advice })
    }

    /// Where it is, without a password.
    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    /// Asks for JSON.
    pub(crate) fn get(&self, path: &str, query: &[(&str, &str)]) -> Result<Value, Trouble> {
        let mut path = path.to_owned();
        for (place, (name, value)) in query.iter().enumerate() {
            path.push(if place == 0 { '?' } else { '&' });
            path.push_str(name);
            path.push('=');
            path.push_str(&encoded(value));
        }
        let answer = self.carry("GET", &path, Sent::Nothing)?;
        self.json(answer)
    }

    /// Sends JSON by a method, and reads JSON. What is no object comes back as nothing.
    pub(crate) fn send(&self, method: &str, path: &str, body: &Value) -> Result<Value, Trouble> {
        let answer = self.carry(method, path, Sent::Bytes(body.to_string().as_bytes()))?;
        self.json(answer)
    }

    /// Sends so many bytes of what `reader` reads.
    pub(crate) fn upload(
        &self,
        path: &str,
        reader: &mut dyn Read,
        length: u64,
    ) -> Result<(), Trouble> {
        self.carry("PUT", path, Sent::Stream(reader, length)).map(drop)
    }

    /// Writes what is answered to `out`, and says how many bytes these are. What `out` cannot
    /// take is an error of its own.
    pub(crate) fn download(
        &self,
        path: &str,
        out: &mut dyn Write,
    ) -> Result<io::Result<u64>, Trouble> {
        let mut answer = self.carry("GET", path, Sent::Nothing)?;
        let mut reader = answer.body_mut().as_reader();
        let mut buffer = vec![0; 1 << 16];
        let mut total = 0;
        loop {
            let read = reader.read(&mut buffer).map_err(|error| self.broken(error))?;
            if read == 0 {
                return Ok(Ok(total));
            }
            if let Err(error) = out.write_all(&buffer[..read]) {
                return Ok(Err(error));
            }
            total += read as u64;
        }
    }

    fn broken(&self, error: io::Error) -> Error {
        super::Undelivered::from(ureq::Error::from(error)).into_error(&self.url)
    }

    fn carry(&self, method: &str, path: &str, body: Sent<'_>) -> Result<Response<Body>, Trouble> {
        let url = format!("{}/{path}", self.url);
        let mut headers = self.headers.clone();
        if !matches!(body, Sent::Nothing) {
            let kind = match body {
                Sent::Stream(..) => "application/octet-stream",
                _ => "application/json",
            };
            headers.insert(CONTENT_TYPE, HeaderValue::from_static(kind));
        }
        let answer = self.courier.carry(method, &url, &headers, body);
        let mut answer = answer.map_err(|undelivered| undelivered.into_error(&self.url))?;
        let status = answer.status().as_u16();
        if (200..300).contains(&status) {
            return Ok(answer);
        }
        let text = self.text(&mut answer)?;
        let place = answer.headers().get("location").and_then(|place| place.to_str().ok());
        Err(Trouble::Rejected(self.rejection(status, &text, place)))
    }

    fn rejection(&self, status: u16, text: &str, location: Option<&str>) -> Rejection {
        let json: Option<Value> = serde_json::from_str(text).ok();
        let part = |name: &str| json.as_ref()?.get(name)?.as_str().map(str::to_owned);
        let message = match (part("message"), location) {
            (Some(message), _) => message,
            (None, Some(place)) if (300..400).contains(&status) => {
                // A redirection can carry a session in its query.
                let place = place.split('?').next().unwrap_or_default();
                format!("it sends elsewhere, to {place}: use the address that leads there")
            }
            (None, _) => text.to_owned(),
        };
        let message = shortened(&message);
        let code = part("error_code");
        Rejection { server: self.url.clone(), advice: self.advice, status, code, message }
    }

    fn text(&self, answer: &mut Response<Body>) -> Result<String> {
        let mut bytes = Vec::new();
        let mut reader = answer.body_mut().as_reader().take(LONGEST_ANSWER + 1);
        reader.read_to_end(&mut bytes).map_err(|error| self.broken(error))?;
        if bytes.len() as u64 > LONGEST_ANSWER {
            let problem = format!("answers with more than {LONGEST_ANSWER} bytes");
            return Err(Error::Refused { what: self.url.clone(), problem, source: None });
        }
        Ok(String::from_utf8_lossy(&bytes).into_owned())
    }

    fn json(&self, mut answer: Response<Body>) -> Result<Value, Trouble> {
        let text = self.text(&mut answer)?;
        if text.trim().is_empty() {
            return Ok(Value::Null);
        }
        serde_json::from_str(&text).map_err(|error| {
            let problem = format!(
                "answers with what is no JSON: does the address lead to the right server? {}",
                shortened(&text)
            );
            let source = Some(error.into());
            Error::Refused { what: self.url.clone(), problem, source }.into()
        })
    }
}

/// The beginning of a message, on one line and without what terminals would obey.
fn shortened(message: &str) -> String {
    let mut out = String::new();
    for word in message.split(|letter: char| letter.is_whitespace() || letter.is_control()) {
        if word.is_empty() {
            continue;
        }
        if !out.is_empty() {
            out.push(' ');
        }
        out.push_str(word);
        if out.len() > LONGEST_MESSAGE {
            out.truncate(out.floor_char_boundary(LONGEST_MESSAGE));
            out.push('…');
            break;
        }
    }
    out
}

/// Bytes in the letters that HTTP uses for names and passwords.
fn base64(bytes: &[u8]) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut out = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for part in bytes.chunks(3) {
        let byte = |place: usize| u32::from(part.get(place).copied().unwrap_or_default());
        let bits = byte(0) << 16 | byte(1) << 8 | byte(2);
        for place in 0..4 {
            if place > part.len() {
                out.push('=');
            } else {
                let six = bits >> (18 - 6 * place) & 63;
                out.push(char::from(LETTERS[six as usize]));
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The values are those of RFC 4648.
    #[test]
    fn base64_is_that_of_the_standard() {
        for (text, expected) in [
            ("", ""),
            ("f", "Zg=="),
            ("fo", "Zm8="),
            ("foo", "Zm9v"),
            ("foob", "Zm9vYg=="),
            ("fooba", "Zm9vYmE="),
            ("foobar", "Zm9vYmFy"),
        ] {
            assert_eq!(base64(text.as_bytes()), expected);
        }
    }

    #[test]
    fn messages_are_short_and_harmless() {
        assert_eq!(shortened("  a\n\n\u{1b}[31m b "), "a [31m b");
        let long = shortened(&"ü".repeat(1000));
        assert!(long.len() < LONGEST_MESSAGE + 5 && long.ends_with('…'), "{long}");
    }
}
