//! Versions beside the one in use: some answer a share of the texts, others all of them unseen, until
//! it is known which is better.

use std::{collections::BTreeMap, sync::Arc};

use serde::{Deserialize, Serialize};
use serde_json::json;

use super::{ModelSettings, Workspace, pairs, read_settings, served::Champion, settings_name};
use crate::{
    Error, Result, Timestamp, chain,
    performance::{Comparison, ComparisonOptions, Preference},
    registry::{Act, CHALLENGER},
    store::{Condition, Feedback, Next, Table, Value},
};

/// What becomes of a comparison that has come to an end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OnDecision {
    /// It is told, and a person acts.
    #[default]
    Recommend,
    /// A challenger that won is promoted, and one that did not is withdrawn.
    Act,
}

/// A version beside the one in use.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct Challenge {
    /// The share of texts it answers; with 0 it answers all of them, and nobody sees it.
    pub share: f64,
    /// Since when.
    pub since: Option<Timestamp>,
}

/// Which versions there are beside the one in use, and how they are compared with it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct Rollout {
    /// By their numbers.
    pub challengers: BTreeMap<u32, Challenge>,
    /// What becomes of a comparison that has come to an end.
    pub on_decision: OnDecision,
    /// Whose labels count. Clicks do not by themselves: people click on what is wrong.
    pub sources: Vec<String>,
    /// When a comparison ends.
    pub comparison: ComparisonOptions,
}

impl Default for Rollout {
    fn default() -> Self {
        Self {
            challengers: BTreeMap::new(),
            on_decision: OnDecision::default(),
            sources: vec![Feedback::AUDIT.to_owned()],
            comparison: ComparisonOptions::default(),
        }
    }
}

impl Rollout {
    pub(super) fn check(&self) -> Result<()> {
        self.comparison.check()?;
        let mut all = 0.0;
        for (version, Challenge { share, .. }) in &self.challengers {
            if !(0.0..1.0).contains(share) {
                let problem =
                    format!("{share} of version {version}, allowed are 0 and more, less than 1");
                return Err(Error::invalid("share", problem));
            }
            all += share;
        }
        if all >= 1.0 {
            let problem = format!("{all} in all, which leaves nothing to the version in use");
            return Err(Error::invalid("share", problem));
        }
        if self.sources.is_empty() {
            return Err(Error::invalid("sources", "none, so no label would ever count"));
        }
        Ok(())
    }

    /// The challengers of a version, and their shares.
    pub(super) fn versions(&self, champion: u32) -> impl Iterator<Item = (u32, f64)> {
        let others = self.challengers.iter().filter(move |(version, _)| **version != champion);
        others.map(|(version, challenge)| (*version, challenge.share))
    }
}

/// A loaded version that answers a share of the texts.
#[derive(Debug)]
pub(super) struct Challenger {
    pub(super) version: Arc<Champion>,
    pub(super) share: f64,
}

/// Where between 0 and 1 a key lies: the same in all processes and for ever, so that whoever was
/// answered by a version stays with it while its share grows.
pub(super) fn share_of(model: &str, key: &str) -> f64 {
    let hash = chain::link("share", &[model, key]);
    let part = u32::from_str_radix(&hash[..8], 16).unwrap_or(0);
    f64::from(part) / (f64::from(u32::MAX) + 1.0)
}

/// How a challenger stands.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct ChallengerReport {
    /// Its version.
    pub version: u32,
    /// The share of texts it answers; 0 if nobody sees its answers.
    pub share: f64,
    /// Since when.
    pub since: Option<Timestamp>,
    /// Of a shadow: how many texts it has answered.
    pub answered: Option<u64>,
    /// Of a shadow: the share of its answers that are those of the version in use.
    pub agreement: Option<f64>,
    /// How it compares with the version in use.
    pub comparison: Comparison,
    /// Why it does not answer, if it cannot.
    pub problem: Option<String>,
}

/// How the versions beside the one in use stand.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct RolloutReport {
    /// In a sentence for each challenger.
    pub sentence: String,
    /// The model.
    pub model: String,
    /// Its version in use.
    pub champion: u32,
    /// Those beside it.
    pub challengers: Vec<ChallengerReport>,
    /// The challenger that should be promoted, if that is known.
    pub recommended: Option<u32>,
}

impl RolloutReport {
    /// This report as JSON.
    pub fn to_json(&self) -> String {
        serde_json::to_string(self).expect("numbers and texts are JSON")
    }
}

impl Workspace {
    /// Puts a version beside the one in use. With a share it answers so many of the texts: those of a
    /// subject, if [`Ask::subject`](super::Ask::subject) tells it, else of a review, else the same
    /// texts, always by the same version. With a share of 0 it is a shadow: it answers all texts, and
    /// only the comparison sees it. What came before `since`, by default now, is not compared. The
    /// registry calls the version the `challenger`; of several, the one that came last.
    ///
    /// # Errors
    /// [`Error::InvalidInput`] if the share cannot be, or the version is in use;
    /// [`Error::NotFound`] if there is no such version.
    pub fn challenge(
        &self,
        model: &str,
        version: u32,
        share: f64,
        since: Option<Timestamp>,
        act: &Act,
    ) -> Result<()> {
        self.inner.check_open()?;
        self.registry().version(model, version)?;
        if self.inner.champion_version(model)? == Some(version) {
            return Err(Error::invalid("version", format!("{version} is in use already")));
        }
        let detail = json!({ "version": version, "share": share });
        self.change_rollout(model, "challenge", &detail, act, &mut |rollout| {
            let before = rollout.challengers.get(&version).copied();
            // A larger share goes on with what is known; a shadow that comes into sight does not.
            let goes_on = before.is_some_and(|own| (own.share > 0.0) == (share > 0.0));
            let own = before.filter(|_| goes_on && since.is_none()).and_then(|own| own.since);
            let since = Some(since.or(own).unwrap_or_else(Timestamp::now));
            rollout.challengers.insert(version, Challenge { share, since });
            Ok(())
        })?;
        self.registry().set_alias(model, CHALLENGER, version, act)
    }

    /// Takes a version away from beside the one in use.
    ///
    /// # Errors
    /// [`Error::NotFound`] if it is not there.
    pub fn withdraw(&self, model: &str, version: u32, act: &Act) -> Result<()> {
        let detail = json!({ "version": version });
        let mut last = None;
        self.change_rollout(model, "withdraw", &detail, act, &mut |rollout| {
            if rollout.challengers.remove(&version).is_none() {
                return Err(Error::NotFound {
                    what: format!("challenger {version} of {model}"),
                    hint: "`rollout` lists those there are".to_owned(),
                });
            }
            last = rollout.challengers.iter().max_by_key(|own| own.1.since).map(|own| *own.0);
            Ok(())
        })?;
        let registry = self.registry();
        if registry.state(model)?.aliases.get(CHALLENGER) != Some(&version) {
            return Ok(());
        }
        match last {
            Some(other) => registry.set_alias(model, CHALLENGER, other, act),
            None => registry.remove_alias(model, CHALLENGER, act),
        }
    }

    /// Takes versions away that are or were in use: whoever is in use is no challenger any more, and
    /// whoever was put out of use must not answer as one.
    pub(super) fn end_challenges(
        &self,
        model: &str,
        versions: &[Option<u32>],
        act: &Act,
    ) -> Result<()> {
        let challengers = self.settings(model)?.rollout.challengers;
        for version in versions.iter().flatten().filter(|own| challengers.contains_key(own)) {
            match self.withdraw(model, *version, act) {
                // Another process may have been at it.
                Err(Error::NotFound { .. }) | Ok(()) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    fn change_rollout(
        &self,
        model: &str,
        action: &str,
        detail: &serde_json::Value,
        act: &Act,
        change: &mut dyn FnMut(&mut Rollout) -> Result<()>,
    ) -> Result<()> {
        self.inner.check_open()?;
        act.check()?;
        self.store().change_kept(&settings_name(model), &mut |content| {
            let mut settings: ModelSettings = read_settings(content)?;
            change(&mut settings.rollout)?;
            settings.rollout.check()?;
            Ok((Some(Next::new(settings.to_json().into_bytes())), ()))
        })?;
        let mut detail = detail.clone();
        detail["model"] = model.into();
        detail["reason"] = act.reason.as_str().into();
        detail["evidence"] = act.evidence.clone().unwrap_or_default();
        self.store().audit(&act.actor, action, &detail)?;
        self.inner.refresh(model)
    }

    /// How the versions beside the one in use compare with it, by the labels that are known: of rows
    /// that were picked by chance, unless the settings let other sources count. A shadow is compared
    /// row by row; a version with a share of its own by the first label of one and the first of the
    /// other, the second of both, and so on. It may be looked at as often as one likes.
    ///
    /// # Errors
    /// As for [`check`](Self::check).
    pub fn rollout(&self, model: &str) -> Result<RolloutReport> {
        self.flush(Some(std::time::Duration::from_secs(30)))?;
        let served = self.inner.served(model)?;
        served.refresh(&self.inner)?;
        let standing = served.standing();
        let champion = &standing.champion;
        let rollout = &champion.settings.rollout;
        let mut challengers = Vec::new();
        for (version, share) in rollout.versions(champion.version) {
            let since = rollout.challengers[&version].since;
            let name = version.to_string();
            let store = self.store().as_ref();
            let sources = &rollout.sources;
            let found = if share > 0.0 {
                pairs::of_split(store, model, &champion.name, &name, since, sources)?
            } else {
                pairs::of_shadow(store, model, &champion.name, &name, since, sources)?
            };
            let problem = standing.problems.iter().find(|own| own.0 == version);
            let seen = match share {
                share if share > 0.0 => None,
                _ => Some(self.shadowed(model, &name, &champion.name, since)?),
            };
            challengers.push(ChallengerReport {
                version,
                share,
                since,
                answered: seen.map(|seen| seen.0),
                agreement: seen
                    .filter(|(answered, _)| *answered > 0)
                    .map(|(answered, agreed)| agreed as f64 / answered as f64),
                comparison: Comparison::of(found, &rollout.comparison)?,
                problem: problem.map(|own| own.1.clone()),
            });
        }
        Ok(report(model, champion.version, challengers))
    }

    /// How many texts a shadow has answered that another version has, and how many of them like that.
    fn shadowed(
        &self,
        model: &str,
        version: &str,
        answered_by: &str,
        since: Option<Timestamp>,
    ) -> Result<(u64, u64)> {
        let is = |column, value: &str| Condition::Is(column, Value::Text(value.to_owned()));
        let mut conditions =
            vec![is("model", model), is("version", version), is("answered_by", answered_by)];
        if let Some(since) = since {
            conditions.push(Condition::IsAtLeast("timestamp", Value::Time(since)));
        }
        let answered = self.store().count(Table::Shadows, &conditions)?;
        conditions.push(Condition::Is("agrees", Value::Truth(true)));
        Ok((answered, self.store().count(Table::Shadows, &conditions)?))
    }

    /// Acts on comparisons that have come to an end, if the settings say so: promotes the challenger
    /// that won, withdraws those that did not. Gives the report, and the version that is in use since.
    pub(super) fn decide(&self, model: &str) -> Result<(RolloutReport, Option<u32>)> {
        let report = self.rollout(model)?;
        let act = Act::by("pantau").because("its comparison with the version in use has ended");
        let mut promoted = None;
        for own in &report.challengers {
            let evidence = serde_json::to_value(&own.comparison).unwrap_or_default();
            let act = act.clone().with_evidence(evidence);
            match own.comparison.preference {
                Preference::Undecided => continue,
                Preference::Challenger if report.recommended == Some(own.version) => {
                    self.promote(model, own.version, &act)?;
                    promoted = Some(own.version);
                }
                _ => {}
            }
            // Another process may have been at it.
            match self.withdraw(model, own.version, &act) {
                Err(Error::NotFound { .. }) | Ok(()) => {}
                Err(error) => return Err(error),
            }
        }
        Ok((report, promoted))
    }
}

fn report(model: &str, champion: u32, challengers: Vec<ChallengerReport>) -> RolloutReport {
    let won = |own: &&ChallengerReport| own.comparison.preference == Preference::Challenger;
    let recommended = challengers
        .iter()
        .filter(won)
        .max_by(|one, other| {
            one.comparison
                .gain
                .partial_cmp(&other.comparison.gain)
                .unwrap_or(std::cmp::Ordering::Equal)
        })
        .map(|own| own.version);
    let told = |own: &ChallengerReport| {
        let role = match own.share {
            share if share > 0.0 => format!("answers {:.0} %", share * 100.0),
            _ => match own.agreement {
                Some(agreement) => format!("is a shadow that agrees in {:.1} %", agreement * 100.0),
                None => "is a shadow".to_owned(),
            },
        };
        match &own.problem {
            Some(problem) => format!("version {} cannot answer: {problem}", own.version),
            None => format!("version {} {role}; {}", own.version, own.comparison.sentence),
        }
    };
    let sentence = if challengers.is_empty() {
        format!("version {champion} of {model} is in use, with none beside it")
    } else {
        challengers.iter().map(told).collect::<Vec<_>>().join("\n")
    };
    RolloutReport { sentence, model: model.to_owned(), champion, challengers, recommended }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_are_kept_and_grow() {
        let keys: Vec<String> = (0..4_000).map(|row| format!("user-{row}")).collect();
        let below = |share: f64| keys.iter().filter(|key| share_of("s", key) < share).count();
        assert!((320..480).contains(&below(0.1)), "{}", below(0.1));
        assert_eq!(below(1.0), 4_000);
        assert!((share_of("s", "user-1") - share_of("s", "user-1")).abs() < f64::EPSILON);
        assert!((share_of("s", "user-1") - share_of("t", "user-1")).abs() > 1e-6);
    }

    #[test]
    fn what_cannot_be_is_named() {
        let problem = |json: &str| {
            ModelSettings::default()
                .with(&format!(r#"{{"rollout": {json}}}"#))
                .unwrap_err()
                .to_string()
        };
        let share = |share: f64| format!(r#"{{"challengers": {{"2": {{"share": {share}}}}}}}"#);
        assert!(problem(&share(1.0)).contains("share: 1 of version 2"));
        assert!(problem(&share(-0.1)).contains("share: -0.1 of version 2"));
        let two = r#"{"challengers": {"2": {"share": 0.5}, "3": {"share": 0.5}}}"#;
        assert!(problem(two).contains("leaves nothing"));
        assert!(problem(r#"{"sources": []}"#).contains("no label would ever count"));
        assert!(problem(r#"{"comparison": {"alpha": 0}}"#).contains("alpha: 0"));
    }
}
