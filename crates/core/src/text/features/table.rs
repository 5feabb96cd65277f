use std::{
    collections::HashMap,
    num::NonZero,
    sync::{Arc, OnceLock},
};

use arrow_array::{
    ArrayRef, RecordBatch,
    builder::{BooleanBuilder, Float64Builder, Int64Builder, LargeStringBuilder},
};
use arrow_schema::{DataType, Field, Schema, SchemaRef};

use super::{
    FEATURE_NAMES, FeatureConfig, FeatureExtractor,
    extract::{Buffers, Numbers},
};
use crate::text::transform::{map_in_order_by, thread_count};

/// The rows of one Arrow batch of a [`FeatureTable`]. Fixed, so that a table's
/// bytes do not depend on how many threads made it.
pub const ROWS_PER_BATCH: usize = 2_048;

/// The features of many texts as Arrow record batches, in the order of the texts.
///
/// Texts are `LargeUtf8`, counts `Int64`, ratios `Float64`, answers `Boolean`;
/// the row of a missing text is null throughout. The schema's metadata names
/// the feature version and the schema hash.
#[derive(Debug, Clone)]
pub struct FeatureTable {
    schema: SchemaRef,
    batches: Vec<RecordBatch>,
}

impl FeatureTable {
    /// The columns' names and types.
    pub fn schema(&self) -> &SchemaRef {
        &self.schema
    }

    /// The batches, [`ROWS_PER_BATCH`] rows each but the last.
    pub fn batches(&self) -> &[RecordBatch] {
        &self.batches
    }

    /// How many rows there are.
    pub fn row_count(&self) -> usize {
        self.batches.iter().map(RecordBatch::num_rows).sum()
    }
}

impl FeatureExtractor {
    /// The schema of the tables that [`Self::extract_table`] makes.
    pub fn schema(&self) -> SchemaRef {
        self.schema.clone()
    }

    /// The features of `texts` (`None`: missing), on as many as `threads`
    /// threads (`None`: as many as this process may use).
    pub fn extract_table(
        &self,
        texts: &[Option<&str>],
        threads: Option<NonZero<usize>>,
    ) -> FeatureTable {
        let schema = self.schema();
        let parts: Vec<&[Option<&str>]> = texts.chunks(ROWS_PER_BATCH).collect();
        let threads = thread_count(texts.len(), threads);
        let batches = map_in_order_by(&parts, threads, |part| self.extract_batch(part, &schema));
        FeatureTable { schema, batches }
    }

    fn extract_batch(&self, texts: &[Option<&str>], schema: &SchemaRef) -> RecordBatch {
        let mut columns = Columns::with_capacity(texts.len());
        let mut buffers = Buffers::default();
        for text in texts {
            match text {
                Some(text) => {
                    let numbers = self.measure(text, &mut buffers);
                    columns.append(text, &buffers, &numbers);
                }
                None => columns.append_missing(),
            }
        }
        RecordBatch::try_new(schema.clone(), columns.finish())
            .expect("each append fills every column of the schema")
    }
}

/// What an extractor keeps of Arrow, whose crates are only named here.
pub(super) type TableSchema = SchemaRef;

/// The schema of the tables made with `config`. Made once per extractor: the
/// hash is over all word lists.
pub(super) fn schema_of(config: &FeatureConfig) -> TableSchema {
    let metadata = HashMap::from([
        ("pantau.feature_version".to_owned(), config.version.clone()),
        ("pantau.schema_hash".to_owned(), config.schema_hash()),
    ]);
    Arc::new(Schema::new_with_metadata(fields(), metadata))
}

fn fields() -> Vec<Field> {
    static FIELDS: OnceLock<Vec<Field>> = OnceLock::new();
    FIELDS
        .get_or_init(|| {
            FEATURE_NAMES
                .iter()
                .map(|&name| {
                    let data_type = match name {
                        "original_text" | "cleaned_text" | "text_no_stopwords" | "stemmed_text" => {
                            DataType::LargeUtf8
                        }
                        "avg_word_length" | "mean_word_length" | "uppercase_ratio" => {
                            DataType::Float64
                        }
                        "has_url" | "has_emoji" => DataType::Boolean,
                        _ => DataType::Int64,
                    };
                    Field::new(name, data_type, true)
                })
                .collect()
        })
        .clone()
}

/// One builder per column, by type, in the schema's order within each.
struct Columns {
    texts: [LargeStringBuilder; 4],
    lengths: [Int64Builder; 4],
    word_lengths: [Float64Builder; 2],
    marks: [Int64Builder; 4],
    upper_case: Float64Builder,
    others: [Int64Builder; 2],
    answers: [BooleanBuilder; 2],
}

impl Columns {
    fn with_capacity(rows: usize) -> Self {
        let texts = || LargeStringBuilder::with_capacity(rows, rows * 64);
        let counts = || Int64Builder::with_capacity(rows);
        let ratios = || Float64Builder::with_capacity(rows);
        Self {
            texts: std::array::from_fn(|_| texts()),
            lengths: std::array::from_fn(|_| counts()),
            word_lengths: std::array::from_fn(|_| ratios()),
            marks: std::array::from_fn(|_| counts()),
            upper_case: ratios(),
            others: std::array::from_fn(|_| counts()),
            answers: std::array::from_fn(|_| BooleanBuilder::with_capacity(rows)),
        }
    }

    fn append(&mut self, original: &str, buffers: &Buffers, numbers: &Numbers) {
        let texts = [original, &buffers.cleaned, &buffers.without_stop_words, &buffers.stemmed];
        for (column, text) in self.texts.iter_mut().zip(texts) {
            column.append_value(text);
        }
        let counts = &numbers.original;
        append_counts(
            &mut self.lengths,
            [counts.characters, numbers.cleaned_length, numbers.words, numbers.cleaned_length],
        );
        self.word_lengths[0].append_value(numbers.avg_word_length());
        self.word_lengths[1].append_value(numbers.mean_word_length());
        append_counts(
            &mut self.marks,
            [numbers.positive, numbers.negative, counts.exclamation_marks, counts.question_marks],
        );
        self.upper_case.append_value(counts.upper_case_ratio());
        append_counts(&mut self.others, [counts.special, counts.numbers]);
        self.answers[0].append_value(counts.has_url);
        self.answers[1].append_value(counts.has_emoji);
    }

    fn append_missing(&mut self) {
        self.texts.iter_mut().for_each(LargeStringBuilder::append_null);
        let counts = self.lengths.iter_mut().chain(&mut self.marks).chain(&mut self.others);
        counts.for_each(Int64Builder::append_null);
        self.word_lengths.iter_mut().for_each(Float64Builder::append_null);
        self.upper_case.append_null();
        self.answers.iter_mut().for_each(BooleanBuilder::append_null);
    }

    fn finish(mut self) -> Vec<ArrayRef> {
        let mut columns: Vec<ArrayRef> = Vec::with_capacity(FEATURE_NAMES.len());
        columns.extend(self.texts.iter_mut().map(|column| Arc::new(column.finish()) as ArrayRef));
        columns.extend(self.lengths.iter_mut().map(|column| Arc::new(column.finish()) as ArrayRef));
        let word_lengths = self.word_lengths.iter_mut();
        columns.extend(word_lengths.map(|column| Arc::new(column.finish()) as ArrayRef));
        columns.extend(self.marks.iter_mut().map(|column| Arc::new(column.finish()) as ArrayRef));
        columns.push(Arc::new(self.upper_case.finish()));
        columns.extend(self.others.iter_mut().map(|column| Arc::new(column.finish()) as ArrayRef));
        columns.extend(self.answers.iter_mut().map(|column| Arc::new(column.finish()) as ArrayRef));
        columns
    }
}

fn append_counts<const N: usize>(columns: &mut [Int64Builder; N], counts: [u64; N]) {
    for (column, count) in columns.iter_mut().zip(counts) {
        // No text has 2^63 characters.
        column.append_value(count.cast_signed());
    }
}
