//! Mentions (`@name`) and hashtags (`#topic`).

use std::ops::Range;

use super::email::domain_end;
use super::{char_before, email_at, is_word};

/// The first mention at or after byte `from`, its `@` included.
pub(crate) fn find_mention(text: &str, from: usize) -> Option<Range<usize>> {
    let rest = text.as_bytes().get(from..)?;
    memchr::memchr_iter(b'@', rest).find_map(|offset| mention_at(text, from, from + offset))
}

/// The mention whose `@` is at byte `at`. A name starts with a letter: `@25rb`
/// and `@ 5000` are prices.
pub(crate) fn mention_at(text: &str, from: usize, at: usize) -> Option<Range<usize>> {
    let bytes = text.as_bytes();
    if !bytes.get(at + 1).is_some_and(|&first| first == b'_' || first.is_ascii_alphabetic()) {
        return None;
    }
    if let Some(before) = char_before(text, from, at) {
        let may_be_local = matches!(before, '.' | '%' | '+' | '-' | '\'');
        if is_word(before) || (may_be_local && email_at(text, from, at).is_some()) {
            return None;
        }
        // `"budi"@contoh.example` is an address that is none of ours, and no name.
        let start = at - before.len_utf8();
        let closes = matches!(before, '"' | '”' | ')' | ']' | '}' | '>')
            && char_before(text, from, start).is_some_and(|second| !second.is_whitespace());
        if closes && domain_end(text, at + 1).is_some() {
            return None;
        }
    }
    let is_name = |byte: u8| byte == b'_' || byte.is_ascii_alphanumeric();
    let mut end = at + 1;
    // A dot belongs to the name only before a lower-case letter or a digit:
    // `@toko.Terima kasih` is a name and a sentence.
    while bytes.get(end).is_some_and(|&byte| {
        is_name(byte)
            || (byte == b'.'
                && bytes
                    .get(end + 1)
                    .is_some_and(|&next| is_name(next) && !next.is_ascii_uppercase()))
    }) {
        end += 1;
    }
    bytes[at + 1..end].iter().any(u8::is_ascii_alphanumeric).then_some(at..end)
}

/// The first hashtag at or after byte `from`, its `#` included. It holds at
/// least one letter, and is no part of a word (`C#`), a link or a character
/// reference (`&#x27;`).
pub(crate) fn find_hashtag(text: &str, from: usize) -> Option<Range<usize>> {
    let rest = text.as_bytes().get(from..)?;
    memchr::memchr_iter(b'#', rest).find_map(|offset| {
        let start = from + offset;
        if char_before(text, from, start)
            .is_some_and(|before| is_word(before) || matches!(before, '&' | '/'))
        {
            return None;
        }
        let name = &text[start + 1..];
        let name = &name[..name.find(|character| !is_word(character)).unwrap_or(name.len())];
        name.contains(char::is_alphabetic).then(|| start..start + 1 + name.len())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(find: fn(&str, usize) -> Option<Range<usize>>, text: &str) -> Vec<&str> {
        let mut names = Vec::new();
        let mut from = 0;
        while let Some(range) = find(text, from) {
            from = range.end;
            names.push(&text[range]);
        }
        names
    }

    #[test]
    fn mentions() {
        for (text, expected) in [
            ("halo @budi, apa kabar", vec!["@budi"]),
            ("(@budi.santoso_1)", vec!["@budi.santoso_1"]),
            ("@toko.Terima kasih.", vec!["@toko"]),
            ("@a@b", vec!["@a", "@b"]),
            ("@@siti. 😀@nina", vec!["@siti", "@nina"]),
            ("@_x", vec!["@_x"]),
            ("budi@gmail.com a+@gmail.com", vec![]),
            ("@ rumah @25rb @15.000 @ @_ @", vec![]),
            ("é@budi", vec![]),
            ("\"budi\"@x.co (budi)@x.co <b>@x.co", vec![]),
            ("\"@x.co\" (@x.co) \"ok\"@budi", vec!["@x.co", "@x.co", "@budi"]),
            ("", vec![]),
        ] {
            assert_eq!(found(find_mention, text), expected, "{text:?}");
        }
    }

    #[test]
    fn hashtags() {
        for (text, expected) in [
            ("enak #kuliner_bdg!", vec!["#kuliner_bdg"]),
            ("#1juara#dua ##tiga", vec!["#1juara", "#dua", "#tiga"]),
            ("#日本", vec!["#日本"]),
            ("C# #1 # a#b &#x27; x.com/#y #️⃣ #_", vec![]),
            ("", vec![]),
        ] {
            assert_eq!(found(find_hashtag, text), expected, "{text:?}");
        }
    }
}
