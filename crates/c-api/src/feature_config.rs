//! Settings that decide which features there are.

use std::ffi::c_char;

use pantau_core::text::{FeatureConfig, Language};

use crate::{
    argument::{self, Place},
    dictionary::pantau_dictionary,
    error::{guard, guard_or, pantau_status},
    text::pantau_text,
};

/// Everything that decides which features an extractor gives, so that training and serving can
/// share it as one JSON file. It never changes, so threads may share it.
pub struct pantau_feature_config(pub(crate) FeatureConfig);

/// Gives the default settings for a language, `id` or `en`, made now.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_feature_config_new(
    language: *const c_char,
    language_length: usize,
    out: *mut *mut pantau_feature_config,
) -> pantau_status {
    guard(|| {
        // SAFETY: the header's rules for texts and results.
        let (language, out) = unsafe {
            (argument::text("language", language, language_length)?, Place::new("out", out)?)
        };
        out.give(pantau_feature_config(FeatureConfig::new(language.parse::<Language>()?)));
        Ok(())
    })
}

/// Reads settings from JSON. What is not there gets its default for the language. Settings that a
/// newer version wrote are INCOMPATIBLE.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_feature_config_from_json(
    json: *const c_char,
    json_length: usize,
    out: *mut *mut pantau_feature_config,
) -> pantau_status {
    guard(|| {
        // SAFETY: the header's rules for texts and results.
        let (json, out) =
            unsafe { (argument::text("json", json, json_length)?, Place::new("out", out)?) };
        out.give(pantau_feature_config(FeatureConfig::from_json(json)?));
        Ok(())
    })
}

/// Reads settings from a JSON file.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_feature_config_load(
    path: *const c_char,
    path_length: usize,
    out: *mut *mut pantau_feature_config,
) -> pantau_status {
    guard(|| {
        // SAFETY: the header's rules for texts and results.
        let (path, out) =
            unsafe { (argument::text("path", path, path_length)?, Place::new("out", out)?) };
        out.give(pantau_feature_config(FeatureConfig::load(path)?));
        Ok(())
    })
}

/// Writes the settings to a JSON file, whole or not at all.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_feature_config_save(
    config: *const pantau_feature_config,
    path: *const c_char,
    path_length: usize,
) -> pantau_status {
    guard(|| {
        // SAFETY: the header's rules for objects and texts.
        let (config, path) = unsafe {
            (argument::object("config", config)?, argument::text("path", path, path_length)?)
        };
        Ok(config.0.save(path)?)
    })
}

/// Gives the settings as JSON.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_feature_config_to_json(
    config: *const pantau_feature_config,
    out: *mut *mut pantau_text,
) -> pantau_status {
    guard(|| {
        // SAFETY: the header's rules for objects and results.
        let (config, out) =
            unsafe { (argument::object("config", config)?, Place::new("out", out)?) };
        out.give(config.0.to_json().into());
        Ok(())
    })
}

/// Gives the hash over the feature definitions and all settings that decide a feature's value:
/// equal hashes mean equal features.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_feature_config_schema_hash(
    config: *const pantau_feature_config,
    out: *mut *mut pantau_text,
) -> pantau_status {
    guard(|| {
        // SAFETY: the header's rules for objects and results.
        let (config, out) =
            unsafe { (argument::object("config", config)?, Place::new("out", out)?) };
        out.give(config.0.schema_hash().into());
        Ok(())
    })
}

/// Gives other settings, the same but for the Sastrawi stemmer over a dictionary. The first ones
/// stay as they are.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_feature_config_with_dictionary(
    config: *const pantau_feature_config,
    dictionary: *const pantau_dictionary,
    out: *mut *mut pantau_feature_config,
) -> pantau_status {
    guard(|| {
        // SAFETY: the header's rules for objects and results.
        let (config, dictionary, out) = unsafe {
            (
                argument::object("config", config)?,
                argument::object("dictionary", dictionary)?,
                Place::new("out", out)?,
            )
        };
        out.give(pantau_feature_config(config.0.clone().with_dictionary(&dictionary.0)));
        Ok(())
    })
}

/// Frees settings; NULL is fine.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_feature_config_free(config: *mut pantau_feature_config) {
    // SAFETY: the header's rules for objects.
    guard_or((), || unsafe { argument::free(config) });
}
