use super::{add, distinct::Distinct, read_counts, sample::Sample};
use crate::{
    Result,
    profile::{
        hash,
        layout::CategoryLayout,
        wire::{Reader, Writer},
    },
    text::words,
};

/// What was counted of the words of texts.
#[derive(Debug, Clone, PartialEq)]
pub struct WordCounts {
    /// How often each of the layout's top words was seen, and at last all other known ones.
    pub values: Vec<u64>,
    /// How often a word was seen that the reference never had.
    pub unseen: u64,
    /// How many texts were read.
    pub texts: u64,
    sample: Sample,
    distinct: Distinct,
}

impl WordCounts {
    pub(super) fn new(layout: &CategoryLayout) -> Self {
        let values = vec![0; layout.top.len() + 1];
        Self {
            values,
            unseen: 0,
            texts: 0,
            sample: Sample::default(),
            distinct: Distinct::default(),
        }
    }

    /// How many words there are, known or not.
    pub fn count(&self) -> u64 {
        self.values.iter().sum::<u64>() + self.unseen
    }

    /// About how many different words there are: up to 256 exactly, and more to about 6 %.
    pub fn distinct(&self) -> f64 {
        self.distinct.estimate()
    }

    /// The sketch behind [`Self::distinct`]: the bytes of a compact theta sketch of Apache
    /// DataSketches, which other engines read and merge.
    pub fn distinct_sketch(&self) -> Vec<u8> {
        self.distinct.to_bytes()
    }

    /// Words that the reference never had, as a sample of the texts they were in: the more texts,
    /// the higher the count.
    pub fn unseen_words(&self) -> Vec<(&str, u64)> {
        self.sample.names()
    }

    /// [`Self::values`], where what the reference never had is among the others: a reference knows
    /// all of its rare words, and of what comes later some are new although nothing changed.
    pub fn with_unseen(&self) -> Vec<u64> {
        let mut values = self.values.clone();
        if let Some(others) = values.last_mut() {
            *others = others.saturating_add(self.unseen);
        }
        values
    }

    pub(super) fn update(&mut self, layout: &CategoryLayout, texts: &[Option<&str>]) {
        let mut spare = String::new();
        for text in texts.iter().flatten() {
            self.texts += 1;
            let mut own = None;
            for word in words::words(text) {
                let word = words::lookup_form(word, &mut spare);
                if word.is_empty() {
                    continue;
                }
                let hash = hash::of_text(word);
                let place = layout.place(hash);
                // A frequent word is told of once.
                if place.is_none_or(|place| place == layout.top.len() || self.values[place] == 0) {
                    self.distinct.see(word);
                }
                if let Some(place) = place {
                    self.values[place] += 1;
                } else {
                    self.unseen += 1;
                    // A word in another text is another member of the sample.
                    let own = *own.get_or_insert_with(|| hash::of_text(text));
                    self.sample.add(hash::of_pair(hash, own), word, 1);
                }
            }
        }
    }

    pub(super) fn merge(&mut self, other: &Self) {
        add(&mut self.values, &other.values);
        self.unseen = self.unseen.saturating_add(other.unseen);
        self.texts = self.texts.saturating_add(other.texts);
        self.sample.merge(&other.sample);
        self.distinct.merge(&other.distinct);
    }

    pub(super) fn write(&self, out: &mut Writer) {
        out.wholes(&self.values);
        out.whole(self.unseen);
        out.whole(self.texts);
        self.sample.write(out);
        self.distinct.write(out);
    }

    pub(super) fn read(layout: &CategoryLayout, from: &mut Reader<'_>) -> Result<Self> {
        let values = read_counts(from, layout.top.len() + 1)?;
        let (unseen, texts) = (from.whole()?, from.whole()?);
        let (sample, distinct) = (Sample::read(from)?, Distinct::read(from)?);
        Ok(Self { values, unseen, texts, sample, distinct })
    }
}
