use super::{Hold, Priority, Quiet, Trigger, TriggerKind, TriggerOptions, TriggerReport};
use crate::{
    Result, Timestamp,
    drift::Status,
    stats::{Interval, wilson},
    time::in_words,
};

/// In so much time the budget of trainings is spent.
const BUDGET_DAYS: u64 = 30;

/// What is known of a model when it is asked whether it should be trained anew.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct TriggerFacts {
    /// When the model that is in use was trained.
    pub trained_at: Option<Timestamp>,
    /// The trainings so far, the first one first.
    pub attempts: Vec<Attempt>,
    /// How many labels became known since the model was trained.
    pub new_labels: u64,
    /// Of how many more labels the texts are not kept, so that nothing can be learnt from them.
    pub unkept_labels: u64,
    /// How accurate it is; none without audited labels.
    pub accuracy: Option<AuditedAccuracy>,
    /// How many answers people said since then, of their own accord, were right, and how many wrong.
    pub feedback: (u64, u64),
    /// Whether what comes is like what it learnt from; none if nobody watches.
    pub drift: Option<DriftFact>,
    /// Why nobody watches, if that is known.
    pub unwatched: Option<String>,
}

/// A training that was tried.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Attempt {
    /// When it began.
    pub at: Timestamp,
    /// Whether a model came out of it that is good enough.
    pub succeeded: bool,
}

/// The accuracy of a model as labels of rows say that were picked by chance.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct AuditedAccuracy {
    /// The share of right ones.
    pub accuracy: f64,
    /// Where the accuracy may well lie.
    pub interval: Interval,
    /// How many labels say so.
    pub labelled: u64,
    /// What it was when the model was trained.
    pub baseline: f64,
}

/// What a monitor says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DriftFact {
    /// How it stands.
    pub status: Status,
    /// In words.
    pub sentence: String,
    /// Whether somebody has seen this alarm and called it no reason.
    pub acknowledged: bool,
}

impl TriggerOptions {
    /// Whether a model should be trained anew, by these limits.
    ///
    /// ```
    /// use pantau::{Timestamp, lifecycle::{TriggerFacts, TriggerOptions}};
    ///
    /// let facts = TriggerFacts { new_labels: 600, ..TriggerFacts::default() };
    /// let report = TriggerOptions::default().evaluate(&facts, Timestamp::now())?;
    /// assert!(report.should_retrain);
    /// assert_eq!(report.triggers[0].reason, "600 new labels, and 500 are worth a training");
    /// # Ok::<(), pantau::Error>(())
    /// ```
    ///
    /// # Errors
    /// As for [`check`](Self::check).
    pub fn evaluate(&self, facts: &TriggerFacts, now: Timestamp) -> Result<TriggerReport> {
        self.check()?;
        let looks = [
            self.drift(facts),
            self.performance(facts),
            self.feedback(facts)?,
            self.new_data(facts),
            self.time(facts, now),
            self.schedule(facts, now),
        ];
        let (mut triggers, mut quiet) = (Vec::new(), Vec::new());
        for look in looks {
            match look {
                Ok(trigger) => triggers.push(trigger),
                Err(reason) => quiet.push(reason),
            }
        }
        Ok(TriggerReport::new(triggers, quiet, self.holds(facts, now), now))
    }

    fn drift(&self, facts: &TriggerFacts) -> Look {
        let kind = TriggerKind::Drift;
        match &facts.drift {
            _ if !self.drift => kind.quiet("it is switched off"),
            None => kind.quiet(facts.unwatched.clone().unwrap_or_else(|| {
                "nothing is watched: the model has no reference to compare with".to_owned()
            })),
            Some(own) if own.status == Status::Alarm && !own.acknowledged => {
                kind.fired(Priority::High, own.sentence.clone())
            }
            Some(own) if own.status == Status::Alarm => {
                kind.quiet(format!("somebody acknowledged it: {}", own.sentence))
            }
            Some(own) => kind.quiet(own.sentence.clone()),
        }
    }

    fn performance(&self, facts: &TriggerFacts) -> Look {
        let kind = TriggerKind::Performance;
        let Some(limit) = self.accuracy_drop else { return kind.quiet("it is switched off") };
        let Some(own) = facts.accuracy else {
            return kind.quiet("no audited labels yet: label rows that were picked by chance");
        };
        let drop = own.baseline - own.accuracy;
        let known = format!(
            "accuracy {:.1} % ({:.1} to {:.1}) on {} audited labels, {:.1} % when trained",
            own.accuracy * 100.0,
            own.interval.low * 100.0,
            own.interval.high * 100.0,
            own.labelled,
            own.baseline * 100.0
        );
        // 0.87 less 0.84 is a little less than 0.03 for want of digits.
        if drop <= limit + 1e-12 {
            kind.quiet(format!("{known}: no drop of more than {:.1} points", limit * 100.0))
        } else if own.interval.high >= own.baseline {
            kind.quiet(format!("{known}: a drop that chance may give; more labels may show it"))
        } else {
            let points = drop * 100.0;
            kind.fired(Priority::High, format!("{known}: a drop of {points:.1} points"))
        }
    }

    fn feedback(&self, facts: &TriggerFacts) -> Result<Look> {
        let kind = TriggerKind::Feedback;
        let Some(limit) = self.wrong_feedback else { return Ok(kind.quiet("it is switched off")) };
        let (right, wrong) = facts.feedback;
        let all = right + wrong;
        if all < self.min_feedback {
            let problem = format!("judged answers: {all}, and {} are needed", self.min_feedback);
            return Ok(kind.quiet(problem));
        }
        if all == 0 {
            return Ok(kind.quiet("nobody judged an answer"));
        }
        let share = wrong as f64 / all as f64;
        let interval = wilson(wrong, all, 0.95)?;
        let known = format!(
            "{wrong} of {all} judged answers are said to be wrong, {:.1} % ({:.1} to {:.1})",
            share * 100.0,
            interval.low * 100.0,
            interval.high * 100.0
        );
        let limit_percent = limit * 100.0;
        Ok(if share > limit {
            kind.fired(Priority::High, format!("{known}: more than {limit_percent:.1} %"))
        } else {
            kind.quiet(format!("{known}: not more than {limit_percent:.1} %"))
        })
    }

    fn new_data(&self, facts: &TriggerFacts) -> Look {
        let kind = TriggerKind::NewData;
        let Some(limit) = self.new_data else { return kind.quiet("it is switched off") };
        let others = match facts.unkept_labels {
            0 => String::new(),
            others => format!("; of {others} more the texts are not kept"),
        };
        let new = facts.new_labels;
        let known = format!("{new} new labels, and {limit} are worth a training{others}");
        if facts.new_labels >= limit {
            kind.fired(Priority::Medium, known)
        } else {
            kind.quiet(known)
        }
    }

    fn time(&self, facts: &TriggerFacts, now: Timestamp) -> Look {
        let kind = TriggerKind::Time;
        let Some(limit) = self.max_age else { return kind.quiet("it is switched off") };
        let Some(trained) = facts.trained_at else {
            return kind.quiet("nobody knows when the model was trained");
        };
        let age = now.since(trained);
        let known = format!("trained {} ago", in_words(age));
        let limit = limit.duration();
        if age >= limit {
            kind.fired(Priority::Low, format!("{known}, and {} is the limit", in_words(limit)))
        } else {
            kind.quiet(format!("{known}; {} is the limit", in_words(limit)))
        }
    }

    fn schedule(&self, facts: &TriggerFacts, now: Timestamp) -> Look {
        let kind = TriggerKind::Schedule;
        let Some(cron) = &self.schedule else { return kind.quiet("there is none") };
        let due = cron.last_until(now, self.clock_ahead);
        let last = facts.attempts.last().map(|own| own.at).max(facts.trained_at);
        match last {
            Some(last) if due > last => {
                kind.fired(Priority::Low, format!("\"{cron}\" was due at {}", due.minute()))
            }
            Some(_) => {
                let next = cron.next_after(now, self.clock_ahead);
                kind.quiet(format!("\"{cron}\" is next due at {}", next.minute()))
            }
            None => kind.quiet("nobody knows when the model was trained"),
        }
    }

    /// What holds a training back.
    fn holds(&self, facts: &TriggerFacts, now: Timestamp) -> Vec<Hold> {
        let mut holds = Vec::new();
        let mut hold = |kind: &str, reason: String| {
            holds.push(Hold { kind: kind.to_owned(), reason });
        };
        let last = facts.attempts.last().map(|own| own.at).max(facts.trained_at);
        let apart = self.min_interval.duration();
        if let Some(last) = last
            && now.since(last) < apart
        {
            let reason = format!(
                "the last training was {} ago, and {} must lie between two: from {} on",
                in_words(now.since(last)),
                in_words(apart),
                last.after(apart).minute()
            );
            hold("min_interval", reason);
        }
        let month = std::time::Duration::from_secs(BUDGET_DAYS * 86_400);
        let spent: Vec<&Attempt> =
            facts.attempts.iter().filter(|own| now.since(own.at) < month).collect();
        if spent.len() >= self.budget as usize
            && let Some(free) = spent.get(spent.len() - self.budget as usize)
        {
            let reason = format!(
                "{} trainings in {BUDGET_DAYS} days, and {} are allowed: from {} on",
                spent.len(),
                self.budget,
                free.at.after(month).minute()
            );
            hold("budget", reason);
        }
        let failed = facts.attempts.iter().rev().take_while(|own| !own.succeeded).count();
        if failed >= self.max_failures as usize {
            let reason = format!(
                "the last {failed} trainings came to nothing, and after {} somebody has to look: \
                 start one by hand",
                self.max_failures
            );
            hold("failures", reason);
        }
        holds
    }
}

type Look = std::result::Result<Trigger, Quiet>;

#[expect(clippy::unnecessary_wraps, reason = "they are the two ends that a look can have")]
impl TriggerKind {
    fn fired(self, priority: Priority, reason: String) -> Look {
        Ok(Trigger { kind: self, reason, priority })
    }

    fn quiet(self, reason: impl Into<String>) -> Look {
        Err(Quiet { kind: self, reason: reason.into() })
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::Span;

    fn day(day: u64) -> Timestamp {
        Timestamp::from_micros(1_700_000_000_000_000).after(Duration::from_secs(day * 86_400))
    }

    fn facts() -> TriggerFacts {
        TriggerFacts { trained_at: Some(day(0)), ..TriggerFacts::default() }
    }

    fn look(facts: &TriggerFacts, at: u64) -> TriggerReport {
        TriggerOptions::default().evaluate(facts, day(at)).unwrap()
    }

    fn kinds(report: &TriggerReport) -> Vec<&str> {
        report.triggers.iter().map(|own| own.kind.name()).collect()
    }

    fn quiet(report: &TriggerReport, kind: TriggerKind) -> &str {
        let own = report.not_fired.iter().find(|own| own.kind == kind);
        &own.expect("it did not fire").reason
    }

    #[test]
    fn a_young_model_without_news_stays() {
        let report = look(&facts(), 10);
        assert!(!report.should_retrain && report.triggers.is_empty());
        assert_eq!(report.not_fired.len(), 6);
        assert_eq!(report.summary.sentence, "no reason to train anew");
        assert_eq!(quiet(&report, TriggerKind::Time), "trained 10 days ago; 30 days is the limit");
        let text = report.to_string();
        assert!(text.contains("  - new_data     0 new labels, and 500 are worth"), "{text}");
        let json: TriggerReport = serde_json::from_str(&report.to_json()).unwrap();
        assert_eq!(json, report);
    }

    #[test]
    fn each_limit_is_a_reason_from_where_it_lies() {
        for (labels, fires) in [(499, false), (500, true)] {
            let report = look(&TriggerFacts { new_labels: labels, ..facts() }, 10);
            assert_eq!(kinds(&report) == ["new_data"], fires, "{labels}");
        }
        assert_eq!(kinds(&look(&facts(), 29)), [""; 0]);
        assert_eq!(kinds(&look(&facts(), 30)), ["time"]);
        for (right, wrong, fires) in [(88, 12, false), (87, 13, true), (0, 29, false)] {
            let report = look(&TriggerFacts { feedback: (right, wrong), ..facts() }, 10);
            assert_eq!(kinds(&report) == ["feedback"], fires, "{wrong} of {}", right + wrong);
        }
    }

    #[test]
    fn a_drop_must_be_large_and_no_chance() {
        let of = |accuracy: f64, half: f64| {
            let interval = Interval { low: accuracy - half, high: accuracy + half, level: 0.95 };
            let known = AuditedAccuracy { accuracy, interval, labelled: 200, baseline: 0.87 };
            look(&TriggerFacts { accuracy: Some(known), ..facts() }, 10)
        };
        assert!(kinds(&of(0.84, 0.01)).is_empty());
        assert_eq!(kinds(&of(0.83, 0.02)), ["performance"]);
        let report = of(0.80, 0.08);
        assert!(quiet(&report, TriggerKind::Performance).ends_with("more labels may show it"));
        let report = of(0.80, 0.02);
        assert_eq!(
            report.triggers[0].reason,
            "accuracy 80.0 % (78.0 to 82.0) on 200 audited labels, 87.0 % when trained: a drop of \
             7.0 points"
        );
    }

    #[test]
    fn an_alarm_is_a_reason_until_somebody_acknowledges_it() {
        let of = |status, acknowledged| {
            let drift = DriftFact { status, sentence: "words changed".to_owned(), acknowledged };
            look(&TriggerFacts { drift: Some(drift), ..facts() }, 10)
        };
        assert_eq!(kinds(&of(Status::Alarm, false)), ["drift"]);
        assert!(kinds(&of(Status::Alarm, true)).is_empty());
        assert!(kinds(&of(Status::Watch, false)).is_empty());
        let off = TriggerOptions { drift: false, ..TriggerOptions::default() };
        let report = off.evaluate(&facts(), day(10)).unwrap();
        assert_eq!(quiet(&report, TriggerKind::Drift), "it is switched off");
    }

    #[test]
    fn a_schedule_is_due_once() {
        let options = TriggerOptions {
            schedule: Some("0 2 * * *".parse().unwrap()),
            min_interval: Span::seconds(0),
            ..TriggerOptions::default()
        };
        let mut own = facts();
        let report = options.evaluate(&own, day(2)).unwrap();
        assert_eq!(kinds(&report), ["schedule"]);
        assert_eq!(report.triggers[0].reason, "\"0 2 * * *\" was due at 2023-11-16 02:00 UTC");
        own.attempts.push(Attempt { at: day(2), succeeded: false });
        let report = options.evaluate(&own, day(2)).unwrap();
        assert_eq!(
            quiet(&report, TriggerKind::Schedule),
            "\"0 2 * * *\" is next due at 2023-11-17 02:00 UTC"
        );
    }

    #[test]
    fn nobody_trains_too_often() {
        let mut own = TriggerFacts { new_labels: 900, ..facts() };
        let report = look(&own, 3);
        assert!(!report.should_retrain && report.triggers.len() == 1);
        assert_eq!(report.held_back[0].kind, "min_interval");
        assert_eq!(
            report.summary.sentence,
            "900 new labels, and 500 are worth a training, but not yet: the last training was 3 \
             days ago, and 7 days must lie between two: from 2023-11-21 22:13 UTC on"
        );
        assert!(look(&own, 7).should_retrain);

        own.attempts = (10..13).map(|at| Attempt { at: day(at), succeeded: false }).collect();
        let report = look(&own, 25);
        assert_eq!(report.held_back.iter().map(|own| &own.kind).collect::<Vec<_>>(), ["failures"]);
        own.attempts.push(Attempt { at: day(13), succeeded: true });
        assert!(look(&own, 25).should_retrain);

        own.attempts = (10..18).map(|at| Attempt { at: day(at), succeeded: true }).collect();
        let report = look(&own, 35);
        assert_eq!(report.held_back[0].kind, "budget");
        assert!(look(&own, 40).should_retrain, "{report}");
    }

    #[test]
    fn limits_that_cannot_be_are_refused() {
        let problem = |options: TriggerOptions| options.check().unwrap_err().to_string();
        let default = TriggerOptions::default;
        assert_eq!(
            problem(TriggerOptions { accuracy_drop: Some(3.0), ..default() }),
            "accuracy_drop: 3 is not from 0 to 1"
        );
        assert!(problem(TriggerOptions { budget: 0, ..default() }).starts_with("budget: 0"));
        assert!(problem(TriggerOptions { new_data: Some(0), ..default() }).contains("new_data"));
        assert_eq!(
            problem(TriggerOptions { max_age: Some(Span::days(3)), ..default() }),
            "max_age: 3d is less than min_interval, 7d"
        );
    }
}
