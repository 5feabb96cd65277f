//! Profiles as JSON, for people and other programs.

use serde_json::{Value, json};

use super::{
    counts::{Answers, Counts},
    layout::{Feature, Kind},
    profile::{FeatureProfile, Profile},
};

impl Profile {
    /// What was counted as JSON: feature by feature its kind, counts and edges or values. Numbers
    /// that there are not are null.
    pub fn to_json(&self) -> String {
        let features: Vec<Value> =
            self.features().map(|(feature, own)| summary(feature, own)).collect();
        let hash = u128::from_be_bytes(self.layout().hash());
        let layout = format!("{hash:032x}");
        json!({"rows": self.rows(), "layout": layout, "features": features}).to_string()
    }
}

fn summary(feature: &Feature, own: &FeatureProfile) -> Value {
    let mut told = json!({
        "feature": feature.name,
        "source": feature.source,
        "kind": kind(&feature.kind),
        "count": own.counts.count(),
        "missing": own.counts.missing(),
        "absent": own.absent,
    });
    let more = match (&feature.kind, &own.counts) {
        (
            Kind::Number(layout) | Kind::Characters(layout) | Kind::WordCount(layout),
            Counts::Number(counts),
        ) => json!({
            "edges": layout.bins.edges(),
            "bins": counts.bins,
            "mean": counts.mean(layout),
            // Infinite ones are null.
            "min": counts.range.map(|range| range.0),
            "max": counts.range.map(|range| range.1),
        }),
        (Kind::Category(layout), Counts::Category(counts)) => json!({
            "values": layout.top,
            "counts": counts.values,
            "distinct": counts.distinct(),
            "unseen": counts.unseen,
            "unseen_values": counts.unseen_values(),
        }),
        (Kind::Words(layout), Counts::Words(counts)) => json!({
            "values": layout.top,
            "counts": counts.values,
            "distinct": counts.distinct(),
            "unseen": counts.unseen,
            "unseen_values": counts.unseen_words(),
        }),
        (Kind::Vector(layout), Counts::Vector(counts)) => json!({
            "dimensions": layout.dimensions,
            "mean": counts.mean(),
            "nearest": counts.nearest,
            "distance_edges": layout.distances.edges(),
            "distances": counts.distances,
            "far": counts.far,
        }),
        (Kind::Answers(layout), Counts::Answers(counts)) => {
            let told = |bin: &Answers| {
                json!({
                    "count": bin.count,
                    "known": bin.known,
                    "right": bin.right,
                    "confidence": bin.confidence(),
                })
            };
            json!({
                "edges": layout.bins.edges(),
                "bins": counts.bins.iter().map(told).collect::<Vec<Value>>(),
                "labels": layout.labels,
            })
        }
        _ => unreachable!("the same layout makes the same counts"),
    };
    if let (Value::Object(told), Value::Object(more)) = (&mut told, more) {
        told.extend(more);
    }
    told
}

fn kind(kind: &Kind) -> &'static str {
    match kind {
        Kind::Number(_) => "number",
        Kind::Characters(_) => "characters",
        Kind::WordCount(_) => "word_count",
        Kind::Words(_) => "words",
        Kind::Category(_) => "category",
        Kind::Vector(_) => "vector",
        Kind::Answers(_) => "answers",
    }
}
