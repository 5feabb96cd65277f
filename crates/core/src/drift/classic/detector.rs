use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::{
    Error, Result,
    profile::{Batch, Column},
    stats::{Alternative, Method, Power, SortedSample, chi2_contingency, holm},
};

/// Tests each feature of new rows against reference rows.
///
/// Numbers are tested by Kolmogorov and Smirnov, categories by chi-square; missing values are left
/// out and counted. **How often it cries wolf**: where nothing drifts, each feature is found to drift
/// in the share `significance_level` of all looks; of 15 features at 0.05 one or more in 54 % of
/// them. `p_value_adjusted` (Holm) holds that share for all features of one look together, but not over
/// many looks. With very many rows the smallest difference between two days is found: look at how
/// large it is, too.
#[derive(Debug, Clone)]
pub struct DataDriftDetector {
    significance_level: f64,
    columns: Vec<(String, Known)>,
}

#[derive(Debug, Clone)]
enum Known {
    Numbers(SortedSample),
    Categories(BTreeMap<String, u64>),
}

/// Which features [`DataDriftDetector::detect_all_drifts`] tests; none named tests all.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct AllFeatures {
    /// The numbers.
    pub numerical_features: Option<Vec<String>>,
    /// The categories.
    pub categorical_features: Option<Vec<String>>,
}

impl AllFeatures {
    /// Reads the names from JSON.
    ///
    /// # Errors
    /// [`Error::InvalidInput`] for what is not such an object.
    pub fn from_json(json: &str) -> Result<Self> {
        crate::settings::from_json("options", json)
    }

    /// Tests them.
    ///
    /// # Errors
    /// As for [`DataDriftDetector::detect_all_drifts`].
    pub fn detect(&self, detector: &DataDriftDetector, current: &Batch<'_>) -> Result<DriftTests> {
        fn slices(names: Option<&Vec<String>>) -> Option<Vec<&str>> {
            names.map(|names| names.iter().map(String::as_str).collect())
        }
        let numbers = slices(self.numerical_features.as_ref());
        let categories = slices(self.categorical_features.as_ref());
        detector.detect_all_drifts(current, numbers.as_deref(), categories.as_deref())
    }
}

/// What the test of a feature found.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct DriftTest {
    /// Its name.
    pub feature: String,
    /// "ks" or "chi2".
    pub test: &'static str,
    /// The statistic of the test.
    pub statistic: f64,
    /// Its p-value.
    pub p_value: f64,
    /// Whether the p-value is below the significance level.
    pub drift_detected: bool,
    /// The largest change of the share of a value, and for numbers of the share of rows below one.
    pub max_distribution_shift: f64,
    /// The p-value, adjusted for all features of the same call; of a call for one, the same.
    pub p_value_adjusted: f64,
    /// How many values are missing.
    pub missing: u64,
}

/// What the tests of several features found.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct DriftTests {
    /// Whether any feature drifted.
    pub overall_drift_detected: bool,
    /// The counts.
    pub summary: DriftSummary,
    /// Feature by feature.
    pub features: Vec<DriftTest>,
}

/// How many features drifted.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct DriftSummary {
    /// How many were tested.
    pub total_features: usize,
    /// How many drifted.
    pub features_with_drift: usize,
    /// The share of those.
    pub drift_share: f64,
    /// The significance level of each test.
    pub significance_level: f64,
}

impl DataDriftDetector {
    /// Keeps the columns of reference rows: numbers and strings, which are categories here.
    ///
    /// # Errors
    /// [`Error::InvalidInput`] for a level that is not between 0 and 1, a column without values, or no
    /// column.
    pub fn new(reference: &Batch<'_>, significance_level: f64) -> Result<Self> {
        if !(significance_level > 0.0 && significance_level < 1.0) {
            let problem = format!("{significance_level} is not between 0 and 1, as 0.05 is");
            return Err(Error::invalid("significance_level", problem));
        }
        let mut columns = Vec::new();
        for (name, column) in reference.columns() {
            let known = match column {
                Column::Numbers(numbers) => {
                    Known::Numbers(SortedSample::new(&present(name, numbers)?)?)
                }
                Column::Strings(values, _) => {
                    let counts = counted(values);
                    if counts.is_empty() {
                        return Err(Error::invalid(*name, "all values are missing"));
                    }
                    let own = counts.into_iter().map(|(value, count)| (value.to_owned(), count));
                    Known::Categories(own.collect())
                }
                Column::Vectors(..) => continue,
            };
            columns.push(((*name).to_owned(), known));
        }
        if columns.is_empty() {
            return Err(Error::invalid("reference", "it has no column of numbers or strings"));
        }
        Ok(Self { significance_level, columns })
    }

    /// Whether the reference has a column of this name.
    pub fn knows(&self, feature: &str) -> bool {
        self.known(feature).is_some()
    }

    /// The significance level of each test.
    pub fn significance_level(&self) -> f64 {
        self.significance_level
    }

    /// Tests a number.
    ///
    /// # Errors
    /// [`Error::NotFound`] if the reference has no such number, [`Error::InvalidInput`] if the rows
    /// have none.
    pub fn detect_numerical_drift(&self, current: &Batch<'_>, feature: &str) -> Result<DriftTest> {
        let Some(Known::Numbers(reference)) = self.known(feature) else {
            return Err(unknown(feature, "number"));
        };
        let Some(Column::Numbers(numbers)) = current.find(feature, &mut 0) else {
            return Err(Error::invalid(feature, "the rows have no such column of numbers"));
        };
        let kept = present(feature, numbers)?;
        let found = reference.ks_2samp(&kept, Alternative::TwoSided, Method::Auto)?;
        Ok(DriftTest {
            feature: feature.to_owned(),
            test: "ks",
            statistic: found.statistic,
            p_value: found.pvalue,
            drift_detected: found.pvalue < self.significance_level,
            max_distribution_shift: found.statistic,
            p_value_adjusted: found.pvalue,
            missing: (numbers.len() - kept.len()) as u64,
        })
    }

    /// Tests a category. Values that are new count as values of their own.
    ///
    /// # Errors
    /// As for [`Self::detect_numerical_drift`].
    pub fn detect_categorical_drift(
        &self,
        current: &Batch<'_>,
        feature: &str,
    ) -> Result<DriftTest> {
        let Some(Known::Categories(reference)) = self.known(feature) else {
            return Err(unknown(feature, "category"));
        };
        let Some(Column::Strings(values, _)) = current.find(feature, &mut 0) else {
            return Err(Error::invalid(feature, "the rows have no such column of texts"));
        };
        let now = counted(values);
        if now.is_empty() {
            return Err(Error::invalid(feature, "all values are missing"));
        }
        let mut both: BTreeMap<&str, [u64; 2]> = BTreeMap::new();
        for (value, count) in reference {
            both.entry(value).or_default()[0] = *count;
        }
        for (value, count) in &now {
            both.entry(value).or_default()[1] = *count;
        }
        let side = |side: usize| both.values().map(|counts| counts[side]).collect::<Vec<u64>>();
        let (before, after) = (side(0), side(1));
        let floats =
            |counts: &[u64]| counts.iter().map(|count| *count as f64).collect::<Vec<f64>>();
        let found = chi2_contingency(&[floats(&before), floats(&after)], true, Power::Pearson)?;
        let total = |counts: &[u64]| counts.iter().sum::<u64>() as f64;
        let (n, m) = (total(&before), total(&after));
        let shift = |(one, other): (&u64, &u64)| (*one as f64 / n - *other as f64 / m).abs();
        let largest = before.iter().zip(&after).map(shift).fold(0.0, f64::max);
        Ok(DriftTest {
            feature: feature.to_owned(),
            test: "chi2",
            statistic: found.statistic,
            p_value: found.pvalue,
            drift_detected: found.pvalue < self.significance_level,
            max_distribution_shift: largest,
            p_value_adjusted: found.pvalue,
            missing: values.iter().filter(|value| value.is_none()).count() as u64,
        })
    }

    /// Tests several features; none named tests all that the reference has.
    ///
    /// # Errors
    /// As for [`Self::detect_numerical_drift`].
    pub fn detect_all_drifts(
        &self,
        current: &Batch<'_>,
        numerical_features: Option<&[&str]>,
        categorical_features: Option<&[&str]>,
    ) -> Result<DriftTests> {
        let all = |is_number: bool| -> Vec<&str> {
            let of_kind = |known: &Known| matches!(known, Known::Numbers(_)) == is_number;
            self.columns.iter().filter(|own| of_kind(&own.1)).map(|own| own.0.as_str()).collect()
        };
        let numbers = numerical_features.map_or_else(|| all(true), <[&str]>::to_vec);
        let categories = categorical_features.map_or_else(|| all(false), <[&str]>::to_vec);
        let mut features = Vec::new();
        for name in numbers {
            features.push(self.detect_numerical_drift(current, name)?);
        }
        for name in categories {
            features.push(self.detect_categorical_drift(current, name)?);
        }
        let pvalues: Vec<f64> = features.iter().map(|own| own.p_value).collect();
        for (own, adjusted) in features.iter_mut().zip(holm(&pvalues)?) {
            own.p_value_adjusted = adjusted;
        }
        let drifted = features.iter().filter(|own| own.drift_detected).count();
        let summary = DriftSummary {
            total_features: features.len(),
            features_with_drift: drifted,
            drift_share: drifted as f64 / features.len().max(1) as f64,
            significance_level: self.significance_level,
        };
        Ok(DriftTests { overall_drift_detected: drifted > 0, summary, features })
    }

    fn known(&self, feature: &str) -> Option<&Known> {
        self.columns.iter().find(|(name, _)| name == feature).map(|(_, known)| known)
    }
}

fn unknown(feature: &str, kind: &str) -> Error {
    Error::NotFound {
        what: format!("{kind} {feature:?}"),
        hint: format!("the reference has no {kind} of this name"),
    }
}

/// The numbers that are not missing.
fn present(name: &str, numbers: &[f64]) -> Result<Vec<f64>> {
    let kept: Vec<f64> = numbers.iter().copied().filter(|number| !number.is_nan()).collect();
    if kept.is_empty() {
        return Err(Error::invalid(name, "all numbers are missing"));
    }
    Ok(kept)
}

fn counted<'a>(values: &[Option<&'a str>]) -> BTreeMap<&'a str, u64> {
    let mut counts = BTreeMap::new();
    for value in values.iter().flatten() {
        *counts.entry(*value).or_default() += 1;
    }
    counts
}

impl DriftTest {
    /// This result as JSON.
    pub fn to_json(&self) -> String {
        serde_json::to_string(self).expect("numbers and texts are JSON")
    }
}

impl DriftTests {
    /// These results as JSON.
    pub fn to_json(&self) -> String {
        serde_json::to_string(self).expect("numbers and texts are JSON")
    }
}
