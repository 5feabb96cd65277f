//! The Sastrawi stemmer: Nazief and Adriani's algorithm with confix stripping
//! (Asian 2007) and its enhancements, word for word what PySastrawi 1.2.1 answers.
//!
//! Its known mistakes (menyinari → sari, berikan → ikan) are kept: models that
//! were trained behind PySastrawi must see the same stems.

use super::{
    dictionary::Dictionary,
    prefix_rules::{Added, first_cut, plain_prefix},
};

/// How long the particle at the end of `word` is; hyphens before it go, too.
fn particle(word: &[u8]) -> Option<usize> {
    match word {
        [.., b'l' | b'k' | b't', b'a', b'h'] | [.., b'p', b'u', b'n'] => Some(3),
        _ => None,
    }
}

/// How long the possessive pronoun at the end of `word` is; hyphens before it go, too.
fn pronoun(word: &[u8]) -> Option<usize> {
    match word {
        [.., b'k' | b'm', b'u'] => Some(2),
        [.., b'n', b'y', b'a'] => Some(3),
        _ => None,
    }
}

/// How long the longest derivational suffix at the end of `word` is.
fn suffix(word: &[u8]) -> Option<usize> {
    match word {
        [.., b'i', b's', b'a', b's', b'i'] => Some(5),
        [.., b'i', b's', b'm', b'e'] => Some(4),
        [.., b'k', b'a', b'n'] => Some(3),
        [.., b'i', b's'] | [.., b'a', b'n'] => Some(2),
        [.., b'i'] => Some(1),
        _ => None,
    }
}

/// Whether `word` loses its prefix before its suffix: be-lah, be-an, me-i, di-i, pe-i, ter-i.
fn loses_prefix_first(word: &[u8]) -> bool {
    match word {
        [b'b', b'e', rest @ ..] => matches!(rest, [.., b'l', b'a', b'h'] | [.., b'a', b'n']),
        [b'm' | b'p', b'e', rest @ ..]
        | [b'd', b'i', rest @ ..]
        | [b't', b'e', b'r', rest @ ..] => {
            matches!(rest, [.., b'i'])
        }
        _ => false,
    }
}

/// Words of at most this many characters lose only particles and plain prefixes.
const SHORT_WORD: usize = 3;

/// Buffers that one text's words share.
struct Scratch {
    /// The word as far as it has been stripped; its first `start` bytes are gone.
    current: Vec<u8>,
    start: usize,
    candidate: Vec<u8>,
}

/// Appends the stems of all words of `text`, joined by single spaces.
pub(super) fn stem_text_into(dictionary: &Dictionary, text: &str, out: &mut String) {
    let mut scratch = Scratch::new();
    let mut word = String::with_capacity(LONG_WORD);
    let mut first = true;
    let mut finish = |word: &mut String| {
        if !word.is_empty() {
            if !std::mem::take(&mut first) {
                out.push(' ');
            }
            stem_word_into(dictionary, word, &mut scratch, out);
            word.clear();
        }
    };
    for letter in text.chars() {
        match letter {
            'a'..='z' | '0'..='9' | '-' => word.push(letter),
            'A'..='Z' => word.push(letter.to_ascii_lowercase()),
            _ if letter.is_ascii() => finish(&mut word),
            _ => {
                for lower in letter.to_lowercase() {
                    if is_kept(lower) {
                        word.push(lower);
                    } else {
                        finish(&mut word);
                    }
                }
            }
        }
    }
    finish(&mut word);
}

/// Python's `[a-z0-9 -]` without regard to case also matches the dotless ı and
/// the long ſ, since their other case is an ASCII letter.
fn is_kept(lower: char) -> bool {
    matches!(lower, 'a'..='z' | '0'..='9' | '-' | '\u{131}' | '\u{17f}')
}

fn stem_word_into(dictionary: &Dictionary, word: &str, scratch: &mut Scratch, out: &mut String) {
    if word.bytes().any(|byte| byte == b'-') && is_plural(word) {
        stem_plural_into(dictionary, word, scratch, out);
    } else {
        stem_singular_into(dictionary, word, scratch, out);
    }
}

/// Whether a hyphen in `word` joins two words, not a word and an ending.
fn is_plural(word: &str) -> bool {
    match word.rsplit_once('-') {
        Some((before, after)) if is_ending(after) => before.contains('-'),
        Some(_) => true,
        None => false,
    }
}

fn is_ending(part: &str) -> bool {
    matches!(part, "ku" | "mu" | "nya" | "lah" | "kah" | "tah" | "pun")
}

/// A pair whose halves have one stem becomes that stem; any other stays.
fn stem_plural_into(dictionary: &Dictionary, word: &str, scratch: &mut Scratch, out: &mut String) {
    let Some((mut left, mut right)) = word.rsplit_once('-') else {
        out.push_str(word);
        return;
    };
    // malaikat-malaikat-nya is malaikat and malaikat-nya.
    if is_ending(right)
        && let Some((first, second)) = left.rsplit_once('-')
    {
        right = &word[first.len() + 1..];
        left = first;
        debug_assert!(right.starts_with(second));
    }
    let before = out.len();
    stem_singular_into(dictionary, left, scratch, out);
    let mut right_stem = String::new();
    stem_singular_into(dictionary, right, scratch, &mut right_stem);
    // meniru-nirukan: nirukan alone has no stem, but menirukan has.
    if right_stem == right && !dictionary.contains(right) {
        right_stem.clear();
        stem_singular_into(dictionary, &format!("me{right}"), scratch, &mut right_stem);
    }
    if out[before..] != right_stem {
        out.truncate(before);
        out.push_str(word);
    }
}

fn stem_singular_into(
    dictionary: &Dictionary,
    word: &str,
    scratch: &mut Scratch,
    out: &mut String,
) {
    if dictionary.contains(word) || !scratch.find_root(dictionary, word) {
        out.push_str(word);
        return;
    }
    let root =
        std::str::from_utf8(scratch.current()).expect("rules cut and add whole ASCII letters only");
    out.push_str(root);
}

/// Buffers of this size seldom grow.
const LONG_WORD: usize = 32;

/// What a suffix took away: `original[result..subject]`.
struct Suffix {
    subject: usize,
    result: usize,
}

impl Scratch {
    fn new() -> Self {
        let buffer = || Vec::with_capacity(LONG_WORD);
        Self { current: buffer(), start: 0, candidate: buffer() }
    }

    /// Strips `word` until a root word is left in `current`; false when none is found.
    fn find_root(&mut self, dictionary: &Dictionary, word: &str) -> bool {
        let short = word.chars().take(SHORT_WORD + 1).count() <= SHORT_WORD;
        let word = word.as_bytes();

        if loses_prefix_first(word) {
            self.set(word);
            if self.strip_prefixes(dictionary, short)
                || self.strip_suffixes(dictionary, short).is_none()
            {
                return true;
            }
        }

        self.set(word);
        let Some(suffixes) = self.strip_suffixes(dictionary, short) else { return true };
        if self.strip_prefixes(dictionary, short) {
            return true;
        }

        // The enhanced algorithm puts the suffixes back one by one, the last
        // first, and tries the prefixes again on what that gives.
        for suffix in suffixes.iter().rev().flatten() {
            if &word[suffix.result..suffix.subject] == b"kan" {
                self.set(&word[..=suffix.result]);
                if self.strip_prefixes(dictionary, short) {
                    return true;
                }
            }
            self.set(&word[..suffix.subject]);
            if self.strip_prefixes(dictionary, short) {
                return true;
            }
        }
        false
    }

    fn set(&mut self, word: &[u8]) {
        self.current.clear();
        self.current.extend_from_slice(word);
        self.start = 0;
    }

    fn current(&self) -> &[u8] {
        &self.current[self.start..]
    }

    fn is_root(&self, dictionary: &Dictionary) -> bool {
        dictionary.contains_bytes(self.current())
    }

    /// Takes off particle, pronoun and derivational suffix in turn; `None` as
    /// soon as a root word is left, else what was taken off.
    fn strip_suffixes(
        &mut self,
        dictionary: &Dictionary,
        short: bool,
    ) -> Option<[Option<Suffix>; 3]> {
        let mut taken = [None, None, None];
        for (step, ending) in [particle, pronoun, suffix].into_iter().enumerate() {
            let Some(length) = ending(self.current()) else {
                if short {
                    break;
                }
                continue;
            };
            let subject = self.current().len();
            let mut result = subject - length;
            if step < 2 {
                while result > 0 && self.current()[result - 1] == b'-' {
                    result -= 1;
                }
            }
            self.current.truncate(self.start + result);
            taken[step] = Some(Suffix { subject, result });
            if self.is_root(dictionary) {
                return None;
            }
            if short {
                break;
            }
        }
        Some(taken)
    }

    /// Takes off up to three prefixes; true as soon as a root word is left.
    fn strip_prefixes(&mut self, dictionary: &Dictionary, short: bool) -> bool {
        for _ in 0..3 {
            if plain_prefix(self.current()) {
                self.start += 2;
            } else if self.is_root(dictionary) {
                return true;
            } else if short {
                return false;
            } else {
                let word = &self.current[self.start..];
                let Some(cut) = first_cut(word, dictionary, &mut self.candidate) else {
                    return false;
                };
                match cut.add {
                    Added::Letters(letters) => {
                        self.start += cut.drop - letters.len();
                        self.current[self.start..self.start + letters.len()]
                            .copy_from_slice(letters);
                    }
                    Added::FirstLetter => {
                        let first = self.current[self.start];
                        self.start += cut.drop - 1;
                        self.current[self.start] = first;
                    }
                }
            }
            if self.is_root(dictionary) {
                return true;
            }
        }
        false
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stem(roots: &[&str], text: &str) -> String {
        let mut out = String::new();
        stem_text_into(&Dictionary::from_words(roots).unwrap(), text, &mut out);
        out
    }

    #[test]
    fn a_rule_whose_last_reading_fails_is_void() {
        // Rule 30 would give "atur" its k, but its last reading needs an e, so
        // only what the dictionary holds comes through.
        assert_eq!(stem(&["atur"], "pengatur"), "atur");
        assert_eq!(stem(&["asuh"], "pengatur"), "pengatur");
    }

    #[test]
    fn hyphens_join_pairs_and_endings() {
        let roots = ["balas", "tiru", "malaikat", "nikmat", "sayur", "mayur"];
        assert_eq!(stem(&roots, "berbalas-balasan"), "balas");
        assert_eq!(stem(&roots, "meniru-nirukan"), "tiru");
        assert_eq!(stem(&roots, "malaikat-malaikat-nya"), "malaikat");
        assert_eq!(stem(&roots, "nikmat-Ku"), "nikmat");
        assert_eq!(stem(&roots, "sayur-mayur"), "sayur-mayur");
        assert_eq!(stem(&roots, "-"), "-");
        assert_eq!(stem(&roots, "--ku"), "--ku");
    }

    #[test]
    fn text_is_split_as_python_would() {
        assert_eq!(
            stem(&["kafe"], "Café\u{17f} \u{131} \u{130}x \u{212a}afe"),
            "caf \u{17f} \u{131} i x kafe"
        );
        assert_eq!(stem(&["x"], " \t!"), "");
        assert_eq!(stem(&["x"], ""), "");
    }
}
