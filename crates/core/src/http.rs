//! Asking servers, by one client for all.

use std::{io::Read, sync::OnceLock, time::Duration};

use ureq::{
    Agent, Body, SendBody,
    http::{Request, Response},
};

/// How long a connection may take to come about.
const CONNECT: Duration = Duration::from_secs(5);
/// How long a server may take to begin its answer, and between two parts of it.
const ANSWER: Duration = Duration::from_secs(60);

/// The client, which keeps connections for the next request.
fn agent() -> &'static Agent {
    static AGENT: OnceLock<Agent> = OnceLock::new();
    AGENT.get_or_init(|| {
        let config = Agent::config_builder()
            .timeout_connect(Some(CONNECT))
            .timeout_recv_response(Some(ANSWER))
            .timeout_recv_body(Some(Duration::from_secs(3600)))
            .http_status_as_error(false)
            .user_agent(concat!("pantau/", env!("CARGO_PKG_VERSION")))
            .build();
        config.into()
    })
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
