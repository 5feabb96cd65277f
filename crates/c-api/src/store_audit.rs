//! Deletion, and who did what.

use std::ffi::c_char;

use pantau_core::{Timestamp, store::Record};

use crate::{
    argument,
    error::{guard, pantau_status},
    store::{give, pantau_store, read_time},
    text::{json_list, pantau_text},
};

/// Deletes all that is stored of a subject, in all tables, and gives how many rows of each as a
/// JSON object. Records of it that are still on their way will not be written. The audit log keeps
/// that `actor` did it and how many rows it were, and of the subject a hash.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_store_forget(
    store: *const pantau_store,
    subject: *const c_char,
    subject_length: usize,
    actor: *const c_char,
    actor_length: usize,
    out: *mut *mut pantau_text,
) -> pantau_status {
    guard(|| {
        // SAFETY: the header's rules for objects, texts and results.
        unsafe {
            let subject = argument::text("subject", subject, subject_length)?;
            let actor = argument::text("actor", actor, actor_length)?;
            give(store, out, |store| Ok(store.forget(subject, actor)?.to_json().to_string()))
        }
    })
}

/// Deletes what is older than the moment `since`, in all tables whose rows grow old, and gives how
/// many rows of each as a JSON object. The audit log keeps that `actor` did it.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_store_retain_since(
    store: *const pantau_store,
    since: *const c_char,
    since_length: usize,
    actor: *const c_char,
    actor_length: usize,
    out: *mut *mut pantau_text,
) -> pantau_status {
    guard(|| {
        // SAFETY: the header's rules for objects, texts and results.
        unsafe {
            let since = argument::text("since", since, since_length)?.parse::<Timestamp>()?;
            let actor = argument::text("actor", actor, actor_length)?;
            give(store, out, |store| Ok(store.retain_since(since, actor)?.to_json().to_string()))
        }
    })
}

/// Notes who did what in the audit log, and gives the record as JSON. `detail` are facts as JSON,
/// without what somebody wrote; the empty text is none.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_store_audit(
    store: *const pantau_store,
    actor: *const c_char,
    actor_length: usize,
    action: *const c_char,
    action_length: usize,
    detail: *const c_char,
    detail_length: usize,
    out: *mut *mut pantau_text,
) -> pantau_status {
    guard(|| {
        // SAFETY: the header's rules for objects, texts and results.
        unsafe {
            let actor = argument::text("actor", actor, actor_length)?;
            let action = argument::text("action", action, action_length)?;
            let detail = argument::facts("detail", detail, detail_length)?;
            give(store, out, |store| store.audit(actor, action, &detail)?.to_json())
        }
    })
}

/// Gives the records of the audit log as a JSON list, the earliest first, at most `limit` of them,
/// 0 for all. An empty `since` is from the beginning.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_store_audit_trail(
    store: *const pantau_store,
    since: *const c_char,
    since_length: usize,
    limit: usize,
    out: *mut *mut pantau_text,
) -> pantau_status {
    guard(|| {
        // SAFETY: the header's rules for objects, texts and results.
        unsafe {
            let since = read_time("since", since, since_length)?;
            let limit = (limit > 0).then_some(limit);
            give(store, out, |store| json_list(&store.audit_trail(since, limit)?))
        }
    })
}

/// Walks the whole audit log and checks that no record was changed, removed or put in between:
/// `INCOMPATIBLE` names the first that was. Gives `{"records": 17, "head": "…"}`; who keeps `head`,
/// the hash of the last record, elsewhere will also notice a log that was written anew from its
/// beginning.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_store_verify_audit(
    store: *const pantau_store,
    out: *mut *mut pantau_text,
) -> pantau_status {
    // SAFETY: the header's rules for objects and results.
    guard(|| unsafe { give(store, out, |store| Ok(store.verify_audit()?.to_json())) })
}
