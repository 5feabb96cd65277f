use std::iter;

use super::super::{
    batch::{Batch, Column},
    layout::{AnswerLayout, GROUPS},
    wire::{Reader, Writer},
};
use crate::Result;

/// Confidences are rounded to multiples of 1 / STEPS before they are summed up, so that sums do not
/// depend on their order.
const STEPS: f64 = 1_073_741_824.0;

/// What was counted of a classifier's answers.
#[derive(Debug, Clone, PartialEq)]
pub struct AnswerCounts {
    /// All answers, by the bin of their confidence.
    pub bins: Vec<Answers>,
    /// For each label of the layout its answers, by 16 groups of bins.
    pub labels: Vec<Vec<Answers>>,
    /// How many have no confidence from 0 to 1.
    pub missing: u64,
}

/// Answers of about the same confidence.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Answers {
    /// How many there are.
    pub count: u64,
    /// Of how many it is known whether they are right.
    pub known: u64,
    /// How many are right.
    pub right: u64,
    sum: i128,
    known_sum: i128,
}

impl Answers {
    /// The mean confidence of all; none without answers.
    pub fn confidence(&self) -> Option<f64> {
        (self.count > 0).then(|| self.sum as f64 / (STEPS * self.count as f64))
    }

    /// The mean confidence of those of which it is known whether they are right.
    pub fn known_confidence(&self) -> Option<f64> {
        (self.known > 0).then(|| self.known_sum as f64 / (STEPS * self.known as f64))
    }

    fn add(&mut self, confidence: f64, is_right: Option<bool>) {
        let steps = (confidence * STEPS).round_ties_even() as i128;
        self.count += 1;
        self.sum = self.sum.saturating_add(steps);
        if let Some(is_right) = is_right {
            self.known += 1;
            self.right += u64::from(is_right);
            self.known_sum = self.known_sum.saturating_add(steps);
        }
    }

    /// Adds other answers.
    pub(crate) fn merge(&mut self, other: &Self) {
        for (own, other) in [
            (&mut self.count, other.count),
            (&mut self.known, other.known),
            (&mut self.right, other.right),
        ] {
            *own = own.saturating_add(other);
        }
        self.sum = self.sum.saturating_add(other.sum);
        self.known_sum = self.known_sum.saturating_add(other.known_sum);
    }

    fn write(&self, out: &mut Writer) {
        for number in [self.count, self.known, self.right] {
            out.whole(number);
        }
        out.signed(self.sum);
        out.signed(self.known_sum);
    }

    fn read(from: &mut Reader<'_>) -> Result<Self> {
        let read = Self {
            count: from.whole()?,
            known: from.whole()?,
            right: from.whole()?,
            sum: from.signed()?,
            known_sum: from.signed()?,
        };
        let most = |count: u64| (i128::from(count) + 1) << 30;
        if read.right > read.known || read.known > read.count {
            return Err(from.broken("more answers are right than there are"));
        }
        let is_sum = |sum: i128, count: u64| (0..most(count)).contains(&sum);
        if !is_sum(read.sum, read.count) || !is_sum(read.known_sum, read.known) {
            return Err(from.broken("a sum is out of range"));
        }
        Ok(read)
    }
}

impl AnswerCounts {
    pub(crate) fn new(layout: &AnswerLayout) -> Self {
        Self {
            bins: vec![Answers::default(); layout.bins.count()],
            labels: vec![vec![Answers::default(); GROUPS]; layout.labels.len()],
            missing: 0,
        }
    }

    /// How many answers there are.
    pub fn count(&self) -> u64 {
        self.bins.iter().map(|own| own.count).sum()
    }

    /// Counts the answers of a batch; says whether it has them.
    pub(super) fn update(
        &mut self,
        layout: &AnswerLayout,
        confidences: &[f64],
        rows: &Batch<'_>,
    ) -> bool {
        let Some(Column::Strings(labels, _)) = rows.find(&layout.label, &mut 0) else {
            return false;
        };
        match rows.find(&layout.actual, &mut 0) {
            Some(Column::Strings(actual, _)) => {
                let right = labels.iter().zip(actual).map(|(label, actual)| {
                    label.zip(*actual).map(|(label, actual)| label == actual)
                });
                self.add(layout, labels, confidences, right);
            }
            _ => self.add(layout, labels, confidences, iter::repeat(None)),
        }
        true
    }

    /// Counts answers, and whether each is right, where that is known.
    pub(crate) fn add(
        &mut self,
        layout: &AnswerLayout,
        labels: &[Option<&str>],
        confidences: &[f64],
        right: impl Iterator<Item = Option<bool>>,
    ) {
        for ((confidence, label), is_right) in confidences.iter().zip(labels).zip(right) {
            if !(0.0..=1.0).contains(confidence) {
                self.missing += 1;
                continue;
            }
            let bin = layout.bins.of(confidence + 0.0);
            self.bins[bin].add(*confidence, is_right);
            let place = label.and_then(|label| layout.labels.iter().position(|own| own == label));
            if let Some(place) = place {
                self.labels[place][layout.group(bin)].add(*confidence, is_right);
            }
        }
    }

    /// Adds what is known of other answers, if nothing is known of these.
    pub(in crate::profile) fn keep_known(&mut self, other: &Self) {
        if self.bins.iter().any(|own| own.known > 0) {
            return;
        }
        let own = self.bins.iter_mut().chain(self.labels.iter_mut().flatten());
        for (own, other) in own.zip(other.cells()) {
            let known = Answers { count: other.known, sum: other.known_sum, ..*other };
            own.merge(&known);
        }
    }

    fn cells(&self) -> impl Iterator<Item = &Answers> {
        self.bins.iter().chain(self.labels.iter().flatten())
    }

    pub(super) fn merge(&mut self, other: &Self) {
        let own = self.bins.iter_mut().chain(self.labels.iter_mut().flatten());
        for (own, other) in own.zip(other.cells()) {
            own.merge(other);
        }
        self.missing = self.missing.saturating_add(other.missing);
    }

    pub(super) fn write(&self, out: &mut Writer) {
        self.cells().for_each(|own| own.write(out));
        out.whole(self.missing);
    }

    pub(super) fn read(layout: &AnswerLayout, from: &mut Reader<'_>) -> Result<Self> {
        let mut read = Self::new(layout);
        for own in read.bins.iter_mut().chain(read.labels.iter_mut().flatten()) {
            *own = Answers::read(from)?;
        }
        read.missing = from.whole()?;
        Ok(read)
    }
}

#[cfg(test)]
mod tests {
    use crate::{
        profile::{
            Batch, Counts, LayoutOptions, PredictionColumns, Profile, Reference, ReferenceOptions,
            WindowLength,
        },
        random::Random,
    };

    struct Rows {
        labels: Vec<&'static str>,
        confidences: Vec<f64>,
        actual: Vec<Option<&'static str>>,
    }

    fn rows(seed: u64, count: usize) -> Rows {
        let mut random = Random::new(seed);
        let (mut labels, mut confidences, mut actual) = (Vec::new(), Vec::new(), Vec::new());
        for row in 0..count {
            let pair = if row % 3 == 0 { ["bad", "good"] } else { ["good", "bad"] };
            let confidence = 0.5 + 0.5 * random.unit();
            let is_right = random.unit() < confidence;
            labels.push(pair[0]);
            confidences.push(if row % 50 == 7 { f64::NAN } else { confidence });
            actual.push((row % 4 > 0).then_some(pair[usize::from(!is_right)]));
        }
        Rows { labels, confidences, actual }
    }

    impl Rows {
        fn batch(&self, start: usize, end: usize) -> Batch<'_> {
            let mut batch = Batch::new(end - start);
            let labels = self.labels[start..end].iter().copied().map(Some).collect();
            batch.categories("label", labels).unwrap();
            batch.numbers("confidence", &self.confidences[start..end]).unwrap();
            batch.categories("actual_label", self.actual[start..end].to_vec()).unwrap();
            batch
        }
    }

    fn reference(rows: &Rows) -> Reference {
        let layout = LayoutOptions {
            predictions: Some(PredictionColumns::default()),
            ..LayoutOptions::default()
        };
        let window = WindowLength::Count(28);
        let options = ReferenceOptions { window, layout, ..ReferenceOptions::default() };
        Reference::build(&rows.batch(0, rows.labels.len()), &options).unwrap()
    }

    #[test]
    fn answers_are_the_same_bytes_however_they_were_split() {
        let rows = rows(1, 5_600);
        let reference = reference(&rows);
        let names: Vec<&str> =
            reference.layout().features().iter().map(|own| own.name.as_str()).collect();
        assert_eq!(names, ["label", "confidence", "confidence (answers)"]);
        let whole = reference.pooled();
        let mut merged = Profile::new(reference.layout());
        for start in (0..5_600).step_by(700).rev() {
            let mut part = Profile::new(reference.layout());
            part.update(&rows.batch(start, start + 700)).unwrap();
            merged.merge(&part).unwrap();
        }
        assert_eq!(merged.to_bytes(), whole.to_bytes());
        let again = Profile::from_bytes(reference.layout(), &whole.to_bytes()).unwrap();
        assert_eq!(again, whole);
        let bytes = reference.to_bytes();
        assert_eq!(Reference::from_bytes(&bytes).unwrap().to_bytes(), bytes);

        let Counts::Answers(counts) = &whole.feature(2).counts else { panic!() };
        assert_eq!((counts.count(), counts.missing), (5_488, 112));
        let known: u64 = counts.bins.iter().map(|own| own.known).sum();
        let with_both = |row: &usize| !row.is_multiple_of(4) && row % 50 != 7;
        assert_eq!(known as usize, (0..5_600).filter(with_both).count());
        let of_labels: u64 = counts.labels.iter().flatten().map(|own| own.right).sum();
        assert_eq!(of_labels, counts.bins.iter().map(|own| own.right).sum::<u64>());
        let mean = counts.bins[10].confidence().unwrap();
        assert!((0.5..0.7).contains(&mean), "{mean}");
    }

    #[test]
    fn columns_that_are_not_there_are_named() {
        let rows = rows(1, 2_800);
        let mut batch = Batch::new(2_800);
        batch.numbers("confidence", &rows.confidences).unwrap();
        let json = r#"{"layout": {"predictions": {"label": "predicted"}}}"#;
        let options = ReferenceOptions::from_json(json).unwrap();
        let error = Reference::build(&batch, &options).unwrap_err().to_string();
        assert_eq!(error, "predictions: there is no column of strings \"predicted\"");
    }
}
