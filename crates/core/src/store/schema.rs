//! The tables, told once: homes make their own from this.

/// What a column holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// [`Value::Integer`](super::Value::Integer)
    Integer,
    /// [`Value::Real`](super::Value::Real)
    Real,
    /// [`Value::Truth`](super::Value::Truth)
    Truth,
    /// [`Value::Time`](super::Value::Time)
    Time,
    /// [`Value::Text`](super::Value::Text)
    Text,
    /// [`Value::Text`](super::Value::Text) that is JSON, and comes back letter for letter.
    Json,
    /// [`Value::Bytes`](super::Value::Bytes)
    Bytes,
}

/// A column of a table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Column {
    /// Its name.
    pub name: &'static str,
    /// What it holds.
    pub kind: Kind,
    /// Whether it can hold nothing.
    pub nullable: bool,
}

/// A table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Table {
    /// Texts and the labels people gave them.
    Reviews,
    /// What models answered.
    Predictions,
    /// Whether that was right.
    Feedback,
    /// What the extractor measured of texts.
    TextFeatures,
    /// How good models were, and when.
    ModelMetrics,
    /// Trainings, and whatever else was tracked.
    Runs,
    /// Their parameters.
    RunParams,
    /// Their tags.
    RunTags,
    /// Their metrics, step by step.
    RunMetrics,
    /// Of each of their metrics the last step, which is what runs are compared by.
    RunLastMetrics,
    /// Their files.
    RunArtefacts,
    /// Reasons to train again.
    Triggers,
    /// What became of them.
    Retrainings,
    /// Who did what, each record chained to the one before.
    Audit,
    /// Whose records were deleted, so that none of them comes back: hashes, not names.
    Erasures,
    /// What a workspace keeps of a model from one look to the next, and its settings.
    States,
    /// What processes counted of what they answered, until somebody looks.
    Profiles,
    /// What versions say that nobody sees, of texts that others have answered.
    Shadows,
}

/// What is known about a table.
#[derive(Debug)]
struct Description {
    name: &'static str,
    columns: &'static [Column],
    key: &'static [&'static str],
    /// Whose row it is, for deletion.
    subject: Option<&'static str>,
    /// How old it is, for retention.
    age: Option<&'static str>,
    /// By what rows are looked for besides the key; each becomes an index.
    searched: &'static [&'static [&'static str]],
}

const fn needed(name: &'static str, kind: Kind) -> Column {
    Column { name, kind, nullable: false }
}

const fn optional(name: &'static str, kind: Kind) -> Column {
    Column { name, kind, nullable: true }
}

const REVIEWS: Description = Description {
    name: "reviews",
    columns: &[
        needed("id", Kind::Text),
        optional("review_text", Kind::Text),
        optional("cleaned_text", Kind::Text),
        optional("sentiment_label", Kind::Text),
        optional("rating", Kind::Integer),
        optional("date", Kind::Time),
        optional("app_name", Kind::Text),
        optional("country_code", Kind::Text),
        // Where the label comes from: `import`, `feedback`, or a name of the user's own.
        optional("source", Kind::Text),
        optional("subject", Kind::Text),
        needed("consent", Kind::Truth),
        optional("labelled_at", Kind::Time),
        needed("created_at", Kind::Time),
    ],
    key: &["id"],
    subject: Some("subject"),
    age: Some("created_at"),
    searched: &[&["labelled_at", "sentiment_label"], &["subject"], &["created_at"]],
};

const PREDICTIONS: Description = Description {
    name: "predictions",
    columns: &[
        needed("id", Kind::Text),
        optional("input_text", Kind::Text),
        // Nothing where the model failed; then `error` says how.
        optional("predicted_label", Kind::Text),
        optional("confidence", Kind::Real),
        optional("probabilities", Kind::Json),
        optional("actual_label", Kind::Text),
        optional("labelled_at", Kind::Time),
        needed("model", Kind::Text),
        needed("version", Kind::Text),
        needed("timestamp", Kind::Time),
        optional("processing_time_ms", Kind::Real),
        optional("review_id", Kind::Text),
        optional("subject", Kind::Text),
        needed("consent", Kind::Truth),
        needed("truncated", Kind::Truth),
        optional("novelty", Kind::Real),
        optional("error", Kind::Text),
        // Half-precision numbers, the lower byte first.
        optional("embedding", Kind::Bytes),
    ],
    key: &["id"],
    subject: Some("subject"),
    age: Some("timestamp"),
    searched: &[&["timestamp"], &["labelled_at", "actual_label"], &["subject"], &["review_id"]],
};

const FEEDBACK: Description = Description {
    name: "feedback",
    columns: &[
        needed("id", Kind::Text),
        needed("prediction_id", Kind::Text),
        // Nothing where only the label was told and the prediction is not there yet.
        optional("correct", Kind::Truth),
        optional("label", Kind::Text),
        // Who says so: `user`, or a name of the caller's own.
        needed("source", Kind::Text),
        optional("subject", Kind::Text),
        needed("timestamp", Kind::Time),
        // Whether the prediction was there, so that its `actual_label` could be set.
        needed("matched", Kind::Truth),
    ],
    key: &["id"],
    subject: Some("subject"),
    age: Some("timestamp"),
    searched: &[&["prediction_id"], &["timestamp"], &["matched"], &["subject"]],
};

const SHADOWS: Description = Description {
    name: "shadows",
    columns: &[
        // That of the prediction, and the version.
        needed("id", Kind::Text),
        needed("prediction_id", Kind::Text),
        needed("model", Kind::Text),
        needed("version", Kind::Text),
        // The version whose answer was seen.
        needed("answered_by", Kind::Text),
        needed("timestamp", Kind::Time),
        needed("label", Kind::Text),
        needed("confidence", Kind::Real),
        needed("agrees", Kind::Truth),
        optional("subject", Kind::Text),
    ],
    key: &["id"],
    subject: Some("subject"),
    age: Some("timestamp"),
    searched: &[&["model", "version", "timestamp"], &["timestamp"], &["subject"]],
};

const TEXT_FEATURES: Description = Description {
    name: "text_features",
    columns: &[
        needed("review_id", Kind::Text),
        needed("schema_hash", Kind::Text),
        // From when on they can be known: when the text was written.
        needed("observed_at", Kind::Time),
        needed("feature_version", Kind::Text),
        optional("original_text", Kind::Text),
        optional("cleaned_text", Kind::Text),
        optional("text_no_stopwords", Kind::Text),
        optional("stemmed_text", Kind::Text),
        needed("original_length", Kind::Integer),
        needed("cleaned_length", Kind::Integer),
        needed("word_count", Kind::Integer),
        needed("char_count", Kind::Integer),
        needed("avg_word_length", Kind::Real),
        needed("mean_word_length", Kind::Real),
        needed("sentiment_words_positive", Kind::Integer),
        needed("sentiment_words_negative", Kind::Integer),
        needed("exclamation_marks", Kind::Integer),
        needed("question_marks", Kind::Integer),
        needed("uppercase_ratio", Kind::Real),
        needed("special_chars_count", Kind::Integer),
        needed("number_count", Kind::Integer),
        needed("has_url", Kind::Truth),
        needed("has_emoji", Kind::Truth),
        optional("subject", Kind::Text),
        needed("consent", Kind::Truth),
        needed("created_at", Kind::Time),
    ],
    key: &["review_id", "schema_hash", "observed_at"],
    subject: Some("subject"),
    age: Some("created_at"),
    searched: &[&["subject"], &["created_at"]],
};

const MODEL_METRICS: Description = Description {
    name: "model_metrics",
    columns: &[
        needed("id", Kind::Text),
        needed("model_name", Kind::Text),
        needed("version", Kind::Text),
        needed("timestamp", Kind::Time),
        optional("accuracy", Kind::Real),
        optional("precision", Kind::Real),
        optional("recall", Kind::Real),
        optional("f1_score", Kind::Real),
        optional("loss", Kind::Real),
        optional("epoch", Kind::Integer),
        optional("dataset_size", Kind::Integer),
    ],
    key: &["id"],
    subject: None,
    age: Some("timestamp"),
    searched: &[&["model_name", "timestamp"], &["timestamp"]],
};

const RUNS: Description = Description {
    name: "runs",
    columns: &[
        needed("id", Kind::Text),
        needed("experiment", Kind::Text),
        needed("name", Kind::Text),
        optional("parent", Kind::Text),
        // `running`, `finished`, `failed` or `killed`.
        needed("status", Kind::Text),
        needed("started_at", Kind::Time),
        optional("ended_at", Kind::Time),
    ],
    key: &["id"],
    subject: None,
    age: Some("started_at"),
    searched: &[&["experiment", "started_at"], &["started_at"]],
};

const RUN_PARAMS: Description = Description {
    name: "run_params",
    columns: &[
        needed("run_id", Kind::Text),
        needed("name", Kind::Text),
        needed("value", Kind::Text),
        needed("timestamp", Kind::Time),
    ],
    key: &["run_id", "name"],
    subject: None,
    age: Some("timestamp"),
    searched: &[&["timestamp"]],
};

const RUN_TAGS: Description = Description { name: "run_tags", ..RUN_PARAMS };

const RUN_METRICS: Description = Description {
    name: "run_metrics",
    columns: &[
        needed("run_id", Kind::Text),
        needed("name", Kind::Text),
        needed("step", Kind::Integer),
        // Nothing for what is not a number; `text` then says what it was.
        optional("value", Kind::Real),
        optional("text", Kind::Text),
        needed("timestamp", Kind::Time),
    ],
    key: &["run_id", "name", "step"],
    subject: None,
    age: Some("timestamp"),
    searched: &[&["name"], &["timestamp"]],
};

const RUN_LAST_METRICS: Description = Description {
    name: "run_last_metrics",
    key: &["run_id", "name"],
    searched: &[&["name", "value"], &["timestamp"]],
    ..RUN_METRICS
};

const RUN_ARTEFACTS: Description = Description {
    name: "run_artefacts",
    columns: &[
        needed("run_id", Kind::Text),
        needed("path", Kind::Text),
        needed("size", Kind::Integer),
        needed("sha256", Kind::Text),
        needed("content", Kind::Bytes),
        needed("timestamp", Kind::Time),
    ],
    key: &["run_id", "path"],
    subject: None,
    age: Some("timestamp"),
    searched: &[&["timestamp"]],
};

const TRIGGERS: Description = Description {
    name: "triggers",
    columns: &[
        needed("id", Kind::Text),
        needed("model", Kind::Text),
        needed("type", Kind::Text),
        needed("reason", Kind::Text),
        needed("priority", Kind::Text),
        optional("detail", Kind::Json),
        needed("timestamp", Kind::Time),
    ],
    key: &["id"],
    subject: None,
    age: Some("timestamp"),
    searched: &[&["model", "timestamp"], &["timestamp"]],
};

const RETRAININGS: Description = Description {
    name: "retrainings",
    columns: &[
        needed("id", Kind::Text),
        needed("model", Kind::Text),
        needed("started_at", Kind::Time),
        optional("trigger_evaluation", Kind::Json),
        optional("training_result", Kind::Json),
        optional("validation_result", Kind::Json),
        needed("status", Kind::Text),
        optional("reason", Kind::Text),
        optional("completed_at", Kind::Time),
    ],
    key: &["id"],
    subject: None,
    age: Some("started_at"),
    searched: &[&["model", "started_at"], &["started_at"]],
};

const AUDIT: Description = Description {
    name: "audit",
    columns: &[
        // 1, 2, 3 and so on, without a gap.
        needed("number", Kind::Integer),
        needed("timestamp", Kind::Time),
        needed("actor", Kind::Text),
        needed("action", Kind::Text),
        needed("detail", Kind::Json),
        needed("previous", Kind::Text),
        needed("hash", Kind::Text),
    ],
    key: &["number"],
    subject: None,
    // A chain of which the beginning is cut off proves nothing; it holds no content to forget.
    age: None,
    searched: &[],
};

const ERASURES: Description = Description {
    name: "erasures",
    columns: &[needed("subject_hash", Kind::Text), needed("erased_at", Kind::Time)],
    key: &["subject_hash"],
    subject: None,
    age: None,
    searched: &[],
};

const STATES: Description = Description {
    name: "states",
    columns: &[
        needed("name", Kind::Text),
        // The next one is put where none may be: so of two writers one comes second and knows it.
        needed("revision", Kind::Integer),
        needed("content", Kind::Bytes),
        needed("updated_at", Kind::Time),
    ],
    key: &["name", "revision"],
    subject: None,
    age: None,
    searched: &[],
};

const PROFILES: Description = Description {
    name: "profiles",
    columns: &[
        needed("id", Kind::Text),
        needed("model", Kind::Text),
        needed("version", Kind::Text),
        // When the window began that these rows came in.
        needed("window_start", Kind::Time),
        needed("rows", Kind::Integer),
        needed("content", Kind::Bytes),
    ],
    key: &["id"],
    subject: None,
    age: Some("window_start"),
    searched: &[&["model", "window_start"], &["window_start"]],
};

impl Table {
    /// All tables.
    pub const ALL: [Self; 18] = [
        Self::Reviews,
        Self::Predictions,
        Self::Feedback,
        Self::TextFeatures,
        Self::ModelMetrics,
        Self::Runs,
        Self::RunParams,
        Self::RunTags,
        Self::RunMetrics,
        Self::RunLastMetrics,
        Self::RunArtefacts,
        Self::Triggers,
        Self::Retrainings,
        Self::Audit,
        Self::Erasures,
        Self::States,
        Self::Profiles,
        Self::Shadows,
    ];

    fn description(self) -> &'static Description {
        match self {
            Self::Reviews => &REVIEWS,
            Self::Predictions => &PREDICTIONS,
            Self::Feedback => &FEEDBACK,
            Self::TextFeatures => &TEXT_FEATURES,
            Self::ModelMetrics => &MODEL_METRICS,
            Self::Runs => &RUNS,
            Self::RunParams => &RUN_PARAMS,
            Self::RunTags => &RUN_TAGS,
            Self::RunMetrics => &RUN_METRICS,
            Self::RunLastMetrics => &RUN_LAST_METRICS,
            Self::RunArtefacts => &RUN_ARTEFACTS,
            Self::Triggers => &TRIGGERS,
            Self::Retrainings => &RETRAININGS,
            Self::Audit => &AUDIT,
            Self::Erasures => &ERASURES,
            Self::States => &STATES,
            Self::Profiles => &PROFILES,
            Self::Shadows => &SHADOWS,
        }
    }

    /// Its name.
    pub fn name(self) -> &'static str {
        self.description().name
    }

    /// Its columns.
    pub fn columns(self) -> &'static [Column] {
        self.description().columns
    }

    /// The place of a column.
    pub fn column(self, name: &str) -> Option<usize> {
        self.columns().iter().position(|column| column.name == name)
    }

    /// Whether a column of bytes is a vector of half-precision numbers.
    pub(super) fn is_vector(self, column: &str) -> bool {
        self == Self::Predictions && column == "embedding"
    }

    /// The columns that no two rows have in common.
    pub fn key(self) -> &'static [&'static str] {
        self.description().key
    }

    /// The column that says whose row it is, if rows belong to somebody.
    pub fn subject(self) -> Option<&'static str> {
        self.description().subject
    }

    /// The column that says how old a row is, if rows may grow too old.
    pub fn age(self) -> Option<&'static str> {
        self.description().age
    }

    /// The column of the time by which rows are told apart, if they have one.
    pub fn time(self) -> Option<&'static str> {
        let timestamp = || self.column("timestamp").map(|_| "timestamp");
        self.age().or_else(timestamp)
    }

    /// By what rows are looked for besides the key.
    pub fn searched(self) -> &'static [&'static [&'static str]] {
        self.description().searched
    }
}

impl std::str::FromStr for Table {
    type Err = crate::Error;

    /// Reads a table by its name, such as `predictions`.
    fn from_str(name: &str) -> crate::Result<Self> {
        Self::ALL.into_iter().find(|table| table.name() == name).ok_or_else(|| {
            let names = Self::ALL.map(Self::name).join(", ");
            crate::Error::invalid("table", format!("{name:?} is none of {names}"))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_column_that_is_named_is_there() {
        for table in Table::ALL {
            let named = table.searched().iter().flat_map(|index| index.iter());
            for column in
                named.chain(table.key()).chain(table.subject().iter()).chain(table.age().iter())
            {
                assert!(table.column(column).is_some(), "{}.{column}", table.name());
            }
            for key in table.key() {
                let column = table.columns()[table.column(key).unwrap()];
                assert!(!column.nullable, "{}.{key}", table.name());
            }
        }
    }
}
