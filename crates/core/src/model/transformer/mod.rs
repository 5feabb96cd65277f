//! A transformer in memory: tokenizer, sessions, and the way of a text through them.

mod length;
mod measure;

use std::{
    fs,
    num::NonZero,
    path::Path,
    sync::{Arc, Mutex},
    time::Duration,
};

pub(super) use length::to_length_one;
use rustc_hash::FxHashMap;

use super::{
    Bundle, ModelOptions, costs,
    engine::{Call, Counters, Deadline, Engine, Role, Runner, Settings, Shift},
    prediction::Flags,
};
use crate::{
    Error, Result,
    onnx::{
        Device, Encoding, LongText, Provider, Runtime, Tokenizer, cpu, plan,
        session::{Session, SessionOptions},
    },
    text::map_in_order,
};

impl Runner for Session {
    fn width(&self) -> usize {
        Self::width(self)
    }

    fn run(&mut self, sequences: &[&[u32]], rows: &mut Vec<f32>) -> Result<()> {
        Self::run(self, sequences, rows)
    }
}

/// How many texts a call has at least for measuring to be worth its time.
const WORTH_MEASURING: usize = 64;

/// A transformer in memory.
pub(super) struct Transformer {
    bundle: Arc<Bundle>,
    /// The most tokens it reads at once.
    max_tokens: usize,
    tokenizer: Tokenizer,
    engine: Engine,
    pub(super) provider: Provider,
    pub(super) fallback: Option<String>,
    threads: NonZero<usize>,
    device: Device,
    /// Under which the costs of its runs are kept; gone once the workers are as they say.
    unsettled: Mutex<Option<String>>,
}

/// How texts are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Reading {
    pub(super) max_tokens: usize,
    pub(super) long_text: LongText,
}

/// One row for each text that differs from those before it.
pub(super) struct Answers {
    rows: Vec<f32>,
    width: usize,
    flags: Vec<Flags>,
    /// For each text, its row.
    row_of: Vec<usize>,
}

impl Answers {
    /// How many texts there are.
    pub(super) fn len(&self) -> usize {
        self.row_of.len()
    }

    /// For each text in the caller's order: its row, and what is odd about it.
    pub(super) fn iter(&self) -> impl Iterator<Item = (&[f32], Flags)> {
        self.row_of
            .iter()
            .map(|row| (&self.rows[row * self.width..(row + 1) * self.width], self.flags[*row]))
    }

    fn check_finite(&self, name: &str) -> Result<()> {
        let broken = self.rows.iter().position(|number| !number.is_finite());
        broken.map_or(Ok(()), |at| {
            let row = at / self.width;
            let text = self.row_of.iter().position(|own| *own == row).unwrap_or(row);
            let problem = format!("it answered {} for text {text}", self.rows[at]);
            Err(Error::inference(name, problem))
        })
    }
}

impl Transformer {
    pub(super) fn open(
        bundle: Arc<Bundle>,
        options: &ModelOptions,
        threads: NonZero<usize>,
    ) -> Result<Self> {
        let manifest = bundle.manifest();
        let max_tokens = manifest.max_tokens.ok_or_else(|| {
            let what = format!("bundle {}", bundle.path().display());
            Error::invalid(what, "a transformer without max_tokens")
        })?;
        let tokenizer = tokenizer(&bundle)?;
        let session = session(&bundle, &tokenizer, options.device, threads)?;
        let provider = session.provider();
        let fallback = session.fallback().map(str::to_owned);
        let key = cost_key(&bundle, provider, threads)?;
        let costs = costs::recall(&key).map_or(plan::UNMEASURED, |measured| measured.wide);
        let settings = Settings { max_wait: options.max_wait, queue: options.queue };
        let engine = Engine::start(&manifest.name, session, settings, costs)?;
        Ok(Self {
            max_tokens,
            device: options.device,
            unsettled: Mutex::new(Some(key)),
            bundle,
            tokenizer,
            engine,
            provider,
            fallback,
            threads,
        })
    }

    fn name(&self) -> &str {
        &self.bundle.manifest().name
    }

    /// Whether its threads live in this process, which they do not after a fork.
    pub(super) fn is_alive(&self) -> bool {
        self.engine.is_alive()
    }

    pub(super) fn counters(&self) -> Counters {
        self.engine.counters()
    }

    /// The most padded tokens of one run when there is much to do.
    pub(super) fn token_budget(&self) -> usize {
        self.engine.shift().costs(Role::Narrow).budget
    }

    /// Checks how texts shall be read against what the model can.
    pub(super) fn reading(
        &self,
        max_tokens: Option<usize>,
        long_text: LongText,
    ) -> Result<Reading> {
        let most = self.max_tokens;
        let max_tokens = max_tokens.unwrap_or(most);
        if max_tokens > most {
            let problem = format!("{max_tokens} is more than model {} reads, {most}", self.name());
            return Err(Error::invalid("max_tokens", problem));
        }
        let reading = Reading { max_tokens, long_text };
        self.encode("", reading)?;
        Ok(reading)
    }

    fn encode(&self, text: &str, reading: Reading) -> Result<Encoding> {
        self.tokenizer.encode(text, reading.max_tokens, reading.long_text)
    }

    /// Whether a text has more tokens than so many, the special ones counted.
    pub(super) fn exceeds(&self, text: &str, most: usize) -> Result<bool> {
        let reading = Reading { max_tokens: most, long_text: LongText::Truncate };
        Ok(self.encode(text, reading)?.truncated)
    }

    /// Answers texts; `progress` hears how many sequences more are done, of how many.
    pub(super) fn answer<T: AsRef<str> + Sync>(
        &self,
        texts: &[T],
        reading: Reading,
        deadline: Option<Duration>,
        mut progress: impl FnMut(usize, usize) -> Result<()>,
    ) -> Result<Answers> {
        let until = Deadline::after(deadline);
        let (distinct, row_of) = distinct(texts);
        if distinct.len() >= WORTH_MEASURING && deadline.is_none() {
            // Without a measurement it runs with what is assumed.
            let _ = self.warm_up();
        }
        let encodings =
            map_in_order(&distinct, Some(self.threads), |text| self.encode(text, reading))
                .into_iter()
                .collect::<Result<Vec<Encoding>>>()?;
        let mut flags: Vec<Flags> = distinct.iter().map(|text| Flags::of(text)).collect();
        let mut sequences = Vec::with_capacity(encodings.len());
        let mut windows = Vec::with_capacity(encodings.len());
        for (encoding, flags) in encodings.into_iter().zip(&mut flags) {
            flags.truncated = encoding.truncated;
            windows.push(encoding.windows.len());
            sequences.extend(encoding.windows);
        }
        let batches = batches(&sequences, self.engine.shift());
        let all = sequences.len();
        let rows = self.engine.run(&sequences, &batches, until, |done| progress(done, all))?;
        let rows = merge(rows.numbers, rows.width, &windows);
        let answers = Answers { rows, width: self.engine.width(), flags, row_of };
        answers.check_finite(self.name())?;
        Ok(answers)
    }

    /// Queues one text and returns at once.
    pub(super) fn submit(
        &self,
        text: &str,
        reading: Reading,
        deadline: Option<Duration>,
        on_done: impl FnOnce() + Send + 'static,
    ) -> Result<Pending> {
        let until = Deadline::after(deadline);
        let mut flags = Flags::of(text);
        let encoding = self.encode(text, reading)?;
        flags.truncated = encoding.truncated;
        let windows = encoding.windows.len();
        let batches = batches(&encoding.windows, self.engine.shift());
        let call = self.engine.submit(&encoding.windows, &batches, until, on_done)?;
        Ok(Pending { call, flags, windows })
    }
}

/// The tokenizer of a bundle. Beside its `tokenizer.json` only files that the manifest lists may
/// change what it does.
fn tokenizer(bundle: &Bundle) -> Result<Tokenizer> {
    let is_listed = |name: &str| bundle.manifest().files.contains_key(name);
    let is_whole = !is_listed("tokenizer_config.json") && !is_listed("vocab.txt");
    if is_listed("tokenizer.json") && is_whole {
        let path = bundle.file("tokenizer.json")?;
        let bytes = fs::read(&path).map_err(Error::storage("read", &path))?;
        return Tokenizer::from_bytes(&bytes);
    }
    Tokenizer::open(bundle.path())
}

fn session(
    bundle: &Bundle,
    tokenizer: &Tokenizer,
    device: Device,
    threads: NonZero<usize>,
) -> Result<Session> {
    let manifest = bundle.manifest();
    Session::open(&SessionOptions {
        model: &manifest.name,
        graph: &bundle.path().join("model.onnx"),
        task: manifest.graph_task(),
        pad_id: tokenizer.pad_id(),
        device,
        threads,
    })
}

/// A text that waits for its answer. Dropping it takes it back.
pub(super) struct Pending {
    call: Arc<Call>,
    flags: Flags,
    windows: usize,
}

impl Pending {
    /// The answer, once it is there; `name` is the model's.
    pub(super) fn finish(&self, name: &str) -> Result<Answers> {
        let rows = self.call.finish(name)?;
        let width = rows.width;
        let rows = merge(rows.numbers, width, &[self.windows]);
        let answers = Answers { rows, width, flags: vec![self.flags], row_of: vec![0] };
        answers.check_finite(name)?;
        Ok(answers)
    }
}

impl Drop for Pending {
    fn drop(&mut self) {
        self.call.abandon();
    }
}

/// The texts without repetitions, and for each text its place among them.
fn distinct<T: AsRef<str>>(texts: &[T]) -> (Vec<&str>, Vec<usize>) {
    let mut places: FxHashMap<&str, usize> = FxHashMap::default();
    places.reserve(texts.len());
    let mut distinct = Vec::with_capacity(texts.len());
    let row_of = texts
        .iter()
        .map(|text| {
            let text = text.as_ref();
            *places.entry(text).or_insert_with(|| {
                distinct.push(text);
                distinct.len() - 1
            })
        })
        .collect();
    (distinct, row_of)
}

/// The places of the sequences that run together, the longest first: the memory
/// they need is enough for all that follow.
fn batches(sequences: &[Vec<u32>], shift: Shift) -> Vec<Vec<usize>> {
    let tokens: usize = sequences.iter().map(Vec::len).sum();
    let narrow = shift.costs(Role::Narrow);
    let costs = if tokens > narrow.budget { narrow } else { shift.costs(Role::Wide) };
    let mut order: Vec<usize> = (0..sequences.len()).collect();
    order.sort_by_key(|at| sequences[*at].len());
    let lengths: Vec<usize> = order.iter().map(|at| sequences[*at].len()).collect();
    let ranges = plan::batches(&lengths, costs);
    ranges.into_iter().rev().map(|range| order[range].to_vec()).collect()
}

/// One row for each text: the mean of those of its windows.
fn merge(rows: Vec<f32>, width: usize, windows: &[usize]) -> Vec<f32> {
    if windows.iter().all(|count| *count == 1) {
        return rows;
    }
    let mut merged = Vec::with_capacity(windows.len() * width);
    let mut rest = rows.as_slice();
    for count in windows {
        let (own, after) = rest.split_at(count * width);
        merged.extend((0..width).map(|column| {
            let sum: f64 = own.iter().skip(column).step_by(width).map(|row| f64::from(*row)).sum();
            (sum / *count as f64) as f32
        }));
        rest = after;
    }
    merged
}

/// What the costs of a model depend on.
fn cost_key(bundle: &Bundle, provider: Provider, threads: NonZero<usize>) -> Result<String> {
    let runtime = Runtime::load(None::<&Path>)?;
    let parts = [
        bundle.id(),
        &provider.to_string(),
        &threads.to_string(),
        runtime.version(),
        &cpu::name(),
        env!("CARGO_PKG_VERSION"),
    ];
    let hash = blake3::hash(parts.join("\n").as_bytes());
    Ok(hash.to_hex()[..32].to_owned())
}

impl std::fmt::Debug for Transformer {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Transformer").field("bundle", &self.bundle).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::onnx::plan::Costs;

    #[test]
    fn equal_texts_share_a_row() {
        let (found, row_of) = distinct(&["a", "b", "a", "", "b"]);
        assert_eq!(found, ["a", "b", ""]);
        assert_eq!(row_of, [0, 1, 0, 2, 1]);
    }

    #[test]
    fn windows_are_averaged() {
        let rows = vec![1.0, 2.0, 3.0, 4.0, 7.0, 8.0];
        assert_eq!(merge(rows.clone(), 2, &[2, 1]), [2.0, 3.0, 7.0, 8.0]);
        assert_eq!(merge(rows.clone(), 2, &[1, 1, 1]), rows);
    }

    #[test]
    fn the_longest_run_first_and_all_run() {
        let sequences: Vec<Vec<u32>> = [3, 9, 1, 9, 4].map(|length| vec![0; length]).into();
        let costs = Costs { budget: 20, overhead: 1.0 };
        let batches = batches(&sequences, Shift::Only(Role::Wide, costs));
        assert_eq!(batches[0], [1, 3]);
        let mut all: Vec<usize> = batches.concat();
        all.sort_unstable();
        assert_eq!(all, [0, 1, 2, 3, 4]);
    }
}
