//! One part of a vectorizer: its options, its terms, and how much each of them weighs.

use std::ops::Range;

use super::{
    cut::{CONTINUES, Cutter, Sink, ngrams},
    grow::{Counts, Grower, Vocabulary},
    index::Index,
    options::{Analyzer, Norm, TfidfOptions},
    table::NONE,
    terms::Terms,
    watch::Shared,
};
use crate::{Error, Result, learn::LARGEST_NUMBER};

/// A fitted part of a [`TfidfVectorizer`](super::TfidfVectorizer).
#[derive(Debug, Clone)]
pub struct TfidfPart {
    options: TfidfOptions,
    terms: Terms,
    idf: Option<Vec<f64>>,
    pub(super) cutter: Cutter,
    pub(super) index: Index,
}

impl PartialEq for TfidfPart {
    fn eq(&self, other: &Self) -> bool {
        self.options == other.options && self.terms == other.terms && self.idf == other.idf
    }
}

/// Memory that is used again from text to text.
#[derive(Debug, Default)]
pub struct Scratch {
    text: String,
    symbols: Vec<u32>,
    /// The columns of the n-grams that were found, one for each occurrence.
    pub(super) hits: Vec<u32>,
    /// How many n-grams there were.
    pub(super) ngrams: usize,
}

struct Finder<'s> {
    index: &'s Index,
    cutter: &'s Cutter,
    symbols: &'s mut Vec<u32>,
    hits: &'s mut Vec<u32>,
    ngrams: usize,
}

impl Sink for Finder<'_> {
    fn piece(&mut self, word: &str) -> u32 {
        self.index.piece(word)
    }

    fn symbol(&mut self, symbol: u32, _source: Range<usize>) {
        self.symbols.push(symbol);
    }

    fn end(&mut self) {
        let continued = |symbol: &&u32| **symbol & CONTINUES != 0;
        let length = self.symbols.len() - self.symbols.iter().filter(continued).count();
        let range = self.cutter.range(length);
        self.ngrams += ngrams(length, range);
        self.index.walk(self.symbols, range, |column, _, _| self.hits.push(column));
        self.symbols.clear();
    }
}

impl TfidfPart {
    /// A part of what was learnt elsewhere.
    ///
    /// # Errors
    /// When options, terms and weights do not fit each other.
    pub(super) fn new(options: TfidfOptions, terms: Terms, idf: Option<Vec<f64>>) -> Result<Self> {
        let cutter = Cutter::new(&options)?;
        if terms.is_empty() {
            return Err(Error::invalid("vocabulary", "it has no terms"));
        }
        if terms.len() >= NONE as usize {
            let problem = format!("{} terms, at most {} are allowed", terms.len(), NONE - 1);
            return Err(Error::invalid("vocabulary", problem));
        }
        match &idf {
            None if options.use_idf => return Err(Error::invalid("idf", "use_idf needs it")),
            Some(_) if !options.use_idf => {
                return Err(Error::invalid("idf", "without use_idf there is none"));
            }
            Some(idf) if idf.len() != terms.len() => {
                let problem = format!("{} numbers for {} terms", idf.len(), terms.len());
                return Err(Error::invalid("idf", problem));
            }
            Some(idf) => {
                let fits = |weight: &f64| (0.0..=LARGEST_NUMBER).contains(weight);
                if let Some(column) = idf.iter().position(|weight| !fits(weight)) {
                    let (weight, term) = (idf[column], terms.get(column).unwrap_or_default());
                    let problem = format!(
                        "{weight:e} for the term {term:?}, allowed is 0 to {LARGEST_NUMBER:e}"
                    );
                    return Err(Error::invalid("idf", problem));
                }
            }
            None => {}
        }
        let index = Index::new(options.analyzer, &terms)?;
        Ok(Self { options, terms, idf, cutter, index })
    }

    /// What is learnt from texts, and the counts of the terms in them.
    pub(super) fn fit<T: AsRef<str>>(
        options: &TfidfOptions,
        texts: &[T],
        watch: &Shared<'_>,
    ) -> Result<(Self, Counts)> {
        if texts.is_empty() {
            return Err(Error::invalid("texts", "there are none to learn from"));
        }
        if texts.len() >= NONE as usize {
            let problem = format!("{}, at most {} are allowed", texts.len(), NONE - 1);
            return Err(Error::invalid("texts", problem));
        }
        if let Some(vocabulary) = &options.vocabulary {
            return Self::fit_fixed(options, vocabulary, texts, watch);
        }
        let cutter = Cutter::new(options)?;
        let mut grower = Grower::new(&cutter, options.analyzer);
        let mut spare = String::new();
        for (at, text) in texts.iter().enumerate() {
            watch.look(at)?;
            grower.read(text.as_ref(), &mut spare)?;
        }
        let Vocabulary { terms, texts: frequencies, counts, index } = grower.finish(options)?;
        if terms.is_empty() {
            return Err(nothing_found(options, &cutter, texts));
        }
        let idf = options.use_idf.then(|| {
            frequencies.iter().map(|texts_with| idf(options, texts.len(), *texts_with)).collect()
        });
        let index = match index {
            Some(index) => index,
            None => Index::new(options.analyzer, &terms)?,
        };
        Ok((Self { options: options.clone(), terms, idf, cutter, index }, counts))
    }

    fn fit_fixed<T: AsRef<str>>(
        options: &TfidfOptions,
        vocabulary: &[String],
        texts: &[T],
        watch: &Shared<'_>,
    ) -> Result<(Self, Counts)> {
        let terms: Terms = vocabulary.iter().collect();
        let unweighted = options.use_idf.then(|| vec![1.0; terms.len()]);
        let mut part = Self::new(options.clone(), terms, unweighted)?;
        let mut counts = Counts { starts: vec![0], ..Counts::default() };
        let mut frequencies = vec![0_u32; part.terms.len()];
        let mut scratch = Scratch::default();
        for (at, text) in texts.iter().enumerate() {
            watch.look(at)?;
            part.find(text.as_ref(), &mut scratch)?;
            scratch.hits.sort_unstable();
            for run in scratch.hits.chunk_by(|one, other| one == other) {
                frequencies[run[0] as usize] += 1;
                counts.places.push(run[0]);
                counts.times.push(if options.binary { 1 } else { run.len() as u32 });
            }
            counts.starts.push(counts.places.len());
        }
        if let Some(weights) = &mut part.idf {
            for (column, frequency) in frequencies.into_iter().enumerate() {
                if frequency == 0 && !options.smooth_idf {
                    let term = &vocabulary[column];
                    let problem =
                        format!("{term:?} is in no text, so without smooth_idf it has none");
                    return Err(Error::invalid("idf", problem));
                }
                weights[column] = idf(options, texts.len(), frequency);
            }
        }
        Ok((part, counts))
    }

    /// The settings it was made with.
    pub fn options(&self) -> &TfidfOptions {
        &self.options
    }

    /// Its n-grams, in the order of their columns.
    pub fn terms(&self) -> &Terms {
        &self.terms
    }

    /// How much each n-gram weighs; `None` if all weigh the same.
    pub fn idf(&self) -> Option<&[f64]> {
        self.idf.as_deref()
    }

    /// Finds the n-grams of a text.
    pub(super) fn find(&self, text: &str, scratch: &mut Scratch) -> Result<()> {
        let Scratch { text: spare, symbols, hits, ngrams } = scratch;
        hits.clear();
        let (cutter, index) = (&self.cutter, &self.index);
        let mut finder = Finder { index, cutter, symbols, hits, ngrams: 0 };
        let result = cutter.cut(cutter.prepare.text(text, spare), &mut finder);
        *ngrams = finder.ngrams;
        result
    }

    /// Appends the numbers of the n-grams that were found, with columns from `offset` on.
    pub(super) fn append_found(
        &self,
        scratch: &mut Scratch,
        offset: u32,
        row: &mut Vec<(u32, f64)>,
    ) {
        let hits = &mut scratch.hits;
        hits.sort_unstable();
        let start = row.len();
        for run in hits.chunk_by(|one, other| one == other) {
            let count = if self.options.binary { 1.0 } else { run.len() as f64 };
            row.push((run[0], count));
        }
        self.weigh(&mut row[start..], offset);
    }

    /// Turns counts into numbers, and moves their columns.
    pub(super) fn weigh(&self, row: &mut [(u32, f64)], offset: u32) {
        if self.options.sublinear_tf {
            for (_, value) in row.iter_mut().filter(|(_, count)| *count > 1.0) {
                *value = value.ln() + 1.0;
            }
        }
        if let Some(idf) = &self.idf {
            for (column, value) in row.iter_mut() {
                *value *= idf[*column as usize];
            }
        }
        let length = match self.options.norm {
            None => 0.0,
            Some(Norm::L1) => row.iter().map(|(_, value)| value.abs()).sum(),
            Some(Norm::L2) => row.iter().map(|(_, value)| value * value).sum::<f64>().sqrt(),
        };
        if length > 0.0 {
            for (_, value) in row.iter_mut() {
                *value /= length;
            }
        }
        if offset > 0 {
            for (column, _) in row.iter_mut() {
                *column += offset;
            }
        }
    }
}

/// The weight of a term that is in so many of the texts.
fn idf(options: &TfidfOptions, texts: usize, texts_with: u32) -> f64 {
    let more = if options.smooth_idf { 1.0 } else { 0.0 };
    ((texts as f64 + more) / (f64::from(texts_with) + more)).ln() + 1.0
}

/// Why no n-gram was found in the texts.
fn nothing_found<T: AsRef<str>>(options: &TfidfOptions, cutter: &Cutter, texts: &[T]) -> Error {
    /// Whether there was any word.
    struct Words(bool);

    impl Sink for Words {
        fn piece(&mut self, _word: &str) -> u32 {
            0
        }

        fn symbol(&mut self, _symbol: u32, _source: Range<usize>) {
            self.0 = true;
        }

        fn end(&mut self) {}
    }

    let has_words = |cutter: &Cutter| {
        let mut words = Words(false);
        let mut spare = String::new();
        texts.iter().any(|text| {
            let text = cutter.prepare.text(text.as_ref(), &mut spare);
            cutter.cut(text, &mut words).is_ok() && words.0
        })
    };
    let count = texts.len();
    let (least, most) = options.ngram_range;
    let all = TfidfOptions { stop_words: None, ..options.clone() };
    let problem = if texts.iter().all(|text| text.as_ref().trim().is_empty()) {
        format!("all {count} are empty")
    } else if has_words(cutter) {
        format!("none of {count} is long enough for an n-gram of {least} to {most}")
    } else if Cutter::new(&all).is_ok_and(|cutter| has_words(&cutter)) {
        format!("all {count} hold only stop words")
    } else if options.analyzer == Analyzer::Word {
        format!("the token pattern finds no word in any of {count}")
    } else {
        format!("nothing is left of any of {count}")
    };
    Error::invalid("texts", problem)
}
