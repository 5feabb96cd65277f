use std::{path::Path, sync::Arc, time::Duration};

use super::{
    batch::Batch,
    layout::{Layout, LayoutOptions},
    profile::Profile,
    wire::{Reader, Writer},
};
use crate::{Error, Result, Timestamp, file};

/// The first bytes of a reference, and the version of its format.
const MAGIC: &[u8; 8] = b"pantauR\x01";

/// The fewest windows: how much fewer differ says too little.
const FEWEST_WINDOWS: usize = 28;

/// The most windows.
const MOST_WINDOWS: usize = 10_000;

/// Where a window ends and the next begins.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum WindowLength {
    /// After so many rows.
    Rows(usize),
    /// After so much time, counted from 1970.
    Time(Duration),
    /// So that there are so many, of about equally many rows.
    Count(usize),
}

/// How a reference is cut into windows.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct ReferenceOptions {
    /// Where windows end.
    pub window: WindowLength,
    /// Whether the rows were put into an order by chance, so that windows do not tell how much days
    /// differ.
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

/// A layout and the profiles of at least 28 windows, kept apart.
#[derive(Debug, Clone, PartialEq)]
pub struct Reference {
    layout: Arc<Layout>,
    windows: Vec<Profile>,
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
        let layout = Arc::new(Layout::learn(rows, &options.layout)?);
        let mut windows = Vec::with_capacity(edges.len());
        for pair in edges.windows(2) {
            let mut window = Profile::new(&layout);
            window.update(&rows.slice(pair[0], pair[1]))?;
            windows.push(window);
        }
        Self::new(windows, options.is_shuffled)
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
            return Self::build(rows, options);
        };
        let length = i64::try_from(length.as_micros()).unwrap_or(i64::MAX).max(1);
        let layout = Arc::new(Layout::learn(rows, &options.layout)?);
        let mut windows = std::collections::BTreeMap::new();
        // Rows that follow each other mostly belong together: they are counted at once.
        let mut start = 0;
        while start < times.len() {
            let key = times[start].micros().div_euclid(length);
            let same =
                times[start..].iter().take_while(|time| time.micros().div_euclid(length) == key);
            let end = start + same.count();
            let window = windows.entry(key).or_insert_with(|| Profile::new(&layout));
            window.update(&rows.slice(start, end))?;
            start = end;
        }
        Self::new(windows.into_values().collect(), options.is_shuffled)
    }

    /// A reference of windows that were counted elsewhere, with one layout.
    ///
    /// # Errors
    /// [`Error::InvalidInput`] for fewer than 28 windows, other layouts, or windows without rows.
    pub fn from_windows(windows: Vec<Profile>) -> Result<Self> {
        Self::new(windows, false)
    }

    fn new(windows: Vec<Profile>, is_shuffled: bool) -> Result<Self> {
        if windows.len() < FEWEST_WINDOWS || windows.len() > MOST_WINDOWS {
            let problem = format!(
                "{}, allowed are {FEWEST_WINDOWS} to {MOST_WINDOWS}: their differences are the yardstick",
                windows.len()
            );
            return Err(Error::invalid("windows", problem));
        }
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
        Ok(Self { layout, windows, is_shuffled })
    }

    /// What is counted.
    pub fn layout(&self) -> &Arc<Layout> {
        &self.layout
    }

    /// The windows, the oldest first.
    pub fn windows(&self) -> &[Profile] {
        &self.windows
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

    /// The bytes of this reference.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut out = Writer::default();
        out.raw(MAGIC);
        let layout = self.layout.to_bytes();
        out.whole(layout.len() as u64);
        out.raw(&layout);
        out.raw(&[u8::from(self.is_shuffled)]);
        out.whole(self.windows.len() as u64);
        for window in &self.windows {
            window.write(&mut out);
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
        let windows = from.many(1, |from| Profile::read(&layout, from))?;
        from.end()?;
        Self::new(windows, is_shuffled)
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
