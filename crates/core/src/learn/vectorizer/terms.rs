//! The n-grams of a part, in the order of their columns.

/// Many short texts in one piece of memory.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Terms {
    letters: String,
    ends: Vec<usize>,
}

impl Terms {
    /// How many there are.
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    /// One of them.
    pub fn get(&self, column: usize) -> Option<&str> {
        let end = *self.ends.get(column)?;
        let start = column.checked_sub(1).map_or(0, |before| self.ends[before]);
        self.letters.get(start..end)
    }

    /// All of them, in order.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = &str> {
        let mut start = 0;
        self.ends.iter().map(move |end| {
            let term = &self.letters[start..*end];
            start = *end;
            term
        })
    }

    pub(super) fn push(&mut self, term: &str) {
        self.letters.push_str(term);
        self.ends.push(self.letters.len());
    }
}

impl<T: AsRef<str>> FromIterator<T> for Terms {
    fn from_iter<I: IntoIterator<Item = T>>(terms: I) -> Self {
        let mut all = Self::default();
        terms.into_iter().for_each(|term| all.push(term.as_ref()));
        all
    }
}
