//! Whether a file is text as all of this reads it: UTF-8.

use std::io::BufRead;

use super::failed;
use crate::{Error, Result};

const BLOCK: usize = 1 << 20;

/// Reads all of a file and refuses it if it is not UTF-8, with the first line that is not.
pub(super) fn check(source: &mut impl BufRead) -> Result<()> {
    let start = source.fill_buf().map_err(failed)?;
    let utf16 = match start {
        [0xff, 0xfe, ..] | [_, 0, ..] => Some("UTF-16LE"),
        [0xfe, 0xff, ..] | [0, _, ..] => Some("UTF-16BE"),
        _ => None,
    };
    if let Some(encoding) = utf16 {
        return Err(refused(1, encoding));
    }
    let mut block = vec![0; BLOCK];
    // Bytes at the block's beginning that the one before had left.
    let mut kept = 0;
    let mut line = 1;
    loop {
        let count = source.read(&mut block[kept..]).map_err(failed)?;
        let bytes = &block[..kept + count];
        let valid = match std::str::from_utf8(bytes) {
            Ok(_) => bytes.len(),
            // The last character may go on in the next block.
            Err(error) if error.error_len().is_none() && count > 0 => error.valid_up_to(),
            Err(error) => {
                let before = &bytes[..error.valid_up_to()];
                return Err(refused(line + newlines(before), "ISO-8859-1"));
            }
        };
        if count == 0 {
            return Ok(());
        }
        line += newlines(&bytes[..valid]);
        let end = bytes.len();
        block.copy_within(valid..end, 0);
        kept = end - valid;
    }
}

fn newlines(bytes: &[u8]) -> usize {
    memchr::memchr_iter(b'\n', bytes).count()
}

fn refused(line: usize, encoding: &str) -> Error {
    let guess = if encoding == "ISO-8859-1" { "perhaps " } else { "" };
    let problem = format!(
        "is not UTF-8 but {guess}{encoding}; save it as UTF-8, or convert it: iconv -f {encoding} \
         -t UTF-8"
    );
    Error::invalid(format!("line {line}"), problem)
}

#[cfg(test)]
mod tests {
    use std::io::BufReader;

    use super::*;

    fn message(bytes: &[u8]) -> String {
        check(&mut BufReader::new(bytes)).unwrap_err().to_string()
    }

    #[test]
    fn other_encodings_are_named_with_their_line() {
        let latin = message(b"text,label\nbagus,x\ncaf\xe9,y\n");
        assert!(latin.starts_with("line 3: is not UTF-8 but perhaps ISO-8859-1; save"), "{latin}");
        let little: Vec<u8> = "\u{feff}text".encode_utf16().flat_map(u16::to_le_bytes).collect();
        assert!(message(&little).starts_with("line 1: is not UTF-8 but UTF-16LE"));
        assert!(message(&little[2..]).starts_with("line 1: is not UTF-8 but UTF-16LE"));
        let big: Vec<u8> = "\u{feff}text".encode_utf16().flat_map(u16::to_be_bytes).collect();
        assert!(message(&big).starts_with("line 1: is not UTF-8 but UTF-16BE"));
        // A character that the end of the file cuts.
        assert!(message("bagus\n😍".as_bytes().split_last().unwrap().1).starts_with("line 2: "));
    }

    #[test]
    fn characters_may_lie_across_blocks() {
        for shift in 0..4 {
            let mut text = "x".repeat(BLOCK - 2 - shift);
            text.push_str("😍\nbagus");
            check(&mut BufReader::new(text.as_bytes())).unwrap();
            text.push('\n');
            let mut bytes = text.into_bytes();
            bytes.push(0xe9);
            bytes.push(b'a');
            assert!(message(&bytes).starts_with("line 3: "));
        }
        check(&mut BufReader::new(&b""[..])).unwrap();
        check(&mut BufReader::new("\u{feff}a,b\n".as_bytes())).unwrap();
    }
}
