//! An entry of a journal.

use serde::{Deserialize, Serialize};

use super::{Act, Action};
use crate::{Error, Result, Timestamp, chain};

/// One entry of a model's journal: what happened, when, by whom, and why.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Entry {
    /// Its place: 1, 2, 3 and so on.
    pub number: u64,
    /// When.
    pub time: Timestamp,
    /// Who and why.
    pub act: Act,
    /// What.
    pub action: Action,
    /// The hash of the entry before; empty for the first.
    pub previous: String,
    /// The hash of this one.
    pub hash: String,
    /// What the hash is of.
    body: String,
}

#[derive(Serialize, Deserialize)]
struct Body {
    number: u64,
    time: Timestamp,
    #[serde(flatten)]
    act: ActBody,
    action: Action,
}

/// An act without the strictness that suits what users write: a later version may add to it.
#[derive(Serialize, Deserialize)]
struct ActBody {
    actor: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    reason: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    evidence: Option<serde_json::Value>,
}

#[derive(Serialize, Deserialize)]
struct Seal {
    previous: String,
    hash: String,
}

impl Entry {
    /// The entry that follows one with this number and hash.
    pub(super) fn next(number: u64, previous: &str, act: &Act, action: Action) -> Result<Self> {
        let time = Timestamp::now();
        act.check()?;
        let Act { actor, reason, evidence } = act.clone();
        let body = Body {
            number: number + 1,
            time,
            act: ActBody { actor, reason, evidence },
            action: action.clone(),
        };
        let body = serde_json::to_string(&body)
            .map_err(|error| Error::invalid("journal", error.to_string()))?;
        let hash = chain::link(previous, &[&body]);
        let previous = previous.to_owned();
        Ok(Self { number: number + 1, time, act: act.clone(), action, previous, hash, body })
    }

    /// As it is kept: a line with what happened, and a line with the hashes.
    pub(super) fn to_text(&self) -> String {
        let seal = Seal { previous: self.previous.clone(), hash: self.hash.clone() };
        let seal = serde_json::to_string(&seal).expect("two texts are JSON");
        format!("{}\n{seal}\n", self.body)
    }

    /// Reads what was kept. Whether its hash is right is [`check`](Self::check)'s to say.
    pub(super) fn from_text(what: &str, text: &str) -> Result<Self> {
        let broken = |problem: String| Error::incompatible(what, problem);
        let (body, seal) = text
            .trim_end()
            .split_once('\n')
            .ok_or_else(|| broken("it has not two lines; part of it is missing".to_owned()))?;
        let parsed: Body = serde_json::from_str(body).map_err(|error| broken(error.to_string()))?;
        let Seal { previous, hash } =
            serde_json::from_str(seal).map_err(|error| broken(error.to_string()))?;
        let ActBody { actor, reason, evidence } = parsed.act;
        let act = Act { actor, reason, evidence };
        let Body { number, time, action, .. } = parsed;
        Ok(Self { number, time, act, action, previous, hash, body: body.to_owned() })
    }

    /// Whether it follows an entry with this number and hash, and is as it was written.
    pub(super) fn check(&self, what: &str, number: u64, previous: &str) -> Result<()> {
        let problem = if self.number != number + 1 {
            format!("entry {} stands in the place of {}", self.number, number + 1)
        } else if self.previous != previous {
            format!("entry {} does not follow the one before it", self.number)
        } else if self.hash != chain::link(previous, &[&self.body]) {
            format!("entry {} was changed after it was written", self.number)
        } else {
            return Ok(());
        };
        Err(Error::incompatible(what, problem))
    }

    /// The entry as JSON.
    pub fn to_json(&self) -> serde_json::Value {
        let mut json: serde_json::Value =
            serde_json::from_str(&self.body).expect("it was JSON when it was made");
        if let Some(members) = json.as_object_mut() {
            members.insert("previous".to_owned(), self.previous.clone().into());
            members.insert("hash".to_owned(), self.hash.clone().into());
        }
        json
    }
}
