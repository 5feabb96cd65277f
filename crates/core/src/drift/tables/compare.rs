//! Column by column, with p-values that hold for all of them together.

use std::collections::BTreeMap;

use super::{
    ColumnDrift, TableDrift, TableOptions, TableRows, Verdict,
    columns::{Cells, is_counter},
    words,
};
use crate::{
    Error, Result,
    profile::Batch,
    stats::{Alternative, Method, Power, SortedSample, chi2_contingency, holm},
};

/// More permutations tell no difference that matters.
const MOST_PERMUTATIONS: usize = 9_999;

/// What a test found.
pub(super) struct Tested {
    pub(super) test: &'static str,
    pub(super) statistic: f64,
    pub(super) p_value: f64,
    pub(super) effect: f64,
    pub(super) sentence: String,
}

/// Says of each column of two tables whether it is as it was: once, for who looks once. Who looks every
/// day should use a [`Monitor`](crate::drift::Monitor), whose alarms hold over time.
///
/// Numbers are tested by Kolmogorov and Smirnov, categories by chi-square; of texts the lengths, and the
/// words by the maximum mean discrepancy; and where cells are missing, how many are, by chi-square.
/// Strings that are all numbers are numbers; strings with more than three words on average are
/// texts. Times, vectors, and whole numbers that only grow, as ids do, are not compared. P-values are
/// adjusted by Holm's method: where nothing drifts, a look finds something with the probability
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
/// assert_eq!(found.columns[0].sentence, "median 3 → 4, mean 3 → 4.5");
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
    let mut not_compared = BTreeMap::new();
    let mut tested: Vec<(String, Tested)> = Vec::new();
    let mut texts = Vec::new();
    for name in names(reference, current, options, &mut not_compared)? {
        let was = cells(reference, "reference", &name)?;
        let now = cells(current, "current table", &name)?;
        if let Err(reason) = test(&name, &was, &now, options, &mut tested)? {
            if options.columns.is_some() {
                return Err(Error::invalid("columns", format!("{name}: {reason}")));
            }
            not_compared.insert(name, reason);
            continue;
        }
        if let Some(pair) = strings(&was, &now) {
            texts.push((name, pair));
        }
    }
    if tested.is_empty() {
        let told = |(name, reason): (&String, &String)| format!("{name}: {reason}");
        let reasons: Vec<String> = not_compared.iter().map(told).collect();
        let why = if reasons.is_empty() { "there is none".to_owned() } else { reasons.join("; ") };
        return Err(Error::invalid("columns", format!("no column to compare: {why}")));
    }
    let mut notes = Vec::new();
    // As many that the smallest p-value there can be is small enough after it was adjusted.
    let enough = (4.0 * (tested.len() + texts.len()) as f64 / options.alpha).ceil();
    #[expect(clippy::cast_sign_loss, reason = "a number above 0")]
    let permutations = (enough as usize).clamp(499, MOST_PERMUTATIONS);
    for (name, (was, now)) in texts {
        let own = format!("{name} (words)");
        if was.len().max(now.len()) > words::MOST_TEXTS {
            notes.push(format!("{own}: of {} texts of each table at most", words::MOST_TEXTS));
        }
        if enough > MOST_PERMUTATIONS as f64 {
            let least = 1.0 / (MOST_PERMUTATIONS + 1) as f64;
            notes.push(format!("{own}: its p-value cannot be below {least}"));
        }
        if let Some(found) = words::test(&was, &now, permutations)? {
            tested.push((own, found));
        }
    }
    let columns = judged(tested, options)?;
    Ok(TableDrift {
        drift_detected: columns.iter().any(|own| own.verdict == Verdict::Drift),
        rows: TableRows { reference: reference.rows(), current: current.rows() },
        alpha: options.alpha,
        min_effect: options.min_effect,
        adjustment: "holm",
        error_rate: "family-wise",
        columns,
        not_compared,
        notes,
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
    for (name, _) in reference.columns() {
        if current.find(name, &mut 0).is_some() {
            both.push((*name).to_owned());
        } else {
            not_compared.insert((*name).to_owned(), "only the reference has it".to_owned());
        }
    }
    for (name, _) in current.columns() {
        if reference.find(name, &mut 0).is_none() {
            not_compared.insert((*name).to_owned(), "only the current table has it".to_owned());
        }
    }
    Ok(both)
}

/// Tests a column but for the words of texts; or says why it cannot be compared.
fn test(
    name: &str,
    was: &Cells<'_>,
    now: &Cells<'_>,
    options: &TableOptions,
    tested: &mut Vec<(String, Tested)>,
) -> Result<Result<(), String>> {
    match (was, now) {
        (Cells::Empty, _) | (_, Cells::Empty) => {
            return Ok(Err("all its cells are missing".to_owned()));
        }
        (Cells::Times, Cells::Times) => return Ok(Err("it holds times".to_owned())),
        (Cells::Vectors, Cells::Vectors) => {
            return Ok(Err("it holds vectors, for which there is stats.mmd".to_owned()));
        }
        (Cells::Numbers(before), Cells::Numbers(after)) => {
            // Who names a column means it.
            if options.columns.is_none() && is_counter(before) && is_counter(after) {
                return Ok(Err("it numbers its rows".to_owned()));
            }
            tested.push((name.to_owned(), numbers(before, after, "")?));
        }
        (Cells::Categories(before), Cells::Categories(after)) => {
            tested.push((name.to_owned(), categories(before, after)?));
        }
        _ => {
            let Some((before, after)) = strings(was, now) else {
                return Ok(Err(format!("it held {}, and holds {}", was.kind(), now.kind())));
            };
            let lengths = |texts: &[&str]| -> Vec<f64> {
                texts.iter().map(|text| text.chars().count() as f64).collect()
            };
            let counts = |texts: &[&str]| -> Vec<f64> {
                texts.iter().map(|text| crate::text::words::words(text).count() as f64).collect()
            };
            let characters = numbers(&lengths(&before), &lengths(&after), " characters")?;
            tested.push((format!("{name} (characters)"), characters));
            let many = numbers(&counts(&before), &counts(&after), " words")?;
            tested.push((format!("{name} (word count)"), many));
        }
    }
    if was.missing() + now.missing() > 0 {
        tested.push((format!("{name} (missing)"), missing(was, now)?));
    }
    Ok(Ok(()))
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
    let told = |what: &str, read: fn(&[f64]) -> f64| {
        let (was, now) = (read(was.numbers()), read(now.numbers()));
        format!("{what} {} → {}{unit}", digits(was), digits(now))
    };
    Ok(Tested {
        test: "ks",
        statistic: found.statistic,
        p_value: found.pvalue,
        effect: found.statistic,
        sentence: format!("{}, {}", told("median", median), told("mean", mean)),
    })
}

fn categories(was: &[Option<&str>], now: &[Option<&str>]) -> Result<Tested> {
    let mut both: BTreeMap<&str, [u64; 2]> = BTreeMap::new();
    for (side, cells) in [was, now].into_iter().enumerate() {
        for value in cells.iter().flatten() {
            both.entry(value).or_default()[side] += 1;
        }
    }
    let pairs: Vec<(&str, [u64; 2])> = both.into_iter().collect();
    shares(&pairs, |value| format!("{value:?}"))
}

fn missing(was: &Cells<'_>, now: &Cells<'_>) -> Result<Tested> {
    let rows = |cells: &Cells<'_>| match cells {
        Cells::Numbers(numbers) => numbers.len(),
        Cells::Categories(cells) | Cells::Texts(cells) => cells.len(),
        Cells::Times | Cells::Vectors | Cells::Empty => 0,
    };
    let [gone, there] = [was, now].map(|own| (own.missing() as u64, rows(own) as u64));
    let pairs = [("missing", [gone.0, there.0]), ("there", [gone.1 - gone.0, there.1 - there.0])];
    shares(&pairs, str::to_owned)
}

/// The test of how often each value comes, and the one whose share changed most.
fn shares(pairs: &[(&str, [u64; 2])], named: impl Fn(&str) -> String) -> Result<Tested> {
    let side =
        |side: usize| -> Vec<f64> { pairs.iter().map(|(_, counts)| counts[side] as f64).collect() };
    let (was, now) = (side(0), side(1));
    let found = chi2_contingency(&[was.clone(), now.clone()], true, Power::Pearson)?;
    let (n, m): (f64, f64) = (was.iter().sum(), now.iter().sum());
    let share = |place: usize| (was[place] / n, now[place] / m);
    let change = |place: usize| (share(place).1 - share(place).0).abs();
    // Of changes that are as large the first value is told.
    let most = (1..pairs.len())
        .fold(0, |most, place| if change(place) > change(most) + 1e-12 { place } else { most });
    let percent = |share: f64| digits((share * 1000.0).round() / 10.0);
    Ok(Tested {
        test: "chi2",
        statistic: found.statistic,
        p_value: found.pvalue,
        effect: (0..pairs.len()).map(change).sum::<f64>() / 2.0,
        sentence: format!(
            "{} {} % → {} %",
            named(pairs[most].0),
            percent(share(most).0),
            percent(share(most).1)
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
        let Tested { test, statistic, p_value, effect, sentence } = own;
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

fn median(sorted: &[f64]) -> f64 {
    let (one, other) = ((sorted.len() - 1) / 2, sorted.len() / 2);
    f64::midpoint(sorted[one], sorted[other])
}

fn mean(numbers: &[f64]) -> f64 {
    // Not the sum first, which may be too large for a number.
    let count = numbers.len() as f64;
    numbers.iter().map(|number| number / count).sum()
}

/// A number with four digits at most, for people.
fn digits(number: f64) -> String {
    if number == 0.0 || !number.is_finite() {
        return if number == 0.0 { "0".to_owned() } else { number.to_string() };
    }
    let size = number.abs().log10().floor() as i32;
    if !(-4..=9).contains(&size) {
        return format!("{number:.3e}");
    }
    let places = usize::try_from(3 - size).unwrap_or(0);
    let text = format!("{number:.places$}");
    if text.contains('.') {
        text.trim_end_matches('0').trim_end_matches('.').to_owned()
    } else {
        text
    }
}
