//! Every process keeps what it counted in a file of its own, so that whichever is asked can tell the
//! sum.
//!
//! Counters must not fall from one look to the next, whichever process is asked. So a process brings
//! its own file up to date before it reads the others': what it tells is then never more than what
//! is in the files, and these only grow. Files of processes that are gone are put together into one,
//! which names them; who reads the others first and that one last counts none twice and misses none.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs::{self, File, OpenOptions},
    path::{Path, PathBuf},
    sync::{Mutex, PoisonError},
    time::Duration,
};

use serde::{Deserialize, Serialize};

use super::{Counts, page::Page};
use crate::{Error, Result, file};

/// A younger file may be one whose process is just about to lock it.
const LEAST_AGE: Duration = Duration::from_secs(10);

const GONE: &str = "gone.json";

/// What a process knows of itself at a moment.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Gauges {
    /// Its number: of several workspaces that it has open, it is one process.
    pub(crate) process: u32,
    pub(crate) log_queued: u64,
    pub(crate) log_waiting: u64,
    pub(crate) memory_bytes: u64,
    /// Calls that wait, by model.
    pub(crate) waiting: BTreeMap<String, u64>,
    /// What is loaded: model, version, kind, weights and provider.
    pub(crate) loaded: BTreeSet<[String; 5]>,
}

/// What a process counted, and how it is.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Seen {
    pub(crate) counts: Counts,
    pub(crate) gauges: Gauges,
}

/// So many processes that are gone are remembered: more than could come and go while somebody reads.
const REMEMBERED: usize = 1_000;

/// What processes counted that are gone, and which they were. Ids grow with time.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(default)]
struct Gone {
    counts: Counts,
    ids: BTreeSet<String>,
}

/// The folder with the files, and the place of this process in it.
#[derive(Debug)]
pub(crate) struct Shelf {
    folder: PathBuf,
    id: String,
    /// Held for as long as this process has the folder open.
    lock: Mutex<Option<File>>,
}

impl Shelf {
    pub(crate) fn open(folder: PathBuf, id: &str) -> Result<Self> {
        let path = folder.join(format!("{id}.lock"));
        let storage = Error::storage("write", &path);
        let lock = File::create(&path).and_then(|file| file.lock().map(|()| file));
        let lock = lock.map_err(storage)?;
        Ok(Self { folder, id: id.to_owned(), lock: Mutex::new(Some(lock)) })
    }

    /// Brings the file of this process up to date for the last time.
    pub(crate) fn close(&self, own: &Seen) -> Result<()> {
        let put = self.put(own);
        self.lock.lock().unwrap_or_else(PoisonError::into_inner).take();
        put
    }

    /// Brings the file of this process up to date.
    pub(crate) fn put(&self, own: &Seen) -> Result<()> {
        let json = serde_json::to_string(own).expect("numbers and texts are JSON");
        file::write_text(&self.own_file(), &json)
    }

    fn own_file(&self) -> PathBuf {
        self.folder.join(format!("{}.json", self.id))
    }

    /// What all processes counted, and how those are that live: this one as it is told, which must be
    /// as it was [`put`](Self::put).
    pub(crate) fn sum(&self, own: &Seen) -> (Counts, Vec<Gauges>) {
        let mut counts = own.counts.clone();
        let mut gauges = vec![own.gauges.clone()];
        let others: Vec<(String, Seen)> = self
            .ids("json")
            .into_iter()
            .filter(|id| *id != self.id)
            .filter_map(|id| Some((id.clone(), read(&self.folder.join(format!("{id}.json")))?)))
            .collect();
        let gone: Gone = read(&self.folder.join(GONE)).unwrap_or_default();
        counts.add(&gone.counts);
        for (id, seen) in others {
            if gone.ids.contains(&id) {
                continue;
            }
            counts.add(&seen.counts);
            if self.is_alive(&id) {
                gauges.push(seen.gauges);
            }
        }
        (counts, gauges)
    }

    /// The processes that left a file with this ending.
    fn ids(&self, ending: &str) -> Vec<String> {
        let Ok(entries) = fs::read_dir(&self.folder) else { return Vec::new() };
        let id = |entry: fs::DirEntry| {
            let name = entry.file_name().into_string().ok()?;
            let id = name.strip_suffix(ending)?.strip_suffix('.')?;
            (name != GONE).then(|| id.to_owned())
        };
        entries.filter_map(|entry| id(entry.ok()?)).collect()
    }

    fn is_alive(&self, id: &str) -> bool {
        let lock = File::open(self.folder.join(format!("{id}.lock")));
        lock.is_ok_and(|lock| lock.try_lock_shared().is_err())
    }

    /// Puts the files of processes that are gone together.
    pub(crate) fn bury(&self) -> Result<()> {
        let path = self.folder.join("gone.lock");
        let storage = || Error::storage("write", &path);
        let lock = OpenOptions::new().create(true).append(true).open(&path).map_err(storage())?;
        if lock.try_lock().is_err() {
            // Somebody else is at it.
            return Ok(());
        }
        let gone_path = self.folder.join(GONE);
        let mut gone: Gone = read(&gone_path).unwrap_or_default();
        let file = |id: &str, ending: &str| self.folder.join(format!("{id}.{ending}"));
        let dead: Vec<String> = self
            .ids("json")
            .into_iter()
            .filter(|id| *id != self.id && is_old(&file(id, "json")) && !self.is_alive(id))
            .collect();
        // Whoever was killed in between has left files that are counted already.
        let fresh: Vec<&String> = dead.iter().filter(|id| !gone.ids.contains(*id)).collect();
        for id in &fresh {
            let Some(seen) = read::<Seen>(&file(id, "json")) else { continue };
            gone.counts.add(&seen.counts);
            gone.ids.insert((*id).clone());
        }
        if !fresh.is_empty() {
            while gone.ids.len() > REMEMBERED {
                gone.ids.pop_first();
            }
            let json = serde_json::to_string(&gone).expect("numbers and texts are JSON");
            file::write_text(&gone_path, &json)?;
        }
        for id in &dead {
            let _ = fs::remove_file(file(id, "json"));
            let _ = fs::remove_file(file(id, "lock"));
        }
        // Some were killed before they had counted anything.
        for id in self.ids("lock") {
            let path = file(&id, "lock");
            if id != "gone" && is_old(&path) && !self.is_alive(&id) && !file(&id, "json").exists() {
                let _ = fs::remove_file(path);
            }
        }
        Ok(())
    }
}

fn read<T: for<'a> Deserialize<'a>>(path: &Path) -> Option<T> {
    serde_json::from_slice(&fs::read(path).ok()?).ok()
}

fn is_old(path: &Path) -> bool {
    let modified = fs::metadata(path).and_then(|found| found.modified());
    modified.is_ok_and(|time| time.elapsed().is_ok_and(|age| age >= LEAST_AGE))
}

impl Gauges {
    /// Puts how processes are on a page.
    pub(crate) fn show(all: &[Self], page: &mut Page) {
        let sum = |of: fn(&Self) -> u64| all.iter().map(of).sum();
        let memory: BTreeMap<u32, u64> =
            all.iter().map(|own| (own.process, own.memory_bytes)).collect();
        page.count("pantau_processes", &[], memory.len() as u64);
        page.count("pantau_process_resident_memory_bytes", &[], memory.values().sum());
        page.count("pantau_log_queue_length", &[], sum(|own| own.log_queued));
        page.count("pantau_log_outbox_length", &[], sum(|own| own.log_waiting));
        let mut waiting: BTreeMap<&str, u64> = BTreeMap::new();
        for (model, own) in all.iter().flat_map(|own| &own.waiting) {
            *waiting.entry(model).or_default() += own;
        }
        for (model, count) in waiting {
            page.count("pantau_prediction_queue_length", &[model], count);
        }
        let loaded: BTreeSet<&[String; 5]> = all.iter().flat_map(|own| &own.loaded).collect();
        for told in &loaded {
            page.count("pantau_model_info", &told.each_ref().map(String::as_str), 1);
        }
        let models: BTreeSet<&str> = loaded.iter().map(|told| told[0].as_str()).collect();
        page.count("pantau_active_models", &[], models.len() as u64);
    }
}

/// The memory that this process has, where the system tells it.
pub(crate) fn own_memory() -> u64 {
    let read = || {
        let status = fs::read_to_string("/proc/self/status").ok()?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
        line.split_whitespace().next()?.parse::<u64>().ok()
    };
    read().unwrap_or(0) * 1024
}

/// The time of processors that this process has used since somebody asked last: so what several open
/// workspaces tell comes to what it has used in all.
pub(crate) fn claim_cpu() -> f64 {
    static CLAIMED: Mutex<(u32, f64)> = Mutex::new((0, 0.0));
    let read = || {
        let stat = fs::read_to_string("/proc/self/stat").ok()?;
        // The name of the program, in brackets, may hold spaces.
        let fields = stat.rsplit_once(')')?.1;
        let ticks = |place: usize| fields.split_whitespace().nth(place)?.parse::<f64>().ok();
        // Linux tells programs hundredths of a second, whatever it counts itself.
        Some((ticks(11)? + ticks(12)?) / 100.0)
    };
    let (now, process) = (read().unwrap_or(0.0), std::process::id());
    let mut claimed = CLAIMED.lock().unwrap_or_else(PoisonError::into_inner);
    // What the parent of a fork has claimed is the parent's.
    let before = if claimed.0 == process { claimed.1 } else { 0.0 };
    *claimed = (process, now.max(before));
    (now - before).max(0.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counted(label: &str, times: usize) -> Seen {
        let mut seen = Seen::default();
        for _ in 0..times {
            seen.counts.answered("s", "1").see(label, 0.9, 0.001);
        }
        seen.gauges.memory_bytes = 10;
        seen
    }

    fn total(shelf: &Shelf, own: &Seen) -> String {
        let mut page = Page::default();
        shelf.sum(own).0.show(&mut page);
        let text = page.to_text(false);
        let line = text.lines().find(|line| line.starts_with("pantau_predictions_total{"));
        line.and_then(|line| line.rsplit_once(' ')).map(|(_, count)| count.to_owned()).unwrap()
    }

    #[test]
    fn what_is_gone_is_counted_once() {
        let folder = tempfile::tempdir().unwrap();
        let shelf = |id: &str| Shelf::open(folder.path().to_owned(), id).unwrap();
        let (one, two) = (shelf("one"), shelf("two"));
        let (own, other) = (counted("good", 3), counted("good", 4));
        one.put(&own).unwrap();
        two.put(&other).unwrap();
        assert_eq!((total(&one, &own), total(&two, &other)), ("7".to_owned(), "7".to_owned()));
        assert_eq!(one.sum(&own).1.len(), 2);

        drop(two);
        assert_eq!(total(&one, &own), "7");
        assert_eq!(one.sum(&own).1.len(), 1);
        let old = std::time::SystemTime::now() - LEAST_AGE * 2;
        let gone_file = folder.path().join("two.json");
        File::options().append(true).open(&gone_file).unwrap().set_modified(old).unwrap();
        let copy = fs::read(&gone_file).unwrap();
        one.bury().unwrap();
        assert!(!gone_file.exists());
        assert_eq!(total(&one, &own), "7");
        // As if the one who put it together had been killed before it removed the file.
        fs::write(&gone_file, copy).unwrap();
        assert_eq!(total(&one, &own), "7");
        File::options().append(true).open(&gone_file).unwrap().set_modified(old).unwrap();
        one.bury().unwrap();
        assert_eq!(total(&one, &own), "7");
        // Those who live stay where they are.
        assert!(folder.path().join("one.json").exists());
    }

    #[test]
    fn this_process_has_memory() {
        if cfg!(target_os = "linux") {
            assert!(own_memory() > 1 << 20);
            let first = claim_cpu();
            assert!(first >= 0.0 && claim_cpu() <= first + 1.0);
        }
    }
}
