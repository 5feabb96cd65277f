//! Whether values come as often.

use std::collections::BTreeMap;

use super::compare::{Tested, digits};
use crate::{
    Result,
    random::Random,
    stats::{Alternative, Power, chi2_contingency, fisher_exact},
};

/// From here on in every cell the distribution of chi-square is near enough.
const FEWEST_EXPECTED: f64 = 5.0;

/// So many draws take a second or two.
const MOST_DRAWS: u64 = 200_000_000;

/// How much of a value is told.
const MOST_LETTERS: usize = 40;

/// How often each value is there, before and now.
pub(super) type Counts<'a> = Vec<(&'a str, [u64; 2])>;

/// Counts the values of two columns.
pub(super) fn counted<'a>(was: &[Option<&'a str>], now: &[Option<&'a str>]) -> Counts<'a> {
    let mut both: BTreeMap<&str, [u64; 2]> = BTreeMap::new();
    for (side, cells) in [was, now].into_iter().enumerate() {
        for value in cells.iter().flatten() {
            both.entry(value).or_default()[side] += 1;
        }
    }
    both.into_iter().collect()
}

/// The test of how often each value comes, and the one whose share changed most; none if there are too
/// many values that are too rare to say anything.
///
/// Chi-square where five or more are expected of each value; else Fisher's exact test of two values, or
/// chi-square whose p-value is that of tables shuffled by chance. Where that would take too long there are so
/// many rows that rare values are counted as one.
pub(super) fn test(
    counts: &Counts<'_>,
    quote: bool,
    permutations: usize,
) -> Result<Option<Tested>> {
    let total = |side: usize| counts.iter().map(|(_, own)| own[side]).sum::<u64>();
    let (n, m) = (total(0), total(1));
    let small = n.min(m);
    let (statistic, p_value) = pearson(counts)?;
    let mut found = ("chi2", statistic, p_value, false);
    if least_expected(counts) < FEWEST_EXPECTED {
        if let [(_, one), (_, other)] = counts[..] {
            let table = [[one[0], other[0]], [one[1], other[1]]];
            let exact = fisher_exact(table, Alternative::TwoSided)?;
            found = ("fisher", statistic, exact.pvalue, false);
        } else if small.saturating_mul(permutations as u64) <= MOST_DRAWS {
            found = ("chi2", statistic, shuffled(counts, permutations), true);
        } else {
            let Some(pooled) = pooled(counts) else { return Ok(None) };
            let (statistic, p_value) = pearson(&pooled)?;
            found = ("chi2", statistic, p_value, false);
        }
    }
    let (test, statistic, p_value, is_shuffled) = found;
    let share = |place: usize| {
        let own = counts[place].1;
        (own[0] as f64 / n as f64, own[1] as f64 / m as f64)
    };
    let change = |place: usize| (share(place).1 - share(place).0).abs();
    // Of changes that are as large the first value is told.
    let most = (1..counts.len())
        .fold(0, |most, place| if change(place) > change(most) + 1e-12 { place } else { most });
    let percent = |share: f64| digits((share * 1000.0).round() / 10.0);
    let (before, after) = share(most);
    let name = if quote { quoted(counts[most].0) } else { counts[most].0.to_owned() };
    Ok(Some(Tested {
        test,
        statistic,
        p_value,
        is_shuffled,
        effect: (0..counts.len()).map(change).sum::<f64>() / 2.0,
        sentence: format!("{name} {} % → {} %", percent(before), percent(after)),
    }))
}

/// How many are expected where the fewest are.
fn least_expected(counts: &Counts<'_>) -> f64 {
    let total = |side: usize| counts.iter().map(|(_, own)| own[side]).sum::<u64>() as f64;
    let (n, m) = (total(0), total(1));
    let all = |own: &[u64; 2]| (own[0] + own[1]) as f64;
    counts.iter().map(|(_, own)| all(own) * n.min(m) / (n + m)).fold(f64::INFINITY, f64::min)
}

fn pearson(counts: &Counts<'_>) -> Result<(f64, f64)> {
    let side = |side: usize| counts.iter().map(|(_, own)| own[side] as f64).collect::<Vec<f64>>();
    let found = chi2_contingency(&[side(0), side(1)], true, Power::Pearson)?;
    Ok((found.statistic, found.pvalue))
}

/// The share of tables whose rows were shuffled that are at least as far from equal shares.
fn shuffled(counts: &Counts<'_>, permutations: usize) -> f64 {
    let total = |side: usize| counts.iter().map(|(_, own)| own[side]).sum::<u64>();
    // With these sums, chi-square grows with the sum of squares of the smaller side, each as a share of
    // how often the value is there at all.
    let side = usize::from(total(1) <= total(0));
    let all: Vec<f64> = counts.iter().map(|(_, own)| (own[0] + own[1]) as f64).collect();
    let seen: f64 = counts.iter().zip(&all).map(|((_, own), all)| square(own[side]) / all).sum();
    let mut rows: Vec<u32> = Vec::new();
    for (value, (_, own)) in (0..).zip(counts) {
        rows.extend(std::iter::repeat_n(value, (own[0] + own[1]) as usize));
    }
    let mut random = Random::new(0);
    let mut drawn = vec![0_u64; counts.len()];
    let mut as_far = 0_usize;
    for _ in 0..permutations {
        for place in 0..total(side) as usize {
            let other = place + random.below(rows.len() - place);
            rows.swap(place, other);
            drawn[rows[place] as usize] += 1;
        }
        let sum: f64 = drawn.iter().zip(&all).map(|(count, all)| square(*count) / all).sum();
        as_far += usize::from(sum >= seen * (1.0 - 1e-12));
        drawn.fill(0);
    }
    (as_far + 1) as f64 / (permutations + 1) as f64
}

fn square(count: u64) -> f64 {
    (count as f64).powi(2)
}

/// The counts with all rare values as one; none if that leaves nothing to compare.
fn pooled<'a>(counts: &Counts<'a>) -> Option<Counts<'a>> {
    let total = |side: usize| counts.iter().map(|(_, own)| own[side]).sum::<u64>() as f64;
    let (n, m) = (total(0), total(1));
    let is_rare =
        |own: &[u64; 2]| ((own[0] + own[1]) as f64) * n.min(m) / (n + m) < FEWEST_EXPECTED;
    let mut kept: Counts<'_> = counts.iter().filter(|(_, own)| !is_rare(own)).copied().collect();
    let rare = counts.iter().filter(|(_, own)| is_rare(own));
    let rare = rare.fold([0, 0], |sum, (_, own)| [sum[0] + own[0], sum[1] + own[1]]);
    if is_rare(&rare) {
        let (_, least) = kept.iter_mut().min_by_key(|(_, own)| own[0] + own[1])?;
        *least = [least[0] + rare[0], least[1] + rare[1]];
    } else {
        kept.push(("rare", rare));
    }
    (kept.len() > 1).then_some(kept)
}

/// A value between quotes, and not all of a long one.
fn quoted(value: &str) -> String {
    let mut told = String::from("\"");
    for (place, letter) in value.chars().enumerate() {
        if place == MOST_LETTERS {
            told.push('…');
            break;
        }
        if letter.is_control() {
            told.extend(letter.escape_default());
        } else {
            told.push(letter);
        }
    }
    told.push('"');
    told
}
