//! E-mail addresses.

use std::ops::Range;

use super::{LONGEST_HOST, host_run};

/// The longest part before the `@` that the standard allows, in bytes.
const LONGEST_LOCAL: usize = 64;

/// The first e-mail address at or after byte `from`.
pub(crate) fn find_email(text: &str, from: usize) -> Option<Range<usize>> {
    let rest = text.as_bytes().get(from..)?;
    memchr::memchr_iter(b'@', rest).find_map(|offset| email_at(text, from, from + offset))
}

/// The e-mail address whose `@` is at byte `at`.
pub(crate) fn email_at(text: &str, from: usize, at: usize) -> Option<Range<usize>> {
    let start = local_start(text.get(from..at)?)? + from;
    let end = domain_end(text, at + 1)?;
    Some(start..end)
}

/// Where the local part that ends `before` starts.
fn local_start(before: &str) -> Option<usize> {
    if before.ends_with('.') {
        return None;
    }
    let mut start = before.len();
    for (at, character) in before.char_indices().rev() {
        // `wah..budi@…`: two dots belong to the sentence.
        if !is_local(character) || before[at..].starts_with("..") {
            break;
        }
        start = at;
        if before.len() - start > LONGEST_LOCAL {
            return None;
        }
    }
    let local = &before[start..];
    local.find(|first: char| first == '_' || first.is_alphanumeric()).map(|skip| start + skip)
}

/// Whether a character may stand before the `@`. Accented Latin letters may, in
/// one character or two;
/// other scripts, often written without spaces, would be swallowed.
fn is_local(character: char) -> bool {
    character.is_ascii_alphanumeric()
        || matches!(character, '.' | '_' | '%' | '+' | '-' | '\'')
        || matches!(character, '\u{c0}'..='\u{24f}' | '\u{300}'..='\u{36f}')
}

/// Where the domain that starts at byte `start` ends: after its last label of
/// letters.
pub(super) fn domain_end(text: &str, start: usize) -> Option<usize> {
    let bytes = text.as_bytes();
    let run = &text[start..host_run(bytes, start, LONGEST_HOST)?];
    let mut end = None;
    let mut at = start;
    let mut labels = run.split('.').peekable();
    while let Some(label) = labels.next() {
        let letters = label.split('-').next().unwrap_or(label);
        if at > start
            && letters.len() >= 2
            && letters.bytes().all(|byte| byte.is_ascii_alphabetic())
        {
            end = Some(at + letters.len());
            // `budi@gmail.com.Terima kasih`: only a country follows these.
            let known =
                ["com", "net", "org", "id"].iter().any(|known| known.eq_ignore_ascii_case(label));
            if known && labels.peek().is_some_and(|next| next.len() != 2) {
                break;
            }
        }
        at += label.len() + 1;
    }
    end
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> Vec<&str> {
        let mut addresses = Vec::new();
        let mut from = 0;
        while let Some(range) = find_email(text, from) {
            from = range.end;
            addresses.push(&text[range]);
        }
        addresses
    }

    #[test]
    fn addresses_are_found_without_the_sentence_around_them() {
        for (text, address) in [
            ("budi@contoh.example", "budi@contoh.example"),
            ("<Budi.S+toko_1%x@mail.contoh.co.id>,", "Budi.S+toko_1%x@mail.contoh.co.id"),
            ("wah..budi@gmail.com.", "budi@gmail.com"),
            ("-budi@gmail.com-nya", "budi@gmail.com"),
            ("budi@gmail.com.Terima kasih", "budi@gmail.com"),
            ("budi@contoh.com.au", "budi@contoh.com.au"),
            ("budi@gmail.com.1", "budi@gmail.com"),
            ("josé@contoh.example", "josé@contoh.example"),
            ("jose\u{301}@contoh.example", "jose\u{301}@contoh.example"),
            ("o'brien@contoh.example", "o'brien@contoh.example"),
            ("'budi@contoh.example'", "budi@contoh.example"),
            ("联系budi@contoh.example", "budi@contoh.example"),
            ("mailto:budi@x-1.id?x", "budi@x-1.id"),
        ] {
            assert_eq!(found(text), [address], "{text:?}");
        }
        assert_eq!(found("a@gmail.com.b@x.yz"), ["a@gmail.com", "b@x.yz"]);
    }

    #[test]
    fn other_texts_with_an_at_sign_are_no_addresses() {
        let long = format!("{}@gmail.com", "a".repeat(65));
        for text in [
            "",
            "@",
            "a@",
            "@b.com",
            "a@b",
            "a@b.c",
            "a @b.com",
            "a.@b.com",
            "a@1.2",
            "a@.com",
            "2 @ 5.000",
            &long,
        ] {
            assert_eq!(found(text), [""; 0], "{text:?}");
        }
    }
}
