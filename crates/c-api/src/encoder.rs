//! Vectors for texts, from a model.

use std::ffi::c_char;

use pantau_core::model::Encoder;

use crate::{
    argument::{self, Place},
    embeddings::pantau_embeddings,
    error::{guard, guard_or, pantau_status},
    model_options::{or_default, pantau_model_options},
    text::pantau_text,
};

/// Gives texts a vector: near ones for texts that mean the same. Threads may share it, and should:
/// their texts run together.
pub struct pantau_encoder(Encoder);

/// Opens the bundle of an encoder, as `pantau_classifier_open` opens one of a classifier.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_encoder_open(
    bundle: *const c_char,
    bundle_length: usize,
    options: *const pantau_model_options,
    out: *mut *mut pantau_encoder,
) -> pantau_status {
    guard(|| {
        // SAFETY: the header's rules for objects, texts and results.
        let (bundle, options, out) = unsafe {
            (
                argument::text("bundle", bundle, bundle_length)?,
                or_default(options),
                Place::new("out", out)?,
            )
        };
        out.give(pantau_encoder(Encoder::open(bundle, &options)?));
        Ok(())
    })
}

/// Gives the vector of one text.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_encoder_embed(
    encoder: *const pantau_encoder,
    text: *const c_char,
    length: usize,
    out: *mut *mut pantau_embeddings,
) -> pantau_status {
    guard(|| {
        // SAFETY: the header's rules for objects, texts and results.
        let (encoder, text, out) = unsafe {
            (
                argument::object("encoder", encoder)?,
                argument::text("text", text, length)?,
                Place::new("out", out)?,
            )
        };
        // As a batch of one, which keeps the flags of the text.
        out.give(encoder.0.embed_batch(&[text], None)?.into());
        Ok(())
    })
}

/// Gives the vectors of many texts, in their order. `texts` and `lengths` hold `count` entries
/// each; `deadline_ms` is as for `pantau_classifier_predict_batch`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_encoder_embed_batch(
    encoder: *const pantau_encoder,
    texts: *const *const c_char,
    lengths: *const usize,
    count: usize,
    deadline_ms: u64,
    out: *mut *mut pantau_embeddings,
) -> pantau_status {
    guard(|| {
        // SAFETY: the header's rules for objects, texts and results.
        let (encoder, texts, out) = unsafe {
            (
                argument::object("encoder", encoder)?,
                argument::texts(texts, lengths, count)?,
                Place::new("out", out)?,
            )
        };
        out.give(encoder.0.embed_batch(&texts, argument::deadline(deadline_ms))?.into());
        Ok(())
    })
}

/// Gives how many numbers a vector has.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_encoder_dimensions(
    encoder: *const pantau_encoder,
    out: *mut usize,
) -> pantau_status {
    guard(|| {
        // SAFETY: the header's rules for objects and results.
        let (encoder, out) =
            unsafe { (argument::object("encoder", encoder)?, Place::new("out", out)?) };
        out.put(encoder.0.dimensions()?);
        Ok(())
    })
}

/// Gives what the model is, where it runs, and what it did so far, as a JSON object.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_encoder_info(
    encoder: *const pantau_encoder,
    out: *mut *mut pantau_text,
) -> pantau_status {
    guard(|| {
        // SAFETY: the header's rules for objects and results.
        let (encoder, out) =
            unsafe { (argument::object("encoder", encoder)?, Place::new("out", out)?) };
        out.give(encoder.0.info()?.to_json().into());
        Ok(())
    })
}

/// Measures how many tokens run together best on this machine, as `pantau_classifier_warm_up` does.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_encoder_warm_up(encoder: *const pantau_encoder) -> pantau_status {
    guard(|| {
        // SAFETY: the header's rules for objects.
        let encoder = unsafe { argument::object("encoder", encoder)? };
        Ok(encoder.0.warm_up()?)
    })
}

/// Replaces the model by the one in another bundle while threads use it, as
/// `pantau_classifier_swap` does.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_encoder_swap(
    encoder: *const pantau_encoder,
    bundle: *const c_char,
    bundle_length: usize,
) -> pantau_status {
    guard(|| {
        // SAFETY: the header's rules for objects and texts.
        let (encoder, bundle) = unsafe {
            (
                argument::object("encoder", encoder)?,
                argument::text("bundle", bundle, bundle_length)?,
            )
        };
        Ok(encoder.0.swap(bundle)?)
    })
}

/// Frees the model while threads may still hold the encoder: what they ask from then on is
/// `INVALID_INPUT`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_encoder_close(encoder: *const pantau_encoder) -> pantau_status {
    guard(|| {
        // SAFETY: the header's rules for objects.
        let encoder = unsafe { argument::object("encoder", encoder)? };
        Ok(encoder.0.close()?)
    })
}

/// Frees an encoder; NULL is fine.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_encoder_free(encoder: *mut pantau_encoder) {
    // SAFETY: the header's rules for objects.
    guard_or((), || unsafe { argument::free(encoder) });
}
