//! Where the rows of equal texts go together.

use rustc_hash::FxHashMap;

use crate::{Error, Result, random::Random};

/// The most groups that are moved to spread the classes. It is the small sets that need it, and
/// those have few groups to move.
const MOST_MOVES: usize = 1_000;

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

    /// The part of each group, when each goes where `choose` says.
    pub(super) fn place(
        &self,
        room: &mut Room,
        random: &mut Random,
        mut choose: impl FnMut(&Room, &Group, &mut Random) -> usize,
    ) -> Vec<usize> {
        let mut order: Vec<usize> = (0..self.groups.len()).collect();
        random.shuffle(&mut order);
        // What is hard to place comes first, while there is room everywhere.
        let size = |group: &Group| (group.counts.len(), group.rows.len());
        order.sort_by_key(|group| std::cmp::Reverse(size(&self.groups[*group])));
        let mut part_of = vec![0; self.groups.len()];
        for at in order {
            let group = &self.groups[at];
            part_of[at] = choose(room, group, random);
            room.take(part_of[at], group);
        }
        part_of
    }

    /// Moves a group of each class that has none in a part there: the smallest, and of several the
    /// first.
    pub(super) fn bring_all_classes_to(&self, part: usize, part_of: &mut [usize]) {
        let classes = self.rows_per_class.len();
        let mut is_there = vec![false; classes];
        for (group, own) in self.groups.iter().zip(&*part_of) {
            group.counts.iter().for_each(|(class, _)| is_there[*class as usize] |= *own == part);
        }
        for class in 0..classes {
            if is_there[class] {
                continue;
            }
            let smallest = self.of_class(class).min_by_key(|at| self.groups[*at].rows.len());
            if let Some(at) = smallest {
                part_of[at] = part;
                for (class, _) in &self.groups[at].counts {
                    is_there[*class as usize] = true;
                }
            }
        }
    }

    /// Moves groups until no class is in one part only.
    ///
    /// # Errors
    /// [`Error::InvalidInput`] if texts with several labels tie the classes together so that no
    /// way is found.
    pub(super) fn spread(
        &self,
        parts: usize,
        part_of: &mut [usize],
        random: &mut Random,
    ) -> Result<()> {
        let classes = self.rows_per_class.len();
        // How many groups each class has in each part.
        let mut counts = vec![0_usize; classes * parts];
        for (group, part) in self.groups.iter().zip(&*part_of) {
            for (class, _) in &group.counts {
                counts[*class as usize * parts + part] += 1;
            }
        }
        let is_bare = |own: &[usize]| own.iter().filter(|groups| **groups > 0).count() == 1;
        for _ in 0..MOST_MOVES {
            let Some(class) = counts.chunks_exact(parts).position(is_bare) else {
                return Ok(());
            };
            // The move after which the fewest classes are in one part only; of equally good ones
            // any, so that it does not go round in circles.
            let mut best = (usize::MAX, Vec::new());
            for at in self.of_class(class) {
                let from = part_of[at];
                for to in (0..parts).filter(|to| *to != from) {
                    let bare_after = |(class, _): &&(u32, usize)| {
                        let mut own = counts[*class as usize * parts..][..parts].to_vec();
                        own[from] -= 1;
                        own[to] += 1;
                        is_bare(&own)
                    };
                    let bare = self.groups[at].counts.iter().filter(bare_after).count();
                    if bare < best.0 {
                        best = (bare, Vec::new());
                    }
                    if bare == best.0 {
                        best.1.push((at, to));
                    }
                }
            }
            let (at, to) = best.1[random.below(best.1.len())];
            for (class, _) in &self.groups[at].counts {
                counts[*class as usize * parts + part_of[at]] -= 1;
                counts[*class as usize * parts + to] += 1;
            }
            part_of[at] = to;
        }
        let class = counts.chunks_exact(parts).position(is_bare).unwrap_or_default();
        let problem = format!(
            "texts with several labels tie the classes together, so that of class {class} none is \
             left to learn from in some fold"
        );
        Err(Error::invalid("folds", problem))
    }

    /// The groups that have rows of a class.
    fn of_class(&self, class: usize) -> impl Iterator<Item = usize> {
        let has_class = move |group: &Group| {
            group.counts.binary_search_by_key(&class, |(own, _)| *own as usize).is_ok()
        };
        (0..self.groups.len()).filter(move |at| has_class(&self.groups[*at]))
    }

    /// The rows of each part, ascending.
    pub(super) fn rows_of(&self, parts: usize, part_of: &[usize]) -> Vec<Vec<usize>> {
        let mut rows = vec![Vec::new(); parts];
        for (group, part) in self.groups.iter().zip(part_of) {
            rows[*part].extend_from_slice(&group.rows);
        }
        for rows in &mut rows {
            rows.sort_unstable();
        }
        rows
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
fn folded(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    for word in text.split_whitespace() {
        if !folded.is_empty() {
            folded.push(' ');
        }
        folded.extend(word.chars().flat_map(char::to_lowercase));
    }
    folded
}
