use std::fs;

use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;
use crate::ErrorKind;

const VOCABULARY: &str = "[PAD] [UNK] [CLS] [SEP] [MASK] saya sangat suka ##nya film ini bagus ##i ##an \
    makan cafe don ' t . , ! ? 😀 食 ##s a b ##b";

fn folder(files: &[(&str, &str)]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, content) in files {
        fs::write(folder.path().join(name), content).unwrap();
    }
    folder
}

fn bert() -> Tokenizer {
    let lines = VOCABULARY.split_whitespace().collect::<Vec<_>>().join("\n");
    let folder = folder(&[
        ("vocab.txt", &lines),
        ("tokenizer_config.json", r#"{"do_lower_case": true, "model_max_length": 512}"#),
    ]);
    Tokenizer::open(folder.path()).unwrap()
}

fn ids(tokenizer: &Tokenizer, text: &str) -> Vec<u32> {
    let mut encoding = tokenizer.encode(text, 512, LongText::Truncate).unwrap();
    assert!(!encoding.truncated);
    encoding.windows.remove(0)
}

/// The same tokenizer as the library reads it.
fn library(json: &str) -> tokenizers::Tokenizer {
    let mut library: tokenizers::Tokenizer = json.parse().unwrap();
    library.with_padding(None);
    library
}

/// A byte-level BPE with a few merges, spaces among them.
fn byte_level() -> Value {
    let mut tokens: Vec<String> = tokenizers::pre_tokenizers::byte_level::ByteLevel::alphabet()
        .iter()
        .map(char::to_string)
        .collect();
    tokens.sort();
    let merges =
        [["Ġ", "s"], ["a", "n"], ["Ġ", "Ġ"], ["ĠĠ", "ĠĠ"], ["Ċ", "Ċ"], ["Ã", "©"], ["an", "an"]];
    tokens.extend(merges.iter().map(|pair| pair.concat()));
    tokens.extend(["<s>".to_owned(), "</s>".to_owned()]);
    let vocabulary: serde_json::Map<String, Value> =
        tokens.iter().zip(0..).map(|(token, id)| (token.clone(), json!(id))).collect();
    let (first, last) = (vocabulary["<s>"].clone(), vocabulary["</s>"].clone());
    json!({
        "version": "1.0", "truncation": {"direction": "Right", "max_length": 8, "strategy": "LongestFirst", "stride": 0},
        "padding": null, "normalizer": null,
        "added_tokens": [{"id": first, "content": "<s>", "single_word": false, "lstrip": true,
            "rstrip": false, "normalized": false, "special": true}],
        "pre_tokenizer": {"type": "ByteLevel", "add_prefix_space": false, "trim_offsets": true, "use_regex": true},
        "post_processor": {"type": "RobertaProcessing", "sep": ["</s>", last], "cls": ["<s>", first],
            "trim_offsets": true, "add_prefix_space": false},
        "decoder": null,
        "model": {"type": "BPE", "dropout": null, "unk_token": null, "continuing_subword_prefix": null,
            "end_of_word_suffix": null, "fuse_unk": false, "byte_fallback": false, "ignore_merges": false,
            "vocab": vocabulary, "merges": merges},
    })
}

/// A Unigram model that reads spaces as a part of words.
fn unigram() -> Value {
    let pieces = json!([
        ["<unk>", 0.0],
        ["▁", -3.0],
        ["▁a", -2.5],
        ["a", -3.5],
        ["an", -3.0],
        ["na", -3.1],
        ["ana", -4.0],
        ["s", -3.0],
        ["▁s", -2.0],
        ["é", -4.0],
        [".", -2.0],
        ["n", -4.0],
        ["▁▁", -3.0],
    ]);
    json!({
        "version": "1.0", "truncation": null, "padding": null, "added_tokens": [], "post_processor": null,
        "normalizer": {"type": "NFKC"}, "decoder": null,
        "pre_tokenizer": {"type": "Metaspace", "replacement": "▁", "prepend_scheme": "always", "split": true},
        "model": {"type": "Unigram", "unk_id": 0, "vocab": pieces, "byte_fallback": false},
    })
}

/// Texts of what tokenizers treat apart: scripts, spaces, marks, emoji, names of special tokens.
fn texts() -> impl Strategy<Value = String> {
    let pieces = prop_oneof![
        4 => "[a-zA-Z]{1,6}".prop_map(String::from),
        3 => "[ \n\t]{1,3}".prop_map(String::from),
        2 => any::<char>().prop_map(String::from),
        2 => prop::sample::select(vec![
            "saya", "sukanya", "banana ", "[SEP]", "[MASK]", "<s>", "e\u{301}", "\u{302e}\u{301}\u{302f}", "한국", "食",
            "👨‍👩‍👧", "!?", "...", "don't", "\u{a0}", "\u{200b}", "İ", "ﬁ", "           ", "\r\n\r\n", "हिन्दी",
        ]).prop_map(String::from),
    ];
    prop::collection::vec(pieces, 0..200).prop_map(|pieces| pieces.concat())
}

#[test]
fn the_numbers_are_those_of_transformers() {
    // From transformers 5.23: AutoTokenizer.from_pretrained(folder)(text)["input_ids"].
    let tokenizer = bert();
    for (text, expected) in [
        ("Saya sangat suka film ini!", &[2, 5, 6, 7, 9, 10, 21, 3][..]),
        ("", &[2, 3]),
        ("Filmnya [SEP] bagus", &[2, 9, 8, 3, 11, 3]),
        ("Café makanan, DON'T 😀食食ab", &[2, 15, 14, 13, 20, 16, 17, 18, 23, 24, 24, 26, 28, 3]),
        ("tidak bagus\u{200b}i\u{a0}a\u{301}\u{301}b", &[2, 1, 11, 12, 26, 28, 3]),
    ] {
        assert_eq!(ids(&tokenizer, text), expected, "{text:?}");
    }
    assert_eq!((tokenizer.pad_id(), tokenizer.special_tokens()), (0, 2));
    assert_eq!((tokenizer.model_max_length(), tokenizer.vocabulary_size()), (Some(512), 29));
}

#[test]
fn what_is_written_opens_as_the_same() {
    for json in [bert().to_json().unwrap(), byte_level().to_string(), unigram().to_string()] {
        let tokenizer = Tokenizer::from_bytes(json.as_bytes()).unwrap();
        let written = tokenizer.to_json().unwrap();
        let again = Tokenizer::from_bytes(written.as_bytes()).unwrap();
        let text = "Saya [SEP] suka <s> banana, é.";
        assert_eq!(ids(&tokenizer, text), ids(&again, text));
        assert_eq!(ids(&again, text), library(&written).encode(text, true).unwrap().get_ids());
        assert_eq!(again.to_json().unwrap(), written);
    }
}

#[test]
fn long_texts_are_cut_or_read_in_windows() {
    let tokenizer = bert();
    let text = "saya sangat suka film ini bagus";
    let encode = |long| tokenizer.encode(text, 5, long).unwrap();
    let cut = encode(LongText::Truncate);
    assert_eq!((cut.windows, cut.truncated), (vec![vec![2, 5, 6, 7, 3]], true));
    let end = encode(LongText::TruncateStart);
    assert_eq!((end.windows, end.truncated), (vec![vec![2, 9, 10, 11, 3]], true));
    let all = encode(LongText::Windows { overlap: 1, max_windows: 9 });
    let windows = vec![vec![2, 5, 6, 7, 3], vec![2, 7, 9, 10, 3], vec![2, 10, 11, 3]];
    assert_eq!((&all.windows, all.truncated), (&windows, false));
    let two = encode(LongText::Windows { overlap: 1, max_windows: 2 });
    assert_eq!((&two.windows[..], two.truncated), (&windows[..2], true));
    let fits = tokenizer.encode(text, 8, LongText::Truncate).unwrap();
    assert_eq!((fits.windows[0].len(), fits.truncated), (8, false));
}

#[test]
fn limits_that_leave_no_room_are_named() {
    let tokenizer = bert();
    let message =
        |max_tokens, long| tokenizer.encode("a", max_tokens, long).unwrap_err().to_string();
    assert_eq!(
        message(2, LongText::Truncate),
        "max_tokens: 2 leaves no room for text beside 2 special tokens"
    );
    assert_eq!(
        message(8, LongText::Windows { overlap: 6, max_windows: 1 }),
        "overlap: 6 is not less than 6, the tokens of text in a window (8 less 2 special ones)"
    );
    assert_eq!(
        message(8, LongText::Windows { overlap: 1, max_windows: 0 }),
        "max_windows: 0 windows hold no text, at least 1 is needed"
    );
}

#[test]
fn large_texts_cost_little() {
    let bert = bert();
    let unigram = Tokenizer::from_bytes(unigram().to_string().as_bytes()).unwrap();
    let byte_level = Tokenizer::from_bytes(byte_level().to_string().as_bytes()).unwrap();
    let started = std::time::Instant::now();
    for text in ["Saya é. ".repeat(1_000_000), " ".repeat(8_000_000), "a".repeat(8_000_000)] {
        for long in [LongText::Truncate, LongText::TruncateStart] {
            bert.encode(&text, 64, long).unwrap();
            assert!(unigram.encode(&text, 64, long).unwrap().truncated);
            assert!(byte_level.encode(&text, 64, long).unwrap().truncated);
        }
    }
    assert!(started.elapsed().as_secs() < 60, "{:?}", started.elapsed());
}

#[test]
fn what_cannot_be_opened_says_why() {
    let error = |files: &[(&str, &str)]| Tokenizer::open(folder(files).path()).unwrap_err();
    let missing = error(&[]);
    assert_eq!(missing.kind(), ErrorKind::NotFound);
    assert!(missing.to_string().contains("looked for tokenizer.json, vocab.txt"), "{missing}");
    let other = error(&[("vocab.json", "{}"), ("merges.txt", "")]);
    assert_eq!(other.kind(), ErrorKind::Incompatible);
    assert!(other.to_string().contains("save_pretrained"), "{other}");
    let broken = error(&[("tokenizer.json", "{\"version\": \"1.0\",\n oops")]);
    assert_eq!(broken.kind(), ErrorKind::InvalidInput);
    assert!(broken.to_string().contains("line 2"), "{broken}");
    let unknown = error(&[("vocab.txt", "[PAD]\n[CLS]\n[SEP]\n")]);
    assert!(unknown.to_string().contains("[UNK]"), "{unknown}");
    let class = error(&[("vocab.txt", "[PAD]\n[UNK]\n[SEP]\n")]);
    assert!(class.to_string().contains("[CLS]"), "{class}");
    let split =
        error(&[("vocab.txt", "a\n"), ("tokenizer_config.json", r#"{"never_split": ["x"]}"#)]);
    assert!(split.to_string().contains("never_split"), "{split}");
}

#[test]
fn settings_are_read_where_they_mean_something() {
    let lines = "<p>\n[UNK]\n<c>\n[SEP]\n[MASK]\nSaya\nsaya\n";
    let folder = folder(&[
        ("vocab.txt", lines),
        ("special_tokens_map.json", r#"{"pad_token": "<p>", "cls_token": {"content": "<c>"}}"#),
        ("tokenizer_config.json", r#"{"do_lower_case": false, "model_max_length": 1e30}"#),
    ]);
    let tokenizer = Tokenizer::open(folder.path()).unwrap();
    assert_eq!(ids(&tokenizer, "Saya saya"), [2, 5, 6, 3]);
    assert_eq!((tokenizer.model_max_length(), tokenizer.pad_id()), (None, 0));
}

#[test]
fn threads_share_a_tokenizer() {
    fn shared<T: Send + Sync>(_: &T) {}
    shared(&bert());
}

proptest! {
    #[test]
    fn wordpiece_agrees_with_the_library(text in texts()) {
        let tokenizer = bert();
        let library = library(&tokenizer.to_json().unwrap());
        let encoding = tokenizer.encode(&text, usize::MAX, LongText::Truncate).unwrap();
        let expected = library.encode_fast(text, true).unwrap();
        prop_assert_eq!(&encoding.windows[0][..], expected.get_ids());
    }

    #[test]
    fn a_part_of_a_text_reads_as_in_the_whole(text in texts(), repeat in 1..8_usize, room in 1..20_usize) {
        let text = text.repeat(repeat);
        let bert: Value = serde_json::from_str(&bert().to_json().unwrap()).unwrap();
        for json in [bert, byte_level(), unigram()] {
            let tokenizer = Tokenizer::from_bytes(json.to_string().as_bytes()).unwrap();
            let whole = tokenizer.encode(&text, usize::MAX, LongText::Truncate).unwrap().windows.remove(0);
            let whole = &whole[tokenizer.before.len()..whole.len() - tokenizer.after.len()];
            let kept = whole.len().min(room);
            for (long, expected) in [
                (LongText::Truncate, &whole[..kept]),
                (LongText::TruncateStart, &whole[whole.len() - kept..]),
            ] {
                let part = tokenizer.encode(&text, room + tokenizer.special_tokens(), long).unwrap();
                prop_assert_eq!(part.truncated, whole.len() > room);
                let ids = &part.windows[0];
                prop_assert_eq!(&ids[tokenizer.before.len()..ids.len() - tokenizer.after.len()], expected);
            }
        }
    }
}
