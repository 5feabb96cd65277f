//! What every home must do. Call [`check`] in a test of your own home.

#![expect(
    clippy::missing_panics_doc,
    clippy::unwrap_used,
    reason = "these are tests: they tell by a panic what a home does wrong"
)]

use std::{collections::BTreeMap, path::Path, time::Duration};

use super::{Act, Action, CHALLENGER, CHAMPION, NewVersion, PREVIOUS, Registry, Stage};
use crate::{ErrorKind, Timestamp, model::Bundle};

/// Checks a home. `first` and `second` are two bundles that differ; `name` begins the names of the
/// models that are made, so that a server can be used more than once.
pub fn check(registry: &dyn Registry, first: &Path, second: &Path, name: &str) {
    versions_count_up_and_come_back(registry, first, second, &format!("{name}-versions"));
    the_champion_moves_in_one_step(registry, first, second, &format!("{name}-champion"));
    stages_follow_aliases(registry, first, second, &format!("{name}-stages"));
    what_is_told_of_a_version_is_kept(registry, first, second, &format!("{name}-told"));
    names_lead_to_versions(registry, first, second, &format!("{name}-names"));
    what_cannot_be_is_refused(registry, first, &format!("{name}-refused"));
}

fn act() -> Act {
    Act::by("tester").because("a test")
}

fn register(registry: &dyn Registry, model: &str, bundle: &Path) -> u32 {
    registry.register(model, bundle, &NewVersion::default(), &act()).unwrap()
}

/// Versions count up from 1, are whole, and are the bundles that were registered.
pub fn versions_count_up_and_come_back(
    registry: &dyn Registry,
    first: &Path,
    second: &Path,
    model: &str,
) {
    assert!(registry.state(model).unwrap().versions.is_empty());
    assert!(!registry.models().unwrap().contains(&model.to_owned()));
    for (expected, bundle) in [(1, first), (2, second), (3, first)] {
        assert_eq!(register(registry, model, bundle), expected);
        let path = registry.fetch(model, expected).unwrap();
        assert_eq!(Bundle::open(&path).unwrap().id(), Bundle::open(bundle).unwrap().id());
    }
    assert!(registry.models().unwrap().contains(&model.to_owned()));
    let state = registry.existing(model).unwrap();
    assert_eq!(state.versions.len(), 3);
    assert_eq!(state.versions[0].bundle, state.versions[2].bundle);
    assert_eq!(state.versions[0].files, state.versions[2].files);
    assert!(state.versions[0].files.iter().any(|file| file.path == "pantau.json"));
    let check = registry.verify(model).unwrap();
    assert_eq!((check.entries, check.versions), (3, 3));
    assert_eq!(check.head, registry.journal(model).unwrap()[2].hash);
}

/// A promotion moves the champion, the one before and their archives by one entry; a rollback takes
/// it back, and the journal knows all of it.
pub fn the_champion_moves_in_one_step(
    registry: &dyn Registry,
    first: &Path,
    second: &Path,
    model: &str,
) {
    for bundle in [first, second, first] {
        register(registry, model, bundle);
    }
    let error = registry.rollback(model, &act()).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotFound, "{error}");
    let aliases = || registry.state(model).unwrap().aliases.clone();
    registry.promote(model, 1, &act()).unwrap();
    assert_eq!(aliases(), BTreeMap::from([(CHAMPION.to_owned(), 1)]));
    // Twice is once.
    registry.promote(model, 1, &act()).unwrap();
    let before = Timestamp::now();
    std::thread::sleep(Duration::from_millis(2));
    registry.set_alias(model, CHALLENGER, 2, &act()).unwrap();
    let entries = registry.journal(model).unwrap().len();
    registry
        .promote(model, 2, &act().with_evidence(serde_json::json!({ "accuracy": 0.9 })))
        .unwrap();
    let journal = registry.journal(model).unwrap();
    assert_eq!(journal.len(), entries + 1);
    let last = journal.last().unwrap();
    assert_eq!((last.act.actor.as_str(), last.act.reason.as_str()), ("tester", "a test"));
    assert_eq!(last.act.evidence, Some(serde_json::json!({ "accuracy": 0.9 })));
    let Action::Move { archived, .. } = &last.action else { panic!("{last:?}") };
    assert_eq!((last.action.moves().len(), archived.as_slice()), (3, [1].as_slice()));
    let expected = |champion, previous| {
        BTreeMap::from([(CHAMPION.to_owned(), champion), (PREVIOUS.to_owned(), previous)])
    };
    assert_eq!(aliases(), expected(2, 1));
    assert_eq!(registry.rollback(model, &act()).unwrap(), 1);
    assert_eq!(aliases(), expected(1, 2));
    let state = registry.state(model).unwrap();
    assert_eq!((state.stage(1), state.stage(2)), (Stage::Production, Stage::Archived));
    assert_eq!(registry.rollback(model, &act()).unwrap(), 2);
    assert_eq!(registry.champion_at(model, before).unwrap(), Some(1));
    assert_eq!(registry.champion_at(model, Timestamp::now()).unwrap(), Some(2));
    assert_eq!(registry.champion_at(model, Timestamp::from_micros(0)).unwrap(), None);
    let champions: Vec<_> = registry
        .history(model)
        .unwrap()
        .into_iter()
        .filter(|moved| moved.moved.alias == CHAMPION)
        .map(|moved| (moved.what, moved.moved.from, moved.moved.to))
        .collect();
    let expected = [
        ("promote".to_owned(), None, Some(1)),
        ("promote".to_owned(), Some(1), Some(2)),
        ("rollback".to_owned(), Some(2), Some(1)),
        ("rollback".to_owned(), Some(1), Some(2)),
    ];
    assert_eq!(champions, expected);
    registry.verify(model).unwrap();
}

/// `transition` does what MLflow's did.
pub fn stages_follow_aliases(registry: &dyn Registry, first: &Path, second: &Path, model: &str) {
    for bundle in [first, second, first] {
        register(registry, model, bundle);
    }
    let go = |version, stage, archive| {
        registry.transition(model, version, stage, archive, &act()).unwrap();
        let state = registry.state(model).unwrap();
        [1, 2, 3].map(|version| state.stage(version))
    };
    use Stage::{Archived, None, Production, Staging};
    assert_eq!(go(1, Staging, false), [Staging, None, None]);
    assert_eq!(go(1, Production, true), [Production, None, None]);
    assert_eq!(go(2, Staging, true), [Production, Staging, None]);
    assert_eq!(go(2, Production, true), [Archived, Production, None]);
    assert_eq!(go(3, Production, false), [Archived, None, Production]);
    assert_eq!(go(1, Staging, true), [Staging, None, Production]);
    assert_eq!(go(2, Staging, true), [Archived, Staging, Production]);
    assert_eq!(go(3, Archived, true), [Archived, Staging, Archived]);
    assert_eq!(go(1, None, true), [None, Staging, Archived]);
    assert_eq!(go(1, None, true), [None, Staging, Archived]);
}

/// Tags, descriptions, metrics, settings.
pub fn what_is_told_of_a_version_is_kept(
    registry: &dyn Registry,
    first: &Path,
    second: &Path,
    model: &str,
) {
    let told = NewVersion::from_json(
        r#"{"description": "pertama 😍", "tags": {"data": "smsa"}, "metrics": {"accuracy": 0.875},
            "params": {"C": "1.0", "kind": "tfidf-logistic"}, "alias": "candidate"}"#,
    )
    .unwrap();
    assert_eq!(registry.register(model, first, &told, &act()).unwrap(), 1);
    register(registry, model, second);
    let version = registry.version(model, 1).unwrap();
    assert_eq!((&version.description, &version.tags), (&told.description, &told.tags));
    assert_eq!((&version.metrics, &version.params), (&told.metrics, &told.params));
    assert_eq!(registry.state(model).unwrap().aliases_of(1), ["candidate"]);
    registry.set_tag(model, 1, "approved by", "sari", &act()).unwrap();
    registry.set_tag(model, 1, "data", "nusax", &act()).unwrap();
    registry.remove_tag(model, 1, "approved by", &act()).unwrap();
    registry.describe(model, 1, "the first one", &act()).unwrap();
    let metrics = BTreeMap::from([("f1".to_owned(), 0.1 + 0.2)]);
    registry.log_metrics(model, 1, &metrics, &act()).unwrap();
    let version = registry.version(model, 1).unwrap();
    assert_eq!(version.tags, BTreeMap::from([("data".to_owned(), "nusax".to_owned())]));
    assert_eq!(version.description, "the first one");
    assert_eq!((version.metrics["f1"], version.metrics.len()), (0.1 + 0.2, 2));
    let compared = registry.compare(model, &[1, 2]).unwrap();
    let names = |differences: &[super::Difference]| {
        differences.iter().map(|one| one.name.clone()).collect::<Vec<_>>()
    };
    assert_eq!(names(&compared.params), ["C", "kind"]);
    assert_eq!(names(&compared.metrics), ["accuracy", "f1"]);
    assert!(names(&compared.files).contains(&"pantau.json".to_owned()));
    assert!(compared.to_string().contains("metrics: accuracy"), "{compared}");
    assert!(compared.to_json().contains("\"0.875\""));
}

/// References are resolved as MLflow's are.
pub fn names_lead_to_versions(registry: &dyn Registry, first: &Path, second: &Path, model: &str) {
    register(registry, model, first);
    register(registry, model, second);
    registry.promote(model, 1, &act()).unwrap();
    let resolve = |rest: &str| {
        let found = registry.resolve(&format!("models:/{model}{rest}"));
        found.map(|(name, version)| {
            assert_eq!(name, model);
            version
        })
    };
    assert_eq!(resolve("@champion").unwrap(), 1);
    assert_eq!(resolve("/1").unwrap(), 1);
    assert_eq!(resolve("/2").unwrap(), 2);
    assert_eq!(resolve("/latest").unwrap(), 2);
    assert_eq!(resolve("/Production").unwrap(), 1);
    assert_eq!(resolve("/None").unwrap(), 2);
    assert_eq!(registry.resolve(&format!("{model}@champion")).unwrap().1, 1);
    let path = registry.path(&format!("models:/{model}@champion")).unwrap();
    assert!(path.join("pantau.json").is_file());
    for (rest, kind, part) in [
        ("@nobody", ErrorKind::NotFound, "its aliases are champion"),
        ("/9", ErrorKind::NotFound, "there are versions 1 to 2"),
        ("/Staging", ErrorKind::NotFound, "none in this stage"),
        ("/newest", ErrorKind::InvalidInput, "is none such as models:/"),
        ("", ErrorKind::InvalidInput, "is none such as models:/"),
        ("@1", ErrorKind::InvalidInput, "means something else"),
    ] {
        let error = resolve(rest).unwrap_err();
        assert_eq!(error.kind(), kind, "{error}");
        assert!(error.to_string().contains(part), "{error}");
    }
    registry.remove_alias(model, CHAMPION, &act()).unwrap();
    assert_eq!(resolve("@champion").unwrap_err().kind(), ErrorKind::NotFound);
}

/// Names that lead elsewhere, versions that are not there, bundles that are none.
pub fn what_cannot_be_is_refused(registry: &dyn Registry, first: &Path, model: &str) {
    register(registry, model, first);
    for name in ["", "..", "../x", "a/b", "/etc", ".hidden", "a\\b", "é", &"x".repeat(129)] {
        let error = registry.register(name, first, &NewVersion::default(), &act()).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidInput, "{name}: {error}");
    }
    for alias in ["", "1", "latest", "production", "a b", "../x"] {
        let error = registry.set_alias(model, alias, 1, &act()).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidInput, "{alias}: {error}");
    }
    for version in [0, 2, u32::MAX] {
        let error = registry.promote(model, version, &act()).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::NotFound, "{error}");
        assert_eq!(registry.fetch(model, version).unwrap_err().kind(), ErrorKind::NotFound);
    }
    let nowhere = first.join("nowhere");
    assert!(registry.register(model, &nowhere, &NewVersion::default(), &act()).is_err());
    let mut wrong = NewVersion::default();
    wrong.metrics.insert("loss".to_owned(), f64::NAN);
    let error = registry.register(model, first, &wrong, &act()).unwrap_err();
    assert!(error.to_string().contains("metric loss: NaN"), "{error}");
    assert!(registry.compare(model, &[1]).is_err());
    let error = registry.promote("no-such-model", 1, &act()).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotFound, "{error}");
    assert!(registry.set_alias(model, "x", 1, &Act::by("")).is_err());
    assert_eq!(registry.state(model).unwrap().versions.len(), 1);
    registry.verify(model).unwrap();
}
