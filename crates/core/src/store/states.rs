//! What is kept under a name from one look to the next, by any number of processes.

use super::{
    Change, Commit, Condition, Direction, Existing, ProfileRecord, Record, Select, Store, Table,
    Value, records::StateRecord,
};
use crate::{Error, Result, Timestamp};

/// How often a change is made anew because another came first.
const TRIES: usize = 200;

/// What was kept, and how often it had been written.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Kept {
    pub(crate) revision: u64,
    pub(crate) content: Option<Vec<u8>>,
}

/// What is to be written in the place of what was kept, and what is to happen along with it.
pub(crate) struct Next {
    pub(crate) content: Vec<u8>,
    pub(crate) along: Vec<Change>,
}

/// Says from what is kept what is to be written, if anything, and what came out of it.
pub(crate) type Decide<'a, T> = dyn FnMut(Option<&[u8]>) -> Result<(Option<Next>, T)> + 'a;

impl Next {
    pub(crate) fn new(content: Vec<u8>) -> Self {
        Self { content, along: Vec::new() }
    }
}

impl dyn Store + '_ {
    /// What is kept under a name.
    pub(crate) fn kept(&self, name: &str) -> Result<Kept> {
        let select = named(name).ordered("revision", Direction::Descending).limited(1);
        let found: Option<StateRecord> = self.records(&select)?.pop();
        Ok(found.map_or_else(Kept::default, |found| Kept {
            revision: found.revision,
            content: Some(found.content),
        }))
    }

    /// Writes the next revision, all of it or nothing; false if somebody else was first.
    pub(crate) fn keep(&self, name: &str, after: u64, next: Next) -> Result<bool> {
        let record = StateRecord {
            name: name.to_owned(),
            revision: after + 1,
            content: next.content,
            updated_at: Timestamp::now(),
        };
        let revision = i64::try_from(record.revision).unwrap_or(i64::MAX);
        let mut changes =
            vec![Change::insert(Table::States, vec![record.to_row()?], Existing::Refuse)];
        changes.push(Change::delete(
            Table::States,
            vec![
                Condition::Is("name", Value::Text(name.to_owned())),
                Condition::IsBelow("revision", Value::Integer(revision)),
            ],
        ));
        changes.extend(next.along);
        match self.apply(&changes, Commit::Durable) {
            Ok(_) => Ok(true),
            Err(Error::Conflict { .. }) => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// Changes what is kept under a name; `decide` is asked again if somebody else was first. It
    /// gives nothing if all is to stay as it is.
    pub(crate) fn change_kept<T>(&self, name: &str, decide: &mut Decide<'_, T>) -> Result<T> {
        for _ in 0..TRIES {
            let kept = self.kept(name)?;
            let (next, outcome) = decide(kept.content.as_deref())?;
            let Some(next) = next else { return Ok(outcome) };
            if self.keep(name, kept.revision, next)? {
                return Ok(outcome);
            }
        }
        let problem = format!("others changed it {TRIES} times while this waited for its turn");
        Err(Error::Busy { what: format!("the state {name}"), problem })
    }

    /// Adds what a process counted.
    ///
    /// # Errors
    /// [`Error::InvalidInput`] if a name cannot be written; others as the home has them.
    pub fn write_profiles(&self, profiles: &[ProfileRecord]) -> Result<()> {
        let rows = profiles.iter().map(Record::to_row).collect::<Result<Vec<_>>>()?;
        if !rows.is_empty() {
            self.apply(&[Change::insert(Table::Profiles, rows, Existing::Keep)], Commit::Durable)?;
        }
        Ok(())
    }

    /// What processes counted of a model and nobody has looked at yet, window after window.
    ///
    /// # Errors
    /// As the home has them.
    pub fn profiles(&self, model: &str) -> Result<Vec<ProfileRecord>> {
        let select = Select::all(Table::Profiles)
            .with(Condition::Is("model", Value::Text(model.to_owned())))
            .ordered("window_start", Direction::Ascending);
        self.records(&select)
    }

    /// The change that takes such records away.
    pub(crate) fn taken_profiles(ids: &[String]) -> Change {
        let ids = ids.iter().map(|id| Value::Text(id.clone())).collect();
        Change::delete(Table::Profiles, vec![Condition::IsOneOf("id", ids)])
    }
}

fn named(name: &str) -> Select {
    Select::all(Table::States).with(Condition::Is("name", Value::Text(name.to_owned())))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::Memory;

    #[test]
    fn who_comes_second_knows_it() {
        let store = &Memory::new() as &dyn Store;
        assert_eq!(store.kept("a").unwrap(), Kept::default());
        assert!(store.keep("a", 0, Next::new(b"one".to_vec())).unwrap());
        assert!(!store.keep("a", 0, Next::new(b"two".to_vec())).unwrap());
        let kept = store.kept("a").unwrap();
        assert_eq!((kept.revision, kept.content.as_deref()), (1, Some(&b"one"[..])));
        assert!(store.keep("a", 1, Next::new(b"two".to_vec())).unwrap());
        assert_eq!(store.count(Table::States, &[]).unwrap(), 1);
    }

    #[test]
    fn what_happens_along_happens_once() {
        let store = &Memory::new() as &dyn Store;
        let part = ProfileRecord::new("m", "1", Timestamp::from_micros(5), 3, vec![1, 2]);
        store.write_profiles(std::slice::from_ref(&part)).unwrap();
        assert_eq!(store.profiles("m").unwrap(), std::slice::from_ref(&part));
        let along = || vec![<dyn Store>::taken_profiles(std::slice::from_ref(&part.id))];
        assert!(store.keep("a", 0, Next { content: Vec::new(), along: along() }).unwrap());
        assert!(store.profiles("m").unwrap().is_empty());
        store.write_profiles(std::slice::from_ref(&part)).unwrap();
        assert!(!store.keep("a", 0, Next { content: Vec::new(), along: along() }).unwrap());
        assert_eq!(store.profiles("m").unwrap().len(), 1);
    }

    #[test]
    fn a_change_is_decided_anew_after_another() {
        let store = &Memory::new() as &dyn Store;
        let mut asked = 0;
        let sum = store
            .change_kept("n", &mut |content| {
                asked += 1;
                if asked == 1 {
                    assert!(store.keep("n", 0, Next::new(vec![4]))?);
                }
                let sum = content.map_or(0, |own| own[0]) + 1;
                Ok((Some(Next::new(vec![sum])), sum))
            })
            .unwrap();
        assert_eq!((sum, asked), (5, 2));
        assert_eq!(store.change_kept("n", &mut |_| Ok((None, 7))).unwrap(), 7);
    }
}
