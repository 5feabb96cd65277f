//! The thread that calls back.
//!
//! Answers are handed over on a thread of their own: on one of the model's, a slow callback would
//! stop the model, and the callback that drops the last use of a model would make a thread of it
//! wait for itself.

use std::{
    future::Future,
    pin::pin,
    sync::{
        Mutex, PoisonError,
        mpsc::{self, Sender},
    },
    task::{Context, Poll, Waker},
    thread,
};

use pantau_core::model::Later;

use crate::error::{Failure, caught, guard_or, pantau_status};

type Work = Box<dyn FnOnce() + Send>;

/// With the process it belongs to: threads do not live on after a fork.
static THREAD: Mutex<Option<(u32, Sender<Work>)>> = Mutex::new(None);

/// Submits a question, and has the answer delivered once it is there. `submit` is given what it
/// must call then. If this fails, nothing is delivered.
pub(crate) fn deliver_later<T: 'static>(
    submit: impl FnOnce(Work) -> pantau_core::Result<Later<T>>,
    deliver: impl FnOnce(Result<T, Failure>) + Send + 'static,
) -> Result<(), Failure> {
    let thread = thread()?;
    // The answer may be there before `submit` has returned what to take it from.
    let (hand_over, later) = mpsc::sync_channel(1);
    let work: Work = Box::new(move || {
        if let Ok(later) = later.recv() {
            deliver(caught(|| take(later)));
        }
    });
    let on_done = Box::new(move || {
        // The thread ends with the process, so somebody receives this.
        let _ = thread.send(work);
    });
    let later = submit(on_done)?;
    // Whoever would receive it lives until it is there.
    let _ = hand_over.send(later);
    Ok(())
}

/// An answer that is there.
fn take<T>(later: Later<T>) -> Result<T, Failure> {
    match pin!(later).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(answer) => Ok(answer?),
        Poll::Pending => Err(Failure::new(pantau_status::Inference, "the model did not answer")),
    }
}

/// Where the thread that calls back takes its work from; the first call starts it.
fn thread() -> Result<Sender<Work>, Failure> {
    let mut thread = THREAD.lock().unwrap_or_else(PoisonError::into_inner);
    let process = std::process::id();
    if let Some((_, sender)) = thread.as_ref().filter(|(owner, _)| *owner == process) {
        return Ok(sender.clone());
    }
    let (sender, receiver) = mpsc::channel::<Work>();
    let run = move || receiver.into_iter().for_each(|work| guard_or((), work));
    thread::Builder::new().name("pantau-callback".to_owned()).spawn(run).map_err(|error| {
        let problem = format!("no thread could be started for callbacks: {error}");
        Failure::new(pantau_status::Inference, problem)
    })?;
    *thread = Some((process, sender.clone()));
    Ok(sender)
}
