//! What runs cost: measured once for each model and machine, and kept in a file.

use std::{
    fs,
    path::PathBuf,
    time::{Duration, Instant},
};

use serde::{Deserialize, Serialize};

use super::{cache, engine::Role};
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
/// How often, and with how many tokens, that is tried.
const ROUNDS: usize = 3;
const TOKENS: usize = 1024;

/// What is known of a model on this machine.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub(super) struct Measured {
    /// Of the one session with all threads.
    pub(super) wide: Costs,
    /// Of several sessions that share the threads, where they get more done.
    pub(super) narrow: Option<Costs>,
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

/// Whether several sessions get clearly more done than one. `run` runs that many tokens in
/// sequences of that length, by one role or the other.
pub(super) fn is_worth_it(
    longest: usize,
    mut run: impl FnMut(Role, usize, usize) -> Result<()>,
) -> Result<bool> {
    let length = LENGTH.min(longest).max(1);
    let mut ratios = Vec::with_capacity(ROUNDS);
    for _ in 0..ROUNDS {
        let mut seconds = [0.0; 2];
        for (role, seconds) in [Role::Wide, Role::Narrow].into_iter().zip(&mut seconds) {
            let start = Instant::now();
            run(role, TOKENS, length)?;
            *seconds = start.elapsed().as_secs_f64();
        }
        ratios.push(seconds[0] / seconds[1]);
    }
    ratios.sort_by(f64::total_cmp);
    Ok(ratios[ROUNDS / 2] > WORTH_SESSIONS)
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

fn file(key: &str) -> Option<PathBuf> {
    Some(cache::folder()?.join(format!("costs-{key}.json")))
}

/// What was measured before. A file that cannot be read counts as none: it is made anew.
pub(super) fn recall(key: &str) -> Option<Measured> {
    let text = fs::read_to_string(file(key)?).ok()?;
    let kept: Measured = serde_json::from_str(&text).ok()?;
    let fits = |costs: Costs| {
        (1..=1 << 20).contains(&costs.budget) && (0.0..=1e6).contains(&costs.overhead)
    };
    let all_fit = fits(kept.wide) && kept.narrow.is_none_or(fits);
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
        let pause = |narrow: u64| {
            is_worth_it(16, |role, _, _| {
                let pause = if role == Role::Wide { 8 } else { narrow };
                std::thread::sleep(Duration::from_millis(pause));
                Ok(())
            })
        };
        assert!(pause(1).unwrap());
        assert!(!pause(20).unwrap());
    }

    #[test]
    fn what_is_kept_can_be_read() {
        let measured = Measured { wide: UNMEASURED, narrow: Some(UNMEASURED) };
        let kept = serde_json::to_string(&measured).unwrap();
        assert_eq!(serde_json::from_str::<Measured>(&kept).unwrap(), measured);
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
