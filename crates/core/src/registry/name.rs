//! How models and aliases may be called.

use super::{PREVIOUS, Stage};
use crate::{Error, Result};

/// The longest name of a model or an alias.
const LONGEST: usize = 128;

/// Checks a model's name. It becomes the name of a folder on all systems, and part of a URI.
pub(super) fn check_model(name: &str) -> Result<()> {
    check("model name", name)
}

/// Checks an alias, which must not look like anything else that can stand in a URI.
pub(super) fn check_alias(alias: &str) -> Result<()> {
    check("alias", alias)?;
    let is_taken = alias.eq_ignore_ascii_case("latest")
        || alias.bytes().all(|byte| byte.is_ascii_digit())
        || alias.parse::<Stage>().is_ok();
    if is_taken {
        let problem = format!("{alias:?} means something else: a number, `latest` or a stage");
        return Err(Error::invalid("alias", problem));
    }
    Ok(())
}

/// Checks an alias that somebody wants to give.
pub(super) fn check_given_alias(alias: &str) -> Result<()> {
    check_alias(alias)?;
    if alias == PREVIOUS {
        let problem = "\"previous\" is the champion before the present one: promotions give it";
        return Err(Error::invalid("alias", problem));
    }
    Ok(())
}

fn check(what: &str, name: &str) -> Result<()> {
    let is_allowed = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
    let problem = if name.is_empty() {
        "is empty".to_owned()
    } else if name.len() > LONGEST {
        format!("has {} bytes, and {LONGEST} is the limit", name.len())
    } else if !name.bytes().all(is_allowed) || name.starts_with('.') || name.ends_with('.') {
        format!("{name:?} is not made of letters, digits, `-`, `_` and `.` within it")
    } else {
        return Ok(());
    };
    Err(Error::invalid(what, problem))
}
