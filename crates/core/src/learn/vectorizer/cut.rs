//! Cutting a text into what n-grams are made of.

use std::ops::Range;

use rustc_hash::FxHashSet;

use super::{
    letters::is_space,
    options::{Analyzer, TfidfOptions},
    prepare::Prepare,
    scan::Scanner,
};
use crate::Result;

/// The part of a symbol that tells which word or character it is.
pub(super) const IDENTITY: u32 = !CONTINUES;

/// Set in a symbol if the word goes on with the next one. Only words of patterns can hold spaces;
/// they are cut at these, so that an n-gram is a series of pieces joined by spaces, in one way
/// only.
pub(super) const CONTINUES: u32 = 1 << 31;

/// A word that has no number.
pub(super) const UNKNOWN: u32 = CONTINUES - 1;

/// What takes the symbols of a text.
pub(super) trait Sink {
    /// The number of a word.
    fn piece(&mut self, word: &str) -> u32;

    /// The next symbol, and the bytes it stands for.
    fn symbol(&mut self, symbol: u32, source: Range<usize>);

    /// No n-gram goes beyond here.
    fn end(&mut self);
}

/// What cuts texts as the options say.
#[derive(Debug, Clone)]
pub(super) struct Cutter {
    pub(super) prepare: Prepare,
    analyzer: Analyzer,
    ngram_range: (usize, usize),
    scanner: Scanner,
    stop_words: FxHashSet<Box<str>>,
}

impl Cutter {
    /// # Errors
    /// When the options cannot be used.
    pub(super) fn new(options: &TfidfOptions) -> Result<Self> {
        let scanner = options.check()?;
        let stop_words = options.stop_words.iter().flatten();
        Ok(Self {
            prepare: Prepare::new(options),
            analyzer: options.analyzer,
            ngram_range: options.ngram_range,
            scanner,
            stop_words: stop_words.map(|word| word.as_str().into()).collect(),
        })
    }

    /// The fewest and the most symbols of an n-gram in a piece of text with so many symbols.
    pub(super) fn range(&self, symbols: usize) -> (usize, usize) {
        let (least, most) = self.ngram_range;
        // A word that is too short for any n-gram is one itself.
        let is_short = self.analyzer == Analyzer::CharWb && symbols < least;
        (if is_short { symbols } else { least }, most)
    }

    /// Whether symbols are words.
    pub(super) fn has_words(&self) -> bool {
        self.analyzer == Analyzer::Word
    }

    /// Cuts a text that was prepared.
    ///
    /// # Errors
    /// When the token pattern gives up on the text.
    pub(super) fn cut(&self, text: &str, sink: &mut impl Sink) -> Result<()> {
        match self.analyzer {
            Analyzer::Word => self.words(text, sink),
            Analyzer::Char => {
                characters(text, sink);
                Ok(())
            }
            Analyzer::CharWb => {
                padded_words(text, sink);
                Ok(())
            }
        }
    }

    fn words(&self, text: &str, sink: &mut impl Sink) -> Result<()> {
        let may_find_spaces = self.scanner.may_find_spaces();
        let result = self.scanner.words(text, |place| {
            let word = &text[place.clone()];
            if !self.stop_words.is_empty() && self.stop_words.contains(word) {
                return;
            }
            if may_find_spaces && word.contains(' ') {
                let mut start = place.start;
                for piece in word.split(' ') {
                    let end = start + piece.len();
                    let continues = if end < place.end { CONTINUES } else { 0 };
                    let symbol = sink.piece(piece) | continues;
                    sink.symbol(symbol, start..end);
                    start = end + 1;
                }
            } else {
                let symbol = sink.piece(word);
                sink.symbol(symbol, place);
            }
        });
        sink.end();
        result
    }
}

/// The characters of a text; two and more that are white space are one space.
fn characters(text: &str, sink: &mut impl Sink) {
    let mut letters = text.char_indices().peekable();
    while let Some((start, letter)) = letters.next() {
        let mut end = start + letter.len_utf8();
        let mut symbol = letter;
        if is_space(letter) {
            while let Some((at, next)) = letters.next_if(|(_, next)| is_space(*next)) {
                symbol = ' ';
                end = at + next.len_utf8();
            }
        }
        sink.symbol(u32::from(symbol), start..end);
    }
    sink.end();
}

/// The characters of each word that white space parts from others, with a space on both sides.
fn padded_words(text: &str, sink: &mut impl Sink) {
    let mut is_inside = false;
    for (at, letter) in text.char_indices() {
        if is_space(letter) {
            if is_inside {
                sink.symbol(u32::from(' '), at..at);
                sink.end();
            }
            is_inside = false;
            continue;
        }
        if !is_inside {
            sink.symbol(u32::from(' '), at..at);
            is_inside = true;
        }
        sink.symbol(u32::from(letter), at..at + letter.len_utf8());
    }
    if is_inside {
        sink.symbol(u32::from(' '), text.len()..text.len());
        sink.end();
    }
}

/// How many n-grams of `least` to `most` symbols so many symbols have.
pub(super) fn ngrams(symbols: usize, (least, most): (usize, usize)) -> usize {
    let most = most.min(symbols);
    if symbols == 0 || most < least {
        return 0;
    }
    // The sum of `symbols + 1 - n` for each length n.
    let lengths = most - least + 1;
    lengths.saturating_mul(2 * symbols + 2 - least - most) / 2
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ngrams_are_counted_without_looking() {
        for symbols in 0..9 {
            for least in 1..7 {
                for most in least..12 {
                    let counted: usize = (least..=most)
                        .map(|length| (symbols + 1_usize).saturating_sub(length))
                        .sum();
                    assert_eq!(ngrams(symbols, (least, most)), counted);
                }
            }
        }
        assert_eq!(ngrams(3, (2, usize::MAX)), 3);
    }
}
