//! A model as one process serves it.

use std::{
    sync::{Arc, Mutex, PoisonError, RwLock},
    time::{Duration, Instant},
};

use super::{
    Inner, ModelSettings, no_champion, read_settings,
    rollout::{Challenger, share_of},
    settings_name,
};
use crate::{
    Result,
    model::{Bundle, Classifier, Info},
    profile::Layout,
    registry::CHAMPION,
};

/// A version that answers, and how it is served.
#[derive(Debug)]
pub(super) struct Champion {
    pub(super) version: u32,
    /// The number as it is written.
    pub(super) name: String,
    pub(super) classifier: Classifier,
    pub(super) labels: Vec<String>,
    /// What is counted of its answers; none if there is nothing to compare them with.
    pub(super) layout: Option<Arc<Layout>>,
    pub(super) settings: Arc<ModelSettings>,
    /// What it is made of, in words: kind and weights.
    pub(super) made: [String; 2],
}

/// Who answers at a moment.
#[derive(Debug)]
pub(super) struct Standing {
    pub(super) champion: Arc<Champion>,
    /// Those that answer a share of the texts.
    pub(super) challengers: Vec<Challenger>,
    /// Those whose answers nobody sees.
    pub(super) shadows: Vec<Arc<Champion>>,
    /// Versions that should be among these and could not be loaded, and why.
    pub(super) problems: Vec<(u32, String)>,
}

impl Standing {
    /// The version that answers a text.
    pub(super) fn version_for(&self, model: &str, key: &str) -> &Arc<Champion> {
        if self.challengers.is_empty() {
            return &self.champion;
        }
        let place = share_of(model, key);
        let mut until = 0.0;
        for challenger in &self.challengers {
            until += challenger.share;
            if place < until {
                return &challenger.version;
            }
        }
        &self.champion
    }

    pub(super) fn loaded(&self) -> impl Iterator<Item = &Arc<Champion>> {
        let challengers = self.challengers.iter().map(|challenger| &challenger.version);
        [&self.champion].into_iter().chain(challengers).chain(&self.shadows)
    }
}

/// How a process serves a model.
#[derive(Debug, Clone, serde::Serialize)]
#[non_exhaustive]
pub struct ServedInfo {
    /// The model.
    pub model: String,
    /// The version in use.
    pub version: u32,
    /// The labels it chooses from.
    pub labels: Vec<String>,
    /// Whether its answers are counted, to be compared with what is usual.
    pub watched: bool,
    /// The versions beside the one in use.
    pub challengers: Vec<u32>,
    /// Those of them whose answers nobody sees.
    pub shadows: Vec<u32>,
    /// Versions that could not be loaded, and why.
    pub problems: Vec<(u32, String)>,
    /// The model in memory: what it is, and where it really runs.
    pub info: Info,
}

impl ServedInfo {
    /// This as JSON.
    pub fn to_json(&self) -> String {
        serde_json::to_string(self).expect("numbers and texts are JSON")
    }
}

/// A model that is served.
#[derive(Debug)]
pub(super) struct Served {
    pub(super) model: String,
    standing: RwLock<Arc<Standing>>,
    seen: Mutex<Seen>,
}

/// What a standing was made of.
#[derive(Debug)]
struct Seen {
    /// How often the settings had been written, and the journal.
    revisions: (u64, u64),
    /// When that was looked at.
    at: Instant,
}

/// After so long it is tried again to load versions that could not be loaded.
const AGAIN: Duration = Duration::from_secs(30);

impl Seen {
    fn now(settings: u64, journal: u64) -> Self {
        Self { revisions: (settings, journal), at: Instant::now() }
    }
}

impl Served {
    pub(super) fn open(inner: &Inner, model: &str) -> Result<Self> {
        let state = inner.home.registry.existing(model)?;
        let version = *state.aliases.get(CHAMPION).ok_or_else(|| no_champion(model))?;
        let kept = inner.home.store.kept(&settings_name(model))?;
        let settings = Arc::new(read_settings(kept.content.as_deref())?);
        let standing = stand(inner, model, version, &settings, None)?;
        Ok(Self {
            model: model.to_owned(),
            standing: RwLock::new(Arc::new(standing)),
            seen: Mutex::new(Seen::now(kept.revision, state.entries)),
        })
    }

    /// Who answers now. They stay usable for this caller whatever happens.
    pub(super) fn standing(&self) -> Arc<Standing> {
        self.standing.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub(super) fn info(&self) -> Result<ServedInfo> {
        let standing = self.standing();
        let Standing { champion, challengers, shadows, problems } = &*standing;
        let of = |own: &Arc<Champion>| own.version;
        Ok(ServedInfo {
            model: self.model.clone(),
            version: champion.version,
            labels: champion.labels.clone(),
            watched: champion.layout.is_some(),
            challengers: challengers
                .iter()
                .map(|own| &own.version)
                .chain(shadows)
                .map(of)
                .collect(),
            shadows: shadows.iter().map(of).collect(),
            problems: problems.clone(),
            info: champion.classifier.info()?,
        })
    }

    /// The version in use now.
    pub(super) fn champion(&self) -> Arc<Champion> {
        self.standing().champion.clone()
    }

    /// Follows what store and registry say by now. Those before answer until the next ones are loaded
    /// and have passed their self-tests.
    pub(super) fn refresh(&self, inner: &Inner) -> Result<()> {
        // One at a time: a model is not loaded twice.
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        let state = inner.home.registry.state(&self.model)?;
        let kept = inner.home.store.kept(&settings_name(&self.model))?;
        let before = self.standing();
        let is_whole = before.problems.is_empty() || seen.at.elapsed() < AGAIN;
        if is_whole && seen.revisions == (kept.revision, state.entries) {
            return Ok(());
        }
        let version = *state.aliases.get(CHAMPION).ok_or_else(|| no_champion(&self.model))?;
        let settings = if kept.revision == seen.revisions.0 {
            before.champion.settings.clone()
        } else {
            Arc::new(read_settings(kept.content.as_deref())?)
        };
        let next = stand(inner, &self.model, version, &settings, Some(&before))?;
        *self.standing.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(next);
        *seen = Seen::now(kept.revision, state.entries);
        Ok(())
    }
}

/// Loads who answers; what is loaded already is taken from those before.
fn stand(
    inner: &Inner,
    model: &str,
    champion: u32,
    settings: &Arc<ModelSettings>,
    before: Option<&Standing>,
) -> Result<Standing> {
    let load = |version: u32| {
        let known = before.and_then(|own| own.loaded().find(|own| own.version == version));
        match known {
            Some(known) if Arc::ptr_eq(&known.settings, settings) => Ok(known.clone()),
            Some(known) => Ok(Arc::new(Champion {
                version,
                name: known.name.clone(),
                classifier: known.classifier.clone(),
                labels: known.labels.clone(),
                layout: known.layout.clone(),
                settings: settings.clone(),
                made: known.made.clone(),
            })),
            None => load(inner, model, version, settings.clone()).map(Arc::new),
        }
    };
    let mut standing = Standing {
        champion: load(champion)?,
        challengers: Vec::new(),
        shadows: Vec::new(),
        problems: Vec::new(),
    };
    for (version, share) in settings.rollout.versions(champion) {
        match load(version) {
            Ok(version) if share > 0.0 => {
                standing.challengers.push(Challenger { version, share });
            }
            Ok(version) => standing.shadows.push(version),
            // A challenger that cannot be loaded does not keep the version in use from answering.
            Err(error) => standing.problems.push((version, error.full_message())),
        }
    }
    Ok(standing)
}

fn load(
    inner: &Inner,
    model: &str,
    version: u32,
    settings: Arc<ModelSettings>,
) -> Result<Champion> {
    let path = inner.home.registry.fetch(model, version)?;
    let classifier = Classifier::open(&path, &inner.model_options)?;
    let bundle = Bundle::open(&path)?;
    let manifest = bundle.manifest();
    let kind = manifest.learned.as_ref().map_or(manifest.family.as_str(), |own| own.kind.name());
    Ok(Champion {
        version,
        name: version.to_string(),
        labels: classifier.labels()?,
        made: [kind.to_owned(), manifest.weights.name().to_owned()],
        layout: bundle.layout_rows()?.map(|reference| reference.layout().clone()),
        classifier,
        settings,
    })
}
