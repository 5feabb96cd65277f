//! Where in a text its n-grams are.

use std::ops::Range;

use super::{
    cut::{CONTINUES, Sink},
    part::TfidfPart,
    prepare::Sourced,
};

/// A place in a text where a known n-gram occurs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Occurrence {
    /// The column of the n-gram.
    pub column: u32,
    /// The bytes of the original text: of each of its words, or of all its characters.
    pub spans: Vec<Range<usize>>,
}

struct Tracer<'t> {
    part: &'t TfidfPart,
    text: &'t str,
    prepared: &'t Sourced,
    offset: u32,
    symbols: Vec<u32>,
    sources: Vec<Range<usize>>,
    found: &'t mut Vec<Occurrence>,
}

impl Sink for Tracer<'_> {
    fn piece(&mut self, word: &str) -> u32 {
        self.part.index.piece(word)
    }

    fn symbol(&mut self, symbol: u32, source: Range<usize>) {
        self.symbols.push(symbol);
        self.sources.push(source);
    }

    fn end(&mut self) {
        let continued = |symbol: &&u32| **symbol & CONTINUES != 0;
        let length = self.symbols.len() - self.symbols.iter().filter(continued).count();
        let range = self.part.cutter.range(length);
        let spans = |from: usize, to: usize| {
            let source = |part: Range<usize>| self.prepared.source(part, self.text);
            if !self.part.cutter.has_words() {
                return vec![source(self.sources[from].start..self.sources[to].end)];
            }
            let mut spans = Vec::new();
            let mut start = from;
            for at in from..=to {
                if self.symbols[at] & CONTINUES == 0 {
                    spans.push(source(self.sources[start].start..self.sources[at].end));
                    start = at + 1;
                }
            }
            spans
        };
        self.part.index.walk(&self.symbols, range, |column, from, to| {
            let column = column + self.offset;
            self.found.push(Occurrence { column, spans: spans(from, to) });
        });
        self.symbols.clear();
        self.sources.clear();
    }
}

/// Appends the places where n-grams of a part occur, with columns from `offset` on.
pub(super) fn trace(part: &TfidfPart, text: &str, offset: u32, found: &mut Vec<Occurrence>) {
    let prepared = Sourced::new(part.cutter.prepare, text);
    let (symbols, sources) = (Vec::new(), Vec::new());
    let mut tracer = Tracer { part, text, prepared: &prepared, offset, symbols, sources, found };
    // A pattern that gives up finds no more, here as in `transform`.
    let _ = part.cutter.cut(&prepared.text, &mut tracer);
}
