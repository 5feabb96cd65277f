//! Cleaning is idempotent for every list of steps.
#![no_main]

use libfuzzer_sys::fuzz_target;
use pantau::text::{Cleaner, EmojiMode, HashtagMode, PunctuationMode, Step};

fuzz_target!(|input: (Vec<u8>, &str)| {
    let (choices, text) = input;
    let mut steps: Vec<Step> = Vec::new();
    for choice in choices {
        let step = step(choice);
        if steps.iter().all(|earlier| earlier.name() != step.name()) {
            steps.push(step);
        }
    }
    let cleaner = Cleaner::with_steps(steps).expect("no step is there twice");
    let once = cleaner.clean(text);
    assert_eq!(cleaner.clean(&once), once, "{}", cleaner.to_json());
});

/// A step and its setting from one byte.
fn step(choice: u8) -> Step {
    let setting = choice >> 4;
    let first = setting.is_multiple_of(2);
    match choice % 12 {
        0 => Step::Nfc,
        1 => Step::Html,
        2 => Step::Urls,
        3 => Step::Emails,
        4 => Step::Mentions,
        5 => Step::Hashtags(if first { HashtagMode::Drop } else { HashtagMode::Word }),
        6 => Step::Emoji(if first { EmojiMode::Drop } else { EmojiMode::Name }),
        7 => Step::Repeats(1 + setting),
        8 => Step::Digits,
        9 if first => Step::Punctuation(PunctuationMode::All),
        9 => Step::Punctuation(PunctuationMode::OutsideWords),
        10 => Step::Case,
        _ => Step::Whitespace,
    }
}
