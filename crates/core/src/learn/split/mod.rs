//! Dividing labelled texts: for training, for validation and for the test, or into folds.

mod grouped;
#[cfg(test)]
mod tests;

#[cfg(feature = "onnx")]
pub(crate) use grouped::folded;
use grouped::{Grouped, Room};

use crate::{Error, Result, random::Random};

/// How [`split`] divides.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SplitOptions {
    /// The share of the rows to choose settings with; 0 for no such part.
    pub validation: f64,
    /// The share of the rows to measure with in the end; 0 for no such part.
    pub test: f64,
    /// Another seed, another division.
    pub seed: u64,
}

impl Default for SplitOptions {
    fn default() -> Self {
        Self { validation: 0.1, test: 0.1, seed: 0 }
    }
}

/// Rows divided into three parts; each part's rows ascend.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Split {
    /// The rows to learn from.
    pub train: Vec<usize>,
    /// The rows to choose settings with.
    pub validation: Vec<usize>,
    /// The rows to measure with in the end.
    pub test: Vec<usize>,
    /// How many rows repeat the text of an earlier row.
    pub duplicates: usize,
    /// How many texts are there with more than one label.
    pub contradictions: usize,
}

/// Divides rows at random so that every part has each class in the same share, and no text is in
/// two parts.
///
/// Texts that are equal after lower-casing and folding white space are one text, and its rows stay
/// together; the shares are as close as that allows. A class of three rows or more has one at
/// least in every part that has a share; of two rows the first goes to train and the second to the
/// test; a single row is trained on. Texts with several labels may leave a class out of a small
/// part, but never out of train.
///
/// ```
/// use pantau::learn::{SplitOptions, split};
///
/// let texts: Vec<String> = (0..100).map(|row| format!("text {row}")).collect();
/// let labels: Vec<u32> = (0..100).map(|row| row % 2).collect();
/// let parts = split(&texts, &labels, 2, &SplitOptions::default())?;
/// assert_eq!((parts.train.len(), parts.validation.len(), parts.test.len()), (80, 10, 10));
/// # Ok::<(), pantau::Error>(())
/// ```
///
/// # Errors
/// [`Error::InvalidInput`] if there are no rows, there is not one label for each text, a
/// label is none of the classes, only one class occurs, or the shares leave nothing to train on.
pub fn split(
    texts: &[impl AsRef<str>],
    labels: &[u32],
    classes: usize,
    options: &SplitOptions,
) -> Result<Split> {
    for (what, share) in [("validation", options.validation), ("test", options.test)] {
        if !(0.0..1.0).contains(&share) {
            return Err(Error::invalid(
                what,
                format!("the share {share} is not from 0 to below 1"),
            ));
        }
    }
    let held = options.validation + options.test;
    if held >= 1.0 {
        let problem = format!("validation and test take {held} of the rows, train needs some");
        return Err(Error::invalid("split", problem));
    }
    let grouped = Grouped::new(texts, labels, classes)?;
    let mut room = Room::new(3, classes);
    for (class, rows) in grouped.rows_per_class.iter().enumerate() {
        let [validation, test] = shares_of(*rows, options);
        room.set(TRAIN, class, rows - validation - test);
        room.set(VALIDATION, class, validation);
        room.set(TEST, class, test);
    }
    let mut random = Random::new(options.seed);
    let mut part_of = grouped.place(&mut room, &mut random, Room::drawn);
    grouped.bring_all_classes_to(TRAIN, &mut part_of);
    let parts = grouped.rows_of(3, &part_of);
    let [train, test, validation] =
        <[_; 3]>::try_from(parts).expect("there are as many parts as there is room for");
    Ok(Split {
        train,
        validation,
        test,
        duplicates: labels.len() - grouped.groups.len(),
        contradictions: grouped.groups.iter().filter(|group| group.counts.len() > 1).count(),
    })
}

/// How many different texts each class has.
#[cfg(feature = "onnx")]
pub(crate) fn texts_per_class(
    texts: &[impl AsRef<str>],
    labels: &[u32],
    classes: usize,
) -> Result<Vec<usize>> {
    Ok(Grouped::new(texts, labels, classes)?.texts_per_class(classes))
}

/// Divides rows for cross-validation: for each fold the rows to learn from and the rows to measure
/// with, both ascending, so that every row is measured with once.
///
/// Classes and equal texts are treated as by [`split`]: in every fold there are rows of each class
/// to learn from.
///
/// # Errors
/// [`Error::InvalidInput`] as for [`split`], for fewer than 2 folds, if a class has fewer different
/// texts than there are folds, and if texts with several labels tie the classes together so that
/// some fold would have none of a class to learn from.
pub fn folds(
    texts: &[impl AsRef<str>],
    labels: &[u32],
    classes: usize,
    folds: usize,
    seed: u64,
) -> Result<Vec<(Vec<usize>, Vec<usize>)>> {
    if folds < 2 {
        return Err(Error::invalid("folds", format!("{folds} folds, at least 2 are needed")));
    }
    let grouped = Grouped::new(texts, labels, classes)?;
    for (class, different) in grouped.texts_per_class(classes).into_iter().enumerate() {
        if (1..folds).contains(&different) {
            let problem =
                format!("class {class} has {different} different texts, fewer than {folds} folds");
            return Err(Error::invalid("folds", problem));
        }
    }
    let mut room = Room::new(folds, classes);
    // Each class goes on where the one before ended, so that no fold gets every odd row.
    let mut next = 0;
    for (class, rows) in grouped.rows_per_class.iter().enumerate() {
        for fold in 0..folds {
            let extra = (fold + folds - next) % folds < rows % folds;
            room.set(fold, class, rows / folds + usize::from(extra));
        }
        next = (next + rows) % folds;
    }
    let mut random = Random::new(seed);
    let mut part_of = grouped.place(&mut room, &mut random, |room, group, _| room.emptiest(group));
    grouped.spread(folds, &mut part_of, &mut random)?;
    let parts = grouped.rows_of(folds, &part_of);
    let mut fold_of = vec![0; labels.len()];
    for (fold, rows) in parts.iter().enumerate() {
        for row in rows {
            fold_of[*row] = fold;
        }
    }
    Ok(parts
        .into_iter()
        .enumerate()
        .map(|(fold, rows)| ((0..labels.len()).filter(|row| fold_of[*row] != fold).collect(), rows))
        .collect())
}

/// The parts, those first that get a row when there is as much room in another.
const TRAIN: usize = 0;
const TEST: usize = 1;
const VALIDATION: usize = 2;

/// How many rows of a class go to validation and to the test.
#[expect(clippy::cast_sign_loss, reason = "no share is below 0")]
fn shares_of(rows: usize, options: &SplitOptions) -> [usize; 2] {
    let wanted = |share: f64| {
        let least = usize::from(share > 0.0);
        ((rows as f64 * share).round() as usize).max(least)
    };
    let (mut validation, mut test) = (wanted(options.validation), wanted(options.test));
    // What is too small for every part is trained on first, then measured with.
    while validation + test >= rows && validation + test > 0 {
        if validation > 0 && validation >= test {
            validation -= 1;
        } else {
            test -= 1;
        }
    }
    [validation, test]
}
