//! Column by column, with p-values that hold for all of them together.

use std::collections::BTreeMap;

use super::{
    super::sentence::figure,
    ColumnDrift, TableDrift, TableOptions, TableRows, Verdict,
    columns::{Cells, follows_on, is_counter},
    shares, words,
};
use crate::{
    Error, Result,
    profile::Batch,
    stats::{Alternative, Method, SortedSample, holm},
};

/// More permutations tell no difference that matters.
const MOST_PERMUTATIONS: usize = 9_999;

/// A text has as many: characters, word count, words, missing.
const MOST_TESTS: f64 = 4.0;

/// What a test found.
pub(super) struct Tested {
    pub(super) test: &'static str,
    pub(super) statistic: f64,
    pub(super) p_value: f64,
    /// Whether the p-value is a share of shuffled rows.
    pub(super) is_shuffled: bool,
    pub(super) effect: f64,
    pub(super) sentence: String,
}

/// Says of each column of two tables whether it is as it was: once, for who looks once. Who looks every
/// day should use a [`Monitor`](crate::drift::Monitor), whose alarms hold over time.
///
/// Numbers are tested by Kolmogorov and Smirnov; categories by chi-square, and exactly where values are
/// rare; of texts the lengths, and the words by the maximum mean discrepancy; and where cells are missing,
/// how many are. Strings that are all numbers are numbers; strings with more than three words on average
/// are texts. Where only some cells are numbers, it is told how many. Times, vectors, and whole numbers
/// that only grow or only fall, as ids do, are not compared. A column that became another kind of
/// column, such as times that became words, counts as drift.
///
/// P-values are adjusted by Holm's method: where nothing drifts, a look finds something with the probability
/// `alpha` at most, however many columns there are. The effect is the share of rows, or of words, that
/// would have to move.
///
/// ```
/// use pantau::{drift::{TableOptions, compare_tables}, profile::Batch};
///
/// let (usual, later) = ([1.0, 2.0, 3.0, 4.0, 5.0].repeat(40), [4.0, 5.0].repeat(50));
/// let (mut before, mut now) = (Batch::new(200), Batch::new(100));
/// before.numbers("stars", &usual)?;
/// now.numbers("stars", &later)?;
/// let found = compare_tables(&before, &now, &TableOptions::default())?;
/// assert!(found.drift_detected);
/// assert_eq!(found.columns[0].sentence, "median 3 → 4.5, middle half 2 to 4 → 4 to 5");
/// # Ok::<(), pantau::Error>(())
/// ```
///
/// # Errors
/// [`Error::InvalidInput`] for options that cannot be, a named column that is not there or cannot be
/// compared, or tables that have no column to compare.
pub fn compare_tables(
    reference: &Batch<'_>,
    current: &Batch<'_>,
    options: &TableOptions,
) -> Result<TableDrift> {
    options.check()?;
    let mut not_compared = options.left_out.clone();
    let mut looked = Looked::default();
    let names = names(reference, current, options, &mut not_compared)?;
    // As many that the smallest p-value there can be is small enough after it was adjusted.
    let enough = (4.0 * MOST_TESTS * names.len() as f64 / options.alpha).ceil();
    #[expect(clippy::cast_sign_loss, reason = "a number above 0")]
    let permutations = (enough as usize).clamp(499, MOST_PERMUTATIONS);
    for name in names {
        let was = cells(reference, "reference", &name)?;
        let now = cells(current, "current table", &name)?;
        if let Err(reason) = looked.test(&name, (&was, &now), options, permutations)? {
            // Who names a column means it.
            if options.columns.is_some() {
                return Err(Error::invalid("columns", format!("{name}: {reason}")));
            }
            not_compared.insert(name, reason);
        }
    }
    if looked.tested.is_empty() && !looked.kind_changed {
        let told = |(name, reason): (&String, &String)| format!("{name}: {reason}");
        let reasons: Vec<String> = not_compared.iter().map(told).collect();
        let why = if reasons.is_empty() { "there is none".to_owned() } else { reasons.join("; ") };
        return Err(Error::invalid("columns", format!("no column to compare: {why}")));
    }
    if looked.tested.iter().any(|(_, own)| own.is_shuffled) && enough > MOST_PERMUTATIONS as f64 {
        let least = 1.0 / (MOST_PERMUTATIONS + 1) as f64;
        looked.notes.push(format!("p-values of shuffled rows cannot be below {least}"));
    }
    let columns = judged(looked.tested, options)?;
    let drifted = columns.iter().any(|own| own.verdict == Verdict::Drift);
    Ok(TableDrift {
        drift_detected: drifted || looked.kind_changed,
        rows: TableRows { reference: reference.rows(), current: current.rows() },
        alpha: options.alpha,
        min_effect: options.min_effect,
        adjustment: "holm",
        error_rate: "family-wise",
        columns,
        not_compared,
        notes: looked.notes,
    })
}

fn cells<'a>(table: &Batch<'a>, what: &str, name: &str) -> Result<Cells<'a>> {
    let found = table.find(name, &mut 0).map(Cells::of);
    found.ok_or_else(|| Error::invalid("columns", format!("the {what} has no {name:?}")))
}

/// The columns to compare, in the order of the reference.
fn names(
    reference: &Batch<'_>,
    current: &Batch<'_>,
    options: &TableOptions,
    not_compared: &mut BTreeMap<String, String>,
) -> Result<Vec<String>> {
    if let Some(named) = &options.columns {
        for (place, name) in named.iter().enumerate() {
            if named[..place].contains(name) {
                return Err(Error::invalid("columns", format!("{name:?} is named twice")));
            }
        }
        return Ok(named.clone());
    }
    let mut both = Vec::new();
    let is_left_out = |name: &str| options.left_out.contains_key(name);
    for (name, _) in reference.columns() {
        if current.find(name, &mut 0).is_some() {
            both.push((*name).to_owned());
        } else if !is_left_out(name) {
            not_compared.insert((*name).to_owned(), "only the reference has it".to_owned());
        }
    }
    for (name, _) in current.columns() {
        if reference.find(name, &mut 0).is_none() && !is_left_out(name) {
            not_compared.insert((*name).to_owned(), "only the current table has it".to_owned());
        }
    }
    Ok(both)
}

/// What was looked at so far.
#[derive(Default)]
struct Looked {
    tested: Vec<(String, Tested)>,
    notes: Vec<String>,
    /// Whether a column became another kind of column.
    kind_changed: bool,
}

impl Looked {
    /// Tests all that can be told of a column; or says why it cannot be compared.
    fn test(
        &mut self,
        name: &str,
        (was, now): (&Cells<'_>, &Cells<'_>),
        options: &TableOptions,
        permutations: usize,
    ) -> Result<Result<(), String>> {
        let found = self.test_values(name, (was, now), options, permutations)?;
        let (before, after) = (was.present(), now.present());
        let is_gone = |cells: &Cells<'_>| matches!(cells, Cells::Empty(_));
        if before[1] + after[1] > 0
            && before[0] + after[0] > 0
            && before[0] + before[1] > 0
            && after[0] + after[1] > 0
        {
            let counts = vec![("missing", [before[1], after[1]]), ("there", [before[0], after[0]])];
            self.shares(format!("{name} (missing)"), &counts, false, permutations)?;
            // A column that is gone is told by how much of it is missing.
            if options.columns.is_some() && is_gone(was) != is_gone(now) {
                return Ok(Ok(()));
            }
        }
        Ok(found)
    }

    fn test_values(
        &mut self,
        name: &str,
        (was, now): (&Cells<'_>, &Cells<'_>),
        options: &TableOptions,
        permutations: usize,
    ) -> Result<Result<(), String>> {
        match (was, now) {
            (Cells::Empty(_), Cells::Empty(_)) => {
                return Ok(Err("all its cells are missing".to_owned()));
            }
            (Cells::Empty(_), _) => {
                return Ok(Err("all its cells were missing".to_owned()));
            }
            (_, Cells::Empty(_)) => {
                return Ok(Err("all its cells are missing now".to_owned()));
            }
            (Cells::Times(..), Cells::Times(..)) => return Ok(Err("it holds times".to_owned())),
            (Cells::Vectors(_), Cells::Vectors(_)) => {
                return Ok(Err("it holds vectors, for which there is stats.mmd".to_owned()));
            }
            (Cells::Numbers(before), Cells::Numbers(after)) => {
                // Who names a column means it.
                if options.columns.is_none() && is_counter(before) && follows_on(after) {
                    return Ok(Err("it numbers its rows".to_owned()));
                }
                self.tested.push((name.to_owned(), numbers(before, after, "")?));
            }
            (Cells::Categories(before), Cells::Categories(after)) => {
                let counts = shares::counted(before, after);
                if !self.shares(name.to_owned(), &counts, true, permutations)? {
                    return Ok(Err("nearly all of its values are others each time".to_owned()));
                }
            }
            (Cells::Numbers(_), Cells::Categories(_) | Cells::Texts(_))
            | (Cells::Categories(_) | Cells::Texts(_), Cells::Numbers(_)) => {
                self.mixed(name, (was, now), permutations)?;
            }
            _ => {
                let Some((before, after)) = strings(was, now) else {
                    self.kind_changed = true;
                    return Ok(Err(format!("it held {}, and holds {}", was.kind(), now.kind())));
                };
                self.texts(name, (&before, &after), permutations)?;
            }
        }
        Ok(Ok(()))
    }

    /// Whether values come as often; false if that cannot be told.
    fn shares(
        &mut self,
        name: String,
        counts: &shares::Counts<'_>,
        quote: bool,
        permutations: usize,
    ) -> Result<bool> {
        let Some(found) = shares::test(counts, quote, permutations)? else { return Ok(false) };
        self.tested.push((name, found));
        Ok(true)
    }

    /// A column in which some cells are numbers: how many, and whether the numbers are as they were.
    fn mixed(
        &mut self,
        name: &str,
        (was, now): (&Cells<'_>, &Cells<'_>),
        permutations: usize,
    ) -> Result<()> {
        let (Some((before, others)), Some((after, later))) = (was.numbers(), now.numbers()) else {
            return Ok(());
        };
        if !before.is_empty() && !after.is_empty() {
            self.tested.push((name.to_owned(), numbers(&before, &after, "")?));
        }
        if others + later == 0 {
            return Ok(());
        }
        let counts = vec![
            ("numbers", [before.len() as u64, after.len() as u64]),
            ("others", [others, later]),
        ];
        self.shares(format!("{name} (numbers)"), &counts, false, permutations).map(drop)
    }

    fn texts(
        &mut self,
        name: &str,
        (was, now): (&[&str], &[&str]),
        permutations: usize,
    ) -> Result<()> {
        let characters = |texts: &[&str]| -> Vec<f64> {
            texts.iter().map(|text| text.chars().count() as f64).collect()
        };
        let count = |texts: &[&str]| -> Vec<f64> {
            texts.iter().map(|text| crate::text::words::words(text).count() as f64).collect()
        };
        let own = numbers(&characters(was), &characters(now), " characters")?;
        self.tested.push((format!("{name} (characters)"), own));
        let own = numbers(&count(was), &count(now), " words")?;
        self.tested.push((format!("{name} (word count)"), own));
        let Some(found) = words::test(was, now, permutations)? else { return Ok(()) };
        let own = format!("{name} (words)");
        if was.len().max(now.len()) > words::MOST_TEXTS {
            self.notes.push(format!("{own}: of {} texts of each table at most", words::MOST_TEXTS));
        }
        self.tested.push((own, found));
        Ok(())
    }
}

/// The texts of both, if at least one of them holds some, and the other what may be short ones.
fn strings<'a>(was: &Cells<'a>, now: &Cells<'a>) -> Option<(Vec<&'a str>, Vec<&'a str>)> {
    let present = |cells: &[Option<&'a str>]| cells.iter().flatten().copied().collect();
    match (was, now) {
        (Cells::Texts(was), Cells::Texts(now) | Cells::Categories(now))
        | (Cells::Categories(was), Cells::Texts(now)) => Some((present(was), present(now))),
        _ => None,
    }
}

fn numbers(was: &[f64], now: &[f64], unit: &str) -> Result<Tested> {
    let present = |numbers: &[f64]| -> Vec<f64> {
        numbers.iter().copied().filter(|number| !number.is_nan()).collect()
    };
    let (was, now) = (SortedSample::new(&present(was))?, present(now));
    let found = was.ks_2samp(&now, Alternative::TwoSided, Method::Auto)?;
    let now = SortedSample::new(&now)?;
    let half = |sorted: &[f64]| {
        format!("{} to {}", digits(quantile(sorted, 0.25)), digits(quantile(sorted, 0.75)))
    };
    let middle = |sorted: &[f64]| digits(quantile(sorted, 0.5));
    Ok(Tested {
        test: "ks",
        statistic: found.statistic,
        p_value: found.pvalue,
        is_shuffled: false,
        effect: found.statistic,
        sentence: format!(
            "median {} → {}{unit}, middle half {} → {}",
            middle(was.numbers()),
            middle(now.numbers()),
            half(was.numbers()),
            half(now.numbers())
        ),
    })
}

fn judged(tested: Vec<(String, Tested)>, options: &TableOptions) -> Result<Vec<ColumnDrift>> {
    let p_values: Vec<f64> = tested.iter().map(|(_, own)| own.p_value).collect();
    let adjusted = holm(&p_values)?;
    let judge = |((column, own), p_value_adjusted): ((String, Tested), f64)| {
        let verdict = match (p_value_adjusted < options.alpha, own.effect >= options.min_effect) {
            (false, _) => Verdict::NoDrift,
            (true, false) => Verdict::SmallChange,
            (true, true) => Verdict::Drift,
        };
        let Tested { test, statistic, p_value, effect, sentence, .. } = own;
        ColumnDrift {
            column,
            test,
            statistic,
            p_value,
            p_value_adjusted,
            effect,
            verdict,
            sentence,
        }
    };
    Ok(tested.into_iter().zip(adjusted).map(judge).collect())
}

/// Between the two nearest, as most programs have it.
fn quantile(sorted: &[f64], share: f64) -> f64 {
    let place = share * (sorted.len() - 1) as f64;
    let (below, part) = (place.floor(), place.fract());
    #[expect(clippy::cast_sign_loss, reason = "a place in a list")]
    let below = below as usize;
    match sorted.get(below + 1) {
        // Also of infinities and of numbers whose difference is none.
        Some(above) if part > 0.0 => sorted[below] * (1.0 - part) + above * part,
        _ => sorted[below],
    }
}

/// A number as people read it here.
pub(super) fn digits(number: f64) -> String {
    figure(number, 4)
}
