//! Finding the columns of a text's n-grams.

use super::{
    cut::{CONTINUES, IDENTITY, UNKNOWN},
    options::Analyzer,
    pieces::Pieces,
    table::{NONE, Step, Table},
    terms::Terms,
};
use crate::{Error, Result};

/// What the n-grams of one symbol follow.
const ROOT: u32 = NONE - 1;

/// Characters from here on are looked up in the table even at the beginning of an n-gram.
const MOST_FIRST: usize = 0x800;

const UNSEEN: Step = Step { node: NONE, column: NONE };

/// The n-grams as a tree: from each, by the next word or character, to a longer one.
///
/// One walk from each place of a text finds the n-grams of all lengths that begin there, without
/// making a string of any.
#[derive(Debug, Clone)]
pub(super) struct Index {
    /// The words of n-grams; `None` for characters, which number themselves.
    pieces: Option<Pieces>,
    /// The n-grams of one symbol, by that symbol.
    first: Vec<Step>,
    table: Table,
}

impl Index {
    /// The tree of terms.
    ///
    /// # Errors
    /// When a term is there twice, or has no characters to be found by.
    pub(super) fn new(analyzer: Analyzer, terms: &Terms) -> Result<Self> {
        let mut index = Self {
            pieces: (analyzer == Analyzer::Word).then(Pieces::new),
            first: Vec::new(),
            table: Table::with_room(terms.len()),
        };
        // For each node whether a longer n-gram begins with it.
        let mut has_next = Vec::new();
        let mut symbols = Vec::new();
        for (column, term) in terms.iter().enumerate() {
            symbols.clear();
            match &mut index.pieces {
                Some(pieces) => {
                    symbols.extend(term.split(' ').map(|piece| pieces.insert(piece)));
                }
                None => symbols.extend(term.chars().map(u32::from)),
            }
            let Some((last, before)) = symbols.split_last() else {
                return Err(Error::invalid("vocabulary", format!("term {column} is empty")));
            };
            let node = before.iter().fold(ROOT, |node, symbol| {
                let node = index.place(node, *symbol, &mut has_next).node;
                has_next[node as usize] = true;
                node
            });
            let place = index.place(node, *last, &mut has_next);
            if place.column != NONE {
                return Err(Error::invalid("vocabulary", format!("{term:?} is there twice")));
            }
            place.column = column as u32;
        }
        let Self { first, table, .. } = &mut index;
        for step in first.iter_mut().chain(table.steps_mut()) {
            if has_next.get(step.node as usize) != Some(&true) {
                step.node = NONE;
            }
        }
        Ok(index)
    }

    /// The tree of words that grew while texts were read: what n-grams are made of, and the columns
    /// of those that are kept.
    pub(super) fn grown(
        pieces: Pieces,
        first: &[u32],
        mut table: Table,
        origins: &[(u32, u32)],
        columns: &[u32],
    ) -> Self {
        let mut has_next = vec![false; origins.len()];
        // A longer n-gram comes after what it begins with.
        for (node, (parent, _)) in origins.iter().enumerate().rev() {
            if *parent != NONE && (has_next[node] || columns[node] != NONE) {
                has_next[*parent as usize] = true;
            }
        }
        let step = |node: u32| {
            let at = node as usize;
            Step { node: if has_next[at] { node } else { NONE }, column: columns[at] }
        };
        table.steps_mut().for_each(|grown| *grown = step(grown.node));
        let first = first.iter().map(|node| if *node == NONE { UNSEEN } else { step(*node) });
        Self { pieces: Some(pieces), first: first.collect(), table }
    }

    /// The place of an n-gram, which is made if it is not there.
    fn place(&mut self, node: u32, symbol: u32, nodes: &mut Vec<bool>) -> &mut Step {
        let mut new = || {
            nodes.push(false);
            Step { node: nodes.len() as u32 - 1, column: NONE }
        };
        if node != ROOT || !self.is_dense(symbol) {
            return self.table.entry(node, symbol, new);
        }
        let at = symbol as usize;
        if at >= self.first.len() {
            self.first.resize(at + 1, UNSEEN);
        }
        if self.first[at].node == NONE {
            self.first[at] = new();
        }
        &mut self.first[at]
    }

    fn is_dense(&self, symbol: u32) -> bool {
        self.pieces.is_some() || (symbol as usize) < MOST_FIRST
    }

    /// The symbol of a word.
    pub(super) fn piece(&self, word: &str) -> u32 {
        self.pieces.as_ref().and_then(|pieces| pieces.get(word)).unwrap_or(UNKNOWN)
    }

    /// What is known of the n-gram of one symbol.
    fn start(&self, symbol: u32) -> Step {
        if let Some(step) = self.first.get(symbol as usize) {
            return *step;
        }
        if self.is_dense(symbol) {
            return UNSEEN;
        }
        self.table.get(ROOT, symbol).unwrap_or(UNSEEN)
    }

    /// Calls `hit` with the column of each n-gram that is known, and its first and last symbol.
    pub(super) fn walk(
        &self,
        symbols: &[u32],
        (least, most): (usize, usize),
        mut hit: impl FnMut(u32, usize, usize),
    ) {
        for start in 0..symbols.len() {
            if start > 0 && symbols[start - 1] & CONTINUES != 0 {
                continue;
            }
            let mut step = self.start(symbols[start] & IDENTITY);
            let mut at = start;
            let mut length = 0;
            loop {
                if symbols[at] & CONTINUES == 0 {
                    length += 1;
                    if length >= least && step.column != NONE {
                        hit(step.column, start, at);
                    }
                    if length == most {
                        break;
                    }
                }
                at += 1;
                if step.node == NONE || at == symbols.len() {
                    break;
                }
                match self.table.get(step.node, symbols[at] & IDENTITY) {
                    Some(next) => step = next,
                    None => break,
                }
            }
        }
    }
}
