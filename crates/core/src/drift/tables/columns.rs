//! What the cells of a column are.

use std::borrow::Cow;

use crate::{
    Timestamp,
    profile::{Column, Sort},
    text::words::words,
};

/// A column as it is compared.
pub(super) enum Cells<'a> {
    /// NaN is a missing one.
    Numbers(Cow<'a, [f64]>),
    Categories(Vec<Option<&'a str>>),
    Texts(Vec<Option<&'a str>>),
    Times,
    Vectors,
    Empty,
}

impl<'a> Cells<'a> {
    /// Strings are what they look like, unless somebody has said what they are; empty ones are missing.
    pub(super) fn of(column: &Column<'a>) -> Self {
        match column {
            Column::Numbers(numbers) if numbers.iter().all(|number| number.is_nan()) => Self::Empty,
            Column::Numbers(numbers) => Self::Numbers(Cow::Borrowed(numbers)),
            Column::Vectors(..) => Self::Vectors,
            Column::Strings(values, sort) => Self::of_strings(values, *sort),
        }
    }

    fn of_strings(values: &[Option<&'a str>], sort: Sort) -> Self {
        let cells: Vec<Option<&str>> =
            values.iter().map(|cell| cell.filter(|text| !text.trim().is_empty())).collect();
        let known = || cells.iter().flatten().copied();
        if known().next().is_none() {
            return Self::Empty;
        }
        match sort {
            Sort::Category => return Self::Categories(cells),
            Sort::Text => return Self::Texts(cells),
            Sort::Either => {}
        }
        if known().all(|cell| number(cell).is_some()) {
            let read = |cell: Option<&str>| cell.and_then(number).unwrap_or(f64::NAN);
            return Self::Numbers(cells.into_iter().map(read).collect());
        }
        if known().all(|cell| cell.parse::<Timestamp>().is_ok()) {
            return Self::Times;
        }
        let (many, count) =
            known().fold((0, 0), |(many, count), cell| (many + words(cell).count(), count + 1));
        if many > 3 * count { Self::Texts(cells) } else { Self::Categories(cells) }
    }

    /// What they are, in words.
    pub(super) fn kind(&self) -> &'static str {
        match self {
            Self::Numbers(_) => "numbers",
            Self::Categories(_) => "words",
            Self::Texts(_) => "texts",
            Self::Times => "times",
            Self::Vectors => "vectors",
            Self::Empty => "nothing",
        }
    }

    /// For each row whether it is missing.
    pub(super) fn missing(&self) -> usize {
        match self {
            Self::Numbers(numbers) => numbers.iter().filter(|number| number.is_nan()).count(),
            Self::Categories(cells) | Self::Texts(cells) => {
                cells.iter().filter(|cell| cell.is_none()).count()
            }
            Self::Times | Self::Vectors | Self::Empty => 0,
        }
    }
}

fn number(cell: &str) -> Option<f64> {
    cell.trim().parse().ok().filter(|number: &f64| number.is_finite())
}

/// Whether whole numbers only grow from row to row, as ids do.
pub(super) fn is_counter(numbers: &[f64]) -> bool {
    numbers.len() > 2
        && numbers.iter().all(|number| number.fract() == 0.0)
        && numbers.windows(2).all(|pair| pair[0] < pair[1])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kind(cells: &[&str]) -> &'static str {
        let cells = cells.iter().map(|cell| Some(*cell)).collect();
        Cells::of(&Column::Strings(cells, Sort::Either)).kind()
    }

    #[test]
    fn strings_are_what_they_look_like() {
        for (cells, expected) in [
            (&["1", " 2.5 ", "", "-1e3"][..], "numbers"),
            (&["1", "2", "x"], "words"),
            (&["inf", "1"], "words"),
            (&["nan", "1"], "words"),
            (&["2026-06-01", "2026-06-02T10:00:00Z"], "times"),
            (&["2026-06-01", "later"], "words"),
            (&["", "  ", "\t"], "nothing"),
            (&[], "nothing"),
            (&["good", "very bad"], "words"),
            // Three words on average are a name still; four are a text.
            (&["Kota Bandung Barat", "Kota Bandung Barat"], "words"),
            (&["ini satu teks pendek", "yang lain"], "words"),
            (&["ini satu teks pendek", "yang lain juga begitu"], "texts"),
        ] {
            assert_eq!(kind(cells), expected, "{cells:?}");
        }
    }

    #[test]
    fn what_somebody_says_comes_first() {
        let column = |sort| Column::Strings(vec![Some("1"), Some("2"), None], sort);
        assert_eq!(Cells::of(&column(Sort::Category)).kind(), "words");
        assert_eq!(Cells::of(&column(Sort::Text)).kind(), "texts");
        assert_eq!(Cells::of(&column(Sort::Either)).missing(), 1);
    }

    #[test]
    fn ids_only_grow() {
        assert!(is_counter(&[1.0, 2.0, 5.0]));
        for numbers in [&[1.0, 2.0][..], &[1.0, 1.0, 2.0], &[1.0, 2.5, 3.0], &[1.0, f64::NAN, 3.0]]
        {
            assert!(!is_counter(numbers), "{numbers:?}");
        }
    }
}
