//! What somebody decides about a monitor.

use std::sync::Arc;

use super::{
    super::{
        findings::{FeatureReport, Status},
        state::{Act, Record, Window},
    },
    Monitor,
};
use crate::{
    Error, Result, Timestamp,
    profile::{FEWEST_WINDOWS, Profile, Reference},
};

impl Monitor {
    /// Puts down that the change is known. The status stays what it is, and the reports say that
    /// it was acknowledged, until it ends or something else changes, too.
    ///
    /// # Errors
    /// [`Error::InvalidInput`] if nothing changed, or nobody is named.
    pub fn acknowledge(&mut self, by: &str, reason: &str, at: Timestamp) -> Result<()> {
        let report = self.report();
        if report.status == Status::Ok {
            return Err(Error::invalid("status", "nothing changed that could be acknowledged"));
        }
        let record = self.record(Act::Acknowledge, by, reason, at)?;
        let layout = self.reference.layout();
        let is_to_blame = |feature: &&FeatureReport| feature.status != Status::Ok;
        let places = report.features.iter().filter(is_to_blame).filter_map(|feature| {
            layout.features().iter().position(|own| own.name == feature.feature)
        });
        self.state.told.acknowledged = Some(places.collect());
        self.state.told.records.push(record);
        Ok(())
    }

    /// Takes the last windows as the new normal: as many as the reference has, 28 at least, and after
    /// a change only those since it began.
    ///
    /// # Errors
    /// [`Error::InvalidInput`] if there are fewer, or nobody is named.
    pub fn rebaseline(&mut self, by: &str, reason: &str, at: Timestamp) -> Result<()> {
        // What came before a change is the old normal.
        let since = self.report().since_window.unwrap_or(0);
        let later = self.state.recent.iter().filter(|window| window.number >= since);
        let reference = self.normal(later)?;
        self.rebaseline_to(reference, by, reason, at)
    }

    /// Takes the windows so far as what is usual, where there was too little to compare them with; what
    /// they came to meant nothing. Whether they were enough.
    pub(crate) fn settle(&mut self, at: Timestamp) -> Result<bool> {
        let filled = self.state.recent.iter().filter(|window| window.profile.rows() > 0).count();
        if filled < FEWEST_WINDOWS {
            return Ok(false);
        }
        let reference = self.normal(self.state.recent.iter())?;
        let reason = format!("the first {filled} windows are what is usual");
        self.rebaseline_to(reference, "pantau", &reason, at)?;
        for past in &mut self.state.told.history {
            (past.evidence, past.status) = (0.0, Status::Ok);
        }
        Ok(true)
    }

    /// Windows as a reference.
    fn normal<'a>(&self, windows: impl Iterator<Item = &'a Window>) -> Result<Reference> {
        let filled = windows.filter(|window| window.profile.rows() > 0);
        let mut windows: Vec<Profile> = filled.map(|window| window.profile.clone()).collect();
        // Right labels that were known before say what confidences mean, now as then.
        let is_known = windows.iter().any(Profile::knows_answers);
        if let Some(first) = windows.first_mut().filter(|_| !is_known) {
            first.keep_known(&self.pool);
        }
        Reference::from_windows(windows)
    }

    /// Takes another reference as the new normal.
    ///
    /// # Errors
    /// [`Error::InvalidInput`] if nobody is named.
    pub fn rebaseline_to(
        &mut self,
        reference: impl Into<Arc<Reference>>,
        by: &str,
        reason: &str,
        at: Timestamp,
    ) -> Result<()> {
        let record = self.record(Act::Rebaseline, by, reason, at)?;
        let mut next = Self::new(reference, self.options)?;
        // What was counted by the same layout goes on.
        if next.reference.layout().hash() == self.reference.layout().hash() {
            next.state.open = self.state.open.clone();
            next.state.times = self.state.times;
        }
        next.state.told.closed = self.state.told.closed;
        next.state.told.records.clone_from(&self.state.told.records);
        next.state.told.history.clone_from(&self.state.told.history);
        next.state.told.records.push(record);
        *self = next;
        Ok(())
    }

    fn record(&self, act: Act, by: &str, reason: &str, at: Timestamp) -> Result<Record> {
        if by.trim().is_empty() {
            return Err(Error::invalid("by", "nobody is named"));
        }
        let window = self.state.told.closed;
        Ok(Record { act, by: by.to_owned(), reason: reason.to_owned(), at, window })
    }
}
