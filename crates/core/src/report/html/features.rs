//! Feature by feature: then and now.

use std::fmt::Write;

use super::{capital, escaped, percent, picture, word};
use crate::drift::{DriftReport, FeatureReport, Status};

/// The features to blame.
pub(super) fn changed(out: &mut String, drift: &DriftReport) {
    let changed: Vec<&FeatureReport> =
        drift.features.iter().filter(|own| own.status != Status::Ok).collect();
    if changed.is_empty() {
        return;
    }
    *out += "<h2>What changed</h2>";
    key(out, "since it began");
    *out += "<div class=\"grid\">";
    for own in changed {
        feature(out, own, drift.min_effect);
    }
    *out += "</div>";
}

/// All others, folded up where something else is to be seen first.
pub(super) fn others(out: &mut String, drift: &DriftReport) {
    let others: Vec<&FeatureReport> =
        drift.features.iter().filter(|own| own.status == Status::Ok).collect();
    if others.is_empty() {
        return;
    }
    let count = others.len();
    let what = if count == 1 { "feature" } else { "features" };
    let is_open = if count == drift.features.len() && count <= 12 { " open" } else { "" };
    let _ = write!(
        out,
        "<h2>What did not change</h2><details{is_open}><summary>{count} {what}</summary>"
    );
    key(out, "the last window");
    *out += "<div class=\"grid\">";
    for own in others {
        feature(out, own, drift.min_effect);
    }
    *out += "</div></details>";
}

fn key(out: &mut String, now: &str) {
    let _ = write!(
        out,
        "<p class=\"soft\"><span class=\"key\"></span>the reference\
         <span class=\"key new\"></span>{now}; below, what share moved in each window, \
         and dashed what matters</p>"
    );
}

fn feature(out: &mut String, own: &FeatureReport, min_effect: f64) {
    let tag = if own.status == Status::Ok {
        String::new()
    } else {
        format!("<span class=\"tag {}\">{}</span>", own.status.name(), word(own.status))
    };
    let _ = write!(
        out,
        "<section class=\"card\"><h3>{}{tag}</h3><p>{}</p>",
        escaped(&own.feature),
        escaped(&capital(&own.sentence))
    );
    picture::shares(out, &own.shares);
    let since =
        own.since_window.map_or_else(String::new, |window| format!(", since window {window}"));
    let _ = write!(
        out,
        "<p class=\"soft\">{} moved{since}; chance alone gives about {}.</p>",
        percent(own.effect),
        percent(own.noise_floor)
    );
    if own.trend.len() > 1 {
        picture::trend(out, &own.trend, Some(min_effect), "what share moved");
    }
    *out += "</section>";
}
