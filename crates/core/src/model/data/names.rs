//! The names of columns, and labels that are no text.

use std::{borrow::Cow, fmt::Write};

use crate::{Error, Result};

/// How many letters of what was passed an error shows.
const MOST_LETTERS: usize = 200;

/// The place of a column among `names`; `role` is what it is for.
///
/// # Errors
/// [`Error::InvalidInput`] if it is not there, with those that are and the one that is spelt most
/// like it.
pub fn column<S: AsRef<str>>(role: &str, wanted: &str, names: &[S]) -> Result<usize> {
    let mut places = (0..names.len()).filter(|place| names[*place].as_ref() == wanted);
    let found = places.next();
    let others = places.count();
    if let (Some(place), 0) = (found, others) {
        return Ok(place);
    }
    let shown = format!("{:?}", shortened(wanted));
    if others > 0 {
        let problem = format!("{} columns are named {shown}", others + 1);
        return Err(Error::invalid(role, problem));
    }
    let nearest = names
        .iter()
        // What is much longer is no slip of the pen.
        .filter(|name| name.as_ref().len() <= 2 * MOST_LETTERS && wanted.len() <= MOST_LETTERS)
        .map(|name| (distance(wanted, name.as_ref()), name.as_ref()))
        .min()
        .filter(|(distance, name)| *distance <= wanted.len().max(name.len()) / 2);
    let hint = nearest.map(|(_, name)| format!("; did you mean {:?}?", shortened(name)));
    let hint = hint.unwrap_or_default();
    if names.is_empty() {
        return Err(Error::invalid(role, format!("no column {shown}, there are none")));
    }
    let problem = format!("no column {shown} among {}{hint}", listed(names));
    Err(Error::invalid(role, problem))
}

/// Names as an error shows them: all, or as many as stay readable and how many more there are.
pub(in crate::model) fn listed<S: AsRef<str>>(names: &[S]) -> String {
    let mut list = String::new();
    for (number, name) in names.iter().enumerate() {
        let name = format!("{:?}", shortened(name.as_ref()));
        if number > 0 {
            if list.chars().count() + name.chars().count() > MOST_LETTERS {
                let _ = write!(list, " and {} more", names.len() - number);
                return list;
            }
            list.push_str(", ");
        }
        list.push_str(&name);
    }
    list
}

/// What somebody passed, as an error shows it.
pub(crate) fn shortened(text: &str) -> Cow<'_, str> {
    match text.char_indices().nth(MOST_LETTERS / 2) {
        Some((end, _)) => Cow::Owned(format!("{}…", &text[..end])),
        None => Cow::Borrowed(text),
    }
}

/// A number as the text of a label: the shortest that is this number, and a whole one without a
/// fraction; `None` of what is not finite.
pub fn number_label(number: f64) -> Option<String> {
    // Negative zero is written with its sign.
    number.is_finite().then(|| (number + 0.0).to_string())
}

/// A truth as the text of a label: as Python and pandas write it.
pub fn truth_label(truth: bool) -> &'static str {
    if truth { "True" } else { "False" }
}

/// How many letters must change for one word to become the other (Levenshtein), upper and lower
/// case being the same.
fn distance(left: &str, right: &str) -> usize {
    let right: Vec<char> = right.to_lowercase().chars().collect();
    let mut row: Vec<usize> = (0..=right.len()).collect();
    for (at, letter) in left.to_lowercase().chars().enumerate() {
        let mut before = row[0];
        row[0] = at + 1;
        for (place, other) in right.iter().enumerate() {
            let changed = before + usize::from(letter != *other);
            before = row[place + 1];
            row[place + 1] = changed.min(before + 1).min(row[place] + 1);
        }
    }
    row[right.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_written_one_way() {
        for (number, text) in [
            (0.0, "0"),
            (-0.0, "0"),
            (-3.0, "-3"),
            (0.5, "0.5"),
            (0.1, "0.1"),
            (1e16, "10000000000000000"),
            (1e-7, "0.0000001"),
        ] {
            assert_eq!(number_label(number).as_deref(), Some(text));
        }
        assert_eq!(number_label(f64::NAN), None);
        assert_eq!(number_label(f64::INFINITY), None);
    }

    #[test]
    fn names_are_listed_as_far_as_they_can_be_read() {
        assert_eq!(listed(&["a", "b"]), "\"a\", \"b\"");
        assert_eq!(listed::<&str>(&[]), "");
        let long = "é".repeat(500);
        let list = listed(&[long.as_str(), long.as_str(), "c"]);
        assert!(list.chars().count() < 230 && list.ends_with(" and 2 more"), "{list}");
    }
}
