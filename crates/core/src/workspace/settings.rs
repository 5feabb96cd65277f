use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

use super::{Rollout, ValidationPolicy};
use crate::{
    Error, Result, Span,
    drift::{FalseAlarms, MonitorOptions},
    learn::gates::Gates,
    lifecycle::{Trainer, TriggerOptions},
    performance::AuditOptions,
    profile::WindowLength,
};

/// How a model is served, watched and trained anew: the same for all processes of a workspace, as it
/// is kept in the store.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct ModelSettings {
    /// Which texts the model is asked about.
    pub validation: ValidationPolicy,
    /// Whether labels may come up that the model does not know; by default feedback with another
    /// label is a slip.
    pub new_labels: bool,
    /// How long a window is in which rows are counted together.
    pub window: Span,
    /// How many false alarms are allowed.
    pub false_alarms: FalseAlarms,
    /// The smallest share of rows that must move before it is an alarm.
    pub min_effect: f64,
    /// The fewest rows of a window; one that has fewer goes on into the next.
    pub min_rows: u64,
    /// How many rows of a window are picked for somebody to label.
    pub audit_rate: f64,
    /// When it is trained anew.
    pub triggers: TriggerOptions,
    /// What a new version must show.
    pub gates: Gates,
    /// How it is trained: as the options of [`train`](crate::model::train), by their names.
    pub training: Json,
    /// A command that trains in the place of this library; none if it trains by itself.
    pub trainer: Option<Trainer>,
    /// Which versions there are beside the one in use.
    pub rollout: Rollout,
}

impl Default for ModelSettings {
    fn default() -> Self {
        let MonitorOptions { false_alarms, min_effect, min_rows, .. } = MonitorOptions::default();
        Self {
            validation: ValidationPolicy::default(),
            new_labels: false,
            window: Span::days(1),
            false_alarms,
            min_effect,
            min_rows,
            audit_rate: AuditOptions::default().rate,
            triggers: TriggerOptions::default(),
            gates: Gates::default(),
            training: Json::Object(serde_json::Map::new()),
            trainer: None,
            rollout: Rollout::default(),
        }
    }
}

impl ModelSettings {
    /// Reads settings from JSON; what is left out has its default.
    ///
    /// # Errors
    /// [`Error::InvalidInput`] names what cannot be.
    pub fn from_json(json: &str) -> Result<Self> {
        let settings: Self = crate::settings::from_json("settings", json)?;
        settings.check()?;
        Ok(settings)
    }

    /// These settings as JSON.
    pub fn to_json(&self) -> String {
        serde_json::to_string(self).expect("settings are JSON")
    }

    /// These settings with what an object of JSON says in its place; an object within is merged, too,
    /// and `null` brings a default back.
    ///
    /// # Errors
    /// [`Error::InvalidInput`] names what cannot be.
    pub fn with(&self, changes: &str) -> Result<Self> {
        let changes: Json = crate::settings::from_json("settings", changes)?;
        let mut all = serde_json::to_value(self).expect("settings are JSON");
        let defaults = serde_json::to_value(Self::default()).expect("settings are JSON");
        merge(&mut all, changes, Some(&defaults), "")?;
        Self::from_json(&all.to_string())
    }

    fn check(&self) -> Result<()> {
        self.validation.check()?;
        self.triggers.check()?;
        self.gates.check()?;
        self.rollout.check()?;
        self.trainer.as_ref().map_or(Ok(()), Trainer::check)?;
        if self.window < Span::seconds(1) {
            let problem = format!("{}, allowed are 1s and more", self.window);
            return Err(Error::invalid("window", problem));
        }
        self.audit_options().check()?;
        self.monitor_options().check()?;
        let trained = crate::model::TrainOptions::from_json(&self.training.to_string());
        trained.map(drop).map_err(|error| match error {
            Error::InvalidInput { what, problem } if what == "options" => {
                Error::invalid("settings", format!("training.{problem}"))
            }
            other => other,
        })
    }

    pub(super) fn audit_options(&self) -> AuditOptions {
        AuditOptions {
            rate: self.audit_rate,
            window: WindowLength::Time(self.window.duration()),
            false_alarms: self.false_alarms,
            ..AuditOptions::default()
        }
    }

    /// Windows are closed one by one here, whenever all of their parts are there.
    pub(super) fn monitor_options(&self) -> MonitorOptions {
        MonitorOptions {
            false_alarms: self.false_alarms,
            min_effect: self.min_effect,
            min_rows: self.min_rows,
            window: None,
        }
    }
}

/// Puts changes over what is there.
fn merge(own: &mut Json, changes: Json, defaults: Option<&Json>, place: &str) -> Result<()> {
    match (own, changes) {
        (Json::Object(own), Json::Object(changes)) => {
            for (name, change) in changes {
                let default = defaults.and_then(|all| all.get(&name));
                match own.get_mut(&name) {
                    Some(own) => merge(own, change, default, &format!("{place}{name}."))?,
                    None => _ = own.insert(name, change),
                }
            }
        }
        // Which would be taken for fields in their order.
        (Json::Object(_), change @ Json::Array(_)) => {
            let place = place.trim_end_matches('.');
            let problem = format!("{place}: expected an object, got {change}");
            return Err(Error::invalid("settings", problem));
        }
        (own, Json::Null) => *own = defaults.cloned().unwrap_or(Json::Null),
        (own, change) => *own = change,
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn changes_are_put_over_what_is_there() {
        let settings = ModelSettings::default();
        assert_eq!(ModelSettings::from_json(&settings.to_json()).unwrap(), settings);
        let changed = settings
            .with(r#"{"window": "12h", "triggers": {"new_data": 100, "schedule": "0 2 * * *"}}"#)
            .unwrap();
        assert_eq!(changed.window.to_string(), "12h");
        assert_eq!(changed.triggers.new_data, Some(100));
        assert_eq!(changed.triggers.max_age, Some(Span::days(30)));
        let again = changed.with(r#"{"triggers": {"new_data": null}}"#).unwrap();
        assert_eq!(again.triggers.new_data, Some(500));
        let off = again.with(r#"{"triggers": {"new_data": false, "schedule": false}}"#).unwrap();
        assert!(off.triggers.new_data.is_none() && off.triggers.schedule.is_none());
        assert_eq!(ModelSettings::from_json(&off.to_json()).unwrap(), off);
        assert!(again.triggers.schedule.is_some());
        let trained = settings.with(r#"{"training": {"kind": "tfidf-nb"}}"#).unwrap();
        assert_eq!(trained.training["kind"], "tfidf-nb");
    }

    #[test]
    fn what_cannot_be_is_named() {
        let problem = |json: &str| ModelSettings::default().with(json).unwrap_err().to_string();
        assert!(problem(r#"{"windw": "1d"}"#).contains("unknown field `windw`"));
        assert!(
            problem(r#"{"gates": []}"#).contains("settings: gates: expected an object, got []")
        );
        let message = problem(r#"{"training": {"trials": -1}}"#);
        assert!(
            message.contains("settings: training.trials: expected a whole number"),
            "{message}"
        );
        assert!(problem(r#"{"window": "soon"}"#).contains("\"soon\" is no length of time"));
        assert!(problem(r#"{"triggers": {"schedule": "daily"}}"#).contains("it needs five"));
        assert!(problem(r#"{"training": {"kid": 1}}"#).contains("unknown field `kid`"));
        assert!(problem(r#"{"triggers": {"max_age": true}}"#).contains("true is no limit"));
        assert!(problem(r#"{"audit_rate": 0}"#).contains("rate: 0"));
        assert!(problem(r#"{"gates": {"floor": 2}}"#).contains("floor: 2"));
    }
}
