//! Token patterns: regular expressions that mean what they mean in Python.

use std::ops::Range;

use fancy_regex::{Regex, RegexBuilder};

use super::translate::{Translation, translate};
use crate::{Error, Result};

/// How many steps back the engine takes on a text before it gives up. Python never does, and may
/// never end.
const MOST_STEPS: usize = 10_000_000;

/// A token pattern.
#[derive(Debug, Clone)]
pub(super) struct Pattern {
    regex: Regex,
    /// The same, but not with nothing at the place where the search begins: what Python looks for
    /// after it found nothing there.
    further: Regex,
    /// The group that holds the word; 0 is the whole match.
    group: usize,
}

impl Pattern {
    pub(super) fn new(pattern: &str) -> Result<Self> {
        let invalid =
            |problem: String| Error::invalid(format!("token_pattern {pattern:?}"), problem);
        let Translation { pattern: translated, groups } = translate(pattern).map_err(invalid)?;
        if groups > 1 {
            return Err(invalid(format!("{groups} capturing groups, at most 1 is allowed")));
        }
        let build = |pattern: &str| {
            let regex = RegexBuilder::new(pattern).backtrack_limit(MOST_STEPS).build();
            regex.map_err(|error| invalid(error.to_string()))
        };
        let regex = build(&translated)?;
        let further = build(&format!(r"(?:{translated})(?!\G)"))?;
        Ok(Self { regex, further, group: groups })
    }

    /// Calls `found` with where each word is, as Python's `findall` would find them.
    pub(super) fn words(&self, text: &str, mut found: impl FnMut(Range<usize>)) -> Result<()> {
        let gave_up =
            |error: fancy_regex::Error| Error::invalid("token_pattern", error.to_string());
        let mut at = 0;
        let mut was_empty = false;
        loop {
            let regex = if was_empty { &self.further } else { &self.regex };
            let (whole, word) = if self.group == 0 {
                let found = regex.find_from_pos(text, at).map_err(gave_up)?;
                let Some(found) = found else { break };
                (found.range(), found.range())
            } else {
                let found = regex.captures_from_pos(text, at).map_err(gave_up)?;
                let Some(found) = found else { break };
                let whole = found.get(0).map_or(at..at, |whole| whole.range());
                // A group that took no part is an empty word.
                let empty = whole.start..whole.start;
                (whole, found.get(1).map_or(empty, |group| group.range()))
            };
            found(word);
            at = whole.end;
            was_empty = whole.is_empty();
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words<'t>(pattern: &str, text: &'t str) -> Vec<&'t str> {
        let mut words = Vec::new();
        Pattern::new(pattern).unwrap().words(text, |word| words.push(&text[word])).unwrap();
        words
    }

    /// Each row is what `"·".join(re.findall(pattern, text))` gives in Python 3.11.
    #[test]
    fn patterns_find_what_they_find_in_python() {
        let text = "Ab abc, don't #tag x-ray 42 123 ab\u{1c}cd é٣४ ह\u{93f}न\u{94d}द\u{940} a{x xxy [a] a\nb A\tx! foo! عرب aa éa ſ K c?\n.c";
        let cases = [
            (r"(?u)\b\w\w\b", "Ab·42·ab·cd·aa·éa"),
            (
                r"\w*",
                "Ab··abc···don··t···tag··x··ray··42··123··ab··cd··é٣४··ह··न··द···a··x··xxy···a···a··b··A··x···foo···عرب··aa··éa··ſ··K··c····c·",
            ),
            (
                r"[^\W\d_]+",
                "Ab·abc·don·t·tag·x·ray·ab·cd·é·ह·न·द·a·x·xxy·a·a·b·A·x·foo·عرب·aa·éa·ſ·K·c·c",
            ),
            (r"(?u)\b[a-zA-Z]{3,}\b", "abc·don·tag·ray·xxy·foo"),
            (
                r"#?(\w+)",
                "Ab·abc·don·t·tag·x·ray·42·123·ab·cd·é٣४·ह·न·द·a·x·xxy·a·a·b·A·x·foo·عرب·aa·éa·ſ·K·c·c",
            ),
            (
                r"\S+",
                "Ab·abc,·don't·#tag·x-ray·42·123·ab·cd·é٣४·ह\u{93f}न\u{94d}द\u{940}·a{x·xxy·[a]·a·b·A·x!·foo!·عرب·aa·éa·ſ·K·c?·.c",
            ),
            (r"(?i)[a-c]+", "Ab·abc·a·a·ab·c·a·a·a·b·A·aa·a·c·c"),
            (r"(?a)\w+", "Ab·abc·don·t·tag·x·ray·42·123·ab·cd·a·x·xxy·a·a·b·A·x·foo·aa·a·K·c·c"),
            (
                r"\b\w+(?:[-']\w+)*\b",
                "Ab·abc·don't·tag·x-ray·42·123·ab·cd·é٣४·ह·न·द·a·x·xxy·a·a·b·A·x·foo·عرب·aa·éa·ſ·K·c·c",
            ),
            (
                r"[\w'&~[-]+",
                "Ab·abc·don't·tag·x-ray·42·123·ab·cd·é٣४·ह·न·द·a·x·xxy·[a·a·b·A·x·foo·عرب·aa·éa·ſ·K·c·c",
            ),
            (r"(?<!\d)\d{1,2}(?!\d)", "42·٣४"),
            (r"[]a]+", "a·a·a·a·a·a]·a·aa·a"),
            (r"x{,2}y", "y·xxy"),
            (r"a{x", "a{x"),
            (r"[\u0600-\u06ff]+", "٣·عرب"),
            (r"(?P<w>[a-z]+)!", "x·foo"),
            (r"a(b)?", "b···b······"),
            (r"\d+", "42·123·٣४"),
            (
                r"[^,]+",
                "Ab abc· don't #tag x-ray 42 123 ab\u{1c}cd é٣४ ह\u{93f}न\u{94d}द\u{940} a{x xxy [a] a\nb A\tx! foo! عرب aa éa ſ K c?\n.c",
            ),
            (r"c$", "c"),
            (r"\.|\?", "?·."),
            (r"(?#hm)(?:a|é)+", "a·a·a·a·é·a·a·a·aa·éa"),
            (r"\Bb\B", "b"),
            (r"^\w", "A"),
            (r"(?m)^\w+$", ""),
            (r"(?s)a.b", "a\nb"),
            (
                r"[^\s]+",
                "Ab·abc,·don't·#tag·x-ray·42·123·ab·cd·é٣४·ह\u{93f}न\u{94d}द\u{940}·a{x·xxy·[a]·a·b·A·x!·foo!·عرب·aa·éa·ſ·K·c?·.c",
            ),
            (
                r"(?i)\w+ſ?",
                "Ab·abc·don·t·tag·x·ray·42·123·ab·cd·é٣४·ह·न·द·a·x·xxy·a·a·b·A·x·foo·عرب·aa·éa·ſ·K·c·c",
            ),
            (r"[\S]+x", "a{x·xx"),
            (r"(\w)\1", "x·o·a"),
            (r"\x41\t?", "A·A\t"),
        ];
        for (pattern, expected) in cases {
            assert_eq!(words(pattern, text).join("·"), expected, "{pattern}");
        }
        assert_eq!(words(r"\w*", ""), [""]);
        assert_eq!(words(r"\B", ""), [""; 0]);
        assert_eq!(words(r"|\w", "aé-"), ["", "a", "", "é", "", ""]);
    }

    #[test]
    fn what_cannot_be_translated_is_refused() {
        for (pattern, problem) in [
            ("(a)(b)", "2 capturing groups, at most 1 is allowed"),
            ("(?x)a b", "the flag 'x' has no counterpart"),
            ("(?(1)a|b)", "\"(?(1)\" has no counterpart"),
            ("[a", "a class without an end"),
            (r"\q", r"the escape \q has no counterpart"),
            (r"\N{DIGIT ONE}", r"the escape \N has no counterpart"),
            ("[z-a]", "the range z-a is backwards"),
            ("a\\", "a backslash at the end"),
            (r"\ud800", r"\ud800 is no character"),
        ] {
            let message = Pattern::new(pattern).unwrap_err().to_string();
            assert_eq!(message, format!("token_pattern {pattern:?}: {problem}"));
        }
        for pattern in ["(", ")", "*", "a**", "(?P<1>a)", r"\1"] {
            let message = Pattern::new(pattern).unwrap_err().to_string();
            assert!(message.starts_with(&format!("token_pattern {pattern:?}: ")), "{message}");
        }
    }
}
