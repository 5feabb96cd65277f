//! Anonymising texts.

use std::{ffi::c_char, ptr};

use pantau_core::text::{Anonymizer, Counts, Entity};

use crate::{
    argument::{self, Place},
    error::{guard, guard_or, pantau_status},
    text::pantau_text,
};

/// Replaces personal data in texts. It never changes, so threads may share it.
pub struct pantau_anonymizer(pub(crate) Anonymizer);

/// An anonymised text, and what was replaced in it. It never changes, so threads may share it.
pub struct pantau_anonymized {
    text: pantau_text,
    counts: Counts,
}

/// Gives an anonymizer that replaces all entities by their kind, such as `[EMAIL]`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_anonymizer_new(out: *mut *mut pantau_anonymizer) -> pantau_status {
    guard(|| {
        // SAFETY: the header's rules for results.
        let out = unsafe { Place::new("out", out)? };
        out.give(pantau_anonymizer(Anonymizer::new()));
        Ok(())
    })
}

/// Gives another anonymizer that replaces only the entities named in a comma-separated list, of
/// `email,url,phone,nik,npwp,card,iban,ip,handle,plate`; an empty list replaces none. The first
/// anonymizer stays as it is.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_anonymizer_with_entities(
    anonymizer: *const pantau_anonymizer,
    entities: *const c_char,
    entities_length: usize,
    out: *mut *mut pantau_anonymizer,
) -> pantau_status {
    guard(|| {
        // SAFETY: the header's rules for objects, texts and results.
        let (anonymizer, entities, out) = unsafe {
            (
                argument::object("anonymizer", anonymizer)?,
                argument::text("entities", entities, entities_length)?,
                Place::new("out", out)?,
            )
        };
        let names = entities.split(',').map(str::trim).filter(|name| !name.is_empty());
        let entities = names.map(str::parse).collect::<Result<Vec<Entity>, _>>()?;
        out.give(pantau_anonymizer(anonymizer.0.clone().with_entities(&entities)));
        Ok(())
    })
}

/// Gives another anonymizer that replaces values by pseudonyms such as `[EMAIL:1f2e3d4c5b6a7988]`:
/// the same for the same value under the same key, and telling nobody without the key which. The
/// key is bytes of any kind, 16 or more. The first anonymizer stays as it is.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_anonymizer_with_key(
    anonymizer: *const pantau_anonymizer,
    key: *const u8,
    key_length: usize,
    out: *mut *mut pantau_anonymizer,
) -> pantau_status {
    guard(|| {
        // SAFETY: the header's rules for objects, texts and results.
        let (anonymizer, key, out) = unsafe {
            (
                argument::object("anonymizer", anonymizer)?,
                argument::bytes("key", key, key_length)?,
                Place::new("out", out)?,
            )
        };
        out.give(pantau_anonymizer(anonymizer.0.clone().with_key(key)?));
        Ok(())
    })
}

/// Gives a text with its personal data replaced, and the counts of what was.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_anonymizer_anonymize(
    anonymizer: *const pantau_anonymizer,
    text: *const c_char,
    length: usize,
    out: *mut *mut pantau_anonymized,
) -> pantau_status {
    guard(|| {
        // SAFETY: the header's rules for objects, texts and results.
        let (anonymizer, text, out) = unsafe {
            (
                argument::object("anonymizer", anonymizer)?,
                argument::text("text", text, length)?,
                Place::new("out", out)?,
            )
        };
        let result = anonymizer.0.anonymize(text);
        out.give(pantau_anonymized { text: result.text.into(), counts: result.counts });
        Ok(())
    })
}

/// Frees an anonymizer; NULL is fine.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_anonymizer_free(anonymizer: *mut pantau_anonymizer) {
    // SAFETY: the header's rules for objects.
    guard_or((), || unsafe { argument::free(anonymizer) });
}

/// The text with its replacements, borrowed from the result. Of a NULL: NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_anonymized_text(
    anonymized: *const pantau_anonymized,
) -> *const pantau_text {
    guard_or(ptr::null(), || {
        // SAFETY: the header's rules for objects.
        let anonymized = unsafe { anonymized.as_ref() };
        anonymized.map_or(ptr::null(), |anonymized| &raw const anonymized.text)
    })
}

/// Gives how often an entity, such as `email`, was replaced.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_anonymized_count(
    anonymized: *const pantau_anonymized,
    entity: *const c_char,
    entity_length: usize,
    out: *mut u64,
) -> pantau_status {
    guard(|| {
        // SAFETY: the header's rules for objects, texts and results.
        let (anonymized, entity, out) = unsafe {
            (
                argument::object("anonymized", anonymized)?,
                argument::text("entity", entity, entity_length)?,
                Place::new("out", out)?,
            )
        };
        out.put(anonymized.counts.get(entity.parse()?));
        Ok(())
    })
}

/// How many replacements there were. Of a NULL: 0.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_anonymized_total(anonymized: *const pantau_anonymized) -> u64 {
    guard_or(0, || {
        // SAFETY: the header's rules for objects.
        let anonymized = unsafe { anonymized.as_ref() };
        anonymized.map_or(0, |anonymized| anonymized.counts.total())
    })
}

/// Frees an anonymised text; NULL is fine.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_anonymized_free(anonymized: *mut pantau_anonymized) {
    // SAFETY: the header's rules for objects.
    guard_or((), || unsafe { argument::free(anonymized) });
}
