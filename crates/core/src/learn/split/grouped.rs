//! Where the rows of equal texts go together.

use rustc_hash::FxHashMap;

use crate::{Error, Result, random::Random};

/// The rows that have the same text.
pub(super) struct Group {
    rows: Vec<usize>,
    /// How many rows each class has among them, by ascending class.
    pub(super) counts: Vec<(u32, usize)>,
}

/// Labelled rows, with those together that have the same text.
pub(super) struct Grouped {
    pub(super) groups: Vec<Group>,
    pub(super) rows_per_class: Vec<usize>,
}

impl Grouped {
    pub(super) fn new(texts: &[impl AsRef<str>], labels: &[u32], classes: usize) -> Result<Self> {
        if texts.len() != labels.len() {
            let problem = format!("{} labels for {} texts", labels.len(), texts.len());
            return Err(Error::invalid("labels", problem));
        }
        if texts.is_empty() {
            return Err(Error::invalid("texts", "there are none to divide"));
        }
        let mut rows_per_class = vec![0; classes];
        for (row, label) in labels.iter().enumerate() {
            let Some(count) = rows_per_class.get_mut(*label as usize) else {
                let problem = format!("row {row} has class {label}, there are {classes}");
                return Err(Error::invalid("labels", problem));
            };
            *count += 1;
        }
        if rows_per_class.iter().filter(|rows| **rows > 0).count() < 2 {
            let problem = format!("all {} rows have class {}", labels.len(), labels[0]);
            return Err(Error::invalid("labels", problem));
        }
        let mut group_of: FxHashMap<String, usize> = FxHashMap::default();
        let mut groups: Vec<Group> = Vec::new();
        for (row, text) in texts.iter().enumerate() {
            let group = *group_of.entry(folded(text.as_ref())).or_insert(groups.len());
            if group == groups.len() {
                groups.push(Group { rows: Vec::new(), counts: Vec::new() });
            }
            let Group { rows, counts } = &mut groups[group];
            rows.push(row);
            match counts.binary_search_by_key(&labels[row], |(class, _)| *class) {
                Ok(at) => counts[at].1 += 1,
                Err(at) => counts.insert(at, (labels[row], 1)),
            }
        }
        Ok(Self { groups, rows_per_class })
    }

    /// How many different texts each class has.
    pub(super) fn texts_per_class(&self, classes: usize) -> Vec<usize> {
        let mut texts = vec![0; classes];
        for (class, _) in self.groups.iter().flat_map(|group| &group.counts) {
            texts[*class as usize] += 1;
        }
        texts
    }

    /// The rows of each part, when each group goes where `choose` says.
    pub(super) fn place(
        &self,
        room: &mut Room,
        random: &mut Random,
        mut choose: impl FnMut(&Room, &Group, &mut Random) -> usize,
    ) -> Vec<Vec<usize>> {
        let mut order: Vec<&Group> = self.groups.iter().collect();
        random.shuffle(&mut order);
        // What is hard to place comes first, while there is room everywhere.
        order.sort_by_key(|group| std::cmp::Reverse((group.counts.len(), group.rows.len())));
        let mut parts = vec![Vec::new(); room.parts];
        for group in order {
            let part = choose(room, group, random);
            room.take(part, group);
            parts[part].extend_from_slice(&group.rows);
        }
        for rows in &mut parts {
            rows.sort_unstable();
        }
        parts
    }
}

/// How many rows of each class each part still wants; below 0 where it got more.
pub(super) struct Room {
    parts: usize,
    classes: usize,
    wanted: Vec<i64>,
}

impl Room {
    pub(super) fn new(parts: usize, classes: usize) -> Self {
        Self { parts, classes, wanted: vec![0; parts * classes] }
    }

    pub(super) fn set(&mut self, part: usize, class: usize, rows: usize) {
        self.wanted[part * self.classes + class] = 0_i64.saturating_add_unsigned(rows as u64);
    }

    fn of(&self, part: usize, class: u32) -> i64 {
        self.wanted[part * self.classes + class as usize]
    }

    fn take(&mut self, part: usize, group: &Group) {
        for (class, rows) in &group.counts {
            let wanted = &mut self.wanted[part * self.classes + *class as usize];
            *wanted = wanted.saturating_sub_unsigned(*rows as u64);
        }
    }

    /// How much room a part has for the classes of a group.
    fn total(&self, part: usize, group: &Group) -> i64 {
        group.counts.iter().map(|(class, _)| self.of(part, *class)).sum()
    }

    /// The part with the most room; the first of several.
    pub(super) fn emptiest(&self, group: &Group) -> usize {
        let by_room = |part: &usize| (self.total(*part, group), std::cmp::Reverse(*part));
        (0..self.parts).max_by_key(by_room).expect("there are parts")
    }

    /// A part in which the whole group has room, drawn with a chance as large as the room, so that
    /// texts that come often are as likely to be held back as others.
    pub(super) fn drawn(&self, group: &Group, random: &mut Random) -> usize {
        let room_in = |part: usize| {
            let fits = group.counts.iter().all(|(class, rows)| {
                u64::try_from(self.of(part, *class)).is_ok_and(|room| room >= *rows as u64)
            });
            if fits { self.total(part, group).try_into().unwrap_or(0) } else { 0 }
        };
        let room: Vec<usize> = (0..self.parts).map(room_in).collect();
        let total: usize = room.iter().sum();
        if total == 0 {
            return self.emptiest(group);
        }
        let drawn = random.below(total);
        let mut below = 0;
        let holds_drawn = |room: &usize| {
            below += room;
            drawn < below
        };
        room.iter().position(holds_drawn).expect("what is drawn is below the sum")
    }
}

/// A text as it is compared: in lower case, with single spaces.
pub(crate) fn folded(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    for word in text.split_whitespace() {
        if !folded.is_empty() {
            folded.push(' ');
        }
        folded.extend(word.chars().flat_map(char::to_lowercase));
    }
    folded
}
