//! Words and their numbers.

use super::table::{NONE, mix};

/// Different words, numbered in the order in which they came.
///
/// A word of up to 15 bytes is compared as two numbers that lie in the table itself; only longer
/// ones are looked up elsewhere.
#[derive(Debug, Clone)]
pub(super) struct Pieces {
    slots: Vec<Slot>,
    shift: u32,
    letters: String,
    ends: Vec<usize>,
}

#[derive(Debug, Clone, Copy)]
struct Slot {
    key: [u64; 2],
    number: u32,
}

const EMPTY: Slot = Slot { key: [0, 0], number: NONE };

/// The bytes of a short word and its length, or the hash of a long one and that it is long.
fn key(word: &str) -> [u64; 2] {
    let bytes = word.as_bytes();
    let mut padded = [0; 16];
    if let Some(place) = padded[..15].get_mut(..bytes.len()) {
        place.copy_from_slice(bytes);
        padded[15] = bytes.len() as u8;
        return [0, 8]
            .map(|at| u64::from_le_bytes(std::array::from_fn(|byte: usize| padded[at + byte])));
    }
    let (chunks, rest) = bytes.as_chunks::<8>();
    let mut hash = bytes.len() as u64;
    for chunk in chunks {
        hash = mix(hash ^ u64::from_le_bytes(*chunk));
    }
    for byte in rest {
        hash = mix(hash ^ u64::from(*byte));
    }
    [hash, u64::MAX]
}

impl Pieces {
    pub(super) fn new() -> Self {
        Self { slots: vec![EMPTY; 16], shift: 60, letters: String::new(), ends: Vec::new() }
    }

    /// How many words there are.
    pub(super) fn len(&self) -> usize {
        self.ends.len()
    }

    /// The word of a number.
    pub(super) fn word(&self, number: u32) -> &str {
        let number = number as usize;
        let start = number.checked_sub(1).map_or(0, |before| self.ends[before]);
        &self.letters[start..self.ends[number]]
    }

    /// The number of a word.
    pub(super) fn get(&self, word: &str) -> Option<u32> {
        let slot = &self.slots[self.place(key(word), word)];
        (slot.number != NONE).then_some(slot.number)
    }

    /// The number of a word, which is put in if it is not there.
    pub(super) fn insert(&mut self, word: &str) -> u32 {
        let key = key(word);
        let mut at = self.place(key, word);
        if self.slots[at].number != NONE {
            return self.slots[at].number;
        }
        if self.ends.len() * 2 >= self.slots.len() {
            self.grow();
            at = self.place(key, word);
        }
        let number = self.ends.len() as u32;
        self.letters.push_str(word);
        self.ends.push(self.letters.len());
        self.slots[at] = Slot { key, number };
        number
    }

    /// For each number, the place of its word in the order of all words.
    pub(super) fn ranks(&self) -> Vec<u32> {
        let mut order: Vec<u32> = (0..self.len() as u32).collect();
        order.sort_unstable_by_key(|number| self.word(*number));
        let mut ranks = vec![0; order.len()];
        for (rank, number) in order.into_iter().enumerate() {
            ranks[number as usize] = rank as u32;
        }
        ranks
    }

    fn place(&self, key: [u64; 2], word: &str) -> usize {
        let mask = self.slots.len() - 1;
        let mut at = self.start(key);
        loop {
            let slot = &self.slots[at];
            if slot.number == NONE {
                return at;
            }
            if slot.key == key && (key[1] != u64::MAX || self.word(slot.number) == word) {
                return at;
            }
            at = (at + 1) & mask;
        }
    }

    fn start(&self, key: [u64; 2]) -> usize {
        (mix(key[0] ^ mix(key[1])) >> self.shift) as usize
    }

    fn grow(&mut self) {
        let larger = vec![EMPTY; self.slots.len() * 2];
        let slots = std::mem::replace(&mut self.slots, larger);
        self.shift -= 1;
        let mask = self.slots.len() - 1;
        for slot in slots {
            if slot.number != NONE {
                let mut at = self.start(slot.key);
                while self.slots[at].number != NONE {
                    at = (at + 1) & mask;
                }
                self.slots[at] = slot;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_has_one_number() {
        let mut pieces = Pieces::new();
        let long = "x".repeat(15);
        let longer = "x".repeat(16);
        let words = ["", "a", "b", "é", "日本", &long, &longer, "a\0", "\0", "\0\0"];
        for (number, word) in words.iter().enumerate() {
            assert_eq!(pieces.get(word), None, "{word:?}");
            assert_eq!(pieces.insert(word), number as u32, "{word:?}");
        }
        for number in 0..3_000_u32 {
            pieces.insert(&format!("{number} {}", "y".repeat(number as usize % 40)));
        }
        for (number, word) in words.iter().enumerate() {
            assert_eq!(pieces.get(word), Some(number as u32), "{word:?}");
            assert_eq!(pieces.word(number as u32), *word);
        }
        assert_eq!(pieces.len(), words.len() + 3_000);
        assert_eq!(pieces.get(&format!("39 {}", "y".repeat(39))), Some(words.len() as u32 + 39));
        let ranks = pieces.ranks();
        assert_eq!([ranks[0], ranks[8], ranks[9]], [0, 1, 2]);
    }
}
