//! Counting the n-grams of texts whose vocabulary is not known yet.

use std::ops::Range;

use super::{
    cut::{CONTINUES, Cutter, IDENTITY, Sink},
    index::Index,
    options::{Analyzer, Frequency, TfidfOptions},
    pieces::Pieces,
    table::{NONE, Step, Table},
    terms::Terms,
};
use crate::{Error, Result};

/// More n-grams than this do not fit the numbers that are used for them.
const MOST_NODES: usize = 1 << 31;

/// How often n-grams occur in texts: a row for each text.
#[derive(Debug, Default)]
pub(super) struct Counts {
    pub(super) starts: Vec<usize>,
    /// In no order inside a row.
    pub(super) places: Vec<u32>,
    /// How often each of them occurs.
    pub(super) times: Vec<u32>,
}

/// An n-gram, or the beginning of one.
#[derive(Debug, Clone, Copy)]
struct Node {
    /// The last text it was in, from 1, and where its count is.
    text: u32,
    slot: u32,
    /// In how many texts it is.
    texts: u32,
}

/// The n-grams seen so far.
pub(super) struct Grower<'c> {
    cutter: &'c Cutter,
    pieces: Option<Pieces>,
    /// The n-grams of one symbol, by that symbol.
    first: Vec<u32>,
    table: Table,
    nodes: Vec<Node>,
    /// What each n-gram is made of: a shorter one and a symbol.
    origins: Vec<(u32, u32)>,
    symbols: Vec<u32>,
    counts: Counts,
    text: u32,
}

impl Sink for Grower<'_> {
    fn piece(&mut self, word: &str) -> u32 {
        self.pieces.as_mut().map_or(0, |pieces| pieces.insert(word))
    }

    fn symbol(&mut self, symbol: u32, _source: Range<usize>) {
        self.symbols.push(symbol);
    }

    fn end(&mut self) {
        let symbols = std::mem::take(&mut self.symbols);
        self.walk(&symbols);
        self.symbols = symbols;
        self.symbols.clear();
    }
}

impl<'c> Grower<'c> {
    pub(super) fn new(cutter: &'c Cutter, analyzer: Analyzer) -> Self {
        Self {
            cutter,
            pieces: (analyzer == Analyzer::Word).then(Pieces::new),
            first: Vec::new(),
            table: Table::new(),
            nodes: Vec::new(),
            origins: Vec::new(),
            symbols: Vec::new(),
            counts: Counts { starts: vec![0], ..Counts::default() },
            text: 0,
        }
    }

    /// Counts the n-grams of the next text.
    pub(super) fn read(&mut self, text: &str, spare: &mut String) -> Result<()> {
        self.text += 1;
        let cutter = self.cutter;
        cutter.cut(cutter.prepare.text(text, spare), self)?;
        if self.nodes.len() >= MOST_NODES {
            let problem = format!("more than {MOST_NODES} different n-grams");
            return Err(Error::invalid("texts", problem));
        }
        self.counts.starts.push(self.counts.places.len());
        Ok(())
    }

    fn walk(&mut self, symbols: &[u32]) {
        let (least, most) = self.cutter.range(symbols.len());
        for start in 0..symbols.len() {
            if start > 0 && symbols[start - 1] & CONTINUES != 0 {
                continue;
            }
            let mut node = self.start(symbols[start] & IDENTITY);
            let mut at = start;
            let mut length = 0;
            loop {
                if symbols[at] & CONTINUES == 0 {
                    length += 1;
                    if length >= least {
                        self.count(node);
                    }
                    if length == most {
                        break;
                    }
                }
                at += 1;
                if at == symbols.len() {
                    break;
                }
                node = self.follow(node, symbols[at] & IDENTITY);
            }
        }
    }

    fn start(&mut self, symbol: u32) -> u32 {
        let at = symbol as usize;
        if at >= self.first.len() {
            self.first.resize(at + 1, NONE);
        }
        if self.first[at] == NONE {
            self.first[at] = self.nodes.len() as u32;
            self.nodes.push(Node { text: 0, slot: 0, texts: 0 });
            self.origins.push((NONE, symbol));
        }
        self.first[at]
    }

    fn follow(&mut self, node: u32, symbol: u32) -> u32 {
        let new = || {
            self.nodes.push(Node { text: 0, slot: 0, texts: 0 });
            self.origins.push((node, symbol));
            Step { node: self.nodes.len() as u32 - 1, column: NONE }
        };
        self.table.entry(node, symbol, new).node
    }

    fn count(&mut self, place: u32) {
        let start = self.counts.starts[self.counts.starts.len() - 1];
        let node = &mut self.nodes[place as usize];
        if node.text == self.text {
            self.counts.times[start + node.slot as usize] += 1;
            return;
        }
        node.text = self.text;
        node.slot = (self.counts.places.len() - start) as u32;
        node.texts += 1;
        self.counts.places.push(place);
        self.counts.times.push(1);
    }

    /// The vocabulary that the options choose, and the counts of its n-grams.
    pub(super) fn finish(mut self, options: &TfidfOptions) -> Result<Vocabulary> {
        let keep = self.frequent(options)?;
        if options.binary {
            self.counts.times.fill(1);
        }
        // The limit counts occurrences, and equal ones are kept in the order of the vocabulary.
        let limit = options.max_features.filter(|limit| keep.count > *limit);
        let mut order = self.order(&keep.nodes);
        if let Some(limit) = limit {
            let mut occurrences = vec![0_u64; self.nodes.len()];
            for (place, count) in self.counts.places.iter().zip(&self.counts.times) {
                occurrences[*place as usize] += u64::from(*count);
            }
            let mut columns: Vec<u32> = (0..order.nodes.len() as u32).collect();
            let most = |column: &u32| occurrences[order.nodes[*column as usize] as usize];
            columns.sort_by_key(|column| std::cmp::Reverse(most(column)));
            columns.truncate(limit);
            columns.sort_unstable();
            order = order.select(&columns);
        }
        let mut column_of = vec![NONE; self.nodes.len()];
        for (column, node) in order.nodes.iter().enumerate() {
            column_of[*node as usize] = column as u32;
        }
        let texts = order.nodes.iter().map(|node| self.nodes[*node as usize].texts).collect();
        for place in &mut self.counts.places {
            *place = column_of[*place as usize];
        }
        // Where most n-grams stay, their tree stays, too; else a new one is smaller, thus faster.
        let stays = order.nodes.len() * 2 >= self.nodes.len();
        let index = self
            .pieces
            .filter(|_| stays)
            .map(|pieces| Index::grown(pieces, &self.first, self.table, &self.origins, &column_of));
        Ok(Vocabulary { terms: order.terms, texts, counts: self.counts, index })
    }

    /// Which n-grams are in neither too few nor too many texts.
    fn frequent(&self, options: &TfidfOptions) -> Result<Kept> {
        let texts = self.text as usize;
        let (least, most) = (options.min_df.of(texts), options.max_df.of(texts));
        if most < least {
            let problem = format!(
                "{} is below min_df, {}",
                described(options.max_df, texts),
                described(options.min_df, texts)
            );
            return Err(Error::invalid("max_df", problem));
        }
        // A beginning that is no n-gram by itself is in no text.
        let found = self.nodes.iter().filter(|node| node.texts > 0).count();
        let is_kept = |node: &Node| {
            let texts = f64::from(node.texts);
            node.texts > 0 && texts >= least && texts <= most
        };
        let nodes: Vec<bool> = self.nodes.iter().map(is_kept).collect();
        let count = nodes.iter().filter(|is_kept| **is_kept).count();
        if found > 0 && count == 0 {
            let problem = format!(
                "none of {found} n-grams is in at least min_df, {}, and at most max_df, {}",
                described(options.min_df, texts),
                described(options.max_df, texts)
            );
            return Err(Error::invalid("vocabulary", problem));
        }
        Ok(Kept { nodes, count })
    }

    /// The n-grams to keep, in the order of their characters.
    fn order(&self, keep: &[bool]) -> Ordered {
        let ranks = self.pieces.as_ref().map(Pieces::ranks);
        let rank = |symbol: u32| ranks.as_ref().map_or(symbol, |ranks| ranks[symbol as usize]);
        // What an n-gram begins with was seen before it, so one look from the end finds all.
        let mut is_wanted = keep.to_vec();
        let mut edges = Vec::new();
        for node in (0..keep.len()).rev() {
            let (parent, symbol) = self.origins[node];
            if is_wanted[node] {
                if parent != NONE {
                    is_wanted[parent as usize] = true;
                }
                let parent = u64::from(parent.wrapping_add(1));
                edges.push((parent << 32 | u64::from(rank(symbol)), node as u32));
            }
        }
        edges.sort_unstable();
        let mut after = vec![0_u32; keep.len() + 2];
        for (key, _) in &edges {
            after[(key >> 32) as usize + 1] += 1;
        }
        for parent in 1..after.len() {
            after[parent] += after[parent - 1];
        }
        let children = |parent: u32| {
            &edges[after[parent as usize] as usize..after[parent as usize + 1] as usize]
        };

        let mut ordered = Ordered::default();
        let mut term = String::new();
        let mut waiting: Vec<(u32, usize, bool)> =
            children(0).iter().rev().map(|(_, node)| (*node, 0, true)).collect();
        while let Some((node, length, is_first)) = waiting.pop() {
            term.truncate(length);
            let symbol = self.origins[node as usize].1;
            match &self.pieces {
                Some(pieces) => {
                    if !is_first {
                        term.push(' ');
                    }
                    term.push_str(pieces.word(symbol));
                }
                None => term.extend(char::from_u32(symbol)),
            }
            if keep[node as usize] {
                ordered.terms.push(&term);
                ordered.nodes.push(node);
            }
            let longer = children(node + 1).iter().rev();
            waiting.extend(longer.map(|(_, node)| (*node, term.len(), false)));
        }
        ordered.sorted()
    }
}

/// A bound as messages show it.
fn described(frequency: Frequency, texts: usize) -> String {
    match frequency {
        Frequency::Count(count) => format!("{count} texts"),
        Frequency::Share(share) => format!("{share} of {texts} texts"),
    }
}

struct Kept {
    nodes: Vec<bool>,
    count: usize,
}

/// N-grams in the order of their characters.
#[derive(Default)]
struct Ordered {
    terms: Terms,
    nodes: Vec<u32>,
}

impl Ordered {
    fn select(&self, columns: &[u32]) -> Self {
        let term = |column: &u32| self.terms.get(*column as usize).unwrap_or_default();
        Self {
            terms: columns.iter().map(term).collect(),
            nodes: columns.iter().map(|column| self.nodes[*column as usize]).collect(),
        }
    }

    /// Words of patterns may hold characters that come before the space between words; then the
    /// order of words is not that of characters.
    fn sorted(self) -> Self {
        if self.terms.iter().is_sorted() {
            return self;
        }
        let terms: Vec<&str> = self.terms.iter().collect();
        let mut columns: Vec<u32> = (0..terms.len() as u32).collect();
        columns.sort_unstable_by_key(|column| terms[*column as usize]);
        self.select(&columns)
    }
}

/// What was learnt of the texts.
pub(super) struct Vocabulary {
    pub(super) terms: Terms,
    /// For each term in how many texts it is.
    pub(super) texts: Vec<u32>,
    /// Their places are columns, or [`NONE`].
    pub(super) counts: Counts,
    /// The tree of the terms, if it need not be made.
    pub(super) index: Option<Index>,
}
