//! HTML: entities decoded, tags dropped.

use std::sync::OnceLock;

use entities::ENTITIES;
use memchr::{memchr, memchr2, memmem};
use rustc_hash::FxHashMap;

/// The longest name of an entity, `CounterClockwiseContourIntegral`, between `&` and `;`.
const LONGEST_NAME: usize = 31;

/// What browsers show for the numbers 128 to 159: the characters that Windows
/// has there, not Unicode's control characters (HTML standard, section 13.2.5.80).
const WINDOWS_1252: [char; 32] = [
    '€', '\u{81}', '‚', 'ƒ', '„', '…', '†', '‡', 'ˆ', '‰', 'Š', '‹', 'Œ', '\u{8d}', 'Ž', '\u{8f}',
    '\u{90}', '‘', '’', '“', '”', '•', '–', '—', '˜', '™', 'š', '›', 'œ', '\u{9d}', 'ž', 'Ÿ',
];

/// Writes `text` without markup; whether there was any to look at.
pub(super) fn strip_html(text: &str, out: &mut String) -> bool {
    if memchr2(b'<', b'&', text.as_bytes()).is_none() {
        return false;
    }
    if memchr(b'&', text.as_bytes()).is_some() {
        strip_tags(&decode_entities(text), out);
    } else {
        strip_tags(text, out);
    }
    true
}

/// Decodes entities, also those that only decoding brings to light (`&amp;lt;`):
/// each `;` is matched against what has been written so far.
fn decode_entities(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    // What is still to be written, the last character first: a decoded `;` may
    // end an entity in its turn, as often as a hostile text likes.
    let mut waiting = Vec::new();
    for letter in text.chars() {
        waiting.push(letter);
        while let Some(letter) = waiting.pop() {
            match (letter == ';').then(|| last_entity(&out)).flatten() {
                Some((start, decoded)) => {
                    out.truncate(start);
                    waiting.extend(decoded.chars().rev());
                }
                None => out.push(letter),
            }
        }
    }
    out
}

/// Where the entity starts that a `;` behind `text` would end, and what it stands for.
fn last_entity(text: &str) -> Option<(usize, String)> {
    let window = text.len().saturating_sub(LONGEST_NAME + '&'.len_utf8());
    let start = window + text.as_bytes()[window..].iter().rposition(|&byte| byte == b'&')?;
    Some((start, decode(&text[start + 1..])?))
}

static NAMED: OnceLock<FxHashMap<&str, &str>> = OnceLock::new();

/// What the entity with this name (the part between `&` and `;`) stands for.
fn decode(name: &str) -> Option<String> {
    if let Some(number) = name.strip_prefix('#') {
        let code = match number.strip_prefix(['x', 'X']) {
            Some(hex) if hex.bytes().all(|byte| byte.is_ascii_hexdigit()) => {
                u32::from_str_radix(hex, 16)
            }
            None if number.bytes().all(|byte| byte.is_ascii_digit()) => number.parse(),
            _ => return None,
        };
        return match code {
            Ok(code @ 128..160) => Some(WINDOWS_1252[code as usize - 128].into()),
            Ok(code) => match char::from_u32(code) {
                Some('\0') | None => Some(char::REPLACEMENT_CHARACTER.into()),
                Some(letter) => Some(letter.into()),
            },
            Err(_) if number.trim_start_matches(['x', 'X']).is_empty() => None,
            // Too large for any number: no such character.
            Err(_) => Some(char::REPLACEMENT_CHARACTER.into()),
        };
    }
    let named = NAMED.get_or_init(|| {
        let with_end = |entity: &&entities::Entity| entity.entity.ends_with(';');
        ENTITIES
            .iter()
            .filter(with_end)
            .map(|entity| (entity.entity.trim_matches(['&', ';']), entity.characters))
            .collect()
    });
    named.get(name).map(|&characters| characters.to_owned())
}

/// Puts a space in the place of every tag and comment, and of all that stands
/// in a script or style.
fn strip_tags(text: &str, out: &mut String) {
    let mut tags = Tags { bytes: text.as_bytes(), unclosed: [false; 3] };
    let mut done = 0;
    let mut from = 0;
    while let Some(start) = memchr(b'<', &tags.bytes[from..]).map(|at| from + at) {
        match tags.end_of(start) {
            Markup::EndsAt(end) => {
                out.push_str(&text[done..start]);
                out.push(' ');
                (done, from) = (end, end);
            }
            Markup::None => from = start + 1,
            // No `>` from here to the end: nothing further can be a tag.
            Markup::Unclosed => break,
        }
    }
    out.push_str(&text[done..]);
}

enum Markup {
    EndsAt(usize),
    None,
    Unclosed,
}

struct Tags<'t> {
    bytes: &'t [u8],
    /// Which of [`BLOCKS`] is known not to close any more: looking again at each
    /// opening would take quadratic time.
    unclosed: [bool; 3],
}

/// The elements of HTML, sorted: those of the standard, those it calls obsolete,
/// and the outermost ones of pictures and formulas. What else stands behind a `<`
/// is text ("harga <besar dari 5000").
const ELEMENTS: &[&str] = &[
    "a",
    "abbr",
    "acronym",
    "address",
    "applet",
    "area",
    "article",
    "aside",
    "audio",
    "b",
    "base",
    "basefont",
    "bdi",
    "bdo",
    "bgsound",
    "big",
    "blink",
    "blockquote",
    "body",
    "br",
    "button",
    "canvas",
    "caption",
    "center",
    "cite",
    "code",
    "col",
    "colgroup",
    "data",
    "datalist",
    "dd",
    "del",
    "details",
    "dfn",
    "dialog",
    "dir",
    "div",
    "dl",
    "dt",
    "em",
    "embed",
    "fieldset",
    "figcaption",
    "figure",
    "font",
    "footer",
    "form",
    "frame",
    "frameset",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "head",
    "header",
    "hgroup",
    "hr",
    "html",
    "i",
    "iframe",
    "img",
    "input",
    "ins",
    "isindex",
    "kbd",
    "keygen",
    "label",
    "legend",
    "li",
    "link",
    "listing",
    "main",
    "map",
    "mark",
    "marquee",
    "math",
    "menu",
    "menuitem",
    "meta",
    "meter",
    "nav",
    "nobr",
    "noembed",
    "noframes",
    "noscript",
    "object",
    "ol",
    "optgroup",
    "option",
    "output",
    "p",
    "param",
    "picture",
    "plaintext",
    "pre",
    "progress",
    "q",
    "rb",
    "rp",
    "rt",
    "rtc",
    "ruby",
    "s",
    "samp",
    "script",
    "search",
    "section",
    "select",
    "slot",
    "small",
    "source",
    "span",
    "strike",
    "strong",
    "style",
    "sub",
    "summary",
    "sup",
    "svg",
    "table",
    "tbody",
    "td",
    "template",
    "textarea",
    "tfoot",
    "th",
    "thead",
    "time",
    "title",
    "tr",
    "track",
    "tt",
    "u",
    "ul",
    "var",
    "video",
    "wbr",
    "xmp",
];

/// The length of the longest of [`ELEMENTS`].
const LONGEST_ELEMENT: usize = 10;

/// What opens and closes the blocks whose content goes, too.
const BLOCKS: [(&[u8], &[u8]); 3] =
    [(b"!--", b"-->"), (b"script", b"</script"), (b"style", b"</style")];

impl Tags<'_> {
    /// Where the markup that may start with the `<` at `start` ends.
    fn end_of(&mut self, start: usize) -> Markup {
        let inside = &self.bytes[start + 1..];
        let is_markup = match inside.first() {
            Some(b'!' | b'?') => true,
            Some(b'/') => starts_with_element(&inside[1..]),
            _ => starts_with_element(inside),
        };
        if !is_markup {
            return Markup::None;
        }
        let Some(close) = memchr(b'>', inside) else { return Markup::Unclosed };
        let tag_end = start + 1 + close + 1;
        for (block, (opening, closing)) in BLOCKS.into_iter().enumerate() {
            let is_name_over = || !inside.get(opening.len()).is_some_and(u8::is_ascii_alphanumeric);
            if starts_with_any_case(inside, opening) && (block == 0 || is_name_over()) {
                // A comment may close within its opening (`<!-->`).
                let content = if block == 0 { start + opening.len() - 1 } else { tag_end };
                return Markup::EndsAt(self.block_end(block, content, closing).unwrap_or(tag_end));
            }
        }
        Markup::EndsAt(tag_end)
    }

    fn block_end(&mut self, block: usize, from: usize, closing: &[u8]) -> Option<usize> {
        if self.unclosed[block] {
            return None;
        }
        let end = memmem::find_iter(&self.bytes[from..], &closing[..2])
            .map(|at| from + at)
            .find(|&at| starts_with_any_case(&self.bytes[at..], closing))
            .and_then(|at| memchr(b'>', &self.bytes[at..]).map(|end| at + end + 1));
        self.unclosed[block] = end.is_none();
        end
    }
}

/// Whether `bytes` start with the whole name of one of [`ELEMENTS`].
fn starts_with_element(bytes: &[u8]) -> bool {
    let length = bytes
        .iter()
        .take(LONGEST_ELEMENT + 1)
        .take_while(|byte| byte.is_ascii_alphanumeric())
        .count();
    let is_over = matches!(bytes.get(length), Some(b'>' | b'/' | b' ' | b'\t'..=b'\r') | None);
    let mut name = [0; LONGEST_ELEMENT];
    let Some(name) = name.get_mut(..length).filter(|_| is_over) else { return false };
    name.copy_from_slice(&bytes[..length]);
    name.make_ascii_lowercase();
    ELEMENTS.binary_search_by(|element| element.as_bytes().cmp(name)).is_ok()
}

fn starts_with_any_case(bytes: &[u8], start: &[u8]) -> bool {
    bytes.get(..start.len()).is_some_and(|bytes| bytes.eq_ignore_ascii_case(start))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn strip(text: &str) -> String {
        let mut out = String::new();
        if strip_html(text, &mut out) { out } else { text.to_owned() }
    }

    #[test]
    fn entities_by_name_and_number() {
        assert_eq!(strip("a &lt; b &amp;amp; c&nbsp;d"), "a < b & c\u{a0}d");
        assert_eq!(strip("&#65;&#x1F600;&#X41;&#128;&eacute;"), "A😀A€é");
        assert_eq!(strip("&#0;&#xD800;&#99999999999;"), "\u{fffd}\u{fffd}\u{fffd}");
        assert_eq!(strip("&;&#;&#x;&unknown;&amp R&D; &#-1;"), "&;&#;&#x;&unknown;&amp R&D; &#-1;");
        assert_eq!(strip("&CounterClockwiseContourIntegral;"), "∳");
        assert_eq!(strip("&amp&semi;lt&semi;"), "<");
        // One semicolon may end any number of entities.
        assert_eq!(strip(&format!("{};", "&#59".repeat(100_000))), ";");
    }

    #[test]
    fn tags_comments_scripts() {
        assert_eq!(strip("<p>Bagus<br/>sekali</p>"), " Bagus sekali ");
        assert_eq!(strip("a<!-- <b> -->z"), "a z");
        assert_eq!(strip("a<script>var x = '<p>';</SCRIPT >z"), "a z");
        assert_eq!(strip("a <style>p {}</style>z <script>tak ditutup"), "a  z  tak ditutup");
        assert_eq!(strip("1 < 2 <3 <- a<b"), "1 < 2 <3 <- a<b");
    }

    #[test]
    fn only_elements_of_html_are_tags() {
        assert!(ELEMENTS.is_sorted());
        assert_eq!(ELEMENTS.iter().map(|element| element.len()).max(), Some(LONGEST_ELEMENT));
        for text in [
            "x<y dan z>w",
            "<tidak bagus>",
            "harga <besar dari 5000, dan rating > 3",
            "</bukan>",
            "<b_>",
            "<h7>",
            "</ p>",
            "<>",
            "<blockquotes>",
        ] {
            assert_eq!(strip(text), text);
        }
        assert_eq!(
            strip("<P CLASS='x'>a</p ><H1/>b<!DOCTYPE html>c<?xml v?><br\n/>d<blockquote>"),
            " a  b c  d "
        );
    }
}
