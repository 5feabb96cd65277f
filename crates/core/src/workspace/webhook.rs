use ureq::{SendBody, http::Request};

use super::notices::Untold;
use crate::{Error, Result, http, lifecycle::Notice};

/// The webhook that the environment names: Pantau's own variable, else the one that others read, too.
///
/// # Errors
/// [`Error::InvalidInput`] names the variable that holds none.
pub(super) fn named() -> Result<Option<String>> {
    for variable in ["PANTAU_WEBHOOK", "SLACK_WEBHOOK"] {
        let Some(url) = std::env::var(variable).ok().filter(|url| !url.is_empty()) else {
            continue;
        };
        check(variable, &url)?;
        return Ok(Some(url));
    }
    Ok(None)
}

fn check(name: &str, url: &str) -> Result<()> {
    let is_url = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://"));
    if is_url.is_some_and(|rest| !rest.is_empty() && !rest.starts_with('/'))
        && Request::post(url).body(()).is_ok()
    {
        return Ok(());
    }
    // A webhook's URL is a secret: whoever knows it can post.
    Err(Error::invalid(name, "is no URL that begins with https:// or http://"))
}

/// A URL that is told what happens.
#[derive(Debug)]
pub(super) struct Webhook {
    url: String,
}

impl Webhook {
    pub(super) fn new(url: &str) -> Result<Self> {
        check("webhook", url)?;
        Ok(Self { url: url.to_owned() })
    }

    /// Posts a notice.
    pub(super) fn post(&self, notice: &Notice) -> std::result::Result<(), Untold> {
        let body = self.body(notice);
        let mut body = body.as_slice();
        // Simple servers read no body whose length they do not know beforehand.
        let request = Request::post(&self.url)
            .header("content-type", "application/json")
            .header("content-length", body.len().to_string())
            .body(SendBody::from_reader(&mut body));
        let untold = |problem: String, retry| Err(Untold { problem, retry });
        let request = match request {
            Ok(request) => request,
            Err(error) => return untold(error.to_string(), false),
        };
        match http::send(request) {
            Ok(response) => {
                let status = response.status();
                // What the server does not want now it may want later, if it says so.
                let retry = status.is_server_error() || matches!(status.as_u16(), 408 | 425 | 429);
                if status.is_success() {
                    return Ok(());
                }
                untold(format!("the server answered {status}"), retry)
            }
            Err(error) => untold(error.to_string(), true),
        }
    }

    /// Slack refuses what it does not know, others are glad of the facts.
    fn body(&self, notice: &Notice) -> Vec<u8> {
        if self.url.starts_with("https://hooks.slack.com/") {
            let text = format!("*{}* ({}): {}", notice.model, notice.event.name(), notice.text);
            return serde_json::json!({ "text": text }).to_string().into_bytes();
        }
        notice.to_json().into_bytes()
    }
}
