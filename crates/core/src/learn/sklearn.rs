//! Pipelines that were fitted with scikit-learn and written by `pantau.sklearn.export`.

use serde::Deserialize;

use super::{LARGEST_NUMBER, TfidfVectorizer, vectorizer::Stored};
use crate::{Error, Result};

const WHAT: &str = "pipeline";

/// What a fitted pipeline of scikit-learn is made of: a vectorizer and a linear classifier.
///
/// Its probabilities are the softmax of the scores: of each class the intercept, and the sum of
/// the numbers of a row, each times the weight that its column has for the class.
#[derive(Debug, Clone, PartialEq)]
pub struct ImportedPipeline {
    vectorizer: TfidfVectorizer,
    weights: Vec<f64>,
    intercepts: Vec<f64>,
    labels: Vec<String>,
    model: Model,
}

/// Which classifier it was.
#[derive(Debug, Clone, Copy, PartialEq, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Model {
    MultinomialNb,
    ComplementNb,
    LogisticRegression,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(rename = "format")]
    _format: u32,
    #[serde(rename = "scikit_learn")]
    _scikit_learn: String,
    vectorizer: Stored,
    model: Model,
    labels: Vec<String>,
    /// A row for each class; of a logistic regression between two, one row.
    coefficients: Vec<Vec<f64>>,
    intercepts: Vec<f64>,
}

impl ImportedPipeline {
    /// The newest format this version reads.
    pub const FORMAT: u32 = 1;

    /// Reads what `pantau.sklearn.export` wrote, and checks it.
    ///
    /// # Errors
    /// When it is of a newer format, has an unknown field, or its parts do not fit each other.
    pub fn from_json(json: &str) -> Result<Self> {
        Stored::check_format(WHAT, json, Self::FORMAT)?;
        let file: File =
            serde_json::from_str(json).map_err(|error| Error::invalid(WHAT, error.to_string()))?;
        let vectorizer = TfidfVectorizer::from_stored(file.vectorizer)?;
        let (columns, classes) = (vectorizer.columns(), file.labels.len());
        let File { model, labels, mut coefficients, mut intercepts, .. } = file;
        let invalid = |problem: String| Err(Error::invalid(WHAT, problem));
        if classes == 0 {
            return invalid("it has no labels".to_owned());
        }
        if let Some(again) = (1..classes).find(|at| labels[..*at].contains(&labels[*at])) {
            return invalid(format!("the label {:?} is there twice", labels[again]));
        }
        let rows = if model == Model::LogisticRegression && classes == 2 { 1 } else { classes };
        if coefficients.len() != rows || intercepts.len() != rows {
            let (found, intercepts) = (coefficients.len(), intercepts.len());
            return invalid(format!(
                "{found} rows of coefficients and {intercepts} intercepts for {classes} labels"
            ));
        }
        if let Some(row) = coefficients.iter().find(|row| row.len() != columns) {
            return invalid(format!("{} coefficients for {columns} terms", row.len()));
        }
        if rows < classes {
            // One margin decides between two: half of it for one, half against the other.
            let halves = |numbers: &[f64], sign: f64| -> Vec<f64> {
                numbers.iter().map(|number| number * 0.5 * sign).collect()
            };
            coefficients = vec![halves(&coefficients[0], -1.0), halves(&coefficients[0], 1.0)];
            intercepts = [halves(&intercepts, -1.0), halves(&intercepts, 1.0)].concat();
        }
        let mut weights = Vec::with_capacity(columns * classes);
        for column in 0..columns {
            weights.extend(coefficients.iter().map(|row| row[column]));
        }
        let beyond = |number: &&f64| !(-LARGEST_NUMBER..=LARGEST_NUMBER).contains(*number);
        if let Some(number) = weights.iter().chain(&intercepts).find(beyond) {
            return invalid(format!("it holds {number:e}, the limit is ±{LARGEST_NUMBER:e}"));
        }
        Ok(Self { vectorizer, weights, intercepts, labels, model })
    }

    /// Whether the classifier is naive Bayes, not logistic regression.
    pub fn is_naive_bayes(&self) -> bool {
        self.model != Model::LogisticRegression
    }

    /// What makes rows of texts.
    pub fn vectorizer(&self) -> &TfidfVectorizer {
        &self.vectorizer
    }

    /// The weights: column after column, for each of them one for each class.
    pub fn weights(&self) -> &[f64] {
        &self.weights
    }

    /// Where the score of each class starts.
    pub fn intercepts(&self) -> &[f64] {
        &self.intercepts
    }

    /// The classes.
    pub fn labels(&self) -> &[String] {
        &self.labels
    }

    /// Vectorizer, weights, intercepts and labels, to be kept.
    pub fn into_parts(self) -> (TfidfVectorizer, Vec<f64>, Vec<f64>, Vec<String>) {
        (self.vectorizer, self.weights, self.intercepts, self.labels)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ErrorKind;

    const BINARY: &str = r#"{"format":1,"scikit_learn":"1.9.1","vectorizer":{"format":1,"parts":[
        {"options":{},"has_vocabulary":false,"terms":["bagus","buruk"],"idf":[1.0,1.5]}]},
        "model":"logistic_regression","labels":["no","yes"],"coefficients":[[2.0,-3.0]],
        "intercepts":[0.5]}"#;

    #[test]
    fn one_margin_becomes_two_scores() {
        let pipeline = ImportedPipeline::from_json(BINARY).unwrap();
        assert_eq!(pipeline.weights(), [-1.0, 1.0, 1.5, -1.5]);
        assert_eq!(pipeline.intercepts(), [-0.25, 0.25]);
        assert_eq!(pipeline.labels(), ["no", "yes"]);
        assert_eq!(pipeline.vectorizer().columns(), 2);
    }

    #[test]
    fn what_does_not_fit_is_refused() {
        let error = |from: &str, to: &str| {
            assert!(BINARY.contains(from), "{from}");
            ImportedPipeline::from_json(&BINARY.replacen(from, to, 1)).unwrap_err()
        };
        assert_eq!(error("\"format\":1", "\"format\":2").kind(), ErrorKind::Incompatible);
        for (from, to, expected) in [
            ("[2.0,-3.0]", "[2.0]", "1 coefficients for 2 terms"),
            ("[[2.0,-3.0]]", "[]", "0 rows of coefficients and 1 intercepts for 2 labels"),
            ("[0.5]", "[]", "1 rows of coefficients and 0 intercepts for 2 labels"),
            ("[\"no\",\"yes\"]", "[]", "it has no labels"),
            ("[\"no\",\"yes\"]", "[\"no\",\"no\"]", "the label \"no\" is there twice"),
            ("logistic_regression", "complement_nb", "1 rows of coefficients"),
            ("logistic_regression", "linear_svc", "unknown variant `linear_svc`"),
            ("[1.0,1.5]", "[1.0]", "idf: 1 numbers for 2 terms"),
            ("2.0", "1e999", "number out of range"),
        ] {
            let error = error(from, to).to_string();
            assert!(error.contains(expected), "{error}, not {expected}");
        }
    }
}
