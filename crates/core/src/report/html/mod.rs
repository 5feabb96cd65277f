//! A report as a page.

mod accuracy;
mod features;
mod picture;

use std::fmt::Write;

use super::Report;
use crate::{
    drift::{Act, DriftReport, Record, Status},
    html::push_escaped,
};

const STYLE: &str = include_str!("style.css");

/// The page as a file of its own.
pub(super) fn page(report: &Report) -> String {
    let title = report.title.as_deref().unwrap_or("Pantau");
    format!(
        "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">\
         <meta http-equiv=\"Content-Security-Policy\" \
         content=\"default-src 'none'; style-src 'unsafe-inline'\">\
         <title>{}: {}</title><style>html,body{{margin:0}}</style></head><body>{}</body></html>\n",
        escaped(title),
        word(report.drift.status),
        part(report)
    )
}

/// The page without what is round it.
pub(super) fn part(report: &Report) -> String {
    let mut out = format!("<div class=\"pantau\"><style>{STYLE}</style><main>");
    let title = report.title.as_deref().unwrap_or("What the monitor says");
    let _ = write!(
        out,
        "<header><h1>{}</h1><span>{}</span></header>",
        escaped(title),
        report.made.minute()
    );
    verdict(&mut out, &report.drift);
    history(&mut out, &report.drift);
    features::changed(&mut out, &report.drift);
    if let Some(accuracy) = &report.accuracy {
        accuracy::section(&mut out, accuracy);
    }
    if let Some(trend) = &report.trend {
        accuracy::trends(&mut out, trend);
    }
    if let Some(feedback) = &report.feedback {
        out += "<h2>Clicks</h2>";
        card(&mut out, &feedback.sentence);
    }
    features::others(&mut out, &report.drift);
    notes(&mut out, &report.drift);
    out += "</main></div>";
    out
}

/// What happened, since when, how sure, and what to do.
fn verdict(out: &mut String, drift: &DriftReport) {
    let DriftReport { status, evidence, false_alarm_windows: budget, .. } = drift;
    let known = if drift.acknowledged { " <span class=\"soft\">acknowledged</span>" } else { "" };
    let _ = write!(
        out,
        "<section class=\"card verdict {}\"><span class=\"tag\">{}</span>{known}\
         <p class=\"say\">{}</p><dl>",
        status.name(),
        word(*status),
        escaped(&capital(&drift.sentence))
    );
    let mut row = |what: &str, told: &str| {
        let _ = write!(out, "<dt>{what}</dt><dd>{}</dd>", escaped(told));
    };
    if let Some(window) = drift.since_window {
        let ago = drift.windows.saturating_sub(window).saturating_add(1);
        let when = drift.since.map_or_else(String::new, |at| format!("{}, ", at.minute()));
        let windows =
            if ago == 1 { "the last window".to_owned() } else { format!("{ago} windows") };
        row("Since", &format!("{when}window {window} ({windows})"));
    }
    row("How sure", &sure(*status, *evidence, *budget));
    if !drift.advice.is_empty() {
        row("What to do", &capital(&drift.advice));
    }
    let rows = format!("{} windows, the last of {} rows", drift.windows, drift.rows);
    row("Looked at", &rows);
    *out += "</dl></section>";
}

fn sure(status: Status, evidence: f64, budget: f64) -> String {
    let told = match status {
        Status::Ok => "no evidence that would be worth a look".to_owned(),
        Status::Watch => {
            format!("not yet: {:.0} % of the evidence it takes", evidence / budget.max(1.0) * 100.0)
        }
        Status::Alarm | Status::ChangedSmall => {
            format!("sure: {:.1} times the evidence it takes", evidence / budget.max(1.0))
        }
    };
    format!("{told}; at most one false alarm in {budget:.0} windows")
}

/// The evidence, window after window.
fn history(out: &mut String, drift: &DriftReport) {
    if drift.history.len() < 2 {
        return;
    }
    *out += "<h2>Window by window</h2><section class=\"card\">";
    picture::evidence(out, drift);
    *out += "<p class=\"soft\">Evidence for a change, on a scale of powers; above the upper line it \
             is sure, above the lower one it is worth a look.</p></section>";
}

/// What was not judged, and what was decided.
fn notes(out: &mut String, drift: &DriftReport) {
    if !drift.unjudged.is_empty() {
        *out += "<h2>Not judged</h2>";
        for problem in &drift.unjudged {
            card(out, problem);
        }
    }
    if !drift.records.is_empty() {
        *out += "<h2>Decided</h2><section class=\"card scroll\"><table><tr><th>When</th><th>Who</th>\
                 <th>What</th><th>Why</th></tr>";
        for record in &drift.records {
            let when = record.at.minute();
            row(out, &[&when, &record.by, act(record), &record.reason]);
        }
        *out += "</table></section>";
    }
}

/// What somebody did, in a word.
pub(super) fn act(record: &Record) -> &'static str {
    match record.act {
        Act::Acknowledge => "acknowledged it",
        Act::Rebaseline => "took a new normal",
    }
}

/// A status as people say it.
fn word(status: Status) -> &'static str {
    match status {
        Status::Ok => "OK",
        Status::Watch => "Watch",
        Status::ChangedSmall => "Changed a little",
        Status::Alarm => "Alarm",
    }
}

fn card(out: &mut String, text: &str) {
    let _ = write!(out, "<section class=\"card\">{}</section>", escaped(&capital(text)));
}

fn row(out: &mut String, cells: &[&str]) {
    *out += "<tr>";
    for cell in cells {
        let _ = write!(out, "<td>{}</td>", escaped(cell));
    }
    *out += "</tr>";
}

fn escaped(text: &str) -> String {
    let mut out = String::new();
    push_escaped(&mut out, text);
    out
}

fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

/// A share as people say it.
fn percent(share: f64) -> String {
    format!("{:.1} %", share * 100.0)
}
