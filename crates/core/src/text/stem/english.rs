//! The English stemmer of the Snowball family, often called Porter2, as Snowball 3.1 defines it.
//!
//! The stemmer knows no dictionary. It cuts inflections first (steps 1a to 1c), then derivations
//! (steps 2 to 4), then a last `e` or `l` (step 5). A suffix goes only when enough of the word
//! stands before it, which the two regions R1 and R2 measure.
//!
//! The algorithm: <https://snowballstem.org/algorithms/english/stemmer.html>.

/// A suffix and what takes its place.
type Rule = (&'static str, &'static str);

/// Appends the stem of `word`, which is one word in lower case, to `out`.
pub(super) fn stem_into(word: &str, out: &mut String) {
    if let Some(stem) = irregular_stem(word) {
        out.push_str(stem);
        return;
    }
    if word.chars().nth(2).is_none() {
        out.push_str(word);
        return;
    }

    let start = out.len();
    out.push_str(word.strip_prefix('\'').unwrap_or(word));
    let has_consonant_y = mark_consonant_y(&mut out[start..]);

    let mut stem = Stem::new(out, start);
    stem.remove_possessive();
    stem.remove_plural();
    stem.remove_past_or_participle();
    stem.replace_final_y();
    stem.shorten_double_derivation();
    stem.shorten_derivation();
    stem.remove_derivation();
    stem.remove_final_e_or_l();

    if has_consonant_y {
        out[start..].make_ascii_lowercase();
    }
}

/// The stem of a word that the rules would get wrong.
fn irregular_stem(word: &str) -> Option<&str> {
    match word {
        "skis" => Some("ski"),
        "skies" => Some("sky"),
        "idly" => Some("idl"),
        "gently" => Some("gentl"),
        "ugly" => Some("ugli"),
        "early" => Some("earli"),
        "only" => Some("onli"),
        "singly" => Some("singl"),
        "andes" | "atlas" | "bias" | "cosmos" | "howe" | "news" | "sky" => Some(word),
        _ => None,
    }
}

/// Writes each `y` that sounds like a consonant, as in `yes` and `boy`, as `Y`; says whether there
/// was one.
///
/// The rest of the stemmer can then take `y` for a vowel and `Y` for a consonant.
fn mark_consonant_y(word: &mut str) -> bool {
    let mut found = false;
    let mut consonant_if_y = true;
    for at in 0..word.len() {
        let letter = word.as_bytes()[at];
        if letter == b'y' && consonant_if_y {
            word[at..=at].make_ascii_uppercase();
            found = true;
            consonant_if_y = false;
        } else {
            consonant_if_y = is_vowel(char::from(letter));
        }
    }
    found
}

fn is_vowel(letter: char) -> bool {
    matches!(letter, 'a' | 'e' | 'i' | 'o' | 'u' | 'y')
}

fn has_vowel(text: &str) -> bool {
    text.contains(is_vowel)
}

/// The place after the first consonant that follows a vowel, searched from `from` on.
fn region_start(word: &str, from: usize) -> usize {
    word[from..]
        .char_indices()
        .skip_while(|&(_, letter)| !is_vowel(letter))
        .find(|&(_, letter)| !is_vowel(letter))
        .map_or(word.len(), |(at, letter)| from + at + letter.len_utf8())
}

/// Beginnings that would bring unrelated words to one stem (`general` and `generous`) if R1 began
/// inside them.
const WHOLE_BEGINNINGS: [&str; 9] =
    ["arsen", "commun", "emerg", "gener", "inter", "later", "organ", "past", "univers"];

/// Whether `text` ends in a short syllable, after which English writes a silent `e`, as in `hope`.
fn ends_in_short_syllable(text: &str) -> bool {
    let mut backward = text.chars().rev();
    let (Some(last), Some(vowel)) = (backward.next(), backward.next()) else {
        return false;
    };
    let is_short = is_vowel(vowel)
        && !is_vowel(last)
        && backward.next().is_none_or(|first| !is_vowel(first) && !matches!(last, 'w' | 'x' | 'Y'));
    is_short || text.ends_with("past")
}

/// The word under work: the end of `text`, from `start` on.
struct Stem<'a> {
    text: &'a mut String,
    start: usize,
    /// Where the region R1 begins, counted in bytes from `start`. It stays where it is while the
    /// word shrinks and may then lie behind the end.
    r1: usize,
    /// Where the region R2 begins, counted as `r1` is.
    r2: usize,
}

impl<'a> Stem<'a> {
    fn new(text: &'a mut String, start: usize) -> Self {
        let word = &text[start..];
        let r1 = WHOLE_BEGINNINGS
            .iter()
            .find(|beginning| word.starts_with(**beginning))
            .map_or_else(|| region_start(word, 0), |beginning| beginning.len());
        let r2 = region_start(word, r1);
        Self { text, start, r1, r2 }
    }

    fn word(&self) -> &str {
        &self.text[self.start..]
    }

    /// Keeps the first `length` bytes of the word and adds `ending`.
    fn replace_from(&mut self, length: usize, ending: &str) {
        self.text.truncate(self.start + length);
        self.text.push_str(ending);
    }

    /// The first rule whose suffix the word has, with the length of what stands before the suffix.
    ///
    /// `rules` gets the last byte of the word, so that most words are compared with few suffixes.
    fn matching_rule(&self, rules: fn(u8) -> &'static [Rule]) -> Option<(usize, Rule)> {
        let word = self.word();
        let last = *word.as_bytes().last()?;
        let rule = rules(last).iter().find(|(suffix, _)| word.ends_with(suffix))?;
        Some((word.len() - rule.0.len(), *rule))
    }

    /// Step 1a, first half: cuts `'s` and closing apostrophes.
    fn remove_possessive(&mut self) {
        let word = self.word();
        let owner = ["'s'", "'s", "'"].iter().find_map(|suffix| word.strip_suffix(suffix));
        if let Some(owner) = owner {
            self.replace_from(owner.len(), "");
        }
    }

    /// Step 1a, second half: `classes` to `class`, `cries` and `cried` to `cri`, `ties` to `tie`,
    /// `gaps` to `gap`.
    fn remove_plural(&mut self) {
        let word = self.word();
        if let Some(base) = word.strip_suffix("sses") {
            self.replace_from(base.len(), "ss");
        } else if let Some(base) = word.strip_suffix("ies").or_else(|| word.strip_suffix("ied")) {
            let is_long = base.chars().nth(1).is_some();
            self.replace_from(base.len(), if is_long { "i" } else { "ie" });
        } else if let Some(base) = word.strip_suffix('s')
            && !base.ends_with(['s', 'u'])
        {
            // A vowel right before the `s` does not count: `gas` and `this` are no plurals.
            let mut before = base.chars();
            before.next_back();
            if has_vowel(before.as_str()) {
                self.replace_from(base.len(), "");
            }
        }
    }

    /// Step 1b: cuts `ed` and `ing` and repairs what they changed in the word before them.
    fn remove_past_or_participle(&mut self) {
        let word = self.word();
        if let Some(base) = word.strip_suffix("eed").or_else(|| word.strip_suffix("eedly")) {
            if base.len() >= self.r1 && !matches!(base, "succ" | "proc" | "exc") {
                self.replace_from(base.len(), "ee");
            }
            return;
        }
        if let Some(base) = word.strip_suffix("ing") {
            if matches!(base, "even" | "cann" | "inn" | "earr" | "herr" | "out") {
                return;
            }
            if let Some(first) = base.strip_suffix('y')
                && let mut letters = first.chars()
                && letters.next().is_some_and(|letter| !is_vowel(letter))
                && letters.next().is_none()
            {
                // `dying` belongs to `die`.
                self.replace_from(first.len(), "ie");
                return;
            }
        }
        let base =
            ["ed", "ing", "edly", "ingly"].iter().find_map(|suffix| word.strip_suffix(suffix));
        if let Some(base) = base
            && has_vowel(base)
        {
            self.replace_from(base.len(), "");
            self.restore_ending();
        }
    }

    /// Brings back the `e` of `hoping` and takes away the second `p` of `hopping`, once `ing` or
    /// `ed` is gone.
    fn restore_ending(&mut self) {
        let word = self.word();
        if ["at", "bl", "iz"].iter().any(|ending| word.ends_with(ending)) {
            self.text.push('e');
            return;
        }
        if let [before @ .., last_but_one, last] = word.as_bytes()
            && last == last_but_one
            && matches!(last, b'b' | b'd' | b'f' | b'g' | b'm' | b'n' | b'p' | b'r' | b't')
        {
            // `add`, `egg` and `off` have two of them from the start.
            if !matches!(before, b"a" | b"e" | b"o") {
                self.text.pop();
            }
        } else if word.len() == self.r1 && ends_in_short_syllable(word) {
            self.text.push('e');
        }
    }

    /// Step 1c: `cry` to `cri`, but neither `by` nor `say`.
    fn replace_final_y(&mut self) {
        let word = self.word();
        if let Some(base) = word.strip_suffix(['y', 'Y'])
            && let mut before = base.chars()
            && before.next_back().is_some_and(|letter| !is_vowel(letter))
            && before.next().is_some()
        {
            self.replace_from(base.len(), "i");
        }
    }

    /// Step 2: takes the outer one of two joined derivations, as in `relational`.
    fn shorten_double_derivation(&mut self) {
        let Some((length, (suffix, ending))) = self.matching_rule(double_derivations) else {
            return;
        };
        let base = &self.word()[..length];
        let fits = match suffix {
            "li" => base.ends_with(['c', 'd', 'e', 'g', 'h', 'k', 'm', 'n', 'r', 't']),
            "ogi" => base.ends_with('l'),
            _ => true,
        };
        if length >= self.r1 && fits {
            self.replace_from(length, ending);
        }
    }

    /// Step 3: shortens or cuts one more derivation in R1.
    fn shorten_derivation(&mut self) {
        if let Some((length, (suffix, ending))) = self.matching_rule(derivations) {
            let region = if suffix == "ative" { self.r1.max(self.r2) } else { self.r1 };
            if length >= region {
                self.replace_from(length, ending);
            }
        }
    }

    /// Step 4: cuts what is left of a derivation in R2.
    fn remove_derivation(&mut self) {
        if let Some((length, (suffix, ending))) = self.matching_rule(last_derivations) {
            let fits = suffix != "ion" || self.word()[..length].ends_with(['s', 't']);
            if length >= self.r2 && fits {
                self.replace_from(length, ending);
            }
        }
    }

    /// Step 5: cuts a silent `e`, and the second `l` of `controll`.
    fn remove_final_e_or_l(&mut self) {
        let word = self.word();
        let is_extra = if let Some(base) = word.strip_suffix('e') {
            base.len() >= self.r2 || (base.len() >= self.r1 && !ends_in_short_syllable(base))
        } else if let Some(base) = word.strip_suffix('l') {
            base.len() >= self.r2 && base.ends_with('l')
        } else {
            false
        };
        if is_extra {
            self.text.pop();
        }
    }
}

/// The rules of step 2 for words with this last byte; a suffix stands before its own endings.
fn double_derivations(last: u8) -> &'static [Rule] {
    match last {
        b'i' => &[
            ("enci", "ence"),
            ("anci", "ance"),
            ("aliti", "al"),
            ("iviti", "ive"),
            ("biliti", "ble"),
            ("ogi", "og"),
            ("abli", "able"),
            ("bli", "ble"),
            ("entli", "ent"),
            ("ousli", "ous"),
            ("fulli", "ful"),
            ("lessli", "less"),
            ("alli", "al"),
            ("li", ""),
        ],
        b'l' => &[("ational", "ate"), ("tional", "tion")],
        b'm' => &[("alism", "al")],
        b'n' => &[("ization", "ize"), ("ation", "ate")],
        b'r' => &[("izer", "ize"), ("ator", "ate")],
        b's' => &[("fulness", "ful"), ("ousness", "ous"), ("iveness", "ive")],
        b't' => &[("ogist", "og")],
        _ => &[],
    }
}

/// The rules of step 3, in the order of [`double_derivations`].
fn derivations(last: u8) -> &'static [Rule] {
    match last {
        b'e' => &[("icate", "ic"), ("ative", ""), ("alize", "al")],
        b'i' => &[("iciti", "ic")],
        b'l' => &[("ational", "ate"), ("tional", "tion"), ("ical", "ic"), ("ful", "")],
        b's' => &[("ness", "")],
        _ => &[],
    }
}

/// The rules of step 4, in the order of [`double_derivations`].
fn last_derivations(last: u8) -> &'static [Rule] {
    match last {
        b'c' => &[("ic", "")],
        b'e' => &[
            ("ance", ""),
            ("ence", ""),
            ("able", ""),
            ("ible", ""),
            ("ate", ""),
            ("ive", ""),
            ("ize", ""),
        ],
        b'i' => &[("iti", "")],
        b'l' => &[("al", "")],
        b'm' => &[("ism", "")],
        b'n' => &[("ion", "")],
        b'r' => &[("er", "")],
        b's' => &[("ous", "")],
        b't' => &[("ement", ""), ("ment", ""), ("ent", ""), ("ant", "")],
        _ => &[],
    }
}

#[cfg(test)]
mod tests {
    use super::stem_into;

    /// Words that reach every rule and exception, with the stems that version 3.1.1 of the Python
    /// package `snowballstemmer` gives them.
    const GOLDEN: &str =
        include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/data/stem_english.tsv"));

    fn stem(word: &str) -> String {
        let mut out = String::new();
        stem_into(word, &mut out);
        out
    }

    #[test]
    fn agrees_with_the_golden_cases() {
        let mut cases = 0;
        for row in GOLDEN.lines().skip(1) {
            let (word, expected) = row.split_once('\t').unwrap();
            assert_eq!(stem(word), expected, "stem of {word:?}");
            cases += 1;
        }
        assert!(cases >= 60, "only {cases} golden cases");
    }

    #[test]
    fn appends_and_leaves_earlier_text_alone() {
        let mut out = String::from("BOYS ");
        for word in ["boys", "", "'", "''s", "'''", "yes"] {
            stem_into(word, &mut out);
            out.push('|');
        }
        assert_eq!(out, "BOYS boy||'||'|yes|");
    }

    #[test]
    fn letters_outside_ascii_count_as_one_consonant() {
        assert_eq!(stem("éying"), "éie");
        assert_eq!(stem("éies"), "éie");
        assert_eq!(stem("ééies"), "ééi");
        assert_eq!(stem("éy"), "éy");
        assert_eq!(stem("oñed"), "oñe");
    }

    #[test]
    fn takes_a_very_long_word() {
        let word = "y".repeat(1_000_000) + "ing";
        assert!(stem(&word).starts_with("yyyy"));
    }
}
