//! The regular expressions of Python in the syntax of Rust.

use super::letters::{SPACE, WORD};

/// A pattern in the syntax of Rust, and how many groups capture.
pub(super) struct Translation {
    pub(super) pattern: String,
    pub(super) groups: usize,
}

/// Puts a pattern of Python's `re` into the syntax of Rust, so that it means the same.
pub(super) fn translate(pattern: &str) -> Result<Translation, String> {
    let mut translator = Translator {
        rest: pattern,
        out: String::with_capacity(pattern.len() * 2),
        groups: 0,
        is_ascii: false,
        is_multiline: false,
    };
    translator.global_flags()?;
    while let Some(letter) = translator.next() {
        translator.item(letter)?;
    }
    Ok(Translation { pattern: translator.out, groups: translator.groups })
}

struct Translator<'p> {
    rest: &'p str,
    out: String,
    groups: usize,
    is_ascii: bool,
    is_multiline: bool,
}

/// One member of a class between brackets.
enum Member {
    Letter(char),
    Class(String),
}

impl<'p> Translator<'p> {
    fn next(&mut self) -> Option<char> {
        let letter = self.rest.chars().next()?;
        self.rest = &self.rest[letter.len_utf8()..];
        Some(letter)
    }

    fn push(&mut self, parts: &[&str]) {
        self.out.extend(parts.iter().copied());
    }

    fn take(&mut self, start: &str) -> bool {
        let rest = self.rest.strip_prefix(start);
        self.rest = rest.unwrap_or(self.rest);
        rest.is_some()
    }

    /// `(?u)` and the like, which Python allows at the very start only.
    fn global_flags(&mut self) -> Result<(), String> {
        while let Some(rest) = self.rest.strip_prefix("(?") {
            let flags = rest.find(|letter: char| !letter.is_ascii_alphabetic()).unwrap_or(0);
            if flags == 0 || !rest[flags..].starts_with(')') {
                break;
            }
            for flag in rest[..flags].chars() {
                match flag {
                    'u' => {}
                    'a' => self.is_ascii = true,
                    'i' => self.push(&["(?i)"]),
                    's' => self.push(&["(?s)"]),
                    'm' => {
                        self.is_multiline = true;
                        self.push(&["(?m)"]);
                    }
                    _ => return Err(format!("the flag {flag:?} has no counterpart")),
                }
            }
            self.rest = &rest[flags + 1..];
        }
        if self.is_ascii && self.out.contains("(?i)") {
            return Err("the flags \"a\" and \"i\" together have no counterpart".to_owned());
        }
        Ok(())
    }

    fn item(&mut self, letter: char) -> Result<(), String> {
        match letter {
            '\\' => self.escape(),
            '[' => self.class(),
            '(' => self.group(),
            '{' => {
                self.repetition();
                Ok(())
            }
            '$' if self.is_multiline => {
                self.out.push('$');
                Ok(())
            }
            // In Python it is before a last line feed, too.
            '$' => {
                self.out.push_str(r"(?=\n?\z)");
                Ok(())
            }
            '.' | '^' | '|' | ')' | '*' | '+' | '?' => {
                self.out.push(letter);
                Ok(())
            }
            _ => {
                self.literal(letter);
                Ok(())
            }
        }
    }

    fn literal(&mut self, letter: char) {
        if letter.is_ascii() && !letter.is_ascii_alphanumeric() {
            self.out.push_str(&hexadecimal(letter));
        } else {
            self.out.push(letter);
        }
    }

    /// `{` begins a repetition if numbers follow; else it is a character.
    fn repetition(&mut self) {
        let inside = self.rest.find('}').map(|end| &self.rest[..end]);
        let bounds = inside.and_then(|inside| {
            let (least, most) = inside.split_once(',').unwrap_or((inside, inside));
            let is_number = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
            (!inside.is_empty() && is_number(least) && is_number(most)).then_some(inside)
        });
        match bounds {
            Some(inside) => {
                let least = if inside.starts_with(',') { "0" } else { "" };
                self.push(&["{", least, inside, "}"]);
                self.rest = &self.rest[inside.len() + 1..];
            }
            None => self.literal('{'),
        }
    }

    fn group(&mut self) -> Result<(), String> {
        if !self.take("?") {
            if self.rest.starts_with('*') {
                return Err("nothing to repeat after \"(\"".to_owned());
            }
            self.groups += 1;
            self.out.push('(');
            return Ok(());
        }
        if self.take("#") {
            let end = self.rest.find(')').ok_or("a comment without an end")?;
            self.rest = &self.rest[end + 1..];
            return Ok(());
        }
        for start in [":", "=", "!", "<=", "<!", ">", "i:", "s:", "-i:", "-s:"] {
            if self.take(start) {
                self.push(&["(?", start]);
                return Ok(());
            }
        }
        if self.take("P<") {
            let name = self.name('>')?;
            self.push(&["(?P<", name, ">"]);
            self.groups += 1;
            return Ok(());
        }
        if self.take("P=") {
            let name = self.name(')')?;
            self.push(&["(?P=", name, ")"]);
            return Ok(());
        }
        let shown: String = self.rest.chars().take(3).collect();
        Err(format!("\"(?{shown}\" has no counterpart"))
    }

    /// The name of a group, up to `end`.
    fn name(&mut self, end: char) -> Result<&'p str, String> {
        let (name, rest) = self.rest.split_once(end).ok_or("a name without an end")?;
        self.rest = rest;
        let is_letter = |letter: char| letter == '_' || letter.is_ascii_alphanumeric();
        if name.starts_with(|first: char| first.is_ascii_digit()) || !name.chars().all(is_letter) {
            return Err(format!("the name {name:?} has no counterpart"));
        }
        Ok(name)
    }

    /// A class that is named by an escape, for use between brackets.
    fn named_class(&self, letter: char) -> Option<String> {
        let (word, digit, space) = if self.is_ascii {
            ("a-zA-Z0-9_", "0-9", r"\t-\r\x20")
        } else {
            (WORD, r"\p{Nd}", SPACE)
        };
        let class = match letter.to_ascii_lowercase() {
            'w' => word,
            'd' => digit,
            's' => space,
            _ => return None,
        };
        let not = if letter.is_ascii_uppercase() { "^" } else { "" };
        Some(format!("[{not}{class}]"))
    }

    fn escape(&mut self) -> Result<(), String> {
        let letter = self.next().ok_or("a backslash at the end")?;
        // Without regard to case, a class would gain the marks and symbols that letters fold to.
        let word = self.named_class('w').map(|class| format!("(?-i:{class})")).unwrap_or_default();
        match letter {
            'w' | 'W' | 'd' | 'D' | 's' | 'S' => {
                let class = self.named_class(letter).unwrap_or_default();
                self.push(&["(?-i:", &class, ")"]);
            }
            'b' => {
                let ends = ["(?:(?<=", &word, ")(?!", &word, ")|(?<!", &word, ")(?=", &word, "))"];
                self.push(&ends);
            }
            // Python up to 3.13 finds none in an empty text.
            'B' => {
                let inside = ["(?:(?<=", &word, ")(?=", &word, ")"];
                let outside = ["|(?!\\A\\z)(?<!", &word, ")(?!", &word, "))"];
                self.push(&inside);
                self.push(&outside);
            }
            'A' => self.out.push_str(r"\A"),
            'Z' => self.out.push_str(r"\z"),
            '1'..='9' => {
                if self.rest.starts_with(|next: char| next.is_ascii_digit()) {
                    return Err(format!("\\{letter} and a digit after it have no counterpart"));
                }
                self.out.extend(["(?:\\", letter.encode_utf8(&mut [0; 4]), ")"]);
            }
            _ => {
                let letter = self.character(letter)?;
                self.out.push_str(&hexadecimal(letter));
            }
        }
        Ok(())
    }

    /// The character that an escape stands for.
    fn character(&mut self, letter: char) -> Result<char, String> {
        let digits = match letter {
            'n' => return Ok('\n'),
            't' => return Ok('\t'),
            'r' => return Ok('\r'),
            'f' => return Ok('\u{c}'),
            'v' => return Ok('\u{b}'),
            'a' => return Ok('\u{7}'),
            '0' => {
                let octal = |letter: char| ('0'..='7').contains(&letter);
                let length = self.rest.chars().take(2).take_while(|next| octal(*next)).count();
                let (number, rest) = self.rest.split_at(length);
                self.rest = rest;
                let number = u32::from_str_radix(number, 8).unwrap_or(0);
                return char::from_u32(number)
                    .ok_or_else(|| format!("\\0{number} is no character"));
            }
            'x' => 2,
            'u' => 4,
            'U' => 8,
            _ if letter.is_ascii_alphanumeric() => {
                return Err(format!("the escape \\{letter} has no counterpart"));
            }
            _ => return Ok(letter),
        };
        let number = self
            .rest
            .get(..digits)
            .filter(|text| text.bytes().all(|byte| byte.is_ascii_hexdigit()));
        let number = number.ok_or_else(|| format!("\\{letter} needs {digits} digits"))?;
        self.rest = &self.rest[digits..];
        let code = u32::from_str_radix(number, 16).ok().and_then(char::from_u32);
        code.ok_or_else(|| format!("\\{letter}{number} is no character"))
    }

    fn member(&mut self, letter: char) -> Result<Member, String> {
        if letter != '\\' {
            return Ok(Member::Letter(letter));
        }
        let letter = self.next().ok_or("a backslash at the end")?;
        if let Some(class) = self.named_class(letter) {
            return Ok(Member::Class(class));
        }
        match letter {
            // Between brackets it is the backspace.
            'b' => Ok(Member::Letter('\u{8}')),
            '1'..='9' => Err(format!("\\{letter} between brackets has no counterpart")),
            _ => Ok(Member::Letter(self.character(letter)?)),
        }
    }

    fn class(&mut self) -> Result<(), String> {
        const OPEN: &str = "a class without an end";

        self.out.push('[');
        if self.take("^") {
            self.out.push('^');
        }
        let mut is_first = true;
        loop {
            let letter = self.next().ok_or(OPEN)?;
            if letter == ']' && !is_first {
                break;
            }
            is_first = false;
            let from = match self.member(letter)? {
                Member::Class(class) => {
                    self.out.push_str(&class);
                    continue;
                }
                Member::Letter(from) => from,
            };
            let is_range = self.rest.starts_with('-') && !self.rest.starts_with("-]");
            if !is_range {
                self.out.push_str(&hexadecimal(from));
                continue;
            }
            self.take("-");
            let to = self.next().ok_or(OPEN)?;
            match self.member(to)? {
                Member::Letter(to) if from <= to => {
                    self.push(&[&hexadecimal(from), "-", &hexadecimal(to)]);
                }
                Member::Letter(to) => return Err(format!("the range {from}-{to} is backwards")),
                Member::Class(_) => return Err(format!("the range {from}- ends with a class")),
            }
        }
        self.out.push(']');
        Ok(())
    }
}

/// A character as no syntax can misread it.
fn hexadecimal(letter: char) -> String {
    format!("\\x{{{:x}}}", u32::from(letter))
}
