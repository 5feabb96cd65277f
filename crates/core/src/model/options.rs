//! How a model is opened and asked.

use std::{num::NonZero, time::Duration};

use crate::{
    Error, Result,
    onnx::{Device, LongText},
};

/// How a model is opened. The default is what most callers want.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct ModelOptions {
    /// Where it runs.
    pub device: Device,
    /// How many threads it uses; by default as many as this process may really use.
    pub threads: Option<NonZero<usize>>,
    /// The most tokens of a text that are read at once; by default what the model can.
    pub max_tokens: Option<usize>,
    /// What happens to longer texts.
    pub long_text: LongText,
    /// How long a text may wait for company while the engine is busy. An idle engine never waits.
    pub max_wait: Duration,
    /// How many calls may wait at the same time; more are refused with [`Error::Busy`].
    pub queue: usize,
}

impl Default for ModelOptions {
    fn default() -> Self {
        Self {
            device: Device::Cpu,
            threads: None,
            max_tokens: None,
            long_text: LongText::Truncate,
            max_wait: Duration::ZERO,
            queue: 1024,
        }
    }
}

impl ModelOptions {
    /// Checks what can be checked without a model.
    pub(crate) fn check(&self) -> Result<()> {
        const MOST_THREADS: usize = 1024;
        const MOST_WAIT: Duration = Duration::from_mins(1);
        if let Some(threads) = self.threads.filter(|threads| threads.get() > MOST_THREADS) {
            return Err(Error::invalid(
                "threads",
                format!("{threads} is more than {MOST_THREADS}"),
            ));
        }
        if self.max_wait > MOST_WAIT {
            let problem =
                format!("{} s is more than {} s", self.max_wait.as_secs_f64(), MOST_WAIT.as_secs());
            return Err(Error::invalid("max_wait", problem));
        }
        if self.queue == 0 {
            return Err(Error::invalid("queue", "0 calls could wait; at least 1 must"));
        }
        Ok(())
    }
}

/// How a model is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PredictOptions {
    /// Whether the probabilities of all labels are returned; without them, answers are cheaper.
    pub return_probabilities: bool,
    /// By when the answer must be there; later it is [`Error::Deadline`].
    pub deadline: Option<Duration>,
}

impl Default for PredictOptions {
    fn default() -> Self {
        Self { return_probabilities: true, deadline: None }
    }
}
