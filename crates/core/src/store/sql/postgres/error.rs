//! What the server said, and what may help.

use std::error::Error as _;

use postgres::error::SqlState;

use crate::Error;

/// Whether the connection is gone.
pub(super) fn is_lost(error: &postgres::Error) -> bool {
    let is_broken = |source: &(dyn std::error::Error + 'static)| {
        let source = source.downcast_ref::<std::io::Error>();
        // A certificate that is not accepted is invalid data; it will not be accepted later.
        source.is_some_and(|source| source.kind() != std::io::ErrorKind::InvalidData)
    };
    error.is_closed()
        || error.source().is_some_and(is_broken)
        || error.code().is_some_and(|code| {
            [
                SqlState::ADMIN_SHUTDOWN,
                SqlState::CRASH_SHUTDOWN,
                SqlState::CANNOT_CONNECT_NOW,
                SqlState::TOO_MANY_CONNECTIONS,
                SqlState::IDLE_IN_TRANSACTION_SESSION_TIMEOUT,
            ]
            .contains(code)
                || code.code().starts_with("08")
        })
}

/// Whether the server ended a transaction only for another one's sake.
pub(super) fn is_retried(error: &Error) -> bool {
    let Error::Refused { source: Some(source), .. } = error else { return false };
    let code = source.downcast_ref::<postgres::Error>().and_then(postgres::Error::code);
    code.is_some_and(|code| {
        [SqlState::T_R_SERIALIZATION_FAILURE, SqlState::T_R_DEADLOCK_DETECTED].contains(code)
    })
}

/// An error of the driver as one of ours.
pub(super) fn translate(location: &str, error: postgres::Error) -> Error {
    let what = format!("the store {location}");
    if is_lost(&error) {
        let problem = match error.code() {
            Some(code) if *code == SqlState::TOO_MANY_CONNECTIONS => {
                "the server has no connection left; use its pooler, or raise max_connections"
            }
            Some(_) => "the server is stopping or starting",
            None => {
                "the connection could not be made or was lost; check host and port, and that \
                     the server runs"
            }
        };
        let problem = problem.to_owned();
        return Error::Unreachable { what, problem, source: Some(Box::new(error)) };
    }
    if error.code() == Some(&SqlState::UNIQUE_VIOLATION) {
        let detail = error.as_db_error().and_then(|error| error.detail()).unwrap_or("a row");
        return Error::conflict(what, format!("{detail} is there already"));
    }
    let code = error.code().map(SqlState::code).unwrap_or_default();
    let problem = match code {
        "28P01" | "28000" => "the user or the password was refused; check both in the URL",
        "3D000" => "there is no such database; create it, or check its name in the URL",
        "42501" => "the user may not do this; grant it the right to create and use the schema",
        "53100" => "the server's disk is full; what was there is unharmed, and nothing was written",
        "53200" => "the server has no memory left",
        "25006" => "the server only reads; connect to the one that writes",
        "57014" => "the server ended what took too long",
        "40001" | "40P01" => "others changed the same rows again and again",
        "54000" | "22P05" | "22021" => "the server cannot keep this value",
        "" if error.to_string().contains("TLS") => {
            "no TLS connection came about; check sslmode and sslrootcert"
        }
        _ => "the server refused",
    };
    Error::Refused { what, problem: problem.to_owned(), source: Some(Box::new(error)) }
}
