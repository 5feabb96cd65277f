use super::{super::AuditOptions, *};
use crate::{profile::WindowLength, random::Random};

const DAY: i64 = 86_400_000_000;

fn day(day: i64) -> Timestamp {
    Timestamp::from_micros(day * DAY + DAY / 2)
}

/// Days of rows that are right with this probability, and labelled at once.
fn run(audit: &mut Audit, random: &mut Random, days: std::ops::Range<i64>, right: f64) {
    for own in days {
        for row in 0..1_000 {
            let row = format!("{own} {row}");
            if audit.pick(&row, day(own), "1", None).is_some() {
                audit.label(&row, random.unit() < right, day(own));
            }
        }
    }
}

fn seeded(seed: u64) -> Audit {
    Audit::new(AuditOptions { seed, ..AuditOptions::default() }).unwrap()
}

#[test]
fn as_many_are_picked_as_were_asked_for() {
    let mut audit = seeded(1);
    run(&mut audit, &mut Random::new(1), 0..100, 0.9);
    let report = audit.report(day(101), None, None).unwrap();
    assert_eq!(report.rows, 100_000);
    // 3,000 with a standard deviation of 54.
    assert!((2_800..3_200).contains(&report.picked), "{}", report.picked);
    assert!(report.cohorts.iter().all(|own| (own.probability - 0.03).abs() < 1e-12));
    assert!((report.accuracy.unwrap() - 0.9).abs() < 0.02);
    assert!((report.weighted_accuracy.unwrap() - 0.9).abs() < 0.02);
}

#[test]
fn a_fuller_day_is_picked_from_as_the_day_before_tells() {
    let mut audit =
        Audit::new(AuditOptions { expected_rows: 10, ..AuditOptions::default() }).unwrap();
    let picked = |audit: &mut Audit, own: i64, rows: usize| {
        (0..rows)
            .filter(|row| audit.pick(&format!("{own} {row}"), day(own), "", None).is_some())
            .count()
    };
    assert_eq!(picked(&mut audit, 0, 200), 200);
    let second = picked(&mut audit, 1, 200);
    assert!((10..60).contains(&second), "{second}");
    let again = audit.pick("0 0", day(5), "", None);
    assert_eq!(again, Some(1.0));
    assert_eq!(audit.report(day(6), None, None).unwrap().rows, 400);
}

/// A year of looking daily: the truth is missed at any time in fewer than 5 % of the years.
#[test]
fn the_interval_holds_however_often_it_is_looked_at() {
    let (mut missed, years) = (0, 200);
    for year in 0..years {
        let (mut random, mut audit) = (Random::new(year), seeded(year));
        let mut is_missed = false;
        for own in 0..120 {
            run(&mut audit, &mut random, own..own + 1, 0.93);
            let (slots, mut all) = (audit.cohorts.values(), Cohort::default());
            slots.for_each(|own| all.merge(own));
            is_missed |= !all.interval().contains(0.93);
        }
        missed += u64::from(is_missed);
    }
    assert!(missed <= years * 6 / 100, "{missed} of {years}");
}

/// 30 labels a day: a false alarm in less than one of three years, and drops of 5 points found
/// in half a month.
#[test]
fn drops_are_told_and_quiet_years_are_quiet() {
    let (mut false_alarms, mut delays) = (0, Vec::new());
    for seed in 0..20 {
        let (mut random, mut audit) = (Random::new(seed), seeded(seed));
        for own in 0..365 {
            run(&mut audit, &mut random, own..own + 1, 0.9);
            if audit.report(day(own), Some(0.9), None).unwrap().status == Some(Status::Alarm) {
                false_alarms += 1;
                break;
            }
        }
        let mut audit = seeded(seed);
        run(&mut audit, &mut random, 0..50, 0.9);
        let told = (50..300).find(|own| {
            run(&mut audit, &mut random, *own..*own + 1, 0.85);
            audit.report(day(*own), Some(0.9), None).unwrap().status == Some(Status::Alarm)
        });
        delays.push(told.map_or(i64::MAX, |own| own - 49));
    }
    delays.sort_unstable();
    assert!(false_alarms <= 6, "{false_alarms} in 20 years");
    assert!(delays[10] <= 20, "{delays:?}");
}

#[test]
fn late_labels_belong_to_the_day_of_the_answer() {
    let mut audit = Audit::new(AuditOptions { rate: 1e6, ..AuditOptions::default() }).unwrap();
    for own in 0..30 {
        audit.pick(&own.to_string(), day(own), "a", Some(0.8));
    }
    for own in 0..25 {
        assert!(audit.label(&own.to_string(), own % 5 > 0, day(own + 3)));
    }
    assert!(!audit.label("unknown", true, day(1)));
    let report = audit.report(day(28), None, None).unwrap();
    assert_eq!(report.lag_seconds, Some(3.0 * 86_400.0));
    let last = report.cohorts.iter().filter(|own| own.is_final).count();
    assert_eq!((report.cohorts.len(), last), (30, 25));
    assert_eq!(report.if_unlabelled, Some((0.8, 0.8)));
    assert_eq!(audit.unlabelled().collect::<Vec<_>>(), ["25", "26", "27", "28", "29"]);
    // What was said last counts.
    audit.label("0", true, day(30));
    assert_eq!(audit.report(day(28), None, None).unwrap().right, 21);
    // Three days after, the unlabelled ones are as good as lost.
    let report = audit.report(day(40), None, None).unwrap();
    assert_eq!(report.if_unlabelled, Some((0.7, 26.0 / 30.0)));
    assert!((report.mean_confidence.unwrap() - 0.8).abs() < 1e-12);
    assert_eq!(report.confidence_fits, Some(true));
}

#[test]
fn versions_are_told_apart() {
    let mut audit = Audit::new(AuditOptions { rate: 1e6, ..AuditOptions::default() }).unwrap();
    for row in 0..200 {
        let version = if row % 2 == 0 { "1" } else { "2" };
        audit.pick(&row.to_string(), day(0), version, None);
        audit.label(&row.to_string(), row % 4 != 0, day(0));
    }
    let report = audit.report(day(2), None, None).unwrap();
    let told: Vec<_> = report.versions.iter().map(|own| (&*own.version, own.accuracy)).collect();
    assert_eq!(told, [("1", Some(0.5)), ("2", Some(1.0))]);
    assert_eq!(audit.report(day(2), None, Some("2")).unwrap().rows, 100);
    assert!(audit.report(day(2), None, Some("3")).is_err());
    assert!(audit.report(day(2), Some(1.5), None).is_err());
}

#[test]
fn a_state_goes_on_where_it_was() {
    let mut audit = seeded(9);
    run(&mut audit, &mut Random::new(9), 0..5, 0.8);
    let mut again = Audit::resume(&audit.state()).unwrap();
    assert_eq!(again, audit);
    run(&mut audit, &mut Random::new(2), 5..7, 0.8);
    run(&mut again, &mut Random::new(2), 5..7, 0.8);
    assert_eq!(again.state(), audit.state());
    for broken in ["", "{}", "[]"] {
        assert!(Audit::resume(broken.as_bytes()).is_err());
    }
    let text = String::from_utf8(audit.state()).unwrap();
    let lie = text.replacen("\"labelled\":", "\"labelled\":1", 1);
    assert!(Audit::resume(lie.as_bytes()).unwrap_err().to_string().contains("contradict"));
}

/// Windows in which nothing is labelled, or hardly anything, say nothing.
#[test]
fn nothing_is_told_from_nothing() {
    let options = AuditOptions { rate: 1e6, ..AuditOptions::default() };
    let mut audit = Audit::new(options).unwrap();
    for own in 0..500 {
        let name = own.to_string();
        audit.pick(&name, day(own), "", None);
        if own % 2 == 0 {
            audit.label(&name, true, day(own));
        }
    }
    let report = audit.report(day(501), Some(0.9), None).unwrap();
    assert_eq!(report.status, Some(Status::Ok), "{}", report.evidence.unwrap());
}

#[test]
fn one_short_window_does_not_pick_all_of_the_next() {
    let mut audit = seeded(1);
    audit.pick("the only one", day(0), "", None);
    let picked = (0..50_000)
        .filter(|row| audit.pick(&format!("1 {row}"), day(1), "", None).is_some())
        .count();
    assert!(picked < 2_000, "{picked}");
    // Days that were picked from unequally are told.
    let mut audit = seeded(2);
    for own in 0..60 {
        let rows = if own == 0 { 10 } else { 2_000 };
        for row in 0..rows {
            let name = format!("{own} {row}");
            if audit.pick(&name, day(own), "", None).is_some() {
                audit.label(&name, own > 8 || row % 2 == 0, day(own));
            }
        }
    }
    let report = audit.report(day(61), None, None).unwrap();
    assert!(report.weighted_accuracy.unwrap() > report.accuracy.unwrap() - 0.05);
}

#[test]
fn states_that_contradict_themselves_are_refused() {
    let mut audit = Audit::new(AuditOptions { rate: 1e6, ..AuditOptions::default() }).unwrap();
    audit.pick("a", day(0), "", None);
    audit.pick("b", day(0), "", None);
    let text = String::from_utf8(audit.state()).unwrap();
    assert!(Audit::resume(text.as_bytes()).is_ok());
    for (old, new) in [
        ("\"rows\":2,\"picked\":2", "\"rows\":18446744073709551615,\"picked\":2"),
        ("\"picked\":2", "\"picked\":1"),
        ("[\"b\",", "[\"a\","),
        ("\"probability\":1.0", "\"probability\":2.0"),
    ] {
        let lie = text.replacen(old, new, 1);
        assert_ne!(lie, text, "{old}");
        assert!(Audit::resume(lie.as_bytes()).is_err(), "{new}");
    }
}

#[test]
fn what_cannot_be_is_named() {
    for (options, message) in [
        (AuditOptions { rate: 0.0, ..AuditOptions::default() }, "rate: 0"),
        (AuditOptions { rate: f64::NAN, ..AuditOptions::default() }, "rate: NaN"),
        (AuditOptions { expected_rows: 0, ..AuditOptions::default() }, "expected_rows: 0"),
        (AuditOptions { tolerance: 0.9, ..AuditOptions::default() }, "tolerance: 0.9"),
        (AuditOptions { window: WindowLength::Rows(5), ..AuditOptions::default() }, "5 rows"),
    ] {
        let error = Audit::new(options).unwrap_err().to_string();
        assert!(error.contains(message), "{error}");
    }
    let audit = seeded(0);
    let report = audit.report(day(0), None, None).unwrap();
    assert_eq!((report.accuracy, report.interval.low, report.interval.high), (None, 0.0, 1.0));
    assert!(AuditOptions::from_json(r#"{"rates": 3}"#).is_err());
}
