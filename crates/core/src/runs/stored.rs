//! Runs in a store.

use std::{
    collections::BTreeMap,
    io::{Read, Write},
    sync::Arc,
};

use super::{
    Artefact, MetricPoint, RunRecord, Status,
    tracker::{Metric, NewRun, Tracker, Which, changed, no_artefact, no_run},
};
use crate::{
    Error, Result, Timestamp, chain,
    store::{
        Change, Commit, Condition, Direction, Existing, Row, RunArtefactRow, RunMetricRow,
        RunPairRow, RunRow, Select, Store, Table, Value, new_id,
    },
};

/// The largest file that is kept in a table.
const LARGEST: u64 = 64 << 20;
/// How often a change is tried that others got in the way of.
const TRIES: usize = 100;

/// The tables that hold what was logged to runs.
const LOGGED: [Table; 5] = [
    Table::RunParams,
    Table::RunTags,
    Table::RunMetrics,
    Table::RunLastMetrics,
    Table::RunArtefacts,
];

/// Runs in a store.
#[derive(Debug)]
pub(super) struct Stored {
    store: Arc<dyn Store>,
}

fn is(column: &'static str, text: &str) -> Condition {
    Condition::Is(column, Value::Text(text.to_owned()))
}

impl Stored {
    pub(super) fn new(store: Arc<dyn Store>) -> Self {
        Self { store }
    }

    fn rows<R>(&self, select: &Select, mut read: impl FnMut(Row) -> Result<R>) -> Result<Vec<R>> {
        let mut found = Vec::new();
        self.store.select(select, &mut |row| {
            found.push(read(row)?);
            Ok(())
        })?;
        Ok(found)
    }

    /// Asserts that a run is there.
    fn check(&self, id: &str) -> Result<()> {
        if self.store.count(Table::Runs, &[is("id", id)])? == 0 {
            return Err(no_run(id, self.store.location()));
        }
        Ok(())
    }

    fn params(&self, id: &str) -> Result<BTreeMap<String, String>> {
        let select = Select::all(Table::RunParams).with(is("run_id", id));
        let rows = self.rows(&select, |row| RunPairRow::from_row(Table::RunParams, row))?;
        Ok(rows.into_iter().map(|row| (row.name, row.value)).collect())
    }

    /// Rows of runs with what was logged to them.
    fn complete(&self, rows: Vec<RunRow>) -> Result<Vec<RunRecord>> {
        let ids: Vec<Value> = rows.iter().map(|row| Value::Text(row.id.clone())).collect();
        let mut found: BTreeMap<String, RunRecord> = BTreeMap::new();
        let mut order = Vec::with_capacity(rows.len());
        for row in rows {
            order.push(row.id.clone());
            found.insert(row.id.clone(), record(row)?);
        }
        for table in [Table::RunParams, Table::RunTags, Table::RunLastMetrics] {
            let of_them = Condition::IsOneOf("run_id", ids.clone());
            self.store.select(&Select::all(table).with(of_them), &mut |row| {
                if table == Table::RunLastMetrics {
                    let row = RunMetricRow::from_row(table, row)?;
                    if let Some(run) = found.get_mut(&row.run_id) {
                        let point = MetricPoint::new(row.step, row.value, row.timestamp);
                        run.metrics.insert(row.name, point);
                    }
                } else {
                    let row = RunPairRow::from_row(table, row)?;
                    if let Some(run) = found.get_mut(&row.run_id) {
                        let is_param = table == Table::RunParams;
                        let pairs = if is_param { &mut run.params } else { &mut run.tags };
                        pairs.insert(row.name, row.value);
                    }
                }
                Ok(())
            })?;
        }
        Ok(order.iter().filter_map(|id| found.remove(id)).collect())
    }
}

fn record(row: RunRow) -> Result<RunRecord> {
    Ok(RunRecord {
        id: row.id,
        experiment: row.experiment,
        name: row.name,
        parent: row.parent,
        status: row.status.parse()?,
        started_at: row.started_at,
        ended_at: row.ended_at,
        params: BTreeMap::new(),
        tags: BTreeMap::new(),
        metrics: BTreeMap::new(),
    })
}

fn pairs(id: &str, pairs: &[(&str, &str)]) -> Vec<crate::store::WritableRow> {
    let timestamp = Timestamp::now();
    let row = |(name, value): &(&str, &str)| RunPairRow {
        run_id: id.to_owned(),
        name: (*name).to_owned(),
        value: (*value).to_owned(),
        timestamp,
    };
    pairs.iter().map(|pair| row(pair).to_row()).collect()
}

impl Tracker for Stored {
    fn location(&self) -> &str {
        self.store.location()
    }

    fn start(&self, run: &NewRun<'_>) -> Result<String> {
        if let Some(parent) = run.parent {
            self.check(parent)?;
        }
        let row = RunRow {
            id: new_id(),
            experiment: run.experiment.to_owned(),
            name: run.name.to_owned(),
            parent: run.parent.map(str::to_owned),
            status: Status::Running.name().to_owned(),
            started_at: run.started_at,
            ended_at: None,
        };
        let change = Change::insert(Table::Runs, vec![row.to_row()], Existing::Refuse);
        self.store.apply(&[change], Commit::Durable)?;
        Ok(row.id)
    }

    fn set_status(&self, id: &str, status: Status, now: Timestamp) -> Result<()> {
        let ended_at = if status == Status::Running { Value::Null } else { Value::Time(now) };
        let set = vec![("status", Value::Text(status.name().to_owned())), ("ended_at", ended_at)];
        let change = Change::update(Table::Runs, set, vec![is("id", id)]);
        if self.store.apply(&[change], Commit::Durable)?[0] == 0 {
            return Err(no_run(id, self.store.location()));
        }
        Ok(())
    }

    fn log_params(&self, id: &str, params: &[(&str, &str)]) -> Result<()> {
        self.check(id)?;
        let mut last = None;
        for _ in 0..TRIES {
            let known = self.params(id)?;
            let mut new = Vec::new();
            for (name, value) in params {
                match known.get(*name) {
                    Some(old) if old == value => {}
                    Some(old) => return Err(changed(name, old, value)),
                    None => new.push((*name, *value)),
                }
            }
            if new.is_empty() {
                return Ok(());
            }
            let change = Change::insert(Table::RunParams, pairs(id, &new), Existing::Refuse);
            match self.store.apply(&[change], Commit::Fast) {
                Ok(_) => return Ok(()),
                // Somebody was faster, perhaps with the same value: look again.
                Err(error @ Error::Conflict { .. }) => last = Some(error),
                Err(error) => return Err(error),
            }
        }
        Err(last.unwrap_or_else(|| no_run(id, self.store.location())))
    }

    fn log_metrics(&self, id: &str, metrics: &[Metric<'_>]) -> Result<()> {
        self.check(id)?;
        let timestamp = Timestamp::now();
        let rows: Vec<RunMetricRow> = metrics
            .iter()
            .map(|metric| RunMetricRow {
                run_id: id.to_owned(),
                name: metric.name.to_owned(),
                step: metric.step,
                value: metric.value,
                timestamp,
            })
            .collect();
        // Of each name only the last step of this call can become the last of all.
        let mut last: BTreeMap<&str, &RunMetricRow> = BTreeMap::new();
        for row in &rows {
            let known = last.entry(&row.name).or_insert(row);
            if row.step >= known.step {
                *known = row;
            }
        }
        let all = rows.iter().map(RunMetricRow::to_row).collect();
        let mut changes = vec![
            Change::insert(Table::RunMetrics, all, Existing::Replace),
            Change::insert(
                Table::RunLastMetrics,
                last.values().map(|row| row.to_row()).collect(),
                Existing::Keep,
            ),
        ];
        for row in last.values() {
            let [value, text] = row.values();
            let set = vec![
                ("step", Value::Integer(row.step)),
                ("value", value),
                ("text", text),
                ("timestamp", Value::Time(row.timestamp)),
            ];
            let mut conditions = vec![is("run_id", id), is("name", &row.name)];
            // No step is below the one after the largest: then the condition says nothing.
            if let Some(next) = row.step.checked_add(1) {
                conditions.push(Condition::IsBelow("step", Value::Integer(next)));
            }
            changes.push(Change::update(Table::RunLastMetrics, set, conditions));
        }
        self.store.apply(&changes, Commit::Fast)?;
        Ok(())
    }

    fn set_tags(&self, id: &str, tags: &[(&str, &str)]) -> Result<()> {
        self.check(id)?;
        let change = Change::insert(Table::RunTags, pairs(id, tags), Existing::Replace);
        self.store.apply(&[change], Commit::Fast)?;
        Ok(())
    }

    fn write(&self, id: &str, path: &str, content: &mut dyn Read, size: u64) -> Result<()> {
        if size > LARGEST {
            let problem = format!(
                "has {size} bytes, and a store keeps at most {LARGEST}; keep it as a file, or track \
                 with an MLflow server"
            );
            return Err(Error::invalid(format!("artefact {path:?}"), problem));
        }
        self.check(id)?;
        let mut bytes = Vec::new();
        content.take(LARGEST + 1).read_to_end(&mut bytes).map_err(Error::storage("read", path))?;
        let row = RunArtefactRow {
            run_id: id.to_owned(),
            path: path.to_owned(),
            size: bytes.len() as u64,
            sha256: chain::sha256(&bytes),
            content: bytes,
            timestamp: Timestamp::now(),
        };
        let change = Change::insert(Table::RunArtefacts, vec![row.into_row()?], Existing::Replace);
        self.store.apply(&[change], Commit::Durable)?;
        Ok(())
    }

    fn run(&self, id: &str) -> Result<RunRecord> {
        let select = Select::all(Table::Runs).with(is("id", id));
        let rows = self.rows(&select, RunRow::from_row)?;
        self.complete(rows)?.pop().ok_or_else(|| no_run(id, self.store.location()))
    }

    fn runs(&self, which: Which<'_>, limit: Option<usize>) -> Result<Vec<RunRecord>> {
        let condition = match which {
            Which::Experiment(experiment) => is("experiment", experiment),
            Which::Parent(parent) => is("parent", parent),
        };
        let mut select = Select::all(Table::Runs)
            .with(condition)
            .ordered("started_at", Direction::Descending)
            .ordered("id", Direction::Descending);
        select.limit = limit;
        let rows = self.rows(&select, RunRow::from_row)?;
        self.complete(rows)
    }

    fn best(&self, experiment: &str, metric: &str, maximize: bool) -> Result<Option<RunRecord>> {
        let select = Select::all(Table::Runs).with(is("experiment", experiment));
        let select = select.ordered("started_at", Direction::Ascending);
        let rows = self.rows(&select, RunRow::from_row)?;
        let select = Select::all(Table::RunLastMetrics).with(is("name", metric));
        let mut values: BTreeMap<String, f64> = BTreeMap::new();
        self.store.select(&select.with(Condition::IsNotNull("value")), &mut |row| {
            let row = RunMetricRow::from_row(Table::RunLastMetrics, row)?;
            values.insert(row.run_id, row.value);
            Ok(())
        })?;
        let mut best: Option<(f64, RunRow)> = None;
        for row in rows {
            let Some(value) = values.get(&row.id).copied() else { continue };
            let is_better = best
                .as_ref()
                .is_none_or(|(most, _)| if maximize { value > *most } else { value < *most });
            if is_better {
                best = Some((value, row));
            }
        }
        let Some((_, row)) = best else { return Ok(None) };
        Ok(self.complete(vec![row])?.pop())
    }

    fn history(&self, id: &str, metric: &str) -> Result<Vec<MetricPoint>> {
        self.check(id)?;
        let select = Select::all(Table::RunMetrics)
            .with(is("run_id", id))
            .with(is("name", metric))
            .ordered("step", Direction::Ascending);
        self.rows(&select, |row| {
            let row = RunMetricRow::from_row(Table::RunMetrics, row)?;
            Ok(MetricPoint::new(row.step, row.value, row.timestamp))
        })
    }

    fn artefacts(&self, id: &str) -> Result<Vec<Artefact>> {
        self.check(id)?;
        let select = Select::all(Table::RunArtefacts).with(is("run_id", id));
        self.rows(&select, |row| {
            let RunArtefactRow { path, size, sha256, .. } = RunArtefactRow::from_row(row)?;
            Ok(Artefact { path, size, sha256: Some(sha256) })
        })
    }

    fn read(&self, id: &str, path: &str, out: &mut dyn Write) -> Result<u64> {
        self.check(id)?;
        let select = Select::all(Table::RunArtefacts).with(is("run_id", id)).with(is("path", path));
        let row = self.rows(&select, RunArtefactRow::from_row)?.pop();
        let row = row.ok_or_else(|| no_artefact(id, path, self.store.location()))?;
        if chain::sha256(&row.content) != row.sha256 {
            let problem =
                "its bytes were changed since they were logged: they have another SHA-256";
            return Err(Error::incompatible(format!("artefact {path:?} of run {id}"), problem));
        }
        out.write_all(&row.content).map_err(Error::storage("write", path))?;
        Ok(row.size)
    }

    fn experiments(&self) -> Result<Vec<String>> {
        let place = Table::Runs.column("experiment").unwrap_or_default();
        let mut names = std::collections::BTreeSet::new();
        self.store.select(&Select::all(Table::Runs), &mut |mut row| {
            if let Value::Text(name) = row.0.swap_remove(place) {
                names.insert(name);
            }
            Ok(())
        })?;
        Ok(names.into_iter().collect())
    }

    fn delete(&self, id: &str) -> Result<()> {
        let mut changes = vec![Change::delete(Table::Runs, vec![is("id", id)])];
        changes.extend(LOGGED.map(|table| Change::delete(table, vec![is("run_id", id)])));
        if self.store.apply(&changes, Commit::Durable)?[0] == 0 {
            return Err(no_run(id, self.store.location()));
        }
        Ok(())
    }
}
