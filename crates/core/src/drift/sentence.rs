//! What changed, in words that people understand.

use super::{
    apart::{largest_gap, moved},
    distances::{Measure, Novel},
    findings::Shares,
};
use crate::profile::{
    CategoryLayout, Counts, FeatureProfile, Kind, NumberCounts, NumberLayout, VectorCounts,
    VectorLayout,
};

/// How many new words are named.
const NAMED: usize = 5;

/// How a feature was and is.
pub(super) struct Change {
    /// The share of rows that moved.
    pub(super) effect: f64,
    /// The share that chance alone would seem to move.
    pub(super) noise_floor: f64,
    pub(super) sentence: String,
    pub(super) shares: Shares,
}

/// What became of a feature, told by the way in which it changed most.
pub(super) fn change(
    kind: &Kind,
    measure: Measure,
    then: &FeatureProfile,
    now: &FeatureProfile,
    novel: Novel,
) -> Change {
    let per_size = 1.0 / now.counts.count().max(1) as f64 + 1.0 / then.counts.count().max(1) as f64;
    let mut change = match (kind, &then.counts, &now.counts) {
        (
            Kind::Number(layout) | Kind::Characters(layout) | Kind::WordCount(layout),
            Counts::Number(then),
            Counts::Number(now),
        ) => number(layout, unit(kind), then, now, per_size),
        (Kind::Category(layout), Counts::Category(then), Counts::Category(now)) => {
            values(layout, &then.with_unseen(), &now.with_unseen(), per_size)
        }
        (Kind::Words(layout), Counts::Words(then), Counts::Words(now)) => {
            values(layout, &then.with_unseen(), &now.with_unseen(), per_size)
        }
        (Kind::Vector(layout), Counts::Vector(then), Counts::Vector(now)) => {
            vector(layout, measure, then, now, per_size)
        }
        _ => unreachable!("the same layout makes the same counts"),
    };
    match measure {
        Measure::Missing => {
            let missing = |own: &FeatureProfile| {
                let missing = own.absent + own.counts.missing();
                ratio(missing, missing + own.counts.count())
            };
            let rows = now.absent + now.counts.missing() + now.counts.count();
            change.tell_shares("are missing", missing(then), missing(now), "", rows);
        }
        Measure::Unseen => {
            let (before, share) =
                (ratio(novel.pool, then.counts.count()), ratio(novel.window, now.counts.count()));
            let (what, names) = match &now.counts {
                Counts::Words(counts) => ("of the words are new", counts.unseen_words()),
                Counts::Category(counts) => ("have values that are new", counts.unseen_values()),
                Counts::Number(_) | Counts::Vector(_) | Counts::Answers(_) => {
                    ("are new", Vec::new())
                }
            };
            let names: Vec<&str> = names.into_iter().take(NAMED).map(|(name, _)| name).collect();
            let names =
                if names.is_empty() { String::new() } else { format!(": {}", names.join(", ")) };
            change.tell_shares(what, before, share, &names, now.counts.count());
        }
        _ => {}
    }
    change
}

impl Change {
    fn tell_shares(&mut self, what: &str, before: f64, now: f64, more: &str, count: u64) {
        self.effect = (now - before).abs();
        let spread = before.max(1.0 / count.max(1) as f64);
        self.noise_floor = (0.64 * spread * (1.0 - spread).max(0.0) / count.max(1) as f64).sqrt();
        self.sentence = format!("{} {what}, {} before{more}", percent(now), percent(before));
    }
}

fn unit(kind: &Kind) -> &'static str {
    match kind {
        Kind::Characters(_) => " characters",
        Kind::WordCount(_) => " words",
        _ => "",
    }
}

fn number(
    layout: &NumberLayout,
    unit: &str,
    then: &NumberCounts,
    now: &NumberCounts,
    per_size: f64,
) -> Change {
    let (gap, place, is_more) = largest_gap(&now.bins, &then.bins);
    let word = if is_more { "more" } else { "fewer" };
    let sentence = match layout.bins.edges().get(place) {
        Some(edge) => {
            let edges = layout.bins.edges();
            // An edge right above a value closes the bin of that value.
            let value = place.checked_sub(1).map(|before| edges[before]);
            match value.filter(|value| value.next_up() >= *edge) {
                Some(value) => format!("{} {word} rows up to {}{unit}", percent(gap), short(value)),
                None => format!("{} {word} rows below {}{unit}", percent(gap), short(*edge)),
            }
        }
        None => "as it was".to_owned(),
    };
    Change {
        effect: gap,
        // The mean of Kolmogorov's distribution, √(π/2) ln 2.
        noise_floor: 0.868_7 * per_size.sqrt(),
        sentence,
        shares: Shares {
            edges: layout.bins.edges().to_vec(),
            names: Vec::new(),
            then: shares(&then.bins),
            now: shares(&now.bins),
        },
    }
}

fn values(layout: &CategoryLayout, then: &[u64], now: &[u64], per_size: f64) -> Change {
    let (before, after) = (shares(then), shares(now));
    let apart = |place: &usize| (after[*place] - before[*place]).abs();
    let most = (0..before.len()).max_by(|one, other| apart(one).total_cmp(&apart(other)));
    let mut names: Vec<String> = layout.top.clone();
    names.push("others".to_owned());
    let sentence = match most {
        Some(place) if apart(&place) > 0.0 => {
            format!("{} was {}, is {}", names[place], percent(before[place]), percent(after[place]))
        }
        _ => "as it was".to_owned(),
    };
    let spread =
        |share: &f64| (share * (1.0 - share) * per_size * 2.0 / std::f64::consts::PI).sqrt();
    Change {
        effect: moved(now, then),
        noise_floor: before.iter().map(spread).sum::<f64>() / 2.0,
        sentence,
        shares: Shares { edges: Vec::new(), names, then: before, now: after },
    }
}

fn vector(
    layout: &VectorLayout,
    measure: Measure,
    then: &VectorCounts,
    now: &VectorCounts,
    per_size: f64,
) -> Change {
    let names: Vec<String> =
        (1..=then.nearest.len()).map(|place| format!("centre {place}")).collect();
    let (before, after) = (shares(&then.nearest), shares(&now.nearest));
    let pictured = Shares { edges: Vec::new(), names, then: before.clone(), now: after.clone() };
    let (effect, noise_floor, sentence) = match measure {
        Measure::Distance => {
            let (gap, place, is_more) = largest_gap(&now.distances, &then.distances);
            let word = if is_more { "nearer to" } else { "farther from" };
            let edge = layout.distances.edges().get(place).copied().unwrap_or(layout.far);
            (
                gap,
                0.868_7 * per_size.sqrt(),
                format!(
                    "{} more are {word} what is known (1 - cos {} {})",
                    percent(gap),
                    if is_more { "below" } else { "above" },
                    short(edge)
                ),
            )
        }
        Measure::Far => {
            let (was, is) = (ratio(then.far, then.count), ratio(now.far, now.count));
            (
                (is - was).abs(),
                (0.64 * was * (1.0 - was) * per_size).sqrt(),
                format!(
                    "{} are farther out than 99 % of the reference, {} before",
                    percent(is),
                    percent(was)
                ),
            )
        }
        Measure::Centres => {
            let apart = |place: &usize| (after[*place] - before[*place]).abs();
            let most = (0..before.len()).max_by(|one, other| apart(one).total_cmp(&apart(other)));
            let sentence = most.map_or_else(String::new, |place| {
                format!(
                    "near centre {} were {}, are {}",
                    place + 1,
                    percent(before[place]),
                    percent(after[place])
                )
            });
            let spread = |share: &f64| (share * (1.0 - share) * per_size * 0.64).sqrt();
            (
                moved(&now.nearest, &then.nearest),
                before.iter().map(spread).sum::<f64>() / 2.0,
                sentence,
            )
        }
        _ => {
            let shift = shift(layout, then, now);
            (
                share_of_shift(shift),
                share_of_shift(per_size.sqrt()),
                format!("the mean moved by {} standard deviations", short(shift)),
            )
        }
    };
    Change { effect, noise_floor, sentence, shares: pictured }
}

/// How far the mean moved, in standard deviations along the way it went.
fn shift(layout: &VectorLayout, then: &VectorCounts, now: &VectorCounts) -> f64 {
    let (Some(before), Some(after)) = (then.mean(), now.mean()) else { return 0.0 };
    let apart: Vec<f64> = after.iter().zip(&before).map(|(after, before)| after - before).collect();
    let square: f64 = apart.iter().map(|number| number * number).sum();
    let (mut variance, mut start) = (0.0, 0);
    for (place, own) in apart.iter().enumerate() {
        let row = &layout.covariance[start..=start + place];
        let sum: f64 = row.iter().zip(&apart).map(|(one, other)| f64::from(*one) * other).sum();
        variance += own * (2.0 * sum - f64::from(row[place]) * own);
        start += place + 1;
    }
    if variance > 0.0 { square / variance.sqrt() } else { 0.0 }
}

/// The share of normal numbers that a shift by so many deviations moves: 2 Φ(δ / 2) − 1.
fn share_of_shift(shift: f64) -> f64 {
    1.0 - 2.0 * crate::stats::normal_upper(shift / 2.0)
}

fn shares(counts: &[u64]) -> Vec<f64> {
    let total = counts.iter().map(|count| *count as f64).sum::<f64>().max(1.0);
    counts.iter().map(|count| *count as f64 / total).collect()
}

fn ratio(part: u64, whole: u64) -> f64 {
    part as f64 / whole.max(1) as f64
}

/// A share as people say it.
pub(super) fn percent(share: f64) -> String {
    let percent = share * 100.0;
    if percent == 0.0 || percent >= 9.95 {
        format!("{percent:.0} %")
    } else if percent >= 0.1 {
        format!("{percent:.1} %")
    } else {
        "less than 0.1 %".to_owned()
    }
}

/// A number with three digits that matter.
fn short(number: f64) -> String {
    figure(number, 3)
}

/// A number with so many digits that matter, and all that stand before its point.
pub(super) fn figure(number: f64, digits: i32) -> String {
    if number == 0.0 {
        return "0".to_owned();
    }
    if !number.is_finite() {
        return number.to_string();
    }
    let after = usize::try_from(digits - 1).unwrap_or_default();
    let size = number.abs().log10().floor() as i32;
    if !(-4..=9).contains(&size) {
        return format!("{number:.after$e}");
    }
    let decimals = usize::try_from(digits - 1 - size).unwrap_or_default();
    let text = format!("{number:.decimals$}");
    if text.contains('.') {
        text.trim_end_matches('0').trim_end_matches('.').to_owned()
    } else {
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_told_shortly() {
        for (number, expected) in [
            (37.0, "37"),
            (0.12345, "0.123"),
            (1234.5, "1234"),
            (1e12, "1.00e12"),
            (0.5, "0.5"),
            (-2.345, "-2.35"),
        ] {
            assert_eq!(short(number), expected);
        }
        for (share, expected) in [
            (0.08, "8.0 %"),
            (0.5, "50 %"),
            (0.0, "0 %"),
            (0.0001, "less than 0.1 %"),
            (1.0, "100 %"),
        ] {
            assert_eq!(percent(share), expected);
        }
    }
}
