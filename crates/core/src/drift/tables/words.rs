//! Whether texts are made of the same words.

use std::collections::{BTreeMap, HashMap};

use super::compare::Tested;
use crate::{
    Result,
    random::Random,
    stats::{KernelTest, Vectors, mmd, mmd_random_features, total_variation},
    text::words::{lookup_form, words},
};

/// More words than these are rare, and more texts say little more.
const MOST_WORDS: usize = 500;
pub(super) const MOST_TEXTS: usize = 5_000;
/// Up to here every pair of texts is looked at; beyond, random features stand for them.
const PAIRS_UP_TO: usize = 2_000;
const FEATURES: usize = 1_024;
/// The width of the kernel. Vectors have the length 1, and most have few words in common, so that half
/// of all squared distances are near 2σ²; measured, it would fail where most texts are the same.
const WIDTH: f64 = 1.0;
/// How many words are named that became more frequent.
const NAMED: usize = 5;

/// The test of the words of two samples of texts; none if there are too few texts, or no words.
pub(super) fn test(was: &[&str], now: &[&str], permutations: usize) -> Result<Option<Tested>> {
    let (was, now) = (sampled(was), sampled(now));
    if was.len().min(now.len()) < 2 {
        return Ok(None);
    }
    let (names, counts) = counted(was.iter().chain(&now).copied());
    if names.is_empty() {
        return Ok(None);
    }
    let width = names.len();
    let (before, after) = counts.split_at(was.len() * width);
    let sums = [before, after].map(|part| {
        part.chunks_exact(width).fold(vec![0_u64; width], |mut sums, row| {
            sums.iter_mut().zip(row).for_each(|(sum, count)| *sum += u64::from(*count));
            sums
        })
    });
    let totals: Vec<u64> = sums.iter().map(|part| part.iter().sum()).collect();
    // Where one table has no word at all, every word would have to move.
    let effect = if totals.contains(&0) { 1.0 } else { total_variation(&sums[0], &sums[1])?.value };
    let found = compared(&counts, was.len(), width, permutations)?;
    Ok(Some(Tested {
        test: "mmd",
        statistic: found.statistic,
        p_value: found.pvalue.unwrap_or(1.0),
        is_shuffled: true,
        effect,
        sentence: sentence(&names, &sums, &totals),
    }))
}

fn compared(counts: &[u32], first: usize, width: usize, permutations: usize) -> Result<KernelTest> {
    // How long a text is tells its length, which is a column of its own.
    let mut numbers: Vec<f64> = counts.iter().map(|count| f64::from(*count)).collect();
    for row in numbers.chunks_exact_mut(width) {
        let length = (row.iter().map(|count| count * count).sum::<f64>() + 1e-12).sqrt();
        for count in row {
            *count /= length;
        }
    }
    let (before, after) = numbers.split_at(first * width);
    let (before, after) = (Vectors::new(before, width)?, Vectors::new(after, width)?);
    if numbers.len() / width <= PAIRS_UP_TO {
        mmd(before, after, Some(WIDTH), permutations, 0)
    } else {
        mmd_random_features(before, after, Some(WIDTH), FEATURES, permutations, 0)
    }
}

/// The words that are most frequent, and how often each text has each of them.
fn counted<'a>(texts: impl Iterator<Item = &'a str>) -> (Vec<String>, Vec<u32>) {
    let mut spare = String::new();
    let mut by_text: Vec<HashMap<String, u32>> = Vec::new();
    let mut all: BTreeMap<String, u64> = BTreeMap::new();
    for text in texts {
        let mut own: HashMap<String, u32> = HashMap::new();
        for word in words(text) {
            let word = lookup_form(word, &mut spare);
            if word.is_empty() {
                continue;
            }
            *own.entry(word.to_owned()).or_default() += 1;
        }
        for (word, count) in &own {
            *all.entry(word.clone()).or_default() += u64::from(*count);
        }
        by_text.push(own);
    }
    let mut names: Vec<(String, u64)> = all.into_iter().collect();
    // Of words that are as frequent the first in the alphabet comes first.
    names.sort_by(|one, other| other.1.cmp(&one.1).then_with(|| one.0.cmp(&other.0)));
    names.truncate(MOST_WORDS);
    let names: Vec<String> = names.into_iter().map(|(word, _)| word).collect();
    let counts =
        by_text.iter().flat_map(|own| names.iter().map(|word| own.get(word).copied().unwrap_or(0)));
    let counts = counts.collect();
    (names, counts)
}

/// Words whose share grew most.
fn sentence(names: &[String], sums: &[Vec<u64>; 2], totals: &[u64]) -> String {
    let share = |side: usize, place: usize| {
        if totals[side] == 0 { 0.0 } else { sums[side][place] as f64 / totals[side] as f64 }
    };
    let told = |sign: f64| -> Vec<&str> {
        let mut grown: Vec<(f64, &str)> = names
            .iter()
            .enumerate()
            .map(|(place, word)| (sign * (share(1, place) - share(0, place)), word.as_str()))
            .filter(|(change, _)| *change > 0.0)
            .collect();
        grown.sort_by(|one, other| other.0.total_cmp(&one.0).then_with(|| one.1.cmp(other.1)));
        // Of much smaller changes most are chance.
        let least = grown.first().map_or(0.0, |(most, _)| most / 4.0);
        let told = grown.into_iter().take_while(|(change, _)| *change >= least).take(NAMED);
        told.map(|(_, word)| word).collect()
    };
    match (told(1.0).join(", "), told(-1.0).join(", ")) {
        (more, _) if !more.is_empty() => format!("more often: {more}"),
        (_, fewer) if !fewer.is_empty() => format!("less often: {fewer}"),
        _ => "the same words as often".to_owned(),
    }
}

/// So many of the texts, each as likely as any other: every second one may be of another kind.
fn sampled<'a>(texts: &[&'a str]) -> Vec<&'a str> {
    let mut texts = texts.to_vec();
    if texts.len() > MOST_TEXTS {
        let mut random = Random::new(0);
        for place in 0..MOST_TEXTS {
            let other = place + random.below(texts.len() - place);
            texts.swap(place, other);
        }
        texts.truncate(MOST_TEXTS);
    }
    texts
}
