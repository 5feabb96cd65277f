//! JSON whose rows are objects.

use std::{
    collections::BTreeSet,
    fmt,
    io::{BufRead, BufReader, Read},
};

use serde::de::{DeserializeSeed, Deserializer, SeqAccess};
use serde_json::{Map, Value};

use super::{super::names::shortened, Broken, LONGEST_ROW, Place, Row, Visitor, failed};
use crate::{Error, Result};

/// How many rows are looked at for the names of columns.
const NAMED_BY: usize = 100;

/// Reads an array of objects, or an object a line.
pub(super) fn read(source: impl Read, visitor: &mut dyn Visitor) -> Result<()> {
    let mut source = BufReader::with_capacity(1 << 18, source);
    if source.fill_buf().map_err(failed)?.starts_with("\u{feff}".as_bytes()) {
        source.consume(3);
    }
    let mut first = First { visitor, waiting: Some(Vec::new()) };
    // An array begins with the first letter that is no white space, in whichever line.
    let mut line = 1;
    loop {
        let byte = source.fill_buf().map_err(failed)?.first().copied();
        match byte {
            Some(b'[') => {
                read_array(source, &mut first)?;
                break;
            }
            Some(white) if white.is_ascii_whitespace() => {
                line += u64::from(white == b'\n');
                source.consume(1);
            }
            _ => {
                read_lines(source, line, &mut first)?;
                break;
            }
        }
    }
    first.flush()
}

fn read_lines(mut source: impl BufRead, first: u64, rows: &mut First<'_>) -> Result<()> {
    let mut line = Vec::new();
    for number in first.. {
        let place = Place::Line(number);
        line.clear();
        let limit = LONGEST_ROW as u64;
        let count = (&mut source).take(limit).read_until(b'\n', &mut line).map_err(failed)?;
        if count == 0 {
            return Ok(());
        }
        if count == LONGEST_ROW && line.last() != Some(&b'\n') {
            let problem = format!("has more than {LONGEST_ROW} bytes, which is the limit");
            return Err(Error::invalid(place.to_string(), problem));
        }
        while line.last().is_some_and(|byte| matches!(byte, b'\r' | b'\n')) {
            line.pop();
        }
        if line.trim_ascii().is_empty() {
            continue;
        }
        match serde_json::from_slice::<Map<String, Value>>(&line) {
            Ok(row) => rows.push(place, Ok(row))?,
            Err(error) => {
                let raw = String::from_utf8_lossy(&line).into_owned();
                let error = shortened(&error.to_string()).into_owned();
                let expected = "expected an object a line, or an array of objects";
                rows.push(place, Err((format!("{expected} ({error})"), raw)))?;
            }
        }
    }
    Ok(())
}

fn read_array(source: impl Read, rows: &mut First<'_>) -> Result<()> {
    let mut failure = None;
    let mut json = serde_json::Deserializer::from_reader(source);
    let read = Elements { rows, failure: &mut failure }.deserialize(&mut json);
    let read = read.and_then(|()| json.end());
    if let Some(failure) = failure {
        return Err(failure);
    }
    read.map_err(|error| {
        if error.is_io() {
            return failed(error.into());
        }
        let problem = format!("expected an array of objects ({})", shortened(&error.to_string()));
        Error::invalid("data", problem)
    })
}

/// Gives the elements of an array on, one after the other.
struct Elements<'a, 'b> {
    rows: &'a mut First<'b>,
    failure: &'a mut Option<Error>,
}

impl<'de> DeserializeSeed<'de> for Elements<'_, '_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_seq(self)
    }
}

impl<'de> serde::de::Visitor<'de> for Elements<'_, '_> {
    type Value = ();

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("an array")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut elements: A) -> Result<(), A::Error> {
        let mut number = 0;
        while let Some(element) = elements.next_element::<Value>()? {
            let row = match element {
                Value::Object(row) => Ok(row),
                other => {
                    let raw = other.to_string();
                    Err((format!("expected an object, found {}", shortened(&raw)), raw))
                }
            };
            if let Err(error) = self.rows.push(Place::Row(number), row) {
                *self.failure = Some(error);
                return Err(serde::de::Error::custom("ended"));
            }
            number += 1;
        }
        Ok(())
    }
}

/// An object, or why it is none and what stands there.
type Element = Result<Map<String, Value>, (String, String)>;

/// Keeps the first rows back until the names of their columns are known.
struct First<'a> {
    visitor: &'a mut dyn Visitor,
    waiting: Option<Vec<(Place, Element)>>,
}

impl First<'_> {
    fn push(&mut self, place: Place, row: Element) -> Result<()> {
        let Some(waiting) = &mut self.waiting else {
            return give(self.visitor, place, row);
        };
        waiting.push((place, row));
        if waiting.len() == NAMED_BY { self.flush() } else { Ok(()) }
    }

    fn flush(&mut self) -> Result<()> {
        let Some(waiting) = self.waiting.take() else { return Ok(()) };
        if waiting.is_empty() {
            return Ok(());
        }
        if let Some((place, Err((reason, _)))) = waiting.first()
            && waiting.iter().all(|(_, row)| row.is_err())
        {
            return Err(Error::invalid(place.to_string(), reason));
        }
        let rows = waiting.iter().filter_map(|(_, row)| row.as_ref().ok());
        let names: BTreeSet<&String> = rows.flat_map(Map::keys).collect();
        let names: Vec<String> = names.into_iter().cloned().collect();
        self.visitor.names(&names)?;
        waiting.into_iter().try_for_each(|(place, row)| give(self.visitor, place, row))
    }
}

fn give(visitor: &mut dyn Visitor, place: Place, row: Element) -> Result<()> {
    match row {
        Ok(row) => visitor.row(place, &Row::Object(&row)),
        Err((reason, raw)) => visitor.broken(Broken { place, reason, raw: &raw }),
    }
}
