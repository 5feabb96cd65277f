use super::Report;
use crate::{
    Timestamp,
    drift::{Monitor, MonitorOptions, Status},
    performance::{AccuracyReport, Audit, AuditOptions, FeedbackRate, PerformanceDriftDetector},
    profile::{Batch, Reference, ReferenceOptions},
    random::Random,
};

const DAY: i64 = 86_400_000_000;

fn day(day: i64) -> Timestamp {
    Timestamp::from_micros(1_795_600_800_000_000 + day * DAY)
}

/// Rows of as many numbers as wanted, of which one may be moved, a category and answers.
struct Rows {
    numbers: Vec<(String, Vec<f64>)>,
    label: Vec<&'static str>,
    confidence: Vec<f64>,
    actual: Vec<Option<&'static str>>,
}

impl Rows {
    fn new(random: &mut Random, count: usize, features: usize, shift: f64) -> Self {
        let numbers = (0..features).map(|feature| {
            let moved = if feature == 0 { shift } else { 0.0 };
            let values = (0..count).map(|_| random.normal() * 20.0 + 100.0 + moved);
            (format!("feature {feature} <&>"), values.collect())
        });
        let numbers = numbers.collect();
        let mut rows =
            Self { numbers, label: Vec::new(), confidence: Vec::new(), actual: Vec::new() };
        for _ in 0..count {
            let pair = if random.unit() < 0.6 { ["good", "bad"] } else { ["bad", "good"] };
            let confidence = 0.6 + 0.4 * random.unit();
            let is_right = random.unit() < confidence;
            rows.label.push(pair[0]);
            rows.confidence.push(confidence);
            rows.actual.push(Some(pair[usize::from(!is_right)]));
        }
        rows
    }

    fn batch(&self) -> Batch<'_> {
        let mut batch = Batch::new(self.label.len());
        for (name, values) in &self.numbers {
            batch.numbers(name, values).unwrap();
        }
        batch.categories("label", self.label.iter().copied().map(Some).collect()).unwrap();
        batch.numbers("confidence", &self.confidence).unwrap();
        batch.categories("actual_label", self.actual.clone()).unwrap();
        batch
    }
}

/// A report of thirty days, of which the last four are different.
fn report(features: usize) -> Report {
    let mut random = Random::new(5);
    let options = ReferenceOptions::from_json(r#"{"layout": {"predictions": {}}}"#).unwrap();
    let usual = Rows::new(&mut random, 5_600, features, 0.0);
    let reference = Reference::build(&usual.batch(), &options).unwrap();
    let mut monitor = Monitor::new(reference, MonitorOptions::default()).unwrap();
    let mut audit = Audit::new(AuditOptions { rate: 60.0, ..AuditOptions::default() }).unwrap();
    let baseline = [("accuracy", 0.8)];
    let mut detector = PerformanceDriftDetector::new(&baseline, None).unwrap();
    for own in 0..30 {
        let rows = Rows::new(&mut random, 200, features, if own < 26 { 0.0 } else { 25.0 });
        monitor.update(&rows.batch(), Some(day(own))).unwrap();
        monitor.close_window().unwrap();
        for row in 0..200 {
            let name = format!("{own} {row}");
            let version = if own < 20 { "1" } else { "2" };
            if audit.pick(&name, day(own), version, Some(rows.confidence[row])).is_some() {
                audit.label(&name, rows.actual[row] == Some(rows.label[row]), day(own + 1));
            }
        }
        let accuracy = 0.8 - 0.004 * own as f64 + 0.003 * random.normal();
        detector.record(&[("accuracy", accuracy)], day(own), "1").unwrap();
    }
    if monitor.report().status != Status::Ok {
        monitor.acknowledge("ani <b>", "a \"campaign\"", day(30)).unwrap();
    }
    let accuracy = AccuracyReport::of(&monitor, Some(&audit), None, None, day(31)).unwrap();
    Report {
        title: Some("Reviews <script>".to_owned()),
        made: day(31),
        accuracy: Some(accuracy),
        trend: Some(detector.analyze_trend(30.0, None, day(30)).unwrap()),
        feedback: Some(FeedbackRate::new(6_000, 40, 90).unwrap()),
        ..Report::of(monitor.report())
    }
}

#[test]
fn the_page_says_first_what_happened() {
    let report = report(3);
    assert_eq!(report.drift.status, Status::Alarm);
    let html = report.to_html();
    if let Ok(folder) = std::env::var("PANTAU_PAGES") {
        std::fs::create_dir_all(&folder).unwrap();
        report.save(format!("{folder}/report.html")).unwrap();
        report.save(format!("{folder}/report.txt")).unwrap();
    }
    let place = |text: &str| html.find(text).unwrap_or_else(|| panic!("no {text:?}"));
    let order = [
        "Alarm</span>",
        "Changed since 2026-12-21 10:00 UTC",
        "What to do",
        "Window by window",
        "What changed",
    ];
    let places: Vec<usize> = order.iter().map(|text| place(text)).collect();
    assert!(places.is_sorted(), "{places:?}");
    for text in [
        "How good it is",
        "Version by version",
        "Metrics over 30 days",
        "declining",
        "no accuracy",
        "feature 0 &lt;&amp;&gt;",
        "Reviews &lt;script&gt;",
        "ani &lt;b&gt;",
        "label by label",
        "What did not change",
        "acknowledged",
    ] {
        assert!(html.to_lowercase().contains(&text.to_lowercase()), "no {text:?}");
    }
}

#[test]
fn the_page_needs_nothing_from_elsewhere() {
    let html = report(3).to_html();
    for forbidden in ["http:", "https:", "<script", "url(", "src=", "@import", "NaN", "inf"] {
        assert!(!html.contains(forbidden), "{forbidden}");
    }
    let opened = html.matches("<section").count();
    assert_eq!(opened, html.matches("</section>").count());
    assert_eq!(html.matches("<svg").count(), html.matches("</svg>").count());
    assert_eq!(html.matches("<div").count(), html.matches("</div>").count());
}

#[test]
fn a_hundred_features_fit() {
    let report = report(100);
    let html = report.to_html();
    assert!(html.len() < 500_000, "{}", html.len());
    assert!(html.matches("<section class=\"card\"><h3>").count() >= 100);
}

#[test]
fn a_report_that_was_kept_makes_the_same_page() {
    let report = report(3);
    let json = report.to_json();
    assert!(!json.contains("NaN"));
    let again = Report::from_json(&json).unwrap();
    assert_eq!(again.to_html(), report.to_html());
    assert_eq!(again.to_text(), report.to_text());
    assert!(Report::from_json("{}").unwrap_err().to_string().contains("drift"));
    assert!(Report::from_json(&json.replacen("title", "titel", 1)).is_err());
}

#[test]
fn a_terminal_shows_it_in_narrow_lines() {
    let text = report(3).to_text();
    for part in ["ALARM: changed since", "Accuracy", "audited:", "Clicks", "Decided", "version 2:"]
    {
        assert!(text.contains(part), "{part} is not in {text}");
    }
    assert!(text.lines().all(|line| line.chars().count() <= 160), "{text}");
}

#[test]
fn a_monitor_that_saw_nothing_has_a_page() {
    let mut random = Random::new(1);
    let usual = Rows::new(&mut random, 2_800, 1, 0.0);
    let reference = Reference::build(&usual.batch(), &ReferenceOptions::default()).unwrap();
    let monitor = Monitor::new(reference, MonitorOptions::default()).unwrap();
    let accuracy = AccuracyReport::of(&monitor, None, None, None, day(0)).unwrap();
    let report = Report { accuracy: Some(accuracy), ..Report::of(monitor.report()) };
    let html = report.to_html();
    assert!(html.contains("No window was closed yet") && html.contains("Not judged"));
    assert!(html.contains("build the reference with `predictions`"));
    assert!(!html.contains("NaN"));
}

#[test]
fn files_are_written_as_their_names_end() {
    let report = report(1);
    let folder = tempfile::tempdir().unwrap();
    for (name, begins) in [("a.html", "<!doctype"), ("a.json", "{"), ("a.TXT", "Reviews")] {
        let path = folder.path().join(name);
        report.save(&path).unwrap();
        assert!(std::fs::read_to_string(path).unwrap().starts_with(begins), "{name}");
    }
    let error = report.save(folder.path().join("a.pdf")).unwrap_err().to_string();
    assert!(error.contains("ends in none of .html, .json, .txt"), "{error}");
}

#[test]
fn reports_that_cannot_be_are_refused() {
    let json = report(1).to_json();
    let shorter = json.replacen("\"then\":[", "\"then\":[0.5,", 1);
    let error = Report::from_json(&shorter).unwrap_err().to_string();
    assert!(error.contains("shares for"), "{error}");
    let odd = json.replace("\"windows\":30", "\"windows\":18446744073709551615");
    let odd = odd.replace("\"false_alarm_windows\":365.0", "\"false_alarm_windows\":0.0");
    let odd = Report::from_json(&odd).unwrap();
    assert!(!odd.to_html().contains("inf") && !odd.to_text().is_empty());
    let mut orders = report(1);
    orders.title = Some("x\u{1b}[2J\0".to_owned());
    assert!(!orders.to_text().contains('\u{1b}') && !orders.to_html().contains('\0'));
}
