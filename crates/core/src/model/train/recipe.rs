//! How texts become numbers that can be learnt from, and what learns from them.

use std::{collections::BTreeMap, num::NonZero};

use super::parallel::Progress;
use crate::{
    Result,
    learn::{
        Analyzer, DenseMatrix, Examples, FitExtras, Frequency, LinearModel, LogisticOptions,
        LogisticRegression, NaiveBayes, NaiveBayesKind, NaiveBayesOptions, Progress as FitProgress,
        Scaler, SparseMatrix, TfidfOptions, TfidfVectorizer,
    },
};

/// The texts that are learnt from, with their vectors where an encoder made them.
pub(super) struct Corpus<'a> {
    pub(super) texts: Vec<&'a str>,
    pub(super) vectors: Option<DenseMatrix>,
}

/// How texts become numbers.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Recipe {
    /// For people, and in the record of trials.
    pub(super) name: String,
    /// How words are counted; none if only vectors are looked at.
    pub(super) words: Vec<TfidfOptions>,
    /// Whether the vectors of an encoder are looked at.
    pub(super) vectors: bool,
}

/// What learns.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Learner {
    NaiveBayes { kind: NaiveBayesKind, alpha: f64 },
    Logistic { c: f64 },
}

/// A recipe that has seen the texts to learn from.
pub(super) struct Prepared {
    pub(super) words: Option<TfidfVectorizer>,
    scaler: Option<Scaler>,
}

/// What is learnt from.
pub(super) enum Matrix {
    Sparse(SparseMatrix),
    Dense(DenseMatrix),
}

impl Matrix {
    /// For each row, the scores of all classes.
    pub(super) fn scores(&self, model: &LinearModel) -> Result<Vec<f64>> {
        model.scores(self.examples(), Some(NonZero::<usize>::MIN))
    }

    /// For each row, the class with the highest score, the first of equal ones.
    pub(super) fn labels(&self, model: &LinearModel) -> Result<Vec<u32>> {
        let best = |row: &[f64]| {
            (1..row.len()).fold(0, |best, at| if row[at] > row[best] { at } else { best }) as u32
        };
        Ok(self.scores(model)?.chunks_exact(model.classes()).map(best).collect())
    }

    pub(super) fn examples(&self) -> Examples<'_> {
        match self {
            Self::Sparse(matrix) => Examples::Sparse(matrix),
            Self::Dense(matrix) => Examples::Dense(matrix),
        }
    }
}

impl Recipe {
    /// What is usually worth trying with words: words and pairs of them, and these with the
    /// letters inside words, which see through spelling and endings.
    pub(super) fn usual(rows: usize) -> Vec<Self> {
        // In large data, what stands in one text only is mostly a slip.
        let min_df = Frequency::Count(if rows < 20_000 { 1 } else { 2 });
        let words = TfidfOptions { ngram_range: (1, 2), min_df, ..TfidfOptions::default() };
        let letters = TfidfOptions {
            analyzer: Analyzer::CharWb,
            ngram_range: (2, 5),
            min_df,
            ..TfidfOptions::default()
        };
        let recipe = |name: &str, words: Vec<TfidfOptions>| Self {
            name: name.to_owned(),
            words,
            vectors: false,
        };
        vec![
            recipe("words 1-2", vec![words.clone()]),
            recipe("words 1-2, letters 2-5", vec![words, letters]),
        ]
    }

    /// Looks at the texts of some rows, and gives the numbers for them.
    pub(super) fn prepare(
        &self,
        corpus: &Corpus<'_>,
        rows: &[usize],
        progress: &Progress,
    ) -> Result<(Prepared, Matrix)> {
        let one = Some(NonZero::<usize>::MIN);
        let texts: Vec<&str> = rows.iter().map(|row| corpus.texts[*row]).collect();
        let words = if self.words.is_empty() {
            None
        } else {
            let watch = || progress.check();
            Some(TfidfVectorizer::fit_transform_watched(&self.words, &texts, one, &watch)?)
        };
        let vectors = corpus.vectors.as_ref().filter(|_| self.vectors).map(|all| all.select(rows));
        let scaler = match &vectors {
            None => None,
            // Beside words, whose rows have length 1, the vectors get about that length too.
            Some(vectors) if words.is_some() => {
                Some(Scaler::fit(vectors)?.stretched((vectors.columns() as f64).sqrt()))
            }
            Some(vectors) => Some(Scaler::fit(vectors)?),
        };
        let (words, sparse) = words.unzip();
        let prepared = Prepared { words, scaler };
        let matrix = prepared.join(vectors, sparse)?;
        Ok((prepared, matrix))
    }
}

impl Prepared {
    /// The numbers for the texts of some rows.
    pub(super) fn transform(&self, corpus: &Corpus<'_>, rows: &[usize]) -> Result<Matrix> {
        let texts: Vec<&str> = rows.iter().map(|row| corpus.texts[*row]).collect();
        let one = Some(NonZero::<usize>::MIN);
        let vectors = corpus.vectors.as_ref().filter(|_| self.scaler.is_some());
        let sparse = self.words.as_ref().map(|words| words.transform(&texts, one));
        self.join(vectors.map(|all| all.select(rows)), sparse)
    }

    fn join(&self, vectors: Option<DenseMatrix>, words: Option<SparseMatrix>) -> Result<Matrix> {
        let vectors = match (&self.scaler, vectors) {
            (Some(scaler), Some(vectors)) => Some(scaler.transform(&vectors)?),
            _ => None,
        };
        Ok(match (vectors, words) {
            (Some(vectors), Some(words)) => Matrix::Sparse(words.behind(&vectors)?),
            (Some(vectors), None) => Matrix::Dense(vectors),
            (None, Some(words)) => Matrix::Sparse(words),
            (None, None) => unreachable!("a recipe looks at words, at vectors, or at both"),
        })
    }

    /// The model for numbers as they come, not as they were scaled for learning.
    pub(super) fn finish(&self, model: &LinearModel) -> Result<LinearModel> {
        match &self.scaler {
            Some(scaler) => model.unscaled(scaler),
            None => Ok(model.clone()),
        }
    }
}

impl Learner {
    pub(super) fn settings(self) -> BTreeMap<String, String> {
        let pairs = match self {
            Self::NaiveBayes { kind, alpha } => {
                vec![("naive_bayes", kind.name().to_owned()), ("alpha", alpha.to_string())]
            }
            Self::Logistic { c } => vec![("c", c.to_string())],
        };
        pairs.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
    }

    /// Learns.
    pub(super) fn fit(
        self,
        examples: Examples<'_>,
        labels: &[u32],
        classes: usize,
        progress: &Progress,
    ) -> Result<LinearModel> {
        progress.check()?;
        match self {
            Self::NaiveBayes { kind, alpha } => {
                let options = NaiveBayesOptions { kind, alpha, ..NaiveBayesOptions::default() };
                NaiveBayes::fit(examples, labels, classes, &options, None)?.to_linear()
            }
            Self::Logistic { c } => {
                let options = LogisticOptions {
                    c,
                    // Trials run side by side already.
                    threads: Some(NonZero::<usize>::MIN),
                    ..LogisticOptions::default()
                };
                let mut watch = |_: &FitProgress| progress.check();
                let extras = FitExtras { watch: Some(&mut watch), ..FitExtras::default() };
                let fitted = LogisticRegression::fit(examples, labels, classes, &options, extras)?;
                Ok(fitted.model().clone())
            }
        }
    }
}
