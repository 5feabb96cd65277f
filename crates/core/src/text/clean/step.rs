use serde::{
    Deserialize, Deserializer, Serialize,
    de::{DeserializeOwned, Error as _},
};
use serde_json::Value;
use unicode_normalization::{IsNormalized, UnicodeNormalization, is_nfc_quick};

use super::{
    characters::{collapse_repeats, drop_digits, drop_punctuation, drop_white_space},
    emoji::replace_emoji,
    html::strip_html,
};
use crate::{
    Error, Result,
    text::pattern::{find_email, find_hashtag, find_mention, find_url},
};

/// One thing that cleaning does. What is dropped leaves a space, so that words
/// do not run together; [`Step::Whitespace`] closes the gaps.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Step {
    /// Composes characters and their accents (Unicode NFC).
    Nfc,
    /// Decodes HTML entities and drops the tags of HTML, comments, scripts and styles.
    Html,
    /// Drops web addresses.
    Urls,
    /// Drops e-mail addresses.
    Emails,
    /// Drops `@names`.
    Mentions,
    /// Drops hashtags, or just their `#`.
    Hashtags(HashtagMode),
    /// Drops emoji, or spells them out; leave the step out to keep them.
    Emoji(EmojiMode),
    /// Shortens a letter that stands three times or more to this many
    /// ("bagusss"), but not in a Roman numeral ("VIII").
    Repeats(u8),
    /// Drops digits.
    Digits,
    /// Drops punctuation and symbols (emoji are another step).
    Punctuation(PunctuationMode),
    /// Turns letters to lower case.
    Case,
    /// Turns white space and control characters into single spaces, and trims.
    Whitespace,
}

/// What becomes of a hashtag.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum HashtagMode {
    /// It goes, with its word.
    Drop,
    /// Its word stays: `#bagus` becomes `bagus`.
    Word,
}

/// What becomes of an emoji.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EmojiMode {
    /// It goes.
    Drop,
    /// Its English name in Unicode's CLDR takes its place: `thumbs up`.
    Name,
}

/// Which punctuation goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PunctuationMode {
    /// All of it.
    All,
    /// All but hyphens and apostrophes inside words (`anak-anak`, `don't`),
    /// which are written the ASCII way, and the separators of numbers
    /// (`1.250.000,50`, `08:30`).
    OutsideWords,
}

impl Step {
    /// The name used in settings.
    pub fn name(self) -> &'static str {
        match self {
            Self::Nfc => "nfc",
            Self::Html => "html",
            Self::Urls => "urls",
            Self::Emails => "emails",
            Self::Mentions => "mentions",
            Self::Hashtags(_) => "hashtags",
            Self::Emoji(_) => "emoji",
            Self::Repeats(_) => "repeats",
            Self::Digits => "digits",
            Self::Punctuation(_) => "punctuation",
            Self::Case => "case",
            Self::Whitespace => "whitespace",
        }
    }

    /// Applies the step to `text`, with `spare` as a second buffer; whether it
    /// changed anything.
    pub(super) fn apply(self, text: &mut String, spare: &mut String) -> bool {
        spare.clear();
        let written = match self {
            Self::Nfc => compose(text, spare),
            Self::Html => strip_html(text, spare),
            Self::Urls => drop_matches(text, spare, find_url),
            Self::Emails => drop_matches(text, spare, find_email),
            Self::Mentions => drop_matches(text, spare, find_mention),
            Self::Hashtags(HashtagMode::Drop) => drop_matches(text, spare, find_hashtag),
            Self::Hashtags(HashtagMode::Word) => unmark_hashtags(text, spare),
            Self::Emoji(mode) => replace_emoji(text, spare, mode),
            Self::Repeats(most) => collapse_repeats(text, spare, most.into()),
            Self::Digits => drop_digits(text, spare),
            Self::Punctuation(mode) => drop_punctuation(text, spare, mode),
            Self::Case => return lower_case(text),
            Self::Whitespace => drop_white_space(text, spare),
        };
        let changed = written && text != spare;
        if changed {
            std::mem::swap(text, spare);
        }
        changed
    }
}

/// Refuses what no cleaner can do.
pub(super) fn check(steps: &[Step]) -> Result<()> {
    for (index, step) in steps.iter().enumerate() {
        let what = || format!("step {}", step.name());
        if *step == Step::Repeats(0) {
            return Err(Error::invalid(what(), "0 is below the least, 1"));
        }
        if steps[..index].iter().any(|earlier| earlier.name() == step.name()) {
            return Err(Error::invalid(what(), "named twice"));
        }
    }
    Ok(())
}

pub(super) fn from_json(json: &str) -> Result<Vec<Step>> {
    let wrong = |problem: String| Error::invalid("steps", problem);
    match serde_json::from_str(json) {
        Ok(Value::Array(steps)) => steps.into_iter().map(step_from).collect(),
        Ok(_) => Err(wrong("expected a list of names".to_owned())),
        Err(error) => Err(wrong(format!("is not JSON: {error}"))),
    }
}

/// The steps by their names, with their default settings.
const DEFAULTS: [Step; 12] = [
    Step::Nfc,
    Step::Html,
    Step::Urls,
    Step::Emails,
    Step::Mentions,
    Step::Hashtags(HashtagMode::Word),
    Step::Emoji(EmojiMode::Drop),
    Step::Repeats(1),
    Step::Digits,
    Step::Punctuation(PunctuationMode::OutsideWords),
    Step::Case,
    Step::Whitespace,
];

impl<'de> Deserialize<'de> for Step {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        step_from(Value::deserialize(deserializer)?).map_err(D::Error::custom)
    }
}

/// Reads a name, or an object with a name and its setting.
fn step_from(value: Value) -> Result<Step> {
    let mut object = match value {
        Value::String(name) => return by_name(&name),
        Value::Object(object) if object.len() == 1 => object.into_iter(),
        other => {
            let problem = format!("expected names, some with a setting, got {other}");
            return Err(Error::invalid("steps", problem));
        }
    };
    let (name, value) = object.next().expect("its length was looked at");
    let step = by_name(&name)?;
    match step {
        Step::Hashtags(_) => setting(step, value, "one of: drop, word").map(Step::Hashtags),
        Step::Emoji(_) => setting(step, value, "one of: drop, name").map(Step::Emoji),
        Step::Repeats(_) => setting(step, value, "a whole number from 1 to 255").map(Step::Repeats),
        Step::Punctuation(_) => {
            setting(step, value, "one of: all, outside_words").map(Step::Punctuation)
        }
        _ => Err(Error::invalid(format!("step {name:?}"), "has no setting")),
    }
}

fn by_name(name: &str) -> Result<Step> {
    DEFAULTS.into_iter().find(|step| step.name() == name).ok_or_else(|| {
        let known = DEFAULTS.map(Step::name).join(", ");
        Error::invalid("steps", format!("step {name:?} is not one of: {known}"))
    })
}

fn setting<T: DeserializeOwned>(step: Step, value: Value, expected: &str) -> Result<T> {
    let problem = format!("{value} is not {expected}");
    serde_json::from_value(value)
        .map_err(|_| Error::invalid(format!("step {:?}", step.name()), problem))
}

pub(super) fn to_json(steps: &[Step]) -> String {
    serde_json::to_string(steps).expect("names and small numbers are always JSON")
}

fn compose(text: &str, out: &mut String) -> bool {
    if text.is_ascii() || is_nfc_quick(text.chars()) == IsNormalized::Yes {
        return false;
    }
    out.extend(text.nfc());
    true
}

fn lower_case(text: &mut String) -> bool {
    if text.is_ascii() {
        let changed = text.bytes().fold(false, |found, byte| found | byte.is_ascii_uppercase());
        text.make_ascii_lowercase();
        return changed;
    }
    let lower = text.to_lowercase();
    let changed = lower != *text;
    *text = lower;
    changed
}

/// Puts a space in the place of everything that `find` finds.
fn drop_matches(
    text: &str,
    out: &mut String,
    find: fn(&str, usize) -> Option<std::ops::Range<usize>>,
) -> bool {
    let mut done = 0;
    while let Some(range) = find(text, done) {
        out.push_str(&text[done..range.start]);
        out.push(' ');
        done = range.end;
    }
    out.push_str(&text[done..]);
    done > 0
}

fn unmark_hashtags(text: &str, out: &mut String) -> bool {
    let mut done = 0;
    while let Some(range) = find_hashtag(text, done) {
        out.push_str(&text[done..range.start]);
        out.push(' ');
        out.push_str(&text[range.start + '#'.len_utf8()..range.end]);
        done = range.end;
    }
    out.push_str(&text[done..]);
    done > 0
}
