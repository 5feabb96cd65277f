use super::super::Store;
use crate::{
    Result, Timestamp,
    performance::{Measured, TrendReport, trends},
};

impl dyn Store + '_ {
    /// The trend of each metric that was written of a model over the last days up to `until`, of
    /// all its versions or one.
    ///
    /// # Errors
    /// [`Error::InvalidInput`](crate::Error::InvalidInput) for days that are not above 0; others as
    /// the home has them.
    pub fn analyze_trend(
        &self,
        model: &str,
        days: f64,
        version: Option<&str>,
        until: Timestamp,
    ) -> Result<TrendReport> {
        let measured = self.metrics(model, None)?.into_iter().map(|record| {
            let metrics = [
                ("accuracy", record.accuracy),
                ("precision", record.precision),
                ("recall", record.recall),
                ("f1_score", record.f1_score),
                ("loss", record.loss),
            ];
            let told = |(name, value): (&str, Option<f64>)| Some((name.to_owned(), value?));
            Measured {
                at: record.timestamp,
                version: record.version,
                metrics: metrics.into_iter().filter_map(told).collect(),
            }
        });
        trends(measured.collect::<Vec<Measured>>().iter(), days, version, until)
    }
}
