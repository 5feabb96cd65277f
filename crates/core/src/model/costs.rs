//! What runs cost: measured once for each model and machine, and kept in a file.

use std::{
    env, fs,
    path::PathBuf,
    time::{Duration, Instant},
};

use serde::{Deserialize, Serialize};

use crate::{
    Result,
    file::write_text,
    onnx::plan::{Costs, UNMEASURED},
};

/// The padded tokens of a run that are tried.
const BUDGETS: [usize; 6] = [128, 256, 512, 1024, 2048, 4096];
/// About the length of the sequences that are tried.
const LENGTH: usize = 64;
/// Measuring ends after this time with the best so far.
const PATIENCE: Duration = Duration::from_secs(2);
/// A larger budget must be this much better, or the smaller one is kept: it
/// answers sooner and needs less memory.
const WORTH: f64 = 1.02;

#[derive(Debug, Serialize, Deserialize)]
struct Kept {
    budget: usize,
    overhead: f64,
}

/// Finds out what runs cost. `run` runs that many sequences of that length.
pub(super) fn measure(
    longest: usize,
    mut run: impl FnMut(usize, usize) -> Result<()>,
) -> Result<Costs> {
    let start = Instant::now();
    let length = LENGTH.min(longest).max(1);
    let mut time = |count: usize| -> Result<f64> {
        // The fastest of a few runs is the one that was disturbed least.
        let mut best = f64::INFINITY;
        for _ in 0..3 {
            let start = Instant::now();
            run(count, length)?;
            best = best.min(start.elapsed().as_secs_f64());
        }
        Ok(best)
    };
    let mut times: Vec<(usize, f64)> = Vec::new();
    let mut worse = 0;
    for budget in BUDGETS {
        let count = (budget / length).max(1);
        let tokens = count * length;
        let seconds = time(count)?;
        let speed = tokens as f64 / seconds;
        let best =
            times.iter().map(|(tokens, seconds)| *tokens as f64 / seconds).fold(0.0, f64::max);
        times.push((tokens, seconds));
        worse = if speed < best { worse + 1 } else { 0 };
        if worse == 2 || start.elapsed() > PATIENCE {
            break;
        }
    }
    Ok(costs_of(&times))
}

/// The budget with the most tokens a second, and what a run costs beside its tokens.
fn costs_of(times: &[(usize, f64)]) -> Costs {
    let mut best: Option<(usize, f64)> = None;
    for (tokens, seconds) in times {
        let speed = *tokens as f64 / seconds;
        if best.is_none_or(|(_, most)| speed > most * WORTH) {
            best = Some((*tokens, speed));
        }
    }
    let Some((budget, speed)) = best else { return UNMEASURED };
    // A run of the smallest size took `seconds`; at full speed it would have taken less.
    let overhead = times
        .first()
        .map_or(UNMEASURED.overhead, |(tokens, seconds)| seconds * speed - *tokens as f64);
    Costs { budget, overhead: overhead.clamp(1.0, budget as f64) }
}

/// Where measurements are kept: `PANTAU_CACHE_DIR`, or the user's cache folder.
fn folder() -> Option<PathBuf> {
    let named = |variable: &str| env::var_os(variable).filter(|value| !value.is_empty());
    named("PANTAU_CACHE_DIR").map(PathBuf::from).or_else(|| {
        let base = named("XDG_CACHE_HOME")
            .map(PathBuf::from)
            .or_else(|| Some(PathBuf::from(named("HOME")?).join(".cache")))?;
        Some(base.join("pantau"))
    })
}

fn file(key: &str) -> Option<PathBuf> {
    Some(folder()?.join(format!("costs-{key}.json")))
}

/// What was measured before. A file that cannot be read counts as none: it is made anew.
pub(super) fn recall(key: &str) -> Option<Costs> {
    let text = fs::read_to_string(file(key)?).ok()?;
    let kept: Kept = serde_json::from_str(&text).ok()?;
    let fits = (1..=1 << 20).contains(&kept.budget) && (0.0..=1e6).contains(&kept.overhead);
    fits.then_some(Costs { budget: kept.budget, overhead: kept.overhead })
}

/// Keeps a measurement. Without a folder that can be written it is measured again next time.
pub(super) fn keep(key: &str, costs: Costs) {
    let Some(path) = file(key) else { return };
    let kept = Kept { budget: costs.budget, overhead: costs.overhead };
    if let (Some(folder), Ok(text)) = (path.parent(), serde_json::to_string(&kept)) {
        let _ = fs::create_dir_all(folder);
        let _ = write_text(&path, &text);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_fastest_budget_wins_and_the_smaller_of_equals() {
        // 1 ms a run and 10 µs a token, but twice that beyond 512 tokens.
        let seconds = |tokens: usize| {
            let slow = if tokens > 512 { 2.0 } else { 1.0 };
            (tokens, 1e-3 + tokens as f64 * 1e-5 * slow)
        };
        let costs = costs_of(&BUDGETS.map(seconds));
        assert_eq!(costs.budget, 512);
        assert!((costs.overhead - 63.0).abs() < 30.0, "{costs:?}");
        let flat = costs_of(&BUDGETS.map(|tokens| (tokens, tokens as f64)));
        assert_eq!(flat, Costs { budget: 128, overhead: 1.0 });
        assert_eq!(costs_of(&[]), UNMEASURED);
    }

    #[test]
    fn measuring_runs_what_the_model_can_read() {
        let mut seen = Vec::new();
        let costs = measure(16, |count, length| {
            seen.push((count, length));
            Ok(())
        })
        .unwrap();
        assert!(seen.iter().all(|(count, length)| *length == 16 && *count >= 8));
        assert!(costs.budget >= 128);
    }
}
