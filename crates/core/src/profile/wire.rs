//! Bytes: whole numbers in as many bytes as they need (LEB128), texts with their length.

use crate::{Error, Result};

/// Writes bytes.
#[derive(Debug, Default)]
pub(super) struct Writer(Vec<u8>);

impl Writer {
    pub(super) fn into_bytes(self) -> Vec<u8> {
        self.0
    }

    pub(super) fn raw(&mut self, bytes: &[u8]) {
        self.0.extend_from_slice(bytes);
    }

    pub(super) fn whole(&mut self, number: u64) {
        self.wide(u128::from(number));
    }

    fn wide(&mut self, mut number: u128) {
        while number >= 0x80 {
            self.0.push(number as u8 | 0x80);
            number >>= 7;
        }
        self.0.push(number as u8);
    }

    /// A number with a sign: zigzag, so that small ones are short whichever sign they have.
    pub(super) fn signed(&mut self, number: i128) {
        self.wide(((number << 1) ^ (number >> 127)).cast_unsigned());
    }

    pub(super) fn float(&mut self, number: f64) {
        self.raw(&number.to_le_bytes());
    }

    pub(super) fn single(&mut self, number: f32) {
        self.raw(&number.to_le_bytes());
    }

    pub(super) fn text(&mut self, text: &str) {
        self.whole(text.len() as u64);
        self.raw(text.as_bytes());
    }

    pub(super) fn wholes(&mut self, numbers: &[u64]) {
        self.whole(numbers.len() as u64);
        for number in numbers {
            self.whole(*number);
        }
    }

    pub(super) fn floats(&mut self, numbers: &[f64]) {
        self.whole(numbers.len() as u64);
        for number in numbers {
            self.float(*number);
        }
    }

    pub(super) fn singles(&mut self, numbers: &[f32]) {
        self.whole(numbers.len() as u64);
        for number in numbers {
            self.single(*number);
        }
    }
}

/// Reads bytes, and says what is wrong with them.
#[derive(Debug)]
pub(super) struct Reader<'a> {
    what: &'static str,
    rest: &'a [u8],
}

impl<'a> Reader<'a> {
    pub(super) fn new(what: &'static str, bytes: &'a [u8]) -> Self {
        Self { what, rest: bytes }
    }

    pub(super) fn broken(&self, problem: impl Into<String>) -> Error {
        Error::invalid(self.what, problem)
    }

    pub(super) fn raw(&mut self, count: usize) -> Result<&'a [u8]> {
        let Some((bytes, rest)) = self.rest.split_at_checked(count) else {
            return Err(self.broken("its bytes end too early"));
        };
        self.rest = rest;
        Ok(bytes)
    }

    pub(super) fn byte(&mut self) -> Result<u8> {
        Ok(self.raw(1)?[0])
    }

    pub(super) fn whole(&mut self) -> Result<u64> {
        let number = self.wide()?;
        // So that sums of counts cannot overflow.
        match u64::try_from(number) {
            Ok(number) if number >> 56 == 0 => Ok(number),
            _ => Err(self.broken("a count is larger than any can be")),
        }
    }

    fn wide(&mut self) -> Result<u128> {
        let mut number = 0_u128;
        for shift in (0..=126).step_by(7) {
            let byte = self.byte()?;
            number |= u128::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                return Ok(number);
            }
        }
        Err(self.broken("a number has too many bytes"))
    }

    pub(super) fn signed(&mut self) -> Result<i128> {
        let number = self.wide()?;
        Ok((number >> 1).cast_signed() ^ -((number & 1).cast_signed()))
    }

    pub(super) fn float(&mut self) -> Result<f64> {
        let (bytes, _) = self.raw(8)?.as_chunks::<8>();
        Ok(f64::from_le_bytes(bytes[0]))
    }

    pub(super) fn single(&mut self) -> Result<f32> {
        let (bytes, _) = self.raw(4)?.as_chunks::<4>();
        Ok(f32::from_le_bytes(bytes[0]))
    }

    pub(super) fn text(&mut self) -> Result<String> {
        let length = self.length(1)?;
        let bytes = self.raw(length)?.to_vec();
        String::from_utf8(bytes).map_err(|_| self.broken("a text is not UTF-8"))
    }

    /// How many items follow, each of which has so many bytes at least.
    pub(super) fn length(&mut self, least: usize) -> Result<usize> {
        let length = self.whole()?;
        // What cannot be there is not made room for.
        match usize::try_from(length) {
            Ok(length) if length <= self.rest.len() / least => Ok(length),
            _ => Err(self.broken(format!("{length} items do not fit into its bytes"))),
        }
    }

    pub(super) fn many<T>(
        &mut self,
        least: usize,
        mut read: impl FnMut(&mut Self) -> Result<T>,
    ) -> Result<Vec<T>> {
        let length = self.length(least)?;
        (0..length).map(|_| read(self)).collect()
    }

    pub(super) fn end(&self) -> Result<()> {
        if self.rest.is_empty() {
            return Ok(());
        }
        Err(self.broken(format!("{} bytes follow its end", self.rest.len())))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_written_is_read() {
        let mut writer = Writer::default();
        let wholes = [0, 1, 127, 128, u64::MAX >> 8];
        let signed = [0, -1, 1, i128::from(i64::MIN), i128::MAX, i128::MIN];
        writer.wholes(&wholes);
        for number in signed {
            writer.signed(number);
        }
        writer.floats(&[1.5, f64::INFINITY]);
        writer.singles(&[-0.25]);
        writer.text("é");
        let bytes = writer.into_bytes();
        let mut reader = Reader::new("bytes", &bytes);
        assert_eq!(reader.many(1, Reader::whole).unwrap(), wholes);
        for number in signed {
            assert_eq!(reader.signed().unwrap(), number);
        }
        assert_eq!(reader.many(8, Reader::float).unwrap(), [1.5, f64::INFINITY]);
        assert_eq!(reader.many(4, Reader::single).unwrap(), [-0.25]);
        assert_eq!(reader.text().unwrap(), "é");
        reader.end().unwrap();
        for end in 0..bytes.len() {
            let mut reader = Reader::new("bytes", &bytes[..end]);
            let all = reader
                .many(1, Reader::whole)
                .and_then(|_| signed.iter().try_for_each(|_| reader.signed().map(|_| ())))
                .and_then(|()| reader.many(8, Reader::float))
                .and_then(|_| reader.many(4, Reader::single))
                .and_then(|_| reader.text());
            assert!(all.is_err(), "{end}");
        }
    }

    #[test]
    fn lengths_that_cannot_be_take_no_memory() {
        let bytes = [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f, 1, 2];
        let error = Reader::new("profile", &bytes).many(8, Reader::float).unwrap_err();
        assert!(error.to_string().contains("items do not fit"), "{error}");
    }
}
