//! From texts to rows of numbers: how often their n-grams occur, and how rare these are.
//!
//! The numbers are those of scikit-learn's `TfidfVectorizer`. What differs is how they are found:
//! an n-gram is a place in a tree, reached word by word or character by character, so that no
//! string is made of it.

mod cut;
mod grow;
mod index;
mod letters;
mod options;
mod part;
mod pattern;
mod pieces;
mod prepare;
mod scan;
mod stored;
mod table;
mod terms;
mod trace;
mod translate;
mod watch;

use std::{num::NonZero, ops::Range};

pub use options::{Accents, Analyzer, Frequency, Norm, TfidfOptions};
pub use part::{Scratch, TfidfPart};
pub(super) use stored::Stored;
pub use terms::Terms;
pub use trace::Occurrence;
pub use watch::TfidfWatch;

use super::SparseMatrix;
use crate::{
    Error, Result,
    text::{map_in_order_by, thread_count},
};

/// Turns texts into rows of numbers, one column for each n-gram it learnt.
///
/// It has one or several parts, for example words and characters, whose columns lie side by side;
/// each part is weighed and normalised by itself.
///
/// ```
/// use pantau::learn::{TfidfOptions, TfidfVectorizer};
///
/// let options = TfidfOptions { ngram_range: (1, 2), ..TfidfOptions::default() };
/// let texts = ["filmnya bagus sekali", "filmnya buruk"];
/// let (vectorizer, rows) = TfidfVectorizer::fit_transform(&[options], &texts, None)?;
/// assert_eq!(vectorizer.term(2), "buruk");
/// assert_eq!(rows.row(1).0, [2, 3, 5]);
/// # Ok::<(), pantau::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct TfidfVectorizer {
    parts: Vec<TfidfPart>,
    /// The first column of each part, and how many there are in all.
    offsets: Vec<u32>,
}

impl TfidfVectorizer {
    fn new(parts: Vec<TfidfPart>) -> Result<Self> {
        if parts.is_empty() {
            return Err(Error::invalid("vectorizer", "it has no parts"));
        }
        let mut offsets = vec![0_u32];
        for part in &parts {
            let columns = offsets[offsets.len() - 1] as usize + part.terms().len();
            match u32::try_from(columns) {
                Ok(columns) if columns < u32::MAX => offsets.push(columns),
                _ => {
                    let problem =
                        format!("{columns} columns, at most {} are allowed", u32::MAX - 1);
                    return Err(Error::invalid("vectorizer", problem));
                }
            }
        }
        Ok(Self { parts, offsets })
    }

    /// Learns the n-grams of texts, and how rare they are.
    ///
    /// # Errors
    /// [`Error::InvalidInput`] when the settings cannot be used, or no n-gram is left.
    pub fn fit<T: AsRef<str> + Sync>(
        parts: &[TfidfOptions],
        texts: &[T],
        threads: Option<NonZero<usize>>,
    ) -> Result<Self> {
        Self::fit_watched(parts, texts, threads, &|| Ok(()))
    }

    /// [`fit`](Self::fit), with `watch` called after every thousand texts of each part: an error
    /// ends the work and is returned.
    ///
    /// # Errors
    /// Those of [`fit`](Self::fit), and what `watch` returns.
    pub fn fit_watched<T: AsRef<str> + Sync>(
        parts: &[TfidfOptions],
        texts: &[T],
        threads: Option<NonZero<usize>>,
        watch: &TfidfWatch<'_>,
    ) -> Result<Self> {
        let shared = watch::Shared::new(watch);
        let fitted = Self::fit_parts(parts, texts, threads, &shared);
        let fitted = shared.conclude(fitted)?;
        Self::new(fitted.into_iter().map(|(part, _)| part).collect())
    }

    /// [`fit`](Self::fit), and the rows of the texts, in less time than both take one after the
    /// other.
    ///
    /// # Errors
    /// Those of [`fit`](Self::fit).
    pub fn fit_transform<T: AsRef<str> + Sync>(
        parts: &[TfidfOptions],
        texts: &[T],
        threads: Option<NonZero<usize>>,
    ) -> Result<(Self, SparseMatrix)> {
        Self::fit_transform_watched(parts, texts, threads, &|| Ok(()))
    }

    /// [`fit_transform`](Self::fit_transform), with `watch` called after every thousand texts of
    /// each part: an error ends the work and is returned.
    ///
    /// # Errors
    /// Those of [`fit`](Self::fit), and what `watch` returns.
    pub fn fit_transform_watched<T: AsRef<str> + Sync>(
        parts: &[TfidfOptions],
        texts: &[T],
        threads: Option<NonZero<usize>>,
        watch: &TfidfWatch<'_>,
    ) -> Result<(Self, SparseMatrix)> {
        let shared = watch::Shared::new(watch);
        let fitted = Self::fit_parts(parts, texts, threads, &shared);
        let found = fitted.and_then(|fitted| Self::rows_of(fitted, texts.len(), &shared));
        shared.conclude(found)
    }

    /// The vectorizer of parts that were fitted, and the rows of the texts.
    fn rows_of(
        fitted: Vec<(TfidfPart, grow::Counts)>,
        texts: usize,
        watch: &watch::Shared<'_>,
    ) -> Result<(Self, SparseMatrix)> {
        let (parts, counts): (Vec<_>, Vec<_>) = fitted.into_iter().unzip();
        let vectorizer = Self::new(parts)?;
        let mut rows = SparseMatrix::new(vectorizer.columns());
        let (mut keys, mut row) = (Vec::new(), Vec::new());
        for text in 0..texts {
            watch.look(text)?;
            row.clear();
            for (part, (counts, offset)) in
                vectorizer.parts.iter().zip(counts.iter().zip(&vectorizer.offsets))
            {
                let own = counts.starts[text]..counts.starts[text + 1];
                let known = counts.places[own.clone()].iter().zip(&counts.times[own]);
                keys.clear();
                keys.extend(
                    known
                        .filter(|(place, _)| **place != table::NONE)
                        .map(|(place, count)| u64::from(*place) << 32 | u64::from(*count)),
                );
                keys.sort_unstable();
                let start = row.len();
                row.extend(keys.iter().map(|key| ((key >> 32) as u32, f64::from(*key as u32))));
                part.weigh(&mut row[start..], *offset);
            }
            rows.push(row.iter().copied());
        }
        Ok((vectorizer, rows))
    }

    fn fit_parts<T: AsRef<str> + Sync>(
        parts: &[TfidfOptions],
        texts: &[T],
        threads: Option<NonZero<usize>>,
        watch: &watch::Shared<'_>,
    ) -> Result<Vec<(TfidfPart, grow::Counts)>> {
        let threads = thread_count(texts.len(), threads);
        let fitted =
            map_in_order_by(parts, threads, |options| TfidfPart::fit(options, texts, watch));
        fitted.into_iter().collect()
    }

    /// The rows of texts, in order.
    ///
    /// A text on which a token pattern gives up counts as one that ends there; `fit` refuses it.
    pub fn transform<T: AsRef<str> + Sync>(
        &self,
        texts: &[T],
        threads: Option<NonZero<usize>>,
    ) -> SparseMatrix {
        let threads = thread_count(texts.len(), threads);
        let edge = |thread: usize| thread * texts.len() / threads;
        let shares: Vec<Range<usize>> =
            (0..threads).map(|thread| edge(thread)..edge(thread + 1)).collect();
        let mut shares = map_in_order_by(&shares, threads, |share| {
            let mut rows = SparseMatrix::new(self.columns());
            let (mut scratch, mut row) = (Scratch::default(), Vec::new());
            for text in &texts[share.clone()] {
                self.transform_into(text.as_ref(), &mut scratch, &mut row);
                rows.push(row.iter().copied());
            }
            rows
        })
        .into_iter();
        let mut rows = shares.next().unwrap_or_else(|| SparseMatrix::new(self.columns()));
        shares.for_each(|share| rows.append(&share));
        rows
    }

    /// Makes `row` the row of a text: the columns that are not zero, ascending, and the numbers
    /// there. Gives the [share of n-grams](Self::unseen_share) that are unknown.
    pub fn transform_into(
        &self,
        text: &str,
        scratch: &mut Scratch,
        row: &mut Vec<(u32, f64)>,
    ) -> f64 {
        row.clear();
        let mut seen = Seen::default();
        for (part, offset) in self.parts.iter().zip(&self.offsets) {
            // A pattern that gives up finds no more.
            let _ = part.find(text, scratch);
            if self.tells_novelty(part) {
                seen.add(scratch);
            }
            part.append_found(scratch, *offset, row);
        }
        seen.unseen_share(text)
    }

    /// Of all n-grams of a text, as often as they occur, the share that is unknown: 1 if all are,
    /// or there is none in a text that is not empty; 0 if none is, or the text is empty.
    ///
    /// Where there are parts that count words, only those are asked: pieces of letters are known
    /// from other words, and would make a foreign language look familiar.
    pub fn unseen_share(&self, text: &str, scratch: &mut Scratch) -> f64 {
        let mut seen = Seen::default();
        for part in self.parts.iter().filter(|part| self.tells_novelty(part)) {
            let _ = part.find(text, scratch);
            seen.add(scratch);
        }
        seen.unseen_share(text)
    }

    fn tells_novelty(&self, part: &TfidfPart) -> bool {
        let counts_words = |part: &TfidfPart| part.options().analyzer == Analyzer::Word;
        counts_words(part) || !self.parts.iter().any(counts_words)
    }

    /// Where in a text the known n-grams occur, in the order of the parts and then of the text.
    pub fn trace(&self, text: &str) -> Vec<Occurrence> {
        let mut found = Vec::new();
        for (part, offset) in self.parts.iter().zip(&self.offsets) {
            trace::trace(part, text, *offset, &mut found);
        }
        found
    }

    /// How many columns there are.
    pub fn columns(&self) -> usize {
        self.offsets[self.parts.len()] as usize
    }

    /// The parts, in the order of their columns.
    pub fn parts(&self) -> &[TfidfPart] {
        &self.parts
    }

    /// The n-gram of a column; empty if there is no such column.
    pub fn term(&self, column: u32) -> &str {
        let part = self.offsets.partition_point(|offset| *offset <= column) - 1;
        let own = column - self.offsets[part];
        self.parts.get(part).and_then(|part| part.terms().get(own as usize)).unwrap_or_default()
    }

    /// Whether the n-gram of a column is one of characters, not of words.
    pub fn is_of_letters(&self, column: u32) -> bool {
        let part = self.offsets.partition_point(|offset| *offset <= column) - 1;
        self.parts.get(part).is_some_and(|part| part.options().analyzer != Analyzer::Word)
    }

    /// The n-grams of all columns.
    pub fn terms(&self) -> impl Iterator<Item = &str> {
        self.parts.iter().flat_map(|part| part.terms().iter())
    }

    /// How much the n-gram of each column weighs.
    pub fn idf(&self) -> Vec<f64> {
        let weights = |part: &TfidfPart| {
            part.idf().map_or_else(|| vec![1.0; part.terms().len()], <[f64]>::to_vec)
        };
        self.parts.iter().flat_map(weights).collect()
    }
}

/// How many n-grams of a text are known.
#[derive(Default)]
struct Seen {
    known: usize,
    all: usize,
}

impl Seen {
    fn add(&mut self, scratch: &Scratch) {
        self.known += scratch.hits.len();
        self.all += scratch.ngrams;
    }

    fn unseen_share(&self, text: &str) -> f64 {
        if self.all == 0 {
            return if text.chars().all(char::is_whitespace) { 0.0 } else { 1.0 };
        }
        (self.all - self.known) as f64 / self.all as f64
    }
}

#[cfg(test)]
mod tests;
