//! Answers as Arrow record batches, which every data tool reads.

use std::sync::Arc;

use arrow_array::{
    ArrayRef, BooleanArray, FixedSizeListArray, Float32Array, Float64Array, LargeStringArray,
    RecordBatch,
    builder::{LargeStringBuilder, ListBuilder},
};
use arrow_schema::{ArrowError, DataType, Field, Schema};

use super::{Embeddings, Flags, Predictions};
use crate::{Error, Result};

impl Predictions {
    /// The predictions as a table: `label`, `confidence`, `all_labels`, one column
    /// `probability_…` for each label where probabilities were asked for, the flags `empty`,
    /// `truncated` and `replaced`, and, where the model can tell, `novelty` and `novelty_pvalue`.
    ///
    /// # Errors
    /// [`Error::InvalidInput`] if there are more labels than Arrow can hold.
    pub fn to_arrow(&self) -> Result<RecordBatch> {
        let labels = (0..self.len()).filter_map(|text| self.label(text));
        let mut all_labels = ListBuilder::new(LargeStringBuilder::new());
        for prediction in self.iter() {
            for label in &prediction.all_labels {
                all_labels.values().append_value(label);
            }
            all_labels.append(true);
        }
        let mut columns: Vec<(String, ArrayRef)> = vec![
            ("label".to_owned(), Arc::new(LargeStringArray::from_iter_values(labels))),
            ("confidence".to_owned(), Arc::new(Float64Array::from(self.confidence().to_vec()))),
            ("all_labels".to_owned(), Arc::new(all_labels.finish())),
        ];
        if let Some(probabilities) = self.probabilities() {
            let width = self.labels().len();
            for (place, label) in self.labels().iter().enumerate() {
                let column = probabilities.iter().skip(place).step_by(width).copied();
                let column = Float64Array::from_iter_values(column);
                columns.push((format!("probability_{label}"), Arc::new(column)));
            }
        }
        columns.extend(flag_columns(self.flags()));
        if let Some(novelty) = self.novelty() {
            let scores = Float64Array::from_iter_values(novelty.iter().map(|text| text.score));
            let pvalues = Float64Array::from_iter_values(novelty.iter().map(|text| text.pvalue));
            columns.push(("novelty".to_owned(), Arc::new(scores)));
            columns.push(("novelty_pvalue".to_owned(), Arc::new(pvalues)));
        }
        batch("predictions", columns)
    }
}

impl Embeddings {
    /// The vectors as a table: `embedding`, and the flags `empty`, `truncated` and `replaced`.
    ///
    /// # Errors
    /// [`Error::InvalidInput`] if a vector is longer than Arrow can hold.
    pub fn to_arrow(&self) -> Result<RecordBatch> {
        let width = i32::try_from(self.dimensions()).map_err(|_| {
            Error::invalid("embeddings", format!("Arrow has no lists of {}", self.dimensions()))
        })?;
        let numbers = Arc::new(Float32Array::from(self.numbers().to_vec()));
        let item = Arc::new(Field::new("item", DataType::Float32, false));
        let vectors = FixedSizeListArray::try_new(item, width, numbers, None)
            .map_err(|error| refused("embeddings", &error))?;
        let mut columns: Vec<(String, ArrayRef)> =
            vec![("embedding".to_owned(), Arc::new(vectors))];
        columns.extend(flag_columns(self.flags()));
        batch("embeddings", columns)
    }
}

fn flag_columns(flags: &[Flags]) -> impl Iterator<Item = (String, ArrayRef)> {
    let column = |is_set: fn(&Flags) -> bool| -> ArrayRef {
        Arc::new(flags.iter().map(|flags| Some(is_set(flags))).collect::<BooleanArray>())
    };
    [
        ("empty".to_owned(), column(|flags| flags.empty)),
        ("truncated".to_owned(), column(|flags| flags.truncated)),
        ("replaced".to_owned(), column(|flags| flags.replaced)),
    ]
    .into_iter()
}

/// No column has nulls: every text gets an answer.
fn batch(what: &str, columns: Vec<(String, ArrayRef)>) -> Result<RecordBatch> {
    let fields: Vec<Field> = columns
        .iter()
        .map(|(name, column)| Field::new(name, column.data_type().clone(), false))
        .collect();
    let columns = columns.into_iter().map(|(_, column)| column).collect();
    RecordBatch::try_new(Arc::new(Schema::new(fields)), columns)
        .map_err(|error| refused(what, &error))
}

fn refused(what: &str, error: &ArrowError) -> Error {
    Error::invalid(what, error.to_string())
}

#[cfg(test)]
mod tests {
    use arrow_array::{cast::AsArray, types::Float64Type};

    use super::*;
    use crate::onnx::Activation;

    fn predictions(all: bool, rows: &[&[f64]]) -> Predictions {
        let labels: Arc<[String]> = ["a", "b"].map(str::to_owned).into();
        let mut predictions = Predictions::new(labels, Activation::Sigmoid, rows.len(), all);
        for row in rows {
            let flags = Flags { truncated: true, ..Flags::default() };
            predictions.push(row, 1.0, flags, None);
        }
        predictions
    }

    fn names(batch: &RecordBatch) -> Vec<String> {
        batch.schema().fields().iter().map(|field| field.name().clone()).collect()
    }

    #[test]
    fn predictions_become_columns() {
        let found = predictions(true, &[&[0.0, 1.0], &[-1.0, -2.0]]);
        let batch = found.to_arrow().unwrap();
        assert_eq!(
            names(&batch),
            [
                "label",
                "confidence",
                "all_labels",
                "probability_a",
                "probability_b",
                "empty",
                "truncated",
                "replaced"
            ]
        );
        let labels: Vec<_> = batch.column(0).as_string::<i64>().iter().flatten().collect();
        assert_eq!(labels, ["b", "a"]);
        let lengths: Vec<_> = batch.column(2).as_list::<i32>().iter().flatten().collect();
        assert_eq!(lengths.iter().map(arrow_array::Array::len).collect::<Vec<_>>(), [2, 0]);
        let column = batch.column(3).as_primitive::<Float64Type>();
        let expected = found.probabilities().unwrap();
        assert_eq!(column.values().to_vec(), [expected[0], expected[2]]);
        assert_eq!(batch.column(6).as_boolean().true_count(), 2);
        assert_eq!(batch.column(7).as_boolean().true_count(), 0);
    }

    #[test]
    fn what_was_not_asked_for_has_no_column() {
        let batch = predictions(false, &[]).to_arrow().unwrap();
        assert_eq!(batch.num_rows(), 0);
        assert!(names(&batch).iter().all(|name| !name.starts_with("probability_")));
    }
}
