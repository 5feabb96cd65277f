//! Links, e-mail addresses, mentions and hashtags: one scanner each, shared by
//! cleaning, features and anonymising.
//!
//! Every `find` function takes a text and a byte to start at, which counts as
//! the start of a word: what stands before it is not looked at. Called again at
//! the end of each match, a scanner therefore sees the rest as it would after
//! the match had been replaced by a space, and finds nothing more once all
//! matches are replaced. Each walk along a text takes linear time.

mod email;
mod handle;
mod url;

pub(crate) use email::{email_at, find_email};
pub(crate) use handle::{find_hashtag, find_mention, mention_at};
pub(crate) use url::{find_url, url_at};

/// The character that ends at byte `at`, if it starts at byte `from` or later.
pub(crate) fn char_before(text: &str, from: usize, at: usize) -> Option<char> {
    text.get(from..at)?.chars().next_back()
}

/// The character that starts at byte `at`.
pub(crate) fn char_after(text: &str, at: usize) -> Option<char> {
    text.get(at..)?.chars().next()
}

/// Whether a character belongs to a word as programs understand it.
pub(crate) fn is_word(character: char) -> bool {
    character == '_' || character.is_alphanumeric()
}

/// Where the run of host labels that starts at byte `start` ends: letters,
/// digits and hyphens, with single dots between them. Looks at no more than
/// `limit` bytes and returns `None` for a longer run, so that a hostile text
/// cannot make every scanner walk to its end.
fn host_run(bytes: &[u8], start: usize, limit: usize) -> Option<usize> {
    let mut end = start;
    loop {
        if end - start > limit {
            return None;
        }
        match bytes.get(end) {
            Some(&byte) if is_label(byte) => end += 1,
            Some(b'.') if end > start && bytes.get(end + 1).is_some_and(|&next| is_label(next)) => {
                end += 1;
            }
            _ => return Some(end),
        }
    }
}

/// Whether a byte may be part of a label of a host name.
fn is_label(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'-'
}

/// Whether a label could be registered: letters, digits and inner hyphens.
fn is_valid_label(label: &str) -> bool {
    (1..=63).contains(&label.len()) && !label.starts_with('-') && !label.ends_with('-')
}

/// The longest host name that the domain name system allows, in bytes.
const LONGEST_HOST: usize = 253;

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::ops::Range;

    type Find = fn(&str, usize) -> Option<Range<usize>>;

    const FINDERS: [(&str, Find); 4] = [
        ("url", find_url),
        ("email", find_email),
        ("mention", find_mention),
        ("hashtag", find_hashtag),
    ];

    fn replaced_by_spaces(find: Find, text: &str) -> String {
        let mut out = String::new();
        let mut from = 0;
        while let Some(range) = find(text, from) {
            assert!(from <= range.start && range.start < range.end, "{text:?} {range:?}");
            out.push_str(&text[from..range.start]);
            out.push(' ');
            from = range.end;
        }
        out + &text[from..]
    }

    fn pieces() -> impl Strategy<Value = String> {
        let piece = prop_oneof![
            prop::sample::select(vec![
                "http://",
                "https://",
                "HTTP://",
                "ftp://",
                "http",
                "://",
                ":",
                "/",
                "//",
                "www.",
                "WWW.",
                "www",
                "tokopedia.com",
                ".com",
                ".co.id",
                ".id",
                "co",
                "com",
                "id",
                "io",
                "shopee",
                "@",
                "@@",
                "#",
                "##",
                ".",
                "..",
                "-",
                "_",
                "%",
                "+",
                "budi",
                "a",
                "1",
                "000",
                " ",
                "\n",
                "(",
                ")",
                "[",
                "]",
                "?",
                "!",
                ",",
                "'",
                "\"",
                "é",
                "日本",
                "😀",
                "&",
                "=",
                "budi@gmail.com",
                ".Terima",
                "-nya",
                "x.y",
                "/a",
                ":80",
                "\u{fe0f}",
            ])
            .prop_map(str::to_owned),
            "[a-zA-Z0-9]{1,70}",
            any::<char>().prop_map(String::from),
        ];
        prop::collection::vec(piece, 0..14).prop_map(|pieces| pieces.concat())
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(4_000))]

        #[test]
        fn nothing_is_left_after_replacing_every_match(text in pieces()) {
            for (name, find) in FINDERS {
                let once = replaced_by_spaces(find, &text);
                prop_assert_eq!(find(&once, 0), None, "{} in {:?} from {:?}", name, once, text);
            }
        }

        #[test]
        fn any_start_on_a_character_is_fine(text in pieces(), start in any::<prop::sample::Index>()) {
            let starts: Vec<_> = text.char_indices().map(|(at, _)| at).chain([text.len()]).collect();
            let from = *start.get(&starts);
            for (_, find) in FINDERS {
                if let Some(range) = find(&text, from) {
                    prop_assert!(from <= range.start && text.get(range).is_some());
                }
                prop_assert_eq!(find(&text, text.len() + 1), None);
            }
        }
    }

    #[test]
    fn hostile_texts_take_linear_time() {
        for unit in [
            "a.", "a-", "@", "a@", "@a.", "#1", "#", ":", "http://", "http://!", "www.", "a.b@",
            "..", "a@b.",
        ] {
            let text = unit.repeat(400_000 / unit.len());
            for (_, find) in FINDERS {
                let mut from = 0;
                while let Some(range) = find(&text, from) {
                    from = range.end;
                }
            }
        }
    }
}
