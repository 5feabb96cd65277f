//! Cleaning: separate, ordered steps that can each be left out.

mod characters;
mod emoji;
mod html;
mod step;

use characters::is_kept_punctuation;
pub(crate) use emoji::find_emoji;
pub use step::{EmojiMode, HashtagMode, PunctuationMode, Step};

use super::{Language, Transform};
use crate::Result;

/// Applies cleaning [`Step`]s in order.
///
/// Cleaning is idempotent for every list of steps: cleaning a cleaned text
/// changes nothing. So where one step uncovers work for an earlier one
/// (`&lt;b&gt;` becomes `<b>`), the steps run again until nothing is left to do.
/// A text built to need that many times over (`#a@b#c@d…`) loses the characters
/// that start markup and names instead, so that cleaning takes linear time.
///
/// ```
/// use pantau::text::{Cleaner, Language, Step};
///
/// let cleaner = Cleaner::new(Language::Indonesian);
/// assert_eq!(cleaner.clean("Aplikasi ini sangat bagus!"), "aplikasi ini sangat bagus");
///
/// let only_urls = Cleaner::with_steps([Step::Urls, Step::Whitespace])?;
/// assert_eq!(only_urls.clean("Lihat https://pantau.example ya!"), "Lihat ya!");
/// # Ok::<(), pantau::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cleaner {
    steps: Vec<Step>,
}

/// After how many passes a text is one that was built to need more of them the
/// longer it is. Other texts take two or three.
const MOST_PASSES: usize = 16;

/// Two buffers that take turns, so that a text costs no allocation per step.
#[derive(Debug, Default)]
pub(crate) struct CleanBuffers {
    current: String,
    next: String,
}

impl Cleaner {
    /// A cleaner with the default steps of `language`.
    pub fn new(language: Language) -> Self {
        Self { steps: Self::default_steps(language) }
    }

    /// A cleaner with these steps, in this order.
    ///
    /// # Errors
    /// `InvalidInput` when a step's setting makes no sense, or a step is named twice.
    pub fn with_steps(steps: impl IntoIterator<Item = Step>) -> Result<Self> {
        let steps: Vec<Step> = steps.into_iter().collect();
        step::check(&steps)?;
        Ok(Self { steps })
    }

    /// Reads the steps from JSON: a list of names, such as
    /// `["html", {"emoji": "name"}, "repeats", "case"]`. A step that has a setting
    /// has its default without: emoji are dropped, hashtags keep their word,
    /// repeated letters shrink to one, punctuation goes outside words.
    ///
    /// # Errors
    /// `InvalidInput` when it is not such a list.
    pub fn from_json(json: &str) -> Result<Self> {
        Self::with_steps(step::from_json(json)?)
    }

    /// What is done when nothing else is asked for. Emoji and digits: the
    /// former are dropped, the latter kept ("5 bintang").
    pub fn default_steps(language: Language) -> Vec<Step> {
        // Indonesian has few doubled letters ("bagusss" is "bagus"); English
        // has many ("goood" is "good").
        let repeats = match language {
            Language::Indonesian => 1,
            Language::English => 2,
        };
        vec![
            Step::Nfc,
            Step::Html,
            Step::Urls,
            Step::Emails,
            Step::Mentions,
            Step::Hashtags(HashtagMode::Word),
            Step::Emoji(EmojiMode::Drop),
            Step::Repeats(repeats),
            Step::Punctuation(PunctuationMode::OutsideWords),
            Step::Case,
            Step::Whitespace,
        ]
    }

    /// The steps, in order.
    pub fn steps(&self) -> &[Step] {
        &self.steps
    }

    /// The steps as JSON, as [`Self::from_json`] reads them.
    pub fn to_json(&self) -> String {
        step::to_json(&self.steps)
    }

    /// The cleaned text.
    pub fn clean(&self, text: &str) -> String {
        self.transform(text)
    }

    /// Cleans `text` into `buffers` and lends the result.
    pub(crate) fn clean_in<'b>(&self, text: &str, buffers: &'b mut CleanBuffers) -> &'b str {
        buffers.current.clear();
        buffers.current.push_str(text);
        let mut passes = 1;
        while self.pass(buffers) && !self.is_settled(&buffers.current) {
            if passes == MOST_PASSES {
                self.drop_marks(&mut buffers.current);
            }
            passes += 1;
        }
        &buffers.current
    }

    /// Puts spaces in the place of the characters that the steps need to keep
    /// uncovering work for each other: without them, a few passes settle any text.
    fn drop_marks(&self, text: &mut String) {
        let is_mark = |letter: char| {
            self.steps.iter().any(|step| match step {
                Step::Html => matches!(letter, '&' | '<'),
                Step::Emails | Step::Mentions => letter == '@',
                Step::Hashtags(_) => letter == '#',
                _ => false,
            })
        };
        *text = text.replace(is_mark, " ");
    }

    /// Runs every step once; whether any of them changed the text.
    fn pass(&self, buffers: &mut CleanBuffers) -> bool {
        let mut changed = false;
        for step in &self.steps {
            if step.apply(&mut buffers.current, &mut buffers.next) {
                changed = true;
            }
        }
        changed
    }

    /// Whether another pass surely changes nothing. Only plain lower-case words
    /// are recognised, which is what most texts have become after one pass; any
    /// other text just takes the pass that proves it.
    fn is_settled(&self, text: &str) -> bool {
        let digits_stay = !self.steps.contains(&Step::Digits);
        let joiners_stay = !self.steps.contains(&Step::Punctuation(PunctuationMode::All));
        let bytes = text.as_bytes();
        let after = |at: usize| bytes.get(at + 1).copied().unwrap_or(b' ');
        let mut run = 0;
        let mut before = b' ';
        for (at, &byte) in bytes.iter().enumerate() {
            run = if byte == before { run + 1 } else { 1 };
            let settled = match byte {
                b'a'..=b'z' => run < 3,
                b'0'..=b'9' => digits_stay,
                b' ' => run == 1 && at > 0 && at + 1 < bytes.len(),
                // A separator between digits starts or ends no link either.
                _ => joiners_stay && is_kept_punctuation(before, byte, after(at)),
            };
            if !settled {
                return false;
            }
            before = byte;
        }
        true
    }
}

impl Transform for Cleaner {
    fn transform_into(&self, text: &str, out: &mut String) {
        out.push_str(self.clean_in(text, &mut CleanBuffers::default()));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn clean(steps: &str, text: &str) -> String {
        Cleaner::from_json(steps).unwrap().clean(text)
    }

    #[test]
    fn what_one_step_uncovers_another_still_takes() {
        let cleaner = Cleaner::new(Language::Indonesian);
        assert_eq!(cleaner.clean("&amp;lt;b&amp;gt;tebal&lt;/b&gt;"), "tebal");
        assert_eq!(
            clean(r#"["urls", {"repeats": 1}]"#, "httpsss://contoh.example/a bagus"),
            "  bagus"
        );
        assert_eq!(clean(r#"["case", "html"]"#, "&#66;esar"), "besar");
        assert_eq!(clean(r#"["digits", "html"]"#, "a&half;b"), "a b");
    }

    #[test]
    fn passes_do_not_grow_with_the_text() {
        for (steps, start, middle, end) in [
            (r#"["mentions", {"hashtags": "drop"}]"#, "", "", "#a@b"),
            (r#"["html", {"repeats": 1}]"#, "&am", "&#109;", "mp;#109;"),
            (r#"["html", "case"]"#, "&a", "&#77;", "p;#77;"),
            (r#"["html", "nfc"]"#, "&amp", "&amp;", "#894;"),
        ] {
            let text = start.repeat(50_000) + middle + &end.repeat(50_000);
            let cleaned = clean(steps, &text);
            assert_eq!(clean(steps, &cleaned), cleaned, "{steps}");
        }
        // What anybody may write still comes out as if there were no end to the passes.
        assert_eq!(clean(r#"["mentions", {"hashtags": "drop"}]"#, &"#a@b".repeat(8)).trim(), "");
    }

    #[test]
    fn repeated_letters_shrink_to_what_the_language_has() {
        assert_eq!(Cleaner::new(Language::Indonesian).clean("Bagusss SEKALIII"), "bagus sekali");
        assert_eq!(Cleaner::new(Language::English).clean("sooo goood"), "soo good");
        assert_eq!(clean(r#"[{"repeats": 1}]"#, "maaf saat 1000 !!!"), "maaf saat 1000 !!!");
        assert_eq!(clean(r#"[{"repeats": 3}]"#, "waaaaah"), "waaah");
    }

    #[test]
    fn words_keep_their_inner_hyphens_and_apostrophes() {
        let cleaner = Cleaner::new(Language::English);
        assert_eq!(cleaner.clean("Don’t -- 'anak-anak', ok-"), "don't anak-anak ok");
        assert_eq!(clean(r#"[{"punctuation": "all"}, "whitespace"]"#, "don't a-b"), "don t a b");
    }

    #[test]
    fn emoji_are_kept_dropped_or_named() {
        assert_eq!(clean(r#"[{"emoji": "drop"}, "whitespace"]"#, "ok 👍🏽 ya ❤️ 1️⃣"), "ok ya");
        assert_eq!(
            clean(r#"[{"emoji": "name"}, "whitespace"]"#, "ok👍🏽 🇮🇩"),
            "ok thumbs up: medium skin tone flag: Indonesia"
        );
        assert_eq!(clean(r#"[{"punctuation": "all"}, "whitespace"]"#, "ok, 👍🏽!"), "ok 👍🏽");
    }

    #[test]
    fn steps_that_make_no_sense_are_refused() {
        let message = |json: &str| Cleaner::from_json(json).unwrap_err().to_string();
        assert_eq!(message(r#"[{"repeats": 0}]"#), "step repeats: 0 is below the least, 1");
        assert_eq!(message(r#"["case", "case"]"#), "step case: named twice");
        for json in ["{}", r#""case""#, "null"] {
            assert_eq!(message(json), "steps: expected a list of names");
        }
        assert!(message("[").starts_with("steps: is not JSON: "), "{}", message("["));
        assert_eq!(
            message(r#"["urll"]"#),
            "steps: step \"urll\" is not one of: nfc, html, urls, emails, mentions, hashtags, \
             emoji, repeats, digits, punctuation, case, whitespace"
        );
        for (json, problem) in [
            (r#"[{"emoji": "x"}]"#, r#"step "emoji": "x" is not one of: drop, name"#),
            (r#"[{"hashtags": 1}]"#, r#"step "hashtags": 1 is not one of: drop, word"#),
            (
                r#"[{"punctuation": null}]"#,
                r#"step "punctuation": null is not one of: all, outside_words"#,
            ),
            (r#"[{"repeats": 256}]"#, r#"step "repeats": 256 is not a whole number from 1 to 255"#),
            (r#"[{"repeats": "1"}]"#, r#"step "repeats": "1" is not a whole number from 1 to 255"#),
            (r#"[{"nfc": true}]"#, r#"step "nfc": has no setting"#),
            ("[1]", "steps: expected names, some with a setting, got 1"),
            (
                r#"[{"emoji": "drop", "repeats": 1}]"#,
                r#"steps: expected names, some with a setting, got {"emoji":"drop","repeats":1}"#,
            ),
        ] {
            assert_eq!(message(json), problem);
        }
    }

    #[test]
    fn names_alone_mean_the_default_setting() {
        let cleaner = Cleaner::from_json(r#"["emoji", "hashtags", "repeats", "punctuation"]"#);
        assert_eq!(
            cleaner.unwrap().to_json(),
            r#"[{"emoji":"drop"},{"hashtags":"word"},{"repeats":1},{"punctuation":"outside_words"}]"#
        );
    }

    #[test]
    fn empty_and_blank_texts_are_empty() {
        for text in ["", " ", "\t\r\n\u{a0}", "!?", "😀", "\u{0}"] {
            assert_eq!(Cleaner::new(Language::Indonesian).clean(text), "", "{text:?}");
        }
    }
}
