use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{
    histogram::{DURATIONS, Histogram, RATIOS},
    page::Page,
};

/// What was counted: numbers that only ever grow, so those of several processes can be added.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Counts {
    /// By model and version.
    answered: BTreeMap<String, BTreeMap<String, Answered>>,
    /// By model and flag.
    flagged: BTreeMap<String, BTreeMap<String, u64>>,
    /// By model and kind of error.
    errors: BTreeMap<String, BTreeMap<String, u64>>,
    /// By model, version and outcome.
    shadows: BTreeMap<String, BTreeMap<String, BTreeMap<String, u64>>>,
    /// By event and outcome.
    notices: BTreeMap<String, BTreeMap<String, u64>>,
    /// By outcome.
    pub(crate) log: BTreeMap<String, u64>,
    /// By route.
    requests: BTreeMap<String, Requests>,
    pub(crate) cpu_seconds: f64,
}

/// What a version answered.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Answered {
    labels: BTreeMap<String, u64>,
    duration: Histogram,
    confidence: Histogram,
}

#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
struct Requests {
    statuses: BTreeMap<String, u64>,
    duration: Histogram,
}

impl Answered {
    pub(crate) fn see(&mut self, label: &str, confidence: f64, seconds: f64) {
        add_to(&mut self.labels, label, 1);
        self.duration.see(seconds, DURATIONS);
        self.confidence.see(confidence, RATIOS);
    }

    fn add(&mut self, other: &Self) {
        add_all(&mut self.labels, &other.labels);
        self.duration.add(&other.duration);
        self.confidence.add(&other.confidence);
    }
}

impl Counts {
    /// Where the answers of a version are counted.
    pub(crate) fn answered(&mut self, model: &str, version: &str) -> &mut Answered {
        place(place(&mut self.answered, model), version)
    }

    pub(crate) fn see_flag(&mut self, model: &str, flag: &str) {
        add_to(place(&mut self.flagged, model), flag, 1);
    }

    pub(crate) fn see_error(&mut self, model: &str, kind: &str) {
        add_to(place(&mut self.errors, model), kind, 1);
    }

    pub(crate) fn see_shadow(&mut self, model: &str, version: &str, outcome: &str, times: u64) {
        add_to(place(place(&mut self.shadows, model), version), outcome, times);
    }

    pub(crate) fn see_notice(&mut self, event: &str, outcome: &str) {
        add_to(place(&mut self.notices, event), outcome, 1);
    }

    pub(crate) fn see_request(&mut self, route: &str, status: u16, seconds: f64) {
        let requests = place(&mut self.requests, route);
        add_to(&mut requests.statuses, &status.to_string(), 1);
        requests.duration.see(seconds, DURATIONS);
    }

    /// Adds what another process counted.
    pub(crate) fn add(&mut self, other: &Self) {
        for (model, versions) in &other.answered {
            for (version, answered) in versions {
                self.answered(model, version).add(answered);
            }
        }
        add_nested(&mut self.flagged, &other.flagged);
        add_nested(&mut self.errors, &other.errors);
        for (model, versions) in &other.shadows {
            add_nested(place(&mut self.shadows, model), versions);
        }
        add_nested(&mut self.notices, &other.notices);
        add_all(&mut self.log, &other.log);
        for (route, requests) in &other.requests {
            let own = place(&mut self.requests, route);
            add_all(&mut own.statuses, &requests.statuses);
            own.duration.add(&requests.duration);
        }
        self.cpu_seconds += other.cpu_seconds;
    }

    /// Puts all of it on a page.
    pub(crate) fn show(&self, page: &mut Page) {
        for (model, versions) in &self.answered {
            for (version, answered) in versions {
                for (label, count) in &answered.labels {
                    page.count("pantau_predictions_total", &[model, version, label], *count);
                }
                let of = [model.as_str(), version];
                let duration = &answered.duration;
                page.histogram("pantau_prediction_duration_seconds", &of, duration, DURATIONS);
                let confidence = &answered.confidence;
                page.histogram("pantau_prediction_confidence_ratio", &of, confidence, RATIOS);
            }
        }
        show_nested(page, "pantau_flagged_predictions_total", &self.flagged);
        show_nested(page, "pantau_prediction_errors_total", &self.errors);
        for (model, versions) in &self.shadows {
            for (version, outcomes) in versions {
                for (outcome, count) in outcomes {
                    let of = [model.as_str(), version, outcome];
                    page.count("pantau_shadow_answers_total", &of, *count);
                }
            }
        }
        show_nested(page, "pantau_notices_total", &self.notices);
        for (outcome, count) in &self.log {
            page.count("pantau_log_records_total", &[outcome], *count);
        }
        for (route, requests) in &self.requests {
            for (status, count) in &requests.statuses {
                page.count("pantau_http_requests_total", &[route, status], *count);
            }
            let duration = &requests.duration;
            page.histogram("pantau_http_request_duration_seconds", &[route], duration, DURATIONS);
        }
        page.value("pantau_process_cpu_seconds_total", &[], self.cpu_seconds);
    }
}

type Nested = BTreeMap<String, BTreeMap<String, u64>>;

/// The place of a name, made on its first use.
fn place<'a, T: Default>(all: &'a mut BTreeMap<String, T>, name: &str) -> &'a mut T {
    // Two looks instead of a copy of the name at every look.
    if !all.contains_key(name) {
        all.insert(name.to_owned(), T::default());
    }
    all.get_mut(name).expect("it was put there")
}

fn add_to(all: &mut BTreeMap<String, u64>, name: &str, times: u64) {
    *place(all, name) += times;
}

fn add_all(own: &mut BTreeMap<String, u64>, other: &BTreeMap<String, u64>) {
    for (name, count) in other {
        add_to(own, name, *count);
    }
}

fn add_nested(own: &mut Nested, other: &Nested) {
    for (name, counts) in other {
        add_all(place(own, name), counts);
    }
}

fn show_nested(page: &mut Page, metric: &'static str, counts: &Nested) {
    for (outer, counts) in counts {
        for (inner, count) in counts {
            page.count(metric, &[outer, inner], *count);
        }
    }
}
