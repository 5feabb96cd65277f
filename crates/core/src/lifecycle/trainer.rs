//! Training by a command of the user's own.

use std::{
    fs::{self, File},
    io::{Read, Seek, SeekFrom},
    path::{Path, PathBuf},
    process::{Child, Command, ExitStatus, Stdio},
    time::{Duration, Instant},
};

use serde::{Deserialize, Serialize};

use crate::{Error, Result, Span, onnx::Weights};

/// How often it is looked whether the command has ended.
const PAUSE: Duration = Duration::from_millis(50);

/// How long a command that was told to end may take for it.
const GRACE: Duration = Duration::from_secs(5);

/// So much of the end of what a command printed is told.
const TAIL: u64 = 2_000;

/// A command that trains: it reads labelled texts, and leaves a checkpoint or a bundle.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Trainer {
    /// The program and its arguments. In these, `{data}` stands for a file of JSON Lines with `text`
    /// and `label`, `{output}` for the folder that the command has to make, `{champion}` for the
    /// bundle of the version in use; the variables `PANTAU_DATA`, `PANTAU_OUTPUT` and
    /// `PANTAU_CHAMPION` say the same.
    pub command: Vec<String>,
    /// How long it may take.
    #[serde(default = "Trainer::usual_limit")]
    pub time_limit: Span,
    /// How the weights of a checkpoint are stored.
    #[serde(default = "Trainer::usual_weights")]
    pub weights: Weights,
}

/// What a command is given.
#[derive(Debug)]
pub(crate) struct Order<'a> {
    pub(crate) data: &'a Path,
    pub(crate) output: &'a Path,
    pub(crate) champion: Option<PathBuf>,
    /// The file that what it prints goes into.
    pub(crate) log: &'a Path,
}

impl Trainer {
    fn usual_limit() -> Span {
        Span::seconds(6 * 3600)
    }

    fn usual_weights() -> Weights {
        Weights::Int8
    }

    /// A command, with the usual limit of six hours, whose checkpoint is stored with 8-bit weights.
    pub fn new(command: Vec<String>) -> Self {
        Self { command, time_limit: Self::usual_limit(), weights: Self::usual_weights() }
    }

    pub(crate) fn check(&self) -> Result<()> {
        let problem = match self.command.first() {
            None => "is empty; name a program".to_owned(),
            Some(program) if program.is_empty() => "names no program".to_owned(),
            Some(_) if self.time_limit < Span::seconds(1) => {
                format!("may take {}, allowed are 1s and more", self.time_limit)
            }
            Some(_) if self.weights == Weights::Fp64 => {
                "stores weights as fp64, which is not one of fp32, fp16, int8".to_owned()
            }
            Some(_) => return Ok(()),
        };
        Err(Error::invalid("the command of the trainer", problem))
    }

    /// Runs the command to its end. `watch` hears how many seconds it has run, of how many; an error
    /// it returns ends the command, and so does the time limit: with all that it has started.
    ///
    /// # Errors
    /// [`Error::Inference`] if it cannot be started, takes too long, or does not end with 0, with the
    /// end of what it has printed.
    pub(crate) fn run(
        &self,
        order: &Order<'_>,
        watch: &mut dyn FnMut(usize, usize) -> Result<()>,
    ) -> Result<()> {
        let log = File::create(order.log).map_err(Error::storage("write", order.log))?;
        let other = log.try_clone().map_err(Error::storage("write", order.log))?;
        let champion = order.champion.as_deref().unwrap_or_else(|| Path::new(""));
        let fill = |text: &String| {
            let with = |path: &Path| path.to_string_lossy().into_owned();
            text.replace("{data}", &with(order.data))
                .replace("{output}", &with(order.output))
                .replace("{champion}", &with(champion))
        };
        let mut words = self.command.iter().map(fill);
        let program = words.next().unwrap_or_default();
        let mut command = Command::new(&program);
        command
            .args(words)
            .env("PANTAU_DATA", order.data)
            .env("PANTAU_OUTPUT", order.output)
            .env("PANTAU_CHAMPION", champion)
            .stdin(Stdio::null())
            .stdout(log)
            .stderr(other);
        group(&mut command);
        let failed = |problem: String| Error::inference(format!("the trainer {program}"), problem);
        let child =
            command.spawn().map_err(|error| failed(format!("could not be started: {error}")))?;
        let mut child = Ended(child);
        let started = Instant::now();
        let limit = self.time_limit.duration();
        let status = loop {
            let found = child.0.try_wait();
            if let Some(status) = found.map_err(|error| failed(error.to_string()))? {
                break status;
            }
            if started.elapsed() > limit {
                child.end();
                let limit = self.time_limit;
                let problem = format!("was ended after its time limit, {limit}{}", tail(order.log));
                return Err(failed(problem));
            }
            watch(started.elapsed().as_secs() as usize, limit.as_secs() as usize)?;
            std::thread::sleep(PAUSE);
        };
        // What it has started ends with it, however it ended.
        child.signal(true);
        if !status.success() {
            return Err(failed(format!("{}{}", how(status), tail(order.log))));
        }
        if !order.output.is_dir() {
            let problem =
                format!("left no folder at {}{}", order.output.display(), tail(order.log));
            return Err(failed(problem));
        }
        Ok(())
    }
}

/// A command that is ended with whoever started it.
struct Ended(Child);

impl Ended {
    /// Ends it and all that it has started: first it is told to, then it is made to.
    fn end(&mut self) {
        self.signal(false);
        let until = Instant::now() + GRACE;
        while Instant::now() < until {
            if matches!(self.0.try_wait(), Ok(Some(_))) {
                break;
            }
            std::thread::sleep(PAUSE);
        }
        // What it started may still run.
        self.signal(true);
        let _ = self.0.kill();
        let _ = self.0.wait();
    }

    #[cfg(unix)]
    fn signal(&self, kill: bool) {
        use rustix::process::{Pid, Signal, kill_process_group};

        let signal = if kill { Signal::KILL } else { Signal::TERM };
        if let Some(group) = i32::try_from(self.0.id()).ok().and_then(Pid::from_raw) {
            // None are left, which is as well.
            let _ = kill_process_group(group, signal);
        }
    }

    #[cfg(not(unix))]
    #[expect(clippy::unused_self, reason = "elsewhere there are no groups")]
    fn signal(&self, _kill: bool) {}
}

impl Drop for Ended {
    fn drop(&mut self) {
        if matches!(self.0.try_wait(), Ok(None)) {
            self.end();
        }
    }
}

/// Lets a command be ended together with all that it starts.
fn group(command: &mut Command) {
    #[cfg(unix)]
    std::os::unix::process::CommandExt::process_group(command, 0);
    #[cfg(not(unix))]
    let _ = command;
}

fn how(status: ExitStatus) -> String {
    match status.code() {
        Some(code) => format!("ended with exit code {code}"),
        None => format!("was ended: {status}"),
    }
}

/// The end of what a command has printed.
fn tail(log: &Path) -> String {
    let read = || {
        let mut file = File::open(log)?;
        let length = fs::metadata(log)?.len();
        file.seek(SeekFrom::Start(length.saturating_sub(TAIL)))?;
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes)?;
        std::io::Result::Ok(String::from_utf8_lossy(&bytes).trim().to_owned())
    };
    match read() {
        Ok(text) if !text.is_empty() => format!("; it printed: {text}"),
        _ => "; it printed nothing".to_owned(),
    }
}

#[cfg(test)]
#[cfg(unix)]
mod tests {
    use super::*;

    fn run(script: &str, limit: u64) -> (Result<()>, PathBuf, tempfile::TempDir) {
        let folder = tempfile::tempdir().unwrap();
        let output = folder.path().join("output");
        let words = ["sh", "-c", script, "sh", "{data}", "{output}", "{champion}"];
        let mut trainer = Trainer::new(words.iter().map(|word| (*word).to_owned()).collect());
        trainer.time_limit = Span::seconds(limit);
        let order = Order {
            data: &folder.path().join("data.jsonl"),
            output: &output,
            champion: None,
            log: &folder.path().join("log"),
        };
        let outcome = trainer.run(&order, &mut |_, _| Ok(()));
        (outcome, output, folder)
    }

    #[test]
    fn a_command_is_told_where_everything_is() {
        let (outcome, output, _folder) =
            run(r#"test "$2" = "$PANTAU_OUTPUT" && mkdir "$2" && echo "$1" > "$2/data""#, 10);
        outcome.unwrap();
        let told = fs::read_to_string(output.join("data")).unwrap();
        assert!(told.trim().ends_with("data.jsonl"), "{told}");
    }

    #[test]
    fn what_went_wrong_is_told_with_what_was_printed() {
        let problem = |script: &str, limit| run(script, limit).0.unwrap_err().to_string();
        let full = |script: &str, limit| run(script, limit).0.unwrap_err().full_message();
        let told = full("echo so far; echo no memory >&2; exit 3", 10);
        assert!(told.contains("exit code 3; it printed: so far\nno memory"), "{told}");
        assert!(full("true", 10).contains("left no folder"), "{}", problem("true", 10));
        assert!(full("kill -9 $$", 10).contains("signal: 9"));
        let mut trainer = Trainer::new(vec!["no-such-program-here".to_owned()]);
        trainer.time_limit = Span::seconds(1);
        let folder = tempfile::tempdir().unwrap();
        let log = folder.path().join("log");
        let order = Order { data: &log, output: &log, champion: None, log: &log };
        let told = trainer.run(&order, &mut |_, _| Ok(())).unwrap_err().full_message();
        assert!(told.contains("could not be started"), "{told}");
    }

    #[test]
    fn all_that_it_started_ends_with_it() {
        for (end, expected) in [("wait", "time limit, 1s"), ("sleep 0.2; exit 3", "exit code 3")] {
            started_ends(end, expected);
        }
    }

    fn started_ends(end: &str, expected: &str) {
        let started = Instant::now();
        let script = format!("sh -c 'echo $$; exec sleep 300' & echo waiting; {end}");
        let (outcome, _, folder) = run(&script, 1);
        let told = outcome.unwrap_err().full_message();
        assert!(told.contains(expected), "{told}");
        assert!(started.elapsed() < Duration::from_mins(1));
        let printed = fs::read_to_string(folder.path().join("log")).unwrap();
        let process: u32 = printed.lines().find_map(|line| line.trim().parse().ok()).unwrap();
        let is_there = || {
            let stat = fs::read_to_string(format!("/proc/{process}/stat")).unwrap_or_default();
            // Who waits for its parent to look is gone, too.
            !stat.is_empty() && !stat.contains(") Z ")
        };
        let until = Instant::now() + Duration::from_secs(5);
        while is_there() && Instant::now() < until {
            std::thread::sleep(PAUSE);
        }
        assert!(!is_there(), "{process} still runs");
    }
}
