//! Limits that can be switched off, which is written `false`.

use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};
use serde_json::Value as Json;

#[expect(clippy::ref_option, reason = "serde passes a field as it is")]
pub(super) fn serialize<T: Serialize, S: Serializer>(
    limit: &Option<T>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    match limit {
        Some(limit) => limit.serialize(serializer),
        None => serializer.serialize_bool(false),
    }
}

pub(super) fn deserialize<'de, T, D>(deserializer: D) -> Result<Option<T>, D::Error>
where
    T: for<'own> Deserialize<'own>,
    D: Deserializer<'de>,
{
    match Json::deserialize(deserializer)? {
        Json::Null | Json::Bool(false) => Ok(None),
        Json::Bool(true) => Err(D::Error::custom("true is no limit; name one, or false for none")),
        limit => serde_json::from_value(limit).map(Some).map_err(D::Error::custom),
    }
}
