//! Numbers written in groups of digits.

use super::stretch::Stretch;

const MOST_DIGITS: usize = 19;
const MOST_GROUPS: usize = 8;

/// What stands before a group of digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Separator {
    Nothing,
    Space,
    Hyphen,
    Dot,
    Open,
    Close,
}

/// Groups of digits that follow each other, as far as a known number may reach.
pub(super) struct Groups {
    digits: [u8; MOST_DIGITS],
    parts: [Group; MOST_GROUPS],
    len: usize,
}

#[derive(Clone, Copy)]
struct Group {
    separator: Separator,
    /// How many digits there are up to the end of this group.
    digits: usize,
    /// Where the group ends in the text.
    end: usize,
}

impl Groups {
    /// Reads the groups from byte `at` on, which holds a digit. A group that
    /// would make the number too long is left out.
    pub(super) fn read(stretch: Stretch<'_>, at: usize) -> Self {
        let none = Group { separator: Separator::Nothing, digits: 0, end: at };
        let mut all = Self { digits: [0; MOST_DIGITS], parts: [none; MOST_GROUPS], len: 0 };
        let (mut separator, mut start, mut total) = (Separator::Nothing, at, 0);
        while all.len < MOST_GROUPS {
            let room = MOST_DIGITS - total;
            let count = stretch.digits_at(start, room + 1);
            if count > room {
                break;
            }
            let end = start + count;
            for (digit, byte) in all.digits[total..].iter_mut().zip(&stretch.bytes()[start..end]) {
                *digit = byte - b'0';
            }
            total += count;
            all.parts[all.len] = Group { separator, digits: total, end };
            all.len += 1;
            let Some((next, width)) = separator_at(stretch, end) else { break };
            separator = next;
            start = end + width;
        }
        all
    }

    /// How many groups there are.
    pub(super) fn len(&self) -> usize {
        self.len
    }

    /// The digits, as numbers, of the first `groups` groups.
    pub(super) fn digits(&self, groups: usize) -> &[u8] {
        &self.digits[..self.parts[..groups].last().map_or(0, |group| group.digits)]
    }

    /// Where the first `groups` groups end in the text.
    pub(super) fn end(&self, groups: usize) -> usize {
        self.parts[groups - 1].end
    }

    /// How many digits group `index` has.
    pub(super) fn width(&self, index: usize) -> usize {
        self.digits(index + 1).len() - self.digits(index).len()
    }

    /// What stands before group `index`.
    pub(super) fn separator(&self, index: usize) -> Separator {
        self.parts[index].separator
    }

    /// Whether the first `groups` groups are only separated by `separator`.
    pub(super) fn are_separated_by(&self, groups: usize, separator: Separator) -> bool {
        self.parts[1..groups].iter().all(|group| group.separator == separator)
    }

    /// Whether nothing but spaces, hyphens and dots separates the first `groups`
    /// groups, as where a word before them tells what they are.
    pub(super) fn are_loose(&self, groups: usize) -> bool {
        self.parts[1..groups].iter().all(|group| {
            matches!(group.separator, Separator::Space | Separator::Hyphen | Separator::Dot)
        })
    }

    /// Whether the first `groups` groups have these widths.
    pub(super) fn have_widths(&self, groups: usize, widths: &[usize]) -> bool {
        groups == widths.len()
            && widths.iter().enumerate().all(|(index, &width)| self.width(index) == width)
    }
}

/// The separator at byte `at` that leads to another digit, and its width.
fn separator_at(stretch: Stretch<'_>, at: usize) -> Option<(Separator, usize)> {
    const SEPARATORS: [(&[u8], Separator); 12] = [
        (b" ", Separator::Space),
        (b"  ", Separator::Space),
        (b"-", Separator::Hyphen),
        (b".", Separator::Dot),
        (b" - ", Separator::Hyphen),
        (b" (", Separator::Open),
        (b"(", Separator::Open),
        (b"-(", Separator::Open),
        (b") ", Separator::Close),
        (b")", Separator::Close),
        (b")-", Separator::Close),
        (b") - ", Separator::Close),
    ];
    if !matches!(stretch.byte(at)?, b' ' | b'-' | b'.' | b'(' | b')') {
        return None;
    }
    let rest = &stretch.bytes()[at..];
    let fits = |(text, _): &&(&[u8], Separator)| {
        rest.starts_with(text) && stretch.is_digit(at + text.len())
    };
    SEPARATORS.iter().find(fits).map(|(text, separator)| (*separator, text.len()))
}

/// Whether the digits end in their check digit after Luhn (ISO/IEC 7812-1).
pub(super) fn has_luhn(digits: &[u8]) -> bool {
    let sum: u32 = digits
        .iter()
        .rev()
        .enumerate()
        .map(|(place, &digit)| {
            let digit = u32::from(digit);
            if place % 2 == 0 { digit } else { digit * 2 / 10 + digit * 2 % 10 }
        })
        .sum();
    sum.is_multiple_of(10)
}

/// The number that the digits write.
pub(super) fn value(digits: &[u8]) -> u32 {
    digits.iter().fold(0, |value, &digit| value * 10 + u32::from(digit))
}
