//! Finding and naming emoji (Unicode Technical Standard 51).

use std::{ops::Range, sync::OnceLock};

use rustc_hash::FxHashSet;

use super::EmojiMode;

const JOINER: char = '\u{200d}';
const AS_EMOJI: char = '\u{fe0f}';
const AS_TEXT: char = '\u{fe0e}';
const KEYCAP: char = '\u{20e3}';

/// The first emoji at or after byte `from`: flags, keycaps, skin tones and
/// joined families are one emoji each.
pub(crate) fn find_emoji(text: &str, from: usize) -> Option<Range<usize>> {
    let bytes = text.as_bytes();
    if bytes[from..].is_ascii() {
        return None;
    }
    // Every emoji has a character outside ASCII; a keycap starts just before it.
    let mut at = from + bytes[from..].iter().position(|byte| !byte.is_ascii())?;
    if at > from && is_keycap_base(bytes[at - 1].into()) {
        at -= 1;
    }
    while let Some(letter) = text[at..].chars().next() {
        if let Some(length) = emoji_length(&text[at..]) {
            return Some(at..at + length);
        }
        at += letter.len_utf8();
        if letter.is_ascii() && !is_keycap_base(letter) {
            at += bytes[at..].iter().position(|byte| !byte.is_ascii())?;
            if is_keycap_base(bytes[at - 1].into()) {
                at -= 1;
            }
        }
    }
    None
}

pub(super) fn replace_emoji(text: &str, out: &mut String, mode: EmojiMode) -> bool {
    let mut done = 0;
    while let Some(range) = find_emoji(text, done) {
        out.push_str(&text[done..range.start]);
        out.push(' ');
        if mode == EmojiMode::Name {
            out.push_str(name(&text[range.clone()]));
            out.push(' ');
        }
        done = range.end;
    }
    out.push_str(&text[done..]);
    done > 0
}

/// The CLDR name, or that of the first character, or just `emoji` for one that
/// is newer than the table.
fn name(emoji: &str) -> &'static str {
    let first = emoji.chars().next().map_or(0, char::len_utf8);
    emojis::get(emoji).or_else(|| emojis::get(&emoji[..first])).map_or("emoji", emojis::Emoji::name)
}

fn is_keycap_base(letter: char) -> bool {
    matches!(letter, '0'..='9' | '#' | '*')
}

fn is_regional_indicator(letter: char) -> bool {
    matches!(letter, '\u{1f1e6}'..='\u{1f1ff}')
}

/// The bytes of the emoji that `text` starts with, if it does.
fn emoji_length(text: &str) -> Option<usize> {
    let mut letters = text.chars();
    let first = letters.next()?;
    if is_keycap_base(first) {
        let rest = letters.as_str();
        let rest = rest.strip_prefix(AS_EMOJI).unwrap_or(rest);
        return rest.strip_prefix(KEYCAP).map(|rest| text.len() - rest.len());
    }
    if is_regional_indicator(first) {
        let rest = letters.as_str();
        return Some(match letters.next() {
            Some(second) if is_regional_indicator(second) => text.len() - letters.as_str().len(),
            _ => text.len() - rest.len(),
        });
    }
    let mut rest = element(text)?;
    while let Some(joined) = rest.strip_prefix(JOINER).and_then(element) {
        rest = joined;
    }
    Some(text.len() - rest.len())
}

/// What follows one picture with its variation, skin tone and tags.
fn element(text: &str) -> Option<&str> {
    let mut letters = text.chars();
    let first = letters.next()?;
    let mut rest = letters.as_str();
    let is_emoji = match rest.chars().next() {
        Some(AS_EMOJI) => is_picture(first),
        Some(AS_TEXT) => false,
        _ => is_picture(first) && shows_as_emoji(first),
    };
    if !is_emoji {
        return None;
    }
    rest = rest.strip_prefix(AS_EMOJI).unwrap_or(rest);
    rest = rest.strip_prefix(|tone| matches!(tone, '\u{1f3fb}'..='\u{1f3ff}')).unwrap_or(rest);
    // A keycap mark or tags (the flags of England, Scotland, Wales) may follow.
    Some(rest.trim_start_matches(|tag| matches!(tag, '\u{e0020}'..='\u{e007f}')))
}

/// Whether `letter` is the first character of some emoji, known or to come.
fn is_picture(letter: char) -> bool {
    static KNOWN: OnceLock<FxHashSet<char>> = OnceLock::new();
    if letter < '\u{a9}' {
        return false;
    }
    let known = KNOWN.get_or_init(|| {
        emojis::iter()
            .flat_map(|emoji| {
                let tones = emoji.skin_tones().into_iter().flatten();
                tones.chain([emoji]).filter_map(|emoji| emoji.as_str().chars().next())
            })
            .filter(|letter| !letter.is_ascii())
            .collect()
    });
    known.contains(&letter)
        || matches!(letter, '\u{1f300}'..='\u{1f6ff}' | '\u{1f900}'..='\u{1faff}')
}

/// Whether people mean an emoji by `letter` alone. Most signs below U+2600, and
/// a few above, are text unless U+FE0F follows (©, ™, ↔).
fn shows_as_emoji(letter: char) -> bool {
    match letter {
        '\u{231a}'..='\u{231b}'
        | '\u{23e9}'..='\u{23ec}'
        | '\u{23f0}'
        | '\u{23f3}'
        | '\u{25fd}'..='\u{25fe}' => true,
        '\u{2934}' | '\u{2935}' | '\u{3030}' | '\u{303d}' | '\u{3297}' | '\u{3299}' => false,
        _ => letter >= '\u{2600}',
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(text: &str) -> Vec<&str> {
        let mut found = Vec::new();
        let mut done = 0;
        while let Some(range) = find_emoji(text, done) {
            done = range.end;
            found.push(&text[range]);
        }
        found
    }

    #[test]
    fn sequences_are_one_emoji() {
        assert_eq!(all("a😀b👍🏽c🇮🇩🇬🇧d"), ["😀", "👍🏽", "🇮🇩", "🇬🇧"]);
        assert_eq!(all("👨‍👩‍👧‍👦 dan ❤️‍🔥 dan 🏴󠁧󠁢󠁷󠁬󠁳󠁿"), ["👨‍👩‍👧‍👦", "❤️‍🔥", "🏴󠁧󠁢󠁷󠁬󠁳󠁿"]);
        assert_eq!(all("nomor 1️⃣, #️⃣ 5⃣"), ["1️⃣", "#️⃣", "5⃣"]);
    }

    #[test]
    fn text_signs_are_not_emoji_until_asked() {
        assert_eq!(all("© 2024 Toko™ 1 # * ↔ ½ é"), Vec::<&str>::new());
        assert_eq!(all("™️ ❤ ☺ ❤\u{fe0e}"), ["™️", "❤", "☺"]);
    }

    #[test]
    fn every_known_emoji_is_found_whole() {
        let mut seen = 0;
        for emoji in emojis::iter().flat_map(|emoji| {
            let tones = emoji.skin_tones().into_iter().flatten();
            tones.chain([emoji]).map(emojis::Emoji::as_str).collect::<Vec<_>>()
        }) {
            assert_eq!(all(&format!("x{emoji}y")), [emoji], "{emoji:?}");
            seen += 1;
        }
        assert!(seen > 3_000, "only {seen} emoji in the table");
    }
}
