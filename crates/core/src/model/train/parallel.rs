//! Work on several threads, with one more that may end it.

use std::{
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    thread,
    time::Duration,
};

use crate::{Error, Result};

/// Hears how much is done, of how much; an error it returns ends the work. It is called from the
/// thread that asked for the work, again and again.
pub(super) type Watch<'a> = &'a mut dyn FnMut(usize, usize) -> Result<()>;

/// How often whoever watches is asked.
const BETWEEN_LOOKS: Duration = Duration::from_millis(50);

/// How far work is, and whether it shall go on.
#[derive(Debug, Default)]
pub(super) struct Progress {
    done: AtomicUsize,
    ended: AtomicBool,
}

impl Progress {
    pub(super) fn advance(&self, count: usize) {
        self.done.fetch_add(count, Ordering::Relaxed);
    }

    /// An error once nobody wants the work any more.
    pub(super) fn check(&self) -> Result<()> {
        if self.ended.load(Ordering::Relaxed) {
            return Err(Error::invalid("training", "was ended by its caller"));
        }
        Ok(())
    }
}

/// Does each item on a thread of its own, and returns the results in their order. `total` is how
/// much there is to do, as [`Progress::advance`] counts.
pub(super) fn watched<T: Send, R: Send>(
    items: Vec<T>,
    watch: Watch<'_>,
    total: usize,
    work: impl Fn(T, &Progress) -> Result<R> + Sync,
) -> Result<Vec<R>> {
    let progress = Progress::default();
    let working = Mutex::new(items.len());
    let finished = std::sync::Condvar::new();
    let (work, progress, working, finished) = (&work, &progress, &working, &finished);
    // Work that is done before anybody could look is heard of all the same, and can be refused.
    watch(0, total)?;
    let mut refusal = None;
    let results: Vec<Result<R>> = thread::scope(|scope| {
        let handles: Vec<_> = items
            .into_iter()
            .map(|item| {
                scope.spawn(move || {
                    // Says that it is done also when it panics, or the watch would never end.
                    let _leaving = Leaving { working, finished };
                    work(item, progress)
                })
            })
            .collect();
        let mut left = working.lock().unwrap_or_else(PoisonError::into_inner);
        while *left > 0 {
            let waited = finished.wait_timeout(left, BETWEEN_LOOKS);
            left = waited.unwrap_or_else(PoisonError::into_inner).0;
            drop(left);
            let done = progress.done.load(Ordering::Relaxed).min(total);
            if refusal.is_none()
                && let Err(error) = watch(done, total)
            {
                refusal = Some(error);
                progress.ended.store(true, Ordering::Relaxed);
            }
            left = working.lock().unwrap_or_else(PoisonError::into_inner);
        }
        drop(left);
        let join = |handle: thread::ScopedJoinHandle<'_, Result<R>>| {
            handle.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
        };
        handles.into_iter().map(join).collect()
    });
    if let Some(error) = refusal {
        return Err(error);
    }
    results.into_iter().collect()
}

struct Leaving<'a> {
    working: &'a Mutex<usize>,
    finished: &'a std::sync::Condvar,
}

impl Drop for Leaving<'_> {
    fn drop(&mut self) {
        *self.working.lock().unwrap_or_else(PoisonError::into_inner) -= 1;
        self.finished.notify_all();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_come_in_order_and_errors_come_out() {
        let items: Vec<u64> = vec![30, 1, 10];
        let nobody: Watch<'_> = &mut |_, _| Ok(());
        let found = watched(items.clone(), nobody, 3, |item, progress| {
            thread::sleep(Duration::from_millis(item));
            progress.advance(1);
            Ok(item * 2)
        });
        assert_eq!(found.unwrap(), [60, 2, 20]);
        let broken = watched(items, &mut |_, _| Ok(()), 3, |item, _| match item {
            1 => Err(Error::invalid("item", "is 1")),
            _ => Ok(item),
        });
        assert_eq!(broken.unwrap_err().to_string(), "item: is 1");
    }

    #[test]
    fn who_watches_can_end_it() {
        let mut looks = 0;
        let ended = watched(
            vec![(); 2],
            &mut |_, _| {
                looks += 1;
                if looks > 1 { Err(Error::invalid("watch", "enough")) } else { Ok(()) }
            },
            1,
            |(), progress| -> Result<()> {
                loop {
                    progress.check()?;
                    thread::sleep(Duration::from_millis(1));
                }
            },
        );
        assert_eq!(ended.unwrap_err().to_string(), "watch: enough");
        // However soon it is done.
        let refuse: Watch<'_> = &mut |_, _| Err(Error::invalid("watch", "no"));
        let refused = watched(vec![()], refuse, 1, |(), _| Ok(()));
        assert_eq!(refused.unwrap_err().to_string(), "watch: no");
    }
}
