use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
    sync::Arc,
};

use rustc_hash::FxHashMap;
use serde::Deserialize;

use super::{
    batch::{Batch, Column},
    hash,
    layout::{Feature, Kind, Layout, LayoutOptions, learnt_every},
    profile::Profile,
    window::WindowLength,
    wire::{Reader, Writer},
};
use crate::{Error, Result, Timestamp, file, text::words};

/// The first bytes of a reference, and the version of its format.
const MAGIC: &[u8; 8] = b"pantauR\x01";

/// The fewest windows: how much fewer differ says too little.
pub(crate) const FEWEST_WINDOWS: usize = 28;

/// The most windows.
const MOST_WINDOWS: usize = 10_000;

/// How a reference is cut into windows.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct ReferenceOptions {
    /// Where windows end.
    pub window: WindowLength,
    /// Whether the rows were put into an order by chance, so that windows do not tell how much days
    /// differ.
    #[serde(rename = "shuffled")]
    pub is_shuffled: bool,
    /// What is counted.
    pub layout: LayoutOptions,
}

impl Default for ReferenceOptions {
    fn default() -> Self {
        let window = WindowLength::Count(FEWEST_WINDOWS);
        Self { window, is_shuffled: false, layout: LayoutOptions::default() }
    }
}

impl ReferenceOptions {
    /// Reads options from JSON; what is left out has its default.
    ///
    /// # Errors
    /// [`Error::InvalidInput`] for what is not such an object.
    pub fn from_json(json: &str) -> Result<Self> {
        crate::settings::from_json("options", json)
    }
}

/// A layout and the profiles of at least 28 windows, kept apart.
///
/// Of vectors, those from which the layout learnt its centres are not counted in the windows: they
/// are nearer to the centres than any that will come.
#[derive(Debug, Clone, PartialEq)]
pub struct Reference {
    layout: Arc<Layout>,
    windows: Vec<Profile>,
    /// For each window and feature, how many values no other window has: as new to the others as
    /// what comes later is to all.
    novel: Vec<Vec<u64>>,
    is_shuffled: bool,
}

impl Reference {
    /// Builds a reference from rows in the order of time.
    ///
    /// # Errors
    /// [`Error::InvalidInput`] if the rows are too few for 28 windows, or windows are cut by time,
    /// for which there is [`Self::build_by_time`].
    pub fn build(rows: &Batch<'_>, options: &ReferenceOptions) -> Result<Self> {
        let count = rows.rows();
        let edges: Vec<usize> = match options.window {
            WindowLength::Count(windows) => {
                if windows > count {
                    let problem = format!("{count} rows are too few for {windows} windows");
                    return Err(Error::invalid("rows", problem));
                }
                (0..=windows).map(|window| window * count / windows.max(1)).collect()
            }
            // What is left over belongs to the last window.
            WindowLength::Rows(length) => {
                (0..count / length.max(1)).map(|window| window * length).chain([count]).collect()
            }
            WindowLength::Time(_) => {
                return Err(Error::invalid(
                    "window",
                    "a window of time needs the times of the rows",
                ));
            }
        };
        let parts: Vec<(i64, usize, usize)> =
            (0..).zip(edges.windows(2)).map(|(key, pair)| (key, pair[0], pair[1])).collect();
        Self::of_parts(rows, &parts, options)
    }

    /// Builds a reference from rows with the time of each, in any order. Windows in which no row
    /// lies are left out.
    ///
    /// # Errors
    /// As for [`Self::build`], and if the times are not as many as rows.
    pub fn build_by_time(
        rows: &Batch<'_>,
        times: &[Timestamp],
        options: &ReferenceOptions,
    ) -> Result<Self> {
        if times.len() != rows.rows() {
            let problem = format!("{} times for {} rows", times.len(), rows.rows());
            return Err(Error::invalid("times", problem));
        }
        let WindowLength::Time(length) = options.window else {
            if let Some(row) = times.windows(2).position(|pair| pair[0] > pair[1]) {
                let problem = format!(
                    "row {} is earlier than the one before; windows of rows need them in order",
                    row + 1
                );
                return Err(Error::invalid("times", problem));
            }
            return Self::build(rows, options);
        };
        let length = i64::try_from(length.as_micros()).unwrap_or(i64::MAX).max(1);
        let key = |time: &Timestamp| time.micros().div_euclid(length);
        // Rows that follow each other mostly belong together: they are counted at once.
        let mut parts = Vec::new();
        let mut start = 0;
        while let Some(first) = times.get(start) {
            let own = key(first);
            let end = start + times[start..].iter().take_while(|time| key(time) == own).count();
            parts.push((own, start, end));
            start = end;
        }
        Self::of_parts(rows, &parts, options)
    }

    /// Of the rows from one place to another, each part with the window it belongs to.
    fn of_parts(
        rows: &Batch<'_>,
        parts: &[(i64, usize, usize)],
        options: &ReferenceOptions,
    ) -> Result<Self> {
        // Before anything is counted, which may take long.
        check_count(parts.iter().map(|part| part.0).collect::<BTreeSet<i64>>().len())?;
        let layout = Arc::new(Layout::learn(rows, &options.layout)?);
        let mut windows = BTreeMap::new();
        let every = learnt_every(rows.rows());
        for (key, start, end) in parts {
            let window = windows.entry(*key).or_insert_with(|| Profile::new(&layout));
            window.update_where(&rows.part(*start, *end), |row| {
                !(start + row).is_multiple_of(every)
            })?;
        }
        let order: Vec<i64> = windows.keys().copied().collect();
        let place = |key: &i64| order.partition_point(|other| other < key);
        let mut novel = vec![vec![0; layout.features().len()]; order.len()];
        for (at, feature) in layout.features().iter().enumerate() {
            let mut homes = Homes::default();
            for (key, start, end) in parts {
                homes.add(rows, feature, place(key), *start, *end);
            }
            for (window, count) in homes.novel() {
                novel[window][at] += count;
            }
        }
        Self::new(windows.into_values().collect(), novel, options.is_shuffled)
    }

    /// A reference of windows that were counted elsewhere, with one layout.
    ///
    /// # Errors
    /// [`Error::InvalidInput`] for fewer than 28 windows, other layouts, or windows without rows.
    pub fn from_windows(windows: Vec<Profile>) -> Result<Self> {
        let unseen = |window: &Profile| -> Vec<u64> {
            window.features().map(|(_, own)| own.counts.unseen()).collect()
        };
        let novel = windows.iter().map(unseen).collect();
        Self::new(windows, novel, false)
    }

    fn new(windows: Vec<Profile>, novel: Vec<Vec<u64>>, is_shuffled: bool) -> Result<Self> {
        check_count(windows.len())?;
        let layout = windows[0].layout().clone();
        for (place, window) in windows.iter().enumerate() {
            if window.layout().hash() != layout.hash() {
                let problem = format!("window {place} was counted with another layout");
                return Err(Error::invalid("windows", problem));
            }
            if window.rows() == 0 {
                return Err(Error::invalid("windows", format!("window {place} has no rows")));
            }
        }
        Ok(Self { layout, windows, novel, is_shuffled })
    }

    /// What is counted.
    pub fn layout(&self) -> &Arc<Layout> {
        &self.layout
    }

    /// The windows, the oldest first.
    pub fn windows(&self) -> &[Profile] {
        &self.windows
    }

    /// How many rows the windows have.
    pub fn rows(&self) -> u64 {
        self.windows.iter().map(Profile::rows).sum()
    }

    /// How many values of a feature a window has that no other window has.
    pub fn novel(&self, window: usize, feature: usize) -> u64 {
        self.novel[window][feature]
    }

    /// Whether the rows were in an order by chance.
    pub fn is_shuffled(&self) -> bool {
        self.is_shuffled
    }

    /// All windows together.
    pub fn pooled(&self) -> Profile {
        let mut pooled = Profile::new(&self.layout);
        for window in &self.windows {
            pooled.merge(window).expect("all windows have one layout");
        }
        pooled
    }

    /// Some of the windows, which may be fewer than a reference must have.
    pub(crate) fn subset(&self, places: &[usize]) -> Self {
        Self {
            layout: self.layout.clone(),
            windows: places.iter().map(|place| self.windows[*place].clone()).collect(),
            novel: places.iter().map(|place| self.novel[*place].clone()).collect(),
            is_shuffled: self.is_shuffled,
        }
    }

    /// A window as it would look if it came later: what only it has would then be unseen.
    pub(crate) fn as_new(&self, place: usize) -> Profile {
        let mut window = self.windows[place].clone();
        window.set_unseen(&self.novel[place]);
        window
    }

    /// What tells references apart.
    pub(crate) fn hash(&self) -> [u8; 16] {
        hash::of_bytes(&self.to_bytes())
    }

    /// For each window, all others together.
    pub(crate) fn others(&self) -> Vec<Profile> {
        let mut after = vec![Profile::new(&self.layout)];
        for window in self.windows.iter().skip(1).rev() {
            let mut sum = after[after.len() - 1].clone();
            sum.merge(window).expect("all windows have one layout");
            after.push(sum);
        }
        let mut before = Profile::new(&self.layout);
        let mut others = Vec::with_capacity(self.windows.len());
        for (window, after) in self.windows.iter().zip(after.iter().rev()) {
            let mut sum = before.clone();
            sum.merge(after).expect("all windows have one layout");
            others.push(sum);
            before.merge(window).expect("all windows have one layout");
        }
        others
    }

    /// The bytes of this reference.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut out = Writer::default();
        out.raw(MAGIC);
        let layout = self.layout.to_bytes();
        out.whole(layout.len() as u64);
        out.raw(&layout);
        out.raw(&[u8::from(self.is_shuffled)]);
        out.whole(self.windows.len() as u64);
        for (window, novel) in self.windows.iter().zip(&self.novel) {
            window.write(&mut out);
            for count in novel {
                out.whole(*count);
            }
        }
        out.into_bytes()
    }

    /// The reference of these bytes.
    ///
    /// # Errors
    /// [`Error::InvalidInput`] for what is no reference of this version.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self> {
        let mut from = Reader::new("reference", bytes);
        if from.raw(MAGIC.len())? != MAGIC {
            return Err(from.broken("these are no bytes of a reference of this version"));
        }
        let length = from.length(1)?;
        let layout = Arc::new(Layout::from_bytes(from.raw(length)?)?);
        let is_shuffled = from.byte()? != 0;
        let windows = from.many(1, |from| {
            let window = Profile::read(&layout, from)?;
            let novel: Result<Vec<u64>> = layout.features().iter().map(|_| from.whole()).collect();
            Ok((window, novel?))
        })?;
        from.end()?;
        let (windows, novel) = windows.into_iter().unzip();
        Self::new(windows, novel, is_shuffled)
    }

    /// Writes this reference into a file.
    ///
    /// # Errors
    /// [`Error::Storage`] if that fails.
    pub fn save(&self, path: impl AsRef<Path>) -> Result<()> {
        file::write_bytes(path.as_ref(), &self.to_bytes())
    }

    /// Reads the reference in a file.
    ///
    /// # Errors
    /// [`Error::NotFound`] or [`Error::Storage`] if it cannot be read, [`Error::InvalidInput`] if
    /// it holds no reference.
    pub fn load(path: impl AsRef<Path>) -> Result<Self> {
        let hint = "what `Reference::save` writes";
        Self::from_bytes(&file::read_bytes("reference", path.as_ref(), hint)?)
    }
}

fn check_count(windows: usize) -> Result<()> {
    if (FEWEST_WINDOWS..=MOST_WINDOWS).contains(&windows) {
        return Ok(());
    }
    let problem = format!(
        "{windows}, allowed are {FEWEST_WINDOWS} to {MOST_WINDOWS}: their differences are the \
         yardstick"
    );
    Err(Error::invalid("windows", problem))
}

/// In which windows each value of a feature is.
#[derive(Default)]
struct Homes(FxHashMap<u64, Home>);

struct Home {
    window: usize,
    count: u64,
    is_only: bool,
}

impl Homes {
    fn add(
        &mut self,
        rows: &Batch<'_>,
        feature: &Feature,
        window: usize,
        start: usize,
        end: usize,
    ) {
        match (&feature.kind, rows.find(&feature.source, &mut 0)) {
            (Kind::Category(_), Some(Column::Strings(values, _))) => {
                for value in values[start..end].iter().flatten() {
                    self.see(hash::of_text(value), window);
                }
            }
            (Kind::Words(_), Some(Column::Strings(texts, _))) => {
                let mut spare = String::new();
                for text in texts[start..end].iter().flatten() {
                    for word in words::words(text) {
                        let word = words::lookup_form(word, &mut spare);
                        if !word.is_empty() {
                            self.see(hash::of_text(word), window);
                        }
                    }
                }
            }
            _ => {}
        }
    }

    fn see(&mut self, value: u64, window: usize) {
        let home = self.0.entry(value).or_insert(Home { window, count: 0, is_only: true });
        home.is_only &= home.window == window;
        home.count += 1;
    }

    /// The windows with values that only they have, and how many.
    fn novel(self) -> impl Iterator<Item = (usize, u64)> {
        self.0.into_values().filter(|home| home.is_only).map(|home| (home.window, home.count))
    }
}
