//! Worlds in which nothing drifts, and how often a monitor says so; changes of known size, and how
//! long it takes to see them.
//!
//! `cargo test --release -p pantau --test worlds -- --ignored --nocapture` prints the tables, which
//! takes minutes.
#![cfg(feature = "learn")]
#![expect(clippy::unwrap_used, reason = "what is made for a test is as sure as the test")]

mod chance;

use chance::Chance;
use pantau::{
    drift::{Monitor, MonitorOptions, Status},
    profile::{Batch, Reference, ReferenceOptions, WindowLength},
};

const FEATURES: usize = 15;

/// How many windows a reference has.
const WINDOWS: usize = 28;

/// A world without drift.
#[derive(Clone, Copy, Default)]
struct World {
    rows: usize,
    /// How far the mean of a day is from that of all, in standard deviations.
    jitter: f64,
    has_heavy_days: bool,
    has_weekends: bool,
    /// Categories with shares from a Dirichlet distribution of this weight, instead of numbers.
    labels: Option<f64>,
    /// The deviation of the logarithm of a window's size.
    size_spread: f64,
}

/// What changes, in the first feature.
#[derive(Clone, Copy, Default)]
struct Drift {
    shift: f64,
    stretch: f64,
    spike: f64,
}

struct Day {
    rows: usize,
    numbers: Vec<Vec<f64>>,
    labels: Vec<Vec<&'static str>>,
}

const LABELS: [&str; 4] = ["positive", "negative", "neutral", "mixed"];

impl World {
    fn day(&self, day: usize, drift: &Drift, chance: &mut Chance) -> Day {
        #[expect(clippy::cast_sign_loss, reason = "sizes are not negative")]
        let rows =
            ((self.rows as f64) * (self.size_spread * chance.normal()).exp()).max(40.0) as usize;
        let weekend = if self.has_weekends && day % 7 >= 5 { 0.2 } else { 0.0 };
        let mut made = Day { rows, numbers: Vec::new(), labels: Vec::new() };
        for feature in 0..FEATURES {
            if let Some(weight) = self.labels {
                let shares = [0.4, 0.3, 0.2, 0.1].map(|share| chance.gamma(share * weight));
                let total: f64 = shares.iter().sum();
                let label = |mut unit: f64| {
                    let place = shares.iter().position(|share| {
                        unit -= share / total;
                        unit < 0.0
                    });
                    LABELS[place.unwrap_or(3)]
                };
                made.labels.push((0..rows).map(|_| label(chance.unit())).collect());
                continue;
            }
            let own = if self.has_heavy_days { chance.t3() } else { chance.normal() };
            let mut mean = weekend + self.jitter * own;
            let (mut scale, mut spike) = (1.0, 0.0);
            if feature == 0 {
                mean += drift.shift;
                scale += drift.stretch;
                spike = drift.spike;
            }
            let number = |chance: &mut Chance| {
                if spike > 0.0 && chance.unit() < spike {
                    3.0
                } else {
                    mean + scale * chance.normal()
                }
            };
            made.numbers.push((0..rows).map(|_| number(chance)).collect());
        }
        made
    }
}

const NAMES: [&str; FEATURES] =
    ["a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k", "l", "m", "n", "o"];

impl Day {
    fn batch(&self) -> Batch<'_> {
        let mut batch = Batch::new(self.rows);
        for (name, numbers) in NAMES.iter().zip(&self.numbers) {
            batch.numbers(name, numbers).unwrap();
        }
        for (name, labels) in NAMES.iter().zip(&self.labels) {
            batch.categories(name, labels.iter().copied().map(Some).collect()).unwrap();
        }
        batch
    }
}

fn reference(world: &World, chance: &mut Chance) -> Reference {
    let days: Vec<Day> =
        (0..WINDOWS).map(|day| world.day(day, &Drift::default(), chance)).collect();
    // All days in one, each a window: the layout is learnt from all of them.
    let mut all = Day {
        rows: days.iter().map(|day| day.rows).sum(),
        numbers: vec![Vec::new(); days[0].numbers.len()],
        labels: vec![Vec::new(); days[0].labels.len()],
    };
    let mut times = Vec::new();
    for (number, day) in (0_i64..).zip(&days) {
        times.extend(vec![pantau::Timestamp::from_micros(number * 86_400_000_000); day.rows]);
        for (all, own) in all.numbers.iter_mut().zip(&day.numbers) {
            all.extend_from_slice(own);
        }
        for (all, own) in all.labels.iter_mut().zip(&day.labels) {
            all.extend_from_slice(own);
        }
    }
    let mut options = ReferenceOptions::default();
    options.window = WindowLength::Time(std::time::Duration::from_hours(24));
    Reference::build_by_time(&all.batch(), &times, &options).unwrap()
}

fn monitor(world: &World, chance: &mut Chance) -> Monitor {
    let mut options = MonitorOptions::default();
    // The figures to be reached are those without the gate of size.
    options.min_effect = 0.0;
    Monitor::new(reference(world, chance), options).unwrap()
}

/// False alarms in 365 windows, over many streams. After an alarm a stream begins anew.
fn false_alarms(world: &World, streams: u64, days: usize) -> f64 {
    let mut alarms = 0;
    for stream in 0..streams {
        let mut chance = Chance::new(1_000 + stream);
        let fresh = monitor(world, &mut chance);
        let mut monitor = fresh.clone();
        for day in 0..days {
            let rows = world.day(WINDOWS + day, &Drift::default(), &mut chance);
            monitor.update(&rows.batch(), None).unwrap();
            if monitor.close_window().unwrap().status == Status::Alarm {
                alarms += 1;
                monitor = fresh.clone();
            }
        }
    }
    f64::from(alarms) / (streams as f64 * days as f64) * 365.0
}

/// The median of how many windows it takes to see a drift that came after ten others, and the share
/// of streams in which it is not seen in 168.
fn delay(world: &World, drift: &Drift, streams: u64) -> (f64, f64) {
    let mut delays: Vec<f64> = Vec::new();
    for stream in 0..streams {
        let mut chance = Chance::new(5_000 + stream);
        let mut monitor = monitor(world, &mut chance);
        let seen = (0..178).find(|day| {
            let own = if *day < 10 { Drift::default() } else { *drift };
            let rows = world.day(WINDOWS + day, &own, &mut chance);
            monitor.update(&rows.batch(), None).unwrap();
            monitor.close_window().unwrap().status == Status::Alarm && *day >= 10
        });
        delays.push(seen.map_or(f64::INFINITY, |day| day as f64 - 9.0));
    }
    delays.sort_by(f64::total_cmp);
    let missed = delays.iter().filter(|delay| delay.is_infinite()).count() as f64;
    (delays[delays.len() / 2], missed / delays.len() as f64)
}

#[test]
fn a_quiet_world_is_quiet_and_a_change_is_seen() {
    let world = World { rows: 300, jitter: 0.05, ..World::default() };
    let found = false_alarms(&world, 3, 120);
    assert!(found <= 3.1, "{found}");
    let (found, missed) = delay(&world, &Drift { shift: 0.5, ..Drift::default() }, 3);
    assert!(found <= 4.0 && missed < 0.1, "{found}");
}

#[test]
#[ignore = "minutes of simulation: `make test-all` runs it"]
fn false_alarms_are_as_rare_as_promised() {
    let usual = World::default();
    let worlds = [
        ("iid, n = 200", World { rows: 200, ..usual }, 40, 1.0),
        ("iid, n = 1,000", World { rows: 1_000, ..usual }, 30, 1.0),
        ("jitter 0.05, n = 1,000", World { rows: 1_000, jitter: 0.05, ..usual }, 30, 1.0),
        ("jitter 0.10, n = 1,000", World { rows: 1_000, jitter: 0.10, ..usual }, 30, 1.0),
        ("jitter 0.05, n = 20,000", World { rows: 20_000, jitter: 0.05, ..usual }, 20, 1.0),
        ("jitter 0.10, n = 20,000", World { rows: 20_000, jitter: 0.10, ..usual }, 20, 1.0),
        ("weekends, n = 1,000", World { rows: 1_000, has_weekends: true, ..usual }, 30, 1.0),
        ("Dirichlet(300), n = 200", World { rows: 200, labels: Some(300.0), ..usual }, 30, 1.0),
        ("Dirichlet(300), n = 1,000", World { rows: 1_000, labels: Some(300.0), ..usual }, 20, 1.0),
        (
            "sizes vary, n = 1,000",
            World { rows: 1_000, jitter: 0.05, size_spread: 0.7, ..usual },
            30,
            1.0,
        ),
        (
            "heavy-tailed days, n = 1,000",
            World { rows: 1_000, jitter: 0.05, has_heavy_days: true, ..usual },
            30,
            2.5,
        ),
    ];
    let mut broken = Vec::new();
    println!("| world | false alarms in 365 windows | must not exceed |\n|---|---|---|");
    for (name, world, streams, most) in worlds {
        let found = false_alarms(&world, streams, 365);
        println!("| {name} | {found:.2} | {most} |");
        if found > most {
            broken.push(name);
        }
    }
    assert!(broken.is_empty(), "{broken:?}");
}

#[test]
#[ignore = "minutes of simulation: `make test-all` runs it"]
fn changes_are_seen_in_time() {
    let calm = World { rows: 1_000, ..World::default() };
    let lively = World { jitter: 0.05, ..calm };
    let small = World { rows: 200, ..calm };
    let large = World { rows: 20_000, jitter: 0.05, ..World::default() };
    let shift = |shift| Drift { shift, ..Drift::default() };
    let cases = [
        ("n = 1,000: +0.1 sd", calm, shift(0.1), 31, 8.0),
        ("n = 1,000: +0.2 sd", calm, shift(0.2), 31, 2.0),
        ("n = 1,000: +0.5 sd", calm, shift(0.5), 31, 2.0),
        ("n = 1,000: sd × 1.15", calm, Drift { stretch: 0.15, ..Drift::default() }, 31, 4.0),
        ("n = 1,000: 3 % at 3 sd", calm, Drift { spike: 0.03, ..Drift::default() }, 31, 12.0),
        ("n = 1,000, days ± 0.05: +0.2 sd", lively, shift(0.2), 31, 8.0),
        ("n = 1,000, days ± 0.05: +0.3 sd", lively, shift(0.3), 31, 3.0),
        ("n = 1,000, days ± 0.05: +0.5 sd", lively, shift(0.5), 31, 2.0),
        ("n = 200: +0.2 sd", small, shift(0.2), 31, 12.0),
        ("n = 20,000, days ± 0.05: +0.2 sd", large, shift(0.2), 21, 4.0),
        ("n = 20,000, days ± 0.05: +0.3 sd", large, shift(0.3), 21, 2.0),
    ];
    let mut broken = Vec::new();
    println!("| drift | median delay in windows | never seen | published |\n|---|---|---|---|");
    for (name, world, drift, streams, published) in cases {
        let (found, missed) = delay(&world, &drift, streams);
        println!("| {name} | {found} | {:.0} % | {published} |", missed * 100.0);
        // A fifth more, and as windows are whole, at least one.
        if found > f64::max(published * 1.2, published + 1.0) {
            broken.push(name);
        }
    }
    assert!(broken.is_empty(), "{broken:?}");
}

/// Texts of eight words out of 20,000, of which the k-th is k times rarer than the first: of what
/// comes later there are always words that the reference never had.
fn zipf(chance: &mut Chance, rows: usize) -> Vec<String> {
    let word = |chance: &mut Chance| {
        // The inverse of the sum of 1 / k, which is about a logarithm.
        let rank = 20_000.0_f64.powf(chance.unit());
        format!("word{}", rank.floor())
    };
    (0..rows).map(|_| (0..8).map(|_| word(chance)).collect::<Vec<_>>().join(" ")).collect()
}

/// How many of so many windows of so many texts alarm, although nothing drifts.
fn alarms_of_texts(seed: u64, usual: usize, rows: usize, windows: usize, shuffled: bool) -> usize {
    let mut chance = Chance::new(seed);
    let texts = zipf(&mut chance, usual);
    let batch = |texts: &[String], work: &mut dyn FnMut(&Batch<'_>)| {
        let mut batch = Batch::new(texts.len());
        batch.texts("text", texts.iter().map(|text| Some(text.as_str())).collect()).unwrap();
        work(&batch);
    };
    let mut options = ReferenceOptions::default();
    options.is_shuffled = shuffled;
    let mut reference = None;
    batch(&texts, &mut |rows| reference = Some(Reference::build(rows, &options).unwrap()));
    let mut monitor = Monitor::new(reference.unwrap(), MonitorOptions::default()).unwrap();
    let mut alarms = 0;
    for _ in 0..windows {
        batch(&zipf(&mut chance, rows), &mut |rows| {
            monitor.update(rows, None).unwrap();
        });
        alarms += usize::from(monitor.close_window().unwrap().status == Status::Alarm);
    }
    alarms
}

#[test]
fn words_that_are_rare_alarm_nobody() {
    for (usual, rows, shuffled) in
        [(5_600, 1_000, false), (1_200, 300, true), (1_200, 5_000, true), (2_800, 100, false)]
    {
        let alarms = alarms_of_texts(usual as u64, usual, rows, 30, shuffled);
        assert_eq!(alarms, 0, "{usual} texts, then {rows} a window, shuffled: {shuffled}");
    }
}
