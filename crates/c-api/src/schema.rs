//! The tables as SQL.

use std::ffi::c_char;

use pantau_core::store::{Dialect, schema_sql};

use crate::{
    argument::{self, Place},
    error::{guard, pantau_status},
    text::pantau_text,
};

/// Gives the SQL that makes the tables of a new store, for people who keep their database
/// themselves. `dialect` is `sqlite` or `postgres`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_schema(
    dialect: *const c_char,
    dialect_length: usize,
    out: *mut *mut pantau_text,
) -> pantau_status {
    guard(|| {
        // SAFETY: the header's rules for texts and results.
        let (dialect, out) = unsafe {
            (argument::text("dialect", dialect, dialect_length)?, Place::new("out", out)?)
        };
        out.give(schema_sql(dialect.parse::<Dialect>()?).into());
        Ok(())
    })
}
