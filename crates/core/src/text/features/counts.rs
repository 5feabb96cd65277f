//! What is counted in a text as it was written.

use crate::text::{clean::find_emoji, pattern::find_url, words::is_word_character};

/// Counts over the characters of an original text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Counts {
    pub(super) characters: u64,
    pub(super) letters: u64,
    pub(super) upper_case: u64,
    pub(super) exclamation_marks: u64,
    pub(super) question_marks: u64,
    pub(super) special: u64,
    pub(super) numbers: u64,
    pub(super) has_url: bool,
    pub(super) has_emoji: bool,
}

impl Counts {
    pub(super) fn of(text: &str) -> Self {
        let mut counts = Self {
            has_url: find_url(text, 0).is_some(),
            has_emoji: find_emoji(text, 0).is_some(),
            ..Self::default()
        };
        if text.is_ascii() {
            counts.count_ascii(text.as_bytes());
        } else {
            counts.count_any(text);
        }
        counts
    }

    /// The share of upper-case letters among all letters; 0 without letters.
    pub(super) fn upper_case_ratio(&self) -> f64 {
        if self.letters == 0 { 0.0 } else { self.upper_case as f64 / self.letters as f64 }
    }

    fn count_any(&mut self, text: &str) {
        for letter in text.chars() {
            self.characters += 1;
            self.letters += u64::from(letter.is_alphabetic());
            self.upper_case += u64::from(letter.is_uppercase());
            self.exclamation_marks += u64::from(matches!(letter, '!' | '！'));
            self.question_marks += u64::from(matches!(letter, '?' | '？'));
            let is_ordinary =
                is_word_character(letter) || letter.is_whitespace() || letter.is_control();
            self.special += u64::from(!is_ordinary);
        }
        self.numbers = count_numbers(text.chars(), char::is_numeric);
    }

    /// The same for ASCII, one kind at a time: each of these loops runs over
    /// many bytes at once.
    fn count_ascii(&mut self, bytes: &[u8]) {
        let count = |is_counted: fn(&u8) -> bool| {
            bytes.iter().filter(|byte| is_counted(byte)).count() as u64
        };
        self.characters = bytes.len() as u64;
        self.letters = count(u8::is_ascii_alphabetic);
        self.upper_case = count(u8::is_ascii_uppercase);
        self.exclamation_marks = count(|&byte| byte == b'!');
        self.question_marks = count(|&byte| byte == b'?');
        self.special = count(u8::is_ascii_punctuation);
        if count(u8::is_ascii_digit) > 0 {
            let letters = bytes.iter().map(|&byte| char::from(byte));
            self.numbers = count_numbers(letters, |letter| letter.is_ascii_digit());
        }
    }
}

/// Counts runs of digits; `1.250.000,50` is one number, `12:30` two.
fn count_numbers(letters: impl Iterator<Item = char>, is_digit: impl Fn(char) -> bool) -> u64 {
    let mut numbers = 0;
    let mut number = Number::Outside;
    for letter in letters {
        number = if is_digit(letter) {
            numbers += u64::from(number == Number::Outside);
            Number::Inside
        } else if matches!(letter, '.' | ',') && number == Number::Inside {
            Number::AfterSeparator
        } else {
            Number::Outside
        };
    }
    numbers
}

/// Where in a number the scan is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Number {
    Outside,
    Inside,
    AfterSeparator,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_with_separators_are_one() {
        let numbers = |text| Counts::of(text).numbers;
        assert_eq!(numbers("Rp1.250.000,50 jam 12:30, 7.. 8"), 5);
        assert_eq!(numbers("3., 4"), 2);
        assert_eq!(numbers("٣٤ dan ½"), 2);
        assert_eq!(numbers(""), 0);
    }

    #[test]
    fn specials_are_neither_letter_digit_nor_space() {
        let counts = Counts::of("Wah!! “bagus”？ 👍 नमस्ते\t_\u{0}");
        assert_eq!(counts.special, 7);
        assert_eq!((counts.exclamation_marks, counts.question_marks), (2, 1));
        assert!(counts.has_emoji && !counts.has_url);
        assert_eq!(Counts::of("").upper_case_ratio().to_bits(), 0.0_f64.to_bits());
        assert!((Counts::of("AbÉ1!").upper_case_ratio() - 2.0 / 3.0).abs() < 1e-15);
    }
}
