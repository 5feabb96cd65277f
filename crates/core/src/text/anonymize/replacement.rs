//! What stands in a text for what was found: `[EMAIL]` or `[EMAIL:1f2e3d4c5b6a7988]`.

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use super::entity::Entity;
use super::{address, phone};
use crate::text::hex;
use crate::{Error, Result};

/// The fewest bytes of a key that cannot be guessed by trying them all.
const SHORTEST_KEY: usize = 16;

/// How many hexadecimal digits a pseudonym has: 64 bits.
const PSEUDONYM: usize = 16;

/// A secret under which pseudonyms are made.
#[derive(Clone)]
pub(super) struct Key(Hmac<Sha256>);

impl Key {
    pub(super) fn new(secret: &[u8]) -> Result<Self> {
        let code =
            if secret.len() < SHORTEST_KEY { None } else { Hmac::new_from_slice(secret).ok() };
        let problem = || format!("has {} bytes, fewer than {SHORTEST_KEY}", secret.len());
        code.map(Self).ok_or_else(|| Error::invalid("key", problem()))
    }

    /// Appends the pseudonym of a value in its one form.
    fn write(&self, entity: Entity, value: &str, out: &mut String) {
        let mut code = self.0.clone();
        code.update(entity.name().as_bytes());
        code.update(&[0]);
        code.update(value.as_bytes());
        out.push_str(&hex(&code.finalize().into_bytes()[..PSEUDONYM / 2]));
    }
}

/// Appends what stands for `found`; `value` is room to work in.
pub(super) fn write(
    entity: Entity,
    found: &str,
    key: Option<&Key>,
    value: &mut String,
    out: &mut String,
) {
    out.push('[');
    out.push_str(entity.label());
    if let Some(key) = key {
        value.clear();
        normalize(entity, found, value);
        out.push(':');
        key.write(entity, value, out);
    }
    out.push(']');
}

/// Where the replacement that starts with the bracket at byte `open` ends, if
/// there is one from an earlier run.
pub(super) fn end(bytes: &[u8], open: usize) -> Option<usize> {
    let rest = &bytes[open + 1..];
    let label = Entity::ALL.map(Entity::label).into_iter().find(|label| {
        rest.starts_with(label.as_bytes()) && matches!(rest.get(label.len()), Some(b']' | b':'))
    })?;
    let behind = open + 1 + label.len() + 1;
    if bytes[behind - 1] == b']' {
        return Some(behind);
    }
    let close = behind + PSEUDONYM;
    let pseudonym = bytes.get(behind..close)?;
    let is_hex = |byte: &u8| matches!(byte, b'0'..=b'9' | b'a'..=b'f');
    (pseudonym.iter().all(is_hex) && bytes.get(close) == Some(&b']')).then_some(close + 1)
}

/// Appends the one form of a value that its pseudonym is made from.
fn normalize(entity: Entity, found: &str, value: &mut String) {
    let is_kept = |character: &char| character.is_ascii_alphanumeric();
    match entity {
        Entity::Email | Entity::Handle => value.push_str(&found.to_lowercase()),
        Entity::Url => value.push_str(without_empty_path(found)),
        Entity::Phone => phone::normalize(found, value),
        Entity::Ip => address::normalize(found, value),
        Entity::Nik | Entity::Card => value.extend(found.chars().filter(char::is_ascii_digit)),
        Entity::Npwp => {
            value.extend(found.chars().filter(char::is_ascii_digit));
            if value.len() == 16 {
                value.remove(0);
            }
        }
        Entity::Iban | Entity::Plate => {
            value.extend(
                found.chars().filter(is_kept).map(|character| character.to_ascii_uppercase()),
            );
        }
    }
}

/// The link without the slash that is all of its path.
fn without_empty_path(link: &str) -> &str {
    let host = link.find("://").map_or(0, |colon| colon + 3);
    match link[host..].find('/') {
        Some(slash) if host + slash + 1 == link.len() => &link[..host + slash],
        _ => link,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_slash_of_an_empty_path_is_dropped() {
        for (link, expected) in [
            ("https://x.co/", "https://x.co"),
            ("https://x.co", "https://x.co"),
            ("https://x.co/a/", "https://x.co/a/"),
            ("www.x.co/", "www.x.co"),
            ("x.com/?a=/", "x.com/?a=/"),
        ] {
            assert_eq!(without_empty_path(link), expected);
        }
    }

    #[test]
    fn replacements_are_recognised_and_nothing_else() {
        for text in ["[EMAIL]", "[IP]", "[PHONE:0123456789abcdef]"] {
            assert_eq!(end(text.as_bytes(), 0), Some(text.len()), "{text}");
        }
        for text in [
            "[",
            "[EMAIL",
            "[email]",
            "[EMAILS]",
            "[IBAN:0123456789ABCDEF]",
            "[IP:0123456789abcde]",
            "[IP:0123456789abcdef",
        ] {
            assert_eq!(end(text.as_bytes(), 0), None, "{text}");
        }
    }
}
