//! How wide texts are in a terminal, and texts made fit for one.

/// Letters that take no column of their own: they stand on the letter before, or are not seen.
const NO_COLUMN: [(u32, u32); 22] = [
    (0x0300, 0x036f),
    (0x0483, 0x0489),
    (0x0591, 0x05bd),
    (0x0610, 0x061a),
    (0x064b, 0x065f),
    (0x0670, 0x0670),
    (0x06d6, 0x06dc),
    (0x0900, 0x0902),
    (0x093c, 0x093c),
    (0x0941, 0x0948),
    (0x094d, 0x094d),
    (0x0e31, 0x0e31),
    (0x0e34, 0x0e3a),
    (0x0e47, 0x0e4e),
    (0x1ab0, 0x1aff),
    (0x1dc0, 0x1dff),
    (0x200b, 0x200f),
    (0x20d0, 0x20ff),
    (0x2060, 0x2064),
    (0xfe00, 0xfe0f),
    (0xfeff, 0xfeff),
    (0xe0000, 0xe01ef),
];

/// Letters that take two columns: those of East Asia, and most emoji.
const TWO_COLUMNS: [(u32, u32); 17] = [
    (0x1100, 0x115f),
    (0x231a, 0x231b),
    (0x23e9, 0x23ec),
    (0x2614, 0x2615),
    (0x26a1, 0x26a1),
    (0x2705, 0x2705),
    (0x2728, 0x2728),
    (0x274c, 0x274c),
    (0x2b50, 0x2b50),
    (0x2e80, 0x303e),
    (0x3041, 0xa4cf),
    (0xac00, 0xd7a3),
    (0xf900, 0xfaff),
    (0xff01, 0xff60),
    (0x1f300, 0x1f64f),
    (0x1f680, 0x1faff),
    (0x20000, 0x3fffd),
];

/// How many columns a text takes.
pub(super) fn columns(text: &str) -> usize {
    text.chars().map(columns_of).sum()
}

fn columns_of(letter: char) -> usize {
    let code = letter as u32;
    let is_in =
        |ranges: &[(u32, u32)]| ranges.iter().any(|range| (range.0..=range.1).contains(&code));
    match code {
        0..0x300 => 1,
        _ if is_in(&NO_COLUMN) => 0,
        _ if is_in(&TWO_COLUMNS) => 2,
        _ => 1,
    }
}

/// The text in at most `width` columns, with an ellipsis where it was cut.
pub(super) fn cut(text: &str, width: usize) -> String {
    if columns(text) <= width {
        return text.to_owned();
    }
    let mut out = String::new();
    let mut taken = 1;
    for letter in text.chars() {
        taken += columns_of(letter);
        if taken > width {
            break;
        }
        out.push(letter);
    }
    out.truncate(out.trim_end().len());
    out.push('…');
    out
}

/// The text in one line, without what would move a terminal's cursor, change its colours, or turn
/// the direction of what follows.
pub(super) fn one_line(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for letter in text.chars() {
        if letter.is_control() || letter.is_whitespace() {
            if !out.ends_with(' ') {
                out.push(' ');
            }
        } else if !matches!(letter, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}') {
            out.push(letter);
        }
    }
    out.trim().to_owned()
}

/// Appends the text in lines of at most `width` columns, broken at spaces; what belongs together
/// is held by no-break spaces, which become plain ones.
pub(super) fn wrap(out: &mut String, text: &str, width: usize) {
    let mut taken = 0;
    for word in text.split(' ') {
        let length = columns(word);
        if taken > 0 && taken + 1 + length > width {
            out.push('\n');
            taken = 0;
        } else if taken > 0 {
            out.push(' ');
            taken += 1;
        }
        out.push_str(&word.replace('\u{a0}', " "));
        taken += length;
    }
    out.push('\n');
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_take_the_columns_a_terminal_gives_them() {
        assert_eq!(columns("bagus"), 5);
        assert_eq!(columns("e\u{301}"), 1);
        assert_eq!(columns("日本"), 4);
        assert_eq!(columns("😍"), 2);
        assert_eq!(columns("❤\u{fe0f}"), 1);
        assert_eq!(columns(""), 0);
    }

    #[test]
    fn texts_are_cut_between_letters() {
        assert_eq!(cut("bagus", 5), "bagus");
        assert_eq!(cut("bagus sekali", 7), "bagus…");
        assert_eq!(cut("日本語", 4), "日…");
        assert_eq!(cut("bagus", 1), "…");
    }

    #[test]
    fn one_line_leaves_the_terminal_alone() {
        assert_eq!(one_line(" a\n\tb\u{1b}[31mc\u{202e}d "), "a b [31mcd");
    }

    #[test]
    fn lines_are_broken_at_spaces_only() {
        let mut out = String::new();
        wrap(&mut out, "it is 12\u{a0}% of all", 9);
        assert_eq!(out, "it is\n12 % of\nall\n");
    }
}
