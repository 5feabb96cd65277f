//! From an n-gram and what follows it to the longer n-gram.

/// No column, no node.
pub(super) const NONE: u32 = u32::MAX;

/// What is known of an n-gram.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Step {
    /// Its number among all n-grams and beginnings of n-grams; [`NONE`] if nothing follows it.
    pub(super) node: u32,
    /// Its column, or [`NONE`].
    pub(super) column: u32,
}

#[derive(Debug, Clone, Copy)]
struct Slot {
    key: u64,
    step: Step,
}

/// A hash table from a node and a symbol to a [`Step`].
///
/// It is written out here because the lookup is most of the work: one multiplication and, as a
/// rule, one place in memory that holds all that is asked for.
#[derive(Debug, Clone)]
pub(super) struct Table {
    slots: Vec<Slot>,
    used: usize,
    shift: u32,
}

/// A key that is none, as no node is [`NONE`].
const FREE: u64 = u64::MAX;
const EMPTY: Slot = Slot { key: FREE, step: Step { node: NONE, column: NONE } };

fn key(node: u32, symbol: u32) -> u64 {
    u64::from(node) << 32 | u64::from(symbol)
}

/// All bits of a key in the upper ones of the result.
pub(super) fn mix(key: u64) -> u64 {
    let wide = u128::from(key ^ 0x9e37_79b9_7f4a_7c15) * 0xd6e8_feb8_6659_fd93_u128;
    ((wide >> 64) as u64 ^ wide as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15)
}

impl Table {
    pub(super) fn new() -> Self {
        Self::with_room(0)
    }

    /// A table that need not grow before it holds so many steps.
    pub(super) fn with_room(steps: usize) -> Self {
        let slots = (steps * 2 + 2).next_power_of_two().max(16);
        Self { slots: vec![EMPTY; slots], used: 0, shift: 64 - slots.trailing_zeros() }
    }

    /// Where the key is, or would be.
    fn place(&self, key: u64) -> usize {
        let mask = self.slots.len() - 1;
        let mut at = (mix(key) >> self.shift) as usize;
        loop {
            let found = self.slots[at].key;
            if found == key || found == FREE {
                return at;
            }
            at = (at + 1) & mask;
        }
    }

    pub(super) fn get(&self, node: u32, symbol: u32) -> Option<Step> {
        let slot = &self.slots[self.place(key(node, symbol))];
        (slot.key != FREE).then_some(slot.step)
    }

    /// What is known of the key, which is made by `new` if it is not there.
    pub(super) fn entry(
        &mut self,
        node: u32,
        symbol: u32,
        new: impl FnOnce() -> Step,
    ) -> &mut Step {
        if self.used * 2 >= self.slots.len() {
            self.grow();
        }
        let key = key(node, symbol);
        let at = self.place(key);
        let slot = &mut self.slots[at];
        if slot.key == FREE {
            *slot = Slot { key, step: new() };
            self.used += 1;
        }
        &mut slot.step
    }

    /// All there is, to be changed.
    pub(super) fn steps_mut(&mut self) -> impl Iterator<Item = &mut Step> {
        self.slots.iter_mut().filter(|slot| slot.key != FREE).map(|slot| &mut slot.step)
    }

    fn grow(&mut self) {
        let larger = vec![EMPTY; self.slots.len() * 2];
        let slots = std::mem::replace(&mut self.slots, larger);
        self.shift -= 1;
        for slot in slots {
            if slot.key != FREE {
                let at = self.place(slot.key);
                self.slots[at] = slot;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_put_in_is_found() {
        let mut table = Table::new();
        for number in 0..5_000_u32 {
            let step = Step { node: number, column: number * 2 };
            assert_eq!(*table.entry(number / 7, number, || step), step);
            assert_eq!(*table.entry(number / 7, number, || unreachable!("it is there")), step);
        }
        for number in 0..5_000 {
            let step = table.get(number / 7, number).unwrap();
            assert_eq!(step, Step { node: number, column: number * 2 });
            assert_eq!(table.get(number / 7 + 1, number), None);
        }
        assert_eq!(table.steps_mut().count(), 5_000);
    }
}
