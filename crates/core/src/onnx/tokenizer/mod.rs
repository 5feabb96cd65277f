//! From a text to token numbers.

mod characters;
mod files;
mod json;
mod library;
mod vocabulary;
mod wordpiece;

use std::{fmt, path::Path};

use self::{library::Library, wordpiece::WordPiece};
use crate::{Error, Result};

/// What happens to a text that has more tokens than the model can read at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum LongText {
    /// The beginning is read, the rest is cut off.
    Truncate,
    /// The end is read, what comes before is cut off.
    TruncateStart,
    /// All is read, in windows; the answer is the mean of theirs.
    Windows {
        /// How many tokens two neighbouring windows share.
        overlap: usize,
        /// The most windows a text may have; the rest is cut off.
        max_windows: usize,
    },
}

impl LongText {
    /// By its name, as it is written in every face: `truncate`, `truncate_start` or `windows`. The
    /// rest is read for `windows` only.
    ///
    /// # Errors
    /// [`Error::InvalidInput`] for any other name.
    pub fn named(name: &str, overlap: usize, max_windows: usize) -> Result<Self> {
        match name {
            "truncate" => Ok(Self::Truncate),
            "truncate_start" => Ok(Self::TruncateStart),
            "windows" => Ok(Self::Windows { overlap, max_windows }),
            other => Err(Error::invalid(
                "long_text",
                format!("{other:?} is not one of truncate, truncate_start, windows"),
            )),
        }
    }
}

/// The numbers of one text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Encoding {
    /// Token numbers with the special ones around them, at most `max_tokens` each; one sequence,
    /// or several for a long text read in windows. Never empty.
    pub windows: Vec<Vec<u32>>,
    /// Whether something was cut off.
    pub truncated: bool,
}

/// Turns texts into the numbers a model was trained on.
///
/// The numbers are those of `AutoTokenizer` in Python's `transformers`, also for a text that holds
/// the name of a special token: `[SEP]` in the text of a BERT model becomes the token `[SEP]`.
/// Take such names out of texts whose authors must not do that.
///
/// It does not change once it is open, and can be used from many threads at once.
pub struct Tokenizer {
    engine: Engine,
    /// The special tokens before and after a text.
    before: Vec<u32>,
    after: Vec<u32>,
    pad_id: u32,
    pad_token: Option<String>,
    model_max_length: Option<usize>,
    vocabulary_size: usize,
    rest: json::Rest,
}

#[derive(Debug)]
enum Engine {
    WordPiece(Box<WordPiece>),
    Library(Box<Library>),
}

impl Engine {
    /// The first tokens of a text, and whether they are all; reading stops soon after `wanted`.
    fn first(&self, text: &str, wanted: usize) -> Result<(Vec<u32>, bool)> {
        match self {
            Self::WordPiece(model) => {
                let ids = model.encode(text, wanted);
                let all = ids.len() < wanted;
                Ok((ids, all))
            }
            Self::Library(library) => library.first(text, wanted),
        }
    }

    /// The last tokens of a text, and whether they are all.
    fn last(&self, text: &str, wanted: usize) -> Result<(Vec<u32>, bool)> {
        match self {
            Self::WordPiece(model) => {
                // However long a word is, reading it is cheap: there is no limit to set.
                let all = |text: &str| Ok(model.encode(text, usize::MAX));
                library::last(text, wanted, usize::MAX, all)
            }
            Self::Library(library) => library.last(text, wanted),
        }
    }
}

impl Tokenizer {
    /// Opens the tokenizer in a folder: its `tokenizer.json`, or the `vocab.txt` of older BERT
    /// models, with what `tokenizer_config.json` and `special_tokens_map.json` say.
    ///
    /// Truncation and padding that a `tokenizer.json` asks for are left out: [`Tokenizer::encode`]
    /// is told how long a text may be.
    ///
    /// # Errors
    /// [`Error::NotFound`] when the folder holds neither; [`Error::InvalidInput`] when a file is
    /// broken; [`Error::Incompatible`] when it is of a kind that cannot be read here.
    pub fn open(folder: &Path) -> Result<Self> {
        files::open(folder)
    }

    /// A tokenizer from the content of a `tokenizer.json`.
    ///
    /// # Errors
    /// As [`Tokenizer::open`].
    pub fn from_bytes(bytes: &[u8]) -> Result<Self> {
        files::from_json("tokenizer.json", bytes, &files::Settings::default())
    }

    /// The content of a `tokenizer.json` that opens as the same tokenizer.
    ///
    /// # Errors
    /// [`Error::Incompatible`] when the model cannot be written.
    pub fn to_json(&self) -> Result<String> {
        json::write(self)
    }

    /// The number that fills up the shorter texts of a batch.
    pub fn pad_id(&self) -> u32 {
        self.pad_id
    }

    /// The most tokens the model reads at once, special ones included, where its files say so.
    pub fn model_max_length(&self) -> Option<usize> {
        self.model_max_length
    }

    /// One more than the highest token number: the rows that the model's table of tokens needs.
    pub fn vocabulary_size(&self) -> usize {
        self.vocabulary_size
    }

    /// How many special tokens are put around a text.
    pub fn special_tokens(&self) -> usize {
        self.before.len() + self.after.len()
    }

    /// The numbers of a text of at most `max_tokens` tokens a window, special ones included.
    ///
    /// Of a long text no more is read than is needed. Where a model reads words of any length
    /// (byte-level BPE, Unigram), at most 1,024 bytes for every token that can be kept are read;
    /// what comes after counts as cut off.
    ///
    /// # Errors
    /// [`Error::InvalidInput`] when `max_tokens` leaves no room beside the special tokens, when
    /// windows overlap by all they hold, or when there may be none.
    pub fn encode(&self, text: &str, max_tokens: usize, long: LongText) -> Result<Encoding> {
        let specials = self.special_tokens();
        let room = max_tokens.checked_sub(specials).filter(|&room| room > 0).ok_or_else(|| {
            Error::invalid(
                "max_tokens",
                format!("{max_tokens} leaves no room for text beside {specials} special tokens"),
            )
        })?;
        let (overlap, max_windows) = match long {
            LongText::Windows { overlap, max_windows } => (overlap, max_windows),
            LongText::Truncate | LongText::TruncateStart => (0, 1),
        };
        if max_windows == 0 {
            return Err(Error::invalid(
                "max_windows",
                "0 windows hold no text, at least 1 is needed",
            ));
        }
        let step = room.checked_sub(overlap).filter(|&step| step > 0).ok_or_else(|| {
            Error::invalid(
                "overlap",
                format!(
                    "{overlap} is not less than {room}, the tokens of text in a window \
                     ({max_tokens} less {specials} special ones)"
                ),
            )
        })?;
        let most = room.saturating_add((max_windows - 1).saturating_mul(step));
        let wanted = most.saturating_add(1);
        let (mut ids, all) = if long == LongText::TruncateStart {
            self.engine.last(text, wanted)?
        } else {
            self.engine.first(text, wanted)?
        };
        let truncated = !all || ids.len() > most;
        if long == LongText::TruncateStart {
            ids.drain(..ids.len().saturating_sub(most));
        } else {
            ids.truncate(most);
        }
        Ok(Encoding { windows: self.windows(ids, room, step), truncated })
    }

    fn windows(&self, mut ids: Vec<u32>, room: usize, step: usize) -> Vec<Vec<u32>> {
        if ids.len() <= room {
            // One window is what nearly all texts are: the numbers stay where they are.
            ids.reserve_exact(self.special_tokens());
            ids.splice(0..0, self.before.iter().copied());
            ids.extend(&self.after);
            return vec![ids];
        }
        let mut windows = Vec::with_capacity((ids.len() - room).div_ceil(step) + 1);
        for start in (0..).step_by(step) {
            let end = ids.len().min(start + room);
            windows.push([&self.before, &ids[start..end], &self.after].concat());
            if end == ids.len() {
                break;
            }
        }
        windows
    }
}

impl fmt::Debug for Tokenizer {
    fn fmt(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
        formatter
            .debug_struct("Tokenizer")
            .field("engine", &self.engine)
            .field("vocabulary_size", &self.vocabulary_size)
            .field("pad_id", &self.pad_id)
            .field("model_max_length", &self.model_max_length)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
