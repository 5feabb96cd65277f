//! What all processes counted comes together, window after window.

use std::{collections::BTreeMap, fmt, sync::Arc};

use serde::{Deserialize, Serialize};
use serde_json::json;

use super::{Inner, served::Champion};
use crate::{
    Error, Result, Timestamp,
    drift::{Monitor, Status},
    lifecycle::Event,
    model::{Bundle, FEWEST_REFERENCE},
    profile::{FEWEST_WINDOWS, Profile, Reference},
    store::{Next, ProfileRecord, Store},
};

/// What stands before the bytes of a monitor.
#[derive(Debug, Serialize, Deserialize)]
struct Head {
    version: u32,
    /// How long the reference is that follows, if it is not that of the version's bundle.
    reference: usize,
    /// Versions that were in use before and have a reference of their own, and how long those are that
    /// follow.
    #[serde(default)]
    before: Vec<(u32, usize)>,
}

/// Of so many versions that were in use before the references are kept.
const MOST_BEFORE: usize = 8;

/// What was kept of a monitor.
struct Kept<'a> {
    version: u32,
    /// A reference of its own, else nothing.
    reference: &'a [u8],
    before: Vec<(u32, &'a [u8])>,
    state: &'a [u8],
}

fn name(model: &str) -> String {
    format!("monitor/{model}")
}

/// How far it is from being watched: its training had too few texts to compare with, so what comes first
/// is what is usual.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Learning {
    /// How many windows are over.
    pub windows: usize,
    /// How many it takes.
    pub of: usize,
}

/// What compares.
pub(super) enum Watcher {
    Monitor(Box<Monitor>),
    /// There will be one.
    Learning(Learning),
    /// The version cannot be watched.
    Nobody,
}

impl fmt::Display for Learning {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { windows, of } = self;
        write!(
            out,
            "nothing is watched yet: its training had too few texts to compare with, so what comes \
             first is what is usual, and {windows} of {of} windows are over"
        )
    }
}

impl Inner {
    /// The monitor of the version in use, after all windows that are over, with the rows so far of the one
    /// that is not.
    pub(super) fn watched(
        &self,
        model: &str,
        champion: &Champion,
        now: Timestamp,
    ) -> Result<Watcher> {
        let mut watcher = self.change_monitor(model, champion, now, &mut |_| Ok(()))?;
        if let Watcher::Monitor(monitor) = &mut watcher {
            look_ahead(self.home.store.as_ref(), model, champion, now, monitor)?;
        }
        Ok(watcher)
    }

    /// [`watched`](Self::watched), with a change that is kept, if there is a monitor.
    pub(super) fn change_monitor(
        &self,
        model: &str,
        champion: &Champion,
        now: Timestamp,
        change: &mut dyn FnMut(&mut Monitor) -> Result<()>,
    ) -> Result<Watcher> {
        let path = self.home.registry.fetch(model, champion.version)?;
        let Some(reference) = Bundle::open(path)?.layout_rows()? else {
            return Ok(Watcher::Nobody);
        };
        let reference = Arc::new(reference);
        self.counting.flush(&self.home.store)?;
        let store = &self.home.store;
        let (monitor, has_begun) = store.change_kept(&name(model), &mut |content| {
            let kept = content.map(read).transpose()?;
            let before = before(kept.as_ref(), champion.version);
            let mut monitor = resume(kept, champion, &reference)?;
            let is_alarm = |monitor: &Monitor| {
                !is_learning(monitor, &reference) && monitor.report().status == Status::Alarm
            };
            let was_alarm = is_alarm(&monitor);
            let mut taken =
                advance(store.as_ref(), model, champion, now, (&mut monitor, &reference))?;
            taken.sort_unstable();
            let has_begun = !was_alarm && is_alarm(&monitor);
            if !is_learning(&monitor, &reference) {
                change(&mut monitor)?;
            }
            let next = write(champion, &monitor, &reference, &before);
            if now > Timestamp::now() {
                // A look ahead must not close windows that get more rows.
                return Ok((None, (monitor, false)));
            }
            if taken.is_empty() && content == Some(next.as_slice()) {
                return Ok((None, (monitor, false)));
            }
            let along = vec![<dyn Store>::taken_profiles(&taken)];
            Ok((Some(Next { content: next, along }), (monitor, has_begun)))
        })?;
        if has_begun {
            // Who has closed the window tells it, so it is told once.
            let report = monitor.report();
            let features: Vec<&str> = report
                .features
                .iter()
                .filter(|own| own.status == Status::Alarm)
                .map(|own| own.feature.as_str())
                .collect();
            let detail = json!({
                "version": champion.version, "features": features, "since": report.since,
            });
            self.notice(Event::Alarm, model, &report.sentence, detail);
        }
        if is_learning(&monitor, &reference) {
            let filled = monitor.recent().filter(|(_, _, window)| window.rows() > 0);
            let learning = Learning { windows: filled.count(), of: FEWEST_WINDOWS };
            return Ok(Watcher::Learning(learning));
        }
        Ok(Watcher::Monitor(Box::new(monitor)))
    }
}

/// Whether a monitor has too little to compare with: all it has are the rows of the bundle, by which it
/// counts.
fn is_learning(monitor: &Monitor, bundle: &Reference) -> bool {
    bundle.rows() < FEWEST_REFERENCE as u64 && monitor.reference().as_ref() == bundle
}

/// Adds the rows of the windows that are not over to a monitor that somebody looks at, and that is not
/// kept.
fn look_ahead(
    store: &dyn Store,
    model: &str,
    champion: &Champion,
    now: Timestamp,
    monitor: &mut Monitor,
) -> Result<()> {
    let length = champion.settings.window.duration();
    let layout = monitor.reference().layout().clone();
    for part in store.profiles(model)? {
        if part.version == champion.name && part.window_start.after(length) > now {
            let Ok(profile) = Profile::from_bytes(&layout, &part.content) else { continue };
            monitor.merge(&profile, Some(part.window_start))?;
        }
    }
    Ok(())
}

/// What was kept, in its parts.
fn read(content: &[u8]) -> Result<Kept<'_>> {
    let broken = |problem: &str| Error::incompatible("the state of a monitor", problem);
    let end = content.iter().position(|byte| *byte == b'\n');
    let (head, rest) = end.and_then(|end| content.split_at_checked(end + 1)).unwrap_or_default();
    let head: Head = serde_json::from_slice(head).map_err(|_| broken("it has no head"))?;
    let mut rest = rest;
    let mut take = |length: usize| {
        let (part, after) = rest.split_at_checked(length).ok_or_else(|| broken("it is cut off"))?;
        rest = after;
        Ok(part)
    };
    let reference = take(head.reference)?;
    let before = head.before.iter().map(|(version, length)| Ok((*version, take(*length)?)));
    let before = before.collect::<Result<_>>()?;
    Ok(Kept { version: head.version, reference, before, state: rest })
}

/// The references of other versions than the one in use, the latest last.
fn before<'a>(kept: Option<&Kept<'a>>, version: u32) -> Vec<(u32, &'a [u8])> {
    let Some(kept) = kept else { return Vec::new() };
    let all = kept.before.iter().copied().chain([(kept.version, kept.reference)]);
    let mut others: Vec<(u32, &[u8])> =
        all.filter(|(own, reference)| *own != version && !reference.is_empty()).collect();
    others.drain(..others.len().saturating_sub(MOST_BEFORE));
    others
}

/// The monitor that was kept. If that was of another version, one that has seen nothing; what this version
/// was compared with when it was in use before is what it is compared with again.
fn resume(kept: Option<Kept<'_>>, champion: &Champion, bundle: &Arc<Reference>) -> Result<Monitor> {
    let options = champion.settings.monitor_options();
    let Some(kept) = kept else { return Monitor::new(bundle.clone(), options) };
    let own = |bytes: &[u8]| match bytes {
        [] => Ok(bundle.clone()),
        bytes => Reference::from_bytes(bytes).map(Arc::new),
    };
    if kept.version == champion.version {
        return Monitor::resume(own(kept.reference)?, kept.state)?.with_options(options);
    }
    let known = kept.before.iter().find(|(version, _)| *version == champion.version);
    Monitor::new(own(known.map_or(&[], |(_, reference)| *reference))?, options)
}

fn write(
    champion: &Champion,
    monitor: &Monitor,
    bundle: &Arc<Reference>,
    before: &[(u32, &[u8])],
) -> Vec<u8> {
    let reference =
        if monitor.reference() == bundle { Vec::new() } else { monitor.reference().to_bytes() };
    let head = Head {
        version: champion.version,
        reference: reference.len(),
        before: before.iter().map(|(version, reference)| (*version, reference.len())).collect(),
    };
    let mut bytes = serde_json::to_vec(&head).expect("numbers are JSON");
    bytes.push(b'\n');
    bytes.extend(reference);
    for (_, reference) in before {
        bytes.extend(*reference);
    }
    bytes.extend(monitor.state());
    bytes
}

/// Closes the windows that are over, the oldest first. Gives the ids of the parts that were taken, or
/// that nobody needs any more.
fn advance(
    store: &dyn Store,
    model: &str,
    champion: &Champion,
    now: Timestamp,
    (monitor, bundle): (&mut Monitor, &Reference),
) -> Result<Vec<String>> {
    let length = champion.settings.window.duration();
    let mut windows: BTreeMap<Timestamp, Vec<ProfileRecord>> = BTreeMap::new();
    let mut taken = Vec::new();
    for part in store.profiles(model)? {
        if part.window_start.after(length) > now {
            continue;
        }
        taken.push(part.id.clone());
        if part.version == champion.name {
            windows.entry(part.window_start).or_default().push(part);
        }
    }
    let layout = monitor.reference().layout().clone();
    for (start, parts) in windows {
        for part in parts {
            // A part of another layout was counted before somebody took another normal.
            let Ok(profile) = Profile::from_bytes(&layout, &part.content) else { continue };
            monitor.merge(&profile, Some(start))?;
        }
        monitor.close_window()?;
        if is_learning(monitor, bundle) {
            monitor.settle(start.after(length))?;
        }
    }
    Ok(taken)
}
