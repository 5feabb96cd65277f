//! The engine with runners that fail, panic and dawdle.

use std::{sync::mpsc, thread};

use super::*;

/// Answers each sequence with the sum of its numbers and its length. The number 13
/// makes it panic, 99 makes it fail.
struct Sums {
    pause: Duration,
    batches: Option<mpsc::Sender<usize>>,
}

impl Runner for Sums {
    fn width(&self) -> usize {
        2
    }

    fn run(&mut self, sequences: &[&[u32]], rows: &mut Vec<f32>) -> Result<()> {
        thread::sleep(self.pause);
        if let Some(batches) = &self.batches {
            let _ = batches.send(sequences.len());
        }
        rows.clear();
        for sequence in sequences {
            assert!(!sequence.contains(&13), "thirteen");
            if sequence.contains(&99) {
                return Err(Error::inference("sums", "ninety-nine"));
            }
            rows.extend([sequence.iter().sum::<u32>() as f32, sequence.len() as f32]);
        }
        Ok(())
    }
}

fn engine(pause_ms: u64, queue: usize) -> (Engine, mpsc::Receiver<usize>) {
    let (sender, batches) = mpsc::channel();
    let runner = Sums { pause: Duration::from_millis(pause_ms), batches: Some(sender) };
    let settings = Settings { max_wait: Duration::ZERO, queue };
    let costs = Costs { budget: 100, overhead: 10.0 };
    (Engine::start("sums", runner, settings, costs).unwrap(), batches)
}

fn one(engine: &Engine, sequence: &[u32]) -> Result<Vec<f32>> {
    let rows = engine.run(&[sequence.to_vec()], &[vec![0]], None, |_| Ok(()))?;
    Ok(rows.numbers)
}

#[test]
fn rows_come_back_in_their_places() {
    let (engine, _batches) = engine(0, 8);
    let sequences: Vec<Vec<u32>> = (0..10).map(|number| vec![number; 3]).collect();
    let batches = [vec![9, 0], vec![1, 2, 3], vec![8], vec![4, 5], vec![7, 6]];
    let mut seen = 0;
    let rows = engine
        .run(&sequences, &batches, None, |done| {
            seen += done;
            Ok(())
        })
        .unwrap();
    let expected: Vec<f32> = (0..10).flat_map(|number| [number as f32 * 3.0, 3.0]).collect();
    assert_eq!(rows.numbers, expected);
    assert_eq!(seen, 10);
    assert_eq!(engine.counters().sequences, 10);
}

#[test]
fn a_panic_and_a_bad_text_harm_only_themselves() {
    let (engine, _batches) = engine(20, 64);
    thread::scope(|scope| {
        let calls: Vec<_> = [1, 13, 2, 99, 3]
            .map(|number| {
                scope.spawn({
                    let engine = &engine;
                    move || one(engine, &[number])
                })
            })
            .into_iter()
            .map(|call| call.join().unwrap())
            .collect();
        assert_eq!(calls[0].as_ref().unwrap(), &[1.0, 1.0]);
        assert!(calls[1].as_ref().unwrap_err().to_string().contains("thirteen"));
        assert_eq!(calls[2].as_ref().unwrap(), &[2.0, 1.0]);
        assert!(calls[3].as_ref().unwrap_err().to_string().contains("ninety-nine"));
        assert_eq!(calls[4].as_ref().unwrap(), &[3.0, 1.0]);
    });
    assert_eq!(one(&engine, &[5]).unwrap(), [5.0, 1.0]);
}

#[test]
fn what_comes_while_the_engine_is_busy_runs_together() {
    let (engine, batches) = engine(30, 64);
    thread::scope(|scope| {
        for number in 0..12 {
            let engine = &engine;
            scope.spawn(move || one(engine, &[number]).unwrap());
        }
    });
    let sizes: Vec<usize> = batches.try_iter().collect();
    assert_eq!(sizes.iter().sum::<usize>(), 12);
    assert!(sizes.len() < 8, "{sizes:?}");
}

#[test]
fn a_full_queue_is_refused_and_says_so() {
    let (engine, _batches) = engine(200, 2);
    thread::scope(|scope| {
        let outcomes: Vec<_> = (0..8)
            .map(|number| {
                scope.spawn({
                    let engine = &engine;
                    move || one(engine, &[number; 60])
                })
            })
            .collect();
        let outcomes: Vec<_> = outcomes.into_iter().map(|call| call.join().unwrap()).collect();
        let refused: Vec<_> =
            outcomes.iter().filter_map(|outcome| outcome.as_ref().err()).collect();
        assert!(!refused.is_empty());
        for error in refused {
            assert_eq!(error.kind(), crate::ErrorKind::Busy);
            assert_eq!(
                error.to_string(),
                "model sums is busy: 2 calls wait already, the limit is 2"
            );
        }
        assert!(outcomes.iter().any(Result::is_ok));
    });
    assert!(engine.counters().refused > 0);
}

#[test]
fn a_deadline_is_kept_by_the_caller_and_spares_the_worker() {
    let (engine, batches) = engine(300, 8);
    thread::scope(|scope| {
        let engine = &engine;
        scope.spawn(move || one(engine, &[1; 90]).unwrap());
        // The worker is busy by now, or will be first with the text above or below.
        thread::sleep(Duration::from_millis(50));
        let start = Instant::now();
        let limit = Deadline::after(Some(Duration::from_millis(20)));
        let error = engine.run(&[vec![2; 90]], &[vec![0]], limit, |_| Ok(())).unwrap_err();
        assert_eq!(error.to_string(), "model sums: no answer within 20 ms");
        assert_eq!(error.kind(), crate::ErrorKind::Deadline);
        assert!(start.elapsed() < Duration::from_millis(250));
    });
    assert_eq!(one(&engine, &[3]).unwrap(), [3.0, 1.0]);
    // The late text never ran.
    assert_eq!(batches.try_iter().count(), 2);
}

#[test]
fn an_idle_engine_does_not_wait_for_company() {
    let runner = Sums { pause: Duration::ZERO, batches: None };
    let settings = Settings { max_wait: Duration::from_secs(30), queue: 8 };
    let costs = Costs { budget: 100, overhead: 10.0 };
    let engine = Engine::start("sums", runner, settings, costs).unwrap();
    thread::sleep(Duration::from_millis(20));
    let start = Instant::now();
    one(&engine, &[1]).unwrap();
    assert!(start.elapsed() < Duration::from_secs(10));
}

#[test]
fn submitted_calls_tell_when_they_are_done() {
    let (engine, _batches) = engine(1, 8);
    let (sender, done) = mpsc::channel();
    let call =
        engine.submit(&[vec![4, 5]], &[vec![0]], None, move || sender.send(()).unwrap()).unwrap();
    done.recv_timeout(Duration::from_secs(10)).unwrap();
    assert_eq!(call.finish("sums").unwrap().numbers, [9.0, 2.0]);
}

#[test]
fn closing_answers_what_was_let_in() {
    let (engine, _batches) = engine(20, 64);
    let (sender, done) = mpsc::channel();
    let calls: Vec<_> = (0..5)
        .map(|number| {
            let sender = sender.clone();
            engine
                .submit(&[vec![number; 80]], &[vec![0]], None, move || sender.send(()).unwrap())
                .unwrap()
        })
        .collect();
    drop(engine);
    assert_eq!(done.try_iter().count(), 5);
    for (number, call) in calls.iter().enumerate() {
        assert_eq!(call.finish("sums").unwrap().numbers, [number as f32 * 80.0, 80.0]);
    }
}

#[test]
fn narrow_workers_share_what_is_more_than_one_batch() {
    let (sender, runs) = mpsc::channel();
    let runner = |batches| Sums { pause: Duration::from_millis(20), batches };
    let settings = Settings { max_wait: Duration::ZERO, queue: 64 };
    let costs = Costs { budget: 100, overhead: 10.0 };
    let engine = Engine::start("sums", runner(Some(sender)), settings, costs).unwrap();
    for _ in 0..2 {
        engine.hire(runner(None), Role::Narrow).unwrap();
    }
    engine.set_shift(Shift::Both { wide: costs, narrow: costs });

    // A lone text goes to the wide one.
    assert_eq!(one(&engine, &[1]).unwrap(), [1.0, 1.0]);
    assert_eq!(runs.try_iter().count(), 1);

    let sequences: Vec<Vec<u32>> = (0..12).map(|number| vec![number; 90]).collect();
    let batches: Vec<Vec<usize>> = (0..12).map(|place| vec![place]).collect();
    let rows = engine.run(&sequences, &batches, None, |_| Ok(())).unwrap();
    for (place, row) in rows.numbers.chunks(2).enumerate() {
        assert_eq!(row, [place as f32 * 90.0, 90.0]);
    }
    // The first of them were alone when they came, if the machine was busy elsewhere.
    assert!(runs.try_iter().count() < 12);
    // The last of the narrow ones may still be putting its session aside.
    thread::sleep(Duration::from_millis(300));
    assert_eq!(one(&engine, &[2]).unwrap(), [2.0, 1.0]);
    assert_eq!(runs.try_iter().count(), 1);
}

#[test]
fn a_call_of_many_batches_does_not_wait_for_itself() {
    let runner = Sums { pause: Duration::ZERO, batches: None };
    let settings = Settings { max_wait: Duration::from_secs(30), queue: 8 };
    let costs = Costs { budget: 100, overhead: 10.0 };
    let engine = Engine::start("sums", runner, settings, costs).unwrap();
    let sequences = vec![vec![1; 60]; 9];
    let batches: Vec<Vec<usize>> = (0..9).map(|place| vec![place]).collect();
    let start = Instant::now();
    engine.run(&sequences, &batches, None, |_| Ok(())).unwrap();
    assert!(start.elapsed() < Duration::from_secs(20));
}

#[test]
fn an_engine_can_be_dropped_by_its_own_worker() {
    let (engine, _batches) = engine(1, 8);
    let engine = Arc::new(engine);
    let (sender, done) = mpsc::channel();
    let last = Arc::new(std::sync::Mutex::new(Some(engine.clone())));
    let dropped = last.clone();
    engine
        .submit(&[vec![4, 5]], &[vec![0]], None, move || {
            drop(dropped.lock().unwrap().take());
            sender.send(()).unwrap();
        })
        .unwrap();
    drop(engine);
    done.recv_timeout(Duration::from_secs(10)).unwrap();
}

#[test]
fn a_panic_of_a_caller_harms_nobody_else() {
    let (engine, _batches) = engine(1, 8);
    let (sender, done) = mpsc::channel();
    engine
        .submit(&[vec![4, 5]], &[vec![0]], None, move || {
            sender.send(()).unwrap();
            panic!("in a callback");
        })
        .unwrap();
    done.recv_timeout(Duration::from_secs(10)).unwrap();
    assert_eq!(one(&engine, &[5]).unwrap(), [5.0, 1.0]);
}

#[test]
fn a_deadline_is_not_spent_waiting_for_company() {
    let runner = Sums { pause: Duration::from_millis(50), batches: None };
    let settings = Settings { max_wait: Duration::from_secs(30), queue: 8 };
    let costs = Costs { budget: 100, overhead: 10.0 };
    let engine = Engine::start("sums", runner, settings, costs).unwrap();
    thread::scope(|scope| {
        let engine = &engine;
        for number in 0..3 {
            scope.spawn(move || {
                thread::sleep(Duration::from_millis(20 * number));
                let limit = Deadline::after(Some(Duration::from_secs(10)));
                engine.run(&[vec![2; 9]], &[vec![0]], limit, |_| Ok(())).unwrap();
            });
        }
    });
}
