//! How many sessions a model has and how much runs together, measured on this machine.

use std::num::NonZero;

use super::{Transformer, session};
use crate::{
    Result,
    model::{
        costs::{self, Measured},
        engine::{Role, Shift},
        samples::SELF_TEST,
    },
    onnx::{LongText, Provider, plan::Costs},
};

/// The most sessions of one model: each has its own copy of the weights.
const MOST_SESSIONS: usize = 4;

impl Transformer {
    /// How many sessions share the work when there is much to do.
    pub(in crate::model) fn sessions(&self) -> usize {
        match self.engine.shift() {
            Shift::Only(..) => 1,
            Shift::Both { .. } => self.narrow_sessions(),
        }
    }

    fn narrow_sessions(&self) -> usize {
        self.threads.get().min(MOST_SESSIONS)
    }

    /// Sets the workers up as is best for much work on this machine: as was measured before, or
    /// else as is measured now.
    pub(in crate::model) fn warm_up(&self) -> Result<()> {
        // Whoever comes meanwhile works with what is assumed instead of waiting.
        let Ok(mut unsettled) = self.unsettled.try_lock() else { return Ok(()) };
        let Some(key) = unsettled.as_deref() else { return Ok(()) };
        let measured = if let Some(measured) = costs::recall(key) {
            if measured.narrow.is_some() {
                self.hire_narrow()?;
            }
            measured
        } else {
            let measured = self.measure()?;
            costs::keep(key, measured);
            measured
        };
        self.engine.set_shift(match measured.narrow {
            Some(narrow) => Shift::Both { wide: measured.wide, narrow },
            None => Shift::Only(Role::Wide, measured.wide),
        });
        *unsettled = None;
        Ok(())
    }

    /// Measures one session with all threads, and several with a share of them.
    fn measure(&self) -> Result<Measured> {
        let wide = self.costs(1)?;
        let sessions = self.narrow_sessions();
        if self.provider != Provider::Cpu || sessions < 2 {
            return Ok(Measured { wide, narrow: None });
        }
        self.hire_narrow()?;
        let measured = self.measure_narrow(wide, sessions);
        if !measured.as_ref().is_ok_and(|measured| measured.narrow.is_some()) {
            self.engine.set_shift(Shift::Only(Role::Wide, wide));
            self.engine.dismiss(Role::Narrow);
        }
        measured
    }

    fn measure_narrow(&self, wide: Costs, sessions: usize) -> Result<Measured> {
        self.engine.set_shift(Shift::Only(Role::Narrow, wide));
        let narrow = self.costs(sessions)?;
        let length = self.max_tokens;
        // The same work in turns, so that whatever else the machine does disturbs both.
        let is_worth_it = costs::is_worth_it(length, |role, tokens, length| {
            let costs = if role == Role::Wide { wide } else { narrow };
            self.engine.set_shift(Shift::Only(role, costs));
            let count = (costs.budget / length).max(1);
            let batches = tokens.div_ceil(count * length);
            self.run_for_measuring(batches, count, length)
        })?;
        Ok(Measured { wide, narrow: is_worth_it.then_some(narrow) })
    }

    /// What runs cost when `sessions` run at a time.
    fn costs(&self, sessions: usize) -> Result<Costs> {
        costs::measure(self.max_tokens, |count, length| {
            self.run_for_measuring(sessions, count, length)
        })
    }

    fn run_for_measuring(&self, batches: usize, count: usize, length: usize) -> Result<()> {
        // Only numbers that texts really have: not all of the tokenizer's need be the model's.
        let tokens: Vec<u32> = SELF_TEST
            .iter()
            .map(|text| self.tokenizer.encode(text, self.max_tokens, LongText::Truncate))
            .collect::<Result<Vec<_>>>()?
            .into_iter()
            .flat_map(|encoding| encoding.windows.concat())
            .collect();
        let token = |row: usize, at: usize| tokens[(row * 31 + at * 7) % tokens.len()];
        let sequences: Vec<Vec<u32>> = (0..batches * count)
            .map(|row| (0..length).map(|at| token(row, at)).collect())
            .collect();
        let batches: Vec<Vec<usize>> =
            (0..batches).map(|batch| (batch * count..(batch + 1) * count).collect()).collect();
        self.engine.run(&sequences, &batches, None, |_| Ok(())).map(|_| ())
    }

    fn hire_narrow(&self) -> Result<()> {
        let sessions = self.narrow_sessions();
        for number in 0..sessions {
            // What cannot be divided goes to the first ones.
            let share = (self.threads.get() + sessions - 1 - number) / sessions;
            let threads = NonZero::new(share).unwrap_or(NonZero::<usize>::MIN);
            let session = session(&self.bundle, &self.tokenizer, self.device, threads)?;
            self.engine.hire(session, Role::Narrow)?;
        }
        Ok(())
    }
}
