//! How good the model is.

use std::fmt::Write;

use super::{
    capital, escaped, percent,
    picture::{self, Point, short},
    row,
};
use crate::{
    performance::{
        AccuracyEstimate, AccuracyReport, AuditReport, Estimate, TrendDirection, TrendReport,
    },
    stats::Interval,
};

/// So many cohorts are shown.
const COHORTS: usize = 14;

pub(super) fn section(out: &mut String, accuracy: &AccuracyReport) {
    *out += "<h2>How good it is</h2><section class=\"card\">";
    let mut points = Vec::new();
    if let Some(audit) = &accuracy.audit {
        points.extend(audit.accuracy.map(|value| point("audited", value, audit.interval)));
        if audit.cohorts.len() > 7 {
            let recent = audit.recent_accuracy;
            points
                .extend(recent.map(|value| point("audited, last 7", value, audit.recent_interval)));
        }
        points.extend(audit.baseline.map(|value| Point {
            name: "no less expected",
            value,
            ends: None,
            is_open: true,
        }));
    }
    if let Some(estimate) = &accuracy.estimate {
        let told =
            |name, own: Option<Estimate>| own.map(|own| point(name, own.value, own.interval));
        points.extend(told("mean confidence", estimate.cbpe));
        points.extend(told("by the threshold", estimate.atc));
        points.extend(told("on labelled rows", estimate.usual));
    }
    for line in accuracy.sentence.lines() {
        let _ = write!(out, "<p>{}</p>", escaped(&capital(line)));
    }
    if !points.is_empty() {
        picture::points(out, &points);
    }
    if accuracy.windows.len() > 1 {
        *out += "<p class=\"soft\">Mean calibrated confidence, window by window:</p>";
        let values: Vec<f64> = accuracy.windows.iter().map(|own| own.cbpe.value).collect();
        picture::trend(out, &values, None, "estimated accuracy");
    }
    if let Some(estimate) = &accuracy.estimate {
        let _ = write!(out, "<p class=\"soft\">{}.</p>", escaped(&capital(&estimate.cannot_see)));
    }
    *out += "</section>";
    if let Some(estimate) = &accuracy.estimate {
        labels(out, estimate);
    }
    if let Some(audit) = &accuracy.audit {
        self::audit(out, audit);
    }
}

fn point(name: &str, value: f64, interval: Interval) -> Point<'_> {
    Point { name, value, ends: Some((interval.low, interval.high)), is_open: false }
}

fn told(own: Option<&Estimate>) -> String {
    own.map_or_else(
        || "-".to_owned(),
        |own| {
            let Interval { low, high, .. } = own.interval;
            format!("{} ({} to {})", percent(own.value), percent(low), percent(high))
        },
    )
}

fn labels(out: &mut String, estimate: &AccuracyEstimate) {
    let known = estimate.labels.iter().filter(|own| own.rows > 0);
    if estimate.refused.is_some() || known.clone().count() == 0 {
        return;
    }
    *out += "<section class=\"card scroll\"><h3>Label by label: how many of its answers are right</h3>\
             <table><tr><th>Label</th><th>Answers</th><th>Mean confidence</th><th>By the \
             threshold</th><th>On labelled rows</th></tr>";
    for own in known {
        row(
            out,
            &[
                &own.label,
                &own.rows.to_string(),
                &told(own.cbpe.as_ref()),
                &told(own.atc.as_ref()),
                &told(own.usual.as_ref()),
            ],
        );
    }
    *out += "</table></section>";
}

fn audit(out: &mut String, audit: &AuditReport) {
    let interval = |own: Interval| format!("{} to {}", percent(own.low), percent(own.high));
    let share = |own: Option<f64>| own.map_or_else(|| "-".to_owned(), percent);
    if audit.versions.len() > 1 {
        *out += "<section class=\"card scroll\"><h3>Version by version</h3><table><tr><th>Version</th>\
                 <th>Answers</th><th>Labels</th><th>Right</th><th>At any time</th></tr>";
        for own in &audit.versions {
            let (rows, labelled) = (own.rows.to_string(), own.labelled.to_string());
            let cells =
                [&own.version, &rows, &labelled, &share(own.accuracy), &interval(own.interval)];
            row(out, &cells.map(String::as_str));
        }
        *out += "</table></section>";
    }
    if audit.cohorts.len() > 1 {
        *out += "<section class=\"card scroll\"><h3>By the day of the answer, however late the label</h3>";
        let last = &audit.cohorts[audit.cohorts.len().saturating_sub(COHORTS)..];
        let names: Vec<String> = last
            .iter()
            .map(|own| {
                let from = own.from.minute();
                let day = from.split(' ').next().unwrap_or_default();
                format!("{day} ({} of {})", own.labelled, own.picked)
            })
            .collect();
        let points: Vec<Point<'_>> = last
            .iter()
            .zip(&names)
            .filter_map(|(own, name)| {
                let ends = Some((own.interval.low, own.interval.high));
                Some(Point { name, value: own.accuracy?, ends, is_open: !own.is_final })
            })
            .collect();
        if !points.is_empty() {
            picture::points(out, &points);
        }
        *out += "<p class=\"soft\">In brackets how many of the picked rows are labelled; a hollow dot \
                 may still move.</p>";
        if let Some((low, high)) = audit.if_unlabelled {
            let _ = write!(
                out,
                "<p class=\"soft\">If all picked rows that nobody labelled were wrong, {} would be \
                 right; if all were right, {}.</p>",
                percent(low),
                percent(high)
            );
        }
        *out += "</section>";
    }
}

/// Where the metrics go.
pub(super) fn trends(out: &mut String, trend: &TrendReport) {
    let version =
        trend.version.as_ref().map_or_else(String::new, |own| format!(" of version {own}"));
    let _ = write!(
        out,
        "<h2>Metrics over {} days{}</h2><p>{}</p><div class=\"grid\">",
        trend.days,
        escaped(&version),
        escaped(&capital(&trend.sentence))
    );
    for (metric, own) in &trend.trends {
        let (word, class) = match own.trend {
            TrendDirection::Improving => ("improving", "ok"),
            TrendDirection::Stable => ("stable", "ok"),
            TrendDirection::Declining => ("declining", "alarm"),
            TrendDirection::Unknown => ("unknown", "watch"),
        };
        let _ = write!(
            out,
            "<section class=\"card\"><h3>{}<span class=\"tag {class}\">{word}</span></h3>",
            escaped(metric)
        );
        if own.values.len() > 1 {
            picture::trend(out, &own.values, None, metric);
        }
        let last = own.values.last().map_or_else(String::new, |last| format!("{}, ", short(*last)));
        let slope = own.slope.map_or_else(String::new, |slope| format!("{slope:+.5} a day, "));
        let _ =
            write!(out, "<p class=\"soft\">{last}{slope}{} measurements</p></section>", own.count);
    }
    *out += "</div>";
}
