//! Asking servers, by one client for all.

use std::{
    io::Read,
    process,
    sync::{Mutex, PoisonError},
    time::Duration,
};

use ureq::{
    Agent, Body, SendBody,
    http::{Request, Response},
};

/// How long a connection may take to come about.
const CONNECT: Duration = Duration::from_secs(5);
/// How long a server may take to begin its answer, and between two parts of a body. The whole of
/// a body has no limit: a large one on a slow line takes what it takes.
const ANSWER: Duration = Duration::from_mins(1);

/// The client, which keeps connections for the next request; each process has its own, for after a
/// fork two would talk on one connection.
fn agent() -> Agent {
    static AGENT: Mutex<Option<(u32, Agent)>> = Mutex::new(None);
    let mut agent = AGENT.lock().unwrap_or_else(PoisonError::into_inner);
    match agent.as_ref() {
        Some((owner, agent)) if *owner == process::id() => agent.clone(),
        _ => {
            let new = new_agent();
            // The one of the parent is left alone: to drop it would end connections that are not
            // ours.
            std::mem::forget(agent.replace((process::id(), new.clone())));
            new
        }
    }
}

fn new_agent() -> Agent {
    let config = Agent::config_builder()
        .timeout_resolve(Some(CONNECT))
        .timeout_connect(Some(CONNECT))
        .timeout_recv_response(Some(ANSWER))
        .timeout_per_read(Some(ANSWER))
        .timeout_per_write(Some(ANSWER))
        // Servers close what was idle for five seconds, some of them earlier.
        .max_idle_age(Duration::from_secs(3))
        // Who follows a redirection asks for what should be sent: it is an answer like others.
        .max_redirects(0)
        .max_redirects_will_error(false)
        .http_status_as_error(false)
        .user_agent(concat!("pantau/", env!("CARGO_PKG_VERSION")))
        .build();
    config.into()
}

/// Sends a request; any status is an answer.
pub(crate) fn send(request: Request<SendBody<'_>>) -> Result<Response<Body>, ureq::Error> {
    agent().run(request)
}

/// What may be read of an answer at once: what is longer is no answer to a question of ours.
const LONGEST: u64 = 256 << 20;

/// The whole body of an answer.
pub(crate) fn bytes(response: Response<Body>) -> Result<Vec<u8>, ureq::Error> {
    response.into_body().into_with_config().limit(LONGEST).read_to_vec()
}

/// The body of an answer, piece by piece.
#[cfg(feature = "mlflow")]
pub(crate) fn reader(response: Response<Body>) -> impl Read {
    response.into_body().into_with_config().limit(u64::MAX).reader()
}
