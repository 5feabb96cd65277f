//! Requests to servers: the one place where this crate speaks HTTP.
//!
//! [`Courier`] carries a request to wherever it goes and brings back what was answered, whatever
//! it is. [`Server`] is for servers that speak JSON: what goes wrong becomes an [`Error`].

mod courier;
#[cfg(feature = "mlflow")]
mod server;

pub(crate) use courier::{Courier, Headers, Patience, Sent, Undelivered, Why};
#[cfg(feature = "mlflow")]
pub(crate) use server::{Credentials, Rejection, Server, Trouble};

use crate::{Error, Result};

/// Where a URL leads, taken apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Address {
    /// The URL without user, password, query, fragment and last `/`: fit for messages.
    pub(crate) url: String,
    /// The user and the password that stood in it, with their percent signs resolved.
    pub(crate) user: Option<(String, String)>,
}

impl Address {
    /// Reads a URL of a server.
    ///
    /// # Errors
    /// [`Error::InvalidInput`] if it is none; a password is not repeated.
    pub(crate) fn parse(text: &str) -> Result<Self> {
        let wrong = |problem: &str| Error::invalid("URL of a server", problem);
        let (scheme, rest) = text.split_once("://").ok_or_else(|| {
            wrong("it does not begin with a scheme: write it like http://127.0.0.1:5000")
        })?;
        let scheme = scheme.to_ascii_lowercase();
        if !matches!(scheme.as_str(), "http" | "https") {
            return Err(wrong(&format!("{scheme:?} is neither http nor https")));
        }
        let end = rest.find(['?', '#']).unwrap_or(rest.len());
        let rest = &rest[..end];
        let (authority, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
        let (user, host) = match authority.rsplit_once('@') {
            None => (None, authority),
            Some((user, host)) => {
                let (name, password) = user.split_once(':').unwrap_or((user, ""));
                (Some((decoded(name), decoded(password))), host)
            }
        };
        let url = format!("{scheme}://{host}{}", path.trim_end_matches('/'));
        let parsed: Result<ureq::http::Uri, _> = url.parse();
        let host = parsed.ok().and_then(|uri| uri.host().map(str::to_owned));
        if host.is_none_or(|host| host.is_empty()) {
            return Err(wrong(&format!(
                "{url:?} names no server: write it like https://host:5000"
            )));
        }
        Ok(Self { url, user })
    }
}

/// A part of a path or of a query, with all but the plainest letters as percent signs.
pub(crate) fn encoded(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b'~') {
            out.push(char::from(byte));
        } else {
            out.push('%');
            out.push_str(&crate::chain::hex(&[byte]).to_ascii_uppercase());
        }
    }
    out
}

/// A text with its percent signs resolved; what resolves to no text stays as it is.
fn decoded(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while at < bytes.len() {
        let digits = text.get(at + 1..at + 3).filter(|_| bytes[at] == b'%');
        match digits.and_then(|digits| u8::from_str_radix(digits, 16).ok()) {
            Some(byte) => {
                out.push(byte);
                at += 3;
            }
            None => {
                out.push(bytes[at]);
                at += 1;
            }
        }
    }
    String::from_utf8(out).unwrap_or_else(|_| text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_taken_apart_and_show_no_password() {
        let address = Address::parse("HTTPS://budi:s%40ndi@host.example:5000/mlflow/?a=1").unwrap();
        assert_eq!(address.url, "https://host.example:5000/mlflow");
        assert_eq!(address.user, Some(("budi".into(), "s@ndi".into())));
        let address = Address::parse("http://127.0.0.1:5000").unwrap();
        assert_eq!((address.url.as_str(), address.user), ("http://127.0.0.1:5000", None));
        for text in ["localhost:5000", "ftp://host", "http://", "http://u:rahasia@", "http://a b"] {
            let error = Address::parse(text).unwrap_err().to_string();
            assert!(
                error.starts_with("URL of a server: ") && !error.contains("rahasia"),
                "{error}"
            );
        }
    }

    #[test]
    fn percent_signs_come_and_go() {
        assert_eq!(encoded("a b/ü~"), "a%20b%2F%C3%BC~");
        assert_eq!(decoded(&encoded("a b/ü~%zz")), "a b/ü~%zz");
        assert_eq!(decoded("%ff%4"), "%ff%4");
    }
}
