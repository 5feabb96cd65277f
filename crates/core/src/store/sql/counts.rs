//! Counts of predictions by stretches of time, so that a question about a million of them reads
//! some thousand rows. They are changed in the transactions that change the predictions.

use std::collections::BTreeMap;

use super::{
    dialect::{Dialect, Names, quoted},
    ledger::{BIN_BUCKET, COUNT_BUCKET, Ledger},
    session::{Parameter, Session, Visit},
    statement::Statement,
    write::kinds,
};
use crate::{
    Result, Timestamp,
    store::{
        Bin, Counts, Kind, Measure, Table, Value, Window,
        rollup::{self, Entry, Sums},
    },
};

pub(super) const COUNTS: &str = "prediction_counts";
pub(super) const BINS: &str = "prediction_bins";

const SUMS: [&str; 7] =
    ["predictions", "confident", "confidence_billionths", "timed", "micros", "labelled", "correct"];

/// The tables of counts, as SQL.
pub(super) fn tables(names: &Names) -> String {
    let whole = names.dialect.type_name(Kind::Integer);
    let text = names.dialect.type_name(Kind::Text);
    let sums: Vec<String> = SUMS.iter().map(|sum| format!("  {sum} {whole} NOT NULL,\n")).collect();
    let sums = sums.concat();
    let end = match names.dialect {
        Dialect::Sqlite => ") WITHOUT ROWID;",
        Dialect::Postgres => ");",
    };
    format!(
        "CREATE TABLE {counts} (\n  bucket {whole} NOT NULL,\n  model {text} NOT NULL,\n  \
         version {text} NOT NULL,\n  label {text} NOT NULL,\n{sums}  \
         PRIMARY KEY (bucket, model, version, label)\n{end}\n\
         CREATE TABLE {bins} (\n  bucket {whole} NOT NULL,\n  measure {whole} NOT NULL,\n  \
         model {text} NOT NULL,\n  version {text} NOT NULL,\n  bin {whole} NOT NULL,\n  \
         count {whole} NOT NULL,\n  PRIMARY KEY (measure, bucket, model, version, bin)\n{end}\n",
        counts = names.named(COUNTS),
        bins = names.named(BINS),
    )
}

/// The number of a measure in the table of bins.
fn number(measure: Measure) -> i64 {
    match measure {
        Measure::Confidence => 0,
        Measure::Latency => 1,
    }
}

/// How many rows are written by one statement: a server far away is asked as rarely as can be, a
/// file by a statement that is always the same, and so prepared once.
fn rows_per_statement(dialect: Dialect) -> usize {
    match dialect {
        Dialect::Sqlite => 1,
        Dialect::Postgres => 256,
    }
}

/// Adds rows to a table of counts, or to what is there: each has the parameters of all columns.
fn add(
    session: &mut dyn Session,
    names: &Names,
    table: &str,
    rows: &[Vec<Parameter<'_>>],
    key: &str,
    sums: &[&str],
) -> Result<()> {
    let added: Vec<String> =
        sums.iter().map(|sum| format!("{sum} = {table}.{sum} + excluded.{sum}")).collect();
    let (target, added) = (names.named(table), added.join(", "));
    for rows in rows.chunks(rows_per_statement(names.dialect)) {
        let mut statement = Statement::new(names, format!("INSERT INTO {target} VALUES "));
        for (number, row) in rows.iter().enumerate() {
            statement.push(if number == 0 { "(" } else { ", (" });
            for (place, parameter) in row.iter().enumerate() {
                if place > 0 {
                    statement.push(", ");
                }
                statement.parameter(parameter.clone());
            }
            statement.push(")");
        }
        statement.push(&format!(" ON CONFLICT ({key}) DO UPDATE SET {added}"));
        session.execute(&statement.sql, &statement.parameters)?;
    }
    Ok(())
}

/// Writes what has changed.
pub(super) fn write(session: &mut dyn Session, names: &Names, ledger: &Ledger) -> Result<()> {
    let (counts, bins) = (ledger.counts(), ledger.bins());
    let rows: Vec<_> = counts
        .iter()
        .map(|change| {
            let Sums {
                predictions,
                confident,
                confidence_billionths,
                timed,
                micros,
                labelled,
                correct,
            } = change.sums;
            let sums =
                [predictions, confident, confidence_billionths, timed, micros, labelled, correct];
            let mut row = vec![Parameter::Whole(change.bucket)];
            row.extend(change.names.iter().map(|name| Parameter::Name(name)));
            row.extend(sums.map(Parameter::Whole));
            row
        })
        .collect();
    add(session, names, COUNTS, &rows, "bucket, model, version, label", &SUMS)?;
    let rows: Vec<_> = bins
        .iter()
        .map(|change| {
            let mut row =
                vec![Parameter::Whole(change.bucket), Parameter::Whole(number(change.measure))];
            row.extend(change.names[..2].iter().map(|name| Parameter::Name(name)));
            row.extend([i64::from(change.bin), change.count].map(Parameter::Whole));
            row
        })
        .collect();
    add(session, names, BINS, &rows, "measure, bucket, model, version, bin", &["count"])?;
    let is_less = counts.iter().any(|change| change.sums.predictions < 0)
        || bins.iter().any(|change| change.count < 0);
    if is_less {
        session.run(&format!("DELETE FROM {} WHERE predictions = 0", names.named(COUNTS)))?;
        session.run(&format!("DELETE FROM {} WHERE count = 0", names.named(BINS)))?;
    }
    Ok(())
}

/// A stretch of time: from a moment up to another, without it.
type Stretch = (Option<i64>, Option<i64>);

/// What of a window is whole buckets, and what is counted from the rows to make it exact.
struct Parts {
    /// In buckets.
    whole: Option<Stretch>,
    /// In microseconds, each to be added or to be taken away.
    ends: Vec<(Stretch, i64)>,
}

impl Parts {
    /// A bucket that a window begins or ends in is counted from the rows, or is taken whole and the
    /// rows outside of the window are taken away: whichever are fewer. Nothing is later than now, so
    /// that is next to nothing for a window that ends now.
    fn of(window: &Window, length: i64, now: i64) -> Self {
        let since = window.since.map(Timestamp::micros);
        let until = window.until.map(Timestamp::micros);
        let bucket = |time: i64| time.div_euclid(length);
        let start = |bucket: i64| bucket.saturating_mul(length);
        // How much of a bucket lies before a moment in it, and how much from there on.
        let halves = |time: i64| {
            let (from, to) = (start(bucket(time)), start(bucket(time).saturating_add(1)));
            (time.min(now).saturating_sub(from), to.min(now).saturating_sub(time))
        };
        if let (Some(since), Some(until)) = (since, until)
            && bucket(since) >= bucket(until)
        {
            return Self { whole: None, ends: vec![((Some(since), Some(until)), 1)] };
        }
        let (mut first, mut last) = (since.map(bucket), until.map(bucket));
        let mut ends = Vec::new();
        if let (Some(since), Some(first)) = (since, &mut first)
            && since.rem_euclid(length) > 0
        {
            let (before, after) = halves(since);
            if before < after {
                ends.push(((Some(start(*first)), Some(since)), -1));
            } else {
                *first += 1;
                ends.push(((Some(since), Some(start(*first))), 1));
            }
        }
        if let (Some(until), Some(last)) = (until, &mut last)
            && until.rem_euclid(length) > 0
        {
            let (before, after) = halves(until);
            if after < before {
                *last = last.saturating_add(1);
                ends.push(((Some(until), Some(start(*last))), -1));
            } else {
                ends.push(((Some(start(*last)), Some(until)), 1));
            }
        }
        Self { whole: Some((first, last)), ends }
    }
}

/// Appends the conditions of a window over buckets or moments.
fn within<'a>(
    statement: &mut Statement<'a>,
    column: &str,
    stretch: Stretch,
    window: &'a Window,
    times: Option<&'a [Value; 2]>,
) {
    let mut word = " WHERE ";
    for (place, (bound, operator)) in [(stretch.0, ">="), (stretch.1, "<")].into_iter().enumerate()
    {
        if let Some(bound) = bound {
            statement.push(&format!("{word}{column} {operator} "));
            statement.parameter(match times {
                Some(times) => Parameter::One(Kind::Time, &times[place]),
                None => Parameter::Whole(bound),
            });
            word = " AND ";
        }
    }
    for (column, name) in [("model", &window.model), ("version", &window.version)] {
        if let Some(name) = name {
            statement.push(&format!("{word}{column} = "));
            statement.parameter(Parameter::Name(name));
            word = " AND ";
        }
    }
}

/// Gives the predictions of a stretch, by what is counted of them.
fn visit_raw(
    session: &mut dyn Session,
    names: &Names,
    stretch: Stretch,
    window: &Window,
    visit: Visit<'_>,
) -> Result<()> {
    let time = |bound: Option<i64>| Value::Time(Timestamp::from_micros(bound.unwrap_or_default()));
    let times = [time(stretch.0), time(stretch.1)];
    let columns = rollup::COLUMNS.map(quoted).join(", ");
    let sql = format!("SELECT {columns} FROM {}", names.table(Table::Predictions));
    let mut statement = Statement::new(names, sql);
    within(&mut statement, "\"timestamp\"", stretch, window, Some(&times));
    session.query(&statement.sql, &statement.parameters, &kinds(&rollup::COLUMNS)?, visit)
}

/// What the predictions of a window come to.
pub(super) fn counts(
    session: &mut dyn Session,
    names: &Names,
    window: &Window,
) -> Result<Vec<Counts>> {
    let mut found: BTreeMap<[String; 3], Sums> = BTreeMap::new();
    let parts = Parts::of(window, COUNT_BUCKET, Timestamp::now().micros());
    if let Some(whole) = parts.whole {
        // PostgreSQL sums BIGINTs to NUMERIC; the sums fit, since they fit in Rust.
        let sums: Vec<String> =
            SUMS.iter().map(|sum| format!("CAST(sum({sum}) AS BIGINT)")).collect();
        let (sums, table) = (sums.join(", "), names.named(COUNTS));
        let sql = format!("SELECT model, version, label, {sums} FROM {table}");
        let mut statement = Statement::new(names, sql);
        within(&mut statement, "bucket", whole, window, None);
        statement.push(" GROUP BY model, version, label");
        let kinds = [[Kind::Text; 3].as_slice(), &[Kind::Integer; 7]].concat();
        session.query(&statement.sql, &statement.parameters, &kinds, &mut |values| {
            found.extend([read_sums(&values)]);
            Ok(())
        })?;
    }
    add_ends(session, names, window, parts.ends, &mut found)?;
    Ok(to_counts(found))
}

/// What the predictions of a window come to between each two moments. All whole buckets are read
/// at once.
pub(super) fn counts_between(
    session: &mut dyn Session,
    names: &Names,
    window: &Window,
    edges: &[Timestamp],
) -> Result<Vec<Vec<Counts>>> {
    let now = Timestamp::now().micros();
    let between = |pair: &[Timestamp]| Window {
        since: Some(pair[0]),
        until: Some(pair[1]),
        ..window.clone()
    };
    let all: Vec<Parts> =
        edges.windows(2).map(|pair| Parts::of(&between(pair), COUNT_BUCKET, now)).collect();
    let firsts = all.iter().filter_map(|parts| parts.whole?.0);
    let lasts = all.iter().filter_map(|parts| parts.whole?.1);
    let mut buckets: BTreeMap<i64, Vec<([String; 3], Sums)>> = BTreeMap::new();
    if let (Some(first), Some(last)) = (firsts.min(), lasts.max()) {
        let table = names.named(COUNTS);
        let sql = format!("SELECT bucket, model, version, label, {} FROM {table}", SUMS.join(", "));
        let mut statement = Statement::new(names, sql);
        within(&mut statement, "bucket", (Some(first), Some(last)), window, None);
        let kinds = [[Kind::Integer].as_slice(), &[Kind::Text; 3], &[Kind::Integer; 7]].concat();
        session.query(&statement.sql, &statement.parameters, &kinds, &mut |values| {
            if let Value::Integer(bucket) = values[0] {
                buckets.entry(bucket).or_default().push(read_sums(&values[1..]));
            }
            Ok(())
        })?;
    }
    let mut counted = Vec::with_capacity(all.len());
    for parts in all {
        let mut found: BTreeMap<[String; 3], Sums> = BTreeMap::new();
        if let Some((Some(first), Some(last))) = parts.whole {
            for (names, sums) in buckets.range(first..last).flat_map(|(_, sums)| sums) {
                found.entry(names.clone()).or_default().merge(sums);
            }
        }
        add_ends(session, names, window, parts.ends, &mut found)?;
        counted.push(to_counts(found));
    }
    Ok(counted)
}

/// Names and sums as a row of the table has them.
fn read_sums(values: &[Value]) -> ([String; 3], Sums) {
    let text = |place: usize| values[place].as_text().unwrap_or_default().to_owned();
    let whole = |place: usize| match values[place] {
        Value::Integer(number) => number,
        _ => 0,
    };
    let sums = Sums {
        predictions: whole(3),
        confident: whole(4),
        confidence_billionths: whole(5),
        timed: whole(6),
        micros: whole(7),
        labelled: whole(8),
        correct: whole(9),
    };
    ([text(0), text(1), text(2)], sums)
}

/// Adds what is counted from the rows, or takes it away.
fn add_ends(
    session: &mut dyn Session,
    names: &Names,
    window: &Window,
    ends: Vec<(Stretch, i64)>,
    found: &mut BTreeMap<[String; 3], Sums>,
) -> Result<()> {
    for (end, sign) in ends {
        visit_raw(session, names, end, window, &mut |values| {
            let entry = Entry::read(&values);
            let key = [entry.model, entry.version, entry.label].map(str::to_owned);
            found.entry(key).or_default().add(&entry, sign);
            Ok(())
        })?;
    }
    Ok(())
}

fn to_counts(found: BTreeMap<[String; 3], Sums>) -> Vec<Counts> {
    let found = found.into_iter().filter(|(_, sums)| sums.predictions > 0);
    found.map(|([model, version, label], sums)| sums.counts(model, version, label)).collect()
}

/// How often the measure of a window's predictions lies in each of its bins.
pub(super) fn histogram(
    session: &mut dyn Session,
    names: &Names,
    window: &Window,
    measure: Measure,
) -> Result<Vec<Bin>> {
    let mut found: BTreeMap<u16, i64> = BTreeMap::new();
    let parts = Parts::of(window, BIN_BUCKET, Timestamp::now().micros());
    if let Some(whole) = parts.whole {
        let table = names.named(BINS);
        let sql = format!("SELECT bin, CAST(sum(count) AS BIGINT) FROM {table}");
        let mut statement = Statement::new(names, sql);
        within(&mut statement, "bucket", whole, window, None);
        statement.push(if statement.parameters.is_empty() { " WHERE " } else { " AND " });
        statement.push("measure = ");
        statement.parameter(Parameter::Whole(number(measure)));
        statement.push(" GROUP BY bin");
        let kinds = [Kind::Integer; 2];
        session.query(&statement.sql, &statement.parameters, &kinds, &mut |values| {
            if let [Value::Integer(bin), Value::Integer(count)] = values.as_slice() {
                found.insert(u16::try_from(*bin).unwrap_or(u16::MAX), *count);
            }
            Ok(())
        })?;
    }
    for (end, sign) in parts.ends {
        visit_raw(session, names, end, window, &mut |values| {
            if let Some(bin) = Entry::read(&values).bin(measure) {
                *found.entry(bin).or_default() += sign;
            }
            Ok(())
        })?;
    }
    Ok(rollup::bins(measure, found))
}
