//! In what versions differ.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
};

use serde::Serialize;

use super::Version;

/// Something in which versions differ, and what each of them has.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Difference {
    /// What it is: a setting, a metric, a file, a tag.
    pub name: String,
    /// For each version what it has; nothing where it has none.
    pub values: Vec<Option<String>>,
}

/// In what versions of a model differ.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct VersionComparison {
    /// The model.
    pub model: String,
    /// The versions.
    pub versions: Vec<u32>,
    /// Settings that differ.
    pub params: Vec<Difference>,
    /// Metrics that differ.
    pub metrics: Vec<Difference>,
    /// Tags that differ.
    pub tags: Vec<Difference>,
    /// Files that differ, by size and the first digits of their hash.
    pub files: Vec<Difference>,
}

impl VersionComparison {
    pub(super) fn of(model: &str, versions: &[&Version]) -> Self {
        let map = |of: &dyn Fn(&Version) -> BTreeMap<String, String>| {
            let maps: Vec<_> = versions.iter().map(|version| of(version)).collect();
            let names: BTreeSet<&String> = maps.iter().flat_map(BTreeMap::keys).collect();
            let rows = names.into_iter().map(|name| Difference {
                name: name.clone(),
                values: maps.iter().map(|map| map.get(name).cloned()).collect(),
            });
            rows.filter(|row| row.values.iter().any(|value| *value != row.values[0])).collect()
        };
        Self {
            model: model.to_owned(),
            versions: versions.iter().map(|version| version.version).collect(),
            params: map(&|version| version.params.clone()),
            metrics: map(&|version| {
                let metrics = version.metrics.iter();
                metrics.map(|(name, value)| (name.clone(), value.to_string())).collect()
            }),
            tags: map(&|version| version.tags.clone()),
            files: map(&|version| {
                let files = version.files.iter().map(|file| {
                    let shown = format!("{} bytes, {}", file.size, &file.sha256[..12]);
                    (file.path.clone(), shown)
                });
                files.collect()
            }),
        }
    }

    /// The comparison as JSON.
    pub fn to_json(&self) -> String {
        serde_json::to_string(self).expect("texts and numbers are JSON")
    }
}

impl fmt::Display for VersionComparison {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let header = self.versions.iter().map(|version| format!("version {version}"));
        let mut rows = vec![(self.model.clone(), header.collect::<Vec<_>>())];
        for (title, differences) in [
            ("params", &self.params),
            ("metrics", &self.metrics),
            ("tags", &self.tags),
            ("files", &self.files),
        ] {
            for Difference { name, values } in differences {
                let values = values.iter().map(|value| value.clone().unwrap_or_else(|| "–".into()));
                rows.push((format!("{title}: {name}"), values.collect()));
            }
        }
        let width = |texts: &mut dyn Iterator<Item = &String>| {
            texts.map(|text| text.chars().count()).max().unwrap_or_default()
        };
        let first = width(&mut rows.iter().map(|(name, _)| name));
        let widths: Vec<usize> = (0..self.versions.len())
            .map(|column| width(&mut rows.iter().map(|(_, values)| &values[column])))
            .collect();
        for (name, values) in &rows {
            write!(out, "{name:first$}")?;
            for (value, width) in values.iter().zip(&widths) {
                write!(out, "  {value:>width$}")?;
            }
            writeln!(out)?;
        }
        if rows.len() == 1 {
            writeln!(out, "no difference")?;
        }
        Ok(())
    }
}
