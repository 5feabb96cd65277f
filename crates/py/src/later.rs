//! Answers that come later, for event loops.
//!
//! A thread of a model must not wait for the GIL: while it did, nobody's texts would run. So it
//! only leaves a note, and one thread of ours carries the notes to the event loops.

use std::{
    pin::pin,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
        mpsc::{Receiver, Sender, channel},
    },
    task::{Context, Poll, Waker},
    thread::JoinHandle,
};

use pantau::{Error, model::Later};
use pyo3::prelude::*;

use crate::error::PyError;

/// An answer that is on its way; called once it is there. Dropping it takes the text back.
pub(crate) type Pending = Box<dyn FnOnce(Python<'_>) -> PyResult<Py<PyAny>> + Send>;

type AskLater = Box<dyn Fn(Box<dyn FnOnce() + Send>) -> pantau::Result<Pending> + Send + Sync>;

/// The value of an answer that is known to be there.
pub(crate) fn take<T>(later: Later<T>) -> pantau::Result<T> {
    match pin!(later).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(answer) => answer,
        Poll::Pending => Err(Error::Inference {
            model: "answer".to_owned(),
            problem: "was taken before it was there".to_owned(),
            source: None,
        }),
    }
}

/// One text that an event loop waits for.
#[pyclass(frozen, module = "pantau._core")]
pub(crate) struct Question {
    ask: AskLater,
    waiting: Mutex<Option<Waiting>>,
}

struct Waiting {
    pending: Pending,
    future: Py<PyAny>,
}

impl Question {
    pub(crate) fn new(
        ask: impl Fn(Box<dyn FnOnce() + Send>) -> pantau::Result<Pending> + Send + Sync + 'static,
    ) -> Self {
        Self { ask: Box::new(ask), waiting: Mutex::new(None) }
    }

    // Only held for an instant, and never while waiting for the GIL.
    fn waiting(&self) -> MutexGuard<'_, Option<Waiting>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[pymethods]
impl Question {
    /// Queues the text; its answer will settle `future`, in the thread of `event_loop`.
    fn ask(slf: &Bound<'_, Self>, event_loop: Py<PyAny>, future: Py<PyAny>) -> PyResult<()> {
        let py = slf.py();
        let notes = post_box(py)?;
        let note = Note { event_loop, question: slf.clone().unbind() };
        let on_done = Box::new(move || {
            // Without its reader, the process is about to end.
            let _ = notes.send(Post::Note(note));
        });
        let question = slf.get();
        let pending = py.detach(|| (question.ask)(on_done)).map_err(PyError)?;
        // This is the thread of the loop, so nobody settles the question before it is noted.
        *question.waiting() = Some(Waiting { pending, future });
        Ok(())
    }

    /// Settles the future; called by its event loop.
    fn settle(&self, py: Python<'_>) -> PyResult<()> {
        let waiting = self.waiting().take();
        let Some(Waiting { pending, future }) = waiting else { return Ok(()) };
        let future = future.bind(py);
        if future.call_method0("done")?.is_truthy()? {
            return Ok(());
        }
        match pending(py) {
            Ok(answer) => future.call_method1("set_result", (answer,)),
            Err(error) => future.call_method1("set_exception", (error,)),
        }
        .map(drop)
    }

    /// Says that nobody waits any more.
    fn take_back(&self, py: Python<'_>) {
        let waiting = self.waiting().take();
        py.detach(|| drop(waiting));
    }
}

type AskMany = Box<dyn Fn(Python<'_>, &Arc<AtomicBool>) -> PyResult<Py<PyAny>> + Send + Sync>;

/// Many texts that a thread waits for.
#[pyclass(frozen, module = "pantau._core")]
pub(crate) struct Questions {
    ask: AskMany,
    taken_back: Arc<AtomicBool>,
}

impl Questions {
    pub(crate) fn new(
        ask: impl Fn(Python<'_>, &Arc<AtomicBool>) -> PyResult<Py<PyAny>> + Send + Sync + 'static,
    ) -> Self {
        Self { ask: Box::new(ask), taken_back: Arc::default() }
    }
}

#[pymethods]
impl Questions {
    fn ask(&self, py: Python<'_>) -> PyResult<Py<PyAny>> {
        (self.ask)(py, &self.taken_back)
    }

    /// Says that nobody waits any more; the thread ends at its next look.
    fn take_back(&self) {
        self.taken_back.store(true, Ordering::Relaxed);
    }
}

/// Says that the answer to a question is there.
struct Note {
    event_loop: Py<PyAny>,
    question: Py<Question>,
}

/// What is in the post box.
enum Post {
    Note(Note),
    /// No more notes will be carried.
    End,
}

/// The thread that carries notes, and where they are left for it. Each process has its own.
struct Carrier {
    process: u32,
    notes: Sender<Post>,
    thread: JoinHandle<()>,
}

// Only held by threads that are attached, one of which calls fork.
static CARRIER: Mutex<Option<Carrier>> = Mutex::new(None);

fn carrier() -> MutexGuard<'static, Option<Carrier>> {
    CARRIER.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Where notes are left.
fn post_box(py: Python<'_>) -> PyResult<Sender<Post>> {
    let process = std::process::id();
    let mut carrier = carrier();
    if let Some(known) = carrier.as_ref().filter(|known| known.process == process) {
        return Ok(known.notes.clone());
    }
    let (notes, arrived) = channel();
    let thread = std::thread::Builder::new()
        .name("pantau-post".to_owned())
        .spawn(move || carry(&arrived))?;
    // What belongs to the parent of a fork is left alone, not taken apart.
    let other = carrier.replace(Carrier { process, notes: notes.clone(), thread });
    drop(carrier);
    if other.is_none() {
        let end = wrap_pyfunction!(end_post, py)?;
        py.import("atexit")?.call_method1("register", (end,))?;
    }
    std::mem::forget(other);
    Ok(notes)
}

/// Ends the carrier before the interpreter: a native thread that waits for the GIL while the
/// interpreter ends would be torn out of the middle of its work, which ends the process.
#[pyfunction]
fn end_post(py: Python<'_>) {
    let ended = carrier().take();
    let Some(ended) = ended else { return };
    if ended.process != std::process::id() {
        std::mem::forget(ended);
        return;
    }
    py.detach(|| {
        // It may have ended by itself, and then there is nobody to tell.
        let _ = ended.notes.send(Post::End);
        let _ = ended.thread.join();
    });
}

fn carry(arrived: &Receiver<Post>) {
    while let Ok(Post::Note(first)) = arrived.recv() {
        let delivered = Python::try_attach(|py| {
            deliver(py, &first);
            // Whatever came meanwhile needs no second wait for the GIL.
            for post in arrived.try_iter() {
                match post {
                    Post::Note(note) => deliver(py, &note),
                    Post::End => return false,
                }
            }
            true
        });
        match delivered {
            Some(true) => {}
            Some(false) => return,
            None => {
                // The interpreter ends; nobody reads answers any more.
                std::mem::forget(first);
                return;
            }
        }
    }
}

fn deliver(py: Python<'_>, note: &Note) {
    let question = note.question.bind(py);
    let settle = question.getattr("settle");
    let called = settle
        .and_then(|settle| note.event_loop.call_method1(py, "call_soon_threadsafe", (settle,)));
    if called.is_err() {
        // The loop is closed: its future will never be looked at.
        question.get().take_back(py);
    }
}
