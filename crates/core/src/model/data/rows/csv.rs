//! Tables as spreadsheets and programs write them.

use std::io::Read;

use super::{Broken, Cell, LONGEST_ROW, Place, Row, Visitor, failed};
use crate::{Error, Result};

/// What may part cells; of equally frequent ones in a header, the first does.
const SEPARATORS: [u8; 3] = [b'\t', b',', b';'];

/// How much is read at once, and looked at to see what parts cells and lines.
const BLOCK: usize = 1 << 18;

/// How many quotation marks may stay open. Each is looked for up to the longest row, so a file in
/// which this is the rule would take for ever.
const MOST_OPEN: usize = 100;

/// Reads a table whose first line names its columns.
pub(super) fn read(source: impl Read, visitor: &mut dyn Visitor) -> Result<()> {
    let mut window = Window::new(source)?;
    let separator = separator(window.rest());
    let mut names: Option<Vec<String>> = None;
    let mut open = 0;
    while window.skip_empty_lines()? {
        let line = window.line;
        let parsed = loop {
            match parse(window.rest(), separator, window.is_end) {
                Parsed::Incomplete if window.rest().len() > LONGEST_ROW => break Parsed::Open,
                Parsed::Incomplete => window.fill()?,
                parsed => break parsed,
            }
        };
        let reason = match parsed {
            Parsed::Row { cells, length } => {
                let Some(names) = &names else {
                    let found: Vec<String> = cells
                        .into_iter()
                        .map(|cell| cell.into_text().unwrap_or_default())
                        .collect();
                    visitor.names(&found)?;
                    names = Some(found);
                    window.advance(length);
                    continue;
                };
                if cells.len() == names.len() {
                    window.advance(length);
                    visitor.row(Place::Line(line), &Row::Cells(&cells))?;
                    continue;
                }
                let reason = format!("{} cells instead of {}", cells.len(), names.len());
                let raw = String::from_utf8_lossy(&window.rest()[..length]);
                let raw = raw.trim_end_matches(['\r', '\n']);
                visitor.broken(Broken { place: Place::Line(line), reason, raw })?;
                window.advance(length);
                continue;
            }
            Parsed::NotUtf8 => {
                return Err(Error::invalid(format!("line {line}"), "is not UTF-8"));
            }
            Parsed::Open => {
                open += 1;
                "a quotation mark is never closed"
            }
            Parsed::Trailing => "a quotation mark is closed, and text follows before the cell ends",
            Parsed::Incomplete => unreachable!("the loop above reads on until it is complete"),
        };
        if names.is_none() || open > MOST_OPEN {
            let problem = if names.is_none() {
                reason.to_owned()
            } else {
                format!(
                    "{reason}, and in {MOST_OPEN} lines before it is the same; is this a table?"
                )
            };
            return Err(Error::invalid(format!("line {line}"), problem));
        }
        // Only this line is lost: what follows is looked at anew.
        let raw = window.take_line()?;
        let raw = String::from_utf8_lossy(&raw);
        let raw = raw.trim_end_matches(['\r', '\n']);
        visitor.broken(Broken { place: Place::Line(line), reason: reason.to_owned(), raw })?;
    }
    if names.is_none() {
        visitor.names(&[])?;
    }
    Ok(())
}

/// The part of a file that is in memory.
struct Window<R> {
    source: R,
    bytes: Vec<u8>,
    start: usize,
    is_end: bool,
    /// The line that the rest begins with.
    line: u64,
    /// Some spreadsheets still end lines as computers did before 2001.
    has_old_lines: bool,
}

impl<R: Read> Window<R> {
    fn new(source: R) -> Result<Self> {
        let mut window = Self {
            source,
            bytes: Vec::new(),
            start: 0,
            is_end: false,
            line: 1,
            has_old_lines: false,
        };
        window.fill()?;
        if window.bytes.starts_with(b"\xef\xbb\xbf") {
            window.start = 3;
        }
        if memchr::memchr(b'\n', &window.bytes).is_none() {
            window.has_old_lines = memchr::memchr(b'\r', &window.bytes)
                // The line feed may be the next byte to be read.
                .is_some_and(|at| window.is_end || at + 1 < window.bytes.len());
            window.renew_lines(0);
        }
        Ok(window)
    }

    fn rest(&self) -> &[u8] {
        &self.bytes[self.start..]
    }

    /// Reads on: a block, or as much as is there already, so that a long row is looked at few
    /// times.
    fn fill(&mut self) -> Result<()> {
        self.bytes.drain(..self.start);
        self.start = 0;
        let before = self.bytes.len();
        let more = before.max(BLOCK) as u64;
        let count = (&mut self.source).take(more).read_to_end(&mut self.bytes).map_err(failed)?;
        self.is_end = (count as u64) < more;
        self.renew_lines(before);
        Ok(())
    }

    fn renew_lines(&mut self, from: usize) {
        if self.has_old_lines {
            for byte in self.bytes[from..].iter_mut().filter(|byte| **byte == b'\r') {
                *byte = b'\n';
            }
        }
    }

    /// Goes on behind so many bytes.
    fn advance(&mut self, length: usize) {
        self.line += memchr::memchr_iter(b'\n', &self.rest()[..length]).count() as u64;
        self.start += length;
    }

    /// Goes to the next line that is not empty; false at the end.
    fn skip_empty_lines(&mut self) -> Result<bool> {
        loop {
            match self.rest() {
                [b'\n', ..] => self.advance(1),
                [b'\r', b'\n', ..] => self.advance(2),
                [] | [b'\r'] if !self.is_end => self.fill()?,
                [] => return Ok(false),
                _ => return Ok(true),
            }
        }
    }

    /// Takes the line that the rest begins with; of one that is longer than the longest row, the
    /// beginning.
    fn take_line(&mut self) -> Result<Vec<u8>> {
        let mut line = Vec::new();
        loop {
            let end = memchr::memchr(b'\n', self.rest()).map(|at| at + 1);
            let part = &self.rest()[..end.unwrap_or(self.rest().len())];
            let room = LONGEST_ROW.saturating_sub(line.len()).min(part.len());
            line.extend_from_slice(&part[..room]);
            let length = part.len();
            self.advance(length);
            if end.is_some() || self.is_end {
                return Ok(line);
            }
            self.fill()?;
        }
    }
}

/// What the bytes at the beginning of a row are.
enum Parsed {
    /// More must be read to tell.
    Incomplete,
    /// A row of so many bytes.
    Row { cells: Vec<Cell>, length: usize },
    /// A cell whose quotation mark is never closed.
    Open,
    /// A cell in quotation marks that does not end where these do.
    Trailing,
    /// No text.
    NotUtf8,
}

fn parse(bytes: &[u8], separator: u8, is_end: bool) -> Parsed {
    let mut cells = Vec::new();
    let mut at = 0;
    loop {
        let rest = &bytes[at..];
        let quoted = if rest.first() == Some(&b'"') {
            quoted(rest, separator, is_end)
        } else {
            Quoted::No(Parsed::Open)
        };
        let (cell, length) = match quoted {
            Quoted::Yes(cell, length) => match String::from_utf8(cell) {
                Ok(text) => (Cell::Text(text), length),
                Err(_) => return Parsed::NotUtf8,
            },
            Quoted::Unknown => return Parsed::Incomplete,
            // Where tabs part the cells, a quotation mark is mostly one.
            Quoted::No(reason) if rest.first() == Some(&b'"') && separator != b'\t' => {
                return reason;
            }
            Quoted::No(_) => {
                let length = match memchr::memchr2(separator, b'\n', rest) {
                    Some(end) => end,
                    None if is_end => rest.len(),
                    None => return Parsed::Incomplete,
                };
                let mut plain = &rest[..length];
                if rest.get(length) == Some(&b'\n') && plain.last() == Some(&b'\r') {
                    plain = &plain[..length - 1];
                }
                match std::str::from_utf8(plain) {
                    Ok("") => (Cell::Null, length),
                    Ok(text) => (Cell::Text(text.to_owned()), length),
                    Err(_) => return Parsed::NotUtf8,
                }
            }
        };
        cells.push(cell);
        at += length;
        match &bytes[at..] {
            [first, ..] if *first == separator => at += 1,
            [b'\r', b'\n', ..] => return Parsed::Row { cells, length: at + 2 },
            [b'\n', ..] => return Parsed::Row { cells, length: at + 1 },
            _ => return Parsed::Row { cells, length: at },
        }
    }
}

enum Quoted {
    /// What the quotation marks hold, and where the closing one has ended.
    Yes(Vec<u8>, usize),
    No(Parsed),
    /// More must be read to tell.
    Unknown,
}

/// A cell in quotation marks, which may hold anything; two of them stand for one.
fn quoted(bytes: &[u8], separator: u8, is_end: bool) -> Quoted {
    let mut cell = Vec::new();
    let mut at = 1;
    loop {
        let Some(end) = memchr::memchr(b'"', &bytes[at..]) else {
            // A tab-separated file may hold texts that merely begin with a quotation mark.
            let is_known = is_end || (separator == b'\t' && bytes[at..].contains(&b'\t'));
            return if is_known { Quoted::No(Parsed::Open) } else { Quoted::Unknown };
        };
        cell.extend_from_slice(&bytes[at..at + end]);
        if separator == b'\t' && cell.contains(&b'\t') {
            return Quoted::No(Parsed::Open);
        }
        at += end + 1;
        match &bytes[at..] {
            [b'"', ..] => {
                cell.push(b'"');
                at += 1;
            }
            [] | [b'\r'] if !is_end => return Quoted::Unknown,
            [] | [b'\n', ..] | [b'\r', b'\n', ..] => return Quoted::Yes(cell, at),
            [first, ..] if *first == separator => return Quoted::Yes(cell, at),
            _ => return Quoted::No(Parsed::Trailing),
        }
    }
}

/// What parts the cells of a table: of what may, what its header has most of outside quotation
/// marks.
fn separator(table: &[u8]) -> u8 {
    let mut counts = [0; SEPARATORS.len()];
    let (mut is_start, mut is_quoted) = (true, false);
    let first = table.iter().position(|byte| !matches!(byte, b'\r' | b'\n'));
    let mut bytes = table[first.unwrap_or(table.len())..].iter().copied().peekable();
    while let Some(byte) = bytes.next() {
        match byte {
            // Two of them stand for one.
            b'"' if is_quoted => is_quoted = bytes.next_if_eq(&b'"').is_some(),
            b'"' if is_start => is_quoted = true,
            _ if is_quoted => {}
            b'\n' => break,
            _ => {
                if let Some(which) = SEPARATORS.iter().position(|&separator| separator == byte) {
                    counts[which] += 1;
                    is_start = true;
                    continue;
                }
            }
        }
        is_start = false;
    }
    let best = (0..SEPARATORS.len()).rev().max_by_key(|&which| counts[which]);
    best.map_or(b',', |best| SEPARATORS[best])
}
