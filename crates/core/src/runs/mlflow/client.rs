//! Talking to an MLflow server.

use std::{env, io::{Read, Write}, path::PathBuf};

use serde_json::Value;

use crate::{
    Error, Result,
    http::{Address, Credentials, Patience, Rejection, Server, Trouble, encoded},
};

const API: &str = "api/2.0/mlflow";
/// The proxy of an MLflow server to wherever its artefacts are.
const FILES: &str = "api/2.0/mlflow-artifacts/artifacts";
const ADVICE: &str = "set MLFLOW_TRACKING_USERNAME and MLFLOW_TRACKING_PASSWORD, or \
                      MLFLOW_TRACKING_TOKEN, to what its administrator gave you";

/// An MLflow server.
#[derive(Debug)]
pub(crate) struct Client {
    server: Server,
}

/// A variable of the environment that is set to something.
fn variable(name: &str) -> Option<String> {
    env::var(name).ok().filter(|value| !value.is_empty())
}

impl Client {
    /// A server by its URL, and the variables that MLflow's own client reads. Whether it answers,
    /// is an MLflow server and lets us in is found out at once.
    pub(crate) fn open(url: &str) -> Result<Self> {
        let address = Address::parse(url)?;
        let credentials = match &address.user {
            Some((user, password)) => {
                Credentials::Basic { user: user.clone(), password: password.clone() }
            }
            None => match (variable("MLFLOW_TRACKING_USERNAME"), variable("MLFLOW_TRACKING_TOKEN"))
            {
                (Some(user), _) => {
                    let password = variable("MLFLOW_TRACKING_PASSWORD").unwrap_or_default();
                    Credentials::Basic { user, password }
                }
                (None, Some(token)) => Credentials::Bearer(token),
                (None, None) => Credentials::None,
            },
        };
        let authority = variable("MLFLOW_TRACKING_SERVER_CERT_PATH").map(PathBuf::from);
        let patience = Patience::default();
        let server = Server::new(&address, &credentials, ADVICE, patience, authority.as_deref())?;
        let client = Self { server };
        client.get("experiments/search", &[("max_results", "1")])?;
        Ok(client)
    }

    /// Where it is, without a password.
    pub(crate) fn url(&self) -> &str {
        self.server.url()
    }

    /// Asks for something.
    pub(crate) fn get(&self, path: &str, query: &[(&str, &str)]) -> Result<Value, Failure> {
        Ok(self.server.get(&format!("{API}/{path}"), query)?)
    }

    /// Sends something.
    pub(crate) fn post(&self, path: &str, body: &Value) -> Result<Value, Failure> {
        self.send("POST", path, body)
    }

    /// Sends something by a method.
    pub(crate) fn send(&self, method: &str, path: &str, body: &Value) -> Result<Value, Failure> {
        Ok(self.server.send(method, &format!("{API}/{path}"), body)?)
    }

    /// Writes a file, of so many bytes, below the root of what the server serves.
    pub(crate) fn upload(&self, path: &str, content: &mut dyn Read, size: u64) -> Result<(), Failure> {
        Ok(self.server.upload(&format!("{FILES}/{}", encoded_path(path)), content, size)?)
    }

    /// Reads a file below the root of what the server serves; says how many bytes it has.
    pub(crate) fn download(&self, path: &str, out: &mut dyn Write) -> Result<u64, Failure> {
        let read = self.server.download(&format!("{FILES}/{}", encoded_path(path)), out)?;
        let read = read.map_err(Error::storage("write", path));
        Ok(read.map_err(Trouble::Failed)?)
    }

    /// Where below the root of what the server serves a URI of artefacts leads.
    ///
    /// # Errors
    /// [`Error::Refused`] if it leads elsewhere.
    pub(crate) fn served(&self, uri: &str) -> Result<String> {
        let path = if let Some(rest) = uri.strip_prefix("mlflow-artifacts:") {
            // With a server's name or without, the path is what counts.
            match rest.strip_prefix("//") {
                Some(rest) => rest.split_once('/').map_or("", |(_, path)| path),
                None => rest,
            }
        } else if let Some(rest) =
            uri.strip_prefix(self.url()).and_then(|rest| rest.strip_prefix(&format!("/{FILES}/")))
        {
            rest
        } else {
            let problem = format!(
                "it keeps these artefacts at {}, where it does not serve them: start it with \
                 --serve-artifacts",
                uri.split('?').next().unwrap_or_default()
            );
            let what = self.url().to_owned();
            return Err(Error::Refused { what, problem, source: None });
        };
        Ok(path.trim_matches('/').to_owned())
    }
}

fn encoded_path(path: &str) -> String {
    path.split('/').map(encoded).collect::<Vec<_>>().join("/")
}

/// That a request to MLflow came to nothing.
#[derive(Debug)]
pub(crate) struct Failure(Trouble);

impl From<Trouble> for Failure {
    fn from(trouble: Trouble) -> Self {
        Self(trouble)
    }
}

impl Failure {
    /// What the server said, if it was the server.
    pub(crate) fn rejection(&self) -> Option<&Rejection> {
        match &self.0 {
            Trouble::Rejected(rejection) => Some(rejection),
            Trouble::Failed(_) => None,
        }
    }

    /// Whether the server gave this reason.
    pub(crate) fn is(&self, code: &str) -> bool {
        self.rejection().is_some_and(|rejection| rejection.code.as_deref() == Some(code))
    }
}

impl From<Failure> for Error {
    fn from(failure: Failure) -> Self {
        let rejection = match failure.0 {
            Trouble::Failed(error) => return error,
            Trouble::Rejected(rejection) => rejection,
        };
        match rejection.code.as_deref() {
            Some("RESOURCE_ALREADY_EXISTS" | "RESOURCE_CONFLICT" | "INVALID_STATE") => {
                Error::conflict(rejection.server, rejection.message)
            }
            Some("INVALID_PARAMETER_VALUE" | "BAD_REQUEST") => {
                Error::invalid(format!("request to {}", rejection.server), rejection.message)
            }
            None if rejection.status == 404 => {
                let problem = "no MLflow server answers there: check the address and its path";
                let what = rejection.server;
                Error::Refused { what, problem: problem.to_owned(), source: None }
            }
            _ => rejection.into(),
        }
    }
}
