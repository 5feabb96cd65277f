//! One ONNX Runtime session: sequences of token numbers in, rows of numbers out.

use std::{fs, num::NonZero, path::Path};

use ort::{
    session::{HasSelectedOutputs, OutputSelector, RunOptions, builder::GraphOptimizationLevel},
    value::{DynValue, TensorElementType, TensorRef, ValueType},
};

use super::{Device, Pooling, Provider, Runtime, Task, pooling};
use crate::{Error, Result};

/// What a session is opened with.
#[derive(Debug, Clone)]
pub(crate) struct SessionOptions<'a> {
    /// The model's name, for messages.
    pub(crate) model: &'a str,
    pub(crate) graph: &'a Path,
    pub(crate) task: &'a Task,
    /// The token that fills the shorter rows of a batch.
    pub(crate) pad_id: u32,
    pub(crate) device: Device,
    pub(crate) threads: NonZero<usize>,
}

/// One session. It runs by `&mut`, so each has one owner.
pub(crate) struct Session {
    inner: ort::session::Session,
    only_output: RunOptions<HasSelectedOutputs>,
    model: String,
    inputs: Vec<Input>,
    output: String,
    pooling: Option<Pooling>,
    width: usize,
    pad_id: i64,
    provider: Provider,
    fallback: Option<String>,
    // The tensors of a batch are written into the same memory every time.
    ids: Vec<i64>,
    mask: Vec<i64>,
    zeros: Vec<i64>,
}

/// Told the name and the numbers of an output.
type Watch<'a> = &'a mut dyn FnMut(&str, &[f32]);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Input {
    Ids,
    Mask,
    TypeIds,
}

impl Session {
    pub(crate) fn open(options: &SessionOptions<'_>) -> Result<Self> {
        let runtime = Runtime::load(None)?;
        let fail = |problem: &str, error: ort::Error| Error::Inference {
            model: options.model.to_owned(),
            problem: problem.to_owned(),
            source: Some(Box::new(error)),
        };
        let mut fallback = None;
        let (session, provider) = match options.device {
            Device::Cpu => (build(runtime, options, None), Provider::Cpu),
            Device::PreferCuda | Device::RequireCuda => match open_on_cuda(runtime, options) {
                Ok(session) => (Ok(session), Provider::Cuda),
                Err(problem) if options.device == Device::RequireCuda => {
                    return Err(Error::NotFound {
                        what: format!("CUDA device for model {}", options.model),
                        hint: format!(
                            "{problem}; `pip install onnxruntime-gpu`, or choose device cpu"
                        ),
                    });
                }
                Err(problem) => {
                    fallback = Some(problem);
                    (build(runtime, options, None), Provider::Cpu)
                }
            },
        };
        let session = session.map_err(|error| fail("its graph cannot be loaded", error))?;
        let inputs = inputs_of(&session, options.model)?;
        let (output, width) = output_of(&session, options)?;
        let pooling = match options.task {
            Task::Classifier { .. } => None,
            Task::Encoder { pooling, .. } => Some(*pooling),
        };
        let only_output = RunOptions::new()
            .map_err(|error| fail("it cannot be run", error))?
            .with_outputs(OutputSelector::no_default().with(&output));
        Ok(Self {
            inner: session,
            only_output,
            model: options.model.to_owned(),
            inputs,
            output,
            pooling,
            width,
            pad_id: i64::from(options.pad_id),
            provider,
            fallback,
            ids: Vec::new(),
            mask: Vec::new(),
            zeros: Vec::new(),
        })
    }

    /// Where the session really runs.
    pub(crate) fn provider(&self) -> Provider {
        self.provider
    }

    /// Why the session runs on the CPU although CUDA was preferred.
    pub(crate) fn fallback(&self) -> Option<&str> {
        self.fallback.as_deref()
    }

    /// How many numbers a row has.
    pub(crate) fn width(&self) -> usize {
        self.width
    }

    /// One row of logits, or one pooled vector, for each sequence; row after row.
    pub(crate) fn run(&mut self, sequences: &[&[u32]], rows: &mut Vec<f32>) -> Result<()> {
        self.run_watched(sequences, rows, None)
    }

    /// Like [`Session::run`], and calls `watch` with the name and the numbers of each other output.
    pub(crate) fn run_watched(
        &mut self,
        sequences: &[&[u32]],
        rows: &mut Vec<f32>,
        watch: Option<Watch<'_>>,
    ) -> Result<()> {
        rows.clear();
        let length = sequences.iter().map(|sequence| sequence.len()).max().unwrap_or(0);
        if length == 0 {
            return Ok(());
        }
        self.fill(sequences, length);
        let describe = || format!("a batch of {} texts of {length} tokens failed", sequences.len());
        let fail = |error: ort::Error| Error::Inference {
            model: self.model.clone(),
            problem: describe(),
            source: Some(Box::new(error)),
        };
        let shape = [sequences.len(), length];
        let ids = TensorRef::from_array_view((shape, self.ids.as_slice())).map_err(fail)?;
        let mask = TensorRef::from_array_view((shape, self.mask.as_slice())).map_err(fail)?;
        let zeros = TensorRef::from_array_view((shape, self.zeros.as_slice()));
        let zeros = zeros.map_err(fail)?;
        let values: Vec<ort::session::SessionInputValue<'_>> = self
            .inputs
            .iter()
            .map(|input| match input {
                Input::Ids => ids.view().into(),
                Input::Mask => mask.view().into(),
                Input::TypeIds => zeros.view().into(),
            })
            .collect();
        let outputs = match watch {
            None => self.inner.run_with_options(values.as_slice(), &self.only_output),
            Some(_) => self.inner.run(values.as_slice()),
        };
        let outputs = outputs.map_err(fail)?;
        let model = &self.model;
        let pooling = self.pooling;
        let width = self.width;
        let wrong =
            |name: &str, problem| Error::inference(model, format!("its output `{name}` {problem}"));
        with_numbers(&outputs[self.output.as_str()], |shape, numbers| {
            pooling::rows(shape, numbers, sequences, pooling, width, rows)
        })
        .map_err(|problem| wrong(&self.output, problem))?;
        let Some(watch) = watch else { return Ok(()) };
        for (name, output) in outputs.iter().filter(|(name, _)| *name != self.output) {
            with_numbers(&output, |_, numbers| {
                watch(name, numbers);
                Ok(())
            })
            .map_err(|problem| wrong(name, problem))?;
        }
        Ok(())
    }

    /// Writes the tensors of a batch, each row padded to `length`.
    fn fill(&mut self, sequences: &[&[u32]], length: usize) {
        let size = sequences.len() * length;
        self.ids.clear();
        self.mask.clear();
        self.ids.reserve(size);
        self.mask.reserve(size);
        for sequence in sequences {
            let end = self.ids.len() + length;
            self.ids.extend(sequence.iter().map(|id| i64::from(*id)));
            self.ids.resize(end, self.pad_id);
            let padding = length - sequence.len();
            self.mask.resize(end - padding, 1);
            self.mask.resize(end, 0);
        }
        self.zeros.resize(size, 0);
    }
}

type Built = std::result::Result<ort::session::Session, ort::Error>;

fn build(runtime: &Runtime, options: &SessionOptions<'_>, cuda: Option<&Path>) -> Built {
    let mut builder = ort::session::Session::builder(runtime.environment())?
        .with_optimization_level(GraphOptimizationLevel::All)?
        .with_intra_threads(options.threads.get())?
        .with_inter_threads(1)?
        // Patterns are kept for every shape ever seen, and texts come in all lengths.
        .with_memory_pattern(false)?
        // Waiting threads spin inside a run, where the next operator is microseconds
        // away, and sleep between runs, where they would only take from others.
        .with_config_entry("session.force_spinning_stop", "1")?
        .with_log_level(ort::logging::LogLevel::Error)?;
    if let Some(profile) = cuda {
        let cuda = ort::ep::CUDA::default()
            .with_arena_extend_strategy(ort::ep::ArenaExtendStrategy::SameAsRequested)
            .build()
            .error_on_failure();
        builder = builder.with_execution_providers([cuda])?.with_profiling(profile)?;
    }
    builder.commit_from_file(options.graph)
}

/// Opens a session on CUDA and makes sure that its operators really run there:
/// registering a provider does not mean that it is used.
fn open_on_cuda(
    runtime: &Runtime,
    options: &SessionOptions<'_>,
) -> std::result::Result<ort::session::Session, String> {
    let folder = std::env::temp_dir().join(format!("pantau-probe-{}", std::process::id()));
    fs::create_dir_all(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    let probed = probe_cuda(runtime, options, &folder);
    // The profile is of no more use; that it could not be removed does no harm.
    let _ = fs::remove_dir_all(&folder);
    probed
}

fn probe_cuda(
    runtime: &Runtime,
    options: &SessionOptions<'_>,
    folder: &Path,
) -> std::result::Result<ort::session::Session, String> {
    let text = |error: ort::Error| first_line(&error.to_string());
    let mut session = build(runtime, options, Some(&folder.join("probe"))).map_err(text)?;
    let inputs = inputs_of(&session, options.model).map_err(|error| error.full_message())?;
    let ids = [i64::from(options.pad_id); 8];
    let ones = [1_i64; 8];
    let zeros = [0_i64; 8];
    let values = inputs
        .iter()
        .map(|input| {
            let data: &[i64] = match input {
                Input::Ids => &ids,
                Input::Mask => &ones,
                Input::TypeIds => &zeros,
            };
            Ok(TensorRef::from_array_view(([1, 8], data))?.into())
        })
        .collect::<std::result::Result<Vec<ort::session::SessionInputValue<'_>>, ort::Error>>()
        .map_err(text)?;
    session.run(values.as_slice()).map_err(text)?;
    let profile = session.end_profiling().map_err(text)?;
    let profile = fs::read(&profile).map_err(|error| format!("{profile}: {error}"))?;
    let (on_cuda, elsewhere) = time_by_provider(&profile)?;
    // Shape arithmetic stays on the CPU by design; the work must not.
    if on_cuda == 0 || elsewhere > on_cuda {
        return Err(format!("the probe ran {on_cuda} µs on CUDA and {elsewhere} µs elsewhere"));
    }
    Ok(session)
}

/// How long operators ran on CUDA and elsewhere, from a profile of the runtime.
fn time_by_provider(profile: &[u8]) -> std::result::Result<(u64, u64), String> {
    let events: Vec<serde_json::Value> =
        serde_json::from_slice(profile).map_err(|error| format!("the probe's profile: {error}"))?;
    let mut times = (0, 0);
    for event in events {
        let Some(provider) = event["args"]["provider"].as_str() else { continue };
        let duration = event["dur"].as_u64().unwrap_or(0).max(1);
        if provider.starts_with("CUDA") { times.0 += duration } else { times.1 += duration }
    }
    Ok(times)
}

fn first_line(text: &str) -> String {
    text.lines().next().unwrap_or_default().to_owned()
}

/// The inputs of the graph, in its order, each known by its name.
fn inputs_of(session: &ort::session::Session, model: &str) -> Result<Vec<Input>> {
    let inputs = session.inputs().iter().map(|input| {
        if !matches!(input.dtype(), ValueType::Tensor { ty: TensorElementType::Int64, .. }) {
            let problem = format!("its input `{}` is {}, not int64", input.name(), input.dtype());
            return Err(Error::incompatible(format!("model {model}"), problem));
        }
        match input.name() {
            "input_ids" => Ok(Input::Ids),
            "attention_mask" => Ok(Input::Mask),
            "token_type_ids" => Ok(Input::TypeIds),
            name => Err(Error::incompatible(
                format!("model {model}"),
                format!("its input `{name}` is none of input_ids, attention_mask, token_type_ids"),
            )),
        }
    });
    let inputs = inputs.collect::<Result<Vec<_>>>()?;
    if inputs.contains(&Input::Ids) {
        Ok(inputs)
    } else {
        Err(Error::incompatible(format!("model {model}"), "it has no input `input_ids`"))
    }
}

/// The output to read, and how many numbers a row of it has.
fn output_of(
    session: &ort::session::Session,
    options: &SessionOptions<'_>,
) -> Result<(String, usize)> {
    let (wanted, width): (&[&str], usize) = match options.task {
        Task::Classifier { labels, .. } => (&["logits"], labels.len()),
        Task::Encoder { dimensions, .. } => (
            &["last_hidden_state", "token_embeddings", "embedding", "sentence_embedding"],
            *dimensions,
        ),
    };
    let refuse =
        |problem: String| Err(Error::incompatible(format!("model {}", options.model), problem));
    let outputs = session.outputs();
    let named = wanted.iter().find_map(|name| outputs.iter().find(|output| output.name() == *name));
    let Some(output) = named.or_else(|| outputs.first()) else {
        return refuse("it has no output".to_owned());
    };
    let ValueType::Tensor { ty, shape, .. } = output.dtype() else {
        return refuse(format!(
            "its output `{}` is {}, not a tensor",
            output.name(),
            output.dtype()
        ));
    };
    if !matches!(ty, TensorElementType::Float32 | TensorElementType::Float16) {
        return refuse(format!("its output `{}` holds {ty}, not floats", output.name()));
    }
    let last = shape.last().copied().unwrap_or(0);
    if last > 0 && usize::try_from(last) != Ok(width) {
        let what =
            if matches!(options.task, Task::Classifier { .. }) { "labels" } else { "dimensions" };
        return refuse(format!(
            "its output `{}` has {last} columns for {width} {what}",
            output.name()
        ));
    }
    Ok((output.name().to_owned(), width))
}

/// Calls `read` with the shape and the numbers of an output.
fn with_numbers<T>(
    output: &DynValue,
    read: impl FnOnce(&[i64], &[f32]) -> std::result::Result<T, String>,
) -> std::result::Result<T, String> {
    if let Ok((shape, numbers)) = output.try_extract_tensor::<f32>() {
        return read(shape, numbers);
    }
    let (shape, halves) =
        output.try_extract_tensor::<half::f16>().map_err(|error| first_line(&error.to_string()))?;
    let numbers: Vec<f32> = halves.iter().map(|half| half.to_f32()).collect();
    read(shape, &numbers)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_profile_tells_where_operators_ran() {
        let profile = br#"[
            {"cat": "Session", "name": "model_run", "dur": 500},
            {"cat": "Node", "dur": 120, "args": {"provider": "CUDAExecutionProvider"}},
            {"cat": "Node", "dur": 0, "args": {"provider": "CPUExecutionProvider"}}
        ]"#;
        assert_eq!(time_by_provider(profile).unwrap(), (120, 1));
        assert!(time_by_provider(b"{").unwrap_err().contains("profile"));
    }
}
