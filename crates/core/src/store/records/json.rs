//! Records as JSON, as the faces show them.

use super::{Record, prediction};
use crate::{
    Result,
    store::{Column, Kind, Value},
};

/// A member for each column of the record's table, in their order. Nothing is `null`, a time is
/// written as RFC 3339 says, and a vector is a list of numbers.
pub(super) fn to_json<R: Record>(record: &R) -> Result<String> {
    let row = record.to_row()?;
    let mut out = String::from("{");
    for (column, value) in R::TABLE.columns().iter().zip(row.values()) {
        if out.len() > 1 {
            out.push(',');
        }
        out.push_str(&serde_json::Value::from(column.name).to_string());
        out.push(':');
        write(&mut out, *column, value);
    }
    out.push('}');
    Ok(out)
}

fn write(out: &mut String, column: Column, value: &Value) {
    let written = match value {
        Value::Null => serde_json::Value::Null,
        Value::Integer(number) => (*number).into(),
        Value::Real(number) => (*number).into(),
        Value::Truth(truth) => (*truth).into(),
        Value::Time(time) => time.to_string().into(),
        Value::Text(text) if column.kind == Kind::Json => {
            out.push_str(text);
            return;
        }
        Value::Text(text) => text.as_str().into(),
        Value::Bytes(bytes) => prediction::unpack(bytes).into(),
    };
    out.push_str(&written.to_string());
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        Timestamp,
        store::{Consent, PredictionRecord},
        text::Anonymizer,
    };

    #[test]
    fn a_record_shows_every_column_in_order() {
        let shared = Consent::given()
            .with_subject("user-17")
            .share()
            .with_text(&Anonymizer::new(), "Kata \"bagus\"\n")
            .with_embedding(&[0.5, -2.0]);
        let mut record = PredictionRecord::new("sentiment", "3", "positive", 0.75);
        record.id = "a".to_owned();
        record.timestamp = Timestamp::from_micros(1_500_000);
        record.probabilities = Some(vec![("positive".to_owned(), 0.75), ("b".to_owned(), 0.25)]);
        let json = record.with_shared(shared).to_json().unwrap();
        let start = r#"{"id":"a","input_text":"Kata \"bagus\"\n","predicted_label":"positive","confidence":0.75,"probabilities":{"positive":0.75,"b":0.25},"actual_label":null"#;
        assert!(json.starts_with(start), "{json}");
        assert!(json.contains(r#""timestamp":"1970-01-01T00:00:01.5Z""#), "{json}");
        assert!(json.ends_with(r#""embedding":[0.5,-2.0]}"#), "{json}");
        let read: serde_json::Value = serde_json::from_str(&json).unwrap();
        let columns = <PredictionRecord as Record>::TABLE.columns().len();
        assert_eq!(read.as_object().unwrap().len(), columns);
    }
}
