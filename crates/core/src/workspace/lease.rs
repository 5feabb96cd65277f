//! That one process at a time trains a model.

use std::{
    fs,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use serde::{Deserialize, Serialize};

use super::worker::{Signal, Worker};
use crate::{
    Error, Result, Timestamp,
    store::{Next, Store, new_id},
};

/// For so long a lease holds without being renewed: the clocks of machines that share a store must
/// not differ by more.
const LASTS: Duration = Duration::from_mins(1);
const RENEWED: Duration = Duration::from_secs(10);

/// A lease as it is kept.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Written {
    holder: String,
    /// What it is held for, such as the id of a retraining.
    work: String,
    process: u32,
    /// Where that number means a process.
    machine: String,
    since: Timestamp,
    until: Timestamp,
}

/// A lease that is held, and renewed by a thread of its own.
#[derive(Debug)]
pub(super) struct Lease {
    shared: Arc<Shared>,
    worker: Option<Worker>,
}

#[derive(Debug)]
struct Shared {
    store: Arc<dyn Store>,
    name: String,
    holder: String,
    is_lost: AtomicBool,
}

impl Lease {
    /// Takes a lease, if nobody holds it. Gives it with the work that a process had it for which ended
    /// without giving it back.
    pub(super) fn take(
        store: &Arc<dyn Store>,
        name: &str,
        work: &str,
    ) -> Result<(Self, Option<String>)> {
        let holder = new_id();
        let left = store.change_kept(name, &mut |content| {
            let now = Timestamp::now();
            let before = content.and_then(|bytes| serde_json::from_slice::<Written>(bytes).ok());
            let before = before.filter(|own| !own.holder.is_empty());
            if let Some(before) = &before
                && before.until > now
                && !is_gone(before)
            {
                let problem = format!(
                    "process {} has been at it since {}; it holds this for a minute longer at most \
                     if it should die",
                    before.process, before.since
                );
                return Err(Error::Busy { what: name.to_owned(), problem });
            }
            let written = Written {
                holder: holder.clone(),
                work: work.to_owned(),
                process: std::process::id(),
                machine: machine(),
                since: now,
                until: now.after(LASTS),
            };
            Ok((Some(next(&written)), before.map(|own| own.work)))
        })?;
        let shared = Arc::new(Shared {
            store: store.clone(),
            name: name.to_owned(),
            holder,
            is_lost: AtomicBool::new(false),
        });
        let own = shared.clone();
        let worker = Worker::start("pantau-lease", name, move |signal| own.renew(signal))?;
        Ok((Self { shared, worker: Some(worker) }, left))
    }

    /// Whether it is still held: to be asked before something is done that only one may do.
    ///
    /// # Errors
    /// [`Error::Conflict`] if another process has taken it.
    pub(super) fn check(&self) -> Result<()> {
        if self.shared.is_lost.load(Ordering::Acquire) {
            let problem = "it was not renewed in time, and another process has taken it";
            return Err(Error::conflict(self.shared.name.clone(), problem));
        }
        Ok(())
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        if let Some(worker) = self.worker.take() {
            worker.stop();
        }
        // If that fails it ends by itself.
        let _ = self.shared.change(true);
    }
}

impl Shared {
    /// Renews it until it is given back, or lost.
    fn renew(&self, signal: &Signal) {
        while !signal.wait(RENEWED) {
            if let Ok(false) = self.change(false) {
                self.is_lost.store(true, Ordering::Release);
                return;
            }
        }
    }

    /// Renews the lease or gives it back; false if it is somebody else's by now.
    fn change(&self, gives_back: bool) -> Result<bool> {
        self.store.change_kept(&self.name, &mut |content| {
            let found = content.and_then(|bytes| serde_json::from_slice::<Written>(bytes).ok());
            let Some(mut own) = found.filter(|found| found.holder == self.holder) else {
                return Ok((None, false));
            };
            own.until = Timestamp::now().after(LASTS);
            if gives_back {
                own.holder.clear();
            }
            Ok((Some(next(&own)), true))
        })
    }
}

fn next(written: &Written) -> Next {
    Next::new(serde_json::to_vec(written).expect("texts and numbers are JSON"))
}

/// Whether the process that holds a lease has ended, as far as that can be seen from here.
fn is_gone(written: &Written) -> bool {
    let machine = machine();
    !machine.is_empty()
        && written.machine == machine
        && !fs::exists(format!("/proc/{}", written.process)).unwrap_or(true)
}

/// What tells this running system from others, containers being apart; nothing where that cannot be
/// told.
fn machine() -> String {
    let boot = fs::read_to_string("/proc/sys/kernel/random/boot_id");
    let processes = fs::read_link("/proc/self/ns/pid");
    match (boot, processes) {
        (Ok(boot), Ok(processes)) => format!("{} {}", boot.trim(), processes.display()),
        _ => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::Memory;

    #[test]
    fn one_has_it_until_it_gives_it_back() {
        let store: Arc<dyn Store> = Arc::new(Memory::new());
        let (lease, left) = Lease::take(&store, "retrain/a", "1").unwrap();
        assert_eq!(left, None);
        lease.check().unwrap();
        let error = Lease::take(&store, "retrain/a", "2").unwrap_err();
        assert_eq!(error.kind(), crate::ErrorKind::Busy);
        assert!(Lease::take(&store, "retrain/b", "3").is_ok());
        drop(lease);
        let (_lease, left) = Lease::take(&store, "retrain/a", "4").unwrap();
        assert_eq!(left, None);
    }

    #[test]
    fn that_of_a_process_which_ended_is_taken_over() {
        let store: Arc<dyn Store> = Arc::new(Memory::new());
        let now = Timestamp::now();
        let mut written = Written {
            holder: "somebody".to_owned(),
            work: "17".to_owned(),
            // Above the most that Linux gives.
            process: 4_194_305,
            machine: machine(),
            since: now,
            until: now.after(LASTS),
        };
        assert!(store.keep("a", 0, next(&written)).unwrap());
        assert_eq!(Lease::take(&store, "a", "18").unwrap().1.as_deref(), Some("17"));
        // Of another machine nobody knows which processes there are: only time tells.
        "elsewhere".clone_into(&mut written.machine);
        assert!(store.keep("b", 0, next(&written)).unwrap());
        assert!(Lease::take(&store, "b", "18").is_err());
        written.until = now.before(Duration::from_secs(1));
        assert!(store.keep("b", 1, next(&written)).unwrap());
        assert_eq!(Lease::take(&store, "b", "18").unwrap().1.as_deref(), Some("17"));
    }
}
