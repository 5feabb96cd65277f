//! What is made of the list of all metrics.

use pantau_core::telemetry::{alert_rules, dashboard};

use crate::{
    argument::Place,
    error::{guard, pantau_status},
    text::pantau_text,
};

/// Gives a dashboard as Grafana imports it, JSON.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_dashboard(out: *mut *mut pantau_text) -> pantau_status {
    guard(|| {
        // SAFETY: the header's rules for results.
        let out = unsafe { Place::new("out", out)? };
        out.give(dashboard().into());
        Ok(())
    })
}

/// Gives alerts as Prometheus reads them, YAML.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_alert_rules(out: *mut *mut pantau_text) -> pantau_status {
    guard(|| {
        // SAFETY: the header's rules for results.
        let out = unsafe { Place::new("out", out)? };
        out.give(alert_rules().into());
        Ok(())
    })
}
