//! The wire format of protocol buffers, read forwards through a file that nobody has checked.

use std::io::{self, BufRead, BufReader, Read, Seek};

use crate::{Error, Result};

/// How deep messages may lie in each other; the runtime's own reader has the same limit.
const DEEPEST: u32 = 100;
/// The longest name that is read, in bytes.
const LONGEST_NAME: u64 = 4096;

/// A field of a message: its number, and what it holds.
#[derive(Debug)]
pub(super) struct Field {
    pub(super) number: u32,
    pub(super) payload: Payload,
}

/// What a field holds.
#[derive(Debug)]
pub(super) enum Payload {
    /// A whole number.
    Number(u64),
    /// A message, a text or bytes: not read yet.
    Span(Span),
    /// Four or eight bytes, which are skipped: nothing looked for here is stored so.
    Fixed,
}

/// A part of the file, and how many messages lie around it.
#[derive(Debug)]
pub(super) struct Span {
    /// Where its next field begins.
    next: u64,
    end: u64,
    depth: u32,
}

/// Reads forwards and skips what nobody asks for.
#[derive(Debug)]
pub(super) struct Wire<R> {
    input: BufReader<R>,
    position: u64,
    length: u64,
    /// The file, for messages.
    name: String,
}

impl<R: Read + Seek> Wire<R> {
    /// Reads `input`, which is `length` bytes long and called `name` in messages.
    pub(super) fn new(input: R, length: u64, name: String) -> Self {
        Self { input: BufReader::new(input), position: 0, length, name }
    }

    /// The whole file, which is one message.
    pub(super) fn whole(&self) -> Span {
        Span { next: 0, end: self.length, depth: 0 }
    }

    /// An error at the place that was read last.
    pub(super) fn error(&self, problem: impl std::fmt::Display) -> Error {
        let position = self.position;
        Error::invalid(&self.name, format!("not a valid ONNX file: {problem} at byte {position}"))
    }

    /// The next field of a message, or `None` at its end. What was left unread of the field before
    /// is skipped.
    pub(super) fn field(&mut self, message: &mut Span) -> Result<Option<Field>> {
        if message.depth > DEEPEST {
            return Err(self.error(format!("more than {DEEPEST} messages inside each other")));
        }
        self.skip_to(message.next)?;
        if message.next == message.end {
            return Ok(None);
        }
        let key = self.number(message.end)?;
        let number = u32::try_from(key >> 3).ok().filter(|number| (1..1 << 29).contains(number));
        let number =
            number.ok_or_else(|| self.error(format!("{key} is not the key of a field")))?;
        let payload = match key & 7 {
            0 => Payload::Number(self.number(message.end)?),
            1 => self.fixed(8, message.end)?,
            2 => {
                let length = self.number(message.end)?;
                let next = self.position;
                let end = self.position + self.within(length, message.end)?;
                Payload::Span(Span { next, end, depth: message.depth + 1 })
            }
            5 => self.fixed(4, message.end)?,
            kind => return Err(self.error(format!("a field of the unknown kind {kind}"))),
        };
        message.next = match &payload {
            Payload::Span(span) => span.end,
            _ => self.position,
        };
        Ok(Some(Field { number, payload }))
    }

    /// The next of several numbers in one field, or `None` at its end.
    pub(super) fn packed_number(&mut self, numbers: &mut Span) -> Result<Option<u64>> {
        if numbers.next == numbers.end {
            return Ok(None);
        }
        let number = self.number(numbers.end)?;
        numbers.next = self.position;
        Ok(Some(number))
    }

    /// The text of a field.
    pub(super) fn text(&mut self, span: &Span) -> Result<String> {
        let length = span.end - span.next;
        if length > LONGEST_NAME {
            return Err(self.error(format!("a name of {length} bytes, more than {LONGEST_NAME},")));
        }
        let mut bytes = vec![0; length as usize];
        self.input.read_exact(&mut bytes).map_err(|source| self.cannot_read(source))?;
        self.position = span.end;
        String::from_utf8(bytes).map_err(|_| self.error("a name that is not UTF-8"))
    }

    fn fixed(&mut self, length: u64, end: u64) -> Result<Payload> {
        let length = self.within(length, end)?;
        self.skip_to(self.position + length)?;
        Ok(Payload::Fixed)
    }

    /// `length` itself, when so much is left up to `end`.
    fn within(&self, length: u64, end: u64) -> Result<u64> {
        let left = end - self.position;
        if length > left {
            return Err(self.error(format!("a field of {length} bytes where {left} are left")));
        }
        Ok(length)
    }

    /// A whole number of one to ten bytes, seven bits each, the lowest first.
    fn number(&mut self, end: u64) -> Result<u64> {
        let mut number = 0_u64;
        for shift in (0..64).step_by(7) {
            if self.position == end {
                return Err(self.error("a message that ends inside a number"));
            }
            let byte = self.byte()?;
            if shift == 63 && byte > 1 {
                return Err(self.error("a number of more than 64 bits"));
            }
            number |= u64::from(byte & 0x7f) << shift;
            if byte < 0x80 {
                return Ok(number);
            }
        }
        Err(self.error("a number of more than ten bytes"))
    }

    fn byte(&mut self) -> Result<u8> {
        let byte = match self.input.fill_buf() {
            Ok(bytes) => bytes.first().copied(),
            Err(source) => return Err(self.cannot_read(source)),
        };
        // The length was taken before, so this is a file that somebody shortens right now.
        let byte = byte.ok_or_else(|| self.error("the file became shorter while it was read;"))?;
        self.input.consume(1);
        self.position += 1;
        Ok(byte)
    }

    fn skip_to(&mut self, position: u64) -> Result<()> {
        // Both lie inside the file, whose length fits into an `i64`.
        let distance = (position - self.position).cast_signed();
        self.input.seek_relative(distance).map_err(|source| self.cannot_read(source))?;
        self.position = position;
        Ok(())
    }

    fn cannot_read(&self, source: io::Error) -> Error {
        Error::Storage { action: "read", path: self.name.clone().into(), source }
    }
}
