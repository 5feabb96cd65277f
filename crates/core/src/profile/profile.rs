use std::sync::Arc;

use super::{
    batch::Batch,
    counts::Counts,
    layout::{Feature, Layout},
    wire::{Reader, Writer},
};
use crate::{Error, Result};

/// The first bytes of a profile, and the version of its format.
const MAGIC: &[u8; 8] = b"pantauP\x01";

/// What was counted of some rows.
///
/// Profiles with the same layout merge exactly, in any order: the same rows give the same bytes
/// however they were split.
#[derive(Debug, Clone, PartialEq)]
pub struct Profile {
    layout: Arc<Layout>,
    rows: u64,
    features: Vec<FeatureProfile>,
}

/// What was counted of a feature.
#[derive(Debug, Clone, PartialEq)]
pub struct FeatureProfile {
    /// In how many rows its column was not there, or of another kind than it was.
    pub absent: u64,
    /// The counts of all other rows.
    pub counts: Counts,
}

impl Profile {
    /// A profile of no rows.
    pub fn new(layout: &Arc<Layout>) -> Self {
        let empty =
            |feature: &Feature| FeatureProfile { absent: 0, counts: Counts::new(&feature.kind) };
        let features = layout.features().iter().map(empty).collect();
        Self { layout: layout.clone(), rows: 0, features }
    }

    /// What is counted.
    pub fn layout(&self) -> &Arc<Layout> {
        &self.layout
    }

    /// How many rows there are.
    pub fn rows(&self) -> u64 {
        self.rows
    }

    /// What was counted, feature by feature in the order of the layout.
    pub fn features(&self) -> impl Iterator<Item = (&Feature, &FeatureProfile)> {
        self.layout.features().iter().zip(&self.features)
    }

    /// Tells of each feature how many of its values are new.
    pub(super) fn set_unseen(&mut self, unseen: &[u64]) {
        for (own, unseen) in self.features.iter_mut().zip(unseen) {
            own.counts.set_unseen(*unseen);
        }
    }

    /// Whether right labels are known of any answer.
    pub(crate) fn knows_answers(&self) -> bool {
        self.features.iter().any(|own| match &own.counts {
            Counts::Answers(counts) => counts.bins.iter().any(|bin| bin.known > 0),
            _ => false,
        })
    }

    /// Adds what is known of the answers of other rows, whose right labels were known, where nothing
    /// is known here. Nothing else of those rows is counted.
    pub(crate) fn keep_known(&mut self, other: &Self) {
        if self.layout.hash() != other.layout.hash() {
            return;
        }
        for (own, other) in self.features.iter_mut().zip(&other.features) {
            if let (Counts::Answers(own), Counts::Answers(other)) = (&mut own.counts, &other.counts)
            {
                own.keep_known(other);
            }
        }
    }

    /// What was counted of a feature, by its place in the layout.
    pub(crate) fn feature(&self, place: usize) -> &FeatureProfile {
        &self.features[place]
    }

    /// Counts rows. A column of the layout that the batch does not have, or that is of another
    /// kind there, is counted as absent; columns that the layout does not know are not looked at.
    ///
    /// # Errors
    /// [`Error::InvalidInput`] if none of the columns can be counted.
    pub fn update(&mut self, rows: &Batch<'_>) -> Result<()> {
        self.update_where(rows, |_| true)
    }

    /// [`Self::update`], but of vectors only those that `is_counted` allows by their row.
    pub(super) fn update_where(
        &mut self,
        rows: &Batch<'_>,
        is_counted: impl Fn(usize) -> bool,
    ) -> Result<()> {
        let mut place = 0;
        let mut any = self.layout.features().is_empty() || rows.rows() == 0;
        let mut absent = Vec::new();
        for (at, (feature, own)) in
            self.layout.features().iter().zip(&mut self.features).enumerate()
        {
            let column = rows.find(&feature.source, &mut place);
            if column
                .is_some_and(|column| own.counts.update(&feature.kind, column, rows, &is_counted))
            {
                any = true;
            } else {
                absent.push(at);
            }
        }
        if !any {
            self.layout.check(rows)?;
            let first = self.layout.features().iter().find_map(|feature| {
                let (name, column) =
                    rows.columns().iter().find(|(name, _)| *name == feature.source)?;
                Some(format!(", as {name:?}, which holds {} now", column.kind()))
            });
            let problem = format!(
                "its columns are all of another kind than they were{}",
                first.unwrap_or_default()
            );
            return Err(Error::invalid("batch", problem));
        }
        for at in absent {
            let own = &mut self.features[at];
            own.absent = own.absent.saturating_add(rows.rows() as u64);
        }
        self.rows = self.rows.saturating_add(rows.rows() as u64);
        Ok(())
    }

    /// Adds what was counted of other rows.
    ///
    /// # Errors
    /// [`Error::InvalidInput`] if it was counted with another layout.
    pub fn merge(&mut self, other: &Self) -> Result<()> {
        if self.layout.hash() != other.layout.hash() {
            let problem = "it was counted with another layout, so its counts mean something else";
            return Err(Error::invalid("profile", problem));
        }
        self.rows = self.rows.saturating_add(other.rows);
        for (own, other) in self.features.iter_mut().zip(&other.features) {
            own.absent = own.absent.saturating_add(other.absent);
            own.counts.merge(&other.counts);
        }
        Ok(())
    }

    /// The different values of a category, or words of a text, as the bytes of a theta sketch of
    /// Apache DataSketches (compact, ordered, usual seed; of strings in UTF-8), which other engines
    /// read and merge.
    ///
    /// # Errors
    /// [`Error::NotFound`] if there is no such feature, [`Error::InvalidInput`] if it is of another
    /// kind.
    pub fn distinct_sketch(&self, feature: &str) -> Result<Vec<u8>> {
        let Some((_, own)) = self.features().find(|(own, _)| own.name == feature) else {
            let names: Vec<&str> = self.features().map(|(own, _)| own.name.as_str()).collect();
            let (what, hint) = (format!("feature {feature:?}"), names.join(", "));
            return Err(Error::NotFound { what, hint: format!("there are {hint}") });
        };
        match &own.counts {
            Counts::Category(counts) => Ok(counts.distinct_sketch()),
            Counts::Words(counts) => Ok(counts.distinct_sketch()),
            Counts::Number(_) | Counts::Vector(_) | Counts::Answers(_) => {
                Err(Error::invalid(feature, "only of categories and words the values are counted"))
            }
        }
    }

    /// The bytes of this profile: the same for the same rows.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut out = Writer::default();
        out.raw(MAGIC);
        out.raw(&self.layout.hash());
        self.write(&mut out);
        out.into_bytes()
    }

    pub(super) fn write(&self, out: &mut Writer) {
        out.whole(self.rows);
        for feature in &self.features {
            out.whole(feature.absent);
            feature.counts.write(out);
        }
    }

    /// The profile of these bytes.
    ///
    /// # Errors
    /// [`Error::InvalidInput`] for what is no profile of this version, or was counted with another
    /// layout.
    pub fn from_bytes(layout: &Arc<Layout>, bytes: &[u8]) -> Result<Self> {
        let mut from = Reader::new("profile", bytes);
        if from.raw(MAGIC.len())? != MAGIC {
            return Err(from.broken("these are no bytes of a profile of this version"));
        }
        if from.raw(16)? != layout.hash() {
            return Err(from
                .broken("it was counted with another layout, so its counts mean something else"));
        }
        let profile = Self::read(layout, &mut from)?;
        from.end()?;
        Ok(profile)
    }

    pub(super) fn read(layout: &Arc<Layout>, from: &mut Reader<'_>) -> Result<Self> {
        let rows = from.whole()?;
        let features = layout.features().iter().map(|feature| {
            Ok(FeatureProfile { absent: from.whole()?, counts: Counts::read(&feature.kind, from)? })
        });
        let features = features.collect::<Result<_>>()?;
        Ok(Self { layout: layout.clone(), rows, features })
    }
}
