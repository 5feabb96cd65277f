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
    /// How many there are, and how many are missing.
    Times(usize, usize),
    Vectors(usize),
    /// How many are missing: all of them.
    Empty(usize),
}

impl<'a> Cells<'a> {
    /// Strings are what they look like, unless somebody has said what they are; empty ones are missing.
    pub(super) fn of(column: &Column<'a>) -> Self {
        match column {
            Column::Numbers(numbers) => Self::of_numbers(Cow::Borrowed(numbers)),
            Column::Vectors(numbers, dimensions) => Self::Vectors(numbers.len() / dimensions),
            Column::Strings(values, sort) => Self::of_strings(values, *sort),
        }
    }

    fn of_numbers(numbers: Cow<'a, [f64]>) -> Self {
        if numbers.iter().all(|number| number.is_nan()) {
            return Self::Empty(numbers.len());
        }
        Self::Numbers(numbers)
    }

    fn of_strings(values: &[Option<&'a str>], sort: Sort) -> Self {
        let cells: Vec<Option<&str>> =
            values.iter().map(|cell| cell.filter(|text| !text.trim().is_empty())).collect();
        let known = || cells.iter().flatten().copied();
        if known().next().is_none() {
            return Self::Empty(cells.len());
        }
        match sort {
            Sort::Category => return Self::Categories(cells),
            Sort::Text => return Self::Texts(cells),
            Sort::Either => {}
        }
        if known().all(|cell| number(cell).is_some()) {
            let read = |cell: Option<&str>| cell.and_then(number).unwrap_or(f64::NAN);
            return Self::of_numbers(cells.into_iter().map(read).collect());
        }
        if known().all(|cell| cell.parse::<Timestamp>().is_ok()) {
            return Self::Times(cells.len(), cells.len() - known().count());
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
            Self::Times(..) => "times",
            Self::Vectors(_) => "vectors",
            Self::Empty(_) => "nothing",
        }
    }

    /// How many cells are there, and how many are missing.
    pub(super) fn present(&self) -> [u64; 2] {
        let (all, missing) = match self {
            Self::Numbers(numbers) => {
                (numbers.len(), numbers.iter().filter(|number| number.is_nan()).count())
            }
            Self::Categories(cells) | Self::Texts(cells) => {
                (cells.len(), cells.iter().filter(|cell| cell.is_none()).count())
            }
            Self::Times(all, missing) => (*all, *missing),
            Self::Vectors(all) => (*all, 0),
            Self::Empty(all) => (*all, *all),
        };
        [(all - missing) as u64, missing as u64]
    }

    /// The cells that are numbers, and how many are something else.
    pub(super) fn numbers(&self) -> Option<(Vec<f64>, u64)> {
        match self {
            Self::Numbers(numbers) => {
                Some((numbers.iter().copied().filter(|number| !number.is_nan()).collect(), 0))
            }
            Self::Categories(cells) | Self::Texts(cells) => {
                let known = || cells.iter().flatten().copied();
                let numbers: Vec<f64> =
                    known().filter_map(number).filter(|number| !number.is_nan()).collect();
                let others = known().count() - numbers.len();
                Some((numbers, others as u64))
            }
            Self::Times(..) | Self::Vectors(_) | Self::Empty(_) => None,
        }
    }
}

fn number(cell: &str) -> Option<f64> {
    cell.trim().parse().ok()
}

/// Whether whole numbers only grow, or only fall, from row to row, as ids do. Of one row or two nobody can
/// tell.
pub(super) fn is_counter(numbers: &[f64]) -> bool {
    numbers.len() > 2 && follows_on(numbers)
}

/// Whether rows may be those of a counter.
pub(super) fn follows_on(numbers: &[f64]) -> bool {
    let only = |holds: fn(&[f64]) -> bool| numbers.windows(2).all(holds);
    numbers.iter().all(|number| number.fract() == 0.0)
        && (only(|pair| pair[0] < pair[1]) || only(|pair| pair[0] > pair[1]))
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
            (&["inf", "1", "nan"], "numbers"),
            (&["nan", "NaN"], "nothing"),
            (&["2026-06-01", "2026-06-02T10:00:00Z", ""], "times"),
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
        let numbers = Cells::of(&column(Sort::Either));
        assert_eq!((numbers.kind(), numbers.present()), ("numbers", [2, 1]));
        let mixed = Column::Strings(vec![Some("1"), Some("x"), None], Sort::Either);
        assert_eq!(Cells::of(&mixed).numbers(), Some((vec![1.0], 1)));
    }

    #[test]
    fn ids_only_grow_or_fall() {
        assert!(is_counter(&[1.0, 2.0, 5.0]) && is_counter(&[9.0, 7.0, 6.0]));
        for numbers in [&[1.0, 2.0][..], &[1.0, 1.0, 2.0], &[1.0, 2.5, 3.0], &[1.0, f64::NAN, 3.0]]
        {
            assert!(!is_counter(numbers), "{numbers:?}");
        }
        assert!(follows_on(&[7.0]) && follows_on(&[8.0, 7.0]) && !follows_on(&[7.5]));
    }
}
