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
        let notes = post_box()?;
        let note = Note { event_loop, question: slf.clone().unbind() };
        let on_done = Box::new(move || {
            // Without its reader, the process is about to end.
            let _ = notes.send(note);
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

/// Where notes are left. Their carrier is a thread, so each process has its own.
fn post_box() -> PyResult<Sender<Note>> {
    // Only held by threads that are attached, one of which calls fork.
    static POST_BOX: Mutex<Option<(u32, Sender<Note>)>> = Mutex::new(None);
    let mut post_box = POST_BOX.lock().unwrap_or_else(PoisonError::into_inner);
    let process = std::process::id();
    if let Some((owner, notes)) = post_box.as_ref()
        && *owner == process
    {
        return Ok(notes.clone());
    }
    let (notes, arrived) = channel();
    std::thread::Builder::new().name("pantau-post".to_owned()).spawn(move || carry(&arrived))?;
    // What belongs to the parent of a fork is left alone, not taken apart.
    std::mem::forget(post_box.replace((process, notes.clone())));
    Ok(notes)
}

fn carry(arrived: &Receiver<Note>) {
    while let Ok(first) = arrived.recv() {
        let delivered = Python::try_attach(|py| {
            deliver(py, &first);
            // Whatever came meanwhile needs no second wait for the GIL.
            for note in arrived.try_iter() {
                deliver(py, &note);
            }
        });
        if delivered.is_none() {
            // The interpreter ends; nobody reads answers any more.
            std::mem::forget(first);
            return;
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
