//! How a version is named: `models:/sentiment@champion` and its like.

use super::{ModelState, Stage};
use crate::{Error, Result};

/// A model, and which of its versions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Reference {
    pub(super) model: String,
    pub(super) which: Which,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Which {
    Number(u32),
    Latest,
    Alias(String),
    Stage(Stage),
}

impl Reference {
    /// Reads `models:/name/3`, `models:/name/latest`, `models:/name/Production` or
    /// `models:/name@alias`; the first part may be left out.
    pub(super) fn parse(text: &str) -> Result<Self> {
        let wrong = || {
            let problem = format!(
                "{text:?} is none such as models:/sentiment@champion, models:/sentiment/3, \
                 models:/sentiment/latest or models:/sentiment/Production"
            );
            Error::invalid("model reference", problem)
        };
        let rest = text.strip_prefix("models:/").unwrap_or(text).trim_start_matches('/');
        if let Some((model, alias)) = rest.split_once('@') {
            super::name::check_model(model)?;
            super::name::check_alias(alias)?;
            let which = Which::Alias(alias.to_owned());
            return Ok(Self { model: model.to_owned(), which });
        }
        let (model, which) = rest.split_once('/').ok_or_else(wrong)?;
        super::name::check_model(model)?;
        let which = if which.eq_ignore_ascii_case("latest") {
            Which::Latest
        } else if let Ok(stage) = which.parse() {
            Which::Stage(stage)
        } else {
            Which::Number(which.parse().map_err(|_| wrong())?)
        };
        Ok(Self { model: model.to_owned(), which })
    }

    /// The version that is meant.
    pub(super) fn resolve(&self, state: &ModelState) -> Result<u32> {
        let newest = |stage: Option<Stage>| {
            let mut versions = state.versions.iter().rev().map(|version| version.version);
            versions.find(|version| stage.is_none_or(|stage| state.stage(*version) == stage))
        };
        match &self.which {
            Which::Number(number) => state.version(*number).map(|version| version.version),
            Which::Alias(alias) => state.alias(alias),
            Which::Latest => newest(None).ok_or_else(|| Error::NotFound {
                what: format!("model {}", self.model),
                hint: "it has no versions; register one".to_owned(),
            }),
            Which::Stage(stage) => newest(Some(*stage)).ok_or_else(|| Error::NotFound {
                what: format!("a version of {} in stage {stage}", self.model),
                hint: format!("it has {} versions, none in this stage", state.versions.len()),
            }),
        }
    }
}
