//! The prefix rules of the Sastrawi stemmer, numbered as in the literature
//! (Nazief and Adriani 1996; Asian 2007, tables 3.1 and 5.2; Sastrawi's own 41 and 42).
//!
//! PySastrawi applies the rules in one fixed order. Since each needs certain
//! first letters, only those that can match are tried here, in that same order.

use super::dictionary::Dictionary;

/// What a rule leaves of a word: `add` followed by the word without its first `drop` bytes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Cut {
    pub(super) drop: usize,
    pub(super) add: Added,
}

/// What a rule puts in front, always shorter than what it drops.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Added {
    Letters(&'static [u8]),
    /// The word's own first letter, which stood before an infix.
    FirstLetter,
}

/// `di`, `ke` and `se`, which come off without a question.
pub(super) fn plain_prefix(word: &[u8]) -> bool {
    matches!(word, [b'd', b'i', ..] | [b'k' | b's', b'e', ..])
}

/// The result of the first rule that says something about `word`.
///
/// A rule with several readings gives the first one found in the dictionary,
/// else its *last* one. When the last reading does not apply, the whole rule
/// is void, even if an earlier reading applied: rule 30 depends on that.
pub(super) fn first_cut(
    word: &[u8],
    dictionary: &Dictionary,
    scratch: &mut Vec<u8>,
) -> Option<Cut> {
    let mut read = |readings: &[Option<Cut>]| -> Option<Cut> {
        let mut result = None;
        for reading in readings {
            result = *reading;
            if let Some(cut) = result {
                cut.write(word, scratch);
                if dictionary.contains_bytes(scratch) {
                    break;
                }
            }
        }
        result
    };
    let rules: &[&[Rule]] = match word.first()? {
        b'b' => &[BE, INFIX],
        b't' => &[TE, INFIX],
        b'm' => &[ME, INFIX],
        b'p' => &[PE, INFIX],
        b'k' => &[INFIX, KU],
        first if is_consonant(*first) => &[INFIX],
        _ => return None,
    };
    rules.iter().copied().flatten().find_map(|rule| rule(word, &mut read))
}

impl Cut {
    fn write(self, word: &[u8], out: &mut Vec<u8>) {
        out.clear();
        match self.add {
            Added::Letters(letters) => out.extend_from_slice(letters),
            Added::FirstLetter => out.push(word[0]),
        }
        out.extend_from_slice(&word[self.drop..]);
    }
}

/// A rule hands its readings to the second argument, which picks one.
type Rule = fn(&[u8], &mut dyn FnMut(&[Option<Cut>]) -> Option<Cut>) -> Option<Cut>;

fn drop(count: usize) -> Option<Cut> {
    replace(count, b"")
}

#[expect(clippy::unnecessary_wraps, reason = "a reading is an option; this one always applies")]
fn replace(count: usize, letters: &'static [u8]) -> Option<Cut> {
    Some(Cut { drop: count, add: Added::Letters(letters) })
}

fn is_vowel(letter: u8) -> bool {
    matches!(letter, b'a' | b'i' | b'u' | b'e' | b'o')
}

fn is_consonant(letter: u8) -> bool {
    letter.is_ascii_lowercase() && !is_vowel(letter)
}

/// The consonants that rules 35 and 36 accept before `er`.
fn is_hard_consonant(letter: u8) -> bool {
    is_consonant(letter) && !matches!(letter, b'l' | b'm' | b'n' | b'r' | b'w' | b'y')
}

fn vowel_at(word: &[u8], at: usize) -> bool {
    word.get(at).is_some_and(|&letter| is_vowel(letter))
}

fn consonant_at(word: &[u8], at: usize) -> bool {
    word.get(at).is_some_and(|&letter| is_consonant(letter))
}

fn letter_at(word: &[u8], at: usize) -> bool {
    word.get(at).is_some_and(u8::is_ascii_lowercase)
}

fn is_at(word: &[u8], at: usize, part: &[u8]) -> bool {
    word.get(at..).is_some_and(|rest| rest.starts_with(part))
}

fn one_of_at(word: &[u8], at: usize, letters: &[u8]) -> bool {
    word.get(at).is_some_and(|letter| letters.contains(letter))
}

/// `be-`: rules 1 to 5.
const BE: &[Rule] = &[
    |word, read| {
        (word.starts_with(b"ber") && vowel_at(word, 3))
            .then(|| read(&[drop(3), replace(3, b"r")]))?
    },
    |word, read| {
        (word.starts_with(b"ber")
            && consonant_at(word, 3)
            && letter_at(word, 4)
            && !is_at(word, 5, b"er"))
        .then(|| read(&[drop(3)]))?
    },
    |word, read| {
        (word.starts_with(b"ber")
            && consonant_at(word, 3)
            && word[3] != b'r'
            && letter_at(word, 4)
            && is_at(word, 5, b"er")
            && vowel_at(word, 7))
        .then(|| read(&[drop(3)]))?
    },
    |word, read| (word == b"belajar").then(|| read(&[drop(3)]))?,
    |word, read| {
        (word.starts_with(b"be")
            && consonant_at(word, 2)
            && word[2] != b'r'
            && is_at(word, 3, b"er")
            && consonant_at(word, 5))
        .then(|| read(&[drop(2)]))?
    },
];

/// `te-`: rules 6 to 9 and 35.
const TE: &[Rule] = &[
    |word, read| {
        (word.starts_with(b"ter") && vowel_at(word, 3))
            .then(|| read(&[drop(3), replace(3, b"r")]))?
    },
    |word, read| {
        (word.starts_with(b"ter")
            && consonant_at(word, 3)
            && word[3] != b'r'
            && is_at(word, 4, b"er")
            && vowel_at(word, 6))
        .then(|| read(&[drop(3)]))?
    },
    |word, read| {
        (word.starts_with(b"ter")
            && consonant_at(word, 3)
            && word[3] != b'r'
            && !is_at(word, 4, b"er"))
        .then(|| read(&[drop(3)]))?
    },
    |word, read| {
        (word.starts_with(b"te")
            && consonant_at(word, 2)
            && word[2] != b'r'
            && is_at(word, 3, b"er")
            && consonant_at(word, 5))
        .then(|| read(&[drop(2)]))?
    },
    |word, read| {
        (word.starts_with(b"ter")
            && word.get(3).is_some_and(|&letter| is_hard_consonant(letter))
            && is_at(word, 4, b"er")
            && consonant_at(word, 6))
        .then(|| read(&[drop(3)]))?
    },
];

/// `me-`: rules 10 to 19.
const ME: &[Rule] = &[
    |word, read| {
        (word.starts_with(b"me") && one_of_at(word, 2, b"lrwy") && vowel_at(word, 3))
            .then(|| read(&[drop(2)]))?
    },
    |word, read| {
        (word.starts_with(b"mem") && one_of_at(word, 3, b"bfv")).then(|| read(&[drop(3)]))?
    },
    |word, read| word.starts_with(b"mempe").then(|| read(&[drop(3)]))?,
    |word, read| {
        (word.starts_with(b"mem") && vowel_at(word, 3))
            .then(|| read(&[replace(3, b"m"), replace(3, b"p")]))?
    },
    |word, read| {
        (word.starts_with(b"men") && one_of_at(word, 3, b"cdjstz")).then(|| read(&[drop(3)]))?
    },
    |word, read| {
        (word.starts_with(b"men") && vowel_at(word, 3))
            .then(|| read(&[replace(3, b"n"), replace(3, b"t")]))?
    },
    |word, read| {
        (word.starts_with(b"meng") && one_of_at(word, 4, b"ghqk")).then(|| read(&[drop(4)]))?
    },
    |word, read| {
        (word.starts_with(b"meng") && vowel_at(word, 4)).then(|| {
            let without_e = if word[4] == b'e' { drop(5) } else { None };
            read(&[drop(4), replace(4, b"k"), without_e, replace(4, b"ng")])
        })?
    },
    |word, read| {
        (word.starts_with(b"meny") && vowel_at(word, 4))
            .then(|| read(&[replace(4, b"ny"), replace(4, b"s")]))?
    },
    |word, read| {
        (word.starts_with(b"memp") && letter_at(word, 4) && !one_of_at(word, 4, b"en"))
            .then(|| read(&[drop(3)]))?
    },
];

/// `pe-`: rules 20 to 34 and 36.
const PE: &[Rule] = &[
    |word, read| {
        (word.starts_with(b"pe") && one_of_at(word, 2, b"wy") && vowel_at(word, 3))
            .then(|| read(&[drop(2)]))?
    },
    |word, read| {
        (word.starts_with(b"per") && vowel_at(word, 3)).then(|| read(&[drop(3), drop(2)]))?
    },
    |word, read| {
        (word.starts_with(b"per")
            && consonant_at(word, 3)
            && letter_at(word, 4)
            && !is_at(word, 5, b"er"))
        .then(|| read(&[drop(3)]))?
    },
    |word, read| {
        (word.starts_with(b"per")
            && consonant_at(word, 3)
            && word[3] != b'r'
            && letter_at(word, 4)
            && is_at(word, 5, b"er")
            && vowel_at(word, 7))
        .then(|| read(&[drop(3)]))?
    },
    |word, read| {
        (word.starts_with(b"pem") && one_of_at(word, 3, b"bfv")).then(|| read(&[drop(3)]))?
    },
    |word, read| {
        (word.starts_with(b"pem") && vowel_at(word, 3))
            .then(|| read(&[replace(3, b"m"), replace(3, b"p")]))?
    },
    |word, read| {
        (word.starts_with(b"pen") && one_of_at(word, 3, b"cdjstz")).then(|| read(&[drop(3)]))?
    },
    |word, read| {
        (word.starts_with(b"pen") && vowel_at(word, 3))
            .then(|| read(&[replace(3, b"n"), replace(3, b"t")]))?
    },
    |word, read| (word.starts_with(b"peng") && consonant_at(word, 4)).then(|| read(&[drop(4)]))?,
    |word, read| {
        (word.starts_with(b"peng") && vowel_at(word, 4)).then(|| {
            let without_e = if word[4] == b'e' { drop(5) } else { None };
            read(&[drop(4), replace(4, b"k"), without_e])
        })?
    },
    |word, read| {
        (word.starts_with(b"peny") && vowel_at(word, 4))
            .then(|| read(&[replace(4, b"ny"), replace(4, b"s")]))?
    },
    |word, read| {
        if word == b"pelajar" {
            return read(&[drop(3)]);
        }
        (word.starts_with(b"pel") && vowel_at(word, 3)).then(|| read(&[drop(2)]))?
    },
    |word, read| {
        (word.starts_with(b"pe") && consonant_at(word, 2) && !is_at(word, 3, b"er"))
            .then(|| read(&[drop(2)]))?
    },
    |word, read| {
        (word.starts_with(b"pe")
            && word.get(2).is_some_and(|&letter| is_hard_consonant(letter))
            && is_at(word, 3, b"er")
            && consonant_at(word, 5))
        .then(|| read(&[drop(2)]))?
    },
];

/// `-er-`, `-el-`, `-em-` and `-in-` after the first letter: rules 37 to 40.
/// Their first reading keeps the word as it is, which is never a root word at
/// this point, so only the second one is left.
const INFIX: &[Rule] = &[|word, read| {
    (consonant_at(word, 0)
        && matches!(word.get(1..3), Some(b"er" | b"el" | b"em" | b"in"))
        && vowel_at(word, 3))
    .then(|| read(&[Some(Cut { drop: 3, add: Added::FirstLetter })]))?
}];

/// `ku-` and `kau-`: rules 41 and 42.
const KU: &[Rule] = &[
    |word, read| word.starts_with(b"ku").then(|| read(&[drop(2)]))?,
    |word, read| word.starts_with(b"kau").then(|| read(&[drop(3)]))?,
];
