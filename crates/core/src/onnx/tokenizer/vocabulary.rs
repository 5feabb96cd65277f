//! The tokens of a `WordPiece` model, found by their bytes.
//!
//! Opening a model should cost little more than reading its file, so all tokens lie in one string
//! and an open-addressing table of numbers points into it: no allocation for each token, and a
//! word that is in the vocabulary is found by reading its bytes once.

use std::fmt;

use serde::de::{Deserialize, DeserializeSeed, Deserializer, MapAccess, Visitor};

use crate::{Error, Result};

/// Tokens in the order of their file, each with its number.
#[derive(Default)]
pub(super) struct TokenList {
    bytes: String,
    /// Where each token ends in `bytes`, and its number.
    ends: Vec<(usize, u32)>,
}

impl TokenList {
    /// The tokens of a `vocab.txt`: one a line, numbered from 0.
    pub(super) fn from_lines(text: &str) -> Self {
        let mut list = Self::default();
        let text = text.strip_suffix('\n').unwrap_or(text);
        for (id, line) in (0..).zip(text.split('\n')) {
            list.push(line.strip_suffix('\r').unwrap_or(line), id);
        }
        list
    }

    fn push(&mut self, token: &str, id: u32) {
        self.bytes.push_str(token);
        self.ends.push((self.bytes.len(), id));
    }
}

impl<'de> Deserialize<'de> for TokenList {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Tokens;
        struct Append<'a>(&'a mut String);

        impl<'de> DeserializeSeed<'de> for Append<'_> {
            type Value = ();
            fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
                deserializer.deserialize_str(self)
            }
        }

        impl Visitor<'_> for Append<'_> {
            type Value = ();
            fn expecting(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
                formatter.write_str("a token")
            }
            fn visit_str<E>(self, token: &str) -> Result<(), E> {
                self.0.push_str(token);
                Ok(())
            }
        }

        impl<'de> Visitor<'de> for Tokens {
            type Value = TokenList;
            fn expecting(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
                formatter.write_str("tokens with their numbers")
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<TokenList, A::Error> {
                let mut list = TokenList::default();
                while map.next_key_seed(Append(&mut list.bytes))?.is_some() {
                    list.ends.push((list.bytes.len(), map.next_value()?));
                }
                Ok(list)
            }
        }

        deserializer.deserialize_map(Tokens)
    }
}

/// Whether a token begins a word or goes on in one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    /// The first token of a word.
    Head,
    /// Any later one, written in the file with a prefix such as `##`.
    Tail,
}

struct Entry {
    start: u32,
    len: u32,
    id: u32,
    place: Place,
}

/// The tokens of a `WordPiece` model, to be looked up.
pub(super) struct Vocabulary {
    bytes: String,
    entries: Vec<Entry>,
    /// The upper half is a part of the hash, the lower half one more than the number of an entry;
    /// 0 is an empty slot.
    slots: Vec<u64>,
    /// The length in bytes of the longest token at each [`Place`].
    longest: [usize; 2],
    /// How many different tokens there are.
    tokens: u32,
    highest: u32,
}

impl fmt::Debug for Vocabulary {
    fn fmt(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
        formatter.debug_struct("Vocabulary").field("tokens", &self.tokens).finish_non_exhaustive()
    }
}

impl Vocabulary {
    /// `prefix` is what tokens inside a word begin with.
    pub(super) fn new(list: TokenList, prefix: &str) -> Result<Self> {
        let count = list.ends.len();
        if u32::try_from(list.bytes.len()).is_err() {
            return Err(Error::invalid("vocabulary", "its tokens are longer than 4 GiB together"));
        }
        let mut vocabulary = Self {
            bytes: String::new(),
            entries: Vec::with_capacity(count + count / 2),
            slots: vec![0; (count * 2).next_power_of_two().max(16)],
            longest: [0; 2],
            tokens: 0,
            highest: 0,
        };
        let mut start = 0;
        for &(end, id) in &list.ends {
            let token = &list.bytes[start..end];
            vocabulary.highest = vocabulary.highest.max(id);
            if vocabulary.insert(&list.bytes, start, end, id, Place::Head) {
                vocabulary.tokens += 1;
            }
            if let Some(rest) = token.strip_prefix(prefix) {
                vocabulary.insert(&list.bytes, end - rest.len(), end, id, Place::Tail);
            }
            start = end;
        }
        vocabulary.bytes = list.bytes;
        Ok(vocabulary)
    }

    /// Whether the token was new; one that comes twice keeps its last number.
    fn insert(&mut self, bytes: &str, start: usize, end: usize, id: u32, place: Place) -> bool {
        // With an empty prefix, each token is there twice, so the table may have to grow.
        if (self.entries.len() + 1) * 4 > self.slots.len() * 3 {
            self.grow(bytes);
        }
        let token = &bytes.as_bytes()[start..end];
        let mixed = mix(hash_of(place, token));
        match self.slot(bytes, mixed, place, token) {
            Ok(entry) => {
                self.entries[entry].id = id;
                false
            }
            Err(slot) => {
                let (start, len) = (start as u32, token.len() as u32);
                self.entries.push(Entry { start, len, id, place });
                self.slots[slot] = (mixed & TAG) | self.entries.len() as u64;
                let longest = &mut self.longest[place as usize];
                *longest = (*longest).max(token.len());
                true
            }
        }
    }

    fn grow(&mut self, bytes: &str) {
        let mut slots = vec![0; self.slots.len() * 2];
        let mask = slots.len() - 1;
        for (number, entry) in self.entries.iter().enumerate() {
            let token = &bytes.as_bytes()[entry.start as usize..][..entry.len as usize];
            let mixed = mix(hash_of(entry.place, token));
            let mut slot = mixed as usize & mask;
            while slots[slot] != 0 {
                slot = (slot + 1) & mask;
            }
            slots[slot] = (mixed & TAG) | (number as u64 + 1);
        }
        self.slots = slots;
    }

    /// The entry of a token, or the empty slot where it would go.
    #[inline]
    fn slot(&self, bytes: &str, mixed: u64, place: Place, token: &[u8]) -> Result<usize, usize> {
        let mask = self.slots.len() - 1;
        let mut slot = mixed as usize & mask;
        loop {
            let found = self.slots[slot];
            if found == 0 {
                return Err(slot);
            }
            if (found ^ mixed) & TAG == 0 {
                let number = (found & !TAG) as usize - 1;
                let entry = &self.entries[number];
                let start = entry.start as usize;
                if entry.place == place
                    && entry.len as usize == token.len()
                    && &bytes.as_bytes()[start..start + token.len()] == token
                {
                    return Ok(number);
                }
            }
            slot = (slot + 1) & mask;
        }
    }

    /// The number of a token as it is written in the file.
    pub(super) fn id(&self, token: &str) -> Option<u32> {
        let mixed = mix(hash_of(Place::Head, token.as_bytes()));
        let entry = self.slot(&self.bytes, mixed, Place::Head, token.as_bytes()).ok()?;
        Some(self.entries[entry].id)
    }

    /// The longest token that the text begins with: its length and its number. `hashes` is
    /// scratch space.
    #[inline]
    pub(super) fn longest(
        &self,
        text: &[u8],
        place: Place,
        hashes: &mut Vec<u64>,
    ) -> Option<(usize, u32)> {
        let text = &text[..text.len().min(self.longest[place as usize])];
        hashes.clear();
        let mut hash = seed(place);
        hashes.extend(text.iter().map(|&byte| {
            hash = step(hash, byte);
            hash
        }));
        for (before, &hash) in hashes.iter().enumerate().rev() {
            let len = before + 1;
            if let Ok(entry) = self.slot(&self.bytes, mix(hash), place, &text[..len]) {
                return Some((len, self.entries[entry].id));
            }
        }
        None
    }

    /// How many different tokens there are.
    pub(super) fn len(&self) -> u32 {
        self.tokens
    }

    /// The highest number of a token.
    pub(super) fn highest(&self) -> u32 {
        self.highest
    }

    /// All tokens as they are written in the file, with their numbers.
    pub(super) fn iter(&self) -> impl Iterator<Item = (&str, u32)> {
        self.entries.iter().filter(|entry| entry.place == Place::Head).map(|entry| {
            let start = entry.start as usize;
            (&self.bytes[start..start + entry.len as usize], entry.id)
        })
    }
}

const TAG: u64 = 0xffff_ffff_0000_0000;

#[inline]
fn seed(place: Place) -> u64 {
    match place {
        Place::Head => 0x51_7c_c1_b7_27_22_0a_95,
        Place::Tail => 0x9e_37_79_b9_7f_4a_7c_15,
    }
}

/// One byte more of a hash: a multiplication, so that every prefix of a word has its hash after
/// one reading.
#[inline]
fn step(hash: u64, byte: u8) -> u64 {
    (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
}

/// Spreads what the last bytes changed over all bits.
#[inline]
fn mix(hash: u64) -> u64 {
    let mixed = (hash ^ (hash >> 32)).wrapping_mul(0xd6e8_feb8_6659_fd93);
    mixed ^ (mixed >> 32)
}

fn hash_of(place: Place, token: &[u8]) -> u64 {
    token.iter().fold(seed(place), |hash, &byte| step(hash, byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn heads_and_tails_are_apart_and_the_longest_wins() {
        let list = TokenList::from_lines("a\nab\n##ab\n##abc\nabd\r\n");
        let vocabulary = Vocabulary::new(list, "##").unwrap();
        let mut hashes = Vec::new();
        assert_eq!(vocabulary.longest(b"abc", Place::Head, &mut hashes), Some((2, 1)));
        assert_eq!(vocabulary.longest(b"abcd", Place::Tail, &mut hashes), Some((3, 3)));
        assert_eq!(vocabulary.longest(b"b", Place::Tail, &mut hashes), None);
        assert_eq!(vocabulary.id("##ab"), Some(2));
        assert_eq!(vocabulary.id("abd"), Some(4));
        assert_eq!((vocabulary.len(), vocabulary.highest()), (5, 4));
    }

    #[test]
    fn a_token_that_comes_twice_keeps_its_last_number() {
        let vocabulary = Vocabulary::new(TokenList::from_lines("a\nb\na"), "##").unwrap();
        assert_eq!((vocabulary.id("a"), vocabulary.len()), (Some(2), 2));
    }

    #[test]
    fn the_table_grows_when_every_token_is_a_tail_too() {
        let lines: Vec<String> = (0..1000).map(|number| format!("t{number}")).collect();
        let vocabulary = Vocabulary::new(TokenList::from_lines(&lines.join("\n")), "").unwrap();
        let mut hashes = Vec::new();
        for (id, line) in (0..).zip(&lines) {
            assert_eq!(vocabulary.id(line), Some(id));
            let found = vocabulary.longest(line.as_bytes(), Place::Tail, &mut hashes);
            assert_eq!(found, Some((line.len(), id)));
        }
    }
}
