//! What is wrong with a text, by its characters.

/// Beginnings of tags and of characters by name, as pages have them and reviews do not.
const HTML: [&str; 9] =
    ["</", "<br", "<p>", "<div", "<a href", "&amp;", "&lt;", "&quot;", "&nbsp;"];

/// What is wrong with a text, if something is.
pub(super) fn fault(text: &str) -> Option<&'static str> {
    if text.contains('\u{fffd}') {
        return Some("holds U+FFFD, which stands for what could not be read");
    }
    if is_misread(text) {
        return Some("is UTF-8 that was read as Windows-1252");
    }
    if text.chars().any(|letter| letter.is_control() && !matches!(letter, '\t' | '\n' | '\r')) {
        return Some("holds control characters");
    }
    if HTML.iter().any(|tag| text.contains(tag)) {
        return Some("holds HTML");
    }
    if !text.chars().any(|letter| letter.is_alphanumeric() || is_pictograph(letter)) {
        return Some("holds no letter, digit or emoji");
    }
    None
}

/// Emojis and the like, which may be all that somebody has to say.
fn is_pictograph(letter: char) -> bool {
    matches!(letter, '\u{2190}'..='\u{2bff}' | '\u{1f000}'..)
}

/// Whether a text holds what comes of it when the bytes of UTF-8 are taken for Windows-1252: the
/// first of two to four bytes as one of these letters, and then a byte of 128 to 191 as whatever
/// it is there.
fn is_misread(text: &str) -> bool {
    let mut letters = text.chars().peekable();
    while let Some(letter) = letters.next() {
        let next = letters.peek().copied().unwrap_or(' ');
        let is_later_byte = matches!(next, '\u{80}'..='\u{bf}');
        let is_misread = match letter {
            'Ã' | 'Â' => is_later_byte,
            'â' => matches!(next, '€' | '\u{80}' | 'œ' | '„' | '˜' | '\u{9d}'),
            'ð' => matches!(next, 'Ÿ' | '\u{9f}'),
            _ => false,
        };
        if is_misread {
            return true;
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn faults_are_found_and_texts_are_not_blamed() {
        let windows = |text: &str| -> String {
            // Only the bytes that Windows-1252 has in common with ISO 8859-1, and three more.
            text.bytes()
                .map(|byte| match byte {
                    0x80 => '€',
                    0x99 => '™',
                    0x9f => 'Ÿ',
                    other => char::from(other),
                })
                .collect()
        };
        for text in ["kafé", "it’s", "😍 bagus", "ñandú"] {
            assert_eq!(fault(text), None, "{text}");
            assert!(fault(&windows(text)).unwrap().contains("1252"), "{}", windows(text));
        }
        for text in ["Â", "São Paulo", "château", "5 > 3 & 2 < 4", "👍", "大变活人", "baris\nbaru"]
        {
            assert_eq!(fault(text), None, "{text}");
        }
        assert!(fault("bagus <br/> sekali").unwrap().contains("HTML"));
        assert!(fault("bagus\u{fffd}").unwrap().contains("U+FFFD"));
        assert!(fault("bagus\u{7}").unwrap().contains("control"));
        assert!(fault("... !!!").unwrap().contains("no letter"));
    }
}
