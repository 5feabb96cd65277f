//! What happens to a text before it is cut: lower case, then no accents.

use std::ops::Range;

use unicode_normalization::char::{canonical_combining_class, decompose_compatible};

use super::options::{Accents, TfidfOptions};

/// Whether a text is made lower case, and how its accents are taken off.
#[derive(Debug, Clone, Copy)]
pub(super) struct Prepare {
    lowercase: bool,
    accents: Option<Accents>,
}

impl Prepare {
    pub(super) fn new(options: &TfidfOptions) -> Self {
        Self { lowercase: options.lowercase, accents: options.strip_accents }
    }

    /// The text to cut: `text` itself, or written to `spare`.
    pub(super) fn text<'t>(self, text: &'t str, spare: &'t mut String) -> &'t str {
        if !self.lowercase && self.accents.is_none() {
            return text;
        }
        spare.clear();
        if text.is_ascii() {
            if !self.lowercase {
                return text;
            }
            spare.push_str(text);
            spare.make_ascii_lowercase();
        } else {
            self.each(text, |letter, _| spare.push(letter));
        }
        spare
    }

    /// Calls `found` with each character of the text to cut, and the bytes of `text` it is from.
    pub(super) fn each(self, text: &str, mut found: impl FnMut(char, Range<usize>)) {
        // What a capital sigma becomes depends on the letters around it, which the standard
        // library knows for whole texts only; any other letter stands for itself.
        let has_sigma = self.lowercase && text.contains('Σ');
        let lowered = if has_sigma { text.to_lowercase() } else { String::new() };
        let mut lowered = lowered.chars();
        for (at, letter) in text.char_indices() {
            let source = at..at + letter.len_utf8();
            if !self.lowercase {
                self.strip(letter, |letter| found(letter, source.clone()));
            } else if letter.is_ascii() {
                lowered.next();
                found(letter.to_ascii_lowercase(), source);
            } else {
                for lower in letter.to_lowercase() {
                    let lower = if has_sigma { lowered.next().unwrap_or(lower) } else { lower };
                    self.strip(lower, |letter| found(letter, source.clone()));
                }
            }
        }
    }

    /// The decomposition of a whole text differs from that of its letters in the order of
    /// combining marks only, and those are left out here.
    fn strip(self, letter: char, mut found: impl FnMut(char)) {
        match self.accents {
            _ if letter.is_ascii() => found(letter),
            None => found(letter),
            Some(Accents::Ascii) => decompose_compatible(letter, |piece| {
                if piece.is_ascii() {
                    found(piece);
                }
            }),
            Some(Accents::Unicode) => decompose_compatible(letter, |piece| {
                if canonical_combining_class(piece) == 0 {
                    found(piece);
                }
            }),
        }
    }
}

/// A text as it is cut, and where each of its bytes is from.
#[derive(Debug, Default)]
pub(super) struct Sourced {
    pub(super) text: String,
    sources: Vec<Range<usize>>,
}

impl Sourced {
    pub(super) fn new(prepare: Prepare, original: &str) -> Self {
        let mut sourced = Self::default();
        prepare.each(original, |letter, source| {
            sourced.text.push(letter);
            sourced.sources.resize(sourced.text.len(), source);
        });
        sourced
    }

    /// The bytes of the original text that a part of the text came from; `original` tells which
    /// combining marks after them belong to them.
    pub(super) fn source(&self, part: Range<usize>, original: &str) -> Range<usize> {
        if part.is_empty() {
            let at = self.sources.get(part.start).map_or(original.len(), |source| source.start);
            return at..at;
        }
        let (from, to) = (self.sources[part.start].start, self.sources[part.end - 1].end);
        let next = self.sources.get(part.end).map_or(original.len(), |source| source.start);
        // The marks that were taken off are between this letter and the next one that is left.
        let marks = original.get(to..next).unwrap_or_default();
        let marks: usize = marks
            .chars()
            .take_while(|letter| canonical_combining_class(*letter) != 0)
            .map(char::len_utf8)
            .sum();
        from..to + marks
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn prepared(text: &str, lowercase: bool, accents: Option<Accents>) -> String {
        Prepare { lowercase, accents }.text(text, &mut String::new()).to_owned()
    }

    /// The expected texts are those of Python's `str.lower` and of scikit-learn's
    /// `strip_accents_ascii` and `strip_accents_unicode`.
    #[test]
    fn texts_become_what_they_become_in_python() {
        for text in ["", "ABC", "İstanbul ÇOK", "ΟΔΟΣ ΣΑΣ Σ", "ΑΣ\u{301}. aΣb", "DŽ ẞ Ω"]
        {
            assert_eq!(prepared(text, true, None), text.to_lowercase(), "{text:?}");
            assert_eq!(prepared(text, false, None), text);
        }
        let text = "Çe\u{301}l ﬁ Ångström ㎏ ½ 日本 가 Σ Đ";
        assert_eq!(prepared(text, true, Some(Accents::Ascii)), "cel fi angstrom kg 12    ");
        assert_eq!(
            prepared(text, false, Some(Accents::Unicode)),
            "Cel fi Angstrom kg 1⁄2 日本 \u{1100}\u{1161} Σ Đ"
        );
    }

    #[test]
    fn bytes_know_where_they_are_from() {
        let original = "İe\u{301}X";
        let prepare = Prepare { lowercase: true, accents: Some(Accents::Unicode) };
        let sourced = Sourced::new(prepare, original);
        assert_eq!(sourced.text, "iex");
        assert_eq!(sourced.source(0..1, original), 0..2);
        assert_eq!(sourced.source(1..2, original), 2..5);
        assert_eq!(sourced.source(1..3, original), 2..6);
        assert_eq!(sourced.source(3..3, original), 6..6);
    }
}
