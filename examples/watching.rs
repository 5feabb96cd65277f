//! The first program that watches: what comes is compared with what came.
//!
//! `cargo run -p pantau --example watching`
#![expect(clippy::print_stdout, reason = "this program is for a terminal")]

use pantau::{
    Timestamp,
    drift::{Monitor, MonitorOptions},
    performance::{AccuracyReport, Audit, AuditOptions},
    profile::{Batch, Reference, ReferenceOptions},
    report::Report,
};

/// How long some reviews are: numbers that look random and are the same in every language.
fn lengths(state: &mut u32, count: usize, more: f64) -> Vec<f64> {
    let mut next = || {
        *state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        f64::from(*state >> 24) + more
    };
    (0..count).map(|_| next()).collect()
}

fn main() -> pantau::Result<()> {
    let mut state = 1;
    // 28 windows of 100 reviews: how much they differ from each other is the yardstick.
    let usual = lengths(&mut state, 2_800, 0.0);
    let mut rows = Batch::new(usual.len());
    rows.numbers("length", &usual)?;
    let reference = Reference::build(&rows, &ReferenceOptions::default())?;
    let mut monitor = Monitor::new(reference, MonitorOptions::default())?;
    for window in 1..=8 {
        let later = lengths(&mut state, 200, if window <= 5 { 0.0 } else { 60.0 });
        let mut rows = Batch::new(later.len());
        rows.numbers("length", &later)?;
        monitor.update(&rows, None)?;
        let report = monitor.close_window()?;
        if report.windows == 5 {
            println!("{}", report.to_text());
        }
    }

    // Rows that are picked by chance are labelled by somebody; here, every tenth answer is wrong.
    let mut audit = Audit::new(AuditOptions::from_json(r#"{"rate": 100}"#)?)?;
    let now = Timestamp::now();
    for row in 0..1_000 {
        let name = format!("review {row}");
        if audit.pick(&name, now, "", None).is_some() {
            audit.label(&name, row % 10 > 0, now);
        }
    }
    let accuracy = AccuracyReport::of(&monitor, Some(&audit), None, None, now)?;
    let report = Report { accuracy: Some(accuracy), ..Report::of(monitor.report()) };
    println!("{}", report.to_text()); // and report.save("report.html")
    Ok(())
}
