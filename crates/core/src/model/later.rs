//! Answers that come later.

use std::{
    future::Future,
    pin::Pin,
    sync::{Arc, Mutex, PoisonError},
    task::{Context, Poll, Waker},
};

use crate::{Error, Result};

/// An answer that comes later: a future, for any executor. Dropping it takes the
/// question back.
pub struct Later<T> {
    state: Arc<State>,
    finish: Option<Box<dyn FnOnce() -> Result<T> + Send>>,
}

#[derive(Default)]
pub(super) struct State {
    inner: Mutex<Inner>,
}

#[derive(Default)]
struct Inner {
    is_done: bool,
    waker: Option<Waker>,
}

impl State {
    pub(super) fn done(&self) {
        let mut inner = self.inner.lock().unwrap_or_else(PoisonError::into_inner);
        inner.is_done = true;
        let waker = inner.waker.take();
        drop(inner);
        if let Some(waker) = waker {
            waker.wake();
        }
    }
}

impl<T> Later<T> {
    pub(super) fn new(
        state: Arc<State>,
        finish: impl FnOnce() -> Result<T> + Send + 'static,
    ) -> Self {
        Self { state, finish: Some(Box::new(finish)) }
    }

    /// An answer that is there already; `on_done` hears so at once.
    pub(super) fn now(answer: T, on_done: impl FnOnce()) -> Self
    where
        T: Send + 'static,
    {
        let state = Arc::new(State::default());
        state.done();
        on_done();
        Self::new(state, move || Ok(answer))
    }
}

impl<T> Future for Later<T> {
    type Output = Result<T>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        {
            let mut inner = self.state.inner.lock().unwrap_or_else(PoisonError::into_inner);
            if !inner.is_done {
                inner.waker = Some(context.waker().clone());
                return Poll::Pending;
            }
        }
        match self.finish.take() {
            Some(finish) => Poll::Ready(finish()),
            None => Poll::Ready(Err(Error::invalid("answer", "was taken already"))),
        }
    }
}

impl<T> std::fmt::Debug for Later<T> {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Later").finish_non_exhaustive()
    }
}
