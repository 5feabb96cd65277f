//! What is counted, learnt once from reference rows.

mod answers;
mod category;
mod centres;
mod number;
mod vector;

pub(super) use answers::GROUPS;
pub use answers::{AnswerLayout, PredictionColumns};
pub use category::CategoryLayout;
pub(super) use centres::nearest;
pub use number::NumberLayout;
pub use vector::VectorLayout;
pub(super) use vector::learnt_every;

use serde::Deserialize;

use super::{
    batch::{Batch, Column, Sort},
    hash,
    wire::{Reader, Writer},
};
use crate::{Error, Result, text::words};

/// The first bytes of a layout, and the version of its format.
const MAGIC: &[u8; 8] = b"pantauL\x01";

/// The most features of a layout.
const MOST_FEATURES: usize = 10_000;

/// What may be chosen of a layout.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct LayoutOptions {
    /// How many values of a category, and words of a text, are counted one by one.
    pub top: usize,
    /// How many centres vectors are near to.
    pub centres: usize,
    /// Which columns hold what a classifier said, so that its accuracy can be estimated of rows
    /// that have no labels; the column of right labels is then looked at for nothing else.
    pub predictions: Option<PredictionColumns>,
}

impl Default for LayoutOptions {
    fn default() -> Self {
        Self { top: 50, centres: 32, predictions: None }
    }
}

/// What is counted of rows: a list of features, each with its frozen edges, values or centres.
#[derive(Debug, Clone, PartialEq)]
pub struct Layout {
    features: Vec<Feature>,
    hash: [u8; 16],
}

/// One feature of rows.
#[derive(Debug, Clone, PartialEq)]
pub struct Feature {
    /// Its name: that of its column, and for what is made of a text also of what it is.
    pub name: String,
    /// The column it is made of.
    pub source: String,
    /// What of the column it is.
    pub kind: Kind,
}

/// What of a column a feature is.
#[derive(Debug, Clone, PartialEq)]
pub enum Kind {
    /// A number.
    Number(NumberLayout),
    /// How many characters a text has.
    Characters(NumberLayout),
    /// How many words a text has.
    WordCount(NumberLayout),
    /// The words of a text.
    Words(CategoryLayout),
    /// A category.
    Category(CategoryLayout),
    /// A vector.
    Vector(VectorLayout),
    /// How sure the answers of a classifier are, and how many are right.
    Answers(AnswerLayout),
}

impl LayoutOptions {
    /// Reads options from JSON; what is left out has its default.
    ///
    /// # Errors
    /// [`Error::InvalidInput`] for what is not such an object.
    pub fn from_json(json: &str) -> Result<Self> {
        crate::settings::from_json("options", json)
    }
}

impl Layout {
    /// Learns a layout from reference rows.
    ///
    /// # Errors
    /// [`Error::InvalidInput`] without rows or columns, or for options that cannot be.
    pub fn learn(rows: &Batch<'_>, options: &LayoutOptions) -> Result<Self> {
        if rows.rows() == 0 || rows.columns().is_empty() {
            return Err(Error::invalid("rows", "a layout is learnt from rows with columns"));
        }
        for (name, value, most) in [("top", options.top, 1_000), ("centres", options.centres, 256)]
        {
            if value == 0 || value > most {
                return Err(Error::invalid(name, format!("{value}, allowed are 1 to {most}")));
            }
        }
        let mut features = Vec::new();
        let predictions = options.predictions.as_ref();
        for (name, column) in rows.columns() {
            // Labels come late, and say how good the answers are, not what the rows are.
            if predictions.is_some_and(|columns| columns.actual == *name) {
                continue;
            }
            match column {
                Column::Numbers(numbers) => {
                    push(&mut features, name, "", Kind::Number(NumberLayout::learn(numbers)));
                }
                Column::Strings(values, sort) if !is_text(values, *sort) => {
                    let layout = CategoryLayout::learn(values, options.top);
                    push(&mut features, name, "", Kind::Category(layout));
                }
                Column::Strings(texts, _) => {
                    let (characters, words) = number::lengths(texts);
                    let characters = NumberLayout::learn(&characters);
                    let word_count = NumberLayout::learn(&words);
                    let words = CategoryLayout::learn_words(texts, options.top);
                    push(&mut features, name, "characters", Kind::Characters(characters));
                    push(&mut features, name, "word count", Kind::WordCount(word_count));
                    push(&mut features, name, "words", Kind::Words(words));
                }
                Column::Vectors(numbers, dimensions) => {
                    let layout = VectorLayout::learn(numbers, *dimensions, options.centres)?;
                    push(&mut features, name, "", Kind::Vector(layout));
                }
            }
        }
        if let Some(columns) = predictions {
            let layout = AnswerLayout::learn(rows, columns)?;
            push(&mut features, &columns.confidence, "answers", Kind::Answers(layout));
        }
        Self::new(features)
    }

    fn new(features: Vec<Feature>) -> Result<Self> {
        if features.len() > MOST_FEATURES {
            let problem = format!("{} features, allowed are {MOST_FEATURES}", features.len());
            return Err(Error::invalid("layout", problem));
        }
        let mut layout = Self { features, hash: [0; 16] };
        layout.hash = hash::of_bytes(&layout.to_bytes());
        Ok(layout)
    }

    /// What is counted.
    pub fn features(&self) -> &[Feature] {
        &self.features
    }

    /// What tells layouts apart: profiles of others do not merge.
    pub fn hash(&self) -> [u8; 16] {
        self.hash
    }

    /// Whether a column of this name is looked at.
    pub fn reads(&self, column: &str) -> bool {
        self.features.iter().any(|feature| match &feature.kind {
            Kind::Answers(layout) => [&feature.source, &layout.label, &layout.actual]
                .into_iter()
                .any(|own| own == column),
            _ => feature.source == column,
        })
    }

    /// Refuses rows that have none of the columns that are counted.
    pub(crate) fn check(&self, rows: &Batch<'_>) -> Result<()> {
        let is_there = |feature: &Feature| rows.find(&feature.source, &mut 0).is_some();
        if rows.rows() == 0 || self.features.iter().any(is_there) {
            return Ok(());
        }
        let mut known: Vec<&str> = self.features.iter().map(|own| own.source.as_str()).collect();
        known.dedup();
        Err(Error::invalid("batch", format!("it has none of the columns {}", known.join(", "))))
    }

    /// The bytes of this layout.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut out = Writer::default();
        out.raw(MAGIC);
        out.whole(self.features.len() as u64);
        for feature in &self.features {
            out.text(&feature.name);
            out.text(&feature.source);
            let (tag, write): (u8, &dyn Fn(&mut Writer)) = match &feature.kind {
                Kind::Number(layout) => (0, &|out| layout.write(out)),
                Kind::Characters(layout) => (1, &|out| layout.write(out)),
                Kind::WordCount(layout) => (2, &|out| layout.write(out)),
                Kind::Words(layout) => (3, &|out| layout.write(out)),
                Kind::Category(layout) => (4, &|out| layout.write(out)),
                Kind::Vector(layout) => (5, &|out| layout.write(out)),
                Kind::Answers(layout) => (6, &|out| layout.write(out)),
            };
            out.raw(&[tag]);
            write(&mut out);
        }
        out.into_bytes()
    }

    /// The layout of these bytes.
    ///
    /// # Errors
    /// [`Error::InvalidInput`] for what is no layout of this version.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self> {
        let mut from = Reader::new("layout", bytes);
        if from.raw(MAGIC.len())? != MAGIC {
            return Err(from.broken("these are no bytes of a layout of this version"));
        }
        let features = from.many(4, |from| {
            let (name, source) = (from.text()?, from.text()?);
            let kind = match from.byte()? {
                0 => Kind::Number(NumberLayout::read(from)?),
                1 => Kind::Characters(NumberLayout::read(from)?),
                2 => Kind::WordCount(NumberLayout::read(from)?),
                3 => Kind::Words(CategoryLayout::read(from)?),
                4 => Kind::Category(CategoryLayout::read(from)?),
                5 => Kind::Vector(VectorLayout::read(from)?),
                6 => Kind::Answers(AnswerLayout::read(from)?),
                tag => return Err(from.broken(format!("{tag} is no kind of feature"))),
            };
            Ok(Feature { name, source, kind })
        })?;
        from.end()?;
        Self::new(features)
    }
}

/// The most words that the values of a category have on average.
const WORDS_OF_CATEGORY: usize = 3;

fn is_text(values: &[Option<&str>], sort: Sort) -> bool {
    match sort {
        Sort::Text => true,
        Sort::Category => false,
        Sort::Either => {
            let words: usize =
                values.iter().flatten().map(|value| words::words(value).count()).sum();
            words > WORDS_OF_CATEGORY * values.iter().flatten().count()
        }
    }
}

fn push(features: &mut Vec<Feature>, source: &str, what: &str, kind: Kind) {
    let name = if what.is_empty() { source.to_owned() } else { format!("{source} ({what})") };
    features.push(Feature { name, source: source.to_owned(), kind });
}
