//! A report in a terminal.

use std::fmt::Write;

use super::Report;
use crate::performance::AuditReport;

/// A line is at most so wide.
const WIDTH: usize = 100;

pub(super) fn of(report: &Report) -> String {
    let mut out = String::new();
    if let Some(title) = &report.title {
        out.push_str(title);
        out += "\n\n";
    }
    out += &report.drift.to_text();
    out.push('\n');
    let drift = &report.drift;
    let line = format!(
        "{} windows, the last of {} rows; evidence {:.1} of {:.0} ({} allowed)",
        drift.windows,
        drift.rows,
        drift.evidence,
        drift.false_alarm_windows,
        format_args!("1 false alarm in {:.0} windows", drift.false_alarm_windows),
    );
    push(&mut out, &line, "  ");
    if let Some(accuracy) = &report.accuracy {
        out += "\nAccuracy\n";
        for line in accuracy.sentence.lines() {
            push(&mut out, line, "  ");
        }
        if let Some(estimate) = &accuracy.estimate {
            push(&mut out, &estimate.cannot_see, "  ");
        }
        if let Some(audit) = &accuracy.audit {
            versions(&mut out, audit);
        }
    }
    if let Some(trend) = &report.trend {
        let _ = writeln!(out, "\nMetrics over {} days", trend.days);
        push(&mut out, &trend.sentence, "  ");
    }
    if let Some(feedback) = &report.feedback {
        out += "\nClicks\n";
        push(&mut out, &feedback.sentence, "  ");
    }
    if !drift.records.is_empty() {
        out += "\nDecided\n";
        for record in &drift.records {
            let act = super::html::act(record);
            push(&mut out, &format!("{}: {} {act}: {}", record.at, record.by, record.reason), "  ");
        }
    }
    // A terminal would obey them.
    let is_order = |letter: char| letter.is_control() && letter != '\n';
    out.trim_end().replace(is_order, "\u{fffd}")
}

fn versions(out: &mut String, audit: &AuditReport) {
    for own in audit.versions.iter().filter(|_| audit.versions.len() > 1) {
        let accuracy =
            own.accuracy.map_or_else(|| "-".to_owned(), |share| format!("{:.1} %", share * 100.0));
        let version = if own.version.is_empty() { "(none)" } else { &own.version };
        let line = format!("version {version}: {accuracy} of {} labels", own.labelled);
        push(out, &line, "  ");
    }
}

/// Appends a text in lines that are not too wide.
fn push(out: &mut String, text: &str, indent: &str) {
    let mut width = 0;
    for word in text.split_whitespace() {
        let length = word.chars().count();
        if width > 0 && width + 1 + length > WIDTH {
            out.push('\n');
            width = 0;
        }
        if width == 0 {
            out.push_str(indent);
            width = indent.len();
        } else {
            out.push(' ');
            width += 1;
        }
        out.push_str(word);
        width += length;
    }
    out.push('\n');
}
