//! What BERT's normaliser and pre-tokeniser make of a character.
//!
//! Both treat every character for itself, with one exception (see [`Effect::Together`]), so what
//! they make of a character is asked of them once and remembered. Their tables are thereby ours,
//! whatever version of Unicode they follow.

use std::sync::{
    OnceLock,
    atomic::{AtomicU64, Ordering},
};

use rustc_hash::FxHashMap;
use tokenizers::normalizers::BertNormalizer;
use tokenizers::pre_tokenizers::bert::BertPreTokenizer;
use tokenizers::{
    NormalizedString, Normalizer, OffsetReferential, OffsetType, PreTokenizedString, PreTokenizer,
};
use unicode_normalization::char::canonical_combining_class;

/// What becomes of a character.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Effect {
    /// Nothing: it vanishes.
    Removed,
    /// The word ends.
    Space,
    /// The word goes on with up to three characters; NUL stands for none.
    Word([char; 3]),
    /// A word of this one character.
    Alone(char),
    /// It cannot be told without its neighbours: a combining mark that stays and that
    /// normalising may move, or more characters than fit into the others.
    Together,
}

const PAGE: usize = 256;
const PAGES: usize = 0x11_0000 / PAGE;
/// An effect is packed into 64 bits: a kind, and three times 20 bits of characters.
const KIND: u32 = 60;
const CHARACTER: u64 = (1 << 20) - 1;

/// What becomes of each character, learned when it is met first.
///
/// Reading never waits: two threads that meet a new character both ask, and write the same answer.
pub(super) struct Characters {
    normalizer: BertNormalizer,
    pages: Vec<OnceLock<Box<[AtomicU64; PAGE]>>>,
}

impl std::fmt::Debug for Characters {
    fn fmt(&self, formatter: &mut std::fmt::Formatter) -> std::fmt::Result {
        self.normalizer.fmt(formatter)
    }
}

impl Characters {
    pub(super) fn new(normalizer: BertNormalizer) -> Self {
        Self { normalizer, pages: std::iter::repeat_with(OnceLock::new).take(PAGES).collect() }
    }

    pub(super) fn normalizer(&self) -> BertNormalizer {
        self.normalizer
    }

    #[inline]
    pub(super) fn effect(&self, character: char) -> Effect {
        let number = character as usize;
        let page = self.pages[number / PAGE]
            .get_or_init(|| Box::new(std::array::from_fn(|_| AtomicU64::new(0))));
        let cell = &page[number % PAGE];
        let mut packed = cell.load(Ordering::Relaxed);
        if packed == 0 {
            packed = pack(self.learn(character));
            cell.store(packed, Ordering::Relaxed);
        }
        unpack(packed)
    }

    /// What becomes of characters that need each other, by the library itself: slow, and always
    /// right.
    pub(super) fn together(&self, text: &str) -> Vec<(char, Kind)> {
        let mut kinds = FxHashMap::default();
        self.normalized(text)
            .chars()
            .map(|character| {
                (character, *kinds.entry(character).or_insert_with(|| kind(character)))
            })
            .collect()
    }

    fn normalized(&self, text: &str) -> String {
        let mut normalized = NormalizedString::from(text);
        // It has no way to fail; should it get one, the text counts as it is.
        let _ = self.normalizer.normalize(&mut normalized);
        normalized.get().to_owned()
    }

    fn learn(&self, character: char) -> Effect {
        let output: Vec<char> =
            self.normalized(character.encode_utf8(&mut [0; 4])).chars().collect();
        let moves = self.normalizer.strip_accents.unwrap_or(self.normalizer.lowercase);
        if output.iter().any(|&character| {
            moves && canonical_combining_class(character) != 0 || character == '\0'
        }) {
            return Effect::Together;
        }
        let kinds: Vec<Kind> = output.iter().map(|&character| kind(character)).collect();
        match (&output[..], &kinds[..]) {
            ([], _) => Effect::Removed,
            (_, [Kind::Space]) => Effect::Space,
            (&[alone], [Kind::Alone])
            | (&[_, alone, _], [Kind::Space, Kind::Word | Kind::Alone, Kind::Space]) => {
                Effect::Alone(alone)
            }
            (characters, kinds)
                if characters.len() <= 3 && kinds.iter().all(|&kind| kind == Kind::Word) =>
            {
                let mut word = ['\0'; 3];
                word[..characters.len()].copy_from_slice(characters);
                Effect::Word(word)
            }
            _ => Effect::Together,
        }
    }
}

/// What a normalised character is to the pre-tokeniser.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// It ends a word.
    Space,
    /// It is a part of a word.
    Word,
    /// It is a word.
    Alone,
}

/// What the pre-tokeniser makes of a character between two letters.
fn kind(character: char) -> Kind {
    let mut pieces = PreTokenizedString::from(format!("a{character}a"));
    let _ = BertPreTokenizer.pre_tokenize(&mut pieces);
    match pieces.get_splits(OffsetReferential::Normalized, OffsetType::Byte).len() {
        1 => Kind::Word,
        2 => Kind::Space,
        _ => Kind::Alone,
    }
}

fn pack(effect: Effect) -> u64 {
    let fits = |character: char| u64::from(character) <= CHARACTER;
    match effect {
        Effect::Removed => 1 << KIND,
        Effect::Space => 2 << KIND,
        Effect::Alone(character) if fits(character) => 3 << KIND | u64::from(character),
        Effect::Word([first, second, third]) if [first, second, third].into_iter().all(fits) => {
            4 << KIND | u64::from(third) << 40 | u64::from(second) << 20 | u64::from(first)
        }
        _ => 5 << KIND,
    }
}

#[inline]
fn unpack(packed: u64) -> Effect {
    let character =
        |shift: u32| char::from_u32((packed >> shift & CHARACTER) as u32).unwrap_or_default();
    match packed >> KIND {
        1 => Effect::Removed,
        2 => Effect::Space,
        3 => Effect::Alone(character(0)),
        4 => Effect::Word([character(0), character(20), character(40)]),
        _ => Effect::Together,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn characters_become_what_bert_makes_of_them() {
        let characters = Characters::new(BertNormalizer::default());
        let word = |text: &str| {
            let mut word = ['\0'; 3];
            word.iter_mut().zip(text.chars()).for_each(|(place, character)| *place = character);
            Effect::Word(word)
        };
        assert_eq!(characters.effect('A'), word("a"));
        assert_eq!(characters.effect('é'), word("e"));
        assert_eq!(characters.effect('한'), word("\u{1112}\u{1161}\u{11ab}"));
        assert_eq!(characters.effect('\u{301}'), Effect::Removed);
        assert_eq!(characters.effect('\u{200b}'), Effect::Removed);
        assert_eq!(characters.effect('\u{a0}'), Effect::Space);
        assert_eq!(characters.effect('“'), Effect::Alone('“'));
        assert_eq!(characters.effect('食'), Effect::Alone('食'));
        assert_eq!(characters.effect('\u{302e}'), Effect::Together);
    }

    #[test]
    fn what_was_learned_is_what_was_asked() {
        let characters = Characters::new(BertNormalizer::new(false, false, Some(false), false));
        for character in ('\0'..=char::MAX).step_by(97) {
            let learned = pack(characters.learn(character));
            assert_eq!(characters.effect(character), unpack(learned));
            assert_eq!(characters.effect(character), unpack(learned));
        }
    }
}
