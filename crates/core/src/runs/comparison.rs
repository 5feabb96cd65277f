//! What is not the same in some runs.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
};

use serde_json::{Value, json};

use super::RunRecord;

/// A parameter or a metric that is not the same in all runs.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Difference<V> {
    /// Its name.
    pub name: String,
    /// What it is in each run, in their order; nothing where it was not logged.
    pub values: Vec<Option<V>>,
}

/// What is not the same in some runs. As text it is a table, a column for each run.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct RunComparison {
    /// The runs, in the order they were asked for.
    pub runs: Vec<RunRecord>,
    /// The parameters that are not the same, by their names.
    pub params: Vec<Difference<String>>,
    /// The metrics whose last numbers are not the same, by their names.
    pub metrics: Vec<Difference<f64>>,
}

impl RunComparison {
    pub(super) fn new(runs: Vec<RunRecord>) -> Self {
        let params = differences(&runs, |run| {
            run.params.iter().map(|(name, value)| (name.as_str(), value.clone())).collect()
        });
        let mut metrics = differences(&runs, |run| {
            run.metrics.iter().map(|(name, point)| (name.as_str(), point.value)).collect()
        });
        // NaN is not itself, but that is no difference.
        let is_nan = |value: &Option<f64>| value.is_some_and(f64::is_nan);
        metrics.retain(|metric: &Difference<f64>| !metric.values.iter().all(is_nan));
        Self { runs, params, metrics }
    }

    /// As JSON: the ids and names of the runs, and for each parameter and metric what it is in
    /// each of them. A metric that is not finite is null.
    pub fn to_json(&self) -> Value {
        let runs: Vec<Value> =
            self.runs.iter().map(|run| json!({"id": run.id, "name": run.name})).collect();
        let params: serde_json::Map<String, Value> =
            self.params.iter().map(|param| (param.name.clone(), json!(param.values))).collect();
        let metrics: serde_json::Map<String, Value> =
            self.metrics.iter().map(|metric| (metric.name.clone(), json!(metric.values))).collect();
        json!({"runs": runs, "params": params, "metrics": metrics})
    }
}

fn differences<V: Clone + PartialEq>(
    runs: &[RunRecord],
    of: impl Fn(&RunRecord) -> BTreeMap<&str, V>,
) -> Vec<Difference<V>> {
    let all: Vec<BTreeMap<&str, V>> = runs.iter().map(of).collect();
    let names: BTreeSet<&str> = all.iter().flat_map(|run| run.keys().copied()).collect();
    let mut found = Vec::new();
    for name in names {
        let values: Vec<Option<V>> = all.iter().map(|run| run.get(name).cloned()).collect();
        if values.windows(2).any(|pair| pair[0] != pair[1]) {
            found.push(Difference { name: name.to_owned(), values });
        }
    }
    found
}

impl fmt::Display for RunComparison {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let absent = || "–".to_owned();
        let mut lines = vec![
            std::iter::once(String::new())
                .chain(self.runs.iter().map(|run| run.name.clone()))
                .collect::<Vec<_>>(),
        ];
        for param in &self.params {
            let values = param.values.iter().map(|value| value.clone().unwrap_or_else(absent));
            lines.push(std::iter::once(param.name.clone()).chain(values).collect());
        }
        for metric in &self.metrics {
            let shown = |value: &Option<f64>| value.map_or_else(absent, |value| value.to_string());
            let values = metric.values.iter().map(shown);
            lines.push(std::iter::once(metric.name.clone()).chain(values).collect());
        }
        // A value is the user's: a line break in it would tear the table.
        for cell in lines.iter_mut().flatten() {
            *cell =
                cell.chars().map(|letter| if letter.is_control() { ' ' } else { letter }).collect();
        }
        let columns = self.runs.len() + 1;
        let width = |column: usize| {
            lines.iter().map(|line| line[column].chars().count()).max().unwrap_or_default()
        };
        let widths: Vec<usize> = (0..columns).map(width).collect();
        for (number, line) in lines.iter().enumerate() {
            if number > 0 {
                out.write_str("\n")?;
            }
            let cells: Vec<String> = line
                .iter()
                .zip(&widths)
                .map(|(cell, width)| format!("{cell:<width$}", width = *width))
                .collect();
            out.write_str(cells.join("  ").trim_end())?;
        }
        Ok(())
    }
}
