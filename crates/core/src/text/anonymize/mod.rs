//! Anonymising: personal data in a text is found by rules and replaced.
//!
//! The rules put precision first: a number with check digits counts only when
//! they are right, a date of birth only when the day exists, a country or an
//! area code only when it is in use. Names of persons are not found.

mod address;
mod bank;
mod entity;
mod groups;
mod identity;
mod phone;
mod plain;
mod plate;
mod replacement;
mod scan;
mod stretch;

use std::fmt;

pub use entity::{Counts, Entity};
use plain::Plain;
use replacement::Key;
use scan::{Entities, Found};

use super::Transform;
use crate::Result;

/// Replaces personal data in texts, by its kind or by a pseudonym.
///
/// A text that was anonymised stays as it is when it is anonymised again.
///
/// ```
/// use pantau::text::{Anonymizer, Entity};
///
/// let result = Anonymizer::new().anonymize("Hubungi budi@contoh.example atau 0812-3456-7890!");
/// assert_eq!(result.text, "Hubungi [EMAIL] atau [PHONE]!");
/// assert_eq!(result.counts.get(Entity::Phone), 1);
/// ```
#[derive(Clone)]
pub struct Anonymizer {
    entities: Entities,
    key: Option<Key>,
}

/// An anonymised text, and what was replaced in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Anonymized {
    /// The text with its replacements.
    pub text: String,
    /// How often each entity was replaced.
    pub counts: Counts,
}

impl Anonymizer {
    /// An anonymizer that replaces all entities by their kind, such as `[EMAIL]`.
    pub fn new() -> Self {
        Self { entities: Entities::of(&Entity::ALL), key: None }
    }

    /// Replaces only these entities.
    pub fn with_entities(self, entities: &[Entity]) -> Self {
        Self { entities: Entities::of(entities), ..self }
    }

    /// Replaces entities by pseudonyms such as `[EMAIL:1f2e3d4c5b6a7988]`, which
    /// are the same for the same value and tell nobody without the key which.
    ///
    /// The digits are the first 64 bits of HMAC-SHA256 under `key` over the
    /// [name](Entity::name) of the entity, a zero byte, and the value in one form:
    /// e-mail addresses and handles in lower case; telephone numbers as
    /// `+6281234567890`; card, identity and tax numbers as digits, a tax number
    /// without the zero that the new form adds; account numbers and plates in
    /// upper case without spaces or hyphens; IP addresses as [`std::net`] writes
    /// them; links as they are, without the slash of an empty path.
    ///
    /// ```
    /// use pantau::text::Anonymizer;
    ///
    /// let anonymizer = Anonymizer::new().with_key(b"0123456789abcdef")?;
    /// let one = anonymizer.anonymize("0812-3456-7890").text;
    /// assert_eq!(one, anonymizer.anonymize("+62 812 3456 7890").text);
    /// # Ok::<(), pantau::Error>(())
    /// ```
    ///
    /// # Errors
    /// The key has fewer than 16 bytes.
    pub fn with_key(self, key: &[u8]) -> Result<Self> {
        Ok(Self { key: Some(Key::new(key)?), ..self })
    }

    /// The entities that are replaced, in the order of [`Entity::ALL`].
    ///
    /// ```
    /// use pantau::text::{Anonymizer, Entity};
    ///
    /// let anonymizer = Anonymizer::new().with_entities(&[Entity::Phone, Entity::Email]);
    /// assert_eq!(anonymizer.entities(), [Entity::Email, Entity::Phone]);
    /// ```
    pub fn entities(&self) -> Vec<Entity> {
        Entity::ALL.into_iter().filter(|&entity| self.entities.has(entity)).collect()
    }

    /// Whether entities are replaced by pseudonyms under a key.
    pub fn is_keyed(&self) -> bool {
        self.key.is_some()
    }

    /// The text with its personal data replaced.
    pub fn anonymize(&self, text: &str) -> Anonymized {
        let mut out = String::with_capacity(text.len());
        let counts = self.anonymize_into(text, &mut out);
        Anonymized { text: out, counts }
    }

    /// Appends the text with its personal data replaced to `out`.
    pub fn anonymize_into(&self, text: &str, out: &mut String) -> Counts {
        let plain = Plain::of(text);
        let mut counts = Counts::default();
        let mut copied = 0;
        let mut value = String::new();
        for Found { entity, range } in self.find(&plain.text) {
            let original = plain.original(&range);
            out.push_str(&text[copied..original.start]);
            copied = original.end;
            replacement::write(entity, &plain.text[range], self.key.as_ref(), &mut value, out);
            counts.add(entity);
        }
        out.push_str(&text[copied..]);
        counts
    }

    /// What to replace in a plain text, in order, outside earlier replacements.
    fn find(&self, text: &str) -> Vec<Found> {
        let mut all = Vec::new();
        let mut from = 0;
        for open in memchr::memchr_iter(b'[', text.as_bytes()) {
            if open < from {
                continue;
            }
            if let Some(end) = replacement::end(text.as_bytes(), open) {
                self.entities.find_in(&text[..open], from, &mut all);
                from = end;
            }
        }
        self.entities.find_in(text, from, &mut all);
        all
    }
}

impl Default for Anonymizer {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for Anonymizer {
    /// Tells whether there is a key, never which.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Anonymizer")
            .field("entities", &self.entities())
            .field("keyed", &self.is_keyed())
            .finish()
    }
}

impl Transform for Anonymizer {
    fn transform_into(&self, text: &str, out: &mut String) {
        self.anonymize_into(text, out);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::ops::Range;

    const KEY: &[u8] = b"0123456789abcdef";

    fn pieces() -> impl Strategy<Value = String> {
        let piece = prop_oneof![
            prop::sample::select(vec![
                "budi@contoh.example",
                "@budi",
                "@",
                "http://",
                "www.",
                "tokopedia.com",
                ".com",
                "x",
                "B",
                "B 1234 XYZ",
                "AB1234CD",
                "0812-3456-7890",
                "0812",
                "3456",
                "7890",
                "+62",
                "62",
                "(",
                ")",
                "021",
                "5551234",
                " ",
                " ",
                "-",
                ".",
                ",",
                ":",
                "::",
                "/",
                "+",
                "_",
                "[",
                "]",
                "[EMAIL]",
                "[PHONE:0123456789abcdef]",
                "[EMAIL:",
                "3171014502900001",
                "4111111111111111",
                "4111 1111 1111 1111",
                "01.234.567.4-901.234",
                "012345674901234",
                "NPWP ",
                "GB82WEST12345698765432",
                "GB82 WEST 1234 5698 7654 32",
                "192.168.1.10",
                "2001:db8::1",
                "fe80",
                "Rp",
                "v",
                "é",
                "日",
                "😀",
                "1",
                "12",
                "123",
                "1234",
                "a",
                "AB",
                "\n",
                "&",
                "#",
                "%",
                "'",
                "\"",
                "\u{a0}",
                "\u{2011}",
                "\u{2014}",
                "\u{200b}",
                "\u{202a}",
                "WA",
                "nik",
                "KTP 3171 01 450290 0001",
                "kartu",
                "versi",
                "mobil",
                "SERI",
                "(at)",
                ".id",
                ".org",
            ])
            .prop_map(str::to_owned),
            "[0-9]{1,20}",
            "[A-Za-z]{1,4}",
            any::<char>().prop_map(String::from),
        ];
        prop::collection::vec(piece, 0..16).prop_map(|pieces| pieces.concat())
    }

    /// Whether `out` is `text` with some parts replaced and the rest untouched.
    fn keeps_the_rest(text: &str, out: &str, all: &[Range<usize>]) -> bool {
        let mut rest = out;
        let mut copied = 0;
        for range in all {
            let Some(after) = rest.strip_prefix(&text[copied..range.start]) else {
                return false;
            };
            let Some(close) = after.find(']') else { return false };
            rest = &after[close + 1..];
            copied = range.end;
        }
        rest == &text[copied..]
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(4_000))]

        #[test]
        fn an_anonymised_text_stays_as_it_is(text in pieces(), chosen in prop::sample::subsequence(Entity::ALL.to_vec(), 1..=10)) {
            for entities in [&Entity::ALL[..], &chosen] {
                let plain = Anonymizer::new().with_entities(entities);
                for anonymizer in [plain.clone(), plain.with_key(KEY).unwrap()] {
                    let once = anonymizer.anonymize(&text).text;
                    let twice = anonymizer.anonymize(&once);
                    prop_assert_eq!(&twice.text, &once, "{:?}", text);
                    prop_assert_eq!(twice.counts.total(), 0);
                }
            }
        }

        #[test]
        fn everything_else_is_untouched(text in pieces()) {
            let text = text.replace('[', "(");
            let plain = Plain::of(&text);
            let anonymizer = Anonymizer::new();
            let all = anonymizer.find(&plain.text);
            let all: Vec<_> = all.iter().map(|found| plain.original(&found.range)).collect();
            let result = anonymizer.anonymize(&text);
            prop_assert_eq!(result.counts.total(), all.len() as u64);
            prop_assert!(keeps_the_rest(&text, &result.text, &all), "{:?} {:?}", text, result.text);
        }
    }

    #[test]
    fn one_value_has_one_pseudonym_under_one_key() {
        let anonymizer = Anonymizer::new().with_key(KEY).unwrap();
        for (one, other) in [
            ("0812-3456-7890", "+62 812 3456 7890"),
            ("Budi@Contoh.Example", "budi@contoh.example"),
            ("@Budi", "@budi"),
            ("4111 1111 1111 1111", "4111-1111-1111-1111"),
            ("01.234.567.4-901.234", "0012345674901234"),
            ("GB82 WEST 1234 5698 7654 32", "gb82west12345698765432"),
            ("B 1234 XYZ", "B1234XYZ"),
            ("2001:db8:0:0:0:0:0:1", "2001:DB8::1"),
            ("0812\u{200b}-3456\u{2011}7890", "0812\u{a0}3456\u{202f}7890"),
            ("https://x.co/", "https://x.co"),
            ("tokopedia.com/", "tokopedia.com"),
        ] {
            let pseudonym = anonymizer.transform(one);
            assert!(pseudonym.starts_with('[') && pseudonym.len() > 20, "{pseudonym}");
            assert_eq!(pseudonym, anonymizer.transform(other));
            let other_key = Anonymizer::new().with_key(b"fedcba9876543210").unwrap();
            assert_ne!(pseudonym, other_key.transform(one));
        }
    }

    #[test]
    fn short_keys_are_refused_and_keys_are_not_shown() {
        let error = Anonymizer::new().with_key(b"secret").unwrap_err();
        assert_eq!(error.to_string(), "key: has 6 bytes, fewer than 16");
        let shown =
            format!("{:?}", Anonymizer::new().with_entities(&[Entity::Ip]).with_key(KEY).unwrap());
        assert_eq!(shown, "Anonymizer { entities: [Ip], keyed: true }");
    }

    #[test]
    fn settings_can_be_read() {
        let all = Anonymizer::new();
        assert_eq!((all.entities(), all.is_keyed()), (Entity::ALL.to_vec(), false));
        let some = all.with_entities(&[Entity::Plate, Entity::Ip]).with_key(KEY).unwrap();
        assert_eq!((some.entities(), some.is_keyed()), (vec![Entity::Ip, Entity::Plate], true));
        assert_eq!(some.with_entities(&[]).entities(), []);
    }

    #[test]
    fn hostile_texts_take_linear_time() {
        for unit in [
            "@a ",
            "1",
            "1 ",
            "0812-",
            "0812 3456 ",
            "a:",
            ":",
            "1.",
            "a.",
            "[",
            "[EMAIL",
            "[EMAIL]",
            "GB82",
            "GB82 WEST ",
            "http://",
            "B 1234 ",
            "(0812)",
            "::1",
            "4111 1111 ",
            "a@b.",
            "@_",
            "é1",
            "0812-3456-7890x",
            "1\u{2011}",
            "1\u{200b}",
            "\u{200b}",
            "1 \u{2011} ",
            "NIK 31 71 ",
            "0812-3456-7890_",
            "B 1234 XYZ ",
        ] {
            Anonymizer::new().anonymize(&unit.repeat(400_000 / unit.len()));
        }
    }
}
