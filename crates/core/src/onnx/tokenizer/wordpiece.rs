//! BERT's tokenizer: clean, split at spaces and punctuation, then the longest tokens from the left.
//!
//! The same numbers as the `tokenizers` library gives, many times faster: the library remembers
//! for every byte where it came from, which nobody asks here.

use tokenizers::normalizers::BertNormalizer;

use super::{
    characters::{Characters, Effect, Kind},
    vocabulary::{Place, Vocabulary},
};

/// The most bytes that are handed to the library at once, where it has to be asked (see
/// [`Effect::Together`]): of more than so many combining marks, the order may differ from its own.
const TOGETHER: usize = 1 << 16;

/// A `WordPiece` model with BERT's normaliser and pre-tokeniser.
#[derive(Debug)]
pub(super) struct WordPiece {
    pub(super) vocabulary: Vocabulary,
    pub(super) names: Names,
    unknown: u32,
    /// Words of more characters are unknown.
    pub(super) longest_word: usize,
    /// Tokens that are looked for in the text as it is, the longest first.
    specials: Vec<(String, u32)>,
    characters: Characters,
    ascii: [Ascii; 128],
    /// By byte: whether a special token begins with it.
    begins_special: [bool; 256],
}

/// What a file calls things.
#[derive(Debug)]
pub(super) struct Names {
    /// The token for words that no tokens make up.
    pub(super) unknown: String,
    /// What tokens inside a word begin with.
    pub(super) prefix: String,
}

/// What becomes of an ASCII character.
#[derive(Debug, Clone, Copy)]
enum Ascii {
    Removed,
    Space,
    Word(u8),
    Alone,
    Together,
}

/// What is kept between two words.
struct Reader<'a> {
    ids: &'a mut Vec<u32>,
    word: Vec<u8>,
    /// How many characters the word has.
    length: usize,
    hashes: Vec<u64>,
}

impl WordPiece {
    pub(super) fn new(
        vocabulary: Vocabulary,
        names: Names,
        unknown: u32,
        longest_word: usize,
        mut specials: Vec<(String, u32)>,
        normalizer: BertNormalizer,
    ) -> Self {
        specials.sort_by_key(|(token, _)| std::cmp::Reverse(token.len()));
        let mut begins_special = [false; 256];
        for (token, _) in &specials {
            begins_special[usize::from(token.as_bytes()[0])] = true;
        }
        let characters = Characters::new(normalizer);
        let ascii = std::array::from_fn(|byte| match characters.effect(char::from(byte as u8)) {
            Effect::Removed => Ascii::Removed,
            Effect::Space => Ascii::Space,
            Effect::Word([character, '\0', '\0']) if character.is_ascii() => {
                Ascii::Word(character as u8)
            }
            Effect::Alone(character) if character as usize == byte => Ascii::Alone,
            _ => Ascii::Together,
        });
        Self {
            vocabulary,
            names,
            unknown,
            longest_word,
            specials,
            characters,
            ascii,
            begins_special,
        }
    }

    pub(super) fn normalizer(&self) -> BertNormalizer {
        self.characters.normalizer()
    }

    /// The number of a token, special or not.
    pub(super) fn id(&self, token: &str) -> Option<u32> {
        let special = self.specials.iter().find(|(content, _)| content == token);
        special.map(|&(_, id)| id).or_else(|| self.vocabulary.id(token))
    }

    /// The highest number of a token, special or not.
    pub(super) fn highest(&self) -> u32 {
        self.specials.iter().map(|&(_, id)| id).fold(self.vocabulary.highest(), u32::max)
    }

    /// The tokens of a text; reading stops soon after `wanted` of them.
    pub(super) fn encode(&self, text: &str, wanted: usize) -> Vec<u32> {
        let mut ids = Vec::with_capacity(wanted.min(text.len() / 3 + 8));
        let mut reader =
            Reader { ids: &mut ids, word: Vec::with_capacity(64), length: 0, hashes: Vec::new() };
        self.read(text, wanted, &mut reader);
        ids
    }

    fn read(&self, text: &str, wanted: usize, reader: &mut Reader) {
        let bytes = text.as_bytes();
        let mut at = 0;
        while at < bytes.len() && reader.ids.len() < wanted {
            let byte = bytes[at];
            if self.begins_special[usize::from(byte)]
                && let Some((token, id)) = self.special_at(text, at)
            {
                self.end_word(reader);
                reader.ids.push(*id);
                at += token.len();
            } else if byte < 0x80 {
                match self.ascii[usize::from(byte)] {
                    Ascii::Word(byte) => {
                        reader.word.push(byte);
                        reader.length += 1;
                    }
                    Ascii::Space => self.end_word(reader),
                    Ascii::Alone => self.add(char::from(byte), Kind::Alone, reader),
                    Ascii::Removed => {}
                    Ascii::Together => {
                        at = self.read_together(text, at, reader);
                        continue;
                    }
                }
                at += 1;
            } else {
                let character = text[at..].chars().next().expect("not at the end");
                match self.characters.effect(character) {
                    Effect::Removed => {}
                    Effect::Space => self.end_word(reader),
                    Effect::Alone(character) => self.add(character, Kind::Alone, reader),
                    Effect::Word(characters) => {
                        for character in characters.into_iter().take_while(|&c| c != '\0') {
                            self.add(character, Kind::Word, reader);
                        }
                    }
                    Effect::Together => {
                        at = self.read_together(text, at, reader);
                        continue;
                    }
                }
                at += character.len_utf8();
            }
        }
        self.end_word(reader);
    }

    /// The special token at a place, if there is one.
    fn special_at(&self, text: &str, at: usize) -> Option<&(String, u32)> {
        let rest = &text.as_bytes()[at..];
        self.specials.iter().find(|(token, _)| rest.starts_with(token.as_bytes()))
    }

    /// Reads characters that need each other; the answer is where they end. What came before
    /// stays as it is: normalising moves marks only up to the next character that is none.
    fn read_together(&self, text: &str, start: usize, reader: &mut Reader) -> usize {
        let mut end = start;
        for (at, character) in text[start..].char_indices().map(|(at, c)| (start + at, c)) {
            end = at;
            let byte = usize::from(text.as_bytes()[at]);
            let goes_on =
                matches!(self.characters.effect(character), Effect::Together | Effect::Removed)
                    && at - start < TOGETHER
                    && !(self.begins_special[byte] && self.special_at(text, at).is_some());
            if at > start && !goes_on {
                break;
            }
            end = at + character.len_utf8();
        }
        for (character, kind) in self.characters.together(&text[start..end]) {
            self.add(character, kind, reader);
        }
        end
    }

    fn add(&self, character: char, kind: Kind, reader: &mut Reader) {
        if kind != Kind::Word {
            self.end_word(reader);
        }
        if kind != Kind::Space {
            reader.word.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes());
            reader.length += 1;
        }
        if kind == Kind::Alone {
            self.end_word(reader);
        }
    }

    /// Adds the tokens of the word that ends here.
    #[inline]
    fn end_word(&self, reader: &mut Reader) {
        if reader.word.is_empty() {
            return;
        }
        if reader.length > self.longest_word {
            reader.ids.push(self.unknown);
            return reader.clear();
        }
        let before = reader.ids.len();
        let mut rest = &reader.word[..];
        let mut place = Place::Head;
        while !rest.is_empty() {
            let Some((len, id)) = self.vocabulary.longest(rest, place, &mut reader.hashes) else {
                reader.ids.truncate(before);
                reader.ids.push(self.unknown);
                break;
            };
            reader.ids.push(id);
            rest = &rest[len..];
            place = Place::Tail;
        }
        reader.clear();
    }
}

impl Reader<'_> {
    fn clear(&mut self) {
        self.word.clear();
        self.length = 0;
    }
}
