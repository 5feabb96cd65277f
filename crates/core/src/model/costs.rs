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
const PATIENCE: Duration = Duration::from_secs(1);
/// A larger budget must be this much better, or the smaller one is kept: it
/// answers sooner and needs less memory.
const WORTH: f64 = 1.02;

/// How much better several sessions together must be to be worth their memory.
const WORTH_SESSIONS: f64 = 1.04;

/// What is known of a model on this machine.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub(super) struct Measured {
    /// Of the one session with all threads.
    #[serde(with = "KeptCosts")]
    pub(super) wide: Costs,
    /// Of several sessions that share the threads, where they get more done.
    pub(super) narrow: Option<Narrow>,
}

/// What is known of sessions that share the threads.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub(super) struct Narrow {
    #[serde(with = "KeptCosts")]
    pub(super) costs: Costs,
}

#[derive(Serialize, Deserialize)]
#[serde(remote = "Costs")]
struct KeptCosts {
    budget: usize,
    overhead: f64,
}

/// What a measurement found.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Speed {
    pub(super) costs: Costs,
    /// Tokens a second at the best budget.
    pub(super) tokens: f64,
}

impl Measured {
    /// Several sessions are used only where they are clearly faster.
    pub(super) fn choose(wide: Speed, narrow: Option<Speed>) -> Self {
        let worth = narrow.filter(|narrow| narrow.tokens > wide.tokens * WORTH_SESSIONS);
        Self { wide: wide.costs, narrow: worth.map(|speed| Narrow { costs: speed.costs }) }
    }
}

/// Finds out what runs of `sessions` at a time cost. `run` runs, in each of them, that many
/// sequences of that length.
pub(super) fn measure(
    sessions: usize,
    longest: usize,
    mut run: impl FnMut(usize, usize) -> Result<()>,
) -> Result<Speed> {
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
    let costs = costs_of(&times);
    let seconds = times.iter().find(|(tokens, _)| *tokens == costs.budget).map(|(_, time)| *time);
    let tokens = seconds.map_or(0.0, |seconds| (sessions * costs.budget) as f64 / seconds);
    Ok(Speed { costs, tokens })
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
    Costs { budget, overhead: overhead.clamp(1.0, budget as f64 / 4.0) }
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
pub(super) fn recall(key: &str) -> Option<Measured> {
    let text = fs::read_to_string(file(key)?).ok()?;
    let kept: Measured = serde_json::from_str(&text).ok()?;
    let fits = |costs: Costs| {
        (1..=1 << 20).contains(&costs.budget) && (0.0..=1e6).contains(&costs.overhead)
    };
    let all_fit = fits(kept.wide) && kept.narrow.is_none_or(|narrow| fits(narrow.costs));
    all_fit.then_some(kept)
}

/// Keeps a measurement. Without a folder that can be written it is measured again next time.
pub(super) fn keep(key: &str, measured: Measured) {
    let Some(path) = file(key) else { return };
    if let (Some(folder), Ok(text)) = (path.parent(), serde_json::to_string(&measured)) {
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
        assert!((costs.overhead - 62.7).abs() < 0.1, "{costs:?}");
        let flat = costs_of(&BUDGETS.map(|tokens| (tokens, tokens as f64)));
        assert_eq!(flat, Costs { budget: 128, overhead: 1.0 });
        assert_eq!(costs_of(&[]), UNMEASURED);
    }

    #[test]
    fn sessions_must_be_worth_their_memory() {
        let speed = |tokens| Speed { costs: UNMEASURED, tokens };
        assert_eq!(Measured::choose(speed(100.0), Some(speed(103.0))).narrow, None);
        assert!(Measured::choose(speed(100.0), Some(speed(110.0))).narrow.is_some());
        let both = Measured::choose(speed(100.0), Some(speed(110.0)));
        let kept = serde_json::to_string(&both).unwrap();
        assert_eq!(serde_json::from_str::<Measured>(&kept).unwrap(), both);
    }

    #[test]
    fn measuring_runs_what_the_model_can_read() {
        let mut seen = Vec::new();
        let speed = measure(1, 16, |count, length| {
            seen.push((count, length));
            Ok(())
        })
        .unwrap();
        assert!(seen.iter().all(|(count, length)| *length == 16 && *count >= 8));
        assert!(speed.costs.budget >= 128);
    }
}
